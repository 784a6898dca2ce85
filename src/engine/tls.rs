//! TLS with the system's authorities, and with an additional authority of the profile.
//!
//! A PBX has a self-signed certificate, often marked as an authority, which verifiers do not accept for a server. If
//! a profile's `ca_file` contains exactly the certificate of the server, this is sufficient proof of its identity; its
//! name must still match.

use std::sync::{Arc, OnceLock};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::verify_server_name;
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use rustls_platform_verifier::Verifier;

/// A configuration that trusts the system's authorities. They are read once per process, because that takes
/// milliseconds, and a plan opens a session for each profile.
///
/// # Errors
/// Authorities that cannot be read.
pub fn system(provider: Arc<CryptoProvider>) -> Result<ClientConfig, Error> {
    static SYSTEM: OnceLock<ClientConfig> = OnceLock::new();
    match SYSTEM.get() {
        Some(config) => Ok(config.clone()),
        None => {
            let mut config = trusting(Vec::new(), provider)?;
            // The same as in reqwest's own configuration.
            config.alpn_protocols = vec![b"http/1.1".to_vec()];
            Ok(SYSTEM.get_or_init(|| config).clone())
        }
    }
}

/// A configuration that trusts the system's authorities and the given certificates.
///
/// # Errors
/// A certificate that cannot be parsed.
pub fn trusting(
    certificates: Vec<CertificateDer<'static>>,
    provider: Arc<CryptoProvider>,
) -> Result<ClientConfig, Error> {
    let verifier = verifier(certificates, Arc::clone(&provider))?;
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth())
}

/// What verifies certificates: the system's authorities and the given certificates are trusted.
///
/// # Errors
/// A certificate that cannot be parsed.
pub fn verifier(
    certificates: Vec<CertificateDer<'static>>,
    provider: Arc<CryptoProvider>,
) -> Result<Arc<dyn ServerCertVerifier>, Error> {
    let system = Verifier::new_with_extra_roots(certificates.iter().cloned(), Arc::clone(&provider))?;
    Ok(Arc::new(Known { system, certificates, provider }))
}

#[derive(Debug)]
struct Known {
    system: Verifier,
    certificates: Vec<CertificateDer<'static>>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Known {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verdict =
            self.system.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        // Other errors of the certificate (its dates, its name) still count.
        let self_signed = matches!(
            verdict,
            Err(Error::InvalidCertificate(CertificateError::UnknownIssuer | CertificateError::Other(_)))
        );
        if self_signed && self.certificates.iter().any(|known| known == end_entity) {
            verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
            return Ok(ServerCertVerified::assertion());
        }
        verdict
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

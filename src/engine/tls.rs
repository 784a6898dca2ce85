//! TLS with the system's authorities, and with an additional authority of the profile.
//!
//! A PBX has a self-signed certificate, often marked as an authority, which verifiers do not accept for a server. If
//! a profile's `ca_file` contains exactly the certificate of the server, this is sufficient proof of its identity; its
//! name must still match.

use std::sync::{Arc, LazyLock, OnceLock};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::verify_server_name;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use rustls_platform_verifier::Verifier;

/// The cryptography of all connections. It becomes the default of the process, which the HTTP client uses.
pub fn provider() -> Arc<CryptoProvider> {
    static PROVIDER: LazyLock<Arc<CryptoProvider>> = LazyLock::new(|| {
        let provider = rustls::crypto::ring::default_provider();
        // Fails only if another part of the program has installed one.
        let _ = provider.clone().install_default();
        Arc::new(provider)
    });
    Arc::clone(&PROVIDER)
}

/// A configuration that trusts the system's authorities. They are read once per process, because that takes
/// milliseconds, and a plan opens a session for each profile.
pub fn system() -> Result<ClientConfig, Error> {
    static SYSTEM: OnceLock<ClientConfig> = OnceLock::new();
    match SYSTEM.get() {
        Some(config) => Ok(config.clone()),
        None => {
            let mut config = trusting(Vec::new())?;
            // The same as in reqwest's own configuration.
            config.alpn_protocols = vec![b"http/1.1".to_vec()];
            Ok(SYSTEM.get_or_init(|| config).clone())
        }
    }
}

/// A configuration that trusts the system's authorities and the given certificates.
pub fn trusting(certificates: Vec<CertificateDer<'static>>) -> Result<ClientConfig, Error> {
    Ok(ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(verifier(certificates)?)
        .with_no_client_auth())
}

/// What verifies certificates: the system's authorities and the given certificates are trusted.
pub fn verifier(certificates: Vec<CertificateDer<'static>>) -> Result<Arc<dyn ServerCertVerifier>, Error> {
    let system = Verifier::new_with_extra_roots(certificates.iter().cloned(), provider())?;
    Ok(Arc::new(Known { system, certificates }))
}

#[derive(Debug)]
struct Known {
    system: Verifier,
    certificates: Vec<CertificateDer<'static>>,
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
        self.system.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.system.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.system.supported_verify_schemes()
    }
}

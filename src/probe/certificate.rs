//! What a server's certificate says: name (RFC 5922 §7), dates, chain, and whether it asked for a client certificate.
//!
//! The handshake accepts every certificate and records it, so that one run finds every fault. SIP is sent only over a
//! connection whose certificate was trusted.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustls::client::ResolvesClientCert;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::sign::CertifiedKey;
use rustls::{DigitallySignedStruct, SignatureScheme};
use x509_cert::Certificate;
use x509_cert::der::Decode;
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;

use super::target::Host;
use crate::model::health::{Check, Verdict};

/// The number of days before the end at which the warning begins.
const WARN_DAYS: i64 = 30;
const DAY: i64 = 86_400;

/// What a handshake showed.
#[derive(Debug, Clone, Default)]
pub struct Handshake {
    /// The certificates as sent, the server's own first.
    pub chain: Vec<Vec<u8>>,
    /// What a common verifier says about chain and name; none if it accepts them.
    pub verifier: Option<String>,
    /// What it says about the chain at a time when the server's certificate is valid; none if it is trusted.
    pub untrusted: Option<String>,
    /// Whether the server asked for a client certificate.
    pub asked: bool,
}

/// Accepts every certificate, and records the handshake.
#[derive(Debug)]
pub struct Recorder {
    inner: Arc<dyn ServerCertVerifier>,
    seen: Mutex<Handshake>,
}

impl Recorder {
    /// Around the verifier that counts.
    pub fn new(inner: Arc<dyn ServerCertVerifier>) -> Arc<Self> {
        Arc::new(Self { inner, seen: Mutex::default() })
    }

    /// What was seen.
    pub fn seen(&self) -> Handshake {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Handshake> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ServerCertVerifier for Recorder {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let verify = |now| {
            let verdict =
                self.inner.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
            verdict.err()
        };
        let verifier = verify(now);
        // A verifier reports one fault only: an expired certificate would hide a broken chain, and a wrong name either.
        let untrusted = match (&verifier, Certificate::from_der(end_entity)) {
            (None, _) => None,
            (Some(_), Err(error)) => Some(format!("the certificate cannot be read: {error}")),
            (Some(_), Ok(certificate)) => {
                let begins = certificate.tbs_certificate().validity().not_before.to_unix_duration();
                let valid = UnixTime::since_unix_epoch(begins + std::time::Duration::from_secs(1));
                verify(valid).filter(|fault| !is_of_name(fault)).map(|fault| fault.to_string())
            }
        };
        let verifier = verifier.map(|fault| fault.to_string());
        let mut chain = vec![end_entity.to_vec()];
        chain.extend(intermediates.iter().map(|certificate| certificate.to_vec()));
        let mut seen = self.lock();
        *seen = Handshake { chain, verifier, untrusted, asked: seen.asked };
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.inner.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.inner.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}

/// Whether the fault is only in the name, which is checked apart.
fn is_of_name(fault: &rustls::Error) -> bool {
    use rustls::CertificateError::{NotValidForName, NotValidForNameContext};
    matches!(fault, rustls::Error::InvalidCertificate(NotValidForName | NotValidForNameContext { .. }))
}

impl ResolvesClientCert for Recorder {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.lock().asked = true;
        None
    }

    fn has_certs(&self) -> bool {
        true
    }
}

/// Who a certificate says that it is (RFC 5922 §7.1).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Identity {
    /// Hosts of `sip:` URIs without a user.
    uris: Vec<String>,
    names: Vec<String>,
    addresses: Vec<IpAddr>,
    /// The common name, if there is no other name.
    common: Option<String>,
}

impl Identity {
    fn of(certificate: &Certificate) -> Self {
        let mut found = Self::default();
        let names = certificate.tbs_certificate().get_extension::<SubjectAltName>();
        let Ok(Some((_, SubjectAltName(names)))) = names else {
            let subject = certificate.tbs_certificate().subject().to_string();
            let common =
                subject.split(',').find_map(|part| part.trim().strip_prefix("CN=").map(str::to_owned));
            return Self { common: common.map(|name| name.to_ascii_lowercase()), ..found };
        };
        for name in &names {
            match name {
                GeneralName::UniformResourceIdentifier(uri) => {
                    let uri = uri.as_str().to_ascii_lowercase();
                    found.uris.extend(
                        uri.strip_prefix("sip:").filter(|host| !host.contains('@')).map(str::to_owned),
                    );
                }
                GeneralName::DnsName(name) => found.names.push(name.as_str().to_ascii_lowercase()),
                GeneralName::IpAddress(bytes) => match bytes.as_bytes() {
                    [a, b, c, d] => found.addresses.push(IpAddr::from([*a, *b, *c, *d])),
                    bytes => found.addresses.extend(<[u8; 16]>::try_from(bytes).ok().map(IpAddr::from)),
                },
                _ => {}
            }
        }
        found
    }

    fn all(&self) -> Vec<String> {
        let uris = self.uris.iter().map(|host| format!("sip:{host}"));
        let addresses = self.addresses.iter().map(IpAddr::to_string);
        uris.chain(self.names.clone()).chain(addresses).chain(self.common.clone()).collect()
    }
}

/// The checks of a certificate. `wanted` are the names that it may have, the best first; `server` is the
/// probed address; `now` is in seconds since 1970.
pub fn check(seen: &Handshake, wanted: &[Host], server: &str, now: i64) -> Vec<Check> {
    let chain: Result<Vec<Certificate>, _> =
        seen.chain.iter().map(|der| Certificate::from_der(der)).collect();
    match chain.as_deref() {
        Ok(chain @ [own, ..]) => {
            vec![
                name(own, wanted, server, seen),
                expiry(chain, own, server, now),
                trust(chain, own, server, seen),
            ]
        }
        _ => {
            let text = format!("the certificate of {server} cannot be read");
            vec![
                Check::new("tls.chain", Verdict::Fail, text)
                    .hint("ask the operator of the server to replace it"),
            ]
        }
    }
}

fn name(certificate: &Certificate, wanted: &[Host], server: &str, seen: &Handshake) -> Check {
    let identity = Identity::of(certificate);
    let names = identity.all();
    // DNS names count only if there is no SIP URI (RFC 5922 §7.1).
    let valid = if identity.uris.is_empty() { &identity.names } else { &identity.uris };
    let shown = if names.is_empty() { "nobody".to_owned() } else { names.join(", ") };
    let list = wanted.iter().map(Host::to_string).collect::<Vec<_>>().join("` or `");
    let mut check = None;
    for host in wanted {
        let (verdict, text) = match host {
            Host::Address(ip) if identity.addresses.contains(ip) => {
                (Verdict::Pass, format!("the certificate of {server} is for {ip}"))
            }
            Host::Address(_) => continue,
            Host::Name(name) if valid.contains(name) => {
                (Verdict::Pass, format!("the certificate of {server} is for `{name}`"))
            }
            Host::Name(name) if identity.common.as_ref() == Some(name) => {
                (Verdict::Warn, format!("the certificate of {server} names `{name}` only as its common name"))
            }
            Host::Name(name) if identity.names.iter().any(|known| wildcard(known, name)) => (
                Verdict::Warn,
                format!(
                    "the certificate of {server} is for `{name}` only by a wildcard, which RFC 5922 forbids"
                ),
            ),
            Host::Name(_) => continue,
        };
        if check.as_ref().is_none_or(|(known, _)| verdict < *known) {
            check = Some((verdict, text));
        }
    }
    let (verdict, text) = check.unwrap_or_else(|| {
        let numeric = wanted.iter().all(|host| matches!(host, Host::Address(_)));
        let verdict = if numeric { Verdict::Warn } else { Verdict::Fail };
        (verdict, format!("the certificate of {server} is for {shown}, not for `{list}`"))
    });
    let check = Check::new("tls.name", verdict, text).with("names", names);
    let check = match &seen.verifier {
        Some(fault) => check.with("verifier", fault.clone()),
        None => check,
    };
    match verdict {
        Verdict::Pass => check,
        Verdict::Warn => {
            check.hint("strict clients refuse it; ask for a certificate that has the name itself")
        }
        _ => check.hint(
            "use a host or domain that the certificate has, or --domain NAME; else it may be another server",
        ),
    }
}

fn wildcard(known: &str, name: &str) -> bool {
    let rest = known.strip_prefix("*.").zip(name.split_once('.'));
    rest.is_some_and(|(known, (_, name))| known == name)
}

fn expiry(chain: &[Certificate], own: &Certificate, server: &str, now: i64) -> Check {
    let seconds =
        |time: x509_cert::time::Time| i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX);
    let validity = |certificate: &Certificate| *certificate.tbs_certificate().validity();
    let begins = chain.iter().map(|certificate| seconds(validity(certificate).not_before)).max().unwrap_or(0);
    let first =
        chain.iter().min_by_key(|certificate| seconds(validity(certificate).not_after)).unwrap_or(own);
    let ends = seconds(validity(first).not_after);
    let days = (ends - now).div_euclid(DAY);
    let lifetime = (ends - seconds(validity(first).not_before)).div_euclid(DAY);
    let day = date(ends);
    let what = format!("the certificate of {server}");
    let check = if now >= ends {
        Check::new("tls.expiry", Verdict::Fail, format!("{what} expired on {day}"))
            .hint("ask for a new certificate")
    } else if now < begins {
        Check::new("tls.expiry", Verdict::Fail, format!("{what} is not valid before {}", date(begins)))
            .hint("check the clock of this machine, and the certificate")
    } else if days <= WARN_DAYS {
        Check::new("tls.expiry", Verdict::Warn, format!("{what} ends in {days} days"))
            .hint(format!("renew it before {day}"))
    } else {
        Check::new("tls.expiry", Verdict::Pass, format!("{what} is valid for {days} more days"))
    };
    check.with("not_after", stamp(ends)).with("days_left", days).with("lifetime_days", lifetime)
}

fn trust(chain: &[Certificate], own: &Certificate, server: &str, seen: &Handshake) -> Check {
    let what = format!("the certificate of {server}");
    let Some(fault) = &seen.untrusted else {
        return Check::new("tls.chain", Verdict::Pass, format!("{what} is trusted"))
            .with("certificates", chain.len());
    };
    let own = own.tbs_certificate();
    let (text, hint) = match (own.subject() == own.issuer(), chain.len()) {
        (true, _) => ("is self-signed", "if that is meant, give the certificate with --ca-file"),
        (false, 1) => (
            "is not trusted; no intermediate certificate was sent, or its authority is private",
            "send the whole chain, or give the authority with --ca-file",
        ),
        (false, _) => {
            ("is not trusted; its authority is not known here", "give the authority with --ca-file")
        }
    };
    let issuer = own.issuer().to_string();
    Check::new("tls.chain", Verdict::Fail, format!("{what} {text}"))
        .hint(hint)
        .with("verifier", fault.clone())
        .with("issuer", super::message::clean(issuer.as_bytes(), 200))
        .with("certificates", chain.len())
}

fn stamp(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds).map(|time| time.to_string()).unwrap_or_default()
}

fn date(seconds: i64) -> String {
    stamp(seconds).split('T').next().unwrap_or_default().to_owned()
}

//! TLS: no request is sent to an unverified server, and `ca_file` adds an authority.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::*;

/// A server with a certificate of an unknown authority.
struct Tls {
    address: SocketAddr,
    authority: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Tls {
    /// `names` are the hosts that the certificate is for.
    fn start(names: &[&str]) -> Self {
        let authority_key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = params.self_signed(&authority_key).unwrap();
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let key = KeyPair::generate().unwrap();
        let leaf =
            CertificateParams::new(names).unwrap().signed_by(&key, &authority, &authority_key).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![leaf.der().clone()], PrivateKeyDer::Pkcs8(key.serialize_der().into()))
            .unwrap();
        let (config, requests) = (Arc::new(config), Arc::new(Mutex::new(Vec::new())));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::clone(&requests);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let _ = stream.set_read_timeout(Some(std::time::Duration::from_secs(20)));
                let session = ServerConnection::new(Arc::clone(&config)).unwrap();
                let mut stream = StreamOwned::new(session, stream);
                let mut bytes = vec![0; 16384];
                let Ok(length @ 1..) = stream.read(&mut bytes) else { continue };
                seen.lock().unwrap().push(String::from_utf8_lossy(&bytes[..length]).into_owned());
                let body = r#"{"errcode":0,"errmsg":"SUCCESS","id":28}"#;
                let _ = stream.write_all(&http(200, "", body));
                stream.conn.send_close_notify();
                let _ = stream.flush();
            }
        });
        let authority = format!(
            "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
            BASE64.encode(authority.der())
        );
        Self { address, authority, requests }
    }
}

/// A Yeastar profile; the only system authority is that of `system`.
fn lab(base: &str, system: &str, more: &str) -> Lab {
    let place = Place::new();
    let system = place.write("system.pem", system);
    let text = format!(
        "[profiles.yeastar]\nvendor = \"yeastar\"\nbase_url = \"{base}\"\naccess_token = \"t0ken\"\n"
    );
    let profiles = place.write("profiles.toml", &(text + more));
    // The authorities of this machine are not used.
    Lab { place: place.with("SSL_CERT_FILE", &system).with("SSL_CERT_DIR", "/nonexistent"), profiles }
}

#[test]
fn a_certificate_of_an_unknown_authority_needs_ca_file() {
    let (server, other) = (Tls::start(&["127.0.0.1"]), Tls::start(&["127.0.0.1"]));
    let base = format!("https://{}", server.address);
    let job = ("yeastar", PEER);
    let unproven = lab(&base, &other.authority, "");
    let ran = not_applied(unproven.run(job, "--retries 0"), "unknown authority");
    assert!(ran.error()["message"].to_string().contains("ertificate"), "{ran:?}");

    let wrong = lab(&base, &other.authority, "ca_file = \"other.pem\"\n");
    wrong.place.write("other.pem", &other.authority);
    not_applied(wrong.run(job, "--retries 0"), "another authority");
    assert_eq!(server.requests.lock().unwrap().len(), 0);

    let proven = lab(&base, &other.authority, "ca_file = \"own.pem\"\n");
    proven.place.write("own.pem", &server.authority);
    proven.run(job, "--retries 0").expect(0);
    assert_eq!(server.requests.lock().unwrap().len(), 1);
}

#[test]
fn a_certificate_for_another_host_is_refused() {
    let server = Tls::start(&["pbx.example"]);
    let lab = lab(&format!("https://{}", server.address), &server.authority, "");
    not_applied(lab.run(("yeastar", PEER), "--retries 0"), "another host");
    assert_eq!(server.requests.lock().unwrap().len(), 0);
}

#[test]
fn a_ca_file_without_a_certificate_is_refused_before_anything_is_sent() {
    let server = Tls::start(&["127.0.0.1"]);
    for text in [
        None,
        Some(""),
        Some("no PEM"),
        Some("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
    ] {
        let lab = lab(&format!("https://{}", server.address), &server.authority, "ca_file = \"own.pem\"\n");
        text.map(|text| lab.place.write("own.pem", text));
        let ran = lab.run(("yeastar", PEER), "--retries 0").expect(3);
        assert!(ran.err.contains("ca_file"), "{text:?}: {ran:?}");
    }
    assert_eq!(server.requests.lock().unwrap().len(), 0);
}

#[test]
fn a_stalled_handshake_means_that_nothing_was_sent() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let system = Tls::start(&["127.0.0.1"]).authority;
    let lab = lab(&format!("https://{}", silent.local_addr().unwrap()), &system, "");
    // The system accepts the connection, but no handshake follows.
    not_applied(lab.run(("yeastar", PEER), "--retries 0 --timeout 400ms"), "stalled handshake");
    not_applied(lab.run(("yeastar", PEER), "--retries 0 --deadline 400ms"), "stalled handshake");
}

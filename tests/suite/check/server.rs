//! SIP servers that answer as a test wants.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};

/// What a server says to a request.
#[derive(Clone, Copy)]
pub enum Say {
    Code(u16, &'static str),
    /// 200 with an SDP body of these media lines.
    Media(&'static str),
    /// The answer to another request.
    OtherBranch,
    Text(&'static str),
    /// 200, but only to a copy of a request.
    SecondCopy,
    Nothing,
    Close,
}

/// A server that is there until the test ends.
pub struct Server {
    pub address: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

/// An answer with what has to be copied from the request.
fn answer(request: &str, code: u16, reason: &str) -> String {
    let mut text = format!("SIP/2.0 {code} {reason}\r\n");
    for name in ["Via:", "From:", "To:", "Call-ID:", "CSeq:"] {
        let line = request.lines().find(|line| line.starts_with(name)).unwrap();
        text.push_str(&format!("{line}\r\n"));
    }
    text + "Server: lab\r\nContent-Length: 0\r\n\r\n"
}

/// `copies` counts the request, and the equal ones before it.
fn said(say: Say, request: &str, copies: usize) -> Option<String> {
    match say {
        Say::Code(code, reason) => Some(answer(request, code, reason)),
        Say::Media(media) => {
            let body = format!("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n{media}\r\n");
            let head = format!("Content-Type: application/sdp\r\nContent-Length: {}", body.len());
            Some(answer(request, 200, "OK").replace("Content-Length: 0", &head) + &body)
        }
        Say::OtherBranch => Some(answer(request, 200, "OK").replace("branch=z9hG4bK", "branch=z9hG4bKx")),
        Say::Text(text) => Some(text.to_owned()),
        Say::SecondCopy => (copies > 1).then(|| answer(request, 200, "OK")),
        Say::Nothing | Say::Close => None,
    }
}

pub fn udp(say: Say) -> Server {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap().to_string();
    let requests = Arc::<Mutex<Vec<String>>>::default();
    let seen = Arc::clone(&requests);
    // The thread ends with the test process.
    std::thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok((length, from)) = socket.recv_from(&mut bytes) {
            let request = String::from_utf8_lossy(&bytes[..length]).into_owned();
            let copies = {
                let mut seen = seen.lock().unwrap();
                seen.push(request.clone());
                seen.iter().filter(|copy| **copy == request).count()
            };
            if let Some(text) = said(say, &request, copies) {
                let _ = socket.send_to(text.as_bytes(), from);
            }
        }
    });
    Server { address, requests }
}

pub fn tcp(say: Say) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let requests = Arc::<Mutex<Vec<String>>>::default();
    let seen = Arc::clone(&requests);
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let seen = Arc::clone(&seen);
            std::thread::spawn(move || serve(&mut stream, say, &seen));
        }
    });
    Server { address, requests }
}

fn serve(stream: &mut TcpStream, say: Say, seen: &Mutex<Vec<String>>) -> Option<()> {
    stream.set_read_timeout(Some(Duration::from_secs(20))).ok()?;
    let mut bytes = [0; 4096];
    let length = stream.read(&mut bytes).ok()?;
    let request = String::from_utf8_lossy(&bytes[..length]).into_owned();
    seen.lock().unwrap().push(request.clone());
    match said(say, &request, 1) {
        // In two pieces.
        Some(text) => {
            let (first, second) = text.split_at(text.len() / 2);
            stream.write_all(first.as_bytes()).ok()?;
            stream.flush().ok()?;
            stream.write_all(second.as_bytes()).ok()?;
        }
        None if matches!(say, Say::Close) => return None,
        None => {}
    }
    // Until the client goes away.
    let _ = stream.read(&mut bytes);
    Some(())
}

/// A SIP server over TLS.
pub struct Tls {
    pub address: String,
    /// Its authority, as PEM.
    pub authority: String,
    requests: Arc<Mutex<usize>>,
}

impl Tls {
    /// A server whose certificate is for these names, and ends in so many days. `mutual` asks for one of the client.
    pub fn start(names: &[&str], days: i64, mutual: bool) -> Self {
        let authority_key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(rcgen::DnType::CommonName, "Lab authority");
        let authority = params.self_signed(&authority_key).unwrap();
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(names).unwrap();
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        let day = |days: i64| {
            let seconds = i64::try_from(now.as_secs()).unwrap() + days * 86_400 + 3600;
            let (year, month, day) = date(seconds);
            rcgen::date_time_ymd(year, month, day)
        };
        (params.not_before, params.not_after) = (day(-30), day(days + 1));
        let leaf = params.signed_by(&key, &authority, &authority_key).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .unwrap();
        let builder = match mutual {
            false => builder.with_no_client_auth(),
            true => {
                let mut roots = RootCertStore::empty();
                roots.add(authority.der().clone()).unwrap();
                let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
                builder.with_client_cert_verifier(verifier.build().unwrap())
            }
        };
        let config = builder
            .with_single_cert(vec![leaf.der().clone()], PrivateKeyDer::Pkcs8(key.serialize_der().into()))
            .unwrap();
        let (config, requests) = (Arc::new(config), Arc::<Mutex<usize>>::default());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let seen = Arc::clone(&requests);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let _ = stream.set_read_timeout(Some(Duration::from_secs(20)));
                let session = ServerConnection::new(Arc::clone(&config)).unwrap();
                let mut stream = StreamOwned::new(session, stream);
                let mut bytes = vec![0; 4096];
                let Ok(length @ 1..) = stream.read(&mut bytes) else { continue };
                *seen.lock().unwrap() += 1;
                let request = String::from_utf8_lossy(&bytes[..length]).into_owned();
                let _ = stream.write_all(answer(&request, 200, "OK").as_bytes());
                let _ = stream.flush();
            }
        });
        let pem = BASE64.encode(authority.der());
        let authority = format!("-----BEGIN CERTIFICATE-----\n{pem}\n-----END CERTIFICATE-----\n");
        Self { address, authority, requests }
    }

    pub fn requests(&self) -> usize {
        *self.requests.lock().unwrap()
    }
}

/// Year, month and day of a time in seconds since 1970.
fn date(seconds: i64) -> (i32, u8, u8) {
    let text = jiff::Timestamp::from_second(seconds).unwrap().to_string();
    let parts: Vec<&str> = text.split(['-', 'T']).collect();
    (parts[0].parse().unwrap(), parts[1].parse().unwrap(), parts[2].parse().unwrap())
}

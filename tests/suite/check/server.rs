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

/// The answer of a server to a request.
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
    /// A reset of the connection.
    Reset,
    /// An endless stream of the server's own requests.
    Flood,
}

const FLOOD: &[u8] = b"OPTIONS sip:a SIP/2.0\r\nContent-Length: 0\r\n\r\n";

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

/// An answer with the headers that must be copied from the request.
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
        Say::Nothing | Say::Close | Say::Reset | Say::Flood => None,
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
            if matches!(say, Say::Flood) {
                // Only a socket with a peer learns that the client has gone away.
                socket.connect(from).unwrap();
                while socket.send(FLOOD).is_ok() {}
                return;
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
        None if matches!(say, Say::Reset) => {
            return socket2::SockRef::from(&*stream).set_linger(Some(Duration::ZERO)).ok();
        }
        None => while matches!(say, Say::Flood) && stream.write_all(&FLOOD.repeat(100)).is_ok() {},
    }
    // Until the client disconnects.
    let _ = stream.read(&mut bytes);
    Some(())
}

/// A certificate with its key and its authority, as DER.
pub struct Issued {
    pub authority: Vec<u8>,
    pub certificate: Vec<u8>,
    pub key: Vec<u8>,
}

/// Issues a certificate for these names that expires in `days` days.
pub fn issue(names: &[&str], days: i64) -> Issued {
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
    let certificate = params.signed_by(&key, &authority, &authority_key).unwrap();
    Issued {
        authority: authority.der().to_vec(),
        certificate: certificate.der().to_vec(),
        key: key.serialize_der(),
    }
}

/// DER as PEM, in lines that every reader accepts.
pub fn pem(label: &str, der: &[u8]) -> String {
    let text = BASE64.encode(der);
    let lines: Vec<&str> =
        text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

/// A SIP server over TLS.
pub struct Tls {
    pub address: String,
    /// Its authority, as PEM.
    pub authority: String,
    names: Arc<Mutex<Vec<Option<String>>>>,
}

impl Tls {
    /// A server with a certificate for these names that expires in `days` days. `mutual` requests a client certificate.
    pub fn start(names: &[&str], days: i64, mutual: bool) -> Self {
        let Issued { authority, certificate, key } = issue(names, days);
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .unwrap();
        let builder = match mutual {
            false => builder.with_no_client_auth(),
            true => {
                let mut roots = RootCertStore::empty();
                roots.add(authority.clone().into()).unwrap();
                let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
                builder.with_client_cert_verifier(verifier.build().unwrap())
            }
        };
        let config =
            builder.with_single_cert(vec![certificate.into()], PrivateKeyDer::Pkcs8(key.into())).unwrap();
        let (config, names) = (Arc::new(config), Arc::<Mutex<Vec<_>>>::default());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let seen = Arc::clone(&names);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let _ = stream.set_read_timeout(Some(Duration::from_secs(20)));
                let session = ServerConnection::new(Arc::clone(&config)).unwrap();
                let mut stream = StreamOwned::new(session, stream);
                let mut bytes = vec![0; 4096];
                let Ok(length @ 1..) = stream.read(&mut bytes) else { continue };
                seen.lock().unwrap().push(stream.conn.server_name().map(str::to_owned));
                let request = String::from_utf8_lossy(&bytes[..length]).into_owned();
                let _ = stream.write_all(answer(&request, 200, "OK").as_bytes());
                let _ = stream.flush();
            }
        });
        Self { address, authority: pem("CERTIFICATE", &authority), names }
    }

    pub fn requests(&self) -> usize {
        self.names.lock().unwrap().len()
    }

    /// The name that each client asked for.
    pub fn names(&self) -> Vec<Option<String>> {
        self.names.lock().unwrap().clone()
    }
}

/// Year, month and day of a time in seconds since 1970.
fn date(seconds: i64) -> (i32, u8, u8) {
    let text = jiff::Timestamp::from_second(seconds).unwrap().to_string();
    let parts: Vec<&str> = text.split(['-', 'T']).collect();
    (parts[0].parse().unwrap(), parts[1].parse().unwrap(), parts[2].parse().unwrap())
}

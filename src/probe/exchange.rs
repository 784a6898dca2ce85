//! Sends one OPTIONS request to one candidate, and waits for its answer (RFC 3261 §17.1.2).

use std::cell::LazyCell;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::{Instant, sleep_until, timeout_at};

use super::certificate::{Handshake, Recorder};
use super::locate::{Candidate, Wire};
use super::message::{self, Ids, MOST_BYTES, Read, Reply};
use super::target::{Host, Target};

/// RFC 3261 §17.1.1.1: T1, and the longest pause between copies.
const T1: Duration = Duration::from_millis(500);
const T2: Duration = Duration::from_secs(4);

/// How a probe ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProbeEnd {
    /// A final answer.
    Answered(Reply),
    /// Only provisional answers.
    Provisional(u16),
    /// Nothing.
    Silent,
    /// Nothing that is SIP, with its beginning.
    Unreadable(String),
    /// The connection was refused, by ICMP or RST.
    Refused,
    /// The connection was closed without an answer.
    Closed,
    /// The connection was not accepted in time.
    NotConnected,
    /// No way to the address from here.
    NoRoute(String),
    /// TLS failed.
    NoTls(String),
    /// The TLS handshake got no answer.
    TlsSilent,
    /// The certificate is not trusted, so nothing was sent.
    NotTrusted,
}

/// What a probe of a candidate found.
#[derive(Debug, Clone)]
pub struct Probe {
    /// The candidate.
    pub candidate: Candidate,
    /// How it ended.
    pub ended: ProbeEnd,
    /// How many copies were sent.
    pub sent: u32,
    /// From the first copy to the answer.
    pub round_trip: Option<Duration>,
    /// How long the connection took.
    pub connect: Option<Duration>,
    /// How long the whole probe took.
    pub waited: Duration,
    /// What the handshake showed.
    pub tls: Option<Handshake>,
    /// Messages that were no answer to this request.
    pub strays: u32,
    /// The request and the answer as they were, for `-vv`.
    pub transcript: Vec<String>,
}

impl Probe {
    /// The final answer, if there was one.
    pub fn reply(&self) -> Option<&Reply> {
        match &self.ended {
            ProbeEnd::Answered(reply) => Some(reply),
            _ => None,
        }
    }
}

/// What all probes of a run share.
pub struct Settings {
    /// How long one candidate may take.
    pub timeout: Duration,
    /// TLS, set up at its first use: reading the system's authorities takes longer than a probe over UDP.
    pub tls: LazyCell<Result<Arc<dyn ServerCertVerifier>, String>, SetUp>,
}

/// Sets up TLS: what decides whether a certificate is trusted, or why that is not possible.
pub type SetUp = Box<dyn FnOnce() -> Result<Arc<dyn ServerCertVerifier>, String>>;

/// Probes a candidate. Only if `trusts` accepts what the TLS handshake shows, SIP is sent.
pub async fn probe(
    target: &Target,
    candidate: &Candidate,
    ids: &Ids,
    settings: &Settings,
    trusts: &impl Fn(&Handshake) -> bool,
) -> Probe {
    let start = Instant::now();
    let mut run = Exchange {
        target,
        ids,
        end: start + settings.timeout,
        probe: Probe {
            candidate: candidate.clone(),
            ended: ProbeEnd::Silent,
            sent: 0,
            round_trip: None,
            connect: None,
            waited: Duration::ZERO,
            tls: None,
            strays: 0,
            transcript: Vec::new(),
        },
    };
    let ended = match candidate.wire {
        Wire::Udp => run.udp(candidate.address).await,
        Wire::Tcp | Wire::Tls => run.stream(candidate, settings, trusts).await,
    };
    run.probe.ended = ended.unwrap_or_else(|error| failed(&error));
    run.probe.waited = start.elapsed();
    run.probe
}

fn failed(error: &io::Error) -> ProbeEnd {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionRefused, ConnectionReset, UnexpectedEof};
    match error.kind() {
        ConnectionRefused => ProbeEnd::Refused,
        ConnectionReset | ConnectionAborted | BrokenPipe | UnexpectedEof => ProbeEnd::Closed,
        _ => ProbeEnd::NoRoute(error.to_string()),
    }
}

struct Exchange<'r> {
    target: &'r Target,
    ids: &'r Ids,
    end: Instant,
    probe: Probe,
}

impl Exchange<'_> {
    fn request(&mut self, wire: Wire, local: SocketAddr) -> Vec<u8> {
        let request = message::options(&self.target.domain(), self.target.port, wire, local, self.ids);
        self.probe.transcript.push(message::transcript(&request));
        request
    }

    /// Copies at 0, 0.5, 1.5, 3.5, 7.5 s and so on, until an answer comes.
    async fn udp(&mut self, address: SocketAddr) -> io::Result<ProbeEnd> {
        let any = if address.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
        let socket = UdpSocket::bind(any).await?;
        socket.connect(address).await?;
        let local = socket.local_addr()?;
        let request = self.request(Wire::Udp, local);
        let start = Instant::now();
        let (mut pause, mut next) = (T1, start);
        let mut ended = ProbeEnd::Silent;
        let mut buffer = vec![0; MOST_BYTES];
        loop {
            tokio::select! {
                biased;
                received = socket.recv(&mut buffer) => {
                    let datagram = buffer.get(..received?).unwrap_or_default();
                    match message::read(datagram, false, self.ids, local) {
                        Read::Reply(reply, _) => {
                            if let Some(ended) = self.answered(reply, datagram, start, &mut ended) {
                                return Ok(ended);
                            }
                            // A provisional answer slows the copies.
                            pause = T2;
                        }
                        Read::Garbage(text) if ended == ProbeEnd::Silent => ended = ProbeEnd::Unreadable(text),
                        _ => self.probe.strays += 1,
                    }
                    // A server that never stops sending would starve the timer.
                    if Instant::now() >= self.end {
                        return Ok(ended);
                    }
                }
                () = sleep_until(next.min(self.end)) => {
                    if Instant::now() >= self.end {
                        return Ok(ended);
                    }
                    socket.send(&request).await?;
                    self.probe.sent += 1;
                    next += pause;
                    pause = (pause * 2).min(T2);
                }
            }
        }
    }

    /// A final answer ends the probe; a provisional one is noted.
    fn answered(
        &mut self,
        reply: Reply,
        bytes: &[u8],
        start: Instant,
        ended: &mut ProbeEnd,
    ) -> Option<ProbeEnd> {
        self.probe.transcript.push(message::transcript(bytes));
        if reply.code < 200 {
            *ended = ProbeEnd::Provisional(reply.code);
            return None;
        }
        self.probe.round_trip = Some(start.elapsed());
        Some(ProbeEnd::Answered(reply))
    }

    async fn stream(
        &mut self,
        candidate: &Candidate,
        settings: &Settings,
        trusts: &impl Fn(&Handshake) -> bool,
    ) -> io::Result<ProbeEnd> {
        let start = Instant::now();
        let Ok(connected) = timeout_at(self.end, TcpStream::connect(candidate.address)).await else {
            return Ok(ProbeEnd::NotConnected);
        };
        let stream = connected?;
        stream.set_nodelay(true)?;
        self.probe.connect = Some(start.elapsed());
        let local = stream.local_addr()?;
        if candidate.wire == Wire::Tcp {
            return self.talk(stream, Wire::Tcp, local).await;
        }
        let verifier = match &*settings.tls {
            Ok(verifier) => verifier,
            Err(why) => return Ok(ProbeEnd::NoTls(format!("TLS cannot be set up here: {why}"))),
        };
        let recorder = Recorder::new(Arc::clone(verifier));
        // With the cryptography of the verifier, which is the default of the process.
        let config = rustls::ClientConfig::builder()
            .dangerous()
            .with_custom_certificate_verifier(recorder.clone())
            .with_client_cert_resolver(recorder.clone());
        let connector = tokio_rustls::TlsConnector::from(Arc::new(config));
        // The name of the domain, not of the server that it was resolved to (RFC 5922 §7.8).
        let domain = self.target.domain.clone().and_then(|domain| ServerName::try_from(domain).ok());
        let name = match (domain, &self.target.host) {
            (Some(domain), _) => domain,
            (None, Host::Address(address)) => ServerName::from(*address),
            (None, Host::Name(name)) => ServerName::try_from(name.clone()).map_err(io::Error::other)?,
        };
        let handshake = timeout_at(self.end, connector.connect(name, stream)).await;
        let seen = recorder.seen();
        let untrusted = !trusts(&seen);
        if !seen.chain.is_empty() {
            self.probe.tls = Some(seen);
        }
        match handshake {
            Err(_) => Ok(ProbeEnd::TlsSilent),
            Ok(Err(error)) => Ok(ProbeEnd::NoTls(message::clean(error.to_string().as_bytes(), 200))),
            // RFC 5922 §7.3: nothing is sent to a server that is not trusted.
            Ok(Ok(_)) if untrusted => Ok(ProbeEnd::NotTrusted),
            Ok(Ok(stream)) => self.talk(stream, Wire::Tls, local).await,
        }
    }

    /// One copy over a stream, and what comes back.
    async fn talk<S: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        mut stream: S,
        wire: Wire,
        local: SocketAddr,
    ) -> io::Result<ProbeEnd> {
        let request = self.request(wire, local);
        let start = Instant::now();
        stream.write_all(&request).await?;
        stream.flush().await?;
        self.probe.sent = 1;
        let mut ended = ProbeEnd::Silent;
        let mut input: Vec<u8> = Vec::new();
        let mut piece = [0; 4096];
        loop {
            match message::read(&input, true, self.ids, local) {
                Read::Reply(reply, taken) => {
                    let bytes: Vec<u8> = input.drain(..taken.min(input.len())).collect();
                    if let Some(ended) = self.answered(reply, &bytes, start, &mut ended) {
                        return Ok(ended);
                    }
                    continue;
                }
                Read::Other(taken) => {
                    self.probe.strays += 1;
                    input.drain(..taken.min(input.len()));
                    continue;
                }
                Read::Garbage(text) => return Ok(ProbeEnd::Unreadable(text)),
                Read::Incomplete => {}
            }
            // A server that never stops sending would starve the timer of `timeout_at`.
            if Instant::now() >= self.end {
                return Ok(ended);
            }
            let Ok(read) = timeout_at(self.end, stream.read(&mut piece)).await else { return Ok(ended) };
            match read {
                Ok(0) if ended == ProbeEnd::Silent => return Ok(ProbeEnd::Closed),
                Ok(0) => return Ok(ended),
                Ok(read) => input.extend_from_slice(piece.get(..read).unwrap_or_default()),
                // TLS 1.3: the server refuses our missing certificate with the first read.
                Err(error) if wire == Wire::Tls && error.kind() == io::ErrorKind::InvalidData => {
                    return Ok(ProbeEnd::NoTls(message::clean(error.to_string().as_bytes(), 200)));
                }
                Err(error) => return Err(error),
            }
        }
    }
}

//! A proxy before a server: it remembers each request, and can answer in the server's place.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A request as it came over the wire.
#[derive(Debug, Clone)]
pub struct Seen {
    pub method: String,
    /// Path and query, undecoded.
    pub target: String,
    /// Names in lower case, in the order of arrival.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Seen {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Method and path, for a readable list.
    pub fn line(&self) -> String {
        format!("{} {}", self.method, self.target.split('?').next().unwrap_or_default())
    }
}

/// An answer in place of the server's, for the next requests whose target contains a text.
struct Instead {
    part: String,
    /// Requests that the server answers before.
    skip: usize,
    times: usize,
    answer: Vec<u8>,
}

#[derive(Default)]
struct Shared {
    seen: Vec<Seen>,
    instead: Vec<Instead>,
}

/// The proxy.
pub struct Recorder {
    /// Its address, without a path.
    pub base: String,
    shared: Arc<Mutex<Shared>>,
}

impl Recorder {
    /// Stands before the server at that address.
    pub fn before(base: &str) -> Self {
        Self::retelling(base, |_, answer| answer)
    }

    /// The same, and changes the server's answers to others of the same length.
    pub fn retelling(base: &str, retell: fn(&Seen, Vec<u8>) -> Vec<u8>) -> Self {
        Self::hooked(base, Arc::new(move |seen, ask| Some(retell(seen, ask()?))))
    }

    /// The same with a hook that asks the server, or does not. Without an answer, the connection stays open and silent.
    pub fn hooked(base: &str, hook: Arc<Hook>) -> Self {
        let server = base.strip_prefix("http://").unwrap().to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::new(Mutex::new(Shared::default()));
        let own = Arc::clone(&shared);
        // The thread ends with the test process; each connection has a time limit of its own.
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (own, server) = (Arc::clone(&own), server.clone());
                let hook = Arc::clone(&hook);
                std::thread::spawn(move || pass(stream, &server, &own, &*hook));
            }
        });
        Self { base, shared }
    }

    /// The requests since the last call.
    pub fn take(&self) -> Vec<Seen> {
        std::mem::take(&mut self.shared.lock().unwrap().seen)
    }

    /// Method and path of the requests since the last call.
    pub fn lines(&self) -> Vec<String> {
        self.take().iter().map(Seen::line).collect()
    }

    /// Answers the next requests whose target contains that text; the server never sees them.
    pub fn instead(&self, part: &str, times: usize, answer: Vec<u8>) {
        self.after(part, 0, times, answer);
    }

    /// The same, once so many of them have gone through.
    pub fn after(&self, part: &str, skip: usize, times: usize, answer: Vec<u8>) {
        self.shared.lock().unwrap().instead.push(Instead { part: part.to_owned(), skip, times, answer });
    }

    /// Drops unused answers and returns their number.
    pub fn unasked(&self) -> usize {
        let rules = std::mem::take(&mut self.shared.lock().unwrap().instead);
        rules.iter().fold(0, |sum, rule| sum.saturating_add(rule.times))
    }
}

impl Shared {
    fn own_answer(&mut self, target: &str) -> Option<Vec<u8>> {
        let rule = self.instead.iter_mut().find(|rule| rule.times > 0 && target.contains(&rule.part))?;
        if rule.skip > 0 {
            rule.skip -= 1;
            return None;
        }
        rule.times -= 1;
        Some(rule.answer.clone())
    }
}

/// Is called with each request, and with what gets the server's answer to it.
pub type Hook = dyn Fn(&Seen, &dyn Fn() -> Option<Vec<u8>>) -> Option<Vec<u8>> + Send + Sync;

/// One request and its answer; then the connection ends.
fn pass(mut client: TcpStream, server: &str, shared: &Mutex<Shared>, hook: &Hook) -> Option<()> {
    let _ = client.set_read_timeout(Some(Duration::from_secs(20)));
    let (seen, bytes) = read(&client)?;
    let own = {
        let mut shared = shared.lock().unwrap();
        let own = shared.own_answer(&seen.target);
        shared.seen.push(seen.clone());
        own
    };
    let answer = match own {
        Some(answer) => answer,
        None => {
            let ask = || {
                let mut upstream = TcpStream::connect(server).ok()?;
                let _ = upstream.set_read_timeout(Some(Duration::from_secs(20)));
                upstream.write_all(&bytes).ok()?;
                let mut answer = Vec::new();
                upstream.read_to_end(&mut answer).ok()?;
                Some(answer)
            };
            match hook(&seen, &ask) {
                Some(answer) => answer,
                None => {
                    // Until the client disconnects.
                    let _ = client.read(&mut [0]);
                    return None;
                }
            }
        }
    };
    client.write_all(&answer).ok()
}

/// A request, and its bytes for the server with a header that closes the connection.
fn read(stream: &TcpStream) -> Option<(Seen, Vec<u8>)> {
    let mut reader = BufReader::new(stream);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if line == "\r\n" {
            break;
        }
        lines.push(line.trim_end().to_owned());
    }
    let (method, rest) = lines.first()?.split_once(' ')?;
    let target = rest.strip_suffix(" HTTP/1.1")?;
    let headers: Vec<(String, String)> = lines[1..]
        .iter()
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
        .collect();
    let seen = Seen { method: method.into(), target: target.into(), headers, body: Vec::new() };
    let length = seen.header("content-length").map_or(Some(0), |text| text.parse().ok())?;
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let head = lines.iter().filter(|line| !line.to_lowercase().starts_with("connection:"));
    let head: String = head.map(|line| format!("{line}\r\n")).collect();
    let mut bytes = format!("{head}Connection: close\r\n\r\n").into_bytes();
    bytes.extend_from_slice(&body);
    Some((Seen { body, ..seen }, bytes))
}

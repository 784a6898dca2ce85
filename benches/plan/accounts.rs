//! Many accounts of one vendor behind one port, each at a path of its own, with latency.
//!
//! The library's own simulator answers every request. One stands for all accounts that are alike, and an account gets
//! one of its own with its first write. What tells accounts apart is put in and out around it: the secret of a log-in,
//! and the token that it gives. An answer that the accounts have in common is made once, because the client is what is
//! measured.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use serde_json::{Value, json};
use trunkctl::vendors::Vendor;
use trunkctl::vendors::call::Response;
use trunkctl::vendors::simulator::{Incoming, Simulator};

/// More connections than a run has open; each takes a thread, because a sleeping thread wakes in time.
const THREADS: usize = 160;

/// What each sandbox takes in a log-in.
const SANDBOX_SECRET: &str = "sandbox-secret";

/// The accounts. The server's threads end with the process.
pub struct Accounts {
    /// Its address, without a path.
    pub base: String,
    shared: Arc<Shared>,
}

struct Shared {
    vendor: &'static dyn Vendor,
    /// In microseconds.
    latency: AtomicU64,
    requests: AtomicUsize,
    state: Mutex<State>,
}

struct State {
    /// What every account holds that has none of its own.
    common: Box<dyn Simulator>,
    saved: Value,
    /// What it has answered.
    answers: HashMap<Asked, Response>,
    own: HashMap<String, Box<dyn Simulator>>,
    /// The answer to the one log-in at the simulator, and the tokens in it.
    log_in: Option<(Response, [String; 2])>,
}

/// The path, the parameters and the body of a request.
type Asked = (String, Vec<(String, String)>, Vec<u8>);

impl Accounts {
    /// Accounts without trunks.
    pub fn of(vendor: &'static dyn Vendor) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let mut common = vendor.simulator(None).unwrap();
        let log_in = log_in(&mut *common);
        let state =
            State { saved: common.save(), common, answers: HashMap::new(), own: HashMap::new(), log_in };
        let shared = Shared {
            vendor,
            latency: AtomicU64::default(),
            requests: AtomicUsize::default(),
            state: Mutex::new(state),
        };
        let shared = Arc::new(shared);
        for _ in 0..THREADS {
            let (listener, shared) = (listener.try_clone().unwrap(), Arc::clone(&shared));
            std::thread::spawn(move || {
                while let Ok((stream, _)) = listener.accept() {
                    // A client that goes away is no concern of the server.
                    let _ = shared.serve(stream);
                }
            });
        }
        Self { base, shared }
    }

    /// From now on every account holds what this one does.
    pub fn become_like(&self, account: &str) {
        let mut state = self.shared.state.lock().unwrap();
        let model = state.own.remove(account).unwrap();
        state.saved = model.save();
        state.common = model;
        state.answers.clear();
        state.own.clear();
    }

    /// From now on every request takes so long, from when it is there to when its answer leaves.
    pub fn take(&self, latency: Duration) {
        self.shared.latency.store(u64::try_from(latency.as_micros()).unwrap(), Ordering::SeqCst);
    }

    /// How many requests came since the last call.
    pub fn requests(&self) -> usize {
        self.shared.requests.swap(0, Ordering::SeqCst)
    }
}

impl Shared {
    /// One request and its answer; then the connection ends, as with a PBX (Yeastar, API Request Overview).
    fn serve(&self, mut stream: TcpStream) -> Option<()> {
        let (account, request) = read(&stream)?;
        let until = Instant::now() + Duration::from_micros(self.latency.load(Ordering::SeqCst));
        self.requests.fetch_add(1, Ordering::SeqCst);
        let answer = self.state.lock().unwrap().answer(self.vendor, account, request);
        let mut head = format!("HTTP/1.1 {} X\r\nContent-Length: {}\r\n", answer.status, answer.body.len());
        for (name, value) in answer.headers.iter().filter(|(name, _)| name != "connection") {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("Connection: close\r\n\r\n");
        let bytes = [head.as_bytes(), &answer.body].concat();
        std::thread::sleep(until.saturating_duration_since(Instant::now()));
        stream.write_all(&bytes).ok()
    }
}

impl State {
    fn answer(&mut self, vendor: &dyn Vendor, account: String, mut request: Incoming) -> Response {
        let mark = format!("of{account}");
        if let Some((answer, tokens)) = &self.log_in {
            let right = json!({"username": "sandbox", "password": secret(&account)}).to_string();
            if request.path.ends_with("/get_token") && request.body == right.as_bytes() {
                let text = String::from_utf8(answer.body.clone()).unwrap();
                let text =
                    tokens.iter().fold(text, |text, token| text.replace(token, &format!("{token}{mark}")));
                return Response { body: text.into_bytes(), ..answer.clone() };
            }
            // A token of another account stays as it is, which none of the simulator's is.
            for (_, token) in request.query.iter_mut().filter(|(key, _)| key == "access_token") {
                *token = token.strip_suffix(&mark).unwrap_or(token).to_owned();
            }
        }
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
        let writes = ["create", "update", "delete", "add"].iter().any(|word| request.path.ends_with(word));
        match self.own.get_mut(&account) {
            Some(own) => own.handle(&request, now),
            None if writes => {
                let own = vendor.simulator(Some(&self.saved)).unwrap();
                self.own.entry(account).or_insert(own).handle(&request, now)
            }
            None => {
                let asked = (request.path.clone(), request.query.clone(), request.body.clone());
                self.answers.entry(asked).or_insert_with(|| self.common.handle(&request, now)).clone()
            }
        }
    }
}

/// The secret of an account's log-in.
pub fn secret(account: &str) -> String {
    format!("{SANDBOX_SECRET}-{account}")
}

/// Logs in where that is how the vendor does it.
fn log_in(simulator: &mut dyn Simulator) -> Option<(Response, [String; 2])> {
    let request = Incoming {
        method: "POST".into(),
        path: "/openapi/v1.0/get_token".into(),
        headers: [("user-agent", "x"), ("content-type", "application/json")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
        body: json!({"username": "sandbox", "password": SANDBOX_SECRET}).to_string().into_bytes(),
        ..Incoming::default()
    };
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    let answer = simulator.handle(&request, now);
    let body: Value = serde_json::from_slice(&answer.body).ok()?;
    let token = |key: &str| body[key].as_str().map(str::to_owned);
    let tokens = [token("access_token")?, token("refresh_token")?];
    Some((answer, tokens))
}

/// The account, which is the first part of the path, and the request.
fn read(stream: &TcpStream) -> Option<(String, Incoming)> {
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
    let (account, rest) = rest.strip_suffix(" HTTP/1.1")?.strip_prefix('/')?.split_once('/')?;
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let query = query.split('&').filter_map(|pair| pair.split_once('='));
    let headers = lines[1..].iter().filter_map(|line| line.split_once(':'));
    let mut request = Incoming {
        method: method.to_owned(),
        path: format!("/{path}"),
        // Of what is used here, only lists of ids have something to decode.
        query: query.map(|(key, value)| (key.to_owned(), value.replace("%2C", ","))).collect(),
        headers: headers.map(|(name, value)| (name.to_lowercase(), value.trim().to_owned())).collect(),
        body: Vec::new(),
        ..Incoming::default()
    };
    let length = request.header("content-length").map_or(Some(0), |text| text.parse().ok())?;
    request.body = vec![0; length];
    reader.read_exact(&mut request.body).ok()?;
    Some((account.to_owned(), request))
}

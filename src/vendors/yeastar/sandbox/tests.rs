mod access;
mod calls;
mod fields;

use serde_json::{Value, json};

use super::Sandbox;
use crate::vendors::simulator::{Incoming, Simulator};

const NOW: u64 = 1_800_000_000;

struct Pbx {
    sandbox: Sandbox,
    token: String,
    now: u64,
}

impl Pbx {
    fn new() -> Self {
        Self::with(Sandbox::new())
    }

    fn with(sandbox: Sandbox) -> Self {
        let mut pbx = Self { sandbox, token: String::new(), now: NOW };
        pbx.token = text(&pbx.log_in("sandbox-secret"), "access_token");
        pbx
    }

    /// A PBX with these keys set in its saved state.
    fn set(flags: &[(&str, Value)]) -> Self {
        let mut pbx = Self::new();
        pbx.change(flags);
        pbx
    }

    fn change(&mut self, flags: &[(&str, Value)]) {
        let mut saved = self.sandbox.save();
        for (key, value) in flags {
            saved[*key] = value.clone();
        }
        self.sandbox = Sandbox::load(&saved).unwrap();
    }

    fn send(&mut self, request: &Incoming) -> Value {
        let response = self.sandbox.handle(request, self.now);
        assert_eq!(response.status, 200);
        assert_eq!(response.header("connection"), Some("close"));
        serde_json::from_slice(&response.body).unwrap()
    }

    fn log_in(&mut self, secret: &str) -> Value {
        self.send(&post("get_token", json!({"username": "sandbox", "password": secret})))
    }

    fn get(&mut self, path: &str, query: &[(&str, &str)]) -> Value {
        let mut request = request("GET", path);
        request.query = query.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect();
        request.query.push(("access_token".into(), self.token.clone()));
        self.send(&request)
    }

    fn post(&mut self, path: &str, body: Value) -> Value {
        let mut request = post(path, body);
        request.query.push(("access_token".into(), self.token.clone()));
        self.send(&request)
    }

    fn create(&mut self, body: Value) -> u64 {
        let answer = self.post("trunk/create", body);
        assert_eq!(answer["errcode"], 0, "{answer}");
        answer["id"].as_u64().unwrap()
    }

    fn record(&mut self, id: u64) -> Value {
        self.get("trunk/get", &[("id", &id.to_string())])["data"].clone()
    }
}

fn request(method: &str, path: &str) -> Incoming {
    Incoming {
        method: method.into(),
        path: format!("/openapi/v1.0/{path}"),
        headers: vec![("user-agent".into(), "test".into())],
        ..Incoming::default()
    }
}

fn post(path: &str, body: Value) -> Incoming {
    let mut request = request("POST", path);
    request.headers.push(("content-type".into(), "application/json".into()));
    request.body = body.to_string().into_bytes();
    request
}

fn text(answer: &Value, key: &str) -> String {
    answer[key].as_str().unwrap_or_else(|| panic!("no {key} in {answer}")).into()
}

/// The fields that a 40002 names.
fn named(answer: &Value) -> Vec<&str> {
    assert_eq!(answer["errcode"], 40002, "{answer}");
    let entries = answer["invalid_param_list"].as_array().unwrap();
    entries.iter().filter_map(|entry| entry["field"].as_str()).collect()
}

fn register(name: &str) -> Value {
    json!({"name": name, "country": "general", "type": "register", "transport": "udp",
        "hostname": "sip.example.com", "port": 5060, "domain": "sip.example.com", "username": "6701",
        "password": "x", "auth_name": "auth", "codec_sel": "ulaw,alaw,g729"})
}

fn peer(name: &str) -> Value {
    json!({"name": name, "country": "general", "type": "peer", "transport": "dnsnaptr",
        "hostname": "peer.example.com", "port": 5060, "domain": "peer.example.com", "codec_sel": "opus"})
}

fn account(name: &str) -> Value {
    json!({"name": name, "country": "general", "type": "account", "transport": "tls", "number": "7001",
        "password": "x", "auth_name": "auth", "codec_sel": "mpeg4"})
}

fn plus(mut body: Value, key: &str, value: Value) -> Value {
    body[key] = value;
    body
}

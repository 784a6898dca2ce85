//! Which requests go through an HTTP proxy.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use super::*;
use crate::support::served::Served;

/// A proxy that refuses every request, and keeps its first line and headers.
struct Proxy {
    host: String,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let own = Arc::clone(&seen);
        // The thread ends with the test process.
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let lines = BufReader::new(&stream).lines().map_while(Result::ok);
                let head: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
                own.lock().unwrap().push(head.join("\n"));
                let _ = stream
                    .write_all(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            }
        });
        Self { host, seen }
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.seen.lock().unwrap())
    }
}

fn pbx(base: &str, more: &str) -> String {
    format!(
        "[profiles.p]\nvendor = \"yeastar\"\nbase_url = \"{base}\"\naccess_token = \"canary-token\"\n{more}\n"
    )
}

/// `trunk list` with a profile, in an environment.
fn list(file: &str, variables: &[(&str, &str)]) -> Ran {
    list_within("5s", file, variables)
}

/// The same without a proxy, so to an address that never answers: the limit only ends the wait for it.
fn list_in_vain(file: &str, variables: &[(&str, &str)]) {
    list_within("1s", file, variables).expect(10);
}

fn list_within(limit: &str, file: &str, variables: &[(&str, &str)]) -> Ran {
    let place = Place::new();
    let path = place.write("etc/profiles.toml", file);
    let place = variables.iter().fold(place, |place, (name, value)| place.with(name, value));
    run(&place, &format!("--profiles-file {path} --retries 0 --timeout {limit} -o json trunk list"))
}

const FAR: &str = "https://192.0.2.10:8088";
const FAR_HTTP: &str = "http://192.0.2.10:8088";

#[test]
fn https_goes_through_the_proxy_of_the_environment() {
    let proxy = Proxy::start();
    let address = format!("http://user:canary-pass@{}", proxy.host);
    for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        let ran = list(&pbx(FAR, ""), &[(name, &address)]).expect(10);
        let seen = proxy.take();
        assert!(seen.len() == 1 && seen[0].starts_with("CONNECT 192.0.2.10:8088 "), "{name}: {seen:?}");
        let sent = BASE64.encode("user:canary-pass");
        assert!(seen[0].contains(&format!("Basic {sent}")), "{seen:?}");
        assert!(ran.err.contains("***@127.0.0.1") && !ran.err.contains("canary-pass"), "{ran:?}");
        assert!(!ran.err.contains(&sent), "{ran:?}");
    }
    let bare = proxy.host.clone();
    list(&pbx(FAR, ""), &[("HTTPS_PROXY", &bare), ("ALL_PROXY", "http://127.0.0.1:1")]).expect(10);
    assert_eq!(proxy.take().len(), 1, "HTTPS_PROXY comes before ALL_PROXY");
    std::thread::scope(|scope| {
        let cases = [("proxy = \"none\"", "x.example"), ("", "192.0.2.0/24"), ("", "x.example, *")];
        for (more, exceptions) in cases {
            let variables = [("HTTPS_PROXY", address.as_str()), ("NO_PROXY", exceptions)];
            scope.spawn(move || list_in_vain(&pbx(FAR, more), &variables));
        }
    });
    assert_eq!(proxy.take().len(), 0, "`none` and NO_PROXY");
}

/// The token rides in the address of the request.
#[test]
fn plain_http_uses_only_the_proxy_of_the_profile() {
    let proxy = Proxy::start();
    let address = format!("http://{}", proxy.host);
    let all: Vec<(&str, &str)> = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"]
        .map(|name| (name, &*address))
        .into();
    let ran = list(&pbx(FAR_HTTP, "allow_http = true"), &all);
    assert_eq!(proxy.take().len(), 0);
    assert!(ran.err.contains("HTTP_PROXY") && ran.err.contains("`proxy`"), "{ran:?}");
    list(&pbx(FAR_HTTP, &format!("allow_http = true\nproxy = \"{address}\"")), &[]);
    let seen = proxy.take();
    assert!(seen.len() == 1 && seen[0].starts_with("GET http://192.0.2.10:8088/"), "{seen:?}");
    // The profile's own proxy applies, regardless of the exceptions in the environment.
    list(&pbx(FAR, &format!("proxy = \"{address}\"")), &[("NO_PROXY", "*")]);
    assert_eq!(proxy.take().len(), 1);
}

/// The line is run in a shell that has the variables too.
#[test]
fn a_curl_line_bypasses_the_proxy_like_the_program() {
    for (base, direct) in [(FAR, false), (FAR_HTTP, true), ("https://127.0.0.1:8088", true)] {
        let place = Place::new().with("HTTPS_PROXY", "http://192.0.2.99:3128");
        let profiles = place.write("profiles.toml", &pbx(base, "allow_http = true"));
        let line = "--dry-run=curl trunk update id:1 --kind peer --port 5060";
        let words = ["--profiles-file", &profiles].into_iter().chain(line.split(' '));
        let ran = place.run(&words.collect::<Vec<_>>()).expect(0);
        assert_eq!(ran.out.contains("--noproxy '*'"), direct, "{base}: {}", ran.out);
    }
}

/// The proxy is chosen by the address of each request: here one of them leaves this machine, and the other does not.
#[test]
fn a_loopback_address_is_never_sent_through_a_proxy() {
    let (proxy, served) = (Proxy::start(), Served::start());
    let address = format!("http://{}", proxy.host);
    let variables = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"];
    let zoom = |token_url: &str, more: &str| {
        format!(
            "[profiles.p]\nvendor = \"zoom\"\nbase_url = \"{0}/zoom/v2\"\n{token_url}account_id = \"sandbox-account\"\n\
             client_id = \"sandbox\"\nclient_secret = \"sandbox-secret\"\naccount = \"sub-1\"\n{more}\n",
            served.base
        )
    };
    let near = format!("token_url = \"{}/zoom/oauth/token\"\n", served.base);
    let all: Vec<(&str, &str)> = variables.map(|name| (name, &*address)).into();
    list(&zoom(&near, ""), &all).expect(0);
    list(&zoom(&near, &format!("proxy = \"{address}\"")), &[]).expect(0);
    assert_eq!(proxy.take().len(), 0);
    // With Zoom's own token_url only the log-in goes through the proxy.
    list(&zoom("", ""), &all).expect(10);
    let seen = proxy.take();
    assert!(seen.len() == 1 && seen[0].starts_with("CONNECT zoom.us:443 "), "{seen:?}");
    let token = format!(
        "[profiles.p]\nvendor = \"zoom\"\nbase_url = \"{}/zoom/v2\"\naccess_token = \"canary-token\"\n",
        served.base
    );
    list(&token, &all);
    assert_eq!(proxy.take().len(), 0, "a token left in clear");
}

#[test]
fn an_invalid_proxy_address_is_an_error() {
    for name in ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "ALL_PROXY"] {
        for bad in ["http://user:canary-pass@[bad", "socks5://user:canary-pass@h:1080", "http://h:99999"] {
            let ran = list(&pbx(FAR, ""), &[(name, bad)]).expect(3);
            let error = ran.error();
            assert!(error["message"].as_str().unwrap().contains(name), "{error}");
            assert!(!ran.err.contains("canary"), "{ran:?}");
        }
    }
    for bad in ["ftp://user:canary-pass@h", "http://canary-pass@h:1/path", ""] {
        let ran = list(&pbx(FAR, &format!("proxy = \"{bad}\"")), &[]).expect(3);
        assert!(ran.err.contains("`proxy`") && !ran.err.contains("canary-pass"), "{ran:?}");
    }
}

#[test]
fn the_credentials_of_a_proxy_are_never_shown() {
    let place = Place::new();
    let proxy = "proxy = \"http://user:canary-pass@192.0.2.9:3128\"";
    let path = place.write("profiles.toml", &pbx(FAR, proxy));
    let head = format!("--profiles-file {path}");
    let rows = run(&place, &format!("{head} profile show -o json")).expect(0);
    assert!(rows.out.contains("\"http://***@192.0.2.9:3128\"") && !rows.out.contains("canary"), "{rows:?}");
    for form in ["http", "curl"] {
        let ran =
            run(&place, &format!("{head} --dry-run={form} -vvv trunk update id:1 --kind peer --port 5061"));
        let ran = ran.expect(0);
        assert!(!ran.out.contains("canary-pass") && !ran.err.contains("canary-pass"), "{ran:?}");
        assert_eq!(ran.out.contains("--proxy \"${TRUNKCTL_PROXY}\""), form == "curl", "{ran:?}");
    }
    #[cfg(unix)]
    {
        crate::support::set_mode(&path, 0o644);
        let token = std::fs::read_to_string(&path).unwrap().replace("\"canary-token\"", "\"env:T\"");
        std::fs::write(&path, token).unwrap();
        let ran = run(&place, &format!("{head} profile show")).expect(3);
        assert!(ran.err.contains("`proxy`") && ran.err.contains("chmod 600"), "{ran:?}");
    }
}

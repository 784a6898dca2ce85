//! Parallel requests of one session.

use std::rc::Rc;
use std::sync::Arc;

use futures_util::future::join_all;
use trunkctl::engine::pace::Pacer;
use trunkctl::engine::redact::Redactor;
use trunkctl::engine::session::{Limits, Outside, Session};
use trunkctl::model::diagnostics::Diagnostics;
use trunkctl::model::error::{Kind, Result};
use trunkctl::model::profile::Profile;
use trunkctl::model::secret::Secret;
use trunkctl::vendors::by_name;

use super::*;

/// Discards the warnings and notes of these tests.
struct Silence;

impl Diagnostics for Silence {
    fn warn(&self, _: &str) {}
    fn note(&self, _: &str) {}
}

/// A session of a Zoom account, which logs in unless it is given a token.
fn session(base: &str, token: Option<&str>, concurrency: usize) -> Session {
    let vendor = by_name("zoom").unwrap();
    let settings = [
        ("base_url", format!("{base}/v2")),
        ("token_url", format!("{base}/oauth/token")),
        ("account", "me".into()),
        ("plan", "none".into()),
    ];
    let secrets = [("client_secret", Some("client-secret")), ("access_token", token)];
    let profile = Profile {
        name: "p".into(),
        vendor: "zoom".into(),
        settings: settings.map(|(key, value)| (key.to_owned(), value)).into(),
        origins: Default::default(),
        secrets: secrets
            .into_iter()
            .filter_map(|(key, value)| Some((key.to_owned(), Secret::known(value?))))
            .collect(),
        ca_file: None,
        proxy: Default::default(),
        allow_http: false,
        concurrency: Some(concurrency),
        identity: base.into(),
        home: None,
    };
    let outside = Outside {
        tokens: None,
        limits: Limits {
            timeout: Duration::from_secs(20),
            deadline: Instant::now() + Duration::from_secs(20),
            retries: 3,
        },
        dry_run: None,
        withheld: Rc::default(),
        redactor: Redactor::default(),
        diagnostics: Arc::new(Silence),
        pacer: Rc::new(Pacer::new(vendor.facts(), &profile)),
        proxy: None,
        cancellation: Rc::default(),
        journal: None,
    };
    Session::new(vendor, profile, outside).unwrap()
}

/// Lists the countries that many times in parallel.
fn read(session: &Session, times: usize) -> Vec<Result<usize>> {
    let read = async || {
        let call = session.vendor().list_countries(session.profile(), "me")?;
        session.read_all(call).await.map(|rows| rows.len())
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(join_all((0..times).map(|_| read())))
}

const NOTHING: &str = r#"{"callout_countries":[],"total_records":0}"#;

#[test]
fn after_a_rate_limit_one_request_is_sent_alone_at_its_end() {
    for retry_after in ["Retry-After: 1\r\n", ""] {
        let limited = Arc::new(std::sync::Mutex::new((None, 0)));
        let own = Arc::clone(&limited);
        let server = Scripted::answering(move |_, _| {
            let mut limited = own.lock().unwrap();
            let begun = *limited.0.get_or_insert_with(Instant::now);
            if begun.elapsed() < Duration::from_millis(900) {
                limited.1 += 1;
                return Act::Raw(http(429, retry_after, ""));
            }
            Act::Late(Duration::from_millis(200), http(200, "", NOTHING))
        });
        let counts = read(&session(&server.base, Some("t-token"), 10), 8);
        assert!(counts.iter().all(|count| matches!(count, Ok(0))), "{counts:?}");
        let (arrivals, limited) = (server.arrivals(), limited.lock().unwrap().1);
        assert!((1..=8).contains(&limited), "{limited}");
        assert_eq!(arrivals.len(), limited + 8);
        let pause = arrivals[limited] - arrivals[0];
        assert!(pause >= Duration::from_secs(1), "{pause:?}");
        // The others wait for the answer to this one.
        let alone = arrivals[limited + 1] - arrivals[limited];
        assert!(alone >= Duration::from_millis(200), "{alone:?}");
    }
}

#[test]
fn a_profile_limits_its_parallel_requests() {
    for most in [1, 3] {
        let server = Scripted::start(vec![Act::Late(Duration::from_millis(30), http(200, "", NOTHING))]);
        let counts = read(&session(&server.base, Some("t-token"), most), 12);
        assert!(counts.iter().all(Result::is_ok), "{counts:?}");
        assert_eq!(server.requests().len(), 12);
        assert!(server.most_at_once() <= most, "{}", server.most_at_once());
    }
}

#[test]
fn a_log_in_does_not_count_against_the_limit_of_parallel_requests() {
    let token = r#"{"access_token":"new-token","token_type":"bearer","expires_in":3599}"#;
    // Four reads with one token, then one read whose first token is refused.
    for (times, refused) in [(4, 0), (1, 2)] {
        let server = Scripted::answering(move |at, request| match at {
            _ if request.contains("oauth/token") => {
                Act::Late(Duration::from_millis(30), http(200, "", token))
            }
            at if at < refused => Act::Json(401, r#"{"code":124,"message":"Invalid access token."}"#),
            _ => Act::Raw(http(200, "", NOTHING)),
        });
        let counts = read(&session(&server.base, None, 1), times);
        assert!(counts.iter().all(Result::is_ok), "{counts:?}");
        assert_eq!(server.requests().len(), if refused > 0 { 4 } else { 5 });
    }
}

#[test]
fn a_limit_beyond_the_deadline_or_of_a_day_also_ends_waiting_requests() {
    for headers in ["Retry-After: 3600\r\n", "X-RateLimit-Type: Daily-limit\r\nRetry-After: 5\r\n"] {
        let server = Scripted::start(vec![Act::Raw(http(429, headers, ""))]);
        let counts = read(&session(&server.base, Some("t-token"), 1), 6);
        for count in counts {
            let error = count.unwrap_err();
            assert_eq!((error.kind, error.retryable), (Kind::RateLimited, true), "{error}");
            assert!(error.hint.as_ref().unwrap().contains("try again after 2"), "{:?}", error.hint);
        }
        assert_eq!(server.requests().len(), 1);
    }
}

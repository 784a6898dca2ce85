//! HTTP between the listener and the simulators.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use futures_util::stream;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, Limited, StreamBody};
use hyper::body::{Bytes, Frame, Incoming as HttpBody};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use super::fault::{Fault, FaultKind, befall};
use super::state::State;
use crate::vendors::simulator::Incoming;

/// More than any request of the three vendors.
const LONGEST_REQUEST: usize = 8 << 20;

/// Accepts until it is dropped.
pub async fn serve(listener: TcpListener, state: Arc<Mutex<State>>, faults: Arc<Mutex<Vec<Fault>>>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let (state, faults) = (Arc::clone(&state), Arc::clone(&faults));
        tokio::spawn(async move {
            let service = service_fn(move |request| answer(request, Arc::clone(&state), Arc::clone(&faults)));
            // A client that disconnects in the middle of a request is ignored, and so is a connection that
            // was dropped as a fault.
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

/// Closes the connection without an answer.
#[derive(Debug, thiserror::Error)]
#[error("dropped on demand")]
struct Dropped;

type Body = BoxBody<Bytes, Dropped>;

async fn answer(
    request: Request<HttpBody>,
    state: Arc<Mutex<State>>,
    faults: Arc<Mutex<Vec<Fault>>>,
) -> Result<Response<Body>, Dropped> {
    let (parts, body) = request.into_parts();
    let Ok(body) = Limited::new(body, LONGEST_REQUEST).collect().await else { return Ok(plain(400)) };
    let path = parts.uri.path().to_owned();
    let (_, rest) = path.trim_start_matches('/').split_once('/').unwrap_or_default();
    let incoming = Incoming {
        method: parts.method.as_str().to_owned(),
        path: format!("/{rest}"),
        query: parts.uri.query().map(pairs).unwrap_or_default(),
        headers: parts
            .headers
            .iter()
            .map(|(name, value)| {
                (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
            })
            .collect(),
        body: body.to_bytes().to_vec(),
        odd_tokens: false,
    };
    // A vendor finishes a request even if the client is gone.
    tokio::spawn(work(incoming, path, state, faults)).await.unwrap_or(Err(Dropped))
}

async fn work(
    mut incoming: Incoming,
    path: String,
    state: Arc<Mutex<State>>,
    faults: Arc<Mutex<Vec<Fault>>>,
) -> Result<Response<Body>, Dropped> {
    let mut due = Instant::now();
    let (vendor, _) = path.trim_start_matches('/').split_once('/').unwrap_or_default();
    let arrived = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let mut now = arrived.as_secs();
    let struck = befall(&mut lock(&faults), &format!("{} {path}", incoming.method), arrived);
    let (mut after, mut shifted) = (Vec::new(), None);
    for fault in struck {
        match fault {
            FaultKind::DropBefore => return Err(Dropped),
            FaultKind::Delay(time) => late(&mut due, time).await,
            FaultKind::Status(status, headers) => return Ok(whole(status, &headers, Vec::new())),
            FaultKind::Quota(quota, headers) => {
                let refusal = lock(&state).over_quota(vendor, quota.ends(arrived).as_deref());
                let Some(mut refusal) = refusal else { return Ok(plain(404)) };
                let is_given = |name: &str| headers.iter().any(|(given, _)| given.eq_ignore_ascii_case(name));
                refusal.headers.retain(|(name, _)| !is_given(name));
                refusal.headers.extend(headers);
                return Ok(whole(refusal.status, &refusal.headers, refusal.body));
            }
            FaultKind::Html(status) => {
                let headers = [("content-type".to_owned(), "text/html".to_owned())];
                return Ok(whole(status, &headers, HTML.into()));
            }
            FaultKind::Clock(seconds) => {
                now = now.saturating_add_signed(seconds);
                shifted = Some(now);
            }
            FaultKind::ExpireToken => expire(&mut incoming),
            FaultKind::OddTokens => incoming.odd_tokens = true,
            FaultKind::DropAfter | FaultKind::DelayAfter(_) | FaultKind::Truncate | FaultKind::Garbage => {
                after.push(fault)
            }
        }
    }
    let Some(mut answer) = lock(&state).answer(vendor, &incoming, now) else { return Ok(plain(404)) };
    if let Some(date) = shifted.and_then(http_date) {
        answer.headers.push(("date".into(), date));
    }
    for fault in &after {
        if let FaultKind::DelayAfter(time) = fault {
            late(&mut due, *time).await;
        }
    }
    if after.contains(&FaultKind::DropAfter) {
        return Err(Dropped);
    }
    if after.contains(&FaultKind::Garbage) {
        answer.body = (0..=255).rev().collect();
    }
    if after.contains(&FaultKind::Truncate) {
        answer.headers.push(("content-length".into(), answer.body.len().to_string()));
        return Ok(respond(answer.status, &answer.headers, half(answer.body)));
    }
    Ok(whole(answer.status, &answer.headers, answer.body))
}

/// Delays the answer by `time`, of which the work on it so far is a part. The runtime's clock rounds up to milliseconds,
/// which would make each answer later than requested.
async fn late(due: &mut Instant, time: Duration) {
    const TICKS: Duration = Duration::from_millis(2);
    *due += time;
    let until = *due;
    tokio::time::sleep(until.saturating_duration_since(Instant::now()).saturating_sub(TICKS)).await;
    let rest = move || std::thread::sleep(until.saturating_duration_since(Instant::now()));
    let _ = tokio::task::spawn_blocking(rest).await;
}

const HTML: &str = "<html><head><title>Bad gateway</title></head><body><h1>Bad gateway</h1></body></html>";

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Spoils the token, wherever the vendor looks for it.
fn expire(incoming: &mut Incoming) {
    for (name, value) in incoming.query.iter_mut().chain(&mut incoming.headers) {
        if name == "access_token" || name == "authorization" {
            value.push_str("-expired");
        }
    }
}

fn http_date(now: u64) -> Option<String> {
    let moment = jiff::Timestamp::from_second(i64::try_from(now).ok()?).ok()?;
    jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&moment).ok()
}

/// Query parameters, decoded.
fn pairs(query: &str) -> Vec<(String, String)> {
    reqwest::Url::parse(&format!("http://x/?{query}"))
        .map(|url| url.query_pairs().into_owned().collect())
        .unwrap_or_default()
}

fn whole(status: u16, headers: &[(String, String)], body: Vec<u8>) -> Response<Body> {
    respond(status, headers, full(body))
}

fn respond(status: u16, headers: &[(String, String)], body: Body) -> Response<Body> {
    let mut builder = Response::builder().status(status);
    for (name, value) in headers {
        builder = builder.header(name, value);
    }
    builder.body(body).unwrap_or_else(|_| plain(500))
}

fn plain(status: u16) -> Response<Body> {
    let text = "no such simulator: the path begins with a vendor's name\n";
    let mut response = Response::new(full(text.into()));
    *response.status_mut() = hyper::StatusCode::from_u16(status).unwrap_or(hyper::StatusCode::NOT_FOUND);
    response
}

fn full(body: Vec<u8>) -> Body {
    Full::from(body).map_err(|never| match never {}).boxed()
}

/// The first half of a body; then the connection breaks.
fn half(body: Vec<u8>) -> Body {
    let mut half = Bytes::from(body);
    half.truncate(half.len() / 2);
    StreamBody::new(stream::iter([Ok(Frame::data(half)), Err(Dropped)])).boxed()
}

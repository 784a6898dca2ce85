//! HTTP between the listener and the imitations.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming as HttpBody};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use super::state::State;
use crate::vendors::imitation::Incoming;

/// More than any request of the three vendors.
const LONGEST_REQUEST: usize = 8 << 20;

/// Accepts until it is dropped.
pub async fn serve(listener: TcpListener, state: Arc<Mutex<State>>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let state = Arc::clone(&state);
        tokio::spawn(async move {
            let service = service_fn(move |request| answer(request, Arc::clone(&state)));
            // A client that goes away in mid-request is no concern of the server.
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

async fn answer(
    request: Request<HttpBody>,
    state: Arc<Mutex<State>>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (parts, body) = request.into_parts();
    let Ok(body) = Limited::new(body, LONGEST_REQUEST).collect().await else { return Ok(plain(400)) };
    let path = parts.uri.path();
    let (vendor, rest) = path.trim_start_matches('/').split_once('/').unwrap_or_default();
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
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let answered = state.lock().unwrap_or_else(PoisonError::into_inner).answer(vendor, &incoming, now);
    Ok(match answered {
        Some(answer) => {
            let mut builder = Response::builder().status(answer.status);
            for (name, value) in answer.headers {
                builder = builder.header(name, value);
            }
            builder.body(Full::from(answer.body)).unwrap_or_else(|_| plain(500))
        }
        None => plain(404),
    })
}

/// Query parameters, decoded.
fn pairs(query: &str) -> Vec<(String, String)> {
    reqwest::Url::parse(&format!("http://x/?{query}"))
        .map(|url| url.query_pairs().into_owned().collect())
        .unwrap_or_default()
}

fn plain(status: u16) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from("no such imitation: the path begins with a vendor's name\n"));
    *response.status_mut() = hyper::StatusCode::from_u16(status).unwrap_or(hyper::StatusCode::NOT_FOUND);
    response
}

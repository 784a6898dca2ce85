//! HTTP: one attempt and its result.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};
use tower::BoxError;
use tower::util::MapFutureLayer;

use super::limits::{LONGEST_ANSWER, too_many};
use super::tls;

use crate::model::error::{Error, Result};
use crate::model::net::is_loopback;
use crate::model::profile::{Profile, Proxy};
use crate::vendors::call::{Body, Fault, Method, Reader, Request, Response};

/// The time limit for connecting.
const LONGEST_CONNECT: Duration = Duration::from_secs(10);

tokio::task_local! {
    /// When the attempt of this task stops waiting for a connection.
    static CONNECTED_BY: Instant;
}

/// How one attempt ended.
pub type Attempt<T> = std::result::Result<Answered<T>, Failure>;

/// A complete answer, and what it says.
pub struct Answered<T> {
    /// The answer.
    pub response: Response,
    /// What the vendor's reader made of it.
    pub value: std::result::Result<T, Box<Fault>>,
}

/// Why an attempt ended without a complete answer.
#[derive(Debug)]
pub enum Failure {
    /// Nothing reached the vendor.
    NotSent(String),
    /// Something may have reached it.
    Lost(String),
    /// The same, because of its time limit.
    Late(String),
}

/// An HTTP client for one profile.
#[derive(Clone)]
pub struct Transport {
    client: reqwest::Client,
    proxy: Option<Arc<Proxy>>,
}

impl Transport {
    /// A client that verifies certificates and does not follow redirects.
    pub fn new(profile: &Profile, proxy: Option<&Proxy>) -> Result<Self> {
        let mut builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            // By default, the client reads the environment and the system's settings.
            .no_proxy()
            // `connect_timeout` is the same for every attempt, but the last ones before the deadline have less time.
            .connector_layer(MapFutureLayer::new(within_limit))
            .tcp_keepalive(None)
            .tcp_keepalive_interval(None)
            .tcp_keepalive_retries(None)
            // Idle connections are of use only to vendors that leave them open.
            .pool_max_idle_per_host(16);
        let mut addresses = Vec::from_iter(profile.addresses());
        if let Some((proxy, address)) = proxy.and_then(|proxy| Some((proxy, proxy.url.expose()?))) {
            builder = builder.proxy(through(proxy, address).map_err(|cause| failed(profile, &cause))?);
            addresses.push(address);
        }
        // The client needs it even for plain HTTP.
        tls::provider();
        if let Some(path) = &profile.ca_file {
            let tls = authority(&profile.name, path).and_then(|certificates| {
                tls::trusting(certificates).map_err(|cause| bad_authority(&profile.name, path, &cause))
            })?;
            builder = builder.tls_backend_preconfigured(tls);
        } else if addresses.iter().any(|address| address.starts_with("https:")) {
            let tls = tls::system().map_err(|cause| failed(profile, &cause))?;
            builder = builder.tls_backend_preconfigured(tls);
        } else {
            // Reading the system's authorities takes milliseconds, and plain HTTP does not need them.
            builder = builder.tls_certs_only([]);
        }
        let client = builder.build().map_err(|cause| failed(profile, &cause))?;
        Ok(Self { client, proxy: proxy.cloned().map(Arc::new) })
    }

    /// Sends a filled request once, and reads its answer, both on the thread of the connections. If the future is
    /// dropped, the connection is closed.
    pub async fn send<T: Send + 'static>(
        &self,
        request: Request,
        timeout: Duration,
        reader: &Reader<T>,
    ) -> Attempt<T> {
        let (transport, reader) = (self.clone(), Arc::clone(reader));
        let mut task = JoinSet::new();
        task.spawn(async move {
            let response = transport.exchange_within(timeout, &request).await?;
            let value = reader(&response).map_err(Box::new);
            Ok(Answered { response, value })
        });
        match task.join_next().await {
            Some(Ok(ended)) => ended,
            Some(Err(cause)) if cause.is_panic() => std::panic::resume_unwind(cause.into_panic()),
            // Only the end of the runtime ends the task early.
            _ => Err(Failure::Lost("the program ended before the answer arrived".into())),
        }
    }

    /// The limit for connecting ends before the limit of the attempt, and is checked first: if both have passed, it is
    /// certain that nothing was sent.
    async fn exchange_within(
        &self,
        limit: Duration,
        request: &Request,
    ) -> std::result::Result<Response, Failure> {
        let now = Instant::now();
        let connected_by = now + LONGEST_CONNECT.min(limit.mul_f64(0.9));
        let exchange = CONNECTED_BY.scope(connected_by, self.exchange(request));
        match timeout_at(now + limit, exchange).await {
            Ok(answer) => answer,
            Err(_) => Err(Failure::Late("no answer within the time limit".into())),
        }
    }

    async fn exchange(&self, request: &Request) -> std::result::Result<Response, Failure> {
        let method = match request.method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
            Method::Patch => reqwest::Method::PATCH,
            Method::Delete => reqwest::Method::DELETE,
        };
        let mut builder = self.client.request(method, &request.url);
        for (name, value) in &request.headers {
            builder = builder.header(name, value);
        }
        builder = match &request.body {
            Body::Empty => builder,
            Body::Json(body) => builder.body(body.to_string()),
            Body::Form(fields) => builder.form(fields),
            Body::Multipart(fields) => builder.multipart(
                fields
                    .iter()
                    .cloned()
                    .fold(reqwest::multipart::Form::new(), |form, (name, value)| form.text(name, value)),
            ),
        };
        match builder.send().await {
            Ok(answer) => read(answer).await,
            // A request that fails before the connection is established was never sent.
            Err(cause) if cause.is_connect() || cause.is_builder() => {
                Err(Failure::NotSent(self.by_way_of_proxy(&request.url, describe(cause))))
            }
            Err(cause) => Err(lost(cause, "")),
        }
    }
}

/// A connection, TLS included, or a failure once the attempt that needs it has waited too long.
async fn within_limit<T>(
    connect: impl Future<Output = std::result::Result<T, BoxError>>,
) -> std::result::Result<T, BoxError> {
    // The client starts to connect in the task of the attempt.
    let until = CONNECTED_BY.try_with(|until| *until).unwrap_or_else(|_| Instant::now() + LONGEST_CONNECT);
    match timeout_at(until, connect).await {
        Ok(connection) => connection,
        Err(_) => Err(std::io::Error::from(std::io::ErrorKind::TimedOut).into()),
    }
}

impl Transport {
    /// A failure to connect, with the proxy that was used.
    fn by_way_of_proxy(&self, url: &str, text: String) -> String {
        let Some(proxy) = &self.proxy else { return text };
        // The client's message if a proxy refuses the connection to the server.
        let tunnel = text.strip_prefix("tunnel error: ");
        let plain = proxy.plain_http
            && reqwest::Url::parse(url)
                .is_ok_and(|url| url.scheme() == "http" && !is_loopback(url.host_str().unwrap_or_default()));
        match tunnel {
            None if !plain => text,
            tunnel => format!("HTTP proxy {}: {}", proxy.shown, tunnel.unwrap_or(&text)),
        }
    }
}

/// The certificates of a profile's `ca_file`.
pub fn authority(profile: &str, path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    certificates(path).map_err(|why| bad_authority(profile, path, &why))
}

/// What verifies certificates, with an additional authority; or what is wrong with its file.
pub fn verifier(ca_file: Option<&Path>) -> std::result::Result<Arc<dyn ServerCertVerifier>, String> {
    let certificates = ca_file.map(certificates).transpose()?.unwrap_or_default();
    tls::verifier(certificates).map_err(|cause| cause.to_string())
}

/// The certificates of a PEM file, at least one; or why it cannot be used.
fn certificates(path: &Path) -> std::result::Result<Vec<CertificateDer<'static>>, String> {
    let certificates = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect::<std::result::Result<Vec<_>, _>>)
        .map_err(|cause| cause.to_string())?;
    match certificates.is_empty() {
        true => Err("it contains no PEM certificate".into()),
        false => Ok(certificates),
    }
}

fn failed(profile: &Profile, cause: &dyn std::error::Error) -> Error {
    let error = Error::config(format!("profile `{}`: TLS cannot be set up: {}", profile.name, chain(cause)));
    match &profile.ca_file {
        Some(path) => error.hint(format!("check the certificates in ca_file `{}`", path.display())),
        None => error,
    }
}

fn bad_authority(profile: &str, path: &Path, why: &dyn std::fmt::Display) -> Error {
    Error::config(format!("profile `{profile}`: ca_file `{}` cannot be used: {why}", path.display()))
        .hint("set it to a PEM file with the certificate of the authority or of the PBX")
}

async fn read(mut answer: reqwest::Response) -> std::result::Result<Response, Failure> {
    let status = answer.status().as_u16();
    let headers = answer
        .headers()
        .iter()
        .map(|(name, value)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        })
        .collect();
    let mut body = Vec::new();
    loop {
        match answer.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() <= LONGEST_ANSWER => body.extend_from_slice(&chunk),
            Ok(Some(_)) => {
                return Err(Failure::Lost(format!("the answer is longer than {} MiB", LONGEST_ANSWER >> 20)));
            }
            Ok(None) => {
                return match too_many(&body) {
                    Some(why) => Err(Failure::Lost(why)),
                    None => Ok(Response { status, headers, body }),
                };
            }
            Err(cause) => return Err(lost(cause, "the answer was cut off: ")),
        }
    }
}

fn lost(cause: reqwest::Error, what: &str) -> Failure {
    let late = cause.is_timeout();
    let text = format!("{what}{}", describe(cause));
    if late { Failure::Late(text) } else { Failure::Lost(text) }
}

/// The failure in words, without the address, because it may contain a token.
fn describe(cause: reqwest::Error) -> String {
    let cause = cause.without_url();
    if cause.is_timeout() && !cause.is_connect() {
        return "no answer within the time limit".into();
    }
    if cause.is_timeout() {
        return "no connection within the time limit".into();
    }
    chain(&cause)
}

/// The causes in order, without repetition.
fn chain(cause: &dyn std::error::Error) -> String {
    let mut texts: Vec<String> = Vec::new();
    let mut next = Some(cause);
    while let Some(error) = next {
        let text = error.to_string();
        // The outer layers of the client add nothing to the innermost cause.
        let hollow = text.starts_with("error sending request") || text.starts_with("client error");
        if !hollow && !texts.iter().any(|seen| seen.contains(&text)) {
            texts.push(text);
        }
        next = error.source();
    }
    if texts.is_empty() {
        texts.push(cause.to_string());
    }
    crate::model::text::excerpt(&texts.join(": "), 300)
}

/// Hosts that are reached without a proxy, decided for each request, because the addresses of a profile may differ.
const THIS_MACHINE: &str = "localhost,127.0.0.0/8,::1";

/// The requests that use a proxy. Plain HTTP reveals the credentials to it, so it is used only if the profile says so.
fn through(proxy: &Proxy, address: &str) -> reqwest::Result<reqwest::Proxy> {
    let bypass = format!("{THIS_MACHINE},{}", proxy.bypass.as_deref().unwrap_or_default());
    let through =
        if proxy.plain_http { reqwest::Proxy::all(address) } else { reqwest::Proxy::https(address) };
    through.map(|through| through.no_proxy(reqwest::NoProxy::from_string(&bypass)))
}

//! Probes of targets. Trunks with the same target share one probe.

use std::cell::{LazyCell, RefCell};
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::sync::OnceCell;

use crate::cli::trunk::Probes as Options;
use crate::context::Context;
use crate::engine::transport;
use crate::model::error::{Error, Kind, Result};
use crate::model::health::{Check, Verdict};
use crate::probe::exchange::{SetUp, Settings};
use crate::probe::resolver::Resolver;
use crate::probe::target::{Host, Target};
use crate::probe::{self, Found};

/// The longest that one server may take to answer: four copies of the request over UDP.
const PATIENCE: Duration = Duration::from_secs(4);

/// What the probes of a command share.
pub struct Probing {
    deadline: Instant,
    /// The SIP domain of every trunk, if the command line gives one.
    pub domain: Option<String>,
    resolver: Resolver,
    settings: Settings,
    /// How long a result is used before the target is probed again; forever, if there is no limit.
    lasts: Option<Duration>,
    results: RefCell<HashMap<String, Kept>>,
}

/// When a probe began, and its result.
type Kept = (Instant, Rc<OnceCell<Found>>);

impl Probing {
    /// # Errors
    /// A DNS server or an authority that cannot be used.
    pub fn new(context: &Context, options: &Options) -> Result<Self> {
        let timeout = context.options.timeout.min(PATIENCE);
        let server = options.resolver.as_deref().map(resolver).transpose()?;
        let ca_file = options.ca_file.clone().map(PathBuf::from);
        let set_up: SetUp = Box::new(move || transport::verifier(ca_file.as_deref()));
        let tls = LazyCell::new(set_up);
        // A file that cannot be used is an error even if nothing speaks TLS.
        if let Some(path) = &options.ca_file
            && let Err(why) = LazyCell::force(&tls)
        {
            return Err(Error::config(format!("--ca-file: `{path}` cannot be used: {why}")));
        }
        Ok(Self {
            deadline: context.deadline(),
            domain: options.domain.clone(),
            resolver: Resolver::new(server, timeout)?,
            settings: Settings { timeout, tls },
            lasts: None,
            results: RefCell::default(),
        })
    }

    /// Uses a result only for this time.
    pub fn lasting(self, time: Duration) -> Self {
        Self { lasts: Some(time), ..self }
    }

    /// Probes a target, or returns what the last probe of it found.
    pub async fn probe(&self, target: &Target, names: &[Host]) -> Found {
        let key = format!("{target} {} {names:?} {}", target.transport, target.domain());
        let now = Instant::now();
        let cell = {
            let mut results = self.results.borrow_mut();
            let kept = results.entry(key).or_insert_with(|| (now, Rc::default()));
            if self.lasts.is_some_and(|lasts| now.duration_since(kept.0) >= lasts) {
                *kept = (now, Rc::default());
            }
            Rc::clone(&kept.1)
        };
        let probe = || async {
            let probe = probe::check(target, names, &self.resolver, &self.settings);
            tokio::time::timeout_at(self.deadline.into(), probe).await.unwrap_or_else(|_| {
                let text = "the deadline passed before the probe ended";
                let check = Check::new("sip.options", Verdict::Unknown, text).hint("raise --deadline");
                Found { checks: vec![check], ..Found::default() }
            })
        };
        cell.get_or_init(probe).await.clone()
    }
}

/// `ADDR[:PORT]` of a DNS server.
fn resolver(text: &str) -> Result<SocketAddr> {
    let plain = text.parse::<IpAddr>().map(|address| SocketAddr::new(address, 53));
    plain.or_else(|_| text.parse()).map_err(|_| {
        Error::new(Kind::Usage, format!("--resolver: `{text}` is not an address"))
            .hint("write an IP address, with a port if it is not 53, for example 192.0.2.53:5353")
    })
}

//! `profile list | show | check | logout`

use serde_json::json;

use super::profile_init;
use crate::cli::profile::{Logout, Verb};
use crate::config::profiles::{self, ENVIRONMENT, Listed, VENDOR_VARIABLE};
use crate::config::proxy;
use crate::context::Context;
use crate::engine::session::Session;
use crate::engine::write::Written;
use crate::model::change::{Change, Outcome};
use crate::model::error::{Kind, Result};
use crate::model::profile::ProxyChoice;
use crate::model::report::{Listing, Report};
use crate::model::secret::{MASK, SecretRef};
use crate::model::support::Operation;
use crate::ops::profiles::prove;
use crate::ops::steps::{begin, require};
use crate::vendors;

/// Runs the command.
pub async fn run(context: &Context, verb: &Verb) -> Result<Report> {
    match verb {
        Verb::List => list(context),
        Verb::Show => show(context).await,
        Verb::Init(args) => profile_init::run(context, args).await,
        Verb::Check => check(context).await,
        Verb::Logout(args) => log_out(context, args).await,
    }
}

fn list(context: &Context) -> Result<Report> {
    let listed = if context.options.sandbox { of_sandbox() } else { of_file(context)? };
    let cell = |text: &Option<String>| text.clone().unwrap_or_default();
    Ok(Report::Listing(vec![Listing {
        title: None,
        columns: ["name", "vendor", "base_url", "default"].map(str::to_owned).to_vec(),
        rows: listed
            .iter()
            .map(|row| {
                let default = if row.default { "yes" } else { "" };
                vec![row.name.clone(), cell(&row.vendor), cell(&row.base_url), default.to_owned()]
            })
            .collect(),
        data: listed
            .iter()
            .map(|row| {
                json!({"name": row.name, "vendor": row.vendor, "base_url": row.base_url, "default": row.default})
            })
            .collect(),
    }]))
}

/// The profiles of the file and of the environment. One without an address has the default address of its vendor, if any.
fn of_file(context: &Context) -> Result<Vec<Listed>> {
    let environment = context.env.get(VENDOR_VARIABLE);
    let path = context.place(&context.folders()?, None).path();
    let mut listed = match context.book() {
        // The environment needs no file.
        Err(_) if environment.is_some() && context.options.profiles_file.is_none() && !path.exists() => {
            Vec::new()
        }
        book => book?.list(),
    };
    if let Some(vendor) = environment {
        listed.iter_mut().for_each(|row| row.default = false);
        listed.push(Listed {
            name: ENVIRONMENT.to_owned(),
            vendor: Some(vendor.to_owned()),
            base_url: context.env.get(&profiles::variable("base_url")).map(profiles::without_credentials),
            default: true,
        });
    }
    for row in listed.iter_mut().filter(|row| row.base_url.is_none()) {
        let vendor = row.vendor.as_deref().and_then(|name| vendors::by_name(name).ok());
        let mut keys = vendor.iter().flat_map(|vendor| vendor.facts().profile_keys);
        row.base_url = keys.find(|key| key.name == "base_url").and_then(|key| key.default).map(str::to_owned);
    }
    Ok(listed)
}

/// The address of a simulator lasts as long as the command.
fn of_sandbox() -> Vec<Listed> {
    let names = vendors::ALL.iter().map(|vendor| vendor.facts().name.to_owned());
    names.map(|name| Listed { vendor: Some(name.clone()), name, base_url: None, default: false }).collect()
}

/// Settings with their origins. A secret is shown as its reference and is not resolved.
async fn show(context: &Context) -> Result<Report> {
    let profile = context.profile(context.options.profile.as_deref()).await?;
    let mut keys: Vec<(String, String)> =
        profile.settings.iter().map(|(key, text)| (key.clone(), text.clone())).collect();
    keys.extend(profile.secrets.iter().map(|(key, secret)| {
        let shown = match secret.origin() {
            Some(SecretRef::Literal(_)) | None => MASK.to_owned(),
            Some(reference) => reference.to_string(),
        };
        (key.clone(), shown)
    }));
    if let Some(path) = &profile.ca_file {
        keys.push(("ca_file".into(), path.display().to_string()));
    }
    if profile.origins.contains_key("allow_http") {
        keys.push(("allow_http".into(), profile.allow_http.to_string()));
    }
    if let Some(count) = profile.concurrency {
        keys.push(("concurrency".into(), count.to_string()));
    }
    match &profile.proxy {
        ProxyChoice::Environment => {}
        ProxyChoice::Direct => keys.push(("proxy".into(), proxy::NONE.to_owned())),
        ProxyChoice::Own(proxy) => keys.push(("proxy".into(), proxy.shown.clone())),
    }
    let origin = |key: &str| profile.origins.get(key).cloned().unwrap_or_default();
    let mut rows = vec![vec!["vendor".to_owned(), profile.vendor.clone(), origin("vendor")]];
    rows.extend(keys.into_iter().map(|(key, text)| {
        let origin = origin(&key);
        vec![key, text, origin]
    }));
    let data = rows.iter().map(|row| json!({"key": row[0], "value": row[1], "origin": row[2]})).collect();
    Ok(Report::Listing(vec![Listing {
        title: None,
        columns: ["key", "value", "origin"].map(str::to_owned).to_vec(),
        rows,
        data,
    }]))
}

async fn check(context: &Context) -> Result<Report> {
    let session = context.session().await?;
    require(&session, Operation::ProfileCheck)?;
    Ok(match prove(&session).await? {
        Some(record) => Report::Record(record),
        None => context.withheld(&session),
    })
}

/// Logs out of one or more profiles. Several do not stop at the first that fails.
async fn log_out(context: &Context, args: &Logout) -> Result<Report> {
    let names = match (args.names.as_slice(), args.all_profiles) {
        ([], all) => context.profile_names(all)?,
        (names, _) => names.iter().cloned().map(Some).collect(),
    };
    if let [only] = names.as_slice() {
        let (session, outcome) = log_out_of(context, only.as_deref()).await?;
        return Ok(match outcome {
            Some(outcome) => Report::Change(Box::new(logged_out(&session, outcome))),
            None => context.withheld(&session),
        });
    }
    let mut changes = Vec::new();
    for name in names {
        let name = name.unwrap_or_default();
        match log_out_of(context, Some(&name)).await {
            Ok((session, outcome)) => changes.push(logged_out(&session, outcome.unwrap_or(Outcome::Skipped))),
            // Other vendors have no tokens.
            Err(error) if error.kind == Kind::Unsupported && args.all_profiles => {}
            Err(error) => {
                let mut error = error;
                let place = format!("profile `{name}`");
                if !error.message.contains(&place) {
                    error.message = format!("{place}: {}", error.message);
                }
                changes.push(Change {
                    operation: Operation::ProfileLogout,
                    outcome: Outcome::Failed,
                    vendor: error.vendor.unwrap_or_default(),
                    account: None,
                    kind: "token",
                    id: None,
                    name: Some(name.clone()),
                    diff: Vec::new(),
                    note: None,
                    profile: name,
                    error: Some(error),
                });
            }
        }
    }
    Ok(Report::Changes(changes.into()))
}

/// The outcome of a log-out; none in a dry run.
async fn log_out_of(context: &Context, name: Option<&str>) -> Result<(Session, Option<Outcome>)> {
    let session = context.session_of(name).await?;
    require(&session, Operation::ProfileLogout)?;
    let outcome = match session.log_out().await? {
        Some(Written::Withheld) => None,
        Some(Written::Done(()) | Written::Found(..)) => Some(Outcome::Deleted),
        None => Some(Outcome::Unchanged),
    };
    Ok((session, outcome))
}

fn logged_out(session: &Session, outcome: Outcome) -> Change {
    let name = Some(session.profile().name.clone());
    Change { name, ..begin(session, Operation::ProfileLogout, outcome, "token") }
}

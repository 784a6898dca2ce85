//! `profile list | show | check | token | logout`

use futures_util::stream::{self, StreamExt};
use serde_json::{Value, json};

use super::columns::Columns;
use super::rows::Rows;
use super::{changed, open_on, profile_file, profile_init};
use crate::cli::profile::{Several, Verb};
use crate::cli::shape::Shape;
use crate::config::profiles::{self, ENVIRONMENT, Listed, VENDOR_VARIABLE};
use crate::config::proxy;
use crate::context::Context;
use crate::engine::session::Session;
use crate::engine::write::Written;
use crate::model::change::{Change, Outcome};
use crate::model::error::{Error, Kind, Result};
use crate::model::profile::ProxyChoice;
use crate::model::report::{Listing, Report};
use crate::model::secret::{MASK, SecretRef};
use crate::model::support::Operation;
use crate::ops::profiles::prove;
use crate::ops::steps::begin;
use crate::vendors;

/// Runs the command.
pub async fn run(context: &Context, verb: &Verb) -> Result<Report> {
    match verb {
        Verb::List(args) => list(context, args),
        Verb::Show(args) => show(context, args).await,
        Verb::Init(args) => profile_init::run(context, args).await,
        Verb::Edit => profile_file::edit(context).await,
        Verb::Check(args) => check(context, args).await,
        Verb::Use { name } => profile_file::make_default(context, name).await,
        Verb::Remove { names } => profile_file::remove(context, names).await,
        Verb::Token { name } => token(context, name.as_deref()).await,
        Verb::Logout(args) => log_out(context, args).await,
    }
}

/// The columns of the list.
pub fn columns() -> Columns {
    Columns::new(&["name", "vendor", "base_url", "default"], &["base_url", "vendor"], &[])
}

fn list(context: &Context, shape: &Shape) -> Result<Report> {
    let mut rows = Rows::new(context, columns(), shape)?;
    let listed = if context.options.sandbox { of_sandbox() } else { of_file(context)? };
    rows.take(listed.into_iter().map(|row| {
        let data = json!({
            "name": row.name, "vendor": row.vendor, "base_url": row.base_url, "default": row.default,
        });
        let default = if row.default { "yes" } else { "" };
        let cells = [row.name, row.vendor.unwrap_or_default(), row.base_url.unwrap_or_default()];
        (cells.into_iter().chain([default.to_owned()]).collect(), data)
    }))?;
    Ok(rows.finish())
}

/// The profiles of the file and of the environment. One without an address has the default address of its vendor, if any.
fn of_file(context: &Context) -> Result<Vec<Listed>> {
    let environment = context.env.get(VENDOR_VARIABLE);
    let path = context.place(context.folders()?, None).path();
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

/// The named profiles, or those of the command.
fn names(context: &Context, args: &Several) -> Result<Vec<Option<String>>> {
    match (args.names.as_slice(), args.all_profiles) {
        ([], all) => context.profile_names(all),
        (names, _) => Ok(names.iter().cloned().map(Some).collect()),
    }
}

/// Settings with their origins. Several profiles are distinguished by a column.
async fn show(context: &Context, args: &Several) -> Result<Report> {
    let names = names(context, args)?;
    let mut data = Vec::new();
    for name in &names {
        for [key, value, origin] in settings(context, name.as_deref()).await? {
            let mut row = json!({"key": key, "value": value, "origin": origin});
            if let (Some(name), true) = (name, names.len() > 1) {
                row["profile"] = name.as_str().into();
            }
            data.push(row);
        }
    }
    let columns: &[&str] = &["profile", "key", "value", "origin"];
    let columns = if names.len() > 1 { columns } else { &columns[1..] };
    Ok(Report::Listing(vec![Listing::of(columns, data)]))
}

/// The key, value and origin of each setting. A secret is shown as its reference and is not resolved.
async fn settings(context: &Context, name: Option<&str>) -> Result<Vec<[String; 3]>> {
    let profile = context.profile(name).await?;
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
    let mut rows = vec![["vendor".to_owned(), profile.vendor.clone(), origin("vendor")]];
    rows.extend(keys.into_iter().map(|(key, text)| {
        let origin = origin(&key);
        [key, text, origin]
    }));
    Ok(rows)
}

/// The number of profiles that are checked at the same time.
const AT_ONCE: usize = 8;

async fn check(context: &Context, args: &Several) -> Result<Report> {
    let names = names(context, args)?;
    if let [only] = names.as_slice() {
        let record = prove_one(context, only.as_deref()).await?;
        return Ok(record.map_or_else(|| context.withheld(), Report::Record));
    }
    let proofs = names.iter().map(|name| prove_one(context, name.as_deref()));
    // A dry run shows its requests in the order of the profiles.
    let at_once = if context.options.dry_run.is_some() { 1 } else { AT_ONCE };
    let proofs: Vec<_> = stream::iter(proofs).buffered(at_once).collect().await;
    let (mut records, mut errors) = (Vec::new(), Vec::new());
    for (name, proof) in names.iter().zip(proofs) {
        match proof {
            Ok(record) => records.extend(record),
            Err(error) => errors.push(error.of_profile(name.as_deref().unwrap_or_default())),
        }
    }
    let listing = Listing::of(CHECKED, records);
    Ok(match (context.withholds(), errors.is_empty()) {
        (true, true) => context.withheld(),
        (false, true) => Report::Listing(vec![listing]),
        (_, false) => Report::Partial(vec![listing], errors),
    })
}

/// The columns of a check of several profiles.
const CHECKED: &[&str] = &["profile", "vendor", "credentials", "base_url"];

/// Proves the credentials of a profile; none in a dry run.
async fn prove_one(context: &Context, name: Option<&str>) -> Result<Option<Value>> {
    let session = open_on(context, name, Operation::ProfileCheck, None).await?;
    prove(&session).await
}

/// Prints an access token. The redactor does not mask it, because it is what was asked for.
async fn token(context: &Context, name: Option<&str>) -> Result<Report> {
    if context.options.log_out {
        return Err(Error::new(Kind::Usage, "profile token: --log-out revokes the token that is printed")
            .hint(
                "leave out --log-out, and run `trunkctl profile logout` when the token is no longer needed",
            ));
    }
    let session = context.session_of(name.or(context.options.profile.as_deref())).await?;
    let Some(token) = session.access_token().await? else { return Ok(context.withheld()) };
    context
        .diagnostics
        .warn("the token is a secret: anyone who has it can use the account until it expires or is revoked");
    Ok(Report::Text(format!("{}\n", token.expose().unwrap_or_default())))
}

/// Logs out of one or more profiles. Several do not stop at the first that fails.
async fn log_out(context: &Context, args: &Several) -> Result<Report> {
    let names = names(context, args)?;
    if let [only] = names.as_slice() {
        let (session, outcome) = log_out_of(context, only.as_deref()).await?;
        return Ok(changed(context, outcome.map(|outcome| logged_out(&session, outcome))));
    }
    let mut changes = Vec::new();
    for name in names {
        let name = name.unwrap_or_default();
        match log_out_of(context, Some(&name)).await {
            Ok((session, outcome)) => changes.push(logged_out(&session, outcome.unwrap_or(Outcome::Skipped))),
            // Other vendors have no tokens.
            Err(error) if error.kind == Kind::Unsupported && args.all_profiles => {}
            Err(error) => {
                let error = error.of_profile(&name);
                let (operation, vendor) = (Operation::ProfileLogout, error.vendor.unwrap_or_default());
                let change = Change::new(operation, Outcome::Failed, &name, vendor, "token");
                changes.push(Change { name: Some(name), error: Some(error), ..change });
            }
        }
    }
    Ok(Report::Changes(changes.into()))
}

/// The outcome of a log-out; none in a dry run.
async fn log_out_of(context: &Context, name: Option<&str>) -> Result<(Session, Option<Outcome>)> {
    let session = open_on(context, name, Operation::ProfileLogout, None).await?;
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

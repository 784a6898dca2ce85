//! `trunk list` and `trunk get`

use std::cell::RefCell;

use futures_util::future::join_all;
use serde_json::Value;

use super::rows::Rows;
use super::trunk_filter::Filter;
use crate::cli::trunk::{Get, List};
use crate::context::Context;
use crate::engine::limits::Room;
use crate::engine::session::Session;
use crate::model::error::{Error, Result};
use crate::model::report::{Listing, Report};
use crate::model::support::Operation;
use crate::model::trunk::ActualTrunk;
use crate::ops::steps::{account, require};
use crate::ops::trunks::{self, Target};
use crate::vendors::{self, Facts};

const COLUMNS: &[&str] = &["name", "id", "kind", "direction", "status", "host", "profile"];

pub async fn list(context: &Context, args: &List) -> Result<Report> {
    let names = context.profile_names(args.all_profiles)?;
    if let [only] = names.as_slice() {
        let session = open(context, args, only.as_deref()).await?;
        let filter = Filter::new(args, &[session.vendor().facts()])?;
        let rows = RefCell::new(Rows::new(context, COLUMNS));
        read(&session, args, &filter, &rows).await?;
        filter.refuse_unmet()?;
        return Ok(rows.into_inner().finish());
    }
    let rows = RefCell::new(Rows::kept(context, COLUMNS));
    let mut sessions = Vec::new();
    for name in &names {
        sessions.push((name, open(context, args, name.as_deref()).await));
    }
    // A profile that cannot be opened may be of any vendor.
    let opened: Option<Vec<&Session>> = sessions.iter().map(|(_, session)| session.as_ref().ok()).collect();
    let facts: Vec<&'static Facts> = match opened {
        Some(opened) => opened.iter().map(|session| session.vendor().facts()).collect(),
        None => vendors::ALL.iter().map(|vendor| vendor.facts()).collect(),
    };
    let filter = Filter::new(args, &facts)?;
    let reads = sessions.into_iter().map(|(name, session)| async {
        let result = match session {
            Ok(session) => read(&session, args, &filter, &rows).await,
            Err(error) => Err(error),
        };
        result.map_err(|mut error| {
            let place = format!("profile `{}`", name.as_deref().unwrap_or_default());
            // An error of the profile itself names it already.
            if !error.message.starts_with(&place) {
                error.message = format!("{place}: {}", error.message);
            }
            error
        })
    });
    let errors: Vec<Error> = join_all(reads).await.into_iter().filter_map(Result::err).collect();
    if errors.is_empty() {
        filter.refuse_unmet()?;
    }
    let mut listings: Vec<Listing> = rows.into_inner().into_listing().into_iter().collect();
    // Whichever profile answered first, the same command gives the same table.
    for listing in &mut listings {
        let place = |profile: Option<&str>| names.iter().position(|name| name.as_deref() == profile);
        listing.rows.sort_by_key(|row| place(row.last().map(String::as_str)));
        listing.data.sort_by_key(|row| place(row.get("profile").and_then(Value::as_str)));
    }
    Ok(if errors.is_empty() { Report::Listing(listings) } else { Report::Partial(listings, errors) })
}

async fn open(context: &Context, args: &List, profile: Option<&str>) -> Result<Session> {
    let mut session = context.session_of(profile).await?;
    require(&session, Operation::TrunkList)?;
    choose(&mut session, args.account.as_deref())?;
    Ok(session)
}

/// Selects the given account, if there is one.
pub fn choose(session: &mut Session, given: Option<&str>) -> Result<()> {
    let chosen = account(session, given)?;
    if !chosen.is_empty() {
        session.choose_account(chosen);
    }
    Ok(())
}

async fn read(session: &Session, args: &List, filter: &Filter<'_>, rows: &RefCell<Rows<'_>>) -> Result<()> {
    let mut take = |page: Vec<ActualTrunk>| {
        let wanted = page.into_iter().filter(|actual| filter.wants(actual));
        rows.borrow_mut().take(wanted.map(|actual| (cells(&actual, session), data(actual, session))))
    };
    trunks::list(session, args.name.as_deref(), &mut take).await
}

fn cells(actual: &ActualTrunk, session: &Session) -> Vec<String> {
    let trunk = &actual.trunk;
    let host = match (&trunk.host, trunk.port) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (Some(host), None) => host.clone(),
        _ => trunk.allowed_ip.clone().unwrap_or_default(),
    };
    let status = actual.status.as_ref().map(ToString::to_string).unwrap_or_default();
    let status = match (&actual.status_code, status.as_str()) {
        // A status that this version does not know is shown as the vendor gave it.
        (Some(code), "unknown") => format!("unknown ({code})"),
        _ => status,
    };
    vec![
        trunk.name.clone().unwrap_or_default(),
        actual.id.clone(),
        trunk.kind.as_ref().map(ToString::to_string).unwrap_or_default(),
        trunk.direction.as_ref().map(ToString::to_string).unwrap_or_default(),
        status,
        host,
        session.profile().name.clone(),
    ]
}

/// A trunk as data, with its vendor and profile.
fn data(mut actual: ActualTrunk, session: &Session) -> Value {
    // Moved, because they can be most of it.
    let fields = std::mem::take(&mut actual.trunk.vendor_fields);
    let mut value = serde_json::to_value(actual).unwrap_or_default();
    if let Value::Object(map) = &mut value {
        if !fields.is_empty() {
            map.insert("vendor_fields".into(), fields.into());
        }
        map.insert("vendor".into(), session.vendor().facts().name.into());
        map.insert("profile".into(), session.profile().name.clone().into());
    }
    value
}

/// Shows one, or several as a list.
pub async fn get(context: &Context, args: &Get) -> Result<Report> {
    let mut session = context.session().await?;
    require(&session, Operation::TrunkGet)?;
    choose(&mut session, args.account.as_deref())?;
    let targets = args.trunks.iter().map(|text| Target::parse(text)).collect::<Result<Vec<_>>>()?;
    if let [only] = targets.as_slice() {
        return Ok(Report::Record(data(only.find(&session).await?, &session)));
    }
    let room = Room::default();
    let mut meant = Vec::new();
    let rows = trunks::rows(&session, None, &room).await?;
    for target in &targets {
        match target.among(&rows, &session.profile().name)? {
            Some(row) => meant.push(row.id.clone()),
            None => return Err(target.missing(&session)),
        }
    }
    let rows = rows.into_iter().filter(|row| meant.contains(&row.id)).collect();
    let mut found = trunks::whole(&session, None, rows, |_| true, &room).await?;
    found.sort_by_key(|actual| meant.iter().position(|id| *id == actual.id));
    let mut listing = Listing {
        title: None,
        columns: COLUMNS.iter().map(|name| (*name).to_owned()).collect(),
        rows: Vec::new(),
        data: Vec::new(),
    };
    for actual in found {
        listing.rows.push(cells(&actual, &session));
        listing.data.push(data(actual, &session));
    }
    Ok(Report::Listing(vec![listing]))
}

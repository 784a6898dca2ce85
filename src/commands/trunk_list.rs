//! `trunk list` and `trunk get`

use std::cell::RefCell;

use futures_util::future::join_all;
use serde_json::Value;

use super::columns::Columns;
use super::rows::Rows;
use super::trunk_filter::Filter;
use super::{names, open_on};
use crate::cli::shape::Shape;
use crate::cli::trunk::{Get, List};
use crate::config::Folders;
use crate::context::Context;
use crate::engine::limits::Room;
use crate::engine::session::Session;
use crate::model::error::{Error, Result};
use crate::model::fields::Field;
use crate::model::report::{Listing, Report};
use crate::model::support::Operation;
use crate::model::trunk::ActualTrunk;
use crate::ops::trunks::{self, TrunkSelector};
use crate::state::names as kept;
use crate::vendors::{self, Facts};

/// The columns of the list.
pub fn columns() -> Columns {
    let mut columns = Columns::new(
        &["name", "id", "kind", "direction", "status", "host", "profile"],
        &["direction", "kind", "profile", "host", "id"],
        &["status_code", "vendor"],
    );
    for field in Field::ALL.iter().map(|field| field.row()) {
        match field.form.keys() {
            [] if columns.table.contains(&field.name) => {}
            [] => columns.fields.push(field.name.to_owned()),
            keys => columns.fields.extend(keys.iter().map(|key| format!("{}.{key}", field.name))),
        }
    }
    columns
}

/// Whether a chosen column is a field that the rows of a vendor's list may lack.
fn needs_whole(shape: &Shape) -> bool {
    // Besides the columns of the table.
    const LISTED: [&str; 4] = ["port", "username", "status_code", "vendor"];
    let table = columns().table;
    let sorted = shape.sort.as_deref().map(|path| path.trim_start_matches('-'));
    let mut chosen = shape.columns.iter().map(|path| path.trim()).chain(sorted);
    chosen.any(|path| !table.contains(&path) && !LISTED.contains(&path))
}

pub async fn list(context: &Context, args: &List) -> Result<Report> {
    let names = context.profile_names(args.all_profiles)?;
    let open = async |name: &Option<String>| {
        open_on(context, name.as_deref(), Operation::TrunkList, args.account.as_deref()).await
    };
    if let [only] = names.as_slice() {
        let rows = RefCell::new(Rows::new(context, columns(), &args.shape)?);
        let session = open(only).await?;
        let filter = Filter::new(args, &[session.vendor().facts()])?;
        read(context, &session, args, &filter, (&rows, 0)).await?;
        filter.refuse_unmet()?;
        return Ok(rows.into_inner().finish());
    }
    let rows = RefCell::new(Rows::kept(context, columns(), &args.shape)?);
    let mut sessions = Vec::new();
    for name in &names {
        sessions.push((name, open(name).await));
    }
    // A profile that cannot be opened may be of any vendor.
    let opened: Option<Vec<&Session>> = sessions.iter().map(|(_, session)| session.as_ref().ok()).collect();
    let facts: Vec<&'static Facts> = match opened {
        Some(opened) => opened.iter().map(|session| session.vendor().facts()).collect(),
        None => vendors::ALL.iter().map(|vendor| vendor.facts()).collect(),
    };
    let filter = Filter::new(args, &facts)?;
    let reads = sessions.into_iter().enumerate().map(|(place, (name, session))| {
        let (filter, rows) = (&filter, &rows);
        async move {
            let result = match session {
                // Whichever profile answers first, the same command gives the same table.
                Ok(session) => read(context, &session, args, filter, (rows, place)).await,
                Err(error) => Err(error),
            };
            result.map_err(|error| error.of_profile(name.as_deref().unwrap_or_default()))
        }
    });
    let errors: Vec<Error> = join_all(reads).await.into_iter().filter_map(Result::err).collect();
    if errors.is_empty() {
        filter.refuse_unmet()?;
    }
    let listings: Vec<Listing> = rows.into_inner().into_listing().into_iter().collect();
    Ok(if errors.is_empty() { Report::Listing(listings) } else { Report::Partial(listings, errors) })
}

async fn read(
    context: &Context,
    session: &Session,
    args: &List,
    filter: &Filter<'_>,
    (rows, place): (&RefCell<Rows<'_>>, usize),
) -> Result<()> {
    let mut named = Vec::new();
    let mut take = |page: Vec<ActualTrunk>| {
        let names = page.iter().filter_map(|actual| Some((actual.trunk.name.clone()?, actual.id.clone())));
        // A name that repeats a secret is not written down, and a very long one is of no use at a prompt.
        let names =
            names.filter(|(name, _)| name.len() <= kept::LONGEST && context.redactor.scrub(name) == *name);
        named.extend(names.take(kept::MOST.saturating_sub(named.len())));
        let wanted = page.into_iter().filter(|actual| filter.wants(actual));
        rows.borrow_mut()
            .take_of(place, wanted.map(|actual| (cells(&actual, session), data(actual, session))))
    };
    let search = args.name.as_deref();
    match needs_whole(&args.shape) {
        true => trunks::list_whole(session, search, |actual| filter.wants(actual), &mut take).await?,
        false => trunks::list(session, search, &mut take).await?,
    }
    if let (None, Ok(folders)) = (&args.name, Folders::find(&context.env)) {
        // Without them, only the shell's completion has no names.
        let _ = kept::keep(&folders.cache, &session.profile().name, context.options.sandbox, &named);
    }
    Ok(())
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
    let session = open_on(context, None, Operation::TrunkGet, args.account.as_deref()).await?;
    let names = names::trunks(&args.trunks)?;
    let targets = names.iter().map(|text| TrunkSelector::parse(text)).collect::<Result<Vec<_>>>()?;
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
    let mut rows = Rows::kept(context, columns(), &Shape::default())?;
    rows.take(found.into_iter().map(|actual| (cells(&actual, &session), data(actual, &session))))?;
    Ok(rows.finish())
}

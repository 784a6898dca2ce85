//! `internal-numbers add`

use std::collections::{HashMap, HashSet};
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor, value};

use super::confirm;
use super::spec::word;
use super::steps::{account, begin, require};
use super::world::World;
use crate::cli::Globals;
use crate::cli::internal_numbers::Add;
use crate::config::files::Source;
use crate::engine::session::Session;
use crate::engine::write::Written;
use crate::model::change::{Change, Outcome};
use crate::model::error::{Applied, Error, FieldError, Kind, Result};
use crate::model::number::{E164, InternalNumber, NumberType};
use crate::model::report::Report;
use crate::model::support::Operation;
use crate::model::{country, diff};
use crate::vendors::Added;

/// Runs it.
pub async fn add(world: &World, globals: &Globals, args: &Add) -> Result<Report> {
    let session = world.session(globals).await?;
    require(&session, Operation::NumbersAdd)?;
    let (rows, origin) = match &args.from {
        Some(path) => {
            let source = Source::open(path, Kind::Invalid)?;
            (source.parse::<Rows>(Kind::Invalid)?.0, Some(source.name))
        }
        None => (vec![from_flags(args)], None),
    };
    let numbers = checked(&session, rows, origin.as_deref())?;
    let account = account(&session, args.account.as_deref())?;
    if origin.is_none() {
        return one(world, globals, &session, &account, &numbers).await;
    }
    many(world, globals, &session, &account, &numbers).await
}

/// A single write: its error is the command's own.
async fn one(
    world: &World,
    globals: &Globals,
    session: &Session,
    account: &str,
    numbers: &[InternalNumber],
) -> Result<Report> {
    let call = session.vendor().add_numbers(session.profile(), account, numbers)?;
    let begun = |number: &InternalNumber| Change {
        diff: diff::all(number),
        ..change(session, account, number, Outcome::Created)
    };
    let about: Vec<Change> = numbers.iter().map(begun).collect();
    let look = async || confirm::numbers(session, account, numbers).await;
    let written = session.write(call, &about.iter().collect::<Vec<_>>(), look).await?;
    let Some((added, note)) = written.done() else {
        return Ok(world.withheld(session, globals));
    };
    let change = changes(session, account, numbers, &added).pop();
    let mut change = change.ok_or_else(|| Error::new(Kind::Internal, "no number was asked for"))?;
    change.note = note;
    Ok(Report::Change(Box::new(change)))
}

/// A bulk write: as many calls as the vendor's limit makes of it. A call that fails fails its own numbers; one
/// that says something about every further call (credentials, limits, an unreachable vendor) ends the command.
async fn many(
    world: &World,
    globals: &Globals,
    session: &Session,
    account: &str,
    numbers: &[InternalNumber],
) -> Result<Report> {
    let mut report = Vec::new();
    let mut ended = false;
    for batch in numbers.chunks(session.vendor().numbers_per_call().max(1)) {
        if ended {
            report.extend(batch.iter().map(|number| {
                let mut error = Error::new(Kind::Unavailable, "was not sent, because an earlier call failed");
                error.outcome = Some(Applied::NotApplied);
                error.retryable = true;
                failed(session, account, number, Outcome::Failed, error)
            }));
            continue;
        }
        let call = session.vendor().add_numbers(session.profile(), account, batch)?;
        let look = async || confirm::numbers(session, account, batch).await;
        match session.write(call, &[], look).await {
            Ok(Written::Done(added) | Written::Found(added, _)) => {
                report.extend(changes(session, account, batch, &added))
            }
            Ok(Written::Withheld) => {}
            Err(error) => {
                let unknown = error.outcome == Some(Applied::Unknown);
                let outcome = if unknown { Outcome::Unknown } else { Outcome::Failed };
                ended = !matches!(error.kind, Kind::Conflict | Kind::Rejected | Kind::Invalid);
                report.extend(
                    batch
                        .iter()
                        .enumerate()
                        .map(|(at, number)| failed(session, account, number, outcome, own(&error, at))),
                );
            }
        }
    }
    if globals.dry_run.is_some() {
        return Ok(world.withheld(session, globals));
    }
    Ok(Report::Changes(report))
}

fn change(session: &Session, account: &str, number: &InternalNumber, outcome: Outcome) -> Change {
    Change {
        account: Some(account.to_owned()),
        name: Some(number.number.to_string()),
        ..begin(session, Operation::NumbersAdd, outcome, "internal_number")
    }
}

/// The error of a whole call, as it befell one of its numbers: without what is wrong with the others.
fn own(error: &Error, at: usize) -> Error {
    let mut own = error.copy();
    let name = format!("internal_numbers[{at}]");
    if !error.fields.iter().all(|field| field.field.starts_with("internal_numbers[")) {
        return own;
    }
    own.fields.retain(|field| {
        field.field.strip_prefix(&name).is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_digit()))
    });
    let Some(rest) =
        error.message.strip_suffix(&Error::list(&error.fields)).filter(|_| !error.fields.is_empty())
    else {
        return own;
    };
    if own.fields.is_empty() {
        own.message = format!("{rest}other numbers of the same call were refused");
        return own.hint("correct the others, or leave them out");
    }
    own.message = format!("{rest}{}", Error::list(&own.fields));
    own
}

fn failed(
    session: &Session,
    account: &str,
    number: &InternalNumber,
    outcome: Outcome,
    error: Error,
) -> Change {
    Change { error: Some(error), ..change(session, account, number, outcome) }
}

/// The answer's numbers beside those that were asked for. One that the answer leaves out is unknown, not created.
fn changes(session: &Session, account: &str, numbers: &[InternalNumber], added: &[Added]) -> Vec<Change> {
    let ids: HashMap<&str, &Option<String>> =
        added.iter().map(|(number, id)| (number.as_str(), id)).collect();
    numbers
        .iter()
        .map(|number| match ids.get(number.number.as_str()) {
            Some(id) => Change { id: (*id).clone(), ..change(session, account, number, Outcome::Created) },
            None => {
                let text = "the vendor's answer does not name this number";
                let mut error = Error::new(Kind::OutcomeUnknown, text)
                    .hint("look the number up at the vendor before you repeat the command");
                error.outcome = Some(Applied::Unknown);
                failed(session, account, number, Outcome::Unknown, error)
            }
        })
        .collect()
}

/// A number as a file or flags give it.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    number: String,
    display_number: Option<String>,
    country: Option<String>,
    #[serde(default, rename = "type", deserialize_with = "crate::model::text::id")]
    what: Option<String>,
    labels: Option<String>,
    languages: Option<String>,
    visible: Option<bool>,
    allow_join: Option<bool>,
    allow_for_external_meetings: Option<bool>,
}

fn from_flags(args: &Add) -> Row {
    Row {
        number: args.number.clone().unwrap_or_default(),
        display_number: args.display_number.clone(),
        country: args.country.clone(),
        what: args.what.clone(),
        labels: args.label.clone(),
        languages: args.language.clone(),
        visible: args.visible,
        allow_join: args.allow_join,
        allow_for_external_meetings: args.allow_external_meetings,
    }
}

/// A list of rows, alone or under `internal_numbers`.
#[derive(Debug)]
struct Rows(Vec<Row>);

impl<'de> Deserialize<'de> for Rows {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Forms;
        impl<'de> Visitor<'de> for Forms {
            type Value = Rows;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of numbers, alone or under `internal_numbers`")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Rows, A::Error> {
                Vec::deserialize(value::SeqAccessDeserializer::new(seq)).map(Rows)
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Rows, A::Error> {
                #[derive(Deserialize)]
                #[serde(deny_unknown_fields)]
                struct Table {
                    internal_numbers: Vec<Row>,
                }
                let table = Table::deserialize(value::MapAccessDeserializer::new(map))?;
                Ok(Rows(table.internal_numbers))
            }
        }
        deserializer.deserialize_any(Forms)
    }
}

/// Every row checked, or every complaint about every row.
fn checked(session: &Session, rows: Vec<Row>, origin: Option<&str>) -> Result<Vec<InternalNumber>> {
    let mut faults = Vec::new();
    if rows.is_empty() {
        faults.push(FieldError::new("internal_numbers", "the list is empty; give at least one number"));
    }
    let mut numbers: Vec<InternalNumber> = Vec::new();
    let mut seen = HashSet::new();
    for (at, row) in rows.into_iter().enumerate() {
        let prefix = origin.map(|_| format!("internal_numbers[{at}].")).unwrap_or_default();
        let mut own = Vec::new();
        if let Some(number) = build(row, &mut own) {
            let verdict = session.vendor().check_number(&number);
            own.extend(verdict.errors);
            for warning in verdict.warnings {
                session.notices().warn(&warning);
            }
            if !seen.insert(number.number.clone()) {
                own.push(FieldError::new("number", format!("`{}` is listed twice; keep one", number.number)));
            }
            numbers.push(number);
        }
        faults.extend(own.into_iter().map(|f| FieldError::new(format!("{prefix}{}", f.field), f.message)));
    }
    if faults.is_empty() {
        return Ok(numbers);
    }
    let what = origin.map_or_else(|| "the number".to_owned(), |origin| format!("the list in {origin}"));
    Err(Error::fields(&what, faults).hint("nothing was sent"))
}

fn build(row: Row, faults: &mut Vec<FieldError>) -> Option<InternalNumber> {
    let number: Option<E164> = word(faults, "number", Some(&row.number));
    let what = match row.what.as_deref() {
        // Zoom's own figures.
        Some("0") => Some(NumberType::Toll),
        Some("1") => Some(NumberType::TollFree),
        Some(text) => word(faults, "type", Some(text)),
        None => Some(NumberType::Toll),
    };
    let number = number?;
    let country = row.country.or_else(|| country::of(&number).map(str::to_owned));
    if country.is_none() {
        let text = format!("cannot be told from {number}; give its two-letter code");
        faults.push(FieldError::new("country", text));
    }
    for (field, given) in [("labels", &row.labels), ("languages", &row.languages)] {
        if given.is_none() {
            let flag = if field == "labels" { "--label" } else { "--language" };
            faults.push(FieldError::new(field, format!("is missing; give {flag}, or `{field}` in a file")));
        }
    }
    Some(InternalNumber {
        id: None,
        display_number: row.display_number.unwrap_or_else(|| country::display(&number)),
        number,
        country: country?,
        what: what?,
        labels: row.labels?,
        languages: row.languages?,
        visible: row.visible,
        allow_join: row.allow_join,
        allow_for_external_meetings: row.allow_for_external_meetings,
    })
}

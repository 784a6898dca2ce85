//! `history list | show | resolve`: changes made from this machine. Needs no profile and no network.

use jiff::Timestamp;
use serde_json::Value;

use super::columns::Columns;
use super::rows::Rows;
use crate::cli::history::{List, Resolve, Show};
use crate::context::{Context, Reply, Typing, journal_folder};
use crate::engine::journal::{self, Record, Records, Subject};
use crate::model::change::{Outcome, successes, telling};
use crate::model::error::{Error, Kind, Result};
use crate::model::report::Report;
use crate::model::support::Operation;
use crate::model::text::{excerpt, printable, printable_json, shell_word};

/// The columns of the list. The operation and the name are those of its subjects.
pub fn columns() -> Columns {
    Columns::new(
        &["time", "id", "profile", "operation", "name", "outcome", "resolved"],
        &["resolved", "profile", "operation", "name"],
        &[
            "vendor",
            "account",
            "call",
            "subjects.operation",
            "subjects.kind",
            "subjects.id",
            "subjects.name",
            "subjects.before.*",
            "subjects.after.*",
            "subjects.outcome",
            "user",
            "command",
            "pid",
            "resolved.time",
            "resolved.user",
            "ended",
            "error.kind",
            "error.message",
            "error.vendor_code",
            "http_status",
            "request_id",
            "note",
            "check",
        ],
    )
}

/// The default number of entries in a list.
const SHOWN: usize = 50;

/// Lists entries, newest first.
pub fn list(context: &Context, args: &List) -> Result<Report> {
    let mut rows = Rows::new(context, columns(), &args.shape)?;
    if let (Some(since), Some(until)) = (args.since, args.until)
        && since >= until
    {
        return Err(Error::new(Kind::Usage, "--since is not before --until")
            .hint("give a --since that is earlier than --until"));
    }
    let (profiles, now) = (profiles(context)?, Timestamp::now());
    let wanted = |record: &Record| {
        profiles.as_ref().is_none_or(|names| names.contains(&record.profile))
            && is_between(record, args)
            && (args.outcome.is_empty() || args.outcome.iter().any(|word| record.has_outcome(word)))
            && (!args.unknown || record.is_unresolved(now))
    };
    let most = match args.limit {
        Some(limit) => usize::try_from(limit).unwrap_or(usize::MAX),
        None if args.all || args.unknown => usize::MAX,
        None => SHOWN,
    };
    let (mut shown, mut any) = (0, false);
    let mut records = open(context)?;
    for record in records.by_ref() {
        let record = record?;
        any = true;
        if !wanted(&record) {
            continue;
        }
        if shown == most {
            context
                .diagnostics
                .note(&format!("showing the newest {SHOWN} changes; use --all to show every change"));
            break;
        }
        shown += 1;
        let enough = shown == most && args.limit.is_some();
        if !rows.take([(cells(&record), data(&record))])? || enough {
            break;
        }
    }
    tell_of(context, &records);
    if !any && records.skipped() == 0 {
        let path = records.path().display();
        context.diagnostics.note(&format!("no changes are recorded yet; they will be recorded in `{path}`"));
    }
    Ok(rows.finish())
}

/// Shows one entry.
pub fn show(context: &Context, args: &Show) -> Result<Report> {
    let record = find(context, &args.id)?;
    Ok(Report::Document { text: text(&record), data: data(&record) })
}

/// Records the outcome of an entry whose outcome is unknown.
pub async fn resolve(context: &Context, args: &Resolve) -> Result<Report> {
    let record = find(context, &args.id)?;
    let id = record.id.as_str();
    if !record.has_outcome(Outcome::Unknown.word()) {
        let text = format!("the outcome of entry `{id}` is already known: {}", outcomes(&record));
        return Err(
            Error::invalid(text).hint(format!("to see the whole entry, run `trunkctl history show {id}`"))
        );
    }
    if !record.is_unresolved(Timestamp::now()) {
        let text = format!("entry `{id}` is still in progress in process {}", record.pid);
        return Err(Error::invalid(text).hint("wait until that command has finished"));
    }
    let possible = endings(&record);
    let words: Vec<&str> = possible.iter().map(|outcome| outcome.word()).collect();
    let word = match &args.outcome {
        Some(word) => word.clone(),
        None => ask(context, &record, &words).await?,
    };
    let Some(outcome) = possible.iter().find(|outcome| outcome.word() == word) else {
        let text = format!("{} cannot have the outcome `{}`", operations(&record), excerpt(&word, 40));
        return Err(Error::invalid(text)
            .hint(format!("use one of {}; the outcome of entry `{id}` is still unknown", words.join(", "))));
    };
    if context.options.dry_run.is_some() {
        context.diagnostics.note(&format!("dry run: `{}` was not recorded for entry `{id}`", outcome.word()));
        return Ok(Report::Document { text: text(&record), data: data(&record) });
    }
    context.journal(&context.folders()?.state, context.options.sandbox).resolve(id, *outcome)?;
    let record = find(context, id)?;
    Ok(Report::Document { text: text(&record), data: data(&record) })
}

/// The outcomes that an entry can have. Operations of a later version may have any outcome.
fn endings(record: &Record) -> Vec<Outcome> {
    use Outcome::{Assigned, Created, Deleted, Failed, Updated};
    let known =
        |subject: &Subject| Operation::ALL.iter().find(|operation| operation.name() == subject.operation);
    let unknown = record.subjects.iter().filter(|subject| subject.outcome == Outcome::Unknown.word());
    let mut all: Vec<Outcome> = Vec::new();
    for subject in unknown {
        let own = known(subject).map_or(&[][..], |operation| successes(*operation));
        let own = if own.is_empty() { &[Created, Updated, Deleted, Assigned] } else { own };
        all.extend(own.iter().filter(|outcome| !all.contains(outcome)).copied().collect::<Vec<_>>());
    }
    all.push(Failed);
    all
}

async fn ask(context: &Context, record: &Record, words: &[&str]) -> Result<String> {
    let what = format!(
        "{}: {} {}, profile {}: the outcome is unknown.",
        record.id,
        operations(record),
        names(&record.subjects),
        record.profile
    );
    let checks: String =
        checks(record).iter().map(|check| format!(" Check with `{}`.", printable(check))).collect();
    let question = format!("{}{checks}\nActual outcome ({}):", printable(&what), words.join(", "));
    match context.ask_for(&question, Typing::Shown).await {
        Reply::Text(text) => Ok(text),
        Reply::Ended => Err(Error::new(Kind::Usage, "no outcome was given; nothing was recorded")
            .hint(format!("give --outcome with one of {}", words.join(", ")))),
        Reply::NoTerminal => {
            Err(Error::new(Kind::Usage, "--outcome is missing, and there is no terminal to prompt on")
                .hint(format!("give --outcome with one of {}", words.join(", "))))
        }
    }
}

/// The entry with this id, or with the only id that has this prefix.
fn find(context: &Context, given: &str) -> Result<Record> {
    let id = given.trim().to_lowercase();
    if id.is_empty() {
        return Err(Error::new(Kind::Usage, "the id is empty").hint(IDS));
    }
    let mut found: Vec<Record> = Vec::new();
    let mut records = open(context)?;
    for record in records.by_ref() {
        let record = record?;
        if record.id.starts_with(&id) {
            found.push(record);
        }
        // The newest of many are enough to choose from.
        if found.last().is_some_and(|record| record.id == id) || found.len() > 5 {
            break;
        }
    }
    tell_of(context, &records);
    match found.iter().position(|record| record.id == id) {
        Some(whole) => Ok(found.swap_remove(whole)),
        None if found.len() == 1 => Ok(found.swap_remove(0)),
        None if found.is_empty() => {
            let text = format!("the journal `{}` has no entry `{given}`", records.path().display());
            Err(Error::new(Kind::NotFound, text).hint(IDS))
        }
        None => {
            let ids: Vec<&str> = found.iter().map(|record| record.id.as_str()).collect();
            Err(Error::invalid(format!("`{given}` matches several entries"))
                .hint(format!("give a longer prefix of the id: {}", ids.join(", "))))
        }
    }
}

const IDS: &str = "`trunkctl history list` shows the ids; a unique prefix is enough";

fn open(context: &Context) -> Result<Records> {
    journal::read(&journal_folder(&context.folders()?.state, context.options.sandbox))
}

/// The requested profiles, if any. Prints a note if they come from a variable, which may be set for other commands.
fn profiles(context: &Context) -> Result<Option<Vec<String>>> {
    let Some(asked) = context.options.profile.as_deref() else { return Ok(None) };
    if context.env.get("TRUNKCTL_PROFILE") == Some(asked) {
        context.diagnostics.note(&format!("showing only profile `{asked}`, because TRUNKCTL_PROFILE is set"));
    }
    let names: Vec<String> = context.profile_names(false)?.into_iter().flatten().collect();
    for name in &names {
        // A profile that no longer exists may have a history.
        if !has_entries(context, name)? {
            context.find_profile(name)?;
        }
    }
    Ok(Some(names))
}

fn has_entries(context: &Context, profile: &str) -> Result<bool> {
    for record in open(context)? {
        if record?.profile == profile {
            return Ok(true);
        }
    }
    Ok(false)
}

fn tell_of(context: &Context, records: &Records) {
    let path = records.path().display();
    match records.skipped() {
        0 => {}
        1 => {
            context.diagnostics.warn(&format!("ignoring a line of the journal `{path}` that cannot be read"))
        }
        count => context
            .diagnostics
            .warn(&format!("ignoring {count} lines of the journal `{path}` that cannot be read")),
    }
}

fn is_between(record: &Record, args: &List) -> bool {
    if args.since.is_none() && args.until.is_none() {
        return true;
    }
    record.time.parse().is_ok_and(|at: Timestamp| {
        args.since.is_none_or(|since| at >= since) && args.until.is_none_or(|until| at < until)
    })
}

fn cells(record: &Record) -> Vec<String> {
    // To the second; the data has the full precision.
    let time = record.time.split('.').next().map(|time| format!("{}Z", time.trim_end_matches('Z')));
    vec![
        time.unwrap_or_default(),
        record.id.clone(),
        record.profile.clone(),
        operations(record),
        names(&record.subjects),
        outcomes(record),
        record.resolved.as_ref().map(|resolved| format!("by {}", resolved.user)).unwrap_or_default(),
    ]
}

fn operations(record: &Record) -> String {
    let mut operations: Vec<&str> =
        record.subjects.iter().map(|subject| subject.operation.as_str()).collect();
    operations.dedup();
    operations.join(", ")
}

/// The object, or the first one and the number of others.
fn names(subjects: &[Subject]) -> String {
    let first = subjects.first().map(|subject| {
        subject.name.clone().or_else(|| subject.id.as_ref().map(|id| format!("id:{id}"))).unwrap_or_default()
    });
    match (first, subjects.len()) {
        (None, _) => String::new(),
        (Some(name), 1) => name,
        (Some(name), count) => format!("{name} and {} more", count - 1),
    }
}

/// The outcome, or the number of each.
fn outcomes(record: &Record) -> String {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for subject in &record.subjects {
        match counts.iter_mut().find(|(word, _)| *word == subject.outcome) {
            Some((_, count)) => *count += 1,
            None => counts.push((&subject.outcome, 1)),
        }
    }
    match counts.as_slice() {
        [] | [_] => record.outcome.clone(),
        many => many.iter().map(|(word, count)| format!("{word} {count}")).collect::<Vec<_>>().join(", "),
    }
}

/// The commands that check unknown outcomes.
fn checks(record: &Record) -> Vec<String> {
    let unknown = |subject: &&Subject| subject.outcome == Outcome::Unknown.word();
    let mut checks: Vec<String> = Vec::new();
    for subject in record.subjects.iter().filter(unknown) {
        let operation = Operation::ALL.iter().find(|operation| operation.name() == subject.operation);
        let command = operation.and_then(|operation| {
            let (id, name) = (subject.id.as_deref(), subject.name.as_deref());
            telling(*operation, &record.profile, record.account.as_deref(), id, name)
        });
        checks.extend(command.filter(|command| !checks.contains(command)));
    }
    checks
}

/// All details, and what to do next.
fn data(record: &Record) -> Value {
    let mut value = serde_json::to_value(record).unwrap_or_default();
    let checks = checks(record);
    if let (Value::Object(map), false) = (&mut value, checks.is_empty()) {
        map.insert("check".into(), checks.into());
    }
    value
}

fn text(record: &Record) -> String {
    let mut lines = vec![format!("{} {}", record.id, outcomes(record)), String::new()];
    let mut add = |label: &str, value: &str| lines.push(format!("  {label:<9}{}", printable(value)));
    add("time", &record.time);
    let unended = match record.resolved {
        Some(_) => "no result was recorded",
        None => "no result was recorded: it may or may not have been applied",
    };
    add("ended", record.ended.as_deref().unwrap_or(unended));
    if let Some(resolved) = &record.resolved {
        add("resolved", &format!("by hand: {}, {}", resolved.user, resolved.time));
    }
    add("user", &format!("{} (process {})", record.user, record.pid));
    let words: Vec<String> = record.command.iter().map(|word| shell_word(word)).collect();
    add("command", &words.join(" "));
    add("profile", &format!("{} ({})", record.profile, record.vendor));
    let http = record.http_status.map(|status| status.to_string());
    let error = record.error.as_ref().map(|failure| format!("{}: {}", failure.kind, failure.message));
    let optional = [
        ("account", &record.account),
        ("call", &Some(record.call.clone())),
        ("http", &http),
        ("request", &record.request_id),
        ("error", &error),
        ("note", &record.note),
    ];
    for (label, value) in optional {
        if let Some(value) = value {
            add(label, value);
        }
    }
    let checks = checks(record);
    for check in &checks {
        add("check", check);
    }
    let is_open = record.is_unresolved(Timestamp::now());
    if checks.is_empty() && is_open {
        add("check", "no command can check this: look in the vendor's console");
    }
    if is_open {
        let words: Vec<&str> = endings(record).into_iter().map(Outcome::word).collect();
        let (first, rest) = (words.first().copied().unwrap_or_default(), words.get(1..).unwrap_or_default());
        let line = format!("trunkctl history resolve {} --outcome {first}", record.id);
        add("resolve", &format!("{line} (or {})", rest.join(", ")));
    }
    for subject in &record.subjects {
        lines.push(String::new());
        lines.extend(subject_lines(subject).into_iter().map(|line| printable(&line)));
    }
    lines.join("\n")
}

fn subject_lines(subject: &Subject) -> Vec<String> {
    let mut head = format!("{} {}", subject.operation, subject.kind);
    if let Some(name) = &subject.name {
        head.push_str(&format!(" `{name}`"));
    }
    if let Some(id) = &subject.id {
        head.push_str(&format!(" id:{id}"));
    }
    let mut lines = vec![format!("{head}: {}", subject.outcome)];
    for (label, value) in [("before", &subject.before), ("after", &subject.after)] {
        if let Some(value) = value {
            lines.push(format!("  {label:<9}{}", printable_json(&value.to_string())));
        }
    }
    lines
}

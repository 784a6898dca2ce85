//! `explain`: explains error codes and exit codes, offline.

use serde_json::{Value, json};

use crate::model::error::{EXIT_CODES, Error, ExitCode, Kind, Result};
use crate::model::report::{Listing, Report};
use crate::model::text::nearest;
use crate::probe::rules::{CHECKS, Rule};
use crate::vendors::codes::{After, Code};
use crate::vendors::{self, ALL, Facts};

/// Runs the command.
pub fn run(subject: &str, code: Option<&str>) -> Result<Report> {
    let word = subject.to_ascii_lowercase();
    match word.as_str() {
        "exit" => return exit_codes(code),
        "check" => return checks(code),
        _ => {}
    }
    let owners: Vec<&Facts> = match code {
        None => {
            ALL.iter().map(|vendor| vendor.facts()).filter(|facts| !rows(facts, subject).is_empty()).collect()
        }
        Some(_) => Vec::new(),
    };
    match owners.as_slice() {
        [] => {}
        [only] => return vendor_codes(only, Some(subject)),
        several => {
            let commands: Vec<String> =
                several.iter().map(|facts| format!("`trunkctl explain {} {subject}`", facts.name)).collect();
            return Err(Error::new(Kind::Usage, format!("several vendors have the code `{subject}`"))
                .hint(format!("name the vendor: {}", commands.join(", "))));
        }
    }
    let vendor = vendors::asked(&word).map_err(|error| {
        let names = vendors::names().join(", ");
        error.hint(format!("use a vendor ({names}), `exit`, `check`, or a documented code"))
    })?;
    vendor_codes(vendor.facts(), code)
}

/// The rows of a code; a bare number may also be an HTTP status.
fn rows(facts: &'static Facts, code: &str) -> Vec<&'static Code> {
    let status = format!("HTTP {code}");
    facts.codes.iter().filter(|row| row.code.eq_ignore_ascii_case(code) || row.code == status).collect()
}

fn exit_codes(code: Option<&str>) -> Result<Report> {
    let data = |row: &ExitCode| serde_json::to_value(row).unwrap_or_default();
    let Some(code) = code else {
        let data = EXIT_CODES.iter().map(data).collect();
        return Ok(Report::Listing(vec![Listing::of(&["code", "kind", "meaning"], data)]));
    };
    let row = EXIT_CODES.iter().find(|row| row.code.to_string() == code || row.kind == code);
    let row = row.ok_or_else(|| {
        Error::new(Kind::NotFound, format!("unknown exit code `{code}`"))
            .hint("`trunkctl explain exit` lists all exit codes")
    })?;
    let text =
        format!("exit {} ({})\n\n  meaning  {}\n  remedy   {}", row.code, row.kind, row.meaning, row.remedy);
    Ok(Report::Document { text, data: data(row) })
}

/// The checks of `trunk check`.
fn checks(id: Option<&str>) -> Result<Report> {
    let data = |rule: &Rule| serde_json::to_value(rule).unwrap_or_default();
    let Some(id) = id else {
        return Ok(Report::Listing(vec![Listing::of(&["id", "meaning"], CHECKS.iter().map(data).collect())]));
    };
    let rule = CHECKS.iter().find(|rule| rule.id.eq_ignore_ascii_case(id)).ok_or_else(|| {
        let near = nearest(id, CHECKS.iter().map(|rule| rule.id));
        let near = near.map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
        Error::new(Kind::NotFound, format!("unknown check `{id}`"))
            .hint(format!("{near}`trunkctl explain check` lists all checks"))
    })?;
    let text = format!(
        "check {}\n\n  meaning  {}\n  cause    {}\n  remedy   {}",
        rule.id, rule.meaning, rule.cause, rule.remedy
    );
    Ok(Report::Document { text, data: data(rule) })
}

fn vendor_codes(facts: &'static Facts, code: Option<&str>) -> Result<Report> {
    let Some(code) = code else {
        return Ok(Report::Listing(vec![Listing::new(
            &["code", "exit", "kind", "meaning"],
            facts
                .codes
                .iter()
                .map(|row| {
                    vec![
                        row.code.into(),
                        exit_of(row).to_string(),
                        row.kind.name().into(),
                        row.meaning.into(),
                    ]
                })
                .collect(),
            facts.codes.iter().map(data).collect(),
        )]));
    };
    let rows = rows(facts, code);
    if rows.is_empty() {
        return Err(Error::new(Kind::NotFound, format!("{} does not document code `{code}`", facts.title))
            .hint(format!(
                "an undocumented code causes exit 9 (rejected) with the vendor's text; \
             `trunkctl explain {}` lists the documented codes",
                facts.name
            )));
    }
    let text: Vec<String> = rows.iter().map(|row| describe(facts, row)).collect();
    let data =
        if let [row] = rows.as_slice() { data(row) } else { rows.iter().map(|row| data(row)).collect() };
    Ok(Report::Document { text: text.join("\n\n"), data })
}

/// 0 is the vendors' code for success.
fn exit_of(row: &Code) -> u8 {
    if row.code == "0" { 0 } else { row.kind.exit_code() }
}

/// After an answer like a 5xx, the outcome of a write is unknown, unless a read shows it.
fn exit_of_write(row: &Code) -> Option<u8> {
    matches!(row.after, After::Lost | After::Partly | After::Pending)
        .then(|| Kind::OutcomeUnknown.exit_code())
}

fn describe(facts: &Facts, row: &Code) -> String {
    let name = if row.name.is_empty() { String::new() } else { format!(" {}", row.name) };
    let mut text = format!("{} {}{name}\n\n", facts.title, row.code);
    if let Some(when) = when(row) {
        text.push_str(&format!("  when     {when}\n"));
    }
    let mut exit = format!("{} ({})", exit_of(row), if exit_of(row) == 0 { "done" } else { row.kind.name() });
    if let Some(code) = exit_of_write(row) {
        exit.push_str(&format!(", of a write {code} ({})", Kind::OutcomeUnknown.name()));
    }
    for (head, body) in [
        ("meaning", row.meaning),
        ("cause", row.cause),
        ("remedy", row.remedy),
        ("resend", resend(row.after)),
        ("exit", exit.as_str()),
    ] {
        text.push_str(&format!("  {head:<8} {body}\n"));
    }
    text.trim_end().to_owned()
}

fn when(row: &Code) -> Option<String> {
    let mut parts = Vec::new();
    if row.when.log_in {
        parts.push("at log-in".to_owned());
    }
    parts.extend(row.when.http.map(|status| format!("with HTTP {status}")));
    if !row.when.says.is_empty() {
        parts.push(format!("if the text contains `{}`", row.when.says.join("` or `")));
    }
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn resend(after: After) -> &'static str {
    match after {
        After::GiveUp => "repeating the request does not help",
        After::Renew => "trunkctl gets a new token and resends once",
        After::SignAgain => "trunkctl signs again and resends once",
        After::Later => "trunkctl retries after a pause, within --retries and --deadline",
        After::NextDay => "trunkctl does not wait that long; repeat the command when the daily limit is over",
        After::Lost => "trunkctl retries reads; after a write, it reads the state at the vendor first",
        After::Partly => "trunkctl reads the state at the vendor and resends what is missing",
        After::Pending => "trunkctl waits and reads the state at the vendor",
    }
}

fn data(row: &Code) -> Value {
    let mut data = json!({
        "code": row.code,
        "name": row.name,
        "when": when(row),
        "kind": if row.code == "0" { "done" } else { row.kind.name() },
        "exit_code": exit_of(row),
        "meaning": row.meaning,
        "cause": row.cause,
        "remedy": row.remedy,
        "resend": resend(row.after),
    });
    if let Some(code) = exit_of_write(row) {
        data["exit_code_of_a_write"] = code.into();
    }
    data
}

//! A plan for a merge request. Texts of a vendor or a manifest are in code spans, so that they cannot contain markup.

use std::io::{self, Write};

use serde_json::Value;

use super::{NAMED, groups, is_listed, object, properties, total, verb};
use crate::model::change::FieldChange;
use crate::model::plan::{Action, Plan, PlannedChange, ProfilePlan};
use crate::model::text::printable;
use crate::output::cell;

/// Prints the plan.
///
/// # Errors
/// An error of the stream.
pub fn markdown(out: &mut dyn Write, plan: &Plan) -> io::Result<()> {
    let summary = plan.summary();
    writeln!(out, "### trunkctl plan\n\n{}.", total(&summary, plan.profiles.len()))?;
    if plan.changes().next().is_some() {
        writeln!(out, "\n| | profile | object | fields |\n|---|---|---|---|")?;
        for part in &plan.profiles {
            for group in groups(&part.changes) {
                rows(out, group)?;
            }
        }
    }
    let failed: Vec<&ProfilePlan> = plan.profiles.iter().filter(|part| part.failed.is_some()).collect();
    if !failed.is_empty() {
        writeln!(out, "\nProfiles that could not be read, and were not planned:\n")?;
        for part in failed {
            let why = part.failed.as_ref().map(|error| error.message.as_str()).unwrap_or_default();
            writeln!(out, "- {}: {}", code(&part.profile), code(why))?;
        }
    }
    let unwanted: Vec<_> = plan.profiles.iter().flat_map(|part| &part.unwanted).collect();
    if !unwanted.is_empty() {
        writeln!(out, "\nOwned by the manifest and not wanted (`--prune` deletes them):\n")?;
        for unwanted in unwanted.iter().take(NAMED) {
            writeln!(out, "- {}: {}", code(&unwanted.profile), code(&unwanted.key.shown()))?;
        }
        if let more @ 1.. = unwanted.len().saturating_sub(NAMED) {
            writeln!(out, "- and {more} more")?;
        }
    }
    if !plan.refusals.is_empty() {
        writeln!(out, "\n`apply` refuses this plan:\n")?;
        for refusal in &plan.refusals {
            writeln!(out, "- {}", code(refusal))?;
        }
    }
    for part in plan.profiles.iter().filter(|part| !part.notes.is_empty()) {
        writeln!(out, "\nNotes on {}:\n", code(&part.profile))?;
        for note in &part.notes {
            writeln!(out, "- {}", code(note))?;
        }
    }
    Ok(())
}

fn rows(out: &mut dyn Write, group: &[PlannedChange]) -> io::Result<()> {
    for step in group.iter().take(NAMED) {
        let word = match step.action {
            Action::Impossible => "**cannot**",
            Action::Delete => "**delete**",
            other => verb(other),
        };
        let (profile, object) = (code(&step.profile), code(&object(step)));
        writeln!(out, "| {word} | {profile} | {object} | {} |", fields(step))?;
    }
    match group.len().saturating_sub(NAMED) {
        0 => Ok(()),
        more => writeln!(out, "| | | and {more} more | |"),
    }
}

fn fields(step: &PlannedChange) -> String {
    let mut lines: Vec<String> = match is_listed(step) {
        true => vec![properties(step).iter().map(|text| code(text)).collect::<Vec<_>>().join(", ")],
        false => step.diff.iter().map(field).collect(),
    };
    lines.extend(step.error.iter().map(|error| code(&error.message)));
    lines.extend(step.notes.iter().map(|note| format!("note: {}", code(note))));
    lines.retain(|line| !line.is_empty());
    lines.join("<br>")
}

fn field(change: &FieldChange) -> String {
    let (field, after) = (code(&change.field), code(&cell::text(&change.after)));
    match change.before {
        Value::Null => format!("{field} {after}"),
        _ => format!("{field} {} → {after}", code(&cell::text(&change.before))),
    }
}

/// A code span. The fence is longer than any in the text, and a bar does not end a table cell.
fn code(text: &str) -> String {
    let text = printable(&text.replace(['\n', '\r'], " "));
    let runs = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(runs + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    if text.trim().is_empty() {
        return "(none)".to_owned();
    }
    format!("{fence}{pad}{}{pad}{fence}", barred(&text))
}

/// The text with a backslash before each bar. Some renderers read two backslashes as one, so the number is always odd.
fn barred(text: &str) -> String {
    let (mut barred, mut slashes) = (String::with_capacity(text.len()), 0);
    for c in text.chars() {
        if c == '|' {
            barred.push_str(if slashes % 2 == 0 { "\\" } else { "\\\\" });
        }
        slashes = if c == '\\' { slashes + 1 } else { 0 };
        barred.push(c);
    }
    barred
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_leaves_its_code_span_or_its_cell() {
        for (text, span) in [
            ("plain", "`plain`"),
            ("a|b", "`a\\|b`"),
            (r"a\|b\\|c", r"`a\\\|b\\\|c`"),
            ("a`b", "``a`b``"),
            ("``x``", "``` ``x`` ```"),
            ("a\n| b", "`a \\| b`"),
            ("<img src=x> @all #1", "`<img src=x> @all #1`"),
            ("", "(none)"),
        ] {
            assert_eq!(code(text), span);
        }
    }
}

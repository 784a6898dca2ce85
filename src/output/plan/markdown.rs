//! A plan for a merge request. Texts of a vendor or a manifest are in code spans, so that they cannot contain markup.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{self, Write};

use serde_json::Value;

use super::{Folded, NAMED, folded, groups, is_listed, passwords, properties, some, total, verb};
use crate::model::change::FieldChange;
use crate::model::plan::{Action, Plan, PlannedChange, ProfilePlan};
use crate::model::text::{excerpt, printable, value_text};

/// How much of a plan is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Detail {
    /// Everything.
    Fields,
    /// The objects without their fields.
    Objects,
    /// Only counts.
    Counts,
}

/// Prints the plan, with as many details as fit into that many bytes.
pub fn markdown(out: &mut dyn Write, plan: &Plan, max_bytes: usize) -> io::Result<()> {
    let mut text = String::new();
    for (detail, left_out) in [
        (Detail::Fields, ""),
        (Detail::Objects, "the fields of the changes and the notes"),
        (Detail::Counts, "the changes and the profiles"),
    ] {
        text = whole(plan, detail);
        if !left_out.is_empty() {
            let _ = write!(
                text,
                "\nTo stay below {max_bytes} bytes, this leaves out {left_out}; `-o json` has them.\n"
            );
        }
        if text.len() <= max_bytes {
            break;
        }
    }
    out.write_all(text.as_bytes())
}

// Writing to a string does not fail.
fn whole(plan: &Plan, detail: Detail) -> String {
    let (mut text, summary) = (String::new(), plan.summary());
    let _ = writeln!(text, "### trunkctl plan\n\n{}.", total(&summary, plan.profiles.len()));
    let folded = folded(plan);
    if detail == Detail::Counts {
        counts(&mut text, plan);
    } else if plan.changes().next().is_some() {
        let _ = match detail {
            Detail::Fields => writeln!(text, "\n| | profile | object | fields |\n|---|---|---|---|"),
            _ => writeln!(text, "\n| | profile | object |\n|---|---|---|"),
        };
        for folded in &folded {
            groups(&folded.part.changes).into_iter().for_each(|group| rows(&mut text, folded, group, detail));
        }
    }
    let failed: Vec<&ProfilePlan> = plan.profiles.iter().filter(|part| part.failed.is_some()).collect();
    list(&mut text, "Profiles that could not be read, and were not planned", detail, &failed, |part| {
        let why = part.failed.as_ref().map(|error| error.message.as_str()).unwrap_or_default();
        format!("{}: {}", code(&part.profile), code(why))
    });
    let unwanted: Vec<_> = plan.profiles.iter().flat_map(|part| &part.unwanted).collect();
    let title = "Owned by the manifest and not wanted (`--prune` deletes them)";
    list(&mut text, title, detail, &unwanted, |unwanted| {
        format!("{}: {}", code(&unwanted.profile), code(&unwanted.key.shown()))
    });
    list(&mut text, "`apply` refuses this plan", detail, &plan.refusals, |refusal| {
        code(&excerpt(refusal, 500))
    });
    if detail == Detail::Fields {
        for folded in folded.iter().filter(|folded| !folded.part.notes.is_empty()) {
            list(&mut text, &format!("Notes on {}", names(folded)), detail, &folded.part.notes, |note| {
                code(note)
            });
        }
    }
    text
}

/// A list below its title; where only counts are shown, it is short.
fn list<T>(text: &mut String, title: &str, detail: Detail, items: &[T], line: impl Fn(&T) -> String) {
    if items.is_empty() {
        return;
    }
    let most = if detail == Detail::Counts { 3 } else { NAMED };
    let _ = writeln!(text, "\n{title}:\n");
    for item in items.iter().take(most) {
        let _ = writeln!(text, "- {}", line(item));
    }
    if let more @ 1.. = items.len().saturating_sub(most) {
        let _ = writeln!(text, "- and {more} more");
    }
}

/// The number of changes by action and kind.
fn counts(text: &mut String, plan: &Plan) {
    let mut counts: BTreeMap<(&str, &str), (usize, BTreeSet<&str>)> = BTreeMap::new();
    for change in plan.changes() {
        let (count, profiles) = counts.entry((word(change.action), change.key.kind.word())).or_default();
        *count += 1;
        profiles.insert(&change.profile);
    }
    let _ = writeln!(text, "\n| | kind | changes | profiles |\n|---|---|---|---|");
    for ((word, kind), (count, profiles)) in counts {
        let _ = writeln!(text, "| {word} | {kind} | {count} | {} |", profiles.len());
    }
}

/// The profiles of a row.
fn names(folded: &Folded<'_>) -> String {
    match folded.profiles.as_slice() {
        [only] => code(only),
        many => format!("{} profiles: {}", many.len(), some(many.iter().map(|name| code(name)))),
    }
}

fn word(action: Action) -> &'static str {
    match action {
        Action::Impossible => "**cannot**",
        Action::Delete => "**delete**",
        other => verb(other),
    }
}

fn rows(text: &mut String, folded: &Folded<'_>, group: &[PlannedChange], detail: Detail) {
    let profiles = names(folded);
    if let (Some(passwords), Some(first)) = (passwords(group), group.first()) {
        let end = if detail == Detail::Fields { " `password` |" } else { "" };
        let _ = writeln!(text, "| {} | {profiles} | {} |{end}", word(first.action), code(&passwords));
        return;
    }
    for step in group.iter().take(NAMED) {
        let end = if detail == Detail::Fields { format!(" {} |", fields(step)) } else { String::new() };
        let _ =
            writeln!(text, "| {} | {profiles} | {} |{end}", word(step.action), code(&folded.object(step)));
    }
    if let more @ 1.. = group.len().saturating_sub(NAMED) {
        let end = if detail == Detail::Fields { " |" } else { "" };
        let _ = writeln!(text, "| | | and {more} more |{end}");
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
    let (field, after) = (code(&change.field), code(&value_text(&change.after)));
    match change.before {
        Value::Null => format!("{field} {after}"),
        _ => format!("{field} {} → {after}", code(&value_text(&change.before))),
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
    fn no_text_escapes_its_code_span_or_its_cell() {
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

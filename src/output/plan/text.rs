//! A plan for people at a terminal.

use std::io::{self, Write};

use super::{NAMED, groups, is_listed, object, properties, total, verb};
use crate::model::plan::{Action, Plan, PlannedChange, ProfilePlan};
use crate::model::text::printable;
use crate::output::Terminal;
use crate::output::cell::{self, arrow, fold};

/// Prints the plan.
///
/// # Errors
/// An error of the stream.
pub fn text(out: &mut dyn Write, plan: &Plan, terminal: Terminal) -> io::Result<()> {
    for part in plan.profiles.iter().filter(|part| is_shown(part)) {
        heading(out, part, terminal)?;
        for group in groups(&part.changes) {
            steps(out, group, terminal)?;
        }
        unwanted(out, part, terminal)?;
        for note in &part.notes {
            line(out, &format!("  note: {note}"), 8, terminal)?;
        }
        writeln!(out)?;
    }
    for refusal in &plan.refusals {
        line(out, &format!("apply refuses this plan: {}", printable(refusal)), 2, terminal)?;
    }
    let summary = plan.summary();
    let total = total(&summary, plan.profiles.len());
    writeln!(out, "{}", paint(&total, if summary.writes() == 0 { None } else { Some("1") }, terminal))
}

fn is_shown(part: &ProfilePlan) -> bool {
    !part.changes.is_empty() || !part.unwanted.is_empty() || !part.notes.is_empty() || part.failed.is_some()
}

fn heading(out: &mut dyn Write, part: &ProfilePlan, terminal: Terminal) -> io::Result<()> {
    let profile = printable(&part.profile);
    match &part.failed {
        None => writeln!(out, "{}", paint(&format!("profile {profile}"), Some("1"), terminal)),
        Some(error) => {
            let own = format!("profile `{}`: ", part.profile);
            let why = error.message.strip_prefix(&own).unwrap_or(&error.message);
            writeln!(
                out,
                "{}",
                paint(&format!("profile {profile} could not be read"), Some("31"), terminal)
            )?;
            line(out, &format!("  {}", printable(why)), 2, terminal)
        }
    }
}

/// Objects that are owned and not wanted.
fn unwanted(out: &mut dyn Write, part: &ProfilePlan, terminal: Terminal) -> io::Result<()> {
    let names: Vec<String> = part.unwanted.iter().map(|unwanted| printable(&unwanted.key.shown())).collect();
    if names.is_empty() {
        return Ok(());
    }
    let more = match names.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    let list = names.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    line(out, &format!("  {} not wanted: {list}{more}", names.len()), 4, terminal)
}

fn steps(out: &mut dyn Write, group: &[PlannedChange], terminal: Terminal) -> io::Result<()> {
    for step in group.iter().take(NAMED) {
        let (sign, color) = match step.action {
            Action::Create => ("+", "32"),
            Action::Update => ("~", "33"),
            Action::Delete => ("-", "31"),
            Action::Impossible => ("!", "31"),
        };
        let head = format!("  {sign} {} {}", verb(step.action), object(step));
        writeln!(out, "{}", paint(&head, Some(color), terminal))?;
        fields(out, step, terminal)?;
        if let Some(error) = &step.error {
            line(out, &format!("      {}", printable(&error.message)), 6, terminal)?;
            if let Some(hint) = &error.hint {
                line(out, &format!("      hint: {}", printable(hint)), 12, terminal)?;
            }
        }
        for note in &step.notes {
            line(out, &format!("      note: {}", printable(note)), 12, terminal)?;
        }
    }
    match group.len().saturating_sub(NAMED) {
        0 => Ok(()),
        more => writeln!(out, "    and {more} more"),
    }
}

fn fields(out: &mut dyn Write, step: &PlannedChange, terminal: Terminal) -> io::Result<()> {
    if is_listed(step) {
        let told = properties(step).join(", ");
        return if told.is_empty() { Ok(()) } else { line(out, &format!("      {told}"), 6, terminal) };
    }
    let width = step.diff.iter().map(|change| change.field.len()).max().unwrap_or(0);
    for change in &step.diff {
        let values = match step.action {
            Action::Create => cell::text(&change.after),
            _ => arrow(&change.before, &change.after),
        };
        line(out, &format!("      {:<width$}  {values}", change.field), width + 8, terminal)?;
    }
    Ok(())
}

fn line(out: &mut dyn Write, text: &str, start: usize, terminal: Terminal) -> io::Result<()> {
    writeln!(out, "{}", fold(text, start, terminal.width))
}

fn paint(text: &str, color: Option<&str>, terminal: Terminal) -> String {
    match color.filter(|_| terminal.color) {
        Some(color) => format!("\u{1b}[{color}m{text}\u{1b}[0m"),
        None => text.to_owned(),
    }
}

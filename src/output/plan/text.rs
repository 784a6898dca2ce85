//! A plan for people at a terminal.

use std::io::{self, Write};

use super::{Folded, NAMED, folded, groups, is_listed, passwords, properties, some, total, verb};
use crate::model::plan::{Action, Plan, PlannedChange};
use crate::model::text::{fold, printable, value_text};
use crate::output::Terminal;
use crate::output::cell::arrow;

/// Prints the plan.
pub fn text(out: &mut dyn Write, plan: &Plan, terminal: Terminal) -> io::Result<()> {
    for folded in folded(plan) {
        heading(out, &folded, terminal)?;
        for group in groups(&folded.part.changes) {
            steps(out, &folded, group, terminal)?;
        }
        let unwanted = &folded.part.unwanted;
        if !unwanted.is_empty() {
            let names = some(unwanted.iter().map(|unwanted| printable(&unwanted.key.shown())));
            line(out, &format!("  {} not wanted: {names}", unwanted.len()), 4, terminal)?;
        }
        for note in &folded.part.notes {
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

fn heading(out: &mut dyn Write, folded: &Folded<'_>, terminal: Terminal) -> io::Result<()> {
    let names = folded.names();
    let Some(error) = &folded.part.failed else {
        return writeln!(out, "{}", paint(&fold(&names, 2, terminal.width), Some("1"), terminal));
    };
    let own = format!("profile `{}`: ", folded.part.profile);
    let why = error.message.strip_prefix(&own).unwrap_or(&error.message);
    writeln!(out, "{}", paint(&format!("{names} could not be read"), Some("31"), terminal))?;
    line(out, &format!("  {}", printable(why)), 2, terminal)
}

fn steps(
    out: &mut dyn Write,
    folded: &Folded<'_>,
    group: &[PlannedChange],
    terminal: Terminal,
) -> io::Result<()> {
    if let Some(passwords) = passwords(group) {
        let head = fold(&format!("  ~ change {passwords}"), 6, terminal.width);
        return writeln!(out, "{}", paint(&head, Some("33"), terminal));
    }
    for step in group.iter().take(NAMED) {
        let (sign, color) = match step.action {
            Action::Create => ("+", "32"),
            Action::Update => ("~", "33"),
            Action::Delete => ("-", "31"),
            Action::Impossible => ("!", "31"),
        };
        let head = format!("  {sign} {} {}", verb(step.action), folded.object(step));
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
        let properties = properties(step).join(", ");
        return match properties.is_empty() {
            true => Ok(()),
            false => line(out, &format!("      {properties}"), 6, terminal),
        };
    }
    let width = step.diff.iter().map(|change| change.field.len()).max().unwrap_or(0);
    for change in &step.diff {
        let values = match step.action {
            Action::Create => value_text(&change.after),
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

//! The table of the guide, generated from the results of the run.

use std::collections::BTreeMap;

use super::{End, FAULTS, WRITES, Write};

/// The ends of the cells, by write, fault, and whether the fault occurred every time. A cell that would be the same run
/// as the one before it is missing.
pub type Ends = BTreeMap<(usize, usize, bool), End>;

/// Faults with the same ends for every write share a column, named by a letter.
pub fn markdown(ends: &Ends) -> String {
    let mut columns: Vec<(Vec<&str>, Vec<String>)> = Vec::new();
    for (fault, row) in FAULTS.iter().enumerate() {
        let cells: Vec<String> = (0..WRITES.len()).map(|write| cell(ends, write, fault)).collect();
        match columns.iter_mut().find(|(_, other)| *other == cells) {
            Some((names, _)) => names.push(row.name),
            None => columns.push((vec![row.name], cells)),
        }
    }
    let letters = || (b'A'..).map(char::from);
    let mut text = "| | what strikes the write |\n| --- | --- |\n".to_owned();
    for (letter, (names, _)) in letters().zip(&columns) {
        text.push_str(&format!("| {letter} | {} |\n", names.join(", ")));
    }
    let heads: String = letters().take(columns.len()).map(|letter| format!(" {letter} |")).collect();
    text.push_str(&format!("\n| write |{heads}\n| --- |{}\n", " --- |".repeat(columns.len())));
    for (at, write) in WRITES.iter().enumerate() {
        let cells: String = columns.iter().map(|(_, cells)| format!(" {} |", cells[at])).collect();
        text.push_str(&format!("| {} |{cells}\n", write.name));
    }
    text
}

/// The end for a fault that occurs once, and for one that occurs every time.
fn cell(ends: &Ends, write: usize, fault: usize) -> String {
    let once = word(&WRITES[write], ends[&(write, fault, false)]);
    match ends.get(&(write, fault, true)).map(|end| word(&WRITES[write], *end)) {
        Some(always) if always != once => format!("{once}; {always}"),
        _ => once,
    }
}

fn word(write: &Write, end: End) -> String {
    match (end.code, end.noted) {
        (0, false) => "done".into(),
        (0, true) => "found".into(),
        (11, _) if write.is_bulk() => "12 unknown".into(),
        (_, _) if write.is_bulk() => "12 failed".into(),
        (code, _) => code.to_string(),
    }
}

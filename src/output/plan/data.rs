//! A plan as data.

use std::io::{self, Write};

use serde_json::{Value, json, to_value};

use crate::model::plan::{Part, Plan};
use crate::model::report::Listing;
use crate::model::text::printable_json;

/// The whole plan as one value.
pub fn value(plan: &Plan) -> Value {
    json!({
        "changes": plan.steps().map(|step| to_value(step).unwrap_or_default()).collect::<Vec<_>>(),
        "profiles": plan.parts.iter().map(profile).collect::<Vec<_>>(),
        "summary": plan.summary(),
    })
}

fn profile(part: &Part) -> Value {
    let mut value = json!({
        "profile": part.profile,
        "outcome": if part.failed.is_some() { "failed" } else { "planned" },
        "changes": part.steps.len(),
        "unchanged": part.unchanged,
    });
    if let Some(fields) = value.as_object_mut() {
        if !part.notes.is_empty() {
            fields.insert("notes".into(), json!(part.notes));
        }
        if let Some(error) = &part.failed {
            fields.insert("error".into(), to_value(error).unwrap_or_default());
        }
    }
    value
}

/// One object per line: a change, a note on a profile, or a profile that could not be read.
///
/// # Errors
/// An error of the stream.
pub fn lines(out: &mut dyn Write, plan: &Plan) -> io::Result<()> {
    for part in &plan.parts {
        for step in &part.steps {
            writeln!(out, "{}", printable_json(&serde_json::to_string(step)?))?;
        }
        for note in &part.notes {
            let note = json!({"action": "note", "profile": part.profile, "kind": "profile", "note": note});
            writeln!(out, "{}", printable_json(&note.to_string()))?;
        }
        if let Some(error) = &part.failed {
            let failed =
                json!({"action": "failed", "profile": part.profile, "kind": "profile", "error": error});
            writeln!(out, "{}", printable_json(&failed.to_string()))?;
        }
    }
    Ok(())
}

/// The plan as a table, for CSV.
pub fn listing(plan: &Plan) -> Listing {
    let columns = ["action", "kind", "name", "id", "profile", "account", "fields", "reason"];
    let rows = plan.steps().map(|step| {
        let fields: Vec<&str> = step.diff.iter().map(|change| change.field.as_str()).collect();
        vec![
            step.action.word().to_owned(),
            step.kind.to_owned(),
            step.name.clone(),
            step.id.clone().unwrap_or_default(),
            step.profile.clone(),
            step.account.clone().unwrap_or_default(),
            fields.join(" "),
            step.error.as_ref().map_or_else(|| step.notes.join("; "), |error| error.message.clone()),
        ]
    });
    let of_profile = |action: &str, part: &Part, reason: String| {
        let words = [action, "profile", &part.profile, "", &part.profile, "", "", &reason];
        words.map(str::to_owned).to_vec()
    };
    let noted = plan.parts.iter().filter(|part| !part.notes.is_empty());
    let noted = noted.map(|part| of_profile("note", part, part.notes.join("; ")));
    let failed = plan.parts.iter().filter_map(|part| {
        let error = part.failed.as_ref()?;
        Some(of_profile("failed", part, error.message.clone()))
    });
    let rows = rows.chain(noted).chain(failed);
    Listing {
        title: None,
        columns: columns.map(str::to_owned).to_vec(),
        rows: rows.collect(),
        data: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::error::Error;

    #[test]
    fn notes_and_failures_of_profiles_are_in_lines_and_rows() {
        let noted = Part { notes: vec!["one".into(), "two".into()], ..Part::new("a") };
        let plan = Plan { parts: vec![noted, Part::failed("b", Error::invalid("why"))] };
        let mut out = Vec::new();
        lines(&mut out, &plan).unwrap();
        let text = String::from_utf8(out).unwrap();
        let told: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let note = |note: &str| json!({"action": "note", "profile": "a", "kind": "profile", "note": note});
        assert_eq!(told[..2], [note("one"), note("two")]);
        assert_eq!((&told[2]["action"], told.len()), (&json!("failed"), 3));
        let rows = listing(&plan).rows;
        assert_eq!(rows[0], ["note", "profile", "a", "", "a", "", "", "one; two"]);
        assert_eq!(rows[1], ["failed", "profile", "b", "", "b", "", "", "why"]);
    }
}

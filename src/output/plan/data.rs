//! A plan as data.

use std::io::{self, Write};

use serde_json::{Value, json, to_value};

use crate::model::plan::{Plan, ProfilePlan};
use crate::model::report::Listing;
use crate::model::text::printable_json;

/// The whole plan as one value.
pub fn value(plan: &Plan) -> Value {
    json!({
        "changes": plan.changes().map(|change| to_value(change).unwrap_or_default()).collect::<Vec<_>>(),
        "profiles": plan.profiles.iter().map(profile).collect::<Vec<_>>(),
        "unwanted": plan.profiles.iter().flat_map(|profile| &profile.unwanted).collect::<Vec<_>>(),
        "refusals": plan.refusals,
        "summary": plan.summary(),
    })
}

fn profile(plan: &ProfilePlan) -> Value {
    let mut value = json!({
        "profile": plan.profile,
        "outcome": if plan.failed.is_some() { "failed" } else { "planned" },
        "changes": plan.changes.len(),
        "unchanged": plan.unchanged,
    });
    if let Some(fields) = value.as_object_mut() {
        if !plan.notes.is_empty() {
            fields.insert("notes".into(), json!(plan.notes));
        }
        if let Some(error) = &plan.failed {
            fields.insert("error".into(), to_value(error).unwrap_or_default());
        }
    }
    value
}

/// One object per line: a change, a note on a profile, or a profile that could not be read.
pub fn lines(out: &mut dyn Write, plan: &Plan) -> io::Result<()> {
    for part in &plan.profiles {
        for change in &part.changes {
            writeln!(out, "{}", printable_json(&serde_json::to_string(change)?))?;
        }
        for unwanted in &part.unwanted {
            let mut line = to_value(unwanted)?;
            line["action"] = "unwanted".into();
            writeln!(out, "{}", printable_json(&line.to_string()))?;
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
    let rows = plan.changes().map(|step| {
        let fields: Vec<&str> = step.diff.iter().map(|change| change.field.as_str()).collect();
        vec![
            step.action.word().to_owned(),
            step.key.kind.word().to_owned(),
            step.key.name.clone(),
            step.id.clone().unwrap_or_default(),
            step.profile.clone(),
            step.key.account.clone().unwrap_or_default(),
            fields.join(" "),
            step.error.as_ref().map_or_else(|| step.notes.join("; "), |error| error.message.clone()),
        ]
    });
    let of_profile = |action: &str, part: &ProfilePlan, reason: String| {
        let words = [action, "profile", &part.profile, "", &part.profile, "", "", &reason];
        words.map(str::to_owned).to_vec()
    };
    let noted = plan.profiles.iter().filter(|part| !part.notes.is_empty());
    let noted = noted.map(|part| of_profile("note", part, part.notes.join("; ")));
    let failed = plan.profiles.iter().filter_map(|part| {
        let error = part.failed.as_ref()?;
        Some(of_profile("failed", part, error.message.clone()))
    });
    let rows = rows.chain(noted).chain(failed);
    Listing::new(&columns, rows.collect(), Vec::new())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::error::Error;

    #[test]
    fn notes_and_failures_of_profiles_are_in_lines_and_rows() {
        let noted = ProfilePlan { notes: vec!["one".into(), "two".into()], ..ProfilePlan::new("a") };
        let plan = Plan {
            profiles: vec![noted, ProfilePlan::failed("b", Error::invalid("why"))],
            ..Plan::default()
        };
        let mut out = Vec::new();
        lines(&mut out, &plan).unwrap();
        let text = String::from_utf8(out).unwrap();
        let parsed: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let note = |note: &str| json!({"action": "note", "profile": "a", "kind": "profile", "note": note});
        assert_eq!(parsed[..2], [note("one"), note("two")]);
        assert_eq!((&parsed[2]["action"], parsed.len()), (&json!("failed"), 3));
        let rows = listing(&plan).rows;
        assert_eq!(rows[0], ["note", "profile", "a", "", "a", "", "", "one; two"]);
        assert_eq!(rows[1], ["failed", "profile", "b", "", "b", "", "", "why"]);
    }
}

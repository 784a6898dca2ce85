//! A plan as data.

use std::io::{self, Write};

use serde_json::{Value, json, to_value};

use crate::model::plan::{Part, Plan};
use crate::model::report::Listing;
use crate::model::text::printable_json;

/// All of it as one value.
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

/// One object a line: a change, or a profile that could not be read.
///
/// # Errors
/// Whatever the stream says.
pub fn lines(out: &mut dyn Write, plan: &Plan) -> io::Result<()> {
    for part in &plan.parts {
        for step in &part.steps {
            writeln!(out, "{}", printable_json(&serde_json::to_string(step)?))?;
        }
        if let Some(error) = &part.failed {
            let failed =
                json!({"action": "failed", "profile": part.profile, "kind": "profile", "error": error});
            writeln!(out, "{}", printable_json(&failed.to_string()))?;
        }
    }
    Ok(())
}

/// The table of it, for CSV.
pub fn listing(plan: &Plan) -> Listing {
    let columns = ["action", "kind", "name", "id", "profile", "account", "fields"];
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
        ]
    });
    let failed = plan.parts.iter().filter(|part| part.failed.is_some()).map(|part| {
        let words = ["failed", "profile", &part.profile, "", &part.profile, "", ""];
        words.map(str::to_owned).to_vec()
    });
    let rows = rows.chain(failed);
    Listing {
        title: None,
        columns: columns.map(str::to_owned).to_vec(),
        rows: rows.collect(),
        data: Vec::new(),
    }
}

//! The reports of `trunk check`, for people and for programs.

use serde_json::{Value, to_value};

use crate::model::health::{Check, Health, Verdict};
use crate::model::report::Listing;
use crate::model::text::printable;

/// For people: the worst trunk and the worst check first.
pub fn text(reports: &[Health]) -> String {
    let mut text = String::new();
    for report in reports {
        let name = report.trunk.as_deref().or(report.target.as_deref()).unwrap_or_default();
        let profile = report.profile.as_ref().map(|profile| format!(" on {profile}")).unwrap_or_default();
        let target = report.target.as_ref().filter(|_| report.trunk.is_some());
        let target = target.map(|target| format!(" ({target})")).unwrap_or_default();
        text.push_str(&printable(&format!("{name}{profile}{target}: {}", report.verdict.word())));
        text.push('\n');
        let mut checks: Vec<&Check> = report.checks.iter().collect();
        checks.sort_by_key(|check| std::cmp::Reverse(check.verdict));
        for check in checks {
            text.push_str(&printable(&format!(
                "  {:<7}  {}: {}",
                check.verdict.word(),
                check.id,
                check.message
            )));
            text.push('\n');
            if let Some(hint) = check.hint.as_ref().filter(|_| check.verdict > Verdict::Pass) {
                text.push_str(&printable(&format!("           hint: {hint}")));
                text.push('\n');
            }
        }
    }
    text
}

/// For programs: a row for each check, an object for each target.
pub fn listing(reports: &[Health]) -> Listing {
    let rows = reports.iter().flat_map(|report| {
        report.checks.iter().map(|check| {
            let empty = String::new;
            vec![
                report.trunk.clone().unwrap_or_else(empty),
                report.profile.clone().unwrap_or_else(empty),
                report.target.clone().unwrap_or_else(empty),
                check.verdict.word().to_owned(),
                check.id.to_owned(),
                check.message.clone(),
            ]
        })
    });
    Listing::new(
        &["trunk", "profile", "target", "verdict", "check", "message"],
        rows.collect(),
        reports.iter().map(|report| to_value(report).unwrap_or(Value::Null)).collect(),
    )
}

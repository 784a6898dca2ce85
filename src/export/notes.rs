//! Notes on an export: at the end of a file, or on standard error.

use std::collections::{BTreeMap, BTreeSet};

use super::convert::{Fate, Loss};
use crate::input::manifest::write::Section;
use crate::model::fields::Field;
use crate::model::text::excerpt;

/// Longest name in a remark.
const NAME: usize = 80;

/// What was gathered.
#[derive(Debug, Default)]
pub struct Remarks {
    /// Secrets: the variable, and whose it is.
    pub secrets: Vec<(String, String)>,
    /// Fields that were left out: the profile, the reason, and the trunks that had them.
    fields: BTreeMap<(String, &'static str, String), BTreeSet<String>>,
    /// Raw keys, by profile.
    raw: BTreeMap<String, BTreeSet<String>>,
    /// What else is not in the export, and why.
    left_out: BTreeSet<(String, String)>,
    /// The fate of each object that was converted for another vendor.
    pub report: Vec<(String, String)>,
    /// Profiles that could not be read.
    pub unread: Vec<String>,
}

/// A trunk as remarks name it.
pub fn trunk(profile: &str, name: &str) -> String {
    format!("trunk `{}` of profile `{}`", excerpt(name, NAME), excerpt(profile, NAME))
}

/// An account as remarks name it.
pub fn account(profile: &str, account: Option<&str>) -> String {
    let profile = excerpt(profile, NAME);
    match account {
        Some(account) => format!("account `{}` of profile `{profile}`", excerpt(account, NAME)),
        None => format!("profile `{profile}`"),
    }
}

impl Remarks {
    /// Something is not in the export.
    pub fn leave_out(&mut self, what: String, why: impl Into<String>) {
        self.left_out.insert((what, why.into()));
    }

    /// Raw keys of a trunk or a number that are not in the export.
    pub fn leave_out_raw<'k>(&mut self, profile: &str, keys: impl Iterator<Item = &'k String>) {
        let mut keys = keys.peekable();
        if keys.peek().is_some() {
            self.raw.entry(profile.to_owned()).or_default().extend(keys.map(|key| excerpt(key, NAME)));
        }
    }

    /// Fields of a trunk that its own vendor does not take.
    pub fn own_losses(&mut self, profile: &str, name: &str, losses: &[Loss]) {
        for loss in losses {
            let why = match &loss.fate {
                // Named with the keys.
                _ if loss.field == Field::VendorFields => continue,
                // Listed with the secrets.
                Fate::NeedsInput(_) if loss.field == Field::Password => continue,
                Fate::Kept => continue,
                Fate::Approximated(why) | Fate::Dropped(why) => why.clone(),
                Fate::NeedsInput(why) => format!("was not returned: {why}"),
            };
            let key = (profile.to_owned(), loss.field.name(), why);
            self.fields.entry(key).or_default().insert(excerpt(name, NAME));
        }
    }

    /// What became of a trunk's fields at another vendor. Fields of the same fate share a line.
    pub fn losses(&mut self, subject: &str, losses: &[Loss]) {
        for word in [KEPT, "approximated", "dropped", "needs input"] {
            let mut lines: Vec<(&str, Vec<&str>)> = Vec::new();
            for (field, why) in losses.iter().filter_map(|loss| line_of(loss, word)) {
                match lines.iter_mut().find(|(known, _)| *known == why) {
                    Some((_, fields)) => fields.push(field),
                    None => lines.push((why, vec![field])),
                }
            }
            for (why, fields) in lines {
                let colon = if why.is_empty() { "" } else { ": " };
                self.report.push((subject.to_owned(), format!("{word}: {}{colon}{why}", fields.join(", "))));
            }
        }
    }

    /// The sections at the end of a file; `aim` is the vendor that it is written for.
    pub fn sections(&self, aim: Option<&str>) -> Vec<Section> {
        let mut report: Vec<String> = Vec::new();
        let mut last = None;
        for (subject, text) in &self.report {
            if last != Some(subject) {
                report.push(subject.clone());
            }
            last = Some(subject);
            report.push(format!("  {text}"));
        }
        let secrets = self.secrets.iter().map(|(name, whose)| format!("{name}  {whose}"));
        let title = |aim: &str| format!("What became of each field, written for {aim}");
        let sections = [
            ("Secrets to fill in".to_owned(), secrets.collect()),
            ("Not in this export".to_owned(), self.not_there()),
            (aim.map(title).unwrap_or_default(), report),
            (UNREAD.to_owned(), self.unread.clone()),
        ];
        let sections = sections.into_iter().filter(|(_, lines): &(String, Vec<String>)| !lines.is_empty());
        sections.map(|(title, lines)| Section { title, lines }).collect()
    }

    /// The same as notes, for a form without comments. Errors report what could not be read.
    pub fn notes(&self) -> Vec<String> {
        let secrets = self.secrets.iter().map(|(name, whose)| format!("{name} ({whose})"));
        let secrets = secrets.collect::<Vec<_>>().join(", ");
        let secrets = (!secrets.is_empty()).then(|| format!("secrets to fill in: {secrets}"));
        let left_out = self.not_there().into_iter().map(|line| format!("not in this export: {line}"));
        let report = self.report.iter().map(|(subject, text)| format!("{subject}: {text}"));
        secrets.into_iter().chain(left_out).chain(report).collect()
    }

    fn not_there(&self) -> Vec<String> {
        let fields = self.fields.iter().map(|((profile, field, why), trunks)| {
            let mut names = trunks.iter();
            let whose = match (names.next(), trunks.len()) {
                (Some(only), 1) => trunk(profile, only),
                (_, count) => format!("{count} trunks of profile `{}`", excerpt(profile, NAME)),
            };
            format!("{field} of {whose}: {why}")
        });
        let raw = self.raw.iter().map(|(profile, keys)| {
            let keys = keys.iter().cloned().collect::<Vec<_>>().join(", ");
            let profile = excerpt(profile, NAME);
            format!("raw keys of profile `{profile}`, which may be read-only: {keys}")
        });
        let others = self.left_out.iter().map(|(what, why)| format!("{what}: {why}"));
        others.chain(fields).chain(raw).collect()
    }
}

/// Above the profiles that could not be read.
const UNREAD: &str = "Could not be read; nothing of these profiles stands above";

const KEPT: &str = "kept";

/// The field and the reason of a loss that goes by that word.
fn line_of<'l>(loss: &'l Loss, word: &str) -> Option<(&'static str, &'l str)> {
    let (own, why) = match &loss.fate {
        Fate::Kept => (KEPT, ""),
        Fate::Approximated(how) => ("approximated", how.as_str()),
        Fate::Dropped(why) => ("dropped", why.as_str()),
        Fate::NeedsInput(why) => ("needs input", why.as_str()),
    };
    (own == word).then_some((loss.field.name(), why))
}

//! What can be said of an input without asking Zoom.

use super::abilities::{DNIS_MIN, FACTS, LOCALES, ME};
use crate::model::error::FieldError;
use crate::model::number::InternalNumber;
use crate::model::text;
use crate::model::trunk::{Direction, Kind, Trunk};
use crate::vendors::Verdict;
use crate::vendors::check::{self, When};

/// Judges a trunk to be assigned.
pub fn create(trunk: &Trunk) -> Verdict {
    let mut verdict = Verdict::default();
    if let Some(kind) = trunk.kind.as_ref().filter(|kind| **kind != Kind::Assigned) {
        let text = format!(
            "Zoom creates no {kind} trunks, it assigns the master account's; leave it out or use `assigned`"
        );
        verdict.errors.push(FieldError::new("kind", text));
        return verdict;
    }
    if trunk.direction.as_ref().is_some_and(|direction| *direction != Direction::Both) {
        let text = "Zoom's assigned trunks carry calls both ways; leave it out or use `both`";
        verdict.errors.push(FieldError::new("direction", text));
    }
    if let Some(shape) = FACTS.shape("assigned") {
        check::fields(&FACTS, shape, When::Create, trunk, &mut verdict);
    }
    verdict.errors.extend(trunk.account.as_deref().and_then(assignee));
    if trunk.master_trunk.as_ref().is_some_and(|id| id.trim().is_empty()) {
        verdict
            .errors
            .push(FieldError::new("master_trunk", "is empty; give the id of a trunk of the master"));
    }
    if let Some(dnis) = trunk.dnis.as_ref().filter(|dnis| dnis.chars().count() < DNIS_MIN) {
        let text = format!(
            "`{dnis}` is too short; Zoom takes {DNIS_MIN} to 8 characters, beginning with the master trunk's \
             DNIS prefix"
        );
        verdict.errors.push(FieldError::new("dnis", text));
    }
    if trunk.caller_id.as_ref().is_some_and(|caller| caller.name.is_some()) {
        let text = "Zoom takes the number of a caller ID only; leave the name out";
        verdict.errors.push(FieldError::new("caller_id.name", text));
    }
    verdict
}

/// Why a trunk cannot be assigned to the account, or taken away from it.
pub fn assignee(account: &str) -> Option<FieldError> {
    if account == ME {
        let text = "`me` is the master account, and only a sub account takes an assignment at Zoom; give the \
                    sub account's id with --account or as `account` in the profile";
        return Some(FieldError::new("account", text));
    }
    self::account(account)
}

/// Why the numbers of the master account cannot be given to the account, or taken away from it.
pub fn sub_account(account: &str) -> Option<FieldError> {
    if account == ME {
        let text = "`me` is the master account, and Zoom documents this call for sub accounts only; give the id \
                    of a sub account with --account";
        return Some(FieldError::new("account", text));
    }
    self::account(account)
}

/// Why a text cannot be the end of a path. Without one, the whole list would be acted on.
pub fn id(field: &str, id: &str) -> Option<FieldError> {
    let text = match id.trim() {
        "" => "is empty; give it as the list shows it".to_owned(),
        "." | ".." => format!("`{id}` is none; give it as the list shows it"),
        _ => return None,
    };
    Some(FieldError::new(field, text))
}

/// Why the account cannot be in a path. Dots are resolved as parent folders even if they are encoded.
pub fn account(account: &str) -> Option<FieldError> {
    let text = match account {
        "" => "is empty; give the id of a sub account, or `me` for the master account".to_owned(),
        "." | ".." => format!("`{account}` is not an account id; give the id of a sub account, or `me`"),
        _ => return None,
    };
    Some(FieldError::new("account", text))
}

/// Judges a number to be added.
pub fn number(number: &InternalNumber) -> Verdict {
    let mut verdict = Verdict::default();
    let mut refuse = |field: &str, text: String| verdict.errors.push(FieldError::new(field, text));
    for (field, value) in [("display_number", &number.display_number), ("labels", &number.labels)] {
        if value.trim().is_empty() {
            refuse(field, "is empty, but Zoom requires it; give a text".into());
        }
    }
    let two_letters = number.country.len() == 2 && number.country.bytes().all(|b| b.is_ascii_alphabetic());
    if !two_letters {
        let country = text::excerpt(&number.country, 40);
        refuse("country", format!("`{country}` is not a country code; give two letters, as in US"));
    }
    if !LOCALES.contains(&number.languages.as_str()) {
        let locale = text::excerpt(&number.languages, 40);
        if looks_like_locale(&number.languages) {
            let near = text::nearest(&locale, LOCALES.iter().copied());
            let meant = near.map_or_else(String::new, |near| format!(" (did you mean `{near}`?)"));
            verdict.warnings.push(format!(
                "{}: Zoom does not list the locale `{locale}`{meant}; it is sent as it is, and Zoom decides",
                number.number
            ));
        } else {
            refuse("languages", format!("`{locale}` is not a locale; give one, as in en-US"));
        }
    }
    if two_letters && number.country.bytes().any(|b| b.is_ascii_lowercase()) {
        let upper = number.country.to_uppercase();
        verdict.warnings.push(format!(
            "{}: country `{}` is sent as it is; Zoom writes it `{upper}`",
            number.number, number.country
        ));
    }
    if number.visible == Some(true) && number.allow_join == Some(false) {
        verdict.warnings.push(format!(
            "{}: Zoom forces allow_join to true for a visible number, so `allow_join = false` has no effect",
            number.number
        ));
    }
    verdict
}

/// The form of BCP 47, not its registry: a language, then subtags.
fn looks_like_locale(text: &str) -> bool {
    let mut parts = text.split('-');
    let language = parts.next().unwrap_or_default();
    (2..=3).contains(&language.len())
        && language.bytes().all(|b| b.is_ascii_alphabetic())
        && parts.all(|part| (2..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()))
}

//! The matrix.

use super::super::Zoom;
use crate::model::support::{Operation, Support};
use crate::vendors::Vendor;

#[test]
fn every_operation_is_told_once_and_with_a_reason_of_its_own() {
    let abilities = Zoom.facts().abilities;
    for operation in Operation::ALL {
        let count = abilities.iter().filter(|(known, _)| known == operation).count();
        assert_eq!(count, 1, "{}", operation.name());
    }
    let reasons: Vec<String> = abilities.iter().filter_map(|(_, support)| support.reason()).collect();
    for (at, reason) in reasons.iter().enumerate() {
        assert!(reason.len() > 30 && reason.ends_with('.'), "{reason}");
        assert!(!reasons[..at].contains(reason), "{reason}");
    }
}

#[test]
fn what_is_documented_too_little_stays_unknown() {
    for operation in [Operation::NumbersUpdate, Operation::SettingsRead] {
        let support = Zoom.facts().support(operation);
        let known = matches!(support, Support::Unknown(why) if why.contains("not documented"));
        assert!(known, "{support:?}");
    }
}

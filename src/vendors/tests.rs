//! What holds for the tables of every vendor.

pub mod rig;

use super::*;
use rig::sandbox;

#[test]
fn every_operation_is_listed_once_and_refused_with_its_reason() {
    for facts in ALL.iter().map(|vendor| vendor.facts()) {
        for operation in Operation::ALL {
            let name = format!("{} {}", facts.name, operation.name());
            assert_eq!(facts.abilities.iter().filter(|(known, _)| known == operation).count(), 1, "{name}");
            let support = facts.support(*operation);
            if let Some(reason) = support.reason() {
                assert!(reason.len() > 30 && reason.ends_with('.'), "{name}: {reason}");
            }
            if let Support::Unsupported { why, instead } = support {
                assert!(why.ends_with('.') && instead.ends_with('.'), "{name}");
                let error = facts.refuse(*operation);
                assert_eq!(error.kind, Kind::Unsupported, "{name}");
                assert!(error.message.ends_with(why) && error.hint.as_deref() == Some(instead), "{name}");
            }
        }
    }
}

/// The operations in the tables are available, and all others refuse.
#[test]
fn the_tables_of_abilities_match_the_code() {
    fn refused<T>(result: Result<T>) -> bool {
        result.err().is_some_and(|error| error.kind == Kind::Unsupported)
    }
    for vendor in ALL {
        let own = &sandbox(*vendor);
        let (trunk, settings, country) = (Trunk::default(), SipSettings::default(), ["US".to_owned()]);
        for operation in Operation::ALL {
            let support = vendor.facts().support(*operation);
            let refused = match operation {
                Operation::TrunkCreate => refused(vendor.create_trunk(own, &trunk)),
                Operation::TrunkUpdate => refused(vendor.update_trunk(own, "1", &trunk, None)),
                Operation::TrunkList => refused(vendor.list_trunks(own, None)),
                Operation::TrunkGet => refused(vendor.get_trunk(own, "1")),
                Operation::TrunkDelete => refused(vendor.delete_trunk(own, "1")),
                Operation::NumbersAdd => refused(vendor.add_numbers(own, "me", &[])),
                Operation::NumbersList => refused(vendor.list_numbers(own, "me")),
                Operation::NumbersRemove => refused(vendor.remove_number(own, "me", "1")),
                // It has no function.
                Operation::NumbersUpdate => true,
                Operation::SettingsRead => refused(vendor.read_settings(own, "me")),
                Operation::SettingsAssign => refused(vendor.assign_settings(own, "me", &settings)),
                Operation::CountriesAdd => refused(vendor.add_countries(own, "me", &country)),
                Operation::CountriesList => refused(vendor.list_countries(own, "me")),
                Operation::CountriesRemove => refused(vendor.remove_country(own, "me", "US")),
                Operation::MasterNumbersList => refused(vendor.list_master_numbers(own)),
                Operation::MasterNumbersAssign => {
                    refused(vendor.assign_master_numbers(own, "me", &[], &Map::new()))
                }
                Operation::MasterNumbersClear => refused(vendor.clear_numbers(own, "me")),
                Operation::FindItsp
                | Operation::FindExtension
                | Operation::FindExtensionGroup
                | Operation::FindAgentGroup => refused(vendor.look_up(own, *operation, None)),
                Operation::ProfileCheck => refused(vendor.identify(own)),
                // A token that the vendor cannot revoke can still be forgotten.
                Operation::ProfileLogout => {
                    vendor.revoke(own).is_none() && !matches!(support, Support::Emulated(_))
                }
            };
            assert_eq!(support.is_there(), !refused, "{} {}", vendor.facts().name, operation.name());
        }
    }
}

#[test]
fn each_call_takes_at_least_one_item() {
    for facts in ALL.iter().map(|vendor| vendor.facts()) {
        let limits = [facts.trunks_per_call, facts.numbers_per_call, facts.countries_per_call];
        assert!(!limits.contains(&0), "{}", facts.name);
    }
}

#[test]
fn each_row_of_the_codes_is_reachable_and_uses_full_sentences() {
    for facts in ALL.iter().map(|vendor| vendor.facts()) {
        for (place, row) in facts.codes.iter().enumerate() {
            let hides = |earlier: &Code| {
                earlier.code == row.code
                    && (!earlier.when.log_in || row.when.log_in)
                    && earlier.when.http.is_none_or(|http| row.when.http == Some(http))
                    && earlier.when.says.is_empty()
            };
            assert!(!facts.codes[..place].iter().any(hides), "{}: row {place} is hidden", facts.name);
            for text in [row.meaning, row.cause, row.remedy] {
                let is_sentence = text.ends_with('.') && text.starts_with(char::is_uppercase);
                assert!(is_sentence && text.len() > 10, "{} {}: {text}", facts.name, row.code);
            }
        }
    }
}

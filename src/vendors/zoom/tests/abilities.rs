//! The matrix.

use super::super::Zoom;
use super::super::abilities::LIGHT;
use super::{profile, trunk};
use crate::model::number::E164;
use crate::model::settings::SipSettings;
use crate::model::support::{Operation, Support};
use crate::vendors::Vendor;

#[test]
fn every_operation_has_its_own_reason() {
    let reasons: Vec<String> =
        Zoom.facts().abilities.iter().filter_map(|(_, support)| support.reason()).collect();
    for (at, reason) in reasons.iter().enumerate() {
        assert!(!reasons[..at].contains(reason), "{reason}");
    }
}

#[test]
fn insufficiently_documented_operations_stay_unknown() {
    let support = Zoom.facts().support(Operation::NumbersUpdate);
    let known = matches!(support, Support::Unknown(why) if why.contains("not documented"));
    assert!(known, "{support:?}");
}

#[test]
fn every_call_except_log_in_uses_the_light_rate_of_each_plan() {
    let own = profile(&[("account", "sub-1")]);
    let number: E164 = "+16466661110".parse().unwrap();
    let countries = ["US".to_owned()];
    let labels = [
        Zoom.create_trunk(&own, &trunk(r#"{"account": "sub-1", "master_trunk": "t"}"#)).unwrap().label,
        Zoom.list_trunks(&own, None).unwrap().label,
        Zoom.delete_trunk(&own, "t").unwrap().label,
        Zoom.add_numbers(&own, "sub-1", &[]).unwrap().label,
        Zoom.list_numbers(&own, "sub-1").unwrap().label,
        Zoom.remove_number(&own, "sub-1", "n").unwrap().label,
        Zoom.read_settings(&own, "sub-1").unwrap().label,
        Zoom.assign_settings(&own, "sub-1", &SipSettings::default()).unwrap().label,
        Zoom.list_countries(&own, "sub-1").unwrap().label,
        Zoom.add_countries(&own, "sub-1", &countries).unwrap().label,
        Zoom.remove_country(&own, "sub-1", "US").unwrap().label,
        Zoom.list_master_numbers(&own).unwrap().label,
        Zoom.assign_master_numbers(&own, "sub-1", &[number.to_string()], &Default::default()).unwrap().label,
        Zoom.clear_numbers(&own, "sub-1").unwrap().label,
        Zoom.identify(&own).unwrap().label,
    ];
    assert_eq!(labels, [LIGHT; 15]);
    assert_eq!(Zoom.log_in(&own).unwrap().label, "");
    let facts = Zoom.facts();
    let plans = facts.profile_keys.iter().find(|key| key.name == "plan").unwrap();
    assert_eq!(plans.default, Some(facts.pace.default_plan));
    for plan in plans.values {
        let rates = facts.pace.rates.iter().filter(|rate| rate.plan == *plan && rate.label == LIGHT);
        assert_eq!(rates.count(), usize::from(*plan != "none"), "{plan}");
    }
}

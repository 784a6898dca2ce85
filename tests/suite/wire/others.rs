//! The requests around the writes: log-ins and reads. They come from the pages that the fact sheets cite.

use trunkctl::model::secret::Secret;
use trunkctl::model::settings::SipSettings;
use trunkctl::model::support::Operation;
use trunkctl::vendors::call::Request;
use trunkctl::vendors::{Vendor, by_name};

use super::{Case, NOW, case, filled, profile, proven};

/// Searches that must arrive unchanged.
const TORTURE: &str = "d/e?f=g é+1 &\"";

pub fn cases() -> Vec<Case> {
    let read = |vendor: &'static dyn Vendor| (vendor, profile(vendor, &[("account", "d/e?f=g")]));
    let (yeastar, pbx) = read(by_name("yeastar").unwrap());
    let (itniotech, center) = read(by_name("itniotech").unwrap());
    let (zoom, meetings) = read(by_name("zoom").unwrap());
    let log_in = |vendor: &dyn Vendor, profile| {
        let call = vendor.log_in(profile).unwrap();
        filled(&call.request, &call.slots)
    };
    let renewal = yeastar.renew(&pbx, &Secret::known("sample-refresh")).unwrap();
    let list = |vendor: &dyn Vendor, profile, search| {
        proven(vendor, profile, &vendor.list_trunks(profile, search).unwrap(), "sample-token")
    };
    let look_up = |vendor: &dyn Vendor, profile, what| {
        proven(vendor, profile, &vendor.look_up(profile, what, Some(TORTURE)).unwrap(), "sample-token")
    };
    let get = yeastar.get_trunk(&pbx, "28").unwrap().unwrap();
    let sent =
        |request: &Request| filled(request, &zoom.authorise(&meetings, &Secret::known("sample-token"), NOW));
    let read_settings = sent(&zoom.read_settings(&meetings, "me").unwrap().request);
    let raw = |key: &str, value: serde_json::Value| serde_json::Map::from_iter([(key.to_owned(), value)]);
    let settings = SipSettings {
        enable: Some(true),
        vendor_fields: raw("enable_all_settings_from_master_account", true.into()),
        ..SipSettings::default()
    };
    let raw_settings = sent(&zoom.assign_settings(&meetings, "sub-1", &settings).unwrap().request);
    let master_numbers = sent(&zoom.list_master_numbers(&meetings).unwrap().request);
    let numbers = ["34555665654".to_owned(), "000000000".to_owned()];
    let given = zoom.assign_master_numbers(&meetings, "sub-1", &numbers, &raw("new_key", 0.into()));
    let given = sent(&given.unwrap().request);
    vec![
        case("yeastar/get_token.http", log_in(yeastar, &pbx), &["username", "password"]),
        case("yeastar/refresh_token.http", filled(&renewal.request, &renewal.slots), &["refresh_token"]),
        case("yeastar/trunk-list.http", list(yeastar, &pbx, None), &[]),
        case("yeastar/trunk-search.http", list(yeastar, &pbx, Some(TORTURE)), &[]),
        case("yeastar/trunk-get.http", proven(yeastar, &pbx, &get, "sample-token"), &[]),
        case("yeastar/extension-search.http", look_up(yeastar, &pbx, Operation::FindExtension), &[]),
        case("yeastar/group-search.http", look_up(yeastar, &pbx, Operation::FindExtensionGroup), &[]),
        case(
            "itniotech/trunk-query.http",
            list(itniotech, &center, Some(TORTURE)),
            &["current", "size", "params", "params.sipTrunkName"],
        ),
        case(
            "itniotech/trunk-query-all.http",
            list(itniotech, &center, None),
            &["current", "size", "params"],
        ),
        case(
            "itniotech/group-query.http",
            look_up(itniotech, &center, Operation::FindAgentGroup),
            &["current", "size", "params", "params.groupName"],
        ),
        case("zoom/oauth-token.http", log_in(zoom, &meetings), &["grant_type", "account_id"]),
        case("zoom/trunks-list.http", list(zoom, &meetings, None), &[]),
        case("zoom/settings-read.http", read_settings, &[]),
        case("zoom/settings-raw.http", raw_settings, &["enable", "enable_all_settings_from_master_account"]),
        case("zoom/master-numbers.http", master_numbers, &[]),
        case("zoom/numbers-given.http", given, &["phone_numbers", "new_key"]),
    ]
}

#[test]
fn log_ins_and_reads_match_the_documentation() {
    cases().iter().for_each(Case::check);
}

//! Tokens that the vendor stops accepting during a command.

use serde_json::json;
use trunkctl::vendors::{ALL, Proof};

use super::rig::{Rig, words};
use crate::fixtures;
use crate::support::scripted::http;

struct Dying {
    vendor: &'static str,
    /// A command whose last request is refused, and a part of that request's address.
    args: &'static str,
    part: &'static str,
    refusal: Vec<u8>,
    /// All requests of the command, including the refused one and the renewal.
    lines: &'static [&'static str],
}

/// Zoom answers 401 with 124 (fact sheet, 3), a PBX 10004 in HTTP 200. Only the PBX has a refresh token.
fn dying() -> Vec<Dying> {
    let json = "Content-Type: application/json\r\n";
    vec![
        Dying {
            vendor: "yeastar",
            args: "trunk update name:reg --disable",
            part: "trunk/update",
            refusal: http(200, json, r#"{"errcode":10004,"errmsg":"TOKEN EXPIRED"}"#),
            lines: &[
                "GET /yeastar/openapi/v1.0/trunk/search",
                "GET /yeastar/openapi/v1.0/trunk/get",
                "POST /yeastar/openapi/v1.0/trunk/update",
                "POST /yeastar/openapi/v1.0/refresh_token",
                "POST /yeastar/openapi/v1.0/trunk/update",
            ],
        },
        Dying {
            vendor: "zoom",
            args: "internal-numbers add --number +16466661110 --label a --language en-US",
            part: "internal_numbers",
            refusal: http(401, json, r#"{"code":124,"message":"Access token is expired."}"#),
            lines: &[
                "POST /zoom/v2/accounts/sub-1/sip_trunk/internal_numbers",
                "POST /zoom/oauth/token",
                "POST /zoom/v2/accounts/sub-1/sip_trunk/internal_numbers",
            ],
        },
    ]
}

/// A rig with a cached token.
fn rig(vendor: &'static str) -> Rig {
    let rig = Rig::new(vendor);
    rig.run(&fixtures::of(vendor).samples()[0].creating()).expect(0);
    rig.recorder.take();
    rig
}

#[test]
fn every_vendor_with_tokens_has_a_case() {
    let with: Vec<&str> = ALL
        .iter()
        .filter(|vendor| vendor.facts().proof == Proof::Token)
        .map(|vendor| vendor.facts().name)
        .collect();
    assert_eq!(with, dying().iter().map(|one| one.vendor).collect::<Vec<_>>());
}

#[test]
fn a_rejected_token_is_renewed_once() {
    for one in dying() {
        let rig = rig(one.vendor);
        rig.recorder.instead(one.part, 1, one.refusal);
        rig.run(&words(one.args, &[])).expect(0);
        let seen = rig.recorder.take();
        assert_eq!(seen.iter().map(|seen| seen.line()).collect::<Vec<_>>(), one.lines, "{}", one.vendor);
        let proof =
            |at: usize| (seen[at].target.clone(), seen[at].header("authorization").map(str::to_owned));
        assert_ne!(proof(seen.len() - 1), proof(seen.len() - 3), "{}: with a new token", one.vendor);
        assert_eq!(seen[seen.len() - 1].body, seen[seen.len() - 3].body, "{}: the same request", one.vendor);
        // The new token was cached, so the next command needs no log-in; its write may fail.
        rig.run(&fixtures::of(one.vendor).samples()[0].creating());
        assert_eq!(rig.recorder.take().len(), 1, "{}", one.vendor);
    }
}

#[test]
fn a_second_refusal_ends_the_command() {
    for one in dying() {
        let rig = rig(one.vendor);
        rig.recorder.instead(one.part, 9, one.refusal);
        let error = rig.run(&words(one.args, &[])).expect(5).error();
        assert_eq!(error["kind"], json!("auth"), "{}: {error}", one.vendor);
        assert_eq!(error["outcome"], json!("not_applied"), "{}: {error}", one.vendor);
        assert_eq!(rig.recorder.lines(), one.lines, "{}: two attempts, one renewal", one.vendor);
        assert_eq!(rig.recorder.unasked(), 7, "{}", one.vendor);
    }
}

/// If a PBX also refuses the refresh token, the command logs in with the credentials.
#[test]
fn a_refused_refresh_token_falls_back_to_a_log_in() {
    let one = dying().swap_remove(0);
    let rig = rig(one.vendor);
    rig.recorder.instead(one.part, 1, one.refusal.clone());
    rig.recorder.instead("refresh_token", 1, one.refusal);
    rig.run(&words(one.args, &[])).expect(0);
    let renewal = ["POST /yeastar/openapi/v1.0/refresh_token", "POST /yeastar/openapi/v1.0/get_token"];
    let mut lines: Vec<&str> = one.lines.to_vec();
    lines.splice(3..4, renewal);
    assert_eq!(rig.recorder.lines(), lines);
}

/// A token from the profile is used unchanged: there are no credentials to renew it.
#[test]
fn a_token_of_the_profile_is_never_renewed() {
    for one in dying() {
        let variable = format!("TRUNKCTL_PROFILE_{}_ACCESS_TOKEN", one.vendor.to_uppercase());
        let rig = Rig::new(one.vendor).with(&variable, "stale");
        let args = fixtures::of(one.vendor).samples()[0].creating();
        let error = rig.run(&args).expect(5).error();
        assert_eq!(error["kind"], json!("auth"), "{}: {error}", one.vendor);
        assert_eq!(rig.recorder.take().len(), 1, "{}: no log-in, no second attempt", one.vendor);
    }
}

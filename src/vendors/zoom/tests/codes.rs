use super::*;
use crate::model::error::Kind;
use crate::vendors::codes::{After, Heard, find};

fn look_up(code: &str, http: u16, text: &str, log_in: bool) -> (Kind, After) {
    let heard = Heard { code, http, text, log_in };
    find(CODES, heard).map(|row| (row.kind, row.after)).unwrap_or_else(|| panic!("{heard:?} has no row"))
}

#[test]
fn answers_find_their_meaning() {
    for (code, http, text, log_in, expected) in [
        ("invalid_client", 400, "", true, (Auth, GiveUp)),
        ("unsupported_grant_type", 400, "", true, (Auth, GiveUp)),
        ("invalid_request", 400, "", true, (Auth, GiveUp)),
        ("invalid_grant", 401, "", true, (Auth, GiveUp)),
        ("", 400, "", true, (Auth, GiveUp)),
        ("", 401, "", true, (Auth, GiveUp)),
        ("", 401, "", false, (Auth, Renew)),
        ("124", 401, "Invalid access token.", false, (Auth, Renew)),
        ("124", 404, "", false, (Auth, GiveUp)),
        ("104", 400, "", false, (Auth, GiveUp)),
        ("200", 400, "No permission.", false, (Auth, GiveUp)),
        ("200", 401, "", false, (Auth, Renew)),
        ("201", 401, "", false, (Auth, Renew)),
        ("4700", 400, "", true, (Auth, GiveUp)),
        ("4700", 400, "", false, (Auth, Renew)),
        ("4711", 400, "", true, (Auth, GiveUp)),
        ("4711", 400, "", false, (Auth, Renew)),
        ("4741", 400, "", true, (Auth, GiveUp)),
        ("4741", 401, "", false, (Auth, Renew)),
        ("300", 400, "The number is ALREADY in use: +1", false, (Conflict, GiveUp)),
        ("300", 400, "This account has reached its quota of 5 numbers.", false, (RateLimited, GiveUp)),
        ("300", 400, "Invalid parameter: internal_numbers", false, (Rejected, GiveUp)),
        ("300", 400, "Invalid parameter: numberId", false, (NotFound, GiveUp)),
        ("300", 400, "anything else", false, (Rejected, GiveUp)),
        ("400", 400, "", false, (Rejected, GiveUp)),
        ("2001", 404, "", false, (NotFound, GiveUp)),
        ("2100", 400, "", false, (Rejected, GiveUp)),
        ("64041", 404, "", false, (Unsupported, GiveUp)),
        ("", 404, "", false, (NotFound, GiveUp)),
        ("", 405, "", false, (Unsupported, GiveUp)),
        ("429", 429, "the daily rate limit", false, (RateLimited, NextDay)),
        ("429", 429, "too many concurrent requests", false, (RateLimited, Later)),
        ("429", 429, "the per-second rate limit", false, (RateLimited, Later)),
        ("", 429, "Daily-limit", false, (RateLimited, NextDay)),
        ("", 429, "daily", false, (RateLimited, Later)),
        ("", 429, "", false, (RateLimited, Later)),
        ("", 503, "", false, (Unavailable, Lost)),
    ] {
        assert_eq!(look_up(code, http, text, log_in), expected, "{code} {http} {text} {log_in}");
    }
    assert!(find(CODES, Heard { code: "201", http: 400, text: "", log_in: false }).is_none());
}

/// The phrases are the OpenAPI file's, whole.
#[test]
fn whole_phrases_distinguish_the_meanings_of_300() {
    let meaning = |text| find(CODES, Heard { code: "300", http: 400, text, log_in: false }).unwrap().meaning;
    for (text, expected) in [
        (
            "Your account does not have the permission to make updates on this account. Only a master \
             account can perform this action on a sub account.",
            "Only a master account may do this",
        ),
        (
            "This account is not a master account. To get access to this API, your account must be \
             enrolled in the API Partner Plan and must be a master account.",
            "Only a master account may do this",
        ),
        (
            "Request failed because this account is not enrolled in SIP Connected Audio plan.",
            "The account has no SIP Connected Audio plan",
        ),
        ("The master account has no sip trunk configs.", "The master account has no SIP trunk to assign"),
        (
            "You can only assign a maximum of 5 phone numbers to this account.",
            "The account has reached its limit for internal numbers",
        ),
        (
            "The value you provided for the \u{2018}number\u{2019} field has already been used. Please \
             provide a unique value for this field.",
            "The phone number is in use already",
        ),
        ("Invalid parameter: internal_numbers.", "A parameter is missing"),
        ("Request body should be a valid JSON object.", "Zoom could not read the request body"),
    ] {
        assert!(meaning(text).starts_with(expected), "{text}: {}", meaning(text));
    }
    for near in [
        "Master account has no such sip trunk",
        "The master account cannot be reached.",
        "This sub account is locked.",
        "The maximum number length is 15.",
        "The trunk config is being updated.",
        "This account has reached out to support.",
        "The plan is missing a billing address.",
        "The limit reached zero.",
        "The host is used by another product.",
        "The tenant was already assigned a region.",
        "The JSON object has a trailing comma.",
        "Invalid parameters were ignored.",
        "A page token exists.",
    ] {
        assert!(meaning(near).starts_with("Zoom refused the request"), "{near}: {}", meaning(near));
    }
}

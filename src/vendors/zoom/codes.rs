//! Zoom's error codes: those of the API, of the token endpoint, and the HTTP statuses that speak alone.

use crate::model::error::Kind::{Auth, Conflict, NotFound, RateLimited, Rejected, Unavailable, Unsupported};
use crate::vendors::codes::After::{GiveUp, Later, Lost, NextDay, Renew};
use crate::vendors::codes::{Code, row};

#[cfg(test)]
#[path = "tests/codes.rs"]
mod tests;

/// "Rate limits": a daily limit comes with Retry-After as an instant, one by the second with no wait. The texts, and the values of X-RateLimit-Type, which [`super::read`] adds to the text.
const DAILY: &[&str] =
    &["daily rate limit", "daily request limit", "daily limit", "daily-limit", "daily quota"];
const CONCURRENT: &[&str] = &["too many concurrent requests"];

const DAILY_TEXTS: [&str; 3] = [
    "The daily request limit of the account is used up.",
    "All apps and users of the account share one daily quota per rate limit label.",
    "Wait until the instant in the Retry-After header, or until the next day, and run the command again.",
];
const CONCURRENT_TEXTS: [&str; 3] = [
    "Too many requests are working on the same resource at once.",
    "Another command, app or user is changing the same object.",
    "Let the other work finish, then run the command again.",
];
const PER_SECOND_TEXTS: [&str; 3] = [
    "Requests came faster than the account may send them.",
    "All apps and users of the account share the limit, not this program alone.",
    "Wait a few seconds and run the command again, with fewer programs at once.",
];
const SCOPE_TEXTS: [&str; 3] = [
    "The access token lacks a scope that this request needs.",
    "The app was not given the scope, or the token is older than the scope. The message may list the scopes.",
    "Have the master account's owner add the scopes to the app, then run `trunkctl profile logout`.",
];
const SERVER_TEXTS: [&str; 3] = [
    "Zoom failed while it handled the request.",
    "A fault on Zoom's side; a write may or may not have been applied.",
    "Read the object back before you send a write again; ask Zoom with the tracking id if it stays.",
];

// The phrases of code 300 are from the `sip_trunk` paths of the OpenAPI file, unless noted. A single word is
// not enough: "Master account has no such sip trunk" is about a trunk, not about the plan or the account.

/// "The value you provided for the 'number' field has already been used", and what means the same.
const IN_USE: &[&str] = &[
    "has already been used",
    "is already in use",
    "is already used",
    "number already in use",
    "number {} already in use",
    "number already used",
    "number {} already used",
    "number is in use",
    "number {} is in use",
];
/// "You can only assign a maximum of {0} phone numbers to this account", and what means the same.
const QUOTA: &[&str] = &[
    "only assign a maximum of {} phone numbers",
    "reached the maximum number of internal numbers",
    "reached the maximum number of phone numbers",
    "reached the quota",
    "reached its quota",
    "quota is reached",
    "quota has been reached",
];
/// The page "Pagination".
const PAGE_TOKEN: &[&str] = &[
    "next_page_token is invalid",
    "next_page_token is either invalid or expired",
    "next page token is invalid",
    "next page token is either invalid or expired",
    "next page token has expired",
    "invalid parameter: next_page_token",
];

/// Every code that the sources document, specific meanings before general ones.
pub const CODES: &[Code] = &[
    // The token endpoint answers with `error` and `reason` instead of `code` and `message`.
    row("invalid_client", Auth, GiveUp)
        .means("The client id or the client secret is wrong.")
        .cause("A mistyped or renewed secret, or credentials of another app.")
        .remedy("Copy client id and secret from the app's credentials page into the profile."),
    row("unsupported_grant_type", Auth, GiveUp)
        .means("The token endpoint did not get the grant type of a server-to-server app.")
        .cause("The app is of another type, or the form body was not read as a form.")
        .remedy("Use a Server-to-Server OAuth app, and check that token_url is Zoom's token endpoint."),
    row("invalid_grant", Auth, GiveUp)
        .means("The token endpoint refused the grant.")
        .cause("The grant is not valid for this app or account any more.")
        .remedy("Check the account id and that the app is activated, then log in again."),
    row("invalid_request", Auth, GiveUp)
        .means("The token request is incomplete or names the wrong account.")
        .cause("The account id is missing, mistyped or not the one that owns the app.")
        .remedy("Copy the account id from the app's credentials page into the profile."),
    // Numeric OAuth codes come from both sides: at log-in a new token cannot help.
    row("4700", Auth, GiveUp)
        .at_log_in()
        .means("The log-in failed: a token is missing or of the wrong kind.")
        .cause("The request carried no usable credentials.")
        .remedy("Check client id, client secret and account id of the profile."),
    // Contradiction: 4700, 4711 and 104 all mean a missing scope; 4711 is the usual one. A token never gains
    // scopes that were added after it was issued, so one renewal is worth a try.
    row("4700", Auth, Renew).texts(SCOPE_TEXTS),
    row("4702", Auth, GiveUp)
        .means("Zoom does not know this client.")
        .cause("The client id is wrong or the app was deleted.")
        .remedy("Copy the client id from the app's credentials page into the profile."),
    row("4704", Auth, GiveUp)
        .means("Zoom refused this client.")
        .cause("The client id and secret do not belong together.")
        .remedy("Copy client id and secret from the app's credentials page into the profile."),
    row("4705", Auth, GiveUp)
        .means("The grant type is not supported.")
        .cause("The app is not a Server-to-Server OAuth app.")
        .remedy("Create a Server-to-Server OAuth app and use its credentials."),
    row("4706", Auth, GiveUp)
        .means("Client credentials or the grant are missing.")
        .cause("The log-in was sent incomplete.")
        .remedy("Check that the profile has client id, client secret and account id."),
    row("4711", Auth, GiveUp)
        .at_log_in()
        .means("The scopes of the token do not match those of the client.")
        .cause("The scopes of the app were changed.")
        .remedy("Check the app's scopes as owner of the master account and activate the app again."),
    row("4711", Auth, Renew).texts(SCOPE_TEXTS),
    row("4717", Auth, GiveUp)
        .means("The app is disabled.")
        .cause("It was deactivated, or Zoom switched it off.")
        .remedy("Activate the app in the Zoom App Marketplace."),
    row("4735", Auth, GiveUp)
        .means("The owner of the app is gone.")
        .cause("The user who owns the app was removed from the account.")
        .remedy("Have an existing user take over the app, or create a new one."),
    row("4738", Auth, GiveUp)
        .means("An administrator disabled the app.")
        .cause("The app is blocked for this account.")
        .remedy("Ask the account's administrator to allow the app."),
    row("4741", Auth, GiveUp)
        .at_log_in()
        .means("The token was revoked.")
        .cause("The app was deactivated or its tokens were withdrawn.")
        .remedy("Check that the app is activated."),
    row("4741", Auth, Renew)
        .means("The access token was revoked.")
        .cause("The app was deactivated or its tokens were withdrawn.")
        .remedy("Check that the app is activated, then log in again."),
    row("124", Auth, Renew)
        .with_http(401)
        .means("The access token is missing, invalid or expired.")
        .cause("It is older than an hour, or a newer token replaced it.")
        .remedy("Log in again; if it stays, check the credentials and that no token is set by hand."),
    // Contradiction: one table calls 124 a parameter error with 400; every field report says 401 and token.
    row("124", Auth, GiveUp)
        .means("The token was not accepted; some Zoom Phone calls say so of an unknown account.")
        .cause("The token belongs to another account, or the account does not exist.")
        .remedy("Check the account id and the credentials of the profile."),
    row("104", Auth, GiveUp).texts(SCOPE_TEXTS),
    // Contradiction: one table lists 200 and 201 with 401 as token errors, against all field reports.
    // The status 401 is believed, not the code.
    row("200", Auth, Renew)
        .with_http(401)
        .means("The access token was not accepted.")
        .cause("It is invalid or expired.")
        .remedy("Log in again."),
    row("200", Auth, GiveUp)
        .means("The account has no permission for this, lacks the plan, or has the API switched off.")
        .cause("A missing role, plan or account setting.")
        .remedy("Ask the account owner to check the plan, the role of the app's owner and the API setting."),
    row("201", Auth, Renew)
        .with_http(401)
        .means("The access token was not accepted.")
        .cause("It is invalid or expired.")
        .remedy("Log in again."),
    row("300", Conflict, GiveUp)
        .says(IN_USE)
        .means("The phone number is in use already.")
        .cause("It was added before, to this account or to another one.")
        .remedy("List the internal numbers; use another number, or remove the existing one first."),
    row("300", RateLimited, GiveUp)
        .says(QUOTA)
        .means("The account has reached its limit for internal numbers.")
        .cause("Zoom caps the numbers of each account; the message states the cap.")
        .remedy("Remove numbers that are not needed, or ask Zoom for a higher cap."),
    row("300", Rejected, GiveUp)
        .says(PAGE_TOKEN)
        .means("The page token of a list is invalid or expired.")
        .cause("A page token lives 15 minutes and belongs to one query.")
        .remedy("Start the list again from its first page."),
    row("300", Rejected, GiveUp)
        .says(&["should be a valid json object"])
        .means("Zoom could not read the request body.")
        .cause("The body was not a JSON object, or came in a form that the endpoint does not read.")
        .remedy("Set body_format = \"json\" in the profile."),
    row("300", Conflict, GiveUp)
        // Not documented; the wording is our sandbox's.
        .says(&["is already assigned to this account"])
        .means("The trunk is assigned to this sub account already.")
        .cause("It was assigned before.")
        .remedy("List the trunks of the sub account; remove the assignment first to change it."),
    row("300", Rejected, GiveUp)
        .says(&["master account has no sip trunk configs"])
        .means("The master account has no SIP trunk to assign.")
        .cause("SIP Connected Audio is not set up on the master account.")
        .remedy("Have Zoom configure the master account's SIP trunks first."),
    row("300", Rejected, GiveUp)
        .says(&["not enrolled in sip connected audio plan"])
        .means("The account has no SIP Connected Audio plan.")
        .cause("The plan was not bought or not given to this account.")
        .remedy("Add the plan to the account, or choose another account."),
    row("300", Rejected, GiveUp)
        .says(&[
            "does not have the permission to make updates on this account",
            "only a master account can perform this action",
            "this account is not a master account",
        ])
        .means("Only a master account may do this, and only to its own sub accounts.")
        .cause("The credentials are not those of the master account, or the wrong account was named.")
        .remedy("Use the master account's app and name one of its sub accounts."),
    // Zoom names the parameter, which is at the end of a DELETE's path: no object has that id.
    row("300", NotFound, GiveUp)
        .says(&["invalid parameter: trunkid", "invalid parameter: numberid", "invalid parameter: countryid"])
        .means("The account has no trunk, number or call-out country of that id.")
        .cause("A mistyped id, one of another account, or an object that was removed already.")
        .remedy("List the account's objects to see their ids."),
    row("300", Rejected, GiveUp)
        .says(&["invalid parameter", "validation failed"])
        .means("A parameter is missing, malformed or out of range.")
        .cause("A value outside the documented set, an unknown id, or more than 30 entries in one request.")
        .remedy("Correct the field that the message or its field list names."),
    row("300", Rejected, GiveUp)
        .means("Zoom refused the request: validation, or a rule of the account.")
        .cause("Code 300 covers every refusal of the SIP trunk endpoints; only the message says which.")
        .remedy("Read Zoom's message and correct what it names."),
    row("400", Rejected, GiveUp)
        .means("The phone number does not belong to the master account.")
        .cause("Only the master's numbers can be given to a sub account. Zoom Phone has other uses of 400.")
        .remedy("List the master account's numbers and choose one of them."),
    row("1001", Rejected, GiveUp)
        .means("The user does not exist (user endpoints, not the SIP trunk ones).")
        .cause("A wrong user id, or a user that was removed.")
        .remedy("Check the user id."),
    row("1010", Rejected, GiveUp)
        .means("The user is not in this account (user endpoints, not the SIP trunk ones).")
        .cause("The user belongs to another account.")
        .remedy("Use the account that the user belongs to."),
    row("2001", NotFound, GiveUp)
        .means("The account does not exist, or is not yours, or is not a sub account of this master account.")
        .cause("A wrong account id, or `me` where a sub account is wanted.")
        .remedy("Check --account; it takes the id of a sub account, or `me` for the master account itself."),
    row("2100", Rejected, GiveUp)
        .means("The sub account has no SIP trunk plan (elsewhere in Zoom: a billing matter).")
        .cause("The SIP Connected Audio plan was not given to the sub account.")
        .remedy("Add the plan to the sub account, or choose another one."),
    row("3001", Rejected, GiveUp)
        .means("The meeting does not exist or is over (meeting endpoints only).")
        .cause("A wrong or expired meeting id.")
        .remedy("Check the meeting id; SIP trunk commands never send one."),
    row("1002_006", Rejected, GiveUp)
        .means("The number management endpoint refused the request (Zoom Phone and Contact Center only).")
        .cause("Its parameter `allocated_product` is missing or not one that Zoom knows.")
        .remedy("Name ZOOM_PHONE or ZOOM_CONTACT_CENTER; SIP trunk commands never call this endpoint."),
    row("64041", Unsupported, GiveUp)
        .means("Zoom has no such route.")
        .cause("The base URL is wrong, or Zoom does not offer this operation.")
        .remedy("Check that base_url ends in /v2, without a further path."),
    row("429", RateLimited, NextDay).says(DAILY).texts(DAILY_TEXTS),
    row("429", RateLimited, Later).says(CONCURRENT).texts(CONCURRENT_TEXTS),
    row("429", RateLimited, Later).texts(PER_SECOND_TEXTS),
    // A wrong account id can end in a bare 400 of the token endpoint.
    row("HTTP 400", Auth, GiveUp)
        .at_log_in()
        .means("The token endpoint refused the log-in without a reason.")
        .cause("Most often the account id is wrong.")
        .remedy("Copy account id, client id and secret from the app's credentials page into the profile."),
    row("HTTP 401", Auth, GiveUp)
        .at_log_in()
        .means("The token endpoint refused the credentials.")
        .cause("The client id or the client secret is wrong.")
        .remedy("Copy client id and secret from the app's credentials page into the profile."),
    row("HTTP 401", Auth, Renew)
        .means("The request was not authorised.")
        .cause("The access token is missing, invalid or expired.")
        .remedy("Log in again; if it stays, check the credentials of the profile."),
    row("HTTP 404", NotFound, GiveUp)
        .means("The object does not exist.")
        .cause("A wrong id, or a wrong base URL. Some Zoom Phone calls answer 404 without a code.")
        .remedy("List the objects to see their ids, and check base_url."),
    row("HTTP 405", Unsupported, GiveUp)
        .means("Zoom does not offer this method on this route.")
        .cause("The operation does not exist for this object.")
        .remedy("Use another operation; `trunkctl vendors` shows what Zoom can do."),
    row("HTTP 429", RateLimited, NextDay).says(DAILY).texts(DAILY_TEXTS),
    row("HTTP 429", RateLimited, Later).says(CONCURRENT).texts(CONCURRENT_TEXTS),
    row("HTTP 429", RateLimited, Later).texts(PER_SECOND_TEXTS),
    row("HTTP 500", Unavailable, Lost).texts(SERVER_TEXTS),
    row("HTTP 502", Unavailable, Lost).texts(SERVER_TEXTS),
    row("HTTP 503", Unavailable, Lost).texts(SERVER_TEXTS),
    row("HTTP 504", Unavailable, Lost).texts(SERVER_TEXTS),
];

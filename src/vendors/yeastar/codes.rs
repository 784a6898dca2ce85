//! Error codes of the P-Series Open API (Error Code and Error Message), for all of its endpoints. The
//! vendor's table continues after 70120; that part could not be read.

use crate::model::error::Kind;
use crate::vendors::codes::{ANY, After, Code, When};

#[cfg(test)]
#[path = "tests/codes.rs"]
mod tests;

const LOG_IN: When = When { log_in: true, ..ANY };
const DECODER: When = When { says: &["invalid character", "unexpected end of json"], ..ANY };

const fn row(
    code: &'static str,
    when: When,
    name: &'static str,
    (kind, after): (Kind, After),
    [meaning, cause, remedy]: [&'static str; 3],
) -> Code {
    Code { code, when, name, kind, meaning, cause, remedy, after }
}

const AUTH: (Kind, After) = (Kind::Auth, After::GiveUp);
const CONFLICT: (Kind, After) = (Kind::Conflict, After::GiveUp);
const LOST: (Kind, After) = (Kind::Unavailable, After::Lost);
const NOT_FOUND: (Kind, After) = (Kind::NotFound, After::GiveUp);
const PARTLY: (Kind, After) = (Kind::Unavailable, After::Partly);
const PENDING: (Kind, After) = (Kind::Unavailable, After::Pending);
const QUOTA: (Kind, After) = (Kind::RateLimited, After::GiveUp);
const REJECTED: (Kind, After) = (Kind::Rejected, After::GiveUp);
const UNSUPPORTED: (Kind, After) = (Kind::Unsupported, After::GiveUp);

/// Every documented code; of several rows for one code the first that fits counts.
pub const CODES: &[Code] = &[
    row(
        "-2",
        DECODER,
        "INTERNAL SERVER ERROR",
        // Seen on a live PBX only; nothing was carried out, but the code counts like a 5xx answer.
        (Kind::Unavailable, After::GiveUp),
        [
            "The PBX could not read the request body as JSON.",
            "The body was changed on the way, or it was not JSON.",
            "Check proxies between here and the PBX; report it if there are none.",
        ],
    ),
    row(
        "-2",
        ANY,
        "INTERNAL SERVER ERROR",
        LOST,
        [
            "The PBX failed while it handled the request.",
            "An internal fault of the PBX.",
            "Read the object back to see whether the change was made, then try again.",
        ],
    ),
    row(
        "-1",
        LOG_IN,
        "FAILURE",
        AUTH,
        [
            "The PBX refused the client ID or the client secret.",
            "One of them is wrong, or the API is switched off.",
            "Compare both with Integrations > API on the PBX. Five failures block this address.",
        ],
    ),
    row(
        "-1",
        ANY,
        "FAILURE",
        REJECTED,
        [
            "The request failed, and the PBX does not say why.",
            "A general failure outside of the log-in.",
            "Check the values of the request, and look into the logs of the PBX.",
        ],
    ),
    row(
        "0",
        ANY,
        "SUCCESS",
        // Not a failure; the contract lists no kind for it.
        REJECTED,
        [
            "The request was carried out. This is not an error.",
            "Everything was in order.",
            "Carry on; there is nothing to do.",
        ],
    ),
    // One client of live PBXs gets it for a wrong ID or secret.
    row(
        "1",
        LOG_IN,
        "PARTIAL SUCCESS",
        AUTH,
        [
            "The PBX refused the log-in, most likely the client ID or the client secret.",
            "One of them is wrong, or the API is switched off.",
            "Compare both with Integrations > API on the PBX. Five failures block this address.",
        ],
    ),
    row(
        "1",
        ANY,
        "PARTIAL SUCCESS",
        PARTLY,
        [
            "Only a part of the request was carried out.",
            "Some of the items in the request failed.",
            "Read the objects back, and repeat what is missing.",
        ],
    ),
    row(
        "2",
        ANY,
        "PROCESSING",
        PENDING,
        [
            "The PBX is still working on the request.",
            "The task takes longer than one answer.",
            "Wait, then read the object back.",
        ],
    ),
    row(
        "10001",
        ANY,
        "INTERFACE NOT EXISTED",
        UNSUPPORTED,
        [
            "This PBX does not have the called function.",
            "The firmware is too old, or the path or the method is not known to it.",
            "Update the firmware, and check the base URL.",
        ],
    ),
    row(
        "10002",
        ANY,
        "API VERSION OUT OF MAINTENANCE",
        UNSUPPORTED,
        [
            "The PBX no longer serves this version of the API.",
            "The firmware dropped version 1.0 of the API.",
            "Look for a newer release of this tool.",
        ],
    ),
    row(
        "10003",
        ANY,
        "API VERSION UNSUPPORTED",
        UNSUPPORTED,
        [
            "The PBX does not support this version of the API.",
            "The firmware is too old or too new for version 1.0 of the API.",
            "Check the firmware of the PBX, and update it if it is old.",
        ],
    ),
    row(
        "10004",
        ANY,
        "TOKEN EXPIRED",
        (Kind::Auth, After::Renew),
        [
            "The access token or refresh token is expired or unknown.",
            "It outlived its half hour or its day, or it was revoked or replaced.",
            "Log in again; if it keeps coming back, check who else uses this client ID.",
        ],
    ),
    row(
        "10005",
        ANY,
        "ACCESS DENIED",
        AUTH,
        [
            "The API client may not use this function.",
            "The permission list of the API client on the PBX leaves it out.",
            "Grant the API client the permission on the PBX.",
        ],
    ),
    row(
        "10009",
        ANY,
        "OPERATION FAILED",
        // Only in newer copies of the table, and on the Cloud Edition's page for adding a trunk.
        AUTH,
        [
            "The function is switched off, or the permission for it is missing.",
            "On the Cloud Edition adding trunks is a permission that the provider grants.",
            "Ask the service provider of the PBX for the permission to add trunks.",
        ],
    ),
    row(
        "40001",
        ANY,
        "PARAMETER SYNTAX ERROR",
        REJECTED,
        [
            "The form of a parameter is wrong.",
            "A value is not written in the form that the PBX expects.",
            "Correct the value that the answer names.",
        ],
    ),
    row(
        "40002",
        ANY,
        "PARAMETER ERROR",
        // A live PBX also answers this if the User-Agent header is missing.
        REJECTED,
        [
            "A parameter is missing or has a value that the PBX refuses.",
            "A required field is absent, a value is outside its set, or the firmware lacks the field.",
            "Correct the fields that the answer names.",
        ],
    ),
    row(
        "40003",
        ANY,
        "DUPLICATE KEY VALUE",
        CONFLICT,
        [
            "Something with this value exists already.",
            "Usually another trunk has the same name.",
            "Choose another name, or update the trunk that exists.",
        ],
    ),
    row(
        "40004",
        ANY,
        "FILE SIZE EXCEEDED",
        REJECTED,
        [
            "An uploaded file is too large. No trunk call is known to answer this.",
            "The file is above the limit of the PBX.",
            "Upload a smaller file.",
        ],
    ),
    row(
        "60001",
        ANY,
        "DATA NOT FOUND",
        NOT_FOUND,
        [
            "The PBX has no such object.",
            "The id is wrong, or the object was deleted.",
            "List the objects, and use an id from there.",
        ],
    ),
    row(
        "60002",
        LOG_IN,
        "MAX LIMITATION EXCEEDED",
        // Eight tokens at once, not "the newest only": the reading that four clients share.
        QUOTA,
        [
            "Eight access tokens of this API client are valid already.",
            "Other programs, or earlier runs that did not log out, use them.",
            "Log out where a token is not needed, or wait half an hour until one expires.",
        ],
    ),
    row(
        "60002",
        ANY,
        "MAX LIMITATION EXCEEDED",
        QUOTA,
        [
            "The PBX has reached its limit for these objects.",
            "The limit of the model or of its licence is reached.",
            "Delete what is not needed, or extend the licence.",
        ],
    ),
    row(
        "60101",
        ANY,
        "ROLE NOT EXISTED",
        NOT_FOUND,
        [
            "The user role does not exist. No trunk call is known to answer this.",
            "The role was deleted, or its id is wrong.",
            "Choose a role that the PBX has.",
        ],
    ),
    row(
        "70004",
        ANY,
        "ACCOUNT IP BLOCKED",
        AUTH,
        [
            "The PBX has blocked the address that this program runs on.",
            "Five log-ins failed.",
            "Correct the secret, then wait or remove the address at Security > Security Rules > Blocked IPs.",
        ],
    ),
    row(
        "70082",
        ANY,
        "OVERLOAD_TASK_RUNNING",
        (Kind::RateLimited, After::Later),
        [
            "The PBX is busy with a heavy task and did not take the request.",
            "Another heavy task is under way on the PBX.",
            "Try again when the task is done.",
        ],
    ),
    row(
        "70084",
        ANY,
        "ACTION FORBIDDEN",
        AUTH,
        [
            "The PBX forbids this action.",
            "The API client or the state of the object does not allow it.",
            "Check the permissions of the API client on the PBX.",
        ],
    ),
    row(
        "70087",
        ANY,
        "IP FORBIDDEN",
        AUTH,
        [
            "The address that this program runs on may not use the API.",
            "The allow-list of the API is on and does not include the address.",
            "Add the address to the API's allow-list on the PBX.",
        ],
    ),
    row(
        "70091",
        ANY,
        "CONNECTION_RELATION_EXISTED",
        // Documented for contacts in a phonebook; assumed to apply to trunks in routes.
        CONFLICT,
        [
            "Something else still refers to the object. Documented for contacts in a phonebook.",
            "For a trunk, most likely an inbound or outbound route uses it.",
            "Take the trunk out of its routes, then try again.",
        ],
    ),
    row(
        "70093",
        ANY,
        "PHONEBOOK_NOT_EXISTED",
        REJECTED,
        [
            "The phonebook does not exist. No trunk call is known to answer this.",
            "The phonebook was deleted, or its id is wrong.",
            "Choose a phonebook that the PBX has.",
        ],
    ),
    row(
        "70103",
        ANY,
        // Seen on live PBXs; its text is not known, so that this is ours.
        "ADDRESS IN USE",
        CONFLICT,
        [
            "Another trunk has this host and port. Seen on live PBXs when a trunk is created.",
            "The provider's address is in use on the PBX already.",
            "Update the trunk that has the address, or give another host or port.",
        ],
    ),
    row(
        "70106",
        ANY,
        "RATE_NOT_EXISTED",
        REJECTED,
        [
            "The call rate does not exist. No trunk call is known to answer this.",
            "The rate was deleted, or its id is wrong.",
            "Choose a rate that the PBX has.",
        ],
    ),
    row(
        "70120",
        ANY,
        "ORGANIZATION DISABLED",
        AUTH,
        [
            "The organization feature is switched off. No trunk call is known to answer this.",
            "The PBX does not use its organization feature.",
            "Switch the organization feature on.",
        ],
    ),
];

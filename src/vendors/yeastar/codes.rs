//! Error codes of the P-Series Open API (Error Code and Error Message), for all of its endpoints. The
//! vendor's table continues after 70120; that part could not be read.

use crate::model::error::Kind::{
    self, Auth, Conflict, NotFound, RateLimited, Rejected, Unavailable, Unsupported,
};
use crate::vendors::codes::After::{self, GiveUp, Later, Lost, Partly, Pending, Renew};
use crate::vendors::codes::{self, Code, Row};

#[cfg(test)]
#[path = "tests/codes.rs"]
mod tests;

/// Every code of the PBX has a short name.
const fn row(code: &'static str, name: &'static str, kind: Kind, after: After) -> Row {
    codes::row(code, kind, after).named(name)
}

/// Every documented code; of several rows for one code the first that fits counts.
pub const CODES: &[Code] = &[
    // Seen on a live PBX only; nothing was carried out, but the code counts like a 5xx answer.
    row("-2", "INTERNAL SERVER ERROR", Unavailable, GiveUp)
        .says(&["invalid character", "unexpected end of json"])
        .means("The PBX could not read the request body as JSON.")
        .cause("The body was changed on the way, or it was not JSON.")
        .remedy("Check proxies between here and the PBX; report it if there are none."),
    row("-2", "INTERNAL SERVER ERROR", Unavailable, Lost)
        .means("The PBX failed while it handled the request.")
        .cause("An internal fault of the PBX.")
        .remedy("Read the object back to see whether the change was made, then try again."),
    row("-1", "FAILURE", Auth, GiveUp)
        .at_log_in()
        .means("The PBX refused the client ID or the client secret.")
        .cause("One of them is wrong, or the API is switched off.")
        .remedy("Compare both with Integrations > API on the PBX. Five failures block this address."),
    row("-1", "FAILURE", Rejected, GiveUp)
        .means("The request failed, and the PBX does not say why.")
        .cause("A general failure outside of the log-in.")
        .remedy("Check the values of the request, and look into the logs of the PBX."),
    // Not a failure; the contract lists no kind for it.
    row("0", "SUCCESS", Rejected, GiveUp)
        .means("The request was carried out. This is not an error.")
        .cause("Everything was in order.")
        .remedy("Carry on; there is nothing to do."),
    // One client of live PBXs gets it for a wrong ID or secret.
    row("1", "PARTIAL SUCCESS", Auth, GiveUp)
        .at_log_in()
        .means("The PBX refused the log-in, most likely the client ID or the client secret.")
        .cause("One of them is wrong, or the API is switched off.")
        .remedy("Compare both with Integrations > API on the PBX. Five failures block this address."),
    row("1", "PARTIAL SUCCESS", Unavailable, Partly)
        .means("Only a part of the request was carried out.")
        .cause("Some of the items in the request failed.")
        .remedy("Read the objects back, and repeat what is missing."),
    row("2", "PROCESSING", Unavailable, Pending)
        .means("The PBX is still working on the request.")
        .cause("The task takes longer than one answer.")
        .remedy("Wait, then read the object back."),
    row("10001", "INTERFACE NOT EXISTED", Unsupported, GiveUp)
        .means("This PBX does not have the called function.")
        .cause("The firmware is too old, or the path or the method is not known to it.")
        .remedy("Update the firmware, and check the base URL."),
    row("10002", "API VERSION OUT OF MAINTENANCE", Unsupported, GiveUp)
        .means("The PBX no longer serves this version of the API.")
        .cause("The firmware dropped version 1.0 of the API.")
        .remedy("Look for a newer release of this tool."),
    row("10003", "API VERSION UNSUPPORTED", Unsupported, GiveUp)
        .means("The PBX does not support this version of the API.")
        .cause("The firmware is too old or too new for version 1.0 of the API.")
        .remedy("Check the firmware of the PBX, and update it if it is old."),
    row("10004", "TOKEN EXPIRED", Auth, Renew)
        .means("The access token or refresh token is expired or unknown.")
        .cause("It outlived its half hour or its day, or it was revoked or replaced.")
        .remedy("Log in again; if it keeps coming back, check who else uses this client ID."),
    row("10005", "ACCESS DENIED", Auth, GiveUp)
        .means("The API client may not use this function.")
        .cause("The permission list of the API client on the PBX leaves it out.")
        .remedy("Grant the API client the permission on the PBX."),
    // Only in newer copies of the table, and on the Cloud Edition's page for adding a trunk.
    row("10009", "OPERATION FAILED", Auth, GiveUp)
        .means("The function is switched off, or the permission for it is missing.")
        .cause("On the Cloud Edition adding trunks is a permission that the provider grants.")
        .remedy("Ask the service provider of the PBX for the permission to add trunks."),
    row("40001", "PARAMETER SYNTAX ERROR", Rejected, GiveUp)
        .means("The form of a parameter is wrong.")
        .cause("A value is not written in the form that the PBX expects.")
        .remedy("Correct the value that the answer names."),
    // A live PBX also answers this if the User-Agent header is missing.
    row("40002", "PARAMETER ERROR", Rejected, GiveUp)
        .means("A parameter is missing or has a value that the PBX refuses.")
        .cause("A required field is absent, a value is outside its set, or the firmware lacks the field.")
        .remedy("Correct the fields that the answer names."),
    row("40003", "DUPLICATE KEY VALUE", Conflict, GiveUp)
        .means("Something with this value exists already.")
        .cause("Usually another trunk has the same name.")
        .remedy("Choose another name, or update the trunk that exists."),
    row("40004", "FILE SIZE EXCEEDED", Rejected, GiveUp)
        .means("An uploaded file is too large. No trunk call is known to answer this.")
        .cause("The file is above the limit of the PBX.")
        .remedy("Upload a smaller file."),
    row("60001", "DATA NOT FOUND", NotFound, GiveUp)
        .means("The PBX has no such object.")
        .cause("The id is wrong, or the object was deleted.")
        .remedy("List the objects, and use an id from there."),
    // Eight tokens at once, not "the newest only": the reading that four clients share.
    row("60002", "MAX LIMITATION EXCEEDED", RateLimited, GiveUp)
        .at_log_in()
        .means("Eight access tokens of this API client are valid already.")
        .cause("Other programs, or earlier runs that did not log out, use them.")
        .remedy("Log out where a token is not needed, or wait half an hour until one expires."),
    row("60002", "MAX LIMITATION EXCEEDED", RateLimited, GiveUp)
        .means("The PBX has reached its limit for these objects.")
        .cause("The limit of the model or of its licence is reached.")
        .remedy("Delete what is not needed, or extend the licence."),
    row("60101", "ROLE NOT EXISTED", NotFound, GiveUp)
        .means("The user role does not exist. No trunk call is known to answer this.")
        .cause("The role was deleted, or its id is wrong.")
        .remedy("Choose a role that the PBX has."),
    row("70004", "ACCOUNT IP BLOCKED", Auth, GiveUp)
        .means("The PBX has blocked the address that this program runs on.")
        .cause("Five log-ins failed.")
        .remedy(
            "Correct the secret, then wait or remove the address at Security > Security Rules > Blocked IPs.",
        ),
    row("70082", "OVERLOAD_TASK_RUNNING", RateLimited, Later)
        .means("The PBX is busy with a heavy task and did not take the request.")
        .cause("Another heavy task is under way on the PBX.")
        .remedy("Try again when the task is done."),
    row("70084", "ACTION FORBIDDEN", Auth, GiveUp)
        .means("The PBX forbids this action.")
        .cause("The API client or the state of the object does not allow it.")
        .remedy("Check the permissions of the API client on the PBX."),
    row("70087", "IP FORBIDDEN", Auth, GiveUp)
        .means("The address that this program runs on may not use the API.")
        .cause("The allow-list of the API is on and does not include the address.")
        .remedy("Add the address to the API's allow-list on the PBX."),
    // Documented for contacts in a phonebook; assumed to apply to trunks in routes.
    row("70091", "CONNECTION_RELATION_EXISTED", Conflict, GiveUp)
        .means("Something else still refers to the object. Documented for contacts in a phonebook.")
        .cause("For a trunk, most likely an inbound or outbound route uses it.")
        .remedy("Take the trunk out of its routes, then try again."),
    row("70093", "PHONEBOOK_NOT_EXISTED", Rejected, GiveUp)
        .means("The phonebook does not exist. No trunk call is known to answer this.")
        .cause("The phonebook was deleted, or its id is wrong.")
        .remedy("Choose a phonebook that the PBX has."),
    // Seen on live PBXs; its text is not known, so that this is ours.
    row("70103", "ADDRESS IN USE", Conflict, GiveUp)
        .means("Another trunk has this host and port. Seen on live PBXs when a trunk is created.")
        .cause("The provider's address is in use on the PBX already.")
        .remedy("Update the trunk that has the address, or give another host or port."),
    row("70106", "RATE_NOT_EXISTED", Rejected, GiveUp)
        .means("The call rate does not exist. No trunk call is known to answer this.")
        .cause("The rate was deleted, or its id is wrong.")
        .remedy("Choose a rate that the PBX has."),
    row("70120", "ORGANIZATION DISABLED", Auth, GiveUp)
        .means("The organization feature is switched off. No trunk call is known to answer this.")
        .cause("The PBX does not use its organization feature.")
        .remedy("Switch the organization feature on."),
];

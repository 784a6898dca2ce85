//! Itniotech's status codes. They are not global: several change their meaning by product or endpoint,
//! so the vendor's own reason belongs beside these words.

use crate::model::error::Kind;
use crate::model::error::Kind::{Auth, Conflict, NotFound, RateLimited, Rejected, Unavailable, Unsupported};
use crate::vendors::codes::After::{self, GiveUp, Later, Lost, SignAgain};
use crate::vendors::codes::{ANY, Code, When};

/// A row that always applies. The vendor has no short names for its codes.
const fn row(
    (code, kind, after): (&'static str, Kind, After),
    meaning: &'static str,
    cause: &'static str,
    remedy: &'static str,
) -> Code {
    Code { code, when: ANY, name: "", kind, meaning, cause, remedy, after }
}

const fn says(parts: &'static [&'static str]) -> When {
    When { says: parts, ..ANY }
}

/// Every code that Itniotech documents, also those of its other products.
pub const CODES: &[Code] = &[
    row(
        // Not a failure; the first row of every table of the vendor.
        ("0", Rejected, GiveUp),
        "The request was carried out. This is not an error.",
        "Everything was in order.",
        "Carry on; there is nothing to do.",
    ),
    row(
        ("-1", Auth, GiveUp),
        "The account could not be authenticated.",
        "The API key, the API secret or the signature made of them is wrong.",
        "Check api_key and api_secret against the developer page of the console.",
    ),
    // English call pages call -2 an authentication error; the Chinese pages and all other products say IP.
    row(
        ("-2", Auth, GiveUp),
        "The caller's IP address is restricted. Some English pages call this an authentication error.",
        "This machine's public address is not allowed for the account.",
        "Add this machine's public address to the account's IP list; if it is there, check the API key.",
    ),
    row(
        ("-10", Rejected, GiveUp),
        "The balance is too low. Documented for SMS, OTP and voice only.",
        "The account has no credit left for the request.",
        "Top up the account.",
    ),
    row(
        ("-12", Unavailable, Lost),
        "The platform failed while it took the request. Documented for SMS only.",
        "A fault on the vendor's side.",
        "Query what exists before you send a write again.",
    ),
    row(
        ("-13", Auth, GiveUp),
        "The account is locked. Documented for SMS and the balance.",
        "The vendor has locked the user.",
        "Ask the vendor's support to unlock the account.",
    ),
    row(
        ("-15", RateLimited, Later),
        "Queries come too often. Documented for SMS only.",
        "Several queries were sent within a short time.",
        "Wait for a minute or more before the next query.",
    ),
    row(
        ("-16", Auth, SignAgain),
        "The timestamp of the request is outside the accepted window.",
        "This machine's clock is more than 30 minutes off, or the request was delayed.",
        "Correct this machine's clock.",
    ),
    // Machine-translated as a fault of a "port program"; the Chinese page says system exception.
    row(
        ("-18", Unavailable, Lost),
        "The vendor's system met an internal fault.",
        "A fault on the vendor's side.",
        "Query what exists before you send a write again.",
    ),
    row(
        ("-20", Conflict, GiveUp),
        "The data exists already.",
        "An object with the same values was added before.",
        "Look for the existing object and update it instead.",
    ),
    row(
        ("-21", Rejected, GiveUp),
        "The data did not pass the vendor's validation. Documented for SMS only.",
        "A value breaks a rule of the vendor.",
        "Correct the values of the request.",
    ),
    row(
        ("-22", Rejected, GiveUp),
        "A parameter is missing, unknown or of the wrong type.",
        "A field has the wrong JSON type, or a trunk that registers has no account or password.",
        "Check the fields; give an outbound trunk that registers both username and password.",
    ),
    row(
        ("-23", RateLimited, GiveUp),
        "An upper limit of the account is reached.",
        "The account has reached its limit for objects of this kind.",
        "Remove objects that are not needed, or ask the vendor to raise the limit.",
    ),
    row(
        ("-24", NotFound, GiveUp),
        "The data does not exist.",
        "The id is wrong, or the object was deleted or belongs to another account.",
        "List the objects and use an id from the list.",
    ),
    Code {
        when: says(&["sensitive word", "sensitive words", "敏感词"]),
        ..row(
            ("-29", Rejected, GiveUp),
            "The text contains sensitive words. Documented for OTP only.",
            "The vendor's filter refused the wording.",
            "Reword the text.",
        )
    },
    row(
        ("-29", Rejected, GiveUp),
        "The workspace is disabled. Documented for SMS and numbers; for OTP it means sensitive words.",
        "The workspace of the key was switched off.",
        "Enable the workspace in the console, or use a key of another one.",
    ),
    row(
        ("-30", Auth, GiveUp),
        "The API key is disabled. Documented for SMS and numbers.",
        "The key was switched off in the console.",
        "Enable the key in the console, or use another one.",
    ),
    row(
        ("-31", Auth, GiveUp),
        "The caller's IP address is not in the allowlist. Documented for SMS and numbers.",
        "The key or workspace accepts requests from listed addresses only.",
        "Add this machine's public address to the allowlist.",
    ),
    row(
        ("-32", Auth, GiveUp),
        "The API key has no right to this app. Documented for SMS only.",
        "The app belongs to another workspace or was not granted to the key.",
        "Grant the app to the key, or use a key of that app.",
    ),
    row(
        ("-36", Rejected, GiveUp),
        "More agents are asked for than the quota allows. Documented for adding agents only.",
        "The agent group has no free agents left.",
        "Ask for fewer agents, or have the quota raised.",
    ),
    row(
        ("-44", Rejected, GiveUp),
        "The trunk type is missing or wrong.",
        "The type is neither 1 (outbound) nor 2 (inbound).",
        "Set the direction to outbound or inbound.",
    ),
    row(
        ("-45", Rejected, GiveUp),
        "The trunk name is missing or wrong.",
        "The name is empty or not accepted by the vendor.",
        "Give the trunk a name that is not empty.",
    ),
    row(
        ("-46", Rejected, GiveUp),
        "The vendor documents no meaning for this code. Its neighbours concern the trunk name.",
        "Not documented.",
        "Read the vendor's reason, and ask its support where that does not help.",
    ),
    row(
        ("-47", Conflict, GiveUp),
        "Another trunk has this name.",
        "Trunk names are unique, or an earlier attempt to add this trunk did succeed.",
        "Choose another name, or update the trunk that has it.",
    ),
    row(
        ("-48", Rejected, GiveUp),
        "The trunk has no agent group.",
        "The list of agent groups is missing or empty.",
        "Give at least one agent group.",
    ),
    row(
        ("-49", Rejected, GiveUp),
        "The gateway address is missing.",
        "An outbound trunk was sent without a gateway address.",
        "Give the host of the SIP gateway.",
    ),
    row(
        ("-50", Rejected, GiveUp),
        "The gateway address is malformed or longer than 50 characters.",
        "The value is not in the form the vendor takes.",
        "Give a plain address of at most 50 characters.",
    ),
    row(
        ("-51", Rejected, GiveUp),
        "An agent group occurs twice in the request.",
        "The same group was listed more than once.",
        "List each agent group once.",
    ),
    row(
        ("-52", Conflict, GiveUp),
        "The agent group is bound to another trunk.",
        "A group can belong to one trunk of a type only.",
        "Choose another group, or take it out of its trunk.",
    ),
    row(
        ("-53", Conflict, GiveUp),
        "Another trunk has this gateway address.",
        "Gateway addresses are unique.",
        "Choose another gateway address, or update the trunk that has it.",
    ),
    row(
        ("-54", Rejected, GiveUp),
        "The allowed address is missing.",
        "An inbound trunk was sent without the carrier's address.",
        "Give the address that the carrier calls from.",
    ),
    row(
        ("-55", Rejected, GiveUp),
        "The allowed address is malformed or longer than 50 characters.",
        "The value is not in the form the vendor takes.",
        "Give a plain address of at most 50 characters.",
    ),
    row(
        ("-56", Rejected, GiveUp),
        "The trunk's id is missing.",
        "An update was sent without keyId.",
        "Give the id of the trunk to update.",
    ),
    row(
        ("-57", Rejected, GiveUp),
        "An agent group has no number.",
        "Every group of an inbound trunk needs a number.",
        "Give each agent group its number.",
    ),
    row(
        ("-58", Rejected, GiveUp),
        "The number of an agent group is longer than 50 characters.",
        "The number is mistyped.",
        "Shorten the number to at most 50 characters.",
    ),
    row(
        ("-59", Conflict, GiveUp),
        "The number has an inbound trunk already.",
        "Another trunk, perhaps of another account, receives the calls of this number.",
        "Take the number out of the other trunk; ask the vendor's support if that trunk is not yours.",
    ),
    row(
        ("-60", Conflict, GiveUp),
        "Another trunk has this allowed address.",
        "Allowed addresses are unique.",
        "Choose another allowed address, or update the trunk that has it.",
    ),
    row(
        ("-61", Rejected, GiveUp),
        "The country of the number is unknown.",
        "The number of an agent group has no known country code.",
        "Give the number in international format.",
    ),
    // The English page says that the group has agents, which is -64; the Chinese one says workspace.
    row(
        ("-63", Rejected, GiveUp),
        "The agent group is of another workspace. Documented for deleting agent groups only.",
        "The key and the group do not belong to the same workspace.",
        "Use a key of the group's workspace.",
    ),
    Code {
        when: says(&[
            "password must be",
            "password can only",
            "password must consist",
            "password only",
            "密码只能",
            "密码必须",
        ]),
        ..row(
            ("-64", Rejected, GiveUp),
            "The password may contain only letters and digits. Documented for updating agents only.",
            "The agent's password has other characters.",
            "Choose a password of letters and digits.",
        )
    },
    row(
        ("-64", Rejected, GiveUp),
        "The agent group has agents. Documented for deleting agent groups; for agents, a wrong password.",
        "A group with agents cannot be deleted.",
        "Remove the group's agents first.",
    ),
    row(
        ("-65", Rejected, GiveUp),
        "The agent group is not part of the app. Documented for agents only.",
        "The group belongs to another app.",
        "Choose a group of this app.",
    ),
    row(
        ("-66", Rejected, GiveUp),
        "There is no such country code. Documented for agents only.",
        "The country code is wrong.",
        "Correct the country code.",
    ),
    row(
        ("-67", Rejected, Later),
        "The agent is on a call. Documented for agents only.",
        "An agent cannot be changed during a call.",
        "Try again when the call has ended.",
    ),
    row(
        ("-68", Rejected, GiveUp),
        "The agent takes part in a running task. Documented for agents only.",
        "An agent cannot be changed while its task runs.",
        "Stop the task first.",
    ),
    row(
        ("-69", Rejected, GiveUp),
        "The agent group is bound to a team leader. Documented for deleting agent groups only.",
        "A group with a team leader cannot be deleted.",
        "Unbind the team leader first.",
    ),
    row(
        ("-70", Rejected, GiveUp),
        "The agent group is bound to a SIP trunk. Documented for deleting agent groups only.",
        "A group with a trunk cannot be deleted.",
        "Take the group out of its trunk first.",
    ),
    row(
        ("-75", Rejected, GiveUp),
        "The vendor's sales have to enable this. Documented for adding agent groups only.",
        "The account is not set up for the operation.",
        "Ask your contact in the vendor's sales.",
    ),
    row(
        ("HTTP 404", Unsupported, GiveUp),
        "The vendor has no such operation at this address.",
        "The operation does not exist, or base_url is wrong.",
        "Check base_url; it is https://api.itniotech.com unless the vendor gave you another address.",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vendors::codes::{Heard, find};

    fn heard<'a>(code: &'a str, text: &'a str) -> Heard<'a> {
        Heard { code, http: 200, text, log_in: false }
    }

    #[test]
    fn every_documented_code_has_its_kind() {
        let kinds: &[(Kind, &[i32])] = &[
            (Auth, &[-1, -2, -13, -16, -30, -31, -32]),
            (NotFound, &[-24]),
            (Conflict, &[-20, -47, -52, -53, -59, -60]),
            (RateLimited, &[-15, -23]),
            (Unavailable, &[-12, -18]),
            (Rejected, &[0]),
            (Rejected, &[-10, -21, -22, -29, -36, -44, -45, -46, -48, -49, -50, -51, -54, -55, -56]),
            (Rejected, &[-57, -58, -61, -63, -64, -65, -66, -67, -68, -69, -70, -75]),
        ];
        for (kind, codes) in kinds {
            for code in *codes {
                let found = find(CODES, heard(&code.to_string(), "")).map(|row| row.kind);
                assert_eq!(found, Some(*kind), "{code}");
            }
        }
        let listed: usize = kinds.iter().map(|(_, codes)| codes.len()).sum();
        // Two codes have a second meaning, and one row is an HTTP status.
        assert_eq!(CODES.len(), listed + 3);
    }

    #[test]
    fn the_reason_distinguishes_meanings() {
        let meaning = |code, text| find(CODES, heard(code, text)).map(|row| row.meaning).unwrap_or_default();
        assert!(meaning("-29", "Sensitive words").contains("sensitive words. Documented for OTP"));
        assert!(meaning("-29", "Workspace disabled").starts_with("The workspace"));
        assert!(meaning("-64", "Password must be letters").starts_with("The password"));
        assert!(meaning("-64", "The group has agents").starts_with("The agent group"));
    }

    #[test]
    fn only_a_few_codes_have_a_next_step() {
        let after = |code| find(CODES, heard(code, "")).map(|row| row.after);
        let others = [("-16", SignAgain), ("-15", Later), ("-67", Later), ("-12", Lost), ("-18", Lost)];
        for (code, expected) in others {
            assert_eq!(after(code), Some(expected), "{code}");
        }
        for row in CODES.iter().filter(|row| others.iter().all(|(code, _)| *code != row.code)) {
            assert_eq!(row.after, GiveUp, "{}", row.code);
        }
    }

    #[test]
    fn a_bare_404_is_an_unsupported_operation() {
        let bare = Heard { http: 404, ..Heard::default() };
        assert_eq!(find(CODES, bare).map(|row| row.kind), Some(Unsupported));
    }

    #[test]
    fn every_row_uses_full_sentences() {
        for row in CODES {
            for text in [row.meaning, row.cause, row.remedy] {
                assert!(text.ends_with('.') && text.starts_with(char::is_uppercase), "{}: {text}", row.code);
            }
        }
    }
}

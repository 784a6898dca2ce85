//! Itniotech's status codes. They are not global: several change their meaning by product or endpoint,
//! so the vendor's own reason belongs beside these words.

use crate::model::error::Kind::{Auth, Conflict, NotFound, RateLimited, Rejected, Unavailable, Unsupported};
use crate::vendors::codes::After::{GiveUp, Later, Lost, SignAgain};
use crate::vendors::codes::{Code, row};

/// Every code that Itniotech documents, also those of its other products.
pub const CODES: &[Code] = &[
    // Not a failure; the first row of every table of the vendor.
    row("0", Rejected, GiveUp)
        .means("The request was carried out. This is not an error.")
        .cause("Everything was in order.")
        .remedy("Carry on; there is nothing to do."),
    row("-1", Auth, GiveUp)
        .means("The account could not be authenticated.")
        .cause("The API key, the API secret or the signature made of them is wrong.")
        .remedy("Check api_key and api_secret against the developer page of the console."),
    // English call pages call -2 an authentication error; the Chinese pages and all other products say IP.
    row("-2", Auth, GiveUp)
        .means("The caller's IP address is restricted. Some English pages call this an authentication error.")
        .cause("This machine's public address is not allowed for the account.")
        .remedy(
            "Add this machine's public address to the account's IP list; if it is there, check the API key.",
        ),
    row("-10", Rejected, GiveUp)
        .means("The balance is too low. Documented for SMS, OTP and voice only.")
        .cause("The account has no credit left for the request.")
        .remedy("Top up the account."),
    row("-12", Unavailable, Lost)
        .means("The platform failed while it took the request. Documented for SMS only.")
        .cause("A fault on the vendor's side.")
        .remedy("Query what exists before you send a write again."),
    row("-13", Auth, GiveUp)
        .means("The account is locked. Documented for SMS and the balance.")
        .cause("The vendor has locked the user.")
        .remedy("Ask the vendor's support to unlock the account."),
    row("-15", RateLimited, Later)
        .means("Queries come too often. Documented for SMS only.")
        .cause("Several queries were sent within a short time.")
        .remedy("Wait for a minute or more before the next query."),
    row("-16", Auth, SignAgain)
        .means("The timestamp of the request is outside the accepted window.")
        .cause("This machine's clock is more than 30 minutes off, or the request was delayed.")
        .remedy("Correct this machine's clock."),
    // Machine-translated as a fault of a "port program"; the Chinese page says system exception.
    row("-18", Unavailable, Lost)
        .means("The vendor's system met an internal fault.")
        .cause("A fault on the vendor's side.")
        .remedy("Query what exists before you send a write again."),
    row("-20", Conflict, GiveUp)
        .means("The data exists already.")
        .cause("An object with the same values was added before.")
        .remedy("Look for the existing object and update it instead."),
    row("-21", Rejected, GiveUp)
        .means("The data did not pass the vendor's validation. Documented for SMS only.")
        .cause("A value breaks a rule of the vendor.")
        .remedy("Correct the values of the request."),
    row("-22", Rejected, GiveUp)
        .means("A parameter is missing, unknown or of the wrong type.")
        .cause("A field has the wrong JSON type, or a trunk that registers has no account or password.")
        .remedy("Check the fields; give an outbound trunk that registers both username and password."),
    row("-23", RateLimited, GiveUp)
        .means("An upper limit of the account is reached.")
        .cause("The account has reached its limit for objects of this kind.")
        .remedy("Remove objects that are not needed, or ask the vendor to raise the limit."),
    row("-24", NotFound, GiveUp)
        .means("The data does not exist.")
        .cause("The id is wrong, or the object was deleted or belongs to another account.")
        .remedy("List the objects and use an id from the list."),
    row("-29", Rejected, GiveUp)
        .says(&["sensitive word", "sensitive words", "敏感词"])
        .means("The text contains sensitive words. Documented for OTP only.")
        .cause("The vendor's filter refused the wording.")
        .remedy("Reword the text."),
    row("-29", Rejected, GiveUp)
        .means("The workspace is disabled. Documented for SMS and numbers; for OTP it means sensitive words.")
        .cause("The workspace of the key was switched off.")
        .remedy("Enable the workspace in the console, or use a key of another one."),
    row("-30", Auth, GiveUp)
        .means("The API key is disabled. Documented for SMS and numbers.")
        .cause("The key was switched off in the console.")
        .remedy("Enable the key in the console, or use another one."),
    row("-31", Auth, GiveUp)
        .means("The caller's IP address is not in the allowlist. Documented for SMS and numbers.")
        .cause("The key or workspace accepts requests from listed addresses only.")
        .remedy("Add this machine's public address to the allowlist."),
    row("-32", Auth, GiveUp)
        .means("The API key has no right to this app. Documented for SMS only.")
        .cause("The app belongs to another workspace or was not granted to the key.")
        .remedy("Grant the app to the key, or use a key of that app."),
    row("-36", Rejected, GiveUp)
        .means("More agents are asked for than the quota allows. Documented for adding agents only.")
        .cause("The agent group has no free agents left.")
        .remedy("Ask for fewer agents, or have the quota raised."),
    row("-44", Rejected, GiveUp)
        .means("The trunk type is missing or wrong.")
        .cause("The type is neither 1 (outbound) nor 2 (inbound).")
        .remedy("Set the direction to outbound or inbound."),
    row("-45", Rejected, GiveUp)
        .means("The trunk name is missing or wrong.")
        .cause("The name is empty or not accepted by the vendor.")
        .remedy("Give the trunk a name that is not empty."),
    row("-46", Rejected, GiveUp)
        .means("The vendor documents no meaning for this code. Its neighbours concern the trunk name.")
        .cause("Not documented.")
        .remedy("Read the vendor's reason, and ask its support where that does not help."),
    row("-47", Conflict, GiveUp)
        .means("Another trunk has this name.")
        .cause("Trunk names are unique, or an earlier attempt to add this trunk did succeed.")
        .remedy("Choose another name, or update the trunk that has it."),
    row("-48", Rejected, GiveUp)
        .means("The trunk has no agent group.")
        .cause("The list of agent groups is missing or empty.")
        .remedy("Give at least one agent group."),
    row("-49", Rejected, GiveUp)
        .means("The gateway address is missing.")
        .cause("An outbound trunk was sent without a gateway address.")
        .remedy("Give the host of the SIP gateway."),
    row("-50", Rejected, GiveUp)
        .means("The gateway address is malformed or longer than 50 characters.")
        .cause("The value is not in the form the vendor takes.")
        .remedy("Give a plain address of at most 50 characters."),
    row("-51", Rejected, GiveUp)
        .means("An agent group occurs twice in the request.")
        .cause("The same group was listed more than once.")
        .remedy("List each agent group once."),
    row("-52", Conflict, GiveUp)
        .means("The agent group is bound to another trunk.")
        .cause("A group can belong to one trunk of a type only.")
        .remedy("Choose another group, or take it out of its trunk."),
    row("-53", Conflict, GiveUp)
        .means("Another trunk has this gateway address.")
        .cause("Gateway addresses are unique.")
        .remedy("Choose another gateway address, or update the trunk that has it."),
    row("-54", Rejected, GiveUp)
        .means("The allowed address is missing.")
        .cause("An inbound trunk was sent without the carrier's address.")
        .remedy("Give the address that the carrier calls from."),
    row("-55", Rejected, GiveUp)
        .means("The allowed address is malformed or longer than 50 characters.")
        .cause("The value is not in the form the vendor takes.")
        .remedy("Give a plain address of at most 50 characters."),
    row("-56", Rejected, GiveUp)
        .means("The trunk's id is missing.")
        .cause("An update was sent without keyId.")
        .remedy("Give the id of the trunk to update."),
    row("-57", Rejected, GiveUp)
        .means("An agent group has no number.")
        .cause("Every group of an inbound trunk needs a number.")
        .remedy("Give each agent group its number."),
    row("-58", Rejected, GiveUp)
        .means("The number of an agent group is longer than 50 characters.")
        .cause("The number is mistyped.")
        .remedy("Shorten the number to at most 50 characters."),
    row("-59", Conflict, GiveUp)
        .means("The number has an inbound trunk already.")
        .cause("Another trunk, perhaps of another account, receives the calls of this number.")
        .remedy(
            "Take the number out of the other trunk; ask the vendor's support if that trunk is not yours.",
        ),
    row("-60", Conflict, GiveUp)
        .means("Another trunk has this allowed address.")
        .cause("Allowed addresses are unique.")
        .remedy("Choose another allowed address, or update the trunk that has it."),
    row("-61", Rejected, GiveUp)
        .means("The country of the number is unknown.")
        .cause("The number of an agent group has no known country code.")
        .remedy("Give the number in international format."),
    // The English page says that the group has agents, which is -64; the Chinese one says workspace.
    row("-63", Rejected, GiveUp)
        .means("The agent group is of another workspace. Documented for deleting agent groups only.")
        .cause("The key and the group do not belong to the same workspace.")
        .remedy("Use a key of the group's workspace."),
    row("-64", Rejected, GiveUp)
        .says(&[
            "password must be",
            "password can only",
            "password must consist",
            "password only",
            "密码只能",
            "密码必须",
        ])
        .means("The password may contain only letters and digits. Documented for updating agents only.")
        .cause("The agent's password has other characters.")
        .remedy("Choose a password of letters and digits."),
    row("-64", Rejected, GiveUp)
        .means(
            "The agent group has agents. Documented for deleting agent groups; for agents, a wrong password.",
        )
        .cause("A group with agents cannot be deleted.")
        .remedy("Remove the group's agents first."),
    row("-65", Rejected, GiveUp)
        .means("The agent group is not part of the app. Documented for agents only.")
        .cause("The group belongs to another app.")
        .remedy("Choose a group of this app."),
    row("-66", Rejected, GiveUp)
        .means("There is no such country code. Documented for agents only.")
        .cause("The country code is wrong.")
        .remedy("Correct the country code."),
    row("-67", Rejected, Later)
        .means("The agent is on a call. Documented for agents only.")
        .cause("An agent cannot be changed during a call.")
        .remedy("Try again when the call has ended."),
    row("-68", Rejected, GiveUp)
        .means("The agent takes part in a running task. Documented for agents only.")
        .cause("An agent cannot be changed while its task runs.")
        .remedy("Stop the task first."),
    row("-69", Rejected, GiveUp)
        .means("The agent group is bound to a team leader. Documented for deleting agent groups only.")
        .cause("A group with a team leader cannot be deleted.")
        .remedy("Unbind the team leader first."),
    row("-70", Rejected, GiveUp)
        .means("The agent group is bound to a SIP trunk. Documented for deleting agent groups only.")
        .cause("A group with a trunk cannot be deleted.")
        .remedy("Take the group out of its trunk first."),
    row("-75", Rejected, GiveUp)
        .means("The vendor's sales have to enable this. Documented for adding agent groups only.")
        .cause("The account is not set up for the operation.")
        .remedy("Ask your contact in the vendor's sales."),
    row("HTTP 404", Unsupported, GiveUp)
        .means("The vendor has no such operation at this address.")
        .cause("The operation does not exist, or base_url is wrong.")
        .remedy(
            "Check base_url; it is https://api.itniotech.com unless the vendor gave you another address.",
        ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::error::Kind;
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
}

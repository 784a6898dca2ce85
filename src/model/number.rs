//! Telephone numbers: a strict E.164 form, and the internal numbers built on it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::phone_repair;
use super::phone_repair::Meant;
use super::text::excerpt;

/// A telephone number in E.164 form: a plus, then 8 to 15 digits of which the first is not 0 (ITU-T E.164, 6.1;
/// the lower bound keeps out short codes, which no vendor here takes).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct E164(String);

impl E164 {
    /// The number with its plus.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for E164 {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if phone_repair::is_e164(text) { Ok(Self(text.to_owned())) } else { Err(complaint(text)) }
    }
}

/// The digits of a number, which identify it in any spelling.
pub fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// What is wrong with a text that is no number, and which number was meant.
fn complaint(text: &str) -> String {
    let shown = excerpt(text, 40);
    // When printed, it may look correct.
    let hidden = match phone_repair::disguised(text) {
        Some(c) => format!(" (it contains the character U+{:04X})", u32::from(c)),
        None => String::new(),
    };
    match phone_repair::meant(text) {
        Meant::Number(meant) => {
            format!("`{shown}` is not an E.164 number{hidden}; did you mean `{meant}`?")
        }
        Meant::Lost { left, total } => format!(
            "`{shown}` is not an E.164 number but a spreadsheet's figure: of {total} digits only {left} are left, \
             and the others are lost; format the column as text and enter the number again"
        ),
        Meant::Unknown => format!(
            "`{shown}` is not an E.164 number{hidden}; write a plus, the country code and the number, \
             8 to 15 digits without spaces, as in +442071838750"
        ),
    }
}

impl fmt::Display for E164 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for E164 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for E164 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

super::open_enum::words! {
    /// Who pays for the call.
    NumberType: "type" {
        /// The caller.
        Toll = "toll",
        /// The called party.
        TollFree = "toll-free",
    }
}

/// A number that an organisation brings to its meetings account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InternalNumber {
    /// The vendor's id, once it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The number.
    pub number: E164,
    /// The form shown to people.
    pub display_number: String,
    /// Two-letter country code.
    pub country: String,
    /// Toll or toll-free.
    #[serde(rename = "type")]
    pub what: NumberType,
    /// A short description.
    pub labels: String,
    /// The language of the prompts, as a locale.
    pub languages: String,
    /// Whether people see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visible: Option<bool>,
    /// Whether meetings can be joined through it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allow_join: Option<bool>,
    /// Whether other organisations' meetings can be joined through it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allow_for_external_meetings: Option<bool>,
    /// Keys of the vendor's own entry that the model does not name.
    #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
    pub vendor_fields: serde_json::Map<String, serde_json::Value>,
}

/// An internal number of a vendor; all of its values are passed on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ActualNumber {
    /// The vendor's id; not every list returns it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The number.
    pub number: String,
    /// The form shown to people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_number: Option<String>,
    /// Two-letter country code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// Toll or toll-free.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub what: Option<NumberType>,
    /// A short description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub labels: Option<String>,
    /// The language of the prompts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub languages: Option<String>,
    /// Whether people see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visible: Option<bool>,
    /// Whether meetings can be joined through it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_join: Option<bool>,
    /// Whether other organisations' meetings can be joined through it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_for_external_meetings: Option<bool>,
    /// Keys of the vendor's answer that the model does not name.
    #[serde(skip_serializing_if = "serde_json::Map::is_empty")]
    pub vendor_fields: serde_json::Map<String, serde_json::Value>,
}

/// A number of the master account that can be given to a sub account.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct MasterNumber {
    /// The number.
    pub number: String,
    /// Two-letter country code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
}

/// A country that meetings can call out to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct CalloutCountry {
    /// Two-letter code.
    pub id: String,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its calling code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_e164_passes() {
        for good in ["+16466661110", "+442071838750", "+12345678", "+123456789012345"] {
            assert_eq!(good.parse::<E164>().unwrap().as_str(), good);
        }
        for bad in [
            "",
            "+",
            "16466661110",
            "+06466661110",
            "+1646666111O",
            "+1 646",
            "+1234567890123456",
            "+1234567",
        ] {
            assert!(bad.parse::<E164>().is_err(), "{bad}");
        }
    }

    #[test]
    fn the_refusal_names_the_likely_number() {
        for (bad, meant) in [
            ("0044 20 7183 8750", "+442071838750"),
            ("+1 (646) 666-1110", "+16466661110"),
            ("16466661110", "+16466661110"),
            ("+1646666111O", "+16466661110"),
        ] {
            let message = bad.parse::<E164>().unwrap_err();
            assert!(message.contains(&format!("did you mean `{meant}`")), "{message}");
        }
        assert!(!"6466661110".parse::<E164>().unwrap_err().contains("did you mean"));
        let hidden = "+1646666\u{200b}1110".parse::<E164>().unwrap_err();
        assert!(hidden.contains("U+200B") && hidden.contains("`+16466661110`"), "{hidden}");
        let lost = "4.42E+11".parse::<E164>().unwrap_err();
        assert!(lost.contains("only 442 are left") && lost.contains("as text"), "{lost}");
        assert!(!lost.contains("did you mean"), "{lost}");
    }
}

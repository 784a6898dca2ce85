//! How single values are written on the command line.

use std::str::FromStr;
use std::time::Duration;

use clap::ValueEnum;
use clap::builder::{PossibleValue, TypedValueParser};
use serde_json::Value;

use crate::model::health::Goal;
use crate::model::report::{DryRun, Format};
use crate::model::secret::is_secret_key;
use crate::model::trunk::{AgentGroup, Did};

/// Accepts any text, and gives shells and help the allowed words. The word itself is checked with the other fields,
/// so that a flag and a file get the same error and exit code.
#[derive(Debug, Clone)]
pub struct Words(pub &'static [&'static str]);

impl TypedValueParser for Words {
    type Value = String;

    fn parse_ref(
        &self,
        cmd: &clap::Command,
        arg: Option<&clap::Arg>,
        value: &std::ffi::OsStr,
    ) -> Result<String, clap::Error> {
        clap::builder::StringValueParser::new().parse_ref(cmd, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(self.0.iter().map(|word| PossibleValue::new(*word))))
    }
}

/// The words of a type that the model defines, with their help.
macro_rules! words {
    ($type:ident { $($variant:ident = $word:literal: $help:literal,)* }) => {
        impl ValueEnum for $type {
            fn value_variants<'a>() -> &'a [Self] {
                &[$(Self::$variant,)*]
            }

            fn to_possible_value(&self) -> Option<PossibleValue> {
                let (word, help) = match self { $(Self::$variant => ($word, $help),)* };
                Some(PossibleValue::new(word).help(help))
            }
        }
    };
}

words!(Format {
    Table = "table": "A table for people; its layout may change",
    Json = "json": "JSON",
    Jsonl = "jsonl": "JSON Lines: one object per line",
    Yaml = "yaml": "YAML",
    Csv = "csv": "Comma-separated values with a header",
    Markdown = "markdown": "Markdown, for a merge request (plan only)",
    Prometheus = "prometheus": "Metrics in the text format of Prometheus (trunk check only)",
});

words!(DryRun {
    Http = "http": "HTTP requests with secrets masked",
    Curl = "curl": "curl commands that read the secrets from environment variables",
});

words!(Goal {
    Registered = "registered": "The trunk is registered with the provider",
    Reachable = "reachable": "The far end answers the vendor, or the trunk is registered",
    Healthy = "healthy": "The trunk is reachable, and a check from here finds no fault; needs no status of the vendor",
});

/// A whole number within bounds.
pub fn whole<T: FromStr + Clone + Send + Sync + 'static>(
    least: u64,
    most: u64,
) -> impl Fn(&str) -> Result<T, String> + Clone + Send + Sync + 'static {
    move |text| {
        let number = text.parse().ok().filter(|number| (least..=most).contains(number));
        let value = number.and_then(|_| text.parse().ok());
        value.ok_or_else(|| match most {
            u64::MAX => "write a whole number, for example 20".to_owned(),
            _ => format!("write a whole number from {least} to {most}"),
        })
    }
}

pub fn duration(text: &str) -> Result<Duration, String> {
    let span: jiff::SignedDuration = text
        .parse()
        .map_err(|_| "write a number and a unit, for example 500ms, 30s, 10m or 1h30m".to_owned())?;
    match Duration::try_from(span) {
        Ok(duration) if !duration.is_zero() => Ok(duration),
        _ => Err("the time must be greater than zero".into()),
    }
}

/// `NUMBER[=NAME]`
pub fn did(text: &str) -> Result<Did, String> {
    let (number, name) = halves(text);
    if number.is_empty() {
        return Err("the number is missing; write NUMBER or NUMBER=NAME".into());
    }
    Ok(Did { number, name })
}

/// `ID_OR_NAME[=NUMBER]`; digits alone are an id.
pub fn agent_group(text: &str) -> Result<AgentGroup, String> {
    let (group, number) = halves(text);
    let is_id = !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit());
    match group.strip_prefix("id:").or(is_id.then_some(group.as_str())) {
        Some(id) => Ok(AgentGroup { id: Some(id.to_owned()), name: None, number }),
        None if group.is_empty() => {
            Err("the group is missing; write ID, NAME, ID=NUMBER or NAME=NUMBER".into())
        }
        None => {
            let name = group.strip_prefix("name:").unwrap_or(&group).to_owned();
            Ok(AgentGroup { id: None, name: Some(name), number })
        }
    }
}

/// `KEY=JSON`; the error for a value that is not JSON shows how to quote a string.
pub fn vendor_field(text: &str) -> Result<(String, Value), String> {
    let Some((key, json)) = text.split_once('=').filter(|(key, _)| !key.is_empty()) else {
        return Err("write KEY=JSON, for example ignore_100_response=1".into());
    };
    if is_secret_key(key) {
        // It is refused with the other fields. A complaint here would be printed with the value.
        return Ok((key.to_owned(), Value::Null));
    }
    let value = serde_json::from_str(json).map_err(|_| {
        format!("`{json}` is not JSON; a string needs quotes, for example {key}='\"{json}\"'")
    })?;
    Ok((key.to_owned(), value))
}

fn halves(text: &str) -> (String, Option<String>) {
    match text.split_once('=') {
        Some((left, right)) => (left.trim().to_owned(), Some(right.trim().to_owned())),
        None => (text.trim().to_owned(), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_units() {
        assert_eq!(duration("1h30m").unwrap(), Duration::from_secs(5400));
        assert_eq!(duration("250ms").unwrap(), Duration::from_millis(250));
        for bad in ["30", "0s", "-5s", "soon"] {
            assert!(duration(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn groups_and_dids_are_read() {
        let group = |id: Option<&str>, name: Option<&str>, number: Option<&str>| AgentGroup {
            id: id.map(Into::into),
            name: name.map(Into::into),
            number: number.map(Into::into),
        };
        assert_eq!(agent_group("1000026").unwrap(), group(Some("1000026"), None, None));
        assert_eq!(agent_group("Sales EU=+4420").unwrap(), group(None, Some("Sales EU"), Some("+4420")));
        assert_eq!(agent_group("name:42").unwrap(), group(None, Some("42"), None));
        assert!(agent_group("=1").is_err());
        assert_eq!(did("5503308=Main").unwrap(), Did { number: "5503308".into(), name: Some("Main".into()) });
    }

    #[test]
    fn whole_numbers_keep_their_bounds() {
        assert_eq!((whole::<u16>(1, 64)("64"), whole::<u64>(0, u64::MAX)("0")), (Ok(64), Ok(0)));
        for text in ["0", "65", "x", "", "-1", "1.5", "99999999999999999999"] {
            assert_eq!(whole::<u16>(1, 64)(text), Err("write a whole number from 1 to 64".into()), "{text}");
        }
    }

    #[test]
    fn raw_fields_are_json() {
        assert_eq!(vendor_field("a=0").unwrap(), ("a".into(), Value::from(0)));
        assert!(vendor_field("a=b").unwrap_err().contains(r#"a='"b"'"#));
        assert_eq!(vendor_field("Password=b").unwrap().1, Value::Null);
        assert!(vendor_field("=1").is_err() && vendor_field("a").is_err());
    }
}

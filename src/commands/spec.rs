//! What is asked for: a file with flags laid over it.

use serde::Deserialize;
use serde_json::{Value, json, to_value};

use crate::cli::trunk::Fields;
use crate::cli::values::{agent_group, did, vendor_field};
use crate::context::Context;
use crate::input::file::Source;
use crate::model::error::{Error, FieldError, Kind, Result};
use crate::model::fields::{Field, Form};
use crate::model::secret::{Secret, SecretRef};
use crate::model::trunk::Trunk;

/// The trunk of a file and flags, with its password resolved.
pub async fn trunk(context: &Context, fields: &Fields) -> Result<Trunk> {
    if fields.from.as_deref() == Some("-") && password_from_input(fields) {
        let text = "--from - and --password-from - cannot both read standard input";
        return Err(Error::new(Kind::Usage, text)
            .hint("use a file for one of them, or give the password as env:NAME, file:PATH or cmd:COMMAND"));
    }
    let base = match &fields.from {
        Some(path) => from_file(path)?,
        None => Trunk::default(),
    };
    let mut trunk = base.overlaid(&from_flags(fields)?);
    if let Some(password) = trunk.password.take() {
        trunk.password = Some(context.secret(password, "password").await?);
    }
    Ok(trunk)
}

/// Whether the password is to be read from standard input.
fn password_from_input(fields: &Fields) -> bool {
    let mut flags = Field::Password.row().flags.iter();
    flags.any(|flag| fields.values(flag).is_some_and(|values| values == ["-"]))
}

/// The trunk of a file; its password is not resolved.
pub fn from_file(path: &str) -> Result<Trunk> {
    let source = Source::open(path, Kind::Invalid)?;
    let mut trunk: Trunk = source.read(Kind::Invalid)?;
    if let Some(password) = trunk.password.take() {
        refuse_readable(&source, &password)?;
        trunk.password = Some(password.anchored(&source.folder));
    }
    Ok(trunk)
}

/// A literal is fine where only the owner can read the file; `-` only on the command line.
fn refuse_readable(source: &Source, password: &Secret) -> Result<()> {
    let what = match password.origin() {
        Some(SecretRef::Literal(_)) if !source.private => {
            "the file contains the password itself, and other users can read the file"
        }
        Some(SecretRef::Stdin) => "`-` is allowed only on the command line",
        _ => return Ok(()),
    };
    Err(Error::config(format!("{}: password: {what}", source.name)).hint(
        "write a reference (env:NAME, file:PATH, cmd:COMMAND), or make the file private with chmod 600",
    ))
}

fn from_flags(fields: &Fields) -> Result<Trunk> {
    let (mut trunk, mut faults) = (Trunk::default(), Vec::new());
    for &field in Field::ALL {
        match value(field, fields) {
            None => {}
            Some(Given::Password(password)) => trunk.password = Some(password?),
            // Read as a file's value is, so that a flag and a file get the same answer.
            Some(Given::Value(value)) => match Trunk::deserialize(json!({field.name(): value})) {
                Ok(one) => trunk = trunk.overlaid(&one),
                Err(cause) => faults.push(FieldError::new(field.name(), cause.to_string())),
            },
        }
    }
    if faults.is_empty() { Ok(trunk) } else { Err(Error::fields("the trunk", faults)) }
}

/// What flags give for a field.
enum Given {
    Password(Result<Secret>),
    Value(Value),
}

/// The value of a field's flags, as in a file.
fn value(field: Field, fields: &Fields) -> Option<Given> {
    let row = field.row();
    let mut given = row.flags.iter().map(|flag| fields.values(flag));
    let (first, second) = (given.next().flatten(), given.next().flatten());
    let texts = first.unwrap_or_default();
    let text = || texts.first().map(String::as_str);
    let list = |read: fn(&str) -> Option<Value>| texts.iter().filter_map(|text| read(text)).collect();
    Some(Given::Value(match (row.form, first, second) {
        (_, None, None) => return None,
        (Form::Secret, ..) => return text().map(reference).map(Given::Password),
        (Form::Switch, on, _) => on.is_some().into(),
        (Form::Proxy, None, _) => false.into(),
        (Form::Dids, None, _) => json!([]),
        (Form::CallerId, _, name) => {
            let parts =
                [("number", text()), ("name", name.and_then(|name| name.first().map(String::as_str)))];
            parts.into_iter().filter_map(|(key, part)| Some((key.to_owned(), Value::from(part?)))).collect()
        }
        // An empty text turns the proxy off in a file; on the command line it is a mistake.
        (Form::Proxy, Some(_), _) if text() == Some("") => json!({"host": ""}),
        (Form::Port, ..) => text()?.parse::<u32>().map_or_else(|_| text().into(), Value::from),
        (Form::Codecs, ..) => texts.iter().map(|codec| Value::from(codec.trim())).collect(),
        (Form::Dids, ..) => list(|text| to_value(did(text).ok()?).ok()),
        (Form::AgentGroups, ..) => list(|text| to_value(agent_group(text).ok()?).ok()),
        (Form::Raw, ..) => Value::Object(texts.iter().filter_map(|text| vendor_field(text).ok()).collect()),
        (Form::Text | Form::Id | Form::Word(_) | Form::Proxy | Form::CallerIdOverrides, ..) => text().into(),
    }))
}

/// A secret reference of the command line. A literal is refused, because command lines are visible to others
/// and kept in histories. It is checked here, because clap would repeat it in its error.
fn reference(text: &str) -> Result<Secret> {
    let why = match SecretRef::parse(text) {
        Ok(SecretRef::Literal(_)) => "a password is not allowed on the command line".to_owned(),
        Ok(reference) => return Ok(Secret::reference(reference)),
        Err(why) => format!("the value {why}"),
    };
    Err(Error::new(Kind::Usage, format!("--password-from: {why}"))
        .hint("give a reference: env:NAME, file:PATH, cmd:COMMAND, or - for standard input"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_literal_password_is_refused_without_repeating_it() {
        for good in ["env:A", "file:x y", "cmd:pass show", "keyring:a/b", "-"] {
            assert!(reference(good).is_ok(), "{good}");
        }
        for bad in ["Canary123", "env:", "env:$(canary)", "evn:CANARY", ""] {
            let error = reference(bad).unwrap_err();
            assert!(!format!("{error:?}").to_lowercase().contains("canary"), "{error:?}");
            assert_eq!(error.kind.exit_code(), 2);
        }
        assert!(reference("evn:X").unwrap_err().message.contains("did you mean `env:…`?"));
    }
}

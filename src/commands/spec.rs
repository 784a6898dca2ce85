//! What is asked for: a file with flags laid over it.

use crate::cli::trunk::Fields;
use crate::config::secrets;
use crate::input::file::Source;
use crate::model::error::{Error, FieldError, Kind, Result};
use crate::model::proxy::OutboundProxy;
use crate::model::secret::{Secret, SecretRef};
use crate::model::trunk::{CallerId, Trunk};

use crate::context::Context;

/// The trunk that a file and flags describe, its password looked up.
///
/// # Errors
/// A file that cannot be understood, a value that cannot be right, a password that is missing.
pub async fn trunk(context: &Context, fields: &Fields) -> Result<Trunk> {
    if fields.from.as_deref() == Some("-") && fields.password_from.as_deref() == Some("-") {
        let text = "--from - and --password-from - would both read standard input, which can be read once";
        return Err(Error::new(Kind::Usage, text)
            .hint("give one of them a file, or the password as env:NAME, file:PATH or cmd:COMMAND"));
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

fn from_file(path: &str) -> Result<Trunk> {
    let source = Source::open(path, Kind::Invalid)?;
    let mut trunk: Trunk = source.read(Kind::Invalid)?;
    if let Some(password) = trunk.password.take() {
        refuse_readable(&source, &password)?;
        trunk.password = Some(secrets::anchor(password, &source.folder));
    }
    Ok(trunk)
}

/// A literal is fine where only the owner can read the file; `-` only on the command line.
fn refuse_readable(source: &Source, password: &Secret) -> Result<()> {
    let what = match password.origin() {
        Some(SecretRef::Literal(_)) if !source.private => {
            "the password itself stands there, and others can read the file"
        }
        Some(SecretRef::Stdin) => "`password = \"-\"` is for the command line only",
        _ => return Ok(()),
    };
    Err(Error::config(format!("{}: password: {what}", source.name)).hint(
        "write a reference (env:NAME, file:PATH, cmd:COMMAND), or keep the file to yourself with chmod 600",
    ))
}

fn from_flags(fields: &Fields) -> Result<Trunk> {
    let mut faults = Vec::new();
    let caller = CallerId { number: fields.caller_id.clone(), name: fields.caller_id_name.clone() };
    let trunk = Trunk {
        name: fields.name.clone(),
        kind: word(&mut faults, "kind", fields.kind.as_deref()),
        direction: word(&mut faults, "direction", fields.direction.as_deref()),
        enabled: match (fields.enable, fields.disable) {
            (true, _) => Some(true),
            (_, true) => Some(false),
            _ => None,
        },
        host: fields.host.clone(),
        port: fields.port.as_deref().and_then(|text| {
            let port = text.parse::<u32>().ok();
            if port.is_none() {
                faults.push(FieldError::new(
                    "port",
                    format!("`{text}` is not a port; use 1 to 65535, usually 5060"),
                ));
            }
            port
        }),
        domain: fields.domain.clone(),
        transport: word(&mut faults, "transport", fields.transport.as_deref()),
        username: fields.username.clone(),
        auth_name: fields.auth_name.clone(),
        password: fields.password_from.as_deref().map(reference).transpose()?,
        codecs: fields.codecs.clone(),
        country: fields.country.clone(),
        itsp: fields.itsp.clone(),
        outbound_proxy: match &fields.outbound_proxy {
            Some(text) => OutboundProxy::parse(text)
                .map_err(|message| faults.push(FieldError::new("outbound_proxy", message)))
                .ok(),
            None => fields.no_outbound_proxy.then_some(OutboundProxy::Off),
        },
        caller_id: (caller != CallerId::default()).then_some(caller),
        caller_id_overrides: None,
        dids: (!fields.did.is_empty()).then(|| fields.did.clone()),
        prefix: fields.prefix.clone(),
        agent_groups: (!fields.agent_group.is_empty()).then(|| fields.agent_group.clone()),
        allowed_ip: fields.allowed_ip.clone(),
        account: fields.account.clone(),
        master_trunk: fields.master_trunk.clone(),
        dnis: fields.dnis.clone(),
        vendor_fields: fields.vendor_field.iter().cloned().collect(),
    };
    if faults.is_empty() { Ok(trunk) } else { Err(Error::fields("the trunk", faults)) }
}

/// A secret reference of the command line. A literal is refused: command lines are seen by others and kept in
/// histories. clap would repeat it in its complaint, so it is judged here.
fn reference(text: &str) -> Result<Secret> {
    let why = match SecretRef::parse(text) {
        Ok(SecretRef::Literal(_)) => "a password may not stand on the command line".to_owned(),
        Ok(reference) => return Ok(Secret::reference(reference)),
        Err(why) => format!("the value {why}"),
    };
    Err(Error::new(Kind::Usage, format!("--password-from: {why}"))
        .hint("give a reference: env:NAME, file:PATH, cmd:COMMAND, or - for standard input"))
}

/// Reads a word, and notes what is wrong with it.
pub fn word<T: std::str::FromStr<Err = String>>(
    faults: &mut Vec<FieldError>,
    field: &str,
    text: Option<&str>,
) -> Option<T> {
    text?.parse().map_err(|message| faults.push(FieldError::new(field, message))).ok()
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

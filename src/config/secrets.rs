//! Looks secrets up: the one place where a reference becomes a value.

use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};

use super::Env;
use super::waiting::waiting;
use crate::model::error::{Error, Result};
use crate::model::secret::{Secret, SecretRef};

/// What a secret is for, as messages name it.
pub type Purpose<'a> = &'a str;

/// Anchors a relative `file:` reference at the folder of the file that names it.
pub fn anchor(secret: Secret, folder: &Path) -> Secret {
    match secret.origin() {
        Some(SecretRef::File(path)) => {
            Secret::reference(SecretRef::File(folder.join(path).to_string_lossy().into_owned()))
        }
        _ => secret,
    }
}

/// What is wrong with a literal in a file that is nearly a reference.
pub fn mistyped(near: &str) -> String {
    format!(
        "begins with no known kind of reference; did you mean `{near}…`? Write env:NAME, file:PATH or cmd:COMMAND, \
         also for a secret that begins so itself"
    )
}

/// Whether looking the secret up disturbs nobody: no command is run, nothing is asked, no input is used up.
pub fn is_quiet(secret: &Secret) -> bool {
    !matches!(secret.origin(), Some(SecretRef::Command(_) | SecretRef::Stdin | SecretRef::Keyring(_)))
}

/// The secret with its value.
///
/// # Errors
/// [`crate::model::error::Kind::Config`]: where it is missing, unreadable or empty.
pub fn resolve(secret: Secret, purpose: Purpose<'_>, env: &Env) -> Result<Secret> {
    let Some(origin) = secret.origin().cloned() else { return Ok(secret) };
    let failed = |why: String| Error::config(format!("{purpose}: secret {origin} {why}"));
    let value = match &origin {
        SecretRef::Env(name) => env.get(name).map(str::to_owned).ok_or_else(|| {
            failed("is not set".into()).hint(format!("set the environment variable {name}"))
        })?,
        SecretRef::File(path) => {
            let text = std::fs::read_to_string(path).map_err(|cause| {
                failed(format!("cannot be read: {cause}"))
                    .hint("check the path; a relative one starts at the file that names it, or, on the command line, here")
            })?;
            one_line_less(text)
        }
        SecretRef::Command(command) => one_line_less(run(command).map_err(|why| {
            failed(why).hint("run the command by hand in a shell to see what is wrong with it")
        })?),
        SecretRef::Stdin => {
            let mut text = String::new();
            waiting(|| std::io::stdin().read_to_string(&mut text))
                .map_err(|cause| failed(format!("cannot be read: {cause}")))?;
            one_line_less(text)
        }
        SecretRef::Keyring(_) => {
            return Err(failed("cannot be read: this build knows no keyring".into()).hint(
                "use env:NAME, file:PATH or cmd:COMMAND, as in cmd:secret-tool lookup service trunkctl",
            ));
        }
        SecretRef::Literal(_) => secret.literal().unwrap_or_default().to_owned(),
    };
    if value.is_empty() {
        return Err(failed("is empty".into()).hint("put the secret where the reference points"));
    }
    if value.contains(['\n', '\r', '\0']) {
        return Err(failed("has more than one line".into()).hint("keep the secret alone on one line"));
    }
    Ok(secret.resolved(value))
}

fn one_line_less(mut text: String) -> String {
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    text
}

/// The standard output of a shell command. Its standard error goes to the terminal, because it may ask something.
fn run(command: &str) -> Result<String, String> {
    let (shell, flag) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
    let mut run = Command::new(shell);
    run.args([flag, command]).stdin(Stdio::inherit()).stderr(Stdio::inherit());
    let output = waiting(|| run.output()).map_err(|cause| format!("cannot be run: {cause}"))?;
    if !output.status.success() {
        return Err(
            format!("failed: the command ended with {}", output.status).replace("status: ", "status ")
        );
    }
    String::from_utf8(output.stdout).map_err(|_| "is not text".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look_up(reference: &str) -> Result<String> {
        let env = Env::new([("SET".to_owned(), "value".to_owned()), ("EMPTY".to_owned(), String::new())]);
        let secret = Secret::reference(SecretRef::parse(reference));
        resolve(secret, "profile `p`: client_secret", &env).map(|secret| secret.expose().unwrap().to_owned())
    }

    #[test]
    fn every_kind_of_reference_is_looked_up() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        std::fs::write(&path, "from file\n").unwrap();
        assert_eq!(look_up("env:SET").unwrap(), "value");
        assert_eq!(look_up(&format!("file:{}", path.display())).unwrap(), "from file");
        assert_eq!(look_up("literal").unwrap(), "literal");
        #[cfg(unix)]
        assert_eq!(look_up("cmd:printf 'from command\\n'").unwrap(), "from command");
        let relative = anchor(Secret::reference(SecretRef::parse("file:secret")), folder.path());
        assert_eq!(resolve(relative, "x", &Env::default()).unwrap().expose(), Some("from file"));
    }

    #[test]
    fn a_missing_secret_is_named_with_its_remedy() {
        for (reference, part) in [
            ("env:UNSET", "env:UNSET is not set"),
            ("env:EMPTY", "env:EMPTY is not set"),
            ("file:/nowhere/at/all", "file:/nowhere/at/all cannot be read"),
            ("keyring:a/b", "knows no keyring"),
            #[cfg(unix)]
            ("cmd:exit 3", "exit status 3"),
            #[cfg(unix)]
            ("cmd:printf 'a\\nb'", "more than one line"),
        ] {
            let error = look_up(reference).unwrap_err();
            assert!(error.message.contains(part), "{}", error.message);
            assert!(error.message.starts_with("profile `p`: client_secret"), "{}", error.message);
            assert_eq!(error.kind.exit_code(), 3);
        }
    }
}

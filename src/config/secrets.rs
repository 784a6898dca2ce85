//! Resolves secrets: the only place where a reference becomes a value.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::{Env, command};
use crate::input::confine;
use crate::model::error::{Error, Result};
use crate::model::secret::{Secret, SecretRef};

/// The maximum length of a secret. Longer input is something else, and may never end.
const LONGEST: usize = 64 * 1024;

/// What surrounds a lookup.
pub struct Lookup<'a> {
    /// The environment, for `env:`.
    pub env: &'a Env,
    /// The environment of commands, if it is not the program's own.
    pub of_commands: Option<&'a Env>,
    /// When the whole command has to end.
    pub deadline: Instant,
}

/// Whether resolving the secret has no side effects: no command, no prompt, and no input is consumed.
pub fn is_quiet(secret: &Secret) -> bool {
    !matches!(secret.origin(), Some(SecretRef::Command(_) | SecretRef::Stdin | SecretRef::Keyring(_)))
}

/// The environment of a manifest's commands: without this program's variables and without those that
/// references name, because the manifest may come from people who must not see them.
pub fn without_secrets<'a>(env: &Env, named: impl Iterator<Item = &'a SecretRef>) -> Env {
    let own = |name: &str| name.starts_with("TRUNKCTL_");
    let of_own = env.all().filter(|(name, _)| own(name)).filter_map(|(_, text)| SecretRef::parse(text).ok());
    let hidden: BTreeSet<String> = of_own
        .chain(named.cloned())
        .filter_map(|reference| match reference {
            SecretRef::Env(name) => Some(name),
            _ => None,
        })
        .collect();
    let kept = env.all().filter(|(name, _)| !own(name) && !hidden.contains(*name));
    Env::new(kept.map(|(name, value)| (name.to_owned(), value.to_owned())))
}

/// The secret with its value. Whatever it waits for ends with the deadline, or when this is dropped.
pub async fn resolve(secret: Secret, lookup: &Lookup<'_>) -> Result<Secret> {
    let Some(origin) = secret.origin().cloned() else { return Ok(secret) };
    let failed = |why: String| Error::config(format!("secret {origin} {why}"));
    let found = async {
        match &origin {
            SecretRef::Env(name) => lookup.env.get(name).map(str::to_owned).ok_or_else(|| {
                failed("is not set".into()).hint(format!("set the environment variable {name}"))
            }),
            SecretRef::File(path) => {
                let (path, below) = (PathBuf::from(path), secret.below().map(Path::to_owned));
                of_text(read(move || confine::open(below.as_deref(), &path, || file(&path))?).await).map_err(|why| {
                    failed(why).hint(
                        "check the path; a relative one starts at the file that names it, or, on the command line, here",
                    )
                })
            }
            SecretRef::Command(text) => of_text(command::output(text, lookup.of_commands, LONGEST).await)
                .map_err(|why| {
                    failed(why).hint("run the command by hand in a shell to see what is wrong with it")
                }),
            SecretRef::Stdin => of_text(read(|| start(std::io::stdin().lock())).await)
                .map_err(|why| failed(why).hint("write the secret to standard input, in one line")),
            SecretRef::Keyring(_) => Err(failed("cannot be read: this build knows no keyring".into()).hint(
                "use env:NAME, file:PATH or cmd:COMMAND, for example cmd:secret-tool lookup service trunkctl",
            )),
            SecretRef::Literal(_) => Ok(secret.literal().unwrap_or_default().to_owned()),
        }
    };
    let late = || {
        failed("did not come before the deadline".into())
            .hint("see what it waits for, or give the command more time with --deadline")
    };
    let value = tokio::time::timeout_at(lookup.deadline.into(), found).await.map_err(|_| late())??;
    check(secret, value)
}

/// The secret with the value that was found for it. Refuses a value that is empty or more than a line.
pub fn check(secret: Secret, value: String) -> Result<Secret> {
    let failed = |why: &str| match secret.origin() {
        Some(origin) => Error::config(format!("secret {origin} {why}")),
        None => Error::config(format!("the secret {why}")),
    };
    if value.is_empty() {
        return Err(failed("is empty").hint("put the secret where the reference points"));
    }
    if value.contains(['\n', '\r', '\0']) {
        return Err(failed("has more than one line").hint("keep the secret alone on one line"));
    }
    Ok(secret.resolved(value))
}

/// Reads on a thread of its own, for a pipe or a device may keep it waiting for ever.
async fn read(read: impl FnOnce() -> Result<Vec<u8>, String> + Send + 'static) -> Result<Vec<u8>, String> {
    let read = tokio::task::spawn_blocking(read).await;
    read.unwrap_or_else(|cause| Err(format!("cannot be read: {cause}")))
}

fn file(path: &Path) -> Result<Vec<u8>, String> {
    let unreadable = |cause: std::io::Error| format!("cannot be read: {cause}");
    let file = std::fs::File::open(path).map_err(unreadable)?;
    if file.metadata().map_err(unreadable)?.is_dir() {
        return Err("is a folder, not a file".into());
    }
    start(file)
}

/// As much as a secret may have, and a byte more.
fn start(from: impl Read) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let read = from.take(LONGEST as u64 + 1).read_to_end(&mut bytes);
    read.map(|_| bytes).map_err(|cause| format!("cannot be read: {cause}"))
}

/// The bytes as text, less one newline at the end.
fn of_text(bytes: Result<Vec<u8>, String>) -> Result<String, String> {
    let bytes = bytes?;
    if bytes.len() > LONGEST {
        return Err("is longer than 64 KiB, as no secret is".into());
    }
    let mut text = String::from_utf8(bytes).map_err(|_| "is not text in UTF-8")?;
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn resolve_now(secret: Secret) -> Result<Secret> {
        let env = Env::new([("SET".to_owned(), "value".to_owned()), ("EMPTY".to_owned(), String::new())]);
        let lookup =
            Lookup { env: &env, of_commands: None, deadline: Instant::now() + Duration::from_secs(60) };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(resolve(secret, &lookup))
    }

    fn look_up(reference: &str) -> Result<String> {
        resolve_now(Secret::reference(SecretRef::parse(reference).unwrap()))
            .map(|secret| secret.expose().unwrap().to_owned())
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
        let relative = Secret::reference(SecretRef::parse("file:secret").unwrap());
        assert_eq!(resolve_now(relative.anchored(folder.path())).unwrap().expose(), Some("from file"));
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
            ("file:/", "file:/ is a folder"),
            #[cfg(unix)]
            ("file:/dev/zero", "file:/dev/zero is longer than 64 KiB"),
            #[cfg(unix)]
            ("cmd:yes", "is longer than 64 KiB"),
        ] {
            let error = look_up(reference).unwrap_err();
            assert!(error.message.contains(part), "{}", error.message);
            assert_eq!(error.kind.exit_code(), 3);
        }
    }

    #[test]
    fn manifest_commands_do_not_inherit_secret_variables() {
        let pairs = [
            ("PATH", "/bin"),
            ("TRUNKCTL_ACCESS_TOKEN", "token"),
            ("TRUNKCTL_CLIENT_SECRET", "env:BY_VARIABLE"),
            ("BY_VARIABLE", "a"),
            ("BY_FILE", "b"),
            ("VAULT_TOKEN", "c"),
        ];
        let env = Env::new(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())));
        let named = [SecretRef::parse("env:BY_FILE").unwrap(), SecretRef::parse("cmd:true").unwrap()];
        let kept = without_secrets(&env, named.iter());
        assert_eq!(kept.all().collect::<Vec<_>>(), [("PATH", "/bin"), ("VAULT_TOKEN", "c")]);
    }
}

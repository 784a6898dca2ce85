//! `profile init`: prompts for the values that the vendor needs, checks the credentials, and writes the profile.
//!
//! Nothing is written before the check: a secret that was typed is checked from memory.

mod draft;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use crate::cli::profile::Init;
use crate::config::profiles::COMMON;
use crate::config::{profiles, trust, write};
use crate::context::{Context, Reply, Typing};
use crate::model::error::{Error, Kind, Result};
use crate::model::profile::Profile;
use crate::model::report::Report;
use crate::model::secret::{Secret, SecretRef};
use crate::model::text::{excerpt, nearest};
use crate::ops::profiles::prove;
use crate::state::storage::{lock_within, write_private};
use crate::vendors::{self, keys_of};
use draft::ProfileDraft;

/// Runs the command.
pub async fn run(context: &Context, args: &Init) -> Result<Report> {
    check_name(&args.name)?;
    if context.options.sandbox {
        return Err(usage("profile init: --sandbox has its own profiles").hint(
            "omit --sandbox; for a profile of a simulator, run `trunkctl sandbox serve` and use its address",
        ));
    }
    let folders = context.folders()?;
    let path = context.place(folders, None).path();
    let folder = path.parent().map(Path::to_owned).unwrap_or_default();
    let text = read(&path, &folder)?;
    if !args.force {
        write::claim(&text, &args.name, &path)?;
    }
    let vendor = vendor(context, args).await?;
    let given = given(args, vendor)?;
    let mut draft = ProfileDraft::new(vendor, args, &folder, &given);
    draft.check_given()?;
    draft.fill(context, keys_of(vendor)?).await?;
    write::add(&text, &args.name, &draft.pairs, &path)?;
    draft.claim_files()?;
    warn_of_variables(context, &draft);
    let mut record = Some(json!({"profile": args.name, "vendor": vendor, "credentials": "not tried"}));
    let mut shown = Report::Requests(Vec::new());
    let mut profile = draft.profile(context)?;
    if !args.no_check {
        let mut tried = attempt(context, profile).await;
        if let Err(error) = &tried
            && draft.may_ask_again(error)
        {
            draft.ask_again(context, error).await?;
            profile = draft.profile(context)?;
            tried = attempt(context, profile).await;
        }
        (record, shown) = tried.map_err(|error| {
            let hint = error.hint.as_ref().map(|hint| format!("{hint}; ")).unwrap_or_default();
            error.hint(format!(
                "{hint}the profile was not written (--no-check writes it without checking the credentials)"
            ))
        })?;
    }
    let Some(mut record) = record.filter(|_| context.options.dry_run.is_none()) else {
        context.diagnostics.note(&format!("dry run: `{}` was not written", path.display()));
        return Ok(shown);
    };
    let text = draft.write(&path, context.options.deadline).await?;
    for (file, _) in draft.files() {
        context
            .diagnostics
            .note(&format!("the secret is saved in `{}`, which only you can read", file.display()));
    }
    note_unused(context, &text, &draft);
    if let Some(map) = record.as_object_mut() {
        map.insert("written_to".into(), path.display().to_string().into());
    }
    Ok(Report::Record(record))
}

/// Checks the profile's credentials. A dry run has no record, and shows the requests.
async fn attempt(context: &Context, profile: Profile) -> Result<(Option<Value>, Report)> {
    let session = context.session_with(profile).await?;
    let record = prove(&session).await?;
    Ok((record, context.withheld()))
}

fn usage(text: impl Into<String>) -> Error {
    Error::new(Kind::Usage, text)
}

/// Locks the profiles file against other processes.
pub(super) async fn lock(path: &Path, patience: Duration) -> std::io::Result<File> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    lock_within(&path.with_file_name(format!(".{name}.lock")), patience).await
}

/// Writes the files of the secrets, then the profiles file. If one cannot be written, all are restored.
fn store<'s>(path: &Path, text: &str, files: impl Iterator<Item = (PathBuf, &'s Secret)>) -> Result<()> {
    let secrets = files.map(|(file, secret)| (file, format!("{}\n", secret.expose().unwrap_or_default())));
    let mut done: Vec<(PathBuf, Option<Vec<u8>>)> = Vec::new();
    for (file, text) in secrets.chain([(path.to_owned(), text.to_owned())]) {
        let before = std::fs::read(&file).ok();
        if let Err(cause) = write_private(&file, text.as_bytes()) {
            for (file, before) in done {
                // The first failure is the one to report.
                let _ = match before {
                    Some(bytes) => write_private(&file, &bytes),
                    None => std::fs::remove_file(&file),
                };
            }
            return Err(Error::config(format!("`{}` cannot be written: {cause}", file.display()))
                .hint("choose another file with --profiles-file"));
        }
        done.push((file, before));
    }
    Ok(())
}

/// Warns about variables that change this profile whenever it is used.
fn warn_of_variables(context: &Context, draft: &ProfileDraft) {
    let names = draft.pairs.iter().map(|(key, _)| profiles::variable_of(&draft.args.name, key));
    for name in names.filter(|name| context.env.get(name).is_some()) {
        context
            .diagnostics
            .warn(&format!("{name} is set in the environment and overrides this profile's key"));
    }
}

/// Prints a note about a secret file that the replaced profile no longer needs.
fn note_unused(context: &Context, text: &str, draft: &ProfileDraft) {
    for file in own_files(text, &draft.args.name) {
        let reference = format!("file:{file}");
        if !draft.pairs.iter().any(|(_, text)| *text == reference) {
            let file = draft.folder.join(file);
            context.diagnostics.note(&format!("this profile no longer needs `{}`", file.display()));
        }
    }
}

/// The name of the file for a typed secret, next to the profiles file.
fn own_file(profile: &str, key: &str) -> String {
    format!("{profile}.{key}")
}

/// The files of typed secrets that a profile refers to, in the text of the profiles file.
pub(super) fn own_files(text: &str, profile: &str) -> Vec<String> {
    let vendor = write::value_of(text, profile, "vendor");
    let keys = vendor.and_then(|vendor| keys_of(&vendor).ok()).unwrap_or_default();
    let is_own = |key: &str, file: &str| {
        write::value_of(text, profile, key).is_some_and(|value| value == format!("file:{file}"))
    };
    let files = keys.iter().filter(|key| key.secret).map(|key| (key.name, own_file(profile, key.name)));
    files.filter(|(key, file)| is_own(key, file)).map(|(_, file)| file).collect()
}

fn check_name(name: &str) -> Result<()> {
    let good = name.starts_with(char::is_alphanumeric)
        && name.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_' || c == '.');
    if good {
        return Ok(());
    }
    Err(usage(format!("`{}` cannot be a profile's name", excerpt(name, 40)))
        .hint("use letters, digits, `-`, `_` and `.`, for example lab-pbx"))
}

/// The text of the profiles file; none if it does not exist yet.
pub(super) fn read(path: &Path, folder: &Path) -> Result<String> {
    if let Some(other @ ("json" | "yaml" | "yml" | "csv" | "jsonl")) =
        path.extension().and_then(|extension| extension.to_str())
    {
        return Err(usage(format!("profile init: `{}`: profiles are written as TOML only", path.display()))
            .hint(format!(
                "use a file that does not end in .{other}, or add the profile to this file by hand"
            )));
    }
    if path.exists() {
        trust::check_file("profiles file", path)?;
    } else {
        trust::check_folder("profiles file", folder)?;
    }
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(text),
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
        Err(cause) => Err(Error::config(format!("`{}` cannot be read: {cause}", path.display()))
            .hint("choose another file with --profiles-file")),
    }
}

async fn vendor(context: &Context, args: &Init) -> Result<&'static str> {
    let names: Vec<&str> = vendors::ALL.iter().map(|vendor| vendor.facts().name).collect();
    let find = |name: &str| {
        if let Some(vendor) = vendors::ALL.iter().find(|vendor| vendor.facts().name == name) {
            return Ok(vendor.facts().name);
        }
        let error = usage(format!("profile init: unknown vendor `{}`", excerpt(name, 40)));
        let list = names.join(", ");
        Err(match nearest(name, names.iter().copied()) {
            Some(near) => error.hint(format!("did you mean `{near}`? The vendors are {list}")),
            None => error.hint(format!("the vendors are {list}")),
        })
    };
    if let Some(name) = &args.vendor {
        return find(name);
    }
    loop {
        let name = match context.ask_for(&format!("vendor ({}):", names.join(", ")), Typing::Shown).await {
            Reply::Text(name) => name,
            Reply::Ended => return Err(ended("vendor")),
            Reply::NoTerminal => {
                return Err(usage(
                    "profile init: no vendor was given, and there is no terminal to prompt on",
                )
                .hint(format!("give --vendor: {}", names.join(", "))));
            }
        };
        match find(&name) {
            Ok(vendor) => return Ok(vendor),
            Err(error) => complain(context, &error),
        }
    }
}

/// The input ended at a prompt.
fn ended(key: &str) -> Error {
    usage(format!("profile init: the input ended at the prompt for {key}; nothing was written"))
        .hint("run it again, or give the values with --vendor and --set")
}

/// Reports why an answer is invalid; the prompt is repeated.
fn complain(context: &Context, error: &Error) {
    let hint = error.hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default();
    context.diagnostics.warn(&format!("{}{hint}", error.message));
}

/// Keys of every vendor's profiles; the vendor has its own flag.
fn common() -> impl Iterator<Item = &'static str> {
    COMMON.iter().copied().filter(|key| *key != "vendor")
}

/// The keys of `--set`: each is known to the vendor, and none is a literal secret.
fn given(args: &Init, vendor: &str) -> Result<Vec<(String, String)>> {
    let keys = keys_of(vendor)?;
    let known: Vec<&str> = keys.iter().map(|key| key.name).chain(common()).collect();
    let mut pairs: Vec<(String, String)> = Vec::new();
    for text in &args.set {
        let Some((key, value)) = text.split_once('=') else {
            return Err(usage("--set: write KEY=VALUE").hint(format!("the keys are {}", known.join(", "))));
        };
        if !known.contains(&key) {
            let error = usage(format!("--set: {vendor} has no key `{}`", excerpt(key, 40)));
            return Err(match nearest(key, known.iter().copied()) {
                Some(near) => error.hint(format!("did you mean `{near}`?")),
                None => error.hint(format!("the keys are {}", known.join(", "))),
            });
        }
        if value.is_empty() {
            return Err(
                usage(format!("--set {key}: the value is empty")).hint("give a value, or omit the key")
            );
        }
        if pairs.iter().any(|(other, _)| other == key) {
            return Err(usage(format!("--set {key}: given twice")).hint("keep one"));
        }
        let wrong = match SecretRef::parse(value) {
            _ if !keys.iter().any(|known| known.name == key && known.secret) => None,
            Ok(SecretRef::Literal(_)) => Some("a secret is not allowed on the command line".to_owned()),
            Ok(_) => None,
            Err(why) => Some(format!("the value {why}")),
        };
        if let Some(wrong) = wrong {
            return Err(usage(format!("--set {key}: {wrong}")).hint(
                "give a reference: env:NAME, file:PATH, cmd:COMMAND, or - to read it from standard input",
            ));
        }
        pairs.push((key.to_owned(), value.to_owned()));
    }
    Ok(pairs)
}

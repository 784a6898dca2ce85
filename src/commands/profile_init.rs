//! `profile init`: asks what the vendor needs, tries it, and writes it down.
//!
//! Nothing is written before all of it is known to be good: a secret that was typed is tried from memory.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::profile::prove;
use super::world::{World, keys_of};
use crate::cli::Globals;
use crate::cli::profile::Init;
use crate::config::{profiles, secrets, write};
use crate::model::error::{Error, FieldError, Kind, Result};
use crate::model::profile::{KeyNeed, ProfileKey};
use crate::model::report::Report;
use crate::model::secret::{Secret, SecretRef};
use crate::model::text::{excerpt, nearest};
use crate::storage::write_private;
use crate::vendors;

/// Keys that every vendor's profiles know, beside the vendor's own.
const COMMON: &[&str] = &["ca_file", "allow_http", "concurrency"];

/// Runs it.
pub async fn run(world: &World, globals: &Globals, args: &Init) -> Result<Report> {
    check_name(&args.name)?;
    if globals.sandbox {
        return Err(usage("profile init: with --sandbox the profiles are given").hint(
            "leave --sandbox out; a profile for an imitation points at one that `trunkctl sandbox serve` keeps up",
        ));
    }
    let folders = world.folders()?;
    let path = world.place(globals, &folders, None).path();
    let folder = path.parent().map(Path::to_owned).unwrap_or_default();
    let text = read(&path)?;
    if !args.force {
        write::claim(&text, &args.name, &path)?;
    }
    let vendor = vendor(world, args)?;
    let given = given(args, vendor)?;
    let mut draft = Draft::new(vendor, &args.name);
    draft.fill(world, args, keys_of(vendor)?, &given)?;
    let new_text = write::add(&text, &args.name, &draft.pairs, &path)?;
    for (name, _) in &draft.files {
        if !args.force && folder.join(name).exists() {
            return Err(Error::new(
                Kind::Conflict,
                format!("`{}` exists already", folder.join(name).display()),
            )
            .hint("the secret would go there: choose another name, or add --force to replace it"));
        }
    }
    let mut profile = profiles::assemble(&args.name, &draft.pairs, &folder, &keys_of)?;
    for (key, secret) in &draft.typed {
        world.redactor.learn(secret);
        profile.secrets.insert((*key).to_owned(), secret.clone());
    }
    warn_of_variables(world, &draft);
    let mut record = Some(json!({"profile": args.name, "vendor": vendor, "credentials": "not tried"}));
    let mut shown = Report::Requests(Vec::new());
    if !args.no_check {
        let untried = |error: Error| {
            let hint = error.hint.as_ref().map(|hint| format!("{hint}; ")).unwrap_or_default();
            error.hint(format!("{hint}the profile was not written (--no-check writes it without trying it)"))
        };
        let session = world.session_with(globals, profile).map_err(untried)?;
        record = prove(&session).await.map_err(untried)?;
        shown = world.withheld(&session, globals);
    }
    let Some(mut record) = record.filter(|_| globals.dry_run.is_none()) else {
        world.notices.note(&format!("dry run: `{}` was not written", path.display()));
        return Ok(shown);
    };
    store(&path, &new_text, &folder, &draft.files)?;
    for (name, _) in &draft.files {
        let file = folder.join(name);
        world.notices.note(&format!("the secret is kept in `{}`, which only you can read", file.display()));
    }
    note_unused(world, &text, &args.name, &draft, &folder);
    if let Some(map) = record.as_object_mut() {
        map.insert("written_to".into(), path.display().to_string().into());
    }
    Ok(Report::Record(record))
}

fn usage(text: impl Into<String>) -> Error {
    Error::new(Kind::Usage, text)
}

/// Writes the secrets' own files, then the profiles file. Where one cannot be written, all are as they were.
fn store(path: &Path, text: &str, folder: &Path, files: &[(String, String)]) -> Result<()> {
    // A link is followed, so that it stays one.
    let target = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let secrets = files.iter().map(|(name, secret)| (folder.join(name), format!("{secret}\n")));
    let mut done: Vec<(PathBuf, Option<Vec<u8>>)> = Vec::new();
    for (file, text) in secrets.chain([(target, text.to_owned())]) {
        let before = std::fs::read(&file).ok();
        if let Err(cause) = write_private(&file, text.as_bytes()) {
            for (file, before) in done {
                // There is nobody left to tell of a second failure.
                let _ = match before {
                    Some(bytes) => write_private(&file, &bytes),
                    None => std::fs::remove_file(&file),
                };
            }
            return Err(Error::config(format!("`{}` cannot be written: {cause}", file.display()))
                .hint("choose another place with --profiles-file"));
        }
        done.push((file, before));
    }
    Ok(())
}

/// Variables win over the file wherever both are there, which surprises whoever has just written the file.
fn warn_of_variables(world: &World, draft: &Draft) {
    let keys = draft.pairs.iter().map(|(key, _)| key.to_uppercase());
    for name in keys.map(|key| format!("TRUNKCTL_{key}")).filter(|name| world.env.get(name).is_some()) {
        world
            .notices
            .warn(&format!("{name} is set in the environment, and wins over what this profile says"));
    }
}

/// A profile that was replaced may leave the file of a secret behind.
fn note_unused(world: &World, text: &str, name: &str, draft: &Draft, folder: &Path) {
    let Some(keys) = write::held(text, name, "vendor").and_then(|vendor| keys_of(&vendor).ok()) else {
        return;
    };
    for key in keys.iter().filter(|key| key.secret) {
        let file = own_file(name, key.name);
        let reference = format!("file:{file}");
        let was = write::held(text, name, key.name).is_some_and(|old| old == reference);
        if was && !draft.pairs.iter().any(|(_, text)| *text == reference) {
            let file = folder.join(file);
            world.notices.note(&format!("this profile no longer needs `{}`", file.display()));
        }
    }
}

/// The name of the file that a typed secret goes to, beside the profiles file.
fn own_file(profile: &str, key: &str) -> String {
    format!("{profile}.{key}")
}

fn check_name(name: &str) -> Result<()> {
    let good = name.starts_with(char::is_alphanumeric)
        && name.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_' || c == '.');
    if good {
        return Ok(());
    }
    Err(usage(format!("`{}` cannot be a profile's name", excerpt(name, 40)))
        .hint("use letters, digits, `-`, `_` and `.`, as in lab-pbx"))
}

fn read(path: &Path) -> Result<String> {
    if let Some(other @ ("json" | "yaml" | "yml" | "csv" | "jsonl")) =
        path.extension().and_then(|extension| extension.to_str())
    {
        return Err(usage(format!("profile init: `{}`: profiles are written as TOML only", path.display()))
            .hint(format!(
                "name a file that does not end in .{other}, or add the profile to this one by hand"
            )));
    }
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(text),
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
        Err(cause) => Err(Error::config(format!("`{}` cannot be read: {cause}", path.display()))
            .hint("choose another place with --profiles-file")),
    }
}

fn vendor(world: &World, args: &Init) -> Result<&'static str> {
    let names: Vec<&str> = vendors::ALL.iter().map(|vendor| vendor.facts().name).collect();
    let name = match &args.vendor {
        Some(name) => name.clone(),
        None => (world.ask_text)(&format!("vendor ({}):", names.join(", "))).ok_or_else(|| {
            usage("profile init: no vendor was given, and nobody can be asked here")
                .hint(format!("give --vendor: {}", names.join(", ")))
        })?,
    };
    if names.contains(&name.as_str()) {
        return Ok(vendors::by_name(&name)?.facts().name);
    }
    let error = usage(format!("profile init: `{}` is no vendor that is known here", excerpt(&name, 40)));
    Err(match nearest(&name, names.iter().copied()) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => error.hint(format!("the vendors are {}", names.join(", "))),
    })
}

/// The keys of `--set`, each known to the vendor, and no secret among them.
fn given(args: &Init, vendor: &str) -> Result<Vec<(String, String)>> {
    let keys = keys_of(vendor)?;
    let known: Vec<&str> = keys.iter().map(|key| key.name).chain(COMMON.iter().copied()).collect();
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
                usage(format!("--set {key}: the value is empty")).hint("give a value, or leave it out")
            );
        }
        if pairs.iter().any(|(other, _)| other == key) {
            return Err(usage(format!("--set {key}: given twice")).hint("keep one"));
        }
        let secret = keys.iter().any(|known| known.name == key && known.secret);
        if secret && matches!(SecretRef::parse(value), SecretRef::Literal(_)) {
            return Err(usage(format!("--set {key}: a secret may not stand on the command line")).hint(
                "give a reference: env:NAME, file:PATH, cmd:COMMAND, or - to read it from standard input",
            ));
        }
        pairs.push((key.to_owned(), value.to_owned()));
    }
    Ok(pairs)
}

/// The profile as far as it is filled in, and the secrets that go to files of their own.
struct Draft<'a> {
    profile: &'a str,
    pairs: Vec<(String, String)>,
    /// Names, beside the profiles file, and contents.
    files: Vec<(String, String)>,
    /// The same secrets by their keys.
    typed: Vec<(&'static str, Secret)>,
}

impl<'a> Draft<'a> {
    fn new(vendor: &str, profile: &'a str) -> Self {
        Self { profile, pairs: vec![("vendor".into(), vendor.into())], files: Vec::new(), typed: Vec::new() }
    }

    /// Every key: as given, else as a person answers.
    fn fill(
        &mut self,
        world: &World,
        args: &Init,
        keys: &'static [ProfileKey],
        given: &[(String, String)],
    ) -> Result<()> {
        let has_token = given.iter().any(|(name, _)| name == "access_token");
        let mut missing: Vec<&ProfileKey> = Vec::new();
        for key in keys {
            if let Some((_, text)) = given.iter().find(|(name, _)| name == key.name) {
                self.take(world, key, text.clone())?;
                continue;
            }
            let needed = match key.need {
                KeyNeed::Always => key.default.is_none(),
                KeyNeed::ToLogIn => !has_token,
                KeyNeed::Optional => false,
            };
            // A person is asked for what is needed, and for what has a default worth seeing; not for the rest.
            if !needed && (key.default.is_none() || !args.set.is_empty()) {
                continue;
            }
            match ask(world, key, needed) {
                Some(text) if text.is_empty() => {}
                Some(text) => self.take(world, key, text)?,
                None if needed => missing.push(key),
                None => {}
            }
        }
        self.pairs.extend(given.iter().filter(|(key, _)| COMMON.contains(&key.as_str())).cloned());
        if missing.is_empty() {
            return Ok(());
        }
        let names: Vec<String> = missing.iter().map(|key| format!("`{}`", key.name)).collect();
        let flags: Vec<String> = missing
            .iter()
            .map(|key| format!("--set {}={}", key.name, if key.secret { "REF" } else { "VALUE" }))
            .collect();
        let verb = if missing.len() == 1 { "is" } else { "are" };
        let mut error =
            usage(format!("profile init: {} {verb} missing, and nobody can be asked here", names.join(", ")))
                .hint(format!("give {}", flags.join(" ")));
        error.fields = missing.iter().map(|key| FieldError::new(key.name, key.meaning)).collect();
        Err(error)
    }

    /// A key's value. A secret that is no reference goes to a file of its own.
    fn take(&mut self, world: &World, key: &'static ProfileKey, text: String) -> Result<()> {
        let reference = SecretRef::parse(&text);
        if !key.secret || !matches!(reference, SecretRef::Literal(_) | SecretRef::Stdin) {
            self.pairs.push((key.name.into(), text));
            return Ok(());
        }
        let purpose = format!("profile `{}`: {}", self.profile, key.name);
        let secret = secrets::resolve(Secret::reference(reference), &purpose, &world.env)?;
        let value = secret.expose().unwrap_or_default().to_owned();
        let name = own_file(self.profile, key.name);
        self.pairs.push((key.name.into(), format!("file:{name}")));
        self.files.push((name, value.clone()));
        self.typed.push((key.name, Secret::known(value)));
        Ok(())
    }
}

/// Asks until the answer can be used; none where nobody answers.
fn ask(world: &World, key: &ProfileKey, needed: bool) -> Option<String> {
    let default = key.default.map(|text| format!(" [{text}]")).unwrap_or_default();
    loop {
        let answer = if key.secret {
            (world.ask_secret)(&format!(
                "{}: {} (env:…, file:…, cmd:…, or the secret):",
                key.name, key.meaning
            ))
        } else {
            (world.ask_text)(&format!("{}: {}{default}:", key.name, key.meaning))
        };
        match answer {
            Some(text) if text.is_empty() && needed => world.notices.warn(&format!("{} is needed", key.name)),
            Some(text) if !text.is_empty() && !known(key, &text) => {
                world.notices.warn(&format!("{} is one of {}", key.name, key.values.join(", ")));
            }
            // Standard input is this very terminal.
            Some(text) if key.secret && text == "-" => {
                world.notices.warn("type the secret itself, or a reference to it");
            }
            answer => return answer,
        }
    }
}

fn known(key: &ProfileKey, text: &str) -> bool {
    key.values.is_empty() || key.values.contains(&text)
}

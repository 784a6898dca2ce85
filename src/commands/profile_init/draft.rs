//! A profile that is being created: its keys, and the secrets for its secret files.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{complain, ended, lock, own_file, read, store, usage};
use crate::cli::profile::Init;
use crate::config::profiles::COMMON;
use crate::config::{profiles, secrets, write};
use crate::context::{Context, Reply, Typing};
use crate::engine::transport;
use crate::model::error::{Error, FieldError, Kind, Result};
use crate::model::profile::{KeyNeed, Profile, ProfileKey};
use crate::model::secret::{Secret, SecretRef};
use crate::state::storage;
use crate::vendors::{self, Facts};

/// A partly completed profile, and the secrets for its secret files.
pub(super) struct ProfileDraft<'a> {
    pub(super) args: &'a Init,
    pub(super) folder: &'a Path,
    /// The keys that the command line gives.
    given: &'a [(String, String)],
    pub(super) pairs: Vec<(String, String)>,
    /// The secrets for files, by key.
    typed: Vec<(&'static str, Secret)>,
    /// The secrets that were typed at a prompt.
    asked: Vec<&'static ProfileKey>,
    facts: Option<&'static Facts>,
}

impl<'a> ProfileDraft<'a> {
    pub(super) fn new(vendor: &str, args: &'a Init, folder: &'a Path, given: &'a [(String, String)]) -> Self {
        Self {
            args,
            folder,
            given,
            pairs: vec![("vendor".into(), vendor.into())],
            typed: Vec::new(),
            asked: Vec::new(),
            facts: vendors::by_name(vendor).ok().map(|vendor| vendor.facts()),
        }
    }

    /// Checks the values of the command line before prompting for the others.
    pub(super) fn check_given(&self) -> Result<()> {
        let keys = self.facts.map_or(&[][..], |facts| facts.profile_keys);
        for (name, text) in self.given {
            match keys.iter().find(|key| key.name == name) {
                Some(key) if key.secret => {}
                Some(key) => self.check(name, key.values, text)?,
                None if name == "ca_file" && !self.args.no_check => {
                    transport::authority(&self.args.name, &self.folder.join(text)).map(drop)?;
                }
                None => self.check(name, &[], text)?,
            }
        }
        Ok(())
    }

    fn check(&self, key: &str, values: &[&str], text: &str) -> Result<()> {
        let allow_http = self.given.iter().any(|(key, text)| key == "allow_http" && text == "true");
        profiles::check_value(&self.args.name, key, values, text, allow_http)
    }

    /// Every key, from the command line or from a prompt.
    pub(super) async fn fill(&mut self, context: &Context, keys: &'static [ProfileKey]) -> Result<()> {
        let has_token = self.given.iter().any(|(name, _)| name == "access_token");
        let mut missing: Vec<&ProfileKey> = Vec::new();
        for key in keys {
            if let Some((_, text)) = self.given.iter().find(|(name, _)| name == key.name) {
                self.take(context, key, text.clone()).await?;
                continue;
            }
            let needed = match key.need {
                KeyNeed::Always => key.default.is_none(),
                KeyNeed::ToLogIn => !has_token,
                KeyNeed::Optional => false,
            };
            // Prompt for required keys, and for keys with a useful default; not for the others.
            if !needed && (key.default.is_none() || !self.args.set.is_empty()) {
                continue;
            }
            match self.ask(context, key, needed).await? {
                Some(text) if text.is_empty() => {}
                Some(text) => {
                    self.take(context, key, text).await?;
                    self.asked.extend(key.secret.then_some(key));
                }
                None if needed => missing.push(key),
                None => {}
            }
        }
        self.pairs.extend(self.given.iter().filter(|(key, _)| COMMON.contains(&key.as_str())).cloned());
        if missing.is_empty() {
            return Ok(());
        }
        let names: Vec<String> = missing.iter().map(|key| format!("`{}`", key.name)).collect();
        let flags: Vec<String> = missing
            .iter()
            .map(|key| format!("--set {}={}", key.name, if key.secret { "REF" } else { "VALUE" }))
            .collect();
        let verb = if missing.len() == 1 { "is" } else { "are" };
        let mut error = usage(format!(
            "profile init: {} {verb} missing, and there is no terminal to prompt on",
            names.join(", ")
        ))
        .hint(format!("give {}", flags.join(" ")));
        error.fields = missing.iter().map(|key| FieldError::new(key.name, key.meaning)).collect();
        Err(error)
    }

    /// Prompts until the answer is valid; none if there is no terminal.
    async fn ask(&self, context: &Context, key: &ProfileKey, needed: bool) -> Result<Option<String>> {
        let default = key.default.map(|text| format!(" [{text}]")).unwrap_or_default();
        let forms = if key.secret { " (env:…, file:…, cmd:…, or the secret)" } else { "" };
        let question = format!("{}: {}{forms}{default}:", key.name, key.meaning);
        let typing = if key.secret { Typing::Hidden } else { Typing::Shown };
        loop {
            let text = match context.ask_for(&question, typing).await {
                Reply::Text(text) => text.trim().to_owned(),
                Reply::Ended => return Err(ended(key.name)),
                Reply::NoTerminal => return Ok(None),
            };
            if text.is_empty() && !needed {
                return Ok(Some(text));
            }
            match self.check_value(context, key, &text).await {
                Ok(()) => return Ok(Some(text)),
                Err(error) => complain(context, &error),
            }
        }
    }

    /// Checks an answer, without running a command.
    async fn check_value(&self, context: &Context, key: &ProfileKey, text: &str) -> Result<()> {
        if text.is_empty() {
            return Err(usage(format!("{} is needed", key.name)));
        }
        if !key.secret {
            return self.check(key.name, key.values, text);
        }
        match SecretRef::parse(text) {
            Err(why) => Err(usage(format!("{}: the value {why}", key.name))),
            // Standard input is this terminal.
            Ok(SecretRef::Stdin) => Err(usage("type the secret itself, or a reference to it")),
            Ok(SecretRef::Literal(_)) => Ok(()),
            Ok(reference) => {
                // Resolved only if this has no side effects.
                let secret = Secret::reference(reference).anchored(self.folder);
                if self.args.no_check || !secrets::is_quiet(&secret) {
                    return Ok(());
                }
                context.look_up(secret, key.name, None).await.map(drop)
            }
        }
    }

    /// A key's value. A secret that is not a reference is saved in its own file.
    async fn take(&mut self, context: &Context, key: &'static ProfileKey, text: String) -> Result<()> {
        let reference = match SecretRef::parse(&text) {
            Ok(own @ (SecretRef::Literal(_) | SecretRef::Stdin)) if key.secret => own,
            _ => {
                self.pairs.push((key.name.into(), text));
                return Ok(());
            }
        };
        let purpose = format!("profile `{}`: {}", self.args.name, key.name);
        let secret = context.look_up(Secret::reference(reference), &purpose, None).await?;
        self.pairs.push((key.name.into(), format!("file:{}", own_file(&self.args.name, key.name))));
        self.typed.push((key.name, Secret::known(secret.expose().unwrap_or_default())));
        Ok(())
    }

    /// The files of the secrets, next to the profiles file.
    pub(super) fn files(&self) -> impl Iterator<Item = (PathBuf, &Secret)> {
        let file = |key: &str| self.folder.join(own_file(&self.args.name, key));
        self.typed.iter().map(move |(key, secret)| (file(key), secret))
    }

    /// The profile, with the secrets that are not in files yet.
    pub(super) fn profile(&self, context: &Context) -> Result<Profile> {
        let mut profile = profiles::assemble(&self.args.name, &self.pairs, self.folder)?;
        for (key, secret) in &self.typed {
            context.redactor.learn(secret);
            profile.secrets.insert((*key).to_owned(), secret.clone());
        }
        Ok(profile)
    }

    /// Whether the vendor refused a secret that can be typed again.
    pub(super) fn may_ask_again(&self, error: &Error) -> bool {
        let codes = self.facts.map_or(&[][..], |facts| facts.address_codes);
        let of_address = error.vendor_code.as_deref().is_some_and(|code| codes.contains(&code));
        error.kind == Kind::Auth && !of_address && !self.asked.is_empty()
    }

    /// Prompts for the secrets once more.
    pub(super) async fn ask_again(&mut self, context: &Context, refusal: &Error) -> Result<()> {
        let limit = self.facts.and_then(|facts| Some((facts.title, facts.log_in_attempts?)));
        let limit = limit.map(|(title, count)| {
            format!("; {title} blocks this machine's address after {count} failed log-ins, and this was one")
        });
        context.diagnostics.warn(&format!("{}{}", refusal.message, limit.unwrap_or_default()));
        for key in self.asked.clone() {
            let Some(text) = self.ask(context, key, true).await? else { continue };
            self.pairs.retain(|(name, _)| name != key.name);
            self.typed.retain(|(name, _)| *name != key.name);
            self.take(context, key, text).await?;
        }
        self.claim_files()
    }

    /// Refuses to overwrite an existing file with a secret.
    pub(super) fn claim_files(&self) -> Result<()> {
        let mut files = self.files().map(|(file, _)| file);
        match files.find(|file| !self.args.force && file.exists()) {
            None => Ok(()),
            Some(file) => Err(Error::new(Kind::Conflict, format!("`{}` already exists", file.display()))
                .hint("the secret would be saved there: choose another name, or add --force to replace the file")),
        }
    }

    /// Writes the profile into the current file, which may have changed since the first prompt. Returns the previous
    /// text.
    pub(super) async fn write(&self, path: &Path, patience: Duration) -> Result<String> {
        let failed = |cause: std::io::Error| {
            Error::config(format!("`{}` cannot be written: {cause}", path.display()))
                .hint("choose another file with --profiles-file")
        };
        if !self.folder.as_os_str().is_empty() {
            storage::create_folder(self.folder).map_err(failed)?;
        }
        // A link is followed, so that it remains a link.
        let target = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let _lock = lock(&target, patience).await.map_err(failed)?;
        let text = read(path, self.folder)?;
        if !self.args.force {
            write::claim(&text, &self.args.name, path)?;
        }
        self.claim_files()?;
        let new_text = write::add(&text, &self.args.name, &self.pairs, path)?;
        store(&target, &new_text, self.files())?;
        Ok(text)
    }
}

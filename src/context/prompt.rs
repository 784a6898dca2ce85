//! Prompts and confirmations.

use std::pin::Pin;
use std::time::Instant;

use super::Context;
use crate::config::profiles;
use crate::model::error::{Error, Result};
use crate::model::profile::Profile;

/// The maximum number of profiles that a question names.
const NAMED: usize = 20;

/// The result of a prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// The answer.
    Text(String),
    /// The input ended (Ctrl-D).
    Ended,
    /// There is no terminal.
    NoTerminal,
}

/// A reply that is awaited.
pub type Replied = Pin<Box<dyn Future<Output = Reply>>>;

/// Whether the terminal shows what is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Typing {
    /// It does. White space around the text is removed.
    Shown,
    /// It does not. The text is returned unchanged.
    Hidden,
    /// The same, and the prompt waits even where its question cannot be seen.
    HiddenAnywhere,
}

/// Prompts for a text; can be interrupted.
pub type Prompt = Box<dyn Fn(&str, Typing) -> Replied>;

impl Context {
    /// Prompts for a text.
    pub async fn ask_for(&self, question: &str, typing: Typing) -> Reply {
        self.untimed((self.prompt)(question, typing)).await
    }

    /// Asks yes or no; none if there is no terminal.
    pub(super) async fn ask(&self, question: &str) -> Option<bool> {
        match self.ask_for(&format!("{question} [y/N]"), Typing::Shown).await {
            Reply::Text(answer) => Some(matches!(answer.to_lowercase().as_str(), "y" | "yes")),
            Reply::Ended => Some(false),
            Reply::NoTerminal => None,
        }
    }

    /// Waits for a person. That time does not count against the deadline.
    pub(super) async fn untimed<T>(&self, person: impl Future<Output = T>) -> T {
        let asked = Instant::now();
        let done = person.await;
        self.asked.set(self.asked.get() + asked.elapsed());
        done
    }

    /// A sentence that describes the change, with the profiles and their addresses.
    pub fn about(&self, what: &str, profiles: &[&Profile]) -> String {
        let address = |profile: &Profile| match self.options.sandbox {
            true => "the sandbox".to_owned(),
            false => profiles::host(profile),
        };
        let named = profiles.iter().map(|profile| format!("`{}` ({})", profile.name, address(profile)));
        let mut list: Vec<String> = named.take(NAMED).collect();
        if profiles.len() > NAMED {
            list.push(format!("{} more", profiles.len() - NAMED));
        }
        let noun = if profiles.len() == 1 { "profile" } else { "profiles" };
        format!("{what} on {noun} {}.", list.join(", "))
    }

    /// Asks for confirmation of a change on these profiles that cannot be undone.
    ///
    /// # Errors
    /// [`Kind::Invalid`] if there is no terminal, or the answer is no.
    pub async fn confirm(&self, what: &str, profiles: &[&Profile]) -> Result<()> {
        self.confirm_sentence(&self.about(what, profiles)).await
    }

    /// The same for a whole sentence.
    pub async fn confirm_sentence(&self, what: &str) -> Result<()> {
        if self.options.yes || self.options.dry_run.is_some() {
            return Ok(());
        }
        match self.ask(&format!("{what} Continue?")).await {
            Some(true) => Ok(()),
            Some(false) => Err(Error::invalid(format!("{what} You did not confirm; nothing was sent"))),
            None => Err(Error::invalid(format!(
                "{what} Cannot ask for confirmation: no terminal; nothing was sent"
            ))
            .hint("add --yes to confirm")),
        }
    }
}

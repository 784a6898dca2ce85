//! Prompts and confirmations.

use std::pin::Pin;
use std::time::Instant;

use super::Context;
use crate::config::profiles;
use crate::model::error::{Error, Result};
use crate::model::profile::Profile;

/// The maximum number of profiles that a question names.
const NAMED: usize = 20;

/// The answer to a question; none if there is no terminal.
pub type Answer = Pin<Box<dyn Future<Output = Option<bool>>>>;

/// Asks for confirmation; can be interrupted.
pub type Ask = Box<dyn Fn(&str) -> Answer>;

/// The result of a prompt for a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// The answer.
    Text(String),
    /// The input ended (Ctrl-D).
    Ended,
    /// There is no terminal.
    NoTerminal,
}

/// Prompts for a text.
pub type AskText = Box<dyn Fn(&str) -> Reply>;

/// The secret that is typed; none if the input ends.
pub type Typed = Pin<Box<dyn Future<Output = Option<String>>>>;

/// Prompts for a secret; none if there is no terminal. With the flag, it also prompts if the question cannot be seen.
pub type AskSecret = Box<dyn Fn(&str, bool) -> Option<Typed>>;

/// The prompts of a terminal.
pub struct People {
    /// For yes or no.
    pub ask: Ask,
    pub text: AskText,
    /// For a text that is not echoed.
    pub secret: AskSecret,
}

impl Context {
    /// Prompts for a text; a secret is not echoed.
    pub async fn ask_for(&self, question: &str, secret: bool) -> Reply {
        let asked = Instant::now();
        let reply = match secret.then(|| (self.ask_secret)(question, false)) {
            None => (self.ask_text)(question),
            Some(None) => Reply::NoTerminal,
            Some(Some(typed)) => typed.await.map_or(Reply::Ended, |text| Reply::Text(text.trim().to_owned())),
        };
        self.asked.set(self.asked.get() + asked.elapsed());
        reply
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
        let asked = Instant::now();
        let answer = (self.ask)(&format!("{what} Continue?")).await;
        // Time spent at the prompt does not count against the deadline.
        self.asked.set(self.asked.get() + asked.elapsed());
        match answer {
            Some(true) => Ok(()),
            Some(false) => Err(Error::invalid(format!("{what} You did not confirm; nothing was sent"))),
            None => Err(Error::invalid(format!(
                "{what} Cannot ask for confirmation: no terminal; nothing was sent"
            ))
            .hint("add --yes to confirm")),
        }
    }
}

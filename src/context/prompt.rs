//! Questions to a person.

use std::pin::Pin;
use std::time::Instant;

use super::Context;
use crate::config::profiles;
use crate::model::error::{Error, Result};
use crate::model::profile::Profile;

/// How many profiles a question names.
const NAMED: usize = 20;

/// A person's answer; none where there is no terminal.
pub type Answer = Pin<Box<dyn Future<Output = Option<bool>>>>;

/// Asks a person, and can be interrupted meanwhile.
pub type Ask = Box<dyn Fn(&str) -> Answer>;

/// What came of a question for a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// The answer.
    Text(String),
    /// The input ended (Ctrl-D).
    Ended,
    /// There is no terminal to ask on.
    NoTerminal,
}

/// Asks a person for a text.
pub type AskText = Box<dyn Fn(&str) -> Reply>;

/// What a person types unseen; none where the input ends.
pub type Typed = Pin<Box<dyn Future<Output = Option<String>>>>;

/// Asks a person for a secret; none where there is no terminal. The flag asks also where the question is not seen.
pub type AskSecret = Box<dyn Fn(&str, bool) -> Option<Typed>>;

/// The ways to ask a person.
pub struct People {
    /// For yes or no.
    pub ask: Ask,
    /// For a text.
    pub text: AskText,
    /// For a text that is not shown while it is typed.
    pub secret: AskSecret,
}

impl Context {
    /// Asks a person for a text, which is not shown while it is typed where it is a secret.
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

    /// What is about to be done, as a sentence with the profiles and the addresses that it is done to.
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

    /// Makes sure that a person wants what cannot be undone, on these profiles.
    ///
    /// # Errors
    /// [`Kind::Invalid`] where there is no terminal to ask on, or the answer is no.
    pub async fn confirm(&self, what: &str, profiles: &[&Profile]) -> Result<()> {
        if self.options.yes || self.options.dry_run.is_some() {
            return Ok(());
        }
        let what = self.about(what, profiles);
        let asked = Instant::now();
        let answer = (self.ask)(&format!("{what} Continue?")).await;
        // Time spent at the prompt does not count against the deadline.
        self.asked.set(self.asked.get() + asked.elapsed());
        match answer {
            Some(true) => Ok(()),
            Some(false) => Err(Error::invalid(format!("{what} This was not confirmed; nothing was sent"))),
            None => Err(Error::invalid(format!(
                "{what} Cannot ask for confirmation: no terminal; nothing was sent"
            ))
            .hint("add --yes to confirm it")),
        }
    }
}

//! The environment of a command: variables, folders, prompts, and sessions.

mod choice;
pub mod editor;
pub mod interrupts;
mod prompt;
pub mod secrets;
pub mod sink;
pub mod state_key;

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::Value;

use crate::config::{Env, Folders, profiles, proxy};
use crate::engine::cancel::Cancellation;
use crate::engine::journal::{Invocation, Journal};
use crate::engine::pace::Pacer;
use crate::engine::redact::Redactor;
use crate::engine::session::{Limits, Outside, Session};
use crate::engine::tokens::{TokenFolder, TokenStore};
use crate::model::diagnostics::Diagnostics;
use crate::model::error::{Error, Result};
use crate::model::profile::{Profile, ProxyChoice};
use crate::model::report::{DryRun, Format, Report};
use crate::model::secret::Secret;
use crate::sandbox::Running;
use crate::vendors;
use crate::vendors::{Proof, Vendor};
pub use prompt::{Prompt, Replied, Reply, Typing};
use secrets::Found;
use state_key::StateKey;

/// Used for a deadline beyond the range of the clock.
const CENTURY: Duration = Duration::from_secs(100 * 366 * 86400);

/// The global options.
#[derive(Debug, Clone)]
pub struct Options {
    /// The profile, or several separated by commas.
    pub profile: Option<String>,
    /// The profiles file, if it is not the platform's default.
    pub profiles_file: Option<String>,
    /// How results are printed.
    pub output: Format,
    /// Whether requests are shown instead of sent.
    pub dry_run: Option<DryRun>,
    /// The time limit for one attempt.
    pub timeout: Duration,
    /// The time limit for the whole command.
    pub deadline: Duration,
    /// How many times to retry a request that was certainly not processed.
    pub retries: u32,
    /// Whether the sandbox answers instead of the vendors.
    pub sandbox: bool,
    /// Whether writes are not recorded in the journal.
    pub no_journal: bool,
    /// Whether confirmations are skipped.
    pub yes: bool,
    /// Whether tokens are kept only during the command, and revoked at its end.
    pub log_out: bool,
}

/// Prints something before the command ends, and returns whether the reader still reads.
pub type Publish = Box<dyn Fn(&mut Report) -> Result<bool>>;

/// The environment of a command.
pub struct Context {
    /// The global options.
    pub options: Options,
    /// The environment.
    pub env: Env,
    /// Masks secrets in texts.
    pub redactor: Redactor,
    /// Where warnings go.
    pub diagnostics: Arc<dyn Diagnostics>,
    /// Prompts for a text.
    prompt: Prompt,
    /// Prints something before the command ends.
    pub publish: Publish,
    /// The words of the command line, without secrets.
    pub command: Vec<String>,
    /// The start time of the program.
    pub begun: Instant,
    /// The time spent at prompts.
    asked: Cell<Duration>,
    /// The resolved secret references; each is resolved once.
    pub(super) found: Found,
    /// Ctrl-C, and the requests in progress.
    pub cancellation: Rc<Cancellation>,
    /// The requests that a dry run has withheld, in all sessions.
    withheld: Rc<RefCell<Vec<Value>>>,
    /// The pacers of the accounts that this run has opened sessions for.
    pacers: RefCell<Vec<Paced>>,
    /// The journal of this run.
    journal: OnceCell<Journal>,
    /// The key of digests and saved plans, once it is resolved.
    pub(super) state_key: OnceCell<StateKey>,
    /// The platform's folders, once they are found.
    folders: OnceCell<Folders>,
    /// The folder of tokens, once it is opened.
    tokens: OnceCell<TokenFolder>,
    /// The profiles file, once it is read.
    profiles: OnceCell<profiles::Book>,
    /// Whether the warning about ignored variables was printed.
    ignored_named: Cell<bool>,
    /// The sandbox of this run.
    sandbox: RefCell<Option<Running>>,
    /// With `--log-out`, the folder of the tokens, and the profiles that have one.
    own_tokens: OnceCell<tempfile::TempDir>,
    logged_in: RefCell<BTreeSet<String>>,
}

/// An account and its pacer. For profiles without an account, the proof (a token or a key) distinguishes accounts.
struct Paced {
    home: Option<String>,
    identity: String,
    proof: Secret,
    pacer: Rc<Pacer>,
}

impl Context {
    /// A context.
    pub fn new(
        options: Options,
        env: Env,
        redactor: Redactor,
        diagnostics: Arc<dyn Diagnostics>,
        prompt: Prompt,
        publish: Publish,
        command: Vec<String>,
    ) -> Self {
        Self {
            options,
            env,
            redactor,
            diagnostics,
            prompt,
            publish,
            command,
            begun: Instant::now(),
            asked: Cell::default(),
            found: Found::default(),
            cancellation: Rc::default(),
            withheld: Rc::default(),
            pacers: RefCell::default(),
            journal: OnceCell::new(),
            state_key: OnceCell::new(),
            folders: OnceCell::new(),
            tokens: OnceCell::new(),
            profiles: OnceCell::new(),
            ignored_named: Cell::default(),
            sandbox: RefCell::new(None),
            own_tokens: OnceCell::new(),
            logged_in: RefCell::default(),
        }
    }

    /// Opens a session with the profile selected by the options.
    pub async fn session(&self) -> Result<Session> {
        self.session_of(self.options.profile.as_deref()).await
    }

    /// Opens a session with the profile of that name, or with the only profile.
    pub async fn session_of(&self, name: Option<&str>) -> Result<Session> {
        let profile = self.profile(name).await?;
        self.session_with(profile).await
    }

    /// Opens a session with a profile.
    pub async fn session_with(&self, mut profile: Profile) -> Result<Session> {
        let folders = self.folders()?;
        let vendor = vendors::by_name(&profile.vendor)?;
        self.look_up_secrets(vendor, &mut profile).await?;
        if profiles::is_open(&profile) {
            self.diagnostics.warn(&format!(
                "profile `{}` uses plain HTTP (allow_http): anyone on the network path can read its secrets",
                profile.name
            ));
            let variable = proxy::either(&self.env, proxy::PLAIN_HTTP);
            if let (ProxyChoice::Environment, Some((name, _))) = (&profile.proxy, variable) {
                self.diagnostics.note(&format!(
                    "{name} is not used for plain HTTP; to use a proxy, set `proxy` in the profile"
                ));
            }
        }
        let proxy = self.proxy(&profile)?;
        let credential =
            vendor.facts().profile_keys.iter().filter(|key| key.secret && key.name != "access_token");
        let credential =
            credential.map(|key| profile.secret(key.name)).next().unwrap_or_else(Secret::withheld);
        // Only profiles that log in cache tokens.
        let logs_in = vendor.facts().proof == Proof::Token && !profile.secrets.contains_key("access_token");
        let tokens = if logs_in { self.token_store(&profile, &credential)? } else { None };
        let pacer = self.pacer(vendor, &profile, credential);
        let outside = Outside {
            tokens,
            limits: Limits {
                timeout: self.options.timeout,
                deadline: self.deadline(),
                retries: self.options.retries,
            },
            dry_run: self.options.dry_run,
            withheld: Rc::clone(&self.withheld),
            redactor: self.redactor.clone(),
            diagnostics: Arc::clone(&self.diagnostics),
            cancellation: Rc::clone(&self.cancellation),
            journal: (!self.options.no_journal).then(|| self.journal(&folders.state, self.options.sandbox)),
            pacer,
            proxy,
        };
        Session::new(vendor, profile, outside)
    }

    /// The cache of the account's tokens; none if tokens cannot be cached, of which a warning says why.
    fn token_store(&self, profile: &Profile, credential: &Secret) -> Result<Option<TokenStore>> {
        let path = self.token_folder(&profile.name)?;
        if self.tokens.get().is_none() {
            match TokenFolder::open(&path) {
                Ok(folder) => drop(self.tokens.set(folder)),
                Err(warning) => self.diagnostics.warn(&warning),
            }
        }
        Ok(self.tokens.get().map(|folder| folder.store(&profile.identity, credential)))
    }

    /// The folder of tokens: the cache, or with `--log-out` one that ends with the command.
    fn token_folder(&self, profile: &str) -> Result<PathBuf> {
        let cache = self.folders()?.cache.clone();
        if !self.options.log_out {
            return Ok(cache);
        }
        if self.own_tokens.get().is_none() {
            let folder = tempfile::tempdir().map_err(|cause| {
                Error::config(format!("--log-out: no temporary folder for tokens can be created: {cause}"))
                    .hint("set TMPDIR to a folder that you can write to")
            })?;
            let _ = self.own_tokens.set(folder);
        }
        self.logged_in.borrow_mut().insert(profile.to_owned());
        Ok(self.own_tokens.get().map_or(cache, |folder| folder.path().to_owned()))
    }

    /// Revokes the tokens of this command, where the vendor can. A token that is not revoked expires on its own.
    async fn log_out(&self) {
        let profiles = std::mem::take(&mut *self.logged_in.borrow_mut());
        if self.options.dry_run.is_some() {
            return;
        }
        let revoked = profiles.iter().map(|profile| async move {
            let session = self.session_of(Some(profile)).await?;
            session.log_out().await.map(drop)
        });
        for (result, profile) in join_all(revoked).await.into_iter().zip(&profiles) {
            if let Err(error) = result {
                let text = format!("the token of profile `{profile}` was not revoked: {}", error.message);
                self.diagnostics.warn(&text);
            }
        }
    }

    /// The deadline of the command; time spent at prompts does not count.
    pub fn deadline(&self) -> Instant {
        let begun = self.begun + self.asked.get();
        begun.checked_add(self.options.deadline).unwrap_or(begun + CENTURY)
    }

    /// Checks that the journal can be written, if writes are to be recorded.
    ///
    /// # Errors
    /// [`crate::model::error::Kind::Config`] if it cannot.
    pub fn check_journal(&self) -> Result<()> {
        if self.options.no_journal || self.options.dry_run.is_some() {
            return Ok(());
        }
        self.journal(&self.folders()?.state, self.options.sandbox).check()
    }

    /// The journal of this run.
    pub fn journal(&self, state: &Path, sandbox: bool) -> Journal {
        let user = ["USER", "LOGNAME", "USERNAME"].into_iter().find_map(|name| self.env.get(name));
        let user = user.unwrap_or("unknown").to_owned();
        let invocation = || Invocation { user, command: self.command.clone() };
        let new = || Journal::new(&journal_folder(state, sandbox), invocation(), self.redactor.clone());
        self.journal.get_or_init(new).clone()
    }

    /// The pacer of an account. If its profiles differ in plan or concurrency, the first one opened decides.
    fn pacer(&self, vendor: &dyn Vendor, profile: &Profile, credential: Secret) -> Rc<Pacer> {
        let proof = profile.secrets.get("access_token").cloned().unwrap_or(credential);
        let mut pacers = self.pacers.borrow_mut();
        let same = |known: &&Paced| match (&known.home, &profile.home) {
            (None, None) => known.identity == profile.identity && known.proof == proof,
            (home, other) => home == other,
        };
        if let Some(known) = pacers.iter().find(same) {
            return Rc::clone(&known.pacer);
        }
        let pacer = Rc::new(Pacer::new(vendor.facts(), profile));
        let (home, identity) = (profile.home.clone(), profile.identity.clone());
        pacers.push(Paced { home, identity, proof, pacer: Rc::clone(&pacer) });
        pacer
    }

    /// Whether a dry run has withheld any request.
    pub fn withholds(&self) -> bool {
        !self.withheld.borrow().is_empty()
    }

    /// The report of a dry run: the withheld requests, in their order.
    pub fn withheld(&self) -> Report {
        let shown = self.withheld.take();
        if self.options.sandbox && self.options.dry_run == Some(DryRun::Curl) && !shown.is_empty() {
            self.diagnostics.note(
                "this sandbox ends with the command; for a curl command that works, use the profiles of `trunkctl sandbox serve`",
            );
        }
        match self.options.dry_run {
            Some(DryRun::Curl) => Report::Commands(
                shown.into_iter().filter_map(|line| line.as_str().map(str::to_owned)).collect(),
            ),
            _ => Report::Requests(shown),
        }
    }

    /// Logs out where that was asked for, stops background tasks, and saves the sandbox's state.
    pub async fn close(&self) -> Result<()> {
        self.log_out().await;
        let running = self.sandbox.borrow_mut().take();
        match running {
            Some(running) => running.stop().await,
            None => Ok(()),
        }
    }
}

/// The folder of the journal; changes to simulators have their own.
pub fn journal_folder(state: &Path, sandbox: bool) -> PathBuf {
    if sandbox { state.join("sandbox") } else { state.to_owned() }
}

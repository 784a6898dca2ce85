//! Writes: sends them, checks them if the answer is lost, and resends them only if nothing can be applied twice.

use serde_json::{Map, Value, json};
use tracing::info;

use super::journal::{Ending, Intent, Subject};
use super::render;
use super::retry::{Tried, pause};
use super::session::{Session, chance};
use crate::model::change::{Change, FieldChange, Outcome, telling};
use crate::model::error::{Applied, Error, Kind, Result};
use crate::model::fields::Field;
use crate::model::number::CalloutCountry;
use crate::model::report::DryRun;
use crate::model::secret::Secret;
use crate::model::support::Operation;
use crate::model::text::shell_word;
use crate::vendors::call::{Call, Effect, Slot};
use crate::vendors::{Added, Proof};

/// The result of a write.
pub enum Written<T> {
    /// The vendor confirmed it.
    Done(T),
    /// The vendor's answer was lost, but a read afterwards shows that the write was applied; with a note.
    Found(T, String),
    /// It was shown instead of sent.
    Withheld,
}

impl<T> Written<T> {
    /// The value, with a note if it comes from a read after a lost answer; none in a dry run.
    pub fn done(self) -> Option<(T, Option<String>)> {
        match self {
            Self::Done(value) => Some((value, None)),
            Self::Found(value, note) => Some((value, Some(note))),
            Self::Withheld => None,
        }
    }
}

/// The information in a vendor's answer about each object of a write.
pub trait Answer: Send + 'static {
    /// The object's id, if the answer contains it; none if the answer omits the object.
    fn reports(&self, about: &Change) -> Option<Option<String>>;
}

impl Answer for () {
    fn reports(&self, _: &Change) -> Option<Option<String>> {
        Some(None)
    }
}

impl Answer for String {
    fn reports(&self, _: &Change) -> Option<Option<String>> {
        Some(Some(self.clone()))
    }
}

impl Answer for Vec<Added> {
    fn reports(&self, about: &Change) -> Option<Option<String>> {
        let own = self.iter().find(|(number, _)| Some(number) == about.name.as_ref());
        own.map(|(_, id)| id.clone())
    }
}

impl Answer for Vec<CalloutCountry> {
    fn reports(&self, about: &Change) -> Option<Option<String>> {
        let own = self
            .iter()
            .find(|country| about.id.as_ref().is_some_and(|id| id.eq_ignore_ascii_case(&country.id)));
        own.map(|country| Some(country.id.clone()))
    }
}

/// What a read shows about a write whose answer was lost.
pub enum Seen<T> {
    /// It was applied; with the value that the answer would have had.
    Applied(T),
    /// It was not found as requested.
    Missing,
    /// It cannot be determined, for this reason.
    Unclear(String),
}

impl Session {
    /// Sends a call that changes something, or shows it in a dry run. If its answer is lost, `probe` checks whether it
    /// was applied. The call is sent again only if it was certainly not applied: the object is missing before and after
    /// a pause, and the vendor would refuse to create it twice. If the change may have been made, the error is
    /// `outcome_unknown`.
    pub async fn write<T: Answer>(
        &self,
        call: Call<T>,
        about: &[&Change],
        probe: impl AsyncFn() -> Result<Seen<T>>,
    ) -> Result<Written<T>> {
        if self.is_dry_run() {
            self.withhold(&call);
            return Ok(Written::Withheld);
        }
        if self.outside.cancellation.is_asked() {
            return Err(self.failed(call.name, Effect::Write).interrupted());
        }
        let under_way = self.outside.cancellation.begin(call.name);
        let entry = match &self.outside.journal {
            Some(journal) => Some(journal.begin(self.intent(call.name, about)).await?),
            None => None,
        };
        let mut written = self.deliver(&call, probe).await;
        if let (Err(error), Some(first)) = (&mut written, about.first())
            && error.outcome == Some(Applied::Unknown)
        {
            error.hint = Some(self.how_to_tell(first));
        }
        if let Some(entry) = entry
            && let Err(warning) = entry.end(self.ending(&written, about)).await
        {
            self.diagnostics().warn(&warning);
        }
        drop(under_way);
        written
    }

    /// An object for the journal. Only the write of a single object can contain a password, and thus other texts that
    /// repeat it.
    fn subject(&self, change: &Change, alone: bool) -> Subject {
        let mut subject = subject(change);
        if alone {
            for fields in [&mut subject.before, &mut subject.after] {
                let scrubbed = fields.take().map(|fields| self.outside.redactor.scrub(&fields.to_string()));
                *fields = scrubbed.and_then(|text| serde_json::from_str(&text).ok());
            }
            subject.name = subject.name.map(|name| self.outside.redactor.scrub(&name));
        }
        subject
    }

    fn how_to_tell(&self, change: &Change) -> String {
        let (account, id, name) = (&change.account, &change.id, &change.name);
        let profile = &self.profile.name;
        match telling(change.operation, profile, account.as_deref(), id.as_deref(), name.as_deref()) {
            Some(command) => format!("it may or may not have been applied: check with `{command}`"),
            None => {
                "it may or may not have been applied, and it cannot be read back; check it in the vendor's console, \
                     or repeat the command, which sets the same values again"
                    .into()
            }
        }
    }

    fn intent(&self, call: &str, about: &[&Change]) -> Intent {
        Intent {
            profile: self.profile.name.clone(),
            vendor: self.vendor.facts().name.into(),
            account: about.first().and_then(|change| change.account.clone()),
            call: call.into(),
            subjects: about.iter().map(|change| self.subject(change, about.len() == 1)).collect(),
        }
    }

    fn ending<T: Answer>(&self, written: &Result<Written<T>>, about: &[&Change]) -> Ending {
        let (answer, note, left_out) = match written {
            // An object missing from an answer may have been written; one missing from a read was not.
            Ok(Written::Done(answer)) => (answer, None, Outcome::Unknown),
            Ok(Written::Found(answer, note)) => (answer, Some(note.clone()), Outcome::Failed),
            Ok(Written::Withheld) => return Ending::new(Outcome::Failed),
            Err(error) => {
                let mut ending = Ending::failed(error);
                if let Some(failure) = &mut ending.error {
                    failure.message = self.outside.redactor.scrub(&failure.message);
                }
                return ending;
            }
        };
        let reported: Vec<_> = about.iter().map(|change| answer.reports(change)).collect();
        let outcomes: Vec<Outcome> = about
            .iter()
            .zip(&reported)
            .map(|(change, reported)| if reported.is_some() { change.outcome } else { left_out })
            .collect();
        let whole = outcomes.iter().copied().find(|outcome| *outcome == left_out);
        let mut ending = Ending::new(whole.or(outcomes.first().copied()).unwrap_or(Outcome::Updated));
        ending.ids = reported.into_iter().map(Option::flatten).collect();
        ending.outcomes = outcomes.iter().map(|outcome| outcome.word().to_owned()).collect();
        ending.note = note;
        ending
    }

    /// Records a request of a dry run, to be shown.
    pub fn withhold<T>(&self, call: &Call<T>) {
        let slots = self.proven(call, &self.static_token().unwrap_or_else(Secret::withheld));
        let shown = match self.outside.dry_run {
            Some(DryRun::Curl) => {
                self.note_variables(&slots, call.effect);
                let ca_file = self.profile.ca_file.as_ref().map(|path| path.to_string_lossy());
                let prelude = self.vendor.facts().curl_prelude;
                Value::from(render::curl(
                    &call.request,
                    &slots,
                    prelude,
                    ca_file.as_deref(),
                    &self.profile.proxy,
                ))
            }
            _ => render::http(&call.request, &slots),
        };
        self.outside.withheld.borrow_mut().push(shown);
    }

    /// Prints the variables that a curl command needs. The same note is printed only once.
    fn note_variables(&self, slots: &[Slot], effect: Effect) {
        let names = render::variables(slots, &self.profile.proxy);
        let Some((last, others)) = names.split_last() else { return };
        let list = match others {
            [] => last.clone(),
            others => format!("{} and {last}", others.join(", ")),
        };
        let by_token = self.vendor.facts().proof == Proof::Token && effect != Effect::LogIn;
        let token = match by_token && self.static_token().is_none() {
            true => {
                let profile = shell_word(&self.profile.name);
                format!("; `trunkctl profile token {profile}` prints an access token")
            }
            false => String::new(),
        };
        self.outside.diagnostics.note(&format!("set {list} in the shell that runs the curl command{token}"));
    }

    async fn deliver<T: Send + 'static>(
        &self,
        call: &Call<T>,
        probe: impl AsyncFn() -> Result<Seen<T>>,
    ) -> Result<Written<T>> {
        let mut tried = Tried::default();
        let mut lost: Option<Error> = None;
        loop {
            let error = match self.exchange(call, &mut tried).await {
                Ok(value) => return Ok(Written::Done(value)),
                Err(error) => error,
            };
            let unknown = error.outcome == Some(Applied::Unknown);
            let (unanswered, refusal) = match lost.take() {
                _ if unknown => (error, None),
                // The attempt whose answer was lost may have caused the conflict, or removed the object.
                Some(lost) if matches!(error.kind, Kind::Conflict | Kind::NotFound) => (lost, Some(error)),
                _ => return Err(error),
            };
            if self.outside.cancellation.is_cut() {
                return Err(unanswered);
            }
            info!("{}: {unanswered}; reading the state at the vendor", call.name);
            let missing = match self.probe(call.name, &probe, &tried, unanswered).await? {
                Probed::Applied(value, note) => return Ok(Written::Found(value, note)),
                Probed::Missing(unanswered) => unanswered,
            };
            if let Some(refusal) = refusal {
                return Err(refusal);
            }
            if self.outside.cancellation.is_asked() || !tried.again(self.outside.limits.retries) {
                return Err(match (tried.partly, tried.late) {
                    (true, _) => with_reason(
                        missing,
                        "the read afterwards did not find it as requested, but a part of it may have been applied",
                    ),
                    // A slow vendor may still apply it.
                    (_, true) => with_reason(
                        missing,
                        "the read afterwards did not find it, but the vendor may still apply it",
                    ),
                    _ => self.failed(call.name, Effect::Write).missing(&missing),
                });
            }
            info!("{}: it was not applied; sending it again", call.name);
            lost = Some(missing);
        }
    }

    /// Reads until the outcome of a write is known. If it is missing before and after a pause, it was not applied.
    async fn probe<T: Send + 'static>(
        &self,
        name: &str,
        probe: &impl AsyncFn() -> Result<Seen<T>>,
        tried: &Tried,
        lost: Error,
    ) -> Result<Probed<T>> {
        let reads = if tried.pending { self.outside.limits.retries.saturating_add(2) } else { 2 };
        for at in 0..reads {
            // If the vendor is still processing the write, wait before the first read.
            if (at > 0 || tried.pending) && !self.wait(pause(at, chance())).await {
                let why = match self.outside.cancellation.is_asked() {
                    true => "the command was interrupted before this could be checked",
                    false => "there was no time left to check",
                };
                return Err(with_reason(lost, why));
            }
            match probe().await {
                Ok(Seen::Applied(value)) => {
                    let note = format!(
                        "{name}: the answer was lost, but a read afterwards shows that the change was applied"
                    );
                    self.diagnostics().note(&note);
                    return Ok(Probed::Applied(value, note));
                }
                Ok(Seen::Missing) => {}
                Ok(Seen::Unclear(why)) => return Err(with_reason(lost, &why)),
                Err(error) => {
                    return Err(with_reason(lost, &format!("the read afterwards failed too: {error}")));
                }
            }
        }
        match tried.pending {
            true => Err(with_reason(lost, "the vendor was still processing it at the last read")),
            false => Ok(Probed::Missing(lost)),
        }
    }
}

enum Probed<T> {
    Applied(T, String),
    Missing(Error),
}

/// The error of the lost answer, with the reason why a read did not resolve it.
fn with_reason(mut lost: Error, why: &str) -> Error {
    lost.message = format!("{}; {why}", lost.message);
    lost
}

/// An object for the journal: each field before and after, with secrets masked. It has the name from before the write,
/// because a rename may fail.
fn subject(change: &Change) -> Subject {
    let fields = |value: fn(&FieldChange) -> &Value| {
        let all: Map<String, Value> = change
            .diff
            .iter()
            .map(|field| (field.field.clone(), value(field).clone()))
            .filter(|(_, value)| !value.is_null())
            .collect();
        (!all.is_empty()).then_some(Value::Object(all))
    };
    let mut subject = Subject {
        operation: change.operation.name().into(),
        kind: change.kind.into(),
        id: change.id.clone(),
        name: change.name.clone(),
        before: fields(|field| &field.before),
        after: fields(|field| &field.after),
        outcome: String::new(),
    };
    if change.operation == Operation::TrunkUpdate {
        let name = Field::Name.name();
        if let Some(renamed) = change.diff.iter().find(|field| field.field == name) {
            subject.name = renamed.before.as_str().map(str::to_owned);
        } else if change.diff.is_empty() {
            // The trunk was not read, so only its new name is known.
            subject.after = subject.name.take().map(|new| json!({ name: new }));
        }
    }
    subject
}

//! Carries a plan out: profiles at the same time, the steps of each in order, one account after the other.

use crate::context::Context;
use std::collections::HashMap;
use std::rc::Rc;

use futures_util::stream::{self, StreamExt};
use serde_json::Value;

use super::actual::Account;
use super::batches::Item;
use super::desired::Key;
use super::planned::Write;
use super::planner::{Survey, Work};
use super::{Fleet, Results, batches, ownership};
use crate::engine::session::Session;
use crate::model::change::{Change, Outcome};
use crate::model::diff;
use crate::model::error;
use crate::model::error::{Error, Result};
use crate::model::fields::Field;
use crate::model::plan::{Action, Part, Step};
use crate::model::report::DryRun;
use crate::model::report::Report;
use crate::model::support::Operation;
use crate::state::digests::{Applied, Note};

/// How a plan is carried out.
#[derive(Debug, Clone, Copy)]
pub struct Manner {
    /// How many profiles are worked on at the same time.
    pub concurrency: usize,
    /// Whether the first failure ends it.
    pub fail_fast: bool,
}

/// Carries a plan out. Answers what a dry run kept back.
pub async fn carry_out(
    fleet: &Fleet<'_>,
    survey: Survey,
    manner: Manner,
    results: &Results<'_>,
) -> Vec<Value> {
    let dry = fleet.context.options.dry_run.is_some();
    // A dry run shows its requests in the order of the plan.
    let concurrency = if dry { 1 } else { manner.concurrency.max(1) };
    let parts = survey.plan.parts.into_iter().zip(survey.works);
    let runs = parts.map(|(part, work)| {
        results.unchanged(part.unchanged);
        profile(fleet, part, work, manner, results)
    });
    stream::iter(runs).buffered(concurrency).collect::<Vec<_>>().await.concat()
}

/// What a dry run has to show.
pub fn withheld(context: &Context, shown: Vec<Value>) -> Report {
    match context.options.dry_run {
        Some(DryRun::Curl) => {
            Report::Commands(shown.iter().filter_map(Value::as_str).map(str::to_owned).collect())
        }
        _ => Report::Requests(shown),
    }
}

/// What the steps of one profile share.
struct Desk<'r, 'w> {
    fleet: &'r Fleet<'w>,
    profile: String,
    manner: Manner,
    results: &'r Results<'w>,
    sessions: HashMap<Account, Rc<Session>>,
    memory: Option<Applied>,
    /// Why nothing else is to be sent to this profile.
    end: Option<Error>,
    /// Trunks that were to be made and are not, by their account.
    unmade: HashMap<Account, String>,
    /// What a dry run kept back, in the order of the steps.
    shown: Vec<Value>,
}

/// The steps of one profile. Answers what a dry run kept back.
async fn profile(
    fleet: &Fleet<'_>,
    part: Part,
    work: Work,
    manner: Manner,
    results: &Results<'_>,
) -> Vec<Value> {
    if let Some(error) = part.failed {
        results.take(vec![unread(&part.profile, error)]);
        return Vec::new();
    }
    let mut desk = Desk {
        fleet,
        profile: part.profile,
        manner,
        results,
        sessions: HashMap::new(),
        memory: None,
        end: None,
        unmade: HashMap::new(),
        shown: Vec::new(),
    };
    desk.take(&work.taken).await;
    let mut steps = part.steps.into_iter().zip(work.writes).peekable();
    while let Some((step, (key, write))) = steps.next() {
        let mut batch = vec![(step, key, write)];
        while let Some((step, (key, write))) = steps.next_if(|(_, (key, write))| joins(&batch, key, write)) {
            batch.push((step, key, write));
        }
        desk.work_off(batch).await;
    }
    if let Some(error) = desk.end.filter(|_| fleet.context.options.dry_run.is_none()) {
        results.ended(error);
    }
    desk.shown
}

/// Whether a write goes out together with others: items of one kind and account do.
fn joins(batch: &[Item], key: &Key, write: &Write) -> bool {
    let Some((_, first, other)) = batch.first() else { return false };
    let alike = std::mem::discriminant(write) == std::mem::discriminant(other);
    let listed = matches!(write, Write::AddNumber(_) | Write::AddCountry | Write::RemoveNumber(_));
    alike && listed && key.kind == first.kind && key.account == first.account
}

impl Desk<'_, '_> {
    /// What another manifest created and this one wants is this one's from now on.
    async fn take(&mut self, objects: &[String]) {
        if objects.is_empty()
            || self.fleet.context.options.dry_run.is_some()
            || self.session(&None).await.is_err()
        {
            return;
        }
        let given = self.memory.as_ref().map(|memory| memory.give(objects, self.fleet.manifest.as_deref()));
        if let Some(Err(warning)) = given {
            self.fleet.context.diagnostics.warn(&warning);
        }
    }

    async fn work_off(&mut self, batch: Vec<Item>) {
        let impossible = batch.first().is_some_and(|(step, ..)| step.action == Action::Impossible);
        if !impossible && (self.is_over() || batch.first().is_some_and(|item| self.is_kept(item))) {
            let changes = batch.into_iter().map(|(step, ..)| self.skipped(step)).collect();
            return self.results.take(changes);
        }
        let account = batch.first().and_then(|(_, key, _)| key.account.clone());
        let session = match self.session(&account).await {
            Ok(session) => session,
            Err(error) => {
                let failed = |step| failed(change(step, self.vendor()), error.copy());
                let changes = batch.into_iter().map(|(step, ..)| failed(step)).collect();
                self.end = Some(error.copy());
                return self.results.take(changes);
            }
        };
        let several = matches!(
            batch.first(),
            Some((_, _, Write::AddNumber(_) | Write::AddCountry | Write::RemoveNumber(_)))
        );
        let changes = match several {
            true => self.several(&session, batch).await,
            false => {
                let mut changes = Vec::new();
                for (step, key, write) in batch {
                    changes.extend(self.one(&session, step, &key, write).await);
                }
                changes
            }
        };
        self.shown.extend(session.withheld());
        self.results.take(changes);
    }

    /// Whether nothing else is to be begun.
    fn is_over(&self) -> bool {
        self.end.is_some()
            || self.fleet.context.cancellation.is_asked()
            || (self.manner.fail_fast && self.results.is_failed())
    }

    /// Whether a trunk stays, because one that may stand in its place was not made.
    fn is_kept(&self, (_, key, write): &Item) -> bool {
        matches!(write, Write::DeleteTrunk(_)) && self.unmade.contains_key(&key.account)
    }

    /// Items that go out in lists.
    async fn several(&mut self, session: &Session, batch: Vec<Item>) -> Vec<Change> {
        let over = || self.is_over();
        let listed = batches::work_off(session, batch, self.fleet.context.options.retries, over).await;
        let mut changes: Vec<Change> = Vec::new();
        let mut notes = Vec::new();
        for (step, key, ended) in listed.ended {
            let (deletes, creates) = (step.action == Action::Delete, step.action == Action::Create);
            let planned = change(step, session.vendor().facts().name);
            let id = ended.id.clone();
            let created = creates && ended.outcome == Outcome::Created;
            let done = ended.error.is_none();
            changes.push(Change { diff: planned.diff, name: planned.name, ..ended });
            if done && deletes {
                self.forget(&key);
            } else if created {
                notes.push((
                    key.text(),
                    Note { id, created_by: self.fleet.manifest.clone(), ..Note::default() },
                ));
            }
        }
        self.remember(session, notes);
        self.end = self.end.take().or(listed.end);
        changes.extend(listed.rest.into_iter().map(|step| self.skipped(step)));
        changes
    }

    /// One write, its object read back. None in a dry run.
    async fn one(&mut self, session: &Session, step: Step, key: &Key, write: Write) -> Option<Change> {
        let created = step.action == Action::Create;
        let reason = step.error.as_ref().map(Error::copy);
        let notes = step.notes.join("; ");
        let mut change = change(step, session.vendor().facts().name);
        self.doubt(session, key, &write);
        let done = match reason {
            Some(reason) if matches!(write, Write::Nothing) => Err(reason),
            _ => super::write::write(session, key, &write, &mut change).await,
        };
        match done {
            Ok(None) => return None,
            Ok(Some(_)) if matches!(write, Write::DeleteTrunk(_) | Write::RemoveCountry) => self.forget(key),
            Ok(Some(mut note)) => {
                note.created_by = self.fleet.manifest.clone().filter(|_| created);
                note.id = change.id.clone();
                self.remember(session, vec![(key.text(), note)]);
                if change.note.is_none() && !notes.is_empty() {
                    change.note = Some(notes);
                }
            }
            Err(error) => {
                // What was made is ours, even where it is not as it should be.
                if let (true, Some(id)) = (created, &change.id) {
                    let created_by = self.fleet.manifest.clone();
                    let note = Note { id: Some(id.clone()), created_by, ..Note::default() };
                    self.remember(session, vec![(key.text(), note)]);
                }
                if matches!(write, Write::CreateTrunk(_)) {
                    self.unmade.insert(key.account.clone(), key.shown());
                }
                if ends(&error) && !matches!(write, Write::Nothing) {
                    self.end = Some(error.copy());
                }
                return Some(failed(change, error));
            }
        }
        Some(change)
    }

    /// A session that acts on the account.
    async fn session(&mut self, account: &Account) -> Result<Rc<Session>> {
        if let Some(session) = self.sessions.get(account) {
            return Ok(Rc::clone(session));
        }
        let mut session = self.fleet.context.session_of(Some(&self.profile)).await?;
        if let Some(account) = account {
            session.choose_account(account.clone());
        }
        if self.memory.is_none() {
            self.memory = self.fleet.memory(&session).await?;
        }
        let session = Rc::new(session);
        self.sessions.insert(account.clone(), Rc::clone(&session));
        Ok(session)
    }

    fn vendor(&self) -> &'static str {
        self.sessions.values().next().map_or("", |session| session.vendor().facts().name)
    }

    fn remember(&self, session: &Session, notes: Vec<(String, Note)>) {
        if notes.is_empty() || session.is_dry_run() {
            return;
        }
        if let Some(Err(warning)) = self.memory.as_ref().map(|memory| memory.remember(notes)) {
            self.fleet.context.diagnostics.warn(&warning);
        }
    }

    fn doubt(&self, session: &Session, key: &Key, write: &Write) {
        let Some(memory) = self.memory.as_ref().filter(|_| !session.is_dry_run()) else { return };
        let (context, key) = (self.fleet.context, key.text());
        match write {
            Write::UpdateTrunk(update) => {
                let object = (key.as_str(), Some(update.actual.id.as_str()));
                ownership::unlearn(context, memory, object, update.set.given().map(Field::name));
            }
            Write::Assign(settings) => {
                let fields = diff::all(settings);
                ownership::unlearn(
                    context,
                    memory,
                    (&key, None),
                    fields.iter().map(|set| set.field.as_str()),
                );
            }
            _ => {}
        }
    }

    fn forget(&self, key: &Key) {
        if let Some(Err(warning)) = self.memory.as_ref().map(|memory| memory.forget(&key.text())) {
            self.fleet.context.diagnostics.warn(&warning);
        }
    }

    fn skipped(&self, step: Step) -> Change {
        let unmade = self.unmade.get(&step.account).filter(|_| step.operation == Operation::TrunkDelete);
        let (kind, why) = match (&self.end, self.fleet.context.cancellation.is_asked()) {
            (_, true) => (error::Kind::Interrupted, "the command was interrupted".to_owned()),
            (Some(end), _) => (error::Kind::Unavailable, format!("an earlier step failed: {}", end.message)),
            (None, _) => {
                let why = match unmade {
                    Some(trunk) => format!("{trunk} was not made, which may stand in its place"),
                    None => "another profile failed, and --fail-fast was given".to_owned(),
                };
                (error::Kind::Unavailable, why)
            }
        };
        let mut error = Error::new(kind, format!("was not begun, because {why}"));
        error.outcome = Some(error::Applied::NotApplied);
        error.retryable = true;
        let vendor = step.vendor;
        Change { outcome: Outcome::Skipped, error: Some(error), ..change(step, vendor) }
    }
}

/// The change that a step comes to.
fn change(step: Step, vendor: &'static str) -> Change {
    // A master's trunk is there already; it is given to the account.
    let given = step.diff.iter().any(|change| change.field == Field::MasterTrunk.name());
    let assigned = step.operation == Operation::SettingsAssign || given;
    Change {
        operation: step.operation,
        outcome: match step.action {
            Action::Create | Action::Update if assigned => Outcome::Assigned,
            Action::Create => Outcome::Created,
            Action::Update => Outcome::Updated,
            Action::Delete => Outcome::Deleted,
            Action::Impossible => Outcome::Failed,
        },
        profile: step.profile,
        vendor,
        account: step.account,
        kind: step.kind,
        id: step.id,
        name: Some(step.name),
        diff: step.diff,
        note: None,
        error: None,
    }
}

fn failed(change: Change, error: Error) -> Change {
    let unknown = error.kind == error::Kind::OutcomeUnknown;
    let outcome = if unknown { Outcome::Unknown } else { Outcome::Failed };
    Change { outcome, error: Some(error), ..change }
}

/// Whether an error says something about every further call to the profile.
fn ends(error: &Error) -> bool {
    use error::Kind::{Auth, Config, Interrupted, OutcomeUnknown, RateLimited, Unavailable};
    matches!(error.kind, Auth | Config | Interrupted | OutcomeUnknown | RateLimited | Unavailable)
}

/// The failure of a profile that could not be read.
fn unread(profile: &str, error: Error) -> Change {
    let vendor = error.vendor.unwrap_or_default();
    Change {
        operation: Operation::TrunkList,
        outcome: Outcome::Failed,
        profile: profile.to_owned(),
        vendor,
        account: None,
        kind: "profile",
        id: None,
        name: Some(profile.to_owned()),
        diff: Vec::new(),
        note: None,
        error: Some(error),
    }
}

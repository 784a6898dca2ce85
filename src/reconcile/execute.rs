//! Makes the planned changes: profiles at the same time, the changes of each in order. Trunks that were written one
//! after the other are read back together.

use std::collections::HashMap;
use std::rc::Rc;

use futures_util::stream::{self, StreamExt};

use super::actual::Account;
use super::write::{Done, Unreported};
use super::{Results, batches, remembered};
use crate::context::Context;
use crate::engine::session::Session;
use crate::model::change::{Change, Outcome};
use crate::model::diff;
use crate::model::error;
use crate::model::error::{Error, Result};
use crate::model::fields::Field;
use crate::model::plan::{Action, Key, Plan, PlannedChange, ProfilePlan, ResourceKind, Write};
use crate::model::support::Operation;
use crate::ops::trunks;
use crate::state::digests::{Digests, Written};
use crate::vendors;

/// How the changes are made.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// The number of profiles that are changed at the same time.
    pub concurrency: usize,
    /// Whether the first failure ends it.
    pub fail_fast: bool,
}

/// Makes the changes of a plan.
pub async fn execute(context: &Context, plan: Plan, options: Options, results: &Results<'_>) {
    // A dry run shows its requests in the order of the plan.
    let concurrency = if context.options.dry_run.is_some() { 1 } else { options.concurrency.max(1) };
    let (plans, moves) = with_moves_apart(plan);
    for (plans, moves) in [(plans, false), (moves, true)] {
        let runs = plans.into_iter().map(|plan| {
            results.unchanged(plan.unchanged);
            execute_profile(context, plan, options, moves, results)
        });
        stream::iter(runs).buffered(concurrency).collect::<Vec<()>>().await;
    }
}

/// The plans, and apart from them the deletions of objects that another profile creates: an object that moves to
/// another profile is deleted only when it is confirmed there.
fn with_moves_apart(plan: Plan) -> (Vec<ProfilePlan>, Vec<ProfilePlan>) {
    let created: HashMap<(ResourceKind, String), String> = plan
        .changes()
        .filter(|change| change.action == Action::Create)
        .map(|change| ((change.key.kind, change.key.name.clone()), change.profile.clone()))
        .collect();
    let moves = |change: &PlannedChange| {
        let target = created.get(&(change.key.kind, change.key.name.clone()));
        change.action == Action::Delete && target.is_some_and(|target| *target != change.profile)
    };
    let mut apart = Vec::new();
    let mut plans = plan.profiles;
    for plan in &mut plans {
        let (moved, rest) = std::mem::take(&mut plan.changes).into_iter().partition(&moves);
        plan.changes = rest;
        if !Vec::is_empty(&moved) {
            apart.push(ProfilePlan { changes: moved, ..ProfilePlan::new(&plan.profile) });
        }
    }
    (plans, apart)
}

/// What the changes of one profile share.
struct Executor<'r, 'w> {
    context: &'r Context,
    profile: String,
    options: Options,
    /// Whether the changes delete what another profile has created.
    moves: bool,
    results: &'r Results<'w>,
    sessions: HashMap<Account, Rc<Session>>,
    digests: Option<Digests>,
    /// Why nothing else is to be sent to this profile.
    end: Option<Error>,
    /// Trunks that were not created, by their account.
    not_created: HashMap<Account, String>,
}

/// A write that was made, with what is needed to report it.
struct Started {
    key: Key,
    write: Write,
    notes: String,
}

/// Makes the changes of one profile.
async fn execute_profile(
    context: &Context,
    plan: ProfilePlan,
    options: Options,
    moves: bool,
    results: &Results<'_>,
) {
    if let Some(error) = plan.failed {
        results.take(vec![unread(&plan.profile, error)]);
        return;
    }
    let mut executor = Executor {
        context,
        profile: plan.profile,
        options,
        moves,
        results,
        sessions: HashMap::new(),
        digests: None,
        end: None,
        not_created: HashMap::new(),
    };
    let mut changes = plan.changes.into_iter().peekable();
    while let Some(first) = changes.next() {
        let most = most_read_back(&first, options);
        let mut batch = vec![first];
        while let Some(change) = changes.next_if(|change| joins(&batch, change, most)) {
            batch.push(change);
        }
        executor.make(batch).await;
    }
    if let Some(error) = executor.end.filter(|_| context.options.dry_run.is_none()) {
        results.ended(error);
    }
}

/// The number of trunks that are written before they are read back. With --fail-fast, each is read back at once.
fn most_read_back(change: &PlannedChange, options: Options) -> usize {
    match vendors::by_name(change.vendor) {
        Ok(vendor) if !options.fail_fast => vendor.facts().trunks_per_call.max(1),
        _ => 1,
    }
}

/// Whether a change joins others: numbers and countries of one account are sent together, trunks are read back
/// together.
fn joins(batch: &[PlannedChange], change: &PlannedChange, most_read_back: usize) -> bool {
    let Some(first) = batch.first() else { return false };
    let alike = std::mem::discriminant(&change.write) == std::mem::discriminant(&first.write);
    let is_read_back = matches!(change.write, Write::CreateTrunk(_) | Write::UpdateTrunk(_));
    alike
        && (is_listed(change) || is_read_back && batch.len() < most_read_back)
        && change.key.kind == first.key.kind
        && change.key.account == first.key.account
}

fn is_listed(change: &PlannedChange) -> bool {
    matches!(
        change.write,
        Write::AddNumber(_) | Write::RemoveNumber(_) | Write::AddCountry | Write::RemoveCountry
    )
}

impl Executor<'_, '_> {
    async fn make(&mut self, batch: Vec<PlannedChange>) {
        let Some(first) = batch.first() else { return };
        if first.action != Action::Impossible && (self.is_over() || self.is_kept(first)) {
            let changes = batch.into_iter().map(|change| self.skipped(change)).collect();
            return self.results.take(changes);
        }
        let (account, listed) = (first.key.account.clone(), is_listed(first));
        let session = match self.session(&account).await {
            Ok(session) => session,
            Err(error) => {
                let changes = batch.into_iter().map(|change| begun(change).failed(error.clone())).collect();
                self.end = Some(error);
                return self.results.take(changes);
            }
        };
        let changes = match listed {
            true => self.several(&session, batch).await,
            false => self.one_by_one(&session, batch).await,
        };
        self.results.take(changes);
    }

    /// Whether nothing else is to be begun.
    fn is_over(&self) -> bool {
        self.end.is_some()
            || self.context.cancellation.is_asked()
            || (self.options.fail_fast && self.results.is_failed())
    }

    /// Whether an object stays, because what takes its place was not created.
    fn is_kept(&self, change: &PlannedChange) -> bool {
        let replaced =
            change.key.kind == ResourceKind::Trunk && self.not_created.contains_key(&change.key.account);
        change.action == Action::Delete
            && (replaced || self.moves && self.results.is_not_created(&change.key))
    }

    /// Numbers or countries, in lists.
    async fn several(&mut self, session: &Session, batch: Vec<PlannedChange>) -> Vec<Change> {
        let over = || self.is_over();
        let listed = batches::write(session, batch, self.context.options.retries, over).await;
        let mut changes: Vec<Change> = Vec::new();
        for (planned, ended) in listed.ended {
            let planned = begun(planned);
            changes.push(Change { diff: planned.diff, name: planned.name, ..ended });
        }
        self.end = self.end.take().or(listed.end);
        changes.extend(listed.rest.into_iter().map(|change| self.skipped(change)));
        changes
    }

    /// Writes one object after the other, and then reads the written trunks back. Empty in a dry run.
    async fn one_by_one(&mut self, session: &Session, batch: Vec<PlannedChange>) -> Vec<Change> {
        let mut all = Vec::new();
        for mut planned in batch {
            if planned.action != Action::Impossible && self.is_over() {
                all.push((self.skipped(planned), None));
                continue;
            }
            let write = std::mem::take(&mut planned.write);
            let (key, reason, notes) = (planned.key.clone(), planned.error.take(), planned.notes.join("; "));
            let mut change = begun(planned);
            self.forget(session, &key, &write);
            let done = match reason {
                Some(reason) if matches!(write, Write::Nothing) => Err(reason),
                _ => super::write::write(session, &key, &write, &mut change).await,
            };
            let started = Started { key, write, notes };
            match done {
                Ok(None) => {}
                Ok(Some(Done::Unread(id))) => all.push((change, Some((id, started)))),
                Ok(Some(Done::Compared(unreported))) => {
                    all.push((self.ended(session, &started, change, Ok(unreported)), None));
                }
                Err(error) => all.push((self.ended(session, &started, change, Err(error)), None)),
            }
        }
        let ids: Vec<String> =
            all.iter().filter_map(|(_, unread)| Some(unread.as_ref()?.0.clone())).collect();
        let read = trunks::read_back(session, &ids).await;
        let compared = all.into_iter().map(|(mut change, unread)| match unread {
            Some((id, started)) => {
                let compared = super::write::verify(session, &id, &started.write, &read, &mut change);
                self.ended(session, &started, change, compared)
            }
            None => change,
        });
        compared.collect()
    }

    /// The change of a write that has ended.
    fn ended(
        &mut self,
        session: &Session,
        started: &Started,
        mut change: Change,
        compared: Result<Unreported>,
    ) -> Change {
        match compared {
            Ok(unreported) => {
                self.remember(session, (started.key.text(), change.id.clone(), unreported));
                if change.note.is_none() && !started.notes.is_empty() {
                    change.note = Some(started.notes.clone());
                }
                change
            }
            Err(error) => {
                if matches!(started.write, Write::CreateTrunk(_)) {
                    self.not_created.insert(started.key.account.clone(), started.key.shown());
                }
                if ends(&error) && !matches!(started.write, Write::Nothing) {
                    self.end = Some(error.clone());
                }
                change.failed(error)
            }
        }
    }

    /// A session that acts on the account.
    async fn session(&mut self, account: &Account) -> Result<Rc<Session>> {
        if let Some(session) = self.sessions.get(account) {
            return Ok(Rc::clone(session));
        }
        let mut session = self.context.session_of(Some(&self.profile)).await?;
        if let Some(account) = account {
            session.choose_account(account.clone());
        }
        if self.digests.is_none() {
            self.digests = remembered::open(self.context, &session).await?;
        }
        let session = Rc::new(session);
        self.sessions.insert(account.clone(), Rc::clone(&session));
        Ok(session)
    }

    /// Removes the digests of values that are about to be written.
    fn forget(&self, session: &Session, key: &Key, write: &Write) {
        let Some(digests) = self.digests.as_ref().filter(|_| !session.is_dry_run()) else { return };
        let (id, fields): (Option<&str>, Vec<String>) = match write {
            Write::UpdateTrunk(update) => {
                (Some(&update.actual.id), update.set.given().map(|field| field.name().to_owned()).collect())
            }
            Write::DeleteTrunk(actual) => {
                (Some(&actual.id), Field::ALL.iter().map(|field| field.name().to_owned()).collect())
            }
            Write::AssignSettings(settings) => {
                (None, diff::all(settings).into_iter().map(|change| change.field).collect())
            }
            _ => return,
        };
        let forgotten = digests.forget((&key.text(), id), &fields);
        forgotten.unwrap_or_else(|warning| self.context.diagnostics.warn(&warning));
    }

    fn remember(&self, session: &Session, written: Written) {
        if let Some(digests) = self.digests.as_ref().filter(|_| !session.is_dry_run()) {
            let remembered = digests.remember(vec![written]);
            remembered.unwrap_or_else(|warning| self.context.diagnostics.warn(&warning));
        }
    }

    fn skipped(&self, planned: PlannedChange) -> Change {
        let not_created = self.not_created.get(&planned.key.account);
        let not_created = not_created.filter(|_| planned.operation == Operation::TrunkDelete);
        let moved = self.moves && self.results.is_not_created(&planned.key);
        let (kind, why) = match (&self.end, self.context.cancellation.is_asked()) {
            (_, true) => (error::Kind::Interrupted, "the command was interrupted".to_owned()),
            (Some(end), _) => {
                (error::Kind::Unavailable, format!("an earlier change failed: {}", end.message))
            }
            (None, _) => {
                let why = match not_created {
                    Some(trunk) => format!("{trunk} was not created, which may take its place"),
                    None if moved => "it was not created on the profile that it moves to".to_owned(),
                    None => "another profile failed, and --fail-fast was given".to_owned(),
                };
                (error::Kind::Unavailable, why)
            }
        };
        let text = format!("was not begun, because {why}");
        let mut error = Error::new(kind, text).outcome(error::Applied::NotApplied);
        error.retryable = true;
        Change { outcome: Outcome::Skipped, error: Some(error), ..begun(planned) }
    }
}

/// The change that a planned one becomes when it succeeds.
fn begun(planned: PlannedChange) -> Change {
    // A master's trunk exists already; it is given to the account.
    let given = planned.diff.iter().any(|change| change.field == Field::MasterTrunk.name());
    let assigned = planned.operation == Operation::SettingsAssign || given;
    let outcome = match planned.action {
        Action::Create | Action::Update if assigned => Outcome::Assigned,
        Action::Create => Outcome::Created,
        Action::Update => Outcome::Updated,
        Action::Delete => Outcome::Deleted,
        Action::Impossible => Outcome::Failed,
    };
    let Key { kind, account, name } = planned.key;
    Change {
        account,
        id: planned.id,
        name: Some(name),
        diff: planned.diff,
        ..Change::new(planned.operation, outcome, &planned.profile, planned.vendor, kind.word())
    }
}

/// Whether an error says something about every further call to the profile.
fn ends(error: &Error) -> bool {
    use error::Kind::{Auth, Config, Interrupted, OutcomeUnknown, RateLimited, Unavailable};
    matches!(error.kind, Auth | Config | Interrupted | OutcomeUnknown | RateLimited | Unavailable)
}

/// The failure of a profile that could not be read.
fn unread(profile: &str, error: Error) -> Change {
    let (name, vendor) = (Some(profile.to_owned()), error.vendor.unwrap_or_default());
    let change = Change::new(Operation::TrunkList, Outcome::Failed, profile, vendor, "profile");
    Change { name, error: Some(error), ..change }
}

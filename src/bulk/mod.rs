//! Bulk writes: the rows of a list become items, and the items are sent in calls of as many as the vendor takes.
//!
//! `validate` reads a list twice: once to find every invalid row, once to send the valid ones. `executor` sends them in
//! batches, `decide` says what follows each call, and `recorder` keeps how each item ended, also in the results file. A
//! [`job::Job`] is one operation: its calls, and how to read whether they were applied.

pub mod add_numbers;
pub mod countries;
pub mod decide;
pub mod executor;
pub mod job;
pub mod numbers;
mod recorder;
pub mod remove_numbers;
mod results_file;
pub mod validate;

use crate::context::Context;
use crate::engine::session::Session;
use crate::engine::tokens::digest;
use crate::input::rows::Sheet;
use crate::model::error::Result;
use crate::model::report::Report;
use crate::model::support::Operation;
use decide::{Batch, after};
use executor::Executor;
use job::Job;
use recorder::Recorder;
use results_file::{ResultsFile, Run};
use validate::{Items, Validated};

/// The maximum number of mistakes and refusals that are printed for rows that are not sent.
const PRINTED: usize = 20;

/// How a list is processed.
pub struct Options<'a> {
    /// Whether invalid rows are left out; otherwise nothing is sent.
    pub skip_invalid: bool,
    /// The maximum number of requests at the same time.
    pub concurrency: usize,
    /// The new results file.
    pub results: Option<&'a str>,
    /// The results file of the run to continue.
    pub resume: Option<&'a str>,
}

/// A list whose rows were all checked.
pub struct List<K: Items> {
    sheet: Sheet,
    items: K,
    validated: Validated,
}

impl<K: Items> List<K> {
    /// Reads and checks every row. Nothing is sent.
    pub fn open(
        context: &Context,
        path: &str,
        items: K,
        list: &'static str,
        options: &Options<'_>,
    ) -> Result<Self> {
        let sheet = Sheet::open(path, items.shape())?;
        let validated = validate::validate(&sheet, &items)?;
        validated.admit(&sheet, list, options.skip_invalid)?;
        validated.warnings().for_each(|warning| context.diagnostics.warn(&warning));
        if validated.bad > 0 {
            for mistake in validated.mistakes.iter().take(PRINTED) {
                context.diagnostics.reason(&format!("left out: {}, {}", sheet.name(), mistake.line()));
            }
            let rows = match validated.bad {
                1 => "1 invalid row".into(),
                count => format!("{count} invalid rows"),
            };
            context.diagnostics.reason(&format!("left out: {rows} of {}", sheet.name()));
        }
        Ok(Self { sheet, items, validated })
    }

    /// The number of valid rows.
    pub fn len(&self) -> usize {
        self.validated.good
    }

    /// Runs the job for every valid row.
    pub async fn process<J: Job<Item = K::Item>>(
        &self,
        context: &Context,
        (session, operation, account): (&Session, Operation, &str),
        options: &Options<'_>,
        job: &J,
    ) -> Result<Report> {
        let run = Run {
            operation: operation.name().to_owned(),
            profile: session.profile().name.clone(),
            account: account.to_owned(),
            // Profiles of the same name can have different addresses.
            place: digest(&session.profile().identity),
        };
        let results_file = match (options.results, options.resume) {
            (Some(_), _) if context.options.dry_run.is_some() => None,
            (Some(path), _) => Some(ResultsFile::create(path, &run)?),
            (None, Some(path)) => Some(ResultsFile::resume(path, &run)?),
            (None, None) => None,
        };
        let rows = || validate::good(&self.sheet, &self.items);
        let count = (self.validated.good as u64, self.validated.bad as u64);
        let recorder = Recorder::new(context, job, results_file, count);
        if job.refuses_existing() {
            recorder.warn_of_existing(rows()?)?;
        }
        run_job(context, session, recorder, options.concurrency, count.0, (rows()?, rows()?)).await
    }
}

/// Writes one item. Its error is the command's error.
pub async fn one<J: Job>(context: &Context, job: &J, item: J::Item) -> Result<Report> {
    let mut change = job.change(&item);
    let ended = match job.without_call(&item) {
        Some(ended) => Some(ended),
        None => match job.send(std::slice::from_ref(&item)).await? {
            None => return Ok(context.withheld()),
            Some(sent) => {
                let names = (J::LIST, |item: &J::Item| job.key(item));
                after(Batch::new(vec![item]), Ok(sent), names, 0).settled.pop().map(|(_, end)| end)
            }
        },
    };
    if let Some(ended) = ended {
        ended.put(&mut change);
    }
    match change.error.take() {
        Some(error) => Err(error),
        None => Ok(Report::Change(Box::new(change))),
    }
}

/// Writes the items of a command line: one as [`one`], several as the rows of a list.
pub async fn several<J: Job>(
    context: &Context,
    session: &Session,
    job: &J,
    items: Vec<J::Item>,
) -> Result<Report> {
    let items = match <[J::Item; 1]>::try_from(items) {
        Ok([only]) => return one(context, job, only).await,
        Err(items) => items,
    };
    let count = items.len() as u64;
    let recorder = Recorder::new(context, job, None, (count, 0));
    run_job(context, session, recorder, 1, count, (std::iter::empty(), items.into_iter().map(Ok))).await
}

/// Runs a job. `doubtful` yields the same items once more, for those that an earlier run left in doubt.
async fn run_job<'c, J: Job>(
    context: &'c Context,
    session: &Session,
    mut record: Recorder<'c, J>,
    concurrency: usize,
    expected: u64,
    (doubtful, items): (impl Iterator<Item = Result<J::Item>>, impl Iterator<Item = Result<J::Item>>),
) -> Result<Report> {
    let dry_run = context.options.dry_run.is_some();
    if !dry_run {
        // Finished items are always reported.
        context.cancellation.leave_to_command();
    }
    let (waiting, end) = record.resume(doubtful).await?;
    let executor = Executor {
        job: record.job(),
        record,
        retries: context.options.retries,
        stop: || context.cancellation.is_asked(),
        items,
        expected,
        waiting,
        end,
    };
    session.limit_concurrency(concurrency);
    // A dry run shows its requests in the order of the rows. Otherwise, some workers write to the journal and the results
    // file while the others wait for answers.
    let workers = if dry_run { 1 } else { concurrency + concurrency / 4 };
    let (record, end) = executor.run(workers).await;
    let report = record.close(end)?;
    let Report::Changes(changes) = report else { return Ok(report) };
    if !dry_run {
        return Ok(Report::Changes(changes));
    }
    let mut errors = changes.list.into_iter().filter_map(|change| change.error).peekable();
    // If every row is refused, a dry run ends as the run would.
    if let Some(error) = errors.next_if(|_| !context.withholds()) {
        return Err(error);
    }
    errors.take(PRINTED).for_each(|error| context.diagnostics.reason(&error.message));
    Ok(context.withheld())
}

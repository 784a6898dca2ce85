//! Bulk writes: from the rows of a list to items, from items to calls, and what is left of them on disk.
//!
//! `input` reads a list twice: once to find every bad row, once to send the good ones. `runner` sends them in
//! batches, `after` decides what follows each call, `books` takes down how each item ended and `ledger` keeps the results
//! file. A [`job::Job`] knows the one operation: its calls, and how to look up what became of them.

pub mod add_countries;
pub mod add_numbers;
pub mod countries;
mod decide;
pub mod input;
pub mod job;
pub mod numbers;
pub mod removals;
pub mod remove_numbers;
mod results_file;
mod runner;
pub mod sequence;
mod sink;

use crate::context::Context;
use crate::engine::session::Session;
use crate::engine::tokens::digest;
use crate::input::rows::Sheet;
use crate::model::error::Result;
use crate::model::report::Report;
use crate::model::support::Operation;
use decide::{Batch, after};
use input::{Items, Survey};
use job::Job;
use results_file::{ResultsFile, Run};
use sink::Sink;

/// How many complaints about rows that are left out are told one by one.
const TOLD: usize = 20;

/// How a list is processed.
pub struct Options<'a> {
    /// Whether bad rows are left out, in place of sending nothing.
    pub skip_invalid: bool,
    /// How many calls are under way at once.
    pub concurrency: usize,
    /// The new file that records what is sent and how each row ends.
    pub results: Option<&'a str>,
    /// The file of the run that is continued.
    pub resume: Option<&'a str>,
}

/// A list of which every row was looked at.
pub struct List<K: Items> {
    sheet: Sheet,
    items: K,
    survey: Survey,
}

impl<K: Items> List<K> {
    /// Reads and checks every row. Nothing is sent.
    ///
    /// # Errors
    /// A list that cannot be read, or that has bad rows where these are not to be left out.
    pub fn open(
        context: &Context,
        path: &str,
        items: K,
        list: &'static str,
        options: &Options<'_>,
    ) -> Result<Self> {
        let sheet = Sheet::open(path, items.shape())?;
        let survey = input::survey(&sheet, &items)?;
        survey.admit(&sheet, list, options.skip_invalid)?;
        survey.warnings().for_each(|warning| context.diagnostics.warn(&warning));
        if survey.bad > 0 {
            for complaint in survey.complaints.iter().take(TOLD) {
                context.diagnostics.reason(&format!("left out: {}, {}", sheet.name(), complaint.line()));
            }
            let rows = if survey.bad == 1 { "1 bad row".into() } else { format!("{} bad rows", survey.bad) };
            context.diagnostics.reason(&format!("left out: {rows} of {}", sheet.name()));
        }
        Ok(Self { sheet, items, survey })
    }

    /// How many rows are good.
    pub fn len(&self) -> usize {
        self.survey.good
    }

    /// Does with every good row what the job does.
    ///
    /// # Errors
    /// What goes wrong before anything is sent.
    pub async fn work_off<J: Job<Item = K::Item>>(
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
            // Profiles of one name can lead to different places.
            place: digest(&session.profile().identity),
        };
        let results_file = match (options.results, options.resume) {
            (Some(_), _) if context.options.dry_run.is_some() => None,
            (Some(path), _) => Some(ResultsFile::create(path, &run)?),
            (None, Some(path)) => Some(ResultsFile::resume(path, &run)?),
            (None, None) => None,
        };
        let good = || input::good(&self.sheet, &self.items);
        let concurrency = options.concurrency;
        let rows = (self.survey.good as u64, self.survey.bad as u64);
        let sink = Sink::new(context, job, results_file, rows);
        let report = runner::run(context, job, sink, concurrency, rows.0, (good()?, good()?)).await?;
        if context.options.dry_run.is_none() {
            return Ok(report);
        }
        match report {
            // Where every row is refused, a dry run ends as the run would.
            Report::Changes(mut changes) if !session.withholds() => {
                match changes.list.iter_mut().find_map(|change| change.error.take()) {
                    Some(error) => Err(error),
                    None => Ok(context.withheld(session)),
                }
            }
            _ => Ok(context.withheld(session)),
        }
    }
}

/// Does with one item what the job does: a single write, whose error is the command's own.
///
/// # Errors
/// Whatever the write ends in.
pub async fn one<J: Job>(context: &Context, session: &Session, job: &J, item: J::Item) -> Result<Report> {
    let mut change = job.change(&item);
    let ended = match job.without_call(&item) {
        Some(ended) => Some(ended),
        None => match job.send(std::slice::from_ref(&item)).await? {
            None => return Ok(context.withheld(session)),
            Some(sent) => {
                after(Batch::new(vec![item]), Ok(sent), J::LIST, 0).settled.pop().map(|(_, end)| end)
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

/// Does with several items of the command line what the job does with the rows of a list.
///
/// # Errors
/// What goes wrong before anything is sent.
pub async fn work_off<J: Job>(
    context: &Context,
    session: &Session,
    job: &J,
    items: Vec<J::Item>,
) -> Result<Report> {
    let sink = Sink::new(context, job, None, (items.len() as u64, 0));
    let (count, items) = (items.len() as u64, (std::iter::empty(), items.into_iter().map(Ok)));
    let report = runner::run(context, job, sink, 1, count, items).await?;
    if context.options.dry_run.is_some() { Ok(context.withheld(session)) } else { Ok(report) }
}

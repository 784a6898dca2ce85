//! From parsed arguments to a report, one file per noun. No HTTP and no printing here.

mod apply;
mod columns;
pub mod complete;
mod countries;
mod diff;
mod explain;
mod help;
mod history;
mod internal_numbers;
mod lookup;
mod names;
mod numbers;
mod plan;
mod profile;
mod profile_file;
mod profile_init;
mod rows;
mod sandbox;
mod schema;
mod settings;
mod shell;
mod spec;
mod tree;
mod trunk_check;
mod trunk_clone;
mod trunk_create;
mod trunk_delete;
mod trunk_edit;
mod trunk_ensure;
mod trunk_filter;
mod trunk_list;
mod trunk_update;
mod trunk_wait;
mod vendors;
mod version;

pub use tree::{parser, tree_for};
pub use vendors::matrix_markdown;
pub use version::LONG as LONG_VERSION;

use crate::cli::{self, Cli, Command};
use crate::context::Context;
use crate::engine::session::Session;
use crate::model::change::Change;
use crate::model::error::{Error, Kind, Result};
use crate::model::report::{Format, Report};
use crate::model::support::Operation;
use crate::model::trunk::Trunk;
use crate::ops::steps::{self, require};

/// Runs a command to its report.
pub async fn run(command_line: &Cli, context: &Context) -> Result<Report> {
    let only = match (context.options.output, &command_line.command) {
        (Format::Markdown, Command::Plan(_)) => None,
        (Format::Markdown, _) => Some("only `trunkctl plan` supports -o markdown"),
        (Format::Prometheus, Command::Trunk(cli::trunk::Verb::Check(_))) => None,
        (Format::Prometheus, _) => Some("only `trunkctl trunk check` supports -o prometheus"),
        _ => None,
    };
    if let Some(only) = only {
        return Err(Error::new(Kind::Usage, only)
            .hint("choose another format with -o: table, json, jsonl, yaml or csv"));
    }
    let result = match &command_line.command {
        Command::Trunk(verb) => match verb {
            cli::trunk::Verb::Create(args) => trunk_create::run(context, args).await,
            cli::trunk::Verb::Update(args) => trunk_update::run(context, args).await,
            cli::trunk::Verb::Enable(args) => trunk_update::switch(context, &args.trunks, true).await,
            cli::trunk::Verb::Disable(args) => trunk_update::switch(context, &args.trunks, false).await,
            cli::trunk::Verb::Clone(args) => trunk_clone::run(context, args).await,
            cli::trunk::Verb::Edit(args) => trunk_edit::run(context, args).await,
            cli::trunk::Verb::Rename { named, name } => {
                let set = Trunk { name: Some(name.clone()), ..Trunk::default() };
                trunk_update::set(context, &named.trunk, set).await
            }
            cli::trunk::Verb::Ensure(args) => trunk_ensure::run(context, args).await,
            cli::trunk::Verb::List(args) => trunk_list::list(context, args).await,
            cli::trunk::Verb::Get(args) => trunk_list::get(context, args).await,
            cli::trunk::Verb::Delete(args) => trunk_delete::run(context, args).await,
            cli::trunk::Verb::Check(args) => trunk_check::run(context, args).await,
            cli::trunk::Verb::Wait(args) => trunk_wait::run(context, args).await,
        },
        Command::InternalNumbers(verb) => match verb {
            cli::internal_numbers::Verb::Add(args) => internal_numbers::add(context, args).await,
            cli::internal_numbers::Verb::List(args) => internal_numbers::list(context, args).await,
            cli::internal_numbers::Verb::Update(args) => internal_numbers::update(context, args).await,
            cli::internal_numbers::Verb::Remove(args) => internal_numbers::remove(context, args).await,
        },
        Command::SipSettings(verb) => match verb {
            cli::settings::Verb::Assign(args) => settings::assign(context, args).await,
            cli::settings::Verb::Show(args) => settings::show(context, args).await,
        },
        Command::CalloutCountries(verb) => match verb {
            cli::countries::Verb::Add(args) => countries::add(context, args).await,
            cli::countries::Verb::List(args) => countries::list(context, args).await,
            cli::countries::Verb::Remove(args) => countries::remove(context, args).await,
        },
        Command::Numbers(verb) => match verb {
            cli::numbers::Verb::List(args) => numbers::list(context, args).await,
            cli::numbers::Verb::Assign(args) => numbers::assign(context, args).await,
            cli::numbers::Verb::Clear(args) => numbers::clear(context, args).await,
        },
        Command::Validate(args) => plan::validate(context, args).await,
        Command::Plan(args) => plan::run(context, args).await,
        Command::Apply(args) => apply::run(context, args).await,
        Command::Diff(args) => diff::run(context, args).await,
        Command::Lookup(verb) => lookup::run(context, verb).await,
        Command::Profile(verb) => profile::run(context, verb).await,
        Command::Export(args) => {
            let selection = crate::export::Selection {
                all_profiles: args.all_profiles,
                accounts: &args.accounts,
                vendor: args.aim.as_deref(),
            };
            crate::export::run(context, &selection).await
        }
        Command::Vendors { vendor } => vendors::matrix(vendor.as_deref()),
        Command::Explain { subject, code } => explain::run(subject, code.as_deref()),
        Command::History(cli::history::Verb::List(args)) => history::list(context, args),
        Command::History(cli::history::Verb::Show(args)) => history::show(context, args),
        Command::History(cli::history::Verb::Resolve(args)) => history::resolve(context, args).await,
        Command::Schema { of } => Ok(schema::run(context, *of)),
        Command::Sandbox(cli::sandbox::Verb::Serve(args)) => sandbox::serve(context, args).await,
        Command::Sandbox(cli::sandbox::Verb::Reset) => sandbox::reset(context),
        Command::Completions { shell } => Ok(shell::completions(*shell)),
        Command::Man { folder } => shell::manual(folder.as_deref()),
        Command::Help { words } => help::run(words),
        Command::Version => Ok(version::report()),
    };
    result.map_err(|mut error| {
        if context.options.sandbox && error.kind == Kind::Conflict {
            error.hint = Some("this is the sandbox; `trunkctl sandbox reset` deletes its objects".into());
        }
        error
    })
}

/// Opens a session with the profile of the command. Refuses an operation that the vendor lacks.
async fn open(context: &Context, operation: Operation) -> Result<Session> {
    open_on(context, None, operation, None).await
}

/// The same with the named profile, and on the given account.
async fn open_on(
    context: &Context,
    profile: Option<&str>,
    operation: Operation,
    account: Option<&str>,
) -> Result<Session> {
    let mut session = context.session_of(profile.or(context.options.profile.as_deref())).await?;
    require(&session, operation)?;
    let account = steps::account(&session, account)?;
    if !account.is_empty() {
        session.choose_account(account);
    }
    Ok(session)
}

/// The report of one write: the change, or without one, the withheld request of a dry run.
fn changed(context: &Context, change: Option<Change>) -> Report {
    change.map_or_else(|| context.withheld(), |change| Report::Change(Box::new(change)))
}

/// The report of a dry run of several changes. If some of them are impossible, it has the exit code of the run.
fn rehearsed(context: &Context, changes: &[Change]) -> Result<Report> {
    let mut report = context.withheld();
    let impossible: Vec<&str> = changes
        .iter()
        .filter_map(|change| change.error.as_ref())
        .map(|error| error.message.as_str())
        .collect();
    if impossible.is_empty() {
        return Ok(report);
    }
    (context.publish)(&mut report)?;
    let list = impossible.join("\n  ");
    Err(Error::new(Kind::Partial, format!("some changes are impossible:\n  {list}"))
        .hint("nothing was changed"))
}

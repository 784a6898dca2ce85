//! From parsed arguments to a report, one file a noun. No HTTP here, and no printing.

mod apply;
mod bulk;
mod confirm;
mod countries;
mod explain;
mod export;
mod fleet;
mod history;
mod interrupts;
mod lookup;
mod numbers;
mod numbers_add;
mod numbers_held;
mod plan;
mod profile;
mod profile_init;
mod references;
mod rows;
mod sandbox;
mod schema;
mod secrets;
mod settings;
mod shell;
mod spec;
mod state;
mod steps;
mod target;
mod trunk_create;
mod trunk_delete;
mod trunk_ensure;
mod trunk_filter;
mod trunk_list;
mod trunk_update;
mod vendors;
mod world;

pub use interrupts::{ended, failed, interrupted};
pub use vendors::matrix_markdown;
pub use world::{Answer, Ask, AskSecret, AskText, People, Publish, Reply, Typed, World};

use crate::cli::{self, Cli, Command};
use crate::model::error::{Error, Kind, Result};
use crate::model::report::Report;

/// Runs a command to its report.
///
/// # Errors
/// Whatever the command ran into.
pub async fn run(command_line: &Cli, world: &World) -> Result<Report> {
    let globals = &command_line.globals;
    if globals.output == cli::Format::Markdown && !matches!(command_line.command, Command::Plan(_)) {
        return Err(Error::new(Kind::Usage, "only `trunkctl plan` writes Markdown")
            .hint("choose another form with -o: table, json, jsonl, yaml or csv"));
    }
    let result = match &command_line.command {
        Command::Trunk { verb } => match &**verb {
            cli::trunk::Verb::Create(args) => trunk_create::run(world, globals, args).await,
            cli::trunk::Verb::Update(args) => trunk_update::run(world, globals, args).await,
            cli::trunk::Verb::Ensure(args) => trunk_ensure::run(world, globals, args).await,
            cli::trunk::Verb::List(args) => trunk_list::list(world, globals, args).await,
            cli::trunk::Verb::Get(args) => trunk_list::get(world, globals, args).await,
            cli::trunk::Verb::Delete(args) => trunk_delete::run(world, globals, args).await,
        },
        Command::InternalNumbers { verb } => match verb {
            cli::internal_numbers::Verb::Add(args) => numbers_add::add(world, globals, args).await,
            cli::internal_numbers::Verb::List(args) => numbers_held::list(world, globals, args).await,
            cli::internal_numbers::Verb::Update(args) => numbers_held::update(world, globals, args).await,
            cli::internal_numbers::Verb::Remove(args) => numbers_held::remove(world, globals, args).await,
        },
        Command::SipSettings { verb } => match verb {
            cli::settings::Verb::Assign(args) => settings::assign(world, globals, args).await,
            cli::settings::Verb::Show(args) => settings::show(world, globals, args).await,
        },
        Command::CalloutCountries { verb } => match verb {
            cli::countries::Verb::Add(args) => countries::add(world, globals, args).await,
            cli::countries::Verb::List(args) => countries::list(world, globals, args).await,
            cli::countries::Verb::Remove(args) => countries::remove(world, globals, args).await,
        },
        Command::Numbers { verb } => match verb {
            cli::numbers::Verb::List => numbers::list(world, globals).await,
            cli::numbers::Verb::Assign(args) => numbers::assign(world, globals, args).await,
            cli::numbers::Verb::Clear(args) => numbers::clear(world, globals, args).await,
        },
        Command::Plan(args) => plan::run(world, globals, args).await,
        Command::Apply(args) => apply::run(world, globals, args).await,
        Command::Lookup { verb } => lookup::run(world, globals, verb).await,
        Command::Profile { verb } => profile::run(world, globals, verb).await,
        Command::Export(args) => export::run(world, globals, args).await,
        Command::Vendors => Ok(vendors::matrix()),
        Command::Explain { subject, code } => explain::run(subject, code.as_deref()),
        Command::History { verb: cli::history::Verb::List(args) } => history::list(world, globals, args),
        Command::History { verb: cli::history::Verb::Show(args) } => history::show(world, globals, args),
        Command::History { verb: cli::history::Verb::Resolve(args) } => {
            history::resolve(world, globals, args).await
        }
        Command::Schema { of } => Ok(schema::run(globals, *of)),
        Command::Sandbox { verb: cli::sandbox::Verb::Serve(args) } => sandbox::serve(world, args).await,
        Command::Sandbox { verb: cli::sandbox::Verb::Reset } => sandbox::reset(world),
        Command::Completions { shell } => Ok(shell::completions(*shell)),
        Command::Man { folder } => shell::manual(folder.as_deref()),
    };
    result.map_err(|mut error| {
        if globals.sandbox && error.kind == Kind::Conflict {
            error.hint = Some("this is the sandbox: `trunkctl sandbox reset` empties it".into());
        }
        error
    })
}

//! From parsed arguments to a report, one file a noun. No HTTP here, and no printing.

mod explain;
mod numbers;
mod references;
mod sandbox;
mod settings;
mod shell;
mod spec;
mod target;
mod trunk_create;
mod trunk_update;
mod vendors;
mod world;

pub use vendors::matrix_markdown;
pub use world::{Answer, Ask, Publish, World, interrupted};

use crate::cli::{
    Cli, Command, numbers as numbers_cli, sandbox as sandbox_cli, settings as settings_cli, trunk,
};
use crate::model::error::{Kind, Result};
use crate::model::report::Report;

/// Runs a command to its report.
///
/// # Errors
/// Whatever the command ran into.
pub async fn run(cli: &Cli, world: &World) -> Result<Report> {
    let result = match &cli.command {
        Command::Trunk { verb } => match &**verb {
            trunk::Verb::Create(args) => trunk_create::run(world, &cli.globals, args).await,
            trunk::Verb::Update(args) => trunk_update::run(world, &cli.globals, args).await,
        },
        Command::InternalNumbers { verb: numbers_cli::Verb::Add(args) } => {
            numbers::add(world, &cli.globals, args).await
        }
        Command::SipSettings { verb: settings_cli::Verb::Assign(args) } => {
            settings::assign(world, &cli.globals, args).await
        }
        Command::Vendors => Ok(vendors::matrix()),
        Command::Explain { subject, code } => explain::run(subject, code.as_deref()),
        Command::Sandbox { verb: sandbox_cli::Verb::Serve(args) } => sandbox::serve(world, args).await,
        Command::Sandbox { verb: sandbox_cli::Verb::Reset } => sandbox::reset(world),
        Command::Completions { shell } => Ok(shell::completions(*shell)),
        Command::Man { folder } => shell::manual(folder.as_deref()),
    };
    result.map_err(|mut error| {
        if cli.globals.sandbox && error.kind == Kind::Conflict {
            error.hint = Some("this is the sandbox: `trunkctl sandbox reset` empties it".into());
        }
        error
    })
}

//! `completions` and `man`

use std::io;
use std::path::Path;

use clap::Command;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};

use super::complete::script;
use super::tree::tree;
use crate::cli::Shell;
use crate::guide;
use crate::model::error::{Error, Result};
use crate::model::report::Report;

/// The completion script of a shell.
pub fn completions(shell: Shell) -> Report {
    let name = match shell {
        Shell::Bash => "bash",
        Shell::Zsh => "zsh",
        Shell::Fish => "fish",
        Shell::Powershell => "powershell",
    };
    Report::Text(String::from_utf8_lossy(&script(name)).into_owned())
}

/// Prints the manual page, or writes those of all commands and of the guide to a folder.
pub fn manual(folder: Option<&Path>) -> Result<Report> {
    let mut tree = tree().disable_help_subcommand(true);
    tree.build();
    let Some(folder) = folder else { return Ok(Report::Text(page(&tree))) };
    let topic = |topic| std::fs::write(folder.join(guide::file_name(topic)), guide::manual(topic));
    std::fs::create_dir_all(folder)
        .and_then(|()| pages(&tree, folder))
        .and_then(|()| guide::TOPICS.iter().try_for_each(topic))
        .map_err(|cause| {
            Error::config(format!("the manual pages cannot be written to `{}`: {cause}", folder.display()))
                .hint("choose a folder that you can write to")
        })?;
    Ok(Report::Nothing)
}

/// Writes the pages of a command and of those below it.
fn pages(command: &Command, folder: &Path) -> io::Result<()> {
    command.get_subcommands().try_for_each(|command| pages(command, folder))?;
    let name = command.get_display_name().unwrap_or_else(|| command.get_name());
    std::fs::write(folder.join(format!("{name}.1")), page(command))
}

/// The page of a command. Its synopsis is the usage of its help, because `clap_mangen` lists every option there.
fn page(command: &Command) -> String {
    const SYNOPSIS: &str = ".SH SYNOPSIS\n";
    let mut page = Vec::new();
    // Writing to memory does not fail.
    let _ =
        Man::new(command.clone()).source(concat!("trunkctl ", env!("CARGO_PKG_VERSION"))).render(&mut page);
    let page = String::from_utf8_lossy(&page).into_owned();
    let usage = command.clone().render_usage().to_string();
    let usage = Roff::new().text([roman(usage.trim_start_matches("Usage: "))]).to_roff();
    match page.split_once(SYNOPSIS).and_then(|(head, rest)| Some((head, rest.split_once(".SH ")?.1))) {
        Some((head, tail)) => format!("{head}{SYNOPSIS}{usage}.SH {tail}"),
        None => page,
    }
}

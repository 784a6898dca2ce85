//! `completions` and `man`

use std::path::Path;

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
    let Some(folder) = folder else {
        let mut page = Vec::new();
        clap_mangen::Man::new(tree())
            .render(&mut page)
            .map_err(|cause| Error::config(format!("the manual page cannot be written: {cause}")))?;
        return Ok(Report::Text(String::from_utf8_lossy(&page).into_owned()));
    };
    let topic = |topic| std::fs::write(folder.join(guide::file_name(topic)), guide::manual(topic));
    std::fs::create_dir_all(folder)
        .and_then(|()| {
            clap_mangen::generate_to(tree().mut_subcommands(|command| command.hide(false)), folder)
        })
        .and_then(|()| guide::TOPICS.iter().try_for_each(topic))
        .map_err(|cause| {
            Error::config(format!("the manual pages cannot be written to `{}`: {cause}", folder.display()))
                .hint("choose a folder that you can write to")
        })?;
    Ok(Report::Nothing)
}

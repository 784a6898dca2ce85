//! `completions` and `man`

use std::path::Path;

use clap_complete::shells;

use super::tree::tree;
use crate::cli::Shell;
use crate::model::error::{Error, Result};
use crate::model::report::Report;

/// The completion script of a shell.
pub fn completions(shell: Shell) -> Report {
    let mut script = Vec::new();
    let mut command = tree();
    match shell {
        Shell::Bash => clap_complete::generate(shells::Bash, &mut command, "trunkctl", &mut script),
        Shell::Zsh => clap_complete::generate(shells::Zsh, &mut command, "trunkctl", &mut script),
        Shell::Fish => clap_complete::generate(shells::Fish, &mut command, "trunkctl", &mut script),
        Shell::Powershell => {
            clap_complete::generate(shells::PowerShell, &mut command, "trunkctl", &mut script)
        }
    }
    Report::Text(String::from_utf8_lossy(&script).into_owned())
}

/// Prints the manual page, or writes all of them to a folder.
pub fn manual(folder: Option<&Path>) -> Result<Report> {
    let Some(folder) = folder else {
        let mut page = Vec::new();
        clap_mangen::Man::new(tree())
            .render(&mut page)
            .map_err(|cause| Error::config(format!("the manual page cannot be written: {cause}")))?;
        return Ok(Report::Text(String::from_utf8_lossy(&page).into_owned()));
    };
    std::fs::create_dir_all(folder).and_then(|()| clap_mangen::generate_to(tree(), folder)).map_err(
        |cause| {
            Error::config(format!("the manual pages cannot be written to `{}`: {cause}", folder.display()))
                .hint("choose a folder that you can write to")
        },
    )?;
    Ok(Report::Nothing)
}

//! Trunks that a command names, also on standard input.

use crate::input::file::Source;
use crate::model::error::{Error, Kind, Result};

/// The trunks of the command line. `-` stands for the lines of standard input.
///
/// # Errors
/// [`Kind::Usage`] if `-` is given twice; [`Kind::Invalid`] if standard input names no trunk.
pub fn trunks(given: &[String]) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for (at, name) in given.iter().enumerate() {
        if name != "-" {
            names.push(name.clone());
        } else if given[..at].contains(name) {
            return Err(Error::new(Kind::Usage, "`-` is given twice; standard input can be read only once"));
        } else {
            let source = Source::open("-", Kind::Invalid)?;
            let lines = source.text().lines().map(str::trim).filter(|line| !line.is_empty());
            names.extend(lines.map(str::to_owned));
        }
    }
    if names.is_empty() {
        return Err(Error::invalid("standard input names no trunk").hint(
            "give one trunk per line, for example from `trunkctl trunk list --columns name --no-headers`",
        ));
    }
    Ok(names)
}

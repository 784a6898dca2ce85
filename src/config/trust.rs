//! Checks whether another user could change a file that this program trusts.

use std::io::{self, ErrorKind};
use std::path::Path;

use crate::model::error::{Error, Result};
use crate::state::storage::{self, Untrusted, folder_of};

/// Refuses a file that another user could change: it or its folder belongs to another user, or others can write to one
/// of them. Files of root are trusted. A pipe has no folder.
pub fn check_file(what: &str, path: &Path) -> Result<()> {
    let refused = |cause| refused(what, path, &cause);
    storage::trusted(path).map_err(refused)?;
    if !path.is_file() {
        return Ok(());
    }
    // A link can be replaced in its own folder, and its target in another.
    let target = std::fs::canonicalize(path).map_err(refused)?;
    [path, &target].into_iter().map(folder_of).try_for_each(|folder| check_folder(what, folder))
}

/// Refuses a folder in which another user could replace a file of yours. A folder that does not exist is accepted.
pub fn check_folder(what: &str, path: &Path) -> Result<()> {
    match storage::trusted_folder(path) {
        Err(cause) if cause.kind() != ErrorKind::NotFound => {
            Err(refused(&format!("the folder of the {what}"), path, &cause))
        }
        _ => Ok(()),
    }
}

fn refused(what: &str, path: &Path, cause: &io::Error) -> Error {
    match Untrusted::of(cause) {
        Some(found) => Error::config(format!("{what} {}", found.why)).hint(found.remedy.clone()),
        None => Error::config(format!("{what} `{}` cannot be read: {cause}", path.display()))
            .hint("check the path"),
    }
}

//! The names of trunks from the last lists, for shell completion: in the cache folder, names and ids only.

use std::io::Result;
use std::path::{Path, PathBuf};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::storage::{own_folder, read_own, write_cached};

/// How many names are kept of a profile. More are of no use at a prompt.
pub const MOST: usize = 2000;

/// The longest name that is kept, in bytes.
pub const LONGEST: usize = 200;

/// The name of a trunk, and its id.
pub type Named = (String, String);

/// The file of a profile. The profiles of the sandbox may have the names of others.
fn file(cache: &Path, profile: &str, sandbox: bool) -> PathBuf {
    let folder = if sandbox { "sandbox-trunks" } else { "trunks" };
    cache.join(folder).join(format!("{}.json", utf8_percent_encode(profile, NON_ALPHANUMERIC)))
}

/// Keeps the names of a profile's trunks.
pub fn keep(cache: &Path, profile: &str, sandbox: bool, names: &[Named]) -> Result<()> {
    let path = file(cache, profile, sandbox);
    own_folder(cache)?;
    own_folder(path.parent().unwrap_or(cache))?;
    write_cached(&path, &serde_json::to_vec(names)?)
}

/// The kept names of a profile's trunks; none if there are none, or if others could have written them.
pub fn kept(cache: &Path, profile: &str, sandbox: bool) -> Vec<Named> {
    let bytes = read_own(&file(cache, profile, sandbox)).unwrap_or_default();
    serde_json::from_slice(&bytes).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_kept_for_each_profile() {
        let cache = tempfile::tempdir().unwrap();
        let named = |name: &str| vec![(name.to_owned(), "1".to_owned())];
        keep(cache.path(), "a/../b", false, &named("one")).unwrap();
        keep(cache.path(), "a/../b", true, &named("two")).unwrap();
        assert_eq!(kept(cache.path(), "a/../b", false), named("one"));
        assert_eq!(kept(cache.path(), "a/../b", true), named("two"));
        assert_eq!(kept(cache.path(), "other", false), []);
    }
}

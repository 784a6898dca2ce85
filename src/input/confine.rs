//! Limits the files of an untrusted manifest to the manifest's own folder.

use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

/// Why a path is refused.
const OUTSIDE: &str = "is outside the manifest's folder, which --untrusted does not allow";

/// Refuses a path of a manifest that is not below the folder, also through links.
pub fn check(folder: &Path, path: &Path) -> Result<(), String> {
    let plain = |part| matches!(part, Component::Normal(_) | Component::CurDir);
    if !path.components().all(plain) {
        return Err(OUTSIDE.to_owned());
    }
    real(folder, &folder.join(path)).map(drop)
}

/// Opens a file below the folder, also through links. They are checked before and after, so none can be
/// changed in between. Without a folder, every file is opened.
pub fn open<T>(folder: Option<&Path>, path: &Path, open: impl FnOnce() -> T) -> Result<T, String> {
    let Some(folder) = folder else { return Ok(open()) };
    let before = real(folder, path)?;
    let opened = open();
    if real(folder, path)? == before { Ok(opened) } else { Err(OUTSIDE.to_owned()) }
}

/// The target of a path; none if it does not exist.
fn real(folder: &Path, path: &Path) -> Result<Option<PathBuf>, String> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let whole = |path: &Path| path.canonicalize().map_err(|cause| (cause.kind(), cause.to_string()));
    match (whole(folder), whole(path)) {
        (Ok(folder), Ok(path)) if path.starts_with(&folder) => Ok(Some(path)),
        (Ok(_), Ok(_)) => Err(OUTSIDE.to_owned()),
        (Ok(_), Err((ErrorKind::NotFound, _))) => Ok(None),
        (Err((_, cause)), _) | (_, Err((_, cause))) => Err(format!("cannot be read: {cause}")),
    }
}

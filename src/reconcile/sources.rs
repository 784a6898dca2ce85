//! The files that a manifest consisted of when it was last applied. What one of them wants is not unwanted because the
//! file was not given.

use std::path::{Path, PathBuf};

use super::Fleet;
use crate::context::state_key::untrusted;
use crate::context::{Context, journal_folder};
use crate::engine::tokens::digest;
use crate::input::manifest::Manifest;
use crate::model::error::{Error, Result};
use crate::state::digests::FOLDER;
use crate::state::storage::{folder_of, own_folder, read_own, write_private};

fn path(context: &Context, manifest: &str) -> Result<PathBuf> {
    let folder = journal_folder(&context.folders()?.state, context.options.sandbox);
    Ok(folder.join(FOLDER).join("manifests").join(format!("{}.json", digest(manifest))))
}

/// Refuses to prune where a file of the manifest is still there, and was not given or does not say any more what it
/// wants.
///
/// # Errors
/// That refusal.
pub fn check(context: &Context, manifest: &Manifest) -> Result<()> {
    let name = manifest.name.as_deref().unwrap_or_default();
    let bytes = match read_own(&path(context, name)?) {
        Ok(bytes) => bytes,
        Err(cause) => return untrusted(&cause).map_or(Ok(()), Err),
    };
    // A damaged list lists nothing.
    let known: Vec<String> = serde_json::from_slice(&bytes).unwrap_or_default();
    let lost = known.iter().find(|file| !manifest.files.contains(file) && Path::new(file).is_file());
    let Some(lost) = lost else { return Ok(()) };
    let text =
        format!("--prune: `{lost}` was a part of this manifest when it was last applied, and is none now");
    Err(Error::invalid(text).hint(
        "give it too, or its folder; where it wants nothing any more write `trunk = []` into it; where it is a manifest \
         of its own apply both once without --prune; nothing was sent",
    ))
}

/// Remembers the files that an apply was made of.
pub fn remember(fleet: &Fleet<'_>) {
    let (Some(manifest), false) =
        (&fleet.manifest, fleet.files.is_empty() || fleet.context.options.dry_run.is_some())
    else {
        return;
    };
    let Ok(path) = path(fleet.context, manifest) else { return };
    let bytes = serde_json::to_vec(&fleet.files).unwrap_or_default();
    if read_own(&path).is_ok_and(|known| known == bytes) {
        return;
    }
    if let Err(cause) = own_folder(folder_of(&path)).and_then(|()| write_private(&path, &bytes)) {
        fleet.context.diagnostics.warn(&format!(
            "which files the manifest consists of cannot be remembered in `{}`: {cause}",
            path.display()
        ));
    }
}

//! Which files a manifest is made of.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::mistakes::{At, Mistakes};
use crate::input::waiting::waiting;

/// What is read of a folder.
const ENDINGS: [&str; 4] = ["toml", "yaml", "yml", "json"];

/// The files in the order of the paths, a folder's in the order of their names. A file that is named twice is
/// read once.
pub fn files(paths: &[String], mistakes: &mut Mistakes) -> Vec<String> {
    let mut files = Vec::new();
    let mut seen = HashSet::new();
    for path in paths {
        let found = if path != "-" && Path::new(path).is_dir() {
            waiting(|| in_folder(path)).unwrap_or_else(|what| {
                mistakes.add(At { file: path, place: None, path: "" }, "", what);
                Vec::new()
            })
        } else {
            vec![path.clone()]
        };
        for file in found {
            let own = if file == "-" { None } else { std::fs::canonicalize(&file).ok() };
            if seen.insert(own.unwrap_or_else(|| PathBuf::from(&file))) {
                files.push(file);
            }
        }
    }
    files
}

fn in_folder(folder: &str) -> Result<Vec<String>, String> {
    let entries = std::fs::read_dir(folder).map_err(|cause| format!("the folder cannot be read: {cause}"))?;
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()
        .map_err(|cause| format!("the folder cannot be read: {cause}"))?;
    files.retain(|path| is_manifest(path));
    files.sort();
    if files.is_empty() {
        return Err(format!("the folder contains no manifest; give files in .{}", ENDINGS.join(", .")));
    }
    Ok(files.into_iter().map(|path| path.to_string_lossy().into_owned()).collect())
}

/// Editors keep hidden files beside those that they write.
fn is_manifest(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
    ENDINGS.contains(&ending) && !hidden && path.is_file()
}

//! Manifests in every format. They are not trusted, so none of them names a file or a command that is used.

#![no_main]

use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use trunkctl::internal::{Manifest, ProfileVars, Vars};

static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = std::env::temp_dir().join(format!("trunkctl-fuzz-manifest-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    folder
});

fuzz_target!(|data: &[u8]| {
    let vars = [("site".to_owned(), "oslo".to_owned())].into();
    let profiles = ["a", "b"].map(|name| ProfileVars { name: name.to_owned(), vars: Clone::clone(&vars) });
    let vars = Vars::new(std::iter::empty(), &["x=1".to_owned()], &[]).unwrap();
    for extension in ["toml", "yaml", "json"] {
        let path = FOLDER.join(format!("manifest.{extension}"));
        fs::write(&path, data).unwrap();
        let path = path.to_string_lossy().into_owned();
        match Manifest::open(&[path], &vars, &profiles, true) {
            Ok(manifest) => assert!(manifest.entries.iter().all(|entry| !entry.profiles.is_empty())),
            // As it is shown; the output replaces control characters.
            Err(error) => drop(error.to_string()),
        }
    }
});

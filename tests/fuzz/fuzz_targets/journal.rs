//! The journal in a state folder, which a crash or a person may have damaged.

#![no_main]

use std::fs;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::PathBuf;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use trunkctl::engine::journal;

static STATE: LazyLock<PathBuf> = LazyLock::new(|| {
    let state = std::env::temp_dir().join(format!("trunkctl-fuzz-journal-{}", std::process::id()));
    let folder = journal::path(&state);
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder.parent().unwrap()).unwrap();
    fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(folder).unwrap();
    state
});

fuzz_target!(|data: &[u8]| {
    fs::write(journal::path(&STATE), data).unwrap();
    let mut records = journal::read(&STATE).unwrap();
    let mut count = 0;
    for record in records.by_ref() {
        let record = record.unwrap();
        let _ = (record.is_unresolved("2026-01-01T00:00:00Z".parse().unwrap()), format!("{record:?}"));
        count += 1;
    }
    let lines = data.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).count();
    assert!(count + records.skipped() as usize <= lines);
});

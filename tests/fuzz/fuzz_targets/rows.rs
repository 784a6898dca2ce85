//! Lists of numbers in every format, as `internal-numbers add` and `remove` read and check them.

#![no_main]

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use trunkctl::internal::{Additions, Items, Removals, Sheet, good, rows, validate};
use trunkctl::model::number::InternalNumber;
use trunkctl::model::support::{Operation, Support};
use trunkctl::vendors::ALL;

static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = std::env::temp_dir().join(format!("trunkctl-fuzz-rows-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    folder
});

fuzz_target!(|data: &[u8]| {
    let adds = |facts: &trunkctl::vendors::Facts| facts.support(Operation::NumbersAdd) == Support::Native;
    // Without an extension, the content decides.
    for name in ["list.csv", "list.tsv", "list.jsonl", "list.json", "list.toml", "list.yaml", "list"] {
        let path = FOLDER.join(name);
        fs::write(&path, data).unwrap();
        let path = path.to_string_lossy();
        check(&path, &Removals);
        for vendor in ALL.iter().filter(|vendor| adds(vendor.facts())) {
            let numbers = check(&path, &Additions(*vendor));
            let different: BTreeSet<&str> = numbers.iter().map(|number| number.number.as_str()).collect();
            assert_eq!(different.len(), numbers.len(), "a number twice");
            for number in &numbers {
                let text = serde_json::to_string(number).unwrap();
                assert_eq!(&serde_json::from_str::<InternalNumber>(&text).unwrap(), number);
            }
        }
    }
});

/// Every row is valid or has a mistake, in both readings. Returns what the valid ones are read as.
fn check<K: Items>(path: &str, items: &K) -> Vec<K::Item> {
    let Ok(sheet) = Sheet::open(path, items.shape()) else { return Vec::new() };
    let Ok(validated) = validate(&sheet, items) else { return Vec::new() };
    let mut bad = 0;
    for row in rows(&sheet, items).unwrap() {
        if let Err(mistakes) = row.unwrap().item {
            assert!(!mistakes.is_empty());
            bad += 1;
        }
    }
    assert_eq!(bad, validated.bad);
    validated.mistakes.iter().for_each(|mistake| drop(format!("{mistake:?}")));
    let valid: Vec<K::Item> = good(&sheet, items).unwrap().map(|row| row.unwrap()).collect();
    assert_eq!(valid.len(), validated.good);
    valid
}

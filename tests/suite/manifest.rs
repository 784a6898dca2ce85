//! The example of a manifest: read by the program's own reader, and taken by the vendors' own checks.

use trunkctl::internal::{Manifest, ProfileVars, Vars, What};
use trunkctl::vendors;

use crate::schema;

const FILES: [&str; 2] = ["examples/fleet/meetings.yaml", "examples/fleet/trunks.toml"];

/// The examples as the sandbox would take them.
fn fleet() -> Manifest {
    let folder = format!("{}/examples/fleet", env!("CARGO_MANIFEST_DIR"));
    let names = vendors::ALL.iter().map(|vendor| vendor.facts().name.to_owned());
    let profiles: Vec<ProfileVars> =
        names.map(|name| ProfileVars { name, ..ProfileVars::default() }).collect();
    let vars = Vars::new(std::iter::empty(), &[], &[]).unwrap();
    Manifest::open(&[folder], &vars, &profiles, false).unwrap_or_else(|error| panic!("{}", error.message))
}

#[test]
fn the_example_provisions_every_vendor() {
    let manifest = fleet();
    let wanted = manifest.by_profile();
    let counts: Vec<_> = wanted.iter().map(|wanted| (wanted.profile, wanted.entries.len())).collect();
    assert_eq!(counts, [("zoom", 5), ("yeastar", 2), ("itniotech", 2)]);
    for wanted in wanted {
        let vendor = vendors::by_name(wanted.profile).unwrap();
        for entry in wanted.entries {
            match &entry.what {
                What::Trunk(trunk) => {
                    let verdict = vendor.check_create(trunk);
                    assert!(verdict.errors.is_empty(), "{}: {:?}", entry.place, verdict.errors);
                    // Relative to the manifest, so that it is found from everywhere.
                    if let Some(password) = &trunk.password {
                        let origin = password.origin().unwrap().to_string();
                        let path = origin.strip_prefix("file:").unwrap();
                        assert!(std::path::Path::new(path).is_absolute() && std::fs::exists(path).unwrap());
                    }
                }
                What::Numbers(numbers) => {
                    assert!(numbers.sheet(&entry.place.file).unwrap().rows().unwrap().count() > 0);
                }
                What::Settings(_) | What::Countries(_) => {}
            }
        }
    }
}

#[test]
fn the_example_matches_the_schema() {
    for file in FILES {
        schema::assert_fits("manifest", file);
    }
}

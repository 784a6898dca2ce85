//! Rules for the source that no compiler checks: imports, words limited to some files, explanations.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use trunkctl::model::error::{EXIT_CODES, Kind};
use trunkctl::model::fields::Field;
use trunkctl::model::profile::ProfileKey;
use trunkctl::vendors;

use crate::codes;

/// A source file, named from the root of the repository.
pub struct Source {
    pub name: String,
    text: String,
}

impl Source {
    /// Everything but tests.
    fn without_tests(&self) -> &str {
        if self.name.ends_with("/tests.rs") || self.name.contains("/tests/") {
            return "";
        }
        let (own, tests) = self.text.split_once("#[cfg(test)]\nmod tests {\n").unwrap_or((&self.text, "}"));
        // Code below the tests would be overlooked.
        let ends = tests.lines().filter(|line| !line.is_empty() && !line.starts_with(' ')).count();
        assert!(ends == 1, "{}: the tests do not stand at the end", self.name);
        own
    }

    /// The source compiled into the program: no tests, no comments.
    pub fn code(&self) -> String {
        let lines = self.without_tests().lines().filter(|line| !line.trim_start().starts_with("//"));
        lines.map(|line| format!("{line}\n")).collect()
    }

    /// The modules from the root of the crate to this file.
    fn module(&self) -> Vec<&str> {
        let path = self.name.trim_start_matches("src/").trim_end_matches(".rs").trim_end_matches("/mod");
        path.split('/').collect()
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &str) -> Vec<PathBuf> {
    let (mut files, mut folders) = (Vec::new(), vec![root().join(folder)]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    files
}

fn read(folder: &str) -> Vec<Source> {
    let name = |path: &Path| path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
    let files = files(folder).into_iter().filter(|path| path.extension().is_some_and(|e| e == "rs"));
    files.map(|path| Source { name: name(&path), text: std::fs::read_to_string(&path).unwrap() }).collect()
}

/// Everything below `src`.
pub fn sources() -> Vec<Source> {
    let mut sources = read("src");
    // Runs at build time, and is no part of the program.
    sources.retain(|source| source.name != "src/build.rs");
    assert!(sources.len() > 50, "the sources were not found");
    sources
}

/// The modules that each module of the crate may import, from the lowest layer up.
const IMPORTS: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("state", &["model"]),
    ("vendors", &["model"]),
    ("engine", &["model", "state", "vendors"]),
    ("sandbox", &["model", "state", "vendors"]),
    ("input", &["model", "state"]),
    ("config", &["model", "state", "vendors", "input"]),
    ("context", &["model", "state", "vendors", "engine", "config", "sandbox"]),
    ("ops", &["model", "vendors", "engine"]),
    ("bulk", &["model", "state", "vendors", "engine", "input", "ops", "context"]),
    ("reconcile", &["model", "state", "vendors", "engine", "config", "input", "ops", "context", "bulk"]),
    ("export", &["model", "vendors", "engine", "input", "ops", "context", "reconcile"]),
    ("probe", &["model"]),
    ("guide", &["model"]),
    ("cli", &["model"]),
    ("output", &["model"]),
    (
        "commands",
        &[
            "model",
            "state",
            "vendors",
            "engine",
            "sandbox",
            "config",
            "input",
            "ops",
            "context",
            "bulk",
            "reconcile",
            "export",
            "probe",
            "guide",
            "cli",
        ],
    ),
    ("program", &["model", "engine", "config", "input", "cli", "context", "commands", "output"]),
    // For the tests only.
    ("lib", &["bulk", "cli", "commands", "config", "input", "probe", "sandbox"]),
    ("main", &[]),
];

/// The modules that a text of the module `own` names, from the root of the crate: what stands behind `crate::` and
/// `super::`, groups taken apart.
fn paths(code: &str, own: &[&str]) -> BTreeSet<Vec<String>> {
    let mut found = BTreeSet::new();
    let begins = |at: usize| !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':');
    let crates = code.match_indices("crate::").map(|(at, word)| (at, word.len(), Vec::new()));
    let supers = code.match_indices("super::").map(|(at, _)| {
        let ups = code[at..].split("super::").take_while(|part| part.is_empty()).count();
        let base: Vec<&str> = own[..own.len().saturating_sub(ups)].to_vec();
        (at, ups * "super::".len(), base)
    });
    for (at, length, base) in crates.chain(supers).filter(|(at, ..)| begins(*at)) {
        let base: Vec<String> = base.into_iter().map(str::to_owned).collect();
        take(&code[at + length..], base, &mut found);
    }
    found
}

/// Takes the path that a text begins with, a group's members each.
fn take(text: &str, mut base: Vec<String>, found: &mut BTreeSet<Vec<String>>) {
    let text = text.trim_start();
    if let Some(group) = text.strip_prefix('{') {
        let (mut depth, mut from) = (0, 0);
        for (at, c) in group.char_indices() {
            match c {
                '{' => depth += 1,
                '}' if depth > 0 => depth -= 1,
                ',' | '}' if depth == 0 => {
                    take(&group[from..at], base.clone(), found);
                    from = at + 1;
                }
                _ => {}
            }
            if c == '}' && depth == 0 && from == at + 1 {
                return;
            }
        }
        return;
    }
    let head: String = text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    if !head.is_empty() && head != "self" {
        base.push(head.clone());
    }
    match text[head.len()..].strip_prefix("::") {
        Some(rest) => take(rest, base, found),
        None if base.is_empty() => {}
        None => drop(found.insert(base)),
    }
}

/// The modules that a source names.
fn needs(source: &Source) -> BTreeSet<Vec<String>> {
    paths(&source.code(), &source.module())
}

#[test]
fn imports_are_found_in_every_form() {
    let code = "use crate::a::B;\nuse crate::{\n  c::{D, self}, f,\n};\nlet x = crate::g::h(crate::i);\n\
                use super::{j, k::L};\nsuper::super::m();";
    let found = paths(code, &["x", "y", "z"]);
    let shown: Vec<String> = found.iter().map(|path| path.join("::")).collect();
    assert_eq!(shown, ["a::B", "c", "c::D", "f", "g::h", "i", "x::m", "x::y::j", "x::y::k::L"]);
}

#[test]
fn every_module_imports_only_from_lower_layers() {
    let mut faults = Vec::new();
    for source in sources() {
        let module = source.module();
        let row = IMPORTS.iter().find(|(name, _)| *name == module[0]);
        let (own, allowed) = row.unwrap_or_else(|| panic!("{} belongs to no room in the table", source.name));
        for path in needs(&source) {
            let Some(room) = path.first() else {
                faults.push(format!("{} climbs to the root of the crate", source.name));
                continue;
            };
            if room != own && !allowed.contains(&room.as_str()) {
                faults.push(format!("{} names crate::{}", source.name, path.join("::")));
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

/// A module and those below it are one thing; any other two files that need each other are drawn wrongly.
#[test]
fn files_do_not_import_each_other_in_cycles() {
    let all = sources();
    let modules: Vec<Vec<String>> =
        all.iter().map(|source| source.module().into_iter().map(str::to_owned).collect()).collect();
    // A path belongs to the file with its longest prefix.
    let file = |path: &[String]| {
        let fits = modules.iter().enumerate().filter(|(_, module)| path.starts_with(module));
        fits.max_by_key(|(_, module)| module.len()).map(|(at, _)| at)
    };
    let needs: Vec<BTreeSet<usize>> =
        all.iter().map(|source| needs(source).iter().filter_map(|path| file(path)).collect()).collect();
    let mut circles = Vec::new();
    for (one, others) in needs.iter().enumerate() {
        for &other in others.iter().filter(|other| **other > one && needs[**other].contains(&one)) {
            let related =
                modules[one].starts_with(&modules[other]) || modules[other].starts_with(&modules[one]);
            if !related {
                circles.push(format!("{} and {}", all[one].name, all[other].name));
            }
        }
    }
    assert!(circles.is_empty(), "{circles:#?}");
}

/// Where operations on a vendor's resources are named: in `ops`, and where a plan only asks which request there would be.
const OPERATIONS: [&str; 3] = ["src/vendors/", "src/ops/", "src/reconcile/diff/trunk.rs"];

const TREE: [&str; 4] = [
    "src/commands/schema/cli.rs",
    "src/commands/shell.rs",
    "src/commands/tree.rs",
    "src/commands/complete.rs",
];

/// The files that a rule applies to, the words that they must not contain, and why.
type Rule<'a> = (&'a dyn Fn(&str) -> bool, &'a [&'a str], &'a str);

/// Words, and the only files that may contain them.
#[test]
fn side_effects_stay_in_their_modules() {
    let pure = |name: &str| name.starts_with("src/vendors/") || name.starts_with("src/model/");
    let printer = |name: &str| name.starts_with("src/output/") || name.starts_with("src/program");
    let anywhere = |_: &str| true;
    // Completions and manual pages are made of the tree of commands.
    let tree =
        |name: &str| name.starts_with("src/cli/") || name.starts_with("src/program") || TREE.contains(&name);
    let rules: &[Rule<'_>] = &[
        (
            &pure,
            &[
                "tokio",
                "reqwest",
                "clap",
                "hyper",
                "tracing",
                "async fn",
                ".await",
                "std::env",
                "std::fs",
                "std::process",
                "std::thread",
                "std::io",
                "std::net::Tcp",
                "std::net::Udp",
                "TcpStream",
                "UdpSocket",
                "SystemTime",
                "Instant",
            ],
            "vendors and the model are pure",
        ),
        (
            &|name| !printer(name),
            &["println!", "print!(", "dbg!", "io::stdout", "io::stderr", "stdout()", "stderr()"],
            "only the output prints",
        ),
        (&|name| !tree(name), &["use clap::"], "clap is for cli"),
        (
            &anywhere,
            &["unsafe ", ".unwrap()", ".expect(", "panic!", "todo!", "unimplemented!", "process::exit"],
            "no code of the program may end it in mid-flight",
        ),
        (
            &|name| {
                !name.starts_with("src/engine/")
                    && !name.starts_with("src/sandbox/")
                    && name != "src/probe/exchange.rs"
                    && name != "src/program.rs"
            },
            &["tokio::net", ".send().await", "reqwest::Client"],
            "only the engine, the sandbox's shell and the probe do I/O over the network",
        ),
        (
            &|name| !OPERATIONS.iter().any(|place| name.starts_with(place)),
            &[
                ".create_trunk(",
                ".update_trunk(",
                ".delete_trunk(",
                ".list_trunks(",
                ".get_trunk(",
                ".get_trunks(",
                "vendor().look_up(",
                "vendor().add_numbers(",
                ".list_numbers(",
                ".remove_number(",
                ".read_settings(",
                ".assign_settings(",
                ".list_countries(",
                "vendor().add_countries(",
                ".remove_country(",
                ".list_master_numbers(",
                ".assign_master_numbers(",
                ".clear_numbers(",
            ],
            "only ops calls a vendor's operations on resources",
        ),
    ];
    let mut faults = Vec::new();
    for source in sources() {
        for (at, line) in source.code().lines().enumerate() {
            for (applies, words, why) in rules {
                for word in words.iter().filter(|word| applies(&source.name) && line.contains(**word)) {
                    faults.push(format!("{} ({}): `{word}` in {line:?}: {why}", source.name, at + 1));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn every_vendor_has_the_same_files() {
    let expected: BTreeSet<String> = [
        "mod.rs",
        "abilities.rs",
        "auth.rs",
        "wire.rs",
        "write.rs",
        "read.rs",
        "requests.rs",
        "rules.rs",
        "codes.rs",
        "lists.rs",
        "sandbox",
    ]
    .map(str::to_owned)
    .into();
    for vendor in vendors::ALL {
        let folder = root().join("src/vendors").join(vendor.facts().name);
        let entries = std::fs::read_dir(&folder).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
        let names: BTreeSet<String> = names.filter(|name| name != "tests" && name != "tests.rs").collect();
        assert_eq!(names, expected, "{}", folder.display());
    }
}

/// The files outside a vendor's folder that may name the vendor, and why.
const NAMING: &[(&str, &str)] = &[
    ("src/cli/", "examples in help"),
    ("src/guide/", "the guide has a page for each vendor"),
    ("src/lib.rs", "the architecture follows a field to the wire of one vendor"),
];

/// The folder, and in `src/vendors/mod.rs` its module and its row; everything else follows from the vendor's tables.
#[test]
fn a_fourth_vendor_requires_one_folder_and_two_lines() {
    // Names that the contract gives to settings.
    let documented = ["show_zoom_provided_callout_countries", "show_zoom_provided_numbers"];
    // Profile keys that mean the same at every vendor, and the model's own names.
    let shared = |key: &str| {
        ["base_url", "access_token"].contains(&key) || Field::ALL.iter().any(|field| field.name() == key)
    };
    // A single lower-case word may belong to any text.
    let distinctive = |key: &str| key.contains(|c: char| c == '_' || c.is_uppercase());
    let all = sources();
    let mut faults = Vec::new();
    for facts in vendors::ALL.iter().map(|vendor| vendor.facts()) {
        let wires = facts.shapes.iter().flat_map(|shape| shape.fields).map(|fact| fact.wire);
        let bodies = facts.reserved.iter().map(|(key, _)| *key).chain(facts.secret_keys.iter().copied());
        let keys = facts.profile_keys.iter().map(|key| key.name).chain(wires).chain(bodies);
        let mut keys: BTreeSet<&str> = keys.filter(|key| distinctive(key) && !shared(key)).collect();
        // Of bodies and paths, in no table.
        keys.extend(["errcode", "errmsg", "sip_trunk", "sipTrunk", "siptrunk", "voiceGroup", "voiceGroupId"]);
        let mut registered = 0;
        for source in &all {
            let name = source.name.as_str();
            let mut folders = name.strip_prefix("src/vendors/").unwrap_or_default().split('/');
            let folder = folders.next().filter(|folder| vendors::by_name(folder).is_ok());
            if folder == Some(facts.name) || NAMING.iter().any(|(place, _)| name.starts_with(place)) {
                continue;
            }
            for line in source.without_tests().lines() {
                let plain = documented.iter().fold(line.to_owned(), |line, name| line.replace(name, ""));
                let named = plain.to_lowercase().contains(facts.name);
                let mut words = plain.split(|c: char| !c.is_alphanumeric() && c != '_');
                if named && name == "src/vendors/mod.rs" {
                    registered += 1;
                // Another vendor may have the same keys.
                } else if named || (folder.is_none() && words.any(|word| keys.contains(word))) {
                    faults.push(format!("{name}, of {}: {}", facts.name, line.trim()));
                }
            }
        }
        assert_eq!(registered, 2, "lines of {} in src/vendors/mod.rs", facts.name);
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

/// The name of the key determines whether a value is an address, and so whether it may be plain HTTP.
#[test]
fn every_address_key_of_a_profile_is_recognized() {
    for facts in vendors::ALL.iter().map(|vendor| vendor.facts()) {
        let sandbox = facts.sandbox.iter().map(|(key, value)| (*key, *value));
        let defaults = facts.profile_keys.iter().filter_map(|key| Some((key.name, key.default?)));
        for (key, value) in sandbox.chain(defaults) {
            let is_address = value.contains("://") || value.contains("{base}");
            assert_eq!(ProfileKey::is_address(key), is_address, "{}: {key}", facts.name);
        }
    }
}

/// A sentence begins like one and ends like one.
fn is_sentence(text: &str) -> bool {
    let begins = text.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit() || c == '`' || c == '-');
    begins && text.ends_with('.') && text.len() >= 8 && !text.contains("  ") && text.trim() == text
}

#[test]
fn every_exit_code_and_every_vendor_code_is_explained() {
    let mut faults = Vec::new();
    for row in EXIT_CODES {
        faults.extend(
            [row.meaning, row.remedy]
                .iter()
                .filter(|text| !is_sentence(text))
                .map(|text| format!("exit {}: {text:?}", row.code)),
        );
    }
    for vendor in vendors::ALL.iter().map(|vendor| vendor.facts()) {
        assert!(vendor.codes.len() > 20, "{}", vendor.name);
        for row in vendor.codes {
            faults.extend(
                [row.meaning, row.cause, row.remedy]
                    .iter()
                    .filter(|text| !is_sentence(text))
                    .map(|text| format!("{} {}: {text:?}", vendor.name, row.code)),
            );
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

/// Contract, section 3.
#[test]
fn exit_codes_match_the_contract() {
    let own: Vec<(u8, &str)> = EXIT_CODES.iter().map(|row| (row.code, row.kind)).collect();
    assert_eq!(own, codes::EXIT_CODES);
    for (kind, code) in [
        (Kind::Internal, 1),
        (Kind::Usage, 2),
        (Kind::Config, 3),
        (Kind::Invalid, 4),
        (Kind::Auth, 5),
        (Kind::NotFound, 6),
        (Kind::Conflict, 7),
        (Kind::RateLimited, 8),
        (Kind::Rejected, 9),
        (Kind::Unavailable, 10),
        (Kind::OutcomeUnknown, 11),
        (Kind::Partial, 12),
        (Kind::Unsupported, 13),
        (Kind::Unhealthy, 15),
        (Kind::Interrupted, 130),
    ] {
        assert_eq!(kind.exit_code(), code, "{kind:?}");
    }
}

#[test]
fn the_top_level_has_only_expected_files() {
    let wanted: BTreeSet<String> = [
        "Cargo.toml",
        "Cargo.lock",
        "src",
        "tests",
        "benches",
        "examples",
        "profiles.example.toml",
        "README.md",
        "LICENSE",
    ]
    .map(str::to_owned)
    .into();
    let entries = std::fs::read_dir(root()).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
    // Dot files belong to tools; `target` and `out`, where `.ci/release` writes, are never committed.
    let names: BTreeSet<String> =
        names.filter(|name| !name.starts_with('.') && name != "target" && name != "out").collect();
    assert_eq!(names, wanted);
    let ignored = std::fs::read_to_string(root().join(".gitignore")).unwrap();
    assert!(!ignored.contains("Cargo.lock") && ignored.contains("target"), "{ignored}");
}

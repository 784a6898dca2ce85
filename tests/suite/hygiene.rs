//! Rules of the source that no compiler checks: who imports whom, what may stand where, what is explained.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use trunkctl::model::error::{EXIT_CODES, Kind};
use trunkctl::vendors;

/// A source file, named from the root of the repository.
pub struct Source {
    pub name: String,
    text: String,
}

impl Source {
    /// What is compiled into the program: no tests, no comments.
    pub fn code(&self) -> String {
        if self.name.ends_with("/tests.rs") || self.name.contains("/tests/") {
            return String::new();
        }
        let (own, tests) = self.text.split_once("#[cfg(test)]\nmod tests {\n").unwrap_or((&self.text, "}"));
        // Code below the tests would be overlooked.
        let ends = tests.lines().filter(|line| !line.is_empty() && !line.starts_with(' ')).count();
        assert!(ends == 1, "{}: the tests do not stand at the end", self.name);
        let lines = own.lines().filter(|line| !line.trim_start().starts_with("//"));
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
    let sources = read("src");
    assert!(sources.len() > 50, "the sources were not found");
    sources
}

/// What each part of the crate may name of the others. `storage` writes files and knows nothing else.
const IMPORTS: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("storage", &[]),
    ("vendors", &["model"]),
    ("engine", &["model", "vendors", "storage"]),
    ("sandbox", &["model", "vendors", "storage"]),
    ("config", &["model"]),
    ("cli", &["model"]),
    // The formats are words of the command line; nothing else of it is for the printer to see.
    ("output", &["model", "cli::Format"]),
    ("commands", &["model", "vendors", "engine", "sandbox", "config", "cli", "storage"]),
    ("program", &["model", "engine", "config", "cli", "commands", "output"]),
    ("lib", &[]),
    ("main", &[]),
];

/// The paths below `crate::` in a text, groups taken apart: `a::B`, `c`.
fn imports(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            let (mut depth, mut item) = (0, String::new());
            for c in group.chars() {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => found.push(std::mem::take(&mut item)),
                    _ if depth == 0 && !c.is_whitespace() => item.push(c),
                    _ => {}
                }
            }
            found.push(item);
        } else {
            let end =
                rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')).unwrap_or(rest.len());
            found.push(rest[..end].to_owned());
        }
    }
    found.retain(|path| !path.is_empty());
    found
}

#[test]
fn imports_are_seen_in_every_form() {
    let code = "use crate::a::B;\nuse crate::{\n  c::{D, E}, f,\n};\nlet x = crate::g::h(crate::i);";
    assert_eq!(imports(code), ["a::B", "c::", "f", "g::h", "i"]);
}

#[test]
fn every_part_imports_only_what_is_below_it() {
    let mut faults = Vec::new();
    for source in sources() {
        let module = source.module();
        let row = IMPORTS.iter().find(|(name, _)| *name == module[0]);
        let (own, allowed) = row.unwrap_or_else(|| panic!("{} belongs to no part in the table", source.name));
        let code = source.code();
        for path in imports(&code) {
            let part = |name: &str| path == name || path.starts_with(&format!("{name}::"));
            if !part(own) && !allowed.iter().any(|name| part(name)) {
                faults.push(format!("{} names crate::{path}", source.name));
            }
        }
        // As many steps up as the file is deep lead to the root, past the table.
        if code.contains(&"super::".repeat(module.len())) {
            faults.push(format!("{} climbs to the root of the crate", source.name));
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

const TREE: [&str; 2] = ["src/commands/shell.rs", "src/commands/tree.rs"];

/// The files that a rule applies to, the words that they must not hold, and why.
type Rule<'a> = (&'a dyn Fn(&str) -> bool, &'a [&'a str], &'a str);

/// Words, and the files outside of which they must not stand.
#[test]
fn what_has_effects_stays_where_it_belongs() {
    let pure = |name: &str| name.starts_with("src/vendors/") || name.starts_with("src/model/");
    let printer = |name: &str| name.starts_with("src/output/") || name == "src/program.rs";
    let anywhere = |_: &str| true;
    // Completions and manual pages are made of the tree of commands.
    let tree = |name: &str| name.starts_with("src/cli/") || name == "src/program.rs" || TREE.contains(&name);
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
                    && name != "src/program.rs"
            },
            &["tokio::net", ".send().await", "reqwest::Client"],
            "only the engine and the sandbox's shell do I/O over the network",
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

#[test]
fn the_model_has_no_vendor_words() {
    let mut words: Vec<String> = vendors::ALL.iter().map(|vendor| vendor.facts().name.to_owned()).collect();
    words.extend(["errcode", "errmsg", "keyid", "sip_trunk", "siptrunk", "voicegroup"].map(str::to_owned));
    // Names that the contract gives to settings.
    let documented = ["show_zoom_provided_callout_countries", "show_zoom_provided_numbers"];
    let mut faults = Vec::new();
    for source in sources().iter().filter(|source| source.name.starts_with("src/model/")) {
        for line in source.text.lines() {
            let plain =
                documented.iter().fold(line.to_owned(), |line, name| line.replace(name, "")).to_lowercase();
            faults.extend(
                words
                    .iter()
                    .filter(|word| plain.contains(word.as_str()))
                    .map(|word| format!("{}: `{word}` in {}", source.name, line.trim())),
            );
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
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
fn exit_codes_are_those_of_the_contract() {
    let contract = [
        (0, "done"),
        (1, "internal"),
        (2, "usage"),
        (3, "config"),
        (4, "invalid"),
        (5, "auth"),
        (6, "not_found"),
        (7, "conflict"),
        (8, "rate_limited"),
        (9, "rejected"),
        (10, "unavailable"),
        (11, "outcome_unknown"),
        (12, "partial"),
        (13, "unsupported"),
        (14, "changes_pending"),
        (130, "interrupted"),
    ];
    let own: Vec<(u8, &str)> = EXIT_CODES.iter().map(|row| (row.code, row.kind)).collect();
    assert_eq!(own, contract);
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
        (Kind::Interrupted, 130),
    ] {
        assert_eq!(kind.exit_code(), code, "{kind:?}");
    }
}

#[test]
fn the_top_level_holds_nothing_but_what_a_reader_looks_for() {
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
    // Dot files belong to tools; `target` is never committed.
    let names: BTreeSet<String> = names.filter(|name| !name.starts_with('.') && name != "target").collect();
    assert_eq!(names, wanted);
    let ignored = std::fs::read_to_string(root().join(".gitignore")).unwrap();
    assert!(!ignored.contains("Cargo.lock") && ignored.contains("target"), "{ignored}");
}

/// Whoever ships the binary ships these too.
#[test]
fn every_crate_has_a_permissive_licence() {
    const FREE: &[&str] = &[
        "MIT",
        "MIT-0",
        "Apache-2.0",
        "Apache-2.0 WITH LLVM-exception",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "ISC",
        "0BSD",
        "Zlib",
        "Unicode-3.0",
        "Unlicense",
        "CC0-1.0",
        "BSL-1.0",
        "CDLA-Permissive-2.0",
        "OpenSSL",
    ];
    let compiler = Command::new("rustc").arg("-vV").output().unwrap();
    let compiler = String::from_utf8(compiler.stdout).unwrap();
    let host = compiler.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--offline", "--locked", "--filter-platform", host])
        .current_dir(root())
        .output()
        .unwrap();
    let failure = String::from_utf8_lossy(&output.stderr);
    let data: serde_json::Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {failure}"));
    let packages = data["packages"].as_array().unwrap();
    assert!(packages.len() > 50, "{failure}");
    for package in packages {
        // Below `directories`; used as it is, its own files stay under its own terms.
        if package["name"] == "option-ext" && package["license"] == "MPL-2.0" {
            continue;
        }
        // `A OR B` needs one of them, `A AND B` each.
        let text =
            package["license"].as_str().unwrap_or_default().replace(['(', ')'], "").replace('/', " OR ");
        let good = text.split(" AND ").all(|part| part.split(" OR ").any(|name| FREE.contains(&name.trim())));
        assert!(good, "{}: `{text}`", package["name"]);
    }
}

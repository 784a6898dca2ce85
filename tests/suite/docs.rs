//! The README, the guide, the example files and the help say what the program does.
//!
//! `UPDATE_DOCS=1 cargo test docs::` rewrites the generated parts and the outputs; read the difference.

mod pages;
mod picture;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use clap::Parser;
use sha2::{Digest, Sha256};
use trunkctl::internal::COMMON;
use trunkctl::model::change::Outcome;
use trunkctl::model::error::EXIT_CODES;
use trunkctl::model::fields::Field;
use trunkctl::model::profile::KeyNeed;
use trunkctl::vendors;

use crate::faults;
use crate::output::help::levels;
use crate::support::refusing::Refusing;
use crate::support::scripted::{Act, Scripted, http};
use crate::support::{self, Place};
use pages::{Page, Scene, blocks};

/// An authority without a known private key.
const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----
MIIBizCCATGgAwIBAgIUNUgEsv1qrX9uI3Uj1BBbWfgj2scwCgYIKoZIzj0EAwIw
GjEYMBYGA1UEAwwPbGFiLXBieC5leGFtcGxlMCAXDTI2MTEyMTAwMzUwMFoYDzIx
MjYxMDI4MDAzNTAwWjAaMRgwFgYDVQQDDA9sYWItcGJ4LmV4YW1wbGUwWTATBgcq
hkjOPQIBBggqhkjOPQMBBwNCAAQw26gSK7QYn0uzSNn9GA+S7orwxv6JQCtkoA2C
gs+FgIdFXKDjnjjmA1alzfx99tafMvvfhtVhmu2G7JBBKZzio1MwUTAdBgNVHQ4E
FgQU9S1OyBMTVm1mS2trUCfctPmqBo8wHwYDVR0jBBgwFoAU9S1OyBMTVm1mS2tr
UCfctPmqBo8wDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiEAnCoL
P3XoRt5uO3tYJhUA2U+ci+Bbyd4ePEbTerAOYhECIGntFyW9tRWO20qaqQtW8ZDC
UUyYdh+kxJw0RqUbtMG8
-----END CERTIFICATE-----
";

/// Only one test at a time may rewrite a page.
fn lock() -> MutexGuard<'static, ()> {
    static PAGES: Mutex<()> = Mutex::new(());
    PAGES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A test for each page, so that they run at the same time. On Linux, because the pages name folders as they are there.
macro_rules! played {
    ($($test:ident: $page:literal,)*) => {
        #[cfg(target_os = "linux")]
        mod every_command_does_what_is_shown {
            $(#[test] fn $test() { super::play($page); })*
        }
        const PLAYED: &[&str] = &[$($page),*];
    };
}

played! {
    readme: "README.md",
    benchmarks: "src/guide/benchmarks.md",
    bulk: "src/guide/bulk.md",
    checks: "src/guide/checks.md",
    ci: "src/guide/ci.md",
    exit_codes: "src/guide/exit-codes.md",
    fields: "src/guide/fields.md",
    getting_started: "src/guide/getting-started.md",
    glossary: "src/guide/glossary.md",
    itniotech: "src/guide/itniotech.md",
    manifests: "src/guide/manifests.md",
    output: "src/guide/output.md",
    profiles: "src/guide/profiles.md",
    reliability: "src/guide/reliability.md",
    sandbox: "src/guide/sandbox.md",
    secrets: "src/guide/secrets.md",
    troubleshooting: "src/guide/troubleshooting.md",
    yeastar: "src/guide/yeastar.md",
    zoom: "src/guide/zoom.md",
}

#[cfg(target_os = "linux")]
fn play(name: &str) {
    let _lock = pages::is_update().then(lock);
    let page = Page::named(name);
    let text = page.text();
    let (blocks, mut scene) = (blocks(&text), Scene::new());
    let mut stale = Vec::new();
    for (at, block) in blocks.iter().enumerate() {
        stale.extend(scene.play(block, blocks.get(at + 1)));
    }
    if pages::is_update() {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        for (begin, length, output) in stale.into_iter().rev() {
            lines.splice(begin..begin + length, output);
        }
        page.write(&(lines.join("\n") + "\n"));
        return;
    }
    let complaints: Vec<String> = stale
        .iter()
        .map(|(begin, _, output)| format!("{name}:{}: the output is\n{}\n", begin + 1, output.join("\n")))
        .collect();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn every_page_is_played() {
    let names: Vec<String> = pages::pages().into_iter().map(|page| page.name).collect();
    assert_eq!(names, PLAYED);
}

/// Only relative links, because pages on the web may disappear.
#[test]
fn every_link_of_a_page_has_a_target() {
    let anchor = |heading: &str| {
        let kept = heading.trim_start_matches('#').trim().to_lowercase();
        kept.chars()
            .filter(|c| c.is_alphanumeric() || " -".contains(*c))
            .collect::<String>()
            .replace(' ', "-")
    };
    for page in pages::pages() {
        let text = page.text();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if link.starts_with("https://") {
                continue;
            }
            let (file, heading) = link.split_once('#').unwrap_or((link, ""));
            let target = match file {
                "" => text.clone(),
                _ => {
                    let path = page.linked(file);
                    assert!(path.exists(), "{}: {link}", page.name);
                    std::fs::read_to_string(path).unwrap_or_default()
                }
            };
            let found = heading.is_empty()
                || target.lines().any(|line| line.starts_with('#') && anchor(line) == heading);
            assert!(found, "{}: {link} has no such heading", page.name);
        }
    }
}

#[test]
fn a_newcomer_needs_two_commands() {
    let text = Page::named("README.md").text();
    let section = text.split("\n## ").find(|part| part.starts_with("Try it")).unwrap();
    let commands: Vec<String> = blocks(section)
        .iter()
        .filter(|block| block.language == "sh")
        .map(|block| block.lines.join("\n"))
        .collect();
    assert_eq!(commands, ["cargo run -- --sandbox apply -f examples/fleet --yes", "cargo test --locked"]);
}

#[test]
fn the_generated_sections_are_up_to_date() {
    let codes: String = EXIT_CODES
        .iter()
        .map(|row| format!("| {} | `{}` | {} | {} |\n", row.code, row.kind, row.meaning, row.remedy))
        .collect();
    let codes = format!("| code | kind | meaning | what to do |\n| --- | --- | --- | --- |\n{codes}");
    for (page, name, wanted) in [
        ("src/guide/fields.md", "matrix", trunkctl::internal::matrix_markdown()),
        ("src/guide/exit-codes.md", "exit codes", codes),
        ("src/guide/profiles.md", "profile keys", profile_keys()),
        ("README.md", "figures", figures()),
    ] {
        generated(page, name, &wanted);
    }
}

/// Compares a generated part of a page with that text, or writes it there.
pub fn generated(page: &str, name: &str, wanted: &str) {
    let _lock = lock();
    let page = Page::named(page);
    let text = page.text();
    let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
    let (head, rest) = text.split_once(&begin).unwrap_or_else(|| panic!("no {begin}"));
    let (own, tail) = rest.split_once(&end).unwrap_or_else(|| panic!("no {end}"));
    let wanted = format!("\n{wanted}\n");
    if pages::is_update() {
        page.write(&format!("{head}{begin}{wanted}{end}{tail}"));
    } else {
        assert!(own == wanted, "{name} is stale: UPDATE_DOCS=1 cargo test --test suite");
    }
}

/// The figures of the README, from the tables that the benchmarks write.
fn figures() -> String {
    let page = Page::named("src/guide/benchmarks.md");
    let text = page.text();
    let tables = text.lines().filter(|line| line.starts_with("| "));
    let rows: Vec<Vec<&str>> =
        tables.map(|line| line.trim_matches('|').split('|').map(str::trim).collect()).collect();
    let row = |first: &[&str]| {
        rows.iter().find(|row| row.starts_with(first)).unwrap_or_else(|| panic!("no row {first:?}"))
    };
    let request = row(&["the first to the second"]);
    let (lines, json) = (row(&["100000", "jsonl"]), row(&["100000", "json"]));
    let plan = row(&["plan, Yeastar, 20 trunks each"]);
    format!(
        "- One request takes {} of the time of `curl`.\n\
         - A list of 100,000 numbers takes {} and {} as JSON Lines, and {} and {} as JSON.\n\
         - A plan of 20 trunks on each of 1,000 PBXs that answer after 20 ms takes {} and {} requests.\n",
        request[1], lines[2], lines[4], json[2], json[4], plan[3], plan[1]
    )
}

fn profile_keys() -> String {
    let mut text =
        "| vendor | key | meaning | needed | default |\n| --- | --- | --- | --- | --- |\n".to_owned();
    for facts in vendors::ALL.iter().map(|vendor| vendor.facts()) {
        for key in facts.profile_keys {
            let needed = match key.need {
                KeyNeed::Always => "always",
                KeyNeed::ToLogIn => "without `access_token`",
                KeyNeed::Optional => "",
            };
            let meaning = if key.secret { format!("{}; a secret", key.meaning) } else { key.meaning.into() };
            let default = key.default.map(|text| format!("`{text}`")).unwrap_or_default();
            text.push_str(&format!(
                "| {} | `{}` | {meaning} | {needed} | {default} |\n",
                facts.name, key.name
            ));
        }
    }
    text
}

/// Every command with its long help.
static HELPS: LazyLock<Vec<(Vec<String>, String)>> = LazyLock::new(|| {
    let long = |words: Vec<String>| {
        let mut args: Vec<&str> = words.iter().map(String::as_str).collect();
        args.push("--help");
        let help = Place::new().run(&args).expect(0).out;
        (words, help)
    };
    levels().into_iter().map(long).collect()
});

/// The words of a text that begin so and go on with these characters.
fn words_with(text: &str, begin: &str, more: fn(char) -> bool) -> BTreeSet<String> {
    text.match_indices(begin)
        .filter(|(at, _)| !text[..*at].ends_with(|c: char| c.is_alphanumeric() || c == '-' || c == '_'))
        .map(|(at, _)| {
            let rest = &text[at + begin.len()..];
            let end = rest.find(|c| !more(c)).unwrap_or(rest.len());
            format!("{begin}{}", rest[..end].trim_end_matches(['-', '_']))
        })
        .filter(|word| word != begin && word.len() > 2)
        .collect()
}

#[test]
fn the_pages_name_every_command_and_only_existing_options_and_variables() {
    let (place, text) = (Place::new(), pages::prose(&pages::text()));
    let mut all: String = HELPS.iter().map(|(_, help)| help.as_str()).collect();
    all.push_str(&place.run(&["help", "global"]).expect(0).out);
    for (words, help) in HELPS.iter() {
        let leaf = !help.contains("\nCommands:\n");
        let command = format!("trunkctl {}", words.join(" "));
        let named = text.contains(&command) || text.contains(&words.join(" "));
        assert!(!leaf || named, "no page names `{command}`");
    }
    let option = |c: char| c.is_ascii_lowercase() || c == '-';
    let of_cargo = ["--release", "--path", "--bench", "--locked"].map(str::to_owned);
    let known = words_with(&all, "--", option);
    for word in words_with(&text, "--", option) {
        assert!(known.contains(&word) || of_cargo.contains(&word), "no command takes `{word}`");
    }
    let capital = |c: char| c.is_ascii_uppercase() || c == '_';
    let mut variables = words_with(&all, "TRUNKCTL_", capital);
    let keys = vendors::ALL.iter().flat_map(|vendor| vendor.facts().profile_keys).map(|key| key.name);
    let keys: Vec<String> = keys.chain(COMMON.iter().copied()).map(str::to_uppercase).collect();
    variables.extend(keys.iter().map(|key| format!("TRUNKCTL_{key}")));
    variables.extend(["STATE_DIR", "STATE_KEY", "CACHE_DIR"].map(|name| format!("TRUNKCTL_{name}")));
    for word in words_with(&text, "TRUNKCTL_", capital) {
        // Of a named profile, or the pattern of these.
        let of_named = word
            .strip_prefix("TRUNKCTL_PROFILE_")
            .is_some_and(|rest| rest.is_empty() || keys.iter().any(|key| rest.ends_with(&format!("_{key}"))));
        assert!(variables.contains(&word) || of_named, "nothing reads {word}");
    }
}

/// Every command suggested in a hint, a remedy or a comment must exist.
#[test]
fn every_command_named_in_a_message_or_page_exists() {
    let place = Place::new();
    let mut texts: Vec<(String, String)> =
        crate::hygiene::sources().into_iter().map(|file| (file.name.clone(), file.code())).collect();
    texts.extend(pages::pages().into_iter().map(|page| (page.name.clone(), page.text())));
    for (name, text) in texts {
        for (at, _) in text.match_indices("`trunkctl ") {
            let quoted = text[at + 1..].split('`').next().unwrap_or_default();
            let plain = |word: &&str| {
                !word.is_empty()
                    && word.chars().all(|c| c.is_ascii_lowercase() || c == '-')
                    && !word.starts_with('-')
            };
            let words: Vec<String> = quoted.split(' ').skip(1).take_while(plain).map(str::to_owned).collect();
            let is_topic = words.first().is_some_and(|word| word == "help")
                && place.run(&words.iter().map(String::as_str).collect::<Vec<_>>()).code == 0;
            let known = is_topic
                || HELPS.iter().any(|(own, help)| {
                    let leaf = !help.contains("\nCommands:\n");
                    *own == words || (leaf && !own.is_empty() && words.starts_with(own))
                });
            assert!(known, "{name} names `{quoted}`, which is not a command");
        }
    }
}

/// Examples that are only parsed, and why.
const ONLY_PARSED: &[(&str, &str)] = &[
    ("profile init lab-pbx", "it prompts"),
    ("trunk edit", "it opens an editor"),
    ("profile edit", "it opens an editor"),
    ("history show 0r8k", "the id is not known beforehand"),
    ("history resolve 0r8k", "the id is not known beforehand"),
    ("trunk check --target", "it needs a network"),
    ("trunk check -o json", "it needs a network"),
    ("trunk wait carrier-out --for healthy", "it needs a network"),
    ("validate -f trunks --untrusted", "there is no such manifest here"),
    ("sandbox serve", "it runs until Ctrl-C"),
    ("--profiles-file sandbox.toml", "it needs the served sandbox"),
];

/// Examples that end with another exit code than 0.
const ENDS: &[(&str, i32)] = &[
    // They ask for confirmation, and there is no terminal.
    ("trunk delete itsp-main", 4),
    ("internal-numbers remove +16466661111", 4),
    // No vendor documents it.
    ("internal-numbers update", 13),
];

/// The examples of a help: lines below a heading, each with its continuation.
fn examples_of(help: &str) -> Vec<String> {
    let mut examples: Vec<String> = Vec::new();
    let after = help.split_once("\nExamples:\n").or_else(|| help.split_once("\nExample:\n"));
    for line in after.map(|(_, after)| after).unwrap_or_default().lines().take_while(|line| !line.is_empty())
    {
        match (line.strip_prefix("  trunkctl"), examples.last_mut()) {
            (Some(rest), _) => examples.push(format!("trunkctl{rest}")),
            (None, Some(example)) => example.push_str(&format!("\n{line}")),
            (None, None) => panic!("{line}"),
        }
    }
    examples
}

/// In the order of the commands, in one place.
#[cfg(target_os = "linux")]
#[test]
fn every_example_of_a_help_text_works() {
    let mut scene = Scene::new();
    scene.set("ITSP_PASSWORD", "Example0nly-NotASecret");
    scene.set("BRANCH_SECRET", "sandbox-secret");
    for preparation in [
        "trunkctl profile init branch-pbx --vendor yeastar --set base_url=https://192.0.2.10:8088 --set client_id=sandbox --set client_secret=env:BRANCH_SECRET",
        "trunkctl -p contact-center trunk create --name carrier-out --kind peer --direction outbound --host 192.0.2.50 --agent-group 'Sales EU'",
        "mkdir -p ~/.local/share/bash-completion/completions",
        "trunkctl -p meetings callout-countries add --account sub-1 FR",
        "trunkctl --sandbox apply -f examples/fleet --yes",
        "trunkctl -p lab-pbx trunk create --from examples/yeastar/peer-trunk.yaml",
    ] {
        let output = scene.run(preparation);
        assert_eq!(scene.code(), 0, "{preparation}\n{output}");
    }
    let mut faults = Vec::new();
    for (words, help) in HELPS.iter() {
        let examples = examples_of(help);
        let is_leaf = !help.contains("\nCommands:\n");
        assert!(!is_leaf || !examples.is_empty(), "`{}` has no example", words.join(" "));
        for example in examples {
            if let Some((_, _)) = ONLY_PARSED.iter().find(|(part, _)| example.contains(part)) {
                let line = example.split(['>', '#', '&', '|']).next().unwrap().replace("\\\n", " ");
                let parsed = trunkctl::internal::Cli::try_parse_from(line.split_whitespace());
                assert!(parsed.is_ok(), "{example}: {:?}", parsed.err());
                continue;
            }
            let expected = ENDS.iter().find(|(part, _)| example.contains(part)).map_or(0, |(_, code)| *code);
            let output = scene.run(&example);
            if scene.code() != expected {
                faults.push(format!("{example}\nends with {}:\n{output}", scene.code()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_guide_explains_every_field() {
    let (place, section) = (Place::new(), Page::named("src/guide/fields.md").text());
    let rows: Vec<&str> = section.lines().filter(|line| line.starts_with("| `")).collect();
    let create = place.run(&["trunk", "create", "--help"]).expect(0).out;
    for field in Field::ALL {
        let name = format!("`{}`", field.name());
        assert!(
            rows.iter().any(|row| row.split('|').nth(1).unwrap().contains(&name)),
            "the guide does not explain {name}"
        );
        for flag in field.row().flags {
            let flag = format!("--{}", flag.name);
            assert!(create.contains(&flag) && section.contains(&flag), "{flag}");
        }
    }
}

#[test]
fn the_guide_names_every_outcome() {
    let text = pages::text();
    let row = text.lines().find(|line| line.starts_with("| `outcome` |")).unwrap();
    for outcome in Outcome::ALL {
        assert!(row.contains(&format!("`{}`", outcome.word())), "{}", outcome.word());
    }
}

#[test]
fn every_example_is_run_by_a_page_or_read_by_another() {
    let text = pages::text();
    let examples = pages::examples();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for file in &examples {
        let short = format!("file:{}", file.rsplit('/').next().unwrap());
        let by_another = examples.iter().any(|other| pages::read(&root.join(other)).contains(&short));
        let by_page = blocks(&text).iter().flat_map(|block| &block.lines).any(|line| line.contains(file));
        // A folder may represent its files, and pipelines have a test of their own.
        let folder = format!("-f {}", file.rsplit_once('/').unwrap().0);
        let in_folder =
            blocks(&text).iter().flat_map(|block| &block.lines).any(|line| line.contains(&folder));
        let linked = file.starts_with("examples/ci/") && text.contains(&format!("/{file})"));
        assert!(by_another || by_page || in_folder || linked, "nothing uses {file}");
    }
}

#[test]
fn the_example_profiles_name_every_key_with_a_comment_and_are_accepted() {
    let text = pages::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("profiles.example.toml"));
    let lines: Vec<&str> = text.lines().collect();
    let plain = |line: &str| line.strip_prefix("# ").unwrap_or(line).to_owned();
    let is_key = |line: &str| plain(line).split_once(" = ").is_some_and(|(key, _)| !key.contains(' '));
    // Each key follows its comment, in the table of its vendor.
    for facts in vendors::ALL.iter().map(|vendor| vendor.facts()) {
        let vendor = format!("vendor = \"{}\"", facts.name);
        let begin = lines.iter().position(|line| *line == vendor).unwrap();
        let length =
            lines[begin..].iter().position(|line| line.starts_with('[')).unwrap_or(lines.len() - begin);
        let table = &lines[begin..begin + length];
        let common = COMMON.iter().copied().filter(|key| *key != "vendor");
        for key in facts.profile_keys.iter().map(|key| key.name).chain(common) {
            let at =
                table.iter().position(|line| is_key(line) && plain(line).starts_with(&format!("{key} = ")));
            let at = at.unwrap_or_else(|| panic!("{}: {key} is not in the example", facts.name));
            let comment = table[at - 1];
            assert!(comment.starts_with("# ") && !is_key(comment), "{}: {key} has no comment", facts.name);
        }
    }
    // As it is, and with every choice taken.
    let all: Vec<String> =
        lines.iter().map(|line| if is_key(line) { plain(line) } else { (*line).to_owned() }).collect();
    let secrets =
        ["LAB_PBX_SECRET", "LAB_PBX_TOKEN", "ITNIOTECH_KEY", "ITNIOTECH_SECRET", "ZOOM_SECRET", "ZOOM_TOKEN"];
    let place = secrets.iter().fold(Place::new(), |place, name| place.with(name, "value-of-the-secret"));
    for pem in ["lab-pbx.pem", "proxy.pem"] {
        place.write(pem, CERTIFICATE);
    }
    let files = [place.write("as-it-is.toml", &text), place.write("all.toml", &all.join("\n"))];
    for file in &files {
        // The example has no secrets, so others may read it.
        support::set_mode(file, 0o644);
        for args in [
            "-p lab-pbx trunk update id:1 --kind peer --host 192.0.2.1",
            "-p contact-center trunk create --name a --direction inbound --allowed-ip 192.0.2.1 \
             --agent-group 1=2",
            "-p meetings sip-settings assign --account sub-1 --enable true",
        ] {
            let mut words = vec!["--profiles-file", file, "--dry-run", "-o", "json"];
            words.extend(args.split_whitespace());
            let shown = place.run(&words).expect(0);
            assert_eq!(shown.json()["requests"].as_array().unwrap().len(), 1, "{args}");
            assert_eq!(shown.err, "", "{args}");
        }
    }
}

/// The table of the page on reliability.
#[test]
fn lost_answers_are_handled_as_the_guide_says() {
    let place = Place::new().with("TRUNKCTL_ACCESS_TOKEN", "a-token").with("TRUNKCTL_VENDOR", "yeastar");
    let write = ["trunk", "update", "id:1", "--kind", "peer", "--port", "5060"];
    let read = ["trunk", "update", "name:a", "--port", "5060"];
    let closed = Refusing::new();
    let limited = Act::Json(200, r#"{"errcode":70082,"errmsg":"LIMITED"}"#);
    let stale = Act::Json(200, r#"{"errcode":10004,"errmsg":"TOKEN EXPIRED"}"#);
    let refused = Act::Json(200, r#"{"errcode":40002,"errmsg":"PARAMETER ERROR"}"#);
    let drop = || Some((Act::Drop, Act::Drop));
    // The answers to the write and to any read.
    let there = |port| {
        let data = format!(r#"{{"id":1,"name":"a","type":"peer","hostname":"h","port":{port}}}"#);
        let body = format!(r#"{{"errcode":0,"errmsg":"SUCCESS","data":{data}}}"#);
        Some((Act::Drop, Act::Raw(http(200, "Content-Type: application/json\r\n", &body))))
    };
    for (what, acts, args, code, outcome, sent) in [
        ("unreachable", None, &write[..], 10, "not_applied", 0),
        ("lost read", drop(), &read[..], 10, "", 2),
        ("found as asked", there(5060), &write[..], 0, "", 1),
        ("surely not applied", there(5061), &write[..], 10, "not_applied", 2),
        ("outcome stays unknown", drop(), &write[..], 11, "unknown", 1),
        ("limit", Some((limited, Act::Drop)), &write[..], 8, "not_applied", 2),
        ("given token", Some((stale, Act::Drop)), &write[..], 5, "not_applied", 1),
        ("refused", Some((refused, Act::Drop)), &write[..], 9, "not_applied", 1),
    ] {
        let server = acts.map(|(written, looked)| {
            Scripted::answering(move |_, request| {
                let is_write = request.starts_with("POST");
                if is_write { written.clone() } else { looked.clone() }
            })
        });
        let base = server.as_ref().map_or(&closed.base, |server| &server.base);
        let mut command = place.command(&["--retries", "1", "-o", "json"]);
        let ran = support::read(command.args(args).env("TRUNKCTL_BASE_URL", base).output().unwrap());
        assert_eq!(ran.code, code, "{what}: {ran:?}");
        let actual = if code == 0 { serde_json::Value::Null } else { ran.error()["outcome"].clone() };
        assert_eq!(actual.as_str().unwrap_or_default(), outcome, "{what}: {ran:?}");
        assert_eq!(server.map_or(0, |server| faults::sent(&server.requests())), sent, "{what}");
    }
}

/// The branches of the recipe that the page's own run does not take, and the secret of its crontab.
#[cfg(target_os = "linux")]
#[test]
fn the_cron_recipe_handles_exit_codes_and_its_lock() {
    let text = Page::named("src/guide/ci.md").text();
    let blocks = blocks(&text);
    let recipe = blocks.iter().find(|block| block.lines.iter().any(|line| line.contains("flock"))).unwrap();
    let script = recipe.lines.join("\n");
    let mut scene = Scene::new();
    let secret = scene.file("secret", "sandbox-secret\n");
    scene.set("LAB_PBX_SECRET", "");
    scene.set("TRUNKCTL_PROFILE_LAB_PBX_CLIENT_SECRET", &format!("file:{secret}"));
    scene.run("trunkctl -p lab-pbx trunk create --from examples/yeastar/register-trunk.toml");
    assert_eq!(scene.code(), 0);
    assert_eq!((scene.run(&script), scene.code()), (String::new(), 0));
    scene.set("TRUNKCTL_PROFILE_LAB_PBX_BASE_URL", "http://127.0.0.1:1");
    scene.set("TRUNKCTL_RETRIES", "0");
    let output = scene.run(&script);
    assert!(output.contains("the next run tries again") && scene.code() == 10, "{output}");
    // A run that holds the lock keeps the next one from starting, whose address would refuse the connection.
    let output = scene.run(&format!("exec 8> \"$HOME/trunk-nightly.lock\"\nflock -n 8\n{script}"));
    assert_eq!((output.as_str(), scene.code()), ("", 0), "a second run was not kept out");
    scene.set("TRUNKCTL_PROFILE_LAB_PBX_CLIENT_SECRET", "env:NOT_SET");
    let output = scene.run(&script);
    assert!(output.contains("trunkctl explain exit 3") && scene.code() == 3, "{output}");
}

#[test]
fn the_licence_is_the_complete_standard_text() {
    let bytes = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("LICENSE")).unwrap();
    let digest: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    // https://www.apache.org/licenses/LICENSE-2.0.txt
    assert_eq!(digest, "cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30");
}

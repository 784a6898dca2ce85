//! What the README, the example files and the help say is what the program does.
//!
//! `UPDATE_README=1 cargo test docs::` rewrites the generated parts and the outputs; read the difference.

mod readme;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use sha2::{Digest, Sha256};
use trunkctl::internal::COMMON;
use trunkctl::model::change::Outcome;
use trunkctl::model::error::EXIT_CODES;
use trunkctl::model::fields::Field;
use trunkctl::model::profile::KeyNeed;
use trunkctl::vendors;

use crate::faults;
use crate::support::refusing::Refusing;
use crate::support::scripted::{Act, Scripted, http};
use crate::support::{self, Place};
use readme::{Scene, blocks};

/// An authority that nobody holds the key of.
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

/// Whoever may rewrite the README holds it meanwhile.
fn hold() -> MutexGuard<'static, ()> {
    static README: Mutex<()> = Mutex::new(());
    README.lock().unwrap_or_else(PoisonError::into_inner)
}

/// On Linux, because the README names folders as they are there.
#[cfg(target_os = "linux")]
#[test]
fn every_command_of_the_readme_does_what_it_shows() {
    let _held = hold();
    let text = readme::text();
    let (blocks, mut scene) = (blocks(&text), Scene::new());
    let mut stale = Vec::new();
    for (at, block) in blocks.iter().enumerate() {
        stale.extend(scene.play(block, blocks.get(at + 1)));
    }
    if readme::is_update() {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        for (begin, length, output) in stale.into_iter().rev() {
            lines.splice(begin..begin + length, output);
        }
        std::fs::write(readme::path(), lines.join("\n") + "\n").unwrap();
        return;
    }
    let complaints: Vec<String> = stale
        .iter()
        .map(|(begin, _, output)| format!("line {}: the output is\n{}\n", begin + 1, output.join("\n")))
        .collect();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn a_newcomer_needs_two_commands() {
    let text = readme::text();
    let section = text.split("\n## ").find(|part| part.starts_with("Try it")).unwrap();
    let commands: Vec<String> = blocks(section)
        .iter()
        .filter(|block| block.language == "sh")
        .map(|block| block.lines.join("\n"))
        .collect();
    assert_eq!(commands, ["cargo run -- --sandbox apply -f examples/fleet --yes", "cargo test --locked"]);
}

#[test]
fn the_readmes_generated_parts_are_fresh() {
    let codes: String = EXIT_CODES
        .iter()
        .map(|row| format!("| {} | `{}` | {} | {} |\n", row.code, row.kind, row.meaning, row.remedy))
        .collect();
    let codes = format!("| code | kind | meaning | what to do |\n| --- | --- | --- | --- |\n{codes}");
    for (name, wanted) in [
        ("matrix", trunkctl::internal::matrix_markdown()),
        ("exit codes", codes),
        ("profile keys", profile_keys()),
    ] {
        generated(name, &wanted);
    }
}

/// Holds a generated part of the README to that text, or writes it there.
pub fn generated(name: &str, wanted: &str) {
    let _held = hold();
    let text = readme::text();
    let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
    let (head, rest) = text.split_once(&begin).unwrap_or_else(|| panic!("no {begin}"));
    let (own, tail) = rest.split_once(&end).unwrap_or_else(|| panic!("no {end}"));
    let wanted = format!("\n{wanted}\n");
    if readme::is_update() {
        std::fs::write(readme::path(), format!("{head}{begin}{wanted}{end}{tail}")).unwrap();
    } else {
        assert!(own == wanted, "{name} is stale: UPDATE_README=1 cargo test --test suite");
    }
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

/// The words of a command, from the program's own help: each command with its long help.
fn helps(place: &Place) -> Vec<(Vec<String>, String)> {
    let mut found = Vec::new();
    let mut open = vec![Vec::<String>::new()];
    while let Some(words) = open.pop() {
        let mut args: Vec<&str> = words.iter().map(String::as_str).collect();
        args.push("--help");
        let help = place.run(&args).expect(0).out;
        let list = help.split("\nCommands:\n").nth(1).unwrap_or_default();
        for line in list.lines().take_while(|line| !line.is_empty()) {
            let name = line.trim_start().split(' ').next().unwrap_or_default();
            if line.starts_with("  ") && !line.starts_with("   ") && name != "help" {
                open.push(words.iter().cloned().chain([name.to_owned()]).collect());
            }
        }
        found.push((words, help));
    }
    found
}

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
fn the_readme_names_every_command_and_no_option_or_variable_that_does_not_exist() {
    let (place, text) = (Place::new(), readme::told(&readme::text()));
    let helps = helps(&place);
    let all: String = helps.iter().map(|(_, help)| help.as_str()).collect();
    for (words, help) in &helps {
        let leaf = !help.contains("\nCommands:\n");
        let command = format!("trunkctl {}", words.join(" "));
        let named = text.contains(&command) || text.contains(&words.join(" "));
        assert!(!leaf || named, "the README does not name `{command}`");
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

/// Whatever a hint, a remedy or a comment tells the reader to run has to be there.
#[test]
fn every_command_that_a_message_or_the_readme_names_exists() {
    let place = Place::new();
    let helps = helps(&place);
    let mut texts: Vec<(String, String)> =
        crate::hygiene::sources().into_iter().map(|file| (file.name.clone(), file.code())).collect();
    texts.push(("README.md".into(), readme::text()));
    for (name, text) in texts {
        for (at, _) in text.match_indices("`trunkctl ") {
            let quoted = text[at + 1..].split('`').next().unwrap_or_default();
            let plain = |word: &&str| {
                !word.is_empty()
                    && word.chars().all(|c| c.is_ascii_lowercase() || c == '-')
                    && !word.starts_with('-')
            };
            let words: Vec<String> = quoted.split(' ').skip(1).take_while(plain).map(str::to_owned).collect();
            let known = helps.iter().any(|(own, help)| {
                let leaf = !help.contains("\nCommands:\n");
                *own == words || (leaf && !own.is_empty() && words.starts_with(own))
            });
            assert!(known, "{name} names `{quoted}`, which is no command");
        }
    }
}

#[test]
fn the_readme_explains_every_field() {
    let (place, text) = (Place::new(), readme::text());
    let section = text.split("\n## ").find(|part| part.starts_with("Spec files")).unwrap();
    let rows: Vec<&str> = section.lines().filter(|line| line.starts_with("| `")).collect();
    let create = place.run(&["trunk", "create", "--help"]).expect(0).out;
    for field in Field::ALL {
        let name = format!("`{}`", field.name());
        assert!(
            rows.iter().any(|row| row.split('|').nth(1).unwrap().contains(&name)),
            "the README does not explain {name}"
        );
        for flag in field.row().flags {
            let flag = format!("--{}", flag.name);
            assert!(create.contains(&flag) && section.contains(&flag), "{flag}");
        }
    }
}

#[test]
fn the_readme_names_every_outcome() {
    let text = readme::text();
    let row = text.lines().find(|line| line.starts_with("| `outcome` |")).unwrap();
    for outcome in Outcome::ALL {
        assert!(row.contains(&format!("`{}`", outcome.word())), "{}", outcome.word());
    }
}

#[test]
fn every_example_is_run_by_the_readme_or_read_by_another() {
    let text = readme::text();
    let examples = readme::examples();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for file in &examples {
        let short = format!("file:{}", file.rsplit('/').next().unwrap());
        let by_another = examples.iter().any(|other| readme::read(&root.join(other)).contains(&short));
        let by_readme = blocks(&text).iter().flat_map(|block| &block.lines).any(|line| line.contains(file));
        // A folder may stand for its files, and a pipeline is run by a test of its own.
        let folder = format!("-f {}", file.rsplit_once('/').unwrap().0);
        let in_folder =
            blocks(&text).iter().flat_map(|block| &block.lines).any(|line| line.contains(&folder));
        let linked = file.starts_with("examples/ci/") && text.contains(&format!("({file})"));
        assert!(by_another || by_readme || in_folder || linked, "nothing uses {file}");
    }
}

#[test]
fn the_example_profiles_name_every_key_with_a_comment_and_are_accepted() {
    let text = readme::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("profiles.example.toml"));
    let lines: Vec<&str> = text.lines().collect();
    let plain = |line: &str| line.strip_prefix("# ").unwrap_or(line).to_owned();
    let is_key = |line: &str| plain(line).split_once(" = ").is_some_and(|(key, _)| !key.contains(' '));
    // Each key stands below its comment, in the table of its vendor.
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
        // The example holds no secret, so others may read it.
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

/// The table under "Reliability".
#[test]
fn what_the_readme_says_of_lost_answers_holds() {
    let place = Place::new().with("TRUNKCTL_ACCESS_TOKEN", "a-token").with("TRUNKCTL_VENDOR", "yeastar");
    let write = ["trunk", "update", "id:1", "--kind", "peer", "--port", "5060"];
    let read = ["trunk", "update", "name:a", "--port", "5060"];
    let nobody = Refusing::new();
    let limited = Act::Json(200, r#"{"errcode":70082,"errmsg":"LIMITED"}"#);
    let stale = Act::Json(200, r#"{"errcode":10004,"errmsg":"TOKEN EXPIRED"}"#);
    let refused = Act::Json(200, r#"{"errcode":40002,"errmsg":"PARAMETER ERROR"}"#);
    let drop = || Some((Act::Drop, Act::Drop));
    // What the write, and any read, is answered with.
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
        ("cannot be told", drop(), &write[..], 11, "unknown", 1),
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
        let base = server.as_ref().map_or(&nobody.base, |server| &server.base);
        let mut command = place.command(&["--retries", "1", "-o", "json"]);
        let ran = support::read(command.args(args).env("TRUNKCTL_BASE_URL", base).output().unwrap());
        assert_eq!(ran.code, code, "{what}: {ran:?}");
        let told = if code == 0 { serde_json::Value::Null } else { ran.error()["outcome"].clone() };
        assert_eq!(told.as_str().unwrap_or_default(), outcome, "{what}: {ran:?}");
        assert_eq!(server.map_or(0, |server| faults::sent(&server.requests())), sent, "{what}");
    }
}

/// The branches of the recipe that the README's own run does not take, and the secret of its crontab.
#[cfg(target_os = "linux")]
#[test]
fn the_cron_recipe_handles_exit_codes_and_its_lock() {
    let text = readme::text();
    let blocks = blocks(&text);
    let recipe = blocks.iter().find(|block| block.lines.iter().any(|line| line.contains("flock"))).unwrap();
    let script = recipe.lines.join("\n");
    let mut scene = Scene::new();
    scene.profiles(blocks.iter().find(|block| block.language == "toml").unwrap());
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
    // A run that holds the lock keeps the next one from starting: its address would refuse it.
    let output = scene.run(&format!("exec 8> \"$HOME/trunk-nightly.lock\"\nflock -n 8\n{script}"));
    assert_eq!((output.as_str(), scene.code()), ("", 0), "a second run was not kept out");
    scene.set("TRUNKCTL_PROFILE_LAB_PBX_CLIENT_SECRET", "env:NOT_SET");
    let output = scene.run(&script);
    assert!(output.contains("trunkctl explain exit 3") && scene.code() == 3, "{output}");
}

#[test]
fn the_licence_is_the_whole_standard_text() {
    let bytes = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("LICENSE")).unwrap();
    let digest: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    // https://www.apache.org/licenses/LICENSE-2.0.txt
    assert_eq!(digest, "cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30");
}

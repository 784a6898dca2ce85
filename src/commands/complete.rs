//! Candidates for shell completion. Nothing here opens a socket: names of trunks come from the last lists.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::sync::Arc;

use clap::Command;
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};
use clap_complete::env::Shells;

use super::columns::Columns;
use super::tree::tree;
use super::{countries, history, internal_numbers, lookup, numbers, profile, trunk_list};
use crate::config::profiles::{Book, Where};
use crate::config::{Env, Folders};
use crate::guide::TOPICS;
use crate::model::country;
use crate::model::error::EXIT_CODES;
use crate::model::fields::Field;
use crate::probe::rules::CHECKS;
use crate::state::names::kept;
use crate::vendors::ALL;

/// The variable with which a completion script asks the program for candidates.
pub const VARIABLE: &str = "TRUNKCTL_COMPLETE";

/// The script that makes a shell ask this program for candidates.
pub fn script(shell: &str) -> Vec<u8> {
    let mut script = Vec::new();
    if let Some(shell) = Shells::builtins().completer(shell) {
        // Writing to memory does not fail.
        let _ = shell.write_registration(VARIABLE, "trunkctl", "trunkctl", "trunkctl", &mut script);
    }
    script
}

/// The candidates for the words of a command line, as the shell reads them.
pub fn candidates(shell: &str, words: Vec<OsString>, env: &Env) -> Vec<u8> {
    let mut answer = Vec::new();
    if let Some(shell) = Shells::builtins().completer(shell) {
        let line = Line {
            words: words.iter().map(|word| word.to_string_lossy().into_owned()).collect(),
            env: env.clone(),
        };
        let mut tree = with_candidates(tree(), "", &Arc::new(line));
        tree.build();
        let _ = shell.write_complete(&mut tree, words, None, &mut answer);
    }
    answer
}

/// A source of candidates.
#[derive(Clone, Copy)]
enum Source {
    Profiles,
    Trunks,
    Vendors,
    Accounts,
    Countries,
    Codecs,
    Subjects,
    Codes,
    Topics,
    Columns(fn() -> Columns),
}

/// The source for an argument of a command.
fn source(path: &str, argument: &str) -> Option<Source> {
    Some(match (path, argument) {
        (_, "profile") | ("diff", "from" | "to") => Source::Profiles,
        (path, "names") if path.starts_with("profile ") => Source::Profiles,
        (path, "trunk" | "trunks") if path.starts_with("trunk ") => Source::Trunks,
        ("trunk list", "name") => Source::Trunks,
        ("vendors", "vendor") | ("profile init", "vendor") | ("export", "aim") => Source::Vendors,
        (_, "account" | "accounts") => Source::Accounts,
        ("callout-countries add" | "callout-countries remove", "codes") => Source::Countries,
        ("internal-numbers add", "country") => Source::Countries,
        (_, "codecs") => Source::Codecs,
        ("explain", "subject") => Source::Subjects,
        ("explain", "code") => Source::Codes,
        ("help", "words") => Source::Topics,
        (path, "columns" | "sort") => Source::Columns(columns(path)?),
        _ => return None,
    })
}

/// The columns of a list.
fn columns(path: &str) -> Option<fn() -> Columns> {
    Some(match path {
        "trunk list" => trunk_list::columns,
        "internal-numbers list" => internal_numbers::columns,
        "callout-countries list" => countries::columns,
        "numbers list" => numbers::columns,
        "profile list" => profile::columns,
        "history list" => history::columns,
        path if path.starts_with("lookup ") => lookup::columns,
        _ => return None,
    })
}

fn with_candidates(command: Command, path: &str, line: &Arc<Line>) -> Command {
    let command = command.mut_args(|arg| match source(path, arg.get_id().as_str()) {
        Some(source) => {
            let line = Arc::clone(line);
            arg.add(ArgValueCompleter::new(move |current: &OsStr| line.complete(source, current)))
        }
        None => arg,
    });
    command.mut_subcommands(|inner| {
        let path = format!("{path} {}", inner.get_name());
        with_candidates(inner, path.trim_start(), line)
    })
}

/// The command line that is being completed.
struct Line {
    words: Vec<String>,
    env: Env,
}

impl Line {
    fn complete(&self, source: Source, current: &OsStr) -> Vec<CompletionCandidate> {
        let current = current.to_string_lossy();
        // Of several values, the last one is completed.
        let (before, last) = match (source, current.rfind(',')) {
            (Source::Profiles, Some(at)) => current.split_at(at + 1),
            _ => ("", current.as_ref()),
        };
        let candidates = self.of(source, last).into_iter();
        candidates
            .filter(|(word, _)| word.starts_with(last))
            .map(|(word, about)| {
                CompletionCandidate::new(format!("{before}{word}"))
                    .help((!about.is_empty()).then(|| about.into()))
            })
            .collect()
    }

    /// The words of a source, each with a note.
    fn of(&self, source: Source, current: &str) -> Vec<(String, String)> {
        let plain = |word: &str| (word.to_owned(), String::new());
        let facts = || ALL.iter().map(|vendor| vendor.facts());
        let vendors = || facts().map(|facts| (facts.name.to_owned(), facts.title.to_owned()));
        match source {
            Source::Profiles => self.profiles(),
            Source::Trunks => self.trunks(current),
            Source::Vendors => vendors().collect(),
            Source::Accounts => self.accounts(),
            Source::Countries => country::codes().map(plain).collect(),
            Source::Codecs => {
                let shapes = facts().flat_map(|facts| facts.shapes);
                let codecs =
                    shapes.filter_map(|shape| shape.fact(Field::Codecs)).flat_map(|fact| fact.values);
                codecs.copied().collect::<BTreeSet<_>>().into_iter().map(plain).collect()
            }
            Source::Subjects => {
                let own = [("exit", "An exit code"), ("check", "A check of `trunk check`")];
                vendors().chain(own.map(|(word, about)| (word.to_owned(), about.to_owned()))).collect()
            }
            Source::Codes => self.codes(),
            Source::Columns(columns) => columns().fields.iter().map(|path| plain(path)).collect(),
            Source::Topics => {
                TOPICS.iter().map(|topic| (topic.name.to_owned(), topic.about.to_owned())).collect()
            }
        }
    }

    /// The value of a global option.
    fn option(&self, long: &str, short: Option<&str>, variable: &str) -> Option<String> {
        let equals = format!("{long}=");
        let given = self.words.iter().enumerate().find_map(|(at, word)| match word.strip_prefix(&equals) {
            Some(value) => Some(value.to_owned()),
            None if word == long || short == Some(word) => self.words.get(at + 1).cloned(),
            None => None,
        });
        given.or_else(|| self.env.get(variable).map(str::to_owned))
    }

    fn is_sandbox(&self) -> bool {
        self.words.iter().any(|word| word == "--sandbox") || self.env.get("TRUNKCTL_SANDBOX").is_some()
    }

    fn profiles(&self) -> Vec<(String, String)> {
        if self.is_sandbox() {
            return self.of(Source::Vendors, "");
        }
        let Some(book) = self.book() else { return Vec::new() };
        book.list().into_iter().map(|listed| (listed.name, listed.vendor.unwrap_or_default())).collect()
    }

    fn book(&self) -> Option<Book> {
        let folders = Folders::find(&self.env).ok()?;
        let file = self.option("--profiles-file", None, "TRUNKCTL_PROFILES_FILE");
        Book::open(&Where { env: &self.env, folders: &folders, file: file.as_deref(), name: None }).ok()
    }

    /// The profile that the command would use.
    fn profile(&self) -> Option<String> {
        let default =
            || self.book()?.list().into_iter().find(|listed| listed.default).map(|listed| listed.name);
        self.option("--profile", Some("-p"), "TRUNKCTL_PROFILE").or_else(default)
    }

    /// The names and ids of the last list.
    fn trunks(&self, current: &str) -> Vec<(String, String)> {
        let (Ok(folders), Some(profile)) = (Folders::find(&self.env), self.profile()) else {
            return Vec::new();
        };
        let names = kept(&folders.cache, &profile, self.is_sandbox()).into_iter();
        if current.starts_with("id:") {
            return names.map(|(name, id)| (format!("id:{id}"), name)).collect();
        }
        let prefix = if current.starts_with("name:") { "name:" } else { "" };
        names.map(|(name, id)| (format!("{prefix}{name}"), format!("id {id}"))).collect()
    }

    /// The accounts that profiles name.
    fn accounts(&self) -> Vec<(String, String)> {
        let book = self.book();
        let profiles = book.iter().flat_map(|book| book.list().into_iter().map(move |listed| (book, listed)));
        let named = profiles.filter_map(|(book, listed)| {
            let profile = book.choose(Some(&listed.name)).ok()?;
            let account = profile.get("account");
            (!account.is_empty()).then(|| (account.to_owned(), format!("profile {}", listed.name)))
        });
        named.chain([("me".to_owned(), "The master account".to_owned())]).collect()
    }

    /// The codes of the subject before: of a vendor, of exits, or of checks.
    fn codes(&self) -> Vec<(String, String)> {
        let explained = self.words.iter().position(|word| word == "explain");
        let subject = explained.and_then(|at| self.words.get(at + 1)).map(String::as_str);
        match subject {
            Some("exit") => {
                EXIT_CODES.iter().map(|row| (row.code.to_string(), row.meaning.to_owned())).collect()
            }
            Some("check") => {
                CHECKS.iter().map(|rule| (rule.id.to_owned(), rule.meaning.to_owned())).collect()
            }
            subject => {
                let of = ALL.iter().map(|vendor| vendor.facts()).filter(|facts| subject == Some(facts.name));
                of.flat_map(|facts| facts.codes)
                    .map(|row| (row.code.to_owned(), row.meaning.to_owned()))
                    .collect()
            }
        }
    }
}

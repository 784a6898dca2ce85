//! Parses the command line, and reports why it was refused.

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::FromArgMatches;
use clap::builder::Resettable;
use clap::error::{ContextKind, ErrorKind};

use super::fail;
use crate::cli::Cli;
use crate::commands;
use crate::config::Env;
use crate::model::error::{Error, Kind};
use crate::model::report::Format;
use crate::model::text::{printable, shell_word};

/// Parses the command line.
pub(super) fn parse(args: &[OsString]) -> Result<Cli, clap::Error> {
    // Only an error and a help text need whole help texts.
    let whole = || {
        let words: Vec<&str> = args.iter().filter_map(|word| word.to_str()).collect();
        command(commands::tree_for(&words), args).try_get_matches_from(args)
    };
    let matches = match args.iter().any(|word| word == "--help" || word == "-h") {
        true => whole(),
        false => {
            command(commands::parser(), args).try_get_matches_from(args).or_else(|refusal| {
                match refusal.kind() {
                    ErrorKind::DisplayVersion => Err(refusal),
                    _ => whole(),
                }
            })
        }
    };
    matches.and_then(|matches| Cli::from_arg_matches(&matches))
}

/// clap's own output: help and version on standard output, a refusal as the error `usage`.
pub(super) fn refused(mut refusal: clap::Error, args: &[OsString], env: &Env) -> ExitCode {
    let format = asked_format(args, env);
    let from = variable(&refusal, args, env)
        .map(|name| format!("the value comes from the environment variable {name}"));
    let verb = of_trunk(&refusal);
    if verb.is_some() {
        // Other words that only look like it.
        refusal.remove(ContextKind::SuggestedSubcommand);
    }
    let tip = from.or_else(|| manifest(&refusal)).or(verb);
    if !refusal.use_stderr() || format.is_for_people() {
        let _ = refusal.print();
        if let Some(tip) = tip {
            let _ = writeln!(io::stderr(), "hint: {tip}");
        }
        return ExitCode::from(if refusal.use_stderr() { Kind::Usage.exit_code() } else { 0 });
    }
    let text = refusal.render().to_string();
    // The first paragraph is the error; tips follow on their own lines.
    let paragraph: Vec<&str> = text.lines().map(str::trim).take_while(|line| !line.is_empty()).collect();
    let usage = || text.lines().find_map(|line| line.strip_prefix("Usage: ")).unwrap_or_default();
    let message = match refusal.kind() {
        // The text is the whole help, or a list of all commands.
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            format!("a command is missing: {}", usage())
        }
        _ => paragraph.join(" "),
    };
    let tips = text.lines().filter_map(|line| line.trim().strip_prefix("tip: "));
    let tips: Vec<&str> = tips.chain(tip.as_deref()).collect();
    let hint = match tips.as_slice() {
        [] => "add --help to the command to see its options".to_owned(),
        tips => tips.join("; "),
    };
    let error = Error::new(Kind::Usage, message.trim_start_matches("error: ")).hint(hint);
    fail(&error, format, false)
}

/// The command line's grammar. An empty variable counts as unset. A variable whose flag is given is ignored, so that
/// the flag can override an invalid value.
fn command(tree: clap::Command, args: &[OsString]) -> clap::Command {
    tree.long_version(commands::LONG_VERSION).mut_args(|arg| {
        let given = arg.get_long().is_some_and(|long| is_given(args, long, arg.get_short()));
        match arg.get_env().and_then(std::env::var_os) {
            Some(value) if given || value.is_empty() => arg.env(Resettable::Reset),
            _ => arg,
        }
    })
}

fn is_given(args: &[OsString], long: &str, short: Option<char>) -> bool {
    args.iter().filter_map(|word| word.to_str()).any(|word| match word.strip_prefix("--") {
        Some(word) => word.split('=').next() == Some(long),
        None => short.is_some_and(|short| word.strip_prefix('-').is_some_and(|word| word.starts_with(short))),
    })
}

/// The variable that a refused value came from.
fn variable(refusal: &clap::Error, args: &[OsString], env: &Env) -> Option<String> {
    let flag = refusal.get(ContextKind::InvalidArg)?.to_string();
    let flag = flag.split([' ', '=', '[']).next()?.strip_prefix("--")?.to_owned();
    let name = format!("TRUNKCTL_{}", flag.replace('-', "_").to_uppercase());
    let command = command(commands::parser(), args);
    let arg = command.get_arguments().find(|arg| arg.get_long() == Some(flag.as_str()))?;
    (arg.get_env()? == name.as_str() && env.get(&name).is_some()).then_some(name)
}

/// A hint for a verb without its noun, which is mostly about trunks.
fn of_trunk(refusal: &clap::Error) -> Option<String> {
    let word = refusal.get(ContextKind::InvalidSubcommand)?.to_string();
    let tree = commands::parser();
    let is_root = refusal.get(ContextKind::Usage)?.to_string().contains("Usage: trunkctl <COMMAND>");
    let is_verb = tree.find_subcommand("trunk")?.find_subcommand(&word).is_some();
    (is_root && is_verb).then(|| format!("did you mean `trunkctl trunk {word}`?"))
}

/// A hint for `plan` with a bare word.
fn manifest(refusal: &clap::Error) -> Option<String> {
    let word = refusal.get(ContextKind::InvalidArg)?.to_string();
    let is_of_plan = refusal.get(ContextKind::Usage)?.to_string().contains("trunkctl plan");
    let is_bare = refusal.kind() == ErrorKind::UnknownArgument && !word.starts_with('-');
    (is_of_plan && is_bare)
        .then(|| format!("give the manifest with -f, for example -f {}", shell_word(&printable(&word))))
}

/// The output format of a command line that could not be parsed.
fn asked_format(args: &[OsString], env: &Env) -> Format {
    let words: Vec<&str> = args.iter().filter_map(|word| word.to_str()).collect();
    let flag = words.iter().enumerate().find_map(|(at, word)| {
        let next = || words.get(at + 1).copied();
        match *word {
            "-o" | "--output" => next(),
            _ => word.strip_prefix("--output=").or_else(|| word.strip_prefix("-o")),
        }
    });
    let text = flag.or_else(|| env.get("TRUNKCTL_OUTPUT")).unwrap_or("table");
    clap::ValueEnum::from_str(text, true).unwrap_or(Format::Table)
}

//! The command tree, completed from the tables of fields and vendors: the vendors that support a command or an option,
//! what the short help shows, and the fields that a new trunk needs.

use clap::{Arg, ArgAction, Command, CommandFactory};

use crate::cli::Cli;
use crate::cli::lazy::deferred;
use crate::model::fields::Field;
use crate::model::support::{FieldFact, Need, Operation};
use crate::model::text::fold;
use crate::vendors::{ALL, Facts};

/// The command tree for parsing. It has neither help texts that are made from tables, nor the arguments of commands that
/// are not named: both take longer than parsing a command line.
pub fn parser() -> Command {
    with_flags(deferred(Cli::command))
}

/// The command tree.
pub fn tree() -> Command {
    tree_of(&|_| true)
}

/// The command tree for a command line with these words. Only the commands that it names have whole help texts, because
/// making all of them takes longer than the rest of a start.
pub fn tree_for(words: &[&str]) -> Command {
    tree_of(&|command| {
        let mut names = command.get_all_aliases().chain([command.get_name()]);
        names.any(|name| words.contains(&name))
    })
}

fn tree_of(is_wanted: &dyn Fn(&Command) -> bool) -> Command {
    let tree = with_flags(described(is_wanted));
    // They are described by `trunkctl help global` alone.
    let tree = tree.mut_args(|arg| match arg.is_global_set() {
        true => arg.hide(true),
        false => arg,
    });
    with_examples(tree, is_wanted)
}

/// The long help of a command; else the word that is not a command, and the commands in its place.
pub fn command_help(words: &[String]) -> Result<String, (String, Vec<String>)> {
    help_in(tree(), words)
}

fn help_in(mut command: Command, words: &[String]) -> Result<String, (String, Vec<String>)> {
    command.build();
    for word in words {
        let Some(found) = command.find_subcommand(word).cloned() else {
            let known = command.get_subcommands().map(|command| command.get_name().to_owned());
            return Err((word.clone(), known.collect()));
        };
        command = found;
    }
    Ok(command.render_long_help().to_string())
}

/// The options of every command, as the help of a command of its own.
pub fn global_help() -> String {
    let own =
        described(&|_| false).get_arguments().filter(|arg| arg.is_global_set()).cloned().collect::<Vec<_>>();
    let command = Command::new("trunkctl")
        .about("These options can be given with every command")
        .version(env!("CARGO_PKG_VERSION"))
        .override_usage("trunkctl [GLOBAL OPTIONS] <COMMAND> [OPTIONS]")
        .args(own);
    with_flags(command).render_long_help().to_string()
}

/// Adds the flags that every command has from clap, as options of ours that can be hidden.
fn with_flags(command: Command) -> Command {
    let flag = |name: &'static str, short, action, help: &'static str| {
        Arg::new(name).short(short).long(name).global(true).action(action).help(help)
    };
    command.disable_help_flag(true).disable_version_flag(true).args([
        flag("help", 'h', ArgAction::Help, "Print a short help (-h), or the whole help (--help)"),
        flag("version", 'V', ArgAction::Version, "Print the version (-V), or also the build (--version)"),
    ])
}

/// The commands, each with the vendors that support it, and the wanted ones with those of their options.
fn described(is_wanted: &dyn Fn(&Command) -> bool) -> Command {
    let tree = Cli::command().mut_args(|arg| match arg.get_id() == "sandbox" {
        true => arg.help(format!("Use local simulators of the vendors (profiles {})", names(|_| true))),
        false => arg,
    });
    tree.mut_subcommands(|noun| {
        let (name, is_wanted) = (noun.get_name().to_owned(), is_wanted(&noun));
        let verbs = |noun: Command| {
            noun.mut_subcommands(|verb| {
                let path = format!("{name}.{}", verb.get_name()).replace('-', "_");
                let step = STEPS.iter().find(|(verb, ..)| *verb == path);
                let (path, field) = step.map_or((path.as_str(), None), |(_, path, field)| (*path, *field));
                let operation = Operation::ALL.iter().find(|operation| operation.name() == path);
                let verb = with_arguments(verb, WITH_FIELDS.contains(&path));
                let verb = match ["trunk.create", "trunk.ensure"].contains(&path) {
                    true => with_required(verb),
                    false => verb,
                };
                match operation {
                    Some(operation) => about(
                        verb,
                        &names(|facts| {
                            facts.support(*operation).is_there()
                                && field.is_none_or(|field| facts.any_shape(field, FieldFact::is_updated))
                        }),
                    ),
                    None => verb,
                }
            })
        };
        let prefix = format!("{}.", name.replace('-', "_"));
        let own: Vec<&Operation> =
            Operation::ALL.iter().filter(|operation| operation.name().starts_with(&prefix)).collect();
        match own.is_empty() {
            true if is_wanted => with_arguments(verbs(noun), false),
            true => noun,
            false => {
                let noun = if is_wanted { verbs(noun) } else { noun };
                about(noun, &names(|facts| own.iter().any(|own| facts.support(**own).is_there())))
            }
        }
    })
}

/// The short help ends with the first example, the long help with all of them.
fn with_examples(command: Command, is_wanted: &dyn Fn(&Command) -> bool) -> Command {
    const MORE: &str = "More: --help    Global options: trunkctl help global";
    const GLOBAL: &str = "Global options: trunkctl help global";
    const TEMPLATE: &str =
        "{before-help}{about-with-newline}{usage-heading} {usage}\n\n{all-args}{after-help}\n";
    let all = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let long = format!("{all}\n\n{GLOBAL}").trim_start().to_owned();
    let command = command.help_template(TEMPLATE).after_long_help(long);
    let command = match all.strip_prefix("Examples:\n").or_else(|| all.strip_prefix("Example:\n")) {
        Some(examples) => {
            let is_next = |line: &&str| line.is_empty() || line.starts_with("  trunkctl");
            let more = examples.lines().skip(1).take_while(|line| !is_next(line));
            let first: String =
                examples.lines().take(1).chain(more).map(|line| format!("{line}\n")).collect();
            command.after_help(format!("Example:\n{first}{MORE}"))
        }
        None => command.after_help(MORE),
    };
    command.mut_subcommands(|command| match is_wanted(&command) {
        true => with_examples(command, &|_| true),
        false => command,
    })
}

/// The help of a creation ends with the fields that each kind of trunk needs.
fn with_required(command: Command) -> Command {
    let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let mut text = format!("{after}\n\nRequired fields:\n");
    for facts in ALL.iter().map(|vendor| vendor.facts()) {
        for shape in facts.shapes {
            let required = Field::ALL.iter().filter(|field| {
                shape.fact(**field).is_some_and(|fact| matches!(fact.create, Need::Required))
            });
            let names: Vec<&str> = required.map(|field| field.name()).collect();
            let head = format!("{} {}", facts.name, shape.name);
            text.push_str(&fold(&format!("  {head:<18}  {}", names.join(", ")), 22, Some(80)));
            text.push('\n');
        }
    }
    command.after_help(text.trim_end().to_owned())
}

/// Commands that are another operation, and the field that they update, if it is only one.
const STEPS: &[(&str, &str, Option<Field>)] = &[
    ("trunk.enable", "trunk.update", Some(Field::Enabled)),
    ("trunk.disable", "trunk.update", Some(Field::Enabled)),
    ("trunk.rename", "trunk.update", Some(Field::Name)),
    ("trunk.edit", "trunk.update", None),
    ("trunk.clone", "trunk.create", None),
    // Both need a token.
    ("profile.token", "profile.logout", None),
];

/// The commands whose options are fields of a trunk.
const WITH_FIELDS: [&str; 3] = ["trunk.create", "trunk.update", "trunk.ensure"];

/// The field of a trunk that a flag sets.
fn field_of(flag: &str) -> Option<&'static Field> {
    Field::ALL.iter().find(|field| field.row().flags.iter().any(|own| own.name == flag))
}

/// The names of the vendors for which this is true.
fn names(holds: impl Fn(&Facts) -> bool) -> String {
    let names: Vec<&str> = ALL
        .iter()
        .map(|vendor| vendor.facts())
        .filter(|facts| holds(facts))
        .map(|facts| facts.name)
        .collect();
    names.join(", ")
}

/// The note with the vendors that support something; none if all vendors or no vendors do.
fn note(takers: &str) -> Option<String> {
    (!takers.is_empty() && takers != names(|_| true)).then(|| format!("[vendors: {takers}]"))
}

fn about(command: Command, takers: &str) -> Command {
    match (note(takers), command.get_about()) {
        (Some(note), Some(text)) => {
            let text = format!("{text} {note}");
            command.about(text)
        }
        _ => command,
    }
}

fn with_arguments(command: Command, fields: bool) -> Command {
    let verb = command.get_name().to_owned();
    command.mut_args(|arg| {
        let takers = match arg.get_id().as_str() {
            // The account acted on is a key of the profile.
            "account" | "accounts" => names(Facts::has_accounts),
            flag if fields => field_of(flag)
                .map(|field| names(|facts| facts.any_shape(*field, FieldFact::is_taken)))
                .unwrap_or_default(),
            _ => String::new(),
        };
        let is_rare = match arg.get_id().as_str() {
            // Mostly that of the profile.
            "account" => !arg.is_required_set(),
            _ => fields && !is_usual(&arg, &verb),
        };
        let arg = if is_rare { arg.hide_short_help(true) } else { arg };
        with_note(arg, &takers)
    })
}

/// Whether the short help shows an option: if it is not of a field, or if a vendor requires the field. An update shows
/// those of them that can be changed, and a clone those that cannot be copied.
fn is_usual(arg: &Arg, verb: &str) -> bool {
    let flag = arg.get_id().as_str();
    let Some(field) = field_of(flag) else { return true };
    if verb == "clone" {
        return matches!(field, Field::Name | Field::Password);
    }
    let is_fixed = |fact: &FieldFact| verb == "update" && !fact.is_updated();
    let is_shown = |fact: &FieldFact| matches!(fact.create, Need::Required) && !is_fixed(fact);
    let mut shapes = ALL.iter().flat_map(|vendor| vendor.facts().shapes);
    shapes.any(|shape| shape.fact(*field).is_some_and(is_shown))
}

/// The values of an option stand in its help; the vendors that take it, in its long help alone.
fn with_note(arg: Arg, takers: &str) -> Arg {
    let Some(short) = arg.get_help().map(ToString::to_string) else {
        return arg;
    };
    let values = arg.get_possible_values();
    let is_plain = arg.get_action().takes_values()
        && !values.is_empty()
        && values.iter().all(|value| value.get_help().is_none());
    let words: Vec<&str> = values.iter().map(|value| value.get_name()).collect();
    let (help, arg) = match is_plain {
        true => (format!("{short}: {}", words.join(", ")), arg.hide_possible_values(true)),
        false => (short.clone(), arg),
    };
    let long =
        arg.get_long_help().map_or_else(|| help.clone(), |long| long.to_string().replacen(&short, &help, 1));
    match note(takers) {
        Some(note) => arg.long_help(format!("{long} {note}")).help(help),
        None => arg.long_help(long).help(help),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn help(path: &[&str]) -> String {
        let words: Vec<String> = path.iter().map(|word| (*word).to_owned()).collect();
        let help = command_help(&words).unwrap();
        help.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_tree_for_some_words_has_the_whole_help_of_their_command() {
        fn paths(command: &Command, path: &[String], found: &mut Vec<Vec<String>>) {
            for inner in command.get_subcommands() {
                for name in inner.get_all_aliases().chain([inner.get_name()]) {
                    let path = [path, &[name.to_owned()]].concat();
                    paths(inner, &path, found);
                    found.push(path);
                }
            }
        }
        let mut found = vec![Vec::new()];
        paths(&tree(), &[], &mut found);
        assert!(found.len() > 100, "{found:?}");
        for path in found {
            let words: Vec<&str> = path.iter().map(String::as_str).collect();
            assert_eq!(help_in(tree_for(&words), &path), help_in(tree(), &path), "{path:?}");
        }
    }

    #[test]
    fn help_names_the_vendors_that_support_an_option() {
        assert!(help(&[]).contains("[vendors: zoom]"));
        assert!(help(&["lookup"]).contains("List extensions [vendors: yeastar]"));
        let create = help(&["trunk", "create"]);
        for part in [
            "--itsp <ITSP> The provider's template [vendors: yeastar]",
            "--kind <KIND> The kind: register, peer, account, assigned --",
            "Required fields: yeastar register name, kind,",
        ] {
            assert!(create.contains(part), "{create}");
        }
        assert!(help(&["trunk", "get"]).contains("[vendors: zoom]"));
        for (verb, vendors) in [
            ("update", "yeastar, itniotech"),
            ("rename", "yeastar, itniotech"),
            ("edit", "yeastar, itniotech"),
            // Itniotech has no call for it.
            ("enable", "yeastar"),
            ("disable", "yeastar"),
        ] {
            assert!(help(&["trunk", verb]).contains(&format!("[vendors: {vendors}]")), "{verb}");
        }
    }
}

//! The command tree, completed from the vendors' tables: the help of a command or option that not every vendor supports
//! names the vendors that do.

use clap::{Arg, Command, CommandFactory};

use crate::cli::Cli;
use crate::model::fields::Field;
use crate::model::support::{FieldFact, Need, Operation};
use crate::vendors::{ALL, Facts};

/// The command tree.
pub fn tree() -> Command {
    let tree = Cli::command().mut_args(|arg| match arg.get_id() == "sandbox" {
        true => arg.help(format!("Use local simulators of the vendors (profiles {})", names(|_| true))),
        false => arg,
    });
    tree.mut_subcommands(|noun| {
        let name = noun.get_name().to_owned();
        let noun = noun.mut_subcommands(|verb| {
            let path = format!("{name}.{}", verb.get_name()).replace('-', "_");
            let operation = Operation::ALL.iter().find(|operation| operation.name() == path);
            let verb = with_arguments(verb, name == "trunk");
            match operation {
                Some(operation) => about(verb, &names(|facts| facts.support(*operation).is_there())),
                None => verb,
            }
        });
        let prefix = format!("{}.", name.replace('-', "_"));
        let own: Vec<&Operation> =
            Operation::ALL.iter().filter(|operation| operation.name().starts_with(&prefix)).collect();
        match own.is_empty() {
            true => with_arguments(noun, false),
            false => about(noun, &names(|facts| own.iter().any(|own| facts.support(**own).is_there()))),
        }
    })
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
    let all = names(|_| true);
    (!takers.is_empty() && takers != all).then(|| format!("[vendors: {takers}]"))
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
    command.mut_args(|arg| {
        let takers = match arg.get_id().as_str() {
            // The account acted on is a key of the profile.
            "account" | "accounts" => {
                names(|facts| facts.profile_keys.iter().any(|key| key.name == "account"))
            }
            flag if fields => Field::ALL
                .iter()
                .find(|field| field.row().flags.iter().any(|own| own.name == flag))
                .map(|field| {
                    names(|facts| facts.shapes.iter().any(|shape| shape.fact(*field).is_some_and(is_taken)))
                })
                .unwrap_or_default(),
            _ => String::new(),
        };
        with_note(arg, &takers)
    })
}

fn with_note(arg: Arg, takers: &str) -> Arg {
    match (note(takers), arg.get_help()) {
        (Some(note), Some(help)) => {
            let help = format!("{help} {note}");
            arg.help(help)
        }
        _ => arg,
    }
}

fn is_taken(fact: &FieldFact) -> bool {
    !matches!((fact.create, fact.update), (Need::Refused(_), Need::Refused(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn help(path: &[&str]) -> String {
        let mut command = tree();
        command.build();
        let mut found = &command;
        for name in path {
            found = found.find_subcommand(name).unwrap();
        }
        found.clone().render_help().to_string()
    }

    #[test]
    fn help_names_the_vendors_of_what_not_every_vendor_has() {
        assert!(help(&[]).contains("[vendors: zoom]"));
        assert!(help(&["lookup"]).contains("List extensions [vendors: yeastar]"));
        let create = help(&["trunk", "create"]).split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(create.contains("--itsp <ITSP> The provider's template [vendors: yeastar]"), "{create}");
        assert!(create.contains("How the trunk connects to its peer [possible values"), "{create}");
        assert!(help(&["trunk", "get"]).contains("[vendors: zoom]"));
    }
}

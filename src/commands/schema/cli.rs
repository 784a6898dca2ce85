//! The command tree as data: commands, options, values, environment variables and exit codes.

use clap::{Arg, Command};
use serde_json::{Map, Value, json};

use crate::commands::tree::tree;
use crate::guide::TOPICS;
use crate::model::error::EXIT_CODES;

/// The whole command tree.
pub fn description() -> Value {
    let mut tree = tree();
    tree.build();
    let mut commands = Vec::new();
    describe(&tree, &[], &mut commands);
    let global: Vec<Value> = tree.get_arguments().filter(|arg| arg.is_global_set()).map(argument).collect();
    let topics: Vec<Value> =
        TOPICS.iter().map(|topic| json!({"name": topic.name, "about": topic.about})).collect();
    json!({
        "name": tree.get_name(),
        "version": env!("CARGO_PKG_VERSION"),
        "global_options": global,
        "commands": commands,
        "topics": topics,
        "exit_codes": EXIT_CODES.iter().map(|row| serde_json::to_value(row).unwrap_or_default()).collect::<Vec<_>>(),
        "schemas": {
            "plan": "trunkctl schema plan",
            "manifest": "trunkctl schema manifest",
            "profiles": "trunkctl schema profiles",
        },
    })
}

/// The commands that do something, each with the words to it.
fn describe(command: &Command, path: &[&str], commands: &mut Vec<Value>) {
    if !command.has_subcommands() {
        let (positional, options): (Vec<&Arg>, Vec<&Arg>) = command
            .get_arguments()
            .filter(|arg| !arg.is_global_set() && arg.get_id() != "help" && arg.get_id() != "version")
            .partition(|arg| arg.is_positional());
        let list = |list: Vec<&Arg>| list.into_iter().map(argument).collect::<Vec<_>>();
        commands.push(json!({
            "command": path,
            "about": command.get_about().map(ToString::to_string),
            "aliases": command.get_all_aliases().collect::<Vec<_>>(),
            "arguments": list(positional),
            "options": list(options),
        }));
    }
    for inner in command.get_subcommands() {
        describe(inner, &[path, &[inner.get_name()]].concat(), commands);
    }
}

fn argument(arg: &Arg) -> Value {
    let mut map = Map::new();
    let mut put = |key: &str, value: Value| {
        if !(value.is_null() || value == json!([]) || value == json!(false)) {
            map.insert(key.to_owned(), value);
        }
    };
    put("long", arg.get_long().map(|long| format!("--{long}")).into());
    put("short", arg.get_short().map(|short| format!("-{short}")).into());
    let takes = arg.get_action().takes_values();
    let name = arg.get_value_names().and_then(|names| names.first()).map(ToString::to_string);
    put("value", name.filter(|_| takes).into());
    let values = arg.get_possible_values().into_iter().filter(|_| takes);
    put("values", values.map(|value| Value::from(value.get_name())).collect());
    put(
        "default",
        arg.get_default_values().first().filter(|_| takes).map(|value| value.to_string_lossy()).into(),
    );
    put("environment", arg.get_env().map(|name| name.to_string_lossy()).into());
    put("required", arg.is_required_set().into());
    let many = arg.get_num_args().is_some_and(|range| range.max_values() > 1);
    put("repeatable", (many || matches!(arg.get_action(), clap::ArgAction::Append)).into());
    put("value_is_optional", arg.get_num_args().is_some_and(|range| takes && range.min_values() == 0).into());
    let help = arg.get_long_help().or(arg.get_help());
    put("help", help.map(|help| help.to_string().replace("\n\n", ". ")).into());
    Value::Object(map)
}

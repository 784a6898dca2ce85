//! `trunkctl help [COMMAND | TOPIC | global]`

use super::tree::{command_help, global_help};
use crate::guide::{self, TOPICS};
use crate::model::error::{Error, Kind, Result};
use crate::model::report::Report;
use crate::model::text::nearest;

/// The word for the options of every command.
const GLOBAL: &str = "global";

/// The help of a command, a page of the guide, the global options, or, without words, the list of topics.
pub fn run(words: &[String]) -> Result<Report> {
    let topic = |word: &String| TOPICS.iter().find(|topic| topic.name == word);
    let text = match words {
        [] => topics(),
        [word] if word == GLOBAL => global_help(),
        [word] if let Some(topic) = topic(word) => guide::text(topic),
        words => command_help(words).map_err(|(word, commands)| unknown(&word, commands))?,
    };
    Ok(Report::Text(text))
}

fn topics() -> String {
    let width = TOPICS.iter().map(|topic| topic.name.len()).max().unwrap_or(0);
    let rows: String =
        TOPICS.iter().map(|topic| format!("  {:<width$}  {}\n", topic.name, topic.about)).collect();
    format!(
        "Usage: trunkctl help [COMMAND | TOPIC | {GLOBAL}]\n\nTopics of the guide:\n{rows}\n\
         Commands: trunkctl --help\nGlobal options: trunkctl help {GLOBAL}\n"
    )
}

fn unknown(word: &str, mut known: Vec<String>) -> Error {
    known.extend(TOPICS.iter().map(|topic| topic.name.to_owned()));
    let hint = match nearest(word, known.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`trunkctl help` lists the topics, and `trunkctl --help` the commands".to_owned(),
    };
    Error::new(Kind::Usage, format!("`{word}` is neither a command nor a topic")).hint(hint)
}

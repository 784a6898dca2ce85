//! `${NAME}` in the texts of a manifest.

use std::collections::BTreeMap;

use crate::config::Env;
use crate::config::node::{Mistake, Node, Value};
use crate::model::error::{Error, Kind, Result};
use crate::model::secret::is_secret_key;
use crate::model::text::excerpt;

/// What `${NAME}` stands for: what the command line says, or else the environment.
#[derive(Debug, Default)]
pub struct Vars {
    env: Env,
    given: BTreeMap<String, String>,
}

impl Vars {
    /// The environment, and `NAME=VALUE` of the command line, of which the last one counts.
    ///
    /// # Errors
    /// [`Kind::Usage`] for what is not written so.
    pub fn new(env: &Env, given: &[String]) -> Result<Self> {
        let mut vars = Self { env: env.clone(), given: BTreeMap::new() };
        for text in given {
            let pair = text.split_once('=').filter(|(name, _)| is_name(name));
            let Some((name, value)) = pair else {
                // What stands behind the sign may be for nobody's eyes.
                let shown = excerpt(text.split('=').next().unwrap_or_default(), 40);
                return Err(Error::new(
                    Kind::Usage,
                    format!("--var {shown}: that is no variable and its value"),
                )
                .hint("write --var NAME=VALUE, the name in letters, digits and underscores"));
            };
            vars.given.insert(name.to_owned(), value.to_owned());
        }
        Ok(vars)
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.given.get(name).map(String::as_str).or_else(|| self.env.get(name))
    }

    /// Puts the variables into every text below a node, and notes what cannot be.
    pub fn fill(&self, node: &mut Node, mistakes: &mut Vec<Mistake>) {
        self.fill_below(node, "", mistakes);
    }

    fn fill_below(&self, node: &mut Node, key: &str, mistakes: &mut Vec<Mistake>) {
        match &mut node.value {
            Value::List(list) => list.iter_mut().for_each(|node| self.fill_below(node, key, mistakes)),
            Value::Table(table) => {
                table.iter_mut().for_each(|(key, node)| self.fill_below(node, &key.text, mistakes));
            }
            Value::Text(text) | Value::Plain(text) | Value::Filled(text) if text.contains("${") => {
                let filled =
                    if is_secret_key(key) { self.reference(text) } else { self.text(text, |_| true) };
                match filled {
                    Ok((filled, by_variable)) => match &mut node.value {
                        Value::Text(_) if by_variable => node.value = Value::Filled(filled),
                        Value::Text(text) | Value::Plain(text) | Value::Filled(text) => *text = filled,
                        _ => {}
                    },
                    Err(what) => mistakes.push(Mistake::at(node.place, what)),
                }
            }
            _ => {}
        }
    }

    /// The text, and whether a variable was put into it.
    fn text(&self, text: &str, is_fit: fn(char) -> bool) -> Result<(String, bool), String> {
        let (mut filled, mut by_variable) = (String::new(), false);
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            filled.push_str(&rest[..at]);
            rest = &rest[at..];
            if let Some(after) = rest.strip_prefix("$${") {
                filled.push_str("${");
                rest = after;
            } else if let Some(after) = rest.strip_prefix("${") {
                let (name, after) = after
                    .split_once('}')
                    .ok_or("a `${` has no `}`; write ${NAME}, or $${ for the characters themselves")?;
                filled.push_str(self.value(name, is_fit)?);
                by_variable = true;
                rest = after;
            } else {
                filled.push('$');
                rest = &rest[1..];
            }
        }
        filled.push_str(rest);
        Ok((filled, by_variable))
    }

    fn value(&self, name: &str, is_fit: fn(char) -> bool) -> Result<&str, String> {
        let shown = excerpt(name, 40);
        if !is_name(name) {
            return Err(format!(
                "`${{{shown}}}` names no variable; a name has letters, digits and underscores, and $${{ stands for \
                 the characters themselves"
            ));
        }
        let value = self.get(name).ok_or_else(|| {
            format!(
                "the variable `{shown}` is not set; set it in the environment, or give --var {shown}=VALUE"
            )
        })?;
        if !value.chars().all(is_fit) {
            return Err(format!(
                "the variable `{shown}` holds characters that a shell does not take as they are; name the secret \
                 without them"
            ));
        }
        Ok(value)
    }

    /// The reference to a secret. What follows its prefix may hold variables; a secret itself may not be made of
    /// them, because its own characters are never read as anything.
    fn reference(&self, text: &str) -> Result<(String, bool), String> {
        let (prefix, _) = text.split_once(':').unwrap_or_default();
        match prefix {
            "env" | "file" | "keyring" => self.text(text, |_| true),
            // A value would be run as a part of the command.
            "cmd" => self.text(text, |c| c.is_alphanumeric() || "_-./:@%+=,".contains(c)),
            _ => match text.replace("$${", "").contains("${") {
                true => {
                    Err("a secret is not put together of variables; write a reference, as in env:NAME, and \
                             $${ for the characters themselves"
                        .to_owned())
                }
                false => Ok((text.replace("$${", "${"), false)),
            },
        }
    }
}

fn is_name(name: &str) -> bool {
    name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && name.starts_with(|c: char| !c.is_ascii_digit())
}

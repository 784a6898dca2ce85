//! `${NAME}` in the texts of a manifest.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::Origin;
use super::mistakes::{At, Mistakes};
use crate::input::file::Source;
use crate::input::tree::{Mistake, Node, Table, Value};
use crate::model::error::{Error, Kind, Place, Result};
use crate::model::secret::is_secret_key;
use crate::model::text::{excerpt, nearest};

/// What the names of the environment's own variables begin with: of the others, none is put into a manifest.
const PREFIX: &str = "TRUNKCTL_VAR_";

/// The option that gives one variable.
const OPTION: &str = "--var";

/// The variables that are given beside a manifest: on the command line, in files, and in the environment.
#[derive(Debug, Default)]
pub struct Vars {
    env: BTreeMap<String, String>,
    given: BTreeMap<String, Given>,
    used: RefCell<BTreeSet<String>>,
}

/// A variable that was given, and the option that gave it.
#[derive(Debug)]
struct Given {
    value: String,
    option: String,
}

impl Vars {
    /// `NAME=VALUE` of the command line, then files, then the environment. Of options of one kind, the last one counts.
    ///
    /// # Errors
    /// [`Kind::Usage`] for what is not `NAME=VALUE`, [`Kind::Invalid`] for a file that is no table of texts.
    pub fn new<'e>(
        env: impl Iterator<Item = (&'e str, &'e str)>,
        given: &[String],
        files: &[String],
    ) -> Result<Self> {
        let set = env.filter(|(_, value)| !value.is_empty());
        let env = set.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let mut vars = Self { env, ..Self::default() };
        for path in files {
            let option = format!("--var-file {path}");
            for (name, value) in from_file(path)? {
                vars.given.insert(name, Given { value, option: option.clone() });
            }
        }
        for text in given {
            let pair = text.split_once('=').filter(|(name, _)| is_name(name));
            let Some((name, value)) = pair else {
                // The value may be confidential.
                let shown = excerpt(text.split('=').next().unwrap_or_default(), 40);
                return Err(Error::new(Kind::Usage, format!("--var {shown}: expected NAME=VALUE"))
                    .hint("write --var NAME=VALUE, the name in letters, digits and underscores"));
            };
            vars.given.insert(name.to_owned(), Given { value: value.to_owned(), option: OPTION.to_owned() });
        }
        Ok(vars)
    }

    fn get(&self, name: &str) -> Option<&str> {
        match self.given.get(name) {
            Some(given) => {
                self.used.borrow_mut().insert(name.to_owned());
                Some(&given.value)
            }
            None => self.env.get(&format!("{PREFIX}{name}")).map(String::as_str),
        }
    }

    /// A warning for each option that gave variables which no manifest used so far.
    pub fn unused(&self) -> Vec<String> {
        let used = self.used.borrow();
        let mut options: BTreeMap<&str, (Vec<&str>, bool)> = BTreeMap::new();
        for (name, given) in &self.given {
            let (unused, some_used) = options.entry(&given.option).or_default();
            match used.contains(name) {
                true => *some_used = true,
                false => unused.push(name),
            }
        }
        let line = |(option, (names, some_used)): (&str, (Vec<&str>, bool))| {
            if some_used || option == OPTION {
                return format!("{option}: the manifest does not use {}", excerpt(&names.join(", "), 200));
            }
            // It may be a file of something else, whose keys are not repeated.
            format!("{option}: the manifest uses no variable of it")
        };
        options.into_iter().filter(|(_, (unused, _))| !unused.is_empty()).map(line).collect()
    }
}

/// The variables of a file: a flat table of texts, numbers and booleans, as they are written.
fn from_file(path: &str) -> Result<Vec<(String, String)>> {
    let source = Source::open(path, Kind::Invalid)?;
    let refuse = |mistakes: &[Mistake]| {
        let hint = "write a name and a text for each variable, as in site = \"oslo\"";
        source.refuse(Kind::Invalid, mistakes).hint(hint)
    };
    let root = source.parse().map_err(|mistake| refuse(&[mistake]))?;
    let what = format!("is {}, not a table of variables", root.noun());
    let Value::Table(table) = root.value else { return Err(refuse(&[Mistake::at(root.place, what)])) };
    let (mut good, mut wrong) = (Vec::new(), Vec::new());
    for pair in pairs(table) {
        match pair {
            Ok((name, value, _)) => good.push((name, value)),
            Err((place, what)) => wrong.push(Mistake::at(place, what)),
        }
    }
    if wrong.is_empty() { Ok(good) } else { Err(refuse(&wrong)) }
}

/// The names and values of a table of variables, each with its place; or a mistake, which does not repeat the value.
pub fn pairs(table: Table) -> impl Iterator<Item = Result<(String, String, Place), (Place, String)>> {
    table.into_iter().map(|(key, node)| {
        if !is_name(&key.text) {
            let what = "the name of a variable has letters, digits and underscores, and no digit in front";
            return Err((key.place, what.to_owned()));
        }
        let noun = node.noun();
        match node.value {
            Value::Text(text) | Value::Plain(text) | Value::Number(text) => Ok((key.text, text, key.place)),
            Value::Flag(flag) => Ok((key.text, flag.to_string(), key.place)),
            _ => Err((node.place, format!("the value of a variable is {noun}; write a text"))),
        }
    })
}

/// A profile, and the variables of its own (`[profiles.NAME.vars]`).
#[derive(Debug, Clone, Default)]
pub struct ProfileVars {
    /// The profile.
    pub name: String,
    /// Its variables.
    pub vars: BTreeMap<String, String>,
}

/// The variables that differ by profile.
#[derive(Clone, Copy)]
enum ByProfile<'v> {
    /// They are not allowed here.
    Refused,
    /// Texts with them are filled later, once for each profile.
    Later,
    /// They are those of this profile.
    Of(&'v ProfileVars),
}

/// How a variable that differs by profile begins.
const BY_PROFILE: &str = "${profile.";

/// Whether a value has variables that differ by profile, and are not filled yet.
pub fn differs_by_profile(node: &Node) -> bool {
    match &node.value {
        Value::Text(text) | Value::Plain(text) => text.contains(BY_PROFILE),
        Value::List(list) => list.iter().any(differs_by_profile),
        Value::Table(table) => table.iter().any(|(_, node)| differs_by_profile(node)),
        _ => false,
    }
}

/// The variables of a manifest: those that are given beside it, and below them its own.
pub struct Scope<'v> {
    vars: &'v Vars,
    own: Rc<BTreeMap<String, (String, Origin)>>,
    by_profile: ByProfile<'v>,
}

impl<'v> Scope<'v> {
    /// Those of each file's `[vars]`. One name has one value, whichever file gives it.
    pub fn collect<'f>(
        vars: &'v Vars,
        files: impl Iterator<Item = (&'f str, Node)>,
        mistakes: &mut Mistakes,
    ) -> Self {
        let mut own: BTreeMap<String, (String, Origin)> = BTreeMap::new();
        for (file, node) in files {
            let at = At { file, place: None, path: "vars" };
            for pair in pairs(mistakes.table(at, "", node).unwrap_or_default()) {
                let (name, value, place) = match pair {
                    Ok(pair) => pair,
                    Err((place, what)) => {
                        mistakes.add(at.place(place), "", what);
                        continue;
                    }
                };
                if value.contains("${") {
                    let what = "the value of a variable is taken as it is: no other variable is put into it";
                    mistakes.add(at.place(place), &name, what);
                }
                match own.get(&name) {
                    Some((known, first)) if *known != value => {
                        let what = format!("`{name}` has another value in {first}; keep one");
                        mistakes.add(at.place(place), &name, what);
                    }
                    Some(_) => {}
                    None => {
                        let origin = Origin { file: file.into(), place };
                        own.insert(name, (value, origin));
                    }
                }
            }
        }
        Self { vars, own: Rc::new(own), by_profile: ByProfile::Refused }
    }

    /// The same variables, for texts that are filled once for each profile.
    pub fn before_profiles(&self) -> Self {
        Self { own: Rc::clone(&self.own), by_profile: ByProfile::Later, ..*self }
    }

    /// The same variables, with those of a profile.
    pub fn of_profile<'p>(&self, profile: &'p ProfileVars) -> Scope<'p>
    where
        'v: 'p,
    {
        Scope { vars: self.vars, own: Rc::clone(&self.own), by_profile: ByProfile::Of(profile) }
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.vars.get(name).or_else(|| self.own.get(name).map(|(value, _)| value.as_str()))
    }

    /// Puts the variables into every text below a key, and notes what cannot be.
    pub fn fill(&self, at: At<'_>, key: &str, node: &mut Node, mistakes: &mut Mistakes) {
        let place = node.place;
        match &mut node.value {
            Value::List(list) => list.iter_mut().for_each(|node| self.fill(at, key, node, mistakes)),
            Value::Table(table) => {
                table.iter_mut().for_each(|(key, node)| self.fill(at, &key.text, node, mistakes));
            }
            Value::Text(text) | Value::Plain(text)
                if matches!(self.by_profile, ByProfile::Later) && text.contains(BY_PROFILE) => {}
            Value::Text(text) | Value::Plain(text) if text.contains("${") => {
                let filled =
                    if is_secret_key(key) { self.reference(text) } else { self.text(text, |_| true) };
                match filled {
                    Ok(Filled { text: filled, names }) if names.is_empty() => *text = filled,
                    Ok(Filled { text, names }) => {
                        mistakes.fill(at, place, &names);
                        let plain = matches!(node.value, Value::Plain(_));
                        node.value = Value::Filled { text, plain };
                    }
                    Err(what) => mistakes.of_variable(at, place, what),
                }
            }
            _ => {}
        }
    }

    fn text<'t>(&self, text: &'t str, is_fit: fn(char) -> bool) -> Result<Filled<'t>, String> {
        let mut filled = Filled { text: String::new(), names: Vec::new() };
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            filled.text.push_str(&rest[..at]);
            rest = &rest[at..];
            if let Some(after) = rest.strip_prefix("$${") {
                filled.text.push_str("${");
                rest = after;
            } else if let Some(after) = rest.strip_prefix("${") {
                let (name, after) = after
                    .split_once('}')
                    .ok_or("a `${` has no `}`; write ${NAME}, or $${ for the characters themselves")?;
                filled.text.push_str(self.value(name, is_fit)?);
                filled.names.push(name);
                rest = after;
            } else {
                filled.text.push('$');
                rest = &rest[1..];
            }
        }
        filled.text.push_str(rest);
        Ok(filled)
    }

    fn value(&self, name: &str, is_fit: fn(char) -> bool) -> Result<&str, String> {
        let shown = excerpt(name, 40);
        let value = match name.strip_prefix("profile.") {
            Some(name) => self.of(name)?,
            None if is_name(name) => self.get(name).ok_or_else(|| self.undefined(name))?,
            None => {
                return Err(format!(
                    "`${{{shown}}}` names no variable; a name has letters, digits and underscores, and $${{ stands \
                     for the characters themselves"
                ));
            }
        };
        if !value.chars().all(is_fit) {
            return Err(format!(
                "the variable `{shown}` holds characters that a shell does not take as they are; name the secret \
                 without them"
            ));
        }
        Ok(value)
    }

    /// A variable that differs by profile.
    fn of(&self, name: &str) -> Result<&str, String> {
        let shown = excerpt(name, 40);
        let ByProfile::Of(profile) = self.by_profile else {
            return Err(format!(
                "`${{profile.{shown}}}` differs by profile, and can only be used in the fields of an entry"
            ));
        };
        match name.strip_prefix("vars.") {
            None if name == "name" => Ok(&profile.name),
            Some(key) => profile.vars.get(key).map(String::as_str).ok_or_else(|| {
                let near = nearest(key, profile.vars.keys().map(String::as_str));
                let near = near.map(|near| format!("did you mean `{near}`? Or ")).unwrap_or_default();
                format!(
                    "profile `{0}` has no variable `{1}`; {near}add it to the profiles file under \
                     [profiles.{0}.vars]",
                    profile.name,
                    excerpt(key, 40)
                )
            }),
            None => Err(format!(
                "`${{profile.{shown}}}` names no variable; write ${{profile.name}} or ${{profile.vars.KEY}}"
            )),
        }
    }

    fn undefined(&self, name: &str) -> String {
        let known = self.vars.given.keys().chain(self.own.keys()).map(String::as_str);
        let near = nearest(name, known.filter(|known| *known != name));
        let near = near.map(|near| format!("did you mean `{near}`? Or ")).unwrap_or_default();
        let found = match self.vars.env.get(name) {
            Some(_) => format!(" (the environment's own `{name}` is not read)"),
            None => String::new(),
        };
        format!(
            "the variable `{name}` is not defined; {near}give --var {name}=VALUE or a --var-file, set {PREFIX}{name}\
             {found}, or write it under [vars]"
        )
    }

    /// The reference to a secret. The text after its prefix may contain variables. A literal secret may not,
    /// because its characters have no special meaning.
    fn reference<'t>(&self, text: &'t str) -> Result<Filled<'t>, String> {
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
                false => Ok(Filled { text: text.replace("$${", "${"), names: Vec::new() }),
            },
        }
    }
}

/// A text that variables were put into, and their names.
struct Filled<'t> {
    text: String,
    names: Vec<&'t str>,
}

fn is_name(name: &str) -> bool {
    name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && name.starts_with(|c: char| !c.is_ascii_digit())
}

//! Writes profiles into their file, and keeps its comments.

use std::path::Path;

use toml_edit::{DocumentMut, Item, Table, value};

use crate::model::error::{Error, Kind, Result};

/// Makes sure that the name is free, before anybody is asked anything.
pub fn claim(text: &str, name: &str, path: &Path) -> Result<()> {
    let document = parse(text, path)?;
    if document.get("profiles").and_then(|profiles| profiles.get(name)).is_none() {
        return Ok(());
    }
    Err(Error::new(Kind::Conflict, format!("{} has a profile `{name}` already", path.display()))
        .hint("choose another name, or add --force to replace it"))
}

/// Adds a profile to the text of a profiles file, or replaces the one of that name. The first profile becomes
/// the default. If there was only one before, it stays the default.
pub fn add(text: &str, name: &str, pairs: &[(String, String)], path: &Path) -> Result<String> {
    let shown = path.display();
    let mut document = parse(text, path)?;
    let profiles = document.entry("profiles").or_insert_with(|| {
        let mut table = Table::new();
        table.set_implicit(true);
        Item::Table(table)
    });
    let Some(profiles) = profiles.as_table_mut() else {
        return Err(Error::config(format!("{shown}: `profiles` is not written as tables"))
            .hint("write each profile as a table of its own, [profiles.NAME]"));
    };
    let default = match profiles.iter().map(|(known, _)| known.to_owned()).collect::<Vec<_>>().as_slice() {
        [] => Some(name.to_owned()),
        [only] => Some(only.clone()),
        _ => None,
    };
    let mut table = Table::new();
    if let Some(Item::Table(old)) = profiles.get(name) {
        // The comment above it stays, and it stays in its place.
        table.decor_mut().clone_from(old.decor());
        table.set_position(old.position());
    }
    for (key, text) in pairs {
        let item = match text.as_str() {
            "true" | "false" if key == "allow_http" => value(text == "true"),
            number if key == "concurrency" => number.parse::<i64>().map_or_else(|_| value(number), value),
            _ => value(text.as_str()),
        };
        table.insert(key, item);
    }
    profiles.insert(name, Item::Table(table));
    if let Some(default) = default.filter(|_| !document.contains_key("default_profile")) {
        document.insert("default_profile", value(default));
    }
    let text = document.to_string();
    parse(&text, path).map(|_| text)
}

/// Removes profiles from the text of a profiles file. A default profile that is removed is no longer named.
pub fn remove(text: &str, names: &[String], path: &Path) -> Result<String> {
    let mut document = parse(text, path)?;
    let mut header = String::new();
    if let Some(profiles) = document.get_mut("profiles").and_then(Item::as_table_like_mut) {
        for name in names {
            let removed = profiles.remove(name);
            // The comment at the beginning of the file is written above its first table.
            let table = removed.as_ref().and_then(Item::as_table);
            let above = table.and_then(|table| table.decor().prefix()?.as_str());
            if let Some((kept, _)) = above.filter(|above| text.starts_with(above)).and_then(split_comment) {
                header = format!("{kept}\n\n");
            }
        }
    }
    let is_gone = |item: &Item| item.as_str().is_some_and(|name| names.iter().any(|gone| gone == name));
    if document.get("default_profile").is_some_and(is_gone) {
        document.remove("default_profile");
    }
    Ok(header + document.to_string().trim_start_matches('\n'))
}

/// The comment of the file, and that of the table below it.
fn split_comment(above: &str) -> Option<(&str, &str)> {
    above.trim_end_matches('\n').rsplit_once("\n\n").or(above.strip_suffix("\n\n").map(|whole| (whole, "")))
}

/// Makes a profile the default.
pub fn set_default(text: &str, name: &str, path: &Path) -> Result<String> {
    let mut document = parse(text, path)?;
    match document.get_mut("default_profile").and_then(Item::as_value_mut) {
        Some(old) => {
            // The comment behind it stays.
            let decor = old.decor().clone();
            *old = name.into();
            *old.decor_mut() = decor;
        }
        None => drop(document.insert("default_profile", value(name))),
    }
    Ok(document.to_string())
}

/// What a profile of that name says of a key.
pub fn value_of(text: &str, name: &str, key: &str) -> Option<String> {
    let document: DocumentMut = text.parse().ok()?;
    Some(document.get("profiles")?.get(name)?.get(key)?.as_str()?.to_owned())
}

fn parse(text: &str, path: &Path) -> Result<DocumentMut> {
    text.parse().map_err(|cause: toml_edit::TomlError| {
        Error::config(format!("{}: {}", path.display(), cause.message()))
            .hint("correct the file, or choose another")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs() -> Vec<(String, String)> {
        [("vendor", "zoom"), ("client_secret", "env:A\"B")]
            .map(|(k, v)| (k.to_owned(), v.to_owned()))
            .to_vec()
    }

    #[test]
    fn a_profile_is_added_and_comments_stay() {
        let path = Path::new("p.toml");
        let first = add("# mine\n", "a", &pairs(), path).unwrap();
        assert!(first.contains("# mine") && first.contains("default_profile = \"a\""), "{first}");
        let second = add(&first, "b", &pairs(), path).unwrap();
        assert!(second.contains("[profiles.a]") && second.contains("[profiles.b]"), "{second}");
        assert!(second.contains("default_profile = \"a\""), "{second}");
        assert_eq!(claim(&second, "b", path).unwrap_err().kind, Kind::Conflict);
        assert!(claim(&second, "c", path).is_ok());
        let commented = second.replace("[profiles.a]", "# of the lab\n[profiles.a]");
        assert_eq!(add(&commented, "a", &pairs(), path).unwrap(), commented);
        assert_eq!(value_of(&second, "b", "client_secret").as_deref(), Some("env:A\"B"));
    }

    #[test]
    fn profiles_are_removed_and_other_text_stays() {
        let text = "# my profiles\n\n# of the lab\n[profiles.a] # first\nvendor = \"zoom\"\n\
                    [profiles.a.vars]\nx = \"1\"\n\n# second\n[profiles.b]\nvendor = \"zoom\" # b\n";
        let path = Path::new("p.toml");
        let removed = remove(text, &["a".into()], path).unwrap();
        assert_eq!(removed, "# my profiles\n\n# second\n[profiles.b]\nvendor = \"zoom\" # b\n");
        let chosen = format!("default_profile = \"b\" # mine\n{text}");
        let used = set_default(&chosen, "a", path).unwrap();
        assert_eq!(used, chosen.replacen("\"b\"", "\"a\"", 1));
        let removed = remove(&used, &["a".into()], path).unwrap();
        assert!(!removed.contains("default_profile") && removed.contains("[profiles.b]"), "{removed}");
        assert!(set_default(text, "b", path).unwrap().starts_with("default_profile = \"b\"\n"));
    }

    #[test]
    fn values_other_than_text_keep_their_types() {
        let pairs = [("allow_http", "true"), ("concurrency", "8"), ("client_id", "8")];
        let pairs = pairs.map(|(k, v)| (k.to_owned(), v.to_owned()));
        let text = add("", "a", &pairs, Path::new("p.toml")).unwrap();
        assert!(text.contains("allow_http = true\nconcurrency = 8\nclient_id = \"8\"\n"), "{text}");
    }

    #[test]
    fn the_only_profile_remains_the_default() {
        let path = Path::new("p.toml");
        let text = add("[profiles.old]\nvendor = \"zoom\"\n", "new", &pairs(), path).unwrap();
        assert!(text.starts_with("default_profile = \"old\"\n"), "{text}");
        let chosen = "default_profile = \"x\"\n[profiles.x]\nvendor = \"zoom\"\n";
        assert_eq!(add(chosen, "y", &pairs(), path).unwrap().matches("default_profile").count(), 1);
    }
}

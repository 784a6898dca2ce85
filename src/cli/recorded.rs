//! The command line as the journal keeps it.

use crate::model::secret::{MASK, SecretRef};

/// Options whose value is a name and, behind the sign, a text that may be a secret.
const PAIRS: [&str; 3] = ["--var", "--vendor-field", "--set"];

/// Options whose value is a reference to a secret.
const REFERENCES: [&str; 1] = ["--password-from"];

/// The words of a command line without the values that may be secrets.
pub fn recorded(words: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut option: Option<String> = None;
    let is_masked = |name: &str| PAIRS.contains(&name) || REFERENCES.contains(&name);
    let word = |word: String| {
        if let Some(option) = option.take() {
            return masked(&option, &word);
        }
        match word.split_once('=') {
            Some((name, value)) if is_masked(name) => format!("{name}={}", masked(name, value)),
            _ => {
                option = is_masked(&word).then(|| word.clone());
                word
            }
        }
    };
    words.into_iter().map(word).collect()
}

fn masked(option: &str, value: &str) -> String {
    match (value.split_once('='), SecretRef::parse(value)) {
        (Some((name, _)), _) if PAIRS.contains(&option) => format!("{name}={MASK}"),
        // The arguments of a command may be sensitive.
        (_, Ok(command @ SecretRef::Command(_))) => command.to_string(),
        (_, Ok(SecretRef::Literal(_)) | Err(_)) => MASK.to_owned(),
        _ => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn possible_secrets_are_masked_and_names_are_kept() {
        for (line, kept) in [
            (
                "apply --var PASSWORD=canary --var=PIN=canary=x -f a",
                "apply --var PASSWORD=*** --var=PIN=*** -f a",
            ),
            (
                "trunk update --vendor-field sip_pin=\"canary\" --port 1",
                "trunk update --vendor-field sip_pin=*** --port 1",
            ),
            ("profile init --set=client_secret=canary a", "profile init --set=client_secret=*** a"),
            ("plan --var canary", "plan --var ***"),
            ("trunk create --password-from=env:A --name b", "trunk create --password-from=env:A --name b"),
            ("trunk create --password-from canary", "trunk create --password-from ***"),
            ("apply --var", "apply --var"),
        ] {
            assert_eq!(recorded(line.split(' ').map(str::to_owned)).join(" "), kept);
        }
        let command = ["--password-from=cmd:pass canary".to_owned()];
        assert_eq!(recorded(command), ["--password-from=cmd:pass …"]);
    }
}

//! How a file of data is written.

use std::path::Path;

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// TOML
    Toml,
    /// JSON
    Json,
    /// YAML
    Yaml,
}

impl Format {
    /// By the extension of a file's name; none if it is unknown.
    pub fn of(path: &str) -> Option<Self> {
        match extension(path).as_str() {
            "toml" => Some(Self::Toml),
            "json" => Some(Self::Json),
            "yaml" | "yml" => Some(Self::Yaml),
            _ => None,
        }
    }

    /// As a text looks: `{` begins JSON, a `key =` or a table TOML.
    pub fn guess(text: &str) -> Self {
        let first = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'));
        match first {
            Some(line) if line.starts_with('{') => Self::Json,
            // A list of objects; a table's header in TOML goes on with its name or a second bracket.
            Some(line)
                if line.strip_prefix('[').is_some_and(|rest| {
                    let rest = rest.trim_start();
                    rest.is_empty() || rest.starts_with(['{', ']'])
                }) =>
            {
                Self::Json
            }
            Some(line)
                if line.starts_with('[') || line.split(':').next().is_some_and(|key| key.contains('=')) =>
            {
                Self::Toml
            }
            _ => Self::Yaml,
        }
    }
}

/// The ending of a file's name, in lower case.
pub fn extension(path: &str) -> String {
    let extension = Path::new(path).extension().and_then(|extension| extension.to_str());
    extension.unwrap_or_default().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_distinguished_from_a_table_header() {
        for (text, format) in [
            ("[{\"number\": \"+1\"}]", Format::Json),
            ("[\n  {\"number\": \"+1\"}\n]", Format::Json),
            ("[ {", Format::Json),
            ("[]", Format::Json),
            ("[[internal_numbers]]\nnumber = \"+1\"", Format::Toml),
            ("[caller_id]\nnumber = \"+1\"", Format::Toml),
            ("- number: +1", Format::Yaml),
        ] {
            assert!(Format::guess(text) == format, "{text}");
        }
    }
}

//! How a list is written: by the file's name, or by how the text looks.

use super::columns::Shape;
use crate::input::format::{Format, extension};
use crate::model::error::{Error, Result};

/// How a list is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A header and a row a line, with commas, semicolons or tabs between cells.
    Csv,
    /// A JSON value a line.
    Lines,
    /// A list in one piece.
    Whole(Format),
}

/// The separator of CSV. Spreadsheets write semicolons in languages with a decimal comma.
pub const SEPARATORS: [char; 3] = [',', ';', '\t'];

/// By the extension; none if it is unknown.
pub fn by_name(path: &str) -> Result<Option<Form>> {
    Ok(match extension(path).as_str() {
        "csv" | "tsv" => Some(Form::Csv),
        "jsonl" | "ndjson" => Some(Form::Lines),
        other @ ("xlsx" | "xls" | "ods" | "numbers") => {
            return Err(Error::invalid(format!("file `{path}`: `.{other}` files are not read"))
                .hint("save it as \"CSV UTF-8\""));
        }
        _ => Format::of(path).map(Form::Whole),
    })
}

/// By the first lines.
pub fn by_text(head: &str, shape: &Shape) -> Form {
    let mut lines = head.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.clone().find(|line| !line.starts_with('#')).unwrap_or_default();
    if first.starts_with('{') {
        let whole = serde_json::from_str::<serde_json::Value>(first);
        let row = whole.is_ok_and(|value| value.get(shape.list).is_none());
        return if row { Form::Lines } else { Form::Whole(Format::Json) };
    }
    if lines.next().is_some_and(|line| is_header(line, shape)) {
        return Form::Csv;
    }
    Form::Whole(Format::guess(head))
}

fn is_header(line: &str, shape: &Shape) -> bool {
    let name = |cell: &str| cell.trim().trim_matches('"').to_owned();
    line.split(SEPARATORS).any(|cell| shape.column(&name(cell)).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::rows::tests::NUMBERS;

    #[test]
    fn the_format_is_detected_from_the_content() {
        for (text, form) in [
            ("number,labels\n+1,a", Form::Csv),
            ("\"number\";\"labels\"", Form::Csv),
            ("labels\tnumber", Form::Csv),
            ("number\n+1", Form::Csv),
            ("{\"number\": \"+1\"}", Form::Lines),
            ("{\"number\": \"+1\"}\n{\"number\": \"+2\"}", Form::Lines),
            ("{\"numbers\": [{\"number\": \"+1\"}]}", Form::Whole(Format::Json)),
            ("{\n\"numbers\": []}", Form::Whole(Format::Json)),
            ("[{\"number\": \"+1\"}]", Form::Whole(Format::Json)),
            ("[\n{}]", Form::Whole(Format::Json)),
            ("[[numbers]]\nnumber = \"+1\"", Form::Whole(Format::Toml)),
            ("numbers = [\n{number = \"+1\"}]", Form::Whole(Format::Toml)),
            ("# x\nnumbers:\n- number: +1", Form::Whole(Format::Yaml)),
            ("- number: +1", Form::Whole(Format::Yaml)),
            ("- {number: +1, labels: a}", Form::Whole(Format::Yaml)),
        ] {
            assert_eq!(by_text(text, &NUMBERS), form, "{text}");
        }
    }

    #[test]
    fn the_file_name_takes_precedence() {
        assert_eq!(by_name("a.CSV").unwrap(), Some(Form::Csv));
        assert_eq!(by_name("a.jsonl").unwrap(), Some(Form::Lines));
        assert_eq!(by_name("-").unwrap(), None);
        let error = by_name("a.xlsx").unwrap_err();
        assert!(error.message.contains(".xlsx") && error.hint.as_deref().unwrap().contains("CSV"));
    }
}

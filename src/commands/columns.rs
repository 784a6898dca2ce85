//! The columns of a list: which ones there are, which are shown, and how the rows are sorted.

use std::borrow::Cow;
use std::cmp::Ordering;

use serde_json::Value;

use crate::cli::shape::Shape;
use crate::model::error::{Error, Kind, Result};
use crate::model::report::Format;
use crate::model::text::{cell_text, excerpt, nearest};

/// What a list can show.
#[derive(Debug, Clone)]
pub struct Columns {
    /// The columns of its table.
    pub table: &'static [&'static str],
    /// The columns that are left out where the terminal is too narrow, the least important one first.
    pub least: &'static [&'static str],
    /// The paths of its rows as data; `a.*` stands for any path below `a`.
    pub fields: Vec<String>,
}

impl Columns {
    /// The columns of a table, and further fields of its rows.
    pub fn new(
        table: &'static [&'static str],
        least: &'static [&'static str],
        more: &[&'static str],
    ) -> Self {
        Self { table, least, fields: table.iter().chain(more).map(|path| (*path).to_owned()).collect() }
    }

    /// Refuses a shape that this list or the format does not have.
    pub fn check(&self, shape: &Shape, format: Format) -> Result<()> {
        let flag = if shape.columns.is_empty() { "--no-headers" } else { "--columns" };
        let shapes = !shape.columns.is_empty() || shape.no_headers;
        if shapes && !matches!(format, Format::Table | Format::Csv) {
            return Err(Error::new(Kind::Usage, format!("{flag} shapes only a table and CSV")).hint(
                "use -o table or -o csv; the other formats have every field of the list, for example for jq",
            ));
        }
        for path in &shape.columns {
            self.refuse_unknown("--columns", path)?;
        }
        shape.sorted_by().map_or(Ok(()), |(path, _)| self.refuse_unknown("--sort", path))
    }

    fn refuse_unknown(&self, flag: &str, path: &str) -> Result<()> {
        let below = |field: &str, path: &str| {
            field.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let mut fields = self.fields.iter();
        let known = fields.any(|field| match field.strip_suffix(".*") {
            Some(open) => below(path, open),
            None => below(field, path),
        });
        if known && !path.is_empty() {
            return Ok(());
        }
        let names: Vec<&str> = self.fields.iter().map(|field| field.trim_end_matches(".*")).collect();
        let near = nearest(path, names.iter().copied());
        let near = near.map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
        Err(Error::new(Kind::Usage, format!("{flag}: unknown column `{}`", excerpt(path, 60)))
            .hint(format!("{near}Use any of {}", names.join(", "))))
    }

    /// The names of the columns under this shape, and the places of those that may be left out. Of chosen columns, the
    /// first one is the most important.
    pub fn names(&self, shape: &Shape) -> (Vec<String>, Vec<usize>) {
        let place = |name: &&str| self.table.iter().position(|column| column == name);
        match shape.columns.as_slice() {
            [] => {
                let names = self.table.iter().map(|name| (*name).to_owned()).collect();
                (names, self.least.iter().filter_map(place).collect())
            }
            chosen => (chosen.to_vec(), (1..chosen.len()).rev().collect()),
        }
    }

    /// The cells of a row under this shape. A path is first looked up in the data, which has more than the table.
    pub fn cells(&self, shape: &Shape, cells: Vec<String>, data: &Value) -> Vec<String> {
        if shape.columns.is_empty() {
            return cells;
        }
        shape.columns.iter().map(|path| cell_text(self.value(path, &cells, data).as_deref())).collect()
    }

    /// The rank of a row by the path that it is sorted by.
    pub fn rank(&self, path: &str, cells: &[String], data: &Value) -> Rank {
        match self.value(path, cells, data).as_deref() {
            None | Some(Value::Null) => Rank::Missing,
            Some(value) => Rank::of(cell_text(Some(value))),
        }
    }

    fn value<'a>(&self, path: &str, cells: &[String], data: &'a Value) -> Option<Cow<'a, Value>> {
        at(data, path).or_else(|| {
            let place = self.table.iter().position(|name| *name == path)?;
            cells.get(place).map(|cell| Cow::Owned(Value::from(cell.as_str())))
        })
    }
}

/// The value at a path; in a list, the value of each element.
fn at<'a>(value: &'a Value, path: &str) -> Option<Cow<'a, Value>> {
    if let Some(list) = value.as_array() {
        let values: Vec<Value> = list.iter().filter_map(|item| at(item, path)).map(Cow::into_owned).collect();
        return (!values.is_empty()).then(|| Cow::Owned(values.into()));
    }
    if let Some(found) = value.get(path) {
        return Some(Cow::Borrowed(found));
    }
    let (first, rest) = path.split_once('.')?;
    at(value.get(first)?, rest)
}

/// What rows are sorted by: whole numbers by their size, also where a text contains them, then texts regardless of
/// case. Rows without a value come last in either order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// A whole number: its digits, and their count.
    Whole(usize, String),
    /// Any other value.
    Text(String, String),
    /// No value.
    Missing,
}

impl Rank {
    fn of(text: String) -> Self {
        if text.is_empty() {
            return Self::Missing;
        }
        if text.bytes().all(|byte| byte.is_ascii_digit()) {
            let digits = text.trim_start_matches('0');
            return Self::Whole(digits.len(), digits.to_owned());
        }
        Self::Text(text.to_lowercase(), text)
    }

    /// The order of two rows.
    pub fn order(&self, other: &Self, descending: bool) -> Ordering {
        match (self, other) {
            (Self::Missing, _) | (_, Self::Missing) => self.cmp(other),
            _ if descending => other.cmp(self),
            _ => self.cmp(other),
        }
    }

    /// The bytes that it takes.
    pub fn size(&self) -> usize {
        match self {
            Self::Whole(size, _) => *size,
            Self::Text(lower, text) => lower.len() + text.len(),
            Self::Missing => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn columns() -> Columns {
        Columns::new(&["name", "host"], &[], &["port", "dids.number", "dids.name", "vendor_fields.*"])
    }

    fn shape(columns: &[&str], sort: &str) -> Shape {
        let sort = (!sort.is_empty()).then(|| sort.to_owned());
        Shape { columns: columns.iter().map(|path| (*path).to_owned()).collect(), sort, no_headers: false }
    }

    #[test]
    fn a_path_is_resolved_in_the_data_and_then_in_the_table() {
        let data = json!({
            "host": "a.example",
            "dids": [{"number": "1", "name": "x"}, {"number": "2"}],
            "vendor_fields": {"a.b": 5, "c": {"d": []}},
        });
        let cells = vec!["in the table".to_owned(), "a.example:5060".to_owned()];
        let shown = |paths: &[&str]| columns().cells(&shape(paths, ""), cells.clone(), &data);
        assert_eq!(shown(&[]), cells);
        assert_eq!(shown(&["host", "name", "port"]), ["a.example", "in the table", ""]);
        assert_eq!(shown(&["dids.number", "dids.name"]), ["1,2", "x"]);
        assert_eq!(shown(&["dids"]), ["number=1 name=x; number=2"]);
        assert_eq!(shown(&["vendor_fields.a.b", "vendor_fields.c.d", "vendor_fields.e"]), ["5", "", ""]);
    }

    #[test]
    fn unknown_columns_are_refused_with_the_nearest_name() {
        let check = |paths: &[&str], sort: &str| columns().check(&shape(paths, sort), Format::Table);
        assert!(
            check(&["name", "dids", "dids.number", "vendor_fields", "vendor_fields.x.y"], "-port").is_ok()
        );
        for (path, near) in [
            ("nmae", "did you mean `name`?"),
            ("Host", "did you mean `host`?"),
            ("dids.numbr", "did you mean `dids.number`?"),
            ("vendor_fieldsx", "did you mean `vendor_fields`?"),
            ("did", "Use any of name, host"),
            ("", "Use any of"),
        ] {
            let sort = format!("-{path}");
            for error in [check(&[path], ""), check(&[], &sort)] {
                let error = error.unwrap_err();
                assert_eq!(error.kind, Kind::Usage);
                assert!(error.hint.as_deref().unwrap().contains(near), "{path}: {error:?}");
            }
        }
    }

    #[test]
    fn columns_are_refused_for_other_formats() {
        let headless = Shape { no_headers: true, ..Shape::default() };
        for format in [Format::Json, Format::Jsonl, Format::Yaml] {
            assert!(columns().check(&shape(&["name"], ""), format).is_err());
            assert!(columns().check(&headless, format).is_err());
            assert!(columns().check(&shape(&[], "name"), format).is_ok());
        }
    }

    #[test]
    fn numbers_are_sorted_by_size_and_texts_regardless_of_case() {
        let sorted = |descending: bool| {
            let mut texts = ["b", "10", "", "A", "9", "007", "a"];
            texts.sort_by(|a, b| Rank::of((*a).to_owned()).order(&Rank::of((*b).to_owned()), descending));
            texts
        };
        assert_eq!(sorted(false), ["007", "9", "10", "A", "a", "b", ""]);
        assert_eq!(sorted(true), ["b", "a", "A", "10", "9", "007", ""]);
    }
}

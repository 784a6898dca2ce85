//! A manifest as text: what [`super::Manifest::open`] reads back to the same entries, in all three forms.

mod comments;
mod toml;

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::model::error::{Error, Kind, Result};
use crate::model::plan::ResourceKind;
use crate::model::text::{printable_json, visit_texts};
use crate::model::yaml;

/// The keys and values of one entry.
pub type Table = Map<String, Value>;

/// A manifest to be written.
#[derive(Debug, Default)]
pub struct NewManifest {
    /// Comments above the entries.
    pub opening: Vec<String>,
    pub entries: BTreeMap<ResourceKind, Vec<Table>>,
    /// Whether an empty list says that nothing is there. Without one, nothing is said.
    pub whole: bool,
    /// Comments below the entries.
    pub closing: Vec<Section>,
}

/// Comments under a title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    pub title: String,
    pub lines: Vec<String>,
}

impl NewManifest {
    /// Visits every text that is a value of an entry.
    pub fn visit_texts(&mut self, visit: &mut dyn FnMut(&mut String)) {
        for table in self.entries.values_mut().flatten() {
            table.values_mut().for_each(|value| visit_texts(value, visit));
        }
    }

    /// The lists of entries by their keys; an empty list of trunks if there are none.
    fn lists(&self) -> Vec<(&'static str, &[Table])> {
        let list = |kind: ResourceKind| Some((kind.section(), self.entries.get(&kind)?.as_slice()));
        let mut lists: Vec<_> = ResourceKind::ALL.iter().filter_map(|kind| list(*kind)).collect();
        if lists.is_empty() && self.whole {
            lists.push((ResourceKind::Trunk.section(), &[]));
        }
        lists
    }

    fn value(&self) -> Value {
        let list = |list: &[Table]| list.iter().cloned().map(Value::Object).collect();
        Value::Object(self.lists().into_iter().map(|(key, tables)| (key.to_owned(), list(tables))).collect())
    }

    /// TOML, with its comments.
    pub fn toml(&self) -> String {
        comments::around(&self.opening, &toml::lists(&self.lists()), &self.closing)
    }

    /// YAML, with its comments.
    pub fn yaml(&self) -> String {
        let text = if self.lists().is_empty() { String::new() } else { yaml::document(&self.value()) };
        comments::around(&self.opening, &text, &self.closing)
    }

    /// JSON, which has no comments.
    pub fn json(&self) -> Result<String> {
        json(&self.value())
    }
}

fn json(value: &Value) -> Result<String> {
    match serde_json::to_string_pretty(value) {
        Ok(text) => Ok(format!("{}\n", printable_json(&text))),
        Err(cause) => Err(Error::new(Kind::Internal, format!("JSON cannot be written: {cause}"))),
    }
}

/// The value with `${` written so that no variable is read there.
pub fn verbatim(value: Value) -> Value {
    match value {
        Value::String(text) => text.replace("${", "$${").into(),
        Value::Array(list) => list.into_iter().map(verbatim).collect(),
        Value::Object(map) => map.into_iter().map(|(key, value)| (key, verbatim(value))).collect(),
        other => other,
    }
}

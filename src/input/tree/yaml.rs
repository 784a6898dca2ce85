//! YAML, with a place for every value, made of the events of its parser.

use std::collections::HashMap;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Tag};

use super::{DEEPEST, Key, Mistake, Node, Table, Value, scalar, too_deep, unique};
use crate::model::error::Place;

/// What aliases may copy, in bytes: ten lists of ten aliases of each other would fill any memory.
const MOST_COPIED: usize = 64 * 1024 * 1024;

/// The tree of a text.
pub fn parse(text: &str) -> Result<Node, Mistake> {
    let mut tree = Tree::default();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| {
            let mistake = Mistake::at(place(error.marker()), without_character(error.info()));
            let of_tabs = error.info().split(' ').any(|word| matches!(word, "tab" | "tabs"));
            if of_tabs { mistake.remedy("indent with spaces") } else { mistake }
        })?;
        tree.take(event, place(&span.start))?;
    }
    let place = Place { line: 1, column: 1 };
    let root = tree.root.unwrap_or(Node { value: Value::Nothing, place });
    // A file of comments is an empty table.
    let empty = root.value == Value::Nothing;
    Ok(if empty { Node { value: Value::Table(Table::new()), place } } else { root })
}

/// What is wrong, without the character that was not expected.
fn without_character(what: &str) -> &str {
    what.split(": `").next().unwrap_or_default()
}

fn place(mark: &Marker) -> Place {
    Place { line: mark.line().max(1), column: mark.col() + 1 }
}

/// What was read so far.
#[derive(Default)]
struct Tree {
    root: Option<Node>,
    /// The lists and tables that are not at their end.
    open: Vec<Open>,
    /// The anchored values. An alias inside its own anchor would contain itself.
    anchors: HashMap<usize, Node>,
    copied: usize,
}

struct Open {
    place: Place,
    anchor: usize,
    kind: NodeKind,
}

enum NodeKind {
    List(Vec<Node>),
    /// A table, and the key whose value is awaited.
    Table(Table, Option<Key>),
}

impl Tree {
    fn take(&mut self, event: Event<'_>, place: Place) -> Result<(), Mistake> {
        match event {
            Event::DocumentStart(_) if self.root.is_some() => {
                Err(Mistake::at(place, "a second document begins; give one a file"))
            }
            Event::Scalar(text, style, anchor, tag) => {
                let value = match (style, check_tag(tag.as_deref(), place)?) {
                    (ScalarStyle::Plain, false) => scalar::plain(text.into_owned()),
                    _ => Value::Text(text.into_owned()),
                };
                self.put(Node { value, place }, anchor)
            }
            Event::SequenceStart(anchor, tag) => {
                self.begin(place, anchor, tag.as_deref(), NodeKind::List(Vec::new()))
            }
            Event::MappingStart(anchor, tag) => {
                self.begin(place, anchor, tag.as_deref(), NodeKind::Table(Table::new(), None))
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            Event::Alias(anchor) => {
                let Some(node) = self.anchors.get(&anchor).cloned() else {
                    return Err(Mistake::at(place, "the alias stands in what it refers to; write it out"));
                };
                self.count(&node, place)?;
                self.put(Node { place, ..node }, 0)
            }
            _ => Ok(()),
        }
    }

    fn begin(
        &mut self,
        place: Place,
        anchor: usize,
        tag: Option<&Tag>,
        kind: NodeKind,
    ) -> Result<(), Mistake> {
        check_tag(tag, place)?;
        if matches!(self.open.last(), Some(Open { kind: NodeKind::Table(_, None), .. })) {
            return Err(Mistake::at(place, "a list or a table cannot be a key; write a text"));
        }
        if self.open.len() == DEEPEST {
            return Err(too_deep(place));
        }
        self.open.push(Open { place, anchor, kind });
        Ok(())
    }

    fn end(&mut self) -> Result<(), Mistake> {
        let Some(Open { place, anchor, kind }) = self.open.pop() else { return Ok(()) };
        let value = match kind {
            NodeKind::List(list) => Value::List(list),
            NodeKind::Table(table, _) => {
                unique(&table)?;
                Value::Table(table)
            }
        };
        self.put(Node { value, place }, anchor)
    }

    /// A whole value: an entry of the list, a key or a value of the table, or all there is.
    fn put(&mut self, node: Node, anchor: usize) -> Result<(), Mistake> {
        if anchor > 0 {
            self.count(&node, node.place)?;
            self.anchors.insert(anchor, node.clone());
        }
        match self.open.last_mut().map(|open| &mut open.kind) {
            None => self.root = Some(node),
            Some(NodeKind::List(list)) => list.push(node),
            Some(NodeKind::Table(table, key)) => match key.take() {
                Some(key) => table.push((key, node)),
                None => *key = Some(as_key(node)?),
            },
        }
        Ok(())
    }

    fn count(&mut self, node: &Node, place: Place) -> Result<(), Mistake> {
        self.copied += weight(node);
        if self.copied <= MOST_COPIED {
            return Ok(());
        }
        Err(Mistake::at(place, "aliases copy more than 64 MiB up to here; write less of them"))
    }
}

fn as_key(node: Node) -> Result<Key, Mistake> {
    let text = match node.value {
        Value::Plain(text) if text == "<<" => {
            let what = "merge keys are not read; write the keys out, or give them once under `defaults`";
            return Err(Mistake::at(node.place, what));
        }
        Value::Text(text) | Value::Plain(text) => text,
        _ => return Err(Mistake::at(node.place, "a key is missing; write a text")),
    };
    Ok(Key { text, place: node.place })
}

/// Whether a tag asks for a text. Others would have a value read as something else than it is written.
fn check_tag(tag: Option<&Tag>, place: Place) -> Result<bool, Mistake> {
    match tag {
        None => Ok(false),
        // `!` alone, and `!!str`.
        Some(tag) if tag.suffix == "str" && tag.is_yaml_core_schema() => Ok(true),
        Some(tag) if tag.handle.is_empty() && tag.suffix == "!" => Ok(true),
        Some(_) => Err(Mistake::at(place, "tags are not read; leave it out, and write a text in quotes")),
    }
}

fn weight(node: &Node) -> usize {
    let below = match &node.value {
        Value::Text(text) | Value::Plain(text) | Value::Filled { text, .. } | Value::Number(text) => {
            text.len()
        }
        Value::List(list) => list.iter().map(weight).sum(),
        Value::Table(table) => table.iter().map(|(key, node)| key.text.len() + weight(node)).sum(),
        Value::Nothing | Value::Flag(_) | Value::Date => 0,
    };
    below + size_of::<(Key, Node)>()
}

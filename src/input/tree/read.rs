//! The tree as serde reads it: every complaint gets the place of the value at fault and the way to it.

use std::fmt;

use serde::de::value::StrDeserializer;
use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, Error as _, Expected, IntoDeserializer};
use serde::de::{Unexpected, Visitor};

use super::scalar;
use super::scalar::Figure;
use super::{Key, Mistake, Node, Stranger, Value};
use crate::model::error::Place;
use crate::model::secret::WANTED;
use crate::model::text::excerpt;

/// Reads the file of a trunk.
const ONE_TRUNK: &str = "the fields of one trunk";

/// What to do about an unexpected value.
const REMEDIES: [(&str, &str); 6] = [
    ("a table with `number`", "write the number under its key, as in { number = \"5503300\" }"),
    ("a table with `id` or `name`", "write one of them with its key, as in { name = \"Sales\" }"),
    (ONE_TRUNK, "write each field with its value, as in {\"name\": \"itsp-main\"}"),
    ("a string", "write the value as a text, in quotes"),
    ("a sequence", "write a list, in brackets"),
    ("a boolean", "write true or false, without quotes"),
];

/// What a node is read as.
pub fn read<'n, T: Deserialize<'n>>(node: &'n Node) -> Result<T, Mistake> {
    T::deserialize(NodeDeserializer(node)).map_err(|mistake| mistake.of(node))
}

/// What a file is read as.
pub fn read_file<'n, T: Deserialize<'n>>(root: &'n Node) -> Result<T, Vec<Mistake>> {
    let Value::Table(table) = &root.value else { return read(root).map_err(|mistake| vec![mistake]) };
    let pairs: Vec<_> = table.iter().map(|(key, node)| (key, node)).collect();
    read_pairs(&pairs, table.len(), root.place).map_err(|mut mistakes| {
        if mistakes.iter().any(Mistake::is_of_key) {
            mistakes.retain(Mistake::is_of_key);
            let mut names = 0;
            // One complaint about what may not be shown says as much as many.
            mistakes
                .retain(|mistake| !mistake.parts(&[]).0.is_empty() || std::mem::replace(&mut names, 1) == 0);
        }
        mistakes
    })
}

/// What some keys of a table are read as; the place is the table's, `all` is how many keys it has.
pub fn read_pairs<'n, T: Deserialize<'n>>(
    pairs: &[(&'n Key, &'n Node)],
    all: usize,
    place: Place,
) -> Result<T, Vec<Mistake>> {
    let whole = match read_table::<T>(pairs.iter().copied(), place) {
        Ok(read) => return Ok(read),
        Err(whole) => whole,
    };
    let single = pairs.iter().filter_map(|pair| read_table::<T>([*pair], place).err());
    let mut wrong: Vec<_> = single.collect();
    if wrong.is_empty() {
        wrong.push(whole);
    }
    let strangers = wrong.iter().filter(|mistake| mistake.is_of_key()).count();
    if strangers < all && 2 * strangers <= all {
        let strangers = wrong.iter_mut().filter(|mistake| mistake.is_of_key());
        strangers
            .filter_map(|mistake| mistake.stranger.as_mut())
            .for_each(|stranger| stranger.familiar = true);
    }
    Err(wrong)
}

/// What some keys of a table are read as; the place is the table's.
fn read_table<'n, T: Deserialize<'n>>(
    pairs: impl IntoIterator<Item = (&'n Key, &'n Node)>,
    place: Place,
) -> Result<T, Mistake> {
    let pairs = Pairs { rest: pairs.into_iter(), all: std::iter::empty(), value: None };
    T::deserialize(de::value::MapAccessDeserializer::new(pairs)).map_err(|mistake| mistake.placed(place))
}

impl de::Error for Mistake {
    fn custom<T: fmt::Display>(what: T) -> Self {
        let quiet = Some("the value is not valid for this key and is not shown".to_owned());
        Self { quiet, ..Self::new(what.to_string()) }
    }

    fn invalid_type(found: Unexpected<'_>, wanted: &dyn Expected) -> Self {
        Self::unexpected("type", found, wanted)
    }

    fn invalid_value(found: Unexpected<'_>, wanted: &dyn Expected) -> Self {
        Self::unexpected("value", found, wanted)
    }

    fn unknown_field(key: &str, known: &'static [&'static str]) -> Self {
        let stranger = Stranger { key: key.to_owned(), known, familiar: false };
        Self { stranger: Some(Box::new(stranger)), ..Self::new("unknown key") }
    }

    fn missing_field(key: &'static str) -> Self {
        Self::new(format!("missing field `{key}`"))
    }
}

impl Mistake {
    /// A value of the wrong type. The value is left out if a secret was expected, or a table, because its key
    /// may have been forgotten.
    fn unexpected(what: &str, found: Unexpected<'_>, wanted: &dyn Expected) -> Self {
        let wanted = wanted.to_string();
        // People call it null, not unit.
        let shown = found.to_string().replace("unit value", "nothing");
        let noun = shown.split(['`', '"']).next().unwrap_or_default().trim_end();
        let quiet = format!("invalid {what}: {noun}, expected {wanted}");
        let table = ["a map", "a table", "struct", ONE_TRUNK].iter().any(|word| wanted.starts_with(word));
        let mistake = if wanted.starts_with(WANTED) || (table && matches!(found, Unexpected::Str(_))) {
            Self::new(quiet)
        } else {
            Self { quiet: Some(quiet), ..Self::new(format!("invalid {what}: {shown}, expected {wanted}")) }
        };
        let remedy = REMEDIES.iter().find(|(known, _)| *known == wanted);
        Self { remedy: remedy.map(|(_, remedy)| (*remedy).into()), ..mistake }
    }

    /// The nearest known position: of the value itself, otherwise of its parent.
    fn placed(mut self, place: Place) -> Self {
        self.place.get_or_insert(place);
        self
    }

    /// A mistake in a value, which is not repeated if it has variables.
    fn of(mut self, node: &Node) -> Self {
        if node.is_filled()
            && self.place.is_none()
            && let Some(quiet) = self.quiet.take()
        {
            self.what = quiet;
        }
        self.placed(node.place)
    }

    /// Beside the other keys of the table.
    fn among<'n>(mut self, all: impl Iterator<Item = &'n Key>) -> Self {
        if let Some(stranger) = &mut self.stranger {
            let (known, others): (Vec<_>, Vec<_>) =
                all.partition(|key| stranger.known.contains(&key.text.as_str()));
            stranger.familiar |= !known.is_empty() && known.len() >= others.len();
        }
        self
    }

    fn below(mut self, step: &str) -> Self {
        let dot = if self.path.is_empty() || self.path.starts_with('[') { "" } else { "." };
        self.path = format!("{step}{dot}{}", self.path);
        self
    }
}

struct NodeDeserializer<'n>(&'n Node);

impl<'n> NodeDeserializer<'n> {
    /// The text that may be meant as something else.
    fn open_text(&self) -> Option<&'n str> {
        match &self.0.value {
            Value::Plain(text) | Value::Filled { text, .. } => Some(text),
            _ => None,
        }
    }

    fn number<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, Mistake> {
        match self.open_text() {
            Some(text) => match scalar::plain_figure(text) {
                Some(number) => visit(number, visitor),
                None => visitor.visit_borrowed_str(text),
            },
            None => self.deserialize_any(visitor),
        }
    }

    fn text<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, Mistake> {
        match self.open_text() {
            Some(text) => visitor.visit_borrowed_str(text),
            None => self.deserialize_any(visitor),
        }
    }
}

fn visit<'n, V: Visitor<'n>>(number: Figure, visitor: V) -> Result<V::Value, Mistake> {
    match number {
        Figure::Whole(number) => visitor.visit_u64(number),
        Figure::Negative(number) => visitor.visit_i64(number),
        Figure::Fraction(number) => visitor.visit_f64(number),
    }
}

macro_rules! as_one {
    ($as:ident: $($method:ident)*) => {$(
        fn $method<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, Mistake> {
            self.$as(visitor)
        }
    )*};
}

impl<'n> Deserializer<'n> for NodeDeserializer<'n> {
    type Error = Mistake;

    fn deserialize_any<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, Mistake> {
        match &self.0.value {
            Value::Nothing => visitor.visit_unit(),
            Value::Text(text) | Value::Filled { text, plain: false } => visitor.visit_borrowed_str(text),
            Value::Plain(text) | Value::Filled { text, plain: true } => {
                match (scalar::plain_flag(text), scalar::plain_figure(text)) {
                    (Some(flag), _) => visitor.visit_bool(flag),
                    (None, Some(number)) => visit(number, visitor),
                    (None, None) => visitor.visit_borrowed_str(text),
                }
            }
            Value::Flag(flag) => visitor.visit_bool(*flag),
            Value::Number(text) => match scalar::figure(text) {
                Some(number) => visit(number, visitor),
                None => Err(de::Error::custom(format_args!(
                    "the figure `{}` is kept by no type of number; write a text, in quotes",
                    excerpt(text, 40)
                ))),
            },
            Value::Date => {
                let mistake = Mistake::new("is a date, which nothing here takes");
                Err(mistake.remedy("write a text, in quotes"))
            }
            Value::List(list) => visitor.visit_seq(Entries(list.iter().enumerate())),
            Value::Table(table) => visitor.visit_map(Pairs {
                rest: table.iter().map(|(key, node)| (key, node)),
                all: table.iter().map(|(key, _)| key),
                value: None,
            }),
        }
    }

    fn deserialize_bool<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, Mistake> {
        match self.open_text() {
            Some(text) => match scalar::plain_flag(text) {
                Some(flag) => visitor.visit_bool(flag),
                None => visitor.visit_borrowed_str(text),
            },
            None => self.deserialize_any(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, Mistake> {
        match self.0.value {
            Value::Nothing => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'n>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Mistake> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'n>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mistake> {
        match &self.0.value {
            Value::Text(text) | Value::Plain(text) | Value::Filled { text, .. } => {
                visitor.visit_enum(text.as_str().into_deserializer())
            }
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_struct<V: Visitor<'n>>(
        self,
        _: &'static str,
        known: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mistake> {
        match &self.0.value {
            // By the names of its fields, never by their order.
            Value::List(_) => Err(de::Error::invalid_type(Unexpected::Seq, &visitor)),
            // A table with many unknown keys is something else, so its known keys are not checked.
            Value::Table(table) => match table.iter().find(|(key, _)| !known.contains(&key.text.as_str())) {
                Some((stranger, _)) => {
                    let keys = table.iter().map(|(key, _)| key);
                    Err(Mistake::unknown_field(&stranger.text, known).among(keys).placed(stranger.place))
                }
                None => self.text(visitor),
            },
            _ => self.text(visitor),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, Mistake> {
        visitor.visit_unit()
    }

    // A text in the place of a list or a table is reported as a text.
    as_one! { text: deserialize_str deserialize_string deserialize_identifier deserialize_seq deserialize_map }
    as_one! { number: deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_u8
    deserialize_u16 deserialize_u32 deserialize_u64 deserialize_f32 deserialize_f64 }
    // No file is read as one of these.
    serde::forward_to_deserialize_any! {
        <V: Visitor<'n>>
        i128 u128 char bytes byte_buf unit unit_struct tuple tuple_struct
    }
}

struct Entries<'n>(std::iter::Enumerate<std::slice::Iter<'n, Node>>);

impl<'n> de::SeqAccess<'n> for Entries<'n> {
    type Error = Mistake;

    fn next_element_seed<T: DeserializeSeed<'n>>(&mut self, seed: T) -> Result<Option<T::Value>, Mistake> {
        let Some((at, node)) = self.0.next() else { return Ok(None) };
        let value = seed.deserialize(NodeDeserializer(node));
        value.map(Some).map_err(|mistake| mistake.of(node).below(&format!("[{at}]")))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

struct Pairs<'n, I, K> {
    rest: I,
    all: K,
    value: Option<(&'n Key, &'n Node)>,
}

impl<'n, I, K> de::MapAccess<'n> for Pairs<'n, I, K>
where
    I: Iterator<Item = (&'n Key, &'n Node)>,
    K: Iterator<Item = &'n Key> + Clone,
{
    type Error = Mistake;

    fn next_key_seed<S: DeserializeSeed<'n>>(&mut self, seed: S) -> Result<Option<S::Value>, Mistake> {
        self.value = self.rest.next();
        let Some((key, _)) = self.value else { return Ok(None) };
        let text: StrDeserializer<'_, Mistake> = key.text.as_str().into_deserializer();
        seed.deserialize(text).map(Some).map_err(|mistake| {
            let mistake = mistake.among(self.all.clone()).placed(key.place);
            // A key that is not known may not be shown.
            if mistake.stranger.is_some() { mistake } else { mistake.below(&key.text) }
        })
    }

    fn next_value_seed<V: DeserializeSeed<'n>>(&mut self, seed: V) -> Result<V::Value, Mistake> {
        let Some((key, node)) = self.value.take() else {
            return Err(de::Error::custom("a value was read before its key"));
        };
        let value = seed.deserialize(NodeDeserializer(node));
        value.map_err(|mistake| mistake.of(node).below(&key.text))
    }
}

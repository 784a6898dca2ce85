//! The tree as serde reads it: every complaint gets the place of the value at fault and the way to it.

use std::fmt;

use serde::de::value::StrDeserializer;
use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, IntoDeserializer, Visitor};

use super::scalar::{self, Figure};
use super::{Key, Mistake, Node, Value};
use crate::model::error::Place;
use crate::model::text::excerpt;

/// What a node is read as.
///
/// # Errors
/// The first mistake, with its place.
pub fn read<'n, T: Deserialize<'n>>(node: &'n Node) -> Result<T, Mistake> {
    T::deserialize(Reader(node)).map_err(|mistake| mistake.placed(node.place))
}

/// What some keys of a table are read as; the place is the table's.
///
/// # Errors
/// The first mistake, with its place.
pub fn read_table<'n, T: Deserialize<'n>>(
    pairs: impl IntoIterator<Item = (&'n Key, &'n Node)>,
    place: Place,
) -> Result<T, Mistake> {
    let pairs = Pairs { rest: pairs.into_iter(), value: None };
    T::deserialize(de::value::MapAccessDeserializer::new(pairs)).map_err(|mistake| mistake.placed(place))
}

impl de::Error for Mistake {
    fn custom<T: fmt::Display>(what: T) -> Self {
        // A null is no unit to people.
        let what = what.to_string().replace("invalid type: unit value", "invalid type: nothing");
        Self { place: None, path: String::new(), what }
    }
}

impl Mistake {
    /// The nearest place there is: of the value itself, or else of what it stands in.
    fn placed(mut self, place: Place) -> Self {
        self.place.get_or_insert(place);
        self
    }

    fn below(mut self, step: &str) -> Self {
        let dot = if self.path.is_empty() || self.path.starts_with('[') { "" } else { "." };
        self.path = format!("{step}{dot}{}", self.path);
        self
    }
}

struct Reader<'n>(&'n Node);

impl<'n> Reader<'n> {
    /// The text that may be meant as something else.
    fn open_text(&self) -> Option<&'n str> {
        match &self.0.value {
            Value::Plain(text) | Value::Filled(text) => Some(text),
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

impl<'n> Deserializer<'n> for Reader<'n> {
    type Error = Mistake;

    fn deserialize_any<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, Mistake> {
        match &self.0.value {
            Value::Nothing => visitor.visit_unit(),
            Value::Text(text) | Value::Filled(text) => visitor.visit_borrowed_str(text),
            Value::Plain(text) => match (scalar::plain_flag(text), scalar::plain_figure(text)) {
                (Some(flag), _) => visitor.visit_bool(flag),
                (None, Some(number)) => visit(number, visitor),
                (None, None) => visitor.visit_borrowed_str(text),
            },
            Value::Flag(flag) => visitor.visit_bool(*flag),
            Value::Number(text) => match scalar::figure(text) {
                Some(number) => visit(number, visitor),
                None => Err(de::Error::custom(format_args!(
                    "the figure `{}` is kept by no type of number; write a text, in quotes",
                    excerpt(text, 40)
                ))),
            },
            Value::List(list) => visitor.visit_seq(Entries(list.iter().enumerate())),
            Value::Table(table) => {
                visitor.visit_map(Pairs { rest: table.iter().map(|(key, node)| (key, node)), value: None })
            }
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
            Value::Text(text) | Value::Plain(text) | Value::Filled(text) => {
                visitor.visit_enum(text.as_str().into_deserializer())
            }
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_struct<V: Visitor<'n>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mistake> {
        self.text(visitor)
    }

    fn deserialize_tuple<V: Visitor<'n>>(self, _: usize, visitor: V) -> Result<V::Value, Mistake> {
        self.text(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'n>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Mistake> {
        self.text(visitor)
    }

    fn deserialize_unit_struct<V: Visitor<'n>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Mistake> {
        self.deserialize_any(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, Mistake> {
        visitor.visit_unit()
    }

    // A text in the place of a list or a table is told as a text.
    as_one! { text: deserialize_str deserialize_string deserialize_char deserialize_bytes deserialize_byte_buf
    deserialize_identifier deserialize_seq deserialize_map }
    as_one! { number: deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
    deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128 deserialize_f32
    deserialize_f64 }
    as_one! { deserialize_any: deserialize_unit }
}

struct Entries<'n>(std::iter::Enumerate<std::slice::Iter<'n, Node>>);

impl<'n> de::SeqAccess<'n> for Entries<'n> {
    type Error = Mistake;

    fn next_element_seed<T: DeserializeSeed<'n>>(&mut self, seed: T) -> Result<Option<T::Value>, Mistake> {
        let Some((at, node)) = self.0.next() else { return Ok(None) };
        let value = seed.deserialize(Reader(node));
        value.map(Some).map_err(|mistake| mistake.placed(node.place).below(&format!("[{at}]")))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

struct Pairs<'n, I> {
    rest: I,
    value: Option<(&'n Key, &'n Node)>,
}

impl<'n, I: Iterator<Item = (&'n Key, &'n Node)>> de::MapAccess<'n> for Pairs<'n, I> {
    type Error = Mistake;

    fn next_key_seed<K: DeserializeSeed<'n>>(&mut self, seed: K) -> Result<Option<K::Value>, Mistake> {
        self.value = self.rest.next();
        let Some((key, _)) = self.value else { return Ok(None) };
        let text: StrDeserializer<'_, Mistake> = key.text.as_str().into_deserializer();
        seed.deserialize(text).map(Some).map_err(|mistake| mistake.placed(key.place).below(&key.text))
    }

    fn next_value_seed<V: DeserializeSeed<'n>>(&mut self, seed: V) -> Result<V::Value, Mistake> {
        let Some((key, node)) = self.value.take() else {
            return Err(de::Error::custom("a value was read before its key"));
        };
        let value = seed.deserialize(Reader(node));
        value.map_err(|mistake| mistake.placed(node.place).below(&key.text))
    }
}

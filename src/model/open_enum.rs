//! Vocabularies: closed ones, and those that stay open when they are read back from a vendor.

/// Declares an enumeration of words. Input accepts only the declared words; other words of a vendor are kept
/// in `Other`, because an unknown value must never make a read fail.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident: $field:literal { $($(#[$item_doc:meta])* $item:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$item_doc])* $item,)*
            /// A value that this version does not know, as the vendor gave it.
            Other(String),
        }

        impl $name {
            /// The words that input accepts.
            pub const WORDS: &'static [&'static str] = &[$($word),*];

            /// The word.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$item => $word,)*
                    Self::Other(text) => text,
                }
            }

            /// Reads a vendor's value.
            pub fn open(text: &str) -> Self {
                text.parse().unwrap_or_else(|_| Self::Other(text.to_owned()))
            }
        }

        impl std::str::FromStr for $name {
            type Err = String;
            fn from_str(text: &str) -> Result<Self, String> {
                match text {
                    $($word => Ok(Self::$item),)*
                    _ => Err($crate::model::open_enum::complain($field, text, Self::WORDS)),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        $crate::model::open_enum::serde_word!($name, as_str);
    };
}
pub(crate) use words;

/// Declares an enumeration of words that nobody else adds to. The method in parentheses returns the word.
macro_rules! closed_words {
    ($(#[$doc:meta])* $name:ident($word:ident): $field:literal {
        $($(#[$item_doc:meta])* $item:ident = $text:literal,)*
    }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$item_doc])* $item,)* }

        impl $name {
            /// All of them, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$item),*];

            /// The word in JSON and in messages.
            pub const fn $word(self) -> &'static str {
                match self { $(Self::$item => $text,)* }
            }
        }

        impl std::str::FromStr for $name {
            type Err = String;
            fn from_str(text: &str) -> Result<Self, String> {
                match text {
                    $($text => Ok(Self::$item),)*
                    _ => Err($crate::model::open_enum::complain($field, text, &[$($text),*])),
                }
            }
        }

        $crate::model::open_enum::serde_word!($name, $word);
    };
}
pub(crate) use closed_words;

/// Reads and writes a type as its word.
macro_rules! serde_word {
    ($name:ident, $word:ident) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.$word())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <String as serde::Deserialize>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}
pub(crate) use serde_word;

/// The complaint about a word that is not in the vocabulary, with the nearest one that is.
pub fn complain(field: &str, text: &str, known: &[&str]) -> String {
    let list = known.join(", ");
    match super::text::nearest(text, known.iter().copied()) {
        Some(near) => format!("{field} `{text}` is not known; did you mean `{near}`? Use one of {list}"),
        None => format!("{field} `{text}` is not known; use one of {list}"),
    }
}

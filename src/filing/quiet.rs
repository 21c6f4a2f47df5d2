//! Strings whose errors don't echo what was there instead: it may be a number sent without quotes.

use alloc::{string::String, vec::Vec};
use core::fmt;

use serde::{Deserialize, Deserializer, de};

pub(super) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Text::deserialize(deserializer).map(|text| text.0)
}

pub(super) fn optional<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    let text: Option<Text> = Option::deserialize(deserializer)?;
    Ok(text.map(|text| text.0))
}

pub(super) fn list<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Vec<String>>, D::Error> {
    let texts: Option<Vec<Text>> = Option::deserialize(deserializer)?;
    Ok(texts.map(|texts| texts.into_iter().map(|text| text.0).collect()))
}

struct Text(String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Asked for a string, a text format names what it finds; asked for anything, it hands it over.
        if deserializer.is_human_readable() {
            deserializer.deserialize_any(TextVisitor).map(Self)
        } else {
            deserializer.deserialize_string(TextVisitor).map(Self)
        }
    }
}

struct TextVisitor;

impl de::Visitor<'_> for TextVisitor {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<String, E> {
        Ok(text.into())
    }

    fn visit_string<E: de::Error>(self, text: String) -> Result<String, E> {
        Ok(text)
    }

    fn visit_i64<E: de::Error>(self, _: i64) -> Result<String, E> {
        Err(number())
    }

    fn visit_u64<E: de::Error>(self, _: u64) -> Result<String, E> {
        Err(number())
    }

    fn visit_i128<E: de::Error>(self, _: i128) -> Result<String, E> {
        Err(number())
    }

    fn visit_u128<E: de::Error>(self, _: u128) -> Result<String, E> {
        Err(number())
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<String, E> {
        Err(number())
    }
}

fn number<E: de::Error>() -> E {
    E::custom("invalid type: number, expected a string")
}

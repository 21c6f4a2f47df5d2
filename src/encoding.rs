//! Values with two frozen forms: text for people, bytes and integers for compact formats.

use core::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Visitor};
use zeroize::Zeroize;

use crate::{MobileNumber, time::Micros};

/// An id, a nonce or half a MAC: 32 lower-case hex digits, or 16 bytes without a length.
#[derive(Clone)]
pub(crate) struct Sixteen(pub(crate) [u8; 16]);

impl Drop for Sixteen {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl Serialize for Sixteen {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(&format_args!("{:032x}", u128::from_be_bytes(self.0)))
        } else {
            self.0.serialize(serializer)
        }
    }
}

impl<'de> Deserialize<'de> for Sixteen {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            deserializer.deserialize_str(Text("32 lower-case hex digits", hex))
        } else {
            <[u8; 16]>::deserialize(deserializer).map(Self)
        }
    }
}

/// A mobile number: its eleven digits, or these as one integer.
pub(crate) struct Mobile(pub(crate) MobileNumber);

impl Serialize for Mobile {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.serialize_str(self.0.digits())
        } else {
            serializer.serialize_u64(self.0.number())
        }
    }
}

impl<'de> Deserialize<'de> for Mobile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            deserializer.deserialize_str(Text("a mobile number of eleven digits", mobile))
        } else {
            let mobile = MobileNumber::of_number(u64::deserialize(deserializer)?).map(Self);
            mobile.ok_or_else(|| serde::de::Error::custom("malformed mobile number"))
        }
    }
}

/// An instant: RFC 3339, which is how chrono prints it for debugging, or microseconds since 1970.
pub(crate) struct Instant(pub(crate) DateTime<Utc>);

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let micros = Micros::cut(self.0);
        if serializer.is_human_readable() {
            serializer.collect_str(&format_args!("{:?}", micros.instant()))
        } else {
            serializer.serialize_i64(micros.raw())
        }
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            deserializer.deserialize_str(Text("an instant in RFC 3339", rfc_3339))
        } else {
            DateTime::from_timestamp_micros(i64::deserialize(deserializer)?)
                .map(Self)
                .ok_or_else(|| serde::de::Error::custom("instant out of the calendar"))
        }
    }
}

/// For `serde(with = …)`.
pub(crate) mod instant {
    use super::{DateTime, Deserialize, Deserializer, Instant, Serialize, Serializer, Utc};

    pub(crate) fn serialize<S: Serializer>(at: &DateTime<Utc>, to: S) -> Result<S::Ok, S::Error> {
        Instant(*at).serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<DateTime<Utc>, D::Error> {
        Instant::deserialize(from).map(|at| at.0)
    }
}

/// Microseconds; for `serde(with = …)`.
pub(crate) mod span {
    use chrono::TimeDelta;

    use super::{Deserialize, Deserializer, Serialize, Serializer};
    use crate::time::Span;

    pub(crate) fn serialize<S: Serializer>(span: &TimeDelta, to: S) -> Result<S::Ok, S::Error> {
        Span::cut(*span).raw().serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<TimeDelta, D::Error> {
        i64::deserialize(from).map(TimeDelta::microseconds)
    }
}

fn rfc_3339(text: &str) -> Option<Instant> {
    let at = text.parse::<DateTime<Utc>>().ok()?;
    Some(Instant(Micros::cut(at).instant()))
}

fn hex(text: &str) -> Option<Sixteen> {
    let lower_case = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    let plain = text.len() == 32 && text.bytes().all(lower_case);
    let number = u128::from_str_radix(text, 16).ok().filter(|_| plain)?;
    Some(Sixteen(number.to_be_bytes()))
}

/// Only the one spelling that is written.
fn mobile(digits: &str) -> Option<Mobile> {
    let mobile = MobileNumber::parse(digits).ok()?;
    (mobile.digits() == digits).then_some(Mobile(mobile))
}

/// A value that is text: what is expected, and how it is read. Errors never show the text.
struct Text<T>(&'static str, fn(&str) -> Option<T>);

impl<T> Visitor<'_> for Text<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
        let value = (self.1)(text);
        value.ok_or_else(|| E::custom(format_args!("malformed: expected {}", self.0)))
    }
}

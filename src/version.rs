//! The version in front of everything that is stored.

use core::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{EnumAccess, Error, VariantAccess, Visitor},
};

const NAME: &str = "Stored";
const V1: &str = "v1";

/// `v1` by name, 1 by number: read before anything else, so that an unknown one is known by its number.
pub(crate) struct Version(pub(crate) u32);

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_identifier(VersionName)
    }
}

struct VersionName;

impl Visitor<'_> for VersionName {
    type Value = Version;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a version, such as v1")
    }

    fn visit_u64<E: Error>(self, version: u64) -> Result<Version, E> {
        let version = u32::try_from(version);
        version
            .map(Version)
            .map_err(|_| E::custom("malformed version"))
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Version, E> {
        let number = name
            .strip_prefix('v')
            .filter(|digits| digits.starts_with(|c| matches!(c, '1'..='9')));
        let version = number.and_then(|digits| digits.parse().ok());
        version
            .map(Version)
            .ok_or_else(|| E::custom("malformed version"))
    }

    fn visit_bytes<E: Error>(self, name: &[u8]) -> Result<Version, E> {
        self.visit_str(core::str::from_utf8(name).unwrap_or_default())
    }
}

/// Writes version 1: by its number in a compact format, too.
pub(crate) fn write_first<S: Serializer>(
    serializer: S,
    content: &impl Serialize,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_newtype_variant(NAME, 1, V1, content)
}

/// What stands in version 1; `what` is stored, as the error names it.
pub(crate) fn first_only<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
    what: &'static str,
) -> Result<T, D::Error> {
    let first = First {
        what,
        content: PhantomData,
    };
    deserializer.deserialize_enum(NAME, &[V1], first)
}

struct First<T> {
    what: &'static str,
    content: PhantomData<T>,
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for First<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.what)
    }

    fn visit_enum<A: EnumAccess<'de>>(self, data: A) -> Result<T, A::Error> {
        let (Version(version), content) = data.variant()?;
        if version == 1 {
            return content.newtype_variant();
        }
        Err(A::Error::custom(format_args!(
            "{} version {version} is unknown: this release reads version 1",
            self.what
        )))
    }
}

//! What a session is stored as: a frozen wire type for each version, and nothing but that.
//!
//! A version is never changed once released: whatever a session needs more comes as the next one,
//! and all earlier ones stay readable.

mod event;
mod kept_ids;
mod v1;

use core::fmt;

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{EnumAccess, IgnoredAny, VariantAccess, Visitor},
    ser::Error as _,
};

use crate::{
    Session, SessionId,
    session::invariants::{Broken, check},
    version::Version,
};

/// A [`Session`] as it is stored: the one form that stays readable for ever.
///
/// `Session` itself implements `Serialize` and `Deserialize` by way of it, so most hosts never name
/// it. The two steps apart tell which session is wrong and why even where the format's own error
/// can't, as with postcard.
///
/// In a human-readable format, such as JSON, it is an object `{"v1": {…}}` with names in
/// `snake_case`, ids and MACs in lower-case hex and instants and spans in microseconds; in a compact
/// one it is bytes and small integers behind the number of the version. It holds the mobile numbers
/// in clear, so a store has to be guarded as such; it holds no code, and nothing that gives one
/// without the key.
///
/// ```
/// use beian::{Session, Snapshot, SnapshotError};
/// # use beian::{KeyRing, Opening, VerificationPolicy, Recipient, Recipients, Role, Seed};
/// # let person = Recipient::new("19900000001".parse()?, Role::EntityLeader, ["345678".parse()?]);
/// # let recipients = Recipients::new([person], VerificationPolicy::REGULATOR).unwrap();
/// # let seed = Seed::draw(&mut getrandom::SysRng)?;
/// # let (keys, now) = (KeyRing::single(1, [7; 32])?, chrono::Utc::now());
/// # let (session, ()) = Session::open(&Opening::new(42, &recipients, seed), &keys, now)?.persisted();
///
/// let json = serde_json::to_string(&session)?;
/// assert!(json.starts_with(r#"{"v1":{"id":"0000000000000000000000000000002a","version":1,"#));
/// assert_eq!(serde_json::from_str::<Session>(&json)?, session);
///
/// let bytes = postcard::to_allocvec(&session)?;
/// assert_eq!(postcard::from_bytes::<Session>(&bytes)?, session);
///
/// let newer: Snapshot = serde_json::from_str(r#"{"v9":{}}"#)?;
/// let error = Session::try_from(newer).unwrap_err();
/// assert_eq!(error, SnapshotError::UnknownVersion { version: 9 });
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Snapshot(Versioned);

enum Versioned {
    V1(v1::Session),
    /// Of a later release: its number is known, its content was left unread.
    Unknown(u32),
}

impl Snapshot {
    /// The newest version that this release reads, and the one that it writes.
    const VERSION: u32 = 1;

    /// Which version it is.
    #[must_use]
    pub const fn version(&self) -> u32 {
        match self.0 {
            Versioned::V1(_) => 1,
            Versioned::Unknown(version) => version,
        }
    }
}

impl From<&Session> for Snapshot {
    fn from(session: &Session) -> Self {
        Self(Versioned::V1(session.into()))
    }
}

impl TryFrom<Snapshot> for Session {
    type Error = SnapshotError;

    /// # Errors
    /// [`SnapshotError::UnknownVersion`]; [`SnapshotError::Broken`] if it isn't what a session could
    /// have been stored as.
    fn try_from(snapshot: Snapshot) -> Result<Self, SnapshotError> {
        match snapshot.0 {
            Versioned::V1(stored) => {
                let id = stored.id();
                let broken = |Broken(invariant)| SnapshotError::Broken {
                    session: id,
                    invariant,
                };
                let session = Self::try_from(stored).map_err(broken)?;
                check(&session).map_err(broken)?;
                Ok(session)
            }
            Versioned::Unknown(version) => Err(SnapshotError::UnknownVersion { version }),
        }
    }
}

impl Serialize for Session {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Snapshot::from(self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Session {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let snapshot = Snapshot::deserialize(deserializer)?;
        snapshot.try_into().map_err(serde::de::Error::custom)
    }
}

impl Serialize for Snapshot {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Versioned::V1(stored) => {
                serializer.serialize_newtype_variant(NAME, 1, VARIANTS[0], stored)
            }
            Versioned::Unknown(version) => {
                let version = *version;
                Err(S::Error::custom(SnapshotError::UnknownVersion { version }))
            }
        }
    }
}

impl<'de> Deserialize<'de> for Snapshot {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_enum(NAME, VARIANTS, VersionFirst)
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Snapshot(v{})", self.version())
    }
}

/// Why a snapshot is no session.
///
/// ```
/// use beian::{Session, Snapshot};
///
/// let newer: Snapshot = postcard::from_bytes(&[9, 0])?;
/// let error = Session::try_from(newer).unwrap_err();
/// assert_eq!(error.to_string(), "snapshot version 9 is unknown: this release reads version 1");
/// # Ok::<(), postcard::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum SnapshotError {
    /// Stored by a later release of the crate, or no snapshot at all.
    #[error(
        "snapshot version {version} is unknown: this release reads version {}",
        Snapshot::VERSION
    )]
    UnknownVersion {
        /// The version of the snapshot.
        version: u32,
    },
    /// Corrupt or foreign: no session was ever in this state.
    #[error("snapshot of session {session} is impossible: expected that {invariant}")]
    Broken {
        /// Which session.
        session: SessionId,
        /// What holds of every session, but not of this one.
        invariant: &'static str,
    },
}

const NAME: &str = "Snapshot";
const VARIANTS: &[&str; 1] = &["v1"];

/// Reads the version before anything else, so that an unknown one is known by its number.
struct VersionFirst;

impl<'de> Visitor<'de> for VersionFirst {
    type Value = Snapshot;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a snapshot")
    }

    fn visit_enum<A: EnumAccess<'de>>(self, data: A) -> Result<Snapshot, A::Error> {
        let (Version(version), content) = data.variant()?;
        if version == 1 {
            return Ok(Snapshot(Versioned::V1(content.newtype_variant()?)));
        }
        // A compact format can't skip what it doesn't know, and needn't.
        let _ = content.newtype_variant::<IgnoredAny>();
        Ok(Snapshot(Versioned::Unknown(version)))
    }
}

//! Events as rows of an audit table.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{
    DeliveryReport, Event, EventKind, GatewayCode, MessageKind, Refusal, RoundFailure,
    encoding::{Instant, Sixteen, instant},
    session::remembered::WhyNotCounted,
    version::{first_only, write_first},
};

/// For an audit table or a log: one flat object, its `type` the name of the kind, instants as
/// RFC 3339. In a compact format, bytes and integers behind the number of the version.
///
/// ```
/// # use beian::{Event, KeyRing, Opening, VerificationPolicy, Recipient, Recipients, Role, Seed, Session};
/// # let person = Recipient::new("19900000001".parse()?, Role::EntityLeader, ["345678".parse()?]);
/// # let recipients = Recipients::new([person], VerificationPolicy::REGULATOR).unwrap();
/// # let seed = Seed::draw(&mut getrandom::SysRng)?;
/// # let (keys, now) = (KeyRing::single(1, [7; 32])?, chrono::DateTime::UNIX_EPOCH);
/// # let decision = Session::open(&Opening::new(42, &recipients, seed), &keys, now)?;
/// let opened = decision.update().events().next().unwrap();
/// let row = serde_json::to_string(&opened)?;
/// assert_eq!(
///     row,
///     r#"{"session":"0000000000000000000000000000002a","version":1,"at":"1970-01-01T00:00:00Z","type":"round_opened"}"#,
/// );
/// assert_eq!(serde_json::from_str::<Event>(&row)?, opened);
///
/// let bytes = postcard::to_allocvec(&opened)?;
/// assert_eq!(postcard::from_bytes::<Event>(&bytes)?, opened);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl Serialize for Event {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (session, at) = (Sixteen(*self.session.as_bytes()), Instant(self.at));
        let (version, kind) = (self.version, self.kind);
        if serializer.is_human_readable() {
            let row = Row {
                session,
                version,
                at,
                kind,
            };
            row.serialize(serializer)
        } else {
            let packed = Packed {
                session,
                version,
                at,
                kind,
            };
            write_first(serializer, &packed)
        }
    }
}

/// To show a trail again: [`EventKind::text`](crate::EventKind::text) says what stands there. A kind
/// of a later release, and a field that the kind doesn't have, is an error.
impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (session, version, at, kind) = if deserializer.is_human_readable() {
            let row = Row::deserialize(deserializer)?;
            (row.session, row.version, row.at, row.kind)
        } else {
            let packed: Packed = first_only(deserializer, "stored event")?;
            (packed.session, packed.version, packed.at, packed.kind)
        };
        Ok(Self {
            session: session.0.into(),
            version,
            at: at.0,
            kind,
        })
    }
}

#[derive(Serialize, Deserialize)]
struct Row {
    session: Sixteen,
    version: u64,
    at: Instant,
    #[serde(flatten, with = "Tagged")]
    kind: EventKind,
}

#[derive(Serialize, Deserialize)]
struct Packed {
    session: Sixteen,
    version: u64,
    at: Instant,
    #[serde(with = "Numbered")]
    kind: EventKind,
}

/// The kinds in both forms. Names, order and fields are frozen: what a release adds comes last.
macro_rules! forms {
    ($($kinds:tt)+) => {
        #[derive(Serialize, Deserialize)]
        #[serde(remote = "EventKind", tag = "type", rename_all = "snake_case", deny_unknown_fields)]
        enum Tagged { $($kinds)+ }

        #[derive(Serialize, Deserialize)]
        #[serde(remote = "EventKind")]
        enum Numbered { $($kinds)+ }
    };
}
forms! {
    RoundOpened {},
    MessageQueued { recipient: u8, number: u16, kind: MessageKind },
    MessageAccepted { recipient: u8, number: u16 },
    MessageDeferred { recipient: u8, number: u16, #[serde(with = "instant")] again_at: DateTime<Utc> },
    MessageFailed { recipient: u8, number: u16, #[serde(with = "attempt")] again_at: Option<DateTime<Utc>>, #[serde(with = "gateway_code")] gateway_code: Option<GatewayCode> },
    MessageDelivered { recipient: u8, #[serde(with = "instant")] window_starts_at: DateTime<Utc> },
    ReportRecorded { recipient: u8, number: u16, report: DeliveryReport },
    WrongEntry { recipient: u8, wrong_entries: u8 },
    PersonLocked { recipient: u8 },
    EntryAfterLock { recipient: u8 },
    EntryNotCounted { recipient: u8, #[serde(with = "refusal")] why: Refusal },
    WrongId { recipient: u8, wrong_ids: u8 },
    PersonVerified { recipient: u8 },
    RoundCompleted {},
    RoundReturned { cause: RoundFailure, #[serde(with = "instant")] ended_at: DateTime<Utc> },
    RoundWithdrawn {},
    PersonalDataErased {},
}

/// Null if there is no further attempt.
mod attempt {
    use super::{DateTime, Deserialize, Deserializer, Instant, Serialize, Serializer, Utc};

    #[expect(clippy::ref_option, reason = "as serde calls it")]
    pub(super) fn serialize<S: Serializer>(
        at: &Option<DateTime<Utc>>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        at.map(Instant).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<DateTime<Utc>>, D::Error> {
        let at = Option::<Instant>::deserialize(from)?;
        Ok(at.map(|at| at.0))
    }
}

/// Null if the gateway said nothing.
mod gateway_code {
    use alloc::borrow::Cow;

    use serde::de::Error;

    use super::{Deserialize, Deserializer, GatewayCode, Serialize, Serializer};

    #[expect(clippy::ref_option, reason = "as serde calls it")]
    pub(super) fn serialize<S: Serializer>(
        code: &Option<GatewayCode>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        code.as_ref().map(GatewayCode::as_str).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<GatewayCode>, D::Error> {
        let code = Option::<Cow<'_, str>>::deserialize(from)?;
        let code = code.map(|code| GatewayCode::new(&code));
        code.transpose().map_err(D::Error::custom)
    }
}

/// By its code, and only what an entry that is remembered can be refused for.
mod refusal {
    use alloc::borrow::Cow;

    use serde::{de, ser};

    use super::{Deserialize, Deserializer, Refusal, Serializer, WhyNotCounted};

    pub(super) fn serialize<S: Serializer>(why: &Refusal, to: S) -> Result<S::Ok, S::Error> {
        match WhyNotCounted::of(*why) {
            Some(_) => to.serialize_str(why.code()),
            None => Err(ser::Error::custom("no reason not to count an entry")),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Refusal, D::Error> {
        let possible = || WhyNotCounted::ALL.iter().copied().map(Refusal::from);
        let code = Cow::<str>::deserialize(from)?;
        let why = possible().find(|why| why.code() == code);
        why.ok_or_else(|| de::Error::custom("unknown reason not to count an entry"))
    }
}

//! Events as rows of an audit table.

use core::fmt;

use chrono::{DateTime, Utc};
use serde::{Serialize, Serializer};

use crate::{Event, EventKind, MessageKind, Report, RoundFailure};

/// For an audit table or a log: one flat object, its `type` the name of the kind.
///
/// Written only. An event is never needed to rebuild a session, so nothing reads it back; it says
/// everything in text, so it is for self-describing formats. Instants as RFC 3339.
///
/// ```
/// # use beian::{KeyRing, Opening, Policy, Recipient, Recipients, Role, Seed, Session};
/// # let person = Recipient::new("19900000001".parse()?, Role::EntityLeader, ["345678".parse()?]);
/// # let recipients = Recipients::new([person], Policy::REGULATOR).unwrap();
/// # let seed = Seed::draw(&mut getrandom::SysRng)?;
/// # let (keys, now) = (KeyRing::single(1, [7; 32])?, chrono::DateTime::UNIX_EPOCH);
/// # let decision = Session::open(&Opening::new(42, &recipients, seed), &keys, now)?;
/// let opened = decision.update().events().next().unwrap();
/// assert_eq!(
///     serde_json::to_string(&opened)?,
///     r#"{"session":"0000000000000000000000000000002a","version":1,"at":"1970-01-01T00:00:00Z","type":"round_opened"}"#,
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl Serialize for Event {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let row = Row {
            session: Some(Shown(self.session)),
            version: self.version,
            at: Some(Instant(self.at)),
            r#type: self.kind.name(),
            recipient: self.kind.recipient(),
            ..self.kind.into()
        };
        row.serialize(serializer)
    }
}

/// Every field that an event can have, in the order in which they are written.
#[derive(Default, Serialize)]
struct Row {
    session: Option<Shown<crate::SessionId>>,
    version: u64,
    at: Option<Instant>,
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    recipient: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<MessageKind>,
    #[serde(skip_serializing_if = "Option::is_none")]
    again_at: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    window_starts_at: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    report: Option<Report>,
    #[serde(skip_serializing_if = "Option::is_none")]
    wrong_entries: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    wrong_ids: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<RoundFailure>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<Instant>,
}

impl From<EventKind> for Row {
    /// What only this kind of event has.
    fn from(kind: EventKind) -> Self {
        let row = Self::default();
        match kind {
            EventKind::MessageQueued { number, kind, .. } => Self {
                number: Some(number),
                kind: Some(kind),
                ..row
            },
            EventKind::MessageAccepted { number, .. } => Self {
                number: Some(number),
                ..row
            },
            EventKind::MessageDeferred {
                number, again_at, ..
            } => Self {
                number: Some(number),
                again_at: Some(Instant(again_at)),
                ..row
            },
            EventKind::MessageFailed {
                number, again_at, ..
            } => Self {
                number: Some(number),
                again_at: again_at.map(Instant),
                ..row
            },
            EventKind::MessageDelivered {
                window_starts_at, ..
            } => Self {
                window_starts_at: Some(Instant(window_starts_at)),
                ..row
            },
            EventKind::ReportRecorded { number, report, .. } => Self {
                number: Some(number),
                report: Some(report),
                ..row
            },
            EventKind::WrongEntry { wrong_entries, .. } => Self {
                wrong_entries: Some(wrong_entries),
                ..row
            },
            EventKind::EntryNotCounted { why, .. } => Self {
                why: Some(why.code()),
                ..row
            },
            EventKind::WrongId { wrong_ids, .. } => Self {
                wrong_ids: Some(wrong_ids),
                ..row
            },
            EventKind::RoundReturned { cause, ended_at } => Self {
                cause: Some(cause),
                ended_at: Some(Instant(ended_at)),
                ..row
            },
            EventKind::RoundOpened
            | EventKind::PersonLocked { .. }
            | EventKind::EntryAfterLock { .. }
            | EventKind::PersonVerified { .. }
            | EventKind::RoundCompleted
            | EventKind::RoundWithdrawn
            | EventKind::PersonalDataErased => row,
        }
    }
}

/// As its `Display`.
struct Shown<T>(T);

impl<T: fmt::Display> Serialize for Shown<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// As RFC 3339, which is how chrono prints it for debugging.
struct Instant(DateTime<Utc>);

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{:?}", self.0))
    }
}

//! A session, and what happened to it, as bytes and text.

use beian::{Event, Session, SessionId, Snapshot, Update, host::Unreadable};
use serde::{Deserialize, Serialize};

use crate::Error;

/// A line of the audit trail.
///
/// It serialises flat: the event's own fields, then `mobile`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredEvent {
    /// What happened, when, in which version of which session.
    #[serde(flatten)]
    pub event: Event,
    /// The masked number of the person it happened to. An erasure takes the numbers out of the session,
    /// so it is kept with the event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mobile: Option<String>,
}

/// The events of an update, an array in JSON.
pub(crate) fn events(update: &Update) -> Result<String, Error> {
    let masked = |event: &Event| {
        let recipient = usize::from(event.kind.recipient()?);
        let person = update.session().recipients().nth(recipient)?;
        person.mobile().map(ToString::to_string)
    };
    let events = update.events().map(|event| StoredEvent {
        mobile: masked(&event),
        event,
    });
    let events: Vec<_> = events.collect();
    serde_json::to_string(&events).map_err(|_| Error::Unwritable(update.id()))
}

pub(crate) fn snapshot(session: &Session) -> Result<Vec<u8>, Error> {
    postcard::to_allocvec(session).map_err(|_| Error::Unwritable(session.id()))
}

pub(crate) fn session(stored: &[u8]) -> Result<Session, Unreadable> {
    let snapshot: Snapshot = postcard::from_bytes(stored).map_err(|_| Unreadable::Broken)?;
    Ok(Session::try_from(snapshot)?)
}

/// As an error of a call that needs this session.
pub(crate) fn readable(id: SessionId, stored: &[u8]) -> Result<Session, Error> {
    session(stored).map_err(|why| Error::Unreadable { session: id, why })
}

pub(crate) fn read_events(session: SessionId, stored: &str) -> Result<Vec<StoredEvent>, Error> {
    let why = Unreadable::Broken;
    serde_json::from_str(stored).map_err(|_| Error::Unreadable { session, why })
}

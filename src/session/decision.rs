//! Decided, not yet stored.

use alloc::vec::Vec;
use core::fmt;

use super::{Event, Session, evolve::Change};
use crate::{SessionId, time::Micros};

/// What a command leads to: something to store, and an answer that is sealed until it is stored.
///
/// Store [`update`](Self::update) in one transaction, and only then call
/// [`persisted`](Self::persisted). Of two commands that race for one session, only the one whose
/// write won may learn its answer; the other loads the session again and starts over.
///
/// ```
/// # use beian::{Decision, Session};
/// # use std::collections::HashMap;
/// fn store<A>(decision: Decision<A>, sessions: &mut HashMap<[u8; 16], Session>) -> A {
///     let update = decision.update();
///     sessions.insert(*update.id().as_bytes(), update.session().clone());
///     decision.persisted().1
/// }
/// ```
#[must_use = "nothing has happened until the update is stored"]
pub struct Decision<A> {
    update: Update,
    answer: A,
}

impl<A> Decision<A> {
    pub(crate) const fn new(update: Update, answer: A) -> Self {
        Self { update, answer }
    }

    /// What to store.
    pub const fn update(&self) -> &Update {
        &self.update
    }

    /// Call this once the update is stored: the next session, and the answer.
    #[must_use]
    pub fn persisted(self) -> (Session, A) {
        (self.update.session, self.answer)
    }
}

impl<A> fmt::Debug for Decision<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decision")
            .field("update", &self.update)
            .finish_non_exhaustive()
    }
}

/// The next state of a session, with what happened: to be stored together, in one transaction.
#[derive(Clone)]
pub struct Update {
    session: Session,
    changes: Vec<Change>,
}

impl Update {
    pub(crate) const fn new(session: Session, changes: Vec<Change>) -> Self {
        Self { session, changes }
    }

    /// Which session.
    #[must_use]
    pub const fn id(&self) -> SessionId {
        self.session.id
    }

    /// The version that has to be in the store for this update to be right: 0 if none may be there.
    /// The update itself is one more.
    #[must_use]
    pub const fn expected_version(&self) -> u64 {
        self.session.version.saturating_sub(1)
    }

    /// The session as it is to be stored.
    #[must_use]
    pub const fn session(&self) -> &Session {
        &self.session
    }

    /// What happened, in order, for the audit trail.
    pub fn events(&self) -> impl Iterator<Item = Event> + '_ {
        let Session {
            id, version, last, ..
        } = self.session;
        self.changes.iter().filter_map(move |change| {
            let kind = change.event()?;
            Some(Event {
                session: id,
                version,
                at: Micros::instant(last),
                kind,
            })
        })
    }
}

impl fmt::Debug for Update {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Update")
            .field("session", &self.session.id)
            .field("version", &self.session.version)
            .finish_non_exhaustive()
    }
}

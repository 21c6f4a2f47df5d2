//! Where sessions are kept.

use alloc::vec::Vec;

use chrono::{DateTime, TimeDelta, Utc};

use crate::{MobileNumber, Session, SessionId, Update};

/// A host's storage. `testkit::store` checks an implementation of it.
///
/// Beside the snapshot of a session a store keeps three things to find it by: its numbers
/// ([`Session::mobiles`]), its [`wake`](Session::wake) and until when it is leased. All of them come
/// from the session itself with every [`save`](Self::save), but for the lease, which no save touches.
///
/// Instants are whole microseconds: a store has to give back what it was given.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a store of sessions",
    label = "expected a type that implements `beian::host::SessionStore`",
    note = "implement its five methods for a type of your own that holds the database's pool; \
            `MemoryStore` (feature `std`) is one, and so is an `Arc` of one"
)]
pub trait SessionStore: Send + Sync {
    /// The store's own error.
    type Error: core::error::Error + Send + Sync + 'static;

    /// The session, if there is one.
    fn load(
        &self,
        id: SessionId,
    ) -> impl Future<Output = Result<Option<Session>, Self::Error>> + Send;

    /// Every session of the number for which [`Session::is_found_at`] holds: the open ones, and
    /// those which ended in the last ten minutes (D18).
    fn find(
        &self,
        mobile: &MobileNumber,
        now: DateTime<Utc>,
    ) -> impl Future<Output = Result<Vec<Session>, Self::Error>> + Send;

    /// Stores all updates with their events, or none of them (D20): one transaction. The numbers of a
    /// session are written anew each time, as an erasure takes them away.
    ///
    /// An update is in conflict unless the stored version is its
    /// [`expected_version`](Update::expected_version), 0 standing for no session of that id. One
    /// conflict refuses them all. Two saves may name the same sessions in different orders: a store
    /// that locks rows locks them in the order of their ids.
    fn save(
        &self,
        updates: &[Update],
    ) -> impl Future<Output = Result<(), SaveError<Self::Error>>> + Send;

    /// Up to `limit` sessions with `wake <= now` whose lease is over, the most overdue first, and
    /// leases them until `now + lease`: until then no other call gets them, whoever makes it. A
    /// lease at its very end is over.
    fn lease_due(
        &self,
        now: DateTime<Utc>,
        limit: usize,
        lease: TimeDelta,
    ) -> impl Future<Output = Result<Vec<Session>, Self::Error>> + Send;

    /// The earliest `wake` that is later than `now`.
    fn next_wake(
        &self,
        now: DateTime<Utc>,
    ) -> impl Future<Output = Result<Option<DateTime<Utc>>, Self::Error>> + Send;
}

impl<S: SessionStore + ?Sized> SessionStore for alloc::sync::Arc<S> {
    type Error = S::Error;

    fn load(
        &self,
        id: SessionId,
    ) -> impl Future<Output = Result<Option<Session>, Self::Error>> + Send {
        (**self).load(id)
    }

    fn find(
        &self,
        mobile: &MobileNumber,
        now: DateTime<Utc>,
    ) -> impl Future<Output = Result<Vec<Session>, Self::Error>> + Send {
        (**self).find(mobile, now)
    }

    fn save(
        &self,
        updates: &[Update],
    ) -> impl Future<Output = Result<(), SaveError<Self::Error>>> + Send {
        (**self).save(updates)
    }

    fn lease_due(
        &self,
        now: DateTime<Utc>,
        limit: usize,
        lease: TimeDelta,
    ) -> impl Future<Output = Result<Vec<Session>, Self::Error>> + Send {
        (**self).lease_due(now, limit, lease)
    }

    fn next_wake(
        &self,
        now: DateTime<Utc>,
    ) -> impl Future<Output = Result<Option<DateTime<Utc>>, Self::Error>> + Send {
        (**self).next_wake(now)
    }
}

/// Why nothing was saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SaveError<E> {
    /// A session has another version than expected: load it and decide again.
    #[error("the session was changed meanwhile")]
    Conflict,
    /// The store failed. Busy, deadlocked or refused as not serialisable isn't this but a conflict, as
    /// long as nothing was stored.
    #[error(transparent)]
    Store(#[from] E),
}

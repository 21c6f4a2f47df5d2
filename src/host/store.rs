//! Where sessions are kept.

use alloc::vec::Vec;

use chrono::{DateTime, TimeDelta, Utc};

use super::{Lease, Leased};
use crate::{MobileNumber, Session, SessionId, Update};

/// A host's storage. `testkit::store` checks an implementation of it; `beian-sqlx` is one for `SQLite`,
/// `PostgreSQL` and `MySQL`.
///
/// Beside the snapshot of a session a store keeps four things to find it by. Two come from the session
/// with every [`save`](Self::save): its [`wake`](Session::wake), and its numbers ([`Session::mobiles`]),
/// which its opening brings and its erasure takes away, and no other update changes. Two are the
/// store's own: until when the session is leased, which no save touches, and whether it was leased
/// since it was last saved.
///
/// Instants are whole microseconds: a store has to give back what it was given. A snapshot takes at
/// most 1.7 MB in JSON, 380 kB in postcard: 255 persons, each with two IDs and with all that is
/// remembered of an entry (D21).
///
/// **A session that can't be read**, because its snapshot was cut short or comes from a newer release,
/// stops nothing but itself. [`lease_due`](Self::lease_due) leases it as any other and says why it
/// can't be read. [`load`](Self::load) of it fails, and so does [`find`](Self::find) of one of its
/// numbers: an entry judged without it might count as wrong in another round, so who enters has to try
/// again later.
///
/// **Leases go by the clocks of the hosts**: by the `now` of the call. Clocks may differ by what is left
/// of a lease when the longest send is over; if they differ by more, a host whose clock is ahead takes
/// a session that another still attends to, and sends its message a second time, under the same key.
///
/// **A lease is known by its session and its end alone.** One that was given back and taken again with
/// the same end can't be told from the former.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a store of sessions",
    label = "expected a type that implements `beian::host::SessionStore`",
    note = "implement its seven methods for a type of your own that holds the database's pool; \
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
    ///
    /// What ended before needn't be read: a store that keeps the end in a column of its own leaves it out
    /// by that, and a session that can't be read holds its number up no longer.
    fn find(
        &self,
        mobile: &MobileNumber,
        now: DateTime<Utc>,
    ) -> impl Future<Output = Result<Vec<Session>, Self::Error>> + Send;

    /// Stores all updates with their events, or none of them (D20): one transaction.
    ///
    /// An update is in conflict unless the stored version is its
    /// [`expected_version`](Update::expected_version), 0 standing for no session of that id. One
    /// conflict refuses them all. Two saves may name the same sessions in different orders: a store
    /// that locks rows locks them in the order of their ids.
    fn save(
        &self,
        updates: &[Update],
    ) -> impl Future<Output = Result<(), SaveError<Self::Error>>> + Send;

    /// Up to `limit` sessions with `wake <= now` whose lease is over, leased until `now + lease`: until
    /// then no other call gets them, whoever makes it. A lease at its very end is over.
    ///
    /// A session is due since its wake, or since its lease was over if that was later. Those that were
    /// leased since they were last saved, so in vain, get half of the batch, rounded down, and the
    /// others the rest; what one half leaves empty is the other's. In each half, and in the answer,
    /// those that have been due for longest come first. So a new round isn't held up by any number of
    /// rounds that can't be sent, nor one of those by the others.
    fn lease_due(
        &self,
        now: DateTime<Utc>,
        limit: usize,
        lease: TimeDelta,
    ) -> impl Future<Output = Result<Vec<Leased>, SaveError<Self::Error>>> + Send;

    /// Puts off the end of a lease; `false`, and nothing done, if the session has been leased anew or
    /// given back since, or is gone. From then on the lease is `Lease { until, ..lease }`, and the one with
    /// the former end does nothing.
    fn renew(
        &self,
        lease: &Lease,
        until: DateTime<Utc>,
    ) -> impl Future<Output = Result<bool, SaveError<Self::Error>>> + Send;

    /// Ends a lease that wasn't used, as if it had never been taken: the session is due since its wake,
    /// and not in vain if it wasn't before. Nothing is done if the session has been leased anew or given
    /// back since, or is gone.
    fn give_back(
        &self,
        lease: &Lease,
    ) -> impl Future<Output = Result<(), SaveError<Self::Error>>> + Send;

    /// The earliest instant later than `now` at which a session becomes due: its wake, or the end of
    /// its lease if that is later.
    fn next_due(
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
    ) -> impl Future<Output = Result<Vec<Leased>, SaveError<Self::Error>>> + Send {
        (**self).lease_due(now, limit, lease)
    }

    fn renew(
        &self,
        lease: &Lease,
        until: DateTime<Utc>,
    ) -> impl Future<Output = Result<bool, SaveError<Self::Error>>> + Send {
        (**self).renew(lease, until)
    }

    fn give_back(
        &self,
        lease: &Lease,
    ) -> impl Future<Output = Result<(), SaveError<Self::Error>>> + Send {
        (**self).give_back(lease)
    }

    fn next_due(
        &self,
        now: DateTime<Utc>,
    ) -> impl Future<Output = Result<Option<DateTime<Utc>>, Self::Error>> + Send {
        (**self).next_due(now)
    }
}

/// Why nothing was saved, or leased.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SaveError<E> {
    /// A session has another version than expected, or others were in the way: load it and decide
    /// again.
    #[error("the session was changed meanwhile")]
    Conflict,
    /// The store failed. Busy, deadlocked, a lock that was waited for too long, or refused as not
    /// serialisable isn't this but a conflict, as long as nothing was stored.
    #[error(transparent)]
    Store(#[from] E),
}

//! What a store promises, in the words of a breach.

pub(super) const LOAD: &str =
    "the store gives back exactly what was saved last, and nothing for an unknown id";
pub(super) const SAVE: &str = "save takes what is right";
pub(super) const INSERT: &str = "an update that expects no session is in conflict with one";
pub(super) const STALE: &str = "an update that expects another version is in conflict";
pub(super) const MISSING: &str = "an update that expects a session is in conflict with none";
pub(super) const UNCHANGED: &str = "a conflict leaves what is stored as it was";
pub(super) const ATOMIC: &str = "one update in conflict refuses them all";
pub(super) const ONE_WINS: &str = "of several saves over one version exactly one wins";
pub(super) const FIND: &str = "find gives every open session of the number";
pub(super) const FIND_OTHERS: &str = "find gives no session of another number";
pub(super) const FIND_ENDED: &str =
    "find gives sessions whose end was stored ten minutes ago or later";
pub(super) const FIND_OLD: &str =
    "find gives no session whose end was stored more than ten minutes ago";
pub(super) const FIND_ERASED: &str = "find gives no session that was erased";
pub(super) const DUE: &str = "lease_due gives the sessions whose wake is now or past";
pub(super) const NOT_DUE: &str = "lease_due gives no session before its wake, to the microsecond";
pub(super) const WAKE: &str = "the wake of a session is that of its last save";
pub(super) const ENDED: &str = "an ended session is never due";
pub(super) const LEASE: &str = "a leased session is given to nobody else";
pub(super) const LEASE_END: &str = "a lease is over exactly at its end";
pub(super) const LEASE_SAVED: &str = "a save touches no lease";
pub(super) const LIMIT: &str =
    "lease_due gives no more sessions than asked for, and leases no others";
pub(super) const ORDER: &str = "lease_due gives the most overdue first";
pub(super) const NEXT: &str = "next_wake is the earliest wake later than now, leased or not";
pub(super) const DURABLE: &str = "what was saved is still there when the store is opened again";
pub(super) const WAITS: &str = "the store answers without waiting";
pub(super) const WORKS: &str = "the store works";

//! What a store promises, in the words of a breach.

// ---- what is saved
pub(super) const LOAD: &str =
    "the store gives back exactly what was saved last, and nothing for an unknown id";
pub(super) const SAVE: &str = "save takes what is right";
pub(super) const INSERT: &str = "an update that expects no session is in conflict with one";
pub(super) const STALE: &str = "an update that expects another version is in conflict";
pub(super) const MISSING: &str = "an update that expects a session is in conflict with none";
pub(super) const UNCHANGED: &str = "a conflict leaves what is stored as it was";
pub(super) const ATOMIC: &str = "one update in conflict refuses them all";
pub(super) const LARGEST: &str = "the largest session comes back as it was";
pub(super) const DURABLE: &str =
    "what was saved and leased is still there when the store is opened again";

// ---- what is found
pub(super) const FIND: &str = "find gives every open session of the number";
pub(super) const FIND_OTHERS: &str = "find gives no session of another number";
pub(super) const FIND_ENDED: &str =
    "find gives sessions whose end was stored ten minutes ago or later";
pub(super) const FIND_OLD: &str =
    "find gives no session whose end was stored more than ten minutes ago";
pub(super) const FIND_ERASED: &str = "find gives no session that was erased";

// ---- what is due
pub(super) const DUE: &str = "lease_due gives the sessions whose wake is now or past";
pub(super) const NOT_DUE: &str = "lease_due gives no session before its wake, to the microsecond";
pub(super) const WAKE: &str = "the wake of a session is that of its last save";
pub(super) const ENDED: &str = "an ended session is never due";
pub(super) const LIMIT: &str =
    "lease_due gives no more sessions than asked for, and leases no others";
pub(super) const ORDER: &str = "lease_due gives the most overdue first";
pub(super) const HALVES: &str =
    "what was leased in vain gets half of a batch, and what one half leaves empty is the other's";
pub(super) const IN_TURN: &str = "what was leased in vain comes in turn";
pub(super) const FRESH: &str = "what was saved since it was leased wasn't leased in vain";
pub(super) const NEXT: &str =
    "next_due is the earliest instant later than now at which a session becomes due";

// ---- leases
pub(super) const LEASE: &str = "a leased session is given to nobody else";
pub(super) const LEASE_END: &str = "a lease is over exactly at its end";
pub(super) const LEASE_SAVED: &str = "a save touches no lease";
pub(super) const LEASE_SAYS: &str = "a lease says which session is leased, and until when";
pub(super) const FIRST: &str = "a lease says whether it is the first one since the last save";
pub(super) const RENEW: &str = "renew puts off the end of a lease, to the microsecond";
pub(super) const RENEW_STALE: &str =
    "renew of a lease that isn't the session's any more answers false and does nothing";
pub(super) const GIVE_BACK: &str = "what was given back is due again at once";
pub(super) const GIVE_BACK_PLACE: &str = "what was given back is as if it hadn't been leased";
pub(super) const GIVE_BACK_STALE: &str =
    "give_back of a lease that isn't the session's any more does nothing";

// ---- several at once
pub(super) const ONE_WINS: &str = "of several saves over one version exactly one wins";
pub(super) const TAKEN_ONCE: &str =
    "of several calls of lease_due at once exactly one gets a session";
pub(super) const BOTH_HOLD: &str = "a save and a lease at the same time both hold";
pub(super) const IN_THE_WAY: &str = "who is in another's way meets a conflict, not an error";
pub(super) const WAITS: &str = "the store answers without waiting";

// ---- what can't be read
pub(super) const UNREADABLE_LEASED: &str = "a session that can't be read is leased as any other";
pub(super) const UNREADABLE_LOAD: &str = "load of a session that can't be read fails";
pub(super) const UNREADABLE_FIND: &str = "find of a number of a session that can't be read fails";
pub(super) const UNREADABLE_ALONE: &str = "a session that can't be read is in nobody's way";

pub(super) const WORKS: &str = "the store works";

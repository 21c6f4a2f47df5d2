//! What a code means for an order.

use crate::names::names;

/// What a code means for the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ResultMeaning {
    /// Approved.
    Approved,
    /// Refused in a review.
    Refused,
    /// Something in the order is wrong: mend it and submit again.
    MendField,
    /// It was asked for or filed already: nothing has to be submitted again.
    AskedAlready,
    /// Not by this order, this provider or this type.
    NotThisWay,
    /// Another order stands before it, or the system is closed: try again later.
    TryLater,
    /// Taken in: nothing has to be done.
    Received,
    /// Not a code that is known, or the one for everything else.
    Unknown,
}

names!(ResultMeaning, "meaning", {
    Approved => "approved",
    Refused => "refused",
    MendField => "mend_field",
    AskedAlready => "asked_already",
    NotThisWay => "not_this_way",
    TryLater => "try_later",
    Received => "received",
    Unknown => "unknown",
});

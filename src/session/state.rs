//! What a session consists of. No rules here: they are in `decide`, and `evolve` applies them.

use alloc::{sync::Arc, vec::Vec};

use super::{
    EntryOutcome,
    end::{End, RoundFailure},
    message::MessageKind,
};
use crate::{KeyId, MobileNumber, Policy, Roles, SubmissionId, code::Nonce, time::Micros};

/// What is fixed when a round opens.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Terms {
    pub(crate) key: KeyId,
    pub(crate) opened_at: Micros,
    pub(crate) policy: Policy,
}

/// Who a person is; fixed when the round opens, emptied of number and IDs by an erasure.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Identity {
    /// `None` once erased.
    pub(crate) mobile: Option<MobileNumber>,
    pub(crate) roles: Roles,
    /// The key of `ids`: an older one than the session's where they were carried over (D25).
    pub(crate) id_key: KeyId,
    pub(crate) ids: Ids,
}

/// The MAC of each last six that is right (D03): nearly always one, which takes no room of its own.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Ids {
    /// Only once erased, and before they are carried over.
    None,
    One([u8; 16]),
    Several(Arc<[[u8; 16]]>),
}

impl Ids {
    pub(crate) fn as_slice(&self) -> &[[u8; 16]] {
        match self {
            Self::None => &[],
            Self::One(id) => core::slice::from_ref(id),
            Self::Several(ids) => ids,
        }
    }

    pub(crate) const fn is_empty(&self) -> bool {
        matches!(self, Self::None)
    }
}

impl FromIterator<[u8; 16]> for Ids {
    fn from_iter<I: IntoIterator<Item = [u8; 16]>>(ids: I) -> Self {
        let mut ids = ids.into_iter();
        match (ids.next(), ids.next()) {
            (None, _) => Self::None,
            (Some(one), None) => Self::One(one),
            (Some(one), Some(two)) => {
                Self::Several([one, two].into_iter().chain(ids).collect::<Vec<_>>().into())
            }
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum State {
    Open,
    Ended(End),
}

/// One number in one round.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Person {
    pub(crate) identity: Identity,
    pub(crate) phase: Phase,
    /// Messages queued so far, the first included.
    pub(crate) messages: u16,
    /// The highest `attempt` of the first message; no other message is tried twice (D11).
    pub(crate) first_attempt: u16,
    /// Messages accepted by the gateway so far; one at most for each code.
    pub(crate) accepted: u8,
    /// Accepted ones among them that a person asked for (R22).
    pub(crate) resends_used: u8,
    pub(crate) wrong_entries: u8,
    pub(crate) wrong_ids: u8,
    /// Whether the noon resend of this round has been queued (D16).
    pub(crate) noon_done: bool,
    pub(crate) received: Option<Received>,
    /// Entries with a submission id, and what came of them (D21).
    pub(crate) remembered: Option<Arc<[(SubmissionId, EntryOutcome)]>>,
}

/// What is known once the gateway has accepted the first message (D05).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Received {
    pub(crate) accepted_at: Micros,
    pub(crate) window_starts_at: Micros,
    pub(crate) delivered: bool,
    /// When the latest message was accepted, or failed and stopped: the pause counts from here.
    pub(crate) settled_at: Micros,
}

#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) enum Phase {
    Waiting(Waiting),
    /// Too many wrong entries; the codes are gone (D19).
    Locked,
    Verified(Verified),
    /// Neither verified nor locked when the round ended; the codes are gone.
    Unverified,
}

#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Waiting {
    pub(crate) nonce: Nonce,
    /// Codes created so far: the codes from the last accepted one up to here are right (D10).
    pub(crate) created: u8,
    pub(crate) under_way: Option<UnderWay>,
}

/// The one message that is to be sent (D12).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct UnderWay {
    pub(crate) kind: MessageKind,
    /// How often the gateway did not accept it; the pause doubles with each (D11).
    pub(crate) setbacks: u8,
    pub(crate) due: Micros,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Verified {
    pub(crate) at: Micros,
    /// MAC of the code that verified, so that a repeat is known for ten minutes (D18).
    pub(crate) spent: [u8; 16],
}

impl Person {
    pub(crate) fn remembered(&self) -> &[(SubmissionId, EntryOutcome)] {
        self.remembered.as_deref().unwrap_or_default()
    }

    pub(crate) fn settled_at(&self) -> Option<Micros> {
        Some(self.received?.settled_at)
    }

    pub(crate) fn waiting(&self) -> Option<&Waiting> {
        match &self.phase {
            Phase::Waiting(waiting) => Some(waiting),
            Phase::Locked | Phase::Verified(_) | Phase::Unverified => None,
        }
    }

    pub(crate) fn verified(&self) -> Option<&Verified> {
        match &self.phase {
            Phase::Verified(verified) => Some(verified),
            Phase::Waiting(_) | Phase::Locked | Phase::Unverified => None,
        }
    }

    pub(crate) fn under_way(&self) -> Option<&UnderWay> {
        self.waiting()?.under_way.as_ref()
    }

    /// The number of the message that was queued last.
    pub(crate) const fn latest_message(&self) -> u16 {
        self.messages.saturating_sub(1)
    }

    /// The try that the message under way is at.
    pub(crate) const fn attempt(&self) -> u16 {
        if self.messages <= 1 {
            self.first_attempt
        } else {
            0
        }
    }

    /// The last instant that is in time for this person (D04–D06).
    pub(crate) fn window_ends(&self, terms: &Terms) -> Micros {
        match self.received {
            Some(received) => received.window_starts_at.plus(terms.policy.window),
            None => terms.opened_at.plus(terms.policy.unreachable_after),
        }
    }

    /// The last instant at which this person can still verify, and what the round is returned for
    /// after it (D07). `None` once verified.
    pub(crate) fn ends(&self, terms: &Terms) -> Option<(Micros, RoundFailure)> {
        let last = self.window_ends(terms);
        let cause = match (&self.phase, self.received) {
            (Phase::Verified(_), _) => return None,
            (Phase::Locked, _) => RoundFailure::TooManyWrongEntries,
            (Phase::Waiting(_) | Phase::Unverified, None) => RoundFailure::Unreachable,
            (Phase::Waiting(_) | Phase::Unverified, Some(_)) => RoundFailure::WindowClosed,
        };
        Some((last, cause))
    }

    /// When the noon resend is due, if it still is to be queued (D16).
    pub(crate) fn noon(&self, policy: &Policy) -> Option<Micros> {
        let idle = self.waiting()?.under_way.is_none() && !self.noon_done;
        let received = self.received.filter(|_| policy.noon_resend() && idle)?;
        Some(received.accepted_at.noon_of_the_next_day())
    }
}

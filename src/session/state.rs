//! What a session consists of. No rules here: they are in `decide`, and `evolve` applies them.

use alloc::{boxed::Box, sync::Arc, vec::Vec};
use core::fmt;

use chrono::{DateTime, Utc};

use super::{
    RoundStatus,
    message::MessageKind,
    remembered::Remembered,
    status::{End, RoundFailure},
};
use crate::{
    KeyId, MobileNumber, Roles, SessionId, SubmissionId, VerificationPolicy, code::Nonce,
    time::Micros,
};

/// One round of SMS verification: a value that a host stores, and takes to its next version through a
/// [`Decision`](crate::Decision).
///
/// **In**: [`open`](Self::open) · [`report`](Self::report) from the gateway ·
/// [`submit`](Self::submit) and [`resend`](Self::resend) from the two public forms ·
/// [`tick`](Self::tick) as time passes · [`withdraw`](Self::withdraw) · [`erase`](Self::erase).
///
/// **Out**, as often as asked: [`outbox`](Self::outbox), the messages that are due ·
/// [`wake`](Self::wake), when to look again · [`status`](Self::status) ·
/// [`recipients`](Self::recipients) · [`next_steps`](Self::next_steps).
///
/// Every command first ends a round whose time is over (D08). `Err` means that nothing happened;
/// `Ok` means that there is something to store. A wrong code is `Ok`: an entry was counted. A report
/// on an unknown message and a known submission id are `Err` even then: the next
/// [`tick`](Self::tick) stores the end.
///
/// `submit` and `resend` judge over this one round. Where a number may have several open rounds, the
/// [`Desk`](crate::host::Desk) judges over all of them (D15, D17).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Session {
    pub(crate) id: SessionId,
    pub(crate) version: u64,
    /// The effective now of the latest command (D09).
    pub(crate) last: Micros,
    pub(crate) terms: Terms,
    pub(crate) state: State,
    /// Sorted by number.
    pub(crate) people: Box<[Person]>,
}

impl Session {
    /// The host's id of the round.
    #[must_use]
    pub const fn id(&self) -> SessionId {
        self.id
    }

    /// One more with every stored update; 1 once opened.
    #[must_use]
    pub const fn version(&self) -> u64 {
        self.version
    }

    /// Where the round is, and so its order.
    #[must_use]
    pub fn status(&self) -> RoundStatus {
        match self.state {
            State::Open => RoundStatus::SmsVerification,
            State::Ended(end) => end.into(),
        }
    }

    /// When the round was opened: the order's submission to the administration.
    #[must_use]
    pub fn opened_at(&self) -> DateTime<Utc> {
        self.terms.opened_at.instant()
    }

    /// The effective now of the latest stored command (D09).
    #[must_use]
    pub fn last_changed_at(&self) -> DateTime<Utc> {
        self.last.instant()
    }

    /// The policy that was captured when the round opened (D01).
    #[must_use]
    pub fn policy(&self) -> &VerificationPolicy {
        &self.terms.policy
    }

    /// The numbers of the round, for a store's index. Empty once erased.
    pub fn mobiles(&self) -> impl Iterator<Item = &MobileNumber> {
        let identities = self.people.iter().map(|person| &person.identity);
        identities.filter_map(|identity| identity.mobile.as_ref())
    }

    /// The first instant at which the round is over, and the cause; `None` once it has ended.
    pub(crate) fn time_is_over_at(&self) -> Option<(Micros, RoundFailure)> {
        if !matches!(self.state, State::Open) {
            return None;
        }
        let ends = self
            .people
            .iter()
            .filter_map(|person| person.ends(&self.terms));
        ends.map(|(last, cause)| (last.just_after(), cause)).min()
    }

    pub(crate) fn recipients_count(&self) -> u8 {
        u8::try_from(self.people.len()).unwrap_or(u8::MAX)
    }

    pub(crate) fn recipient_of(&self, mobile: &MobileNumber) -> Option<u8> {
        let place = |person: &Person| person.identity.mobile.as_ref() == Some(mobile);
        u8::try_from(self.people.iter().position(place)?).ok()
    }

    pub(crate) fn one(&self, recipient: u8) -> Option<&Person> {
        self.people.get(usize::from(recipient))
    }

    pub(crate) fn identity_of(&self, mobile: &MobileNumber) -> Option<&Identity> {
        Some(&self.one(self.recipient_of(mobile)?)?.identity)
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("id", &self.id)
            .field("version", &self.version)
            .field("status", &self.status())
            .finish_non_exhaustive()
    }
}

/// What is fixed when a round opens.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Terms {
    pub(crate) key: KeyId,
    pub(crate) opened_at: Micros,
    pub(crate) policy: VerificationPolicy,
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
    pub(crate) remembered: Option<Arc<[(SubmissionId, Remembered)]>>,
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
    pub(crate) fn remembered(&self) -> &[(SubmissionId, Remembered)] {
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
    pub(crate) fn noon(&self, policy: &VerificationPolicy) -> Option<Micros> {
        let idle = self.waiting()?.under_way.is_none() && !self.noon_done;
        let received = self.received.filter(|_| policy.noon_resend() && idle)?;
        Some(received.accepted_at.noon_of_the_next_day())
    }
}

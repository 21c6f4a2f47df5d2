//! The verification session: one round of one order.

pub(crate) mod decide;
mod decision;
pub(crate) mod end;
mod entry;
mod event;
mod evolve;
mod id;
#[cfg(feature = "serde")]
pub(crate) mod invariants;
mod kept_ids;
mod message;
mod next_step;
pub(crate) mod number;
mod open;
mod outcome;
pub(crate) mod state;

use alloc::{boxed::Box, vec::Vec};
use core::fmt;

use chrono::{DateTime, Utc};

pub use decision::{Decision, Update};
pub use end::{RoundFailure, RoundStatus};
pub use entry::{CodeProblem, Entry, EntryProblems, ResendRequest};
pub use event::{Event, EventKind};
pub use id::{MalformedId, MessageId, SessionId, SubmissionId};
pub use kept_ids::KeptIds;
pub use message::{Message, MessageKind, Report, ReportOutcome};
pub use open::{OpenError, Opening, Seed};
pub use outcome::{EntryAnswer, EntryOutcome, Refusal, ResendAnswer, ResendOutcome, SessionError};

use crate::{
    GatewayCode, KeyError, Keys, MobileNumber, Policy, Roles,
    code::{CODES, Code, codes},
    time::Micros,
};
use decide::Draft;
use number::{EntryCandidate, ResendCandidate};
use state::{Identity, Person, Phase, State, Terms};

/// One round of SMS verification: a value that a host stores, and takes to its next version through a
/// [`Decision`].
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
    /// Opens a round: the order was submitted to the administration at `now` (R02). Every person's
    /// first message is due at once.
    ///
    /// # Errors
    /// [`OpenError`]: recipients without an ID, a previous round that is still open or was withdrawn, no key.
    pub fn open(
        opening: &Opening<'_>,
        keys: &dyn Keys,
        now: DateTime<Utc>,
    ) -> Result<Decision<()>, OpenError> {
        opening.open(opening.others(), keys, now)
    }

    /// What the gateway says of a message (D05, D10, D11).
    ///
    /// # Errors
    /// [`Refusal::UnknownMessage`].
    pub fn report(
        &self,
        message: MessageId,
        report: Report,
        now: DateTime<Utc>,
    ) -> Result<Decision<ReportOutcome>, Refusal> {
        let mut draft = Draft::new(self, Micros::cut(now));
        let outcome = draft.report(message, report, None)?;
        Ok(draft.decide(outcome))
    }

    /// As [`report`](Self::report) of [`Report::Failed`], with what the gateway calls its reason: it
    /// stands in the audit trail.
    ///
    /// # Errors
    /// [`Refusal::UnknownMessage`].
    pub fn report_failed(
        &self,
        message: MessageId,
        gateway_code: GatewayCode,
        now: DateTime<Utc>,
    ) -> Result<Decision<ReportOutcome>, Refusal> {
        let mut draft = Draft::new(self, Micros::cut(now));
        let outcome = draft.report(message, Report::Failed, Some(gateway_code))?;
        Ok(draft.decide(outcome))
    }

    /// An entry on the form 短信核验 (R16, D17–D19), judged over this round alone.
    ///
    /// # Errors
    /// [`SessionError::Refused`] if there is nothing to store: the number isn't in the round, the
    /// person has verified, the round has ended, a superseded code, a repeated entry, an ID that the
    /// policy doesn't count. [`SessionError::Repeated`] with the first answer if the submission id is
    /// known (D21). [`SessionError::Key`] if a key is missing: nothing was compared or counted.
    pub fn submit(
        &self,
        entry: &Entry,
        keys: &dyn Keys,
        now: DateTime<Utc>,
    ) -> Result<Decision<EntryOutcome>, SessionError> {
        if let Some(outcome) = self.remembered(entry) {
            return Err(SessionError::Repeated(outcome));
        }
        let Some(mut candidate) = EntryCandidate::new(self, entry, keys, Micros::cut(now))? else {
            number::pretend_to_grade(entry, keys)?;
            return Err(Refusal::UnknownNumber.into());
        };
        number::submit(core::slice::from_mut(&mut candidate), entry, keys)?;
        if let (EntryOutcome::NotCounted(why), false) =
            (candidate.outcome, candidate.draft.changed())
        {
            return Err(why.into());
        }
        Ok(candidate.draft.decide(candidate.outcome))
    }

    /// A request on the form 短信重发 (R21, R22, D14), judged over this round alone.
    ///
    /// # Errors
    /// [`SessionError::Refused`] if there is nothing to store: the number isn't in the round, nobody
    /// is waiting behind it, too many wrong IDs, no resend left, too soon. [`SessionError::Key`] if a
    /// key is missing: nothing was compared or counted.
    pub fn resend(
        &self,
        request: &ResendRequest,
        keys: &dyn Keys,
        now: DateTime<Utc>,
    ) -> Result<Decision<ResendOutcome>, SessionError> {
        let candidate = ResendCandidate::new(self, request, keys, Micros::cut(now))?;
        let Some(mut candidate) = candidate else {
            number::pretend_to_compare(request, keys)?;
            return Err(Refusal::UnknownNumber.into());
        };
        number::resend(core::slice::from_mut(&mut candidate));
        if let (ResendOutcome::NotSent(why), false) = (candidate.outcome, candidate.draft.changed())
        {
            return Err(why.into());
        }
        Ok(candidate.draft.decide(candidate.outcome))
    }

    /// Lets time pass: ends a round whose time is over (D07), queues a noon resend (D16).
    ///
    /// # Errors
    /// [`Refusal::NothingDue`].
    pub fn tick(&self, now: DateTime<Utc>) -> Result<Decision<()>, Refusal> {
        let draft = Draft::new(self, Micros::cut(now));
        if draft.changed() {
            Ok(draft.decide(()))
        } else {
            Err(Refusal::NothingDue)
        }
    }

    /// Withdraws the order, from SMS verification or returned; final (D24).
    ///
    /// # Errors
    /// [`Refusal::NotWithdrawable`] once it is in the administration's review or withdrawn.
    pub fn withdraw(&self, now: DateTime<Utc>) -> Result<Decision<()>, Refusal> {
        let mut draft = Draft::new(self, Micros::cut(now));
        draft.withdraw()?;
        Ok(draft.decide(()))
    }

    /// Erases numbers and IDs of an ended round. A later round can then carry no ID over (D25), and
    /// a repeat of an entry is no longer known as one (D18).
    ///
    /// # Errors
    /// [`Refusal::RoundOpen`], [`Refusal::AlreadyErased`].
    pub fn erase(&self, now: DateTime<Utc>) -> Result<Decision<()>, Refusal> {
        let mut draft = Draft::new(self, Micros::cut(now));
        draft.erase()?;
        Ok(draft.decide(()))
    }

    /// The messages that are due, each with its code: a look, not a queue. A message stays here
    /// until a report on it is stored; a crash in between loses nothing, and the same message goes
    /// out again under the same idempotency key (D12). Costs one MAC a message.
    ///
    /// # Errors
    /// [`KeyError`] if the round's key is missing or can't be used.
    pub fn outbox(&self, keys: &dyn Keys, now: DateTime<Utc>) -> Result<Vec<Message>, KeyError> {
        let now = Micros::cut(now).max(self.last);
        if self.time_is_over_at().is_none_or(|(over, _)| over <= now) {
            return Ok(Vec::new());
        }
        let mut messages = Vec::new();
        for (recipient, person) in (0..=u8::MAX).zip(&self.people) {
            let (Phase::Waiting(waiting), Some(to)) = (&person.phase, person.identity.mobile)
            else {
                continue;
            };
            let Some(message) = waiting.under_way.filter(|message| message.due <= now) else {
                continue;
            };
            let (number, attempt) = (person.latest_message(), person.attempt());
            let id = MessageId {
                session: self.id,
                recipient,
                number,
                attempt,
            };
            let codes = codes(keys, self.terms.key, self.id, &to, &waiting.nonce)?;
            let index = if self.terms.policy.keep_code() {
                0
            } else {
                usize::from(person.accepted)
            };
            if let Some(code) = codes.into_iter().nth(index) {
                messages.push(Message {
                    id,
                    to,
                    kind: message.kind,
                    code: code.digits(),
                });
            }
        }
        Ok(messages)
    }

    /// When to look again: the first instant at which a message is due, or at which the round is
    /// over (one microsecond after its last good instant, D04). `None` once it has ended.
    #[must_use]
    pub fn wake(&self) -> Option<DateTime<Utc>> {
        let (over, _) = self.time_is_over_at()?;
        let policy = &self.terms.policy;
        let due = self
            .people
            .iter()
            .filter_map(|person| match person.under_way() {
                Some(message) => Some(message.due),
                None => person.noon(policy),
            });
        Some(due.fold(over, Micros::min).instant())
    }

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
    pub fn policy(&self) -> &Policy {
        &self.terms.policy
    }

    /// Everybody who has to verify, sorted by number; afterwards as they were at the end.
    pub fn recipients(&self) -> impl Iterator<Item = RecipientView<'_>> {
        self.people.iter().map(|person| RecipientView {
            session: self,
            person,
        })
    }

    /// The numbers of the round, for a store's index. Empty once erased.
    pub fn mobiles(&self) -> impl Iterator<Item = &MobileNumber> {
        let identities = self.people.iter().map(|person| &person.identity);
        identities.filter_map(|identity| identity.mobile.as_ref())
    }

    /// Whether an entry for one of its numbers has to see this session at `now`: it is open, or its
    /// end was stored at most ten minutes ago (D18). What a store's `find` selects by.
    #[must_use]
    pub fn is_found_at(&self, now: DateTime<Utc>) -> bool {
        match self.state {
            State::Open => true,
            State::Ended(end) => {
                Micros::cut(now) <= end.noticed_at().plus(number::REPEAT_KNOWN_FOR)
            }
        }
    }

    /// Whether the outbox at `now` holds this message.
    pub(crate) fn is_due(&self, message: MessageId, now: DateTime<Utc>) -> bool {
        let now = Micros::cut(now).max(self.last);
        let in_time = self.time_is_over_at().is_some_and(|(over, _)| now < over);
        let one = self.one(message.recipient).filter(|_| in_time);
        one.is_some_and(|person| {
            let latest = (person.latest_message(), person.attempt());
            let due = person
                .under_way()
                .is_some_and(|under_way| under_way.due <= now);
            due && latest == (message.number, message.attempt)
        })
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

    /// What came of an entry with the same submission id for the same number (D21).
    pub(crate) fn remembered(&self, entry: &Entry) -> Option<EntryOutcome> {
        let submission = entry.submission?;
        let person = self.one(self.recipient_of(&entry.mobile)?)?;
        let known = person
            .remembered()
            .iter()
            .find(|(known, _)| *known == submission)?;
        Some(known.1)
    }

    /// Every code that a waiting person has or may still get; `None` if nobody waits there (D13).
    pub(crate) fn all_codes(
        &self,
        mobile: &MobileNumber,
        keys: &dyn Keys,
    ) -> Result<Option<[Code; CODES]>, KeyError> {
        let one = self
            .recipient_of(mobile)
            .and_then(|recipient| self.one(recipient));
        let waiting = one.and_then(Person::waiting);
        waiting
            .map(|waiting| codes(keys, self.terms.key, self.id, mobile, &waiting.nonce))
            .transpose()
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

/// One person of a round, to look at.
#[derive(Clone, Copy)]
pub struct RecipientView<'a> {
    session: &'a Session,
    person: &'a Person,
}

impl<'a> RecipientView<'a> {
    /// The number, masked when printed; `None` once erased.
    #[must_use]
    pub const fn mobile(&self) -> Option<&'a MobileNumber> {
        self.person.identity.mobile.as_ref()
    }

    /// The roles that the number has.
    #[must_use]
    pub const fn roles(&self) -> Roles {
        self.person.identity.roles
    }

    /// How far the person has come.
    #[must_use]
    pub const fn state(&self) -> RecipientState {
        match (&self.person.phase, self.person.received) {
            (Phase::Verified(_), _) => RecipientState::Verified,
            (Phase::Locked, _) => RecipientState::Locked,
            (Phase::Waiting(_) | Phase::Unverified, None) => RecipientState::WaitingForMessage,
            (Phase::Waiting(_) | Phase::Unverified, Some(_)) => RecipientState::WaitingForCode,
        }
    }

    /// When the person verified.
    #[must_use]
    pub fn verified_at(&self) -> Option<DateTime<Utc>> {
        Some(self.person.verified()?.at.instant())
    }

    /// The last instant that is in time (D04); `None` while no message has been accepted. A report
    /// of the first delivery may still move it, by the delivery clamp at most (D05).
    #[must_use]
    pub fn window_closes_at(&self) -> Option<DateTime<Utc>> {
        let received = self.person.received?;
        Some(
            received
                .window_starts_at
                .plus(self.session.policy().window)
                .instant(),
        )
    }

    /// How many resends can still be asked for (R22).
    #[must_use]
    pub fn resends_left(&self) -> u8 {
        self.session
            .policy()
            .resends_max()
            .saturating_sub(self.person.resends_used)
    }

    /// How many wrong entries remain before the person is locked (B07).
    #[must_use]
    pub fn wrong_entries_left(&self) -> u8 {
        self.session
            .policy()
            .wrong_entries_max()
            .saturating_sub(self.person.wrong_entries)
    }

    /// When the next resend can be asked for, if one is left and the person is waiting. `None` while
    /// a message is under way, and once the form is closed by wrong IDs (D14).
    #[must_use]
    pub fn resend_possible_at(&self) -> Option<DateTime<Utc>> {
        let idle = self.person.waiting()?.under_way.is_none();
        let form = self.person.wrong_ids < self.session.policy().wrong_ids_max();
        let free = idle && form && self.resends_left() > 0;
        let settled = self.person.settled_at().filter(|_| free)?;
        Some(settled.plus(self.session.policy().resend_pause).instant())
    }
}

impl fmt::Debug for RecipientView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecipientView")
            .field("mobile", &self.mobile())
            .field("roles", &self.roles())
            .field("state", &self.state())
            .finish_non_exhaustive()
    }
}

/// How far a person of a round has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RecipientState {
    /// No message has been accepted by the gateway.
    WaitingForMessage,
    /// The message is out; the code has not been entered.
    WaitingForCode,
    /// Verified.
    Verified,
    /// Too many wrong entries (D19).
    Locked,
}

crate::names::names!(RecipientState, "recipient state", {
    WaitingForMessage => "waiting_for_message",
    WaitingForCode => "waiting_for_code",
    Verified => "verified",
    Locked => "locked",
});

//! The rules of one session. They read a [`Draft`] and record what follows; `evolve` applies it.

use alloc::{borrow::Cow, vec::Vec};

use chrono::TimeDelta;

use super::{
    Decision, DeliveryReport, DeliveryReportOutcome, EventKind, MessageKind, Refusal,
    ResendOutcome, RoundFailure, Session, Update,
    evolve::{Change, evolve},
    outcome::EntryOutcome,
    remembered::Remembered,
    state::{Person, Phase, State, UnderWay},
    status::End,
};
use crate::{GatewayCode, MessageId, SubmissionId, time::Micros};

/// How many entries that don't count are remembered for a person (D21).
pub(crate) const NOT_COUNTED_MAX: usize = 64;

/// A session on its way to its next version; copied by the first change.
pub(crate) struct Draft<'a> {
    session: Cow<'a, Session>,
    now: Micros,
    changes: Vec<Change>,
}

impl<'a> Draft<'a> {
    /// At the effective now (D09), with everything that a sweep would have done first (D08).
    pub(crate) fn new(session: &'a Session, now: Micros) -> Self {
        let now = now.max(session.last);
        let mut draft = Self {
            session: Cow::Borrowed(session),
            now,
            changes: Vec::new(),
        };
        draft.pass_time();
        draft
    }

    /// The very first draft of a session.
    pub(crate) fn opening(session: Session, now: Micros) -> Self {
        let mut draft = Self {
            session: Cow::Owned(session),
            now,
            changes: Vec::new(),
        };
        draft.record(EventKind::RoundOpened);
        draft
    }

    pub(crate) fn session(&self) -> &Session {
        &self.session
    }

    pub(crate) const fn now(&self) -> Micros {
        self.now
    }

    /// Whether there is something to store.
    pub(crate) fn changed(&self) -> bool {
        !self.changes.is_empty()
    }

    pub(crate) fn update(self) -> Update {
        let mut session = self.session.into_owned();
        session.version = session.version.saturating_add(1);
        session.last = self.now;
        Update::new(session, self.changes)
    }

    pub(crate) fn decide<A>(self, answer: A) -> Decision<A> {
        Decision::new(self.update(), answer)
    }

    fn record(&mut self, kind: EventKind) {
        self.change(Change::Event(kind));
    }

    fn change(&mut self, change: Change) {
        evolve(self.session.to_mut(), &change, self.now);
        self.changes.push(change);
    }

    fn person(&self, recipient: u8) -> Option<&Person> {
        self.session.one(recipient)
    }

    /// Ends a round whose time is over (D07), else queues noon resends (D16).
    fn pass_time(&mut self) {
        let Some((at, cause)) = self.session.time_is_over_at() else {
            return;
        };
        if at <= self.now {
            self.record(EventKind::RoundReturned {
                cause,
                ended_at: at.instant(),
            });
            return;
        }
        for recipient in 0..self.session.recipients_count() {
            let noon = self
                .person(recipient)
                .and_then(|p| p.noon(&self.session.terms.policy));
            if noon.is_some_and(|noon| noon <= self.now) {
                self.queue(recipient, MessageKind::Noon);
            }
        }
    }

    fn queue(&mut self, recipient: u8, kind: MessageKind) {
        let number = self.person(recipient).map_or(0, |person| person.messages);
        self.record(EventKind::MessageQueued {
            recipient,
            number,
            kind,
        });
    }

    /// A right entry (D17); the last one completes the round in the same write (D24).
    pub(crate) fn verify(&mut self, recipient: u8, spent: [u8; 16]) -> EntryOutcome {
        self.change(Change::Verified { recipient, spent });
        let verified = |person: &Person| matches!(person.phase, Phase::Verified(_));
        if self.session.people.iter().all(verified) {
            self.record(EventKind::RoundCompleted);
            EntryOutcome::Completed
        } else {
            EntryOutcome::Verified
        }
    }

    /// A wrong entry that counts: on the way to the lock, or past it (D18, D19).
    pub(crate) fn count_wrong_entry(&mut self, recipient: u8) -> EntryOutcome {
        let Some(person) = self.person(recipient) else {
            return EntryOutcome::NotCounted(Refusal::UnknownNumber);
        };
        match &person.phase {
            Phase::Verified(_) => EntryOutcome::NotCounted(Refusal::AlreadyVerified),
            Phase::Unverified => EntryOutcome::NotCounted(Refusal::RoundEnded),
            Phase::Locked => {
                self.record(EventKind::EntryAfterLock { recipient });
                let cause = RoundFailure::TooManyWrongEntries;
                let ended_at = self.now.instant();
                self.record(EventKind::RoundReturned { cause, ended_at });
                EntryOutcome::Returned
            }
            Phase::Waiting(_) => {
                let wrong_entries = person.wrong_entries.saturating_add(1);
                let left = self
                    .session
                    .terms
                    .policy
                    .wrong_entries_max()
                    .saturating_sub(wrong_entries);
                self.record(EventKind::WrongEntry {
                    recipient,
                    wrong_entries,
                });
                if left > 0 {
                    return EntryOutcome::Wrong { left };
                }
                self.record(EventKind::PersonLocked { recipient });
                EntryOutcome::Locked
            }
        }
    }

    /// Keeps what came of an entry with a submission id (D21). What isn't counted could be repeated
    /// without end, so only so many of those are kept.
    pub(crate) fn remember(
        &mut self,
        recipient: u8,
        submission: Option<SubmissionId>,
        outcome: EntryOutcome,
    ) {
        let (Some(submission), Some(person), Some(outcome)) =
            (submission, self.person(recipient), Remembered::of(outcome))
        else {
            return;
        };
        let not_counted = matches!(outcome, Remembered::NotCounted(_));
        if not_counted && person.remembered().len() >= NOT_COUNTED_MAX {
            return;
        }
        self.change(Change::Remembered {
            recipient,
            submission,
            outcome,
        });
    }

    /// A resend for a waiting person whose ID is right (D14).
    pub(crate) fn resend(&mut self, recipient: u8) -> ResendOutcome {
        if let Some(why) = self.resend_refused(recipient) {
            return ResendOutcome::NotSent(why);
        }
        self.queue(recipient, MessageKind::Resend);
        ResendOutcome::Queued
    }

    fn resend_refused(&self, recipient: u8) -> Option<Refusal> {
        let person = self.person(recipient)?;
        let policy = &self.session.terms.policy;
        if person.resends_used >= policy.resends_max() {
            return Some(Refusal::NoneLeft);
        }
        if person.under_way().is_some() {
            return Some(Refusal::TooSoon {
                wait: policy.resend_pause(),
            });
        }
        let free = person.settled_at()?.plus(policy.resend_pause);
        (free > self.now).then(|| Refusal::TooSoon {
            wait: free.since(self.now),
        })
    }

    pub(crate) fn count_wrong_id(&mut self, recipient: u8) -> u8 {
        let wrong_ids = self
            .person(recipient)
            .map_or(0, |person| person.wrong_ids.saturating_add(1));
        self.record(EventKind::WrongId {
            recipient,
            wrong_ids,
        });
        self.session
            .terms
            .policy
            .wrong_ids_max()
            .saturating_sub(wrong_ids)
    }

    /// What a gateway says of a message (D05, D10, D11, D24).
    pub(crate) fn report(
        &mut self,
        id: MessageId,
        report: DeliveryReport,
        gateway_code: Option<GatewayCode>,
    ) -> Result<DeliveryReportOutcome, Refusal> {
        let person = self.addressee(id)?;
        let latest = id.number == person.latest_message();
        let latest_attempt = id.attempt == person.attempt();
        let under_way = person.under_way().copied().filter(|_| latest);
        let applied = match under_way {
            // A refusal of an attempt that is over is none of the present one (D12).
            Some(_) if needs_latest(report) && !latest_attempt => false,
            Some(message) => {
                self.first_report(id, message, report, gateway_code);
                true
            }
            None => self.later_report(id, report),
        };
        if applied {
            return Ok(DeliveryReportOutcome::Applied);
        }
        self.record_report(id, report);
        Ok(DeliveryReportOutcome::Recorded)
    }

    /// Whom a message went to, if it is one of this round.
    fn addressee(&self, id: MessageId) -> Result<&Person, Refusal> {
        let person = self.person(id.recipient).ok_or(Refusal::UnknownMessage)?;
        // A failed resend stops and can be asked for again; nobody can ask for the first message, so it
        // alone is tried anew (D11).
        let attempts = if id.number == 0 {
            person.first_attempt
        } else {
            0
        };
        if id.session != self.session.id || id.number >= person.messages || id.attempt > attempts {
            return Err(Refusal::UnknownMessage);
        }
        Ok(person)
    }

    /// A report on the message under way.
    fn first_report(
        &mut self,
        id: MessageId,
        message: UnderWay,
        report: DeliveryReport,
        gateway_code: Option<GatewayCode>,
    ) {
        let MessageId {
            recipient, number, ..
        } = id;
        let again_at = self.now.plus(pause(message.setbacks)).instant();
        match report {
            DeliveryReport::Accepted => {
                self.record(EventKind::MessageAccepted { recipient, number });
            }
            DeliveryReport::Delivered if number == 0 => {
                self.record(EventKind::MessageAccepted { recipient, number });
                self.delivered(recipient, self.now);
            }
            DeliveryReport::Delivered | DeliveryReport::Undelivered => {
                self.record(EventKind::MessageAccepted { recipient, number });
                self.record_report(id, report);
            }
            DeliveryReport::Deferred => {
                self.record(EventKind::MessageDeferred {
                    recipient,
                    number,
                    again_at,
                });
            }
            DeliveryReport::Failed => {
                let again_at = (message.kind == MessageKind::First).then_some(again_at);
                self.record(EventKind::MessageFailed {
                    recipient,
                    number,
                    again_at,
                    gateway_code,
                });
            }
        }
    }

    /// A report on a message that is settled; `false` if it changes nothing.
    fn later_report(&mut self, id: MessageId, report: DeliveryReport) -> bool {
        let waiting = self
            .person(id.recipient)
            .filter(|person| person.waiting().is_some());
        let received = waiting.and_then(|person| person.received);
        match received.filter(|first| !first.delivered) {
            Some(first) if id.number == 0 && report == DeliveryReport::Delivered => {
                self.delivered(id.recipient, first.accepted_at);
                true
            }
            Some(_) | None => false,
        }
    }

    fn record_report(&mut self, id: MessageId, report: DeliveryReport) {
        self.record(EventKind::ReportRecorded {
            recipient: id.recipient,
            number: id.number,
            report,
        });
    }

    /// The first delivery of the first message moves the window's start, within the clamp (D05).
    fn delivered(&mut self, recipient: u8, accepted_at: Micros) {
        let latest = accepted_at.plus(self.session.terms.policy.delivery_clamp);
        let window_starts_at = self.now.min(latest).instant();
        self.record(EventKind::MessageDelivered {
            recipient,
            window_starts_at,
        });
    }

    /// From SMS verification or returned; final (D24).
    pub(crate) fn withdraw(&mut self) -> Result<(), Refusal> {
        match self.session.state {
            State::Open | State::Ended(End::Returned { .. }) => {
                self.record(EventKind::RoundWithdrawn);
                Ok(())
            }
            State::Ended(End::Completed { .. } | End::Withdrawn { .. }) => {
                Err(Refusal::NotWithdrawable)
            }
        }
    }

    pub(crate) fn erase(&mut self) -> Result<(), Refusal> {
        if matches!(self.session.state, State::Open) {
            return Err(Refusal::RoundOpen);
        }
        if self.session.mobiles().next().is_none() {
            return Err(Refusal::AlreadyErased);
        }
        self.record(EventKind::PersonalDataErased);
        Ok(())
    }
}

/// Whether a report is of one attempt alone; that a message was taken or came is so whichever attempt it
/// was.
const fn needs_latest(report: DeliveryReport) -> bool {
    match report {
        DeliveryReport::Deferred | DeliveryReport::Failed => true,
        DeliveryReport::Accepted | DeliveryReport::Delivered | DeliveryReport::Undelivered => false,
    }
}

/// 1 minute, doubling to 30 (D11).
pub(crate) fn pause(setbacks: u8) -> TimeDelta {
    const MINUTES: [i64; 6] = [1, 2, 4, 8, 16, 30];
    TimeDelta::minutes(MINUTES.get(usize::from(setbacks)).copied().unwrap_or(30))
}

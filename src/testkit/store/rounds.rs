//! What the suites store: rounds in every state.

use alloc::vec::Vec;
use core::{fmt, mem};

use chrono::{DateTime, TimeDelta, Utc};

use super::super::{Breach, TestPerson, keys, recipients_under, seed};
use crate::{
    Decision, DeliveryReport, Message, MessageId, Opening, Recipients, Session, SessionId, Update,
    VerificationPolicy, time::Micros,
};

pub(super) fn opened(id: u128, persons: u16, now: DateTime<Utc>) -> Result<Update, Breach> {
    open_for(
        id,
        &recipients_under(persons, VerificationPolicy::REGULATOR),
        now,
    )
}

/// For one person.
pub(super) fn opened_for(
    id: u128,
    person: TestPerson,
    now: DateTime<Utc>,
) -> Result<Update, Breach> {
    let recipients = Recipients::single(person.recipient(), VerificationPolicy::REGULATOR);
    open_for(id, &recipients, now)
}

fn open_for(id: u128, recipients: &Recipients, now: DateTime<Utc>) -> Result<Update, Breach> {
    let opening = Opening::new(id, recipients, seed(1));
    next(Session::open(&opening, &keys(), now))
}

pub(super) fn accepted(round: &Update, now: DateTime<Utc>) -> Result<Update, Breach> {
    let message = MessageId {
        session: round.id(),
        ..first_message(0)
    };
    next(
        round
            .session()
            .report(message, DeliveryReport::Accepted, now),
    )
}

pub(super) fn withdrawn(round: &Update, now: DateTime<Utc>) -> Result<Update, Breach> {
    next(round.session().withdraw(now))
}

pub(super) fn wrong_entry(round: &Update, now: DateTime<Utc>) -> Result<Update, Breach> {
    let messages = messages(round.session(), now)?;
    let is_wrong = |code: &&str| {
        messages
            .iter()
            .all(|sent| sent.code_for_transport() != *code)
    };
    let wrong = ["271828", "314159"].into_iter().find(is_wrong);
    let entry = TestPerson(1).entry(wrong.unwrap_or_default());
    let entry = entry.map_err(unusable)?;
    let entry = entry.with_submission_id(u128::MAX);
    next(round.session().submit(&entry, &keys(), now))
}

/// The acceptance, and the entry of the right code.
pub(super) fn completed(id: u128, now: DateTime<Utc>) -> Result<Vec<Update>, Breach> {
    let round = opened(id, 1, now)?;
    let mut entered = Vec::new();
    for message in messages(round.session(), now)? {
        let accepted = accepted(&round, now)?;
        let entry = TestPerson(1).entry(message.code_for_transport());
        let entry = entry.map_err(unusable)?.with_submission_id(1);
        let verified = next(accepted.session().submit(&entry, &keys(), now))?;
        entered.extend([accepted, verified]);
    }
    Ok(entered)
}

/// A round of several persons through every state that a session can be in.
pub(super) fn life(id: u128, start: DateTime<Utc>) -> Result<Vec<Update>, Breach> {
    let policy = VerificationPolicy::builder()
        .noon_resend(true)
        .count_only_matching_ids(true)
        .build();
    let recipients = recipients_under(20, policy.map_err(unusable)?);
    let mut life = Life {
        now: start,
        latest: open_for(id, &recipients, start)?,
        updates: Vec::new(),
    };
    for (recipient, report) in [
        (0, DeliveryReport::Deferred),
        (0, DeliveryReport::Accepted),
        (0, DeliveryReport::Delivered),
        (1, DeliveryReport::Failed),
        (2, DeliveryReport::Undelivered),
    ] {
        let message = MessageId {
            recipient,
            ..first_message(id)
        };
        life.then(|session, now| session.report(message, report, now))?;
    }
    life.then(|session, now| session.resend(&TestPerson(1).resend(), &keys(), now))?;
    for submission in 0..5_u128 {
        let entry = TestPerson(2).entry("271828").map_err(unusable)?;
        let entry = entry.with_submission_id(submission);
        life.then(|session, now| session.submit(&entry, &keys(), now))?;
    }
    let due = messages(life.latest.session(), after(life.now, TimeDelta::hours(1)))?;
    let of_one = |message: &&Message| *message.to() == TestPerson(1).mobile();
    let code = due.iter().find(of_one).map(Message::code_for_transport);
    let entry = TestPerson(1).entry(code.unwrap_or_default());
    let entry = entry.map_err(unusable)?.with_submission_id(u128::MAX);
    life.then(|session, now| session.submit(&entry, &keys(), now))?;
    life.then(|session, now| session.tick(after(now, TimeDelta::hours(25))))?;
    life.then(Session::withdraw)?;
    life.then(Session::erase)?;
    life.updates.push(life.latest);
    Ok(life.updates)
}

struct Life {
    now: DateTime<Utc>,
    latest: Update,
    updates: Vec<Update>,
}

impl Life {
    fn then<A, E: fmt::Display>(
        &mut self,
        step: impl FnOnce(&Session, DateTime<Utc>) -> Result<Decision<A>, E>,
    ) -> Result<(), Breach> {
        self.now = after(self.now, TimeDelta::microseconds(61_000_001));
        let update = next(step(self.latest.session(), self.now))?;
        self.updates.push(mem::replace(&mut self.latest, update));
        Ok(())
    }
}

/// Eight different ways on from the same version.
pub(super) fn rivals(round: &Update, now: DateTime<Utc>) -> Result<Vec<Update>, Breach> {
    (0..8)
        .map(|n| accepted(round, after(now, TimeDelta::seconds(n))))
        .collect()
}

pub(super) fn next<A, E: fmt::Display>(decision: Result<Decision<A>, E>) -> Result<Update, Breach> {
    decision
        .map(|decision| decision.update().clone())
        .map_err(unusable)
}

fn messages(session: &Session, now: DateTime<Utc>) -> Result<Vec<Message>, Breach> {
    session.outbox(&keys(), now).map_err(unusable)
}

pub(super) fn after(now: DateTime<Utc>, span: TimeDelta) -> DateTime<Utc> {
    Micros::cut(now).plus(span).instant()
}

pub(super) fn just_before(instant: DateTime<Utc>) -> DateTime<Utc> {
    after(instant, TimeDelta::microseconds(-1))
}

pub(super) fn first_message(id: u128) -> MessageId {
    MessageId {
        session: SessionId::from(id),
        recipient: 0,
        number: 0,
        attempt: 0,
    }
}

/// The suite's own material; never a breach of the store.
pub(super) fn unusable(error: impl fmt::Display) -> Breach {
    Breach::new("the suite can make its rounds", "no error", error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::EventKind;

    #[test]
    fn a_life_goes_by_every_end_of_a_person() {
        let life = life(1, DateTime::UNIX_EPOCH).unwrap();
        let has = |which: fn(&EventKind) -> bool| {
            let mut events = life.iter().flat_map(Update::events);
            assert!(events.any(|event| which(&event.kind)));
        };
        has(|kind| matches!(kind, EventKind::MessageFailed { recipient: 1, .. }));
        has(|kind| matches!(kind, EventKind::PersonVerified { .. }));
        has(|kind| matches!(kind, EventKind::PersonLocked { .. }));
        has(|kind| matches!(kind, EventKind::RoundReturned { .. }));
        has(|kind| matches!(kind, EventKind::PersonalDataErased));
    }
}

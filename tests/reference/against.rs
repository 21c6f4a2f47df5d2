//! The crate's values in the terms of the model, and whether both say the same.

use beian::{
    Event, Keys, MobileNumber, RecipientState, RoundFailure, RoundStatus, Session, SessionId,
};
use chrono::{DateTime, TimeDelta, Utc};

use super::{
    Cause, Code, End, EntryAnswer, EntryOutcome, Id, Instant, Number, Report, ResendAnswer,
    ResendOutcome, Round, RoundId, Span, State, VerificationPolicy, Why, World,
};

/// What the crate says, what the model says.
pub type Difference = String;

/// `Err` says what differs, and how.
pub fn same<T: PartialEq + std::fmt::Debug>(
    what: &str,
    crates: &T,
    models: &T,
) -> Result<(), Difference> {
    if crates == models {
        return Ok(());
    }
    Err(format!(
        "{what}: the crate says {crates:?}, the model {models:?}"
    ))
}

/// Everything that can be seen of a stored round.
pub fn same_round(session: &Session, round: &Round) -> Result<(), Difference> {
    same("version", &session.version(), &round.version)?;
    same("opened at", &instant(session.opened_at()), &round.opened_at)?;
    same("last", &instant(session.last_changed_at()), &round.last)?;
    same("end", &end(session.status()), &round.end)?;
    same("wake", &session.wake().map(instant), &round.wake())?;
    same("people", &session.recipients().count(), &round.people.len())?;
    for (p, (view, person)) in session.recipients().zip(&round.people).enumerate() {
        let number = view.mobile().map_or(0, number);
        same("number", &number, &person.number)?;
        let state = match (person.state, person.accepted_at) {
            (State::Verified { .. }, _) => RecipientState::Verified,
            (State::Locked, _) => RecipientState::Locked,
            (State::Waiting, None) => RecipientState::WaitingForMessage,
            (State::Waiting, Some(_)) => RecipientState::WaitingForCode,
        };
        same("state", &view.state(), &state)?;
        let verified_at = match person.state {
            State::Verified { at, .. } => Some(at),
            State::Waiting | State::Locked => None,
        };
        same(
            "verified at",
            &view.verified_at().map(instant),
            &verified_at,
        )?;
        let closes = person.window_from.map(|from| from + round.policy.window);
        same("window", &view.window_closes_at().map(instant), &closes)?;
        same("resends left", &view.resends_left(), &round.resends_left(p))?;
        let left = round.policy.wrong_entries_max - person.wrong_entries;
        same("wrong entries left", &view.wrong_entries_left(), &left)?;
        let possible = round.resend_possible_at(p);
        same("resend", &view.resend_possible_at().map(instant), &possible)?;
    }
    Ok(())
}

/// What was stored with the round: names and places.
pub fn same_events(events: impl Iterator<Item = Event>, round: &Round) -> Result<(), Difference> {
    let place = |recipient: Option<u8>| recipient.map(usize::from);
    let events: Vec<_> = events
        .map(|event| (event.kind.name(), place(event.kind.recipient())))
        .collect();
    same("events", &events, &round.events)
}

/// The messages that are due, and tells the model their codes. A code that was told before has to be
/// the same, and a new one differ from every other that the person can see (D13), unless a key was missing.
pub fn same_outbox(
    session: &Session,
    keys: &dyn Keys,
    now: DateTime<Utc>,
    world: &mut World,
) -> Result<(), Difference> {
    let id = round_id(session);
    let messages = session
        .outbox(keys, now)
        .map_err(|error| error.to_string())?;
    let due = messages.iter().map(beian::Message::id);
    let due: Vec<_> = due
        .map(|id| {
            (
                usize::from(id.recipient),
                usize::from(id.number),
                id.attempt,
            )
        })
        .collect();
    let round = world.round(id);
    same("outbox", &due, &round.outbox(instant(now)))?;
    for (message, (p, n, _)) in messages.iter().zip(due) {
        let number_of_person = world.round(id).people[p].number;
        same("texted", &number(message.to()), &number_of_person)?;
        let code: Code = message
            .code_for_transport()
            .parse()
            .map_err(|_| "no code")?;
        let person = &world.round(id).people[p];
        let is_new = person.codes[person.messages[n].code].is_none();
        if is_new && !world.round(id).blind && is_visible(world, number_of_person, code) {
            return Err(format!("message {n} of person {p} bears a code twice"));
        }
        if !world.tell(id, p, n, code) {
            return Err(format!("message {n} of person {p} changed its code"));
        }
    }
    Ok(())
}

/// Whether somebody waits behind this number with this code (D13).
fn is_visible(world: &World, number: Number, code: Code) -> bool {
    world.rounds.iter().any(|round| {
        let place = round.place(number);
        let place = place.filter(|p| round.waits(*p) && !round.blind);
        place.is_some_and(|p| round.people[p].codes.contains(&Some(code)))
    })
}

pub fn instant(instant: DateTime<Utc>) -> Instant {
    instant.timestamp_micros()
}

pub fn utc(instant: Instant) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(instant).unwrap()
}

pub fn span(span: TimeDelta) -> Span {
    span.num_microseconds().unwrap()
}

pub fn number(mobile: &MobileNumber) -> Number {
    mobile.digits().parse().unwrap()
}

/// The crate keeps IDs to itself: whoever made them up tells the text.
pub fn id(last_six: &str) -> Id {
    last_six
        .bytes()
        .fold(0, |id, byte| id << 8 | Id::from(byte))
}

pub fn round_of(id: SessionId) -> RoundId {
    u128::from_be_bytes(*id.as_bytes())
}

pub fn round_id(session: &Session) -> RoundId {
    round_of(session.id())
}

pub fn policy(policy: &beian::VerificationPolicy) -> VerificationPolicy {
    VerificationPolicy {
        window: span(policy.window()),
        resends_max: policy.resends_max(),
        wrong_entries_max: policy.wrong_entries_max(),
        wrong_ids_max: policy.wrong_ids_max(),
        resend_pause: span(policy.resend_pause()),
        delivery_clamp: span(policy.delivery_clamp()),
        unreachable_after: span(policy.unreachable_after()),
        keep_code: policy.keep_code(),
        count_only_matching_ids: policy.count_only_matching_ids(),
        noon_resend: policy.noon_resend(),
    }
}

pub const fn report(report: beian::DeliveryReport) -> Report {
    match report {
        beian::DeliveryReport::Accepted => Report::Accepted,
        beian::DeliveryReport::Deferred => Report::Deferred,
        beian::DeliveryReport::Failed => Report::Failed,
        beian::DeliveryReport::Delivered => Report::Delivered,
        beian::DeliveryReport::Undelivered => Report::Undelivered,
    }
}

pub fn end(status: RoundStatus) -> Option<End> {
    Some(match status {
        RoundStatus::SmsVerification => return None,
        RoundStatus::AdministrationReview { at } => End::Completed { at: instant(at) },
        RoundStatus::Withdrawn { at } => End::Withdrawn { at: instant(at) },
        RoundStatus::Returned {
            cause,
            at,
            noticed_at,
        } => End::Returned {
            cause: match cause {
                RoundFailure::TooManyWrongEntries => Cause::TooManyWrongEntries,
                RoundFailure::Unreachable => Cause::Unreachable,
                RoundFailure::WindowClosed => Cause::WindowClosed,
            },
            at: instant(at),
            noticed_at: instant(noticed_at),
        },
    })
}

/// `None` for what the model doesn't know.
pub fn why(refusal: beian::Refusal) -> Option<Why> {
    Some(match refusal {
        beian::Refusal::AlreadyVerified => Why::AlreadyVerified,
        beian::Refusal::Locked => Why::Locked,
        beian::Refusal::RoundEnded => Why::RoundEnded,
        beian::Refusal::SupersededCode => Why::SupersededCode,
        beian::Refusal::RepeatedEntry => Why::RepeatedEntry,
        beian::Refusal::IdNotCounted => Why::IdNotCounted,
        beian::Refusal::OtherOrder => Why::OtherOrder,
        beian::Refusal::TooManyWrongIds => Why::TooManyWrongIds,
        beian::Refusal::NoneLeft => Why::NoneLeft,
        beian::Refusal::TooSoon { wait } => Why::TooSoon(span(wait)),
        _ => return None,
    })
}

pub fn entry_outcome(outcome: beian::EntryOutcome) -> Option<EntryOutcome> {
    Some(match outcome {
        beian::EntryOutcome::Completed => EntryOutcome::Completed,
        beian::EntryOutcome::Verified => EntryOutcome::Verified,
        beian::EntryOutcome::Wrong { left } => EntryOutcome::Wrong { left },
        beian::EntryOutcome::Locked => EntryOutcome::Locked,
        beian::EntryOutcome::Returned => EntryOutcome::Returned,
        beian::EntryOutcome::NotCounted(refusal) => EntryOutcome::NotCounted(why(refusal)?),
    })
}

pub fn resend_outcome(outcome: beian::ResendOutcome) -> Option<ResendOutcome> {
    Some(match outcome {
        beian::ResendOutcome::Queued => ResendOutcome::Queued,
        beian::ResendOutcome::WrongId { left } => ResendOutcome::WrongId { left },
        beian::ResendOutcome::NotSent(refusal) => ResendOutcome::NotSent(why(refusal)?),
    })
}

/// An entry's answer on the page, and what precisely came of it in each order.
pub fn same_submitted(
    submitted: &beian::host::Submitted,
    models: &[(RoundId, EntryOutcome)],
) -> Result<(), Difference> {
    let answer = match submitted.answer() {
        beian::EntryAnswer::AllVerified => EntryAnswer::AllVerified,
        beian::EntryAnswer::WaitingForOthers => EntryAnswer::WaitingForOthers,
        beian::EntryAnswer::NotFound => EntryAnswer::NotFound,
    };
    same("answer", &answer, &super::entry_answer(models))?;
    let orders = submitted.orders().iter();
    let crates: Vec<_> = orders
        .map(|(id, outcome)| (round_of(*id), entry_outcome(*outcome)))
        .collect();
    let models: Vec<_> = models
        .iter()
        .map(|(id, outcome)| (*id, Some(*outcome)))
        .collect();
    same("orders", &crates, &models)
}

/// As [`same_submitted`], for a request for a resend.
pub fn same_resent(
    resent: &beian::host::Resent,
    models: &[(RoundId, ResendOutcome)],
) -> Result<(), Difference> {
    let answer = match resent.answer() {
        beian::ResendAnswer::Accepted => ResendAnswer::Accepted,
        beian::ResendAnswer::TooSoon { seconds } => ResendAnswer::TooSoonSeconds(seconds.into()),
        beian::ResendAnswer::NoneLeft => ResendAnswer::NoneLeft,
        beian::ResendAnswer::NothingPending => ResendAnswer::NothingPending,
    };
    same("answer", &answer, &super::resend_answer(models))?;
    let orders = resent.orders().iter();
    let crates: Vec<_> = orders
        .map(|(id, outcome)| (round_of(*id), resend_outcome(*outcome)))
        .collect();
    let models: Vec<_> = models
        .iter()
        .map(|(id, outcome)| (*id, Some(*outcome)))
        .collect();
    same("orders", &crates, &models)
}

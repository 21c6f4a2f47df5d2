//! Applies what was decided. No rules here: whoever makes a [`Change`] has judged it.

use super::{
    EventKind, MessageKind, Session,
    remembered::Remembered,
    state::{Ids, Person, Phase, Received, State, UnderWay, Verified},
    status::End,
};
use crate::{SubmissionId, time::Micros};

/// One step of a session; most are events, some carry what no event may.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Change {
    Event(EventKind),
    Verified {
        recipient: u8,
        spent: [u8; 16],
    },
    Remembered {
        recipient: u8,
        submission: SubmissionId,
        outcome: Remembered,
    },
}

impl Change {
    /// What the audit trail sees of it.
    pub(crate) fn event(&self) -> Option<EventKind> {
        match *self {
            Self::Event(kind) => Some(kind),
            Self::Verified { recipient, .. } => Some(EventKind::PersonVerified { recipient }),
            Self::Remembered {
                recipient, outcome, ..
            } => match outcome {
                Remembered::NotCounted(why) => {
                    let why = why.into();
                    Some(EventKind::EntryNotCounted { recipient, why })
                }
                Remembered::Completed
                | Remembered::Verified
                | Remembered::Wrong { .. }
                | Remembered::Locked
                | Remembered::Returned => None,
            },
        }
    }
}

pub(crate) fn evolve(session: &mut Session, change: &Change, now: Micros) {
    match *change {
        Change::Verified { recipient, spent } => {
            on(session, recipient, |person| {
                person.phase = Phase::Verified(Verified { at: now, spent });
            });
        }
        Change::Remembered {
            recipient,
            submission,
            outcome,
        } => {
            on(session, recipient, |person| {
                let earlier = person.remembered().iter().copied();
                let all = earlier.chain([(submission, outcome)]).collect();
                person.remembered = Some(all);
            });
        }
        Change::Event(kind) => apply(session, kind, now),
    }
}

fn apply(session: &mut Session, kind: EventKind, now: Micros) {
    match kind.recipient() {
        Some(recipient) => on(session, recipient, |person| {
            apply_to_person(person, kind, now);
        }),
        None => apply_to_round(session, kind, now),
    }
}

fn apply_to_person(person: &mut Person, kind: EventKind, now: Micros) {
    match kind {
        EventKind::MessageQueued { kind, .. } => queue(person, kind, now),
        EventKind::MessageAccepted { .. } => accept(person, now),
        EventKind::MessageDeferred { again_at, .. } => set_back(person, Micros::cut(again_at)),
        EventKind::MessageFailed { again_at, .. } => match again_at {
            Some(again_at) => {
                person.first_attempt = person.first_attempt.saturating_add(1);
                set_back(person, Micros::cut(again_at));
            }
            None => stop(person, now),
        },
        EventKind::MessageDelivered {
            window_starts_at, ..
        } => deliver(person, Micros::cut(window_starts_at)),
        EventKind::WrongEntry { wrong_entries, .. } => person.wrong_entries = wrong_entries,
        EventKind::PersonLocked { .. } => person.phase = Phase::Locked,
        EventKind::WrongId { wrong_ids, .. } => person.wrong_ids = wrong_ids,
        EventKind::ReportRecorded { .. }
        | EventKind::EntryAfterLock { .. }
        | EventKind::EntryNotCounted { .. }
        | EventKind::PersonVerified { .. }
        | EventKind::RoundOpened
        | EventKind::RoundCompleted
        | EventKind::RoundReturned { .. }
        | EventKind::RoundWithdrawn
        | EventKind::PersonalDataErased => {}
    }
}

fn apply_to_round(session: &mut Session, kind: EventKind, now: Micros) {
    match kind {
        EventKind::RoundCompleted => end(session, End::Completed { at: now }),
        EventKind::RoundReturned { cause, ended_at } => {
            let at = Micros::cut(ended_at);
            end(
                session,
                End::Returned {
                    cause,
                    at,
                    noticed_at: now,
                },
            );
        }
        EventKind::RoundWithdrawn => end(session, End::Withdrawn { at: now }),
        EventKind::PersonalDataErased => erase(session),
        EventKind::RoundOpened
        | EventKind::MessageQueued { .. }
        | EventKind::MessageAccepted { .. }
        | EventKind::MessageDeferred { .. }
        | EventKind::MessageFailed { .. }
        | EventKind::MessageDelivered { .. }
        | EventKind::ReportRecorded { .. }
        | EventKind::WrongEntry { .. }
        | EventKind::PersonLocked { .. }
        | EventKind::EntryAfterLock { .. }
        | EventKind::EntryNotCounted { .. }
        | EventKind::WrongId { .. }
        | EventKind::PersonVerified { .. } => {}
    }
}

fn on(session: &mut Session, recipient: u8, change: impl FnOnce(&mut Person)) {
    if let Some(person) = session.people.get_mut(usize::from(recipient)) {
        change(person);
    }
}

fn queue(person: &mut Person, kind: MessageKind, due: Micros) {
    let code = person.accepted.saturating_add(1);
    if let Phase::Waiting(waiting) = &mut person.phase {
        waiting.created = waiting.created.max(code);
        waiting.under_way = Some(UnderWay {
            kind,
            setbacks: 0,
            due,
        });
        person.messages = person.messages.saturating_add(1);
        person.noon_done |= kind == MessageKind::Noon;
    }
}

fn accept(person: &mut Person, now: Micros) {
    if let Phase::Waiting(waiting) = &mut person.phase {
        let resend = waiting
            .under_way
            .is_some_and(|message| message.kind == MessageKind::Resend);
        waiting.under_way = None;
        person.accepted = person.accepted.saturating_add(1);
        person.resends_used = person.resends_used.saturating_add(resend.into());
        let received = person.received.get_or_insert(Received {
            accepted_at: now,
            window_starts_at: now,
            delivered: false,
            settled_at: now,
        });
        received.settled_at = now;
    }
}

fn deliver(person: &mut Person, window_starts_at: Micros) {
    if let Some(received) = &mut person.received {
        received.window_starts_at = window_starts_at;
        received.delivered = true;
    }
}

fn set_back(person: &mut Person, again: Micros) {
    if let Phase::Waiting(waiting) = &mut person.phase
        && let Some(message) = &mut waiting.under_way
    {
        message.setbacks = message.setbacks.saturating_add(1);
        message.due = again;
    }
}

fn stop(person: &mut Person, now: Micros) {
    if let Phase::Waiting(waiting) = &mut person.phase {
        waiting.under_way = None;
        if let Some(received) = &mut person.received {
            received.settled_at = now;
        }
    }
}

fn end(session: &mut Session, end: End) {
    session.state = State::Ended(end);
    for person in &mut session.people {
        if person.waiting().is_some() {
            person.phase = Phase::Unverified;
        }
    }
}

fn erase(session: &mut Session) {
    for person in &mut session.people {
        person.identity.mobile = None;
        person.identity.ids = Ids::None;
        person.remembered = None;
        if let Phase::Verified(verified) = &mut person.phase {
            verified.spent = [0; 16];
        }
    }
}

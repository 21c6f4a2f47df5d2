//! What holds of every session, whatever was done to it.
//!
//! The rules of `decide` bring these about and keep them; what was stored is held against them when
//! it comes back, so that no command ever meets a session that the rules could not have made.

use super::{
    MessageKind, RoundFailure, Session,
    decide::{NOT_COUNTED_MAX, pause},
    remembered::{Remembered, WhyNotCounted},
    state::{Person, Phase, Received, State, UnderWay, Verified, Waiting},
    status::End,
};
use crate::{
    code::CODES,
    time::{Micros, Span},
};

/// An invariant that doesn't hold, in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Broken(pub(crate) &'static str);

/// Ends in the first invariant that doesn't hold: its words, then what has to be true.
macro_rules! hold {
    ($($words:literal => $holds:expr,)+) => {{
        $(if !$holds {
            return Err(Broken($words));
        })+
        Ok(())
    }};
}

/// Holds a session against every invariant.
pub(crate) fn check(session: &Session) -> Result<(), Broken> {
    terms(session)?;
    round(session)?;
    for person in &session.people {
        let until = until(session, person);
        counts(session, person)?;
        instants(session, person, until)?;
        phase(session, person)?;
        remembered(session, person)?;
    }
    Ok(())
}

/// What was fixed when the round opened, and its erasure.
fn terms(session: &Session) -> Result<(), Broken> {
    let numbers = || session.mobiles();
    let no_id = |person: &Person| person.identity.ids.is_empty();
    let erased = numbers().next().is_none();
    let traces = |person: &Person| {
        let spent = matches!(&person.phase, Phase::Verified(verified) if verified.spent != [0; 16]);
        spent || person.remembered.is_some()
    };
    hold! {
        "a version is at least 1" => session.version >= 1,
        "every value of the policy is in its range" => session.terms.policy.check().is_ok(),
        "there are 1 to 255 people" => (1..=255).contains(&session.people.len()),
        "numbers ascend, none comes twice (R09)" => numbers().is_sorted_by(|one, next| one < next),
        "all numbers are erased, or none" => erased || numbers().count() == session.people.len(),
        "an open round isn't erased" => !erased || session.state != State::Open,
        "IDs go with the numbers" => session.people.iter().all(|person| no_id(person) == erased),
        "what tells of entries is erased as well" => !erased || !session.people.iter().any(traces),
    }
}

/// Where the round is, against where its people are (D07, D24).
fn round(session: &Session) -> Result<(), Broken> {
    let people = || session.people.iter();
    let waiting = people().any(|person| person.waiting().is_some());
    let unverified = people().any(|person| person.phase == Phase::Unverified);
    let locked = people().any(|person| person.phase == Phase::Locked);
    let verified_at = || people().filter_map(|person| Some(person.verified()?.at));
    let all_verified = verified_at().count() == session.people.len();
    let ends = || people().filter_map(|person| person.ends(&session.terms));
    let over = ends().map(|(last, cause)| (last.just_after(), cause)).min();
    hold! {
        "nothing happens before the opening (D09)" => session.terms.opened_at <= session.last,
    }?;
    match session.state {
        State::Open => hold! {
            "nobody is given up while the round is open" => !unverified,
            "a round ends when all have verified (R18)" => !all_verified,
            "an open round is in time (D07, D08)" => ends().all(|(last, _)| session.last <= last),
        },
        State::Ended(End::Completed { at }) => hold! {
            "a round completes when all have verified (R18)" => all_verified,
            "it completes with the last verification (D24)" => verified_at().max() == Some(at),
            "an end was noticed by a command" => at <= session.last,
        },
        State::Ended(End::Returned {
            cause,
            at,
            noticed_at,
        }) => {
            let by_time = over == Some((at, cause));
            let by_entry = locked
                && cause == RoundFailure::TooManyWrongEntries
                && at == noticed_at
                && over.is_some_and(|(over, _)| at < over);
            hold! {
                "nobody waits after the end" => !waiting,
                "a round is returned in time, or by an entry after a lock (D07, D19)" =>
                    by_time || by_entry,
                "an end is noticed when it is over, or later" => at <= noticed_at,
                "an end was noticed by a command" => noticed_at <= session.last,
            }
        }
        State::Ended(End::Withdrawn { at }) => hold! {
            "nobody waits after the end" => !waiting,
            "a completed round isn't withdrawn (D24)" => !all_verified,
            "an end was noticed by a command" => at <= session.last,
        },
    }
}

/// Messages, codes and attempts of one person, against each other and the policy.
fn counts(session: &Session, person: &Person) -> Result<(), Broken> {
    let policy = &session.terms.policy;
    let accepted = u16::from(person.accepted);
    let used = u16::from(person.resends_used).saturating_add(1);
    let noon = u16::from(person.noon_done);
    let max = policy.wrong_entries_max();
    hold! {
        "every message was queued once" => person.messages >= used.saturating_add(noon),
        "accepted: the first, resends, the noon resend (D16)" =>
            accepted <= used.saturating_add(noon),
        "a resend is used up when it is accepted (D11)" => accepted == 0 || accepted >= used,
        "the first message is accepted before any other goes" =>
            accepted > 0 || person.messages == 1,
        "no more resends than the policy has (R22)" => person.resends_used <= policy.resends_max(),
        "a noon resend is for the policy to allow (D16)" =>
            !person.noon_done || policy.noon_resend(),
        "no ID is compared beyond the budget (D14)" => person.wrong_ids <= policy.wrong_ids_max(),
        "no entry is compared beyond the budget (D19)" => person.wrong_entries <= max,
        "a person is locked by the last wrong entry, and by nothing else (D19)" =>
            (person.phase == Phase::Locked) == (person.wrong_entries >= max),
    }
}

/// What happened to one person, in the order in which it can have happened.
fn instants(session: &Session, person: &Person, until: Micros) -> Result<(), Broken> {
    let (opened_at, policy) = (session.terms.opened_at, &session.terms.policy);
    let Some(received) = person.received else {
        return hold! {
            "an accepted message starts a window (D05)" => person.accepted == 0,
        };
    };
    let Received {
        accepted_at,
        window_starts_at: start,
        delivered,
        settled_at,
    } = received;
    let noon = accepted_at.noon_of_the_next_day();
    hold! {
        "a window starts with an accepted message (D05)" => person.accepted > 0,
        "no message is accepted before the opening" => opened_at <= accepted_at,
        "the first message settles first" => accepted_at <= settled_at,
        "one message settles once" => person.messages > 1 || settled_at == accepted_at,
        "no message settles after the person's end (D24)" => settled_at <= until,
        "a window doesn't start before the acceptance (D05)" => accepted_at <= start,
        "a window doesn't start after the person's end (D05)" => start <= until,
        "a report is worth the clamp (D05)" => start <= accepted_at.plus(policy.delivery_clamp),
        "only a delivery moves the window's start (D05)" => delivered || start == accepted_at,
        "resends keep their pause (D14)" =>
            after_resends(session, person, resends(person)) <= until,
        "the noon resend goes at noon or later (D16)" => !person.noon_done || noon <= until,
    }
}

/// What only one phase has.
fn phase(session: &Session, person: &Person) -> Result<(), Broken> {
    match &person.phase {
        Phase::Waiting(waiting) => {
            codes(session, person, waiting)?;
            match waiting.under_way {
                Some(message) => under_way(session, person, message),
                None => Ok(()),
            }
        }
        Phase::Verified(Verified { at, .. }) => {
            let last = person.window_ends(&session.terms);
            hold! {
                "nobody verifies before the opening" => session.terms.opened_at <= *at,
                "nobody verifies after the end (D08)" => *at <= until_round(session),
                "nobody verifies late (D04)" => *at <= last,
            }
        }
        Phase::Locked | Phase::Unverified => Ok(()),
    }
}

/// The codes of a waiting person (D10).
fn codes(session: &Session, person: &Person, waiting: &Waiting) -> Result<(), Broken> {
    let Waiting {
        created, under_way, ..
    } = waiting;
    let ahead = *created == person.accepted.saturating_add(1);
    let idle = under_way.is_none();
    // A resend that stopped used nothing up (D11): more were queued than used, and one is still left.
    let resend_stopped = resends(person) > u16::from(person.resends_used)
        && person.resends_used < session.terms.policy.resends_max();
    let stopped = resend_stopped || (person.noon_done && noon_not_accepted(person));
    let resend_under_way = under_way.is_some_and(|message| message.kind == MessageKind::Resend);
    let settled = after_resends(
        session,
        person,
        resends(person).saturating_sub(resend_under_way.into()),
    );
    hold! {
        "a code is ahead of the accepted ones by one at most" =>
            ahead || *created == person.accepted,
        "codes are created one by one, up to four" => (1..=CODES).contains(&usize::from(*created)),
        "the second message has a second code" => person.messages == 1 || *created >= 2,
        "the message under way has a code of its own" => idle || ahead,
        "a code without message is of one that stopped (D11)" => !idle || !ahead || stopped,
        "resends that settled kept their pause (D14)" =>
            person.settled_at().is_none_or(|at| settled <= at),
    }
}

/// The one message that is to be sent (D11, D12).
fn under_way(session: &Session, person: &Person, message: UnderWay) -> Result<(), Broken> {
    let UnderWay {
        kind,
        setbacks,
        due,
    } = message;
    let (policy, opened_at, last) = (&session.terms.policy, session.terms.opened_at, session.last);
    let settled_at = person.settled_at().unwrap_or(opened_at);
    let again = setbacks
        .checked_sub(1)
        .map_or(Span::ZERO, |setbacks| pause(setbacks).into());
    hold! {
        "the first message goes first" => (kind == MessageKind::First) == (person.accepted == 0),
        "a message is due when queued, or a pause after a setback" => settled_at.plus(again) <= due,
        "a pause counts from a report that came (D11)" => due <= last.plus(again),
    }?;
    match kind {
        MessageKind::First => hold! {
            "the first message is due at once (R02)" => setbacks > 0 || due == opened_at,
            "a new attempt follows a setback (D11)" =>
                u16::from(setbacks) >= person.first_attempt.min(255),
        },
        MessageKind::Resend => hold! {
            "the resend under way is not used up" =>
                resends(person) > u16::from(person.resends_used),
            "the resend under way is one that is left (R22)" =>
                person.resends_used < policy.resends_max(),
            "a resend waits for the pause (D14)" => settled_at.plus(policy.resend_pause) <= last,
        },
        MessageKind::Noon => hold! {
            "the noon resend is queued once (D16)" => person.noon_done,
            "the noon resend is accepted once (D16)" => noon_not_accepted(person),
        },
    }
}

/// What came of entries with a submission id (D21).
fn remembered(session: &Session, person: &Person) -> Result<(), Broken> {
    let outcomes = || person.remembered().iter().map(|(_, outcome)| *outcome);
    let not_counted = outcomes().filter(|outcome| matches!(outcome, Remembered::NotCounted(_)));
    let once =
        |one: fn(Remembered) -> bool| outcomes().filter(|outcome| one(*outcome)).count() <= 1;
    let left = || {
        outcomes().filter_map(|outcome| match outcome {
            Remembered::Wrong { left } => Some(left),
            Remembered::Completed
            | Remembered::Verified
            | Remembered::Locked
            | Remembered::Returned
            | Remembered::NotCounted(_) => None,
        })
    };
    hold! {
        "entries that don't count are kept up to a limit" => not_counted.count() <= NOT_COUNTED_MAX,
        "each wrong entry leaves fewer (B07)" => left().is_sorted_by(|one, next| one > next),
        "a person verifies once" =>
            once(|one| matches!(one, Remembered::Verified | Remembered::Completed)),
        "a person is locked once" => once(|one| one == Remembered::Locked),
        "a round is returned once" => once(|one| one == Remembered::Returned),
        "an outcome fits what came of it" =>
            outcomes().all(|outcome| possible(session, person, outcome)),
    }?;
    let submissions = || person.remembered().iter().map(|(submission, _)| submission);
    let known = |(n, one)| submissions().take(n).any(|earlier| earlier == one);
    hold! {
        "a submission id is remembered once (D21)" => !submissions().enumerate().any(known),
    }
}

/// Whether an outcome can have come of an entry for this person.
fn possible(session: &Session, person: &Person, outcome: Remembered) -> bool {
    let policy = &session.terms.policy;
    let verified = person.verified().is_some();
    match outcome {
        Remembered::Completed => matches!(session.state, State::Ended(End::Completed { .. })),
        Remembered::Verified
        | Remembered::NotCounted(WhyNotCounted::RepeatedEntry | WhyNotCounted::AlreadyVerified) => {
            verified
        }
        Remembered::Wrong { left } => {
            let wrong_entries = policy.wrong_entries_max().checked_sub(left);
            left > 0
                && wrong_entries.is_some_and(|count| (1..=person.wrong_entries).contains(&count))
        }
        Remembered::Locked => person.phase == Phase::Locked,
        Remembered::Returned => match session.state {
            State::Ended(End::Returned {
                cause,
                at,
                noticed_at,
            }) => {
                person.phase == Phase::Locked
                    && cause == RoundFailure::TooManyWrongEntries
                    && at == noticed_at
            }
            State::Ended(End::Withdrawn { .. }) => person.phase == Phase::Locked,
            State::Open | State::Ended(End::Completed { .. }) => false,
        },
        Remembered::NotCounted(WhyNotCounted::SupersededCode) => {
            person.accepted >= 2 && !policy.keep_code()
        }
        Remembered::NotCounted(WhyNotCounted::IdNotCounted) => policy.count_only_matching_ids(),
    }
}

/// The last instant at which something can have happened to a person.
fn until(session: &Session, person: &Person) -> Micros {
    match person.verified() {
        Some(verified) => verified.at,
        None => until_round(session),
    }
}

/// The last instant at which something can have happened in a round.
fn until_round(session: &Session) -> Micros {
    match session.state {
        State::Open => session.last,
        State::Ended(End::Completed { at } | End::Returned { at, .. } | End::Withdrawn { at }) => {
            at
        }
    }
}

/// Resends queued so far, stopped ones included.
fn resends(person: &Person) -> u16 {
    let others = 1_u16.saturating_add(person.noon_done.into());
    person.messages.saturating_sub(others)
}

/// The earliest instant for so many resends: each waits for a pause after a message settled (D14).
fn after_resends(session: &Session, person: &Person, resends: u16) -> Micros {
    let pause = session.terms.policy.resend_pause;
    let first = person
        .received
        .map_or(session.terms.opened_at, |received| received.accepted_at);
    first.plus(pause.times(resends))
}

/// Every accepted message is the first or a resend.
fn noon_not_accepted(person: &Person) -> bool {
    person.accepted == person.resends_used.saturating_add(1)
}

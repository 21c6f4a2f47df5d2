//! What holds in every state and of every step, whatever the rules say: the invariants that an attack
//! would have to break. Written from what can be seen of the crate, not from the model.

use beian::{
    Decision, DeliveryReport, Message, RecipientState, Refusal, ResendRequest, RoundStatus,
    Session, SessionError, testkit::TestPerson,
};
use chrono::{DateTime, TimeDelta, Utc};

use super::{
    command::{Command, Reached, Typed, status_name},
    reference::{self, against},
    world::{KEYS, World, number},
};

const HOUR: TimeDelta = TimeDelta::hours(1);

macro_rules! hold {
    ($world:expr, $holds:expr, $($words:tt)+) => {
        assert!($holds, "{} after {:#?}", format_args!($($words)+), $world.trail.steps())
    };
}

pub fn in_every_state(world: &World, reached: &mut Reached) {
    let now = against::utc(world.now);
    for session in &world.sessions {
        reached.insert(status_name(session.status()));
        let open = session.status().is_open();
        let states: Vec<_> = session.recipients().map(|view| view.state()).collect();
        reached.extend(
            states
                .iter()
                .map(|state| format!("person {}", state.name())),
        );
        let completed = matches!(session.status(), RoundStatus::AdministrationReview { .. });
        let verified = |state: &RecipientState| *state == RecipientState::Verified;
        hold!(
            world,
            states.iter().all(verified) == completed,
            "handed over when all have verified, and only then"
        );

        let due = session.outbox(&*KEYS, now).unwrap();
        let mut people: Vec<_> = due.iter().map(|message| message.id().recipient).collect();
        let waits = |recipient: &u8| {
            let state = states[usize::from(*recipient)];
            matches!(
                state,
                RecipientState::WaitingForMessage | RecipientState::WaitingForCode
            )
        };
        hold!(
            world,
            people.is_empty() || open,
            "nothing is sent after the end"
        );
        hold!(
            world,
            people.iter().all(waits),
            "who is done is sent nothing"
        );
        people.dedup();
        hold!(world, people.len() == due.len(), "one message a person");

        let ticked = session.tick(now);
        hold!(
            world,
            session.wake().is_some() == open,
            "an open round wakes, an ended one never"
        );
        hold!(
            world,
            session.wake().is_some_and(|wake| wake <= now) == (ticked.is_ok() || !due.is_empty()),
            "a round wakes when something is due, and not before"
        );
        if let Ok(ticked) = ticked {
            let after = ticked.persisted().0;
            let again = after.tick(now).map(|_| ());
            hold!(
                world,
                again == Err(Refusal::NothingDue),
                "time passes once, and not again at the same instant"
            );
        }

        let bytes = postcard::to_allocvec(session).unwrap();
        let back: Result<Session, _> = postcard::from_bytes(&bytes);
        hold!(
            world,
            back.as_ref() == Ok(session),
            "what is stored comes back: {back:?}"
        );
    }
}

pub fn in_every_step(before: &World, command: Command, after: &World) {
    let mut accepted_by_now = Vec::new();
    for (n, (old, new)) in before.sessions.iter().zip(&after.sessions).enumerate() {
        hold!(
            after,
            new.version() == old.version() + u64::from(old != new),
            "a version for each write"
        );
        let withdrawn = matches!(old.status(), RoundStatus::Returned { .. })
            && command == Command::Withdraw(n)
            && matches!(new.status(), RoundStatus::Withdrawn { .. });
        hold!(
            after,
            old.status().is_open() || new.status() == old.status() || withdrawn,
            "what has ended stays so"
        );
        for (p, (old, new)) in old.recipients().zip(new.recipients()).enumerate() {
            let person = &before.model.rounds[n].people[p];
            if old.state() != RecipientState::Verified && new.state() == RecipientState::Verified {
                hold!(
                    after,
                    is_right(person, command),
                    "who verifies has entered code and ID"
                );
            }
            let final_state = matches!(
                old.state(),
                RecipientState::Verified | RecipientState::Locked
            );
            hold!(
                after,
                !final_state || new.state() == old.state(),
                "verified and locked are for good"
            );
            let fewer = old
                .wrong_entries_left()
                .checked_sub(new.wrong_entries_left());
            hold!(after, fewer.is_some_and(|n| n <= 1), "entries are counted");
            let fewer = old.resends_left().checked_sub(new.resends_left());
            hold!(after, fewer.is_some_and(|n| n <= 1), "resends are counted");
            let first_delivered = matches!(
                command,
                Command::Report(id, DeliveryReport::Delivered)
                    if id.number == 0 && usize::from(id.recipient) == p && before.place(id) == n
            );
            if let (Some(closed), Some(closes)) = (old.window_closes_at(), new.window_closes_at()) {
                let moved = closes - closed;
                let clamp = after.sessions[n].policy().delivery_clamp();
                hold!(
                    after,
                    moved.is_zero()
                        || (first_delivered && (TimeDelta::zero()..=clamp).contains(&moved)),
                    "only a delivery moves a window, and not far"
                );
            }
            let accepted = &after.model.rounds[n].people[p];
            let fate = |message: &&reference::Message| message.fate == reference::Fate::Accepted;
            accepted_by_now.push((n, accepted.messages.iter().filter(fate).count()));
        }
    }
    for (n, accepted) in accepted_by_now {
        let policy = after.sessions[n].policy();
        let most = 1 + policy.resends_max() + u8::from(policy.noon_resend());
        hold!(
            after,
            accepted <= usize::from(most),
            "so many messages at most"
        );
    }
}

fn is_right(person: &reference::Person, command: Command) -> bool {
    let Command::Enter(Typed { who, code, id, .. }) = command else {
        return false;
    };
    person.number == number(who)
        && person.codes.contains(&Some(code))
        && person.ids.contains(&against::id(id))
}

/// What takes longer to look at, so that it is left out for the states that are gone on from no more.
pub fn whatever_clock_and_gateway_do(world: &World) {
    a_clock_gone_back_changes_nothing(world);
    for session in &world.sessions {
        for report in [DeliveryReport::Deferred, DeliveryReport::Failed] {
            hold!(
                world,
                ends_along_its_wakes(session, world.now, report),
                "a gateway that always says {report:?}"
            );
        }
    }
}

/// D09: an hour before the latest command, every command does what it does at that instant.
fn a_clock_gone_back_changes_nothing(world: &World) {
    let [session] = &world.sessions[..] else {
        return;
    };
    let now = session.last_changed_at();
    for command in world.alphabet() {
        let (then, earlier) = (
            decided(session, command, now),
            decided(session, command, now - HOUR),
        );
        hold!(world, then == earlier, "a clock gone back: {command:?}");
    }
}

/// What is to be stored, or why nothing is.
fn decided(
    session: &Session,
    command: Command,
    now: DateTime<Utc>,
) -> Result<Session, SessionError> {
    fn stored<A>(decision: Decision<A>) -> Session {
        decision.persisted().0
    }
    Ok(match command {
        Command::Enter(typed) => stored(session.submit(&typed.entry(), &*KEYS, now)?),
        Command::Resend { who, id } => {
            let request = ResendRequest::parse(TestPerson(who).mobile().digits(), id).unwrap();
            stored(session.resend(&request, &*KEYS, now)?)
        }
        Command::Report(id, report) => stored(session.report(id, report, now)?),
        Command::Tick(_) => stored(session.tick(now)?),
        Command::Withdraw(_) => stored(session.withdraw(now)?),
        Command::Erase(_) => stored(session.erase(now)?),
    })
}

/// Every path can still end, and end well where nobody is locked.
pub fn comes_to_an_end(world: &World) {
    for (n, session) in world.sessions.iter().enumerate() {
        let longest = session.policy().round_max() + TimeDelta::microseconds(1);
        let silent = session.tick(session.opened_at() + longest);
        hold!(
            world,
            !session.status().is_open()
                || silent.is_ok_and(|ticked| !ticked.persisted().0.status().is_open()),
            "nobody ever reports, and the round ends all the same"
        );
        hold!(
            world,
            ends_along_its_wakes(session, world.now, DeliveryReport::Accepted),
            "each message is accepted, and the round ends"
        );
        hold!(
            world,
            can_be_completed(world, n),
            "the right entries complete a round"
        );
    }
}

/// As a host does it: at each wake, time passes and what is due is sent.
fn ends_along_its_wakes(
    session: &Session,
    now: reference::Instant,
    report: DeliveryReport,
) -> bool {
    let mut session = session.clone();
    let mut now = against::utc(now);
    for _ in 0..1000 {
        let Some(wake) = session.wake() else {
            return true;
        };
        now = now.max(wake);
        if let Ok(ticked) = session.tick(now) {
            session = ticked.persisted().0;
        }
        let due = session.outbox(&*KEYS, now).unwrap();
        for id in due.iter().map(Message::id) {
            session = session.report(id, report, now).unwrap().persisted().0;
        }
    }
    false
}

/// Whether it can't any more, or the newest codes do it.
fn can_be_completed(world: &World, n: usize) -> bool {
    let now = against::utc(world.now);
    let mut session = world.sessions[n].clone();
    let over = session.tick(now).map(|ticked| ticked.persisted().0);
    let locked = |session: &Session| {
        let mut people = session.recipients();
        people.any(|view| view.state() == RecipientState::Locked)
    };
    let ended = over.is_ok_and(|session| !session.status().is_open());
    if ended || !session.status().is_open() || locked(&session) {
        return true;
    }
    for person in &world.model.rounds[n].people {
        if person.state != reference::State::Waiting {
            continue;
        }
        let mut filed = world.filed.iter();
        let (who, ids) = filed
            .find(|(who, _)| number(**who) == person.number)
            .unwrap();
        let mut ids = ids.iter();
        let id = ids
            .find(|id| person.ids.contains(&against::id(id)))
            .unwrap();
        // A report can come for a message that time has only just queued (D08): nobody saw its code.
        let Some(Some(code)) = person.codes.last() else {
            return true;
        };
        let typed = Typed {
            who: *who,
            code: *code,
            id,
            submission: None,
        };
        let Ok(decision) = session.submit(&typed.entry(), &*KEYS, now) else {
            return false;
        };
        session = decision.persisted().0;
    }
    matches!(session.status(), RoundStatus::AdministrationReview { .. })
}

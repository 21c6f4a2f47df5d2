//! Every short sequence of commands, once: what always holds, and what is reached at least once.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may fail"
)]

mod session_support;

use std::collections::{BTreeSet, HashSet};

use beian::{
    Decision, DeliveryReport, DeliveryReportOutcome, Entry, EntryOutcome, EventKind, MessageId,
    MessageKind, Opening, RecipientState, Refusal, ResendOutcome, ResendRequest, RoundStatus,
    Session, SessionError, VerificationPolicy,
};
use chrono::{DateTime, TimeDelta, Utc};
use session_support::*;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Command {
    /// The code of this place, with the right ID.
    Enter(usize, usize),
    WrongCode(usize),
    WrongId(usize),
    /// A wrong code under a submission id that is always the same.
    Repeat(usize),
    /// The code of the first message under another one.
    RepeatFirst(usize),
    Resend(usize),
    ResendWithWrongId(usize),
    Report(MessageId, DeliveryReport),
    Tick,
    Withdraw,
    Erase,
    /// The clock alone.
    At(DateTime<Utc>),
}

/// What a command leads to.
enum Outcome {
    Entry(EntryOutcome),
    Resend(ResendOutcome),
    Report(DeliveryReportOutcome),
    Done,
}

/// What a bookkeeper outside knows of a person, from what was stored.
#[derive(Clone, Copy, Default)]
struct Known {
    accepted: usize,
    created: usize,
    /// What the message under way is, once one was queued by a resend or at noon.
    kind: Option<MessageKind>,
    resends: u8,
    wrong: u8,
}

#[derive(Clone)]
struct World {
    session: Session,
    now: DateTime<Utc>,
    known: Vec<Known>,
    path: Vec<Command>,
}

/// All four codes of each person, from a twin of the round that went through all of them.
fn book(people: usize) -> Vec<Vec<String>> {
    let all = policy(|p| p.not_the_regulators(DAY, 3));
    let mut twin = Round::open_with(people, all);
    (0..people)
        .map(|who| {
            let mut codes = vec![twin.accept(who)];
            codes.extend((0..3).map(|_| twin.resent(who)));
            codes
        })
        .collect()
}

struct Walk {
    policy: VerificationPolicy,
    keys: Remembering,
    book: Vec<Vec<String>>,
    reached: BTreeSet<String>,
}

impl Walk {
    fn new(people: usize, policy: VerificationPolicy) -> Self {
        Self {
            policy,
            keys: Remembering::default(),
            book: book(people),
            reached: BTreeSet::new(),
        }
    }

    /// Every sequence of at most `depth` commands, with `first` before them; the same state is gone
    /// on from once.
    fn walk(mut self, first: Option<DeliveryReport>, depth: usize) -> Self {
        let people = self.book.len();
        let recipients = recipients(people, self.policy.clone());
        let opening = Opening::new(1, &recipients, seed(1));
        let decision = Session::open(&opening, &self.keys, start()).unwrap();
        self.note(&decision);
        let known = Known {
            created: 1,
            ..Known::default()
        };
        let opened = World {
            session: decision.persisted().0,
            now: start(),
            known: vec![known; people],
            path: Vec::new(),
        };
        let mut layer = vec![match first {
            Some(report) => {
                let due = self.outbox(&opened.session, start())[0];
                self.step(&opened, Command::Report(due, report)).unwrap()
            }
            None => opened,
        }];
        let mut seen = HashSet::new();
        for _ in 0..depth {
            let mut next = Vec::new();
            for world in &layer {
                for command in self.commands(world) {
                    let Some(new) = self.step(world, command) else {
                        continue;
                    };
                    if seen.insert((new.session.clone(), new.now)) {
                        self.always(&new);
                        next.push(new);
                    }
                }
            }
            layer = next;
        }
        self
    }

    fn commands(&self, world: &World) -> Vec<Command> {
        let mut commands = vec![Command::Tick, Command::Withdraw, Command::Erase];
        for (who, known) in world.known.iter().enumerate() {
            commands.extend([
                Command::WrongCode(who),
                Command::WrongId(who),
                Command::Repeat(who),
                Command::RepeatFirst(who),
            ]);
            commands.extend([Command::Resend(who), Command::ResendWithWrongId(who)]);
            commands.extend((0..=known.created.min(3)).map(|place| Command::Enter(who, place)));
            let first = MessageId {
                session: world.session.id(),
                recipient: u8::try_from(who).unwrap(),
                number: 0,
                attempt: 0,
            };
            let due = self.outbox(&world.session, world.now);
            let due = due
                .into_iter()
                .filter(|id| id.recipient == first.recipient && *id != first);
            let unknown = MessageId { number: 9, ..first };
            commands.push(Command::Report(unknown, DeliveryReport::Accepted));
            for id in due.chain([first]) {
                commands.extend(
                    DeliveryReport::ALL
                        .iter()
                        .map(|report| Command::Report(id, *report)),
                );
            }
        }
        if let Some(wake) = world.session.wake() {
            commands.extend((wake > world.now).then_some(Command::At(wake)));
            let closes = world
                .session
                .recipients()
                .filter_map(|one| one.window_closes_at());
            let last = closes.min().unwrap_or(start() + DAY);
            commands.extend((last > world.now).then_some(Command::At(last)));
            commands.push(Command::At(last + MICROSECOND));
        }
        commands.push(Command::At(world.now + MINUTE));
        commands.push(Command::At(world.now - TimeDelta::seconds(30)));
        commands
    }

    fn entry(&self, who: usize, code: &str) -> Entry {
        assert!(who < self.book.len());
        entry(who, code)
    }

    /// The decision of a command, its answer made one type.
    fn decide(
        &self,
        session: &Session,
        now: DateTime<Utc>,
        command: Command,
    ) -> Result<(Session, Vec<EventKind>, Outcome), SessionError> {
        fn done<A>(
            decision: Decision<A>,
            outcome: impl FnOnce(A) -> Outcome,
        ) -> (Session, Vec<EventKind>, Outcome) {
            let events = decision.update().events().map(|event| event.kind).collect();
            let (session, answer) = decision.persisted();
            (session, events, outcome(answer))
        }
        let submit = |entry: Entry| {
            let decision = session.submit(&entry, &self.keys, now)?;
            Ok(done(decision, Outcome::Entry))
        };
        let resend = |who: usize, id: &str| {
            let request = ResendRequest::parse(PEOPLE[who].0, id).unwrap();
            let decision = session.resend(&request, &self.keys, now)?;
            Ok(done(decision, Outcome::Resend))
        };
        match command {
            Command::Enter(who, place) => submit(self.entry(who, &self.book[who][place])),
            Command::WrongCode(who) => submit(self.entry(who, WRONG_CODE)),
            Command::WrongId(who) => {
                let code = &self.book[who][0];
                submit(Entry::parse(PEOPLE[who].0, code, WRONG_ID).unwrap())
            }
            Command::Repeat(who) => submit(self.entry(who, WRONG_CODE).with_submission_id(7)),
            Command::RepeatFirst(who) => {
                submit(self.entry(who, &self.book[who][0]).with_submission_id(8))
            }
            Command::Resend(who) => resend(who, PEOPLE[who].1),
            Command::ResendWithWrongId(who) => resend(who, WRONG_ID),
            Command::Report(id, report) => {
                Ok(done(session.report(id, report, now)?, Outcome::Report))
            }
            Command::Tick => Ok(done(session.tick(now)?, |()| Outcome::Done)),
            Command::Withdraw => Ok(done(session.withdraw(now)?, |()| Outcome::Done)),
            Command::Erase => Ok(done(session.erase(now)?, |()| Outcome::Done)),
            Command::At(_) => panic!("moves the clock alone"),
        }
    }

    fn outbox(&self, session: &Session, now: DateTime<Utc>) -> Vec<MessageId> {
        let messages = session.outbox(&self.keys, now).unwrap();
        messages.iter().map(beian::Message::id).collect()
    }

    /// One command: where it leads, unless it is refused.
    fn step(&mut self, world: &World, command: Command) -> Option<World> {
        let mut new = world.clone();
        new.path.push(command);
        if let Command::At(now) = command {
            new.now = now;
            return Some(new);
        }
        let swept = world
            .session
            .tick(world.now)
            .map(|decision| decision.persisted().0);
        let swept = swept.unwrap_or_else(|_| world.session.clone());
        let before = swept.status();
        let expected = self.expected(world, &swept, command);
        match self.decide(&world.session, world.now, command) {
            Err(error) => {
                self.reached.insert(error_name(&error));
                if let (Some(expected), SessionError::Refused(why)) = (expected, error) {
                    assert_eq!(expected, EntryOutcome::NotCounted(why), "{:?}", new.path);
                }
                // D08: an end that is due goes before every refusal, but not before a known answer
                // or a message that nobody knows.
                assert!(
                    swept.status() == world.session.status()
                        || matches!(command, Command::Report(..))
                        || matches!(error, SessionError::Repeated(_)),
                    "{:?}",
                    new.path
                );
                None
            }
            Ok((session, events, outcome)) => {
                assert_eq!(session.version(), world.session.version() + 1);
                assert!(!events.is_empty(), "{:?}", new.path);
                for event in &events {
                    self.reached.insert(event.name().to_owned());
                    self.keep_books(&mut new, *event, command);
                }
                match outcome {
                    Outcome::Entry(outcome) => {
                        self.reached.insert(format!("entry {outcome:?}"));
                        if let Some(expected) = expected {
                            assert_eq!(outcome, expected, "{:?}", new.path);
                        }
                    }
                    Outcome::Resend(outcome) => {
                        self.reached.insert(match outcome {
                            ResendOutcome::Queued => "resend queued".to_owned(),
                            ResendOutcome::WrongId { .. } => "resend wrong id".to_owned(),
                            ResendOutcome::NotSent(why) => format!("resend {}", why.code()),
                        });
                    }
                    Outcome::Report(outcome) => {
                        self.reached.insert(format!("report {outcome:?}"));
                        let judged = [RoundStatus::SmsVerification, session.status()];
                        assert!(judged.contains(&before), "{:?}", new.path);
                    }
                    Outcome::Done => {}
                }
                // An end is for ever; only what was returned can still be withdrawn (D24).
                let withdrawn =
                    matches!(before, RoundStatus::Returned { .. }) && command == Command::Withdraw;
                assert!(
                    before.is_open() || session.status() == before || withdrawn,
                    "{:?}",
                    new.path
                );
                new.session = session;
                Some(new)
            }
        }
    }

    /// What D10 and D17–D19 say of an entry, from what the bookkeeper knows. `None` where a
    /// submission id is in play, or the command is no entry.
    fn expected(&self, world: &World, swept: &Session, command: Command) -> Option<EntryOutcome> {
        let (who, place, id_right) = match command {
            Command::Enter(who, place) => (who, Some(place), true),
            Command::WrongCode(who) => (who, None, true),
            Command::WrongId(who) => (who, Some(0), false),
            Command::Repeat(_)
            | Command::RepeatFirst(_)
            | Command::Resend(_)
            | Command::ResendWithWrongId(_)
            | Command::Report(..)
            | Command::Tick
            | Command::Withdraw
            | Command::Erase
            | Command::At(_) => return None,
        };
        let view = swept.recipients().nth(who)?;
        if view.mobile().is_none() {
            return Some(EntryOutcome::NotCounted(Refusal::UnknownNumber));
        }
        let Known {
            accepted,
            mut created,
            wrong,
            ..
        } = world.known[who];
        // A sweep may just have queued the noon resend, and its code with it (D08, D16).
        created = created.max(
            if swept.version() > world.session.version()
                && swept.status().is_open()
                && self
                    .outbox(swept, world.now)
                    .iter()
                    .any(|id| usize::from(id.recipient) == who)
            {
                accepted + 1
            } else {
                created
            },
        );
        let live = accepted.saturating_sub(1)..created;
        let right = place.is_some_and(|place| {
            if self.policy.keep_code() {
                place == 0
            } else {
                live.contains(&place)
            }
        });
        let superseded = !self.policy.keep_code() && place.is_some_and(|place| place < live.start);
        let counts = id_right || !self.policy.count_only_matching_ids();
        Some(match view.state() {
            // Whether it is a repeat is not in the bookkeeper's books.
            RecipientState::Verified => return None,
            _ if !swept.status().is_open() => EntryOutcome::NotCounted(Refusal::RoundEnded),
            RecipientState::Locked if counts => EntryOutcome::Returned,
            RecipientState::Locked => EntryOutcome::NotCounted(Refusal::IdNotCounted),
            RecipientState::WaitingForMessage | RecipientState::WaitingForCode => {
                let others = swept.recipients().enumerate().filter(|(n, _)| *n != who);
                let mut others = others.map(|(_, one)| one.state());
                let left = self.policy.wrong_entries_max() - wrong;
                match (right && id_right, superseded && id_right) {
                    (true, _) if others.all(|one| one == RecipientState::Verified) => {
                        EntryOutcome::Completed
                    }
                    (true, _) => EntryOutcome::Verified,
                    (false, true) => EntryOutcome::NotCounted(Refusal::SupersededCode),
                    (false, false) if !counts => EntryOutcome::NotCounted(Refusal::IdNotCounted),
                    (false, false) if left == 1 => EntryOutcome::Locked,
                    (false, false) => EntryOutcome::Wrong { left: left - 1 },
                }
            }
        })
    }

    fn keep_books(&self, world: &mut World, event: EventKind, command: Command) {
        let Some(who) = event.recipient().map(usize::from) else {
            return;
        };
        let known = &mut world.known[who];
        if let EventKind::MessageQueued { kind, .. } = event {
            known.created = known.created.max(known.accepted + 1);
            known.kind = Some(kind);
        }
        if let EventKind::MessageAccepted { .. } = event {
            known.accepted += 1;
            known.resends += u8::from(known.kind == Some(MessageKind::Resend));
        }
        if let EventKind::WrongEntry { .. } = event {
            known.wrong += 1;
        }
        if let EventKind::PersonVerified { .. } = event {
            let entered = [Command::RepeatFirst(who)]
                .into_iter()
                .chain((0..4).map(|place| Command::Enter(who, place)))
                .any(|enter| enter == command);
            assert!(entered, "{:?}", world.path);
        }
        let resends = self.policy.resends_max();
        let most = usize::from(resends) + 1 + usize::from(self.policy.noon_resend());
        assert!(known.accepted <= most, "{:?}", world.path);
        assert!(known.resends <= resends, "{:?}", world.path);
        assert!(
            known.wrong <= self.policy.wrong_entries_max(),
            "{:?}",
            world.path
        );
    }

    /// What holds in every state.
    fn always(&self, world: &World) {
        let World {
            session,
            now,
            path,
            known,
        } = world;
        let now = *now;
        let due = self.outbox(session, now);
        let people: BTreeSet<_> = due.iter().map(|id| id.recipient).collect();
        assert_eq!(people.len(), due.len(), "one message a person: {path:?}");
        let open = session.status().is_open();
        for (n, one) in session.recipients().enumerate() {
            let waiting = matches!(
                one.state(),
                RecipientState::WaitingForMessage | RecipientState::WaitingForCode
            );
            let listed = people.contains(&u8::try_from(n).unwrap());
            assert!(!listed || (open && waiting), "{path:?}");
            assert_eq!(
                one.resends_left(),
                self.policy.resends_max() - known[n].resends,
                "{path:?}"
            );
            assert_eq!(
                one.wrong_entries_left(),
                self.policy.wrong_entries_max() - known[n].wrong,
                "{path:?}"
            );
            assert_eq!(
                one.state() == RecipientState::Locked,
                known[n].wrong == self.policy.wrong_entries_max(),
                "{path:?}"
            );
        }
        let all = |one: beian::RecipientView<'_>| one.state() == RecipientState::Verified;
        let completed = matches!(session.status(), RoundStatus::AdministrationReview { .. });
        assert_eq!(session.recipients().all(all), completed, "{path:?}");

        let Some(wake) = session.wake() else {
            assert!(!open && due.is_empty(), "{path:?}");
            assert!(session.tick(now).is_err(), "{path:?}");
            return;
        };
        assert!(open, "{path:?}");
        // The effective now is what the session goes by (D09).
        let now = now.max(session.last_changed_at());
        let something = session.tick(now).is_ok() || !due.is_empty();
        assert_eq!(wake <= now, something, "wake and what is due: {path:?}");
        let then = wake.max(now);
        let ticked = session.tick(then);
        assert!(
            ticked.is_ok() || !self.outbox(session, then).is_empty(),
            "a sweep would spin: {path:?}"
        );
        if let Ok(ticked) = ticked {
            let after = ticked.persisted().0;
            assert!(after.tick(then).is_err(), "ticks for ever: {path:?}");
        }
    }

    fn note<A>(&mut self, decision: &Decision<A>) {
        for event in decision.update().events() {
            self.reached.insert(event.kind.name().to_owned());
        }
    }
}

fn error_name(error: &SessionError) -> String {
    match error {
        SessionError::Refused(why) => format!("refused {}", why.code()),
        SessionError::Repeated(_) => "repeated".to_owned(),
        SessionError::Key(error) => panic!("{error}"),
    }
}

/// Small budgets, so that their ends are near.
fn small() -> VerificationPolicy {
    policy(|p| {
        p.wrong_entries_max(2)
            .wrong_ids_max(1)
            .noon_resend(true)
            .not_the_regulators(DAY, 1)
    })
}

fn ids_only() -> VerificationPolicy {
    policy(|p| p.wrong_entries_max(2).count_only_matching_ids(true))
}

#[test]
fn every_short_sequence_of_commands_keeps_what_always_holds_and_reaches_what_there_is() {
    let walks = [
        (1, small(), None, 5),
        (1, small(), Some(DeliveryReport::Accepted), 5),
        (2, ids_only(), None, 3),
        (
            1,
            policy(|p| p.keep_code(true)),
            Some(DeliveryReport::Accepted),
            4,
        ),
    ];
    let reached: BTreeSet<_> = std::thread::scope(|scope| {
        walks
            .map(|(people, policy, first, depth)| {
                scope.spawn(move || Walk::new(people, policy).walk(first, depth))
            })
            .into_iter()
            .flat_map(|walk| walk.join().unwrap().reached)
            .collect()
    });
    let sometimes = [
        "round_opened",
        "message_queued",
        "message_accepted",
        "message_deferred",
        "message_failed",
        "message_delivered",
        "report_recorded",
        "wrong_entry",
        "person_locked",
        "entry_after_lock",
        "entry_not_counted",
        "wrong_id",
        "person_verified",
        "round_completed",
        "round_returned",
        "round_withdrawn",
        "personal_data_erased",
        "entry Completed",
        "entry Verified",
        "entry Wrong { left: 1 }",
        "entry Locked",
        "entry Returned",
        "entry NotCounted(SupersededCode)",
        "entry NotCounted(RoundEnded)",
        "resend queued",
        "resend wrong id",
        "resend round_ended",
        "resend too_soon",
        "report Applied",
        "report Recorded",
        "repeated",
        "refused unknown_number",
        "refused already_verified",
        "refused locked",
        "refused round_ended",
        "refused superseded_code",
        "refused repeated_entry",
        "refused id_not_counted",
        "refused too_many_wrong_ids",
        "refused none_left",
        "refused too_soon",
        "refused unknown_message",
        "refused nothing_due",
        "refused round_open",
        "refused not_withdrawable",
        "refused already_erased",
    ];
    for name in sometimes {
        assert!(
            reached.contains(name),
            "never reached: {name}\n{reached:#?}"
        );
    }
}

//! The alphabet, and one command given to the crate and to the model.

use std::collections::BTreeSet;

use beian::{
    Decision, DeliveryReport, DeliveryReportOutcome, Entry, EntryOutcome, MessageId, ResendOutcome,
    ResendRequest, RoundStatus, Session, SessionError,
    host::{Desk, MemoryStore, SessionStore as _, block},
    testkit::{TestPerson, keys},
};

use super::{
    reference::{
        self, Code, EntryOutcome as ModelsEntry, ResendOutcome as ModelsResend, RoundId,
        against::{self, Difference, same},
    },
    world::{KEYS, World, number},
};

/// Names of what came up.
pub type Reached = BTreeSet<String>;

/// Whom no order has.
const STRANGER: u16 = 9;
const WRONG_CODE: Code = 271_828;
const WRONG_ID: &str = "99999X";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    Enter(Typed),
    Resend { who: u16, id: &'static str },
    Report(MessageId, DeliveryReport),
    Tick(usize),
    Withdraw(usize),
    Erase(usize),
}

/// What somebody enters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Typed {
    pub who: u16,
    pub code: Code,
    pub id: &'static str,
    pub submission: Option<u128>,
}

impl World {
    /// Everything that can be done to what is stored, in every way that makes a difference.
    pub fn alphabet(&self) -> Vec<Command> {
        let mut commands = Vec::new();
        for (who, ids) in &*self.filed {
            let who = *who;
            let codes = self.codes_of(who);
            let mut enter = |code: Code, id: &'static str, submission: Option<u128>| {
                commands.push(Command::Enter(Typed {
                    who,
                    code,
                    id,
                    submission,
                }));
            };
            for id in ids {
                for code in &codes {
                    enter(*code, id, None);
                }
                enter(WRONG_CODE, id, None);
            }
            let (own, newest) = (ids.first().unwrap(), codes.last().unwrap());
            enter(*newest, WRONG_ID, None);
            enter(WRONG_CODE, own, Some(7));
            enter(*newest, own, Some(8));
            for other in self.filed.keys().filter(|other| **other != who) {
                enter(*self.codes_of(*other).last().unwrap(), own, None);
            }
            let ids = ids.iter().chain([&WRONG_ID]);
            commands.extend(ids.map(|id| Command::Resend { who, id }));
        }
        let own = WRONG_ID;
        commands.push(Command::Enter(Typed {
            who: STRANGER,
            code: WRONG_CODE,
            id: own,
            submission: None,
        }));
        commands.push(Command::Resend {
            who: STRANGER,
            id: own,
        });
        for n in 0..self.sessions.len() {
            commands.extend(self.reports(n));
            commands.extend([Command::Tick(n), Command::Withdraw(n), Command::Erase(n)]);
        }
        commands
    }

    /// Each report on each message, on a try that failed, and on messages that there aren't.
    fn reports(&self, n: usize) -> Vec<Command> {
        let mut commands = Vec::new();
        let session = self.sessions[n].id();
        for (recipient, person) in (0_u8..).zip(&self.model.rounds[n].people) {
            let message = |number: usize, attempt: u16| MessageId {
                session,
                recipient,
                number: u16::try_from(number).unwrap(),
                attempt,
            };
            let every = |id: MessageId| {
                let reports = DeliveryReport::ALL.iter();
                reports.map(move |report| Command::Report(id, *report))
            };
            for (number, sent) in person.messages.iter().enumerate() {
                commands.extend(every(message(number, sent.failures)));
                if sent.failures > 0 {
                    commands.extend(every(message(number, sent.failures - 1)));
                }
            }
            let tries = person.messages[0].failures;
            for unknown in [message(0, tries + 1), message(person.messages.len(), 0)] {
                commands.push(Command::Report(unknown, DeliveryReport::Accepted));
            }
        }
        let nobody = MessageId {
            session,
            recipient: 200,
            number: 0,
            attempt: 0,
        };
        commands.push(Command::Report(nobody, DeliveryReport::Delivered));
        commands
    }

    /// Every code that this number was sent, in the order in which they were made.
    pub fn codes_of(&self, who: u16) -> Vec<Code> {
        let number = number(who);
        let rounds = self.model.rounds.iter();
        let people = rounds.flat_map(|round| &round.people);
        // An erased number leaves its codes in the model, which nothing is entered against.
        let of_number = people.filter(|person| [number, 0].contains(&person.number));
        let codes = of_number.flat_map(|person| person.codes.iter().flatten());
        let codes: Vec<Code> = codes.copied().collect();
        assert!(!codes.contains(&WRONG_CODE), "the wrong code is right");
        codes
    }

    /// Where the command leads; `None` if it leaves nothing to store. Panics where the two differ.
    pub fn step(&self, command: Command, reached: &mut Reached) -> Option<Self> {
        let mut new = self.clone();
        new.trail = self.followed(command);
        let mut stored = new.give(command, reached);
        if stored == Ok(true) {
            stored = new.same_as_the_model().map(|()| true);
        }
        let trail = || new.trail.steps();
        let stored = stored.unwrap_or_else(|difference| panic!("{difference}: {:#?}", trail()));
        stored.then_some(new)
    }

    /// Whether something was stored.
    fn give(&mut self, command: Command, reached: &mut Reached) -> Result<bool, Difference> {
        match command {
            Command::Enter(typed) => self.enter(typed, reached),
            Command::Resend { who, id } => self.resend(who, id, reached),
            Command::Report(id, report) => self.report(id, report, reached),
            Command::Tick(n) => {
                let models = self.model.tick(self.now, self.model.rounds[n].id);
                let decided = self.sessions[n].tick(against::utc(self.now));
                self.done(n, decided, models, reached)
            }
            Command::Withdraw(n) => {
                let models = self.model.withdraw(self.now, self.model.rounds[n].id);
                let decided = self.sessions[n].withdraw(against::utc(self.now));
                self.done(n, decided, models, reached)
            }
            Command::Erase(n) => {
                let models = self.model.erase(self.now, self.model.rounds[n].id);
                let decided = self.sessions[n].erase(against::utc(self.now));
                self.done(n, decided, models, reached)
            }
        }
    }

    fn enter(&mut self, typed: Typed, reached: &mut Reached) -> Result<bool, Difference> {
        let entry = typed.entry();
        let models = self.model.submit(
            self.now,
            &reference::Entry {
                number: number(typed.who),
                code: typed.code,
                id: against::id(typed.id),
                submission: typed.submission,
            },
        );
        let now = against::utc(self.now);
        let [session] = &self.sessions[..] else {
            let desk = self.desk();
            let submitted = block(desk.submit(&entry)).unwrap().unwrap();
            against::same_submitted(&submitted, &models)?;
            for (_, outcome) in submitted.orders() {
                reached.insert(entry_name(*outcome));
                if let EntryOutcome::NotCounted(why) = outcome {
                    reached.insert(format!("refused {}", why.code()));
                }
            }
            return Ok(self.take_from(&desk));
        };
        match session.submit(&entry, &*KEYS, now) {
            Ok(decision) => {
                let outcome = self.keep(0, decision, reached)?;
                reached.insert(entry_name(outcome));
                same_entry(outcome, &models)?;
                Ok(true)
            }
            Err(SessionError::Repeated(outcome)) => {
                reached.insert("entry repeated".into());
                same_found_entry(outcome, &models)?;
                self.nothing_stored()
            }
            Err(SessionError::Refused(why)) => {
                reached.insert(format!("refused {}", why.code()));
                same_found_entry(EntryOutcome::NotCounted(why), &models)?;
                self.nothing_stored()
            }
            Err(SessionError::Key(error)) => Err(error.to_string()),
        }
    }

    fn resend(
        &mut self,
        who: u16,
        id: &'static str,
        reached: &mut Reached,
    ) -> Result<bool, Difference> {
        let request = ResendRequest::parse(TestPerson(who).mobile().digits(), id).unwrap();
        let models = self.model.resend(self.now, number(who), against::id(id));
        let now = against::utc(self.now);
        let [session] = &self.sessions[..] else {
            let desk = self.desk();
            let resent = block(desk.resend(&request)).unwrap().unwrap();
            against::same_resent(&resent, &models)?;
            for (_, outcome) in resent.orders() {
                reached.insert(resend_name(*outcome));
                if let ResendOutcome::NotSent(why) = outcome {
                    reached.insert(format!("refused {}", why.code()));
                }
            }
            return Ok(self.take_from(&desk));
        };
        match session.resend(&request, &*KEYS, now) {
            Ok(decision) => {
                let outcome = self.keep(0, decision, reached)?;
                reached.insert(resend_name(outcome));
                same_resend(outcome, &models)?;
                Ok(true)
            }
            Err(SessionError::Refused(why)) => {
                reached.insert(format!("refused {}", why.code()));
                if !models.is_empty() {
                    same_resend(ResendOutcome::NotSent(why), &models)?;
                }
                self.nothing_stored()
            }
            Err(error) => Err(error.to_string()),
        }
    }

    fn report(
        &mut self,
        id: MessageId,
        report: DeliveryReport,
        reached: &mut Reached,
    ) -> Result<bool, Difference> {
        let n = self.place(id);
        let place = (id.recipient.into(), id.number.into(), id.attempt);
        let round = self.model.rounds[n].id;
        let models = self
            .model
            .report(self.now, round, place, against::report(report));
        match self.sessions[n].report(id, report, against::utc(self.now)) {
            Ok(decision) => {
                let outcome = self.keep(n, decision, reached)?;
                let applied = outcome == DeliveryReportOutcome::Applied;
                let name = if applied { "applied" } else { "recorded" };
                reached.insert(format!("report {name}"));
                same("applied", &Some(applied), &models)?;
                Ok(true)
            }
            Err(why) => {
                reached.insert(format!("refused {}", why.code()));
                same("known", &None, &models)?;
                self.nothing_stored()
            }
        }
    }

    fn done(
        &mut self,
        n: usize,
        decided: Result<Decision<()>, beian::Refusal>,
        models: bool,
        reached: &mut Reached,
    ) -> Result<bool, Difference> {
        same("done", &decided.is_ok(), &models)?;
        match decided {
            Ok(decision) => self.keep(n, decision, reached).map(|()| true),
            Err(why) => {
                reached.insert(format!("refused {}", why.code()));
                self.nothing_stored()
            }
        }
    }

    /// Stores it: the events have to be the model's.
    fn keep<A>(
        &mut self,
        n: usize,
        decision: Decision<A>,
        reached: &mut Reached,
    ) -> Result<A, Difference> {
        let update = decision.update();
        same(
            "expected version",
            &update.expected_version(),
            &self.sessions[n].version(),
        )?;
        against::same_events(update.events(), &self.model.rounds[n])?;
        for event in update.events() {
            reached.insert(format!("event {}", event.kind.name()));
            if let beian::EventKind::MessageQueued { kind, .. } = event.kind {
                reached.insert(format!("message {}", kind.name()));
            }
        }
        let (session, answer) = decision.persisted();
        self.sessions[n] = session;
        Ok(answer)
    }

    fn nothing_stored(&self) -> Result<bool, Difference> {
        let mut rounds = self.model.rounds.iter();
        same(
            "stored",
            &false,
            &rounds.any(|round| !round.events.is_empty()),
        )?;
        Ok(false)
    }

    fn desk(&self) -> Desk<MemoryStore> {
        let store = self.sessions.iter().cloned().collect();
        let now = against::utc(self.now);
        Desk::new(store, keys(), move || now)
    }

    /// What the desk has stored; whether that is something new.
    fn take_from(&mut self, desk: &Desk<MemoryStore>) -> bool {
        let mut new = false;
        for session in &mut self.sessions {
            let stored = block(desk.store().load(session.id())).unwrap();
            let stored = stored.unwrap().unwrap();
            new |= stored != *session;
            *session = stored;
        }
        new
    }

    pub fn place(&self, id: MessageId) -> usize {
        let of_message = |session: &Session| session.id() == id.session;
        self.sessions.iter().position(of_message).unwrap()
    }
}

impl Typed {
    pub fn entry(&self) -> Entry {
        let mobile = TestPerson(self.who).mobile();
        let code = format!("{:06}", self.code);
        let entry = Entry::parse(mobile.digits(), &code, self.id).unwrap();
        match self.submission {
            Some(submission) => entry.with_submission_id(submission),
            None => entry,
        }
    }
}

fn same_entry(outcome: EntryOutcome, models: &[(RoundId, ModelsEntry)]) -> Result<(), Difference> {
    let models = models.first().map(|(_, outcome)| *outcome);
    same("entry", &against::entry_outcome(outcome), &models)
}

/// As [`same_entry`], where nothing is stored: a round that ended long ago is one that the model,
/// as the desk, doesn't look at any more.
fn same_found_entry(
    outcome: EntryOutcome,
    models: &[(RoundId, ModelsEntry)],
) -> Result<(), Difference> {
    if models.is_empty() {
        return Ok(());
    }
    same_entry(outcome, models)
}

fn same_resend(
    outcome: ResendOutcome,
    models: &[(RoundId, ModelsResend)],
) -> Result<(), Difference> {
    let models = models.first().map(|(_, outcome)| *outcome);
    same("resend", &against::resend_outcome(outcome), &models)
}

fn entry_name(outcome: EntryOutcome) -> String {
    let name = match outcome {
        EntryOutcome::Completed => "completed",
        EntryOutcome::Verified => "verified",
        EntryOutcome::Wrong { .. } => "wrong",
        EntryOutcome::Locked => "locked",
        EntryOutcome::Returned => "returned",
        EntryOutcome::NotCounted(_) => "not_counted",
    };
    format!("entry {name}")
}

fn resend_name(outcome: ResendOutcome) -> String {
    let name = match outcome {
        ResendOutcome::Queued => "queued",
        ResendOutcome::WrongId { .. } => "wrong_id",
        ResendOutcome::NotSent(_) => "not_sent",
    };
    format!("resend {name}")
}

pub fn status_name(status: RoundStatus) -> String {
    let name = status.order_status().name();
    match status {
        RoundStatus::Returned { cause, .. } => format!("status {name}: {}", cause.name()),
        _ => format!("status {name}"),
    }
}

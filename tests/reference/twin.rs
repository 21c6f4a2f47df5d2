//! A desk over a store and the model, given the same commands: after each, both have to say the same.
//!
//! A command is four bytes, and any four bytes are a command: what property tests and the fuzzer
//! come up with, and shrink.

use std::collections::BTreeMap;

use beian::{
    Decision, DeliveryReport, Entry, MessageId, Recipient, Recipients, ResendRequest, Role,
    Session, SessionError, VerificationPolicy,
    host::{Clock, Desk, MemoryStore, SendOutcome, SessionStore, SmsSender, block},
    testkit::{ManualClock, TestPerson, keys, seed},
};
use chrono::TimeDelta;

use super::{
    EntryOutcome, HOUR, Instant, MINUTE, Number, ResendOutcome, RoundId, SECOND, World,
    against::{self, Difference, same, utc},
};

/// The first byte says which, the others how.
pub type Command = [u8; 4];

const ROUNDS_MAX: usize = 8;
/// One of them is nobody's.
const NUMBERS: u8 = 5;
/// The person that was filed with two IDs (D03).
const OF_TWO_IDS: u16 = 3;
const SECOND_ID: &str = "88000X";
const LEASE: i64 = 30 * SECOND;

pub struct Twin {
    desk: Desk<MemoryStore>,
    clock: ManualClock,
    world: World,
    /// Until when `dispatch` keeps to itself what it took.
    leases: BTreeMap<RoundId, Instant>,
}

/// Answers every message alike.
struct Gateway(SendOutcome);

impl SmsSender for Gateway {
    async fn send(&self, _: &beian::Message) -> SendOutcome {
        self.0
    }
}

type Checked = Result<(), Difference>;

/// Runs all of them; `Err` says at which command the two differ, and in what.
pub fn run(commands: &[Command]) -> Checked {
    let clock = ManualClock::default();
    let mut twin = Twin {
        desk: Desk::new(MemoryStore::default(), keys(), clock.clone()),
        clock,
        world: World::default(),
        leases: BTreeMap::new(),
    };
    for (n, command) in commands.iter().enumerate() {
        let differs = |difference| format!("command {n} {command:?}: {difference}");
        twin.apply(*command)
            .and_then(|()| twin.check())
            .map_err(differs)?;
    }
    Ok(())
}

impl Twin {
    fn apply(&mut self, [kind, a, b, c]: Command) -> Checked {
        if self.world.rounds.is_empty() {
            return self.open(a, b, c);
        }
        match kind % 20 {
            0 => self.open(a, b, c),
            1 => self.open_again(a),
            2..4 => self.enter_known(a, b, c),
            4 => self.enter_unknown(a, b, c),
            5..8 => self.resend(a, b, c),
            8..10 => self.report(a, b, c),
            10..14 => self.dispatch(a),
            14 => self.tick(a),
            15 => self.withdraw(a, b),
            16..18 => {
                self.pass(a);
                Ok(())
            }
            _ => {
                self.go_to_a_boundary(a, b, c);
                Ok(())
            }
        }
    }

    /// The whole world again: what is stored, what is due.
    fn check(&mut self) -> Checked {
        let now = self.clock.now();
        same("rounds", &self.desk.store().len(), &self.world.rounds.len())?;
        for n in 0..self.world.rounds.len() {
            let session = self.load(n)?;
            against::same_round(&session, &self.world.rounds[n])?;
            against::same_outbox(&session, &keys(), now, &mut self.world)?;
        }
        Ok(())
    }

    fn open(&mut self, people: u8, values: u8, switches: u8) -> Checked {
        if self.world.rounds.len() >= ROUNDS_MAX {
            return Ok(());
        }
        let policy = policy(values, switches);
        let id = self.next_id();
        let chosen = (1..u16::from(NUMBERS)).filter(|n| people >> (n - 1) & 1 == 1);
        let mut chosen: Vec<u16> = chosen.collect();
        if chosen.is_empty() {
            chosen.push(1);
        }
        // In the upper half: who is filed under another ID this time (D15, D17).
        let filed = |n: u16| ids_filed(n, people >> (n + 3) & 1 == 1);
        let recipients = chosen.iter().map(|n| {
            let ids = filed(*n)
                .iter()
                .filter_map(|id| id.parse().ok())
                .collect::<Vec<_>>();
            Recipient::new(TestPerson(*n).mobile(), Role::ServiceAdministrator, ids)
        });
        let recipients = Recipients::new(recipients, policy.clone()).ok_or("nobody")?;
        let people: Vec<_> = chosen
            .iter()
            .map(|n| {
                (
                    number(*n),
                    filed(*n).iter().map(|id| against::id(id)).collect(),
                )
            })
            .collect();
        let seed = seed(u64::try_from(id).unwrap_or(0));
        ready(self.desk.open(id, &recipients, seed))?.map_err(text)?;
        self.world
            .open(self.now(), id, &people, against::policy(&policy));
        Ok(())
    }

    fn open_again(&mut self, previous: u8) -> Checked {
        if self.world.rounds.len() >= ROUNDS_MAX {
            return Ok(());
        }
        let (n, id) = (self.pick(previous), self.next_id());
        let before = self.load(n)?;
        let recipients = before.recipients().filter_map(|view| {
            let mobile = view.mobile()?;
            Some(Recipient::new(*mobile, Role::ServiceAdministrator, []))
        });
        let recipients = Recipients::new(recipients, before.policy().clone()).ok_or("nobody")?;
        let seed = seed(u64::try_from(id).unwrap_or(0));
        let opened = ready(self.desk.open_again(id, &recipients, seed, before.id()))?;
        let models = self
            .world
            .open_again(self.now(), id, self.world.rounds[n].id);
        same("opened again", &opened.is_ok(), &models.is_some())
    }

    /// A code that some person has or had, in any order, with anybody's ID.
    fn enter_known(&mut self, who: u8, which: u8, how: u8) -> Checked {
        let codes = self.world.rounds.iter().flat_map(|round| {
            let people = round.people.iter();
            people.flat_map(|person| {
                person
                    .codes
                    .iter()
                    .flatten()
                    .map(|code| (person.number, *code))
            })
        });
        let codes: Vec<(Number, u32)> = codes.collect();
        let Some((owner, code)) = codes.get(usize::from(which) % codes.len().max(1)).copied()
        else {
            return Ok(());
        };
        let owner = who_is(owner);
        let someone = u16::from(who % NUMBERS) + 1;
        // Most people enter what they were sent.
        let (person, id) = match how % 8 {
            0 => (someone, someone),
            1 => (owner, someone),
            2 => (someone, owner),
            _ => (owner, owner),
        };
        self.enter(person, code, id, how)
    }

    fn enter_unknown(&mut self, who: u8, id: u8, how: u8) -> Checked {
        let (who, id) = (u16::from(who % NUMBERS) + 1, u16::from(id % NUMBERS) + 1);
        let known = |code: u32| {
            let mut people = self.world.rounds.iter().flat_map(|round| &round.people);
            people.any(|person| person.codes.contains(&Some(code)))
        };
        let code = (0..1_000_000).find(|code| !known(*code)).unwrap_or(0);
        let id = if how & 1 == 0 { who } else { id };
        self.enter(who, code, id, how)
    }

    fn enter(&mut self, who: u16, code: u32, id: u16, how: u8) -> Checked {
        let ids = ids_of(id);
        let id = &ids[usize::from(how >> 6) % ids.len()];
        let submission = ((how >> 3).is_multiple_of(4)).then_some(u128::from(how >> 5 & 3));
        let typed = Entry::parse(TestPerson(who).mobile().digits(), &format!("{code:06}"), id);
        let mut typed = typed.map_err(text)?;
        if let Some(submission) = submission {
            typed = typed.with_submission_id(submission);
        }
        let entry = super::Entry {
            number: number(who),
            code,
            id: against::id(id),
            submission,
        };
        let alone = self.alone(who)?;
        let models = self.world.submit(self.now(), &entry);
        if let Some(session) = alone {
            let decision = session.submit(&typed, &keys(), self.clock.now());
            self.same_entry(decision, &models)?;
        }
        let submitted = ready(self.desk.submit(&typed))?.map_err(text)?;
        against::same_submitted(&submitted, &models)
    }

    /// Mostly by somebody who is in an order, with the ID of that order.
    fn resend(&mut self, which: u8, who: u8, id: u8) -> Checked {
        let round = &self.world.rounds[self.pick(which)];
        let person = &round.people[usize::from(who) % round.people.len()];
        let (mut who, mut ids) = (who_is(person.number), ids_of(who_is(person.number)));
        if id.is_multiple_of(4) {
            who = u16::from(id >> 2) % u16::from(NUMBERS) + 1;
        } else {
            ids.retain(|id| person.ids.contains(&against::id(id)));
        }
        let id = &ids[usize::from(id >> 4) % ids.len()];
        let request = ResendRequest::parse(TestPerson(who).mobile().digits(), id).map_err(text)?;
        let alone = self.alone(who)?;
        let models = self.world.resend(self.now(), number(who), against::id(id));
        if let Some(session) = alone {
            let decision = session.resend(&request, &keys(), self.clock.now());
            self.same_request(decision, &models)?;
        }
        let resent = ready(self.desk.resend(&request))?.map_err(text)?;
        against::same_resent(&resent, &models)
    }

    /// On any message: due, sent long ago, of a try that failed, or none at all.
    fn report(&mut self, which: u8, message: u8, what: u8) -> Checked {
        let n = self.pick(which);
        let round = &self.world.rounds[n];
        let p = usize::from(message & 3) % round.people.len();
        let messages = round.people[p].messages.len();
        let number = match message >> 2 & 15 {
            14 => messages,
            15 | 0..8 => messages - 1,
            early => usize::from(early) % messages,
        };
        let tries = round.people[p]
            .messages
            .get(number)
            .map_or(0, |message| message.failures);
        let attempt = match message >> 6 {
            0 | 1 => tries,
            2 => tries.saturating_sub(1),
            _ => tries + u16::from(what & 1),
        };
        let report = DeliveryReport::ALL[usize::from(what >> 1) % DeliveryReport::ALL.len()];
        let session = self.load(n)?;
        let message = MessageId {
            session: session.id(),
            recipient: u8::try_from(p).unwrap_or(0),
            number: u16::try_from(number).unwrap_or(0),
            attempt,
        };
        let (id, place) = (round.id, (p, number, attempt));
        let models = self
            .world
            .report(self.now(), id, place, against::report(report));
        let decided = session.report(message, report, self.clock.now());
        same("known", &decided.is_ok(), &models.is_some())?;
        if let Ok(decision) = decided {
            self.same_decision(&decision, n)?;
        }
        let reported = ready(self.desk.report(message, report))?;
        let applied = |outcome| outcome == beian::DeliveryReportOutcome::Applied;
        same("applied", &reported.ok().map(applied), &models)
    }

    /// Everything that is due, with a gateway that answers every message alike.
    fn dispatch(&mut self, how: u8) -> Checked {
        let (outcome, report) = match how % 8 {
            0 => (SendOutcome::Deferred, super::Report::Deferred),
            1 | 2 => (SendOutcome::Failed, super::Report::Failed),
            _ => (SendOutcome::Accepted, super::Report::Accepted),
        };
        ready(self.desk.dispatch(&Gateway(outcome)))?.map_err(text)?;
        let now = self.now();
        for n in 0..self.world.rounds.len() {
            let id = self.world.rounds[n].id;
            let due = self.world.rounds[n].wake().is_some_and(|wake| wake <= now);
            if !due || self.leases.get(&id).is_some_and(|until| *until > now) {
                continue;
            }
            self.leases.insert(id, now + LEASE);
            self.world.tick(now, id);
            // A code that only the gateway saw, until now.
            for (p, message, attempt) in self.world.rounds[n].outbox(now) {
                self.world.report(now, id, (p, message, attempt), report);
            }
        }
        Ok(())
    }

    fn tick(&mut self, which: u8) -> Checked {
        let n = self.pick(which);
        let session = self.load(n)?;
        let models = self.world.tick(self.now(), self.world.rounds[n].id);
        let decided = session.tick(self.clock.now());
        same("ticked", &decided.is_ok(), &models)?;
        if let Ok(decision) = decided {
            self.same_decision(&decision, n)?;
        }
        ready(self.desk.session(session.id()))?.map_err(text)?;
        Ok(())
    }

    fn withdraw(&mut self, which: u8, seldom: u8) -> Checked {
        if seldom > 63 {
            return Ok(());
        }
        let n = self.pick(which);
        let session = self.load(n)?;
        let models = self.world.withdraw(self.now(), self.world.rounds[n].id);
        let decided = session.withdraw(self.clock.now());
        same("withdrawn", &decided.is_ok(), &models)?;
        if let Ok(decision) = decided {
            self.same_decision(&decision, n)?;
        }
        let withdrawn = ready(self.desk.withdraw(session.id()))?;
        same("withdrawn", &withdrawn.is_ok(), &models)
    }

    fn pass(&self, how: u8) {
        const SPANS: [i64; 16] = [
            1,
            SECOND,
            29 * SECOND,
            MINUTE - 1,
            MINUTE,
            MINUTE,
            MINUTE + 1,
            2 * MINUTE,
            5 * MINUTE,
            10 * MINUTE,
            10 * MINUTE + 1,
            30 * MINUTE,
            HOUR,
            12 * HOUR,
            -MINUTE,
            -HOUR,
        ];
        let span = SPANS[usize::from(how) % SPANS.len()];
        self.clock.advance(TimeDelta::microseconds(span));
    }

    /// Just before, at, or just after an instant at which something changes in a round.
    fn go_to_a_boundary(&self, which: u8, what: u8, side: u8) {
        let round = &self.world.rounds[self.pick(which)];
        let p = usize::from(what >> 4) % round.people.len();
        let settled = round.people[p]
            .settled_at
            .map(|at| at + round.policy.resend_pause);
        let verified = match round.people[p].state {
            super::State::Verified { at, .. } => Some(at + 10 * MINUTE),
            super::State::Waiting | super::State::Locked => None,
        };
        let over = round.over_at().map(|(at, _)| at);
        let instants = [settled, settled, settled, round.wake(), over, verified];
        let Some(at) = instants[usize::from(what) % instants.len()] else {
            return;
        };
        let at = at + i64::from(side % 3) - 1;
        if at > self.now() {
            self.clock.set(utc(at));
        }
    }

    /// What a single session answers, its event and its next state, where the number has no other.
    fn same_entry(
        &self,
        decision: Result<Decision<beian::EntryOutcome>, SessionError>,
        models: &[(RoundId, EntryOutcome)],
    ) -> Checked {
        let [(id, models)] = models else {
            return Err("one session, and the model has several outcomes".into());
        };
        let n = self.place(*id)?;
        let stored = !self.world.rounds[n].events.is_empty();
        let (refused, decided) = match &decision {
            Ok(_) => (None, true),
            Err(SessionError::Repeated(outcome)) => (Some(*outcome), false),
            Err(SessionError::Refused(why)) => (Some(beian::EntryOutcome::NotCounted(*why)), false),
            Err(SessionError::Key(error)) => return Err(error.to_string()),
        };
        same("stores", &decided, &stored)?;
        let crates = match (refused, decision) {
            (None, Ok(decision)) => {
                self.same_decision(&decision, n)?;
                decision.persisted().1
            }
            (Some(outcome), _) => outcome,
            (None, Err(error)) => return Err(error.to_string()),
        };
        same("outcome", &against::entry_outcome(crates), &Some(*models))
    }

    fn same_request(
        &self,
        decision: Result<Decision<beian::ResendOutcome>, SessionError>,
        models: &[(RoundId, ResendOutcome)],
    ) -> Checked {
        let [(id, models)] = models else {
            return Err("one session, and the model has several outcomes".into());
        };
        let n = self.place(*id)?;
        same(
            "stores",
            &decision.is_ok(),
            &!self.world.rounds[n].events.is_empty(),
        )?;
        let crates = match decision {
            Ok(decision) => {
                self.same_decision(&decision, n)?;
                decision.persisted().1
            }
            Err(SessionError::Refused(why)) => beian::ResendOutcome::NotSent(why),
            Err(error) => return Err(error.to_string()),
        };
        same("outcome", &against::resend_outcome(crates), &Some(*models))
    }

    fn same_decision<A>(&self, decision: &Decision<A>, n: usize) -> Checked {
        let update = decision.update();
        against::same_events(update.events(), &self.world.rounds[n])?;
        against::same_round(update.session(), &self.world.rounds[n])
    }

    /// The one session that an entry for this number sees, if it is one.
    fn alone(&self, who: u16) -> Result<Option<Session>, Difference> {
        match self.world.found(self.now(), number(who))[..] {
            [(n, _)] => self.load(n).map(Some),
            _ => Ok(None),
        }
    }

    fn load(&self, n: usize) -> Result<Session, Difference> {
        let id = self.world.rounds[n].id;
        let session = ready(self.desk.store().load(id.into()))?.map_err(text)?;
        session.ok_or_else(|| format!("round {id} isn't stored"))
    }

    fn place(&self, id: RoundId) -> Result<usize, Difference> {
        let place = self.world.rounds.iter().position(|round| round.id == id);
        place.ok_or_else(|| "no such round".into())
    }

    fn pick(&self, which: u8) -> usize {
        usize::from(which) % self.world.rounds.len()
    }

    fn next_id(&self) -> RoundId {
        RoundId::try_from(self.world.rounds.len()).unwrap_or(0) + 1
    }

    fn now(&self) -> Instant {
        against::instant(self.clock.now())
    }
}

fn number(who: u16) -> Number {
    against::number(&TestPerson(who).mobile())
}

fn who_is(number: Number) -> u16 {
    u16::try_from(number % 10_000).unwrap_or(0)
}

/// What the person was filed with, in one order or another.
fn ids_of(who: u16) -> Vec<String> {
    let mut ids = ids_filed(who, false);
    ids.extend(ids_filed(who, true));
    ids
}

fn ids_filed(who: u16, other: bool) -> Vec<String> {
    let own = format!("77{who:04}");
    match (other, who) {
        (true, _) => vec![format!("66{who:04}")],
        (false, OF_TWO_IDS) => vec![own, SECOND_ID.into()],
        (false, _) => vec![own],
    }
}

/// Every value of the policy, at more than one place of its range.
fn policy(values: u8, switches: u8) -> VerificationPolicy {
    if values.is_multiple_of(4) {
        return VerificationPolicy::REGULATOR;
    }
    let pick = |shift: u32, of: [i64; 4]| of[usize::from(values.rotate_right(shift) & 3)];
    let small = |shift: u32, of: [u8; 4]| of[usize::from(switches.rotate_right(shift) & 3)];
    let noon = switches & 4 == 0;
    let builder = VerificationPolicy::builder()
        .wrong_entries_max(small(3, [5, 1, 2, 10]))
        .wrong_ids_max(small(5, [5, 1, 3, 10]))
        .resend_pause(TimeDelta::seconds(pick(2, [60, 30, 90, 3600])))
        .delivery_clamp(TimeDelta::seconds(pick(4, [600, 0, 1, 300])))
        .unreachable_after(TimeDelta::hours(pick(6, [24, 1, 2, 72])))
        .keep_code(switches.is_multiple_of(4))
        .count_only_matching_ids(switches % 4 == 1)
        .noon_resend(noon);
    let resends = small(6, [0, 1, 2, if noon { 2 } else { 3 }]);
    let window = TimeDelta::minutes(pick(0, [24 * 60, 10, 48 * 60, 72 * 60]));
    let builder = if switches & 8 == 0 {
        builder
    } else {
        builder.not_the_regulators(window, resends)
    };
    builder.build().unwrap_or(VerificationPolicy::REGULATOR)
}

fn ready<F: Future>(future: F) -> Result<F::Output, Difference> {
    block(future).map_err(text)
}

fn text(error: impl std::fmt::Display) -> Difference {
    error.to_string()
}

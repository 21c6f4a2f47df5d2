//! One world: a few dozen orders of people who share numbers, three hosts over one store, a gateway,
//! and everything that goes wrong. Small, so that many run side by side and a failing one is soon
//! found again.

use std::{
    collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap},
    mem,
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll, Waker},
};

use beian::{
    FilingOrder, OrderLife, OrderStatus, Recipient, Recipients, Requirement, ReturnCause, Role,
    Roles, VerificationPolicy,
    filing::OrderStep,
    host::{Desk, MemoryStore, SendOutcome, SessionStore, block},
    rulebook,
};
use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    attackers::Attack,
    desk::{Answer, Asked},
    dice::Dice,
    foretold::Foretold,
    host::Host,
    hub::{HOSTS, Handed, Hub, Shared, Task, name},
    options::World as Weather,
    orders::{Filing, Somebody, of_round},
    people::Sms,
    reference::{
        End, HOUR, Instant, MINUTE, RoundId, SECOND,
        against::{self, Difference},
    },
    rings::{HostKeys, Ring, both},
    tally::Tally,
};

/// After so many a host doesn't try to open a round any more: some six days.
const TRIES: i64 = 200;

/// How many messages a host sends at once.
const IN_FLIGHT: u16 = 4;

/// A call in the middle of its effects.
type Doing<'a> = Pin<Box<dyn Future<Output = Answer> + 'a>>;

/// How a world went: what it counted, or at which step it went wrong, and how.
pub type Run = Result<Tally, (u64, Difference)>;

pub struct Platform {
    pub seed: u64,
    pub weather: Weather,
    pub hub: Shared,
    pub now: Instant,
    pub people: u16,
    pub orders: Vec<Order>,
    pub inboxes: HashMap<u16, Vec<Sms>>,
    /// Who knows of themselves that they are done, and where.
    pub done: BTreeSet<(u16, RoundId)>,
    /// What platforms know of their orders, and foretell.
    pub foretold: BTreeMap<u32, Foretold>,
    pub store: Arc<MemoryStore>,
    desks: Arc<[Desk<Host>; HOSTS]>,
    offsets: [i64; HOSTS],
    jumpy: bool,
    policy: VerificationPolicy,
    queue: BinaryHeap<Planned>,
    planned: u64,
    /// Of what happens now, and how much it has planned.
    root: u64,
    offspring: u64,
    dispatch_at: Option<Instant>,
    steps: u64,
    looks: u64,
    last_day: Instant,
}

pub struct Order {
    pub filing: Filing,
    life: OrderLife,
    /// The rounds that were opened, and the one that is to be.
    rounds: Vec<RoundId>,
    next: Option<Asked>,
    /// How often that was asked in vain.
    tries: u16,
    /// Who verifies in it, with the IDs of the order.
    recipients: Option<Recipients>,
    submitted_at: Instant,
    approved: bool,
}

impl Order {
    /// What there is to see of it: its life, and whether it was approved at last.
    pub const fn shown(&self) -> (&OrderLife, bool) {
        (&self.life, self.approved)
    }

    /// Who verifies in it, as it was submitted last.
    pub const fn recipients(&self) -> Option<&Recipients> {
        self.recipients.as_ref()
    }

    /// Whether people verify or the administration reviews.
    pub fn is_under_way(&self) -> bool {
        let status = self.life.status();
        let in_verification = status == OrderStatus::SmsVerification;
        in_verification || status == OrderStatus::AdministrationReview && !self.approved
    }

    pub fn newest_round(&self) -> Option<RoundId> {
        self.rounds.last().copied()
    }

    pub fn renewed(&self) -> bool {
        self.filing.renewed
    }
}

/// What happens at an instant; of the same instant, what was planned first.
struct Planned {
    at: Instant,
    place: u64,
    /// What its dice are made of: it descends from what planned it, so that a world with fewer
    /// orders goes on much as before with those.
    root: u64,
    what: Happening,
}

#[derive(Clone)]
pub enum Happening {
    /// An order is submitted to the administration (R02), or again after it was returned (B14).
    Submit(u32),
    /// The call that opens its round is made again: the host died, or was told to come later.
    OpenAgain(u32),
    Withdraw(u32),
    /// Somebody wants personal data gone, whether the round has ended or not.
    Erase(RoundId),
    /// Planned for this instant; another one in its place makes it stale.
    Dispatch(Instant),
    Arrive(Sms),
    Report(beian::MessageId, beian::DeliveryReport),
    Read {
        who: Somebody,
        sms: usize,
        tries: u8,
    },
    Ask {
        who: Somebody,
        round: RoundId,
        times: u8,
    },
    /// A form is sent once more, after a lost answer or by a double click.
    Again(Box<Asked>),
    Attack(Box<Attack>),
    /// The administration returns an order from its review.
    Return(u32),
    Skew,
    Keys,
    /// A platform comes back to an order; planned for this instant, as a dispatch is.
    Look(u32, Instant),
    /// The administration approves an order, which only platforms see.
    Approve(u32),
}

/// Runs a world to its end, or through so many steps.
pub fn run(seed: u64, size: u32, weather: Weather, only: Option<&[u32]>, steps: u64) -> Run {
    let mut platform = Platform::new(seed, size, weather, only);
    let ran = platform.live(steps);
    ran.map_err(|difference| (platform.steps, difference))?;
    let mut hub = platform.hub.lock();
    Ok(mem::take(&mut hub.tally))
}

impl Platform {
    fn new(seed: u64, size: u32, weather: Weather, only: Option<&[u32]>) -> Self {
        let mut dice = Dice::of(&[seed, 2]);
        // From the months before the pilot on to 2026.
        let start = dice.between(1_496_246_400, 1_780_243_200) * SECOND;
        let days = 7;
        let hub = Shared::new(seed, weather, both());
        let store = Arc::new(MemoryStore::default());
        let desks = std::array::from_fn(|number| {
            let host = Host {
                number,
                hub: hub.clone(),
                store: Arc::clone(&store),
            };
            let keys = HostKeys {
                number,
                hub: hub.clone(),
                both: both(),
            };
            Desk::new(host.clone(), keys, host).in_flight(IN_FLIGHT)
        });
        let mut platform = Self {
            seed,
            weather,
            hub,
            now: start,
            // Some numbers serve in several orders, some in many.
            people: (size / 2 + 2) as u16,
            orders: Vec::new(),
            inboxes: HashMap::new(),
            done: BTreeSet::new(),
            foretold: BTreeMap::new(),
            store,
            desks: Arc::new(desks),
            offsets: [0; HOSTS],
            jumpy: dice.happens(weather.clocks),
            policy: policy(&mut dice, &weather),
            queue: BinaryHeap::new(),
            planned: 0,
            root: seed,
            offspring: 0,
            dispatch_at: None,
            steps: 0,
            looks: 0,
            last_day: start + (days + 5) * 24 * HOUR,
        };
        for order in 0..size {
            let mut dice = Dice::of(&[seed, 3, u64::from(order)]);
            let at = start + dice.between(0, days * 24 * HOUR);
            let filing = Filing::of(&mut dice, platform.people, against::utc(at));
            let life = OrderLife::new();
            platform.orders.push(Order {
                filing,
                life,
                rounds: Vec::new(),
                next: None,
                tries: 0,
                recipients: None,
                submitted_at: at,
                approved: false,
            });
            if only.is_none_or(|only| only.contains(&order)) {
                (platform.root, platform.offspring) = (dice.throw(), 0);
                platform.plan(at, Happening::Submit(order));
            }
        }
        platform.plan(start, Happening::Skew);
        let mut dice = Dice::of(&[seed, 8]);
        if dice.happens(weather.keys) {
            platform.plan(start + dice.between(0, 48 * HOUR), Happening::Keys);
        }
        platform
    }

    pub fn plan(&mut self, at: Instant, what: Happening) {
        self.planned += 1;
        self.offspring += 1;
        let root = Dice::of(&[self.root, self.offspring]).throw();
        self.queue.push(Planned {
            at,
            place: self.planned,
            root,
            what,
        });
    }

    /// As [`plan`](Self::plan), but what happens beside it stays what it was.
    pub fn plan_aside(&mut self, at: Instant, what: Happening) {
        self.planned += 1;
        self.queue.push(Planned {
            at,
            place: self.planned,
            root: 0,
            what,
        });
    }

    pub fn jumpy(&self) -> bool {
        self.jumpy
    }

    pub fn later(&mut self, span: i64, what: Happening) {
        self.plan(self.now + span, what);
    }

    pub fn count(&self, section: &'static str, row: &'static str) {
        self.hub.lock().tally.one(section, row);
    }

    fn live(&mut self, steps: u64) -> Result<(), Difference> {
        let most = 5_000 * self.orders.len() as u64;
        while let Some(Planned { at, what, root, .. }) = self.queue.pop() {
            if let Happening::Look(..) | Happening::Approve(_) = what {
                self.looks += 1;
                if self.looks > most {
                    return Err("platforms look for ever".into());
                }
                self.now = self.now.max(at);
                self.beside(&what)?;
                continue;
            }
            // Before the steps that were asked for, so that a world cut off there fails as the whole one does.
            if self.steps > most {
                return Err("the world never ends".into());
            }
            if self.steps >= steps {
                return Ok(());
            }
            self.steps += 1;
            self.now = self.now.max(at);
            (self.root, self.offspring) = (root, 0);
            let mut dice = Dice::of(&[self.seed, 4, root]);
            self.happen(&mut dice, what)?;
            self.follow()?;
        }
        self.close()
    }

    fn happen(&mut self, dice: &mut Dice, what: Happening) -> Result<(), Difference> {
        match what {
            Happening::Submit(order) => self.submit(dice, order),
            Happening::OpenAgain(order) => self.open(dice, order),
            Happening::Withdraw(order) => self.withdraw(dice, order),
            Happening::Erase(round) => {
                let answers = self.call(dice, &[Asked::Erase(round)])?;
                self.count(
                    "requests to erase a round",
                    match answers.first() {
                        Some(Answer::Erased) => "erased",
                        Some(Answer::Refused) => "refused: open, or erased already",
                        _ => "unanswered",
                    },
                );
                Ok(())
            }
            Happening::Return(order) => self.returned(order),
            Happening::Dispatch(planned) if self.dispatch_at != Some(planned) => Ok(()),
            Happening::Dispatch(_) => {
                self.dispatch_at = None;
                self.call(dice, &[Asked::Dispatch]).map(drop)
            }
            Happening::Arrive(sms) => {
                self.arrive(dice, sms);
                Ok(())
            }
            Happening::Report(message, report) => {
                self.call(dice, &[Asked::Report(message, report)]).map(drop)
            }
            Happening::Read { who, sms, tries } => self.read(dice, who, sms, tries),
            Happening::Ask { who, round, times } => self.ask(dice, who, round, times),
            Happening::Again(asked) => {
                let answers = self.call(dice, std::slice::from_ref(&*asked))?;
                self.say_done(&asked, &answers);
                Ok(())
            }
            Happening::Attack(attack) => self.attack(dice, *attack),
            Happening::Skew => {
                self.skew(dice);
                Ok(())
            }
            Happening::Keys => {
                self.change_keys(dice);
                Ok(())
            }
            Happening::Look(..) | Happening::Approve(_) => self.beside(&what),
        }
    }

    /// What is no step of the world: it goes the same way with and without.
    fn beside(&mut self, what: &Happening) -> Result<(), Difference> {
        match *what {
            Happening::Look(order, planned) => self.look(order, planned),
            Happening::Approve(order) => {
                self.orders[order as usize].approved = true;
                self.happened(order, OrderStep::Approve);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    // ---- orders

    /// From the initial review, or from returned.
    fn submit(&mut self, dice: &mut Dice, number: u32) -> Result<(), Difference> {
        let order = &self.orders[number as usize];
        let first = order.life.rounds() == 0;
        if !first && order.life.status() != OrderStatus::Returned {
            return Ok(()); // withdrawn meanwhile
        }
        if first && self.weather.platforms {
            self.takes_in(number)?;
        }
        let Some(filing) = &order.filing.order else {
            return Ok(());
        };
        let Some(requirement) = self.requirement(number, filing) else {
            return Err("an order was built that can't be filed".into());
        };
        let order = &mut self.orders[number as usize];
        let Requirement::Verify(recipients) = requirement else {
            let life = if first {
                order.life.submit(None)
            } else {
                order.life.resubmit(None)
            };
            order.life = life.map_err(|refusal| refusal.to_string())?;
            self.foretold.remove(&number);
            return Ok(());
        };
        let recipients = match self.policy.is_the_regulators() {
            true if self.policy == VerificationPolicy::REGULATOR => recipients,
            _ => recipients.with_policy(self.policy.clone()),
        };
        let somebody = |one: &Recipient| Somebody::with(one.mobile());
        let renewed = order.filing.renewed;
        let person = |one: &Recipient| (somebody(one).number(), vec![somebody(one).id(renewed)]);
        let people = recipients.iter().map(person).collect();
        // D25: the IDs are carried over, or given again.
        let previous = order.rounds.last().copied().filter(|_| dice.happens(0.5));
        let without = recipients
            .iter()
            .map(|one| Recipient::new(*one.mobile(), Role::EntityLeader, []));
        let without = Recipients::new(without, recipients.policy().clone());
        order.recipients = Some(recipients.clone());
        let recipients = without.filter(|_| previous.is_some()).unwrap_or(recipients);
        let id = RoundId::from(number + 1) << 8 | order.rounds.len() as RoundId;
        order.next = Some(Asked::Open {
            id,
            recipients,
            people,
            previous,
        });
        self.open(dice, number)
    }

    /// Who verifies: by the table in force, or whom the regulator texted instead (B02).
    fn requirement(&self, number: u32, filing: &FilingOrder) -> Option<Requirement> {
        let now = against::utc(self.now);
        let mut dice = Dice::of(&[self.seed, 10, u64::from(number)]);
        // Before the pilot nobody is texted at all.
        let period = rulebook::in_force(now, filing.province());
        let (true, Ok(period)) = (dice.happens(self.weather.overrides), period) else {
            return rulebook::requirement(filing, now).ok();
        };
        let texted = dice.pick(&[
            Roles::from(Role::EntityLeader),
            Role::ServiceAdministrator.into(),
            Roles::from(Role::EntityLeader) | Role::ServiceAdministrator.into(),
        ]);
        Some(period.rulebook().requirement_as_texted(filing, texted))
    }

    fn open(&mut self, dice: &mut Dice, number: u32) -> Result<(), Difference> {
        let Some(asked) = self.orders[number as usize].next.clone() else {
            return Ok(());
        };
        let Asked::Open {
            id,
            recipients,
            previous,
            ..
        } = &asked
        else {
            return Ok(());
        };
        let order = &self.orders[number as usize];
        if order.life.status() == OrderStatus::Withdrawn {
            self.give_up(number, "withdrawn before their next round");
            return Ok(());
        }
        let without_ids = order.recipients.as_ref() != Some(recipients);
        let erased = previous.is_some_and(|previous| self.hub.lock().is_erased(previous));
        self.call(dice, std::slice::from_ref(&asked))?;
        // Whatever was answered, and to whom: the round is there, or it isn't.
        let opened = {
            let hub = self.hub.lock();
            hub.model.rounds.iter().any(|round| round.id == *id)
        };
        if opened && without_ids && erased {
            return Err("IDs that were erased serve in a new round (D25)".into());
        }
        if !opened {
            // Perhaps it was for a key that is missing: another host may have it, or nobody any more.
            let short = !self.hub.lock().rings.iter().all(|ring| ring.is_whole());
            let given_up = short && Dice::of(&[self.seed, 9, self.steps]).happens(0.2);
            if erased || given_up {
                self.ask_for_ids(number);
            }
            let order = &mut self.orders[number as usize];
            order.tries += 1;
            let tries = i64::from(order.tries);
            if tries > TRIES {
                self.give_up(number, "given up: their round couldn't be opened");
                return Ok(());
            }
            self.later(tries.min(60) * MINUTE, Happening::OpenAgain(number));
            return Ok(());
        }
        self.resubmits(number, *id)?;
        let order = &mut self.orders[number as usize];
        (order.next, order.tries) = (None, 0);
        order.rounds.push(*id);
        let recipients_of_it = Some(recipients);
        let life = match order.life.rounds() {
            0 => order.life.submit(recipients_of_it),
            _ => order.life.resubmit(recipients_of_it),
        };
        order.life = life.map_err(|refusal| refusal.to_string())?;
        self.foretell(*id)?;
        self.count("~rounds", "rounds");
        for (p, recipient) in recipients.iter().enumerate() {
            let who = Somebody::with(recipient.mobile());
            let wait = dice.between(15 * MINUTE, 60 * MINUTE);
            self.later(
                wait,
                Happening::Ask {
                    who,
                    round: *id,
                    times: 0,
                },
            );
            if dice.happens(self.weather.attacks) {
                self.lure(dice, who, *id, p);
            }
        }
        if dice.happens(0.01) {
            let wait = dice.between(0, 30 * HOUR);
            self.later(wait, Happening::Withdraw(number));
        }
        if dice.happens(self.weather.erasures) {
            let wait = dice.between(0, 80 * HOUR);
            self.later(wait, Happening::Erase(*id));
        }
        Ok(())
    }

    /// The order's next round isn't opened any more.
    fn give_up(&mut self, number: u32, why: &'static str) {
        self.orders[number as usize].next = None;
        self.count("orders that went no further", why);
    }

    /// D25: they are gone with the round before.
    fn ask_for_ids(&mut self, number: u32) {
        let order = &mut self.orders[number as usize];
        if let (Some(Asked::Open { recipients, .. }), Some(whole)) =
            (&mut order.next, &order.recipients)
        {
            *recipients = whole.clone();
        }
    }

    fn withdraw(&mut self, dice: &mut Dice, number: u32) -> Result<(), Difference> {
        let Some(round) = self.orders[number as usize].rounds.last().copied() else {
            return Ok(());
        };
        self.call(dice, &[Asked::Withdraw(round)]).map(drop)
    }

    /// From the administration's review.
    fn returned(&mut self, number: u32) -> Result<(), Difference> {
        let order = &mut self.orders[number as usize];
        let life = order.life.return_for(ReturnCause::AdministrationDecision);
        order.life = life.map_err(|refusal| refusal.to_string())?;
        self.happened(number, OrderStep::Return);
        self.later(HOUR, Happening::Submit(number));
        Ok(())
    }

    /// A round has ended, and its order goes on.
    fn ended(&mut self, id: RoundId) -> Result<(), Difference> {
        let number = of_round(id);
        let session = block(self.store.load(id.into())).map_err(|error| error.to_string())?;
        let session = session
            .map_err(|error| error.to_string())?
            .ok_or("a round is gone")?;
        self.held(id, session.status())?;
        let order = &mut self.orders[number as usize];
        let life = order.life.after_round(session.status());
        order.life = life.map_err(|refusal| refusal.to_string())?;
        let mut dice = Dice::of(&[self.seed, 5, id as u64]);
        match against::end(session.status()) {
            Some(End::Completed { at }) => {
                let quarters = (at - order.submitted_at) / (15 * MINUTE);
                *self.hub.lock().tally.quarters.entry(quarters).or_default() += 1;
                self.count("rounds ended", "completed");
                self.happened(number, OrderStep::Complete);
                if dice.happens(0.03) && self.orders[number as usize].rounds.len() < 3 {
                    self.later(
                        dice.between(24 * HOUR, 240 * HOUR),
                        Happening::Return(number),
                    );
                } else {
                    // Up to twenty working days (B16).
                    let wait = Dice::of(&[self.seed, 28, id as u64]).between(HOUR, 28 * 24 * HOUR);
                    self.plan_aside(self.now + wait, Happening::Approve(number));
                }
            }
            Some(End::Returned { cause, .. }) => {
                self.happened(number, OrderStep::Return);
                self.count(
                    "rounds ended",
                    match cause {
                        crate::reference::Cause::TooManyWrongEntries => {
                            "returned: too many wrong entries"
                        }
                        crate::reference::Cause::Unreachable => "returned: unreachable",
                        crate::reference::Cause::WindowClosed => "returned: window closed",
                    },
                );
                if dice.happens(0.6) && self.orders[number as usize].rounds.len() < 3 {
                    self.later(dice.between(HOUR, 48 * HOUR), Happening::Submit(number));
                }
            }
            Some(End::Withdrawn { .. }) => {
                self.happened(number, OrderStep::Withdraw);
                self.count("rounds ended", "withdrawn");
            }
            None => return Err("a round ended and is open".into()),
        }
        Ok(())
    }

    // ---- hosts

    /// Asks a host, or several at once; the answers to what was asked, in its order.
    pub fn call(&mut self, dice: &mut Dice, asked: &[Asked]) -> Result<Vec<Answer>, Difference> {
        if asked.len() > 1 || dice.happens(self.weather.races) {
            return self.race(dice, asked);
        }
        let host = dice.place(HOSTS);
        self.begin(dice, host, &asked[0]);
        let desks = Arc::clone(&self.desks);
        let mut future = pin!(asked[0].perform(&desks[host]));
        let answer = match future
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()))
        {
            Poll::Ready(answer) => answer,
            Poll::Pending => Answer::Dead,
        };
        self.set_clocks();
        finish(&mut self.hub.lock(), host, &answer)?;
        Ok(vec![answer])
    }

    /// All hosts at once, effect by effect, in any order.
    fn race(&mut self, dice: &mut Dice, asked: &[Asked]) -> Result<Vec<Answer>, Difference> {
        let mut all: Vec<Asked> = asked.iter().take(HOSTS).cloned().collect();
        while all.len() < HOSTS {
            all.push(match dice.up_to(2) {
                0 if asked.len() == 1 => asked[0].clone(),
                _ => Asked::Dispatch,
            });
        }
        self.count("hosts", "races");
        let first = dice.place(HOSTS);
        let desks = Arc::clone(&self.desks);
        self.hub.lock().stepping = true;
        let mut doing: Vec<(usize, usize, Doing<'_>)> = Vec::new();
        for (n, one) in all.iter().enumerate() {
            let host = (first + n) % HOSTS;
            self.begin(dice, host, one);
            doing.push((n, host, Box::pin(one.perform(&desks[host]))));
        }
        let mut answers: Vec<Option<Answer>> = all.iter().map(|_| None).collect();
        while !doing.is_empty() {
            if dice.happens(0.1) {
                self.now += dice.between(0, 2 * SECOND);
                self.set_clocks();
            }
            let turn = dice.place(doing.len());
            let (n, host, future) = &mut doing[turn];
            let polled = future
                .as_mut()
                .poll(&mut Context::from_waker(Waker::noop()));
            let mut hub = self.hub.lock();
            let answer = match polled {
                Poll::Ready(answer) => answer,
                Poll::Pending if hub.tasks[*host].dead => Answer::Dead,
                Poll::Pending => continue,
            };
            finish(&mut hub, *host, &answer)?;
            drop(hub);
            answers[*n] = Some(answer);
            drop(doing.swap_remove(turn));
        }
        self.hub.lock().stepping = false;
        self.set_clocks();
        Ok(answers.into_iter().flatten().take(asked.len()).collect())
    }

    fn begin(&mut self, dice: &mut Dice, host: usize, asked: &Asked) {
        let dies = dice
            .happens(self.weather.crashes)
            .then(|| dice.up_to(5) as u32);
        self.set_clocks();
        self.hub.lock().tasks[host] = Task::begin(asked.command(), dies);
    }

    fn set_clocks(&mut self) {
        let mut hub = self.hub.lock();
        self.now += mem::take(&mut hub.passed);
        hub.clocks = self.offsets.map(|offset| self.now + offset);
    }

    /// Seconds, or in some worlds hours: forwards and back.
    fn skew(&mut self, dice: &mut Dice) {
        let host = dice.place(HOSTS);
        self.offsets[host] = match (self.jumpy, dice.up_to(9)) {
            (true, 0) => 26 * HOUR,
            (true, 1..4) => dice.between(-2 * HOUR, 2 * HOUR),
            (true, 4..7) => dice.between(-10 * MINUTE, 10 * MINUTE),
            _ => dice.between(-2 * SECOND, 2 * SECOND),
        };
        if self.now < self.last_day {
            self.later(dice.between(HOUR, 11 * HOUR), Happening::Skew);
        }
    }

    /// A host gets other keys.
    fn change_keys(&mut self, dice: &mut Dice) {
        let host = dice.place(HOSTS);
        self.hub.lock().rings[host] = Ring::of(dice);
        if self.now < self.last_day {
            self.later(dice.between(MINUTE, 6 * HOUR), Happening::Keys);
        }
    }

    // ---- what follows from a step

    fn follow(&mut self) -> Result<(), Difference> {
        let (handed, verified, ended) = {
            let mut hub = self.hub.lock();
            if let Some(wrong) = hub.wrong.take() {
                return Err(wrong);
            }
            (
                mem::take(&mut hub.handed),
                mem::take(&mut hub.verified),
                mem::take(&mut hub.ended),
            )
        };
        for message in handed {
            self.carry(message);
        }
        for (round, number, at) in verified {
            self.verified(round, number, at)?;
        }
        // Returned and withdrawn in one race: it is its last state that the order follows.
        for id in ended.into_iter().collect::<BTreeSet<_>>() {
            self.ended(id)?;
        }
        self.plan_dispatch()
    }

    /// The gateway: what it was handed arrives late, twice or never, and so do its reports.
    fn carry(&mut self, message: Handed) {
        let Handed {
            id,
            number,
            code,
            outcome,
            arrives,
        } = message;
        let place = u64::from(id.recipient) << 32 | u64::from(id.number) << 16;
        let parts = [self.seed, 6, place | u64::from(id.attempt), self.now as u64];
        let mut dice = Dice::of(&parts);
        let latency = match dice.up_to(19) {
            0 => dice.between(10 * MINUTE, 3 * HOUR),
            _ => dice.between(5 * SECOND, 10 * MINUTE),
        };
        let who = Somebody::of(number);
        let round = against::round_of(id.session);
        let code = code.parse().unwrap_or(0);
        let sms = Sms { who, round, code };
        if arrives {
            self.later(latency, Happening::Arrive(sms));
            if dice.happens(0.02) {
                self.later(latency + MINUTE, Happening::Arrive(sms));
            }
        }
        let report = match (outcome, arrives) {
            (SendOutcome::Accepted, false) => beian::DeliveryReport::Undelivered,
            (_, true) => beian::DeliveryReport::Delivered,
            (
                SendOutcome::Deferred
                | SendOutcome::Failed
                | SendOutcome::FailedWith(_)
                | SendOutcome::NotTried { .. },
                false,
            ) => return,
        };
        let delay = match dice.up_to(9) {
            0 => return, // never
            1 => dice.between(HOUR, 30 * HOUR),
            _ => latency + dice.between(0, 2 * MINUTE),
        };
        self.later(delay, Happening::Report(id, report));
        if dice.happens(0.05) {
            self.later(delay + dice.between(0, HOUR), Happening::Report(id, report));
        }
    }

    /// The workers come when something is due; what a dead host has leased, they try again for.
    fn plan_dispatch(&mut self) -> Result<(), Difference> {
        let earliest = block(self.store.next_due(DateTime::<Utc>::MIN_UTC));
        let earliest = earliest.map_err(|error| error.to_string())?;
        let Some(wake) = earliest.map_err(|error| error.to_string())? else {
            return Ok(());
        };
        let wake = against::instant(wake);
        let at = if wake > self.now {
            wake
        } else if self.dispatch_at.is_some() {
            return Ok(());
        } else {
            self.now + Dice::of(&[self.seed, 7, self.now as u64]).between(SECOND, 20 * SECOND)
        };
        if self.dispatch_at.is_none_or(|planned| at < planned) {
            self.dispatch_at = Some(at);
            self.plan(at, Happening::Dispatch(at));
        }
        Ok(())
    }

    /// Nothing hangs for ever, and the store holds what the model says.
    fn close(&mut self) -> Result<(), Difference> {
        let mut hub = self.hub.lock();
        let sessions = self.store.sessions();
        if sessions.len() != hub.model.rounds.len() {
            return Err("the store lost or made up a round".into());
        }
        for session in &sessions {
            if session.status().is_open() {
                return Err("a round never ended".into());
            }
            against::same_round(session, hub.model.round(against::round_id(session)))?;
        }
        for order in &self.orders {
            let row = match (order.filing.order.is_some(), order.life.status()) {
                (false, _) => "not taken: R10, R11, or an app before its time",
                (true, OrderStatus::AdministrationReview) if order.rounds.is_empty() => {
                    "handed over, nobody had to verify"
                }
                (true, OrderStatus::AdministrationReview) => match order.rounds.len() {
                    1 => "handed over after the first round",
                    2 => "handed over after the second round",
                    _ => "handed over after the third round",
                },
                (true, OrderStatus::Returned) => "returned and given up",
                (true, OrderStatus::Withdrawn) => "withdrawn",
                (true, _) => "still under way",
            };
            hub.tally.one("orders", row);
        }
        let counts: Vec<u8> = hub.ledger.messages().collect();
        for count in counts {
            hub.tally.one(
                "accepted messages a person and round",
                match count {
                    0 => "none",
                    1 => "one",
                    2 => "two",
                    3 => "three",
                    _ => "four",
                },
            );
        }
        hub.tally.more("~steps", "steps", self.steps);
        hub.tally.more("~looks", "looks", self.looks);
        Ok(())
    }

    pub fn tell_outcomes(&self, answers: &[Answer]) {
        let mut hub = self.hub.lock();
        for answer in answers {
            if let Answer::Submitted(submitted) = answer {
                for (_, outcome) in submitted.orders() {
                    if let Some(outcome) = against::entry_outcome(*outcome) {
                        hub.tally.one(
                            "entries, in each order they were judged over",
                            name(outcome),
                        );
                    }
                }
                if submitted.orders().is_empty() {
                    hub.tally.one(
                        "entries, in each order they were judged over",
                        "number unknown",
                    );
                }
            }
        }
    }
}

fn finish(hub: &mut Hub, host: usize, answer: &Answer) -> Result<(), Difference> {
    if let Some(wrong) = hub.wrong.take() {
        return Err(wrong);
    }
    hub.tally.one(
        "hosts",
        match answer {
            Answer::Dead => "calls cut off by a crash",
            Answer::Busy => "calls told to come later",
            _ => "calls",
        },
    );
    answer.check(&hub.tasks[host])
}

/// The regulator's, or one with other values out of the whole range.
fn policy(dice: &mut Dice, weather: &Weather) -> VerificationPolicy {
    let mut builder = VerificationPolicy::builder();
    if dice.happens(weather.policies) {
        let noon = dice.happens(0.4);
        builder = builder
            .wrong_entries_max(dice.between(1, 10) as u8)
            .wrong_ids_max(dice.between(1, 10) as u8)
            .resend_pause(TimeDelta::seconds(dice.between(30, 3600)))
            .delivery_clamp(TimeDelta::seconds(dice.between(0, 600)))
            .unreachable_after(TimeDelta::minutes(dice.between(60, 72 * 60)))
            .keep_code(dice.happens(0.3))
            .count_only_matching_ids(dice.happens(0.3))
            .noon_resend(noon);
        if dice.happens(0.3) {
            let resends = dice.between(0, if noon { 2 } else { 3 }) as u8;
            let window = TimeDelta::minutes(dice.between(10, 72 * 60));
            builder = builder.not_the_regulators(window, resends);
        }
    }
    if let Some(entries) = weather.entries {
        builder = builder.wrong_entries_max(entries);
    }
    builder.build().unwrap()
}

impl PartialEq for Planned {
    fn eq(&self, other: &Self) -> bool {
        self.place == other.place
    }
}

impl Eq for Planned {}

impl PartialOrd for Planned {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// The greatest comes first out of the heap: the earliest.
impl Ord for Planned {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (other.at, other.place).cmp(&(self.at, self.place))
    }
}

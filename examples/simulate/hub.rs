//! What every effect of a host passes through: loads, saves and messages are watched here, and each
//! write is compared with what the model makes of the same command at the same moment.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard},
};

use beian::{
    KeyRing, Message, MessageId, MobileNumber, Session, Update,
    host::{LeftOut, SendOutcome},
};
use chrono::TimeDelta;

use crate::{
    dice::Dice,
    ledger::Ledger,
    options::World as Weather,
    reference::{
        self, Entry, EntryOutcome, Instant, Person, Report, ResendOutcome, Round, RoundId, SECOND,
        State, VerificationPolicy, World,
        against::{self, Difference, same},
    },
    rings::{Needed, Ring, left},
    tally::Tally,
};

pub const HOSTS: usize = 3;

/// What the senders say, of a lease of 30 seconds.
pub const LONGEST_SEND: i64 = 10 * SECOND;

/// Person, message, try.
pub type Place = (usize, usize, u16);

/// What a host is asked, in the model's words.
#[derive(Clone, Default)]
pub enum Command {
    #[default]
    Nothing,
    Open {
        id: RoundId,
        people: Vec<(u64, Vec<u64>)>,
        policy: VerificationPolicy,
        /// The round whose IDs serve in this one (D25).
        carried: Option<RoundId>,
    },
    Submit(Entry),
    Resend {
        number: u64,
        id: u64,
    },
    Report {
        place: Place,
        report: Report,
    },
    Withdraw,
    Erase,
    Dispatch,
}

/// One host in the middle of a command.
#[derive(Default)]
pub struct Task {
    pub command: Command,
    /// What its clock showed it last.
    pub now: Instant,
    /// The rounds as it found them, in a dispatch all that it has in hand, and as the model leaves them.
    before: Vec<Round>,
    after: Vec<Round>,
    pub entry: Vec<(RoundId, EntryOutcome)>,
    pub resend: Vec<(RoundId, ResendOutcome)>,
    /// The rounds that can't be judged, for a key that is missing.
    left_out: Vec<RoundId>,
    pub applied: Option<bool>,
    pub saved: bool,
    /// What the gateway said of the messages in hand, until it is stored.
    said: BTreeMap<RoundId, (Place, Report)>,
    /// Messages for which its sender took longer than it said.
    pub slow: Vec<MessageId>,
    /// The host dies at the effect when this is used up.
    pub points_left: Option<u32>,
    pub dead: bool,
}

/// A message that the gateway was handed.
pub struct Handed {
    pub id: MessageId,
    pub number: u64,
    pub code: String,
    pub outcome: SendOutcome,
    pub arrives: bool,
}

pub struct Hub {
    pub model: World,
    pub tasks: [Task; HOSTS],
    pub clocks: [Instant; HOSTS],
    /// How much time slow senders took since the world last looked.
    pub passed: Instant,
    pub rings: [Ring; HOSTS],
    needed: Needed,
    /// Whether hosts take turns before each effect.
    pub stepping: bool,
    pub wrong: Option<Difference>,
    pub handed: Vec<Handed>,
    /// Who, in which round, and when.
    pub verified: Vec<(RoundId, u64, Instant)>,
    pub ended: Vec<RoundId>,
    pub ledger: Ledger,
    pub tally: Tally,
    pub keys: KeyRing,
    pub seed: u64,
    pub weather: Weather,
}

#[derive(Clone)]
pub struct Shared(Arc<Mutex<Hub>>);

impl Shared {
    pub fn new(seed: u64, weather: Weather, keys: KeyRing) -> Self {
        Self(Arc::new(Mutex::new(Hub {
            model: World::default(),
            tasks: Default::default(),
            clocks: [0; HOSTS],
            passed: 0,
            rings: [Ring::whole(); HOSTS],
            needed: Needed::default(),
            stepping: false,
            wrong: None,
            handed: Vec::new(),
            verified: Vec::new(),
            ended: Vec::new(),
            ledger: Ledger::default(),
            tally: Tally::default(),
            keys,
            seed,
            weather,
        })))
    }

    pub fn lock(&self) -> MutexGuard<'_, Hub> {
        self.0.lock().unwrap()
    }
}

impl Hub {
    fn note(&mut self, checked: Result<(), Difference>) {
        if let Err(difference) = checked {
            self.wrong.get_or_insert(difference);
        }
    }

    /// Whether numbers and IDs of this round are gone (D25).
    pub fn is_erased(&self, id: RoundId) -> bool {
        let erased = |round: &Round| round.people.iter().all(|person| person.number == 0);
        erased(self.model.round(id))
    }

    /// A host looks for the rounds of a number: they are what the model says, and here is decided
    /// what has to come of an entry or a request.
    pub fn found(&mut self, host: usize, mobile: &MobileNumber, now: Instant, stored: &[Session]) {
        let places = self.model.found(now, against::number(mobile));
        let rounds = places.iter().map(|&(r, _)| &self.model.rounds[r]);
        let mut models: Vec<_> = rounds
            .clone()
            .map(|round| (round.id, round.version))
            .collect();
        let before: Vec<Round> = rounds.cloned().collect();
        let mut crates: Vec<_> = stored
            .iter()
            .map(|session| (against::round_id(session), session.version()))
            .collect();
        models.sort_unstable();
        crates.sort_unstable();
        self.note(same("found", &crates, &models));
        let task = &mut self.tasks[host];
        let mut part = World {
            rounds: before.clone(),
        };
        let (ring, needed) = (self.rings[host], &self.needed);
        match &task.command {
            Command::Submit(entry) => {
                let judged = |round: &Round| needed.judges(ring, round.id, entry.number);
                task.left_out = match part.remembered(now, entry).is_empty() {
                    true => left(&mut part, judged),
                    false => Vec::new(),
                };
                task.entry = part.submit(now, entry);
            }
            Command::Resend { number, id } => {
                let compared = |round: &Round| needed.compares(ring, round.id, *number);
                task.left_out = left(&mut part, compared);
                task.resend = part.resend(now, *number, *id);
            }
            _ => return,
        }
        if !task.left_out.is_empty() {
            self.tally
                .one("hosts", "judged without a round whose key is missing");
        }
        (task.before, task.after) = (before, part.rounds);
    }

    pub fn loaded(&mut self, host: usize, id: RoundId, stored: Option<&Session>) {
        let round = self
            .model
            .rounds
            .iter()
            .find(|round| round.id == id)
            .cloned();
        let version = round.as_ref().map(|round| round.version);
        let checked = same("loaded", &stored.map(Session::version), &version);
        self.tasks[host].sees(id, round);
        self.note(checked);
    }

    /// A save that the store refused: another host has to have been faster.
    pub fn refused(&mut self, updates: &[Update]) {
        self.tally.one("hosts", "conflicts");
        let moved = updates.iter().any(|update| {
            let id = against::round_of(update.id());
            let live = self.model.rounds.iter().find(|round| round.id == id);
            live.map_or(0, |round| round.version) != update.expected_version()
        });
        if !moved {
            self.note(Err("a conflict, and nobody was faster".into()));
        }
    }

    /// A save that the store took: the moment at which the command happened.
    pub fn saved(&mut self, host: usize, updates: &[Update], decided_at: Instant) {
        let checked = self.compare(host, updates, decided_at);
        self.tasks[host].saved = true;
        self.note(checked);
    }

    fn compare(
        &mut self,
        host: usize,
        updates: &[Update],
        decided_at: Instant,
    ) -> Result<(), Difference> {
        let task = &mut self.tasks[host];
        let ids = updates.iter().map(|update| against::round_of(update.id()));
        let mut ids: Vec<RoundId> = ids.collect();
        ids.sort_unstable();
        let opens = matches!(&task.command, Command::Open { id, .. } if ids == [*id]);
        if !matches!(task.command, Command::Submit(_) | Command::Resend { .. }) {
            task.decide(opens, ids.first().copied(), decided_at)?;
        }
        if let (true, Command::Open { carried, .. }) = (opens, &task.command) {
            let (ring, round) = (self.rings[host], &mut task.after[0]);
            round.blind = !ring.is_whole();
            if !self.needed.open(ring, round, *carried) {
                return Err("IDs that can't be compared serve in a new round (D25)".into());
            }
        }
        let moved = task.after.iter().filter(|round| !round.events.is_empty());
        let mut models: Vec<RoundId> = moved.map(|round| round.id).collect();
        models.sort_unstable();
        same("written", &ids, &models)?;
        for update in updates {
            let id = against::round_of(update.id());
            let of_it = |round: &&Round| round.id == id;
            let task = &self.tasks[host];
            let after = task.after.iter().find(of_it).ok_or("no such round")?;
            let mut after = after.clone();
            let before = task.before.iter().find(of_it).filter(|_| !opens);
            let mut before = before.cloned();
            let live = self.model.rounds.iter().position(|round| round.id == id);
            // A code that was told meanwhile, by a host with the key to it, is no write.
            if let Some(place) = live {
                let told = &self.model.rounds[place];
                after.learn_codes(told);
                if let Some(before) = &mut before {
                    before.learn_codes(told);
                }
            }
            if live.map(|place| &self.model.rounds[place]) != before.as_ref() {
                return Err("a write over a round that had moved meanwhile".into());
            }
            let ends = after.end.is_some() && before.is_none_or(|round| round.end != after.end);
            against::same_round(update.session(), &after)?;
            against::same_events(update.events(), &after)?;
            let verified = |person: &Person| match person.state {
                State::Verified { at, .. } => Some((id, person.number, at)),
                State::Waiting | State::Locked => None,
            };
            let passed = after
                .events
                .iter()
                .filter(|(name, _)| *name == "person_verified");
            let passed = passed.filter_map(|(_, person)| after.people.get((*person)?));
            self.verified.extend(passed.filter_map(verified));
            self.ledger.enter(update)?;
            match live {
                Some(place) => self.model.rounds[place] = after,
                None => self.model.rounds.push(after),
            }
            if ends {
                self.ended.push(id);
            }
            let last = update.session().last_changed_at();
            against::same_outbox(update.session(), &self.keys, last, &mut self.model)?;
            if (id as u64 ^ update.session().version()).is_multiple_of(16) {
                reads_back(update.session())?;
            }
            self.tally.one("hosts", "writes");
        }
        if let &[last] = &ids[..] {
            let live = self.model.rounds.iter().find(|round| round.id == last);
            self.tasks[host].sees(last, live.cloned());
        }
        Ok(())
    }

    /// The gateway is handed a message: one that is due, with the code that belongs to it.
    pub fn handed(&mut self, host: usize, message: &Message, now: Instant) -> SendOutcome {
        let id = message.id();
        let round = against::round_of(id.session);
        let place = (
            usize::from(id.recipient),
            usize::from(id.number),
            id.attempt,
        );
        let seen = self.tasks[host].before.iter().find(|seen| seen.id == round);
        let due = seen.is_some_and(|seen| seen.outbox(now).contains(&place));
        if !due {
            self.note(Err(format!("a message is sent that isn't due: {id}")));
        }
        let code = message.code_for_transport().to_owned();
        if !self
            .model
            .tell(round, place.0, place.1, code.parse().unwrap_or(u32::MAX))
        {
            self.note(Err(format!("message {id} has another code than before")));
        }
        let (p, n, attempt) = place;
        let place = (p as u64) << 32 | (n as u64) << 16 | u64::from(attempt);
        let mut dice = Dice::of(&[self.seed, 1, round as u64, place, now as u64]);
        let refused = dice.happens(self.weather.refusals);
        let deferred = dice.happens(self.weather.deferrals);
        let (outcome, report, arrives) = match (refused, deferred) {
            // Gateways that say no, or nothing, and send all the same.
            (true, _) => (SendOutcome::Failed, Report::Failed, dice.happens(0.1)),
            (_, true) => (SendOutcome::Deferred, Report::Deferred, dice.happens(0.3)),
            _ => {
                let lost = dice.happens(self.weather.loss);
                (SendOutcome::Accepted, Report::Accepted, !lost)
            }
        };
        if dice.happens(self.weather.rests) {
            self.tally
                .one("messages handed to the gateway", "not tried");
            let again_in = TimeDelta::seconds(dice.between(0, 30));
            return SendOutcome::NotTried { again_in };
        }
        if dice.happens(self.weather.slow) {
            // For everybody: what of a lease is left shrinks with it.
            let takes = dice.between(LONGEST_SEND + 1, 60 * SECOND);
            self.passed += takes;
            self.clocks = self.clocks.map(|clock| clock + takes);
            self.tasks[host].slow.push(id);
            self.tally.one("hosts", "senders slower than they said");
        }
        let row = match outcome {
            SendOutcome::Accepted if arrives => "accepted and delivered",
            SendOutcome::Accepted => "accepted and lost",
            SendOutcome::Deferred => "deferred",
            SendOutcome::Failed | SendOutcome::FailedWith(_) | SendOutcome::NotTried { .. } => {
                "refused"
            }
        };
        self.tally.one("messages handed to the gateway", row);
        let said = ((p, n, attempt), report);
        self.tasks[host].said.insert(round, said);
        let number = against::number(message.to());
        self.handed.push(Handed {
            id,
            number,
            code,
            outcome,
            arrives,
        });
        outcome
    }
}

impl Task {
    pub fn begin(command: Command, points_left: Option<u32>) -> Self {
        Self {
            command,
            points_left,
            ..Self::default()
        }
    }

    /// Replaces what it saw of a round; only a dispatch has several in hand.
    fn sees(&mut self, id: RoundId, round: Option<Round>) {
        let several = matches!(self.command, Command::Dispatch);
        self.before.retain(|seen| several && seen.id != id);
        self.before.extend(round);
    }

    /// What the model makes of a command on one round.
    fn decide(
        &mut self,
        opens: bool,
        written: Option<RoundId>,
        decided_at: Instant,
    ) -> Result<(), Difference> {
        let of_it = |round: &&Round| Some(round.id) == written;
        let mut part = World {
            rounds: self.before.iter().filter(of_it).cloned().collect(),
        };
        match (&self.command, part.rounds.first().map(|round| round.id)) {
            (
                Command::Open {
                    id, people, policy, ..
                },
                _,
            ) if opens => {
                part = World::default();
                part.open(decided_at, *id, people, policy.clone());
            }
            (_, None) => return Err("a write, and nothing was loaded".into()),
            (_, Some(id)) if self.said.contains_key(&id) => {
                if let Some((place, report)) = self.said.remove(&id) {
                    part.report(decided_at, id, place, report);
                }
            }
            (Command::Report { place, report }, Some(id)) => {
                self.applied = part.report(decided_at, id, *place, *report);
            }
            (Command::Withdraw, Some(id)) => drop(part.withdraw(decided_at, id)),
            (Command::Erase, Some(id)) => drop(part.erase(decided_at, id)),
            (_, Some(id)) => drop(part.tick(decided_at, id)),
        }
        self.after = part.rounds;
        Ok(())
    }

    /// What can't be judged is said (D20).
    pub fn same_left_out(&self, crates: &[LeftOut]) -> Result<(), Difference> {
        let id = |left_out: &LeftOut| against::round_of(left_out.session);
        let crates: BTreeSet<RoundId> = crates.iter().map(id).collect();
        let models = self.left_out.iter().copied().collect();
        same("left out", &crates, &models)
    }

    /// An answer that something happened needs the write.
    pub fn moved(&self) -> bool {
        self.after.iter().any(|round| !round.events.is_empty())
    }

    /// Whether the model would have refused the command, too.
    pub fn would_refuse(&self) -> bool {
        let mut part = World {
            rounds: self.before.clone(),
        };
        let Some(id) = part.rounds.first().map(|round| round.id) else {
            return true;
        };
        match &self.command {
            Command::Report { place, report } => {
                part.report(self.now, id, *place, *report).is_none()
            }
            Command::Withdraw => !part.withdraw(self.now, id),
            Command::Erase => !part.erase(self.now, id),
            _ => true,
        }
    }
}

/// As a host that starts again would read it.
fn reads_back(session: &Session) -> Result<(), Difference> {
    let bytes = postcard::to_allocvec(session).map_err(|error| error.to_string())?;
    let back: Session = postcard::from_bytes(&bytes).map_err(|error| error.to_string())?;
    if back == *session {
        Ok(())
    } else {
        Err("a stored session comes back as another".into())
    }
}

/// Only for the numbers of a table.
pub const fn name(outcome: EntryOutcome) -> &'static str {
    use reference::Why;
    match outcome {
        EntryOutcome::Completed => "right, and the last: handed over",
        EntryOutcome::Verified => "right",
        EntryOutcome::Wrong { .. } => "wrong",
        EntryOutcome::Locked => "wrong, and locked",
        EntryOutcome::Returned => "after the lock: returned",
        EntryOutcome::NotCounted(Why::SupersededCode) => "not counted: superseded code",
        EntryOutcome::NotCounted(Why::RepeatedEntry) => "not counted: repeated",
        EntryOutcome::NotCounted(Why::IdNotCounted) => "not counted: ID doesn't match",
        EntryOutcome::NotCounted(Why::OtherOrder) => "not counted: another order took it",
        EntryOutcome::NotCounted(Why::AlreadyVerified) => "not counted: already verified",
        EntryOutcome::NotCounted(_) => "not counted: round ended",
    }
}

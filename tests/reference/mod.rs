//! The rules a second time, as plainly as they can be said: what the crate is compared with.
//!
//! Written from the rules alone (`R…`, `B…`, `D…` are their ids); no line is shared with the crate's
//! own `decide` and `evolve`, and nothing here is clever. Time is a number of microseconds, a mobile
//! number its digits as an integer, a code its digits as an integer, an ID whatever token the caller
//! uses for it. Nothing is derived from keys: which code a message bears is [told](World::tell) as the
//! transport sees it.
//!
//! What is known of a person is a list of messages, and nearly everything else is worked out from it
//! when it is asked: which codes are right, how many resends are used, whether the noon message went.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    dead_code,
    unreachable_pub,
    reason = "plain words; a test may fail, and each program uses its own part"
)]

pub mod against;
pub mod twin;
mod words;

pub use words::*;

/// How many entries that weren't counted are remembered for a person: D21 names no bound, and
/// without one a stranger makes a round grow.
const REMEMBERED_MAX: usize = 64;

pub fn entry_answer(outcomes: &[(RoundId, EntryOutcome)]) -> EntryAnswer {
    let answer = |outcome: &EntryOutcome| match outcome {
        EntryOutcome::Completed => EntryAnswer::AllVerified,
        EntryOutcome::Verified => EntryAnswer::WaitingForOthers,
        _ => EntryAnswer::NotFound,
    };
    let answers = outcomes.iter().map(|(_, outcome)| answer(outcome));
    answers.min().unwrap_or(EntryAnswer::NotFound)
}

pub fn resend_answer(outcomes: &[(RoundId, ResendOutcome)]) -> ResendAnswer {
    let answer = |outcome: &ResendOutcome| match outcome {
        ResendOutcome::Queued => ResendAnswer::Accepted,
        // D14: rounded up to seconds.
        ResendOutcome::NotSent(Why::TooSoon(wait)) => {
            ResendAnswer::TooSoonSeconds((wait + SECOND - 1) / SECOND)
        }
        ResendOutcome::NotSent(Why::NoneLeft) => ResendAnswer::NoneLeft,
        _ => ResendAnswer::NothingPending,
    };
    let answers = outcomes.iter().map(|(_, outcome)| answer(outcome));
    answers.min().unwrap_or(ResendAnswer::NothingPending)
}

/// D16: 12:00 Beijing time of the next day.
pub fn noon_after(instant: Instant) -> Instant {
    let beijing = instant + 8 * HOUR;
    let midnight = beijing - beijing.rem_euclid(24 * HOUR);
    midnight + 36 * HOUR - 8 * HOUR
}

impl End {
    pub const fn noticed_at(self) -> Instant {
        match self {
            Self::Completed { at }
            | Self::Withdrawn { at }
            | Self::Returned { noticed_at: at, .. } => at,
        }
    }
}

impl World {
    /// R02, D10: every person's first message, and its code, exist from here.
    pub fn open(
        &mut self,
        now: Instant,
        id: RoundId,
        people: &[(Number, Vec<Id>)],
        policy: VerificationPolicy,
    ) {
        self.forget_events();
        let person = |(number, ids): &(Number, Vec<Id>)| Person {
            number: *number,
            ids: ids.clone(),
            state: State::Waiting,
            wrong_entries: 0,
            wrong_ids: 0,
            messages: vec![Message::new(Kind::First, 0, now)],
            codes: vec![None],
            accepted_at: None,
            window_from: None,
            delivered: false,
            settled_at: None,
            remembered: Vec::new(),
        };
        let mut people: Vec<Person> = people.iter().map(person).collect();
        people.sort_by_key(|person| person.number);
        self.rounds.push(Round {
            id,
            policy,
            opened_at: now,
            last: now,
            version: 1,
            people,
            end: None,
            blind: false,
            events: vec![("round_opened", None)],
        });
    }

    /// D25: everybody verifies again, and the IDs are those of the round before. `None` if that round
    /// is open or withdrawn: then there is no next one (B14, D24).
    pub fn open_again(&mut self, now: Instant, id: RoundId, previous: RoundId) -> Option<()> {
        self.tick(now, previous);
        let before = self.round(previous);
        if matches!(before.end, None | Some(End::Withdrawn { .. })) {
            return None;
        }
        let ids = |person: &Person| (person.number, person.ids.clone());
        let people: Vec<_> = before.people.iter().map(ids).collect();
        let policy = before.policy.clone();
        self.open(now, id, &people, policy);
        Some(())
    }

    /// The transport saw this code in this message: the same one at every try (D12).
    pub fn tell(&mut self, round: RoundId, person: usize, message: usize, code: Code) -> bool {
        let person = &mut self.round_mut(round).people[person];
        let place = person.messages[message].code;
        *person.codes[place].get_or_insert(code) == code
    }

    /// An entry, judged over all orders of its number (D17–D21).
    pub fn submit(&mut self, now: Instant, entry: &Entry) -> Vec<(RoundId, EntryOutcome)> {
        self.forget_events();
        let found = self.found(now, entry.number);
        let first = self.remembered(now, entry);
        if !first.is_empty() {
            return first;
        }
        for &(r, _) in &found {
            self.rounds[r].begin(now);
        }
        let mut outcomes: Vec<_> = found
            .iter()
            .map(|&(r, _)| (self.rounds[r].id, EntryOutcome::NotCounted(Why::OtherOrder)))
            .collect();
        let right = found
            .iter()
            .position(|&(r, p)| self.rounds[r].is_right(p, entry));
        let free = found
            .iter()
            .position(|&(r, p)| self.rounds[r].is_free(now, p, entry).is_some());
        for (n, &(r, p)) in found.iter().enumerate() {
            let round = &mut self.rounds[r];
            let now = now.max(round.last);
            let outcome = match (right, free) {
                // D17: that order moves, no other is touched; of several the one opened first.
                (Some(first), _) if n == first => round.verify(now, p, entry),
                // D18: it counts nowhere.
                (None, Some(first)) if n == first => {
                    EntryOutcome::NotCounted(round.is_free(now, p, entry).unwrap())
                }
                (Some(_), _) | (_, Some(_)) => continue,
                // D18: it counts once in each.
                (None, None) => round.count_wrong_entry(now, p, entry),
            };
            outcomes[n].1 = outcome;
            let was_over = outcome == EntryOutcome::NotCounted(Why::RoundEnded)
                || (outcome == EntryOutcome::NotCounted(Why::AlreadyVerified)
                    && round.end.is_some());
            if !was_over {
                round.remember(p, entry.submission, outcome);
            }
        }
        self.finish(now, &found);
        outcomes
    }

    /// D21: a repeat gets the first answer, and is never compared.
    pub fn remembered(&self, now: Instant, entry: &Entry) -> Vec<(RoundId, EntryOutcome)> {
        let found = self.found(now, entry.number).into_iter();
        let first = found.filter_map(|(r, p)| {
            let known = &self.rounds[r].people[p].remembered;
            let known = known.iter().find(|(id, _)| Some(*id) == entry.submission)?;
            Some((self.rounds[r].id, known.1))
        });
        first.collect()
    }

    /// A request for a resend, over all orders of its number (D14, D15).
    pub fn resend(
        &mut self,
        now: Instant,
        number: Number,
        id: Id,
    ) -> Vec<(RoundId, ResendOutcome)> {
        self.forget_events();
        let found = self.found(now, number);
        for &(r, _) in &found {
            self.rounds[r].begin(now);
        }
        // D15: whatever that person's state.
        let right_somewhere = found.iter().any(|&(r, p)| {
            self.rounds[r].end.is_none() && self.rounds[r].people[p].ids.contains(&id)
        });
        let outcomes = found
            .iter()
            .map(|&(r, p)| {
                let round = &mut self.rounds[r];
                (
                    round.id,
                    round.resend(now.max(round.last), p, id, right_somewhere),
                )
            })
            .collect();
        self.finish(now, &found);
        outcomes
    }

    /// What the gateway says of a message (D05, D10, D11, D24): whether it changed more than the
    /// record. `None` if the message is unknown, which changes nothing.
    pub fn report(
        &mut self,
        now: Instant,
        round: RoundId,
        (person, message, attempt): (usize, usize, u16),
        report: Report,
    ) -> Option<bool> {
        self.forget_events();
        let stored = self.rounds.iter_mut().find(|known| known.id == round)?;
        let mut round = stored.clone();
        let now = round.begin(now);
        let known = round.people.get(person)?.messages.get(message)?;
        if attempt > known.failures {
            return None;
        }
        let applied = round.report(now, person, message, attempt, report);
        if !applied {
            round.events.push(("report_recorded", Some(person)));
        }
        round.finish(now);
        *stored = round;
        Some(applied)
    }

    /// Time passes; whether that did anything.
    pub fn tick(&mut self, now: Instant, round: RoundId) -> bool {
        self.forget_events();
        let round = self.round_mut(round);
        let now = round.begin(now);
        round.finish(now);
        !round.events.is_empty()
    }

    /// D24: from SMS verification or returned, and final; whether it could be.
    pub fn withdraw(&mut self, now: Instant, round: RoundId) -> bool {
        self.forget_events();
        let round = self.round_mut(round);
        if matches!(
            round.end,
            Some(End::Completed { .. } | End::Withdrawn { .. })
        ) {
            return false;
        }
        let now = round.begin(now);
        round.end = Some(End::Withdrawn { at: now });
        round.events.push(("round_withdrawn", None));
        round.finish(now);
        true
    }

    /// Numbers and IDs of an ended round go, and what tells of entries (D25); whether there was
    /// something to erase.
    pub fn erase(&mut self, now: Instant, round: RoundId) -> bool {
        self.forget_events();
        let stored = self.round_mut(round);
        let mut round = stored.clone();
        let now = round.begin(now);
        if round.end.is_none() || round.people.iter().all(|person| person.number == 0) {
            return false;
        }
        for person in &mut round.people {
            person.number = 0;
            person.ids.clear();
            person.remembered.clear();
        }
        round.events.push(("personal_data_erased", None));
        round.finish(now);
        *stored = round;
        true
    }

    pub fn round(&self, id: RoundId) -> &Round {
        self.rounds.iter().find(|round| round.id == id).unwrap()
    }

    fn round_mut(&mut self, id: RoundId) -> &mut Round {
        self.rounds.iter_mut().find(|round| round.id == id).unwrap()
    }

    /// The rounds that an entry for this number has to see, the one opened first in front, and the
    /// person in each: the open ones, and those which ended in the last ten minutes (D18).
    pub fn found(&self, now: Instant, number: Number) -> Vec<(usize, usize)> {
        let mut found: Vec<(usize, usize)> = (0..self.rounds.len())
            .filter(|r| self.rounds[*r].is_found(now))
            .filter_map(|r| Some((r, self.rounds[r].place(number)?)))
            .collect();
        found.sort_by_key(|&(r, _)| (self.rounds[r].opened_at, self.rounds[r].id));
        found
    }

    fn forget_events(&mut self) {
        self.rounds
            .iter_mut()
            .for_each(|round| round.events.clear());
    }

    fn finish(&mut self, now: Instant, found: &[(usize, usize)]) {
        for &(r, _) in found {
            let now = now.max(self.rounds[r].last);
            self.rounds[r].finish(now);
        }
    }
}

impl Round {
    pub fn place(&self, number: Number) -> Option<usize> {
        self.people
            .iter()
            .position(|person| person.number == number)
    }

    /// D18: a repeat is known for ten minutes, inclusive.
    pub fn is_found(&self, now: Instant) -> bool {
        self.end
            .is_none_or(|end| now <= end.noticed_at() + 10 * MINUTE)
    }

    /// The effective now (D09), after everything that a sweep would have done by then (D08).
    fn begin(&mut self, now: Instant) -> Instant {
        let now = now.max(self.last);
        let Some((at, cause)) = self.over_at() else {
            return now;
        };
        if at <= now {
            self.end = Some(End::Returned {
                cause,
                at,
                noticed_at: now,
            });
            self.events.push(("round_returned", None));
            return now;
        }
        for p in 0..self.people.len() {
            if self.noon(p).is_some_and(|noon| noon <= now) {
                self.queue(now, p, Kind::Noon);
            }
        }
        now
    }

    /// Something is stored if something happened.
    fn finish(&mut self, now: Instant) {
        if !self.events.is_empty() {
            self.last = now;
            self.version += 1;
        }
    }

    /// Takes over the codes that were told of the same round elsewhere.
    pub fn learn_codes(&mut self, told: &Self) {
        for (person, told) in self.people.iter_mut().zip(&told.people) {
            for (code, told) in person.codes.iter_mut().zip(&told.codes) {
                *code = code.or(*told);
            }
        }
    }

    /// The first instant at which the round is over (D04, D07).
    pub fn over_at(&self) -> Option<(Instant, Cause)> {
        if self.end.is_some() {
            return None;
        }
        let ends = self.people.iter().filter_map(|person| {
            let last = person.window_from.map_or(
                self.opened_at + self.policy.unreachable_after, // D06
                |from| from + self.policy.window,               // D05
            );
            match (person.state, person.accepted_at) {
                (State::Verified { .. }, _) => None,
                (State::Locked, _) => Some((last + 1, Cause::TooManyWrongEntries)),
                (State::Waiting, None) => Some((last + 1, Cause::Unreachable)),
                (State::Waiting, Some(_)) => Some((last + 1, Cause::WindowClosed)),
            }
        });
        ends.min()
    }

    /// Whether the person can still enter a code here.
    fn waits(&self, p: usize) -> bool {
        self.end.is_none() && self.people[p].state == State::Waiting
    }

    /// The message that is to be sent; one at most for each person (D12).
    pub fn under_way(&self, p: usize) -> Option<&Message> {
        let latest = self.people[p].messages.last()?;
        (self.waits(p) && latest.fate == Fate::UnderWay).then_some(latest)
    }

    /// D16: 12:00 Beijing time of the day after the first acceptance, once a round.
    fn noon(&self, p: usize) -> Option<Instant> {
        let person = &self.people[p];
        let had = person
            .messages
            .iter()
            .any(|message| message.kind == Kind::Noon);
        if !self.policy.noon_resend || had || !self.waits(p) || self.under_way(p).is_some() {
            return None;
        }
        Some(noon_after(person.accepted_at?))
    }

    /// When to look again.
    pub fn wake(&self) -> Option<Instant> {
        let (over, _) = self.over_at()?;
        let due = (0..self.people.len()).filter_map(|p| match self.under_way(p) {
            Some(message) => Some(message.due),
            None => self.noon(p),
        });
        due.chain([over]).min()
    }

    /// What is due: person, number of the message, try.
    pub fn outbox(&self, now: Instant) -> Vec<(usize, usize, u16)> {
        let now = now.max(self.last);
        if self.over_at().is_none_or(|(at, _)| at <= now) {
            return Vec::new();
        }
        let due = (0..self.people.len()).filter_map(|p| {
            let message = self.under_way(p).filter(|message| message.due <= now)?;
            Some((p, self.people[p].messages.len() - 1, message.failures))
        });
        due.collect()
    }

    /// D10: the newest accepted message supersedes the codes before its own.
    fn oldest_right(&self, p: usize) -> usize {
        let messages = self.people[p].messages.iter();
        let accepted = messages.filter(|message| message.fate == Fate::Accepted);
        accepted.map(|message| message.code).max().unwrap_or(0)
    }

    fn place_of_code(&self, p: usize, code: Code) -> Option<usize> {
        self.people[p]
            .codes
            .iter()
            .position(|known| *known == Some(code))
    }

    /// The codes that verify the person now; none if nobody waits.
    pub fn right_codes(&self, p: usize) -> Vec<Code> {
        let codes = self.people[p].codes.iter().skip(self.oldest_right(p));
        let waits = self.waits(p);
        codes.flatten().copied().filter(|_| waits).collect()
    }

    /// D17: code and ID of the same person in the same order.
    fn is_right(&self, p: usize, entry: &Entry) -> bool {
        self.people[p].ids.contains(&entry.id) && self.right_codes(p).contains(&entry.code)
    }

    /// D18: what counts nowhere. A locked person's superseded codes aren't compared (D19).
    fn is_free(&self, now: Instant, p: usize, entry: &Entry) -> Option<Why> {
        let superseded = |place| place < self.oldest_right(p);
        if self.waits(p)
            && self.people[p].ids.contains(&entry.id)
            && self.place_of_code(p, entry.code).is_some_and(superseded)
        {
            return Some(Why::SupersededCode);
        }
        match self.people[p].state {
            State::Verified { at, code, id }
                if (code, id) == (entry.code, entry.id)
                    && now.max(self.last) <= at + 10 * MINUTE =>
            {
                Some(Why::RepeatedEntry)
            }
            _ => None,
        }
    }

    /// D17, D24: the last one completes the round in the same write.
    fn verify(&mut self, now: Instant, p: usize, entry: &Entry) -> EntryOutcome {
        self.people[p].state = State::Verified {
            at: now,
            code: entry.code,
            id: entry.id,
        };
        self.events.push(("person_verified", Some(p)));
        let verified = |person: &Person| matches!(person.state, State::Verified { .. });
        if !self.people.iter().all(verified) {
            return EntryOutcome::Verified;
        }
        self.end = Some(End::Completed { at: now });
        self.events.push(("round_completed", None));
        EntryOutcome::Completed
    }

    /// B07, D19.
    fn count_wrong_entry(&mut self, now: Instant, p: usize, entry: &Entry) -> EntryOutcome {
        if let State::Verified { .. } = self.people[p].state {
            return EntryOutcome::NotCounted(Why::AlreadyVerified);
        }
        if self.end.is_some() {
            return EntryOutcome::NotCounted(Why::RoundEnded);
        }
        if self.policy.count_only_matching_ids && !self.people[p].ids.contains(&entry.id) {
            return EntryOutcome::NotCounted(Why::IdNotCounted);
        }
        if self.people[p].state == State::Locked {
            self.events.push(("entry_after_lock", Some(p)));
            let cause = Cause::TooManyWrongEntries;
            self.end = Some(End::Returned {
                cause,
                at: now,
                noticed_at: now,
            });
            self.events.push(("round_returned", None));
            return EntryOutcome::Returned;
        }
        self.people[p].wrong_entries += 1;
        self.events.push(("wrong_entry", Some(p)));
        let left = self.policy.wrong_entries_max - self.people[p].wrong_entries;
        if left > 0 {
            return EntryOutcome::Wrong { left };
        }
        self.people[p].state = State::Locked;
        self.events.push(("person_locked", Some(p)));
        EntryOutcome::Locked
    }

    /// D21.
    fn remember(&mut self, p: usize, submission: Option<u128>, outcome: EntryOutcome) {
        let Some(submission) = submission else { return };
        let remembered = &mut self.people[p].remembered;
        if let EntryOutcome::NotCounted(_) = outcome {
            if remembered.len() >= REMEMBERED_MAX {
                return;
            }
            self.events.push(("entry_not_counted", Some(p)));
        }
        remembered.push((submission, outcome));
    }

    /// D14, in its order.
    fn resend(&mut self, now: Instant, p: usize, id: Id, right_somewhere: bool) -> ResendOutcome {
        let person = &self.people[p];
        match person.state {
            State::Verified { .. } => return ResendOutcome::NotSent(Why::AlreadyVerified),
            _ if self.end.is_some() => return ResendOutcome::NotSent(Why::RoundEnded),
            State::Locked => return ResendOutcome::NotSent(Why::Locked),
            State::Waiting => {}
        }
        if person.wrong_ids >= self.policy.wrong_ids_max {
            return ResendOutcome::NotSent(Why::TooManyWrongIds);
        }
        if !person.ids.contains(&id) {
            if right_somewhere {
                return ResendOutcome::NotSent(Why::OtherOrder);
            }
            let left = self.policy.wrong_ids_max - person.wrong_ids - 1;
            self.people[p].wrong_ids += 1;
            self.events.push(("wrong_id", Some(p)));
            return ResendOutcome::WrongId { left };
        }
        if self.resends_left(p) == 0 {
            return ResendOutcome::NotSent(Why::NoneLeft);
        }
        if self.under_way(p).is_some() {
            return ResendOutcome::NotSent(Why::TooSoon(self.policy.resend_pause));
        }
        let free = person.settled_at.unwrap() + self.policy.resend_pause;
        if now < free {
            return ResendOutcome::NotSent(Why::TooSoon(free - now));
        }
        self.queue(now, p, Kind::Resend);
        ResendOutcome::Queued
    }

    /// R22, D11: a resend is used up when it is accepted.
    pub fn resends_left(&self, p: usize) -> u8 {
        let used =
            |message: &&Message| message.kind == Kind::Resend && message.fate == Fate::Accepted;
        let used = self.people[p].messages.iter().filter(used).count();
        self.policy.resends_max - u8::try_from(used).unwrap()
    }

    /// With a code of its own (D10), or the one that a stopped message left unused (D11).
    fn queue(&mut self, now: Instant, p: usize, kind: Kind) {
        let person = &mut self.people[p];
        let newest = person.codes.len() - 1;
        let went = |message: &Message| message.code == newest && message.fate == Fate::Accepted;
        if person.messages.iter().any(went) && !self.policy.keep_code {
            person.codes.push(None);
        }
        let code = person.codes.len() - 1;
        person.messages.push(Message::new(kind, code, now));
        self.events.push(("message_queued", Some(p)));
    }

    /// Whether the report changes something (D05, D10, D11, D24).
    fn report(&mut self, now: Instant, p: usize, n: usize, attempt: u16, report: Report) -> bool {
        let latest = self.people[p].messages.len() - 1;
        let under_way = n == latest && self.under_way(p).is_some();
        let undelivered = self.waits(p) && !self.people[p].delivered;
        let message = &mut self.people[p].messages[n];
        match report {
            // Any try of the message under way will do: a gateway may say failed and send all the same.
            Report::Accepted if under_way => self.accept(now, p, n),
            Report::Undelivered if under_way => {
                self.accept(now, p, n);
                self.events.push(("report_recorded", Some(p)));
            }
            // D05: a report for a message still queued is also its acceptance.
            Report::Delivered if under_way && n > 0 => {
                self.accept(now, p, n);
                self.events.push(("report_recorded", Some(p)));
            }
            Report::Delivered if under_way => {
                self.accept(now, p, n);
                self.deliver(now, p);
            }
            Report::Delivered if undelivered && n == 0 => {
                self.deliver(now, p);
            }
            Report::Deferred if under_way && attempt == message.failures => {
                message.set_back(now);
                self.events.push(("message_deferred", Some(p)));
            }
            Report::Failed if under_way && attempt == message.failures => {
                if message.kind == Kind::First {
                    message.failures += 1;
                    message.set_back(now);
                } else {
                    message.fate = Fate::Stopped;
                    self.people[p].settled_at = Some(now);
                }
                self.events.push(("message_failed", Some(p)));
            }
            _ => return false,
        }
        true
    }

    fn accept(&mut self, now: Instant, p: usize, n: usize) {
        let person = &mut self.people[p];
        person.messages[n].fate = Fate::Accepted;
        person.settled_at = Some(now);
        if person.accepted_at.is_none() {
            person.accepted_at = Some(now);
            person.window_from = Some(now);
        }
        self.events.push(("message_accepted", Some(p)));
    }

    /// D05: the first delivered report on the first message, taken as no later than the clamp.
    fn deliver(&mut self, now: Instant, p: usize) {
        let person = &mut self.people[p];
        let latest = person.accepted_at.unwrap() + self.policy.delivery_clamp;
        person.window_from = Some(now.min(latest));
        person.delivered = true;
        self.events.push(("message_delivered", Some(p)));
    }

    /// When the resend form would send again (D14).
    pub fn resend_possible_at(&self, p: usize) -> Option<Instant> {
        let closed = self.people[p].wrong_ids >= self.policy.wrong_ids_max;
        if !self.waits(p) || self.under_way(p).is_some() || closed || self.resends_left(p) == 0 {
            return None;
        }
        Some(self.people[p].settled_at? + self.policy.resend_pause)
    }
}

impl Message {
    fn new(kind: Kind, code: usize, due: Instant) -> Self {
        Self {
            kind,
            code,
            failures: 0,
            setbacks: 0,
            due,
            fate: Fate::UnderWay,
        }
    }

    /// D11: 1 minute, doubling to 30.
    fn set_back(&mut self, now: Instant) {
        let minutes = 2_i64.pow(self.setbacks.min(5)).min(30);
        self.due = now + minutes * MINUTE;
        self.setbacks += 1;
    }
}

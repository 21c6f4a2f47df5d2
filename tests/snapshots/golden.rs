//! The stored forms of some sessions, as files: what is written today must be readable for ever.

use beian::{DeliveryReport, Entry, ResendRequest, Session, Update, VerificationPolicy};
use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    forms::hex,
    released::golden,
    world::{LAST_SIX, World, assert_kept},
};

/// A session that is driven by hand, from its opening at 2026-06-01 10:00 Beijing time.
pub(crate) struct Round {
    pub(crate) world: World,
    now: DateTime<Utc>,
    pub(crate) updates: Vec<Update>,
}

impl Round {
    pub(crate) fn open(people: u8, policy: VerificationPolicy) -> Self {
        let now = DateTime::from_timestamp(1_780_279_200, 123_456_000).unwrap();
        let (world, update) = World::open(people, policy, now);
        Self {
            world,
            now,
            updates: vec![update],
        }
    }

    fn wait(&mut self, span: TimeDelta) {
        self.now += span;
    }

    fn store<A, E>(&mut self, decided: Result<beian::Decision<A>, E>) {
        let Ok(decision) = decided else {
            panic!("nothing to store")
        };
        self.updates.push(decision.update().clone());
        self.world.session = decision.persisted().0;
    }

    /// Reports the message that is due for the n-th person.
    fn report(&mut self, n: usize, report: DeliveryReport) {
        let to = *self.world.session.mobiles().nth(n).unwrap();
        let outbox = self
            .world
            .session
            .outbox(&self.world.keys, self.now)
            .unwrap();
        let message = outbox.iter().find(|message| *message.to() == to).unwrap();
        self.world
            .codes
            .push((to, message.code_for_transport().to_owned()));
        self.store(self.world.session.report(message.id(), report, self.now));
    }

    fn resend(&mut self, n: usize, last_six: &str) {
        let to = *self.world.session.mobiles().nth(n).unwrap();
        let request = ResendRequest::parse(to.digits(), last_six).unwrap();
        self.store(
            self.world
                .session
                .resend(&request, &self.world.keys, self.now),
        );
    }

    fn submit(&mut self, n: usize, code: &str, submission: u128) {
        let to = *self.world.session.mobiles().nth(n).unwrap();
        let entry = Entry::parse(to.digits(), code, LAST_SIX).unwrap();
        let entry = entry.with_submission_id(submission);
        self.store(
            self.world
                .session
                .submit(&entry, &self.world.keys, self.now),
        );
    }

    /// Enters the newest code of the n-th person.
    fn verify(&mut self, n: usize, submission: u128) {
        let to = *self.world.session.mobiles().nth(n).unwrap();
        let mut codes = self.world.codes.iter().rev();
        let code = codes.find(|(known, _)| *known == to).unwrap().1.clone();
        self.submit(n, &code, submission);
    }

    /// Every kind of message and of end, driven as far as it shows.
    pub(crate) fn all(policy: &VerificationPolicy) -> [(&'static str, Self); 10] {
        let (minutes, hours) = (TimeDelta::minutes, TimeDelta::hours);
        let opened = || Self::open(2, policy.clone());

        let mut mid_round = opened();
        mid_round.report(0, DeliveryReport::Failed);
        mid_round.wait(minutes(1));
        mid_round.report(0, DeliveryReport::Accepted);
        mid_round.report(1, DeliveryReport::Delivered);
        mid_round.wait(minutes(2));
        mid_round.resend(0, "000000");
        mid_round.resend(0, LAST_SIX);
        mid_round.report(0, DeliveryReport::Deferred);
        mid_round.submit(0, "271828", 1);
        mid_round.wait(minutes(1));
        mid_round.report(0, DeliveryReport::Accepted);
        mid_round.wait(minutes(1));
        mid_round.resend(0, LAST_SIX);
        mid_round.submit(1, "271828", 2);

        let mut locked = opened();
        locked.report(0, DeliveryReport::Accepted);
        for n in 1..=5 {
            locked.wait(minutes(1));
            locked.submit(0, "271828", n);
        }

        let mut returned_by_entry = opened();
        returned_by_entry.report(0, DeliveryReport::Accepted);
        for n in 1..=6 {
            returned_by_entry.submit(0, "271828", n);
        }

        let longer = VerificationPolicy::builder()
            .noon_resend(true)
            .not_the_regulators(hours(48), 1);
        let mut noon = Self::open(1, longer.build().unwrap());
        noon.report(0, DeliveryReport::Accepted);
        noon.wait(hours(26));
        noon.store(noon.world.session.tick(noon.now));

        let twice = VerificationPolicy::builder()
            .noon_resend(true)
            .not_the_regulators(hours(48), 2);
        let mut four_codes = Self::open(1, twice.build().unwrap());
        four_codes.report(0, DeliveryReport::Accepted);
        for _ in 0..2 {
            four_codes.wait(minutes(1));
            four_codes.resend(0, LAST_SIX);
            four_codes.report(0, DeliveryReport::Accepted);
        }
        four_codes.wait(hours(26));
        four_codes.store(four_codes.world.session.tick(four_codes.now));
        four_codes.report(0, DeliveryReport::Undelivered);

        let mut completed = opened();
        for n in 0..2 {
            completed.report(n, DeliveryReport::Accepted);
            completed.wait(minutes(7));
            completed.verify(n, 3);
        }

        let mut returned = opened();
        returned.report(0, DeliveryReport::Accepted);
        returned.verify(0, 4);
        returned.wait(hours(25));
        returned.store(returned.world.session.tick(returned.now));

        let mut withdrawn = opened();
        withdrawn.report(1, DeliveryReport::Accepted);
        withdrawn.wait(hours(3));
        withdrawn.store(withdrawn.world.session.withdraw(withdrawn.now));

        let mut erased = opened();
        for n in 0..2 {
            erased.report(n, DeliveryReport::Accepted);
            erased.verify(n, 5);
        }
        erased.wait(hours(24 * 30));
        erased.store(erased.world.session.erase(erased.now));

        [
            ("opened", opened()),
            ("mid_round", mid_round),
            ("locked", locked),
            ("returned_by_entry", returned_by_entry),
            ("noon", noon),
            ("four_codes", four_codes),
            ("completed", completed),
            ("returned", returned),
            ("withdrawn", withdrawn),
            ("erased", erased),
        ]
    }
}

#[test]
fn version_1_is_written_and_read_as_in_the_golden_files() {
    for (name, round) in Round::all(&VerificationPolicy::REGULATOR) {
        let session = round.world.session;
        assert_kept(&session);
        let json = serde_json::to_string_pretty(&session).unwrap() + "\n";
        let kept = golden(&format!("tests/golden/v1/{name}.json"), &json);
        assert_eq!(kept, json, "{name}");
        let read = serde_json::from_str::<Session>(&kept).unwrap();
        assert_eq!(read, session, "{name}");
        let hex = hex(&postcard::to_allocvec(&session).unwrap()) + "\n";
        let kept = golden(&format!("tests/golden/v1/{name}.hex"), &hex);
        assert_eq!(kept, hex, "{name}");
    }
}

#[test]
fn a_snapshot_is_small() {
    let session = Round::open(1, VerificationPolicy::REGULATOR).world.session;
    let bytes = postcard::to_allocvec(&session).unwrap();
    let json = serde_json::to_string(&session).unwrap();
    assert_eq!((bytes.len(), json.len()), (130, 842));
}

//! Whether time tells something of a secret, in the manner of dudect: two classes of inputs in random
//! order, and Welch's t over their times, cropped at several percentiles. A |t| beyond 10 is a leak.
//!
//! `cargo bench --bench timing`; `-- 2000000` takes so many measurements of each case. Ends in an error if
//! a case that must be equal isn't, or if a leak that is there on purpose isn't seen.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a measurement may fail loudly"
)]

use std::{convert::Infallible, env, hint::black_box, process::ExitCode, time::Instant};

use beian::{
    DeliveryReport, Entry, KeyId, KeyRing, Keys as _, MobileNumber, Opening, ResendRequest,
    Session, SessionId, Update, VerificationPolicy,
    host::{Desk, Lease, Leased, SaveError, SessionStore, block},
    testkit::{TestPerson, keys, recipients_under, seed},
};
use chacha20::ChaCha20Rng;
use chrono::{DateTime, TimeDelta, Utc};
use rand_core::{Rng, SeedableRng};

const LI: TestPerson = TestPerson(1);
const STRANGER: TestPerson = TestPerson(9);
const LEAK: f64 = 10.0;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Expected {
    Equal,
    /// By design; the security chapter says why.
    Differs,
    /// A leak that is there on purpose: it must be seen.
    Leak,
}

/// The times of both classes, in nanoseconds.
struct Times([Vec<f64>; 2]);

impl Times {
    /// `input` makes one of the class; only `run` is timed, and what it returns is dropped afterwards.
    fn measure<I, O>(
        count: usize,
        rng: &mut ChaCha20Rng,
        mut input: impl FnMut(usize, &mut ChaCha20Rng) -> I,
        mut run: impl FnMut(&I) -> O,
    ) -> Self {
        let mut times = [Vec::new(), Vec::new()];
        let mut left = count;
        while left > 0 {
            let batch = left.min(1_000);
            let inputs: Vec<_> = (0..batch)
                .map(|_| {
                    let class = usize::from(rng.next_u32() & 1 == 1);
                    (class, input(class, rng))
                })
                .collect();
            for (class, input) in &inputs {
                let began = Instant::now();
                let output = black_box(run(black_box(input)));
                let nanos = began.elapsed().as_nanos();
                drop(output);
                times[*class].push(nanos as f64);
            }
            left -= batch;
        }
        Self(times)
    }

    /// The greatest |t| over all crops, and the means of the inner nine tenths.
    fn t(&self) -> (f64, [f64; 2]) {
        let mut sorted = self.0.concat();
        sorted.sort_by(f64::total_cmp);
        let crop = |share: f64| sorted[((sorted.len() - 1) as f64 * share) as usize];
        let below = |most: f64| {
            [0, 1].map(|class| Moments::of(self.0[class].iter().filter(|time| **time <= most)))
        };
        // As dudect crops: closer and closer to the slowest.
        let shares = (1..=20).map(|n| 1.0 - 0.5_f64.powf(f64::from(n) / 2.0));
        let greatest = shares
            .map(|share| welch(below(crop(share))).abs())
            .fold(0.0, f64::max);
        (greatest, below(crop(0.9)).map(|moments| moments.mean))
    }
}

struct Moments {
    count: f64,
    mean: f64,
    variance: f64,
}

impl Moments {
    fn of<'a>(values: impl Iterator<Item = &'a f64> + Clone) -> Self {
        let count = values.clone().count() as f64;
        let mean = values.clone().sum::<f64>() / count;
        let variance = values.map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1.0);
        Self {
            count,
            mean,
            variance,
        }
    }
}

/// Welch's t; nought where a crop leaves too little of a class.
fn welch([one, other]: [Moments; 2]) -> f64 {
    let spread = (one.variance / one.count + other.variance / other.count).sqrt();
    let few = one.count < 100.0 || other.count < 100.0;
    if few || spread == 0.0 {
        return 0.0;
    }
    (one.mean - other.mean) / spread
}

/// One round of Li alone, whose code is known.
struct Round {
    session: Session,
    keys: KeyRing,
    now: DateTime<Utc>,
    code: String,
    last_six: String,
}

impl Round {
    fn texted() -> Self {
        let (keys, now) = (keys(), DateTime::from_timestamp(1_772_434_800, 0).unwrap());
        let recipients = recipients_under(1, VerificationPolicy::REGULATOR);
        let opening = Opening::new(1, &recipients, seed(1));
        let session = Session::open(&opening, &keys, now).unwrap().persisted().0;
        let message = session.outbox(&keys, now).unwrap().pop().unwrap();
        let accepted = session.report(message.id(), DeliveryReport::Accepted, now);
        Self {
            session: accepted.unwrap().persisted().0,
            keys,
            now: now + TimeDelta::minutes(2),
            code: message.code_for_transport().to_owned(),
            last_six: "770001".to_owned(),
        }
    }
}

fn entry(code: &str, last_six: &str) -> Entry {
    Entry::parse(LI.mobile().digits(), code, last_six).unwrap()
}

/// Six digits whose first `right` are those of `secret`, and whose next one isn't.
fn guess(secret: &str, right: usize, rng: &mut ChaCha20Rng) -> String {
    let mut digits: Vec<u8> = secret.bytes().collect();
    for (n, digit) in digits.iter_mut().enumerate().skip(right) {
        let random = u8::try_from(rng.next_u32() % 10).unwrap();
        let other = u8::try_from(1 + rng.next_u32() % 9).unwrap();
        let turned = if n == right { other } else { random };
        *digit = b'0' + (*digit - b'0' + turned) % 10;
    }
    String::from_utf8(digits).unwrap()
}

/// Finds Li's one round and forgets what is saved: every call meets the same state.
struct Frozen(Session);

impl SessionStore for Frozen {
    type Error = Infallible;

    async fn load(&self, _: SessionId) -> Result<Option<Session>, Infallible> {
        Ok(Some(self.0.clone()))
    }

    async fn find(
        &self,
        mobile: &MobileNumber,
        _: DateTime<Utc>,
    ) -> Result<Vec<Session>, Infallible> {
        let known = self.0.mobiles().any(|known| known == mobile);
        Ok(known.then(|| self.0.clone()).into_iter().collect())
    }

    async fn save(&self, _: &[Update]) -> Result<(), SaveError<Infallible>> {
        Ok(())
    }

    async fn lease_due(
        &self,
        _: DateTime<Utc>,
        _: usize,
        _: TimeDelta,
    ) -> Result<Vec<Leased>, SaveError<Infallible>> {
        Ok(Vec::new())
    }

    async fn renew(&self, _: &Lease, _: DateTime<Utc>) -> Result<bool, SaveError<Infallible>> {
        Ok(false)
    }

    async fn give_back(&self, _: &Lease) -> Result<(), SaveError<Infallible>> {
        Ok(())
    }

    async fn next_due(&self, _: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, Infallible> {
        Ok(None)
    }
}

/// As it must not be written.
fn early_exit(one: &[u8], other: &[u8]) -> bool {
    for (one, other) in one.iter().zip(other) {
        if black_box(one) != black_box(other) {
            return false;
        }
    }
    true
}

struct Bench {
    count: usize,
    rng: ChaCha20Rng,
    round: Round,
    good: bool,
}

impl Bench {
    fn case<I, O>(
        &mut self,
        expected: Expected,
        name: &str,
        input: impl Fn(&Round, usize, &mut ChaCha20Rng) -> I,
        run: impl Fn(&Round, &I) -> O,
    ) {
        let round = &self.round;
        let times = Times::measure(
            self.count,
            &mut self.rng,
            |class, rng| input(round, class, rng),
            |input| run(round, input),
        );
        let (t, [one, other]) = times.t();
        let seen = t > LEAK;
        let verdict = match expected {
            Expected::Equal if seen => "LEAKS",
            Expected::Equal => "equal",
            Expected::Differs => "differs, as it may",
            Expected::Leak if seen => "leaks, and is seen",
            Expected::Leak => "leaks, and is NOT SEEN",
        };
        let wrong = seen && expected == Expected::Equal || !seen && expected == Expected::Leak;
        self.good &= !wrong;
        println!("| {name:64} | {one:7.1} | {other:7.1} | {t:8.1} | {verdict} |");
    }

    /// An entry of either class.
    fn entries(
        &mut self,
        expected: Expected,
        name: &str,
        input: impl Fn(&Round, usize, &mut ChaCha20Rng) -> Entry,
    ) {
        let submit = |round: &Round, entry: &Entry| {
            let decision = round.session.submit(entry, &round.keys, round.now);
            decision.map(|decision| decision.update().expected_version())
        };
        self.case(expected, name, input, submit);
    }

    /// The same through the desk, over a store that takes no time to write.
    fn at_the_desk(
        &mut self,
        expected: Expected,
        name: &str,
        input: impl Fn(&Round, usize, &mut ChaCha20Rng) -> Entry,
    ) {
        let frozen = Frozen(self.round.session.clone());
        let now = self.round.now;
        let desk = Desk::new(frozen, keys(), move || now);
        self.case(expected, name, input, |_, entry| block(desk.submit(entry)));
    }
}

fn main() -> ExitCode {
    let asked: Vec<String> = env::args().skip(1).collect();
    let number = asked.iter().find_map(|argument| argument.parse().ok());
    // Without `--bench`, as `cargo test` runs it: only that it runs.
    let measured = asked.iter().any(|argument| argument == "--bench");
    let count = if measured {
        number.unwrap_or(400_000)
    } else {
        2_000
    };
    let mut bench = Bench {
        count,
        rng: ChaCha20Rng::seed_from_u64(1),
        round: Round::texted(),
        good: true,
    };
    println!(
        "{count} measurements of each case; nanoseconds are means of the faster nine tenths\n"
    );
    println!(
        "| {:64} | {:>7} | {:>7} | {:>8} | verdict |",
        "class one / class two", "one", "two", "max |t|"
    );
    println!(
        "|{}|{}:|{}:|{}:|---|",
        "-".repeat(66),
        "-".repeat(8),
        "-".repeat(8),
        "-".repeat(9)
    );
    equal(&mut bench);
    different(&mut bench);
    controls(&mut bench);
    if measured && !bench.good {
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

fn equal(bench: &mut Bench) {
    use Expected::Equal;
    bench.entries(
        Equal,
        "the same wrong entries / the same",
        |round, _, rng| entry(&guess(&round.code, 0, rng), &round.last_six),
    );
    bench.entries(
        Equal,
        "wrong code: no digit right / five right",
        |round, class, rng| entry(&guess(&round.code, 5 * class, rng), &round.last_six),
    );
    bench.entries(
        Equal,
        "wrong ID: no character right / five right",
        |round, class, rng| {
            let last_six = guess(&round.last_six, 5 * class, rng);
            entry(&guess(&round.code, 0, rng), &last_six)
        },
    );
    bench.entries(
        Equal,
        "right code, wrong ID / wrong code, right ID",
        right_or_wrong,
    );
    bench.entries(
        Equal,
        "right code, wrong ID / wrong code, wrong ID",
        |round, class, rng| {
            let wrong = guess(&round.code, 0, rng);
            let code = if class == 0 { &round.code } else { &wrong };
            entry(code, &guess(&round.last_six, 0, rng))
        },
    );
    bench.at_the_desk(
        Equal,
        "desk: right code, wrong ID / wrong code, right ID",
        right_or_wrong,
    );
    bench.case(
        Equal,
        "resend, wrong ID: no character right / five right",
        |round, class, rng| {
            let last_six = guess(&round.last_six, 5 * class, rng);
            ResendRequest::parse(LI.mobile().digits(), &last_six).unwrap()
        },
        |round, request| {
            let decision = round.session.resend(request, &round.keys, round.now);
            decision.map(|decision| decision.update().expected_version())
        },
    );
}

fn right_or_wrong(round: &Round, class: usize, rng: &mut ChaCha20Rng) -> Entry {
    let (code, id) = (guess(&round.code, 0, rng), guess(&round.last_six, 0, rng));
    if class == 0 {
        entry(&round.code, &id)
    } else {
        entry(&code, &round.last_six)
    }
}

fn different(bench: &mut Bench) {
    use Expected::Differs;
    bench.entries(
        Differs,
        "right / wrong code (a third MAC, a verification)",
        |round, class, rng| {
            let wrong = guess(&round.code, 0, rng);
            let code = if class == 0 { &round.code } else { &wrong };
            entry(code, &round.last_six)
        },
    );
    bench.at_the_desk(
        Differs,
        "desk: unknown number / known number (a session, a write)",
        |round, class, rng| {
            let number = if class == 0 { STRANGER } else { LI };
            let code = guess(&round.code, 0, rng);
            Entry::parse(number.mobile().digits(), &code, &round.last_six).unwrap()
        },
    );
}

fn controls(bench: &mut Bench) {
    use Expected::Leak;
    bench.case(
        Leak,
        "control, six digits with an early exit: none right / five right",
        |round, class, rng| guess(&round.code, 5 * class, rng),
        |round, code| early_exit(code.as_bytes(), round.code.as_bytes()),
    );
    bench.case(
        Leak,
        "control, the code compared only if the ID is right: wrong / right",
        |round, class, rng| (class == 1, guess(&round.code, 0, rng)),
        |round, (right, code)| {
            let key = KeyId::from(1);
            let id = round.keys.mac(key, round.last_six.as_bytes());
            let code = right.then(|| round.keys.mac(key, code.as_bytes()));
            (id.is_ok(), code.is_some())
        },
    );
}

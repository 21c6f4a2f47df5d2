//! Attacks and accidents that only show where several callers, a store and a gateway meet. Numbers
//! are those of the security chapter.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use beian::{
    DeliveryReport, EntryAnswer, EntryOutcome, EventKind, Lang, MessageId, MobileNumber,
    RecipientState, Refusal, ResendAnswer, ResendOutcome, ResendRequest, RoundStatus, SessionId,
    VerificationPolicy,
    host::{Desk, HostError, MemoryStore, SendOutcome, SessionStore, block},
    testkit::{RecordingSender, Scripted, Sent, TestPerson, recipients, seed},
};
use chrono::TimeDelta;
use proptest::prelude::*;

use crate::support::{
    Careless, Counting, DAY, Down, Failure, LI, MICROSECOND, MINUTE, Meddling, Tap, WANG,
    WRONG_CODE, WRONG_ID, Waiting, World, outcomes, park_the_next_find, plain, poll_for, typed,
    view,
};

// ---- 1: parallel guesses

const THREADS: usize = 16;
const GUESSES: u128 = 4;

/// What 16 threads with four guesses each learned, and what was recorded.
struct Guessed {
    /// Answers that tell that a guess was compared and wrong.
    verdicts: usize,
    recorded: usize,
    status: RoundStatus,
}

/// Every thread's guess is decided before any of them is stored, in each of four waves.
fn guess_in_parallel<S: SessionStore>(store: S) -> Guessed {
    let store = Arc::new(Tap::parking(store, THREADS));
    let world = World::over(store, beian::testkit::keys(), VerificationPolicy::REGULATOR);
    world.text(1, 1);
    let desk = Desk::new(
        world.store.clone(),
        beian::testkit::keys(),
        world.clock.clone(),
    );
    let desk = desk.tries(u8::MAX);
    let guess = |_| {
        let mut verdicts = 0;
        for _ in 0..GUESSES {
            park_the_next_find();
            let submitted = block(desk.submit(&LI.entry(WRONG_CODE).unwrap()));
            verdicts += usize::from(submitted.unwrap().unwrap().orders().iter().any(
                |(_, outcome)| matches!(outcome, EntryOutcome::Wrong { .. } | EntryOutcome::Locked),
            ));
        }
        verdicts
    };
    let verdicts = on_threads(guess).into_iter().sum();
    let events = world.store.events();
    let wrong = |kind: &EventKind| matches!(kind, EventKind::WrongEntry { .. });
    Guessed {
        verdicts,
        recorded: events.iter().filter(|event| wrong(&event.kind)).count(),
        status: world.status(1),
    }
}

#[test]
fn attack_01_parallel_guesses_get_no_more_verdicts_than_the_budget() {
    for _ in 0..8 {
        let guessed = guess_in_parallel(MemoryStore::default());
        assert_eq!((guessed.verdicts, guessed.recorded), (5, 5));
        assert!(!guessed.status.is_open(), "the sixth returned the order");
    }
}

/// The positive control: the test above sees what it is there to see.
#[test]
fn attack_01_a_store_that_ignores_versions_fails_the_same_test_every_time() {
    for _ in 0..8 {
        let guessed = guess_in_parallel(Careless::default());
        assert!(guessed.verdicts >= THREADS, "{} verdicts", guessed.verdicts);
        assert!(guessed.recorded > 5);
    }
}

// ---- 2: the right code, twice

#[test]
fn attack_02_sixteen_threads_verify_once() {
    for persons in [1, 2] {
        let store = Arc::new(Tap::parking(MemoryStore::default(), THREADS));
        let world = World::over(store, beian::testkit::keys(), VerificationPolicy::REGULATOR);
        world.text(1, persons);
        let code = world.code(1, LI);
        let desk = world.another(beian::testkit::keys()).tries(u8::MAX);
        let all = on_threads(|_| {
            park_the_next_find();
            let submitted = block(desk.submit(&LI.entry(&code).unwrap()));
            outcomes(&submitted.unwrap().unwrap())[0].1
        });
        let verified = |outcome: &&EntryOutcome| outcome.answer() != EntryAnswer::NotFound;
        assert_eq!(all.iter().filter(verified).count(), 1);
        let repeated = EntryOutcome::NotCounted(Refusal::RepeatedEntry);
        let repeats = all.iter().filter(|outcome| **outcome == repeated).count();
        assert_eq!(repeats, THREADS - 1);
        let events = world.store.events();
        let verified = |kind| matches!(kind, EventKind::PersonVerified { .. });
        assert_eq!(
            events.iter().filter(|event| verified(event.kind)).count(),
            1
        );
        assert_eq!(desk.counters().verified, 1);
    }
}

#[test]
fn attack_02_sixteen_threads_open_one_round() {
    let world = World::new();
    let opened = on_threads(|n| {
        let seed = seed(n.try_into().unwrap());
        block(world.desk.open(1, &recipients(1), seed)).unwrap()
    });
    assert_eq!(opened.iter().filter(|opened| opened.is_ok()).count(), 1);
    let exists = Err(HostError::Exists);
    let others = opened.iter().filter(|opened| **opened == exists);
    assert_eq!(others.count(), THREADS - 1);
    assert_eq!(world.events(), [EventKind::RoundOpened]);
}

// ---- 4: a store that fails

#[test]
fn attack_04_without_a_write_there_is_no_verdict() {
    let world = World::new();
    world.text(1, 1);
    let (code, before) = (world.code(1, LI), world.stored(1));
    world.clock.advance(MINUTE);
    world.store.down.store(true, Ordering::Relaxed);
    let down = || Err(HostError::Store(Down));

    for _ in 0..20 {
        // Right or wrong, it reads the same.
        for typed in [&*code, WRONG_CODE] {
            assert_eq!(
                block(world.desk.submit(&LI.entry(typed).unwrap())).unwrap(),
                down()
            );
        }
        let wrong_id = ResendRequest::parse(LI.mobile().digits(), WRONG_ID).unwrap();
        for request in [LI.resend(), wrong_id] {
            assert_eq!(
                block(world.desk.resend(&request)).unwrap(),
                Err(HostError::Store(Down))
            );
        }
    }
    let message = world.sender.sent()[0].id();
    let reported = block(world.desk.report(message, DeliveryReport::Delivered)).unwrap();
    assert_eq!(reported, Err(HostError::Store(Down)));
    assert_eq!(
        block(world.desk.withdraw(1)).unwrap(),
        Err(HostError::Store(Down))
    );
    let opened = block(world.desk.open(2, &recipients(1), seed(2))).unwrap();
    assert_eq!(opened, Err(HostError::Store(Down)));
    world.clock.advance(DAY * 2);
    assert_eq!(
        block(world.desk.session(1)).unwrap(),
        Err(HostError::Store(Down))
    );
    assert_eq!(
        block(world.desk.dispatch(&world.sender)).unwrap(),
        Err(HostError::Store(Down))
    );

    assert_eq!(world.stored(1), before);
    let counters = world.desk.counters();
    assert_eq!(
        (
            counters.verified,
            counters.wrong_entries,
            counters.wrong_ids
        ),
        (0, 0, 0)
    );
}

// ---- 5: parallel sessions as a multiple of guesses

proptest! {
    #![proptest_config(cases(48))]

    /// However many orders, opened whenever: an entry that moves nothing costs one in every order
    /// that waits, so five wrong entries are all that can be compared with any of them.
    #[test]
    fn attack_05_many_orders_give_no_free_guesses(
        steps in prop::collection::vec(0_u8..10, 1..40),
    ) {
        let world = World::new();
        world.text(1, 1);
        let mut opened = 1_u128;
        let mut compared: BTreeMap<u128, u8> = BTreeMap::new();
        for step in steps {
            match step {
                0 | 1 if opened < 8 => {
                    opened += 1;
                    world.text(opened, 1);
                }
                2 => {
                    world.clock.advance(MINUTE);
                    world.resend(LI);
                    world.dispatch();
                }
                _ => {
                    let before: Vec<_> = (1..=opened).map(|id| world.left(id, LI)).collect();
                    let submitted = world.submit(LI, WRONG_CODE);
                    prop_assert_eq!(submitted.answer(), EntryAnswer::NotFound);
                    for (id, outcome) in outcomes(&submitted) {
                        let left = before[usize::try_from(id).unwrap() - 1];
                        match outcome {
                            EntryOutcome::Wrong { left: now } => prop_assert_eq!(now + 1, left),
                            EntryOutcome::Locked => prop_assert_eq!(left, 1),
                            EntryOutcome::Returned
                            | EntryOutcome::NotCounted(Refusal::RoundEnded) => {
                                prop_assert_eq!(left, 0);
                                continue;
                            }
                            other => prop_assert!(false, "a free guess: {:?}", other),
                        }
                        *compared.entry(id).or_default() += 1;
                    }
                }
            }
        }
        prop_assert!(compared.values().all(|times| *times <= 5));
        let counted: u64 = compared.values().map(|times| u64::from(*times)).sum();
        prop_assert_eq!(world.desk.counters().wrong_entries, counted, "a host can alarm on it");
    }
}

// ---- 13: the public page as an oracle

/// A world in which [`LI`] has one order in some state, and [`WANG`] none.
fn states() -> Vec<(&'static str, World, Counting)> {
    let make = |name: &'static str, persons: u16, prepare: &dyn Fn(&World)| {
        let keys = Counting::new();
        let store = Arc::new(Tap::over(MemoryStore::default()));
        let world = World::over(store, keys.clone(), VerificationPolicy::REGULATOR);
        // Rounds of more than one person stay open when Li has verified.
        let others: Vec<_> = (1..=persons)
            .map(|n| if n == 1 { LI } else { TestPerson(n + 10) })
            .collect();
        let all = others.iter().map(|person| person.recipient());
        let recipients = beian::Recipients::new(all, VerificationPolicy::REGULATOR).unwrap();
        block(world.desk.open(1, &recipients, seed(1)))
            .unwrap()
            .unwrap();
        prepare(&world);
        keys.taken();
        (name, world, keys)
    };
    let wrong = |world: &World, times| {
        for _ in 0..times {
            world.submit(LI, WRONG_CODE);
        }
    };
    vec![
        make("nothing sent", 1, &|_| {}),
        make("sent", 1, &|world| drop(world.dispatch())),
        make("some wrong entries", 1, &|world| {
            world.dispatch();
            wrong(world, 3);
        }),
        make("locked", 1, &|world| {
            world.dispatch();
            wrong(world, 5);
        }),
        make("returned", 1, &|world| {
            world.dispatch();
            wrong(world, 6);
        }),
        make("verified", 2, &|world| {
            world.dispatch();
            world.submit(LI, &world.code(1, LI));
        }),
        make("completed", 1, &|world| {
            world.dispatch();
            world.submit(LI, &world.code(1, LI));
        }),
        make("withdrawn", 1, &|world| {
            world.dispatch();
            block(world.desk.withdraw(1)).unwrap().unwrap();
        }),
        make("over, and not yet noticed", 1, &|world| {
            world.dispatch();
            world.clock.advance(DAY + MICROSECOND);
        }),
        make("over and forgotten", 1, &|world| {
            world.dispatch();
            block(world.desk.withdraw(1)).unwrap().unwrap();
            world.clock.advance(TimeDelta::minutes(11));
        }),
        make("erased", 1, &|world| {
            world.dispatch();
            block(world.desk.withdraw(1)).unwrap().unwrap();
            block(world.desk.erase(1)).unwrap().unwrap();
        }),
    ]
}

#[test]
fn attack_13_every_failed_entry_reads_and_costs_the_same() {
    let page = "该条验证库里找不到记录或已完成验证";
    for (name, world, keys) in states() {
        for (number, id) in [(WANG, "770002"), (LI, WRONG_ID), (LI, "770001")] {
            let submitted = world.enter(&typed(number, WRONG_CODE, id));
            assert_eq!(
                submitted.text(Lang::Zh).as_bytes(),
                page.as_bytes(),
                "{name}"
            );
            assert_eq!(keys.taken(), 2, "{name}, {number:?} with {id}");
        }
    }
}

#[test]
fn attack_13_a_superseded_or_repeated_code_reads_and_costs_the_same() {
    let keys = Counting::new();
    let store = Arc::new(Tap::over(MemoryStore::default()));
    let world = World::over(store, keys.clone(), VerificationPolicy::REGULATOR);
    world.text(1, 1);
    world.another_message(LI);
    let [old, new] = &world.codes(1, LI)[..] else {
        panic!()
    };
    keys.taken();
    let superseded = world.submit(LI, old);
    assert_eq!(keys.taken(), 2);
    world.submit(LI, new);
    keys.taken();
    let repeated = world.submit(LI, new);
    assert_eq!(keys.taken(), 2);
    let unknown = world.submit(WANG, new);
    assert_eq!(keys.taken(), 2);
    assert_eq!(superseded.text(Lang::En), unknown.text(Lang::En));
    assert_eq!(repeated.text(Lang::En), unknown.text(Lang::En));
}

#[test]
fn attack_25_every_refused_resend_reads_and_costs_the_same() {
    let page = "暂无待短信核验的备案申请，无需重发短信。";
    for (name, world, keys) in states() {
        for (number, id) in [(WANG, "770002"), (LI, WRONG_ID)] {
            let request = ResendRequest::parse(number.mobile().digits(), id).unwrap();
            let resent = block(world.desk.resend(&request)).unwrap().unwrap();
            assert_eq!(resent.text(Lang::Zh).as_bytes(), page.as_bytes(), "{name}");
            assert_eq!(keys.taken(), 1, "{name}, {number:?} with {id}");
        }
    }
}

// ---- 16: locking the victim out

#[test]
fn attack_16_what_cant_be_right_costs_nothing() {
    let world = World::new();
    world.text(1, 2);
    let (li, wang) = (world.code(1, LI), world.code(1, WANG));
    for _ in 0..100 {
        world.submit(TestPerson(77), &li); // nobody has the number
    }
    for _ in 0..6 {
        world.submit(WANG, WRONG_CODE); // one person's lock...
        if !world.status(1).is_open() {
            break;
        }
        assert_eq!(world.left(1, LI), 5); // ...never touches another
    }
    assert_eq!(world.left(1, LI), 5);
    assert_eq!(world.desk.counters().unknown_numbers, 100);

    // A replay.
    let world = World::new();
    world.text(1, 2);
    for _ in 0..100 {
        world.submit(WANG, &wang);
    }
    assert_eq!(world.left(1, WANG), 5);
    assert_eq!(world.submit(LI, &li).answer(), EntryAnswer::AllVerified);
}

#[test]
fn attack_16_counting_only_matching_ids_nobody_else_can_lock() {
    let policy = VerificationPolicy::builder()
        .count_only_matching_ids(true)
        .build()
        .unwrap();
    let world = World::under(policy);
    world.text(1, 1);
    world.text(2, 1);
    let code = world.code(2, LI);
    for n in 0..10_000_u32 {
        let submitted = world.enter(&typed(LI, &code, &format!("{:06}", 100_000 + n)));
        assert_eq!(submitted.answer(), EntryAnswer::NotFound);
    }
    assert_eq!((world.left(1, LI), world.left(2, LI)), (5, 5));
    let counters = world.desk.counters();
    assert_eq!(
        (counters.wrong_entries, counters.ids_not_counted),
        (0, 20_000)
    );
    assert_eq!(world.submit(LI, &code).answer(), EntryAnswer::AllVerified);
}

// ---- 17: the service as a text bomb; 19: a failed delivery

fn scripted() -> impl Strategy<Value = Scripted> {
    prop_oneof![
        3 => Just(Scripted::Accept),
        2 => Just(Scripted::Defer),
        2 => Just(Scripted::Fail),
    ]
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Wait(u16),
    Resend,
    WrongEntry,
    Dispatch,
    Report(DeliveryReport),
}

fn step() -> impl Strategy<Value = Step> {
    let report = prop_oneof![
        Just(DeliveryReport::Accepted),
        Just(DeliveryReport::Delivered),
        Just(DeliveryReport::Undelivered),
        Just(DeliveryReport::Deferred),
        Just(DeliveryReport::Failed),
    ];
    prop_oneof![
        4 => prop_oneof![1_u16..200, 3_000_u16..60_000].prop_map(Step::Wait),
        4 => Just(Step::Resend),
        1 => Just(Step::WrongEntry),
        4 => Just(Step::Dispatch),
        1 => report.prop_map(Step::Report),
    ]
}

/// Codes of the messages that were accepted, for each message of a person.
fn accepted(sender: &RecordingSender) -> BTreeMap<(MobileNumber, u16), BTreeSet<String>> {
    let mut accepted: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for sent in sender.sent() {
        if sent.outcome() == Some(SendOutcome::Accepted) {
            let message = (*sent.to(), sent.id().number);
            accepted
                .entry(message)
                .or_default()
                .insert(sent.code().to_owned());
        }
    }
    accepted
}

proptest! {
    #![proptest_config(cases(192))]

    #[test]
    fn attack_17_19_whatever_the_gateway_says_nobody_is_flooded_and_the_code_works(
        noon in any::<bool>(),
        keep in any::<bool>(),
        script in prop::collection::vec(scripted(), 0..24),
        steps in prop::collection::vec(step(), 0..60),
    ) {
        let policy = VerificationPolicy::builder().noon_resend(noon).keep_code(keep).build().unwrap();
        let world = World::under(policy);
        world.sender.script(script);
        world.text(1, 2);
        for step in steps {
            let sent_before = world.sender.sent().len();
            match step {
                Step::Wait(seconds) => world.clock.advance(TimeDelta::seconds(seconds.into())),
                Step::Resend => drop(world.resend(LI)),
                Step::WrongEntry => drop(world.submit(WANG, WRONG_CODE)),
                Step::Dispatch => {
                    let over = !world.session(1).status().is_open();
                    let locked = !over && is_locked(&world, WANG);
                    world.dispatch();
                    let new = &world.sender.sent()[sent_before..];
                    prop_assert!(!over || new.is_empty(), "an ended round sends none");
                    let to_the_locked = new.iter().any(|sent| *sent.to() == WANG.mobile());
                    prop_assert!(!locked || !to_the_locked);
                }
                Step::Report(report) => {
                    let last = world.sender.sent().last().map(Sent::id);
                    if let Some(id) = last {
                        block(world.desk.report(id, report)).unwrap().unwrap();
                    }
                }
            }
            if !matches!(step, Step::Dispatch) {
                prop_assert_eq!(world.sender.sent().len(), sent_before, "only dispatch sends");
            }
        }
        let accepted = accepted(&world.sender);
        for person in [LI, WANG] {
            let mine = accepted.keys().filter(|(to, _)| *to == person.mobile());
            prop_assert!(mine.count() <= 3 + usize::from(noon));
        }
        // One message has one code, however often it went out.
        prop_assert!(accepted.values().all(|codes| codes.len() == 1));
        // Whatever became of it: Li can verify with the message that was handed over last (D10).
        let sent = world.sender.sent();
        let last = sent.iter().rfind(|sent| *sent.to() == LI.mobile());
        if world.session(1).status().is_open() && let Some(last) = last {
            prop_assert_ne!(world.submit(LI, last.code()).answer(), EntryAnswer::NotFound);
        }
    }
}

fn is_locked(world: &World, person: TestPerson) -> bool {
    view(&world.stored(1), person, |view| view.state()) == RecipientState::Locked
}

#[test]
fn attack_17_sixteen_requests_at_once_are_one_message() {
    let store = Arc::new(Tap::parking(MemoryStore::default(), THREADS));
    let world = World::over(store, beian::testkit::keys(), VerificationPolicy::REGULATOR);
    world.text(1, 1);
    world.clock.advance(MINUTE);
    let desk = world.another(beian::testkit::keys()).tries(u8::MAX);
    let answers = on_threads(|_| {
        park_the_next_find();
        block(desk.resend(&LI.resend())).unwrap().unwrap().answer()
    });
    let accepted = |answer: &&ResendAnswer| **answer == ResendAnswer::Accepted;
    assert_eq!(answers.iter().filter(accepted).count(), 1);
    let too_soon = ResendAnswer::TooSoon { seconds: 60 };
    let rest = answers.iter().filter(|answer| **answer == too_soon);
    assert_eq!(rest.count(), THREADS - 1);
    assert_eq!(world.dispatch().accepted, 1);
}

#[test]
fn attack_19_a_failed_resend_eats_nothing_and_its_code_works() {
    let world = World::new();
    world.text(1, 2);
    world.clock.advance(MINUTE);
    world.resend(LI);
    world.sender.script([Scripted::Fail]);
    assert_eq!(world.dispatch().failed, 1);
    let resends_left = |world: &World| view(&world.stored(1), LI, |view| view.resends_left());
    assert_eq!(resends_left(&world), 2);
    assert_eq!(world.dispatch().failed, 0, "it stops");

    // The next request sends the kept code.
    let failed = world.sender.sent().pop().unwrap();
    world.another_message(LI);
    let sent = world.sender.sent().pop().unwrap();
    assert_eq!(sent.code(), failed.code());
    assert_ne!(sent.id(), failed.id());
    assert_eq!(resends_left(&world), 1);

    // Said to have failed, and there all the same: both codes work.
    for right in [0, 1] {
        let world = World::new();
        world.text(1, 2);
        world.clock.advance(MINUTE);
        world.resend(LI);
        world.sender.script([Scripted::Fail]);
        world.dispatch();
        let codes: Vec<_> = world
            .sender
            .sent()
            .iter()
            .filter(|sent| *sent.to() == LI.mobile())
            .map(|sent| sent.code().to_owned())
            .collect();
        assert_eq!(codes.len(), 2);
        assert_eq!(
            world.submit(LI, &codes[right]).answer(),
            EntryAnswer::WaitingForOthers
        );
    }
}

// ---- 25: the resend form as a weapon

#[test]
fn attack_25_a_thousand_ids_are_five_comparisons_and_no_lock() {
    let world = World::new();
    world.text(1, 1);
    let mut compared = 0;
    for n in 0..1_000_u32 {
        world.clock.advance(TimeDelta::seconds(61));
        let id = format!("{:06}", 770_500 - n); // the right one among them, too late
        let request = ResendRequest::parse(LI.mobile().digits(), &id).unwrap();
        let resent = block(world.desk.resend(&request)).unwrap().unwrap();
        assert_eq!(resent.answer(), ResendAnswer::NothingPending);
        let outcome = resent.orders()[0].1;
        compared += usize::from(matches!(outcome, ResendOutcome::WrongId { .. }));
        world.dispatch();
    }
    assert_eq!(compared, 5);
    assert_eq!(world.desk.counters().wrong_ids, 5);
    assert_eq!(world.sender.sent().len(), 1);
    assert_eq!(
        world.submit(LI, &world.code(1, LI)).answer(),
        EntryAnswer::AllVerified
    );

    // The right one early: two messages.
    let world = World::new();
    world.text(1, 1);
    for _ in 0..1_000 {
        world.clock.advance(TimeDelta::seconds(61));
        world.resend(LI);
        world.dispatch();
    }
    assert_eq!(world.sender.sent().len(), 3);
    assert_eq!(
        world.submit(LI, &world.code(1, LI)).answer(),
        EntryAnswer::AllVerified
    );
}

// ---- 28: calls that are dropped, and crashes

/// Runs `call` from the same beginning again and again, dropped one poll later each time, and has
/// `recover` judge what it left; returns at how many points it was dropped.
fn drop_everywhere<T>(
    prepare: impl Fn(&World),
    call: impl AsyncFn(&World) -> T,
    recover: impl Fn(&World, Option<T>),
) -> usize {
    for polls in 0..1_000 {
        let world = World::new();
        prepare(&world);
        world.store.waits.store(true, Ordering::Relaxed);
        let output = poll_for(call(&world), polls);
        world.store.waits.store(false, Ordering::Relaxed);
        let done = output.is_some();
        sound(&world);
        recover(&world, output);
        sound(&world);
        if done {
            return polls - 1;
        }
    }
    panic!("it waits for ever")
}

/// Whatever was dropped: each message has one code, goes out twice at most, and the versions that
/// were stored are 1, 2, 3 and so on.
fn sound(world: &World) {
    let mut sent: BTreeMap<MessageId, Vec<String>> = BTreeMap::new();
    for message in world.sender.sent() {
        sent.entry(message.id())
            .or_default()
            .push(message.code().to_owned());
    }
    for (id, codes) in sent {
        assert!(codes.len() <= 2, "{id} went out {} times", codes.len());
        assert!(
            codes.iter().all(|code| *code == codes[0]),
            "{id} has two codes"
        );
    }
    let mut versions: BTreeMap<SessionId, u64> = BTreeMap::new();
    for event in world.store.events() {
        let before = versions.insert(event.session, event.version).unwrap_or(0);
        assert!(event.version == before || event.version == before + 1);
    }
    for (id, version) in versions {
        assert_eq!(world.stored(plain(id)).version(), version);
    }
}

/// When the lease of what was dropped is over, everything goes out, and the person can verify.
fn verifies(world: &World, id: u128) {
    world.clock.advance(TimeDelta::seconds(30));
    world.dispatch();
    let submitted = world.submit(LI, &world.code(id, LI));
    assert_ne!(submitted.answer(), EntryAnswer::NotFound);
}

#[test]
fn attack_28_an_opening_is_all_or_nothing() {
    let points = drop_everywhere(
        |_| {},
        async |world| world.desk.open(1, &recipients(2), seed(1)).await,
        |world, opened| {
            let again = block(world.desk.open(1, &recipients(2), seed(1))).unwrap();
            match (opened, again) {
                // Answered: stored. Not answered: stored or not, and opening again tells.
                (Some(session), Err(HostError::Exists)) => {
                    assert_eq!(session.unwrap(), world.stored(1));
                }
                (None, Ok(_) | Err(HostError::Exists)) => {}
                (_, again) => panic!("{again:?}"),
            }
            verifies(world, 1);
        },
    );
    assert_eq!(points, 6);
}

#[test]
fn attack_28_a_crash_between_saving_and_sending_loses_no_message() {
    let points = drop_everywhere(
        |world| {
            world.open(1, 2);
            world.open(2, 1);
        },
        async |world| world.desk.dispatch(&Waiting(&world.sender)).await,
        |world, done| {
            if let Some(done) = done {
                assert_eq!(done.unwrap().accepted, 3);
                assert_eq!(world.sender.sent().len(), 3);
            }
            verifies(world, 1);
            verifies(world, 2);
            let ids: HashSet<_> = world.sender.sent().iter().map(Sent::id).collect();
            assert_eq!(ids.len(), 3, "no message but the three");
            assert!(world.sender.sent().len() <= 4, "one of them twice at most");
            world.submit(WANG, &world.code(1, WANG));
            assert!(!world.status(1).is_open() && !world.status(2).is_open());
        },
    );
    assert!(points >= 18, "{points} points");
}

#[test]
fn attack_28_a_resend_is_queued_once_or_not_at_all() {
    drop_everywhere(
        |world| {
            world.text(1, 1);
            world.clock.advance(MINUTE);
        },
        async |world| {
            let resent = world.desk.resend(&LI.resend()).await;
            let dispatched = world.desk.dispatch(&Waiting(&world.sender)).await;
            (resent, dispatched)
        },
        |world, _| {
            world.clock.advance(TimeDelta::seconds(30));
            world.dispatch();
            let sent = world.sender.sent();
            let resends: HashSet<_> = sent
                .iter()
                .map(Sent::id)
                .filter(|id| id.number > 0)
                .collect();
            assert!(resends.len() <= 1);
            let used = 2 - view(&world.stored(1), LI, |view| view.resends_left());
            assert_eq!(usize::from(used), resends.len());
            verifies(world, 1);
        },
    );
}

#[test]
fn attack_28_an_entry_counts_where_it_is_stored() {
    let orders = |world: &World| {
        world.text(1, 2);
        world.text(2, 1);
    };
    // A wrong one: in all orders or in none.
    let points = drop_everywhere(
        orders,
        async |world| world.desk.submit(&LI.entry(WRONG_CODE).unwrap()).await,
        |world, submitted| {
            let left = (world.left(1, LI), world.left(2, LI));
            match submitted {
                Some(submitted) => {
                    assert_eq!(submitted.unwrap().answer(), EntryAnswer::NotFound);
                    assert_eq!(left, (4, 4));
                }
                None => assert!(left == (4, 4) || left == (5, 5), "{left:?}"),
            }
            verifies(world, 1);
        },
    );
    assert_eq!(points, 4);
    // A right one: verified, or the same entry verifies; with its submission id, it gets its answer.
    for with_id in [false, true] {
        let entry = move |world: &World| {
            let entry = LI.entry(&world.code(1, LI)).unwrap();
            if with_id {
                entry.with_submission_id(7)
            } else {
                entry
            }
        };
        drop_everywhere(
            orders,
            async |world| world.desk.submit(&entry(world)).await,
            |world, submitted| {
                let state = view(&world.stored(1), LI, |view| view.state());
                if let Some(submitted) = submitted {
                    assert_eq!(submitted.unwrap().answer(), EntryAnswer::WaitingForOthers);
                    assert_eq!(state, RecipientState::Verified);
                }
                let again = world.enter(&entry(world)).answer();
                if with_id || state != RecipientState::Verified {
                    assert_eq!(again, EntryAnswer::WaitingForOthers);
                } else {
                    assert_eq!(again, EntryAnswer::NotFound);
                }
                let kinds = world.events();
                let verified = kinds
                    .iter()
                    .filter(|kind| matches!(kind, EventKind::PersonVerified { .. }));
                assert_eq!(verified.count(), 1);
                assert_eq!((world.left(1, LI), world.left(2, LI)), (5, 5));
            },
        );
    }
}

#[test]
fn attack_28_every_other_call_is_all_or_nothing() {
    // Withdrawal and erasure.
    drop_everywhere(
        |world| world.text(1, 1),
        async |world| {
            world.desk.withdraw(1).await.unwrap();
            world.desk.erase(1).await
        },
        |world, erased| {
            let session = world.stored(1);
            if let Some(erased) = erased {
                assert_eq!(erased.unwrap(), session);
                assert_eq!(session.mobiles().count(), 0);
            }
            if session.status().is_open() {
                verifies(world, 1);
            }
        },
    );
    // A look at a round whose time is over, and the new round.
    drop_everywhere(
        |world| {
            world.text(1, 1);
            world.clock.advance(DAY * 2);
        },
        async |world| world.desk.open_again(2, &recipients(1), seed(2), 1).await,
        |world, opened| {
            if let Some(opened) = opened {
                assert_eq!(opened.unwrap(), world.stored(2));
            } else {
                let _ = block(world.desk.open_again(2, &recipients(1), seed(2), 1)).unwrap();
            }
            assert!(!world.status(1).is_open());
            verifies(world, 2);
        },
    );
    // A delivery report.
    drop_everywhere(
        |world| {
            world.text(1, 1);
            world.clock.advance(MINUTE);
        },
        async |world| {
            let message = world.sender.sent()[0].id();
            world.desk.report(message, DeliveryReport::Delivered).await
        },
        |world, reported| {
            let closes = view(&world.stored(1), LI, |view| view.window_closes_at()).unwrap();
            let (moved, unmoved) = (world.now() + DAY, world.now() + DAY - MINUTE);
            assert!(closes == moved || (closes == unmoved && reported.is_none()));
            verifies(world, 1);
        },
    );
}

/// The store fails after a message has gone out: as a crash.
#[test]
fn attack_28_a_report_that_is_not_stored_sends_the_same_message_again() {
    let world = World::new();
    world.open(1, 1);
    let sent = AtomicUsize::new(0);
    let breaks = |_: &beian::Message| {
        sent.fetch_add(1, Ordering::Relaxed);
        world.store.down.store(true, Ordering::Relaxed);
    };
    let done: Result<_, Failure> =
        block(world.desk.dispatch(&Meddling(&world.sender, breaks))).unwrap();
    assert_eq!(done, Err(HostError::Store(Down)));
    world.store.down.store(false, Ordering::Relaxed);
    sound(&world);
    verifies(&world, 1);
    sound(&world);
    assert_eq!((sent.into_inner(), world.sender.sent().len()), (1, 2));
}

// ---- helpers

fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

fn on_threads<T: Send>(work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    thread::scope(|scope| {
        let work = &work;
        let threads: Vec<_> = (0..THREADS).map(|n| scope.spawn(move || work(n))).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    })
}

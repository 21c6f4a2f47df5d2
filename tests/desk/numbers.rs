//! The desk, rule by rule: one number with several orders, messages, the passing of time.

use std::{
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use beian::{
    DeliveryReport, DeliveryReportOutcome, EntryAnswer, EntryOutcome, EventKind, KeyError, KeyId,
    KeyRing, Keys, Lang, Mac, MessageId, MessageKind, OpenError, Opening, Recipient,
    RecipientState, Recipients, Refusal, ResendAnswer, ResendOutcome, ResendRequest, Role,
    RoundFailure, RoundStatus, Session, SessionId, VerificationPolicy,
    host::{
        Clock as _, Desk, DynSmsSender, HostError, Leased, LeftOut, LeftOutReason, MemoryStore,
        SendOutcome, SessionStore, WouldWait, block,
    },
    testkit::{ManualClock, RecordingSender, Scripted, Sent, TestPerson, keys, recipients, seed},
};
use chrono::TimeDelta;

use crate::support::{
    DAY, FewCodes, LI, MICROSECOND, MINUTE, Meddling, Tap, Unreachable, WANG, WRONG_CODE, WRONG_ID,
    Waiting, World, nothing_is_told, outcomes, plain, poll_for, typed, view,
};

// ---- several orders of one number

#[test]
fn b06_each_order_is_verified_on_its_own() {
    let world = World::new();
    world.text(1, 1);
    world.text(2, 1);
    assert_ne!(world.code(1, LI), world.code(2, LI));
    let submitted = world.submit(LI, &world.code(2, LI));
    assert_eq!(
        outcomes(&submitted),
        [
            (1, EntryOutcome::NotCounted(Refusal::OtherOrder)),
            (2, EntryOutcome::Completed)
        ]
    );
    assert!(world.status(1).is_open());
    assert!(!world.status(2).is_open());
    assert_eq!(world.left(1, LI), 5);
    assert_eq!(
        world.submit(LI, &world.code(1, LI)).answer(),
        EntryAnswer::AllVerified
    );
}

#[test]
fn b06_d13_live_codes_of_one_number_are_distinct() {
    let store = Arc::new(Tap::over(MemoryStore::default()));
    let world = World::over(store, FewCodes { codes: 40 }, VerificationPolicy::REGULATOR);
    for id in 1..=5 {
        world.open(id, 1);
        world.clock.advance(MINUTE);
    }
    world.dispatch();
    world.another_message(LI);
    world.another_message(LI);
    let codes: Vec<_> = (1..=5).flat_map(|id| world.codes(id, LI)).collect();
    assert_eq!(codes.len(), 15);
    assert_eq!(codes.iter().collect::<HashSet<_>>().len(), 15, "{codes:?}");

    // Ten rounds would need all forty: the desk rather opens none.
    let open = |id: u128| {
        block(
            world
                .desk
                .open(id, &recipients(1), seed(id.try_into().unwrap())),
        )
    };
    let error = (6..16_u128).find_map(|id| open(id).unwrap().err());
    assert_eq!(error, Some(HostError::Open(OpenError::CodesExhausted)));

    // A round that is over holds no code back.
    block(world.desk.withdraw(1)).unwrap().unwrap();
    open(99).unwrap().unwrap();
}

#[test]
fn d17_right_for_several_moves_the_one_opened_first() {
    let store = Arc::new(Tap::over(MemoryStore::default()));
    let same = FewCodes { codes: 4 };
    let world = World::over(store, same, VerificationPolicy::REGULATOR);
    // Two hosts open at once and don't see each other; the second has the smaller id.
    for id in [2_u128, 1] {
        let recipients = world.recipients(1);
        let opening = Opening::new(id, &recipients, seed(1));
        let opened = Session::open(&opening, &same, world.now()).unwrap();
        let stored = world.store.save(std::slice::from_ref(opened.update()));
        block(stored).unwrap().unwrap();
        world.clock.advance(MICROSECOND);
    }
    world.dispatch();
    assert_eq!(world.code(1, LI), world.code(2, LI));

    let first = world.submit(LI, &world.code(1, LI));
    assert_eq!(
        outcomes(&first),
        [
            (2, EntryOutcome::Completed),
            (1, EntryOutcome::NotCounted(Refusal::OtherOrder))
        ]
    );
    // The same again is a repeat for the one, and right for the other: right goes first.
    let second = world.submit(LI, &world.code(1, LI));
    assert_eq!(outcomes(&second)[1], (1, EntryOutcome::Completed));
}

#[test]
fn d17_code_and_id_must_be_of_the_same_order() {
    let world = World::new();
    world.text(1, 1);
    let other_id = Recipient::new(LI.mobile(), Role::EntityLeader, ["88888X".parse().unwrap()]);
    let other_id = Recipients::new([other_id], VerificationPolicy::REGULATOR).unwrap();
    block(world.desk.open(2, &other_id, seed(2)))
        .unwrap()
        .unwrap();
    world.dispatch();

    let crossed = world.enter(&typed(LI, &world.code(1, LI), "88888X"));
    assert_eq!(
        outcomes(&crossed),
        [
            (1, EntryOutcome::Wrong { left: 4 }),
            (2, EntryOutcome::Wrong { left: 4 })
        ]
    );
    let straight = world.enter(&typed(LI, &world.code(2, LI), "88888X"));
    assert_eq!(outcomes(&straight)[1], (2, EntryOutcome::Completed));
}

#[test]
fn d18_a_superseded_code_of_one_order_counts_in_none() {
    let world = World::new();
    world.text(1, 1);
    world.another_message(LI);
    world.clock.advance(MINUTE);
    world.text(2, 1);
    let old = world.codes(1, LI).remove(0);

    let submitted = world.submit(LI, &old);
    assert_eq!(
        outcomes(&submitted),
        [
            (1, EntryOutcome::NotCounted(Refusal::SupersededCode)),
            (2, EntryOutcome::NotCounted(Refusal::OtherOrder))
        ]
    );
    nothing_is_told(&submitted);
    assert_eq!((world.left(1, LI), world.left(2, LI)), (5, 5));

    // With another ID it is a wrong entry like any other.
    world.enter(&typed(LI, &old, WRONG_ID));
    assert_eq!((world.left(1, LI), world.left(2, LI)), (4, 4));
}

#[test]
fn d18_a_superseded_code_is_free_only_for_somebody_who_still_waits() {
    let world = World::new();
    world.text(1, 1);
    world.another_message(LI);
    world.clock.advance(MINUTE);
    world.text(2, 1);
    let [old, new] = world.codes(1, LI).try_into().unwrap();
    world.submit(LI, &new);

    let submitted = world.submit(LI, &old);
    assert_eq!(
        outcomes(&submitted)[1],
        (2, EntryOutcome::Wrong { left: 4 })
    );
}

#[test]
fn d09_d18_ten_minutes_are_over_by_the_rounds_latest_instant_whatever_the_clock_says() {
    let world = World::new();
    world.text(1, 2);
    world.text(2, 1);
    let (verified_at, code) = (world.now(), world.code(1, LI));
    world.submit(LI, &code);

    world.clock.advance(TimeDelta::minutes(11));
    let of_wang = |sent: &&Sent| sent.id().session == 1.into() && *sent.to() == WANG.mobile();
    let message = world
        .sender
        .sent()
        .iter()
        .find(of_wang)
        .map(Sent::id)
        .unwrap();
    let report = world.desk.report(message, DeliveryReport::Undelivered);
    block(report).unwrap().unwrap();
    world.clock.set(verified_at);
    world.submit(LI, &code);
    assert_eq!(world.left(2, LI), 4);
}

#[test]
fn d18_a_repeat_is_known_for_exactly_ten_minutes() {
    for persons in [1, 2] {
        let world = World::new();
        world.text(1, persons);
        world.text(2, 1);
        let code = world.code(1, LI);
        world.submit(LI, &code);

        world.clock.advance(TimeDelta::minutes(10));
        let repeat = world.submit(LI, &code);
        nothing_is_told(&repeat);
        assert_eq!(
            outcomes(&repeat)[0],
            (1, EntryOutcome::NotCounted(Refusal::RepeatedEntry))
        );
        assert_eq!(world.left(2, LI), 5);

        world.clock.advance(MICROSECOND);
        world.submit(LI, &code);
        assert_eq!(world.left(2, LI), 4, "with {persons} in the first round");
    }
}

#[test]
fn d18_a_wrong_entry_counts_once_in_each_order() {
    let world = World::new();
    for id in 1..=3 {
        world.text(id, 2);
    }
    let submitted = world.submit(LI, WRONG_CODE);
    nothing_is_told(&submitted);
    for id in 1..=3 {
        assert_eq!((world.left(id, LI), world.left(id, WANG)), (4, 5));
    }
    assert_eq!(world.desk.counters().wrong_entries, 3);
}

#[test]
fn d19_the_sixth_entry_returns_every_order_where_the_person_is_locked() {
    let world = World::new();
    world.text(1, 1);
    for _ in 0..3 {
        world.submit(LI, WRONG_CODE);
    }
    world.text(2, 1);
    world.submit(LI, WRONG_CODE);
    let locking = world.submit(LI, WRONG_CODE);
    assert_eq!(
        outcomes(&locking),
        [
            (1, EntryOutcome::Locked),
            (2, EntryOutcome::Wrong { left: 3 })
        ]
    );
    let sixth = world.submit(LI, WRONG_CODE);
    assert_eq!(
        outcomes(&sixth),
        [
            (1, EntryOutcome::Returned),
            (2, EntryOutcome::Wrong { left: 2 })
        ]
    );
    assert_eq!(
        world.status(1),
        RoundStatus::Returned {
            cause: RoundFailure::TooManyWrongEntries,
            at: world.now(),
            noticed_at: world.now()
        }
    );
    assert!(world.status(2).is_open());
    // Of the six, the sixth is none in the first order.
    assert_eq!(world.desk.counters().wrong_entries, 5 + 3);
}

#[test]
fn d19_a_right_entry_elsewhere_leaves_a_locked_order_alone() {
    let world = World::new();
    world.text(1, 1);
    for _ in 0..5 {
        world.submit(LI, WRONG_CODE);
    }
    world.text(2, 1);
    let submitted = world.submit(LI, &world.code(2, LI));
    assert_eq!(submitted.answer(), EntryAnswer::AllVerified);
    assert!(world.status(1).is_open());
    let state = view(&world.stored(1), LI, |view| view.state());
    assert_eq!(state, RecipientState::Locked);
}

// ---- transactions

#[test]
fn d20_a_conflict_is_graded_again() {
    let world = World::new();
    world.text(1, 1);
    world.store.conflicts.store(15, Ordering::Relaxed);
    let submitted = world.submit(LI, WRONG_CODE);
    assert_eq!(outcomes(&submitted), [(1, EntryOutcome::Wrong { left: 4 })]);
    assert_eq!(world.desk.counters().conflicts, 15);
    assert_eq!(world.left(1, LI), 4);
}

#[test]
fn d20_when_retries_run_out_nothing_is_counted() {
    let world = World::new();
    world.text(1, 1);
    let before = world.stored(1);
    let entry = LI.entry(WRONG_CODE).unwrap();

    world.store.conflicts.store(16, Ordering::Relaxed);
    assert_eq!(
        block(world.desk.submit(&entry)).unwrap(),
        Err(HostError::Conflict)
    );
    world.clock.advance(MINUTE);
    world.store.conflicts.store(16, Ordering::Relaxed);
    let resent = block(world.desk.resend(&LI.resend())).unwrap();
    assert_eq!(resent, Err(HostError::Conflict));
    world.store.conflicts.store(16, Ordering::Relaxed);
    let withdrawn = block(world.desk.withdraw(1)).unwrap();
    assert_eq!(withdrawn, Err(HostError::Conflict));
    world.store.conflicts.store(16, Ordering::Relaxed);
    let opened = block(world.desk.open(2, &recipients(1), seed(2))).unwrap();
    assert_eq!(opened, Err(HostError::Conflict));

    assert_eq!(world.stored(1), before);
    assert_eq!(world.desk.counters().wrong_entries, 0);
    world.store.conflicts.store(2, Ordering::Relaxed);
    let twice = block(world.another(keys()).tries(2).submit(&entry)).unwrap();
    assert_eq!(twice, Err(HostError::Conflict));
    let once = world.another(keys()).tries(0); // at least once
    assert!(block(once.submit(&entry)).unwrap().is_ok());
}

#[test]
fn d20_a_round_whose_key_is_missing_is_left_out_and_reported() {
    let left_out = |id: u128| LeftOut {
        session: id.into(),
        reason: LeftOutReason::KeyMissing(KeyId::from(1)),
    };
    let world = World::new();
    world.text(1, 1);
    let mut ring = keys();
    ring.rotate(2, [9; 32]).unwrap();
    let rotated = world.another(ring);
    block(rotated.open(2, &recipients(1), seed(2)))
        .unwrap()
        .unwrap();

    let without_the_first = world.another(KeyRing::single(2, [9; 32]).unwrap());
    let submitted = block(without_the_first.submit(&LI.entry(WRONG_CODE).unwrap()));
    let submitted = submitted.unwrap().unwrap();
    assert_eq!(outcomes(&submitted), [(2, EntryOutcome::Wrong { left: 4 })]);
    assert_eq!(submitted.left_out(), [left_out(1)]);
    assert_eq!((world.left(1, LI), world.left(2, LI)), (5, 4));

    world.clock.advance(MINUTE);
    let resent = block(without_the_first.resend(&LI.resend()))
        .unwrap()
        .unwrap();
    assert_eq!(resent.left_out(), [left_out(1)]);

    // Nothing else of the number: still nobody unknown.
    block(without_the_first.withdraw(2)).unwrap().unwrap();
    world.clock.advance(TimeDelta::minutes(11));
    let submitted = block(without_the_first.submit(&LI.entry(WRONG_CODE).unwrap()));
    let submitted = submitted.unwrap().unwrap();
    nothing_is_told(&submitted);
    assert_eq!(submitted.left_out(), [left_out(1)]);
    assert_eq!(without_the_first.counters().unknown_numbers, 0);

    // It can't be sent for either, and it ends in time all the same.
    let dispatched = block(without_the_first.dispatch(&world.sender))
        .unwrap()
        .unwrap();
    assert_eq!(dispatched.left_out, []);
    world.open(3, 1);
    let dispatched = block(without_the_first.dispatch(&world.sender))
        .unwrap()
        .unwrap();
    assert_eq!(dispatched.left_out, [left_out(3)]);
    world.clock.advance(DAY * 2);
    let dispatched = block(without_the_first.dispatch(&world.sender))
        .unwrap()
        .unwrap();
    assert_eq!((dispatched.ended, dispatched.left_out), (2, Vec::new()));
    assert_eq!(without_the_first.counters().ended, 2);
}

#[test]
fn d20_without_the_key_service_nothing_happens() {
    let world = World::new();
    world.text(1, 1);
    let before = world.stored(1);
    let dark = world.another(Unreachable);
    let unavailable = HostError::Key(KeyError::Unavailable);
    for number in [LI, WANG] {
        let submitted = block(dark.submit(&number.entry(WRONG_CODE).unwrap())).unwrap();
        assert_eq!(submitted, Err(unavailable));
        let resent = block(dark.resend(&number.resend())).unwrap();
        assert_eq!(resent, Err(unavailable));
    }
    let opened = block(dark.open(2, &recipients(1), seed(2))).unwrap();
    assert_eq!(opened, Err(HostError::Key(KeyError::Unavailable)));
    assert_eq!(world.stored(1), before);
}

#[test]
fn d21_a_repeat_across_orders_gets_the_first_answer_again() {
    let world = World::new();
    world.text(1, 2);
    world.text(2, 1);
    let entry = |code: &str| LI.entry(code).unwrap().with_submission_id(7);

    let first = world.enter(&entry(WRONG_CODE));
    let (stored, counted) = (world.stored(1), world.desk.counters());
    assert_eq!(world.enter(&entry(WRONG_CODE)), first);
    // Even with the right code: it isn't compared.
    assert_eq!(world.enter(&entry(&world.code(1, LI))), first);
    assert_eq!(world.stored(1), stored);
    assert_eq!(world.desk.counters(), counted, "a repeat counts nothing");

    // A submission id belongs to its number.
    let wang = WANG
        .entry(&world.code(1, WANG))
        .unwrap()
        .with_submission_id(7);
    assert_eq!(world.enter(&wang).answer(), EntryAnswer::WaitingForOthers);
    assert_eq!(world.desk.counters().verified, 1);

    let right = LI.entry(&world.code(1, LI)).unwrap().with_submission_id(8);
    let verified = world.enter(&right);
    assert_eq!(verified.answer(), EntryAnswer::AllVerified);
    world.clock.advance(TimeDelta::minutes(5));
    assert_eq!(world.enter(&right).answer(), EntryAnswer::AllVerified);
    assert_eq!(world.desk.counters().verified, 2);
    assert_eq!(world.left(2, LI), 4);
}

#[test]
fn d21_a_repeat_names_the_orders_as_the_first_answer_did() {
    let world = World::new();
    for id in [2, 1] {
        world.text(id, 1);
        world.clock.advance(MINUTE);
    }
    let entry = LI.entry(WRONG_CODE).unwrap().with_submission_id(7);
    let first = world.enter(&entry);
    let (two, one) = (outcomes(&first)[0].0, outcomes(&first)[1].0);
    assert_eq!((two, one), (2, 1), "the one opened first in front");
    assert_eq!(world.enter(&entry), first);
}

#[test]
fn d21_a_submission_id_is_known_by_the_rounds_that_it_met() {
    let world = World::new();
    let entry = |code: &str| LI.entry(code).unwrap().with_submission_id(7);
    nothing_is_told(&world.enter(&entry(WRONG_CODE))); // no order is open
    world.text(1, 1);
    world.text(2, 1);
    let right = entry(&world.code(1, LI));
    assert_eq!(world.enter(&right).answer(), EntryAnswer::AllVerified);

    // Nor once the round that knew it has been over for ten minutes.
    world.clock.advance(TimeDelta::minutes(10));
    assert_eq!(world.enter(&right).answer(), EntryAnswer::AllVerified);
    world.clock.advance(MINUTE);
    assert_eq!(
        outcomes(&world.enter(&right)),
        [(2, EntryOutcome::Wrong { left: 4 })]
    );
}

// ---- resends

#[test]
fn d15_a_resend_goes_to_every_order_whose_id_matches() {
    let world = World::new();
    world.text(1, 1);
    world.text(2, 1);
    assert_eq!(
        world.resend(LI).answer(),
        ResendAnswer::TooSoon { seconds: 60 }
    );
    world.clock.advance(MINUTE);
    let resent = world.resend(LI);
    assert!(
        resent
            .orders()
            .iter()
            .all(|(_, outcome)| *outcome == ResendOutcome::Queued)
    );
    assert_eq!(resent.text(Lang::Zh), "您的短信已发送成功。"); // B09
    assert_eq!(world.dispatch().accepted, 2);
}

#[test]
fn d15_the_best_answer_is_given() {
    let world = World::new();
    world.text(1, 1);
    world.another_message(LI);
    world.another_message(LI);
    world.clock.advance(MINUTE);
    assert_eq!(world.resend(LI).answer(), ResendAnswer::NoneLeft); // R22

    world.clock.advance(TimeDelta::seconds(1));
    world.text(2, 1);
    world.clock.advance(TimeDelta::milliseconds(20_500));
    world.text(3, 1);
    // 39.5 s and 60 s are left, and none.
    assert_eq!(
        world.resend(LI).answer(),
        ResendAnswer::TooSoon { seconds: 40 }
    );
    world.clock.advance(TimeDelta::milliseconds(39_500));
    let resent = world.resend(LI);
    assert_eq!(resent.answer(), ResendAnswer::Accepted);
    let names: Vec<_> = resent
        .orders()
        .iter()
        .map(|(_, o)| o.answer().name())
        .collect();
    assert_eq!(names, ["none_left", "accepted", "too_soon"]);
}

#[test]
fn d15_an_id_right_for_one_order_is_no_wrong_id_for_another() {
    let world = World::new();
    world.text(1, 2);
    world.submit(LI, &world.code(1, LI)); // verified, in a round that goes on
    let other_id = Recipient::new(LI.mobile(), Role::EntityLeader, ["88888X".parse().unwrap()]);
    let other_id = Recipients::new([other_id], VerificationPolicy::REGULATOR).unwrap();
    block(world.desk.open(2, &other_id, seed(2)))
        .unwrap()
        .unwrap();
    world.dispatch();
    world.clock.advance(MINUTE);

    let resent = world.resend(LI);
    assert_eq!(resent.answer(), ResendAnswer::NothingPending);
    assert_eq!(
        resent.orders()[1],
        (
            SessionId::from(2),
            ResendOutcome::NotSent(Refusal::OtherOrder)
        )
    );
    assert_eq!(world.desk.counters().wrong_ids, 0);

    let wrong = ResendRequest::parse(LI.mobile().digits(), WRONG_ID).unwrap();
    let resent = block(world.desk.resend(&wrong)).unwrap().unwrap();
    assert_eq!(resent.orders()[1].1, ResendOutcome::WrongId { left: 4 });
    assert_eq!(world.desk.counters().wrong_ids, 1);
}

#[test]
fn d15_an_id_right_for_an_order_whose_form_is_closed_is_no_wrong_id_for_another() {
    let world = World::new();
    world.text(1, 1);
    world.clock.advance(MINUTE);
    let wrong = ResendRequest::parse(LI.mobile().digits(), WRONG_ID).unwrap();
    for _ in 0..5 {
        block(world.desk.resend(&wrong)).unwrap().unwrap();
    }
    let other_id = Recipient::new(LI.mobile(), Role::EntityLeader, ["88888X".parse().unwrap()]);
    let other_id = Recipients::new([other_id], VerificationPolicy::REGULATOR).unwrap();
    block(world.desk.open(2, &other_id, seed(2)))
        .unwrap()
        .unwrap();

    let outcomes: Vec<_> = world
        .resend(LI)
        .orders()
        .iter()
        .map(|(_, outcome)| *outcome)
        .collect();
    let not_sent = ResendOutcome::NotSent;
    assert_eq!(
        outcomes,
        [
            not_sent(Refusal::TooManyWrongIds),
            not_sent(Refusal::OtherOrder)
        ]
    );
}

// ---- time

#[test]
fn d15_an_id_right_for_an_ended_order_alone_is_wrong_for_an_open_one() {
    let world = World::new();
    let person = |last_six: &str| {
        let recipient =
            Recipient::new(LI.mobile(), Role::EntityLeader, [last_six.parse().unwrap()]);
        Recipients::new([recipient], VerificationPolicy::REGULATOR).unwrap()
    };
    for (id, last_six) in [(1, "11111X"), (2, "22222X")] {
        block(world.desk.open(id, &person(last_six), seed(1)))
            .unwrap()
            .unwrap();
    }
    world.dispatch();
    world.clock.advance(MINUTE);
    let ask = || {
        let request = ResendRequest::parse(LI.mobile().digits(), "11111X").unwrap();
        let resent = block(world.desk.resend(&request)).unwrap().unwrap();
        resent.orders().to_vec()
    };
    block(world.desk.withdraw(1)).unwrap().unwrap();
    assert_eq!(
        ask(),
        [
            (
                SessionId::from(1),
                ResendOutcome::NotSent(Refusal::RoundEnded)
            ),
            (SessionId::from(2), ResendOutcome::WrongId { left: 4 }),
        ]
    );
}

#[test]
fn d08_an_entry_after_the_window_ends_the_round() {
    let world = World::new();
    world.text(1, 1);
    let (code, start) = (world.code(1, LI), world.now());
    world.clock.advance(DAY + MINUTE);
    let submitted = world.submit(LI, &code);
    assert_eq!(
        outcomes(&submitted),
        [(1, EntryOutcome::NotCounted(Refusal::RoundEnded))]
    );
    assert_eq!(
        world.status(1),
        RoundStatus::Returned {
            cause: RoundFailure::WindowClosed,
            at: start + DAY + MICROSECOND,
            noticed_at: world.now()
        }
    );
}

#[test]
fn d08_one_order_ends_and_another_moves_in_one_write() {
    let world = World::new();
    world.text(1, 1);
    world.clock.advance(DAY);
    world.text(2, 1);
    let code = world.code(2, LI);
    world.clock.advance(MICROSECOND);
    assert_eq!(world.submit(LI, &code).answer(), EntryAnswer::AllVerified);
    assert_eq!(world.status(1).order_status().name(), "returned");
    assert_eq!(
        world.status(2).order_status().name(),
        "administration_review"
    );
}

#[test]
fn d04_d08_a_sweep_and_a_look_end_a_round_at_the_same_instant() {
    for (span, open) in [(DAY, true), (DAY + MICROSECOND, false)] {
        let world = World::new();
        world.text(1, 1);
        world.text(2, 1);
        world.clock.advance(span);
        assert_eq!(world.session(1).status().is_open(), open);
        assert_eq!(world.status(1).is_open(), open, "what is shown is stored");
        assert_eq!(world.dispatch().ended, u64::from(!open));
        assert_eq!(world.status(2).is_open(), open);
        assert_eq!(world.status(1).is_open(), open);
    }
}

#[test]
fn d09_clocks_that_go_back_reopen_nothing() {
    let world = World::new();
    world.text(1, 1);
    let (start, code) = (world.now(), world.code(1, LI));
    world.clock.advance(DAY * 2);
    world.dispatch();
    world.clock.set(start);
    nothing_is_told(&world.submit(LI, &code));
    assert!(!world.session(1).status().is_open());
}

// ---- messages

#[test]
fn d12_a_deferred_message_keeps_its_key_and_a_failed_one_takes_the_next() {
    let world = World::new();
    world.open(1, 1);
    world
        .sender
        .script([Scripted::Defer, Scripted::Fail, Scripted::Accept]);
    for minutes in [0, 1, 2] {
        world.clock.advance(MINUTE * minutes);
        world.dispatch();
    }
    let sent = world.sender.sent();
    let [deferred, failed, accepted] = &sent[..] else {
        panic!("{sent:?}")
    };
    assert_eq!(deferred.id(), failed.id());
    assert_eq!((failed.id().attempt, accepted.id().attempt), (0, 1));
    assert!(sent.iter().all(|sent| sent.code() == accepted.code()));
    assert!(sent.iter().all(|sent| sent.kind() == MessageKind::First));
}

#[test]
fn each_message_goes_out_once_a_call_and_the_desk_says_when_to_come_back() {
    let world = World::new();
    assert_eq!(world.dispatch().next, world.now() + TimeDelta::seconds(30));
    world.open(1, 3);
    world
        .sender
        .script([Scripted::Accept, Scripted::Defer, Scripted::Fail]);
    let done = world.dispatch();
    assert_eq!(
        (done.accepted, done.deferred, done.failed, done.ended),
        (1, 1, 1, 0)
    );
    let counters = world.desk.counters();
    assert_eq!(
        (counters.accepted, counters.deferred, counters.failed),
        (1, 1, 1)
    );
    assert_eq!(done.next, world.now() + TimeDelta::seconds(30));

    // Nothing is due and no lease is near: the next wake.
    let patient = world.another(keys()).lease(TimeDelta::days(30));
    let next = || {
        block(patient.dispatch(&world.sender))
            .unwrap()
            .unwrap()
            .next
    };
    assert_eq!(next(), world.now() + MINUTE);
    world.clock.advance(MINUTE);
    world.dispatch();
    assert_eq!(world.sender.sent().len(), 5);
    assert_eq!(next(), world.now() + DAY - MINUTE + MICROSECOND);
}

#[test]
fn a_backlog_longer_than_one_lease_goes_out_in_one_call() {
    let world = World::new();
    for id in 1..=100 {
        world.open(id, 1);
    }
    assert_eq!(world.dispatch().accepted, 100);
}

#[test]
fn a_clock_that_outruns_its_lease_still_lets_every_batch_send_something() {
    let world = World::new();
    for id in 1..=3 {
        world.open(id, 1);
    }
    let clock = world.clock.clone();
    let racing = move || {
        clock.advance(MINUTE);
        clock.now()
    };
    let desk = Desk::new(world.store.clone(), keys(), racing);
    let done = block(desk.dispatch(&world.sender)).unwrap().unwrap();
    assert_eq!((done.accepted, world.sender.sent().len()), (3, 3));
}

#[test]
fn a_lease_is_a_second_at_least() {
    let world = World::new();
    world.open(1, 1);
    let hasty = world.another(Unreachable).lease(TimeDelta::zero());
    let done = block(hasty.dispatch(&world.sender)).unwrap().unwrap();
    let (session, reason) = (1.into(), LeftOutReason::KeysUnavailable);
    assert_eq!(done.left_out, [LeftOut { session, reason }]);
    assert_eq!(done.next, world.now() + TimeDelta::seconds(1));
    assert_eq!(world.dispatch().accepted, 0);
    world.clock.advance(TimeDelta::seconds(1));
    assert_eq!(world.dispatch().accepted, 1);
}

#[test]
fn what_ended_before_an_instant_can_be_removed_from_memory() {
    let world = World::new();
    world.text(1, 1);
    world.text(2, 1);
    block(world.desk.withdraw(1)).unwrap().unwrap();
    let store = world.store.inner();
    assert_eq!(store.remove_ended_before(world.now()), 0);
    assert_eq!(store.remove_ended_before(world.now() + MICROSECOND), 1);
    assert_eq!(store.len(), 1);
    assert!(world.stored(2).status().is_open());
}

#[test]
fn several_dispatchers_share_the_work() {
    let world = World::new();
    for id in 1..=100 {
        world.open(id, 2);
    }
    let total: u64 = thread::scope(|scope| {
        let dispatchers: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| block(world.desk.dispatch(&world.sender)).unwrap().unwrap()))
            .collect();
        let all = dispatchers.into_iter().map(|thread| thread.join().unwrap());
        all.map(|done| done.accepted).sum()
    });
    let sent: HashSet<_> = world.sender.sent().iter().map(Sent::id).collect();
    assert_eq!(
        (total, world.sender.sent().len(), sent.len()),
        (200, 200, 200)
    );
}

#[test]
fn d24_a_message_that_is_no_longer_due_is_not_sent() {
    // Withdrawn while the first of two messages of the round was on its way.
    let world = World::new();
    world.open(1, 2);
    let withdraw = |message: &beian::Message| {
        if *message.to() == LI.mobile() {
            block(world.desk.withdraw(1)).unwrap().unwrap();
        }
    };
    block(world.desk.dispatch(&Meddling(&world.sender, withdraw)))
        .unwrap()
        .unwrap();
    assert_eq!(world.sender.sent().len(), 1);

    // Withdrawn while a message of another round was on its way.
    let world = World::new();
    world.open(1, 1);
    world.open(2, 1);
    let withdraw = |_: &beian::Message| {
        let _ = block(world.desk.withdraw(2)).unwrap();
    };
    block(world.desk.dispatch(&Meddling(&world.sender, withdraw)))
        .unwrap()
        .unwrap();
    assert_eq!(world.sender.sent().len(), 1);
}

#[test]
fn d24_what_is_due_is_looked_at_again_before_every_message() {
    // What happens to the second person while the first is being texted.
    type Happens = fn(&World, MessageId);
    let deferred: Happens = |world, second| {
        block(world.desk.report(second, DeliveryReport::Deferred))
            .unwrap()
            .unwrap();
    };
    let failed_and_due_again: Happens = |world, second| {
        block(world.desk.report(second, DeliveryReport::Failed))
            .unwrap()
            .unwrap();
        world.clock.advance(MINUTE);
    };
    let time_over: Happens = |world, _| world.clock.advance(DAY + MICROSECOND);
    for happens in [deferred, failed_and_due_again, time_over] {
        let world = World::new();
        world.open(1, 2);
        let happen = |message: &beian::Message| {
            let second = MessageId {
                recipient: 1,
                ..message.id()
            };
            assert_eq!(*message.to(), LI.mobile());
            happens(&world, second);
        };
        let desk = world.another(keys()).lease(DAY * 7);
        block(desk.dispatch(&Meddling(&world.sender, happen)))
            .unwrap()
            .unwrap();
        assert_eq!(world.sender.sent().len(), 1);
    }
}

#[test]
fn a_slow_gateway_makes_no_message_go_out_twice() {
    let world = World::new();
    for id in 1..=10 {
        world.open(id, 1);
    }
    let other = world.another(keys());
    // The first message takes longer than the lease: another host does the rest meanwhile.
    let slow = |message: &beian::Message| {
        if message.id().session == SessionId::from(1) {
            world.clock.advance(TimeDelta::seconds(29));
            world.clock.advance(TimeDelta::seconds(1));
            block(other.dispatch(&world.sender)).unwrap().unwrap();
        }
    };
    block(world.desk.dispatch(&Meddling(&world.sender, slow)))
        .unwrap()
        .unwrap();
    let sent = world.sender.sent();
    let of_others = sent
        .iter()
        .filter(|sent| plain(sent.id().session) != 1)
        .count();
    assert_eq!(of_others, 9);
    // The slow one itself: twice, under one key.
    assert_eq!(sent.len(), 11);
}

/// Wherever in a dispatch the clock passes the end of the round, nothing goes out after it.
#[test]
fn d08_no_message_goes_out_once_the_round_is_over() {
    let mut sent = 0;
    for readings in 0..12 {
        let world = World::new();
        world.open(1, 1);
        let last = world.now() + DAY;
        let read = Arc::new(AtomicUsize::new(0));
        let reading = Arc::clone(&read);
        let clock = move || {
            let in_time = reading.fetch_add(1, Ordering::Relaxed) < readings;
            if in_time { last } else { last + MICROSECOND }
        };
        let desk = Desk::new(Arc::clone(&world.store), keys(), clock);
        let in_time = |_: &beian::Message| assert!(read.load(Ordering::Relaxed) <= readings);
        block(desk.dispatch(&Meddling(&world.sender, in_time)))
            .unwrap()
            .unwrap();
        sent += world.sender.sent().len();
    }
    assert!((1..12).contains(&sent), "{sent}");
}

#[test]
fn nobody_sends_under_a_lease_that_is_over() {
    for (rounds, persons) in [(10, 1), (1, 10)] {
        let world = World::new();
        for id in 1..=rounds {
            world.open(id, persons);
        }
        let free = AtomicUsize::new(0);
        // Every message takes 20 seconds, of a lease of 30.
        let slow = |message: &beian::Message| {
            // Whoever asks now must not get the session.
            let due = world.store.lease_due(world.now(), 100, TimeDelta::zero());
            let due = block(due).unwrap().unwrap();
            let mine = |leased: &Leased| leased.lease.session == message.id().session;
            free.fetch_add(usize::from(due.iter().any(mine)), Ordering::Relaxed);
            world.clock.advance(TimeDelta::seconds(20));
        };
        let gateway = Meddling(&world.sender, slow);
        let dispatch = || block(world.desk.dispatch(&gateway)).unwrap().unwrap();
        let mut accepted = 0;
        while accepted < 10 {
            let done = dispatch();
            accepted += done.accepted;
            assert!(done.accepted > 0, "{persons} in a round");
            // What the lease was too short for is due at once.
            assert_eq!(done.next == world.now(), accepted < 10);
        }
        assert_eq!(free.into_inner(), 0, "{persons} in a round");
    }
}

#[test]
fn d10_d24_a_right_entry_overtakes_the_answer_of_the_gateway() {
    let world = World::new();
    world.open(1, 1);
    world.sender.script([Scripted::Hang]);
    let mut dispatch = std::pin::pin!(world.desk.dispatch(&world.sender));
    assert!(poll_for(dispatch.as_mut(), 1).is_none());
    let code = world.sender.sent()[0].code().to_owned();
    assert_eq!(world.submit(LI, &code).answer(), EntryAnswer::AllVerified);

    // What comes later is recorded, and changes nothing.
    let status = world.status(1);
    world.sender.release(SendOutcome::Failed);
    let done = poll_for(dispatch.as_mut(), 1).unwrap().unwrap();
    assert_eq!((done.failed, done.left_out), (1, Vec::new()));
    assert_eq!(world.status(1), status);
    let last = world.events().pop().unwrap();
    assert_eq!(last.name(), "report_recorded");
    world.clock.advance(DAY);
    world.dispatch();
    assert_eq!(world.sender.sent().len(), 1);
}

/// The key of no session, and slow to say so.
struct SlowlyMissing(ManualClock, AtomicUsize);

impl Keys for SlowlyMissing {
    fn current(&self) -> KeyId {
        KeyId::from(1)
    }

    fn mac(&self, key: KeyId, _: &[u8]) -> Result<Mac, KeyError> {
        assert!(self.1.fetch_add(1, Ordering::Relaxed) < 1_000, "no end");
        self.0.advance(TimeDelta::seconds(1));
        Err(KeyError::Unknown(key))
    }
}

#[test]
fn rounds_whose_key_is_missing_do_not_keep_a_dispatch_from_ending() {
    let world = World::new();
    // More of them than can be looked at under one lease.
    for id in 1..=100 {
        world.open(id, 1);
    }
    let keyless = SlowlyMissing(world.clock.clone(), AtomicUsize::default());
    let keyless = world.another(keyless);
    let done = block(keyless.dispatch(&world.sender)).unwrap().unwrap();
    let left_out: HashSet<_> = done.left_out.iter().copied().collect();
    assert_eq!(left_out.len(), done.left_out.len());
    assert!(world.sender.sent().is_empty());
    // When the first of their leases is over.
    let again = world.store.next_due(world.now());
    assert_eq!(Some(done.next), block(again).unwrap().unwrap());
    assert!(done.next <= world.now() + TimeDelta::seconds(30));
}

/// The promise of `SessionStore`: clocks may differ by what a lease leaves when the longest send is over.
#[test]
fn d12_clocks_that_differ_by_less_than_a_lease_leaves_send_nothing_twice() {
    let (lease, send) = (TimeDelta::seconds(30), TimeDelta::seconds(5));
    let just_before = TimeDelta::microseconds(1);
    for (ahead, sent) in [(lease - send - just_before, 1), (lease - send, 2)] {
        let world = World::new();
        world.open(1, 1);
        let clock = world.clock.clone();
        let other = Desk::new(world.store.clone(), keys(), move || clock.now() + ahead);
        // While the one waits for the gateway's answer, the other looks for what is due.
        let slow = |_: &beian::Message| {
            world.clock.advance(send);
            block(other.dispatch(&world.sender)).unwrap().unwrap();
        };
        let desk = world.another(keys()).lease(lease);
        block(desk.dispatch(&Meddling(&world.sender, slow)))
            .unwrap()
            .unwrap();
        let keys: HashSet<_> = world.sender.sent().iter().map(Sent::id).collect();
        assert_eq!(world.sender.sent().len(), sent, "{ahead}");
        assert_eq!(keys.len(), 1, "a second one has the same key");
    }
}

#[test]
fn a_gateway_slower_than_a_pause_gets_each_message_once_a_call() {
    let world = World::new();
    for id in 1..=4 {
        world.open(id, 1);
    }
    world.sender.script([Scripted::Defer; 100]);
    // The first message is due again before the last one has been sent.
    let slow = |_: &beian::Message| world.clock.advance(TimeDelta::seconds(40));
    let done = block(world.desk.dispatch(&Meddling(&world.sender, slow)))
        .unwrap()
        .unwrap();
    assert_eq!((done.deferred, world.sender.sent().len()), (4, 4));
}

#[test]
fn a_report_for_no_message_is_refused() {
    let world = World::new();
    world.text(1, 1);
    let id = world.sender.sent()[0].id();
    let report = |id| block(world.desk.report(id, DeliveryReport::Delivered)).unwrap();
    let unknown = Err(HostError::Refused(Refusal::UnknownMessage));
    assert_eq!(
        report(MessageId {
            session: 9.into(),
            ..id
        }),
        unknown
    );
    assert_eq!(report(MessageId { number: 1, ..id }), unknown);
    assert_eq!(report(MessageId { attempt: 1, ..id }), unknown);
    assert_eq!(report(MessageId { recipient: 1, ..id }), unknown);
    world.clock.advance(MINUTE);
    assert_eq!(report(id), Ok(DeliveryReportOutcome::Applied));
    assert_eq!(report(id), Ok(DeliveryReportOutcome::Recorded));
    let closes = view(&world.stored(1), LI, |view| view.window_closes_at());
    assert_eq!(closes, Some(world.now() + DAY)); // D05
}

// ---- rounds

#[test]
fn d09_d25_a_rounds_latest_instant_is_its_own() {
    let world = World::new();
    world.open(1, 1);
    let opened_at = world.now();
    world.clock.advance(TimeDelta::seconds(30));
    world.sender.script([Scripted::Defer]);
    world.dispatch();
    for _ in 0..6 {
        world.submit(LI, WRONG_CODE);
    }
    assert!(!world.stored(1).status().is_open());

    world.clock.set(opened_at);
    let li = recipients(1);
    let again = block(world.desk.open_again(2, &li, seed(2), 1));
    let session = again.unwrap().unwrap();
    assert_eq!(session.last_changed_at(), opened_at);
}

#[test]
fn d25_a_new_round_carries_the_ids_over_and_nothing_else() {
    let world = World::new();
    world.text(1, 1);
    let old = world.code(1, LI);
    world.submit(LI, WRONG_CODE);
    let bare = Recipient::new(LI.mobile(), Role::EntityLeader, []);
    let bare = Recipients::new([bare], VerificationPolicy::REGULATOR).unwrap();
    let again = |desk: &Desk<_>, id: u128, previous: u128| {
        block(desk.open_again(id, &bare, seed(9), previous)).unwrap()
    };

    let open = Err(HostError::Open(OpenError::PreviousRoundOpen));
    assert_eq!(again(&world.desk, 2, 1), open);
    assert_eq!(again(&world.desk, 2, 77), Err(HostError::NotFound));
    let missing = Err(HostError::Open(OpenError::IdMissing(LI.mobile())));
    assert_eq!(block(world.desk.open(2, &bare, seed(9))).unwrap(), missing);

    world.clock.advance(DAY + MICROSECOND); // D08: noticed by opening again
    let without = world.another(KeyRing::single(2, [9; 32]).unwrap());
    assert_eq!(again(&without, 2, 1), missing);
    let mut ring = keys();
    ring.rotate(2, [9; 32]).unwrap();
    let rotated = world.another(ring);
    let session = again(&rotated, 2, 1).unwrap();
    assert_eq!(view(&session, LI, |view| view.wrong_entries_left()), 5);
    assert_eq!(again(&rotated, 2, 1), Err(HostError::Exists));

    block(rotated.dispatch(&world.sender)).unwrap().unwrap();
    let code = world.code(2, LI);
    assert_ne!(code, old);
    let submit = |code: &str| {
        block(rotated.submit(&LI.entry(code).unwrap()))
            .unwrap()
            .unwrap()
    };
    nothing_is_told(&submit(&old));
    assert_eq!(submit(&code).answer(), EntryAnswer::AllVerified);

    block(world.desk.erase(1)).unwrap().unwrap();
    assert_eq!(again(&world.desk, 3, 1), missing);
}

#[test]
fn r18_r19_the_page_says_whether_others_are_waited_for() {
    let world = World::new();
    world.text(1, 2);
    let first = world.submit(WANG, &world.code(1, WANG));
    assert_eq!(
        first.text(Lang::Zh),
        "您的短信核验完成，请等待其他核验人进行短信核验"
    );
    let last = world.submit(LI, &world.code(1, LI));
    assert_eq!(
        last.text(Lang::Zh),
        "尊敬的ICP用户：您的短信核验已全部完成，该请求将提交管局审核"
    );
    let at = world.now();
    assert_eq!(world.status(1), RoundStatus::AdministrationReview { at });
    assert_eq!(world.events().pop(), Some(EventKind::RoundCompleted));
    assert_eq!(world.desk.counters().verified, 2);
}

#[test]
fn a_session_is_shown_withdrawn_and_erased_by_id() {
    let world = World::new();
    let not_found = || HostError::NotFound;
    assert_eq!(block(world.desk.session(1)).unwrap(), Err(not_found()));
    assert_eq!(block(world.desk.withdraw(1)).unwrap(), Err(not_found()));
    assert_eq!(block(world.desk.erase(1)).unwrap(), Err(not_found()));

    world.text(1, 1);
    let again = block(world.desk.open(1, &recipients(1), seed(2))).unwrap();
    assert_eq!(again, Err(HostError::Exists));
    let erased = block(world.desk.erase(1)).unwrap();
    assert_eq!(erased, Err(HostError::Refused(Refusal::RoundOpen)));

    let withdrawn = block(world.desk.withdraw(1)).unwrap().unwrap();
    assert_eq!(withdrawn, world.session(1));
    let again = block(world.desk.withdraw(1)).unwrap();
    assert_eq!(again, Err(HostError::Refused(Refusal::NotWithdrawable)));

    let erased = block(world.desk.erase(1)).unwrap().unwrap();
    assert_eq!(erased.mobiles().count(), 0);
    assert_eq!(world.submit(LI, WRONG_CODE).orders(), []);
    assert_eq!(world.desk.counters().unknown_numbers, 1);
    let again = block(world.desk.erase(1)).unwrap();
    assert_eq!(again, Err(HostError::Refused(Refusal::AlreadyErased)));
}

// ---- without a runtime, and with one

#[test]
fn block_gives_up_where_it_would_have_to_wait() {
    let world = World::new();
    world.open(1, 1);
    world.sender.script([Scripted::Hang]);
    assert!(matches!(
        block(world.desk.dispatch(&world.sender)),
        Err(WouldWait)
    ));
    assert_eq!(world.dispatch().accepted, 0); // still leased
    world.clock.advance(TimeDelta::seconds(30));
    assert_eq!(world.dispatch().accepted, 1);
    let sent = world.sender.sent();
    assert_eq!(
        (sent[0].id(), sent[0].code()),
        (sent[1].id(), sent[1].code())
    );
}

#[test]
fn a_store_and_a_sender_that_wait_do_as_well() {
    let world = World::new();
    world.store.waits.store(true, Ordering::Relaxed);
    let opened = poll_for(world.desk.open(1, &recipients(1), seed(1)), 100).unwrap();
    opened.unwrap();
    let done = poll_for(world.desk.dispatch(&Waiting(&world.sender)), 100).unwrap();
    assert_eq!(done.unwrap().accepted, 1);
    let entry = LI.entry(&world.code(1, LI)).unwrap();
    let submitted = poll_for(world.desk.submit(&entry), 100).unwrap().unwrap();
    assert_eq!(submitted.answer(), EntryAnswer::AllVerified);
}

#[test]
fn a_hanging_message_ends_as_it_is_told() {
    let world = World::new();
    world.open(1, 1);
    world.sender.script([Scripted::Hang]);
    let mut dispatch = std::pin::pin!(world.desk.dispatch(&world.sender));
    assert!(poll_for(dispatch.as_mut(), 3).is_none());
    assert_eq!(world.sender.sent()[0].outcome(), None);
    world.sender.release(SendOutcome::Deferred);
    let done = poll_for(dispatch.as_mut(), 3).unwrap().unwrap();
    assert_eq!(done.deferred, 1);
    assert_eq!(
        world.sender.sent()[0].outcome(),
        Some(SendOutcome::Deferred)
    );

    world.sender.script([Scripted::Hang]);
    world.clock.advance(TimeDelta::minutes(5));
    let mut dispatch = std::pin::pin!(world.desk.dispatch(&world.sender));
    assert!(poll_for(dispatch.as_mut(), 3).is_none());
    assert_eq!(world.sender.sent().len(), 2);
    assert_eq!(world.sender.sent()[1].outcome(), None);
}

#[test]
fn a_person_is_somebody_of_their_own() {
    assert_eq!(TestPerson(1).mobile(), "19900000001".parse().unwrap());
    assert_eq!(TestPerson(9999).mobile(), "19900009999".parse().unwrap());
    assert_eq!(TestPerson(123).last_six(), "770123".parse().unwrap());
    let recipients = recipients(3);
    let roles: Vec<_> = recipients.iter().map(Recipient::roles).collect();
    assert_eq!(roles[0], Role::EntityLeader.into());
    assert_eq!(roles[2], Role::ServiceAdministrator.into());
    assert_eq!(beian::testkit::recipients(0).iter().count(), 1);
}

#[test]
fn a_session_that_others_change_every_time_is_left_out_for_that() {
    let world = World::new();
    world.open(1, 1);
    world.store.conflicts.store(16, Ordering::Relaxed);
    let done = world.dispatch();
    let (session, reason) = (SessionId::from(1), LeftOutReason::Conflict);
    assert_eq!(done.left_out, [LeftOut { session, reason }]);
    let told = "session 00000000000000000000000000000001 left out: too many others changed it";
    assert_eq!(done.left_out[0].to_string(), told);
}

#[test]
fn a_sender_is_chosen_at_run_time() {
    let sender = Arc::new(RecordingSender::default());
    let chosen: [Arc<dyn DynSmsSender>; 2] = [sender.clone(), Arc::new(Box::new(sender.clone()))];
    for (sender, id) in chosen.iter().zip(1..) {
        let world = World::new();
        world.open(id, 1);
        let done = block(world.desk.dispatch(sender)).unwrap().unwrap();
        assert_eq!(done.accepted, 1);
        world.open(id + 2, 1);
        let done = block(world.desk.dispatch(&**sender)).unwrap().unwrap();
        assert_eq!(done.accepted, 1);
    }
    assert_eq!(sender.sent().len(), 4);
}

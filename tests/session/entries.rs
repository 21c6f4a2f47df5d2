//! Entries: what is right, what counts, what locks (R16, R18, R19, B07, B08, D03, D17–D19, D21–D23),
//! for one round.

use beian::{
    Entry, EntryAnswer, EntryOutcome, Recipient, Recipients, Refusal, ResendAnswer, ResendOutcome,
    Role, RoundFailure, RoundStatus, SessionError, VerificationPolicy,
};
use chrono::TimeDelta;

use crate::support::*;

const fn not_counted(why: Refusal) -> EntryOutcome {
    EntryOutcome::NotCounted(why)
}

fn matching_ids_only() -> VerificationPolicy {
    policy(|p| p.count_only_matching_ids(true))
}

#[test]
fn r16_number_code_and_last_six_verify() {
    let (mut round, [code]) = Round::texted(VerificationPolicy::REGULATOR);
    assert_eq!(round.enter(LI, &code), EntryOutcome::Completed);
}

#[test]
fn r16_d26_however_the_three_are_typed() {
    let (mut round, [_, code]) = Round::texted(VerificationPolicy::REGULATOR);
    let (front, back) = code.split_at(3);
    let typed = Entry::parse(
        "+86 199-0000-0002",
        &format!(" {front}-{back} "),
        "４5678ｘ",
    )
    .unwrap();
    assert_eq!(round.entry(&typed), Ok(EntryOutcome::Verified));
}

#[test]
fn r18_d24_when_every_person_has_passed_the_order_moves_on_in_the_same_write() {
    let (mut round, [first, second]) = Round::texted(VerificationPolicy::REGULATOR);
    round.enter(LI, &first);
    let version = round.session.version();
    assert_eq!(round.enter(WANG, &second), EntryOutcome::Completed);
    assert_eq!(round.session.version(), version + 1);
    assert_eq!(
        round.status(),
        RoundStatus::AdministrationReview { at: start() }
    );
    let last: Vec<_> = round.events.iter().rev().take(2).collect();
    assert_eq!(last[0].kind.name(), "round_completed");
    assert_eq!(last[1].kind.name(), "person_verified");
    assert_eq!(last[0].version, last[1].version);
}

#[test]
fn r19_when_one_has_passed_and_others_have_not_they_are_waited_for() {
    let (mut round, [code, _]) = Round::texted(VerificationPolicy::REGULATOR);
    let outcome = round.enter(LI, &code);
    assert_eq!(outcome, EntryOutcome::Verified);
    assert_eq!(outcome.answer(), EntryAnswer::WaitingForOthers);
    assert!(round.status().is_open());
}

#[test]
fn r09_one_number_with_two_roles_is_one_person_one_code_one_verification() {
    let leader = Recipient::new(
        PEOPLE[LI].0.parse().unwrap(),
        Role::EntityLeader,
        [PEOPLE[LI].1.parse().unwrap()],
    );
    let both = Recipients::new([leader, recipient(LI)], VerificationPolicy::REGULATOR).unwrap();
    let opening = beian::Opening::new(1, &both, seed(1));
    let mut round = Round::opened(&opening, keys(), start());
    assert_eq!(round.outbox().len(), 1);
    let code = round.accept(LI);
    assert_eq!(round.enter(LI, &code), EntryOutcome::Completed);
}

#[test]
fn d03_either_id_of_one_number_is_right() {
    for id in ["345678", "E98765", "345679"] {
        let ids = ["345678", "E98765"].map(|id| id.parse().unwrap());
        let li = Recipient::new(PEOPLE[LI].0.parse().unwrap(), Role::EntityLeader, ids);
        let one = Recipients::new([li], VerificationPolicy::REGULATOR).unwrap();
        let opening = beian::Opening::new(1, &one, seed(1));
        let mut round = Round::opened(&opening, keys(), start());
        let code = round.accept(LI);
        let right = id != "345679";
        assert_eq!(
            round.submit(LI, &code, id) == EntryOutcome::Completed,
            right
        );
    }
}

#[test]
fn b05_all_of_several_administrators_must_pass() {
    let (mut round, codes) = Round::texted::<3>(VerificationPolicy::REGULATOR);
    assert_eq!(round.enter(ZHAO, &codes[ZHAO]), EntryOutcome::Verified);
    assert_eq!(round.enter(LI, &codes[LI]), EntryOutcome::Verified);
    assert_eq!(round.enter(WANG, &codes[WANG]), EntryOutcome::Completed);
}

#[test]
fn d17_code_and_id_have_to_be_of_the_same_person() {
    let (mut round, [lis, wangs]) = Round::texted(VerificationPolicy::REGULATOR);
    let wrong = EntryOutcome::Wrong { left: 4 };
    assert_eq!(round.submit(LI, &lis, PEOPLE[WANG].1), wrong);
    assert_eq!(round.submit(WANG, &lis, PEOPLE[WANG].1), wrong);
    assert_eq!(
        round.submit(LI, &wangs, PEOPLE[LI].1),
        EntryOutcome::Wrong { left: 3 }
    );
}

#[test]
fn b07_a_wrong_code_and_a_wrong_id_both_count() {
    let (mut round, [code]) = Round::texted(VerificationPolicy::REGULATOR);
    assert_eq!(round.enter(LI, WRONG_CODE), EntryOutcome::Wrong { left: 4 });
    assert_eq!(
        round.submit(LI, &code, WRONG_ID),
        EntryOutcome::Wrong { left: 3 }
    );
    assert_eq!(
        round.submit(LI, WRONG_CODE, WRONG_ID),
        EntryOutcome::Wrong { left: 2 }
    );
    assert_eq!(round.wrong_entries_left(LI), 2);
}

#[test]
fn b07_four_wrong_entries_leave_the_fifth_to_be_right() {
    let (mut round, [code]) = Round::texted(VerificationPolicy::REGULATOR);
    assert_eq!(round.guess(LI, 4), EntryOutcome::Wrong { left: 1 });
    assert_eq!(round.enter(LI, &code), EntryOutcome::Completed);
}

#[test]
fn d19_five_wrong_entries_lock_and_nothing_is_compared() {
    let (mut round, [code]) = Round::texted(VerificationPolicy::REGULATOR);
    assert_eq!(round.guess(LI, 5), EntryOutcome::Locked);
    assert!(round.status().is_open());
    assert_eq!(round.enter(LI, &code), EntryOutcome::Returned);
    assert_eq!(
        round.return_cause(),
        Some(RoundFailure::TooManyWrongEntries)
    );
}

#[test]
fn d19_the_sixth_attempt_returns_the_order_at_once() {
    let (mut round, [_]) = Round::texted::<1>(VerificationPolicy::REGULATOR);
    round.guess(LI, 5);
    round.pass(MINUTE);
    assert_eq!(round.guess(LI, 1), EntryOutcome::Returned);
    assert_eq!(
        round.status(),
        RoundStatus::Returned {
            cause: RoundFailure::TooManyWrongEntries,
            at: start() + MINUTE,
            noticed_at: start() + MINUTE,
        }
    );
    assert_eq!(round.count("entry_after_lock"), 1);
}

#[test]
fn d19_for_a_locked_person_a_superseded_code_is_not_compared_either() {
    let (mut round, [first]) = Round::texted(VerificationPolicy::REGULATOR);
    round.resent(LI);
    round.guess(LI, 5);
    assert_eq!(round.enter(LI, &first), EntryOutcome::Returned);
}

#[test]
fn d19_nothing_is_sent_to_a_locked_person() {
    let (mut round, [_]) = Round::texted::<1>(policy(|p| p.noon_resend(true)));
    round.guess(LI, 5);
    round.pass(MINUTE);
    assert_eq!(round.resend(LI), ResendOutcome::NotSent(Refusal::Locked));
    assert_eq!(
        round.pass(TimeDelta::hours(22)).tick(),
        Err(Refusal::NothingDue)
    );
    assert!(round.outbox().is_empty());
}

#[test]
fn d19_the_others_of_the_round_can_still_verify_while_one_is_locked() {
    let (mut round, [_, code]) = Round::texted(VerificationPolicy::REGULATOR);
    round.guess(LI, 5);
    assert_eq!(round.enter(WANG, &code), EntryOutcome::Verified);
    assert!(round.status().is_open());
}

#[test]
fn b07_a_resend_does_not_reset_the_count() {
    let (mut round, [_]) = Round::texted::<1>(VerificationPolicy::REGULATOR);
    round.guess(LI, 4);
    round.resent(LI);
    assert_eq!(round.guess(LI, 1), EntryOutcome::Locked);
}

#[test]
fn d18_a_superseded_code_counts_nowhere_with_the_right_id_only() {
    let (mut round, [first]) = Round::texted(VerificationPolicy::REGULATOR);
    round.resent(LI);
    assert_eq!(
        round.enter(LI, &first),
        not_counted(Refusal::SupersededCode)
    );
    assert_eq!(
        round.submit(LI, &first, WRONG_ID),
        EntryOutcome::Wrong { left: 4 }
    );
}

#[test]
fn d18_a_repeat_of_what_verified_counts_nowhere_for_ten_minutes_inclusive() {
    let (mut round, [code, _]) = Round::texted(VerificationPolicy::REGULATOR);
    round.enter(LI, &code);
    let repeated = not_counted(Refusal::RepeatedEntry);
    assert_eq!(round.enter(LI, &code), repeated);
    round.pass(MINUTE * 10);
    assert_eq!(round.enter(LI, &code), repeated);
    round.pass(MICROSECOND);
    assert_eq!(
        round.enter(LI, &code),
        not_counted(Refusal::AlreadyVerified)
    );
}

#[test]
fn d18_only_the_same_triple_is_a_repeat() {
    let (mut round, [code, _]) = Round::texted(VerificationPolicy::REGULATOR);
    round.enter(LI, &code);
    let verified = not_counted(Refusal::AlreadyVerified);
    assert_eq!(round.submit(LI, &code, WRONG_ID), verified);
    assert_eq!(round.enter(LI, WRONG_CODE), verified);
}

#[test]
fn d18_a_repeat_is_known_after_the_last_person_completed_the_round() {
    let (mut round, [code]) = Round::texted(VerificationPolicy::REGULATOR);
    round.enter(LI, &code);
    assert_eq!(round.enter(LI, &code), not_counted(Refusal::RepeatedEntry));
}

#[test]
fn d19_with_matching_ids_only_a_wrong_id_counts_nowhere() {
    let (mut round, [code]) = Round::texted(matching_ids_only());
    let ignored = not_counted(Refusal::IdNotCounted);
    assert_eq!(round.submit(LI, &code, WRONG_ID), ignored);
    assert_eq!(round.submit(LI, WRONG_CODE, WRONG_ID), ignored);
    assert_eq!(round.enter(LI, WRONG_CODE), EntryOutcome::Wrong { left: 4 });
}

#[test]
fn d19_with_matching_ids_only_a_wrong_id_is_no_sixth_attempt() {
    let (mut round, [code]) = Round::texted(matching_ids_only());
    round.guess(LI, 5);
    assert_eq!(
        round.submit(LI, &code, WRONG_ID),
        not_counted(Refusal::IdNotCounted)
    );
    assert!(round.status().is_open());
    assert_eq!(round.enter(LI, &code), EntryOutcome::Returned);
}

#[test]
fn d21_a_repeat_gets_the_first_answer_again_and_is_never_compared() {
    let (mut round, [code]) = Round::texted(VerificationPolicy::REGULATOR);
    let wrong = entry(LI, WRONG_CODE).with_submission_id(7);
    assert_eq!(round.entry(&wrong), Ok(EntryOutcome::Wrong { left: 4 }));
    // The same id with the right code: the first answer, whatever is in it.
    let right = entry(LI, &code).with_submission_id(7);
    let first = SessionError::Repeated(EntryOutcome::Wrong { left: 4 });
    assert_eq!(round.entry(&right), Err(first));
    assert_eq!(round.entry(&wrong), Err(first));
    assert_eq!(round.wrong_entries_left(LI), 4);
    let again = entry(LI, &code).with_submission_id(8);
    assert_eq!(round.entry(&again), Ok(EntryOutcome::Completed));
    assert_eq!(
        round.entry(&again),
        Err(SessionError::Repeated(EntryOutcome::Completed))
    );
}

#[test]
fn d21_the_sixth_attempt_is_remembered_too() {
    let (mut round, [_]) = Round::texted::<1>(VerificationPolicy::REGULATOR);
    round.guess(LI, 4);
    for (id, outcome) in [(1, EntryOutcome::Locked), (2, EntryOutcome::Returned)] {
        let guess = entry(LI, WRONG_CODE).with_submission_id(id);
        assert_eq!(round.entry(&guess), Ok(outcome));
        assert_eq!(round.entry(&guess), Err(SessionError::Repeated(outcome)));
    }
}

#[test]
fn d21_what_was_not_counted_is_remembered_too() {
    let (mut round, [first]) = Round::texted(VerificationPolicy::REGULATOR);
    let second = round.resent(LI);
    let superseded = entry(LI, &first).with_submission_id(7);
    let outcome = not_counted(Refusal::SupersededCode);
    assert_eq!(round.entry(&superseded), Ok(outcome));
    let same = entry(LI, &second).with_submission_id(7);
    assert_eq!(round.entry(&same), Err(SessionError::Repeated(outcome)));
    assert_eq!(round.count("entry_not_counted"), 1);
}

#[test]
fn d21_what_was_not_counted_is_remembered_64_times_and_what_counts_always() {
    let (mut round, [code]) = Round::texted(matching_ids_only());
    let ignored = Entry::parse(PEOPLE[LI].0, WRONG_CODE, WRONG_ID).unwrap();
    let mut ignored = Some(ignored);
    for id in 1..=64_u128 {
        let entry = ignored.take().unwrap().with_submission_id(id);
        assert_eq!(
            round.entry(&entry),
            Ok(not_counted(Refusal::IdNotCounted)),
            "{id}"
        );
        ignored = Some(entry);
    }
    let version = round.session.version();
    let entry = ignored.unwrap().with_submission_id(65);
    for _ in 0..2 {
        let refused = SessionError::Refused(Refusal::IdNotCounted);
        assert_eq!(round.entry(&entry), Err(refused));
    }
    assert_eq!(round.session.version(), version);

    let wrong = self::entry(LI, WRONG_CODE).with_submission_id(66);
    let outcome = EntryOutcome::Wrong { left: 4 };
    assert_eq!(round.entry(&wrong), Ok(outcome));
    assert_eq!(round.entry(&wrong), Err(SessionError::Repeated(outcome)));
    let right = self::entry(LI, &code).with_submission_id(67);
    assert_eq!(round.entry(&right), Ok(EntryOutcome::Completed));
    assert_eq!(
        round.entry(&right),
        Err(SessionError::Repeated(EntryOutcome::Completed))
    );
}

#[test]
fn d21_an_id_is_kept_as_long_as_the_round() {
    let (mut round, [_]) = Round::texted::<1>(VerificationPolicy::REGULATOR);
    let wrong = entry(LI, WRONG_CODE).with_submission_id(7);
    let first = round.entry(&wrong).unwrap();
    round.pass(DAY * 2).tick().unwrap();
    assert_eq!(round.entry(&wrong), Err(SessionError::Repeated(first)));
}

#[test]
fn d21_an_id_belongs_to_its_number() {
    let (mut round, [code, other]) = Round::texted(VerificationPolicy::REGULATOR);
    round
        .entry(&entry(LI, &code).with_submission_id(7))
        .unwrap();
    assert_eq!(
        round.entry(&entry(WANG, &other).with_submission_id(7)),
        Ok(EntryOutcome::Completed)
    );
}

#[test]
fn d22_d21_malformed_input_is_not_counted_and_not_remembered() {
    let (mut round, [code]) = Round::texted(VerificationPolicy::REGULATOR);
    for malformed in ["", "12345", "1234567", "12345a", "+12345"] {
        let problems = Entry::parse(PEOPLE[LI].0, malformed, PEOPLE[LI].1).unwrap_err();
        assert!(problems.code.is_some() && problems.mobile.is_none());
    }
    assert_eq!(
        round.entry(&entry(LI, &code).with_submission_id(7)),
        Ok(EntryOutcome::Completed)
    );
}

#[test]
fn d22_an_unknown_number_is_not_counted() {
    let (round, [code]) = Round::texted(VerificationPolicy::REGULATOR);
    let stranger = Entry::parse(STRANGER, &code, PEOPLE[LI].1).unwrap();
    let answer = round.session.submit(&stranger, &round.keys, round.now);
    assert_eq!(
        answer.unwrap_err(),
        SessionError::Refused(Refusal::UnknownNumber)
    );
    assert_eq!(round.wrong_entries_left(LI), 5);
}

#[test]
fn b08_d23_the_public_page_hears_the_same_for_every_failure() {
    for outcome in [
        EntryOutcome::Wrong { left: 4 },
        EntryOutcome::Locked,
        EntryOutcome::Returned,
        not_counted(Refusal::UnknownNumber),
        not_counted(Refusal::AlreadyVerified),
        not_counted(Refusal::RoundEnded),
        not_counted(Refusal::SupersededCode),
        not_counted(Refusal::RepeatedEntry),
        not_counted(Refusal::IdNotCounted),
        not_counted(Refusal::OtherOrder),
    ] {
        assert_eq!(outcome.answer(), EntryAnswer::NotFound);
    }
    assert_eq!(EntryOutcome::Completed.answer(), EntryAnswer::AllVerified);
}

#[test]
fn d14_d23_wrong_id_locked_verified_and_ended_read_the_same_on_the_resend_form() {
    for outcome in [
        ResendOutcome::WrongId { left: 4 },
        ResendOutcome::NotSent(Refusal::TooManyWrongIds),
        ResendOutcome::NotSent(Refusal::UnknownNumber),
        ResendOutcome::NotSent(Refusal::AlreadyVerified),
        ResendOutcome::NotSent(Refusal::Locked),
        ResendOutcome::NotSent(Refusal::RoundEnded),
        ResendOutcome::NotSent(Refusal::OtherOrder),
    ] {
        assert_eq!(outcome.answer(), ResendAnswer::NothingPending);
    }
}

#[test]
fn an_entry_that_leaves_nothing_to_store_is_a_refusal_and_one_that_counts_is_not() {
    let (round, [code, _]) = Round::texted(VerificationPolicy::REGULATOR);
    let submit = |code: &str| {
        round
            .session
            .submit(&entry(LI, code), &round.keys, round.now)
    };
    assert!(submit(WRONG_CODE).is_ok());
    let mut verified = Round::texted::<2>(VerificationPolicy::REGULATOR).0;
    verified.enter(LI, &code);
    assert_eq!(
        verified
            .session
            .submit(&entry(LI, &code), &verified.keys, verified.now)
            .unwrap_err(),
        SessionError::Refused(Refusal::RepeatedEntry)
    );
}

#[test]
fn d21_a_repeat_for_a_verified_person_is_not_compared_either() {
    let (mut round, [code, _]) = Round::texted(VerificationPolicy::REGULATOR);
    round.enter(LI, &code);
    let late = entry(LI, WRONG_CODE).with_submission_id(7);
    let first = not_counted(Refusal::AlreadyVerified);
    assert_eq!(round.entry(&late), Ok(first));
    let same = entry(LI, &code).with_submission_id(7);
    assert_eq!(round.entry(&same), Err(SessionError::Repeated(first)));
}

#[test]
fn d18_d03_the_code_that_verified_with_the_other_id_is_no_repeat() {
    let ids = ["345678", "E98765"].map(|id| id.parse().unwrap());
    let li = Recipient::new(PEOPLE[LI].0.parse().unwrap(), Role::EntityLeader, ids);
    let one = Recipients::new([li], VerificationPolicy::REGULATOR).unwrap();
    let opening = beian::Opening::new(1, &one, seed(1));
    let mut round = Round::opened(&opening, keys(), start());
    let code = round.accept(LI);
    assert_eq!(round.submit(LI, &code, "345678"), EntryOutcome::Completed);
    let again = |id| {
        not_counted(if id == "345678" {
            Refusal::RepeatedEntry
        } else {
            Refusal::AlreadyVerified
        })
    };
    for id in ["345678", "E98765"] {
        assert_eq!(round.submit(LI, &code, id), again(id));
    }
}

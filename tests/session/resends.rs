//! The resend form (R21, R22, D14, D15 for one round; attack 25).

use beian::{
    DeliveryReport, EntryOutcome, Refusal, ResendAnswer, ResendOutcome, ResendRequest,
    SessionError, VerificationPolicy,
};
use chrono::TimeDelta;

use crate::support::*;

const QUEUED: ResendOutcome = ResendOutcome::Queued;

const fn not_sent(why: Refusal) -> ResendOutcome {
    ResendOutcome::NotSent(why)
}

const fn too_soon(wait: TimeDelta) -> ResendOutcome {
    not_sent(Refusal::TooSoon { wait })
}

/// A round with one message accepted and the pause over.
fn ready() -> Round {
    let (mut round, [_]) = Round::texted::<1>(VerificationPolicy::REGULATOR);
    round.pass(MINUTE);
    round
}

#[test]
fn r21_a_resend_needs_number_and_last_six_and_no_code() {
    assert_eq!(ready().resend(LI), QUEUED);
}

#[test]
fn d14_sixty_seconds_from_the_acceptance_of_the_latest_message() {
    let (mut round, [_]) = Round::texted::<1>(VerificationPolicy::REGULATOR);
    assert_eq!(round.resend(LI), too_soon(MINUTE));
    round.pass(MINUTE - MICROSECOND);
    assert_eq!(round.resend(LI), too_soon(MICROSECOND));
    round.pass(MICROSECOND);
    assert_eq!(round.resend(LI), QUEUED);
}

#[test]
fn d14_the_pause_counts_from_the_acceptance_not_from_the_request() {
    let mut round = ready();
    round.resend(LI);
    round.pass(MINUTE * 5);
    round.accept(LI);
    round.pass(MINUTE - MICROSECOND);
    assert_eq!(round.resend(LI), too_soon(MICROSECOND));
    round.pass(MICROSECOND);
    assert_eq!(round.resend(LI), QUEUED);
}

#[test]
fn d14_a_delivery_report_does_not_restart_the_pause() {
    let mut round = Round::open();
    let first = round.id_of_due(LI);
    round.accept(LI);
    round.pass(TimeDelta::seconds(30));
    round.report(first, DeliveryReport::Delivered).unwrap();
    round.pass(TimeDelta::seconds(30));
    assert_eq!(round.resend(LI), QUEUED);
}

#[test]
fn d14_sixty_seconds_from_the_failure_of_a_resend() {
    let mut round = ready();
    round.resend(LI);
    round.pass(MINUTE * 5);
    round.report_due(LI, DeliveryReport::Failed);
    assert_eq!(round.resend(LI), too_soon(MINUTE));
    round.pass(MINUTE);
    assert_eq!(round.resend(LI), QUEUED);
}

#[test]
fn d14_while_a_message_is_under_way_the_whole_pause_is_left() {
    let mut round = Round::open();
    for report in [
        None,
        Some(DeliveryReport::Deferred),
        Some(DeliveryReport::Failed),
    ] {
        if let Some(report) = report {
            round.report_due(LI, report);
        }
        round.pass(MINUTE * 9);
        assert_eq!(round.resend(LI), too_soon(MINUTE));
    }
    round.accept(LI);
    round.pass(MINUTE).resend(LI);
    round.pass(MINUTE * 9);
    assert_eq!(round.resend(LI), too_soon(MINUTE));
}

#[test]
fn d14_time_left_is_rounded_up_to_seconds() {
    assert_eq!(
        too_soon(MINUTE).answer(),
        ResendAnswer::TooSoon { seconds: 60 }
    );
    assert_eq!(
        too_soon(MINUTE - MICROSECOND).answer(),
        ResendAnswer::TooSoon { seconds: 60 }
    );
    assert_eq!(
        too_soon(TimeDelta::seconds(59)).answer(),
        ResendAnswer::TooSoon { seconds: 59 }
    );
    assert_eq!(
        too_soon(TimeDelta::seconds(1) + MICROSECOND).answer(),
        ResendAnswer::TooSoon { seconds: 2 }
    );
    assert_eq!(
        too_soon(MICROSECOND).answer(),
        ResendAnswer::TooSoon { seconds: 1 }
    );
}

#[test]
fn d14_a_person_who_is_not_waiting_goes_before_everything() {
    let (mut round, [code, _]) = Round::texted(VerificationPolicy::REGULATOR);
    round.enter(LI, &code);
    for id in [PEOPLE[LI].1, WRONG_ID] {
        assert_eq!(
            round.resend_with(LI, id),
            not_sent(Refusal::AlreadyVerified)
        );
    }
    assert_eq!(round.count("wrong_id"), 0);
}

#[test]
fn d14_a_wrong_id_goes_before_none_left_and_the_pause() {
    let (mut round, [_]) = Round::texted::<1>(VerificationPolicy::REGULATOR);
    assert_eq!(
        round.resend_with(LI, WRONG_ID),
        ResendOutcome::WrongId { left: 4 }
    );
    round.resent(LI);
    round.resent(LI);
    assert_eq!(
        round.resend_with(LI, WRONG_ID),
        ResendOutcome::WrongId { left: 3 }
    );
}

#[test]
fn d14_none_left_goes_before_the_pause() {
    let (mut round, [_]) = Round::texted::<1>(VerificationPolicy::REGULATOR);
    round.resent(LI);
    round.resent(LI);
    assert_eq!(round.resend(LI), not_sent(Refusal::NoneLeft));
}

#[test]
fn d14_five_wrong_ids_close_this_form_only() {
    let (mut round, [code]) = Round::texted(VerificationPolicy::REGULATOR);
    round.pass(MINUTE);
    for left in (0..5).rev() {
        assert_eq!(
            round.resend_with(LI, WRONG_ID),
            ResendOutcome::WrongId { left }
        );
    }
    for id in [PEOPLE[LI].1, WRONG_ID] {
        assert_eq!(
            round.resend_with(LI, id),
            not_sent(Refusal::TooManyWrongIds)
        );
    }
    assert_eq!(round.wrong_entries_left(LI), 5);
    assert_eq!(round.enter(LI, &code), EntryOutcome::Completed);
}

#[test]
fn d14_the_id_budget_is_the_persons_and_the_rounds() {
    let (mut round, [_, _]) = Round::texted::<2>(VerificationPolicy::REGULATOR);
    round.pass(MINUTE);
    for _ in 0..5 {
        round.resend_with(LI, WRONG_ID);
    }
    assert_eq!(round.resend(WANG), QUEUED);
    round.accept(WANG);
    round.pass(MINUTE).resend_with(WANG, WRONG_ID);
    round.resent(WANG);
    assert_eq!(
        round.resend_with(WANG, WRONG_ID),
        ResendOutcome::WrongId { left: 3 }
    );
}

#[test]
fn d14_a_wrong_entry_does_not_touch_the_id_budget() {
    let mut round = ready();
    round.submit(LI, WRONG_CODE, WRONG_ID);
    assert_eq!(
        round.resend_with(LI, WRONG_ID),
        ResendOutcome::WrongId { left: 4 }
    );
}

#[test]
fn d15_locked_verified_and_ended_have_nothing_pending() {
    let mut locked = ready();
    locked.guess(LI, 5);
    let mut verified = Round::texted::<2>(VerificationPolicy::REGULATOR);
    verified.0.enter(LI, &verified.1[LI]);
    let mut withdrawn = ready();
    withdrawn.withdraw().unwrap();
    let mut late = ready();
    late.pass(DAY);
    for round in [&mut locked, &mut verified.0, &mut withdrawn, &mut late] {
        assert_eq!(round.resend(LI).answer(), ResendAnswer::NothingPending);
        assert!(round.due(LI).is_none());
    }
}

#[test]
fn b09_an_unknown_number_has_nothing_pending() {
    let round = ready();
    let request = ResendRequest::parse(STRANGER, PEOPLE[LI].1).unwrap();
    assert_eq!(
        round
            .session
            .resend(&request, &round.keys, round.now)
            .unwrap_err(),
        SessionError::Refused(Refusal::UnknownNumber)
    );
}

#[test]
fn d22_malformed_input_is_never_compared() {
    let problems = ResendRequest::parse(PEOPLE[LI].0, "34567").unwrap_err();
    assert!(problems.last_six.is_some() && problems.mobile.is_none() && problems.code.is_none());
}

#[test]
fn attack_25_a_thousand_ids_tried_are_five_compared_and_verification_still_works() {
    let (mut round, [code]) = Round::texted(VerificationPolicy::REGULATOR);
    let mut compared = 0;
    for id in 0..1_000 {
        round.pass(MINUTE);
        // The right one is among them, after the form has closed.
        let outcome = round.resend_with(LI, &format!("{:06}", 344_700 + id));
        compared += usize::from(outcome != not_sent(Refusal::TooManyWrongIds));
        assert_eq!(outcome.answer(), ResendAnswer::NothingPending);
    }
    assert_eq!(compared, 5);
    assert_eq!(round.count("message_queued"), 0);
    assert_eq!(round.enter(LI, &code), EntryOutcome::Completed);
}

#[test]
fn attack_25_whoever_knows_the_id_gets_two_messages_at_most() {
    let mut round = ready();
    for _ in 0..1_000 {
        round.pass(MINUTE);
        if round.resend(LI) == QUEUED {
            round.accept(LI);
        }
    }
    assert_eq!(round.count("message_queued"), 2);
}

#[test]
fn d14_the_view_says_when_a_resend_can_be_asked_for() {
    let mut round = Round::open();
    assert_eq!(round.view(LI).resend_possible_at(), None);
    round.accept(LI);
    let free = start() + MINUTE;
    assert_eq!(round.view(LI).resend_possible_at(), Some(free));
    round.at(free).resend(LI);
    assert_eq!(round.view(LI).resend_possible_at(), None);
}

//! What a session says is to be done now.

use beian::{
    DeliveryReport, RecipientState, VerificationPolicy,
    tracker::Advice::{
        self, AskForResend, AwaitReturn, AwaitReview, EnterCode, NoResendLeft, Resubmit,
        WaitForMessage, WaitForOthers,
    },
};

use crate::support::*;

fn of(round: &Round, who: usize) -> Vec<Advice> {
    let steps = round.view(who).next_steps(round.now);
    let mobile = round.view(who).mobile().copied();
    assert!(steps.iter().all(|step| step.person == mobile));
    steps.into_iter().map(|step| step.advice).collect()
}

/// What the platform does; nobody in particular.
fn of_the_platform(round: &Round) -> Vec<Advice> {
    let steps = round.session.next_steps(round.now);
    assert!(steps.iter().all(|step| step.person.is_none()));
    steps.into_iter().map(|step| step.advice).collect()
}

#[test]
fn r15_before_the_message_is_out_a_person_waits_for_it() {
    let mut round = Round::open();
    assert_eq!(of(&round, LI), [WaitForMessage]);
    round.report_due(LI, DeliveryReport::Deferred);
    assert_eq!(of(&round, LI), [WaitForMessage]);
}

#[test]
fn r16_r21_d14_a_code_is_entered_and_a_resend_asked_for_only_where_one_can_be_had() {
    let (mut round, [_]) = Round::texted::<1>(VerificationPolicy::REGULATOR);
    assert_eq!(of(&round, LI), [EnterCode]);
    round.pass(MINUTE);
    assert_eq!(of(&round, LI), [EnterCode, AskForResend]);
    round.resend(LI);
    assert_eq!(of(&round, LI), [EnterCode]);
    round.accept(LI);
    round.resent(LI);
    assert_eq!(of(&round, LI), [EnterCode, NoResendLeft]);
}

#[test]
fn d14_once_the_form_is_closed_by_wrong_ids_it_is_not_recommended() {
    let (mut round, [_]) = Round::texted::<1>(VerificationPolicy::REGULATOR);
    round.pass(MINUTE);
    for _ in 0..5 {
        round.resend_with(LI, WRONG_ID);
    }
    assert_eq!(of(&round, LI), [EnterCode]);
}

#[test]
fn r17_the_code_is_to_be_entered_before_the_window_closes() {
    let (round, [_]) = Round::texted::<1>(VerificationPolicy::REGULATOR);
    let step = round.view(LI).next_steps(round.now)[0];
    assert_eq!(step.until, Some(round.closes(LI)));
}

#[test]
fn r18_r19_who_is_done_waits_for_the_others_and_the_platform_for_the_review() {
    let (mut round, [li, wang]) = Round::texted::<2>(VerificationPolicy::REGULATOR);
    round.enter(LI, &li);
    assert_eq!(of(&round, LI), [WaitForOthers]);
    assert_eq!(of(&round, WANG), [EnterCode]);
    assert_eq!(round.session.next_steps(round.now).len(), 2);
    round.enter(WANG, &wang);
    assert_eq!(of(&round, LI), []);
    assert_eq!(of_the_platform(&round), [AwaitReview]);
}

#[test]
fn d19_who_is_locked_waits_for_the_return() {
    let (mut round, [_]) = Round::texted::<1>(VerificationPolicy::REGULATOR);
    round.guess(LI, 5);
    assert_eq!(round.view(LI).state(), RecipientState::Locked);
    assert_eq!(of(&round, LI), [AwaitReturn]);
    round.guess(LI, 1);
    assert_eq!(of(&round, LI), []);
    assert_eq!(of_the_platform(&round), [Resubmit]);
}

#[test]
fn d04_d08_a_round_whose_time_is_over_is_to_be_resubmitted_stored_or_not() {
    let (mut round, [_]) = Round::texted::<1>(VerificationPolicy::REGULATOR);
    let closes = round.closes(LI);
    assert_eq!(of(round.at(closes), LI), [EnterCode, AskForResend]);
    round.pass(MICROSECOND);
    assert_eq!(of(&round, LI), []);
    assert_eq!(of_the_platform(&round), [Resubmit]);
    round.tick().unwrap();
    assert_eq!(of_the_platform(&round), [Resubmit]);
}

#[test]
fn d09_a_clock_that_goes_back_takes_no_step_away() {
    let (mut round, [_]) = Round::texted::<1>(VerificationPolicy::REGULATOR);
    round.pass(MINUTE).resend_with(LI, WRONG_ID);
    round.at(start());
    assert_eq!(of(&round, LI), [EnterCode, AskForResend]);
}

#[test]
fn d24_nothing_is_left_to_do_once_withdrawn() {
    let mut round = Round::open();
    round.withdraw().unwrap();
    assert_eq!(of_the_platform(&round), []);
    assert_eq!(of(&round, LI), []);
}

//! Every policy value is wired (attack 22), in its range (attack 6), and captured at the opening (D01).

use beian::{
    DeliveryReport, EntryOutcome, Refusal, ResendOutcome, RoundFailure, VerificationPolicy,
    VerificationPolicyBuilder, VerificationPolicyProblem,
};
use chrono::TimeDelta;

use crate::support::*;

const fn hours(hours: i64) -> TimeDelta {
    TimeDelta::hours(hours)
}

#[test]
fn r17_r20_r22_the_defaults_are_the_regulators() {
    let policy = VerificationPolicy::default();
    assert_eq!(policy, VerificationPolicy::REGULATOR);
    assert_eq!(VerificationPolicy::builder().build(), Ok(policy.clone()));
    assert_eq!(policy.window(), hours(24));
    assert_eq!(policy.resends_max(), 2);
    assert_eq!(policy.wrong_entries_max(), 5);
    assert_eq!(policy.wrong_ids_max(), 5);
    assert_eq!(policy.resend_pause(), TimeDelta::seconds(60));
    assert_eq!(policy.delivery_clamp(), TimeDelta::minutes(10));
    assert_eq!(policy.unreachable_after(), hours(24));
    assert!(!policy.keep_code() && !policy.count_only_matching_ids() && !policy.noon_resend());
    assert!(policy.is_the_regulators());
}

#[test]
fn attack_22_window() {
    let policy = policy(|p| p.not_the_regulators(hours(48), 2));
    assert!(!policy.is_the_regulators());
    let (mut round, [code]) = Round::texted(policy);
    round.pass(hours(48));
    assert_eq!(round.enter(LI, &code), EntryOutcome::Completed);
}

#[test]
fn attack_22_resends_max() {
    for resends in 0..=3_u8 {
        let policy = policy(|p| p.not_the_regulators(hours(24), resends));
        let (mut round, [_]) = Round::texted::<1>(policy);
        for _ in 0..resends {
            round.resent(LI);
        }
        assert_eq!(
            round.pass(MINUTE).resend(LI),
            ResendOutcome::NotSent(Refusal::NoneLeft)
        );
    }
}

#[test]
fn attack_22_wrong_entries_max() {
    for entries in [1, 2, 10_u8] {
        let policy = policy(|p| p.wrong_entries_max(entries));
        let (mut round, [_]) = Round::texted::<1>(policy);
        for left in (1..entries).rev() {
            assert_eq!(round.guess(LI, 1), EntryOutcome::Wrong { left });
        }
        assert_eq!(round.guess(LI, 1), EntryOutcome::Locked);
        assert_eq!(round.guess(LI, 1), EntryOutcome::Returned);
    }
}

#[test]
fn attack_22_wrong_ids_max() {
    for ids in [1, 10_u8] {
        let (mut round, [_]) = Round::texted::<1>(policy(|p| p.wrong_ids_max(ids)));
        for left in (0..ids).rev() {
            assert_eq!(
                round.resend_with(LI, WRONG_ID),
                ResendOutcome::WrongId { left }
            );
        }
        assert_eq!(
            round.resend(LI),
            ResendOutcome::NotSent(Refusal::TooManyWrongIds)
        );
    }
}

#[test]
fn attack_22_resend_pause() {
    let pause = TimeDelta::minutes(20);
    let (mut round, [_]) = Round::texted::<1>(policy(|p| p.resend_pause(pause)));
    round.pass(pause - MICROSECOND);
    assert_eq!(
        round.resend(LI),
        ResendOutcome::NotSent(Refusal::TooSoon { wait: MICROSECOND })
    );
    assert_eq!(round.pass(MICROSECOND).resend(LI), ResendOutcome::Queued);
    assert_eq!(
        round.resend(LI),
        ResendOutcome::NotSent(Refusal::TooSoon { wait: pause })
    );
}

#[test]
fn attack_22_delivery_clamp() {
    for clamp in [TimeDelta::zero(), TimeDelta::minutes(3)] {
        let mut round = Round::open_with(1, policy(|p| p.delivery_clamp(clamp)));
        let first = round.id_of_due(LI);
        round.accept(LI);
        round
            .pass(hours(1))
            .report(first, DeliveryReport::Delivered)
            .unwrap();
        assert_eq!(round.closes(LI), start() + DAY + clamp);
    }
}

#[test]
fn attack_22_unreachable_after() {
    let mut round = Round::open_with(1, policy(|p| p.unreachable_after(hours(2))));
    assert!(round.pass(hours(2)).tick().is_err());
    round.pass(MICROSECOND).tick().unwrap();
    assert_eq!(round.return_cause(), Some(RoundFailure::Unreachable));
}

#[test]
fn attack_22_d10_keep_code() {
    let (mut round, [first]) = Round::texted(policy(|p| p.keep_code(true).noon_resend(true)));
    assert_eq!(round.resent(LI), first);
    assert_eq!(round.resent(LI), first);
    round.at(start() + hours(21)).tick().unwrap();
    assert_eq!(round.accept(LI), first);
    assert_eq!(round.enter(LI, &first), EntryOutcome::Completed);
}

#[test]
fn d10_with_one_code_for_all_messages_no_other_is_right() {
    let (mut other, [_]) = Round::texted::<1>(VerificationPolicy::REGULATOR);
    let second = other.resent(LI);
    let (mut round, [_]) = Round::texted::<1>(policy(|p| p.keep_code(true)));
    round.resent(LI);
    assert_eq!(round.enter(LI, &second), EntryOutcome::Wrong { left: 4 });
}

#[test]
fn attack_22_count_only_matching_ids() {
    for only in [false, true] {
        let policy = policy(|p| p.count_only_matching_ids(only));
        let (mut round, [_]) = Round::texted::<1>(policy);
        round.submit(LI, WRONG_CODE, WRONG_ID);
        assert_eq!(round.wrong_entries_left(LI), if only { 5 } else { 4 });
    }
}

#[test]
fn attack_22_noon_resend() {
    for on in [false, true] {
        let (mut round, [_]) = Round::texted::<1>(policy(|p| p.noon_resend(on)));
        assert_eq!(round.at(start() + hours(21)).tick().is_ok(), on);
    }
}

#[test]
fn d01_the_policy_is_captured_when_the_round_opens() {
    let policy = policy(|p| p.wrong_entries_max(3).noon_resend(true));
    let round = Round::open_with(1, policy.clone());
    assert_eq!(round.session.policy(), &policy);
}

#[test]
fn attack_06_absurd_values_are_refused() {
    type Change = fn(VerificationPolicyBuilder) -> VerificationPolicyBuilder;
    let micro = |span: TimeDelta| span + MICROSECOND;
    assert!(micro(DAY) > DAY);
    let refused: [(Change, VerificationPolicyProblem); 20] = [
        (
            |p| p.wrong_entries_max(0),
            VerificationPolicyProblem::WrongEntriesMax,
        ),
        (
            |p| p.wrong_entries_max(11),
            VerificationPolicyProblem::WrongEntriesMax,
        ),
        (
            |p| p.wrong_entries_max(u8::MAX),
            VerificationPolicyProblem::WrongEntriesMax,
        ),
        (
            |p| p.wrong_ids_max(0),
            VerificationPolicyProblem::WrongIdsMax,
        ),
        (
            |p| p.wrong_ids_max(11),
            VerificationPolicyProblem::WrongIdsMax,
        ),
        (
            |p| p.resend_pause(TimeDelta::zero()),
            VerificationPolicyProblem::ResendPause,
        ),
        (
            |p| p.resend_pause(TimeDelta::seconds(30) - MICROSECOND),
            VerificationPolicyProblem::ResendPause,
        ),
        (
            |p| p.resend_pause(hours(1) + MICROSECOND),
            VerificationPolicyProblem::ResendPause,
        ),
        (
            |p| p.resend_pause(TimeDelta::MAX),
            VerificationPolicyProblem::ResendPause,
        ),
        (
            |p| p.delivery_clamp(-MICROSECOND),
            VerificationPolicyProblem::DeliveryClamp,
        ),
        (
            |p| p.delivery_clamp(TimeDelta::minutes(10) + MICROSECOND),
            VerificationPolicyProblem::DeliveryClamp,
        ),
        (
            |p| p.delivery_clamp(TimeDelta::MIN),
            VerificationPolicyProblem::DeliveryClamp,
        ),
        (
            |p| p.unreachable_after(hours(1) - MICROSECOND),
            VerificationPolicyProblem::UnreachableAfter,
        ),
        (
            |p| p.unreachable_after(hours(72) + MICROSECOND),
            VerificationPolicyProblem::UnreachableAfter,
        ),
        (
            |p| p.unreachable_after(TimeDelta::MAX),
            VerificationPolicyProblem::UnreachableAfter,
        ),
        (
            |p| p.not_the_regulators(TimeDelta::minutes(10) - MICROSECOND, 2),
            VerificationPolicyProblem::Window,
        ),
        (
            |p| p.not_the_regulators(hours(72) + MICROSECOND, 2),
            VerificationPolicyProblem::Window,
        ),
        (
            |p| p.not_the_regulators(TimeDelta::MIN, 2),
            VerificationPolicyProblem::Window,
        ),
        (
            |p| p.not_the_regulators(hours(24), 4),
            VerificationPolicyProblem::ResendsMax,
        ),
        (
            |p| p.not_the_regulators(hours(24), 3).noon_resend(true),
            VerificationPolicyProblem::TooManyCodes,
        ),
    ];
    for (change, problem) in refused {
        assert_eq!(change(VerificationPolicy::builder()).build(), Err(problem));
    }
}

#[test]
fn attack_06_the_ends_of_every_range_are_allowed() {
    type Change = fn(VerificationPolicyBuilder) -> VerificationPolicyBuilder;
    let allowed: [Change; 13] = [
        |p| p.wrong_entries_max(1),
        |p| p.wrong_entries_max(10),
        |p| p.wrong_ids_max(1),
        |p| p.wrong_ids_max(10),
        |p| p.resend_pause(TimeDelta::seconds(30)),
        |p| p.resend_pause(hours(1)),
        |p| p.delivery_clamp(TimeDelta::zero()),
        |p| p.delivery_clamp(TimeDelta::minutes(10)),
        |p| p.unreachable_after(hours(1)),
        |p| p.unreachable_after(hours(72)),
        |p| p.not_the_regulators(TimeDelta::minutes(10), 0),
        |p| p.not_the_regulators(hours(72), 3),
        |p| p.not_the_regulators(hours(72), 2).noon_resend(true),
    ];
    for change in allowed {
        assert!(change(VerificationPolicy::builder()).build().is_ok());
    }
}

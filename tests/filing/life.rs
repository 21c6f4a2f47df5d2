//! The life of an order, and the table in its documentation that is compared with the code.

use beian::{
    LastSix, OrderLife, OrderStatus, Recipient, Recipients, ReturnCause, Role, RoundFailure,
    RoundStatus, Tracker, VerificationPolicy,
    filing::{LifeRefusal, OrderStep, StageState},
    tracker::{FactKind, RegulatorStatus, TrackerStatus},
};
use chrono::{DateTime, TimeDelta};
use proptest::prelude::*;

fn recipients() -> Recipients {
    let last_six = LastSix::parse("345678").unwrap();
    let mobile = crate::support::mobile(1).parse().unwrap();
    let recipient = Recipient::new(mobile, Role::EntityLeader, [last_six]);
    Recipients::new([recipient], VerificationPolicy::REGULATOR).unwrap()
}

/// Everything that can be tried: with and without recipients, for every cause.
fn attempts() -> Vec<(OrderStep, Attempt)> {
    let mut attempts = vec![
        (OrderStep::Submit, Attempt::Submit(true)),
        (OrderStep::Submit, Attempt::Submit(false)),
        (OrderStep::Complete, Attempt::Complete),
        (OrderStep::Approve, Attempt::Approve),
    ];
    attempts.extend(
        ReturnCause::ALL
            .iter()
            .map(|cause| (OrderStep::Return, Attempt::Return(*cause))),
    );
    attempts.extend([
        (OrderStep::Resubmit, Attempt::Resubmit(true)),
        (OrderStep::Resubmit, Attempt::Resubmit(false)),
        (OrderStep::Revise, Attempt::Revise),
        (OrderStep::Withdraw, Attempt::Withdraw),
    ]);
    attempts
}

#[derive(Debug, Clone, Copy)]
enum Attempt {
    Submit(bool),
    Complete,
    Approve,
    Return(ReturnCause),
    Resubmit(bool),
    Revise,
    Withdraw,
}

impl Attempt {
    fn on(self, life: OrderLife) -> Result<OrderLife, LifeRefusal> {
        let recipients = recipients();
        match self {
            Self::Submit(verify) => life.submit(verify.then_some(&recipients)),
            Self::Complete => life.complete(),
            Self::Approve => life.approve(),
            Self::Return(cause) => life.return_for(cause),
            Self::Resubmit(verify) => life.resubmit(verify.then_some(&recipients)),
            Self::Revise => life.revise(),
            Self::Withdraw => life.withdraw(),
        }
    }
}

/// One life for each status, and for each cause of a return, in the order of the table.
fn lives() -> Vec<OrderLife> {
    let recipients = recipients();
    let reviewed = OrderLife::new();
    let verifying = reviewed.submit(Some(&recipients)).unwrap();
    let at_the_administration = verifying.complete().unwrap();
    let mut lives = vec![
        reviewed,
        verifying,
        at_the_administration,
        at_the_administration.approve().unwrap(),
    ];
    lives.extend(ReturnCause::ALL.iter().map(|cause| {
        let from = match cause.returned_from() {
            OrderStatus::InitialReview => reviewed,
            OrderStatus::SmsVerification => verifying,
            OrderStatus::AdministrationReview => at_the_administration,
            status => panic!("returned from {status}"),
        };
        from.return_for(*cause).unwrap()
    }));
    lives.push(reviewed.withdraw().unwrap());
    lives
}

fn named(life: OrderLife) -> String {
    match life.return_cause() {
        Some(cause) => format!("`{}: {cause}`", life.status()),
        None => format!("`{}`", life.status()),
    }
}

/// The table as the code has it.
fn table() -> String {
    let mut table = String::from("| status |");
    for step in OrderStep::ALL {
        table += &format!(" {step} |");
    }
    table += &format!("\n|{}\n", "---|".repeat(OrderStep::ALL.len() + 1));
    for life in lives() {
        table += &format!("| {} |", named(life));
        for step in OrderStep::ALL {
            let mut ends: Vec<_> = attempts()
                .into_iter()
                .filter(|(of, _)| of == step)
                .filter_map(|(_, attempt)| attempt.on(life).ok())
                .map(named)
                .collect();
            ends.dedup();
            let cell = if ends.is_empty() {
                "–".into()
            } else {
                ends.join(", ")
            };
            table += &format!(" {cell} |");
        }
        table.push('\n');
    }
    table
}

fn at(status: OrderStatus) -> OrderLife {
    let life = lives().into_iter().find(|life| life.status() == status);
    life.unwrap()
}

/// A round of one person, with what is reported of it an hour after the submission.
fn status_after(facts: &[FactKind]) -> TrackerStatus {
    let leader = Recipient::new("19900000001".parse().unwrap(), Role::EntityLeader, []);
    let recipients = Recipients::new([leader], VerificationPolicy::REGULATOR).unwrap();
    let mut now = DateTime::UNIX_EPOCH;
    let mut tracker = Tracker::new(&recipients, now);
    for fact in facts {
        now += TimeDelta::hours(1);
        tracker.record(*fact, now).unwrap();
    }
    tracker.status(now)
}

#[test]
fn r18_r20_a_life_follows_what_is_reported_of_its_round() {
    let done = FactKind::Regulator(RegulatorStatus::Done);
    let timed_out = FactKind::Regulator(RegulatorStatus::TimedOut);
    let said = FactKind::Passed("19900000001".parse().unwrap());
    let verifying = at(OrderStatus::SmsVerification);
    for unreported in [&[][..], &[said]] {
        let same = verifying.follow(&status_after(unreported)).unwrap();
        assert_eq!(same, verifying);
    }
    for (facts, status, cause) in [
        (&[done][..], OrderStatus::AdministrationReview, None),
        (
            &[timed_out],
            OrderStatus::Returned,
            Some(ReturnCause::WindowClosed),
        ),
        (
            &[FactKind::Returned(ReturnCause::Unreachable)],
            OrderStatus::Returned,
            Some(ReturnCause::Unreachable),
        ),
        (
            &[
                done,
                FactKind::Returned(ReturnCause::AdministrationDecision),
            ],
            OrderStatus::Returned,
            Some(ReturnCause::AdministrationDecision),
        ),
    ] {
        let seen = status_after(facts);
        let life = verifying.follow(&seen).unwrap();
        assert_eq!((life.status(), life.return_cause()), (status, cause));
        assert_eq!(life.follow(&seen).unwrap(), life);
    }
    let approved = at(OrderStatus::Approved);
    assert_eq!(approved.follow(&status_after(&[done])).unwrap(), approved);
    for place in [OrderStatus::InitialReview, OrderStatus::Withdrawn] {
        assert!(at(place).follow(&status_after(&[done])).is_err());
        assert!(at(place).follow(&status_after(&[timed_out])).is_err());
    }
}

#[test]
fn the_table_in_the_documentation_is_what_the_code_does() {
    let documented = include_str!("../../src/life/order_life.md");
    let (_, documented) = documented.split_at(documented.find("| status").unwrap());
    let table = table();
    assert_eq!(documented, table, "the code has:\n{table}");
}

#[test]
fn what_is_said_to_be_possible_is_what_is_possible() {
    for life in lives() {
        for (step, attempt) in attempts() {
            match attempt.on(life) {
                Ok(_) => assert!(life.possible().contains(&step), "{life:?} {attempt:?}"),
                Err(refusal) => {
                    assert_eq!((refusal.status(), refusal.step()), (life.status(), step));
                    assert_eq!(refusal.possible(), life.possible());
                    let for_another_cause = refusal.cause().is_some();
                    assert_eq!(for_another_cause, life.possible().contains(&step));
                }
            }
        }
        assert_eq!(life.possible().is_empty(), life.status().is_final());
    }
}

#[test]
fn r02_people_verify_after_the_initial_review() {
    let submitted = OrderLife::new().submit(Some(&recipients())).unwrap();
    assert_eq!(submitted.status(), OrderStatus::SmsVerification);
    assert!(OrderLife::new().complete().is_err());
}

#[test]
fn r08_an_order_that_nobody_verifies_goes_straight_to_the_administration() {
    let submitted = OrderLife::new().submit(None).unwrap();
    assert_eq!(submitted.status(), OrderStatus::AdministrationReview);
    assert_eq!(submitted.rounds(), 1);
}

#[test]
fn r18_when_all_have_verified_the_order_goes_to_the_administration() {
    let submitted = OrderLife::new().submit(Some(&recipients())).unwrap();
    let status = submitted.complete().unwrap().status();
    assert_eq!(status, OrderStatus::AdministrationReview);
}

#[test]
fn r20_an_order_that_was_not_verified_is_returned_and_says_why() {
    let submitted = OrderLife::new().submit(Some(&recipients())).unwrap();
    let returned = submitted.return_for(ReturnCause::WindowClosed).unwrap();
    assert_eq!(returned.status(), OrderStatus::Returned);
    assert_eq!(returned.return_cause(), Some(ReturnCause::WindowClosed));
}

#[test]
fn an_order_is_after_its_round_where_the_round_has_left_it() {
    let order = OrderLife::new().submit(Some(&recipients())).unwrap();
    let at = DateTime::UNIX_EPOCH;
    let cause = RoundFailure::WindowClosed;
    for (round, status) in [
        (RoundStatus::SmsVerification, OrderStatus::SmsVerification),
        (
            RoundStatus::AdministrationReview { at },
            OrderStatus::AdministrationReview,
        ),
        (
            RoundStatus::Returned {
                cause,
                at,
                noticed_at: at,
            },
            OrderStatus::Returned,
        ),
        (RoundStatus::Withdrawn { at }, OrderStatus::Withdrawn),
    ] {
        let after = order.after_round(round).unwrap();
        assert_eq!(after.status(), status);
        assert_eq!(after.rounds(), 1);
    }
    let ended = RoundStatus::AdministrationReview { at };
    assert!(OrderLife::new().after_round(ended).is_err());
}

#[test]
fn b14_a_returned_order_is_resubmitted_or_revised() {
    let submitted = OrderLife::new().submit(Some(&recipients())).unwrap();
    let returned = submitted
        .return_for(ReturnCause::TooManyWrongEntries)
        .unwrap();
    let again = returned.resubmit(Some(&recipients())).unwrap();
    assert_eq!(
        (again.status(), again.rounds()),
        (OrderStatus::SmsVerification, 2)
    );
    let revised = returned.revise().unwrap();
    assert_eq!(
        (revised.status(), revised.rounds()),
        (OrderStatus::InitialReview, 1)
    );
}

#[test]
fn r02_what_the_platform_returned_cant_skip_its_review() {
    let returned = OrderLife::new()
        .return_for(ReturnCause::PlatformDecision)
        .unwrap();
    let refusal = returned.resubmit(Some(&recipients())).unwrap_err();
    assert_eq!(refusal.possible(), [OrderStep::Revise, OrderStep::Withdraw]);
}

#[test]
fn r02_r08_r18_the_stages_say_what_is_behind_an_order_and_what_is_ahead() {
    use OrderStatus::{AdministrationReview, InitialReview, SmsVerification};
    use StageState::{Current, Done, NotNeeded, Returned, ToCome, Withdrawn};
    let recipients = recipients();
    let reviewed = OrderLife::new();
    let verifying = reviewed.submit(Some(&recipients)).unwrap();
    let exempt = reviewed.submit(None).unwrap();
    let failed = verifying.return_for(ReturnCause::WindowClosed).unwrap();
    let refused = exempt
        .return_for(ReturnCause::AdministrationDecision)
        .unwrap();
    for (life, states) in [
        (reviewed, [Current, ToCome, ToCome]),
        (
            reviewed.return_for(ReturnCause::PlatformDecision).unwrap(),
            [Returned, ToCome, ToCome],
        ),
        (reviewed.withdraw().unwrap(), [Withdrawn, ToCome, ToCome]),
        (verifying, [Done, Current, ToCome]),
        (verifying.withdraw().unwrap(), [Done, Withdrawn, ToCome]),
        (verifying.complete().unwrap(), [Done, Done, Current]),
        (
            verifying.complete().unwrap().approve().unwrap(),
            [Done, Done, Done],
        ),
        (failed, [Done, Returned, ToCome]),
        (failed.withdraw().unwrap(), [Done, Withdrawn, ToCome]),
        (failed.revise().unwrap(), [Current, ToCome, ToCome]),
        (
            failed.revise().unwrap().withdraw().unwrap(),
            [Withdrawn, ToCome, ToCome],
        ),
        (exempt, [Done, NotNeeded, Current]),
        (exempt.approve().unwrap(), [Done, NotNeeded, Done]),
        (refused, [Done, NotNeeded, Returned]),
        (refused.withdraw().unwrap(), [Done, NotNeeded, Withdrawn]),
        (
            refused.resubmit(Some(&recipients)).unwrap(),
            [Done, Current, ToCome],
        ),
    ] {
        let [review, sms, administration] = states;
        let stages = [
            (InitialReview, review),
            (SmsVerification, sms),
            (AdministrationReview, administration),
        ];
        assert_eq!(life.stages(), stages, "{life:?}");
    }
}

#[test]
fn b16_an_order_is_edited_only_while_it_is_returned() {
    for status in OrderStatus::ALL {
        assert_eq!(status.is_editable(), *status == OrderStatus::Returned);
    }
}

#[test]
fn d24_withdrawal_is_possible_until_the_administration_has_the_order_and_is_final() {
    use OrderStatus::{InitialReview, Returned, SmsVerification};
    for life in lives() {
        let possible = [InitialReview, SmsVerification, Returned].contains(&life.status());
        match life.withdraw() {
            Ok(withdrawn) => {
                assert!(possible);
                assert!(
                    attempts()
                        .iter()
                        .all(|(_, attempt)| attempt.on(withdrawn).is_err())
                );
            }
            Err(_) => assert!(!possible, "{life:?}"),
        }
    }
}

#[test]
fn a_refusal_says_where_the_order_is_and_what_is_possible() {
    let refusal = OrderLife::new()
        .return_for(ReturnCause::WindowClosed)
        .unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "return for window_closed is not possible in initial_review; \
         possible are: submit, return, withdraw"
    );
    let refusal = OrderLife::new().withdraw().unwrap().revise().unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "revise is not possible in withdrawn; possible are: none"
    );
}

proptest! {
    #![proptest_config(crate::support::config())]

    /// Attack 15: whatever is tried, in whatever order, the administration has an order only after
    /// a submission, and what has ended stays ended.
    #[test]
    fn no_walk_skips_a_step(walk in proptest::collection::vec(0..13_usize, 0..40)) {
        let mut life = OrderLife::new();
        let mut submissions = 0;
        for attempt in walk {
            let (step, attempt) = attempts()[attempt];
            let before = life;
            life = attempt.on(life).unwrap_or(life);
            if life != before && matches!(step, OrderStep::Submit | OrderStep::Resubmit) {
                submissions += 1;
            }
            prop_assert_eq!(life.rounds(), submissions);
            prop_assert!(!before.status().is_final() || life == before);
            if life.status() == OrderStatus::AdministrationReview {
                prop_assert!(submissions > 0);
            }
            prop_assert_eq!(life.return_cause().is_some(), life.status() == OrderStatus::Returned);
        }
    }
}

#[test]
fn d24_an_order_that_was_withdrawn_with_its_round_stays_withdrawn() {
    let at = DateTime::UNIX_EPOCH;
    let withdrawn = OrderLife::new().withdraw().unwrap();
    assert_eq!(
        withdrawn.after_round(RoundStatus::Withdrawn { at }),
        Ok(withdrawn)
    );
    let completed = withdrawn.after_round(RoundStatus::AdministrationReview { at });
    assert!(completed.is_err());
}

//! The life of an order, and the table in its documentation that is compared with the code.

use beian::{
    LastSix, ModifiedPart, OrderLife, OrderStatus, Recipient, Recipients, ReturnCause, Role,
    RoundFailure, RoundStatus, Tracker, VerificationPolicy,
    filing::{LifeRefusal, OrderStep, PolledStatus, ReturnReason, ReturnReasons, StageState},
    tracker::{Fact, FactKind, RegulatorStatus, TrackerStatus},
};
use chrono::{DateTime, TimeDelta};
use proptest::prelude::*;

use crate::support::assert_texts;

fn recipients() -> Recipients {
    let last_six = LastSix::parse("345678").unwrap();
    let mobile = crate::support::mobile(1).parse().unwrap();
    let recipient = Recipient::new(mobile, Role::EntityLeader, [last_six]);
    Recipients::new([recipient], VerificationPolicy::REGULATOR).unwrap()
}

/// Everything that can be tried: with and without recipients, for every cause.
fn attempts() -> Vec<(OrderStep, Attempt)> {
    let mut attempts = vec![
        (OrderStep::PassReview, Attempt::PassReview),
        (OrderStep::FailUpload, Attempt::FailUpload),
        (OrderStep::Submit, Attempt::Submit(true)),
        (OrderStep::Submit, Attempt::Submit(false)),
        (OrderStep::Complete, Attempt::Complete),
        (OrderStep::Approve, Attempt::Approve),
        (OrderStep::RequireCorrection, Attempt::RequireCorrection),
        (OrderStep::Correct, Attempt::Correct),
        (OrderStep::Deregister, Attempt::Deregister),
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
    PassReview,
    FailUpload,
    Submit(bool),
    Complete,
    Approve,
    RequireCorrection,
    Correct,
    Deregister,
    Return(ReturnCause),
    Resubmit(bool),
    Revise,
    Withdraw,
}

impl Attempt {
    fn on(self, life: &OrderLife) -> Result<OrderLife, LifeRefusal> {
        let recipients = recipients();
        match self {
            Self::PassReview => life.pass_review(),
            Self::FailUpload => life.fail_upload(20),
            Self::Submit(verify) => life.submit(verify.then_some(&recipients)),
            Self::Complete => life.complete(),
            Self::Approve => life.approve(),
            Self::RequireCorrection => life.require_correction(ModifiedPart::Service),
            Self::Correct => life.correct(),
            Self::Deregister => life.deregister(),
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
    let awaiting = reviewed.pass_review().unwrap();
    let approved = at_the_administration.approve().unwrap();
    let mut lives = vec![
        reviewed.clone(),
        awaiting.clone(),
        awaiting.fail_upload(20).unwrap(),
        verifying.clone(),
        at_the_administration.clone(),
        approved.clone(),
        approved.require_correction(ModifiedPart::Service).unwrap(),
        approved.deregister().unwrap(),
    ];
    lives.extend(ReturnCause::ALL.iter().map(|cause| {
        let from = match cause.returned_from() {
            OrderStatus::InitialReview => &reviewed,
            OrderStatus::SmsVerification => &verifying,
            OrderStatus::AdministrationReview => &at_the_administration,
            status => panic!("returned from {status}"),
        };
        from.return_for(*cause).unwrap()
    }));
    lives.push(reviewed.withdraw().unwrap());
    lives
}

fn named(life: &OrderLife) -> String {
    match life.return_cause() {
        Some(cause) => format!("`{}: {cause}`", life.status()),
        None => format!("`{}`", life.status()),
    }
}

/// The table as the code has it.
fn table() -> String {
    let mut table = String::from("| status |");
    for step in OrderStep::ALL {
        table += &format!(" `{step}` |");
    }
    table += &format!("\n|{}\n", "---|".repeat(OrderStep::ALL.len() + 1));
    for life in lives() {
        table += &format!("| {} |", named(&life));
        for step in OrderStep::ALL {
            let mut ends: Vec<_> = attempts()
                .into_iter()
                .filter(|(of, _)| of == step)
                .filter_map(|(_, attempt)| attempt.on(&life).ok())
                .map(|life| named(&life))
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
        tracker.report(Fact::exact(*fact, now), now).unwrap();
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
        let same = verifying.after_tracker(&status_after(unreported)).unwrap();
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
        let life = verifying.after_tracker(&seen).unwrap();
        assert_eq!((life.status(), life.return_cause()), (status, cause));
        assert_eq!(life.after_tracker(&seen).unwrap(), life);
    }
    let approved = at(OrderStatus::Approved);
    assert_eq!(
        approved.after_tracker(&status_after(&[done])).unwrap(),
        approved
    );
    for place in [OrderStatus::InitialReview, OrderStatus::Withdrawn] {
        assert!(at(place).after_tracker(&status_after(&[done])).is_err());
        assert!(
            at(place)
                .after_tracker(&status_after(&[timed_out]))
                .is_err()
        );
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
            match attempt.on(&life) {
                Ok(_) => assert!(life.possible().contains(&step), "{life:?} {attempt:?}"),
                Err(refusal) => {
                    assert_eq!((refusal.status(), refusal.step()), (life.status(), step));
                    assert_eq!(refusal.possible(), life.possible());
                    let for_another_cause = refusal.cause().is_some();
                    assert_eq!(for_another_cause, life.possible().contains(&step));
                }
            }
        }
        let causes = ReturnCause::ALL.iter().copied();
        let returns = causes.filter(|cause| life.return_for(*cause).is_ok());
        assert!(life.possible_returns().eq(returns), "{life:?}");
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
    // Refused on submission (B17): of those whose people verify, of one that needs nobody, and of one whose
    // submission was never told.
    let [unverified, unneeded, unsubmitted] =
        [&verifying, &exempt, &reviewed.pass_review().unwrap()]
            .map(|life| life.return_for(ReturnCause::SubmissionRefused).unwrap());
    for (life, states) in [
        (reviewed.clone(), [Current, ToCome, ToCome]),
        (
            reviewed.return_for(ReturnCause::PlatformDecision).unwrap(),
            [Returned, ToCome, ToCome],
        ),
        (reviewed.withdraw().unwrap(), [Withdrawn, ToCome, ToCome]),
        (verifying.clone(), [Done, Current, ToCome]),
        (
            verifying
                .after_round(RoundStatus::Withdrawn {
                    at: DateTime::UNIX_EPOCH,
                })
                .unwrap(),
            [Done, Withdrawn, ToCome],
        ),
        (reviewed.pass_review().unwrap(), [Done, ToCome, ToCome]),
        (
            reviewed.pass_review().unwrap().withdraw().unwrap(),
            [Withdrawn, ToCome, ToCome],
        ),
        (verifying.complete().unwrap(), [Done, Done, Current]),
        (
            verifying.complete().unwrap().approve().unwrap(),
            [Done, Done, Done],
        ),
        (failed.clone(), [Done, Returned, ToCome]),
        (failed.withdraw().unwrap(), [Done, Withdrawn, ToCome]),
        (failed.revise().unwrap(), [Current, ToCome, ToCome]),
        (
            failed.revise().unwrap().withdraw().unwrap(),
            [Withdrawn, ToCome, ToCome],
        ),
        (exempt.clone(), [Done, NotNeeded, Current]),
        (exempt.approve().unwrap(), [Done, NotNeeded, Done]),
        (refused.clone(), [Done, NotNeeded, Returned]),
        (refused.withdraw().unwrap(), [Done, NotNeeded, Withdrawn]),
        (
            refused.resubmit(Some(&recipients)).unwrap(),
            [Done, Current, ToCome],
        ),
        (unverified.clone(), [Done, Returned, ToCome]),
        (unverified.withdraw().unwrap(), [Done, Withdrawn, ToCome]),
        (unneeded.withdraw().unwrap(), [Done, NotNeeded, Withdrawn]),
        (unsubmitted.withdraw().unwrap(), [Withdrawn, ToCome, ToCome]),
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
fn b16_b32_an_order_is_edited_until_it_is_submitted_and_once_it_is_returned() {
    use OrderStatus::{AwaitingSubmission, InitialReview, Returned, UploadFailed};
    for status in OrderStatus::ALL {
        let editable = [InitialReview, AwaitingSubmission, UploadFailed, Returned];
        assert_eq!(status.is_editable(), editable.contains(status));
    }
}

#[test]
fn b32_d32_withdrawal_is_possible_until_the_submission_and_once_returned_and_is_final() {
    use OrderStatus::{AwaitingSubmission, InitialReview, Returned, UploadFailed};
    for life in lives() {
        let possible = [InitialReview, AwaitingSubmission, UploadFailed, Returned];
        let possible = possible.contains(&life.status());
        match life.withdraw() {
            Ok(withdrawn) => {
                assert!(possible);
                assert!(
                    attempts()
                        .iter()
                        .all(|(_, attempt)| attempt.on(&withdrawn).is_err())
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
         possible are: pass_review, submit, return, withdraw"
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
    fn no_walk_skips_a_step(walk in proptest::collection::vec(0..18_usize, 0..40)) {
        let mut life = OrderLife::new();
        let mut submissions = 0;
        for attempt in walk {
            let (step, attempt) = attempts()[attempt];
            let before = life.clone();
            life = attempt.on(&life).unwrap_or(life);
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
        Ok(withdrawn.clone())
    );
    let completed = withdrawn.after_round(RoundStatus::AdministrationReview { at });
    assert!(completed.is_err());
}

/// B34: reviewed and not submitted yet, an upload that failed is tried again, and its code is known.
#[test]
fn b34_an_upload_that_failed_is_tried_again_and_its_code_is_kept() {
    let awaiting = OrderLife::new().pass_review().unwrap();
    let failed = awaiting.fail_upload(14).unwrap();
    assert_eq!(
        (failed.upload_code(), awaiting.upload_code()),
        (Some(14), None)
    );
    let again = failed.fail_upload(20).unwrap();
    assert_eq!(again.upload_code(), Some(20));
    assert_eq!(again.rounds(), 0);
    let submitted = again.submit(Some(&recipients())).unwrap();
    assert_eq!(submitted.status(), OrderStatus::SmsVerification);
    assert_eq!((submitted.upload_code(), submitted.rounds()), (None, 1));
    for life in [&awaiting, &failed] {
        let returned = life.return_for(ReturnCause::PlatformDecision).unwrap();
        assert_eq!(returned.status(), OrderStatus::Returned);
        assert!(life.return_for(ReturnCause::WindowClosed).is_err());
    }
}

/// B36: what is approved may have to be put right, or is deregistered by force.
#[test]
fn b36_after_the_approval_data_are_put_right_or_the_filing_is_deregistered() {
    let approved = at(OrderStatus::Approved);
    let wanted = approved.require_correction(ModifiedPart::Entity).unwrap();
    assert_eq!(wanted.correction(), Some(ModifiedPart::Entity));
    assert_eq!(wanted.correct().unwrap(), approved);
    assert!(approved.require_correction(ModifiedPart::Remarks).is_err());
    // A platform that goes on polling sees it filed, which puts nothing right.
    let polled = wanted.follow(&PolledStatus::Approved, None).unwrap();
    assert_eq!((polled.life, polled.assumed.len()), (wanted.clone(), 0));
    for life in [&approved, &wanted] {
        let gone = life.deregister().unwrap();
        assert!(gone.status().is_final() && gone.possible().is_empty());
    }
    assert!(at(OrderStatus::AdministrationReview).deregister().is_err());
}

/// D32: a platform can't withdraw what its people are verifying; the life follows a round that was.
#[test]
fn d32_in_verification_only_the_round_withdraws_an_order() {
    let verifying = at(OrderStatus::SmsVerification);
    assert!(verifying.withdraw().is_err());
    let at_once = RoundStatus::Withdrawn {
        at: DateTime::UNIX_EPOCH,
    };
    let withdrawn = verifying.after_round(at_once).unwrap();
    assert_eq!(withdrawn.status(), OrderStatus::Withdrawn);
    assert!(
        at(OrderStatus::AdministrationReview)
            .after_round(at_once)
            .is_err()
    );
}

/// D35: reasons stand with the return, bounded, unseen in `Debug`, and go with it.
#[test]
fn d35_a_return_bears_its_reasons_and_only_a_return() {
    let reason = ReturnReason::new("主体负责人联系方式", "手机号\n与姓名\u{202E}不一致")
        .advice("请填写本人实名手机号")
        .at("entity.leader.mobile");
    assert_eq!(reason.words(), "手机号 与姓名不一致");
    assert!(!format!("{reason:?}").contains("手机号"));
    let many: ReturnReasons = core::iter::repeat_n(reason.clone(), 70).collect();
    assert_eq!((&many).into_iter().count(), ReturnReasons::MAX);
    assert!(many.iter().eq(&many));
    for words in ["\u{7F}\n 不符 \u{200B}\t", &"长 ".repeat(700), "…", " "] {
        let once = ReturnReason::new(words, words);
        assert_eq!(
            ReturnReason::new(once.field(), once.words()),
            once,
            "{words:?}"
        );
    }
    let long = ReturnReason::new(&"长".repeat(200), &"长".repeat(2000));
    assert_eq!(long.field().chars().count(), 101);
    assert_eq!(long.words().chars().count(), 1001);
    for life in lives() {
        let told = life.with_reasons(many.clone());
        let returned = life.status() == OrderStatus::Returned;
        assert_eq!(told.reasons().is_empty(), !returned);
        let stored = serde_json::to_string(&told).unwrap();
        assert_eq!(serde_json::from_str::<OrderLife>(&stored).unwrap(), told);
        for (_, attempt) in attempts() {
            if let Ok(next) = attempt.on(&told) {
                assert!(next.reasons().is_empty(), "{attempt:?}");
            }
        }
    }
    for path in [
        "",
        "entity.",
        "services",
        "services[0].administrator",
        "province",
    ] {
        let at = ReturnReason::new("", "x").at(path);
        assert_eq!(
            at.path().is_some(),
            !path.is_empty() && !path.ends_with('.'),
            "{path}"
        );
        assert_texts(path, |lang| at.label(lang));
    }
    for path in [
        "leader",
        "entity[0]",
        "services[x]",
        "entity.leader.moblie",
        "services[0].mobile2",
        "services[0].mobile",
        "services.name",
        "entity.mobile",
        "entity.leader.leader",
        "changes[0].name",
    ] {
        assert_eq!(ReturnReason::new("", "x").at(path).path(), None, "{path}");
    }
}

/// What can be polled, and which life shows it.
fn polled(life: &OrderLife) -> Vec<PolledStatus> {
    match life.status() {
        OrderStatus::InitialReview => vec![PolledStatus::InitialReview],
        OrderStatus::AwaitingSubmission => vec![PolledStatus::AwaitingSubmission],
        OrderStatus::UploadFailed => vec![PolledStatus::UploadFailed(20)],
        OrderStatus::SmsVerification => {
            vec![PolledStatus::SmsVerification, PolledStatus::Submitted]
        }
        OrderStatus::AdministrationReview => {
            vec![PolledStatus::AdministrationReview, PolledStatus::Submitted]
        }
        OrderStatus::Approved => vec![PolledStatus::Approved],
        OrderStatus::CorrectionRequired => {
            let wanted = PolledStatus::CorrectionRequired(ModifiedPart::Service);
            vec![wanted, PolledStatus::Approved]
        }
        OrderStatus::Deregistered => vec![PolledStatus::Deregistered],
        OrderStatus::Returned => {
            let cause = life.return_cause().unwrap();
            vec![PolledStatus::Returned(cause, ReturnReasons::NONE)]
        }
        OrderStatus::Withdrawn => vec![PolledStatus::Withdrawn],
    }
}

/// How many steps lead from one life to each status, by trying all: a naive account, level by level.
fn steps_to(from: &OrderLife, seen: &PolledStatus, verify: bool) -> Option<usize> {
    // What only arises where people verify says that they do; and a time-out is a closer word's.
    let of_people = |cause: ReturnCause| {
        let causes = [
            ReturnCause::WindowClosed,
            ReturnCause::TooManyWrongEntries,
            ReturnCause::Unreachable,
        ];
        causes.contains(&cause)
    };
    let failed = matches!(seen, PolledStatus::Returned(cause, _) if of_people(*cause));
    if failed && from.return_cause().is_some_and(of_people) {
        return Some(0);
    }
    let verify = verify || failed || *seen == PolledStatus::SmsVerification;
    let mut level = vec![from.clone()];
    for steps in 0..12 {
        if level.iter().any(|life| polled(life).contains(seen)) {
            return Some(steps);
        }
        let mut next: Vec<OrderLife> = Vec::new();
        for life in &level {
            for (_, attempt) in attempts() {
                let lawful = match attempt {
                    Attempt::Submit(it) | Attempt::Resubmit(it) => it == verify,
                    _ => true,
                };
                if let Ok(after) = attempt.on(life)
                    && lawful
                    && next.iter().all(|it| named(it) != named(&after))
                {
                    next.push(after);
                }
            }
        }
        level = next;
    }
    None
}

/// D36: from everywhere to everything that a poll can show: the shortest way, or a refusal if there is
/// none.
#[test]
fn d36_what_was_polled_is_followed_on_the_shortest_way() {
    let everything: Vec<PolledStatus> = lives().iter().flat_map(polled).collect();
    let recipients = recipients();
    for life in lives() {
        for seen in &everything {
            for verify in [true, false] {
                let followed = life.follow(seen, verify.then_some(&recipients));
                let steps = steps_to(&life, seen, verify);
                match (&followed, steps) {
                    (Ok(followed), Some(0)) => assert_eq!(
                        (&followed.life, followed.assumed.len()),
                        (&life, 0),
                        "{seen:?}"
                    ),
                    (Ok(followed), Some(steps)) => {
                        assert_eq!(followed.assumed.len() + 1, steps, "{life:?} {seen:?}");
                        assert!(polled(&followed.life).contains(seen));
                    }
                    (Err(_), None) => {}
                    _ => panic!("{life:?} {seen:?}: {followed:?}, naively {steps:?} steps"),
                }
            }
        }
    }
}

/// D35: who looks once more and is given no reasons keeps those that were given.
#[test]
fn d35_a_look_without_reasons_takes_none_away() {
    let seen = |reasons| PolledStatus::Returned(ReturnCause::AdministrationDecision, reasons);
    let given: ReturnReasons = [ReturnReason::new("名称", "重名")].into_iter().collect();
    for life in lives() {
        let Ok(followed) = life.follow(&seen(given.clone()), Some(&recipients())) else {
            continue;
        };
        assert_eq!(followed.life.reasons(), &given);
        let again = followed.life.follow(&seen(ReturnReasons::NONE), None);
        assert_eq!(again.unwrap().life.reasons(), &given);
    }
}

/// B17: what the regulator's system refuses has been reviewed by nobody.
#[test]
fn b17_d36_what_is_refused_on_submission_was_verified_by_nobody() {
    use beian::{filing::StageState, regulator::ResultCode};
    let people = recipients();
    for from in [
        OrderLife::new().pass_review().unwrap(),
        OrderLife::new().submit(Some(&people)).unwrap(),
    ] {
        let seen = ResultCode(1015).polled("证件号码错误").unwrap();
        let followed = from.follow(&seen, Some(&people)).unwrap();
        assert_eq!(followed.assumed, []);
        let life = followed.life;
        assert_eq!(life.return_cause(), Some(ReturnCause::SubmissionRefused));
        assert_eq!(
            life.stages()[1],
            (OrderStatus::SmsVerification, StageState::Returned)
        );
        assert!(life.resubmit(Some(&people)).is_ok() && life.revise().is_ok());
        let reviewed = ResultCode(1002).polled("").unwrap();
        let followed = from.follow(&reviewed, Some(&people)).unwrap();
        assert_eq!(followed.assumed.last(), Some(&OrderStep::Complete));
    }
}

/// A poll that sees people verify needs no list of them; what is merely submitted does.
#[test]
fn d36_people_who_are_seen_to_verify_verify() {
    let order = OrderLife::new();
    let seen = order.follow(&PolledStatus::SmsVerification, None).unwrap();
    assert_eq!(seen.life.status(), OrderStatus::SmsVerification);
    let seen = order.follow(&PolledStatus::Submitted, None).unwrap();
    assert_eq!(seen.life.status(), OrderStatus::AdministrationReview);
    let unreachable = order.submit(Some(&recipients())).unwrap();
    let unreachable = unreachable.return_for(ReturnCause::Unreachable).unwrap();
    let timed_out = PolledStatus::Returned(ReturnCause::WindowClosed, ReturnReasons::NONE);
    let followed = unreachable.follow(&timed_out, None).unwrap();
    assert_eq!((followed.life, followed.assumed), (unreachable, vec![]));
}

/// D36, B35: between two polls of WeChat's 2, 4, 5, 2 nobody sees the steps.
#[test]
fn d36_the_steps_that_nobody_saw_are_said() {
    let people = recipients();
    let order = OrderLife::new();
    let refused = PolledStatus::Returned(
        ReturnCause::AdministrationDecision,
        [ReturnReason::new("其他", "网站名称不符合要求")]
            .into_iter()
            .collect(),
    );
    let seen = order.follow(&refused, Some(&people)).unwrap();
    assert_eq!(seen.assumed, [OrderStep::Submit, OrderStep::Complete]);
    assert_eq!(seen.life.reasons().iter().count(), 1);
    let again = seen.life.follow(&refused, Some(&people)).unwrap();
    assert_eq!((again.life, again.assumed.len()), (seen.life.clone(), 0));
    let revised = seen
        .life
        .follow(&PolledStatus::InitialReview, Some(&people))
        .unwrap();
    assert!(revised.assumed.is_empty() && revised.life.reasons().is_empty());
    let withdrawn = order.withdraw().unwrap();
    let refusal = withdrawn.follow(&PolledStatus::Approved, None).unwrap_err();
    assert_eq!(
        (refusal.status(), refusal.step()),
        (OrderStatus::Withdrawn, OrderStep::Approve)
    );
}

/// Whatever steps lead to is stored, and read back as it was: every life within six steps.
#[test]
fn d35_every_life_that_steps_lead_to_is_read_back() {
    let mut known = vec![OrderLife::new()];
    let mut level = known.clone();
    for _ in 0..6 {
        let mut next = Vec::new();
        for life in &level {
            for (_, attempt) in attempts() {
                if let Ok(after) = attempt.on(life)
                    && !known.contains(&after)
                {
                    known.push(after.clone());
                    next.push(after);
                }
            }
        }
        level = next;
    }
    assert!(known.len() > 60, "{}", known.len());
    for life in known {
        let json = serde_json::to_string(&life).unwrap();
        let read: Result<OrderLife, _> = serde_json::from_str(&json);
        assert_eq!(read.unwrap(), life, "{json}");
    }
}

/// What is withdrawn before its submission was in one of the three stages of the way: the initial review.
#[test]
fn d35_a_life_withdrawn_while_it_awaits_submission_isnt_read() {
    let withdrawn = OrderLife::new().withdraw().unwrap();
    let json = serde_json::to_string(&withdrawn).unwrap();
    let from = r#""initial_review""#;
    assert_eq!(json.matches(from).count(), 1, "{json}");
    let json = json.replace(from, r#""awaiting_submission""#);
    assert!(serde_json::from_str::<OrderLife>(&json).is_err(), "{json}");
    let awaiting = OrderLife::new().pass_review().unwrap();
    let json = serde_json::to_string(&awaiting).unwrap();
    assert_eq!(serde_json::from_str::<OrderLife>(&json).unwrap(), awaiting);
}

/// R08, B17: nobody verified in an order that was refused on submission and needs nobody.
#[test]
fn r08_b17_what_nobody_has_to_verify_isnt_returned_from_verification() {
    use beian::filing::StageState;
    let cancelled = OrderLife::new().submit(None).unwrap();
    let refused = cancelled
        .return_for(ReturnCause::SubmissionRefused)
        .unwrap();
    assert_eq!(refused.stages()[1].1, StageState::NotNeeded);
}

/// A tracker whose round is over tells a life that has gone on nothing new.
#[test]
fn b14_an_order_that_was_changed_since_isnt_returned_again() {
    let returned = OrderLife::new().submit(Some(&recipients())).unwrap();
    let returned = returned.return_for(ReturnCause::WindowClosed).unwrap();
    let revised = returned.revise().unwrap();
    let timed_out = status_after(&[FactKind::Regulator(RegulatorStatus::TimedOut)]);
    for life in [revised.clone(), revised.pass_review().unwrap()] {
        assert_eq!(life.after_tracker(&timed_out).unwrap(), life);
    }
    assert!(OrderLife::new().after_tracker(&timed_out).is_err());
}

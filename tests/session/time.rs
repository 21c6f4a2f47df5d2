//! Windows, ends and the effective now (R17, R20, D04–D09).

use beian::{
    DeliveryReport, DeliveryReportOutcome, EntryOutcome, EventKind, Opening, Refusal,
    ResendOutcome, RoundFailure, RoundStatus, Session, VerificationPolicy,
};
use chrono::TimeDelta;

use crate::support::*;

const ENDED: EntryOutcome = EntryOutcome::NotCounted(Refusal::RoundEnded);

#[test]
fn d04_r17_exactly_24_hours_is_still_in_time() {
    let (mut round, [code]) = Round::texted(VerificationPolicy::REGULATOR);
    round.pass(DAY);
    assert_eq!(round.enter(LI, &code), EntryOutcome::Completed);
}

#[test]
fn d04_r20_one_microsecond_more_than_24_hours_is_late() {
    let (mut round, [code]) = Round::texted(VerificationPolicy::REGULATOR);
    round.pass(DAY + MICROSECOND);
    assert_eq!(round.enter(LI, &code), ENDED);
    assert_eq!(round.return_cause(), Some(RoundFailure::WindowClosed));
}

#[test]
fn d04_less_than_a_microsecond_is_cut_on_entry() {
    let (mut round, [code]) = Round::texted(VerificationPolicy::REGULATOR);
    round.pass(DAY + TimeDelta::nanoseconds(999));
    assert_eq!(round.enter(LI, &code), EntryOutcome::Completed);
    assert_eq!(round.view(LI).verified_at(), Some(start() + DAY));
}

#[test]
fn d04_the_opening_is_cut_to_microseconds_too() {
    let recipients = recipients(1, VerificationPolicy::REGULATOR);
    let opening = Opening::new(1, &recipients, seed(1));
    let now = start() + TimeDelta::nanoseconds(1_999);
    let round = Round::opened(&opening, keys(), now);
    assert_eq!(round.session.opened_at(), start() + MICROSECOND);
    assert_eq!(round.session.last_changed_at(), start() + MICROSECOND);
}

#[test]
fn d04_an_end_acts_one_microsecond_after_the_last_good_instant() {
    let (mut round, [_]) = Round::texted(VerificationPolicy::REGULATOR);
    round.pass(DAY);
    assert_eq!(round.tick(), Err(Refusal::NothingDue));
    assert_eq!(round.session.wake(), Some(start() + DAY + MICROSECOND));
    round.pass(MICROSECOND);
    assert_eq!(round.tick(), Ok(()));
    assert_eq!(round.return_cause(), Some(RoundFailure::WindowClosed));
}

#[test]
fn d05_the_window_starts_at_acceptance_not_at_the_opening() {
    let mut round = Round::open();
    assert_eq!(round.view(LI).window_closes_at(), None);
    round.pass(TimeDelta::hours(3));
    round.accept(LI);
    assert_eq!(round.closes(LI), start() + TimeDelta::hours(27));
}

#[test]
fn d05_a_window_is_each_persons_own() {
    let mut round = Round::open_with(2, VerificationPolicy::REGULATOR);
    round.accept(LI);
    round.pass(TimeDelta::hours(5));
    round.accept(WANG);
    assert_eq!(round.closes(LI), start() + DAY);
    assert_eq!(round.closes(WANG), start() + DAY + TimeDelta::hours(5));
}

#[test]
fn d05_r15_a_delivery_report_starts_the_window_at_its_instant() {
    let mut round = Round::open();
    let first = round.id_of_due(LI);
    round.accept(LI);
    round.pass(TimeDelta::minutes(7));
    assert_eq!(
        round.report(first, DeliveryReport::Delivered),
        Ok(DeliveryReportOutcome::Applied)
    );
    assert_eq!(round.closes(LI), start() + DAY + TimeDelta::minutes(7));
}

#[test]
fn d05_a_delivery_report_is_worth_ten_minutes_at_most() {
    for (after, moved) in [
        (TimeDelta::minutes(10), TimeDelta::minutes(10)),
        (TimeDelta::minutes(10) + MICROSECOND, TimeDelta::minutes(10)),
        (DAY, TimeDelta::minutes(10)),
    ] {
        let mut round = Round::open();
        let first = round.id_of_due(LI);
        round.accept(LI);
        round.pass(after);
        round.report(first, DeliveryReport::Delivered).unwrap();
        assert_eq!(round.closes(LI), start() + DAY + moved, "{after}");
    }
}

#[test]
fn d05_a_report_after_the_window_reopens_nothing() {
    let mut round = Round::open();
    let first = round.id_of_due(LI);
    let code = round.accept(LI);
    round.pass(DAY + MICROSECOND);
    assert_eq!(
        round.report(first, DeliveryReport::Delivered),
        Ok(DeliveryReportOutcome::Recorded)
    );
    assert_eq!(round.enter(LI, &code), ENDED);
}

#[test]
fn d05_only_the_first_delivered_report_counts() {
    let mut round = Round::open();
    let first = round.id_of_due(LI);
    round.accept(LI);
    round.pass(TimeDelta::minutes(2));
    round.report(first, DeliveryReport::Delivered).unwrap();
    round.pass(TimeDelta::minutes(2));
    assert_eq!(
        round.report(first, DeliveryReport::Delivered),
        Ok(DeliveryReportOutcome::Recorded)
    );
    assert_eq!(round.closes(LI), start() + DAY + TimeDelta::minutes(2));
}

#[test]
fn d05_a_delivery_report_for_a_queued_message_is_its_acceptance() {
    let mut round = Round::open();
    round.pass(TimeDelta::minutes(3));
    round.report_due(LI, DeliveryReport::Delivered);
    assert!(round.due(LI).is_none());
    assert_eq!(round.closes(LI), start() + DAY + TimeDelta::minutes(3));
    assert_eq!(round.count("message_accepted"), 1);
    assert_eq!(round.count("message_delivered"), 1);
}

#[test]
fn d05_delivered_in_the_first_report_leaves_nothing_to_a_second_one() {
    let mut round = Round::open();
    let first = round.id_of_due(LI);
    round.report_due(LI, DeliveryReport::Delivered);
    round.pass(TimeDelta::minutes(5));
    round.report(first, DeliveryReport::Delivered).unwrap();
    assert_eq!(round.closes(LI), start() + DAY);
}

#[test]
fn d05_no_resend_moves_the_window() {
    let (mut round, [_]) = Round::texted(VerificationPolicy::REGULATOR);
    round.pass(TimeDelta::hours(20));
    assert_eq!(round.resend(LI), ResendOutcome::Queued);
    let resend = round.id_of_due(LI);
    round.report(resend, DeliveryReport::Accepted).unwrap();
    round.pass(MINUTE);
    round.report(resend, DeliveryReport::Delivered).unwrap();
    assert_eq!(round.closes(LI), start() + DAY);
}

#[test]
fn d05_a_delivery_report_for_a_queued_resend_is_its_acceptance_and_moves_no_window() {
    let (mut round, [_]) = Round::texted::<1>(VerificationPolicy::REGULATOR);
    let closes = round.closes(LI);
    round.pass(MINUTE);
    assert_eq!(round.resend(LI), ResendOutcome::Queued);
    round.report_due(LI, DeliveryReport::Delivered);
    assert_eq!(round.closes(LI), closes);
    assert_eq!(round.view(LI).resends_left(), 1);
    assert_eq!(round.count("message_delivered"), 0);
}

#[test]
fn d05_a_first_message_delivered_after_a_resend_still_starts_the_window() {
    let mut round = Round::open();
    let first = round.id_of_due(LI);
    round.accept(LI);
    round.resent(LI);
    round.pass(MINUTE);
    assert_eq!(
        round.report(first, DeliveryReport::Delivered),
        Ok(DeliveryReportOutcome::Applied)
    );
    assert_eq!(round.closes(LI), start() + DAY + MINUTE * 2);
}

#[test]
fn d06_whoever_no_message_was_accepted_for_is_unreachable_after_24_hours() {
    let mut round = Round::open();
    round.pass(DAY);
    assert_eq!(round.tick(), Err(Refusal::NothingDue));
    round.pass(MICROSECOND);
    assert_eq!(round.tick(), Ok(()));
    assert_eq!(round.return_cause(), Some(RoundFailure::Unreachable));
}

#[test]
fn d06_accepted_at_exactly_24_hours_is_reached_and_has_a_whole_window() {
    let mut round = Round::open();
    round.pass(DAY);
    let code = round.accept(LI);
    round.pass(DAY);
    assert_eq!(round.enter(LI, &code), EntryOutcome::Completed);
}

#[test]
fn d05_d06_a_round_is_open_for_144_hours_and_10_minutes_at_most() {
    let days = TimeDelta::hours(72);
    let slowest = policy(|p| p.not_the_regulators(days, 2).unreachable_after(days));
    for (policy, hours) in [(VerificationPolicy::REGULATOR, 48), (slowest, 144)] {
        let mut round = Round::open_with(1, policy.clone());
        let first = round.id_of_due(LI);
        round.pass(policy.unreachable_after()).accept(LI);
        round.pass(TimeDelta::minutes(10));
        round.report(first, DeliveryReport::Delivered).unwrap();
        let longest = TimeDelta::hours(hours) + TimeDelta::minutes(10);
        assert_eq!(round.closes(LI), start() + longest);
    }
}

#[test]
fn d06_unreachable_after_24_hours_whatever_the_window() {
    for hours in [1, 48] {
        let policy = policy(|p| p.not_the_regulators(TimeDelta::hours(hours), 2));
        let round = Round::open_with(1, policy);
        let mut late = round;
        late.pass(DAY + MICROSECOND).tick().unwrap();
        assert_eq!(late.return_cause(), Some(RoundFailure::Unreachable));
        let RoundStatus::Returned { at, .. } = late.status() else {
            panic!("returned")
        };
        assert_eq!(at, start() + DAY + MICROSECOND);
    }
}

#[test]
fn d06_a_deferred_or_failed_first_message_starts_no_window() {
    for report in [DeliveryReport::Deferred, DeliveryReport::Failed] {
        let mut round = Round::open();
        round.report_due(LI, report);
        assert_eq!(round.view(LI).window_closes_at(), None);
        round.pass(DAY + MICROSECOND).tick().unwrap();
        assert_eq!(round.return_cause(), Some(RoundFailure::Unreachable));
    }
}

#[test]
fn d07_the_earliest_end_of_the_unverified_ends_the_round() {
    let mut round = Round::open_with(2, VerificationPolicy::REGULATOR);
    round.pass(TimeDelta::hours(1));
    round.accept(WANG);
    round.pass(TimeDelta::hours(1));
    round.accept(LI);
    let end = start() + TimeDelta::hours(25) + MICROSECOND;
    assert_eq!(round.session.wake(), Some(end));
    round.at(end).tick().unwrap();
    assert_eq!(
        round.status(),
        RoundStatus::Returned {
            cause: RoundFailure::WindowClosed,
            at: end,
            noticed_at: end,
        }
    );
}

#[test]
fn d07_a_verified_person_ends_nothing() {
    let mut round = Round::open_with(2, VerificationPolicy::REGULATOR);
    let code = round.accept(LI);
    round.pass(TimeDelta::hours(2));
    let other = round.accept(WANG);
    round.enter(LI, &code);
    round.pass(DAY);
    assert_eq!(round.enter(WANG, &other), EntryOutcome::Completed);
}

#[test]
fn d07_at_a_locked_persons_end_the_cause_is_too_many_wrong_entries() {
    let (mut round, [_]) = Round::texted(VerificationPolicy::REGULATOR);
    assert_eq!(round.guess(LI, 5), EntryOutcome::Locked);
    round.pass(DAY).tick().unwrap_err();
    round.pass(MICROSECOND).tick().unwrap();
    assert_eq!(
        round.return_cause(),
        Some(RoundFailure::TooManyWrongEntries)
    );
}

#[test]
fn d07_locked_before_anything_was_accepted_ends_with_d06_as_too_many_wrong_entries() {
    let mut round = Round::open();
    round.guess(LI, 5);
    round.pass(DAY).tick().unwrap_err();
    round.pass(MICROSECOND).tick().unwrap();
    assert_eq!(
        round.return_cause(),
        Some(RoundFailure::TooManyWrongEntries)
    );
}

#[test]
fn d07_on_equal_instants_unreachable_goes_before_window_closed() {
    let mut round = Round::open_with(2, VerificationPolicy::REGULATOR);
    round.accept(LI);
    round.pass(DAY + MICROSECOND).tick().unwrap();
    assert_eq!(round.return_cause(), Some(RoundFailure::Unreachable));
}

#[test]
fn d07_on_equal_instants_locked_goes_before_unreachable() {
    for locked in [LI, WANG] {
        let mut round = Round::open_with(2, VerificationPolicy::REGULATOR);
        round.accept(locked);
        round.guess(locked, 5);
        round.pass(DAY + MICROSECOND).tick().unwrap();
        assert_eq!(
            round.return_cause(),
            Some(RoundFailure::TooManyWrongEntries)
        );
    }
}

#[test]
fn d07_the_cause_is_of_the_person_whose_end_came_not_of_a_locked_one_whose_end_is_later() {
    let mut round = Round::open_with(2, VerificationPolicy::REGULATOR);
    round.accept(LI);
    round.pass(MINUTE);
    round.accept(WANG);
    round.guess(WANG, 5);
    round.pass(DAY).tick().unwrap();
    assert_eq!(round.return_cause(), Some(RoundFailure::WindowClosed));
}

#[test]
fn d07_the_event_bears_the_instant_of_the_end_and_when_it_was_noticed() {
    let (mut round, [_]) = Round::texted(VerificationPolicy::REGULATOR);
    round.pass(DAY * 3).tick().unwrap();
    let event = round.events.last().unwrap();
    assert_eq!(event.at, start() + DAY * 3);
    assert_eq!(
        event.kind,
        EventKind::RoundReturned {
            cause: RoundFailure::WindowClosed,
            ended_at: start() + DAY + MICROSECOND,
        }
    );
    let RoundStatus::Returned { at, noticed_at, .. } = round.status() else {
        panic!("returned")
    };
    assert_eq!((at, noticed_at), (start() + DAY + MICROSECOND, event.at));
}

#[test]
fn d08_every_command_first_ends_a_round_whose_time_is_over() {
    let late = || {
        let mut round = Round::open();
        let first = round.id_of_due(LI);
        let code = round.accept(LI);
        round.pass(DAY + MICROSECOND);
        (round, first, code)
    };
    let (mut round, _, code) = late();
    assert_eq!(round.enter(LI, &code), ENDED);
    assert_eq!(round.return_cause(), Some(RoundFailure::WindowClosed));

    let (mut round, _, _) = late();
    assert_eq!(round.guess(LI, 1), ENDED);
    assert_eq!(round.count("wrong_entry"), 0);
    assert_eq!(round.return_cause(), Some(RoundFailure::WindowClosed));

    let (mut round, _, _) = late();
    assert_eq!(
        round.resend(LI),
        ResendOutcome::NotSent(Refusal::RoundEnded)
    );
    assert_eq!(round.return_cause(), Some(RoundFailure::WindowClosed));

    let (mut round, _, _) = late();
    assert_eq!(
        round.resend_with(LI, WRONG_ID),
        ResendOutcome::NotSent(Refusal::RoundEnded)
    );
    assert_eq!(round.count("wrong_id"), 0);

    let (mut round, first, _) = late();
    assert_eq!(
        round.report(first, DeliveryReport::Delivered),
        Ok(DeliveryReportOutcome::Recorded)
    );
    assert_eq!(round.return_cause(), Some(RoundFailure::WindowClosed));

    let (mut round, _, _) = late();
    assert_eq!(round.erase(), Ok(()));
    assert_eq!(round.return_cause(), Some(RoundFailure::WindowClosed));

    let (mut round, _, _) = late();
    assert_eq!(round.withdraw(), Ok(()));
    assert_eq!(round.count("round_returned"), 1);
    assert!(matches!(round.status(), RoundStatus::Withdrawn { .. }));
}

#[test]
fn d08_what_a_late_entry_stores_is_what_a_sweep_would_have_stored() {
    let (round, [code]) = Round::texted::<1>(VerificationPolicy::REGULATOR);
    let late = start() + DAY + MICROSECOND;
    let swept = round.session.tick(late).unwrap().persisted().0;
    let entered = round
        .session
        .submit(&entry(LI, &code), &round.keys, late)
        .unwrap();
    assert_eq!(entered.persisted().0, swept);
}

#[test]
fn d08_an_ended_round_never_reopens() {
    let (mut round, [code]) = Round::texted(VerificationPolicy::REGULATOR);
    round.pass(DAY + MICROSECOND).tick().unwrap();
    round.pass(-DAY);
    assert_eq!(round.enter(LI, &code), ENDED);
    assert_eq!(round.tick(), Err(Refusal::NothingDue));
    assert_eq!(round.return_cause(), Some(RoundFailure::WindowClosed));
}

#[test]
fn d09_a_clock_that_goes_back_stands_still() {
    let (mut round, [code]) = Round::texted(VerificationPolicy::REGULATOR);
    round.pass(TimeDelta::hours(5));
    round.guess(LI, 1);
    round.pass(-TimeDelta::hours(4));
    round.guess(LI, 1);
    assert_eq!(
        round.session.last_changed_at(),
        start() + TimeDelta::hours(5)
    );
    assert_eq!(
        round.events.last().unwrap().at,
        start() + TimeDelta::hours(5)
    );
    round.enter(LI, &code);
    assert_eq!(
        round.view(LI).verified_at(),
        Some(start() + TimeDelta::hours(5))
    );
}

#[test]
fn d09_d05_a_delivery_report_bears_the_effective_now() {
    let mut round = Round::open();
    let first = round.id_of_due(LI);
    round.accept(LI);
    round.pass(MINUTE * 4);
    round.guess(LI, 1);
    round.pass(-MINUTE * 30);
    round.report(first, DeliveryReport::Delivered).unwrap();
    assert_eq!(round.closes(LI), start() + DAY + MINUTE * 4);
}

#[test]
fn d09_the_outbox_goes_by_the_effective_now_too() {
    let (mut round, [_]) = Round::texted::<1>(VerificationPolicy::REGULATOR);
    round.pass(TimeDelta::hours(1)).resend(LI);
    round.at(start());
    assert!(round.due(LI).is_some());
}

#[test]
fn r02_the_first_message_is_due_at_the_opening_and_wakes_the_host() {
    let round = Round::open_with(2, VerificationPolicy::REGULATOR);
    assert_eq!(round.session.wake(), Some(start()));
    assert_eq!(round.outbox().len(), 2);
}

#[test]
fn r18_an_ended_round_never_wakes_the_host() {
    let (mut round, [code]) = Round::texted(VerificationPolicy::REGULATOR);
    round.enter(LI, &code);
    assert_eq!(round.session.wake(), None);
    assert!(round.is_completed());
}

#[test]
fn d18_a_store_finds_a_round_until_ten_minutes_after_its_end() {
    let (mut round, [code]) = Round::texted(VerificationPolicy::REGULATOR);
    let found = |session: &Session, after| session.is_found_at(start() + after);
    assert!(found(&round.session, DAY * 9));
    round.enter(LI, &code);
    assert!(found(&round.session, MINUTE * 10));
    assert!(!found(&round.session, MINUTE * 10 + MICROSECOND));
}

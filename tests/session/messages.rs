//! Messages: what is due, what the gateway reports, which code is right (R12–R14, R21, R22, B10,
//! D10–D12, D16, D24).

use std::collections::BTreeSet;

use beian::{
    DeliveryReport, DeliveryReportOutcome, EntryOutcome, MessageId, MessageKind, Refusal,
    ResendOutcome, RoundStatus, VerificationPolicy,
};
use chrono::{DateTime, TimeDelta, Utc};

use crate::support::*;

const SUPERSEDED: EntryOutcome = EntryOutcome::NotCounted(Refusal::SupersededCode);
const QUEUED: ResendOutcome = ResendOutcome::Queued;
const NONE_LEFT: ResendOutcome = ResendOutcome::NotSent(Refusal::NoneLeft);

fn with_noon() -> VerificationPolicy {
    policy(|p| p.noon_resend(true))
}

/// 12:00 Beijing time of the day after [`start`].
fn noon() -> DateTime<Utc> {
    start() + TimeDelta::hours(21)
}

#[test]
fn d12_the_key_of_a_message_reads_back_as_it_was_printed() {
    let round = Round::open();
    let id = round.outbox()[0].id();
    let printed = id.to_string();
    assert_eq!(printed.parse(), Ok(id));
    for wrong in [
        format!("{printed}-0"),
        format!("{printed}x"),
        printed.replacen("-0", "", 1),
        printed.replacen("-0", "-+0", 1),
    ] {
        assert!(wrong.parse::<MessageId>().is_err(), "{wrong}");
    }
}

#[test]
fn r12_a_message_goes_to_the_recipients_own_number() {
    let round = Round::open_with(3, VerificationPolicy::REGULATOR);
    let numbers: Vec<_> = round
        .outbox()
        .iter()
        .map(|message| message.to().digits().to_owned())
        .collect();
    assert_eq!(numbers, PEOPLE.map(|(number, _)| number));
}

#[test]
fn r13_a_code_is_six_arabic_digits() {
    for number in 0..200 {
        let code = Round::open_seeded(1, VerificationPolicy::REGULATOR, number).code(LI);
        assert!(code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit()));
    }
}

#[test]
fn r13_leading_zeros_are_kept_and_have_to_be_entered() {
    let (mut round, code) = (0..)
        .map(|number| Round::open_seeded(1, VerificationPolicy::REGULATOR, number))
        .map(|round| (round.code(LI), round))
        .find_map(|(code, round)| code.starts_with('0').then_some((round, code)))
        .unwrap();
    assert!(beian::Entry::parse(PEOPLE[LI].0, code.trim_start_matches('0'), "345678").is_err());
    assert_eq!(round.enter(LI, &code), EntryOutcome::Completed);
}

#[test]
fn d10_a_code_is_right_from_its_creation_on() {
    let mut round = Round::open();
    let code = round.code(LI);
    assert_eq!(round.enter(LI, &code), EntryOutcome::Completed);
}

#[test]
fn d10_wrong_entries_count_from_the_creation_on() {
    let mut round = Round::open();
    assert_eq!(round.guess(LI, 1), EntryOutcome::Wrong { left: 4 });
}

#[test]
fn d10_until_the_resend_is_accepted_both_codes_are_right() {
    for newer in [false, true] {
        let (mut round, [first]) = Round::texted(VerificationPolicy::REGULATOR);
        round.pass(MINUTE).resend(LI);
        let second = round.code(LI);
        assert_ne!(first, second);
        let code = if newer { second } else { first };
        assert_eq!(round.enter(LI, &code), EntryOutcome::Completed);
    }
}

#[test]
fn d10_the_acceptance_of_a_newer_message_supersedes_the_older_code() {
    let (mut round, [first]) = Round::texted(VerificationPolicy::REGULATOR);
    let second = round.resent(LI);
    assert_eq!(round.enter(LI, &first), SUPERSEDED);
    let third = round.resent(LI);
    assert_eq!(round.enter(LI, &first), SUPERSEDED);
    assert_eq!(round.enter(LI, &second), SUPERSEDED);
    assert_eq!(round.wrong_entries_left(LI), 5);
    assert_eq!(round.enter(LI, &third), EntryOutcome::Completed);
}

#[test]
fn d10_a_code_that_was_not_created_yet_is_wrong() {
    let (mut ahead, [_]) = Round::texted::<1>(VerificationPolicy::REGULATOR);
    let second = ahead.resent(LI);
    let (mut round, [_]) = Round::texted::<1>(VerificationPolicy::REGULATOR);
    assert_eq!(round.enter(LI, &second), EntryOutcome::Wrong { left: 4 });
}

#[test]
fn d10_d24_a_right_entry_that_overtakes_the_acceptance_empties_the_outbox() {
    let mut round = Round::open_with(2, VerificationPolicy::REGULATOR);
    let message = round.id_of_due(LI);
    let code = round.code(LI);
    assert_eq!(round.enter(LI, &code), EntryOutcome::Verified);
    assert!(round.due(LI).is_none());
    assert_eq!(
        round.report(message, DeliveryReport::Accepted),
        Ok(DeliveryReportOutcome::Recorded)
    );
    assert_eq!(round.view(LI).window_closes_at(), None);
}

#[test]
fn d11_a_deferred_message_goes_out_again_the_same() {
    let mut round = Round::open();
    let message = round.id_of_due(LI);
    let code = round.report_due(LI, DeliveryReport::Deferred);
    assert!(round.due(LI).is_none());
    round.pass(MINUTE);
    assert_eq!(round.id_of_due(LI), message);
    assert_eq!(round.code(LI), code);
}

#[test]
fn d11_pauses_double_from_one_minute_to_thirty() {
    for report in [DeliveryReport::Deferred, DeliveryReport::Failed] {
        let mut round = Round::open();
        for minutes in [1, 2, 4, 8, 16, 30, 30, 30] {
            round.report_due(LI, report);
            let again = round.now + TimeDelta::minutes(minutes);
            assert_eq!(round.session.wake(), Some(again), "{report:?}");
            round.at(again - MICROSECOND);
            assert!(round.due(LI).is_none());
            round.at(again);
        }
    }
}

#[test]
fn d11_the_pause_of_a_resend_starts_at_one_minute_again() {
    let mut round = Round::open();
    for minutes in [1, 2, 4] {
        round.report_due(LI, DeliveryReport::Deferred);
        round.pass(TimeDelta::minutes(minutes));
    }
    round.accept(LI);
    round.pass(MINUTE).resend(LI);
    round.report_due(LI, DeliveryReport::Deferred);
    assert_eq!(round.session.wake(), Some(round.now + MINUTE));
}

#[test]
fn d11_d12_a_first_message_that_failed_is_tried_again_under_the_next_key() {
    let mut round = Round::open();
    let first = round.id_of_due(LI);
    let code = round.report_due(LI, DeliveryReport::Failed);
    round.pass(MINUTE);
    assert_eq!(
        round.id_of_due(LI),
        MessageId {
            attempt: 1,
            ..first
        }
    );
    assert_eq!(round.code(LI), code);
}

#[test]
fn d12_the_try_rises_only_with_a_stored_failed() {
    let mut round = Round::open();
    let attempt = |round: &Round| round.id_of_due(LI).attempt;
    for (report, expected) in [
        (DeliveryReport::Deferred, 0),
        (DeliveryReport::Failed, 1),
        (DeliveryReport::Deferred, 1),
        (DeliveryReport::Failed, 2),
    ] {
        round.report_due(LI, report);
        round.pass(MINUTE * 30);
        assert_eq!(attempt(&round), expected);
    }
}

#[test]
fn d12_a_failed_that_is_reported_twice_counts_once() {
    let mut round = Round::open();
    let first = round.id_of_due(LI);
    round.report(first, DeliveryReport::Failed).unwrap();
    assert_eq!(
        round.report(first, DeliveryReport::Failed),
        Ok(DeliveryReportOutcome::Recorded)
    );
    assert_eq!(round.session.wake(), Some(start() + MINUTE));
    round.pass(MINUTE);
    assert_eq!(round.id_of_due(LI).attempt, 1);
}

#[test]
fn d12_a_late_deferred_on_an_earlier_try_holds_nothing_up() {
    let mut round = Round::open();
    let first = round.id_of_due(LI);
    round.report_due(LI, DeliveryReport::Failed);
    let wake = round.session.wake();
    assert_eq!(
        round.report(first, DeliveryReport::Deferred),
        Ok(DeliveryReportOutcome::Recorded)
    );
    assert_eq!(round.session.wake(), wake);
}

#[test]
fn d11_a_late_acceptance_of_an_earlier_try_is_an_acceptance() {
    let mut round = Round::open();
    let first = round.id_of_due(LI);
    let code = round.report_due(LI, DeliveryReport::Failed);
    assert_eq!(
        round.report(first, DeliveryReport::Accepted),
        Ok(DeliveryReportOutcome::Applied)
    );
    round.pass(MINUTE);
    assert!(round.due(LI).is_none());
    assert_eq!(round.enter(LI, &code), EntryOutcome::Completed);
}

#[test]
fn d12_idempotency_keys_tell_round_person_and_message_apart() {
    let mut keys = BTreeSet::new();
    let mut seen = 0;
    for number in [1, 2] {
        let mut round = Round::open_seeded(2, VerificationPolicy::REGULATOR, number);
        for who in [LI, WANG] {
            for _ in 0..3 {
                keys.insert(round.id_of_due(who).to_string());
                seen += 1;
                round.accept(who);
                round.pass(MINUTE).resend(who);
            }
        }
    }
    assert_eq!(keys.len(), seen);
}

#[test]
fn d12_one_message_at_most_is_under_way_for_a_person() {
    let mut round = Round::open();
    for _ in 0..3 {
        round.pass(MINUTE * 2);
        round.resend(LI);
        assert_eq!(round.outbox().len(), 1);
    }
    assert_eq!(round.count("message_queued"), 0);
}

#[test]
fn r21_a_resend_queues_a_message_with_a_new_code() {
    let (mut round, [first]) = Round::texted(VerificationPolicy::REGULATOR);
    round.pass(MINUTE);
    assert_eq!(round.resend(LI), QUEUED);
    let message = round.due(LI).unwrap();
    assert_eq!(
        (message.kind(), message.id().number),
        (MessageKind::Resend, 1)
    );
    assert_ne!(message.code_for_transport(), first);
}

#[test]
fn r22_the_third_request_sends_nothing() {
    let (mut round, [_]) = Round::texted::<1>(VerificationPolicy::REGULATOR);
    round.resent(LI);
    let code = round.resent(LI);
    round.pass(TimeDelta::hours(1));
    assert_eq!(round.resend(LI), NONE_LEFT);
    assert!(round.outbox().is_empty());
    assert_eq!(round.view(LI).resends_left(), 0);
    assert_eq!(round.enter(LI, &code), EntryOutcome::Completed);
}

#[test]
fn d11_a_resend_is_used_up_when_it_is_accepted() {
    let (mut round, [_]) = Round::texted::<1>(VerificationPolicy::REGULATOR);
    round.pass(MINUTE).resend(LI);
    assert_eq!(round.view(LI).resends_left(), 2);
    round.report_due(LI, DeliveryReport::Deferred);
    round.pass(MINUTE);
    assert_eq!(round.view(LI).resends_left(), 2);
    round.accept(LI);
    assert_eq!(round.view(LI).resends_left(), 1);
}

#[test]
fn d11_a_failed_resend_stops_and_stays_unused() {
    let (mut round, [_]) = Round::texted::<1>(VerificationPolicy::REGULATOR);
    round.pass(MINUTE).resend(LI);
    round.report_due(LI, DeliveryReport::Failed);
    round.pass(TimeDelta::hours(2));
    assert!(round.outbox().is_empty());
    assert_eq!(round.view(LI).resends_left(), 2);
    round.resent(LI);
    round.resent(LI);
    assert_eq!(round.pass(MINUTE).resend(LI), NONE_LEFT);
}

#[test]
fn attack_19_d11_a_failed_resend_keeps_its_code_and_the_next_request_sends_it() {
    let (mut round, [_]) = Round::texted::<1>(VerificationPolicy::REGULATOR);
    round.pass(MINUTE).resend(LI);
    let failed = round.id_of_due(LI);
    let code = round.report_due(LI, DeliveryReport::Failed);
    round.pass(MINUTE).resend(LI);
    assert_eq!(round.code(LI), code);
    assert_ne!(round.id_of_due(LI), failed);
}

#[test]
fn attack_19_d10_after_a_failed_resend_both_codes_are_right() {
    for newer in [false, true] {
        let (mut round, [first]) = Round::texted(VerificationPolicy::REGULATOR);
        round.pass(MINUTE).resend(LI);
        let second = round.report_due(LI, DeliveryReport::Failed);
        let code = if newer { second } else { first };
        assert_eq!(round.enter(LI, &code), EntryOutcome::Completed);
    }
}

#[test]
fn d11_a_stopped_message_can_not_be_accepted_any_more() {
    for report in [
        DeliveryReport::Accepted,
        DeliveryReport::Delivered,
        DeliveryReport::Undelivered,
    ] {
        let (mut round, [first]) = Round::texted(VerificationPolicy::REGULATOR);
        round.pass(MINUTE).resend(LI);
        let stopped = round.id_of_due(LI);
        round.report_due(LI, DeliveryReport::Failed);
        assert_eq!(
            round.report(stopped, report),
            Ok(DeliveryReportOutcome::Recorded)
        );
        assert_eq!(round.view(LI).resends_left(), 2);
        assert_eq!(round.enter(LI, &first), EntryOutcome::Completed);
    }
}

#[test]
fn d11_a_stopped_message_is_not_the_one_that_the_next_request_sends() {
    let (mut round, [first]) = Round::texted(VerificationPolicy::REGULATOR);
    round.pass(MINUTE).resend(LI);
    let stopped = round.id_of_due(LI);
    round.report_due(LI, DeliveryReport::Failed);
    round.pass(MINUTE).resend(LI);
    assert_eq!(
        round.report(stopped, DeliveryReport::Accepted),
        Ok(DeliveryReportOutcome::Recorded)
    );
    assert!(round.due(LI).is_some());
    assert_eq!(round.enter(LI, &first), EntryOutcome::Completed);
}

#[test]
fn d11_undelivered_after_acceptance_changes_nothing() {
    let mut round = Round::open();
    let first = round.id_of_due(LI);
    round.accept(LI);
    round.resent(LI);
    let before = (round.closes(LI), round.view(LI).resends_left());
    for number in [0, 1] {
        let message = MessageId { number, ..first };
        assert_eq!(
            round.report(message, DeliveryReport::Undelivered),
            Ok(DeliveryReportOutcome::Recorded)
        );
    }
    assert_eq!((round.closes(LI), round.view(LI).resends_left()), before);
    assert!(round.outbox().is_empty());
    assert_eq!(round.count("report_recorded"), 2);
}

#[test]
fn d11_undelivered_stands_and_a_first_delivery_may_still_follow() {
    let mut round = Round::open();
    let first = round.id_of_due(LI);
    round.report_due(LI, DeliveryReport::Undelivered);
    assert_eq!(round.closes(LI), start() + DAY);
    round.pass(MINUTE);
    assert_eq!(
        round.report(first, DeliveryReport::Delivered),
        Ok(DeliveryReportOutcome::Applied)
    );
    assert_eq!(round.closes(LI), start() + DAY + MINUTE);
}

#[test]
fn d11_failed_or_deferred_after_acceptance_changes_nothing() {
    for report in [
        DeliveryReport::Failed,
        DeliveryReport::Deferred,
        DeliveryReport::Accepted,
    ] {
        let mut round = Round::open();
        let first = round.id_of_due(LI);
        let code = round.accept(LI);
        round.pass(MINUTE);
        assert_eq!(
            round.report(first, report),
            Ok(DeliveryReportOutcome::Recorded)
        );
        round.pass(TimeDelta::hours(1));
        assert!(round.outbox().is_empty());
        assert_eq!(round.closes(LI), start() + DAY);
        assert_eq!(round.enter(LI, &code), EntryOutcome::Completed);
    }
}

#[test]
fn d24_verification_lock_and_end_empty_the_outbox() {
    let mut verified = Round::open_with(2, VerificationPolicy::REGULATOR);
    let code = verified.code(LI);
    verified.enter(LI, &code);
    assert!(verified.due(LI).is_none() && verified.due(WANG).is_some());

    let mut locked = Round::open_with(2, VerificationPolicy::REGULATOR);
    locked.guess(LI, 5);
    assert!(locked.due(LI).is_none() && locked.due(WANG).is_some());

    let mut withdrawn = Round::open_with(2, VerificationPolicy::REGULATOR);
    withdrawn.withdraw().unwrap();
    assert!(withdrawn.outbox().is_empty());

    let mut over = Round::open_with(2, VerificationPolicy::REGULATOR);
    over.pass(DAY + MICROSECOND);
    assert!(over.outbox().is_empty());
}

#[test]
fn d24_a_report_that_comes_later_is_recorded_and_changes_nothing() {
    for report in DeliveryReport::ALL {
        let mut round = Round::open_with(2, VerificationPolicy::REGULATOR);
        let message = round.id_of_due(LI);
        round.guess(LI, 5);
        assert_eq!(
            round.report(message, *report),
            Ok(DeliveryReportOutcome::Recorded)
        );
        assert_eq!(round.view(LI).window_closes_at(), None);
        round.withdraw().unwrap();
        assert_eq!(
            round.report(message, *report),
            Ok(DeliveryReportOutcome::Recorded)
        );
        assert!(matches!(round.status(), RoundStatus::Withdrawn { .. }));
    }
}

#[test]
fn attack_18_d24_a_report_on_an_unknown_message_is_ignored() {
    let round = Round::open();
    let known = round.id_of_due(LI);
    for unknown in [
        MessageId {
            session: session_id(77),
            ..known
        },
        MessageId {
            recipient: 1,
            ..known
        },
        MessageId {
            recipient: u8::MAX,
            ..known
        },
        MessageId { number: 1, ..known },
        MessageId {
            number: u16::MAX,
            ..known
        },
        MessageId {
            attempt: 1,
            ..known
        },
    ] {
        for report in DeliveryReport::ALL {
            let answer = round.session.report(unknown, *report, round.now);
            assert_eq!(answer.unwrap_err(), Refusal::UnknownMessage);
        }
    }
}

#[test]
fn d16_no_noon_resend_by_default() {
    let (mut round, [_]) = Round::texted::<1>(VerificationPolicy::REGULATOR);
    assert_eq!(round.at(noon()).tick(), Err(Refusal::NothingDue));
}

#[test]
fn d16_b10_at_noon_of_the_next_day_a_message_with_a_new_code_goes_out() {
    let (mut round, [first]) = Round::texted(with_noon());
    assert_eq!(round.session.wake(), Some(noon()));
    assert_eq!(
        round.at(noon() - MICROSECOND).tick(),
        Err(Refusal::NothingDue)
    );
    round.at(noon()).tick().unwrap();
    assert_eq!(round.due(LI).unwrap().kind(), MessageKind::Noon);
    let second = round.accept(LI);
    assert_ne!(first, second);
    assert_eq!(round.enter(LI, &first), SUPERSEDED);
    assert_eq!(round.enter(LI, &second), EntryOutcome::Completed);
}

#[test]
fn d16_the_day_is_beijings_and_the_first_acceptances() {
    // 23:59:59.999999 Beijing time is noon of the next day 12 hours on, midnight 36 hours on.
    let midnight = start() + TimeDelta::hours(9);
    for (accepted, hours) in [(midnight - MICROSECOND, 12), (midnight, 36)] {
        let policy = policy(|p| {
            p.noon_resend(true)
                .not_the_regulators(TimeDelta::hours(48), 2)
        });
        let mut round = Round::open_with(1, policy);
        round.at(accepted);
        round.accept(LI);
        assert_eq!(
            round.session.wake(),
            Some(midnight + TimeDelta::hours(hours))
        );
    }
}

#[test]
fn d16_a_delivery_report_does_not_move_the_day() {
    let midnight = start() + TimeDelta::hours(9);
    let mut round = Round::open_with(1, with_noon());
    round.at(midnight - MINUTE);
    let first = round.id_of_due(LI);
    round.accept(LI);
    round.at(midnight + MINUTE);
    round.report(first, DeliveryReport::Delivered).unwrap();
    assert_eq!(round.session.wake(), Some(midnight + TimeDelta::hours(12)));
}

#[test]
fn d16_once_a_round() {
    let policy = policy(|p| {
        p.noon_resend(true)
            .not_the_regulators(TimeDelta::hours(72), 2)
    });
    let (mut round, [_]) = Round::texted::<1>(policy);
    round.at(noon()).tick().unwrap();
    round.accept(LI);
    assert_eq!(round.pass(DAY).tick(), Err(Refusal::NothingDue));
    assert_eq!(round.session.wake(), Some(start() + DAY * 3 + MICROSECOND));
}

#[test]
fn d16_the_noon_resend_uses_no_resend_and_restarts_the_pause() {
    let (mut round, [_]) = Round::texted::<1>(with_noon());
    round.at(noon()).tick().unwrap();
    round.accept(LI);
    assert_eq!(round.view(LI).resends_left(), 2);
    assert_eq!(
        round.resend(LI),
        ResendOutcome::NotSent(Refusal::TooSoon { wait: MINUTE })
    );
    round.resent(LI);
    round.resent(LI);
    assert_eq!(round.pass(MINUTE).resend(LI), NONE_LEFT);
}

#[test]
fn d16_with_something_under_way_at_noon_it_follows_as_soon_as_nothing_is() {
    let (mut round, [_]) = Round::texted::<1>(with_noon());
    round.at(noon() - MINUTE).resend(LI);
    round.at(noon());
    assert_eq!(round.tick(), Err(Refusal::NothingDue));
    assert_eq!(round.due(LI).unwrap().kind(), MessageKind::Resend);
    round.pass(MINUTE * 5);
    round.accept(LI);
    assert!(round.session.wake().unwrap() <= round.now);
    round.tick().unwrap();
    assert_eq!(round.due(LI).unwrap().kind(), MessageKind::Noon);
}

#[test]
fn d16_a_host_that_slept_sends_it_later_while_the_window_is_open() {
    let (mut round, [_]) = Round::texted::<1>(with_noon());
    round.pass(DAY).tick().unwrap();
    assert_eq!(round.due(LI).unwrap().kind(), MessageKind::Noon);

    let (mut round, [_]) = Round::texted::<1>(with_noon());
    round.pass(DAY + MICROSECOND).tick().unwrap();
    assert!(!round.status().is_open());
    assert!(round.outbox().is_empty());
}

#[test]
fn d16_nobody_who_verified_is_locked_or_never_got_a_message_is_texted_at_noon() {
    let mut round = Round::open_with(3, with_noon());
    let code = round.accept(LI);
    round.accept(WANG);
    round.enter(LI, &code);
    round.guess(WANG, 5);
    round.at(noon());
    assert_eq!(round.tick(), Err(Refusal::NothingDue));
    let due = round.due(ZHAO).unwrap();
    assert_eq!((round.outbox().len(), due.kind()), (1, MessageKind::First));
}

#[test]
fn d16_one_that_fails_stops_and_the_next_request_carries_its_code() {
    let (mut round, [_]) = Round::texted::<1>(with_noon());
    round.at(noon()).tick().unwrap();
    let code = round.report_due(LI, DeliveryReport::Failed);
    assert_eq!(round.pass(MINUTE).tick(), Err(Refusal::NothingDue));
    assert!(round.outbox().is_empty());
    assert_eq!(round.resend(LI), QUEUED);
    assert_eq!(round.code(LI), code);
    assert_eq!(round.due(LI).unwrap().kind(), MessageKind::Resend);
}

#[test]
fn d16_the_noon_resend_carries_the_code_of_a_resend_that_failed() {
    let (mut round, [_]) = Round::texted::<1>(with_noon());
    round.pass(MINUTE).resend(LI);
    let code = round.report_due(LI, DeliveryReport::Failed);
    round.at(noon()).tick().unwrap();
    assert_eq!(round.code(LI), code);
}

#[test]
fn d16_d08_a_command_at_noon_is_judged_as_if_a_sweep_had_come_first() {
    let (mut round, [_]) = Round::texted::<1>(with_noon());
    round.at(noon());
    assert_eq!(
        round.resend(LI),
        ResendOutcome::NotSent(Refusal::TooSoon { wait: MINUTE })
    );
    assert_eq!(round.due(LI).unwrap().kind(), MessageKind::Noon);
}

#[test]
fn b06_all_codes_of_a_person_in_a_round_differ() {
    for number in 0..50 {
        let mut round = Round::open_seeded(1, with_noon(), number);
        let mut codes = BTreeSet::from([round.accept(LI)]);
        codes.insert(round.resent(LI));
        codes.insert(round.resent(LI));
        round.at(noon()).tick().unwrap();
        codes.insert(round.accept(LI));
        assert_eq!(codes.len(), 4);
    }
}

#[test]
fn a_message_stays_due_with_the_same_code_until_a_report_is_stored() {
    let round = Round::open();
    let sent: BTreeSet<_> = (0..5)
        .map(|_| (round.id_of_due(LI), round.code(LI)))
        .collect();
    assert_eq!(sent.len(), 1);
    let lost = round
        .session
        .report(round.id_of_due(LI), DeliveryReport::Accepted, round.now);
    drop(lost);
    assert_eq!(round.code(LI), sent.first().unwrap().1);
}

//! An order in SMS verification, as a platform follows it.

use beian::{
    Lang, MobileNumber, Recipient, Recipients, ReturnCause, Role, Tracker, VerificationPolicy,
    tracker::{
        Advice, Deadline, Fact, FactKind, FactRefusal, NextStep, PersonStanding, RegulatorStatus,
        Reminder, ReminderKind, TrackerStatus,
    },
};
use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use proptest::prelude::*;

use crate::support::leader_and_administrator;

const DONE: FactKind = FactKind::Regulator(RegulatorStatus::Done);
const TIMED_OUT: FactKind = FactKind::Regulator(RegulatorStatus::TimedOut);
const WAITING: FactKind = FactKind::Regulator(RegulatorStatus::Waiting);

/// 10:00 in Beijing.
fn submitted() -> DateTime<Utc> {
    "2024-05-01T02:00:00Z".parse().unwrap()
}

fn after(minutes: i64) -> DateTime<Utc> {
    submitted() + TimeDelta::minutes(minutes)
}

fn micro() -> TimeDelta {
    TimeDelta::microseconds(1)
}

const DAY: i64 = 24 * 60;

fn leader() -> MobileNumber {
    "19900000001".parse().unwrap()
}

fn administrator() -> MobileNumber {
    "19900000002".parse().unwrap()
}

fn tracker_under(policy: VerificationPolicy) -> Tracker {
    Tracker::new(&leader_and_administrator(policy), submitted())
}

fn tracker() -> Tracker {
    tracker_under(VerificationPolicy::REGULATOR)
}

fn with(facts: impl IntoIterator<Item = (FactKind, DateTime<Utc>)>) -> Tracker {
    let mut tracker = tracker();
    for (report, at) in facts {
        tracker.report(Fact::exact(report, at), at).unwrap();
    }
    tracker
}

fn facts(tracker: &Tracker) -> Vec<(FactKind, DateTime<Utc>)> {
    let facts = tracker.facts().iter();
    facts.map(|fact| (*fact.kind(), fact.at())).collect()
}

fn steps(tracker: &Tracker, now: DateTime<Utc>) -> Vec<(Advice, Option<MobileNumber>)> {
    let steps = tracker.next_steps(now);
    steps
        .iter()
        .map(|next| (next.advice, next.person))
        .collect()
}

fn kinds(tracker: &Tracker, now: DateTime<Utc>) -> Vec<(ReminderKind, Option<MobileNumber>)> {
    let reminders = tracker.reminders(now);
    reminders.iter().map(|r| (r.kind, r.person)).collect()
}

#[test]
fn r02_nothing_can_be_reported_from_before_the_submission() {
    let mut tracker = tracker();
    let refusal = tracker.report(
        Fact::exact(FactKind::Received(leader()), submitted() - micro()),
        submitted() - micro(),
    );
    assert_eq!(refusal, Err(FactRefusal::BeforeSubmission));
    assert!(tracker.facts().is_empty());
    assert_eq!(
        tracker.report(Fact::exact(WAITING, submitted()), submitted()),
        Ok(())
    );
}

#[test]
fn r09_only_numbers_of_the_order_are_known() {
    let mut tracker = tracker();
    let stranger = "19900000009".parse().unwrap();
    let refusal = tracker.report(Fact::exact(FactKind::Passed(stranger), after(1)), after(1));
    assert_eq!(refusal, Err(FactRefusal::UnknownPerson));
    assert_eq!(tracker.standing(&stranger, after(1)), None);
    assert_eq!(tracker.resends_left(&stranger, after(1)), None);
}

#[test]
fn r02_a_submitted_order_is_not_returned_by_the_initial_review() {
    let returned = FactKind::Returned(ReturnCause::PlatformDecision);
    assert_eq!(
        tracker().report(Fact::exact(returned, after(1)), after(1)),
        Err(FactRefusal::InitialReview)
    );
}

#[test]
fn r15_the_message_is_expected_5_to_10_minutes_after_the_submission_notice() {
    let expected = PersonStanding::MessageExpected {
        from: after(5),
        until: after(10),
    };
    let standing = |now| tracker().standing(&leader(), now).unwrap();
    assert_eq!(standing(submitted()), expected);
    assert_eq!(standing(after(10) - micro()), expected);
    let overdue = PersonStanding::MessageOverdue { since: after(10) };
    assert_eq!(standing(after(10)), overdue);
}

#[test]
fn r15_the_real_arrival_counts() {
    let tracker = with([(FactKind::Received(leader()), after(2))]);
    let received = PersonStanding::Received { at: after(2) };
    assert_eq!(tracker.standing(&leader(), after(60)), Some(received));
}

#[test]
fn r15_a_resent_message_is_expected_likewise() {
    let tracker = with([
        (FactKind::Received(leader()), after(6)),
        (FactKind::ResendAsked(leader()), after(100)),
    ]);
    let expected = PersonStanding::MessageExpected {
        from: after(105),
        until: after(110),
    };
    assert_eq!(tracker.standing(&leader(), after(101)), Some(expected));
}

/// Who has the message is told nothing new when it would be late, nor is anybody once the round is over.
#[test]
fn r15_the_message_is_awaited_by_those_who_have_none() {
    let waited = with([]).next_besides_polls(after(7)).unwrap();
    assert_eq!(waited, after(10));
    let everybody = [leader(), administrator()].map(|who| (FactKind::Received(who), after(6)));
    let received = with(everybody).next_besides_polls(after(7)).unwrap();
    assert!(received > after(60), "{received}");
    let done = with([(DONE, after(7))]).next_besides_polls(after(7));
    assert!(done.is_none_or(|next| next > after(60)), "{done:?}");
}

/// A host that was down when a reminder was due sends it after the quiet hours, and says so when asked.
#[test]
fn d33_who_comes_late_is_as_quiet_as_who_comes_in_time() {
    let [ten, eight] = [22, 8].map(|hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap());
    let evening: DateTime<Utc> = "2024-05-01T21:45:00+08:00".parse().unwrap();
    let two = leader_and_administrator(VerificationPolicy::REGULATOR);
    let tracker = Tracker::new(&two, evening).quiet_hours(ten, eight);
    let in_time = "2024-05-01T21:59:59+08:00".parse().unwrap();
    let morning: DateTime<Utc> = "2024-05-02T08:00:00+08:00".parse().unwrap();
    let due = tracker.reminders(in_time);
    assert_eq!(due.len(), 2);
    for hour in 1..=10 {
        let late = morning - TimeDelta::hours(hour);
        assert_eq!(tracker.reminders(late), [], "{late}");
        assert!(
            tracker
                .next_besides_polls(late)
                .is_some_and(|next| next > late)
        );
    }
    let before = morning - TimeDelta::seconds(1);
    assert_eq!(tracker.next_besides_polls(before), Some(morning));
    let sent = tracker.reminders(morning);
    assert!(due.iter().all(|it| sent.contains(it)), "{sent:?}");
}

#[test]
fn r14_who_has_no_message_looks_for_its_sender_first() {
    let now = after(12);
    assert_eq!(
        steps(&tracker(), now),
        [
            (Advice::LookForMessage, Some(leader())),
            (Advice::LookForMessage, Some(administrator())),
        ],
    );
    for lang in [Lang::Zh, Lang::En] {
        let text = tracker().next_steps(now)[0].text(lang);
        assert!(text.starts_with("199****0001"), "{text}");
        assert!(text.contains("12381"), "{text}");
    }
}

#[test]
fn r22_two_resends_can_be_asked_for_and_the_third_sends_nothing() {
    let ask = |at| (FactKind::ResendAsked(leader()), at);
    let mut tracker = with([]);
    let left = |tracker: &Tracker| tracker.resends_left(&leader(), after(DAY)).unwrap();
    assert_eq!(left(&tracker), 2);
    assert_eq!(steps(&tracker, after(30))[0].0, Advice::AskForResend);

    tracker
        .report(Fact::exact(ask(after(40)).0, after(40)), after(40))
        .unwrap();
    tracker
        .report(Fact::exact(ask(after(40)).0, after(40)), after(40))
        .unwrap(); // the same fact twice is one
    assert_eq!(left(&tracker), 1);
    assert_eq!(tracker.facts().len(), 1);
    assert_eq!(steps(&tracker, after(41))[0].0, Advice::WaitForMessage);
    assert_eq!(steps(&tracker, after(50))[0].0, Advice::LookForMessage);
    assert_eq!(steps(&tracker, after(70))[0].0, Advice::AskForResend);

    tracker
        .report(Fact::exact(ask(after(80)).0, after(80)), after(80))
        .unwrap();
    assert_eq!(left(&tracker), 0);
    assert_eq!(steps(&tracker, after(110))[0].0, Advice::NoResendLeft);

    tracker
        .report(Fact::exact(ask(after(120)).0, after(120)), after(120))
        .unwrap();
    assert_eq!(left(&tracker), 0);
    assert_eq!(steps(&tracker, after(121))[0].0, Advice::NoResendLeft);
    assert_eq!(tracker.resends_left(&administrator(), after(121)), Some(2));
}

#[test]
fn r21_a_resend_is_asked_for_on_the_regulators_page() {
    let next = tracker().next_steps(after(30))[0];
    assert_eq!(next.advice, Advice::AskForResend);
    for lang in [Lang::Zh, Lang::En] {
        let text = next.text(lang);
        assert!(text.contains("beian.miit.gov.cn"), "{text}");
        assert!(text.contains("短信重发"), "{text}");
    }
}

#[test]
fn r24_who_has_the_message_enters_the_code() {
    let tracker = with([(FactKind::Received(leader()), after(6))]);
    let next = tracker.next_steps(after(7))[0];
    assert_eq!(
        (next.advice, next.person),
        (Advice::EnterCode, Some(leader()))
    );
    assert_eq!(next.until, Some(after(DAY)));
    let zh = next.text(Lang::Zh);
    assert!(
        zh.contains("beian.miit.gov.cn") && zh.contains("“短信核验”"),
        "{zh}"
    );
}

#[test]
fn r19_who_has_passed_waits_for_the_others() {
    let tracker = with([(FactKind::Passed(leader()), after(20))]);
    assert_eq!(
        steps(&tracker, after(21)),
        [
            (Advice::WaitForOthers, Some(leader())),
            (Advice::LookForMessage, Some(administrator())),
        ],
    );
    let zh = tracker.next_steps(after(21))[0].text(Lang::Zh);
    assert!(
        zh.contains("您的短信核验完成，请等待其他核验人进行短信核验"),
        "{zh}"
    );
}

#[test]
fn r17_everybody_is_in_time_until_the_window_after_the_submission() {
    let deadline = tracker().deadline(after(60)).unwrap();
    assert_eq!((deadline.earliest, deadline.latest), (after(DAY), None));
    assert_eq!(tracker().status(after(DAY)), TrackerStatus::Waiting);
    assert_eq!(
        tracker().status(after(DAY) + micro()),
        TrackerStatus::MayHaveEnded
    );
}

#[test]
fn r17_a_word_that_the_message_came_bounds_the_deadline_from_above() {
    let tracker = with([
        (FactKind::Received(administrator()), after(300)),
        (FactKind::Received(leader()), after(60)),
        (FactKind::Received(leader()), after(90)),
    ]);
    let deadline = tracker.deadline(after(400)).unwrap();
    assert_eq!(deadline.earliest, after(DAY));
    assert_eq!(deadline.latest, Some(after(DAY + 60)));
}

#[test]
fn d05_no_resend_moves_the_deadline() {
    let word = (FactKind::Received(leader()), after(60));
    let before = with([word]).deadline(after(200));
    let resend = (FactKind::ResendAsked(leader()), after(100));
    let again = (FactKind::Received(leader()), after(110));
    assert_eq!(with([word, resend, again]).deadline(after(200)), before);
}

#[test]
fn d07_who_says_to_have_passed_no_longer_bounds_the_deadline() {
    let tracker = with([
        (FactKind::Received(leader()), after(60)),
        (FactKind::Received(administrator()), after(90)),
        (FactKind::Passed(leader()), after(100)),
    ]);
    assert_eq!(
        tracker.deadline(after(99)).unwrap().latest,
        Some(after(DAY + 60))
    );
    assert_eq!(
        tracker.deadline(after(100)).unwrap().latest,
        Some(after(DAY + 90))
    );
}

#[test]
fn d01_the_window_is_the_rulebooks() {
    let recipient = Recipient::new(leader(), Role::EntityLeader, []);
    let pilot = VerificationPolicy::builder()
        .not_the_regulators(TimeDelta::hours(48), 2)
        .build()
        .unwrap();
    let recipients = Recipients::new([recipient], pilot).unwrap();
    let tracker = Tracker::new(&recipients, submitted());
    assert_eq!(
        tracker.deadline(submitted()).unwrap().earliest,
        after(2 * DAY)
    );
}

#[test]
fn r18_done_is_what_the_regulator_reports_and_no_person() {
    let said = [
        (FactKind::Passed(leader()), after(20)),
        (FactKind::Passed(administrator()), after(30)),
    ];
    let tracker = with(said);
    assert_eq!(tracker.status(after(29)), TrackerStatus::Waiting);
    assert_eq!(tracker.status(after(30)), TrackerStatus::SaidDone);
    assert_eq!(tracker.deadline(after(30)), None);
    assert_eq!(
        steps(&tracker, after(30)),
        [(Advice::AwaitConfirmation, None)]
    );

    let tracker = with(said.into_iter().chain([(DONE, after(40))]));
    assert_eq!(tracker.status(after(39)), TrackerStatus::SaidDone);
    assert_eq!(
        tracker.status(after(40)),
        TrackerStatus::Done { at: after(40) }
    );
}

#[test]
fn r18_r19_a_person_is_done_by_their_own_word_or_by_the_regulators() {
    let tracker = with([
        (FactKind::Received(leader()), after(6)),
        (FactKind::Passed(leader()), after(20)),
        (DONE, after(40)),
    ]);
    let done = |minutes| {
        [leader(), administrator()].map(|person| {
            let standing = tracker.standing(&person, after(minutes));
            standing.is_some_and(|standing| standing.is_done())
        })
    };
    assert_eq!(
        [1, 19, 20, 40].map(done),
        [[false, false], [false, false], [true, false], [true, true]]
    );
}

#[test]
fn b16_after_done_the_administration_reviews_for_up_to_20_working_days() {
    let tracker = with([(DONE, after(40))]);
    assert_eq!(steps(&tracker, after(41)), [(Advice::AwaitReview, None)]);
    assert_eq!(tracker.reminders(after(3 * DAY)), []);
    assert_eq!(tracker.next(after(41)), Some(after(DAY + 40)));
    assert!(
        tracker.next_steps(after(41))[0]
            .text(Lang::Zh)
            .contains("20个工作日")
    );
}

#[test]
fn b14_a_timed_out_order_is_resubmitted() {
    let tracker = with([(TIMED_OUT, after(DAY + 8))]);
    let at = after(DAY + 8);
    assert_eq!(tracker.status(at), TrackerStatus::TimedOut { at });
    assert_eq!(steps(&tracker, at), [(Advice::Resubmit, None)]);
    assert_eq!(kinds(&tracker, at), [(ReminderKind::Resubmit, None)]);
    assert_eq!(tracker.deadline(at), None);
}

#[test]
fn b14_a_return_says_why_and_is_the_closer_word_for_timed_out() {
    let cause = ReturnCause::WindowClosed;
    let returned = TrackerStatus::Returned {
        at: after(DAY + 1),
        cause,
    };
    for timed_out in [after(DAY), after(DAY + 2)] {
        let tracker = with([
            (FactKind::Returned(cause), after(DAY + 1)),
            (TIMED_OUT, timed_out),
        ]);
        assert_eq!(tracker.status(after(DAY + 3)), returned);
    }
    let refused_in_review = with([
        (DONE, after(40)),
        (FactKind::Returned(cause), after(DAY + 1)),
    ]);
    assert_eq!(refused_in_review.status(after(DAY + 3)), returned);
}

#[test]
fn b15_of_contradicting_ends_the_later_one_stands() {
    let now = after(2 * DAY);
    let done_first = with([(DONE, after(40)), (TIMED_OUT, after(50))]);
    assert_eq!(
        done_first.status(now),
        TrackerStatus::TimedOut { at: after(50) }
    );
    let done_last = with([(DONE, after(60)), (TIMED_OUT, after(50))]);
    assert_eq!(done_last.status(now), TrackerStatus::Done { at: after(60) });
    let at_once = with([(DONE, after(50)), (TIMED_OUT, after(50))]);
    assert_eq!(
        at_once.status(now),
        TrackerStatus::TimedOut { at: after(50) }
    );
}

#[test]
fn b15_an_order_returned_for_its_verification_was_not_verified_whatever_came_before() {
    let returned = FactKind::Returned(ReturnCause::WindowClosed);
    let verified = |tracker: &Tracker| {
        let standing = tracker.standing(&leader(), after(60)).unwrap();
        matches!(standing, PersonStanding::Verified { .. })
    };
    assert!(!verified(&with([(DONE, after(40)), (returned, after(50))])));
    let in_review = FactKind::Returned(ReturnCause::AdministrationDecision);
    assert!(verified(&with([(DONE, after(40)), (in_review, after(50))])));
}

#[test]
fn d08_a_late_waiting_reopens_nothing() {
    let tracker = with([(DONE, after(40)), (WAITING, after(50))]);
    assert_eq!(
        tracker.status(after(60)),
        TrackerStatus::Done { at: after(40) }
    );
}

#[test]
fn b15_waiting_from_the_regulator_beats_the_persons_words() {
    let said = [
        (FactKind::Passed(leader()), after(20)),
        (FactKind::Passed(administrator()), after(30)),
    ];
    let lagging = with(said.into_iter().chain([(WAITING, after(29))]));
    assert_eq!(lagging.status(after(60)), TrackerStatus::SaidDone);

    let contradicted = with(said.into_iter().chain([(WAITING, after(30))]));
    assert_eq!(contradicted.status(after(60)), TrackerStatus::Waiting);
    assert_eq!(
        steps(&contradicted, after(60)),
        [(Advice::FindWhoIsMissing, None)]
    );
    assert_eq!(
        contradicted.deadline(after(60)).unwrap().earliest,
        after(DAY)
    );
}

#[test]
fn b15_waiting_from_the_regulator_moves_the_earliest_end() {
    let tracker = with([
        (FactKind::Received(leader()), after(5)),
        (WAITING, after(DAY + 30)),
    ]);
    let now = after(DAY + 30);
    let still = Deadline {
        earliest: now,
        latest: None,
    };
    assert_eq!(tracker.deadline(now), Some(still));
    assert_eq!(tracker.status(now), TrackerStatus::Waiting);
    assert_eq!(tracker.status(now + micro()), TrackerStatus::MayHaveEnded);
}

#[test]
fn r20_when_the_window_may_be_over_the_regulator_is_asked_and_persons_hurry() {
    let tracker = with([(FactKind::Received(leader()), after(6))]);
    let now = after(DAY) + micro();
    assert_eq!(
        steps(&tracker, now),
        [
            (Advice::AskRegulator, None),
            (Advice::EnterCode, Some(leader())),
            (Advice::AskForResend, Some(administrator())),
        ],
    );
    assert!(
        tracker
            .next_steps(now)
            .iter()
            .all(|next| next.until.is_none())
    );
}

#[test]
fn reminders_come_in_order_and_go_when_taken_care_of() {
    use ReminderKind::{AskRegulator, HalfTime, LastCall, MessageDue, ResendAdvised};
    let mut tracker = with([(FactKind::Passed(administrator()), after(7))]);
    let mine = Some(leader());
    assert_eq!(kinds(&tracker, after(10) - micro()), []);
    assert_eq!(kinds(&tracker, after(10)), [(MessageDue, mine)]);
    assert_eq!(
        kinds(&tracker, after(30)),
        [(MessageDue, mine), (ResendAdvised, mine)]
    );
    tracker
        .report(
            Fact::exact(FactKind::Received(leader()), after(31)),
            after(31),
        )
        .unwrap();
    assert_eq!(kinds(&tracker, after(31)), []);
    assert_eq!(kinds(&tracker, after(DAY / 2)), [(HalfTime, mine)]);
    assert_eq!(
        kinds(&tracker, after(20 * 60)),
        [(HalfTime, mine), (LastCall, mine)]
    );
    let over = after(DAY) + micro();
    assert_eq!(kinds(&tracker, over).last(), Some(&(AskRegulator, None)));
    tracker
        .report(Fact::exact(FactKind::Passed(leader()), over), over)
        .unwrap();
    assert_eq!(kinds(&tracker, over), [(AskRegulator, None)]);
}

/// What a host does at the instants that it is told to come back at: sends what is due, looks where that is due,
/// and sees nothing new. Minutes of what it sent, and of its looks.
fn walk(tracker: &mut Tracker, from: DateTime<Utc>, until: DateTime<Utc>) -> (Vec<i64>, Vec<i64>) {
    let (mut sent, mut looks) = (Vec::new(), Vec::new());
    let mut now = from;
    while let Some(next) = tracker.next(now).filter(|next| *next <= until) {
        assert!(next >= now, "{next} before {now}");
        now = next;
        let minute = (now - submitted()).num_minutes();
        for reminder in tracker.reminders(now) {
            tracker.reminded(reminder.key);
            sent.push(minute);
        }
        if tracker.next_poll(now) == Some(now) {
            tracker.polled(None, now).unwrap();
            looks.push(minute);
        }
        assert_ne!(tracker.next(now), Some(now), "all is done");
    }
    (sent, looks)
}

#[test]
fn d33_a_host_that_comes_back_when_told_sends_and_looks_in_time() {
    let mut tracker = tracker();
    let (sent, looks) = walk(&mut tracker, submitted(), after(2 * DAY));
    let both = [10, 30, 12 * 60, 20 * 60].map(|minute| [minute; 2]);
    let over = std::iter::once(DAY);
    assert_eq!(
        sent,
        both.into_iter().flatten().chain(over).collect::<Vec<_>>()
    );
    let often = (0..=30).step_by(2);
    let hourly = (90..DAY - 10).step_by(60);
    let around = (DAY - 10..=DAY + 30).step_by(5);
    let hourly_again = (DAY + 90..=2 * DAY).step_by(60);
    let all: Vec<i64> = often
        .chain(hourly)
        .chain(around)
        .chain(hourly_again)
        .collect();
    assert_eq!(looks, all);
}

#[test]
fn d33_in_the_administrations_review_a_host_looks_daily() {
    let mut tracker = with([(WAITING, after(10))]);
    let done = Fact::seen(DONE, after(40));
    tracker.report(done, after(40)).unwrap();
    let (sent, looks) = walk(&mut tracker, after(40), after(4 * DAY));
    assert!(sent.is_empty());
    assert_eq!(looks, [1, 2, 3].map(|day| day * DAY + 40));
    let returned = Fact::seen(
        FactKind::Returned(ReturnCause::AdministrationDecision),
        after(4 * DAY),
    );
    tracker.report(returned, after(4 * DAY)).unwrap();
    assert_eq!(tracker.next(after(4 * DAY)), Some(after(4 * DAY)));
    assert_eq!(
        walk(&mut tracker, after(4 * DAY), after(9 * DAY)),
        (vec![4 * DAY], vec![])
    );
    assert_eq!(tracker.next(after(4 * DAY)), None);
}

/// The bounds of the deadline are looked at closely, the later one too.
#[test]
fn d33_around_both_bounds_a_host_looks_every_few_minutes() {
    let mut tracker = with([
        (FactKind::Received(leader()), after(200)),
        (FactKind::Passed(administrator()), after(10)),
    ]);
    let (_, looks) = walk(&mut tracker, after(200), after(2 * DAY));
    let between = |from: i64, until: i64| -> Vec<i64> {
        looks
            .iter()
            .copied()
            .filter(|at| (from..until).contains(at))
            .collect()
    };
    for bound in [DAY, DAY + 200] {
        let around: Vec<i64> = (bound - 10..bound + 30).step_by(5).collect();
        assert_eq!(between(bound - 10, bound + 30), around);
    }
    assert_eq!(between(DAY + 31, DAY + 190), [DAY + 90, DAY + 150]);
}

#[test]
fn r22_without_a_resend_left_the_next_look_is_when_hope_ends() {
    let asked = |minutes| (FactKind::ResendAsked(leader()), after(minutes));
    let passed = (FactKind::Passed(administrator()), after(5));
    let mut tracker = with([passed, asked(40), asked(80)]);
    tracker.polled(None, after(80)).unwrap();
    assert_eq!(tracker.next(after(80)), Some(after(90)));
    tracker.reminded("message_due-0-2".parse().unwrap());
    assert_eq!(tracker.next(after(90)), Some(after(110)));
    assert_eq!(
        steps(&tracker, after(110) - micro())[0].0,
        Advice::LookForMessage
    );
    assert_eq!(steps(&tracker, after(110))[0].0, Advice::NoResendLeft);
    let advised = (ReminderKind::ResendAdvised, Some(leader()));
    assert!(!kinds(&tracker, after(110)).contains(&advised));
}

#[test]
fn d04_instants_are_cut_to_microseconds() {
    let nanos = TimeDelta::nanoseconds(999);
    let mut tracker = tracker();
    tracker
        .report(Fact::exact(WAITING, after(1) + nanos), after(1) + nanos)
        .unwrap();
    tracker
        .report(Fact::exact(WAITING, after(1)), after(1))
        .unwrap();
    assert_eq!(facts(&tracker), [(WAITING, after(1))]);
    assert_eq!(tracker.status(after(DAY) + nanos), TrackerStatus::Waiting);
}

#[test]
fn of_waiting_only_the_latest_is_kept() {
    let tracker = with((0..100).map(|n| (WAITING, after(n))));
    assert_eq!(facts(&tracker), [(WAITING, after(99))]);
    assert_eq!(tracker, with((0..100).rev().map(|n| (WAITING, after(n)))));
}

#[test]
fn numbers_are_masked_wherever_a_tracker_prints() {
    let tracker = with([(FactKind::Received(leader()), after(6))]);
    let mut printed = format!("{tracker:?} {:?}", tracker.reminders(after(DAY)));
    for lang in [Lang::Zh, Lang::En] {
        for next in tracker.next_steps(after(DAY)) {
            printed += &next.text(lang);
        }
        for reminder in tracker.reminders(after(DAY)) {
            printed += &reminder.text(lang);
        }
    }
    assert!(printed.contains("199****0001"));
    assert!(!printed.contains("19900000"), "{printed}");
}

#[test]
fn every_text_exists_in_both_languages() {
    let at = submitted();
    let statuses = [
        TrackerStatus::Waiting,
        TrackerStatus::SaidDone,
        TrackerStatus::MayHaveEnded,
        TrackerStatus::Done { at },
        TrackerStatus::TimedOut { at },
        TrackerStatus::Returned {
            at,
            cause: ReturnCause::WindowClosed,
        },
    ];
    let standings = [
        PersonStanding::MessageExpected {
            from: at,
            until: at,
        },
        PersonStanding::MessageOverdue { since: at },
        PersonStanding::Received { at },
        PersonStanding::Passed { at },
        PersonStanding::Verified { at },
    ];
    let deadlines = [None, Some(at)].map(|latest| Deadline {
        earliest: at,
        latest,
    });
    let persons = [None, Some(leader())];
    let next = Advice::ALL.iter().flat_map(|step| {
        persons.map(|person| NextStep {
            advice: *step,
            person,
            until: Some(at),
        })
    });
    let reminders = ReminderKind::ALL.iter().flat_map(|kind| {
        persons.map(|person| Reminder {
            key: "half_time-0".parse().unwrap(),
            kind: *kind,
            person,
            due: at,
        })
    });
    let texts = |lang: Lang| -> Vec<String> {
        let mut texts: Vec<String> = Vec::new();
        texts.extend(statuses.iter().map(|it| it.text(lang)));
        texts.extend(standings.iter().map(|it| it.text(lang)));
        texts.extend(statuses.iter().map(|it| it.label(lang).into()));
        texts.extend(standings.iter().map(|it| it.label(lang).into()));
        texts.extend(ReminderKind::ALL.iter().map(|it| it.label(lang).into()));
        texts.extend(deadlines.iter().map(|it| it.text(lang)));
        texts.extend(next.clone().map(|it| it.text(lang)));
        texts.extend(reminders.clone().map(|it| it.text(lang)));
        texts.extend(RegulatorStatus::ALL.iter().map(|it| it.text(lang).into()));
        texts.extend(FactRefusal::ALL.iter().map(|it| it.text(lang).into()));
        texts
    };
    let is_chinese = |c: char| ('\u{4E00}'..='\u{9FFF}').contains(&c);
    for (zh, en) in texts(Lang::Zh).into_iter().zip(texts(Lang::En)) {
        assert!(zh.contains(is_chinese), "{zh}");
        assert!(
            !en.replace("短信重发", "")
                .replace("短信核验", "")
                .contains(is_chinese),
            "{en}"
        );
        assert!(
            !en.contains("  ") && !zh.contains(' ') || zh.contains("2024"),
            "{en} {zh}"
        );
    }
    let mut all: Vec<_> = Advice::ALL.iter().map(|step| step.text(Lang::Zh)).collect();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), Advice::ALL.len());
}

#[test]
fn codes_of_reports_and_statuses_are_stable() {
    assert_eq!(
        RegulatorStatus::ALL
            .iter()
            .map(|s| s.wechat_number())
            .collect::<Vec<_>>(),
        [1, 2, 3]
    );
    assert_eq!(RegulatorStatus::from_wechat_number(0), None);
    assert_eq!(RegulatorStatus::from_wechat_number(4), None);
    assert_eq!(FactRefusal::UnknownPerson.code(), "unknown_person");
}

#[test]
fn a_stored_tracker_is_the_same_when_read_back() {
    let tracker = with([
        (FactKind::Received(leader()), after(6)),
        (FactKind::ResendAsked(administrator()), after(40)),
        (WAITING, after(50)),
        (FactKind::Passed(leader()), after(60)),
        (FactKind::Returned(ReturnCause::WindowClosed), after(70)),
    ]);
    let json = serde_json::to_string(&tracker).unwrap();
    assert!(
        json.starts_with(r#"{"v1":{"submitted":1714528800000000,"#),
        "{json}"
    );
    assert_eq!(serde_json::from_str::<Tracker>(&json).unwrap(), tracker);
    let compact = postcard::to_allocvec(&tracker).unwrap();
    assert_eq!(postcard::from_bytes::<Tracker>(&compact).unwrap(), tracker);
}

#[test]
fn a_broken_stored_tracker_is_refused_without_saying_a_number() {
    let tracker = with([(FactKind::Received(administrator()), after(6))]);
    let json = serde_json::to_string(&tracker).unwrap();
    for (good, bad) in [
        (r#""19900000001""#, r#""19900000002""#),
        (r#""19900000001""#, r#""19900000003""#),
        (r#""19900000001""#, r#""1990""#),
        (r#""received":1"#, r#""received":2"#),
        (r#""window":86400000000"#, r#""window":0"#),
        (
            r#""submitted":1714528800000000"#,
            r#""submitted":9223372036854775807"#,
        ),
        (
            r#""submitted":1714528800000000"#,
            r#""submitted":1814528800000000"#,
        ),
        (r#""v1""#, r#""v2""#),
        (r#""mobile":"19900000001""#, r#""mobile":19900000001"#),
        (r#""reminded":[]"#, r#""reminded":["19900000001"]"#),
        (r#""quiet_hours":null"#, r#""quiet_hours":[1,86400]"#),
        (r#""looked":null"#, r#""looked":9223372036854775807"#),
        (
            r#""submitted_by":null"#,
            r#""submitted_by":9223372036854775807"#,
        ),
        (r#""resends_max":2"#, r#""resends_max":2,"x":1"#),
    ] {
        let broken = json.replace(good, bad);
        assert_ne!(broken, json, "{good}");
        let error = serde_json::from_str::<Tracker>(&broken)
            .unwrap_err()
            .to_string();
        assert!(!error.contains("1990"), "{error}");
    }
}

#[test]
fn a_tracker_of_a_later_release_is_refused_by_its_version() {
    let tracker = with([(FactKind::Received(leader()), after(6))]);
    let json = serde_json::to_string(&tracker).unwrap();
    let error = serde_json::from_str::<Tracker>(&json.replace("\"v1\"", "\"v2\"")).unwrap_err();
    let expected = "stored tracker version 2 is unknown: this release reads version 1";
    assert!(error.to_string().starts_with(expected), "{error}");
    assert!(serde_json::from_str::<Tracker>(&json.replace("\"v1\"", "\"x\"")).is_err());
    let compact = postcard::to_allocvec(&tracker).unwrap();
    assert_eq!(compact[0], 1);
    assert_eq!(postcard::from_bytes::<Tracker>(&compact).unwrap(), tracker);
}

#[test]
fn a_stored_tracker_follows_somebody() {
    let nobody =
        r#"{"v1":{"submitted":0,"window":86400000000,"resends_max":2,"persons":[],"facts":[]}}"#;
    assert!(serde_json::from_str::<Tracker>(nobody).is_err());
    let persons = r#""persons":[{"mobile":"19900000001","roles":["entity_leader"]}]"#;
    let somebody = nobody.replace(r#""persons":[]"#, persons);
    assert!(serde_json::from_str::<Tracker>(&somebody).is_ok());
}

#[test]
fn r18_once_the_regulator_has_reported_it_everybody_is_verified() {
    let decision = FactKind::Returned(ReturnCause::AdministrationDecision);
    let mut tracker = with([(FactKind::Received(leader()), after(6)), (DONE, after(40))]);
    let verified = Some(PersonStanding::Verified { at: after(40) });
    for person in [leader(), administrator()] {
        assert_eq!(tracker.standing(&person, after(41)), verified);
        assert_ne!(tracker.standing(&person, after(39)), verified);
    }
    tracker
        .report(Fact::exact(decision, after(DAY)), after(DAY))
        .unwrap();
    assert_eq!(tracker.standing(&administrator(), after(DAY)), verified);
    let timed_out = with([(DONE, after(40)), (TIMED_OUT, after(DAY))]);
    assert_ne!(timed_out.standing(&administrator(), after(DAY)), verified);
}

#[test]
fn r22_a_resend_beyond_those_that_are_sent_changes_nothing() {
    let ask = |at| (FactKind::ResendAsked(leader()), after(at));
    let (two, three) = (with([ask(40), ask(80)]), with([ask(40), ask(80), ask(120)]));
    assert_eq!(three.facts().len(), 3);
    for minutes in [80, 100, 120, 125, 200] {
        let now = after(minutes);
        assert_eq!(two.standing(&leader(), now), three.standing(&leader(), now));
        assert_eq!(two.next_steps(now), three.next_steps(now));
        assert_eq!(
            two.resends_left(&leader(), now),
            three.resends_left(&leader(), now)
        );
    }
}

fn reports() -> impl Strategy<Value = Vec<(FactKind, DateTime<Utc>)>> {
    let report = prop::sample::select(vec![
        DONE,
        TIMED_OUT,
        WAITING,
        FactKind::Returned(ReturnCause::WindowClosed),
        FactKind::Received(leader()),
        FactKind::Received(administrator()),
        FactKind::ResendAsked(leader()),
        FactKind::ResendAsked(administrator()),
        FactKind::Passed(leader()),
        FactKind::Passed(administrator()),
    ]);
    prop::collection::vec((report, (0..2 * DAY).prop_map(after)), 0..8)
}

/// Everything that a look gives.
fn look(tracker: &Tracker, now: DateTime<Utc>) -> impl PartialEq + std::fmt::Debug {
    let standings = [leader(), administrator()].map(|person| {
        let standing = tracker.standing(&person, now);
        (standing, tracker.resends_left(&person, now))
    });
    let steps = tracker.next_steps(now);
    let deadline = tracker.deadline(now);
    (
        tracker.status(now),
        standings,
        steps,
        deadline,
        tracker.reminders(now),
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_reporting_makes_no_difference(
        (facts, shuffled) in reports().prop_flat_map(|f| (Just(f.clone()), Just(f).prop_shuffle())),
    ) {
        prop_assert_eq!(with(facts), with(shuffled));
    }

    #[test]
    fn between_now_and_next_nothing_changes(
        facts in reports(), at in 0..3 * DAY, part in 0.0..1.0,
    ) {
        let mut tracker = with(facts);
        let now = after(at);
        for reminder in tracker.reminders(now) {
            tracker.reminded(reminder.key);
        }
        tracker.polled(None, now).unwrap();
        let next = tracker.next(now);
        let end = next.unwrap_or(after(5 * DAY));
        prop_assert!(end > now);
        #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "a test")]
        let between = ((end - now - micro()).num_microseconds().unwrap() as f64 * part) as i64;
        prop_assert_eq!(look(&tracker, now), look(&tracker, now + TimeDelta::microseconds(between)));
        prop_assert_eq!(look(&tracker, now), look(&tracker, end - micro()));
        if let Some(next) = next {
            // A fact may repeat what is known; every other wake-up shows something new.
            let is_fact = tracker.facts().iter().any(|fact| fact.at() == next);
            let is_poll = tracker.next_poll(now) == Some(next);
            prop_assert!(is_fact || is_poll || look(&tracker, now) != look(&tracker, next));
        }
    }

    #[test]
    fn d05_bounds_are_in_order_and_there_is_always_a_next_step(
        facts in reports(), at in 0..3 * DAY,
    ) {
        let tracker = with(facts);
        let now = after(at);
        prop_assert!(!tracker.next_steps(now).is_empty());
        if let Some(Deadline { earliest, latest }) = tracker.deadline(now) {
            prop_assert!(earliest >= after(DAY));
            prop_assert!(latest.is_none_or(|latest| latest >= earliest));
            prop_assert!(tracker.status(now).at().is_none());
        }
    }

    #[test]
    fn b15_a_persons_word_ends_nothing(facts in reports(), at in 0..3 * DAY) {
        let words = facts.into_iter().filter(|(report, _)| report.person().is_some());
        prop_assert!(with(words).status(after(at)).at().is_none());
    }

    #[test]
    fn stored_and_read_back_is_the_same(facts in reports()) {
        let tracker = with(facts);
        let json = serde_json::to_string(&tracker).unwrap();
        prop_assert_eq!(serde_json::from_str::<Tracker>(&json).unwrap(), tracker);
    }
}

#[test]
fn an_end_has_an_instant_and_what_is_expected_has_none() {
    let at = submitted();
    let cause = ReturnCause::WindowClosed;
    let ends = [
        TrackerStatus::Done { at },
        TrackerStatus::TimedOut { at },
        TrackerStatus::Returned { at, cause },
    ];
    for end in ends {
        assert_eq!(end.at(), Some(at));
    }
    for expected in [
        TrackerStatus::Waiting,
        TrackerStatus::SaidDone,
        TrackerStatus::MayHaveEnded,
    ] {
        assert_eq!(expected.at(), None);
    }
}

#[test]
fn b15_the_regulators_statuses_are_one_to_three() {
    for (code, status) in [
        (0, None),
        (1, Some(RegulatorStatus::Waiting)),
        (2, Some(RegulatorStatus::Done)),
        (3, Some(RegulatorStatus::TimedOut)),
        (4, None),
    ] {
        assert_eq!(RegulatorStatus::from_wechat_number(code), status);
        assert!(status.is_none_or(|status| status.wechat_number() == code));
    }
}

#[test]
fn a_stored_window_is_ten_minutes_to_three_days() {
    let recipient = Recipient::new(leader(), Role::EntityLeader, ["345678".parse().unwrap()]);
    let recipients = Recipients::new([recipient], VerificationPolicy::REGULATOR).unwrap();
    let mut stored = serde_json::to_value(Tracker::new(&recipients, submitted())).unwrap();
    let (least, most) = (600_000_000_i64, 72 * 3_600_000_000_i64);
    for (window, taken) in [
        (least - 1, false),
        (least, true),
        (most, true),
        (most + 1, false),
    ] {
        stored["v1"]["window"] = window.into();
        let read = serde_json::from_value::<Tracker>(stored.clone());
        assert_eq!(read.is_ok(), taken, "{window}");
    }
}

/// D34: what a deregistration is let expire for isn't taken for a mistake; everything else is submitted again.
#[test]
fn b31_d34_after_the_time_out_of_a_deregistration_nothing_has_to_be_done() {
    use beian::{
        FilingType, Recipient, Recipients, ReturnCause, Role, Tracker, VerificationPolicy,
    };

    let leader = Recipient::new("19900000001".parse().unwrap(), Role::EntityLeader, []);
    let recipients = Recipients::new([leader], VerificationPolicy::REGULATOR).unwrap();
    let submitted = DateTime::UNIX_EPOCH;
    let later = submitted + TimeDelta::hours(25);
    for kind in FilingType::ALL {
        for (fact, expires) in [
            (FactKind::Regulator(RegulatorStatus::TimedOut), true),
            (FactKind::Returned(ReturnCause::WindowClosed), true),
            (FactKind::Returned(ReturnCause::TooManyWrongEntries), false),
        ] {
            let mut tracker = Tracker::new(&recipients, submitted).of_type(*kind);
            tracker.report(Fact::exact(fact, later), later).unwrap();
            let deregisters = kind.regulator_upload_group() == "ZXBA";
            let advice = if deregisters && expires {
                Advice::ResubmitUnlessStopped
            } else {
                Advice::Resubmit
            };
            assert_eq!(tracker.next_steps(later)[0].advice, advice, "{kind}");
            let stored = serde_json::to_string(&tracker).unwrap();
            let again: Tracker = serde_json::from_str(&stored).unwrap();
            assert_eq!(again.next_steps(later)[0].advice, advice);
        }
    }
}

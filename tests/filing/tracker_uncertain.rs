//! A platform that sees states, not instants (B35, D33): intervals, what was seen, who is woken, and keys.

use beian::{
    FilingType, Lang, MobileNumber, ModifiedPart, OrderLife, OrderStatus, Recipients, ReturnCause,
    Tracker, VerificationPolicy,
    filing::{PolledStatus, ReturnReasons},
    tracker::{
        Advice, Fact, FactKind, FactRefusal, PersonStanding, RegulatorStatus, ReminderKey,
        ReminderKind, TrackerStatus,
    },
};
use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use proptest::prelude::*;

use crate::support::leader_and_administrator;

const DONE: FactKind = FactKind::Regulator(RegulatorStatus::Done);
const WAITING: FactKind = FactKind::Regulator(RegulatorStatus::Waiting);
const TIMED_OUT: FactKind = FactKind::Regulator(RegulatorStatus::TimedOut);

/// 10:00 in Beijing.
fn begin() -> DateTime<Utc> {
    "2024-05-01T02:00:00Z".parse().unwrap()
}

fn after(minutes: i64) -> DateTime<Utc> {
    begin() + TimeDelta::minutes(minutes)
}

fn micro() -> TimeDelta {
    TimeDelta::microseconds(1)
}

const DAY: i64 = 24 * 60;

fn leader() -> MobileNumber {
    "19900000001".parse().unwrap()
}

fn recipients() -> Recipients {
    leader_and_administrator(VerificationPolicy::REGULATOR)
}

fn tracker_from(submitted_at: DateTime<Utc>) -> Tracker {
    Tracker::new(&recipients(), submitted_at)
}

fn tracker() -> Tracker {
    tracker_from(begin())
}

fn see(tracker: &mut Tracker, kind: FactKind, minute: i64) {
    let at = after(minute);
    tracker.report(Fact::seen(kind, at), at).unwrap();
}

fn told(tracker: &mut Tracker, kind: FactKind, minute: i64) {
    let at = after(minute);
    tracker.report(Fact::exact(kind, at), at).unwrap();
}

fn standing(tracker: &Tracker, minute: i64) -> PersonStanding {
    tracker.standing(&leader(), after(minute)).unwrap()
}

fn advice(tracker: &Tracker, minute: i64) -> Advice {
    tracker.next_steps(after(minute))[0].advice
}

/// The earliest deadline counts from the interval's begin, a message is due by its end.
#[test]
fn d33_of_a_submission_that_is_an_interval_each_bound_counts_where_it_is_safe() {
    let tracker = tracker().submitted_by(after(60));
    assert_eq!(tracker.submitted_at(), begin());
    let deadline = tracker.deadline(after(0)).unwrap();
    assert_eq!(deadline.earliest, after(DAY));
    let expected = PersonStanding::MessageExpected {
        from: after(5),
        until: after(70),
    };
    assert_eq!(standing(&tracker, 69), expected);
    let overdue = PersonStanding::MessageOverdue { since: after(70) };
    assert_eq!(standing(&tracker, 70), overdue);
    assert_eq!(advice(&tracker, 89), Advice::LookForMessage);
    assert_eq!(advice(&tracker, 90), Advice::AskForResend);
    let refused = tracker_from(after(5)).submitted_by(after(1));
    assert_eq!(refused, tracker_from(after(5)));
}

/// What is known to have happened says more than that it was seen, whichever is reported first.
#[test]
fn d33_what_a_person_did_and_was_seen_to_have_done_at_one_instant_is_one_fact() {
    let received = FactKind::Received(leader());
    let exact = Fact::exact(received, after(20));
    let seen = Fact::seen(received, after(20));
    for order in [[seen, exact], [exact, seen]] {
        let mut tracker = tracker();
        for fact in order {
            tracker.report(fact, after(20)).unwrap();
        }
        assert_eq!(tracker.facts(), [exact]);
    }
}

/// What is heard of a round comes after its submission.
#[test]
fn d33_the_first_word_of_a_round_ends_the_interval() {
    let mut seen = tracker().submitted_by(after(60));
    see(&mut seen, WAITING, 8);
    for minute in 10..40 {
        see(&mut seen, WAITING, minute);
    }
    let expected = PersonStanding::MessageExpected {
        from: after(5),
        until: after(18),
    };
    assert_eq!(standing(&seen, 17), expected);
    let mut told_early = tracker().submitted_by(after(60));
    told(&mut told_early, FactKind::Received(leader()), 7);
    let received = PersonStanding::Received { at: after(7) };
    assert_eq!(standing(&told_early, 8), received);
}

#[test]
fn d33_an_end_that_was_seen_came_after_the_look_that_saw_otherwise() {
    let mut tracker = tracker();
    assert_eq!(tracker.end_bounds(after(DAY)), None);
    see(&mut tracker, DONE, 40);
    assert_eq!(tracker.end_bounds(after(50)), Some((after(0), after(40))));
    see(&mut tracker, WAITING, 30);
    assert_eq!(tracker.end_bounds(after(50)), Some((after(30), after(40))));
    assert_eq!(tracker.end_bounds(after(35)), None);
    // What people say is no look, and isn't the end.
    for minute in [35, 40] {
        let mut answered = tracker.clone();
        told(&mut answered, FactKind::Received(leader()), minute);
        assert_eq!(answered.end_bounds(after(50)), Some((after(30), after(40))));
    }
    // Seen at one instant with what contradicts it, it came after the look before both.
    let mut at_once = tracker.clone();
    see(&mut at_once, TIMED_OUT, 40);
    assert_eq!(at_once.end_bounds(after(50)), Some((after(30), after(40))));
    // Of two that contradict each other, the earlier one was a look too.
    let mut corrected = self::tracker();
    see(&mut corrected, WAITING, 30);
    see(&mut corrected, TIMED_OUT, 40);
    see(&mut corrected, DONE, 60);
    assert_eq!(
        corrected.end_bounds(after(80)),
        Some((after(40), after(60)))
    );
    let mut failed = tracker.clone();
    see(&mut failed, TIMED_OUT, 60);
    assert_eq!(failed.end_bounds(after(80)), Some((after(40), after(60))));
    see(
        &mut failed,
        FactKind::Returned(ReturnCause::WindowClosed),
        70,
    );
    assert_eq!(failed.end_bounds(after(80)), Some((after(40), after(70))));
    told(&mut tracker, DONE, 40);
    assert_eq!(tracker.end_bounds(after(50)), Some((after(40), after(40))));
    see(&mut tracker, DONE, 40);
    assert_eq!(tracker.end_bounds(after(50)), Some((after(40), after(40))));
    assert_eq!(
        tracker.facts().len(),
        2,
        "what is known exactly isn't kept as seen"
    );
}

/// 2, 4, 4, 4 (B35): an end that is seen again is the same end.
#[test]
fn b35_d33_of_an_end_that_polls_see_again_the_first_is_kept() {
    let mut tracker = tracker();
    for minute in [10, 20, 30, DAY, 2 * DAY] {
        see(
            &mut tracker,
            if minute < 25 { WAITING } else { DONE },
            minute,
        );
    }
    assert_eq!(tracker.facts().len(), 2);
    let done = TrackerStatus::Done { at: after(30) };
    assert_eq!(tracker.status(after(3 * DAY)), done);
    assert_eq!(tracker.next_poll(after(2 * DAY)), Some(after(3 * DAY)));
    // Seen otherwise in between, it is another one.
    see(&mut tracker, TIMED_OUT, 3 * DAY);
    see(&mut tracker, DONE, 3 * DAY + 1);
    let done = TrackerStatus::Done {
        at: after(3 * DAY + 1),
    };
    assert_eq!(tracker.status(after(4 * DAY)), done);
}

#[test]
fn d33_a_fact_is_dated_ten_minutes_after_its_report_at_most() {
    let mut tracker = tracker();
    let fact = Fact::exact(FactKind::Received(leader()), after(30));
    let refused = tracker.report(fact, after(20) - micro());
    assert_eq!(refused, Err(FactRefusal::InTheFuture));
    assert_eq!(tracker, self::tracker());
    assert_eq!(tracker.report(fact, after(20)), Ok(()));
    assert_eq!(FactRefusal::InTheFuture.code(), "in_the_future");
    assert_ne!(
        FactRefusal::InTheFuture.text(Lang::Zh),
        FactRefusal::InTheFuture.text(Lang::En)
    );
}

/// From a word that nothing has come the message is overdue, though never before ten minutes after the sending;
/// who has looked isn't sent to look again.
#[test]
fn d33_who_says_that_nothing_has_come_is_advised_to_ask_for_a_resend() {
    let nothing = FactKind::NothingCame(leader());
    let mut early = tracker();
    told(&mut early, nothing, 4);
    assert!(matches!(
        standing(&early, 9),
        PersonStanding::MessageExpected { .. }
    ));
    assert_eq!(
        standing(&early, 10),
        PersonStanding::MessageOverdue { since: after(10) }
    );
    assert_eq!(advice(&early, 9), Advice::WaitForMessage);
    assert_eq!(advice(&early, 10), Advice::AskForResend);
    let kinds: Vec<_> = early
        .reminders(after(10))
        .iter()
        .map(|it| (it.person, it.kind))
        .collect();
    assert!(kinds.contains(&(Some(leader()), ReminderKind::ResendAdvised)));
    assert!(!kinds.contains(&(Some(leader()), ReminderKind::MessageDue)));

    let mut taken_back = tracker();
    told(&mut taken_back, FactKind::Received(leader()), 12);
    assert_eq!(
        taken_back.deadline(after(13)).unwrap().latest,
        Some(after(DAY + 12))
    );
    told(&mut taken_back, nothing, 20);
    assert_eq!(
        standing(&taken_back, 20),
        PersonStanding::MessageOverdue { since: after(20) }
    );
    assert_eq!(taken_back.deadline(after(20)).unwrap().latest, None);
    told(&mut taken_back, FactKind::Received(leader()), 25);
    assert_eq!(
        standing(&taken_back, 25),
        PersonStanding::Received { at: after(25) }
    );
    assert_eq!(
        taken_back.deadline(after(25)).unwrap().latest,
        Some(after(DAY + 25))
    );
}

/// The first message had come; it is the second that hasn't.
#[test]
fn d05_d33_a_resend_that_hasnt_come_takes_no_earlier_word_back() {
    let mut tracker = tracker();
    told(&mut tracker, FactKind::Received(leader()), 12);
    told(&mut tracker, FactKind::ResendAsked(leader()), 60);
    told(&mut tracker, FactKind::NothingCame(leader()), 75);
    assert_eq!(
        tracker.deadline(after(80)).unwrap().latest,
        Some(after(DAY + 12))
    );
    assert_eq!(
        standing(&tracker, 80),
        PersonStanding::MessageOverdue { since: after(70) }
    );
    assert_eq!(tracker.resends_left(&leader(), after(80)), Some(1));
}

#[test]
fn r21_a_message_that_comes_as_it_is_asked_for_is_awaited_no_more() {
    let mut tracker = tracker();
    told(&mut tracker, FactKind::ResendAsked(leader()), 40);
    told(&mut tracker, FactKind::Received(leader()), 40);
    let received = PersonStanding::Received { at: after(40) };
    assert_eq!(standing(&tracker, 100), received);
    let of_message = [ReminderKind::MessageDue, ReminderKind::ResendAdvised];
    let reminders = tracker.reminders(after(100));
    let mut of_leader = reminders.iter().filter(|it| it.person == Some(leader()));
    assert!(!of_leader.any(|it| of_message.contains(&it.kind)));
}

fn quiet(tracker: Tracker) -> Tracker {
    let time = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
    tracker.quiet_hours(time(22), time(8))
}

fn due(tracker: &Tracker, kind: ReminderKind) -> Option<DateTime<Utc>> {
    let reminders = tracker.reminders(after(5 * DAY));
    reminders.iter().find(|it| it.kind == kind).map(|it| it.due)
}

#[test]
fn d33_in_the_quiet_hours_reminders_wait_for_the_morning() {
    let clock =
        |text: &str| -> DateTime<Utc> { format!("2024-05-0{text}:00+08:00").parse().unwrap() };
    for (submitted, kind, expected) in [
        ("1T21:49", ReminderKind::MessageDue, "1T21:59"),
        ("1T21:50", ReminderKind::ResendAdvised, "2T08:00"),
        ("2T03:00", ReminderKind::ResendAdvised, "2T08:00"),
        ("2T07:49", ReminderKind::MessageDue, "2T08:00"),
        ("2T07:50", ReminderKind::MessageDue, "2T08:00"),
        ("2T07:51", ReminderKind::MessageDue, "2T08:01"),
        // Half time at 23:00; the last ends at 11:00.
        ("1T11:00", ReminderKind::LastCall, "2T08:00"),
        // At 06:00, and 10:00 is two hours after the morning: in time.
        ("1T10:00", ReminderKind::LastCall, "2T08:00"),
        // A minute less, and they are woken.
        ("1T09:59", ReminderKind::LastCall, "2T05:59"),
        ("1T09:59", ReminderKind::HalfTime, "1T21:59"),
        ("1T03:00", ReminderKind::AskRegulator, "2T03:00"),
    ] {
        let tracker = quiet(tracker_from(clock(submitted)));
        let late = if kind == ReminderKind::AskRegulator {
            micro()
        } else {
            TimeDelta::zero()
        };
        assert_eq!(
            due(&tracker, kind),
            Some(clock(expected) + late),
            "{submitted} {kind}"
        );
    }
    // Nobody hurries to submit an order again.
    let mut over = quiet(tracker());
    see(&mut over, TIMED_OUT, DAY + 14 * 60);
    assert_eq!(due(&over, ReminderKind::Resubmit), Some(clock("3T08:00")));
    assert_eq!(over.next(after(DAY + 14 * 60)), Some(clock("3T08:00")));
    let none = tracker().quiet_hours(NaiveTime::MIN, NaiveTime::MIN);
    assert_eq!(due(&none, ReminderKind::MessageDue), Some(after(10)));
    let daytime = |from, until| {
        let time = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
        due(
            &tracker().quiet_hours(time(from), time(until)),
            ReminderKind::ResendAdvised,
        )
    };
    assert_eq!(daytime(9, 12), Some(after(120)));
    assert_eq!(daytime(12, 13), Some(after(30)));
}

#[test]
fn d33_a_reminder_has_a_key_that_stays_and_names_nobody() {
    let mut tracker = tracker();
    let keys = |tracker: &Tracker, minute| -> Vec<String> {
        let reminders = tracker.reminders(after(minute));
        reminders.iter().map(|it| it.key.to_string()).collect()
    };
    assert_eq!(keys(&tracker, 10), ["message_due-0", "message_due-1"]);
    let first: ReminderKey = "message_due-0".parse().unwrap();
    tracker.reminded(first);
    tracker.reminded(first);
    assert_eq!(keys(&tracker, 10), ["message_due-1"]);
    told(&mut tracker, FactKind::ResendAsked(leader()), 12);
    assert_eq!(keys(&tracker, 22), ["message_due-1", "message_due-0-1"]);
    see(&mut tracker, WAITING, DAY + 20);
    let all = keys(&tracker, 2 * DAY);
    assert!(all.contains(&"ask_regulator".to_owned()) && all.contains(&"last_call-1".to_owned()));
    see(&mut tracker, TIMED_OUT, DAY + 30);
    assert_eq!(keys(&tracker, 2 * DAY), ["resubmit"]);
    // Of another tracker: passed over, and not kept.
    let before = tracker.clone();
    for key in ["message_due-2", "message_due-0-3"] {
        tracker.reminded(key.parse().unwrap());
    }
    assert_eq!(tracker, before);
    for text in [
        "half_time",
        "half_time-0-1",
        "resubmit-0",
        "",
        "half_time--1",
        "half_time-x",
        "half_time-0-0",
        "half_time-0-1-2",
        "half_time-01",
        "?",
    ] {
        assert!(text.parse::<ReminderKey>().is_err(), "{text}");
    }
}

/// B18: what is approved was verified, though no poll saw it; then nothing is looked at, or done, any more.
#[test]
fn r18_d33_an_approval_ends_looking_and_reminding() {
    for (before, at) in [(Some(WAITING), 13 * 60), (Some(DONE), 30), (None, 13 * 60)] {
        let mut tracker = tracker();
        if let Some(before) = before {
            see(&mut tracker, before, 30);
        }
        tracker
            .polled(Some(&PolledStatus::Approved), after(13 * 60))
            .unwrap();
        tracker
            .polled(Some(&PolledStatus::Approved), after(14 * 60))
            .unwrap();
        let now = after(14 * 60);
        let approved = TrackerStatus::Approved { at: after(13 * 60) };
        assert_eq!(tracker.status(now), approved);
        assert_ne!(approved.text(Lang::Zh), approved.text(Lang::En));
        let verifying = OrderLife::new().submit(Some(&recipients())).unwrap();
        for life in [verifying.clone(), verifying.complete().unwrap()] {
            let life = life.after_tracker(&approved).unwrap();
            assert_eq!(life.status(), OrderStatus::Approved);
            assert_eq!(life.after_tracker(&approved).unwrap(), life);
            let gone = life.deregister().unwrap();
            assert_eq!(gone.after_tracker(&approved).unwrap(), gone);
        }
        assert!(tracker.reminders(now).is_empty());
        assert_eq!((tracker.next(now), tracker.next_poll(now)), (None, None));
        assert_eq!(tracker.next_steps(now)[0].advice, Advice::NothingToDo);
        let verified = PersonStanding::Verified { at: after(at) };
        assert_eq!(tracker.standing(&leader(), now), Some(verified));
    }
}

/// What follows of each status that a life follows.
#[test]
fn b35_d33_each_poll_tells_a_tracker_what_it_tells_a_life() {
    let returned = |cause| PolledStatus::Returned(cause, ReturnReasons::NONE);
    for (saw, status) in [
        (PolledStatus::SmsVerification, "waiting"),
        (PolledStatus::Submitted, "waiting"),
        (PolledStatus::InitialReview, "waiting"),
        (PolledStatus::AdministrationReview, "done"),
        (PolledStatus::Approved, "approved"),
        (
            PolledStatus::CorrectionRequired(ModifiedPart::Entity),
            "approved",
        ),
        (PolledStatus::Deregistered, "approved"),
        (returned(ReturnCause::WindowClosed), "returned"),
        (returned(ReturnCause::AdministrationDecision), "returned"),
        (returned(ReturnCause::SubmissionRefused), "returned"),
        (returned(ReturnCause::PlatformDecision), "waiting"),
    ] {
        let mut tracker = tracker();
        tracker.polled(Some(&saw), after(100)).unwrap();
        assert_eq!(tracker.status(after(100)).name(), status, "{saw:?}");
        let ended = status != "waiting";
        assert!(
            ended || tracker.next_poll(after(100)) == Some(after(160)),
            "{saw:?}"
        );
    }
    let early = tracker().polled(Some(&PolledStatus::Approved), begin() - micro());
    assert_eq!(early, Err(FactRefusal::BeforeSubmission));
}

#[test]
fn d33_when_everybody_says_that_they_are_done_the_next_look_is_soon() {
    let mut tracker = tracker();
    tracker.polled(None, after(100)).unwrap();
    told(&mut tracker, FactKind::Passed(leader()), 110);
    assert_eq!(tracker.next_poll(after(110)), Some(after(160)));
    told(
        &mut tracker,
        FactKind::Passed("19900000002".parse().unwrap()),
        115,
    );
    assert_eq!(tracker.next_poll(after(115)), Some(after(115)));
    tracker.polled(None, after(115)).unwrap();
    assert_eq!(tracker.next_poll(after(115)), Some(after(117)));
    tracker.polled(None, after(145)).unwrap();
    assert_eq!(tracker.next_poll(after(145)), Some(after(205)));
}

/// A regulator that shows *waiting* long after the window isn't asked every few minutes for ever.
#[test]
fn d33_the_bounds_that_are_looked_at_closely_dont_move_with_the_looks() {
    let mut tracker = tracker();
    see(&mut tracker, WAITING, DAY + 300);
    assert_eq!(tracker.next_poll(after(DAY + 300)), Some(after(DAY + 360)));
}

#[test]
fn d34_the_reminder_of_a_deregistration_that_expired_may_be_passed_over() {
    for (kind, reminder) in [
        (
            FilingType::CancelAccess,
            ReminderKind::ResubmitUnlessStopped,
        ),
        (FilingType::Modify, ReminderKind::Resubmit),
    ] {
        let mut tracker = tracker().of_type(kind);
        see(&mut tracker, TIMED_OUT, DAY);
        let reminders = tracker.reminders(after(DAY));
        assert_eq!((reminders.len(), reminders[0].kind), (1, reminder));
        // A closer word for the same end isn't told again.
        tracker.reminded(reminders[0].key);
        see(
            &mut tracker,
            FactKind::Returned(ReturnCause::Unreachable),
            DAY + 1,
        );
        assert!(tracker.reminders(after(DAY + 1)).is_empty());
    }
}

/// A host's clock shows nanoseconds: what is due is *now* all the same.
#[test]
fn d33_what_is_due_is_now_to_the_nanosecond() {
    let now = after(5) + TimeDelta::nanoseconds(7);
    assert_eq!(tracker().next_poll(now), Some(now));
    assert_eq!(tracker().next(now), Some(now));
    let mut looked = tracker();
    looked.polled(None, now).unwrap();
    assert_eq!(looked.next_poll(now), Some(after(7)));
}

#[test]
fn d33_a_look_that_a_wrong_clock_dated_ahead_holds_no_other_up() {
    let mut tracker = tracker();
    tracker.polled(None, after(DAY)).unwrap();
    tracker.polled(None, after(100)).unwrap();
    assert_eq!(tracker.next_poll(after(100)), Some(after(160)));
    assert_eq!(tracker.next_poll(after(161)), Some(after(161)));
}

/// Half time and the last call of an order of 11:00 both wait for the morning; so do the message of 21:50 and the
/// advice of a resend.
#[test]
fn d33_what_waits_for_the_morning_together_is_said_once() {
    let clock =
        |text: &str| -> DateTime<Utc> { format!("2024-05-0{text}:00+08:00").parse().unwrap() };
    for (submitted, later, earlier) in [
        ("1T11:00", ReminderKind::LastCall, ReminderKind::HalfTime),
        (
            "1T21:50",
            ReminderKind::ResendAdvised,
            ReminderKind::MessageDue,
        ),
    ] {
        let mut tracker = quiet(tracker_from(clock(submitted)));
        let morning = clock("2T08:00");
        let reminders = tracker.reminders(morning);
        let to_leader: Vec<_> = reminders
            .iter()
            .filter(|it| it.person == Some(leader()) && [later, earlier].contains(&it.kind))
            .collect();
        assert_eq!(to_leader.len(), 1);
        assert_eq!(to_leader[0].kind, later);
        tracker.reminded(to_leader[0].key);
        let again = tracker.reminders(morning);
        assert!(
            !again
                .iter()
                .any(|it| it.person == Some(leader()) && it.kind == earlier)
        );
    }
}

/// A host that stores what `next` says never misses what a report made due.
#[test]
fn d33_what_is_due_now_is_next() {
    let mut tracker = tracker();
    tracker.polled(None, after(DAY)).unwrap();
    see(&mut tracker, TIMED_OUT, DAY + 3);
    assert_eq!(tracker.next(after(DAY + 3)), Some(after(DAY + 3)));
    assert_eq!(tracker.next_poll(after(DAY + 3)), None);
    assert_eq!(tracker.next(after(DAY + 9)), Some(after(DAY + 9)));
    tracker.reminded("resubmit".parse().unwrap());
    assert_eq!(tracker.next(after(DAY + 9)), None);
    let fresh = self::tracker();
    assert_eq!(fresh.next(begin()), Some(begin()));
    assert_eq!(fresh.next(begin() - TimeDelta::hours(1)), Some(begin()));
}

#[test]
fn what_a_page_shows_is_written_as_json() {
    let mut tracker = tracker();
    let json = |value: serde_json::Value| value.to_string();
    let deadline = serde_json::to_value(tracker.deadline(begin())).unwrap();
    assert_eq!(
        json(deadline),
        r#"{"earliest":"2024-05-02T02:00:00Z","latest":null}"#
    );
    see(&mut tracker, DONE, 1);
    let status = serde_json::to_value(tracker.status(after(1))).unwrap();
    assert_eq!(
        json(status),
        r#"{"at":"2024-05-01T02:01:00Z","name":"done"}"#
    );
    let standing = serde_json::to_value(standing(&tracker, 1)).unwrap();
    assert_eq!(
        json(standing),
        r#"{"at":"2024-05-01T02:01:00Z","name":"verified"}"#
    );
    for status in [
        TrackerStatus::Waiting,
        TrackerStatus::SaidDone,
        TrackerStatus::MayHaveEnded,
    ] {
        let value = serde_json::to_value(status).unwrap();
        assert_eq!(value["name"], status.name());
    }
    let key: ReminderKey = serde_json::from_str(r#""message_due-1-2""#).unwrap();
    assert_eq!(serde_json::to_string(&key).unwrap(), r#""message_due-1-2""#);
    assert!(serde_json::from_str::<ReminderKey>(r#""half_time""#).is_err());
}

fn kinds() -> impl Strategy<Value = FactKind> {
    prop::sample::select(vec![
        DONE,
        TIMED_OUT,
        WAITING,
        FactKind::Returned(ReturnCause::WindowClosed),
        FactKind::Returned(ReturnCause::AdministrationDecision),
        FactKind::Approved,
        FactKind::Received(leader()),
        FactKind::ResendAsked(leader()),
        FactKind::Passed(leader()),
        FactKind::NothingCame(leader()),
        FactKind::NothingCame("19900000002".parse().unwrap()),
    ])
}

fn trackers() -> impl Strategy<Value = Tracker> {
    let facts = prop::collection::vec((kinds(), 0..2 * DAY, any::<bool>()), 0..8);
    let interval = 0..120_i64;
    (facts, interval, any::<bool>(), 0..3 * DAY).prop_map(|(facts, by, of_night, reminded)| {
        let mut tracker = tracker().submitted_by(after(by));
        if of_night {
            tracker = quiet(tracker).of_type(FilingType::CancelAccess);
        }
        for (kind, minute, seen) in facts {
            if seen {
                see(&mut tracker, kind, minute);
            } else {
                told(&mut tracker, kind, minute);
            }
        }
        for reminder in tracker.reminders(after(reminded)) {
            tracker.reminded(reminder.key);
        }
        tracker
    })
}

proptest! {
    #![proptest_config(crate::support::config())]

    #[test]
    fn d33_a_stored_tracker_is_the_same(tracker in trackers()) {
        let json = serde_json::to_string(&tracker).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Tracker>(&json).unwrap(), &tracker);
        let compact = postcard::to_allocvec(&tracker).unwrap();
        prop_assert_eq!(postcard::from_bytes::<Tracker>(&compact).unwrap(), tracker);
    }

    /// A host that does what is due at each instant it is told comes to the end, and sends nothing twice.
    #[test]
    fn d33_who_follows_the_schedule_never_spins_and_sends_each_reminder_once(tracker in trackers(), from in 0..DAY) {
        let mut tracker = tracker;
        let mut now = after(from);
        let mut sent = std::collections::BTreeSet::new();
        for _ in 0..400 {
            let Some(next) = tracker.next(now).filter(|next| *next < after(4 * DAY)) else {
                return Ok(());
            };
            prop_assert!(next >= now);
            let parts = [tracker.next_besides_polls(now), tracker.next_poll(now)];
            prop_assert_eq!(parts.into_iter().flatten().min(), Some(next));
            now = next;
            for reminder in tracker.reminders(now) {
                prop_assert!(sent.insert(reminder.key), "{} twice", reminder.key);
                tracker.reminded(reminder.key);
            }
            if tracker.next_poll(now) == Some(now) {
                tracker.polled(None, now).unwrap();
            }
            prop_assert!(tracker.next(now).is_none_or(|next| next > now));
        }
        prop_assert!(false, "a schedule without end");
    }

    /// Whatever the interval, nobody is told that they are late who may be in time.
    #[test]
    fn d33_a_wider_interval_makes_nobody_later(facts in prop::collection::vec((kinds(), 0..2 * DAY), 0..5), by in 0..120_i64, at in 0..2 * DAY) {
        let with = |by: i64| {
            let mut tracker = tracker().submitted_by(after(by));
            for (kind, minute) in &facts {
                told(&mut tracker, *kind, *minute);
            }
            tracker
        };
        let (exact, wide) = (with(0), with(by));
        prop_assert_eq!(exact.deadline(after(at)), wide.deadline(after(at)));
        prop_assert_eq!(exact.status(after(at)), wide.status(after(at)));
        let overdue = |tracker: &Tracker| matches!(standing(tracker, at), PersonStanding::MessageOverdue { .. });
        prop_assert!(overdue(&exact) || !overdue(&wide));
    }
}

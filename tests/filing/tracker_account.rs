//! A naive account of what a platform can know of a round (R15–R22, B14, B15, D33), and every short set of facts
//! held against it: of a submission known exactly and as an interval, with and without quiet hours.

use std::sync::LazyLock;

use beian::{
    MobileNumber, ReturnCause, Tracker, VerificationPolicy,
    tracker::{
        Deadline, Fact, FactKind, PersonStanding, RegulatorStatus, ReminderKind, TrackerStatus,
    },
};
use chrono::{DateTime, NaiveTime, TimeDelta, Utc};

use crate::support::{leader_and_administrator, mobiles};

/// Microseconds since the earliest submission; a minute of them.
type At = i64;
const MINUTE: At = 60_000_000;
const WINDOW: At = 24 * 60 * MINUTE;

/// 21:50 in Beijing, so that messages are due in the quiet hours.
fn begin() -> DateTime<Utc> {
    static READ: LazyLock<DateTime<Utc>> =
        LazyLock::new(|| "2024-05-01T21:50:00+08:00".parse().unwrap());
    *READ
}

fn instant(at: At) -> DateTime<Utc> {
    begin() + TimeDelta::microseconds(at)
}

/// What is known at an instant, in the order in which it happened.
struct Account {
    /// What is heard of a round comes after its submission, whenever it is heard.
    submitted_by: At,
    quiet: bool,
    facts: Vec<(At, FactKind)>,
    now: At,
}

impl Account {
    fn of(&self, kind: FactKind) -> Vec<At> {
        let same = self.facts.iter().filter(|(_, is)| *is == kind);
        same.map(|(at, _)| *at).collect()
    }

    fn regulator(&self, status: RegulatorStatus) -> Option<At> {
        self.of(FactKind::Regulator(status)).last().copied()
    }

    fn returned(&self) -> Option<(At, ReturnCause)> {
        let causes = [
            ReturnCause::AdministrationDecision,
            ReturnCause::WindowClosed,
        ];
        let all = causes.map(|cause| (self.of(FactKind::Returned(cause)).last().copied(), cause));
        // At one instant in the order of the causes.
        let mut all: Vec<_> = all
            .into_iter()
            .filter_map(|(at, cause)| Some((at?, cause)))
            .collect();
        all.sort();
        all.pop()
    }

    /// The regulator's last word; a failure at the same instant, and a return before a time-out.
    fn end(&self) -> Option<TrackerStatus> {
        let done = self.regulator(RegulatorStatus::Done);
        let timed_out = self.regulator(RegulatorStatus::TimedOut);
        let returned = self.returned();
        let failed = timed_out.max(returned.map(|(at, _)| at));
        let approved = self.of(FactKind::Approved).last().copied();
        let stands = |at: &At| failed.is_none_or(|failed| failed < *at);
        let (done, approved) = (done.filter(stands), approved.filter(stands));
        match (done.max(approved), failed) {
            (Some(at), _) if approved == Some(at) => {
                Some(TrackerStatus::Approved { at: instant(at) })
            }
            (Some(at), _) => Some(TrackerStatus::Done { at: instant(at) }),
            (_, None) => None,
            (_, Some(_)) => Some(match (returned, timed_out) {
                (Some((at, cause)), _) => TrackerStatus::Returned {
                    at: instant(at),
                    cause,
                },
                (None, Some(at)) => TrackerStatus::TimedOut { at: instant(at) },
                (None, None) => panic!("no failure"),
            }),
        }
    }

    /// Between which instants each message was sent: the first, and at most two resends.
    fn sent(&self, person: MobileNumber) -> Vec<(At, At)> {
        let resends = self.of(FactKind::ResendAsked(person)).into_iter().take(2);
        let mut sent = vec![(0, self.submitted_by)];
        sent.extend(resends.map(|at| (at, at)));
        sent
    }

    /// What a person said last of the message that was sent last: that it came, or that it didn't; and when.
    fn words(&self, person: MobileNumber) -> Vec<(At, bool)> {
        let mut words: Vec<(At, bool)> = Vec::new();
        words.extend(
            self.of(FactKind::Received(person))
                .into_iter()
                .map(|at| (at, true)),
        );
        words.extend(
            self.of(FactKind::NothingCame(person))
                .into_iter()
                .map(|at| (at, false)),
        );
        // Of both at once, the one that asks for a step.
        words.sort_by_key(|(at, came)| (*at, !came));
        words
    }

    fn last_word(&self, person: MobileNumber) -> Option<(At, bool)> {
        let since = self.sent(person).last().unwrap().0;
        self.words(person).into_iter().rfind(|(at, _)| *at >= since)
    }

    /// The first instant by which a message had come, unless that was taken back before the next was sent.
    fn came_by(&self, person: MobileNumber) -> Option<At> {
        let sent = self.sent(person);
        let words = self.words(person);
        let mut kept = Vec::new();
        for (n, (from, _)) in sent.iter().enumerate() {
            let next = sent.get(n + 1).map_or(At::MAX, |(next, _)| *next);
            let of_it = words.iter().filter(|(at, _)| (*from..next).contains(at));
            let denied = of_it.clone().rfind(|(_, came)| !came).map(|(at, _)| *at);
            let came = of_it.filter(|(at, came)| *came && denied.is_none_or(|denied| *at > denied));
            kept.extend(came.map(|(at, _)| *at));
        }
        kept.into_iter().min()
    }

    fn all_passed(&self) -> Option<At> {
        let passed = mobiles().map(|person| self.of(FactKind::Passed(person)).first().copied());
        passed
            .into_iter()
            .collect::<Option<Vec<_>>>()?
            .into_iter()
            .max()
    }

    /// Who has yet to verify, by what is said; everybody, if the regulator doesn't believe it.
    fn to_verify(&self) -> Vec<usize> {
        let waiting = self.regulator(RegulatorStatus::Waiting);
        let doubted = self
            .all_passed()
            .is_some_and(|passed| waiting >= Some(passed));
        let persons = mobiles().into_iter().enumerate();
        let silent = persons.filter(|(_, it)| doubted || self.of(FactKind::Passed(*it)).is_empty());
        silent.map(|(n, _)| n).collect()
    }

    fn deadline(&self) -> Option<(At, Option<At>)> {
        let persons = self.to_verify();
        if self.end().is_some() || persons.is_empty() {
            return None;
        }
        let earliest = self
            .regulator(RegulatorStatus::Waiting)
            .map_or(WINDOW, |at| at.max(WINDOW));
        let came = persons
            .into_iter()
            .filter_map(|n| self.came_by(mobiles()[n]))
            .min();
        let latest = came
            .map(|at| at + WINDOW)
            .filter(|latest| *latest >= earliest);
        Some((earliest, latest))
    }

    fn status(&self) -> TrackerStatus {
        match (self.end(), self.deadline()) {
            (Some(end), _) => end,
            (None, None) => TrackerStatus::SaidDone,
            (None, Some((earliest, _))) if self.now > earliest => TrackerStatus::MayHaveEnded,
            (None, Some(_)) => TrackerStatus::Waiting,
        }
    }

    fn standing(&self, person: MobileNumber) -> PersonStanding {
        let reviewed = |cause: ReturnCause| cause == ReturnCause::AdministrationDecision;
        let done = match self.end() {
            Some(TrackerStatus::Done { at }) => Some(at),
            Some(TrackerStatus::Approved { at }) => {
                Some(self.regulator(RegulatorStatus::Done).map_or(at, instant))
            }
            Some(TrackerStatus::Returned { cause, .. }) if reviewed(cause) => {
                self.regulator(RegulatorStatus::Done).map(instant)
            }
            _ => None,
        };
        if let Some(at) = done {
            return PersonStanding::Verified { at };
        }
        if let Some(at) = self.of(FactKind::Passed(person)).first() {
            return PersonStanding::Passed { at: instant(*at) };
        }
        let (from, by) = *self.sent(person).last().unwrap();
        let said = self
            .of(FactKind::Received(person))
            .into_iter()
            .any(|at| at >= from);
        let due = by + 10 * MINUTE;
        let ended = self.end().and_then(|end| end.at());
        let then = ended.map_or(self.now, |at| (at - begin()).num_microseconds().unwrap());
        match self.last_word(person) {
            Some((at, true)) => PersonStanding::Received { at: instant(at) },
            _ if then < due => PersonStanding::MessageExpected {
                from: instant(from + 5 * MINUTE),
                until: instant(due),
            },
            Some((at, false)) if said => PersonStanding::MessageOverdue {
                since: instant(at.max(due)),
            },
            _ => PersonStanding::MessageOverdue {
                since: instant(due),
            },
        }
    }

    fn resends_left(&self, person: MobileNumber) -> u8 {
        2_u8.saturating_sub(u8::try_from(self.of(FactKind::ResendAsked(person)).len()).unwrap())
    }

    /// Every reminder that is due, with the instant at which it goes out.
    fn reminders(&self) -> Vec<(At, Option<MobileNumber>, ReminderKind)> {
        let mut all = Vec::new();
        match self.end() {
            Some(TrackerStatus::Done { .. } | TrackerStatus::Approved { .. }) => {}
            Some(end) => {
                let at = (end.at().unwrap() - begin()).num_microseconds().unwrap();
                all.push((at, None, ReminderKind::Resubmit));
            }
            None => {
                all.push((WINDOW + 1, None, ReminderKind::AskRegulator));
                for person in self.to_verify().into_iter().map(|n| mobiles()[n]) {
                    all.push((WINDOW / 2, Some(person), ReminderKind::HalfTime));
                    all.push((WINDOW / 6 * 5, Some(person), ReminderKind::LastCall));
                    let passed = !self.of(FactKind::Passed(person)).is_empty();
                    let word = self.last_word(person);
                    if passed || word.is_some_and(|(_, came)| came) {
                        continue;
                    }
                    let by = self.sent(person).last().unwrap().1;
                    let due = by + 10 * MINUTE;
                    if word.is_none() {
                        all.push((due, Some(person), ReminderKind::MessageDue));
                    }
                    let advised = word.map_or(by + 30 * MINUTE, |(denied, _)| denied.max(due));
                    if self.resends_left(person) > 0 {
                        all.push((advised, Some(person), ReminderKind::ResendAdvised));
                    }
                }
            }
        }
        for (due, _, _) in &mut all {
            *due = self.out_loud(*due);
        }
        // Of two that wait for the same morning, the later says it all.
        let both = all.clone();
        all.retain(|(due, person, kind)| {
            let later = match kind {
                ReminderKind::MessageDue => ReminderKind::ResendAdvised,
                ReminderKind::HalfTime => ReminderKind::LastCall,
                _ => return true,
            };
            !both.contains(&(*due, *person, later))
        });
        // Who comes late is as quiet.
        all.retain(|(due, _, _)| self.out_loud((*due).max(self.now)) <= self.now);
        all.sort();
        all
    }

    /// From 22:00 to 08:00 Beijing, which are 10 minutes and 10 hours 10 minutes after the begin, each day.
    fn out_loud(&self, due: At) -> At {
        let (quiet, wake) = (10 * MINUTE, 610 * MINUTE);
        let day = due.div_euclid(WINDOW) * WINDOW;
        let within = (quiet..wake).contains(&(due - day));
        let hurried = self
            .deadline()
            .is_some_and(|(earliest, _)| earliest < day + wake + 120 * MINUTE);
        if self.quiet && within && !hurried {
            day + wake
        } else {
            due
        }
    }
}

const KINDS: usize = 11;

fn kinds() -> [FactKind; KINDS] {
    let [leader, administrator] = mobiles();
    [
        FactKind::Regulator(RegulatorStatus::Waiting),
        FactKind::Regulator(RegulatorStatus::Done),
        FactKind::Regulator(RegulatorStatus::TimedOut),
        FactKind::Returned(ReturnCause::WindowClosed),
        FactKind::Returned(ReturnCause::AdministrationDecision),
        FactKind::Received(leader),
        FactKind::NothingCame(leader),
        FactKind::ResendAsked(leader),
        FactKind::Passed(leader),
        FactKind::Passed(administrator),
        FactKind::Approved,
    ]
}

fn tracker(submitted_by: At, quiet: bool) -> Tracker {
    let recipients = leader_and_administrator(VerificationPolicy::REGULATOR);
    let tracker = Tracker::new(&recipients, begin()).submitted_by(instant(submitted_by));
    let time = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
    if quiet {
        tracker.quiet_hours(time(22), time(8))
    } else {
        tracker
    }
}

fn agree(facts: &[(FactKind, At)]) {
    for (submitted_by, quiet) in [
        (0, false),
        (0, true),
        (8 * MINUTE, false),
        (50 * MINUTE, true),
    ] {
        let mut tracker = tracker(submitted_by, quiet);
        for (n, (kind, at)) in facts.iter().enumerate() {
            // Whether it was seen or happened makes no difference to these answers.
            let seen = n % 2 == 0;
            let fact = if seen {
                Fact::seen(*kind, instant(*at))
            } else {
                Fact::exact(*kind, instant(*at))
            };
            tracker.report(fact, instant(*at)).unwrap();
        }
        for now in [
            0, 9, 12, 20, 31, 47, 61, 90, 615, 725, 1205, 1441, 1446, 2060,
        ]
        .map(|it| it * MINUTE)
        {
            let mut known: Vec<_> = facts.iter().map(|(kind, at)| (*at, *kind)).collect();
            known.retain(|(at, _)| *at <= now);
            known.sort();
            let first = facts.iter().map(|(_, at)| *at).min();
            let account = Account {
                submitted_by: first.map_or(submitted_by, |first| first.min(submitted_by)),
                quiet,
                facts: known,
                now,
            };
            let at = instant(now);
            let what = || {
                format!(
                    "{facts:?} by {submitted_by} quiet {quiet} at {}",
                    now / MINUTE
                )
            };
            assert_eq!(tracker.status(at), account.status(), "{}", what());
            let deadline = account.deadline().map(|(earliest, latest)| Deadline {
                earliest: instant(earliest),
                latest: latest.map(instant),
            });
            assert_eq!(tracker.deadline(at), deadline, "{}", what());
            for person in mobiles() {
                let standing = Some(account.standing(person));
                assert_eq!(tracker.standing(&person, at), standing, "{}", what());
                let left = Some(account.resends_left(person));
                assert_eq!(tracker.resends_left(&person, at), left, "{}", what());
            }
            let reminders = tracker.reminders(at).into_iter();
            let reminders: Vec<_> = reminders.map(|it| (it.due, it.person, it.kind)).collect();
            let naive = account.reminders().into_iter();
            let naive: Vec<_> = naive
                .map(|(due, person, kind)| (instant(due), person, kind))
                .collect();
            assert_eq!(reminders, naive, "{}", what());
        }
    }
}

const MINUTES: [At; 4] = [3, 15, 46, 1445];

#[test]
fn d33_every_two_facts_are_answered_as_the_naive_account_has_it() {
    let all = kinds()
        .into_iter()
        .flat_map(|kind| MINUTES.map(|minute| (kind, minute * MINUTE)));
    let all: Vec<_> = all.collect();
    agree(&[]);
    for (n, first) in all.iter().enumerate() {
        agree(&[*first]);
        for second in &all[n + 1..] {
            agree(&[*first, *second]);
        }
    }
}

/// What one person says, and the regulator's word that it waits.
#[test]
fn r17_r21_d33_every_three_words_of_a_person_are_answered_as_the_naive_account_has_it() {
    let words = [0, 5, 6, 7].map(|n| kinds()[n]);
    let all = words
        .into_iter()
        .flat_map(|kind| MINUTES.map(|minute| (kind, minute * MINUTE)));
    let all: Vec<_> = all.collect();
    for (n, first) in all.iter().enumerate() {
        for (m, second) in all.iter().enumerate().skip(n + 1) {
            for third in &all[m + 1..] {
                agree(&[*first, *second, *third]);
            }
        }
    }
}

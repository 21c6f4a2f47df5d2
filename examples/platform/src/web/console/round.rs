//! A round of SMS verification: what is known of each person, and what is only expected.

use beian::{OrderStatus, tracker::PersonStanding};
use beian_web::pages::when::When;
use chrono::{DateTime, Utc};

use super::{Visit, filed::names};
use crate::{
    api::view::{step_of, words},
    order::{Order, Round},
};

/// A round.
pub(super) struct RoundView {
    pub(super) number: u32,
    pub(super) status: String,
    /// Whether that is the regulator's word.
    pub(super) reported: bool,
    /// Both bounds, in one sentence.
    pub(super) deadline: Option<String>,
    pub(super) left: Option<String>,
    pub(super) overdue: bool,
    /// When the regulator's status is looked at.
    pub(super) next_look: Option<When>,
    pub(super) persons: Vec<PersonView>,
    /// Words are still taken.
    pub(super) open: bool,
}

/// Somebody who must verify.
pub(super) struct PersonView {
    pub(super) place: usize,
    pub(super) names: Vec<String>,
    pub(super) mobile: String,
    pub(super) roles: String,
    pub(super) rule: String,
    pub(super) standing: String,
    pub(super) class: &'static str,
    pub(super) badge: &'static str,
    pub(super) next: String,
    pub(super) resends_left: u8,
    pub(super) link: String,
}

impl RoundView {
    pub(super) fn of(visit: &Visit, order: &Order, now: DateTime<Utc>) -> Option<Self> {
        let round = order.round.as_ref()?;
        let (lang, tracker) = (visit.lang, &round.tracker);
        let open = order.status() == OrderStatus::SmsVerification;
        let status = tracker.status(now);
        let deadline = tracker.deadline(now).filter(|_| open);
        let left = deadline.map(|it| it.earliest.signed_duration_since(now));
        let overdue = left.is_some_and(|left| left <= chrono::TimeDelta::zero());
        let look = order.next_poll(now);
        let look = look.filter(|_| visit.host.regulator.answers());
        Some(Self {
            number: round.number,
            status: status.text(lang),
            reported: status.at().is_some(),
            deadline: deadline.map(|deadline| deadline.text(lang)),
            left: left.filter(|_| !overdue).map(|left| lang.time_left(left)),
            overdue,
            next_look: look.map(When::minute),
            persons: persons(visit, order, round, now),
            open,
        })
    }
}

fn persons(visit: &Visit, order: &Order, round: &Round, now: DateTime<Utc>) -> Vec<PersonView> {
    let (lang, tracker) = (visit.lang, &round.tracker);
    let people = round.people().zip(tracker.persons()).enumerate();
    let person = |(place, ((mobile, person), (_, roles)))| {
        let mobile: &beian::MobileNumber = mobile;
        let person: &crate::order::Person = person;
        let roles: beian::Roles = roles;
        let standing = tracker.standing(mobile, now);
        let step = step_of(tracker, mobile, now);
        PersonView {
            place,
            names: names(order, mobile.digits()),
            mobile: mobile.digits().to_owned(),
            roles: roles.text(lang),
            rule: person.rule.clone(),
            class: standing.as_ref().map_or("over", class),
            badge: standing.map_or("", |standing| standing.label(lang)),
            standing: standing.map_or_else(String::new, |standing| standing.text(lang)),
            next: step.map_or_else(String::new, |step| words(step, lang)),
            resends_left: tracker.resends_left(mobile, now).unwrap_or(0),
            link: visit.host.person_link(person),
        }
    };
    people.map(person).collect()
}

/// Which colour the badge of a standing has.
const fn class(standing: &PersonStanding) -> &'static str {
    match standing {
        PersonStanding::MessageExpected { .. } => "over",
        PersonStanding::MessageOverdue { .. } => "bad",
        PersonStanding::Received { .. } | PersonStanding::Passed { .. } => "busy",
        PersonStanding::Verified { .. } => "good",
    }
}

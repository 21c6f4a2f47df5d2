//! The page of a person who must verify: made for a phone, opened by a link, without anybody's number or name.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Path, Query},
    http::StatusCode,
    response::Response,
    routing::get,
};
use beian::{
    Lang, MobileNumber, Tracker,
    host::Clock as _,
    tracker::{Advice, Fact, FactKind, NextStep},
};
use beian_web::{
    order_id::OrderId,
    pages::{Link, Page, when::When},
};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;

use super::{Sent, Visit, at_regulator, refusal, secret};
use crate::{
    api::view::{step_of, words},
    orders::OrderError,
    platform::Platform,
    store::Linked,
};

/// The persons' routes.
pub(super) fn router() -> Router<Arc<Platform>> {
    Router::new()
        .route("/p/{token}", get(show))
        .route("/p/{token}/{word}", get(back).post(report))
}

/// What a person can say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Word {
    Received,
    Nothing,
    Resend,
    Passed,
}

impl Word {
    const ALL: [Self; 4] = [Self::Received, Self::Nothing, Self::Resend, Self::Passed];

    const fn name(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Nothing => "nothing",
            Self::Resend => "resend",
            Self::Passed => "passed",
        }
    }

    fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|word| word.name() == name)
    }

    const fn kind(self) -> fn(MobileNumber) -> FactKind {
        match self {
            Self::Received => FactKind::Received,
            Self::Nothing => FactKind::NothingCame,
            Self::Resend => FactKind::ResendAsked,
            Self::Passed => FactKind::Passed,
        }
    }

    const fn of_kind(kind: &FactKind) -> Option<Self> {
        match kind {
            FactKind::Received(_) => Some(Self::Received),
            FactKind::NothingCame(_) => Some(Self::Nothing),
            FactKind::ResendAsked(_) => Some(Self::Resend),
            FactKind::Passed(_) => Some(Self::Passed),
            FactKind::Regulator(_) | FactKind::Approved | FactKind::Returned(_) => None,
        }
    }

    /// On the button.
    const fn text(self, lang: Lang) -> &'static str {
        match (self, lang) {
            (Self::Received, Lang::Zh) => "短信已收到",
            (Self::Received, Lang::En) => "The text has come",
            (Self::Nothing, Lang::Zh) => "没有收到短信",
            (Self::Nothing, Lang::En) => "Nothing has come",
            (Self::Resend, Lang::Zh) => "已申请重发",
            (Self::Resend, Lang::En) => "I asked for a resend",
            (Self::Passed, Lang::Zh) => "已完成核验",
            (Self::Passed, Lang::En) => "I have verified",
        }
    }
}

#[derive(askama::Template)]
#[template(path = "person_page.html")]
struct PersonPage {
    p: Page,
    address: String,
    todo: String,
    /// The person has verified, by their own word.
    is_done: bool,
    left: Option<String>,
    until: Option<When>,
    /// The regulator's page, where people can go there.
    regulator: Option<Link>,
    /// Where the sandbox's texts come.
    handsets: Option<String>,
    others: usize,
    buttons: Vec<Button>,
    /// What was noted last, and when.
    noted: Option<(&'static str, When)>,
    /// It was noted just now.
    is_new: bool,
    refused: Option<String>,
}

#[derive(Clone)]
struct Button {
    name: &'static str,
    text: &'static str,
    last: bool,
}

#[derive(Deserialize)]
pub(super) struct Noted {
    #[serde(default)]
    noted: String,
}

async fn show(visit: Visit, Path(token): Path<String>, Query(noted): Query<Noted>) -> Response {
    let own = match person(&visit, &token).await {
        Ok(own) => own,
        Err(response) => return response,
    };
    match page(&visit, &token, own).await {
        Ok(mut page) => {
            let noted = Word::of_name(&noted.noted).map(|word| word.text(visit.lang));
            page.is_new = noted.is_some() && page.noted.as_ref().map(|(last, _)| *last) == noted;
            visit.ok(&page)
        }
        Err(response) => response,
    }
}

/// A button's address, typed or kept.
async fn back(visit: Visit, Path((token, _)): Path<(String, String)>) -> Response {
    match person(&visit, &token).await {
        Ok(_) => visit.go(&address(&token)),
        Err(response) => response,
    }
}

async fn report(Path((token, word)): Path<(String, String)>, sent: Sent) -> Response {
    let visit = sent.visit;
    let own = match person(&visit, &token).await {
        Ok(own) => own,
        Err(response) => return response,
    };
    let Some(word) = Word::of_name(&word) else {
        return secret::not_found(&visit);
    };
    let platform = &visit.host;
    let why = match platform.orders.report_by_link(own, word.kind()).await {
        Ok(_) => {
            platform.bell.ring();
            return visit.go(&format!("{}?noted={}", address(&token), word.name()));
        }
        Err(OrderError::Step(why)) => why,
        Err(error) => return failed(&visit, &error),
    };
    let visit = visit.at(address(&token));
    let Some(text) = refusal(&why, visit.lang) else {
        return visit.failed(&why);
    };
    match page(&visit, &token, own).await {
        Ok(mut page) => {
            page.refused = Some(text);
            visit.answer(StatusCode::CONFLICT, &page)
        }
        Err(response) => response,
    }
}

fn address(token: &str) -> String {
    format!("/p/{token}")
}

/// Of which order and round, in which place.
type Own = (OrderId, u32, usize);

async fn person(visit: &Visit, token: &str) -> Result<Own, Response> {
    match secret::linked(visit, token).await? {
        Linked::Person(order, round, place) => Ok((order, round, place)),
        Linked::Customer(_) => Err(secret::not_found(visit)),
    }
}

fn failed(visit: &Visit, error: &OrderError) -> Response {
    if matches!(error, OrderError::NotFound) {
        return secret::not_found(visit);
    }
    visit.failed(error)
}

async fn page(
    visit: &Visit,
    token: &str,
    (id, number, place): Own,
) -> Result<PersonPage, Response> {
    let order = visit.host.orders.order(id).await;
    let order = order.map_err(|error| failed(visit, &error))?;
    let round = order.open_round().filter(|round| round.number == number);
    let own = round.and_then(|round| Some((&round.tracker, round.mobile(place)?)));
    let (tracker, mobile) = own.ok_or_else(|| secret::not_found(visit))?;
    let now = visit.host.clock.now();
    Ok(shown(visit, token, tracker, &mobile, now))
}

fn shown(
    visit: &Visit,
    token: &str,
    tracker: &Tracker,
    mobile: &MobileNumber,
    now: DateTime<Utc>,
) -> PersonPage {
    let lang = visit.lang;
    let standing = tracker.standing(mobile, now);
    let until = tracker.deadline(now).map(|deadline| deadline.earliest);
    let left = until.map(|until| until.signed_duration_since(now));
    let last = last_word(tracker, mobile);
    let step = step_of(tracker, mobile, now);
    PersonPage {
        p: visit.page(""),
        address: address(token),
        todo: step.map_or_else(String::new, |step| unbroken(&words(step, lang))),
        is_done: standing.is_some_and(|standing| standing.is_done()),
        left: left
            .filter(|left| *left > TimeDelta::zero())
            .map(|left| lang.time_left(left)),
        until: until.map(When::minute),
        regulator: regulator(visit, step),
        handsets: at_regulator(visit, "/handsets").filter(|_| visit.host.sandbox),
        others: waited_for(tracker, mobile, now),
        buttons: Word::ALL
            .map(|word| Button {
                name: word.name(),
                text: word.text(lang),
                last: last.is_some_and(|(last, _)| last == word),
            })
            .to_vec(),
        noted: last.map(|(word, at)| (word.text(lang), When::minute(at))),
        is_new: false,
        refused: None,
    }
}

/// No date is torn apart at the end of a line: a word joiner follows each hyphen in it.
fn unbroken(text: &str) -> String {
    let mut unbroken = String::with_capacity(text.len());
    let mut after_digit = false;
    for char in text.chars() {
        unbroken.push(char);
        if char == '-' && after_digit {
            unbroken.push('\u{2060}');
        }
        after_digit = char.is_ascii_digit();
    }
    unbroken
}

/// Where the person goes now.
fn regulator(visit: &Visit, step: Option<NextStep>) -> Option<Link> {
    let resends = step.is_some_and(|step| step.advice == Advice::AskForResend);
    let (page, text) = if resends {
        (
            "/regulator/resend",
            visit.t("前往申请重发", "Ask for a resend"),
        )
    } else {
        (
            "/regulator/verification",
            visit.t("前往填写验证码", "Enter the code"),
        )
    };
    Some(Link::new(at_regulator(visit, page)?, text))
}

/// How many others are still waited for, by what is reported.
fn waited_for(tracker: &Tracker, own: &MobileNumber, now: DateTime<Utc>) -> usize {
    let others = tracker.persons().filter(|(mobile, _)| *mobile != own);
    let standings = others.filter_map(|(mobile, _)| tracker.standing(mobile, now));
    standings.filter(|standing| !standing.is_done()).count()
}

/// What a person said last, and of when.
fn last_word(tracker: &Tracker, own: &MobileNumber) -> Option<(Word, DateTime<Utc>)> {
    let of_own = |fact: &&Fact| fact.kind().person().as_ref() == Some(own);
    let last = tracker.facts().iter().rfind(of_own)?;
    Some((Word::of_kind(last.kind())?, last.at()))
}

#[cfg(test)]
mod tests {
    use beian::{Recipient, Recipients, Role, VerificationPolicy};

    use super::*;

    fn tracker(numbers: &[&str]) -> Tracker {
        let person =
            |number: &&str| Recipient::new(number.parse().unwrap(), Role::EntityLeader, []);
        let people: Vec<_> = numbers.iter().map(person).collect();
        let recipients = Recipients::new(people, VerificationPolicy::REGULATOR).unwrap();
        Tracker::new(&recipients, DateTime::UNIX_EPOCH)
    }

    #[test]
    fn only_others_are_waited_for_and_only_until_they_are_done() {
        let numbers = ["19900000001", "19900000002", "19900000003"];
        let [one, two, _] = numbers.map(|number| number.parse().unwrap());
        let mut tracker = tracker(&numbers);
        let now = DateTime::UNIX_EPOCH + TimeDelta::hours(1);
        assert_eq!(waited_for(&tracker, &one, now), 2);
        tracker
            .report(Fact::exact(FactKind::Passed(two), now), now)
            .unwrap();
        assert_eq!(waited_for(&tracker, &one, now), 1);
        assert_eq!(waited_for(&tracker, &two, now), 2);
    }

    #[test]
    fn the_last_word_is_ones_own() {
        let numbers = ["19900000001", "19900000002"];
        let [one, two] = numbers.map(|number| number.parse().unwrap());
        let mut tracker = tracker(&numbers);
        let at = |minutes| DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes);
        assert_eq!(last_word(&tracker, &one), None);
        for (word, person, minutes) in [
            (Word::Nothing, one, 20),
            (Word::Received, one, 30),
            (Word::Passed, two, 40),
        ] {
            let fact = Fact::exact(word.kind()(person), at(minutes));
            tracker.report(fact, at(minutes)).unwrap();
        }
        assert_eq!(last_word(&tracker, &one), Some((Word::Received, at(30))));
        assert_eq!(last_word(&tracker, &two), Some((Word::Passed, at(40))));
    }

    #[test]
    fn dates_stay_in_one_piece() {
        assert_eq!(unbroken("在2026-12-01前"), "在2026-\u{2060}12-\u{2060}01前");
        assert_eq!(unbroken("a-b"), "a-b");
    }

    #[test]
    fn every_word_is_found_by_its_name() {
        for word in Word::ALL {
            assert_eq!(Word::of_name(word.name()), Some(word));
            let kind = word.kind()("19900000001".parse().unwrap());
            assert_eq!(Word::of_kind(&kind), Some(word));
        }
        assert_eq!(Word::of_name("approved"), None);
    }
}

//! P10: no more messages than the plan has, whatever is pressed, and none to a number of an order that nobody
//! accepted.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use beian::{
    FilingType, MobileNumber, Recipient, Recipients, Role, Tracker, VerificationPolicy,
    tracker::{Fact, FactKind},
};
use chrono::{DateTime, FixedOffset, NaiveTime, TimeDelta, Timelike as _, Utc};
use serde_json::{Value, json};
use sqlx::{Connection as _, Executor as _, Row as _, SqliteConnection};

use crate::support::{
    ADMINISTRATOR, Database, LEADER, Persons, Platform, Portal, eventually, id_of, initial, lines,
    stand_in::StandIn, token_of,
};

/// A word of a person's.
type Word = fn(MobileNumber) -> FactKind;

fn at(text: &Value) -> DateTime<Utc> {
    text.as_str().unwrap().parse().unwrap()
}

/// The instant of a line of the timeline.
fn line(order: &Value, kind: &str) -> DateTime<Utc> {
    let all = order["timeline"].as_array().unwrap();
    let line = all.iter().rfind(|line| line["kind"] == kind);
    at(&line.unwrap()["at"])
}

/// Keys of what stands on the handsets.
async fn keys(database: &Database) -> Vec<String> {
    let mut connection = SqliteConnection::connect(database.address()).await.unwrap();
    let rows = connection
        .fetch_all("select id from sandbox_reminder order by id")
        .await
        .unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

fn quiet() -> (NaiveTime, NaiveTime) {
    let hour = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
    (hour(22), hour(8))
}

/// The crate's tracker of a round, by what stands in the record.
async fn tracker(platform: &Platform, order: &Value) -> Tracker {
    let person = |(number, _): (&str, &str), role| {
        Recipient::new(number.parse::<MobileNumber>().unwrap(), role, [])
    };
    let recipients = [
        person(LEADER, Role::EntityLeader),
        person(ADMINISTRATOR, Role::ServiceAdministrator),
    ];
    let recipients = Recipients::new(recipients, VerificationPolicy::REGULATOR).unwrap();
    let mut connection = SqliteConnection::connect(platform.database.address())
        .await
        .unwrap();
    let data: String = connection
        .fetch_one("select data from filing_order")
        .await
        .unwrap()
        .get(0);
    let record: Value = serde_json::from_str(&data).unwrap();
    let submitted = record["timeline"].as_array().unwrap().iter();
    let submitted = submitted
        .rev()
        .find(|line| line["kind"] == "submitted")
        .unwrap();
    let (from, until) = quiet();
    Tracker::new(&recipients, at(&submitted["since"]))
        .submitted_by(line(order, "submitted"))
        .of_type(FilingType::Initial)
        .quiet_hours(from, until)
}

/// What is due to each person, step by step; each is sent once.
fn plan(
    tracker: &mut Tracker,
    now: DateTime<Utc>,
    sent: &mut Vec<(String, String, DateTime<Utc>)>,
) {
    for reminder in tracker.reminders(now) {
        tracker.reminded(reminder.key);
        if let Some(person) = reminder.person {
            sent.push((
                reminder.kind.name().to_owned(),
                person.to_string(),
                reminder.due,
            ));
        }
    }
}

/// What was sent to people, as the order tells it.
fn told(order: &Value) -> Vec<(String, String, DateTime<Utc>)> {
    let reminders = order["reminders"].as_array().unwrap().iter();
    let to_people = reminders.filter(|it| it.get("mobile").is_some());
    to_people
        .map(|it| {
            let text = |name: &str| it[name].as_str().unwrap().to_owned();
            (text("kind"), text("mobile"), at(&it["due"]))
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_p10_press_what_you_like_it_is_the_plan_s() {
    let regulator = StandIn::start().await;
    let mut platform = Platform::with(&["--regulator", &regulator.url()]);
    // From noon on, so that the morning after the quiet hours leaves time enough, and nobody is woken.
    let (_, clock) = platform.get("/sandbox/clock").await;
    let beijing = at(&clock["now"]) + TimeDelta::hours(8);
    let of_day = i64::from(beijing.time().num_seconds_from_midnight());
    platform.advance((36 * 3600 - of_day) % 86_400).await;
    let order = platform.submitted(&initial()).await;
    let (id, link) = (id_of(&order), token_of(&order["link"]));
    let mut expected = tracker(&platform, &order).await;
    let mut planned = Vec::new();
    let kinds: [(&str, Word); 3] = [
        ("nothing_came", FactKind::NothingCame),
        ("resend_asked", FactKind::ResendAsked),
        ("received", FactKind::Received),
    ];
    let mobile: MobileNumber = LEADER.0.parse().unwrap();
    let (mut pressed, mut refused, mut keys_before) = (0, 0, BTreeSet::new());
    for step in 0..72_usize {
        // Presses of everything, by the customer, at instants that the test names.
        for _ in 0..4 {
            let (name, kind) = kinds[(step + pressed) % 3];
            let (_, clock) = platform.get("/sandbox/clock").await;
            let now = at(&clock["now"]);
            let said = json!({ "kind": name, "mobile": LEADER.0, "at": clock["now"] });
            let path = format!("/api/orders/{id}/facts");
            let (status, answer) = platform
                .ask(reqwest::Method::POST, &path, Some(&link), Some(&said))
                .await;
            pressed += 1;
            match status {
                200 => expected
                    .report(Fact::exact(kind(mobile), now), now)
                    .unwrap(),
                409 => {
                    assert_eq!(answer["code"], "said_enough");
                    refused += 1;
                }
                other => panic!("{other}: {answer}"),
            }
        }
        let by = [60, 600, 3600, 7200][step % 4];
        platform.advance(by).await;
        if step % 20 == 19 {
            platform = platform.again();
        }
        // A look sees that it waits, and moves the deadline's words, not the reminders.
        let order = platform.order(&id).await;
        let (_, clock) = platform.get("/sandbox/clock").await;
        plan(&mut expected, at(&clock["now"]), &mut planned);
        let now: BTreeSet<_> = keys(&platform.database).await.into_iter().collect();
        assert!(now.is_superset(&keys_before));
        keys_before = now;
        assert_eq!(order["status"], "sms_verification");
    }
    assert!(refused > 200, "{pressed} pressed, {refused} refused");
    let order = platform.order(&id).await;
    let mut sent = told(&order);
    sent.sort();
    planned.sort();
    assert_eq!(sent, planned);
    // On the handsets is what was sent, once.
    let on_handsets = keys(&platform.database).await;
    assert_eq!(on_handsets.len(), sent.len(), "{on_handsets:?}");
    assert!(sent.len() <= 2 * 10, "{sent:?}");
    let prefix = format!("{id}-1-");
    assert!(on_handsets.iter().all(|key| key.starts_with(&prefix)));
    // Not at night.
    let beijing = FixedOffset::east_opt(8 * 3600).unwrap();
    for number in [LEADER.0, ADMINISTRATOR.0] {
        for reminder in platform.reminders(number).await {
            let hour = at(&reminder["sent_at"]).with_timezone(&beijing).hour();
            assert!((8..22).contains(&hour), "{reminder}");
        }
    }
}

/// Whoever files with somebody's number gets nothing sent to them: not before staff have accepted it.
#[tokio::test(flavor = "multi_thread")]
async fn attack_p10_a_number_of_no_accepted_order_gets_nothing() {
    let regulator = StandIn::start().await;
    let platform = Platform::with(&["--regulator", &regulator.url(), "--quiet-hours", "none"]);
    let mut ids = Vec::new();
    for _ in 0..20 {
        ids.push(id_of(&platform.file(&initial()).await));
    }
    assert_eq!(platform.give_back(&ids[1]).await.0, 200);
    assert_eq!(platform.step(&ids[2], "withdraw").await.0, 200);
    for id in &ids[..3] {
        for kind in ["nothing_came", "resend_asked", "received", "passed"] {
            let said = platform
                .report(id, &json!({ "kind": kind, "mobile": LEADER.0 }))
                .await;
            assert_eq!(
                (said.0, &said.1["code"]),
                (409, &json!("step_not_possible"))
            );
        }
    }
    for _ in 0..30 {
        platform.advance(3 * 3600).await;
    }
    assert!(keys(&platform.database).await.is_empty());
    // Accepted, and refused at the upload: nobody has to verify.
    regulator.behave(|_, _| {
        let refused = json!({ "code": "order_not_accepted", "title": "no", "problems": [] });
        crate::support::stand_in::Reply::Json(422, refused.to_string())
    });
    platform.accept(&ids[0]).await;
    platform.until(&ids[0], "returned").await;
    platform.advance(86_400).await;
    assert!(keys(&platform.database).await.is_empty());
}

/// An order that is over, or came back, sends nothing to people any more.
#[tokio::test(flavor = "multi_thread")]
async fn attack_p10_after_the_end_nobody_is_reminded() {
    let regulator = StandIn::start().await;
    let platform = Platform::with(&["--regulator", &regulator.url(), "--quiet-hours", "none"]);
    for end in ["done", "timed_out"] {
        let id = id_of(&platform.submitted(&initial()).await);
        platform.advance(700).await;
        let said = platform
            .report(&id, &json!({ "kind": "regulator", "status": end }))
            .await;
        assert_eq!(said.0, 200, "{}", said.1);
        if end == "timed_out" {
            assert_eq!(platform.step(&id, "withdraw").await.0, 200);
        }
        let before = keys(&platform.database).await;
        for _ in 0..20 {
            platform.advance(2 * 3600).await;
        }
        assert_eq!(keys(&platform.database).await, before, "{end}");
    }
}

/// Each round has its own; in no round is one sent twice, however the clock jumps.
#[tokio::test(flavor = "multi_thread")]
async fn attack_p10_attack_p13_a_jumping_clock_sends_nothing_twice() {
    let regulator = StandIn::start().await;
    let mut platform = Platform::with(&["--regulator", &regulator.url(), "--quiet-hours", "none"]);
    let id = id_of(&platform.submitted(&initial()).await);
    for days in [0_i64, 1, 7, 30, 365] {
        platform.advance(days * 86_400 + 1).await;
        platform = platform.again();
        platform.advance(0).await;
    }
    let order = platform.order(&id).await;
    let sent = told(&order);
    let kinds: BTreeSet<_> = sent
        .iter()
        .map(|(kind, person, _)| (kind.clone(), person.clone()))
        .collect();
    assert_eq!(kinds.len(), sent.len(), "{sent:?}");
    assert_eq!(keys(&platform.database).await.len(), sent.len());
    assert_eq!(lines(&order, "submitted"), 1);
    // The window of that round is long over: what is sent is bounded, and the next round begins anew.
    assert!(sent.len() <= 8, "{sent:?}");
    let said = platform
        .report(&id, &json!({ "kind": "regulator", "status": "timed_out" }))
        .await;
    assert_eq!(said.0, 200);
    assert_eq!(platform.step(&id, "resubmit").await.0, 200);
    platform.until(&id, "sms_verification").await;
    platform.advance(700).await;
    let again: Vec<_> = keys(&platform.database).await;
    let second = again
        .iter()
        .filter(|key| key.starts_with(&format!("{id}-2-")))
        .count();
    assert_eq!(second, 2, "{again:?}");
}

/// Sent, and the platform can't write that down, or dies before: sent again it is the same one.
#[tokio::test(flavor = "multi_thread")]
async fn attack_p10_what_was_sent_and_not_noted_is_sent_under_its_key() {
    let regulator = StandIn::start().await;
    let mut platform = Platform::with(&["--regulator", &regulator.url(), "--quiet-hours", "none"]);
    let id = id_of(&platform.submitted(&initial()).await);
    let database = Arc::clone(&platform.database);
    let trouble = "create trigger trouble before update of version on filing_order \
                   begin select raise(abort, 'trouble'); end";
    database.execute(trouble).await;
    platform.advance(700).await;
    for _ in 0..3 {
        platform = platform.again();
        platform.advance(1).await;
    }
    let sent = keys(&database).await;
    assert_eq!(sent.len(), 1, "{sent:?}");
    assert!(told(&platform.order(&id).await).is_empty());
    database.execute("drop trigger trouble").await;
    platform = platform.again();
    platform.advance(1).await;
    let sent = keys(&database).await;
    assert_eq!(sent.len(), 2, "one to each: {sent:?}");
    assert_eq!(told(&platform.order(&id).await).len(), 2);
}

/// Killed at any instant, between the sending and its record too: each goes out once, under its key, and none is
/// lost.
#[tokio::test(flavor = "multi_thread")]
async fn attack_p10_killed_at_any_instant_each_reminder_goes_out_once() {
    let portal = Portal::start();
    let url = portal.url();
    let options = ["--regulator", &url, "--quiet-hours", "none"];
    let mut platform = Platform::on(Arc::new(Database::file("platform")), &options);
    let mut ids = Vec::new();
    for n in 0..12 {
        let order = platform.submitted(&Persons::new(n).order("initial")).await;
        ids.push(id_of(&order));
    }
    for hour in 0..24_u64 {
        let url = platform.host.url("/sandbox/clock");
        let clock = json!({ "advance_seconds": 3600 }).to_string();
        let advance = platform.client.post(url).body(clock);
        let advance = advance.header("content-type", "application/json").send();
        let advance = tokio::spawn(advance);
        // Before anything went out, after some, after all.
        tokio::time::sleep(Duration::from_millis(10 + hour * 37 % 90)).await;
        platform = platform.again();
        let _ = advance.await;
    }
    // Whoever was killed held a lease, which a host that is alone gives up when it starts.
    for id in &ids {
        let all = eventually("all reminders", async || {
            let order = platform.order(id).await;
            let told = |kind: &str| {
                let reminders = order["reminders"].as_array().unwrap().iter();
                reminders.filter(|it| it["kind"] == kind).count()
            };
            let complete = ["message_due", "resend_advised", "half_time", "last_call"]
                .iter()
                .all(|kind| told(kind) >= 2);
            if !complete {
                platform.advance(60).await;
            }
            complete.then_some(order)
        });
        let order = all.await;
        let mut seen = BTreeSet::new();
        for reminder in order["reminders"].as_array().unwrap() {
            let what = format!("{} {}", reminder["kind"], reminder["mobile"]);
            assert!(seen.insert(what), "{order:#}");
        }
    }
    // What is on the handsets is what is written down, each once.
    let sent: usize = {
        let mut sent = 0;
        for n in 0..12 {
            for mobile in Persons::new(n).0 {
                let texts = platform.reminders(&mobile).await;
                let distinct: BTreeSet<_> = texts.iter().map(|it| it["text"].to_string()).collect();
                assert_eq!(distinct.len(), texts.len(), "{texts:#?}");
                sent += texts.len();
            }
        }
        sent
    };
    assert_eq!(sent, 12 * 2 * 4);
}

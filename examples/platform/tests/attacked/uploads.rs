//! P4: an order is handed in once, whatever happens between the upload and its record.

use std::{
    collections::BTreeSet,
    sync::Arc,
    time::{Duration, Instant},
};

use reqwest::Method;
use serde_json::json;
use tokio::time;

use crate::support::{
    Database, LAST_SIX, Persons, Platform, Portal, events, eventually, id_of, lines,
    stand_in::{Reply, StandIn},
};

/// Some random milliseconds below a bound.
fn random(below: u64) -> u64 {
    u64::from(getrandom::u32().unwrap()) % below
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_p4_killed_at_any_instant_each_order_is_filed_once() {
    const KILLS: u32 = 24;
    const AT_ONCE: u32 = 3;
    let portal = Portal::start();
    let url = portal.url();
    let options = ["--regulator", url.as_str()];
    let mut platform = Platform::with(&options);
    let mut filed = Vec::new();
    for kill in 0..KILLS {
        for n in 0..AT_ONCE {
            let persons = Persons::new(kill * AT_ONCE + n);
            let order = id_of(&platform.file(&persons.order("initial")).await);
            platform.accept(&order).await;
            filed.push((order, persons));
        }
        // An upload takes some milliseconds: of every one some kills are in the middle.
        time::sleep(Duration::from_millis(random(60))).await;
        platform = platform.again();
    }
    // What was cut off is tried again after half a minute.
    eventually("not all are submitted", async || {
        platform.advance(31).await;
        let path = "/api/orders?status=awaiting_submission&limit=200";
        let (_, waiting) = platform.get(path).await;
        waiting["items"]
            .as_array()
            .unwrap()
            .is_empty()
            .then_some(())
    })
    .await;
    let regulator = portal.regulator();
    let orders = regulator.orders().await;
    assert_eq!(orders.len(), filed.len(), "filed twice");
    for order in &orders {
        let counts = ["order_filed", "order_submitted", "round_opened"].map(|it| events(order, it));
        assert_eq!(counts, [1, 1, 1], "{order}");
    }
    let mut cut_off = 0;
    for (id, persons) in &filed {
        let order = platform.order(id).await;
        assert_eq!(order["status"], "sms_verification", "{order}");
        assert_eq!(
            (order["round"].as_u64(), lines(&order, "submitted")),
            (Some(1), 1)
        );
        for mobile in &persons.0 {
            regulator.code(mobile, 0).await;
            assert_eq!(regulator.codes(mobile).await.len(), 1, "codes of {mobile}");
        }
        let since = |kind: &str| {
            let all = order["timeline"].as_array().unwrap().iter();
            let line = all.clone().find(|line| line["kind"] == kind).unwrap();
            line["at"]
                .as_str()
                .unwrap()
                .parse::<chrono::DateTime<chrono::Utc>>()
                .unwrap()
        };
        cut_off +=
            usize::from(since("submitted") - since("accepted") > chrono::TimeDelta::seconds(20));
    }
    println!(
        "{} orders, {KILLS} kills, {cut_off} uploads cut off",
        filed.len()
    );
    assert!(cut_off > 0, "no kill came between an upload and its record");
    let (id, persons) = &filed[0];
    for (mobile, last_six) in persons.0.iter().zip(LAST_SIX) {
        regulator.verify(mobile, 0, last_six).await;
    }
    platform.advance(7200).await;
    platform.until(id, "administration_review").await;
}

/// The regulator takes the order, and the platform dies before it hears so.
#[tokio::test(flavor = "multi_thread")]
async fn attack_p4_a_try_that_was_cut_off_is_made_again_under_its_key() {
    for step in ["/api/orders", "/submit"] {
        let regulator = StandIn::start().await;
        let url = regulator.url();
        let platform = Platform::with(&["--regulator", &url]);
        regulator.behave(move |seen, book| {
            let answer = book.answer(seen);
            if seen.path.ends_with(step) {
                return Reply::Never;
            }
            answer
        });
        let id = id_of(&platform.file(&Persons::new(1).order("initial")).await);
        platform.accept(&id).await;
        eventually("nothing is uploaded", async || {
            let seen = regulator.seen();
            seen.iter().any(|it| it.path.ends_with(step)).then_some(())
        })
        .await;
        // It may be there: nobody takes it back meanwhile.
        assert_in_doubt(&platform, &id).await;
        let platform = platform.again();
        assert_in_doubt(&platform, &id).await;
        regulator.is_honest();
        platform.advance(31).await;
        let order = platform.until(&id, "sms_verification").await;
        assert_eq!(lines(&order, "submitted"), 1);
        let book = regulator.book();
        assert_eq!(book.orders.len(), 1, "{book:?}");
        assert!(
            book.rounds.values().all(|rounds| rounds.len() == 1),
            "{book:?}"
        );
        let seen = regulator.seen();
        let filings = seen.iter().filter(|it| it.path == "/api/orders");
        let filings: BTreeSet<_> = filings
            .map(|it| (it.header("idempotency-key"), it.body.clone()))
            .collect();
        assert_eq!(filings.len(), 1, "the same key, and the same bytes");
    }
}

async fn assert_in_doubt(platform: &Platform, id: &str) {
    for (status, refused) in [
        platform.step(id, "withdraw").await,
        platform.give_back(id).await,
    ] {
        assert_eq!((status, &refused["code"]), (409, &json!("upload_in_doubt")));
    }
}

/// An answer that comes too late is no answer; the next try has the same key.
#[tokio::test(flavor = "multi_thread")]
async fn attack_p4_an_answer_that_comes_too_late_files_nothing_twice() {
    let regulator = StandIn::start().await;
    let url = regulator.url();
    let platform = Platform::with(&["--regulator", &url]);
    regulator.behave(|seen, book| {
        let answer = book.answer(seen);
        if seen.path == "/api/orders" {
            return Reply::Late(Duration::from_secs(12), Box::new(answer));
        }
        answer
    });
    let id = id_of(&platform.file(&Persons::new(1).order("initial")).await);
    platform.accept(&id).await;
    let began = Instant::now();
    eventually("it waits for ever", async || {
        let order = platform.order(&id).await;
        assert_eq!(order["status"], "awaiting_submission");
        (lines(&order, "unanswered") == 1).then_some(())
    })
    .await;
    assert!(
        began.elapsed() < Duration::from_secs(12),
        "the time of an answer has no bound"
    );
    assert_in_doubt(&platform, &id).await;
    regulator.is_honest();
    platform.advance(60).await;
    let order = platform.until(&id, "sms_verification").await;
    assert_eq!(regulator.book().orders.len(), 1);
    // What comes now was asked before.
    time::sleep(Duration::from_secs(3)).await;
    let after = platform.order(&id).await;
    assert_eq!(after["version"], order["version"]);
    assert_eq!(lines(&after, "submitted"), 1);
}

/// Returned, and handed in again as it was, or changed: one filing a submission.
#[tokio::test(flavor = "multi_thread")]
async fn attack_p4_each_submission_is_one() {
    let regulator = StandIn::start().await;
    let url = regulator.url();
    let mut platform = Platform::with(&["--regulator", &url]);
    let order = Persons::new(1).order("initial");
    let id = id_of(&platform.submitted(&order).await);
    for round in 2..5_usize {
        regulator.behave(|seen, book| {
            if seen.method == "GET" {
                let body = json!({ "id": "r0", "status": "returned", "returned_because": "window_closed" });
                return Reply::Json(200, body.to_string());
            }
            let _ = book.answer(seen);
            Reply::Never
        });
        platform.advance(86_500).await;
        platform.until(&id, "returned").await;
        let (status, answer) = platform.step(&id, "resubmit").await;
        assert_eq!(status, 200, "{answer}");
        // Pressed twice.
        assert_eq!(platform.step(&id, "resubmit").await.0, 409);
        let rounds = || {
            regulator
                .book()
                .rounds
                .values()
                .map(Vec::len)
                .sum::<usize>()
        };
        eventually("nothing is uploaded", async || {
            (rounds() == round).then_some(())
        })
        .await;
        platform = platform.again();
        regulator.set_status("sms_verification");
        regulator.is_honest();
        platform.advance(31).await;
        let order = platform.until(&id, "sms_verification").await;
        assert_eq!(
            order["round"].as_u64().unwrap(),
            u64::try_from(round).unwrap()
        );
        let book = regulator.book();
        assert_eq!((book.orders.len(), rounds()), (1, round), "{book:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs MySQL: BEIAN_MYSQL"]
async fn attack_p4_two_platforms_file_an_order_once_mysql() {
    two_platforms(Database::on("platform", "BEIAN_MYSQL").await).await;
}

/// Each platform begins at another node.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a cluster of MySQL: BEIAN_CLUSTER"]
async fn attack_p4_two_platforms_file_an_order_once_cluster() {
    two_platforms(Database::on("platform", "BEIAN_CLUSTER").await).await;
}

async fn two_platforms(database: Database) {
    let portal = Portal::start();
    let url = portal.url();
    let database = Arc::new(database);
    let options = ["--regulator", url.as_str()];
    let mut platforms = [0, 1].map(|_| Some(Platform::on(Arc::clone(&database), &options)));
    let mut filed = Vec::new();
    for n in 0..12_u32 {
        let place = usize::try_from(n % 2).unwrap();
        for m in 0..3 {
            let persons = Persons::new(n * 3 + m);
            let platform = platforms[place].as_ref().unwrap();
            let id = id_of(&platform.file(&persons.order("initial")).await);
            platform.accept(&id).await;
            filed.push((id, persons));
        }
        time::sleep(Duration::from_millis(random(60))).await;
        let killed = platforms[1 - place].take().unwrap();
        platforms[1 - place] = Some(killed.again());
    }
    let platform = platforms[0].as_ref().unwrap();
    // The leases of a killed one are over when their time is.
    database
        .execute("update filing_order set leased_until = 0")
        .await;
    eventually("not all are submitted", async || {
        platform.advance(31).await;
        let (_, waiting) = platform
            .get("/api/orders?status=awaiting_submission&limit=200")
            .await;
        waiting["items"]
            .as_array()
            .unwrap()
            .is_empty()
            .then_some(())
    })
    .await;
    let regulator = portal.regulator();
    let orders = regulator.orders().await;
    assert_eq!(orders.len(), filed.len(), "filed twice");
    for (_, persons) in &filed {
        for mobile in &persons.0 {
            regulator.code(mobile, 0).await;
            assert_eq!(regulator.codes(mobile).await.len(), 1, "codes of {mobile}");
        }
    }
    let path = format!("/api/orders/{}", filed[0].0);
    for platform in platforms.iter().flatten() {
        let (status, order) = platform.ask(Method::GET, &path, None, None).await;
        assert_eq!(
            (status, &order["status"]),
            (200, &json!("sms_verification"))
        );
    }
}

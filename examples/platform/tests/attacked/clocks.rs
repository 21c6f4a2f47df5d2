//! P13: clocks that differ.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::support::{Platform, Portal, id_of, initial, stand_in::StandIn};

fn at(text: &Value) -> DateTime<Utc> {
    text.as_str().unwrap().parse().unwrap()
}

fn line(order: &Value, kind: &str) -> DateTime<Utc> {
    let all = order["timeline"].as_array().unwrap();
    at(&all.iter().find(|line| line["kind"] == kind).unwrap()["at"])
}

/// What is promised is earlier by what the clocks may differ, and never later than the real deadline.
#[tokio::test(flavor = "multi_thread")]
async fn attack_p13_no_deadline_is_promised_later_than_it_is() {
    for (differ, minutes) in [("0s", 0), ("10min", 10)] {
        let regulator = StandIn::start().await;
        let platform =
            Platform::with(&["--regulator", &regulator.url(), "--clocks-differ", differ]);
        let order = platform.submitted(&initial()).await;
        let (accepted, submitted) = (line(&order, "accepted"), line(&order, "submitted"));
        let earliest = at(&order["tracker"]["deadline"]["earliest"]);
        let day = TimeDelta::hours(24) - TimeDelta::minutes(minutes);
        // It was submitted between the two.
        assert!(
            (accepted + day..=submitted + day).contains(&earliest),
            "{differ}: {order}"
        );
    }
}

/// The upload that got no answer may have been the one that was taken: the deadline counts from the first try.
#[tokio::test(flavor = "multi_thread")]
async fn attack_p13_the_deadline_counts_from_the_first_try() {
    let regulator = StandIn::start().await;
    regulator.behave(|seen, book| {
        let _ = book.answer(seen);
        crate::support::stand_in::Reply::Close
    });
    let platform = Platform::with(&["--regulator", &regulator.url()]);
    let id = id_of(&platform.file(&initial()).await);
    platform.accept(&id).await;
    for _ in 0..4 {
        platform.advance(1800).await;
    }
    regulator.is_honest();
    platform.advance(3700).await;
    let order = platform.until(&id, "sms_verification").await;
    let day = TimeDelta::hours(24);
    let earliest = at(&order["tracker"]["deadline"]["earliest"]);
    assert!(
        earliest <= line(&order, "accepted") + day + TimeDelta::seconds(30),
        "{order}"
    );
    assert!(line(&order, "submitted") > line(&order, "accepted") + TimeDelta::hours(2));
}

/// The portal's clock is ahead by ten minutes, or behind: what is promised holds there.
#[tokio::test(flavor = "multi_thread")]
async fn attack_p13_a_regulator_ten_minutes_apart() {
    for ahead in [true, false] {
        let portal = Portal::start();
        let url = portal.url();
        let mut options = vec!["--regulator", url.as_str(), "--clocks-differ", "10min"];
        // Without the sandbox the clocks go as they like.
        options.extend(crate::support::NO_GATEWAY);
        let platform = Platform::with(&options);
        if ahead {
            let clock = json!({ "advance_seconds": 600 });
            portal
                .regulator()
                .ask(reqwest::Method::POST, "/sandbox/clock", Some(&clock))
                .await;
        }
        let order = platform.submitted(&initial()).await;
        let real = Utc::now() + TimeDelta::hours(24);
        let promised = at(&order["tracker"]["deadline"]["earliest"]);
        assert!(
            promised <= real - TimeDelta::minutes(10) + TimeDelta::seconds(5),
            "{order}"
        );
        // What the portal says it saw doesn't change who is told what.
        assert_eq!(order["tracker"]["reported"], false);
    }
}

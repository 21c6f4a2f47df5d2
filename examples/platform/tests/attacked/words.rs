//! P9: what people say is their word, and nobody's fact.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    ADMINISTRATOR, LEADER, Platform, id_of, initial, lines, stand_in::StandIn, token_of,
};

const KINDS: [&str; 4] = ["received", "nothing_came", "resend_asked", "passed"];

/// Whatever they say, in whatever order: the order's life, what is reported, and what the others see stay.
#[tokio::test(flavor = "multi_thread")]
async fn attack_p9_false_words_change_nothing_but_whose_they_are() {
    let regulator = StandIn::start().await;
    let platform = Platform::with(&["--regulator", &regulator.url(), "--quiet-hours", "none"]);
    let order = platform.submitted(&initial()).await;
    let (id, link) = (id_of(&order), token_of(&order["link"]));
    let path = format!("/api/orders/{id}/facts");
    let other = |order: &Value| {
        let persons = order["tracker"]["persons"].as_array().unwrap();
        persons
            .iter()
            .find(|it| it["mobile"] == "199****0002")
            .unwrap()
            .clone()
    };
    let before = other(&order);
    for n in 0..60_usize {
        let kind = KINDS[n * 7 % 4];
        let said = json!({ "kind": kind, "mobile": LEADER.0 });
        let (status, answer) = platform
            .ask(Method::POST, &path, Some(&link), Some(&said))
            .await;
        if n < 40 {
            assert_eq!(status, 200, "{n}: {answer}");
        } else {
            assert_eq!((status, &answer["code"]), (409, &json!("said_enough")));
        }
        let now = platform.order(&id).await;
        assert_eq!(now["status"], "sms_verification");
        assert_eq!(
            (&now["round"], &now["tracker"]["reported"]),
            (&json!(1), &json!(false))
        );
        assert_eq!(other(&now), before, "{kind}");
    }
    // The others still may, and are still reminded.
    let said = json!({ "kind": "received", "mobile": ADMINISTRATOR.0 });
    assert_eq!(
        platform
            .ask(Method::POST, &path, Some(&link), Some(&said))
            .await
            .0,
        200
    );
    // Nothing is claimed though both say that they have verified.
    let said = json!({ "kind": "passed", "mobile": ADMINISTRATOR.0 });
    let (status, now) = platform
        .ask(Method::POST, &path, Some(&link), Some(&said))
        .await;
    assert_eq!((status, &now["status"]), (200, &json!("sms_verification")));
    assert_eq!(
        (&now["tracker"]["status"], &now["tracker"]["reported"]),
        (&json!("said_done"), &json!(false))
    );
    // The regulator knows better.
    platform.advance(7300).await;
    let now = platform.order(&id).await;
    assert_eq!(now["status"], "sms_verification");
    regulator.set_status("administration_review");
    platform.advance(7300).await;
    platform.until(&id, "administration_review").await;
    // And then nobody's word counts any more.
    let (status, answer) = platform
        .ask(Method::POST, &path, Some(&link), Some(&said))
        .await;
    assert_eq!(
        (status, &answer["code"]),
        (409, &json!("step_not_possible"))
    );
}

/// The regulator's words are staff's to report.
#[tokio::test(flavor = "multi_thread")]
async fn attack_p9_a_customer_reports_nothing_of_the_regulator_s() {
    let regulator = StandIn::start().await;
    let platform = Platform::with(&["--regulator", &regulator.url()]);
    let order = platform.submitted(&initial()).await;
    let (id, link) = (id_of(&order), token_of(&order["link"]));
    let path = format!("/api/orders/{id}/facts");
    for said in [
        json!({ "kind": "regulator", "status": "done" }),
        json!({ "kind": "regulator", "status": "timed_out" }),
        json!({ "kind": "regulator", "status": "waiting" }),
        json!({ "kind": "returned", "cause": "window_closed" }),
        json!({ "kind": "returned", "cause": "administration_decision" }),
    ] {
        let (status, answer) = platform
            .ask(Method::POST, &path, Some(&link), Some(&said))
            .await;
        assert_eq!(
            (status, &answer["code"]),
            (403, &json!("staff_only")),
            "{said}"
        );
    }
    for (step, body) in [
        ("decide", json!({ "approved": true })),
        ("accept", json!({ "version": 1 })),
        ("return", json!({ "reasons": [{ "text": "x" }] })),
        ("override", json!({ "roles": [] })),
    ] {
        let path = format!("/api/orders/{id}/{step}");
        let (status, _) = platform
            .ask(Method::POST, &path, Some(&link), Some(&body))
            .await;
        assert_eq!(status, 401, "{step}");
    }
    let now = platform.order(&id).await;
    assert_eq!(now["status"], "sms_verification");
    assert_eq!(now["tracker"]["reported"], false);
    assert_eq!(lines(&now, "returned") + lines(&now, "approved"), 0);
}

/// A word is a person's of this round, and of its time.
#[tokio::test(flavor = "multi_thread")]
async fn attack_p9_a_person_s_word_is_of_this_round() {
    let platform = Platform::with(&["--regulator", "hand"]);
    let id = id_of(&platform.file(&initial()).await);
    // Before there is a round.
    for kind in KINDS {
        let said = json!({ "kind": kind, "mobile": LEADER.0 });
        let (status, answer) = platform.report(&id, &said).await;
        assert_eq!(
            (status, &answer["code"]),
            (409, &json!("step_not_possible"))
        );
    }
    platform.accept(&id).await;
    let waiting = json!({ "kind": "regulator", "status": "waiting" });
    assert_eq!(platform.report(&id, &waiting).await.0, 200);
    // Of nobody in it, and of another time.
    for (said, code) in [
        (
            json!({ "kind": "passed", "mobile": "19900000077" }),
            "fact_refused",
        ),
        (
            json!({ "kind": "passed", "mobile": LEADER.0, "at": "2020-01-01T00:00:00Z" }),
            "fact_refused",
        ),
        (
            json!({ "kind": "passed", "mobile": LEADER.0, "at": "2099-01-01T00:00:00Z" }),
            "fact_refused",
        ),
    ] {
        let (status, answer) = platform.report(&id, &said).await;
        assert_eq!(
            (status, answer["code"].as_str().unwrap()),
            (422, code),
            "{said}"
        );
    }
    let order = platform.order(&id).await;
    assert!(KINDS.iter().all(|kind| lines(&order, kind) == 0));
}

//! P6 and P12: several at once, and the same again.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    Persons, Platform, id_of, initial, lines, person, read, stand_in::StandIn, token_of,
};

fn named(name: &str) -> Value {
    let mut order = initial();
    order["entity"]["name"] = name.into();
    order
}

/// Nobody accepts what they haven't seen, and no change is lost without a word.
#[tokio::test(flavor = "multi_thread")]
async fn attack_p6_a_change_against_an_accept() {
    let platform = Platform::with(&["--regulator", "hand"]);
    let (mut accepted, mut refused) = (0, 0);
    for round in 0..50 {
        let filed = platform.file(&named("甲公司")).await;
        let (id, link) = (id_of(&filed), token_of(&filed["link"]));
        let path = format!("/api/orders/{id}");
        let accept_path = format!("{path}/accept");
        let seen = json!({ "version": filed["version"] });
        let new = named("乙公司");
        let change = async {
            // Either may be first.
            tokio::time::sleep(Duration::from_micros(round * 37 % 700)).await;
            platform
                .ask(Method::PUT, &path, Some(&link), Some(&new))
                .await
        };
        let accept = async {
            tokio::time::sleep(Duration::from_micros(round * 137 % 9_000)).await;
            platform.post(&accept_path, &seen).await
        };
        let (change, accept) = tokio::join!(change, accept);
        let order = platform.order(&id).await;
        match (change.0, accept.0) {
            (200, 409) => {
                assert_eq!(accept.1["code"], "order_changed");
                assert_eq!(
                    (&order["status"], &order["entity"]),
                    (&json!("initial_review"), &json!("乙公司"))
                );
                refused += 1;
            }
            (409, 200) => {
                assert_eq!(change.1["code"], "step_not_possible");
                assert_eq!(
                    (&order["status"], &order["entity"]),
                    (&json!("awaiting_submission"), &json!("甲公司"))
                );
                accepted += 1;
            }
            other => panic!("{other:?}: {} {}", change.1, accept.1),
        }
    }
    println!("{accepted} accepted, {refused} changed first");
    assert!(accepted > 0 && refused > 0, "no race: {accepted} {refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_p6_two_of_staff_at_once() {
    let platform = Platform::with(&["--regulator", "hand"]);
    let reasons = json!({ "reasons": [{ "text": "名称不符" }] });
    for _ in 0..25 {
        let filed = platform.file(&initial()).await;
        let id = id_of(&filed);
        let seen = json!({ "version": filed["version"] });
        let (accept, back) = (
            format!("/api/orders/{id}/accept"),
            format!("/api/orders/{id}/return"),
        );
        // The same twice: one of them.
        let answers = tokio::join!(platform.post(&accept, &seen), platform.post(&accept, &seen));
        let mut statuses = [answers.0.0, answers.1.0];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409]);
        let answers = tokio::join!(
            platform.post(&back, &reasons),
            platform.post(&back, &reasons)
        );
        let mut statuses = [answers.0.0, answers.1.0];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409]);
        let order = platform.order(&id).await;
        assert_eq!(
            [lines(&order, "accepted"), lines(&order, "returned")],
            [1, 1]
        );
    }
    for _ in 0..25 {
        let filed = platform.file(&initial()).await;
        let id = id_of(&filed);
        let seen = json!({ "version": filed["version"] });
        let (accept, back) = (
            format!("/api/orders/{id}/accept"),
            format!("/api/orders/{id}/return"),
        );
        let (accepted, returned) = tokio::join!(
            platform.post(&accept, &seen),
            platform.post(&back, &reasons)
        );
        let order = platform.order(&id).await;
        // What was accepted may be returned; what was returned isn't accepted.
        assert_eq!(returned.0, 200, "{}", returned.1);
        assert_eq!(order["status"], "returned", "{order}");
        let kinds: Vec<_> = order["timeline"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["kind"].clone())
            .collect();
        match accepted.0 {
            200 => assert_eq!(kinds, ["filed", "accepted", "returned"]),
            409 => assert_eq!(kinds, ["filed", "returned"]),
            other => panic!("{other}: {}", accepted.1),
        }
    }
}

/// Versions go up by one with each write: none is written over.
#[tokio::test(flavor = "multi_thread")]
async fn attack_p6_no_write_is_lost() {
    let platform = Platform::with(&["--regulator", "hand"]);
    let id = id_of(&platform.file(&initial()).await);
    let path = format!("/api/orders/{id}/override");
    let texted = json!({ "roles": ["entity_leader"] });
    let (link, nothing) = (format!("/api/orders/{id}/link"), json!({}));
    let mut done = 0;
    for _ in 0..10 {
        let answers = tokio::join!(
            platform.post(&path, &texted),
            platform.post(&link, &nothing),
            platform.post(&path, &texted),
            platform.post(&link, &nothing),
        );
        for (status, answer) in [answers.0, answers.1, answers.2, answers.3] {
            assert_eq!(status, 200, "{answer}");
            done += 1;
        }
    }
    let order = platform.order(&id).await;
    assert_eq!(order["version"].as_u64(), Some(1 + done));
    assert_eq!(
        lines(&order, "overridden") + lines(&order, "link_renewed"),
        40
    );
}

/// Who leaves an ID out means the one that is kept when it is written, not the one that was there a moment ago.
#[tokio::test(flavor = "multi_thread")]
async fn attack_p6_what_is_left_out_is_what_somebody_else_has_just_typed() {
    let regulator = StandIn::start().await;
    let platform = Platform::with(&["--regulator", &regulator.url()]);
    let mut without = initial();
    without["entity"]["leader"]
        .as_object_mut()
        .unwrap()
        .remove("id_document");
    for n in 0..30_u32 {
        let id = id_of(&platform.file(&initial()).await);
        let path = format!("/api/orders/{id}");
        let number = format!("EP{n:07}");
        let mut typed = initial();
        typed["entity"]["leader"] = person("19900000001", &number);
        let (one, two, three) = tokio::join!(
            platform.put(&path, &typed),
            platform.put(&path, &without),
            platform.put(&path, &without),
        );
        assert_eq!([one.0, two.0, three.0], [200; 3]);
        platform.accept(&id).await;
        platform.until(&id, "sms_verification").await;
        let seen = regulator.seen();
        let filing = seen.iter().rfind(|it| it.path == "/api/orders").unwrap();
        assert!(filing.body.contains(&number), "{number} is lost");
    }
}

async fn file(platform: &Platform, key: &str, order: &Value) -> (u16, Value) {
    let request = platform.request(Method::POST, "/api/orders", None);
    let request = request
        .header("idempotency-key", key)
        .header("content-type", "application/json");
    read(request.body(order.to_string()).send().await.unwrap()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_p12_a_key_is_one_order_s() {
    let platform = Platform::with(&["--regulator", "hand"]);
    let order = Persons::new(1).order("initial");
    let (status, first) = file(&platform, "k", &order).await;
    assert_eq!(status, 201);
    // The same again: the same order, as it is by now.
    let (status, again) = file(&platform, "k", &order).await;
    assert_eq!((status, &again["id"]), (201, &first["id"]));
    // Another body, were it but a space; another customer's.
    let reused = |answer: (u16, Value)| {
        assert_eq!(
            (answer.0, &answer.1["code"]),
            (422, &json!("idempotency_key_reused"))
        );
        assert_eq!(answer.1.get("id"), None);
        assert!(!answer.1.to_string().contains("/o/"), "{}", answer.1);
    };
    reused(file(&platform, "k", &Persons::new(2).order("initial")).await);
    let request = platform.request(Method::POST, "/api/orders", None);
    let request = request
        .header("idempotency-key", "k")
        .header("content-type", "application/json");
    reused(read(request.body(format!("{order} ")).send().await.unwrap()).await);
    // What is refused takes no key.
    let mut wrong = order.clone();
    wrong["province"] = "".into();
    assert_eq!(file(&platform, "w", &wrong).await.0, 422);
    assert_eq!(file(&platform, "w", &order).await.0, 201);
    // After the order is over.
    assert_eq!(platform.step(&id_of(&first), "withdraw").await.0, 200);
    reused(file(&platform, "k", &order).await);
    // What no key can be.
    for key in ["", "é"] {
        let request = platform.request(Method::POST, "/api/orders", None);
        let request = request
            .header("idempotency-key", key)
            .header("content-type", "application/json");
        let (status, answer) = read(request.body(order.to_string()).send().await.unwrap()).await;
        assert_eq!(
            (status, &answer["code"]),
            (422, &json!("malformed_parameter")),
            "{key:?}"
        );
    }
    let (_, list) = platform.get("/api/orders").await;
    assert_eq!(list["items"].as_array().unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_p12_the_same_key_at_once_is_one_order() {
    let platform = Arc::new(Platform::with(&["--regulator", "hand"]));
    for n in 0..10_u32 {
        let order = Persons::new(n).order("initial");
        let asked: Vec<_> = (0..8)
            .map(|_| {
                let (platform, order) = (Arc::clone(&platform), order.clone());
                tokio::spawn(async move { file(&platform, &format!("key {n}"), &order).await })
            })
            .collect();
        let mut ids = BTreeSet::new();
        for answer in asked {
            let (status, answer) = answer.await.unwrap();
            assert_eq!(status, 201, "{answer}");
            ids.insert(id_of(&answer));
        }
        assert_eq!(ids.len(), 1, "{ids:?}");
    }
    let (_, list) = platform.get("/api/orders").await;
    assert_eq!(list["items"].as_array().unwrap().len(), 10);
}

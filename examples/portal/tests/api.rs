//! The JSON API over SQLite.
#![allow(
    missing_docs,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a panic is how a test fails"
)]

mod support;

use std::{sync::Arc, time::Instant};

use reqwest::Method;
use serde_json::{Value, json};
use support::{ADMINISTRATOR, LEADER, Server, add_service, initial, read};

#[tokio::test(flavor = "multi_thread")]
async fn an_order_goes_from_filing_to_the_administration() {
    let server = Server::with(&["--sms-delay", "0s"]).await;
    let id = server.file(&initial()).await;
    let order = server.order(&id).await;
    assert_eq!(order["status"], "initial_review");
    assert_eq!(order["recipients"], json!([]));

    let (status, order) = server.step(&id, "submit").await;
    assert_eq!(
        (status, &order["status"]),
        (200, &json!("sms_verification"))
    );
    let code = server.code(LEADER.0, 0).await;
    let answer = server.verify(LEADER.0, &code, LEADER.1).await;
    assert_eq!(answer["result"], "waiting_for_others");
    assert_eq!(
        answer["message"],
        "您的短信核验完成，请等待其他核验人进行短信核验"
    );

    let order = server.order(&id).await;
    let leader = &order["recipients"][0];
    assert_eq!(leader["mobile"], "199****0001");
    assert_eq!(leader["roles"], json!(["entity_leader"]));
    assert_eq!(leader["state"], "verified");
    assert_eq!(
        (&leader["resends_left"], &leader["wrong_entries_left"]),
        (&json!(2), &json!(5))
    );
    assert_eq!(leader["window_closes_at"].as_str().unwrap().len(), 27);

    let code = server.code(ADMINISTRATOR.0, 0).await;
    let answer = server.verify(ADMINISTRATOR.0, &code, ADMINISTRATOR.1).await;
    assert_eq!(answer["result"], "all_verified");
    let order = server.order(&id).await;
    assert_eq!(order["status"], "administration_review");
    let types: Vec<_> = order["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| &e["type"])
        .collect();
    for expected in [
        "order_filed",
        "order_submitted",
        "round_opened",
        "person_verified",
        "round_completed",
    ] {
        assert!(types.contains(&&json!(expected)), "{expected}: {types:?}");
    }
    assert!(!order.to_string().contains("19900000001"));

    let (status, problem) = server.step(&id, "withdraw").await;
    assert_eq!(
        (status, &problem["code"]),
        (409, &json!("step_not_possible"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_filed_is_said_field_by_field() {
    let server = Server::sandbox().await;
    let mut order = initial();
    order["changes"] = json!(["entity"]);
    order["services"][0]["administrator"]["mobile"] = "4000000000".into();
    order["services"][0]["access"] = "unchanged".into();
    let (status, problem) = server.post("/api/orders", &order).await;
    assert_eq!(
        (status, &problem["code"]),
        (422, &json!("order_not_accepted"))
    );
    let problems = problem["problems"].as_array().unwrap();
    let hotline = problems
        .iter()
        .find(|p| p["field"] == "services[0].administrator.mobile");
    assert_eq!(hotline.unwrap()["code"], "mobile_hotline");
    assert_eq!(hotline.unwrap()["rule"], "B11");
    assert!(problems.iter().any(|p| p["code"] == "changes_unexpected"));
    assert!(problems.iter().any(|p| p["code"] == "access_unexpected"));

    let (status, problem) = server.post("/api/orders", &json!({ "filing": "x" })).await;
    assert_eq!((status, &problem["code"]), (422, &json!("malformed_body")));
    let (status, problem) = server.post("/api/orders", &json!({ "province": 11 })).await;
    let problems = problem["problems"].as_array().unwrap();
    let province = problems.iter().find(|p| p["field"] == "province").unwrap();
    assert_eq!((status, &province["code"]), (422, &json!("text_expected")));
    let whole = json!(["initial", [], "北京", {}, []]);
    let (status, problem) = server.post("/api/orders", &whole).await;
    assert_eq!((status, &problem["code"]), (422, &json!("malformed_body")));

    let response = server
        .request(Method::POST, "/api/orders")
        .body("{}")
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 415);
    let response = server.request(Method::POST, "/api/orders");
    let response = response
        .header("content-type", "application/json")
        .body("{")
        .send()
        .await
        .unwrap();
    let kind = response.headers()["content-type"].clone();
    let (status, problem) = read(response).await;
    assert_eq!((status, &problem["code"]), (400, &json!("malformed_json")));
    assert_eq!(kind, "application/problem+json");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_type_of_order_texts_whom_it_should() {
    let server = Server::sandbox().await;
    let cases: [(&str, Value, &[&str]); 8] = [
        ("initial", Value::Null, &["199****0001", "199****0002"]),
        ("add_service", Value::Null, &["199****0002"]),
        ("add_access", Value::Null, &["199****0002"]),
        ("modify", json!(["entity"]), &["199****0001"]),
        ("modify", json!(["remarks"]), &[]),
        ("deregister_entity", Value::Null, &["199****0001"]),
        ("deregister_service", Value::Null, &["199****0002"]),
        ("cancel_access", Value::Null, &[]),
    ];
    for (filing_type, changes, texted) in cases {
        let mut order = initial();
        order["filing_type"] = filing_type.into();
        if changes.is_array() {
            order["changes"] = changes;
        }
        if filing_type == "add_access" {
            order["services"][0]["access"] = "unchanged".into();
        }
        let id = server.file(&order).await;
        let (status, order) = server.step(&id, "submit").await;
        assert_eq!(status, 200, "{order}");
        let recipients = order["recipients"].as_array().unwrap();
        let mobiles: Vec<_> = recipients
            .iter()
            .map(|r| r["mobile"].as_str().unwrap())
            .collect();
        assert_eq!(mobiles, texted, "{filing_type}");
        let expected = if texted.is_empty() {
            "administration_review"
        } else {
            "sms_verification"
        };
        assert_eq!(order["status"], expected, "{filing_type}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_entries_lock_and_return_and_the_next_round_starts_anew() {
    let server = Server::with(&["--sms-delay", "0s"]).await;
    let id = server.file(&add_service()).await;
    server.step(&id, "submit").await;
    let (mobile, last_six) = ADMINISTRATOR;
    let code = server.code(mobile, 0).await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    for left in [4, 3, 2, 1, 0] {
        assert_eq!(
            server.verify(mobile, wrong, last_six).await["result"],
            "not_found"
        );
        let order = server.order(&id).await;
        assert_eq!(order["recipients"][0]["wrong_entries_left"], left);
    }
    assert_eq!(server.order(&id).await["recipients"][0]["state"], "locked");
    assert_eq!(
        server.verify(mobile, &code, last_six).await["result"],
        "not_found"
    );
    let order = server.order(&id).await;
    assert_eq!(order["status"], "returned");
    assert_eq!(order["returned_because"], "too_many_wrong_entries");

    let (status, order) = server.step(&id, "resubmit").await;
    assert_eq!(
        (status, &order["status"]),
        (200, &json!("sms_verification"))
    );
    let code = server.code(mobile, 1).await;
    assert_eq!(
        server.verify(mobile, &code, last_six).await["result"],
        "all_verified"
    );
    assert_eq!(server.order(&id).await["status"], "administration_review");
}

#[tokio::test(flavor = "multi_thread")]
async fn time_runs_out_by_the_sandbox_clock() {
    let server = Server::sandbox().await;
    let id = server.file(&add_service()).await;
    server.step(&id, "submit").await;
    server.advance(3).await;
    assert_eq!(server.messages(ADMINISTRATOR.0).await.len(), 1);
    server.advance(24 * 3600 + 5).await;
    let order = server.order(&id).await;
    assert_eq!(order["returned_because"], "window_closed");
    let returned = order["events"]
        .as_array()
        .unwrap()
        .iter()
        .find(|e| e["type"] == "round_returned");
    let returned = returned.unwrap();
    assert!(returned["at"].as_str().unwrap() < returned["noticed_at"].as_str().unwrap());
    let (_, page) = server.get("/api/orders?status=returned").await;
    assert_eq!(page["items"].as_array().unwrap().len(), 1);
    let (_, clock) = server.get("/sandbox/clock").await;
    assert_eq!(clock["offset_seconds"], 24 * 3600 + 8);
    let (status, _) = server
        .post("/sandbox/clock", &json!({ "advance_seconds": -1 }))
        .await;
    assert_eq!(status, 422);

    let folder = server.stop().await;
    let server = Server::within(folder, &[]).await;
    let (_, clock) = server.get("/sandbox/clock").await;
    assert_eq!(clock["offset_seconds"], 24 * 3600 + 8);
    assert_eq!(server.order(&id).await["status"], "returned");
}

#[tokio::test(flavor = "multi_thread")]
async fn resends_are_two_and_take_their_pause() {
    let server = Server::with(&["--sms-delay", "0s"]).await;
    let id = server.file(&add_service()).await;
    let (mobile, last_six) = ADMINISTRATOR;
    assert_eq!(
        server.resend(mobile, last_six).await["result"],
        "nothing_pending"
    );
    server.step(&id, "submit").await;
    server.code(mobile, 0).await;
    let answer = server.resend(mobile, last_six).await;
    assert_eq!(answer["result"], "too_soon");
    assert!(answer["retry_after_seconds"].as_u64().unwrap() <= 60);
    for n in 1..=2 {
        server.advance(61).await;
        let answer = server.resend(mobile, last_six).await;
        assert_eq!(answer["result"], "accepted");
        assert_eq!(answer["message"], "您的短信已发送成功。");
        assert!(answer.get("retry_after_seconds").is_none());
        server.code(mobile, n).await;
    }
    server.advance(61).await;
    assert_eq!(server.resend(mobile, last_six).await["result"], "none_left");
    assert_eq!(server.order(&id).await["recipients"][0]["resends_left"], 0);
    let code = server.code(mobile, 2).await;
    assert_eq!(
        server.verify(mobile, &code, last_six).await["result"],
        "all_verified"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_gateway_does_as_it_is_told() {
    let server = Server::with(&["--sms-delay", "0s"]).await;
    server.gateway("defer").await;
    let id = server.file(&add_service()).await;
    server.step(&id, "submit").await;
    server.advance(10).await;
    assert_eq!(
        server.order(&id).await["recipients"][0]["state"],
        "waiting_for_message"
    );
    server.gateway("refuse").await;
    server.advance(60).await;
    assert_eq!(
        server.order(&id).await["recipients"][0]["state"],
        "waiting_for_message"
    );
    server.gateway("accept_without_delivery").await;
    server.advance(3600).await;
    let order = server.order(&id).await;
    assert_eq!(order["recipients"][0]["state"], "waiting_for_code");
    assert!(server.messages(ADMINISTRATOR.0).await.is_empty());

    server.gateway("refuse").await;
    let other = server.file(&add_service()).await;
    server.step(&other, "submit").await;
    server.advance(24 * 3600 + 60).await;
    assert_eq!(
        server.order(&other).await["returned_because"],
        "unreachable"
    );
    let (status, _) = server
        .post("/sandbox/gateway", &json!({ "mode": "explode" }))
        .await;
    assert_eq!(status, 422);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeat_under_the_same_key_gets_the_first_answer() {
    let server = Server::with(&["--sms-delay", "0s"]).await;
    let id = server.file(&initial()).await;
    server.step(&id, "submit").await;
    let (mobile, last_six) = LEADER;
    let right = server.code(mobile, 0).await;
    let wrong = if right == "000000" {
        "000001"
    } else {
        "000000"
    };
    let send = async |code: &str, key: &str| {
        let body = json!({ "mobile": mobile, "code": code, "id_last6": last_six });
        let request = server.request(Method::POST, "/api/verifications");
        let request = request.header("content-type", "application/json");
        let request = request.header("idempotency-key", key);
        read(request.body(body.to_string()).send().await.unwrap())
            .await
            .1["result"]
            .clone()
    };
    for _ in 0..3 {
        assert_eq!(send(wrong, "one").await, "not_found");
    }
    assert_eq!(
        server.order(&id).await["recipients"][0]["wrong_entries_left"],
        4
    );
    assert_eq!(send(&right, "one").await, "not_found");
    for _ in 0..2 {
        assert_eq!(send(&right, "two").await, "waiting_for_others");
    }
    let malformed = json!({ "mobile": "123", "code": "12345", "id_last6": "1" });
    let (status, problem) = server.post("/api/verifications", &malformed).await;
    assert_eq!((status, &problem["code"]), (422, &json!("malformed_entry")));
    let fields: Vec<_> = problem["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| &p["field"])
        .collect();
    assert_eq!(fields, ["mobile", "code", "id_last6"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_filed_once_under_its_key() {
    let server = Server::sandbox().await;
    let file = |key: &str, body: &Value| {
        let request = server.request(Method::POST, "/api/orders");
        let request = request.header("content-type", "application/json");
        let request = request.header("idempotency-key", key);
        request.body(body.to_string()).send()
    };
    // All of them at once: one files it, and all get its answer.
    let all: Vec<_> = (0..8)
        .map(|_| tokio::spawn(file("order-4711", &initial())))
        .collect();
    let mut first = None;
    for answer in all {
        let (status, order) = read(answer.await.unwrap().unwrap()).await;
        assert_eq!(status, 201, "{order}");
        assert_eq!(*first.get_or_insert(order.clone()), order);
    }
    let first = first.unwrap();
    // The first answer, whatever became of the order.
    let (status, _) = server.step(first["id"].as_str().unwrap(), "submit").await;
    assert_eq!(status, 200);
    let again = read(file("order-4711", &initial()).await.unwrap()).await;
    assert_eq!(again, (201, first.clone()));
    let (status, problem) = read(file("order-4711", &add_service()).await.unwrap()).await;
    assert_eq!(
        (status, &problem["code"]),
        (422, &json!("idempotency_key_reused"))
    );
    let (status, other) = read(file("order-4712", &initial()).await.unwrap()).await;
    assert!(status == 201 && other["id"] != first["id"]);
    for key in ["", "two\twords", &"x".repeat(256)] {
        assert_eq!(file(key, &initial()).await.unwrap().status(), 422);
    }
    let (_, orders) = server.get("/api/orders").await;
    assert_eq!(orders["items"].as_array().unwrap().len(), 2);
}

/// A step under a key; without a body.
async fn step(server: &Server, id: &str, step: &str, key: &str) -> (u16, Value) {
    let path = format!("/api/orders/{id}/{step}");
    let request = server.request(Method::POST, &path);
    let request = request.header("idempotency-key", key);
    read(request.send().await.unwrap()).await
}

fn events(order: &Value, name: &str) -> usize {
    let events = order["events"].as_array().unwrap();
    events.iter().filter(|event| event["type"] == name).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_is_taken_once_under_its_key() {
    let server = Server::with(&["--sms-delay", "0s"]).await;
    let id = server.file(&add_service()).await;
    let other = server.file(&add_service()).await;
    let (mobile, last_six) = ADMINISTRATOR;
    let reused = json!("idempotency_key_reused");
    for _ in 0..2 {
        let (status, order) = step(&server, &id, "submit", "one").await;
        assert_eq!(status, 200, "{order}");
        assert_eq!(order["status"], "sms_verification");
        assert_eq!(events(&order, "round_opened"), 1);
    }
    // Another key, or none, is another request.
    assert_eq!(step(&server, &id, "submit", "two").await.0, 409);
    assert_eq!(server.step(&id, "submit").await.0, 409);
    // Another order, another step: neither is taken, now or without the key.
    for (order, name) in [(&other, "submit"), (&id, "resubmit"), (&other, "resubmit")] {
        let (status, problem) = step(&server, order, name, "one").await;
        assert_eq!((status, &problem["code"]), (422, &reused), "{name}");
    }
    assert_eq!(server.order(&other).await["status"], "initial_review");
    // A key that was refused is free; one that an order was filed under isn't.
    assert_eq!(step(&server, &other, "submit", "two").await.0, 200);
    let filed = server.request(Method::POST, "/api/orders");
    let filed = filed.header("content-type", "application/json");
    let filed = filed.header("idempotency-key", "three");
    let filed = filed.body(initial().to_string()).send().await.unwrap();
    let third = read(filed).await.1["id"].as_str().unwrap().to_owned();
    let (status, problem) = step(&server, &third, "submit", "three").await;
    assert_eq!((status, &problem["code"]), (422, &reused));

    // The order is returned: a repeat tells so, and another step wants another key.
    server.advance(8 * 24 * 3600).await;
    let (status, order) = step(&server, &id, "submit", "one").await;
    assert_eq!((status, &order["status"]), (200, &json!("returned")));
    for _ in 0..2 {
        let (status, order) = step(&server, &id, "resubmit", "four").await;
        assert_eq!(status, 200, "{order}");
        assert_eq!(events(&order, "round_opened"), 2);
    }
    // The round is over: a repeat gets the order as it is by now.
    let code = server.code(mobile, 2).await;
    server.verify(mobile, &code, last_six).await;
    for (name, key) in [("submit", "one"), ("resubmit", "four")] {
        let (status, order) = step(&server, &id, name, key).await;
        assert_eq!(status, 200, "{order}");
        assert_eq!(order["status"], "administration_review");
    }
    for key in ["", "two\twords", &"x".repeat(256)] {
        assert_eq!(step(&server, &id, "submit", key).await.0, 422);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_repeats_at_once_one_submits_and_all_get_the_order() {
    let server = Arc::new(Server::with(&["--sms-delay", "0s"]).await);
    for n in 0..5 {
        let id = server.file(&initial()).await;
        let key = format!("order-{n}");
        let all: Vec<_> = (0..8)
            .map(|_| {
                let (server, id, key) = (Arc::clone(&server), id.clone(), key.clone());
                tokio::spawn(async move { step(&server, &id, "submit", &key).await })
            })
            .collect();
        for answer in all {
            let (status, order) = answer.await.unwrap();
            assert_eq!(status, 200, "{order}");
        }
        let order = server.order(&id).await;
        assert_eq!(events(&order, "round_opened"), 1, "{order}");
        assert_eq!(events(&order, "order_submitted"), 1, "{order}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_page_and_filter() {
    let server = Server::sandbox().await;
    let mut ids = Vec::new();
    for _ in 0..5 {
        ids.push(server.file(&add_service()).await);
    }
    server.step(&ids[1], "withdraw").await;
    server.step(&ids[2], "submit").await;
    let (_, first) = server.get("/api/orders?limit=3").await;
    let (_, second) = server
        .get(&format!(
            "/api/orders?limit=3&after={}",
            first["next"].as_str().unwrap()
        ))
        .await;
    assert!(second.get("next").is_none());
    let all = [&first, &second]
        .map(|page| page["items"].as_array().unwrap().clone())
        .concat();
    let listed: Vec<_> = all
        .iter()
        .map(|order| order["id"].as_str().unwrap())
        .collect();
    assert_eq!(listed, ids);
    for (status, n) in [
        ("initial_review", 3),
        ("withdrawn", 1),
        ("sms_verification", 1),
        ("returned", 0),
    ] {
        let (_, page) = server.get(&format!("/api/orders?status={status}")).await;
        assert_eq!(page["items"].as_array().unwrap().len(), n, "{status}");
    }
    for query in ["status=lost", "after=1", "limit=0", "limit=x"] {
        assert_eq!(
            server.get(&format!("/api/orders?{query}")).await.0,
            422,
            "{query}"
        );
    }
    assert_eq!(
        server.get("/api/orders/000000000000000000000000").await.0,
        404
    );
    let (_, order) = server.step(&ids[2], "withdraw").await;
    assert_eq!(order["status"], "withdrawn");
    assert_eq!(server.step(&ids[2], "submit").await.0, 409);
    assert_eq!(server.step(&ids[3], "resubmit").await.0, 409);
}

#[tokio::test(flavor = "multi_thread")]
async fn beyond_loopback_the_console_needs_its_token_and_there_is_no_sandbox() {
    let token = "a-token-of-some-length";
    let options = [
        "--listen",
        "0.0.0.0:0",
        "--console-token",
        token,
        "--sandbox-beyond-loopback",
    ];
    let mut server = Server::with(&options).await;
    server.address = ([127, 0, 0, 1], server.address.port()).into();
    assert_eq!(server.get("/api/orders").await.0, 200);
    for path in ["/sandbox/messages", "/sandbox/clock"] {
        assert_eq!(server.get(path).await.0, 404);
    }
    let bare = server
        .client
        .get(server.url("/api/orders"))
        .send()
        .await
        .unwrap();
    assert_eq!(bare.status(), 401);
    let wrong = server
        .client
        .get(server.url("/api/orders"))
        .bearer_auth("another-token-of-length");
    assert_eq!(wrong.send().await.unwrap().status(), 401);
    // Public, and known and unknown numbers are limited alike.
    let id = server.file(&add_service()).await;
    server.step(&id, "submit").await;
    let mut counts = Vec::new();
    for mobile in [ADMINISTRATOR.0, "19900009999"] {
        let body = json!({ "mobile": mobile, "id_last6": "654321" }).to_string();
        let mut n = 0;
        let since = Instant::now();
        loop {
            let request = server.client.post(server.url("/api/resends"));
            let request = request
                .header("content-type", "application/json")
                .body(body.clone());
            let response = request.send().await.unwrap();
            if response.status() == 429 {
                let wait: u64 = response.headers()["retry-after"]
                    .to_str()
                    .unwrap()
                    .parse()
                    .unwrap();
                assert!((1..=60).contains(&wait));
                break;
            }
            assert_eq!(response.status(), 200);
            n += 1;
        }
        // Sixty, and one more for each second that has passed.
        counts.push((n, 61 + since.elapsed().as_secs()));
    }
    let as_said = |(n, most): &(u64, u64)| (60..=*most).contains(n);
    assert!(counts.iter().all(as_said), "{counts:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn other_sites_cannot_use_a_persons_browser() {
    let server = Server::sandbox().await;
    let id = server.file(&add_service()).await;
    let path = format!("/api/orders/{id}/withdraw");
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("origin", "http://evil.example"),
        ("host", "evil.example"),
    ] {
        let response = server
            .request(Method::POST, &path)
            .header(name, value)
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), 403, "{name}");
    }
    let own = server
        .request(Method::POST, &path)
        .header("origin", server.url(""))
        .send()
        .await
        .unwrap();
    assert_eq!(own.status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_runs_it_can_watch_it() {
    let server = Server::sandbox().await;
    server.file(&initial()).await;
    assert_eq!(server.get("/healthz").await, (200, json!("ok")));
    assert_eq!(server.get("/readyz").await, (200, json!("ready")));
    let (_, metrics) = server.get("/metrics").await;
    for name in [
        "portal_messages_total",
        "portal_wrong_entries_total",
        "portal_conflicts_total",
        "portal_due_lag_seconds",
    ] {
        assert!(metrics.as_str().unwrap().contains(name), "{name}");
    }
    let (_, document) = server.get("/openapi.json").await;
    for path in [
        "/api/orders",
        "/api/verifications",
        "/api/resends",
        "/sandbox/clock",
    ] {
        assert!(document["paths"].get(path).is_some(), "{path}");
    }
    let text = document.to_string();
    for code in [
        "step_not_possible",
        "too_many_requests",
        "mobile_hotline",
        "id_document_check_character",
    ] {
        assert!(
            text.contains(code) || code == "id_document_check_character",
            "{code}"
        );
    }
    let response = server
        .request(Method::GET, "/nothing")
        .send()
        .await
        .unwrap();
    let headers = response.headers().clone();
    assert!(
        headers["content-security-policy"]
            .to_str()
            .unwrap()
            .starts_with("default-src 'none'")
    );
    assert!(headers.contains_key("x-request-id"));
    assert_eq!(read(response).await.1["code"], "not_found");
    let big = json!({ "province": "x".repeat(600_000) });
    let (status, problem) = server.post("/api/orders", &big).await;
    assert_eq!((status, &problem["code"]), (413, &json!("body_too_large")));
}

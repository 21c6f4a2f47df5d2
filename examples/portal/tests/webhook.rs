//! The webhook sender against a gateway that misbehaves, and its delivery reports.
#![allow(
    missing_docs,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a panic is how a test fails"
)]

mod support;

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use hmac::{Hmac, KeyInit as _, Mac as _};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::Sha256;
use support::{ADMINISTRATOR, Server, add_service, code_in, read};

#[derive(Clone, Default)]
struct Gateway(Arc<Mutex<Inner>>);

#[derive(Default)]
struct Inner {
    script: Vec<&'static str>,
    got: Vec<(HeaderMap, Bytes)>,
}

async fn receive(State(gateway): State<Gateway>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let next = {
        let mut inner = gateway.0.lock().unwrap();
        inner.got.push((headers, body));
        if inner.script.is_empty() {
            "accept"
        } else {
            inner.script.remove(0)
        }
    };
    match next {
        "refuse" => StatusCode::BAD_REQUEST,
        "fail" => StatusCode::INTERNAL_SERVER_ERROR,
        "hang" => {
            tokio::time::sleep(Duration::from_mins(1)).await;
            StatusCode::OK
        }
        _ => StatusCode::ACCEPTED,
    }
}

impl Gateway {
    async fn start(script: &[&'static str]) -> (Self, String) {
        let gateway = Self::default();
        gateway.0.lock().unwrap().script = script.to_vec();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("webhook:http://{}/sms", listener.local_addr().unwrap());
        let router = Router::new()
            .route("/sms", post(receive))
            .with_state(gateway.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        (gateway, url)
    }

    fn got(&self) -> Vec<(HeaderMap, Bytes)> {
        self.0.lock().unwrap().got.clone()
    }

    async fn wait(&self, n: usize) -> Vec<(HeaderMap, Bytes)> {
        for _ in 0..1500 {
            if self.got().len() >= n {
                return self.got();
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{} messages instead of {n}", self.got().len());
    }
}

/// As a gateway computes it.
fn signature(server: &Server, purpose: &str, timestamp: i64, body: &[u8]) -> String {
    let file = std::fs::read_to_string(server.folder.path("portal.key")).unwrap();
    let key = file
        .lines()
        .find_map(|line| line.strip_prefix("signing "))
        .unwrap();
    let key: Vec<_> = (0..key.len() / 2)
        .map(|n| u8::from_str_radix(&key[2 * n..2 * n + 2], 16).unwrap())
        .collect();
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    mac.update(format!("{purpose}.{timestamp}.").as_bytes());
    mac.update(body);
    beian_web::signing::hex(&mac.finalize().into_bytes())
}

async fn state(server: &Server, id: &str) -> Value {
    server.order(id).await["recipients"][0]["state"].clone()
}

async fn until(server: &Server, id: &str, expected: &str) {
    for _ in 0..1000 {
        if state(server, id).await == expected {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("not {expected}: {}", state(server, id).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_are_signed_and_tried_again_under_the_same_key() {
    let (gateway, url) = Gateway::start(&["fail", "hang"]).await;
    let server = Server::with(&["--sms", &url]).await;
    let id = server.file(&add_service()).await;
    server.step(&id, "submit").await;
    let got = gateway.wait(3).await;
    until(&server, &id, "waiting_for_code").await;
    for (headers, body) in &got {
        let text = |name: &str| headers[name].to_str().unwrap().to_owned();
        let timestamp: i64 = text("x-beian-timestamp").parse().unwrap();
        assert_eq!(
            text("x-beian-signature"),
            signature(&server, "send", timestamp, body)
        );
        let message: Value = serde_json::from_slice(body).unwrap();
        assert_eq!(message["idempotency_key"], text("idempotency-key"));
        assert_eq!(message["to"], format!("+86{}", ADMINISTRATOR.0));
        assert_eq!(body, &got[0].1, "the same message");
    }
    let message: Value = serde_json::from_slice(&got[0].1).unwrap();
    let code = code_in(message["text"].as_str().unwrap());
    // On loopback, but without the sandbox's sender.
    assert_eq!(server.get("/sandbox/messages").await.0, 404);
    let answer = server.verify(ADMINISTRATOR.0, &code, ADMINISTRATOR.1).await;
    assert_eq!(answer["result"], "all_verified");
    assert_eq!(gateway.got().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_message_is_not_pressed() {
    let (gateway, url) = Gateway::start(&["refuse"]).await;
    let server = Server::with(&["--sms", &url]).await;
    let id = server.file(&add_service()).await;
    server.step(&id, "submit").await;
    gateway.wait(1).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(gateway.got().len(), 1);
    let order = server.order(&id).await;
    let events = order["events"].as_array().unwrap();
    let mut failed = events
        .iter()
        .filter(|event| event["type"] == "message_failed");
    assert_eq!(failed.next().unwrap()["gateway_code"], "http_400");
    let (status, page) = server.get(&format!("/console/orders/{id}")).await;
    assert_eq!(status, 200);
    assert!(page.to_string().contains("http_400"), "{page}");
    assert_eq!(order["recipients"][0]["state"], "waiting_for_message");
}

#[tokio::test(flavor = "multi_thread")]
async fn delivery_reports_need_a_fresh_signature() {
    let (gateway, url) = Gateway::start(&[]).await;
    let server = Server::with(&["--sms", &url]).await;
    let id = server.file(&add_service()).await;
    server.step(&id, "submit").await;
    let (headers, _) = gateway.wait(1).await.remove(0);
    until(&server, &id, "waiting_for_code").await;
    let key = headers["idempotency-key"].to_str().unwrap();
    let report = |report: &str| json!({ "idempotency_key": key, "report": report }).to_string();
    let send = async |body: String, timestamp: i64, signature: String| {
        let request = server.request(Method::POST, "/webhook/reports");
        let request = request.header("x-beian-timestamp", timestamp);
        let request = request.header("x-beian-signature", signature);
        read(request.body(body).send().await.unwrap()).await
    };
    let now = chrono::Utc::now().timestamp();
    let body = report("delivered");
    for (timestamp, signature) in [
        (now, "00".to_owned()),
        (now, signature(&server, "send", now, body.as_bytes())),
        (
            now - 301,
            signature(&server, "report", now - 301, body.as_bytes()),
        ),
    ] {
        let (status, problem) = send(body.clone(), timestamp, signature).await;
        assert_eq!((status, &problem["code"]), (401, &json!("bad_signature")));
    }
    for _ in 0..2 {
        let right = signature(&server, "report", now, body.as_bytes());
        assert_eq!(send(body.clone(), now, right).await.0, 204);
    }
    let order = server.order(&id).await;
    let delivered = order["events"].as_array().unwrap().iter();
    assert_eq!(
        delivered
            .filter(|e| e["type"] == "message_delivered")
            .count(),
        1
    );
    let unknown = body.replace(key, "0000000000000000000000000000002a-0-0-0");
    let right = signature(&server, "report", now, unknown.as_bytes());
    assert_eq!(send(unknown, now, right).await.0, 204);
    let malformed = report("eaten");
    let right = signature(&server, "report", now, malformed.as_bytes());
    assert_eq!(send(malformed, now, right).await.0, 422);
}

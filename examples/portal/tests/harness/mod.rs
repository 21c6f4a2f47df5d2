//! The program itself, as its users start it: processes, databases, and a gateway to send to.
#![allow(
    dead_code,
    missing_docs,
    unused_imports,
    unreachable_pub,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "each test takes what it needs; a panic is how a test fails"
)]

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{Json, Router, extract::State, http::StatusCode, routing::post};
use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::support::code_in;
pub use crate::support::shared::{
    Answer, Database, Host, LAST_SIX, Persons, call, client, eventually, execute, wrong,
};

/// A running portal; killed by its process id when dropped.
pub type Portal = Host;

impl Database {
    pub fn sqlite() -> Self {
        Self::file("portal")
    }

    /// On the server of `BEIAN_POSTGRES`; tests that need it are ignored where there is none.
    pub async fn postgres() -> Self {
        Self::on("portal", "BEIAN_POSTGRES").await
    }

    /// On the server of `BEIAN_MYSQL`.
    pub async fn mysql() -> Self {
        Self::on("portal", "BEIAN_MYSQL").await
    }

    /// On the nodes of `BEIAN_CLUSTER`, with commas between. Each portal gets another one first.
    pub async fn cluster() -> Self {
        Self::on("portal", "BEIAN_CLUSTER").await
    }

    /// As though the time of every lease were over: sessions that a killed portal held are taken up
    /// now, not a minute later. No portal may be running.
    pub async fn end_leases(&self) {
        let end = "update beian_session set leased_until = 0, due_at = wake_at";
        execute(self.address(), end.to_owned()).await;
    }
}

impl Host {
    /// Starts it and waits for its first line, which says where it listens.
    pub fn start(database: &Database, options: &[&str]) -> Self {
        Self::start_at(&database.next_address(), database, options)
    }

    /// The same at an address of the database's alone.
    pub fn start_at(address: &str, database: &Database, options: &[&str]) -> Self {
        let program = Path::new(env!("CARGO_BIN_EXE_portal"));
        Self::of(program, address, database, options)
    }
}

/// Of several portals: the sum of a counter.
pub async fn metric(client: &Client, portals: &[Portal], name: &str) -> u64 {
    let mut sum = 0;
    for portal in portals {
        let metrics = call(client, Method::GET, portal.address, "/metrics", None, None).await;
        let (status, metrics) = metrics.unwrap();
        assert_eq!(status, 200, "{metrics}");
        let lines = metrics.as_str().unwrap().lines();
        let value = lines.filter_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        sum += value
            .map(|value| value.parse::<u64>().unwrap())
            .sum::<u64>();
    }
    sum
}

/// How many events of a type an order has.
pub fn count(order: &Value, event: &str) -> usize {
    let events = order["events"].as_array().unwrap();
    events.iter().filter(|e| e["type"] == event).count()
}

pub fn entry(mobile: &str, code: &str, last_six: &str) -> Value {
    json!({ "mobile": mobile, "code": code, "id_last6": last_six })
}

/// A message as the gateway got it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    pub key: String,
    pub mobile: String,
    pub code: String,
}

/// A gateway on this machine that takes everything, and its time over the answer: what a portal that is
/// killed meanwhile has sent is in doubt.
#[derive(Clone, Default)]
pub struct Gateway {
    received: Arc<Mutex<Vec<Received>>>,
    by_mobile: Arc<Mutex<BTreeMap<String, Vec<Received>>>>,
}

impl Gateway {
    /// With the option that makes a portal send to it.
    pub async fn start() -> (Self, String) {
        let gateway = Self::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let option = format!("webhook:http://{}/", listener.local_addr().unwrap());
        let router = Router::new()
            .route("/", post(receive))
            .with_state(gateway.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        (gateway, option)
    }

    pub fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    pub fn count(&self) -> usize {
        self.received.lock().unwrap().len()
    }

    /// What one number got, oldest first.
    pub fn of(&self, mobile: &str) -> Vec<Received> {
        let by_mobile = self.by_mobile.lock().unwrap();
        by_mobile.get(mobile).cloned().unwrap_or_default()
    }
}

async fn receive(State(gateway): State<Gateway>, Json(message): Json<Value>) -> StatusCode {
    let text = |name: &str| message[name].as_str().unwrap().to_owned();
    let received = Received {
        key: text("idempotency_key"),
        mobile: text("to").strip_prefix("+86").unwrap().to_owned(),
        code: code_in(&text("text")),
    };
    gateway.received.lock().unwrap().push(received.clone());
    gateway
        .by_mobile
        .lock()
        .unwrap()
        .entry(received.mobile.clone())
        .or_default()
        .push(received);
    tokio::time::sleep(Duration::from_millis(20)).await;
    StatusCode::ACCEPTED
}

//! The program itself, as its users start it: processes, databases, and a gateway to send to.
#![allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "each test takes what it needs; a panic is how a test fails"
)]

use std::{
    collections::BTreeMap,
    fs::{self, OpenOptions},
    io::{BufRead as _, BufReader, Read as _},
    net::SocketAddr,
    process::{Child, ChildStdout, Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{Json, Router, extract::State, http::StatusCode, routing::post};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use sqlx::{AnyConnection, Connection as _, Executor as _};

use crate::support::{Folder, code_in, person};

static DATABASES: AtomicU32 = AtomicU32::new(0);

/// A database of its own, and the key file of the portals on it; gone afterwards.
pub struct Database {
    /// Where it is; of a cluster, at each of its nodes.
    pub addresses: Vec<String>,
    pub folder: Folder,
    /// Server and name, to be dropped.
    server: Option<(String, String)>,
    started: AtomicUsize,
}

impl Database {
    pub fn sqlite() -> Self {
        let folder = Folder::new();
        Self {
            addresses: vec![format!("sqlite:{}", folder.path("portal.db"))],
            folder,
            server: None,
            started: AtomicUsize::new(0),
        }
    }

    /// On the server of `BEIAN_POSTGRES`; tests that need it are ignored where there is none.
    pub async fn postgres() -> Self {
        Self::on("BEIAN_POSTGRES").await
    }

    /// On the server of `BEIAN_MYSQL`.
    pub async fn mysql() -> Self {
        Self::on("BEIAN_MYSQL").await
    }

    /// On the nodes of `BEIAN_CLUSTER`, with commas between. Each portal gets another one first.
    pub async fn cluster() -> Self {
        Self::on("BEIAN_CLUSTER").await
    }

    async fn on(variable: &str) -> Self {
        let servers = std::env::var(variable).unwrap();
        let n = DATABASES.fetch_add(1, Ordering::Relaxed);
        let name = format!("portal_heavy_{}_{n}", std::process::id());
        let first = servers.split(',').next().unwrap().to_owned();
        execute(&first, format!("create database {name}")).await;
        let named = |server: &str| named(server, &name);
        Self {
            addresses: servers.split(',').map(named).collect(),
            folder: Folder::new(),
            server: Some((first, name)),
            started: AtomicUsize::new(0),
        }
    }

    /// The first one.
    pub fn address(&self) -> &str {
        &self.addresses[0]
    }

    pub fn is_postgres(&self) -> bool {
        self.address().starts_with("postgres")
    }

    pub fn key_file(&self) -> String {
        self.folder.path("portal.key")
    }

    /// As the next portal is told it.
    fn next_address(&self) -> String {
        let mut addresses = self.addresses.clone();
        let places = addresses.len();
        addresses.rotate_left(self.started.fetch_add(1, Ordering::Relaxed) % places);
        addresses.join(",")
    }

    /// As though the time of every lease were over: sessions that a killed portal held are taken up
    /// now, not a minute later. No portal may be running.
    pub async fn end_leases(&self) {
        let end = "update beian_session set leased_until = 0, due_at = wake_at";
        execute(self.address(), end.to_owned()).await;
    }
}

/// The address with a database of that name in it.
pub fn named(server: &str, name: &str) -> String {
    let (address, options) = server.split_once('?').unwrap_or((server, ""));
    let (address, _) = address.rsplit_once('/').unwrap();
    format!("{address}/{name}?{options}")
}

pub async fn execute(address: &str, statement: String) {
    sqlx::any::install_default_drivers();
    let mut connection = AnyConnection::connect(address).await.unwrap();
    connection
        .execute(sqlx::AssertSqlSafe(statement))
        .await
        .unwrap();
    connection.close().await.unwrap();
}

impl Drop for Database {
    fn drop(&mut self) {
        let Some((server, name)) = self.server.take() else {
            return;
        };
        let force = if self.is_postgres() {
            " with (force)"
        } else {
            ""
        };
        // Not on the test's own runtime, which may be in the middle of unwinding.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            let drop = format!("drop database {name}{force}");
            runtime.unwrap().block_on(execute(&server, drop));
        });
        let _ = dropped.join();
    }
}

/// A running portal; killed by its process id when dropped.
pub struct Portal {
    pub address: SocketAddr,
    child: Child,
    output: BufReader<ChildStdout>,
}

impl Portal {
    /// Starts it and waits for its first line, which says where it listens.
    pub fn start(database: &Database, options: &[&str]) -> Self {
        Self::start_at(&database.next_address(), database, options)
    }

    /// The same at an address of the database's alone.
    pub fn start_at(address: &str, database: &Database, options: &[&str]) -> Self {
        let log = database.folder.path("log");
        let errors = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&log)
            .unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_portal"));
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("PORTAL_") {
                command.env_remove(name);
            }
        }
        let mut child = command
            .args(["--listen", "127.0.0.1:0"])
            .args(
                ["--log", "warn"]
                    .iter()
                    .filter(|_| !options.contains(&"--log")),
            )
            .args(["--database", address, "--key-file", &database.key_file()])
            .args(options)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(errors)
            .spawn()
            .unwrap();
        let mut first = String::new();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        output.read_line(&mut first).unwrap();
        let address = first.trim().strip_prefix("listening on http://");
        let address = address.and_then(|address| address.parse().ok());
        let Some(address) = address else {
            let _ = child.kill();
            let log = fs::read_to_string(log).unwrap_or_default();
            panic!("the portal says {first:?} first; its log: {log}");
        };
        Self {
            address,
            child,
            output,
        }
    }

    /// `kill -9`, and gone when this returns.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// What a portal that has ended wrote to standard output after its first line.
    pub fn output(&mut self) -> String {
        let mut rest = String::new();
        self.output.read_to_string(&mut rest).unwrap();
        rest
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

impl Drop for Portal {
    fn drop(&mut self) {
        self.kill();
    }
}

/// An answer: its status, and its body as JSON or as a string. An error: there was no answer.
pub type Answer = Result<(u16, Value), reqwest::Error>;

/// A client that waits for no answer for ever.
pub fn client() -> Client {
    let builder = Client::builder().no_proxy();
    builder.timeout(Duration::from_secs(30)).build().unwrap()
}

pub async fn call(
    client: &Client,
    method: Method,
    address: SocketAddr,
    path: &str,
    body: Option<&Value>,
    key: Option<&str>,
) -> Answer {
    let mut request = client.request(method, format!("http://{address}{path}"));
    if let Some(body) = body {
        let request_with_type = request.header("content-type", "application/json");
        request = request_with_type.body(body.to_string());
    }
    if let Some(key) = key {
        request = request.header("idempotency-key", key);
    }
    let response = request.send().await?;
    let status = response.status().as_u16();
    let text = response.text().await?;
    let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
    Ok((status, body))
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

/// Two persons whom no other order has: the leader's number and the administrator's.
#[derive(Debug, Clone)]
pub struct Persons(pub [String; 2]);

pub const LAST_SIX: [&str; 2] = ["345678", "654321"];

impl Persons {
    pub fn new(n: u32) -> Self {
        Self([0, 1].map(|role| format!("199{:08}", 2 * n + role)))
    }

    /// `initial` texts both, `add_service` the administrator alone.
    pub fn order(&self, filing_type: &str) -> Value {
        let [leader, administrator] = &self.0;
        json!({
            "filing_type": filing_type, "province": "北京",
            "entity": { "name": "示例公司", "leader": person(leader, "E12345678") },
            "services": [{
                "kind": "website", "name": "示例站",
                "administrator": person(administrator, "E87654321"),
            }],
        })
    }
}

pub fn entry(mobile: &str, code: &str, last_six: &str) -> Value {
    json!({ "mobile": mobile, "code": code, "id_last6": last_six })
}

/// The n-th code that isn't the right one.
pub fn wrong(right: &str, n: u32) -> String {
    let right: u32 = right.parse().unwrap();
    format!("{:06}", (right + 1 + n) % 1_000_000)
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

/// Asks again and again, for a minute at most, until there is an answer.
pub async fn eventually<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    for _ in 0..3000 {
        if let Some(answer) = ask().await {
            return answer;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("a minute has passed: {what}");
}

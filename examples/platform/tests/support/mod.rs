//! The platform as a process, with a portal on board, one beside it, or a regulator that does as it is told.
#![allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    unused_imports,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "each test takes what it needs; a panic is how a test fails"
)]

#[path = "../../../web/tests/shared/mod.rs"]
pub mod shared;
pub mod stand_in;

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
pub use shared::{
    ADMINISTRATOR, Database, Folder, Host, LAST_SIX, LEADER, Persons, add_service, call, client,
    code_in, eventually, initial, person, read, wrong,
};

pub const TOKEN: &str = "a-token-of-some-length";
/// Nobody listens there: with it nothing is a sandbox.
pub const NO_GATEWAY: [&str; 2] = ["--sms", "webhook:http://127.0.0.1:9/"];

fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_platform"))
}

/// The portal's program; made, if it isn't there.
fn portal_program() -> &'static Path {
    static PORTAL: OnceLock<PathBuf> = OnceLock::new();
    PORTAL.get_or_init(|| {
        let path = program().with_file_name("portal");
        if !path.exists() {
            let built = Command::new(env!("CARGO"))
                .args(["build", "-p", "portal"])
                .current_dir(env!("CARGO_MANIFEST_DIR"))
                .status();
            assert!(built.unwrap().success());
        }
        path
    })
}

/// A portal by itself.
pub struct Portal {
    pub host: Host,
    pub database: Database,
    options: Vec<String>,
}

impl Portal {
    pub fn start() -> Self {
        Self::with(&["--sms-delay", "0s"])
    }

    pub fn with(options: &[&str]) -> Self {
        let database = Database::file("portal");
        let host = Host::of(portal_program(), database.address(), &database, options);
        let options = options.iter().map(|it| (*it).to_owned()).collect();
        Self {
            host,
            database,
            options,
        }
    }

    /// Killed, and started again where it was.
    pub fn again(mut self) -> Self {
        self.host.kill();
        let listens = self.host.address.to_string();
        let mut options: Vec<_> = self.options.iter().map(String::as_str).collect();
        options.extend(["--listen", &listens]);
        let host = Host::of(
            portal_program(),
            self.database.address(),
            &self.database,
            &options,
        );
        Self { host, ..self }
    }

    /// What a platform is told.
    pub fn url(&self) -> String {
        format!("http://{}", self.host.address)
    }

    pub fn regulator(&self) -> Regulator {
        Regulator {
            address: self.host.address,
            client: client(),
        }
    }
}

/// A portal, as its administration and the people see it.
pub struct Regulator {
    pub address: SocketAddr,
    client: Client,
}

impl Regulator {
    pub async fn ask(&self, method: Method, path: &str, body: Option<&Value>) -> Value {
        let answer = call(&self.client, method, self.address, path, body, None).await;
        let (status, answer) = answer.unwrap();
        assert!(status < 300, "{path}: {status} {answer}");
        answer
    }

    /// All of its orders.
    pub async fn orders(&self) -> Vec<Value> {
        let (mut orders, mut after) = (Vec::new(), String::new());
        loop {
            let path = format!("/api/orders?limit=200{after}");
            let page = self.ask(Method::GET, &path, None).await;
            orders.extend(page["items"].as_array().unwrap().iter().cloned());
            match page["next"].as_str() {
                Some(next) => after = format!("&after={next}"),
                None => return orders,
            }
        }
    }

    /// The codes that came to a number, oldest first.
    pub async fn codes(&self, mobile: &str) -> Vec<String> {
        let path = format!("/sandbox/messages?mobile={mobile}");
        let messages = self.ask(Method::GET, &path, None).await;
        let messages = messages.as_array().unwrap().iter();
        let code = |message: &Value| code_in(message["text"].as_str().unwrap());
        messages.map(code).collect()
    }

    pub async fn code(&self, mobile: &str, n: usize) -> String {
        let what = format!("message {n} to {mobile}");
        let code = eventually(&what, async || self.codes(mobile).await.get(n).cloned());
        code.await
    }

    pub async fn enter(&self, mobile: &str, code: &str, last_six: &str) -> Value {
        let entry = json!({ "mobile": mobile, "code": code, "id_last6": last_six });
        let answer = self.ask(Method::POST, "/api/verifications", Some(&entry));
        answer.await["result"].clone()
    }

    /// Enters the n-th code that came.
    pub async fn verify(&self, mobile: &str, n: usize, last_six: &str) -> Value {
        let code = self.code(mobile, n).await;
        self.enter(mobile, &code, last_six).await
    }
}

/// What it says when it doesn't run; if it does, it is ended after a while.
pub fn output(database: &Database, arguments: &[&str]) -> Output {
    let mut command = Command::new(program());
    let key_file = database.key_file();
    if !arguments.contains(&"--database") {
        command.args(["--database", database.address()]);
    }
    if !arguments.contains(&"--key-file") {
        command.args(["--key-file", &key_file]);
    }
    if !arguments.contains(&"--listen") {
        command.args(["--listen", "127.0.0.1:0"]);
    }
    if !arguments.contains(&"--regulator") {
        command.args(["--regulator-listen", "127.0.0.1:0"]);
    }
    let command = command.args(arguments).current_dir(&database.folder.0);
    let command = command.stdin(Stdio::null()).stdout(Stdio::piped());
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    let until = Instant::now() + Duration::from_secs(20);
    while child.try_wait().unwrap().is_none() && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(10));
    }
    let _ = child.kill();
    child.wait_with_output().unwrap()
}

/// A running platform.
pub struct Platform {
    pub host: Host,
    pub database: Arc<Database>,
    pub client: Client,
    /// The portal on board.
    pub regulator: Option<Regulator>,
    /// The console's, if it has one.
    pub token: Option<String>,
    options: Vec<String>,
}

impl Platform {
    /// In the sandbox, with a portal on board.
    pub fn sandbox() -> Self {
        Self::with(&[])
    }

    pub fn with(options: &[&str]) -> Self {
        Self::on(Arc::new(Database::file("platform")), options)
    }

    pub fn on(database: Arc<Database>, options: &[&str]) -> Self {
        let on_board = !options.contains(&"--regulator");
        let mut all = options.to_vec();
        if on_board {
            all.extend(["--regulator-listen", "127.0.0.1:0"]);
        }
        let mut host = Host::of(program(), &database.next_address(), &database, &all);
        let regulator = on_board.then(|| Regulator {
            address: host.process.says("regulator on").unwrap(),
            client: client(),
        });
        let token = options.iter().position(|it| *it == "--console-token");
        let token = token.map(|n| options[n + 1].to_owned());
        Self {
            host,
            database,
            client: client(),
            regulator,
            token,
            options: options.iter().map(|it| (*it).to_owned()).collect(),
        }
    }

    /// Killed, and started again as it was.
    pub fn again(self) -> Self {
        let options = self.options.clone();
        let options: Vec<_> = options.iter().map(String::as_str).collect();
        self.again_with(&options)
    }

    pub fn again_with(mut self, options: &[&str]) -> Self {
        self.host.kill();
        Self::on(Arc::clone(&self.database), options)
    }

    pub fn at_regulator(&self) -> &Regulator {
        self.regulator.as_ref().unwrap()
    }

    /// A request of somebody with this token, if any.
    pub fn request(&self, method: Method, path: &str, bearer: Option<&str>) -> RequestBuilder {
        let request = self.client.request(method, self.host.url(path));
        match bearer {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    pub async fn ask(
        &self,
        method: Method,
        path: &str,
        bearer: Option<&str>,
        body: Option<&Value>,
    ) -> (u16, Value) {
        let request = self.request(method, path, bearer);
        let request = match body {
            Some(body) => request
                .header("content-type", "application/json")
                .body(body.to_string()),
            None => request,
        };
        read(request.send().await.unwrap()).await
    }

    // ---- staff

    pub async fn get(&self, path: &str) -> (u16, Value) {
        let token = self.token.as_deref();
        self.ask(Method::GET, path, token, None).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        let token = self.token.as_deref();
        self.ask(Method::POST, path, token, Some(body)).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> (u16, Value) {
        let token = self.token.as_deref();
        self.ask(Method::PUT, path, token, Some(body)).await
    }

    /// Without a body.
    pub async fn step(&self, id: &str, step: &str) -> (u16, Value) {
        let path = format!("/api/orders/{id}/{step}");
        let token = self.token.as_deref();
        self.ask(Method::POST, &path, token, None).await
    }

    pub async fn file(&self, order: &Value) -> Value {
        let (status, order) = self.post("/api/orders", order).await;
        assert_eq!(status, 201, "{order}");
        order
    }

    pub async fn order(&self, id: &str) -> Value {
        let (status, order) = self.get(&format!("/api/orders/{id}")).await;
        assert_eq!(status, 200, "{order}");
        order
    }

    /// Accepts it as it is now.
    pub async fn accept(&self, id: &str) -> Value {
        let version = self.order(id).await["version"].clone();
        let path = format!("/api/orders/{id}/accept");
        let (status, order) = self.post(&path, &json!({ "version": version })).await;
        assert_eq!(status, 200, "{order}");
        order
    }

    pub async fn give_back(&self, id: &str) -> (u16, Value) {
        let reasons = json!({ "reasons": [{ "field": "entity.name", "text": "名称不符" }] });
        let path = format!("/api/orders/{id}/return");
        self.post(&path, &reasons).await
    }

    pub async fn report(&self, id: &str, fact: &Value) -> (u16, Value) {
        self.post(&format!("/api/orders/{id}/facts"), fact).await
    }

    /// The order, once it has this status.
    pub async fn until(&self, id: &str, status: &str) -> Value {
        let what = format!("{id} doesn't come to {status}");
        eventually(&what, async || {
            Some(self.order(id).await).filter(|order| order["status"] == status)
        })
        .await
    }

    /// Filed and accepted, and at the regulator.
    pub async fn submitted(&self, order: &Value) -> Value {
        let filed = self.file(order).await;
        let id = id_of(&filed);
        self.accept(&id).await;
        self.until(&id, "sms_verification").await
    }

    pub async fn advance(&self, seconds: i64) -> Value {
        let clock = json!({ "advance_seconds": seconds });
        let (status, clock) = self.post("/sandbox/clock", &clock).await;
        assert_eq!(status, 200, "{clock}");
        clock
    }

    pub async fn reminders(&self, mobile: &str) -> Vec<Value> {
        let path = format!("/sandbox/reminders?mobile={mobile}");
        let (status, reminders) = self.get(&path).await;
        assert_eq!(status, 200, "{reminders}");
        reminders.as_array().unwrap().clone()
    }

    pub fn log(&self) -> String {
        self.database.log()
    }
}

pub fn id_of(order: &Value) -> String {
    order["id"].as_str().unwrap().to_owned()
}

/// The token of a link.
pub fn token_of(link: &Value) -> String {
    let link = link.as_str().unwrap();
    link.rsplit('/').next().unwrap().to_owned()
}

/// How many lines of a kind a timeline has.
pub fn lines(order: &Value, kind: &str) -> usize {
    let lines = order["timeline"].as_array().unwrap().iter();
    lines.filter(|line| line["kind"] == kind).count()
}

/// How many events of a type an order of the portal's has.
pub fn events(order: &Value, kind: &str) -> usize {
    let events = order["events"].as_array().unwrap().iter();
    events.filter(|event| event["type"] == kind).count()
}

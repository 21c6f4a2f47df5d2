//! A portal in this process, on a free port, with a database of its own: SQLite, or one on the
//! server of `BEIAN_API_SERVER`.
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

#[path = "../../../web/tests/shared/mod.rs"]
pub mod shared;

use std::{
    io::{BufRead as _, BufReader},
    net::SocketAddr,
    process::{Child, Command, ExitStatus, Output, Stdio},
    time::{Duration, Instant},
};

use beian_web::options::Asked;
use portal::{app::Running, config::Config};
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::{AnyConnection, Connection as _, Executor as _};
use tokio::sync::oneshot;

pub use shared::{ADMINISTRATOR, Folder, LEADER, add_service, code_in, initial, person, read};

/// The program, in a folder of its own.
fn program(folder: &Folder) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_portal"));
    command.current_dir(&folder.0).stdin(Stdio::null());
    command
}

/// What it says when it doesn't run; if it does, it is ended after a while.
pub fn output(folder: &Folder, arguments: &[&str]) -> Output {
    let mut command = program(folder);
    let command = command.args(arguments);
    let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let until = Instant::now() + Duration::from_secs(30);
    while child.try_wait().unwrap().is_none() && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(10));
    }
    let _ = child.kill();
    child.wait_with_output().unwrap()
}

/// The program, running; killed when dropped.
pub struct Started {
    pub child: Child,
    pub url: String,
    pub address: SocketAddr,
}

impl Started {
    pub fn new(folder: &Folder, errors: Stdio, arguments: &[&str]) -> Self {
        let mut command = program(folder);
        if !arguments.contains(&"--listen") {
            command.args(["--listen", "127.0.0.1:0"]);
        }
        Self::run(command.args(arguments).stderr(errors))
    }

    /// A command that becomes the program.
    pub fn run(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let url = line.trim().strip_prefix("listening on ").unwrap();
        let address = url.strip_prefix("http://").unwrap().parse().unwrap();
        Self {
            child,
            url: url.to_owned(),
            address,
        }
    }

    /// SIGTERM, and how it ended.
    pub fn stop(&mut self) -> ExitStatus {
        let id = self.child.id().to_string();
        let told = Command::new("kill").args(["-TERM", &id]).status();
        assert!(told.unwrap().success());
        self.child.wait().unwrap()
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub struct Server {
    pub address: SocketAddr,
    pub folder: Folder,
    pub client: reqwest::Client,
    pub token: Option<String>,
    stop: Option<oneshot::Sender<()>>,
    done: Option<tokio::task::JoinHandle<std::io::Result<()>>>,
}

impl Server {
    /// In the sandbox, on loopback.
    pub async fn sandbox() -> Self {
        Self::with(&[]).await
    }

    pub async fn with(options: &[&str]) -> Self {
        Self::within(Folder::new(), options).await
    }

    pub async fn within(folder: Folder, options: &[&str]) -> Self {
        let database = match std::env::var("BEIAN_API_SERVER") {
            Ok(server) => on_server(&server, &folder).await,
            Err(_) => format!("sqlite:{}", folder.path("portal.db")),
        };
        let key_file = folder.path("portal.key");
        let mut arguments = vec!["portal", "--key-file", &key_file];
        if !options.contains(&"--listen") {
            arguments.extend(["--listen", "127.0.0.1:0"]);
        }
        if !options.contains(&"--database") {
            arguments.extend(["--database", &database]);
        }
        arguments.extend(options);
        let token = options
            .iter()
            .position(|option| *option == "--console-token");
        let token = token.map(|n| options[n + 1].to_owned());
        let Asked::Run(config) = Config::read(arguments.iter().map(Into::into)).unwrap() else {
            panic!("a portal to run")
        };
        let running = Running::start(&config).await.unwrap();
        let address = running.address;
        let (stop, stopped) = oneshot::channel();
        let done = tokio::spawn(running.serve(async {
            let _ = stopped.await;
        }));
        Self {
            address,
            folder,
            client: reqwest::Client::new(),
            token,
            stop: Some(stop),
            done: Some(done),
        }
    }

    /// Told to stop; gives the folder back for the next one.
    pub async fn stop(mut self) -> Folder {
        drop(self.stop.take());
        self.done.take().unwrap().await.unwrap().unwrap();
        std::mem::replace(&mut self.folder, Folder::new())
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.client.request(method, self.url(path));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    pub async fn get(&self, path: &str) -> (u16, Value) {
        read(self.request(Method::GET, path).send().await.unwrap()).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        let request = self.request(Method::POST, path);
        let request = request.header("content-type", "application/json");
        read(request.body(body.to_string()).send().await.unwrap()).await
    }

    /// Without a body.
    pub async fn step(&self, id: &str, step: &str) -> (u16, Value) {
        let path = format!("/api/orders/{id}/{step}");
        read(self.request(Method::POST, &path).send().await.unwrap()).await
    }

    pub async fn file(&self, order: &Value) -> String {
        let (status, order) = self.post("/api/orders", order).await;
        assert_eq!(status, 201, "{order}");
        order["id"].as_str().unwrap().to_owned()
    }

    pub async fn order(&self, id: &str) -> Value {
        let (status, order) = self.get(&format!("/api/orders/{id}")).await;
        assert_eq!(status, 200, "{order}");
        order
    }

    pub async fn advance(&self, seconds: i64) -> Value {
        let (status, clock) = self
            .post("/sandbox/clock", &json!({ "advance_seconds": seconds }))
            .await;
        assert_eq!(status, 200, "{clock}");
        clock
    }

    pub async fn gateway(&self, mode: &str) {
        let (status, answer) = self
            .post("/sandbox/gateway", &json!({ "mode": mode }))
            .await;
        assert_eq!(status, 200, "{answer}");
    }

    pub async fn messages(&self, mobile: &str) -> Vec<Value> {
        let (status, messages) = self
            .get(&format!("/sandbox/messages?mobile={mobile}"))
            .await;
        assert_eq!(status, 200, "{messages}");
        messages.as_array().unwrap().clone()
    }

    /// The code of the n-th message, once it has arrived.
    pub async fn code(&self, mobile: &str, n: usize) -> String {
        let until = Instant::now() + Duration::from_secs(10);
        loop {
            if let Some(message) = self.messages(mobile).await.get(n) {
                return code_in(message["text"].as_str().unwrap());
            }
            assert!(Instant::now() < until, "no message {n}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub async fn verify(&self, mobile: &str, code: &str, id_last6: &str) -> Value {
        let entry = json!({ "mobile": mobile, "code": code, "id_last6": id_last6 });
        let (status, answer) = self.post("/api/verifications", &entry).await;
        assert_eq!(status, 200, "{answer}");
        answer
    }

    pub async fn resend(&self, mobile: &str, id_last6: &str) -> Value {
        let request = json!({ "mobile": mobile, "id_last6": id_last6 });
        let (status, answer) = self.post("/api/resends", &request).await;
        assert_eq!(status, 200, "{answer}");
        answer
    }
}

/// The folder's own database on a PostgreSQL server, made if it isn't there.
async fn on_server(server: &str, folder: &Folder) -> String {
    let name = folder
        .0
        .file_name()
        .unwrap()
        .to_str()
        .unwrap()
        .replace('-', "_");
    sqlx::any::install_default_drivers();
    let mut connection = AnyConnection::connect(server).await.unwrap();
    let create = sqlx::AssertSqlSafe(format!("create database {name}"));
    // It is there when a portal is started again.
    let _ = connection.execute(create).await;
    connection.close().await.unwrap();
    let (address, options) = server.split_once('?').unwrap_or((server, ""));
    let (address, _) = address.rsplit_once('/').unwrap();
    format!("{address}/{name}?{options}")
}

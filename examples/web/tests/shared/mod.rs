//! What the tests of every host over beian-web need: folders, databases, the program as a process, a client.
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
    fs::{self, OpenOptions},
    io::{BufRead as _, BufReader, Read as _},
    net::{SocketAddr, TcpStream},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, ExitStatus, Stdio},
    sync::atomic::{AtomicU32, AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use reqwest::{Client, Method, Response};
use serde_json::{Value, json};
use sqlx::{AnyConnection, Connection as _, Executor as _};

static FOLDERS: AtomicU32 = AtomicU32::new(0);
static DATABASES: AtomicU32 = AtomicU32::new(0);

/// A folder that is gone afterwards.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new() -> Self {
        let n = FOLDERS.fetch_add(1, Ordering::Relaxed);
        let name = format!("beian-test-{}-{n}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    pub fn path(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A database of its own, and the key file of the hosts on it; gone afterwards.
pub struct Database {
    /// Whose: the name of the program.
    pub program: &'static str,
    /// Where it is; of a cluster, at each of its nodes.
    pub addresses: Vec<String>,
    pub folder: Folder,
    /// Server and name, to be dropped.
    server: Option<(String, String)>,
    started: AtomicUsize,
}

impl Database {
    pub fn file(program: &'static str) -> Self {
        let folder = Folder::new();
        let address = format!("sqlite:{}", folder.path(&format!("{program}.db")));
        Self {
            program,
            addresses: vec![address],
            folder,
            server: None,
            started: AtomicUsize::new(0),
        }
    }

    /// On the server of a variable, or on the nodes of it, with commas between; tests that need it are ignored
    /// where there is none.
    pub async fn on(program: &'static str, variable: &str) -> Self {
        let servers = std::env::var(variable).unwrap();
        let n = DATABASES.fetch_add(1, Ordering::Relaxed);
        let name = format!("{program}_heavy_{}_{n}", std::process::id());
        let first = servers.split(',').next().unwrap().to_owned();
        execute(&first, format!("create database {name}")).await;
        let named = |server: &str| named(server, &name);
        Self {
            program,
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
        self.folder.path(&format!("{}.key", self.program))
    }

    pub fn log(&self) -> String {
        let log = fs::read(self.folder.path("log")).unwrap_or_default();
        String::from_utf8_lossy(&log).into_owned()
    }

    /// As the next host is told it: another node first, each time.
    pub fn next_address(&self) -> String {
        let mut addresses = self.addresses.clone();
        let places = addresses.len();
        addresses.rotate_left(self.started.fetch_add(1, Ordering::Relaxed) % places);
        addresses.join(",")
    }

    pub async fn execute(&self, statement: &str) {
        execute(self.address(), statement.to_owned()).await;
    }
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

/// An nginx before a host; ended when dropped.
pub struct Nginx {
    pub address: SocketAddr,
    child: Child,
}

impl Nginx {
    /// The one of `BEIAN_NGINX`, at a free address; tests that need it are ignored where there is none.
    pub fn before(url: &str, folder: &Folder) -> Self {
        let probe = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = probe.local_addr().unwrap();
        drop(probe);
        let configuration = folder.path("nginx.conf");
        let place = folder.0.display();
        let text = format!(
            "daemon off; pid {place}/nginx.pid; error_log stderr;\n\
             events {{}}\n\
             http {{\n  access_log off; client_body_temp_path {place}/body; \
             proxy_temp_path {place}/proxy; fastcgi_temp_path {place}/f; \
             uwsgi_temp_path {place}/u; scgi_temp_path {place}/s;\n  server {{\n    \
             listen {address};\n    location / {{\n      proxy_pass {url};\n      \
             proxy_set_header Host $host;\n      \
             proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;\n    }}\n  }}\n}}\n"
        );
        fs::write(&configuration, text).unwrap();
        let nginx = std::env::var("BEIAN_NGINX").unwrap();
        let child = Command::new(nginx).args(["-c", &configuration]).spawn();
        let nginx = Self {
            address,
            child: child.unwrap(),
        };
        let since = Instant::now();
        while TcpStream::connect(address).is_err() {
            assert!(
                since.elapsed() < Duration::from_mins(1),
                "nginx doesn't listen"
            );
            std::thread::sleep(Duration::from_millis(20));
        }
        nginx
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // Told to stop, it ends its workers.
        let id = self.child.id().to_string();
        let _ = Command::new("kill").args(["-TERM", &id]).status();
        let _ = self.child.wait();
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

/// A program that runs; killed by its process id when dropped.
pub struct Process {
    child: Child,
    output: BufReader<ChildStdout>,
}

impl Process {
    pub fn start(command: &mut Command) -> Self {
        let command = command.stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        Self { child, output }
    }

    /// The next line, such as `listening on http://…`: the address after these words.
    pub fn says(&mut self, words: &str) -> Result<SocketAddr, String> {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix(words);
        let address = address.and_then(|rest| rest.trim().strip_prefix("http://")?.parse().ok());
        address.ok_or(line)
    }

    /// `kill -9`, and gone when this returns.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// SIGTERM, and how it ended.
    pub fn stop(&mut self) -> ExitStatus {
        let id = self.child.id().to_string();
        let told = Command::new("kill").args(["-TERM", &id]).status();
        assert!(told.unwrap().success());
        self.child.wait().unwrap()
    }

    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// What one that has ended wrote to standard output after what was read.
    pub fn output(&mut self) -> String {
        let mut rest = String::new();
        self.output.read_to_string(&mut rest).unwrap();
        rest
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A running host.
pub struct Host {
    pub address: SocketAddr,
    pub process: Process,
}

impl Host {
    /// Starts a program on a database and waits for its first line, which says where it listens. It logs beside
    /// the database.
    pub fn of(program: &Path, address: &str, database: &Database, options: &[&str]) -> Self {
        let log = database.folder.path("log");
        let errors = OpenOptions::new().create(true).append(true).open(&log);
        let mut command = Command::new(program);
        let prefix = format!("{}_", database.program.to_uppercase());
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with(&prefix) {
                command.env_remove(name);
            }
        }
        let logs = ["--log", "warn"];
        let logs = logs.iter().filter(|_| !options.contains(&"--log"));
        let listens = ["--listen", "127.0.0.1:0"];
        let listens = listens.iter().filter(|_| !options.contains(&"--listen"));
        command
            .args(listens)
            .args(logs)
            .args(["--database", address, "--key-file", &database.key_file()])
            .args(options)
            .current_dir(&database.folder.0)
            .stderr(errors.unwrap());
        let mut process = Process::start(&mut command);
        match process.says("listening on") {
            Ok(address) => Self { address, process },
            Err(line) => {
                drop(process);
                panic!("it says {line:?} first; its log: {}", database.log());
            }
        }
    }

    /// `kill -9`, and gone when this returns.
    pub fn kill(&mut self) {
        self.process.kill();
    }

    pub fn output(&mut self) -> String {
        self.process.output()
    }

    pub fn id(&self) -> u32 {
        self.process.id()
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
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

pub async fn read(response: Response) -> (u16, Value) {
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    let value = serde_json::from_str(&text).unwrap_or(Value::String(text));
    (status, value)
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

/// The only group of six digits.
pub fn code_in(text: &str) -> String {
    let groups = text.split(|c: char| !c.is_ascii_digit());
    let mut codes = groups.filter(|group| group.len() == 6);
    let code = codes.next().unwrap().to_owned();
    assert_eq!(codes.next(), None, "{text}");
    code
}

/// The n-th code that isn't the right one.
pub fn wrong(right: &str, n: u32) -> String {
    let right: u32 = right.parse().unwrap();
    format!("{:06}", (right + 1 + n) % 1_000_000)
}

/// What the regulator asks for of an ID.
pub fn last_six(number: &str) -> &str {
    &number[number.len() - 6..]
}

pub const LEADER: (&str, &str) = ("19900000001", "345678");
pub const ADMINISTRATOR: (&str, &str) = ("19900000002", "654321");
pub const LAST_SIX: [&str; 2] = ["345678", "654321"];

pub fn person(mobile: &str, passport: &str) -> Value {
    json!({
        "name": "张三", "mobile": mobile,
        "id_document": { "kind": "passport", "number": passport },
    })
}

/// An initial filing: two persons must verify.
pub fn initial() -> Value {
    json!({
        "filing_type": "initial", "province": "北京",
        "entity": { "name": "示例公司", "leader": person(LEADER.0, "E12345678") },
        "services": [{
            "kind": "website", "name": "示例站",
            "administrator": person(ADMINISTRATOR.0, "E87654321"),
        }],
    })
}

/// One person, who must verify.
pub fn add_service() -> Value {
    let mut order = initial();
    order["filing_type"] = "add_service".into();
    order
}

/// Two persons whom no other order has: the leader's number and the administrator's.
#[derive(Debug, Clone)]
pub struct Persons(pub [String; 2]);

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

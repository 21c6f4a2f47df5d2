//! What once brought the portal down, or told too much: each over a running program, as an outsider or a
//! machine in trouble would do it.
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
    fs::{self, File, OpenOptions},
    io::{Read as _, Write as _},
    net::{IpAddr, SocketAddr, TcpStream},
    os::unix::fs::PermissionsExt as _,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::{Value, json};
use support::{ADMINISTRATOR, Folder, Started, initial, output, read, shared::Nginx};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpSocket,
};

const TOKEN: &str = "a-token-of-some-length";
/// Nobody listens there: with it nothing is a sandbox.
const NO_GATEWAY: [&str; 2] = ["--sms", "webhook:http://127.0.0.1:9/"];
/// However long a machine takes.
const PATIENCE: Duration = Duration::from_mins(1);

fn client() -> Client {
    from("127.0.0.1")
}

/// Requests from an address of this machine.
fn from(address: &str) -> Client {
    let address: IpAddr = address.parse().unwrap();
    let builder = Client::builder().local_address(address).no_proxy();
    let builder = builder.redirect(reqwest::redirect::Policy::none());
    builder.timeout(PATIENCE).build().unwrap()
}

fn post(client: &Client, started: &Started, path: &str, body: &str) -> RequestBuilder {
    let request = client.post(format!("{}{path}", started.url));
    let request = request.header("content-type", "application/json");
    request.body(body.to_owned())
}

async fn status(request: RequestBuilder) -> u16 {
    request.send().await.unwrap().status().as_u16()
}

async fn get(client: &Client, started: &Started, path: &str) -> (u16, Value) {
    let request = client.get(format!("{}{path}", started.url));
    read(request.send().await.unwrap()).await
}

/// Bytes as they are, and all that comes back until the connection is closed.
fn raw(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    // It may have had enough before it has all.
    let _ = stream.write_all(bytes);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

/// A figure of `/metrics`.
fn figure(metrics: &Value, name: &str) -> u64 {
    let lines = metrics.as_str().unwrap().lines();
    let mut values = lines.filter_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    values.next().unwrap().parse().unwrap()
}

async fn goes_on_without_a_log(errors: Stdio, requests: usize) {
    let folder = Folder::new();
    let mut started = Started::new(&folder, errors, &NO_GATEWAY);
    let client = client();
    for _ in 0..requests {
        assert_eq!(get(&client, &started, "/healthz").await.0, 200);
    }
    let order = post(&client, &started, "/api/orders", &initial().to_string());
    assert_eq!(status(order).await, 201);
    let (_, orders) = get(&client, &started, "/api/orders").await;
    assert_eq!(orders["items"].as_array().unwrap().len(), 1);
    let (_, metrics) = get(&client, &started, "/metrics").await;
    assert!(figure(&metrics, "portal_log_lines_lost_total") > 0);
    let began = Instant::now();
    assert!(started.stop().success());
    assert!(began.elapsed() < PATIENCE);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_under_the_log_stops_nothing() {
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    goes_on_without_a_log(full.into(), 20).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_reader_of_the_log_stops_nothing() {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    goes_on_without_a_log(writer.into(), 20).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_of_the_log_that_does_not_read_stops_nothing() {
    let (reader, writer) = std::io::pipe().unwrap();
    // More lines than a pipe and the queue take.
    goes_on_without_a_log(writer.into(), 10_000).await;
    drop(reader);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_read_its_answers_is_dropped_and_takes_no_place_of_others() {
    let folder = Folder::new();
    let options = ["--connections", "30", "--connections-of-one", "20"];
    let started = Started::new(&folder, Stdio::null(), &options);
    let request = "GET /openapi.json HTTP/1.1\r\nhost: localhost\r\n\r\n".repeat(500);
    let mut slow = Vec::new();
    for _ in 0..40 {
        let socket = TcpSocket::new_v4().unwrap();
        // What it would take goes no further than its own buffer.
        socket.set_recv_buffer_size(4096).unwrap();
        socket.bind("127.0.0.2:0".parse().unwrap()).unwrap();
        let mut stream = socket.connect(started.address).await.unwrap();
        // Of those that are one too many, the connection is closed at once.
        let _ = stream.write_all(request.as_bytes()).await;
        slow.push(stream);
    }
    let client = client();
    for _ in 0..50 {
        assert_eq!(get(&client, &started, "/readyz").await.0, 200);
    }
    let (_, metrics) = get(&client, &started, "/metrics").await;
    assert_eq!(figure(&metrics, "portal_connections_turned_away_total"), 20);

    // The others have their places until their time is over; then somebody else has all of them.
    let since = Instant::now();
    let mut others = Vec::new();
    while others.len() < 20 {
        // Each keeps its connection.
        let other = from("127.0.0.2");
        let answer = other.get(format!("{}/healthz", started.url)).send().await;
        if answer.is_ok_and(|answer| answer.status() == 200) {
            others.push(other);
        } else {
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        assert!(since.elapsed() < PATIENCE, "nobody was dropped");
    }
    for mut stream in slow {
        let mut answers = Vec::new();
        let _ = stream.read_to_end(&mut answers).await;
        let answered = String::from_utf8_lossy(&answers)
            .matches("HTTP/1.1 200")
            .count();
        assert!(answered < 500, "all was written to one that doesn't read");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_are_the_consoles_or_a_listeners_of_their_own() {
    let folder = Folder::new();
    let probe = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let metrics = probe.local_addr().unwrap();
    drop(probe);
    let listen = metrics.to_string();
    let options = ["--console-token", TOKEN, "--metrics-listen", &listen];
    let started = Started::new(&folder, Stdio::null(), &options);
    let client = client();
    assert_eq!(get(&client, &started, "/metrics").await.0, 401);
    let with = client.get(format!("{}/metrics", started.url));
    assert_eq!(status(with.bearer_auth(TOKEN)).await, 200);
    let alone = |path: &str| client.get(format!("http://{metrics}{path}"));
    assert_eq!(status(alone("/metrics")).await, 200);
    assert_eq!(status(alone("/console")).await, 404);
    // What the database counts is kept: an order that begins now isn't counted anew for who asks now.
    let order = post(&client, &started, "/api/orders", &initial().to_string()).bearer_auth(TOKEN);
    let (_, order) = read(order.send().await.unwrap()).await;
    let path = format!("/api/orders/{}/submit", order["id"].as_str().unwrap());
    assert_eq!(
        status(post(&client, &started, &path, "").bearer_auth(TOKEN)).await,
        200
    );
    let (_, text) = read(alone("/metrics").send().await.unwrap()).await;
    assert!(
        !text
            .as_str()
            .unwrap()
            .contains("status=\"sms_verification\"} 1"),
        "{text}"
    );
}

/// How requests reach the portal.
enum Way {
    /// As a proxy would write it.
    ByHand,
    /// Through nginx, here.
    Nginx(SocketAddr),
}

struct Visitor<'a> {
    way: &'a Way,
    started: &'a Started,
    address: &'static str,
    /// What the client itself claims.
    claims: Option<&'static str>,
}

impl Visitor<'_> {
    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = match self.way {
            Way::ByHand => {
                let claims = self.claims.map(|claims| format!("{claims}, "));
                let by = format!("{}{}", claims.unwrap_or_default(), self.address);
                let request = client().request(method, format!("{}{path}", self.started.url));
                request.header("x-forwarded-for", by)
            }
            Way::Nginx(nginx) => {
                let client = from(self.address);
                let request = client.request(method, format!("http://{nginx}{path}"));
                match self.claims {
                    Some(claims) => request.header("x-forwarded-for", claims),
                    None => request,
                }
            }
        };
        request.header("host", "portal.example.com")
    }

    async fn enters(&self) -> u16 {
        let request = self.request(Method::POST, "/api/verifications");
        let request = request.header("content-type", "application/json");
        let entry = json!({ "mobile": ADMINISTRATOR.0, "code": "012345", "id_last6": "654321" });
        status(request.body(entry.to_string())).await
    }

    async fn asks(&self, token: &str) -> u16 {
        status(self.request(Method::GET, "/api/orders").bearer_auth(token)).await
    }

    /// The form, filled in with this token.
    async fn signs_in(&self, token: &str) -> Response {
        let page = self
            .request(Method::GET, "/console/sign-in")
            .send()
            .await
            .unwrap();
        let cookie = page.headers()["set-cookie"].to_str().unwrap().to_owned();
        let html = page.text().await.unwrap();
        let (_, csrf) = html.split_once("name=\"csrf\" value=\"").unwrap();
        let csrf = csrf.split('"').next().unwrap();
        let request = self.request(Method::POST, "/console/sign-in");
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let request = request.header("cookie", cookie.split(';').next().unwrap());
        let request = request.header("origin", "https://portal.example.com");
        let body = format!("csrf={csrf}&token={token}");
        request.body(body).send().await.unwrap()
    }
}

async fn nobody_locks_others_out(way: impl FnOnce(&Started, &Folder) -> Way) {
    let folder = Folder::new();
    let mut options = vec!["--console-token", TOKEN, "--trusted-proxy", "127.0.0.1"];
    options.extend(["--public-address", "https://portal.example.com"]);
    options.extend(["--rate-number", "3", "--rate-sign-in", "2"]);
    options.extend(NO_GATEWAY);
    let started = Started::new(&folder, Stdio::null(), &options);
    let way = &way(&started, &folder);
    let visitor = |address, claims| Visitor {
        way,
        started: &started,
        address,
        claims,
    };
    let (bad, good) = (visitor("127.0.0.2", None), visitor("127.0.0.3", None));
    for expected in [200, 200, 200, 429, 429] {
        assert_eq!(bad.enters().await, expected);
    }
    // Whatever they claim, and whoever they claim to be.
    for claims in ["127.0.0.9", "127.0.0.3", "127.0.0.1", "nonsense"] {
        assert_eq!(
            visitor("127.0.0.2", Some(claims)).enters().await,
            429,
            "{claims}"
        );
    }
    assert_eq!(good.enters().await, 200);

    // One budget spent leaves the others.
    assert_eq!(bad.signs_in("another-token-than-it").await.status(), 422);
    let signed_in = bad.signs_in(TOKEN).await;
    assert_eq!(signed_in.status(), 303);
    let cookie = signed_in.headers()["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("__Host-portal_console="), "{cookie}");
    for part in ["; Secure", "; HttpOnly", "; SameSite=Strict", "; Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert_eq!(bad.signs_in(TOKEN).await.status(), 429);
    assert_eq!(good.signs_in(TOKEN).await.status(), 303);

    // Guesses are limited, and then not even the right one is heard; from elsewhere it is.
    assert_eq!(bad.asks(TOKEN).await, 200);
    for expected in [401, 401, 401] {
        assert_eq!(bad.asks("another-token-than-it").await, expected);
    }
    assert_eq!(bad.asks(TOKEN).await, 429);
    assert_eq!(good.asks(TOKEN).await, 200);

    // Who isn't a trusted proxy names nobody: each would have a budget of its own.
    for (claims, expected) in [("1", 422), ("2", 422), ("3", 422), ("4", 429)] {
        let request = post(&from("127.0.0.4"), &started, "/api/resends", "{}");
        let request = request.header("x-forwarded-for", format!("198.51.100.{claims}"));
        let request = request.header("host", "portal.example.com");
        assert_eq!(status(request).await, expected);
    }
    // It answers to its own name alone.
    let foreign = client().get(format!("{}/console", started.url));
    assert_eq!(status(foreign.header("host", "evil.example")).await, 403);
    let absolute = "GET http://evil.example/console HTTP/1.1\r\nhost: portal.example.com\r\n\
                    connection: close\r\n\r\n";
    assert!(raw(started.address, absolute.as_bytes()).starts_with("HTTP/1.1 400"));
    let balancer = client().get(format!("{}/readyz", started.url));
    assert_eq!(status(balancer.header("host", "10.0.0.7")).await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_a_proxy_nobody_locks_others_out() {
    nobody_locks_others_out(|_, _| Way::ByHand).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nginx: its path in BEIAN_NGINX"]
async fn behind_nginx_nobody_locks_others_out() {
    let mut running = None;
    nobody_locks_others_out(|started, folder| {
        let nginx = running.insert(Nginx::before(&started.url, folder));
        Way::Nginx(nginx.address)
    })
    .await;
}

/// A portal whose database file something happens to: it says so, takes nothing that would be lost, and
/// leaves what is there now alone.
async fn notices(what_happens: impl FnOnce(&str)) {
    let folder = Folder::new();
    let (log, database) = (folder.path("log"), folder.path("portal.db"));
    let errors = File::create(&log).unwrap();
    let mut started = Started::new(&folder, errors.into(), &NO_GATEWAY);
    let client = client();
    let order = || post(&client, &started, "/api/orders", &initial().to_string());
    for _ in 0..10 {
        assert_eq!(status(order()).await, 201);
    }
    assert_eq!(get(&client, &started, "/readyz").await.0, 200);
    what_happens(&database);
    let left = fs::read(&database).ok();
    for _ in 0..20 {
        assert_eq!(status(order()).await, 503);
    }
    let since = Instant::now();
    while get(&client, &started, "/readyz").await.0 != 503 {
        assert!(since.elapsed() < PATIENCE, "still ready");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert_eq!(get(&client, &started, "/healthz").await.0, 200);
    assert!(started.stop().success());
    assert!(
        fs::read(&database).ok() == left,
        "what is there was changed"
    );
    let log = fs::read_to_string(log).unwrap();
    let said = log.matches("read or written any more").count();
    assert_eq!(said, 1, "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_database_file_is_noticed() {
    notices(|file| fs::remove_file(file).unwrap()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replaced_database_file_is_noticed() {
    notices(|file| {
        let other = format!("{file}.other");
        fs::copy(file, &other).unwrap();
        fs::rename(other, file).unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_overwritten_database_file_is_noticed() {
    // By nonsense, by nothing, and by what it was itself a while ago.
    notices(|file| {
        let mut file = OpenOptions::new().write(true).open(file).unwrap();
        file.write_all(&[0x5a; 4096]).unwrap();
    })
    .await;
    notices(|file| File::create(file).map(drop).unwrap()).await;
    notices(|file| {
        let was = fs::read(file).unwrap();
        fs::write(file, was).unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn its_own_checkpoints_are_nobody_elses() {
    let folder = Folder::new();
    let started = Started::new(&folder, Stdio::null(), &NO_GATEWAY);
    let client = client();
    let size = || fs::metadata(folder.path("portal.db")).unwrap().len();
    let (before, since) = (size(), Instant::now());
    while size() == before {
        let order = post(&client, &started, "/api/orders", &initial().to_string());
        assert_eq!(status(order).await, 201);
        assert!(since.elapsed() < PATIENCE, "no checkpoint");
    }
    for _ in 0..10 {
        let order = post(&client, &started, "/api/orders", &initial().to_string());
        assert_eq!(status(order).await, 201);
    }
    assert_eq!(get(&client, &started, "/readyz").await.0, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_of_the_database_that_is_gone_is_noticed() {
    notices(|file| fs::remove_file(format!("{file}-wal")).unwrap()).await;
    notices(|file| File::create(format!("{file}-wal")).map(drop).unwrap()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_not_ready() {
    let folder = Folder::new();
    // A file system of its own, and small, which only this program sees.
    let script = format!(
        "mount -t tmpfs -o size=4m tmpfs {0} && cd {0} && exec {1} --listen 127.0.0.1:0",
        folder.0.display(),
        env!("CARGO_BIN_EXE_portal")
    );
    let may = Command::new("unshare")
        .args(["-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"])
        .output();
    if !may.is_ok_and(|may| may.status.success()) {
        eprintln!("skipped: no file system can be mounted here");
        return;
    }
    let mut command = Command::new("unshare");
    command
        .args(["-rm", "sh", "-c", &script])
        .stderr(Stdio::null());
    let started = Started::run(&mut command);
    let client = client();
    assert_eq!(get(&client, &started, "/readyz").await.0, 200);
    let inside = format!(
        "/proc/{}/root{}/fill",
        started.child.id(),
        folder.0.display()
    );
    let mut fill = File::create(&inside).unwrap();
    while fill.write_all(&[0; 4096]).is_ok() {}
    let since = Instant::now();
    while get(&client, &started, "/readyz").await.0 != 503 {
        assert!(since.elapsed() < PATIENCE, "still ready");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let order = post(&client, &started, "/api/orders", &initial().to_string());
    assert_eq!(status(order).await, 503);
    // And back, when there is room again.
    fs::remove_file(inside).unwrap();
    drop(fill);
    while get(&client, &started, "/readyz").await.0 != 200 {
        assert!(since.elapsed() < PATIENCE, "not ready again");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_answer_is_much_larger_than_its_question() {
    let folder = Folder::new();
    let options = ["--console-token", TOKEN];
    let started = Started::new(&folder, Stdio::null(), &options);
    let client = client();
    let page = client.get(format!("{}/console/sign-in", started.url));
    let page = page.send().await.unwrap();
    let cookie = page.headers()["set-cookie"].to_str().unwrap();
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let html = page.text().await.unwrap();
    let (_, csrf) = html.split_once("name=\"csrf\" value=\"").unwrap();
    let csrf = csrf.split('"').next().unwrap();
    let form = |rest: &str| format!("csrf={csrf}{rest}");
    let wrong_changes = json!({
        "filing_type": "modify", "province": "北京", "changes": vec!["x"; 120_000],
        "entity": initial()["entity"], "services": [],
    });
    let mut services = initial();
    services["services"] = vec![json!({}); 100_000].into();
    let mut largest = initial();
    largest["services"] = vec![initial()["services"][0].clone(); 200].into();
    for service in largest["services"].as_array_mut().unwrap() {
        service["administrator"]["mobile"] = "4000000000".into();
        service["kind"] = "x".into();
    }
    let json = "application/json";
    let urlencoded = "application/x-www-form-urlencoded";
    for (path, kind, body) in [
        ("/console/orders", urlencoded, form(&"&=".repeat(170_000))),
        ("/console/orders", urlencoded, form(&"&a=".repeat(2_000))),
        ("/console/orders", urlencoded, form(&"&a=b".repeat(2_000))),
        (
            "/console/orders",
            urlencoded,
            form(&format!("&a={}", "\"".repeat(500_000))),
        ),
        (
            "/console/sign-in",
            urlencoded,
            form(&format!("&to=/console/orders{}", "&kept.=".repeat(60_000))),
        ),
        (
            "/regulator/verification",
            urlencoded,
            form(&format!("&mobile={}", "\"".repeat(500_000))),
        ),
        ("/api/orders", json, wrong_changes.to_string()),
        ("/api/orders", json, services.to_string()),
        ("/api/orders", json, largest.to_string()),
        (
            "/api/verifications",
            json,
            json!({ "mobile": "\"".repeat(200_000) }).to_string(),
        ),
    ] {
        let request = client.post(format!("{}{path}", started.url));
        let request = request
            .header("content-type", kind)
            .header("cookie", &cookie);
        let asked = body.len();
        let answer = request.bearer_auth(TOKEN).body(body).send().await.unwrap();
        let status = answer.status();
        assert!(
            !status.is_success() && !status.is_server_error(),
            "{path}: {status}"
        );
        let answer = answer.bytes().await.unwrap();
        assert!(
            answer.len() <= 6 * asked + 65_536,
            "{path}: {asked} bytes, answered with {}",
            answer.len()
        );
        if kind == json {
            let problem: Value = serde_json::from_slice(&answer).unwrap();
            let named = problem["problems"].as_array().map_or(0, Vec::len);
            assert!(named <= 100 && answer.len() <= 65_536, "{path}: {named}");
        }
    }
    // What was left empty isn't kept for who has to sign in.
    let empty = client.post(format!("{}/console/orders", started.url));
    let empty = empty
        .header("content-type", urlencoded)
        .header("cookie", cookie);
    let empty = empty.body(form(&"&a=".repeat(2_000))).send().await.unwrap();
    let empty = empty.text().await.unwrap();
    assert!(empty.contains("name=\"token\"") && !empty.contains("kept."));
}

/// The largest order that is taken, wherever it is shown.
#[tokio::test(flavor = "multi_thread")]
async fn the_largest_order_is_answered_in_bounds() {
    let folder = Folder::new();
    let started = Started::new(&folder, Stdio::null(), &[]);
    let client = client();
    let mut lawful = initial();
    lawful["services"] = vec![initial()["services"][0].clone(); 200].into();
    for (n, service) in lawful["services"]
        .as_array_mut()
        .unwrap()
        .iter_mut()
        .enumerate()
    {
        service["administrator"]["mobile"] = format!("199001{n:05}").into();
    }
    let lawful = lawful.to_string();
    let bounded = async |method: Method, path: &str, body: &str| {
        let request = client.request(method, format!("{}{path}", started.url));
        let request = request.header("content-type", "application/json");
        let answer = request.body(body.to_owned()).send().await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        let answer = answer.text().await.unwrap();
        assert!(answer.len() <= 256 * 1024, "{path}: {}", answer.len());
        answer
    };
    let filed = bounded(Method::POST, "/api/orders", &lawful).await;
    let filed: Value = serde_json::from_str(&filed).unwrap();
    let order = format!("/api/orders/{}", filed["id"].as_str().unwrap());
    bounded(Method::POST, &format!("{order}/submit"), "").await;
    bounded(Method::GET, &order, "").await;
    bounded(Method::GET, "/api/orders?limit=200", "").await;
    let page = order.replace("/api", "/console");
    bounded(Method::GET, &page, "").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_array_is_no_object() {
    let folder = Folder::new();
    let started = Started::new(&folder, Stdio::null(), &[]);
    let client = client();
    for (path, body) in [
        (
            "/api/verifications",
            json!(["19900000085", "012345", "345678"]),
        ),
        ("/api/resends", json!(["19900000085", "345678"])),
        ("/api/orders", json!(["initial", [], "北京", [], []])),
        ("/sandbox/clock", json!([60])),
        ("/sandbox/gateway", json!(["accept"])),
    ] {
        let request = post(&client, &started, path, &body.to_string());
        let (status, problem) = read(request.send().await.unwrap()).await;
        assert_eq!(
            (status, &problem["code"]),
            (422, &json!("malformed_body")),
            "{path}"
        );
    }
    let (_, clock) = get(&client, &started, "/sandbox/clock").await;
    assert_eq!(clock["offset_seconds"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_sent_before_the_end_is_answered() {
    let folder = Folder::new();
    let mut started = Started::new(&folder, Stdio::null(), &["--connections-of-one", "200"]);
    let mut streams = Vec::new();
    for _ in 0..150 {
        streams.push(
            tokio::net::TcpStream::connect(started.address)
                .await
                .unwrap(),
        );
    }
    let body = initial().to_string();
    let request = format!(
        "POST /api/orders HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    for stream in &mut streams {
        stream.write_all(request.as_bytes()).await.unwrap();
    }
    let id = started.child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-TERM", &id])
            .status()
            .unwrap()
            .success()
    );
    let mut answered = 0;
    for mut stream in streams {
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer).await;
        answered += usize::from(answer.starts_with("HTTP/1.1 201"));
    }
    assert_eq!(answered, 150);
    assert!(started.child.wait().unwrap().success());
}

#[test]
fn a_sandbox_that_others_reach_has_to_be_asked_for() {
    let folder = Folder::new();
    for options in [
        &["--listen", "0.0.0.0:0"][..],
        &["--listen", "127.0.0.1:0", "--trusted-proxy", "127.0.0.1"],
        &[
            "--listen",
            "127.0.0.1:0",
            "--public-address",
            "https://portal.example.com",
        ],
    ] {
        let mut arguments = options.to_vec();
        arguments.extend(["--console-token", TOKEN]);
        let refused = output(&folder, &arguments);
        assert_eq!(refused.status.code(), Some(2));
        let text = String::from_utf8(refused.stderr).unwrap();
        assert!(text.contains("--sandbox-beyond-loopback"), "{text}");
        assert!(!fs::exists(folder.path("portal.db")).unwrap());
    }
    let asked = [
        "--listen",
        "0.0.0.0:0",
        "--console-token",
        TOKEN,
        "--sandbox-beyond-loopback",
    ];
    drop(Started::new(&folder, Stdio::null(), &asked));
}

#[test]
fn a_database_file_is_its_owners_and_one_portals() {
    let folder = Folder::new();
    // Where others could read what is made.
    let script = format!(
        "umask 022 && cd {} && exec {} --listen 127.0.0.1:0",
        folder.0.display(),
        env!("CARGO_BIN_EXE_portal")
    );
    let mut command = Command::new("sh");
    let _started = Started::run(command.args(["-c", &script]).stderr(Stdio::null()));
    for entry in fs::read_dir(&folder.0).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{:?}", entry.file_name());
        // A lock beside the file could be deleted.
        if entry.file_name().to_string_lossy().contains("lock") {
            fs::remove_file(entry.path()).unwrap();
        }
    }
    let second = output(&folder, &["--listen", "127.0.0.1:0"]);
    assert_eq!(second.status.code(), Some(2));
    let text = String::from_utf8(second.stderr).unwrap();
    assert!(text.contains("another process uses this file"), "{text}");
}

#[test]
fn whatever_comes_gets_the_same_headers() {
    let folder = Folder::new();
    let started = Started::new(&folder, Stdio::null(), &[]);
    let long = format!(
        "GET / HTTP/1.1\r\nhost: localhost\r\nx: {}\r\n\r\n",
        "x".repeat(200_000)
    );
    let address = format!(
        "GET /{} HTTP/1.1\r\nhost: localhost\r\n\r\n",
        "x".repeat(70_000)
    );
    let answered_before = "GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\nnonsense\r\n\r\n";
    for (request, expected) in [
        ("nonsense\r\n\r\n", "400"),
        ("GET / HTTP/9.9\r\n\r\n", "400"),
        (
            "GET / HTTP/1.1\r\nhost: localhost\r\nbad header\r\n\r\n",
            "400",
        ),
        (&long, "431"),
        (&address, "41"),
        (answered_before, "400"),
        ("GET / HTTP/1.1\r\nconnection: close\r\n\r\n", "400"),
        ("GET / HTTP/1.0\r\n\r\n", "400"),
        ("GET /healthz HTTP/1.1\r\nconnection: close\r\n\r\n", "400"),
        (
            "GET / HTTP/1.1\r\nhost: localhost\r\nhost: localhost\r\nconnection: close\r\n\r\n",
            "400",
        ),
        (
            "GET /nothing HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n",
            "404",
        ),
    ] {
        let answer = raw(started.address, request.as_bytes());
        let last = answer.rfind("HTTP/1.").map_or("", |at| &answer[at..]);
        let shown: String = request.chars().take(60).collect();
        assert!(
            last.get(9..).unwrap_or_default().starts_with(expected),
            "{shown:?}: {last}"
        );
        for header in [
            "content-security-policy: default-src 'none'",
            "x-content-type-options: nosniff",
            "x-frame-options: DENY",
            "referrer-policy: same-origin",
            "cache-control: no-store",
        ] {
            assert!(last.contains(header), "{shown:?} lacks {header}: {last}");
        }
    }
}

//! Gateways that break the protocol itself, and one that never answers.
#![allow(missing_docs, reason = "tests")]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a panic is how a test fails"
)]

mod harness;
mod support;

use std::{
    collections::BTreeMap,
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use harness::{Database, Persons, Portal, call, client, count, eventually};
use reqwest::{Client, Method};
use serde_json::Value;

/// What it got: the key of every message, in the order they came.
type Keys = Arc<Mutex<Vec<String>>>;

const TAKEN: &str = "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n";
const BROKEN: &str = "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n";
const REFUSED: &str = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";

/// A gateway that answers by writing these bytes for the n-th request that it gets; nothing means
/// never. Keeps connections open.
fn gateway(answer: impl Fn(usize) -> String + Send + Sync + 'static) -> (Keys, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let option = format!("webhook:http://{}/", listener.local_addr().unwrap());
    let (keys, answer) = (Keys::default(), Arc::new(answer));
    let got = Arc::clone(&keys);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (got, answer) = (Arc::clone(&got), Arc::clone(&answer));
            thread::spawn(move || serve(stream.unwrap(), &got, &*answer));
        }
    });
    (keys, option)
}

/// One request after the other; ends with the connection.
fn serve(mut stream: TcpStream, got: &Keys, answer: &dyn Fn(usize) -> String) -> Option<()> {
    loop {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).ok()?;
            head.push(byte[0]);
        }
        let head = String::from_utf8(head).ok()?.to_lowercase();
        let header = |name: &str| {
            let lines = head.lines();
            let mut values = lines.filter_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
            values.next().map(str::to_owned)
        };
        let mut body = vec![0; header("content-length")?.parse().ok()?];
        stream.read_exact(&mut body).ok()?;
        let n = {
            let mut got = got.lock().unwrap();
            got.push(header("idempotency-key")?);
            got.len() - 1
        };
        stream.write_all(answer(n).as_bytes()).ok()?;
    }
}

/// Files an order of one person and submits it.
async fn submitted(client: &Client, portal: &Portal, n: u32) -> String {
    let order = Persons::new(n).order("add_service");
    let path = "/api/orders";
    let filed = call(
        client,
        Method::POST,
        portal.address,
        path,
        Some(&order),
        None,
    );
    let order = filed.await.unwrap().1;
    let id = order["id"].as_str().unwrap().to_owned();
    let path = format!("/api/orders/{id}/submit");
    let submitted = call(client, Method::POST, portal.address, &path, None, None).await;
    assert_eq!(submitted.unwrap().0, 200);
    id
}

async fn order(client: &Client, portal: &Portal, id: &str) -> Value {
    let path = format!("/api/orders/{id}");
    let answer = call(client, Method::GET, portal.address, &path, None, None).await;
    answer.unwrap().1
}

async fn until_event(client: &Client, portal: &Portal, id: &str, event: &str) -> Value {
    eventually(event, async || {
        let order = order(client, portal, id).await;
        (count(&order, event) > 0).then_some(order)
    })
    .await
}

fn times(keys: &Keys) -> BTreeMap<String, usize> {
    let mut times = BTreeMap::new();
    for key in &*keys.lock().unwrap() {
        *times.entry(key.clone()).or_default() += 1;
    }
    times
}

/// A surplus answer belongs to no message: the next one is not refused by it.
#[tokio::test(flavor = "multi_thread")]
async fn a_second_answer_to_one_message_is_no_answer_to_the_next() {
    let (keys, sms) = gateway(|_| format!("{TAKEN}{REFUSED}"));
    let database = Database::sqlite();
    let (client, portal) = (client(), Portal::start(&database, &["--sms", &sms]));
    for n in 0..6 {
        let id = submitted(&client, &portal, n).await;
        let order = until_event(&client, &portal, &id, "message_accepted").await;
        assert_eq!(count(&order, "message_failed"), 0, "{order}");
        assert_eq!(count(&order, "message_accepted"), 1);
    }
    let times = times(&keys);
    assert_eq!(times.len(), 6);
    assert!(times.values().all(|times| *times == 1), "{times:?}");
}

/// Half an answer, and one that is not HTTP: the message is not known to be taken, so it is sent again
/// under the same key.
#[tokio::test(flavor = "multi_thread")]
async fn half_an_answer_is_none() {
    let (keys, sms) = gateway(|n| match n {
        0 => "HTTP/1.1 20".to_owned(),
        1 => "I am no gateway\r\n\r\n".to_owned(),
        _ => TAKEN.to_owned(),
    });
    let database = Database::sqlite();
    let (client, portal) = (client(), Portal::start(&database, &["--sms", &sms]));
    let id = submitted(&client, &portal, 1).await;
    let order = until_event(&client, &portal, &id, "message_accepted").await;
    assert_eq!(count(&order, "message_accepted"), 1);
    let times: Vec<_> = times(&keys).into_values().collect();
    assert_eq!(times, [3]);
}

/// It is left alone for a while after every try has failed; nothing else waits for it.
#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_never_answers_holds_nobody_up() {
    let (keys, sms) = gateway(|_| String::new());
    let database = Database::sqlite();
    let (client, portal) = (client(), Portal::start(&database, &["--sms", &sms]));
    let first = submitted(&client, &portal, 0).await;
    eventually("it isn't asked", async || {
        (!keys.lock().unwrap().is_empty()).then_some(())
    })
    .await;
    // While it hangs, orders are filed and looked at, and one is withdrawn.
    let mut others = Vec::new();
    for n in 1..4 {
        others.push(submitted(&client, &portal, n).await);
    }
    let path = format!("/api/orders/{}/withdraw", others[0]);
    let withdrawn = call(&client, Method::POST, portal.address, &path, None, None).await;
    assert_eq!(withdrawn.unwrap().0, 200);
    let deferred = until_event(&client, &portal, &first, "message_deferred").await;
    assert_eq!(count(&deferred, "message_accepted"), 0);
    assert_eq!(deferred["recipients"][0]["state"], "waiting_for_message");
    assert!(times(&keys).values().all(|times| *times <= 3));
}

/// What wasn't tried while it was down costs nobody a pause: it goes out once the gateway is back, some
/// seconds later. A minute later nothing here would still be waiting for it.
#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_was_down_delays_no_message_by_a_minute() {
    let down = Arc::new(AtomicBool::new(true));
    let is_down = Arc::clone(&down);
    let (keys, sms) = gateway(move |_| {
        let is_down = is_down.load(Ordering::Relaxed);
        if is_down { BROKEN } else { TAKEN }.to_owned()
    });
    let database = Database::sqlite();
    let options = ["--sms", &sms, "--in-flight", "2"];
    let (client, portal) = (client(), Portal::start(&database, &options));
    let mut orders = Vec::new();
    for n in 0..30 {
        orders.push(submitted(&client, &portal, n).await);
    }
    eventually("nothing was tried", async || {
        times(&keys).values().any(|times| *times == 3).then_some(())
    })
    .await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    down.store(false, Ordering::Relaxed);
    let (mut untried, mut tried) = (0, 0);
    for id in &orders {
        let order = eventually("neither out nor tried in vain", async || {
            let order = order(&client, &portal, id).await;
            let heard = ["message_accepted", "message_deferred"].map(|name| count(&order, name));
            (heard != [0, 0]).then_some(order)
        })
        .await;
        match count(&order, "message_deferred") {
            0 => untried += 1,
            _ => tried += 1,
        }
    }
    assert!(tried > 0 && untried > tried, "{tried} {untried}");
    assert!(times(&keys).values().all(|times| *times <= 3));
}

/// The same message is tried again until the gateway has recovered; the person gets it once.
#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_recovers_gets_the_same_message() {
    let (keys, sms) = gateway(|n| if n < 2 { BROKEN } else { TAKEN }.to_owned());
    let database = Database::sqlite();
    let (client, portal) = (client(), Portal::start(&database, &["--sms", &sms]));
    let id = submitted(&client, &portal, 1).await;
    until_event(&client, &portal, &id, "message_accepted").await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    let times: Vec<_> = times(&keys).into_values().collect();
    assert_eq!(times, [3]);
}

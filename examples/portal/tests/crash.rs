//! `kill -9` of a portal, of its database server or of a node of its cluster, under load: nothing that was
//! acknowledged is lost, and nobody gets more than is due.
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
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    sync::{
        Arc, RwLock,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use harness::{
    Database, Gateway, LAST_SIX, Persons, Portal, call, client, count, entry, eventually, wrong,
};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use support::code_in;
use tokio::{sync::Mutex, time};

/// One test at a time: each is a load by itself.
static TURN: Mutex<()> = Mutex::const_new(());

const CLIENTS: u32 = 32;

/// How many messages a portal sends at once, unless it is told otherwise.
const IN_FLIGHT: usize = 16;

/// Twenty, unless the environment says otherwise.
fn kills() -> u32 {
    std::env::var("BEIAN_KILLS").map_or(20, |kills| kills.parse().unwrap())
}

/// What is killed, one after the other.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Killed {
    Portals,
    /// The server, or so many nodes of a cluster, by the command of `BEIAN_SERVERS` that started them.
    Servers(&'static str, u32),
}

/// `kill` or `start`; a node of a cluster is back when it has caught up.
async fn server(act: &str, kind: &str, node: u32) {
    let servers = std::env::var("BEIAN_SERVERS").unwrap();
    let folder = std::env::var(format!("BEIAN_FOLDER_{}", kind.to_uppercase())).unwrap();
    let node = node.to_string();
    let mut command = tokio::process::Command::new(servers);
    // What it starts outlives it, and must not hold what it writes to.
    command.args([act, kind, &folder, &node]);
    command.stdout(std::process::Stdio::null());
    let done = command.status().await.unwrap();
    assert!(done.success(), "{act} {kind} {node}");
}

/// What the clients share.
struct World {
    client: Client,
    /// Where the portals listen now; they die and come back elsewhere.
    portals: RwLock<Vec<SocketAddr>>,
    /// Where messages go; without one, to the handsets of the sandbox.
    gateway: Option<Gateway>,
    /// Or nodes of a cluster, where reads may be a moment late.
    servers_die: bool,
    /// No new orders any more.
    enough: AtomicBool,
    next: AtomicU32,
}

/// Where an order must be in the end, by what was acknowledged.
#[derive(Debug)]
struct Expected {
    id: String,
    status: &'static str,
    /// Number and last six of the ID of everybody who must verify.
    texted: Vec<(String, &'static str)>,
    rounds: usize,
    verified: usize,
    wrong_entries: usize,
    /// At least, for a request that went unanswered may be queued too.
    resends: usize,
}

/// Nothing came in time, or what was asked went unanswered: the order is left where it is.
struct Left;

impl World {
    fn address(&self, n: usize) -> SocketAddr {
        let portals = self.portals.read().unwrap();
        portals[n % portals.len()]
    }

    /// Sends a request until it is answered, by one portal or another. Gives whether a try before
    /// went unanswered: it may have been carried out.
    async fn insist(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        key: Option<&str>,
    ) -> (u16, Value, bool) {
        let (mut unanswered, began, mut n) = (false, Instant::now(), 0);
        loop {
            let address = self.address(n);
            match call(&self.client, method.clone(), address, path, body, key).await {
                Ok((503, busy)) => {
                    assert_eq!(busy["code"], "try_again", "{path}: {busy}");
                    // The server may have died between a commit and its answer.
                    unanswered |= self.servers_die;
                }
                Ok((status, answer)) => return (status, answer, unanswered),
                Err(error) => unanswered |= !error.is_connect(),
            }
            assert!(began.elapsed() < Duration::from_secs(100), "{path}");
            time::sleep(Duration::from_millis(10)).await;
            n += 1;
        }
    }

    /// A step that isn't possible any more was taken by a try that went unanswered. What one node of a
    /// cluster has stored, another may not have read yet.
    async fn step(&self, id: &str, step: &str) {
        let path = format!("/api/orders/{id}/{step}");
        let (began, mut unanswered) = (Instant::now(), false);
        loop {
            let (status, answer, again) = self.insist(Method::POST, &path, None, None).await;
            unanswered |= again;
            let taken = status == 200 || (status == 409 && unanswered);
            let late = status == 404 || (status == 409 && self.servers_die);
            if !taken && late && began.elapsed() < Duration::from_secs(5) {
                time::sleep(Duration::from_millis(20)).await;
                continue;
            }
            assert!(taken, "{path}: {status} {answer}");
            return;
        }
    }

    /// The same key with every try: it counts once, and has one answer.
    async fn enter(&self, mobile: &str, code: &str, last_six: &str) -> String {
        let key = format!("entry {}", self.next.fetch_add(1, Ordering::Relaxed));
        let (entry, path) = (entry(mobile, code, last_six), "/api/verifications");
        let answer = self.insist(Method::POST, path, Some(&entry), Some(&key));
        let (status, answer, _) = answer.await;
        assert_eq!(status, 200, "{answer}");
        answer["result"].as_str().unwrap().to_owned()
    }

    async fn order(&self, id: &str) -> Value {
        let path = format!("/api/orders/{id}");
        let (status, order, _) = self.insist(Method::GET, &path, None, None).await;
        assert_eq!(status, 200, "{order}");
        order
    }

    /// The codes that a number got, oldest first. The same message again is no other message.
    async fn codes(&self, mobile: &str) -> Vec<String> {
        if let Some(gateway) = &self.gateway {
            let (mut keys, mut codes) = (BTreeSet::new(), Vec::new());
            for message in gateway.of(mobile) {
                codes.extend(keys.insert(message.key).then_some(message.code));
            }
            return codes;
        }
        let path = format!("/sandbox/messages?mobile={mobile}");
        let (_, messages, _) = self.insist(Method::GET, &path, None, None).await;
        let messages = messages.as_array().unwrap().iter();
        let code = |message: &Value| code_in(message["text"].as_str().unwrap());
        messages.map(code).collect()
    }

    /// The code of the n-th message, unless it takes long, for a portal was killed with its lease.
    async fn code(&self, mobile: &str, n: usize) -> Result<String, Left> {
        for _ in 0..300 {
            if let Some(code) = self.codes(mobile).await.get(n) {
                return Ok(code.clone());
            }
            time::sleep(Duration::from_millis(20)).await;
        }
        Err(Left)
    }

    /// One order after the other, until it is enough.
    async fn work(&self) -> Vec<Expected> {
        let mut orders = Vec::new();
        while !self.enough.load(Ordering::Relaxed) {
            let n = self.next.fetch_add(1, Ordering::Relaxed);
            let Ok(mut expected) = self.file(n).await else {
                time::sleep(Duration::from_millis(10)).await;
                continue;
            };
            let _left = self.drive(&mut expected, n).await;
            orders.push(expected);
        }
        orders
    }

    /// Filing has no key: what went unanswered is left alone.
    async fn file(&self, n: u32) -> Result<Expected, Left> {
        let Persons([leader, administrator]) = Persons::new(n);
        let both = n.is_multiple_of(2);
        let order = Persons::new(n).order(if both { "initial" } else { "add_service" });
        let (address, path) = (self.address(0), "/api/orders");
        let filed = call(
            &self.client,
            Method::POST,
            address,
            path,
            Some(&order),
            None,
        );
        let Ok((status, order)) = filed.await else {
            return Err(Left);
        };
        if status == 503 {
            return Err(Left);
        }
        assert_eq!(status, 201, "{order}");
        let mut texted = vec![(leader, LAST_SIX[0]), (administrator, LAST_SIX[1])];
        texted.drain(..usize::from(!both));
        Ok(Expected {
            id: order["id"].as_str().unwrap().to_owned(),
            status: "initial_review",
            texted,
            rounds: 0,
            verified: 0,
            wrong_entries: 0,
            resends: 0,
        })
    }

    /// An order on one of six ways; how far it has come is noted with every answer.
    async fn drive(&self, order: &mut Expected, n: u32) -> Result<(), Left> {
        let way = n / 2 % 6;
        if way == 0 {
            return Ok(());
        }
        self.step(&order.id, "submit").await;
        (order.status, order.rounds) = ("sms_verification", 1);
        if way == 1 {
            self.step(&order.id, "withdraw").await;
            order.status = "withdrawn";
            return Ok(());
        }
        let (mobile, last_six) = order.texted[0].clone();
        let code = self.code(&mobile, 0).await?;
        let mut first = 0;
        match way {
            2 => {
                for n in 0..2 {
                    let result = self.enter(&mobile, &wrong(&code, n), last_six).await;
                    assert_eq!(result, "not_found");
                    order.wrong_entries += 1;
                }
                return Ok(());
            }
            // Five lock, the sixth returns the order; the next round has a code of its own.
            3 => {
                for n in 0..6 {
                    let result = self.enter(&mobile, &wrong(&code, n), last_six).await;
                    assert_eq!(result, "not_found");
                }
                order.wrong_entries = 5;
                self.step(&order.id, "resubmit").await;
                order.rounds = 2;
                // In the round before, the others may not have got theirs.
                if order.texted.len() > 1 {
                    return Ok(());
                }
                first = 1;
            }
            4 if self.gateway.is_none() => {
                let advance = json!({ "advance_seconds": 61 });
                let path = "/sandbox/clock";
                self.insist(Method::POST, path, Some(&advance), None).await;
                let request = json!({ "mobile": mobile, "id_last6": last_six });
                let path = "/api/resends";
                let answer = self.insist(Method::POST, path, Some(&request), None).await;
                let (status, answer, unanswered) = answer;
                let result = answer["result"].as_str().unwrap();
                let taken = result == "accepted" || (result == "too_soon" && unanswered);
                assert!(status == 200 && taken, "{answer}");
                order.resends = 1;
                self.code(&mobile, 1).await?;
                // It may have counted twice.
                time::sleep(Duration::from_millis(100)).await;
                first = self.codes(&mobile).await.len() - 1;
            }
            _ => {}
        }
        for (place, (mobile, last_six)) in order.texted.clone().iter().enumerate() {
            let n = if place == 0 { first } else { 0 };
            let code = self.code(mobile, n).await?;
            let result = self.enter(mobile, &code, last_six).await;
            order.verified += 1;
            if order.verified == order.texted.len() {
                assert_eq!(result, "all_verified");
                order.status = "administration_review";
            } else {
                assert_eq!(result, "waiting_for_others");
            }
        }
        Ok(())
    }

    async fn check(&self, expected: &Expected) {
        let order = self.order(&expected.id).await;
        let context = format!("{expected:?}\n{order}");
        assert_eq!(order["status"], expected.status, "{context}");
        assert_eq!(count(&order, "order_filed"), 1, "{context}");
        let submitted = count(&order, "order_submitted") + count(&order, "order_resubmitted");
        assert_eq!(submitted, expected.rounds, "{context}");
        for (event, n) in [
            ("round_opened", expected.rounds),
            ("person_verified", expected.verified),
            ("wrong_entry", expected.wrong_entries),
        ] {
            assert_eq!(count(&order, event), n, "{event}: {context}");
        }
        let recipients = order["recipients"].as_array().unwrap();
        let numbers = if expected.rounds == 0 {
            0
        } else {
            expected.texted.len()
        };
        assert_eq!(recipients.len(), numbers, "{context}");
        let left = |r: &Value| usize::try_from(r["wrong_entries_left"].as_u64().unwrap()).unwrap();
        let in_this_round = if expected.rounds == 2 {
            0
        } else {
            expected.wrong_entries
        };
        let wrong: usize = recipients.iter().map(|r| 5 - left(r)).sum();
        assert_eq!(wrong, in_this_round, "{context}");
        // What was answered is that it is queued. It counts once it was accepted (R22), which a crash may
        // forget; if its code was right before it could be sent again, for good.
        let events = order["events"].as_array().unwrap().iter();
        let queued = events.clone().filter(|event| event["kind"] == "resend");
        assert!(queued.count() >= expected.resends, "{context}");
        if expected.rounds == 1 {
            let of_resends = |event: &&Value| event["number"].as_u64() > Some(0);
            let accepted = events.filter(|event| event["type"] == "message_accepted");
            let used =
                |r: &Value| 2 - usize::try_from(r["resends_left"].as_u64().unwrap()).unwrap();
            let used: usize = recipients.iter().map(used).sum();
            assert_eq!(accepted.filter(of_resends).count(), used, "{context}");
        }
        // Whoever is still to verify has got a message by now.
        if order["status"] == "sms_verification" {
            for recipient in recipients {
                let state = &recipient["state"];
                let out = state == "waiting_for_code" || state == "verified";
                assert!(out, "{context}");
            }
        }
        for (mobile, _) in &expected.texted {
            let messages = self.codes(mobile).await.len();
            assert!(messages <= 3 * expected.rounds, "{messages}: {context}");
        }
    }
}

/// Kills one after the other under load; checks what became of all orders.
async fn crash(database: &Database, portals: usize, with_gateway: bool, killed: Killed) {
    let kills = kills();
    let (gateway, sms) = if with_gateway {
        let (gateway, sms) = Gateway::start().await;
        (Some(gateway), sms)
    } else {
        (None, "sandbox".to_owned())
    };
    let start = || {
        let mut options = vec!["--sms", &sms, "--sms-delay", "0s"];
        options.extend(["--rate-address", "1000000", "--rate-number", "1000000"]);
        Portal::start(database, &options)
    };
    let mut running: Vec<_> = (0..portals).map(|_| start()).collect();
    let addresses = running.iter().map(|portal| portal.address).collect();
    let world = Arc::new(World {
        client: client(),
        portals: RwLock::new(addresses),
        gateway,
        servers_die: killed != Killed::Portals,
        enough: AtomicBool::new(false),
        next: AtomicU32::new(0),
    });
    let clients = (0..CLIENTS).map(|_| {
        let world = Arc::clone(&world);
        tokio::spawn(async move { world.work().await })
    });
    let clients: Vec<_> = clients.collect();
    let mut marks = Vec::new();
    for n in 0..kills {
        // At every phase of what the portal does.
        let pause = 150 + u64::from(n) * 7919 % 450;
        time::sleep(Duration::from_millis(pause)).await;
        if let Killed::Servers(kind, nodes) = killed {
            let node = n % nodes + 1;
            server("kill", kind, node).await;
            time::sleep(Duration::from_millis(pause)).await;
            server("start", kind, node).await;
            time::sleep(Duration::from_secs(1)).await;
            continue;
        }
        let place = usize::try_from(n).unwrap() % portals;
        running[place].kill();
        if portals == 1 {
            marks.extend(mark(world.gateway.as_ref()).await);
            database.end_leases().await;
        }
        running[place] = start();
        world.portals.write().unwrap()[place] = running[place].address;
    }
    time::sleep(Duration::from_millis(300)).await;
    world.enough.store(true, Ordering::Relaxed);
    let mut orders = Vec::new();
    for client in clients {
        orders.extend(client.await.unwrap());
    }
    drop(running);
    marks.extend(mark(world.gateway.as_ref()).await);
    database.end_leases().await;
    let last = start();
    *world.portals.write().unwrap() = vec![last.address];
    eventually("messages that were due aren't out", async || {
        let path = "/api/orders?status=sms_verification&limit=200";
        let (mut out, mut after) = (true, String::new());
        loop {
            let path = format!("{path}{after}");
            let (status, page, _) = world.insist(Method::GET, &path, None, None).await;
            assert_eq!(status, 200, "{page}");
            out &= !page.to_string().contains("waiting_for_message");
            match page["next"].as_str() {
                Some(next) => after = format!("&after={next}"),
                None => return out.then_some(()),
            }
        }
    })
    .await;
    for expected in &orders {
        world.check(expected).await;
    }
    let mut ends = BTreeMap::<_, u32>::new();
    for order in &orders {
        *ends.entry(order.status).or_default() += 1;
    }
    println!("{} orders, {kills} kills: {ends:?}", orders.len());
    for status in ["initial_review", "sms_verification", "withdrawn"] {
        assert!(ends.contains_key(status), "no order ended in {status}");
    }
    assert!(ends.contains_key("administration_review"), "{ends:?}");
    if let Some(gateway) = &world.gateway {
        // A server that dies leaves what each portal has in flight in doubt; the portals that were left
        // were killed too.
        let each = if killed == Killed::Portals {
            1
        } else {
            portals
        };
        let crashes = usize::try_from(kills).unwrap() * each + portals;
        check_messages(gateway, crashes * IN_FLIGHT);
        if portals == 1 {
            check_each_kill(gateway, &marks);
        }
    }
}

/// How many messages have come when no portal runs, and what was on the way has arrived.
async fn mark(gateway: Option<&Gateway>) -> Option<usize> {
    time::sleep(Duration::from_millis(50)).await;
    gateway.map(Gateway::count)
}

/// Of what came for the first time between two kills, no more comes again than was in flight at the second
/// of them.
fn check_each_kill(gateway: &Gateway, marks: &[usize]) {
    let received = gateway.received();
    let mut from = 0;
    let mut repeated = 0;
    for (kill, mark) in marks.iter().enumerate() {
        let (before, rest) = received.split_at(from);
        let new = rest[..mark - from]
            .iter()
            .filter(|one| before.iter().all(|earlier| earlier.key != one.key));
        let keys: BTreeSet<_> = new.map(|one| &one.key).collect();
        let times = |key: &str| received.iter().filter(|one| one.key == key).count();
        let again: Vec<_> = keys.iter().filter(|key| times(key) > 1).collect();
        assert!(again.len() <= IN_FLIGHT, "kill {kill} repeats {again:?}");
        repeated += again.len();
        from = *mark;
    }
    println!("{} kills, {repeated} messages come again", marks.len());
    assert!(repeated > 0, "no kill came while a message was under way");
}

/// A crash repeats what was in flight at most, under the same key and with the same code.
fn check_messages(gateway: &Gateway, in_doubt: usize) {
    let mut keys = BTreeMap::<_, Vec<_>>::new();
    for message in gateway.received() {
        let sent = keys.entry(message.key).or_default();
        sent.push((message.mobile, message.code));
    }
    let mut persons = BTreeMap::<_, u32>::new();
    let mut twice = 0;
    for (key, sent) in &keys {
        assert!(sent.iter().all(|one| one == &sent[0]), "{key}: {sent:?}");
        twice += sent.len() - 1;
        // Session and recipient.
        let person: Vec<_> = key.split('-').take(2).collect();
        *persons.entry(person.join("-")).or_default() += 1;
    }
    println!("{} messages, {twice} of them twice", keys.len());
    assert!(
        twice <= in_doubt,
        "{twice} of {in_doubt} that were in doubt"
    );
    assert!(persons.values().all(|messages| *messages <= 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_with_a_gateway() {
    let _turn = TURN.lock().await;
    crash(&Database::sqlite(), 1, true, Killed::Portals).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_in_the_sandbox() {
    let _turn = TURN.lock().await;
    crash(&Database::sqlite(), 1, false, Killed::Portals).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: BEIAN_POSTGRES"]
async fn postgres_with_a_gateway() {
    let _turn = TURN.lock().await;
    crash(&Database::postgres().await, 2, true, Killed::Portals).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: BEIAN_POSTGRES"]
async fn postgres_in_the_sandbox() {
    let _turn = TURN.lock().await;
    crash(&Database::postgres().await, 2, false, Killed::Portals).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs MySQL: BEIAN_MYSQL"]
async fn mysql_with_a_gateway() {
    let _turn = TURN.lock().await;
    crash(&Database::mysql().await, 2, true, Killed::Portals).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs MySQL: BEIAN_MYSQL"]
async fn mysql_in_the_sandbox() {
    let _turn = TURN.lock().await;
    crash(&Database::mysql().await, 2, false, Killed::Portals).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: BEIAN_POSTGRES, and to kill it: BEIAN_SERVERS"]
async fn postgres_itself() {
    let _turn = TURN.lock().await;
    let server = Killed::Servers("postgres", 1);
    crash(&Database::postgres().await, 2, true, server).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a cluster of MariaDB: BEIAN_CLUSTER, and to kill its nodes: BEIAN_SERVERS"]
async fn nodes_of_a_cluster() {
    let _turn = TURN.lock().await;
    let nodes = Killed::Servers("cluster", 3);
    crash(&Database::cluster().await, 3, true, nodes).await;
}

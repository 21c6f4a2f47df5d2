//! Three portals on one server, or on three nodes of a cluster, and many who want the same thing at once.
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
    sync::Arc,
    time::{Duration, Instant},
};

use beian::{
    Opening, Recipient, Recipients, Role, Seed, Session, Update, VerificationPolicy,
    host::SessionStore as _,
};
use chrono::Utc;
use harness::{
    Answer, Database, Gateway, LAST_SIX, Persons, Portal, call, client, count, entry, eventually,
    metric, wrong,
};
use portal::{keys::PortalKeys, store::Store};
use reqwest::{Client, Method};
use serde_json::Value;
use sqlx::{AnyConnection, Connection as _, Executor as _};
use support::code_in;
use tokio::sync::{Barrier, Mutex};

/// One test at a time: three portals have many connections.
static TURN: Mutex<()> = Mutex::const_new(());

const PORTALS: usize = 3;

/// A test over each kind of server.
macro_rules! over_each {
    ($($test:ident),*) => {$(
        mod $test {
            use super::Database;

            #[tokio::test(flavor = "multi_thread")]
            #[ignore = "needs PostgreSQL: BEIAN_POSTGRES"]
            async fn postgres() {
                super::$test(Database::postgres().await).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            #[ignore = "needs MySQL: BEIAN_MYSQL"]
            async fn mysql() {
                super::$test(Database::mysql().await).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            #[ignore = "needs a cluster of MariaDB: BEIAN_CLUSTER"]
            async fn cluster() {
                super::$test(Database::cluster().await).await;
            }
        }
    )*};
}
over_each!(
    guesses_of_64_clients_get_five_verdicts,
    among_guesses_the_right_code_has_no_more_luck_than_the_budget,
    the_right_code_sent_32_times_at_once_verifies_once,
    many_that_submit_under_one_key_begin_one_round,
    three_portals_send_the_messages_of_many_due_sessions_once_each
);

/// With the sandbox's sender; the messages arrive at once.
fn start(database: &Database) -> Vec<Portal> {
    let start = |_| Portal::start(database, &["--sms-delay", "0s"]);
    (0..PORTALS).map(start).collect()
}

/// Files an order and submits it at one of the portals.
async fn submitted(client: &Client, portals: &[Portal], n: u32, filing_type: &str) -> String {
    let address = portals[usize::try_from(n).unwrap() % portals.len()].address;
    let order = Persons::new(n).order(filing_type);
    let filed = call(
        client,
        Method::POST,
        address,
        "/api/orders",
        Some(&order),
        None,
    )
    .await;
    let (status, order) = filed.unwrap();
    assert_eq!(status, 201, "{order}");
    let id = order["id"].as_str().unwrap().to_owned();
    let path = format!("/api/orders/{id}/submit");
    let (status, order) = call(client, Method::POST, address, &path, None, None)
        .await
        .unwrap();
    assert_eq!(status, 200, "{order}");
    id
}

async fn code(client: &Client, portal: &Portal, mobile: &str) -> String {
    let path = format!("/sandbox/messages?mobile={mobile}");
    eventually("no message", async || {
        let messages = call(client, Method::GET, portal.address, &path, None, None).await;
        let messages = messages.unwrap().1;
        Some(code_in(messages[0]["text"].as_str()?))
    })
    .await
}

async fn order(client: &Client, portal: &Portal, id: &str) -> Value {
    let path = format!("/api/orders/{id}");
    let answer = call(client, Method::GET, portal.address, &path, None, None).await;
    let (status, order) = answer.unwrap();
    assert_eq!(status, 200, "{order}");
    order
}

/// As it is once the portal's node of a cluster has read what another one has stored.
async fn order_once(client: &Client, portal: &Portal, id: &str, status: &str) -> Value {
    eventually(status, async || {
        let order = order(client, portal, id).await;
        (order["status"] == status).then_some(order)
    })
    .await
}

/// Sends all entries at the same instant, in turn to each portal, each over its own connection.
/// Gives the results; one that was told to try again later (503) isn't among them.
async fn at_once(portals: &[Portal], entries: Vec<Value>) -> Vec<String> {
    let barrier = Arc::new(Barrier::new(entries.len()));
    let mut tasks = Vec::new();
    for (n, entry) in entries.into_iter().enumerate() {
        let (barrier, address) = (Arc::clone(&barrier), portals[n % portals.len()].address);
        tasks.push(tokio::spawn(async move {
            let client = client();
            // The connection is there before it matters.
            call(&client, Method::GET, address, "/healthz", None, None).await?;
            barrier.wait().await;
            let path = "/api/verifications";
            call(&client, Method::POST, address, path, Some(&entry), None).await
        }));
    }
    let mut results = Vec::new();
    for task in tasks {
        let answer: Answer = task.await.unwrap();
        match answer.unwrap() {
            (200, answer) => results.push(answer["result"].as_str().unwrap().to_owned()),
            (503, answer) => assert_eq!(answer["code"], "try_again"),
            other => panic!("{other:?}"),
        }
    }
    results
}

async fn guesses_of_64_clients_get_five_verdicts(database: Database) {
    let _turn = TURN.lock().await;
    let (client, portals) = (client(), start(&database));
    let id = submitted(&client, &portals, 1, "add_service").await;
    let [_, mobile] = Persons::new(1).0;
    let right = code(&client, &portals[0], &mobile).await;
    // Whoever is told to try again does so, until all have had five guesses or more.
    let guess = |n| entry(&mobile, &wrong(&right, n), LAST_SIX[1]);
    let mut answered = 0;
    for round in 0..5 {
        let guesses = (0..64).map(|n| guess(64 * round + n)).collect();
        let results = at_once(&portals, guesses).await;
        assert!(results.iter().all(|result| result == "not_found"));
        answered += results.len();
    }
    assert!(answered >= 64, "{answered}");
    for portal in &portals {
        let order = order_once(&client, portal, &id, "returned").await;
        assert_eq!(order["returned_because"], "too_many_wrong_entries");
        assert_eq!(order["recipients"][0]["wrong_entries_left"], 0);
        assert_eq!(count(&order, "wrong_entry"), 5, "{order}");
        assert_eq!(count(&order, "person_locked"), 1);
        assert_eq!(count(&order, "round_returned"), 1);
    }
    // The one for the locked person, which returned the order, is none.
    let counted = metric(&client, &portals, "portal_wrong_entries_total").await;
    assert_eq!(counted, 5);
    let late = at_once(&portals, vec![entry(&mobile, &right, LAST_SIX[1])]).await;
    assert_eq!(late, ["not_found"]);
}

async fn among_guesses_the_right_code_has_no_more_luck_than_the_budget(database: Database) {
    let _turn = TURN.lock().await;
    let (client, portals) = (client(), start(&database));
    let (mut verified, mut locked) = (0, 0);
    for n in 0..8 {
        let id = submitted(&client, &portals, n, "add_service").await;
        let [_, mobile] = Persons::new(n).0;
        let right = code(&client, &portals[0], &mobile).await;
        // One in eight is right.
        let code = |k| match (k + n) % 8 {
            7 => right.clone(),
            _ => wrong(&right, k),
        };
        let guesses = (0..64).map(|k| entry(&mobile, &code(k), LAST_SIX[1]));
        let results = at_once(&portals, guesses.collect()).await;
        let verified_by = results.iter().any(|result| result == "all_verified");
        let order = if verified_by {
            order_once(&client, &portals[1], &id, "administration_review").await
        } else {
            order(&client, &portals[1], &id).await
        };
        let (wrong, right) = (
            count(&order, "wrong_entry"),
            count(&order, "person_verified"),
        );
        if order["status"] == "administration_review" {
            assert!(right == 1 && wrong < 5, "{order}");
            assert!(results.iter().any(|result| result == "all_verified"));
            verified += 1;
        } else {
            assert!(right == 0 && wrong <= 5, "{order}");
            assert!(results.iter().all(|result| result == "not_found"));
            locked += usize::from(wrong == 5);
        }
    }
    println!("{verified} orders verified, {locked} locked");
    assert!(verified + locked > 0);
}

async fn the_right_code_sent_32_times_at_once_verifies_once(database: Database) {
    let _turn = TURN.lock().await;
    let (client, portals) = (client(), start(&database));
    let id = submitted(&client, &portals, 1, "initial").await;
    let persons = Persons::new(1).0;
    let expected = [
        ("waiting_for_others", "sms_verification"),
        ("all_verified", "administration_review"),
    ];
    for (n, (result, status)) in expected.into_iter().enumerate() {
        let code = code(&client, &portals[0], &persons[n]).await;
        let entry = entry(&persons[n], &code, LAST_SIX[n]);
        let results = at_once(&portals, vec![entry; 32]).await;
        assert!(results.iter().any(|found| found == result), "{results:?}");
        let order = eventually("the entry isn't in the order", async || {
            let order = order_once(&client, &portals[2], &id, status).await;
            (count(&order, "person_verified") == n + 1).then_some(order)
        })
        .await;
        assert_eq!(count(&order, "round_completed"), n);
        assert_eq!(count(&order, "wrong_entry"), 0);
        let verified = metric(&client, &portals, "portal_verified_persons_total").await;
        assert_eq!(verified, u64::try_from(n + 1).unwrap());
    }
}

async fn many_that_submit_under_one_key_begin_one_round(database: Database) {
    let _turn = TURN.lock().await;
    let (client, portals) = (client(), start(&database));
    for n in 0..8 {
        let filed = Persons::new(n).order("initial");
        let at = |k: usize| portals[k % portals.len()].address;
        let filed = call(
            &client,
            Method::POST,
            at(0),
            "/api/orders",
            Some(&filed),
            None,
        )
        .await;
        let id = filed.unwrap().1["id"].as_str().unwrap().to_owned();
        order_once(&client, &portals[1], &id, "initial_review").await;
        order_once(&client, &portals[2], &id, "initial_review").await;
        let (path, key) = (format!("/api/orders/{id}/submit"), format!("submit-{n}"));
        let submit = |k| {
            let (client, path, key, address) = (client.clone(), path.clone(), key.clone(), at(k));
            tokio::spawn(async move {
                call(&client, Method::POST, address, &path, None, Some(&key)).await
            })
        };
        for answer in (0..8).map(submit).collect::<Vec<_>>() {
            let (status, order) = answer.await.unwrap().unwrap();
            assert_eq!(status, 200, "{order}");
        }
        let order = order_once(&client, &portals[2], &id, "sms_verification").await;
        assert_eq!(count(&order, "round_opened"), 1, "{order}");
        assert_eq!(count(&order, "order_submitted"), 1, "{order}");
    }
}

/// Sessions whose first message is due, put into the store as the portal would.
async fn due_sessions(database: &Database, n: u32) {
    let keys = PortalKeys::open(database.key_file().as_ref()).unwrap();
    let keys = Arc::new(keys);
    let store = Arc::new(Store::open(database.address()).await.unwrap());
    let mut writers = Vec::new();
    for writer in 0..4 {
        let (keys, store) = (Arc::clone(&keys), Arc::clone(&store));
        writers.push(tokio::spawn(async move {
            let mine: Vec<_> = (0..n).filter(|n| n % 4 == writer).collect();
            for chunk in mine.chunks(250) {
                let updates: Vec<_> = chunk.iter().map(|n| opened(&keys, *n)).collect();
                store.sessions().save(&updates).await.unwrap();
            }
        }));
    }
    for writer in writers {
        writer.await.unwrap();
    }
    store.close().await;
}

fn opened(keys: &PortalKeys, n: u32) -> Update {
    let [mobile, _] = Persons::new(n).0;
    let id = [LAST_SIX[0].parse().unwrap()];
    let recipient = Recipient::new(mobile.parse().unwrap(), Role::EntityLeader, id);
    let recipients = Recipients::new([recipient], VerificationPolicy::REGULATOR).unwrap();
    let seed = Seed::draw(&mut getrandom::SysRng).unwrap();
    let opening = Opening::new(u128::from(n), &recipients, seed);
    let decision = Session::open(&opening, keys, Utc::now()).unwrap();
    decision.update().clone()
}

async fn three_portals_send_the_messages_of_many_due_sessions_once_each(database: Database) {
    let sessions: u32 = std::env::var("BEIAN_SESSIONS").map_or(10_000, |n| n.parse().unwrap());
    let _turn = TURN.lock().await;
    due_sessions(&database, sessions).await;
    let (gateway, sms) = Gateway::start().await;
    let began = Instant::now();
    let portals: Vec<_> = (0..PORTALS)
        .map(|_| Portal::start(&database, &["--sms", &sms]))
        .collect();
    let expected = usize::try_from(sessions).unwrap();
    let mut before = 0;
    // As long as it gets on: no message for a minute is the end.
    while before < expected {
        before = eventually("nothing was sent", async || {
            Some(gateway.count()).filter(|count| *count > before)
        })
        .await;
    }
    println!("{before} messages in {:?}", began.elapsed());
    // Every report is stored, not only counted by who sent: nothing is left to be sent when a portal looks again.
    let store = Store::open(database.address()).await.unwrap();
    eventually("not all reports are stored", async || {
        let lag = store.sessions().due_lag(Utc::now()).await.unwrap();
        lag.is_zero().then_some(())
    })
    .await;
    store.close().await;
    drop(portals);
    database.end_leases().await;
    let _portal = Portal::start(&database, &["--sms", &sms]);
    tokio::time::sleep(Duration::from_secs(2)).await;
    let mut times = BTreeMap::new();
    for message in gateway.received() {
        *times.entry(message.key).or_insert(0) += 1;
    }
    assert_eq!(times.len(), expected);
    let twice: Vec<_> = times.iter().filter(|(_, times)| **times > 1).collect();
    assert!(twice.is_empty(), "sent more than once: {twice:?}");
}

/// A node that is cut off from the others answers *try again later*, and nothing else; the portal that is told
/// of no other node comes back with it.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a cluster of MariaDB: BEIAN_CLUSTER"]
async fn cut_off_from_the_cluster_a_node_has_no_answer() {
    let _turn = TURN.lock().await;
    let database = Database::cluster().await;
    let lonely = Portal::start_at(&database.addresses[2], &database, &["--sms-delay", "0s"]);
    let others = [Portal::start_at(
        &database.addresses[0],
        &database,
        &["--sms-delay", "0s"],
    )];
    let client = client();
    let id = submitted(&client, &others, 1, "add_service").await;
    let [_, mobile] = Persons::new(1).0;
    let right = code(&client, &others[0], &mobile).await;
    order_once(&client, &lonely, &id, "sms_verification").await;

    isolate(&database, 1).await;
    let path = "/api/verifications";
    let right = entry(&mobile, &right, LAST_SIX[1]);
    let ask = async |entry: &Value| {
        let asked = call(
            &client,
            Method::POST,
            lonely.address,
            path,
            Some(entry),
            None,
        );
        asked.await.unwrap()
    };
    let unknown = entry("19900009999", "271828", LAST_SIX[1]);
    eventually("it still answers", async || {
        let (status, answer) = ask(&unknown).await;
        (status == 503 && answer["code"] == "try_again").then_some(())
    })
    .await;
    for entry in [&unknown, &right] {
        let (status, answer) = ask(entry).await;
        assert_eq!((status, &answer["code"]), (503, &"try_again".into()));
    }
    // The others go on without it.
    let (status, answer) = call(
        &client,
        Method::POST,
        others[0].address,
        path,
        Some(&right),
        None,
    )
    .await
    .unwrap();
    assert_eq!(
        (status, &answer["result"]),
        (200, &"all_verified".into()),
        "{answer}"
    );

    isolate(&database, 0).await;
    eventually("it doesn't come back", async || {
        let (status, answer) = ask(&unknown).await;
        (status == 200 && answer["result"] == "not_found").then_some(())
    })
    .await;
    order_once(&client, &lonely, &id, "administration_review").await;
}

/// Who goes over to a node that hasn't yet written what others acknowledged waits until it has.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a cluster of MariaDB: BEIAN_CLUSTER"]
async fn on_another_node_of_a_cluster_what_was_acknowledged_is_read() {
    let _turn = TURN.lock().await;
    let database = Database::cluster().await;
    let keys = PortalKeys::open(database.key_file().as_ref()).unwrap();
    let first = Store::open(database.address()).await.unwrap();
    let others = database.addresses[1..].join(",");

    let mut behind = AnyConnection::connect(&database.addresses[1])
        .await
        .unwrap();
    behind.execute("flush tables with read lock").await.unwrap();
    let update = opened(&keys, 1);
    let id = update.id();
    first.sessions().save(&[update]).await.unwrap();
    let over = tokio::spawn(async move { Store::open(&others).await.unwrap() });
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert!(!over.is_finished(), "it didn't wait");
    behind.execute("unlock tables").await.unwrap();
    let store = over.await.unwrap();
    assert!(store.sessions().load(id).await.unwrap().is_some());
    store.close().await;
    first.close().await;
}

async fn isolate(database: &Database, how: u32) {
    let isolate = format!("set global wsrep_provider_options = 'gmcast.isolate={how}'");
    harness::execute(&database.addresses[2], isolate).await;
}

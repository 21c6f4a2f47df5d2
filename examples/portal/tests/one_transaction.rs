//! An order and its round are written together: a database that fails between the two writes leaves
//! neither.
#![allow(
    missing_docs,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a panic is how a test fails"
)]

mod support;

use std::{sync::Arc, task::Poll};

use beian::host::Desk;
use beian_web::clock::HostClock;
use portal::{
    keys::PortalKeys,
    orders::{OrderError, Orders},
    store::Store,
};
use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, Row as _, SqliteConnection};
use support::{Folder, Server, initial};

/// A table that can't be written, as long as it is so; the others can.
struct Faulty(SqliteConnection);

impl Faulty {
    async fn write_to(&mut self, table: &str) {
        for what in ["insert", "update"] {
            let fault = format!(
                "create trigger fault_{what} before {what} on {table} \
                 begin select raise(abort, 'the disk is gone'); end"
            );
            self.0.execute(AssertSqlSafe(fault)).await.unwrap();
        }
    }

    async fn mended(&mut self) {
        let mend = "drop trigger fault_insert; drop trigger fault_update";
        self.0.execute(mend).await.unwrap();
    }

    /// Orders with a round, rounds that are open, all rounds, events of both.
    async fn rows(&mut self) -> [i64; 5] {
        let count = "select (select count(*) from filing_order where round is not null), \
            (select count(*) from beian_session where ended_at is null), (select count(*) from beian_session), \
            (select count(*) from beian_session_event), (select count(*) from order_event)";
        let row = self.0.fetch_one(count).await.unwrap();
        std::array::from_fn(|n| row.get(n))
    }
}

async fn fails(server: &Server, faulty: &mut Faulty, id: &str, step: &str) {
    let (before, order) = (faulty.rows().await, server.order(id).await);
    for table in ["filing_order", "beian_session"] {
        faulty.write_to(table).await;
        let (status, answer) = server.step(id, step).await;
        assert!(status >= 500, "{step}, {table}: {status} {answer}");
        faulty.mended().await;
        assert_eq!(faulty.rows().await, before, "{step}, {table}");
        assert_eq!(server.order(id).await, order, "{step}, {table}");
    }
}

async fn succeeds(server: &Server, id: &str, step: &str) -> Value {
    let (status, order) = server.step(id, step).await;
    assert_eq!(status, 200, "{step}: {order}");
    order
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_that_fails_between_its_two_writes_leaves_neither() {
    let folder = Folder::new();
    let database = format!("sqlite:{}", folder.path("faulty.db"));
    // The gateway takes its time: nothing but the steps writes meanwhile.
    let options = ["--database", &database, "--sms-delay", "1h"];
    let server = Server::with(&options).await;
    let mut faulty = Faulty(SqliteConnection::connect(&database).await.unwrap());

    let id = server.file(&initial()).await;
    fails(&server, &mut faulty, &id, "submit").await;
    let order = succeeds(&server, &id, "submit").await;
    assert_eq!(order["status"], "sms_verification");
    // The messages are handed over before the next fault: what the worker stores is stored.
    for _ in 0..200 {
        if !server
            .order(&id)
            .await
            .to_string()
            .contains("waiting_for_message")
        {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    fails(&server, &mut faulty, &id, "withdraw").await;
    let order = succeeds(&server, &id, "withdraw").await;
    assert_eq!(order["status"], "withdrawn");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_that_submit_at_once_one_does_and_the_others_hear_why_not() {
    let folder = Folder::new();
    let database = format!("sqlite:{}", folder.path("portal.db"));
    let store = Arc::new(Store::open(&database).await.unwrap());
    let keys = PortalKeys::open(folder.path("portal.key").as_ref()).unwrap();
    let (keys, clock) = (Arc::new(keys), HostClock::default());
    let desk = Desk::new(store.sessions().clone(), Arc::clone(&keys), clock.clone());
    let orders = Orders::new(store, Arc::new(desk), keys, clock);
    let form = serde_json::from_value(initial()).unwrap();
    let id = orders.file(&form, None).await.unwrap().id;

    // All have read the order before the first of them writes it.
    let submit = || Box::pin(orders.submit(id, None));
    let mut under_way: Vec<_> = (0..16).map(|_| submit()).collect();
    let mut done = Vec::new();
    std::future::poll_fn(|context| {
        under_way.retain_mut(|submit| match submit.as_mut().poll(context) {
            Poll::Ready(answer) => {
                done.push(answer);
                false
            }
            Poll::Pending => true,
        });
        if under_way.is_empty() {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
    let submitted = done.iter().filter(|answer| answer.is_ok()).count();
    assert_eq!(submitted, 1);
    for refused in done.iter().filter_map(|answer| answer.as_ref().err()) {
        assert!(matches!(refused, OrderError::Step(_)), "{refused}");
    }
    let order = orders.order(id).await.unwrap();
    assert_eq!(order.life.rounds(), 1);
    let opened = |line: &&portal::store::Trail| line.event["type"] == "round_opened";
    assert_eq!(order.trail.iter().filter(opened).count(), 1);
}

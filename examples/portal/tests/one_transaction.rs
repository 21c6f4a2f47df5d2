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

use std::sync::Arc;

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
            (select count(*) from session where ended_at is null), (select count(*) from session), \
            (select count(*) from session_event), (select count(*) from order_event)";
        let row = self.0.fetch_one(count).await.unwrap();
        std::array::from_fn(|n| row.get(n))
    }
}

async fn fails(server: &Server, faulty: &mut Faulty, id: &str, step: &str) {
    let (before, order) = (faulty.rows().await, server.order(id).await);
    for table in ["filing_order", "session"] {
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
    let server = Arc::new(Server::sandbox().await);
    for (first, then) in [("submit", "withdraw"), ("withdraw", "submit")] {
        let id = server.file(&initial()).await;
        let steps = (0..16).map(|n| {
            let (server, id) = (Arc::clone(&server), id.clone());
            let step = if n == 8 { then } else { first };
            tokio::spawn(async move { (step, server.step(&id, step).await) })
        });
        let steps: Vec<_> = steps.collect();
        let mut done = Vec::new();
        for step in steps {
            let (step, (status, answer)) = step.await.unwrap();
            match status {
                200 => done.push(step),
                409 => {}
                // A round began while an order without one was withdrawn: the client tries again.
                503 if step == "withdraw" => {}
                _ => panic!("{step}: {status} {answer}"),
            }
        }
        done.sort_unstable();
        let both: &[&str] = &["submit", "withdraw"];
        assert!(
            done == ["withdraw"] || done == both || done == ["submit"],
            "{done:?}"
        );
        let order = server.order(&id).await;
        let withdrawn = done.contains(&"withdraw");
        assert_eq!(order["status"] == "withdrawn", withdrawn, "{order}");
        let rounds = order["events"].to_string().matches("round_opened").count();
        assert_eq!(rounds, usize::from(done.contains(&"submit")), "{order}");
    }
}

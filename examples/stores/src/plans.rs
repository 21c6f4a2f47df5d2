//! Every statement is answered by an index, whatever the tables hold and whatever is known of them.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a panic is how a test fails"
)]

#[path = "../tests/support/mod.rs"]
mod support;

use beian::SessionId;

use self::support::{Database, on_each, rows, run};
use crate::{
    SqlStore,
    dialect::Dialect,
    driver::Value,
    statements::{Statement, Statements},
};

/// What the planner has before it. Of a few pages it may read all, where a statement names many sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Tables {
    Young,
    Full,
    Analyzed,
}

on_each!(every_statement_is_answered_by_an_index);

/// How many sessions there are, most of them ended.
const FULL: u32 = 20_000;

const NOW: i64 = 1_714_528_800_000_000;
const DAY: i64 = 86_400_000_000;

/// Four rounds an order.
fn id(n: u32) -> SessionId {
    let mut order = [0; 12];
    order[8..].copy_from_slice(&(n / 4).to_be_bytes());
    SessionId::of_round(order, n % 4)
}

fn bytes(n: u32) -> Value {
    id(n).as_bytes()[..].into()
}

async fn every_statement_is_answered_by_an_index<D: Database>() {
    let database = D::empty().await;
    let store = database.store().await;
    for table in ["session", "session_number", "session_event"] {
        let keep = match store.statements.dialect() {
            Dialect::Sqlite => continue,
            Dialect::Postgres => "set (autovacuum_enabled = false)",
            Dialect::MySql => "stats_auto_recalc = 0",
        };
        run::<D>(&store, &format!("alter table beian_{table} {keep}")).await;
    }
    asked::<D>(&store, Tables::Young).await;
    fill::<D>(&store, 0..100).await;
    asked::<D>(&store, Tables::Young).await;
    fill::<D>(&store, 100..FULL).await;
    asked::<D>(&store, Tables::Full).await;
    let analyze = match store.statements.dialect() {
        Dialect::MySql => "analyze table beian_session, beian_session_number, beian_session_event",
        Dialect::Sqlite | Dialect::Postgres => "analyze",
    };
    run::<D>(&store, analyze).await;
    asked::<D>(&store, Tables::Analyzed).await;
}

/// Each with values, and the index that has to answer it.
fn statements<D: Database>(store: &SqlStore<D::Driver>) -> Vec<(Statement, Vec<Value>, &str)> {
    let s: &Statements = &store.statements;
    let (of, now) = (bytes(41), Value::from(NOW));
    let (old, int) = (Value::from(NOW - 300 * DAY), Value::from);
    let ids = |n| (0..n).map(|n| bytes(n * 7)).collect::<Vec<_>>();
    let lease = |n| [vec![now.clone(); 3], ids(n)].concat();
    let due = |in_vain, limit, offset| vec![int(in_vain), now.clone(), int(limit), int(offset)];
    let status = |name: &str| vec![name.into(), bytes(4_000), int(50)];
    let renewed = [lease(1), vec![now.clone()]].concat();
    let events = vec![bytes(40), bytes(43), bytes(40), int(1), int(100)];
    let delete = |table, column| s.delete(table, column, 64);
    let null = Value::Int(None);
    let mut all = vec![
        (s.load.clone(), ids(1), "session"),
        (
            s.find.clone(),
            vec![now.clone(), "19900000041".into()],
            "number",
        ),
        (s.forget_numbers.clone(), ids(1), "number_session"),
        (s.due.clone(), due(0, 16, 0), "due"),
        (s.due.clone(), due(1, 8, 8), "due"),
        (s.lease(1), lease(1), "session"),
        (s.lease(64), lease(64), "session"),
        (s.renew.clone(), renewed, "session"),
        (
            s.give_back.clone(),
            vec![int(0), of.clone(), int(0)],
            "session",
        ),
        (s.next_due.clone(), vec![now.clone(); 2], "due"),
        (s.end_leases.clone(), vec![now.clone(); 2], "due"),
        (s.rounds.clone(), vec![bytes(40), bytes(43)], "session"),
        (s.events.clone(), events, "event"),
        (s.of_status.clone(), status("sms_verification"), "status"),
        (s.of_status.clone(), status("returned"), "status"),
        (s.by_status.clone(), Vec::new(), WHOLE),
        (s.due_lag.clone(), vec![now.clone()], "wake"),
        (
            s.to_erase.clone(),
            vec![old.clone(), int(64), int(2)],
            "ended",
        ),
        (s.to_delete.clone(), vec![int(1), old, int(64)], "ended"),
        (s.load_all(1), ids(1), "session"),
        (s.load_all(64), ids(64), "session"),
        (delete("session", "id"), ids(64), "session"),
        (
            delete("session_number", "session"),
            ids(64),
            "number_session",
        ),
        (delete("session_event", "session"), ids(64), "event"),
        // Nothing to look for.
        (s.insert.clone(), vec![null.clone(); 8], ""),
        (s.insert_numbers(2), vec![null.clone(); 4], ""),
        (s.insert_events.clone(), vec![null.clone(); 3], ""),
    ];
    let mut change = vec![
        int(9),
        "returned".into(),
        of.clone(),
        now.clone(),
        now.clone(),
    ];
    change.extend([now.clone(), now, int(0), of, int(8)]);
    if s.dialect() != Dialect::MySql {
        change.push("[]".into());
    }
    all.push((s.change.clone(), change.clone(), "session"));
    all.push((s.change_alone.clone(), change, "session"));
    all
}

/// All of `status`: there is nothing to look for, and the index is shorter than the table.
const WHOLE: &str = "whole";

async fn asked<D: Database>(store: &SqlStore<D::Driver>, tables: Tables) {
    let dialect = store.statements.dialect();
    let mut wrong = Vec::new();
    for (statement, values, index) in statements::<D>(store) {
        let Statement { name, sql } = &statement;
        let many = values.len() >= 64;
        let least = match dialect {
            // Each id stands for a two-hundredth of the table until it was analyzed, as it is by itself
            // within minutes, and 64 for a third. Only a deletion asks like this.
            Dialect::Postgres if many && *name == "delete sessions" => Tables::Analyzed,
            // It reads the table itself where much of it was written since the last vacuum.
            Dialect::Postgres if index == WHOLE => continue,
            Dialect::Postgres | Dialect::MySql if many => Tables::Full,
            Dialect::Sqlite | Dialect::Postgres | Dialect::MySql => Tables::Young,
        };
        for plan in plans::<D>(store, &statement, &values).await {
            if tables >= least && !is_answered(dialect, &plan, index, tables) {
                wrong.push(format!("{tables:?}: {name}, not by {index}\n{sql}\n{plan}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// How a database goes about it; PostgreSQL also without a look at the values, as it may after five times.
async fn plans<D: Database>(
    store: &SqlStore<D::Driver>,
    statement: &Statement,
    values: &[Value],
) -> Vec<String> {
    let values: Vec<_> = values.iter().map(literal::<D>).collect();
    let mut plans = Vec::new();
    for sql in statement.sql.split("; ").filter(|sql| reads_or_writes(sql)) {
        match store.statements.dialect() {
            Dialect::Sqlite => {
                let explain = format!("explain query plan {sql}");
                plans.push(rows::<D>(store, &explain).await.join("\n"));
            }
            Dialect::Postgres => {
                let values = values.join(", ");
                let values = if values.is_empty() {
                    values
                } else {
                    format!("({values})")
                };
                for mode in ["force_custom_plan", "force_generic_plan"] {
                    let explain = format!(
                        "set plan_cache_mode = {mode}; prepare p as {sql}; \
                        explain execute p{values}; deallocate p"
                    );
                    plans.push(rows::<D>(store, &explain).await.join("\n"));
                }
            }
            Dialect::MySql => {
                let mut parts = sql.split('?');
                let mut sql = parts.next().unwrap().to_owned();
                for (part, value) in parts.zip(&values) {
                    sql = sql + value + part;
                }
                let explain = format!("explain format = json {sql}");
                plans.push(rows::<D>(store, &explain).await.join("\n"));
            }
        }
    }
    assert!(!plans.is_empty());
    plans
}

/// Not where a transaction begins or ends.
fn reads_or_writes(sql: &str) -> bool {
    !sql.starts_with("begin") && sql != "commit"
}

fn literal<D: Database>(value: &Value) -> String {
    match value {
        Value::Bytes(bytes) => D::bytes(bytes),
        Value::Int(Some(int)) => int.to_string(),
        Value::Int(None) => "null".to_owned(),
        Value::Text(text) => format!("'{text}'"),
    }
}

fn is_answered(dialect: Dialect, plan: &str, index: &str, tables: Tables) -> bool {
    let name = match (dialect, index) {
        (Dialect::Sqlite, "session") => "sqlite_autoindex_beian_session_1",
        (Dialect::Sqlite, "number") => "sqlite_autoindex_beian_session_number_1",
        (Dialect::Sqlite, "event") => "sqlite_autoindex_beian_session_event_1",
        (Dialect::Postgres, "session") => "beian_session_pkey",
        (Dialect::Postgres, "number") => "beian_session_number_pkey",
        (Dialect::Postgres, "event") => "beian_session_event_pkey",
        (Dialect::MySql, "session" | "number" | "event") => "\"key\": \"PRIMARY\"",
        (Dialect::MySql, "number_session") => "\"key\": \"session\"",
        (Dialect::MySql, WHOLE) => "\"key\": \"status\"",
        (_, "number_session") => "beian_session_number_session",
        (_, WHOLE) => "beian_session_status",
        (_, name) => name,
    };
    let has = |text: &str| plan.contains(text);
    match dialect {
        Dialect::Sqlite if index == WHOLE => has(name) && has("USING COVERING INDEX"),
        Dialect::Sqlite => has(name) && !has("SCAN beian") && !has("TEMP B-TREE"),
        Dialect::Postgres => {
            // What an index found may be put in order, where it is believed to be little.
            let sorts = has("Sort") && (index == "due" || tables == Tables::Analyzed);
            has(name) && !has("Seq Scan") && !sorts
        }
        Dialect::MySql => {
            // Answered before it began: by an index.
            let at_once = ["const tables", "optimized away", "No matching min/max row"];
            let scans = plan.matches("\"ALL\"").count() > plan.matches("\"<derived").count();
            (has(name) || at_once.into_iter().any(has)) && !scans && !has("filesort")
        }
    }
}

async fn fill<D: Database>(store: &SqlStore<D::Driver>, sessions: std::ops::Range<u32>) {
    let snapshot = match store.statements.dialect() {
        Dialect::Sqlite => "zeroblob(300)",
        Dialect::Postgres => "decode(repeat('ab', 300), 'hex')",
        Dialect::MySql => "repeat('a', 300)",
    };
    let all: Vec<_> = sessions.collect();
    for some in all.chunks(2_000) {
        let (mut rows, mut numbers, mut events) = (Vec::new(), Vec::new(), Vec::new());
        for n in some {
            let id = D::bytes(id(*n).as_bytes());
            let open = n % 25 == 0;
            let erased = !open && n % 2 == 0;
            let status = match n % 5 {
                _ if open => "sms_verification",
                0 => "returned",
                1 => "withdrawn",
                _ => "administration_review",
            };
            let at = NOW - i64::from(n % 1_000) * DAY;
            let wake = if n % 100 == 0 { at } else { at + 2_000 * DAY };
            let (wake, ended) = if open {
                (wake.to_string(), "null".to_owned())
            } else {
                ("null".to_owned(), at.to_string())
            };
            let (in_vain, erased) = (u32::from(n % 300 == 0), u32::from(erased));
            rows.push(format!(
                "({id}, 3, '{status}', {snapshot}, {wake}, {wake}, {in_vain}, {ended}, {erased})"
            ));
            if erased == 0 {
                numbers.push(format!(
                    "('{}', {id})",
                    19_900_000_000_u64 + u64::from(n % 5_000)
                ));
            }
            events.extend((1..=3).map(|version| format!("({id}, {version}, '[\"an event\"]')")));
        }
        for (table, rows) in [
            (
                "session (id, version, status, snapshot, wake_at, due_at, in_vain, ended_at, erased)",
                rows,
            ),
            ("session_number (mobile, session)", numbers),
            ("session_event (session, version, events)", events),
        ] {
            let insert = format!("insert into beian_{table} values {}", rows.join(", "));
            run::<D>(store, &insert).await;
        }
    }
}

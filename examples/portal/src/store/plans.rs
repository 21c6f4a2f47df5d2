//! What is asked all the time is answered by an index, in both databases.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::{env, process};

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, Row as _};

use super::{
    Store,
    statements::{
        CHANGE_POSTGRES, CHANGE_SQLITE, FIND, LEASE_POSTGRES, LEASE_SQLITE, LOAD, NEXT_WAKE,
    },
};

#[tokio::test]
async fn sqlite_scans_no_table() {
    let folder = env::temp_dir().join(format!("portal-plans-{}", process::id()));
    std::fs::create_dir(&folder).unwrap();
    let address = format!("sqlite:{}", folder.join("plans.db").display());
    let store = Store::open(&address).await.unwrap();
    let id = "x'2a'";
    for (statement, values) in [
        (LOAD, &[id][..]),
        (FIND, &["'19900000042'", "0"]),
        (
            CHANGE_SQLITE,
            &[id, "2", "'s'", "x'00'", "9", "null", "'[]'"],
        ),
        (LEASE_SQLITE, &["9", "16", "39"]),
        (NEXT_WAKE, &["9"]),
    ] {
        let plan = plan(&store, "explain query plan", 3, statement, values).await;
        let scans = plan.contains("SCAN") || plan.contains("TEMP B-TREE");
        assert!(!scans && plan.contains("SEARCH"), "{statement}\n{plan}");
    }
    store.close().await;
    std::fs::remove_dir_all(folder).unwrap();
}

/// Over so many rows that reading all of them would be dearer.
#[tokio::test]
#[ignore = "needs PostgreSQL: BEIAN_POSTGRES"]
async fn postgres_scans_no_table() {
    let server = env::var("BEIAN_POSTGRES").unwrap();
    let name = format!("portal_plans_{}", process::id());
    let mut connection = PgConnection::connect(&server).await.unwrap();
    let create = format!("create database {name}");
    connection.execute(AssertSqlSafe(create)).await.unwrap();
    let (address, options) = server.split_once('?').unwrap_or((&server, ""));
    let (address, _) = address.rsplit_once('/').unwrap();
    let store = Store::open(&format!("{address}/{name}?{options}"))
        .await
        .unwrap();
    let id = r"'\x0000000000000000000000000000002a'::bytea";
    let of_one: [(&str, &[&str]); 3] = [
        (LOAD, &[id]),
        (FIND, &["'42'", "0"]),
        (
            CHANGE_POSTGRES,
            &[id, "3", "'s'", r"'\x00'", "9", "null", "'[]'"],
        ),
    ];
    let of_many: [(&str, &[&str]); 2] = [(LEASE_POSTGRES, &["9", "16", "39"]), (NEXT_WAKE, &["9"])];
    // While it is young, a database knows nothing of its tables.
    for (from, to, analyze, of_many) in [
        (1, 200, "", &[][..]),
        (201, 20_000, "analyze", &of_many[..]),
    ] {
        let sessions = format!(
            "insert into session select decode(lpad(to_hex(n), 32, '0'), 'hex'), 2, 's', \
             decode(repeat('ab', 130), 'hex'), n from generate_series({from}, {to}) n"
        );
        let numbers = format!(
            "insert into session_number select wake_at::text, id from session where wake_at >= {from}"
        );
        for statement in [&sessions, &numbers, analyze] {
            let query = sqlx::query(AssertSqlSafe(statement.to_owned()));
            store.connections.fetch_all(query).await.unwrap();
        }
        for (statement, values) in of_one.iter().chain(of_many) {
            let plan = plan(&store, "explain", 0, statement, values).await;
            let scans = plan.contains("Seq Scan") || plan.contains("Sort");
            assert!(!scans && plan.contains("Index"), "{statement}\n{plan}");
        }
    }
    store.close().await;
    let drop = format!("drop database {name} with (force)");
    connection.execute(AssertSqlSafe(drop)).await.unwrap();
}

/// How a database goes about a statement with these values; of several, about the first.
async fn plan(
    store: &Store,
    explain: &str,
    column: usize,
    statement: &str,
    values: &[&str],
) -> String {
    let first = statement.split(';').next().unwrap();
    let mut statement = format!("{explain} {first}");
    for (place, value) in values.iter().enumerate().rev() {
        statement = statement.replace(&format!("${}", place.saturating_add(1)), value);
    }
    let rows = sqlx::query(AssertSqlSafe(statement));
    let rows = store.connections.fetch_all(rows).await.unwrap();
    let lines = rows.iter().map(|row| row.get::<String, _>(column));
    lines.collect::<Vec<_>>().join("\n")
}

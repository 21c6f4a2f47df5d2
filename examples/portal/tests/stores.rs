//! The crate's conformance suite over both databases.
#![allow(
    missing_docs,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a panic is how a test fails"
)]

mod support;

use std::sync::atomic::{AtomicU32, Ordering};

use beian::{host::SessionStore as _, testkit};
use portal::store::Store;
use sqlx::{Connection as _, Executor as _, PgConnection};
use support::Folder;

static DATABASES: AtomicU32 = AtomicU32::new(0);

/// A new, empty database on the server of `BEIAN_POSTGRES`.
async fn empty_postgres() -> Option<String> {
    let Ok(server) = std::env::var("BEIAN_POSTGRES") else {
        println!("skipped: BEIAN_POSTGRES is not set");
        return None;
    };
    let n = DATABASES.fetch_add(1, Ordering::Relaxed);
    let name = format!("portal_test_{}_{n}", std::process::id());
    let mut connection = PgConnection::connect(&server).await.unwrap();
    let drop = format!("drop database if exists {name} with (force)");
    connection.execute(sqlx::AssertSqlSafe(drop)).await.unwrap();
    let create = format!("create database {name}");
    connection
        .execute(sqlx::AssertSqlSafe(create))
        .await
        .unwrap();
    connection.close().await.unwrap();
    let (server, options) = server.split_once('?').unwrap_or((&server, ""));
    let (server, _) = server.rsplit_once('/').unwrap();
    Some(format!("{server}/{name}?{options}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_keeps_the_promises_of_a_store() {
    let folder = Folder::new();
    let files = AtomicU32::new(0);
    let make = async || {
        let n = files.fetch_add(1, Ordering::Relaxed);
        let file = folder.path(&format!("{n}.db"));
        Store::open(&format!("sqlite:{file}")).await.unwrap()
    };
    testkit::store::check(make).await.unwrap();
    let file = format!("sqlite:{}", folder.path("durable.db"));
    let open = async || Store::open(&file).await.unwrap();
    testkit::store::check_durable(open).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_keeps_the_promises_of_a_store() {
    if empty_postgres().await.is_none() {
        return;
    }
    let make = async || Store::open(&empty_postgres().await.unwrap()).await.unwrap();
    testkit::store::check(make).await.unwrap();
    let address = empty_postgres().await.unwrap();
    let open = async || Store::open(&address).await.unwrap();
    testkit::store::check_durable(open).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_takes_one_process() {
    let folder = Folder::new();
    let file = format!("sqlite:{}", folder.path("one.db"));
    let first = Store::open(&file).await.unwrap();
    assert!(Store::open(&file).await.is_err());
    first.close().await;
    drop(first);
    Store::open(&file).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn portals_that_start_at_once_migrate_once() {
    let Some(address) = empty_postgres().await else {
        return;
    };
    let starts = (0..8).map(|_| {
        let address = address.clone();
        tokio::spawn(async move { Store::open(&address).await.unwrap() })
    });
    for start in starts.collect::<Vec<_>>() {
        let store = start.await.unwrap();
        let next = store.next_wake(chrono::Utc::now()).await.unwrap();
        assert_eq!(next, None);
    }
}

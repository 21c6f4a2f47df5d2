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

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use beian::{
    DeliveryReport, KeyRing, Opening, Recipient, Recipients, Role, Seed, Session, SessionId,
    Update, VerificationPolicy,
    host::{SaveError, SessionStore as _},
    testkit,
};
use chrono::Utc;
use getrandom::SysRng;
use portal::store::Store;
use sqlx::{Connection as _, Executor as _, PgConnection};
use support::Folder;
use tokio::time::timeout;

static DATABASES: AtomicU32 = AtomicU32::new(0);

/// A new, empty database on the server of `BEIAN_POSTGRES`.
async fn empty_postgres() -> String {
    let server = std::env::var("BEIAN_POSTGRES").unwrap();
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
    format!("{server}/{name}?{options}")
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
#[ignore = "needs PostgreSQL: BEIAN_POSTGRES"]
async fn postgres_keeps_the_promises_of_a_store() {
    let make = async || Store::open(&empty_postgres().await).await.unwrap();
    testkit::store::check(make).await.unwrap();
    let address = empty_postgres().await;
    let open = async || Store::open(&address).await.unwrap();
    testkit::store::check_durable(open).await.unwrap();
}

/// Sooner or later, dropped by a caller who has gone away: nothing is stored by half, and nobody after it
/// is in its way.
async fn a_save_may_be_dropped(store: &Store) {
    for micros in (0..600).step_by(20) {
        let [opened, accepted] = round(micros);
        store.save(&[opened]).await.unwrap();
        let updates = [accepted];
        let patience = Duration::from_micros(micros);
        let _ = timeout(patience, store.save(&updates)).await;
        // On SQLite the statement may still be under way.
        let mut conflicts = 0;
        while store
            .load(SessionId::from(u128::from(micros)))
            .await
            .unwrap()
            .unwrap()
            .version()
            == 1
        {
            conflicts += 1;
            assert!(conflicts < 10, "it stays in the way");
            match store.save(&updates).await {
                Ok(()) | Err(SaveError::Conflict) => {}
                Err(SaveError::Store(error)) => panic!("{error}"),
            }
        }
    }
}

/// The two updates that open a round and have its message accepted.
fn round(id: u64) -> [Update; 2] {
    let (keys, now) = (KeyRing::single(1, [7; 32]).unwrap(), Utc::now());
    let mobile = "19900000001".parse().unwrap();
    let person = Recipient::new(mobile, Role::EntityLeader, ["345678".parse().unwrap()]);
    let recipients = Recipients::new([person], VerificationPolicy::REGULATOR).unwrap();
    let seed = Seed::draw(&mut SysRng).unwrap();
    let opening = Opening::new(u128::from(id), &recipients, seed);
    let opened = Session::open(&opening, &keys, now).unwrap();
    let first = opened.update().clone();
    let (session, ()) = opened.persisted();
    let message = session.outbox(&keys, now).unwrap()[0].id();
    let accepted = session
        .report(message, DeliveryReport::Accepted, now)
        .unwrap();
    [first, accepted.update().clone()]
}

#[tokio::test(flavor = "multi_thread")]
async fn dropped_half_way_sqlite_stores_nothing_by_half() {
    let folder = Folder::new();
    let file = format!("sqlite:{}", folder.path("dropped.db"));
    a_save_may_be_dropped(&Store::open(&file).await.unwrap()).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: BEIAN_POSTGRES"]
async fn dropped_half_way_postgres_stores_nothing_by_half() {
    let address = empty_postgres().await;
    a_save_may_be_dropped(&Store::open(&address).await.unwrap()).await;
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
#[ignore = "needs PostgreSQL: BEIAN_POSTGRES"]
async fn portals_that_start_at_once_migrate_once() {
    let address = empty_postgres().await;
    let starts = (0..8).map(|_| {
        let address = address.clone();
        tokio::spawn(async move { Store::open(&address).await.unwrap() })
    });
    for start in starts.collect::<Vec<_>>() {
        let store = start.await.unwrap();
        let next = store.next_wake(Utc::now()).await.unwrap();
        assert_eq!(next, None);
    }
}

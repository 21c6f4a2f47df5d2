//! The tables, and the servers that a store refuses.
#![allow(
    missing_docs,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a panic is how a test fails"
)]

mod support;

use std::slice;

use beian::{
    host::{SaveError, SessionStore as _},
    testkit::{TestPerson, keys},
};
use beian_sqlx::{Error, MySqlStore, SqlStore};
use sqlx::pool::PoolOptions;
use support::{Database, MySql, accepted, id, on_each, opened, rows, run, start, withdrawn};

on_each!(
    eight_hosts_start_at_once,
    what_is_half_made_is_made,
    newer_tables_are_left_alone,
    who_may_only_read_finds_the_tables,
    prefixes_see_nothing_of_each_other,
);

async fn eight_hosts_start_at_once<D: Database>() {
    let database = D::empty().await;
    let mut hosts = Vec::new();
    for _ in 0..8 {
        hosts.push(SqlStore::new(database.pool().await));
    }
    let starts = hosts.clone().into_iter();
    let starts = starts.map(|host| tokio::spawn(async move { host.migrate().await }));
    for start in starts.collect::<Vec<_>>() {
        start.await.unwrap().unwrap();
    }
    hosts[0].save(&[opened(id(1), start())]).await.unwrap();
    for host in &hosts {
        host.migrate().await.unwrap();
        assert_eq!(host.load(id(1)).await.unwrap().unwrap().version(), 1);
    }
    let versions = rows::<D>(&hosts[0], "select version from beian_migration").await;
    assert_eq!(versions, ["1"]);
}

/// As MySQL leaves it if a host dies in the middle.
async fn what_is_half_made_is_made<D: Database>() {
    let database = D::empty().await;
    let store = database.store().await;
    run::<D>(&store, "drop table beian_session_event").await;
    run::<D>(&store, "delete from beian_migration").await;
    store.migrate().await.unwrap();
    store.save(&[opened(id(1), start())]).await.unwrap();
}

async fn newer_tables_are_left_alone<D: Database>() {
    let database = D::empty().await;
    let store = database.store().await;
    run::<D>(&store, "insert into beian_migration values (7)").await;
    let newer = Error::NewerTables { found: 7, known: 1 };
    for _ in 0..9 {
        assert_eq!(store.migrate().await, Err(newer.clone()));
    }
    let versions = rows::<D>(
        &store,
        "select version from beian_migration order by version",
    )
    .await;
    assert_eq!(versions, ["1", "7"]);
}

/// As an account does that may not make tables: MySQL refuses `create table if not exists` even where it is.
async fn who_may_only_read_finds_the_tables<D: Database>() {
    let read_only = if D::IS_POSTGRES {
        "set default_transaction_read_only = on"
    } else if D::IS_MYSQL {
        "set session transaction read only"
    } else {
        "pragma query_only = on"
    };
    let database = D::empty().await;
    let pool = PoolOptions::new().after_connect(move |connection, _| {
        Box::pin(async move { D::run(connection, read_only).await })
    });
    let reader = SqlStore::new(database.pool_of(pool).await);
    assert!(reader.migrate().await.is_err());
    let store = database.store().await;
    assert_eq!(reader.migrate().await, Ok(()));
    run::<D>(&store, "delete from beian_migration").await;
    assert!(reader.migrate().await.is_err());
}

async fn prefixes_see_nothing_of_each_other<D: Database>() {
    let database = D::empty().await;
    let pool = database.pool().await;
    let with = |prefix: &str| SqlStore::with_prefix(pool.clone(), prefix);
    let longest = "a_prefix_that_is_32_letters_long";
    let stores = ["beian_", "_2", longest].map(|prefix| with(prefix).unwrap());
    for store in &stores {
        store.migrate().await.unwrap();
    }
    let first = [opened(id(1), start())];
    for store in &stores {
        assert_eq!(store.load(id(1)).await, Ok(None));
        assert_eq!(store.rounds([0; 12]).await.unwrap().len(), 0);
        store.save(&first).await.unwrap();
        assert_eq!(store.save(&first).await, Err(SaveError::Conflict));
    }
    let too_long = format!("{longest}r");
    for prefix in [
        "", "2_", "Beian_", "beian-", "a b", "b;", "é", "a\"", &too_long,
    ] {
        assert_eq!(with(prefix).map(drop), Err(Error::Prefix), "{prefix}");
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_its_owners_alone() {
    use std::{
        fs::{self, Permissions},
        os::unix::fs::PermissionsExt as _,
    };
    let database = support::Sqlite::empty().await;
    let file = database.address();
    fs::write(&file, "").unwrap();
    fs::set_permissions(&file, Permissions::from_mode(0o644)).unwrap();
    let store = database.store().await;
    store.save(&[opened(id(1), start())]).await.unwrap();
    for end in ["", "-wal", "-shm"] {
        let mode = fs::metadata(format!("{file}{end}")).unwrap().permissions();
        assert_eq!(mode.mode() & 0o777, 0o600, "{end}");
    }
}

/// A column that is set costs SQLite its index, changed or not.
#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_entry_leaves_the_indices_of_sqlite_alone() {
    let database = support::Sqlite::empty().await;
    let store = database.store().await;
    let opened = opened(id(1), start());
    let accepted = accepted(opened.session(), start());
    let entry = TestPerson(1).entry("000000").unwrap();
    let wrong = accepted.session().submit(&entry, &keys(), start()).unwrap();
    for update in [&opened, &accepted] {
        store.save(slice::from_ref(update)).await.unwrap();
    }
    run::<support::Sqlite>(
        &store,
        "create trigger indexed before update of id, status, wake_at, due_at, in_vain, ended_at, erased \
        on beian_session begin select raise(abort, 'an index is written'); end",
    )
    .await;
    store.save(slice::from_ref(wrong.update())).await.unwrap();
    assert_eq!(
        store.load(id(1)).await.unwrap().as_ref(),
        Some(wrong.update().session())
    );
    let withdrawn = withdrawn(wrong.update().session(), start());
    assert!(store.save(&[withdrawn]).await.is_err());
}

/// A store on whose connections this was said first.
async fn after(database: &MySql, sql: &'static str) -> MySqlStore {
    let pool = PoolOptions::new()
        .after_connect(move |connection, _| Box::pin(MySql::run(connection, sql)));
    SqlStore::new(database.pool_of(pool).await)
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs MySQL: BEIAN_MYSQL"]
async fn mysql_has_to_be_strict() {
    let database = MySql::empty().await;
    for (mode, found) in [
        ("set sql_mode = ''", ""),
        ("set sql_mode = 'NO_ZERO_DATE'", "NO_ZERO_DATE"),
    ] {
        let lax = after(&database, mode).await;
        let expected = "a sql_mode with STRICT_TRANS_TABLES";
        let found = found.to_owned();
        assert_eq!(lax.migrate().await, Err(Error::Server { expected, found }));
        assert!(rows::<MySql>(&lax, "show tables").await.is_empty());
    }
    let strict = after(&database, "set sql_mode = 'STRICT_ALL_TABLES'").await;
    strict.migrate().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs MySQL: BEIAN_MYSQL"]
async fn mysql_has_to_take_the_largest_snapshot() {
    let database = MySql::empty().await;
    let store = database.store().await;
    let expected = "snapshots in a longblob of InnoDB";
    for (change, found) in [
        ("modify snapshot blob not null", "blob in InnoDB"),
        (
            "modify snapshot longblob not null, engine = MyISAM",
            "longblob in MyISAM",
        ),
    ] {
        run::<MySql>(&store, &format!("alter table beian_session {change}")).await;
        let found = found.to_owned();
        assert_eq!(
            store.migrate().await,
            Err(Error::Server { expected, found })
        );
    }
    let back = "alter table beian_session modify snapshot mediumblob not null, engine = InnoDB";
    run::<MySql>(&store, back).await;
    store.migrate().await.unwrap();
}

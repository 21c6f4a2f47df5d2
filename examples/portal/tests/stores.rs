//! How a portal opens its database.
#![allow(missing_docs, reason = "tests")]
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod harness;
mod support;

use beian::host::SessionStore as _;
use chrono::Utc;
use harness::Database;
use portal::store::Store;

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_takes_one_process() {
    let database = Database::sqlite();
    let first = Store::open(database.address()).await.unwrap();
    assert!(Store::open(database.address()).await.is_err());
    first.close().await;
    drop(first);
    Store::open(database.address()).await.unwrap();
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_sqlite_file_is_its_owners_alone_and_what_stands_beside_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let database = Database::sqlite();
    let store = Store::open(database.address()).await.unwrap();
    let files = std::fs::read_dir(&database.folder.0).unwrap();
    let mut seen = 0;
    for file in files.map(Result::unwrap) {
        if file.path().extension().is_some_and(|end| end == "lock") {
            continue; // it holds nothing
        }
        let mode = file.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file:?}");
        seen += 1;
    }
    assert!(
        seen >= 3,
        "{seen} files: the database, its journal, its index"
    );
    store.close().await;
}

async fn portals_that_start_at_once_migrate_once(database: Database) {
    let starts = (0..8).map(|_| {
        let address = database.address().to_owned();
        tokio::spawn(async move { Store::open(&address).await.unwrap() })
    });
    for start in starts.collect::<Vec<_>>() {
        let store = start.await.unwrap();
        let next = store.sessions().next_due(Utc::now()).await.unwrap();
        assert_eq!(next, None);
        store.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: BEIAN_POSTGRES"]
async fn portals_that_start_at_once_migrate_once_over_postgres() {
    portals_that_start_at_once_migrate_once(Database::postgres().await).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs MySQL: BEIAN_MYSQL"]
async fn portals_that_start_at_once_migrate_once_over_mysql() {
    portals_that_start_at_once_migrate_once(Database::mysql().await).await;
}

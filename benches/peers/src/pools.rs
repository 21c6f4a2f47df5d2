//! sqlx's pools, as a host sets them: the same for the desk and for SQL by hand.

use std::{path::Path, time::Duration};

use sqlx::{
    Database, MySqlPool, PgPool, SqlitePool,
    pool::PoolOptions,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

use crate::contest::Fault;

/// One connection to a file, as there is one writer; each commit is on disk.
///
/// # Errors
/// The file's.
pub(crate) async fn sqlite(file: &Path) -> Result<SqlitePool, Fault> {
    let address = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    Ok(options(1).connect_with(address).await?)
}

/// Twelve connections.
///
/// # Errors
/// The database's.
pub(crate) async fn postgres(address: &str) -> Result<PgPool, Fault> {
    Ok(options(12).connect(address).await?)
}

/// Twelve connections.
///
/// # Errors
/// The database's.
pub(crate) async fn mysql(address: &str) -> Result<MySqlPool, Fault> {
    Ok(options(12).connect(address).await?)
}

/// None is asked whether it is there before it is used: that would be one more round trip.
fn options<DB: Database>(most: u32) -> PoolOptions<DB> {
    PoolOptions::new()
        .max_connections(most)
        .test_before_acquire(false)
        .acquire_timeout(Duration::from_secs(10))
}

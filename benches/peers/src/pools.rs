//! sqlx's pools, as a host sets them: the same for the desk and for SQL by hand.

use std::{path::Path, time::Duration};

use sqlx::{
    AnyPool, Database, Executor as _, MySqlPool, PgPool, SqlitePool,
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

/// One connection to a database that is a portal's: what it writes to a file stays in the log, for the portal
/// alone moves that to the file, and stops if somebody else does.
///
/// # Errors
/// The database's.
pub(crate) async fn beside(address: &str) -> Result<AnyPool, Fault> {
    let pool = PoolOptions::new().max_connections(1).connect(address);
    let pool = pool.await?;
    if address.starts_with("sqlite:") {
        pool.execute("pragma wal_autocheckpoint = 0").await?;
    }
    Ok(pool)
}

/// None is asked whether it is there before it is used: that would be one more round trip.
fn options<DB: Database>(most: u32) -> PoolOptions<DB> {
    PoolOptions::new()
        .max_connections(most)
        .test_before_acquire(false)
        .acquire_timeout(Duration::from_secs(10))
}

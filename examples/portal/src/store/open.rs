//! Opening the database: connections, migrations, and that SQLite has one process.

use std::{
    fs::{File, OpenOptions},
    path::{Path, PathBuf},
    time::Duration,
};

use sqlx::{AnyConnection, Connection as _, Executor as _, any::AnyPoolOptions, migrate::Migrator};
use tokio::{sync::Mutex, time};

use super::{Dialect, Store, StoreError};

/// On PostgreSQL it takes an advisory lock while it runs, so that any number of portals may start at once.
static TABLES: Migrator = sqlx::migrate!();

/// Why a database can't be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Neither scheme.
    #[error("database: expected sqlite:FILE or postgres://ADDRESS")]
    UnknownScheme,
    /// Another portal has the file open.
    #[error("database: another portal uses this file, and SQLite takes one process")]
    InUse,
    /// The file can't be made or locked.
    #[error("database: {0}")]
    File(#[from] std::io::Error),
    /// It can't be reached.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// It doesn't answer.
    #[error("database: no answer within 10 seconds")]
    NoAnswer,
    /// Its tables can't be made.
    #[error("database: migration: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
}

impl Store {
    /// Opens `sqlite:FILE` or `postgres://ADDRESS` and brings its tables up to date.
    ///
    /// # Errors
    /// [`OpenError`].
    pub async fn open(address: &str) -> Result<Self, OpenError> {
        sqlx::any::install_default_drivers();
        if let Some(file) = address.strip_prefix("sqlite:") {
            let file = file.strip_prefix("//").unwrap_or(file);
            // In memory, every connection would have a database of its own.
            if file.is_empty() || file.starts_with(":memory:") || file.contains('?') {
                return Err(OpenError::UnknownScheme);
            }
            return Self::open_sqlite(Path::new(file)).await;
        }
        if address.starts_with("postgres://") || address.starts_with("postgresql://") {
            return Self::open_postgres(address).await;
        }
        Err(OpenError::UnknownScheme)
    }

    async fn open_sqlite(file: &Path) -> Result<Self, OpenError> {
        let alone = lock(file)?;
        let options = options(4).after_connect(|connection, _| {
            Box::pin(async move {
                connection
                    .execute(
                        "pragma journal_mode = wal; pragma synchronous = full; \
                             pragma foreign_keys = on; pragma busy_timeout = 5000;",
                    )
                    .await?;
                Ok(())
            })
        });
        let path = file
            .display()
            .to_string()
            .replace('%', "%25")
            .replace('#', "%23");
        let url = format!("sqlite:{path}?mode=rwc");
        let pool = options.connect(&url).await?;
        TABLES.run(&pool).await?;
        Ok(Self {
            pool,
            dialect: Dialect::Sqlite,
            writing: Mutex::new(()),
            _alone: Some(alone),
        })
    }

    async fn open_postgres(address: &str) -> Result<Self, OpenError> {
        // Once by itself: a pool would try again until its time is over, and not say why.
        let first = AnyConnection::connect(address);
        let first = time::timeout(Duration::from_secs(10), first).await;
        first.map_err(|_| OpenError::NoAnswer)??.close().await?;
        let pool = options(12).connect(address).await?;
        TABLES.run(&pool).await?;
        Ok(Self {
            pool,
            dialect: Dialect::Postgres,
            writing: Mutex::new(()),
            _alone: None,
        })
    }
}

/// A connection is tested before it is used if it has been idle: where it is used all the time, the test
/// would cost a round trip each time and find nothing.
fn options(connections: u32) -> AnyPoolOptions {
    AnyPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(10))
        .test_before_acquire(false)
        .before_acquire(|connection, metadata| {
            Box::pin(async move {
                let lately = metadata.idle_for < Duration::from_secs(1);
                Ok(lately || connection.ping().await.is_ok())
            })
        })
}

/// A file beside the database, locked until the process ends, however it ends.
fn lock(database: &Path) -> Result<File, OpenError> {
    let mut beside = PathBuf::from(database).into_os_string();
    beside.push(".lock");
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(PathBuf::from(beside))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => Err(OpenError::InUse),
        Err(std::fs::TryLockError::Error(error)) => Err(error.into()),
    }
}

impl From<OpenError> for StoreError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Database(error) => Self::Database(error),
            OpenError::UnknownScheme
            | OpenError::InUse
            | OpenError::NoAnswer
            | OpenError::File(_)
            | OpenError::Migration(_) => Self::Malformed("database"),
        }
    }
}

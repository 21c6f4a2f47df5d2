//! Opening the database: connections, migrations, and that SQLite has one process.

use std::{
    fs::{File, OpenOptions},
    path::{Path, PathBuf},
};

use sqlx::{any::AnyPoolOptions, migrate::Migrator};

use super::{Connections, Dialect, Store, StoreError};

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

    /// One connection: SQLite takes one writer at a time, and what it has read stays in memory only as
    /// long as no other connection writes.
    async fn open_sqlite(file: &Path) -> Result<Self, OpenError> {
        let alone = lock(file)?;
        let path = file
            .display()
            .to_string()
            .replace('%', "%25")
            .replace('#', "%23");
        let settings = "pragma journal_mode = wal; pragma synchronous = full; \
            pragma foreign_keys = on; pragma busy_timeout = 5000;";
        Ok(Self {
            connections: open(format!("sqlite:{path}?mode=rwc"), settings, 1).await?,
            dialect: Dialect::Sqlite,
            _alone: Some(alone),
        })
    }

    async fn open_postgres(address: &str) -> Result<Self, OpenError> {
        Ok(Self {
            connections: open(address.to_owned(), "", 12).await?,
            dialect: Dialect::Postgres,
            _alone: None,
        })
    }
}

/// First one connection by itself: a pool, which the migrations take, would try again until its time is
/// over, and not say why.
async fn open(url: String, settings: &'static str, most: usize) -> Result<Connections, OpenError> {
    let connections = Connections::new(url.clone(), settings, most);
    match connections.lend().await {
        Ok(first) => first.give_back(),
        Err(sqlx::Error::PoolTimedOut) => return Err(OpenError::NoAnswer),
        Err(error) => return Err(error.into()),
    }
    let pool = AnyPoolOptions::new().max_connections(1);
    let pool = pool.connect(&url).await?;
    TABLES.run(&pool).await?;
    pool.close().await;
    Ok(connections)
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

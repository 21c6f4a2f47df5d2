//! The store over a pool.

use std::{fmt, sync::Arc};

use beian::host::SaveError;
use sqlx::Pool;

use crate::{
    Error, Transaction,
    dialect::Dialect,
    driver::{Driver, Value},
    error::failure,
    statements::{Statement, Statements},
};

/// What tables begin with unless the host says otherwise.
const PREFIX: &str = "beian_";

/// One of sqlx's drivers: `Sqlite`, `Postgres`, `MySql` or `Any`, each behind the feature of its name.
pub trait Engine: Driver {}

impl<DB: Driver> Engine for DB {}

/// Sessions in the host's own database, over the host's own pool.
///
/// Its tables begin with `beian_`, or another [prefix](Self::with_prefix), and stand in the schema that
/// the pool's connections use; [`migrate`](Self::migrate) makes them. A session is one row, one row for
/// each of its numbers, and one row for each version with the events that it brought.
///
/// Cheap to clone: it holds the pool and its statements.
pub struct SqlStore<DB: Engine> {
    pub(crate) pool: Pool<DB>,
    pub(crate) statements: Arc<Statements>,
}

/// Over SQLite.
#[cfg(feature = "sqlite")]
pub type SqliteStore = SqlStore<sqlx::Sqlite>;

/// Over PostgreSQL 11 or later.
#[cfg(feature = "postgres")]
pub type PgStore = SqlStore<sqlx::Postgres>;

/// Over MySQL 8.0.1, MariaDB 10.6 or later, also a cluster of them.
#[cfg(feature = "mysql")]
pub type MySqlStore = SqlStore<sqlx::MySql>;

/// Over whichever of them the address names, for hosts that are told so when they start.
#[cfg(feature = "any")]
pub type AnyStore = SqlStore<sqlx::Any>;

impl<DB: Engine> SqlStore<DB> {
    /// A store over the host's pool.
    ///
    /// For latency set the pool's `test_before_acquire(false)`: the test is one more round trip at every
    /// call, and a connection that turns out to be gone is [`Error::Unavailable`] once.
    #[must_use]
    pub fn new(pool: Pool<DB>) -> Self {
        Self::build(pool, PREFIX)
    }

    /// The same over tables that begin with this: up to 32 lower-case letters, digits and underscores,
    /// not first a digit.
    ///
    /// # Errors
    /// [`Error::Prefix`].
    pub fn with_prefix(pool: Pool<DB>, prefix: &str) -> Result<Self, Error> {
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        let first = prefix.bytes().next().is_some_and(|b| !b.is_ascii_digit());
        if !first || prefix.len() > 32 || !prefix.bytes().all(fits) {
            return Err(Error::Prefix);
        }
        Ok(Self::build(pool, prefix))
    }

    fn build(pool: Pool<DB>, prefix: &str) -> Self {
        // An address that is none of the three is refused by the first connection.
        let dialect = DB::dialect(&pool).unwrap_or(Dialect::Postgres);
        let statements = Arc::new(Statements::new(dialect, prefix));
        Self { pool, statements }
    }

    /// The host's pool.
    #[must_use]
    pub const fn pool(&self) -> &Pool<DB> {
        &self.pool
    }

    /// A statement of the host's own, with `?` for one value after the other, as the database wants it
    /// written: PostgreSQL numbers its values.
    #[must_use]
    pub fn sql(&self, statement: &str) -> String {
        self.statements.dialect().numbered(statement)
    }

    /// Begins a write transaction for [`save_in`](Self::save_in) and the host's own rows: one that takes
    /// SQLite's write lock at once, and elsewhere sees what is committed, statement by statement.
    ///
    /// # Errors
    /// [`SaveError::Conflict`] if others hold the lock for too long; [`Error`].
    pub async fn begin(&self) -> Result<Transaction<DB>, SaveError<Error>> {
        Transaction::begin(self).await
    }

    /// All rows of a read by itself.
    pub(crate) async fn read(
        &self,
        statement: &Statement,
        values: Vec<Value>,
    ) -> Result<Vec<DB::Row>, Error> {
        let failed = |error| Error::of_read(statement.name, error);
        let mut connection = self.pool.acquire().await.map_err(failed)?;
        let rows = DB::fetch(&mut connection, statement, values).await;
        rows.map_err(failed)
    }

    /// How many rows a write by itself has changed.
    pub(crate) async fn write(
        &self,
        statement: &Statement,
        values: Vec<Value>,
    ) -> Result<u64, SaveError<Error>> {
        let connection = self.pool.acquire().await;
        let mut connection = connection.map_err(|error| failure(statement.name, error))?;
        execute::<DB>(&mut connection, statement, values).await
    }
}

impl<DB: Engine> Clone for SqlStore<DB> {
    fn clone(&self) -> Self {
        let (pool, statements) = (self.pool.clone(), Arc::clone(&self.statements));
        Self { pool, statements }
    }
}

impl<DB: Engine> fmt::Debug for SqlStore<DB> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqlStore")
            .field("dialect", &self.statements.dialect())
            .field("prefix", &self.statements.prefix())
            .finish_non_exhaustive()
    }
}

/// What a statement in a transaction gives.
pub(crate) async fn fetch<DB: Engine>(
    connection: &mut DB::Connection,
    statement: &Statement,
    values: Vec<Value>,
) -> Result<Vec<DB::Row>, SaveError<Error>> {
    let rows = DB::fetch(connection, statement, values).await;
    rows.map_err(|error| failure(statement.name, error))
}

/// How many rows a statement in a transaction has changed.
pub(crate) async fn execute<DB: Engine>(
    connection: &mut DB::Connection,
    statement: &Statement,
    values: Vec<Value>,
) -> Result<u64, SaveError<Error>> {
    let changed = DB::execute(connection, statement, values).await;
    changed.map_err(|error| failure(statement.name, error))
}

/// Of a column that can't be read.
pub(crate) fn column<T>(statement: &Statement, value: Result<T, sqlx::Error>) -> Result<T, Error> {
    value.map_err(|error| Error::of_read(statement.name, error))
}

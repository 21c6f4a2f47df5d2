//! Where everything is kept: one store for two databases.
//!
//! The statements are the same for SQLite and PostgreSQL, but for the few in [`Dialect`]. Every write
//! is one transaction; what reads and then writes compares versions, so no lock is held meanwhile.

mod connections;
mod open;
mod orders;
#[cfg(test)]
mod plans;
mod sandbox;
mod sessions;
mod statements;

use std::fs::File;

use sqlx::Executor as _;

use connections::{Connections, Lent};
pub use open::OpenError;
pub use orders::{OrderId, OrderRow, Trail};
pub use sandbox::{GatewayMode, Handset};

/// Sessions, orders, audit trail and what the sandbox needs.
pub struct Store {
    connections: Connections,
    dialect: Dialect,
    /// Held as long as the portal runs: SQLite takes one process.
    _alone: Option<File>,
}

/// What the databases don't share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dialect {
    Sqlite,
    Postgres,
}

impl Dialect {
    /// A write transaction takes SQLite's lock at once, instead of failing half-way.
    const fn begin(self) -> &'static str {
        match self {
            Self::Sqlite => "begin immediate",
            Self::Postgres => "begin",
        }
    }
}

/// A write transaction; rolled back when dropped.
struct Write<'a> {
    lent: Lent<'a>,
    dialect: Dialect,
}

impl Write<'_> {
    async fn commit(self) -> Result<(), StoreError> {
        self.end("commit").await
    }

    /// Keeps the connection, which dropping wouldn't.
    async fn roll_back(self) -> Result<(), StoreError> {
        self.end("rollback").await
    }

    async fn end(mut self, statement: &'static str) -> Result<(), StoreError> {
        self.lent.connection.execute(statement).await?;
        self.lent.give_back();
        Ok(())
    }
}

impl Store {
    /// Whether other portals may work on the same database.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.dialect == Dialect::Postgres
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// [`StoreError`] if it doesn't.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.connections.fetch_one(sqlx::query("select 1")).await?;
        Ok(())
    }

    /// Ends all connections; what is under way is finished.
    pub async fn close(&self) {
        self.connections.close().await;
    }

    async fn write(&self) -> Result<Write<'_>, StoreError> {
        let mut lent = self.connections.lend().await?;
        lent.connection.execute(self.dialect.begin()).await?;
        let dialect = self.dialect;
        Ok(Write { lent, dialect })
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store")
            .field("dialect", &self.dialect)
            .finish_non_exhaustive()
    }
}

/// Why something could not be read or stored.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// Something stored that can't be read.
    #[error("stored data: {0}")]
    Stored(#[from] serde_json::Error),
    /// A stored session that can't be read.
    #[error("stored session: {0}")]
    Session(#[from] postcard::Error),
    /// A stored session that can't have been one.
    #[error("stored session: {0}")]
    Snapshot(#[from] beian::SnapshotError),
    /// A stored id of the wrong length, or an unknown name.
    #[error("stored data: malformed {0}")]
    Malformed(&'static str),
    /// Somebody else was faster, every time.
    #[error("changed by others meanwhile")]
    Conflict,
}

impl StoreError {
    /// Whether another transaction was in the way, so that loading again and deciding again helps.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        match self {
            Self::Conflict => true,
            Self::Database(sqlx::Error::Database(error)) => {
                let code = error.code();
                error.is_unique_violation()
                    || matches!(code.as_deref(), Some("40001" | "40P01" | "5" | "517"))
            }
            Self::Database(_)
            | Self::Stored(_)
            | Self::Session(_)
            | Self::Snapshot(_)
            | Self::Malformed(_) => false,
        }
    }
}

//! One database for a host: SQLite, PostgreSQL or MySQL, as the address says.
//!
//! It has tables of its own for what every host keeps: settings, sign-ins, idempotency keys. The host's own
//! tables, and the sessions of `beian-sqlx`, stand beside them, and are written in one transaction with them.
//! Statements are the same everywhere, but for the few that ask whether the database is MySQL.

mod error;
mod file;
mod keys;
mod nodes;
mod open;
mod settings;
mod sign_ins;

use std::sync::Arc;

use beian_sqlx::{AnyStore, Transaction, failure};
use sqlx::{
    Any, AnyConnection, AnyPool, AssertSqlSafe, Connection as _,
    any::{AnyArguments, AnyRow},
    query::Query,
};

pub use error::{Error, OpenError};
pub use open::Tables;

/// Whether the database answers: of a table, for a node that was cut off from its cluster answers all else.
const ASK: &str = "select name from setting where name = ''";

/// A statement with its values.
pub type Statement = Query<'static, Any, AnyArguments>;

/// An open database.
#[derive(Debug)]
pub struct Database {
    /// For how it begins transactions and writes statements; what sessions there are is the host's matter.
    sessions: AnyStore,
    kind: Kind,
    /// SQLite's, held as long as the host runs.
    file: Option<Arc<file::DatabaseFile>>,
}

/// Which database it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A file, of one process.
    Sqlite,
    /// PostgreSQL.
    Postgres,
    /// MySQL or MariaDB, also a cluster.
    MySql,
}

impl Kind {
    /// What a select ends with that locks its rows, and waits for none that others have locked: SQLite has
    /// one writer.
    #[must_use]
    pub const fn skip_locked(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres | Self::MySql => " for update skip locked",
        }
    }
}

impl Database {
    /// Its connections, for a store over them.
    #[must_use]
    pub const fn pool(&self) -> &AnyPool {
        self.sessions.pool()
    }

    /// Which one it is.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// Whether other processes may work on the same database.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.kind != Kind::Sqlite
    }

    /// A statement, with `?` for one value after the other.
    pub fn query(&self, sql: &str) -> Statement {
        sqlx::query(AssertSqlSafe(self.sessions.sql(sql)))
    }

    /// As [`query`](Self::query), where MySQL has words of its own.
    pub fn query_by_kind(&self, sql: &str, of_mysql: &str) -> Statement {
        self.query(if self.kind == Kind::MySql {
            of_mysql
        } else {
            sql
        })
    }

    /// Begins a write transaction: one that takes SQLite's write lock at once, and elsewhere sees what is
    /// committed, statement by statement. Sessions are saved in it too.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn begin(&self) -> Result<Transaction<Any>, Error> {
        Ok(self.sessions.begin().await?)
    }

    /// A write that is a transaction of its own. The name is all that an error tells of it.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn write(&self, name: &'static str, statement: Statement) -> Result<(), Error> {
        let written = statement.execute(self.pool()).await;
        written.map_err(|error| failure(name, error))?;
        Ok(())
    }

    /// All rows of a read.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn rows(
        &self,
        name: &'static str,
        statement: Statement,
    ) -> Result<Vec<AnyRow>, Error> {
        let rows = statement.fetch_all(self.pool()).await;
        Ok(rows.map_err(|error| failure(name, error))?)
    }

    /// Ends all connections; what is under way is finished. A file that isn't there any more is left
    /// alone: in its place may be another one.
    pub async fn close(&self) {
        let last = self.file.as_ref().map(|file| file.unwatch());
        if let Some(None) = last {
            return;
        }
        self.pool().close().await;
        if let Some(last) = last.flatten() {
            let _ = last.close().await;
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Some(file) = &self.file {
            drop(file.unwatch());
        }
    }
}

/// How many rows a statement in a transaction has changed.
///
/// # Errors
/// [`Error`].
pub async fn execute(
    name: &'static str,
    transaction: &mut AnyConnection,
    statement: Statement,
) -> Result<u64, Error> {
    let done = statement.execute(transaction).await;
    Ok(done.map_err(|error| failure(name, error))?.rows_affected())
}

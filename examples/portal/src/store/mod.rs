//! Where everything is kept: one store for three databases.
//!
//! The sessions are `beian-sqlx`'s. The portal's own rows stand beside them in the same database, and are
//! written in one transaction with them. Its statements are the same everywhere, but for the few that ask
//! whether the database is MySQL.

mod file;
mod nodes;
mod open;
mod orders;
mod sandbox;
mod sign_ins;

use std::sync::Arc;

use beian::host::SaveError;
use beian_sqlx::{AnyStore, failure};
use sqlx::{
    Any, AnyConnection, AssertSqlSafe, Connection as _,
    any::{AnyArguments, AnyRow},
    query::Query,
};

use crate::keys::PortalKeys;

pub use open::OpenError;
pub use orders::{OrderId, OrderRow, Trail};
pub use sandbox::{GatewayMode, Handset};

/// Whether the database answers: of a table, for a node that was cut off from its cluster answers all else.
const ASK: &str = "select name from setting where name = ''";

const KEY: &str = "key";

/// Sessions, orders, audit trail and what the sandbox needs.
#[derive(Debug)]
pub struct Store {
    sessions: AnyStore,
    kind: Kind,
    /// SQLite's, held as long as the portal runs.
    file: Option<Arc<file::DatabaseFile>>,
}

/// Which database it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Sqlite,
    Postgres,
    MySql,
}

impl Store {
    /// The sessions.
    #[must_use]
    pub const fn sessions(&self) -> &AnyStore {
        &self.sessions
    }

    /// Whether other portals may work on the same database.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.kind != Kind::Sqlite
    }

    /// Whether something can be written: a full disk and a node that only reads answer every question.
    ///
    /// # Errors
    /// [`StoreError`] if it can't.
    pub async fn try_to_write(&self) -> Result<(), StoreError> {
        self.set("last_write", &chrono::Utc::now().timestamp().to_string())
            .await
    }

    /// Whether the keys have the one that the database was last used with; that is the current one from now
    /// on.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn is_used_with(&self, keys: &PortalKeys) -> Result<bool, StoreError> {
        if let Some(mark) = self.setting(KEY).await?
            && !keys.has(&mark)
        {
            return Ok(false);
        }
        self.set(KEY, &keys.mark()).await?;
        Ok(true)
    }

    /// Ends all connections; what is under way is finished. A file that isn't there any more is left
    /// alone: in its place may be another one.
    pub async fn close(&self) {
        let last = self.file.as_ref().map(|file| file.unwatch());
        if let Some(None) = last {
            return;
        }
        self.sessions.pool().close().await;
        if let Some(last) = last.flatten() {
            let _ = last.close().await;
        }
    }

    /// Keeps a setting.
    async fn set(&self, name: &'static str, value: &str) -> Result<(), StoreError> {
        let set = self.query_by_kind(
            "insert into setting (name, value) values (?, ?) \
             on conflict (name) do update set value = excluded.value",
            "insert into setting (name, value) values (?, ?) \
             on duplicate key update value = values(value)",
        );
        self.write("set", set.bind(name).bind(value.to_owned()))
            .await
    }

    fn query(&self, sql: &str) -> Query<'static, Any, AnyArguments> {
        sqlx::query(AssertSqlSafe(self.sessions.sql(sql)))
    }

    /// As [`query`](Self::query), where MySQL has words of its own.
    fn query_by_kind(&self, sql: &str, of_mysql: &str) -> Query<'static, Any, AnyArguments> {
        self.query(if self.kind == Kind::MySql {
            of_mysql
        } else {
            sql
        })
    }

    /// A write that is a transaction of its own.
    async fn write(
        &self,
        name: &'static str,
        query: Query<'static, Any, AnyArguments>,
    ) -> Result<(), StoreError> {
        let written = query.execute(self.sessions.pool()).await;
        written.map_err(|error| failure(name, error))?;
        Ok(())
    }

    /// All rows of a read.
    async fn rows(
        &self,
        name: &'static str,
        query: Query<'static, Any, AnyArguments>,
    ) -> Result<Vec<AnyRow>, StoreError> {
        let rows = query.fetch_all(self.sessions.pool()).await;
        Ok(rows.map_err(|error| failure(name, error))?)
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        if let Some(file) = &self.file {
            drop(file.unwatch());
        }
    }
}

/// How many rows a statement in a transaction has changed.
async fn execute(
    name: &'static str,
    transaction: &mut AnyConnection,
    query: Query<'static, Any, AnyArguments>,
) -> Result<u64, StoreError> {
    let done = query.execute(transaction).await;
    Ok(done.map_err(|error| failure(name, error))?.rows_affected())
}

/// Why something could not be read or stored. It tells no value.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database.
    #[error("database: {0}")]
    Database(#[from] beian_sqlx::Error),
    /// Something stored that can't be read.
    #[error("stored data: {0}")]
    Stored(#[from] serde_json::Error),
    /// A stored id of the wrong length, or an unknown name.
    #[error("stored data: malformed {0}")]
    Malformed(&'static str),
    /// Somebody else was faster, every time.
    #[error("changed by others meanwhile")]
    Conflict,
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        failure("read a column", error).into()
    }
}

impl From<SaveError<beian_sqlx::Error>> for StoreError {
    fn from(error: SaveError<beian_sqlx::Error>) -> Self {
        match error {
            SaveError::Conflict => Self::Conflict,
            SaveError::Store(error) => Self::Database(error),
        }
    }
}

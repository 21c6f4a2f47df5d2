//! A connection that is in a transaction, and never goes back to its pool with it.

use std::ops::{Deref, DerefMut};

use beian::host::SaveError;
use sqlx::pool::PoolConnection;

use crate::{Engine, Error, SqlStore, error::failure};

/// A write transaction over one of the pool's connections, which stands behind it: the host's own
/// statements run over `&mut *transaction`.
///
/// Rolled back unless it is [committed](Self::commit). One that is dropped, even while a statement is under
/// way, is rolled back by closing its connection, as nothing else is certain then; so a host whose SQLite
/// is in memory says [`roll_back`](Self::roll_back).
pub struct Transaction<DB: Engine> {
    connection: PoolConnection<DB>,
    over: bool,
}

impl<DB: Engine> Transaction<DB> {
    /// What is begun and ended by the statements themselves.
    pub(crate) async fn unbegun(
        store: &SqlStore<DB>,
        statement: &'static str,
    ) -> Result<Self, SaveError<Error>> {
        let connection = store.pool.acquire().await;
        Ok(Self {
            connection: connection.map_err(|error| failure(statement, error))?,
            over: false,
        })
    }

    pub(crate) async fn begin(store: &SqlStore<DB>) -> Result<Self, SaveError<Error>> {
        let mut begun = Self::unbegun(store, "begin").await?;
        begun
            .script("begin", store.statements.dialect().begin())
            .await?;
        Ok(begun)
    }

    /// The host's rows and the sessions together.
    ///
    /// # Errors
    /// [`SaveError::Conflict`] if the database finds only now that others were in the way, as a cluster
    /// does: nothing is stored. [`Error`]; if the connection is gone, what was to be stored may be.
    pub async fn commit(mut self) -> Result<(), SaveError<Error>> {
        self.script("commit", "commit").await?;
        self.over = true;
        Ok(())
    }

    /// None of it, and the connection is kept.
    ///
    /// # Errors
    /// [`Error`]: it is rolled back all the same, with the connection.
    pub async fn roll_back(mut self) -> Result<(), Error> {
        let rolled_back = self.script("rollback", "rollback").await;
        self.over = rolled_back.is_ok();
        rolled_back.map_err(|error| Error::undecided("rollback", error))
    }

    /// No transaction is open any more.
    pub(crate) const fn is_over(&mut self) {
        self.over = true;
    }

    async fn script(&mut self, name: &'static str, script: &str) -> Result<(), SaveError<Error>> {
        let done = DB::script(self, script.to_owned()).await;
        done.map_err(|error| failure(name, error))?;
        Ok(())
    }
}

impl<DB: Engine> Deref for Transaction<DB> {
    type Target = DB::Connection;

    fn deref(&self) -> &DB::Connection {
        &self.connection
    }
}

impl<DB: Engine> DerefMut for Transaction<DB> {
    fn deref_mut(&mut self) -> &mut DB::Connection {
        &mut self.connection
    }
}

impl<DB: Engine> Drop for Transaction<DB> {
    fn drop(&mut self) {
        if !self.over {
            self.connection.close_on_drop();
        }
    }
}

impl<DB: Engine> std::fmt::Debug for Transaction<DB> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Transaction").finish_non_exhaustive()
    }
}

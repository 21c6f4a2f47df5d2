//! Connections that stay open from one use to the next.
//!
//! sqlx's own pool asks the database whenever a connection is given back, which is a round trip more for
//! each statement. Here one is given back when its work is done, as it is; one whose work is broken off,
//! by an error or because nobody waits for it any more, is closed, and what it had begun rolled back.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use sqlx::{
    Any, AnyConnection, Connection as _, Error, Executor as _,
    any::{AnyArguments, AnyRow},
    query::Query,
};
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time,
};

/// How long is waited for a connection.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long one is trusted that nobody used.
const TRUST: Duration = Duration::from_secs(1);

/// So many connections to one database, and no more.
pub(super) struct Connections {
    url: String,
    settings: &'static str,
    idle: Mutex<Vec<(AnyConnection, Instant)>>,
    permits: Semaphore,
}

/// A connection for one use; closed when dropped.
pub(super) struct Lent<'a> {
    pub(super) connection: AnyConnection,
    home: &'a Connections,
    _permit: SemaphorePermit<'a>,
}

impl Connections {
    /// To an address, each with these settings; none is open yet.
    pub(super) fn new(url: String, settings: &'static str, most: usize) -> Self {
        Self {
            url,
            settings,
            idle: Mutex::default(),
            permits: Semaphore::new(most),
        }
    }

    /// A connection, in the order in which they are asked for.
    pub(super) async fn lend(&self) -> Result<Lent<'_>, Error> {
        let permit = time::timeout(PATIENCE, self.permits.acquire()).await;
        let permit = permit.map_err(|_| Error::PoolTimedOut)?;
        let permit = permit.map_err(|_| Error::PoolClosed)?;
        let connection = time::timeout(PATIENCE, self.idle_or_new()).await;
        Ok(Lent {
            connection: connection.map_err(|_| Error::PoolTimedOut)??,
            home: self,
            _permit: permit,
        })
    }

    async fn idle_or_new(&self) -> Result<AnyConnection, Error> {
        while let Some((mut connection, since)) = self.pop() {
            if since.elapsed() < TRUST || connection.ping().await.is_ok() {
                return Ok(connection);
            }
        }
        let mut connection = AnyConnection::connect(&self.url).await?;
        connection.execute(self.settings).await?;
        Ok(connection)
    }

    fn pop(&self) -> Option<(AnyConnection, Instant)> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.pop()
    }

    /// All rows of a statement that is a transaction of its own.
    pub(super) async fn fetch_all(
        &self,
        query: Query<'static, Any, AnyArguments>,
    ) -> Result<Vec<AnyRow>, Error> {
        let mut lent = self.lend().await?;
        let rows = query.fetch_all(&mut lent.connection).await?;
        lent.give_back();
        Ok(rows)
    }

    /// The first row, if there is one.
    pub(super) async fn fetch_optional(
        &self,
        query: Query<'static, Any, AnyArguments>,
    ) -> Result<Option<AnyRow>, Error> {
        Ok(self.fetch_all(query).await?.into_iter().next())
    }

    /// The first row.
    pub(super) async fn fetch_one(
        &self,
        query: Query<'static, Any, AnyArguments>,
    ) -> Result<AnyRow, Error> {
        let row = self.fetch_optional(query).await?;
        row.ok_or(Error::RowNotFound)
    }

    /// Lends no more, and ends those that are idle; the others end with their use.
    pub(super) async fn close(&self) {
        self.permits.close();
        while let Some((connection, _)) = self.pop() {
            let _ = connection.close().await; // gone, whatever it says
        }
    }
}

impl Lent<'_> {
    /// Its work is done: the next one may have it.
    pub(super) fn give_back(self) {
        let Self {
            connection, home, ..
        } = self;
        if !home.permits.is_closed() {
            let mut idle = home.idle.lock().unwrap_or_else(PoisonError::into_inner);
            idle.push((connection, Instant::now()));
        }
    }
}

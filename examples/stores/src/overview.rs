//! What a host's console and its metrics show.

use beian::{OrderStatus, Session, SessionId};
use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    Engine, Error, SqlStore, sessions::session_id, statements::Statement, store::column, stored,
};

impl<DB: Engine> SqlStore<DB> {
    /// Sessions whose order has a status, after the one named, by their ids.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn sessions(
        &self,
        status: OrderStatus,
        after: Option<SessionId>,
        limit: u32,
    ) -> Result<Vec<Session>, Error> {
        let statement = &self.statements.of_status;
        // Every id is greater than no bytes.
        let after = after.as_ref().map_or(&[][..], |id| &id.as_bytes()[..]);
        let values = vec![status.name().into(), after.into(), i64::from(limit).into()];
        sessions_of::<DB>(statement, self.read(statement, values).await?)
    }

    /// How many sessions there are, by the status of their order. It reads an index from one end to the
    /// other: a host with millions of sessions asks now and then, and keeps the answer.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn sessions_by_status(&self) -> Result<Vec<(OrderStatus, u64)>, Error> {
        let statement = &self.statements.by_status;
        let mut counts = Vec::new();
        for row in self.read(statement, Vec::new()).await? {
            let name = column(statement, DB::text(&row, 0))?;
            let count = column(statement, DB::int(&row, 1))?.unwrap_or_default();
            let status = OrderStatus::ALL
                .iter()
                .copied()
                .find(|status| status.name() == name);
            let count = u64::try_from(count).unwrap_or_default();
            counts.extend(status.map(|status| (status, count)));
        }
        Ok(counts)
    }

    /// How long the session that woke first has been due.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn due_lag(&self, now: DateTime<Utc>) -> Result<TimeDelta, Error> {
        let (statement, now) = (&self.statements.due_lag, now.timestamp_micros());
        let rows = self.read(statement, vec![now.into()]).await?;
        let first = rows.first().map(|row| column(statement, DB::int(row, 0)));
        let oldest = first.transpose()?.flatten();
        let lag = oldest.map_or(0, |at| now.saturating_sub(at));
        Ok(TimeDelta::microseconds(lag))
    }
}

/// Of rows with an id and a snapshot.
pub(crate) fn sessions_of<DB: Engine>(
    statement: &Statement,
    rows: Vec<DB::Row>,
) -> Result<Vec<Session>, Error> {
    let session = |row: DB::Row| {
        let id = session_id(column(statement, DB::bytes(&row, 0))?);
        let stored = column(statement, DB::bytes(&row, 1))?;
        stored::readable(id, &stored.unwrap_or_default())
    };
    rows.into_iter().map(session).collect()
}

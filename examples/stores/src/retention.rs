//! What is kept no longer than it may be.

use beian::{
    Refusal,
    host::{LeftOut, LeftOutReason, SaveError, SessionStore as _},
};
use chrono::{DateTime, Utc};

use crate::{
    Engine, Error, SqlStore,
    sessions::session_id,
    store::{column, execute, fetch},
    stored,
};

/// How many sessions one statement takes.
const BATCH: usize = 64;

/// What came of [`SqlStore::erase_ended`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Erased {
    /// How many sessions hold no numbers and IDs any more.
    pub sessions: u64,
    /// Those that still do, and why.
    pub left_out: Vec<LeftOut>,
}

impl<DB: Engine> SqlStore<DB> {
    /// Erases numbers and IDs of every round that ended before an instant, as
    /// [`Session::erase`](beian::Session::erase) does; what it can't erase is named, and stops nothing
    /// else.
    ///
    /// # Errors
    /// [`Error`]; what was erased before stays so.
    pub async fn erase_ended(
        &self,
        before: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<Erased, Error> {
        let mut erased = Erased {
            sessions: 0,
            left_out: Vec::new(),
        };
        let statement = &self.statements.to_erase;
        loop {
            let number = |size| i64::try_from(size).unwrap_or(i64::MAX);
            let (limit, skipped) = (number(BATCH), number(erased.left_out.len()));
            let before = before.timestamp_micros();
            let values = vec![before.into(), limit.into(), skipped.into()];
            let rows = self.read(statement, values).await?;
            if rows.is_empty() {
                return Ok(erased);
            }
            for row in rows {
                let session = session_id(column(statement, DB::bytes(&row, 0))?);
                let stored = column(statement, DB::bytes(&row, 1))?.unwrap_or_default();
                let reason = match stored::session(&stored) {
                    Err(why) => LeftOutReason::Unreadable(why),
                    Ok(session) => match session.erase(now) {
                        Err(Refusal::AlreadyErased) => continue,
                        Err(refusal) => LeftOutReason::Refused(refusal),
                        Ok(erasure) => match self.save(&[erasure.update().clone()]).await {
                            Ok(()) => {
                                erased.sessions = erased.sessions.saturating_add(1);
                                continue;
                            }
                            Err(SaveError::Conflict) => LeftOutReason::Conflict,
                            Err(SaveError::Store(error)) => return Err(error),
                        },
                    },
                };
                erased.left_out.push(LeftOut { session, reason });
            }
        }
    }

    /// Deletes every round that ended before an instant, with its numbers and events; says how many.
    ///
    /// # Errors
    /// [`Error`]; what was deleted before stays so.
    pub async fn delete_ended(&self, before: DateTime<Utc>) -> Result<u64, Error> {
        let mut deleted: u64 = 0;
        for erased in [1, 0] {
            loop {
                let some = self.delete_some(erased, before).await;
                let some = some.map_err(|error| Error::undecided("delete sessions", error))?;
                if some == 0 {
                    break;
                }
                deleted = deleted.saturating_add(some);
            }
        }
        Ok(deleted)
    }

    async fn delete_some(
        &self,
        erased: i64,
        before: DateTime<Utc>,
    ) -> Result<u64, SaveError<Error>> {
        let statement = &self.statements.to_delete;
        let limit = i64::try_from(BATCH).unwrap_or(i64::MAX);
        let values = vec![
            erased.into(),
            before.timestamp_micros().into(),
            limit.into(),
        ];
        let mut transaction = self.begin().await?;
        let rows = fetch::<DB>(&mut transaction, statement, values).await?;
        let mut ids = Vec::new();
        for row in rows {
            let id = session_id(column(statement, DB::bytes(&row, 0))?);
            ids.push(id.as_bytes()[..].into());
        }
        if ids.is_empty() {
            transaction.commit().await?;
            return Ok(0);
        }
        let mut deleted = 0;
        for (table, of) in [
            ("session_number", "session"),
            ("session_event", "session"),
            ("session", "id"),
        ] {
            let delete = self.statements.delete(table, of, ids.len());
            deleted = execute::<DB>(&mut transaction, &delete, ids.clone()).await?;
        }
        transaction.commit().await?;
        Ok(deleted)
    }
}

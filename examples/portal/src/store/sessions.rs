//! The sessions, as the crate asks for them.

use beian::{
    Event, Lang, MobileNumber, Session, SessionId, Update,
    host::{SaveError, SessionStore},
};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use sqlx::{Any, AnyConnection, Row as _, any::AnyArguments, query::Query};

use super::{
    Dialect, Store, StoreError, Write,
    statements::{
        CHANGE_POSTGRES, EVENTS_POSTGRES, EVENTS_SQLITE, FIND, INSERT, LEASE_POSTGRES,
        LEASE_SQLITE, LOAD, NEXT_WAKE, UPDATE,
    },
};

impl SessionStore for Store {
    type Error = StoreError;

    async fn load(&self, id: SessionId) -> Result<Option<Session>, StoreError> {
        let row = sqlx::query(LOAD)
            .bind(id.as_bytes().to_vec())
            .fetch_optional(&self.pool)
            .await?;
        row.map(|row| session(&row.try_get::<String, _>(0)?))
            .transpose()
    }

    async fn find(
        &self,
        mobile: &MobileNumber,
        now: DateTime<Utc>,
    ) -> Result<Vec<Session>, StoreError> {
        let hour_ago = now.timestamp_micros().saturating_sub(3_600_000_000);
        let rows = sqlx::query(FIND)
            .bind(mobile.digits().to_owned())
            .bind(hour_ago)
            .fetch_all(&self.pool)
            .await?;
        let mut found = Vec::new();
        for row in rows {
            let session = session(&row.try_get::<String, _>(0)?)?;
            found.extend(Some(session).filter(|session| session.is_found_at(now)));
        }
        Ok(found)
    }

    async fn save(&self, updates: &[Update]) -> Result<(), SaveError<StoreError>> {
        let saved = async {
            // What nearly every entry leaves: one statement, so a transaction of its own.
            if let [update] = updates
                && self.dialect == Dialect::Postgres
                && Kind::of(update) == Kind::Change
            {
                return change_postgres(&mut *self.pool.acquire().await?, update).await;
            }
            let mut write = self.write().await?;
            write.save(updates).await?;
            write.commit().await
        };
        match saved.await {
            Err(error) if error.is_conflict() => Err(SaveError::Conflict),
            saved => Ok(saved?),
        }
    }

    async fn lease_due(
        &self,
        now: DateTime<Utc>,
        limit: usize,
        lease: TimeDelta,
    ) -> Result<Vec<Session>, StoreError> {
        let statement = match self.dialect {
            Dialect::Sqlite => LEASE_SQLITE,
            Dialect::Postgres => LEASE_POSTGRES,
        };
        let now = now.timestamp_micros();
        let until = now.saturating_add(lease.num_microseconds().unwrap_or(i64::MAX));
        let mut write = self.write().await?;
        let rows = sqlx::query(statement)
            .bind(now)
            .bind(i64::try_from(limit).unwrap_or(i64::MAX))
            .bind(until)
            .fetch_all(&mut *write.transaction)
            .await?;
        write.commit().await?;
        let mut leased = Vec::new();
        for row in rows {
            leased.push((row.try_get::<i64, _>(1)?, row.try_get::<String, _>(0)?));
        }
        leased.sort();
        leased.iter().map(|(_, stored)| session(stored)).collect()
    }

    async fn next_wake(&self, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, StoreError> {
        let row = sqlx::query(NEXT_WAKE)
            .bind(now.timestamp_micros())
            .fetch_one(&self.pool)
            .await?;
        let wake: Option<i64> = row.try_get(0)?;
        Ok(wake.and_then(DateTime::from_timestamp_micros))
    }
}

/// At the start of the only process.
impl Store {
    /// Ends the leases of a process that is gone, where there is only one at a time: what it left is
    /// taken up at once.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn end_leases_of_the_dead(&self) -> Result<(), StoreError> {
        if self.is_shared() {
            return Ok(());
        }
        let mut write = self.write().await?;
        for statement in [
            "update session set leased_until = 0 where leased_until > 0 and wake_at is not null",
            "update sandbox_message set leased_until = 0 where leased_until > 0 and reported = 0",
        ] {
            sqlx::query(statement)
                .execute(&mut *write.transaction)
                .await?;
        }
        write.commit().await
    }
}

/// What is watched from outside.
impl Store {
    /// How many sessions there are, by the status of their order.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn sessions_by_status(&self) -> Result<Vec<(String, i64)>, StoreError> {
        let rows = sqlx::query("select status, count(*) from session group by status")
            .fetch_all(&self.pool)
            .await?;
        rows.iter()
            .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
            .collect()
    }

    /// How long the most overdue session has been due.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn due_lag(&self, now: DateTime<Utc>) -> Result<TimeDelta, StoreError> {
        let row = sqlx::query("select min(wake_at) from session where wake_at <= $1")
            .bind(now.timestamp_micros())
            .fetch_one(&self.pool)
            .await?;
        let oldest: Option<i64> = row.try_get(0)?;
        let lag = oldest.map_or(0, |at| now.timestamp_micros().saturating_sub(at));
        Ok(TimeDelta::microseconds(lag))
    }
}

impl Write<'_> {
    /// All updates with their numbers and events, or a conflict. Always in the order of their ids,
    /// so that no two transactions wait for each other.
    pub(super) async fn save(&mut self, updates: &[Update]) -> Result<(), StoreError> {
        let mut updates: Vec<_> = updates.iter().collect();
        updates.sort_by_key(|update| update.id());
        for update in updates {
            put(&mut self.transaction, self.dialect, update).await?;
        }
        Ok(())
    }
}

/// What an update does to the rows of its session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// There was none.
    New,
    /// Its numbers stay.
    Change,
    /// Its numbers go.
    Erasure,
}

impl Kind {
    fn of(update: &Update) -> Self {
        if update.expected_version() == 0 {
            Self::New
        } else if update.session().mobiles().next().is_none() {
            Self::Erasure
        } else {
            Self::Change
        }
    }
}

async fn put(
    connection: &mut AnyConnection,
    dialect: Dialect,
    update: &Update,
) -> Result<(), StoreError> {
    let kind = Kind::of(update);
    if (kind, dialect) == (Kind::Change, Dialect::Postgres) {
        return change_postgres(connection, update).await;
    }
    let session = update.session();
    let id = session.id().as_bytes().to_vec();
    let statement = if kind == Kind::New { INSERT } else { UPDATE };
    let done = row(statement, session)?.execute(&mut *connection).await?;
    if done.rows_affected() != 1 {
        return Err(StoreError::Conflict);
    }
    match kind {
        Kind::New => {
            for mobile in session.mobiles() {
                sqlx::query("insert into session_number (mobile, session) values ($1, $2)")
                    .bind(mobile.digits().to_owned())
                    .bind(id.clone())
                    .execute(&mut *connection)
                    .await?;
            }
        }
        Kind::Change => {}
        Kind::Erasure => {
            sqlx::query("delete from session_number where session = $1")
                .bind(id.clone())
                .execute(&mut *connection)
                .await?;
        }
    }
    let statement = match dialect {
        Dialect::Sqlite => EVENTS_SQLITE,
        Dialect::Postgres => EVENTS_POSTGRES,
    };
    sqlx::query(statement)
        .bind(id)
        .bind(events(update)?)
        .execute(&mut *connection)
        .await?;
    Ok(())
}

async fn change_postgres(
    connection: &mut AnyConnection,
    update: &Update,
) -> Result<(), StoreError> {
    let changed = row(CHANGE_POSTGRES, update.session())?
        .bind(events(update)?)
        .fetch_optional(connection)
        .await?;
    changed.map(|_| ()).ok_or(StoreError::Conflict)
}

/// A statement with the columns of a session.
fn row(
    statement: &'static str,
    session: &Session,
) -> Result<Query<'static, Any, AnyArguments>, StoreError> {
    let ended = !session.status().is_open();
    Ok(sqlx::query(statement)
        .bind(session.id().as_bytes().to_vec())
        .bind(version(session.version()))
        .bind(session.status().order_status().name())
        .bind(serde_json::to_string(session)?)
        .bind(session.wake().map(|wake| wake.timestamp_micros()))
        .bind(ended.then(|| session.last_changed_at().timestamp_micros())))
}

/// The rows of an update's events, as an array of JSON: one statement for any number of them.
fn events(update: &Update) -> Result<String, StoreError> {
    let mut rows = Vec::new();
    for (place, event) in update.events().enumerate() {
        rows.push(json!({
            "version": version(event.version),
            "place": place,
            "event": serde_json::to_string(&line(update.session(), &event)?)?,
            "zh": event.kind.text(Lang::Zh),
            "en": event.kind.text(Lang::En),
        }));
    }
    Ok(serde_json::to_string(&rows)?)
}

/// An event with the masked number instead of the place among the recipients.
fn line(session: &Session, event: &Event) -> Result<serde_json::Value, StoreError> {
    let mut line = serde_json::to_value(event)?;
    let recipient = event.kind.recipient().map(usize::from);
    if let (Some(recipient), Some(line)) = (recipient, line.as_object_mut()) {
        let view = session.recipients().nth(recipient);
        let mobile = view.and_then(|view| view.mobile().map(ToString::to_string));
        line.remove("recipient");
        line.extend(mobile.map(|mobile| ("mobile".to_owned(), mobile.into())));
    }
    Ok(line)
}

pub(super) fn session(stored: &str) -> Result<Session, StoreError> {
    Ok(serde_json::from_str(stored)?)
}

fn version(version: u64) -> i64 {
    i64::try_from(version).unwrap_or(i64::MAX)
}

//! The sessions, as the crate asks for them.

use beian::{
    Event, MobileNumber, Session, SessionId, Snapshot, Update,
    host::{SaveError, SessionStore},
};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use sqlx::{Any, AnyConnection, Row as _, any::AnyArguments, query::Query};

use super::{
    Dialect, Store, StoreError, Write,
    statements::{
        CHANGE_AND_COMMIT_SQLITE, CHANGE_POSTGRES, CHANGE_SQLITE, EVENTS, FIND, INSERT,
        LEASE_POSTGRES, LEASE_SQLITE, LOAD, NEXT_WAKE,
    },
};

impl SessionStore for Store {
    type Error = StoreError;

    async fn load(&self, id: SessionId) -> Result<Option<Session>, StoreError> {
        let query = sqlx::query(LOAD).bind(id.as_bytes().to_vec());
        let row = self.connections.fetch_optional(query).await?;
        row.map(|row| session(&row.try_get::<Vec<u8>, _>(0)?))
            .transpose()
    }

    async fn find(
        &self,
        mobile: &MobileNumber,
        now: DateTime<Utc>,
    ) -> Result<Vec<Session>, StoreError> {
        let hour_ago = now.timestamp_micros().saturating_sub(3_600_000_000);
        let query = sqlx::query(FIND)
            .bind(mobile.digits().to_owned())
            .bind(hour_ago);
        let rows = self.connections.fetch_all(query).await?;
        let mut found = Vec::new();
        for row in rows {
            let stored: Option<Vec<u8>> = row.try_get(0)?;
            let session = stored.map(|stored| session(&stored)).transpose()?;
            found.extend(session.filter(|session| session.is_found_at(now)));
        }
        Ok(found)
    }

    async fn save(&self, updates: &[Update]) -> Result<(), SaveError<StoreError>> {
        let saved = async {
            // What nearly every entry leaves: one round trip.
            if let [update] = updates
                && Kind::of(update) == Kind::Change
            {
                let mut lent = self.connections.lend().await?;
                let statement = match self.dialect {
                    Dialect::Sqlite => CHANGE_AND_COMMIT_SQLITE,
                    Dialect::Postgres => CHANGE_POSTGRES,
                };
                let changed = change(&mut lent.connection, statement, update).await?;
                lent.give_back();
                return changed.then_some(()).ok_or(StoreError::Conflict);
            }
            let mut write = self.write().await?;
            match write.save(updates).await {
                Ok(()) => write.commit().await,
                Err(error) => write.roll_back().await.and(Err(error)),
            }
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
            .fetch_all(&mut write.lent.connection)
            .await?;
        write.commit().await?;
        let mut leased = Vec::new();
        for row in rows {
            leased.push((row.try_get::<i64, _>(1)?, row.try_get::<Vec<u8>, _>(0)?));
        }
        leased.sort();
        leased.iter().map(|(_, stored)| session(stored)).collect()
    }

    async fn next_wake(&self, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, StoreError> {
        let query = sqlx::query(NEXT_WAKE).bind(now.timestamp_micros());
        let row = self.connections.fetch_one(query).await?;
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
                .execute(&mut write.lent.connection)
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
        let query = sqlx::query("select status, count(*) from session group by status");
        let rows = self.connections.fetch_all(query).await?;
        rows.iter()
            .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
            .collect()
    }

    /// How long the most overdue session has been due.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn due_lag(&self, now: DateTime<Utc>) -> Result<TimeDelta, StoreError> {
        let query = sqlx::query("select min(wake_at) from session where wake_at <= $1")
            .bind(now.timestamp_micros());
        let row = self.connections.fetch_one(query).await?;
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
            put(&mut self.lent.connection, self.dialect, update).await?;
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
    if kind == Kind::New {
        return insert(connection, update).await;
    }
    let statement = match dialect {
        Dialect::Sqlite => CHANGE_SQLITE,
        Dialect::Postgres => CHANGE_POSTGRES,
    };
    if !change(connection, statement, update).await? {
        return Err(StoreError::Conflict);
    }
    if kind == Kind::Erasure {
        sqlx::query("delete from session_number where session = $1")
            .bind(update.id().as_bytes().to_vec())
            .execute(connection)
            .await?;
    }
    Ok(())
}

/// A session that is there already is a conflict, by its key.
async fn insert(connection: &mut AnyConnection, update: &Update) -> Result<(), StoreError> {
    let session = update.session();
    let id = session.id().as_bytes().to_vec();
    row(INSERT, session)?.execute(&mut *connection).await?;
    for mobile in session.mobiles() {
        sqlx::query("insert into session_number (mobile, session) values ($1, $2)")
            .bind(mobile.digits().to_owned())
            .bind(id.clone())
            .execute(&mut *connection)
            .await?;
    }
    sqlx::query(EVENTS)
        .bind(id)
        .bind(version(session.version()))
        .bind(events(update)?)
        .execute(connection)
        .await?;
    Ok(())
}

/// Whether it is stored: not if another version is there than was expected.
async fn change(
    connection: &mut AnyConnection,
    statement: &'static str,
    update: &Update,
) -> Result<bool, StoreError> {
    let query = row(statement, update.session())?.bind(events(update)?);
    Ok(query.fetch_all(connection).await?.len() == 1)
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
        .bind(postcard::to_allocvec(session)?)
        .bind(session.wake().map(|wake| wake.timestamp_micros()))
        .bind(ended.then(|| session.last_changed_at().timestamp_micros())))
}

/// An event as it is stored: with the masked number, which an erasure takes out of the session.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct StoredEvent {
    #[serde(flatten)]
    pub(super) event: Event,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) mobile: Option<String>,
}

fn events(update: &Update) -> Result<String, StoreError> {
    let masked = |event: &Event| {
        let recipient = usize::from(event.kind.recipient()?);
        let person = update.session().recipients().nth(recipient)?;
        person.mobile().map(ToString::to_string)
    };
    let events = update.events().map(|event| StoredEvent {
        mobile: masked(&event),
        event,
    });
    Ok(serde_json::to_string(&events.collect::<Vec<_>>())?)
}

pub(super) fn session(stored: &[u8]) -> Result<Session, StoreError> {
    Ok(postcard::from_bytes::<Snapshot>(stored)?.try_into()?)
}

fn version(version: u64) -> i64 {
    i64::try_from(version).unwrap_or(i64::MAX)
}

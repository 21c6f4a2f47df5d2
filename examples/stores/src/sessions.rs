//! Sessions, as the crate asks for them.

use beian::{
    MobileNumber, Session, SessionId, Update,
    host::{Lease, Leased, SaveError, SessionStore},
};
use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    Engine, Error, SqlStore, Transaction,
    dialect::Dialect,
    driver::Value,
    leases,
    store::{column, execute, fetch},
    stored,
};

impl<DB: Engine> SessionStore for SqlStore<DB> {
    type Error = Error;

    async fn load(&self, id: SessionId) -> Result<Option<Session>, Error> {
        let load = &self.statements.load;
        let rows = self.read(load, vec![id.as_bytes()[..].into()]).await?;
        let Some(row) = rows.first() else {
            return Ok(None);
        };
        let stored = column(load, DB::bytes(row, 0))?.unwrap_or_default();
        stored::readable(id, &stored).map(Some)
    }

    async fn find(&self, mobile: &MobileNumber, now: DateTime<Utc>) -> Result<Vec<Session>, Error> {
        let find = &self.statements.find;
        // What ended earlier isn't found (D18), and may be unreadable.
        let since = now.timestamp_micros().saturating_sub(600_000_000);
        let values = vec![since.into(), mobile.digits().into()];
        let mut found = Vec::new();
        for row in self.read(find, values).await? {
            let id = session_id(column(find, DB::bytes(&row, 0))?);
            if let Some(stored) = column(find, DB::bytes(&row, 1))? {
                let session = stored::readable(id, &stored)?;
                found.extend(session.is_found_at(now).then_some(session));
            }
        }
        Ok(found)
    }

    async fn save(&self, updates: &[Update]) -> Result<(), SaveError<Error>> {
        // What nearly every entry leaves: one round trip.
        if let [update] = updates
            && Kind::of(update) == Kind::Change
            && self.statements.dialect() != Dialect::MySql
        {
            return self.change_alone(update).await;
        }
        let mut transaction = self.begin().await?;
        match self.save_in(&mut transaction, updates).await {
            Ok(()) => transaction.commit().await,
            Err(error) => {
                let _ = transaction.roll_back().await; // or with its connection
                Err(error)
            }
        }
    }

    async fn lease_due(
        &self,
        now: DateTime<Utc>,
        limit: usize,
        lease: TimeDelta,
    ) -> Result<Vec<Leased>, SaveError<Error>> {
        leases::lease_due(self, now, limit, lease).await
    }

    async fn renew(&self, lease: &Lease, until: DateTime<Utc>) -> Result<bool, SaveError<Error>> {
        leases::renew(self, lease, until).await
    }

    async fn give_back(&self, lease: &Lease) -> Result<(), SaveError<Error>> {
        leases::give_back(self, lease).await
    }

    async fn next_due(&self, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, Error> {
        let next_due = &self.statements.next_due;
        let now = now.timestamp_micros();
        let rows = self.read(next_due, vec![now.into(), now.into()]).await?;
        let first = rows.first().map(|row| column(next_due, DB::int(row, 0)));
        let micros = first.transpose()?.flatten();
        Ok(micros.and_then(DateTime::from_timestamp_micros))
    }
}

impl<DB: Engine> SqlStore<DB> {
    /// As [`SessionStore::save`], in a transaction that the host has begun and commits itself, with rows
    /// of its own in it: [`begin`](Self::begin) begins a fitting one.
    ///
    /// After an error, a conflict among them, the transaction has to be rolled back whole.
    ///
    /// # Errors
    /// [`SaveError::Conflict`] if a session has another version than expected; [`Error`].
    pub async fn save_in(
        &self,
        transaction: &mut DB::Connection,
        updates: &[Update],
    ) -> Result<(), SaveError<Error>> {
        let mut updates: Vec<_> = updates.iter().collect();
        // Always in this order, so that no two transactions wait for each other.
        updates.sort_by_key(|update| update.id());
        for update in updates {
            let kind = Kind::of(update);
            if kind == Kind::New {
                self.insert(transaction, update).await?;
                continue;
            }
            if !self.change(transaction, update).await? {
                return Err(SaveError::Conflict);
            }
            if kind == Kind::Erasure {
                let id = update.id().as_bytes()[..].into();
                execute::<DB>(transaction, &self.statements.forget_numbers, vec![id]).await?;
            }
        }
        Ok(())
    }

    /// A session that is there already is a conflict, by its key.
    async fn insert(
        &self,
        transaction: &mut DB::Connection,
        update: &Update,
    ) -> Result<(), SaveError<Error>> {
        let (session, statements) = (update.session(), &self.statements);
        let id: Value = session.id().as_bytes()[..].into();
        let row = Row::of(session)?;
        let values = vec![
            id.clone(),
            row.version.into(),
            row.status.into(),
            Value::Bytes(row.snapshot),
            row.wake.into(),
            row.wake.into(),
            row.ended.into(),
            row.erased.into(),
        ];
        execute::<DB>(transaction, &statements.insert, values).await?;
        let numbers: Vec<Value> = session
            .mobiles()
            .flat_map(|mobile| [mobile.digits().into(), id.clone()])
            .collect();
        if !numbers.is_empty() {
            let insert = statements.insert_numbers(numbers.len() / 2);
            execute::<DB>(transaction, &insert, numbers).await?;
        }
        self.insert_events(transaction, update).await
    }

    /// Whether it is stored: not if another version is there than was expected.
    async fn change(
        &self,
        transaction: &mut DB::Connection,
        update: &Update,
    ) -> Result<bool, SaveError<Error>> {
        let (statements, mut values) = (&self.statements, Self::change_values(update)?);
        if statements.dialect() == Dialect::MySql {
            let changed = execute::<DB>(transaction, &statements.change, values).await?;
            if changed == 1 {
                self.insert_events(transaction, update).await?;
            }
            return Ok(changed == 1);
        }
        values.push(Value::Text(stored::events(update)?));
        let changed = fetch::<DB>(transaction, &statements.change, values).await?;
        Ok(!changed.is_empty())
    }

    async fn insert_events(
        &self,
        transaction: &mut DB::Connection,
        update: &Update,
    ) -> Result<(), SaveError<Error>> {
        let events = vec![
            update.id().as_bytes()[..].into(),
            version(update.session().version()).into(),
            Value::Text(stored::events(update)?),
        ];
        execute::<DB>(transaction, &self.statements.insert_events, events).await?;
        Ok(())
    }

    /// A change as a transaction of its own, in one round trip. Not of MySQL: it has no statement for both
    /// tables, and of a text of several a cluster doesn't say that one gave way to another node's, and
    /// commits what is left.
    async fn change_alone(&self, update: &Update) -> Result<(), SaveError<Error>> {
        let statement = &self.statements.change_alone;
        let mut transaction = Transaction::unbegun(self, statement.name).await?;
        let mut values = Self::change_values(update)?;
        values.push(Value::Text(stored::events(update)?));
        match fetch::<DB>(&mut transaction, statement, values).await {
            Ok(changed) => {
                transaction.is_over();
                let changed = !changed.is_empty();
                changed.then_some(()).ok_or(SaveError::Conflict)
            }
            // What it began may be open still.
            Err(error) => {
                let _ = transaction.roll_back().await;
                Err(error)
            }
        }
    }

    fn change_values(update: &Update) -> Result<Vec<Value>, Error> {
        let row = Row::of(update.session())?;
        Ok(vec![
            row.version.into(),
            row.status.into(),
            Value::Bytes(row.snapshot),
            row.wake.into(),
            row.wake.into(),
            row.wake.into(),
            row.ended.into(),
            row.erased.into(),
            update.id().as_bytes()[..].into(),
            version(update.expected_version()).into(),
        ])
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

/// The columns of a session.
struct Row {
    version: i64,
    status: &'static str,
    snapshot: Vec<u8>,
    wake: Option<i64>,
    ended: Option<i64>,
    erased: i64,
}

impl Row {
    fn of(session: &Session) -> Result<Self, Error> {
        let ended = !session.status().is_open();
        let erased = session.mobiles().next().is_none();
        Ok(Self {
            version: version(session.version()),
            status: session.status().order_status().name(),
            snapshot: stored::snapshot(session)?,
            wake: session.wake().map(|wake| wake.timestamp_micros()),
            ended: ended.then(|| session.last_changed_at().timestamp_micros()),
            erased: i64::from(erased),
        })
    }
}

fn version(version: u64) -> i64 {
    i64::try_from(version).unwrap_or(i64::MAX)
}

/// An id as it stands in a column; a column holds none of another length.
pub(crate) fn session_id(stored: Option<Vec<u8>>) -> SessionId {
    let bytes: [u8; 16] = stored
        .and_then(|stored| stored.try_into().ok())
        .unwrap_or_default();
    bytes.into()
}

//! Leases: taken in fair halves, renewed, given back.

use std::collections::BTreeSet;

use beian::{
    SessionId,
    host::{Lease, Leased, SaveError},
};
use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    Engine, Error, SqlStore,
    sessions::session_id,
    store::{column, execute, fetch},
    stored,
};

/// A row that is due, while it is locked.
struct Due {
    since: i64,
    id: SessionId,
    in_vain: bool,
    stored: Vec<u8>,
}

pub(crate) async fn lease_due<DB: Engine>(
    store: &SqlStore<DB>,
    now: DateTime<Utc>,
    limit: usize,
    lease: TimeDelta,
) -> Result<Vec<Leased>, SaveError<Error>> {
    let micros = now.timestamp_micros();
    let until = micros.saturating_add(lease.num_microseconds().unwrap_or(i64::MAX));
    let ends = DateTime::from_timestamp_micros(until).unwrap_or(DateTime::<Utc>::MAX_UTC);
    let until = ends.timestamp_micros();
    let mut transaction = store.begin().await?;
    let half = limit / 2;
    let mut due = some_due(store, &mut transaction, (true, micros), half, 0).await?;
    let tried = due.len();
    let rest = limit.saturating_sub(tried);
    due.extend(some_due(store, &mut transaction, (false, micros), rest, 0).await?);
    let rest = limit.saturating_sub(due.len());
    if rest > 0 && tried == half {
        // What the others left empty. Those that are taken already are not skipped: the lock is one's own.
        let taken: BTreeSet<_> = due.iter().map(|due| due.id).collect();
        let more = some_due(store, &mut transaction, (true, micros), rest, tried).await?;
        due.extend(more.into_iter().filter(|due| !taken.contains(&due.id)));
    }
    if due.is_empty() {
        transaction.commit().await?;
        return Ok(Vec::new());
    }
    let mut values = vec![until.into(); 3];
    values.extend(due.iter().map(|due| due.id.as_bytes()[..].into()));
    let lease = store.statements.lease(due.len());
    execute::<DB>(&mut transaction, &lease, values).await?;
    transaction.commit().await?;
    due.sort_by_key(|due| due.since);
    let leased = |due: Due| Leased {
        lease: Lease {
            session: due.id,
            until: ends,
            first: !due.in_vain,
        },
        session: stored::session(&due.stored),
    };
    Ok(due.into_iter().map(leased).collect())
}

/// Those of one class that have been due for longest, locked.
async fn some_due<DB: Engine>(
    store: &SqlStore<DB>,
    transaction: &mut DB::Connection,
    (in_vain, now): (bool, i64),
    limit: usize,
    offset: usize,
) -> Result<Vec<Due>, SaveError<Error>> {
    if limit == 0 {
        return Ok(Vec::new());
    }
    let number = |size| i64::try_from(size).unwrap_or(i64::MAX);
    let values = vec![
        i64::from(in_vain).into(),
        now.into(),
        number(limit).into(),
        number(offset).into(),
    ];
    let statement = &store.statements.due;
    let mut due = Vec::new();
    for row in fetch::<DB>(transaction, statement, values).await? {
        due.push(Due {
            since: column(statement, DB::int(&row, 2))?.unwrap_or_default(),
            id: session_id(column(statement, DB::bytes(&row, 0))?),
            in_vain,
            stored: column(statement, DB::bytes(&row, 1))?.unwrap_or_default(),
        });
    }
    Ok(due)
}

pub(crate) async fn renew<DB: Engine>(
    store: &SqlStore<DB>,
    lease: &Lease,
    until: DateTime<Utc>,
) -> Result<bool, SaveError<Error>> {
    let mut values = vec![until.timestamp_micros().into(); 3];
    values.push(lease.session.as_bytes()[..].into());
    values.push(lease.until.timestamp_micros().into());
    Ok(store.write(&store.statements.renew, values).await? > 0)
}

pub(crate) async fn give_back<DB: Engine>(
    store: &SqlStore<DB>,
    lease: &Lease,
) -> Result<(), SaveError<Error>> {
    let values = vec![
        i64::from(!lease.first).into(),
        lease.session.as_bytes()[..].into(),
        lease.until.timestamp_micros().into(),
    ];
    store.write(&store.statements.give_back, values).await?;
    Ok(())
}

impl<DB: Engine> SqlStore<DB> {
    /// Ends the leases of hosts that are gone, for a host that knows itself to be the only one, as it may
    /// over SQLite: what they left is taken up at once.
    ///
    /// # Errors
    /// [`SaveError::Conflict`]; [`Error`].
    pub async fn end_leases(&self, now: DateTime<Utc>) -> Result<(), SaveError<Error>> {
        let now = now.timestamp_micros();
        self.write(&self.statements.end_leases, vec![now.into(), now.into()])
            .await?;
        Ok(())
    }
}

//! What a store costs as it fills: find, the scan for what is due, the next wake, an entry.
//!
//! The sessions that are only there are stored in bulk, past the store: rounds like all others, so each
//! can be found and entered for.

use std::{
    fmt::Write as _,
    fs::File,
    ops::{Range, RangeInclusive},
    time::{Duration, Instant},
};

use beian::{
    Entry,
    host::{Desk, SessionStore as _},
};
use beian_sqlx::AnyStore;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use sqlx::{AnyPool, AssertSqlSafe, Connection as _, Row as _, any::AnyPoolOptions};
use tokio::task::spawn_blocking;

use crate::{
    contest::{Fault, micros, quantile},
    ours,
    people::{self, LAST_SIX},
    report::{Figure, Report, time},
    tables,
};

const FILL_SQLITE: &str = "insert into beian_session \
    (id, version, status, snapshot, wake_at, due_at, erased) \
    select unhex(value ->> 'id'), value ->> 'version', value ->> 'status', \
        unhex(value ->> 'snapshot'), value ->> 'wake_at', value ->> 'wake_at', 0 from json_each($1)";
const NUMBERS_SQLITE: &str = "with recursive numbers (n) as (select $1 union all \
        select n + 1 from numbers where n < $2) \
    insert into beian_session_number (mobile, session) \
    select printf('199%08d', n), unhex(printf('%032x', n)) from numbers";
const FILL_POSTGRES: &str = "insert into beian_session \
    (id, version, status, snapshot, wake_at, due_at, erased) \
    select decode(id, 'hex'), version, status, decode(snapshot, 'hex'), wake_at, wake_at, 0 \
    from json_to_recordset($1::json) \
        as made (id text, version bigint, status text, snapshot text, wake_at bigint)";
const NUMBERS_POSTGRES: &str = "insert into beian_session_number (mobile, session) \
    select '199' || lpad(n::text, 8, '0'), decode(lpad(to_hex(n), 32, '0'), 'hex') \
    from generate_series($1::bigint, $2::bigint) n";

/// Emptied in the transaction that fills it, a table needs no log where `wal_level` is minimal.
const EMPTY_POSTGRES: &str = "truncate beian_session, beian_session_number";

/// Name and definition of the indices that aren't keys.
const INDICES_SQLITE: &str = "select name, sql from sqlite_master \
    where type = 'index' and sql is not null and tbl_name in ('beian_session', 'beian_session_number')";
const INDICES_POSTGRES: &str = "select indexname::text, indexdef from pg_indexes \
    where tablename in ('beian_session', 'beian_session_number') and indexname not like '%_pkey'";

/// What is measured, in the order of the columns.
const OPERATIONS: [&str; 4] = ["find", "lease_due", "next_wake", "submit_wrong"];

/// A store with many sessions, and the database behind it.
pub(crate) struct Growth {
    store: AnyStore,
    database: AnyPool,
    name: &'static str,
    opened_at: DateTime<Utc>,
    sessions: u32,
    /// How often each operation was measured.
    measured: u32,
    times: [Vec<Duration>; OPERATIONS.len()],
}

impl Growth {
    /// So many sessions in an empty database.
    ///
    /// # Errors
    /// The database's.
    pub(crate) async fn fill(
        name: &'static str,
        address: &str,
        sessions: u32,
    ) -> Result<Self, Fault> {
        let opened_at = Utc::now();
        ours::sessions(address).await?.pool().close().await;
        load(address, sessions, opened_at).await?;
        if let Some(file) = address.strip_prefix("sqlite:") {
            // What is still to be written would be in the way of what is measured.
            File::open(file)?.sync_all()?;
        }
        Ok(Self {
            store: ours::sessions(address).await?,
            database: connect(address).await?,
            name,
            opened_at,
            sessions,
            measured: 0,
            times: Default::default(),
        })
    }

    /// Measures each operation so many times more.
    ///
    /// # Errors
    /// The database's; an answer that can't be.
    pub(crate) async fn turn(&mut self, samples: u32) -> Result<(), Fault> {
        let numbers = self.measured..self.measured + samples;
        self.measured = numbers.end;
        let more = [
            self.find(numbers.clone()).await?,
            self.lease_due(samples).await?,
            self.next_wake(samples).await?,
            self.submit_wrong(numbers).await?,
        ];
        for (times, more) in self.times.iter_mut().zip(more) {
            times.extend(more);
        }
        Ok(())
    }

    /// Ends; returns a row: the medians.
    pub(crate) async fn close(self, report: &mut Report) -> Vec<String> {
        let sessions = self.sessions;
        let mut row = vec![self.name.to_owned(), tables::sessions(sessions)];
        for (operation, times) in OPERATIONS.into_iter().zip(self.times) {
            let median = median(times);
            let figure = Figure::new(operation, self.name, "median", median, "us");
            report.figures.push(Figure { sessions, ..figure });
            row.push(time(median));
        }
        self.database.close().await;
        self.store.pool().close().await;
        row
    }

    /// Anybody, each time somebody else.
    fn somebody(&self, sample: u32) -> u32 {
        let place = u64::from(sample) * 2_654_435_761 % u64::from(self.sessions);
        u32::try_from(place).unwrap_or_default()
    }

    async fn find(&self, samples: Range<u32>) -> Result<Vec<Duration>, Fault> {
        let mut times = Vec::new();
        for sample in samples {
            let mobile = people::mobile(self.somebody(sample)).parse()?;
            let began = Instant::now();
            let found = self.store.find(&mobile, self.opened_at).await?;
            times.push(began.elapsed());
            if found.len() != 1 {
                return Err("nobody was found".into());
            }
        }
        Ok(times)
    }

    /// Sixteen are due; their lease is taken back after each sample.
    async fn lease_due(&self, samples: u32) -> Result<Vec<Duration>, Fault> {
        let due: i64 = sqlx::query(
            "select wake_at from beian_session where wake_at is not null order by wake_at limit 1 offset 15",
        )
        .fetch_one(&self.database)
        .await?
        .try_get(0)?;
        let now = DateTime::from_timestamp_micros(due).ok_or("no such instant")?;
        let mut times = Vec::new();
        for _ in 0..samples {
            let began = Instant::now();
            let leased = self
                .store
                .lease_due(now, 16, TimeDelta::seconds(30))
                .await?;
            times.push(began.elapsed());
            if leased.len() != 16 {
                return Err("not all that is due was leased".into());
            }
            sqlx::query(AssertSqlSafe(format!(
                "update beian_session set leased_until = 0, due_at = wake_at, in_vain = 0 \
                where wake_at <= {due}"
            )))
            .execute(&self.database)
            .await?;
        }
        Ok(times)
    }

    async fn next_wake(&self, samples: u32) -> Result<Vec<Duration>, Fault> {
        let mut times = Vec::new();
        for _ in 0..samples {
            let began = Instant::now();
            let wake = self.store.next_due(self.opened_at).await?;
            times.push(began.elapsed());
            wake.ok_or("nothing is due, ever")?;
        }
        Ok(times)
    }

    async fn submit_wrong(&self, samples: Range<u32>) -> Result<Vec<Duration>, Fault> {
        let now = self.opened_at;
        let desk = Desk::new(self.store.clone(), people::keys()?, move || now);
        let mut times = Vec::new();
        for sample in samples {
            let mobile = people::mobile(self.somebody(sample));
            let entry = Entry::parse(&mobile, "000000", LAST_SIX)?;
            let began = Instant::now();
            desk.submit(&entry).await?;
            times.push(began.elapsed());
        }
        if desk.counters().wrong_entries + desk.counters().verified == 0 {
            return Err("no entry counted".into());
        }
        Ok(times)
    }
}

/// Fills the tables as fast as it goes: nothing is kept for a crash, and indices that aren't keys are
/// made in the end.
async fn load(address: &str, sessions: u32, opened_at: DateTime<Utc>) -> Result<(), Fault> {
    const AT_ONCE: u32 = 10_000;
    let sqlite = address.starts_with("sqlite:");
    let (before, indices, fill, numbers, after) = if sqlite {
        (
            "pragma journal_mode = off; pragma synchronous = off; pragma foreign_keys = off; \
                pragma cache_size = -400000",
            INDICES_SQLITE,
            FILL_SQLITE,
            NUMBERS_SQLITE,
            ["analyze", "pragma optimize"],
        )
    } else {
        (
            "set session_replication_role = replica; set maintenance_work_mem = '256MB'; \
                alter table beian_session set (autovacuum_enabled = off); \
                alter table beian_session_number set (autovacuum_enabled = off)",
            INDICES_POSTGRES,
            FILL_POSTGRES,
            NUMBERS_POSTGRES,
            ["vacuum analyze", "checkpoint"],
        )
    };
    let database = connect(address).await?;
    let mut connection = database.acquire().await?;
    sqlx::raw_sql(before).execute(&mut *connection).await?;
    let indices = sqlx::query_as(indices).fetch_all(&mut *connection);
    let indices: Vec<(String, String)> = indices.await?;
    let mut transaction = connection.begin().await?;
    for (name, _) in &indices {
        let drop = AssertSqlSafe(format!("drop index {name}"));
        sqlx::query(drop).execute(&mut *transaction).await?;
    }
    if !sqlite {
        let empty = sqlx::query(EMPTY_POSTGRES);
        empty.execute(&mut *transaction).await?;
    }
    // The next rows are made while the database takes these.
    let make = |first: u32| {
        let last = (first + AT_ONCE).min(sessions) - 1;
        let made = spawn_blocking(move || rows(first..=last, opened_at));
        (first, last, made)
    };
    let mut making = Some(make(0));
    while let Some((first, last, made)) = making {
        making = (last + 1 < sessions).then(|| make(last + 1));
        sqlx::query(fill)
            .bind(made.await??)
            .execute(&mut *transaction)
            .await?;
        sqlx::query(numbers)
            .bind(i64::from(first))
            .bind(i64::from(last))
            .execute(&mut *transaction)
            .await?;
    }
    for (_, create) in indices {
        let create = AssertSqlSafe(create);
        sqlx::query(create).execute(&mut *transaction).await?;
    }
    transaction.commit().await?;
    for statement in after {
        sqlx::query(statement).execute(&mut *connection).await?;
    }
    drop(connection);
    database.close().await;
    Ok(())
}

/// Open rounds as rows of JSON; their wakes are spread over a day.
fn rows(numbers: RangeInclusive<u32>, opened_at: DateTime<Utc>) -> Result<String, Fault> {
    let keys = people::keys()?;
    let mut rows = Vec::new();
    for n in numbers {
        let (_, session, _) = people::round(n, &keys, opened_at)?;
        let spread = TimeDelta::seconds(3_600 + i64::from(n) * 7_919 % 86_400);
        rows.push(json!({
            "id": session.id().to_string(),
            "version": session.version(),
            "status": session.status().order_status().name(),
            "snapshot": hex(&postcard::to_allocvec(&session)?),
            "wake_at": (opened_at + spread).timestamp_micros(),
        }));
    }
    Ok(serde_json::to_string(&rows)?)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}"); // a string takes everything
        text
    })
}

async fn connect(address: &str) -> Result<AnyPool, Fault> {
    let pool = AnyPoolOptions::new().max_connections(1);
    Ok(pool.connect(address).await?)
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    micros(quantile(&times, 0.5))
}

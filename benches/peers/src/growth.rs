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
    Entry, Session,
    host::{Desk, SessionStore as _},
};
use beian_sqlx::AnyStore;
use chrono::{DateTime, TimeDelta, Utc};
use portal::store::Store;
use serde_json::{Value, json};
use sqlx::{AnyConnection, AnyPool, AssertSqlSafe, Connection as _, Row as _};
use tokio::task::spawn_blocking;

use crate::{
    contest::{Fault, micros, quantile},
    people::{self, LAST_SIX},
    pools,
    report::{Figure, Report, time},
    tables,
};

/// How the tables are filled as fast as it goes: nothing is kept for a crash, and indices that aren't keys
/// are made in the end.
struct Words {
    before: &'static str,
    /// What drops and what makes the indices that aren't keys.
    indices: &'static str,
    empty: &'static [&'static str],
    /// Rows of JSON.
    fill: &'static str,
    /// The numbers of the sessions from one to another.
    numbers: &'static str,
    after: [&'static str; 2],
}

const SQLITE: Words = Words {
    before: "pragma journal_mode = off; pragma synchronous = off; pragma cache_size = -400000",
    indices: "select 'drop index ' || name, sql from sqlite_master \
        where type = 'index' and sql is not null \
        and tbl_name in ('beian_session', 'beian_session_number')",
    empty: &[
        "delete from beian_session",
        "delete from beian_session_number",
        "delete from beian_session_event",
    ],
    fill: "insert into beian_session (id, version, status, snapshot, wake_at, due_at, ended_at, erased) \
        select unhex(value ->> 'id'), value ->> 'version', value ->> 'status', \
            unhex(value ->> 'snapshot'), value ->> 'wake_at', value ->> 'due_at', \
            value ->> 'ended_at', value ->> 'erased' from json_each($1)",
    numbers: "with recursive numbers (n) as (select $1 union all \
            select n + 1 from numbers where n < $2) \
        insert into beian_session_number (mobile, session) \
        select printf('199%08d', n), unhex(printf('%032x', n)) from numbers",
    after: ["analyze", "pragma optimize"],
};
const POSTGRES: Words = Words {
    before: "set maintenance_work_mem = '256MB'; \
        alter table beian_session set (autovacuum_enabled = off); \
        alter table beian_session_number set (autovacuum_enabled = off)",
    indices: "select 'drop index ' || indexname, indexdef from pg_indexes \
        where tablename in ('beian_session', 'beian_session_number') and indexname not like '%_pkey'",
    // Emptied in the transaction that fills it, a table needs no log where `wal_level` is minimal.
    empty: &["truncate beian_session, beian_session_number, beian_session_event"],
    fill: "insert into beian_session (id, version, status, snapshot, wake_at, due_at, ended_at, erased) \
        select decode(id, 'hex'), version, status, decode(snapshot, 'hex'), wake_at, due_at, \
            ended_at, erased \
        from json_to_recordset($1::json) as made (id text, version bigint, status text, \
            snapshot text, wake_at bigint, due_at bigint, ended_at bigint, erased bigint)",
    numbers: "insert into beian_session_number (mobile, session) \
        select '199' || lpad(n::text, 8, '0'), decode(lpad(to_hex(n), 32, '0'), 'hex') \
        from generate_series($1::bigint, $2::bigint) n",
    after: ["vacuum analyze", "checkpoint"],
};
const MYSQL: Words = Words {
    before: "set unique_checks = 0",
    indices: "select cast(concat('alter table ', table_name, ' drop index ', index_name) as char), \
            cast(concat('alter table ', table_name, ' add index ', index_name, ' (', \
                group_concat(column_name order by seq_in_index), ')') as char) \
        from information_schema.statistics where table_schema = database() \
        and table_name in ('beian_session', 'beian_session_number') and index_name <> 'PRIMARY' \
        group by table_name, index_name",
    empty: &[
        "delete from beian_session",
        "delete from beian_session_number",
        "delete from beian_session_event",
    ],
    fill: "insert into beian_session (id, version, status, snapshot, wake_at, due_at, ended_at, erased) \
        select unhex(id), version, status, unhex(snapshot), wake_at, due_at, ended_at, erased \
        from json_table(?, '$[*]' columns (id char(32) path '$.id', version bigint path '$.version', \
            status varchar(32) path '$.status', snapshot text path '$.snapshot', \
            wake_at bigint path '$.wake_at', due_at bigint path '$.due_at', \
            ended_at bigint path '$.ended_at', erased bigint path '$.erased')) as made",
    numbers: "insert into beian_session_number (mobile, session) \
        select concat('199', lpad(conv(hex(id), 16, 10), 8, '0')), id from beian_session \
        where id between unhex(lpad(hex(?), 32, '0')) and unhex(lpad(hex(?), 32, '0'))",
    after: [
        "analyze table beian_session",
        "analyze table beian_session_number",
    ],
};

/// What the store writes of a session.
const ROW: &str = "select id, version, status, snapshot, wake_at, due_at, ended_at, erased, \
    leased_until, in_vain from beian_session where id = ?";
const NUMBER: &str = "select mobile from beian_session_number where session = ?";

/// What is measured, in the order of the columns.
const OPERATIONS: [&str; 4] = ["find", "lease_due", "next_wake", "submit_wrong"];

/// A store with many sessions, and the database behind it.
pub(crate) struct Growth {
    store: Store,
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
        load(address, sessions, opened_at, rows).await?;
        Ok(Self {
            store: Store::open(address).await?,
            database: pools::beside(address).await?,
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
            self.next_due(samples).await?,
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
        self.store.close().await;
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
            let found = (self.store.sessions().find(&mobile, self.opened_at)).await?;
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
                .sessions()
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

    async fn next_due(&self, samples: u32) -> Result<Vec<Duration>, Fault> {
        let mut times = Vec::new();
        for _ in 0..samples {
            let began = Instant::now();
            let due = self.store.sessions().next_due(self.opened_at).await?;
            times.push(began.elapsed());
            due.ok_or("nothing is due, ever")?;
        }
        Ok(times)
    }

    async fn submit_wrong(&self, samples: Range<u32>) -> Result<Vec<Duration>, Fault> {
        let now = self.opened_at;
        let desk = Desk::new(self.store.sessions().clone(), people::keys()?, move || now);
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

/// Fills the tables of an empty database past the store, with rows that are as the store's own.
///
/// # Errors
/// The database's.
pub(crate) async fn load(
    address: &str,
    sessions: u32,
    opened_at: DateTime<Utc>,
    rows: fn(RangeInclusive<u32>, DateTime<Utc>) -> Result<String, Fault>,
) -> Result<(), Fault> {
    const AT_ONCE: u32 = 10_000;
    Store::open(address).await?.close().await;
    let words = if address.starts_with("sqlite:") {
        SQLITE
    } else if address.starts_with("mysql:") {
        MYSQL
    } else {
        POSTGRES
    };
    let database = pools::beside(address).await?;
    let store = AnyStore::new(database.clone());
    as_the_store_does(&store, &words, opened_at).await?;
    let mut connection = database.acquire().await?;
    sqlx::raw_sql(words.before)
        .execute(&mut *connection)
        .await?;
    let indices = sqlx::query_as(words.indices).fetch_all(&mut *connection);
    let indices: Vec<(String, String)> = indices.await?;
    let mut transaction = connection.begin().await?;
    for (drop, _) in &indices {
        let drop = AssertSqlSafe(drop.clone());
        sqlx::query(drop).execute(&mut *transaction).await?;
    }
    empty(&mut transaction, &words).await?;
    // The next rows are made while the database takes these.
    let make = |first: u32| {
        let last = (first + AT_ONCE).min(sessions) - 1;
        let made = spawn_blocking(move || rows(first..=last, opened_at));
        (first, last, made)
    };
    let mut making = Some(make(0));
    while let Some((first, last, made)) = making {
        making = (last + 1 < sessions).then(|| make(last + 1));
        fill(&mut transaction, &words, made.await??, first..=last).await?;
    }
    for (_, create) in indices {
        let create = AssertSqlSafe(create);
        sqlx::query(create).execute(&mut *transaction).await?;
    }
    transaction.commit().await?;
    for statement in words.after {
        sqlx::query(statement).execute(&mut *connection).await?;
    }
    drop(connection);
    database.close().await;
    if let Some(file) = address.strip_prefix("sqlite:") {
        // What is still to be written would be in the way of what is measured.
        File::open(file)?.sync_all()?;
    }
    Ok(())
}

async fn empty(connection: &mut AnyConnection, words: &Words) -> Result<(), Fault> {
    for statement in words.empty {
        sqlx::query(*statement).execute(&mut *connection).await?;
    }
    Ok(())
}

async fn fill(
    connection: &mut AnyConnection,
    words: &Words,
    rows: String,
    numbers: RangeInclusive<u32>,
) -> Result<(), Fault> {
    sqlx::query(words.fill)
        .bind(rows)
        .execute(&mut *connection)
        .await?;
    sqlx::query(words.numbers)
        .bind(i64::from(*numbers.start()))
        .bind(i64::from(*numbers.end()))
        .execute(connection)
        .await?;
    Ok(())
}

/// Fails if a row that is filled in differs from the one that the store makes of the same session.
async fn as_the_store_does(
    store: &AnyStore,
    words: &Words,
    opened_at: DateTime<Utc>,
) -> Result<(), Fault> {
    let (_, session, updates) = people::round(1, &people::keys()?, opened_at)?;
    for update in updates {
        store.save(&[update]).await?;
    }
    let of_the_store = rows_of(store, &session).await?;
    let mut connection = store.pool().acquire().await?;
    empty(&mut connection, words).await?;
    let row = serde_json::to_string(&[row(&session, session.wake())?])?;
    fill(&mut connection, words, row, 1..=1).await?;
    drop(connection);
    if rows_of(store, &session).await? != of_the_store {
        return Err("the store writes other rows".into());
    }
    Ok(())
}

/// The columns of a session, and its number.
async fn rows_of(store: &AnyStore, session: &Session) -> Result<String, Fault> {
    let id = session.id().as_bytes().to_vec();
    let row = sqlx::query(AssertSqlSafe(store.sql(ROW))).bind(id.clone());
    let row = row.fetch_one(store.pool()).await?;
    let number = sqlx::query(AssertSqlSafe(store.sql(NUMBER))).bind(id);
    let number = number.fetch_one(store.pool()).await?;
    let mut columns = Vec::new();
    for (row, name) in [(&row, "id"), (&row, "snapshot")] {
        columns.push(hex(row.try_get(name)?));
    }
    for (row, name) in [(&row, "status"), (&number, "mobile")] {
        columns.push(row.try_get::<String, _>(name)?);
    }
    for name in [
        "version",
        "wake_at",
        "due_at",
        "ended_at",
        "erased",
        "leased_until",
        "in_vain",
    ] {
        let int: Option<i64> = row.try_get(name)?;
        columns.push(format!("{int:?}"));
    }
    Ok(columns.join(" "))
}

/// Open rounds as rows of JSON; their wakes are spread over a day.
fn rows(numbers: RangeInclusive<u32>, opened_at: DateTime<Utc>) -> Result<String, Fault> {
    let keys = people::keys()?;
    let mut rows = Vec::new();
    for n in numbers {
        let (_, session, _) = people::round(n, &keys, opened_at)?;
        let spread = TimeDelta::seconds(3_600 + i64::from(n) * 7_919 % 86_400);
        rows.push(row(&session, Some(opened_at + spread))?);
    }
    Ok(serde_json::to_string(&rows)?)
}

/// As the store writes it; the columns that aren't here have their defaults.
///
/// # Errors
/// JSON's.
pub(crate) fn row(session: &Session, wake: Option<DateTime<Utc>>) -> Result<Value, Fault> {
    let wake = wake.map(|wake| wake.timestamp_micros());
    Ok(json!({
        "id": session.id().to_string(),
        "version": session.version(),
        "status": session.status().order_status().name(),
        "snapshot": hex(&postcard::to_allocvec(session)?),
        "wake_at": wake,
        "due_at": wake,
        "ended_at": null,
        "erased": 0,
    }))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}"); // a string takes everything
        text
    })
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    micros(quantile(&times, 0.5))
}

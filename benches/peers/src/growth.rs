//! What a store costs as it fills: find, the scan for what is due, the next wake, an entry.
//!
//! The sessions that are only there are stored in bulk, past the store: rounds like all others, so each
//! can be found and entered for.

use std::{fmt::Write as _, ops::RangeInclusive, sync::Arc, time::Instant};

use beian::{
    Entry,
    host::{Desk, SessionStore as _},
};
use chrono::{DateTime, TimeDelta, Utc};
use portal::store::Store;
use serde_json::json;
use sqlx::{AnyPool, AssertSqlSafe, Row as _, any::AnyPoolOptions};

use crate::{
    contest::{Fault, micros, quantile},
    people::{self, LAST_SIX},
    report::{Figure, Report, time},
};

const FILL_SQLITE: &str = "insert into session (id, version, status, snapshot, wake_at) \
    select unhex(value ->> 'id'), value ->> 'version', value ->> 'status', \
        unhex(value ->> 'snapshot'), value ->> 'wake_at' from json_each($1)";
const NUMBERS_SQLITE: &str = "with recursive numbers (n) as (select $1 union all \
        select n + 1 from numbers where n < $2) \
    insert into session_number (mobile, session) \
    select printf('199%08d', n), unhex(printf('%032x', n)) from numbers";
const FILL_POSTGRES: &str = "insert into session (id, version, status, snapshot, wake_at) \
    select decode(id, 'hex'), version, status, decode(snapshot, 'hex'), wake_at \
    from json_to_recordset($1::json) \
        as made (id text, version bigint, status text, snapshot text, wake_at bigint)";
const NUMBERS_POSTGRES: &str = "insert into session_number (mobile, session) \
    select '199' || lpad(n::text, 8, '0'), decode(lpad(to_hex(n), 32, '0'), 'hex') \
    from generate_series($1::bigint, $2::bigint) n";

/// A store that grows, and the database behind it.
pub(crate) struct Growth {
    store: Arc<Store>,
    database: AnyPool,
    name: &'static str,
    samples: u32,
    opened_at: DateTime<Utc>,
    filled: u32,
}

impl Growth {
    /// An empty store at an address.
    ///
    /// # Errors
    /// The database's.
    pub(crate) async fn new(name: &'static str, address: &str, quick: bool) -> Result<Self, Fault> {
        let store = Arc::new(Store::open(address).await?);
        let database = AnyPoolOptions::new().max_connections(1);
        let database = database.connect(address).await?;
        Ok(Self {
            store,
            database,
            name,
            samples: if quick { 20 } else { 300 },
            opened_at: Utc::now(),
            filled: 0,
        })
    }

    /// Fills up to so many sessions and measures; returns a row: the medians.
    ///
    /// # Errors
    /// The database's; an answer that can't be.
    pub(crate) async fn measure(
        &mut self,
        report: &mut Report,
        sessions: u32,
    ) -> Result<Vec<String>, Fault> {
        let began = Instant::now();
        self.fill(sessions).await?;
        let filled = began.elapsed().as_secs_f64();
        let mut row = vec![self.name.to_owned(), format!("10^{}", sessions.ilog10())];
        for (operation, medians) in [
            ("find", self.find().await?),
            ("lease_due", self.lease_due().await?),
            ("next_wake", self.next_wake().await?),
            ("submit_wrong", self.submit_wrong().await?),
        ] {
            let figure = Figure::new(operation, self.name, "median", medians, "us");
            report.figures.push(Figure { sessions, ..figure });
            row.push(time(medians));
        }
        let figure = Figure::new("fill", self.name, "mean", filled, "s");
        report.figures.push(Figure { sessions, ..figure });
        Ok(row)
    }

    async fn fill(&mut self, sessions: u32) -> Result<(), Fault> {
        const AT_ONCE: u32 = 10_000;
        let (sqlite, fill, numbers) = match self.name {
            "sqlite" => (true, FILL_SQLITE, NUMBERS_SQLITE),
            _ => (false, FILL_POSTGRES, NUMBERS_POSTGRES),
        };
        while self.filled < sessions {
            let last = (self.filled + AT_ONCE).min(sessions) - 1;
            let mut transaction = self.database.begin().await?;
            sqlx::query(fill)
                .bind(self.made(self.filled..=last)?)
                .execute(&mut *transaction)
                .await?;
            sqlx::query(numbers)
                .bind(i64::from(self.filled))
                .bind(i64::from(last))
                .execute(&mut *transaction)
                .await?;
            transaction.commit().await?;
            self.filled = last + 1;
        }
        for statement in if sqlite {
            ["analyze", "pragma wal_checkpoint(truncate)"]
        } else {
            ["vacuum analyze", "checkpoint"]
        } {
            sqlx::query(statement).execute(&self.database).await?;
        }
        Ok(())
    }

    /// Open rounds as rows of JSON; their wakes are spread over a day.
    fn made(&self, numbers: RangeInclusive<u32>) -> Result<String, Fault> {
        let keys = people::keys()?;
        let mut rows = Vec::new();
        for n in numbers {
            let (_, session, _) = people::round(n, &keys, self.opened_at)?;
            let spread = TimeDelta::seconds(3_600 + i64::from(n) * 7_919 % 86_400);
            rows.push(json!({
                "id": session.id().to_string(),
                "version": session.version(),
                "status": session.status().order_status().name(),
                "snapshot": hex(&postcard::to_allocvec(&session)?),
                "wake_at": (self.opened_at + spread).timestamp_micros(),
            }));
        }
        Ok(serde_json::to_string(&rows)?)
    }

    /// Anybody, each time somebody else.
    fn somebody(&self, sample: u32) -> u32 {
        let place = u64::from(sample) * 2_654_435_761 % u64::from(self.filled);
        u32::try_from(place).unwrap_or_default()
    }

    async fn find(&self) -> Result<f64, Fault> {
        let mut times = Vec::new();
        for sample in 0..self.samples {
            let mobile = people::mobile(self.somebody(sample)).parse()?;
            let began = Instant::now();
            let found = self.store.find(&mobile, self.opened_at).await?;
            times.push(began.elapsed());
            if found.len() != 1 {
                return Err("nobody was found".into());
            }
        }
        Ok(median(times))
    }

    /// Sixteen are due; their lease is taken back after each sample.
    async fn lease_due(&self) -> Result<f64, Fault> {
        let due: i64 = sqlx::query(
            "select wake_at from session where wake_at is not null order by wake_at limit 1 offset 15",
        )
        .fetch_one(&self.database)
        .await?
        .try_get(0)?;
        let now = DateTime::from_timestamp_micros(due).ok_or("no such instant")?;
        let mut times = Vec::new();
        for _ in 0..self.samples {
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
                "update session set leased_until = 0 where wake_at <= {due}"
            )))
            .execute(&self.database)
            .await?;
        }
        Ok(median(times))
    }

    async fn next_wake(&self) -> Result<f64, Fault> {
        let mut times = Vec::new();
        for _ in 0..self.samples {
            let began = Instant::now();
            let wake = self.store.next_wake(self.opened_at).await?;
            times.push(began.elapsed());
            wake.ok_or("nothing is due, ever")?;
        }
        Ok(median(times))
    }

    async fn submit_wrong(&self) -> Result<f64, Fault> {
        let now = self.opened_at;
        let desk = Desk::new(Arc::clone(&self.store), people::keys()?, now);
        let mut times = Vec::new();
        for sample in 0..self.samples {
            // Nobody whom the sizes before have locked.
            let somebody = self.somebody(sample + self.filled.ilog10() * 1_000);
            let entry = Entry::parse(&people::mobile(somebody), "000000", LAST_SIX)?;
            let began = Instant::now();
            desk.submit(&entry).await?;
            times.push(began.elapsed());
        }
        if desk.counters().wrong_entries + desk.counters().verified == 0 {
            return Err("no entry counted".into());
        }
        Ok(median(times))
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}"); // a string takes everything
        text
    })
}

fn median(mut times: Vec<std::time::Duration>) -> f64 {
    times.sort_unstable();
    micros(quantile(&times, 0.5))
}

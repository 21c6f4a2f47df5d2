//! What a store costs as it fills: find, the scan for what is due, the next wake, an entry.
//!
//! The sessions that are only there are made by the database, from one that is real: the same bytes
//! but for id and number, so each could be found and entered for.

use std::{sync::Arc, time::Instant};

use beian::{
    Entry,
    host::{Desk, SessionStore as _},
};
use chrono::{DateTime, TimeDelta, Utc};
use portal::store::Store;
use sqlx::{AnyPool, AssertSqlSafe, Row as _, any::AnyPoolOptions};

use crate::{
    contest::{Fault, micros, quantile},
    people::{self, LAST_SIX},
    report::{Figure, Report, time},
};

/// Beyond the numbers of the other measurements.
const TEMPLATE: u32 = 0;

const FILL_SQLITE: &str = "with recursive numbers (n) as (select $1 union all \
        select n + 1 from numbers where n < $2), \
    made as (select n, printf('%032x', n) as hex, printf('199%08d', n) as mobile from numbers) \
    insert into session (id, version, status, snapshot, wake_at, ended_at) \
    select unhex(hex), $3, $4, replace(replace($5, $6, hex), $7, mobile), \
        $8 + (n * 7919 % 86400) * 1000000, null from made";
const NUMBERS_SQLITE: &str = "with recursive numbers (n) as (select $1 union all \
        select n + 1 from numbers where n < $2) \
    insert into session_number (mobile, session) \
    select printf('199%08d', n), unhex(printf('%032x', n)) from numbers";
const FILL_POSTGRES: &str = "with made as (select n, lpad(to_hex(n), 32, '0') as hex, \
        '199' || lpad(n::text, 8, '0') as mobile from generate_series($1::bigint, $2::bigint) n) \
    insert into session (id, version, status, snapshot, wake_at, ended_at) \
    select decode(hex, 'hex'), $3, $4, replace(replace($5, $6, hex), $7, mobile), \
        $8 + (n * 7919 % 86400) * 1000000, null from made";
const NUMBERS_POSTGRES: &str = "insert into session_number (mobile, session) \
    select '199' || lpad(n::text, 8, '0'), decode(lpad(to_hex(n), 32, '0'), 'hex') \
    from generate_series($1::bigint, $2::bigint) n";

/// A store that grows, and the database behind it.
pub(crate) struct Growth {
    store: Arc<Store>,
    database: AnyPool,
    name: &'static str,
    samples: u32,
    template: Template,
    filled: u32,
}

struct Template {
    version: i64,
    status: String,
    snapshot: String,
    id: String,
    opened_at: DateTime<Utc>,
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
        let now = Utc::now();
        let (_, session, updates) = people::round(TEMPLATE, &people::keys()?, now)?;
        for update in &updates {
            store.save(std::slice::from_ref(update)).await?;
        }
        let row = sqlx::query("select version, status, snapshot from session")
            .fetch_one(&database)
            .await?;
        let template = Template {
            version: row.try_get(0)?,
            status: row.try_get(1)?,
            snapshot: row.try_get(2)?,
            id: session.id().to_string(),
            opened_at: session.opened_at(),
        };
        Ok(Self {
            store,
            database,
            name,
            samples: if quick { 20 } else { 300 },
            template,
            filled: 1,
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
        const AT_ONCE: u32 = 100_000;
        let (sqlite, fill, numbers) = match self.name {
            "sqlite" => (true, FILL_SQLITE, NUMBERS_SQLITE),
            _ => (false, FILL_POSTGRES, NUMBERS_POSTGRES),
        };
        while self.filled < sessions {
            let last = (self.filled + AT_ONCE).min(sessions) - 1;
            let mut transaction = self.database.begin().await?;
            sqlx::query(fill)
                .bind(i64::from(self.filled))
                .bind(i64::from(last))
                .bind(self.template.version)
                .bind(self.template.status.clone())
                .bind(self.template.snapshot.clone())
                .bind(self.template.id.clone())
                .bind(people::mobile(TEMPLATE))
                .bind(self.template.opened_at.timestamp_micros() + 3_600_000_000)
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
            let found = self.store.find(&mobile, self.template.opened_at).await?;
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
            let wake = self.store.next_wake(self.template.opened_at).await?;
            times.push(began.elapsed());
            wake.ok_or("nothing is due, ever")?;
        }
        Ok(median(times))
    }

    async fn submit_wrong(&self) -> Result<f64, Fault> {
        let now = self.template.opened_at;
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

fn median(mut times: Vec<std::time::Duration>) -> f64 {
    times.sort_unstable();
    micros(quantile(&times, 0.5))
}

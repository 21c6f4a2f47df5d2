//! What one writes by hand: a row for each code, locked, compared, counted, in one transaction.
//!
//! The code is stored as it is; there is no audit trail, no outbox, no end of the round.

use std::{ops::Range, path::Path, time::Duration};

use chrono::Utc;
use sqlx::{
    PgConnection, PgPool, SqliteConnection, SqlitePool,
    postgres::PgPoolOptions,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use crate::{
    contest::{Contender, Fault},
    people::{LAST_SIX, Person},
};

const TABLE: &str = "create table code (id bigint primary key, mobile text not null, \
    code text not null, last_six text not null, wrong_entries bigint not null default 0, \
    expires_at bigint not null, verified_at bigint)";
const INDEX: &str = "create index code_mobile on code (mobile)";
const INSERT: &str =
    "insert into code (id, mobile, code, last_six, expires_at) values ($1, $2, $3, $4, $5)";
const SELECT: &str = "select id, code, last_six, wrong_entries from code \
    where mobile = $1 and verified_at is null and expires_at >= $2";
const SELECT_FOR_UPDATE: &str = "select id, code, last_six, wrong_entries from code \
    where mobile = $1 and verified_at is null and expires_at >= $2 for update";
const VERIFIED: &str = "update code set verified_at = $2 where id = $1";
const WRONG: &str = "update code set wrong_entries = wrong_entries + 1 where id = $1";
const WRONG_MAX: i64 = 5;
const DAY: i64 = 86_400_000_000;

type Row = (i64, String, String, i64);

/// Any code will do.
pub(crate) fn code(n: u32) -> String {
    format!("{:06}", n.wrapping_mul(7919) % 1_000_000)
}

/// What a row says of an entry: whether it is right, or nothing if it isn't compared any more.
fn judge(row: &Row, code: &str, last_six: &str) -> Option<bool> {
    let (_, sent, id, wrong) = row;
    (*wrong < WRONG_MAX).then(|| sent == code && id == last_six)
}

/// Over PostgreSQL.
#[derive(Debug, Clone)]
pub(crate) struct Postgres(PgPool);

impl Postgres {
    /// With tables of its own, if `new`.
    ///
    /// # Errors
    /// The database's.
    pub(crate) async fn open(address: &str, new: bool) -> Result<Self, Fault> {
        let options = PgPoolOptions::new()
            .max_connections(12)
            .test_before_acquire(false)
            .acquire_timeout(Duration::from_secs(10));
        let pool = options.connect(address).await?;
        if new {
            sqlx::query(TABLE).execute(&pool).await?;
            sqlx::query(INDEX).execute(&pool).await?;
        }
        Ok(Self(pool))
    }

    /// Whether an entry is right; what it changes is committed.
    ///
    /// # Errors
    /// The database's.
    pub(crate) async fn submit(
        &self,
        mobile: &str,
        code: &str,
        last_six: &str,
    ) -> Result<bool, Fault> {
        let mut transaction = self.0.begin().await?;
        let now = Utc::now().timestamp_micros();
        let row: Option<Row> = sqlx::query_as(SELECT_FOR_UPDATE)
            .bind(mobile)
            .bind(now)
            .fetch_optional(&mut *transaction)
            .await?;
        let verdict = row.as_ref().and_then(|row| judge(row, code, last_six));
        if let (Some(row), Some(right)) = (&row, verdict) {
            let connection: &mut PgConnection = &mut transaction;
            if right {
                let update = sqlx::query(VERIFIED).bind(row.0).bind(now);
                update.execute(connection).await?;
            } else {
                sqlx::query(WRONG).bind(row.0).execute(connection).await?;
            }
        }
        transaction.commit().await?;
        Ok(verdict == Some(true))
    }
}

impl Contender for Postgres {
    async fn open(&self, numbers: Range<u32>) -> Result<Vec<Person>, Fault> {
        let mut transaction = self.0.begin().await?;
        let mut people = Vec::new();
        for n in numbers {
            let person = Person::new(n, &code(n));
            sqlx::query(INSERT)
                .bind(i64::from(n))
                .bind(&person.mobile)
                .bind(&person.code)
                .bind(LAST_SIX)
                .bind(Utc::now().timestamp_micros() + DAY)
                .execute(&mut *transaction)
                .await?;
            people.push(person);
        }
        transaction.commit().await?;
        Ok(people)
    }

    async fn submit(&self, person: &Person, code: &str) -> Result<bool, Fault> {
        self.submit(&person.mobile, code, LAST_SIX).await
    }
}

/// Over SQLite: one connection, as there is one writer.
#[derive(Debug, Clone)]
pub(crate) struct Sqlite(SqlitePool);

impl Sqlite {
    /// In a new file, as durable as the portal's.
    ///
    /// # Errors
    /// The database's.
    pub(crate) async fn open(file: &Path) -> Result<Self, Fault> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full);
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .test_before_acquire(false)
            .connect_with(options)
            .await?;
        sqlx::query(TABLE).execute(&pool).await?;
        sqlx::query(INDEX).execute(&pool).await?;
        Ok(Self(pool))
    }
}

impl Contender for Sqlite {
    async fn open(&self, numbers: Range<u32>) -> Result<Vec<Person>, Fault> {
        let mut transaction = self.0.begin().await?;
        let mut people = Vec::new();
        for n in numbers {
            let person = Person::new(n, &code(n));
            sqlx::query(INSERT)
                .bind(i64::from(n))
                .bind(&person.mobile)
                .bind(&person.code)
                .bind(LAST_SIX)
                .bind(Utc::now().timestamp_micros() + DAY)
                .execute(&mut *transaction)
                .await?;
            people.push(person);
        }
        transaction.commit().await?;
        Ok(people)
    }

    async fn submit(&self, person: &Person, code: &str) -> Result<bool, Fault> {
        let mut transaction = self.0.begin_with("begin immediate").await?;
        let now = Utc::now().timestamp_micros();
        let row: Option<Row> = sqlx::query_as(SELECT)
            .bind(&person.mobile)
            .bind(now)
            .fetch_optional(&mut *transaction)
            .await?;
        let verdict = row.as_ref().and_then(|row| judge(row, code, LAST_SIX));
        if let (Some(row), Some(right)) = (&row, verdict) {
            let connection: &mut SqliteConnection = &mut transaction;
            if right {
                let update = sqlx::query(VERIFIED).bind(row.0).bind(now);
                update.execute(connection).await?;
            } else {
                sqlx::query(WRONG).bind(row.0).execute(connection).await?;
            }
        }
        transaction.commit().await?;
        Ok(verdict == Some(true))
    }
}

//! What the tests ask of a database themselves, and rounds to put into it.

use std::fs;

use beian::{
    DeliveryReport, Opening, Session, SessionId, Update,
    testkit::{keys, recipients, seed},
};
use beian_sqlx::{Engine, SqlStore};
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{
    AssertSqlSafe, Connection as _, Executor as _, MySqlConnection, PgConnection, Pool, Row as _,
    pool::PoolOptions,
    sqlite::{SqliteConnectOptions, SqliteJournalMode},
};

use super::{MySql, Postgres, Sqlite, empty};

type Options<D> = <<D as sqlx::Database>::Connection as sqlx::Connection>::Options;

/// A database of each kind, spoken to in SQL.
pub trait Database: Send + Sync + Sized + 'static {
    type Driver: Engine;

    /// What PostgreSQL's is called, since a test may know better than the others.
    const IS_POSTGRES: bool = false;
    const IS_MYSQL: bool = false;
    const IS_SQLITE: bool = false;

    /// New and without tables.
    fn empty() -> impl Future<Output = Self> + Send;

    /// One that another process has made.
    fn at(address: &str) -> Self;

    fn address(&self) -> String;

    /// With its scheme.
    fn any_address(&self) -> String {
        self.address()
    }

    fn options(&self) -> Options<Self::Driver>;

    /// Options that lead to no database, and the codes that it is refused with; none if nobody answers.
    fn elsewhere(address: &str) -> Vec<(Options<Self::Driver>, &'static [&'static str])>;

    /// Statements, one after the other.
    fn run(
        connection: &mut <Self::Driver as sqlx::Database>::Connection,
        sql: &str,
    ) -> impl Future<Output = Result<(), sqlx::Error>> + Send;

    /// The columns of all rows, as text.
    fn rows(
        connection: &mut <Self::Driver as sqlx::Database>::Connection,
        sql: &str,
    ) -> impl Future<Output = Result<Vec<String>, sqlx::Error>> + Send;

    /// As a literal.
    fn bytes(bytes: &[u8]) -> String {
        let hex: Vec<_> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let hex = hex.concat();
        if Self::IS_POSTGRES {
            format!(r"'\x{hex}'::bytea")
        } else {
            format!("x'{hex}'")
        }
    }

    fn pool(&self) -> impl Future<Output = Pool<Self::Driver>> + Send {
        self.pool_of(PoolOptions::new())
    }

    fn pool_of(
        &self,
        pool: PoolOptions<Self::Driver>,
    ) -> impl Future<Output = Pool<Self::Driver>> + Send {
        let (pool, options) = (pool.max_connections(8), self.options());
        async move { pool.connect_with(options).await.unwrap() }
    }

    fn pool_of_size(&self, size: u32) -> impl Future<Output = Pool<Self::Driver>> + Send {
        let (pool, options) = (PoolOptions::new().max_connections(size), self.options());
        async move { pool.connect_with(options).await.unwrap() }
    }

    /// With its tables.
    fn store(&self) -> impl Future<Output = SqlStore<Self::Driver>> + Send {
        async {
            let store = SqlStore::new(self.pool().await);
            store.migrate().await.unwrap();
            store
        }
    }
}

/// By hand, beside what the store does.
pub async fn run<D: Database>(store: &SqlStore<D::Driver>, sql: &str) {
    let mut connection = store.pool().acquire().await.unwrap();
    let ran = D::run(&mut connection, sql).await;
    ran.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

pub async fn rows<D: Database>(store: &SqlStore<D::Driver>, sql: &str) -> Vec<String> {
    let mut connection = store.pool().acquire().await.unwrap();
    let rows = D::rows(&mut connection, sql).await;
    rows.unwrap_or_else(|error| panic!("{sql}: {error}"))
}

/// Cuts what is stored of a session in half.
pub async fn damage<D: Database>(store: &SqlStore<D::Driver>, id: SessionId) -> bool {
    let half = "update beian_session \
        set snapshot = substr(snapshot, 1, length(snapshot) / 2) where id = ";
    run::<D>(store, &format!("{half}{}", D::bytes(id.as_bytes()))).await;
    true
}

macro_rules! speaks {
    () => {
        async fn run(
            connection: &mut <Self::Driver as sqlx::Database>::Connection,
            sql: &str,
        ) -> Result<(), sqlx::Error> {
            let sql = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
            sql.execute(connection).await.map(drop)
        }

        async fn rows(
            connection: &mut <Self::Driver as sqlx::Database>::Connection,
            sql: &str,
        ) -> Result<Vec<String>, sqlx::Error> {
            let sql = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
            let rows = sql.fetch_all(connection).await?;
            let text = |row: &<Self::Driver as sqlx::Database>::Row| {
                let column = |at| row.try_get_unchecked::<Option<String>, _>(at).unwrap();
                let columns = (0..row.len()).map(|at| column(at).unwrap_or_default());
                columns.collect::<Vec<_>>().join(" ")
            };
            Ok(rows.iter().map(text).collect())
        }
    };
}

impl Database for Sqlite {
    type Driver = sqlx::Sqlite;
    const IS_SQLITE: bool = true;

    async fn empty() -> Self {
        Self::new()
    }

    fn at(address: &str) -> Self {
        Self(address.into())
    }

    fn address(&self) -> String {
        self.0.display().to_string()
    }

    fn any_address(&self) -> String {
        format!("sqlite:{}?mode=rwc", self.address())
    }

    fn options(&self) -> Options<sqlx::Sqlite> {
        let options = SqliteConnectOptions::new().filename(&self.0);
        let options = options.create_if_missing(true);
        options.journal_mode(SqliteJournalMode::Wal)
    }

    fn elsewhere(address: &str) -> Vec<(Options<sqlx::Sqlite>, &'static [&'static str])> {
        let text = format!("{address}.txt");
        fs::write(&text, "19900000001".repeat(100)).unwrap();
        let options = SqliteConnectOptions::new();
        vec![
            (options.clone().filename("/nowhere/19900000001"), &["14"]),
            (options.filename(text), &["26"]),
        ]
    }

    speaks!();
}

impl Database for Postgres {
    type Driver = sqlx::Postgres;
    const IS_POSTGRES: bool = true;

    async fn empty() -> Self {
        Self(empty("BEIAN_POSTGRES").await)
    }

    fn at(address: &str) -> Self {
        Self(address.to_owned())
    }

    fn address(&self) -> String {
        self.0.clone()
    }

    fn options(&self) -> Options<sqlx::Postgres> {
        self.0.parse().unwrap()
    }

    fn elsewhere(address: &str) -> Vec<(Options<sqlx::Postgres>, &'static [&'static str])> {
        let options: Options<sqlx::Postgres> = address.parse().unwrap();
        let stranger = options.clone().username("no_19900000001");
        vec![
            (options.clone().database("no_19900000001"), &["3D000"]),
            (stranger.password("19900000001"), &["28P01", "28000"]),
            (options.host("127.0.0.1").port(1), &[]),
        ]
    }

    speaks!();
}

impl Database for MySql {
    type Driver = sqlx::MySql;
    const IS_MYSQL: bool = true;

    async fn empty() -> Self {
        Self(empty("BEIAN_MYSQL").await)
    }

    fn at(address: &str) -> Self {
        Self(address.to_owned())
    }

    fn address(&self) -> String {
        self.0.clone()
    }

    fn options(&self) -> Options<sqlx::MySql> {
        self.0.parse().unwrap()
    }

    fn elsewhere(address: &str) -> Vec<(Options<sqlx::MySql>, &'static [&'static str])> {
        let options: Options<sqlx::MySql> = address.parse().unwrap();
        let stranger = options.clone().username("no_19900000001");
        vec![
            (options.clone().database("no_19900000001"), &["1049"]),
            (stranger.password("19900000001"), &["1045", "1698"]),
            (options.host("127.0.0.1").port(1), &[]),
        ]
    }

    speaks!();
}

/// Each of these generic tests on each database.
macro_rules! on_each {
    ($($test:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $test() {
                super::$test::<super::support::Sqlite>().await;
            })*
        }

        mod postgres {
            $(#[tokio::test(flavor = "multi_thread")]
            #[ignore = "needs PostgreSQL: BEIAN_POSTGRES"]
            async fn $test() {
                super::$test::<super::support::Postgres>().await;
            })*
        }

        mod mysql {
            $(#[tokio::test(flavor = "multi_thread")]
            #[ignore = "needs MySQL: BEIAN_MYSQL"]
            async fn $test() {
                super::$test::<super::support::MySql>().await;
            })*
        }
    };
}

pub(crate) use on_each;

/// 2024-05-01, with microseconds.
pub fn start() -> DateTime<Utc> {
    DateTime::from_timestamp_micros(1_714_528_800_123_456).unwrap()
}

pub fn minutes(after: i64) -> DateTime<Utc> {
    start() + TimeDelta::minutes(after)
}

pub fn id(n: u64) -> SessionId {
    SessionId::from(u128::from(n))
}

/// A round of the persons 1 and 2, due at once.
pub fn opened(id: impl Into<SessionId>, now: DateTime<Utc>) -> Update {
    let recipients = recipients(2);
    let opening = Opening::new(id, &recipients, seed(1));
    let opened = Session::open(&opening, &keys(), now).unwrap();
    opened.update().clone()
}

pub fn accepted(session: &Session, now: DateTime<Utc>) -> Update {
    let message = session.outbox(&keys(), now).unwrap()[0].id();
    let accepted = session.report(message, DeliveryReport::Accepted, now);
    accepted.unwrap().update().clone()
}

pub fn withdrawn(session: &Session, now: DateTime<Utc>) -> Update {
    session.withdraw(now).unwrap().update().clone()
}

pub fn erased(session: &Session, now: DateTime<Utc>) -> Update {
    session.erase(now).unwrap().update().clone()
}

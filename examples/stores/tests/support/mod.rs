//! Databases for the tests: new and empty, and gone afterwards as far as they are files.
#![allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    unused_imports,
    unused_macros,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "each test file uses some of it, and a panic is how a test fails"
)]

mod database;

use std::{
    env, fs,
    path::PathBuf,
    process,
    sync::atomic::{AtomicU32, Ordering},
};

use beian::{SessionId, testkit::store::Storage};
use beian_sqlx::{AnyStore, Engine, MySqlStore, PgStore, SqlStore, SqliteStore};
use sqlx::{
    AssertSqlSafe, Connection as _, Executor as _, MySqlConnection, PgConnection, Pool,
    any::AnyPoolOptions,
    mysql::MySqlPoolOptions,
    postgres::PgPoolOptions,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions},
};

pub use database::{Database, accepted, erased, id, minutes, opened, rows, run, start, withdrawn};

pub(crate) use database::on_each;

static NAMES: AtomicU32 = AtomicU32::new(0);

/// A name that nobody else uses.
pub fn name() -> String {
    let n = NAMES.fetch_add(1, Ordering::Relaxed);
    format!("stores_{}_{n}", process::id())
}

/// A server whose address is told by the environment.
fn server(variable: &str) -> String {
    env::var(variable).unwrap_or_else(|_| panic!("{variable} has no address"))
}

/// The address with another database in it.
fn with_database(server: &str, name: &str) -> String {
    let (address, options) = server.split_once('?').unwrap_or((server, ""));
    let (address, _) = address.rsplit_once('/').unwrap();
    format!("{address}/{name}?{options}")
}

pub async fn empty_postgres() -> String {
    let (server, name) = (server("BEIAN_POSTGRES"), name());
    let mut connection = PgConnection::connect(&server).await.unwrap();
    let create = AssertSqlSafe(format!("create database {name}"));
    connection.execute(create).await.unwrap();
    connection.close().await.unwrap();
    with_database(&server, &name)
}

pub async fn empty_mysql() -> String {
    let (server, name) = (server("BEIAN_MYSQL"), name());
    let mut connection = MySqlConnection::connect(&server).await.unwrap();
    let create = AssertSqlSafe(format!("create database {name}"));
    connection.execute(create).await.unwrap();
    connection.close().await.unwrap();
    with_database(&server, &name)
}

/// A SQLite file, with what stands beside it, as long as the test runs.
pub struct File(pub PathBuf);

impl File {
    pub fn new() -> Self {
        let folder = env::temp_dir().join(name());
        fs::create_dir(&folder).unwrap();
        Self(folder.join("sessions.db"))
    }

    pub fn options(&self) -> SqliteConnectOptions {
        SqliteConnectOptions::new()
            .filename(&self.0)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
    }

    pub async fn pool(&self) -> Pool<sqlx::Sqlite> {
        SqlitePoolOptions::new()
            .max_connections(4)
            .connect_with(self.options())
            .await
            .unwrap()
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(self.0.parent().unwrap());
    }
}

pub async fn postgres_pool(address: &str) -> Pool<sqlx::Postgres> {
    PgPoolOptions::new()
        .max_connections(8)
        .connect(address)
        .await
        .unwrap()
}

pub async fn mysql_pool(address: &str) -> Pool<sqlx::MySql> {
    MySqlPoolOptions::new()
        .max_connections(8)
        .connect(address)
        .await
        .unwrap()
}

/// The storage of the conformance suite, on each of the databases.
pub struct Sqlite(File);

impl Sqlite {
    pub async fn new() -> Self {
        let file = File::new();
        SqliteStore::new(file.pool().await).migrate().await.unwrap();
        Self(file)
    }
}

impl Storage for Sqlite {
    type Store = SqliteStore;

    async fn open(&self) -> SqliteStore {
        SqliteStore::new(self.0.pool().await)
    }

    async fn damage(&self, id: SessionId) -> bool {
        let damage = "update beian_session set snapshot = substr(snapshot, 1, length(snapshot) / 2) \
            where id = ?";
        let damage = sqlx::query(damage).bind(id.as_bytes().to_vec());
        damage.execute(&self.0.pool().await).await.unwrap();
        true
    }
}

pub struct Postgres(String);

impl Postgres {
    pub async fn new() -> Self {
        let address = empty_postgres().await;
        let store = PgStore::new(postgres_pool(&address).await);
        store.migrate().await.unwrap();
        store.pool().close().await;
        Self(address)
    }
}

impl Storage for Postgres {
    type Store = PgStore;

    async fn open(&self) -> PgStore {
        PgStore::new(postgres_pool(&self.0).await)
    }

    async fn damage(&self, id: SessionId) -> bool {
        let damage = "update beian_session \
            set snapshot = substr(snapshot, 1, length(snapshot) / 2) where id = $1";
        let damage = sqlx::query(damage).bind(id.as_bytes().to_vec());
        damage.execute(&postgres_pool(&self.0).await).await.unwrap();
        true
    }
}

pub struct MySql(String);

impl MySql {
    pub async fn new() -> Self {
        let address = empty_mysql().await;
        let store = MySqlStore::new(mysql_pool(&address).await);
        store.migrate().await.unwrap();
        store.pool().close().await;
        Self(address)
    }
}

impl Storage for MySql {
    type Store = MySqlStore;

    async fn open(&self) -> MySqlStore {
        MySqlStore::new(mysql_pool(&self.0).await)
    }

    async fn damage(&self, id: SessionId) -> bool {
        let damage = "update beian_session \
            set snapshot = left(snapshot, length(snapshot) div 2) where id = ?";
        let damage = sqlx::query(damage).bind(id.as_bytes().to_vec());
        damage.execute(&mysql_pool(&self.0).await).await.unwrap();
        true
    }
}

/// The same through the driver for whatever the address names.
pub struct Any<S>(S, String);

impl Any<Sqlite> {
    pub async fn sqlite() -> Self {
        let of = Sqlite::new().await;
        let address = format!("sqlite:{}?mode=rwc", of.0.0.display());
        Self(of, address)
    }
}

impl Any<Postgres> {
    pub async fn postgres() -> Self {
        let of = Postgres::new().await;
        let address = of.0.clone();
        Self(of, address)
    }
}

impl Any<MySql> {
    pub async fn mysql() -> Self {
        let of = MySql::new().await;
        let address = of.0.clone();
        Self(of, address)
    }
}

impl<S: Storage + Sync> Storage for Any<S> {
    type Store = AnyStore;

    async fn open(&self) -> AnyStore {
        sqlx::any::install_default_drivers();
        let pool = AnyPoolOptions::new().max_connections(8);
        AnyStore::new(pool.connect(&self.1).await.unwrap())
    }

    async fn damage(&self, id: SessionId) -> bool {
        self.0.damage(id).await
    }
}

/// A store that is ready, on a database of its own.
pub async fn ready<DB: Engine>(pool: Pool<DB>) -> SqlStore<DB> {
    let store = SqlStore::new(pool);
    store.migrate().await.unwrap();
    store
}

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
use beian_sqlx::{AnyStore, SqlStore};
use sqlx::{
    AnyConnection, AssertSqlSafe, Connection as _, Executor as _,
    any::{AnyPoolOptions, install_default_drivers},
};

pub use database::{
    Database, accepted, damage, erased, id, minutes, opened, rows, run, start, withdrawn,
};

pub(crate) use database::on_each;

static NAMES: AtomicU32 = AtomicU32::new(0);

/// A name that nobody else uses.
pub fn name() -> String {
    let n = NAMES.fetch_add(1, Ordering::Relaxed);
    format!("stores_{}_{n}", process::id())
}

/// A new database on the server that the environment names.
pub async fn empty(variable: &str) -> String {
    let servers = env::var(variable).unwrap_or_else(|_| panic!("{variable} has no address"));
    let server = servers.split(',').next().unwrap();
    let name = name();
    install_default_drivers();
    let mut connection = AnyConnection::connect(server).await.unwrap();
    let create = AssertSqlSafe(format!("create database {name}"));
    connection.execute(create).await.unwrap();
    connection.close().await.unwrap();
    let (address, options) = server.split_once('?').unwrap_or((server, ""));
    let (address, _) = address.rsplit_once('/').unwrap();
    format!("{address}/{name}?{options}")
}

/// A SQLite file, with what stands beside it, as long as the test runs.
pub struct Sqlite(pub PathBuf);

impl Sqlite {
    pub fn new() -> Self {
        let folder = env::temp_dir().join(name());
        fs::create_dir(&folder).unwrap();
        Self(folder.join("sessions.db"))
    }
}

impl Drop for Sqlite {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(self.0.parent().unwrap());
    }
}

pub struct Postgres(pub String);

pub struct MySql(pub String);

/// A database with tables, as the suite wants it.
pub struct Tables<D>(D);

impl<D: Database> Tables<D> {
    pub async fn new() -> Self {
        let database = D::empty().await;
        database.store().await.pool().close().await;
        Self(database)
    }
}

impl<D: Database> Storage for Tables<D> {
    type Store = SqlStore<D::Driver>;

    async fn open(&self) -> Self::Store {
        SqlStore::new(self.0.pool().await)
    }

    async fn damage(&self, id: SessionId) -> bool {
        damage::<D>(&self.open().await, id).await
    }
}

/// The same through the driver for whatever the address names.
pub struct Any<D>(pub Tables<D>);

impl<D: Database> Storage for Any<D> {
    type Store = AnyStore;

    async fn open(&self) -> AnyStore {
        install_default_drivers();
        let pool = AnyPoolOptions::new().max_connections(8);
        AnyStore::new(pool.connect(&self.0.0.any_address()).await.unwrap())
    }

    async fn damage(&self, id: SessionId) -> bool {
        self.0.damage(id).await
    }
}

//! Opening the database: its pool, its tables, and that SQLite has one process.

use std::{path::Path, sync::Arc, time::Duration};

use beian_sqlx::AnyStore;
use sqlx::{AnyConnection, Connection as _, Executor as _, any::AnyPoolOptions, migrate::Migrator};

use super::{ASK, Database, Error, Kind, OpenError, execute, file::DatabaseFile, nodes::Nodes};

const TABLES: &str = include_str!("others.sql");
const TABLES_OF_MYSQL: &str = include_str!("mysql.sql");

/// The host's own tables.
#[derive(Debug)]
pub struct Tables {
    /// For SQLite and PostgreSQL.
    pub others: &'static Migrator,
    /// For MySQL, each made unless it is there: a migrator's lock is one node's alone, and each statement about
    /// tables a transaction of its own.
    pub mysql: &'static str,
}

/// How long is waited for a connection.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long one is trusted that nobody used: asking costs a round trip.
const TRUST: Duration = Duration::from_secs(1);
const PRAGMAS: &str = "pragma journal_mode = wal; pragma synchronous = full; \
    pragma foreign_keys = on; pragma busy_timeout = 5000; pragma wal_autocheckpoint = 0;";

impl Database {
    /// Opens `sqlite:FILE`, `postgres://ADDRESS` or `mysql://ADDRESS` and brings its tables up to date,
    /// but for the sessions': those are made by `AnyStore::migrate` over the [pool](Self::pool). Of a cluster,
    /// the addresses of several nodes, with commas between: the first that answers is used, and another one
    /// when it no longer does.
    ///
    /// # Errors
    /// [`OpenError`].
    pub async fn open(address: &str, tables: &Tables) -> Result<Self, OpenError> {
        sqlx::any::install_default_drivers();
        if let Some(file) = address.strip_prefix("sqlite:") {
            let file = file.strip_prefix("//").unwrap_or(file);
            // In memory, every connection would have a database of its own.
            if file.is_empty() || file.starts_with(":memory:") || file.contains('?') {
                return Err(OpenError::UnknownScheme);
            }
            return Self::open_sqlite(Path::new(file), tables).await;
        }
        let is = |schemes: &[&str]| {
            let named = |address: &str| schemes.iter().any(|scheme| address.starts_with(scheme));
            address.split(',').all(named)
        };
        let kind = if is(&["postgres://", "postgresql://"]) {
            Kind::Postgres
        } else if is(&["mysql://", "mariadb://"]) {
            Kind::MySql
        } else {
            return Err(OpenError::UnknownScheme);
        };
        let nodes = address.split(',').map(str::to_owned).collect();
        Self::over(nodes, kind, 12, None, tables).await
    }

    /// One connection: SQLite takes one writer at a time, and what it has read stays in memory only as
    /// long as no other connection writes.
    async fn open_sqlite(file: &Path, tables: &Tables) -> Result<Self, OpenError> {
        // There before a connection makes it: its owner's alone, and so what SQLite puts beside it.
        let alone = DatabaseFile::at(file)?;
        let path = file
            .display()
            .to_string()
            .replace('%', "%25")
            .replace('#', "%23");
        // Not `rwc`: a file that is gone isn't made anew.
        let nodes = vec![format!("sqlite:{path}?mode=rw")];
        Self::over(nodes, Kind::Sqlite, 1, Some(alone), tables).await
    }

    async fn over(
        addresses: Vec<String>,
        kind: Kind,
        most: u32,
        file: Option<DatabaseFile>,
        tables: &Tables,
    ) -> Result<Self, OpenError> {
        let file = file.map(Arc::new);
        let nodes = Arc::new(Nodes::new(addresses));
        let first = nodes.first_that_answers("select 1", PATIENCE).await?;
        let (before, connected) = (Arc::clone(&nodes), Arc::clone(&nodes));
        let (opened, released) = (file.clone(), file.clone());
        let options = AnyPoolOptions::new()
            .max_connections(most)
            .acquire_timeout(PATIENCE)
            .test_before_acquire(false)
            .before_acquire(move |connection: &mut AnyConnection, was| {
                let (nodes, file) = (Arc::clone(&before), opened.clone());
                Box::pin(async move {
                    if file.is_some_and(|file| !file.is_there()) {
                        return Ok(false);
                    }
                    if nodes.left_since(was.age) {
                        return Ok(false);
                    }
                    if was.idle_for > TRUST {
                        connection.ping().await?;
                    }
                    Ok(true)
                })
            })
            .after_release(move |connection, _| {
                let file = released.clone();
                Box::pin(async move {
                    if let Some(file) = file {
                        file.checkpoint(connection).await?;
                    }
                    Ok(true)
                })
            })
            .after_connect(move |connection, _| {
                let nodes = Arc::clone(&connected);
                Box::pin(async move {
                    if kind == Kind::Sqlite {
                        connection.execute(PRAGMAS).await?;
                    }
                    nodes.catch_up(connection).await
                })
            });
        let pool = options.connect(&first).await?;
        let opened = Self {
            sessions: AnyStore::new(pool.clone()),
            kind,
            file,
        };
        opened.make(tables).await?;
        if let Some(file) = &opened.file {
            let mut last = AnyConnection::connect(&first).await?;
            last.execute(PRAGMAS).await?;
            last.execute(ASK).await?;
            file.watch(pool.clone(), last)?;
        }
        nodes.watch(pool);
        Ok(opened)
    }

    async fn make(&self, tables: &Tables) -> Result<(), OpenError> {
        if self.kind == Kind::MySql {
            for script in [TABLES_OF_MYSQL, tables.mysql] {
                sqlx::raw_sql(script).execute(self.pool()).await?;
            }
            return Ok(());
        }
        let mut transaction = self.begin().await?;
        if self.kind == Kind::Postgres {
            // Two that make the same table at once would be in each other's way.
            let lock = self.query("select 1 from (select pg_advisory_xact_lock(7062)) as l");
            execute("lock", &mut transaction, lock).await?;
        }
        sqlx::raw_sql(TABLES).execute(&mut *transaction).await?;
        transaction.commit().await.map_err(Error::from)?;
        Ok(tables.others.run(self.pool()).await?)
    }
}

//! The tables: versioned, embedded, forward only.

use beian::host::SaveError;

use crate::{
    Engine, Error, SqlStore,
    dialect::Dialect,
    error::failure,
    server,
    statements::Statement,
    store::{column, execute, fetch},
};

/// The newest version of the tables that this release knows.
const KNOWN: i64 = 1;

impl<DB: Engine> SqlStore<DB> {
    /// Makes the tables, or brings them up to date, and checks that the server is one that a store can
    /// rely on. Any number of hosts may call it at once, at every start. Where all is up to date it only
    /// reads: a host whose account may not make tables can start once another account has made them.
    ///
    /// # Errors
    /// [`Error::Server`] if the server is too old, not strict, or takes no row of the largest size;
    /// [`Error::NewerTables`]; [`Error::Unavailable`] and [`Error::Database`].
    pub async fn migrate(&self) -> Result<(), Error> {
        server::check(self).await?;
        if !self.is_up_to_date().await? {
            self.make_tables().await?;
        }
        server::check_tables(self).await
    }

    async fn is_up_to_date(&self) -> Result<bool, Error> {
        let newest = self.newest();
        // Without the table there is no answer; whatever else it is, whoever makes tables meets it again.
        let rows = self.read(&newest, Vec::new()).await.unwrap_or_default();
        Ok(known::<DB>(&newest, &rows)? == KNOWN)
    }

    async fn make_tables(&self) -> Result<(), Error> {
        for _ in 0..10 {
            match self.migrate_once().await {
                Err(SaveError::Conflict) => {}
                Err(SaveError::Store(error)) => return Err(error),
                Ok(()) => return Ok(()),
            }
        }
        Err(Error::undecided("migrate", SaveError::Conflict))
    }

    fn newest(&self) -> Statement {
        self.statements
            .one("version of tables", "select max(version) from {p}migration")
    }

    async fn migrate_once(&self) -> Result<(), SaveError<Error>> {
        let dialect = self.statements.dialect();
        let mut transaction = self.begin().await?;
        if dialect == Dialect::Postgres {
            // Two that make the same table at once would be in each other's way.
            let lock = self.statements.one(
                "lock",
                "select 1 from (select pg_advisory_xact_lock(7061)) as l",
            );
            fetch::<DB>(&mut transaction, &lock, Vec::new()).await?;
        }
        let versions = self.statements.one(
            "make table of versions",
            "create table if not exists {p}migration (version bigint not null primary key)",
        );
        execute::<DB>(&mut transaction, &versions, Vec::new()).await?;
        let newest = self.newest();
        let rows = fetch::<DB>(&mut transaction, &newest, Vec::new()).await?;
        if known::<DB>(&newest, &rows)? < 1 {
            // Where a statement about tables is a transaction of its own, as in MySQL, half of them may
            // be there: each is made unless it is.
            for table in tables(dialect) {
                let sql = table.replace("{p}", self.statements.prefix());
                let made = DB::script(&mut transaction, sql).await;
                made.map_err(|error| failure("make tables", error))?;
            }
            let done = self.statements.one(
                "note version",
                "insert into {p}migration (version) values (?)",
            );
            execute::<DB>(&mut transaction, &done, vec![1_i64.into()]).await?;
        }
        transaction.commit().await
    }
}

/// The version that was found, 0 if none: not one that is newer than this release.
fn known<DB: Engine>(newest: &Statement, rows: &[DB::Row]) -> Result<i64, Error> {
    let first = rows.first().map(|row| column(newest, DB::int(row, 0)));
    let (found, known) = (first.transpose()?.flatten().unwrap_or(0), KNOWN);
    if found > known {
        return Err(Error::NewerTables { found, known });
    }
    Ok(found)
}

/// The statements of version 1. Once released, none of these files changes: `tests/released.rs` of `beian`.
/// Instants are microseconds since 1970-01-01 UTC, mobile numbers in clear. Of the indices, those that can leave
/// out what has ended do: most sessions have. A blob of MySQL's cuts at 64 KiB where the server isn't strict,
/// hence `longblob`.
fn tables(dialect: Dialect) -> impl Iterator<Item = &'static str> {
    let script = match dialect {
        Dialect::Sqlite => include_str!("tables/1_sqlite.sql"),
        Dialect::Postgres => include_str!("tables/1_postgres.sql"),
        Dialect::MySql => include_str!("tables/1_mysql.sql"),
    };
    script.trim_end().split_terminator(';')
}

//! The tables: versioned, embedded, forward only.

use beian::host::SaveError;

use crate::{
    Engine, Error, SqlStore,
    dialect::Dialect,
    error::failure,
    server,
    store::{column, execute, fetch},
};

/// The newest version of the tables that this release knows.
const KNOWN: i64 = 1;

impl<DB: Engine> SqlStore<DB> {
    /// Makes the tables, or brings them up to date, and checks that the server is one that a store can
    /// rely on. Any number of hosts may call it at once, at every start.
    ///
    /// # Errors
    /// [`Error::Server`] if the server is too old, not strict, or takes no row of the largest size;
    /// [`Error::NewerTables`]; [`Error::Unavailable`] and [`Error::Database`].
    pub async fn migrate(&self) -> Result<(), Error> {
        server::check(self).await?;
        for _ in 0..10 {
            match self.migrate_once().await {
                Err(SaveError::Conflict) => {}
                Err(SaveError::Store(error)) => return Err(error),
                Ok(()) => return server::check_tables(self).await,
            }
        }
        Err(Error::undecided("migrate", SaveError::Conflict))
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
        let newest = self
            .statements
            .one("version of tables", "select max(version) from {p}migration");
        let rows = fetch::<DB>(&mut transaction, &newest, Vec::new()).await?;
        let first = rows.first().map(|row| column(&newest, DB::int(row, 0)));
        let found = first.transpose()?.flatten().unwrap_or(0);
        if found > KNOWN {
            let known = KNOWN;
            return Err(Error::NewerTables { found, known }.into());
        }
        if found < 1 {
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

/// Version 1. Instants are microseconds since 1970-01-01 UTC. Mobile numbers are in clear.
fn tables(dialect: Dialect) -> Vec<String> {
    let (id, snapshot, name, json) = match dialect {
        Dialect::Sqlite => ("blob", "blob", "text", "text"),
        Dialect::Postgres => ("bytea", "bytea", "text", "text"),
        // A blob of MySQL's cuts at 64 KiB where the server isn't strict.
        Dialect::MySql => (
            "binary(16)",
            "longblob",
            "varchar(32) character set ascii collate ascii_bin",
            "longtext",
        ),
    };
    let indices = [
        ("session", "due", "in_vain, due_at", "due_at"),
        ("session", "wake", "wake_at", "wake_at"),
        ("session", "status", "status, id", ""),
        ("session", "ended", "erased, ended_at", "ended_at"),
        ("session_number", "session", "session", ""),
    ];
    // Most sessions have ended: where an index can leave them out, it does.
    let of = |table: &str| -> String {
        let own = indices.iter().filter(|(of, ..)| *of == table);
        match dialect {
            Dialect::MySql => own
                .map(|(_, name, columns, _)| format!(", index {name} ({columns})"))
                .collect::<Vec<_>>()
                .concat(),
            Dialect::Sqlite | Dialect::Postgres => String::new(),
        }
    };
    let end = match dialect {
        Dialect::MySql => " engine = InnoDB default character set utf8mb4",
        Dialect::Sqlite | Dialect::Postgres => "",
    };
    let mut tables = vec![
        format!(
            "create table if not exists {{p}}session (\
            id {id} not null primary key, version bigint not null, status {name} not null, \
            snapshot {snapshot} not null, wake_at bigint, due_at bigint, \
            leased_until bigint not null default 0, in_vain bigint not null default 0, \
            ended_at bigint, erased bigint not null{}){end}",
            of("session")
        ),
        format!(
            "create table if not exists {{p}}session_number (\
            mobile {name} not null, session {id} not null, primary key (mobile, session){}){end}",
            of("session_number")
        ),
        format!(
            "create table if not exists {{p}}session_event (\
            session {id} not null, version bigint not null, events {json} not null, \
            primary key (session, version)){end}"
        ),
    ];
    if dialect != Dialect::MySql {
        tables.extend(indices.map(|(table, name, columns, only)| {
            let only = if only.is_empty() {
                String::new()
            } else {
                format!(" where {only} is not null")
            };
            format!(
                "create index if not exists {{p}}{table}_{name} on {{p}}{table} ({columns}){only}"
            )
        }));
    }
    tables
}

#[cfg(test)]
mod tests {
    use std::{env, fs};

    use super::*;

    /// A version that was released is in databases: what makes it never changes. With `BEIAN_GOLDEN=write` the file
    /// is written instead; the crate's test `snapshots` refuses the difference once a release has it.
    #[test]
    fn the_tables_of_version_1_are_those_of_the_golden_file() {
        let dialects = [Dialect::Sqlite, Dialect::Postgres, Dialect::MySql];
        let all: String = dialects
            .into_iter()
            .map(|dialect| format!("-- {dialect:?}\n{};\n", tables(dialect).join(";\n")))
            .collect();
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/version_1.sql");
        if env::var("BEIAN_GOLDEN").is_ok_and(|what| what == "write") {
            fs::write(path, &all).unwrap();
        }
        assert_eq!(fs::read_to_string(path).unwrap(), all);
    }
}

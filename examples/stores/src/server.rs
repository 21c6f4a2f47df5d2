//! Whether a server is one that a store can rely on, and a file nobody else's.

use crate::{Engine, Error, SqlStore, dialect::Dialect, store::column};

/// The version, and what makes a server cut values instead of refusing them.
pub(crate) async fn check<DB: Engine>(store: &SqlStore<DB>) -> Result<(), Error> {
    match store.statements.dialect() {
        Dialect::Sqlite => {
            let version = text(store, "select sqlite_version()").await?;
            at_least(&version, (3, 35), "SQLite 3.35 or later")?;
            private(store).await
        }
        Dialect::Postgres => {
            let version = text(store, "select current_setting('server_version')").await?;
            at_least(&version, (11, 0), "PostgreSQL 11 or later")
        }
        Dialect::MySql => {
            let version = text(store, "select cast(version() as char)").await?;
            if version.contains("TiDB") {
                // It takes `skip locked`, and locks nothing: two hosts would lease one session.
                return Err(Error::Server {
                    expected: "a server that skips rows which others have locked",
                    found: version,
                });
            }
            if version.contains("MariaDB") {
                at_least(&version, (10, 6), "MariaDB 10.6 or later")?;
            } else {
                at_least(&version, (8, 0), "MySQL 8.0.1 or later")?;
            }
            let mode = text(store, "select cast(@@sql_mode as char)").await?;
            if !mode.contains("STRICT_TRANS_TABLES") && !mode.contains("STRICT_ALL_TABLES") {
                return Err(Error::Server {
                    expected: "a sql_mode with STRICT_TRANS_TABLES",
                    found: mode,
                });
            }
            let packet = text(store, "select cast(@@max_allowed_packet as char)").await?;
            if packet.parse().unwrap_or(0) < 4 << 20_u64 {
                return Err(Error::Server {
                    expected: "a max_allowed_packet of 4 MiB or more",
                    found: packet,
                });
            }
            Ok(())
        }
    }
}

/// That the largest snapshot fits, in tables that somebody else may have made.
pub(crate) async fn check_tables<DB: Engine>(store: &SqlStore<DB>) -> Result<(), Error> {
    if store.statements.dialect() != Dialect::MySql {
        return Ok(());
    }
    let kind = text(
        store,
        "select cast(concat(c.data_type, ' in ', t.engine) as char) from information_schema.columns c \
        join information_schema.tables t \
        on t.table_schema = c.table_schema and t.table_name = c.table_name \
        where c.table_schema = database() and c.table_name = '{p}session' \
        and c.column_name = 'snapshot'",
    )
    .await?;
    if kind == "longblob in InnoDB" || kind == "mediumblob in InnoDB" {
        return Ok(());
    }
    Err(Error::Server {
        expected: "snapshots in a longblob of InnoDB",
        found: kind,
    })
}

async fn text<DB: Engine>(store: &SqlStore<DB>, sql: &str) -> Result<String, Error> {
    let statement = store.statements.one("look at the server", sql);
    let rows = store.read(&statement, Vec::new()).await?;
    let row = rows.first().map(|row| column(&statement, DB::text(row, 0)));
    Ok(row.transpose()?.unwrap_or_default())
}

fn at_least(version: &str, least: (u32, u32), expected: &'static str) -> Result<(), Error> {
    // MariaDB may put a version of MySQL before its own.
    let own = version.strip_prefix("5.5.5-").unwrap_or(version);
    let mut numbers = own
        .split(|c: char| !c.is_ascii_digit())
        .map(|number| number.parse().unwrap_or(0));
    let found = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    if found >= least {
        return Ok(());
    }
    let found = version.to_owned();
    Err(Error::Server { expected, found })
}

/// Numbers are in clear: the file and what stands beside it are their owner's alone.
async fn private<DB: Engine>(store: &SqlStore<DB>) -> Result<(), Error> {
    let file = text(
        store,
        "select coalesce(max(file), '') from pragma_database_list where name = 'main'",
    )
    .await?;
    if file.is_empty() {
        return Ok(()); // in memory
    }
    for end in ["", "-wal", "-shm", "-journal"] {
        let path = format!("{file}{end}");
        if std::fs::exists(&path).unwrap_or(false) && owners_alone(&path).is_err() {
            return Err(Error::Server {
                expected: "a database file whose permissions can be set",
                found: path,
            });
        }
    }
    Ok(())
}

#[cfg(unix)]
fn owners_alone(path: &str) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))
}

#[cfg(not(unix))]
fn owners_alone(_: &str) -> std::io::Result<()> {
    Ok(())
}

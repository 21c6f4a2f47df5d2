//! Why a store failed, without a value of what is stored: what a database says may hold a number.

use beian::{
    SessionId,
    host::{SaveError, Unreadable},
};

/// Why a store failed.
///
/// It tells the statement and the database's code, and has no source: what the database says of it
/// (*Duplicate entry '199…'*) may hold personal data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The database refused a statement.
    #[error("{statement}: the database answers with error {code}")]
    Database {
        /// Which statement.
        statement: &'static str,
        /// The `SQLSTATE` of PostgreSQL, the error number of MySQL, the result code of SQLite.
        code: String,
    },
    /// The database can't be reached, is no part of its cluster at the moment, or doesn't answer in time:
    /// try again later.
    #[error("{statement}: {why}")]
    Unavailable {
        /// Which statement.
        statement: &'static str,
        /// What is the matter.
        why: &'static str,
    },
    /// A session that this release can't read: it is left as it is.
    #[error("session {session}: {why}")]
    Unreadable {
        /// Which.
        session: SessionId,
        /// Why.
        why: Unreadable,
    },
    /// A session that can't be put into bytes.
    #[error("session {0} can't be written")]
    Unwritable(SessionId),
    /// The tables come from a later release.
    #[error("the tables are of version {found}, and this release knows up to {known}")]
    NewerTables {
        /// The version of the tables.
        found: i64,
        /// The newest one that this release knows.
        known: i64,
    },
    /// The server is too old, or not set up as a store needs it.
    #[error("expected {expected}, found {found}")]
    Server {
        /// What a store needs.
        expected: &'static str,
        /// What is there.
        found: String,
    },
    /// Not a name that tables can begin with.
    #[error(
        "expected a prefix of up to 32 lower-case letters, digits and underscores, not first a digit"
    )]
    Prefix,
}

impl Error {
    /// Whether the same call may succeed later, with nothing mended in the database: a host answers
    /// *try again later*.
    #[must_use]
    pub const fn is_temporary(&self) -> bool {
        matches!(self, Self::Unavailable { .. } | Self::Unreadable { .. })
    }

    pub(crate) fn of_read(statement: &'static str, error: sqlx::Error) -> Self {
        Self::undecided(statement, failure(statement, error))
    }

    /// Where nothing is decided again after a conflict.
    pub(crate) fn undecided(statement: &'static str, error: SaveError<Self>) -> Self {
        match error {
            SaveError::Conflict => Self::Unavailable {
                statement,
                why: "others are in the way",
            },
            SaveError::Store(error) => error,
        }
    }
}

/// What came of a statement, of the host's own rows too: a conflict if another transaction was in the way
/// and nothing is stored. The name is all that the error tells of the statement.
#[allow(
    clippy::needless_pass_by_value,
    clippy::wildcard_enum_match_arm,
    reason = "what the database said ends here; whatever sqlx adds is an error like others"
)]
#[must_use]
pub fn failure(statement: &'static str, error: sqlx::Error) -> SaveError<Error> {
    let unavailable = |why| SaveError::Store(Error::Unavailable { statement, why });
    let database = |code: &str| {
        SaveError::Store(Error::Database {
            statement,
            code: code.to_owned(),
        })
    };
    match &error {
        sqlx::Error::Database(error) => {
            #[cfg(feature = "mysql")]
            if let Some(error) = error.try_downcast_ref::<sqlx::mysql::MySqlDatabaseError>() {
                return match error.number() {
                    // Deadlock, which is also how a cluster refuses a commit; lock wait time-out; record
                    // has changed since it was read; a key that is there already.
                    1213 | 1205 | 1020 | 1062 => SaveError::Conflict,
                    // A node that is no part of its cluster; too many connections; shutting down.
                    1047 => unavailable("this node is no part of its cluster"),
                    1040 | 1053 | 1203 => unavailable("the server takes no more at the moment"),
                    number => database(&number.to_string()),
                };
            }
            let code = error.code().unwrap_or_default();
            match code.as_ref() {
                _ if error.is_unique_violation() => SaveError::Conflict,
                // Not serialisable, deadlock, lock not available; busy and locked, and their kinds.
                "40001" | "40P01" | "55P03" | "5" | "6" | "261" | "262" | "517" | "773" => {
                    SaveError::Conflict
                }
                "57P01" | "57P02" | "57P03" | "53300" => {
                    unavailable("the server takes no more at the moment")
                }
                code => database(code),
            }
        }
        sqlx::Error::Io(_) | sqlx::Error::WorkerCrashed => unavailable("the connection is gone"),
        sqlx::Error::Tls(_) => unavailable("no secure connection"),
        sqlx::Error::PoolTimedOut => unavailable("no connection within the pool's time"),
        sqlx::Error::PoolClosed => unavailable("the pool is closed"),
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => {
            database("of a column that can't be read")
        }
        sqlx::Error::Protocol(_) => unavailable("an answer that is none"),
        _ => database("of the driver"),
    }
}

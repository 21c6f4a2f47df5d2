//! Why a database fails a host, without a value of what is stored.

use beian::host::SaveError;
use beian_sqlx::failure;

/// Why something could not be read or stored. It tells no value.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database.
    #[error("database: {0}")]
    Database(#[from] beian_sqlx::Error),
    /// Something stored that can't be read.
    #[error("stored data: {0}")]
    Stored(#[from] serde_json::Error),
    /// A stored id of the wrong length, or an unknown name.
    #[error("stored data: malformed {0}")]
    Malformed(&'static str),
    /// Somebody else was faster, every time.
    #[error("changed by others meanwhile")]
    Conflict,
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        failure("read a column", error).into()
    }
}

impl From<SaveError<beian_sqlx::Error>> for Error {
    fn from(error: SaveError<beian_sqlx::Error>) -> Self {
        match error {
            SaveError::Conflict => Self::Conflict,
            SaveError::Store(error) => Self::Database(error),
        }
    }
}

/// Why a database can't be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// None of the three schemes.
    #[error("database: expected sqlite:FILE, postgres://ADDRESS or mysql://ADDRESS")]
    UnknownScheme,
    /// Another process has the file open.
    #[error("database: another process uses this file, and SQLite takes one")]
    InUse,
    /// The file can't be made or locked.
    #[error("database: {0}")]
    File(#[from] std::io::Error),
    /// It can't be reached.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// It is none that sessions can be kept in.
    #[error("database: {0}")]
    Sessions(#[from] beian_sqlx::Error),
    /// It doesn't answer.
    #[error("database: no answer within 10 seconds")]
    NoAnswer,
    /// Its tables can't be made.
    #[error("database: migration: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// The tables that every host has can't be made.
    #[error(transparent)]
    Tables(#[from] Error),
}

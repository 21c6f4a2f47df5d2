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

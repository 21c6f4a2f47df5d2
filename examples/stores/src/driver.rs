//! What the stores need of sqlx's drivers: values go in, rows come out.

use sqlx::{Database, Error, Pool};

use crate::{dialect::Dialect, statements::Statement};

/// What is bound to a place of a statement. Instants are microseconds since 1970-01-01 UTC.
#[derive(Clone)]
#[allow(missing_debug_implementations, reason = "it holds numbers")]
pub enum Value {
    Bytes(Vec<u8>),
    Int(Option<i64>),
    Text(String),
}

impl From<&[u8]> for Value {
    fn from(bytes: &[u8]) -> Self {
        Self::Bytes(bytes.to_vec())
    }
}

impl From<i64> for Value {
    fn from(int: i64) -> Self {
        Self::Int(Some(int))
    }
}

impl From<Option<i64>> for Value {
    fn from(int: Option<i64>) -> Self {
        Self::Int(int)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// One of sqlx's drivers. The connection stands behind a `&mut` of its own, so that a statement runs as
/// well in a transaction of the host's.
pub trait Driver: Database {
    /// What the database speaks that the pool leads to.
    fn dialect(pool: &Pool<Self>) -> Option<Dialect>;

    /// All rows.
    fn fetch(
        connection: &mut Self::Connection,
        statement: &Statement,
        values: Vec<Value>,
    ) -> impl Future<Output = Result<Vec<Self::Row>, Error>> + Send;

    /// How many rows were changed.
    fn execute(
        connection: &mut Self::Connection,
        statement: &Statement,
        values: Vec<Value>,
    ) -> impl Future<Output = Result<u64, Error>> + Send;

    /// Statements without values, one after the other, in one round trip.
    fn script(
        connection: &mut Self::Connection,
        script: String,
    ) -> impl Future<Output = Result<u64, Error>> + Send;

    fn bytes(row: &Self::Row, column: usize) -> Result<Option<Vec<u8>>, Error>;

    fn int(row: &Self::Row, column: usize) -> Result<Option<i64>, Error>;

    fn text(row: &Self::Row, column: usize) -> Result<String, Error>;
}

macro_rules! bound {
    ($statement:expr, $values:expr) => {{
        let mut query = sqlx::query(sqlx::AssertSqlSafe(std::sync::Arc::clone(&$statement.sql)));
        for value in $values {
            query = match value {
                Value::Bytes(bytes) => query.bind(bytes),
                Value::Int(int) => query.bind(int),
                Value::Text(text) => query.bind(text),
            };
        }
        query
    }};
}

macro_rules! driver {
    ($database:ty, $dialect:expr) => {
        impl Driver for $database {
            fn dialect(pool: &Pool<Self>) -> Option<Dialect> {
                let dialect: fn(&Pool<Self>) -> Option<Dialect> = $dialect;
                dialect(pool)
            }

            async fn fetch(
                connection: &mut Self::Connection,
                statement: &Statement,
                values: Vec<Value>,
            ) -> Result<Vec<Self::Row>, Error> {
                bound!(statement, values).fetch_all(connection).await
            }

            async fn execute(
                connection: &mut Self::Connection,
                statement: &Statement,
                values: Vec<Value>,
            ) -> Result<u64, Error> {
                let done = bound!(statement, values).execute(connection).await?;
                Ok(done.rows_affected())
            }

            async fn script(
                connection: &mut Self::Connection,
                script: String,
            ) -> Result<u64, Error> {
                let script = sqlx::raw_sql(sqlx::AssertSqlSafe(script));
                let done = script.execute(connection).await?;
                Ok(done.rows_affected())
            }

            fn bytes(row: &Self::Row, column: usize) -> Result<Option<Vec<u8>>, Error> {
                sqlx::Row::try_get(row, column)
            }

            fn int(row: &Self::Row, column: usize) -> Result<Option<i64>, Error> {
                sqlx::Row::try_get(row, column)
            }

            fn text(row: &Self::Row, column: usize) -> Result<String, Error> {
                sqlx::Row::try_get(row, column)
            }
        }
    };
}

#[cfg(feature = "sqlite")]
driver!(sqlx::Sqlite, |_| Some(Dialect::Sqlite));

#[cfg(feature = "postgres")]
driver!(sqlx::Postgres, |_| Some(Dialect::Postgres));

#[cfg(feature = "mysql")]
driver!(sqlx::MySql, |_| Some(Dialect::MySql));

#[cfg(feature = "any")]
driver!(sqlx::Any, |pool| Dialect::of_scheme(
    pool.connect_options().database_url.scheme()
));

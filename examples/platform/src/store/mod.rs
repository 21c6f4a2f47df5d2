//! Where everything is kept: orders, sealed IDs, links, and the sandbox's reminders.

mod links;
mod orders;
mod reminders;
mod seals;

use beian_web::database::{Database, OpenError, Tables};
use chrono::{DateTime, Utc};
use sqlx::migrate::Migrator;

pub use beian_web::database::Error;
pub use links::Linked;
pub use orders::{Page, Wanted};
pub use reminders::Message;

static TABLES: Migrator = sqlx::migrate!("./migrations/others");
const TABLES_OF_MYSQL: &str = include_str!("../../migrations/mysql/1_platform.sql");

/// The platform's database.
#[derive(Debug)]
pub struct Store {
    database: Database,
}

impl Store {
    /// Opens it, and makes its tables.
    ///
    /// # Errors
    /// [`OpenError`].
    pub async fn open(address: &str) -> Result<Self, OpenError> {
        let tables = Tables {
            others: &TABLES,
            mysql: TABLES_OF_MYSQL,
        };
        let database = Database::open(address, &tables).await?;
        Ok(Self { database })
    }

    /// What every host keeps.
    #[must_use]
    pub const fn database(&self) -> &Database {
        &self.database
    }

    /// Ends all connections.
    pub async fn close(&self) {
        self.database.close().await;
    }
}

/// Never: after every instant that is asked about.
const NEVER: i64 = i64::MAX;

fn micros(at: Option<DateTime<Utc>>) -> i64 {
    at.map_or(NEVER, |at| at.timestamp_micros())
}

//! Where everything is kept: one store for three databases.
//!
//! The sessions are `beian-sqlx`'s, and settings, sign-ins and idempotency keys are `beian-web`'s. The portal's
//! own rows stand beside them in the same database, and are written in one transaction with them.

mod orders;
mod sandbox;

use beian_sqlx::AnyStore;
use beian_web::database::{Database, Tables};
use sqlx::migrate::Migrator;

use crate::keys::PortalKeys;

pub use beian_web::database::{Error as StoreError, OpenError};
pub use orders::{OrderRow, Trail, order_of, round_of};
pub use sandbox::{GatewayMode, Handset};

static MIGRATOR: Migrator = sqlx::migrate!("./migrations/others");
const TABLES: Tables = Tables {
    others: &MIGRATOR,
    mysql: include_str!("../../migrations/mysql.sql"),
};

/// Sessions, orders, audit trail and what the sandbox needs.
#[derive(Debug)]
pub struct Store {
    database: Database,
    sessions: AnyStore,
}

impl Store {
    /// Opens `sqlite:FILE`, `postgres://ADDRESS` or `mysql://ADDRESS`, as [`Database::open`] does, and brings
    /// its tables up to date.
    ///
    /// # Errors
    /// [`OpenError`].
    pub async fn open(address: &str) -> Result<Self, OpenError> {
        let database = Database::open(address, &TABLES).await?;
        let sessions = AnyStore::new(database.pool().clone());
        sessions.migrate().await?;
        Ok(Self { database, sessions })
    }

    /// The database.
    #[must_use]
    pub const fn database(&self) -> &Database {
        &self.database
    }

    /// The sessions.
    #[must_use]
    pub const fn sessions(&self) -> &AnyStore {
        &self.sessions
    }

    /// Whether the keys have the one that the database was last used with; that is the current one from now
    /// on.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn is_used_with(&self, keys: &PortalKeys) -> Result<bool, StoreError> {
        let keys = keys.file();
        let has = |mark: &str| keys.has(mark);
        self.database.is_used_with(&keys.mark(), has).await
    }

    /// Ends all connections; what is under way is finished.
    pub async fn close(&self) {
        self.database.close().await;
    }
}

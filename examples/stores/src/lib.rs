// Its examples are of MySQL.
#![cfg_attr(feature = "mysql", doc = include_str!("../README.md"))]
#![cfg_attr(
    not(feature = "mysql"),
    doc = "Sessions of the crate `beian` over the host's own sqlx pool."
)]
#![cfg_attr(docsrs, feature(doc_cfg))]
// Without a database there is nobody to use what all of them share.
#![cfg_attr(
    not(any(feature = "mysql", feature = "postgres", feature = "sqlite")),
    allow(dead_code, unused_macros)
)]

#[cfg(all(
    test,
    feature = "any",
    feature = "mysql",
    feature = "postgres",
    feature = "sqlite"
))]
extern crate self as beian_sqlx; // what the tests call it

mod dialect;
mod driver;
mod error;
mod leases;
mod migrate;
mod orders;
mod overview;
#[cfg(all(
    test,
    feature = "any",
    feature = "mysql",
    feature = "postgres",
    feature = "sqlite"
))]
mod plans;
mod retention;
mod server;
mod sessions;
mod statements;
mod store;
mod stored;
mod transaction;

pub use error::{Error, failure};
pub use retention::Erased;
#[cfg(feature = "any")]
pub use store::AnyStore;
#[cfg(feature = "mysql")]
pub use store::MySqlStore;
#[cfg(feature = "postgres")]
pub use store::PgStore;
#[cfg(feature = "sqlite")]
pub use store::SqliteStore;
pub use store::{Engine, SqlStore};
pub use stored::StoredEvent;
pub use transaction::Transaction;

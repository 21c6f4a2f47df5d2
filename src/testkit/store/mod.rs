//! Whether a host's store keeps the promises of [`SessionStore`](crate::host::SessionStore).
//!
//! A suite sees what the trait shows. What it can't see, a host tests itself: that the events of an
//! update are stored with it, and that a transaction holds when the process dies in the middle.

mod calls;
mod due;
mod durable;
mod fairness;
mod finds;
mod judge;
mod largest;
mod leases;
mod promises;
mod races;
mod rounds;
mod saves;
mod sizes;
mod storage;
mod suite;
mod together;
mod unreadable;

pub use storage::Storage;
pub use suite::{check, check_threads};

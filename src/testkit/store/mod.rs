//! Whether a host's store keeps the promises of [`SessionStore`](crate::host::SessionStore).
//!
//! A suite sees what the trait shows. What it can't see, a host tests itself: that the events of an
//! update are stored with it, and that a transaction holds when the process dies in the middle.

mod promises;
mod race;
mod rounds;
mod suite;

pub use suite::{check, check_durable, check_threads};

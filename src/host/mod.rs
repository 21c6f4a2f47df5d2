//! The shell around the sessions, for systems that issue and check codes.
//!
//! A host plugs in a [`Clock`], an [`SmsSender`] and a [`SessionStore`]; the [`Desk`] does the rest.
//! The traits are asynchronous without a runtime: on tokio they wait, and a blocking host implements
//! the same traits and runs the desk through [`block`].

mod block;
mod clock;
mod desk;
#[cfg(feature = "std")]
mod memory;
mod sender;
mod store;

pub use block::{WouldWait, block};
pub use clock::Clock;
pub use desk::{Counters, Desk, Dispatched, HostError, Resent, Submitted};
#[cfg(feature = "std")]
pub use memory::MemoryStore;
pub use sender::{SendOutcome, SmsSender};
pub use store::{SaveError, SessionStore};

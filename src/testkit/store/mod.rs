//! Whether a host's store keeps the promises of [`SessionStore`](crate::host::SessionStore).
//!
//! A suite sees what the trait shows. What it can't see, a host tests itself: that the events of an
//! update are stored with it, and that a transaction holds when the process dies in the middle.
//!
//! 检验宿主的存储是否遵守 [`SessionStore`](crate::host::SessionStore) 的约定。从 [`check`] 开始，传入一个 [`Storage`]，
//! 它给出空的存储；存储可由多个线程共用时，再运行 [`check_threads`]。

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

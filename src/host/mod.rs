//! The shell around the sessions, for systems that issue and check codes.
//!
//! A host plugs in a [`Clock`], an [`SmsSender`] and a [`SessionStore`]; the [`Desk`] does the rest.
//! The traits are asynchronous without a runtime: on tokio they wait, and a blocking host implements
//! the same traits and runs the desk through [`block`].
//!
//! 供发放和校验验证码的系统使用。宿主提供时钟（[`Clock`]）、短信网关（[`SmsSender`]）和存储（[`SessionStore`]），
//! 其余由 [`Desk`]（核验台）完成：开启一轮核验、发送到期的短信、处理核验和重发两个表单。
//! 试用可从 [`MemoryStore`] 开始；存入数据库见 `beian-sqlx`。

mod answers;
mod block;
mod clock;
mod counters;
mod desk;
mod dispatch;
mod errors;
mod forms;
mod in_flight;
mod lease;
mod left_out;
#[cfg(feature = "std")]
mod memory;
mod rounds;
mod sender;
mod store;

pub use answers::{Resent, Submitted};
pub use block::{WouldWait, block};
pub use clock::Clock;
pub use counters::Counters;
pub use desk::Desk;
pub use dispatch::Dispatched;
pub use errors::HostError;
pub use lease::{Lease, Leased, Unreadable};
pub use left_out::{LeftOut, LeftOutReason};
#[cfg(feature = "std")]
pub use memory::MemoryStore;
pub use sender::{DynSmsSender, SendOutcome, SmsSender};
pub use store::{SaveError, SessionStore};

//! For the tests of hosts: a clock, entropy, persons and a gateway that do as they are told, and
//! suites that tell whether a host's own parts keep their promises.
//!
//! 供宿主编写测试：手动时钟、固定熵源、测试人员、记录式短信网关，另有符合性测试，检验您自己的存储（[`store::check`]）
//! 和短信网关（[`sender::check`]）。先看下面的例子。其中的密钥、种子和人员固定不变、人人可知，
//! 不得用于生产环境。
//!
//! Nothing here is for production: keys, seeds and persons are the same for everybody.
//!
//! ```
//! use beian::{EntryAnswer, host::{Desk, MemoryStore, block}};
//! use beian::testkit::{ManualClock, RecordingSender, TestPerson, keys, recipients, seed};
//! use chrono::TimeDelta;
//!
//! let (clock, sender) = (ManualClock::default(), RecordingSender::default());
//! let desk = Desk::new(MemoryStore::default(), keys(), clock.clone());
//! block(desk.open(1, &recipients(2), seed(1)))??; // for the persons 1 and 2
//! block(desk.dispatch(&sender))??;
//!
//! clock.advance(TimeDelta::hours(24)); // the last instant (D04)
//! let person = TestPerson(1);
//! let code = sender.latest_code(&person.mobile()).unwrap();
//! let submitted = block(desk.submit(&person.entry(&code)?))??;
//! assert_eq!(submitted.answer(), EntryAnswer::WaitingForOthers); // R19
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Beside these, [`store::check`] is for a host's [`SessionStore`](crate::host::SessionStore), and
//! [`sender::check`] for its [`SmsSender`](crate::host::SmsSender).

mod breach;
mod clock;
mod entropy;
mod fixtures;
mod recording;
pub mod sender;
pub mod store;

pub use breach::Breach;
pub use clock::ManualClock;
pub use entropy::FixedEntropy;
pub use fixtures::{TestPerson, keys, recipients, recipients_under, seed};
pub use recording::{RecordingSender, Scripted, Sent};

//! The verification session: one round of one order.
//!
//! Each row imports from the rows above it.
//!
//! | idea | files |
//! |---|---|
//! | what goes in and comes out | `entry`, `message`, `outcome`, `remembered`, `status`, `event` |
//! | what a session consists of: the type [`Session`] | `state` |
//! | changes, applied without a rule | `evolve`, and `decision`, what is to be stored |
//! | the rules of one session | `decide` |
//! | the rules over all orders of one number; opening a round | `number`; `open`, `kept_ids` |
//! | the commands | `commands` |
//! | looks | `outbox`, `wake`, `recipients`, `next_steps` |
//! | beside them: what takes a round into its order's life, what holds of every stored session | `order_life`, `invariants` |

mod commands;
pub(crate) mod decide;
mod decision;
mod entry;
mod event;
mod evolve;
#[cfg(feature = "serde")]
pub(crate) mod invariants;
mod kept_ids;
mod message;
mod next_steps;
pub(crate) mod number;
mod open;
mod order_life;
mod outbox;
mod outcome;
mod recipients;
pub(crate) mod remembered;
pub(crate) mod state;
pub(crate) mod status;
mod wake;

pub use decision::{Decision, Update};
pub use entry::{CodeProblem, Entry, EntryProblems, ResendRequest};
pub use event::{Event, EventKind};
pub use kept_ids::KeptIds;
pub use message::{DeliveryReport, DeliveryReportOutcome, Message, MessageKind};
pub use open::{OpenError, Opening, Seed};
pub use outcome::{EntryAnswer, EntryOutcome, Refusal, ResendAnswer, ResendOutcome, SessionError};
pub use recipients::{RecipientState, RecipientView};
pub use state::Session;
pub use status::{RoundFailure, RoundStatus};

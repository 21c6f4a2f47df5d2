//! The life of an order, from the initial review to the administration's decision.
//!
//! `status` and `step` are words; `order_life` is the life, which takes the requirement's recipients when it
//! is submitted; `reason` is why it came back, `polled` follows what a
//! platform sees of it; `stages` and `stored` look at it. What a tracker or a round has to say to it stands with
//! those.

mod order_life;
mod polled;
mod reason;
mod stages;
mod status;
mod step;
#[cfg(feature = "serde")]
mod stored;

pub use order_life::OrderLife;
pub use polled::{Followed, PolledStatus};
pub use reason::{ReturnReason, ReturnReasons};
pub use stages::StageState;
pub use status::{OrderStatus, ReturnCause};
pub use step::{LifeRefusal, OrderStep};

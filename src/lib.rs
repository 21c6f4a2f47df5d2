//! ICP filing SMS verification.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;
#[cfg(any(feature = "std", test))]
extern crate std;

mod code;
mod id_document;
mod input;
mod key;
mod mobile;
mod names;
mod policy;
mod requirement;
mod role;
mod session;
#[cfg(feature = "serde")]
mod snapshot;
mod text;
mod time;

pub use id_document::{LastSix, LastSixProblem};
pub use key::{KeyError, KeyId, KeyRing, KeyRingProblem, Keys, Mac};
pub use mobile::{MobileNumber, MobileProblem};
pub use names::UnknownName;
pub use policy::{Policy, PolicyBuilder, PolicyProblem};
pub use requirement::{Recipient, Recipients};
pub use role::{Role, Roles};
pub use session::{
    CodeProblem, Decision, Entry, EntryAnswer, EntryOutcome, EntryProblems, Event, EventKind,
    MalformedId, Message, MessageId, MessageKind, OpenError, Opening, RecipientState,
    RecipientView, Refusal, Report, ReportOutcome, ResendAnswer, ResendOutcome, ResendRequest,
    ReturnCause, RoundStatus, Seed, Session, SessionError, SessionId, SubmissionId, Update,
};
#[cfg(feature = "serde")]
pub use snapshot::{Snapshot, SnapshotError};
pub use text::Lang;

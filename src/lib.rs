//! ICP filing SMS verification.
#![no_std]
#![forbid(unsafe_code)]
#![expect(dead_code, reason = "the session that uses the rest is still to come")]

extern crate alloc;
#[cfg(any(feature = "std", test))]
extern crate std;

mod code;
#[cfg(any(doc, doctest))]
pub mod docs;
pub mod filing;
pub mod host;
mod id_document;
mod input;
mod key;
mod mobile;
mod names;
mod official_sender;
mod person;
mod policy;
mod province;
mod requirement;
mod role;
mod session;
mod template;
#[cfg(feature = "testkit")]
pub mod testkit;
mod text;
mod time;

pub use filing::{
    Access, Change, Changes, FilingOrder, FilingPolicy, FilingType, OrderProblems, OrderStatus,
    ReturnCause, Service, ServiceKind,
};
pub use id_document::{IdDocument, IdDocumentKind, IdDocumentProblem, LastSix, LastSixProblem};
pub use key::{KeyError, KeyId, KeyRing, KeyRingProblem, Keys, Mac};
pub use mobile::{MobileNumber, MobileProblem};
pub use names::UnknownName;
pub use official_sender::is_official_sender;
pub use person::{Entity, NameProblem, Person, PersonProblem};
pub use policy::{Policy, PolicyBuilder, PolicyProblem};
pub use province::{Province, ProvinceProblem};
pub use requirement::{Recipient, Recipients};
pub use role::{Role, Roles};
pub use session::{
    CodeProblem, Decision, Entry, EntryAnswer, EntryOutcome, EntryProblems, Event, EventKind,
    MalformedId, Message, MessageId, MessageKind, OpenError, Opening, RecipientState,
    RecipientView, Refusal, Report, ReportOutcome, ResendAnswer, ResendOutcome, ResendRequest,
    RoundFailure, RoundStatus, Seed, Session, SessionError, SessionId, SubmissionId, Update,
};
pub use template::{Template, TemplateProblem};
pub use text::Lang;

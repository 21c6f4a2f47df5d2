//! ICP filing SMS verification.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;
#[cfg(any(feature = "std", test))]
extern crate std;

pub mod filing;
mod id_document;
mod input;
mod mobile;
mod names;
mod person;
mod policy;
mod province;
mod requirement;
mod role;
pub mod rulebook;
mod text;
mod time;
pub mod tracker;

pub use filing::{
    Access, Change, Changes, FilingOrder, FilingPolicy, FilingType, OrderProblems, OrderStatus,
    ReturnCause, Service, ServiceKind,
};
pub use id_document::{IdDocument, IdDocumentKind, IdDocumentProblem, LastSix, LastSixProblem};
pub use mobile::{MobileNumber, MobileProblem};
pub use names::UnknownName;
pub use person::{Entity, NameProblem, Person, PersonProblem};
pub use policy::{Policy, PolicyBuilder, PolicyProblem};
pub use province::{Province, ProvinceProblem};
pub use requirement::{Exemption, Recipient, Recipients, Requirement, ServiceRef};
pub use role::{Role, Roles};
pub use rulebook::Rulebook;
pub use text::Lang;

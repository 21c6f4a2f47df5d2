//! ICP filing SMS verification.
#![no_std]
#![forbid(unsafe_code)]
#![expect(dead_code, reason = "the session that uses the rest is still to come")]

extern crate alloc;
#[cfg(any(feature = "std", test))]
extern crate std;

#[cfg(any(doc, doctest))]
pub mod docs;
mod id_document;
mod input;
mod mobile;
mod names;
mod policy;
mod requirement;
mod role;
mod text;
mod time;

pub use id_document::{LastSix, LastSixProblem};
pub use mobile::{MobileNumber, MobileProblem};
pub use names::UnknownName;
pub use policy::{Policy, PolicyBuilder, PolicyProblem};
pub use requirement::{Recipient, Recipients};
pub use role::{Role, Roles};
pub use text::Lang;

//! The filing order: what it is for, whom it names, what is wrong with it, and its life.
//!
//! | to | use |
//! |---|---|
//! | build an order in code | [`FilingOrder::initial`] and its sisters |
//! | check what a person typed | [`OrderForm::check`]: every problem at once |
//! | refuse what a platform doesn't take | [`FilingPolicy`] |
//! | follow an order | [`OrderLife`] |

mod choice;
mod field;
mod filed_since;
mod form;
mod kind;
mod life;
mod order;
mod policy;
mod problem;
mod service;
#[cfg(feature = "serde")]
mod stored;
mod wrong_type;

pub(crate) use choice::Choice;
pub(crate) use field::label;
pub(crate) use filed_since::check_filed_since;
pub use filed_since::{FiledSince, NotFileable};
pub use form::{EntityForm, IdDocumentForm, OrderForm, PersonForm, ServiceForm};
pub use kind::{Change, Changes, FilingType};

pub use life::{LifeRefusal, OrderLife, OrderStatus, OrderStep, ReturnCause, StageState};
pub use order::{FilingOrder, OrderBuilder};
pub use policy::{DenyProblem, FilingPolicy};
pub use problem::{OrderProblem, OrderProblems, ProblemKind};
pub use service::{Access, Service, ServiceKind};

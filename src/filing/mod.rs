//! The filing order: what it is for, whom it names, what is wrong with it, and its life.
//!
//! 备案订单：为什么备案、涉及哪些人、哪里填错了，以及从初审到管局审核的全过程。尚不清楚属于哪种备案，先看 [`FilingFacts`]；
//! 处理用户填写的表单，从 [`OrderForm`](crate::OrderForm) 开始；在代码中直接构造订单，
//! 从 [`FilingOrder`] 开始；跟踪订单的状态用 [`OrderLife`](crate::OrderLife)。
//!
//! | to | use |
//! |---|---|
//! | know which filing it is | [`FilingFacts`] |
//! | build an order in code | [`FilingOrder::initial`](crate::FilingOrder::initial) and its sisters |
//! | check what a person typed | [`OrderForm::check`](crate::OrderForm::check): every problem at once |
//! | refuse what a platform doesn't take | [`FilingPolicy`], [`checks`] |
//! | follow an order | [`OrderLife`](crate::OrderLife) |

pub mod checks;
mod choice;
mod determine;
mod field;
mod filed_since;
pub(crate) mod form;
pub(crate) mod kind;
mod number;
pub(crate) mod order;
pub(crate) mod policy;
pub(crate) mod problem;
pub(crate) mod service;
#[cfg(feature = "serde")]
mod stored;
mod wrong_type;
#[cfg(feature = "serde")]
pub(crate) use wrong_type::{read, wrong_type};

pub(crate) use choice::Choice;
pub use determine::{Determination, FilingFact, FilingFacts, Prerequisite};
pub use field::path_label;
pub(crate) use field::{is_form_path, label};
pub(crate) use filed_since::check_filed_since;
pub use filed_since::{FiledSince, NotFileable};
pub use form::{EntityForm, IdDocumentForm, PersonForm, ServiceForm};
pub(crate) use kind::{FilingType, ModifiedPart, ModifiedParts};

pub use crate::life::{
    Followed, LifeRefusal, OrderStep, PolledStatus, ReturnReason, ReturnReasons, StageState,
};
pub use number::{FilingNumber, FilingNumberProblem};
pub(crate) use order::FilingOrder;
pub use order::OrderBuilder;
pub use policy::DenyProblem;
pub(crate) use policy::FilingPolicy;
pub(crate) use problem::OrderProblems;
pub use problem::{OrderProblem, ProblemKind};
pub(crate) use service::{Access, Service, ServiceKind};

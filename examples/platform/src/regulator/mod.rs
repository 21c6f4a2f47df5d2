//! Where orders are handed in: the regulator's side, as far as a platform sees it.
//!
//! | adapter | hands in | is asked |
//! |---|---|---|
//! | [`PortalRegulator`] | over HTTP | over HTTP |
//! | [`WechatRegulator`] | somebody else does | for WeChat's documents (B18) |
//! | [`ByHand`] | staff do | nobody: staff say what they see |

mod client;
mod hand;
mod portal;
mod wechat;

use std::{fmt, pin::Pin};

use beian::{
    FilingType, OrderForm,
    filing::{PolledStatus, ReturnReasons},
};
use chrono::TimeDelta;

pub use client::{Client, ClientProblem};
pub use hand::ByHand;
pub use portal::PortalRegulator;
pub use wechat::WechatRegulator;

/// What is answered some time.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// An order that is handed in.
#[derive(Debug)]
pub struct HandedIn {
    /// The same for every try of one submission: repeats are one filing.
    pub key: String,
    /// The order, with its ID numbers.
    pub form: OrderForm,
    /// What the regulator calls it, if it is handed in again as it was.
    pub known_as: Option<String>,
}

/// What became of it.
#[derive(Debug, PartialEq, Eq)]
pub enum Uploaded {
    /// It is submitted, and called so there.
    Taken(String),
    /// Not now, by this code of the regulator's (B34).
    Failed(u16),
    /// Not so.
    Refused(ReturnReasons),
    /// It may have been taken, or not.
    NoAnswer,
}

/// The regulator.
pub trait Regulator: Send + Sync + fmt::Debug {
    /// Whether orders are handed in by [`upload`](Self::upload).
    fn uploads(&self) -> bool;

    /// Whether it can be asked how an order stands.
    fn answers(&self) -> bool;

    /// Hands an order in. May be called again with the same key.
    fn upload<'a>(&'a self, order: &'a HandedIn) -> Answer<'a, Uploaded>;

    /// How an order stands, by what the regulator calls it, or the platform if it was handed in by others;
    /// `None` if that isn't known: it is away, or says what makes no sense.
    fn look<'a>(
        &'a self,
        called: &'a str,
        filing_type: FilingType,
    ) -> Answer<'a, Option<PolledStatus>>;

    /// In the sandbox: puts its clock forward.
    fn advance(&self, by: TimeDelta) -> Answer<'_, Option<()>>;

    /// In the sandbox: how far its clock is ahead.
    fn ahead(&self) -> Answer<'_, Option<TimeDelta>>;
}

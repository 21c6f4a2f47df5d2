//! What came of an entry or a resend request, over all orders of its number.

use alloc::{borrow::Cow, vec::Vec};

use super::LeftOut;
use crate::{EntryAnswer, EntryOutcome, Lang, ResendAnswer, ResendOutcome, SessionId};

/// What came of an entry, over all orders of its number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submitted {
    pub(super) orders: Vec<(SessionId, EntryOutcome)>,
    pub(super) left_out: Vec<LeftOut>,
}

impl Submitted {
    /// What the public page says: the same for every failure (D23).
    #[must_use]
    pub fn answer(&self) -> EntryAnswer {
        let answers = self.orders.iter().map(|(_, outcome)| outcome.answer());
        answers.min().unwrap_or(EntryAnswer::NotFound)
    }

    /// What the public page says, in words (R19, B08, B09).
    #[must_use]
    pub fn text(&self, lang: Lang) -> &'static str {
        self.answer().text(lang)
    }

    /// What precisely came of it, order by order, the one opened first in front: for the host and
    /// its audit, never for the public page. Empty if nobody has the number.
    #[must_use]
    pub fn orders(&self) -> &[(SessionId, EntryOutcome)] {
        &self.orders
    }

    /// Orders of the number whose key is missing: nothing was compared or counted there, and
    /// somebody has to look after them (D20).
    #[must_use]
    pub fn left_out(&self) -> &[LeftOut] {
        &self.left_out
    }
}

/// What came of a resend request, over all orders of its number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resent {
    pub(super) orders: Vec<(SessionId, ResendOutcome)>,
    pub(super) left_out: Vec<LeftOut>,
}

impl Resent {
    /// What the public page says: the best of all orders (D15).
    #[must_use]
    pub fn answer(&self) -> ResendAnswer {
        let answers = self.orders.iter().map(|(_, outcome)| outcome.answer());
        answers.min().unwrap_or(ResendAnswer::NothingPending)
    }

    /// What the public page says, in words (B09).
    #[must_use]
    pub fn text(&self, lang: Lang) -> Cow<'static, str> {
        self.answer().text(lang)
    }

    /// What precisely came of it, order by order: for the host and its audit, never for the page.
    #[must_use]
    pub fn orders(&self) -> &[(SessionId, ResendOutcome)] {
        &self.orders
    }

    /// Orders of the number whose key is missing (D20).
    #[must_use]
    pub fn left_out(&self) -> &[LeftOut] {
        &self.left_out
    }
}

//! A code that the regulator answers with, and what follows from it.

use alloc::string::ToString;

use super::{
    ResultMeaning,
    result_codes::{ROWS, Row},
};
use crate::{
    ReturnCause,
    filing::{PolledStatus, ReturnReason, ReturnReasons},
};

/// A code of the regulator's: of a result (1001 to 1999), a review (0 and 1, B17) or an upload (14, 15, 19,
/// 20, B34). Any number is one; what is unknown is kept as such.
///
/// ```
/// use beian::regulator::{ResultCode, ResultMeaning};
///
/// assert_eq!(ResultCode(1001).meaning(), ResultMeaning::Approved);
/// assert_eq!(ResultCode(4711).meaning(), ResultMeaning::Unknown);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(transparent)
)]
pub struct ResultCode(pub u16);

impl ResultCode {
    /// Every code that is known, by number.
    pub fn known() -> impl Iterator<Item = Self> {
        ROWS.iter().map(|row| Self(row.code))
    }

    /// What it means for the order.
    #[must_use]
    pub fn meaning(self) -> ResultMeaning {
        self.row().map_or(ResultMeaning::Unknown, |row| row.meaning)
    }

    /// Where in an [`OrderForm`](crate::OrderForm) it may be: several where the code doesn't say whose
    /// mobile or ID it is about, none where our form has no such field. `services[0]` stands for whichever
    /// service it is: in an order of several the code doesn't say.
    #[must_use]
    pub fn fields(self) -> &'static [&'static str] {
        self.row().map_or(&[], |row| row.fields)
    }

    /// Whether it is an answer to an upload, which is tried again (B34), and no result.
    #[must_use]
    pub const fn is_of_upload(self) -> bool {
        matches!(self.0, 14 | 15 | 19 | 20)
    }

    const fn is_of_review(self) -> bool {
        matches!(self.0, 0 | 1)
    }

    /// What an order's life follows ([`OrderLife::follow`](crate::OrderLife::follow)), with the
    /// regulator's words beside the code as the reason: an upload that failed, an approval, a refusal in the
    /// administration's review, or of what was submitted before anybody reviewed it. `None`
    /// for what was only taken in, for what is unknown, and for a review's 0 and 1: whose review it was,
    /// the platform's or the administration's, is not in the number.
    #[must_use]
    pub fn polled(self, words: &str) -> Option<PolledStatus> {
        if self.is_of_upload() {
            return Some(PolledStatus::UploadFailed(self.0));
        }
        if self.is_of_review() {
            return None;
        }
        match self.meaning() {
            ResultMeaning::Approved => Some(PolledStatus::Approved),
            ResultMeaning::Received => None,
            ResultMeaning::Unknown if self.row().is_none() => None,
            ResultMeaning::Refused => Some(PolledStatus::Returned(
                ReturnCause::AdministrationDecision,
                self.reasons(words),
            )),
            ResultMeaning::MendField
            | ResultMeaning::AskedAlready
            | ResultMeaning::NotThisWay
            | ResultMeaning::TryLater
            | ResultMeaning::Unknown => Some(PolledStatus::Returned(
                ReturnCause::SubmissionRefused,
                self.reasons(words),
            )),
        }
    }

    fn reasons(self, words: &str) -> ReturnReasons {
        let reason = ReturnReason::new(&self.0.to_string(), words);
        match self.fields() {
            [] => [reason].into_iter().collect(),
            fields => fields.iter().map(|path| reason.clone().at(path)).collect(),
        }
    }

    fn row(self) -> Option<&'static Row> {
        ROWS.iter().find(|row| row.code == self.0)
    }
}

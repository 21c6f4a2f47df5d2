//! One document of WeChat's, and what follows from it.

use alloc::string::ToString;
use core::fmt;

use super::{WechatStatus, field::form_path};
use crate::{
    FilingType, ReturnCause,
    filing::{PolledStatus, ReturnReason, ReturnReasons},
    tracker::RegulatorStatus,
};

/// What one of WeChat's documents says of a filing: an answer to `get_icp_entrance_info`, of its combined
/// flow, the refusal of `apply_icp_filing`, or a push (B18, B35).
///
/// Numbers that are unknown are kept as such, refusals are mapped onto the fields of an
/// [`OrderForm`](crate::OrderForm) where those are known, and everything is bounded: 64 reasons, each as
/// long as a [`ReturnReason`] can be.
///
/// With feature `serde` it is read from the published shapes; fields that it doesn't know are passed over.
/// Without, it is put together: [`new`](Self::new).
///
/// ```
/// use beian::{FilingType, filing::PolledStatus, tracker::RegulatorStatus, wechat::{WechatAnswer, WechatStatus}};
///
/// let answer = WechatAnswer::new(WechatStatus::AdministrationReview).sms_verify_status(1);
/// assert_eq!(answer.polled(FilingType::Initial), Some(PolledStatus::SmsVerification));
/// assert_eq!(answer.regulator_status(), Some(RegulatorStatus::Waiting));
///
/// // The administration's system is down: neither waiting nor done.
/// assert_eq!(answer.available(false).polled(FilingType::Initial), None);
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct WechatAnswer {
    status: Option<WechatStatus>,
    sms_verify_status: Option<u32>,
    available: bool,
    canceling: bool,
    not_accepted: bool,
    /// Of a call that failed, and said nothing of the filing.
    errcode: Option<i64>,
    reasons: ReturnReasons,
}

impl WechatAnswer {
    /// An answer that says a status and nothing else.
    #[must_use]
    pub const fn new(status: WechatStatus) -> Self {
        Self::of(Some(status))
    }

    pub(super) const fn of(status: Option<WechatStatus>) -> Self {
        Self {
            status,
            sms_verify_status: None,
            available: true,
            canceling: false,
            not_accepted: false,
            errcode: None,
            reasons: ReturnReasons::NONE,
        }
    }

    /// With this `sms_verify_status` (B15).
    #[must_use]
    pub fn sms_verify_status(self, number: u32) -> Self {
        Self {
            sms_verify_status: Some(number),
            ..self
        }
    }

    /// With this `available`: whether the administration's system is up.
    #[must_use]
    pub fn available(self, available: bool) -> Self {
        Self { available, ..self }
    }

    /// With this `is_canceling`.
    #[must_use]
    pub fn canceling(self, canceling: bool) -> Self {
        Self { canceling, ..self }
    }

    /// With one more refusal: the field as WeChat names it, its words, its suggestion. More than 64 are
    /// passed over.
    #[must_use]
    pub fn refusal(self, field: &str, words: &str, suggestion: &str) -> Self {
        let reason = ReturnReason::new(field, words).advice(suggestion);
        let reason = match form_path(field) {
            Some(path) => reason.at(&path),
            None => reason,
        };
        let reasons = self.reasons.iter().cloned().chain([reason]).collect();
        Self { reasons, ..self }
    }

    /// Not even accepted: the refusal of `apply_icp_filing`.
    #[cfg(feature = "serde")]
    pub(super) fn not_accepted(self) -> Self {
        Self {
            not_accepted: true,
            ..self
        }
    }

    /// A call that failed with this `errcode`.
    #[cfg(feature = "serde")]
    pub(super) fn failed(self, errcode: i64) -> Self {
        Self {
            errcode: Some(errcode),
            ..self
        }
    }

    /// The `errcode` of a call that failed, such as 40001 for a token that has expired: nothing is known of the
    /// filing, and the host's access has to be mended.
    #[must_use]
    pub const fn errcode(&self) -> Option<i64> {
        self.errcode
    }

    /// Where the filing is; `None` if the document says nothing of it, such as the refusal of a submission.
    #[must_use]
    pub const fn status(&self) -> Option<WechatStatus> {
        self.status
    }

    /// Whether the administration's system is up; if it isn't, nothing is known of the filing (B35).
    #[must_use]
    pub const fn is_available(&self) -> bool {
        self.available
    }

    /// Whether a submission was refused with hints; reasons alone may be of a filing of which nothing else is said.
    pub(crate) const fn is_not_accepted(&self) -> bool {
        self.not_accepted
    }

    /// Whether a deregistration of what is filed is under way. Of its verification nothing is said.
    #[must_use]
    pub const fn is_canceling(&self) -> bool {
        self.canceling
    }

    /// Why it was refused, at our fields where they are known (D35).
    #[must_use]
    pub const fn reasons(&self) -> &ReturnReasons {
        &self.reasons
    }

    /// `sms_verify_status`, where it holds: only while the administration reviews, and its system is up
    /// (B18). A number that isn't known is kept as [`Err`].
    ///
    /// ```
    /// use beian::wechat::{WechatAnswer, WechatStatus};
    ///
    /// let answer = WechatAnswer::new(WechatStatus::AdministrationReview).sms_verify_status(9);
    /// assert_eq!(answer.verification(), Some(Err(9)));
    /// let filed = WechatAnswer::new(WechatStatus::Filed).sms_verify_status(2);
    /// assert_eq!(filed.verification(), None);
    /// ```
    #[must_use]
    pub fn verification(&self) -> Option<Result<RegulatorStatus, u32>> {
        if !self.available || self.status != Some(WechatStatus::AdministrationReview) {
            return None;
        }
        let number = self.sms_verify_status?;
        let known = u8::try_from(number).ok();
        Some(
            known
                .and_then(RegulatorStatus::from_wechat_number)
                .ok_or(number),
        )
    }

    /// As [`verification`](Self::verification), where the number is known.
    #[must_use]
    pub fn regulator_status(&self) -> Option<RegulatorStatus> {
        self.verification().and_then(Result::ok)
    }

    /// What an order's life follows ([`OrderLife::follow`](crate::OrderLife::follow)), and a tracker is told
    /// ([`Tracker::polled`](crate::Tracker::polled)); `None` if nothing is known, or if no step follows: the number is
    /// unknown, or the flow has expired or was terminated ([`status`](Self::status) says so), whose order goes on no
    /// more: a host follows [`PolledStatus::Withdrawn`], or hands it in anew.
    ///
    /// The document is about a filing, not about an order, so it takes the order's type. *Filed* approves an order
    /// that files; one that deregisters or cancels is approved once nothing is filed any more. A modification is
    /// followed from where a poll has seen it with the administration: asked before, *filed* is about what was
    /// filed before it.
    #[must_use]
    pub fn polled(&self, filing_type: FilingType) -> Option<PolledStatus> {
        let returned = |cause| PolledStatus::Returned(cause, self.reasons.clone());
        if !self.available {
            return None;
        }
        if self.not_accepted {
            return Some(returned(ReturnCause::PlatformDecision));
        }
        match self.status? {
            WechatStatus::PlatformReview => Some(PolledStatus::InitialReview),
            WechatStatus::PlatformRefused => Some(returned(ReturnCause::PlatformDecision)),
            WechatStatus::AdministrationReview => Some(match self.regulator_status() {
                Some(RegulatorStatus::Waiting) => PolledStatus::SmsVerification,
                Some(RegulatorStatus::Done) => PolledStatus::AdministrationReview,
                Some(RegulatorStatus::TimedOut) => returned(ReturnCause::WindowClosed),
                None => PolledStatus::Submitted,
            }),
            WechatStatus::AdministrationRefused => {
                Some(returned(ReturnCause::AdministrationDecision))
            }
            // Of what is filed: the order that files it is approved, one that ends it isn't yet.
            WechatStatus::Filed if filing_type.ends_filing() || self.canceling => None,
            WechatStatus::Filed => Some(PolledStatus::Approved),
            WechatStatus::NotFiled(_) if filing_type.ends_filing() => Some(PolledStatus::Approved),
            WechatStatus::Withdrawn => Some(PolledStatus::Withdrawn),
            WechatStatus::Expired
            | WechatStatus::Terminated
            | WechatStatus::NotFiled(_)
            | WechatStatus::Unknown(_) => None,
        }
    }

    /// The stable name of what it says: `waiting`, `done`, `timed_out` of a verification; `unavailable`;
    /// `call_failed`; `not_accepted`; `canceling` of what is filed; else the status' own.
    #[must_use]
    pub fn name(&self) -> &'static str {
        if !self.available {
            return "unavailable";
        }
        if self.not_accepted {
            return "not_accepted";
        }
        if self.errcode.is_some() {
            return "call_failed";
        }
        if self.canceling && self.status == Some(WechatStatus::Filed) {
            return "canceling";
        }
        match (self.regulator_status(), self.status) {
            (Some(verification), _) => verification.name(),
            (None, Some(status)) => status.name(),
            (None, None) => "nothing_said",
        }
    }
}

/// Reasons by their paths: words of others may hold anything.
impl fmt::Debug for WechatAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WechatAnswer")
            .field("says", &self.name().to_string())
            .field("status", &self.status)
            .field("sms_verify_status", &self.sms_verify_status)
            .field("canceling", &self.canceling)
            .field("errcode", &self.errcode)
            .field("reasons", &self.reasons)
            .finish_non_exhaustive()
    }
}

//! Where an order is, and why it came back.

use crate::names::names;

/// Where an order is in its life.
///
/// ```
/// use beian::OrderStatus;
///
/// assert_eq!(OrderStatus::SmsVerification.to_string(), "sms_verification");
/// assert!(OrderStatus::Returned.is_editable());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OrderStatus {
    /// 初审: the platform reviews the order.
    InitialReview,
    /// 待提交管局: reviewed, and not yet submitted to the administration (B34).
    AwaitingSubmission,
    /// 上报失败: the submission failed, and is tried again (B34).
    UploadFailed,
    /// 短信核验: the order is submitted, its people verify (R02).
    SmsVerification,
    /// 管局审核: the communications administration reviews it, up to 20 working days (R18, B16).
    AdministrationReview,
    /// 审核通过: the administration has approved it.
    Approved,
    /// 待整改: approved, and the administration asks for data to be put right (B36).
    CorrectionRequired,
    /// 退回, 驳回: back at the platform, to be revised, resubmitted or withdrawn (R20, B14).
    Returned,
    /// 撤回: taken back by who filed it (D24, D32). Final.
    Withdrawn,
    /// 注销: deregistered by force after the approval (B36). Final.
    Deregistered,
}

names!(OrderStatus, "order status", {
    InitialReview => "initial_review",
    AwaitingSubmission => "awaiting_submission",
    UploadFailed => "upload_failed",
    SmsVerification => "sms_verification",
    AdministrationReview => "administration_review",
    Approved => "approved",
    CorrectionRequired => "correction_required",
    Returned => "returned",
    Withdrawn => "withdrawn",
    Deregistered => "deregistered",
});

impl OrderStatus {
    /// Whether nothing more can happen to the order. What is approved may still have to be put right, or be
    /// deregistered by force (B36).
    #[must_use]
    pub const fn is_final(self) -> bool {
        match self {
            Self::Withdrawn | Self::Deregistered => true,
            Self::InitialReview
            | Self::AwaitingSubmission
            | Self::UploadFailed
            | Self::SmsVerification
            | Self::AdministrationReview
            | Self::Approved
            | Self::CorrectionRequired
            | Self::Returned => false,
        }
    }

    /// Whether the data of the order can be edited: until it is submitted (B32), and once it is returned (B16).
    #[must_use]
    pub const fn is_editable(self) -> bool {
        match self {
            Self::InitialReview
            | Self::AwaitingSubmission
            | Self::UploadFailed
            | Self::Returned => true,
            Self::SmsVerification
            | Self::AdministrationReview
            | Self::Approved
            | Self::CorrectionRequired
            | Self::Withdrawn
            | Self::Deregistered => false,
        }
    }
}

/// Why an order was returned.
///
/// ```
/// use beian::{OrderStatus, ReturnCause};
///
/// assert_eq!(ReturnCause::WindowClosed.returned_from(), OrderStatus::SmsVerification);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReturnCause {
    /// Somebody didn't verify in time (R20, D07).
    WindowClosed,
    /// Somebody used up the wrong entries and went on (B07, D19).
    TooManyWrongEntries,
    /// Somebody could not be texted (D06).
    Unreachable,
    /// The regulator's system refused what was submitted: a code of its own, such as a malformed number, before
    /// anybody's review (B17).
    SubmissionRefused,
    /// The platform refused it in the initial review.
    PlatformDecision,
    /// The communications administration refused it in its review.
    AdministrationDecision,
}

names!(ReturnCause, "return cause", {
    WindowClosed => "window_closed",
    TooManyWrongEntries => "too_many_wrong_entries",
    Unreachable => "unreachable",
    SubmissionRefused => "submission_refused",
    PlatformDecision => "platform_decision",
    AdministrationDecision => "administration_decision",
});

impl ReturnCause {
    /// Whether an order is returned for this cause from there. The platform can return it until it is
    /// submitted; what is submitted can be refused at once, or as soon as the regulator's system has looked.
    pub(super) fn arises_in(self, status: OrderStatus) -> bool {
        if self == Self::SubmissionRefused {
            return matches!(
                status,
                OrderStatus::AwaitingSubmission
                    | OrderStatus::UploadFailed
                    | OrderStatus::SmsVerification
                    | OrderStatus::AdministrationReview
            );
        }
        let stage = match status {
            OrderStatus::AwaitingSubmission | OrderStatus::UploadFailed => {
                OrderStatus::InitialReview
            }
            OrderStatus::InitialReview
            | OrderStatus::SmsVerification
            | OrderStatus::AdministrationReview
            | OrderStatus::Approved
            | OrderStatus::CorrectionRequired
            | OrderStatus::Returned
            | OrderStatus::Withdrawn
            | OrderStatus::Deregistered => status,
        };
        self.returned_from() == stage
    }

    /// The stage of the way from which an order is returned for this cause: the initial review for the
    /// platform's decision, also where it was made after the review, before the submission; the SMS verification
    /// for what was refused on submission, for it is what then didn't come about.
    #[must_use]
    pub const fn returned_from(self) -> OrderStatus {
        match self {
            Self::WindowClosed
            | Self::TooManyWrongEntries
            | Self::Unreachable
            | Self::SubmissionRefused => OrderStatus::SmsVerification,
            Self::PlatformDecision => OrderStatus::InitialReview,
            Self::AdministrationDecision => OrderStatus::AdministrationReview,
        }
    }

    /// Whether both are the end of one verification, told more or less closely.
    pub(crate) fn is_as(self, other: Self) -> bool {
        let of_people = |cause| {
            matches!(
                cause,
                Self::WindowClosed | Self::TooManyWrongEntries | Self::Unreachable
            )
        };
        self == other || of_people(self) && of_people(other)
    }
}

//! What happened to an order, in words.

use beian::{Lang, ReturnCause, tracker::RegulatorStatus};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A line of the timeline.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Line {
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    #[serde(flatten)]
    pub event: Event,
}

/// Something that happened. Who is in it is masked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Event {
    /// The customer filed it.
    Filed,
    /// The customer changed it.
    Changed,
    /// Staff said who is texted.
    Overridden,
    /// It passed the initial review.
    Accepted,
    /// The customer handed it in again as it was.
    Resubmitted,
    /// The regulator refused the upload for now, with its code.
    UploadFailed {
        /// The regulator's code.
        code: u16,
    },
    /// The regulator gave no answer to the upload.
    Unanswered,
    /// It is at the regulator: submitted since the first try.
    Submitted {
        /// Of an interval, the begin.
        since: DateTime<Utc>,
    },
    /// A person's word.
    Received {
        /// Whose.
        mobile: String,
    },
    /// A person's word.
    NothingCame {
        /// Whose.
        mobile: String,
    },
    /// A person's word.
    ResendAsked {
        /// Whose.
        mobile: String,
    },
    /// A person's word.
    Passed {
        /// Whose.
        mobile: String,
    },
    /// The regulator's status, where it changed.
    Regulator {
        /// `waiting`, `done`, `timed_out`.
        status: String,
    },
    /// It came back.
    Returned {
        /// Why.
        cause: String,
    },
    /// The administration approved it.
    Approved,
    /// It was taken back.
    Withdrawn,
    /// A message went out, or was due to the platform itself.
    Reminded {
        /// What about.
        about: String,
        /// To whom.
        mobile: Option<String>,
    },
    /// Staff made a new link for the customer: the old one is void.
    LinkRenewed,
    /// What a poll saw doesn't fit: somebody has to look.
    Contradicted {
        /// What was seen.
        saw: String,
    },
    /// Another state, as the regulator has it.
    Followed {
        /// The status.
        status: String,
    },
}

impl Event {
    /// The stable name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Filed => "filed",
            Self::Changed => "changed",
            Self::Overridden => "overridden",
            Self::Accepted => "accepted",
            Self::Resubmitted => "resubmitted",
            Self::UploadFailed { .. } => "upload_failed",
            Self::Unanswered => "unanswered",
            Self::Submitted { .. } => "submitted",
            Self::Received { .. } => "received",
            Self::NothingCame { .. } => "nothing_came",
            Self::ResendAsked { .. } => "resend_asked",
            Self::Passed { .. } => "passed",
            Self::Regulator { .. } => "regulator",
            Self::Returned { .. } => "returned",
            Self::Approved => "approved",
            Self::Withdrawn => "withdrawn",
            Self::Reminded { .. } => "reminded",
            Self::LinkRenewed => "link_renewed",
            Self::Contradicted { .. } => "contradicted",
            Self::Followed { .. } => "followed",
        }
    }

    /// In words.
    #[must_use]
    pub fn text(&self, lang: Lang) -> String {
        let two = |zh: &str, en: &str| match lang {
            Lang::Zh => zh.to_owned(),
            Lang::En => en.to_owned(),
        };
        let of = |mobile: &str, zh: &str, en: &str| match lang {
            Lang::Zh => format!("{mobile}{zh}"),
            Lang::En => format!("{mobile} {en}"),
        };
        match self {
            Self::Filed => two("客户提交了订单", "The customer filed the order"),
            Self::Changed => two("客户修改了订单", "The customer changed the order"),
            Self::Overridden => two("平台指定了核验人", "Staff named who is texted"),
            Self::Accepted => two("初审通过，等待提交管局", "Passed the initial review"),
            Self::Resubmitted => two("订单未作修改，重新提交", "Handed in again, unchanged"),
            Self::UploadFailed { code } => match lang {
                Lang::Zh => format!("提交管局未成功（代码{code}），稍后重试"),
                Lang::En => format!("The upload failed (code {code}), it will be tried again"),
            },
            Self::Unanswered => two(
                "管局系统没有应答，稍后重试",
                "The regulator gave no answer, it will be tried again",
            ),
            Self::Submitted { .. } => two("已提交管局", "Submitted to the administration"),
            Self::Received { mobile } => of(mobile, "称已收到短信", "says that the text has come"),
            Self::NothingCame { mobile } => {
                of(mobile, "称未收到短信", "says that nothing has come")
            }
            Self::ResendAsked { mobile } => of(mobile, "称已申请重发", "asked for a resend"),
            Self::Passed { mobile } => of(mobile, "称已完成核验", "says that they have verified"),
            Self::Regulator { status } => match status.parse::<RegulatorStatus>() {
                Ok(RegulatorStatus::Waiting) => two("管局：等待核验", "Regulator: waiting"),
                Ok(RegulatorStatus::Done) => {
                    two("管局：全部核验完成", "Regulator: all have verified")
                }
                Ok(RegulatorStatus::TimedOut) => {
                    two("管局：逾期未核验", "Regulator: not verified in time")
                }
                Err(_) => two("管局状态", "The regulator's status"),
            },
            Self::Returned { cause } => match cause.parse::<ReturnCause>() {
                Ok(cause) => match lang {
                    Lang::Zh => format!("已退回：{}", cause.label(lang)),
                    Lang::En => format!("Returned: {}", cause.label(lang)),
                },
                Err(_) => two("已退回", "Returned"),
            },
            Self::Approved => two("管局审核通过", "Approved by the administration"),
            Self::Withdrawn => two("订单已撤回", "Withdrawn"),
            Self::Reminded { mobile, .. } => match mobile {
                Some(mobile) => match lang {
                    Lang::Zh => format!("已提醒{mobile}"),
                    Lang::En => format!("{mobile} was reminded"),
                },
                None => two("提醒平台跟进", "The platform was reminded"),
            },
            Self::LinkRenewed => two("客户链接已更换", "The customer's link was renewed"),
            Self::Contradicted { .. } => two(
                "管局状态与订单记录不符，请人工核实",
                "The regulator's status doesn't fit the order: somebody has to look",
            ),
            Self::Followed { .. } => two("按管局状态更新", "Followed the regulator's status"),
        }
    }
}

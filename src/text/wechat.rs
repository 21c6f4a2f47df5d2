//! Texts of what WeChat says.

use alloc::borrow::Cow;

use super::Lang;
use crate::{
    lang::Localized,
    tracker::RegulatorStatus,
    wechat::{WechatAnswer, WechatStatus},
};

impl WechatStatus {
    /// The text for people.
    #[must_use]
    pub const fn text(self, lang: Lang) -> &'static str {
        let (zh, en) = match self {
            Self::PlatformReview => ("平台审核中", "in the platform's review"),
            Self::PlatformRefused => ("平台审核未通过", "refused by the platform"),
            Self::AdministrationReview => (
                "已提交管局，短信核验情况未知",
                "with the administration; its verification isn't known",
            ),
            Self::AdministrationRefused => ("管局审核未通过", "refused by the administration"),
            Self::Filed => ("备案已通过", "filed"),
            Self::Expired => (
                "流程已过期，请重新发起",
                "the flow has expired: it has to be begun again",
            ),
            Self::Terminated => (
                "流程已终止，请重新发起",
                "the flow was terminated: it has to be begun again",
            ),
            Self::Withdrawn => ("已撤回", "withdrawn"),
            Self::NotFiled(_) => ("尚未备案", "not filed"),
            Self::Unknown(_) => (
                "未知状态，请查看微信后台",
                "a status that isn't known: look at WeChat's own page",
            ),
        };
        match lang {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }
}

impl WechatAnswer {
    /// What it says, for people. The reasons of a refusal stand beside:
    /// [`reasons`](WechatAnswer::reasons).
    #[must_use]
    pub fn text(&self, lang: Lang) -> &'static str {
        let (zh, en) = if !self.is_available() {
            (
                "管局系统暂时不可用，备案进度未知",
                "the administration's system is down: nothing is known of the filing",
            )
        } else if self.errcode().is_some() {
            (
                "查询失败，备案进度未知，请检查接口调用",
                "the call failed: nothing is known of the filing; check the access to the interface",
            )
        } else if self.is_canceling() && self.status() == Some(WechatStatus::Filed) {
            (
                "已备案，注销申请办理中",
                "filed; a deregistration is under way",
            )
        } else {
            match (self.regulator_status(), self.status()) {
                (Some(RegulatorStatus::Waiting), _) => {
                    ("待短信核验", "waiting for SMS verification")
                }
                (Some(RegulatorStatus::Done), _) => (
                    "短信核验已完成，管局审核中",
                    "verified; in the administration's review",
                ),
                (Some(RegulatorStatus::TimedOut), _) => (
                    "短信核验超时，订单已退回",
                    "not verified in time: the order was returned",
                ),
                (None, Some(status)) => return status.text(lang),
                (None, None) if self.is_not_accepted() => (
                    "提交未被接受，请按原因修改",
                    "not accepted: see the reasons",
                ),
                (None, None) => ("未返回备案状态", "nothing is said of the filing"),
            }
        };
        match lang {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }
}

impl Localized for WechatStatus {
    fn code(&self) -> &'static str {
        self.name()
    }

    fn text(&self, lang: Lang) -> Cow<'static, str> {
        Self::text(*self, lang).into()
    }
}

impl Localized for WechatAnswer {
    fn code(&self) -> &'static str {
        self.name()
    }

    fn text(&self, lang: Lang) -> Cow<'static, str> {
        Self::text(self, lang).into()
    }
}

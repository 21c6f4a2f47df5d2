//! Texts of the verification itself: the public forms, the round, its people, its refusals.

use alloc::{borrow::Cow, format};

use super::{Lang, texts};
use crate::{
    CodeProblem, DeliveryReport, EntryAnswer, EntryOutcome, EventKind, MessageKind, RecipientState,
    Refusal, ResendAnswer, ResendOutcome, ReturnCause, RoundFailure, RoundStatus,
};

// R19, B08 and B09 give the Chinese: it is what people know from the regulator's page.
texts!(EntryAnswer, {
    AllVerified =>
        "尊敬的ICP用户：您的短信核验已全部完成，该请求将提交管局审核",
        "Everybody has verified. The order goes on to the administration's review.";
    WaitingForOthers =>
        "您的短信核验完成，请等待其他核验人进行短信核验",
        "You have verified. Wait for the other persons to verify.";
    NotFound =>
        "该条验证库里找不到记录或已完成验证",
        "No such record to verify, or it has been verified already.";
});

impl ResendAnswer {
    /// The text for people; B09 gives two of the four in Chinese.
    #[must_use]
    pub fn text(self, lang: Lang) -> Cow<'static, str> {
        let fixed = match (self, lang) {
            (Self::Accepted, Lang::Zh) => "您的短信已发送成功。",
            (Self::Accepted, Lang::En) => "The message has been sent.",
            (Self::TooSoon { seconds }, Lang::Zh) => {
                return format!("操作过于频繁，请在{seconds}秒后重试。").into();
            }
            (Self::TooSoon { seconds: 1 }, Lang::En) => "Too soon. Try again in 1 second.",
            (Self::TooSoon { seconds }, Lang::En) => {
                return format!("Too soon. Try again in {seconds} seconds.").into();
            }
            (Self::NoneLeft, Lang::Zh) => {
                "短信重发次数已用完，不再发送短信，请使用最近收到的验证码。"
            }
            (Self::NoneLeft, Lang::En) => {
                "No resend is left, and nothing was sent. Use the code of the latest message."
            }
            (Self::NothingPending, Lang::Zh) => "暂无待短信核验的备案申请，无需重发短信。",
            (Self::NothingPending, Lang::En) => {
                "No order is waiting for a code, so nothing has to be sent again."
            }
        };
        fixed.into()
    }
}

impl RoundFailure {
    /// The text for people.
    #[must_use]
    pub fn text(self, lang: Lang) -> &'static str {
        ReturnCause::from(self).text(lang)
    }
}

impl RoundStatus {
    /// The text for the person on the platform's order page, where they are known (D23). Of a failed
    /// round the regulator's page says to ask the access provider (B09); the page of the access provider
    /// itself says the cause, and what to do.
    #[must_use]
    pub fn text(&self, lang: Lang) -> &'static str {
        match (self, lang) {
            (Self::SmsVerification, Lang::Zh) => "短信核验中，请在收到短信后的规定时限内完成核验。",
            (Self::SmsVerification, Lang::En) => {
                "SMS verification: enter the code of the message before its time is over."
            }
            (Self::AdministrationReview { .. }, lang) => EntryAnswer::AllVerified.text(lang),
            (Self::Returned { cause, .. }, lang) => cause.text(lang),
            (Self::Withdrawn { .. }, Lang::Zh) => "备案订单已撤回。",
            (Self::Withdrawn { .. }, Lang::En) => "The order has been withdrawn.",
        }
    }
}

texts!(RecipientState, {
    WaitingForMessage => "等待短信发送", "waiting for the message";
    WaitingForCode => "等待输入验证码", "waiting for the code";
    Verified => "已核验", "verified";
    Locked => "错误次数过多，已锁定", "locked after too many wrong entries";
});

texts!(MessageKind, {
    First => "首次发送", "first message";
    Resend => "短信重发", "resend";
    Noon => "次日中午自动重发", "automatic resend at noon of the next day";
});

texts!(DeliveryReport, {
    Accepted => "短信网关已接收", "accepted by the gateway";
    Deferred => "短信网关暂未接收，稍后重试", "deferred by the gateway, to be tried again";
    Failed => "短信网关拒绝发送", "refused by the gateway";
    Delivered => "短信已送达", "delivered";
    Undelivered => "短信未送达", "not delivered";
});

impl Refusal {
    /// The text for people who work for the host; the public page never shows it (D23).
    #[must_use]
    pub const fn text(&self, lang: Lang) -> &'static str {
        let (zh, en) = match self {
            Self::UnknownNumber => (
                "本轮核验中没有该手机号码。",
                "Nobody in this round has that number.",
            ),
            Self::AlreadyVerified => ("该核验人已完成核验。", "This person has verified already."),
            Self::Locked => (
                "该核验人错误次数过多，已锁定；请等待订单退回后重新提交。",
                "This person is locked after too many wrong entries. Resubmit once the order is returned.",
            ),
            Self::RoundEnded => ("本轮核验已结束。", "The round has ended."),
            Self::SupersededCode => (
                "验证码已被新短信中的验证码取代，请输入最新的验证码；本次不计入错误次数。",
                "A newer message has replaced this code: enter the latest one. It was not counted.",
            ),
            Self::RepeatedEntry => (
                "该次核验已经成功，无需重复提交。",
                "This entry has verified already. No need to repeat it.",
            ),
            Self::IdNotCounted => (
                "证件号码后6位不符；按当前策略不计入错误次数。",
                "The last six of the ID don't match. Under this policy it was not counted.",
            ),
            Self::OtherOrder => (
                "已由该号码的另一订单处理。",
                "Another order of this number took it.",
            ),
            Self::TooManyWrongIds => (
                "重发申请中证件号码错误次数过多，本轮不再受理重发；仍可输入已收到的验证码。",
                "Too many wrong IDs on the resend form: it is closed for this round. A code that has arrived still works.",
            ),
            Self::NoneLeft => ("短信重发次数已用完。", "No resend is left."),
            Self::TooSoon { .. } => (
                "距上一条短信时间过短，请稍后重试。",
                "Too soon after the latest message. Try again later.",
            ),
            Self::UnknownMessage => ("没有该条短信。", "There is no such message."),
            Self::NothingDue => ("目前无需处理。", "Nothing is due."),
            Self::RoundOpen => ("本轮核验尚未结束。", "The round is still open."),
            Self::NotWithdrawable => (
                "订单已进入管局审核或已撤回，无法撤回。",
                "The order is in the administration's review or withdrawn: it can't be withdrawn.",
            ),
            Self::AlreadyErased => ("个人信息已删除。", "Personal data has been erased already."),
        };
        match lang {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }
}

impl EntryOutcome {
    /// The stable name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Verified => "verified",
            Self::Wrong { .. } => "wrong",
            Self::Locked => "locked",
            Self::Returned => "returned",
            Self::NotCounted(_) => "not_counted",
        }
    }

    /// The text for people who work for the host; the public page shows the
    /// [`answer`](Self::answer) (D23).
    #[must_use]
    pub fn text(&self, lang: Lang) -> Cow<'static, str> {
        let (zh, en) = match self {
            Self::Completed => (
                "核验成功：全部核验人均已完成。",
                "Verified: everybody has, the order goes on to the administration.",
            ),
            Self::Verified => (
                "核验成功：其他核验人尚未完成。",
                "Verified: others have yet to verify.",
            ),
            Self::Wrong { left } => {
                return Cow::Owned(match lang {
                    Lang::Zh => format!("核验信息错误，已计入次数，还可错误{left}次。"),
                    Lang::En => format!("Wrong, and counted. Wrong entries left: {left}."),
                });
            }
            Self::Locked => (
                "核验信息错误次数已用完，核验人已锁定。",
                "Wrong, and the last one that was left: the person is locked.",
            ),
            Self::Returned => (
                "锁定后再次输入错误，订单退回。",
                "Wrong again after the person was locked: the order is returned.",
            ),
            Self::NotCounted(refusal) => return refusal.text(lang).into(),
        };
        Cow::Borrowed(match lang {
            Lang::Zh => zh,
            Lang::En => en,
        })
    }
}

impl ResendOutcome {
    /// The stable name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::WrongId { .. } => "wrong_id",
            Self::NotSent(_) => "not_sent",
        }
    }

    /// The text for people who work for the host; the public page shows the
    /// [`answer`](Self::answer) (D23).
    #[must_use]
    pub fn text(&self, lang: Lang) -> Cow<'static, str> {
        match (self, lang) {
            (Self::Queued, Lang::Zh) => "短信待发送。".into(),
            (Self::Queued, Lang::En) => "A message is queued.".into(),
            (Self::WrongId { left }, Lang::Zh) => {
                format!("证件号码后6位不符，还可错误{left}次。").into()
            }
            (Self::WrongId { left }, Lang::En) => {
                format!("The last six of the ID are wrong. Wrong IDs left: {left}.").into()
            }
            (Self::NotSent(refusal), lang) => refusal.text(lang).into(),
        }
    }
}

impl EventKind {
    /// One line for an audit trail.
    #[must_use]
    pub const fn text(&self, lang: Lang) -> &'static str {
        let (zh, en) = match self {
            Self::RoundOpened => ("核验开始", "round opened"),
            Self::MessageQueued {
                kind: MessageKind::First,
                ..
            } => ("短信待发送", "first message queued"),
            Self::MessageQueued {
                kind: MessageKind::Resend,
                ..
            } => ("申请短信重发", "resend asked for"),
            Self::MessageQueued {
                kind: MessageKind::Noon,
                ..
            } => ("次日中午自动重发", "noon resend queued"),
            Self::MessageAccepted { .. } => ("短信网关已接收", "message accepted by the gateway"),
            Self::MessageDeferred { .. } => (
                "短信暂未发出，稍后重试",
                "message deferred, to be tried again",
            ),
            Self::MessageFailed {
                again_at: Some(_), ..
            } => (
                "短信发送失败，稍后重试",
                "message failed, to be tried again",
            ),
            Self::MessageFailed { again_at: None, .. } => {
                ("短信重发失败，不计次数", "resend failed and stays unused")
            }
            Self::MessageDelivered { .. } => ("短信已送达", "message delivered"),
            Self::ReportRecorded { .. } => ("收到短信回执", "report on a message recorded"),
            Self::WrongEntry { .. } => ("核验信息错误", "wrong entry"),
            Self::PersonLocked { .. } => ("错误次数过多，核验人已锁定", "person locked"),
            Self::EntryAfterLock { .. } => {
                ("锁定后再次输入错误", "wrong entry for a locked person")
            }
            Self::EntryNotCounted { .. } => ("核验信息未计入次数", "entry not counted"),
            Self::WrongId { .. } => ("重发申请的证件号码错误", "wrong ID on the resend form"),
            Self::PersonVerified { .. } => ("核验人完成核验", "person verified"),
            Self::RoundCompleted => (
                "全部核验完成，提交管局审核",
                "everybody verified, on to the administration",
            ),
            Self::RoundReturned { .. } => ("核验失败，订单退回", "order returned"),
            Self::RoundWithdrawn => ("订单撤回", "order withdrawn"),
            Self::PersonalDataErased => ("个人信息已删除", "personal data erased"),
        };
        match lang {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }
}

impl CodeProblem {
    /// The stable machine code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        "code_malformed"
    }

    /// The text for people.
    #[must_use]
    pub const fn text(self, lang: Lang) -> &'static str {
        match lang {
            Lang::Zh => "请只填写短信中的6位数字验证码，不要带括号或其他文字。",
            Lang::En => {
                "Enter only the six digits of the message, without brackets or words around them."
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{TemplateProblem, VerificationPolicyProblem};
    use std::string::String;

    #[test]
    fn r19_b08_b09_the_page_speaks_as_the_sources_have_it() {
        let zh = |answer: EntryAnswer| answer.text(Lang::Zh);
        assert_eq!(
            zh(EntryAnswer::WaitingForOthers),
            "您的短信核验完成，请等待其他核验人进行短信核验"
        );
        assert_eq!(
            zh(EntryAnswer::NotFound),
            "该条验证库里找不到记录或已完成验证"
        );
        assert_eq!(
            zh(EntryAnswer::AllVerified),
            "尊敬的ICP用户：您的短信核验已全部完成，该请求将提交管局审核"
        );
        assert_eq!(
            ResendAnswer::Accepted.text(Lang::Zh),
            "您的短信已发送成功。"
        );
        assert_eq!(
            ResendAnswer::NothingPending.text(Lang::Zh),
            "暂无待短信核验的备案申请，无需重发短信。"
        );
    }

    #[test]
    fn every_text_of_a_session_is_there_in_both_languages() {
        let mut pairs: std::vec::Vec<[String; 2]> = std::vec::Vec::new();
        let langs = [Lang::Zh, Lang::En];
        pairs.extend(
            EntryAnswer::ALL
                .iter()
                .map(|v| langs.map(|l| v.text(l).into())),
        );
        pairs.extend(
            RecipientState::ALL
                .iter()
                .map(|v| langs.map(|l| v.text(l).into())),
        );
        pairs.extend(
            MessageKind::ALL
                .iter()
                .map(|v| langs.map(|l| v.text(l).into())),
        );
        pairs.extend(
            DeliveryReport::ALL
                .iter()
                .map(|v| langs.map(|l| v.text(l).into())),
        );
        pairs.extend(
            RoundFailure::ALL
                .iter()
                .map(|v| langs.map(|l| v.text(l).into())),
        );
        pairs.extend(
            VerificationPolicyProblem::ALL
                .iter()
                .map(|v| langs.map(|l| v.text(l).into())),
        );
        pairs.extend(
            TemplateProblem::ALL
                .iter()
                .map(|v| langs.map(|l| v.text(l).into())),
        );
        for [zh, en] in pairs {
            assert!(
                zh.chars().any(|c| ('\u{4E00}'..='\u{9FFF}').contains(&c)),
                "{zh}"
            );
            assert!(!en.is_empty() && en.is_ascii(), "{en}");
        }
    }
}

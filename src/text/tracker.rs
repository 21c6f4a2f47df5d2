//! Where an order stands, whom to remind of what, and what to do next.

use alloc::{format, string::String};

use chrono::{DateTime, Utc};

use super::{Lang, beijing::BeijingTime, labels, texts};
use crate::tracker::{
    Advice, Deadline, FactRefusal, NextStep, PersonStanding, RegulatorStatus, Reminder,
    ReminderKind, TrackerStatus,
};

impl TrackerStatus {
    /// The status in one sentence, which says whether it is reported or expected.
    #[must_use]
    pub fn text(&self, lang: Lang) -> String {
        match (self, lang) {
            (Self::Waiting, Lang::Zh) => "等待短信核验。".into(),
            (Self::Waiting, Lang::En) => "Waiting for SMS verification.".into(),
            (Self::SaidDone, Lang::Zh) => "核验人均表示已完成核验，等待工信部系统确认。".into(),
            (Self::SaidDone, Lang::En) => {
                "Everybody says that they have verified; the regulator hasn't confirmed it yet."
                    .into()
            }
            (Self::MayHaveEnded, Lang::Zh) => "核验时限可能已过，尚不知结果，请查询工信部系统中的核验状态。".into(),
            (Self::MayHaveEnded, Lang::En) => {
                "The time to verify may be over and the result isn't known: look it up at the regulator's.".into()
            }
            (Self::Done { at }, Lang::Zh) => {
                format!(
                    "工信部系统于{}显示：短信核验已全部完成，订单进入管局审核。",
                    BeijingTime(*at)
                )
            }
            (Self::Done { at }, Lang::En) => format!(
                "Everybody has verified (reported for {} Beijing time); the order is in the \
                 administration's review.",
                BeijingTime(*at)
            ),
            (Self::Approved { at }, Lang::Zh) => {
                format!("{}显示：申请已通过。", BeijingTime(*at))
            }
            (Self::Approved { at }, Lang::En) => format!(
                "The order is approved (reported for {} Beijing time).",
                BeijingTime(*at)
            ),
            (Self::TimedOut { at }, Lang::Zh) => {
                format!("工信部系统于{}显示：短信核验超时，订单退回。", BeijingTime(*at))
            }
            (Self::TimedOut { at }, Lang::En) => format!(
                "Not verified in time: the order was returned (reported for {} Beijing time).",
                BeijingTime(*at)
            ),
            (Self::Returned { at, cause }, Lang::Zh) => {
                format!("{}显示订单已退回：{}", BeijingTime(*at), cause.text(lang))
            }
            (Self::Returned { at, cause }, Lang::En) => format!(
                "The order was returned (reported for {} Beijing time): {}",
                BeijingTime(*at),
                cause.text(lang)
            ),
        }
    }
}

labels!(TrackerStatus, {
    Waiting => "待核验", "waiting";
    SaidDone => "均称已核验", "all verified, they say";
    MayHaveEnded => "时限可能已过", "time may be over";
    Done => "核验完成", "all verified";
    Approved => "已通过", "approved";
    TimedOut => "核验超时", "timed out";
    Returned => "已退回", "returned";
});

// What a person says isn't known: the label says whose word it is.
labels!(PersonStanding, {
    MessageExpected => "等待短信", "text expected";
    MessageOverdue => "短信应已到达", "text overdue";
    Received => "称已收到短信", "has the text, they say";
    Passed => "称已核验", "verified, they say";
    Verified => "已核验", "verified";
});

impl PersonStanding {
    /// The standing in one sentence. It is the person's word, an expectation, or once verified the regulator's report.
    #[must_use]
    pub fn text(&self, lang: Lang) -> String {
        match (self, lang) {
            (Self::MessageExpected { from, until }, Lang::Zh) => format!(
                "核验短信预计{}至{}到达，以实际收到时间为准。",
                BeijingTime(*from),
                BeijingTime(*until)
            ),
            (Self::MessageExpected { from, until }, Lang::En) => format!(
                "The message is expected between {} and {} Beijing time.",
                BeijingTime(*from),
                BeijingTime(*until)
            ),
            (Self::MessageOverdue { since }, Lang::Zh) => {
                format!(
                    "自{}起，核验短信应已到达，尚未确认收到。",
                    BeijingTime(*since)
                )
            }
            (Self::MessageOverdue { since }, Lang::En) => format!(
                "The message should be there since {} Beijing time; nobody says that it has come.",
                BeijingTime(*since)
            ),
            (Self::Received { at }, Lang::Zh) => {
                format!("核验人表示已于{}收到短信。", BeijingTime(*at))
            }
            (Self::Received { at }, Lang::En) => format!(
                "Says that the message came at {} Beijing time.",
                BeijingTime(*at)
            ),
            (Self::Passed { at }, Lang::Zh) => {
                format!("核验人表示已于{}完成核验。", BeijingTime(*at))
            }
            (Self::Verified { at }, Lang::Zh) => {
                format!("工信部系统于{}显示已完成核验。", BeijingTime(*at))
            }
            (Self::Verified { at }, Lang::En) => {
                format!(
                    "Has verified (reported for {} Beijing time).",
                    BeijingTime(*at)
                )
            }
            (Self::Passed { at }, Lang::En) => {
                format!("Says they verified at {} Beijing time.", BeijingTime(*at))
            }
        }
    }
}

impl Deadline {
    /// Both bounds in one sentence, the safe one first.
    #[must_use]
    pub fn text(&self, lang: Lang) -> String {
        let earliest = BeijingTime(self.earliest);
        match (self.latest.map(BeijingTime), lang) {
            (None, Lang::Zh) => format!("核验时限最早于{earliest}届满。"),
            (None, Lang::En) => {
                format!("The time to verify ends at {earliest} Beijing time at the earliest.")
            }
            (Some(latest), Lang::Zh) => {
                format!("核验时限最早于{earliest}届满；按核验人所述，最晚于{latest}届满。")
            }
            (Some(latest), Lang::En) => format!(
                "The time to verify ends at {earliest} Beijing time at the earliest and, by the \
                 persons' word, at {latest} at the latest."
            ),
        }
    }
}

impl NextStep {
    /// What to do, addressed by the masked number where it is one person's.
    #[must_use]
    pub fn text(&self, lang: Lang) -> String {
        let text = self.advice.text(lang);
        let until = self
            .until
            .map_or(String::new(), |until| self.until(until, lang));
        match (self.person, lang) {
            (Some(mobile), Lang::Zh) => format!("{mobile}：{text}{until}"),
            (Some(mobile), Lang::En) => format!("{mobile}: {text}{until}"),
            (None, _) => format!("{text}{until}"),
        }
    }

    fn until(&self, until: DateTime<Utc>, lang: Lang) -> String {
        let until = BeijingTime(until);
        match (self.advice == Advice::WaitForMessage, lang) {
            (true, Lang::Zh) => format!("预计{until}前到达。"),
            (true, Lang::En) => format!(" It is expected by {until} Beijing time."),
            (false, Lang::Zh) => format!("请在{until}前完成核验。"),
            (false, Lang::En) => format!(" Verify before {until} Beijing time."),
        }
    }
}

texts!(Advice, {
    WaitForMessage =>
        "请等待工信部发送的核验短信。",
        "wait for the regulator's message.";
    LookForMessage =>
        "请查找12381或106**********12381发送的短信，包括被拦截的短信。",
        "look for a message from 12381 or 106…12381, among the blocked ones too.";
    AskForResend =>
        "如未收到短信，请登录beian.miit.gov.cn，在“短信重发”页签申请重发。",
        "if no message has come, ask for a resend on beian.miit.gov.cn, tab 短信重发.";
    NoResendLeft =>
        "重发次数已用完，不会再发送短信。请继续查找已发送的短信；如订单被退回，可重新提交。",
        "the resends are used up, no more message is sent. Go on looking for those that \
        were; if the order is returned, it can be resubmitted.";
    EnterCode =>
        "请登录beian.miit.gov.cn，在“短信核验”页签填写手机号、验证码和证件号码后6位。",
        "enter mobile number, code and the last six characters of the ID number on \
        beian.miit.gov.cn, tab 短信核验.";
    WaitForOthers =>
        "您的短信核验完成，请等待其他核验人进行短信核验。",
        "nothing more to do; the other persons have yet to verify.";
    AwaitReturn =>
        "错误次数过多，已不能核验；请等待订单退回后重新提交。",
        "too many wrong entries, nothing can be entered any more: resubmit once the order is returned.";
    AwaitConfirmation =>
        "请等待工信部系统确认核验结果。",
        "Wait for the regulator to confirm it.";
    FindWhoIsMissing =>
        "核验人均表示已完成核验，但工信部系统仍显示待核验，请与各核验人确认核验结果。",
        "Everybody says that they have verified, but the regulator still waits: ask each \
        person what the page showed.";
    AskRegulator =>
        "核验时限可能已过，请查询工信部系统中的核验状态；尚未核验的请立即核验。",
        "The time to verify may be over: look up the order's status at the regulator's; \
        whoever hasn't verified does so at once.";
    AwaitReview =>
        "请等待管局审核，最长20个工作日。",
        "Wait for the administration's review: up to 20 working days.";
    Resubmit =>
        "信息无误的，可直接重新提交并再次进行短信核验；需要修改的，修改后重新进入初审。",
        "If nothing is wrong with the order, resubmit it: all persons then verify again. \
        If it needs changes, it goes through the initial review first.";
    ResubmitUnlessStopped =>
        "注销申请已因短信核验超时终止。如不再注销，无需任何操作；仍需注销的，请重新提交。",
        "The deregistration has expired. If it was to be stopped, nothing has to be done; else submit it \
        again.";
    NothingToDo =>
        "申请已通过，无需任何操作。",
        "The order is approved. Nothing has to be done.";
});

impl Reminder {
    /// What to remind of, addressed by the masked number where it is one person's.
    #[must_use]
    pub fn text(&self, lang: Lang) -> String {
        let text = self.kind.text(lang);
        match (self.person, lang) {
            (Some(mobile), Lang::Zh) => format!("{mobile}：{text}"),
            (Some(mobile), Lang::En) => format!("{mobile}: {text}"),
            (None, _) => text.into(),
        }
    }
}

texts!(ReminderKind, {
    MessageDue =>
        "核验短信预计已到达，请查看12381或106**********12381发送的短信。",
        "the message should be there: look for one from 12381 or 106…12381.";
    ResendAdvised =>
        "如仍未收到核验短信，可申请重发。",
        "if the message still hasn't come, a resend can be asked for.";
    HalfTime =>
        "核验时限可能已过半，请尽快完成核验。",
        "half of the time to verify may be over: verify soon.";
    LastCall =>
        "核验时限可能即将届满，逾期订单将被退回，请立即核验。",
        "the time to verify may be nearly over, and a late order is returned: verify now.";
    AskRegulator =>
        "核验时限可能已过，请查询核验状态。",
        "The time to verify may be over: look up the order's status.";
    Resubmit =>
        "订单已退回，可重新提交。",
        "The order was returned and can be resubmitted.";
    ResubmitUnlessStopped =>
        "注销申请已因短信核验超时终止。如不再注销，无需任何操作；仍需注销的，可重新提交。",
        "The deregistration has expired: it can be submitted again, unless it was to be stopped.";
});

labels!(ReminderKind, {
    MessageDue => "短信应已到达", "the text should be there";
    ResendAdvised => "可申请重发短信", "a resend can be asked for";
    HalfTime => "时限可能已过半", "half of the time may be over";
    LastCall => "时限可能即将届满", "the time may be nearly over";
    AskRegulator => "查询核验状态", "look up the order's status";
    Resubmit => "可重新提交", "can be resubmitted";
    ResubmitUnlessStopped => "如仍需注销，可重新提交", "can be resubmitted, unless stopped";
});

texts!(RegulatorStatus, {
    Waiting => "待核验",
        "waiting for verification";
    Done => "核验完成",
        "verified";
    TimedOut => "核验超时",
        "timed out";
});

texts!(FactRefusal, coded {
    InTheFuture => "in_the_future",
        "时间比报告时间晚十分钟以上，未记录；请检查时钟。",
        "Not recorded: that is more than ten minutes after it was reported. Check the clocks.";
    BeforeSubmission => "before_submission",
        "时间早于订单提交管局的时间，未记录。",
        "Not recorded: that was before the order was submitted.";
    UnknownPerson => "unknown_person",
        "该手机号码不是本订单的核验人，未记录。",
        "Not recorded: nobody in this order verifies with that number.";
    InitialReview => "initial_review",
        "订单已提交管局，不会由初审退回，未记录。",
        "Not recorded: an order that was submitted can't be returned by the initial review.";
});

//! Texts of an order's life: where it is, why it came back, what can be done.

use alloc::{format, string::String};

use super::{Lang, labels, texts};
use crate::{
    FilingType, OrderLife, OrderStatus, ReturnCause,
    filing::{LifeRefusal, OrderStep, ReturnReason, StageState, label},
    tracker::Advice,
};

texts!(OrderStatus, {
    InitialReview => "初审中", "initial review";
    AwaitingSubmission => "待提交管局", "awaiting submission";
    UploadFailed => "提交管局失败，待重试", "submission failed, to be tried again";
    SmsVerification => "待短信核验", "SMS verification";
    AdministrationReview => "管局审核中", "administration review";
    Approved => "审核通过", "approved";
    CorrectionRequired => "待整改", "correction required";
    Returned => "已退回", "returned";
    Withdrawn => "已撤回", "withdrawn";
    Deregistered => "已被注销", "deregistered";
});

impl OrderStatus {
    /// What the status is called where it isn't said that the order is there, as the stages of its way
    /// ([`OrderLife::stages`]): 初审, 短信核验, 管局审核.
    ///
    /// ```
    /// use beian::{Lang, OrderLife};
    ///
    /// let stages = OrderLife::new().stages().map(|(stage, _)| stage.label(Lang::Zh));
    /// assert_eq!(stages, ["初审", "短信核验", "管局审核"]);
    /// ```
    #[must_use]
    pub const fn label(self, lang: Lang) -> &'static str {
        match (self, lang) {
            (Self::InitialReview, Lang::Zh) => "初审",
            (Self::SmsVerification, Lang::Zh) => "短信核验",
            (Self::AdministrationReview, Lang::Zh) => "管局审核",
            (
                Self::InitialReview
                | Self::AwaitingSubmission
                | Self::UploadFailed
                | Self::SmsVerification
                | Self::AdministrationReview
                | Self::Approved
                | Self::CorrectionRequired
                | Self::Returned
                | Self::Withdrawn
                | Self::Deregistered,
                _,
            ) => self.text(lang),
        }
    }
}

texts!(StageState, {
    ToCome => "未开始", "to come";
    Current => "进行中", "in progress";
    Done => "已完成", "done";
    NotNeeded => "无需核验", "not needed";
    Returned => "已退回", "returned";
    Withdrawn => "已撤回", "withdrawn";
});

texts!(ReturnCause, {
    WindowClosed =>
        "超过时限未完成短信核验，订单已退回。信息无需修改的，可直接重新提交。",
        "Somebody did not verify in time. If nothing needs a change, submit the order again.";
    TooManyWrongEntries =>
        "短信核验错误次数过多，订单已退回。请核对手机号码和证件号码后重新提交。",
        "Too many wrong entries. Check the mobile number and the ID number, then submit the order again.";
    Unreachable =>
        "核验短信未能发出，订单已退回。请确认手机号码可以接收短信后重新提交，或更换手机号码。",
        "The text could not be sent. Make sure that the number can receive texts and submit the order again, or give another number.";
    SubmissionRefused =>
        "所提交的信息未被工信部备案系统接收，订单已退回。请按退回原因修改；信息无误的，可稍后重新提交。",
        "The regulator's system refused what was submitted. Change it as the reasons say; if nothing is wrong, submit it again later.";
    PlatformDecision =>
        "初审未通过，订单已退回。请按初审意见修改后重新提交初审。",
        "The platform's initial review returned the order. Revise it as the review says.";
    AdministrationDecision =>
        "管局审核未通过，订单已退回。请按管局意见处理后重新提交。",
        "The communications administration returned the order. Do what it says, then submit the order again.";
});

labels!(ReturnCause, {
    WindowClosed => "逾期未核验", "not verified in time";
    TooManyWrongEntries => "核验错误次数过多", "too many wrong entries";
    Unreachable => "核验短信未能发出", "the text could not be sent";
    SubmissionRefused => "备案系统未接收", "refused by the regulator's system";
    PlatformDecision => "初审未通过", "refused in the initial review";
    AdministrationDecision => "管局审核未通过", "refused by the administration";
});

texts!(OrderStep, {
    PassReview => "通过初审", "pass the initial review";
    FailUpload => "提交管局失败", "fail the upload";
    Submit => "提交管局", "submit to the administration";
    Complete => "完成短信核验", "complete the verification";
    Approve => "审核通过", "approve";
    RequireCorrection => "要求整改", "require a correction";
    Correct => "完成整改", "correct";
    Deregister => "强制注销", "deregister by force";
    Return => "退回", "return";
    Resubmit => "重新提交", "submit again";
    Revise => "修改后重新初审", "revise";
    Withdraw => "撤回", "withdraw";
});

impl OrderLife {
    /// What whoever filed an order of this type should do now. In SMS verification a
    /// [`Tracker`](crate::Tracker) knows more, person by person. A deregistration that expired may have been
    /// stopped so (D34).
    ///
    /// ```
    /// use beian::{FilingType, Lang, OrderLife};
    ///
    /// let advice = OrderLife::new().advice(FilingType::Initial, Lang::En);
    /// assert_eq!(advice, "Wait for the platform's initial review.");
    /// ```
    #[must_use]
    pub const fn advice(&self, filing_type: FilingType, lang: Lang) -> &'static str {
        let (zh, en) = match self.status() {
            OrderStatus::InitialReview => (
                "请等待平台初审。",
                "Wait for the platform's initial review.",
            ),
            OrderStatus::AwaitingSubmission => (
                "初审已通过，请等待平台提交管局，通常不超过3个工作日；提交后请留意12381发送的核验短信。",
                "The review has passed: wait for the platform to submit the order, within three working \
                 days as a rule. Look out for a message from 12381 then.",
            ),
            OrderStatus::UploadFailed => (
                "提交管局未成功，平台将重新提交，无需任何操作。",
                "The submission failed and will be tried again. Nothing has to be done.",
            ),
            OrderStatus::SmsVerification => (
                "请在收到核验短信后24小时内，登录beian.miit.gov.cn，在“短信核验”页签完成核验。",
                "Verify within 24 hours of receiving the message, on beian.miit.gov.cn, tab 短信核验.",
            ),
            OrderStatus::AdministrationReview => return Advice::AwaitReview.text(lang),
            OrderStatus::Approved if filing_type.ends_filing() => (
                "申请已通过，注销或取消接入已完成，无需任何操作。",
                "The deregistration or cancellation is approved. Nothing has to be done.",
            ),
            OrderStatus::Approved => (
                "备案已通过，无需任何操作。",
                "The filing is approved. Nothing has to be done.",
            ),
            OrderStatus::CorrectionRequired => (
                "管局要求更正备案信息，请提交变更备案。",
                "The administration wants data put right: file a modification.",
            ),
            OrderStatus::Returned => match self.return_cause() {
                Some(ReturnCause::PlatformDecision) | None => (
                    "请按退回原因修改后重新提交。",
                    "Change the order as the reasons say, and hand it in again.",
                ),
                Some(ReturnCause::AdministrationDecision | ReturnCause::SubmissionRefused) => (
                    "请按退回原因处理后重新提交；无需修改的，可直接重新提交。",
                    "Do what the reasons say, and submit the order again; as it is, if nothing needs a change.",
                ),
                Some(ReturnCause::WindowClosed) => {
                    return Advice::after_time_out(Some(filing_type)).text(lang);
                }
                Some(ReturnCause::TooManyWrongEntries | ReturnCause::Unreachable) => {
                    return Advice::Resubmit.text(lang);
                }
            },
            OrderStatus::Withdrawn => (
                "订单已撤回，如需备案请重新下单。",
                "The order was withdrawn. To file after all, hand in a new one.",
            ),
            OrderStatus::Deregistered => (
                "备案已被管局注销，服务须停止；如需继续，请重新备案。",
                "The administration has deregistered the filing: the service has to stop. To go on, file \
                 anew.",
            ),
        };
        match lang {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }
}

impl ReturnReason {
    /// The name of the field for people: of our form where the [`path`](Self::path) is known, else as it
    /// was given. A reason without either is about the order as a whole.
    ///
    /// ```
    /// use beian::{Lang, filing::ReturnReason};
    ///
    /// let reason = ReturnReason::new("", "请补充材料");
    /// assert_eq!(reason.label(Lang::Zh), "订单整体");
    /// assert_eq!(reason.at("entity.name").label(Lang::Zh), "主体名称");
    /// ```
    #[must_use]
    pub fn label(&self, lang: Lang) -> String {
        match (self.path(), self.field()) {
            (None, "") => label("", lang),
            (None, field) => field.into(),
            (Some(path), _) => label(path, lang),
        }
    }
}

impl LifeRefusal {
    /// The stable machine code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        "step_not_possible"
    }

    /// The text for people: what isn't possible. What is may be somebody else's to do: that is
    /// [`possible`](Self::possible).
    #[must_use]
    pub fn text(self, lang: Lang) -> String {
        let (step, status) = (self.step().text(lang), self.status().text(lang));
        match (lang, self.cause().is_some()) {
            (Lang::Zh, false) => format!("订单{status}，不能{step}。"),
            (Lang::Zh, true) => format!("订单{status}，不能因该原因{step}。"),
            (Lang::En, false) => format!("Not possible: {step}. Status of the order: {status}."),
            (Lang::En, true) => {
                format!("Not possible for this cause: {step}. Status of the order: {status}.")
            }
        }
    }
}

//! Texts of orders: their types, their problems, their life.

use alloc::{borrow::Cow, format, string::String, vec::Vec};

use super::{Lang, labels, texts};
use crate::{
    Access, FilingType, IdDocumentKind, ModifiedPart, OrderLife, OrderProblems, OrderStatus,
    PersonProblem, ReturnCause, ServiceKind,
    filing::{
        Choice, DenyProblem, FilingNumberProblem, LifeRefusal, OrderProblem, OrderStep,
        ProblemKind, ReturnReason, StageState, label,
    },
    tracker::Advice,
};

texts!(FilingType, {
    Initial => "首次备案", "initial filing";
    AddService => "新增网站（互联网信息服务）", "add service";
    AddAccess => "接入备案", "add access";
    Modify => "变更备案", "modify";
    DeregisterEntity => "注销主体", "deregister entity";
    DeregisterService => "注销网站（互联网信息服务）", "deregister service";
    CancelAccess => "取消接入", "cancel access";
});

texts!(ModifiedPart, {
    Entity => "变更主体信息", "entity information";
    Service => "变更网站（互联网信息服务）信息", "service information";
    Remarks => "变更备注", "remarks";
});

texts!(ServiceKind, {
    Website => "网站", "website";
    App => "APP（应用程序）", "app";
    MiniProgram => "小程序", "mini program";
    QuickApp => "快应用", "quick app";
});

texts!(Access, {
    Unchanged => "手机号码未变更", "number unchanged";
    PhoneChanged => "手机号码已变更", "number changed";
    PhoneChangedOrphan => "空壳网站，手机号码已变更", "number changed, orphan service";
});

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

texts!(FilingNumberProblem, coded {
    Missing => "filing_number_missing",
        "请填写备案号。",
        "Filing number missing.";
    Malformed => "filing_number_malformed",
        "备案号格式有误，应形如京ICP备12345678号（主体）、京ICP备12345678号-1（网站）或粤B2-20090059（许可证）。",
        "Malformed filing number: expected 京ICP备12345678号 for an entity, 京ICP备12345678号-1 for a service, or \
         a licence such as 粤B2-20090059.";
});

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

    /// The text for people: what isn't possible, and what is.
    #[must_use]
    pub fn text(self, lang: Lang) -> String {
        let (step, status) = (self.step().text(lang), self.status().text(lang));
        let possible: Vec<_> = self.possible().iter().map(|step| step.text(lang)).collect();
        match (lang, possible.is_empty()) {
            (Lang::Zh, true) => format!("订单{status}，不能{step}，也不能再进行其他操作。"),
            (Lang::Zh, false) if self.cause().is_some() => {
                format!(
                    "订单{status}，不能因该原因{step}。可以：{}。",
                    possible.join("、")
                )
            }
            (Lang::Zh, false) => {
                format!("订单{status}，不能{step}。可以：{}。", possible.join("、"))
            }
            (Lang::En, true) => {
                format!("Not possible: {step}. Nothing more can be done, the order is {status}.")
            }
            (Lang::En, false) if self.cause().is_some() => format!(
                "Not possible for this cause: {step}. Status of the order: {status}. Possible: {}.",
                possible.join(", ")
            ),
            (Lang::En, false) => format!(
                "Not possible: {step}. Status of the order: {status}. Possible: {}.",
                possible.join(", ")
            ),
        }
    }
}

impl DenyProblem {
    /// The stable machine code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        "deny_prefix_malformed"
    }

    /// The text for people.
    #[must_use]
    pub const fn text(self, lang: Lang) -> &'static str {
        match lang {
            Lang::Zh => "号段应为手机号码的前3至11位数字。",
            Lang::En => "A number range is given by the first 3 to 11 digits of a mobile number.",
        }
    }
}

impl OrderProblems {
    /// The text for people: every problem on a line of its own, behind the
    /// [`label`](OrderProblem::label) of its field.
    #[must_use]
    pub fn text(&self, lang: Lang) -> String {
        let line = |problem: &OrderProblem| {
            let (label, text) = (problem.label(lang), problem.text(lang));
            match lang {
                Lang::Zh => format!("{label}：{text}"),
                Lang::En => format!("{label}: {text}"),
            }
        };
        let lines: Vec<_> = self.iter().map(line).collect();
        lines.join("\n")
    }
}

impl OrderProblem {
    /// The text for people: what is wrong, and what to do instead.
    #[must_use]
    pub fn text(&self, lang: Lang) -> Cow<'static, str> {
        self.kind().text(lang)
    }

    /// The name of the field for people, worked out of the [`path`](Self::path).
    #[must_use]
    pub fn label(&self, lang: Lang) -> String {
        label(self.path(), lang)
    }
}

impl ProblemKind {
    /// The stable machine code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotText => "text_expected",
            Self::NotAList => "list_expected",
            Self::NotAnObject => "object_expected",
            Self::TooManyChanges => "changes_too_many",
            Self::FilingTypeMissing => "filing_type_missing",
            Self::UnknownFilingType => "filing_type_unknown",
            Self::ChangeMissing => "change_missing",
            Self::UnknownChange => "change_unknown",
            Self::ServiceKindMissing => "service_kind_missing",
            Self::UnknownServiceKind => "service_kind_unknown",
            Self::UnknownAccess => "access_unknown",
            Self::IdDocumentKindMissing => "id_document_kind_missing",
            Self::UnknownIdDocumentKind => "id_document_kind_unknown",
            Self::Province(problem) => problem.code(),
            Self::Name(problem) => problem.code(),
            Self::Mobile(problem) => problem.code(),
            Self::EmergencyPhone => PersonProblem::EmergencyPhone.code(),
            Self::IdDocument(problem) => problem.code(),
            Self::ChangesMissing => "changes_missing",
            Self::ChangesUnexpected => "changes_unexpected",
            Self::ServicesMissing => "services_missing",
            Self::TooManyServices => "services_too_many",
            Self::AccessMissing => "access_missing",
            Self::AccessUnexpected => "access_unexpected",
            Self::PhoneChanged => "phone_changed",
            Self::PhoneChangedOrphan => "phone_changed_orphan",
            Self::NotYetFileable => "service_kind_not_yet_fileable",
            Self::BackNumberMissing => "back_number_missing",
        }
    }

    /// The text for people: what is wrong, and what to do instead.
    #[must_use]
    pub fn text(self, lang: Lang) -> Cow<'static, str> {
        let (zh, en) = match self {
            Self::FilingTypeMissing => return missing::<FilingType>(FILING_TYPE, lang),
            Self::UnknownFilingType => return unknown::<FilingType>(FILING_TYPE, lang),
            Self::ChangeMissing => return missing::<ModifiedPart>(CHANGE, lang),
            Self::UnknownChange => return unknown::<ModifiedPart>(CHANGE, lang),
            Self::ServiceKindMissing => return missing::<ServiceKind>(SERVICE_KIND, lang),
            Self::UnknownServiceKind => return unknown::<ServiceKind>(SERVICE_KIND, lang),
            Self::UnknownAccess => return unknown::<Access>(("接入情况", "access"), lang),
            Self::IdDocumentKindMissing => return missing::<IdDocumentKind>(ID_KIND, lang),
            Self::UnknownIdDocumentKind => return unknown::<IdDocumentKind>(ID_KIND, lang),
            Self::Province(problem) => return problem.text(lang).into(),
            Self::Name(problem) => return problem.text(lang).into(),
            Self::Mobile(problem) => return problem.text(lang).into(),
            Self::IdDocument(problem) => return problem.text(lang).into(),
            Self::EmergencyPhone => return PersonProblem::EmergencyPhone.text(lang).into(),
            Self::NotText => (
                "该项应为文本：请在值的两侧加上引号。",
                "This is to be a text: put the value in quotes.",
            ),
            Self::NotAList => (
                "该项应为列表：请放在方括号中。",
                "This is to be a list: put it in square brackets.",
            ),
            Self::NotAnObject => (
                "该项应为对象：请以字段名和值的形式填写，放在花括号中。",
                "This is to be an object: give names and values in braces.",
            ),
            Self::TooManyChanges => (
                "变更内容重复过多：主体信息、网站（互联网信息服务）信息、备注各填写一次即可。",
                "Too many changes: give the entity, the service and the remarks once each at most.",
            ),
            Self::ChangesMissing => (
                "请选择变更内容：主体信息、网站（互联网信息服务）信息或备注。",
                "Say what is modified: the entity, the service, or the remarks.",
            ),
            Self::ChangesUnexpected => (
                "只有变更备案才填写变更内容，请删除。",
                "Only a modification says what it changes. Take it out.",
            ),
            Self::ServicesMissing => (
                "请至少填写一个网站（互联网信息服务）。",
                "List at least one service.",
            ),
            Self::TooManyServices => (
                "一个订单最多填写200个网站（互联网信息服务），请分多个订单提交。",
                "An order takes at most 200 services. Spread them over several orders.",
            ),
            Self::AccessMissing => (
                "请说明负责人手机号码与原备案是否一致。",
                "Say whether the administrator's number is still the one that was filed.",
            ),
            Self::AccessUnexpected => (
                "只有接入备案才填写接入情况，请删除。",
                "Only an order to add access says whether the number has changed. Take it out.",
            ),
            Self::PhoneChanged => (
                "负责人手机号码已变更：请先到原备案接入服务商处变更手机号码，再提交接入备案。",
                "The administrator's number has changed. Have it changed at the original access provider first, then add access.",
            ),
            Self::PhoneChangedOrphan => (
                "空壳网站的负责人手机号码已变更，无法到原接入服务商处变更：请先注销该网站备案，再提交新增网站备案。",
                "The number has changed and no provider is left to change it at. Deregister the service, then file it again as an added service.",
            ),
            Self::NotYetFileable => (
                "APP、小程序和快应用自2023年9月1日起方可备案，请自该日起提交。",
                "Apps, mini programs and quick apps are filed from 1 September 2023. File them from then on.",
            ),
            Self::BackNumberMissing => (
                "在该省备案，使用港澳居民来往内地通行证的，请填写证件背面的香港或澳门身份证号码。",
                "In this province, a Hong Kong and Macao permit also needs the identity number printed on its back. Enter it.",
            ),
        };
        Cow::Borrowed(match lang {
            Lang::Zh => zh,
            Lang::En => en,
        })
    }
}

const FILING_TYPE: (&str, &str) = ("备案类型", "type of filing");
const CHANGE: (&str, &str) = ("变更内容", "change");
const SERVICE_KIND: (&str, &str) = ("服务类型", "kind of service");
const ID_KIND: (&str, &str) = ("证件类型", "kind of ID document");

/// What wasn't chosen, and every value that can be.
fn missing<T: Choice>((zh, en): (&str, &str), lang: Lang) -> Cow<'static, str> {
    Cow::Owned(match lang {
        Lang::Zh => format!("请选择{zh}，可选：{}。", possible::<T>("、", lang)),
        Lang::En => format!("Choose the {en}. Possible: {}.", possible::<T>("; ", lang)),
    })
}

/// What can't be read, and every value that can.
fn unknown<T: Choice>((zh, en): (&str, &str), lang: Lang) -> Cow<'static, str> {
    Cow::Owned(match lang {
        Lang::Zh => format!("{zh}无法识别，可选：{}。", possible::<T>("、", lang)),
        Lang::En => format!("Unknown {en}. Possible: {}.", possible::<T>("; ", lang)),
    })
}

/// In words that [`OrderForm`](crate::OrderForm) reads.
fn possible<T: Choice>(comma: &str, lang: Lang) -> String {
    let possible: Vec<_> = T::ALL.iter().map(|value| value.label(lang)).collect();
    possible.join(comma)
}

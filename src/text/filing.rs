//! Texts of orders: their types, their problems.

use alloc::{borrow::Cow, format, string::String, vec::Vec};

use super::{Lang, texts};
use crate::{
    Access, FilingType, IdDocumentKind, ModifiedPart, OrderProblems, PersonProblem, ServiceKind,
    filing::{Choice, DenyProblem, FilingNumberProblem, OrderProblem, ProblemKind, label},
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

texts!(FilingNumberProblem, coded {
    Missing => "filing_number_missing",
        "请填写备案号。",
        "Filing number missing.";
    Malformed => "filing_number_malformed",
        "备案号格式有误，应形如京ICP备12345678号（主体）、京ICP备12345678号-1（网站）或粤B2-20090059（许可证）。",
        "Malformed filing number: expected 京ICP备12345678号 for an entity, 京ICP备12345678号-1 for a service, or \
         a licence such as 粤B2-20090059.";
});

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

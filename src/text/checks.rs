//! Texts of what checks found, and of what they would have to know.

use alloc::{borrow::Cow, format, string::String};

use super::{Lang, texts};
use crate::filing::{
    checks::{Check, EntityKind, Finding, OpenQuestion, OrderFact, Severity, UnknownCheckRow},
    label,
};

texts!(Severity, {
    Silent => "不检查", "not looked at";
    Advised => "建议修改", "advised";
    Refused => "须修改后提交", "refused";
});

texts!(EntityKind, {
    Individual => "个人", "individual";
    Unit => "单位", "unit";
});

texts!(OrderFact, {
    EntityKind =>
        "主办者是个人还是单位？请询问客户。",
        "Does an individual file, or a unit? Ask the customer.";
    LegalRepresentative =>
        "主体负责人是否为法定代表人？请询问客户。",
        "Is the leader the legal representative? Ask the customer.";
    ServicesFiled =>
        "该主体已备案几个网站（互联网信息服务）？请在工信部备案系统公共查询中查询。",
        "How many services has the entity filed? Look it up in the regulator's public query.";
    AnotherOrderOpen =>
        "该主体是否有其他在办的备案订单（含其他接入服务商）？请查询本平台记录并询问客户。",
        "Is another order of the entity open, at whatever provider? Look into your own records and ask the customer.";
    FilingNumber =>
        "所涉备案号是什么？请询问客户，或在工信部备案系统公共查询中查询。",
        "Which filing number does the order refer to? Ask the customer, or look it up in the regulator's public query.";
    Age =>
        "该负责人的年龄是多少？请以其证件为准。",
        "How old is the person? See the ID document.";
    ValidUntil =>
        "证件有效期至何日？请以证件为准。",
        "Until when is the ID document valid? See the document.";
    MobileInProvince =>
        "手机号码归属地是否为备案省份？请查询号段归属地。",
        "Is the mobile at home in the filing's province? Look up the number's range.";
    MobileOfAnotherEntity =>
        "该手机号码是否已用于其他主体的备案？请查询本平台记录并询问客户。",
        "Is the mobile filed for another entity? Look into your own records and ask the customer.";
    MobileInAllCompanies =>
        "该法定代表人名下各公司的备案是否使用同一手机号码？请询问客户。",
        "Is the mobile the same in all companies of the legal representative? Ask the customer.";
    IdAsFiled =>
        "证件是否与原备案一致？请询问客户。",
        "Is the ID the one that was filed? Ask the customer.";
});

impl Finding {
    /// What to mend, for people.
    #[must_use]
    pub fn text(&self, lang: Lang) -> Cow<'static, str> {
        self.row().check.text(lang)
    }

    /// The name of the field for people, worked out of the [`path`](Self::path).
    #[must_use]
    pub fn label(&self, lang: Lang) -> String {
        label(self.path(), lang)
    }
}

impl Check {
    /// What to mend where it isn't kept, for people.
    #[must_use]
    pub fn text(self, lang: Lang) -> Cow<'static, str> {
        let text = self.template(lang);
        match self.limit() {
            Some(limit) => text.replace('#', &format!("{limit}")).into(),
            None => text.into(),
        }
    }
}

/// The texts of checks, with # where the limit stands.
macro_rules! templates {
    ($($check:pat => $zh:literal, $en:literal;)+) => {
        impl Check {
            const fn template(self, lang: Lang) -> &'static str {
                match (self, lang) {
                    $(($check, Lang::Zh) => $zh, ($check, Lang::En) => $en,)+
                }
            }
        }
    };
}

templates! {
    Check::IdAsFiled =>
        "证件与原备案不一致，请先在原接入服务商处变更，再办理接入备案。",
        "The ID isn't the one that was filed: change it at the old provider first.";
    Check::NoNumberYet =>
        "已有备案号的主体不能办理首次备案，请改选备案类型。",
        "Who has a filing number is filed already: choose another filing type.";
    Check::ServicesLeft =>
        "该主体为空壳主体，请先向省通信管理局申请注销主体，再办理首次备案。",
        "The entity has no service left: have the administration deregister it, then file as initial.";
    Check::OneOrder =>
        "该主体有其他在办的备案订单，请待其办结后再提交。",
        "Another order of the entity is open: submit this one once it has ended.";
    Check::OneName =>
        "同一手机号码对应了不同的姓名，请核对姓名，或填写各人本人的手机号码。",
        "One mobile number has different names: check them, or give each person's own number.";
    Check::OneId =>
        "同一手机号码对应了不同的证件，请统一证件，或为另一负责人填写其本人的手机号码。",
        "One mobile number has different ID documents: give the same one, or each person's own number.";
    Check::OneMobile =>
        "同一人在不同角色中填写了不同的手机号码，请填写同一号码。",
        "One person has different mobile numbers in different roles: give the same one.";
    Check::EmergencyPhone =>
        "请填写应急电话。",
        "Enter an emergency phone.";
    Check::EmergencyPhoneNotOwn =>
        "应急电话不能是本人的手机号码，请填写其他人的电话。",
        "The emergency phone can't be the person's own mobile: enter somebody else's.";
    Check::EmergencyPhoneOfThird =>
        "应急电话不能是其他负责人的手机号码，请填写第三人的电话。",
        "The emergency phone can't be another responsible person's mobile: enter a third person's.";
    Check::MobileInProvince =>
        "手机号码归属地应为备案省份，请更换手机号码。",
        "The mobile must be at home in the filing's province: enter another one.";
    Check::MobileOfOneEntity =>
        "该手机号码已用于其他主体的备案，请更换手机号码。",
        "The mobile is filed for another entity: enter another one.";
    Check::MobileInAllCompanies =>
        "同一法定代表人名下各公司应使用同一手机号码，请统一。",
        "The companies of one legal representative must have one mobile: enter the same.";
    Check::LegalRepresentative =>
        "该省可能要求主体负责人为法定代表人，请更换主体负责人，或先向省通信管理局确认。",
        "In this province the leader may have to be the legal representative: name that person, or ask the administration first.";
    Check::LetterOfAuthority =>
        "主体负责人不是法定代表人的，请提供授权书。",
        "A leader who isn't the legal representative needs a letter of authority: add it.";
    Check::LeaderAdministers =>
        "主体负责人不是法定代表人的，主体负责人与网站（互联网信息服务）负责人应为同一人。",
        "A leader who isn't the legal representative must administer the service as well.";
    Check::OneService =>
        "每个订单只能注销一个网站（互联网信息服务）或取消一个接入，其余请另行提交。",
        "A deregistration or cancelled access names one service: file the others separately.";
    Check::EntityNumber =>
        "新增网站（互联网信息服务）应填写主体备案号，请去掉号后的序号。",
        "To add a service, give the entity's number, without the dash and what follows.";
    Check::NumberOfEntity =>
        "该备案号不属于此主体，请核对。",
        "The filing number isn't one of this entity: check it.";
    Check::NumberInProvince =>
        "备案号不属于备案省份，请核对省份与备案号。",
        "The filing number is of another province: check both.";
    Check::NumberOfKind =>
        "备案号与服务类型不符（A为APP，X为小程序，K为快应用），请核对。",
        "The filing number is of another kind of service (A app, X mini program, K quick app): check both.";
    Check::MinimumAge(_) =>
        "负责人应年满#周岁，请更换负责人。",
        "The person must be # or older: name another one.";
    Check::ProofOfWork(_) =>
        "负责人未满#周岁的，须提供以自己的劳动收入为主要生活来源的证明。",
        "A person under # needs a proof of income from their own work: add it.";
    Check::DocumentValid(_) =>
        "证件有效期应在提交后至少还有#个月，请更换证件后再提交。",
        "The ID document must be valid for # or more months after the submission: renew it first.";
    Check::ServicesAnOrder(_) =>
        "每个订单的服务数量上限为#，其余请另行提交。",
        "The number of services an order may have is #: file the others later.";
    Check::ServicesInAll(_) =>
        "该主体可备案的服务数量上限为#，请先注销不用的服务。",
        "The number of services the entity may have is #: deregister those not in use first.";
}

impl OpenQuestion {
    /// The stable name of the fact.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.fact.name()
    }

    /// What to ask, and whom.
    #[must_use]
    pub const fn text(&self, lang: Lang) -> &'static str {
        self.fact.text(lang)
    }

    /// The name of the part of the form for people, worked out of the path.
    #[must_use]
    pub fn label(&self, lang: Lang) -> String {
        label(&self.path, lang)
    }
}

impl UnknownCheckRow {
    /// The stable machine code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        "unknown_check_row"
    }

    /// The text for people.
    #[must_use]
    pub const fn text(self, lang: Lang) -> &'static str {
        match lang {
            Lang::Zh => "检查表中没有该名称的条目，请填写表中已有的名称。",
            Lang::En => "The table of checks has no row of this name: give one that it has.",
        }
    }
}

//! Texts of which filing it is.

use alloc::{borrow::Cow, format};

use super::{Lang, texts};
use crate::{
    filing::{Determination, FilingFact, Prerequisite},
    lang::Localized,
};

texts!(Prerequisite, {
    DeregisterShell =>
        "该主体为空壳主体，请先向省通信管理局申请注销主体，再办理首次备案。",
        "The entity has no service left: have the administration deregister it, then file as initial.";
    ChangeNumber =>
        "手机号码已变更，请先在原接入服务商处变更，再办理接入备案。",
        "The number has changed: change it at the original access provider, then add access.";
    DeregisterOrphan =>
        "空壳网站的手机号码已变更，请先注销该网站，再办理新增网站。",
        "The number of an orphan service has changed: deregister the service, then add it again.";
});

texts!(FilingFact, {
    EntityFiled =>
        "主体是否已备案？可在工信部备案系统公共查询中查询。",
        "Is the entity filed? Look it up in the regulator's public query.";
    ServiceFiled =>
        "网站（互联网信息服务）是否已备案？可在工信部备案系统公共查询中查询。",
        "Is the service filed? Look it up in the regulator's public query.";
    FiledHere =>
        "该网站（互联网信息服务）是否已在本平台接入备案？请查询本平台的备案记录。",
        "Is it filed with this access provider? Look into your own records.";
    ServicesLeft =>
        "该主体名下是否还有已备案的网站（互联网信息服务）？请在工信部备案系统公共查询中查询。",
        "Has the entity any filed service left? Look it up in the regulator's public query.";
    Province =>
        "主体在哪个省份备案？请向备案主体确认。",
        "In which province is the entity filed? Ask whoever files.";
});

impl Determination {
    /// What to do, for people.
    #[must_use]
    pub fn text(self, lang: Lang) -> Cow<'static, str> {
        match (self, lang) {
            (Self::File(kind), Lang::Zh) => format!("请办理：{}。", kind.text(lang)).into(),
            (Self::File(kind), Lang::En) => format!("File as: {}.", kind.text(lang)).into(),
            (Self::First(what), _) => what.text(lang).into(),
            (Self::Missing(fact), _) => fact.text(lang).into(),
            (Self::Contradiction(one, other), Lang::Zh) => format!(
                "所述情况相互矛盾，请核实：{}；{}。",
                clause(one, other, lang),
                clause(other, one, lang)
            )
            .into(),
            (Self::Contradiction(one, other), Lang::En) => format!(
                "These exclude each other, check them: {}; {}.",
                clause(one, other, lang),
                clause(other, one, lang)
            )
            .into(),
        }
    }
}

/// What was said of a fact, where another excludes it: the one that the other needs is denied.
const fn clause(fact: FilingFact, other: FilingFact, lang: Lang) -> &'static str {
    let zh = matches!(lang, Lang::Zh);
    match (fact, other) {
        (FilingFact::EntityFiled, _) if zh => "主体未备案",
        (FilingFact::EntityFiled, _) => "the entity isn't filed",
        (FilingFact::ServiceFiled, FilingFact::FiledHere) if zh => "网站未备案",
        (FilingFact::ServiceFiled, FilingFact::FiledHere) => "the service isn't filed",
        (FilingFact::ServiceFiled, _) if zh => "网站已备案",
        (FilingFact::ServiceFiled, _) => "the service is filed",
        (FilingFact::FiledHere, _) if zh => "已在本接入服务商备案",
        (FilingFact::FiledHere, _) => "it is filed with this access provider",
        (FilingFact::ServicesLeft, FilingFact::EntityFiled) if zh => "主体名下仍有已备案的网站",
        (FilingFact::ServicesLeft, FilingFact::EntityFiled) => {
            "the entity has a filed service left"
        }
        (FilingFact::ServicesLeft, _) if zh => "主体名下没有已备案的网站",
        (FilingFact::ServicesLeft, _) => "the entity has no filed service left",
        (FilingFact::Province, _) if zh => "备案省份",
        (FilingFact::Province, _) => "the province",
    }
}

impl Localized for Determination {
    fn code(&self) -> &'static str {
        self.name()
    }

    fn text(&self, lang: Lang) -> Cow<'static, str> {
        Self::text(*self, lang)
    }
}

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
        "Is the entity filed? The regulator's public query knows.";
    ServiceFiled =>
        "网站（互联网信息服务）是否已备案？可在工信部备案系统公共查询中查询。",
        "Is the service filed? The regulator's public query knows.";
    FiledHere =>
        "该备案是否在本接入服务商？请查询本平台的备案记录。",
        "Is it filed with this access provider? Its own records know.";
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
            (Self::Contradiction(fact, of), Lang::Zh) => format!(
                "所述情况相互矛盾（{fact}、{of}）：已在此备案的，网站和主体均已备案；请核实。"
            )
            .into(),
            (Self::Contradiction(fact, of), Lang::En) => format!(
                "{fact} and {of} exclude each other: what is filed here is filed, and so is its entity. \
                 Check them."
            )
            .into(),
        }
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

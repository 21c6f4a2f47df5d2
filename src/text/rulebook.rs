//! Who is texted by a rule, what is wrong with a table or a history, and what can't be filed yet.

use alloc::{format, string::String, vec::Vec};

use super::{Lang, beijing::BeijingTime, texts};
use crate::{
    Exemption, FilingType, ModifiedPart,
    filing::{NotFileable, ProblemKind},
    rulebook::{HistoryProblem, NotInForce, Rule, RuleIdProblem, RulebookProblem},
};

impl Rule {
    /// Who is texted; for modify, after the part that has changed.
    ///
    /// ```
    /// use beian::{Lang, Rulebook};
    ///
    /// let rules = Rulebook::CURRENT.rules();
    /// assert_eq!(rules[0].text(Lang::Zh), "主体负责人、网站（互联网信息服务）负责人");
    /// # let en: Vec<_> = rules.iter().map(|rule| rule.text(Lang::En)).collect();
    /// # assert!(en.contains(&"nobody".into()));
    /// # assert!(en.contains(&"entity information: entity leader".into()), "{en:?}");
    /// ```
    #[must_use]
    pub fn text(&self, lang: Lang) -> String {
        let people: Vec<_> = self.texted().iter().map(|role| role.text(lang)).collect();
        let who = match (people.is_empty(), lang) {
            (true, Lang::Zh) => "无需核验".into(),
            (true, Lang::En) => "nobody".into(),
            (false, Lang::Zh) => people.join("、"),
            (false, Lang::En) => people.join(", "),
        };
        match (self.change(), lang) {
            (None, _) => who,
            (Some(change), Lang::Zh) => format!("{}：{who}", change.text(lang)),
            (Some(change), Lang::En) => format!("{}: {who}", change.text(lang)),
        }
    }
}

impl NotFileable {
    /// The stable machine code: that of an order with such a service.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        ProblemKind::NotYetFileable.code()
    }

    /// From when the kind of service can be filed.
    ///
    /// ```
    /// use beian::{Lang, ServiceKind, day, filing::NotFileable};
    ///
    /// let from = day::first_instant("2023-09-01".parse()?);
    /// let refusal = NotFileable { kind: ServiceKind::App, from };
    /// assert!(refusal.text(Lang::Zh).contains("2023-09-01 00:00"));
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    #[must_use]
    pub fn text(&self, lang: Lang) -> String {
        let (kind, from) = (self.kind.text(lang), BeijingTime(self.from));
        match lang {
            Lang::Zh => format!("{kind}自{from}（北京时间）起方可备案（D01）。"),
            Lang::En => {
                format!(
                    "A filing of this kind ({kind}) is possible from {from} Beijing time (D01)."
                )
            }
        }
    }
}

impl NotInForce {
    /// That nobody verifies, and from when somebody would.
    #[must_use]
    pub fn text(&self, lang: Lang) -> String {
        Exemption::NotInForce(*self).text(lang)
    }
}

impl RulebookProblem {
    /// The stable machine code, such as `rule_missing`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Name => "rulebook_name",
            Self::Window => "rulebook_window",
            Self::Change(_) => "rule_change",
            Self::Missing(..) => "rule_missing",
            Self::Twice(..) => "rule_twice",
        }
    }

    /// What is wrong with the table.
    #[must_use]
    pub fn text(&self, lang: Lang) -> String {
        let case = |filing_type: FilingType, change: Option<ModifiedPart>| match change {
            Some(change) => format!("{}/{}", filing_type.text(lang), change.text(lang)),
            None => filing_type.text(lang).into(),
        };
        match (*self, lang) {
            (Self::Name, Lang::Zh) => "规则表名称应为1至64个字节。".into(),
            (Self::Name, Lang::En) => "The name of a rulebook has 1 to 64 bytes.".into(),
            (Self::Window, Lang::Zh) => "核验时限应为10分钟至72小时，且为整分钟。".into(),
            (Self::Window, Lang::En) => {
                "The window is 10 minutes to 72 hours, in whole minutes.".into()
            }
            (Self::Change(filing_type), Lang::Zh) => format!(
                "规则行“{}”有误：变更备案须注明变更内容，其他类型不得注明。",
                filing_type.text(lang)
            ),
            (Self::Change(filing_type), Lang::En) => format!(
                "The row of “{}” is wrong: what has changed belongs to every row of modify and to \
                 no other.",
                filing_type.text(lang)
            ),
            (Self::Missing(filing_type, change), Lang::Zh) => {
                format!("缺少“{}”的规则行。", case(filing_type, change))
            }
            (Self::Missing(filing_type, change), Lang::En) => {
                format!("There is no row for “{}”.", case(filing_type, change))
            }
            (Self::Twice(filing_type, change), Lang::Zh) => {
                format!("“{}”有多个规则行。", case(filing_type, change))
            }
            (Self::Twice(filing_type, change), Lang::En) => {
                format!(
                    "There is more than one row for “{}”.",
                    case(filing_type, change)
                )
            }
        }
    }
}

texts!(HistoryProblem, coded {
    NoProvince => "period_without_province",
        "有一个时期未列出省份。",
        "A period names no province.";
    Order => "periods_out_of_order",
        "各时期须按开始时间由早到晚排列。",
        "The periods are out of order: the earliest comes first.";
    Twice => "period_twice",
        "同一省份有两个时期同时开始，或同一服务类型重复列出。",
        "Two periods begin at once in one province, or a kind of service is listed twice.";
});

impl RuleIdProblem {
    /// The stable machine code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        "rule_id_malformed"
    }

    /// What a rule id looks like.
    #[must_use]
    pub const fn text(self, lang: Lang) -> &'static str {
        match lang {
            Lang::Zh => "规则编号应为1至32个字母、数字、连字符、下划线或点。",
            Lang::En => "A rule id has 1 to 32 letters, digits, hyphens, underscores or dots.",
        }
    }
}

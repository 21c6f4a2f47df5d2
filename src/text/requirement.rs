//! Who is texted and why, or that nobody is.

use alloc::{format, string::String, vec::Vec};

use super::{Lang, beijing::BeijingTime, span};
use crate::{Exemption, Recipient, Requirement, Role, ServiceRef, rulebook::NotInForce};

impl Requirement {
    /// Who must verify and by which rule, one person a line below the [`heading`](Self::heading), or why nobody
    /// must. Numbers are masked.
    #[must_use]
    pub fn text(&self, lang: Lang) -> String {
        let persons = self.recipients().into_iter().flatten();
        persons.fold(self.heading(lang), |text, recipient| {
            format!("{text}\n{}", recipient.text(lang))
        })
    }

    /// What holds for all who must verify, for a page that shows the persons itself; or why nobody must.
    ///
    /// ```
    /// use beian::{Lang, Recipient, Recipients, Requirement, Role, VerificationPolicy};
    ///
    /// let leader = Recipient::new("19900000001".parse()?, Role::EntityLeader, []);
    /// let recipients = Recipients::new([leader], VerificationPolicy::REGULATOR);
    /// let Some(requirement) = recipients.map(Requirement::Verify) else { return Ok(()) };
    /// assert_eq!(requirement.heading(Lang::Zh), "须在收到短信后24小时内完成核验：");
    /// # Ok::<(), beian::MobileProblem>(())
    /// ```
    #[must_use]
    pub fn heading(&self, lang: Lang) -> String {
        match self {
            Self::Nobody(exemption) => exemption.text(lang),
            Self::Verify(recipients) => {
                let window = span(recipients.policy().window(), lang);
                match lang {
                    Lang::Zh => format!("须在收到短信后{window}内完成核验："),
                    Lang::En => format!("Must verify within {window} of receiving the message:"),
                }
            }
        }
    }
}

impl Recipient {
    /// The person's masked number, roles and the rule by which they are texted, in one line.
    #[must_use]
    pub fn text(&self, lang: Lang) -> String {
        let roles: Vec<String> = self
            .roles()
            .iter()
            .map(|role| self.role(role, lang))
            .collect();
        let (mobile, rule) = (self.mobile(), self.rule());
        match lang {
            Lang::Zh => format!("{mobile}：{}（{rule}）", roles.join("，")),
            Lang::En => format!("{mobile}: {} ({rule})", roles.join("; ")),
        }
    }

    fn role(&self, role: Role, lang: Lang) -> String {
        let title = role.text(lang);
        let names: Vec<&str> = match role {
            Role::EntityLeader => Vec::new(),
            Role::ServiceAdministrator => self.services().iter().map(ServiceRef::name).collect(),
        };
        match (names.is_empty(), lang) {
            (true, _) => title.into(),
            (false, Lang::Zh) => format!("{title}“{}”", names.join("”“")),
            (false, Lang::En) => format!("{title} of “{}”", names.join("”, “")),
        }
    }
}

impl Exemption {
    /// That nobody verifies, and why.
    #[must_use]
    pub fn text(&self, lang: Lang) -> String {
        match (self, lang) {
            (Self::Rule(rule), Lang::Zh) => {
                format!("无需短信核验，订单直接进入管局审核（{rule}）。")
            }
            (Self::Rule(rule), Lang::En) => format!(
                "Nobody verifies: the order goes straight to the administration's review ({rule})."
            ),
            (Self::NotInForce(NotInForce { from: Some(from) }), Lang::Zh) => format!(
                "无需短信核验：该省份自{}（北京时间）起实行短信核验（D01）。",
                BeijingTime(*from)
            ),
            (Self::NotInForce(NotInForce { from: Some(from) }), Lang::En) => format!(
                "Nobody verifies: SMS verification was not in force yet; \
                 in this province it was from {} Beijing time (D01).",
                BeijingTime(*from)
            ),
            (Self::NotInForce(NotInForce { from: None }), Lang::Zh) => {
                "无需短信核验：该省份未实行短信核验（D01）。".into()
            }
            (Self::NotInForce(NotInForce { from: None }), Lang::En) => {
                "Nobody verifies: SMS verification is not in force in this province (D01).".into()
            }
            (Self::AsTexted, Lang::Zh) => {
                "无需短信核验：按平台登记，工信部不发送核验短信（B02）。".into()
            }
            (Self::AsTexted, Lang::En) => {
                "Nobody verifies: the platform says that the regulator texts nobody (B02).".into()
            }
        }
    }
}

//! Who is texted once the order is submitted, and what the rules say if staff say otherwise.

use beian::{
    Lang, Requirement, Role,
    filing::OrderStep,
    rulebook::{self, RuleId},
};
use chrono::{DateTime, Utc};

use super::filed::names;
use crate::order::Order;

/// Who would be texted now.
pub(super) struct Texted {
    /// What holds for all, or why nobody is texted, or why it can't be submitted.
    pub(super) head: String,
    pub(super) persons: Vec<Recipient>,
    /// What the rules say, if staff say otherwise.
    pub(super) rules: Option<String>,
    /// The roles to choose from; none once it is accepted.
    pub(super) choices: Vec<RoleChoice>,
}

/// Somebody who would be texted.
pub(super) struct Recipient {
    pub(super) names: Vec<String>,
    pub(super) mobile: String,
    pub(super) roles: String,
    pub(super) rules: String,
}

/// A check box.
pub(super) struct RoleChoice {
    pub(super) value: &'static str,
    pub(super) text: &'static str,
    pub(super) chosen: bool,
}

impl Texted {
    pub(super) fn of(order: &Order, lang: Lang, now: DateTime<Utc>) -> Self {
        let by_rules = rulebook::requirement(&order.filing, now);
        let rules = order.texted.as_ref().and(by_rules.ok());
        let requirement = match order.requirement(now) {
            Ok(requirement) => requirement,
            Err(why) => return Self::not_now(why.text(lang)),
        };
        let recipients = requirement.recipients();
        let persons = recipients.into_iter().flat_map(beian::Recipients::iter);
        let choices = Role::ALL.iter().map(|role| RoleChoice {
            value: role.name(),
            text: role.text(lang),
            chosen: is_texted(&requirement, *role),
        });
        let open = order.can(OrderStep::PassReview);
        Self {
            head: requirement.heading(lang),
            persons: persons.map(|it| Recipient::of(order, it, lang)).collect(),
            rules: rules.map(|rules| rules.text(lang)),
            choices: choices.filter(|_| open).collect(),
        }
    }

    const fn not_now(why: String) -> Self {
        Self {
            head: why,
            persons: Vec::new(),
            rules: None,
            choices: Vec::new(),
        }
    }
}

impl Recipient {
    fn of(order: &Order, recipient: &beian::Recipient, lang: Lang) -> Self {
        let rules: Vec<_> = recipient.rules().iter().map(RuleId::as_str).collect();
        let mobile = recipient.mobile().digits();
        Self {
            names: names(order, mobile),
            mobile: mobile.to_owned(),
            roles: recipient.roles().text(lang),
            rules: if rules.is_empty() {
                recipient.rule().as_str().to_owned()
            } else {
                rules.join(" ")
            },
        }
    }
}

fn is_texted(requirement: &Requirement, role: Role) -> bool {
    let recipients = requirement.recipients().into_iter();
    let mut recipients = recipients.flat_map(beian::Recipients::iter);
    recipients.any(|recipient| recipient.roles().contains(role))
}

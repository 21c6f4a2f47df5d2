//! A requirement as JSON for pages: what may be shown, and no more.

use alloc::{format, string::String, vec::Vec};

use serde::{Serialize, Serializer};

use super::{Exemption, Recipient, Requirement, ServiceRef};
use crate::{
    Role,
    rulebook::{NotInForce, RuleId},
};

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Shown<'a> {
    Verify {
        window_minutes: i64,
        recipients: Vec<ShownRecipient<'a>>,
    },
    Nobody(&'a Exemption),
}

#[derive(Serialize)]
struct ShownRecipient<'a> {
    mobile: String,
    roles: Vec<Role>,
    rules: Vec<&'a RuleId>,
    services: Vec<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case", tag = "reason")]
enum ShownExemption<'a> {
    Rule { rule: &'a RuleId },
    NotInForce(NotInForce),
    AsTexted,
}

#[derive(Serialize)]
struct ShownNotInForce {
    from: Option<String>,
}

impl Serialize for Requirement {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Verify(recipients) => Shown::Verify {
                window_minutes: recipients.policy().window().num_minutes(),
                recipients: recipients.iter().map(shown).collect(),
            },
            Self::Nobody(exemption) => Shown::Nobody(exemption),
        }
        .serialize(serializer)
    }
}

impl Serialize for Exemption {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Rule(rule) => ShownExemption::Rule { rule },
            Self::NotInForce(not_yet) => ShownExemption::NotInForce(*not_yet),
            Self::AsTexted => ShownExemption::AsTexted,
        }
        .serialize(serializer)
    }
}

impl Serialize for NotInForce {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // `Debug` of an instant in UTC is RFC 3339.
        let from = self.from.map(|from| format!("{from:?}"));
        ShownNotInForce { from }.serialize(serializer)
    }
}

fn shown(recipient: &Recipient) -> ShownRecipient<'_> {
    ShownRecipient {
        // `Display` masks the number.
        mobile: format!("{}", recipient.mobile()),
        roles: recipient.roles().iter().collect(),
        rules: recipient.rules().iter().collect(),
        services: recipient.services().iter().map(ServiceRef::name).collect(),
    }
}

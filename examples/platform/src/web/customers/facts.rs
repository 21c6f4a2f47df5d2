//! What is asked beside the order: of the many facts that decide something, those that only the customer knows.

use beian::{
    OrderForm,
    filing::checks::{EntityKind, OrderFacts, PersonFacts},
};
use beian_web::pages::{
    fields::{Choice, Field, Fields, Select},
    order_form::{Kind, More, Remark},
};
use chrono::NaiveDate;

use super::Visit;
use crate::order::Order;

const ENTITY_KIND: &str = "facts.entity_kind";
const LEGAL_REPRESENTATIVE: &str = "facts.legal_representative";
const VALID_UNTIL: &str = "facts.leader.valid_until";
/// How a document says that it is valid for good.
const FOR_GOOD: &str = "长期";
/// How the crate says it (B28).
const LAST_DAY: Option<NaiveDate> = NaiveDate::from_ymd_opt(9999, 12, 31);

/// What was typed of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Asked {
    entity_kind: Option<EntityKind>,
    legal_representative: Option<bool>,
    valid_until: Option<NaiveDate>,
    /// A date that can't be read, as it was typed.
    unread: Option<String>,
}

impl Asked {
    /// As the form was sent.
    pub(super) fn read(fields: &mut Fields) -> Self {
        let valid_until = fields.take(VALID_UNTIL);
        let typed = valid_until.trim();
        let date = date(typed);
        Self {
            entity_kind: fields.take(ENTITY_KIND).parse().ok(),
            legal_representative: match fields.take(LEGAL_REPRESENTATIVE).as_str() {
                "yes" => Some(true),
                "no" => Some(false),
                _ => None,
            },
            valid_until: date,
            unread: (date.is_none() && !typed.is_empty()).then(|| typed.to_owned()),
        }
    }

    /// As an order has them.
    pub(super) const fn of(facts: &OrderFacts) -> Self {
        Self {
            entity_kind: facts.entity_kind,
            legal_representative: facts.legal_representative,
            valid_until: facts.leader.valid_until,
            unread: None,
        }
    }

    /// What can't be read of them.
    pub(super) fn problem(&self, visit: &Visit) -> Option<Remark> {
        self.unread.as_ref().map(|_| Remark {
            path: VALID_UNTIL.to_owned(),
            text: visit
                .t(
                    "证件有效期请写作2030-01-31，或长期。",
                    "Write until when the document is valid as 2030-01-31, or as 长期.",
                )
                .to_owned(),
            kind: Kind::Problem,
        })
    }

    /// With them alone.
    pub(super) fn facts(&self) -> OrderFacts {
        self.onto(OrderFacts::default())
    }

    /// With them, and what else is known of an order that is changed, as far as it is about the same people.
    pub(super) fn facts_after(&self, order: &Order, typed: &OrderForm) -> OrderFacts {
        let before = OrderForm::from(&order.filing);
        let mut facts = order.facts.clone();
        let (old, new) = (&before.entity.leader, &typed.entity.leader);
        if old.name != new.name.trim() || old.mobile != new.mobile.trim() {
            facts.leader = PersonFacts::default();
        }
        let same = before.services.len() == typed.services.len()
            && before
                .services
                .iter()
                .zip(&typed.services)
                .all(|(old, new)| {
                    let (before, after) = (&old.administrator, &new.administrator);
                    old.name == new.name.trim()
                        && before.name == after.name.trim()
                        && before.mobile == after.mobile.trim()
                });
        if !same {
            facts.services.clear();
        }
        self.onto(facts)
    }

    fn onto(&self, mut facts: OrderFacts) -> OrderFacts {
        facts.entity_kind = self.entity_kind;
        facts.legal_representative = self.legal_representative;
        facts.leader.valid_until = self.valid_until;
        facts
    }

    /// The fields.
    pub(super) fn fields(&self, visit: &Visit) -> Vec<More> {
        let unknown = Some(visit.t("未说明", "Not said"));
        let lang = visit.lang;
        let kind = |kind: EntityKind| Choice {
            value: kind.name(),
            text: beian_web::pages::capital(kind.text(lang)),
            chosen: self.entity_kind == Some(kind),
        };
        let yes_or_no = |value, text: &str, yes| Choice {
            value,
            text: text.to_owned(),
            chosen: self.legal_representative == Some(yes),
        };
        vec![
            More::Select(Select {
                name: ENTITY_KIND.to_owned(),
                label: visit.t("主办者性质（选填）", "Kind of entity (optional)"),
                empty: unknown,
                options: EntityKind::ALL.iter().copied().map(kind).collect(),
                ..Select::default()
            }),
            More::Select(Select {
                name: LEGAL_REPRESENTATIVE.to_owned(),
                label: visit.t(
                    "主体负责人是法定代表人（选填）",
                    "The leader is the legal representative (optional)",
                ),
                empty: unknown,
                options: vec![
                    yes_or_no("yes", visit.t("是", "Yes"), true),
                    yes_or_no("no", visit.t("否", "No"), false),
                ],
                ..Select::default()
            }),
            More::Field(Field {
                name: VALID_UNTIL.to_owned(),
                label: visit.t("主体负责人证件有效期至", "The leader’s ID is valid until"),
                value: self.valid_until(),
                hint: visit
                    .t(
                        "如2030-01-31，或长期。",
                        "Such as 2030-01-31, or 长期 if it is valid for good.",
                    )
                    .into(),
                optional: Some(visit.t("选填", "optional").into()),
                keyboard: "text",
                autocomplete: "off",
                max: 20,
                ..Field::default()
            }),
        ]
    }

    fn valid_until(&self) -> String {
        match (&self.unread, self.valid_until) {
            (Some(unread), _) => unread.clone(),
            (None, None) => String::new(),
            (None, until) if until == LAST_DAY => FOR_GOOD.to_owned(),
            (None, Some(until)) => until.to_string(),
        }
    }
}

fn date(typed: &str) -> Option<NaiveDate> {
    if typed == FOR_GOOD {
        return LAST_DAY;
    }
    ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日"]
        .iter()
        .find_map(|format| NaiveDate::parse_from_str(typed, format).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Asked {
        let pair = |(name, typed): &(&str, &str)| ((*name).to_owned(), (*typed).to_owned());
        Asked::read(&mut Fields::new(pairs.iter().map(pair).collect()))
    }

    #[test]
    fn what_is_not_said_is_unknown() {
        assert_eq!(read(&[]).facts(), OrderFacts::default());
        let facts = read(&[
            (ENTITY_KIND, "unit"),
            (LEGAL_REPRESENTATIVE, "no"),
            (VALID_UNTIL, " 2030-01-31 "),
        ]);
        assert_eq!(facts.facts().entity_kind, Some(EntityKind::Unit));
        assert_eq!(facts.facts().legal_representative, Some(false));
        assert_eq!(
            facts.facts().leader.valid_until,
            NaiveDate::from_ymd_opt(2030, 1, 31)
        );
    }

    #[test]
    fn dates_stand_as_they_do_on_documents() {
        for typed in ["2030-01-31", "2030/1/31", "2030.01.31", "2030年1月31日"] {
            assert_eq!(date(typed), NaiveDate::from_ymd_opt(2030, 1, 31), "{typed}");
        }
        assert_eq!(date(FOR_GOOD), LAST_DAY);
        assert_eq!(
            read(&[(VALID_UNTIL, "soon")]).unread.as_deref(),
            Some("soon")
        );
    }
}

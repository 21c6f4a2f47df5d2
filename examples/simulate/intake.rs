//! What a platform settles with its customer before an order is submitted: which filing it is, the form, and what
//! would be refused.

use std::sync::LazyLock;

use beian::{
    Access, FilingOrder, FilingPolicy, OrderForm,
    filing::{
        Determination, FilingFact, FilingFacts,
        checks::{OrderFact, OrderFacts},
    },
};

use crate::{
    dice::Dice,
    orders::{Filing, Somebody},
    platform::Platform,
    reference::against::{self, Difference},
};

/// With all rows of the checks.
static POLICY: LazyLock<FilingPolicy> = LazyLock::new(FilingPolicy::default);

impl Platform {
    /// Before an order is submitted for the first time.
    pub fn takes_in(&self, number: u32) -> Result<(), Difference> {
        let filing = &self.orders[number as usize].filing;
        determined(filing)?;
        // One in a hundred goes the whole way: that costs as much as an order's rounds.
        let mut dice = Dice::of(&[self.seed, 29, number.into()]);
        match &filing.order {
            Some(order) if dice.happens(0.01) => self.checked(number, order),
            _ => Ok(()),
        }
    }

    /// The form says what the order says, and the checks find what is so.
    fn checked(&self, number: u32, order: &FilingOrder) -> Result<(), Difference> {
        let at = against::utc(self.now);
        let policy = &*POLICY;
        // An order has no ID numbers, so the customer is asked for them again (D27).
        let mut form = OrderForm::from(order);
        let renewed = self.orders[number as usize].renewed();
        let administrators = form.services.iter_mut().map(|it| &mut it.administrator);
        for person in std::iter::once(&mut form.entity.leader).chain(administrators) {
            let mobile = person.mobile.parse().map_err(|_| "a mobile that is none")?;
            person.id_document.number = Somebody::with(&mobile).passport(renewed);
        }
        let read = form.check_at(policy, at);
        if read.as_ref() != Ok(order) {
            return Err("an order comes back from its form as another".into());
        }
        let mut facts = OrderFacts::default().with_ages(&form, at);
        let found = |facts: &OrderFacts| -> Vec<_> {
            let findings = policy.findings(order, facts, at).into_iter();
            findings
                .map(|it| (it.path().to_owned(), it.code()))
                .collect()
        };
        let asks = |facts: &OrderFacts| {
            let open = policy.open_questions(order, facts, at);
            open.iter()
                .any(|question| question.fact == OrderFact::AnotherOrderOpen)
        };
        if !asks(&facts) {
            return Err("nobody asks for another open order (B22)".into());
        }
        let before = found(&facts);
        let another = self.another_open(number);
        facts.another_order_open = Some(another);
        let after = found(&facts);
        if asks(&facts) {
            return Err("what is known is asked for again (D30)".into());
        }
        if !before.iter().all(|finding| after.contains(finding)) {
            return Err(
                "what was found is found no more, though nothing contradicts it (D30)".into(),
            );
        }
        let told = after.iter().any(|(_, code)| *code == "another_order_open");
        if told != another {
            return Err("another open order is told of wrongly (B22)".into());
        }
        self.count(
            "checks",
            if told {
                "another order is open"
            } else {
                "none other is open"
            },
        );
        Ok(())
    }

    /// Whether the same leader's entity has another order under way.
    fn another_open(&self, number: u32) -> bool {
        let of = |filing: &Filing| Some(*filing.order.as_ref()?.leader().mobile());
        let leader = of(&self.orders[number as usize].filing);
        let others = self.orders.iter().enumerate();
        others
            .filter(|(other, order)| *other != number as usize && of(&order.filing) == leader)
            .any(|(_, order)| order.is_under_way())
    }
}

/// Whatever isn't known is asked for, one by one: it ends with the filing that it is (D29), and where something else
/// comes first (R10, R11), the order isn't taken.
fn determined(filing: &Filing) -> Result<(), Difference> {
    let Some(truth) = filing.facts else {
        return Ok(()); // what ends a filing is chosen
    };
    let mut known = FilingFacts {
        access: truth.access,
        ..FilingFacts::default()
    };
    let changed = !matches!(truth.access, None | Some(Access::Unchanged));
    for _ in 0..=FilingFact::ALL.len() {
        match known.determine() {
            Determination::Missing(fact) => {
                let before = known;
                match fact {
                    FilingFact::EntityFiled => known.entity_filed = truth.entity_filed,
                    FilingFact::ServiceFiled => known.service_filed = truth.service_filed,
                    FilingFact::FiledHere => known.filed_here = truth.filed_here,
                    FilingFact::ServicesLeft => known.services_left = truth.services_left,
                    FilingFact::Province => known.province = truth.province,
                }
                if known == before {
                    return Err(format!("{fact:?} is asked for again (D29)"));
                }
            }
            Determination::File(it) if it == filing.kind && !changed => return Ok(()),
            Determination::First(_) if changed && filing.order.is_none() => return Ok(()),
            other => {
                return Err(format!("{:?} is taken for {other:?} (B20)", filing.kind));
            }
        }
    }
    Err("questions without end (D29)".into())
}

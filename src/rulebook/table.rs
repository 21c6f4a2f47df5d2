//! A complete table, and what it requires of an order.

use alloc::{borrow::Cow, vec::Vec};
use core::iter;

use chrono::TimeDelta;

use super::{Rule, RuleId};
use crate::{
    Exemption, FilingOrder, FilingType, ModifiedPart, Recipient, Recipients, Requirement, Role,
    Roles, VerificationPolicy,
};

/// Who is texted in which case: every filing type once, every part that modify can change once, and
/// the window in which a person has to verify.
///
/// The built-in tables are constants; a host loads its own through [`Rulebook::new`] or serde (the
/// window as whole minutes), both of which check it.
///
/// ```
/// use beian::{FilingType, Role, Rulebook, rulebook::Rule};
/// use chrono::TimeDelta;
///
/// // What the regulator does today, but deregistering a service texts nobody any more.
/// let rules = Rulebook::CURRENT.rules().iter().cloned().map(|rule| {
///     if rule.filing_type() == FilingType::DeregisterService {
///         return Rule::new(rule.filing_type(), [], rule.id().clone(), "seen in 2024");
///     }
///     rule
/// });
/// let rulebook = Rulebook::new("seen_in_2024", rules, TimeDelta::hours(24))?;
/// assert_eq!(rulebook.name(), "seen_in_2024");
/// # Ok::<(), beian::rulebook::RulebookProblem>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(into = "Wire", try_from = "Wire")
)]
pub struct Rulebook {
    name: Cow<'static, str>,
    rules: Cow<'static, Rules>,
    window: TimeDelta,
}

/// Every case once, in the order of [`CASES`]: a table without a row for a case is no value of this type.
pub(super) type Rules = [Rule; CASES.len()];

const CASES: [(FilingType, Option<ModifiedPart>); 9] = [
    (FilingType::Initial, None),
    (FilingType::AddService, None),
    (FilingType::AddAccess, None),
    (FilingType::Modify, Some(ModifiedPart::Entity)),
    (FilingType::Modify, Some(ModifiedPart::Service)),
    (FilingType::Modify, Some(ModifiedPart::Remarks)),
    (FilingType::DeregisterEntity, None),
    (FilingType::DeregisterService, None),
    (FilingType::CancelAccess, None),
];

impl Rulebook {
    /// A host's own table, checked. The window is 10 minutes to 72 hours, as that of a [`VerificationPolicy`],
    /// in whole minutes.
    ///
    /// # Errors
    /// A [`RulebookProblem`] that names the first fault: the name, the window, a row that doesn't
    /// belong, a case that is covered twice or not at all.
    pub fn new(
        name: impl Into<Cow<'static, str>>,
        rules: impl IntoIterator<Item = Rule>,
        window: TimeDelta,
    ) -> Result<Self, RulebookProblem> {
        let (name, rules) = (name.into(), Vec::from_iter(rules));
        check(&name, &rules, window)?;
        let [one, two, three, four, five, six, seven, eight, nine] =
            CASES.map(|case| only(&rules, case));
        Ok(Self {
            name,
            rules: Cow::Owned([
                one?, two?, three?, four?, five?, six?, seven?, eight?, nine?,
            ]),
            window,
        })
    }

    /// The name to record with an order, such as `current`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Row by row, in the order of [`FilingType::ALL`].
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &*self.rules
    }

    /// How long a person has to verify once the message has been received (R17).
    #[must_use]
    pub const fn window(&self) -> TimeDelta {
        self.window
    }

    /// Who must verify this order: one recipient per number (R09, B05), each with the rules that
    /// say so; the policy is the regulator's with this table's window
    /// ([`Recipients::with_policy`] sets another). An order that lists no service has no
    /// administrator to text.
    ///
    /// ```
    /// use beian::{FilingOrder, IdDocument, Person, Province, Requirement, Rulebook, ServiceKind};
    ///
    /// let leader = Person::new("张三", "199 0000 0001", IdDocument::passport("E12345678")?)?;
    /// let administrator = Person::new("李四", "199 0000 0002", IdDocument::passport("E87654321")?)?;
    /// let order = FilingOrder::initial(Province::Beijing, leader)
    ///     .service(ServiceKind::Website, "示例站", administrator)
    ///     .build()?;
    ///
    /// let Requirement::Verify(recipients) = Rulebook::CURRENT.requirement(&order) else {
    ///     return Ok(()); // R08
    /// };
    /// let first = recipients.iter().next().map(|r| (r.mobile().to_string(), r.rule().to_string()));
    /// assert_eq!(first, Some(("199****0001".into(), "R03".into())));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn requirement(&self, order: &FilingOrder) -> Requirement {
        let (first, others) = self.rules_of(order);
        let texted = iter::once(first)
            .chain(others)
            .flat_map(|rule| texted(order, rule.texted(), rule.id()));
        match Recipients::new(texted, self.policy()) {
            Some(recipients) => Requirement::Verify(recipients),
            None => Requirement::Nobody(Exemption::Rule(first.id().clone())),
        }
    }

    /// Who must verify this order, where the regulator texted other roles than the table says: it
    /// is whoever receives the text (B02). For the opening of a round, not later (D02). The rule of
    /// every recipient is `B02`; the window stays this table's.
    ///
    /// ```
    /// # use beian::{FilingOrder, IdDocument, Person, Province, Requirement, Rulebook, ServiceKind};
    /// use beian::{Exemption, Role, Roles};
    /// # let leader = Person::new("张三", "199 0000 0001", IdDocument::passport("E12345678")?)?;
    /// # let order = FilingOrder::initial(Province::Beijing, leader.clone())
    /// #     .service(ServiceKind::Website, "示例站", leader).build()?;
    ///
    /// let seen = Rulebook::CURRENT.requirement_as_texted(&order, Role::ServiceAdministrator);
    /// assert!(matches!(seen, Requirement::Verify(_)));
    /// let seen = Rulebook::CURRENT.requirement_as_texted(&order, Roles::NONE);
    /// assert_eq!(seen, Requirement::Nobody(Exemption::AsTexted));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn requirement_as_texted(
        &self,
        order: &FilingOrder,
        roles: impl Into<Roles>,
    ) -> Requirement {
        let texted = texted(order, roles.into(), RuleId::as_texted());
        Recipients::new(texted, self.policy()).map_or(
            Requirement::Nobody(Exemption::AsTexted),
            Requirement::Verify,
        )
    }

    pub(super) const fn built_in(
        name: &'static str,
        rules: &'static Rules,
        window: TimeDelta,
    ) -> Self {
        Self {
            name: Cow::Borrowed(name),
            rules: Cow::Borrowed(rules),
            window,
        }
    }

    /// The row of the order's type; for modify, those of all parts that have changed (R06). A
    /// modification says what it changes; were it nothing, it would text as many as remarks do (B03).
    fn rules_of(&self, order: &FilingOrder) -> (&Rule, impl Iterator<Item = &Rule>) {
        let (filing_type, mut parts) = (order.filing_type(), order.modified_parts().iter());
        let first = self.rule(filing_type, parts.next().unwrap_or(ModifiedPart::Remarks));
        (first, parts.map(move |part| self.rule(filing_type, part)))
    }

    fn rule(&self, filing_type: FilingType, part: ModifiedPart) -> &Rule {
        let [
            initial,
            add_service,
            add_access,
            entity,
            service,
            remarks,
            deregister_entity,
            deregister_service,
            cancel_access,
        ] = &*self.rules;
        match (filing_type, part) {
            (FilingType::Initial, _) => initial,
            (FilingType::AddService, _) => add_service,
            (FilingType::AddAccess, _) => add_access,
            (FilingType::Modify, ModifiedPart::Entity) => entity,
            (FilingType::Modify, ModifiedPart::Service) => service,
            (FilingType::Modify, ModifiedPart::Remarks) => remarks,
            (FilingType::DeregisterEntity, _) => deregister_entity,
            (FilingType::DeregisterService, _) => deregister_service,
            (FilingType::CancelAccess, _) => cancel_access,
        }
    }

    fn policy(&self) -> VerificationPolicy {
        VerificationPolicy::REGULATOR.under(self.window)
    }
}

fn check(name: &str, rules: &[Rule], window: TimeDelta) -> Result<(), RulebookProblem> {
    if !(1..=64).contains(&name.len()) {
        return Err(RulebookProblem::Name);
    }
    let range = TimeDelta::minutes(10)..=TimeDelta::hours(72);
    let whole_minutes = TimeDelta::try_minutes(window.num_minutes());
    if !range.contains(&window) || whole_minutes != Some(window) {
        return Err(RulebookProblem::Window);
    }
    for rule in rules {
        let (filing_type, change) = (rule.filing_type(), rule.change());
        if (filing_type == FilingType::Modify) != change.is_some() {
            return Err(RulebookProblem::Change(filing_type));
        }
    }
    Ok(())
}

/// The one row of a case.
fn only(
    rules: &[Rule],
    (filing_type, change): (FilingType, Option<ModifiedPart>),
) -> Result<Rule, RulebookProblem> {
    let of_case = |rule: &&Rule| (rule.filing_type(), rule.change()) == (filing_type, change);
    let mut rows = rules.iter().filter(of_case);
    match (rows.next(), rows.next()) {
        (Some(rule), None) => Ok(rule.clone()),
        (None, _) => Err(RulebookProblem::Missing(filing_type, change)),
        (Some(_), Some(_)) => Err(RulebookProblem::Twice(filing_type, change)),
    }
}

/// Whether each row of a built-in table is of the case whose place it has. Asked when the tables are
/// compiled.
pub(super) const fn in_order(rules: &Rules) -> bool {
    let (mut rules, mut cases) = (rules.as_slice(), CASES.as_slice());
    while let ([rule, other_rules @ ..], [(filing_type, change), other_cases @ ..]) = (rules, cases)
    {
        let same_part = match (rule.change(), change) {
            (Some(one), Some(other)) => one as u8 == *other as u8,
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        if !same_part || rule.filing_type() as u8 != *filing_type as u8 {
            return false;
        }
        (rules, cases) = (other_rules, other_cases);
    }
    true
}

/// Why a table can't be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum RulebookProblem {
    /// No name, or one of more than 64 bytes.
    #[error("rulebook name out of range: expected 1 to 64 bytes")]
    Name,
    /// The window.
    #[error("window out of range: expected 10 minutes to 72 hours, in whole minutes")]
    Window,
    /// A modify row that doesn't say what has changed, or another row that does.
    #[error("row {0}: a change belongs to every row of modify and to no other")]
    Change(FilingType),
    /// A case without a row.
    #[error("no row for {}", Case(*.0, *.1))]
    Missing(FilingType, Option<ModifiedPart>),
    /// A case with more than one row.
    #[error("more than one row for {}", Case(*.0, *.1))]
    Twice(FilingType, Option<ModifiedPart>),
}

/// Names a case in a problem: `add_access`, `modify: entity`.
struct Case(FilingType, Option<ModifiedPart>);

impl core::fmt::Display for Case {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self.1 {
            Some(change) => write!(f, "{}: {change}", self.0),
            None => write!(f, "{}", self.0),
        }
    }
}

/// The order's persons in these roles; one number may come several times.
fn texted(order: &FilingOrder, roles: Roles, rule: &RuleId) -> impl Iterator<Item = Recipient> {
    let leader = roles
        .contains(Role::EntityLeader)
        .then(|| Recipient::leading(order, rule.clone()));
    let administrators = order
        .services()
        .iter()
        .enumerate()
        .filter(move |_| roles.contains(Role::ServiceAdministrator))
        .map(move |(index, service)| Recipient::administering(order, index, service, rule.clone()));
    leader.into_iter().chain(administrators)
}

/// As a table is written and read.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    name: Cow<'static, str>,
    window_minutes: i64,
    rules: Cow<'static, [Rule]>,
}

#[cfg(feature = "serde")]
impl From<Rulebook> for Wire {
    fn from(rulebook: Rulebook) -> Self {
        Self {
            name: rulebook.name,
            window_minutes: rulebook.window.num_minutes(),
            rules: Cow::Owned(rulebook.rules.to_vec()),
        }
    }
}

#[cfg(feature = "serde")]
impl TryFrom<Wire> for Rulebook {
    type Error = RulebookProblem;

    fn try_from(wire: Wire) -> Result<Self, Self::Error> {
        let window = TimeDelta::try_minutes(wire.window_minutes).ok_or(RulebookProblem::Window)?;
        Self::new(wire.name, wire.rules.into_owned(), window)
    }
}

//! Who must verify: one recipient per mobile number (R09, B05).

#[cfg(feature = "serde")]
mod shown;

use alloc::{string::String, vec::Vec};
use core::fmt;

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    FilingOrder, LastSix, MobileNumber, Person, Role, Roles, Service, VerificationPolicy,
    rulebook::RuleId,
};

/// Whether an order waits for somebody before it goes on to the administration.
///
/// Comes from a [`Rulebook`](crate::Rulebook), or from the history of rulebooks and the instant of
/// submission ([`rulebook::requirement`](crate::rulebook::requirement), D01).
///
/// ```
/// use beian::{FilingOrder, IdDocument, Lang, Person, Province, Requirement, Rulebook, ServiceKind};
///
/// let leader = Person::new("张三", "199 0000 0001", IdDocument::passport("E12345678")?)?;
/// let order = FilingOrder::initial(Province::Beijing, leader.clone())
///     .service(ServiceKind::Website, "示例站", leader)
///     .build()?;
/// let requirement = Rulebook::CURRENT.requirement(&order);
///
/// let Requirement::Verify(recipients) = &requirement else { return Ok(()) };
/// assert_eq!(recipients.iter().count(), 1); // one number, one code (R09)
/// assert_eq!(
///     requirement.text(Lang::En),
///     "Must verify within 24 hours of receiving the message:\n\
///      199****0001: entity leader; service administrator of “示例站” (R03)",
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # As JSON
/// With the feature `serde` it is written as what a page may show, and can't be read back: numbers
/// are masked, and the last six of an ID are left out.
///
/// ```json
/// {"verify": {"window_minutes": 1440, "recipients": [{"mobile": "199****0001",
///   "roles": ["entity_leader"], "rules": ["R03"], "services": []}]}}
/// {"nobody": {"reason": "rule", "rule": "R08"}}
/// {"nobody": {"reason": "not_in_force", "from": "2018-09-23T16:00:00Z"}}
/// {"nobody": {"reason": "as_texted"}}
/// ```
///
/// `from` is `null` where it never came into force; `rules` is empty where a host named the
/// recipients itself (B02). An [`Exemption`] alone is what stands after `nobody`, a [`NotInForce`]
/// alone has `from` only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Requirement {
    /// These persons, all of them (R18).
    Verify(Recipients),
    /// Nobody: the order goes straight to the administration.
    Nobody(Exemption),
}

impl Requirement {
    /// Those who must verify; `None` if nobody must.
    #[must_use]
    pub const fn recipients(&self) -> Option<&Recipients> {
        match self {
            Self::Verify(recipients) => Some(recipients),
            Self::Nobody(_) => None,
        }
    }
}

/// Why nobody verifies.
///
/// ```
/// use beian::{Exemption, Lang, rulebook::NotInForce};
///
/// let from = Some("2017-12-18T06:00:00+08:00".parse()?);
/// let early = Exemption::NotInForce(NotInForce { from });
/// assert_eq!(early.code(), "not_in_force");
/// assert!(early.text(Lang::Zh).contains("2017-12-18 06:00"));
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Exemption {
    /// A row of the rulebook says so, such as `R08`.
    Rule(RuleId),
    /// SMS verification was not in force yet (D01).
    NotInForce(NotInForce),
    /// The host says that the regulator texts nobody: it saw so, or knows it beforehand (B02, D02).
    AsTexted,
}

impl Exemption {
    /// The stable machine code: `rule`, `not_in_force` or `as_texted`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Rule(_) => "rule",
            Self::NotInForce(_) => "not_in_force",
            Self::AsTexted => "as_texted",
        }
    }
}

/// SMS verification was not in force yet in the province: nobody verifies (D01).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[error("SMS verification is not in force in this province at that time")]
pub struct NotInForce {
    /// When it came into force there; `None` if the history doesn't have the province.
    pub from: Option<DateTime<Utc>>,
}

/// A person who will be texted: one mobile number, whatever roles it has (R09).
///
/// ```
/// use beian::{Recipient, Role};
///
/// let recipient = Recipient::new("19900000001".parse()?, Role::EntityLeader, ["34567X".parse()?]);
/// assert_eq!(recipient.mobile().to_string(), "199****0001");
/// assert_eq!(recipient.rule().as_str(), "B02"); // said by the host, not by a rulebook
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    mobile: MobileNumber,
    roles: Roles,
    last_sixes: Vec<LastSix>,
    rules: Vec<RuleId>,
    services: Vec<ServiceRef>,
}

impl Recipient {
    /// A recipient with the last six of their ID; either of several is right (D03). Where a host
    /// says who is texted, the rule is B02.
    pub fn new(
        mobile: MobileNumber,
        roles: impl Into<Roles>,
        last_sixes: impl IntoIterator<Item = LastSix>,
    ) -> Self {
        let mut recipient = Self {
            mobile,
            roles: roles.into(),
            last_sixes: Vec::new(),
            rules: Vec::new(),
            services: Vec::new(),
        };
        add(&mut recipient.last_sixes, last_sixes);
        recipient
    }

    /// The number that the code is sent to (R12).
    #[must_use]
    pub const fn mobile(&self) -> &MobileNumber {
        &self.mobile
    }

    /// The roles that number has in this filing.
    #[must_use]
    pub const fn roles(&self) -> Roles {
        self.roles
    }

    /// The last six of every ID filed with the number (D03). Empty only where the order was stored
    /// and read back: a new round can then carry the IDs over from the one before (D25).
    #[must_use]
    pub fn last_sixes(&self) -> &[LastSix] {
        &self.last_sixes
    }

    /// The rule by which the person is texted, such as `R06`; the first of [`rules`](Self::rules).
    #[must_use]
    pub fn rule(&self) -> &RuleId {
        self.rules.first().unwrap_or(RuleId::as_texted())
    }

    /// Every rule by which the person is texted. More than one only by a host's own table, or
    /// none where a host made the recipient.
    #[must_use]
    pub fn rules(&self) -> &[RuleId] {
        &self.rules
    }

    /// The services that the person is texted for as their administrator (B05).
    #[must_use]
    pub fn services(&self) -> &[ServiceRef] {
        &self.services
    }

    pub(crate) fn leading(order: &FilingOrder, rule: RuleId) -> Self {
        Self {
            rules: Vec::from([rule]),
            ..Self::person(order, order.leader(), Role::EntityLeader)
        }
    }

    pub(crate) fn administering(
        order: &FilingOrder,
        index: usize,
        service: &Service,
        rule: RuleId,
    ) -> Self {
        let name = String::from(service.name());
        Self {
            rules: Vec::from([rule]),
            services: Vec::from([ServiceRef { index, name }]),
            ..Self::person(order, service.administrator(), Role::ServiceAdministrator)
        }
    }

    fn person(order: &FilingOrder, person: &Person, role: Role) -> Self {
        let last_six = person.id_document().last_six_in(order.province());
        Self::new(*person.mobile(), role, last_six.cloned())
    }

    fn merge(&mut self, other: Self) {
        self.roles = self.roles | other.roles;
        add(&mut self.last_sixes, other.last_sixes);
        add(&mut self.rules, other.rules);
        add(&mut self.services, other.services);
    }
}

/// A service of an order, by its place and name. `Debug` leaves the name out.
///
/// ```
/// # use beian::{FilingOrder, IdDocument, Person, Province, Rulebook, ServiceKind};
/// # let person = Person::new("张三", "199 0000 0001", IdDocument::passport("E12345678")?)?;
/// # let order = FilingOrder::initial(Province::Beijing, person.clone())
/// #     .service(ServiceKind::Website, "示例站", person).build()?;
/// for recipient in Rulebook::CURRENT.requirement(&order).recipients().into_iter().flatten() {
///     let [service] = recipient.services() else { panic!() };
///     assert_eq!((service.index(), service.name()), (0, "示例站"));
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ServiceRef {
    index: usize,
    name: String,
}

impl ServiceRef {
    /// Its place among the order's services, from 0.
    #[must_use]
    pub const fn index(&self) -> usize {
        self.index
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Debug for ServiceRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ServiceRef({})", self.index)
    }
}

/// Everybody who must verify, and by which policy. Never empty, one recipient per number, sorted by
/// number.
///
/// ```
/// use beian::{VerificationPolicy, Recipient, Recipients, Role};
///
/// let mobile = "19900000001".parse()?;
/// let leader = Recipient::new(mobile, Role::EntityLeader, ["34567X".parse()?]);
/// let administrator = Recipient::new(mobile, Role::ServiceAdministrator, ["34567X".parse()?]);
/// let recipients = Recipients::new([leader, administrator], VerificationPolicy::REGULATOR);
/// assert_eq!(recipients.map(|r| r.iter().count()), Some(1)); // R09
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipients {
    list: Vec<Recipient>,
    policy: VerificationPolicy,
    /// The rulebook's, for a policy that comes later.
    window: TimeDelta,
}

impl Recipients {
    /// The recipients of a round; those with the same number become one (R09). `None` if there are
    /// none: nobody verifies then (R08).
    pub fn new(
        recipients: impl IntoIterator<Item = Recipient>,
        policy: VerificationPolicy,
    ) -> Option<Self> {
        let mut list: Vec<Recipient> = Vec::new();
        for recipient in recipients {
            match list
                .iter_mut()
                .find(|known| known.mobile == recipient.mobile)
            {
                Some(known) => known.merge(recipient),
                None => list.push(recipient),
            }
        }
        list.sort_by_key(|recipient| recipient.mobile);
        if list.is_empty() {
            return None;
        }
        let regulator = if policy.is_the_regulators() {
            &policy
        } else {
            &VerificationPolicy::REGULATOR
        };
        let window = regulator.window();
        Some(Self {
            list,
            policy,
            window,
        })
    }

    /// The same persons under another policy. The rulebook's window stays, unless the policy is not
    /// the regulator's (D01).
    ///
    /// ```
    /// use beian::{VerificationPolicy, Recipient, Recipients, Role};
    ///
    /// let leader = Recipient::new("19900000001".parse()?, Role::EntityLeader, ["34567X".parse()?]);
    /// let Some(recipients) = Recipients::new([leader], VerificationPolicy::REGULATOR) else { return Ok(()) };
    /// let recipients = recipients.with_policy(VerificationPolicy::builder().keep_code(true).build()?);
    /// assert!(recipients.policy().keep_code());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_policy(self, policy: VerificationPolicy) -> Self {
        let policy = policy.under(self.window);
        Self { policy, ..self }
    }

    /// One recipient, for tests.
    #[cfg(feature = "testkit")]
    pub(crate) fn single(recipient: Recipient, policy: VerificationPolicy) -> Self {
        let window = policy.window();
        Self {
            list: alloc::vec![recipient],
            policy,
            window,
        }
    }

    /// The policy of the round, its window by the rulebook (D01).
    #[must_use]
    pub const fn policy(&self) -> &VerificationPolicy {
        &self.policy
    }

    /// One by one, sorted by number.
    pub fn iter(&self) -> core::slice::Iter<'_, Recipient> {
        self.list.iter()
    }
}

impl<'a> IntoIterator for &'a Recipients {
    type Item = &'a Recipient;
    type IntoIter = core::slice::Iter<'a, Recipient>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Adds what isn't there yet.
fn add<T: PartialEq>(list: &mut Vec<T>, items: impl IntoIterator<Item = T>) {
    for item in items {
        if !list.contains(&item) {
            list.push(item);
        }
    }
}

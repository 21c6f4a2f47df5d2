//! The filing order, and the one validation of it.

use alloc::{format, string::String, vec::Vec};

use chrono::{DateTime, Utc};

use super::{
    Access, FilingPolicy, FilingType, ModifiedParts, OrderProblems, ProblemKind, Service,
    ServiceKind, check_filed_since,
};
use crate::{
    Entity, IdDocument, IdDocumentProblem, MobileNumber, MobileProblem, Person, Province, Role,
    person::{EmergencyPhone, Name},
};

/// The most services that an order takes.
pub(super) const SERVICES_MAX: usize = 200;

/// A filing order that keeps the rules of filing: what it is for, where, and who is responsible.
///
/// Built by the constructors here, one per [`FilingType`], or from an
/// [`OrderForm`](crate::OrderForm); both ways check the same. With feature `serde` it has a stored
/// form, in which names and numbers are in clear and ID numbers are absent (D25):
///
/// ```json
/// {"v1": {
///   "filing_type": "initial", "changes": [], "province": "beijing",
///   "entity": {"name": "…", "leader": {"name": "…", "mobile": "…",
///     "emergency_phone": null, "id_document": "passport"}},
///   "services": [{"kind": "website", "name": "…", "administrator": {…}, "access": null}]
/// }}
/// ```
///
/// Whoever reads it back gets the rules of filing checked again, but not what depends on the ID
/// numbers, the [`FilingPolicy`] or the instant of filing. An order isn't changed in place: one that was
/// returned is revised through its [`OrderForm`](crate::OrderForm), or built again with ID documents
/// asked for again; an order that is built of stored persons has a problem at each of their paths.
///
/// ```
/// use beian::{ModifiedPart, FilingOrder, IdDocument, Person, Province, ServiceKind};
///
/// let leader = Person::new("张三", "19900000001", IdDocument::passport("E12345678")?)?;
/// let admin = Person::new("李四", "19900000002", IdDocument::passport("E87654321")?)?;
/// let order = FilingOrder::modify(Province::Beijing, leader, ModifiedPart::Service)
///     .service(ServiceKind::Website, "示例站", admin)
///     .build()?;
/// assert!(order.modified_parts().contains(ModifiedPart::Service));
/// assert_eq!(order.leader().name(), "张三");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilingOrder {
    filing_type: FilingType,
    changes: ModifiedParts,
    province: Province,
    entity: Entity,
    services: Vec<Service>,
}

impl FilingOrder {
    /// 首次备案: an entity and its first services (R03).
    pub fn initial(province: Province, entity: impl Into<Entity>) -> OrderBuilder {
        OrderBuilder::new(FilingType::Initial, province, entity)
    }

    /// 新增网站: more services of a filed entity, here or elsewhere (R04).
    pub fn add_service(province: Province, entity: impl Into<Entity>) -> OrderBuilder {
        OrderBuilder::new(FilingType::AddService, province, entity)
    }

    /// 接入备案, 新增接入: another provider for filed services (R05). They are given by
    /// [`service_with_access`](OrderBuilder::service_with_access).
    pub fn add_access(province: Province, entity: impl Into<Entity>) -> OrderBuilder {
        OrderBuilder::new(FilingType::AddAccess, province, entity)
    }

    /// 变更备案: other information of the entity, of the services listed, or of both (R06).
    pub fn modify(
        province: Province,
        entity: impl Into<Entity>,
        changes: impl Into<ModifiedParts>,
    ) -> OrderBuilder {
        let builder = OrderBuilder::new(FilingType::Modify, province, entity);
        OrderBuilder {
            changes: changes.into(),
            ..builder
        }
    }

    /// 注销主体: the whole filing ends (R07). Services need not be listed.
    pub fn deregister_entity(province: Province, entity: impl Into<Entity>) -> OrderBuilder {
        OrderBuilder::new(FilingType::DeregisterEntity, province, entity)
    }

    /// 注销网站: services leave the filing (R07).
    pub fn deregister_service(province: Province, entity: impl Into<Entity>) -> OrderBuilder {
        OrderBuilder::new(FilingType::DeregisterService, province, entity)
    }

    /// 取消接入: the provider no longer serves these services (R08).
    pub fn cancel_access(province: Province, entity: impl Into<Entity>) -> OrderBuilder {
        OrderBuilder::new(FilingType::CancelAccess, province, entity)
    }

    /// What the order is for.
    #[must_use]
    pub const fn filing_type(&self) -> FilingType {
        self.filing_type
    }

    /// What a modification changes; empty for every other type (R06).
    #[must_use]
    pub const fn modified_parts(&self) -> ModifiedParts {
        self.changes
    }

    /// Where it is filed.
    #[must_use]
    pub const fn province(&self) -> Province {
        self.province
    }

    /// Who files.
    #[must_use]
    pub const fn entity(&self) -> &Entity {
        &self.entity
    }

    /// The entity leader (主体负责人).
    #[must_use]
    pub const fn leader(&self) -> &Person {
        self.entity.leader()
    }

    /// The responsible persons in the order of the form, with the path and role of each: the leader, then the
    /// administrators. Whoever has several roles is there in each.
    ///
    /// ```
    /// # use beian::{FilingOrder, IdDocument, Person, Province, ServiceKind};
    /// # let leader = Person::new("张三", "19900000001", IdDocument::passport("E12345678")?)?;
    /// # let order = FilingOrder::initial(Province::Beijing, leader.clone())
    /// #     .service(ServiceKind::Website, "示例站", leader).build()?;
    /// let places: Vec<_> = order.persons().map(|(path, role, _)| (path, role.name())).collect();
    /// let leader = ("entity.leader".into(), "entity_leader");
    /// assert_eq!(places, [leader, ("services[0].administrator".into(), "service_administrator")]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn persons(&self) -> impl Iterator<Item = (String, Role, &Person)> {
        let administrators = self.services.iter().map(Service::administrator);
        placed(self.leader(), administrators)
    }

    /// The services, as given: none only if the entity is deregistered, or if a modification doesn't
    /// change any.
    #[must_use]
    pub fn services(&self) -> &[Service] {
        &self.services
    }
}

/// Builds a [`FilingOrder`] step by step.
///
/// ```
/// use beian::{Access, FilingOrder, IdDocument, Person, Province, ServiceKind};
///
/// let person = Person::new("张三", "19900000001", IdDocument::passport("E12345678")?)?;
/// let problems = FilingOrder::add_access(Province::Beijing, person.clone())
///     .service_with_access(ServiceKind::Website, "示例站", person, Access::PhoneChanged)
///     .build()
///     .unwrap_err();
/// assert_eq!(problems.iter().next().and_then(|problem| problem.rule()), Some("R10"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "an order comes out of `build`"]
pub struct OrderBuilder {
    filing_type: FilingType,
    changes: ModifiedParts,
    province: Province,
    entity: Entity,
    services: Vec<ServiceDraft>,
    problems: OrderProblems,
    policy: FilingPolicy,
    filed_at: Option<DateTime<Utc>>,
}

impl OrderBuilder {
    /// Adds a service with its administrator; its name (1–200 characters) is checked by
    /// [`build`](Self::build).
    pub fn service(self, kind: ServiceKind, name: &str, administrator: Person) -> Self {
        self.add(kind, name, administrator, None)
    }

    /// Adds a service to which access is added, with what is known of the administrator's number at
    /// the old provider (R10, R11).
    pub fn service_with_access(
        self,
        kind: ServiceKind,
        name: &str,
        administrator: Person,
        access: Access,
    ) -> Self {
        self.add(kind, name, administrator, Some(access))
    }

    /// What the platform refuses beyond the rules.
    pub fn policy(mut self, policy: &FilingPolicy) -> Self {
        self.policy = policy.clone();
        self
    }

    /// When the order is filed, if not under the rules of today: before 2023-09-01, apps, mini
    /// programs and quick apps are refused (D01).
    pub fn filed_at(mut self, instant: DateTime<Utc>) -> Self {
        self.filed_at = Some(instant);
        self
    }

    /// The order, if it keeps every rule.
    ///
    /// # Errors
    /// [`OrderProblems`] with everything that is wrong, each a [`ProblemKind`]. A person out of an
    /// order that was stored has no ID number any more (D25): that is a problem too.
    pub fn build(self) -> Result<FilingOrder, OrderProblems> {
        let (name, leader) = self.entity.into_parts();
        let draft = Draft {
            filing_type: Some(self.filing_type),
            changes: Some(self.changes),
            province: Some(self.province),
            entity_name: Some(name),
            leader: leader.into(),
            services: self.services,
        };
        let mut problems = self.problems;
        for (path, _, person) in draft.people() {
            if person
                .id_document
                .as_ref()
                .is_some_and(|id| id.last_six().is_none())
            {
                let path = format!("{path}.id_document.number");
                problems.add(path, IdDocumentProblem::Missing);
            }
        }
        draft.check(problems, &self.policy, self.filed_at)
    }

    fn new(filing_type: FilingType, province: Province, entity: impl Into<Entity>) -> Self {
        Self {
            filing_type,
            changes: ModifiedParts::NONE,
            province,
            entity: entity.into(),
            services: Vec::new(),
            problems: OrderProblems::none_yet(),
            policy: FilingPolicy::default(),
            filed_at: None,
        }
    }

    fn add(
        mut self,
        kind: ServiceKind,
        name: &str,
        administrator: Person,
        access: Option<Access>,
    ) -> Self {
        let path = format!("services[{}].name", self.services.len());
        let name = self.problems.take(path, Name::parse(name));
        self.services.push(ServiceDraft {
            kind: Some(kind),
            name,
            administrator: administrator.into(),
            access: Some(access),
        });
        self
    }
}

/// An order before the rules have been checked. What is `None` couldn't be read, which is a problem
/// already: every rule that doesn't need it is checked all the same.
pub(super) struct Draft {
    pub(super) filing_type: Option<FilingType>,
    pub(super) changes: Option<ModifiedParts>,
    pub(super) province: Option<Province>,
    pub(super) entity_name: Option<Name>,
    pub(super) leader: PersonDraft,
    pub(super) services: Vec<ServiceDraft>,
}

#[derive(Debug, Clone)]
pub(super) struct PersonDraft {
    pub(super) name: Option<Name>,
    pub(super) mobile: Option<MobileNumber>,
    pub(super) emergency_phone: Option<EmergencyPhone>,
    pub(super) id_document: Option<IdDocument>,
    /// A Hong Kong / Macao permit without the number on its back (B13).
    pub(super) back_missing: bool,
}

#[derive(Debug, Clone)]
pub(super) struct ServiceDraft {
    pub(super) kind: Option<ServiceKind>,
    pub(super) name: Option<Name>,
    pub(super) administrator: PersonDraft,
    #[expect(
        clippy::option_option,
        reason = "access that can't be read isn't access that wasn't given"
    )]
    pub(super) access: Option<Option<Access>>,
}

impl PersonDraft {
    /// Of a part of a form that isn't one.
    pub(super) const UNREAD: Self = Self {
        name: None,
        mobile: None,
        emergency_phone: None,
        id_document: None,
        back_missing: false,
    };
}

impl ServiceDraft {
    /// Of a part of a form that isn't one.
    pub(super) const UNREAD: Self = Self {
        kind: None,
        name: None,
        administrator: PersonDraft::UNREAD,
        access: None,
    };
}

/// Where the persons of an order stand in its form, and as what.
fn placed<T>(
    leader: T,
    administrators: impl Iterator<Item = T>,
) -> impl Iterator<Item = (String, Role, T)> {
    let leader = ("entity.leader".into(), Role::EntityLeader, leader);
    let administrators = administrators.enumerate().map(|(n, person)| {
        (
            format!("services[{n}].administrator"),
            Role::ServiceAdministrator,
            person,
        )
    });
    core::iter::once(leader).chain(administrators)
}

impl Draft {
    pub(super) fn check(
        self,
        mut problems: OrderProblems,
        policy: &FilingPolicy,
        filed_at: Option<DateTime<Utc>>,
    ) -> Result<FilingOrder, OrderProblems> {
        self.check_changes(&mut problems);
        self.check_services(&mut problems, policy, filed_at);
        self.check_people(&mut problems, policy);
        match self.into_order() {
            Some(order) if problems.is_none() => Ok(order),
            _ => Err(problems.sorted()),
        }
    }

    /// R06, B03: a modification says what it changes, nothing else does.
    fn check_changes(&self, problems: &mut OrderProblems) {
        let (Some(filing_type), Some(changes)) = (self.filing_type, self.changes) else {
            return;
        };
        match (filing_type == FilingType::Modify, changes.is_empty()) {
            (true, true) => problems.add("changes", ProblemKind::ChangesMissing),
            (false, false) => problems.add("changes", ProblemKind::ChangesUnexpected),
            (true, false) | (false, true) => {}
        }
    }

    fn check_services(
        &self,
        problems: &mut OrderProblems,
        policy: &FilingPolicy,
        filed_at: Option<DateTime<Utc>>,
    ) {
        let rows = policy.filed_since_rows();
        if self.services.len() > SERVICES_MAX {
            problems.add("services", ProblemKind::TooManyServices);
        }
        if self.services.is_empty() && self.needs_services() {
            problems.add("services", ProblemKind::ServicesMissing);
        }
        for (n, service) in self.services.iter().enumerate() {
            let kind_at = service.kind.zip(filed_at);
            if kind_at.is_some_and(|(kind, at)| check_filed_since(rows, kind, at).is_err()) {
                problems.add(format!("services[{n}].kind"), ProblemKind::NotYetFileable);
            }
            let (Some(filing_type), Some(access)) = (self.filing_type, service.access) else {
                continue;
            };
            let problem = match (filing_type == FilingType::AddAccess, access) {
                (true, None) => ProblemKind::AccessMissing,
                (true, Some(Access::PhoneChanged)) => ProblemKind::PhoneChanged,
                (true, Some(Access::PhoneChangedOrphan)) => ProblemKind::PhoneChangedOrphan,
                (false, Some(_)) => ProblemKind::AccessUnexpected,
                (true, Some(Access::Unchanged)) | (false, None) => continue,
            };
            problems.add(format!("services[{n}].access"), problem);
        }
    }

    /// Whether an order like this must list a service: unknown counts as no.
    fn needs_services(&self) -> bool {
        let changes = self.changes.unwrap_or(ModifiedParts::NONE);
        let needs = |filing_type: FilingType| filing_type.needs_services(changes);
        self.filing_type.is_some_and(needs)
    }

    /// B11, B13: of everybody named in the order, whether they have to verify or not, for who
    /// is texted can still be overridden when a round opens (D02).
    fn check_people(&self, problems: &mut OrderProblems, policy: &FilingPolicy) {
        for (path, _, person) in self.people() {
            if person.mobile.is_some_and(|mobile| policy.denies(&mobile)) {
                problems.add(format!("{path}.mobile"), MobileProblem::Denied);
            }
            let asked_for = self.province.is_some_and(Province::asks_for_permit_backs);
            if person.back_missing && asked_for {
                let path = format!("{path}.id_document.back_number");
                problems.add(path, ProblemKind::BackNumberMissing);
            }
        }
    }

    fn people(&self) -> impl Iterator<Item = (String, Role, &PersonDraft)> {
        let administrators = self.services.iter().map(|service| &service.administrator);
        placed(&self.leader, administrators)
    }

    fn into_order(self) -> Option<FilingOrder> {
        let services = self.services.into_iter().map(ServiceDraft::into_service);
        Some(FilingOrder {
            filing_type: self.filing_type?,
            changes: self.changes?,
            province: self.province?,
            entity: Entity::from_parts(self.entity_name?, self.leader.into_person()?),
            services: services.collect::<Option<_>>()?,
        })
    }
}

impl ServiceDraft {
    fn into_service(self) -> Option<Service> {
        Some(Service {
            kind: self.kind?,
            name: self.name?,
            administrator: self.administrator.into_person()?,
            access: self.access?,
        })
    }
}

impl PersonDraft {
    fn into_person(self) -> Option<Person> {
        Some(Person::from_parts(
            self.name?,
            self.mobile?,
            self.emergency_phone,
            self.id_document?,
        ))
    }
}

impl From<Person> for PersonDraft {
    fn from(person: Person) -> Self {
        let (name, mobile, emergency_phone, id_document) = person.into_parts();
        Self {
            name: Some(name),
            mobile: Some(mobile),
            emergency_phone,
            back_missing: id_document.lacks_permit_back(),
            id_document: Some(id_document),
        }
    }
}

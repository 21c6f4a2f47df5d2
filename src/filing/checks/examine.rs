//! What the rows of a policy see in an order.

use alloc::{format, string::String, vec::Vec};

use chrono::{DateTime, Months, NaiveDate, Utc};

use super::{
    Check, CheckRow, EntityKind, Finding, OpenQuestion, OrderFact, OrderFacts, PersonFacts,
    ServiceFacts,
};
use crate::{
    FilingOrder, FilingPolicy, FilingType, Person, Role, day,
    filing::{FilingNumber, field::place},
};

impl FilingPolicy {
    /// What the table's rows find in an order at an instant, in the order of the form (D30): what isn't known
    /// isn't checked. Where several rows of one check find something at one place, the most severe is told,
    /// and of those the first.
    ///
    /// ```
    /// use beian::{FilingOrder, FilingPolicy, IdDocument, Person, Province, ServiceKind, filing::checks::{OrderFacts, Severity}};
    /// use chrono::{DateTime, Utc};
    ///
    /// let leader = Person::new("张三", "19900000001", IdDocument::passport("E12345678")?)?;
    /// let order = FilingOrder::initial(Province::Hunan, leader.clone())
    ///     .service(ServiceKind::Website, "示例站一", leader.clone())
    ///     .service(ServiceKind::Website, "示例站二", leader)
    ///     .build()?;
    /// let now: DateTime<Utc> = "2026-11-01T10:00:00+08:00".parse()?;
    /// let facts = OrderFacts::default();
    ///
    /// let findings = FilingPolicy::default().findings(&order, &facts, now);
    /// let found: Vec<_> = findings.iter().map(|it| (it.path(), it.code())).collect();
    /// assert!(found.contains(&("services", "too_many_services_in_order")));
    /// assert!(findings.iter().all(|finding| finding.severity() == Severity::Advised));
    ///
    /// let strict = FilingPolicy::default().severity("services_one", Severity::Refused)?;
    /// let refused = |finding: &&beian::filing::checks::Finding| finding.severity() == Severity::Refused;
    /// assert_eq!(strict.findings(&order, &facts, now).iter().filter(refused).count(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn findings(
        &self,
        order: &FilingOrder,
        facts: &OrderFacts,
        at: DateTime<Utc>,
    ) -> Vec<Finding> {
        let mut findings: Vec<Finding> = Vec::new();
        for (row, seen) in self.examine(order, facts, at) {
            let Seen::Found(path) = seen else { continue };
            let same = |it: &&mut Finding| it.path == path && it.row.check.same_kind(row.check);
            match findings.iter_mut().find(same) {
                Some(known) if known.row.severity < row.severity => known.row = row.clone(),
                Some(_) => {}
                None => findings.push(Finding {
                    path,
                    row: row.clone(),
                }),
            }
        }
        findings.sort_by_key(|finding| place(&finding.path));
        findings
    }

    /// Which facts aren't known and would decide more, in the order of the form, each once: for a form to ask,
    /// or for the platform to look up.
    ///
    /// ```
    /// use beian::{FilingOrder, FilingPolicy, IdDocument, Person, Province, filing::checks::{OrderFact, OrderFacts}};
    /// use chrono::DateTime;
    ///
    /// let leader = Person::new("张三", "19900000001", IdDocument::passport("E12345678")?)?;
    /// let order = FilingOrder::deregister_entity(Province::Hunan, leader).build()?;
    /// let now = DateTime::UNIX_EPOCH;
    /// let open = FilingPolicy::default().open_questions(&order, &OrderFacts::default(), now);
    /// let facts: Vec<_> = open.iter().map(|question| question.fact).collect();
    /// assert_eq!(facts, [OrderFact::AnotherOrderOpen, OrderFact::FilingNumber]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn open_questions(
        &self,
        order: &FilingOrder,
        facts: &OrderFacts,
        at: DateTime<Utc>,
    ) -> Vec<OpenQuestion> {
        let mut open: Vec<OpenQuestion> = Vec::new();
        for (_, seen) in self.examine(order, facts, at) {
            let Seen::Unknown(path, fact) = seen else {
                continue;
            };
            let question = OpenQuestion { path, fact };
            if !open.contains(&question) {
                open.push(question);
            }
        }
        open.sort_by_key(|question| (place(&question.path), question.fact));
        open
    }

    fn examine(
        &self,
        order: &FilingOrder,
        facts: &OrderFacts,
        at: DateTime<Utc>,
    ) -> Vec<(&CheckRow, Seen)> {
        let today = day::clock(at).date();
        let examined = Examined {
            people: people(order, facts),
            order,
            facts,
            today,
        };
        let rows = self.check_rows().iter();
        rows.filter(|row| row.holds(order.province(), order.filing_type(), today))
            .flat_map(|row| examined.at(row).into_iter().map(move |seen| (row, seen)))
            .collect()
    }
}

/// What a row sees at a place of the form.
enum Seen {
    Found(String),
    Unknown(String, OrderFact),
}

/// `wrong` where it is known; else the fact is asked for, of a part of the form.
fn seen(path: impl Into<String>, of: &str, fact: OrderFact, wrong: Option<bool>) -> Option<Seen> {
    match wrong {
        Some(true) => Some(Seen::Found(path.into())),
        Some(false) => None,
        None => Some(Seen::Unknown(of.into(), fact)),
    }
}

struct Examined<'a> {
    order: &'a FilingOrder,
    facts: &'a OrderFacts,
    today: NaiveDate,
    /// The leader, then the administrators.
    people: Vec<Responsible<'a>>,
}

/// A responsible person of the order.
struct Responsible<'a> {
    /// How many stand before this one in the form.
    place: usize,
    path: String,
    role: Role,
    person: &'a Person,
    facts: PersonFacts,
}

fn people<'a>(order: &'a FilingOrder, facts: &OrderFacts) -> Vec<Responsible<'a>> {
    let administrators = facts.services.iter().map(|service| service.administrator);
    let known = core::iter::once(facts.leader).chain(administrators);
    let known = known.chain(core::iter::repeat(PersonFacts::default()));
    let persons = order.persons().zip(known).enumerate();
    let responsible = persons.map(|(place, ((path, role, person), facts))| Responsible {
        place,
        path,
        role,
        person,
        facts,
    });
    responsible.collect()
}

impl Examined<'_> {
    /// Whose orders a row is about is asked for only where it would see something.
    fn at(&self, row: &CheckRow) -> Vec<Seen> {
        let all = self.see(row);
        match (row.entity_kind, self.facts.entity_kind) {
            (Some(of), Some(is)) if of != is => Vec::new(),
            (Some(_), None) if !all.is_empty() => {
                Vec::from([Seen::Unknown("entity".into(), OrderFact::EntityKind)])
            }
            (Some(_) | None, _) => all,
        }
    }

    fn see(&self, row: &CheckRow) -> Vec<Seen> {
        let one = |seen: Option<Seen>| seen.into_iter().collect();
        let leaders = self.facts.legal_representative.map(|is| !is);
        match row.check {
            Check::OneOrder => {
                let open = self.facts.another_order_open;
                one(seen(
                    "filing_type",
                    "entity",
                    OrderFact::AnotherOrderOpen,
                    open,
                ))
            }
            Check::ServicesLeft => {
                let none = self.facts.services_filed.map(|count| count == 0);
                one(seen(
                    "filing_type",
                    "entity",
                    OrderFact::ServicesFiled,
                    none,
                ))
            }
            Check::LegalRepresentative | Check::LetterOfAuthority => {
                let fact = OrderFact::LegalRepresentative;
                one(seen("entity.leader", "entity", fact, leaders))
            }
            Check::LeaderAdministers => self.others(leaders),
            Check::ServicesAnOrder(most) => one(self.services_beyond(most)),
            Check::ServicesInAll(most) => one(self.services_in_all(most)),
            Check::OneService => one(self.services_beyond(1)),
            Check::NoNumberYet | Check::EntityNumber => one(self.entity_number(row.check)),
            Check::NumberInProvince => self.numbers_in_province(),
            Check::NumberOfEntity | Check::NumberOfKind => self.service_numbers(row.check),
            Check::OneName => self.persons(row, |one| {
                let differs = |it: &Responsible<'_>| it.person.name() != one.person.name();
                one.found(
                    "name",
                    one.first_of_mobile(&self.people).is_some_and(differs),
                )
            }),
            Check::OneId => self.persons(row, |one| {
                let id = one.person.id_document();
                let differs = |it: &Responsible<'_>| !it.person.id_document().may_be(id);
                one.found(
                    "id_document",
                    one.first_of_mobile(&self.people).is_some_and(differs),
                )
            }),
            Check::OneMobile => self.persons(row, |one| {
                let differs = |it: &Responsible<'_>| one.is(it) && !one.has_mobile_of(it);
                one.found("mobile", one.before(&self.people).iter().any(differs))
            }),
            Check::EmergencyPhone => self.persons(row, |one| {
                one.found("emergency_phone", one.person.emergency_phone().is_none())
            }),
            Check::EmergencyPhoneNotOwn => self.persons(row, |one| {
                one.found("emergency_phone", one.has_phone_of(one))
            }),
            Check::EmergencyPhoneOfThird => self.persons(row, |one| {
                let of = |it: &Responsible<'_>| !one.has_mobile_of(it) && one.has_phone_of(it);
                one.found("emergency_phone", self.people.iter().any(of))
            }),
            Check::MobileInProvince => self.persons(row, |one| {
                let wrong = one.facts.mobile_in_province.map(|home| !home);
                one.seen("mobile", OrderFact::MobileInProvince, wrong)
            }),
            Check::MobileOfOneEntity => self.persons(row, |one| {
                let wrong = one.facts.mobile_of_another_entity;
                // Of the same legal representative's companies it is to be the same.
                let in_all = one.role == Role::EntityLeader
                    && self.facts.entity_kind == Some(EntityKind::Unit)
                    && one.facts.mobile_in_all_companies == Some(true);
                let wrong = wrong.map(|of_another| of_another && !in_all);
                one.seen("mobile", OrderFact::MobileOfAnotherEntity, wrong)
            }),
            Check::MobileInAllCompanies => self.persons(row, |one| {
                let wrong = one.facts.mobile_in_all_companies.map(|same| !same);
                one.seen("mobile", OrderFact::MobileInAllCompanies, wrong)
            }),
            Check::MinimumAge(years) | Check::ProofOfWork(years) => self.persons(row, |one| {
                let wrong = one.facts.age.map(|age| age < years);
                one.seen("id_document.number", OrderFact::Age, wrong)
            }),
            Check::DocumentValid(months) => {
                let last = self.today.checked_add_months(Months::new(months.into()));
                self.persons(row, |one| {
                    let until = one.facts.valid_until;
                    let wrong = until.map(|until| last.is_some_and(|last| until < last));
                    one.seen("id_document", OrderFact::ValidUntil, wrong)
                })
            }
            Check::IdAsFiled => self.persons(row, |one| {
                let wrong = one.facts.id_as_filed.map(|same| !same);
                one.seen("id_document", OrderFact::IdAsFiled, wrong)
            }),
        }
    }

    /// What is seen of each person whom the row is about.
    fn persons(&self, row: &CheckRow, see: impl Fn(&Responsible<'_>) -> Option<Seen>) -> Vec<Seen> {
        let of = |one: &&Responsible<'_>| row.role.is_none_or(|role| role == one.role);
        self.people.iter().filter(of).filter_map(see).collect()
    }

    /// Administrators that aren't the leader, if the leader isn't the legal representative.
    fn others(&self, not_representative: Option<bool>) -> Vec<Seen> {
        let leader = self.order.leader();
        let others = self.people.iter().filter(|it| {
            it.person.mobile() != leader.mobile() || it.person.name() != leader.name()
        });
        let fact = OrderFact::LegalRepresentative;
        match not_representative {
            Some(true) => others.map(|it| Seen::Found(it.path.clone())).collect(),
            None if others.count() > 0 => Vec::from([Seen::Unknown("entity".into(), fact)]),
            Some(false) | None => Vec::new(),
        }
    }

    fn services_beyond(&self, most: u8) -> Option<Seen> {
        let beyond = self.order.services().len() > most.into();
        beyond.then(|| Seen::Found("services".into()))
    }

    fn services_in_all(&self, most: u8) -> Option<Seen> {
        let new = self.order.services().len();
        let none_yet = self.order.filing_type() == FilingType::Initial;
        let known = self.facts.services_filed.or(none_yet.then_some(0));
        let beyond = known.map(|filed| usize::from(filed).saturating_add(new) > usize::from(most));
        seen("services", "entity", OrderFact::ServicesFiled, beyond)
    }

    fn entity_number(&self, check: Check) -> Option<Seen> {
        let number = self.facts.filing_number.as_ref();
        let expected = check == Check::EntityNumber;
        let wrong = |number: &FilingNumber| !expected || number.service().is_some();
        match number {
            None if !expected => None,
            number => seen(
                "entity",
                "entity",
                OrderFact::FilingNumber,
                number.map(wrong),
            ),
        }
    }

    /// Each number that is given; where none is, the entity's is asked for.
    fn numbers_in_province(&self) -> Vec<Seen> {
        let elsewhere = |number: &FilingNumber| number.province() != self.order.province();
        let of_services = self.numbers_of_services().filter_map(|(n, facts)| {
            let wrong = facts.filing_number.as_ref().is_some_and(elsewhere);
            wrong.then(|| Seen::Found(format!("services[{n}]")))
        });
        let number = self.facts.filing_number.as_ref().map(elsewhere);
        let any_given = self
            .numbers_of_services()
            .any(|(_, facts)| facts.filing_number.is_some());
        let of_entity = match number {
            None if any_given => None,
            number => seen("entity", "entity", OrderFact::FilingNumber, number),
        };
        of_entity.into_iter().chain(of_services).collect()
    }

    fn numbers_of_services(&self) -> impl Iterator<Item = (usize, &ServiceFacts)> {
        let count = self.order.services().len();
        self.facts.services.iter().take(count).enumerate()
    }

    fn service_numbers(&self, check: Check) -> Vec<Seen> {
        let entity = self.facts.filing_number.as_ref().map(FilingNumber::entity);
        let wrong = |number: &FilingNumber, kind| match number.service() {
            Some((_, of)) if check == Check::NumberOfKind => of != kind,
            _ if check == Check::NumberOfKind => false,
            _ => entity
                .as_ref()
                .is_some_and(|entity| *entity != number.entity()),
        };
        self.numbers_of_services()
            .zip(self.order.services())
            .filter_map(|((n, facts), service)| {
                let number = facts.filing_number.as_ref()?;
                let path = format!("services[{n}]");
                wrong(number, service.kind()).then_some(Seen::Found(path))
            })
            .collect()
    }
}

impl Responsible<'_> {
    fn found(&self, field: &str, wrong: bool) -> Option<Seen> {
        wrong.then(|| Seen::Found(format!("{}.{field}", self.path)))
    }

    fn seen(&self, field: &str, fact: OrderFact, wrong: Option<bool>) -> Option<Seen> {
        let path = format!("{}.{field}", self.path);
        seen(path, &self.path, fact, wrong)
    }

    fn has_mobile_of(&self, other: &Self) -> bool {
        self.person.mobile() == other.person.mobile()
    }

    /// Those who stand before this one in the form.
    fn before<'a, 'b>(&self, all: &'a [Responsible<'b>]) -> &'a [Responsible<'b>] {
        all.get(..self.place).unwrap_or_default()
    }

    /// The first before this one with the same number.
    fn first_of_mobile<'a, 'b>(&self, all: &'a [Responsible<'b>]) -> Option<&'a Responsible<'b>> {
        let mobile = self.person.mobile();
        let before = self.before(all);
        before.iter().find(|it| it.person.mobile() == mobile)
    }

    /// Whether both are one person, as far as ID documents are at hand.
    fn is(&self, other: &Self) -> bool {
        let (id, of) = (self.person.id_document(), other.person.id_document());
        let known = id.last_six().is_some() && of.last_six().is_some();
        known && id.may_be(of) && self.person.name() == other.person.name()
    }

    /// Whether the emergency phone is a mobile of somebody: with or without +86 in front.
    fn has_phone_of(&self, of: &Self) -> bool {
        let phone = self.person.emergency_phone().unwrap_or_default();
        let front = phone.strip_suffix(of.person.mobile().digits());
        front.is_some_and(|front| matches!(front, "" | "86" | "0086" | "+86"))
    }
}

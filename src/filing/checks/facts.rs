//! What a form or a platform may know beside the order.

use alloc::{string::String, vec::Vec};
use core::fmt;

use chrono::{DateTime, NaiveDate, Utc};

use super::EntityKind;
use crate::{
    IdDocumentKind, OrderForm,
    filing::{FilingNumber, PersonForm, choice::choose},
    names::names,
};

/// What is known beside the order; `None` is *unknown*, and then isn't checked. Like the form, it has the
/// services one by one, in the same order.
///
/// ```
/// use beian::filing::checks::{EntityKind, OrderFacts};
///
/// let facts = OrderFacts { entity_kind: Some(EntityKind::Unit), ..OrderFacts::default() };
/// assert_eq!(facts.services_filed, None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(default, deny_unknown_fields)
)]
pub struct OrderFacts {
    /// Who files.
    pub entity_kind: Option<EntityKind>,
    /// Whether the leader is the unit's legal representative (B26).
    pub legal_representative: Option<bool>,
    /// How many services the entity has filed, wherever (B21, B30).
    pub services_filed: Option<u16>,
    /// Whether another order of the entity is open, at whatever provider (B22).
    pub another_order_open: Option<bool>,
    /// The entity's filing number to which the order refers (B33).
    pub filing_number: Option<FilingNumber>,
    /// Of the leader.
    pub leader: PersonFacts,
    /// Of the services; of those that are left out nothing is known.
    pub services: Vec<ServiceFacts>,
}

/// What is known of a service beside the order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(default, deny_unknown_fields)
)]
pub struct ServiceFacts {
    /// The filing number to which the order refers: the service's, or the entity's (B33).
    pub filing_number: Option<FilingNumber>,
    /// Of its administrator.
    pub administrator: PersonFacts,
}

/// What is known of a responsible person beside the order. `Debug` shows neither age nor date.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(default, deny_unknown_fields)
)]
pub struct PersonFacts {
    /// Age in years on the day of the check: [`OrderFacts::with_ages`] takes it from a form; to be taken anew
    /// each time (D37).
    pub age: Option<u8>,
    /// The last day on which the ID document is valid; 9999-12-31 for 长期 (B28).
    pub valid_until: Option<NaiveDate>,
    /// Whether the mobile is at home in the filing's province (B25).
    pub mobile_in_province: Option<bool>,
    /// Whether the mobile is filed for another entity (B25).
    pub mobile_of_another_entity: Option<bool>,
    /// Whether the mobile is the same in all companies of one legal representative (B25).
    pub mobile_in_all_companies: Option<bool>,
    /// Whether the ID is the one that the old provider filed (B19).
    pub id_as_filed: Option<bool>,
}

impl OrderFacts {
    /// With the ages of everybody whose resident ID number stands in the form, on the day of an instant in
    /// Beijing. Of everybody else it is then unknown, whatever it was before, for a form may name another person:
    /// what a host knows of other documents is added after this. The number is read here and kept nowhere (D37).
    ///
    /// ```
    /// use beian::{OrderForm, filing::checks::OrderFacts};
    /// use chrono::{DateTime, Utc};
    ///
    /// let mut form = OrderForm::default();
    /// form.entity.leader.id_document.kind = "resident_id_card".into();
    /// form.entity.leader.id_document.number = "820101200005010015".into();
    /// let at: DateTime<Utc> = "2026-04-30T12:00:00+08:00".parse()?;
    /// assert_eq!(OrderFacts::default().with_ages(&form, at).leader.age, Some(25));
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    #[must_use]
    pub fn with_ages(mut self, form: &OrderForm, at: DateTime<Utc>) -> Self {
        let age = |person: &PersonForm| {
            let kind: IdDocumentKind = choose(&person.id_document.kind).ok()?;
            kind.age(&person.id_document.number, at)
        };
        self.leader.age = age(&form.entity.leader);
        let count = self.services.len().max(form.services.len());
        self.services.resize(count, ServiceFacts::default());
        for (facts, service) in self.services.iter_mut().zip(&form.services) {
            facts.administrator.age = age(&service.administrator);
        }
        self
    }
}

impl fmt::Debug for PersonFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PersonFacts")
            .field("age", &self.age.map(|_| "***"))
            .field("valid_until", &self.valid_until.map(|_| "***"))
            .field("mobile_in_province", &self.mobile_in_province)
            .field("mobile_of_another_entity", &self.mobile_of_another_entity)
            .field("mobile_in_all_companies", &self.mobile_in_all_companies)
            .field("id_as_filed", &self.id_as_filed)
            .finish()
    }
}

/// A fact that would decide more, of [`OrderFacts`], [`ServiceFacts`] or [`PersonFacts`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum OrderFact {
    /// [`OrderFacts::entity_kind`].
    EntityKind,
    /// [`OrderFacts::legal_representative`].
    LegalRepresentative,
    /// [`OrderFacts::services_filed`].
    ServicesFiled,
    /// [`OrderFacts::another_order_open`].
    AnotherOrderOpen,
    /// [`OrderFacts::filing_number`] or [`ServiceFacts::filing_number`].
    FilingNumber,
    /// [`PersonFacts::age`].
    Age,
    /// [`PersonFacts::valid_until`].
    ValidUntil,
    /// [`PersonFacts::mobile_in_province`].
    MobileInProvince,
    /// [`PersonFacts::mobile_of_another_entity`].
    MobileOfAnotherEntity,
    /// [`PersonFacts::mobile_in_all_companies`].
    MobileInAllCompanies,
    /// [`PersonFacts::id_as_filed`].
    IdAsFiled,
}

names!(OrderFact, "fact", {
    EntityKind => "entity_kind",
    LegalRepresentative => "legal_representative",
    ServicesFiled => "services_filed",
    AnotherOrderOpen => "another_order_open",
    FilingNumber => "filing_number",
    Age => "age",
    ValidUntil => "valid_until",
    MobileInProvince => "mobile_in_province",
    MobileOfAnotherEntity => "mobile_of_another_entity",
    MobileInAllCompanies => "mobile_in_all_companies",
    IdAsFiled => "id_as_filed",
});

/// A fact that isn't known and would decide more, and of whom. An answer may open further questions: who tells
/// the [kind of entity](OrderFact::EntityKind) is asked what is checked of such an entity only.
///
/// ```
/// use beian::filing::checks::{OpenQuestion, OrderFact};
///
/// let question = OpenQuestion { path: "entity.leader".into(), fact: OrderFact::ValidUntil };
/// assert_eq!(question.fact.to_string(), "valid_until");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct OpenQuestion {
    /// Where it stands in [`OrderFacts`], as a part of the form: `entity`, `entity.leader` or
    /// `services[0].administrator`.
    pub path: String,
    /// What isn't known.
    pub fact: OrderFact,
}

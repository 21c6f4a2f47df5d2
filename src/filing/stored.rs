//! The stored form of an order (D25): names and numbers in clear, no ID numbers.

use alloc::{format, string::String, vec::Vec};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

use super::{
    Access, FilingOrder, FilingPolicy, FilingType, ModifiedPart, OrderProblems, ServiceKind,
    order::{Draft, PersonDraft, ServiceDraft},
    wrong_type::read,
};
use crate::{
    IdDocument, IdDocumentKind, MobileNumber, Person, Province,
    person::{EmergencyPhone, Name},
    version::{first_only, write_first},
};

#[derive(Serialize, Deserialize)]
struct StoredOrder {
    filing_type: FilingType,
    changes: Vec<ModifiedPart>,
    province: Province,
    entity: StoredEntity,
    services: Vec<StoredService>,
}

#[derive(Serialize, Deserialize)]
struct StoredEntity {
    #[serde(deserialize_with = "read::text")]
    name: String,
    leader: StoredPerson,
}

#[derive(Serialize, Deserialize)]
struct StoredService {
    kind: ServiceKind,
    #[serde(deserialize_with = "read::text")]
    name: String,
    administrator: StoredPerson,
    access: Option<Access>,
}

#[derive(Serialize, Deserialize)]
struct StoredPerson {
    #[serde(deserialize_with = "read::text")]
    name: String,
    #[serde(deserialize_with = "read::text")]
    mobile: String,
    #[serde(deserialize_with = "read::optional")]
    emergency_phone: Option<String>,
    id_document: IdDocumentKind,
}

impl Serialize for FilingOrder {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let services = self.services().iter().map(|service| StoredService {
            kind: service.kind(),
            name: service.name().into(),
            administrator: service.administrator().into(),
            access: service.access(),
        });
        let stored = StoredOrder {
            filing_type: self.filing_type(),
            changes: self.modified_parts().iter().collect(),
            province: self.province(),
            entity: StoredEntity {
                name: self.entity().name().into(),
                leader: self.leader().into(),
            },
            services: services.collect(),
        };
        write_first(serializer, &stored)
    }
}

impl<'de> Deserialize<'de> for FilingOrder {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let order: StoredOrder = first_only(deserializer, "stored order")?;
        order.check().map_err(D::Error::custom)
    }
}

impl StoredOrder {
    fn check(self) -> Result<FilingOrder, OrderProblems> {
        let mut problems = OrderProblems::none_yet();
        let draft = Draft {
            filing_type: Some(self.filing_type),
            changes: Some(self.changes.into_iter().collect()),
            province: Some(self.province),
            entity_name: problems.take("entity.name", Name::parse(&self.entity.name)),
            leader: self.entity.leader.read("entity.leader", &mut problems),
            services: (self.services.iter().enumerate())
                .map(|(n, service)| service.read(&format!("services[{n}]"), &mut problems))
                .collect(),
        };
        draft.check(problems, &FilingPolicy::default(), None)
    }
}

impl StoredService {
    fn read(&self, path: &str, problems: &mut OrderProblems) -> ServiceDraft {
        let administrator = format!("{path}.administrator");
        ServiceDraft {
            kind: Some(self.kind),
            name: problems.take(format!("{path}.name"), Name::parse(&self.name)),
            administrator: self.administrator.read(&administrator, problems),
            access: Some(self.access),
        }
    }
}

impl StoredPerson {
    fn read(&self, path: &str, problems: &mut OrderProblems) -> PersonDraft {
        let emergency_phone = self.emergency_phone.as_deref().map(EmergencyPhone::parse);
        let emergency_phone = emergency_phone.transpose();
        PersonDraft {
            name: problems.take(format!("{path}.name"), Name::of_person(&self.name)),
            mobile: problems.take(format!("{path}.mobile"), MobileNumber::parse(&self.mobile)),
            emergency_phone: problems
                .take(format!("{path}.emergency_phone"), emergency_phone)
                .flatten(),
            id_document: Some(IdDocument::without_number(self.id_document)),
            // Of the back there is no more left than of the front.
            back_missing: false,
        }
    }
}

impl From<&Person> for StoredPerson {
    fn from(person: &Person) -> Self {
        Self {
            name: person.name().into(),
            mobile: person.mobile().digits().into(),
            emergency_phone: person.emergency_phone().map(String::from),
            id_document: person.id_document().kind(),
        }
    }
}

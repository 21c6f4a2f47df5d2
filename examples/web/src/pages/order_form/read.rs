//! What the form sends, and what it begins with.

use beian::{
    Access, FilingType, IdDocumentKind, ModifiedPart, OrderForm, Province, ServiceKind,
    filing::{EntityForm, IdDocumentForm, PersonForm, ServiceForm},
};

use super::{super::fields::Fields, SERVICES_MAX, needs_services};

/// What was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Typed {
    /// Its type.
    pub filing_type: FilingType,
    /// What was typed; a service that was asked for is added, one that was given up removed.
    pub order: OrderForm,
    /// Which button was pressed: one that only changes the form, so that it is shown again.
    pub unfinished: bool,
}

/// Reads the form; `None` if it isn't one. The fields are called as the crate's problems call their places.
#[must_use]
pub fn read(fields: &mut Fields) -> Option<Typed> {
    let filing_type = fields.take("filing_type").parse().ok()?;
    let action = fields.take("action");
    let mut order = order(filing_type, fields);
    let removed = action.strip_prefix("remove:");
    let removed = removed.and_then(|place| place.parse::<usize>().ok());
    if action == "add" {
        order.services.push(ServiceForm::default());
    }
    if let Some(place) = removed
        && place < order.services.len()
    {
        order.services.remove(place);
    }
    Some(Typed {
        filing_type,
        order,
        unfinished: action == "add" || removed.is_some(),
    })
}

fn order(filing_type: FilingType, fields: &mut Fields) -> OrderForm {
    let count = fields.count("services").min(SERVICES_MAX);
    OrderForm {
        filing_type: filing_type.name().to_owned(),
        changes: (filing_type == FilingType::Modify).then(|| fields.take_all("changes")),
        province: fields.take("province"),
        entity: EntityForm {
            name: fields.take("entity.name"),
            leader: person("entity.leader", fields),
        },
        services: (0..count)
            .map(|n| ServiceForm {
                kind: fields.take(&format!("services[{n}].kind")),
                name: fields.take(&format!("services[{n}].name")),
                administrator: person(&format!("services[{n}].administrator"), fields),
                access: Some(fields.take(&format!("services[{n}].access"))),
            })
            .collect(),
    }
}

fn person(path: &str, fields: &mut Fields) -> PersonForm {
    PersonForm {
        name: fields.take(&format!("{path}.name")),
        mobile: fields.take(&format!("{path}.mobile")),
        emergency_phone: Some(fields.take(&format!("{path}.emergency_phone"))),
        id_document: IdDocumentForm {
            kind: fields.take(&format!("{path}.id_document.kind")),
            number: fields.take(&format!("{path}.id_document.number")),
            back_number: Some(fields.take(&format!("{path}.id_document.back_number"))),
        },
    }
}

/// An order to be filled in, with a service if its type needs one.
#[must_use]
pub fn blank(filing_type: FilingType) -> OrderForm {
    let services = usize::from(needs_services(filing_type));
    OrderForm {
        services: vec![ServiceForm::default(); services],
        ..OrderForm::default()
    }
}

/// Invented people, so that a newcomer sees an order go its way in a minute.
#[must_use]
pub fn sample(filing_type: FilingType) -> OrderForm {
    let person = |name: &str, mobile: &str, number: &str| PersonForm {
        name: name.to_owned(),
        mobile: mobile.to_owned(),
        emergency_phone: None,
        id_document: IdDocumentForm {
            kind: IdDocumentKind::Passport.name().to_owned(),
            number: number.to_owned(),
            back_number: None,
        },
    };
    let modifies = filing_type == FilingType::Modify;
    let all = || {
        ModifiedPart::ALL
            .iter()
            .map(|change| change.name().to_owned())
            .collect()
    };
    OrderForm {
        filing_type: filing_type.name().to_owned(),
        changes: modifies.then(all),
        province: Province::Beijing.name().to_owned(),
        entity: EntityForm {
            name: "示例科技有限公司".to_owned(),
            leader: person("张三", "19900000001", "E12345678"),
        },
        services: vec![ServiceForm {
            kind: ServiceKind::Website.name().to_owned(),
            name: "示例网站".to_owned(),
            administrator: person("李四", "19900000002", "E87654321"),
            access: (filing_type == FilingType::AddAccess)
                .then(|| Access::Unchanged.name().to_owned()),
        }],
    }
}

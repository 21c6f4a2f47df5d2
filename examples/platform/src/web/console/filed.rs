//! What was filed, field by field. ID numbers are sealed, and are never among it.

use beian::{Lang, Person, filing::path_label};
use beian_web::pages::capital;

use crate::order::Order;

/// What was filed.
pub(super) struct Filed {
    pub(super) province: &'static str,
    pub(super) changes: Vec<&'static str>,
    pub(super) leader: Someone,
    pub(super) services: Vec<ServiceView>,
}

/// A person, with the whole number: staff may have to call them.
pub(super) struct Someone {
    pub(super) name: String,
    pub(super) mobile: String,
    pub(super) document: &'static str,
    pub(super) emergency_phone: Option<String>,
}

/// A service.
pub(super) struct ServiceView {
    pub(super) kind: &'static str,
    pub(super) name: String,
    pub(super) access: Option<&'static str>,
    pub(super) administrator: Someone,
}

impl Filed {
    pub(super) fn of(order: &Order, lang: Lang) -> Self {
        let filing = &order.filing;
        let services = filing.services().iter().map(|service| ServiceView {
            kind: service.kind().text(lang),
            name: service.name().to_owned(),
            access: service.access().map(|access| access.text(lang)),
            administrator: Someone::of(service.administrator(), lang),
        });
        let changes = filing.modified_parts();
        Self {
            province: filing.province().text(lang),
            changes: changes.iter().map(|part| part.text(lang)).collect(),
            leader: Someone::of(filing.leader(), lang),
            services: services.collect(),
        }
    }
}

impl Someone {
    fn of(person: &Person, lang: Lang) -> Self {
        Self {
            name: person.name().to_owned(),
            mobile: person.mobile().digits().to_owned(),
            document: person.id_document().kind().text(lang),
            emergency_phone: person.emergency_phone().map(str::to_owned),
        }
    }
}

/// The names of whoever has this number in the order.
pub(super) fn names(order: &Order, mobile: &str) -> Vec<String> {
    let people = order.filing.persons().map(|(_, _, person)| person);
    let of_number = people.filter(|person| person.mobile().digits() == mobile);
    let mut names: Vec<_> = of_number.map(|person| person.name().to_owned()).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// A field of the order: something can be wrong with it.
#[derive(Debug)]
pub(super) struct Line {
    /// The path in the form; the whole order has none.
    pub(super) path: String,
    /// What people call it.
    pub(super) label: String,
    /// What stands in it.
    pub(super) value: String,
}

/// Every field of the order, in the order of the form.
pub(super) fn lines(order: &Order, lang: Lang) -> Vec<Line> {
    let filed = Filed::of(order, lang);
    let mut lines = Lines(Vec::new(), lang);
    let kind = order.filing.filing_type();
    lines.word("filing_type", kind.text(lang));
    if !filed.changes.is_empty() {
        let comma = match lang {
            Lang::Zh => "、",
            Lang::En => ", ",
        };
        lines.word("changes", &filed.changes.join(comma));
    }
    lines.word("province", filed.province);
    lines.add("entity.name", order.filing.entity().name());
    lines.person("entity.leader", &filed.leader);
    for (n, service) in filed.services.iter().enumerate() {
        let at = |field: &str| format!("services[{n}].{field}");
        lines.word(&at("kind"), service.kind);
        lines.add(&at("name"), &service.name);
        if let Some(access) = service.access {
            lines.word(&at("access"), access);
        }
        lines.person(&at("administrator"), &service.administrator);
    }
    lines.0
}

struct Lines(Vec<Line>, Lang);

impl Lines {
    /// One of the crate's texts, to stand alone.
    fn word(&mut self, path: &str, text: &str) {
        match self.1 {
            Lang::Zh => self.add(path, text),
            Lang::En => self.add(path, &capital(text)),
        }
    }

    fn add(&mut self, path: &str, value: &str) {
        self.0.push(Line {
            path: path.to_owned(),
            label: path_label(path, self.1).unwrap_or_else(|| path.to_owned()),
            value: value.to_owned(),
        });
    }

    fn person(&mut self, path: &str, person: &Someone) {
        let at = |field: &str| format!("{path}.{field}");
        let (none, sealed) = match self.1 {
            Lang::Zh => ("（未填写）", "（已加密保存，不显示）"),
            Lang::En => ("(none)", "(sealed, not shown)"),
        };
        self.add(&at("name"), &person.name);
        self.add(&at("mobile"), &person.mobile);
        let phone = person.emergency_phone.as_deref().unwrap_or(none);
        self.add(&at("emergency_phone"), phone);
        self.word(&at("id_document.kind"), person.document);
        self.add(&at("id_document.number"), sealed);
    }
}

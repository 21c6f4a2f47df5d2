//! The form for a new order: first its type, then what that type needs. Problems stand beside the
//! fields that they name, and what was typed stays.

use axum::{extract::Query, http::StatusCode, response::Response};
use beian::{
    Access, FilingType, IdDocumentKind, Lang, ModifiedPart, ModifiedParts, OrderForm,
    OrderProblems, Province, Rulebook, ServiceKind,
    filing::{EntityForm, IdDocumentForm, PersonForm, ServiceForm},
};
use serde::Deserialize;

use super::{
    Sorry,
    fields::{Choice, Choices, Field, Fields, Select, id},
    order::address,
    visit::{Page, Section, Staff, StaffSent, Visit, capital},
};
use crate::orders::OrderError;

/// As many as the page takes: more can't be filed.
const SERVICES_MAX: usize = 201;

#[derive(askama::Template)]
#[template(path = "types.html")]
struct Types {
    p: Page,
    types: Vec<Type>,
}

struct Type {
    name: &'static str,
    text: &'static str,
    /// Who is texted, by the rules of today.
    texted: String,
}

#[derive(askama::Template)]
#[template(path = "order_form.html")]
struct Form {
    p: Page,
    filing_type: &'static str,
    type_text: &'static str,
    texted: String,
    summary: Vec<Problem>,
    changes: Option<Choices>,
    province: Select,
    entity_name: Field,
    leader: PersonFields,
    services: Vec<ServiceFields>,
    services_problem: Option<String>,
    services_needed: bool,
    full: bool,
}

/// A line of the summary.
struct Problem {
    id: String,
    place: String,
    text: String,
}

struct PersonFields {
    /// Of the group of the ID document.
    document_id: String,
    document_problem: Option<String>,
    name: Field,
    mobile: Field,
    emergency_phone: Field,
    kind: Select,
    number: Field,
    back_number: Field,
}

struct ServiceFields {
    number: usize,
    place: usize,
    id: String,
    kind: Select,
    name: Field,
    access: Option<Choices>,
    administrator: PersonFields,
    removable: bool,
}

#[derive(Deserialize)]
pub(super) struct Start {
    #[serde(rename = "type")]
    filing_type: Option<String>,
    sample: Option<String>,
}

pub(super) async fn show(Staff(visit): Staff, Query(start): Query<Start>) -> Response {
    let Some(name) = start.filing_type else {
        return visit.ok(&types(&visit));
    };
    let Ok(filing_type) = name.parse::<FilingType>() else {
        return visit.sorry(Sorry::NotFound);
    };
    let typed = if start.sample.is_some() && visit.portal.sandbox {
        sample(filing_type)
    } else {
        blank(filing_type)
    };
    visit.ok(&form(&visit, filing_type, &typed, None))
}

pub(super) async fn submit(StaffSent { visit, mut fields }: StaffSent) -> Response {
    let Ok(filing_type) = fields.take("filing_type").parse::<FilingType>() else {
        return visit.sorry(Sorry::BadForm);
    };
    let visit = visit.at(format!("/console/orders/new?type={filing_type}"));
    let action = fields.take("action");
    let mut typed = read(filing_type, &mut fields);
    if action == "add" {
        typed.services.push(ServiceForm::default());
        return visit.ok(&form(&visit, filing_type, &typed, None));
    }
    if let Some(place) = action
        .strip_prefix("remove:")
        .and_then(|place| place.parse::<usize>().ok())
    {
        if place < typed.services.len() {
            typed.services.remove(place);
        }
        return visit.ok(&form(&visit, filing_type, &typed, None));
    }
    match visit.portal.orders.file(&typed, None).await {
        Ok(order) => visit.go(&address(order.id)),
        Err(OrderError::Problems(problems)) => {
            let page = form(&visit, filing_type, &typed, Some(&problems));
            visit.answer(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(error) => visit.failed(&error),
    }
}

/// The fields are called as the crate's problems call their places.
fn read(filing_type: FilingType, fields: &mut Fields) -> OrderForm {
    let count = fields.count("services").min(SERVICES_MAX);
    OrderForm {
        filing_type: filing_type.name().to_owned(),
        changes: (filing_type == FilingType::Modify).then(|| fields.take_all("changes")),
        province: fields.take("province"),
        entity: EntityForm {
            name: fields.take("entity.name"),
            leader: read_person("entity.leader", fields),
        },
        services: (0..count)
            .map(|n| ServiceForm {
                kind: fields.take(&format!("services[{n}].kind")),
                name: fields.take(&format!("services[{n}].name")),
                administrator: read_person(&format!("services[{n}].administrator"), fields),
                access: Some(fields.take(&format!("services[{n}].access"))),
            })
            .collect(),
    }
}

fn read_person(path: &str, fields: &mut Fields) -> PersonForm {
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

fn blank(filing_type: FilingType) -> OrderForm {
    let services = usize::from(needs_services(filing_type));
    OrderForm {
        services: vec![ServiceForm::default(); services],
        ..OrderForm::default()
    }
}

/// Invented people, so that a newcomer sees an order go its way in a minute.
fn sample(filing_type: FilingType) -> OrderForm {
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

/// Whether the form begins with a service; what is needed in the end depends on what was typed.
const fn needs_services(filing_type: FilingType) -> bool {
    filing_type.needs_services(ModifiedParts::NONE)
}

fn types(visit: &Visit) -> Types {
    let cards = FilingType::ALL.iter().map(|filing_type| Type {
        name: filing_type.name(),
        text: filing_type.text(visit.lang),
        texted: texted(*filing_type, visit.lang),
    });
    Types {
        p: visit.page(Section::Console),
        types: cards.collect(),
    }
}

/// Where the number on the back of a permit is needed (B13).
fn permit_backs_needed(lang: Lang) -> String {
    let provinces = Province::ALL.iter().filter(|it| it.asks_for_permit_backs());
    let names: Vec<_> = provinces.map(|province| province.text(lang)).collect();
    match lang {
        Lang::Zh => format!("{}必填", names.join("、")),
        Lang::En => format!("needed in {}", names.join(", ")),
    }
}

/// Who is texted for orders of a type, as the rulebook in force has it.
fn texted(filing_type: FilingType, lang: Lang) -> String {
    let rules = Rulebook::CURRENT.rules().iter();
    let rules = rules.filter(|rule| rule.filing_type() == filing_type);
    let between = match lang {
        Lang::Zh => "；",
        Lang::En => "; ",
    };
    let texts: Vec<_> = rules.map(|rule| rule.text(lang)).collect();
    texts.join(between)
}

/// Builds the fields of one page.
struct Builder<'a> {
    visit: &'a Visit,
    problems: Option<&'a OrderProblems>,
    optional: &'static str,
}

fn form(
    visit: &Visit,
    filing_type: FilingType,
    typed: &OrderForm,
    problems: Option<&OrderProblems>,
) -> Form {
    let lang = visit.lang;
    let builder = Builder {
        visit,
        problems,
        optional: visit.t("选填", "optional"),
    };
    let removable = typed.services.len() > usize::from(needs_services(filing_type));
    let chosen = |change: ModifiedPart| {
        let changes = typed.changes.iter().flatten();
        changes.into_iter().any(|name| name == change.name())
    };
    Form {
        p: visit.page(Section::Console),
        filing_type: filing_type.name(),
        type_text: filing_type.text(lang),
        texted: texted(filing_type, lang),
        summary: builder.summary(),
        changes: (filing_type == FilingType::Modify).then(|| Choices {
            name: "changes".to_owned(),
            label: visit.t("变更内容", "What changes"),
            problem: builder.problem("changes"),
            many: true,
            options: (ModifiedPart::ALL.iter())
                .map(|change| Choice {
                    value: change.name(),
                    text: capital(change.text(lang)),
                    chosen: chosen(*change),
                })
                .collect(),
        }),
        province: Select {
            name: "province".to_owned(),
            label: visit.t("备案省份", "Province"),
            problem: builder.problem("province"),
            empty: Some(visit.t("请选择", "Choose one")),
            options: (Province::ALL.iter())
                .map(|province| Choice {
                    value: province.name(),
                    text: province.text(lang).to_owned(),
                    chosen: province.name() == typed.province,
                })
                .collect(),
        },
        entity_name: Field {
            hint: visit.t(
                "单位全称；个人备案填写本人姓名。",
                "Full name of the organisation; an individual’s own name.",
            ),
            autocomplete: "organization",
            ..builder.text(
                "entity.name",
                visit.t("主体名称", "Name of the entity"),
                &typed.entity.name,
            )
        },
        leader: builder.person("entity.leader", &typed.entity.leader),
        services: (typed.services.iter().enumerate())
            .map(|(n, service)| builder.service(n, service, filing_type, removable))
            .collect(),
        services_problem: builder.problem("services"),
        services_needed: needs_services(filing_type),
        full: typed.services.len() >= SERVICES_MAX,
    }
}

impl Builder<'_> {
    fn problem(&self, path: &str) -> Option<String> {
        let texts: Vec<_> = (self.problems?.iter())
            .filter(|problem| field_of(problem.path()) == path)
            .map(|problem| problem.text(self.visit.lang))
            .collect();
        (!texts.is_empty()).then(|| texts.join(" "))
    }

    fn summary(&self) -> Vec<Problem> {
        let problems = self.problems.into_iter().flatten();
        problems
            .map(|problem| Problem {
                id: id(field_of(problem.path())),
                place: self.place(problem.path()),
                text: problem.text(self.visit.lang).into_owned(),
            })
            .collect()
    }

    /// Whose field it is, for somebody who reads the summary alone.
    fn place(&self, path: &str) -> String {
        let visit = self.visit;
        let service = path
            .strip_prefix("services[")
            .and_then(|rest| rest.split_once(']'));
        let Some((n, rest)) = service else {
            return if path.starts_with("entity.leader") {
                capital(beian::Role::EntityLeader.text(visit.lang))
            } else if path.starts_with("entity") {
                visit.t("主体", "Entity").to_owned()
            } else {
                visit.t("订单", "Order").to_owned()
            };
        };
        let n = n.parse::<usize>().unwrap_or_default().saturating_add(1);
        let who = if rest.starts_with(".administrator") {
            visit.t("负责人", ", administrator")
        } else {
            ""
        };
        match visit.lang {
            Lang::Zh => format!("服务{n}{who}"),
            Lang::En => format!("Service {n}{who}"),
        }
    }

    fn text(&self, path: &str, label: &'static str, value: &str) -> Field {
        Field {
            name: path.to_owned(),
            label,
            value: value.to_owned(),
            problem: self.problem(path),
            keyboard: "text",
            autocomplete: "off",
            max: 400,
            ..Field::default()
        }
    }

    fn person(&self, path: &str, person: &PersonForm) -> PersonFields {
        let visit = self.visit;
        let at = |field: &str| format!("{path}.{field}");
        let document = at("id_document");
        let back = person
            .id_document
            .back_number
            .as_deref()
            .unwrap_or_default();
        let emergency = person.emergency_phone.as_deref().unwrap_or_default();
        let kinds = IdDocumentKind::NAMED.iter().map(|kind| Choice {
            value: kind.name(),
            text: capital(kind.text(visit.lang)),
            chosen: kind.name() == person.id_document.kind,
        });
        PersonFields {
            document_id: id(&document),
            document_problem: self.problem(&document),
            name: self.text(&at("name"), visit.t("姓名", "Name"), &person.name),
            mobile: Field {
                keyboard: "tel",
                hint: visit.t(
                    "联系方式1，核验短信只发送到此号码。",
                    "The code is only sent to this number.",
                ),
                ..self.text(
                    &at("mobile"),
                    visit.t("手机号码", "Mobile number"),
                    &person.mobile,
                )
            },
            emergency_phone: Field {
                keyboard: "tel",
                optional: Some(self.optional.into()),
                ..self.text(
                    &at("emergency_phone"),
                    visit.t("应急联系电话", "Emergency phone"),
                    emergency,
                )
            },
            kind: Select {
                name: at("id_document.kind"),
                label: visit.t("证件类型", "ID document"),
                problem: self.problem(&at("id_document.kind")),
                empty: None,
                options: kinds.collect(),
            },
            number: self.text(
                &at("id_document.number"),
                visit.t("证件号码", "ID number"),
                &person.id_document.number,
            ),
            back_number: Field {
                optional: Some(permit_backs_needed(visit.lang).into()),
                hint: visit.t(
                    "港澳居民来往内地通行证背面的香港或澳门身份证号码。",
                    "The Hong Kong or Macao identity number on the back of the travel permit.",
                ),
                ..self.text(
                    &at("id_document.back_number"),
                    visit.t("证件背面号码", "Number on the back"),
                    back,
                )
            },
        }
    }

    fn service(
        &self,
        n: usize,
        service: &ServiceForm,
        filing_type: FilingType,
        removable: bool,
    ) -> ServiceFields {
        let visit = self.visit;
        let path = format!("services[{n}]");
        let access = service.access.as_deref().unwrap_or_default();
        ServiceFields {
            number: n.saturating_add(1),
            place: n,
            id: id(&path),
            kind: Select {
                name: format!("{path}.kind"),
                label: visit.t("服务类型", "Kind of service"),
                problem: self.problem(&format!("{path}.kind")),
                empty: None,
                options: (ServiceKind::ALL.iter())
                    .map(|kind| Choice {
                        value: kind.name(),
                        text: capital(kind.text(visit.lang)),
                        chosen: kind.name() == service.kind,
                    })
                    .collect(),
            },
            name: self.text(
                &format!("{path}.name"),
                visit.t("服务名称", "Name of the service"),
                &service.name,
            ),
            access: (filing_type == FilingType::AddAccess).then(|| Choices {
                name: format!("{path}.access"),
                label: visit.t(
                    "负责人手机号码与原备案是否一致",
                    "Is the administrator’s number still the one that was filed?",
                ),
                problem: self.problem(&format!("{path}.access")),
                many: false,
                options: (Access::ALL.iter())
                    .map(|known| Choice {
                        value: known.name(),
                        text: capital(known.text(visit.lang)),
                        chosen: known.name() == access,
                    })
                    .collect(),
            }),
            administrator: self.person(&format!("{path}.administrator"), &service.administrator),
            removable,
        }
    }
}

/// The field that a problem's path belongs to: all changes are one.
fn field_of(path: &str) -> &str {
    if path.starts_with("changes[") {
        "changes"
    } else {
        path
    }
}

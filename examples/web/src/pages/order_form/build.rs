//! The fields of one page.

use std::borrow::Cow;

use beian::{
    Access, FilingType, IdDocumentKind, Lang, ModifiedPart, Province, ServiceKind,
    filing::{PersonForm, ServiceForm},
};

use super::{
    super::{
        Page,
        fields::{Choice, Choices, Field, Select, id},
    },
    Around, Content, FormPage, Line, Mild, More, Part, PersonFields, SERVICES_MAX, ServiceFields,
    needs_services,
    remark::{Kind, Places, Remark, place_name},
    texted,
};

struct Builder<'a> {
    p: &'a Page,
    content: &'a Content<'a>,
    /// The remarks, each with the field or part where it stands.
    remarks: Vec<(&'a str, &'a Remark)>,
    removable: bool,
}

pub(super) fn form(p: &Page, around: Around, content: &Content<'_>) -> FormPage {
    let builder = Builder::new(p, content);
    let (filing_type, typed) = (content.filing_type, content.typed);
    FormPage {
        filing_type: filing_type.name(),
        type_text: filing_type.text(p.lang),
        texted: texted(filing_type, p.lang),
        summary: builder.lines(Kind::hinders),
        milder: builder.milder(),
        whole: builder.part(""),
        changes: (filing_type == FilingType::Modify).then(|| builder.changes()),
        entity: builder.part("entity"),
        province: builder.province(),
        entity_name: builder.entity_name(),
        leader: builder.person("entity.leader", &typed.entity.leader),
        more: content.more.iter().map(|more| builder.more(more)).collect(),
        hidden: content.hidden.clone(),
        services: (typed.services.iter().enumerate())
            .map(|(n, service)| builder.service(n, service))
            .collect(),
        services_part: builder.part("services"),
        services_needed: needs_services(filing_type),
        full: typed.services.len() >= SERVICES_MAX,
        around,
        p: p.clone(),
    }
}

impl<'a> Builder<'a> {
    fn new(p: &'a Page, content: &'a Content<'a>) -> Self {
        let places = Places::of(content);
        let remarks = content.remarks.iter();
        let needed = usize::from(needs_services(content.filing_type));
        Self {
            p,
            content,
            remarks: remarks
                .map(|remark| (places.nearest(&remark.path), remark))
                .collect(),
            removable: content.typed.services.len() > needed,
        }
    }

    fn at(&self, path: &str) -> impl Iterator<Item = &Remark> {
        let here = self.remarks.iter().filter(move |(place, _)| *place == path);
        here.map(|(_, remark)| *remark)
    }

    /// What hinders.
    fn problem(&self, path: &str) -> Option<String> {
        let hinder = self.at(path).filter(|remark| remark.kind.hinders());
        let texts: Vec<_> = hinder.map(|remark| &*remark.text).collect();
        (!texts.is_empty()).then(|| texts.join(" "))
    }

    /// What doesn't.
    fn notes(&self, path: &str) -> Vec<String> {
        let p = self.p;
        let note = |remark: &Remark| {
            let kind = match remark.kind {
                Kind::Problem | Kind::Refused => return None,
                Kind::Reason => p.t("退回原因：", "Why it was returned: "),
                Kind::Advised => p.t("建议：", "Advice: "),
            };
            Some(format!("{kind}{}", remark.text))
        };
        self.at(path).filter_map(note).collect()
    }

    fn part(&self, path: &str) -> Part {
        Part {
            id: anchor(path),
            problem: self.problem(path),
            notes: self.notes(path),
        }
    }

    fn lines(&self, which: impl Fn(Kind) -> bool) -> Vec<Line> {
        let remarks = self.remarks.iter().filter(|(_, remark)| which(remark.kind));
        remarks
            .map(|(place, remark)| Line {
                id: target(place),
                place: place_name(self.p, &remark.path),
                text: remark.text.clone(),
            })
            .collect()
    }

    fn milder(&self) -> Vec<Mild> {
        let p = self.p;
        let lists = [
            Mild {
                id: "reasons",
                heading: p.t("退回原因", "Why the order was returned"),
                lines: self.lines(|kind| kind == Kind::Reason),
            },
            Mild {
                id: "advice",
                heading: p.t("建议", "Advice"),
                lines: self.lines(|kind| kind == Kind::Advised),
            },
        ];
        lists
            .into_iter()
            .filter(|list| !list.lines.is_empty())
            .collect()
    }

    fn changes(&self) -> Choices {
        let chosen = |change: ModifiedPart| {
            let changes = self.content.typed.changes.iter().flatten();
            changes.into_iter().any(|name| name == change.name())
        };
        Choices {
            many: true,
            options: (ModifiedPart::ALL.iter())
                .map(|change| Choice {
                    value: change.name(),
                    text: self.p.cap(change.text(self.p.lang)),
                    chosen: chosen(*change),
                })
                .collect(),
            ..self.choices("changes", self.p.t("变更内容", "What changes"))
        }
    }

    fn more(&self, more: &More) -> More {
        let (problem, notes) = (self.problem(more.name()), self.notes(more.name()));
        match more.clone() {
            More::Field(field) => More::Field(Field {
                problem,
                notes,
                ..field
            }),
            More::Select(select) => More::Select(Select {
                problem,
                notes,
                ..select
            }),
        }
    }

    fn province(&self) -> Select {
        Select {
            empty: Some(self.p.t("请选择", "Choose one")),
            options: (Province::ALL.iter())
                .map(|province| Choice {
                    value: province.name(),
                    text: province.text(self.p.lang).to_owned(),
                    chosen: province.name() == self.content.typed.province,
                })
                .collect(),
            ..self.select("province", self.p.t("备案省份", "Province"))
        }
    }

    fn entity_name(&self) -> Field {
        let p = self.p;
        let hint = p.t(
            "单位全称；个人备案填写本人姓名。",
            "Full name of the organisation; an individual’s own name.",
        );
        Field {
            hint: hint.into(),
            autocomplete: "organization",
            ..self.text(
                "entity.name",
                p.t("主体名称", "Name of the entity"),
                &self.content.typed.entity.name,
            )
        }
    }

    fn text(&self, path: &str, label: &'static str, value: &str) -> Field {
        Field {
            name: path.to_owned(),
            label,
            value: value.to_owned(),
            problem: self.problem(path),
            notes: self.notes(path),
            keyboard: "text",
            autocomplete: "off",
            max: 400,
            ..Field::default()
        }
    }

    fn select(&self, path: &str, label: &'static str) -> Select {
        Select {
            name: path.to_owned(),
            label,
            problem: self.problem(path),
            notes: self.notes(path),
            ..Select::default()
        }
    }

    fn choices(&self, path: &str, label: &'static str) -> Choices {
        Choices {
            name: path.to_owned(),
            label,
            problem: self.problem(path),
            notes: self.notes(path),
            ..Choices::default()
        }
    }

    fn person(&self, path: &str, person: &PersonForm) -> PersonFields {
        let p = self.p;
        let at = |field: &str| format!("{path}.{field}");
        let emergency = person.emergency_phone.as_deref().unwrap_or_default();
        PersonFields {
            part: self.part(path),
            document: self.part(&at("id_document")),
            name: self.text(&at("name"), p.t("姓名", "Name"), &person.name),
            mobile: self.mobile(&at("mobile"), &person.mobile),
            emergency_phone: Field {
                keyboard: "tel",
                // Orders go through without, and are advised of it (B24).
                optional: Some(p.t("选填，建议填写", "optional, better given").into()),
                ..self.text(
                    &at("emergency_phone"),
                    p.t("应急联系电话", "Emergency phone"),
                    emergency,
                )
            },
            kind: self.document_kind(&at("id_document.kind"), &person.id_document.kind),
            number: Field {
                hint: self.kept(path).unwrap_or_default().into(),
                ..self.text(
                    &at("id_document.number"),
                    p.t("证件号码", "ID number"),
                    &person.id_document.number,
                )
            },
            back_number: self.back_number(path, person),
        }
    }

    fn mobile(&self, path: &str, value: &str) -> Field {
        let p = self.p;
        let hint = p.t(
            "联系方式1，核验短信只发送到此号码。",
            "The code is only sent to this number.",
        );
        Field {
            keyboard: "tel",
            hint: hint.into(),
            ..self.text(path, p.t("手机号码", "Mobile number"), value)
        }
    }

    fn document_kind(&self, path: &str, typed: &str) -> Select {
        let kinds = IdDocumentKind::NAMED.iter().map(|kind| Choice {
            value: kind.name(),
            text: self.p.cap(kind.text(self.p.lang)),
            chosen: kind.name() == typed,
        });
        Select {
            options: kinds.collect(),
            ..self.select(path, self.p.t("证件类型", "ID document"))
        }
    }

    fn back_number(&self, person_path: &str, person: &PersonForm) -> Field {
        let p = self.p;
        let hint = p.t(
            "港澳居民来往内地通行证背面的香港或澳门身份证号码。",
            "The Hong Kong or Macao identity number on the back of the travel permit.",
        );
        let hint = match self.kept(person_path) {
            Some(kept) => Cow::from(format!("{hint}{}{kept}", p.t("", " "))),
            None => hint.into(),
        };
        let typed = person.id_document.back_number.as_deref();
        Field {
            optional: Some(permit_backs_needed(p.lang).into()),
            hint,
            ..self.text(
                &format!("{person_path}.id_document.back_number"),
                p.t("证件背面号码", "Number on the back"),
                typed.unwrap_or_default(),
            )
        }
    }

    /// That the person's numbers may be left blank.
    fn kept(&self, person_path: &str) -> Option<&'static str> {
        let mut kept = self.content.kept.iter();
        kept.any(|path| path == person_path).then(|| {
            self.p.t(
                "已保存，不修改可留空。",
                "Kept; leave blank unless it has changed.",
            )
        })
    }

    fn service(&self, n: usize, service: &ServiceForm) -> ServiceFields {
        let path = format!("services[{n}]");
        let at = |field: &str| format!("{path}.{field}");
        let adds_access = self.content.filing_type == FilingType::AddAccess;
        ServiceFields {
            number: n.saturating_add(1),
            place: n,
            part: self.part(&path),
            kind: Select {
                options: (ServiceKind::ALL.iter())
                    .map(|kind| Choice {
                        value: kind.name(),
                        text: self.p.cap(kind.text(self.p.lang)),
                        chosen: kind.name() == service.kind,
                    })
                    .collect(),
                ..self.select(&at("kind"), self.p.t("服务类型", "Kind of service"))
            },
            name: self.text(
                &at("name"),
                self.p.t("服务名称", "Name of the service"),
                &service.name,
            ),
            access: adds_access.then(|| self.access(&at("access"), service)),
            administrator: self.person(&at("administrator"), &service.administrator),
            removable: self.removable,
        }
    }

    fn access(&self, path: &str, service: &ServiceForm) -> Choices {
        let p = self.p;
        let typed = service.access.as_deref().unwrap_or_default();
        Choices {
            options: (Access::ALL.iter())
                .map(|known| Choice {
                    value: known.name(),
                    text: p.cap(known.text(p.lang)),
                    chosen: known.name() == typed,
                })
                .collect(),
            ..self.choices(
                path,
                p.t(
                    "负责人手机号码与原备案是否一致",
                    "Is the administrator’s number still the one that was filed?",
                ),
            )
        }
    }
}

/// The id of a field or a part.
fn anchor(path: &str) -> String {
    if path.is_empty() {
        "order".to_owned()
    } else {
        id(path)
    }
}

/// What a link leads to: a person's document has no box of its own, and begins with its kind.
fn target(path: &str) -> String {
    let id = anchor(path);
    if path.ends_with(".id_document") {
        format!("{id}-kind")
    } else {
        id
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

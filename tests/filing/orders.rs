//! Filing orders: what each type needs, and what is wrong with one.

use beian::{
    Access, FilingOrder, FilingPolicy, FilingType, IdDocument, IdDocumentKind, Lang, ModifiedPart,
    ModifiedParts, OrderForm, OrderProblems, Person, Province, ServiceKind,
    filing::checks::OrderFacts,
    filing::{OrderProblem, PersonForm, ProblemKind},
};
use chrono::{DateTime, Utc};
use proptest::prelude::*;

use crate::support::{
    builders, codes, eighteen, form, mobile, person, person_form, service_form, with_website,
};

fn check(form: &OrderForm) -> Result<FilingOrder, OrderProblems> {
    form.check(&FilingPolicy::default())
}

fn found(form: &OrderForm) -> Vec<(String, &'static str)> {
    codes(&check(form).unwrap_err())
}

fn one(path: &str, code: &'static str) -> Vec<(String, &'static str)> {
    vec![(path.into(), code)]
}

fn instant(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

#[test]
fn r03_an_initial_filing_has_an_entity_a_leader_and_a_service() {
    let order = check(&form()).unwrap();
    assert_eq!(order.filing_type(), FilingType::Initial);
    assert_eq!(order.modified_parts(), ModifiedParts::NONE);
    assert_eq!(order.province(), Province::Beijing);
    assert_eq!(order.entity().name(), "示例公司");
    assert_eq!(order.leader().mobile().digits(), mobile(1));
    let [service] = order.services() else {
        panic!()
    };
    assert_eq!(
        (service.kind(), service.name()),
        (ServiceKind::Website, "示例站")
    );
    assert_eq!(service.administrator().mobile().digits(), mobile(2));
    assert_eq!(service.access(), None);
}

#[test]
fn b05_the_persons_of_an_order_stand_where_its_form_has_them() {
    let order = FilingOrder::initial(Province::Beijing, person(1))
        .service(ServiceKind::Website, "示例站一", person(2))
        .service(ServiceKind::App, "示例站二", person(1))
        .build()
        .unwrap();
    let persons = order
        .persons()
        .map(|(path, role, person)| (path, role.name(), person.mobile().digits().to_owned()));
    let expected = [
        ("entity.leader", "entity_leader", mobile(1)),
        (
            "services[0].administrator",
            "service_administrator",
            mobile(2),
        ),
        (
            "services[1].administrator",
            "service_administrator",
            mobile(1),
        ),
    ];
    let expected = expected.map(|(path, role, mobile)| (path.to_owned(), role, mobile));
    assert_eq!(persons.collect::<Vec<_>>(), expected);
}

#[test]
fn a_form_and_a_builder_give_the_same_order() {
    let entity = beian::Entity::new("示例公司", person(1)).unwrap();
    let built = with_website(FilingOrder::initial(Province::Beijing, entity)).build();
    assert_eq!(check(&form()), built);
}

#[test]
fn r03_to_r08_each_type_has_a_constructor_and_needs_a_service_or_not() {
    for (builder, filing_type) in builders().into_iter().zip(FilingType::ALL) {
        let alone = builder.clone().build();
        if *filing_type == FilingType::DeregisterEntity {
            assert_eq!(alone.unwrap().filing_type(), *filing_type);
        } else {
            assert_eq!(
                codes(&alone.unwrap_err()),
                one("services", "services_missing")
            );
        }
        let full = match *filing_type {
            FilingType::AddAccess => builder.service_with_access(
                ServiceKind::Website,
                "示例站",
                person(2),
                Access::Unchanged,
            ),
            _ => with_website(builder),
        };
        assert_eq!(full.build().unwrap().filing_type(), *filing_type);
    }
}

#[test]
fn r06_a_modification_says_what_it_changes() {
    let modify = |changes: &[&str]| OrderForm {
        filing_type: "modify".into(),
        changes: Some(changes.iter().copied().map(String::from).collect()),
        ..form()
    };
    let both = check(&modify(&["service", "entity", "service"])).unwrap();
    let expected = ModifiedParts::from(ModifiedPart::Entity) | ModifiedPart::Service.into();
    assert_eq!(both.modified_parts(), expected);
    assert_eq!(found(&modify(&[])), one("changes", "changes_missing"));
    let missing = OrderForm {
        changes: None,
        ..modify(&[])
    };
    assert_eq!(found(&missing), one("changes", "changes_missing"));
    assert_eq!(
        found(&modify(&["entity", "name"])),
        one("changes[1]", "change_unknown")
    );
}

#[test]
fn r06_only_a_modification_has_changes() {
    for filing_type in FilingType::ALL {
        let form = OrderForm {
            filing_type: filing_type.to_string(),
            changes: Some(vec!["entity".into()]),
            services: match filing_type {
                FilingType::AddAccess => vec![],
                _ => form().services,
            },
            ..form()
        };
        let unexpected = check(&form).is_err_and(|problems| {
            codes(&problems).contains(&("changes".into(), "changes_unexpected"))
        });
        assert_eq!(
            unexpected,
            *filing_type != FilingType::Modify,
            "{filing_type}"
        );
    }
    let empty = OrderForm {
        changes: Some(vec![]),
        ..form()
    };
    assert!(check(&empty).is_ok());
}

#[test]
fn r06_b03_a_modification_lists_services_if_it_changes_them() {
    for (change, needs) in [
        (ModifiedPart::Entity, false),
        (ModifiedPart::Remarks, false),
        (ModifiedPart::Service, true),
    ] {
        let order = FilingOrder::modify(Province::Beijing, person(1), change).build();
        match order {
            Ok(order) => assert!(!needs && order.modified_parts() == change.into()),
            Err(problems) => {
                assert!(needs);
                assert_eq!(codes(&problems), one("services", "services_missing"));
            }
        }
    }
}

#[test]
fn r05_access_is_added_with_the_number_that_was_filed() {
    let mut form = OrderForm {
        filing_type: "add_access".into(),
        ..form()
    };
    assert_eq!(found(&form), one("services[0].access", "access_missing"));
    form.services[0].access = Some(" ".into());
    assert_eq!(found(&form), one("services[0].access", "access_missing"));
    form.services[0].access = Some("unchanged".into());
    let order = check(&form).unwrap();
    assert_eq!(order.services()[0].access(), Some(Access::Unchanged));
    form.services[0].access = Some("maybe".into());
    assert_eq!(found(&form), one("services[0].access", "access_unknown"));
}

#[test]
fn r10_add_access_with_a_changed_number_is_refused() {
    let problems = FilingOrder::add_access(Province::Beijing, person(1))
        .service_with_access(ServiceKind::Website, "示例站", person(2), Access::Unchanged)
        .service_with_access(
            ServiceKind::Website,
            "示例站",
            person(3),
            Access::PhoneChanged,
        )
        .build()
        .unwrap_err();
    assert_eq!(codes(&problems), one("services[1].access", "phone_changed"));
    assert_eq!(problems.iter().next().unwrap().rule(), Some("R10"));
}

#[test]
fn r11_add_access_with_a_changed_number_of_an_orphan_service_is_refused() {
    let problems = FilingOrder::add_access(Province::Beijing, person(1))
        .service_with_access(
            ServiceKind::Website,
            "示例站",
            person(2),
            Access::PhoneChangedOrphan,
        )
        .build()
        .unwrap_err();
    let problem = problems.iter().next().unwrap();
    assert_eq!(
        (problem.kind(), problem.rule()),
        (ProblemKind::PhoneChangedOrphan, Some("R11"))
    );
}

#[test]
fn r10_access_is_said_of_added_access_alone() {
    let mut form = form();
    for access in Access::ALL {
        form.services[0].access = Some(access.to_string());
        assert_eq!(found(&form), one("services[0].access", "access_unexpected"));
    }
}

/// Whether no mobile number of the order has two IDs.
fn one_id_each(order: &FilingOrder) -> bool {
    let at = DateTime::UNIX_EPOCH;
    let findings = FilingPolicy::default().findings(order, &OrderFacts::default(), at);
    findings.iter().all(|it| it.code() != "ids_differ")
}

#[test]
fn r09_d03_d31_one_number_may_have_several_ids_which_is_advised_against() {
    let mut form = form();
    form.services[0].administrator.mobile = "+86 199-0000-0001".into();
    assert!(!one_id_each(&check(&form).unwrap()));
    form.services[0].administrator = person_form(1);
    assert!(one_id_each(&check(&form).unwrap()));
    form.services[0].administrator = person_form(2);
    assert!(one_id_each(&check(&form).unwrap()));
}

#[test]
fn b05_every_service_has_its_own_administrator() {
    let services = (2..=6).map(|n| service_form("website", n)).collect();
    let order = check(&OrderForm { services, ..form() }).unwrap();
    let mobiles = order
        .services()
        .iter()
        .map(|s| s.administrator().mobile().digits());
    assert!(mobiles.eq((2..=6).map(mobile)));
}

#[test]
fn b11_a_denied_range_is_refused_wherever_it_stands() {
    let policy = FilingPolicy::default().deny("1990000").unwrap();
    let problems = form().check(&policy).unwrap_err();
    assert_eq!(
        codes(&problems),
        [
            ("entity.leader.mobile".into(), "mobile_denied"),
            ("services[0].administrator.mobile".into(), "mobile_denied"),
        ]
    );
    let other = FilingPolicy::default().deny("1990001").unwrap();
    assert!(form().check(&other).is_ok());
    let one = FilingPolicy::default().deny("199 0000 0002").unwrap();
    let problems = form().check(&one).unwrap_err();
    let of_one = ("services[0].administrator.mobile".into(), "mobile_denied");
    assert_eq!(codes(&problems), [of_one]);
    let built = with_website(FilingOrder::initial(Province::Beijing, person(1))).policy(&policy);
    assert!(built.build().is_err());
}

#[test]
fn b11_only_the_beginning_of_a_mobile_number_can_be_denied() {
    for bad in ["", "1", "19", "12345", "0199", "199000000012", "199x", "*"] {
        assert!(FilingPolicy::default().deny(bad).is_err(), "{bad}");
    }
}

#[test]
fn b13_in_zhejiang_every_permit_needs_its_back_number() {
    let permit = |back: Option<&str>| {
        let mut form = OrderForm {
            province: "浙江".into(),
            ..form()
        };
        for person in [&mut form.entity.leader, &mut form.services[0].administrator] {
            person.id_document.kind = "hk_macao_permit".into();
            person.id_document.number = "H12345678".into();
            person.id_document.back_number = back.map(String::from);
        }
        form
    };
    let missing = [
        (
            "entity.leader.id_document.back_number".into(),
            "back_number_missing",
        ),
        (
            "services[0].administrator.id_document.back_number".into(),
            "back_number_missing",
        ),
    ];
    assert_eq!(found(&permit(None)), missing);
    assert_eq!(found(&permit(Some(" "))), missing);
    assert!(check(&permit(Some("A123456(3)"))).is_ok());
    assert!(
        check(&OrderForm {
            province: "33".into(),
            ..form()
        })
        .is_ok()
    );
    assert!(
        check(&OrderForm {
            province: "上海".into(),
            ..permit(None)
        })
        .is_ok()
    );

    let leader = Person::new(
        "张三",
        "19900000001",
        IdDocument::hk_macao_permit("H12345678").unwrap(),
    );
    let built = with_website(FilingOrder::initial(Province::Zhejiang, leader.unwrap())).build();
    let path = "entity.leader.id_document.back_number";
    assert_eq!(codes(&built.unwrap_err()), one(path, "back_number_missing"));
}

#[test]
fn d01_apps_are_not_fileable_before_september_2023() {
    let last = instant("2023-08-31T23:59:59.999999+08:00");
    let first = instant("2023-09-01T00:00:00+08:00");
    for kind in ServiceKind::ALL {
        let builder =
            FilingOrder::initial(Province::Beijing, person(1)).service(*kind, "示例", person(2));
        let before = builder.clone().filed_at(last).build();
        assert_eq!(before.is_ok(), *kind == ServiceKind::Website, "{kind}");
        if let Err(problems) = before {
            assert_eq!(
                codes(&problems),
                one("services[0].kind", "service_kind_not_yet_fileable")
            );
        }
        assert!(builder.clone().filed_at(first).build().is_ok());
        assert!(builder.build().is_ok());
    }
    let app = OrderForm {
        services: vec![service_form("app", 2)],
        ..form()
    };
    assert!(app.check_at(&FilingPolicy::default(), last).is_err());
    assert!(app.check_at(&FilingPolicy::default(), first).is_ok());
}

#[test]
fn d03_b13_a_back_number_given_in_one_place_makes_no_other_document() {
    let permit = |number, back: Option<&str>| {
        let permit = IdDocument::hk_macao_permit(number).unwrap();
        let permit = match back {
            Some(back) => permit.with_back_number(back).unwrap(),
            None => permit,
        };
        Person::new("张三", "19900000001", permit).unwrap()
    };
    let build = |leader, administrator| {
        FilingOrder::initial(Province::Beijing, leader)
            .service(ServiceKind::Website, "示例站", administrator)
            .build()
            .is_ok_and(|order| one_id_each(&order))
    };
    let one = Some("A123456(3)");
    assert!(build(permit("H00000001", one), permit("H00000001", None)));
    assert!(build(permit("H00000001", one), permit("H00000001", one)));
    assert!(!build(permit("H00000001", one), permit("H00000002", one)));
    assert!(!build(
        permit("H00000001", one),
        permit("H00000001", Some("A123457(3)"))
    ));
}

#[test]
fn d03_one_number_on_two_kinds_of_document_is_no_other_id() {
    let person = |id: IdDocument| Person::new("张三", "19900000001", id).unwrap();
    let build = |leader, administrator| {
        FilingOrder::initial(Province::Beijing, person(leader))
            .service(ServiceKind::Website, "示例站", person(administrator))
            .build()
            .is_ok_and(|order| one_id_each(&order))
    };
    let number = &eighteen("82010118500101001");
    let card = || IdDocument::resident_id_card(number).unwrap();
    let permit = IdDocument::hk_macao_residence_permit(number).unwrap();
    assert!(build(card(), permit));
    let passport = |number: &str| IdDocument::passport(number).unwrap();
    assert!(build(card(), passport(&format!("E10{}", &number[12..]))));
    assert!(!build(card(), passport("E10000009")));
    assert!(!build(passport("E10000001"), passport("E10000002")));
}

#[test]
fn an_order_takes_200_services() {
    let of = |n| OrderForm {
        services: vec![service_form("website", 2); n],
        ..form()
    };
    assert_eq!(check(&of(200)).unwrap().services().len(), 200);
    assert_eq!(found(&of(201)), one("services", "services_too_many"));
    assert_eq!(found(&of(9_999)), one("services", "services_too_many"));
    // Nobody gets a hundred thousand problems for an order of empty services.
    let empty = OrderForm {
        services: vec![beian::filing::ServiceForm::default(); 9_999],
        ..form()
    };
    assert_eq!(found(&empty).len(), 200);
}

#[test]
fn an_empty_form_has_every_problem_at_once() {
    let mut services = vec![beian::filing::ServiceForm::default()];
    services[0].access = Some("?".into());
    let empty = OrderForm {
        changes: Some(vec!["?".into(), "entity".into(), "!".into()]),
        services,
        ..OrderForm::default()
    };
    let person = |path: &str| {
        [
            (format!("{path}.name"), "name_missing"),
            (format!("{path}.mobile"), "mobile_missing"),
            (
                format!("{path}.id_document.kind"),
                "id_document_kind_missing",
            ),
            (format!("{path}.id_document.number"), "id_number_missing"),
        ]
    };
    let mut expected = vec![
        ("filing_type".into(), "filing_type_missing"),
        ("changes[0]".into(), "change_unknown"),
        ("changes[2]".into(), "change_unknown"),
        ("province".into(), "province_missing"),
        ("entity.name".into(), "name_missing"),
    ];
    expected.extend(person("entity.leader"));
    expected.extend([
        ("services[0].kind".into(), "service_kind_missing"),
        ("services[0].name".into(), "name_missing"),
    ]);
    expected.extend(person("services[0].administrator"));
    expected.push(("services[0].access".into(), "access_unknown"));
    assert_eq!(found(&empty), expected);
}

/// Every spelling of one value: the stable name, the texts, and what people make of them.
fn spellings(name: &str, text: impl Fn(Lang) -> String) -> Vec<String> {
    let (zh, en) = (text(Lang::Zh), text(Lang::En));
    let wide = |c: char| match c {
        '!'..='~' => char::from_u32(u32::from(c).wrapping_add(0xFEE0)).unwrap(),
        c => c,
    };
    vec![
        name.into(),
        name.to_uppercase(),
        name.replace('_', "-"),
        name.chars().map(wide).collect(),
        format!(" {zh}\u{3000}"),
        zh.replace('（', "(").replace('）', ")"),
        en.to_uppercase(),
        en.replace(' ', "_"),
        format!("\u{202A}{en}\u{202C}\r\n"),
        en,
    ]
}

#[test]
fn d26_a_form_reads_the_values_that_its_problems_list() {
    for value in FilingType::ALL {
        for filing_type in spellings(value.name(), |lang| value.text(lang).into()) {
            let form = OrderForm {
                filing_type,
                ..form()
            };
            match check(&form) {
                Ok(order) => assert_eq!(order.filing_type(), *value),
                Err(problems) => {
                    let read = codes(&problems)
                        .iter()
                        .all(|(path, _)| path != "filing_type");
                    assert!(read, "{form:?}");
                }
            }
        }
    }
    for value in ModifiedPart::ALL {
        for change in spellings(value.name(), |lang| value.text(lang).into()) {
            let form = OrderForm {
                filing_type: "变更备案".into(),
                changes: Some(vec![change]),
                ..form()
            };
            assert_eq!(check(&form).unwrap().modified_parts(), (*value).into());
        }
    }
    for value in ServiceKind::ALL {
        for kind in spellings(value.name(), |lang| value.text(lang).into()) {
            let mut form = form();
            form.services[0].kind = kind;
            assert_eq!(check(&form).unwrap().services()[0].kind(), *value);
        }
    }
    for value in Access::ALL {
        for access in spellings(value.name(), |lang| value.text(lang).into()) {
            let mut form = OrderForm {
                filing_type: "Add access".into(),
                ..form()
            };
            form.services[0].access = Some(access);
            let expected: &[&str] = match value {
                Access::Unchanged => &[],
                Access::PhoneChanged => &["phone_changed"],
                Access::PhoneChangedOrphan => &["phone_changed_orphan"],
            };
            let problems = check(&form).err();
            let problems = problems.iter().flatten();
            let codes: Vec<_> = problems.map(OrderProblem::code).collect();
            assert_eq!(codes, expected, "{form:?}");
        }
    }
    let mut kinds: Vec<_> = IdDocumentKind::NAMED.to_vec();
    kinds.push(IdDocumentKind::Other(31));
    for value in kinds {
        let mut all = spellings(&value.to_string(), |lang| value.text(lang).into());
        if value == IdDocumentKind::Other(31) {
            all = vec![
                "31".into(),
                "other_31".into(),
                " ３１".into(),
                "OTHER_31".into(),
            ];
        }
        for kind in all {
            let mut form = form();
            form.entity.leader.id_document.kind = kind;
            match check(&form) {
                Ok(order) => assert_eq!(order.leader().id_document().kind(), value),
                Err(problems) => {
                    let problems = codes(&problems);
                    let read = problems.iter().all(|(path, _)| path.ends_with("number"));
                    assert!(read, "{value}: {problems:?}");
                }
            }
        }
    }
    for unknown in ["maybe", "+14", "other_+31", "首次 备案 2", "."] {
        let mut form = form();
        form.entity.leader.id_document.kind = unknown.into();
        let path = "entity.leader.id_document.kind";
        assert_eq!(found(&form), one(path, "id_document_kind_unknown"));
    }
}

#[test]
fn what_is_blank_is_missing_and_not_unknown() {
    for blank in ["", " ", "\u{3000}", "\u{200E}", "\t\r\n"] {
        let mut form = OrderForm {
            filing_type: blank.into(),
            changes: Some(vec![blank.into()]),
            province: blank.into(),
            ..form()
        };
        form.services[0].kind = blank.into();
        form.services[0].access = Some(blank.into());
        form.entity.leader.id_document.kind = blank.into();
        let expected = [
            ("filing_type", "filing_type_missing"),
            ("changes[0]", "change_missing"),
            ("province", "province_missing"),
            ("entity.leader.id_document.kind", "id_document_kind_missing"),
            ("services[0].kind", "service_kind_missing"),
        ];
        assert_eq!(
            found(&form),
            expected.map(|(path, code)| (path.into(), code))
        );
    }
}

#[test]
fn rules_are_checked_beside_values_that_cant_be_read() {
    let policy = FilingPolicy::default().deny("199").unwrap();
    let mut form = OrderForm {
        filing_type: "modify".into(),
        province: "浙江".into(),
        ..form()
    };
    form.entity.leader.name = String::new();
    form.entity.leader.emergency_phone = Some("?".into());
    let id = &mut form.services[0].administrator.id_document;
    id.kind = "14".into();
    id.number = "wrong".into();
    let problems = form.check(&policy).unwrap_err();
    assert_eq!(
        codes(&problems),
        [
            ("changes".into(), "changes_missing"),
            ("entity.leader.name".into(), "name_missing"),
            ("entity.leader.mobile".into(), "mobile_denied"),
            (
                "entity.leader.emergency_phone".into(),
                "emergency_phone_malformed"
            ),
            ("services[0].administrator.mobile".into(), "mobile_denied"),
            (
                "services[0].administrator.id_document.number".into(),
                "id_number_wrong_form"
            ),
            (
                "services[0].administrator.id_document.back_number".into(),
                "back_number_missing"
            ),
        ]
    );
    form.services[0].administrator.id_document.back_number = Some("?".into());
    assert!(codes(&form.check(&policy).unwrap_err()).contains(&(
        "services[0].administrator.id_document.back_number".into(),
        "back_number_malformed"
    )));
}

#[test]
fn a_back_number_that_nobody_asked_for_is_a_problem() {
    let mut form = form();
    form.entity.leader.id_document.back_number = Some("A123456(3)".into());
    let path = "entity.leader.id_document.back_number";
    assert_eq!(found(&form), one(path, "back_number_unexpected"));
}

#[test]
fn problems_print_path_and_reason_without_what_was_typed() {
    let mut form = OrderForm {
        province: "火星".into(),
        ..form()
    };
    form.entity.leader.mobile = "19900000001999".into();
    let problems = check(&form).unwrap_err();
    let printed = problems.to_string();
    assert!(
        printed.starts_with("province: unknown province; possible are: "),
        "{printed}"
    );
    assert!(
        printed.ends_with(
            "entity.leader.mobile: mobile number of the wrong length: expected 11 digits"
        )
    );
    for hidden in ["火星", "19900000001999"] {
        assert!(!format!("{printed} {problems:?}").contains(hidden));
    }
}

#[test]
fn debug_of_forms_builders_and_orders_shows_no_personal_data() {
    let mut form = form();
    form.entity.name = "\n示例公司".into();
    form.entity.leader.emergency_phone = Some("01087654321".into());
    let order = check(&form).unwrap();
    let builder = with_website(FilingOrder::initial(Province::Beijing, person(1)));
    let person = "PersonForm { name: 张*, id_document: IdDocumentForm(***), .. }";
    assert_eq!(
        format!("{form:?}"),
        format!(
            "OrderForm {{ filing_type: \"initial\", changes: None, province: \"北京\", \
             entity: EntityForm {{ name: \\n****, leader: {person} }}, \
             services: [ServiceForm {{ kind: \"website\", name: 示**, \
             administrator: {person}, access: None }}] }}"
        )
    );
    let policy = FilingPolicy::default().deny(&mobile(1)).unwrap();
    let printed = format!("{form:?} {order:?} {builder:?} {policy:?}");
    assert!(printed.contains("张*"), "{printed}");
    for hidden in ["示例", "三", "9900000", "8765", "000001", "E0", "\n"] {
        assert!(!printed.contains(hidden), "{hidden} in {printed}");
    }
}

fn words(names: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop_oneof![
        9 => proptest::sample::select(names).prop_map(String::from),
        1 => "\\PC{0,12}",
    ]
}

prop_compose! {
    fn any_person()(
        n in 1..4_u32,
        mobile in prop_oneof![9 => crate::support::mobile_digits(), 1 => "\\PC{0,12}"],
        kind in words(&["passport", "resident_id_card", "hk_macao_permit", "14", "31"]),
        number in prop_oneof![crate::support::resident_id(), Just("H12345678".into()), "\\PC{0,20}"],
        back_number in proptest::option::of(words(&["A123456(3)", ""])),
    ) -> PersonForm {
        let mut person = person_form(n);
        person.mobile = mobile;
        person.id_document.kind = kind;
        person.id_document.number = number;
        person.id_document.back_number = back_number;
        person
    }
}

prop_compose! {
    fn any_form()(
        filing_type in words(&["initial", "add_access", "modify", "deregister_entity", "cancel_access"]),
        changes in proptest::option::of(proptest::collection::vec(words(&["entity", "service"]), 0..3)),
        province in words(&["北京", "浙江省", "Inner Mongolia", "81"]),
        leader in any_person(),
        services in proptest::collection::vec(
            (any_person(), words(&["website", "app"]), proptest::option::of(words(&["unchanged", "phone_changed"]))),
            0..3,
        ),
    ) -> OrderForm {
        let services = services.into_iter().map(|(administrator, kind, access)| {
            let mut service = service_form(&kind, 2);
            service.administrator = administrator;
            service.access = access;
            service
        });
        let mut form = OrderForm { filing_type, changes, province, services: services.collect(), ..form() };
        form.entity.leader = leader;
        form
    }
}

proptest! {
    #![proptest_config(crate::support::config())]

    /// Whatever is typed: an order that keeps the rules, or problems that are never none.
    #[test]
    fn a_form_is_an_order_that_keeps_the_rules_or_has_problems(form in any_form()) {
        match check(&form) {
            Ok(order) => {
                let modify = order.filing_type() == FilingType::Modify;
                prop_assert_eq!(modify, !order.modified_parts().is_empty());
                let people = order.services().iter().map(beian::Service::administrator);
                for person in people.chain([order.leader()]) {
                    prop_assert!(person.id_document().last_six_in(order.province()).is_some());
                }
                for service in order.services() {
                    let unchanged = service.access() == Some(Access::Unchanged);
                    prop_assert_eq!(unchanged, order.filing_type() == FilingType::AddAccess);
                }
            }
            Err(problems) => prop_assert!(problems.iter().len() > 0),
        }
    }

    #[test]
    fn no_problem_is_reported_twice(form in any_form()) {
        if let Err(problems) = check(&form) {
            let mut codes = codes(&problems);
            codes.sort();
            let all = codes.len();
            codes.dedup();
            prop_assert_eq!(codes.len(), all);
        }
    }
}

#[test]
fn problems_come_in_the_order_of_the_form_and_stay_few() {
    let form = OrderForm {
        changes: Some(vec!["?".into(); 120_000]),
        services: vec![beian::filing::ServiceForm::default(); 11],
        ..OrderForm::default()
    };
    let problems = form.check(&FilingPolicy::default()).unwrap_err();
    let found = codes(&problems);
    let paths: Vec<_> = found.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(
        paths[..8],
        [
            "filing_type",
            "changes",
            "province",
            "entity.name",
            "entity.leader.name",
            "entity.leader.mobile",
            "entity.leader.id_document.kind",
            "entity.leader.id_document.number",
        ]
    );
    assert_eq!(found[1].1, "changes_too_many");
    assert_eq!(
        paths[8..14],
        [
            "services[0].kind",
            "services[0].name",
            "services[0].administrator.name",
            "services[0].administrator.mobile",
            "services[0].administrator.id_document.kind",
            "services[0].administrator.id_document.number",
        ]
    );
    // Service 10 comes after service 9, not after service 1.
    assert_eq!(
        paths.last(),
        Some(&"services[10].administrator.id_document.number")
    );
}

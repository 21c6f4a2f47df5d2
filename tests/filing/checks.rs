//! What checks find in orders that are well formed: each row as a table to read, and each rule by what it says.

use std::{fmt::Write as _, fs, path::Path};

use beian::{
    FilingOrder, FilingPolicy, FilingType, Lang, Localized as _, OrderForm, Province, Role,
    ServiceKind,
    filing::FilingFacts,
    filing::checks::{
        Check, CheckRow, EntityKind, Finding, OrderFact, OrderFacts, PersonFacts, ServiceFacts,
        Severity,
    },
};
use chrono::{DateTime, NaiveDate, Utc};
use proptest::prelude::*;

use crate::support::{assert_texts, eighteen, form, mobile, person_form, service_form};

const HEAD: &str = "\
What is checked beyond the form (D30), a row each: name, code and limit, severity, rule; then where, in which
orders, for whom and of whom, if not everywhere, in all and of all; then the source.
`BEIAN_REWRITE=1 cargo test --test filing checks` writes it anew.

";

#[test]
fn d30_the_documented_rows_as_a_table() {
    let mut table = HEAD.to_owned();
    for row in CheckRow::DOCUMENTED {
        let limit = row.check.limit().map(|limit| format!(" {limit}"));
        writeln!(
            table,
            "{}  {}{}  {}  {}",
            row.name,
            row.check.code(),
            limit.unwrap_or_default(),
            row.severity,
            row.check.rule()
        )
        .unwrap();
        narrowed(&mut table, row);
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tables/checks.txt");
    if std::env::var_os("BEIAN_REWRITE").is_some() {
        fs::write(&path, &table).unwrap();
    }
    assert_eq!(fs::read_to_string(&path).unwrap_or_default(), table);
}

fn narrowed(table: &mut String, row: &CheckRow) {
    let mut line = |what: &str, values: String| writeln!(table, "    {what}: {values}").unwrap();
    if let Some(provinces) = &row.provinces {
        let names: Vec<_> = provinces
            .iter()
            .map(|it| it.abbreviation().to_string())
            .collect();
        line("provinces", names.join(" "));
    }
    if let Some(types) = &row.filing_types {
        let names: Vec<_> = types.iter().map(|it| it.name()).collect();
        line("orders", names.join(" "));
    }
    if let Some(entity_kind) = row.entity_kind {
        line("entity kind", entity_kind.to_string());
    }
    if let Some(role) = row.role {
        line("role", role.to_string());
    }
    line("source", row.source.to_string());
}

const NOW: &str = "2026-11-27T12:00:00+08:00";

fn now() -> DateTime<Utc> {
    NOW.parse().unwrap()
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A form of a type and province, with what such an order needs: two people, and emergency phones of others.
fn form_of(kind: FilingType, province: Province) -> OrderForm {
    let mut form = form();
    form.filing_type = kind.name().into();
    form.province = province.name().into();
    form.changes = (kind == FilingType::Modify).then(|| vec!["service".into()]);
    form.services[0].access = (kind == FilingType::AddAccess).then(|| "unchanged".into());
    form.entity.leader.emergency_phone = Some(mobile(8));
    form.services[0].administrator.emergency_phone = Some(mobile(9));
    form
}

/// Facts that nothing is wrong with.
fn facts_of(kind: FilingType, province: Province) -> OrderFacts {
    let person = PersonFacts {
        age: Some(40),
        valid_until: Some(NaiveDate::from_ymd_opt(9999, 12, 31).unwrap()),
        mobile_in_province: Some(true),
        mobile_of_another_entity: Some(false),
        mobile_in_all_companies: Some(true),
        id_as_filed: Some(true),
    };
    let number = format!("{}ICP备12345678号", province.abbreviation());
    let filed = kind != FilingType::Initial;
    OrderFacts {
        entity_kind: Some(EntityKind::Unit),
        legal_representative: Some(true),
        services_filed: Some(u16::from(filed)),
        another_order_open: Some(false),
        filing_number: filed.then(|| number.parse().unwrap()),
        leader: person,
        services: vec![ServiceFacts {
            filing_number: (filed && kind != FilingType::AddService)
                .then(|| format!("{number}-1").parse().unwrap()),
            administrator: person,
        }],
    }
}

fn findings(form: &OrderForm, facts: &OrderFacts) -> Vec<Finding> {
    let policy = FilingPolicy::default();
    policy.findings(&form.check(&policy).unwrap(), facts, now())
}

fn found(form: &OrderForm, facts: &OrderFacts) -> Vec<(String, String)> {
    let findings = findings(form, facts);
    let both = |it: &Finding| (it.path().to_owned(), it.row().name.to_string());
    findings.iter().map(both).collect()
}

/// What an order of a type in a province is found to have when something is changed.
fn changed(
    kind: FilingType,
    province: Province,
    change: impl FnOnce(&mut OrderForm, &mut OrderFacts),
) -> Vec<(String, String)> {
    let (mut form, mut facts) = (form_of(kind, province), facts_of(kind, province));
    change(&mut form, &mut facts);
    found(&form, &facts)
}

fn one(path: &str, row: &str) -> Vec<(String, String)> {
    vec![(path.into(), row.into())]
}

fn provinces(list: &str) -> Vec<Province> {
    let chars = list.chars().filter(|c| *c != ' ');
    let mut all: Vec<_> = chars
        .map(|c| Province::from_abbreviation(c).unwrap())
        .collect();
    all.sort();
    all
}

/// The provinces in which something is found under a code.
fn where_found(
    code: &str,
    kind: FilingType,
    change: impl Fn(&mut OrderForm, &mut OrderFacts),
) -> Vec<Province> {
    let mut all = Vec::new();
    for province in Province::ALL {
        let (mut form, mut facts) = (form_of(kind, *province), facts_of(kind, *province));
        change(&mut form, &mut facts);
        if findings(&form, &facts).iter().any(|it| it.code() == code) {
            all.push(*province);
        }
    }
    all
}

#[test]
fn d30_nothing_is_found_where_all_is_well_and_nothing_is_asked() {
    for kind in FilingType::ALL {
        for province in Province::ALL {
            let (form, facts) = (form_of(*kind, *province), facts_of(*kind, *province));
            assert_eq!(found(&form, &facts), [], "{kind} {province}");
            let policy = FilingPolicy::default();
            let order = form.check(&policy).unwrap();
            assert_eq!(policy.open_questions(&order, &facts, now()), []);
        }
    }
}

/// The default advises all of it; a policy refuses, or silences, a row by its name.
#[test]
fn d30_d31_a_policy_refuses_or_silences_a_row() {
    let mut form = form_of(FilingType::Initial, Province::Beijing);
    form.services[0].administrator.mobile = mobile(1);
    let facts = facts_of(FilingType::Initial, Province::Beijing);
    let all = findings(&form, &facts);
    let told: Vec<_> = all.iter().map(|it| (it.code(), it.severity())).collect();
    assert_eq!(told, [("ids_differ", Severity::Advised)]);
    let order = form.check(&FilingPolicy::default()).unwrap();
    for severity in [Severity::Refused, Severity::Silent] {
        let policy = FilingPolicy::default()
            .severity("one_id", severity)
            .unwrap();
        let findings = policy.findings(&order, &facts, now());
        let told: Vec<_> = findings.iter().map(Finding::severity).collect();
        let expected: &[_] = if severity == Severity::Refused {
            &[severity]
        } else {
            &[]
        };
        assert_eq!(told, expected);
    }
    let problem = FilingPolicy::default()
        .severity("no such row", Severity::Silent)
        .unwrap_err();
    assert_eq!(problem.code(), "unknown_check_row");
    let twice = [Severity::Advised, Severity::Refused].map(|severity| CheckRow {
        severity,
        ..CheckRow::new("ours", Check::OneId, "ourselves")
    });
    let twice = FilingPolicy::default().checks(twice);
    let silent = twice.severity("ours", Severity::Silent).unwrap();
    assert_eq!(silent.findings(&order, &facts, now()), []);
    let none = FilingPolicy::default().checks([]);
    assert_eq!(none.findings(&order, &facts, now()), []);
    assert_eq!(
        none.open_questions(&order, &OrderFacts::default(), now()),
        []
    );
}

#[test]
fn d30_of_several_rows_at_one_place_the_most_severe_is_told_and_then_the_first() {
    let (mut form, mut facts) = (
        form_of(FilingType::Initial, Province::Gansu),
        facts_of(FilingType::Initial, Province::Gansu),
    );
    form.entity.leader.emergency_phone = Some(mobile(2));
    facts.leader.age = Some(17);
    assert_eq!(
        found(&form, &facts),
        [
            (
                "entity.leader.emergency_phone".into(),
                "emergency_phone_gansu".into()
            ),
            (
                "entity.leader.id_document.number".into(),
                "age_gansu".into()
            ),
        ]
    );
    let policy = FilingPolicy::default()
        .severity("age_usual", Severity::Refused)
        .unwrap();
    let order = form.check(&policy).unwrap();
    let findings = policy.findings(&order, &facts, now());
    let rows: Vec<_> = findings.iter().map(|it| &*it.row().name).collect();
    assert_eq!(rows, ["emergency_phone_gansu", "age_usual"]);
}

#[test]
fn d30_rows_hold_between_two_days_in_beijing() {
    let row = CheckRow {
        from: Some(date("2026-11-27")),
        until: Some(date("2026-11-28")),
        ..CheckRow::new("ours", Check::OneOrder, "ourselves")
    };
    let policy = FilingPolicy::default().checks([row]);
    let order = form().check(&policy).unwrap();
    let facts = OrderFacts {
        another_order_open: Some(true),
        ..OrderFacts::default()
    };
    for (at, count) in [
        ("2026-11-26T23:59:59+08:00", 0),
        ("2026-11-27T00:00:00+08:00", 1),
        ("2026-11-28T23:59:59+08:00", 1),
        ("2026-11-29T00:00:00+08:00", 0),
    ] {
        assert_eq!(
            policy.findings(&order, &facts, at.parse().unwrap()).len(),
            count,
            "{at}"
        );
    }
}

#[test]
fn d30_rows_are_loaded_as_they_were_written() {
    let written = serde_json::to_string(CheckRow::DOCUMENTED).unwrap();
    let rows: Vec<CheckRow> = serde_json::from_str(&written).unwrap();
    assert_eq!(rows, CheckRow::DOCUMENTED);
    assert_eq!(
        FilingPolicy::default().checks(rows),
        FilingPolicy::default()
    );
    let short =
        r#"{"name": "ours", "check": {"minimum_age": 20}, "severity": "refused", "source": "us"}"#;
    let row: CheckRow = serde_json::from_str(short).unwrap();
    let ours = CheckRow {
        severity: Severity::Refused,
        ..CheckRow::new("ours", Check::MinimumAge(20), "us")
    };
    assert_eq!(row, ours);
    let typo = short.replace("\"source\"", "\"province\": \"湖南\", \"source\"");
    assert!(serde_json::from_str::<CheckRow>(&typo).is_err());
    let mut names: Vec<_> = CheckRow::DOCUMENTED.iter().map(|row| &row.name).collect();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), CheckRow::DOCUMENTED.len());
}

#[test]
fn d30_a_finding_is_written_with_its_row_and_source() {
    let (form, mut facts) = (
        form_of(FilingType::Initial, Province::Beijing),
        facts_of(FilingType::Initial, Province::Beijing),
    );
    facts.legal_representative = Some(false);
    let findings = findings(&form, &facts);
    assert_eq!(
        serde_json::to_value(&findings).unwrap(),
        serde_json::json!([{
            "path": "entity.leader", "code": "not_legal_representative", "severity": "advised",
            "rule": "B26", "row": "representative_huawei",
            "source": "Huawei, 2026; not in Tencent's list of about 2021",
        }])
    );
    assert_eq!(findings[0].label(Lang::Zh), "主体负责人");
    assert_eq!(findings[0].label(Lang::En), "entity leader");
    let row = findings[0].row();
    for lang in Lang::ALL {
        assert_eq!(findings[0].text(*lang), row.check.text(*lang));
    }
}

/// A number is in the text where the row has a limit; none is left as a mark.
#[test]
fn d30_every_row_is_told_in_both_languages() {
    for row in CheckRow::DOCUMENTED {
        assert_texts(&row.name, |lang| row.check.text(lang).into_owned());
        for lang in [Lang::Zh, Lang::En] {
            assert!(!row.check.text(lang).contains('#'), "{}", row.name);
        }
    }
    assert_eq!(
        Check::MinimumAge(16).text(Lang::Zh),
        "负责人应年满16周岁，请更换负责人。"
    );
    for fact in OrderFact::ALL {
        assert_texts(fact.name(), |lang| fact.text(lang).into());
        assert_eq!(fact.code(), fact.name());
    }
}

#[test]
fn b19_at_add_access_the_id_is_the_one_that_was_filed() {
    let change = |_: &mut OrderForm, facts: &mut OrderFacts| {
        facts.leader.id_as_filed = Some(false);
        facts.services[0].administrator.id_as_filed = Some(false);
    };
    assert_eq!(
        changed(FilingType::AddAccess, Province::Beijing, change),
        one("services[0].administrator.id_document", "id_as_filed")
    );
    assert_eq!(changed(FilingType::Modify, Province::Beijing, change), []);
}

#[test]
fn b20_who_has_a_number_files_no_initial_filing() {
    let number = |_: &mut OrderForm, facts: &mut OrderFacts| {
        facts.filing_number = Some("京ICP备12345678号".parse().unwrap());
    };
    assert_eq!(
        changed(FilingType::Initial, Province::Beijing, number),
        one("entity", "no_number_yet")
    );
}

#[test]
fn b21_a_shell_adds_no_service_where_it_is_deregistered_first() {
    let shell = |_: &mut OrderForm, facts: &mut OrderFacts| facts.services_filed = Some(0);
    let found = where_found("shell_entity", FilingType::AddService, shell);
    for province in Province::ALL {
        let at_once = FilingFacts::SHELL_ADDS_SERVICE.contains(province);
        assert_eq!(found.contains(province), !at_once, "{province}");
    }
    assert_eq!(where_found("shell_entity", FilingType::Modify, shell), []);
}

#[test]
fn b22_one_order_of_an_entity_at_a_time() {
    for kind in FilingType::ALL {
        let open =
            |_: &mut OrderForm, facts: &mut OrderFacts| facts.another_order_open = Some(true);
        assert_eq!(
            changed(*kind, Province::Jilin, open),
            one("filing_type", "one_order")
        );
    }
}

#[test]
fn b23_d31_one_number_is_one_person_and_one_person_has_one_number() {
    let beijing = |change: &dyn Fn(&mut OrderForm)| {
        changed(FilingType::Initial, Province::Beijing, |form, _| {
            change(form);
        })
    };
    let name = beijing(&|form| {
        let emergency_phone = Some(mobile(9));
        form.services[0].administrator = beian::filing::PersonForm {
            emergency_phone,
            ..person_form(1)
        };
        form.services[0].administrator.name = "李四".into();
    });
    assert_eq!(name, one("services[0].administrator.name", "one_name"));
    let id = beijing(&|form| form.services[0].administrator.mobile = mobile(1));
    assert_eq!(id, one("services[0].administrator.id_document", "one_id"));
    let number = beijing(&|form| {
        let id = form.entity.leader.id_document.clone();
        form.services[0].administrator.id_document = id;
    });
    assert_eq!(
        number,
        one("services[0].administrator.mobile", "one_mobile")
    );
    // Two people may have the same name, and one document may end as another does.
    let namesake = beijing(&|form| {
        form.services[0].administrator.name = "李四".into();
        form.services[0].administrator.id_document = form.entity.leader.id_document.clone();
    });
    assert_eq!(namesake, []);
}

/// What was stored has no ID numbers (D25): nobody is taken for somebody, and no ID for another one.
#[test]
fn b23_d25_stored_orders_are_checked_by_what_they_have() {
    let mut form = form_of(FilingType::Initial, Province::Beijing);
    form.entity.leader.name = "李四".into();
    form.services[0].administrator.mobile = mobile(1);
    let policy = FilingPolicy::default();
    let order = form.check(&policy).unwrap();
    let stored = serde_json::to_string(&order).unwrap();
    let order: FilingOrder = serde_json::from_str(&stored).unwrap();
    let facts = facts_of(FilingType::Initial, Province::Beijing);
    let findings = policy.findings(&order, &facts, now());
    let codes: Vec<_> = findings.iter().map(Finding::code).collect();
    assert_eq!(codes, ["names_differ"]);
}

#[test]
fn b24_the_emergency_phone_is_somebody_elses() {
    let phone = |kind, province, phone: Option<String>| {
        changed(kind, province, |form, _| {
            form.entity.leader.emergency_phone = phone;
        })
    };
    let path = "entity.leader.emergency_phone";
    let beijing = |it| phone(FilingType::Initial, Province::Beijing, it);
    assert_eq!(beijing(None), one(path, "emergency_phone"));
    for own in [
        mobile(1),
        format!("0086{}", mobile(1)),
        format!("+86 {}", mobile(1)),
    ] {
        assert_eq!(
            beijing(Some(own.clone())),
            one(path, "emergency_phone_own"),
            "{own}"
        );
    }
    assert_eq!(
        beijing(Some(mobile(2))),
        one(path, "emergency_phone_volcengine")
    );
    assert_eq!(beijing(Some(mobile(7))), []);
    assert_eq!(beijing(Some(format!("010{}", mobile(1)))), []);
    let gansu = phone(FilingType::Initial, Province::Gansu, Some(mobile(2)));
    assert_eq!(gansu, one(path, "emergency_phone_gansu"));
    assert_eq!(
        phone(FilingType::DeregisterEntity, Province::Beijing, None),
        []
    );
}

#[test]
fn b25_the_mobile_is_at_home_and_filed_for_one_entity() {
    let elsewhere = |_: &mut OrderForm, facts: &mut OrderFacts| {
        facts.entity_kind = Some(EntityKind::Individual);
        facts.leader.mobile_in_province = Some(false);
    };
    let code = "mobile_of_another_province";
    assert_eq!(
        where_found(code, FilingType::Initial, elsewhere),
        provinces("湘陇")
    );
    let unit = changed(FilingType::Initial, Province::Hunan, |_, facts| {
        facts.leader.mobile_in_province = Some(false);
    });
    assert_eq!(unit, []);
    let taken = changed(FilingType::Initial, Province::Beijing, |_, facts| {
        facts.services[0].administrator.mobile_of_another_entity = Some(true);
    });
    assert_eq!(
        taken,
        one("services[0].administrator.mobile", "mobile_of_one_entity")
    );
    let same_representative = changed(FilingType::Initial, Province::Beijing, |_, facts| {
        facts.leader.mobile_of_another_entity = Some(true);
        facts.services[0].administrator.mobile_of_another_entity = Some(true);
    });
    assert_eq!(
        same_representative,
        one("services[0].administrator.mobile", "mobile_of_one_entity")
    );
    let companies = changed(FilingType::Initial, Province::Beijing, |_, facts| {
        facts.leader.mobile_in_all_companies = Some(false);
        facts.services[0].administrator.mobile_in_all_companies = Some(false);
    });
    assert_eq!(
        companies,
        one("entity.leader.mobile", "mobile_in_all_companies")
    );
}

#[test]
fn d30_whose_order_it_is_is_asked_only_where_something_would_be_found() {
    let of_individuals = CheckRow {
        entity_kind: Some(EntityKind::Individual),
        ..CheckRow::new("ours", Check::EmergencyPhone, "ourselves")
    };
    let policy = FilingPolicy::default().checks([of_individuals]);
    let asked = |form: &OrderForm| {
        let order = form.check(&policy).unwrap();
        let open = policy.open_questions(&order, &OrderFacts::default(), now());
        let asked = open.into_iter().map(|it| (it.path, it.fact));
        asked.collect::<Vec<_>>()
    };
    let mut form = form_of(FilingType::Initial, Province::Beijing);
    assert_eq!(asked(&form), []);
    form.entity.leader.emergency_phone = None;
    assert_eq!(asked(&form), [("entity".into(), OrderFact::EntityKind)]);
}

/// Alone, so that no other check asks in its place.
#[test]
fn d30_each_check_asks_for_the_fact_that_it_looks_at() {
    let leader = "entity.leader";
    let administrator = "services[0].administrator";
    let nothing: &[&str] = &[];
    for (check, fact, places) in [
        (
            Check::OneOrder,
            OrderFact::AnotherOrderOpen,
            &["entity"][..],
        ),
        (Check::ServicesLeft, OrderFact::ServicesFiled, &["entity"]),
        (
            Check::ServicesInAll(5),
            OrderFact::ServicesFiled,
            &["entity"],
        ),
        (
            Check::LegalRepresentative,
            OrderFact::LegalRepresentative,
            &["entity"],
        ),
        (
            Check::LetterOfAuthority,
            OrderFact::LegalRepresentative,
            &["entity"],
        ),
        (
            Check::LeaderAdministers,
            OrderFact::LegalRepresentative,
            &["entity"],
        ),
        (
            Check::MobileInProvince,
            OrderFact::MobileInProvince,
            &[leader, administrator],
        ),
        (
            Check::MobileOfOneEntity,
            OrderFact::MobileOfAnotherEntity,
            &[leader, administrator],
        ),
        (
            Check::MobileInAllCompanies,
            OrderFact::MobileInAllCompanies,
            &[leader, administrator],
        ),
        (
            Check::MinimumAge(18),
            OrderFact::Age,
            &[leader, administrator],
        ),
        (
            Check::ProofOfWork(18),
            OrderFact::Age,
            &[leader, administrator],
        ),
        (
            Check::DocumentValid(3),
            OrderFact::ValidUntil,
            &[leader, administrator],
        ),
        (
            Check::IdAsFiled,
            OrderFact::IdAsFiled,
            &[leader, administrator],
        ),
        (Check::EntityNumber, OrderFact::FilingNumber, &["entity"]),
        (
            Check::NumberInProvince,
            OrderFact::FilingNumber,
            &["entity"],
        ),
        (Check::NoNumberYet, OrderFact::FilingNumber, nothing),
        (Check::NumberOfEntity, OrderFact::FilingNumber, nothing),
        (Check::NumberOfKind, OrderFact::FilingNumber, nothing),
    ] {
        let policy = FilingPolicy::default().checks([CheckRow::new("ours", check, "ourselves")]);
        let form = form_of(FilingType::AddService, Province::Beijing);
        let order = form.check(&policy).unwrap();
        let open = policy.open_questions(&order, &OrderFacts::default(), now());
        let asked: Vec<_> = open.iter().map(|it| (it.path.as_str(), it.fact)).collect();
        let expected: Vec<_> = places.iter().map(|place| (*place, fact)).collect();
        assert_eq!(asked, expected, "{check:?}");
    }
}

/// B33: the entity's number is asked for where none is given at all.
#[test]
fn b33_one_number_of_a_service_is_enough_for_its_province() {
    let row = CheckRow::new("ours", Check::NumberInProvince, "ourselves");
    let policy = FilingPolicy::default().checks([row]);
    let form = form_of(FilingType::Modify, Province::Beijing);
    let order = form.check(&policy).unwrap();
    for (number, asked) in [(None, 1), (Some("京ICP备12345678号-1"), 0)] {
        let of_service = ServiceFacts {
            filing_number: number.map(|it| it.parse().unwrap()),
            ..ServiceFacts::default()
        };
        let facts = OrderFacts {
            services: vec![of_service],
            ..OrderFacts::default()
        };
        let open = policy.open_questions(&order, &facts, now());
        assert_eq!(open.len(), asked, "{number:?}");
    }
}

/// Both lists as the rule has them; where one alone has a province, its row says so.
#[test]
fn b26_the_leader_is_the_legal_representative_where_a_source_says_so() {
    let huawei = provinces("京 津 冀 晋 蒙 沪 浙 闽 豫 鄂 湘 粤 桂 陕 甘 青 宁 新 黔 藏");
    let tencent = provinces("津 冀 蒙 黑 沪 浙 闽 赣 鲁 豫 湘 鄂 粤 桂 渝 黔 滇 藏 陕 青 宁 新");
    for province in Province::ALL {
        let (form, mut facts) = (
            form_of(FilingType::Initial, *province),
            facts_of(FilingType::Initial, *province),
        );
        facts.legal_representative = Some(false);
        let findings = findings(&form, &facts);
        let of = |code| findings.iter().find(|it| it.code() == code);
        let by = (huawei.contains(province), tencent.contains(province));
        let representative = of("not_legal_representative");
        assert_eq!(representative.is_some(), by.0 || by.1, "{province}");
        assert_eq!(of("letter_of_authority_needed").is_some(), !by.0);
        if let Some(finding) = representative {
            let source = &finding.row().source;
            assert!(source.contains("Huawei") && source.contains("Tencent"));
            assert_eq!(source.contains("not in"), by != (true, true), "{province}");
            assert_eq!(source.starts_with("Huawei"), by.0, "{province}");
        }
        facts.entity_kind = Some(EntityKind::Individual);
        assert_eq!(found(&form, &facts), [], "{province}");
    }
}

#[test]
fn b26_in_two_provinces_such_a_leader_administers_too() {
    let not = |_: &mut OrderForm, facts: &mut OrderFacts| facts.legal_representative = Some(false);
    let code = "administrator_not_leader";
    assert_eq!(
        where_found(code, FilingType::Initial, not),
        provinces("皖苏")
    );
    let same = |form: &mut OrderForm, facts: &mut OrderFacts| {
        not(form, facts);
        form.services[0].administrator = form.entity.leader.clone();
    };
    assert_eq!(where_found(code, FilingType::Initial, same), []);
}

#[test]
fn b26_d30_who_leads_is_asked_only_where_another_administers() {
    let rows = [CheckRow::new("ours", Check::LeaderAdministers, "ourselves")];
    let policy = FilingPolicy::default().checks(rows);
    let asked = |form: &OrderForm| {
        let order = form.check(&policy).unwrap();
        let open = policy.open_questions(&order, &OrderFacts::default(), now());
        let asked = open.into_iter().map(|it| (it.path, it.fact));
        asked.collect::<Vec<_>>()
    };
    let mut form = form_of(FilingType::Initial, Province::Jiangsu);
    let who_leads = ("entity".into(), OrderFact::LegalRepresentative);
    assert_eq!(asked(&form), [who_leads]);
    form.services[0].administrator = form.entity.leader.clone();
    assert_eq!(asked(&form), []);
}

#[test]
fn b27_responsible_persons_have_an_age_by_province() {
    let aged = |age: u8, entity_kind, leader: bool| {
        where_found("too_young", FilingType::Initial, move |_, facts| {
            facts.entity_kind = Some(entity_kind);
            let who = if leader {
                &mut facts.leader
            } else {
                &mut facts.services[0].administrator
            };
            who.age = Some(age);
        })
    };
    for entity_kind in [EntityKind::Unit, EntityKind::Individual] {
        for leader in [true, false] {
            let all_but: Vec<_> = (Province::ALL.iter().copied())
                .filter(|it| !provinces("粤苏").contains(it))
                .collect();
            assert_eq!(aged(18, entity_kind, leader), []);
            assert_eq!(aged(17, entity_kind, leader), all_but);
            assert_eq!(aged(16, entity_kind, leader), all_but);
            assert_eq!(aged(15, entity_kind, leader), Province::ALL);
        }
    }
    let row = |province, entity_kind, leader: bool| {
        let found = changed(FilingType::Initial, province, |_, facts| {
            facts.entity_kind = Some(entity_kind);
            let who = if leader {
                &mut facts.leader
            } else {
                &mut facts.services[0].administrator
            };
            who.age = Some(17);
        });
        found
            .into_iter()
            .map(|(_, row)| row)
            .collect::<Vec<_>>()
            .join(" ")
    };
    let (individual, unit) = (EntityKind::Individual, EntityKind::Unit);
    for province in provinces("津湘蒙冀") {
        assert_eq!(row(province, individual, true), "age_individuals");
        assert_eq!(row(province, unit, true), "age_usual");
    }
    assert_eq!(row(Province::Fujian, unit, true), "age_fujian");
    assert_eq!(row(Province::Fujian, unit, false), "age_usual");
    assert_eq!(row(Province::Gansu, individual, false), "age_gansu");
    assert_eq!(row(Province::Jiangsu, unit, true), "proof_of_work");
    assert_eq!(row(Province::Guangdong, unit, true), "");
}

/// Who is born on a day has the age from that day's first instant in Beijing; other documents say none.
#[test]
fn b27_d37_ages_are_read_of_resident_ids_at_the_instant() {
    let id = eighteen("82010120081127001");
    let mut form = form_of(FilingType::Initial, Province::Beijing);
    form.entity.leader.id_document.kind = "居民身份证".into();
    form.entity.leader.id_document.number = id.clone();
    let age = |at: &str| {
        let facts = OrderFacts::default().with_ages(&form, at.parse().unwrap());
        assert_eq!(facts.services.len(), 1);
        assert_eq!(facts.services[0].administrator.age, None);
        facts.leader.age
    };
    assert_eq!(age("2026-11-26T23:59:59+08:00"), Some(17));
    assert_eq!(age("2026-11-27T00:00:00+08:00"), Some(18));
    assert_eq!(age("2007-01-01T00:00:00+08:00"), None);
    let shown = format!("{:?}", OrderFacts::default().with_ages(&form, now()));
    assert!(!shown.contains("18") && !shown.contains("2008"), "{shown}");
    let told = OrderFacts {
        leader: PersonFacts {
            age: Some(3),
            ..PersonFacts::default()
        },
        services: vec![ServiceFacts {
            administrator: PersonFacts {
                age: Some(30),
                ..PersonFacts::default()
            },
            ..ServiceFacts::default()
        }],
        ..OrderFacts::default()
    };
    let facts = told.with_ages(&form, now());
    assert_eq!(
        (facts.leader.age, facts.services[0].administrator.age),
        (Some(18), None)
    );
    let leap = beian::IdDocumentKind::ResidentIdCard;
    let id = eighteen("82010120080229001");
    assert_eq!(
        leap.age(&id, "2026-02-28T12:00:00+08:00".parse().unwrap()),
        Some(17)
    );
    assert_eq!(
        leap.age(&id, "2026-03-01T12:00:00+08:00".parse().unwrap()),
        Some(18)
    );
    assert_eq!(beian::IdDocumentKind::Other(31).age(&id, now()), None);
}

#[test]
fn b28_the_document_is_valid_for_three_months_more() {
    let until = |until: &str| {
        changed(FilingType::Modify, Province::Beijing, |_, facts| {
            facts.services[0].administrator.valid_until = Some(date(until));
        })
    };
    let path = "services[0].administrator.id_document";
    assert_eq!(until("2027-02-27"), []);
    assert_eq!(until("2027-02-26"), one(path, "document_huawei"));
    assert_eq!(until("2026-12-27"), one(path, "document_huawei"));
    assert_eq!(until("2020-01-01"), one(path, "document_huawei"));
    let policy = FilingPolicy::default()
        .severity("document_huawei", Severity::Silent)
        .unwrap();
    let mut facts = facts_of(FilingType::Modify, Province::Beijing);
    let order = form_of(FilingType::Modify, Province::Beijing).check(&policy);
    let order = order.unwrap();
    for (until, found) in [("2026-12-27", 0), ("2026-12-26", 1)] {
        facts.leader.valid_until = Some(date(until));
        assert_eq!(
            policy.findings(&order, &facts, now()).len(),
            found,
            "{until}"
        );
    }
}

#[test]
fn b30_an_order_has_so_many_services() {
    let with = |count: usize, entity_kind| {
        move |form: &mut OrderForm, facts: &mut OrderFacts| {
            facts.entity_kind = Some(entity_kind);
            let more = (form.services.len()..count).map(|n| {
                let mut service = service_form("website", 10 + u32::try_from(n).unwrap());
                service.administrator.emergency_phone = Some(mobile(9));
                service
            });
            form.services.extend(more);
        }
    };
    let code = "too_many_services_in_order";
    let unit = EntityKind::Unit;
    let found = |count, entity_kind, kind| where_found(code, kind, with(count, entity_kind));
    assert_eq!(found(2, unit, FilingType::Initial), provinces("湘鄂"));
    assert_eq!(
        found(2, EntityKind::Individual, FilingType::Initial),
        provinces("湘鄂琼")
    );
    assert_eq!(
        found(2, EntityKind::Individual, FilingType::AddService),
        provinces("湘鄂")
    );
    assert_eq!(found(4, unit, FilingType::Initial), provinces("湘鄂晋"));
    assert_eq!(found(5, unit, FilingType::AddService), provinces("湘鄂晋"));
    assert_eq!(found(6, unit, FilingType::Initial), Province::ALL);
    let mut six = form_of(FilingType::Initial, Province::Henan);
    let mut facts = facts_of(FilingType::Initial, Province::Henan);
    with(6, unit)(&mut six, &mut facts);
    assert!(found_rows(&six, &facts).contains(&"services_henan".into()));
}

fn found_rows(form: &OrderForm, facts: &OrderFacts) -> Vec<String> {
    found(form, facts).into_iter().map(|(_, row)| row).collect()
}

#[test]
fn b30_an_individual_has_five_services_in_all() {
    let filed = |count, entity_kind| {
        changed(FilingType::AddService, Province::Beijing, |_, facts| {
            facts.entity_kind = Some(entity_kind);
            facts.services_filed = Some(count);
        })
    };
    assert_eq!(filed(4, EntityKind::Individual), []);
    assert_eq!(
        filed(5, EntityKind::Individual),
        one("services", "services_of_individual")
    );
    assert_eq!(filed(5, EntityKind::Unit), []);
}

#[test]
fn b31_a_deregistration_names_one_service() {
    for kind in FilingType::ALL {
        let two = changed(*kind, Province::Beijing, |form, _| {
            form.services.push(form.services[0].clone());
        });
        let one_each = matches!(
            kind,
            FilingType::DeregisterService | FilingType::CancelAccess
        );
        let expected = if one_each {
            one("services", "one_deregistration")
        } else {
            Vec::new()
        };
        assert_eq!(two, expected, "{kind}");
    }
}

#[test]
fn b33_an_order_refers_to_the_right_numbers() {
    let number = |kind, entity: &str, service: Option<&str>| {
        changed(kind, Province::Beijing, |_, facts| {
            facts.filing_number = Some(entity.parse().unwrap());
            facts.services[0].filing_number = service.map(|number| number.parse().unwrap());
        })
    };
    let (entity, service) = ("京ICP备12345678号", "京ICP备12345678号-1");
    assert_eq!(number(FilingType::AddService, entity, None), []);
    assert_eq!(
        number(FilingType::AddService, service, None),
        one("entity", "entity_number")
    );
    assert_eq!(number(FilingType::Modify, service, None), []);
    assert_eq!(
        number(FilingType::Modify, "沪ICP备12345678号", None),
        one("entity", "number_in_province")
    );
    let at = "services[0]";
    assert_eq!(
        number(FilingType::Modify, entity, Some("京ICP备12345679号-1")),
        one(at, "number_of_entity")
    );
    assert_eq!(
        number(
            FilingType::CancelAccess,
            entity,
            Some("京ICP备12345678号-1A")
        ),
        one(at, "number_of_kind")
    );
    assert_eq!(number(FilingType::Modify, entity, Some(entity)), []);
    // Without a serial, a number says nothing of the kind.
    assert_eq!(
        number(FilingType::Modify, entity, Some("京ICP备12345679号")),
        one(at, "number_of_entity")
    );
    assert_eq!(
        number(FilingType::Modify, entity, Some("沪ICP备12345678号-1")),
        [
            (at.into(), "number_of_entity".into()),
            (at.into(), "number_in_province".into())
        ]
    );
    let app = changed(FilingType::Modify, Province::Beijing, |form, facts| {
        form.services[0].kind = ServiceKind::App.name().into();
        facts.services[0].filing_number = Some("京ICP备12345678号-1A".parse().unwrap());
    });
    assert_eq!(app, []);
}

fn facts() -> impl Strategy<Value = OrderFacts> {
    let flag = || proptest::option::of(any::<bool>());
    let person = || {
        (
            proptest::option::of(10..70_u8),
            proptest::option::of(0..400_u64),
            flag(),
            flag(),
            flag(),
            flag(),
        )
            .prop_map(|(age, days, home, other, all, filed)| PersonFacts {
                age,
                valid_until: days.map(|days| date("2026-11-27") + chrono::Days::new(days)),
                mobile_in_province: home,
                mobile_of_another_entity: other,
                mobile_in_all_companies: all,
                id_as_filed: filed,
            })
    };
    let number = || {
        let numbers = vec![
            "京ICP备12345678号",
            "京ICP备12345678号-2",
            "湘ICP备12345678号-1A",
        ];
        proptest::option::of(prop::sample::select(numbers))
            .prop_map(|number| number.map(|number| number.parse().unwrap()))
    };
    (
        flag(),
        flag(),
        proptest::option::of(0..9_u16),
        flag(),
        number(),
        person(),
        number(),
        person(),
    )
        .prop_map(
            |(
                individual,
                representative,
                filed,
                open,
                number,
                leader,
                of_service,
                administrator,
            )| OrderFacts {
                entity_kind: individual.map(|it| {
                    if it {
                        EntityKind::Individual
                    } else {
                        EntityKind::Unit
                    }
                }),
                legal_representative: representative,
                services_filed: filed,
                another_order_open: open,
                filing_number: number,
                leader,
                services: vec![ServiceFacts {
                    filing_number: of_service,
                    administrator,
                }],
            },
        )
}

/// An answer to a question, that nothing is wrong with.
fn answer(facts: &mut OrderFacts, well: &OrderFacts, path: &str, fact: OrderFact) {
    let leader = path.starts_with("entity");
    let (person, good) = if leader {
        (&mut facts.leader, &well.leader)
    } else {
        (
            &mut facts.services[0].administrator,
            &well.services[0].administrator,
        )
    };
    match fact {
        OrderFact::EntityKind => facts.entity_kind = well.entity_kind,
        OrderFact::LegalRepresentative => facts.legal_representative = well.legal_representative,
        OrderFact::ServicesFiled => facts.services_filed = well.services_filed,
        OrderFact::AnotherOrderOpen => facts.another_order_open = well.another_order_open,
        OrderFact::FilingNumber => facts.filing_number.clone_from(&well.filing_number),
        OrderFact::Age => person.age = good.age,
        OrderFact::ValidUntil => person.valid_until = good.valid_until,
        OrderFact::MobileInProvince => person.mobile_in_province = good.mobile_in_province,
        OrderFact::MobileOfAnotherEntity => {
            person.mobile_of_another_entity = good.mobile_of_another_entity;
        }
        OrderFact::MobileInAllCompanies => {
            person.mobile_in_all_companies = good.mobile_in_all_companies;
        }
        OrderFact::IdAsFiled => person.id_as_filed = good.id_as_filed,
        other => panic!("{other}"),
    }
}

proptest! {
    #![proptest_config(crate::support::config())]

    /// D30: what isn't known isn't checked, and whoever answers every question knows all: of one answered
    /// well nothing is found that wasn't before, but for what only the kind of entity decides.
    #[test]
    fn d30_questions_end_and_good_answers_find_nothing_new(
        facts in facts(),
        kind in prop::sample::select(FilingType::ALL),
        province in prop::sample::select(Province::ALL),
    ) {
        let mut facts = facts;
        let well = facts_of(kind, province);
        let policy = FilingPolicy::default();
        let order = form_of(kind, province).check(&policy).unwrap();
        for _ in 0..40 {
            let open = policy.open_questions(&order, &facts, now());
            let Some(question) = open.first() else { return Ok(()) };
            let before = policy.findings(&order, &facts, now());
            answer(&mut facts, &well, &question.path, question.fact);
            prop_assert!(!policy.open_questions(&order, &facts, now()).contains(question));
            let new: Vec<_> = policy.findings(&order, &facts, now())
                .into_iter()
                .filter(|it| !before.contains(it))
                .collect();
            let decided = matches!(question.fact, OrderFact::EntityKind | OrderFact::FilingNumber);
            prop_assert!(decided || new.is_empty(), "{:?} {:?}", question, new);
        }
        prop_assert!(false, "questions without end");
    }

    #[test]
    fn d30_every_place_is_one_of_the_form(
        facts in facts(),
        kind in prop::sample::select(FilingType::ALL),
        province in prop::sample::select(Province::ALL),
    ) {
        let policy = FilingPolicy::default();
        let order = form_of(kind, province).check(&policy).unwrap();
        let findings = policy.findings(&order, &facts, now());
        let open = policy.open_questions(&order, &OrderFacts::default(), now());
        let paths = findings.iter().map(Finding::path).chain(open.iter().map(|it| it.path.as_str()));
        for path in paths {
            let reason = beian::filing::ReturnReason::new(path, "").at(path);
            prop_assert_eq!(reason.path(), Some(path));
        }
        for finding in &findings {
            prop_assert_ne!(finding.severity(), Severity::Silent);
            prop_assert!(finding.row().role != Some(Role::EntityLeader) || finding.path().starts_with("entity"));
        }
    }
}

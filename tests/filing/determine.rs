//! Which filing it is: all 27 combinations as a file to read, and a second account of the rules.

use std::{fmt::Write as _, fs, path::Path};

use beian::{
    Access, FilingType, Lang, Localized as _, Province,
    filing::{Determination, FilingFact, FilingFacts, Prerequisite},
};

const ANSWERS: [Option<bool>; 3] = [Some(true), Some(false), None];

const HEAD: &str = "\
Which filing it is (B20, B21, D29), by three facts: is the entity filed, is the service, is it filed
here; y yes, n no, ? unknown. Rows that the province decides, for an entity without any service left,
name the provinces. `BEIAN_REWRITE=1 cargo test --test filing determine` writes it anew.

";

fn facts() -> Vec<FilingFacts> {
    let mut all = Vec::new();
    for entity_filed in ANSWERS {
        for service_filed in ANSWERS {
            for filed_here in ANSWERS {
                all.push(FilingFacts {
                    entity_filed,
                    service_filed,
                    filed_here,
                    ..FilingFacts::default()
                });
            }
        }
    }
    all
}

fn table() -> String {
    let mut table = HEAD.to_owned();
    for facts in facts() {
        let short = |fact| match fact {
            Some(true) => "y",
            Some(false) => "n",
            None => "?",
        };
        let known = [facts.entity_filed, facts.service_filed, facts.filed_here].map(short);
        let said = |answer: Determination| match answer {
            Determination::Contradiction(one, other) => {
                format!("{}: {one}, {other}", answer.name())
            }
            Determination::File(_) | Determination::First(_) | Determination::Missing(_) => {
                answer.name().to_owned()
            }
        };
        let answer = facts.determine();
        writeln!(table, "{}  {}", known.join(" "), said(answer)).unwrap();
        let shell = |province| {
            FilingFacts {
                services_left: Some(false),
                province: Some(province),
                ..facts
            }
            .determine()
        };
        let mut groups: Vec<(Determination, Vec<&str>)> = Vec::new();
        for province in Province::ALL {
            let answer = shell(*province);
            let name = Province::text(*province, Lang::Zh);
            match groups.iter_mut().find(|(of, _)| *of == answer) {
                Some((_, names)) => names.push(name),
                None => groups.push((answer, vec![name])),
            }
        }
        if groups.len() > 1 {
            for (answer, names) in groups {
                writeln!(
                    table,
                    "       no service left: {}: {}",
                    said(answer),
                    names.join(" ")
                )
                .unwrap();
            }
        }
    }
    table
}

#[test]
fn b20_b21_all_combinations_as_a_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tables/filing_types.txt");
    let table = table();
    if std::env::var_os("BEIAN_REWRITE").is_some() {
        fs::write(&path, &table).unwrap();
    }
    assert_eq!(fs::read_to_string(&path).unwrap_or_default(), table);
}

/// What can be true of the three facts, by B20 alone: a service that is filed has an entity that is, and what
/// is filed here is filed.
fn worlds(facts: FilingFacts) -> Vec<(bool, bool, bool)> {
    let mut worlds = Vec::new();
    for entity in [true, false] {
        for service in [true, false] {
            for here in [true, false] {
                let possible = (entity || !service) && (service || !here);
                let fits = |known: Option<bool>, is| known.is_none_or(|known| known == is);
                if possible
                    && fits(facts.entity_filed, entity)
                    && fits(facts.service_filed, service)
                    && fits(facts.filed_here, here)
                {
                    worlds.push((entity, service, here));
                }
            }
        }
    }
    worlds
}

fn type_in((entity, service, here): (bool, bool, bool)) -> FilingType {
    match (entity, service, here) {
        (false, ..) => FilingType::Initial,
        (true, false, _) => FilingType::AddService,
        (true, true, false) => FilingType::AddAccess,
        (true, true, true) => FilingType::Modify,
    }
}

/// D29: a type exactly where every world that the facts leave has it; a contradiction where there is none;
/// else a fact that is unknown, and whose answer leaves fewer worlds.
#[test]
fn b20_d29_the_answer_is_what_every_possible_world_says() {
    for facts in facts() {
        let worlds = worlds(facts);
        let mut types: Vec<_> = worlds.iter().copied().map(type_in).collect();
        types.dedup();
        match facts.determine() {
            Determination::Contradiction(one, other) => {
                assert!(worlds.is_empty() && one < other, "{facts:?}");
            }
            Determination::File(kind) => assert_eq!(types, [kind], "{facts:?}"),
            Determination::Missing(fact) => {
                assert!(types.len() > 1, "{facts:?}");
                let unknown = match fact {
                    FilingFact::EntityFiled => facts.entity_filed,
                    FilingFact::ServiceFiled => facts.service_filed,
                    FilingFact::FiledHere => facts.filed_here,
                    FilingFact::Province => panic!("{facts:?}"),
                };
                assert_eq!(unknown, None, "{facts:?}");
            }
            Determination::First(what) => panic!("{facts:?}: {what}"),
        }
    }
}

#[test]
fn b21_a_shell_entity_adds_a_service_at_once_in_eleven_provinces() {
    let shell = FilingFacts {
        entity_filed: Some(true),
        service_filed: Some(false),
        services_left: Some(false),
        ..FilingFacts::default()
    };
    assert_eq!(
        shell.determine(),
        Determination::Missing(FilingFact::Province)
    );
    let at_once = "天津 辽宁 四川 云南 江苏 浙江 上海 广西 山西 北京 贵州";
    let mut count = 0;
    for province in Province::ALL {
        let in_province = FilingFacts {
            province: Some(*province),
            ..shell
        };
        let named = at_once
            .split(' ')
            .any(|it| it == Province::text(*province, Lang::Zh));
        count += usize::from(named);
        let expected = if named {
            Determination::File(FilingType::AddService)
        } else {
            Determination::First(Prerequisite::DeregisterShell)
        };
        assert_eq!(in_province.determine(), expected, "{province}");
        let others = FilingFacts {
            services_left: Some(true),
            ..in_province
        };
        assert_eq!(
            others.determine(),
            Determination::File(FilingType::AddService)
        );
    }
    assert_eq!(count, 11);
}

#[test]
fn r10_r11_a_changed_number_comes_before_access() {
    let elsewhere = FilingFacts {
        service_filed: Some(true),
        filed_here: Some(false),
        ..FilingFacts::default()
    };
    for (access, answer) in [
        (None, Determination::File(FilingType::AddAccess)),
        (
            Some(Access::Unchanged),
            Determination::File(FilingType::AddAccess),
        ),
        (
            Some(Access::PhoneChanged),
            Determination::First(Prerequisite::ChangeNumber),
        ),
        (
            Some(Access::PhoneChangedOrphan),
            Determination::First(Prerequisite::DeregisterOrphan),
        ),
    ] {
        assert_eq!(
            FilingFacts {
                access,
                ..elsewhere
            }
            .determine(),
            answer
        );
    }
    assert_eq!(Prerequisite::ChangeNumber.then(), FilingType::AddAccess);
    assert_eq!(
        Prerequisite::DeregisterOrphan.then(),
        FilingType::AddService
    );
}

#[test]
fn d29_every_answer_is_told_in_both_languages() {
    let mut answers: Vec<_> = facts().iter().map(|facts| facts.determine()).collect();
    answers.extend(Prerequisite::ALL.iter().copied().map(Determination::First));
    answers.extend(FilingFact::ALL.iter().copied().map(Determination::Missing));
    for answer in answers {
        assert_ne!(answer.text(Lang::Zh), answer.text(Lang::En));
        assert_eq!(answer.code(), answer.name());
    }
}

#[test]
fn d29_facts_are_read_as_json_and_what_isnt_given_is_unknown() {
    let facts: FilingFacts =
        serde_json::from_str(r#"{"entity_filed": true, "province": "湖南"}"#).unwrap();
    assert_eq!(
        (facts.entity_filed, facts.service_filed),
        (Some(true), None)
    );
    assert_eq!(facts.province, Some(Province::Hunan));
    assert!(serde_json::from_str::<FilingFacts>(r#"{"entity": true}"#).is_err());
}

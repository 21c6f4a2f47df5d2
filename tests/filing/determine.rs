//! Which filing it is: all 27 combinations as a file to read, and a second account of the rules.

use std::{fmt::Write as _, fs, path::Path};

use beian::{
    Access, FilingType, Lang, Localized as _, Province,
    filing::{Determination, FilingFact, FilingFacts, Prerequisite},
};

use crate::support::assert_texts;

const ANSWERS: [Option<bool>; 3] = [Some(true), Some(false), None];

const LEFT: [(Option<bool>, &str); 3] = [
    (Some(true), "a service left"),
    (Some(false), "no service left"),
    (None, "not known"),
];

const HEAD: &str = "\
Which filing it is (B20, B21, D29), by three facts: is the entity filed, is the service, is it filed
here; y yes, n no, ? unknown. Below a row, what else is known and changes the answer: whether the entity
has a filed service left, and the province where that decides. `BEIAN_REWRITE=1 cargo test --test filing
determine` writes it anew.

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
        let contradiction = matches!(answer, Determination::Contradiction(..));
        for (services_left, said_of_it) in LEFT.iter().filter(|_| !contradiction) {
            let mut groups: Vec<(Determination, Vec<&str>)> = Vec::new();
            for province in Province::ALL {
                let answer = FilingFacts {
                    services_left: *services_left,
                    province: Some(*province),
                    ..facts
                }
                .determine();
                let name = Province::text(*province, Lang::Zh);
                match groups.iter_mut().find(|(of, _)| *of == answer) {
                    Some((_, names)) => names.push(name),
                    None => groups.push((answer, vec![name])),
                }
            }
            for (of, names) in &groups {
                let provinces = if groups.len() > 1 {
                    format!(": {}", names.join(" "))
                } else {
                    String::new()
                };
                if *of != answer {
                    writeln!(table, "       {said_of_it}: {}{provinces}", said(*of)).unwrap();
                }
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

/// What can be true: entity filed, service filed, filed here, a service left.
type World = (bool, bool, bool, bool);

/// What the facts leave possible, by B20 and B21 alone: what is filed here is filed, so it is a service left,
/// and an entity with one is filed.
fn worlds(facts: FilingFacts) -> Vec<World> {
    let fits = |known: Option<bool>, is| known.is_none_or(|known| known == is);
    let mut worlds = Vec::new();
    for bits in 0..16_u8 {
        let [entity, service, here, left] = [8, 4, 2, 1].map(|bit| bits & bit != 0);
        if (entity || !left)
            && (left || !service)
            && (service || !here)
            && fits(facts.entity_filed, entity)
            && fits(facts.service_filed, service)
            && fits(facts.filed_here, here)
            && fits(facts.services_left, left)
        {
            worlds.push((entity, service, here, left));
        }
    }
    worlds
}

fn answer_in((entity, service, here, left): World, at_once: bool) -> Determination {
    Determination::File(match (entity, service, here) {
        (false, ..) => FilingType::Initial,
        (true, false, _) if left || at_once => FilingType::AddService,
        (true, false, _) => return Determination::First(Prerequisite::DeregisterShell),
        (true, true, false) => FilingType::AddAccess,
        (true, true, true) => FilingType::Modify,
    })
}

/// D29: an answer exactly where every world that the facts leave has it, in every province that is possible; a
/// contradiction where there is none; else a fact that is unknown, and of which either answer leaves fewer
/// worlds.
#[test]
fn b20_b21_d29_the_answer_is_what_every_possible_world_says() {
    let provinces = [None, Some(Province::Beijing), Some(Province::Hunan)];
    for (facts, (services_left, _), province) in facts().into_iter().flat_map(|facts| {
        LEFT.into_iter()
            .flat_map(move |left| provinces.map(|province| (facts, left, province)))
    }) {
        let facts = FilingFacts {
            services_left,
            province,
            ..facts
        };
        let worlds = worlds(facts);
        let at_once = province.map_or(vec![true, false], |it| vec![it == Province::Beijing]);
        let mut answers: Vec<_> = worlds
            .iter()
            .flat_map(|world| at_once.iter().map(|at_once| answer_in(*world, *at_once)))
            .collect();
        answers.dedup();
        match facts.determine() {
            Determination::Contradiction(one, other) => {
                assert!(worlds.is_empty() && one < other, "{facts:?}");
            }
            answer @ (Determination::File(_) | Determination::First(_)) => {
                assert_eq!(answers, [answer], "{facts:?}");
            }
            Determination::Missing(fact) => {
                assert!(answers.len() > 1, "{facts:?}");
                for yes in [true, false] {
                    let known = Some(yes);
                    let told = match fact {
                        FilingFact::EntityFiled => FilingFacts {
                            entity_filed: known,
                            ..facts
                        },
                        FilingFact::ServiceFiled => FilingFacts {
                            service_filed: known,
                            ..facts
                        },
                        FilingFact::FiledHere => FilingFacts {
                            filed_here: known,
                            ..facts
                        },
                        FilingFact::ServicesLeft => FilingFacts {
                            services_left: known,
                            ..facts
                        },
                        FilingFact::Province => {
                            assert_eq!(province, None);
                            continue;
                        }
                    };
                    let left = self::worlds(told).len();
                    assert!(left > 0 && left < worlds.len(), "{facts:?}");
                }
            }
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
    for one in FilingFact::ALL {
        answers.push(Determination::Missing(*one));
        // Also what the rules never say, but a stored answer may.
        let pairs = FilingFact::ALL.iter();
        answers.extend(pairs.map(|other| Determination::Contradiction(*one, *other)));
    }
    for answer in answers {
        assert_texts(answer.code(), |lang| answer.text(lang).into());
        // A part of an answer, such as one of two facts that exclude each other, is in its language too.
        let zh = answer.text(Lang::Zh);
        assert!(!zh.contains(|c: char| c.is_ascii_lowercase()), "{zh}");
        assert_eq!(answer.code(), answer.name());
    }
}

#[test]
fn d29_an_answer_is_written_as_json() {
    for (answer, json) in [
        (
            Determination::File(FilingType::Initial),
            r#"{"file":"initial"}"#,
        ),
        (
            Determination::First(Prerequisite::ChangeNumber),
            r#"{"first":"change_number"}"#,
        ),
        (
            Determination::Missing(FilingFact::Province),
            r#"{"missing":"province"}"#,
        ),
        (
            Determination::Contradiction(FilingFact::EntityFiled, FilingFact::FiledHere),
            r#"{"contradiction":["entity_filed","filed_here"]}"#,
        ),
    ] {
        assert_eq!(serde_json::to_string(&answer).unwrap(), json);
        assert_eq!(serde_json::from_str::<Determination>(json).unwrap(), answer);
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

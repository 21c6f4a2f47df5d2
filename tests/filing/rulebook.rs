//! Who must verify: the tables, their history, and the requirement of an order.

use beian::{
    Access, Exemption, FilingOrder, FilingType, IdDocument, Lang, LastSix, ModifiedPart,
    ModifiedParts, Person, Province, Recipient, Recipients, Requirement, Role, Roles, Rulebook,
    ServiceKind, VerificationPolicy, day,
    filing::{FiledSince, NotFileable},
    rulebook::{
        self, History, HistoryProblem, NotInForce, Period, Rule, RuleId, RuleIdProblem,
        RulebookProblem,
    },
};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use proptest::prelude::*;

fn person(number: u64) -> Person {
    let id = IdDocument::passport(&format!("E{:08}", 10_000_000 + number)).unwrap();
    Person::new("张三", &format!("199{number:08}"), id).unwrap()
}

/// An order of any type by these persons; `changes` count for modify alone.
fn order_in(
    province: Province,
    filing_type: FilingType,
    changes: impl Into<ModifiedParts>,
    leader: u64,
    administrators: &[u64],
) -> FilingOrder {
    let leader = person(leader);
    let builder = match filing_type {
        FilingType::Initial => FilingOrder::initial(province, leader),
        FilingType::AddService => FilingOrder::add_service(province, leader),
        FilingType::AddAccess => FilingOrder::add_access(province, leader),
        FilingType::Modify => FilingOrder::modify(province, leader, changes),
        FilingType::DeregisterEntity => FilingOrder::deregister_entity(province, leader),
        FilingType::DeregisterService => FilingOrder::deregister_service(province, leader),
        FilingType::CancelAccess => FilingOrder::cancel_access(province, leader),
        _ => panic!("a filing type without a test"),
    };
    let services = administrators.iter().zip(1..);
    services
        .fold(builder, |builder, (number, n)| {
            let (kind, name) = (ServiceKind::Website, format!("示例站{n}"));
            if filing_type == FilingType::AddAccess {
                builder.service_with_access(kind, &name, person(*number), Access::Unchanged)
            } else {
                builder.service(kind, &name, person(*number))
            }
        })
        .build()
        .unwrap()
}

fn order(filing_type: FilingType, changes: impl Into<ModifiedParts>) -> FilingOrder {
    order_in(Province::Beijing, filing_type, changes, 1, &[2])
}

/// Masked numbers with roles and rule.
fn texted(requirement: &Requirement) -> Vec<(String, Roles, String)> {
    let recipients = requirement.recipients().into_iter().flatten();
    recipients
        .map(|r| (r.mobile().to_string(), r.roles(), r.rule().to_string()))
        .collect()
}

/// Who is texted when the leader has number 1 and the administrator number 2.
fn roles_in(
    rulebook: &Rulebook,
    filing_type: FilingType,
    changes: impl Into<ModifiedParts>,
) -> Roles {
    let requirement = rulebook.requirement(&order(filing_type, changes));
    texted(&requirement)
        .into_iter()
        .fold(Roles::NONE, |all, (_, roles, _)| all | roles)
}

fn leader() -> Roles {
    Role::EntityLeader.into()
}

fn administrator() -> Roles {
    Role::ServiceAdministrator.into()
}

fn both() -> Roles {
    leader() | administrator()
}

fn rule_of(rulebook: &Rulebook, order: &FilingOrder) -> String {
    match rulebook.requirement(order) {
        Requirement::Verify(recipients) => recipients.iter().next().unwrap().rule().to_string(),
        Requirement::Nobody(Exemption::Rule(rule)) => rule.to_string(),
        Requirement::Nobody(exemption) => panic!("{exemption:?}"),
    }
}

mod current {
    use super::*;

    fn roles(filing_type: FilingType, changes: impl Into<ModifiedParts>) -> (Roles, String) {
        let changes = changes.into();
        let rule = rule_of(Rulebook::CURRENT, &order(filing_type, changes));
        (roles_in(Rulebook::CURRENT, filing_type, changes), rule)
    }

    #[test]
    fn r03_initial_filing_texts_both() {
        assert_eq!(
            roles(FilingType::Initial, ModifiedParts::NONE),
            (both(), "R03".into())
        );
    }

    #[test]
    fn r04_add_service_texts_the_service_administrator() {
        let expected = (administrator(), "R04".into());
        assert_eq!(roles(FilingType::AddService, ModifiedParts::NONE), expected);
    }

    #[test]
    fn r05_add_access_texts_the_service_administrator() {
        let expected = (administrator(), "R05".into());
        assert_eq!(roles(FilingType::AddAccess, ModifiedParts::NONE), expected);
    }

    #[test]
    fn r06_modify_texts_the_person_of_each_changed_part() {
        let entity_and_service =
            ModifiedParts::from(ModifiedPart::Entity) | ModifiedPart::Service.into();
        assert_eq!(
            roles(FilingType::Modify, ModifiedPart::Entity),
            (leader(), "R06".into())
        );
        assert_eq!(
            roles(FilingType::Modify, ModifiedPart::Service),
            (administrator(), "R06".into())
        );
        assert_eq!(
            roles(FilingType::Modify, entity_and_service),
            (both(), "R06".into())
        );
    }

    #[test]
    fn b03_a_change_of_remarks_alone_texts_nobody_and_adds_nobody() {
        let remarks = ModifiedParts::from(ModifiedPart::Remarks);
        assert_eq!(
            roles(FilingType::Modify, remarks),
            (Roles::NONE, "B03".into())
        );
        let with_entity = remarks | ModifiedPart::Entity.into();
        assert_eq!(
            roles(FilingType::Modify, with_entity),
            (leader(), "R06".into())
        );
    }

    #[test]
    fn r07_deregistration_texts_who_is_responsible_for_what_goes() {
        let expected = (leader(), "R07".into());
        assert_eq!(
            roles(FilingType::DeregisterEntity, ModifiedParts::NONE),
            expected
        );
        let expected = (administrator(), "R07".into());
        assert_eq!(
            roles(FilingType::DeregisterService, ModifiedParts::NONE),
            expected
        );
    }

    #[test]
    fn r08_cancel_access_texts_nobody() {
        let expected = (Roles::NONE, "R08".into());
        assert_eq!(
            roles(FilingType::CancelAccess, ModifiedParts::NONE),
            expected
        );
    }

    #[test]
    fn d02_every_kind_of_service_is_treated_alike() {
        for kind in ServiceKind::ALL {
            let order = FilingOrder::add_service(Province::Beijing, person(1))
                .service(*kind, "示例", person(2))
                .build()
                .unwrap();
            let expected = [("199****0002".into(), administrator(), "R04".into())];
            assert_eq!(texted(&Rulebook::CURRENT.requirement(&order)), expected);
        }
    }

    #[test]
    fn r17_the_window_is_24_hours() {
        assert_eq!(Rulebook::CURRENT.window(), TimeDelta::hours(24));
    }
}

#[test]
fn b01_the_pilot_texts_nobody_at_deregistration_and_cancel_access() {
    for rulebook in [Rulebook::PILOT, Rulebook::PILOT_24_HOURS] {
        let roles = |filing_type| roles_in(rulebook, filing_type, ModifiedParts::NONE);
        assert_eq!(roles(FilingType::Initial), both());
        assert_eq!(roles(FilingType::AddService), administrator());
        assert_eq!(roles(FilingType::AddAccess), administrator());
        assert_eq!(roles(FilingType::DeregisterEntity), Roles::NONE);
        assert_eq!(roles(FilingType::DeregisterService), Roles::NONE);
        assert_eq!(roles(FilingType::CancelAccess), Roles::NONE);
        assert_eq!(
            roles_in(rulebook, FilingType::Modify, ModifiedPart::Entity),
            leader()
        );
        assert_eq!(
            roles_in(rulebook, FilingType::Modify, ModifiedPart::Service),
            administrator()
        );
        assert_eq!(
            roles_in(rulebook, FilingType::Modify, ModifiedPart::Remarks),
            Roles::NONE
        );
    }
}

#[test]
fn b02_the_later_table_differs_in_two_rows() {
    let rows = Rulebook::JD_2021
        .rules()
        .iter()
        .zip(Rulebook::CURRENT.rules());
    let differing: Vec<_> = rows
        .filter(|(later, now)| later.texted() != now.texted())
        .map(|(later, _)| (later.filing_type(), later.texted(), later.id().as_str()))
        .collect();
    assert_eq!(
        differing,
        [
            (FilingType::AddService, both(), "B02"),
            (FilingType::DeregisterService, Roles::NONE, "B02"),
        ],
    );
    let periods = History::DOCUMENTED.periods();
    assert!(periods.iter().all(|p| *p.rulebook() != *Rulebook::JD_2021));
}

#[test]
fn b02_what_the_regulator_did_overrides_the_table() {
    let order = order(FilingType::AddService, ModifiedParts::NONE);
    let seen = Rulebook::CURRENT.requirement_as_texted(&order, both());
    let expected = [
        ("199****0001".into(), leader(), "B02".into()),
        ("199****0002".into(), administrator(), "B02".into()),
    ];
    assert_eq!(texted(&seen), expected);
    let window = |r: &Requirement| r.recipients().map(|r| r.policy().window());
    let pilot = Rulebook::PILOT.requirement_as_texted(&order, both());
    assert_eq!(window(&pilot), Some(TimeDelta::hours(48)));
    let nobody = Rulebook::CURRENT.requirement_as_texted(&order, Roles::NONE);
    assert_eq!(nobody, Requirement::Nobody(Exemption::AsTexted));
}

#[test]
fn r09_the_same_number_in_two_roles_is_one_recipient() {
    let same = order_in(
        Province::Beijing,
        FilingType::Initial,
        ModifiedParts::NONE,
        1,
        &[1],
    );
    let expected = [("199****0001".into(), both(), "R03".into())];
    assert_eq!(texted(&Rulebook::CURRENT.requirement(&same)), expected);
}

#[test]
fn r12_the_emergency_phone_is_never_texted() {
    let leader = person(1).with_emergency_phone("199 0000 0009").unwrap();
    let order = FilingOrder::deregister_entity(Province::Beijing, leader);
    let requirement = Rulebook::CURRENT.requirement(&order.build().unwrap());
    let expected = [("199****0001".into(), self::leader(), "R07".into())];
    assert_eq!(texted(&requirement), expected);
}

#[test]
fn b04_only_the_number_in_the_order_is_texted_which_is_the_new_one() {
    let filed = order_in(
        Province::Beijing,
        FilingType::Initial,
        ModifiedParts::NONE,
        1,
        &[2],
    );
    let changed = order_in(
        Province::Beijing,
        FilingType::Modify,
        ModifiedPart::Service,
        1,
        &[3],
    );
    assert!(
        texted(&Rulebook::CURRENT.requirement(&filed))
            .iter()
            .any(|(n, ..)| n == "199****0002")
    );
    let expected = [("199****0003".into(), administrator(), "R06".into())];
    assert_eq!(texted(&Rulebook::CURRENT.requirement(&changed)), expected);
}

#[test]
fn d03_the_same_number_with_two_ids_is_one_recipient_with_both() {
    let id = |number| IdDocument::passport(number).unwrap();
    let leader = Person::new("张三", "19900000001", id("E12345678")).unwrap();
    let admin = Person::new("李四", "19900000001", id("E87654321")).unwrap();
    let order = FilingOrder::initial(Province::Beijing, leader)
        .service(ServiceKind::Website, "示例站", admin)
        .build()
        .unwrap();
    let requirement = Rulebook::CURRENT.requirement(&order);
    let recipient = requirement.recipients().unwrap().iter().next().unwrap();
    let six = |typed| LastSix::parse(typed).unwrap();
    assert_eq!(recipient.last_sixes(), [six("345678"), six("654321")]);
}

#[test]
fn b05_every_distinct_number_among_the_administrators_is_texted() {
    let order = order_in(
        Province::Beijing,
        FilingType::AddService,
        ModifiedParts::NONE,
        9,
        &[3, 2, 3],
    );
    let requirement = Rulebook::CURRENT.requirement(&order);
    let recipients: Vec<_> = requirement.recipients().unwrap().iter().collect();
    let services = |r: &Recipient| -> Vec<(usize, String)> {
        r.services()
            .iter()
            .map(|s| (s.index(), s.name().into()))
            .collect()
    };
    assert_eq!(recipients.len(), 2);
    assert_eq!(recipients[0].mobile().to_string(), "199****0002");
    assert_eq!(services(recipients[0]), [(1, "示例站2".into())]);
    assert_eq!(
        services(recipients[1]),
        [(0, "示例站1".into()), (2, "示例站3".into())]
    );
}

#[test]
fn b13_in_zhejiang_the_last_six_are_of_the_back_number() {
    let id = IdDocument::hk_macao_permit("H12345678")
        .unwrap()
        .with_back_number("A123456(3)")
        .unwrap();
    let leader = Person::new("陈七", "19900000001", id).unwrap();
    let last_six_in = |province| {
        let order = FilingOrder::deregister_entity(province, leader.clone())
            .build()
            .unwrap();
        let requirement = Rulebook::CURRENT.requirement(&order);
        let recipient = requirement
            .recipients()
            .unwrap()
            .iter()
            .next()
            .unwrap()
            .clone();
        recipient.last_sixes().to_vec()
    };
    assert_eq!(
        last_six_in(Province::Zhejiang),
        [LastSix::parse("234563").unwrap()]
    );
    assert_eq!(
        last_six_in(Province::Beijing),
        [LastSix::parse("345678").unwrap()]
    );
}

#[test]
fn d25_an_order_read_back_gives_recipients_without_ids() {
    let stored = serde_json::to_string(&order(FilingType::Initial, ModifiedParts::NONE)).unwrap();
    let order: FilingOrder = serde_json::from_str(&stored).unwrap();
    let requirement = Rulebook::CURRENT.requirement(&order);
    let recipients = requirement.recipients().unwrap();
    assert_eq!(recipients.iter().count(), 2);
    assert!(recipients.iter().all(|r| r.last_sixes().is_empty()));
}

mod policy {
    use super::*;

    fn recipients(rulebook: &Rulebook) -> Recipients {
        match rulebook.requirement(&order(FilingType::Initial, ModifiedParts::NONE)) {
            Requirement::Verify(recipients) => recipients,
            Requirement::Nobody(exemption) => panic!("{exemption:?}"),
        }
    }

    #[test]
    fn d01_the_rulebooks_window_holds_for_every_policy_of_the_regulators() {
        let policy = VerificationPolicy::builder()
            .keep_code(true)
            .build()
            .unwrap();
        let recipients = recipients(Rulebook::PILOT).with_policy(policy);
        assert!(recipients.policy().keep_code());
        assert_eq!(recipients.policy().window(), TimeDelta::hours(48));
    }

    #[test]
    fn d01_a_policy_that_is_not_the_regulators_keeps_its_window_and_the_next_gets_the_rulebooks() {
        let hour = TimeDelta::hours(1);
        let own = VerificationPolicy::builder()
            .not_the_regulators(hour, 2)
            .build()
            .unwrap();
        let recipients = recipients(Rulebook::PILOT).with_policy(own.clone());
        assert_eq!(recipients.policy().window(), hour);
        let back = recipients.with_policy(VerificationPolicy::REGULATOR);
        assert_eq!(back.policy().window(), TimeDelta::hours(48));

        let host_made = Recipients::new(back.iter().cloned(), own).unwrap();
        let back = host_made.with_policy(VerificationPolicy::REGULATOR);
        assert_eq!(back.policy(), &VerificationPolicy::REGULATOR);
    }

    #[test]
    fn b02_recipients_that_a_host_makes_cite_b02() {
        let mobile = "19900000001".parse().unwrap();
        let recipient = Recipient::new(mobile, Role::EntityLeader, []);
        assert_eq!(recipient.rule().as_str(), "B02");
        assert_eq!(
            (recipient.rules(), recipient.services()),
            (&[][..], &[][..])
        );
    }
}

mod periods {
    use super::*;

    const FROM_2017: [&str; 7] = ["天津", "甘肃", "西藏", "宁夏", "海南", "新疆", "青海"];
    const FROM_2018_09_10: [&str; 7] = ["浙江", "四川", "福建", "陕西", "重庆", "广西", "云南"];
    const FROM_2018_09_24: [&str; 8] = [
        "山西",
        "内蒙古",
        "黑龙江",
        "安徽",
        "山东",
        "河南",
        "湖南",
        "湖北",
    ];

    fn beijing(instant: &str) -> DateTime<Utc> {
        format!("{instant}+08:00").parse().unwrap()
    }

    /// When verification came into force in a province, by the documented table.
    fn first(province: Province) -> DateTime<Utc> {
        let name = province.text(Lang::Zh);
        if FROM_2017.contains(&name) {
            beijing("2017-12-18T06:00:00")
        } else if FROM_2018_09_10.contains(&name) {
            beijing("2018-09-10T00:00:00")
        } else if FROM_2018_09_24.contains(&name) {
            beijing("2018-09-24T00:00:00")
        } else {
            beijing("2020-08-17T00:00:00")
        }
    }

    /// The rulebook in force and its hours.
    fn at(instant: DateTime<Utc>, province: Province) -> Option<(String, i64)> {
        let period = rulebook::in_force(instant, province).ok()?;
        let rulebook = period.rulebook();
        Some((rulebook.name().into(), rulebook.window().num_hours()))
    }

    fn micro() -> TimeDelta {
        TimeDelta::microseconds(1)
    }

    #[test]
    fn d01_each_province_begins_at_its_first_instant_and_not_a_microsecond_before() {
        for province in Province::ALL.iter().copied() {
            let first = first(province);
            let not_yet = rulebook::in_force(first - micro(), province).unwrap_err();
            assert_eq!(not_yet.from, Some(first), "{province}");
            assert!(at(first, province).is_some(), "{province}");
            assert!(at(first + micro(), province).is_some(), "{province}");
        }
    }

    #[test]
    fn d01_48_hours_hold_until_2018_11_07_and_24_from_then() {
        let switch = beijing("2018-11-07T00:00:00");
        for province in Province::ALL.iter().copied().filter(|p| first(*p) < switch) {
            let pilot = Some(("pilot".into(), 48));
            assert_eq!(at(first(province), province), pilot);
            assert_eq!(at(switch - micro(), province), pilot);
            for instant in [switch, switch + micro()] {
                assert_eq!(at(instant, province), Some(("pilot_24_hours".into(), 24)));
            }
            let period = rulebook::in_force(switch, province).unwrap();
            assert!(period.remark().contains("unknown day"));
        }
    }

    #[test]
    fn r01_from_2020_08_17_the_current_table_holds_in_every_province() {
        let from = beijing("2020-08-17T00:00:00");
        for province in Province::ALL.iter().copied() {
            for instant in [from, from + micro(), beijing("2026-01-01T00:00:00")] {
                assert_eq!(at(instant, province), Some(("current".into(), 24)));
            }
            assert_ne!(at(from - micro(), province), Some(("current".into(), 24)));
        }
    }

    #[test]
    fn d01_provinces_grow_from_7_to_14_to_22_to_31() {
        let covered = |instant| {
            let all = Province::ALL.iter().copied();
            all.filter(|p| rulebook::in_force(beijing(instant), *p).is_ok())
                .count()
        };
        assert_eq!(covered("2017-12-18T05:59:59"), 0);
        assert_eq!(covered("2017-12-18T06:00:00"), 7);
        assert_eq!(covered("2018-09-10T00:00:00"), 14);
        assert_eq!(covered("2018-09-24T00:00:00"), 22);
        assert_eq!(covered("2020-08-16T23:59:59"), 22);
        assert_eq!(covered("2020-08-17T00:00:00"), 31);
    }

    #[test]
    fn d01_a_bare_date_means_its_last_instant_and_a_date_in_the_table_its_first() {
        let date: NaiveDate = "2018-09-24".parse().unwrap();
        assert_eq!(day::first_instant(date), beijing("2018-09-24T00:00:00"));
        assert_eq!(
            day::last_instant(date),
            beijing("2018-09-24T23:59:59.999999")
        );
        // A bare date on which verification begins is in force, even in the pilot that began at six.
        let pilot = day::last_instant("2017-12-18".parse().unwrap());
        assert!(at(pilot, Province::Tianjin).is_some());
        let eve = day::last_instant("2017-12-17".parse().unwrap());
        assert_eq!(at(eve, Province::Tianjin), None);
        let shanxi = |date: &str| at(day::last_instant(date.parse().unwrap()), Province::Shanxi);
        assert_eq!(shanxi("2018-09-12"), None);
        assert_eq!(shanxi("2018-09-24"), Some(("pilot".into(), 48)));
    }

    #[test]
    fn d01_days_at_the_ends_of_the_calendar_do_no_harm() {
        for date in [NaiveDate::MIN, NaiveDate::MAX] {
            assert!(day::first_instant(date) <= day::last_instant(date));
        }
    }

    #[test]
    fn d01_before_its_time_nobody_verifies_and_the_reason_says_from_when() {
        let order = order_in(
            Province::Shanxi,
            FilingType::Initial,
            ModifiedParts::NONE,
            1,
            &[2],
        );
        let on = |date: &str| {
            let submitted = day::last_instant(date.parse().unwrap());
            rulebook::requirement(&order, submitted).unwrap()
        };
        let from = Some(beijing("2018-09-24T00:00:00"));
        assert_eq!(
            on("2018-09-12"),
            Requirement::Nobody(Exemption::NotInForce(NotInForce { from }))
        );
        let zh = on("2018-09-12").text(Lang::Zh);
        assert!(zh.contains("2018-09-24 00:00"), "{zh}");
        let window = on("2018-09-24").recipients().map(|r| r.policy().window());
        assert_eq!(window, Some(TimeDelta::hours(48)));
        let window = on("2018-11-07").recipients().map(|r| r.policy().window());
        assert_eq!(window, Some(TimeDelta::hours(24)));
    }

    #[test]
    fn d01_apps_are_not_fileable_before_2023_09_01_also_where_nobody_verifies() {
        let from = beijing("2023-09-01T00:00:00");
        for kind in ServiceKind::ALL.iter().copied() {
            let order = FilingOrder::initial(Province::Beijing, person(1))
                .service(ServiceKind::Website, "示例站", person(1))
                .service(kind, "示例", person(2))
                .build()
                .unwrap();
            let website = kind == ServiceKind::Website;
            for early in [from - micro(), beijing("2016-01-01T00:00:00")] {
                let requirement = rulebook::requirement(&order, early);
                assert_eq!(requirement.is_ok(), website);
                if !website {
                    assert_eq!(requirement, Err(NotFileable { kind, from }));
                }
                assert_eq!(kind.is_fileable(early), website);
            }
            assert!(rulebook::requirement(&order, from).is_ok());
            assert!(kind.is_fileable(from));
        }
    }

    #[test]
    fn a_host_may_hold_its_own_history() {
        let from = beijing("2027-01-01T00:00:00");
        let period =
            |at, provinces: &[Province]| Period::new(at, provinces, Rulebook::JD_2021.clone(), "");
        let history = History::new([period(from, &[Province::Beijing])], []).unwrap();
        assert_eq!(history.periods()[0].provinces(), [Province::Beijing]);
        assert!(history.in_force(from, Province::Beijing).is_ok());
        let elsewhere = history.in_force(from, Province::Shanxi).unwrap_err();
        assert_eq!(elsewhere.from, None);
        let early = history
            .in_force(from - micro(), Province::Beijing)
            .unwrap_err();
        assert_eq!(early.from, Some(from));

        let two = |a, b| History::new([a, b], []).unwrap_err();
        let one = period(from, &[Province::Beijing]);
        assert_eq!(two(one.clone(), one.clone()), HistoryProblem::Twice);
        let earlier = period(from - micro(), Province::ALL);
        assert_eq!(two(one.clone(), earlier), HistoryProblem::Order);
        assert_eq!(two(one, period(from, &[])), HistoryProblem::NoProvince);
        let app = FiledSince::new(ServiceKind::App, from);
        assert_eq!(History::new([], [app, app]), Err(HistoryProblem::Twice));
    }

    #[test]
    fn d01_the_documented_history_and_every_table_pass_their_own_checks() {
        let documented = History::DOCUMENTED;
        let checked = History::new(
            documented.periods().iter().cloned(),
            documented.filed_since().iter().copied(),
        );
        assert_eq!(checked.as_ref(), Ok(documented));
        for rulebook in Rulebook::ALL {
            let rules = rulebook.rules().iter().cloned();
            let checked = Rulebook::new(rulebook.name().to_owned(), rules, rulebook.window());
            assert_eq!(checked.as_ref(), Ok(*rulebook));
        }
    }
}

mod own_table {
    use super::*;

    fn rules() -> Vec<Rule> {
        Rulebook::CURRENT.rules().to_vec()
    }

    fn problem(rules: Vec<Rule>) -> RulebookProblem {
        Rulebook::new("own", rules, TimeDelta::hours(24)).unwrap_err()
    }

    fn id() -> RuleId {
        "own-1".parse().unwrap()
    }

    #[test]
    fn b02_every_case_is_covered_exactly_once() {
        for n in 0..rules().len() {
            let (filing_type, change) = (rules()[n].filing_type(), rules()[n].change());
            let mut missing = rules();
            let rule = missing.remove(n);
            assert_eq!(
                problem(missing),
                RulebookProblem::Missing(filing_type, change)
            );
            let mut twice = rules();
            twice.push(rule);
            assert_eq!(problem(twice), RulebookProblem::Twice(filing_type, change));
        }
        let (entity, access) = (Some(ModifiedPart::Entity), FilingType::AddAccess);
        for (problem, text) in [
            (
                RulebookProblem::Missing(access, None),
                "no row for add_access",
            ),
            (
                RulebookProblem::Twice(FilingType::Modify, entity),
                "more than one row for modify: entity",
            ),
        ] {
            assert_eq!(problem.to_string(), text);
        }
    }

    #[test]
    fn r06_modify_rows_name_the_changed_part_and_no_other_row_does() {
        let mut whole = rules();
        whole.push(Rule::new(FilingType::Modify, [], id(), ""));
        assert_eq!(problem(whole), RulebookProblem::Change(FilingType::Modify));
        let json = serde_json::to_string(&Rulebook::CURRENT).unwrap();
        let json = json.replacen(r#""change":null"#, r#""change":"entity""#, 1);
        let error = serde_json::from_str::<Rulebook>(&json)
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("row initial: a change belongs to every row of modify"),
            "{error}"
        );
    }

    #[test]
    fn names_and_windows_have_ranges() {
        let make = |name: String, window| Rulebook::new(name, rules(), window).map(|_| ());
        let day = TimeDelta::hours(24);
        assert_eq!(make(String::new(), day), Err(RulebookProblem::Name));
        assert_eq!(make("x".repeat(65), day), Err(RulebookProblem::Name));
        assert_eq!(make("x".repeat(64), day), Ok(()));
        let micro = TimeDelta::microseconds(1);
        for (window, good) in [
            (TimeDelta::minutes(10), true),
            (TimeDelta::minutes(10) - micro, false),
            (TimeDelta::minutes(11), true),
            (TimeDelta::minutes(11) + micro, false),
            (TimeDelta::hours(72), true),
            (TimeDelta::hours(72) + micro, false),
        ] {
            assert_eq!(make("own".into(), window).is_ok(), good, "{window}");
        }
        for bad in ["", "two words", "规则", &"x".repeat(33)] {
            assert!(bad.parse::<RuleId>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_table_is_written_and_read_back() {
        for rulebook in Rulebook::ALL {
            let json = serde_json::to_string(rulebook).unwrap();
            assert_eq!(&serde_json::from_str::<Rulebook>(&json).unwrap(), *rulebook);
            let compact = postcard::to_allocvec(rulebook).unwrap();
            assert_eq!(
                &postcard::from_bytes::<Rulebook>(&compact).unwrap(),
                *rulebook
            );
        }
    }

    #[test]
    fn a_table_written_by_hand_may_leave_out_what_is_empty() {
        let row = |rest: &str| format!(r#"{{"id":"own-1",{rest}}}"#);
        let rules = [
            row(r#""filing_type":"initial","texted":["entity_leader"]"#),
            row(r#""filing_type":"add_service","texted":[]"#),
            row(r#""filing_type":"add_access","texted":[]"#),
            row(r#""filing_type":"modify","change":"entity","texted":[]"#),
            row(r#""filing_type":"modify","change":"service","texted":[]"#),
            row(r#""filing_type":"modify","change":"remarks","texted":[]"#),
            row(r#""filing_type":"deregister_entity","texted":[]"#),
            row(r#""filing_type":"deregister_service","texted":[]"#),
            row(r#""filing_type":"cancel_access","texted":[],"remark":"as ever""#),
        ];
        let json = format!(
            r#"{{"name":"own","window_minutes":1440,"rules":[{}]}}"#,
            rules.join(",")
        );
        let rulebook: Rulebook = serde_json::from_str(&json).unwrap();
        let remarks: Vec<_> = rulebook.rules().iter().map(Rule::remark).collect();
        assert_eq!(remarks, ["", "", "", "", "", "", "", "", "as ever"]);
        assert_eq!(
            roles_in(&rulebook, FilingType::Initial, ModifiedParts::NONE),
            leader()
        );
        for (good, bad) in [
            ("1440", "9223372036854775807"),
            ("1440", "9"),
            ("own-1", "own 1"),
            ("window_minutes", "window"),
            ("entity_leader", "boss"),
        ] {
            assert!(
                serde_json::from_str::<Rulebook>(&json.replace(good, bad)).is_err(),
                "{bad}"
            );
        }
    }

    #[test]
    fn two_rows_that_text_one_person_are_both_cited() {
        let own = rules().into_iter().map(|rule| match rule.change() {
            Some(ModifiedPart::Entity) => {
                Rule::change_of(ModifiedPart::Entity, [Role::EntityLeader], id(), "")
            }
            Some(ModifiedPart::Service | ModifiedPart::Remarks) | None => rule,
        });
        let rulebook = Rulebook::new("own", own, TimeDelta::hours(24)).unwrap();
        let changes = ModifiedParts::from(ModifiedPart::Entity) | ModifiedPart::Service.into();
        let order = order_in(Province::Beijing, FilingType::Modify, changes, 1, &[1]);
        let requirement = rulebook.requirement(&order);
        let recipient = requirement.recipients().unwrap().iter().next().unwrap();
        let rules: Vec<_> = recipient.rules().iter().map(RuleId::as_str).collect();
        assert_eq!(rules, ["own-1", "R06"]);
        assert_eq!(recipient.rule().as_str(), "own-1");
    }
}

mod texts {
    use super::*;

    #[test]
    fn the_requirement_says_who_is_texted_and_why() {
        let order = order_in(
            Province::Beijing,
            FilingType::Initial,
            ModifiedParts::NONE,
            1,
            &[1, 2, 2],
        );
        let requirement = Rulebook::CURRENT.requirement(&order);
        assert_eq!(
            requirement.text(Lang::Zh),
            "须在收到短信后24小时内完成核验：\n\
             199****0001：主体负责人，网站（互联网信息服务）负责人“示例站1”（R03）\n\
             199****0002：网站（互联网信息服务）负责人“示例站2”“示例站3”（R03）",
        );
        assert_eq!(
            requirement.text(Lang::En),
            "Must verify within 24 hours of receiving the message:\n\
             199****0001: entity leader; service administrator of “示例站1” (R03)\n\
             199****0002: service administrator of “示例站2”, “示例站3” (R03)",
        );
        for lang in [Lang::Zh, Lang::En] {
            let text = requirement.text(lang);
            assert_eq!(
                Some(requirement.heading(lang).as_str()),
                text.lines().next()
            );
        }
    }

    #[cfg(feature = "serde")]
    #[test]
    fn what_a_page_shows_of_a_requirement_has_no_number_and_no_id() {
        use serde_json::{json, to_value};
        let id = "34567X".parse().unwrap();
        let leader = Recipient::new("19900000001".parse().unwrap(), Role::EntityLeader, [id]);
        let recipients = Recipients::new([leader], VerificationPolicy::REGULATOR).unwrap();
        let shown = json!({"verify": {"window_minutes": 1440, "recipients": [
            {"mobile": "199****0001", "roles": ["entity_leader"], "rules": [], "services": []},
        ]}});
        assert_eq!(to_value(Requirement::Verify(recipients)).unwrap(), shown);

        let from = Some(day::first_instant("2018-09-24".parse().unwrap()));
        for (exemption, shown) in [
            (
                Exemption::Rule("R08".parse().unwrap()),
                json!({"reason": "rule", "rule": "R08"}),
            ),
            (
                Exemption::NotInForce(NotInForce { from }),
                json!({"reason": "not_in_force", "from": "2018-09-23T16:00:00Z"}),
            ),
            (
                Exemption::NotInForce(NotInForce { from: None }),
                json!({"reason": "not_in_force", "from": null}),
            ),
            (Exemption::AsTexted, json!({"reason": "as_texted"})),
        ] {
            assert_eq!(to_value(&exemption).unwrap(), shown);
            let requirement = Requirement::Nobody(exemption);
            assert_eq!(to_value(requirement).unwrap(), json!({"nobody": shown}));
        }
    }

    #[test]
    fn every_exemption_has_a_text_in_both_languages() {
        let from = Some(day::first_instant("2018-09-24".parse().unwrap()));
        for (exemption, code, cites) in [
            (Exemption::Rule("R08".parse().unwrap()), "rule", "R08"),
            (
                Exemption::NotInForce(NotInForce { from }),
                "not_in_force",
                "2018-09-24 00:00",
            ),
            (
                Exemption::NotInForce(NotInForce { from: None }),
                "not_in_force",
                "D01",
            ),
            (Exemption::AsTexted, "as_texted", "B02"),
        ] {
            assert_eq!(exemption.code(), code);
            let (zh, en) = (exemption.text(Lang::Zh), exemption.text(Lang::En));
            assert!(zh.contains("无需短信核验") && zh.contains(cites), "{zh}");
            assert!(
                en.is_ascii() && en.contains("Nobody verifies") && en.contains(cites),
                "{en}"
            );
            assert_eq!(Requirement::Nobody(exemption).heading(Lang::Zh), zh);
        }
    }

    #[test]
    fn every_problem_has_a_text_in_both_languages() {
        let app = ServiceKind::App;
        let from = day::first_instant("2023-09-01".parse().unwrap());
        let texts = |lang| {
            let mut texts = vec![
                NotFileable { kind: app, from }.text(lang),
                NotInForce { from: Some(from) }.text(lang),
                RuleIdProblem.text(lang).into(),
            ];
            for problem in [
                RulebookProblem::Name,
                RulebookProblem::Window,
                RulebookProblem::Change(FilingType::Modify),
                RulebookProblem::Missing(FilingType::Initial, None),
                RulebookProblem::Twice(FilingType::Modify, Some(ModifiedPart::Entity)),
            ] {
                texts.push(problem.text(lang));
            }
            texts.extend(
                HistoryProblem::ALL
                    .iter()
                    .map(|problem| problem.text(lang).into()),
            );
            texts
        };
        let is_chinese = |c: char| ('\u{4E00}'..='\u{9FFF}').contains(&c);
        for (zh, en) in texts(Lang::Zh).into_iter().zip(texts(Lang::En)) {
            assert!(zh.contains(is_chinese) && zh.ends_with('。'), "{zh}");
            assert!(!en.contains(is_chinese) && en.ends_with(['.', ')']), "{en}");
        }
    }

    #[test]
    fn no_text_and_no_debug_shows_a_number() {
        let requirement =
            Rulebook::CURRENT.requirement(&order(FilingType::Initial, ModifiedParts::NONE));
        for printed in [
            format!("{requirement:?}"),
            requirement.text(Lang::Zh),
            requirement.text(Lang::En),
        ] {
            assert!(printed.contains("199****0001"), "{printed}");
            assert!(
                !printed.contains("19900000") && !printed.contains("0000001"),
                "{printed}"
            );
        }
        assert!(!format!("{requirement:?}").contains("示例站"));
    }
}

fn orders() -> impl Strategy<Value = FilingOrder> {
    let changes = prop::sample::subsequence(ModifiedPart::ALL.to_vec(), 1..=3);
    (
        prop::sample::select(Province::ALL.to_vec()),
        prop::sample::select(FilingType::ALL.to_vec()),
        changes,
        1_u64..4,
        prop::collection::vec(1_u64..4, 1..5),
    )
        .prop_map(|(province, filing_type, changes, leader, administrators)| {
            let changes: ModifiedParts = changes.into_iter().collect();
            order_in(province, filing_type, changes, leader, &administrators)
        })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn r09_b05_one_recipient_per_number_and_every_number_of_a_texted_role(order in orders()) {
        for rulebook in Rulebook::ALL {
            let applies = |rule: &&Rule| {
                rule.filing_type() == order.filing_type()
                    && rule.change().is_none_or(|change| order.modified_parts().contains(change))
            };
            let roles = rulebook.rules().iter().filter(applies);
            let roles = roles.fold(Roles::NONE, |all, rule| all | rule.texted());
            let mut expected: Vec<&str> = Vec::new();
            if roles.contains(Role::EntityLeader) {
                expected.push(order.leader().mobile().digits());
            }
            if roles.contains(Role::ServiceAdministrator) {
                let services = order.services().iter();
                expected.extend(services.map(|s| s.administrator().mobile().digits()));
            }
            expected.sort_unstable();
            expected.dedup();

            let requirement = rulebook.requirement(&order);
            let recipients = requirement.recipients().into_iter().flatten();
            let numbers: Vec<&str> = recipients.map(|r| r.mobile().digits()).collect();
            prop_assert_eq!(numbers, expected);
        }
    }

    #[test]
    fn d01_once_in_force_verification_stays_in_force(
        order in orders(), early in 0_i64..20_000, later in 0_i64..20_000,
    ) {
        let at = |hours| day::first_instant("2017-01-01".parse().unwrap()) + TimeDelta::hours(hours);
        let in_force = |hours| rulebook::in_force(at(hours), order.province()).is_ok();
        prop_assert!(!in_force(early) || in_force(early + later));
        let requirement = rulebook::requirement(&order, at(early)).unwrap();
        let not_yet = matches!(requirement, Requirement::Nobody(Exemption::NotInForce(_)));
        prop_assert_eq!(not_yet, !in_force(early));
    }
}

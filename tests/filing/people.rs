//! People: names, numbers, ID documents, provinces.

use beian::{
    Entity, IdDocument, IdDocumentKind, IdDocumentProblem, Lang, LastSix, MobileNumber,
    MobileProblem, NameProblem, Person, PersonProblem, Province, ProvinceProblem,
};
use proptest::prelude::*;

use crate::support::{check_character, eighteen, mobile_digits, person, resident_id, spelling};

fn passport() -> IdDocument {
    IdDocument::passport("E00000001").unwrap()
}

#[test]
fn r12_a_person_has_a_primary_mobile_and_perhaps_an_emergency_phone() {
    let person = person(1).with_emergency_phone(" 010-0000 0000").unwrap();
    assert_eq!(person.mobile().digits(), "19900000001");
    assert_eq!(person.emergency_phone(), Some("01000000000"));
    assert_eq!(crate::support::person(1).emergency_phone(), None);
}

#[test]
fn d27_an_emergency_phone_has_3_to_20_digits() {
    for good in ["110", "+86 199 0000 0001", "12345678901234567890"] {
        assert!(person(1).with_emergency_phone(good).is_ok(), "{good}");
    }
    for bad in [
        "",
        "12",
        "123456789012345678901",
        "010-CALL",
        "-110",
        "+852 0000 0000",
    ] {
        let problem = person(1).with_emergency_phone(bad).unwrap_err();
        assert_eq!(problem, PersonProblem::EmergencyPhone, "{bad}");
    }
}

#[test]
fn b11_only_a_mainland_mobile_makes_a_person() {
    for (number, problem) in [
        ("", MobileProblem::Empty),
        ("010-0000 0000", MobileProblem::Landline),
        ("0100000000", MobileProblem::Landline),
        ("000000000000", MobileProblem::Foreign),
        ("010000000000", MobileProblem::Landline),
        ("0100000000000", MobileProblem::WrongLength),
        ("010000000", MobileProblem::WrongLength),
        ("2000000", MobileProblem::Landline),
        ("90000000", MobileProblem::Landline),
        ("200000", MobileProblem::WrongLength),
        ("900000000", MobileProblem::WrongLength),
        ("400-000-0000", MobileProblem::Hotline),
        ("800-000-0000", MobileProblem::Hotline),
        ("400-000-00000", MobileProblem::UnknownRange),
        ("12900000001", MobileProblem::UnknownRange),
        ("1990000000", MobileProblem::WrongLength),
        ("+852 9000 0000", MobileProblem::Foreign),
        ("+0085290000000", MobileProblem::Foreign),
        ("1990000000①", MobileProblem::Malformed),
        ("+a19900000001", MobileProblem::Malformed),
        ("+-8619900000001", MobileProblem::Malformed),
    ] {
        let person = Person::new("张三", number, passport());
        assert_eq!(person, Err(PersonProblem::Mobile(problem)), "{number}");
    }
}

#[test]
fn names_are_kept_as_written_within_their_length() {
    let name = |name: &str| Person::new(name, "19900000001", passport());
    assert_eq!(name(" 阿依·古丽 ").unwrap().name(), "阿依·古丽");
    assert!(name(&"张".repeat(60)).is_ok());
    let entity = |name: &str| Entity::new(name, person(1));
    assert!(entity(&"示".repeat(200)).is_ok());
    for (input, problem) in [
        (" ", NameProblem::Missing),
        ("张\n三", NameProblem::Malformed),
        (&*"张".repeat(201), NameProblem::TooLong),
    ] {
        assert_eq!(name(input), Err(PersonProblem::Name(problem)));
        assert_eq!(entity(input), Err(problem));
    }
    assert!(name(&"张".repeat(61)).is_err());
}

#[test]
fn an_individuals_entity_bears_the_persons_name() {
    let person = person(1);
    assert_eq!(Entity::from(person.clone()).name(), person.name());
}

#[test]
fn debug_shows_no_personal_data() {
    let person = Person::new(
        "欧阳示例",
        "19912345678",
        IdDocument::hk_macao_permit("H12345678")
            .unwrap()
            .with_back_number("A123456(3)")
            .unwrap(),
    );
    let person = person.unwrap().with_emergency_phone("13987654321").unwrap();
    let printed = format!("{:?} {:#?}", Entity::from(person.clone()), person);
    assert!(
        printed.contains("欧***") && printed.contains("199****5678"),
        "{printed}"
    );
    for hidden in ["阳", "示例", "1234567", "345678", "234563", "987654"] {
        assert!(!printed.contains(hidden), "{hidden} in {printed}");
    }
}

#[test]
fn r23_b12_every_kind_has_its_certificate_code() {
    let codes: Vec<_> = IdDocumentKind::NAMED
        .iter()
        .map(|kind| (kind.code(), kind.name()))
        .collect();
    assert_eq!(
        codes,
        [
            (2, "resident_id_card"),
            (7, "passport"),
            (11, "taiwan_permit"),
            (14, "hk_macao_permit"),
            (30, "foreign_permanent_resident_id"),
            (41, "hk_macao_residence_permit"),
            (42, "taiwan_residence_permit"),
        ]
    );
    for code in 0..100 {
        let kind = IdDocumentKind::from_code(code);
        assert_eq!(kind.code(), code);
        assert_eq!(kind.to_string().parse(), Ok(kind));
        assert_eq!(code.to_string().parse(), Ok(kind));
    }
    let error = "sesame".parse::<IdDocumentKind>().unwrap_err().to_string();
    assert!(
        !error.contains("sesame") && error.contains("other_<certificate code>"),
        "{error}"
    );
    for kind in IdDocumentKind::NAMED {
        assert!(error.contains(kind.name()), "{error}");
    }
}

#[test]
fn b12_a_code_that_has_a_name_is_that_kind_however_it_is_given() {
    let passport = IdDocument::new(IdDocumentKind::Other(7), "E12345678").unwrap();
    assert_eq!(passport.kind(), IdDocumentKind::Passport);
    assert!(IdDocument::new(IdDocumentKind::Other(2), "E12345678").is_err());
}

#[test]
fn d27_a_resident_id_has_18_characters() {
    let problem = |number: &str| IdDocument::resident_id_card(number).unwrap_err();
    assert_eq!(problem(""), IdDocumentProblem::Missing);
    assert_eq!(problem("110101500101001"), IdDocumentProblem::FifteenDigits);
    assert_eq!(problem("11010150010100"), IdDocumentProblem::Length);
    assert_eq!(problem(&"1".repeat(19)), IdDocumentProblem::Length);
    assert_eq!(problem(&"1".repeat(40)), IdDocumentProblem::Length);
    assert_eq!(problem("1101011850010100A1"), IdDocumentProblem::Form);
    assert_eq!(problem("110101185001010O18"), IdDocumentProblem::Form);
    assert_eq!(problem("-110101185001010018"), IdDocumentProblem::Malformed);
}

#[test]
fn d27_a_resident_id_begins_with_a_province_or_is_a_card_of_its_own() {
    for region in 0..100 {
        let number = eighteen(&format!("{region:02}010118500101001"));
        let is_province = Province::ALL
            .iter()
            .any(|province| province.code() == region);
        let good = is_province || matches!(region, 81..=83 | 90..=99);
        let expected = if good {
            Ok(())
        } else {
            Err(IdDocumentProblem::Region)
        };
        assert_eq!(
            IdDocument::resident_id_card(&number).map(|_| ()),
            expected,
            "{region}"
        );
        for (kind, regions) in [
            (IdDocumentKind::HkMacaoResidencePermit, 81..=82),
            (IdDocumentKind::TaiwanResidencePermit, 83..=83),
            (IdDocumentKind::ForeignPermanentResidentId, 90..=99),
        ] {
            let good = IdDocument::new(kind, &number).is_ok();
            assert_eq!(good, regions.contains(&region), "{kind} {region}");
        }
    }
}

#[test]
fn d27_a_resident_id_has_a_calendar_date_from_1850() {
    for (date, good) in [
        ("18500101", true),
        ("18491231", false),
        ("18520229", true),
        ("19000229", false),
        ("20000229", true),
        ("18500431", false),
        ("18501301", false),
        ("18500100", false),
        ("99991231", true),
    ] {
        let card = IdDocument::resident_id_card(&eighteen(&format!("110101{date}001")));
        let expected = if good {
            Ok(())
        } else {
            Err(IdDocumentProblem::BirthDate)
        };
        assert_eq!(card.map(|_| ()), expected, "{date}");
    }
}

#[test]
fn d27_an_abolished_county_keeps_nobody_from_filing() {
    assert!(IdDocument::resident_id_card(&eighteen("11010318500101001")).is_ok());
}

#[test]
fn d27_the_other_kinds_have_their_published_forms() {
    use IdDocumentKind::{
        ForeignPermanentResidentId, HkMacaoPermit, Other, Passport, TaiwanPermit,
    };
    for (kind, good) in [
        (
            Passport,
            &[
                "E12345678",
                "G12345678",
                "EA1234567",
                "123456",
                "AB12345CD678901",
            ][..],
        ),
        (HkMacaoPermit, &["H12345678", "m12345678", "H1234567801"]),
        (TaiwanPermit, &["12345678", "0012345678", "0012345678(B)"]),
        (ForeignPermanentResidentId, &["XXX110018010100"]),
        (Other(31), &["ABCDEF", "123456"]),
    ] {
        for number in good {
            assert!(IdDocument::new(kind, number).is_ok(), "{kind} {number}");
        }
    }
    for (kind, bad) in [
        (Passport, &["12345", "ABCDEF", "AB12345CD6789012"][..]),
        (
            HkMacaoPermit,
            &[
                "C12345678",
                "H1234567",
                "H123456789",
                "12345678",
                "HM1234567",
            ],
        ),
        (
            TaiwanPermit,
            &["1234567", "123456789", "T12345678", "12345678B"],
        ),
        (
            ForeignPermanentResidentId,
            &["XXX11001801010", "XXX1100180101000", "XXX11001801010A"],
        ),
        (Other(31), &["12345"]),
    ] {
        for number in bad {
            let problem = IdDocument::new(kind, number).unwrap_err();
            assert_eq!(problem, IdDocumentProblem::Form, "{kind} {number}");
        }
    }
}

#[test]
fn r16_the_last_six_are_all_that_stays_of_a_number() {
    let six = |last: &str| Some(LastSix::parse(last).unwrap());
    let card = IdDocument::resident_id_card("11010118500101019x").unwrap();
    assert_eq!(card.last_six().cloned(), six("01019X"));
    let booklet = IdDocument::taiwan_permit("0012345678(b)").unwrap();
    assert_eq!(booklet.last_six().cloned(), six("45678B"));
}

#[test]
fn b13_in_zhejiang_the_permit_counts_by_the_number_on_its_back() {
    let permit = IdDocument::hk_macao_permit("H12345678").unwrap();
    assert_eq!(permit.last_six_in(Province::Zhejiang), None);
    for (back, last_six) in [
        ("A123456(3)", "234563"),
        ("ab123456（a）", "23456A"),
        ("1234567(8)", "345678"),
    ] {
        let permit = permit.clone().with_back_number(back).unwrap();
        let last_six = LastSix::parse(last_six).unwrap();
        for province in Province::ALL {
            let zhejiang = *province == Province::Zhejiang;
            let expected = if zhejiang {
                Some(&last_six)
            } else {
                permit.last_six()
            };
            assert_eq!(permit.last_six_in(*province), expected);
        }
    }
    assert_eq!(
        passport().last_six_in(Province::Zhejiang),
        passport().last_six()
    );
}

#[test]
fn b13_only_a_permit_has_a_back_number_and_only_an_identity_number_is_one() {
    let unexpected = passport().with_back_number("A123456(3)");
    assert_eq!(unexpected, Err(IdDocumentProblem::BackNumberUnexpected));
    let permit = IdDocument::hk_macao_permit("H12345678").unwrap();
    for bad in [
        "",
        "A12345(3)",
        "ABC123456(3)",
        "A123456(B)",
        "123456",
        "123456789",
        "A123456)",
    ] {
        let problem = permit.clone().with_back_number(bad).unwrap_err();
        assert_eq!(problem, IdDocumentProblem::BackNumber, "{bad}");
    }
}

#[test]
fn r01_there_are_31_provinces_and_each_is_read_in_every_spelling() {
    assert_eq!(Province::ALL.len(), 31);
    assert!(
        Province::ALL
            .windows(2)
            .all(|pair| pair[0].code() < pair[1].code())
    );
    for province in Province::ALL {
        let english = province.text(Lang::En);
        assert!(province.chinese_full().starts_with(province.text(Lang::Zh)));
        for spelling in [
            province.name().to_owned(),
            province.to_string(),
            province.text(Lang::Zh).to_owned(),
            format!(" {} ", province.chinese_full()),
            english.to_uppercase(),
            english.replace(' ', "-"),
            english.replace(' ', "_"),
            province.code().to_string(),
            format!("{}0000", province.code()),
        ] {
            assert_eq!(Province::parse(&spelling), Ok(*province), "{spelling}");
        }
    }
    assert_eq!(Province::parse("xizang"), Ok(Province::Tibet));
    assert_ne!(Province::parse("Shanxi"), Province::parse("Shaanxi"));
}

#[test]
fn r01_nothing_is_filed_outside_the_mainland() {
    for outside in [
        "71",
        "81",
        "82",
        "710000",
        "810000",
        "香港",
        "澳门特别行政区",
        "taiwan",
        "hong kong",
        "MACAU",
    ] {
        assert_eq!(
            Province::parse(outside),
            Err(ProvinceProblem::NotMainland),
            "{outside}"
        );
    }
    assert_eq!(Province::parse(" "), Err(ProvinceProblem::Missing));
    for unknown in ["Atlantis", "10", "011", "+1", "110100", "1100", "京"] {
        assert_eq!(
            Province::parse(unknown),
            Err(ProvinceProblem::Unknown),
            "{unknown}"
        );
    }
}

proptest! {
    #![proptest_config(crate::support::config())]

    /// Attack 26.
    #[test]
    fn d26_every_spelling_of_a_number_is_one_number(
        (digits, spelling) in mobile_digits().prop_flat_map(|d| (Just(d.clone()), spelling(d))),
        prefix in proptest::sample::select(&["", "+86", "+86 ", "0086-", "＋８６ "][..]),
    ) {
        let mobile = MobileNumber::parse(&format!("{prefix}{}", spelling.trim_start())).unwrap();
        prop_assert_eq!(mobile.digits(), digits);
    }

    #[test]
    fn d26_every_spelling_of_an_id_is_one_id(
        (number, spelling) in resident_id().prop_flat_map(|n| (Just(n.clone()), spelling(n))),
    ) {
        prop_assert_eq!(
            IdDocument::resident_id_card(&spelling).unwrap(),
            IdDocument::resident_id_card(&number).unwrap()
        );
    }

    #[test]
    fn d27_every_number_with_its_check_character_is_taken(number in resident_id()) {
        let card = IdDocument::resident_id_card(&number).unwrap();
        prop_assert_eq!(card.last_six(), Some(&LastSix::parse(&number[12..]).unwrap()));
    }

    #[test]
    fn d27_any_one_digit_mistyped_is_noticed(
        number in resident_id(),
        place in 0..17_usize,
        other in 0..10_u32,
    ) {
        let other = char::from_digit(other, 10).unwrap();
        prop_assume!(number.chars().nth(place) != Some(other));
        let mistyped: String =
            number.chars().enumerate().map(|(n, c)| if n == place { other } else { c }).collect();
        prop_assert_ne!(check_character(&mistyped[..17]), number.chars().last().unwrap());
        prop_assert!(IdDocument::resident_id_card(&mistyped).is_err());
    }

    #[test]
    fn d27_any_two_neighbours_swapped_are_noticed(number in resident_id(), place in 0..16_usize) {
        let mut swapped: Vec<_> = number.chars().collect();
        swapped.swap(place, place + 1);
        let swapped: String = swapped.into_iter().collect();
        prop_assume!(swapped != number);
        prop_assert!(IdDocument::resident_id_card(&swapped).is_err());
    }

    /// Attacks 8, 12, 20: no input panics, and no error echoes it.
    #[test]
    fn whatever_is_typed_is_taken_or_refused_without_an_echo(input in "\\PC{6,40}", kind in 0..50_u16) {
        let kind = IdDocumentKind::from_code(kind);
        let number = IdDocument::new(kind, &input).map(|document| document.kind());
        let back = IdDocument::hk_macao_permit("H12345678").unwrap().with_back_number(&input);
        for printed in [
            format!("{number:?}"),
            format!("{back:?}"),
            format!("{:?}", Province::parse(&input)),
            format!("{:?}", Person::new("张三", &input, passport())),
            format!("{:?}", LastSix::parse(&input)),
        ] {
            prop_assert!(!printed.contains(&input), "{}", printed);
        }
    }
}

#[test]
fn b12_a_certificate_code_is_digits_and_nothing_else() {
    for code in ["+2", "other_+31", "other_", "-2", " 2", "2 ", "65536", ""] {
        assert!(code.parse::<IdDocumentKind>().is_err(), "{code:?}");
    }
    assert_eq!("other_31".parse(), Ok(IdDocumentKind::Other(31)));
    assert_eq!("other_2".parse(), Ok(IdDocumentKind::ResidentIdCard));
}

/// B29: the codes of units' documents are nobody's, whichever way they are named; all others are taken.
#[test]
fn b29_a_units_document_is_refused_for_a_person() {
    let units = [
        1, 3, 4, 5, 6, 8, 9, 10, 12, 13, 15, 16, 17, 18, 19, 20, 22, 23, 24, 25, 27, 28, 34, 35,
        36, 37, 38, 39, 40, 43, 44, 46, 47, 48, 49,
    ];
    for code in 0..=60 {
        let kind = IdDocumentKind::from_code(code);
        assert_eq!(kind.is_of_a_unit(), units.contains(&code), "{code}");
        let refused = IdDocument::new(kind, "ABCDEF12").err() == Some(IdDocumentProblem::OfAUnit);
        assert_eq!(refused, units.contains(&code), "{code}");
    }
    for kind in IdDocumentKind::NAMED {
        assert!(!kind.is_of_a_unit());
    }
    for spelling in ["1", "other_1", "43"] {
        let mut form = beian::OrderForm::default();
        form.entity.leader.id_document.kind = spelling.into();
        form.entity.leader.id_document.number = "ABCDEF12".into();
        let problems = form.check(&beian::FilingPolicy::default()).unwrap_err();
        let problem = problems
            .iter()
            .find(|problem| problem.code() == "id_document_of_a_unit")
            .unwrap();
        assert_eq!(
            (problem.path(), problem.rule()),
            ("entity.leader.id_document.kind", Some("B29"))
        );
    }
}

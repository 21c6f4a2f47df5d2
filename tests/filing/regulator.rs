//! The regulator's numbers and codes (B17, B33, B34), and the table of codes as a file to read.

use std::{fmt::Write as _, fs, path::Path};

use beian::{
    FilingType, Lang, OrderForm, OrderLife, OrderStatus, ServiceKind,
    filing::{PolledStatus, ReturnReason},
    regulator::{ResultCode, ResultMeaning},
};

#[test]
fn b17_types_are_numbered_both_ways_and_uploaded_in_groups() {
    for (kind, number, group, deregistration) in [
        (FilingType::Initial, 1, "XZBA", None),
        (FilingType::AddService, 2, "XZWZ", None),
        (FilingType::AddAccess, 3, "XZJR", None),
        (FilingType::Modify, 4, "BGBA", None),
        (FilingType::CancelAccess, 5, "ZXBA", Some(2)),
        (FilingType::DeregisterEntity, 6, "ZXBA", Some(0)),
        (FilingType::DeregisterService, 7, "ZXBA", Some(1)),
    ] {
        assert_eq!(kind.regulator_number(), number);
        assert_eq!(FilingType::from_regulator_number(number), Some(kind));
        assert_eq!(kind.regulator_upload_group(), group);
        assert_eq!(kind.regulator_deregistration(), deregistration);
        if let Some(number) = deregistration {
            assert_eq!(
                FilingType::from_regulator_deregistration(number),
                Some(kind)
            );
        }
    }
    for number in [0, 8] {
        assert_eq!(FilingType::from_regulator_number(number), None);
    }
    assert_eq!(FilingType::from_regulator_deregistration(3), None);
}

#[test]
fn b33_kinds_of_service_are_numbered_both_ways() {
    let numbers: Vec<_> = (0..=9)
        .filter_map(ServiceKind::from_regulator_number)
        .collect();
    assert_eq!(numbers, ServiceKind::ALL);
    let numbers = ServiceKind::ALL.iter().map(|kind| kind.regulator_number());
    assert_eq!(numbers.collect::<Vec<_>>(), [1, 6, 7, 8]);
}

const HEAD: &str = "\
# The regulator's codes (B17, B34): what each means for the order, and where in the form it may be.
# `BEIAN_REWRITE=1 cargo test --test filing regulator` writes it anew.
";

#[test]
fn b17_b34_every_code_as_a_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tables/result_codes.tsv");
    let mut table = HEAD.to_owned();
    for code in ResultCode::known() {
        let fields = code.fields().join(" ");
        writeln!(table, "{}\t{}\t{fields}", code.0, code.meaning()).unwrap();
    }
    if std::env::var_os("BEIAN_REWRITE").is_some() {
        fs::write(&path, &table).unwrap();
    }
    assert_eq!(fs::read_to_string(&path).unwrap_or_default(), table);
}

#[test]
fn b17_all_codes_of_the_specification_are_known_once() {
    let known: Vec<u16> = ResultCode::known().map(|code| code.0).collect();
    let specified = [0, 1, 14, 15, 19, 20]
        .into_iter()
        .chain(1001..=1068)
        .chain([1999]);
    assert_eq!(known, specified.collect::<Vec<_>>());
}

#[test]
fn b17_codes_say_what_the_rule_says() {
    for (codes, meaning) in [
        (&[1, 1001][..], ResultMeaning::Approved),
        (&[0, 1002, 1064, 1065], ResultMeaning::Refused),
        (&[1007, 1008, 1011, 1015, 1044], ResultMeaning::MendField),
        (&[1027, 1030, 1032, 1037, 1038], ResultMeaning::AskedAlready),
        (
            &[1016, 1025, 1042, 1043, 1046, 1049, 1050, 1058, 1059],
            ResultMeaning::NotThisWay,
        ),
        (&[14, 15, 19, 20, 1051, 1017, 1052], ResultMeaning::TryLater),
        (&[1999, 2, 1000, 1069, u16::MAX], ResultMeaning::Unknown),
    ] {
        for code in codes {
            assert_eq!(ResultCode(*code).meaning(), meaning, "{code}");
        }
    }
    for code in ResultCode::known() {
        assert_ne!(code.text(Lang::Zh), code.text(Lang::En));
        // Who has filed does nothing about it: the platform tries again.
        let again = code.text(Lang::Zh).ends_with("平台将重新提交。");
        assert_eq!(again, code.is_of_upload(), "{code:?}");
        assert_eq!(
            code.text(Lang::En).contains("try again"),
            code.is_of_upload()
        );
        for path in code.fields() {
            let reason = ReturnReason::new("", "").at(path);
            assert_eq!(
                reason.path(),
                Some(*path),
                "no field of {:?}",
                OrderForm::default()
            );
        }
    }
}

/// From a code the step of the order's life, with the fields to mend.
#[test]
fn b17_b34_a_life_follows_a_code() {
    let awaiting = OrderLife::new().pass_review().unwrap();
    for code in [14, 15, 19, 20] {
        let seen = ResultCode(code).polled("").unwrap();
        let failed = awaiting.follow(&seen, None).unwrap();
        assert_eq!(failed.life.upload_code(), Some(code));
        assert!(failed.assumed.is_empty());
    }
    let submitted = awaiting.submit(None).unwrap();
    let seen = ResultCode(1015).polled("身份证号码无效").unwrap();
    let returned = submitted.follow(&seen, None).unwrap().life;
    assert_eq!(returned.status(), OrderStatus::Returned);
    let paths: Vec<_> = returned
        .reasons()
        .iter()
        .map(|reason| reason.path().unwrap())
        .collect();
    assert_eq!(paths, ResultCode(1015).fields());
    assert_eq!(ResultCode(1001).polled(""), Some(PolledStatus::Approved));
    // Whose review 0 and 1 are of, the number doesn't say.
    for nothing in [0, 1, 1060, 1062, 4711] {
        assert_eq!(ResultCode(nothing).polled(""), None);
    }
    assert!(ResultCode(1999).polled("").is_some());
}

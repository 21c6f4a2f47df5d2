//! Filing numbers (B33): what is read, what is refused, and that nothing is read as another number.

use beian::{
    Lang, Province, ServiceKind,
    filing::{FilingNumber, FilingNumberProblem},
};
use proptest::prelude::*;

#[test]
fn b33_numbers_are_read_as_people_paste_them() {
    for (input, printed, province, service, licence) in [
        (
            "京ICP备12345678号",
            "京ICP备12345678号",
            Province::Beijing,
            None,
            false,
        ),
        (
            "京icp备12345678号－1",
            "京ICP备12345678号-1",
            Province::Beijing,
            Some((1, ServiceKind::Website)),
            false,
        ),
        (
            "粵ICP備\u{200B}2024012345號-12x",
            "粤ICP备2024012345号-12X",
            Province::Guangdong,
            Some((12, ServiceKind::MiniProgram)),
            false,
        ),
        (
            "川ICP备05001234号-2K",
            "蜀ICP备05001234号-2K",
            Province::Sichuan,
            Some((2, ServiceKind::QuickApp)),
            false,
        ),
        (
            "粤B2-20090059",
            "粤B2-20090059",
            Province::Guangdong,
            None,
            true,
        ),
        (
            "粤B2-20090059-5",
            "粤B2-20090059-5",
            Province::Guangdong,
            Some((5, ServiceKind::Website)),
            true,
        ),
        (
            "京B1-20201234",
            "京B1-20201234",
            Province::Beijing,
            None,
            true,
        ),
        (
            "京ICP证030173号",
            "京ICP证030173号",
            Province::Beijing,
            None,
            true,
        ),
    ] {
        let number: FilingNumber = input.parse().unwrap();
        assert_eq!(number.to_string(), printed);
        assert_eq!(
            (number.province(), number.service(), number.is_licence()),
            (province, service, licence),
            "{input}"
        );
        assert_eq!(number.entity().service(), None);
        assert!(printed.starts_with(&number.entity().to_string()));
        let json = serde_json::to_string(&number).unwrap();
        assert_eq!(serde_json::from_str::<FilingNumber>(&json).unwrap(), number);
    }
}

#[test]
fn b33_what_is_no_number_is_refused_without_an_echo() {
    for input in [
        "京ICP备1234号",
        "京ICP备12345678901号",
        "京ICP备12345678",
        "京ICP备12345678号-",
        "京ICP备12345678号-0",
        "京ICP备12345678号-01",
        "京ICP备12345678号-1B",
        "京ICP备12345678号-123456",
        "京ICP备12345678号1",
        "ICP备12345678号",
        "港ICP备12345678号",
        "京备12345678号",
        "京B3-20090059",
        "京ICP备1234５678-号",
        "京ICP备12345678号-1 和 京ICP备12345678号-2",
    ] {
        let problem = input.parse::<FilingNumber>().unwrap_err();
        assert_eq!(problem, FilingNumberProblem::Malformed, "{input}");
        assert!(serde_json::from_value::<FilingNumber>(input.into()).is_err());
    }
    for input in ["", " \u{3000}\u{200B}"] {
        assert_eq!(
            input.parse::<FilingNumber>(),
            Err(FilingNumberProblem::Missing)
        );
    }
    for problem in FilingNumberProblem::ALL {
        assert_ne!(problem.text(Lang::Zh), problem.text(Lang::En));
    }
}

const SHORT: &str = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝蜀黔滇藏陕陇青宁新";

#[test]
fn b33_every_province_has_a_short_name_of_its_own() {
    let mut provinces: Vec<_> = SHORT
        .chars()
        .map(|short| {
            FilingNumber::parse(&format!("{short}ICP备12345号"))
                .unwrap()
                .province()
        })
        .collect();
    provinces.sort();
    assert_eq!(provinces, Province::ALL);
    for province in Province::ALL {
        assert!(SHORT.contains(province.abbreviation()));
        assert_eq!(
            Province::from_abbreviation(province.abbreviation()),
            Some(*province)
        );
    }
    assert_eq!(Province::from_abbreviation('港'), None);
}

proptest! {
    #![proptest_config(crate::support::config())]

    /// A number stays the one that was typed, however it is spaced and wide.
    #[test]
    fn b33_d26_nothing_is_read_as_another_number(
        short in 0..31_usize,
        digits in "[0-9]{5,10}",
        service in proptest::option::of((1..100_000_u32, prop::sample::select(vec!["", "A", "X", "K"]))),
        noise in proptest::collection::vec((0..30_usize, prop::sample::select(vec![' ', '\u{200B}', '\u{3000}', '\u{FEFF}'])), 0..6),
        wide in proptest::collection::vec(any::<bool>(), 24),
        dash in prop::sample::select(vec!['-', '－', '—', '–', '‐']),
        traditional: bool,
    ) {
        let short = SHORT.chars().nth(short).unwrap();
        let tail = service.map(|(n, letter)| format!("-{n}{letter}")).unwrap_or_default();
        let printed = format!("{short}ICP备{digits}号{tail}");
        let mut typed: Vec<char> = printed.chars().collect();
        for (c, wide) in typed.iter_mut().zip(wide) {
            *c = match *c {
                '-' => dash,
                '备' if traditional => '備',
                '号' if traditional => '號',
                narrow if wide && narrow.is_ascii_graphic() => {
                    char::from_u32(u32::from(narrow) + 0xFEE0).unwrap()
                }
                other => other,
            };
        }
        for (place, c) in noise {
            typed.insert(place.min(typed.len()), c);
        }
        let typed: String = typed.into_iter().collect();
        let number = FilingNumber::parse(&typed).unwrap();
        prop_assert_eq!(number.to_string(), &printed[..]);
        prop_assert_eq!(FilingNumber::parse(&printed).unwrap(), number);
    }

    /// Every reading of a number that was typed wrongly has the digits and letters that were typed.
    #[test]
    fn b33_what_is_read_prints_itself(
        number in prop::sample::select(vec!["京ICP备12345号", "川ICP備1234567890号-1", "粤B2-20090059", "粵B2—20090059-12345X", "沪ICP証030173号-9a"]),
        edits in proptest::collection::vec((0..24_usize, 0..3_u8, prop::sample::select("京川ICPB12備号号-—_ 05AaXkＡ９\u{200B}".chars().collect::<Vec<_>>())), 0..3),
    ) {
        let mut typed: Vec<char> = number.chars().collect();
        for (place, edit, c) in edits {
            let place = place.min(typed.len() - 1);
            match edit {
                0 => typed.insert(place, c),
                1 => typed[place] = c,
                _ => drop(typed.remove(place)),
            }
        }
        let typed: String = typed.into_iter().collect();
        if let Ok(number) = FilingNumber::parse(&typed) {
            prop_assert_eq!(FilingNumber::parse(&number.to_string()).unwrap(), number.clone());
            let kept = |text: &str| text
                .chars()
                .map(|c| char::from_u32((u32::from(c)).wrapping_sub(0xFEE0)).filter(char::is_ascii_graphic).unwrap_or(c))
                .filter(char::is_ascii_alphanumeric)
                .map(|c| c.to_ascii_uppercase())
                .collect::<String>();
            prop_assert_eq!(kept(&number.to_string()), kept(&typed));
        }
    }
}

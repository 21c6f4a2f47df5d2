//! What people paste: a table of rows, and of each kind of spelling what holds of all of its kind
//! (D26, D27).

use beian::{
    Entry, IdDocument, IdDocumentKind, IdDocumentProblem, LastSix, LastSixProblem, MobileNumber,
    MobileProblem, Person, PersonProblem, Province, ProvinceProblem,
};
use proptest::{collection::vec, prelude::*, sample::select};

use crate::support::{mobile_digits, person, resident_id};

/// The list of D26.
const INVISIBLE: &[char] = &[
    '\u{200E}', '\u{200F}', '\u{061C}', '\u{200B}', '\u{200C}', '\u{200D}', '\u{2060}', '\u{FEFF}',
    '\u{00AD}',
];
/// Of those marks that are forgiven in a number, the ones that a name refuses.
const TURNING: &[char] = &[
    '\u{202A}', '\u{202B}', '\u{202C}', '\u{202D}', '\u{202E}', '\u{2066}', '\u{2067}', '\u{2068}',
    '\u{2069}',
];
/// Dash punctuation (Pd) of Unicode 16, and the minus sign.
const DASHES: &[char] = &[
    '-',
    '\u{058A}',
    '\u{05BE}',
    '\u{1400}',
    '\u{1806}',
    '\u{2010}',
    '\u{2011}',
    '\u{2012}',
    '\u{2013}',
    '\u{2014}',
    '\u{2015}',
    '\u{2E17}',
    '\u{2E1A}',
    '\u{2E3A}',
    '\u{2E3B}',
    '\u{2E40}',
    '\u{2E5D}',
    '\u{301C}',
    '\u{3030}',
    '\u{30A0}',
    '\u{FE31}',
    '\u{FE32}',
    '\u{FE58}',
    '\u{FE63}',
    '\u{FF0D}',
    '\u{10D6E}',
    '\u{10EAD}',
    '\u{2212}',
];
const BLANKS: &[char] = &[
    ' ', '\t', '\n', '\r', '\u{00A0}', '\u{2003}', '\u{2028}', '\u{3000}',
];

#[test]
fn d26_each_row_of_the_table_is_read_as_it_says() {
    let table = include_str!("../tables/values.tsv");
    let rows = table
        .lines()
        .zip(1..)
        .filter(|(row, _)| !row.starts_with('#'));
    let mut wrong = Vec::new();
    let mut count = 0;
    for (row, line) in rows {
        let columns: Vec<_> = row.split('\t').collect();
        let [what, input, answer, _why] = columns[..] else {
            panic!("line {line}: {} columns", columns.len());
        };
        let input: String = serde_json::from_str(input).unwrap();
        let read_as = read(what, &input);
        let right = match (answer.split_once(':'), &read_as) {
            (Some(("ok", value)), Ok(read)) => read.is(value),
            (Some(("err", code)), Err(problem)) => problem == &code,
            (None, problem) if answer == "err" => problem.is_err(),
            _ => false,
        };
        if !right {
            wrong.push(format!("line {line}: {row}: {read_as:?}"));
        }
        count += 1;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(count, 75);
}

/// What a field keeps. An ID can only be compared, a code not even that (D28): which one it is, a test
/// beside its parser sees.
#[derive(Debug)]
enum Read {
    Text(String),
    LastSix(LastSix),
    Code,
}

impl Read {
    fn is(&self, value: &str) -> bool {
        match self {
            Self::Text(text) => text == value,
            Self::LastSix(last_six) => LastSix::parse(value).as_ref() == Ok(last_six),
            Self::Code => true,
        }
    }
}

/// What the field keeps of the input, or the stable code of the problem.
fn read(what: &str, input: &str) -> Result<Read, &'static str> {
    Ok(match what {
        "mobile" => {
            let mobile = MobileNumber::parse(input).map_err(MobileProblem::code)?;
            Read::Text(mobile.digits().into())
        }
        "emergency_phone" => {
            let person = person(1).with_emergency_phone(input);
            let person = person.map_err(PersonProblem::code)?;
            Read::Text(person.emergency_phone().unwrap().into())
        }
        "last_six" => Read::LastSix(LastSix::parse(input).map_err(LastSixProblem::code)?),
        "code" => match Entry::parse("19900000001", input, "345678") {
            Ok(_) => Read::Code,
            Err(problems) => return Err(problems.code.unwrap().code()),
        },
        "province" => {
            let province = Province::parse(input).map_err(ProvinceProblem::code)?;
            Read::Text(province.name().into())
        }
        _ => {
            let kind: IdDocumentKind = what.strip_prefix("id:").unwrap().parse().unwrap();
            let id = IdDocument::new(kind, input).map_err(IdDocumentProblem::code)?;
            Read::LastSix(id.last_six().unwrap().clone())
        }
    })
}

/// What may stand in front of a mobile (D26); `86` alone stands before no trunk 0.
const COUNTRY_CODES: &[&str] = &[
    "", "+86", "0086", "+0086", "86", "(+86)", "(0086)", "(+0086)", "(86)", "+(86)", "+(0086)",
];

/// A country code, perhaps spaced and in full width, and perhaps a trunk 0.
fn prefix() -> impl Strategy<Value = String> {
    (
        select(COUNTRY_CODES),
        any::<bool>(),
        any::<bool>(),
        "[ \u{3000}]{0,2}",
    )
        .prop_map(|(code, trunk, wide, blank)| {
            let mut prefix = String::new();
            for c in code.chars() {
                prefix.push(if wide { full_width(c) } else { c });
                prefix.push_str(&blank);
            }
            if trunk && code != "86" {
                prefix.push('0');
            }
            prefix
        })
}

/// The value with something at each place, its ends included: nothing, an invisible character or a blank.
fn sprinkled(
    value: &str,
    with: &'static [&'static [char]],
) -> impl Strategy<Value = String> + use<> {
    let characters: Vec<char> = value.chars().collect();
    let any_of = with.concat();
    let marks = vec(proptest::option::of(select(any_of)), characters.len() + 1);
    marks.prop_map(move |marks| {
        let mut input = String::new();
        for (n, mark) in marks.into_iter().enumerate() {
            input.extend(mark);
            input.extend(characters.get(n));
        }
        input
    })
}

/// The value with dashes between its characters.
fn dashed(value: &str) -> impl Strategy<Value = String> + use<> {
    let characters: Vec<char> = value.chars().collect();
    vec(proptest::option::of(select(DASHES)), characters.len() - 1).prop_map(move |dashes| {
        let mut input = String::new();
        for (n, c) in characters.iter().enumerate() {
            input.push(*c);
            input.extend(dashes.get(n).copied().flatten());
        }
        input
    })
}

fn full_width(c: char) -> char {
    char::from_u32(u32::from(c) + 0xFEE0).unwrap()
}

/// The ASCII digits that were typed, full-width ones among them.
fn digits_typed(input: &str) -> String {
    let half = |c: char| match c {
        '０'..='９' => char::from_u32(u32::from(c) - 0xFEE0),
        c => c.is_ascii_digit().then_some(c),
    };
    input.chars().filter_map(half).collect()
}

/// Values of every field, as a person types them who types well, and what the field is.
fn plain() -> impl Strategy<Value = (&'static str, String)> {
    prop_oneof![
        mobile_digits().prop_map(|digits| ("mobile", digits)),
        "[0-9]{3,20}".prop_map(|digits| ("emergency_phone", digits)),
        "[0-9]{6}".prop_map(|code| ("code", code)),
        "[0-9]{5}[0-9X]".prop_map(|last| ("last_six", last)),
        resident_id().prop_map(|number| ("id:resident_id_card", number)),
        "[HM][0-9]{8}|[HM]A[0-9]{7}".prop_map(|number| ("id:hk_macao_permit", number)),
        "[EG][0-9]{8}".prop_map(|number| ("id:passport", number)),
        "[0-9]{8}".prop_map(|number| ("id:taiwan_permit", number)),
    ]
}

/// What is typed in a field of digits: those of a number, and all that was ever seen around them.
fn pasted() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => mobile_digits(),
        3 => "[0-9]{1,12}",
        3 => prefix(),
        3 => "[-+() 0（）＋－\u{2013}\u{200B};/、,.a]",
        1 => any::<char>().prop_map(String::from),
        1 => select([INVISIBLE, TURNING, DASHES, BLANKS].concat()).prop_map(String::from),
    ];
    vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

/// Whether the two read the same, well or badly.
fn assert_same(what: &str, input: &str, plain: &str) -> Result<(), TestCaseError> {
    let (one, other) = (read(what, input), read(what, plain));
    let same = match (&one, &other) {
        (Ok(Read::Text(one)), Ok(Read::Text(other))) => one == other,
        (Ok(Read::LastSix(one)), Ok(Read::LastSix(other))) => one == other,
        (Ok(Read::Code), Ok(Read::Code)) => true,
        (Err(one), Err(other)) => one == other,
        _ => false,
    };
    prop_assert!(same, "{what}: {input:?}: {one:?}, {plain:?}: {other:?}");
    Ok(())
}

proptest! {
    #![proptest_config(crate::support::config())]

    #[test]
    fn d26_what_can_not_be_seen_changes_nothing_wherever_it_stands(
        (what, plain, input) in plain().prop_flat_map(|(what, plain)| {
            let input = sprinkled(&plain, &[INVISIBLE, TURNING, BLANKS]);
            (Just(what), Just(plain), input)
        }),
    ) {
        prop_assert!(read(what, &plain).is_ok());
        assert_same(what, &input, &plain)?;
    }

    /// Nor does it where the input is anything at all.
    #[test]
    fn d26_what_can_not_be_seen_changes_no_problem(
        (plain, input) in pasted().prop_flat_map(|plain| {
            let input = sprinkled(&plain, &[INVISIBLE, TURNING]);
            (Just(plain), input)
        }),
    ) {
        for what in ["mobile", "emergency_phone", "code", "last_six", "id:resident_id_card", "province"] {
            assert_same(what, &input, &plain)?;
        }
    }

    #[test]
    fn d26_a_dash_between_characters_changes_nothing(
        (what, plain, input) in plain().prop_flat_map(|(what, plain)| {
            let input = dashed(&plain);
            (Just(what), Just(plain), input)
        }),
    ) {
        assert_same(what, &input, &plain)?;
    }

    #[test]
    fn d26_a_dash_in_front_or_behind_is_malformed(
        (what, plain) in plain(),
        dash in select(DASHES),
        front in any::<bool>(),
    ) {
        let input = if front { format!("{dash}{plain}") } else { format!("{plain}{dash}") };
        prop_assert!(read(what, &input).is_err(), "{what}: {input:?}");
    }

    #[test]
    fn d26_every_spelling_of_the_country_code_gives_the_same_number(
        digits in mobile_digits(),
        prefix in prefix(),
    ) {
        let input = format!("{prefix}{digits}");
        let mobile = MobileNumber::parse(&input);
        prop_assert_eq!(mobile.map(|mobile| mobile.digits().to_owned()), Ok(digits), "{}", input);
    }

    /// D26: nothing is ever read as a number other than the one typed.
    #[test]
    fn attack_26_a_mobile_is_the_end_of_the_digits_typed_and_the_rest_a_prefix(input in pasted()) {
        if let Ok(mobile) = MobileNumber::parse(&input) {
            let typed = digits_typed(&input);
            let taken = typed.strip_suffix(mobile.digits());
            let listed = ["", "86", "0086", "0", "860", "00860"];
            prop_assert!(taken.is_some_and(|taken| listed.contains(&taken)), "{input:?}: {typed}");
        }
    }

    #[test]
    fn d26_an_emergency_phone_is_the_end_of_the_digits_typed_and_keeps_00(input in pasted()) {
        if let Ok(Read::Text(phone)) = read("emergency_phone", &input) {
            let typed = digits_typed(&input);
            let taken = typed.strip_suffix(phone.as_str());
            let listed = ["", "86", "0086", "0", "860", "00860"];
            prop_assert!(taken.is_some_and(|taken| listed.contains(&taken)), "{input:?}: {typed}");
            if input.starts_with("00") {
                prop_assert_eq!(phone, typed);
            }
        }
    }

    #[test]
    fn attack_26_86_alone_is_a_prefix_before_a_mobile_only(rest in "[0-9]{8,12}") {
        let input = format!("86{rest}");
        match MobileNumber::parse(&input) {
            Ok(mobile) => prop_assert_eq!(mobile.digits(), &rest),
            Err(_) => prop_assert!(MobileNumber::parse(&rest).is_err() || rest.len() != 11),
        }
        if MobileNumber::parse(&rest).is_err() {
            let person = person(1).with_emergency_phone(&input).unwrap();
            prop_assert_eq!(person.emergency_phone(), Some(input.as_str()));
        }
    }

    #[test]
    fn d26_several_mobiles_are_a_problem_of_their_own(
        numbers in vec((prefix(), mobile_digits()), 2..4),
        between in select(&[";", "；", "/", "、", ", ", "，", "|", "或", " 和 ", "\n;\n"][..]),
    ) {
        let numbers: Vec<_> = numbers.into_iter().map(|(prefix, digits)| prefix + &digits).collect();
        let problem = MobileNumber::parse(&numbers.join(between));
        prop_assert_eq!(problem, Err(MobileProblem::Several));
    }

    #[test]
    fn d26_numbers_in_a_row_are_several_too(
        numbers in vec(mobile_digits(), 2..4),
        between in select(&["", " ", "-", "\u{2014}", "\n", "\u{3000}"][..]),
    ) {
        let problem = MobileNumber::parse(&numbers.join(between));
        prop_assert_eq!(problem, Err(MobileProblem::Several));
    }

    #[test]
    fn d26_ten_is_x_at_the_end_and_nowhere_else(
        body in "[0-9]{5}",
        ten in select(&['Ⅹ', 'ⅹ', '×', 'x', 'Ｘ', 'ｘ'][..]),
        place in 0..5_usize,
    ) {
        let last_six = LastSix::parse(&format!("{body}{ten} ")).unwrap();
        prop_assert_eq!(last_six, LastSix::parse(&format!("{body}X")).unwrap());
        if matches!(ten, 'Ⅹ' | 'ⅹ' | '×') {
            let elsewhere = format!("{}{ten}{}", &body[..place], &body[place..]);
            prop_assert!(LastSix::parse(&elsewhere).is_err());
            let end = format!("{body}{ten}");
            prop_assert!(Entry::parse("19900000001", &end, "345678").is_err());
            prop_assert!(IdDocument::passport(&end).is_err());
            prop_assert!(IdDocument::new(IdDocumentKind::Other(31), &end).is_err());
        }
    }

    #[test]
    fn d26_ten_stands_apart_from_an_id_too(
        body in resident_id().prop_filter("ends with X", |id| id.ends_with('X')),
        between in select(&["", " ", "-", " -", "- ", "\u{2014}\u{3000}-"][..]),
        ten in select(&['Ⅹ', 'ⅹ', '×'][..]),
    ) {
        let typed = format!("{}{between}{ten}", body.trim_end_matches('X'));
        let id = IdDocument::new(IdDocumentKind::ResidentIdCard, &typed);
        prop_assert_eq!(id, IdDocument::new(IdDocumentKind::ResidentIdCard, &body));
    }

    #[test]
    fn d26_a_name_forgives_what_can_not_be_seen(
        input in sprinkled("欧阳示例", &[INVISIBLE]),
    ) {
        let person = Person::new(&input, "19900000001", IdDocument::passport("E12345678").unwrap());
        prop_assert_eq!(person.as_ref().unwrap().name(), "欧阳示例");
    }

    #[test]
    fn d26_a_name_refuses_what_turns_a_page_around(
        place in 0..=4_usize,
        mark in select([TURNING, &['\u{2028}', '\u{2029}', '\u{0}', '\u{1B}', '\u{9B}']].concat()),
    ) {
        let mut name: Vec<_> = "欧阳示例".chars().collect();
        name.insert(place, mark);
        let name: String = name.into_iter().collect();
        let id = IdDocument::passport("E12345678").unwrap();
        let problem = Person::new(&name, "19900000001", id).unwrap_err();
        prop_assert_eq!(problem.code(), "name_malformed", "{:?}", name);
    }

    #[test]
    fn d26_nothing_that_is_pasted_panics(input in any::<String>()) {
        for what in ["mobile", "emergency_phone", "code", "last_six", "province", "id:resident_id_card",
            "id:passport", "id:hk_macao_permit", "id:taiwan_permit", "id:other_31"] {
            let _ = read(what, &input);
        }
    }
}

#[test]
fn d27_a_permit_of_residents_who_are_not_chinese_has_two_letters_and_seven_digits() {
    for (number, good) in [
        ("HA1234567", true),
        ("ma1234567", true),
        ("HA 1234 567", true),
        ("HA12345678", false),
        ("HA123456", false),
        ("HA123456789", false),
        ("AH1234567", false),
        ("HM1234567", false),
        ("A12345678", false),
    ] {
        assert_eq!(
            IdDocument::hk_macao_permit(number).is_ok(),
            good,
            "{number}"
        );
    }
}

#[test]
fn d26_a_landline_says_so_however_it_is_written() {
    for number in [
        "(010)12345678",
        "（0755）1234-5678",
        "+86(010)12345678",
        "0086-0755-12345678",
        "2345-6789",
    ] {
        assert_eq!(
            MobileNumber::parse(number),
            Err(MobileProblem::Landline),
            "{number}"
        );
    }
    // No area code is 019: a digit of a mobile is missing.
    assert_eq!(
        MobileNumber::parse("01990000000"),
        Err(MobileProblem::WrongLength)
    );
    for number in [
        "(199)00000001",
        "(0)19900000001",
        "(01)12345678",
        "(0199)00000001",
        "(010)1234(5678)",
        "(010(12345678",
        "((010)12345678",
    ] {
        assert_eq!(
            MobileNumber::parse(number),
            Err(MobileProblem::Malformed),
            "{number}"
        );
    }
}

#[test]
fn d26_a_number_and_something_else_are_not_several_numbers() {
    for input in [
        "19900000001;",
        "19900000001/1990000000",
        "19900000001、010-12345678",
        "19900000001、19900000002、1990",
        "19900000001、1990、19900000002",
        "(86)19900000001(86)",
        "手机19900000001",
    ] {
        assert_eq!(
            MobileNumber::parse(input),
            Err(MobileProblem::Malformed),
            "{input}"
        );
    }
}

#[test]
fn d26_a_refusal_says_what_to_do() {
    use beian::Lang::{En, Zh};
    for (input, zh, en) in [
        ("19900000001;19900000002", "应急电话栏", "emergency phone"),
        ("1064912345678", "物联网号码", "Internet of Things"),
        ("010-12345678", "应急电话栏", "emergency phone"),
    ] {
        let problem = MobileNumber::parse(input).unwrap_err();
        assert!(
            problem.text(Zh).contains(zh) && problem.text(En).contains(en),
            "{input}"
        );
    }
    let whole = Entry::parse("19900000001", "【012345】", "11010519491231002X").unwrap_err();
    let (zh, en) = (whole.text(Zh), whole.text(En));
    assert!(
        zh.contains("不要带括号") && en.contains("without brackets"),
        "{zh}{en}"
    );
    assert!(
        zh.contains("不要填写完整号码") && en.contains("not the whole number"),
        "{zh}{en}"
    );
}

//! A mobile number: whatever is typed is eleven digits, or the reason why not (B11, D26). An emergency
//! phone: three to twenty digits, or nothing (D27). Neither is ever another number than the one typed.

use beian::{IdDocument, MobileNumber, MobileProblem, Person};

use super::bytes::{assert_no_echo, text};

pub fn holds(bytes: &[u8]) {
    let typed = text(bytes);
    match MobileNumber::parse(typed) {
        Ok(mobile) => {
            let digits = mobile.digits();
            assert!(digits.len() == 11 && digits.bytes().all(|byte| byte.is_ascii_digit()));
            assert!(matches!(digits.as_bytes(), [b'1', b'3'..=b'9', ..]));
            assert_is_end(digits, typed);
            for spelling in [
                digits.to_owned(),
                format!("\u{3000}+86 {digits} "),
                format!("0086{digits}"),
                format!("+0086 0{digits}"),
                format!("86{digits}"),
                format!("（+86）{digits}"),
                format!("\u{200B}{}\u{2014}{}\u{061C}", &digits[..3], &digits[3..]),
                format!("{} {}-{}", &digits[..3], &digits[3..7], &digits[7..]),
                digits.chars().map(to_full_width).collect(),
            ] {
                assert_eq!(MobileNumber::parse(&spelling), Ok(mobile), "{spelling}");
            }
            let several = MobileNumber::parse(&format!("{typed};{digits}"));
            assert_eq!(several, Err(MobileProblem::Several));
            let masked = format!("{}****{}", &digits[..3], &digits[7..]);
            assert_eq!(format!("{mobile} {mobile:?}"), format!("{masked} {masked}"));
        }
        Err(problem) => assert_no_echo(&format!("{problem} {problem:?}"), typed),
    }
    let id = IdDocument::passport("E12345678").unwrap();
    let person = Person::new("张三", "19900000001", id).unwrap();
    if let Ok(person) = person.with_emergency_phone(typed) {
        let phone = person.emergency_phone().unwrap();
        assert!((3..=20).contains(&phone.len()));
        assert_is_end(phone, typed);
        let again = person.clone().with_emergency_phone(phone).unwrap();
        assert_eq!(again, person, "{typed}");
    }
}

/// What was taken away are the digits of a prefix and nothing else.
fn assert_is_end(number: &str, typed: &str) {
    let half = |c: char| match c {
        '０'..='９' => char::from_u32(u32::from(c) - u32::from('０') + u32::from('0')),
        c => c.is_ascii_digit().then_some(c),
    };
    let digits: String = typed.chars().filter_map(half).collect();
    let taken = digits.strip_suffix(number);
    assert!(taken.is_some_and(|taken| ["", "86", "0086", "0", "860", "00860"].contains(&taken)));
}

fn to_full_width(digit: char) -> char {
    char::from_u32(u32::from(digit) - u32::from('0') + u32::from('０')).unwrap()
}

//! A mobile number: whatever is typed is eleven digits, or the reason why not (B11, D26).

use beian::MobileNumber;

use super::bytes::{assert_no_echo, text};

pub fn holds(bytes: &[u8]) {
    let typed = text(bytes);
    match MobileNumber::parse(typed) {
        Ok(mobile) => {
            let digits = mobile.digits();
            assert!(digits.len() == 11 && digits.bytes().all(|byte| byte.is_ascii_digit()));
            assert!(matches!(digits.as_bytes(), [b'1', b'3'..=b'9', ..]));
            for spelling in [
                digits.to_owned(),
                format!("\u{3000}+86 {digits} "),
                format!("0086{digits}"),
                format!("{} {}-{}", &digits[..3], &digits[3..7], &digits[7..]),
                digits.chars().map(to_full_width).collect(),
            ] {
                assert_eq!(MobileNumber::parse(&spelling), Ok(mobile), "{spelling}");
            }
            let masked = format!("{}****{}", &digits[..3], &digits[7..]);
            assert_eq!(format!("{mobile} {mobile:?}"), format!("{masked} {masked}"));
        }
        Err(problem) => assert_no_echo(&format!("{problem} {problem:?}"), typed),
    }
}

fn to_full_width(digit: char) -> char {
    char::from_u32(u32::from(digit) - u32::from('0') + u32::from('０')).unwrap()
}

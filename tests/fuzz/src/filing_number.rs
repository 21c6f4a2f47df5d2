//! A filing number, or the reason why not (B33): its digits are those that were typed, and it prints itself.

use beian::filing::FilingNumber;

use super::bytes::{assert_no_echo, text};

pub fn holds(bytes: &[u8]) {
    let typed = text(bytes);
    match FilingNumber::parse(typed) {
        Ok(number) => {
            let printed = number.to_string();
            assert_eq!(FilingNumber::parse(&printed).as_ref(), Ok(&number));
            assert_eq!(
                FilingNumber::parse(&format!(" {typed}\u{200B}")).as_ref(),
                Ok(&number)
            );
            assert_eq!(digits(&printed), digits(typed), "{printed}");
            assert!(printed.starts_with(&number.entity().to_string()));
            assert_eq!(number.entity().service(), None);
        }
        Err(problem) => assert_no_echo(&problem.to_string(), typed),
    }
}

/// ASCII digits and full-width ones, in their order.
fn digits(text: &str) -> Vec<u32> {
    let digit = |c: char| match c {
        '０'..='９' => Some(u32::from(c) - u32::from('０')),
        c => c.to_digit(10),
    };
    text.chars().filter_map(digit).collect()
}

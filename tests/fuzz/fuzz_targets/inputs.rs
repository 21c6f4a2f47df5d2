//! What people type is read or refused, never a panic; what was read reads as itself (D26).
#![no_main]

use beian::{Entry, LastSix, MessageId, MobileNumber, SessionId};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &str| {
    if let Ok(mobile) = MobileNumber::parse(input) {
        assert_eq!(MobileNumber::parse(mobile.digits()), Ok(mobile));
        assert_eq!(
            MobileNumber::parse(&format!("\u{3000}+86 {} ", mobile.digits())),
            Ok(mobile)
        );
    }
    if let Ok(last_six) = LastSix::parse(input) {
        assert_eq!(LastSix::parse(&input.to_lowercase()), Ok(last_six.clone()));
        assert_eq!(LastSix::parse(&format!(" {input}\n")), Ok(last_six));
    }
    let mut fields = input.splitn(3, '\n');
    let mut next = || fields.next().unwrap_or_default();
    match Entry::parse(next(), next(), next()) {
        Ok(entry) => drop(format!("{entry:?}")),
        Err(problems) => drop(problems.to_string()),
    }
    if let Ok(id) = input.parse::<MessageId>() {
        assert_eq!(id.to_string().parse(), Ok(id));
    }
    if let Ok(id) = input.parse::<SessionId>() {
        assert_eq!(id.to_string().parse(), Ok(id));
    }
});

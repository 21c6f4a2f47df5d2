//! What people type into the two forms is read or refused; what was read reads as itself (D26).

use beian::{Entry, LastSix, MessageId, ResendRequest, SessionId};

use super::bytes::text;

pub fn holds(bytes: &[u8]) {
    let input = text(bytes);
    if let Ok(last_six) = LastSix::parse(input) {
        assert_eq!(LastSix::parse(&input.to_lowercase()), Ok(last_six.clone()));
        assert_eq!(LastSix::parse(&format!(" {input}\n")), Ok(last_six.clone()));
        assert_eq!(
            LastSix::parse(&format!("\u{200B}{input}\u{061C}")),
            Ok(last_six)
        );
    }
    let mut fields = input.splitn(3, '\n');
    let mut next = || fields.next().unwrap_or_default();
    let (mobile, code, last_six) = (next(), next(), next());
    let request = ResendRequest::parse(mobile, last_six);
    match Entry::parse(mobile, code, last_six) {
        Ok(entry) => {
            assert!(request.is_ok_and(|request| request.mobile() == entry.mobile()));
            assert!(!format!("{entry:?}").contains(entry.mobile().digits()));
        }
        Err(problems) => assert!(!problems.to_string().is_empty()),
    }
    if let Ok(id) = input.parse::<MessageId>() {
        assert_eq!(id.to_string().parse(), Ok(id));
    }
    if let Ok(id) = input.parse::<SessionId>() {
        assert_eq!(id.to_string().parse(), Ok(id));
    }
}

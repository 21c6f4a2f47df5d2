//! An ID document of any kind: the first byte says of which, the rest is the number, and after a new
//! line that of its back.

use beian::{IdDocument, IdDocumentKind, LastSix, Province};

use super::bytes::text;

pub fn holds(bytes: &[u8]) {
    let Some((first, rest)) = bytes.split_first() else {
        return;
    };
    let kind = IdDocumentKind::from_code(u16::from(*first));
    assert_eq!(IdDocumentKind::from_code(kind.code()), kind);
    let (front, back) = text(rest).split_once('\n').unwrap_or((text(rest), ""));
    let Ok(document) = IdDocument::new(kind, front) else {
        return;
    };
    assert_eq!(document.kind(), kind);
    let last_six = document.last_six().unwrap();
    let lower = front.to_lowercase();
    for spelling in [
        format!("\u{3000}{lower} "),
        format!("\u{FEFF}{front}\u{200B}"),
    ] {
        let again = IdDocument::new(kind, &spelling);
        assert!(again.is_ok_and(|again| again.last_six() == Some(last_six)));
    }
    // Ten is X at the end alone.
    let seen = front.trim_end_matches(|c: char| !c.is_alphanumeric() && c != '×');
    let inside = seen
        .chars()
        .rev()
        .skip(1)
        .any(|c| matches!(c, 'Ⅹ' | 'ⅹ' | '×'));
    assert!(!inside);
    // The same whatever the number is.
    let shown = "last_six: Some(LastSix(******)), back_last_six: None";
    assert_eq!(
        format!("{document:?}"),
        format!("IdDocument {{ kind: {kind:?}, {shown} }}")
    );
    assert_eq!(format!("{last_six:?}"), "LastSix(******)");
    // What the person types on the form is the end of what stands on the document.
    let plain = front.chars().filter(char::is_ascii_alphanumeric);
    let plain = plain.collect::<String>();
    if front.is_ascii() && !front.contains(['(', ')']) {
        let end = &plain[plain.len().saturating_sub(6)..];
        assert!(LastSix::parse(end).is_ok_and(|typed| typed == *last_six));
    }
    for province in Province::ALL {
        assert!(
            document
                .last_six_in(*province)
                .is_none_or(|six| six == last_six)
        );
    }
    match document.with_back_number(back) {
        Ok(both) => {
            assert_eq!(kind, IdDocumentKind::HkMacaoPermit);
            assert!(both.last_six_in(Province::Zhejiang).is_some());
        }
        Err(problem) => assert!(!problem.to_string().is_empty()),
    }
}

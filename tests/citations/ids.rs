//! The ids of rules in a text.

use std::collections::BTreeSet;

/// The ids in a text: as words anywhere, in lower case only within the name of a function.
pub(crate) fn citations(text: &str) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    for line in text.lines() {
        let mut words = line
            .split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '–'))
            .peekable();
        while let Some(word) = words.next() {
            match word.split_once('–') {
                Some((first, last)) if is_id(first) && is_id(last) => {
                    ids.extend(range(first, last));
                }
                _ if is_id(word) => drop(ids.insert(word.to_owned())),
                _ => {}
            }
            if word == "fn" {
                let name = words.peek().copied().unwrap_or_default().to_uppercase();
                ids.extend(name.split('_').filter(|w| is_id(w)).map(str::to_owned));
            }
        }
    }
    ids
}

fn range(first: &str, last: &str) -> impl Iterator<Item = String> {
    let number = |id: &str| id[1..].parse::<u8>().expect("two digits");
    let letter = first.chars().next().expect("a letter");
    (number(first)..=number(last)).map(move |n| format!("{letter}{n:02}"))
}

pub(crate) fn is_id(word: &str) -> bool {
    matches!(
        word.as_bytes(),
        [b'R' | b'B' | b'D', b'0'..=b'9', b'0'..=b'9']
    )
}

#[test]
fn citations_are_read() {
    let cites = |text: &str| citations(text).into_iter().collect::<Vec<_>>();
    assert_eq!(
        cites("// (R98, D97) and R96/B95"),
        ["B95", "D97", "R96", "R98"]
    );
    assert_eq!(cites("// R97–R99"), ["R97", "R98", "R99"]);
    assert_eq!(cites("async fn r98_and_d97_hold() {"), ["D97", "R98"]);
    assert_eq!(cites("let b98 = D9 + R981 + XR98 + base_B98;"), [""; 0]);
}

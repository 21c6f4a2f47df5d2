//! An event of an audit trail: read as one that can be shown, or refused.

use beian::{Event, Lang};

use super::bytes::{assert_kept, read};

pub fn holds(bytes: &[u8]) {
    for event in read::<Event>(bytes) {
        assert_kept(&event);
        assert!(!event.kind.name().is_empty());
        for lang in [Lang::Zh, Lang::En] {
            assert!(!event.kind.text(lang).is_empty());
        }
    }
}

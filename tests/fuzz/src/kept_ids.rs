//! Kept IDs of a stored order: read as they were, or refused.

use beian::KeptIds;

use super::bytes::{assert_kept, read};

pub fn holds(bytes: &[u8]) {
    for kept in read::<KeptIds>(bytes) {
        assert_kept(&kept);
    }
}

//! A stored order: one that keeps the rules, or refused. Every rulebook says who must verify it.

use beian::{FilingOrder, Requirement, Rulebook};

use super::bytes::{assert_kept, read};

pub fn holds(bytes: &[u8]) {
    for order in read::<FilingOrder>(bytes) {
        assert_kept(&order);
        for rulebook in Rulebook::ALL {
            if let Requirement::Verify(recipients) = rulebook.requirement(&order) {
                assert!(recipients.iter().count() > 0);
                let numbers = recipients
                    .iter()
                    .map(|recipient| recipient.mobile().digits());
                assert!(numbers.is_sorted_by(|one, next| one < next), "R09");
                assert_eq!(recipients.policy().window(), rulebook.window());
            }
        }
    }
}

//! The life of a stored order: one that steps lead to, or refused; then each step that it calls
//! possible is, and no other.

use beian::{OrderLife, ReturnCause, filing::Step};

use super::bytes::{assert_kept, read};

pub fn holds(bytes: &[u8]) {
    for life in read::<OrderLife>(bytes) {
        assert_kept(&life);
        assert_eq!(life.stages().len(), 3);
        for step in Step::ALL {
            let taken = match step {
                Step::Submit => life.submit(None),
                Step::Complete => life.complete(),
                Step::Approve => life.approve(),
                Step::Return => life.return_for(ReturnCause::WindowClosed),
                Step::Revise => life.revise(),
                Step::Resubmit => life.resubmit(None),
                Step::Withdraw => life.withdraw(),
                _ => continue,
            };
            if let Ok(next) = taken {
                assert!(life.possible().contains(step), "{life:?} {step}");
                assert_kept(&next);
            }
        }
    }
}

//! The life of a stored order: one that steps lead to, or refused; then each step that it calls
//! possible is, and no other.

use beian::{ModifiedPart, OrderLife, ReturnCause, filing::OrderStep};

use super::bytes::{assert_kept, read};

pub fn holds(bytes: &[u8]) {
    for life in read::<OrderLife>(bytes) {
        assert_kept(&life);
        assert_eq!(life.stages().len(), 3);
        for step in OrderStep::ALL {
            let taken = match step {
                OrderStep::PassReview => life.pass_review(),
                OrderStep::FailUpload => life.fail_upload(20),
                OrderStep::Submit => life.submit(None),
                OrderStep::Complete => life.complete(),
                OrderStep::Approve => life.approve(),
                OrderStep::RequireCorrection => life.require_correction(ModifiedPart::Entity),
                OrderStep::Correct => life.correct(),
                OrderStep::Deregister => life.deregister(),
                OrderStep::Return => life.return_for(ReturnCause::WindowClosed),
                OrderStep::Revise => life.revise(),
                OrderStep::Resubmit => life.resubmit(None),
                OrderStep::Withdraw => life.withdraw(),
                _ => continue,
            };
            if let Ok(next) = taken {
                assert!(life.possible().contains(step), "{life:?} {step}");
                assert_kept(&next);
            }
        }
    }
}

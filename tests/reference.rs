//! The crate against a second account of the rules: random sequences of commands, both asked after
//! each, and both have to say the same.
#[path = "reference/mod.rs"]
mod reference;

use proptest::{collection::vec, prelude::*};

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 800,
        failure_persistence: None,
        max_shrink_iters: 100_000,
        ..ProptestConfig::default()
    })]

    #[test]
    fn the_crate_and_the_model_say_the_same(commands in vec(any::<[u8; 4]>(), 1..120)) {
        if let Err(difference) = reference::twin::run(&commands) {
            return Err(TestCaseError::fail(difference));
        }
    }
}

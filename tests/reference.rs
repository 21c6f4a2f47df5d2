//! The crate against a second account of the rules: random sequences of commands, both asked after
//! each, and both have to say the same.
#[path = "reference/mod.rs"]
mod reference;

use std::{fs, path::Path};

use proptest::{collection::vec, prelude::*};

#[test]
fn the_seeds_of_the_fuzz_target_say_the_same() {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/seeds/commands");
    let mut commands = 0;
    for seed in fs::read_dir(seeds).unwrap() {
        let bytes = fs::read(seed.unwrap().path()).unwrap();
        let (chunks, _) = bytes.as_chunks();
        commands += chunks.len();
        if let Err(difference) = reference::twin::run(chunks) {
            panic!("{difference}");
        }
    }
    assert!(commands > 1000, "{commands} commands in the seeds");
}

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

//! The committed seeds of the fuzz targets: what holds of any bytes holds of these.
#![cfg(feature = "serde")]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may fail"
)]
#![allow(unreachable_pub, missing_docs, reason = "a crate of its own elsewhere")]

#[path = "fuzz/src/lib.rs"]
mod beian_fuzz;

use std::{fs, path::Path};

#[test]
fn what_holds_of_any_bytes_holds_of_the_seeds() {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/seeds");
    for (target, holds) in beian_fuzz::TARGETS {
        let mut files = fs::read_dir(seeds.join(target)).unwrap().peekable();
        assert!(files.peek().is_some(), "no seed for {target}");
        for file in files {
            holds(&fs::read(file.unwrap().path()).unwrap());
        }
    }
}

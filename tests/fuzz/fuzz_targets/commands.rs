//! Any bytes are a sequence of commands, four bytes each: the crate and the reference model say the
//! same after every one.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../reference/mod.rs"]
mod reference;

fuzz_target!(|bytes: &[u8]| {
    let (commands, _) = bytes.as_chunks();
    if let Err(difference) = reference::twin::run(commands) {
        panic!("{difference}");
    }
});

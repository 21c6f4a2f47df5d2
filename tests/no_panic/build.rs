//! Links with nothing but libc, for its memcpy and the like; what is then undefined is an error.
use std::env;

fn main() {
    // With feature `all`, store and gateway are somewhere else.
    let strict = env::var_os("CARGO_FEATURE_ALL").is_none();
    for argument in ["-lc"].into_iter().chain(strict.then_some("-Wl,-z,defs")) {
        println!("cargo::rustc-cdylib-link-arg={argument}");
    }
}

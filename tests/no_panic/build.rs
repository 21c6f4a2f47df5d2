//! Links with nothing but libc, for its memcpy and the like; what is then undefined is an error.
use std::env;

fn main() {
    // With feature `all`, store and gateway are somewhere else; std needs more than libc's own.
    let lenient = ["ALL", "STD", "STD_ALONE"];
    let strict = lenient
        .iter()
        .all(|name| env::var_os(format!("CARGO_FEATURE_{name}")).is_none());
    for argument in ["-lc"].into_iter().chain(strict.then_some("-Wl,-z,defs")) {
        println!("cargo::rustc-cdylib-link-arg={argument}");
    }
}

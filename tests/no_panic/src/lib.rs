//! Parts of the public API in which no panic can be reached: the panic handler calls a function that
//! nobody has, so this links only if the optimiser has found that nothing calls the handler.
//!
//! With feature `all`, every other part as well, and a handler that is there: `tests/no_panic/panics`
//! lists the panics that remain.
#![no_std]
#![allow(
    improper_ctypes,
    improper_ctypes_definitions,
    reason = "nobody calls these but a linker"
)]

extern crate alloc;

#[cfg(feature = "all")]
mod all;
mod memory;
#[cfg(not(feature = "all"))]
mod proven;

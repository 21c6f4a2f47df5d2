//! Parts of the public API in which no panic can be reached: the panic handler calls a function that
//! nobody has, so this links only if the optimiser has found that nothing calls the handler.
//!
//! With feature `all`, every other part as well, and a handler that is there: `tests/no_panic/panics`
//! lists the panics that remain. What needs std is a third library, held against one of std alone.
#![cfg_attr(not(any(feature = "std", feature = "std_alone")), no_std)]
#![allow(
    improper_ctypes,
    improper_ctypes_definitions,
    reason = "nobody calls these but a linker"
)]

#[cfg(not(any(feature = "std", feature = "std_alone")))]
extern crate alloc;

#[cfg(feature = "all")]
mod all;
#[cfg(not(any(feature = "std", feature = "std_alone")))]
mod memory;
#[cfg(not(any(feature = "all", feature = "std", feature = "std_alone")))]
mod proven;
#[cfg(feature = "all")]
mod stored;
#[cfg(any(feature = "std", feature = "std_alone"))]
mod with_std;

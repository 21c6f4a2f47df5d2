//! What a host without an operating system brings along.

use core::{
    alloc::{GlobalAlloc, Layout},
    panic::PanicInfo,
};

struct Memory;

/// None: what is proven needs none, for an allocation that fails panics.
// SAFETY: no memory is ever handed out, so none can be misused.
#[cfg(not(feature = "all"))]
unsafe impl GlobalAlloc for Memory {
    unsafe fn alloc(&self, _: Layout) -> *mut u8 {
        core::ptr::null_mut()
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}

#[cfg(not(feature = "all"))]
#[panic_handler]
fn panic(why: &PanicInfo<'_>) -> ! {
    unsafe extern "C" {
        safe fn a_panic_is_reachable(why: &PanicInfo<'_>) -> !;
    }
    a_panic_is_reachable(why)
}

#[cfg(feature = "all")]
unsafe extern "C" {
    fn beian_alloc(size: usize, align: usize) -> *mut u8;
    fn beian_free(memory: *mut u8, size: usize);
    safe fn beian_panics(why: &PanicInfo<'_>) -> !;
}

/// Somewhere else: the optimiser can't know whether there is any.
// SAFETY: as its implementation, which nobody links.
#[cfg(feature = "all")]
unsafe impl GlobalAlloc for Memory {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        unsafe { beian_alloc(layout.size(), layout.align()) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        unsafe { beian_free(memory, layout.size()) }
    }
}

/// Looks at the reason, so that the place of every panic is kept.
#[cfg(feature = "all")]
#[panic_handler]
fn panic(why: &PanicInfo<'_>) -> ! {
    beian_panics(why)
}

#[global_allocator]
static MEMORY: Memory = Memory;

//! Links the crate into a static library that has its own panic handler and allocator. If anything
//! brought std along, there would be two of each, and the build would fail with E0152.
#![no_std]

use core::{
    alloc::{GlobalAlloc, Layout},
    panic::PanicInfo,
    ptr,
};

use beian::{LastSix, MobileNumber, Policy, Recipient, Recipients, Role};

/// One call into every part of the public API; returns how many went well.
#[unsafe(no_mangle)]
pub extern "C" fn beian_no_std() -> u32 {
    [values(), recipients()].into_iter().map(u32::from).sum()
}

fn values() -> bool {
    "+86 199-0000-0001".parse::<MobileNumber>().is_ok() && "34567X".parse::<LastSix>().is_ok()
}

fn recipients() -> bool {
    let Ok(mobile) = MobileNumber::parse("19900000001") else {
        return false;
    };
    let recipient = Recipient::new(mobile, Role::EntityLeader, LastSix::parse("345678"));
    Recipients::new([recipient], Policy::REGULATOR).is_some()
}

struct Nothing;

// SAFETY: no memory is ever handed out, so none can be misused.
unsafe impl GlobalAlloc for Nothing {
    unsafe fn alloc(&self, _: Layout) -> *mut u8 {
        ptr::null_mut()
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}

#[global_allocator]
static ALLOCATOR: Nothing = Nothing;

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    loop {}
}

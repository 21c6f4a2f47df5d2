//! Any bytes decode to an error, or to a session that keeps every invariant whatever is done to it.
//! What follows the snapshot are the commands.
#![no_main]

use beian::Session;
use libfuzzer_sys::fuzz_target;

#[path = "../../snapshots/world.rs"]
#[allow(dead_code, reason = "shared with the property tests")]
mod world;

fuzz_target!(|bytes: &[u8]| {
    if let Ok((session, rest)) = postcard::take_from_bytes::<Session>(bytes) {
        world::assert_kept(&session);
        let (steps, _) = rest.as_chunks();
        world::World::new(session).survive(steps);
    }
});

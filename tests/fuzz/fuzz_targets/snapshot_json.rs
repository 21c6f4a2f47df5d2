//! Any text decodes to an error, or to a session that keeps every invariant whatever is done to it.
//! What follows the snapshot are the commands.
#![no_main]

use beian::Session;
use libfuzzer_sys::fuzz_target;

#[path = "../../snapshots/world.rs"]
#[allow(dead_code, reason = "shared with the property tests")]
mod world;

fuzz_target!(|bytes: &[u8]| {
    let mut stream = serde_json::Deserializer::from_slice(bytes).into_iter::<Session>();
    if let Some(Ok(session)) = stream.next() {
        world::assert_kept(&session);
        let (steps, _) = bytes
            .get(stream.byte_offset()..)
            .unwrap_or_default()
            .as_chunks();
        world::World::new(session).survive(steps);
    }
});

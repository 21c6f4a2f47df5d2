//! Any text is no session, or one that keeps every invariant whatever is done to it. What follows the
//! snapshot are the commands.

use beian::Session;

use super::world::{World, assert_kept};

pub fn holds(bytes: &[u8]) {
    let mut stream = serde_json::Deserializer::from_slice(bytes).into_iter::<Session>();
    if let Some(Ok(session)) = stream.next() {
        assert_kept(&session);
        let rest = bytes.get(stream.byte_offset()..).unwrap_or_default();
        World::new(session).survive(rest.as_chunks().0);
    }
}

//! Any bytes are no session, or one that keeps every invariant whatever is done to it. What follows the
//! snapshot are the commands.

use beian::Session;

use super::world::{World, assert_kept};

pub fn holds(bytes: &[u8]) {
    if let Ok((session, rest)) = postcard::take_from_bytes::<Session>(bytes) {
        assert_kept(&session);
        World::new(session).survive(rest.as_chunks().0);
    }
}

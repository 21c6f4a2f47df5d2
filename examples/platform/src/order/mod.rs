//! An order as the platform keeps it, and what becomes of it: no clock, no database, no network.
//!
//! `record` is what is kept, `round` a submission that waits for people, `steps` what may be done, `timeline`
//! what happened, in words.

mod record;
mod round;
mod steps;
mod timeline;

use std::fmt;

use beian_web::signing::{SigningKey, hex};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

pub use record::{Found, KeptId, Order, Polls, Reminded, SealId, Upload};
pub use round::{Person, Round};
pub use steps::{Following, StepRefusal};
pub use timeline::{Event, Line};

/// What a link is made of: sixteen random bytes in hex. With the platform's key they make the link's token, of
/// which the database has the hash. So who reads the database has no links, and staff still see them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seed(String);

impl Seed {
    /// A new one.
    ///
    /// # Errors
    /// There is no entropy.
    pub fn draw() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes)?;
        Ok(Self(hex(&bytes)))
    }

    /// The token that stands in the link: 160 bits.
    #[must_use]
    pub fn token(&self, key: &SigningKey) -> String {
        let mut token = key.sign("link", 0, self.0.as_bytes());
        token.truncate(40);
        token
    }

    /// What is kept of the token.
    #[must_use]
    pub fn hash(&self, key: &SigningKey) -> [u8; 32] {
        hash(&self.token(key))
    }
}

impl fmt::Debug for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seed(..)")
    }
}

/// What is kept of a token.
#[must_use]
pub fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

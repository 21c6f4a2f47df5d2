//! The portal's keys: what codes are derived with, and what webhooks and sign-ins are signed with.

use std::path::Path;

use beian::{KeyError, KeyId, KeyRing, Keys, Mac as CodeMac};
use beian_web::{
    key_file::{KeyFile, Purpose},
    signing::SigningKey,
};

pub use beian_web::key_file::KeyFileProblem;

const PURPOSE: Purpose = Purpose {
    word: "code",
    comment: "\
# Keys of a portal. Whoever has them can compute every code: keep them secret and safe.
# To rotate, add a `code` line with a new number: the last one is used for new rounds.
# Keep the old lines as long as their IDs are to carry over into new rounds.
",
};

/// The keys of the portal.
#[derive(Debug)]
pub struct PortalKeys {
    /// What codes are derived with.
    pub ring: KeyRing,
    /// What webhooks and sign-ins are signed with.
    pub signing: SigningKey,
    file: KeyFile,
}

impl Keys for PortalKeys {
    fn current(&self) -> KeyId {
        self.ring.current()
    }

    fn mac(&self, key: KeyId, message: &[u8]) -> Result<CodeMac, KeyError> {
        self.ring.mac(key, message)
    }
}

impl PortalKeys {
    /// Reads the key file, or makes it if there is none.
    ///
    /// # Errors
    /// [`KeyFileProblem`].
    pub fn open(path: &Path) -> Result<Self, KeyFileProblem> {
        let file = KeyFile::open(path, &PURPOSE)?;
        Ok(Self {
            ring: file.ring()?,
            signing: file.signing().clone(),
            file,
        })
    }

    /// The file, for its marks.
    #[must_use]
    pub const fn file(&self) -> &KeyFile {
        &self.file
    }
}

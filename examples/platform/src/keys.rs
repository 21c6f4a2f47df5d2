//! The keys: what IDs are sealed with, and what links, forms and webhooks are signed with.

use std::path::Path;

use beian_web::{
    key_file::{KeyFile, KeyFileProblem, Purpose},
    options::StartProblem,
    signing::SigningKey,
};

use crate::seal::Sealer;

const SEAL: Purpose = Purpose {
    word: "seal",
    comment: "# Keys of a platform. Whoever has them can open every ID number: keep them secret and safe,\n\
              # and apart from the database. To rotate, add a `seal` line with a new number: what is sealed\n\
              # is sealed anew with it, and the old line can go once the log says so.\n",
};

/// The keys of the platform.
#[derive(Debug)]
pub struct PlatformKeys {
    /// What IDs are sealed with.
    pub sealer: Sealer,
    /// What is signed with.
    pub signing: SigningKey,
    /// The file, for its mark.
    pub file: KeyFile,
}

impl PlatformKeys {
    /// Reads the key file, or makes it if there is none.
    ///
    /// # Errors
    /// [`StartProblem`].
    pub fn open(path: &Path) -> Result<Self, StartProblem> {
        let of = |problem: KeyFileProblem| StartProblem::of(problem);
        let file = KeyFile::open(path, &SEAL).map_err(of)?;
        let keys = file
            .keys()
            .iter()
            .map(|(number, key)| (*number, key.as_slice()));
        let sealer = Sealer::new(keys).ok_or_else(|| {
            StartProblem("--key-file: a `seal` key has 64 hexadecimal digits".to_owned())
        })?;
        Ok(Self {
            sealer,
            signing: file.signing().clone(),
            file,
        })
    }
}

//! The keys: what IDs are sealed with, and what links, forms and webhooks are signed with.

use std::path::Path;

use beian_web::{
    key_file::{KeyFile, KeyFileProblem, Purpose},
    options::StartProblem,
    signing::SigningKey,
};

use crate::{seal::Sealer, store::Store};

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

    /// Whether everything that this database keeps can be opened. A key that is lost is said at the start, and
    /// not when an order is to be handed in.
    ///
    /// # Errors
    /// [`StartProblem`].
    pub async fn fit(&self, store: &Store) -> Result<(), StartProblem> {
        let keys = store.seal_keys().await.map_err(StartProblem::of)?;
        if let Some(lost) = keys.into_iter().find(|key| !self.sealer.has(*key)) {
            return Err(StartProblem(format!(
                "--key-file: lacks the line `seal {lost}`, with which ID numbers of this database are sealed"
            )));
        }
        let (mark, has) = (self.file.mark(), |mark: &str| self.file.has(mark));
        let known = store.database().is_used_with(&mark, has).await;
        if known.map_err(StartProblem::of)? {
            return Ok(());
        }
        Err(StartProblem(
            "--key-file: lacks the key that this database was last used with; if it is lost for good, \
             delete the row `key` of the table `setting`: sealed IDs and links are lost with it"
                .to_owned(),
        ))
    }
}

//! The key file: the numbered keys of one purpose, and what webhooks and sign-ins are signed with.
//!
//! ```text
//! code 1 2f6c…    32 bytes in hex; the last line of this word is the current key, the others stay known
//! signing 91d0…   for webhooks and sign-ins
//! ```

use std::{
    fmt,
    fs::{self, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::{MetadataExt as _, OpenOptionsExt as _},
    path::Path,
};

use beian::{KeyRing, KeyRingProblem};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::signing::{SigningKey, hex, unhex};

/// What the numbered keys are for.
#[derive(Debug, Clone, Copy)]
pub struct Purpose {
    /// What their lines begin with, such as `code`.
    pub word: &'static str,
    /// What the file begins with, for whoever opens it: lines with `#` in front.
    pub comment: &'static str,
}

/// Why a key file can't be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileProblem {
    /// It can't be read or made.
    #[error("key file: {0}")]
    File(#[from] io::Error),
    /// Somebody else can read it.
    #[error("key file: others can read it, expected mode 0600")]
    Open,
    /// A line isn't as it should be.
    #[error(
        "key file: line {line}: expected `{word} NUMBER HEX` or `signing HEX`, of 32 bytes or more"
    )]
    Malformed {
        /// Which line.
        line: usize,
        /// What the lines of numbered keys begin with.
        word: &'static str,
    },
    /// A key is refused.
    #[error("key file: {0}")]
    Ring(#[from] KeyRingProblem),
    /// A kind of line is missing.
    #[error("key file: expected at least one `{0}` line and one `signing` line")]
    Missing(&'static str),
    /// No random bytes.
    #[error("key file: no random bytes: {0}")]
    Entropy(#[from] getrandom::Error),
}

/// A numbered key.
pub type Numbered = (u32, Zeroizing<Vec<u8>>);

/// The keys of a file. Never printed.
pub struct KeyFile {
    word: &'static str,
    /// One at least.
    keys: Vec<Numbered>,
    signing: SigningKey,
}

impl KeyFile {
    /// Reads the file, or makes it if there is none.
    ///
    /// # Errors
    /// [`KeyFileProblem`].
    pub fn open(path: &Path, purpose: &Purpose) -> Result<Self, KeyFileProblem> {
        match make(path, purpose) {
            Err(KeyFileProblem::File(error)) if error.kind() == io::ErrorKind::AlreadyExists => {}
            made => made?,
        }
        if fs::metadata(path)?.mode() & 0o077 != 0 {
            return Err(KeyFileProblem::Open);
        }
        Self::parse(&Zeroizing::new(fs::read_to_string(path)?), purpose.word)
    }

    /// What webhooks and sign-ins are signed with.
    #[must_use]
    pub const fn signing(&self) -> &SigningKey {
        &self.signing
    }

    /// The numbered keys, in the order of the file: the last one is the current one.
    #[must_use]
    pub fn keys(&self) -> &[Numbered] {
        &self.keys
    }

    /// The same as a ring.
    ///
    /// # Errors
    /// None for a file that was opened: its keys are long enough, random, and each has its number.
    pub fn ring(&self) -> Result<KeyRing, KeyFileProblem> {
        let mut keys = self.keys.iter();
        let (id, first) = keys.next().ok_or(KeyFileProblem::Missing(self.word))?;
        let mut ring = KeyRing::single(*id, first)?;
        for (id, key) in keys {
            ring.rotate(*id, key)?;
        }
        Ok(ring)
    }

    /// The current key, as it is kept beside what was made with it: it tells nothing of the key.
    #[must_use]
    pub fn mark(&self) -> String {
        let current = self.keys.last();
        current.map_or_else(String::new, |key| self.mark_of(key))
    }

    /// Whether the file has a key that was kept so.
    #[must_use]
    pub fn has(&self, mark: &str) -> bool {
        self.keys.iter().any(|key| self.mark_of(key) == mark)
    }

    fn mark_of(&self, (id, key): &Numbered) -> String {
        let hash = Sha256::new_with_prefix(format!("key of {}s ", self.word));
        let hash = hash.chain_update(&**key).finalize();
        format!("{id} {}", hex(hash.get(..8).unwrap_or_default()))
    }

    fn parse(text: &str, word: &'static str) -> Result<Self, KeyFileProblem> {
        let mut keys = Vec::new();
        let mut signing = None;
        for (n, line) in text.lines().enumerate() {
            let malformed = || KeyFileProblem::Malformed {
                line: n.saturating_add(1),
                word,
            };
            let bytes = |key| unhex(key).map(Zeroizing::new).ok_or_else(malformed);
            let fields: Vec<_> = line.split_whitespace().collect();
            match fields.as_slice() {
                [] => {}
                [first, ..] if first.starts_with('#') => {}
                ["signing", key] => {
                    signing = Some(SigningKey::new(&bytes(key)?).ok_or_else(malformed)?);
                }
                [of, id, key] if *of == word => {
                    let id: u32 = id.parse().map_err(|_| malformed())?;
                    keys.push((id, bytes(key)?));
                }
                _ => return Err(malformed()),
            }
        }
        let signing = signing.ok_or(KeyFileProblem::Missing(word))?;
        let file = Self {
            word,
            keys,
            signing,
        };
        file.ring()?;
        Ok(file)
    }
}

impl fmt::Debug for KeyFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyFile")
            .field("word", &self.word)
            .finish_non_exhaustive()
    }
}

/// Written beside it and linked into place, so that it is there as a whole or not at all, also when
/// several hosts start at once.
fn make(path: &Path, purpose: &Purpose) -> Result<(), KeyFileProblem> {
    if path.try_exists()? {
        return Ok(());
    }
    let mut bytes = Zeroizing::new([0; 72]);
    getrandom::fill(&mut *bytes)?;
    let (key, rest) = bytes.split_at(32);
    let (signing, suffix) = rest.split_at(32);
    let Purpose { word, comment } = purpose;
    let (key, signing) = (Zeroizing::new(hex(key)), Zeroizing::new(hex(signing)));
    let text = Zeroizing::new(format!(
        "{}\n{word} 1 {}\nsigning {}\n",
        comment.trim_end(),
        *key,
        *signing
    ));
    let mut beside = path.as_os_str().to_owned();
    beside.push(format!(".{}", hex(suffix)));
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&beside)?;
    let written = file
        .write_all(text.as_bytes())
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::hard_link(&beside, path));
    fs::remove_file(&beside)?;
    Ok(written?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<KeyFile, String> {
        KeyFile::parse(text, "seal").map_err(|problem| problem.to_string())
    }

    #[test]
    fn the_last_key_is_the_current_one_and_all_are_known() {
        let [one, two, signing] = ["11", "22", "33"].map(|byte| byte.repeat(32));
        let before = parsed(&format!("seal 1 {one}\nsigning {signing}")).unwrap();
        let rotated = format!("# keys\n\nseal 1 {one}\nseal 7 {two}\nsigning {signing}\n");
        let after = parsed(&rotated).unwrap();
        assert_eq!(after.keys().last().unwrap().0, 7);
        assert!(after.has(&before.mark()) && after.has(&after.mark()));
        assert!(!before.has(&after.mark()));
        assert!(!before.has("") && !before.has("1") && !before.has("1 "));
        let other = parsed(&format!("seal 1 {two}\nsigning {signing}")).unwrap();
        assert!(!other.has(&before.mark()));
        assert_eq!(u32::from(beian::Keys::current(&after.ring().unwrap())), 7);
        assert!(!format!("{after:?}").contains("22"));
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        let [key, zero] = ["11", "00"].map(|byte| byte.repeat(32));
        for (text, why) in [
            (format!("code 1 {key}\nsigning {key}"), "line 1"),
            (format!("seal 1 {key}\nsigning 11"), "line 2"),
            (format!("seal one {key}\nsigning {key}"), "line 1"),
            (format!("seal 1 {key}"), "at least one `seal` line"),
            (format!("signing {key}"), "at least one `seal` line"),
            (format!("seal 1 11\nsigning {key}"), "too short"),
            (format!("seal 1 {zero}\nsigning {key}"), "zero"),
            (
                format!("seal 1 {key}\nseal 1 {key}\nsigning {key}"),
                "already",
            ),
        ] {
            let problem = parsed(&text).unwrap_err();
            assert!(problem.contains(why), "{text}: {problem}");
        }
    }
}

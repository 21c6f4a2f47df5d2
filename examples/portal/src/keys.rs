//! The key file: what codes are derived with, and what webhooks and sign-ins are signed with.
//!
//! ```text
//! code 1 2f6c…    32 bytes in hex; the last `code` line is the current key, the others stay known
//! signing 91d0…   for webhooks and sign-ins
//! ```

use std::{
    collections::BTreeMap,
    fs::{self, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::{MetadataExt as _, OpenOptionsExt as _},
    path::Path,
};

use beian::{KeyError, KeyId, KeyRing, KeyRingProblem, Keys, Mac as CodeMac};
use beian_web::signing::{SigningKey, hex, unhex};
use sha2::{Digest as _, Sha256};

/// The keys of the portal.
#[derive(Debug)]
pub struct PortalKeys {
    /// What codes are derived with.
    pub ring: KeyRing,
    /// What webhooks and sign-ins are signed with.
    pub signing: SigningKey,
    /// What each code key is known by, without being told.
    fingerprints: BTreeMap<u32, String>,
}

impl Keys for PortalKeys {
    fn current(&self) -> KeyId {
        self.ring.current()
    }

    fn mac(&self, key: KeyId, message: &[u8]) -> Result<CodeMac, KeyError> {
        self.ring.mac(key, message)
    }
}

/// Why the key file can't be used.
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
        "key file: line {line}: expected `code NUMBER HEX` or `signing HEX`, of 32 bytes or more"
    )]
    Malformed {
        /// Which line.
        line: usize,
    },
    /// A key is refused.
    #[error("key file: {0}")]
    Ring(#[from] KeyRingProblem),
    /// A kind of line is missing.
    #[error("key file: expected at least one `code` line and one `signing` line")]
    Missing,
    /// No random bytes.
    #[error("key file: no random bytes: {0}")]
    Entropy(#[from] getrandom::Error),
}

impl PortalKeys {
    /// Reads the key file, or makes it if there is none.
    ///
    /// # Errors
    /// [`KeyFileProblem`].
    pub fn open(path: &Path) -> Result<Self, KeyFileProblem> {
        match make(path) {
            Err(KeyFileProblem::File(error)) if error.kind() == io::ErrorKind::AlreadyExists => {}
            made => made?,
        }
        if fs::metadata(path)?.mode() & 0o077 != 0 {
            return Err(KeyFileProblem::Open);
        }
        Self::parse(&fs::read_to_string(path)?)
    }

    /// The current key, as it is kept beside what was made with it.
    #[must_use]
    pub fn mark(&self) -> String {
        let current = u32::from(self.ring.current());
        let fingerprint = self.fingerprints.get(&current);
        format!("{current} {}", fingerprint.map_or("", String::as_str))
    }

    /// Whether the file has a key that was kept so.
    #[must_use]
    pub fn has(&self, mark: &str) -> bool {
        mark.split_once(' ').is_some_and(|(id, fingerprint)| {
            let known = id
                .parse()
                .ok()
                .and_then(|id: u32| self.fingerprints.get(&id));
            known.is_some_and(|known| known == fingerprint)
        })
    }

    fn parse(text: &str) -> Result<Self, KeyFileProblem> {
        let mut ring: Option<KeyRing> = None;
        let mut fingerprints = BTreeMap::new();
        let mut signing = None;
        for (n, line) in text.lines().enumerate() {
            let malformed = || KeyFileProblem::Malformed {
                line: n.saturating_add(1),
            };
            let fields: Vec<_> = line.split_whitespace().collect();
            match fields.as_slice() {
                [] => {}
                [first, ..] if first.starts_with('#') => {}
                ["code", id, key] => {
                    let id: u32 = id.parse().map_err(|_| malformed())?;
                    let key = unhex(key).ok_or_else(malformed)?;
                    let hash = Sha256::digest([b"key of codes ", &*key].concat());
                    fingerprints.insert(id, hex(hash.get(..8).unwrap_or_default()));
                    match &mut ring {
                        None => ring = Some(KeyRing::single(id, key)?),
                        Some(ring) => ring.rotate(id, key)?,
                    }
                }
                ["signing", key] => {
                    let key = unhex(key).ok_or_else(malformed)?;
                    signing = Some(SigningKey::new(&key).ok_or_else(malformed)?);
                }
                _ => return Err(malformed()),
            }
        }
        match (ring, signing) {
            (Some(ring), Some(signing)) => Ok(Self {
                ring,
                signing,
                fingerprints,
            }),
            _ => Err(KeyFileProblem::Missing),
        }
    }
}

/// Written beside it and linked into place, so that it is there as a whole or not at all, also when
/// several portals start at once.
fn make(path: &Path) -> Result<(), KeyFileProblem> {
    if path.try_exists()? {
        return Ok(());
    }
    let mut bytes = [0; 72];
    getrandom::fill(&mut bytes)?;
    let (code, rest) = bytes.split_at(32);
    let (signing, suffix) = rest.split_at(32);
    let text = format!(
        "# Keys of a portal. Whoever has them can compute every code: keep them secret and safe.\n\
         # To rotate, add a `code` line with a new number: the last one is used for new rounds.\n\
         # Keep the old lines as long as their IDs are to carry over into new rounds.\n\
         code 1 {}\nsigning {}\n",
        hex(code),
        hex(signing)
    );
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

//! The file of a SQLite database: its owner's alone, one portal's at a time, and still the one that was
//! opened.

use std::{
    fs::{self, File, OpenOptions},
    io,
    os::unix::fs::{FileExt as _, MetadataExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
};

use super::OpenError;

/// What every SQLite file begins with.
const MAGIC: &[u8] = b"SQLite format 3\0";
/// Where the mark of an application stands, in the header of a hundred bytes.
const MARK: std::ops::Range<usize> = 68..72;

/// The file, held open: what is under its path may become another one. Never closed before the database is,
/// for closing a file ends all locks that a process has on it.
#[derive(Debug)]
pub(super) struct DatabaseFile {
    path: PathBuf,
    file: File,
    mark: [u8; 4],
    lost: AtomicBool,
}

impl DatabaseFile {
    /// Makes the file if it isn't there, for its owner alone, and locks it until the process ends, however
    /// it ends. The lock is the file's own: there is none beside it that could be deleted.
    pub(super) fn open(path: &Path) -> Result<Self, OpenError> {
        let mut options = OpenOptions::new();
        options.create(true).read(true).append(true).mode(0o600);
        let file = options.open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Self {
                path: path.to_owned(),
                file,
                mark: [0; 4],
                lost: AtomicBool::new(false),
            }),
            Err(fs::TryLockError::WouldBlock) => Err(OpenError::InUse),
            Err(fs::TryLockError::Error(error)) => Err(error.into()),
        }
    }

    /// Takes the mark that the file has by now for its own.
    pub(super) fn remember(&mut self) -> Result<(), OpenError> {
        self.mark = self.header()?;
        Ok(())
    }

    /// Whether the path still leads to the file that was opened, and the file still begins as it did. Once
    /// it doesn't, never again: said loudly the first time.
    pub(super) fn is_there(&self) -> bool {
        if self.lost.load(Ordering::Acquire) {
            return false;
        }
        let is_there = self.is_under_its_path().unwrap_or(false)
            && self.header().is_ok_and(|mark| mark == self.mark);
        if !is_there && !self.lost.swap(true, Ordering::AcqRel) {
            tracing::error!(
                "the database file was deleted, replaced or overwritten: nothing is written any \
                 more, for it would be lost"
            );
        }
        is_there
    }

    fn is_under_its_path(&self) -> io::Result<bool> {
        let (there, opened) = (fs::metadata(&self.path)?, self.file.metadata()?);
        Ok((there.dev(), there.ino()) == (opened.dev(), opened.ino()))
    }

    fn header(&self) -> io::Result<[u8; 4]> {
        let mut header = [0; 100];
        self.file.read_exact_at(&mut header, 0)?;
        let mark = header.get(MARK).and_then(|mark| mark.try_into().ok());
        match mark {
            Some(mark) if header.starts_with(MAGIC) => Ok(mark),
            _ => Err(io::ErrorKind::InvalidData.into()),
        }
    }
}

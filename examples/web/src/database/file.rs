//! The files of a SQLite database: their owner's alone, one process's at a time, and still as they were left.
//!
//! SQLite writes to its file in checkpoints alone, and these are made here: whatever else changes the file is
//! somebody else's doing. Then nothing is written any more, for it would be lost, or spoil what stands there
//! now: the pool is closed, while one connection more than the pool's stays open, since the last one to
//! close would write the log into the file.

use std::{
    fs::{self, File, Metadata, OpenOptions},
    io, mem,
    os::unix::fs::{MetadataExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use sqlx::{AnyConnection, AnyPool, Executor as _};

use super::OpenError;

/// How long the log grows before what it says is written to the file.
const LOG: u64 = 4 * 1024 * 1024;

/// The file, held open as long as the database is: closing it would end the locks that SQLite has on it.
#[derive(Debug)]
pub(super) struct DatabaseFile {
    path: PathBuf,
    log: PathBuf,
    file: File,
    /// How it was left.
    left: Mutex<Left>,
    lost: AtomicBool,
    /// While it is watched: the pool, to be closed when the file is lost, and the last connection, which
    /// closes after the pool's, or never.
    open: Mutex<Option<(AnyPool, AnyConnection)>>,
}

#[derive(Debug, Default)]
struct Left {
    file: Option<Stamp>,
    /// Which file the log is, and how long: it only grows.
    log: Option<(Place, u64)>,
}

type Place = (u64, u64);
type Stamp = (Place, u64, (i64, i64));

impl DatabaseFile {
    /// Makes the file if it isn't there, for its owner alone, and locks it until the process ends, however
    /// it ends. The lock is the file's own: there is none beside it that could be deleted.
    pub(super) fn at(path: &Path) -> Result<Self, OpenError> {
        let mut options = OpenOptions::new();
        options.create(true).append(true).mode(0o600);
        let file = options.open(path)?;
        let mut log = path.as_os_str().to_owned();
        log.push("-wal");
        match file.try_lock() {
            Ok(()) => Ok(Self {
                path: path.to_owned(),
                log: log.into(),
                file,
                left: Mutex::default(),
                lost: AtomicBool::new(false),
                open: Mutex::default(),
            }),
            Err(fs::TryLockError::WouldBlock) => Err(OpenError::InUse),
            Err(fs::TryLockError::Error(error)) => Err(error.into()),
        }
    }

    /// Looks after the files from now on: for this pool, and with a connection that has read, for only such a
    /// one counts as there.
    pub(super) fn watch(&self, pool: AnyPool, last: AnyConnection) -> io::Result<()> {
        *self.open() = Some((pool, last));
        self.leave()
    }

    /// No longer: gives the last connection to be closed, unless that would write to what isn't the file.
    pub(super) fn unwatch(&self) -> Option<AnyConnection> {
        let (_, last) = self.open().take()?;
        if self.is_there() {
            return Some(last);
        }
        mem::forget(last);
        None
    }

    fn open(&self) -> MutexGuard<'_, Option<(AnyPool, AnyConnection)>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the files are as they were left. Once they aren't, never again: said loudly the first time.
    pub(super) fn is_there(&self) -> bool {
        if self.lost.load(Ordering::Acquire) {
            return false;
        }
        let is_there = self.is_as_left().unwrap_or(false);
        if !is_there && !self.lost.swap(true, Ordering::AcqRel) {
            tracing::error!(
                "the database file was deleted, replaced or overwritten, or its log was: nothing is \
                 read or written any more; start again when it is back"
            );
            if let Some((pool, _)) = &*self.open() {
                // Closed at once: what this would wait for may go on for itself.
                drop(pool.close());
            }
        }
        is_there
    }

    fn is_as_left(&self) -> io::Result<bool> {
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(file) = left.file else {
            return Ok(true);
        };
        if stamp(&fs::metadata(&self.path)?) != file {
            return Ok(false);
        }
        let log = match fs::metadata(&self.log) {
            Ok(log) => log,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(left.log.is_none()),
            Err(error) => return Err(error),
        };
        let (place, len) = left.log.unwrap_or((place(&log), 0));
        if place != self::place(&log) || log.len() < len {
            return Ok(false);
        }
        left.log = Some((place, log.len()));
        Ok(true)
    }

    /// When it was last looked at, which is before each use.
    fn is_log_long(&self) -> bool {
        let left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        left.log.is_some_and(|(_, len)| len > LOG)
    }

    fn leave(&self) -> io::Result<()> {
        let log = fs::metadata(&self.log).ok();
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        left.file = Some(stamp(&self.file.metadata()?));
        left.log = log.map(|log| (place(&log), log.len()));
        Ok(())
    }

    /// Writes the log to the file, if it has grown long.
    pub(super) async fn checkpoint(
        &self,
        connection: &mut AnyConnection,
    ) -> Result<(), sqlx::Error> {
        if self.is_log_long() && self.is_there() {
            connection
                .execute("pragma wal_checkpoint(truncate)")
                .await?;
            self.leave()?;
        }
        Ok(())
    }
}

fn place(file: &Metadata) -> Place {
    (file.dev(), file.ino())
}

fn stamp(file: &Metadata) -> Stamp {
    (place(file), file.len(), (file.mtime(), file.mtime_nsec()))
}

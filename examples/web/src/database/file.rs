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
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
};

use sqlx::{AnyConnection, AnyPool, Executor as _, Row as _};

use super::OpenError;

/// How many pages the log has before they are written to the file: as many as SQLite takes when it does so by itself.
const PAGES: i64 = 1000;
/// After how many uses that is looked at.
const USES: u32 = 16;

/// The file, held open as long as the database is: closing it would end the locks that SQLite has on it.
#[derive(Debug)]
pub(super) struct DatabaseFile {
    path: PathBuf,
    log: PathBuf,
    file: File,
    /// How it was left.
    left: Mutex<Left>,
    lost: AtomicBool,
    uses: AtomicU32,
    /// While it is watched: the pool, to be closed when the file is lost, and the last connection, which
    /// closes after the pool's, or never.
    open: Mutex<Option<(AnyPool, AnyConnection)>>,
}

#[derive(Debug, Default)]
struct Left {
    file: Option<Stamp>,
    /// Which file the log is, and how long: it only grows.
    log: Option<Log>,
}

type Place = (u64, u64);
type Log = (Place, u64);
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
                uses: AtomicU32::new(0),
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
        let (place, len) = match log(&self.log) {
            Ok(log) => log,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(left.log.is_none()),
            Err(error) => return Err(error),
        };
        if left
            .log
            .is_some_and(|(was, least)| was != place || len < least)
        {
            return Ok(false);
        }
        left.log = Some((place, len));
        Ok(true)
    }

    fn leave(&self) -> io::Result<()> {
        let log = log(&self.log).ok();
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        left.file = Some(stamp(&self.file.metadata()?));
        left.log = log;
        Ok(())
    }

    /// After a use: writes the log to the file, if it has grown long, and leaves it as long as it is. What comes
    /// next is written over it, and is on disk sooner than where the log still grows.
    pub(super) async fn checkpoint(
        &self,
        connection: &mut AnyConnection,
    ) -> Result<(), sqlx::Error> {
        let uses = self.uses.fetch_add(1, Ordering::Relaxed);
        if !uses.is_multiple_of(USES) {
            return Ok(());
        }
        let log = connection.fetch_one("pragma wal_checkpoint(noop)").await?;
        let (pages, written): (i64, i64) = (log.try_get(1)?, log.try_get(2)?);
        if pages.saturating_sub(written) > PAGES && self.is_there() {
            connection.execute("pragma wal_checkpoint(passive)").await?;
            self.leave()?;
        }
        Ok(())
    }
}

/// Not when it was written: of a file that was asked for its times, Linux notes the next one exactly, and each
/// commit would wait for that to be on disk too.
#[cfg(target_os = "linux")]
fn log(path: &Path) -> io::Result<Log> {
    use rustix::fs::{AtFlags, CWD, StatxFlags, makedev, statx};
    let wanted = StatxFlags::INO | StatxFlags::SIZE;
    let Ok(log) = statx(CWD, path, AtFlags::empty(), wanted) else {
        return log_with_times(path);
    };
    let device = makedev(log.stx_dev_major, log.stx_dev_minor);
    Ok(((device, log.stx_ino), log.stx_size))
}

#[cfg(not(target_os = "linux"))]
use log_with_times as log;

fn log_with_times(path: &Path) -> io::Result<Log> {
    let log = fs::metadata(path)?;
    Ok((place(&log), log.len()))
}

fn place(file: &Metadata) -> Place {
    (file.dev(), file.ino())
}

fn stamp(file: &Metadata) -> Stamp {
    (place(file), file.len(), (file.mtime(), file.mtime_nsec()))
}

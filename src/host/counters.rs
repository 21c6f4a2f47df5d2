//! What a desk has counted.

use core::sync::atomic::{AtomicU64, Ordering};

use super::{Resent, SendOutcome, Submitted};
use crate::{EntryOutcome, Refusal, ResendOutcome};

/// What a desk has counted since it was made. With the feature `serde` an object of its fields, for a
/// health page or a log; a release may add some.
///
/// ```
/// # let keys = beian::KeyRing::single(1, [7; 32])?;
/// use beian::host::{Desk, MemoryStore};
///
/// let desk = Desk::new(MemoryStore::default(), keys, chrono::Utc::now);
/// assert_eq!(
///     serde_json::to_string(&desk.counters())?,
///     concat!(
///         r#"{"verified":0,"wrong_entries":0,"wrong_ids":0,"ids_not_counted":0,"unknown_numbers":0,"#,
///         r#""conflicts":0,"accepted":0,"deferred":0,"failed":0,"not_tried":0,"slow":0,"#,
///         r#""ended":0}"#,
///     ),
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Counters {
    /// Persons who verified.
    pub verified: u64,
    /// Wrong entries that counted, once for each order they counted in. The sixth attempt, which returns
    /// the order, is none (B07).
    pub wrong_entries: u64,
    /// Wrong IDs that counted on the resend form.
    pub wrong_ids: u64,
    /// Entries whose ID didn't match, under a policy that counts matching IDs only (D19): nothing else
    /// shows somebody who guesses at IDs there. Once for each order.
    pub ids_not_counted: u64,
    /// Entries for a number that nobody has.
    pub unknown_numbers: u64,
    /// Saves that found another version: another host was faster, or an id was given twice.
    pub conflicts: u64,
    /// Messages that the gateway accepted.
    pub accepted: u64,
    /// Tries to send a message that the gateway deferred.
    pub deferred: u64,
    /// Messages that the gateway refused.
    pub failed: u64,
    /// Messages that the sender did not try to send.
    pub not_tried: u64,
    /// Sends that took longer than the sender says: each may have gone out twice, under the same key.
    pub slow: u64,
    /// Rounds that a [`dispatch`](crate::host::Desk::dispatch) found to be over.
    pub ended: u64,
}

#[derive(Default)]
pub(super) struct Counts {
    verified: AtomicU64,
    wrong_entries: AtomicU64,
    wrong_ids: AtomicU64,
    ids_not_counted: AtomicU64,
    unknown_numbers: AtomicU64,
    conflicts: AtomicU64,
    accepted: AtomicU64,
    deferred: AtomicU64,
    failed: AtomicU64,
    not_tried: AtomicU64,
    slow: AtomicU64,
    ended: AtomicU64,
}

impl Counts {
    pub(super) fn read(&self) -> Counters {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let Counts {
            verified,
            wrong_entries,
            wrong_ids,
            ids_not_counted,
            unknown_numbers,
            conflicts,
            accepted,
            deferred,
            failed,
            not_tried,
            slow,
            ended,
        } = self;
        Counters {
            verified: read(verified),
            wrong_entries: read(wrong_entries),
            wrong_ids: read(wrong_ids),
            ids_not_counted: read(ids_not_counted),
            unknown_numbers: read(unknown_numbers),
            conflicts: read(conflicts),
            accepted: read(accepted),
            deferred: read(deferred),
            failed: read(failed),
            not_tried: read(not_tried),
            slow: read(slow),
            ended: read(ended),
        }
    }

    pub(super) fn count_entry(&self, submitted: &Submitted) {
        let one = |counter: &AtomicU64| counter.fetch_add(1, Ordering::Relaxed);
        if submitted.orders.is_empty() && submitted.left_out.is_empty() {
            one(&self.unknown_numbers);
        }
        for (_, outcome) in &submitted.orders {
            match outcome {
                EntryOutcome::Completed | EntryOutcome::Verified => one(&self.verified),
                EntryOutcome::Wrong { .. } | EntryOutcome::Locked => one(&self.wrong_entries),
                EntryOutcome::NotCounted(Refusal::IdNotCounted) => one(&self.ids_not_counted),
                // The sixth attempt isn't compared (B07).
                EntryOutcome::Returned | EntryOutcome::NotCounted(_) => continue,
            };
        }
    }

    pub(super) fn count_resend(&self, resent: &Resent) {
        for (_, outcome) in &resent.orders {
            if matches!(outcome, ResendOutcome::WrongId { .. }) {
                self.wrong_ids.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    pub(super) fn count_sent(&self, outcome: SendOutcome) {
        let counter = match outcome {
            SendOutcome::Accepted => &self.accepted,
            SendOutcome::Deferred => &self.deferred,
            SendOutcome::Failed | SendOutcome::FailedWith(_) => &self.failed,
            SendOutcome::NotTried { .. } => &self.not_tried,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn count_slow(&self) {
        self.slow.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn count_ended(&self, rounds: u64) {
        self.ended.fetch_add(rounds, Ordering::Relaxed);
    }

    pub(super) fn count_conflict(&self) {
        self.conflicts.fetch_add(1, Ordering::Relaxed);
    }
}

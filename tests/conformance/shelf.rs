//! A store that is simple, and broken in one way.

use std::{
    future::poll_fn,
    mem,
    sync::{Arc, Mutex, MutexGuard},
    task::Poll,
    thread,
    time::Duration,
};

use beian::{
    MobileNumber, RoundStatus, Session, SessionId, Update,
    host::{Lease, Leased, SaveError, SessionStore, Unreadable},
    testkit::store::Storage,
};
use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use serde_json::Value;

use crate::broken::Fault;

/// Its own storage: the clones share the rows.
#[derive(Clone)]
pub struct Shelf {
    fault: Fault,
    /// Whether it sleeps where others wait.
    blocks: bool,
    rows: Arc<Mutex<Rows>>,
}

#[derive(Default)]
struct Rows {
    all: Vec<Row>,
    saving: usize,
    locked: Vec<SessionId>,
}

/// Every version of a session, and what it is found by.
#[derive(Clone)]
struct Row {
    versions: Vec<Session>,
    readable: bool,
    wake: Option<DateTime<Utc>>,
    leased_until: DateTime<Utc>,
    in_vain: bool,
    /// For faults: the end as it was at first, that of the lease before, the version that was leased, if any ever was.
    leased_until_at_first: DateTime<Utc>,
    leased_until_before: DateTime<Utc>,
    version_leased: Option<u64>,
}

const NEVER: DateTime<Utc> = DateTime::<Utc>::MIN_UTC;

impl Row {
    fn id(&self) -> SessionId {
        self.versions[0].id()
    }

    fn latest(&self) -> &Session {
        &self.versions[self.versions.len() - 1]
    }

    fn due_since(&self) -> Option<DateTime<Utc>> {
        Some(self.wake?.max(self.leased_until))
    }
}

impl Rows {
    fn row(&self, id: SessionId) -> Option<&Row> {
        self.all.iter().find(|row| row.id() == id)
    }

    fn row_mut(&mut self, id: SessionId) -> Option<&mut Row> {
        self.all.iter_mut().find(|row| row.id() == id)
    }

    fn unreadable(&self) -> bool {
        self.all.iter().any(|row| !row.readable)
    }
}

#[derive(Debug, thiserror::Error)]
#[error("broken on purpose")]
pub struct Broken;

impl Shelf {
    pub fn with(fault: Fault) -> Self {
        Self {
            fault,
            blocks: false,
            rows: Arc::default(),
        }
    }

    pub fn that_blocks(fault: Fault) -> Self {
        Self {
            blocks: true,
            ..Self::with(fault)
        }
    }

    fn lock(&self) -> MutexGuard<'_, Rows> {
        self.rows.lock().unwrap()
    }

    fn has(&self, fault: Fault) -> bool {
        self.fault == fault
    }

    /// Somebody else may come first here.
    async fn wait(&self) -> Result<(), Broken> {
        if self.blocks {
            thread::sleep(Duration::from_millis(5));
            return Ok(());
        }
        let mut polled = false;
        poll_fn(|context| {
            context.waker().wake_by_ref();
            let before = mem::replace(&mut polled, true);
            if before {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        })
        .await;
        if self.has(Fault::Fails) {
            Err(Broken)
        } else {
            Ok(())
        }
    }
}

impl Storage for Shelf {
    type Store = Self;

    async fn open(&self) -> Self {
        let mut rows = self.lock();
        if Arc::strong_count(&self.rows) == 1 {
            match self.fault {
                Fault::ForgetsSessions => rows.all.clear(),
                Fault::ForgetsWakes => rows.all.iter_mut().for_each(|row| row.wake = None),
                Fault::ForgetsLeases => {
                    rows.all.iter_mut().for_each(|row| row.leased_until = NEVER);
                }
                Fault::ForgetsWhatWasInVain => {
                    rows.all.iter_mut().for_each(|row| row.in_vain = false);
                }
                _ => {}
            }
        }
        self.clone()
    }

    async fn damage(&self, id: SessionId) -> bool {
        self.lock().row_mut(id).unwrap().readable = false;
        true
    }
}

// ---- what is saved and found

impl Shelf {
    fn fits(&self, rows: &Rows, update: &Update) -> bool {
        let stored = rows
            .row(update.id())
            .map_or(0, |row| row.latest().version());
        let expected = update.expected_version();
        stored == expected
            || self.has(Fault::IgnoresVersions) && expected > 0 && stored > 0
            || self.has(Fault::TakesNewerVersions) && expected > stored && stored > 0
            || self.has(Fault::UpdatesInsert) && stored == 0
            || self.has(Fault::InsertsOverwrite) && expected == 0
    }

    fn put(&self, rows: &mut Rows, session: &Session) {
        let written = self.written(session);
        let Some(row) = rows.row_mut(session.id()) else {
            rows.all.push(Row {
                wake: self.wake(session, None),
                readable: true,
                versions: vec![written],
                leased_until: NEVER,
                in_vain: false,
                leased_until_at_first: NEVER,
                leased_until_before: NEVER,
                version_leased: None,
            });
            return;
        };
        row.versions.push(written);
        row.readable = !(self.has(Fault::CutsLargeSnapshots) && session.mobiles().count() > 200);
        row.wake = self.wake(session, row.wake);
        row.in_vain = false;
        if self.has(Fault::SavesEndLeases) {
            row.leased_until = NEVER;
        }
        if self.has(Fault::SavesRenewLeases) {
            let later = session.last_changed_at() + TimeDelta::seconds(30);
            row.leased_until = row.leased_until.max(later);
        }
    }

    fn wake(&self, session: &Session, before: Option<DateTime<Utc>>) -> Option<DateTime<Utc>> {
        match session.wake() {
            None if self.has(Fault::EndedStayDue) => before,
            Some(wake) if self.has(Fault::WakesInMilliseconds) => Some(wake.trunc_subsecs(3)),
            Some(_) if self.has(Fault::WakeOfTheFirstSave) && before.is_some() => before,
            Some(wake) if self.has(Fault::WakeNeverEarlier) => {
                Some(before.map_or(wake, |before| before.max(wake)))
            }
            wake => wake,
        }
    }

    /// As a database keeps it: a snapshot in JSON.
    fn written(&self, session: &Session) -> Session {
        let mut json = serde_json::to_value(session).unwrap();
        if self.has(Fault::KeepsMilliseconds) {
            cut_to_milliseconds(&mut json);
        }
        serde_json::from_value(json).unwrap()
    }

    fn is_of(&self, row: &Row, mobile: &MobileNumber) -> bool {
        let mut numbers = row.latest().mobiles();
        match self.fault {
            Fault::FindsErased => row.versions[0].mobiles().any(|known| known == mobile),
            Fault::FindsByFirstNumber => numbers.next() == Some(mobile),
            Fault::FindsOthers => numbers.next().is_some(),
            _ => numbers.any(|known| known == mobile),
        }
    }

    fn is_found_at(&self, session: &Session, now: DateTime<Utc>) -> bool {
        let ended_at = match session.status() {
            RoundStatus::SmsVerification => {
                let to_come = session.opened_at() > now;
                return !(to_come && self.has(Fault::FindsNothingToCome));
            }
            RoundStatus::Returned { at, .. } if self.has(Fault::FindsByTheEndItself) => at,
            RoundStatus::Returned { noticed_at, .. } => noticed_at,
            RoundStatus::AdministrationReview { at } | RoundStatus::Withdrawn { at } => at,
        };
        let ago = now - ended_at;
        match self.fault {
            Fault::FindsOpenOnly => false,
            Fault::FindsForEver => true,
            Fault::FindsShortOfTenMinutes => ago < TimeDelta::minutes(10),
            Fault::FindsInMilliseconds => ago.num_milliseconds() <= 600_000,
            _ => ago <= TimeDelta::minutes(10),
        }
    }

    /// Locks one row after the other, in the order of the updates.
    async fn lock_rows(&self, updates: &[Update]) -> Result<(), Broken> {
        for (n, update) in updates.iter().enumerate() {
            {
                let mut rows = self.lock();
                if rows.locked.contains(&update.id()) {
                    rows.locked
                        .retain(|id| updates[..n].iter().all(|mine| mine.id() != *id));
                    return Err(Broken);
                }
                rows.locked.push(update.id());
            }
            self.wait().await?;
        }
        self.lock().locked.clear();
        Ok(())
    }
}

fn cut_to_milliseconds(json: &mut Value) {
    match json {
        Value::Object(fields) => fields.values_mut().for_each(cut_to_milliseconds),
        Value::Array(items) => items.iter_mut().for_each(cut_to_milliseconds),
        number => {
            if let Some(micros) = number.as_i64().filter(|n| *n > 1_000_000_000_000_000) {
                *number = (micros / 1_000 * 1_000).into();
            }
        }
    }
}

// ---- what is due and leased

impl Shelf {
    /// Whom a batch is for.
    fn batch(&self, rows: &Rows, now: DateTime<Utc>, limit: usize) -> Vec<Row> {
        let is_due = |row: &&Row| {
            let free = match self.fault {
                Fault::LeasesForEver => row.leased_until == NEVER,
                _ => row.leased_until <= now,
            };
            let patience = TimeDelta::microseconds(self.has(Fault::DueAfterItsWake).into());
            let skipped = self.has(Fault::SkipsUnreadable) && !row.readable;
            free && row.wake.is_some_and(|wake| wake + patience <= now) && !skipped
        };
        let mut due: Vec<_> = rows.all.iter().filter(is_due).cloned().collect();
        due.sort_by_key(|row| (row.due_since(), row.id()));
        match self.fault {
            Fault::NewestFirst => due.reverse(),
            Fault::SmallestIdFirst => due.sort_by_key(Row::id),
            _ => {}
        }
        let limit = match self.fault {
            Fault::NoLimit | Fault::LeasesMoreThanItGives => due.len(),
            Fault::LeasesOneAtLeast => limit.max(1),
            _ => limit,
        };
        if self.has(Fault::NoHalves) {
            due.truncate(limit);
            return due;
        }
        let all = due.clone();
        let (mut old, mut new): (Vec<_>, Vec<_>) =
            due.into_iter().partition(|row| match self.fault {
                Fault::OnceLeasedAlwaysInVain => row.leased_until != NEVER,
                _ => row.in_vain,
            });
        if self.has(Fault::InVainByWake) {
            old.sort_by_key(|row| row.wake);
        }
        let half = match self.fault {
            Fault::NewFirst => 0,
            Fault::OldFirst => limit,
            Fault::LargerHalfInVain => limit.div_ceil(2),
            _ => limit / 2,
        };
        let rest = match self.fault {
            Fault::LeavesHalfEmpty => half.max(1),
            _ => limit.saturating_sub(new.len()),
        };
        old.truncate(half.max(rest));
        new.truncate(limit - old.len());
        if self.has(Fault::InVainFirst) {
            return old.into_iter().chain(new).collect();
        }
        let taken = |row: &Row| old.iter().chain(&new).any(|one| one.id() == row.id());
        all.into_iter().filter(taken).collect()
    }

    fn take(&self, row: &mut Row, now: DateTime<Utc>, span: TimeDelta) -> Leased {
        let until = now + span;
        let says = match self.fault {
            Fault::SaysAnotherEnd => until + TimeDelta::seconds(1),
            _ => until,
        };
        let first = match self.fault {
            Fault::AlwaysFirst => true,
            Fault::NeverFirst => false,
            Fault::FirstInItsLife => row.version_leased.is_none(),
            Fault::UnreadableNeverFirst if !row.readable => false,
            _ => !row.in_vain,
        };
        let left_free = self.has(Fault::UnreadableWithoutLease) && !row.readable;
        if !self.has(Fault::NoLeases) && !left_free {
            row.leased_until_before = row.leased_until;
            row.leased_until = match self.fault {
                Fault::LeasesAMicrosecondMore => until + TimeDelta::microseconds(1),
                Fault::LeasesASecondLess => until - TimeDelta::seconds(1),
                _ => until,
            };
            row.leased_until_at_first = row.leased_until;
            row.version_leased = Some(row.latest().version());
            row.in_vain = true;
        }
        Leased {
            lease: Lease {
                session: row.id(),
                until: says,
                first,
            },
            session: if row.readable {
                Ok(row.latest().clone())
            } else {
                Err(Unreadable::Broken)
            },
        }
    }
}

impl SessionStore for Shelf {
    type Error = Broken;

    async fn load(&self, id: SessionId) -> Result<Option<Session>, Broken> {
        self.wait().await?;
        let rows = self.lock();
        let short = |id: SessionId| id.as_bytes()[8..].to_vec();
        let is_it = |row: &&Row| {
            row.id() == id || self.has(Fault::ShortIds) && short(row.id()) == short(id)
        };
        let Some(row) = rows.all.iter().find(is_it) else {
            return Ok(None);
        };
        if !row.readable {
            return if self.has(Fault::LoadsNothingUnreadable) {
                Ok(None)
            } else {
                Err(Broken)
            };
        }
        let back = usize::from(self.has(Fault::LoadsOneBefore));
        let back = back.min(row.versions.len() - 1);
        Ok(row.versions.iter().rev().nth(back).cloned())
    }

    async fn find(
        &self,
        mobile: &MobileNumber,
        now: DateTime<Utc>,
    ) -> Result<Vec<Session>, Broken> {
        self.wait().await?;
        let rows = self.lock();
        if self.has(Fault::UnreadableStopsFind) && rows.unreadable() {
            return Err(Broken);
        }
        let most = match self.fault {
            Fault::FindsOne => 1,
            _ => usize::MAX,
        };
        let of_number = rows.all.iter().filter(|row| self.is_of(row, mobile));
        let mut sessions = Vec::new();
        for row in of_number.take(most) {
            match row.readable {
                true if self.is_found_at(row.latest(), now) => sessions.push(row.latest().clone()),
                false if !self.has(Fault::FindsWhatIsReadable) => return Err(Broken),
                _ => {}
            }
        }
        Ok(sessions)
    }

    async fn save(&self, updates: &[Update]) -> Result<(), SaveError<Broken>> {
        self.wait().await?;
        let fit = |rows: &Rows| updates.iter().all(|update| self.fits(rows, update));
        let put_all = |rows: &mut Rows| {
            for update in updates {
                self.put(rows, update.session());
            }
        };
        let none_is_there = |rows: &Rows| updates.iter().all(|it| rows.row(it.id()).is_none());
        match self.fault {
            Fault::SavesOneAtATime if updates.len() > 1 => return Err(SaveError::Conflict),
            Fault::DeadlocksAreErrors => self.lock_rows(updates).await?,
            Fault::ChecksThenWaits | Fault::InsertsAfterAWait
                if self.has(Fault::ChecksThenWaits) || none_is_there(&self.lock()) =>
            {
                if !fit(&self.lock()) {
                    return Err(SaveError::Conflict);
                }
                self.wait().await?;
                put_all(&mut self.lock());
                return Ok(());
            }
            Fault::WritesOneByOne => {
                if !fit(&self.lock()) {
                    return Err(SaveError::Conflict);
                }
                for update in updates {
                    self.wait().await?;
                    let mut rows = self.lock();
                    if !self.fits(&rows, update) {
                        return Err(SaveError::Conflict);
                    }
                    self.put(&mut rows, update.session());
                }
                return Ok(());
            }
            Fault::RefusesEverybodyInARace => {
                self.lock().saving += 1;
                self.wait().await?;
                let alone = self.lock().saving == 1;
                self.wait().await?;
                self.lock().saving -= 1;
                if !alone {
                    return Err(SaveError::Conflict);
                }
            }
            Fault::NotAtomic => {
                let mut rows = self.lock();
                for update in updates {
                    if !self.fits(&rows, update) {
                        return Err(SaveError::Conflict);
                    }
                    self.put(&mut rows, update.session());
                }
                return Ok(());
            }
            _ => {}
        }
        let leases: Vec<_> = {
            let rows = self.lock();
            let rows = updates.iter().map(|update| rows.row(update.id()));
            rows.map(|row| row.map_or(NEVER, |row| row.leased_until))
                .collect()
        };
        if self.has(Fault::SavesTheLeaseItSaw) {
            self.wait().await?;
        }
        let mut rows = self.lock();
        let fits = fit(&rows);
        if fits || self.has(Fault::WritesBeforeItRefuses) {
            put_all(&mut rows);
        }
        if fits && self.has(Fault::SavesTheLeaseItSaw) {
            for (update, until) in updates.iter().zip(leases) {
                rows.row_mut(update.id()).unwrap().leased_until = until;
            }
        }
        if fits {
            Ok(())
        } else {
            Err(SaveError::Conflict)
        }
    }

    async fn lease_due(
        &self,
        now: DateTime<Utc>,
        limit: usize,
        lease: TimeDelta,
    ) -> Result<Vec<Leased>, SaveError<Broken>> {
        self.wait().await?;
        let mut batch = self.batch(&self.lock(), now, limit);
        let looks_first = match self.fault {
            Fault::LooksThenLeases | Fault::NoneAsItLooksAgain | Fault::LeasesTheVersionItSaw => {
                self.wait().await?;
                true
            }
            _ => false,
        };
        let mut rows = self.lock();
        if !looks_first {
            batch = self.batch(&rows, now, limit);
        }
        if self.has(Fault::UnreadableStopsLeases) && batch.iter().any(|row| !row.readable) {
            return Err(Broken.into());
        }
        let is_as_it_was = |seen: &Row| {
            let row = rows.row(seen.id());
            row.is_some_and(|row| row.leased_until == seen.leased_until)
        };
        if !self.has(Fault::LooksThenLeases) && !batch.iter().all(is_as_it_was) {
            return Err(SaveError::Conflict);
        }
        let mut leased = Vec::new();
        for seen in batch {
            let row = rows.row_mut(seen.id()).unwrap();
            if self.has(Fault::LeasesTheVersionItSaw) {
                *row = seen;
            }
            leased.push(self.take(row, now, lease));
        }
        if self.has(Fault::LeasesMoreThanItGives) {
            leased.truncate(limit);
        }
        Ok(leased)
    }

    async fn renew(&self, lease: &Lease, until: DateTime<Utc>) -> Result<bool, SaveError<Broken>> {
        self.wait().await?;
        let mut rows = self.lock();
        let Some(row) = rows.row_mut(lease.session) else {
            return Ok(self.has(Fault::RenewAlwaysSaysYes));
        };
        let version = Some(row.latest().version());
        let holds = match self.fault {
            Fault::RenewDoesNothing => return Ok(row.leased_until == lease.until),
            Fault::RenewsWhateverThereIs => true,
            Fault::RenewsTheLeaseBefore if row.leased_until_before == lease.until => true,
            Fault::RenewsTheVersionLeased if row.version_leased != version => false,
            _ => row.leased_until == lease.until,
        };
        if holds {
            row.leased_until = match self.fault {
                Fault::RenewsInMilliseconds => until.trunc_subsecs(3),
                _ => until,
            };
        }
        Ok(match self.fault {
            Fault::RenewSaysNothing => false,
            Fault::RenewAlwaysSaysYes => true,
            _ => holds,
        })
    }

    async fn give_back(&self, lease: &Lease) -> Result<(), SaveError<Broken>> {
        self.wait().await?;
        let mut rows = self.lock();
        let Some(row) = rows.row_mut(lease.session) else {
            return Ok(());
        };
        let holds = match self.fault {
            Fault::GiveBackDoesNothing => false,
            Fault::GivesBackWhateverThereIs => true,
            Fault::GivesBackByTheFirstEnd => row.leased_until_at_first == lease.until,
            _ => row.leased_until == lease.until,
        };
        if holds {
            row.leased_until = match self.fault {
                Fault::GivenBackToTheEndOfTheLine => lease.until - TimeDelta::seconds(30),
                _ => NEVER,
            };
            row.in_vain = match self.fault {
                Fault::GivenBackInVain => true,
                Fault::GivenBackAsFirst => false,
                Fault::GivenBackAsIfNotSaved => !lease.first,
                _ => row.in_vain && !lease.first,
            };
        }
        Ok(())
    }

    async fn next_due(&self, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, Broken> {
        self.wait().await?;
        let rows = self.lock();
        if self.has(Fault::UnreadableStopsNext) && rows.unreadable() {
            return Err(Broken);
        }
        let due_since = |row: &Row| match self.fault {
            Fault::NextIsAnyWake => row.wake,
            Fault::NextWithoutLeased if row.leased_until > now => None,
            Fault::NextIsTheEndOfALease if row.leased_until != NEVER => {
                row.wake.map(|_| row.leased_until)
            }
            _ => row.due_since(),
        };
        let all = rows.all.iter().filter_map(due_since);
        Ok(all
            .filter(|since| match self.fault {
                Fault::NextIsNow => *since >= now,
                Fault::NextIsAny => true,
                _ => *since > now,
            })
            .min())
    }
}

//! The background: hands orders in, looks at the regulator's status, reminds people.
//!
//! Whatever is due at an order is done by one host at a time, under a lease. What that host did and didn't write
//! down, killed in between, is done again by another: an upload under the key that it had, a reminder likewise.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use beian::{
    filing::{ReturnReason, ReturnReasons},
    host::Clock as _,
    tracker::Reminder,
};
use beian_web::{clock::HostClock, order_id::OrderId};
use chrono::{DateTime, TimeDelta, Utc};
use tokio::{sync::watch, task::JoinSet, time};

use crate::{
    order::{Event, Order, Reminded, Round, StepRefusal},
    orders::OrderError,
    platform::Platform,
    regulator::{HandedIn, Uploaded},
    reminders::{Outcome, Outlet},
};

/// Other platforms may accept orders, and put the sandbox's clock forward.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
const SHORTEST_PAUSE: Duration = Duration::from_millis(20);
const AFTER_ERROR: Duration = Duration::from_secs(1);
/// Longer than everything that is due at one order takes.
const LEASE: TimeDelta = TimeDelta::seconds(60);
/// So long reminders of one order are sent at a time.
const REMIND_FOR: Duration = Duration::from_secs(20);
/// Longer than a try of an upload takes: one that was cut off is made again then.
const TRY: TimeDelta = TimeDelta::seconds(30);
/// So many orders at once.
const AT_ONCE: u32 = 16;
/// How long an order that is handed in by hand is left alone.
const BY_HAND: TimeDelta = TimeDelta::hours(1);
/// The first pause after an upload that failed, and after a look that brought nothing; the others are longer.
const UPLOAD_AGAIN: TimeDelta = TimeDelta::seconds(5);
const REFUSED_AGAIN: TimeDelta = TimeDelta::minutes(5);
const LOOK_AGAIN: TimeDelta = TimeDelta::minutes(1);
const LONGEST_WAIT: TimeDelta = TimeDelta::hours(1);
/// How often the sandbox's clock is set by the regulator's, which somebody may have put forward.
const CLOCK_AGAIN: Duration = Duration::from_secs(5);
/// Seals are made anew with the current key so many at a time.
const SEALS_AT_ONCE: u32 = 100;

/// How far seals have been made anew since the start.
#[derive(Debug, Default)]
struct Rotation {
    /// Up to this seal, in this turn.
    after: String,
    /// Those that don't open.
    broken: BTreeSet<String>,
    /// Keys of which it was said that they can go.
    told: BTreeSet<u32>,
}

type Problem = Box<dyn std::error::Error + Send + Sync>;

/// What the worker works with.
#[derive(Debug, Clone)]
pub struct Worker {
    /// Orders, regulator, clock.
    pub platform: Arc<Platform>,
    /// How people are reminded.
    pub outlet: Arc<Outlet>,
}

impl Worker {
    fn clock(&self) -> &HostClock {
        &self.platform.orders.clock
    }

    /// Works until `stop` says so; what is under way then is finished.
    pub async fn run(self, stop: watch::Receiver<bool>) {
        let bell = Arc::clone(&self.platform.bell);
        let mut passes = bell.passes(stop.clone());
        let (mut looked_at_clock, mut rotation) = (None, Rotation::default());
        loop {
            let pass = self.pass(&stop, &mut looked_at_clock, &mut rotation);
            let pause = match pass.await {
                Ok(Some(next)) => {
                    let pause = next.signed_duration_since(self.clock().now());
                    let pause = pause.to_std().unwrap_or_default();
                    pause.clamp(SHORTEST_PAUSE, LONGEST_PAUSE)
                }
                Ok(None) => LONGEST_PAUSE,
                Err(error) => {
                    tracing::error!(%error, "worker");
                    AFTER_ERROR
                }
            };
            self.platform.limits.tidy();
            if !passes.another(pause).await {
                return;
            }
        }
    }

    /// Does everything that is due now; says when something will be again.
    async fn pass(
        &self,
        stop: &watch::Receiver<bool>,
        looked_at_clock: &mut Option<time::Instant>,
        rotation: &mut Rotation,
    ) -> Result<Option<DateTime<Utc>>, Problem> {
        if self.platform.sandbox && looked_at_clock.is_none_or(|at| at.elapsed() > CLOCK_AGAIN) {
            self.same_time().await?;
            *looked_at_clock = Some(time::Instant::now());
        }
        self.seal_anew(rotation).await?;
        let store = &self.platform.orders.store;
        while !*stop.borrow() {
            let until = Utc::now().checked_add_signed(LEASE).unwrap_or_default();
            let lease = i64::from(getrandom::u32()?);
            let now = self.clock().now();
            let due = store.take_due(now, until, lease, AT_ONCE).await?;
            if due.is_empty() {
                break;
            }
            let mut under_way = JoinSet::new();
            for order in due {
                let worker = self.clone();
                under_way.spawn(async move {
                    let id = order.id;
                    if let Err(error) = worker.look_after(order).await {
                        // It is still due. The lease keeps it from being tried again at once, and for ever.
                        tracing::error!(%error, order = %id, "order");
                        return;
                    }
                    if let Err(error) = worker.platform.orders.store.give_back(id, lease).await {
                        tracing::error!(%error, order = %id, "lease");
                    }
                });
            }
            under_way.join_all().await;
        }
        Ok(store.next_free().await?)
    }

    /// In a sandbox, this clock is as far ahead as the regulator's, and as other platforms'.
    async fn same_time(&self) -> Result<(), Problem> {
        let database = self.platform.orders.store.database();
        self.clock().refresh(database).await?;
        if let Some(ahead) = self.platform.regulator.ahead().await {
            let behind = ahead
                .checked_sub(&self.clock().offset())
                .unwrap_or_default();
            if behind > TimeDelta::seconds(1) {
                let offset = database.advance_clock(behind).await?;
                self.clock().put_forward_to(offset);
            }
        }
        Ok(())
    }

    /// Seals of older keys are made anew, so that these can leave the key file. One that doesn't open is said
    /// once, and holds nothing up.
    async fn seal_anew(&self, rotation: &mut Rotation) -> Result<(), Problem> {
        let (store, sealer) = (&self.platform.orders.store, &self.platform.orders.sealer);
        if sealer.older().next().is_none() {
            return Ok(());
        }
        let old = store
            .seals_of_other_keys(sealer.current(), &rotation.after, SEALS_AT_ONCE)
            .await?;
        let Some((_, last)) = old.last() else {
            rotation.after.clear();
            return self.say_what_can_go(rotation).await;
        };
        rotation.after.clone_from(&last.id);
        for (order, sealed) in old {
            // Of another host's newer key, or said already.
            if !sealer.has(sealed.key) || rotation.broken.contains(&sealed.id) {
                continue;
            }
            match sealer.seal_anew(order, &sealed) {
                Ok(anew) => store.replace_seal(&anew).await?,
                Err(error) => {
                    tracing::error!(%error, %order, "seal");
                    rotation.broken.insert(sealed.id);
                }
            }
        }
        Ok(())
    }

    /// Once for each key.
    async fn say_what_can_go(&self, rotation: &mut Rotation) -> Result<(), Problem> {
        let (store, sealer) = (&self.platform.orders.store, &self.platform.orders.sealer);
        if sealer.older().all(|key| rotation.told.contains(&key)) {
            return Ok(());
        }
        let in_use = store.seal_keys().await?;
        for key in sealer.older().filter(|key| !in_use.contains(key)) {
            if rotation.told.insert(key) {
                tracing::info!("nothing is sealed with `seal {key}` any more: its line can go");
            }
        }
        Ok(())
    }

    /// Does what is due at one order.
    async fn look_after(&self, order: Order) -> Result<(), OrderError> {
        if order.is_to_upload() && self.platform.regulator.uploads() {
            return self.upload(order).await;
        }
        if let Some(round) = &order.round {
            self.remind(&order, round).await?;
        }
        let now = self.clock().now();
        let is_due = order.next_poll(now).is_some_and(|at| at <= now);
        if order.is_to_upload() || is_due {
            return self.look(&order).await;
        }
        Ok(())
    }

    /// Hands it in: that it is tried stands in the database before, what became of it after.
    async fn upload(&self, order: Order) -> Result<(), OrderError> {
        let (id, submission) = (order.id, order.upload.submission);
        let now = self.clock().now();
        if let Err(why) = order.requirement(now) {
            let words = why.text(beian::Lang::Zh);
            let reasons: ReturnReasons = [ReturnReason::new("", &words)].into_iter().collect();
            self.still(id, submission, |order, now| {
                order.upload_refused(reasons.clone(), now)
            })
            .await?;
            return Ok(());
        }
        let form = match self.platform.orders.form_to_upload(&order).await {
            Ok(form) => form,
            // Nothing is handed in, so nothing is in doubt: staff can give it back.
            Err(error @ OrderError::Seal(_)) => {
                tracing::error!(%error, order = %id, "order");
                let later = self.still(id, submission, |order, now| {
                    order.upload.next_try = now.checked_add_signed(with_jitter(REFUSED_AGAIN));
                    Ok(())
                });
                return later.await.map(drop);
            }
            Err(error) => return Err(error),
        };
        let begun = self.still(id, submission, |order, now| {
            order.begin_upload(now);
            order.upload.next_try = now.checked_add_signed(TRY);
            Ok(())
        });
        let order = begun.await?;
        let handed_in = HandedIn {
            key: format!("{id}-{submission}"),
            form,
            known_as: order
                .upload
                .regulator_id
                .clone()
                .filter(|_| order.upload.unchanged),
        };
        let uploaded = self.platform.regulator.upload(&handed_in).await;
        drop(handed_in);
        self.note(id, submission, uploaded).await
    }

    async fn note(
        &self,
        id: OrderId,
        submission: u32,
        uploaded: Uploaded,
    ) -> Result<(), OrderError> {
        let following = self.platform.orders.following;
        self.still(id, submission, |order, now| match &uploaded {
            Uploaded::Taken(called) => {
                let since = order.upload.first_try.unwrap_or(now);
                let requirement = order.requirement(now)?;
                order.submitted(Some(called.clone()), since, now, &requirement, following)
            }
            Uploaded::Failed(code) => {
                order.upload.next_try = again(now, REFUSED_AGAIN, order.upload.tries);
                order.upload_failed(*code, now)
            }
            Uploaded::Refused(reasons) => order.upload_refused(reasons.clone(), now),
            Uploaded::NoAnswer => {
                order.unanswered(now);
                order.upload.next_try = again(now, UPLOAD_AGAIN, order.upload.tries);
                Ok(())
            }
        })
        .await?;
        Ok(())
    }

    /// A change of an order that still waits for this submission; of another one it is no business.
    async fn still(
        &self,
        id: OrderId,
        submission: u32,
        step: impl Fn(&mut Order, DateTime<Utc>) -> Result<(), StepRefusal> + Send + Sync,
    ) -> Result<Order, OrderError> {
        let amended = self.platform.orders.amend(id, |order, now| {
            if order.is_to_upload() && order.upload.submission == submission {
                step(order, now)
            } else {
                Err(StepRefusal::Changed)
            }
        });
        amended.await
    }

    /// Looks at the regulator's status. What comes of a look that was overtaken changes nothing.
    async fn look(&self, order: &Order) -> Result<(), OrderError> {
        let asked = self.clock().now();
        let kind = order.filing.filing_type();
        let id = order.id.to_string();
        let called = order.upload.regulator_id.as_deref().unwrap_or(&id);
        let answers = self.platform.regulator.answers();
        let saw = if answers {
            self.platform.regulator.look(called, kind).await
        } else {
            None
        };
        let before = (order.status(), order.upload.submission);
        let following = self.platform.orders.following;
        let amended = self.platform.orders.amend(order.id, |order, now| {
            if (order.status(), order.upload.submission) != before {
                return Err(StepRefusal::Changed);
            }
            if !answers && order.is_to_upload() {
                order.upload.next_try = now.checked_add_signed(BY_HAND);
                return Ok(());
            }
            order.looked(saw.as_ref(), asked, following)?;
            hold(order, saw.is_some() || !answers, now);
            Ok(())
        });
        match amended.await {
            Err(OrderError::Step(StepRefusal::Changed)) => Ok(()),
            amended => amended.map(drop),
        }
    }

    /// Sends what is due to people, and notes what is due to the platform itself.
    async fn remind(&self, order: &Order, round: &Round) -> Result<(), OrderError> {
        let now = self.clock().now();
        if round.held_until.is_some_and(|until| until > now) {
            return Ok(());
        }
        let since = time::Instant::now();
        for reminder in round.tracker.reminders(now) {
            if since.elapsed() > REMIND_FOR {
                break;
            }
            let outcome = self.send(order, round, &reminder, now).await;
            self.note_reminder(order, round, &reminder, outcome).await?;
            if let Outcome::Later(_) = outcome {
                break;
            }
        }
        Ok(())
    }

    async fn send(
        &self,
        order: &Order,
        round: &Round,
        reminder: &Reminder,
        now: DateTime<Utc>,
    ) -> Outcome {
        let Some(to) = &reminder.person else {
            return Outcome::Sent;
        };
        let person = round.people().find(|(mobile, _)| *mobile == to);
        let Some((_, person)) = person else {
            return Outcome::Refused;
        };
        let key = format!("{}-{}-{}", order.id, round.number, reminder.key);
        let link = self.platform.person_link(person);
        self.outlet.send(&key, to, reminder, &link, now).await
    }

    async fn note_reminder(
        &self,
        order: &Order,
        round: &Round,
        reminder: &Reminder,
        outcome: Outcome,
    ) -> Result<(), OrderError> {
        let number = round.number;
        let noted = self.platform.orders.amend(order.id, |order, now| {
            let Some(round) = order.round.as_mut().filter(|round| round.number == number) else {
                return Ok(());
            };
            if let Outcome::Later(wait) = outcome {
                round.held_until = now.checked_add_signed(wait);
                return Ok(());
            }
            round.tracker.reminded(reminder.key);
            let mobile = reminder.person.map(|mobile| mobile.to_string());
            let kind = reminder.kind.name().to_owned();
            order.reminded(Reminded {
                round: number,
                kind: kind.clone(),
                mobile: mobile.clone(),
                due: reminder.due,
                sent_at: (outcome == Outcome::Sent).then_some(now),
            });
            order.note(
                now,
                Event::Reminded {
                    about: kind,
                    mobile,
                },
            );
            Ok(())
        });
        noted.await.map(drop)
    }
}

/// When something is tried again that failed so often: later each time, and not at the same instant as others.
fn again(now: DateTime<Utc>, first: TimeDelta, times: u32) -> Option<DateTime<Utc>> {
    let doubled = 2_i32.saturating_pow(times.saturating_sub(1).min(12));
    let wait = first
        .checked_mul(doubled)
        .unwrap_or(LONGEST_WAIT)
        .min(LONGEST_WAIT);
    now.checked_add_signed(with_jitter(wait))
}

/// Between half of it and all of it.
fn with_jitter(wait: TimeDelta) -> TimeDelta {
    let random = i64::from(getrandom::u32().unwrap_or(u32::MAX));
    let half = wait.num_milliseconds().checked_div(2).unwrap_or(0);
    let part = i128::from(half).saturating_mul(random.into()) >> 32;
    TimeDelta::milliseconds(half.saturating_add(i64::try_from(part).unwrap_or(0)))
}

/// When it is looked at again at the earliest: after a look that brought nothing later each time, else a little
/// after its time, so that many orders aren't looked at all at once.
fn hold(order: &mut Order, brought: bool, now: DateTime<Utc>) {
    if !brought {
        order.polls.failures = order.polls.failures.saturating_add(1);
        order.polls.not_before = again(now, LOOK_AGAIN, order.polls.failures);
        if order.is_to_upload() {
            order.upload.next_try = order.polls.not_before;
        }
        return;
    }
    order.polls.failures = 0;
    order.polls.not_before = None;
    let next = order.next_poll(now);
    order.polls.not_before = next.and_then(|next| {
        let wait = next.signed_duration_since(now);
        let tenth = TimeDelta::milliseconds(wait.num_milliseconds().checked_div(10)?);
        next.checked_add_signed(with_jitter(tenth.min(TimeDelta::minutes(1))))
    });
    if order.is_to_upload() {
        order.upload.next_try = now.checked_add_signed(with_jitter(BY_HAND));
    }
}

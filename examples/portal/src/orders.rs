//! Orders: filed, submitted, resubmitted, withdrawn, looked at.
//!
//! What a round does (it completes, it is returned) is written once, in the session; the life of the
//! order follows from it whenever it is read. The portal's own steps write order and round in one
//! transaction. So there is no second write that a crash could lose.

use std::sync::Arc;

use beian::{
    FilingOrder, FilingPolicy, KeptIds, KeyError, OpenError, Opening, OrderForm, OrderLife,
    OrderProblems, OrderStatus, Recipients, Refusal, RoundStatus, Seed, Session, Update,
    filing::{LifeRefusal, NotFileable, OrderStep},
    host::{Clock as _, Desk, HostError, SaveError},
    rulebook,
};
use beian_sqlx::AnyStore;
use beian_web::{clock::HostClock, idempotency::IdempotencyKey, order_id::OrderId};
use chrono::{DateTime, Utc};
use getrandom::SysRng;

use crate::{
    keys::PortalKeys,
    store::{OrderRow, Store, StoreError, Trail, round_of},
};

/// Everything that can be done to orders.
#[derive(Debug)]
pub struct Orders {
    store: Arc<Store>,
    desk: Arc<Desk<AnyStore>>,
    keys: Arc<PortalKeys>,
    clock: HostClock,
}

/// An order as it stands.
#[derive(Debug, Clone)]
pub struct Order {
    /// Its id.
    pub id: OrderId,
    /// When it was filed.
    pub filed_at: DateTime<Utc>,
    /// What was filed, without ID numbers.
    pub filing: FilingOrder,
    /// Where it is.
    pub life: OrderLife,
    /// The latest round, if anybody had to verify.
    pub round: Option<Session>,
    /// Everything that happened.
    pub trail: Vec<Trail>,
}

/// Some orders of a list.
#[derive(Debug, Clone)]
pub struct Page {
    /// Oldest first.
    pub items: Vec<Order>,
    /// Where the next page begins, if there is one.
    pub next: Option<OrderId>,
}

impl Orders {
    /// Orders over a store, with the rounds at a desk.
    #[must_use]
    pub const fn new(
        store: Arc<Store>,
        desk: Arc<Desk<AnyStore>>,
        keys: Arc<PortalKeys>,
        clock: HostClock,
    ) -> Self {
        Self {
            store,
            desk,
            keys,
            clock,
        }
    }

    /// Files an order: it is in the initial review. Under a key that an order was filed under before, that
    /// one as it was then.
    ///
    /// # Errors
    /// [`OrderError::Problems`] with everything that is wrong; [`OrderError::KeyReused`]; the store, the
    /// keys.
    pub async fn file(
        &self,
        form: &OrderForm,
        key: Option<IdempotencyKey>,
    ) -> Result<Order, OrderError> {
        let key = key.map(|key| key.sealed(&self.keys.signing));
        if let Some(key) = key
            && let Some(order) = self.filed_under(key).await?
        {
            return Ok(order);
        }
        let now = self.clock.now();
        let filing = form.check_at(&FilingPolicy::default(), now)?;
        let ids = KeptIds::of(&filing, &*self.keys)?;
        let mut random = [0; 5];
        getrandom::fill(&mut random)?;
        let row = OrderRow {
            id: OrderId::new(now, random),
            version: 1,
            filed_at: now,
            filing,
            ids,
            life: OrderLife::new(),
            round: None,
        };
        match (self.store.file(&row, key).await, key) {
            (Ok(()), _) => self.stored(row.id).await,
            // Another request under the key was faster.
            (Err(StoreError::Conflict), Some(key)) => {
                let order = self.filed_under(key).await?;
                Ok(order.ok_or(StoreError::Conflict)?)
            }
            (Err(error), _) => Err(error.into()),
        }
    }

    /// The order that was filed under a key, as it was then.
    async fn filed_under(&self, key: IdempotencyKey) -> Result<Option<Order>, OrderError> {
        let Some(id) = self.done_under(key).await? else {
            return Ok(None);
        };
        let mut order = self.stored(id).await?;
        order.life = OrderLife::new();
        order.round = None;
        order.trail.truncate(1);
        Ok(Some(order))
    }

    /// The initial review has passed: the order goes to the administration, and whoever must verify
    /// is texted. Under a key that it was submitted under before, the order as it is by now.
    ///
    /// # Errors
    /// [`OrderError`].
    pub async fn submit(
        &self,
        id: OrderId,
        key: Option<IdempotencyKey>,
    ) -> Result<Order, OrderError> {
        let round = Box::pin(self.begin_round(id, key, "order_submitted", OrderLife::submit));
        self.once(id, key, round).await
    }

    /// A returned order is submitted again: a new round. Under a key, as in [`submit`](Self::submit).
    ///
    /// # Errors
    /// [`OrderError`].
    pub async fn resubmit(
        &self,
        id: OrderId,
        key: Option<IdempotencyKey>,
    ) -> Result<Order, OrderError> {
        let round = Box::pin(self.begin_round(id, key, "order_resubmitted", OrderLife::resubmit));
        self.once(id, key, round).await
    }

    /// A step, unless it was taken under the key: before, or by another request meanwhile.
    async fn once(
        &self,
        id: OrderId,
        key: Option<IdempotencyKey>,
        step: impl Future<Output = Result<Order, OrderError>>,
    ) -> Result<Order, OrderError> {
        let Some(key) = key else {
            return step.await;
        };
        if self.done_under(key).await?.is_some() {
            return self.stored(id).await;
        }
        match step.await {
            Err(_) if self.done_under(key).await?.is_some() => self.stored(id).await,
            taken => taken,
        }
    }

    /// To which order the same was done under the key, if anything was.
    async fn done_under(&self, key: IdempotencyKey) -> Result<Option<OrderId>, OrderError> {
        match self.store.filed_under(key.key).await? {
            Some((body, _)) if body != key.body => Err(OrderError::KeyReused),
            found => Ok(found.map(|(_, id)| id)),
        }
    }

    /// The order is taken back, for good.
    ///
    /// # Errors
    /// [`OrderError`].
    pub async fn withdraw(&self, id: OrderId) -> Result<Order, OrderError> {
        let at = self.clock.now();
        let step = |life: &OrderLife| {
            if life.status() == OrderStatus::SmsVerification {
                // A platform couldn't; who issues the codes withdraws the round, and the order follows.
                life.after_round(RoundStatus::Withdrawn { at })
            } else {
                life.withdraw()
            }
        };
        let (order, life) = self.load(id).await?;
        let _ = step(&life)?;
        let Some(round) = order.round_id() else {
            let event = Some((self.clock.now(), "order_withdrawn"));
            return self.step_alone(&order, step, event, None).await;
        };
        // The round's own event says so.
        let write = |update| self.write(&order, step, Some(update), None, None);
        let withdrawn = self.desk.withdraw_with(round, write).await;
        self.done(id, withdrawn, step).await
    }

    /// One order.
    ///
    /// # Errors
    /// [`OrderError::NotFound`]; the store.
    pub async fn order(&self, id: OrderId) -> Result<Order, OrderError> {
        let (row, life) = self.load(id).await?;
        self.with_trail(row, life).await
    }

    /// Orders of a status, or of all, after the one named, oldest first.
    ///
    /// # Errors
    /// The store.
    pub async fn list(
        &self,
        status: Option<OrderStatus>,
        after: Option<OrderId>,
        limit: u32,
    ) -> Result<Page, OrderError> {
        let after = after.unwrap_or(OrderId::FIRST);
        let most = limit.saturating_add(1);
        let mut rows = match status {
            Some(status) => self.store.orders_of(status, after, most).await?,
            None => self.store.orders(after, most).await?,
        };
        let more = rows.len() > usize::try_from(limit).unwrap_or(usize::MAX);
        if more {
            rows.pop();
        }
        let next = rows.last().map(|row| row.id).filter(|_| more);
        let mut items = Vec::new();
        for row in rows {
            let (row, life) = self.look(row).await?;
            if status.is_none_or(|status| life.status() == status) {
                items.push(self.with_trail(row, life).await?);
            }
        }
        Ok(Page { items, next })
    }

    async fn begin_round(
        &self,
        id: OrderId,
        key: Option<IdempotencyKey>,
        event: &'static str,
        step: impl Fn(&OrderLife, Option<&Recipients>) -> Result<OrderLife, LifeRefusal>,
    ) -> Result<Order, OrderError> {
        let (order, life) = self.load(id).await?;
        let now = self.clock.now();
        let requirement = rulebook::requirement(&order.filing, now)?;
        let recipients = requirement.recipients();
        let step = |life: &OrderLife| step(life, recipients);
        let (rounds, event) = (step(&life)?.rounds(), Some((now, event)));
        let Some(recipients) = recipients else {
            return self.step_alone(&order, step, event, key).await;
        };
        let seed = Seed::draw(&mut SysRng)?;
        let opening = Opening::new(round_of(id, rounds), recipients, seed).with_ids(&order.ids);
        let write = |update| self.write(&order, step, Some(update), event, key);
        let opened = self.desk.open_with(&opening, write).await;
        self.done(id, opened, step).await
    }

    /// A step with which no round begins or ends.
    async fn step_alone(
        &self,
        seen: &OrderRow,
        step: impl Fn(&OrderLife) -> Result<OrderLife, LifeRefusal>,
        event: Option<(DateTime<Utc>, &'static str)>,
        key: Option<IdempotencyKey>,
    ) -> Result<Order, OrderError> {
        let written = self.write(seen, &step, None, event, key).await;
        let written = written.map_err(|error| match error {
            SaveError::Conflict => HostError::Conflict,
            SaveError::Store(error) => HostError::Store(error),
        });
        self.done(seen.id, written, step).await
    }

    /// The order as it is by now goes one step, in one transaction with its round. What the order
    /// forbids by now is refused.
    async fn write(
        &self,
        seen: &OrderRow,
        step: impl Fn(&OrderLife) -> Result<OrderLife, LifeRefusal>,
        round: Option<Update>,
        event: Option<(DateTime<Utc>, &'static str)>,
        key: Option<IdempotencyKey>,
    ) -> Result<(), SaveError<OrderError>> {
        let (order, life) = self.load(seen.id).await?;
        let life = step(&life).map_err(OrderError::from)?;
        // A round has begun since the step was decided on: it would have to be about that one.
        if order.round_id() != seen.round_id() {
            return Err(OrderError::from(StoreError::Conflict).into());
        }
        let round = round.as_ref();
        let step = self.store.step(&order, &life, round, event, key).await;
        if let (Err(SaveError::Conflict), Some(key)) = (&step, key)
            && self.done_under(key).await?.is_some()
        {
            // Final: deciding again would come to the same.
            return Err(OrderError::from(StoreError::Conflict).into());
        }
        step.map_err(|error| match error {
            SaveError::Conflict => SaveError::Conflict,
            SaveError::Store(error) => SaveError::Store(error.into()),
        })
    }

    /// The order after a step. If somebody else was faster, what it says to the step by now.
    async fn done<T>(
        &self,
        id: OrderId,
        done: Result<T, HostError<OrderError>>,
        step: impl Fn(&OrderLife) -> Result<OrderLife, LifeRefusal>,
    ) -> Result<Order, OrderError> {
        if let Err(HostError::Exists | HostError::Conflict | HostError::Refused(_)) = done {
            let _ = step(&self.load(id).await?.1)?;
        }
        done?;
        self.stored(id).await
    }

    /// An order that is known to be there. The node of a cluster that is asked may not have it yet: to be tried
    /// again, as if there had been no answer.
    async fn stored(&self, id: OrderId) -> Result<Order, OrderError> {
        match self.order(id).await {
            Err(OrderError::NotFound) => Err(StoreError::Conflict.into()),
            found => found,
        }
    }

    async fn load(&self, id: OrderId) -> Result<(OrderRow, OrderLife), OrderError> {
        let row = self.store.order(id).await?.ok_or(OrderError::NotFound)?;
        self.look(row).await
    }

    /// The order with its round as it is now, and the life that follows.
    async fn look(&self, mut row: OrderRow) -> Result<(OrderRow, OrderLife), OrderError> {
        if let Some(round) = row.round.take() {
            row.round = Some(if round.tick(self.clock.now()).is_ok() {
                self.desk.session(round.id()).await?
            } else {
                round
            });
        }
        let life = match &row.round {
            Some(round) if row.life.status() == OrderStatus::SmsVerification => {
                row.life.after_round(round.status())?
            }
            Some(_) | None => row.life.clone(),
        };
        Ok((row, life))
    }

    async fn with_trail(&self, row: OrderRow, life: OrderLife) -> Result<Order, OrderError> {
        let trail = self.store.trail(row.id).await?;
        Ok(Order {
            id: row.id,
            filed_at: row.filed_at,
            filing: row.filing,
            life,
            round: row.round,
            trail,
        })
    }
}

impl Order {
    /// What is possible now: what the order's life allows, and, as the portal issues the codes itself, a
    /// withdrawal in SMS verification (D32).
    #[must_use]
    pub fn possible(&self) -> Vec<OrderStep> {
        let verifying = self.life.status() == OrderStatus::SmsVerification;
        let withdrawal = verifying.then_some(OrderStep::Withdraw);
        let possible = self.life.possible().iter().copied();
        possible.chain(withdrawal).collect()
    }

    /// Which of the portal's steps are possible now.
    #[must_use]
    pub fn can(&self, step: OrderStep) -> bool {
        self.possible().contains(&step)
    }
}

/// Why nothing happened to an order.
#[derive(Debug, thiserror::Error)]
pub enum OrderError {
    /// There is none of that id.
    #[error("no such order")]
    NotFound,
    /// Something else was done under its idempotency key.
    #[error("the idempotency key was used with another request")]
    KeyReused,
    /// It can't be filed.
    #[error("the order can't be filed")]
    Problems(#[from] OrderProblems),
    /// A service of it can't be filed at the instant of its submission.
    #[error(transparent)]
    NotFileable(#[from] NotFileable),
    /// Its status doesn't allow the step.
    #[error(transparent)]
    Step(#[from] LifeRefusal),
    /// Its round doesn't allow the step.
    #[error(transparent)]
    Round(#[from] Refusal),
    /// The round can't be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The keys.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No random bytes.
    #[error("no random bytes: {0}")]
    Entropy(#[from] getrandom::Error),
}

/// The desk's store is the sessions' alone.
impl From<beian_sqlx::Error> for OrderError {
    fn from(error: beian_sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl<E: Into<Self>> From<HostError<E>> for OrderError {
    fn from(error: HostError<E>) -> Self {
        match error {
            HostError::Store(error) => error.into(),
            HostError::Key(error) => error.into(),
            HostError::Open(error) => error.into(),
            HostError::Refused(refusal) => refusal.into(),
            HostError::NotFound => Self::NotFound,
            HostError::Conflict | HostError::Exists => StoreError::Conflict.into(),
            HostError::LeaseTooShort { .. } | _ => {
                StoreError::Malformed("answer of the desk").into()
            }
        }
    }
}

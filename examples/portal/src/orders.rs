//! Orders: filed, submitted, resubmitted, withdrawn, looked at.
//!
//! What a round does (it completes, it is returned) is written once, in the session; the life of the
//! order follows from it whenever it is read. The portal's own steps write order and round in one
//! transaction. So there is no second write that a crash could lose.

use std::sync::Arc;

use beian::{
    FilingOrder, FilingPolicy, KeptIds, KeyError, OpenError, Opening, OrderForm, OrderLife,
    OrderProblems, OrderStatus, Recipients, Refusal, Seed, Session, Update,
    filing::{LifeRefusal, NotFileable, OrderStep},
    host::{Clock as _, Desk, HostError, SessionStore as _},
    rulebook,
};
use chrono::{DateTime, Utc};
use getrandom::SysRng;

use crate::{
    clock::PortalClock,
    keys::PortalKeys,
    store::{OrderId, OrderRow, Store, StoreError, Trail},
};

/// How often a step is decided again when others are faster.
const TRIES: usize = 16;

/// Everything that can be done to orders.
#[derive(Debug)]
pub struct Orders {
    store: Arc<Store>,
    desk: Arc<Desk<Arc<Store>>>,
    keys: Arc<PortalKeys>,
    clock: PortalClock,
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
        desk: Arc<Desk<Arc<Store>>>,
        keys: Arc<PortalKeys>,
        clock: PortalClock,
    ) -> Self {
        Self {
            store,
            desk,
            keys,
            clock,
        }
    }

    /// Files an order: it is in the initial review.
    ///
    /// # Errors
    /// [`OrderError::Problems`] with everything that is wrong; the store, the keys.
    pub async fn file(&self, form: &OrderForm) -> Result<Order, OrderError> {
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
        self.store.file(&row).await?;
        self.order(row.id).await
    }

    /// The initial review has passed: the order goes to the administration, and whoever must verify
    /// is texted.
    ///
    /// # Errors
    /// [`OrderError`].
    pub async fn submit(&self, id: OrderId) -> Result<Order, OrderError> {
        self.begin_round(id, "order_submitted", OrderLife::submit)
            .await
    }

    /// A returned order is submitted again: a new round.
    ///
    /// # Errors
    /// [`OrderError`].
    pub async fn resubmit(&self, id: OrderId) -> Result<Order, OrderError> {
        self.begin_round(id, "order_resubmitted", OrderLife::resubmit)
            .await
    }

    /// The order is taken back, for good.
    ///
    /// # Errors
    /// [`OrderError`].
    pub async fn withdraw(&self, id: OrderId) -> Result<Order, OrderError> {
        for _ in 0..TRIES {
            let (order, life) = self.load(id).await?;
            let life = life.withdraw()?;
            let now = self.clock.now();
            let withdrawn = order.round.as_ref().map(|round| round.withdraw(now));
            let withdrawn = withdrawn.transpose()?;
            let update = withdrawn.as_ref().map(beian::Decision::update);
            // With a round, its own event says so.
            let event = update.is_none().then_some((now, "order_withdrawn"));
            if self.stored(&order, life, update, event).await? {
                return self.order(id).await;
            }
        }
        Err(StoreError::Conflict.into())
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
        let mut rows = self
            .store
            .orders(status, after, limit.saturating_add(1))
            .await?;
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
        event: &'static str,
        step: impl Fn(OrderLife, Option<&Recipients>) -> Result<OrderLife, LifeRefusal>,
    ) -> Result<Order, OrderError> {
        for _ in 0..TRIES {
            let (order, life) = self.load(id).await?;
            let now = self.clock.now();
            let requirement = rulebook::requirement(&order.filing, now)?;
            let recipients = requirement.recipients();
            let life = step(life, recipients)?;
            let decision = match recipients {
                Some(recipients) => Some(self.open(&order, life, recipients, now).await?),
                None => None,
            };
            let update = decision.as_ref().map(beian::Decision::update);
            if self
                .stored(&order, life, update, Some((now, event)))
                .await?
            {
                return self.order(id).await;
            }
        }
        Err(StoreError::Conflict.into())
    }

    async fn open(
        &self,
        order: &OrderRow,
        life: OrderLife,
        recipients: &Recipients,
        now: DateTime<Utc>,
    ) -> Result<beian::Decision<()>, OrderError> {
        let mut others = Vec::new();
        for recipient in recipients {
            others.extend(self.store.find(recipient.mobile(), now).await?);
        }
        let seed = Seed::draw(&mut SysRng)?;
        let opening = Opening::new(order.id.round(life.rounds()), recipients, seed)
            .with_ids(&order.ids)
            .beside(&others);
        Ok(Session::open(&opening, &*self.keys, now)?)
    }

    /// Whether it was stored; `false` if somebody else was faster.
    async fn stored(
        &self,
        order: &OrderRow,
        life: OrderLife,
        round: Option<&Update>,
        event: Option<(DateTime<Utc>, &'static str)>,
    ) -> Result<bool, OrderError> {
        match self.store.step(order, life, round, event).await {
            Ok(()) => Ok(true),
            Err(error) if error.is_conflict() => Ok(false),
            Err(error) => Err(error.into()),
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
            Some(_) | None => row.life,
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
    /// Which of the portal's steps are possible now.
    #[must_use]
    pub fn can(&self, step: OrderStep) -> bool {
        self.life.possible().contains(&step)
    }
}

/// Why nothing happened to an order.
#[derive(Debug, thiserror::Error)]
pub enum OrderError {
    /// There is none of that id.
    #[error("no such order")]
    NotFound,
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

impl From<HostError<StoreError>> for OrderError {
    fn from(error: HostError<StoreError>) -> Self {
        match error {
            HostError::Store(error) => error.into(),
            HostError::Key(error) => error.into(),
            HostError::Open(error) => error.into(),
            HostError::Refused(refusal) => refusal.into(),
            HostError::NotFound => Self::NotFound,
            HostError::Conflict | HostError::Exists => StoreError::Conflict.into(),
            _ => StoreError::Malformed("answer of the desk").into(),
        }
    }
}

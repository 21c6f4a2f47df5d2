//! The orders, as the portal itself changes them, and their audit trail.

use beian::{
    FilingOrder, KeptIds, Lang, OrderLife, OrderStatus, Session, SessionId, Update, host::SaveError,
};
use beian_sqlx::StoredEvent;
use beian_web::{
    database::{Statement, execute},
    idempotency::IdempotencyKey,
    order_id::OrderId,
};
use chrono::{DateTime, Utc};
use sqlx::{AnyConnection, Row as _, any::AnyRow};

use super::{Store, StoreError};

/// The id of an order's n-th round: order and round in one.
#[must_use]
pub fn round_of(order: OrderId, n: u32) -> SessionId {
    SessionId::of_round(order.bytes(), n)
}

/// Whose round it is.
#[must_use]
pub fn order_of(round: SessionId) -> OrderId {
    OrderId::from_bytes(round.order_and_round().0)
}

/// An order as it is stored.
#[derive(Debug, Clone)]
pub struct OrderRow {
    /// Its id.
    pub id: OrderId,
    /// One more with each step of the portal's own.
    pub version: i64,
    /// When it was filed.
    pub filed_at: DateTime<Utc>,
    /// What was filed, without ID numbers.
    pub filing: FilingOrder,
    /// The last six of the IDs, which its rounds need.
    pub ids: KeptIds,
    /// Its life after the portal's latest step. What the round did since comes on top.
    pub life: OrderLife,
    /// The latest round, if there was one.
    pub round: Option<Session>,
}

impl OrderRow {
    /// The id of the latest round.
    #[must_use]
    pub fn round_id(&self) -> Option<SessionId> {
        self.round.as_ref().map(Session::id)
    }
}

/// A line of the audit trail.
#[derive(Debug, Clone)]
pub struct Trail {
    /// When it was stored.
    pub at: DateTime<Utc>,
    /// What happened: a flat object with its `type`.
    pub event: serde_json::Map<String, serde_json::Value>,
    /// In words, Chinese and English; empty for the portal's own steps.
    pub texts: [String; 2],
    /// The round it belongs to.
    pub round: Option<SessionId>,
}

/// How many events are read at once.
const PAGE: u32 = 256;

impl Store {
    /// Stores a new order, and the key that it is filed under.
    ///
    /// # Errors
    /// [`StoreError`]; a conflict if the key is taken.
    pub async fn file(
        &self,
        order: &OrderRow,
        key: Option<IdempotencyKey>,
    ) -> Result<(), StoreError> {
        let insert = self.database.query(
            "insert into filing_order (id, version, filed_at, filing, ids, life, status) \
             values (?, ?, ?, ?, ?, ?, ?)",
        );
        let insert = insert
            .bind(order.id.bytes().to_vec())
            .bind(order.version)
            .bind(order.filed_at.timestamp_micros())
            .bind(serde_json::to_string(&order.filing)?)
            .bind(serde_json::to_string(&order.ids)?)
            .bind(serde_json::to_string(&order.life)?)
            .bind(order.life.status().name());
        let mut transaction = self.database.begin().await?;
        self.take_key(&mut transaction, key, order.id).await?;
        execute("file order", &mut transaction, insert).await?;
        self.trail_in(&mut transaction, order.id, 1, order.filed_at, "order_filed")
            .await?;
        Ok(transaction.commit().await?)
    }

    async fn take_key(
        &self,
        transaction: &mut AnyConnection,
        key: Option<IdempotencyKey>,
        order: OrderId,
    ) -> Result<(), StoreError> {
        match key {
            Some(key) => {
                self.database
                    .take_key_in(transaction, key, &order.bytes())
                    .await
            }
            None => Ok(()),
        }
    }

    /// Which order was filed under a key, or went a step, and the hash of what was sent then.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn filed_under(
        &self,
        key: [u8; 32],
    ) -> Result<Option<([u8; 32], OrderId)>, StoreError> {
        let Some((body, subject)) = self.database.filed_under(key).await? else {
            return Ok(None);
        };
        let id = subject.try_into().map(OrderId::from_bytes);
        Ok(Some((body, id.map_err(|_| StoreError::Malformed("key"))?)))
    }

    /// The portal's own step: the order's new life, the round that begins or ends with it, and the key
    /// that it is taken under, in one transaction.
    ///
    /// # Errors
    /// [`SaveError::Conflict`] if the order or its round was changed meanwhile, or the key is taken;
    /// [`StoreError`].
    pub async fn step(
        &self,
        order: &OrderRow,
        life: &OrderLife,
        round: Option<&Update>,
        event: Option<(DateTime<Utc>, &'static str)>,
        key: Option<IdempotencyKey>,
    ) -> Result<(), SaveError<StoreError>> {
        match self.try_step(order, life, round, event, key).await {
            Err(StoreError::Conflict) => Err(SaveError::Conflict),
            stepped => Ok(stepped?),
        }
    }

    async fn try_step(
        &self,
        order: &OrderRow,
        life: &OrderLife,
        round: Option<&Update>,
        event: Option<(DateTime<Utc>, &'static str)>,
        key: Option<IdempotencyKey>,
    ) -> Result<(), StoreError> {
        let version = order.version.saturating_add(1);
        let session = round.map(Update::id).or(order.round_id());
        let update = self.database.query(
            "update filing_order set version = ?, life = ?, status = ?, round = ? \
             where id = ? and version = ?",
        );
        let update = update
            .bind(version)
            .bind(serde_json::to_string(life)?)
            .bind(life.status().name())
            .bind(session.map(|id| id.as_bytes().to_vec()))
            .bind(order.id.bytes().to_vec())
            .bind(order.version);
        let mut transaction = self.database.begin().await?;
        self.take_key(&mut transaction, key, order.id).await?;
        self.sessions
            .save_in(&mut transaction, round.map_or(&[], std::slice::from_ref))
            .await?;
        if execute("order's step", &mut transaction, update).await? != 1 {
            return Err(StoreError::Conflict);
        }
        if let Some((at, event)) = event {
            self.trail_in(&mut transaction, order.id, version, at, event)
                .await?;
        }
        Ok(transaction.commit().await?)
    }

    /// One order.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn order(&self, id: OrderId) -> Result<Option<OrderRow>, StoreError> {
        let query = self.database.query(
            "select id, version, filed_at, filing, ids, life, round from filing_order where id = ?",
        );
        let mut orders = self
            .with_rounds("order", query.bind(id.bytes().to_vec()))
            .await?;
        Ok(orders.pop())
    }

    /// Orders after one of that id, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn orders(&self, after: OrderId, limit: u32) -> Result<Vec<OrderRow>, StoreError> {
        let query = self.database.query(
            "select id, version, filed_at, filing, ids, life, round from filing_order \
             where id > ? order by id limit ?",
        );
        let query = query.bind(after.bytes().to_vec()).bind(i64::from(limit));
        self.with_rounds("orders", query).await
    }

    /// The same of a status. What the life says after the portal's own latest step is in the order's row,
    /// unless that is SMS verification: then its round says where it is by now.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn orders_of(
        &self,
        status: OrderStatus,
        after: OrderId,
        limit: u32,
    ) -> Result<Vec<OrderRow>, StoreError> {
        let mut orders = Vec::new();
        if status != OrderStatus::SmsVerification {
            let query = self.database.query(
                "select id, version, filed_at, filing, ids, life, round from filing_order \
                 where status = ? and id > ? order by id limit ?",
            );
            let query = query
                .bind(status.name())
                .bind(after.bytes().to_vec())
                .bind(i64::from(limit));
            orders = self.with_rounds("orders of a status", query).await?;
        }
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut by_round = Vec::new();
        let mut from = round_of(after, u32::MAX);
        while by_round.len() < most {
            let rounds = self.sessions.sessions(status, Some(from), limit).await?;
            let Some(last) = rounds.last() else {
                break;
            };
            from = last.id();
            // Unless it was submitted again since, or went on by a step of the portal's own.
            let of_rounds = self.database.query(&format!(
                "select id, version, filed_at, filing, ids, life, round from filing_order \
                 where status = 'sms_verification' and id in ({})",
                vec!["?"; rounds.len()].join(", ")
            ));
            let of_rounds = rounds.iter().fold(of_rounds, |query, round| {
                query.bind(order_of(round.id()).bytes().to_vec())
            });
            for row in self.database.rows("orders of rounds", of_rounds).await? {
                let order = order(&row, &rounds)?;
                by_round.extend(order.round.is_some().then_some(order));
            }
        }
        orders.append(&mut by_round);
        orders.sort_by_key(|order| order.id);
        orders.truncate(most);
        Ok(orders)
    }

    async fn with_rounds(
        &self,
        name: &'static str,
        query: Statement,
    ) -> Result<Vec<OrderRow>, StoreError> {
        let rows = self.database.rows(name, query).await?;
        let mut ids = Vec::new();
        for row in &rows {
            ids.extend(round_id(row)?);
        }
        let rounds = self.sessions.load_all(&ids).await?;
        rows.iter().map(|row| order(row, &rounds)).collect()
    }

    /// Everything that happened to an order, in order.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn trail(&self, id: OrderId) -> Result<Vec<Trail>, StoreError> {
        let own = self
            .database
            .query("select at, type from order_event where filing_order = ? order by version")
            .bind(id.bytes().to_vec());
        let mut trail = Vec::new();
        for row in self.database.rows("order's trail", own).await? {
            let name: String = row.try_get(1)?;
            trail.push(Trail {
                at: instant(row.try_get(0)?)?,
                event: [("type".to_owned(), name.into())].into_iter().collect(),
                texts: [const { String::new() }; 2],
                round: None,
            });
        }
        let rounds = self.sessions.rounds(id.bytes()).await?;
        let mut after = None;
        loop {
            let events = self.sessions.order_events(id.bytes(), after, PAGE).await?;
            let Some(last) = events.last() else {
                break;
            };
            after = Some((last.event.session, last.event.version));
            for line in events {
                let round = rounds.iter().find(|round| round.id() == line.event.session);
                let round = round.ok_or(StoreError::Malformed("event of no round"))?;
                trail.push(of_round(line, round)?);
            }
        }
        trail.sort_by_key(|line| line.at);
        Ok(trail)
    }

    async fn trail_in(
        &self,
        transaction: &mut AnyConnection,
        order: OrderId,
        version: i64,
        at: DateTime<Utc>,
        event: &str,
    ) -> Result<(), StoreError> {
        let insert = self
            .database
            .query("insert into order_event (filing_order, version, at, type) values (?, ?, ?, ?)")
            .bind(order.bytes().to_vec())
            .bind(version)
            .bind(at.timestamp_micros())
            .bind(event.to_owned());
        execute("note order's step", transaction, insert).await?;
        Ok(())
    }
}

fn of_round(line: StoredEvent, round: &Session) -> Result<Trail, StoreError> {
    let StoredEvent { event, mobile } = line;
    let mut line: serde_json::Map<_, _> = serde_json::from_value(serde_json::to_value(event)?)?;
    line.remove("recipient");
    line.extend(mobile.map(|mobile| ("mobile".to_owned(), mobile.into())));
    Ok(Trail {
        at: event.at,
        event: line,
        texts: [Lang::Zh, Lang::En].map(|lang| round.event_text(&event, lang)),
        round: Some(event.session),
    })
}

/// With its round, if that is among these.
fn order(row: &AnyRow, rounds: &[Session]) -> Result<OrderRow, StoreError> {
    let round = round_id(row)?;
    let round = rounds.iter().find(|one| Some(one.id()) == round);
    let id: Vec<u8> = row.try_get(0)?;
    let id = id
        .try_into()
        .map_err(|_| StoreError::Malformed("order id"))?;
    Ok(OrderRow {
        id: OrderId::from_bytes(id),
        version: row.try_get(1)?,
        filed_at: instant(row.try_get(2)?)?,
        filing: serde_json::from_str(&row.try_get::<String, _>(3)?)?,
        ids: serde_json::from_str(&row.try_get::<String, _>(4)?)?,
        life: serde_json::from_str(&row.try_get::<String, _>(5)?)?,
        round: round.cloned(),
    })
}

fn round_id(row: &AnyRow) -> Result<Option<SessionId>, StoreError> {
    let id: Option<Vec<u8>> = row.try_get(6)?;
    let id = id.map(<[u8; 16]>::try_from).transpose();
    let id = id.map_err(|_| StoreError::Malformed("round id"))?;
    Ok(id.map(SessionId::from))
}

fn instant(micros: i64) -> Result<DateTime<Utc>, StoreError> {
    DateTime::from_timestamp_micros(micros).ok_or(StoreError::Malformed("instant"))
}

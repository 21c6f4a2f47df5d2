//! The orders, as the portal itself changes them, and their audit trail.

use std::{fmt, str::FromStr};

use beian::{FilingOrder, KeptIds, Lang, OrderLife, OrderStatus, Session, SessionId, Update};
use chrono::{DateTime, Utc};
use sqlx::{Row as _, any::AnyRow};

use super::{
    Store, StoreError,
    sessions::{StoredEvent, session},
};

/// Names an order: the instant of filing and some random bits, so that ids sort by time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderId([u8; 12]);

impl OrderId {
    /// Before every order.
    pub const FIRST: Self = Self([0; 12]);

    /// An id for an order that is filed now; `random` keeps those of several portals apart.
    #[must_use]
    pub fn new(filed_at: DateTime<Utc>, random: [u8; 5]) -> Self {
        let [_, micros @ ..] = filed_at.timestamp_micros().to_be_bytes();
        let mut id = [0; 12];
        for (place, byte) in id.iter_mut().zip(micros.into_iter().chain(random)) {
            *place = byte;
        }
        Self(id)
    }

    /// The id of the order's n-th round: order and round in one.
    #[must_use]
    pub fn round(self, n: u32) -> SessionId {
        SessionId::of_round(self.0, n)
    }

    /// Whose round it is.
    #[must_use]
    pub fn of_round(session: SessionId) -> Self {
        Self(session.order_and_round().0)
    }

    fn bytes(self) -> Vec<u8> {
        self.0.to_vec()
    }
}

impl fmt::Display for OrderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for OrderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for OrderId {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self, StoreError> {
        let malformed = StoreError::Malformed("order id");
        if text.len() != 24 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(malformed);
        }
        let number = u128::from_str_radix(text, 16).map_err(|_| malformed)?;
        let [_, _, _, _, id @ ..] = number.to_be_bytes();
        Ok(Self(id))
    }
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

const SELECT: &str = "select o.id, o.version, o.filed_at, o.filing, o.ids, o.life, s.snapshot \
    from filing_order o left join session s on s.id = o.round where o.id = $1";
const LIST: &str = "select o.id, o.version, o.filed_at, o.filing, o.ids, o.life, s.snapshot \
    from filing_order o left join session s on s.id = o.round \
    where o.id > $1 and ($2 = '' or $2 = \
        case when o.status = 'sms_verification' then s.status else o.status end) \
    order by o.id limit $3";

impl Store {
    /// Stores a new order.
    ///
    /// # Errors
    /// [`StoreError`]; a conflict if the id is taken.
    pub async fn file(&self, order: &OrderRow) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        sqlx::query(
            "insert into filing_order (id, version, filed_at, filing, ids, life, status) \
             values ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(order.id.bytes())
        .bind(order.version)
        .bind(order.filed_at.timestamp_micros())
        .bind(serde_json::to_string(&order.filing)?)
        .bind(serde_json::to_string(&order.ids)?)
        .bind(serde_json::to_string(&order.life)?)
        .bind(order.life.status().name())
        .execute(&mut write.lent.connection)
        .await?;
        trail(&mut write, order.id, 1, order.filed_at, "order_filed").await?;
        write.commit().await
    }

    /// The portal's own step: the order's new life, and the round that begins or ends with it, in
    /// one transaction.
    ///
    /// # Errors
    /// [`StoreError`]; a conflict if the order or its round was changed meanwhile.
    pub async fn step(
        &self,
        order: &OrderRow,
        life: OrderLife,
        round: Option<&Update>,
        event: Option<(DateTime<Utc>, &'static str)>,
    ) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        if let Some(update) = round {
            write.save(std::slice::from_ref(update)).await?;
        }
        let session = round
            .map(Update::id)
            .or(order.round.as_ref().map(Session::id));
        let version = order.version.saturating_add(1);
        let done = sqlx::query(
            "update filing_order set version = $3, life = $4, status = $5, round = $6 \
             where id = $1 and version = $2",
        )
        .bind(order.id.bytes())
        .bind(order.version)
        .bind(version)
        .bind(serde_json::to_string(&life)?)
        .bind(life.status().name())
        .bind(session.map(|id| id.as_bytes().to_vec()))
        .execute(&mut write.lent.connection)
        .await?;
        if done.rows_affected() != 1 {
            return Err(StoreError::Conflict);
        }
        if let Some((at, event)) = event {
            trail(&mut write, order.id, version, at, event).await?;
        }
        write.commit().await
    }

    /// One order.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn order(&self, id: OrderId) -> Result<Option<OrderRow>, StoreError> {
        let query = sqlx::query(SELECT).bind(id.bytes());
        let row = self.connections.fetch_optional(query).await?;
        row.as_ref().map(order).transpose()
    }

    /// Orders after one of that id, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn orders(
        &self,
        status: Option<OrderStatus>,
        after: OrderId,
        limit: u32,
    ) -> Result<Vec<OrderRow>, StoreError> {
        let query = sqlx::query(LIST)
            .bind(after.bytes())
            .bind(status.map_or("", OrderStatus::name))
            .bind(i64::from(limit));
        let rows = self.connections.fetch_all(query).await?;
        rows.iter().map(order).collect()
    }

    /// Everything that happened to an order, in order.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn trail(&self, id: OrderId) -> Result<Vec<Trail>, StoreError> {
        let query = sqlx::query(
            "select at, type from order_event where filing_order = $1 order by version",
        )
        .bind(id.bytes());
        let own = self.connections.fetch_all(query).await?;
        let mut trail = Vec::new();
        for row in own {
            let at = instant(row.try_get(0)?)?;
            let name: String = row.try_get(1)?;
            let event = [("type".to_owned(), name.into())].into_iter().collect();
            let texts = [const { String::new() }; 2];
            let round = None;
            trail.push(Trail {
                at,
                event,
                texts,
                round,
            });
        }
        let query = sqlx::query(
            "select e.events, s.snapshot from session_event e join session s on s.id = e.session \
             where e.session >= $1 and e.session <= $2 order by e.session, e.version",
        )
        .bind(id.round(0).as_bytes().to_vec())
        .bind(id.round(u32::MAX).as_bytes().to_vec());
        let rounds = self.connections.fetch_all(query).await?;
        for row in rounds {
            let stored: Vec<StoredEvent> = serde_json::from_str(&row.try_get::<String, _>(0)?)?;
            let round = session(&row.try_get::<Vec<u8>, _>(1)?)?;
            for line in stored {
                trail.push(line.of(&round)?);
            }
        }
        trail.sort_by_key(|line| line.at);
        Ok(trail)
    }
}

impl StoredEvent {
    fn of(self, round: &Session) -> Result<Trail, StoreError> {
        let Self { event, mobile } = self;
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
}

async fn trail(
    write: &mut super::Write<'_>,
    order: OrderId,
    version: i64,
    at: DateTime<Utc>,
    event: &str,
) -> Result<(), StoreError> {
    sqlx::query(
        "insert into order_event (filing_order, version, at, type) values ($1, $2, $3, $4)",
    )
    .bind(order.bytes())
    .bind(version)
    .bind(at.timestamp_micros())
    .bind(event.to_owned())
    .execute(&mut write.lent.connection)
    .await?;
    Ok(())
}

fn order(row: &AnyRow) -> Result<OrderRow, StoreError> {
    let id: Vec<u8> = row.try_get(0)?;
    let id = id
        .try_into()
        .map_err(|_| StoreError::Malformed("order id"))?;
    let round: Option<Vec<u8>> = row.try_get(6)?;
    Ok(OrderRow {
        id: OrderId(id),
        version: row.try_get(1)?,
        filed_at: instant(row.try_get(2)?)?,
        filing: serde_json::from_str(&row.try_get::<String, _>(3)?)?,
        ids: serde_json::from_str(&row.try_get::<String, _>(4)?)?,
        life: serde_json::from_str(&row.try_get::<String, _>(5)?)?,
        round: round.as_deref().map(session).transpose()?,
    })
}

fn instant(micros: i64) -> Result<DateTime<Utc>, StoreError> {
    DateTime::from_timestamp_micros(micros).ok_or(StoreError::Malformed("instant"))
}

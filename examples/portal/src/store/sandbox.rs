//! What the sandbox keeps: its clock, its gateway's mode, its handsets.

use std::str::FromStr;

use beian::{MessageId, MobileNumber};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use sqlx::Row as _;

use super::{Dialect, Store, StoreError};

/// What the sandbox's gateway does with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GatewayMode {
    /// Takes it, and delivers it after the delay.
    #[default]
    Accept,
    /// Refuses it.
    Refuse,
    /// Wants it again later.
    Defer,
    /// Takes it, and that is the last of it: no report, nothing on the handset.
    AcceptWithoutDelivery,
}

impl GatewayMode {
    /// Every mode.
    pub const ALL: [Self; 4] = [
        Self::Accept,
        Self::Refuse,
        Self::Defer,
        Self::AcceptWithoutDelivery,
    ];

    /// The stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Refuse => "refuse",
            Self::Defer => "defer",
            Self::AcceptWithoutDelivery => "accept_without_delivery",
        }
    }
}

impl FromStr for GatewayMode {
    type Err = StoreError;

    fn from_str(name: &str) -> Result<Self, StoreError> {
        let mode = Self::ALL.into_iter().find(|mode| mode.name() == name);
        mode.ok_or(StoreError::Malformed("gateway mode"))
    }
}

/// A message on a handset.
#[derive(Clone)]
pub struct Handset {
    /// Whose.
    pub mobile: String,
    /// What it says, with the code.
    pub text: String,
    /// When the gateway took it.
    pub sent_at: DateTime<Utc>,
}

/// Without number and text.
impl std::fmt::Debug for Handset {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Handset")
            .field("sent_at", &self.sent_at)
            .finish_non_exhaustive()
    }
}

const OFFSET: &str = "clock_offset";
const GATEWAY: &str = "gateway_mode";
const LEASE_SQLITE: &str = "update sandbox_message set leased_until = $2 where id in \
    (select id from sandbox_message where reported = 0 and deliver_at <= $1 and leased_until <= $3 \
    order by deliver_at limit 64) returning id";
const LEASE_POSTGRES: &str = "update sandbox_message set leased_until = $2 where id in \
    (select id from sandbox_message where reported = 0 and deliver_at <= $1 and leased_until <= $3 \
    order by deliver_at limit 64 for update skip locked) returning id";

impl Store {
    /// How far the sandbox's clock is ahead.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn clock_offset(&self) -> Result<TimeDelta, StoreError> {
        let micros = self.setting(OFFSET).await?;
        let micros = micros.and_then(|micros| micros.parse().ok()).unwrap_or(0);
        Ok(TimeDelta::microseconds(micros))
    }

    /// Puts the sandbox's clock forward; gives the new offset.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn advance_clock(&self, by: TimeDelta) -> Result<TimeDelta, StoreError> {
        let mut write = self.write().await?;
        let row = sqlx::query(
            "insert into setting (name, value) values ($1, cast($2 as text)) \
             on conflict (name) do update \
             set value = cast(cast(setting.value as bigint) + $2 as text) returning value",
        )
        .bind(OFFSET)
        .bind(by.num_microseconds().unwrap_or(0))
        .fetch_one(&mut write.lent.connection)
        .await?;
        let value: String = row.try_get(0)?;
        write.commit().await?;
        let micros = value.parse().map_err(|_| StoreError::Malformed("clock"))?;
        Ok(TimeDelta::microseconds(micros))
    }

    /// What the sandbox's gateway does with messages.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn gateway_mode(&self) -> Result<GatewayMode, StoreError> {
        let mode = self.setting(GATEWAY).await?;
        mode.as_deref()
            .map_or(Ok(GatewayMode::default()), str::parse)
    }

    /// Tells the sandbox's gateway what to do from now on.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn set_gateway_mode(&self, mode: GatewayMode) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        sqlx::query(
            "insert into setting (name, value) values ($1, $2) \
             on conflict (name) do update set value = excluded.value",
        )
        .bind(GATEWAY)
        .bind(mode.name())
        .execute(&mut write.lent.connection)
        .await?;
        write.commit().await
    }

    /// The gateway has taken a message; the same one again changes nothing.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn put_on_handset(
        &self,
        id: MessageId,
        message: &Handset,
        deliver_at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        sqlx::query(
            "insert into sandbox_message (id, mobile, text, sent_at, deliver_at) \
             values ($1, $2, $3, $4, $5) on conflict (id) do nothing",
        )
        .bind(id.to_string())
        .bind(message.mobile.clone())
        .bind(message.text.clone())
        .bind(message.sent_at.timestamp_micros())
        .bind(deliver_at.timestamp_micros())
        .execute(&mut write.lent.connection)
        .await?;
        write.commit().await
    }

    /// What has arrived on one handset, or on all of them, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn handset(
        &self,
        mobile: Option<&MobileNumber>,
        now: DateTime<Utc>,
    ) -> Result<Vec<Handset>, StoreError> {
        let query = sqlx::query(
            "select mobile, text, sent_at from sandbox_message \
             where deliver_at <= $1 and ($2 = '' or mobile = $2) order by sent_at, id",
        )
        .bind(now.timestamp_micros())
        .bind(mobile.map_or("", MobileNumber::digits).to_owned());
        let rows = self.connections.fetch_all(query).await?;
        let mut messages = Vec::new();
        for row in rows {
            let sent_at = DateTime::from_timestamp_micros(row.try_get(2)?);
            messages.push(Handset {
                mobile: row.try_get(0)?,
                text: row.try_get(1)?,
                sent_at: sent_at.ok_or(StoreError::Malformed("instant"))?,
            });
        }
        Ok(messages)
    }

    /// Messages that have arrived and weren't reported, leased so that one portal reports them.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn lease_delivered(&self, now: DateTime<Utc>) -> Result<Vec<MessageId>, StoreError> {
        let statement = match self.dialect {
            Dialect::Sqlite => LEASE_SQLITE,
            Dialect::Postgres => LEASE_POSTGRES,
        };
        // By real time: a clock that is put forward ends no lease.
        let real = Utc::now().timestamp_micros();
        let mut write = self.write().await?;
        let rows = sqlx::query(statement)
            .bind(now.timestamp_micros())
            .bind(real.saturating_add(10_000_000))
            .bind(real)
            .fetch_all(&mut write.lent.connection)
            .await?;
        write.commit().await?;
        let mut ids = Vec::new();
        for row in rows {
            let id = row.try_get::<String, _>(0)?.parse();
            ids.push(id.map_err(|_| StoreError::Malformed("message id"))?);
        }
        Ok(ids)
    }

    /// The report of a delivery is stored.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn delivery_reported(&self, id: MessageId) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        sqlx::query("update sandbox_message set reported = 1 where id = $1")
            .bind(id.to_string())
            .execute(&mut write.lent.connection)
            .await?;
        write.commit().await
    }

    /// When the next message arrives.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn next_delivery(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        let query = sqlx::query("select min(deliver_at) from sandbox_message where reported = 0");
        let row = self.connections.fetch_one(query).await?;
        let next: Option<i64> = row.try_get(0)?;
        Ok(next.and_then(DateTime::from_timestamp_micros))
    }

    async fn setting(&self, name: &'static str) -> Result<Option<String>, StoreError> {
        let query = sqlx::query("select value from setting where name = $1").bind(name);
        let row = self.connections.fetch_optional(query).await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?)
    }
}

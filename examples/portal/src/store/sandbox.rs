//! What the sandbox keeps: its gateway's mode, its handsets.

use std::str::FromStr;

use beian::{MessageId, MobileNumber};
use beian_web::database::execute;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::Row as _;

use super::{Store, StoreError};

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

const GATEWAY: &str = "gateway_mode";

impl Store {
    /// What the sandbox's gateway does with messages.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn gateway_mode(&self) -> Result<GatewayMode, StoreError> {
        let mode = self.database.setting(GATEWAY).await?;
        mode.as_deref()
            .map_or(Ok(GatewayMode::default()), str::parse)
    }

    /// Tells the sandbox's gateway what to do from now on.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn set_gateway_mode(&self, mode: GatewayMode) -> Result<(), StoreError> {
        self.database.set(GATEWAY, mode.name()).await
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
        let put = self.database.query_by_kind(
            "insert into sandbox_message (id, mobile, text, sent_at, deliver_at) \
             values (?, ?, ?, ?, ?) on conflict (id) do nothing",
            "insert into sandbox_message (id, mobile, text, sent_at, deliver_at) \
             values (?, ?, ?, ?, ?) on duplicate key update id = id",
        );
        let put = put
            .bind(id.to_string())
            .bind(message.mobile.clone())
            .bind(message.text.clone())
            .bind(message.sent_at.timestamp_micros())
            .bind(deliver_at.timestamp_micros());
        self.database.write("put on handset", put).await
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
        let mobile = mobile.map_or("", MobileNumber::digits).to_owned();
        let query = self.database.query(
            "select mobile, text, sent_at from sandbox_message \
             where deliver_at <= ? and (? = '' or mobile = ?) order by sent_at, id",
        );
        let query = query
            .bind(now.timestamp_micros())
            .bind(mobile.clone())
            .bind(mobile);
        let rows = self.database.rows("handsets", query).await?;
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
        // By real time: a clock that is put forward ends no lease.
        let real = Utc::now().timestamp_micros();
        let lock = self.database.kind().skip_locked();
        let due = self.database.query(&format!(
            "select id from sandbox_message \
             where reported = 0 and deliver_at <= ? and leased_until <= ? \
             order by deliver_at limit 64{lock}"
        ));
        let due = due.bind(now.timestamp_micros()).bind(real);
        let mut transaction = self.database.begin().await?;
        let rows = due.fetch_all(&mut *transaction).await?;
        let mut ids = Vec::new();
        for row in rows {
            let id: String = row.try_get(0)?;
            let lease = self
                .database
                .query("update sandbox_message set leased_until = ? where id = ?");
            let lease = lease.bind(real.saturating_add(10_000_000)).bind(id.clone());
            execute("lease delivered", &mut transaction, lease).await?;
            let id = id.parse();
            ids.push(id.map_err(|_| StoreError::Malformed("message id"))?);
        }
        transaction.commit().await?;
        Ok(ids)
    }

    /// The report of a delivery is stored.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn delivery_reported(&self, id: MessageId) -> Result<(), StoreError> {
        let reported = self
            .database
            .query("update sandbox_message set reported = 1 where id = ?");
        self.database
            .write("delivery reported", reported.bind(id.to_string()))
            .await
    }

    /// When the next message arrives.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn next_delivery(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        let query = self
            .database
            .query("select min(deliver_at) from sandbox_message where reported = 0");
        let rows = self.database.rows("next delivery", query).await?;
        let next: Option<i64> = rows
            .first()
            .map(|row| row.try_get(0))
            .transpose()?
            .flatten();
        Ok(next.and_then(DateTime::from_timestamp_micros))
    }

    /// Ends the leases of a process that is gone, where there is only one at a time: what it left is
    /// taken up at once.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn end_leases_of_the_dead(&self, now: DateTime<Utc>) -> Result<(), StoreError> {
        if self.database.is_shared() {
            return Ok(());
        }
        self.sessions.end_leases(now).await?;
        let end =
            "update sandbox_message set leased_until = 0 where leased_until > 0 and reported = 0";
        self.database
            .write("end leases", self.database.query(end))
            .await
    }
}

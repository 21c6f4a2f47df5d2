//! The orders: written whole, each write only over the version that was read.

use beian::OrderStatus;
use beian_web::{
    database::{Error, execute},
    idempotency::IdempotencyKey,
    order_id::OrderId,
};
use chrono::{DateTime, Utc};
use sqlx::{AnyConnection, Row as _, any::AnyRow};

use super::{Store, micros};
use crate::{order::Order, seal::Sealed};
use beian_web::signing::SigningKey;

/// Which orders to list.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Of these statuses; of all if empty.
    pub statuses: Vec<OrderStatus>,
    /// Only those that nobody is in time for, for certain, at this instant.
    pub overdue_at: Option<DateTime<Utc>>,
    /// The id or its beginning, part of the entity's name, or the last four of a mobile.
    pub search: Option<String>,
    /// Older than this one.
    pub before: Option<OrderId>,
    /// So many.
    pub limit: u32,
}

/// Some orders of a list.
#[derive(Debug)]
pub struct Page {
    /// Newest first.
    pub items: Vec<Order>,
    /// Where the next page begins, if there is one.
    pub next: Option<OrderId>,
}

impl Store {
    /// Stores a new order with its sealed IDs, and the key that it is filed under.
    ///
    /// # Errors
    /// [`Error`]; a conflict if the key is taken.
    pub async fn file(
        &self,
        order: &Order,
        seals: &[Sealed],
        key: Option<IdempotencyKey>,
        signing: &SigningKey,
        now: DateTime<Utc>,
    ) -> Result<(), Error> {
        let insert = self.database.query(
            "insert into filing_order (id, version, status, entity, last_four, due, overdue, data) \
             values (?, 1, ?, ?, ?, ?, ?, ?)",
        );
        let insert = insert
            .bind(order.id.bytes().to_vec())
            .bind(order.status().name())
            .bind(order.filing.entity().name().to_owned())
            .bind(last_four(order))
            .bind(micros(order.next(now)))
            .bind(micros(order.overdue_from(now)))
            .bind(serde_json::to_string(order)?);
        let mut transaction = self.database.begin().await?;
        if let Some(key) = key {
            let id = order.id.bytes();
            self.database
                .take_key_in(&mut transaction, key, &id)
                .await?;
        }
        execute("file order", &mut transaction, insert).await?;
        self.write_beside(&mut transaction, None, order, seals, signing)
            .await?;
        Ok(transaction.commit().await?)
    }

    /// Stores an order as it became, over the version that it was.
    ///
    /// # Errors
    /// [`Error::Conflict`] if somebody else was faster.
    pub async fn save(
        &self,
        before: &Order,
        after: &Order,
        seals: &[Sealed],
        signing: &SigningKey,
        now: DateTime<Utc>,
    ) -> Result<i64, Error> {
        let version = before.version.saturating_add(1);
        let update = self.database.query(
            "update filing_order set version = ?, status = ?, entity = ?, last_four = ?, due = ?, \
             overdue = ?, data = ? where id = ? and version = ?",
        );
        let update = update
            .bind(version)
            .bind(after.status().name())
            .bind(after.filing.entity().name().to_owned())
            .bind(last_four(after))
            .bind(micros(after.next(now)))
            .bind(micros(after.overdue_from(now)))
            .bind(serde_json::to_string(after)?)
            .bind(before.id.bytes().to_vec())
            .bind(before.version);
        let mut transaction = self.database.begin().await?;
        if execute("save order", &mut transaction, update).await? != 1 {
            return Err(Error::Conflict);
        }
        self.write_beside(&mut transaction, Some(before), after, seals, signing)
            .await?;
        transaction.commit().await?;
        Ok(version)
    }

    /// The rows beside an order: seals that are needed no longer go, links change with customer and round.
    async fn write_beside(
        &self,
        transaction: &mut AnyConnection,
        before: Option<&Order>,
        after: &Order,
        seals: &[Sealed],
        signing: &SigningKey,
    ) -> Result<(), Error> {
        for sealed in seals {
            self.add_seal_in(transaction, after.id, sealed).await?;
        }
        let old = before.map_or(&[][..], |before| before.ids.as_slice());
        for kept in old {
            if after.is_over() || !after.ids.iter().any(|id| id.seal == kept.seal) {
                self.drop_seal_in(transaction, &kept.seal).await?;
            }
        }
        if before.is_none_or(|before| before.link != after.link) {
            self.link_customer_in(transaction, before, after, signing)
                .await?;
        }
        let round = |order: &Order| order.open_round().map(|round| round.number);
        if before.and_then(round) != round(after) {
            self.link_persons_in(transaction, after, signing).await?;
        }
        Ok(())
    }

    /// One order.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn order(&self, id: OrderId) -> Result<Option<Order>, Error> {
        let query = self
            .database
            .query("select version, data from filing_order where id = ?");
        let rows = self
            .database
            .rows("order", query.bind(id.bytes().to_vec()))
            .await?;
        rows.first().map(read).transpose()
    }

    /// Orders, newest first.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn orders(&self, wanted: &Wanted) -> Result<Page, Error> {
        let mut sql = "select version, data from filing_order where id < ?".to_owned();
        if !wanted.statuses.is_empty() {
            let marks = vec!["?"; wanted.statuses.len()].join(", ");
            sql.extend([" and status in (", &marks, ")"]);
        }
        if wanted.overdue_at.is_some() {
            sql.push_str(" and overdue <= ?");
        }
        let search = wanted.search.as_deref().map(Search::of);
        if let Some(search) = &search {
            sql.push_str(search.condition());
        }
        sql.push_str(" order by id desc limit ?");
        let before = wanted.before.unwrap_or(OrderId::LAST);
        let mut query = self.database.query(&sql).bind(before.bytes().to_vec());
        for status in &wanted.statuses {
            query = query.bind(status.name());
        }
        if let Some(at) = wanted.overdue_at {
            query = query.bind(at.timestamp_micros());
        }
        for value in search.iter().flat_map(Search::values) {
            query = match value {
                Value::Text(text) => query.bind(text),
                Value::Bytes(bytes) => query.bind(bytes),
            };
        }
        let query = query.bind(i64::from(wanted.limit).saturating_add(1));
        let rows = self.database.rows("orders", query).await?;
        let mut items: Vec<_> = rows.iter().map(read).collect::<Result<_, _>>()?;
        let more = items.len() > usize::try_from(wanted.limit).unwrap_or(usize::MAX);
        if more {
            items.pop();
        }
        let next = items.last().map(|order: &Order| order.id).filter(|_| more);
        Ok(Page { items, next })
    }

    /// How many orders each status has.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn count_by_status(&self) -> Result<Vec<(String, u64)>, Error> {
        let query = self
            .database
            .query("select status, count(*) from filing_order group by status");
        let rows = self.database.rows("count", query).await?;
        let read = |row: &AnyRow| {
            let count: i64 = row.try_get(1)?;
            Ok((row.try_get(0)?, u64::try_from(count).unwrap_or(0)))
        };
        rows.iter().map(read).collect()
    }

    /// How many are overdue.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn count_overdue(&self, at: DateTime<Utc>) -> Result<u64, Error> {
        let query = self
            .database
            .query("select count(*) from filing_order where overdue <= ?");
        let rows = self
            .database
            .rows("count overdue", query.bind(at.timestamp_micros()))
            .await?;
        let count = rows
            .first()
            .map(|row| row.try_get::<i64, _>(0))
            .transpose()?;
        Ok(count
            .and_then(|count| u64::try_from(count).ok())
            .unwrap_or(0))
    }

    /// When something is due first.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn next_due(&self) -> Result<Option<DateTime<Utc>>, Error> {
        self.next(i64::MAX).await
    }

    /// When something is due next that nobody looks after.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn next_free(&self) -> Result<Option<DateTime<Utc>>, Error> {
        self.next(Utc::now().timestamp_micros()).await
    }

    async fn next(&self, free: i64) -> Result<Option<DateTime<Utc>>, Error> {
        let query = self
            .database
            .query("select due from filing_order where leased_until <= ? order by due limit 1");
        let rows = self.database.rows("next due", query.bind(free)).await?;
        let due = rows
            .first()
            .map(|row| row.try_get::<i64, _>(0))
            .transpose()?;
        Ok(due.and_then(DateTime::from_timestamp_micros))
    }

    /// Orders at which something is due, for this host alone until then. The lease is told by real time: the
    /// sandbox's clock jumps.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn take_due(
        &self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        lease: i64,
        limit: u32,
    ) -> Result<Vec<Order>, Error> {
        let free = Utc::now().timestamp_micros();
        let select = self.database.query(&format!(
            "select id, version, data from filing_order where due <= ? and leased_until <= ? \
             order by due limit ?{}",
            self.database.kind().skip_locked()
        ));
        let select = select
            .bind(now.timestamp_micros())
            .bind(free)
            .bind(i64::from(limit));
        let mut transaction = self.database.begin().await?;
        let rows = select.fetch_all(&mut *transaction).await?;
        let mut orders = Vec::new();
        for row in &rows {
            let id: Vec<u8> = row.try_get(0)?;
            let take = self.database.query(
                "update filing_order set leased_until = ?, lease = ? \
                 where id = ? and leased_until <= ?",
            );
            let take = take
                .bind(until.timestamp_micros())
                .bind(lease)
                .bind(id)
                .bind(free);
            if execute("lease order", &mut transaction, take).await? == 1 {
                let version = row.try_get(1)?;
                let data: String = row.try_get(2)?;
                orders.push(of(version, &data)?);
            }
        }
        transaction.commit().await?;
        Ok(orders)
    }

    /// Gives a leased order back.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn give_back(&self, id: OrderId, lease: i64) -> Result<(), Error> {
        let query = self
            .database
            .query("update filing_order set leased_until = 0 where id = ? and lease = ?");
        let query = query.bind(id.bytes().to_vec()).bind(lease);
        self.database.write("give order back", query).await
    }

    /// A leases' end that nobody waits for: of a host that was alone, and is started again.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn end_leases_of_the_dead(&self) -> Result<(), Error> {
        if self.database.is_shared() {
            return Ok(());
        }
        let query = self
            .database
            .query("update filing_order set leased_until = 0");
        self.database.write("end leases", query).await
    }
}

/// What somebody looks for.
enum Search {
    /// The beginning of an id: between these.
    Id(Vec<u8>, Vec<u8>, String),
    /// The last four of a mobile, or part of a name.
    Four(String, String),
    /// Part of a name.
    Name(String),
}

enum Value {
    Text(String),
    Bytes(Vec<u8>),
}

impl Search {
    fn of(text: &str) -> Self {
        let text = text.trim();
        let name = format!("%{}%", escaped(text));
        if text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Self::Four(format!("% {text} %"), name);
        }
        if (8..=24).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            let bounds = ["0", "f"].map(|fill| {
                let mut whole = text.to_owned();
                while whole.len() < 24 {
                    whole.push_str(fill);
                }
                whole.parse::<OrderId>()
            });
            if let [Ok(from), Ok(to)] = bounds {
                return Self::Id(from.bytes().to_vec(), to.bytes().to_vec(), name);
            }
        }
        Self::Name(name)
    }

    const fn condition(&self) -> &'static str {
        match self {
            Self::Id(..) => " and (id >= ? and id <= ? or entity like ? escape '!')",
            Self::Four(..) => " and (last_four like ? or entity like ? escape '!')",
            Self::Name(_) => " and entity like ? escape '!'",
        }
    }

    fn values(&self) -> Vec<Value> {
        match self {
            Self::Id(from, to, name) => vec![
                Value::Bytes(from.clone()),
                Value::Bytes(to.clone()),
                Value::Text(name.clone()),
            ],
            Self::Four(four, name) => vec![Value::Text(four.clone()), Value::Text(name.clone())],
            Self::Name(name) => vec![Value::Text(name.clone())],
        }
    }
}

/// What is looked for as it is: no pattern.
fn escaped(text: &str) -> String {
    let special = |c: char| matches!(c, '%' | '_' | '!');
    let mut escaped = String::new();
    for c in text.chars() {
        if special(c) {
            escaped.push('!');
        }
        escaped.push(c);
    }
    escaped
}

fn last_four(order: &Order) -> String {
    let people = order.filing.persons();
    let mut fours: Vec<_> = people
        .filter_map(|(_, _, person)| person.mobile().digits().get(7..))
        .collect();
    fours.sort_unstable();
    fours.dedup();
    format!(" {} ", fours.join(" "))
}

fn read(row: &AnyRow) -> Result<Order, Error> {
    let version = row.try_get(0)?;
    let data: String = row.try_get(1)?;
    of(version, &data)
}

fn of(version: i64, data: &str) -> Result<Order, Error> {
    let order: Order = serde_json::from_str(data)?;
    Ok(Order { version, ..order })
}

//! Links: whose they are.

use beian_web::{
    database::{Error, execute},
    order_id::OrderId,
    signing::SigningKey,
};
use sqlx::{AnyConnection, Row as _};

use super::Store;
use crate::order::Order;

/// Whose a link is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Linked {
    /// The customer's.
    Customer(OrderId),
    /// A person's of a round: its number, and their place in it.
    Person(OrderId, u32, usize),
}

impl Store {
    /// Whose link has this hash, if anybody's.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn linked(&self, hash: [u8; 32]) -> Result<Option<Linked>, Error> {
        let query = self
            .database
            .query("select filing_order, round, person from link where hash = ?");
        let rows = self
            .database
            .rows("link", query.bind(hash.to_vec()))
            .await?;
        let Some(row) = rows.first() else {
            return Ok(None);
        };
        let order: Vec<u8> = row.try_get(0)?;
        let order = order.try_into().map_err(|_| Error::Malformed("order id"))?;
        let order = OrderId::from_bytes(order);
        let (round, person): (i64, i64) = (row.try_get(1)?, row.try_get(2)?);
        let round = u32::try_from(round).map_err(|_| Error::Malformed("round"))?;
        let person = usize::try_from(person).map_err(|_| Error::Malformed("person"))?;
        Ok(Some(match round {
            0 => Linked::Customer(order),
            round => Linked::Person(order, round, person),
        }))
    }

    pub(super) async fn link_customer_in(
        &self,
        transaction: &mut AnyConnection,
        before: Option<&Order>,
        after: &Order,
        signing: &SigningKey,
    ) -> Result<(), Error> {
        if before.is_some() {
            let void = self
                .database
                .query("delete from link where filing_order = ? and round = 0");
            let void = void.bind(after.id.bytes().to_vec());
            execute("void link", transaction, void).await?;
        }
        let hash = after.link.hash(signing);
        self.link_in(transaction, after.id, hash, 0, 0).await
    }

    /// The links of a round that is over go, those of one that begins come.
    pub(super) async fn link_persons_in(
        &self,
        transaction: &mut AnyConnection,
        order: &Order,
        signing: &SigningKey,
    ) -> Result<(), Error> {
        let expire = self
            .database
            .query("delete from link where filing_order = ? and round > 0");
        let expire = expire.bind(order.id.bytes().to_vec());
        execute("expire links", transaction, expire).await?;
        let Some(round) = order.open_round() else {
            return Ok(());
        };
        for (place, person) in (0_i64..).zip(&round.persons) {
            let hash = person.link.hash(signing);
            self.link_in(transaction, order.id, hash, round.number, place)
                .await?;
        }
        Ok(())
    }

    async fn link_in(
        &self,
        transaction: &mut AnyConnection,
        order: OrderId,
        hash: [u8; 32],
        round: u32,
        person: i64,
    ) -> Result<(), Error> {
        let add = self
            .database
            .query("insert into link (hash, filing_order, round, person) values (?, ?, ?, ?)");
        let add = add
            .bind(hash.to_vec())
            .bind(order.bytes().to_vec())
            .bind(i64::from(round))
            .bind(person);
        execute("link", transaction, add).await.map(drop)
    }
}

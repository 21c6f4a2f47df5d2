//! Sealed IDs.

use beian_web::{
    database::{Error, execute},
    order_id::OrderId,
};
use sqlx::{AnyConnection, Row as _, any::AnyRow};

use super::Store;
use crate::seal::Sealed;

impl Store {
    pub(super) async fn add_seal_in(
        &self,
        transaction: &mut AnyConnection,
        order: OrderId,
        sealed: &Sealed,
    ) -> Result<(), Error> {
        let add = self.database.query(
            "insert into sealed_id (id, filing_order, key_number, sealed) values (?, ?, ?, ?)",
        );
        let add = add
            .bind(sealed.id.clone())
            .bind(order.bytes().to_vec())
            .bind(i64::from(sealed.key))
            .bind(sealed.bytes.clone());
        execute("seal", transaction, add).await.map(drop)
    }

    pub(super) async fn drop_seal_in(
        &self,
        transaction: &mut AnyConnection,
        id: &str,
    ) -> Result<(), Error> {
        let drop_it = self.database.query("delete from sealed_id where id = ?");
        let drop_it = drop_it.bind(id.to_owned());
        execute("drop seal", transaction, drop_it).await.map(drop)
    }

    /// The sealed IDs of an order.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn seals(&self, order: OrderId) -> Result<Vec<Sealed>, Error> {
        let query = self
            .database
            .query("select id, key_number, sealed from sealed_id where filing_order = ?");
        let rows = self
            .database
            .rows("seals", query.bind(order.bytes().to_vec()))
            .await?;
        rows.iter().map(read).collect()
    }

    /// The keys that seals were made with.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn seal_keys(&self) -> Result<Vec<u32>, Error> {
        let query = self
            .database
            .query("select distinct key_number from sealed_id");
        let rows = self.database.rows("seal keys", query).await?;
        rows.iter().map(|row| key(row, 0)).collect()
    }

    /// Some seals of other keys than this one, with their orders: the next after a seal, by their ids.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn seals_of_other_keys(
        &self,
        current: u32,
        after: &str,
        limit: u32,
    ) -> Result<Vec<(OrderId, Sealed)>, Error> {
        let query = self.database.query(
            "select id, key_number, sealed, filing_order from sealed_id where key_number <> ? \
             and id > ? order by id limit ?",
        );
        let query = query
            .bind(i64::from(current))
            .bind(after.to_owned())
            .bind(i64::from(limit));
        let rows = self.database.rows("seals of other keys", query).await?;
        let with_order = |row: &AnyRow| {
            let order: Vec<u8> = row.try_get(3)?;
            let order = order.try_into().map_err(|_| Error::Malformed("order id"))?;
            Ok((OrderId::from_bytes(order), read(row)?))
        };
        rows.iter().map(with_order).collect()
    }

    /// The same seal, made anew with another key.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn replace_seal(&self, sealed: &Sealed) -> Result<(), Error> {
        let query = self
            .database
            .query("update sealed_id set key_number = ?, sealed = ? where id = ?");
        let query = query
            .bind(i64::from(sealed.key))
            .bind(sealed.bytes.clone())
            .bind(sealed.id.clone());
        self.database.write("seal anew", query).await
    }
}

fn read(row: &AnyRow) -> Result<Sealed, Error> {
    Ok(Sealed {
        id: row.try_get(0)?,
        key: key(row, 1)?,
        bytes: row.try_get(2)?,
    })
}

fn key(row: &AnyRow, place: usize) -> Result<u32, Error> {
    let number: i64 = row.try_get(place)?;
    u32::try_from(number).map_err(|_| Error::Malformed("key number"))
}

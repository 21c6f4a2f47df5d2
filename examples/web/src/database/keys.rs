//! What was done under which idempotency key.

use sqlx::{AnyConnection, Row as _};

use super::{Database, Error, execute};
use crate::idempotency::IdempotencyKey;

impl Database {
    /// Takes a key for what is done in this transaction; the subject is what a repeat is told about, such as
    /// the id of an order, of 255 bytes at most. Waits for another transaction that is under way with the
    /// same key.
    ///
    /// # Errors
    /// [`Error::Conflict`] if the key is taken: then this transaction is to be left.
    pub async fn take_key_in(
        &self,
        transaction: &mut AnyConnection,
        key: IdempotencyKey,
        subject: &[u8],
    ) -> Result<(), Error> {
        let take = self.query_by_kind(
            "insert into filed_under (key_hash, body_hash, subject) values (?, ?, ?) \
             on conflict (key_hash) do nothing",
            "insert ignore into filed_under (key_hash, body_hash, subject) values (?, ?, ?)",
        );
        let take = take
            .bind(key.key.to_vec())
            .bind(key.body.to_vec())
            .bind(subject.to_vec());
        if execute("take key", transaction, take).await? == 1 {
            Ok(())
        } else {
            Err(Error::Conflict)
        }
    }

    /// The hash of what was sent under a key, and the subject that it was taken for.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn filed_under(&self, key: [u8; 32]) -> Result<Option<([u8; 32], Vec<u8>)>, Error> {
        let query = self.query("select body_hash, subject from filed_under where key_hash = ?");
        let rows = self.rows("key", query.bind(key.to_vec())).await?;
        let Some(row) = rows.first() else {
            return Ok(None);
        };
        let (body, subject): (Vec<u8>, Vec<u8>) = (row.try_get(0)?, row.try_get(1)?);
        let body = body.try_into().map_err(|_| Error::Malformed("key"))?;
        Ok(Some((body, subject)))
    }
}

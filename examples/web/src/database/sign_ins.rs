//! Who is signed in to the console.

use chrono::{DateTime, Utc};
use sqlx::{Row as _, any::AnyRow};

use super::{Database, Error};
use crate::sign_in::SignIn;

/// As many as are shown at most.
const MOST: i64 = 200;

impl Database {
    /// Keeps a sign-in; those that are over are forgotten.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn add_sign_in(&self, sign_in: &SignIn) -> Result<(), Error> {
        let forget = self.query("delete from sign_in where expires <= ?");
        let forget = forget.bind(sign_in.since.timestamp_micros());
        self.write("forget sign-ins", forget).await?;
        let add =
            self.query("insert into sign_in (hash, since, expires, address) values (?, ?, ?, ?)");
        let add = add
            .bind(sign_in.hash.to_vec())
            .bind(sign_in.since.timestamp_micros())
            .bind(sign_in.until.timestamp_micros())
            .bind(sign_in.address.to_string());
        self.write("sign in", add).await
    }

    /// Whether a sign-in is good.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn is_signed_in(&self, hash: [u8; 32], now: DateTime<Utc>) -> Result<bool, Error> {
        let query = self.query("select address from sign_in where hash = ? and expires > ?");
        let query = query.bind(hash.to_vec()).bind(now.timestamp_micros());
        Ok(!self.rows("sign-in", query).await?.is_empty())
    }

    /// The sign-ins that are good, newest first.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn sign_ins(&self, now: DateTime<Utc>) -> Result<Vec<SignIn>, Error> {
        let query = self.query(
            "select hash, since, expires, address from sign_in where expires > ? \
             order by since desc, hash limit ?",
        );
        let query = query.bind(now.timestamp_micros()).bind(MOST);
        let rows = self.rows("sign-ins", query).await?;
        rows.iter().map(read).collect()
    }

    /// Ends one.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn end_sign_in(&self, hash: [u8; 32]) -> Result<(), Error> {
        let end = self.query("delete from sign_in where hash = ?");
        self.write("sign out", end.bind(hash.to_vec())).await
    }
}

fn read(row: &AnyRow) -> Result<SignIn, Error> {
    let malformed = Error::Malformed("sign-in");
    let (hash, address): (Vec<u8>, String) = (row.try_get(0)?, row.try_get(3)?);
    let instant = |column: usize| -> Result<DateTime<Utc>, Error> {
        let micros = row.try_get(column)?;
        DateTime::from_timestamp_micros(micros).ok_or(Error::Malformed("instant"))
    };
    let (Ok(hash), Ok(address)) = (hash.try_into(), address.parse()) else {
        return Err(malformed);
    };
    Ok(SignIn {
        hash,
        since: instant(1)?,
        until: instant(2)?,
        address,
    })
}

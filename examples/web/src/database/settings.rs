//! Settings: what a host keeps under a name.

use chrono::{TimeDelta, Utc};
use sqlx::Row as _;

use super::{Database, Error, execute};

const KEY: &str = "key";
const OFFSET: &str = "clock_offset";

impl Database {
    /// A setting, if it was ever set.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn setting(&self, name: &'static str) -> Result<Option<String>, Error> {
        let query = self.query("select value from setting where name = ?");
        let rows = self.rows("setting", query.bind(name)).await?;
        Ok(rows.first().map(|row| row.try_get(0)).transpose()?)
    }

    /// Keeps a setting.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn set(&self, name: &'static str, value: &str) -> Result<(), Error> {
        let set = self.query_by_kind(
            "insert into setting (name, value) values (?, ?) \
             on conflict (name) do update set value = excluded.value",
            "insert into setting (name, value) values (?, ?) \
             on duplicate key update value = values(value)",
        );
        self.write("set", set.bind(name).bind(value.to_owned()))
            .await
    }

    /// Whether something can be written: a full disk and a node that only reads answer every question.
    ///
    /// # Errors
    /// [`Error`] if it can't.
    pub async fn try_to_write(&self) -> Result<(), Error> {
        self.set("last_write", &Utc::now().timestamp().to_string())
            .await
    }

    /// Whether the host has the key that the database was last used with; the one of this mark is it from now
    /// on.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn is_used_with(
        &self,
        mark: &str,
        has: impl Fn(&str) -> bool,
    ) -> Result<bool, Error> {
        if self.setting(KEY).await?.is_some_and(|last| !has(&last)) {
            return Ok(false);
        }
        self.set(KEY, mark).await?;
        Ok(true)
    }

    /// How far the sandbox's clock is ahead.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn clock_offset(&self) -> Result<TimeDelta, Error> {
        let micros = self.setting(OFFSET).await?;
        let micros = micros.and_then(|micros| micros.parse().ok()).unwrap_or(0);
        Ok(TimeDelta::microseconds(micros))
    }

    /// Puts the sandbox's clock forward; gives the new offset.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn advance_clock(&self, by: TimeDelta) -> Result<TimeDelta, Error> {
        let micros = by.num_microseconds().unwrap_or(0);
        let advance = self.query_by_kind(
            "insert into setting (name, value) values (?, cast(? as text)) \
             on conflict (name) do update \
             set value = cast(cast(setting.value as bigint) + ? as text)",
            "insert into setting (name, value) values (?, cast(? as char)) \
             on duplicate key update value = cast(cast(value as signed) + ? as char)",
        );
        let advance = advance.bind(OFFSET).bind(micros).bind(micros);
        let read = self.query("select value from setting where name = ?");
        let mut transaction = self.begin().await?;
        execute("advance clock", &mut transaction, advance).await?;
        let row = read.bind(OFFSET).fetch_one(&mut *transaction).await?;
        let value: String = row.try_get(0)?;
        transaction.commit().await?;
        let micros = value.parse().map_err(|_| Error::Malformed("clock"))?;
        Ok(TimeDelta::microseconds(micros))
    }
}

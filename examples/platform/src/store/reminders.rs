//! Reminders on the sandbox's handsets.

use std::fmt;

use beian::MobileNumber;
use beian_web::database::Error;
use chrono::{DateTime, Utc};
use sqlx::{Row as _, any::AnyRow};

use super::Store;

/// A reminder on a handset.
#[derive(Clone)]
pub struct Message {
    /// The key it was sent under.
    pub id: String,
    /// Whose handset.
    pub mobile: String,
    /// What it says.
    pub text: String,
    /// When it was sent.
    pub sent_at: DateTime<Utc>,
}

/// Without number and text.
impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// As many are shown at most.
const MOST: i64 = 1_000;

impl Store {
    /// Puts a reminder onto a handset; once, however often it is sent.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn put_reminder(&self, message: &Message) -> Result<(), Error> {
        let put = self.database.query_by_kind(
            "insert into sandbox_reminder (id, mobile, text, sent_at) values (?, ?, ?, ?) \
             on conflict (id) do nothing",
            "insert ignore into sandbox_reminder (id, mobile, text, sent_at) values (?, ?, ?, ?)",
        );
        let put = put
            .bind(message.id.clone())
            .bind(message.mobile.clone())
            .bind(message.text.clone())
            .bind(message.sent_at.timestamp_micros());
        self.database.write("put reminder", put).await
    }

    /// What is on a handset, or on all of them; the newest, oldest first.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn reminders(&self, mobile: Option<&MobileNumber>) -> Result<Vec<Message>, Error> {
        let query = match mobile {
            Some(mobile) => {
                let query = self.database.query(
                    "select id, mobile, text, sent_at from sandbox_reminder where mobile = ? \
                     order by sent_at desc, id limit ?",
                );
                query.bind(mobile.digits().to_owned())
            }
            None => self.database.query(
                "select id, mobile, text, sent_at from sandbox_reminder \
                 order by sent_at desc, id limit ?",
            ),
        };
        let rows = self.database.rows("reminders", query.bind(MOST)).await?;
        let mut messages: Vec<_> = rows.iter().map(read).collect::<Result<_, Error>>()?;
        messages.reverse();
        Ok(messages)
    }
}

fn read(row: &AnyRow) -> Result<Message, Error> {
    let at: i64 = row.try_get(3)?;
    Ok(Message {
        id: row.try_get(0)?,
        mobile: row.try_get(1)?,
        text: row.try_get(2)?,
        sent_at: DateTime::from_timestamp_micros(at).ok_or(Error::Malformed("instant"))?,
    })
}

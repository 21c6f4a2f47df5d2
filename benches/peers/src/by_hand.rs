//! What one writes by hand: a row for each code, locked, compared, counted, in one transaction.
//!
//! The code is stored as it is; there is no audit trail, no outbox, no end of the round.

use std::ops::Range;

use chrono::Utc;
use sqlx::Pool;

use crate::{
    contest::{Contender, Fault},
    people::{LAST_SIX, Person},
};

const TABLE: &str = "create table code (id bigint primary key, mobile varchar(11) not null, \
    code varchar(6) not null, last_six varchar(6) not null, \
    wrong_entries bigint not null default 0, expires_at bigint not null, verified_at bigint)";
const INDEX: &str = "create index code_mobile on code (mobile)";
const WRONG_MAX: i64 = 5;
const DAY: i64 = 86_400_000_000;

type Row = (i64, String, String, i64);

/// Any code will do.
pub(crate) fn code(n: u32) -> String {
    format!("{:06}", n.wrapping_mul(7919) % 1_000_000)
}

/// What a row says of an entry: whether it is right, or nothing if it isn't compared any more.
fn judge(row: &Row, code: &str, last_six: &str) -> Option<bool> {
    let (_, sent, id, wrong) = row;
    (*wrong < WRONG_MAX).then(|| sent == code && id == last_six)
}

/// As each database wants them.
struct Words {
    begin: &'static str,
    insert: &'static str,
    select: &'static str,
    verified: &'static str,
    wrong: &'static str,
}

const POSTGRES: Words = Words {
    begin: "begin",
    insert: "insert into code (id, mobile, code, last_six, expires_at) values ($1, $2, $3, $4, $5)",
    select: "select id, code, last_six, wrong_entries from code \
        where mobile = $1 and verified_at is null and expires_at >= $2 for update",
    verified: "update code set verified_at = $1 where id = $2",
    wrong: "update code set wrong_entries = wrong_entries + 1 where id = $1",
};
/// There is one writer: nothing to lock.
const SQLITE: Words = Words {
    begin: "begin immediate",
    select: "select id, code, last_six, wrong_entries from code \
        where mobile = $1 and verified_at is null and expires_at >= $2",
    ..POSTGRES
};
const MYSQL: Words = Words {
    begin: "begin",
    insert: "insert into code (id, mobile, code, last_six, expires_at) values (?, ?, ?, ?, ?)",
    select: "select id, code, last_six, wrong_entries from code \
        where mobile = ? and verified_at is null and expires_at >= ? for update",
    verified: "update code set verified_at = ? where id = ?",
    wrong: "update code set wrong_entries = wrong_entries + 1 where id = ?",
};

/// What stands behind a form.
pub(crate) trait Form: Clone + Send + Sync + 'static {
    /// Whether an entry is right; what it changes is committed.
    ///
    /// # Errors
    /// The database's.
    fn check(
        &self,
        mobile: &str,
        code: &str,
        last_six: &str,
    ) -> impl Future<Output = Result<bool, Fault>> + Send;
}

macro_rules! by_hand {
    ($name:ident, $database:ty, $words:expr) => {
        #[derive(Debug, Clone)]
        pub(crate) struct $name(Pool<$database>);

        impl $name {
            const WORDS: Words = $words;

            /// With new tables.
            ///
            /// # Errors
            /// The database's.
            pub(crate) async fn new(pool: Pool<$database>) -> Result<Self, Fault> {
                sqlx::query(TABLE).execute(&pool).await?;
                sqlx::query(INDEX).execute(&pool).await?;
                Ok(Self(pool))
            }

            /// With the tables that are there.
            pub(crate) const fn over(pool: Pool<$database>) -> Self {
                Self(pool)
            }
        }

        impl Form for $name {
            async fn check(&self, mobile: &str, code: &str, last_six: &str) -> Result<bool, Fault> {
                let mut transaction = self.0.begin_with(Self::WORDS.begin).await?;
                let now = Utc::now().timestamp_micros();
                let row: Option<Row> = sqlx::query_as(Self::WORDS.select)
                    .bind(mobile)
                    .bind(now)
                    .fetch_optional(&mut *transaction)
                    .await?;
                let verdict = row.as_ref().and_then(|row| judge(row, code, last_six));
                if let (Some(row), Some(right)) = (&row, verdict) {
                    let update = if right {
                        sqlx::query(Self::WORDS.verified).bind(now)
                    } else {
                        sqlx::query(Self::WORDS.wrong)
                    };
                    update.bind(row.0).execute(&mut *transaction).await?;
                }
                transaction.commit().await?;
                Ok(verdict == Some(true))
            }
        }

        impl Contender for $name {
            async fn open(&self, numbers: Range<u32>) -> Result<Vec<Person>, Fault> {
                let mut transaction = self.0.begin().await?;
                let mut people = Vec::new();
                for n in numbers {
                    let person = Person::new(n, &code(n));
                    sqlx::query(Self::WORDS.insert)
                        .bind(i64::from(n))
                        .bind(&person.mobile)
                        .bind(&person.code)
                        .bind(LAST_SIX)
                        .bind(Utc::now().timestamp_micros() + DAY)
                        .execute(&mut *transaction)
                        .await?;
                    people.push(person);
                }
                transaction.commit().await?;
                Ok(people)
            }

            async fn submit(&self, person: &Person, code: &str) -> Result<bool, Fault> {
                self.check(&person.mobile, code, LAST_SIX).await
            }
        }
    };
}

by_hand!(Postgres, sqlx::Postgres, POSTGRES);
by_hand!(Sqlite, sqlx::Sqlite, SQLITE);
by_hand!(MySql, sqlx::MySql, MYSQL);

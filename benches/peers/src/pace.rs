//! How many messages a second go out to a gateway that takes its time: the desk beside an outbox in SQL
//! whose workers are written by hand.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use beian::{
    Message,
    host::{Desk, SendOutcome, SessionStore, SmsSender},
};
use chrono::Utc;
use sqlx::Pool;
use tokio::{task::JoinSet, time::sleep};

use crate::{
    contest::Fault,
    people,
    report::{Figure, Report, decimals},
};

/// Heads of the columns.
pub(crate) const HEAD: [&str; 7] = [
    "gateway",
    "hosts",
    "in flight",
    "at most",
    "desk",
    "of it",
    "by hand",
];

/// How long the gateway takes, how many hosts there are, and how many messages each has in flight.
const CELLS: [(u64, usize, u16); 14] = [
    (200, 1, 1),
    (200, 1, 16),
    (200, 1, 64),
    (200, 1, 256),
    (50, 1, 1),
    (50, 1, 16),
    (50, 1, 64),
    (50, 1, 256),
    (5, 1, 1),
    (5, 1, 16),
    (5, 1, 64),
    (5, 1, 256),
    (50, 3, 16),
    (50, 3, 64),
];

/// One message of each round of one person.
struct Gateway(Duration);

impl SmsSender for Gateway {
    async fn send(&self, _: &Message) -> SendOutcome {
        sleep(self.0).await;
        SendOutcome::Accepted
    }
}

/// A table of messages and its workers.
pub(crate) trait Outbox: Clone + Send + Sync + 'static {
    async fn put(&self, messages: u32) -> Result<(), Fault>;
    /// Takes the message that has been due for longest, for half a minute.
    fn claim(&self) -> impl Future<Output = Result<Option<i64>, Fault>> + Send;
    fn sent(&self, id: i64) -> impl Future<Output = Result<(), Fault>> + Send;
}

const TABLE: &str = "create table outbox (id bigint primary key, mobile varchar(11) not null, \
    code varchar(6) not null, due_at bigint not null, sent_at bigint)";
const INDEX: &str = "create index outbox_due on outbox (sent_at, due_at)";
const LEASE: i64 = 30_000_000;

macro_rules! outbox {
    ($name:ident, $database:ty, $insert:literal, $sent:literal, $claim:item) => {
        #[derive(Clone)]
        pub(crate) struct $name(Pool<$database>);

        impl $name {
            /// With a new table.
            ///
            /// # Errors
            /// The database's.
            pub(crate) async fn new(pool: Pool<$database>) -> Result<Self, Fault> {
                sqlx::query(TABLE).execute(&pool).await?;
                sqlx::query(INDEX).execute(&pool).await?;
                Ok(Self(pool))
            }

            $claim
        }

        impl Outbox for $name {
            async fn put(&self, messages: u32) -> Result<(), Fault> {
                sqlx::query("delete from outbox").execute(&self.0).await?;
                let mut transaction = self.0.begin().await?;
                for n in 0..messages {
                    sqlx::query($insert)
                        .bind(i64::from(n))
                        .bind(people::mobile(n))
                        .bind("123456")
                        .bind(Utc::now().timestamp_micros())
                        .execute(&mut *transaction)
                        .await?;
                }
                Ok(transaction.commit().await?)
            }

            async fn claim(&self) -> Result<Option<i64>, Fault> {
                self.take(Utc::now().timestamp_micros()).await
            }

            async fn sent(&self, id: i64) -> Result<(), Fault> {
                let now = Utc::now().timestamp_micros();
                let sent = sqlx::query($sent).bind(now).bind(id);
                sent.execute(&self.0).await?;
                Ok(())
            }
        }
    };
}

/// Claims in one statement.
macro_rules! claim {
    ($lock:literal) => {
        async fn take(&self, now: i64) -> Result<Option<i64>, Fault> {
            let taken = sqlx::query_scalar(concat!(
                "update outbox set due_at = $1 where id = (select id from outbox \
                where sent_at is null and due_at <= $2 order by due_at limit 1",
                $lock,
                ") returning id"
            ));
            let taken = taken.bind(now + LEASE).bind(now);
            Ok(taken.fetch_optional(&self.0).await?)
        }
    };
}

outbox!(
    Sqlite,
    sqlx::Sqlite,
    "insert into outbox (id, mobile, code, due_at) values ($1, $2, $3, $4)",
    "update outbox set sent_at = $1 where id = $2",
    claim!("");
);

outbox!(
    Postgres,
    sqlx::Postgres,
    "insert into outbox (id, mobile, code, due_at) values ($1, $2, $3, $4)",
    "update outbox set sent_at = $1 where id = $2",
    claim!(" for update skip locked");
);

outbox!(
    MySql,
    sqlx::MySql,
    "insert into outbox (id, mobile, code, due_at) values (?, ?, ?, ?)",
    "update outbox set sent_at = ? where id = ?",
    async fn take(&self, now: i64) -> Result<Option<i64>, Fault> {
        let mut transaction = self.0.begin().await?;
        let first = sqlx::query_scalar(
            "select id from outbox where sent_at is null and due_at <= ? order by due_at limit 1 \
             for update skip locked",
        );
        let id: Option<i64> = first.bind(now).fetch_optional(&mut *transaction).await?;
        if let Some(id) = id {
            let lease = sqlx::query("update outbox set due_at = ? where id = ?");
            let lease = lease.bind(now + LEASE).bind(id);
            lease.execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        Ok(id)
    }
);

/// Two seconds' worth, if the database kept up; some thousands at most.
fn messages(gateway: u64, places: u32, quick: bool) -> u32 {
    let ideal = u64::from(places) * 2_000 / gateway;
    let most = if quick { 20 } else { 6_000 };
    u32::try_from(ideal).unwrap_or(u32::MAX).min(most).max(10)
}

/// The same for a store and a table by hand: messages a second, whose most is what is in flight by how long
/// one takes.
pub(crate) async fn rows<S, B>(
    report: &mut Report,
    name: &'static str,
    store: S,
    by_hand: B,
    quick: bool,
) -> Result<Vec<Vec<String>>, Fault>
where
    S: SessionStore + Clone + 'static,
    B: Outbox,
{
    let mut rows = Vec::new();
    let mut first = 0;
    for (gateway, hosts, in_flight) in CELLS {
        let places = u32::from(in_flight) * u32::try_from(hosts)?;
        let messages = messages(gateway, places, quick);
        let takes = Duration::from_millis(gateway);
        put(&store, first..first + messages).await?;
        first += messages;
        let ours = drain(&store, hosts, in_flight, takes, messages).await?;
        by_hand.put(messages).await?;
        let theirs = drain_by_hand(&by_hand, places, takes, messages).await?;
        let most = f64::from(places) * 1e3 / gateway as f64;
        let operation = format!("pace_{gateway}ms_{hosts}x{in_flight}");
        for (metric, value, unit) in [
            ("throughput", ours, "per_second"),
            ("of_most", ours / most, "ratio"),
            ("throughput_ratio", ours / theirs, "ratio"),
        ] {
            let figure = Figure::new(&operation, name, metric, value, unit);
            report.figures.push(figure);
        }
        rows.push(vec![
            format!("{gateway} ms"),
            hosts.to_string(),
            in_flight.to_string(),
            format!("{most:.0}/s"),
            format!("{ours:.0}/s"),
            format!("**{}**", decimals(ours / most)),
            format!("{theirs:.0}/s"),
        ]);
    }
    Ok(rows)
}

/// Rounds of one person whose message is due.
async fn put<S: SessionStore>(store: &S, numbers: std::ops::Range<u32>) -> Result<(), Fault> {
    let keys = people::keys()?;
    let mut opened = Vec::new();
    for n in numbers {
        opened.push(people::opened(n, &keys, Utc::now())?.update().clone());
    }
    for batch in opened.chunks(100) {
        store.save(batch).await?;
    }
    Ok(())
}

async fn drain<S: SessionStore + Clone + 'static>(
    store: &S,
    hosts: usize,
    in_flight: u16,
    takes: Duration,
    messages: u32,
) -> Result<f64, Fault> {
    let mut calls = JoinSet::new();
    let desks: Vec<_> = (0..hosts)
        .map(|_| {
            let desk = Desk::new(store.clone(), people::keys()?, Utc::now);
            Ok(desk.in_flight(in_flight))
        })
        .collect::<Result<_, Fault>>()?;
    let began = Instant::now();
    for desk in desks {
        calls.spawn(async move {
            let done = desk.dispatch(&Gateway(takes)).await;
            done.map(|done| done.accepted)
                .map_err(|error| error.to_string())
        });
    }
    let mut sent = 0;
    for done in calls.join_all().await {
        sent += done?;
    }
    let took = began.elapsed();
    if sent == u64::from(messages) {
        Ok(f64::from(messages) / took.as_secs_f64())
    } else {
        Err(format!("{sent} of {messages} messages went out").into())
    }
}

async fn drain_by_hand<B: Outbox>(
    outbox: &B,
    places: u32,
    takes: Duration,
    messages: u32,
) -> Result<f64, Fault> {
    let mut workers = JoinSet::new();
    let outbox = Arc::new(outbox.clone());
    let began = Instant::now();
    for _ in 0..places {
        let outbox = Arc::clone(&outbox);
        workers.spawn(async move {
            let mut sent = 0_u32;
            while let Some(id) = outbox.claim().await.map_err(|error| error.to_string())? {
                sleep(takes).await;
                outbox.sent(id).await.map_err(|error| error.to_string())?;
                sent += 1;
            }
            Ok::<_, String>(sent)
        });
    }
    let mut sent = 0;
    for done in workers.join_all().await {
        sent += done?;
    }
    let took = began.elapsed();
    if sent == messages {
        Ok(f64::from(messages) / took.as_secs_f64())
    } else {
        Err(format!("{sent} of {messages} messages went out by hand").into())
    }
}

//! What the suite can't see of a save: the host's own rows, and a caller who has gone away.
#![allow(
    missing_docs,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a panic is how a test fails"
)]

mod support;

use std::time::Duration;

use beian::{
    Session, SessionId, Update,
    host::{SaveError, SessionStore as _},
    testkit::store::{Storage, check},
};
use beian_sqlx::SqlStore;
use chrono::TimeDelta;
use sqlx::pool::PoolOptions;
use support::{
    Database, accepted, damage, erased, id, on_each, opened, rows, run, start, withdrawn,
};
use tokio::time::timeout;

on_each!(
    both_or_neither,
    a_begin_may_be_dropped,
    a_save_may_be_dropped,
    a_lease_waits_for_nobody,
    works_repeatable_read,
    works_serializable,
);

async fn both_or_neither<D: Database>() {
    let database = D::empty().await;
    let store = database.store().await;
    run::<D>(&store, "create table host_order (name varchar(9) not null)").await;
    let first = opened(id(1), start());
    let next = accepted(first.session(), start());
    let there = async || {
        let orders = rows::<D>(&store, "select name from host_order order by name").await;
        let session = store.load(id(1)).await.unwrap();
        (
            orders.join(" "),
            session.map_or(0, |session| session.version()),
        )
    };
    let write = async |name: &str, updates: &[Update]| {
        let mut transaction = store.begin().await.unwrap();
        let own = format!("insert into host_order values ('{name}')");
        D::run(&mut transaction, &own).await.unwrap();
        let saved = store.save_in(&mut transaction, updates).await;
        (transaction, saved)
    };

    for (name, update, expected) in [("a", &first, ("a", 1)), ("b", &next, ("a b", 2))] {
        let before = there().await;
        let (transaction, saved) = write(name, std::slice::from_ref(update)).await;
        saved.unwrap();
        drop(transaction);
        assert_eq!(there().await, before);

        let (transaction, saved) = write(name, std::slice::from_ref(update)).await;
        saved.unwrap();
        transaction.commit().await.unwrap();
        assert_eq!(there().await, (expected.0.to_owned(), expected.1));
    }
    // What comes before a conflict goes with it.
    let other = opened(id(2), start());
    for stale in [&first, &next] {
        let (transaction, saved) = write("c", &[other.clone(), stale.clone()]).await;
        assert_eq!(saved, Err(SaveError::Conflict));
        drop(transaction);
        assert_eq!(there().await, ("a b".to_owned(), 2));
        assert_eq!(store.load(id(2)).await, Ok(None));
    }
    whole::<D>(&store).await;
}

/// The connection is nobody's transaction afterwards: what the next caller writes on it is there for all.
async fn a_begin_may_be_dropped<D: Database>() {
    let database = D::empty().await;
    let others = database.store().await;
    let store = SqlStore::new(database.pool_of_size(1).await);
    for micros in (0..1_000).step_by(20) {
        let round = opened(id(micros), start());
        store.save(std::slice::from_ref(&round)).await.unwrap();
        let _ = timeout(Duration::from_micros(micros), store.begin()).await;
        let accepted = accepted(round.session(), start());
        store.save(std::slice::from_ref(&accepted)).await.unwrap();
        let seen = others.load(round.id()).await.unwrap();
        assert_eq!(seen.as_ref(), Some(accepted.session()));
    }
}

/// Sooner or later, by a caller who has gone away: nothing is stored by half, and nobody after it is in its
/// way.
async fn a_save_may_be_dropped<D: Database>() {
    let database = D::empty().await;
    let store = database.store().await;
    for micros in (0..2_500).step_by(50) {
        let patience = Duration::from_micros(micros);
        let [a, b] = [2 * micros + 1, 2 * micros + 2].map(|n| opened(id(n), start()));
        let both = [a.clone(), b.clone()];
        dropped(&store, patience, &both).await;
        let accepted_a = accepted(a.session(), start());
        dropped(&store, patience, std::slice::from_ref(&accepted_a)).await;
        let withdrawn_a = withdrawn(accepted_a.session(), start());
        let both = [withdrawn_a.clone(), accepted(b.session(), start())];
        dropped(&store, patience, &both).await;
        let erased_a = erased(withdrawn_a.session(), start());
        dropped(&store, patience, &[erased_a]).await;
    }
    // The server may find that nobody listens between any two statements.
    for n in 0..400 {
        let opened = opened(id(1_000_000 + n), start());
        let next = [accepted(opened.session(), start())];
        store.save(&[opened]).await.unwrap();
        let _ = timeout(Duration::from_micros(2 * n), store.save(&next)).await;
    }
    whole::<D>(&store).await;
}

/// Saves them, after a try that was dropped.
async fn dropped<DB: beian_sqlx::Engine>(
    store: &SqlStore<DB>,
    patience: Duration,
    updates: &[Update],
) {
    // At one instant: the server may still be at it.
    let ids: Vec<_> = updates.iter().map(Update::id).collect();
    let versions = async || {
        let found = store.load_all(&ids).await.unwrap();
        let version = |id| found.iter().find(|session| session.id() == id);
        let versions = ids
            .iter()
            .map(|id| version(*id).map_or(0, Session::version));
        versions.collect::<Vec<_>>()
    };
    let _ = timeout(patience, store.save(updates)).await;
    let before: Vec<_> = updates.iter().map(Update::expected_version).collect();
    let after: Vec<_> = updates.iter().map(|u| u.session().version()).collect();
    for _ in 0..10 {
        match timeout(Duration::from_secs(10), store.save(updates)).await {
            Ok(Ok(())) => assert_eq!(versions().await, after),
            Ok(Err(SaveError::Conflict)) => {}
            Ok(Err(SaveError::Store(error))) => panic!("{error}"),
            Err(late) => panic!("what was dropped stays in the way: {late}"),
        }
        let found = versions().await;
        if found == after {
            return;
        }
        assert_eq!(found, before, "by half");
    }
    panic!("what was dropped stays in the way");
}

/// Each session with the events of all its versions, and with its numbers unless they are erased.
async fn whole<D: Database>(store: &SqlStore<D::Driver>) {
    let by_half = "select count(*) from beian_session s \
        where version <> (select count(*) from beian_session_event e where e.session = s.id) \
        or (erased = 1) = exists (select * from beian_session_number n where n.session = s.id)";
    assert_eq!(rows::<D>(store, by_half).await, ["0"]);
}

/// A row that is locked is passed over, where there is more than one writer at all.
async fn a_lease_waits_for_nobody<D: Database>() {
    if D::IS_SQLITE {
        return;
    }
    let database = D::empty().await;
    let store = database.store().await;
    let all = [1, 2, 3].map(|n| opened(id(n), start()));
    store.save(&all).await.unwrap();
    let mut transaction = store.begin().await.unwrap();
    let locked = accepted(all[1].session(), start());
    store.save_in(&mut transaction, &[locked]).await.unwrap();
    let lease = store.lease_due(start(), 8, TimeDelta::seconds(30));
    let leased = timeout(Duration::from_secs(1), lease).await.unwrap();
    let leased: Vec<SessionId> = leased.unwrap().iter().map(|l| l.lease.session).collect();
    assert_eq!(leased, [id(1), id(3)]);
}

/// A storage on whose connections transactions are isolated like this unless they say otherwise.
struct Isolated<D>(D, &'static str);

impl<D: Database> Storage for Isolated<D> {
    type Store = SqlStore<D::Driver>;

    async fn open(&self) -> Self::Store {
        let of_session = if D::IS_POSTGRES {
            "session characteristics as"
        } else {
            "session"
        };
        let isolation = format!("set {of_session} transaction isolation level {}", self.1);
        let pool = PoolOptions::new().after_connect(move |connection, _| {
            let isolation = isolation.clone();
            Box::pin(async move { D::run(connection, &isolation).await })
        });
        SqlStore::new(self.0.pool_of(pool).await)
    }

    async fn damage(&self, id: SessionId) -> bool {
        damage::<D>(&self.open().await, id).await
    }
}

async fn works_at<D: Database>(level: &'static str) {
    if D::IS_SQLITE {
        return;
    }
    let make = async || {
        let database = D::empty().await;
        database.store().await;
        Isolated(database, level)
    };
    check(make).await.unwrap();
}

async fn works_repeatable_read<D: Database>() {
    works_at::<D>("repeatable read").await;
}

async fn works_serializable<D: Database>() {
    works_at::<D>("serializable").await;
}

//! What an error tells, and what it is that others were in the way.
#![allow(
    missing_docs,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a panic is how a test fails"
)]

mod support;

use std::{error::Error as _, time::Duration};

use beian::{
    Update,
    host::{SaveError, SessionStore as _},
    testkit::TestPerson,
};
use beian_sqlx::{Error, SqlStore, Transaction};
use chrono::TimeDelta;
use sqlx::pool::PoolOptions;
use support::{Database, accepted, erased, id, on_each, opened, rows, run, start, withdrawn};

on_each!(
    tells_the_statement_and_the_code,
    tells_nothing_of_the_way_to_the_database,
    a_key_that_is_there_is_a_conflict,
    a_version_that_is_over_is_a_conflict,
    a_lock_for_too_long_is_a_conflict,
    a_deadlock_is_a_conflict,
    a_snapshot_that_is_too_old_is_a_conflict,
);

/// Exactly so much, and nothing below it.
fn tells(error: &Error, statement: &'static str, code: &str) {
    let expected = Error::Database {
        statement,
        code: code.to_owned(),
    };
    assert_eq!(*error, expected);
    let text = format!("{statement}: the database answers with error {code}");
    assert_eq!(error.to_string(), text);
    let debug = format!("Database {{ statement: {statement:?}, code: {code:?} }}");
    assert_eq!(format!("{error:?}"), debug);
    assert!(error.source().is_none());
    let outer = SaveError::Store(error.clone());
    assert_eq!((outer.to_string(), outer.source().is_none()), (text, true));
}

fn failed<T: std::fmt::Debug>(saved: Result<T, SaveError<Error>>) -> Error {
    match saved {
        Err(SaveError::Store(error)) => error,
        other => panic!("{other:?}"),
    }
}

/// Of the three databases'.
fn of<D: Database>(codes: [&'static str; 3]) -> &'static str {
    let [sqlite, postgres, mysql] = codes;
    match () {
        () if D::IS_SQLITE => sqlite,
        () if D::IS_POSTGRES => postgres,
        () => mysql,
    }
}

/// A trigger that says more than it should.
fn trigger<D: Database>(name: &str, event: &str, table: &str, says: &str) -> String {
    if D::IS_SQLITE {
        return format!(
            "create trigger {name} before {event} on {table} \
            begin select raise(abort, '{says}'); end"
        );
    }
    if D::IS_POSTGRES {
        return format!(
            "create function {name}() returns trigger language plpgsql as \
            $$ begin raise exception '{says}' using detail = '{says}', hint = '{says}'; end $$; \
            create trigger {name} before {event} on {table} \
            for each row execute function {name}()"
        );
    }
    format!(
        "create trigger {name} before {event} on {table} for each row \
        signal sqlstate '45000' set message_text = '{says}'"
    )
}

async fn tells_the_statement_and_the_code<D: Database>() {
    let database = D::empty().await;
    let store = database.store().await;
    let number = TestPerson(1).mobile();
    let number = number.digits();
    let first = opened(id(1), start());
    store.save(std::slice::from_ref(&first)).await.unwrap();
    let second = accepted(first.session(), start());
    let third = withdrawn(second.session(), start());

    // The database's own words, with a number in them.
    let raised = of::<D>(["1811", "P0001", "1644"]);
    let says = format!("no {number}");
    let on = |name, event, table| trigger::<D>(name, event, table, &says);
    run::<D>(&store, &on("no_number", "insert", "beian_session_number")).await;
    let error = failed(store.save(&[opened(id(2), start())]).await);
    tells(&error, "insert numbers", raised);
    run::<D>(&store, &on("no_event", "insert", "beian_session_event")).await;
    let change = std::slice::from_ref(&second);
    // Elsewhere a change and its events are one text.
    let events = of::<D>(["change session", "change session", "insert events"]);
    tells(&failed(store.save(change).await), events, raised);
    let mut transaction = store.begin().await.unwrap();
    let saved = store.save_in(&mut transaction, change).await;
    tells(&failed(saved), events, raised);
    drop(transaction);
    let off = of::<D>([
        "drop trigger no_event",
        "drop trigger no_event on beian_session_event",
        "drop trigger no_event",
    ]);
    run::<D>(&store, off).await;
    store.save(change).await.unwrap();
    store.save(std::slice::from_ref(&third)).await.unwrap();
    run::<D>(&store, &on("no_delete", "delete", "beian_session_number")).await;
    let error = failed(store.save(&[erased(third.session(), start())]).await);
    tells(&error, "erase numbers", raised);

    // A value that a column doesn't take: PostgreSQL's detail is the row.
    if !D::IS_SQLITE {
        let other = opened(id(3), start());
        store_without_triggers::<D>(&store).await;
        let narrow = of::<D>([
            "",
            "alter table beian_session add constraint own check (version < 2) not valid",
            "alter table beian_session modify status varchar(3) not null",
        ]);
        run::<D>(&store, "delete from beian_session").await;
        run::<D>(&store, narrow).await;
        if D::IS_MYSQL {
            let error = failed(store.save(&[other]).await);
            tells(&error, "insert session", "1406");
        } else {
            store.save(std::slice::from_ref(&other)).await.unwrap();
            let change = accepted(other.session(), start());
            tells(
                &failed(store.save(&[change]).await),
                "change session",
                "23514",
            );
        }
    }

    // Tables that aren't there.
    let gone = of::<D>(["1", "42P01", "1146"]);
    run::<D>(&store, "drop table beian_session_event").await;
    run::<D>(&store, "drop table beian_session_number").await;
    run::<D>(&store, "drop table beian_session").await;
    tells(&store.load(id(1)).await.unwrap_err(), "load", gone);
    let found = store.find(&TestPerson(1).mobile(), start()).await;
    tells(&found.unwrap_err(), "find", gone);
    tells(&failed(store.save(&[first]).await), "insert session", gone);
    tells(&failed(store.save(&[second]).await), "change session", gone);
    let lease = store.lease_due(start(), 8, TimeDelta::seconds(30)).await;
    tells(&failed(lease), "due sessions", gone);
    let next = store.next_due(start()).await.unwrap_err();
    tells(&next, "next due", gone);
}

async fn store_without_triggers<D: Database>(store: &SqlStore<D::Driver>) {
    let drop = of::<D>([
        "",
        "drop function no_number cascade; drop function no_delete cascade",
        "drop trigger no_number; drop trigger no_delete",
    ]);
    run::<D>(store, drop).await;
}

async fn tells_nothing_of_the_way_to_the_database<D: Database>() {
    let database = D::empty().await;
    let first = opened(id(1), start());

    // A pool that has no connection left.
    let one = PoolOptions::new().acquire_timeout(Duration::from_millis(200));
    let store = SqlStore::new(database.pool_of(one).await);
    store.migrate().await.unwrap();
    let mut taken = Vec::new();
    for _ in 0..8 {
        taken.push(store.pool().acquire().await.unwrap());
    }
    let error = failed(store.save(std::slice::from_ref(&first)).await);
    let why = "no connection within the pool's time";
    let statement = "begin";
    assert_eq!(error, Error::Unavailable { statement, why });
    assert_eq!(error.to_string(), format!("{statement}: {why}"));
    assert!(error.is_temporary() && error.source().is_none());
    let change = accepted(first.session(), start());
    let error = failed(store.save(&[change]).await);
    let first = of::<D>(["change session", "change session", "begin"]);
    assert!(matches!(error, Error::Unavailable { statement, .. } if statement == first));
    drop(taken);
    store.pool().close().await;
    let error = store.load(id(1)).await.unwrap_err();
    let (statement, why) = ("load", "the pool is closed");
    assert_eq!(error, Error::Unavailable { statement, why });

    // A database that isn't there, or not for this user.
    let elsewhere = D::elsewhere(&database.address());
    for (options, codes) in elsewhere {
        let pool = PoolOptions::new().acquire_timeout(Duration::from_secs(1));
        let store: SqlStore<D::Driver> = SqlStore::new(pool.connect_lazy_with(options));
        let error = store.load(id(1)).await.unwrap_err();
        if let Error::Database { code, .. } = &error {
            assert!(codes.contains(&code.as_str()), "{code}");
            tells(&error, "load", code);
        } else {
            let whys = [
                "the connection is gone",
                "no connection within the pool's time",
            ];
            assert!(
                whys.map(|why| format!("load: {why}"))
                    .contains(&error.to_string())
            );
            assert!(codes.is_empty() && error.is_temporary() && error.source().is_none());
        }
    }
}

async fn a_key_that_is_there_is_a_conflict<D: Database>() {
    let database = D::empty().await;
    let store = database.store().await;
    let first = [opened(id(1), start())];
    store.save(&first).await.unwrap();
    assert_eq!(store.save(&first).await, Err(SaveError::Conflict));
    // Its number, and its event.
    let second = [opened(id(2), start())];
    let number = TestPerson(1).mobile();
    let id_2 = D::bytes(id(2).as_bytes());
    let plant = format!(
        "insert into beian_session_number values ('{}', {id_2})",
        number.digits()
    );
    run::<D>(&store, &plant).await;
    assert_eq!(store.save(&second).await, Err(SaveError::Conflict));
    let next = [accepted(first[0].session(), start())];
    let id_1 = D::bytes(id(1).as_bytes());
    let plant = format!("insert into beian_session_event values ({id_1}, 2, '[]')");
    run::<D>(&store, &plant).await;
    assert_eq!(store.save(&next).await, Err(SaveError::Conflict));
    let versions = rows::<D>(&store, "select version from beian_session").await;
    assert_eq!(versions, ["1"]);
}

/// Also where no event of that version is in the way.
async fn a_version_that_is_over_is_a_conflict<D: Database>() {
    let database = D::empty().await;
    let store = database.store().await;
    let first = opened(id(1), start());
    let second = accepted(first.session(), start());
    let other = [withdrawn(first.session(), start())];
    for update in [&first, &second] {
        store.save(std::slice::from_ref(update)).await.unwrap();
    }
    run::<D>(&store, "delete from beian_session_event").await;
    assert_eq!(store.save(&other).await, Err(SaveError::Conflict));
    let mut transaction = store.begin().await.unwrap();
    let saved = store.save_in(&mut transaction, &other).await;
    assert_eq!(saved, Err(SaveError::Conflict));
    drop(transaction);
    assert_eq!(
        store.load(id(1)).await.as_ref(),
        Ok(&Some(second.session().clone()))
    );
    let events = rows::<D>(&store, "select count(*) from beian_session_event").await;
    assert_eq!(events, ["0"]);
}

async fn a_lock_for_too_long_is_a_conflict<D: Database>() {
    let database = D::empty().await;
    let impatient = of::<D>([
        "pragma busy_timeout = 100",
        "set lock_timeout = '100ms'",
        "set innodb_lock_wait_timeout = 1",
    ]);
    let pool = PoolOptions::new()
        .after_connect(move |connection, _| Box::pin(D::run(connection, impatient)));
    let store = SqlStore::new(database.pool_of(pool).await);
    store.migrate().await.unwrap();
    let all = [1, 2].map(|n| opened(id(n), start()));
    store.save(&all).await.unwrap();
    let leased = store.lease_due(start(), 8, TimeDelta::seconds(30)).await;
    let lease = leased.unwrap()[0].lease;
    let next = [accepted(all[0].session(), start())];

    let mut held = store.begin().await.unwrap();
    store.save_in(&mut held, &next).await.unwrap();
    let both = [next[0].clone(), accepted(all[1].session(), start())];
    // More often than there are connections: none of them is left with a transaction.
    for _ in 0..3 {
        let (alone, together, renewed, given_back) = tokio::join!(
            store.save(&next),
            store.save(&both),
            store.renew(&lease, lease.until),
            store.give_back(&lease),
        );
        for saved in [alone, together, renewed.map(drop), given_back] {
            assert_eq!(saved, Err(SaveError::Conflict));
        }
    }
    assert_eq!(store.load(id(1)).await.unwrap().unwrap().version(), 1);
    drop(held);
    store.save(&both).await.unwrap();
}

/// Two by hand in opposite order; SQLite has one writer.
async fn a_deadlock_is_a_conflict<D: Database>() {
    if D::IS_SQLITE {
        return;
    }
    let database = D::empty().await;
    let store = database.store().await;
    let all = [1, 2].map(|n| opened(id(n), start()));
    store.save(&all).await.unwrap();
    let [one, two] = all.map(|update| accepted(update.session(), start()));
    let (mut a, mut b) = (store.begin().await.unwrap(), store.begin().await.unwrap());
    let first = async |transaction: &mut _, update: &Update| {
        let update = std::slice::from_ref(update);
        store.save_in(transaction, update).await
    };
    first(&mut a, &one).await.unwrap();
    first(&mut b, &two).await.unwrap();
    let then = async |mut transaction: Transaction<D::Driver>, update: &Update| {
        let saved = first(&mut transaction, update).await;
        if saved.is_err() {
            transaction.roll_back().await.unwrap();
            return saved;
        }
        transaction.commit().await
    };
    let (a, b) = tokio::join!(then(a, &two), then(b, &one));
    let conflict = Err(SaveError::Conflict);
    assert!(
        (a == conflict && b.is_ok()) || (a.is_ok() && b == conflict),
        "{a:?} {b:?}"
    );
    let versions = rows::<D>(&store, "select version from beian_session").await;
    assert_eq!(versions, ["2", "2"]);
}

/// In a transaction of the host's that reads from a snapshot, where the database refuses it.
async fn a_snapshot_that_is_too_old_is_a_conflict<D: Database>() {
    let database = D::empty().await;
    let store = database.store().await;
    let first = opened(id(1), start());
    store.save(std::slice::from_ref(&first)).await.unwrap();
    let next = [accepted(first.session(), start())];
    let begin = of::<D>([
        "begin",
        "begin isolation level serializable",
        "start transaction with consistent snapshot",
    ]);
    let mut old = store.pool().begin_with(begin).await.unwrap();
    D::rows(&mut old, "select version from beian_session")
        .await
        .unwrap();
    store.save(&next).await.unwrap();
    let other = [withdrawn(first.session(), start())];
    let saved = store.save_in(&mut old, &other).await;
    assert_eq!(saved, Err(SaveError::Conflict));
}

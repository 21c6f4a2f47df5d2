//! What a store offers beside what the crate asks for: orders, retention, an overview.
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
    OrderStatus, Refusal, Session, SessionId,
    host::{HostError, LeftOut, LeftOutReason, SessionStore as _, Unreadable},
    testkit::TestPerson,
};
use beian_sqlx::{SqlStore, StoredEvent};
use chrono::TimeDelta;
use support::{
    Database, accepted, damage, erased, id, minutes, on_each, opened, rows, run, start, withdrawn,
};
use tokio::time::timeout;

on_each!(
    rounds_of_an_order,
    events_come_page_by_page,
    an_order_is_erased_whole_or_not,
    ended_rounds_are_erased,
    ended_rounds_are_deleted,
    a_deletion_waits_for_nobody,
    sessions_by_status,
    leases_of_hosts_that_are_gone,
);

const ORDER: [u8; 12] = *b"order number";
const NEXT: [u8; 12] = *b"order_number";

/// A round that is opened, accepted, and withdrawn after so many minutes.
async fn ended<DB: beian_sqlx::Engine>(
    store: &SqlStore<DB>,
    id: impl Into<SessionId>,
    after: i64,
) -> Session {
    let opened = opened(id, start());
    let accepted = accepted(opened.session(), start());
    let withdrawn = withdrawn(accepted.session(), minutes(after));
    let session = withdrawn.session().clone();
    for update in [opened, accepted, withdrawn] {
        store.save(&[update]).await.unwrap();
    }
    session
}

async fn rounds_of_an_order<D: Database>() {
    let database = D::empty().await;
    let store = database.store().await;
    let of = |order, round| opened(SessionId::of_round(order, round), start());
    let before = *b"order numbeq";
    let mut all = vec![
        of(ORDER, u32::MAX),
        of(ORDER, 256),
        of(ORDER, 0),
        of(ORDER, 1),
    ];
    all.extend([of(before, u32::MAX), of(NEXT, 0)]);
    store.save(&all).await.unwrap();
    let rounds = store.rounds(ORDER).await.unwrap();
    let rounds: Vec<_> = rounds
        .iter()
        .map(|round| round.id().order_and_round().1)
        .collect();
    assert_eq!(rounds, [0, 1, 256, u32::MAX]);
    assert_eq!(store.rounds(*b"no such one.").await, Ok(Vec::new()));

    let asked = [all[5].id(), all[0].id(), id(7), all[0].id()];
    let mut loaded = store.load_all(&asked).await.unwrap();
    loaded.sort_by_key(Session::id);
    assert_eq!(loaded, [all[0].session().clone(), all[5].session().clone()]);
    assert_eq!(store.load_all(&[]).await, Ok(Vec::new()));
    let many: Vec<_> = (0..5_000).map(id).chain(asked).collect();
    assert_eq!(store.load_all(&many).await.unwrap().len(), 2);
}

async fn events_come_page_by_page<D: Database>() {
    let database = D::empty().await;
    let store = database.store().await;
    for (order, rounds) in [(*b"order numbeq", 1), (ORDER, 3), (NEXT, 1)] {
        for round in 0..rounds {
            ended(&store, SessionId::of_round(order, round), 1).await;
        }
    }
    let all = store.order_events(ORDER, None, 1_000).await.unwrap();
    let place = |event: &StoredEvent| (event.event.session, event.event.version);
    assert!(all.is_sorted_by_key(place));
    let versions: Vec<_> = all.iter().map(|event| event.event.version).collect();
    assert_eq!(versions, [1, 2, 3].repeat(3));
    let masked: Vec<_> = all
        .iter()
        .filter_map(|event| event.mobile.clone())
        .collect();
    assert_eq!(masked, ["199****0001"; 3]);
    for limit in [1, 2, 5, 9, 10] {
        let (mut pages, mut after) = (Vec::new(), None);
        loop {
            let page = store.order_events(ORDER, after, limit).await.unwrap();
            let Some(last) = page.last() else { break };
            after = Some(place(last));
            pages.extend(page);
        }
        assert_eq!(pages, all);
    }
    // From a place before the order, or behind it.
    let before = Some((SessionId::of_round(*b"order numbeq", 0), 3));
    assert_eq!(store.order_events(ORDER, before, 1_000).await.unwrap(), all);
    let behind = Some((SessionId::of_round(NEXT, 0), 1));
    assert_eq!(
        store.order_events(ORDER, behind, 1_000).await,
        Ok(Vec::new())
    );
}

/// All that is stored, as text and as bytes in hexadecimal.
async fn stored<D: Database>(store: &SqlStore<D::Driver>) -> String {
    let hex = if D::IS_POSTGRES {
        "encode(snapshot, 'hex')"
    } else {
        "lower(hex(snapshot))"
    };
    let number = if D::IS_POSTGRES {
        "encode(session, 'hex')"
    } else {
        "hex(session)"
    };
    let mut all = Vec::new();
    for sql in [
        &format!("select {hex} from beian_session"),
        &format!("select mobile, {number} from beian_session_number"),
        "select events from beian_session_event",
    ] {
        all.extend(rows::<D>(store, sql).await);
    }
    all.join("\n")
}

async fn an_order_is_erased_whole_or_not<D: Database>() {
    let database = D::empty().await;
    let store = database.store().await;
    for round in 0..2 {
        ended(&store, SessionId::of_round(ORDER, round), 1).await;
    }
    let open = opened(SessionId::of_round(ORDER, 2), start());
    store.save(std::slice::from_ref(&open)).await.unwrap();
    let number = TestPerson(1).mobile();
    let digits = number.digits().to_owned();
    // In a snapshot it is an integer.
    let integer = postcard::to_allocvec(&digits.parse::<u64>().unwrap()).unwrap();
    let hex: Vec<_> = integer.iter().map(|byte| format!("{byte:02x}")).collect();
    let hex = hex.concat();
    let before = stored::<D>(&store).await;
    assert_eq!(
        (
            before.matches(&digits).count(),
            before.matches(&hex).count()
        ),
        (3, 3)
    );

    let refused = store.erase_order(ORDER, minutes(2)).await;
    assert_eq!(refused, Err(HostError::Refused(Refusal::RoundOpen)));
    assert_eq!(stored::<D>(&store).await, before);

    let end = withdrawn(open.session(), minutes(2));
    store.save(&[end]).await.unwrap();
    let once = store.rounds(ORDER).await.unwrap();
    store.save(&[erased(&once[1], minutes(2))]).await.unwrap();
    assert_eq!(store.erase_order(ORDER, minutes(2)).await, Ok(2));
    let after = stored::<D>(&store).await;
    assert!(!after.contains(&digits) && !after.contains(&hex));
    assert!(after.contains("199****0001"));
    assert_eq!(store.find(&number, minutes(2)).await, Ok(Vec::new()));
    assert_eq!(store.rounds(ORDER).await.unwrap().len(), 3);
    assert_eq!(store.erase_order(ORDER, minutes(2)).await, Ok(0));
    assert_eq!(store.erase_order(NEXT, minutes(2)).await, Ok(0));
}

async fn ended_rounds_are_erased<D: Database>() {
    let database = D::empty().await;
    let store = database.store().await;
    // More than one statement takes, and all at the same instant.
    for n in 1..=70 {
        ended(&store, id(n), 10).await;
    }
    ended(&store, id(71), 20).await;
    store.save(&[opened(id(72), start())]).await.unwrap();
    for broken in [3, 68] {
        assert!(damage::<D>(&store, id(broken)).await);
    }
    let mut found = store.erase_ended(minutes(20), minutes(30)).await.unwrap();
    found.left_out.sort_by_key(|left_out| left_out.session);
    let broken = |n| LeftOut {
        session: id(n),
        reason: LeftOutReason::Unreadable(Unreadable::Broken),
    };
    assert_eq!(
        (found.sessions, found.left_out),
        (68, [3, 68].map(broken).to_vec())
    );
    let with_numbers = "select count(distinct session) from beian_session_number";
    assert_eq!(rows::<D>(&store, with_numbers).await, ["4"]);
    let again = store.erase_ended(minutes(20), minutes(30)).await.unwrap();
    assert_eq!((again.sessions, again.left_out.len()), (0, 2));
}

async fn ended_rounds_are_deleted<D: Database>() {
    let database = D::empty().await;
    let store = database.store().await;
    for n in 1..=70 {
        ended(&store, id(n), 10).await;
    }
    let kept = [ended(&store, id(71), 20).await.id(), id(72)];
    store.save(&[opened(id(72), start())]).await.unwrap();
    let erased = erased(&ended(&store, id(73), 10).await, minutes(11));
    store.save(&[erased]).await.unwrap();
    assert!(damage::<D>(&store, id(5)).await);
    assert_eq!(store.delete_ended(minutes(20)).await, Ok(71));
    let hex = |id: SessionId| id.as_bytes().map(|byte| format!("{byte:02x}")).concat();
    let kept = kept.map(hex);
    for (column, table) in [
        ("id", "beian_session"),
        ("session", "beian_session_number"),
        ("session", "beian_session_event"),
    ] {
        let hex = if D::IS_POSTGRES {
            "encode("
        } else {
            "lower(hex("
        };
        let end = if D::IS_POSTGRES { ", 'hex')" } else { "))" };
        let ids = format!("select distinct {hex}{column}{end} as i from {table} order by i");
        assert_eq!(rows::<D>(&store, &ids).await, kept, "{table}");
    }
    assert_eq!(store.delete_ended(minutes(20)).await, Ok(0));
}

/// What another transaction has locked is left for the next time, and nothing of it stays alone. SQLite has
/// one writer.
async fn a_deletion_waits_for_nobody<D: Database>() {
    if D::IS_SQLITE {
        return;
    }
    let database = D::empty().await;
    let store = database.store().await;
    let opened = opened(id(1), start());
    let day = 24 * 60;
    let returned = opened.session().tick(minutes(4 * day)).unwrap();
    let returned = returned.update().clone();
    let withdrawal = [withdrawn(returned.session(), minutes(5 * day))];
    store.save(&[opened]).await.unwrap();
    store.save(&[returned]).await.unwrap();
    ended(&store, id(2), 10).await;

    let mut transaction = store.begin().await.unwrap();
    store.save_in(&mut transaction, &withdrawal).await.unwrap();
    let late = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        transaction.commit().await
    };
    let deletion = timeout(
        Duration::from_millis(250),
        store.delete_ended(minutes(9 * day)),
    );
    let (deleted, saved) = tokio::join!(deletion, late);
    saved.unwrap();
    assert_eq!(deleted, Ok(Ok(1)));
    let left = "select (select count(*) from beian_session), \
        (select count(*) from beian_session_number), (select count(*) from beian_session_event)";
    assert_eq!(rows::<D>(&store, left).await, ["1 2 3"]);
    assert_eq!(store.delete_ended(minutes(9 * day)).await, Ok(1));
    assert_eq!(rows::<D>(&store, left).await, ["0 0 0"]);
}

async fn sessions_by_status<D: Database>() {
    let database = D::empty().await;
    let store = database.store().await;
    assert_eq!(store.due_lag(start()).await, Ok(TimeDelta::zero()));
    for n in 0..7 {
        let update = opened(id(n), minutes(i64::try_from(n).unwrap()));
        store.save(&[update]).await.unwrap();
    }
    ended(&store, id(100), 1).await;
    let (mut ids, mut after) = (Vec::new(), None);
    loop {
        let status = OrderStatus::SmsVerification;
        let page = store.sessions(status, after, 3).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some(last.id());
        ids.extend(page.iter().map(Session::id));
    }
    assert_eq!(ids, (0..7).map(id).collect::<Vec<_>>());
    let ended = store.sessions(OrderStatus::Withdrawn, None, 3).await;
    assert_eq!(ended.unwrap().len(), 1);
    let approved = store.sessions(OrderStatus::Approved, None, 3).await;
    assert_eq!(approved, Ok(Vec::new()));

    let mut counts = store.sessions_by_status().await.unwrap();
    counts.sort_by_key(|(_, count)| *count);
    let expected = [
        (OrderStatus::Withdrawn, 1),
        (OrderStatus::SmsVerification, 7),
    ];
    assert_eq!(counts, expected);
    // A lease that is tried in vain is no excuse.
    let leased = store.lease_due(start(), 8, TimeDelta::hours(1)).await;
    assert_eq!(leased.unwrap().len(), 1);
    assert_eq!(store.due_lag(minutes(9)).await, Ok(TimeDelta::minutes(9)));
    assert_eq!(store.due_lag(minutes(-1)).await, Ok(TimeDelta::zero()));
}

async fn leases_of_hosts_that_are_gone<D: Database>() {
    let database = D::empty().await;
    let store = database.store().await;
    let all: Vec<_> = (1..=3).map(|n| opened(id(n), start())).collect();
    store.save(&all).await.unwrap();
    let lease = async |now| {
        let leased = store.lease_due(now, 8, TimeDelta::minutes(5)).await;
        leased.unwrap()
    };
    let taken = lease(start()).await;
    let first = accepted(all[2].session(), start());
    let waiting = [accepted(first.session(), start())];
    store.save(&[first]).await.unwrap();
    store.save(&waiting).await.unwrap();
    assert_eq!((taken.len(), lease(minutes(1)).await.len()), (3, 0));
    store.end_leases(minutes(1)).await.unwrap();
    let again = lease(minutes(1)).await;
    let firsts: Vec<_> = again
        .iter()
        .map(|l| (l.lease.session, l.lease.first))
        .collect();
    assert_eq!(firsts, [(id(1), false), (id(2), false)]);
    // The old ones are worth nothing any more.
    let stale = taken[0].lease;
    assert_eq!(store.renew(&stale, minutes(60)).await, Ok(false));
    run::<D>(&store, "delete from beian_session where version = 1").await;
    let wake = waiting[0].session().wake();
    assert_eq!(store.next_due(minutes(1)).await.unwrap(), wake);
}

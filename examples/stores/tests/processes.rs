//! Two processes over one storage: the second is this test again.
#![allow(
    missing_docs,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a panic is how a test fails"
)]

mod support;

use std::{
    collections::BTreeSet,
    env,
    mem::ManuallyDrop,
    process::{Command, Stdio},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use beian::host::{SaveError, SessionStore as _};
use beian_sqlx::SqlStore;
use chrono::TimeDelta;
use support::{Database, accepted, erased, id, on_each, opened, rows, start, withdrawn};

on_each!(each_is_leased_once, one_save_wins, other_process);

const SESSIONS: u64 = 500;
const CONTESTED: u64 = 40;

/// Where the other process works, on what, and from when on.
const ADDRESS: &str = "BEIAN_STORES_ADDRESS";
const TASK: &str = "BEIAN_STORES_TASK";
const START: &str = "BEIAN_STORES_START";

/// Nothing unless started as one.
async fn other_process<D: Database>() {
    let Ok(address) = env::var(ADDRESS) else {
        return;
    };
    let database = ManuallyDrop::new(D::at(&address)); // it is the first one's
    let [task, start] = [TASK, START].map(|name| env::var(name).unwrap());
    for done in work::<D>(&database, &task, &start).await {
        println!("\ndone {done}");
    }
}

/// What both do from this millisecond on.
async fn work<D: Database>(database: &D, task: &str, start: &str) -> Vec<String> {
    let store = SqlStore::new(database.pool().await);
    store.load(id(1)).await.unwrap(); // connected
    let start = UNIX_EPOCH + Duration::from_millis(start.parse().unwrap());
    tokio::time::sleep(start.duration_since(SystemTime::now()).unwrap_or_default()).await;
    match task {
        "lease" => lease(&store).await,
        _ => save(&store).await,
    }
}

async fn lease<DB: beian_sqlx::Engine>(store: &SqlStore<DB>) -> Vec<String> {
    let mut done = Vec::new();
    loop {
        match store.lease_due(start(), 4, TimeDelta::hours(1)).await {
            Ok(leased) if leased.is_empty() => return done,
            Ok(leased) => done.extend(leased.iter().map(|l| l.lease.session.to_string())),
            Err(SaveError::Conflict) => {}
            Err(SaveError::Store(error)) => panic!("{error}"),
        }
    }
}

/// Each session to its fourth version.
async fn save<DB: beian_sqlx::Engine>(store: &SqlStore<DB>) -> Vec<String> {
    let mut done = Vec::new();
    for n in 1..=CONTESTED {
        loop {
            let session = store.load(id(n)).await.unwrap().unwrap();
            let update = match session.version() {
                1 => accepted(&session, start()),
                2 => withdrawn(&session, start()),
                3 => erased(&session, start()),
                _ => break,
            };
            match store.save(&[update]).await {
                Ok(()) => done.push(format!("{n}/{}", session.version())),
                Err(SaveError::Conflict) => {}
                Err(SaveError::Store(error)) => panic!("{error}"),
            }
        }
    }
    done
}

/// What this process and another have done to the same storage.
async fn two<D: Database>(database: &D, task: &str) -> [Vec<String>; 2] {
    let of = match () {
        () if D::IS_SQLITE => "sqlite",
        () if D::IS_POSTGRES => "postgres",
        () => "mysql",
    };
    let start = SystemTime::now() + Duration::from_millis(700);
    let start = start
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_millis()
        .to_string();
    let other = Command::new(env::current_exe().unwrap())
        .args(["--exact", "--include-ignored", "--nocapture"])
        .arg(format!("{of}::other_process"))
        .envs([
            (ADDRESS, database.address()),
            (TASK, task.to_owned()),
            (START, start.clone()),
        ])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let own = work(database, task, &start).await;
    let other = tokio::task::spawn_blocking(|| other.wait_with_output()).await;
    let other = other.unwrap().unwrap();
    let other_says = String::from_utf8(other.stdout).unwrap();
    assert!(other.status.success(), "{other_says}");
    let other = other_says
        .lines()
        .filter_map(|line| line.strip_prefix("done "));
    [own, other.map(ToOwned::to_owned).collect()]
}

fn each_once(both: &[Vec<String>; 2], expected: usize) {
    assert!(both.iter().all(|done| !done.is_empty()), "they didn't meet");
    let all: BTreeSet<_> = both.iter().flatten().collect();
    assert_eq!((all.len(), both.concat().len()), (expected, expected));
}

async fn each_is_leased_once<D: Database>() {
    let database = D::empty().await;
    let store = database.store().await;
    let all: Vec<_> = (1..=SESSIONS).map(|n| opened(id(n), start())).collect();
    store.save(&all).await.unwrap();
    let both = two(&database, "lease").await;
    each_once(&both, all.len());
}

async fn one_save_wins<D: Database>() {
    let database = D::empty().await;
    let store = database.store().await;
    let all: Vec<_> = (1..=CONTESTED).map(|n| opened(id(n), start())).collect();
    store.save(&all).await.unwrap();
    let both = two(&database, "save").await;
    each_once(&both, 3 * all.len());
    let events = "select count(*) from beian_session_event";
    assert_eq!(
        rows::<D>(&store, events).await,
        [(4 * CONTESTED).to_string()]
    );
}

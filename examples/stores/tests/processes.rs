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
    io::{self, BufRead as _, BufReader, Write as _},
    mem::ManuallyDrop,
    process::{Command, Stdio},
};

use beian::host::{SaveError, SessionStore as _};
use beian_sqlx::SqlStore;
use chrono::TimeDelta;
use support::{Database, accepted, erased, id, on_each, opened, rows, start, withdrawn};

on_each!(each_is_leased_once, one_save_wins, other_process);

const SESSIONS: u64 = 500;
const CONTESTED: u64 = 40;

/// Where the other process works, and on what.
const ADDRESS: &str = "BEIAN_STORES_ADDRESS";
const TASK: &str = "BEIAN_STORES_TASK";
/// What it says when it has done its first.
const MET: &str = "met";

/// Nothing unless started as one.
async fn other_process<D: Database>() {
    let Ok(address) = env::var(ADDRESS) else {
        return;
    };
    let database = ManuallyDrop::new(D::at(&address)); // it is the first one's
    let task = env::var(TASK).unwrap();
    let meet = || {
        println!("\n{MET}");
        io::stdin().read_line(&mut String::new()).unwrap();
    };
    for done in work::<D>(&database, &task, meet).await {
        println!("\ndone {done}");
    }
}

/// What both do; after its first, each waits for the other's.
async fn work<D: Database>(database: &D, task: &str, mut meet: impl FnMut()) -> Vec<String> {
    let store = SqlStore::new(database.pool().await);
    let mut all = Vec::new();
    let done = |what| {
        if all.is_empty() {
            meet();
        }
        all.push(what);
    };
    match task {
        "lease" => lease(&store, done).await,
        _ => save(&store, done).await,
    }
    all
}

async fn lease<DB: beian_sqlx::Engine>(store: &SqlStore<DB>, mut done: impl FnMut(String)) {
    loop {
        match store.lease_due(start(), 4, TimeDelta::hours(1)).await {
            Ok(leased) if leased.is_empty() => return,
            Ok(leased) => (leased.iter()).for_each(|l| done(l.lease.session.to_string())),
            Err(SaveError::Conflict) => {}
            Err(SaveError::Store(error)) => panic!("{error}"),
        }
    }
}

/// Each session to its fourth version.
async fn save<DB: beian_sqlx::Engine>(store: &SqlStore<DB>, mut done: impl FnMut(String)) {
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
                Ok(()) => done(format!("{n}/{}", session.version())),
                Err(SaveError::Conflict) => {}
                Err(SaveError::Store(error)) => panic!("{error}"),
            }
        }
    }
}

/// What this process and another have done to the same storage.
async fn two<D: Database>(database: &D, task: &str) -> [Vec<String>; 2] {
    let of = match () {
        () if D::IS_SQLITE => "sqlite",
        () if D::IS_POSTGRES => "postgres",
        () => "mysql",
    };
    let mut other = Command::new(env::current_exe().unwrap())
        .args(["--exact", "--include-ignored", "--nocapture"])
        .arg(format!("{of}::other_process"))
        .envs([(ADDRESS, &database.address()), (TASK, &task.to_owned())])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut says = BufReader::new(other.stdout.take().unwrap()).lines();
    let mut hears = other.stdin.take().unwrap();
    let meet = || {
        assert!(says.any(|line| line.unwrap() == MET), "it ended");
        hears.write_all(b"\n").unwrap();
    };
    let own = work(database, task, meet).await;
    drop(hears); // nobody waits for ever
    let said: Vec<_> = says.map(Result::unwrap).collect();
    assert!(other.wait().unwrap().success(), "{said:#?}");
    let done = said.iter().filter_map(|line| line.strip_prefix("done "));
    [own, done.map(ToOwned::to_owned).collect()]
}

fn each_once(both: &[Vec<String>; 2], expected: usize) {
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

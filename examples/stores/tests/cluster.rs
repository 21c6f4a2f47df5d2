//! Stores on three nodes of a cluster at once. Where a test reads on one node what another has stored, reads
//! wait for it: `wsrep_sync_wait`.
#![allow(missing_docs, reason = "tests")]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a panic is how a test fails"
)]

mod support;

use std::{
    env,
    sync::atomic::{AtomicUsize, Ordering},
};

use beian::{
    SessionId,
    host::{SaveError, SessionStore as _},
    testkit::store::{Storage, check},
};
use beian_sqlx::MySqlStore;
use sqlx::{AssertSqlSafe, Executor as _, mysql::MySqlPoolOptions};
use support::{Database as _, MySql, accepted, damage, empty, id, opened, rows, start};

struct Cluster {
    nodes: Vec<MySql>,
    opened: AtomicUsize,
}

impl Cluster {
    async fn new() -> Self {
        let servers = env::var("BEIAN_CLUSTER").unwrap();
        let first = empty("BEIAN_CLUSTER").await;
        let name = first.rsplit_once('/').unwrap().1;
        let node = |server: &str| MySql(format!("{}/{name}", server.rsplit_once('/').unwrap().0));
        let nodes = servers.split(',').map(node).collect();
        let cluster = Self {
            nodes,
            opened: AtomicUsize::new(0),
        };
        cluster.open().await.migrate().await.unwrap();
        cluster
    }
}

impl Storage for Cluster {
    type Store = MySqlStore;

    /// On the next node.
    async fn open(&self) -> MySqlStore {
        let node = self.opened.fetch_add(1, Ordering::Relaxed) % self.nodes.len();
        let pool = MySqlPoolOptions::new().max_connections(8);
        let pool = pool.after_connect(|connection, _| {
            Box::pin(async move {
                let wait = AssertSqlSafe("set session wsrep_sync_wait = 7".to_owned());
                connection.execute(wait).await.map(drop)
            })
        });
        let options = self.nodes[node].options();
        MySqlStore::new(pool.connect_with(options).await.unwrap())
    }

    async fn damage(&self, id: SessionId) -> bool {
        damage::<MySql>(&self.open().await, id).await
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a cluster of MariaDB: BEIAN_CLUSTER"]
async fn a_cluster_keeps_the_promises() {
    check(Cluster::new).await.unwrap();
}

/// What a save says that it has stored, is: with its events, once, on every node.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a cluster of MariaDB: BEIAN_CLUSTER"]
async fn of_many_saves_over_one_version_on_all_nodes_one_is_stored() {
    let cluster = Cluster::new().await;
    let stores = [
        cluster.open().await,
        cluster.open().await,
        cluster.open().await,
    ];
    for n in 0..200 {
        let first = opened(id(n), start());
        stores[0].save(std::slice::from_ref(&first)).await.unwrap();
        let next = accepted(first.session(), start());
        let saves = (0..12).map(|k| {
            let (store, next) = (stores[k % 3].clone(), next.clone());
            tokio::spawn(async move { store.save(&[next]).await })
        });
        let mut won = 0;
        for save in saves.collect::<Vec<_>>() {
            match save.await.unwrap() {
                Ok(()) => won += 1,
                Err(SaveError::Conflict) => {}
                Err(SaveError::Store(error)) => panic!("{error}"),
            }
        }
        // All may have been in each other's way.
        for store in &stores {
            let session = store.load(id(n)).await.unwrap().unwrap();
            assert_eq!(session.version(), 1 + won, "round {n}");
            let id = MySql::bytes(id(n).as_bytes());
            let events = "select count(*) from beian_session_event where session = ";
            let events = rows::<MySql>(store, &format!("{events}{id}")).await;
            assert_eq!(events, [(1 + won).to_string()], "round {n}");
        }
    }
}

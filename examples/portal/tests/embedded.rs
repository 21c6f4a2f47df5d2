//! A portal within another program: more than one in a process, each started and stopped by itself.
#![allow(missing_docs, reason = "tests")]
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a panic is how a test fails"
)]

mod support;

use std::{future::pending, net::SocketAddr};

use clap::Parser as _;
use portal::{app::Running, config::Config};
use reqwest::{Client, StatusCode};
use support::{Folder, add_service, read};
use tokio::{sync::oneshot, task::JoinHandle};

struct Portal {
    address: SocketAddr,
    served: JoinHandle<std::io::Result<()>>,
}

impl Portal {
    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

async fn start(folder: &Folder, stop: impl Future<Output = ()> + Send + 'static) -> Portal {
    let database = format!("sqlite:{}", folder.path("portal.db"));
    let key_file = folder.path("portal.key");
    let config = Config::try_parse_from([
        "portal",
        "--listen",
        "127.0.0.1:0",
        "--database",
        &database,
        "--key-file",
        &key_file,
    ]);
    let running = Running::start(&config.unwrap()).await.unwrap();
    let address = running.address;
    let served = tokio::spawn(running.serve(stop));
    Portal { address, served }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_portals_of_one_process_know_nothing_of_each_other() {
    let folders = [Folder::new(), Folder::new()];
    let (stop, stopped) = oneshot::channel::<()>();
    let stopped = async {
        let _ = stopped.await;
    };
    let first = start(&folders[0], stopped).await;
    let second = start(&folders[1], pending()).await;

    let client = Client::new();
    let file = client.post(first.url("/api/orders"));
    let file = file.header("content-type", "application/json");
    let filed = file.body(add_service().to_string()).send().await.unwrap();
    let (status, order) = read(filed).await;
    assert_eq!(status, 201, "{order}");
    let path = format!("/api/orders/{}", order["id"].as_str().unwrap());
    let found = async |portal: &Portal| {
        let answer = client.get(portal.url(&path)).send().await;
        answer.unwrap().status()
    };
    assert_eq!(found(&first).await, StatusCode::OK);
    assert_eq!(found(&second).await, StatusCode::NOT_FOUND);

    stop.send(()).unwrap();
    first.served.await.unwrap().unwrap();
    let ready = client.get(second.url("/readyz")).send().await.unwrap();
    assert_eq!(ready.status(), StatusCode::OK);
    // Its file is free again, and its orders are there.
    let again = start(&folders[0], pending()).await;
    assert_eq!(found(&again).await, StatusCode::OK);
}

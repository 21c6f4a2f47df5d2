//! P14: load as an attack.

use std::{collections::BTreeSet, fs, time::Instant};

use reqwest::Method;
use sqlx::{Connection as _, Executor as _, Row as _, SqliteConnection};
use tokio::time::{self, Duration};

use crate::support::{
    NO_GATEWAY, Persons, Platform, TOKEN, eventually, id_of, initial, lines, read,
    stand_in::StandIn, token_of,
};

/// How long the record of the only order is.
async fn record(platform: &Platform) -> usize {
    let mut connection = SqliteConnection::connect(platform.database.address())
        .await
        .unwrap();
    let row = connection
        .fetch_one("select length(data) from filing_order")
        .await
        .unwrap();
    let length: i64 = row.get(0);
    usize::try_from(length).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_p14_a_customer_who_changes_on_and_on() {
    let platform = Platform::with(&["--regulator", "hand"]);
    let filed = platform.file(&initial()).await;
    let (id, link) = (id_of(&filed), token_of(&filed["link"]));
    let path = format!("/api/orders/{id}");
    let mut order = initial();
    let mut lengths = Vec::new();
    for n in 0..600 {
        order["entity"]["name"] = format!("示例{:03}公司", n % 1000).into();
        order["entity"]["leader"]["id_document"]["number"] = format!("E{n:08}").into();
        let (status, answer) = platform
            .ask(Method::PUT, &path, Some(&link), Some(&order))
            .await;
        assert_eq!(status, 200, "{answer}");
        if n % 100 == 99 {
            lengths.push(record(&platform).await);
        }
    }
    // It grows up to a bound, and then no more: the last ones are about as long.
    assert!(lengths[5] <= lengths[4] + 200, "{lengths:?}");
    assert!(lengths[5] < 100_000, "{lengths:?}");
    let order = platform.order(&id).await;
    assert_eq!(lines(&order, "filed"), 1, "the beginning is kept");
    let mut connection = SqliteConnection::connect(platform.database.address())
        .await
        .unwrap();
    let seals = connection
        .fetch_all("select id from sealed_id")
        .await
        .unwrap();
    assert_eq!(seals.len(), 2, "seals of what was changed are gone");
    let began = Instant::now();
    assert_eq!(platform.get("/api/orders").await.0, 200);
    assert!(began.elapsed() < Duration::from_secs(2));
}

/// Beyond the sandbox an address files so often a minute, and is told when it may again. Staff and other addresses
/// go on.
#[tokio::test(flavor = "multi_thread")]
async fn attack_p14_many_orders_of_one_address() {
    let mut options = vec![
        "--regulator",
        "hand",
        "--console-token",
        TOKEN,
        "--rate-address",
        "20",
    ];
    options.extend(NO_GATEWAY);
    let platform = Platform::with(&options);
    let from = |address: &str| {
        let builder =
            reqwest::Client::builder().local_address(address.parse::<std::net::IpAddr>().unwrap());
        builder.no_proxy().build().unwrap()
    };
    let file = async |client: &reqwest::Client, n: u32| {
        let request = client.post(platform.host.url("/api/orders"));
        let request = request.header("content-type", "application/json");
        request
            .body(Persons::new(n).order("initial").to_string())
            .send()
            .await
            .unwrap()
    };
    let (bad, good) = (from("127.0.0.2"), from("127.0.0.3"));
    let (mut filed, mut refused) = (0, 0);
    for n in 0..300 {
        let answer = file(&bad, n).await;
        match answer.status().as_u16() {
            201 => filed += 1,
            429 => {
                assert!(answer.headers().contains_key("retry-after"));
                assert_eq!(read(answer).await.1["code"], "too_many_requests");
                refused += 1;
            }
            other => panic!("{other}"),
        }
    }
    assert!(
        (20..30).contains(&filed) && refused > 260,
        "{filed} {refused}"
    );
    // A change costs as much.
    let link = token_of(&platform.get("/api/orders?limit=1").await.1["items"][0]["link"]);
    let id = id_of(&platform.get("/api/orders?limit=1").await.1["items"][0]);
    let change = bad
        .put(platform.host.url(&format!("/api/orders/{id}")))
        .bearer_auth(&link);
    let change = change
        .header("content-type", "application/json")
        .body(initial().to_string());
    assert_eq!(change.send().await.unwrap().status(), 429);
    assert_eq!(file(&good, 1000).await.status(), 201);
    assert_eq!(platform.get("/api/orders").await.0, 200);
    // Staff aren't counted among them.
    for n in 0..40 {
        platform.file(&Persons::new(n).order("initial")).await;
    }
}

/// With many orders the list is as quick, page by page, and none is left out.
#[tokio::test(flavor = "multi_thread")]
async fn attack_p14_staff_go_on_with_many_orders() {
    let platform = std::sync::Arc::new(Platform::with(&["--regulator", "hand"]));
    let filers: Vec<_> = (0..8_u32)
        .map(|filer| {
            let platform = std::sync::Arc::clone(&platform);
            tokio::spawn(async move {
                for n in 0..250 {
                    platform
                        .file(&Persons::new(filer * 250 + n).order("initial"))
                        .await;
                }
            })
        })
        .collect();
    for filer in filers {
        filer.await.unwrap();
    }
    let (mut seen, mut after, began) = (BTreeSet::new(), String::new(), Instant::now());
    loop {
        let asked = Instant::now();
        let (status, page) = platform.get(&format!("/api/orders?limit=200{after}")).await;
        assert_eq!(status, 200);
        assert!(
            asked.elapsed() < Duration::from_secs(3),
            "{:?}",
            asked.elapsed()
        );
        seen.extend(page["items"].as_array().unwrap().iter().map(id_of));
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    assert_eq!(seen.len(), 2000);
    for path in [
        "?status=overdue",
        "?status=returned",
        "?q=示例",
        "?q=0001",
        "?limit=1",
    ] {
        let asked = Instant::now();
        assert_eq!(platform.get(&format!("/api/orders{path}")).await.0, 200);
        assert!(
            asked.elapsed() < Duration::from_secs(3),
            "{path}: {:?}",
            asked.elapsed()
        );
    }
    let memory = fs::read_to_string(format!("/proc/{}/status", platform.host.id())).unwrap();
    let resident = memory
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .unwrap();
    let resident: usize = resident.trim().trim_end_matches(" kB").parse().unwrap();
    println!(
        "2000 orders read in {:?}, {resident} kB at most",
        began.elapsed()
    );
    assert!(resident < 400_000, "{resident} kB");
}

/// An order that can't be written is tried now and then, and holds nobody else up.
#[tokio::test(flavor = "multi_thread")]
async fn attack_p14_an_order_in_trouble_is_not_tried_over_and_over() {
    let regulator = StandIn::start().await;
    // At any time of day, what is due after two hours is sent at once.
    let platform = Platform::with(&["--regulator", &regulator.url(), "--quiet-hours", "none"]);
    let id = id_of(&platform.file(&initial()).await);
    platform.accept(&id).await;
    platform.until(&id, "sms_verification").await;
    platform
        .database
        .execute(&format!(
            "create trigger trouble before update of version on filing_order when new.id = x'{id}' \
             begin select raise(abort, 'trouble'); end"
        ))
        .await;
    platform.advance(7200).await;
    time::sleep(Duration::from_secs(3)).await;
    let tried = platform.log().matches("error 1811").count();
    assert!(
        (1..=6).contains(&tried),
        "{tried} times: {}",
        platform.log()
    );
    let other = platform.submitted(&Persons::new(7).order("initial")).await;
    assert_eq!(other["status"], "sms_verification");
    platform.database.execute("drop trigger trouble").await;
    // When the lease is over it goes on.
    platform
        .database
        .execute("update filing_order set leased_until = 0")
        .await;
    eventually("it doesn't go on", async || {
        let order = platform.order(&id).await;
        (!order["reminders"].as_array().unwrap().is_empty()).then_some(())
    })
    .await;
}

/// A regulator that is away isn't asked without end.
#[tokio::test(flavor = "multi_thread")]
async fn attack_p14_a_regulator_that_is_away_is_left_alone() {
    let platform = Platform::with(&["--regulator", "http://127.0.0.1:9", "--log", "debug"]);
    let mut ids = Vec::new();
    for n in 0..20 {
        let id = id_of(&platform.file(&Persons::new(n).order("initial")).await);
        platform.accept(&id).await;
        ids.push(id);
    }
    time::sleep(Duration::from_secs(4)).await;
    let tries = platform.log().matches("gives no answer").count();
    // Each order once or twice, and the clock.
    assert!((20..=50).contains(&tries), "{tries}");
    for id in &ids {
        assert_eq!(platform.order(id).await["status"], "awaiting_submission");
    }
}

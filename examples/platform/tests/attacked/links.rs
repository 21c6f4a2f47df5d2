//! P1, P2 and P3: links, and what they show.

use std::{
    collections::BTreeSet,
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use reqwest::{Client, Method, header::HeaderMap};
use serde_json::{Value, json};

use crate::support::{
    LEADER, NO_GATEWAY, Persons, Platform, Portal, TOKEN, id_of, initial, shared::Nginx,
    stand_in::StandIn, token_of,
};

fn from(address: &str) -> Client {
    let builder = Client::builder().local_address(address.parse::<IpAddr>().unwrap());
    builder
        .no_proxy()
        .timeout(Duration::from_secs(20))
        .build()
        .unwrap()
}

/// Everything of an answer but what is of the request alone.
async fn whole(
    client: &Client,
    platform: &Platform,
    method: Method,
    path: &str,
    bearer: &str,
) -> (u16, HeaderMap, String) {
    let request = client
        .request(method, platform.host.url(path))
        .bearer_auth(bearer);
    let answer = request.send().await.unwrap();
    let (status, mut headers) = (answer.status().as_u16(), answer.headers().clone());
    for own in ["x-request-id", "date"] {
        headers.remove(own);
    }
    (status, headers, answer.text().await.unwrap())
}

/// Tokens that open nothing: unknown, void, of the wrong kind, or not even one.
#[tokio::test(flavor = "multi_thread")]
async fn attack_p1_one_answer_for_every_link_that_opens_nothing() {
    let regulator = StandIn::start().await;
    let platform = Platform::with(&["--regulator", &regulator.url(), "--console-token", TOKEN]);
    let order = platform.submitted(&initial()).await;
    let id = id_of(&order);
    let person = token_of(&order["tracker"]["persons"][0]["link"]);
    let void = token_of(&order["link"]);
    let (_, renewed) = platform.step(&id, "link").await;
    let good = token_of(&renewed["link"]);
    let near = format!(
        "{}{}",
        &good[..39],
        if good.ends_with('0') { '1' } else { '0' }
    );
    let path = format!("/api/orders/{id}");
    let wrong = [
        "0".repeat(40),
        "x".to_owned(),
        void,
        person,
        near,
        good.to_uppercase(),
        format!("{good}0"),
        good[..39].to_owned(),
        "' or 1=1 --".to_owned(),
    ];
    let mut answers = BTreeSet::new();
    for (n, token) in wrong.iter().enumerate() {
        // Each from elsewhere: who sends many is not heard.
        let client = from(&format!("127.0.0.{}", n + 10));
        for (method, path) in [
            (Method::GET, path.as_str()),
            (Method::GET, "/api/orders"),
            (Method::POST, "/api/orders"),
        ] {
            let (status, headers, body) = whole(&client, &platform, method, path, token).await;
            assert_eq!(status, 401, "{token}: {body}");
            answers.insert(format!("{headers:?} {body}"));
        }
    }
    assert_eq!(answers.len(), 1, "{answers:#?}");
    let client = from("127.0.0.9");
    assert_eq!(
        whole(&client, &platform, Method::GET, &path, &good).await.0,
        200
    );
    // 160 bits, each of its own.
    let mut tokens = BTreeSet::new();
    for n in 0..50 {
        let filed = platform.file(&Persons::new(n).order("initial")).await;
        let token = token_of(&filed["link"]);
        assert!(token.len() >= 32 && token.bytes().all(|byte| byte.is_ascii_hexdigit()));
        tokens.insert(token);
    }
    assert_eq!(tokens.len(), 50);
    // Of a token the database has the hash.
    let database = std::sync::Arc::clone(&platform.database);
    drop(platform);
    for file in std::fs::read_dir(&database.folder.0).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        for token in tokens.iter().chain([&good]) {
            assert!(!crate::forms::holds(&bytes, token.as_bytes()));
        }
    }
}

/// Who guesses isn't heard after a while, not even with what is right; others are.
async fn guesses_are_limited_by_address(before: impl FnOnce(&Platform) -> SocketAddr) {
    let mut options = vec!["--regulator", "hand", "--console-token", TOKEN];
    options.extend(["--rate-links", "30", "--rate-sign-in", "8"]);
    options.extend(["--trusted-proxy", "127.0.0.1"]);
    options.extend(NO_GATEWAY);
    let platform = Platform::with(&options);
    let filed = platform.file(&initial()).await;
    let (id, good) = (id_of(&filed), token_of(&filed["link"]));
    let url = format!("http://{}/api/orders/{id}", before(&platform));
    let (bad, other) = (from("127.0.0.2"), from("127.0.0.3"));
    let ask = async |client: &Client, token: &str| {
        let answer = client.get(&url).bearer_auth(token).send().await;
        answer.unwrap().status().as_u16()
    };
    let mut answers = Vec::new();
    for n in 0..40 {
        answers.push(ask(&bad, &format!("{n:040x}")).await);
    }
    let heard = answers.iter().filter(|status| **status == 401).count();
    assert!((8..=12).contains(&heard), "{answers:?}");
    assert_eq!(ask(&bad, &good).await, 429);
    assert_eq!(ask(&bad, TOKEN).await, 429);
    assert_eq!(ask(&other, &good).await, 200);
    // A right one opens so often a minute.
    let busy = from("127.0.0.4");
    let mut answers = Vec::new();
    for _ in 0..60 {
        answers.push(ask(&busy, &good).await);
    }
    let opened = answers.iter().filter(|status| **status == 200).count();
    assert!((30..=40).contains(&opened), "{answers:?}");
    assert_eq!(ask(&other, &good).await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_p1_guesses_are_limited_by_address() {
    guesses_are_limited_by_address(|platform| platform.host.address).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nginx: its path in BEIAN_NGINX"]
async fn attack_p1_guesses_are_limited_by_address_behind_nginx() {
    let mut running = None;
    guesses_are_limited_by_address(|platform| {
        let nginx = Nginx::before(&platform.host.url(""), &platform.database.folder);
        running.insert(nginx).address
    })
    .await;
}

/// A person's link ends with the round, a customer's when staff renew it.
#[tokio::test(flavor = "multi_thread")]
async fn attack_p2_links_end() {
    let regulator = StandIn::start().await;
    let platform = Platform::with(&["--regulator", &regulator.url()]);
    let order = platform.submitted(&initial()).await;
    let id = id_of(&order);
    let links = |order: &Value| -> Vec<String> {
        let persons = order["tracker"]["persons"].as_array().unwrap();
        persons
            .iter()
            .map(|person| token_of(&person["link"]))
            .collect()
    };
    let first = links(&order);
    let kept = async || {
        use sqlx::{Connection as _, Executor as _};
        let mut connection = sqlx::SqliteConnection::connect(platform.database.address())
            .await
            .unwrap();
        connection
            .fetch_all("select hash from link where round > 0")
            .await
            .unwrap()
            .len()
    };
    assert_eq!((first.len(), kept().await), (2, 2));
    let said = platform
        .report(&id, &json!({ "kind": "regulator", "status": "timed_out" }))
        .await;
    assert_eq!(said.0, 200);
    assert_eq!(platform.step(&id, "resubmit").await.0, 200);
    let order = platform.until(&id, "sms_verification").await;
    let second = links(&order);
    assert!(first.iter().all(|link| !second.contains(link)));
    assert_eq!(kept().await, 2);
    let said = platform
        .report(
            &id,
            &json!({ "kind": "returned", "cause": "window_closed" }),
        )
        .await;
    assert_eq!(said.0, 200, "{}", said.1);
    // Changed: it is in no round.
    let (status, answer) = platform.put(&format!("/api/orders/{id}"), &initial()).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(kept().await, 0);
    // The customer's.
    let path = format!("/api/orders/{id}");
    let old = token_of(&answer["link"]);
    assert_eq!(
        platform.ask(Method::GET, &path, Some(&old), None).await.0,
        200
    );
    let (_, renewed) = platform.step(&id, "link").await;
    assert_eq!(
        platform.ask(Method::GET, &path, Some(&old), None).await.0,
        401
    );
    let new = token_of(&renewed["link"]);
    assert_eq!(
        platform.ask(Method::GET, &path, Some(&new), None).await.0,
        200
    );
    // A customer can't give themselves another.
    let renew = format!("{path}/link");
    assert_eq!(
        platform.ask(Method::POST, &renew, Some(&new), None).await.0,
        401
    );
}

/// Tokens stand in answers to who may have them, and on handsets; nowhere else.
#[tokio::test(flavor = "multi_thread")]
async fn attack_p2_no_link_in_a_log_or_with_the_regulator() {
    let regulator = StandIn::start().await;
    let options = [
        "--regulator",
        &regulator.url(),
        "--log",
        "debug",
        "--console-token",
        TOKEN,
        "--regulator-token",
        "secret-of-the-regulator",
    ];
    let platform = Platform::with(&options);
    let order = platform.submitted(&initial()).await;
    let id = id_of(&order);
    let mut tokens = vec![token_of(&order["link"])];
    for person in order["tracker"]["persons"].as_array().unwrap() {
        tokens.push(token_of(&person["link"]));
    }
    let path = format!("/api/orders/{id}");
    for token in &tokens {
        for path in [
            path.clone(),
            format!("/o/{token}"),
            format!("/p/{token}"),
            format!("/o/{token}/change"),
        ] {
            platform.ask(Method::GET, &path, Some(token), None).await;
        }
    }
    platform.advance(7300).await;
    let (_, metrics) = platform.get("/metrics").await;
    let said = platform.log();
    assert!(said.len() > 1_000, "it logs");
    let asked: Vec<_> = regulator
        .all_seen()
        .iter()
        .map(|it| format!("{} {}", it.head, it.body))
        .collect();
    assert!(asked.len() >= 3);
    for token in tokens
        .iter()
        .map(String::as_str)
        .chain([TOKEN, "secret-of-the-regulator"])
    {
        assert!(!said.contains(token), "in the log");
        assert!(!metrics.to_string().contains(token), "in the metrics");
        if token != "secret-of-the-regulator" {
            assert!(
                asked.iter().all(|it| !it.contains(token)),
                "with the regulator"
            );
        }
    }
    // Numbers of people aren't in the log either.
    assert!(!said.contains(LEADER.0));
    // What is answered isn't kept by anybody between.
    let answer = platform
        .request(Method::GET, &path, Some(&tokens[0]))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.headers()["cache-control"], "no-store");
    assert_eq!(answer.headers()["referrer-policy"], "same-origin");
}

/// The portal beside it hears no link, and logs none.
#[tokio::test(flavor = "multi_thread")]
async fn attack_p2_the_portal_logs_no_link() {
    let portal = Portal::with(&["--sms-delay", "0s", "--log", "debug"]);
    let platform = Platform::with(&["--regulator", &portal.url()]);
    let order = platform.submitted(&initial()).await;
    platform.advance(7300).await;
    let log = portal.database.log();
    assert!(log.len() > 500);
    for person in order["tracker"]["persons"].as_array().unwrap() {
        assert!(!log.contains(&token_of(&person["link"])));
    }
    assert!(!log.contains(&token_of(&order["link"])) && !log.contains(LEADER.0));
}

/// To a customer another's order is as none at all, byte for byte, whatever is done to it.
#[tokio::test(flavor = "multi_thread")]
async fn attack_p3_another_s_order_is_as_none() {
    let platform = Platform::with(&["--regulator", "hand", "--console-token", TOKEN]);
    let own = platform.file(&Persons::new(1).order("initial")).await;
    let other = platform.file(&Persons::new(2).order("initial")).await;
    let (link, other) = (token_of(&own["link"]), id_of(&other));
    let none = "0123456789abcdef01234567";
    let body = |step: &str| match step {
        "accept" => json!({ "version": 1 }),
        "return" => json!({ "reasons": [{ "text": "x" }] }),
        "decide" => json!({ "approved": true }),
        "override" => json!({ "roles": [] }),
        "facts" => json!({ "kind": "received", "mobile": "19900000004" }),
        _ => Persons::new(2).order("initial"),
    };
    for (method, step) in [
        (Method::GET, ""),
        (Method::PUT, ""),
        (Method::GET, "form"),
        (Method::POST, "accept"),
        (Method::POST, "return"),
        (Method::POST, "resubmit"),
        (Method::POST, "withdraw"),
        (Method::POST, "decide"),
        (Method::POST, "override"),
        (Method::POST, "facts"),
        (Method::POST, "link"),
    ] {
        let mut answers = Vec::new();
        for id in [other.as_str(), none, "nonsense"] {
            let path = format!("/api/orders/{id}/{step}");
            let path = path.trim_end_matches('/');
            let request = platform.request(method.clone(), path, Some(&link));
            let request = request
                .header("content-type", "application/json")
                .body(body(step).to_string());
            let answer = request.send().await.unwrap();
            let (status, mut headers) = (answer.status().as_u16(), answer.headers().clone());
            headers.remove("x-request-id");
            headers.remove("date");
            assert!([401, 404].contains(&status), "{method} {step}: {status}");
            answers.push(format!(
                "{status} {headers:?} {}",
                answer.text().await.unwrap()
            ));
        }
        assert!(
            answers.iter().all(|it| *it == answers[0]),
            "{method} {step}: {answers:#?}"
        );
    }
    // Neither lists, nor searches, nor counts.
    for query in [
        "",
        "?q=0004",
        "?status=initial_review",
        "?limit=1",
        &format!("?q={other}"),
    ] {
        let path = format!("/api/orders{query}");
        let (status, answer) = platform.ask(Method::GET, &path, Some(&link), None).await;
        assert_eq!(
            (status, answer["code"].as_str()),
            (401, Some("unauthorized"))
        );
    }
    // What is their own tells nothing of others, nor whole numbers.
    let path = format!("/api/orders/{}", id_of(&own));
    let (_, seen) = platform.ask(Method::GET, &path, Some(&link), None).await;
    assert!(!seen.to_string().contains("19900000002") && !seen.to_string().contains(&other));
    // Nothing has become of the other.
    assert_eq!(platform.order(&other).await["version"], 1);
    // Without any token nothing is seen at all.
    let (status, _) = platform.ask(Method::GET, &path, None, None).await;
    assert_eq!(status, 401);
    let (status, _) = platform.ask(Method::GET, "/api/orders", None, None).await;
    assert_eq!(status, 401);
}

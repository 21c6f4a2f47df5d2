//! P7 and P8: a regulator that lies, hangs, redirects, or answers with whatever it likes.

use std::{sync::Mutex, time::Duration};

use reqwest::Method;
use serde_json::{Value, json};
use tokio::time;

use crate::support::{
    Persons, Platform, eventually, id_of, lines,
    stand_in::{Reply, Seen, StandIn},
};

/// Answers that aren't one, though the status is in them, and take no longer than any other.
fn hostile(status: &str) -> Vec<(&'static str, Reply)> {
    let named = |body: &str| body.replace("STATUS", status);
    let json = |body: &str| Reply::Json(200, named(body));
    let deep = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
    let in_order = |n: usize| format!("{{\"id\":\"r0\",\"status\":\"STATUS\",\"x\":{}}}", deep(n));
    let long = format!(
        "{{\"id\":\"r0\",\"status\":\"STATUS\",\"x\":\"{}\"}}",
        "x".repeat(10 * 1024 * 1024)
    );
    let mut all = vec![
        ("nothing", json("")),
        ("no JSON", json("<html>")),
        ("half of it", json("{\"id\":\"r0\",\"status\":")),
        ("an array", json("[]")),
        ("null", json("null")),
        ("a number", json("-1")),
        ("another id", Reply::order("r99999", status)),
        ("no id", json("{\"status\":\"STATUS\"}")),
        ("an empty id", Reply::order("", status)),
        ("a path for an id", Reply::order("../../admin", status)),
        (
            "an address for an id",
            Reply::order("//127.0.0.1:9/x", status),
        ),
        ("a long id", Reply::order(&"r".repeat(65), status)),
        (
            "a number for an id",
            json("{\"id\":-7,\"status\":\"STATUS\"}"),
        ),
        (
            "a number for a status",
            json("{\"id\":\"r0\",\"status\":-1}"),
        ),
        ("deep", json(&in_order(100_000))),
        ("long", json(&long)),
        (
            "an error",
            Reply::Json(500, named("{\"id\":\"r0\",\"status\":\"STATUS\"}")),
        ),
        (
            "unauthorized",
            Reply::Json(401, "{\"code\":\"unauthorized\"}".to_owned()),
        ),
        (
            "not there",
            Reply::Json(404, "{\"code\":\"order_not_found\"}".to_owned()),
        ),
        ("closed", Reply::Close),
        ("no HTTP", Reply::Raw(b"220 mail.example.com\r\n".to_vec())),
        (
            "a status alone",
            Reply::Raw(b"HTTP/1.1 200 X\r\n\r\n".to_vec()),
        ),
        (
            "less than it says",
            Reply::Raw(b"HTTP/1.1 200 X\r\ncontent-length: 1000\r\n\r\n{}".to_vec()),
        ),
        (
            "a negative length",
            Reply::Raw(b"HTTP/1.1 200 X\r\ncontent-length: -1\r\n\r\n{}".to_vec()),
        ),
        (
            "a huge length",
            Reply::Raw(
                b"HTTP/1.1 200 X\r\ncontent-length: 18446744073709551616\r\n\r\n{}".to_vec(),
            ),
        ),
        (
            "wrong chunks",
            Reply::Raw(b"HTTP/1.1 200 X\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n".to_vec()),
        ),
        (
            "long headers",
            Reply::Raw(
                format!("HTTP/1.1 200 X\r\nx: {}\r\n\r\n{{}}", "x".repeat(2_000_000)).into_bytes(),
            ),
        ),
        ("endless", Reply::Endless),
    ];
    // Without a byte that is text.
    all.push((
        "bytes",
        Reply::Raw(
            [
                b"HTTP/1.1 200 X\r\ncontent-length: 4\r\n\r\n".as_slice(),
                &[0xff; 4],
            ]
            .concat(),
        ),
    ));
    all
}

fn redirect(status: u16, to: &str) -> Reply {
    let head = format!(
        "HTTP/1.1 {status} X\r\nlocation: {to}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    );
    Reply::Raw(head.into_bytes())
}

async fn lives(platform: &mut Platform) {
    assert!(platform.host.process.is_running());
    assert_eq!(platform.get("/healthz").await.0, 200);
    assert!(!platform.log().contains("panicked"), "{}", platform.log());
}

/// At the upload: nothing is claimed, and when the regulator is itself again it is handed in once.
#[tokio::test(flavor = "multi_thread")]
async fn attack_p8_whatever_is_answered_to_an_upload_nothing_is_claimed() {
    let regulator = StandIn::start().await;
    let mut platform = Platform::with(&["--regulator", &regulator.url()]);
    let id = id_of(&platform.file(&Persons::new(1).order("initial")).await);
    let mut accepted = false;
    for (what, reply) in hostile("sms_verification") {
        for step in ["/api/orders", "/submit"] {
            if (what, step) == ("another id", "/api/orders") {
                // Whatever it is called there at first is believed.
                continue;
            }
            let reply = reply.clone();
            regulator.behave(move |seen, book| {
                let answer = book.answer(seen);
                if seen.path.ends_with(step) {
                    reply.clone()
                } else {
                    answer
                }
            });
            let before = regulator.seen().len();
            if accepted {
                platform.advance(3700).await;
            } else {
                platform.accept(&id).await;
                accepted = true;
            }
            let asked = async || {
                let seen = regulator.seen();
                seen[before..]
                    .iter()
                    .any(|it| it.path.ends_with(step))
                    .then_some(())
            };
            eventually(what, asked).await;
            platform.advance(0).await;
            let order = platform.order(&id).await;
            assert_eq!(
                order["status"], "awaiting_submission",
                "{what} to {step}: {order}"
            );
            assert_eq!(order["round"], 0);
            assert_eq!(order.get("tracker"), None, "{what} to {step}");
        }
    }
    lives(&mut platform).await;
    regulator.is_honest();
    platform.advance(3700).await;
    let order = platform.until(&id, "sms_verification").await;
    assert_eq!(
        (lines(&order, "submitted"), regulator.book().orders.len()),
        (1, 1)
    );
    // It was tried for days: nobody is promised a deadline that counts from the last try.
    assert_eq!(lines(&order, "unanswered"), 1, "{order}");
}

/// At a look: the order stays as it was, and is looked at again.
#[tokio::test(flavor = "multi_thread")]
async fn attack_p7_whatever_is_answered_to_a_look_nothing_changes() {
    let regulator = StandIn::start().await;
    let mut platform = Platform::with(&["--regulator", &regulator.url()]);
    let id = id_of(&platform.submitted(&Persons::new(1).order("initial")).await);
    let order = |status: &str, more: Value| {
        let mut order = json!({ "id": "r0", "status": status });
        for (name, value) in more.as_object().unwrap() {
            order[name] = value.clone();
        }
        Reply::Json(200, order.to_string())
    };
    let mut replies = hostile("administration_review");
    for status in [
        "",
        "approved",
        "filed",
        "SMS_VERIFICATION",
        "sms_verification\0",
        "0",
        "deregistered",
    ] {
        replies.push(("an unknown status", order(status, json!({}))));
    }
    for because in [
        json!(null),
        json!(""),
        json!("unknown"),
        json!(-1),
        json!({}),
    ] {
        replies.push((
            "returned, and no reason that is known",
            order("returned", json!({ "returned_because": because })),
        ));
    }
    replies.push(("not submitted", order("initial_review", json!({}))));
    for (what, reply) in replies {
        regulator.behave(move |_, _| reply.clone());
        let before = regulator.seen().len();
        platform.advance(3700).await;
        assert!(regulator.seen().len() > before, "{what}: no look");
        let now = platform.order(&id).await;
        assert_eq!(now["status"], "sms_verification", "{what}: {now}");
        assert_eq!(
            (&now["round"], &now["tracker"]["reported"]),
            (&json!(1), &json!(false)),
            "{what}"
        );
    }
    lives(&mut platform).await;
    // What doesn't fit is said to staff.
    assert_eq!(lines(&platform.order(&id).await, "contradicted"), 1);
    assert_eq!(regulator.book().rounds["r0"].len(), 1);
    regulator.is_honest();
    regulator.set_status("administration_review");
    platform.advance(3700).await;
    platform.until(&id, "administration_review").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_p8_no_redirect_is_followed() {
    let (regulator, other) = (StandIn::start().await, StandIn::start().await);
    let platform = Platform::with(&[
        "--regulator",
        &regulator.url(),
        "--regulator-token",
        "secret-of-the-regulator",
    ]);
    let url = other.url();
    let first = std::sync::Arc::new(Mutex::new(0_usize));
    let count = std::sync::Arc::clone(&first);
    let redirecting = move |seen: &Seen, book: &mut crate::support::stand_in::Book| {
        let _ = book.answer(seen);
        let mut n = count.lock().unwrap();
        *n += 1;
        redirect(
            [301, 302, 303, 307, 308][*n % 5],
            &format!("{url}{}", seen.path),
        )
    };
    regulator.behave_in_all(redirecting);
    let id = id_of(&platform.file(&Persons::new(1).order("initial")).await);
    platform.accept(&id).await;
    for _ in 0..6 {
        platform.advance(3700).await;
    }
    assert!(*first.lock().unwrap() >= 6);
    assert!(other.all_seen().is_empty(), "{:?}", other.all_seen());
    assert_eq!(platform.order(&id).await["status"], "awaiting_submission");
    // Its own are called with the token.
    let token = Some("Bearer secret-of-the-regulator".to_owned());
    assert!(
        regulator
            .all_seen()
            .iter()
            .all(|it| it.header("authorization") == token)
    );
    regulator.is_honest();
    platform.advance(3700).await;
    platform.until(&id, "sms_verification").await;
    // Nor by the name that it gives an order.
    let evil = other.address;
    for name in [
        format!("http://{evil}/x"),
        format!("//{evil}/x"),
        "r0?x=1".to_owned(),
        "r0#".to_owned(),
    ] {
        regulator.behave(move |_, _| Reply::order(&name, "sms_verification"));
        let id = id_of(&platform.file(&Persons::new(2).order("initial")).await);
        platform.accept(&id).await;
        platform.advance(3700).await;
        assert_eq!(platform.order(&id).await["status"], "awaiting_submission");
    }
    assert!(other.all_seen().is_empty());
}

/// One that hangs, or sends a byte now and then, holds nobody up for longer than an answer may take.
#[tokio::test(flavor = "multi_thread")]
async fn attack_p8_the_time_of_an_answer_has_a_bound() {
    let regulator = StandIn::start().await;
    let mut platform = Platform::with(&["--regulator", &regulator.url()]);
    let first = id_of(&platform.submitted(&Persons::new(1).order("initial")).await);
    let slow = Reply::bytes(
        200,
        &json!({ "id": "r0", "status": "administration_review" }).to_string(),
    );
    regulator.behave(move |seen, _| match seen.method.as_str() {
        "GET" => Reply::Slow(slow.clone(), Duration::from_secs(1)),
        _ => Reply::Never,
    });
    let second = id_of(&platform.file(&Persons::new(2).order("initial")).await);
    platform.accept(&second).await;
    let offset = json!({ "advance_seconds": 3700 });
    // Its answer waits for what is due: not longer than a request may take.
    let advanced = platform.post("/sandbox/clock", &offset);
    let (status, _) = advanced.await;
    assert!([200, 503].contains(&status), "{status}");
    let began = std::time::Instant::now();
    eventually("the upload waits for ever", async || {
        let order = platform.order(&second).await;
        (lines(&order, "unanswered") == 1).then_some(())
    })
    .await;
    assert!(began.elapsed() < Duration::from_secs(25));
    assert_eq!(platform.order(&first).await["status"], "sms_verification");
    // Others are served meanwhile.
    for _ in 0..20 {
        let order = Persons::new(3).order("initial");
        let filed = platform.file(&order);
        time::timeout(Duration::from_secs(2), filed).await.unwrap();
    }
    lives(&mut platform).await;
    regulator.is_honest();
    platform.until(&second, "sms_verification").await;
}

/// An answer that was asked for before the order went on says nothing of what it is by now.
#[tokio::test(flavor = "multi_thread")]
async fn attack_p7_an_older_answer_that_comes_later_changes_nothing() {
    let regulator = StandIn::start().await;
    let platform = Platform::with(&["--regulator", &regulator.url()]);
    let id = id_of(&platform.submitted(&Persons::new(1).order("initial")).await);
    for late in [
        json!({ "id": "r0", "status": "sms_verification" }),
        json!({ "id": "r0", "status": "returned", "returned_because": "window_closed" }),
    ] {
        let body = late.to_string();
        regulator.behave(move |seen, book| match seen.method.as_str() {
            "GET" => Reply::Late(
                Duration::from_secs(3),
                Box::new(Reply::Json(200, body.clone())),
            ),
            _ => book.answer(seen),
        });
        let looks = regulator.seen().len();
        let hour = json!({ "advance_seconds": 3700 });
        let (advanced, ()) = tokio::join!(platform.post("/sandbox/clock", &hour), async {
            eventually("no look", async || {
                (regulator.seen().len() > looks).then_some(())
            })
            .await;
            // Meanwhile staff hear how it ended.
            let status = if lines(&platform.order(&id).await, "resubmitted") == 0 {
                "timed_out"
            } else {
                "done"
            };
            let said = platform
                .report(&id, &json!({ "kind": "regulator", "status": status }))
                .await;
            assert_eq!(said.0, 200, "{}", said.1);
        });
        assert_eq!(advanced.0, 200);
        // The clock's answer waits two seconds for the worker: the late one comes after it.
        time::sleep(Duration::from_secs(2)).await;
        let order = platform.order(&id).await;
        // It isn't even taken for a contradiction: nobody has to look.
        assert_eq!(lines(&order, "contradicted"), 0, "{order}");
        if lines(&order, "resubmitted") == 0 {
            assert_eq!(order["status"], "returned", "{order}");
            regulator.is_honest();
            regulator.set_status("sms_verification");
            assert_eq!(platform.step(&id, "resubmit").await.0, 200);
            platform.until(&id, "sms_verification").await;
        } else {
            assert_eq!(order["status"], "administration_review", "{order}");
        }
    }
}

/// In the sandbox the regulator's clock is the platform's: not for more than it can be ahead, nor back.
#[tokio::test(flavor = "multi_thread")]
async fn attack_p7_a_clock_of_the_regulator_that_is_nonsense() {
    let regulator = StandIn::start().await;
    for offset in [
        "-1",
        "-9223372036854775808",
        "9223372036854775807",
        "9223372036854775",
        "100000000000000",
        "1e400",
        "null",
        "\"1\"",
        "253402300800",
    ] {
        let body = format!("{{\"offset_seconds\":{offset}}}");
        regulator.behave_in_all(move |seen, book| match seen.path.as_str() {
            "/sandbox/clock" if seen.method == "GET" => Reply::Json(200, body.clone()),
            _ => book.answer(seen),
        });
        let mut platform = Platform::with(&["--regulator", &regulator.url()]);
        let before = regulator.all_seen().len();
        eventually("no look at the clock", async || {
            (regulator.all_seen().len() > before).then_some(())
        })
        .await;
        let filed = platform.file(&Persons::new(1).order("initial")).await;
        let id = id_of(&filed);
        platform.accept(&id).await;
        platform.until(&id, "sms_verification").await;
        let (status, clock) = platform.get("/sandbox/clock").await;
        assert_eq!(status, 200, "{offset}: {clock}");
        let ahead = clock["offset_seconds"].as_i64().unwrap();
        assert!((0..=3_155_760_000).contains(&ahead), "{offset}: {clock}");
        lives(&mut platform).await;
        assert!(
            !platform.log().contains("ERROR"),
            "{offset}: {}",
            platform.log()
        );
    }
}

// ---- WeChat's documents

fn wechat(status: i64, sms: Option<i64>) -> Value {
    let mut info = json!({ "status": status, "available": 1 });
    if let Some(sms) = sms {
        info["sms_verify_status"] = sms.into();
    }
    json!({ "errcode": 0, "errmsg": "ok", "info": info })
}

/// B18: `sms_verify_status` holds only with the administration; 1 waiting, 2 verified, 3 timed out.
#[tokio::test(flavor = "multi_thread")]
async fn attack_p7_wechat_documents_are_followed_and_nonsense_is_not() {
    let server = StandIn::start().await;
    let choice = format!("wechat:{}", server.url());
    let mut platform = Platform::with(&["--regulator", &choice]);
    let answer = |document: Value| {
        server.behave(move |_, _| Reply::Json(200, document.to_string()));
    };
    answer(wechat(1024, None));
    let id = id_of(&platform.file(&Persons::new(1).order("initial")).await);
    platform.accept(&id).await;
    for (what, reply) in hostile("sms_verification") {
        server.behave(move |_, _| reply.clone());
        let before = server.seen().len();
        platform.advance(7300).await;
        let looks = server.seen().len() - before;
        assert!((1..=3).contains(&looks), "{what}: looked at {looks} times");
        assert_eq!(
            platform.order(&id).await["status"],
            "awaiting_submission",
            "{what}"
        );
    }
    for document in [
        wechat(9999, Some(1)),
        wechat(-1, Some(-1)),
        wechat(i64::MAX, Some(i64::MIN)),
        json!({ "errcode": 40001, "errmsg": "invalid credential" }),
        json!({ "errcode": 0, "info": { "status": 4, "sms_verify_status": 1, "available": 0 } }),
        json!({ "errcode": 0, "info": [] }),
        json!({ "errcode": -9, "info": null }),
    ] {
        let shown = document.to_string();
        answer(document);
        platform.advance(7300).await;
        assert_eq!(
            platform.order(&id).await["status"],
            "awaiting_submission",
            "{shown}"
        );
    }
    assert!(
        server
            .seen()
            .iter()
            .all(|it| it.path == format!("/{id}") && it.method == "GET")
    );
    // With the administration, people verify.
    answer(wechat(4, Some(1)));
    platform.advance(7300).await;
    let order = platform.until(&id, "sms_verification").await;
    assert_eq!(order["tracker"]["persons"].as_array().unwrap().len(), 2);
    for document in [wechat(4, Some(9)), wechat(4, Some(-1)), wechat(9999, None)] {
        answer(document);
        platform.advance(3700).await;
        assert_eq!(platform.order(&id).await["status"], "sms_verification");
    }
    answer(wechat(4, Some(2)));
    platform.advance(7300).await;
    platform.until(&id, "administration_review").await;
    // What is filed is approved.
    answer(wechat(6, Some(3)));
    platform.advance(90_000).await;
    platform.until(&id, "approved").await;
    lives(&mut platform).await;
    // Nobody else's order by the name of this one.
    let (status, _) = platform
        .ask(
            Method::GET,
            "/api/orders/ffffffffffffffffffffffff",
            None,
            None,
        )
        .await;
    assert_eq!(status, 404);
}

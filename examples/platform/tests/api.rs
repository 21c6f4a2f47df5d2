//! Every endpoint's answers, good and bad, and the ways of an order from form to decision.
#![allow(
    missing_docs,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::too_many_lines,
    clippy::unwrap_used,
    reason = "a panic is how a test fails"
)]

mod support;

use beian::{
    Lang,
    filing::{Determination, FilingFacts},
};
use chrono::{DateTime, TimeDelta, Utc};
use platform::api::filing_type::{field, first};
use reqwest::Method;
use serde_json::{Value, json};
use support::{
    ADMINISTRATOR, LAST_SIX, LEADER, Persons, Platform, TOKEN, events, id_of, initial, lines, read,
    token_of,
};

fn code(answer: &(u16, Value)) -> (u16, &str) {
    (answer.0, answer.1["code"].as_str().unwrap_or_default())
}

const NONE: &str = "0123456789abcdef01234567";

fn by_hand() -> Platform {
    Platform::with(&["--regulator", "hand"])
}

async fn report(platform: &Platform, id: &str, fact: Value) -> (u16, Value) {
    platform.report(id, &fact).await
}

#[tokio::test(flavor = "multi_thread")]
async fn which_filing_it_is() {
    let platform = by_hand();
    let known = [(Some(true), "yes"), (Some(false), "no"), (None, "unknown")];
    let mut kinds = std::collections::BTreeSet::new();
    for (entity, entity_is) in known {
        for (service, service_is) in known {
            for (here, here_is) in known {
                let body = json!({ "entity_filed": entity_is, "service_filed": service_is, "filed_here": here_is });
                let (status, answer) = platform.post("/api/filing-type", &body).await;
                assert_eq!(status, 200, "{body}: {answer}");
                let expected = FilingFacts {
                    entity_filed: entity,
                    service_filed: service,
                    filed_here: here,
                    services_left: None,
                    province: None,
                    access: None,
                }
                .determine();
                let named = |name: &str| answer.get(name).and_then(Value::as_str);
                let told = (named("filing_type"), named("first"), named("missing"));
                let wanted = match expected {
                    Determination::File(kind) => (Some(kind.name()), None, None),
                    Determination::First(what) => (None, Some(first(what)), None),
                    Determination::Missing(fact) => (None, None, Some(field(fact))),
                    Determination::Contradiction(..) => (None, None, None),
                };
                assert_eq!(told, wanted, "{body}");
                assert_eq!(answer["text"], expected.text(Lang::Zh).into_owned());
                kinds.insert(format!("{wanted:?}"));
            }
        }
    }
    assert!(kinds.len() >= 5, "{kinds:?}");
    let all = json!({ "entity_filed": "yes", "service_filed": "yes", "filed_here": "no",
                      "entity_services": "yes", "province": "北京", "access": "keep_number" });
    for (name, value, wrong) in [
        ("province", json!("Atlantis"), "malformed_body"),
        ("access", json!("nonsense"), "malformed_body"),
        ("entity_filed", json!(true), "malformed_body"),
        ("entity_filed", json!("maybe"), "malformed_body"),
        ("unknown", json!("yes"), "malformed_body"),
    ] {
        let mut body = all.clone();
        body[name] = value;
        assert_eq!(
            code(&platform.post("/api/filing-type", &body).await),
            (422, wrong),
            "{body}"
        );
    }
    // Open to everybody, where staff have a token.
    let closed = Platform::with(&["--regulator", "hand", "--console-token", TOKEN]);
    let body = json!({ "entity_filed": "no", "service_filed": "no", "filed_here": "no" });
    assert_eq!(
        closed
            .ask(Method::POST, "/api/filing-type", None, Some(&body))
            .await
            .0,
        200
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn filed_and_changed() {
    let platform = by_hand();
    let request = platform.request(Method::POST, "/api/orders", None);
    let request = request.header("content-type", "application/json");
    let answer = request.body(initial().to_string()).send().await.unwrap();
    let location = answer.headers()["location"].to_str().unwrap().to_owned();
    let (status, order) = read(answer).await;
    let id = id_of(&order);
    assert_eq!((status, location), (201, format!("/api/orders/{id}")));
    assert_eq!(
        (&order["status"], &order["version"], &order["round"]),
        (&json!("initial_review"), &json!(1), &json!(0))
    );
    let path = format!("/api/orders/{id}");
    // What is wrong with it, field by field.
    for (pointer, value, field) in [
        (
            "/entity/leader/mobile",
            json!("4000000000"),
            "entity.leader.mobile",
        ),
        (
            "/services/0/administrator/id_document/number",
            json!("1"),
            "services[0].administrator.id_document.number",
        ),
        ("/province", json!("Atlantis"), "province"),
    ] {
        let mut wrong = initial();
        *wrong.pointer_mut(pointer).unwrap() = value;
        for answer in [
            platform.post("/api/orders", &wrong).await,
            platform.put(&path, &wrong).await,
        ] {
            assert_eq!(code(&answer), (422, "order_not_accepted"), "{}", answer.1);
            let problems = answer.1["problems"].as_array().unwrap();
            assert!(
                problems
                    .iter()
                    .any(|it| it["field"].as_str().unwrap().starts_with(field)),
                "{}",
                answer.1
            );
        }
    }
    for wrong in [
        json!({ "provinze": "北京" }),
        json!([]),
        json!("x"),
        json!({ "facts": { "unknown": 1 } }),
    ] {
        assert_eq!(
            code(&platform.post("/api/orders", &wrong).await),
            (422, "malformed_body"),
            "{wrong}"
        );
        assert_eq!(
            code(&platform.put(&path, &wrong).await),
            (422, "malformed_body"),
            "{wrong}"
        );
    }
    // The form as it stands, without numbers; sent back with another name it keeps them.
    let (status, mut form) = platform.get(&format!("{path}/form")).await;
    assert_eq!((status, &form["entity"]["name"]), (200, &json!("示例公司")));
    assert!(!form.to_string().contains("E12345678"));
    form["entity"]["name"] = "示例二公司".into();
    let (status, changed) = platform.put(&path, &form).await;
    assert_eq!(status, 200, "{changed}");
    assert_eq!(
        (
            &changed["entity"],
            &changed["version"],
            lines(&changed, "changed")
        ),
        (&json!("示例二公司"), &json!(2), 1)
    );
    // Whose name is new has to give a number.
    form["entity"]["leader"]["name"] = "李四".into();
    assert_eq!(
        code(&platform.put(&path, &form).await),
        (422, "order_not_accepted")
    );
    // Not there.
    let none = format!("/api/orders/{NONE}");
    for path in [none.as_str(), "/api/orders/x"] {
        assert_eq!(code(&platform.get(path).await), (404, "order_not_found"));
        assert_eq!(
            code(&platform.put(path, &initial()).await),
            (404, "order_not_found")
        );
    }
    let (status, _) = platform.ask(Method::DELETE, &path, None, None).await;
    assert_eq!(status, 405);
}

#[tokio::test(flavor = "multi_thread")]
async fn reviewed() {
    let platform = by_hand();
    let id = id_of(&platform.file(&initial()).await);
    let path = |step: &str| format!("/api/orders/{id}/{step}");
    let possible = (409, "step_not_possible");
    // Not yet.
    assert_eq!(code(&platform.step(&id, "resubmit").await), possible);
    assert_eq!(
        code(
            &platform
                .post(&path("decide"), &json!({ "approved": true }))
                .await
        ),
        possible
    );
    // Accepted as seen.
    for body in [
        json!({}),
        json!({ "version": "1" }),
        json!({ "version": 1, "x": 1 }),
        json!([1]),
    ] {
        assert_eq!(
            code(&platform.post(&path("accept"), &body).await),
            (422, "malformed_body"),
            "{body}"
        );
    }
    for version in [0, 2, -1] {
        let stale = platform
            .post(&path("accept"), &json!({ "version": version }))
            .await;
        assert_eq!(code(&stale), (409, "order_changed"));
    }
    // Given back, in words.
    for body in [
        json!({ "reasons": [] }),
        json!({ "reasons": [{ "text": " " }] }),
        json!({ "reasons": [{ "field": "entity.name" }] }),
        json!({ "reasons": (0..65).map(|_| json!({ "text": "x" })).collect::<Vec<_>>() }),
        json!({}),
    ] {
        assert_eq!(
            code(&platform.post(&path("return"), &body).await),
            (422, "malformed_body"),
            "{body}"
        );
    }
    let (status, returned) = platform.give_back(&id).await;
    assert_eq!(status, 200, "{returned}");
    assert_eq!(
        (&returned["status"], &returned["returned_because"]),
        (&json!("returned"), &json!("platform_decision"))
    );
    assert_eq!(
        (
            &returned["reasons"][0]["field"],
            &returned["reasons"][0]["text"]
        ),
        (&json!("entity.name"), &json!("名称不符"))
    );
    // Not as it was: there are reasons.
    assert_eq!(code(&platform.step(&id, "resubmit").await), possible);
    assert_eq!(
        code(
            &platform
                .post(&path("accept"), &json!({ "version": 2 }))
                .await
        ),
        possible
    );
    let (status, changed) = platform.put(&format!("/api/orders/{id}"), &initial()).await;
    assert_eq!(
        (status, &changed["status"]),
        (200, &json!("initial_review"))
    );
    // Who is texted.
    for roles in [json!(["x"]), json!("entity_leader"), json!([1])] {
        let body = json!({ "roles": roles });
        assert_eq!(
            code(&platform.post(&path("override"), &body).await),
            (422, "malformed_body"),
            "{body}"
        );
    }
    let (status, _) = platform
        .post(
            &path("override"),
            &json!({ "roles": ["service_administrator"] }),
        )
        .await;
    assert_eq!(status, 200);
    let accepted = platform.accept(&id).await;
    assert_eq!(accepted["status"], "awaiting_submission");
    assert_eq!(
        code(
            &platform
                .post(&path("override"), &json!({ "roles": [] }))
                .await
        ),
        possible
    );
    assert_eq!(
        code(&platform.put(&format!("/api/orders/{id}"), &initial()).await),
        possible
    );
    let waiting = report(
        &platform,
        &id,
        json!({ "kind": "regulator", "status": "waiting" }),
    )
    .await;
    assert_eq!(waiting.0, 200, "{}", waiting.1);
    let persons = waiting.1["tracker"]["persons"].as_array().unwrap();
    assert_eq!(
        (persons.len(), &persons[0]["mobile"]),
        (1, &json!("199****0002"))
    );
    for step in ["withdraw", "resubmit"] {
        assert_eq!(code(&platform.step(&id, step).await), possible, "{step}");
    }
    assert_eq!(code(&platform.give_back(&id).await), possible);
    // Decided.
    assert_eq!(
        report(
            &platform,
            &id,
            json!({ "kind": "regulator", "status": "done" })
        )
        .await
        .1["status"],
        "administration_review"
    );
    let refused = json!({ "approved": false, "reasons": [{ "text": "材料不清晰" }] });
    let (status, refused) = platform.post(&path("decide"), &refused).await;
    assert_eq!(
        (
            status,
            &refused["returned_because"],
            &refused["reasons"][0]["text"]
        ),
        (200, &json!("administration_decision"), &json!("材料不清晰"))
    );
    let (status, withdrawn) = platform.step(&id, "withdraw").await;
    assert_eq!((status, &withdrawn["status"]), (200, &json!("withdrawn")));
    assert_eq!(code(&platform.step(&id, "withdraw").await), possible);
    // Of none that is there.
    for step in ["resubmit", "withdraw", "link"] {
        assert_eq!(
            code(&platform.step(NONE, step).await),
            (404, "order_not_found")
        );
    }
    assert_eq!(
        code(&platform.give_back(NONE).await),
        (404, "order_not_found")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn facts_of_people_and_of_the_regulator() {
    let platform = by_hand();
    let id = id_of(&platform.file(&initial()).await);
    platform.accept(&id).await;
    assert_eq!(
        report(
            &platform,
            &id,
            json!({ "kind": "regulator", "status": "waiting" })
        )
        .await
        .0,
        200
    );
    for kind in ["received", "nothing_came", "resend_asked", "passed"] {
        let (status, order) =
            report(&platform, &id, json!({ "kind": kind, "mobile": LEADER.0 })).await;
        assert_eq!((status, lines(&order, kind)), (200, 1), "{order}");
    }
    // However it is written.
    let said = report(
        &platform,
        &id,
        json!({ "kind": "received", "mobile": format!("+86 {}", ADMINISTRATOR.0) }),
    )
    .await;
    assert_eq!(said.0, 200, "{}", said.1);
    let malformed = (422, "malformed_body");
    for fact in [
        json!({ "kind": "received" }),
        json!({ "kind": "received", "mobile": "1" }),
        json!({ "kind": "received", "mobile": LEADER.0, "status": "done" }),
        json!({ "kind": "received", "mobile": LEADER.0, "cause": "window_closed" }),
        json!({ "kind": "received", "mobile": LEADER.0, "at": "yesterday" }),
        json!({ "kind": "regulator" }),
        json!({ "kind": "regulator", "status": "approved" }),
        json!({ "kind": "regulator", "status": "done", "mobile": LEADER.0 }),
        json!({ "kind": "regulator", "status": "done", "cause": "window_closed" }),
        json!({ "kind": "returned" }),
        json!({ "kind": "returned", "cause": "x" }),
        json!({ "kind": "returned", "cause": "window_closed", "status": "done" }),
        json!({ "kind": "approved" }),
        json!({ "kind": "x" }),
        json!({ "kind": "received", "mobile": LEADER.0, "x": 1 }),
        json!({}),
    ] {
        assert_eq!(
            code(&report(&platform, &id, fact.clone()).await),
            malformed,
            "{fact}"
        );
    }
    for fact in [
        json!({ "kind": "received", "mobile": "19900000099" }),
        json!({ "kind": "received", "mobile": LEADER.0, "at": (Utc::now() + TimeDelta::hours(1)).to_rfc3339() }),
        json!({ "kind": "received", "mobile": LEADER.0, "at": "2020-01-01T00:00:00Z" }),
        json!({ "kind": "regulator", "status": "done", "at": "2020-01-01T00:00:00Z" }),
    ] {
        assert_eq!(
            code(&report(&platform, &id, fact.clone()).await),
            (422, "fact_refused"),
            "{fact}"
        );
    }
    // Clocks differ by some minutes.
    let soon = (Utc::now() + TimeDelta::minutes(5)).to_rfc3339();
    assert_eq!(
        report(
            &platform,
            &id,
            json!({ "kind": "received", "mobile": LEADER.0, "at": soon })
        )
        .await
        .0,
        200
    );
    let (status, order) = report(
        &platform,
        &id,
        json!({ "kind": "returned", "cause": "window_closed" }),
    )
    .await;
    assert_eq!(
        (status, &order["status"], &order["tracker"]["reported"]),
        (200, &json!("returned"), &json!(true))
    );
    let over = report(
        &platform,
        &id,
        json!({ "kind": "received", "mobile": LEADER.0 }),
    )
    .await;
    assert_eq!(code(&over), (409, "step_not_possible"));
    assert_eq!(
        code(
            &report(
                &platform,
                NONE,
                json!({ "kind": "received", "mobile": LEADER.0 })
            )
            .await
        ),
        (404, "order_not_found")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_and_searches() {
    let platform = by_hand();
    let mut ids = Vec::new();
    for (n, name) in [
        "甲公司",
        "乙公司",
        "百分%之百",
        "下划_线",
        "感叹!号",
        "下划a线",
    ]
    .iter()
    .enumerate()
    {
        let mut order = Persons::new(u32::try_from(n).unwrap() + 1).order("initial");
        order["entity"]["name"] = (*name).into();
        ids.push(id_of(&platform.file(&order).await));
    }
    let list = async |query: &str| {
        let request = platform.request(Method::GET, "/api/orders", None);
        let pairs: Vec<_> = query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .collect();
        let (status, page) = read(request.query(&pairs).send().await.unwrap()).await;
        assert_eq!(status, 200, "{query}: {page}");
        let items = page["items"].as_array().unwrap().iter();
        items
            .map(|it| ids.iter().position(|id| *id == id_of(it)).unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(list("").await, [5, 4, 3, 2, 1, 0], "newest first");
    assert_eq!(list("q=公司").await, [1, 0]);
    assert_eq!(list("q=甲").await, [0]);
    // As they are: no patterns.
    assert_eq!(list("q=%").await, [2]);
    assert_eq!(list("q=_").await, [3]);
    assert_eq!(list("q=!").await, [4]);
    assert_eq!(list("q=划_线").await, [3]);
    for nothing in ["q='", "q=\"", "q=\\", "q=丙", "q=*"] {
        assert!(list(nothing).await.is_empty(), "{nothing}");
    }
    assert_eq!(list("q= ").await.len(), 6);
    // The id, or its beginning; the last four of a number.
    for length in [8, 12, 23, 24] {
        let found = list(&format!("q={}", &ids[2][..length])).await;
        assert!(found.contains(&2), "{length}");
    }
    assert_eq!(list(&format!("q={}", ids[2].to_uppercase())).await, [2]);
    assert!(list(&format!("q={}", &ids[2][..7])).await.is_empty());
    assert_eq!(list("q=0006").await, [2]);
    assert_eq!(list("q=0007").await, [2]);
    assert!(list("q=006").await.is_empty());
    // Pages.
    assert_eq!(list("limit=2").await, [5, 4]);
    assert_eq!(list(&format!("limit=2&after={}", ids[4])).await, [3, 2]);
    assert_eq!(list(&format!("after={}", ids[0])).await, [0_usize; 0]);
    let (_, page) = platform.get("/api/orders?limit=6").await;
    assert_eq!(page.get("next"), None);
    let (_, page) = platform.get("/api/orders?limit=5").await;
    assert_eq!(page["next"], json!(ids[1]));
    // By where they are.
    platform.accept(&ids[1]).await;
    assert_eq!(
        report(
            &platform,
            &ids[1],
            json!({ "kind": "regulator", "status": "waiting" })
        )
        .await
        .0,
        200
    );
    platform.step(&ids[0], "withdraw").await;
    assert_eq!(list("status=sms_verification").await, [1]);
    assert_eq!(list("status=withdrawn").await, [0]);
    assert_eq!(list("status=initial_review&q=公司").await, [0_usize; 0]);
    assert_eq!(list("status=overdue").await, [0_usize; 0]);
    platform.advance(24 * 3600 + 60).await;
    assert_eq!(list("status=overdue").await, [1]);
    let long = "x".repeat(201);
    for query in [
        "limit=0",
        "limit=201",
        "limit=+5",
        "limit=x",
        "limit=",
        "status=x",
        "status=",
        "after=x",
        "x=1",
        "limit=1&limit=2",
        &format!("q={long}"),
    ] {
        let answer = platform.get(&format!("/api/orders?{query}")).await;
        assert_eq!(code(&answer), (422, "malformed_parameter"), "{query}");
    }
}

/// What people read is in their language, Chinese if they don't say.
#[tokio::test(flavor = "multi_thread")]
async fn languages() {
    let platform = by_hand();
    let id = id_of(&platform.file(&initial()).await);
    let ask = async |path: &str, lang: &str| {
        let request = platform
            .request(Method::GET, path, None)
            .header("accept-language", lang);
        read(request.send().await.unwrap()).await.1
    };
    let (path, none) = (format!("/api/orders/{id}"), format!("/api/orders/{NONE}"));
    let is_chinese = |text: &Value| {
        text.as_str()
            .unwrap()
            .chars()
            .any(|c| ('一'..='龥').contains(&c))
    };
    for (lang, chinese) in [
        ("zh", true),
        ("en", false),
        ("en-GB,zh;q=0.5", false),
        ("fr", true),
        ("", true),
    ] {
        let order = ask(&path, lang).await;
        assert_eq!(is_chinese(&order["text"]), chinese, "{lang}");
        assert_eq!(is_chinese(&order["timeline"][0]["text"]), chinese, "{lang}");
        assert_eq!(is_chinese(&order["findings"][0]["text"]), chinese, "{lang}");
        assert_eq!(
            is_chinese(&ask(&none, lang).await["title"]),
            chinese,
            "{lang}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_link_is_renewed() {
    let platform = Platform::with(&["--regulator", "hand", "--console-token", TOKEN]);
    let filed = platform
        .ask(Method::POST, "/api/orders", None, Some(&initial()))
        .await;
    assert_eq!(filed.0, 201, "everybody may file");
    let (id, old) = (id_of(&filed.1), token_of(&filed.1["link"]));
    let path = format!("/api/orders/{id}");
    let (status, renewed) = platform.step(&id, "link").await;
    let new = token_of(&renewed["link"]);
    assert_eq!((status, lines(&renewed, "link_renewed")), (200, 1));
    assert_ne!(old, new);
    assert_eq!(
        platform.ask(Method::GET, &path, Some(&new), None).await.0,
        200
    );
    assert_eq!(
        code(&platform.ask(Method::GET, &path, Some(&old), None).await),
        (401, "unauthorized")
    );
    // A customer's steps, and staff's.
    let (status, _) = platform
        .ask(Method::PUT, &path, Some(&new), Some(&initial()))
        .await;
    assert_eq!(status, 200);
    let step = |step: &str| format!("{path}/{step}");
    for (name, body) in [
        ("accept", json!({ "version": 3 })),
        ("return", json!({ "reasons": [{ "text": "x" }] })),
    ] {
        assert_eq!(
            platform
                .ask(Method::POST, &step(name), Some(&new), Some(&body))
                .await
                .0,
            401,
            "{name}"
        );
    }
    let (status, order) = platform
        .ask(Method::POST, &step("withdraw"), Some(&new), None)
        .await;
    assert_eq!((status, &order["status"]), (200, &json!("withdrawn")));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sandbox_is_the_sandbox_s() {
    let platform = by_hand();
    for body in [
        json!({}),
        json!({ "advance_seconds": -1 }),
        json!({ "advance_seconds": 1.5 }),
        json!({ "advance_seconds": 3_155_760_001_i64 }),
    ] {
        assert_eq!(
            code(&platform.post("/sandbox/clock", &body).await),
            (422, "malformed_body"),
            "{body}"
        );
    }
    platform.advance(60).await;
    let far = platform
        .post(
            "/sandbox/clock",
            &json!({ "advance_seconds": 3_155_760_000_i64 }),
        )
        .await;
    assert_eq!(code(&far), (409, "clock_too_far"));
    assert_eq!(
        code(&platform.get("/sandbox/reminders?mobile=1").await),
        (422, "malformed_parameter")
    );
    assert_eq!(platform.get("/sandbox/reminders").await, (200, json!([])));
    let mut options = vec!["--regulator", "hand"];
    options.extend(support::NO_GATEWAY);
    let platform = Platform::with(&options);
    for path in ["/sandbox/clock", "/sandbox/reminders"] {
        assert_eq!(platform.get(path).await.0, 404);
    }
}

// ---- ways

fn instant(text: &Value) -> DateTime<Utc> {
    text.as_str().unwrap().parse().unwrap()
}

/// Filed, accepted, handed in, texted, verified, reviewed, approved; the portal is on board.
#[tokio::test(flavor = "multi_thread")]
async fn the_way_to_approval() {
    let platform = Platform::sandbox();
    let regulator = platform.at_regulator();
    let filed = platform.file(&initial()).await;
    let id = id_of(&filed);
    platform.accept(&id).await;
    let order = platform.until(&id, "sms_verification").await;
    assert_eq!(
        (&order["round"], lines(&order, "submitted")),
        (&json!(1), 1)
    );
    assert_eq!(order["tracker"]["status"], "waiting");
    let deadline = instant(&order["tracker"]["deadline"]["earliest"]);
    assert!(deadline > Utc::now() + TimeDelta::hours(23));
    // Messages come some minutes later; then people are reminded, and say so.
    platform.advance(900).await;
    for number in [LEADER.0, ADMINISTRATOR.0] {
        regulator.code(number, 0).await;
    }
    let (status, _) = report(
        &platform,
        &id,
        json!({ "kind": "received", "mobile": LEADER.0 }),
    )
    .await;
    assert_eq!(status, 200);
    assert_eq!(
        regulator.verify(LEADER.0, 0, LEADER.1).await,
        "waiting_for_others"
    );
    platform.advance(7200).await;
    assert_eq!(platform.order(&id).await["status"], "sms_verification");
    assert_eq!(
        regulator.verify(ADMINISTRATOR.0, 0, ADMINISTRATOR.1).await,
        "all_verified"
    );
    platform.advance(7200).await;
    let order = platform.until(&id, "administration_review").await;
    assert_eq!(
        (&order["tracker"]["status"], &order["tracker"]["reported"]),
        (&json!("done"), &json!(true))
    );
    let path = format!("/api/orders/{id}/decide");
    let (status, order) = platform.post(&path, &json!({ "approved": true })).await;
    assert_eq!((status, &order["status"]), (200, &json!("approved")));
    assert!(
        order["stages"]
            .as_array()
            .unwrap()
            .iter()
            .all(|stage| stage["state"] != "current"),
        "{order}"
    );
}

/// Timed out, and handed in again as it was: the same order at the portal, another round.
#[tokio::test(flavor = "multi_thread")]
async fn timed_out_and_resubmitted() {
    let platform = Platform::sandbox();
    let regulator = platform.at_regulator();
    let id = id_of(&platform.submitted(&initial()).await);
    platform.advance(900).await;
    regulator.code(LEADER.0, 0).await;
    platform.advance(26 * 3600).await;
    platform.advance(2 * 3600).await;
    let order = platform.until(&id, "returned").await;
    assert_eq!(order["returned_because"], "window_closed");
    assert_eq!(platform.step(&id, "resubmit").await.0, 200);
    let order = platform.until(&id, "sms_verification").await;
    assert_eq!(order["round"], 2);
    let orders = regulator.orders().await;
    assert_eq!(
        (orders.len(), events(&orders[0], "order_resubmitted")),
        (1, 1)
    );
    // The new round's codes are the ones that count.
    platform.advance(900).await;
    let codes = regulator.codes(LEADER.0).await.len();
    for (number, last_six) in [LEADER, ADMINISTRATOR] {
        regulator.verify(number, codes - 1, last_six).await;
    }
    platform.advance(7200).await;
    platform.until(&id, "administration_review").await;
}

/// Returned, changed, and reviewed again: a new order at the portal.
#[tokio::test(flavor = "multi_thread")]
async fn returned_and_changed() {
    let platform = Platform::sandbox();
    let regulator = platform.at_regulator();
    let id = id_of(&platform.submitted(&initial()).await);
    platform.advance(30 * 3600).await;
    platform.until(&id, "returned").await;
    let mut changed = initial();
    changed["entity"]["name"] = "示例二公司".into();
    let (status, order) = platform.put(&format!("/api/orders/{id}"), &changed).await;
    assert_eq!((status, &order["status"]), (200, &json!("initial_review")));
    assert_eq!(order.get("tracker"), None);
    platform.accept(&id).await;
    let order = platform.until(&id, "sms_verification").await;
    assert_eq!(order["round"], 2);
    assert_eq!(regulator.orders().await.len(), 2);
    // A shared number: one person, one code.
    let mut shared = initial();
    let leader = shared["entity"]["leader"].clone();
    shared["services"][0]["administrator"] = leader;
    let order = platform.submitted(&shared).await;
    assert_eq!(order["tracker"]["persons"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deregistration() {
    let platform = Platform::sandbox();
    let regulator = platform.at_regulator();
    let order = Persons::new(4).order("deregister_entity");
    let filed = platform.post("/api/orders", &order).await;
    assert_eq!(filed.0, 201, "{}", filed.1);
    let id = id_of(&filed.1);
    platform.accept(&id).await;
    let order = platform.until(&id, "sms_verification").await;
    let persons = order["tracker"]["persons"].as_array().unwrap().clone();
    assert!(!persons.is_empty());
    platform.advance(900).await;
    for (number, last_six) in Persons::new(4).0.iter().zip(LAST_SIX) {
        if persons
            .iter()
            .any(|it| number.ends_with(&it["mobile"].as_str().unwrap()[7..]))
        {
            regulator.verify(number, 0, last_six).await;
        }
    }
    platform.advance(7200).await;
    platform.until(&id, "administration_review").await;
    let path = format!("/api/orders/{id}/decide");
    let (status, order) = platform.post(&path, &json!({ "approved": true })).await;
    assert_eq!((status, &order["status"]), (200, &json!("approved")));
}

//! What `/openapi.json` says of answers, and what is answered. That requests and answers have the form that it
//! says is the matter of a program (`.ci/run openapi`).
#![allow(
    missing_docs,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a panic is how a test fails"
)]

mod support;

use std::collections::BTreeSet;

use hmac::{Hmac, KeyInit as _, Mac as _};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use sha2::Sha256;
use support::{Server, add_service, initial, read};

const TOKEN: &str = "a-token-of-some-length";
/// Documented, and provoked elsewhere or by faults alone.
const NOT_HERE: [&str; 6] = [
    "malformed_host",
    "not_fileable",
    "id_missing",
    "codes_exhausted",
    "internal",
    "try_again",
];

struct Operation<'a> {
    id: &'a str,
    method: Method,
    path: &'a str,
    what: &'a Value,
}

struct Document {
    json: Value,
    /// By operation and code.
    answered: BTreeSet<(String, String)>,
}

impl Document {
    async fn of(server: &Server) -> Self {
        let (status, json) = server.get("/openapi.json").await;
        assert_eq!(status, 200);
        let answered = BTreeSet::new();
        Self { json, answered }
    }

    fn operations(json: &Value) -> Vec<Operation<'_>> {
        let mut operations = Vec::new();
        for (path, item) in json["paths"].as_object().unwrap() {
            for (method, what) in item.as_object().unwrap() {
                operations.push(Operation {
                    id: what["operationId"].as_str().unwrap(),
                    method: method.to_uppercase().parse().unwrap(),
                    path,
                    what,
                });
            }
        }
        operations
    }

    /// An answer as it is documented, with what it refers to.
    fn answer<'a>(&'a self, operation: &'a Value, status: &str) -> &'a Value {
        let answer = &operation["responses"][status];
        match answer["$ref"].as_str() {
            Some(to) => self.json.pointer(&to[1..]).unwrap(),
            None => answer,
        }
    }

    fn codes(&self, operation: &Value) -> BTreeSet<String> {
        let statuses = operation["responses"].as_object().unwrap().keys();
        let answers = statuses.map(|status| self.answer(operation, status));
        let examples = answers
            .filter_map(|it| it["content"]["application/problem+json"]["examples"].as_object());
        examples
            .flat_map(|examples| examples.keys().cloned())
            .collect()
    }

    async fn ask(&mut self, operation: &Operation<'_>, request: RequestBuilder) -> Option<String> {
        let (status, answer) = read(request.send().await.unwrap()).await;
        let documented = self.answer(operation.what, &status.to_string());
        assert!(documented.is_object(), "{}: {status}", operation.id);
        if status < 400 {
            return None;
        }
        let code = answer["code"].as_str().unwrap().to_owned();
        let examples = &documented["content"]["application/problem+json"]["examples"];
        assert!(
            examples.get(&code).is_some(),
            "{}: {status} {code}",
            operation.id
        );
        let answered = (operation.id.to_owned(), code.clone());
        self.answered.insert(answered);
        Some(code)
    }
}

/// A body that is taken.
fn body(operation: &Operation<'_>) -> Option<Value> {
    let entry = json!({ "mobile": "19900000001", "id_last6": "345678" });
    Some(match operation.id {
        "file_order" => {
            operation.what["requestBody"]["content"]["application/json"]["example"].clone()
        }
        "verify" => {
            let mut entry = entry;
            entry["code"] = "012345".into();
            entry
        }
        "resend" => entry,
        "report" => json!({
            "idempotency_key": "0000000000000000000000000000002a-0-0-0",
            "report": "delivered",
        }),
        "advance_clock" => json!({ "advance_seconds": 0.0 }),
        "tell_gateway" => json!({ "mode": "accept" }),
        _ => return None,
    })
}

/// A request with a body of JSON, signed if it has to be.
fn request(server: &Server, operation: &Operation<'_>, body: Option<&str>) -> RequestBuilder {
    let path = operation.path.replace("{id}", &"0".repeat(24));
    let request = server.request(operation.method.clone(), &path);
    let Some(body) = body else {
        return request;
    };
    let request = request.header("content-type", "application/json");
    let request = request.body(body.to_owned());
    if operation.id != "report" {
        return request;
    }
    let now = chrono::Utc::now().timestamp();
    request
        .header("x-beian-timestamp", now)
        .header("x-beian-signature", signature(server, now, body))
}

fn signature(server: &Server, timestamp: i64, body: &str) -> String {
    let file = std::fs::read_to_string(server.folder.path("portal.key")).unwrap();
    let key = file.lines().find_map(|line| line.strip_prefix("signing "));
    let key = beian_web::signing::unhex(key.unwrap()).unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    mac.update(format!("report.{timestamp}.{body}").as_bytes());
    beian_web::signing::hex(&mac.finalize().into_bytes())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_code_that_is_answered_is_documented_and_the_other_way_round() {
    let server = Server::with(&["--console-token", TOKEN]).await;
    let mut document = Document::of(&server).await;
    let json = document.json.clone();
    let operations = Document::operations(&json);
    assert_eq!(operations.len(), 13);
    for operation in &operations {
        let body = body(operation).map(|body| body.to_string());
        let ask = || request(&server, operation, body.as_deref());
        let answer = document.ask(operation, ask()).await;
        let missing = operation.path.contains("{id}");
        let expected = missing.then_some("order_not_found");
        assert_eq!(answer.as_deref(), expected, "{}", operation.id);
        let evil = ask().header("host", "evil.example");
        document.ask(operation, evil).await;
        if operation.what["security"] != json!([]) {
            let path = operation.path.replace("{id}", "1");
            let bare = server
                .client
                .request(operation.method.clone(), server.url(&path));
            document.ask(operation, bare).await;
        }
        if body.is_some() {
            for body in ["{", "[]", r#"{ "nothing": 1 }"#, &" ".repeat(600_000)] {
                let other = request(&server, operation, Some(body));
                document.ask(operation, other).await;
            }
            let bare = server.request(operation.method.clone(), operation.path);
            document.ask(operation, bare.body("{}")).await;
        }
        for parameter in operation.what["parameters"]
            .as_array()
            .into_iter()
            .flatten()
        {
            let wrong = match (parameter["name"].as_str(), parameter["in"].as_str()) {
                (Some("Idempotency-Key"), _) => ask().header("idempotency-key", "x".repeat(256)),
                (Some(name), Some("query")) => ask().query(&[(name, "")]),
                _ => continue,
            };
            document.ask(operation, wrong).await;
        }
    }

    let named = |id: &str| operations.iter().find(|it| it.id == id).unwrap();
    for id in ["verify", "resend", "file_order"] {
        let blank = request(&server, named(id), Some("{}"));
        document.ask(named(id), blank).await;
    }
    for order in [initial(), add_service()] {
        let again = request(&server, named("file_order"), Some(&order.to_string()));
        let again = again.header("idempotency-key", "one");
        document.ask(named("file_order"), again).await;
    }
    let order = server.file(&initial()).await;
    for id in ["submit_order", "resubmit_order"] {
        let path = named(id).path.replace("{id}", &order);
        let step = server.request(Method::POST, &path);
        let step = step.header("idempotency-key", "one");
        document.ask(named(id), step).await;
    }
    for id in [
        "withdraw_order",
        "withdraw_order",
        "submit_order",
        "resubmit_order",
    ] {
        let path = named(id).path.replace("{id}", &order);
        let step = server.request(Method::POST, &path);
        document.ask(named(id), step).await;
    }
    let century = json!({ "advance_seconds": 3_155_760_000_u32 }).to_string();
    for _ in 0..2 {
        let advance = request(&server, named("advance_clock"), Some(&century));
        document.ask(named("advance_clock"), advance).await;
    }
    // Without the sandbox, there are limits.
    let gateway = ["--sms", "webhook:http://127.0.0.1:9/"];
    let limits = ["--rate-api", "1", "--rate-address", "1"];
    let limited = Server::with(&[&gateway[..], &limits[..]].concat()).await;
    for operation in &operations {
        if operation.path.starts_with("/sandbox") {
            continue;
        }
        let body = body(operation).map(|body| body.to_string());
        for _ in 0..2 {
            let ask = request(&limited, operation, body.as_deref());
            document.ask(operation, ask).await;
        }
    }

    for operation in &operations {
        for code in document.codes(operation.what) {
            let answered = (operation.id.to_owned(), code);
            assert!(
                document.answered.contains(&answered) != NOT_HERE.contains(&&*answered.1),
                "{answered:?}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_document_is_of_the_portal_that_serves_it() {
    let open = Document::of(&Server::sandbox().await).await.json;
    let gateway = ["--sms", "webhook:http://127.0.0.1:9/"];
    let token = ["--console-token", TOKEN];
    let closed = Server::with(&[&gateway[..], &token[..]].concat()).await;
    let closed = Document::of(&closed).await.json;
    for (document, is_open) in [(&open, true), (&closed, false)] {
        let needed = document["paths"]["/api/orders"]["get"]["security"].clone();
        let anybody = needed.as_array().unwrap().contains(&json!({}));
        assert_eq!(anybody, is_open);
        let sandbox = document["paths"].get("/sandbox/clock").is_some();
        assert_eq!(sandbox, is_open);

        // Nothing is named that isn't there, and nothing is there that isn't named.
        let text = document.to_string();
        let wanted: BTreeSet<_> = text
            .split(r##""$ref":"#/components/"##)
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap().to_owned())
            .collect();
        let mut components = BTreeSet::new();
        for kind in ["schemas", "responses"] {
            let names = document["components"][kind].as_object().unwrap().keys();
            components.extend(names.map(|name| format!("{kind}/{name}")));
        }
        assert_eq!(wanted, components);
    }
}

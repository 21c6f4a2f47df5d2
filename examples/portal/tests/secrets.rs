//! Secrets at rest (attacks 11 and 12): after a full run, database, dump, logs and answers hold no
//! code and no ID number.
//!
//! Two places show codes by design and are left out by name: the sandbox's table `sandbox_message` with
//! what reads it, which stands for the handsets, and what a webhook hands to its gateway. A form that is
//! shown again gives what was typed back to whoever sent it, never the code.
#![allow(
    missing_docs,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a panic is how a test fails"
)]

#[path = "../../../tests/forms/mod.rs"]
mod forms;
mod harness;
mod support;

use std::{collections::BTreeSet, fs, process::Command};

use beian::Session;
use harness::{Database, Gateway, Portal, eventually, wrong};
use reqwest::{Client, Method, RequestBuilder, header::HeaderMap, redirect};
use serde_json::{Value, json};
use sqlx::{AnyConnection, Connection as _, Executor as _, Row as _, SqliteConnection};
use support::code_in;

/// Where the sandbox's messages lie, and the addresses that show them.
const HANDSETS: &str = "sandbox_message";
const SHOW_HANDSETS: [&str; 2] = ["/sandbox/messages", "/handsets"];

/// Numbers and passports of nobody, the passports so that no chance brings them about.
const PERSONS: [(&str, &str); 4] = [
    ("19907318451", "EQ7K9QXZ4W"),
    ("19907318452", "EJ3V8TMP6Y"),
    ("19907318453", "EW5R2HNC9D"),
    ("19907318454", "EB4X7GLF3S"),
];

const fn mobile(person: usize) -> &'static str {
    PERSONS[person].0
}

fn last_six(person: usize) -> &'static str {
    &PERSONS[person].1[4..]
}

// ---- the scan

/// Something that was left behind, and where.
struct Trace {
    place: String,
    bytes: Vec<u8>,
}

impl Trace {
    fn new(place: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self {
            place: place.into(),
            bytes: bytes.into(),
        }
    }

    /// Leaves out what is known to stand there.
    fn forget(&mut self, known: &str) {
        let text = String::from_utf8_lossy(&self.bytes);
        self.bytes = text.replace(known, "").into_bytes();
    }

    fn codes(&self, codes: &BTreeSet<String>) -> Vec<String> {
        let groups = groups_of_six(&self.bytes);
        let mut found = Vec::new();
        for code in codes {
            let mut forms = forms::of_text(code);
            forms.remove(0); // as it is, it is found among the groups
            if groups.contains(code.as_bytes()) || self.has_one_of(&forms) {
                found.push(format!("{}: the code {code}", self.place));
            }
        }
        found
    }

    fn ids(&self) -> Vec<String> {
        let mut found = Vec::new();
        for (person, (_, id)) in PERSONS.iter().enumerate() {
            for id in [id, last_six(person)] {
                let mut forms = forms::of_text(id);
                forms.extend(forms::of_text(&id.to_lowercase()));
                if self.has_one_of(&forms) {
                    found.push(format!("{}: the ID {id}", self.place));
                }
            }
        }
        found
    }

    fn mobiles(&self) -> Vec<String> {
        let mobiles = PERSONS.iter().map(|(mobile, _)| *mobile);
        let found = mobiles.filter(|mobile| forms::holds(&self.bytes, mobile.as_bytes()));
        found
            .map(|mobile| format!("{}: the number {mobile}", self.place))
            .collect()
    }

    fn has_one_of(&self, forms: &[Vec<u8>]) -> bool {
        forms.iter().any(|form| forms::holds(&self.bytes, form))
    }
}

/// Groups of exactly six digits: what a code is, as text and as a number. Not in the middle of a long
/// hexadecimal value, nor as the fraction of a second, where chance brings every code about.
fn groups_of_six(bytes: &[u8]) -> BTreeSet<Vec<u8>> {
    let mut groups = BTreeSet::new();
    let mut place = 0;
    while place < bytes.len() {
        let rest = &bytes[place..];
        let value = rest.iter().take_while(|byte| byte.is_ascii_hexdigit());
        let length = value.count();
        let before = &bytes[..place];
        let seconds = before.ends_with(b".") && rest.get(length) == Some(&b'Z');
        let measured = before.ends_with(b"\"micros\":");
        if length < 16 && !seconds && !measured {
            let digits = rest[..length].split(|byte| !byte.is_ascii_digit());
            groups.extend(digits.filter(|group| group.len() == 6).map(<[u8]>::to_vec));
        }
        place += length + 1;
    }
    groups
}

// ---- a full run

/// Somebody with a browser and a JSON client; keeps every answer.
struct Visitor<'a> {
    portal: &'a Portal,
    client: Client,
    cookie: String,
    answers: Vec<Trace>,
}

impl<'a> Visitor<'a> {
    fn new(portal: &'a Portal) -> Self {
        let client = Client::builder().no_proxy();
        Self {
            portal,
            client: client.redirect(redirect::Policy::none()).build().unwrap(),
            cookie: String::new(),
            answers: Vec::new(),
        }
    }

    async fn ask(&mut self, request: RequestBuilder, path: &str) -> (u16, HeaderMap, String) {
        let request = request.header("cookie", &self.cookie);
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        for cookie in headers.get_all("set-cookie") {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            self.cookie = format!("{pair}; {}", self.cookie);
        }
        let text = response.text().await.unwrap();
        if !SHOW_HANDSETS.iter().any(|shows| path.starts_with(shows)) {
            let answer = format!("{headers:?}\n{text}");
            self.answers
                .push(Trace::new(format!("answer of {path}"), answer));
        }
        (status, headers, text)
    }

    async fn json(&mut self, method: Method, path: &str, body: &Value) -> (u16, Value) {
        let mut request = self.client.request(method, self.portal.url(path));
        if !body.is_null() {
            let json = request.header("content-type", "application/json");
            request = json.body(body.to_string());
        }
        let (status, _, text) = self.ask(request, path).await;
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        (status, body)
    }

    async fn post(&mut self, path: &str, body: Value) -> Value {
        let (status, answer) = self.json(Method::POST, path, &body).await;
        assert!(status < 300, "{path}: {answer}");
        answer
    }

    async fn page(&mut self, path: &str) -> String {
        let request = self.client.get(self.portal.url(path));
        let request = request.header("accept", "text/html");
        self.ask(request, path).await.2
    }

    /// Sends a form with the hidden fields of the page that shows it; where it leads to.
    async fn form(&mut self, shown: &str, path: &str, fields: &[(&str, &str)]) -> (u16, String) {
        let page = self.page(shown).await;
        let (csrf, form_id) = (hidden(&page, "csrf"), hidden(&page, "form_id"));
        let mut all = vec![("csrf", csrf.as_str()), ("form_id", form_id.as_str())];
        all.extend(fields);
        let request = self.client.post(self.portal.url(path)).form(&all);
        let request = request.header("accept", "text/html");
        let (status, headers, _) = self.ask(request, path).await;
        // The form again, as it was filled in, the code aside, for its sender alone.
        if status != 303 && headers["cache-control"] == "no-store" {
            let answer = self.answers.last_mut().unwrap();
            for (name, typed) in fields.iter().filter(|(name, _)| *name != "code") {
                answer.forget(&format!("name=\"{name}\" value=\"{typed}\""));
            }
        }
        let location = headers.get("location");
        (
            status,
            location.map_or("", |to| to.to_str().unwrap()).to_owned(),
        )
    }

    async fn file(&mut self, filing_type: &str, persons: [usize; 2]) -> String {
        let filed = self.post("/api/orders", order(filing_type, persons)).await;
        let id = filed["id"].as_str().unwrap().to_owned();
        self.post(&format!("/api/orders/{id}/submit"), Value::Null)
            .await;
        id
    }

    async fn enter(&mut self, person: usize, code: &str, last_six: &str) -> Value {
        let entry = json!({ "mobile": mobile(person), "code": code, "id_last6": last_six });
        self.post("/api/verifications", entry).await["result"].clone()
    }

    async fn resend(&mut self, person: usize, last_six: &str) -> Value {
        let request = json!({ "mobile": mobile(person), "id_last6": last_six });
        self.post("/api/resends", request).await["result"].clone()
    }
}

fn hidden(page: &str, name: &str) -> String {
    let start = format!("name=\"{name}\" value=\"");
    let rest = page.rsplit_once(&start).map_or("", |(_, rest)| rest);
    rest.split('"').next().unwrap().to_owned()
}

fn person(person: usize) -> Value {
    support::person(mobile(person), PERSONS[person].1)
}

fn order(filing_type: &str, [leader, administrator]: [usize; 2]) -> Value {
    json!({
        "filing_type": filing_type, "province": "北京",
        "entity": { "name": "示例公司", "leader": person(leader) },
        "services": [{ "kind": "website", "name": "示例站", "administrator": person(administrator) }],
    })
}

/// Who brings the messages.
enum Phones {
    Sandbox,
    Gateway(Gateway),
}

impl Phones {
    /// The n-th code that a person got, once it is there.
    async fn code(&self, visitor: &mut Visitor<'_>, person: usize, n: usize) -> String {
        let what = format!("message {n} of person {person}");
        let visitor = tokio::sync::Mutex::new(visitor);
        eventually(&what, async || match self {
            Self::Gateway(gateway) => gateway
                .of(mobile(person))
                .get(n)
                .map(|got| got.code.clone()),
            Self::Sandbox => {
                let path = format!("/sandbox/messages?mobile={}", mobile(person));
                let (_, all) = visitor
                    .lock()
                    .await
                    .json(Method::GET, &path, &Value::Null)
                    .await;
                all.get(n)
                    .map(|message| code_in(message["text"].as_str().unwrap()))
            }
        })
        .await
    }
}

/// Orders of both kinds of filing, to each of their ends; the codes that were sent.
async fn run(visitor: &mut Visitor<'_>, phones: &Phones) -> BTreeSet<String> {
    let mut codes = BTreeSet::new();
    by_the_api(visitor, phones, &mut codes).await;
    by_the_forms(visitor, phones, &mut codes).await;
    returned_and_withdrawn(visitor, phones, &mut codes).await;
    refused(visitor, &codes).await;
    for path in [
        "/",
        "/console",
        "/regulator/verification",
        "/nothing",
        "/metrics",
        "/openapi.json",
        "/api/orders",
    ] {
        visitor.page(path).await;
    }
    codes
}

/// Wrong entries, a resend, everybody verifies.
async fn by_the_api(visitor: &mut Visitor<'_>, phones: &Phones, codes: &mut BTreeSet<String>) {
    let sandbox = matches!(phones, Phones::Sandbox);
    let id = visitor.file("initial", [0, 1]).await;
    let code = phones.code(visitor, 0, 0).await;
    assert_eq!(
        visitor.enter(0, &wrong(&code, 0), last_six(0)).await,
        "not_found"
    );
    assert_eq!(visitor.enter(0, &code, last_six(1)).await, "not_found");
    assert_eq!(visitor.resend(0, last_six(1)).await, "nothing_pending");
    codes.insert(code);
    if sandbox {
        // The webhook's clock is the real one: its pause isn't waited for.
        visitor
            .post("/sandbox/clock", json!({ "advance_seconds": 61 }))
            .await;
        assert_eq!(visitor.resend(0, last_six(0)).await, "accepted");
    } else {
        assert_eq!(visitor.resend(0, last_six(0)).await, "too_soon");
    }
    let code = phones.code(visitor, 0, usize::from(sandbox)).await;
    assert_eq!(
        visitor.enter(0, &code, last_six(0)).await,
        "waiting_for_others"
    );
    codes.insert(code);
    let code = phones.code(visitor, 1, 0).await;
    assert_eq!(visitor.enter(1, &code, last_six(1)).await, "all_verified");
    assert_eq!(visitor.enter(1, &code, last_six(1)).await, "not_found");
    codes.insert(code);
    visitor.page(&format!("/console/orders/{id}")).await;
    visitor
        .json(Method::GET, &format!("/api/orders/{id}"), &Value::Null)
        .await;
}

async fn by_the_forms(visitor: &mut Visitor<'_>, phones: &Phones, codes: &mut BTreeSet<String>) {
    let (shown, sent) = ("/console/orders/new?type=initial", "/console/orders");
    for spoilt in 0..3 {
        let (status, _) = visitor.form(shown, sent, &by_a_wrong_form(spoilt)).await;
        assert_eq!(status, 422);
    }
    let filed = visitor.form(shown, sent, &by_form([2, 3])).await;
    assert_eq!(filed.0, 303);
    let page = filed.1;
    visitor.form(&page, &format!("{page}/submit"), &[]).await;
    for person in [2, 3] {
        let code = phones.code(visitor, person, 0).await;
        for typed in [&wrong(&code, 7), &code] {
            let entry = [
                ("mobile", mobile(person)),
                ("code", typed),
                ("last_six", last_six(person)),
            ];
            let (status, _) = visitor
                .form("/regulator/verification", "/regulator/verification", &entry)
                .await;
            assert_eq!(status, 200);
        }
        let request = [("mobile", mobile(person)), ("last_six", last_six(person))];
        visitor
            .form("/regulator/resend", "/regulator/resend", &request)
            .await;
        codes.insert(code);
    }
    assert!(visitor.page(&page).await.contains("管局审核中"));
}

/// Returned by wrong entries, submitted again, withdrawn.
async fn returned_and_withdrawn(
    visitor: &mut Visitor<'_>,
    phones: &Phones,
    codes: &mut BTreeSet<String>,
) {
    let id = visitor.file("add_service", [0, 3]).await;
    let code = phones.code(visitor, 3, 1).await;
    for n in 0..6 {
        assert_eq!(
            visitor.enter(3, &wrong(&code, n), last_six(3)).await,
            "not_found"
        );
    }
    codes.insert(code);
    let returned = visitor
        .json(Method::GET, &format!("/api/orders/{id}"), &Value::Null)
        .await
        .1;
    assert_eq!(returned["status"], "returned");
    visitor
        .post(&format!("/api/orders/{id}/resubmit"), Value::Null)
        .await;
    codes.insert(phones.code(visitor, 3, 2).await);
    visitor
        .post(&format!("/api/orders/{id}/withdraw"), Value::Null)
        .await;
}

/// What was sent isn't repeated, wherever in the body it stands.
async fn refused(visitor: &mut Visitor<'_>, codes: &BTreeSet<String>) {
    let (number, id) = PERSONS[0];
    let mut refused = order("initial", [0, 1]);
    refused["entity"]["leader"]["id_document"]["number"] = format!("{id}#").into();
    refused["services"][0]["administrator"]["id_document"] = PERSONS[1].1.into();
    let mut filings = vec![refused.clone()];
    refused["services"] = order("initial", [0, 1])["services"].clone();
    filings.extend([refused, json!({ id: number }), json!([id]), id.into()]);
    for filing in filings {
        let (status, _) = visitor.json(Method::POST, "/api/orders", &filing).await;
        assert!((400..500).contains(&status), "{filing}");
    }
    let entry =
        json!({ "mobile": number, "code": format!("{}9", codes.first().unwrap()), "id_last6": id });
    assert_eq!(
        visitor
            .json(Method::POST, "/api/verifications", &entry)
            .await
            .0,
        422
    );
}

fn by_form([leader, administrator]: [usize; 2]) -> Vec<(&'static str, &'static str)> {
    vec![
        ("filing_type", "initial"),
        ("action", "file"),
        ("province", "beijing"),
        ("entity.name", "示例公司"),
        ("entity.leader.name", "张三"),
        ("entity.leader.mobile", mobile(leader)),
        ("entity.leader.id_document.kind", "passport"),
        ("entity.leader.id_document.number", PERSONS[leader].1),
        ("services[0].kind", "website"),
        ("services[0].name", "示例站"),
        ("services[0].administrator.name", "李四"),
        ("services[0].administrator.mobile", mobile(administrator)),
        ("services[0].administrator.id_document.kind", "passport"),
        (
            "services[0].administrator.id_document.number",
            PERSONS[administrator].1,
        ),
    ]
}

/// Refused for a name that is missing, for an ID of the wrong kind, for what stands in the wrong field.
fn by_a_wrong_form(spoilt: usize) -> Vec<(&'static str, &'static str)> {
    let mut fields = by_form([2, 3]);
    let (field, wrong) = [
        ("entity.leader.name", ""),
        ("entity.leader.id_document.kind", "resident_id_card"),
        ("entity.leader.mobile", PERSONS[2].1),
    ][spoilt];
    for (name, typed) in &mut fields {
        if *name == field {
            *typed = wrong;
        }
    }
    fields
}

// ---- what is left of it

/// Runs a portal to its end, and says what was found where.
async fn left_behind(database: &Database, webhook: bool) -> Vec<String> {
    let (phones, sms) = if webhook {
        let (gateway, option) = Gateway::start().await;
        (Phones::Gateway(gateway), option)
    } else {
        (Phones::Sandbox, "sandbox".to_owned())
    };
    let options = ["--log", "debug", "--sms", &sms, "--sms-delay", "0s"];
    let mut portal = Portal::start(database, &options);
    let mut visitor = Visitor::new(&portal);
    let codes = run(&mut visitor, &phones).await;
    assert!(codes.len() >= 6, "{codes:?}");
    let answers = visitor.answers;
    portal.kill();

    let log = fs::read(database.folder.path("log")).unwrap();
    assert!(log.len() > 1_000, "it logs");
    let mut told = answers;
    told.push(Trace::new("standard error", log));
    told.push(Trace::new("standard output", portal.output()));
    let mut dumps = dump(database, webhook).await;
    dumps.extend(sessions(database).await);
    let mut found = Vec::new();
    for trace in &told {
        found.extend(trace.mobiles());
    }
    for trace in told.iter().chain(&dumps) {
        found.extend(trace.codes(&codes));
        found.extend(trace.ids());
    }
    for file in files(database) {
        found.extend(file.ids());
        // Bytes of the handsets lie among the others there; the dump tells them apart.
        if webhook {
            found.extend(file.codes(&codes));
        }
    }
    found
}

/// Every file of the database, with what was deleted and what isn't checkpointed.
fn files(database: &Database) -> Vec<Trace> {
    let all = fs::read_dir(&database.folder.0)
        .unwrap()
        .map(|file| file.unwrap().path());
    let files = all.filter(|path| path.to_str().unwrap().contains("portal.db"));
    let files: Vec<_> = files
        .map(|path| Trace::new(path.display().to_string(), fs::read(&path).unwrap()))
        .collect();
    assert!(!files.is_empty() || database.is_postgres());
    files
}

/// Every value of every table, without the handsets, which only the sandbox may have.
async fn dump(database: &Database, webhook: bool) -> Vec<Trace> {
    if database.is_postgres() {
        let mut command = Command::new("pg_dump");
        command.args(["--inserts", "--dbname", database.address()]);
        if !webhook {
            command.arg(format!("--exclude-table-data={HANDSETS}"));
        }
        let output = command.output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success() && output.stdout.len() > 10_000,
            "{errors}"
        );
        return vec![Trace::new("pg_dump", output.stdout)];
    }
    let mut connection = SqliteConnection::connect(database.address()).await.unwrap();
    let tables = "select name from sqlite_schema where type = 'table' order by name";
    let mut traces = Vec::new();
    for table in connection.fetch_all(tables).await.unwrap() {
        let table: String = table.get(0);
        let columns = sqlx::query_scalar("select name from pragma_table_info($1)").bind(&table);
        let columns: Vec<String> = columns.fetch_all(&mut connection).await.unwrap();
        let quoted: Vec<_> = columns
            .iter()
            .map(|name| format!("quote(\"{name}\")"))
            .collect();
        let select = format!("select {} from \"{table}\"", quoted.join(" || ',' || "));
        let rows = sqlx::query_scalar(sqlx::AssertSqlSafe(select));
        let rows: Vec<String> = rows.fetch_all(&mut connection).await.unwrap();
        if table == HANDSETS {
            assert_eq!(
                rows.is_empty(),
                webhook,
                "codes lie there in the sandbox alone"
            );
        } else {
            traces.push(Trace::new(format!("table {table}"), rows.join("\n")));
        }
    }
    assert!(traces.len() >= 7);
    traces
}

/// Every stored session, unpacked: where bytes are all that is seen, a number can hide.
async fn sessions(database: &Database) -> Vec<Trace> {
    sqlx::any::install_default_drivers();
    let mut connection = AnyConnection::connect(database.address()).await.unwrap();
    let snapshots = sqlx::query_scalar("select snapshot from beian_session");
    let snapshots: Vec<Vec<u8>> = snapshots.fetch_all(&mut connection).await.unwrap();
    let unpacked = |stored: &Vec<u8>| {
        let session: Session = postcard::from_bytes(stored).unwrap();
        let nothing_else = postcard::to_allocvec(&session).unwrap() == *stored;
        assert!(nothing_else, "bytes that belong to nothing");
        Trace::new("a session", serde_json::to_string(&session).unwrap())
    };
    assert!(snapshots.len() >= 4);
    snapshots.iter().map(unpacked).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_11_attack_12_a_sandbox_on_sqlite_keeps_codes_on_its_handsets_alone() {
    let found = left_behind(&Database::sqlite(), false).await;
    assert!(found.is_empty(), "{found:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_11_attack_12_behind_a_webhook_sqlite_keeps_no_code_and_no_id() {
    let found = left_behind(&Database::sqlite(), true).await;
    assert!(found.is_empty(), "{found:#?}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: BEIAN_POSTGRES"]
async fn attack_11_attack_12_a_sandbox_on_postgres_keeps_codes_on_its_handsets_alone() {
    let database = Database::postgres().await;
    let found = left_behind(&database, false).await;
    assert!(found.is_empty(), "{found:#?}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: BEIAN_POSTGRES"]
async fn attack_11_attack_12_behind_a_webhook_postgres_keeps_no_code_and_no_id() {
    let database = Database::postgres().await;
    let found = left_behind(&database, true).await;
    assert!(found.is_empty(), "{found:#?}");
}

/// What was scanned is the most that it logs: what libraries say of every byte can't be turned on.
#[test]
fn attack_12_no_log_is_finer_than_the_one_that_was_scanned() {
    let refused = |arguments: &[&str], variable: (&str, &str)| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_portal"));
        let ran = command
            .args(arguments)
            .env(variable.0, variable.1)
            .output()
            .unwrap();
        assert_eq!(ran.status.code(), Some(2));
        String::from_utf8(ran.stderr).unwrap()
    };
    let finer = "--log <LEVEL>: expected one of error, warn, info, debug\n";
    let said = refused(&["--log", "trace"], ("PORTAL_LOG", "info"));
    assert!(said.contains(finer), "{said}");
    assert!(refused(&[], ("PORTAL_LOG", "trace")).contains(finer));
}

/// The scan is worth something: whatever form a secret has, it is found, and chance is not.
#[test]
fn attack_11_attack_12_the_scan_finds_what_is_planted() {
    let codes = BTreeSet::from(["042137".to_owned(), "271828".to_owned()]);
    let found = |text: &str| {
        let trace = Trace::new("here", text);
        (
            trace.codes(&codes).len(),
            trace.ids().len(),
            trace.mobiles().len(),
        )
    };
    for text in [
        "the code is 042137",
        "code271828.",
        "insert into x values (271828);",
        "{\"n\":271828}",
        "323731383238",
        "MjcxODI4",
        "'\\x00323731383238ffffffffff'",
    ] {
        assert_eq!(found(text), (1, 0, 0), "{text}");
    }
    let (mobile, id) = PERSONS[2];
    for text in [
        id,
        &id.to_lowercase(),
        &id[4..],
        &forms::hex(id.as_bytes()),
        &forms::base64(id.as_bytes()),
    ] {
        assert!(found(text).1 > 0, "{text}");
    }
    assert_eq!(found(&format!("to +86{mobile}")), (0, 0, 1));
    for text in [
        "\"at\":\"2026-11-25T08:43:53.271828Z\"",
        "1764060042137123",
        "9f3b271828ab4c0d9f3b271828ab4c0d",
        "\"micros\":271828,",
        "199****8453",
    ] {
        assert_eq!(found(text), (0, 0, 0), "{text}");
    }
}

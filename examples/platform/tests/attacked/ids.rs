//! P5: ID numbers at rest.

use std::{fs, sync::Arc};

use md5::Md5;
use reqwest::Method;
use serde_json::{Value, json};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};
use sqlx::{Connection as _, Executor as _, Row as _, SqliteConnection};

use crate::{
    forms,
    support::{
        Database, Persons, Platform, Portal, eventually, id_of, initial, output, stand_in::StandIn,
        token_of,
    },
};

/// Of nobody, and so that no chance brings them about. The third is a resident's, of a region that isn't.
const IDS: [&str; 3] = ["EQ7K9QXZ4W", "EJ3V8TMP6Y", "990000199912319990"];

fn order(leader: &str, administrator: &str) -> Value {
    let mut order = initial();
    order["entity"]["leader"]["id_document"]["number"] = leader.into();
    order["services"][0]["administrator"]["id_document"]["number"] = administrator.into();
    order
}

/// Every form in which a number could lie somewhere: as it is, reversed, in hex and base64; its hashes, and those
/// of its last six.
fn forms_of(id: &str) -> Vec<Vec<u8>> {
    let reversed: String = id.chars().rev().collect();
    let mut all = Vec::new();
    for text in [id, &id.to_lowercase(), &reversed] {
        all.extend(forms::of_text(text));
    }
    for text in [id, &id.to_lowercase(), &id[id.len() - 6..]] {
        for hash in [
            Sha256::digest(text).to_vec(),
            Sha1::digest(text).to_vec(),
            Md5::digest(text).to_vec(),
        ] {
            all.push(forms::hex(&hash).into_bytes());
            all.push(forms::hex(&hash).to_uppercase().into_bytes());
            all.push(forms::base64(&hash).into_bytes());
            all.push(hash);
        }
    }
    all
}

fn holds_one(bytes: &[u8], forms: &[Vec<u8>]) -> bool {
    forms.iter().any(|form| forms::holds(bytes, form))
}

/// Every file of the platform but its keys, and every value of its tables.
async fn left(database: &Database) -> Vec<(String, Vec<u8>)> {
    let mut left = Vec::new();
    for file in fs::read_dir(&database.folder.0).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.extension().is_none_or(|extension| extension != "key") {
            // One that is gone by now, such as a probe of the disk, holds nothing.
            if let Ok(bytes) = fs::read(path) {
                left.push((name, bytes));
            }
        }
    }
    left.extend(dump(database).await);
    left
}

async fn dump(database: &Database) -> Vec<(String, Vec<u8>)> {
    let mut connection = SqliteConnection::connect(database.address()).await.unwrap();
    let tables = "select name from sqlite_schema where type = 'table' order by name";
    let mut dump = Vec::new();
    for table in connection.fetch_all(tables).await.unwrap() {
        let table: String = table.get(0);
        let columns = sqlx::query_scalar("select name from pragma_table_info($1)").bind(&table);
        let columns: Vec<String> = columns.fetch_all(&mut connection).await.unwrap();
        let quoted: Vec<_> = columns
            .iter()
            .map(|it| format!("quote(\"{it}\")"))
            .collect();
        let select = format!("select {} from \"{table}\"", quoted.join(" || ',' || "));
        let rows = sqlx::query_scalar(sqlx::AssertSqlSafe(select));
        let rows: Vec<String> = rows.fetch_all(&mut connection).await.unwrap();
        dump.push((format!("table {table}"), rows.join("\n").into_bytes()));
    }
    dump
}

async fn seals(database: &Database) -> Vec<(String, i64, Vec<u8>)> {
    let mut connection = SqliteConnection::connect(database.address()).await.unwrap();
    let rows = "select id, key_number, sealed from sealed_id order by id";
    let rows = connection.fetch_all(rows).await.unwrap();
    rows.iter()
        .map(|row| (row.get(0), row.get(1), row.get(2)))
        .collect()
}

/// Ways of an order, with everything that is refused on it.
async fn run(platform: &Platform, answers: &mut Vec<(String, Vec<u8>)>) {
    let key = [("idempotency-key", "the first")];
    let first = order(IDS[0], IDS[1]);
    let mut keep = |path: &str, answer: &Value| {
        answers.push((format!("answer of {path}"), answer.to_string().into_bytes()));
    };
    for _ in 0..2 {
        let request = platform.request(Method::POST, "/api/orders", None);
        let request = request
            .header(key[0].0, key[0].1)
            .header("content-type", "application/json");
        let answer = request.body(first.to_string()).send().await.unwrap();
        assert_eq!(answer.status(), 201);
        keep("/api/orders", &answer.text().await.unwrap().into());
    }
    let (_, list) = platform.get("/api/orders").await;
    keep("/api/orders", &list);
    let id = id_of(&list["items"][0]);
    let link = token_of(&list["items"][0]["link"]);
    let path = format!("/api/orders/{id}");
    keep("form", &platform.get(&format!("{path}/form")).await.1);
    // Refused: of the wrong kind, too long, in the wrong place, in another key.
    let mut wrong = first.clone();
    wrong["entity"]["leader"]["id_document"]["kind"] = "resident_id_card".into();
    keep("wrong kind", &platform.put(&path, &wrong).await.1);
    wrong["entity"]["leader"]["id_document"] =
        json!({ "kind": "passport", "number": format!("{}#", IDS[0]) });
    keep("wrong number", &platform.put(&path, &wrong).await.1);
    wrong["entity"]["leader"]["id_document"] = IDS[0].into();
    keep("wrong place", &platform.post("/api/orders", &wrong).await.1);
    wrong["entity"]["leader"] = json!({ IDS[1]: IDS[0] });
    keep("wrong name", &platform.post("/api/orders", &wrong).await.1);
    wrong["entity"]["leader"] = first["entity"]["leader"].clone();
    wrong["entity"]["leader"]["mobile"] = IDS[0].into();
    keep("wrong field", &platform.post("/api/orders", &wrong).await.1);
    keep(
        "search",
        &platform.get(&format!("/api/orders?q={}", IDS[0])).await.1,
    );
    let mut resident = first.clone();
    resident["entity"]["leader"]["id_document"] =
        json!({ "kind": "resident_id_card", "number": IDS[2] });
    keep("a resident", &platform.put(&path, &resident).await.1);
    // Changed by the customer, IDs left out.
    let mut changed = first.clone();
    changed["entity"]["name"] = "示例二公司".into();
    for person in ["/entity/leader", "/services/0/administrator"] {
        changed
            .pointer_mut(person)
            .unwrap()
            .as_object_mut()
            .unwrap()
            .remove("id_document");
    }
    let (status, answer) = platform
        .ask(Method::PUT, &path, Some(&link), Some(&changed))
        .await;
    assert_eq!(status, 200, "{answer}");
    keep("changed", &answer);
    platform.accept(&id).await;
    keep("submitted", &platform.until(&id, "sms_verification").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_p5_no_id_number_lies_about() {
    let portal = Portal::start();
    let platform = Platform::with(&["--regulator", &portal.url(), "--log", "debug"]);
    let mut traces = Vec::new();
    run(&platform, &mut traces).await;
    // What was uploaded has them.
    assert_eq!(portal.regulator().orders().await.len(), 1);
    assert_eq!(seals(&platform.database).await.len(), 2);
    let database = Arc::clone(&platform.database);
    drop(platform);
    assert!(database.log().len() > 1_000, "it logs");
    traces.extend(left(&database).await);
    for id in IDS {
        let forms = forms_of(id);
        for (place, bytes) in &traces {
            assert!(!holds_one(bytes, &forms), "{place} holds {id}");
        }
    }
}

/// Of an order everything else is in clear: who reads the database could try every number against a hash of all
/// that was sent.
#[tokio::test(flavor = "multi_thread")]
async fn attack_p5_what_was_sent_is_not_kept_as_a_bare_hash() {
    let platform = Platform::with(&["--regulator", "hand"]);
    let body = order(IDS[0], IDS[1]).to_string();
    let request = platform.request(Method::POST, "/api/orders", None);
    let request = request
        .header("idempotency-key", "once")
        .header("content-type", "application/json");
    assert_eq!(
        request.body(body.clone()).send().await.unwrap().status(),
        201
    );
    let hashes = [
        Sha256::digest(&body).to_vec(),
        Sha1::digest(&body).to_vec(),
        Md5::digest(&body).to_vec(),
    ];
    let database = Arc::clone(&platform.database);
    drop(platform);
    for (place, bytes) in left(&database).await {
        for hash in &hashes {
            let in_hex = [forms::hex(hash), forms::hex(hash).to_uppercase()];
            let forms = [
                hash.clone(),
                in_hex[0].clone().into(),
                in_hex[1].clone().into(),
            ];
            assert!(
                !holds_one(&bytes, &forms),
                "{place} holds a hash of the body"
            );
        }
    }
}

/// The scan is worth something.
#[test]
fn attack_p5_the_scan_finds_what_is_planted() {
    let forms = forms_of(IDS[0]);
    let planted = [
        IDS[0].to_owned(),
        IDS[0].to_lowercase(),
        "W4ZXQ9K7QE".to_owned(),
        forms::hex(IDS[0].as_bytes()),
        forms::base64(IDS[0].as_bytes()),
        forms::hex(&Sha256::digest(IDS[0])),
        forms::hex(&Md5::digest("9QXZ4W")).to_uppercase(),
        forms::base64(&Sha1::digest("9QXZ4W")),
    ];
    for text in planted {
        assert!(holds_one(format!("x{text}y").as_bytes(), &forms), "{text}");
    }
    assert!(!holds_one(b"E*********, EJ3V8TMP6Y", &forms));
}

/// A seal in another row opens nothing: the order isn't handed in with somebody else's number, and can be mended.
#[tokio::test(flavor = "multi_thread")]
async fn attack_p5_a_moved_seal_does_not_open() {
    let regulator = StandIn::start().await;
    let url = regulator.url();
    let mut platform = Platform::with(&["--regulator", &url]);
    let [one, other] = [(IDS[0], IDS[1]), ("E12345678", "E87654321")].map(|(a, b)| order(a, b));
    let one = id_of(&platform.file(&one).await);
    let other_form = other;
    let other = id_of(&platform.file(&other_form).await);
    let database = Arc::clone(&platform.database);
    platform.host.kill();
    // Each order's get into the rows of the other.
    for (moved, text) in [("moved_from", "asc"), ("moved_to", "desc")] {
        let rows = format!(
            "create table {moved} as select id, sealed, row_number() over \
                            (order by filing_order {text}, id) as place from sealed_id"
        );
        database.execute(&rows).await;
    }
    let swap = "update sealed_id set sealed = (select moved_to.sealed from moved_to join moved_from \
                on moved_to.place = moved_from.place where moved_from.id = sealed_id.id)";
    database.execute(swap).await;
    platform = platform.again();
    for id in [&one, &other] {
        platform.accept(id).await;
    }
    eventually("nothing is said", async || {
        let log = platform.log();
        (log.matches("a sealed ID doesn't open").count() >= 2).then_some(())
    })
    .await;
    assert_eq!(regulator.seen().len(), 0, "handed in all the same");
    // Others go on, and nothing is tried over and over.
    let third = platform.submitted(&Persons::new(5).order("initial")).await;
    assert_eq!(third["status"], "sms_verification");
    let said = platform.log().matches("doesn't open").count();
    assert!(said < 20, "{said} times");
    assert!(!platform.log().contains("panicked"));
    // It never left: staff give it back, and the customer types the numbers again.
    let (status, answer) = platform.give_back(&other).await;
    assert_eq!(status, 200, "{answer}");
    let path = format!("/api/orders/{other}");
    let (status, form) = platform.get(&format!("{path}/form")).await;
    assert_eq!(status, 200);
    let (status, answer) = platform.put(&path, &form).await;
    assert_eq!(status, 422, "without the numbers: {answer}");
    let (status, answer) = platform.put(&path, &other_form).await;
    assert_eq!(status, 200, "{answer}");
    platform.accept(&other).await;
    platform.until(&other, "sms_verification").await;
    let seen = regulator.seen();
    assert!(seen.iter().any(|it| it.body.contains("E12345678")));
    assert!(!seen.iter().any(|it| it.body.contains(IDS[0])));
}

fn add_key(database: &Database, number: u32, byte: &str) {
    let text = fs::read_to_string(database.key_file()).unwrap();
    let text = format!("{text}seal {number} {}\n", byte.repeat(32));
    fs::write(database.key_file(), text).unwrap();
}

fn remove_key(database: &Database, number: u32) {
    let text = fs::read_to_string(database.key_file()).unwrap();
    let start = format!("seal {number} ");
    let kept = text.lines().filter(|line| !line.starts_with(&start));
    let kept: Vec<_> = kept.collect();
    fs::write(database.key_file(), kept.join("\n") + "\n").unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_p5_the_key_rotates() {
    let regulator = StandIn::start().await;
    let url = regulator.url();
    let options = ["--regulator", url.as_str(), "--log", "info"];
    let mut platform = Platform::with(&options);
    let mut orders = Vec::new();
    for n in 0..60 {
        orders.push(id_of(
            &platform.file(&Persons::new(n).order("initial")).await,
        ));
    }
    let link = token_of(&platform.order(&orders[0]).await["link"]);
    let database = Arc::clone(&platform.database);
    platform.host.kill();
    // One of them is broken, and holds no other up.
    let (broken, ..) = &seals(&database).await[0];
    database
        .execute(&format!(
            "update sealed_id set sealed = zeroblob(136) where id = '{broken}'"
        ))
        .await;
    add_key(&database, 2, "5a");
    platform = platform.again();
    eventually("not all are sealed anew", async || {
        let seals = seals(&database).await;
        assert_eq!(seals.len(), 120);
        let old = seals.iter().filter(|(_, key, _)| *key == 1).count();
        (old == 1).then_some(())
    })
    .await;
    platform.host.kill();
    database
        .execute(&format!("delete from sealed_id where id = '{broken}'"))
        .await;
    platform = platform.again();
    // What the comment of the file promises.
    eventually("the log doesn't say so", async || {
        platform.log().contains("seal 1").then_some(())
    })
    .await;
    platform.host.kill();
    remove_key(&database, 1);
    platform = platform.again();
    let mut uploaded = 0;
    for id in &orders {
        platform.accept(id).await;
    }
    for id in &orders {
        let order = eventually("nothing becomes of it", async || {
            let order = platform.order(id).await;
            (order["status"] == "sms_verification" || platform.log().contains(id)).then_some(order)
        });
        uploaded += usize::from(order.await["status"] == "sms_verification");
    }
    assert!(uploaded >= 59, "{uploaded}");
    let seen = regulator.seen();
    let numbers = ["E12345678", "E87654321"];
    let filings = seen.iter().filter(|it| it.path == "/api/orders");
    assert!(
        filings
            .clone()
            .all(|it| numbers.iter().all(|id| it.body.contains(id)))
    );
    // Links are signed with another key: they stay.
    let path = format!("/api/orders/{}", orders[0]);
    assert_eq!(
        platform.ask(Method::GET, &path, Some(&link), None).await.0,
        200
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_p5_a_lost_key_is_said_at_the_start() {
    let mut platform = Platform::with(&["--regulator", "hand"]);
    platform.file(&initial()).await;
    let database = Arc::clone(&platform.database);
    platform.host.kill();
    let key = database.key_file();
    let first = fs::read_to_string(&key).unwrap();
    let refused = || {
        let output = output(&database, &["--regulator", "hand"]);
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{text}");
        assert_eq!(text.lines().count(), 1, "{text}");
        assert!(text.contains("--key-file: lacks"), "{text}");
        assert!(output.stdout.is_empty());
    };
    // Lost: another is made, of the same number.
    fs::remove_file(&key).unwrap();
    refused();
    // Another number, or another key under the number.
    fs::write(&key, first.replace("seal 1 ", "seal 2 ")).unwrap();
    refused();
    add_key(&database, 3, "5a");
    refused();
    // The current one is there, and an older one isn't, with which something is still sealed.
    fs::write(&key, &first).unwrap();
    database
        .execute("update sealed_id set key_number = 7")
        .await;
    refused();
    database
        .execute("update sealed_id set key_number = 1")
        .await;
    // With it all goes on.
    fs::write(&key, &first).unwrap();
    let platform = platform.again();
    assert_eq!(platform.get("/api/orders").await.0, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_p5_ids_are_gone_when_the_order_is_over() {
    let platform = Platform::with(&["--regulator", "hand"]);
    let database = Arc::clone(&platform.database);
    let count = async || seals(&database).await.len();
    // Withdrawn.
    let id = id_of(&platform.file(&order(IDS[0], IDS[1])).await);
    assert_eq!(count().await, 2);
    assert_eq!(platform.step(&id, "withdraw").await.0, 200);
    assert_eq!(count().await, 0);
    // Approved.
    let id = id_of(&platform.file(&order(IDS[0], IDS[1])).await);
    platform.accept(&id).await;
    for status in ["waiting", "done"] {
        let (code, answer) = platform
            .report(&id, &json!({ "kind": "regulator", "status": status }))
            .await;
        assert_eq!(code, 200, "{answer}");
        assert_eq!(count().await, 2);
    }
    let path = format!("/api/orders/{id}/decide");
    assert_eq!(
        platform.post(&path, &json!({ "approved": true })).await.0,
        200
    );
    assert_eq!(count().await, 0);
    // Changed: the old number goes.
    let id = id_of(&platform.file(&order(IDS[0], IDS[1])).await);
    let before = seals(&database).await;
    let path = format!("/api/orders/{id}");
    assert_eq!(
        platform.put(&path, &order("E12345678", IDS[1])).await.0,
        200
    );
    let after = seals(&database).await;
    let kept = after.iter().filter(|seal| before.contains(seal)).count();
    assert_eq!((after.len(), kept), (2, 1));
    // Returned isn't over.
    assert_eq!(platform.give_back(&id).await.0, 200);
    assert_eq!(count().await, 2);
}

/// A backup with the database and without the key file opens nothing.
#[tokio::test(flavor = "multi_thread")]
async fn attack_p5_a_backup_without_the_key_tells_nothing() {
    let platform = Platform::with(&["--regulator", "hand"]);
    platform.file(&order(IDS[0], IDS[1])).await;
    let database = Arc::clone(&platform.database);
    let backup = database.folder.path("backup.db");
    database.execute(&format!("vacuum into '{backup}'")).await;
    drop(platform);
    let bytes = fs::read(&backup).unwrap();
    for id in IDS {
        assert!(!holds_one(&bytes, &forms_of(id)), "{id}");
    }
    // Two numbers that are the same aren't seen to be: nor are their lengths.
    let platform = Platform::on(Arc::clone(&database), &["--regulator", "hand"]);
    platform.file(&order(IDS[0], "E12345678")).await;
    let seals = seals(&database).await;
    let length = seals[0].2.len();
    assert!(seals.iter().all(|(.., sealed)| sealed.len() == length));
    for (n, (.., one)) in seals.iter().enumerate() {
        for (.., other) in &seals[..n] {
            assert!(one[..24] != other[..24] && one[24..] != other[24..]);
        }
    }
}

//! The two halves, one against the other: whole programs over HTTP. Orders of all types, 98 of them or as many as
//! `BEIAN_ORDERS` says, go from a platform through a portal, while both are killed and started again and the gateway refuses and defers. At
//! the end both say the same of every order, each submission was filed once, and nobody got two codes for one
//! round.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a panic is how a test fails"
)]

mod support;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use reqwest::Method;
use serde_json::{Value, json};
use sqlx::{AnyConnection, Connection as _, Row as _};
use support::{Database, LAST_SIX, Persons, Platform, Portal, person, wrong};

/// What becomes of an order in SMS verification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// Everybody verifies.
    Verified,
    /// After a resend.
    Resent,
    /// Nobody does.
    Forgotten,
    /// All but one do.
    Half,
    /// Somebody guesses, until they are locked.
    Locked,
    /// Nobody does, and all do in a second round of the unchanged order.
    Again,
    /// Nobody does, and the order is changed: a new one there.
    Changed,
}

const FATES: [Fate; 7] = [
    Fate::Verified,
    Fate::Resent,
    Fate::Forgotten,
    Fate::Half,
    Fate::Locked,
    Fate::Again,
    Fate::Changed,
];

const TYPES: [&str; 7] = [
    "initial",
    "add_service",
    "add_access",
    "modify",
    "deregister_entity",
    "deregister_service",
    "cancel_access",
];

/// An order, and what becomes of it.
#[derive(Debug, Clone)]
struct Filed {
    n: u32,
    id: String,
    fate: Fate,
}

impl Filed {
    fn persons(&self) -> Persons {
        Persons::new(self.n)
    }
}

fn order(n: u32) -> Value {
    let kind = TYPES[n as usize % TYPES.len()];
    let mut order = Persons::new(n).order(kind);
    order["entity"]["name"] = format!("示例公司{n}").into();
    match kind {
        "modify" => order["changes"] = json!(["entity", "service"]),
        "add_access" => order["services"][0]["access"] = "unchanged".into(),
        "deregister_entity" => order["services"] = json!([]),
        _ => {}
    }
    order
}

/// Both programs, to be killed now and then.
struct Both {
    platform: Platform,
    portal: Portal,
    kills: u32,
}

impl Both {
    fn start() -> Self {
        let portal = Portal::with(&["--sms-delay", "0s"]);
        let url = portal.url();
        let options = ["--regulator", &url, "--quiet-hours", "none"];
        Self {
            platform: Platform::on(Arc::new(Database::file("platform")), &options),
            portal,
            kills: 0,
        }
    }

    /// One of the two, by turns, or both.
    fn kill(mut self) -> Self {
        self.kills += 1;
        if !self.kills.is_multiple_of(3) {
            self.portal = self.portal.again();
        }
        if !self.kills.is_multiple_of(2) {
            self.platform = self.platform.again();
        }
        self
    }

    async fn gateway(&self, mode: &str) {
        let mode = json!({ "mode": mode });
        let path = "/sandbox/gateway";
        self.portal
            .regulator()
            .ask(Method::POST, path, Some(&mode))
            .await;
    }

    /// All of the platform's orders, by id.
    async fn orders(&self) -> BTreeMap<String, Value> {
        let (mut orders, mut after) = (BTreeMap::new(), String::new());
        loop {
            let (status, page) = self
                .platform
                .get(&format!("/api/orders?limit=200{after}"))
                .await;
            assert_eq!(status, 200, "{page}");
            for order in page["items"].as_array().unwrap() {
                orders.insert(order["id"].as_str().unwrap().to_owned(), order.clone());
            }
            match page["next"].as_str() {
                Some(next) => after = format!("&after={next}"),
                None => return orders,
            }
        }
    }

    /// Whether an order is in one of these.
    async fn any_in(&self, statuses: &[&str]) -> bool {
        for status in statuses {
            let path = format!("/api/orders?status={status}&limit=1");
            let (_, page) = self.platform.get(&path).await;
            if !page["items"].as_array().unwrap().is_empty() {
                return true;
            }
        }
        false
    }

    /// Waits until nothing waits for its upload, while somebody pulls plugs.
    async fn uploaded(mut self, mut kills: u32) -> Self {
        for _ in 0..600 {
            let waits = ["awaiting_submission", "upload_failed"];
            if kills == 0 {
                if !self.any_in(&waits).await {
                    return self;
                }
                // A try that was cut off is made again after half a minute.
                self.platform.advance(31).await;
            }
            tokio::time::sleep(Duration::from_millis(150)).await;
            if kills > 0 {
                kills -= 1;
                self = self.kill();
            }
        }
        panic!("a minute and a half has passed, and some orders are not uploaded");
    }

    /// Time goes on for both.
    async fn advance(&self, hours: i64) {
        self.platform.advance(hours * 3600).await;
    }
}

/// What the people of an order do in a round; the codes that came are told with their numbers.
async fn act(both: &Both, filed: &Filed, order: &Value, codes: &BTreeMap<String, Vec<String>>) {
    let regulator = both.portal.regulator();
    let texted = order["tracker"]["persons"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let persons = filed.persons();
    let is_texted = |mobile: &str| {
        let masked = format!("{}****{}", &mobile[..3], &mobile[7..]);
        texted.iter().any(|person| person["mobile"] == masked)
    };
    let second_round = order["round"] == 2;
    let people = persons
        .0
        .iter()
        .zip(LAST_SIX)
        .filter(|(mobile, _)| is_texted(mobile));
    for (place, (mobile, last_six)) in people.enumerate() {
        let Some(code) = codes.get(mobile).and_then(|codes| codes.last()) else {
            continue;
        };
        let fate = if second_round {
            Fate::Verified
        } else {
            filed.fate
        };
        match fate {
            Fate::Forgotten | Fate::Again | Fate::Changed => {}
            Fate::Half if place == 0 => {}
            Fate::Verified | Fate::Half => {
                regulator.enter(mobile, code, last_six).await;
                let said = json!({ "kind": "passed", "mobile": mobile });
                assert_eq!(both.platform.report(&filed.id, &said).await.0, 200);
            }
            Fate::Resent => {
                let asked = json!({ "mobile": mobile, "id_last6": last_six });
                let asked = regulator
                    .ask(Method::POST, "/api/resends", Some(&asked))
                    .await;
                // Of what was put off until now a resend would be too soon.
                let accepted = asked["result"] == "accepted";
                if accepted {
                    let said = json!({ "kind": "resend_asked", "mobile": mobile });
                    assert_eq!(both.platform.report(&filed.id, &said).await.0, 200);
                }
                let sent = codes[mobile].len() - usize::from(!accepted);
                let newest = regulator.code(mobile, sent).await;
                regulator.enter(mobile, &newest, last_six).await;
            }
            Fate::Locked => {
                for n in 0..5 {
                    regulator.enter(mobile, &wrong(code, n), last_six).await;
                }
            }
        }
    }
}

/// The codes that came to each number, oldest first.
async fn codes(both: &Both) -> BTreeMap<String, Vec<String>> {
    let mut codes = BTreeMap::<String, Vec<String>>::new();
    let messages = both
        .portal
        .regulator()
        .ask(Method::GET, "/sandbox/messages", None)
        .await;
    for message in messages.as_array().unwrap() {
        let text = message["text"].as_str().unwrap();
        let to = message["to"].as_str().unwrap().trim_start_matches("+86");
        codes
            .entry(to.to_owned())
            .or_default()
            .push(support::code_in(text));
    }
    codes
}

/// What the platform knows of each order and doesn't tell: what the portal calls it.
async fn called(database: &Database) -> BTreeMap<String, String> {
    sqlx::any::install_default_drivers();
    let mut connection = AnyConnection::connect(database.address()).await.unwrap();
    let rows = sqlx::query("select data from filing_order")
        .fetch_all(&mut connection)
        .await;
    let mut called = BTreeMap::new();
    for row in rows.unwrap() {
        let data: Value = serde_json::from_str(row.get::<&str, _>(0)).unwrap();
        if let Some(name) = data["upload"]["regulator_id"].as_str() {
            called.insert(data["id"].as_str().unwrap().to_owned(), name.to_owned());
        }
    }
    called
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_p4_platform_and_portal_agree_on_every_order_however_often_they_die() {
    let count = std::env::var("BEIAN_ORDERS").map_or(98, |count| count.parse().unwrap());
    let mut both = Both::start();
    let mut filed = Vec::new();
    for n in 0..count {
        // It puts off what comes for a while, then refuses it: uploads go on.
        let modes = [(1, "defer"), (2, "refuse"), (3, "accept")];
        let mode = modes.iter().find(|(fifth, _)| n == fifth * count / 5);
        if let Some((_, mode)) = mode {
            both.gateway(mode).await;
        }
        let order = both.platform.file(&order(n)).await;
        let id = support::id_of(&order);
        both.platform.accept(&id).await;
        let fate = FATES[(n / 7) as usize % FATES.len()];
        filed.push(Filed { n, id, fate });
        if n % 97 == 96 {
            both = both.kill();
        }
    }
    both = both.uploaded(4).await;
    both.gateway("accept").await;
    // What was put off comes, at the latest after half an hour.
    both.advance(1).await;
    let came = codes(&both).await;
    let orders = both.orders().await;
    for filed in &filed {
        act(&both, filed, &orders[&filed.id], &came).await;
    }
    both = both.kill();
    both.advance(12).await;
    both = both.kill();
    both.advance(14).await;
    settled(&both).await;

    // The second rounds.
    let orders = both.orders().await;
    let returned = |filed: &&Filed| orders[&filed.id]["status"] == "returned";
    for filed in filed.iter().filter(returned) {
        match filed.fate {
            Fate::Again => {
                let (status, order) = both.platform.step(&filed.id, "resubmit").await;
                assert_eq!(status, 200, "{order}");
            }
            Fate::Changed => {
                let mut changed = order(filed.n);
                changed["entity"]["leader"]["name"] = "王五".into();
                let path = format!("/api/orders/{}", filed.id);
                let (status, order) = both.platform.put(&path, &changed).await;
                assert_eq!(status, 200, "{order}");
                both.platform.accept(&filed.id).await;
            }
            Fate::Verified | Fate::Resent | Fate::Forgotten | Fate::Half | Fate::Locked => {}
        }
    }
    both = both.uploaded(3).await;
    both.advance(1).await;
    let came = codes(&both).await;
    let orders = both.orders().await;
    let again = |filed: &&Filed| orders[&filed.id]["round"] == 2;
    for filed in filed.iter().filter(again) {
        act(&both, filed, &orders[&filed.id], &came).await;
    }
    both = both.kill();
    for _ in 0..3 {
        both.advance(9).await;
    }
    agree(both, &filed).await;
}

/// Waits until the platform has heard what became of the orders.
async fn settled(both: &Both) {
    for _ in 0..60 {
        if !both.any_in(&["sms_verification"]).await {
            return;
        }
        both.advance(1).await;
    }
    panic!("some orders never end");
}

/// Both say the same of every order.
async fn agree(both: Both, filed: &[Filed]) {
    settled(&both).await;
    let orders = both.orders().await;
    let there = both.portal.regulator().orders().await;
    let there: BTreeMap<_, _> = there
        .iter()
        .map(|it| (it["id"].as_str().unwrap(), it))
        .collect();
    let database = Arc::clone(&both.platform.database);
    drop(both.platform);
    let called = called(&database).await;
    assert_eq!(orders.len(), filed.len());
    let mut seen = BTreeMap::<String, u32>::new();
    for filed in filed {
        let order = &orders[&filed.id];
        let theirs = there[&*called[&filed.id]];
        for field in ["status", "returned_because"] {
            assert_eq!(
                order[field], theirs[field],
                "{filed:?}: {order:#}\n{theirs:#}"
            );
        }
        let rounds = u64::from(support::events(theirs, "round_opened") > 0)
            * order["round"].as_u64().unwrap();
        let changed = filed.fate == Fate::Changed && order["round"] == 2;
        let expected = if changed { rounds.min(1) } else { rounds };
        assert_eq!(
            support::events(theirs, "round_opened") as u64,
            expected,
            "{filed:?}"
        );
        once_a_round(theirs);
        let status = order["status"].as_str().unwrap();
        *seen
            .entry(format!("{:?} {status}", filed.fate))
            .or_default() += 1;
    }
    // Each submission was filed once: as many orders there as were new.
    let changed = |filed: &&Filed| filed.fate == Fate::Changed && orders[&filed.id]["round"] == 2;
    assert_eq!(
        there.len(),
        filed.len() + filed.iter().filter(changed).count()
    );
    println!("{seen:#?}");
    assert!(seen.len() >= 8, "too little happened: {seen:?}");
}

/// One first message a number and round, and no second code before somebody asked for it.
fn once_a_round(order: &Value) {
    let mut first = BTreeSet::new();
    for event in order["events"].as_array().unwrap() {
        if event["type"] == "message_queued" && event["kind"] == "first" {
            let whom = (event["round"].to_string(), event["mobile"].to_string());
            assert!(first.insert(whom), "{order:#}");
        }
    }
}

#[test]
fn every_type_of_order_can_be_filed() {
    let kinds: BTreeSet<_> = (0..7)
        .map(|n| order(n)["filing_type"].to_string())
        .collect();
    assert_eq!(kinds.len(), 7);
    assert_eq!(person("19900000001", "E12345678")["mobile"], "19900000001");
}

/// A platform never sees a code, and needs nothing of whoever issues them.
#[test]
fn the_platform_names_nothing_of_the_engine() {
    let mut folders = vec![concat!(env!("CARGO_MANIFEST_DIR"), "/src").into()];
    let mut read = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir::<std::path::PathBuf>(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let mut words = text.split(|c: char| !c.is_alphanumeric());
            let engine = [
                "Session",
                "SessionStore",
                "SmsSender",
                "Desk",
                "KeyRing",
                "Opening",
            ];
            let found = words.find(|word| engine.contains(word));
            assert_eq!(found, None, "{}", path.display());
            read += 1;
        }
    }
    assert!(read > 30, "{read}");
}

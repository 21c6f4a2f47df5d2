//! Where the time of an entry at the portal goes: each part by itself, and the processor's time under load.

use std::{
    fs,
    hint::black_box,
    net::{IpAddr, Ipv4Addr},
    path::Path,
    sync::Arc,
    time::Instant,
};

use axum::http::{HeaderMap, HeaderValue, header};
use beian::host::{MemoryStore, SessionStore as _};
use beian_sqlx::AnyStore;
use beian_web::{
    limits::{Limits, Rates},
    sign_in::Door,
    signing::SigningKey,
};
use chrono::Utc;
use serde_json::json;
use sqlx::{Connection as _, PgConnection};

use crate::{
    by_hand,
    contest::{Fault, Size, alone, each, fresh, micros, quantile},
    load::{Rounds, Service, Verification, Verified, portal_arguments},
    ours::Ours,
    people, pools,
    report::{Figure, Report, time},
};

/// What is compared: all over one database.
pub(crate) struct Services {
    as_delivered: Arc<Service<Rounds>>,
    /// It logs what goes wrong, and no requests.
    quiet: Arc<Service<Rounds>>,
    by_hand: Arc<Service<by_hand::Postgres>>,
    store: AnyStore,
    database: String,
}

impl Services {
    /// Starts them; their connections to the database have names.
    ///
    /// # Errors
    /// A server that doesn't start.
    pub(crate) async fn start(
        database: &str,
        store: &AnyStore,
        program: &Path,
        scratch: &Path,
    ) -> Result<Self, Fault> {
        let named = |name: &str| format!("{database}&application_name={name}");
        let rounds = || Rounds::over(store.clone());
        let arguments = portal_arguments(&named("as_delivered"), scratch)?;
        let as_delivered = Service::start(rounds()?, program, &arguments, 1).await?;
        let mut arguments = portal_arguments(&named("quiet"), scratch)?;
        arguments.extend(["--log", "error"].map(str::to_owned));
        let quiet = Service::start(rounds()?, program, &arguments, 1).await?;
        let this = std::env::current_exe()?;
        let arguments = ["--serve-by-hand".to_owned(), named("by_hand")];
        let rounds = by_hand::Postgres::over(pools::postgres(database).await?);
        let by_hand = Service::start(rounds, &this, &arguments, 1).await?;
        Ok(Self {
            as_delivered,
            quiet,
            by_hand,
            store: store.clone(),
            database: database.to_owned(),
        })
    }

    /// The parts of an entry, one client. All but the last two rows are medians of the part alone.
    ///
    /// # Errors
    /// An answer that can't be.
    pub(crate) async fn parts(&self, report: &mut Report, size: Size) -> Result<(), Fault> {
        let requests = size.persons.max(2) * 2;
        let calls = requests * 10;
        let nothing = json!({});
        let entry = alone(&self.as_delivered, size).await?.figures.median.median;
        let mut http = Vec::new();
        // By turns, so that whatever else the machine does meets all alike.
        for _ in 0..size.blocks {
            http.push([
                self.by_hand.median_of("/", &nothing, 404, requests).await?,
                self.quiet
                    .median_of("/api", &nothing, 404, requests)
                    .await?,
                (self.as_delivered)
                    .median_of("/api", &nothing, 404, requests)
                    .await?,
            ]);
        }
        let middle = |place: usize| {
            let turns = http.iter().filter_map(|turn| turn.get(place).copied());
            let mut turns: Vec<f64> = turns.collect();
            turns.sort_by(f64::total_cmp);
            turns.get(turns.len() / 2).copied().unwrap_or_default()
        };
        let [bare, layers, logged] = [0, 1, 2].map(middle);
        let find = self.find(requests).await?;
        let desk = alone(&Arc::new(Ours::over(self.store.clone())?), size).await?;
        let memory = alone(&Arc::new(Ours::over(MemoryStore::default())?), size).await?;
        let (desk, memory) = (desk.figures.median.median, memory.figures.median.median);
        let (json, limits) = (json_of(calls)?, limits(calls)?);
        let parts = [
            (
                "http",
                "HTTP there and back, and the client that asks",
                bare,
            ),
            (
                "layers",
                "the portal's layers: headers, ids, limits of time and size, other sites",
                layers - bare,
            ),
            (
                "log",
                "the request's line in the log, and its span",
                logged - layers,
            ),
            (
                "json",
                "JSON of the entry read, and of the answer written",
                json,
            ),
            ("rate_limits", "the rate limits", limits),
            (
                "find",
                "the rounds of the number found in PostgreSQL, and read",
                find,
            ),
            (
                "decide",
                "grading, deciding, all that a desk in memory does",
                memory,
            ),
            (
                "save",
                "the round and its audit events written to PostgreSQL",
                desk - find - memory,
            ),
        ];
        let sum: f64 = parts.iter().map(|(_, _, micros)| micros).sum();
        let rest = [
            (
                "rest",
                "what is left: tasks that wait for each other, less what parts alone take longer",
                entry - sum,
            ),
            ("entry", "**an entry, over HTTP**", entry),
        ];
        let mut rows = Vec::new();
        for (operation, words, micros) in parts.into_iter().chain(rest) {
            let operation = format!("part_{operation}");
            let figure = Figure::new(&operation, "postgres", "median", micros, "us");
            report.figures.push(figure);
            let share = micros / entry * 100.0;
            let places = if share.abs() < 1.0 { 2 } else { 0 };
            rows.push(vec![
                words.to_owned(),
                time(micros),
                format!("{share:.places$} %"),
            ]);
        }
        report.say("Where the time of an entry goes, one client, each part measured alone:")?;
        report.table(&["part", "median", "of an entry"], &rows)?;
        let door = time(door(calls)?);
        report.say(&format!(
            "The public form asks nobody to sign in. A request of the console has its token compared, by MACs: {door}."
        ))
    }

    /// The lookup of numbers that somebody has.
    async fn find(&self, requests: u32) -> Result<f64, Fault> {
        let keys = people::keys()?;
        let people = people::open(&self.store, &keys, fresh(requests)).await?;
        let mut times = Vec::new();
        for person in people {
            let mobile = person.mobile.parse()?;
            let began = Instant::now();
            let found = self.store.find(&mobile, Utc::now()).await?;
            times.push(began.elapsed());
            if found.len() != 1 {
                return Err("nobody was found".into());
            }
        }
        times.sort_unstable();
        Ok(micros(quantile(&times, 0.5)))
    }

    /// The processor's time that an entry takes under load, by who takes it.
    ///
    /// # Errors
    /// As [`alone`].
    pub(crate) async fn processor(&self, report: &mut Report, size: Size) -> Result<(), Fault> {
        let mut rows = Vec::new();
        for (name, words) in [
            ("as_delivered", "the portal as it is delivered"),
            ("quiet", "the portal without a log of requests"),
            ("by_hand", "the service with SQL by hand"),
        ] {
            let before = self.taken(name).await?;
            let ran = match name {
                "as_delivered" => alone(&self.as_delivered, size).await?,
                "quiet" => alone(&self.quiet, size).await?,
                _ => alone(&self.by_hand, size).await?,
            };
            let after = self.taken(name).await?;
            let [Some(before), Some(after)] = [before, after] else {
                return report.say("Processor time is told on Linux only.");
            };
            let entries = ran.entries as f64;
            let (service, database) = (
                (after.service - before.service) * 1e6 / entries,
                (after.database - before.database) * 1e6 / entries,
            );
            for (metric, micros) in [("cpu_service", service), ("cpu_database", database)] {
                let figure =
                    Figure::new(&format!("entry_{name}"), "postgres", metric, micros, "us");
                let clients = size.clients;
                report.figures.push(Figure { clients, ..figure });
            }
            rows.push(vec![
                words.to_owned(),
                time(service),
                time(database),
                format!("{:.0}", ran.figures.throughput.median),
            ]);
        }
        report.say(&format!(
            "Processor time of an entry, {} clients; who asks takes the rest of the two cores:",
            size.clients
        ))?;
        report.table(
            &["", "the service", "PostgreSQL", "entries a second"],
            &rows,
        )
    }

    /// What a service and its connections have taken up to now; nothing where that isn't told.
    async fn taken(&self, name: &str) -> Result<Option<Taken>, Fault> {
        let mut connection = PgConnection::connect(&self.database).await?;
        let pids: Vec<i32> =
            sqlx::query_scalar("select pid from pg_stat_activity where application_name = $1")
                .bind(name)
                .fetch_all(&mut connection)
                .await?;
        connection.close().await?;
        let service = match name {
            "as_delivered" => self.as_delivered.processes(),
            "quiet" => self.quiet.processes(),
            _ => self.by_hand.processes(),
        };
        let sum = |pids: Vec<u32>| pids.into_iter().map(seconds).sum::<Option<f64>>();
        let database = pids.into_iter().filter_map(|pid| u32::try_from(pid).ok());
        let taken = sum(service).zip(sum(database.collect()));
        Ok(taken.map(|(service, database)| Taken { service, database }))
    }
}

/// Seconds of the processor.
struct Taken {
    service: f64,
    database: f64,
}

/// What a process has taken of the processor, on Linux: in hundredths of a second.
fn seconds(pid: u32) -> Option<f64> {
    let line = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name, in brackets, may have blanks.
    let (_, fields) = line.rsplit_once(") ")?;
    let mut times = fields.split(' ').skip(11);
    let (user, system): (f64, f64) = (times.next()?.parse().ok()?, times.next()?.parse().ok()?);
    Some((user + system) / 100.0)
}

fn json_of(calls: u32) -> Result<f64, Fault> {
    let entry =
        json!({"mobile": people::mobile(1), "code": "123456", "id_last6": people::LAST_SIX});
    let entry = entry.to_string();
    let answer = Verified::of(false);
    if serde_json::from_str::<Verification>(&entry).is_err() {
        return Err("the entry isn't one".into());
    }
    Ok(each(
        || {
            let entry = serde_json::from_str::<Verification>(black_box(&entry));
            (entry.is_ok(), serde_json::to_vec(black_box(&answer)))
        },
        calls,
    ))
}

/// One address, many numbers.
fn limits(calls: u32) -> Result<f64, Fault> {
    let limits = Limits::new(Rates {
        rate_address: u32::MAX,
        rate_number: u32::MAX,
        rate_sign_in: u32::MAX,
        rate_api: u32::MAX,
        rate_links: u32::MAX,
    });
    let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let mobiles: Result<Vec<_>, _> = (0..1_000).map(|n| people::mobile(n).parse()).collect();
    let mobiles = mobiles?;
    let turns = calls.div_ceil(1_000);
    let turn = || {
        mobiles
            .iter()
            .all(|mobile| limits.check_form(address, Some(*mobile)).is_ok())
    };
    Ok(each(turn, turns) / 1e3)
}

fn door(calls: u32) -> Result<f64, Fault> {
    let token = "0123456789abcdef0123456789abcdef";
    let door = Door::new(
        Some(token.parse()?),
        SigningKey::new(&[7; 32]).ok_or("the key is too short")?,
    );
    let bearer = HeaderValue::from_str(&format!("Bearer {token}"))?;
    let headers = HeaderMap::from_iter([(header::AUTHORIZATION, bearer)]);
    if !door.admits_bearer(&headers) {
        return Err("the token isn't admitted".into());
    }
    Ok(each(|| door.admits_bearer(black_box(&headers)), calls))
}

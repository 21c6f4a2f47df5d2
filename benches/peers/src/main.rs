//! The crate beside what one would use or write instead: ratios within one run.
//!
//! Alone it measures what needs no server; `benches/peers/run` sets the servers up and gives it their
//! addresses.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "figures are small"
)]

mod backlog;
mod breakdown;
mod by_hand;
mod chapter;
mod contest;
mod growth;
mod load;
mod measured;
mod ours;
mod pace;
mod people;
mod plot;
mod pools;
mod pure;
mod redis;
mod report;
mod tables;
mod targets;

use std::{
    env, fs,
    io::{self, Write as _},
    iter,
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

use backlog::Backlog;
use beian::host::MemoryStore;
use beian_sqlx::{MySqlStore, PgStore, SqliteStore};
use breakdown::Services;
use clap::{Parser, ValueEnum};
use contest::{Contender, Fault, Size, duel};
use growth::Growth;
use load::{Rounds, Service, portal_arguments};
use measured::Measured;
use ours::Ours;
use portal::store::Store;
use report::{DUEL, Figure, Report};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, MySqlConnection, PgConnection};

/// Prints the tables.
#[derive(Debug, Parser)]
struct Arguments {
    /// A few entries of each, to see that it works: the figures mean nothing.
    #[arg(long)]
    quick: bool,
    /// Only these parts, separated by commas.
    #[arg(long, value_name = "PART", value_delimiter = ',')]
    only: Vec<Part>,
    /// A PostgreSQL server; databases of its own are made there.
    #[arg(long, value_name = "ADDRESS")]
    postgres: Option<String>,
    /// A MySQL or MariaDB server; databases of its own are made there, and the server is told when a
    /// commit waits for the disk.
    #[arg(long, value_name = "ADDRESS")]
    mysql: Option<String>,
    /// A Redis server that may be written to.
    #[arg(long, value_name = "ADDRESS")]
    redis: Option<String>,
    /// A Python that has pyotp.
    #[arg(long, value_name = "PROGRAM")]
    python: Option<PathBuf>,
    /// The portal's program.
    #[arg(long, value_name = "PROGRAM")]
    portal: Option<PathBuf>,
    /// The most open sessions that the databases are filled with.
    #[arg(long, value_name = "N", default_value = "100000",
          value_parser = clap::value_parser!(u32).range(1_000..=10_000_000))]
    sessions_max: u32,
    /// The messages of the backlog.
    #[arg(long, value_name = "N", default_value = "1000000",
          value_parser = clap::value_parser!(u32).range(1_000..=10_000_000))]
    backlog: u32,
    /// Where the figures go.
    #[arg(long, value_name = "FOLDER", default_value = "target/performance")]
    figures: PathBuf,
    /// Where databases in files are made, and removed in the end.
    #[arg(long, value_name = "FOLDER")]
    scratch: Option<PathBuf>,
    /// Writes the tables and the plots into this chapter of the documentation; of chosen parts the tables
    /// alone.
    #[arg(long, value_name = "FILE")]
    chapter: Option<PathBuf>,
    /// Serves the form with SQL by hand, over a database that has its tables, and measures nothing.
    #[arg(long, value_name = "ADDRESS")]
    serve_by_hand: Option<String>,
}

/// What is measured, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    Totp,
    Pyotp,
    Redis,
    Sqlite,
    Postgres,
    Mysql,
    Pace,
    Portal,
    Growth,
    /// Only if it is asked for: it takes half an hour.
    Backlog,
}

#[tokio::main]
async fn main() -> Result<(), Fault> {
    let arguments = Arguments::parse();
    if let Some(address) = &arguments.serve_by_hand {
        return load::serve_by_hand(address).await;
    }
    let scratch = arguments.scratch.clone();
    let scratch = scratch.unwrap_or_else(env::temp_dir);
    let scratch = scratch.join(format!("peers-{}", std::process::id()));
    fs::create_dir(&scratch)?;
    let measured = measure(&arguments, &scratch).await;
    fs::remove_dir_all(&scratch)?;
    measured
}

async fn measure(arguments: &Arguments, scratch: &Path) -> Result<(), Fault> {
    let mut report = Report::default();
    let quick = arguments.quick;
    let wanted = |part| arguments.only.is_empty() || arguments.only.contains(&part);
    let missing =
        |part: &str, what: &str| writeln!(io::stdout(), "left out: {part}, without {what}\n");
    if wanted(Part::Totp) {
        pure::totp(&mut report, quick)?;
    }
    if wanted(Part::Pyotp) {
        if let Some(python) = &arguments.python {
            let desk = Ours::over(MemoryStore::default())?;
            pure::pyotp(&mut report, python, &desk, quick).await?;
        } else {
            missing("pyotp", "--python")?;
        }
    }
    if wanted(Part::Redis) {
        if let Some(address) = &arguments.redis {
            redis_way(&mut report, address, arguments).await?;
        } else {
            missing("Redis", "--redis")?;
        }
    }
    if wanted(Part::Sqlite) {
        sqlite(&mut report, scratch, quick).await?;
    }
    if wanted(Part::Postgres) {
        if let Some(server) = &arguments.postgres {
            postgres(&mut report, server, quick).await?;
        } else {
            missing("PostgreSQL", "--postgres")?;
        }
    }
    if wanted(Part::Mysql) {
        if let Some(server) = &arguments.mysql {
            mysql(&mut report, server, quick).await?;
        } else {
            missing("MySQL", "--mysql")?;
        }
    }
    if wanted(Part::Pace) {
        pace(&mut report, arguments, scratch).await?;
    }
    if wanted(Part::Portal) {
        if let Some(program) = &arguments.portal {
            portal(&mut report, arguments, program, scratch).await?;
        } else {
            missing("the portal", "--portal")?;
        }
    }
    if wanted(Part::Growth) {
        growth(&mut report, arguments, scratch).await?;
    }
    report.write_figures(&arguments.figures, "peers.jsonl")?;
    if arguments.only.contains(&Part::Backlog) {
        let report = backlog(arguments, scratch).await?;
        report.write_figures(&arguments.figures, "backlog.jsonl")?;
        if let Some(chapter) = &arguments.chapter {
            chapter::write_part(chapter, "backlog", &report)?;
        }
    }
    let measured = Measured::read(&arguments.figures)?;
    others(&measured)?;
    match &arguments.chapter {
        Some(chapter) if arguments.only.is_empty() => chapter::write(chapter, &report, &measured)?,
        Some(chapter) if !report.figures.is_empty() => {
            chapter::write_sections(chapter, &report, &measured)?;
        }
        Some(_) | None => {}
    }
    Ok(())
}

/// Prints what other benches have measured, and says what has not been.
fn others(measured: &Measured) -> Result<(), Fault> {
    let mut out = io::stdout();
    for (bench, heading, table) in [
        ("session", "Decisions", tables::session(measured)),
        ("memory", "Memory", tables::memory(measured)),
    ] {
        match table {
            Some(table) => writeln!(out, "## {heading}\n\n{table}\n")?,
            None => writeln!(
                out,
                "left out: {heading}, by `cargo bench --bench {bench}`\n"
            )?,
        }
    }
    if !measured.has("counts") {
        writeln!(out, "left out: instructions, by `benches/counts/run`\n")?;
    }
    writeln!(out, "## Targets\n\n{}", targets::targets(measured))?;
    Ok(())
}

/// What each turn does, by clients.
fn size(clients: u32, persons: u32, quick: bool) -> Size {
    if quick {
        let persons = 2 * clients.max(2);
        let blocks = 1;
        return Size {
            clients,
            persons,
            blocks,
        };
    }
    Size {
        clients,
        persons,
        blocks: 7,
    }
}

const CLIENTS: [u32; 3] = [1, 8, 64];

async fn redis_way(report: &mut Report, address: &str, arguments: &Arguments) -> Result<(), Fault> {
    let quick = arguments.quick;
    report.say("## Redis")?;
    report.say(
        "The usual way: a hash for each number that expires, and a script that compares and counts, in \
         one round trip on a Unix socket. Redis keeps nothing on disk here. First a desk over the store \
         in memory, which keeps as little.",
    )?;
    let redis = Arc::new(redis::Redis::open(address).await?);
    let memory = Arc::new(Ours::over(MemoryStore::default())?);
    let mut rows = Vec::new();
    for clients in CLIENTS {
        let outcome = duel(&memory, &redis, size(clients, 2_000, quick)).await?;
        rows.push(report.duel("submit_to_redis", "memory", clients, &outcome));
    }
    report.table(&DUEL, &rows)?;
    let Some(server) = &arguments.postgres else {
        return Ok(());
    };
    report.say(
        "Then a desk over PostgreSQL, which commits with an audit trail what Redis would lose, \
         `synchronous_commit` off.",
    )?;
    let database = relaxed(&database(server, "peers_redis").await?);
    let store = PgStore::new(pools::postgres(&database).await?);
    store.migrate().await?;
    let store = Arc::new(Ours::over(store)?);
    let mut rows = Vec::new();
    for clients in CLIENTS {
        let outcome = duel(&store, &redis, size(clients, 500, quick)).await?;
        rows.push(report.duel("submit_to_redis", "postgres", clients, &outcome));
    }
    report.table(&DUEL, &rows)
}

async fn sqlite(report: &mut Report, scratch: &Path, quick: bool) -> Result<(), Fault> {
    report.say("## SQL by hand, SQLite")?;
    report.say(
        "`begin immediate`, select, compare, `update`, `commit`, beside a desk over `beian_sqlx::SqliteStore`: \
         both over a pool of sqlx's with one connection, a write-ahead log and `synchronous = full`, so \
         each entry is on disk before it is answered. The desk finds in one call and changes, with the audit events, in another.",
    )?;
    let ours = SqliteStore::new(pools::sqlite(&scratch.join("ours.db")).await?);
    ours.migrate().await?;
    let ours = Arc::new(Ours::over(ours)?);
    let theirs = pools::sqlite(&scratch.join("by_hand.db")).await?;
    let theirs = Arc::new(by_hand::Sqlite::new(theirs).await?);
    let mut rows = Vec::new();
    for clients in CLIENTS {
        let outcome = duel(&ours, &theirs, size(clients, 512, quick)).await?;
        rows.push(report.duel("submit_to_by_hand", "sqlite", clients, &outcome));
    }
    report.table(&DUEL, &rows)
}

async fn postgres(report: &mut Report, server: &str, quick: bool) -> Result<(), Fault> {
    report.say("## SQL by hand, PostgreSQL")?;
    report.say(
        "`begin`, `select … for update`, compare, `update`, `commit` are four round trips. The desk takes \
         two: one to find the rounds of the number, one statement that changes a round if its version is \
         still the one that was found, and writes the audit events. Both over a pool of sqlx's with twelve \
         connections on a Unix socket, which asks the database once more whenever a connection is given \
         back: once for each entry by hand, twice for one of the desk.",
    )?;
    for (words, durable) in [
        ("With `synchronous_commit` on (and `fsync`):", true),
        ("With `synchronous_commit` off:", false),
    ] {
        report.say(words)?;
        let address = database(server, "peers_by_hand").await?;
        let address = if durable { address } else { relaxed(&address) };
        let ours = PgStore::new(pools::postgres(&address).await?);
        ours.migrate().await?;
        let ours = Arc::new(Ours::over(ours)?);
        let theirs = pools::postgres(&address).await?;
        let theirs = Arc::new(by_hand::Postgres::new(theirs).await?);
        let operation = by_hand_operation(durable);
        let mut rows = Vec::new();
        for clients in CLIENTS {
            let outcome = duel(&ours, &theirs, size(clients, 512, quick)).await?;
            rows.push(report.duel(operation, "postgres", clients, &outcome));
        }
        report.table(&DUEL, &rows)?;
    }
    Ok(())
}

async fn mysql(report: &mut Report, server: &str, quick: bool) -> Result<(), Fault> {
    report.say("## SQL by hand, MySQL")?;
    report.say(
        "MariaDB, on loopback. By hand the same four round trips. The desk takes five: no statement of MySQL's \
         changes a session and writes its events, so after the look it begins, changes, writes the events \
         and commits.",
    )?;
    for (words, durable) in [
        ("With `innodb_flush_log_at_trx_commit` 1:", true),
        ("With `innodb_flush_log_at_trx_commit` 2:", false),
    ] {
        report.say(words)?;
        let address = mysql_database(server, "peers_by_hand", durable).await?;
        let ours = MySqlStore::new(pools::mysql(&address).await?);
        ours.migrate().await?;
        let ours = Arc::new(Ours::over(ours)?);
        let theirs = pools::mysql(&address).await?;
        let theirs = Arc::new(by_hand::MySql::new(theirs).await?);
        let operation = by_hand_operation(durable);
        let mut rows = Vec::new();
        for clients in CLIENTS {
            let outcome = duel(&ours, &theirs, size(clients, 512, quick)).await?;
            rows.push(report.duel(operation, "mysql", clients, &outcome));
        }
        report.table(&DUEL, &rows)?;
    }
    Ok(())
}

async fn pace(report: &mut Report, arguments: &Arguments, scratch: &Path) -> Result<(), Fault> {
    report.say("## Messages at a gateway's pace")?;
    report.say(
        "Messages a second until all that are due are out, one a round, beside the most there can be: what is \
         in flight by how long the gateway takes. By hand is a table of messages and a worker for each place, \
         which claims one, sends it and writes that it was sent; it has no codes, no rounds and no audit trail. \
         Commits don't wait for the disk, but on SQLite. One host's are plotted at the end of the chapter.",
    )?;
    let quick = arguments.quick;
    let ours = SqliteStore::new(pools::sqlite(&scratch.join("pace.db")).await?);
    ours.migrate().await?;
    let by_hand = pools::sqlite(&scratch.join("pace_by_hand.db")).await?;
    let by_hand = pace::Sqlite::new(by_hand).await?;
    report.say("SQLite:")?;
    let rows = pace::rows(report, "sqlite", ours, by_hand, quick).await?;
    report.table(&pace::HEAD, &rows)?;
    if let Some(server) = &arguments.postgres {
        let address = relaxed(&database(server, "peers_pace").await?);
        let ours = PgStore::new(pools::postgres(&address).await?);
        ours.migrate().await?;
        let by_hand = pace::Postgres::new(pools::postgres(&address).await?).await?;
        report.say("PostgreSQL:")?;
        let rows = pace::rows(report, "postgres", ours, by_hand, quick).await?;
        report.table(&pace::HEAD, &rows)?;
    }
    if let Some(server) = &arguments.mysql {
        let address = mysql_database(server, "peers_pace", false).await?;
        let ours = MySqlStore::new(pools::mysql(&address).await?);
        ours.migrate().await?;
        let by_hand = pace::MySql::new(pools::mysql(&address).await?).await?;
        report.say("MySQL:")?;
        let rows = pace::rows(report, "mysql", ours, by_hand, quick).await?;
        report.table(&pace::HEAD, &rows)?;
    }
    Ok(())
}

const fn by_hand_operation(durable: bool) -> &'static str {
    if durable {
        "submit_to_by_hand_durable"
    } else {
        "submit_to_by_hand"
    }
}

async fn portal(
    report: &mut Report,
    arguments: &Arguments,
    program: &Path,
    scratch: &Path,
) -> Result<(), Fault> {
    report.say("## The portal under load")?;
    report.say(
        "Over HTTP: the portal as it is delivered, its worker running, its requests logged, beside a \
         service of the same framework that does the SQL by hand and nothing else. Both are programs of \
         their own; they share the machine with the database and with those who ask. Commits don't wait \
         for the disk, but on SQLite.",
    )?;
    let file = |name: &str| scratch.join(name);
    report.say("SQLite:")?;
    let by_hand = by_hand::Sqlite::new(pools::sqlite(&file("form.db")).await?).await?;
    let addresses = ["portal.db", "form.db"].map(|name| format!("sqlite:{}", file(name).display()));
    beside_a_form(
        report,
        "sqlite",
        &addresses,
        by_hand,
        [program, scratch],
        arguments.quick,
    )
    .await?;
    if let Some(server) = &arguments.mysql {
        report.say("MySQL:")?;
        let address = mysql_database(server, "peers_portal", false).await?;
        let by_hand = by_hand::MySql::new(pools::mysql(&address).await?).await?;
        let addresses = [address.clone(), address];
        beside_a_form(
            report,
            "mysql",
            &addresses,
            by_hand,
            [program, scratch],
            arguments.quick,
        )
        .await?;
    }
    if let Some(server) = &arguments.postgres {
        report.say("PostgreSQL:")?;
        let address = relaxed(&database(server, "peers_portal").await?);
        let by_hand = by_hand::Postgres::new(pools::postgres(&address).await?).await?;
        let addresses = [address.clone(), address.clone()];
        beside_a_form(
            report,
            "postgres",
            &addresses,
            by_hand,
            [program, scratch],
            arguments.quick,
        )
        .await?;
        more_portals(report, &address, program, scratch, arguments.quick).await?;
    }
    Ok(())
}

/// The addresses of the portal's database and of the other one's.
async fn beside_a_form<C: Contender>(
    report: &mut Report,
    store: &'static str,
    [portals, forms]: &[String; 2],
    by_hand: C,
    [program, scratch]: [&Path; 2],
    quick: bool,
) -> Result<(), Fault> {
    let arguments = portal_arguments(portals, scratch)?;
    let rounds = Rounds::beside(portals).await?;
    let portal = Service::start(rounds, program, &arguments, 1).await?;
    let this = env::current_exe()?;
    let by_hand_arguments = ["--serve-by-hand".to_owned(), forms.clone()];
    let by_hand = Service::start(by_hand, &this, &by_hand_arguments, 1).await?;
    let mut rows = Vec::new();
    for clients in CLIENTS {
        let outcome = duel(&portal, &by_hand, size(clients, 512, quick)).await?;
        rows.push(report.duel("portal_to_by_hand", store, clients, &outcome));
    }
    report.table(&DUEL, &rows)
}

/// Over one PostgreSQL, whose tables are there: several, and where the time of one goes.
async fn more_portals(
    report: &mut Report,
    address: &str,
    program: &Path,
    scratch: &Path,
    quick: bool,
) -> Result<(), Fault> {
    report.say("Three portals on one PostgreSQL, asked in turn, beside one:")?;
    let store = Store::open(address).await?.sessions().clone();
    let rounds = || Rounds::over(store.clone());
    let arguments = portal_arguments(address, scratch)?;
    let one = Service::start(rounds()?, program, &arguments, 1).await?;
    let three = Service::start(rounds()?, program, &arguments, 3).await?;
    let mut rows = Vec::new();
    for clients in [8, 64] {
        let outcome = duel(&three, &one, size(clients, 512, quick)).await?;
        rows.push(report.duel("three_portals_to_one", "postgres", clients, &outcome));
    }
    report.table(&DUEL, &rows)?;
    drop((one, three));
    let services = Services::start(address, &store, program, scratch).await?;
    services.parts(report, size(1, 512, quick)).await?;
    services.processor(report, size(64, 512, quick)).await
}

async fn growth(report: &mut Report, arguments: &Arguments, scratch: &Path) -> Result<(), Fault> {
    report.say("## Growth")?;
    report.say(
        "Stores filled in bulk with rounds like all others, all sizes side by side and measured in turns; \
         medians. The databases fit into the machine's memory, and PostgreSQL has a quarter of it, as its \
         manual advises. The due-scan leases 16 sessions that are due; an entry is a wrong one of \
         somebody, each time somebody else.",
    )?;
    let most = if arguments.quick {
        1_000
    } else {
        arguments.sessions_max
    };
    let (turns, samples) = if arguments.quick { (1, 20) } else { (10, 30) };
    let sizes = iter::successors(Some(1_000), |sessions| Some(sessions * 10));
    let sizes: Vec<u32> = sizes.take_while(|sessions| *sessions <= most).collect();
    let mut rows = Vec::new();
    for store in ["sqlite", "postgres", "mysql"] {
        let files = scratch.join("growth");
        fs::create_dir(&files)?;
        let mut stores = Vec::new();
        for sessions in &sizes {
            let name = format!("growth_{sessions}");
            let address = match (store, &arguments.postgres, &arguments.mysql) {
                ("sqlite", ..) => format!("sqlite:{}", files.join(name).display()),
                ("postgres", Some(server), _) => relaxed(&database(server, &name).await?),
                ("mysql", _, Some(server)) => mysql_database(server, &name, false).await?,
                _ => break,
            };
            let began = Instant::now();
            stores.push(Growth::fill(store, &address, *sessions).await?);
            let filled = began.elapsed().as_secs_f64();
            let figure = Figure::new("fill", store, "mean", filled, "s");
            report.figures.push(Figure {
                sessions: *sessions,
                ..figure
            });
        }
        for _ in 0..turns {
            for store in &mut stores {
                store.turn(samples).await?;
            }
        }
        for store in stores {
            rows.push(store.close(report).await);
        }
        fs::remove_dir_all(&files)?;
    }
    let head = [
        "store",
        "sessions",
        "lookup by number",
        "due-scan",
        "next wake",
        "entry",
    ];
    report.table(&head, &rows)
}

async fn backlog(arguments: &Arguments, scratch: &Path) -> Result<Report, Fault> {
    let mut report = Report::default();
    let (messages, afterwards) = if arguments.quick {
        (1_000, 10)
    } else {
        (arguments.backlog, 1_200)
    };
    let backlogs = [false, true].map(|undeliverable| Backlog {
        messages,
        undeliverable,
        afterwards,
    });
    let due = tables::sessions(messages);
    report.say(&format!("SQLite, {due} messages:"))?;
    let (mut rows, mut outcomes) = (Vec::new(), Vec::new());
    for backlog in backlogs {
        let file = scratch.join(format!("backlog_{}.db", backlog.undeliverable));
        backlog.fill(&format!("sqlite:{}", file.display())).await?;
        let pool = pools::sqlite(&file).await?;
        let outcome = backlog::drain(SqliteStore::new(pool.clone()), backlog).await?;
        pool.close().await;
        fs::remove_file(file)?;
        rows.push(backlog::row(&mut report, "sqlite", backlog, &outcome)?);
        outcomes.push(outcome);
    }
    rows.extend(backlog::ratios(&outcomes));
    report.table(&backlog::HEAD, &rows)?;
    let Some(server) = &arguments.postgres else {
        return Ok(report);
    };
    report.say(&format!("PostgreSQL, {due} messages:"))?;
    let (mut rows, mut outcomes) = (Vec::new(), Vec::new());
    for backlog in backlogs {
        let address = relaxed(&database(server, "peers_backlog").await?);
        backlog.fill(&address).await?;
        let pool = pools::postgres(&address).await?;
        // What fills the tables turned it off.
        pool.execute("alter table beian_session reset (autovacuum_enabled)")
            .await?;
        let outcome = backlog::drain(PgStore::new(pool.clone()), backlog).await?;
        pool.close().await;
        rows.push(backlog::row(&mut report, "postgres", backlog, &outcome)?);
        outcomes.push(outcome);
    }
    rows.extend(backlog::ratios(&outcomes));
    report.table(&backlog::HEAD, &rows)?;
    Ok(report)
}

/// A new, empty database on the server.
async fn database(server: &str, name: &str) -> Result<String, Fault> {
    let mut connection = PgConnection::connect(server).await?;
    for statement in [
        format!("drop database if exists {name} with (force)"),
        format!("create database {name}"),
    ] {
        connection.execute(AssertSqlSafe(statement)).await?;
    }
    connection.close().await?;
    let (server, options) = server.split_once('?').unwrap_or((server, ""));
    let (server, _) = server.rsplit_once('/').ok_or("an address of a database")?;
    Ok(format!("{server}/{name}?{options}"))
}

/// The same on a server of MySQL's, where a commit waits for the disk, or doesn't.
async fn mysql_database(server: &str, name: &str, durable: bool) -> Result<String, Fault> {
    let mut connection = MySqlConnection::connect(server).await?;
    for statement in [
        format!("drop database if exists {name}"),
        format!("create database {name}"),
        format!(
            "set global innodb_flush_log_at_trx_commit = {}",
            if durable { 1 } else { 2 }
        ),
    ] {
        connection.execute(AssertSqlSafe(statement)).await?;
    }
    connection.close().await?;
    let (server, _) = server.rsplit_once('/').ok_or("an address of a database")?;
    Ok(format!("{server}/{name}"))
}

/// The same database, where a commit doesn't wait for the disk.
fn relaxed(address: &str) -> String {
    format!("{address}&options[synchronous_commit]=off")
}

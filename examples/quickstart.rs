//! Three ICP filings and their SMS verification, from the order to its end.
//!
//! ```text
//! cargo run --example quickstart
//! ```

use std::{
    collections::HashMap,
    error::Error,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
    },
};

use beian::{
    Entry, FilingOrder, IdDocument, KeyRing, Lang, Message, MobileNumber, Person, Province,
    Recipients, Requirement, ResendRequest, Rulebook, Seed, ServiceKind, Template,
    host::{Clock, Desk, MemoryStore, SendOutcome, SmsSender, block},
};
use chrono::{DateTime, FixedOffset, TimeDelta, Utc};

const LEADER: &str = "199 0000 0001";
const ADMINISTRATOR: &str = "+86 199-0000-0002";

fn main() -> Result<(), Box<dyn Error>> {
    // Who must verify? No key, store or clock needed.
    let leader = Person::new("张三", LEADER, IdDocument::passport("E12345678")?)?;
    let administrator = Person::new("李四", ADMINISTRATOR, IdDocument::passport("E87654321")?)?;
    let order = FilingOrder::initial(Province::Beijing, leader)
        .service(ServiceKind::Website, "示例站", administrator)
        .build()?;
    let Requirement::Verify(recipients) = Rulebook::CURRENT.requirement(&order) else {
        return Ok(());
    };
    println!("An initial filing. These persons are texted:");
    for recipient in &recipients {
        println!(
            "  {} {:?} by {}",
            recipient.mobile(),
            recipient.roles(),
            recipient.rule()
        );
    }

    // Issue and check the codes: a key, a store, a clock, and a way to send.
    let watch = Watch::default();
    let keys = KeyRing::single(1, random()?)?;
    let town = Town {
        desk: Desk::new(MemoryStore::default(), keys, watch.clone()),
        handsets: Handsets::default(),
        watch,
    };
    println!("\n1. Everybody verifies");
    everybody_verifies(&town, &recipients)?;
    println!("\n2. A message is lost");
    a_message_is_lost(&town, &recipients)?;
    println!("\n3. Time runs out");
    time_runs_out(&town, &recipients)
}

fn everybody_verifies(town: &Town, recipients: &Recipients) -> Result<(), Box<dyn Error>> {
    town.open(1, recipients)?;
    town.pass(TimeDelta::minutes(7));
    town.enter(ADMINISTRATOR, &town.code(ADMINISTRATOR)?, "654321")?;
    town.enter(LEADER, "000000", "345678")?;
    town.enter(LEADER, &town.code(LEADER)?, "345678")?;
    town.status(1)
}

fn a_message_is_lost(town: &Town, recipients: &Recipients) -> Result<(), Box<dyn Error>> {
    town.open(2, recipients)?;
    let lost = town.code(LEADER)?;
    for _ in 0..3 {
        town.pass(TimeDelta::minutes(10));
        town.resend(LEADER, "345678")?;
    }
    println!("  the lost message turns up, and its code is entered:");
    town.enter(LEADER, &lost, "345678")?;
    println!("  the code of the latest message:");
    town.enter(LEADER, &town.code(LEADER)?, "345678")?;
    town.enter(ADMINISTRATOR, &town.code(ADMINISTRATOR)?, "654321")?;
    town.status(2)
}

fn time_runs_out(town: &Town, recipients: &Recipients) -> Result<(), Box<dyn Error>> {
    town.open(3, recipients)?;
    town.enter(LEADER, &town.code(LEADER)?, "345678")?;
    town.pass(TimeDelta::hours(24));
    println!("  24 hours later, to the microsecond:");
    town.status(3)?;
    town.pass(TimeDelta::microseconds(1));
    println!("  one microsecond later:");
    town.enter(ADMINISTRATOR, &town.code(ADMINISTRATOR)?, "654321")?;
    town.status(3)
}

/// The desk, the people's handsets, and the watch they all go by.
struct Town {
    desk: Desk<MemoryStore>,
    handsets: Handsets,
    watch: Watch,
}

impl Town {
    fn open(&self, id: u128, recipients: &Recipients) -> Result<(), Box<dyn Error>> {
        block(
            self.desk
                .open(id, recipients, Seed::draw(&mut getrandom::SysRng)?),
        )??;
        self.dispatch()
    }

    fn dispatch(&self) -> Result<(), Box<dyn Error>> {
        let done = block(self.desk.dispatch(&self.handsets))??;
        self.say(&format!("{} messages sent", done.accepted));
        Ok(())
    }

    fn enter(&self, number: &str, code: &str, last_six: &str) -> Result<(), Box<dyn Error>> {
        let submitted = block(self.desk.submit(&Entry::parse(number, code, last_six)?))??;
        self.say(&format!("短信核验: {}", submitted.text(Lang::Zh)));
        for (_, outcome) in submitted.orders() {
            println!("                 (for the host: {outcome:?})");
        }
        Ok(())
    }

    fn resend(&self, number: &str, last_six: &str) -> Result<(), Box<dyn Error>> {
        let resent = block(self.desk.resend(&ResendRequest::parse(number, last_six)?))??;
        self.say(&format!("短信重发: {}", resent.text(Lang::Zh)));
        self.dispatch()
    }

    fn status(&self, id: u128) -> Result<(), Box<dyn Error>> {
        let status = block(self.desk.session(id))??.status();
        self.say(&format!(
            "the order: {} ({})",
            status.order_status(),
            status.text(Lang::En)
        ));
        Ok(())
    }

    fn code(&self, number: &str) -> Result<String, Box<dyn Error>> {
        let texts = self.handsets.0.lock().map_err(|error| error.to_string())?;
        let text = texts.get(&number.parse()?).ok_or("no message")?;
        Ok(text.chars().filter(char::is_ascii_digit).take(6).collect())
    }

    fn pass(&self, span: TimeDelta) {
        self.watch.0.fetch_add(
            span.num_microseconds().unwrap_or_default(),
            Ordering::Relaxed,
        );
    }

    fn say(&self, what: &str) {
        let beijing =
            FixedOffset::east_opt(8 * 3600).map(|zone| self.watch.now().with_timezone(&zone));
        println!(
            "  {} {what}",
            beijing.map_or_else(String::new, |now| now.format("%m-%d %H:%M").to_string())
        );
    }
}

/// Time that passes when told to: microseconds since 2024-05-01 10:00 in Beijing.
#[derive(Clone, Default)]
struct Watch(Arc<AtomicI64>);

impl Clock for Watch {
    fn now(&self) -> DateTime<Utc> {
        let micros = 1_714_528_800_000_000_i64.saturating_add(self.0.load(Ordering::Relaxed));
        DateTime::from_timestamp_micros(micros).unwrap_or_default()
    }
}

/// What arrived last, number by number.
#[derive(Default)]
struct Handsets(Mutex<HashMap<MobileNumber, String>>);

impl SmsSender for Handsets {
    async fn send(&self, message: &Message) -> SendOutcome {
        match self.0.lock() {
            Ok(mut texts) => {
                texts.insert(*message.to(), message.text(&Template::ILLUSTRATIVE));
                SendOutcome::Accepted
            }
            Err(_) => SendOutcome::Deferred,
        }
    }
}

fn random() -> Result<[u8; 32], getrandom::Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

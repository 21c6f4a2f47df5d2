//! Three ICP filings and their SMS verification, from the order to its end.
//!
//! ```text
//! cargo run --example quickstart
//! ```

use std::{error::Error, process::ExitCode};

use beian::{
    Entry, FilingOrder, IdDocument, KeyRing, Lang, Person, Province, Recipients, Requirement,
    ResendRequest, Rulebook, Seed, ServiceKind,
    host::{Clock, Desk, MemoryStore, block},
    testkit::{ManualClock, RecordingSender},
};
use chrono::{FixedOffset, TimeDelta};

const LEADER: &str = "199 0000 0001";
const ADMINISTRATOR: &str = "+86 199-0000-0002";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("quickstart: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
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
    let clock = ManualClock::new("2024-05-01T02:00:00Z".parse()?);
    let keys = KeyRing::single(1, random()?)?;
    let town = Town {
        desk: Desk::new(MemoryStore::default(), keys, clock.clone()),
        handsets: RecordingSender::default(),
        clock,
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

/// The desk, the people's handsets, and the clock they all go by.
struct Town {
    desk: Desk<MemoryStore>,
    handsets: RecordingSender,
    clock: ManualClock,
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
        Ok(self
            .handsets
            .latest_code(&number.parse()?)
            .ok_or("no message")?)
    }

    fn pass(&self, span: TimeDelta) {
        self.clock.advance(span);
    }

    fn say(&self, what: &str) {
        let beijing =
            FixedOffset::east_opt(8 * 3600).map(|zone| self.clock.now().with_timezone(&zone));
        println!(
            "  {} {what}",
            beijing.map_or_else(String::new, |now| now.format("%m-%d %H:%M").to_string())
        );
    }
}

fn random() -> Result<[u8; 32], getrandom::Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

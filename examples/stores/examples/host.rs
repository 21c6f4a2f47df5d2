//! A host that issues and checks codes, over whichever database its address names: `sqlite:FILE?mode=rwc`,
//! `postgres://…` or `mysql://…`.

use std::{env, error::Error, sync::Mutex};

use beian::host::{Desk, SendOutcome, SmsSender};
use beian::{Entry, KeyRing, Lang, Message, Recipient, Recipients, Role, Seed, SessionId};
use beian_sqlx::AnyStore;
use sqlx::any::{AnyPoolOptions, install_default_drivers};

/// Where the texts arrive; a host has a gateway here.
#[derive(Default)]
struct Handset(Mutex<String>);

impl SmsSender for Handset {
    async fn send(&self, message: &Message) -> SendOutcome {
        let Ok(mut shows) = self.0.lock() else {
            return SendOutcome::Deferred;
        };
        message.code_for_transport().clone_into(&mut shows);
        SendOutcome::Accepted
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    install_default_drivers();
    let address = env::args().nth(1);
    let address = address.unwrap_or_else(|| "sqlite::memory:".to_owned());
    let pool = AnyPoolOptions::new().max_connections(1);
    let store = AnyStore::new(pool.connect(&address).await?);
    store.migrate().await?;
    let key = [7; 32]; // from a secret store
    let desk = Desk::new(store, KeyRing::single(1, key)?, chrono::Utc::now);

    // An order is submitted: its first round, whose id names both.
    let mut order = [0; 12];
    getrandom::fill(&mut order)?;
    let leader = Role::EntityLeader;
    let leader = Recipient::new("19900000001".parse()?, leader, ["345678".parse()?]);
    let recipients = Recipients::new([leader], beian::VerificationPolicy::REGULATOR);
    let seed = Seed::draw(&mut getrandom::SysRng)?;
    let round = SessionId::of_round(order, 1);
    desk.open(round, &recipients.ok_or("nobody")?, seed).await?;

    let handset = Handset::default();
    desk.dispatch(&handset).await?;
    let typed = handset.0.lock().map_err(|_| "handset")?.clone();
    let entry = Entry::parse("199 0000 0001", &typed, "345678")?;
    println!("{}", desk.submit(&entry).await?.answer().text(Lang::Zh));
    let events = desk.store().order_events(order, None, 100).await?;
    println!("{} events", events.len());
    Ok(())
}

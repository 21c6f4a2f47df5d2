//! A host on tokio: a worker that sends what is due, and two public forms.
//!
//! `blocking_host` is the same host without a runtime.
//!
//! ```text
//! cargo run --example async_host
//! ```

use std::{error::Error, sync::Arc, time::Duration};

use beian::{
    Entry, KeyRing, Lang, Message, Recipient, Recipients, ResendRequest, Role, Seed,
    VerificationPolicy,
    host::{Desk, MemoryStore, SendOutcome, SmsSender},
};
use chrono::{TimeDelta, Utc};
use tokio::{
    sync::{Notify, mpsc},
    time,
};

const TIME_OUT: Duration = Duration::from_secs(10);

/// A gateway: a host gives it the number, the text and the idempotency key over HTTP.
struct Gateway(mpsc::UnboundedSender<(String, String)>);

impl SmsSender for Gateway {
    async fn send(&self, message: &Message) -> SendOutcome {
        let request = async {
            time::sleep(Duration::from_millis(20)).await; // the way there and back
            let code = message.code_for_transport().to_owned();
            self.0.send((message.to().digits().to_owned(), code))
        };
        // Bound it in time. After a time-out nobody knows: the same message goes out again (D11).
        match time::timeout(TIME_OUT, request).await {
            Ok(Ok(())) => SendOutcome::Accepted,
            Ok(Err(_)) => SendOutcome::Failed,
            Err(_) => SendOutcome::Deferred,
        }
    }

    fn longest_send(&self) -> Option<TimeDelta> {
        TimeDelta::from_std(TIME_OUT.saturating_mul(2)).ok() // a busy machine may be late
    }
}

/// Sends what is due, then sleeps until something is due again or somebody says so.
async fn worker(desk: Arc<Desk<MemoryStore>>, gateway: Gateway, nudge: Arc<Notify>) {
    loop {
        let pause = match desk.dispatch(&gateway).await {
            Ok(done) => {
                println!("worker: {} sent", done.accepted);
                let pause = done.next.signed_duration_since(Utc::now());
                pause.to_std().unwrap_or_default()
            }
            Err(error) => {
                println!("worker: {error}");
                Duration::from_secs(5)
            }
        };
        let _ = time::timeout(pause, nudge.notified()).await;
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut key = [0; 32];
    getrandom::fill(&mut key)?; // a real host reads it from its secret store
    let desk = Desk::new(MemoryStore::default(), KeyRing::single(1, key)?, Utc::now).in_flight(16);
    let (desk, nudge) = (Arc::new(desk), Arc::new(Notify::new()));
    let (out, mut handset) = mpsc::unbounded_channel();
    let worker = tokio::spawn(worker(Arc::clone(&desk), Gateway(out), Arc::clone(&nudge)));

    // An order has passed the initial review and is submitted (R02).
    let people = [
        ("19900000001", Role::EntityLeader, "345678"),
        ("19900000002", Role::ServiceAdministrator, "654321"),
    ];
    let recipients = people.map(|(mobile, role, last_six)| {
        Ok::<_, Box<dyn Error>>(Recipient::new(mobile.parse()?, role, [last_six.parse()?]))
    });
    let recipients = recipients.into_iter().collect::<Result<Vec<_>, _>>()?;
    let recipients =
        Recipients::new(recipients, VerificationPolicy::REGULATOR).ok_or("nobody verifies")?;
    desk.open(1, &recipients, Seed::draw(&mut getrandom::SysRng)?)
        .await?;
    nudge.notify_one();

    // People read their messages and enter the codes on the page.
    for _ in 0..2 {
        let (number, code) = handset.recv().await.ok_or("no message")?;
        let leader = number.ends_with('1');
        let last_six = if leader { "345678" } else { "654321" };
        let submitted = desk
            .submit(&Entry::parse(&number, &code, last_six)?)
            .await?;
        println!("page:   {}", submitted.text(Lang::Zh));
        let resent = desk
            .resend(&ResendRequest::parse(&number, last_six)?)
            .await?;
        println!("page:   {}", resent.text(Lang::Zh));
    }
    println!("order:  {}", desk.session(1).await?.status().order_status());
    worker.abort();
    Ok(())
}

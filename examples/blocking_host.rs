//! A host on plain threads: a worker that sends what is due, and two public forms.
//!
//! `async_host` is the same host on tokio.
//!
//! ```text
//! cargo run --example blocking_host
//! ```

use std::{
    error::Error,
    sync::{Arc, mpsc},
    thread,
    time::Duration,
};

use beian::{
    Entry, KeyRing, Lang, Message, Recipient, Recipients, ResendRequest, Role, Seed,
    VerificationPolicy,
    host::{Desk, MemoryStore, SendOutcome, SmsSender, block},
};
use chrono::Utc;

/// A gateway: a host gives it the number, the text and the idempotency key over HTTP.
struct Gateway(mpsc::Sender<(String, String)>);

impl SmsSender for Gateway {
    // Blocks where the asynchronous host waits: the future is ready at its first poll.
    async fn send(&self, message: &Message) -> SendOutcome {
        thread::sleep(Duration::from_millis(20)); // the way there and back, bounded in time
        let code = message.code_for_transport().to_owned();
        match self.0.send((message.to().digits().to_owned(), code)) {
            Ok(()) => SendOutcome::Accepted,
            Err(_) => SendOutcome::Failed,
        }
    }
}

/// Sends what is due, then sleeps until something is due again or somebody says so.
fn worker(desk: &Desk<MemoryStore>, gateway: &Gateway, nudge: &mpsc::Receiver<()>) {
    loop {
        let pause = match block(desk.dispatch(gateway)) {
            Ok(Ok(done)) => {
                println!("worker: {} sent", done.accepted);
                let pause = done.next.signed_duration_since(Utc::now());
                pause.to_std().unwrap_or_default()
            }
            Ok(Err(error)) => {
                println!("worker: {error}");
                Duration::from_secs(5)
            }
            Err(error) => return println!("worker: {error}"),
        };
        if nudge.recv_timeout(pause) == Err(mpsc::RecvTimeoutError::Disconnected) {
            return;
        }
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut key = [0; 32];
    getrandom::fill(&mut key)?; // a real host reads it from its secret store
    let desk = Desk::new(MemoryStore::default(), KeyRing::single(1, key)?, Utc::now);
    let desk = Arc::new(desk);
    let (out, handset) = mpsc::channel();
    let (nudge, nudged) = mpsc::channel();
    let worker = thread::spawn({
        let desk = Arc::clone(&desk);
        move || worker(&desk, &Gateway(out), &nudged)
    });

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
    block(desk.open(1, &recipients, Seed::draw(&mut getrandom::SysRng)?))??;
    nudge.send(())?;

    // People read their messages and enter the codes on the page.
    for _ in 0..2 {
        let (number, code) = handset.recv()?;
        let leader = number.ends_with('1');
        let last_six = if leader { "345678" } else { "654321" };
        let submitted = block(desk.submit(&Entry::parse(&number, &code, last_six)?))??;
        println!("page:   {}", submitted.text(Lang::Zh));
        let resent = block(desk.resend(&ResendRequest::parse(&number, last_six)?))??;
        println!("page:   {}", resent.text(Lang::Zh));
    }
    let status = block(desk.session(1))??.status();
    println!("order:  {}", status.order_status());
    drop(nudge);
    worker.join().map_err(|_| "the worker panicked")?;
    Ok(())
}

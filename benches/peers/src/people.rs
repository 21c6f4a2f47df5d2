//! Made-up persons, and rounds for them.

use std::ops::Range;

use beian::{
    Decision, DeliveryReport, KeyRing, Opening, Recipient, Recipients, Role, Seed, Session, Update,
    VerificationPolicy, host::SessionStore,
};
use chrono::{DateTime, TimeDelta, Utc};
use getrandom::SysRng;

use crate::contest::Fault;

/// The last six of everybody's ID.
pub(crate) const LAST_SIX: &str = "345678";

/// Who makes an entry.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    /// The mobile number.
    pub(crate) mobile: String,
    /// The code that was sent.
    pub(crate) code: String,
    /// Another one.
    pub(crate) wrong: String,
}

impl Person {
    /// A person, by number, and the code that was sent.
    pub(crate) fn new(n: u32, code: &str) -> Self {
        let wrong = code.bytes().map(|digit| match digit {
            b'9' => '0',
            digit => char::from(digit + 1),
        });
        Self {
            mobile: mobile(n),
            code: code.to_owned(),
            wrong: wrong.collect(),
        }
    }
}

/// A number of nobody.
pub(crate) fn mobile(n: u32) -> String {
    format!("199{n:08}")
}

/// One key.
pub(crate) fn keys() -> Result<KeyRing, Fault> {
    Ok(KeyRing::single(1, [7; 32])?)
}

/// Who verifies in a round: one person.
pub(crate) fn recipients(n: u32) -> Result<Recipients, Fault> {
    let recipient = Recipient::new(mobile(n).parse()?, Role::EntityLeader, [LAST_SIX.parse()?]);
    Ok(Recipients::new([recipient], VerificationPolicy::REGULATOR).ok_or("nobody")?)
}

/// A round of one person whose message is due.
pub(crate) fn opened(n: u32, keys: &KeyRing, now: DateTime<Utc>) -> Result<Decision<()>, Fault> {
    let recipients = recipients(n)?;
    let opening = Opening::new(u128::from(n), &recipients, Seed::draw(&mut SysRng)?);
    Ok(Session::open(&opening, keys, now)?)
}

/// An open round of one person whose message was accepted, and the two updates that led there.
pub(crate) fn round(
    n: u32,
    keys: &KeyRing,
    now: DateTime<Utc>,
) -> Result<(Person, Session, [Update; 2]), Fault> {
    let opened = opened(n, keys, now)?;
    let first = opened.update().clone();
    let (session, ()) = opened.persisted();
    let message = session.outbox(keys, now)?;
    let message = message.first().ok_or("nothing to send")?;
    let person = Person::new(n, message.code_for_transport());
    let accepted = session.report(message.id(), DeliveryReport::Accepted, now)?;
    let second = accepted.update().clone();
    let (session, _) = accepted.persisted();
    Ok((person, session, [first, second]))
}

/// A hundred rounds in a transaction.
const BATCH: usize = 100;

/// Rounds that are open in a store, their messages accepted: a little later than now, so that no worker
/// takes a message to be due in the meantime.
pub(crate) async fn open<S: SessionStore>(
    store: &S,
    keys: &KeyRing,
    numbers: Range<u32>,
) -> Result<Vec<Person>, Fault> {
    let soon = Utc::now() + TimeDelta::minutes(5);
    let (mut people, mut opened, mut accepted) = (Vec::new(), Vec::new(), Vec::new());
    for n in numbers {
        let (person, _, [first, second]) = round(n, keys, soon)?;
        people.push(person);
        opened.push(first);
        accepted.push(second);
    }
    for batch in opened.chunks(BATCH).chain(accepted.chunks(BATCH)) {
        store.save(batch).await?;
    }
    Ok(people)
}

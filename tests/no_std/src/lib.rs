//! Links the crate into a static library that has its own panic handler and allocator. If anything
//! brought std along, there would be two of each, and the build would fail with E0152.
#![no_std]

extern crate alloc;

use alloc::vec::Vec;
use core::{
    alloc::{GlobalAlloc, Layout},
    panic::PanicInfo,
    ptr,
};

use beian::{
    Entry, FilingOrder, IdDocument, KeyRing, Lang, LastSix, Message, MobileNumber, Opening, Person,
    Province, Recipient, Recipients, Requirement, Role, Rulebook, Seed, ServiceKind, Session,
    SessionId, Template, Tracker, Update, VerificationPolicy,
    host::{Desk, Lease, Leased, SaveError, SendOutcome, SessionStore, SmsSender, block},
};
use chrono::{DateTime, TimeDelta, Utc};
use rand_core::{TryCryptoRng, TryRng};

/// One call into every part of the public API; returns how many went well.
#[unsafe(no_mangle)]
pub extern "C" fn beian_no_std() -> u32 {
    let parts = [
        values(),
        recipients(),
        filing().is_some(),
        session().is_some(),
        desk().is_some(),
    ];
    parts.into_iter().map(u32::from).sum()
}

fn values() -> bool {
    "+86 199-0000-0001".parse::<MobileNumber>().is_ok() && "34567X".parse::<LastSix>().is_ok()
}

fn recipients() -> bool {
    let Ok(mobile) = MobileNumber::parse("19900000001") else {
        return false;
    };
    let recipient = Recipient::new(mobile, Role::EntityLeader, LastSix::parse("345678"));
    Recipients::new([recipient], VerificationPolicy::REGULATOR).is_some()
}

fn filing() -> Option<()> {
    let leader = Person::new(
        "张三",
        "19900000001",
        IdDocument::passport("E12345678").ok()?,
    )
    .ok()?;
    let admin = Person::new(
        "李四",
        "19900000002",
        IdDocument::passport("E87654321").ok()?,
    )
    .ok()?;
    let order = FilingOrder::initial(Province::Beijing, leader)
        .service(ServiceKind::Website, "示例站", admin)
        .build()
        .ok()?;
    let requirement = Rulebook::CURRENT.requirement(&order);
    let Requirement::Verify(recipients) = &requirement else {
        return None;
    };
    let now = DateTime::<Utc>::UNIX_EPOCH;
    let steps = Tracker::new(recipients, now).next_steps(now);
    steps.first().map(|step| drop(step.text(Lang::Zh)))
}

fn session() -> Option<()> {
    let (keys, now) = (
        KeyRing::single(1, [7; 32]).ok()?,
        DateTime::<Utc>::UNIX_EPOCH,
    );
    let person = Recipient::new(
        MobileNumber::parse("19900000001").ok()?,
        Role::EntityLeader,
        LastSix::parse("345678"),
    );
    let recipients = Recipients::new([person], VerificationPolicy::REGULATOR)?;
    let opening = Opening::new(1, &recipients, Seed::draw(&mut Zeros).ok()?);
    let (session, ()) = Session::open(&opening, &keys, now).ok()?.persisted();
    let message = session.outbox(&keys, now).ok()?.pop()?;
    drop(message.text(&Template::ILLUSTRATIVE));
    let entry = Entry::parse("19900000001", message.code_for_transport(), "345678").ok()?;
    session.submit(&entry, &keys, now).ok().map(drop)
}

fn desk() -> Option<()> {
    let keys = KeyRing::single(1, [7; 32]).ok()?;
    let desk = Desk::new(Nowhere, keys, || DateTime::<Utc>::UNIX_EPOCH);
    block(desk.dispatch(&Nowhere)).ok()?.ok().map(drop)
}

struct Zeros;

impl TryRng for Zeros {
    type Error = core::convert::Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        Ok(0)
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        Ok(0)
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Self::Error> {
        bytes.fill(0);
        Ok(())
    }
}

impl TryCryptoRng for Zeros {}

/// A store without a session, and a gateway without a message.
struct Nowhere;

impl SmsSender for Nowhere {
    async fn send(&self, _: &Message) -> SendOutcome {
        SendOutcome::Deferred
    }
}

impl SessionStore for Nowhere {
    type Error = core::fmt::Error;

    async fn load(&self, _: SessionId) -> Result<Option<Session>, Self::Error> {
        Ok(None)
    }

    async fn find(&self, _: &MobileNumber, _: DateTime<Utc>) -> Result<Vec<Session>, Self::Error> {
        Ok(Vec::new())
    }

    async fn save(&self, _: &[Update]) -> Result<(), SaveError<Self::Error>> {
        Err(SaveError::Conflict)
    }

    async fn lease_due(
        &self,
        _: DateTime<Utc>,
        _: usize,
        _: TimeDelta,
    ) -> Result<Vec<Leased>, SaveError<Self::Error>> {
        Ok(Vec::new())
    }

    async fn renew(&self, _: &Lease, _: DateTime<Utc>) -> Result<bool, SaveError<Self::Error>> {
        Ok(false)
    }

    async fn give_back(&self, _: &Lease) -> Result<(), SaveError<Self::Error>> {
        Ok(())
    }

    async fn next_due(&self, _: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, Self::Error> {
        Ok(None)
    }
}

struct Nothing;

// SAFETY: no memory is ever handed out, so none can be misused.
unsafe impl GlobalAlloc for Nothing {
    unsafe fn alloc(&self, _: Layout) -> *mut u8 {
        ptr::null_mut()
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}

#[global_allocator]
static ALLOCATOR: Nothing = Nothing;

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    loop {}
}

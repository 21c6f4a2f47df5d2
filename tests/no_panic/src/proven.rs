//! What links: reading what people type, looking at a session, keys, policies, instants.

use core::fmt::{self, Write};

use beian::{
    DeliveryReport, Entry, EntryOutcome, IdDocument, IdDocumentKind, KeyId, KeyRing, Keys, LastSix,
    MessageId, MobileNumber, Refusal, ResendOutcome, ResendRequest, Session, VerificationPolicy,
};
use chrono::{DateTime, TimeDelta, Utc};

/// Takes text and forgets it.
struct Sink;

impl Write for Sink {
    fn write_str(&mut self, _: &str) -> fmt::Result {
        Ok(())
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn mobile(input: &str) -> bool {
    MobileNumber::parse(input).is_ok()
}

#[unsafe(no_mangle)]
pub extern "C" fn mobile_masked(mobile: &MobileNumber) -> bool {
    write!(Sink, "{mobile}{mobile:?}").is_ok()
}

#[unsafe(no_mangle)]
pub extern "C" fn last_six(input: &str) -> bool {
    LastSix::parse(input).is_ok()
}

#[unsafe(no_mangle)]
pub extern "C" fn id_document(kind: IdDocumentKind, number: &str) -> bool {
    IdDocument::new(kind, number).is_ok()
}

#[unsafe(no_mangle)]
pub extern "C" fn entry(mobile: &str, code: &str, id: &str) -> bool {
    Entry::parse(mobile, code, id).is_ok()
}

#[unsafe(no_mangle)]
pub extern "C" fn resend_request(mobile: &str, id: &str) -> bool {
    ResendRequest::parse(mobile, id).is_ok()
}

#[unsafe(no_mangle)]
pub extern "C" fn policy(entries: u8, ids: u8, pause: TimeDelta, window: TimeDelta) -> bool {
    VerificationPolicy::builder()
        .wrong_entries_max(entries)
        .wrong_ids_max(ids)
        .resend_pause(pause)
        .delivery_clamp(pause)
        .unreachable_after(window)
        .not_the_regulators(window, entries)
        .build()
        .is_ok_and(|policy| policy.round_max() > pause)
}

#[unsafe(no_mangle)]
pub extern "C" fn mac(keys: &KeyRing, id: KeyId, message: &[u8]) -> bool {
    keys.mac(id, message).is_ok()
}

#[unsafe(no_mangle)]
pub extern "C" fn looks(session: &Session, now: DateTime<Utc>) -> usize {
    let open = session.is_found_at(now) && session.version() > 0;
    let persons = session.recipients().filter(|_| open);
    persons
        .filter(|one| one.resends_left() > 0 && one.wrong_entries_left() > 0)
        .count()
}

#[unsafe(no_mangle)]
pub extern "C" fn answers(entry: EntryOutcome, resend: ResendOutcome, why: Refusal) -> usize {
    let names = [entry.answer().name(), resend.answer().name(), why.code()];
    names.iter().map(|name| name.len()).sum()
}

#[unsafe(no_mangle)]
pub extern "C" fn message_id(id: MessageId, report: DeliveryReport) -> bool {
    write!(Sink, "{id} {report}").is_ok()
}

/// The build must see this one.
#[cfg(feature = "control")]
#[unsafe(no_mangle)]
pub extern "C" fn control(bytes: &[u8], place: usize) -> u8 {
    bytes[place]
}

//! What is written and read again, in a text form and in a compact one; rulebooks and histories that a
//! host brings along.

use alloc::{string::String, vec::Vec};

use beian::{
    Event, FilingOrder, KeptIds, OrderLife, Province, Rulebook, ServiceKind, Session, Tracker,
    filing::{
        FiledSince,
        checks::{CheckRow, OrderFacts},
    },
    rulebook::{History, Period, Rule},
};
use chrono::{DateTime, TimeDelta, Utc};

type Instant = DateTime<Utc>;

macro_rules! both_forms {
    ($($value:ty: $write:ident, $read:ident;)+) => {$(
        #[unsafe(no_mangle)]
        pub extern "C" fn $write(value: &$value) -> Option<(String, Vec<u8>)> {
            let text = serde_json::to_string(value).ok()?;
            Some((text, postcard::to_allocvec(value).ok()?))
        }

        #[unsafe(no_mangle)]
        pub extern "C" fn $read(text: &[u8], bytes: &[u8]) -> Option<($value, $value)> {
            let text = serde_json::from_slice(text).ok()?;
            Some((text, postcard::from_bytes(bytes).ok()?))
        }
    )+};
}

both_forms! {
    Session: write_session, read_session;
    Event: write_event, read_event;
    KeptIds: write_kept_ids, read_kept_ids;
    Rulebook: write_rulebook, read_rulebook;
    Tracker: write_tracker, read_tracker;
    OrderLife: write_life, read_life;
    CheckRow: write_check_row, read_check_row;
    OrderFacts: write_order_facts, read_order_facts;
}

#[unsafe(no_mangle)]
pub extern "C" fn rulebook(name: &str, rules: Vec<Rule>, window: TimeDelta) -> Option<Rulebook> {
    Rulebook::new(String::from(name), rules, window).ok()
}

#[unsafe(no_mangle)]
pub extern "C" fn history(
    from: Instant,
    provinces: &[Province],
    rulebook: Rulebook,
    remark: &str,
    kind: ServiceKind,
) -> Option<History> {
    let period = Period::new(from, provinces, rulebook, String::from(remark));
    History::new([period], [FiledSince::new(kind, from)]).ok()
}

#[unsafe(no_mangle)]
pub extern "C" fn history_requires(history: &History, order: &FilingOrder, at: Instant) -> bool {
    let required = history.requirement(order, at);
    let in_force = history.in_force(at, order.province());
    required.is_ok_and(|required| required.recipients().is_some())
        && in_force.is_ok_and(|period| period.rulebook() == Rulebook::CURRENT)
}

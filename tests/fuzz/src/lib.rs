//! What holds of any bytes, one property a file. The fuzz targets look for bytes of which it doesn't;
//! `tests/seeds.rs` asks of the committed ones with every test run.

mod bytes;
pub mod event;
pub mod filing_number;
pub mod form;
pub mod id_document;
pub mod inputs;
pub mod kept_ids;
pub mod life;
pub mod order;
pub mod phone;
pub mod rulebook;
pub mod snapshot_json;
pub mod snapshot_postcard;
pub mod tracker;
pub mod wechat;
#[path = "../../snapshots/world.rs"]
#[allow(dead_code, reason = "shared with the property tests")]
mod world;

/// The name of a target, and what it asks.
pub type Target = (&'static str, fn(&[u8]));

/// Each of them.
pub const TARGETS: [Target; 14] = [
    ("event", event::holds),
    ("filing_number", filing_number::holds),
    ("form", form::holds),
    ("id_document", id_document::holds),
    ("inputs", inputs::holds),
    ("kept_ids", kept_ids::holds),
    ("life", life::holds),
    ("order", order::holds),
    ("phone", phone::holds),
    ("rulebook", rulebook::holds),
    ("snapshot_json", snapshot_json::holds),
    ("snapshot_postcard", snapshot_postcard::holds),
    ("tracker", tracker::holds),
    ("wechat", wechat::holds),
];

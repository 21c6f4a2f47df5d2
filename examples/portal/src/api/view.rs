//! What the API shows of an order.

use beian::{RecipientView, Session};
use beian_web::clock::instant;
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::schema;
use crate::{
    orders::{Order, Page},
    store::Trail,
};

/// An order.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Order)]
pub(super) struct OrderView {
    /// Names the order.
    #[schema(value_type = schema::OrderId)]
    id: String,
    /// What it is for.
    #[schema(value_type = schema::FilingType)]
    filing_type: &'static str,
    /// Where it is.
    #[schema(value_type = schema::OrderStatus)]
    status: &'static str,
    /// Why it was returned.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = schema::ReturnCause, required = false)]
    returned_because: Option<&'static str>,
    /// Who is texted, sorted by number; empty before the first submission, or if nobody verifies.
    recipients: Vec<Recipient>,
    /// The audit trail.
    #[schema(value_type = Vec<Event>)]
    events: Vec<Map<String, Value>>,
}

/// A person who must verify. Afterwards as they were at the end.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct Recipient {
    /// The number, masked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    mobile: Option<String>,
    /// The roles that the number has.
    #[schema(value_type = Vec<schema::Role>)]
    roles: Vec<&'static str>,
    /// How far they have come.
    #[schema(value_type = schema::RecipientState)]
    state: &'static str,
    /// The last instant in time for them, once a message is out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false)]
    window_closes_at: Option<String>,
    /// Resends that they can still ask for.
    resends_left: u8,
    /// Wrong entries before they are locked.
    wrong_entries_left: u8,
}

/// Some orders.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct OrderList {
    /// Oldest first.
    items: Vec<OrderView>,
    /// What to pass as `after` for the next ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = schema::OrderId, required = false)]
    next: Option<String>,
}

/// Something that happened. What is there beside `type` and `at` goes by the type.
#[derive(ToSchema)]
#[expect(dead_code, reason = "what the document says of a map")]
struct Event {
    #[schema(value_type = schema::EventType)]
    r#type: String,
    /// When; of an end, the instant of the end itself.
    #[schema(format = DateTime)]
    at: String,
    /// When an end was noticed.
    #[schema(value_type = String, format = DateTime, required = false)]
    noticed_at: Option<String>,
    /// Which round, from 1.
    #[schema(value_type = u32, required = false)]
    round: Option<u32>,
    /// Whose number it was about, masked.
    #[schema(value_type = String, required = false)]
    mobile: Option<String>,
    /// Which message to that number, from 0.
    #[schema(value_type = u16, required = false)]
    number: Option<u16>,
    /// Why the message is sent.
    #[schema(value_type = schema::MessageKind, required = false)]
    kind: Option<String>,
    /// When the message goes out again; null if it doesn't.
    #[schema(format = DateTime)]
    again_at: Option<String>,
    /// What the gateway calls its reason; null if it gave none.
    gateway_code: Option<String>,
    /// When the window starts.
    #[schema(value_type = String, format = DateTime, required = false)]
    window_starts_at: Option<String>,
    /// What the gateway said.
    #[schema(value_type = schema::Report, required = false)]
    report: Option<String>,
    /// Wrong entries so far.
    #[schema(value_type = u8, required = false)]
    wrong_entries: Option<u8>,
    /// Wrong IDs on the resend form so far.
    #[schema(value_type = u8, required = false)]
    wrong_ids: Option<u8>,
    /// Why an entry wasn't counted.
    #[schema(value_type = String, required = false)]
    why: Option<String>,
    /// Why the round was returned.
    #[schema(value_type = schema::ReturnCause, required = false)]
    cause: Option<String>,
}

impl From<&Order> for OrderView {
    fn from(order: &Order) -> Self {
        let recipients = order.round.iter().flat_map(Session::recipients);
        Self {
            id: order.id.to_string(),
            filing_type: order.filing.filing_type().name(),
            status: order.life.status().name(),
            returned_because: order.life.return_cause().map(beian::ReturnCause::name),
            recipients: recipients.map(Recipient::from).collect(),
            events: order.trail.iter().map(event).collect(),
        }
    }
}

impl From<RecipientView<'_>> for Recipient {
    fn from(person: RecipientView<'_>) -> Self {
        Self {
            mobile: person.mobile().map(ToString::to_string),
            roles: person.roles().iter().map(beian::Role::name).collect(),
            state: person.state().name(),
            window_closes_at: person.window_closes_at().map(instant),
            resends_left: person.resends_left(),
            wrong_entries_left: person.wrong_entries_left(),
        }
    }
}

impl From<&Page> for OrderList {
    fn from(page: &Page) -> Self {
        Self {
            items: page.items.iter().map(OrderView::from).collect(),
            next: page.next.map(|id| id.to_string()),
        }
    }
}

/// `{type, at, noticed_at?, mobile?, round?, …}`: an end bears its own instant, and when it was
/// noticed.
fn event(line: &Trail) -> Map<String, Value> {
    let mut rest = line.event.clone();
    let mut event = Map::new();
    event.extend(rest.remove_entry("type"));
    let ended_at = rest.remove("ended_at");
    rest.remove("at");
    rest.remove("session");
    rest.remove("version");
    match ended_at.as_ref().and_then(micros) {
        Some(ended_at) => {
            event.insert("at".to_owned(), ended_at);
            event.insert("noticed_at".to_owned(), instant(line.at).into());
        }
        None => {
            event.insert("at".to_owned(), instant(line.at).into());
        }
    }
    if let Some(round) = line.round {
        let [.., a, b, c, d] = *round.as_bytes();
        event.insert("round".to_owned(), u32::from_be_bytes([a, b, c, d]).into());
    }
    for (name, value) in rest {
        let value = Some(name.as_str())
            .filter(|name| name.ends_with("_at"))
            .and_then(|_| micros(&value))
            .unwrap_or(value);
        event.insert(name, value);
    }
    event
}

/// A stored instant, with six decimals.
fn micros(value: &Value) -> Option<Value> {
    let at: DateTime<Utc> = value.as_str()?.parse().ok()?;
    Some(instant(at).into())
}

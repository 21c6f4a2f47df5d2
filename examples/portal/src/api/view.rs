//! What the API shows of an order.

use beian::{RecipientView, Session};
use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::{
    orders::{Order, Page},
    store::Trail,
};

/// An order.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Order)]
pub(super) struct OrderView {
    /// Names the order.
    id: String,
    /// What it is for.
    #[schema(schema_with = super::openapi::filing_types)]
    filing_type: &'static str,
    /// Where it is.
    #[schema(schema_with = super::openapi::statuses)]
    status: &'static str,
    /// Why it was returned.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = super::openapi::causes)]
    returned_because: Option<&'static str>,
    /// Who is texted, sorted by number; empty before the first submission, or if nobody verifies.
    recipients: Vec<Recipient>,
    /// The audit trail.
    #[schema(schema_with = super::openapi::events)]
    events: Vec<Map<String, Value>>,
}

/// A person who must verify. Afterwards as they were at the end.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct Recipient {
    /// The number, masked.
    #[serde(skip_serializing_if = "Option::is_none")]
    mobile: Option<String>,
    /// The roles that the number has.
    #[schema(schema_with = super::openapi::roles)]
    roles: Vec<&'static str>,
    /// How far they have come.
    #[schema(schema_with = super::openapi::states)]
    state: &'static str,
    /// The last instant in time for them, once a message is out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
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
    next: Option<String>,
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

/// RFC 3339, UTC, six decimals.
#[must_use]
pub fn instant(instant: DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Micros, true)
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

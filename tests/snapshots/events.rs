//! The audit trail as it is stored: every kind of event in both forms, as files, and read again.

use std::collections::BTreeSet;

use beian::{DeliveryReport, Event, EventKind, GatewayCode, MessageKind, Refusal, RoundFailure};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::{forms::hex, released::golden};

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_780_279_200 + second, 123_456_000).unwrap()
}

/// One of each kind, and of each that may lack something one more.
fn kinds() -> Vec<EventKind> {
    let (recipient, number) = (1, 300);
    vec![
        EventKind::RoundOpened,
        EventKind::MessageQueued {
            recipient,
            number,
            kind: MessageKind::Resend,
        },
        EventKind::MessageAccepted { recipient, number },
        EventKind::MessageDeferred {
            recipient,
            number,
            again_at: at(60),
        },
        EventKind::MessageFailed {
            recipient,
            number,
            again_at: Some(at(120)),
            gateway_code: Some(GatewayCode::new("isv.OUT_OF_SERVICE").unwrap()),
        },
        EventKind::MessageFailed {
            recipient,
            number,
            again_at: None,
            gateway_code: None,
        },
        EventKind::MessageDelivered {
            recipient,
            window_starts_at: at(600),
        },
        EventKind::ReportRecorded {
            recipient,
            number,
            report: DeliveryReport::Undelivered,
        },
        EventKind::WrongEntry {
            recipient,
            wrong_entries: 4,
        },
        EventKind::PersonLocked { recipient },
        EventKind::EntryAfterLock { recipient },
        EventKind::EntryNotCounted {
            recipient,
            why: Refusal::SupersededCode,
        },
        EventKind::EntryNotCounted {
            recipient,
            why: Refusal::AlreadyVerified,
        },
        EventKind::EntryNotCounted {
            recipient,
            why: Refusal::RepeatedEntry,
        },
        EventKind::EntryNotCounted {
            recipient,
            why: Refusal::IdNotCounted,
        },
        EventKind::WrongId {
            recipient,
            wrong_ids: 2,
        },
        EventKind::PersonVerified { recipient },
        EventKind::RoundCompleted,
        EventKind::RoundReturned {
            cause: RoundFailure::Unreachable,
            ended_at: at(-1),
        },
        EventKind::RoundWithdrawn,
        EventKind::PersonalDataErased,
    ]
}

fn events() -> Vec<Event> {
    let event = |(n, kind)| Event {
        session: 42.into(),
        version: n,
        at: at(0),
        kind,
    };
    (1..).zip(kinds()).map(event).collect()
}

#[test]
fn every_kind_of_event_is_written_and_read_as_in_the_golden_files() {
    let events = events();
    let names: BTreeSet<_> = events.iter().map(|event| event.kind.name()).collect();
    let source = include_str!("../../src/session/event.rs").lines();
    let of_source = source.filter_map(|line| line.split_once("=> \"")?.1.split('"').next());
    assert_eq!(names, of_source.collect(), "an event of each kind");
    let json = events
        .iter()
        .map(|event| serde_json::to_string(event).unwrap() + "\n");
    let packed = events
        .iter()
        .map(|event| hex(&postcard::to_allocvec(event).unwrap()) + "\n");
    for (file, stored) in [
        ("tests/golden/v1/events.jsonl", json.collect::<String>()),
        ("tests/golden/v1/events.hex", packed.collect()),
    ] {
        assert_eq!(golden(file, &stored), stored);
    }
    for event in events {
        let json = serde_json::to_string(&event).unwrap();
        assert_eq!(serde_json::from_str::<Event>(&json).unwrap(), event);
        let value = serde_json::to_value(event).unwrap();
        assert_eq!(value["type"], event.kind.name());
        let recipient = value.get("recipient").and_then(Value::as_u64);
        assert_eq!(recipient, event.kind.recipient().map(u64::from));
        assert_eq!(serde_json::from_value::<Event>(value).unwrap(), event);
        let bytes = postcard::to_allocvec(&event).unwrap();
        assert_eq!(postcard::from_bytes::<Event>(&bytes), Ok(event));
    }
}

/// An event that never happened isn't shown as one that did.
#[test]
fn what_is_no_event_is_refused() {
    let row = |kind: EventKind| {
        let [mut event, ..] = events()[..] else {
            panic!("no event")
        };
        event.kind = kind;
        serde_json::to_value(event).unwrap()
    };
    let (recipient, number) = (1, 1);
    let failed = row(EventKind::MessageFailed {
        recipient,
        number,
        again_at: None,
        gateway_code: None,
    });
    let not_counted = row(EventKind::EntryNotCounted {
        recipient,
        why: Refusal::SupersededCode,
    });
    let changes: [(Value, &str, Option<Value>); 15] = [
        (
            row(EventKind::RoundOpened),
            "type",
            Some(json!("round_reopened")),
        ),
        (row(EventKind::RoundOpened), "type", None),
        (row(EventKind::RoundOpened), "recipient", Some(json!(1))),
        (row(EventKind::RoundOpened), "session", Some(json!("2a"))),
        (row(EventKind::RoundOpened), "version", Some(json!(-1))),
        (row(EventKind::RoundOpened), "at", Some(json!("yesterday"))),
        (row(EventKind::RoundOpened), "at", None),
        (failed.clone(), "recipient", Some(json!(256))),
        (failed.clone(), "number", None),
        (failed.clone(), "again_at", None),
        (failed.clone(), "gateway_code", None),
        (
            failed.clone(),
            "gateway_code",
            Some(json!("to 19900000001")),
        ),
        (failed, "mobile", Some(json!("19900000001"))),
        (not_counted.clone(), "why", Some(json!("round_ended"))),
        (not_counted, "why", Some(json!("too_soon"))),
    ];
    for (mut row, field, value) in changes {
        assert!(serde_json::from_value::<Event>(row.clone()).is_ok());
        let fields = row.as_object_mut().unwrap();
        match value {
            Some(value) => fields.insert(field.into(), value),
            None => fields.remove(field),
        };
        let read = serde_json::from_value::<Event>(row.clone());
        assert!(read.is_err(), "{row}");
    }
}

#[test]
fn an_unknown_version_of_an_event_is_named() {
    let mut bytes = postcard::to_allocvec(&events()[0]).unwrap();
    assert_eq!(bytes[0], 1);
    bytes[0] = 2;
    assert!(postcard::from_bytes::<Event>(&bytes).is_err());
    bytes.truncate(8);
    bytes[0] = 1;
    assert!(postcard::from_bytes::<Event>(&bytes).is_err());
}

/// As everything that enters: to the microsecond, in UTC.
#[test]
fn an_instant_is_read_in_any_offset_and_cut() {
    let mut row = serde_json::to_value(events()[0]).unwrap();
    row["at"] = json!("2026-06-01T10:00:00.123456789+08:00");
    assert_eq!(serde_json::from_value::<Event>(row).unwrap().at, at(0));
}

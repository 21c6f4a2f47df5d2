//! What hosts hand on as JSON: one shape for each value, read back as what it was.

use std::fmt::Debug;

use beian::{
    DeliveryReportOutcome, EntryOutcome, Event, EventKind, MalformedId, MessageId, Refusal,
    ResendAnswer, ResendOutcome, RoundFailure, RoundStatus, SessionId, SubmissionId,
};
use chrono::{DateTime, TimeDelta};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

fn shown<T: Serialize + DeserializeOwned + PartialEq + Debug + Copy>(value: T, shape: Value) {
    assert_eq!(serde_json::to_value(value).unwrap(), shape);
    assert_eq!(serde_json::from_value::<T>(shape).unwrap(), value);
    let bytes = postcard::to_allocvec(&value).unwrap();
    assert_eq!(postcard::from_bytes::<T>(&bytes).unwrap(), value);
}

#[test]
fn ids_are_strings() {
    let session = SessionId::from(42);
    let (recipient, number, attempt) = (0, 1, 2);
    let message = MessageId {
        session,
        recipient,
        number,
        attempt,
    };
    shown(session, json!("0000000000000000000000000000002a"));
    shown(
        SubmissionId::from(7),
        json!("00000000000000000000000000000007"),
    );
    shown(message, json!("0000000000000000000000000000002a-0-1-2"));
    assert_eq!(postcard::to_allocvec(&session).unwrap().len(), 16);

    let error = serde_json::from_value::<SessionId>(json!("19900000001")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "malformed session id: expected 32 hex digits"
    );
}

#[test]
fn an_id_is_made_of_what_a_database_has() {
    let id = SessionId::from(u128::from(u64::MAX));
    assert_eq!(SessionId::from_u64(u64::MAX), id);
    assert_eq!(
        SessionId::try_from(i64::MAX).unwrap(),
        SessionId::from_u64(u64::MAX / 2)
    );
    assert_eq!(SessionId::try_from(&id.as_bytes()[..]), Ok(id));
    assert_eq!(u128::from(SubmissionId::from(7)), 7);

    let text = |error: MalformedId| error.to_string();
    assert_eq!(
        SessionId::try_from(-1_i64).map_err(text),
        Err("malformed session id: expected an integer that isn't negative".into())
    );
    assert_eq!(
        SubmissionId::try_from(&[0; 15][..]).map_err(text),
        Err("malformed submission id: expected sixteen bytes".into())
    );
}

#[test]
fn statuses_and_outcomes_have_one_shape_each() {
    let (at, noticed_at) = (
        DateTime::UNIX_EPOCH,
        DateTime::UNIX_EPOCH + TimeDelta::hours(1),
    );
    let cause = RoundFailure::WindowClosed;
    shown(cause, json!("window_closed"));
    shown(RoundStatus::SmsVerification, json!("sms_verification"));
    shown(
        RoundStatus::Returned {
            cause,
            at,
            noticed_at,
        },
        json!({"returned": {
            "cause": "window_closed", "at": "1970-01-01T00:00:00Z", "noticed_at": "1970-01-01T01:00:00Z",
        }}),
    );
    shown(
        RoundStatus::Withdrawn { at },
        json!({"withdrawn": {"at": "1970-01-01T00:00:00Z"}}),
    );

    shown(EntryOutcome::Completed, json!("completed"));
    shown(
        EntryOutcome::Wrong { left: 4 },
        json!({"wrong": {"left": 4}}),
    );
    shown(
        EntryOutcome::NotCounted(Refusal::OtherOrder),
        json!({"not_counted": "other_order"}),
    );
    shown(ResendOutcome::Queued, json!("queued"));
    shown(
        ResendOutcome::WrongId { left: 1 },
        json!({"wrong_id": {"left": 1}}),
    );
    let wait = TimeDelta::minutes(1);
    shown(
        ResendOutcome::NotSent(Refusal::TooSoon { wait }),
        json!({"not_sent": {"too_soon": {"wait": 60_000_000}}}),
    );
    shown(ResendAnswer::NoneLeft, json!("none_left"));
    shown(
        ResendAnswer::TooSoon { seconds: 60 },
        json!({"too_soon": {"seconds": 60}}),
    );
    shown(DeliveryReportOutcome::Applied, json!("applied"));
}

#[test]
fn a_refusal_is_its_code() {
    for refusal in [
        Refusal::UnknownNumber,
        Refusal::AlreadyVerified,
        Refusal::Locked,
        Refusal::RoundEnded,
        Refusal::SupersededCode,
        Refusal::RepeatedEntry,
        Refusal::IdNotCounted,
        Refusal::OtherOrder,
        Refusal::TooManyWrongIds,
        Refusal::NoneLeft,
        Refusal::UnknownMessage,
        Refusal::NothingDue,
        Refusal::RoundOpen,
        Refusal::NotWithdrawable,
        Refusal::AlreadyErased,
    ] {
        shown(refusal, json!(refusal.code()));
    }
}

/// What couldn't be read back isn't written.
#[test]
fn an_event_with_a_reason_that_is_never_remembered_is_refused() {
    let event = Event {
        session: SessionId::from(42),
        version: 1,
        at: DateTime::UNIX_EPOCH,
        kind: EventKind::EntryNotCounted {
            recipient: 0,
            why: Refusal::RoundEnded,
        },
    };
    assert!(serde_json::to_string(&event).is_err());
    assert!(postcard::to_allocvec(&event).is_err());
}

//! Attack 27, field by field: what can't have happened is refused, and the invariant is named.

use beian::{Session, Snapshot, SnapshotError, VerificationPolicy};
use serde_json::{Value, json};

use crate::golden::Round;

/// A golden session, what is forged in it, and what it is refused for.
type Forgery = (&'static str, Vec<(&'static str, Value)>, &'static str);

/// An instant, so many seconds after the opening of the golden sessions.
fn at(seconds: i64) -> Value {
    json!(1_780_279_200_123_456 + seconds * 1_000_000)
}

/// One microsecond later.
fn after(seconds: i64) -> Value {
    json!(at(seconds).as_i64().unwrap() + 1)
}

/// Every one forged as little as is possible.
#[expect(clippy::too_many_lines, reason = "a table")]
#[rustfmt::skip]
fn forgeries() -> Vec<Forgery> {
    let day = 24 * 3600;
    let zero = "00000000000000000000000000000000";
    let received = json!({"accepted_at": at(0), "window_starts_at": at(0), "delivered": false});
    let remembered = |outcome: Value, ids: &[u8]| {
        let one = |id: &u8| json!({"submission": format!("{id:032x}"), "outcome": outcome});
        Value::from(ids.iter().map(one).collect::<Vec<_>>())
    };
    let many = (0..65).collect::<Vec<u8>>();
    vec![
        ("opened", vec![("version", json!(0))], "a version is at least 1"),
        ("opened", vec![("policy/window", json!(1))], "every value of the policy is in its range"),
        ("opened", vec![("policy/resends_max", json!(1))],
            "every value of the policy is in its range"),
        ("opened", vec![("people", json!([]))], "there are 1 to 255 people"),
        ("opened", vec![("people/1/identity/mobile", json!("19900000001"))],
            "numbers ascend, none comes twice (R09)"),
        ("completed", vec![("people/1/identity", Value::Null)], "all numbers are erased, or none"),
        ("opened", vec![("people/0/identity", Value::Null), ("people/1/identity", Value::Null)],
            "an open round isn't erased"),
        ("opened", vec![("people/0/identity/ids", json!([]))], "IDs go with the numbers"),
        ("erased", vec![("people/0/phase/verified/spent", json!(zero.replace('0', "1")))],
            "what tells of entries is erased as well"),
        ("erased", vec![("people/0/remembered", remembered(json!("verified"), &[1]))],
            "what tells of entries is erased as well"),
        ("opened", vec![("people/0/roles", json!(["service_administrator", "entity_leader"]))],
            "roles come in order, none twice"),
        ("opened", vec![("people/0/roles", json!(["entity_leader", "entity_leader"]))],
            "roles come in order, none twice"),
        ("opened", vec![("opened_at", json!(i64::MAX))], "every instant is in the calendar"),
        ("opened", vec![("last_changed_at", at(-1))], "nothing happens before the opening (D09)"),
        ("opened", vec![("people/0/phase", json!("unverified"))],
            "nobody is given up while the round is open"),
        ("completed", vec![("state", json!("open"))], "a round ends when all have verified (R18)"),
        ("opened", vec![("last_changed_at", at(day + 1))], "an open round is in time (D07, D08)"),
        ("opened", vec![("state", json!({"completed": {"at": at(0)}}))],
            "a round completes when all have verified (R18)"),
        ("completed", vec![("state/completed/at", at(841))],
            "it completes with the last verification (D24)"),
        ("completed", vec![("last_changed_at", at(839))], "an end was noticed by a command"),
        ("returned", vec![("last_changed_at", at(day))], "an end was noticed by a command"),
        ("withdrawn", vec![("last_changed_at", at(day / 24))], "an end was noticed by a command"),
        ("opened", vec![("state", json!({"withdrawn": {"at": at(0)}}))],
            "nobody waits after the end"),
        ("opened", vec![("state", json!({"returned": {"cause": "unreachable", "at": at(0), "noticed_at": at(0)}}))],
            "nobody waits after the end"),
        ("returned", vec![("state/returned/cause", json!("window_closed"))],
            "a round is returned in time, or by an entry after a lock (D07, D19)"),
        ("returned", vec![("state/returned/at", at(3600))],
            "a round is returned in time, or by an entry after a lock (D07, D19)"),
        ("returned_by_entry", vec![("state/returned/at", at(-1))],
            "a round is returned in time, or by an entry after a lock (D07, D19)"),
        ("returned_by_entry", vec![("state/returned/cause", json!("window_closed"))],
            "a round is returned in time, or by an entry after a lock (D07, D19)"),
        // Another person's time was over at that instant, for another cause.
        ("returned_by_entry", vec![("opened_at", at(-1)), ("state/returned/at", after(day - 1)), ("state/returned/noticed_at", after(day - 1)), ("last_changed_at", after(day - 1))],
            "a round is returned in time, or by an entry after a lock (D07, D19)"),
        ("returned", vec![("state/returned/noticed_at", at(3600))],
            "an end is noticed when it is over, or later"),
        ("completed", vec![("state", json!({"withdrawn": {"at": at(840)}}))],
            "a completed round isn't withdrawn (D24)"),
        ("mid_round", vec![("people/0/messages", json!(1))], "every message was queued once"),
        ("mid_round", vec![("people/1/accepted", json!(2))],
            "accepted: the first, resends, the noon resend (D16)"),
        ("mid_round", vec![("people/0/accepted", json!(1))],
            "a resend is used up when it is accepted (D11)"),
        ("opened", vec![("people/0/messages", json!(2))],
            "the first message is accepted before any other goes"),
        ("mid_round", vec![("people/0/resends_used", json!(3)), ("people/0/accepted", json!(4)), ("people/0/messages", json!(5))],
            "no more resends than the policy has (R22)"),
        ("mid_round", vec![("people/0/noon_done", json!(true))],
            "a noon resend is for the policy to allow (D16)"),
        ("opened", vec![("people/0/wrong_ids", json!(6))],
            "no ID is compared beyond the budget (D14)"),
        ("locked", vec![("people/0/wrong_entries", json!(6))],
            "no entry is compared beyond the budget (D19)"),
        ("opened", vec![("people/0/wrong_entries", json!(5))],
            "a person is locked by the last wrong entry, and by nothing else (D19)"),
        ("locked", vec![("people/0/wrong_entries", json!(4))],
            "a person is locked by the last wrong entry, and by nothing else (D19)"),
        ("opened", vec![("people/0/accepted", json!(1))],
            "an accepted message starts a window (D05)"),
        ("opened", vec![("people/0/received", received.clone())],
            "a window starts with a message settled"),
        ("opened", vec![("people/0/settled_at", at(0))],
            "the first message settles when it is accepted (D11)"),
        ("opened", vec![("people/0/received", received), ("people/0/settled_at", at(0))],
            "a window starts with an accepted message (D05)"),
        ("mid_round", vec![("people/1/received/accepted_at", at(-1))],
            "no message is accepted before the opening"),
        ("mid_round", vec![("people/1/settled_at", at(59))], "the first message settles first"),
        ("mid_round", vec![("people/1/settled_at", at(61))], "one message settles once"),
        ("mid_round", vec![("people/0/settled_at", at(301))],
            "no message settles after the person's end (D24)"),
        ("mid_round", vec![("people/1/received/window_starts_at", at(59))],
            "a window doesn't start before the acceptance (D05)"),
        ("mid_round", vec![("people/1/received/window_starts_at", at(301))],
            "a window doesn't start after the person's end (D05)"),
        ("withdrawn", vec![("people/1/received/window_starts_at", at(601))],
            "a report is worth the clamp (D05)"),
        ("mid_round", vec![("people/0/received/window_starts_at", at(61))],
            "only a delivery moves the window's start (D05)"),
        ("mid_round", vec![("people/0/messages", json!(20))], "resends keep their pause (D14)"),
        ("noon", vec![("last_changed_at", at(3600))],
            "the noon resend goes at noon or later (D16)"),
        ("returned", vec![("people/0/phase/verified/at", at(-1)), ("people/0/accepted", json!(0)), ("people/0/received", Value::Null), ("people/0/settled_at", Value::Null)],
            "nobody verifies before the opening"),
        ("returned", vec![("people/0/phase/verified/at", at(day + 1))],
            "nobody verifies after the end (D08)"),
        ("returned", vec![("people/0/phase/verified/at", json!(1_780_279_200_123_456_i64 + day * 1_000_000 + 1))],
            "nobody verifies late (D04)"),
        ("opened", vec![("people/0/phase/waiting/created", json!(3))],
            "a code is ahead of the accepted ones by one at most"),
        ("opened", vec![("people/0/phase/waiting/created", json!(0))],
            "codes are created one by one, up to four"),
        ("mid_round", vec![("people/1/messages", json!(2))],
            "the second message has a second code"),
        ("mid_round", vec![("people/0/phase/waiting/created", json!(2))],
            "the message under way has a code of its own"),
        ("mid_round", vec![("people/1/phase/waiting/created", json!(2))],
            "a code without message is of one that stopped (D11)"),
        ("opened", vec![("people/0/phase/waiting/under_way", Value::Null)],
            "a code without message is of one that stopped (D11)"),
        // No resend can have stopped: all are used up.
        ("mid_round", vec![("people/0/messages", json!(4)), ("people/0/accepted", json!(3)), ("people/0/resends_used", json!(2)), ("people/0/phase/waiting/created", json!(4)), ("people/0/phase/waiting/under_way", Value::Null)],
            "a code without message is of one that stopped (D11)"),
        ("mid_round", vec![("people/0/messages", json!(5)), ("people/0/settled_at", at(180))],
            "resends that settled kept their pause (D14)"),
        ("opened", vec![("people/0/phase/waiting/under_way/kind", json!("resend"))],
            "the first message goes first"),
        ("opened", vec![("people/0/phase/waiting/under_way/due", at(-1))],
            "a message is due when queued, or a pause after a setback"),
        ("opened", vec![("people/0/phase/waiting/under_way/due", at(1))],
            "a pause counts from a report that came (D11)"),
        ("opened", vec![("people/0/phase/waiting/under_way/due", at(1)), ("last_changed_at", at(1))],
            "the first message is due at once (R02)"),
        ("opened", vec![("people/0/first_attempt", json!(1))],
            "a new attempt follows a setback (D11)"),
        ("mid_round", vec![("people/0/messages", json!(2))], "the resend under way is not used up"),
        ("mid_round", vec![("people/0/messages", json!(4)), ("people/0/accepted", json!(3)), ("people/0/resends_used", json!(2)), ("people/0/phase/waiting/created", json!(4))],
            "the resend under way is one that is left (R22)"),
        ("mid_round", vec![("people/0/settled_at", at(241))], "a resend waits for the pause (D14)"),
        ("mid_round", vec![("people/0/phase/waiting/under_way/kind", json!("noon"))],
            "the noon resend is queued once (D16)"),
        ("noon", vec![("people/0/accepted", json!(2)), ("people/0/phase/waiting/created", json!(3))],
            "the noon resend is accepted once (D16)"),
        ("mid_round", vec![("people/0/remembered", remembered(json!("superseded_code"), &many))],
            "entries that don't count are kept up to a limit"),
        ("mid_round", vec![("people/0/remembered", remembered(json!({"wrong": {"left": 4}}), &[1, 2]))],
            "each wrong entry leaves fewer (B07)"),
        ("completed", vec![("people/0/remembered", remembered(json!("verified"), &[1, 2]))],
            "a person verifies once"),
        ("locked", vec![("people/0/remembered", remembered(json!("locked"), &[1, 2]))],
            "a person is locked once"),
        ("returned_by_entry", vec![("people/0/remembered", remembered(json!("returned"), &[1, 2]))],
            "a round is returned once"),
        ("mid_round", vec![("people/0/remembered", remembered(json!("locked"), &[1]))],
            "an outcome fits what came of it"),
        ("mid_round", vec![("people/0/remembered", remembered(json!("verified"), &[1]))],
            "an outcome fits what came of it"),
        ("returned", vec![("people/0/remembered", remembered(json!("completed"), &[1]))],
            "an outcome fits what came of it"),
        ("locked", vec![("people/0/remembered", remembered(json!("returned"), &[1]))],
            "an outcome fits what came of it"),
        ("mid_round", vec![("people/0/remembered", remembered(json!({"wrong": {"left": 3}}), &[1]))],
            "an outcome fits what came of it"),
        ("mid_round", vec![("people/0/remembered", remembered(json!({"wrong": {"left": 0}}), &[1]))],
            "an outcome fits what came of it"),
        ("mid_round", vec![("people/1/remembered", remembered(json!("superseded_code"), &[1]))],
            "an outcome fits what came of it"),
        ("mid_round", vec![("people/1/remembered", remembered(json!("repeated_entry"), &[1]))],
            "an outcome fits what came of it"),
        ("mid_round", vec![("people/1/remembered", remembered(json!("id_not_counted"), &[1]))],
            "an outcome fits what came of it"),
        ("locked", vec![("people/0/remembered", remembered(json!({"wrong": {"left": 0}}), &[1]))],
            "an outcome fits what came of it"),
        ("withdrawn", vec![("people/0/remembered", remembered(json!("returned"), &[1]))],
            "an outcome fits what came of it"),
        // By another person's entry.
        ("returned_by_entry", vec![("people/1/remembered", remembered(json!("returned"), &[1]))],
            "an outcome fits what came of it"),
        // Returned when time was over, so by no entry.
        ("returned_by_entry", vec![("state/returned/at", after(day)), ("state/returned/noticed_at", at(day + 1)), ("last_changed_at", at(day + 1))],
            "an outcome fits what came of it"),
        ("mid_round", vec![("people/0/remembered", remembered(json!("superseded_code"), &[1, 1]))],
            "a submission id is remembered once (D21)"),
    ]
}

#[test]
fn attack_27_what_can_not_have_happened_is_refused_by_name() {
    let rounds = Round::all(&VerificationPolicy::REGULATOR);
    for (name, fields, invariant) in forgeries() {
        let (_, round) = rounds.iter().find(|(known, _)| *known == name).unwrap();
        let mut json = serde_json::to_value(&round.world.session).unwrap();
        for (field, value) in &fields {
            let place = json.pointer_mut(&format!("/v1/{field}"));
            *place.unwrap_or_else(|| panic!("no {field} in {name}")) = value.clone();
        }
        let snapshot = serde_json::from_value::<Snapshot>(json).unwrap();
        let read = Session::try_from(snapshot);
        let session = round.world.session.id();
        assert_eq!(
            read,
            Err(SnapshotError::Broken { session, invariant }),
            "{name}: {fields:?}"
        );
    }
}

/// An invariant that no forgery breaks could be left out unnoticed.
#[test]
fn every_invariant_has_a_forgery() {
    // The stored form can't say it: a person and their identity are stored as one.
    let can_not_be_stored = "every person has an identity";
    let source = include_str!("../../src/session/invariants.rs");
    let listed = source
        .split('"')
        .skip(1)
        .step_by(2)
        .filter(|words| words.contains(' '));
    let forged = forgeries()
        .into_iter()
        .map(|(_, _, words)| words)
        .collect::<Vec<_>>();
    for words in listed {
        assert!(
            words == can_not_be_stored || forged.contains(&words),
            "{words}"
        );
    }
}

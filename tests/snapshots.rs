//! What is stored: read back as it was, or refused (attacks 11 and 27).
#![cfg(feature = "serde")]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may fail"
)]

mod forms;

#[path = "snapshots/events.rs"]
mod events;
#[path = "snapshots/forged.rs"]
mod forged;
#[path = "snapshots/golden.rs"]
mod golden;
#[path = "snapshots/handed_on.rs"]
mod handed_on;
#[path = "snapshots/others.rs"]
mod others;
#[path = "snapshots/released.rs"]
mod released;
#[path = "snapshots/secrets.rs"]
mod secrets;
#[path = "snapshots/world.rs"]
mod world;

use std::collections::BTreeSet;

use beian::{Event, Session, Snapshot, SnapshotError, VerificationPolicy};
use chrono::{DateTime, Utc};
use proptest::{
    collection::vec,
    prelude::{ProptestConfig, any, proptest},
    sample::Index,
};
use rand_core::Rng;
use serde_json::{Value, json};
use world::{Step, World, assert_kept, policy};

fn config() -> ProptestConfig {
    ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

fn noon() -> DateTime<Utc> {
    DateTime::from_timestamp(1_780_000_000, 123_456_789).unwrap()
}

/// A session that has come a way, without an end if `steps` bring none.
fn somewhere(people: u8, terms: [u8; 4], steps: &[Step]) -> Session {
    let (mut world, _) = World::open(people, policy(terms), noon());
    for step in steps {
        let before = world.session.clone();
        world.step(*step);
        if before.status().is_open() && !world.session.status().is_open() && step[0] & 0x30 != 0 {
            world.session = before;
        }
    }
    world.session
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn every_session_is_read_back_as_it_was(
        people: u8, terms: [u8; 4], opened: u8, steps in vec(any::<Step>(), 0..80),
    ) {
        let now = match opened {
            0..=3 => DateTime::<Utc>::MIN_UTC,
            4..=7 => DateTime::<Utc>::MAX_UTC,
            8..=15 => DateTime::<Utc>::MAX_UTC - chrono::TimeDelta::hours(i64::from(opened)),
            _ => noon(),
        };
        let (world, _) = World::open(people % 3 + 1, policy(terms), now);
        assert_kept(&world.session);
        world.survive(&steps);
    }

    #[test]
    fn a_round_that_goes_on_is_read_back_as_it_was(
        people: u8, terms: [u8; 4], steps in vec(any::<Step>(), 0..200),
    ) {
        assert_kept(&somewhere(people % 3 + 1, terms, &steps));
    }

    #[test]
    fn attack_27_changed_bytes_are_refused_or_survive(
        people: u8,
        terms: [u8; 4],
        first in vec(any::<Step>(), 0..40),
        edits in vec(any::<(Index, u8, u8)>(), 1..4),
        then in vec(any::<Step>(), 0..20),
    ) {
        let mut bytes = postcard::to_allocvec(&somewhere(people % 3 + 1, terms, &first)).unwrap();
        for (place, edit, byte) in edits {
            let place = place.index(bytes.len());
            match edit % 8 {
                0 => bytes.truncate(place),
                1 => bytes.insert(place, byte),
                2 => drop(bytes.remove(place)),
                3 => bytes[place] = byte,
                4 => bytes[place] ^= 1 << (byte % 8),
                _ => bytes[place] = bytes[place].wrapping_add(byte % 5).wrapping_sub(2),
            }
            if bytes.is_empty() {
                bytes.push(byte);
            }
        }
        if let Ok(session) = postcard::from_bytes::<Session>(&bytes) {
            assert_kept(&session);
            World::new(session).survive(&then);
        }
    }

    #[test]
    fn attack_27_changed_fields_are_refused_or_survive(
        people: u8,
        terms: [u8; 4],
        first in vec(any::<Step>(), 0..60),
        edits in vec(any::<(Index, u8, i64)>(), 1..3),
        then in vec(any::<Step>(), 0..20),
    ) {
        let mut json = serde_json::to_value(somewhere(people % 3 + 1, terms, &first)).unwrap();
        for (place, edit, number) in edits {
            let count = leaves(&mut json).len();
            let other = leaves(&mut json)[usize::from(edit) % count].clone();
            let mut all = leaves(&mut json);
            let leaf = &mut *all[place.index(count)];
            *leaf = match (leaf.as_i64(), edit % 8) {
                (Some(_), 0) => json!(number),
                (Some(was), 1..=3) => json!(was.saturating_add(number % 3)),
                (Some(was), 4) => json!(was.saturating_add(number % 200_000_000)),
                (_, 5) => other,
                (_, 6) => json!(number % 2 == 0),
                (_, 7) => Value::Null,
                _ => json!(["locked", "unverified", "open", "first", "resend", "noon"][usize::from(edit) % 6]),
            };
        }
        if let Ok(session) = serde_json::from_value::<Session>(json) {
            assert_kept(&session);
            World::new(session).survive(&then);
        }
    }

    #[test]
    fn attack_27_any_bytes_are_refused_or_survive(bytes: Vec<u8>) {
        assert!(serde_json::from_slice::<Session>(&bytes).is_err());
        if let Ok(session) = postcard::from_bytes::<Session>(&bytes) {
            assert_kept(&session);
        }
    }
}

/// The walks above are worth something: they come by everything that can happen,
/// but for a fourth code, which a golden session has.
#[test]
fn the_walks_come_by_every_kind_of_event() {
    let mut rng = world::rng();
    let mut draw = || {
        let mut bytes = [0; 4];
        rng.fill_bytes(&mut bytes);
        bytes
    };
    let (mut kinds, mut accepted) = (BTreeSet::new(), BTreeSet::new());
    for _ in 0..600 {
        let (mut world, opened) = World::open(draw()[0] % 3 + 1, policy(draw()), noon());
        let mut updates = vec![opened];
        updates.extend((0..80).filter_map(|_| world.step(draw())));
        for update in updates {
            for event in update.events() {
                let row = serde_json::to_value(event).unwrap();
                assert_eq!(row["type"], event.kind.name());
                assert_eq!(
                    row["recipient"].as_u64(),
                    event.kind.recipient().map(u64::from)
                );
                assert_eq!(serde_json::from_value::<Event>(row).unwrap(), event);
                let bytes = postcard::to_allocvec(&event).unwrap();
                assert_eq!(postcard::from_bytes::<Event>(&bytes), Ok(event));
                kinds.insert(event.kind.name());
            }
            let json = serde_json::to_value(update.session()).unwrap();
            let people = json["v1"]["people"].as_array().unwrap();
            accepted.extend(
                people
                    .iter()
                    .filter_map(|person| person["accepted"].as_u64()),
            );
        }
    }
    assert_eq!(kinds.len(), 17, "{kinds:?}");
    assert_eq!(accepted, BTreeSet::from([0, 1, 2, 3]));
}

/// Every value of a document that isn't made of others.
fn leaves(json: &mut Value) -> Vec<&mut Value> {
    if json.as_array().is_some_and(|list| !list.is_empty()) {
        let list = json.as_array_mut().into_iter().flatten();
        list.flat_map(leaves).collect()
    } else if json.as_object().is_some_and(|fields| !fields.is_empty()) {
        let fields = json
            .as_object_mut()
            .into_iter()
            .flat_map(|fields| fields.values_mut());
        fields.flat_map(leaves).collect()
    } else {
        vec![json]
    }
}

#[test]
fn an_unknown_version_is_named_in_both_forms() {
    let expected = "snapshot version 9 is unknown: this release reads version 1";

    let error = serde_json::from_str::<Session>(r#"{"v9":{"new":[1,{}]}}"#).unwrap_err();
    assert!(error.to_string().starts_with(expected), "{error}");

    let json: Snapshot = serde_json::from_str(r#"{"v9":{"new":[1,{}]}}"#).unwrap();
    let compact: Snapshot = postcard::from_bytes(&[9, 1, 2, 3]).unwrap();
    for snapshot in [json, compact] {
        assert_eq!(snapshot.version(), 9);
        assert!(serde_json::to_string(&snapshot).is_err());
        let error = Session::try_from(snapshot).unwrap_err();
        assert_eq!(error, SnapshotError::UnknownVersion { version: 9 });
        assert_eq!(error.to_string(), expected);
    }
    let zero: Snapshot = postcard::from_bytes(&[0; 64]).unwrap();
    assert_eq!(zero.version(), 0);
    for name in ["1", "v", "v01", "v+1", "V1", "v-1", "v4294967296", ""] {
        assert!(
            serde_json::from_value::<Snapshot>(json!({ name: {} })).is_err(),
            "{name}"
        );
    }
}

#[test]
fn a_truncated_snapshot_is_refused() {
    let (world, _) = World::open(2, VerificationPolicy::REGULATOR, noon());
    let json = serde_json::to_string(&world.session).unwrap();
    for end in 0..json.len() {
        assert!(
            serde_json::from_str::<Session>(&json[..end]).is_err(),
            "{end}"
        );
    }
    let bytes = postcard::to_allocvec(&world.session).unwrap();
    for end in 0..bytes.len() {
        assert!(
            postcard::from_bytes::<Session>(&bytes[..end]).is_err(),
            "{end}"
        );
    }
}

#[test]
fn a_field_that_nobody_knows_is_refused() {
    let (world, _) = World::open(2, VerificationPolicy::REGULATOR, noon());
    let mut json = serde_json::to_value(&world.session).unwrap();
    json["v1"]["policy"]["code_length"] = 4.into();
    assert!(serde_json::from_value::<Session>(json).is_err());
}

#[test]
fn a_number_in_another_spelling_is_refused() {
    let (world, _) = World::open(1, VerificationPolicy::REGULATOR, noon());
    let mut json = serde_json::to_value(&world.session).unwrap();
    let mobile = &mut json["v1"]["people"][0]["identity"]["mobile"];
    *mobile = format!("+86{}", mobile.as_str().unwrap()).into();
    assert!(serde_json::from_value::<Session>(json).is_err());
}

#[test]
fn an_id_in_another_spelling_is_refused() {
    let (world, _) = World::open(1, VerificationPolicy::REGULATOR, noon());
    for id in [
        "2A",
        "0000000000000000000000000000002A",
        "+000000000000000000000000000002a",
        "2a",
    ] {
        let mut json = serde_json::to_value(&world.session).unwrap();
        json["v1"]["id"] = id.into();
        assert!(serde_json::from_value::<Session>(json).is_err(), "{id}");
    }
}

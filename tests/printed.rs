//! What `Debug` and `Display` show: what it is, and nothing of what it hides (D28).
#![cfg(feature = "serde")]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a panic is how a test fails"
)]

mod common;
mod session_support;

use beian::{
    Change, Changes, KeyId, KeyRing, Keys, LastSix, Policy, Requirement, Role, Roles, Rulebook,
    Session, Snapshot, Template,
};
use session_support::Round;

fn shown(value: impl std::fmt::Debug) -> String {
    format!("{value:?}")
}

#[test]
fn secrets_print_their_type_alone() {
    let ring = KeyRing::single(3, [7; 32]).unwrap();
    let mac = ring.mac(3.into(), b"message").unwrap();
    assert_eq!(shown(mac), "Mac(..)");
    assert_eq!(shown(ring), "KeyRing { current: KeyId(3), .. }");
    assert_eq!(KeyId::from(3).to_string(), "3");
    let last_six: LastSix = "34567X".parse().unwrap();
    assert_eq!(shown(last_six), "LastSix(******)");
}

#[test]
fn a_person_prints_without_the_emergency_phone() {
    let person = common::person(1).with_emergency_phone("010-0000 0000");
    let person = shown(person.unwrap());
    assert!(person.contains("EmergencyPhone(***)"), "{person}");
    assert!(!person.contains("0100000"), "{person}");
}

#[test]
fn a_session_prints_where_it_stands() {
    let round = Round::open();
    let session = shown(&round.session);
    let id = round.session.id();
    assert_eq!(
        session,
        format!("Session {{ id: {id:?}, version: 1, status: SmsVerification, .. }}")
    );
    let person = shown(round.view(0));
    let expected = format!(
        "RecipientView {{ mobile: Some({}), roles: {:?}, state: ",
        round.view(0).mobile().unwrap(),
        round.view(0).roles()
    );
    assert!(person.starts_with(&expected), "{person}");
    assert_eq!(shown(Snapshot::from(&round.session)), "Snapshot(v1)");
}

#[test]
fn sets_print_what_is_in_them() {
    let both = Roles::from(Role::ServiceAdministrator) | Role::EntityLeader.into();
    assert_eq!(shown(both), "{EntityLeader, ServiceAdministrator}");
    assert_eq!(shown(Roles::NONE), "{}");
    assert_eq!(shown(Changes::from(Change::Remarks)), "{Remarks}");
    assert!(Roles::NONE.is_empty() && !both.is_empty());
}

#[test]
fn a_recipient_prints_its_services_by_place() {
    let order = common::with_website(common::builders().remove(0)).build();
    let Requirement::Verify(recipients) = Rulebook::CURRENT.requirement(&order.unwrap()) else {
        panic!("nobody verifies")
    };
    let services = recipients.iter().flat_map(beian::Recipient::services);
    assert_eq!(shown(services.collect::<Vec<_>>()), "[ServiceRef(0)]");
}

#[test]
fn a_template_prints_its_text_and_a_message_is_it_with_the_code() {
    let template = Template::new("验证码{code}。").unwrap();
    assert_eq!(shown(&template), "Template(\"验证码{code}。\")");
    let round = Round::open();
    let message = round.due(0).unwrap();
    let text = format!("验证码{}。", message.code_for_transport());
    assert_eq!(message.text(&template), text);
}

#[test]
fn an_unknown_name_is_told_with_the_possible_ones() {
    let unknown = "boss".parse::<Role>().unwrap_err();
    assert_eq!(unknown.what(), "role");
    assert_eq!(
        unknown.to_string(),
        "unknown role; possible are: entity_leader, service_administrator"
    );
}

#[test]
fn a_stored_value_of_another_shape_is_told_what_was_expected() {
    let error = |json: &str| {
        serde_json::from_str::<Session>(json)
            .unwrap_err()
            .to_string()
    };
    assert!(error(r#"{"v1":{"id":1}}"#).contains("expected 32 lower-case hex digits"));
}

#[test]
fn a_round_lasts_as_long_as_its_three_spans_at_most() {
    let policy = Policy::REGULATOR;
    let spans = policy.unreachable_after() + policy.delivery_clamp() + policy.window();
    assert_eq!(policy.round_max(), spans);
}

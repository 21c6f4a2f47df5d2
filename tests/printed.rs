//! What `Debug` and `Display` show: what it is, and nothing of what it hides (D28).
#![cfg(all(feature = "serde", feature = "testkit"))]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a panic is how a test fails"
)]

#[path = "filing/support.rs"]
mod common;
#[path = "session/support.rs"]
mod session_support;

use beian::{
    Entry, FilingPolicy, KeptIds, KeyId, KeyRing, Keys, Lang, LastSix, ModifiedPart, ModifiedParts,
    Opening, Requirement, Role, Roles, Rulebook, Session, Snapshot, Template, VerificationPolicy,
    filing::{ReturnReason, checks::PersonFacts},
    host::{Desk, MemoryStore, SmsSender, Unreadable},
    testkit::{ManualClock, RecordingSender},
    wechat::WechatAnswer,
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
    assert_eq!(
        [Unreadable::Newer, Unreadable::Broken].map(|why| why.to_string()),
        ["stored by a newer release", "what is stored is no session"]
    );
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
    assert_eq!(round.view(0).roles(), Role::ServiceAdministrator.into());
    let expected = format!(
        "RecipientView {{ mobile: Some({}), roles: {{ServiceAdministrator}}, state: ",
        round.view(0).mobile().unwrap()
    );
    assert!(person.starts_with(&expected), "{person}");
    assert_eq!(shown(Snapshot::from(&round.session)), "Snapshot(v1)");
}

#[test]
fn sets_print_what_is_in_them() {
    let both = Roles::from(Role::ServiceAdministrator) | Role::EntityLeader.into();
    assert_eq!(shown(both), "{EntityLeader, ServiceAdministrator}");
    assert_eq!(shown(Roles::NONE), "{}");
    assert_eq!(
        shown(ModifiedParts::from(ModifiedPart::Remarks)),
        "{Remarks}"
    );
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
    let policy = VerificationPolicy::REGULATOR;
    let spans = policy.unreachable_after() + policy.delivery_clamp() + policy.window();
    assert_eq!(policy.round_max(), spans);
}

#[test]
fn what_goes_through_the_engine_prints_by_id() {
    let round = Round::open();
    let (id, message) = (round.session.id(), round.due(0).unwrap());
    let recipients = session_support::recipients(1, VerificationPolicy::REGULATOR);
    let seed = session_support::seed(1);
    assert_eq!(shown(&seed), "Seed(..)");
    let opening = Opening::new(id, &recipients, seed);
    let opened = Session::open(&opening, &session_support::keys(), session_support::start());
    let opened = opened.unwrap();
    let update = format!("Update {{ session: {id}, version: 1, .. }}");
    assert_eq!(shown(opened.update()), update);
    assert_eq!(
        shown(&opened),
        format!("Decision {{ update: {update}, .. }}")
    );
    let to = message.to();
    let expected = format!(
        "Message {{ id: {:?}, to: {to}, kind: First, .. }}",
        message.id()
    );
    assert_eq!(shown(&message), expected);
    let entry = session_support::entry(0, "012345");
    assert_eq!(shown(&entry), format!("Entry {{ mobile: {to}, .. }}"));
}

#[test]
fn problems_of_an_entry_are_told_field_by_field() {
    let problems = Entry::parse("1990000000", "12345", "34567").unwrap_err();
    assert_eq!(
        problems.to_string(),
        "malformed entry: mobile: mobile number of the wrong length: expected 11 digits; \
         code: code malformed: expected six digits; \
         last_six: malformed: expected the last six letters or digits of the ID number"
    );
    for lang in [Lang::Zh, Lang::En] {
        let text = problems.text(lang);
        assert_eq!(text.lines().count(), 3, "{text}");
        let one = Entry::parse("19900000001", "12345", "345678").unwrap_err();
        assert!(text.lines().any(|line| line == one.text(lang)), "{text}");
    }
}

#[test]
fn what_a_host_is_made_of_prints_its_size_alone() {
    let store = MemoryStore::default();
    assert_eq!(shown(&store), "MemoryStore { sessions: 0 }");
    assert!(store.is_empty());
    let two = [
        Round::open(),
        Round::open_seeded(1, VerificationPolicy::REGULATOR, 2),
    ]
    .map(|round| round.session);
    let ids = two
        .iter()
        .map(Session::id)
        .collect::<std::collections::BTreeSet<_>>();
    let filled = two.into_iter().collect::<MemoryStore>();
    assert_eq!((filled.len(), filled.is_empty()), (ids.len(), false));
    let desk = Desk::new(store, session_support::keys(), || {
        chrono::DateTime::UNIX_EPOCH
    });
    let desk = shown(desk);
    assert!(
        desk.starts_with("Desk { tries: ") && desk.ends_with(", .. }"),
        "{desk}"
    );
    let order = common::with_website(common::builders().remove(0))
        .build()
        .unwrap();
    let kept = KeptIds::of(&order, &session_support::keys()).unwrap();
    let expected = format!(
        "{{{}, {}}}",
        order.leader().mobile(),
        order.services()[0].administrator().mobile()
    );
    assert_eq!(shown(kept), expected);
    assert_eq!(
        shown(FilingPolicy::default()),
        "FilingPolicy { denied: 0, checks: 38, filed_since: 3 }"
    );
}

#[test]
fn a_form_prints_masked_and_a_name_by_its_first_character() {
    let form = shown(common::form());
    for hidden in ["IdDocumentForm(***)", "name: 张*"] {
        assert!(form.contains(hidden), "{form}");
    }
    for shown in [
        "OrderForm {",
        "EntityForm {",
        "ServiceForm {",
        "PersonForm {",
        "kind: \"",
    ] {
        assert!(form.contains(shown), "{form}");
    }
    assert!(shown(common::person(1)).contains("name: 张*"));
}

#[test]
fn what_others_say_prints_by_its_length_and_place() {
    let reason = ReturnReason::new("名称", "重名").at("entity.name");
    assert_eq!(
        shown(&reason),
        "ReturnReason { path: Some(\"entity.name\"), words: 2, advice: 0, .. }"
    );
    let document = r#"{"info": {"status": 5, "audit_data": [{"key_name": "x", "error": "y"}]}}"#;
    let answer: WechatAnswer = serde_json::from_str(document).unwrap();
    let answer = shown(answer);
    assert!(
        answer.starts_with(r#"WechatAnswer { says: "administration_refused", status: Some("#),
        "{answer}"
    );
}

#[test]
fn facts_of_a_person_print_without_age_and_dates() {
    let facts = PersonFacts {
        age: Some(17),
        id_as_filed: Some(true),
        ..PersonFacts::default()
    };
    assert_eq!(
        shown(facts),
        "PersonFacts { age: Some(\"***\"), valid_until: None, mobile_in_province: None, \
         mobile_of_another_entity: None, mobile_in_all_companies: None, id_as_filed: Some(true) }"
    );
}

#[test]
fn what_tests_are_made_of_prints_what_was_sent() {
    let clock = ManualClock::new(chrono::DateTime::UNIX_EPOCH);
    assert_eq!(shown(clock), "ManualClock(1970-01-01T00:00:00Z)");
    let sender = RecordingSender::default();
    beian::host::block(sender.send(&Round::open().due(0).unwrap())).unwrap();
    let sender = shown(sender);
    assert!(
        sender.starts_with("RecordingSender { sent: [Sent { id: "),
        "{sender}"
    );
    assert!(
        sender.contains("kind: First, outcome: Some(Accepted), .. }]"),
        "{sender}"
    );
}

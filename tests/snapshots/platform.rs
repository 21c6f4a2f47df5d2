//! What a platform stores, as files: orders, their lives, trackers, what is known of them, and tables.

use std::fs;

use beian::{
    Access, FilingOrder, IdDocument, KeptIds, KeyRing, ModifiedPart, ModifiedParts, OrderForm,
    OrderLife, Person, Province, Recipient, Recipients, ReturnCause, Role, Rulebook, ServiceKind,
    Tracker, VerificationPolicy,
    filing::{
        FilingFacts, FilingNumber, ReturnReason, ReturnReasons,
        checks::{CheckRow, EntityKind, OrderFacts, PersonFacts, ServiceFacts},
    },
    tracker::{Fact, FactKind, RegulatorStatus},
};
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use serde::{Serialize, de::DeserializeOwned};

use crate::{golden::golden, released::folder};

fn submitted() -> DateTime<Utc> {
    DateTime::from_timestamp(1_780_279_200, 123_456_000).unwrap()
}

fn person(n: u32) -> Person {
    let id = IdDocument::passport(&format!("E{n:08}")).unwrap();
    Person::new("张三", &format!("1990000{n:04}"), id).unwrap()
}

fn recipients() -> Recipients {
    let recipient = |n: u32, role| Recipient::new(*person(n).mobile(), role, []);
    let both = [
        recipient(1, Role::EntityLeader),
        recipient(2, Role::ServiceAdministrator),
    ];
    Recipients::new(both, VerificationPolicy::REGULATOR).unwrap()
}

fn orders() -> Vec<FilingOrder> {
    let there = Province::Tibet;
    let phoned = person(2).with_emergency_phone("010-0000 0000").unwrap();
    let all = [
        FilingOrder::initial(there, person(1)).service(ServiceKind::Website, "示例站", phoned),
        FilingOrder::add_service(there, person(1)).service(ServiceKind::App, "示例", person(2)),
        FilingOrder::add_access(there, person(1)).service_with_access(
            ServiceKind::MiniProgram,
            "示例",
            person(2),
            Access::Unchanged,
        ),
        FilingOrder::modify(
            there,
            person(1),
            ModifiedParts::from_iter([ModifiedPart::Entity, ModifiedPart::Service]),
        )
        .service(ServiceKind::Website, "示例站", person(2)),
        FilingOrder::deregister_entity(there, person(1)),
        FilingOrder::deregister_service(there, person(1)).service(
            ServiceKind::Website,
            "示例站",
            person(2),
        ),
        FilingOrder::cancel_access(there, person(1)).service(
            ServiceKind::Website,
            "示例站",
            person(2),
        ),
    ];
    all.map(|builder| builder.build().unwrap()).into()
}

/// One in each status, of each cause of a return, with reasons and without.
fn lives() -> Vec<OrderLife> {
    let recipients = recipients();
    let reviewed = OrderLife::new();
    let awaiting = reviewed.pass_review().unwrap();
    let verifying = reviewed.submit(Some(&recipients)).unwrap();
    let decided = verifying.complete().unwrap();
    let approved = decided.approve().unwrap();
    let correcting = approved.require_correction(ModifiedPart::Service).unwrap();
    let timed_out = verifying.return_for(ReturnCause::WindowClosed).unwrap();
    let reason = |field: &str| ReturnReason::new(field, "材料不清晰");
    let reasons: ReturnReasons = [reason("entity.leader.name"), reason("")]
        .into_iter()
        .collect();
    let mut lives = vec![
        awaiting.fail_upload(20).unwrap(),
        reviewed.submit(None).unwrap(),
        timed_out.resubmit(Some(&recipients)).unwrap(),
        timed_out.with_reasons(reasons),
        reviewed.withdraw().unwrap(),
        approved.deregister().unwrap(),
        correcting.correct().unwrap(),
    ];
    for cause in ReturnCause::ALL {
        let from = [&reviewed, &verifying, &decided];
        lives.extend(from.iter().find_map(|life| life.return_for(*cause).ok()));
    }
    lives.extend([reviewed, awaiting, verifying, decided, approved, correcting]);
    lives
}

fn trackers() -> Vec<Tracker> {
    let new = || Tracker::new(&recipients(), submitted());
    let [leader, administrator] = [1, 2].map(|n| *person(n).mobile());
    let after = |minutes| submitted() + TimeDelta::minutes(minutes);
    let time = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
    let mut told = new()
        .of_type(beian::FilingType::DeregisterEntity)
        .submitted_by(after(30))
        .quiet_hours(time(22), time(8));
    for fact in [
        Fact::seen(FactKind::Regulator(RegulatorStatus::Waiting), after(40)),
        Fact::exact(FactKind::NothingCame(leader), after(50)),
        Fact::exact(FactKind::ResendAsked(leader), after(51)),
        Fact::exact(FactKind::Received(administrator), after(52)),
        Fact::exact(FactKind::Passed(administrator), after(53)),
        Fact::seen(FactKind::Regulator(RegulatorStatus::TimedOut), after(3000)),
        Fact::seen(FactKind::Returned(ReturnCause::WindowClosed), after(3001)),
    ] {
        told.report(fact, after(4000)).unwrap();
    }
    let mut reminded = new();
    for reminder in new().reminders(after(100)) {
        reminded.reminded(reminder.key);
    }
    let mut approved = new();
    let approval = Fact::exact(FactKind::Approved, after(2000));
    approved.report(approval, after(2000)).unwrap();
    vec![new(), told, reminded, approved]
}

fn facts() -> OrderFacts {
    let person = PersonFacts {
        age: Some(40),
        valid_until: NaiveDate::from_ymd_opt(2030, 1, 31),
        ..PersonFacts::default()
    };
    OrderFacts {
        entity_kind: Some(EntityKind::ALL[0]),
        another_order_open: Some(false),
        filing_number: FilingNumber::parse("京ICP备00000000号").ok(),
        leader: person,
        services: vec![ServiceFacts {
            administrator: person,
            ..ServiceFacts::default()
        }],
        ..OrderFacts::default()
    }
}

/// A value a line; each is read back as it was.
fn lines<T: Serialize + DeserializeOwned>(values: &[T]) -> String {
    let line = |value| {
        let json = serde_json::to_string(value).unwrap();
        assert_eq!(again::<T>(&json), json);
        json + "\n"
    };
    values.iter().map(line).collect()
}

fn again<T: Serialize + DeserializeOwned>(json: &str) -> String {
    serde_json::to_string(&serde_json::from_str::<T>(json).unwrap()).unwrap()
}

/// B14, D25, D30, D33.
#[test]
fn what_a_platform_stores_is_written_and_read_as_in_the_golden_files() {
    let orders = orders();
    let forms: Vec<_> = orders.iter().map(OrderForm::from).collect();
    let keys = KeyRing::single(1, [7; 32]).unwrap();
    let ids = KeptIds::of(&orders[0], &keys).unwrap();
    let determined = FilingFacts {
        entity_filed: Some(true),
        access: Some(Access::Unchanged),
        province: Some(Province::Tibet),
        ..FilingFacts::default()
    };
    golden("platform/orders.jsonl", &lines(&orders));
    golden("platform/forms.jsonl", &lines(&forms));
    golden("platform/kept_ids.jsonl", &lines(&[ids]));
    golden("platform/lives.jsonl", &lines(&lives()));
    golden("platform/trackers.jsonl", &lines(&trackers()));
    let determined = [FilingFacts::default(), determined];
    golden("platform/filing_facts.jsonl", &lines(&determined));
    let known = [OrderFacts::default(), facts()];
    golden("platform/order_facts.jsonl", &lines(&known));
}

/// What the tables say may change, not how they are written: the files hold those of a day.
#[test]
fn tables_are_written_and_read_as_in_the_golden_files() {
    let each = |name: &str, again: fn(&str) -> String| {
        let path = folder().join("platform").join(name);
        let stored = fs::read_to_string(path).unwrap();
        assert!(stored.lines().count() > 2);
        for line in stored.lines() {
            assert_eq!(again(line), line, "{name}");
        }
    };
    each("rulebooks.jsonl", again::<Rulebook>);
    each("checks.jsonl", again::<CheckRow>);
}

//! What the tests of filing are made of: invented people, and generators of what people type.
#![allow(
    dead_code,
    unreachable_pub,
    reason = "a test that has this beside it uses a part"
)]

use std::sync::LazyLock;

use beian::{
    DeliveryReport, Entity, EventKind, FilingOrder, IdDocument, Lang, MessageKind, MobileNumber,
    ModifiedPart, OrderForm, OrderProblems, Person, Province, Recipient, Recipients, Refusal, Role,
    RoundFailure, ServiceKind, VerificationPolicy,
    filing::{EntityForm, IdDocumentForm, OrderBuilder, PersonForm, ServiceForm},
};
use chrono::DateTime;
use proptest::prelude::*;

/// Property tests leave no files behind.
pub fn config() -> ProptestConfig {
    ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// The n-th invented person: 199 0000 000n, passport E0000000n.
pub fn person(n: u32) -> Person {
    let id = IdDocument::passport(&format!("E{n:08}")).unwrap();
    Person::new("张三", &mobile(n), id).unwrap()
}

/// Two invented people: a leader and an administrator. Read once: a naive account asks a million times.
pub fn mobiles() -> [MobileNumber; 2] {
    static READ: LazyLock<[MobileNumber; 2]> =
        LazyLock::new(|| [1, 2].map(|n| mobile(n).parse().unwrap()));
    *READ
}

/// Both, to verify under a policy.
pub fn leader_and_administrator(policy: VerificationPolicy) -> Recipients {
    let [leader, administrator] = mobiles();
    let recipients = [
        Recipient::new(leader, Role::EntityLeader, []),
        Recipient::new(administrator, Role::ServiceAdministrator, []),
    ];
    Recipients::new(recipients, policy).unwrap()
}

pub fn mobile(n: u32) -> String {
    format!("1990000{n:04}")
}

pub fn person_form(n: u32) -> PersonForm {
    PersonForm {
        name: "张三".into(),
        mobile: mobile(n),
        emergency_phone: None,
        id_document: IdDocumentForm {
            kind: "passport".into(),
            number: format!("E{n:08}"),
            back_number: None,
        },
    }
}

pub fn service_form(kind: &str, n: u32) -> ServiceForm {
    ServiceForm {
        kind: kind.into(),
        name: "示例站".into(),
        administrator: person_form(n),
        access: None,
    }
}

/// An initial filing of one website, by two people, in Beijing.
pub fn form() -> OrderForm {
    OrderForm {
        filing_type: "initial".into(),
        changes: None,
        province: "北京".into(),
        entity: EntityForm {
            name: "示例公司".into(),
            leader: person_form(1),
        },
        services: vec![service_form("website", 2)],
    }
}

/// One builder for each type of order, without a service yet.
pub fn builders() -> Vec<OrderBuilder> {
    let entity = || Entity::from(person(1));
    let beijing = Province::Beijing;
    vec![
        FilingOrder::initial(beijing, entity()),
        FilingOrder::add_service(beijing, entity()),
        FilingOrder::add_access(beijing, entity()),
        FilingOrder::modify(beijing, entity(), ModifiedPart::Service),
        FilingOrder::deregister_entity(beijing, entity()),
        FilingOrder::deregister_service(beijing, entity()),
        FilingOrder::cancel_access(beijing, entity()),
    ]
}

pub fn with_website(builder: OrderBuilder) -> OrderBuilder {
    builder.service(ServiceKind::Website, "示例站", person(2))
}

/// Path and code of every problem.
pub fn codes(problems: &OrderProblems) -> Vec<(String, &'static str)> {
    problems
        .iter()
        .map(|problem| (problem.path().to_owned(), problem.code()))
        .collect()
}

/// Says something in both languages, in Chinese with Han characters and no English sentence.
pub fn assert_texts(what: &str, text: impl Fn(Lang) -> String) {
    let (zh, en) = (text(Lang::Zh), text(Lang::En));
    let is_han = |c: char| ('\u{4E00}'..='\u{9FFF}').contains(&c);
    assert!(zh.chars().any(is_han), "{what}: {zh}");
    assert!(en.chars().any(|c| c.is_ascii_alphabetic()), "{what}: {en}");
    assert!(
        !en.chars().any(is_han) || what.contains("province_unknown"),
        "{what}: {en}"
    );
}

/// The check character of ISO 7064 MOD 11-2, by the table that the standard for ID numbers prints
/// (GB 11643), not by the crate's recurrence.
pub fn check_character(body: &str) -> char {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const CHARACTERS: [char; 11] = ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'];
    let digits = body.chars().map(|c| c.to_digit(10).unwrap());
    let sum: u32 = digits
        .zip(WEIGHTS)
        .map(|(digit, weight)| digit * weight)
        .sum();
    CHARACTERS[sum as usize % 11]
}

/// 17 digits and their check character.
pub fn eighteen(body: &str) -> String {
    format!("{body}{}", check_character(body))
}

prop_compose! {
    /// A mainland number of the invented range 199 0000 xxxx.
    pub fn mobile_digits()(n in 0..10_000_u32) -> String {
        mobile(n)
    }
}

prop_compose! {
    /// A valid resident ID number of somebody born in the nineteenth century: of nobody alive.
    pub fn resident_id()(
        province in proptest::sample::select(Province::ALL),
        county in 0..10_000_u32,
        year in 1850..1900_u32,
        month in 1..=12_u32,
        day in 1..=28_u32,
        sequence in 0..1_000_u32,
    ) -> String {
        eighteen(&format!("{}{county:04}{year}{month:02}{day:02}{sequence:03}", province.code()))
    }
}

/// Ways in which people write the same letters and digits (D26).
pub fn spelling(value: String) -> impl Strategy<Value = String> {
    const MARKS: &[&str] = &[
        "", "", "", " ", "-", "\u{2011}", "\u{3000}", "\u{202D}", " - ",
    ];
    const ENDS: &[&str] = &["", " ", "\t", "\u{202A}", "\r\n"];
    let length = value.len();
    let between = proptest::collection::vec(proptest::sample::select(MARKS), length - 1);
    let wide = proptest::collection::vec(any::<bool>(), length);
    let ends = (
        proptest::sample::select(ENDS),
        proptest::sample::select(ENDS),
    );
    (between, wide, ends, any::<bool>()).prop_map(move |(between, wide, ends, lower)| {
        let mut spelling = String::from(ends.0);
        for (n, c) in value.chars().enumerate() {
            let c = if lower { c.to_ascii_lowercase() } else { c };
            let full = char::from_u32(u32::from(c) + 0xFEE0).unwrap();
            spelling.push(if wide[n] { full } else { c });
            spelling.push_str(between.get(n).copied().unwrap_or(ends.1));
        }
        spelling
    })
}

/// Events of each kind, in the order of declaration, all about the first person's second message.
pub fn events() -> Vec<EventKind> {
    let at = DateTime::UNIX_EPOCH;
    let (recipient, number) = (0, 1);
    let queued = |kind: &MessageKind| EventKind::MessageQueued {
        recipient,
        number,
        kind: *kind,
    };
    let failed = |again_at| EventKind::MessageFailed {
        recipient,
        number,
        again_at,
        gateway_code: None,
    };
    let mut events = vec![EventKind::RoundOpened];
    events.extend(MessageKind::ALL.iter().map(queued));
    events.extend([
        EventKind::MessageAccepted { recipient, number },
        EventKind::MessageDeferred {
            recipient,
            number,
            again_at: at,
        },
        failed(None),
        failed(Some(at)),
        EventKind::MessageDelivered {
            recipient,
            window_starts_at: at,
        },
        EventKind::ReportRecorded {
            recipient,
            number,
            report: DeliveryReport::Delivered,
        },
        EventKind::WrongEntry {
            recipient,
            wrong_entries: 1,
        },
        EventKind::PersonLocked { recipient },
        EventKind::EntryAfterLock { recipient },
        EventKind::EntryNotCounted {
            recipient,
            why: Refusal::RepeatedEntry,
        },
        EventKind::WrongId {
            recipient,
            wrong_ids: 1,
        },
        EventKind::PersonVerified { recipient },
        EventKind::RoundCompleted,
        EventKind::RoundReturned {
            cause: RoundFailure::WindowClosed,
            ended_at: at,
        },
        EventKind::RoundWithdrawn,
        EventKind::PersonalDataErased,
    ]);
    events
}

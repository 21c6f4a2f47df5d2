//! What else is stored or shown as JSON, a line for each value: `tests/golden/forms`.
//!
//! What hosts store is there as postcard, too. A release may add a member to a form; what an earlier one wrote
//! is read to the same, and none of its members is lost.

use beian::{
    Access, DeliveryReport, DeliveryReportOutcome, EntryOutcome, Exemption, FilingOrder,
    FilingPolicy, FilingType, IdDocument, IdDocumentKind, KeptIds, KeyRing, MessageId,
    ModifiedPart, ModifiedParts, OrderForm, OrderLife, Person, Province, Recipient, Recipients,
    Refusal, Requirement, ResendAnswer, ResendOutcome, ReturnCause, Role, RoundFailure,
    RoundStatus, Rulebook, ServiceKind, SessionId, SubmissionId, Tracker,
    filing::{
        Determination, FilingFact, FilingFacts, FilingNumber, Prerequisite, ReturnReason,
        checks::{Check, CheckRow, EntityKind, OrderFacts, PersonFacts, ServiceFacts, Severity},
    },
    host::{Desk, MemoryStore},
    regulator::ResultCode,
    rulebook::{NotInForce, Rule, RuleId},
    tracker::{
        Deadline, Fact, FactKind, PersonStanding, RegulatorStatus, ReminderKey, TrackerStatus,
    },
};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{
    forms::hex,
    released::{golden, released},
};

fn at(minute: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_780_279_200, 123_456_000).unwrap() + TimeDelta::minutes(minute)
}

fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 6, 1).unwrap()
}

/// Whether all that was kept is in what is written now.
fn holds(now: &Value, kept: &Value) -> bool {
    match (now, kept) {
        (Value::Object(now), Value::Object(kept)) => kept
            .iter()
            .all(|(name, kept)| now.get(name).is_some_and(|now| holds(now, kept))),
        (Value::Array(now), Value::Array(kept)) => {
            now.len() == kept.len() && now.iter().zip(kept).all(|(now, kept)| holds(now, kept))
        }
        _ => now == kept,
    }
}

fn assert_holds(now: &impl Serialize, kept: &Value) {
    let now = serde_json::to_value(now).unwrap();
    assert!(holds(&now, kept), "was {kept}\n is {now}");
}

/// What is only written.
fn shown<T: Serialize>(name: &str, values: &[T]) -> Vec<Value> {
    let file = format!("tests/golden/forms/{name}.jsonl");
    let lines = values
        .iter()
        .map(|value| serde_json::to_string(value).unwrap() + "\n");
    let now: String = lines.collect();
    let kept = golden(&file, &now);
    assert!(kept == now || released(&file), "{file}");
    let kept: Vec<Value> = kept
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert!(values.len() >= kept.len(), "{file}");
    for (value, kept) in values.iter().zip(&kept) {
        assert_holds(value, kept);
    }
    kept
}

/// What is written and read.
fn read<T: Serialize + DeserializeOwned>(name: &str, values: &[T]) -> Vec<Value> {
    let kept = shown(name, values);
    for line in &kept {
        let read = serde_json::from_value::<T>(line.clone());
        assert_holds(
            &read.unwrap_or_else(|error| panic!("{line}: {error}")),
            line,
        );
    }
    kept
}

/// What hosts store, in compact forms too.
fn stored<T: Serialize + DeserializeOwned>(name: &str, values: &[T]) {
    let json = read(name, values);
    let file = format!("tests/golden/forms/{name}.hex");
    let lines = values
        .iter()
        .map(|value| hex(&postcard::to_allocvec(value).unwrap()) + "\n");
    let now: String = lines.collect();
    let kept = golden(&file, &now);
    assert!(kept == now || released(&file), "{file}");
    assert_eq!(kept.lines().count(), json.len(), "{file}");
    for (line, json) in kept.lines().zip(&json) {
        let digits = (0..line.len()).step_by(2);
        let bytes = digits.map(|n| u8::from_str_radix(&line[n..n + 2], 16).unwrap());
        let read = postcard::from_bytes::<T>(&bytes.collect::<Vec<_>>());
        assert_holds(
            &read.unwrap_or_else(|error| panic!("{line}: {error}")),
            json,
        );
    }
}

fn person(n: u32) -> Person {
    let id = IdDocument::passport(&format!("E{n:08}")).unwrap();
    Person::new("张三", &format!("1990000000{n}"), id).unwrap()
}

fn orders() -> Vec<FilingOrder> {
    let phone = person(2).with_emergency_phone("010-0000 0000").unwrap();
    let parts: ModifiedParts = ModifiedPart::ALL.iter().copied().collect();
    let orders = [
        FilingOrder::initial(Province::Beijing, person(1))
            .service(ServiceKind::Website, "示例站", person(1))
            .service(ServiceKind::MiniProgram, "示例程序", phone.clone()),
        FilingOrder::add_service(Province::Hunan, person(1)).service(
            ServiceKind::QuickApp,
            "示例应用",
            phone.clone(),
        ),
        FilingOrder::add_access(Province::Tibet, person(1)).service_with_access(
            ServiceKind::App,
            "示例",
            phone.clone(),
            Access::Unchanged,
        ),
        FilingOrder::modify(Province::InnerMongolia, person(1), parts).service(
            ServiceKind::Website,
            "示例站",
            phone.clone(),
        ),
        FilingOrder::deregister_entity(Province::Shaanxi, person(1)),
        FilingOrder::deregister_service(Province::Hainan, person(1)).service(
            ServiceKind::Website,
            "示例站",
            phone.clone(),
        ),
        FilingOrder::cancel_access(Province::Guangdong, person(1)).service(
            ServiceKind::Website,
            "示例站",
            phone,
        ),
    ];
    orders.map(|order| order.build().unwrap()).into()
}

/// A table of our own: what is documented may change.
fn rulebook() -> Rulebook {
    let id = || "own-1".parse::<RuleId>().unwrap();
    let types = FilingType::ALL
        .iter()
        .filter(|it| **it != FilingType::Modify);
    let rules = types.map(|it| Rule::new(*it, Role::ALL.iter().copied(), id(), "as ever"));
    let changes = ModifiedPart::ALL.iter();
    let changes = changes.map(|it| Rule::change_of(*it, [Role::EntityLeader], id(), ""));
    Rulebook::new("own", rules.chain(changes), TimeDelta::hours(24)).unwrap()
}

fn recipients() -> Recipients {
    let texted = rulebook().requirement(&orders()[0]);
    texted.recipients().unwrap().clone()
}

#[test]
fn orders_and_kept_ids() {
    stored("filing_order", &orders());
    let keys = KeyRing::single(1, [7; 32]).unwrap();
    let ids = orders();
    let ids = ids.iter().map(|order| KeptIds::of(order, &keys).unwrap());
    stored("kept_ids", &ids.collect::<Vec<_>>());
}

#[test]
fn lives() {
    let recipients = recipients();
    let reasons = [
        ReturnReason::new("主体负责人联系方式", "手机号与姓名不一致")
            .advice("请填写本人实名手机号")
            .at("entity.leader.mobile"),
        ReturnReason::new("", "资料不全"),
    ];
    let new = OrderLife::new();
    let reviewed = new.pass_review().unwrap();
    let submitted = reviewed.submit(Some(&recipients)).unwrap();
    let exempt = reviewed.submit(None).unwrap();
    let completed = submitted.complete().unwrap();
    let approved = completed.approve().unwrap();
    let returned = |life: &OrderLife, cause| life.return_for(cause).unwrap();
    let lives = [
        new.withdraw().unwrap(),
        approved.require_correction(ModifiedPart::Service).unwrap(),
        reviewed.fail_upload(1_007).unwrap(),
        returned(&new, ReturnCause::PlatformDecision),
        returned(&reviewed, ReturnCause::SubmissionRefused),
        returned(&submitted, ReturnCause::TooManyWrongEntries),
        returned(&submitted, ReturnCause::Unreachable),
        returned(&submitted, ReturnCause::WindowClosed),
        returned(&completed, ReturnCause::AdministrationDecision)
            .with_reasons(reasons.into_iter().collect()),
        approved.deregister().unwrap(),
        new,
        reviewed,
        submitted,
        exempt,
        completed,
        approved,
    ];
    stored("order_life", &lives);
}

fn trackers() -> [Tracker; 2] {
    let recipients = recipients();
    let plain = Tracker::new(&recipients, at(0));
    let time = |hour| chrono::NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
    let mut told = plain
        .clone()
        .submitted_by(at(5))
        .of_type(FilingType::Initial)
        .quiet_hours(time(22), time(8));
    let mobiles: Vec<_> = recipients.iter().map(Recipient::mobile).collect();
    for fact in [
        Fact::exact(FactKind::Received(*mobiles[0]), at(6)),
        Fact::exact(FactKind::NothingCame(*mobiles[1]), at(7)),
        Fact::exact(FactKind::ResendAsked(*mobiles[1]), at(8)),
        Fact::exact(FactKind::Passed(*mobiles[0]), at(9)),
        Fact::seen(FactKind::Regulator(RegulatorStatus::Waiting), at(10)),
        Fact::seen(FactKind::Regulator(RegulatorStatus::Done), at(20)),
        Fact::seen(FactKind::Regulator(RegulatorStatus::TimedOut), at(25)),
        Fact::exact(
            FactKind::Returned(ReturnCause::AdministrationDecision),
            at(30),
        ),
        Fact::seen(FactKind::Approved, at(40)),
    ] {
        let instant = fact.at();
        told.report(fact, instant).unwrap();
    }
    told.reminded("half_time-1".parse().unwrap());
    [plain, told]
}

#[test]
fn trackers_and_what_they_say() {
    stored("tracker", &trackers());
    let deadlines = [Some(at(2)), None].map(|latest| Deadline {
        earliest: at(1),
        latest,
    });
    shown("deadline", &deadlines);
    let statuses = [
        TrackerStatus::Waiting,
        TrackerStatus::SaidDone,
        TrackerStatus::MayHaveEnded,
        TrackerStatus::Done { at: at(1) },
        TrackerStatus::Approved { at: at(2) },
        TrackerStatus::TimedOut { at: at(3) },
        TrackerStatus::Returned {
            at: at(4),
            cause: ReturnCause::WindowClosed,
        },
    ];
    shown("tracker_status", &statuses);
    let standings = [
        PersonStanding::MessageExpected {
            from: at(1),
            until: at(2),
        },
        PersonStanding::MessageOverdue { since: at(3) },
        PersonStanding::Received { at: at(4) },
        PersonStanding::Passed { at: at(5) },
        PersonStanding::Verified { at: at(6) },
    ];
    shown("person_standing", &standings);
    let keys = ["half_time-1", "message_due-1-2", "resubmit"].map(|key| key.parse().unwrap());
    read::<ReminderKey>("reminder_key", &keys);
}

#[test]
fn rules_and_requirements() {
    read("rulebook", &[rulebook()]);
    read("rule", rulebook().rules());
    let id: RuleId = "R08".parse().unwrap();
    let nobody = |exemption| Requirement::Nobody(exemption);
    let requirements = [
        Requirement::Verify(recipients()),
        nobody(Exemption::Rule(id.clone())),
        nobody(Exemption::NotInForce(NotInForce { from: Some(at(0)) })),
        nobody(Exemption::NotInForce(NotInForce { from: None })),
        nobody(Exemption::AsTexted),
    ];
    shown("requirement", &requirements);
    read("rule_id", &[id]);
}

fn form() -> OrderForm {
    OrderForm::from(&orders()[2])
}

#[test]
fn forms_and_what_is_wrong_with_them() {
    read(
        "order_form",
        &[form(), OrderForm::from(&orders()[3]), OrderForm::default()],
    );
    let problems = OrderForm::default().check(&FilingPolicy::default());
    shown("order_problems", &[problems.unwrap_err()]);
}

fn order_facts() -> OrderFacts {
    let number: FilingNumber = "京ICP备12345678号-1".parse().unwrap();
    let person = PersonFacts {
        age: Some(30),
        valid_until: Some(day()),
        mobile_in_province: Some(true),
        mobile_of_another_entity: Some(false),
        mobile_in_all_companies: Some(true),
        id_as_filed: Some(false),
    };
    OrderFacts {
        entity_kind: Some(EntityKind::Unit),
        legal_representative: Some(false),
        services_filed: Some(3),
        another_order_open: Some(true),
        filing_number: Some(number.entity()),
        leader: person,
        services: vec![ServiceFacts {
            filing_number: Some(number),
            administrator: person,
        }],
    }
}

#[test]
fn checks_and_findings() {
    let facts = [order_facts(), OrderFacts::default()];
    read("order_facts", &facts);
    let row = CheckRow {
        severity: Severity::Refused,
        provinces: Some(vec![Province::Hunan].into()),
        filing_types: Some(vec![FilingType::Initial].into()),
        entity_kind: Some(EntityKind::Individual),
        role: Some(Role::EntityLeader),
        from: Some(day()),
        until: Some(day()),
        ..CheckRow::new("ours", Check::MinimumAge(18), "us")
    };
    read(
        "check_row",
        &[row, CheckRow::new("theirs", Check::OneId, "them")],
    );
    let checks = [
        Check::DocumentValid(3),
        Check::EmergencyPhone,
        Check::EmergencyPhoneNotOwn,
        Check::EmergencyPhoneOfThird,
        Check::EntityNumber,
        Check::IdAsFiled,
        Check::LeaderAdministers,
        Check::LegalRepresentative,
        Check::LetterOfAuthority,
        Check::MinimumAge(18),
        Check::MobileInAllCompanies,
        Check::MobileInProvince,
        Check::MobileOfOneEntity,
        Check::NoNumberYet,
        Check::NumberInProvince,
        Check::NumberOfEntity,
        Check::NumberOfKind,
        Check::OneId,
        Check::OneMobile,
        Check::OneName,
        Check::OneOrder,
        Check::OneService,
        Check::ProofOfWork(18),
        Check::ServicesAnOrder(5),
        Check::ServicesInAll(5),
        Check::ServicesLeft,
    ];
    read("check", &checks);
    let order = &orders()[0];
    let ours = [CheckRow::new("ours", Check::LegalRepresentative, "us")];
    let policy = FilingPolicy::default().checks(ours);
    shown("finding", &policy.findings(order, &order_facts(), at(0)));
    let questions = policy.open_questions(order, &OrderFacts::default(), at(0));
    shown("open_question", &questions);
}

#[test]
fn which_filing_it_is() {
    let facts = FilingFacts {
        entity_filed: Some(true),
        service_filed: Some(false),
        filed_here: Some(false),
        services_left: Some(true),
        province: Some(Province::Hunan),
        access: Some(Access::Unchanged),
    };
    read("filing_facts", &[facts, FilingFacts::default()]);
    let determinations = [
        Determination::File(FilingType::AddService),
        Determination::First(Prerequisite::DeregisterShell),
        Determination::Missing(FilingFact::ServicesLeft),
        Determination::Contradiction(FilingFact::ServiceFiled, FilingFact::ServicesLeft),
    ];
    read("determination", &determinations);
}

#[test]
fn ids_and_numbers() {
    let id = SessionId::of_round(*b"order number", 2);
    read("session_id", &[id, 42.into()]);
    read("submission_id", &[SubmissionId::from(7)]);
    let message = MessageId {
        session: id,
        recipient: 1,
        number: 2,
        attempt: 3,
    };
    read("message_id", &[message]);
    let numbers = [
        "京ICP备12345678号-1",
        "粤ICP备12345678号-2A",
        "京ICP证123456号",
    ];
    let numbers = numbers.map(|number| number.parse().unwrap());
    read::<FilingNumber>("filing_number", &numbers);
    read("result_code", &[ResultCode(1_007)]);
    read("id_document_kind", IdDocumentKind::NAMED);
}

#[test]
fn statuses_and_outcomes() {
    let statuses = [
        RoundStatus::SmsVerification,
        RoundStatus::AdministrationReview { at: at(0) },
        RoundStatus::Returned {
            cause: RoundFailure::Unreachable,
            at: at(1),
            noticed_at: at(2),
        },
        RoundStatus::Withdrawn { at: at(3) },
    ];
    read("round_status", &statuses);
    let refusals = [
        Refusal::AlreadyErased,
        Refusal::AlreadyVerified,
        Refusal::IdNotCounted,
        Refusal::Locked,
        Refusal::NoneLeft,
        Refusal::NotWithdrawable,
        Refusal::NothingDue,
        Refusal::OtherOrder,
        Refusal::RepeatedEntry,
        Refusal::RoundEnded,
        Refusal::RoundOpen,
        Refusal::SupersededCode,
        Refusal::TooManyWrongIds,
        Refusal::TooSoon {
            wait: TimeDelta::seconds(50),
        },
        Refusal::UnknownMessage,
        Refusal::UnknownNumber,
    ];
    read("refusal", &refusals);
    let entries = [
        EntryOutcome::Completed,
        EntryOutcome::Verified,
        EntryOutcome::Wrong { left: 3 },
        EntryOutcome::Locked,
        EntryOutcome::Returned,
        EntryOutcome::NotCounted(Refusal::SupersededCode),
    ];
    read("entry_outcome", &entries);
    let resends = [
        ResendOutcome::Queued,
        ResendOutcome::WrongId { left: 4 },
        ResendOutcome::NotSent(Refusal::NoneLeft),
    ];
    read("resend_outcome", &resends);
    let answers = [
        ResendAnswer::Accepted,
        ResendAnswer::TooSoon { seconds: 50 },
        ResendAnswer::NoneLeft,
        ResendAnswer::NothingPending,
    ];
    read("resend_answer", &answers);
    let reports = [
        DeliveryReportOutcome::Applied,
        DeliveryReportOutcome::Recorded,
    ];
    read("delivery_report_outcome", &reports);
    read("delivery_report", DeliveryReport::ALL);
    let keys = KeyRing::single(1, [7; 32]).unwrap();
    let desk = Desk::new(MemoryStore::default(), keys, move || at(0));
    shown("counters", &[desk.counters()]);
}

//! The platform's half in words and numbers: what is told of it in both languages, and what others' documents hold.

use beian::{
    Entry, EntryOutcome, FilingPolicy, FilingType, KeyError, Lang, Localized, ModifiedPart,
    OpenError, OrderForm, OrderLife, Province, Recipient, Recipients, Refusal, ResendAnswer,
    ReturnCause, Role, Roles, RoundStatus, SessionError, SessionId, Tracker, VerificationPolicy,
    filing::{
        Determination, FilingFact, FilingFacts, FilingNumber, Prerequisite,
        checks::{OpenQuestion, OrderFact},
    },
    host::{HostError, LeftOutReason},
    regulator::ResultCode,
    tracker::{Fact, FactKind},
    wechat::{WechatAnswer, WechatStatus},
};
use chrono::{DateTime, TimeDelta};

use crate::support::assert_texts;

/// Whoever converts by the trait gets what the type says itself, in both languages; and its code.
fn told(it: &dyn Localized) -> &'static str {
    assert!(!it.code().is_empty());
    assert_texts(it.code(), |lang| it.text(lang).into_owned());
    it.code()
}

/// D34: what the customer should do now, at every stage and for every cause of a return.
#[test]
fn d34_every_advice_of_a_life_is_told_in_both_languages() {
    let reviewed = OrderLife::default();
    let people = Recipient::new("19900000001".parse().unwrap(), Role::EntityLeader, []);
    let people = Recipients::new([people], VerificationPolicy::REGULATOR);
    let verifying = reviewed.submit(people.as_ref()).unwrap();
    let awaiting = reviewed.pass_review().unwrap();
    let at_the_administration = verifying.complete().unwrap();
    let approved = at_the_administration.approve().unwrap();
    let mut lives = vec![
        awaiting.fail_upload(20).unwrap(),
        reviewed.withdraw().unwrap(),
        approved.deregister().unwrap(),
        approved.require_correction(ModifiedPart::Entity).unwrap(),
        approved.clone(),
    ];
    for from in [&reviewed, &awaiting, &verifying, &at_the_administration] {
        let returned = ReturnCause::ALL
            .iter()
            .filter_map(|cause| from.return_for(*cause).ok());
        lives.extend(returned);
        lives.push(from.clone());
    }
    for life in &lives {
        for kind in FilingType::ALL {
            assert_ne!(life.advice(*kind, Lang::Zh), life.advice(*kind, Lang::En));
        }
    }
    let advice = |kind| approved.advice(kind, Lang::Zh);
    assert_ne!(
        advice(FilingType::CancelAccess),
        advice(FilingType::Initial)
    );
    let timed_out = verifying.return_for(ReturnCause::WindowClosed).unwrap();
    let locked = verifying
        .return_for(ReturnCause::TooManyWrongEntries)
        .unwrap();
    let of = FilingType::DeregisterEntity;
    assert_ne!(
        timed_out.advice(of, Lang::En),
        timed_out.advice(FilingType::Modify, Lang::En)
    );
    assert_eq!(
        locked.advice(of, Lang::En),
        locked.advice(FilingType::Modify, Lang::En)
    );
}

#[test]
fn b35_b17_every_answer_of_others_is_told_in_both_languages() {
    for number in [2, 3, 4, 5, 6, 27, 28, 29, 1024, 7] {
        let status = WechatStatus::from_wechat_number(number);
        assert_eq!(told(&status), status.name());
        assert_eq!(told(&WechatAnswer::new(status)), status.name());
    }
    for document in [
        r#"{"errcode": 40001}"#,
        r#"{"errcode": 1, "hints": [{"err_field": "x", "errmsg": "y"}]}"#,
        "{}",
        r#"{"info": {"status": 6, "is_canceling": true}}"#,
        r#"{"info": {"status": 4, "available": 0}}"#,
    ] {
        told(&serde_json::from_str::<WechatAnswer>(document).unwrap());
    }
    for code in ResultCode::known() {
        assert_eq!(told(&code), code.meaning().name());
    }
}

/// What else stands in the place of a text, or of a list, is none, and the rest is read.
#[test]
fn b35_a_document_is_read_whatever_stands_in_it() {
    for value in [
        "null",
        "true",
        "-1",
        "1",
        "1.5",
        "[1]",
        r#"{"a": 1}"#,
        "\"\\u0041\"",
    ] {
        let text = format!(
            r#"{{"info": {{"status": 5, "audit_data": [{{"key_name": {value}, "error": "不符"}}]}}}}"#
        );
        let answer: WechatAnswer = serde_json::from_str(&text).unwrap();
        assert_eq!(answer.reasons().iter().count(), 1, "{text}");
        if !value.starts_with('[') {
            let list = format!(r#"{{"info": {{"status": 5, "audit_data": {value}}}}}"#);
            let read = serde_json::from_str::<WechatAnswer>(&list);
            let listed = matches!(value, "null" | r#"{"a": 1}"# | "\"\\u0041\"");
            assert_eq!(read.is_ok(), listed, "{list}");
        }
    }
}

#[test]
fn b36_d38_corrections_and_rounds_are_numbered_both_ways() {
    for part in ModifiedPart::ALL {
        let number = part.regulator_correction();
        assert_eq!(number.is_none(), *part == ModifiedPart::Remarks);
        let back = number.and_then(ModifiedPart::from_regulator_correction);
        assert_eq!(back, number.map(|_| *part));
    }
    assert_eq!(ModifiedPart::from_regulator_correction(2), None);
    let id = SessionId::of_round(*b"order 000042", 3);
    assert_eq!(id.order_and_round(), (*b"order 000042", 3));
    assert_eq!(id.as_bytes()[12..], [0, 0, 0, 3]);
    assert!(id < SessionId::of_round(*b"order 000042", 4));
}

#[test]
fn b33_every_traditional_character_is_read() {
    for (typed, printed) in [
        ("晉", '晋'),
        ("遼", '辽'),
        ("滬", '沪'),
        ("蘇", '苏'),
        ("閩", '闽'),
        ("贛", '赣'),
        ("魯", '鲁'),
        ("瓊", '琼'),
        ("貴", '黔'),
        ("雲", '滇'),
        ("陝", '陕'),
        ("隴", '陇'),
        ("寧", '宁'),
        ("粵", '粤'),
        ("川", '蜀'),
        ("秦", '陕'),
        ("甘", '陇'),
    ] {
        let number: FilingNumber = format!("{typed}ICP備12345號").parse().unwrap();
        assert_eq!(number.to_string(), format!("{printed}ICP备12345号"));
        assert_eq!(format!("{number:?}"), format!("FilingNumber({number})"));
    }
}

/// A question is told as its fact is, at the part of the form.
#[test]
fn d30_questions_and_findings_are_told() {
    let question = OpenQuestion {
        path: "entity.leader".into(),
        fact: OrderFact::ValidUntil,
    };
    told(&question);
    assert_eq!(question.code(), "valid_until");
    assert_eq!(question.label(Lang::Zh), "主体负责人");
    for fact in FilingFact::ALL {
        told(fact);
        let missing = Determination::Missing(*fact);
        assert_eq!(told(&missing), missing.name());
    }
    for value in Prerequisite::ALL {
        told(value);
        assert_ne!(value.then(), FilingType::Modify);
    }
    for reason in [
        LeftOutReason::KeyMissing(1.into()),
        LeftOutReason::KeysUnavailable,
        LeftOutReason::Conflict,
        LeftOutReason::Refused(Refusal::RoundOpen),
    ] {
        told(&reason);
    }
    let left = FilingFacts {
        entity_filed: Some(false),
        services_left: Some(true),
        ..FilingFacts::default()
    };
    let none = FilingFacts {
        services_left: Some(false),
        filed_here: Some(true),
        ..FilingFacts::default()
    };
    for facts in [left, none] {
        assert_texts("contradiction", |lang| {
            facts.determine().text(lang).into_owned()
        });
    }
    assert_eq!(
        Role::ALL.iter().copied().collect::<Roles>().text(Lang::En),
        "entity leader, service administrator"
    );
}

/// What has no code of its own has that of what it is about.
#[test]
fn what_is_about_something_is_told_as_that() {
    let order = OrderForm::default()
        .check(&FilingPolicy::default())
        .unwrap_err();
    told(&order);
    assert_eq!(Localized::code(&order), "order_problems");
    told(&Entry::parse("", "", "").unwrap_err());
    told(&RoundStatus::SmsVerification);
    for answer in [
        ResendAnswer::NoneLeft,
        ResendAnswer::TooSoon { seconds: 60 },
    ] {
        assert_eq!(told(&answer), answer.name());
    }
    for error in [
        SessionError::Refused(Refusal::RoundEnded),
        SessionError::Repeated(EntryOutcome::Verified),
        SessionError::Key(KeyError::Unavailable),
    ] {
        let code = match error {
            SessionError::Refused(refusal) => refusal.code(),
            SessionError::Repeated(outcome) => outcome.name(),
            SessionError::Key(error) => error.code(),
        };
        assert_eq!(told(&error), code);
    }
    let before = beian::rulebook::in_force(DateTime::UNIX_EPOCH, Province::Beijing);
    told(&before.unwrap_err());
    told(&OpenError::Key(KeyError::Unavailable));
    for error in [
        HostError::Conflict,
        HostError::Store("said by a database"),
        HostError::Key(KeyError::Unavailable),
        HostError::Refused(Refusal::RoundEnded),
    ] {
        assert_eq!(told(&error), error.code());
    }
    let people = Recipient::new("19900000001".parse().unwrap(), Role::EntityLeader, []);
    let people = Recipients::new([people], VerificationPolicy::REGULATOR).unwrap();
    let tracker = Tracker::new(&people, DateTime::UNIX_EPOCH);
    let late = DateTime::UNIX_EPOCH + TimeDelta::hours(25);
    for step in tracker.next_steps(late) {
        assert_eq!(Localized::code(&step), step.advice.name());
        assert_ne!(
            Localized::text(&step, Lang::Zh),
            Localized::text(&step, Lang::En)
        );
    }
    for reminder in tracker.reminders(late) {
        assert_eq!(Localized::code(&reminder), reminder.kind.name());
        told(&reminder);
    }
    assert!(Fact::seen(FactKind::Approved, late).is_seen());
    assert!(!Fact::exact(FactKind::Approved, late).is_seen());
}

/// A host's own table of kinds (D01): what isn't listed can always be filed.
#[test]
fn d01_a_policy_may_know_other_kinds() {
    let at = DateTime::UNIX_EPOCH;
    let form = OrderForm {
        services: vec![crate::support::service_form("app", 2)],
        ..crate::support::form()
    };
    assert!(form.check_at(&FilingPolicy::default(), at).is_err());
    assert!(
        form.check_at(&FilingPolicy::default().filed_since([]), at)
            .is_ok()
    );
}

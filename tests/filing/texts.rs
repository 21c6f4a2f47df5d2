//! Every value has its text in both languages, and every problem a code of its own.

use std::collections::BTreeSet;

use beian::{
    Access, DeliveryReport, Event, EventKind, FilingPolicy, FilingType, IdDocumentKind,
    IdDocumentProblem, Lang, LastSixProblem, MobileProblem, ModifiedPart, NameProblem, Opening,
    OrderForm, OrderLife, OrderStatus, PersonProblem, Province, ProvinceProblem, Recipient,
    Recipients, ReturnCause, Role, Roles, RoundFailure, RoundStatus, ServiceKind, Session,
    VerificationPolicy,
    filing::{DenyProblem, OrderStep, ProblemKind},
    testkit::{TestPerson, keys, recipients, seed},
};

use crate::support::{assert_texts, events};

/// Checks every value of a type with `ALL`.
macro_rules! assert_all {
    ($($type:ident),+) => {
        $(for value in $type::ALL {
            assert_texts(&format!("{value:?}"), |lang| value.text(lang).into());
        })+
    };
}

#[test]
fn every_named_value_has_a_text() {
    assert_all!(
        Role,
        FilingType,
        ModifiedPart,
        ServiceKind,
        Access,
        OrderStatus,
        ReturnCause,
        OrderStep,
        Province
    );
    for status in OrderStatus::ALL {
        assert_texts(status.name(), |lang| status.label(lang).into());
    }
    for cause in ReturnCause::ALL {
        assert_texts(cause.name(), |lang| cause.label(lang).into());
    }
    for kind in IdDocumentKind::NAMED
        .iter()
        .chain(&[IdDocumentKind::Other(31)])
    {
        assert_texts(&kind.to_string(), |lang| kind.text(lang).into());
    }
}

fn problems() -> Vec<ProblemKind> {
    use ProblemKind::*;
    let mut problems = vec![
        NotText,
        NotAList,
        NotAnObject,
        TooManyChanges,
        FilingTypeMissing,
        UnknownFilingType,
        ChangeMissing,
        UnknownChange,
        ServiceKindMissing,
        UnknownServiceKind,
        UnknownAccess,
        IdDocumentKindMissing,
        UnknownIdDocumentKind,
        EmergencyPhone,
        ChangesMissing,
        ChangesUnexpected,
        ServicesMissing,
        TooManyServices,
        AccessMissing,
        AccessUnexpected,
        PhoneChanged,
        PhoneChangedOrphan,
        NotYetFileable,
        BackNumberMissing,
    ];
    problems.extend(ProvinceProblem::ALL.iter().copied().map(Province));
    problems.extend(NameProblem::ALL.iter().copied().map(Name));
    problems.extend(MobileProblem::ALL.iter().copied().map(Mobile));
    problems.extend(IdDocumentProblem::ALL.iter().copied().map(IdDocument));
    problems
}

#[test]
fn every_problem_has_a_text_and_a_code_of_its_own() {
    let mut codes: Vec<_> = problems().iter().map(|problem| problem.code()).collect();
    for problem in problems() {
        assert_texts(problem.code(), |lang| problem.text(lang).into());
        let printed = problem.to_string();
        let is_code = |c: char| c.is_ascii_lowercase() || c == '_';
        assert!(problem.code().chars().all(is_code), "{}", problem.code());
        assert!(!printed.ends_with('.') && !printed.is_empty(), "{printed}");
        if let Some(rule) = problem.rule() {
            assert!(
                rule.len() == 3 && rule.starts_with(['R', 'B', 'D']),
                "{rule}"
            );
        }
    }
    let mut listed: Vec<_> = ProblemKind::all().map(ProblemKind::code).collect();
    codes.sort_unstable();
    listed.sort_unstable();
    assert_eq!(codes, listed);
    codes.dedup();
    assert_eq!(codes.len(), listed.len());
}

#[test]
fn r10_r11_the_text_says_what_to_do_instead() {
    use Lang::{En, Zh};
    let (r10, r11) = (ProblemKind::PhoneChanged, ProblemKind::PhoneChangedOrphan);
    assert!(r10.text(Zh).contains("原备案接入服务商") && r10.text(En).contains("original access"));
    assert!(r11.text(Zh).contains("注销") && r11.text(Zh).contains("新增网站"));
    assert!(r11.text(En).contains("Deregister"));
}

#[test]
fn single_problems_have_texts_and_codes() {
    assert_texts("last six", |lang| LastSixProblem.text(lang).into());
    assert_texts("deny", |lang| DenyProblem.text(lang).into());
    for problem in [
        PersonProblem::Name(NameProblem::Missing),
        PersonProblem::Mobile(MobileProblem::Empty),
        PersonProblem::EmergencyPhone,
    ] {
        assert_texts(problem.code(), |lang| problem.text(lang).into());
        assert_eq!(ProblemKind::from(problem).code(), problem.code());
    }
    assert_eq!(LastSixProblem.code(), "last_six_malformed");
    assert_eq!(DenyProblem.code(), "deny_prefix_malformed");
}

#[test]
fn a_refused_step_says_what_isnt_possible() {
    let withdrawn = OrderLife::new().withdraw().unwrap();
    for refusal in [
        OrderLife::new().complete().unwrap_err(),
        OrderLife::new()
            .return_for(ReturnCause::Unreachable)
            .unwrap_err(),
        withdrawn.withdraw().unwrap_err(),
    ] {
        assert_texts("refusal", |lang| refusal.text(lang));
        assert_eq!(refusal.code(), "step_not_possible");
    }
    let zh = OrderLife::new().complete().unwrap_err().text(Lang::Zh);
    assert_eq!(zh, "订单初审中，不能完成短信核验。");
}

#[test]
fn a_cause_that_does_not_fit_is_said_to_be_the_reason() {
    let verifying = OrderLife::new().submit(None).unwrap();
    let refusal = verifying.return_for(ReturnCause::Unreachable).unwrap_err();
    let zh = refusal.text(Lang::Zh);
    assert!(zh.contains("不能因该原因退回"), "{zh}");
    let other = verifying.submit(None).unwrap_err().text(Lang::Zh);
    assert!(!other.contains("原因"), "{other}");
}

#[test]
fn problems_and_names_are_printed_with_separators_between_them() {
    let problems = OrderForm::default()
        .check(&FilingPolicy::default())
        .unwrap_err();
    let printed = problems.to_string();
    let single: Vec<_> = problems.iter().map(ToString::to_string).collect();
    assert!(single.len() > 1);
    assert_eq!(printed, single.join("; "));
    let possible = ProblemKind::UnknownFilingType.to_string();
    assert!(possible.contains("initial, add_service, "), "{possible}");
    assert!(!possible.contains(": ,"), "{possible}");
}

#[test]
fn instants_and_spans_read_as_clocks_show_them() {
    use beian::BeijingTime;
    use chrono::{DateTime, TimeDelta, Utc};
    let at: DateTime<Utc> = "2026-01-01T16:07:09Z".parse().unwrap();
    assert_eq!(BeijingTime(at).to_string(), "2026-01-02 00:07");
    assert_eq!(format!("{:#}", BeijingTime(at)), "2026-01-02 00:07:09");
    for (seconds, zh, en) in [
        (86_399, "23小时59分钟", "23 h 59 min"),
        (86_400, "24小时", "24 h"),
        (61, "1分钟", "1 min"),
        (59, "不足1分钟", "less than a minute"),
        (-5, "不足1分钟", "less than a minute"),
    ] {
        let span = TimeDelta::seconds(seconds);
        assert_eq!(Lang::Zh.time_left(span), zh);
        assert_eq!(Lang::En.time_left(span), en);
    }
}

#[test]
fn all_problems_of_an_order_are_one_text_a_line_each() {
    let problems = OrderForm::default()
        .check(&FilingPolicy::default())
        .unwrap_err();
    for lang in Lang::ALL {
        assert_eq!(problems.text(*lang).lines().count(), problems.iter().len());
    }
    let (zh, en) = (problems.text(Lang::Zh), problems.text(Lang::En));
    assert!(
        zh.contains("\n主体负责人手机号码：请填写手机号码。\n"),
        "{zh}"
    );
    assert!(en.contains("\nentity leader, name: "), "{en}");
}

#[test]
fn d01_the_text_of_an_open_round_names_no_hours_for_they_are_the_rulebooks() {
    for lang in Lang::ALL {
        let text = RoundStatus::SmsVerification.text(*lang);
        assert!(!text.contains(|c: char| c.is_ascii_digit()), "{text}");
    }
}

#[test]
fn an_event_on_the_order_page_says_who_which_of_how_many_and_why() {
    let (session, ()) = Session::open(
        &Opening::new(42, &recipients(2), seed(1)),
        &keys(),
        chrono::DateTime::UNIX_EPOCH,
    )
    .unwrap()
    .persisted();
    let line = |kind, lang| {
        let (session_id, at) = (session.id(), session.opened_at());
        let event = Event {
            session: session_id,
            version: 1,
            at,
            kind,
        };
        session.event_text(&event, lang)
    };
    for kind in events() {
        let what = format!("{kind:?}");
        assert_texts(&what, |lang| line(kind, lang));
        let of_a_person = kind.recipient().is_some();
        for lang in Lang::ALL {
            let text = line(kind, *lang);
            assert_eq!(text.contains("199****0001"), of_a_person, "{text}");
        }
    }
    let failed = |number| EventKind::MessageFailed {
        recipient: 1,
        number,
        again_at: None,
        gateway_code: None,
    };
    for (kind, zh, en) in [
        (
            EventKind::RoundOpened,
            "核验开始，共2位核验人",
            "round opened, persons to verify: 2",
        ),
        (
            failed(0),
            "网站（互联网信息服务）负责人 199****0002：首次短信发送失败，不计重发次数",
            "service administrator 199****0002: first message failed, and no resend was used up",
        ),
        (
            failed(2),
            "网站（互联网信息服务）负责人 199****0002：第3条短信发送失败，不计重发次数",
            "service administrator 199****0002: message 3 failed, and no resend was used up",
        ),
        (
            EventKind::WrongEntry {
                recipient: 1,
                wrong_entries: 3,
            },
            "网站（互联网信息服务）负责人 199****0002：核验信息错误（第3次，最多5次）",
            "service administrator 199****0002: wrong entry 3 of 5",
        ),
        (
            EventKind::PersonVerified { recipient: 1 },
            "网站（互联网信息服务）负责人 199****0002：完成核验（第1位，共2位）",
            "service administrator 199****0002: verified, 1 of 2",
        ),
        (
            EventKind::WrongId {
                recipient: 7,
                wrong_ids: 1,
            },
            "第8位核验人：重发申请的证件号码错误（第1次，最多5次）",
            "person 8: wrong ID 1 of 5 on the resend form",
        ),
    ] {
        assert_eq!(line(kind, Lang::Zh), zh);
        assert_eq!(line(kind, Lang::En), en);
    }
}

/// A host may make a recipient without roles; of the persons who have verified, each keeps their place.
#[test]
fn an_event_on_the_order_page_says_which_place_a_person_took() {
    let (keys, mut now) = (keys(), chrono::DateTime::UNIX_EPOCH);
    let persons = [1, 2].map(TestPerson);
    let nameless = persons.map(|it| Recipient::new(it.mobile(), Roles::default(), [it.last_six()]));
    let nameless = Recipients::new(nameless, VerificationPolicy::REGULATOR).unwrap();
    let opening = Opening::new(42, &nameless, seed(1));
    let (mut session, ()) = Session::open(&opening, &keys, now).unwrap().persisted();
    let mut verified = Vec::new();
    for (person, message) in persons.iter().zip(session.outbox(&keys, now).unwrap()) {
        let accepted = session.report(message.id(), DeliveryReport::Accepted, now);
        session = accepted.unwrap().persisted().0;
        now += chrono::TimeDelta::minutes(1);
        let entry = person.entry(message.code_for_transport()).unwrap();
        let decision = session.submit(&entry, &keys, now).unwrap();
        let is_verified = |it: &Event| matches!(it.kind, EventKind::PersonVerified { .. });
        verified.extend(decision.update().events().find(is_verified));
        session = decision.persisted().0;
    }
    let lines: Vec<_> = verified
        .iter()
        .map(|event| session.event_text(event, Lang::En))
        .collect();
    let expected = [
        "199****0001: verified, 1 of 2",
        "199****0002: verified, 2 of 2",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn every_status_and_event_of_a_round_has_a_text_of_its_own() {
    let at = chrono::DateTime::UNIX_EPOCH;
    let statuses = [
        RoundStatus::SmsVerification,
        RoundStatus::AdministrationReview { at },
        RoundStatus::Returned {
            cause: RoundFailure::WindowClosed,
            at,
            noticed_at: at,
        },
        RoundStatus::Withdrawn { at },
    ];
    let mut seen = BTreeSet::new();
    let mut check = |what: String, text: &dyn Fn(Lang) -> &'static str| {
        assert_texts(&what, |lang| text(lang).into());
        for lang in Lang::ALL {
            assert!(seen.insert(text(*lang)), "{what}");
        }
    };
    for status in statuses {
        check(format!("{status:?}"), &|lang| status.text(lang));
    }
    for kind in events() {
        check(format!("{kind:?}"), &|lang| kind.text(lang));
    }
}

#[test]
fn one_second_is_one_second() {
    use beian::ResendAnswer::TooSoon;
    assert!(TooSoon { seconds: 1 }.text(Lang::En).contains(" 1 second."));
    assert!(
        TooSoon { seconds: 2 }
            .text(Lang::En)
            .contains(" 2 seconds.")
    );
    assert!(TooSoon { seconds: 1 }.text(Lang::Zh).contains("1秒"));
}

#[test]
fn a_step_says_until_when() {
    use beian::tracker::{Advice, NextStep};
    let until = "2026-01-01T16:07:09Z".parse().unwrap();
    let text = |step, lang| {
        let step = NextStep {
            advice: step,
            person: None,
            until: Some(until),
        };
        step.text(lang)
    };
    for (step, zh, en) in [
        (
            Advice::WaitForMessage,
            "预计2026-01-02 00:07前到达。",
            "It is expected by",
        ),
        (
            Advice::EnterCode,
            "请在2026-01-02 00:07前完成核验。",
            "Verify before",
        ),
    ] {
        assert!(
            text(step, Lang::Zh).ends_with(zh),
            "{}",
            text(step, Lang::Zh)
        );
        let en = format!(" {en} 2026-01-02 00:07 Beijing time.");
        assert!(
            text(step, Lang::En).ends_with(&en),
            "{}",
            text(step, Lang::En)
        );
    }
}

#[test]
fn a_refused_step_says_whether_it_was_for_its_cause() {
    let verifying = OrderLife::new();
    let of_the_step = verifying.approve().unwrap_err();
    let of_the_cause = verifying
        .return_for(ReturnCause::AdministrationDecision)
        .unwrap_err();
    for (refusal, for_cause) in [(of_the_step, false), (of_the_cause, true)] {
        let (zh, en) = (refusal.text(Lang::Zh), refusal.text(Lang::En));
        assert_eq!(zh.contains("不能因该原因"), for_cause, "{zh}");
        assert_eq!(en.contains("for this cause"), for_cause, "{en}");
    }
}

#[test]
fn a_row_of_the_table_reads_as_whom_it_texts() {
    let texts = |lang| {
        let rules = beian::Rulebook::CURRENT.rules().iter();
        rules.map(|rule| rule.text(lang)).collect::<Vec<_>>()
    };
    let (zh, en) = (texts(Lang::Zh), texts(Lang::En));
    assert_eq!(zh[0], "主体负责人、网站（互联网信息服务）负责人");
    assert!(zh.contains(&"无需核验".into()), "{zh:?}");
    assert!(en.contains(&"nobody".into()), "{en:?}");
    assert!(
        en.contains(&"entity information: entity leader".into()),
        "{en:?}"
    );
}

#[test]
fn a_window_of_one_hour_is_one_hour() {
    use beian::{Recipient, Recipients, Requirement, VerificationPolicy};
    let of = |minutes| {
        let window = chrono::TimeDelta::minutes(minutes);
        let policy = VerificationPolicy::builder()
            .not_the_regulators(window, 2)
            .build();
        let leader = Recipient::new(*crate::support::person(1).mobile(), Role::EntityLeader, []);
        let recipients = Recipients::new([leader], policy.unwrap()).unwrap();
        let requirement = Requirement::Verify(recipients);
        format!(
            "{} {}",
            requirement.text(Lang::En),
            requirement.text(Lang::Zh)
        )
    };
    assert!(
        of(60).contains("1 hour") && !of(60).contains("hours"),
        "{}",
        of(60)
    );
    assert!(of(120).contains("2 hours"), "{}", of(120));
    assert!(
        of(90).contains("90 minutes") && of(90).contains("90分钟"),
        "{}",
        of(90)
    );
}

#[test]
fn a_template_has_the_code_once_and_nothing_that_could_be_taken_for_it() {
    use beian::{Template, TemplateProblem};
    let template = |text: &'static str| Template::new(text).map(drop);
    for good in [
        "{code}",
        "验证码{code}，24小时内有效。",
        "12345 {code} 1234567",
    ] {
        assert_eq!(template(good), Ok(()), "{good}");
    }
    for (text, problem) in [
        ("", TemplateProblem::NoCode),
        ("{code} {code}", TemplateProblem::TwoCodes),
        ("1{code}", TemplateProblem::OtherDigits),
        ("{code}1", TemplateProblem::OtherDigits),
        ("123456 {code}", TemplateProblem::OtherDigits),
        ("{code}, 123456", TemplateProblem::OtherDigits),
    ] {
        assert_eq!(template(text), Err(problem), "{text}");
    }
}

/// On the access provider's own page nobody is told to ask the access provider.
#[test]
fn d23_a_failed_round_says_its_cause_on_the_order_page() {
    let at = chrono::DateTime::UNIX_EPOCH;
    for cause in RoundFailure::ALL.iter().copied() {
        let returned = RoundStatus::Returned {
            cause,
            at,
            noticed_at: at,
        };
        for lang in [Lang::Zh, Lang::En] {
            assert_eq!(returned.text(lang), cause.text(lang));
            assert!(!returned.text(lang).contains("接入商"));
            assert!(!returned.text(lang).contains("access provider"));
        }
    }
}

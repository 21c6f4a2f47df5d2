//! WeChat's documents: sixteen of the published shapes, contents made up, and what each says (B18, B35).

use beian::{
    FilingType, Lang, Localized as _, OrderLife, OrderStatus, ReturnCause,
    filing::{PolledStatus, ReturnReasons},
    tracker::RegulatorStatus,
    wechat::{WechatAnswer, WechatStatus},
};
use proptest::prelude::*;

fn read(name: &str) -> WechatAnswer {
    let path = format!(
        "{}/tests/tables/wechat/{name}.json",
        env!("CARGO_MANIFEST_DIR")
    );
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn returned(cause: ReturnCause, answer: &WechatAnswer) -> PolledStatus {
    PolledStatus::Returned(cause, answer.reasons().clone())
}

fn paths(answer: &WechatAnswer) -> Vec<Option<&str>> {
    answer
        .reasons()
        .iter()
        .map(|reason| reason.path())
        .collect()
}

#[test]
fn b18_b35_every_document_says_what_it_means() {
    for (name, polled, verification) in [
        (
            "01-platform-review",
            Some(PolledStatus::InitialReview),
            None,
        ),
        (
            "03-waiting",
            Some(PolledStatus::SmsVerification),
            Some(RegulatorStatus::Waiting),
        ),
        (
            "04-verified",
            Some(PolledStatus::AdministrationReview),
            Some(RegulatorStatus::Done),
        ),
        (
            "05-timed-out",
            Some(PolledStatus::Returned(
                ReturnCause::WindowClosed,
                ReturnReasons::NONE,
            )),
            Some(RegulatorStatus::TimedOut),
        ),
        ("07-filed", Some(PolledStatus::Approved), None),
        // Approved long ago; the deregistration's own step isn't told.
        ("08-being-deregistered", None, None),
        ("09-system-down", None, None),
        (
            "10-administration-without-word",
            Some(PolledStatus::Submitted),
            None,
        ),
        ("11-never-filed", None, None),
        (
            "12-combined-flow",
            Some(PolledStatus::SmsVerification),
            Some(RegulatorStatus::Waiting),
        ),
        ("13-combined-flow-expired", None, None),
        ("15-push", Some(PolledStatus::Approved), None),
        ("16-unknown-number", None, None),
    ] {
        let answer = read(name);
        assert_eq!(answer.polled(FilingType::Initial), polled, "{name}");
        assert_eq!(answer.regulator_status(), verification, "{name}");
        assert!(answer.reasons().is_empty(), "{name}");
        assert_eq!(answer.is_canceling(), name.starts_with("08"), "{name}");
        assert_eq!(answer.is_available(), !name.starts_with("09"), "{name}");
        assert_ne!(answer.text(Lang::Zh), answer.text(Lang::En));
        assert_eq!(answer.code(), answer.name());
    }
}

#[test]
fn b35_d35_refusals_are_shown_at_the_fields_of_our_form() {
    let platform = read("02-platform-refused");
    assert_eq!(
        platform.polled(FilingType::Initial),
        Some(returned(ReturnCause::PlatformDecision, &platform))
    );
    assert_eq!(paths(&platform), [Some("entity.leader.mobile")]);
    let reason = platform.reasons().iter().next().unwrap();
    assert_eq!(
        (reason.field(), reason.words(), reason.advised()),
        (
            "主体负责人联系方式",
            "手机号与姓名不一致",
            "请填写本人实名手机号"
        )
    );

    let administration = read("06-administration-refused");
    assert_eq!(
        administration.polled(FilingType::Initial),
        Some(returned(
            ReturnCause::AdministrationDecision,
            &administration
        ))
    );
    assert_eq!(
        paths(&administration),
        [Some("services[0].administrator"), None]
    );
    // B18: sms_verify_status is void in 5.
    assert_eq!(administration.verification(), None);

    let submission = read("14-refusal-at-submission");
    assert_eq!(
        submission.polled(FilingType::Initial),
        Some(returned(ReturnCause::PlatformDecision, &submission))
    );
    assert_eq!(paths(&submission), [Some("entity.leader.mobile")]);
}

/// What stands in a text's place loses nothing else, and is told to nobody.
#[test]
fn b35_a_document_is_read_whatever_its_texts_are() {
    let document = r#"{"errcode": 0, "info": {"status": 5, "is_canceling": null, "audit_data": [
        {"key_name": null, "error": 19900000001, "suggest": true},
        {"key_name": "小程序名称", "error": "名称不符合要求", "suggest": 1.5}]}}"#;
    let answer: WechatAnswer = serde_json::from_str(document).unwrap();
    assert_eq!(answer.reasons().iter().count(), 2);
    assert_eq!(paths(&answer), [None, Some("services[0].name")]);
    assert!(!format!("{:?} {:?}", answer, answer.reasons()).contains("199"));
}

#[test]
fn b18_numbers_that_nobody_knows_are_kept() {
    let unknown = read("16-unknown-number");
    assert_eq!(unknown.status(), Some(WechatStatus::Unknown(7)));
    let answer = WechatAnswer::new(WechatStatus::AdministrationReview).sms_verify_status(9);
    assert_eq!(answer.verification(), Some(Err(9)));
    assert_eq!(
        answer.polled(FilingType::Initial),
        Some(PolledStatus::Submitted)
    );
    for number in 1024..=1031 {
        let status = WechatStatus::from_wechat_number(number);
        assert_eq!(status, WechatStatus::NotFiled(number));
        assert_eq!(WechatAnswer::new(status).polled(FilingType::Initial), None);
    }
    for (number, status) in [
        (22, WechatStatus::PlatformReview),
        (23, WechatStatus::PlatformRefused),
        (25, WechatStatus::AdministrationRefused),
        (26, WechatStatus::Filed),
        (28, WechatStatus::Terminated),
        (29, WechatStatus::Withdrawn),
    ] {
        assert_eq!(WechatStatus::from_wechat_number(number), status);
    }
}

/// The text and the name of an answer say the same.
#[test]
fn b35_only_a_refused_submission_is_told_as_one() {
    let refused = r#"{"errcode": 1, "hints": [{"err_field": "x", "errmsg": "y"}]}"#;
    let reasons = r#"{"info": {"audit_data": [{"key_name": "x", "error": "y"}]}}"#;
    for (document, name, zh, en) in [
        (
            refused,
            "not_accepted",
            "提交未被接受，请按原因修改",
            "not accepted: see the reasons",
        ),
        (
            reasons,
            "nothing_said",
            "未返回备案状态",
            "nothing is said of the filing",
        ),
        (
            "{}",
            "nothing_said",
            "未返回备案状态",
            "nothing is said of the filing",
        ),
    ] {
        let answer: WechatAnswer = serde_json::from_str(document).unwrap();
        assert_eq!(answer.name(), name, "{document}");
        assert_eq!(
            (answer.text(Lang::Zh), answer.text(Lang::En)),
            (zh, en),
            "{document}"
        );
        assert_eq!(answer.reasons().is_empty(), document == "{}");
    }
}

#[test]
fn b35_a_deregistration_under_way_is_told_of_what_is_filed() {
    for status in 2..=6 {
        for canceling in [false, true] {
            let document =
                format!(r#"{{"info": {{"status": {status}, "is_canceling": {canceling}}}}}"#);
            let answer: WechatAnswer = serde_json::from_str(&document).unwrap();
            let told = canceling && answer.status() == Some(WechatStatus::Filed);
            assert_eq!(answer.name() == "canceling", told, "{document}");
            let zh = answer.text(Lang::Zh);
            assert_eq!(zh == "已备案，注销申请办理中", told, "{document}");
        }
    }
}

#[test]
fn b35_a_call_that_failed_says_nothing_of_the_filing() {
    let failed = r#"{"errcode": 40001, "errmsg": "invalid credential", "info": {"status": 6}}"#;
    let answer: WechatAnswer = serde_json::from_str(failed).unwrap();
    assert_eq!(
        (answer.status(), answer.polled(FilingType::Initial)),
        (None, None)
    );
    assert_eq!(
        (answer.errcode(), answer.name()),
        (Some(40001), "call_failed")
    );
    assert_ne!(answer.text(Lang::Zh), answer.text(Lang::En));
    assert_eq!(read("07-filed").errcode(), None);
}

#[test]
fn b35_lists_are_bounded_and_unknown_fields_passed_over() {
    let refusal = r#"{"key_name": "其他", "error": "不符", "suggest": "", "more": {"a": [1]}}"#;
    let list = [refusal; 100].join(",");
    let document = format!(
        r#"{{"errcode": 0, "new": [1, {{}}], "info": {{"status": 5, "new": null, "audit_data": [{list}]}}}}"#
    );
    let answer: WechatAnswer = serde_json::from_str(&document).unwrap();
    assert_eq!(answer.reasons().iter().count(), ReturnReasons::MAX);
    assert!(!format!("{answer:?}").contains("不符"));
    // What is beyond the bound isn't looked at.
    let document = format!(r#"{{"info": {{"status": 5, "audit_data": [{list}, 3]}}}}"#);
    assert!(serde_json::from_str::<WechatAnswer>(&document).is_ok());
    for nothing in ["null", "[]"] {
        let document = format!(r#"{{"info": {{"status": 5, "audit_data": {nothing}}}}}"#);
        let answer: WechatAnswer = serde_json::from_str(&document).unwrap();
        assert!(answer.reasons().is_empty());
    }
    for (malformed, expected) in [
        (r#"{"info": {"status": "4"}}"#, "u32"),
        (r#"{"info": {"audit_data": 3}}"#, "a list of refusals"),
        (
            "[]",
            "one of the documents that WeChat publishes, an object",
        ),
    ] {
        let error = serde_json::from_str::<WechatAnswer>(malformed).unwrap_err();
        let error = error.to_string();
        assert!(error.contains(&format!("expected {expected}")), "{error}");
    }
}

/// D36, B35: states are seen, not steps.
#[test]
fn d36_a_life_follows_the_documents_that_a_platform_polls() {
    let mut order = OrderLife::new();
    for (name, status) in [
        ("01-platform-review", OrderStatus::InitialReview),
        ("14-refusal-at-submission", OrderStatus::Returned),
        ("01-platform-review", OrderStatus::InitialReview),
        ("16-unknown-number", OrderStatus::InitialReview),
        ("06-administration-refused", OrderStatus::Returned),
        ("09-system-down", OrderStatus::Returned),
        (
            "10-administration-without-word",
            OrderStatus::AdministrationReview,
        ),
        ("15-push", OrderStatus::Approved),
    ] {
        if let Some(seen) = read(name).polled(FilingType::Initial) {
            order = order.follow(&seen, None).unwrap().life;
        }
        assert_eq!(order.status(), status, "{name}");
    }
}

/// B18: what isn't filed any more was deregistered, if that was the order.
#[test]
fn b18_not_filed_is_the_approval_of_an_order_that_ends_the_filing() {
    let not_filed = WechatAnswer::new(WechatStatus::from_wechat_number(1024));
    for kind in FilingType::ALL {
        let ends = matches!(
            kind,
            FilingType::DeregisterEntity | FilingType::DeregisterService | FilingType::CancelAccess
        );
        let approved = ends.then_some(PolledStatus::Approved);
        assert_eq!(not_filed.polled(*kind), approved, "{kind}");
    }
}

#[test]
fn d38_cancel_types_are_wechats_own() {
    for kind in FilingType::ALL {
        match kind.wechat_cancel_type() {
            Some(number) => assert_eq!(FilingType::from_wechat_cancel_type(number), Some(*kind)),
            None => assert!(!kind.name().contains("deregister") && !kind.name().contains("cancel")),
        }
    }
    assert_eq!(
        FilingType::from_wechat_cancel_type(1),
        Some(FilingType::DeregisterEntity)
    );
    assert_eq!(FilingType::from_wechat_cancel_type(4), None);
}

proptest! {
    #![proptest_config(crate::support::config())]

    /// Whatever the numbers: a verification is known only while the administration reviews and its system
    /// is up, and nothing at all is known while it is down (B18, B35).
    #[test]
    fn b18_verification_is_void_elsewhere(status in 0..2000_u32, sms in 0..5_u32, up: bool) {
        let document = format!(
            r#"{{"info": {{"status": {status}, "sms_verify_status": {sms}, "available": {}}}}}"#,
            u8::from(up)
        );
        let answer: WechatAnswer = serde_json::from_str(&document).unwrap();
        let holds = up && [4, 24].contains(&status);
        prop_assert_eq!(answer.verification().is_some(), holds);
        prop_assert_eq!(answer.regulator_status().is_some(), holds && (1..=3).contains(&sms));
        prop_assert!(up || answer.polled(FilingType::Initial).is_none());
    }
}

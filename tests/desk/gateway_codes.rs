//! What a gateway calls its reason: what fits in it, and how it gets into the audit trail.

use beian::{
    EventKind, GatewayCode, GatewayCodeProblem, Lang, Message,
    host::{SendOutcome, SmsSender, block},
};
use proptest::prelude::*;

use crate::support::World;

#[test]
fn a_gateways_code_has_no_room_for_a_number_an_id_or_a_code() {
    for code in [
        "E",
        "0",
        "isv.OUT_OF_SERVICE",
        "12345",
        "MK-1001.2",
        "1Xx",
        &"a".repeat(64),
    ] {
        assert_eq!(GatewayCode::new(code).unwrap().to_string(), code);
        assert_eq!(code.parse::<GatewayCode>().unwrap().as_str(), code);
    }
    for (code, problem) in [
        ("", GatewayCodeProblem::Empty),
        (&"a".repeat(65), GatewayCodeProblem::TooLong),
        ("two words", GatewayCodeProblem::Character),
        ("号码错误", GatewayCodeProblem::Character),
        ("a\0b", GatewayCodeProblem::Character),
        ("012345", GatewayCodeProblem::Digits),
        ("error19900000001", GatewayCodeProblem::Digits),
        ("199-0000-0001", GatewayCodeProblem::Digits),
        ("01.23_45", GatewayCodeProblem::Digits),
        ("34567X", GatewayCodeProblem::Digits),
        ("3456-7x", GatewayCodeProblem::Digits),
    ] {
        assert_eq!(GatewayCode::new(code), Err(problem), "{code}");
        assert!(!problem.to_string().contains(code) || code.is_empty());
    }
}

proptest! {
    #[test]
    fn whatever_fits_has_fewer_than_six_digits_in_a_row(code in "[0-9xXab._-]{0,66}") {
        if let Ok(fits) = GatewayCode::new(&code) {
            prop_assert_eq!(fits.as_str(), &code);
            prop_assert_eq!(format!("{fits:?}"), format!("GatewayCode({code:?})"));
            let bare = code.replace(['.', '_', '-'], "");
            let longest = bare.split(|c: char| !c.is_ascii_digit()).map(str::len).max();
            prop_assert!(longest < Some(6));
        }
    }
}

struct Refusing;

impl SmsSender for Refusing {
    async fn send(&self, _: &Message) -> SendOutcome {
        SendOutcome::FailedWith(GatewayCode::new("isv.OUT_OF_SERVICE").unwrap())
    }
}

#[test]
fn d11_the_gateways_code_stands_in_the_audit_trail() {
    let world = World::new();
    let opened = world.open(1, 1);
    let done = block(world.desk.dispatch(&Refusing)).unwrap().unwrap();
    assert_eq!((done.failed, world.desk.counters().failed), (1, 1));
    let events = world.store.events();
    let failed = events.last().unwrap();
    let EventKind::MessageFailed {
        again_at: Some(_),
        gateway_code: Some(code),
        ..
    } = failed.kind
    else {
        panic!("{failed:?}")
    };
    assert_eq!(code.as_str(), "isv.OUT_OF_SERVICE");
    for lang in [Lang::Zh, Lang::En] {
        let text = opened.event_text(failed, lang);
        assert!(text.contains("isv.OUT_OF_SERVICE"), "{text}");
    }
}

//! A document of WeChat's, or none (B18, B35): what follows from it is bounded, consistent, and an order's
//! life follows it or refuses.

use beian::{
    Lang, OrderLife,
    filing::ReturnReasons,
    wechat::{WechatAnswer, WechatStatus},
};

use super::bytes::assert_kept;

pub fn holds(bytes: &[u8]) {
    let Ok(answer) = serde_json::from_slice::<WechatAnswer>(bytes) else {
        return;
    };
    assert!(answer.reasons().iter().count() <= ReturnReasons::MAX);
    for reason in answer.reasons() {
        assert!(reason.field().chars().count() <= 101);
        assert!(
            reason
                .words()
                .chars()
                .chain(reason.advised().chars())
                .count()
                <= 2002
        );
        assert!(!reason.words().chars().any(char::is_control));
        assert!(reason.label(Lang::Zh).len() <= 404);
    }
    let reviewed = answer.status() == Some(WechatStatus::AdministrationReview);
    assert!(answer.verification().is_none() || (reviewed && answer.is_available()));
    assert!(answer.is_available() || answer.polled(beian::FilingType::Initial).is_none());
    let Some(seen) = answer.polled(beian::FilingType::Initial) else {
        return;
    };
    let lives = [
        OrderLife::new(),
        OrderLife::new().submit(None).unwrap(),
        OrderLife::new().withdraw().unwrap(),
    ];
    for life in lives {
        if let Ok(followed) = life.follow(&seen, None) {
            assert_kept(&followed.life);
            let again = followed.life.follow(&seen, None).unwrap();
            assert!(again.assumed.is_empty() && again.life == followed.life);
        }
    }
}

//! A form as it comes over a wire: an order that keeps the rules, or problems that say where and what
//! without an echo.

use beian::{
    Lang,
    filing::{FilingPolicy, OrderForm},
};

use super::bytes::assert_kept;

pub fn holds(bytes: &[u8]) {
    let Ok(form) = serde_json::from_slice::<OrderForm>(bytes) else {
        return;
    };
    match form.check(&FilingPolicy::default(), None) {
        Ok(order) => assert_kept(&order),
        Err(problems) => {
            assert!(problems.iter().count() > 0);
            for problem in &problems {
                assert!(!problem.code().is_empty());
                assert!(!problem.text(Lang::En).is_empty());
            }
            let number = &form.entity.leader.id_document.number;
            assert!(number.len() < 9 || !problems.to_string().contains(number.as_str()));
        }
    }
}

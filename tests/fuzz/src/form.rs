//! A form as it comes over a wire: an order that keeps the rules, or problems that say where and what
//! without an echo.

use beian::{FilingPolicy, Lang, OrderForm};

use super::bytes::{assert_kept, assert_no_echo};

pub fn holds(bytes: &[u8]) {
    let Ok(form) = serde_json::from_slice::<OrderForm>(bytes) else {
        return;
    };
    match form.check(&FilingPolicy::default()) {
        Ok(order) => assert_kept(&order),
        Err(problems) => {
            assert!(problems.iter().count() > 0);
            for problem in &problems {
                assert!(!problem.code().is_empty());
                assert!(!problem.text(Lang::En).is_empty());
            }
            assert_no_echo(
                &problems.to_string(),
                &form.entity.leader.id_document.number,
            );
        }
    }
}

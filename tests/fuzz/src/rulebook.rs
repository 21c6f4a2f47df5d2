//! A rulebook that a host loads: it answers for every type of order, or is refused.

use beian::{
    FilingOrder, IdDocument, ModifiedPart, Person, Province, Requirement, Rulebook, ServiceKind,
};

use super::bytes::{assert_kept, read};

pub fn holds(bytes: &[u8]) {
    for rulebook in read::<Rulebook>(bytes) {
        assert_kept(&rulebook);
        for order in orders() {
            if let Requirement::Verify(recipients) = rulebook.requirement(&order) {
                assert_eq!(recipients.policy().window(), rulebook.window());
                for recipient in &recipients {
                    let named = |rule: &beian::rulebook::Rule| rule.id() == recipient.rule();
                    assert!(rulebook.rules().iter().any(named));
                    assert!(recipient.roles().iter().count() > 0);
                }
            }
        }
    }
}

/// One of each type.
fn orders() -> Vec<FilingOrder> {
    let person = |n: u8| {
        let id = IdDocument::passport("E12345678").unwrap();
        Person::new("张三", &format!("1990000000{n}"), id).unwrap()
    };
    let at = Province::Beijing;
    let builders = [
        FilingOrder::initial(at, person(1)),
        FilingOrder::add_service(at, person(1)),
        FilingOrder::add_access(at, person(1)),
        FilingOrder::modify(at, person(1), ModifiedPart::ALL[0]),
        FilingOrder::deregister_entity(at, person(1)),
        FilingOrder::deregister_service(at, person(1)),
        FilingOrder::cancel_access(at, person(1)),
    ];
    let orders = builders.into_iter().filter_map(|builder| {
        let order = builder.service(ServiceKind::Website, "示例站", person(2));
        order.build().ok()
    });
    orders.collect()
}

//! Whether an order is really to be taken back.

use askama::Template;
use beian::{FilingOrder, OrderStatus};

use super::{Page, status_class};

/// The question, with what there is to say before.
#[derive(Debug, Template)]
#[template(path = "withdraw.html")]
pub struct Withdraw {
    p: Page,
    address: String,
    warning: &'static str,
    entity: String,
    filing_type: &'static str,
    status: &'static str,
    class: &'static str,
}

impl Withdraw {
    /// About the order that is shown at this address; it is taken back by a form to `ADDRESS/withdraw`.
    #[must_use]
    pub fn new(
        p: Page,
        address: String,
        order: &FilingOrder,
        status: OrderStatus,
        warning: &'static str,
    ) -> Self {
        Self {
            address,
            warning,
            entity: order.entity().name().to_owned(),
            filing_type: order.filing_type().text(p.lang),
            status: status.text(p.lang),
            class: status_class(status),
            p,
        }
    }
}

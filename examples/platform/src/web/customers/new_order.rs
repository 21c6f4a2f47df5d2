//! The form of a new order, filed once however often it is sent.

use axum::{extract::Query, http::StatusCode, response::Response};
use beian::{FilingType, OrderForm, filing::checks::OrderFacts};
use beian_web::{
    idempotency::IdempotencyKey,
    pages::{
        Link, Sorry,
        order_form::{self, Around, Content, FormPage, Kind, Remark, Typed},
    },
    signing::random_token,
};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::{
    super::{FILING, Sent, Visit},
    address,
    facts::Asked,
    failed, remarks, with_problems,
};
use crate::orders::OrderError;

const HERE: &str = "/orders/new";
/// What a form is known by if it is sent twice.
const ONCE: &str = "once";

#[derive(Deserialize)]
pub(super) struct Start {
    #[serde(rename = "type")]
    filing_type: Option<String>,
    sample: Option<String>,
}

pub(super) async fn show(visit: Visit, Query(start): Query<Start>) -> Response {
    let Some(name) = start.filing_type else {
        let back = Link::new("/", visit.t("办理备案", "File an order"));
        return visit.ok(&order_form::types(&visit, FILING, back, HERE));
    };
    let Ok(filing_type) = name.parse::<FilingType>() else {
        return visit.sorry(Sorry::NotFound);
    };
    let typed = if start.sample.is_some() && visit.host.sandbox {
        order_form::sample(filing_type)
    } else {
        order_form::blank(filing_type)
    };
    let once = match random_token() {
        Ok(once) => once,
        Err(error) => return visit.failed(&error),
    };
    let mut content = Content::new(filing_type, &typed);
    content.more = Asked::default().fields(&visit);
    content.hidden.push((ONCE, once));
    visit.ok(&form(&visit, &content))
}

/// The address that the form is sent to, typed or kept.
pub(super) async fn back(visit: Visit) -> Response {
    visit.go(HERE)
}

pub(super) async fn submit(Sent { visit, mut fields }: Sent) -> Response {
    let once = fields.take(ONCE);
    let asked = Asked::read(&mut fields);
    let Some(Typed {
        filing_type,
        order,
        unfinished,
    }) = order_form::read(&mut fields)
    else {
        return visit.sorry(Sorry::BadForm);
    };
    let visit = visit.at(form_address(filing_type));
    let mut content = Content::new(filing_type, &order);
    content.more = asked.fields(&visit);
    content.hidden.push((ONCE, once.clone()));
    if unfinished {
        return visit.ok(&form(&visit, &content));
    }
    if let Some(too_many) = visit.too_many(None) {
        return too_many;
    }
    if let Some(problem) = asked.problem(&visit) {
        content.remarks = with_problems(&visit, problem, &order);
        return visit.answer(StatusCode::UNPROCESSABLE_ENTITY, &form(&visit, &content));
    }
    let facts = asked.facts();
    let key = key(&once, &order, &facts);
    let error = match visit.host.orders.file(&order, facts, key).await {
        Ok(order) => return visit.go(&address(&visit, &order)),
        Err(error) => error,
    };
    if matches!(error, OrderError::KeyReused) {
        return sent_before(&visit, content);
    }
    let Some(remarks) = remarks(&visit, &error) else {
        return failed(&visit, &error);
    };
    content.remarks = remarks;
    visit.answer(StatusCode::UNPROCESSABLE_ENTITY, &form(&visit, &content))
}

/// Who went back to a form that was filed, and changed it, may mean another order, or not.
fn sent_before(visit: &Visit, mut content: Content<'_>) -> Response {
    let once = match random_token() {
        Ok(once) => once,
        Err(error) => return visit.failed(&error),
    };
    content.hidden = vec![(ONCE, once)];
    content.remarks.push(Remark {
        path: String::new(),
        text: visit
            .t(
                "这张表单已经提交过一次，此次修改未保存。要修改已提交的订单，请打开该订单的页面；再次提交将另建一个订单。",
                "This form was filed before, and what you have changed since was not. To change that order, open \
                 its page. Sent again, this is another order.",
            )
            .to_owned(),
        kind: Kind::Refused,
    });
    visit.answer(StatusCode::CONFLICT, &form(visit, &content))
}

/// A form that is sent twice is one order. No client's key begins with a line break.
fn key(once: &str, order: &OrderForm, facts: &OrderFacts) -> Option<IdempotencyKey> {
    let is_own = once.len() == 32 && once.bytes().all(|byte| byte.is_ascii_hexdigit());
    let body = serde_json::to_vec(&(order, facts)).ok()?;
    is_own.then(|| IdempotencyKey {
        key: Sha256::digest(format!("\n{once}")).into(),
        body: Sha256::digest(body).into(),
    })
}

fn form_address(filing_type: FilingType) -> String {
    format!("{HERE}?type={filing_type}")
}

fn form(visit: &Visit, content: &Content<'_>) -> FormPage {
    let filing_type = content.filing_type;
    let sample = || {
        let href = format!("{}&sample=1", form_address(filing_type));
        Link::new(href, visit.t("填入示例数据", "Fill in sample data"))
    };
    let new = visit.t("新建备案订单：", "New order: ");
    let around = Around {
        section: FILING,
        back: Link::new(HERE, visit.t("选择其他备案类型", "Another type of filing")),
        heading: format!("{new}{}", filing_type.text(visit.lang)),
        sample: visit.host.sandbox.then(sample),
        action: "/orders".to_owned(),
        submit: visit.t("提交初审", "File the order"),
        cancel: Link::new("/", visit.t("取消", "Cancel")),
        refused: visit.t(
            "订单未提交，请更正以下内容",
            "The order was not filed. Please mend the following",
        ),
    };
    order_form::page(visit, around, content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_form_is_the_same_order() {
        let once = "0123456789abcdef0123456789abcdef";
        let (form, facts) = (
            order_form::sample(FilingType::Initial),
            OrderFacts::default(),
        );
        let first = key(once, &form, &facts);
        assert!(first.is_some());
        assert_eq!(first, key(once, &form, &facts));
        let other = order_form::sample(FilingType::AddService);
        let changed = key(once, &other, &facts);
        assert_eq!(first.map(|it| it.key), changed.map(|it| it.key));
        assert_ne!(first, changed);
        assert_eq!(key("", &form, &facts), None);
        assert_eq!(key("0123", &form, &facts), None);
    }
}

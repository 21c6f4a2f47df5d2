//! The form for a new order, filed as it is sent.

use axum::{extract::Query, http::StatusCode, response::Response};
use beian::FilingType;
use beian_web::pages::{
    CONSOLE, Link, Sorry,
    order_form::{self, Around, Content, FormPage, Typed},
};
use serde::Deserialize;

use super::{Staff, StaffSent, Visit, failed, order::address};
use crate::orders::OrderError;

const HERE: &str = "/console/orders/new";

#[derive(Deserialize)]
pub(super) struct Start {
    #[serde(rename = "type")]
    filing_type: Option<String>,
    sample: Option<String>,
}

pub(super) async fn show(Staff { visit }: Staff, Query(start): Query<Start>) -> Response {
    let Some(name) = start.filing_type else {
        let back = Link::new("/console", visit.t("备案订单", "Filing orders"));
        return visit.ok(&order_form::types(&visit, CONSOLE, back, HERE));
    };
    let Ok(filing_type) = name.parse::<FilingType>() else {
        return visit.sorry(Sorry::NotFound);
    };
    let typed = if start.sample.is_some() && visit.host.sandbox {
        order_form::sample(filing_type)
    } else {
        order_form::blank(filing_type)
    };
    visit.ok(&form(&visit, &Content::new(filing_type, &typed)))
}

pub(super) async fn submit(StaffSent { visit, mut fields }: StaffSent) -> Response {
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
    if unfinished {
        return visit.ok(&form(&visit, &content));
    }
    match visit.host.orders.file(&order, None).await {
        Ok(order) => visit.go(&address(order.id)),
        Err(OrderError::Problems(problems)) => {
            content.remarks = order_form::problems(&problems, visit.lang);
            visit.answer(StatusCode::UNPROCESSABLE_ENTITY, &form(&visit, &content))
        }
        Err(error) => failed(&visit, &error),
    }
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
        section: CONSOLE,
        back: Link::new(HERE, visit.t("选择其他备案类型", "Another type of filing")),
        heading: format!("{new}{}", filing_type.text(visit.lang)),
        sample: visit.host.sandbox.then(sample),
        action: "/console/orders".to_owned(),
        submit: visit.t("提交初审", "File the order"),
        cancel: Link::new("/console", visit.t("取消", "Cancel")),
        refused: visit.t(
            "订单未保存，请更正以下内容",
            "The order was not filed. Please mend the following",
        ),
    };
    order_form::page(visit, around, content)
}

//! The form of an order that is changed.

use axum::{extract::Path, http::StatusCode, response::Response};
use beian::OrderForm;
use beian_web::pages::{
    Link, Sorry,
    order_form::{self, Around, Content, FormPage, Kind, Remark, Typed},
};

use super::{
    super::{FILING, Sent, Visit},
    address,
    facts::Asked,
    failed, kept,
    order::refused,
    order_of, remarks, with_problems,
};
use crate::{
    order::{Order, StepRefusal},
    orders::{OrderError, Orders},
};

/// The version of the order that was changed.
const SEEN: &str = "seen";

pub(super) async fn show(visit: Visit, Path(token): Path<String>) -> Response {
    let order = match order_of(&visit, &token).await {
        Ok(order) => order,
        Err(response) => return response,
    };
    if !order.is_changeable() {
        return visit.go(&address(&visit, &order));
    }
    let typed = Orders::form_of(&order);
    let content = content(&visit, &order, &typed, &Asked::of(&order.facts));
    visit.ok(&form(&visit, &order, &content))
}

pub(super) async fn submit(Path(token): Path<String>, sent: Sent) -> Response {
    let Sent { visit, mut fields } = sent;
    let order = match order_of(&visit, &token).await {
        Ok(order) => order,
        Err(response) => return response,
    };
    let seen = fields.take(SEEN).parse::<i64>();
    let asked = Asked::read(&mut fields);
    let (Ok(seen), Some(typed)) = (seen, order_form::read(&mut fields)) else {
        return visit.sorry(Sorry::BadForm);
    };
    let Typed {
        order: typed,
        unfinished,
        ..
    } = typed;
    let mut content = content(&visit, &order, &typed, &asked);
    if unfinished {
        content.hidden = vec![(SEEN, seen.to_string())];
        return visit.ok(&form(&visit, &order, &content));
    }
    if let Some(too_many) = visit.too_many(None) {
        return too_many;
    }
    let found = match asked.problem(&visit) {
        Some(problem) => with_problems(&visit, problem, &typed),
        None => match change(&visit, &order, &typed, &asked, seen).await {
            Ok(changed) => return visit.go(&address(&visit, &changed)),
            Err(OrderError::Step(StepRefusal::Changed)) => {
                content.remarks.push(changed_meanwhile(&visit));
                return visit.answer(StatusCode::CONFLICT, &form(&visit, &order, &content));
            }
            Err(OrderError::Step(refusal)) => return refused(visit, &order, &refusal),
            Err(error) => match remarks(&visit, &error) {
                Some(found) => found,
                None => return failed(&visit, &error),
            },
        },
    };
    // What was said of the form as it was would stand beside what is said of it now.
    content.remarks.retain(|remark| remark.kind == Kind::Reason);
    content.remarks.extend(found);
    content.hidden = vec![(SEEN, seen.to_string())];
    visit.answer(
        StatusCode::UNPROCESSABLE_ENTITY,
        &form(&visit, &order, &content),
    )
}

async fn change(
    visit: &Visit,
    order: &Order,
    typed: &OrderForm,
    asked: &Asked,
    seen: i64,
) -> Result<Order, OrderError> {
    let facts = asked.facts_after(order, typed);
    let orders = &visit.host.orders;
    orders
        .change(order.id, typed.clone(), facts, Some(seen))
        .await
}

/// Sent again, it is over what the order is now.
fn changed_meanwhile(visit: &Visit) -> Remark {
    Remark {
        path: String::new(),
        text: visit
            .t(
                "订单在此期间已有变化，此次修改未保存，填写的内容保留如下。请先查看订单；再次提交将以下列内容为准。",
                "The order has changed meanwhile: what you typed was not saved, and stands here still. Look at the \
                 order first; sent again, this takes its place.",
            )
            .to_owned(),
        kind: Kind::Refused,
    }
}

/// What was typed, with what there is to say to the order.
fn content<'a>(visit: &Visit, order: &Order, typed: &'a OrderForm, asked: &Asked) -> Content<'a> {
    let mut content = Content::new(order.filing.filing_type(), typed);
    content.more = asked.fields(visit);
    content.kept = kept(order, typed);
    content.hidden = vec![(SEEN, order.version.to_string())];
    let reasons = order.life.reasons().iter().map(|reason| Remark {
        path: reason.path().unwrap_or_default().to_owned(),
        text: super::order::reason(reason, visit.lang),
        kind: Kind::Reason,
    });
    let advised = order.findings.iter().map(|found| Remark {
        path: found.field.clone(),
        text: found.text(visit.lang).to_owned(),
        kind: Kind::Advised,
    });
    content.remarks = reasons.chain(advised).collect();
    content
}

fn form(visit: &Visit, order: &Order, content: &Content<'_>) -> FormPage {
    let own = address(visit, order);
    let around = Around {
        section: FILING,
        back: Link::new(own.clone(), visit.t("返回订单", "Back to the order")),
        heading: format!(
            "{}{}",
            visit.t("修改订单：", "Change the order: "),
            order.filing.filing_type().text(visit.lang)
        ),
        sample: None,
        action: format!("{own}/change"),
        submit: visit.t("保存并提交初审", "Save and hand in"),
        cancel: Link::new(own, visit.t("取消", "Cancel")),
        refused: visit.t(
            "修改未保存，请更正以下内容",
            "Nothing was saved. Please mend the following",
        ),
    };
    order_form::page(visit, around, content)
}

//! What the buttons of an order do. Each leads back to the order; if the step wasn't possible, that says why.

use axum::{extract::Path, http::StatusCode, response::Response};
use beian::{Lang, Role, Roles, filing::OrderStep};
use beian_web::{
    order_id::OrderId,
    pages::{CONSOLE, Sorry, Withdraw, fields::Fields},
};

use super::{Staff, StaffSent, Visit, address, failed, load, order, seen::Seen};
use crate::{
    api::problem,
    order::{Order, StepRefusal},
    orders::{OrderError, Orders},
    store,
};

pub(super) async fn accept(
    Path(id): Path<String>,
    StaffSent { visit, mut fields }: StaffSent,
) -> Response {
    let seen = seen(&mut fields);
    let accept = async |orders: &Orders, id| orders.accept(id, seen.version).await;
    take(visit, &id, Some(seen), accept).await
}

/// Of the order as it was seen: the customer may have named others since.
pub(super) async fn override_texted(
    Path(id): Path<String>,
    StaffSent { visit, mut fields }: StaffSent,
) -> Response {
    let seen = seen(&mut fields);
    let roles = fields.take_all("roles");
    let roles: Result<Roles, _> = roles.iter().map(|role| role.parse::<Role>()).collect();
    let Ok(roles) = roles else {
        return visit.sorry(Sorry::BadForm);
    };
    let roles = Some(roles).filter(|_| fields.take("by") != "rules");
    let name = async |orders: &Orders, id| {
        let step = |order: &mut Order, now| {
            if order.can(OrderStep::PassReview) && seen.is_rewritten(order) {
                return Err(StepRefusal::Changed);
            }
            order.override_texted(roles, now)
        };
        orders.amend(id, step).await
    };
    take(visit, &id, Some(seen), name).await
}

pub(super) async fn resubmit(Path(id): Path<String>, sent: StaffSent) -> Response {
    take(sent.visit, &id, None, Orders::resubmit).await
}

pub(super) async fn approve(Path(id): Path<String>, sent: StaffSent) -> Response {
    let none = beian::filing::ReturnReasons::NONE;
    let approve = async |orders: &Orders, id| orders.decide(id, true, &none).await;
    take(sent.visit, &id, None, approve).await
}

pub(super) async fn renew_link(Path(id): Path<String>, sent: StaffSent) -> Response {
    take(sent.visit, &id, None, Orders::renew_link).await
}

/// There is no way back, so it takes two steps.
pub(super) async fn confirm_withdrawal(Staff { visit }: Staff, Path(id): Path<String>) -> Response {
    let order = match load(&visit, &id).await {
        Ok(order) => order,
        Err(error) => return failed(&visit, &error),
    };
    if !order.can(OrderStep::Withdraw) {
        return visit.go(&address(order.id));
    }
    let warning = visit.t(
        "撤回后不能恢复，已保存的证件号码随即删除；如需继续备案，客户须重新下单。",
        "There is no way back: the ID numbers that are kept are deleted at once, and the customer needs a new \
         order to go on.",
    );
    let (p, address) = (visit.page(CONSOLE), address(order.id));
    let page = Withdraw::new(p, address, &order.filing, order.status(), warning);
    visit.ok(&page)
}

pub(super) async fn withdraw(Path(id): Path<String>, sent: StaffSent) -> Response {
    take(sent.visit, &id, None, Orders::withdraw).await
}

/// Which order the form was made for.
pub(super) fn seen(fields: &mut Fields) -> Seen {
    Seen::read(&fields.take("version"), &fields.take("written"))
}

/// Takes a step, and shows the order as it is then; if the step wasn't possible, with the reason.
pub(super) async fn take(
    visit: Visit,
    id: &str,
    seen: Option<Seen>,
    step: impl AsyncFnOnce(&Orders, OrderId) -> Result<Order, OrderError>,
) -> Response {
    let Ok(id) = id.parse() else {
        return visit.sorry(Sorry::NotFound);
    };
    let done = step(&visit.host.orders, id).await;
    visit.host.bell.ring();
    let Err(error) = done else {
        return visit.go(&address(id));
    };
    let Some((status, why)) = refusal(&error, visit.lang) else {
        return failed(&visit, &error);
    };
    let visit = visit.at(address(id));
    match visit.host.orders.order(id).await {
        Ok(order) => {
            let why = changed(&error, seen, &order, visit.lang).unwrap_or(why);
            visit.answer(status, &order::page(&visit, &order, Some(why)))
        }
        Err(error) => failed(&visit, &error),
    }
}

/// Why a step wasn't taken, in words; `None` if that is a fault of ours.
pub(super) fn refusal(error: &OrderError, lang: Lang) -> Option<(StatusCode, String)> {
    let of_step =
        matches!(error, OrderError::Step(step) if !matches!(step, StepRefusal::Entropy(_)));
    let busy = matches!(error, OrderError::Store(store::Error::Conflict));
    if !of_step && !busy {
        return None;
    }
    let problem = problem::of(error, lang);
    Some((problem.status(), problem.text().to_owned()))
}

/// Who has changed it, if that is why a step wasn't taken.
pub(super) fn changed(
    error: &OrderError,
    seen: Option<Seen>,
    order: &Order,
    lang: Lang,
) -> Option<String> {
    if !matches!(error, OrderError::Step(StepRefusal::Changed)) {
        return None;
    }
    let by_customer = seen?.is_rewritten(order);
    let text = match (by_customer, lang) {
        (true, Lang::Zh) => "客户在您查看后修改了订单，操作未执行。请重新查看现在的内容。",
        (true, Lang::En) => {
            "The customer has changed the order since you looked at it, so nothing was done. This is \
             the order as it is now: look at it again."
        }
        (false, Lang::Zh) => "订单在您查看后有变动，操作未执行。请重新查看现在的内容。",
        (false, Lang::En) => {
            "Something about the order has changed since you looked at it, so nothing was done. This is \
             the order as it is now: look at it again."
        }
    };
    Some(text.to_owned())
}

//! Why an order is returned: next to each of its fields, and for the order as a whole, in words that the customer
//! reads. What was typed stays until the order is returned.

use axum::{extract::Path, http::StatusCode, response::Response};
use beian::{
    Lang, ReturnCause,
    filing::{ReturnReason, ReturnReasons, path_label},
};
use beian_web::pages::{CONSOLE, Page, fields::id};

use super::{
    Staff, StaffSent, Visit,
    actions::{changed, refusal, seen, take},
    address, failed, filed, load,
    seen::Seen,
};
use crate::{
    order::{Order, StepRefusal},
    orders::{OrderError, Orders},
};

/// As many characters as the crate keeps of a reason.
const WORDS_MAX: usize = 1000;
/// What names of fields begin with.
const FIELD: &str = "r.";

/// Who doesn't want it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    Platform,
    Administration,
}

#[derive(askama::Template)]
#[template(path = "console_reasons.html")]
struct ReasonsPage {
    p: Page,
    id: String,
    entity: String,
    filing_type: &'static str,
    by_platform: bool,
    action: String,
    seen: Seen,
    /// Why it wasn't returned.
    refused: Option<String>,
    whole: Line,
    lines: Vec<Line>,
}

/// A field of the order, and what is wrong with it.
struct Line {
    id: String,
    path: String,
    label: String,
    value: String,
    typed: String,
    too_long: bool,
}

/// What was typed, by path; that of the order as a whole is empty.
type Typed = Vec<(String, String)>;

impl Who {
    const fn cause(self) -> ReturnCause {
        match self {
            Self::Platform => ReturnCause::PlatformDecision,
            Self::Administration => ReturnCause::AdministrationDecision,
        }
    }

    const fn step(self) -> &'static str {
        match self {
            Self::Platform => "return",
            Self::Administration => "refuse",
        }
    }

    fn can(self, order: &Order) -> bool {
        let mut possible = order.life.possible_returns();
        possible.any(|cause| cause == self.cause())
    }
}

pub(super) async fn ask_return(Staff { visit }: Staff, Path(id): Path<String>) -> Response {
    ask(&visit, &id, Who::Platform).await
}

pub(super) async fn ask_refusal(Staff { visit }: Staff, Path(id): Path<String>) -> Response {
    ask(&visit, &id, Who::Administration).await
}

pub(super) async fn give_back(Path(id): Path<String>, sent: StaffSent) -> Response {
    answer(sent, &id, Who::Platform).await
}

pub(super) async fn refuse(Path(id): Path<String>, sent: StaffSent) -> Response {
    answer(sent, &id, Who::Administration).await
}

async fn ask(visit: &Visit, id: &str, who: Who) -> Response {
    match load(visit, id).await {
        Ok(order) if who.can(&order) => visit.ok(&page(visit, &order, who, Vec::new(), None)),
        Ok(order) => visit.go(&address(order.id)),
        Err(error) => failed(visit, &error),
    }
}

async fn answer(StaffSent { visit, mut fields }: StaffSent, id: &str, who: Who) -> Response {
    let seen = seen(&mut fields);
    let typed = fields.take_below(FIELD);
    let order = match load(&visit, id).await {
        Ok(order) => order,
        Err(error) => return failed(&visit, &error),
    };
    let reasons = match reasons(&typed, visit.lang) {
        Ok(reasons) => reasons,
        Err(why) if who.can(&order) => {
            let page = page(&visit, &order, who, typed, Some(why.to_owned()));
            return visit.answer(StatusCode::UNPROCESSABLE_ENTITY, &page);
        }
        // There is nothing left to return, whatever was typed.
        Err(_) => return take(visit, id, None, async |_: &Orders, _| refused(&order, who)).await,
    };
    let step = |order: &mut Order, now| {
        if who.can(order) && seen.is_rewritten(order) {
            return Err(StepRefusal::Changed);
        }
        match who {
            Who::Platform => order.give_back(reasons.clone(), now),
            Who::Administration => order.decide(false, reasons.clone(), now),
        }
    };
    let done = visit.host.orders.amend(order.id, step).await;
    visit.host.bell.ring();
    match done {
        Ok(_) => visit.go(&address(order.id)),
        Err(error) => again(visit, id, who, typed, seen, error).await,
    }
}

fn refused(order: &Order, who: Who) -> Result<Order, OrderError> {
    let returned = order.life.return_for(who.cause());
    Err(match returned {
        Err(refusal) => StepRefusal::from(refusal).into(),
        Ok(_) => StepRefusal::Changed.into(),
    })
}

/// What was typed, with why it isn't returned; on the order's page, if it can't be any more.
async fn again(
    visit: Visit,
    id: &str,
    who: Who,
    typed: Typed,
    seen: Seen,
    error: OrderError,
) -> Response {
    let Some((status, why)) = refusal(&error, visit.lang) else {
        return failed(&visit, &error);
    };
    let order = match load(&visit, id).await {
        Ok(order) => order,
        Err(error) => return failed(&visit, &error),
    };
    if !who.can(&order) {
        return take(visit, id, None, async |_: &Orders, _| Err(error)).await;
    }
    let why = changed(&error, Some(seen), &order, visit.lang).unwrap_or(why);
    let page = page(&visit, &order, who, typed, Some(why));
    visit.answer(status, &page)
}

/// The reasons as the crate keeps them; or why these are none.
fn reasons(typed: &Typed, lang: Lang) -> Result<ReturnReasons, &'static str> {
    let t = |zh, en| match lang {
        Lang::Zh => zh,
        Lang::En => en,
    };
    if typed.iter().any(|(_, words)| is_too_long(words)) {
        return Err(t(
            "退回原因每项最多1000个字符，请缩短后再提交。",
            "A reason has at most 1000 characters: shorten what is longer.",
        ));
    }
    let reason = |(path, words): &(String, String)| ReturnReason::new(path, words).at(path);
    let reasons = typed.iter().map(reason);
    // What can't be seen says nothing.
    let said: Vec<_> = reasons.filter(|it| !it.words().is_empty()).collect();
    if said.is_empty() {
        return Err(t(
            "请至少填写一项退回原因，客户将按此修改。",
            "Give at least one reason: the customer goes by it.",
        ));
    }
    if said.len() > ReturnReasons::MAX {
        return Err(t(
            "退回原因最多64项，请合并后再提交。",
            "There can be 64 reasons at most: bring some together.",
        ));
    }
    Ok(said.into_iter().collect())
}

fn is_too_long(words: &str) -> bool {
    words.chars().count() > WORDS_MAX
}

fn page(
    visit: &Visit,
    order: &Order,
    who: Who,
    mut typed: Typed,
    refused: Option<String>,
) -> ReasonsPage {
    let whole = path_label("", visit.lang).unwrap_or_default();
    let whole = Line::new(String::new(), whole, String::new(), &mut typed);
    let fields = filed::lines(order, visit.lang).into_iter();
    let mut lines: Vec<_> = fields
        .map(|field| Line::new(field.path, field.label, field.value, &mut typed))
        .collect();
    // Of fields that the customer has taken out since.
    let gone = visit.t("（订单中已没有该项）", "(no longer in the order)");
    while let Some((path, _)) = typed.iter().find(|(_, words)| !words.trim().is_empty()) {
        let path = path.clone();
        let label = path_label(&path, visit.lang).unwrap_or_default();
        lines.push(Line::new(path, label, gone.to_owned(), &mut typed));
    }
    ReasonsPage {
        p: visit.page(CONSOLE),
        id: order.id.to_string(),
        entity: order.filing.entity().name().to_owned(),
        filing_type: order.filing.filing_type().text(visit.lang),
        by_platform: who == Who::Platform,
        action: format!("{}/{}", address(order.id), who.step()),
        seen: Seen::of(order),
        refused,
        whole,
        lines,
    }
}

impl Line {
    /// What was typed for it is taken out.
    fn new(path: String, label: String, value: String, typed: &mut Typed) -> Self {
        let place = typed.iter().position(|(known, _)| *known == path);
        let typed = place.map(|place| typed.swap_remove(place).1);
        let typed = typed.unwrap_or_default();
        Self {
            id: id(&format!("{FIELD}{path}")),
            too_long: is_too_long(&typed),
            path,
            label,
            value,
            typed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(pairs: &[(&str, &str)]) -> Typed {
        let own = |(path, words): &(&str, &str)| ((*path).to_owned(), (*words).to_owned());
        pairs.iter().map(own).collect()
    }

    #[test]
    fn whoever_returns_an_order_says_why() {
        for nothing in ["", " \n", "\u{200b}\u{202e}"] {
            assert!(reasons(&typed(&[("", nothing)]), Lang::Zh).is_err());
        }
        let said = typed(&[("", ""), ("entity.name", "与执照不符"), ("nowhere", "为何")]);
        let said = reasons(&said, Lang::Zh).unwrap();
        let said: Vec<_> = said.iter().map(|it| (it.path(), it.words())).collect();
        assert_eq!(said, [(Some("entity.name"), "与执照不符"), (None, "为何")]);
    }

    #[test]
    fn no_reason_is_cut_off_or_passed_over() {
        let just = "长".repeat(WORDS_MAX);
        assert!(reasons(&typed(&[("", &just)]), Lang::En).is_ok());
        assert!(reasons(&typed(&[("", &format!("{just}长"))]), Lang::En).is_err());
        let many = |n: usize| -> Typed { vec![("province".to_owned(), "x".to_owned()); n] };
        assert!(reasons(&many(ReturnReasons::MAX), Lang::En).is_ok());
        assert!(reasons(&many(ReturnReasons::MAX + 1), Lang::En).is_err());
    }

    #[test]
    fn what_was_typed_stays_with_its_field() {
        let mut typed = typed(&[("province", "a"), ("entity.name", "b")]);
        let line = Line::new(
            "entity.name".to_owned(),
            String::new(),
            String::new(),
            &mut typed,
        );
        assert_eq!(
            (line.typed.as_str(), line.id.as_str()),
            ("b", "r-entity-name")
        );
        assert_eq!(typed.len(), 1);
    }
}

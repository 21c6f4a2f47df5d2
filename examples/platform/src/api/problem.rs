//! The platform's own codes of problems, and what becomes one.

use axum::http::StatusCode;
use beian::{
    Lang, OrderProblems,
    filing::{
        ProblemKind,
        checks::{CheckRow, Finding, Severity},
    },
};
use beian_web::{
    database::Error,
    problem::{Code, FieldProblem, Problem},
};

use crate::{order::StepRefusal, orders::OrderError};

/// 404: there is no order of that id, or none that the caller may see.
pub(super) const ORDER_NOT_FOUND: Code = Code::new(
    "order_not_found",
    StatusCode::NOT_FOUND,
    "没有该备案订单。",
    "There is no such order.",
);
/// 403: only staff may report what the regulator says.
pub(super) const STAFF_ONLY: Code = Code::new(
    "staff_only",
    StatusCode::FORBIDDEN,
    "该信息只能由平台人员登记。",
    "Only staff may report this.",
);
/// 409: the status of the order doesn't allow the step.
pub(super) const STEP_NOT_POSSIBLE: Code = Code::new(
    "step_not_possible",
    StatusCode::CONFLICT,
    "订单当前状态不允许该操作。",
    "The status of the order doesn't allow this step.",
);
/// 409: the order isn't as it was when it was looked at.
pub(super) const ORDER_CHANGED: Code = Code::new(
    "order_changed",
    StatusCode::CONFLICT,
    "订单已被修改，请重新查看。",
    "The order has changed since. Look at it again.",
);
/// 409: the upload got no answer yet: the regulator may have the order.
pub(super) const UPLOAD_IN_DOUBT: Code = Code::new(
    "upload_in_doubt",
    StatusCode::CONFLICT,
    "订单正在提交管局，尚未得到答复，请稍后再试。",
    "The upload got no answer yet: the regulator may have the order. Try again later.",
);
/// 409: a service of the order can't be filed at this instant.
pub(super) const NOT_FILEABLE: Code = Code::new(
    "not_fileable",
    StatusCode::CONFLICT,
    "订单中的服务目前不能备案。",
    "A service of the order can't be filed now.",
);
/// 409: the person has said so much in this round that nothing more is written down.
pub(super) const SAID_ENOUGH: Code = Code::new(
    "said_enough",
    StatusCode::CONFLICT,
    "该联系人在本轮核验中反馈次数过多。",
    "The person has reported too often in this round.",
);
/// 422: the order can't be filed; `problems` says why.
pub(super) const ORDER_NOT_ACCEPTED: Code = Code::new(
    "order_not_accepted",
    StatusCode::UNPROCESSABLE_ENTITY,
    "订单不能备案，请按提示修改。",
    "The order can't be filed. See the problems.",
);
/// 422: what is reported can't be.
pub(super) const FACT_REFUSED: Code = Code::new(
    "fact_refused",
    StatusCode::UNPROCESSABLE_ENTITY,
    "该信息与本轮核验不符。",
    "What is reported can't be of this round.",
);
/// Those above.
pub(super) const CODES: [Code; 9] = [
    ORDER_NOT_FOUND,
    STAFF_ONLY,
    STEP_NOT_POSSIBLE,
    ORDER_CHANGED,
    UPLOAD_IN_DOUBT,
    NOT_FILEABLE,
    SAID_ENOUGH,
    ORDER_NOT_ACCEPTED,
    FACT_REFUSED,
];

/// Every stable code of a field.
pub(super) fn field_codes() -> Vec<&'static str> {
    let mut codes: Vec<_> = ProblemKind::all().map(ProblemKind::code).collect();
    codes.extend(CheckRow::DOCUMENTED.iter().map(|row| row.check.code()));
    codes.push("malformed");
    codes.sort_unstable();
    codes.dedup();
    codes
}

/// What is wrong with an order, field by field.
fn of_order(problems: &OrderProblems, lang: Lang) -> Problem {
    let fields = problems.iter().map(|problem| FieldProblem {
        field: problem.path().to_owned(),
        code: problem.code(),
        rule: problem.rule(),
        detail: problem.text(lang).into_owned(),
    });
    Problem::new(ORDER_NOT_ACCEPTED, lang).fields(fields)
}

/// What is refused in it.
fn of_findings(findings: &[Finding], lang: Lang) -> Problem {
    let refused = |finding: &&Finding| finding.severity() == Severity::Refused;
    let fields = findings.iter().filter(refused).map(|finding| FieldProblem {
        field: finding.path().to_owned(),
        code: finding.code(),
        rule: Some(finding.rule()),
        detail: finding.text(lang).into_owned(),
    });
    Problem::new(ORDER_NOT_ACCEPTED, lang).fields(fields)
}

/// Why nothing happened to an order.
pub(crate) fn of(error: &OrderError, lang: Lang) -> Problem {
    match error {
        OrderError::NotFound => Problem::new(ORDER_NOT_FOUND, lang),
        OrderError::KeyReused => Problem::new(Code::IDEMPOTENCY_KEY_REUSED, lang),
        OrderError::Problems(problems) => of_order(problems, lang),
        OrderError::Refused(found) => of_findings(found, lang),
        OrderError::Step(refusal) => of_step(refusal, lang),
        OrderError::Store(error) => of_store(error, lang),
        OrderError::Seal(_) | OrderError::Entropy(_) => {
            tracing::error!(%error, "order");
            Problem::new(Code::INTERNAL, lang)
        }
    }
}

/// Why a step wasn't taken.
pub(crate) fn of_step(refusal: &StepRefusal, lang: Lang) -> Problem {
    match refusal {
        StepRefusal::Life(refusal) => {
            Problem::new(STEP_NOT_POSSIBLE, lang).detail(refusal.text(lang))
        }
        StepRefusal::NotFileable(why) => Problem::new(NOT_FILEABLE, lang).detail(why.text(lang)),
        StepRefusal::Fact(refusal) => Problem::new(FACT_REFUSED, lang).detail(refusal.text(lang)),
        StepRefusal::Changed => Problem::new(ORDER_CHANGED, lang),
        StepRefusal::NoRound => Problem::new(STEP_NOT_POSSIBLE, lang).detail(match lang {
            Lang::Zh => "订单当前不在短信核验中，该信息无法登记。",
            Lang::En => "The order is not in SMS verification: this can't be reported of it.",
        }),
        StepRefusal::InDoubt => Problem::new(UPLOAD_IN_DOUBT, lang),
        StepRefusal::SaidEnough => Problem::new(SAID_ENOUGH, lang),
        StepRefusal::Entropy(error) => {
            tracing::error!(%error, "order");
            Problem::new(Code::INTERNAL, lang)
        }
    }
}

/// Why the store didn't answer.
pub(crate) fn of_store(error: &Error, lang: Lang) -> Problem {
    match error {
        Error::Conflict => Problem::new(Code::TRY_AGAIN, lang),
        Error::Database(error) => {
            tracing::error!(%error, "database");
            Problem::new(Code::TRY_AGAIN, lang)
        }
        Error::Stored(_) | Error::Malformed(_) => {
            tracing::error!(%error, "store");
            Problem::new(Code::INTERNAL, lang)
        }
    }
}

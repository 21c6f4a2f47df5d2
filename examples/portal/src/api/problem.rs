//! The portal's own codes of problems, and what becomes one.

use axum::http::StatusCode;
use beian::{EntryProblems, Lang, OrderProblems, filing::ProblemKind, host::HostError};
use beian_web::problem::{Code, FieldProblem, Problem};

use crate::{orders::OrderError, store::StoreError};

/// 404: there is no order of that id.
pub(super) const ORDER_NOT_FOUND: Code = Code::new(
    "order_not_found",
    StatusCode::NOT_FOUND,
    "没有该备案订单。",
    "There is no such order.",
);
/// 409: the status of the order doesn't allow the step.
pub(super) const STEP_NOT_POSSIBLE: Code = Code::new(
    "step_not_possible",
    StatusCode::CONFLICT,
    "订单当前状态不允许该操作。",
    "The status of the order doesn't allow this step.",
);
/// 409: the ID of a person is missing, because its key has left the key file.
pub(super) const ID_MISSING: Code = Code::new(
    "id_missing",
    StatusCode::CONFLICT,
    "缺少核验人的证件号码，请重新提交订单。",
    "The ID of a person is missing. File the order again.",
);
/// 409: so many orders of one number are open that no distinct codes are left.
pub(super) const CODES_EXHAUSTED: Code = Code::new(
    "codes_exhausted",
    StatusCode::CONFLICT,
    "该号码待核验的订单过多，请稍后提交。",
    "Too many orders of this number are open. Submit later.",
);
/// 409: a service of the order can't be filed at this instant.
pub(super) const NOT_FILEABLE: Code = Code::new(
    "not_fileable",
    StatusCode::CONFLICT,
    "订单中的服务目前不能备案。",
    "A service of the order can't be filed now.",
);
/// 422: the order can't be filed; `problems` says why.
pub(super) const ORDER_NOT_ACCEPTED: Code = Code::new(
    "order_not_accepted",
    StatusCode::UNPROCESSABLE_ENTITY,
    "订单不能备案，请按提示修改。",
    "The order can't be filed. See the problems.",
);
/// 422: a field of a public form is malformed; `problems` says which. It was not counted.
pub(super) const MALFORMED_ENTRY: Code = Code::new(
    "malformed_entry",
    StatusCode::UNPROCESSABLE_ENTITY,
    "填写的内容有误，请检查；未计入错误次数。",
    "A field is malformed. Check it; nothing was counted.",
);
/// 401: the signature of a delivery report is missing, wrong or too old.
pub(super) const BAD_SIGNATURE: Code = Code::new(
    "bad_signature",
    StatusCode::UNAUTHORIZED,
    "签名缺失、错误或已过期。",
    "The signature is missing, wrong or too old.",
);

/// Those above.
pub(super) const CODES: [Code; 8] = [
    ORDER_NOT_FOUND,
    STEP_NOT_POSSIBLE,
    ID_MISSING,
    CODES_EXHAUSTED,
    NOT_FILEABLE,
    ORDER_NOT_ACCEPTED,
    MALFORMED_ENTRY,
    BAD_SIGNATURE,
];

/// The field codes that aren't an order's.
const OTHER_FIELD_CODES: [&str; 3] = ["code_malformed", "last_six_malformed", "malformed"];

/// Every stable code of a field.
pub(super) fn field_codes() -> Vec<&'static str> {
    let mut codes: Vec<_> = ProblemKind::all().map(ProblemKind::code).collect();
    codes.extend(OTHER_FIELD_CODES);
    codes.sort_unstable();
    codes.dedup();
    codes
}

/// What is wrong with an order, field by field.
pub(super) fn of_order(problems: &OrderProblems, lang: Lang) -> Problem {
    let fields = problems.iter().map(|problem| FieldProblem {
        field: problem.path().to_owned(),
        code: problem.code(),
        rule: problem.rule(),
        detail: problem.text(lang).into_owned(),
    });
    Problem::new(ORDER_NOT_ACCEPTED, lang).fields(fields)
}

/// What is wrong with a public form, field by field (D22).
pub(super) fn of_entry(problems: EntryProblems, lang: Lang) -> Problem {
    let EntryProblems {
        mobile,
        code,
        last_six,
    } = problems;
    let field = |field: &str, code, rule, text: &str| FieldProblem {
        field: field.to_owned(),
        code,
        rule: Some(rule),
        detail: text.to_owned(),
    };
    let fields = [
        mobile.map(|p| field("mobile", p.code(), "B11", p.text(lang))),
        code.map(|p| field("code", "code_malformed", "R13", p.text(lang))),
        last_six.map(|p| field("id_last6", p.code(), "R16", p.text(lang))),
    ];
    Problem::new(MALFORMED_ENTRY, lang).fields(fields.into_iter().flatten())
}

/// Why nothing happened to an order.
pub(super) fn of(error: &OrderError, lang: Lang) -> Problem {
    match error {
        OrderError::NotFound => Problem::new(ORDER_NOT_FOUND, lang),
        OrderError::KeyReused => Problem::new(Code::IDEMPOTENCY_KEY_REUSED, lang),
        OrderError::Problems(problems) => of_order(problems, lang),
        OrderError::NotFileable(why) => Problem::new(NOT_FILEABLE, lang).detail(why.text(lang)),
        OrderError::Step(refusal) => {
            Problem::new(STEP_NOT_POSSIBLE, lang).detail(refusal.text(lang))
        }
        OrderError::Round(refusal) => {
            Problem::new(STEP_NOT_POSSIBLE, lang).detail(refusal.text(lang))
        }
        OrderError::Open(beian::OpenError::IdMissing(_)) => Problem::new(ID_MISSING, lang),
        OrderError::Open(beian::OpenError::CodesExhausted) => Problem::new(CODES_EXHAUSTED, lang),
        OrderError::Store(error) => of_store(error, lang),
        OrderError::Open(_) | OrderError::Key(_) | OrderError::Entropy(_) => {
            tracing::error!(%error, "order");
            Problem::new(Code::INTERNAL, lang)
        }
    }
}

/// Why the store didn't answer.
pub(super) fn of_store(error: &StoreError, lang: Lang) -> Problem {
    match error {
        StoreError::Conflict => Problem::new(Code::TRY_AGAIN, lang),
        StoreError::Database(error) => of_database(error, lang),
        StoreError::Stored(_) | StoreError::Malformed(_) => {
            tracing::error!(%error, "store");
            Problem::new(Code::INTERNAL, lang)
        }
    }
}

fn of_database(error: &beian_sqlx::Error, lang: Lang) -> Problem {
    tracing::error!(%error, "database");
    Problem::new(Code::TRY_AGAIN, lang)
}

/// Why the desk didn't answer.
pub(super) fn of_desk(error: &HostError<beian_sqlx::Error>, lang: Lang) -> Problem {
    match error {
        HostError::Conflict => Problem::new(Code::TRY_AGAIN, lang),
        HostError::Store(error) => of_database(error, lang),
        HostError::NotFound => Problem::new(ORDER_NOT_FOUND, lang),
        error @ (HostError::Key(_)
        | HostError::Open(_)
        | HostError::Refused(_)
        | HostError::Exists
        | _) => {
            tracing::error!(%error, "desk");
            Problem::new(Code::INTERNAL, lang)
        }
    }
}

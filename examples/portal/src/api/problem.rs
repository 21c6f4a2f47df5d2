//! Errors as `application/problem+json`, each with a stable code.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use beian::{EntryProblems, Lang, OrderProblems, filing::ProblemKind, host::HostError};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{limits::TooMany, orders::OrderError, store::StoreError};

/// The stable codes of problems. They are never renamed; new ones may come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// 401: the console's token is missing or wrong.
    Unauthorized,
    /// 403: another site's page made the browser send this.
    CrossSite,
    /// 404: there is no order of that id.
    OrderNotFound,
    /// 404: there is nothing at this path.
    NotFound,
    /// 405: not with this method.
    MethodNotAllowed,
    /// 409: the status of the order doesn't allow the step.
    StepNotPossible,
    /// 409: the ID of a person is missing, because its key has left the key file.
    IdMissing,
    /// 409: so many orders of one number are open that no distinct codes are left.
    CodesExhausted,
    /// 409: a service of the order can't be filed at this instant.
    NotFileable,
    /// 413: the body is too large.
    BodyTooLarge,
    /// 415: the body is not `application/json`.
    UnsupportedMediaType,
    /// 400: the body is no JSON.
    MalformedJson,
    /// 422: the body is JSON, but not of the expected form; `problems` says where.
    MalformedBody,
    /// 422: a parameter of the address or a header is malformed; `problems` says which.
    MalformedParameter,
    /// 422: the order can't be filed; `problems` says why.
    OrderNotAccepted,
    /// 422: a field of a public form is malformed; `problems` says which. It was not counted.
    MalformedEntry,
    /// 401: the signature of a delivery report is missing, wrong or too old.
    BadSignature,
    /// 429: too many requests; `Retry-After` says how long to wait.
    TooManyRequests,
    /// 503: too many others at the same time, or the database doesn't answer: try again.
    TryAgain,
    /// 500: a fault of the portal's own.
    Internal,
}

impl Code {
    const fn status(self) -> StatusCode {
        match self {
            Self::MalformedJson => StatusCode::BAD_REQUEST,
            Self::Unauthorized | Self::BadSignature => StatusCode::UNAUTHORIZED,
            Self::CrossSite => StatusCode::FORBIDDEN,
            Self::OrderNotFound | Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::StepNotPossible | Self::IdMissing | Self::CodesExhausted | Self::NotFileable => {
                StatusCode::CONFLICT
            }
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::MalformedBody
            | Self::MalformedParameter
            | Self::OrderNotAccepted
            | Self::MalformedEntry => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
            Self::TryAgain => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    const fn title(self, lang: Lang) -> &'static str {
        let (zh, en) = match self {
            Self::Unauthorized => ("需要控制台令牌。", "The console's token is needed."),
            Self::CrossSite => (
                "拒绝来自其他网站的请求。",
                "Requests from other sites are refused.",
            ),
            Self::OrderNotFound => ("没有该备案订单。", "There is no such order."),
            Self::NotFound => ("没有该地址。", "There is nothing at this address."),
            Self::MethodNotAllowed => ("不支持该请求方法。", "Not with this method."),
            Self::StepNotPossible => (
                "订单当前状态不允许该操作。",
                "The status of the order doesn't allow this step.",
            ),
            Self::IdMissing => (
                "缺少核验人的证件号码，请重新提交订单。",
                "The ID of a person is missing. File the order again.",
            ),
            Self::CodesExhausted => (
                "该号码待核验的订单过多，请稍后提交。",
                "Too many orders of this number are open. Submit later.",
            ),
            Self::NotFileable => (
                "订单中的服务目前不能备案。",
                "A service of the order can't be filed now.",
            ),
            Self::BodyTooLarge => ("请求内容过大。", "The body is too large."),
            Self::UnsupportedMediaType => (
                "请求内容应为application/json。",
                "The body must be application/json.",
            ),
            Self::MalformedJson => ("请求内容不是有效的JSON。", "The body is no JSON."),
            Self::MalformedBody => (
                "请求内容的格式不正确。",
                "The body is not of the expected form.",
            ),
            Self::MalformedParameter => ("请求参数不正确。", "A parameter is malformed."),
            Self::OrderNotAccepted => (
                "订单不能备案，请按提示修改。",
                "The order can't be filed. See the problems.",
            ),
            Self::MalformedEntry => (
                "填写的内容有误，请检查；未计入错误次数。",
                "A field is malformed. Check it; nothing was counted.",
            ),
            Self::BadSignature => (
                "签名缺失、错误或已过期。",
                "The signature is missing, wrong or too old.",
            ),
            Self::TooManyRequests => (
                "请求过于频繁，请稍后重试。",
                "Too many requests. Try again later.",
            ),
            Self::TryAgain => ("系统繁忙，请稍后重试。", "Busy. Try again later."),
            Self::Internal => ("系统内部错误。", "A fault of the portal's own."),
        };
        match lang {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }
}

/// What went wrong.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Problem {
    /// Always `about:blank`: the code says what it is.
    r#type: &'static str,
    /// In words, in the language that was asked for.
    title: String,
    /// The HTTP status.
    status: u16,
    /// The stable code.
    code: Code,
    /// More of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    /// What is wrong, field by field.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    problems: Vec<FieldProblem>,
    #[serde(skip)]
    retry_after: Option<u64>,
}

/// What is wrong with one field.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FieldProblem {
    /// Which field, such as `services[0].administrator.mobile`.
    pub field: String,
    /// The stable code.
    #[schema(schema_with = field_codes)]
    pub code: &'static str,
    /// The rule that is broken, such as `R10`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<&'static str>,
    /// In words, in the language that was asked for.
    pub detail: String,
}

/// The field codes that aren't an order's.
const OTHER_FIELD_CODES: [&str; 3] = ["code_malformed", "last_six_malformed", "malformed"];

/// Every stable code of a field.
fn field_codes() -> utoipa::openapi::schema::Object {
    let mut codes: Vec<_> = ProblemKind::all().map(ProblemKind::code).collect();
    codes.extend(OTHER_FIELD_CODES);
    codes.sort_unstable();
    codes.dedup();
    utoipa::openapi::ObjectBuilder::new()
        .schema_type(utoipa::openapi::schema::Type::String)
        .description(Some("The stable code."))
        .enum_values(Some(codes))
        .build()
}

impl Problem {
    /// A problem of this code.
    #[must_use]
    pub fn new(code: Code, lang: Lang) -> Self {
        Self {
            r#type: "about:blank",
            title: code.title(lang).to_owned(),
            status: code.status().as_u16(),
            code,
            detail: None,
            problems: Vec::new(),
            retry_after: (code == Code::TryAgain).then_some(1),
        }
    }

    /// With more words.
    #[must_use]
    pub fn detail(self, detail: impl Into<String>) -> Self {
        Self {
            detail: Some(detail.into()),
            ..self
        }
    }

    /// With the field that is malformed.
    #[must_use]
    pub fn malformed(mut self, field: &str, lang: Lang) -> Self {
        self.problems.push(FieldProblem {
            field: field.to_owned(),
            code: "malformed",
            rule: None,
            detail: match lang {
                Lang::Zh => "格式不正确，或不是可用的值。",
                Lang::En => "Malformed, or none of the possible values.",
            }
            .to_owned(),
        });
        self
    }

    /// The code.
    #[must_use]
    pub const fn code(&self) -> Code {
        self.code
    }

    /// What is wrong with an order, field by field.
    #[must_use]
    pub fn of_order(problems: &OrderProblems, lang: Lang) -> Self {
        let fields = problems.iter().map(|problem| FieldProblem {
            field: problem.path().to_owned(),
            code: problem.code(),
            rule: problem.rule(),
            detail: problem.text(lang).into_owned(),
        });
        Self {
            problems: fields.collect(),
            ..Self::new(Code::OrderNotAccepted, lang)
        }
    }

    /// What is wrong with a public form, field by field (D22).
    #[must_use]
    pub fn of_entry(problems: &EntryProblems, lang: Lang) -> Self {
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
        Self {
            problems: fields.into_iter().flatten().collect(),
            ..Self::new(Code::MalformedEntry, lang)
        }
    }

    /// Too many requests.
    #[must_use]
    pub fn too_many(too_many: TooMany, lang: Lang) -> Self {
        Self {
            retry_after: Some(too_many.retry_after.as_secs()),
            ..Self::new(Code::TooManyRequests, lang)
        }
    }

    /// Why nothing happened to an order.
    #[must_use]
    pub fn of(error: &OrderError, lang: Lang) -> Self {
        match error {
            OrderError::NotFound => Self::new(Code::OrderNotFound, lang),
            OrderError::Problems(problems) => Self::of_order(problems, lang),
            OrderError::NotFileable(why) => {
                Self::new(Code::NotFileable, lang).detail(why.text(lang))
            }
            OrderError::Step(refusal) => {
                Self::new(Code::StepNotPossible, lang).detail(refusal.text(lang))
            }
            OrderError::Round(refusal) => {
                Self::new(Code::StepNotPossible, lang).detail(refusal.text(lang))
            }
            OrderError::Open(beian::OpenError::IdMissing(_)) => Self::new(Code::IdMissing, lang),
            OrderError::Open(beian::OpenError::CodesExhausted) => {
                Self::new(Code::CodesExhausted, lang)
            }
            OrderError::Store(error) => Self::of_store(error, lang),
            OrderError::Open(_) | OrderError::Key(_) | OrderError::Entropy(_) => {
                tracing::error!(%error, "order");
                Self::new(Code::Internal, lang)
            }
        }
    }

    /// Why the store didn't answer.
    #[must_use]
    pub fn of_store(error: &StoreError, lang: Lang) -> Self {
        match error {
            StoreError::Conflict => Self::new(Code::TryAgain, lang),
            StoreError::Database(error) => Self::of_database(error, lang),
            StoreError::Stored(_) | StoreError::Malformed(_) => {
                tracing::error!(%error, "store");
                Self::new(Code::Internal, lang)
            }
        }
    }

    fn of_database(error: &beian_sqlx::Error, lang: Lang) -> Self {
        tracing::error!(%error, "database");
        Self::new(Code::TryAgain, lang)
    }

    /// Why the desk didn't answer.
    #[must_use]
    pub fn of_desk(error: &HostError<beian_sqlx::Error>, lang: Lang) -> Self {
        match error {
            HostError::Conflict => Self::new(Code::TryAgain, lang),
            HostError::Store(error) => Self::of_database(error, lang),
            HostError::NotFound => Self::new(Code::OrderNotFound, lang),
            error @ (HostError::Key(_)
            | HostError::Open(_)
            | HostError::Refused(_)
            | HostError::Exists
            | _) => {
                tracing::error!(%error, "desk");
                Self::new(Code::Internal, lang)
            }
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let (retry_after, code) = (self.retry_after, self.code);
        let mut response = (status, Json(self)).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if let Some(seconds) = retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if code == Code::Unauthorized {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

//! Errors as `application/problem+json` (RFC 9457), each with a stable code.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use beian::Lang;
use serde::Serialize;
use utoipa::ToSchema;

/// How many fields are named: who has more wrong than that learns how many, and no answer outgrows its
/// question by much.
pub const FIELDS_MAX: usize = 100;

/// A kind of problem. A host has codes of its own beside these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    /// The stable name: never changed; new ones may come.
    pub name: &'static str,
    /// The HTTP status.
    pub status: StatusCode,
    /// In words, Chinese and English.
    pub title: [&'static str; 2],
}

impl Code {
    /// A code.
    #[must_use]
    pub const fn new(
        name: &'static str,
        status: StatusCode,
        zh: &'static str,
        en: &'static str,
    ) -> Self {
        Self {
            name,
            status,
            title: [zh, en],
        }
    }

    /// 400: no `Host`, or several.
    pub const MALFORMED_HOST: Self = Self::new(
        "malformed_host",
        StatusCode::BAD_REQUEST,
        "请求须有且只有一个Host。",
        "A request needs one Host, and no more.",
    );
    /// 400: the body is no JSON.
    pub const MALFORMED_JSON: Self = Self::new(
        "malformed_json",
        StatusCode::BAD_REQUEST,
        "请求内容不是有效的JSON。",
        "The body is no JSON.",
    );
    /// 401: the token is missing or wrong.
    pub const UNAUTHORIZED: Self = Self::new(
        "unauthorized",
        StatusCode::UNAUTHORIZED,
        "需要控制台令牌。",
        "The console's token is needed.",
    );
    /// 403: another site's page made the browser send this.
    pub const CROSS_SITE: Self = Self::new(
        "cross_site",
        StatusCode::FORBIDDEN,
        "拒绝来自其他网站的请求。",
        "Requests from other sites are refused.",
    );
    /// 404: there is nothing at this path.
    pub const NOT_FOUND: Self = Self::new(
        "not_found",
        StatusCode::NOT_FOUND,
        "没有该地址。",
        "There is nothing at this address.",
    );
    /// 405: not with this method.
    pub const METHOD_NOT_ALLOWED: Self = Self::new(
        "method_not_allowed",
        StatusCode::METHOD_NOT_ALLOWED,
        "不支持该请求方法。",
        "Not with this method.",
    );
    /// 413: the body is too large.
    pub const BODY_TOO_LARGE: Self = Self::new(
        "body_too_large",
        StatusCode::PAYLOAD_TOO_LARGE,
        "请求内容过大。",
        "The body is too large.",
    );
    /// 415: the body is not `application/json`.
    pub const UNSUPPORTED_MEDIA_TYPE: Self = Self::new(
        "unsupported_media_type",
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "请求内容应为application/json。",
        "The body must be application/json.",
    );
    /// 422: the body is JSON, but not of the expected form; `problems` says where.
    pub const MALFORMED_BODY: Self = Self::new(
        "malformed_body",
        StatusCode::UNPROCESSABLE_ENTITY,
        "请求内容的格式不正确。",
        "The body is not of the expected form.",
    );
    /// 422: a parameter of the address or a header is malformed; `problems` says which.
    pub const MALFORMED_PARAMETER: Self = Self::new(
        "malformed_parameter",
        StatusCode::UNPROCESSABLE_ENTITY,
        "请求参数不正确。",
        "A parameter is malformed.",
    );
    /// 422: the key was used before, with another body or for something else.
    pub const IDEMPOTENCY_KEY_REUSED: Self = Self::new(
        "idempotency_key_reused",
        StatusCode::UNPROCESSABLE_ENTITY,
        "该Idempotency-Key已用于另一请求。",
        "This Idempotency-Key was used with another request.",
    );
    /// 409: the sandbox's clock would be ahead by more than it can.
    pub const CLOCK_TOO_FAR: Self = Self::new(
        "clock_too_far",
        StatusCode::CONFLICT,
        "时钟不能再拨快这么多。",
        "The clock can't be put forward that far any more.",
    );
    /// 429: too many requests; `Retry-After` says how long to wait.
    pub const TOO_MANY_REQUESTS: Self = Self::new(
        "too_many_requests",
        StatusCode::TOO_MANY_REQUESTS,
        "请求过于频繁，请稍后重试。",
        "Too many requests. Try again later.",
    );
    /// 500: a fault of the host's own.
    pub const INTERNAL: Self = Self::new(
        "internal",
        StatusCode::INTERNAL_SERVER_ERROR,
        "系统内部错误。",
        "A fault of the system's own.",
    );
    /// 503: too many others at the same time, or the database doesn't answer: try again.
    pub const TRY_AGAIN: Self = Self::new(
        "try_again",
        StatusCode::SERVICE_UNAVAILABLE,
        "系统繁忙，请稍后重试。",
        "Busy. Try again later.",
    );

    /// Those above.
    pub const ALL: [Self; 15] = [
        Self::CLOCK_TOO_FAR,
        Self::MALFORMED_HOST,
        Self::MALFORMED_JSON,
        Self::UNAUTHORIZED,
        Self::CROSS_SITE,
        Self::NOT_FOUND,
        Self::METHOD_NOT_ALLOWED,
        Self::BODY_TOO_LARGE,
        Self::UNSUPPORTED_MEDIA_TYPE,
        Self::MALFORMED_BODY,
        Self::MALFORMED_PARAMETER,
        Self::IDEMPOTENCY_KEY_REUSED,
        Self::TOO_MANY_REQUESTS,
        Self::INTERNAL,
        Self::TRY_AGAIN,
    ];
}

/// What went wrong.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Problem {
    /// Always `about:blank`: the code says what it is.
    #[schema(value_type = String)]
    r#type: &'static str,
    /// In words, in the language that was asked for.
    #[schema(value_type = String)]
    title: &'static str,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// The stable code.
    #[schema(value_type = String)]
    code: &'static str,
    /// More of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    detail: Option<String>,
    /// What is wrong, field by field; the first hundred.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(min_items = 1, max_items = 100)]
    problems: Vec<FieldProblem>,
    /// How many more fields are wrong.
    #[serde(skip_serializing_if = "is_zero")]
    #[schema(minimum = 1)]
    more_problems: u32,
    #[serde(skip)]
    retry_after: Option<u32>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "what serde passes")]
const fn is_zero(count: &u32) -> bool {
    *count == 0
}

/// What is wrong with one field.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FieldProblem {
    /// Which field, such as `services[0].administrator.mobile`.
    pub field: String,
    /// The stable code.
    #[schema(value_type = String)]
    pub code: &'static str,
    /// The rule that is broken, such as `R10`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    pub rule: Option<&'static str>,
    /// In words, in the language that was asked for.
    pub detail: String,
}

impl Problem {
    /// A problem of this code.
    #[must_use]
    pub fn new(code: Code, lang: Lang) -> Self {
        let [zh, en] = code.title;
        Self {
            r#type: "about:blank",
            title: match lang {
                Lang::Zh => zh,
                Lang::En => en,
            },
            status: code.status.as_u16(),
            code: code.name,
            detail: None,
            problems: Vec::new(),
            more_problems: 0,
            retry_after: (code == Code::TRY_AGAIN).then_some(1),
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

    /// With what is wrong, field by field: a hundred of them, and how many more there are.
    #[must_use]
    pub fn fields(mut self, fields: impl IntoIterator<Item = FieldProblem>) -> Self {
        for field in fields {
            if self.problems.len() < FIELDS_MAX {
                self.problems.push(field);
            } else {
                self.more_problems = self.more_problems.saturating_add(1);
            }
        }
        self
    }

    /// With the field that is malformed.
    #[must_use]
    pub fn malformed(self, field: &str, lang: Lang) -> Self {
        let detail = match lang {
            Lang::Zh => "格式不正确，或不是可用的值。",
            Lang::En => "Malformed, or none of the possible values.",
        };
        self.malformed_as(field, detail.to_owned())
    }

    /// An object has a field that isn't known: which are.
    #[must_use]
    pub fn unknown_field(self, object: &str, known: &[&str], lang: Lang) -> Self {
        let detail = match lang {
            Lang::Zh => format!("含有未知字段，可用的字段：{}。", known.join("、")),
            Lang::En => format!("An unknown field; possible are: {}.", known.join(", ")),
        };
        self.malformed_as(object, detail)
    }

    fn malformed_as(self, field: &str, detail: String) -> Self {
        self.fields([FieldProblem {
            field: field.to_owned(),
            code: "malformed",
            rule: None,
            detail,
        }])
    }

    /// With how long to wait, in seconds.
    #[must_use]
    pub const fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// The name of the code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.code
    }

    /// The most that it says in one sentence: for a page.
    #[must_use]
    pub fn text(&self) -> &str {
        self.detail.as_deref().unwrap_or(self.title)
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.status();
        let retry_after = self.retry_after;
        let mut response = (status, Json(self)).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if let Some(seconds) = retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

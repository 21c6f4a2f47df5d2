//! What is said when there is nothing to show.

use std::sync::Arc;

use axum::{
    extract::{FromRequestParts as _, Request, State},
    http::{StatusCode, header},
    middleware::Next,
    response::Response,
};
use beian::{Lang, MobileNumber};

use super::{Host, Page, Visit};
use crate::limits::TooMany;

/// Why there is nothing to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sorry {
    /// No such page, no such order.
    NotFound,
    /// The form isn't one of ours, or too old.
    StaleForm,
    /// A form that can't be read.
    BadForm,
    /// Too many requests.
    TooMany {
        /// How long to wait.
        seconds: u64,
    },
    /// The store or the keys; it is in the log.
    Unavailable,
}

#[derive(askama::Template)]
#[template(path = "sorry.html")]
struct SorryPage {
    p: Page,
    title: &'static str,
    text: String,
    status: u16,
}

/// Whatever goes wrong outside of the pages, as a page: around all routes, for browsers.
pub async fn for_people<H: Host>(
    State(host): State<Arc<H>>,
    request: Request,
    next: Next,
) -> Response {
    let accepts = request.headers().get(header::ACCEPT);
    let accepts = accepts.and_then(|accepts| accepts.to_str().ok());
    let is_person = accepts.is_some_and(|accepts| accepts.contains("text/html"));
    if !is_person || request.uri().path().starts_with("/api/") {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    let Ok(visit) = Visit::from_request_parts(&mut parts, &host).await;
    let response = next.run(Request::from_parts(parts, body)).await;
    let status = response.status();
    let kind = response.headers().get(header::CONTENT_TYPE);
    let is_page = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if is_page || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let why = match status {
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => Sorry::NotFound,
        StatusCode::FORBIDDEN => Sorry::StaleForm,
        status if status.is_client_error() => Sorry::BadForm,
        _ => Sorry::Unavailable,
    };
    let mut page = visit.sorry(why);
    *page.status_mut() = status;
    page
}

impl<H: Host> Visit<H> {
    /// One more request of this address, for this number: what to say if it is one too many.
    #[must_use]
    pub fn too_many(&self, mobile: Option<MobileNumber>) -> Option<Response> {
        let checked = self.host.limits().check_form(self.address()?, mobile);
        checked.err().map(|too_many| self.slow_down(too_many))
    }

    /// How long to wait.
    #[must_use]
    pub fn slow_down(&self, too_many: TooMany) -> Response {
        self.sorry(Sorry::TooMany {
            seconds: too_many.retry_after.as_secs(),
        })
    }

    /// Says why there is nothing to show.
    #[must_use]
    pub fn sorry(&self, why: Sorry) -> Response {
        let (status, title, text) = match why {
            Sorry::NotFound => (
                StatusCode::NOT_FOUND,
                self.t("页面不存在", "Page not found"),
                self.t(
                    "您访问的页面或订单不存在，可能是地址有误。",
                    "There is no such page or order. Check the address.",
                ),
            ),
            Sorry::StaleForm => (
                StatusCode::FORBIDDEN,
                self.t("表单已失效", "The form has expired"),
                self.t(
                    "为保护您的操作，表单只能从本站页面提交，且需要允许Cookie。请返回上一页，刷新后重新提交。",
                    "To protect you, forms are only taken from pages of this site, and cookies are \
                     needed. Go back, reload the page and send the form again.",
                ),
            ),
            Sorry::BadForm => (
                StatusCode::BAD_REQUEST,
                self.t("表单无法识别", "The form can't be read"),
                self.t("请返回上一页，重新填写。", "Go back and fill it in again."),
            ),
            Sorry::TooMany { .. } => (
                StatusCode::TOO_MANY_REQUESTS,
                self.t("操作过于频繁", "Too many requests"),
                "",
            ),
            Sorry::Unavailable => (
                StatusCode::SERVICE_UNAVAILABLE,
                self.t("系统暂时不可用", "Temporarily unavailable"),
                self.t(
                    "您的操作可能尚未保存，请稍后重试。",
                    "What you did may not have been saved. Try again later.",
                ),
            ),
        };
        let text = match why {
            Sorry::TooMany { seconds } => match self.lang {
                Lang::Zh => format!("请在{seconds}秒后重试。"),
                Lang::En => format!("Try again in {seconds} s."),
            },
            Sorry::NotFound | Sorry::StaleForm | Sorry::BadForm | Sorry::Unavailable => {
                text.to_owned()
            }
        };
        let page = SorryPage {
            p: self.page(""),
            title,
            text,
            status: status.as_u16(),
        };
        let mut response = self.answer(status, &page);
        if let Sorry::TooMany { seconds } = why {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }

    /// An error that no page of its own explains: it is in the log.
    #[must_use]
    pub fn failed(&self, error: &impl std::fmt::Display) -> Response {
        tracing::error!(%error, "page");
        self.sorry(Sorry::Unavailable)
    }
}

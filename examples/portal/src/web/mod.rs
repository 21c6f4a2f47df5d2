//! The three faces for people: console, regulator's page, handsets. Server-rendered, in Chinese and
//! English, usable without JavaScript.
//!
//! Texts that say what the rules mean are the crate's; those of buttons and headings stand side by
//! side in the templates. Forms are guarded by [`beian_web::csrf`].

mod console;
mod fields;
mod handsets;
mod home;
mod new_order;
mod order;
mod regulator;
mod sign_in;
mod sign_ins;
mod visit;
mod when;

use std::sync::Arc;

use axum::{
    Router,
    extract::{FromRequestParts as _, Request, State},
    http::{StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
    routing::{get, post},
};

use crate::{app::Portal, orders::OrderError};
use visit::{Page, Section, Visit};

const CSS: &str = include_str!("../../assets/portal.css");

/// All pages. Handsets exist in the sandbox only.
pub fn router(portal: &Arc<Portal>) -> Router<Arc<Portal>> {
    let mut router = Router::new()
        .route("/", get(home::show))
        .route("/assets/portal.css", get(css))
        .route("/console", get(console::list))
        .route("/console/sign-in", get(sign_in::show).post(sign_in::submit))
        .route("/console/sign-out", post(sign_in::leave))
        .route("/console/sign-ins", get(sign_ins::list))
        .route(
            "/console/sign-ins/{id}/end",
            get(sign_ins::list).post(sign_ins::end),
        )
        .route("/console/orders/new", get(new_order::show))
        .route(
            "/console/orders",
            get(console::back).post(new_order::submit),
        )
        .route("/console/orders/{id}", get(order::show))
        .route(
            "/console/orders/{id}/submit",
            get(order::back).post(order::submit),
        )
        .route(
            "/console/orders/{id}/resubmit",
            get(order::back).post(order::resubmit),
        )
        .route(
            "/console/orders/{id}/withdraw",
            get(order::confirm_withdrawal).post(order::withdraw),
        )
        .route(
            "/regulator/verification",
            get(regulator::verification).post(regulator::verify),
        )
        .route(
            "/regulator/resend",
            get(regulator::resend).post(regulator::send_again),
        );
    if portal.sandbox {
        router = router
            .route("/handsets", get(handsets::show))
            .route("/handsets/clock", post(handsets::advance))
            .route("/handsets/gateway", post(handsets::set_gateway));
    }
    router
}

/// Whatever goes wrong outside of the pages, as a page: around all routes, for browsers.
pub async fn for_people(
    State(portal): State<Arc<Portal>>,
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
    let Ok(visit) = Visit::from_request_parts(&mut parts, &portal).await;
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

/// Addressed by its hash, so that it can be kept for ever.
async fn css() -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    (headers, CSS)
}

/// Why there is nothing to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sorry {
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

impl Visit {
    fn sorry(&self, why: Sorry) -> Response {
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
                beian::Lang::Zh => format!("请在{seconds}秒后重试。"),
                beian::Lang::En => format!("Try again in {seconds} s."),
            },
            Sorry::NotFound | Sorry::StaleForm | Sorry::BadForm | Sorry::Unavailable => {
                text.to_owned()
            }
        };
        let page = SorryPage {
            p: self.page(Section::None),
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

    /// An error that no page of its own explains.
    fn failed(&self, error: &OrderError) -> Response {
        if matches!(error, OrderError::NotFound) {
            return self.sorry(Sorry::NotFound);
        }
        tracing::error!(%error, "page");
        self.sorry(Sorry::Unavailable)
    }
}

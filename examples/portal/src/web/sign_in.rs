//! The console's door, for people.

use axum::response::Response;

use super::{
    fields::Field,
    visit::{Page, Section, Sent, Visit},
};
use crate::auth;

#[derive(askama::Template)]
#[template(path = "sign_in.html")]
struct SignIn {
    p: Page,
    token: Field,
}

pub(super) async fn show(visit: Visit) -> Response {
    if visit.may_use_console() {
        return visit.go("/console");
    }
    let page = form(&visit, None);
    visit.ok(&page)
}

pub(super) async fn submit(Sent { visit, mut fields }: Sent) -> Response {
    if let Some(too_many) = visit.too_many(None) {
        return too_many;
    }
    let given = fields.take("token");
    let Some(value) = visit.portal.door.sign_in(given.trim()) else {
        let problem = visit.t(
            "口令不正确，请重新输入。",
            "This is not the token. Try again.",
        );
        let page = form(&visit, Some(problem.to_owned()));
        return visit.answer(axum::http::StatusCode::UNPROCESSABLE_ENTITY, &page);
    };
    let cookie = format!(
        "{}={value}; Path=/; HttpOnly; SameSite=Strict",
        auth::COOKIE
    );
    let mut response = visit.go("/console");
    visit.set_cookie(&mut response, &cookie);
    response
}

pub(super) async fn leave(Sent { visit, .. }: Sent) -> Response {
    let cookie = format!(
        "{}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict",
        auth::COOKIE
    );
    let mut response = visit.go("/");
    visit.set_cookie(&mut response, &cookie);
    response
}

fn form(visit: &Visit, problem: Option<String>) -> SignIn {
    SignIn {
        p: visit.page(Section::Console),
        token: Field {
            name: "token".to_owned(),
            label: visit.t("控制台口令", "Console token"),
            problem,
            hint: visit.t(
                "启动本系统时设定的口令。",
                "The token that the portal was started with.",
            ),
            autocomplete: "current-password",
            keyboard: "text",
            password: true,
            max: 512,
            ..Field::default()
        },
    }
}

//! The console's door, for people. A form that comes when the sign-in has expired is kept until they
//! have signed in again.

use axum::{http::StatusCode, response::Response};
use beian::Lang;
use chrono::Utc;

use super::{
    CONSOLE, Host, Page, Sent, Sorry, Visit,
    fields::{Field, Fields},
    visit::CONSOLE_COOKIE,
};
use crate::{limits::Budget, site::Lives};

#[derive(askama::Template)]
#[template(path = "sign_in.html")]
struct SignIn {
    p: Page,
    token: Field,
    kept: Option<Kept>,
}

#[derive(askama::Template)]
#[template(path = "go_on.html")]
struct GoOn {
    p: Page,
    kept: Kept,
}

/// A form that was sent without a sign-in.
struct Kept {
    to: String,
    fields: Vec<(String, String)>,
}

impl Kept {
    /// From the fields of the sign-in, if there was one; only ever for the console.
    fn take(fields: &mut Fields, console: &str) -> Option<Self> {
        let to = fields.take("to");
        let below = to.strip_prefix(console);
        below
            .is_some_and(|below| below.starts_with('/'))
            .then(|| Self {
                to,
                fields: fields.take_below("kept."),
            })
    }
}

pub(super) async fn show<H: Host>(visit: Visit<H>) -> Response {
    if visit.may_use_console() {
        return visit.go(visit.host.console());
    }
    let page = form(&visit, None, None);
    visit.ok(&page)
}

/// Asks to sign in again, with the form that can't be taken before.
pub(super) fn again<H: Host>(Sent { visit, mut fields }: Sent<H>) -> Response {
    let to = visit.here().to_owned();
    // An empty one is as good as none.
    let mut fields = fields.take_below("");
    fields.retain(|(_, typed)| !typed.is_empty());
    let page = form(&visit, None, Some(Kept { to, fields }));
    visit.answer(StatusCode::UNAUTHORIZED, &page)
}

pub(super) async fn submit<H: Host>(Sent { visit, mut fields }: Sent<H>) -> Response {
    let Some(address) = visit.address() else {
        return visit.sorry(Sorry::Unavailable);
    };
    if let Err(too_many) = visit.host.limits().check(Budget::SignIn, address) {
        return visit.slow_down(too_many);
    }
    let (given, kept) = (
        fields.take("token"),
        Kept::take(&mut fields, visit.host.console()),
    );
    if !visit.host.door().is_token(given.trim()) {
        tracing::warn!("a wrong token on the sign-in form");
        let problem = visit.t(
            "口令不正确，请重新输入。",
            "This is not the token. Try again.",
        );
        let page = form(&visit, Some(problem.to_owned()), kept);
        return visit.answer(StatusCode::UNPROCESSABLE_ENTITY, &page);
    }
    let begun = visit.host.door().sign_in(Utc::now(), address);
    let Ok((value, sign_in)) = begun else {
        return visit.sorry(Sorry::Unavailable);
    };
    if let Err(error) = visit.host.database().add_sign_in(&sign_in).await {
        return visit.failed(&error);
    }
    let mut response = match kept {
        Some(kept) => visit.ok(&GoOn {
            p: visit.page_after(&value),
            kept,
        }),
        None => visit.go(visit.host.console()),
    };
    visit.set_cookie(&mut response, CONSOLE_COOKIE, &value, Lives::UntilClosed);
    response
}

/// Signing out ends the sign-in here too: the cookie is worth nothing afterwards.
pub(super) async fn leave<H: Host>(Sent { visit, .. }: Sent<H>) -> Response {
    let hash = visit.host.door().hash(visit.sign_in_cookie());
    if let Err(error) = visit.host.database().end_sign_in(hash).await {
        return visit.failed(&error);
    }
    let mut response = visit.go("/");
    visit.set_cookie(&mut response, CONSOLE_COOKIE, "", Lives::Ends);
    response
}

fn form<H: Host>(visit: &Visit<H>, problem: Option<String>, kept: Option<Kept>) -> SignIn {
    SignIn {
        kept,
        p: visit.page(CONSOLE),
        token: Field {
            name: "token".to_owned(),
            label: visit.t("控制台口令", "Console token"),
            problem,
            hint: match visit.lang {
                Lang::Zh => "启动本系统时设定的口令。".into(),
                Lang::En => {
                    format!("The token that the {} was started with.", visit.host.name()).into()
                }
            },
            autocomplete: "current-password",
            keyboard: "text",
            password: true,
            max: 512,
            ..Field::default()
        },
    }
}

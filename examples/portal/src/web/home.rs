//! What this is, and the ways in.

use axum::response::Response;

use beian_web::pages::Page;

use super::Visit;

#[derive(askama::Template)]
#[template(path = "home.html")]
struct Home {
    p: Page,
}

pub(super) async fn show(visit: Visit) -> Response {
    let p = visit.page("");
    visit.ok(&Home { p })
}

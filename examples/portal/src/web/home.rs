//! What this is, and the ways in.

use axum::response::Response;

use super::visit::{Page, Section, Visit};

#[derive(askama::Template)]
#[template(path = "home.html")]
struct Home {
    p: Page,
}

pub(super) async fn show(visit: Visit) -> Response {
    let p = visit.page(Section::None);
    visit.ok(&Home { p })
}

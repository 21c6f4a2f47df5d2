//! The one style sheet.

use std::sync::LazyLock;

use axum::{http::header, response::IntoResponse};
use sha2::{Digest as _, Sha256};

use crate::signing::hex;

const CSS: &str = include_str!("../../assets/site.css");
pub(super) const PATH: &str = "/assets/site.css";

/// Its address: another one whenever it changes.
pub(super) static ADDRESS: LazyLock<String> = LazyLock::new(|| {
    let hash = hex(&Sha256::digest(CSS.as_bytes()));
    let short: String = hash.chars().take(12).collect();
    format!("{PATH}?v={short}")
});

/// Addressed by its hash, so that it can be kept for ever.
pub(super) async fn show() -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    (headers, CSS)
}

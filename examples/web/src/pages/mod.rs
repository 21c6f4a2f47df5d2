//! Pages for people, as every host has them: server-rendered, in Chinese and English, usable without
//! JavaScript; the host adds its own.
//!
//! | for | look at |
//! |---|---|
//! | what a host says of itself | [`Host`] |
//! | who visits, from which form, and how they are answered | [`Visit`], [`Staff`], [`Sent`], [`StaffSent`] |
//! | what every template knows | [`Page`] |
//! | errors as pages | [`Sorry`], [`for_people`] |
//! | the console's door | [`router`] |
//! | what forms are made of, the form of an order | [`fields`], [`order_form`] |
//! | where an order is; whether it is to be taken back | [`Milestones`], [`status_class`]; [`Withdraw`] |
//! | times | [`when`] |
//!
//! A host's templates extend `base.html`, which askama finds when the host's `askama.toml` says
//! `dirs = ["templates", "../web/templates"]`; they have a [`Page`] named `p`.

pub mod fields;
mod host;
mod milestones;
pub mod order_form;
mod page;
mod sent;
mod sign_in;
mod sign_ins;
mod sorry;
mod staff;
mod style;
mod visit;
pub mod when;
mod withdraw;

use std::sync::Arc;

use axum::{
    Router,
    routing::{get, post},
};

pub use host::{Host, MenuItem};
pub use milestones::{Milestones, status_class};
pub use page::{Page, capital};
pub use sent::Sent;
pub use sorry::{Sorry, for_people};
pub use staff::{Staff, StaffSent};
pub use visit::Visit;
pub use withdraw::Withdraw;

/// The section of the console, which the pages for signing in belong to.
pub const CONSOLE: &str = "console";

/// A link, with its text in the language of the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Where it leads to.
    pub href: String,
    /// What it says.
    pub text: String,
}

impl Link {
    /// This one.
    pub fn new(href: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            href: href.into(),
            text: text.into(),
        }
    }
}

/// The style sheet, and the pages for signing in and out below the host's console.
pub fn router<H: Host>(host: &H) -> Router<Arc<H>> {
    let below = |path: &str| format!("{}/{path}", host.console());
    Router::new()
        .route(style::PATH, get(style::show))
        .route(
            &below("sign-in"),
            get(sign_in::show::<H>).post(sign_in::submit::<H>),
        )
        .route(&below("sign-out"), post(sign_in::leave::<H>))
        .route(&below("sign-ins"), get(sign_ins::list::<H>))
        .route(
            &below("sign-ins/{id}/end"),
            get(sign_ins::list::<H>).post(sign_ins::end::<H>),
        )
}

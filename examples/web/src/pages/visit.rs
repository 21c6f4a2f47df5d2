//! A visit: in which language, from which form, signed in or not; and how it is answered.

use std::{
    convert::Infallible,
    fmt::{self, Write as _},
    net::IpAddr,
    sync::Arc,
};

use askama::Template;
use axum::{
    extract::FromRequestParts,
    http::{StatusCode, header, request::Parts},
    response::{Html, IntoResponse as _, Redirect, Response},
};
use beian::Lang;
use chrono::Utc;

use super::{CONSOLE, Host, Page, style};
use crate::{address::From, csrf, signing::random_id, site::Lives};

/// What the language is kept in, after the host's name.
const LANG_COOKIE: &str = "lang";
/// What the visitor's forms are bound to.
const VISITOR_COOKIE: &str = "form";
/// The sign-in.
pub(super) const CONSOLE_COOKIE: &str = "console";

/// One request of a person.
pub struct Visit<H> {
    /// The host.
    pub host: Arc<H>,
    /// The language they read.
    pub lang: Lang,
    /// Path and query of this page, without the language.
    here: String,
    address: Option<IpAddr>,
    /// The console's cookie, and whether it is a good sign-in.
    console: Option<String>,
    signed_in: bool,
    /// The language was chosen with this request.
    chooses_lang: bool,
    /// What the visitor's forms are bound to.
    pub(super) visitor: String,
    is_new: bool,
}

impl<H> fmt::Debug for Visit<H> {
    /// Without cookies, and without the address of the page, which may hold a number.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut visit = f.debug_struct("Visit");
        visit
            .field("lang", &self.lang)
            .field("signed_in", &self.signed_in);
        visit.finish_non_exhaustive()
    }
}

impl<H: Host> FromRequestParts<Arc<H>> for Visit<H> {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, host: &Arc<H>) -> Result<Self, Infallible> {
        let query = parts.uri.query().unwrap_or_default();
        let mut asked = None;
        // Two slashes would begin another site's address.
        let mut here = format!("/{}", parts.uri.path().trim_start_matches('/'));
        let mut and = '?';
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            if let Some(lang) = pair.strip_prefix("lang=") {
                asked = lang.parse::<Lang>().ok();
            } else {
                let _ = write!(here, "{and}{pair}");
                and = '&';
            }
        }
        let cookie = |name| {
            let name = full_name(&**host, name);
            host.site().cookie(&parts.headers, &name)
        };
        let kept = cookie(LANG_COOKIE).and_then(|lang| lang.parse().ok());
        let visitor = cookie(VISITOR_COOKIE);
        let visitor = visitor.filter(|id| id.len() == 32).map(str::to_owned);
        let console = cookie(CONSOLE_COOKIE).map(str::to_owned);
        let signed_in = match &console {
            Some(console) => is_signed_in(&**host, console).await,
            None => false,
        };
        Ok(Self {
            host: Arc::clone(host),
            lang: asked.or(kept).unwrap_or_default(),
            here,
            address: parts.extensions.get::<From>().map(|From(address)| *address),
            console,
            signed_in,
            chooses_lang: asked.is_some(),
            is_new: visitor.is_none(),
            visitor: visitor.unwrap_or_else(random_id),
        })
    }
}

impl<H: Host> Visit<H> {
    /// The text in the language of the visitor.
    #[must_use]
    pub const fn t<'a>(&self, zh: &'a str, en: &'a str) -> &'a str {
        match self.lang {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }

    /// The page that was asked for is shown at another address, to be read there again.
    #[must_use]
    pub fn at(mut self, here: impl Into<String>) -> Self {
        self.here = here.into();
        self
    }

    /// Whether they have signed in, if they must.
    #[must_use]
    pub fn may_use_console(&self) -> bool {
        self.host.door().is_open() || self.signed_in
    }

    /// The value of the console's cookie, good or not.
    pub(super) fn sign_in_cookie(&self) -> &str {
        self.console.as_deref().unwrap_or_default()
    }

    /// Where the visitor is.
    #[must_use]
    pub const fn address(&self) -> Option<IpAddr> {
        self.address
    }

    /// Path and query of this page.
    pub(super) fn here(&self) -> &str {
        &self.here
    }

    /// A page of this part of the site; of none, if no item of the menu has the name.
    #[must_use]
    pub fn page(&self, section: &'static str) -> Page {
        let signed_in = !self.host.door().is_open() && self.may_use_console();
        self.page_with(section, self.sign_in_cookie(), signed_in)
    }

    /// A page of the console for somebody who gets this sign-in with it.
    pub(super) fn page_after(&self, sign_in: &str) -> Page {
        self.page_with(CONSOLE, sign_in, true)
    }

    fn page_with(&self, section: &'static str, sign_in: &str, signed_in: bool) -> Page {
        Page {
            lang: self.lang,
            csrf: csrf::token(self.host.signing(), &self.visitor, sign_in),
            sandbox: self.host.is_sandbox(),
            signed_in,
            css: &style::ADDRESS,
            brand: self.host.title(self.lang),
            menu: self.host.menu(),
            footer: self.host.footer(self.lang),
            console: self.host.console(),
            section,
            here: self.here.clone(),
        }
    }

    /// This page.
    #[must_use]
    pub fn ok(&self, page: &impl Template) -> Response {
        self.answer(StatusCode::OK, page)
    }

    /// This page, with a status.
    #[must_use]
    pub fn answer(&self, status: StatusCode, page: &impl Template) -> Response {
        match page.render() {
            Ok(html) => self.with_cookies((status, Html(html)).into_response()),
            Err(error) => {
                tracing::error!(%error, "template");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    }

    /// To another page, by GET.
    #[must_use]
    pub fn go(&self, to: &str) -> Response {
        self.with_cookies(Redirect::to(to).into_response())
    }

    fn with_cookies(&self, mut response: Response) -> Response {
        if self.chooses_lang {
            let lang = self.lang.to_string();
            self.set_cookie(&mut response, LANG_COOKIE, &lang, Lives::AYear);
        }
        if self.is_new {
            self.set_cookie(
                &mut response,
                VISITOR_COOKIE,
                &self.visitor,
                Lives::UntilClosed,
            );
        }
        response
    }

    /// Sets a cookie of the host's: its full name begins with the host's.
    pub(super) fn set_cookie(
        &self,
        response: &mut Response,
        name: &str,
        value: &str,
        lives: Lives,
    ) {
        let name = full_name(&*self.host, name);
        if let Some(cookie) = self.host.site().set_cookie(&name, value, lives) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
}

fn full_name(host: &impl Host, cookie: &str) -> String {
    format!("{}_{cookie}", host.name())
}

/// A database that doesn't answer signs nobody in.
async fn is_signed_in(host: &impl Host, cookie: &str) -> bool {
    let hash = host.door().hash(cookie);
    match host.database().is_signed_in(hash, Utc::now()).await {
        Ok(signed_in) => signed_in,
        Err(error) => {
            tracing::error!(%error, "sign-in");
            false
        }
    }
}

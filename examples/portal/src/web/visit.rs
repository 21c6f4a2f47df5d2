//! A visit: in which language, from which form, signed in or not; and how it is answered.

use std::{convert::Infallible, fmt::Write as _, net::IpAddr, sync::Arc, sync::LazyLock};

use askama::Template;
use axum::{
    Form,
    extract::{FromRequest, FromRequestParts, Request},
    http::{StatusCode, header, request::Parts},
    response::{Html, IntoResponse, Redirect, Response},
};
use beian::{Lang, MobileNumber};
use beian_web::{
    address::From,
    csrf,
    limits::TooMany,
    signing::{hex, random_id},
    site::Lives,
};
use chrono::Utc;
use sha2::{Digest as _, Sha256};

use super::{CSS, Sorry, fields::Fields, sign_in};
use crate::app::Portal;

const LANG_COOKIE: &str = "portal_lang";
/// What the visitor's forms are bound to.
const VISITOR_COOKIE: &str = "portal_form";
/// The sign-in.
pub(super) const CONSOLE_COOKIE: &str = "portal_console";
/// An order of 200 services has fewer fields.
const FIELDS_MAX: usize = 2048;

/// The style sheet's address: another one whenever it changes.
static CSS_ADDRESS: LazyLock<String> = LazyLock::new(|| {
    let hash = hex(&Sha256::digest(CSS.as_bytes()));
    let short: String = hash.chars().take(12).collect();
    format!("/assets/portal.css?v={short}")
});

/// One request of a person.
#[derive(Debug, Clone)]
pub(super) struct Visit {
    pub(super) portal: Arc<Portal>,
    pub(super) lang: Lang,
    /// Path and query of this page, without the language.
    here: String,
    address: Option<IpAddr>,
    /// The console's cookie, and whether it is a good sign-in.
    console: Option<String>,
    signed_in: bool,
    /// The language was chosen with this request.
    chooses_lang: bool,
    /// What the visitor's forms are bound to.
    visitor: String,
    is_new: bool,
}

/// Which part of the site is marked in the menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    None,
    Console,
    Regulator,
    Handsets,
}

/// What every template knows.
#[derive(Debug, Clone)]
pub(super) struct Page {
    pub(super) lang: Lang,
    pub(super) csrf: String,
    pub(super) sandbox: bool,
    pub(super) signed_in: bool,
    pub(super) css: &'static str,
    section: Section,
    here: String,
}

impl Page {
    /// The text in the language of the page.
    pub(super) const fn t<'a>(&self, zh: &'a str, en: &'a str) -> &'a str {
        match self.lang {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }

    /// With a capital, to stand alone.
    pub(super) fn cap(&self, text: &str) -> String {
        match self.lang {
            Lang::Zh => text.to_owned(),
            Lang::En => capital(text),
        }
    }

    pub(super) fn is_zh(&self) -> bool {
        self.lang == Lang::Zh
    }

    pub(super) fn is_in(&self, section: &str) -> bool {
        match self.section {
            Section::None => false,
            Section::Console => section == "console",
            Section::Regulator => section == "regulator",
            Section::Handsets => section == "handsets",
        }
    }

    /// This page in the other language.
    pub(super) fn other_lang(&self) -> String {
        let lang = match self.lang {
            Lang::Zh => Lang::En,
            Lang::En => Lang::Zh,
        };
        let and = if self.here.contains('?') { '&' } else { '?' };
        format!("{}{and}lang={lang}", self.here)
    }
}

impl FromRequestParts<Arc<Portal>> for Visit {
    type Rejection = Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        portal: &Arc<Portal>,
    ) -> Result<Self, Infallible> {
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
        let cookie = |name| portal.site.cookie(&parts.headers, name);
        let kept = cookie(LANG_COOKIE).and_then(|lang| lang.parse().ok());
        let visitor = cookie(VISITOR_COOKIE);
        let visitor = visitor.filter(|id| id.len() == 32).map(str::to_owned);
        let console = cookie(CONSOLE_COOKIE).map(str::to_owned);
        let signed_in = match &console {
            Some(console) => is_signed_in(portal, console).await,
            None => false,
        };
        Ok(Self {
            portal: Arc::clone(portal),
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

impl Visit {
    pub(super) const fn t<'a>(&self, zh: &'a str, en: &'a str) -> &'a str {
        match self.lang {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }

    /// The page that was asked for is shown at another address, to be read there again.
    pub(super) fn at(mut self, here: impl Into<String>) -> Self {
        self.here = here.into();
        self
    }

    pub(super) fn may_use_console(&self) -> bool {
        self.portal.door.is_open() || self.signed_in
    }

    /// The value of the console's cookie, good or not.
    pub(super) fn sign_in_cookie(&self) -> &str {
        self.console.as_deref().unwrap_or_default()
    }

    /// Where the visitor is.
    pub(super) const fn address(&self) -> Option<IpAddr> {
        self.address
    }

    /// Path and query of this page.
    pub(super) fn here(&self) -> &str {
        &self.here
    }

    pub(super) fn page(&self, section: Section) -> Page {
        let signed_in = !self.portal.door.is_open() && self.may_use_console();
        self.page_with(section, self.sign_in_cookie(), signed_in)
    }

    /// A page of the console for somebody who gets this sign-in with it.
    pub(super) fn page_after(&self, sign_in: &str) -> Page {
        self.page_with(Section::Console, sign_in, true)
    }

    fn page_with(&self, section: Section, sign_in: &str, signed_in: bool) -> Page {
        Page {
            lang: self.lang,
            csrf: csrf::token(&self.portal.keys.signing, &self.visitor, sign_in),
            sandbox: self.portal.sandbox,
            signed_in,
            css: &CSS_ADDRESS,
            section,
            here: self.here.clone(),
        }
    }

    /// One more request of this address, for this number: what to say if it is one too many.
    pub(super) fn too_many(&self, mobile: Option<MobileNumber>) -> Option<Response> {
        let checked = self.portal.limits.check_form(self.address?, mobile);
        checked.err().map(|too_many| self.slow_down(too_many))
    }

    /// How long to wait.
    pub(super) fn slow_down(&self, too_many: TooMany) -> Response {
        self.sorry(Sorry::TooMany {
            seconds: too_many.retry_after.as_secs(),
        })
    }

    pub(super) fn ok(&self, page: &impl Template) -> Response {
        self.answer(StatusCode::OK, page)
    }

    pub(super) fn answer(&self, status: StatusCode, page: &impl Template) -> Response {
        match page.render() {
            Ok(html) => self.with_cookies((status, Html(html)).into_response()),
            Err(error) => {
                tracing::error!(%error, "template");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    }

    /// To another page, by GET.
    pub(super) fn go(&self, to: &str) -> Response {
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

    pub(super) fn set_cookie(
        &self,
        response: &mut Response,
        name: &str,
        value: &str,
        lives: Lives,
    ) {
        if let Some(cookie) = self.portal.site.set_cookie(name, value, lives) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
}

/// A database that doesn't answer signs nobody in.
async fn is_signed_in(portal: &Portal, cookie: &str) -> bool {
    let hash = portal.door.hash(cookie);
    match portal.store.database().is_signed_in(hash, Utc::now()).await {
        Ok(signed_in) => signed_in,
        Err(error) => {
            tracing::error!(%error, "sign-in");
            false
        }
    }
}

/// The crate's short texts begin in lower case, to stand in a sentence.
pub(super) fn capital(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(chars).collect()
}

/// A visit to the console by somebody who may; anybody else is asked to sign in.
pub(super) struct Staff(pub(super) Visit);

impl FromRequestParts<Arc<Portal>> for Staff {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, portal: &Arc<Portal>) -> Result<Self, Response> {
        let Ok(visit) = Visit::from_request_parts(parts, portal).await;
        if visit.may_use_console() {
            Ok(Self(visit))
        } else {
            Err(visit.go("/console/sign-in"))
        }
    }
}

/// A form that somebody sent from one of our pages.
pub(super) struct Sent {
    pub(super) visit: Visit,
    pub(super) fields: Fields,
}

impl FromRequest<Arc<Portal>> for Sent {
    type Rejection = Response;

    async fn from_request(request: Request, portal: &Arc<Portal>) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let Ok(visit) = Visit::from_request_parts(&mut parts, portal).await;
        let request = Request::from_parts(parts, body);
        let form = Form::<Vec<(String, String)>>::from_request(request, portal).await;
        let fields = form.ok().filter(|Form(fields)| fields.len() <= FIELDS_MAX);
        let Some(Form(fields)) = fields else {
            return Err(visit.sorry(Sorry::BadForm));
        };
        let mut fields = Fields::new(fields);
        let given = fields.take(csrf::FIELD);
        let key = &portal.keys.signing;
        let signed_in = visit.sign_in_cookie();
        if !csrf::is_own(key, &visit.visitor, signed_in, &given) {
            return Err(visit.sorry(Sorry::StaleForm));
        }
        Ok(Self { visit, fields })
    }
}

/// A form of the console. Whose sign-in has expired gets it back to send it again.
pub(super) struct StaffSent {
    pub(super) visit: Visit,
    pub(super) fields: Fields,
}

impl FromRequest<Arc<Portal>> for StaffSent {
    type Rejection = Response;

    async fn from_request(request: Request, portal: &Arc<Portal>) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let staff = Staff::from_request_parts(&mut parts, portal).await;
        let request = Request::from_parts(parts, body);
        let sent = Sent::from_request(request, portal).await;
        let Sent { visit, fields } = match staff {
            Ok(_) => sent?,
            Err(to_sign_in) => return Err(sent.map_or(to_sign_in, sign_in::again)),
        };
        Ok(Self { visit, fields })
    }
}

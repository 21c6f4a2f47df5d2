//! What the site is called, and who stands before it.

use std::{
    fmt::Write as _,
    net::{IpAddr, SocketAddr},
    str::FromStr,
};

use axum::http::{HeaderMap, HeaderValue, Uri, header, uri::Scheme};

use crate::address::Proxies;

/// Where people find the site: `https://portal.example.com`, with a port if it isn't the usual one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicAddress {
    is_https: bool,
    authority: String,
}

impl PublicAddress {
    /// With the usual port or without it.
    fn is_called(&self, host: &str) -> bool {
        let usual = if self.is_https { ":443" } else { ":80" };
        let host = host.strip_suffix(usual).unwrap_or(host);
        self.authority.eq_ignore_ascii_case(host)
    }
}

impl FromStr for PublicAddress {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const EXPECTED: &str = "expected https://NAME or http://NAME, without a path";
        let uri: Uri = text.parse().map_err(|_| EXPECTED)?;
        let is_https = match uri.scheme() {
            Some(scheme) if *scheme == Scheme::HTTPS => true,
            Some(scheme) if *scheme == Scheme::HTTP => false,
            _ => return Err(EXPECTED),
        };
        let authority = uri
            .authority()
            .ok_or(EXPECTED)?
            .as_str()
            .to_ascii_lowercase();
        if !matches!(uri.path(), "" | "/") || uri.query().is_some() || authority.contains('@') {
            return Err(EXPECTED);
        }
        Ok(Self {
            is_https,
            authority,
        })
    }
}

/// The site.
#[derive(Debug, Clone)]
pub struct Site {
    public: Vec<PublicAddress>,
    proxies: Proxies,
    loopback: bool,
}

impl Site {
    /// The site that is found at these addresses, if any are given, behind these proxies, if any, and listens
    /// at this one.
    #[must_use]
    pub fn new(public: Vec<PublicAddress>, proxies: Proxies, listens: SocketAddr) -> Self {
        Self {
            public,
            proxies,
            loopback: listens.ip().is_loopback(),
        }
    }

    /// Whether only who is on this machine can reach it: it listens on loopback, and no proxy brings others.
    #[must_use]
    pub const fn is_private(&self) -> bool {
        self.loopback && self.public.is_empty() && self.proxies.is_empty()
    }

    /// What links to it begin with: the first of its public addresses, if there is one.
    #[must_use]
    pub fn public_address(&self) -> Option<String> {
        let public = self.public.first()?;
        let scheme = if public.is_https { "https" } else { "http" };
        Some(format!("{scheme}://{}", public.authority))
    }

    /// The proxies before it.
    #[must_use]
    pub const fn proxies(&self) -> &Proxies {
        &self.proxies
    }

    /// Whether it answers to this `Host`: to its public addresses; without any, on loopback to loopback's
    /// names, and beyond it to all.
    #[must_use]
    pub fn answers_to(&self, host: &str) -> bool {
        if self.public.is_empty() {
            return !self.loopback || is_loopback(host);
        }
        self.public.iter().any(|public| public.is_called(host))
    }

    /// Whether a page of this `Origin` is the site's own, called by this `Host`.
    #[must_use]
    pub fn is_own_origin(&self, origin: &str, host: &str) -> bool {
        if self.public.is_empty() {
            return origin.split_once("://").map(|(_, name)| name) == Some(host);
        }
        let origin = origin.parse::<PublicAddress>();
        origin.is_ok_and(|origin| self.public.contains(&origin))
    }

    /// Whether cookies go by TLS alone: everybody comes by `https`.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        !self.public.is_empty() && self.public.iter().all(|public| public.is_https)
    }

    /// A cookie's name in full: with `__Host-`, so that no sister site can plant one, where browsers take
    /// that.
    #[must_use]
    pub fn cookie_name(&self, name: &str) -> String {
        let prefix = if self.is_secure() { "__Host-" } else { "" };
        format!("{prefix}{name}")
    }

    /// The value of a cookie that came.
    #[must_use]
    pub fn cookie<'a>(&self, headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
        let name = self.cookie_name(name);
        let cookies = headers.get_all(header::COOKIE).into_iter();
        cookies
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .find_map(|pair| {
                let (key, value) = pair.trim().split_once('=')?;
                (key == name).then_some(value)
            })
    }

    /// A cookie to set: scripts can't read it, other sites can't send it. `None` if the value isn't one.
    #[must_use]
    pub fn set_cookie(&self, name: &str, value: &str, lives: Lives) -> Option<HeaderValue> {
        let mut cookie = format!("{}={value}; Path=/; HttpOnly", self.cookie_name(name));
        let (age, same_site) = match lives {
            Lives::UntilClosed => (None, "Strict"),
            Lives::Ends => (Some(0), "Strict"),
            Lives::AYear => (Some(365 * 24 * 3600), "Lax"),
        };
        if let Some(age) = age {
            // Writing into a string doesn't fail.
            let _ = write!(cookie, "; Max-Age={age}");
        }
        let secure = if self.is_secure() { "; Secure" } else { "" };
        HeaderValue::try_from(format!("{cookie}; SameSite={same_site}{secure}")).ok()
    }
}

/// How long a cookie lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lives {
    /// Until the browser is closed: what a person is known by.
    UntilClosed,
    /// No longer.
    Ends,
    /// A year: a preference, which may come along from another site.
    AYear,
}

fn is_loopback(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let name = name.trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost")
        || name
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

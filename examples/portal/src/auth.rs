//! Who may use the console: programs by a bearer token, people by a cookie they sign in for.

use axum::http::{HeaderMap, header};
use chrono::Utc;

use crate::{
    config::Token,
    keys::{SigningKey, hex},
};

/// How long people stay signed in, in seconds.
const SIGNED_IN_FOR: i64 = 8 * 3600;
/// What the sandbox's and everybody else's cookies are called.
pub const COOKIE: &str = "portal_console";
const PURPOSE: &str = "console";

/// The console's door. Open if no token was given, which is possible on loopback only.
#[derive(Debug)]
pub struct Door {
    token: Option<Token>,
    key: SigningKey,
}

impl Door {
    /// A door for this token.
    #[must_use]
    pub const fn new(token: Option<Token>, key: SigningKey) -> Self {
        Self { token, key }
    }

    /// Whether nobody has to sign in.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.token.is_none()
    }

    /// Whether the request bears the token.
    #[must_use]
    pub fn admits_bearer(&self, headers: &HeaderMap) -> bool {
        let bearer = headers.get(header::AUTHORIZATION);
        let bearer = bearer.and_then(|value| value.to_str().ok());
        let given = bearer.and_then(|value| {
            let (scheme, token) = value.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
        });
        self.is_open() || given.is_some_and(|given| self.is_token(given))
    }

    /// Whether somebody has signed in.
    #[must_use]
    pub fn admits_person(&self, headers: &HeaderMap) -> bool {
        self.is_open() || cookie(headers, COOKIE).is_some_and(|value| self.is_cookie(value))
    }

    /// A person signs in: the value of the cookie to set, if the token is right.
    #[must_use]
    pub fn sign_in(&self, given: &str) -> Option<String> {
        if !self.is_token(given) {
            return None;
        }
        let until = Utc::now().timestamp().saturating_add(SIGNED_IN_FOR);
        let secret = self.token.as_ref()?.secret();
        Some(format!(
            "{until}.{}",
            self.key.sign(PURPOSE, until, secret.as_bytes())
        ))
    }

    /// In the same time for every wrong one: what is compared are MACs.
    fn is_token(&self, given: &str) -> bool {
        let Some(token) = &self.token else {
            return false;
        };
        let right = self.key.sign(PURPOSE, 0, token.secret().as_bytes());
        self.key.verify(PURPOSE, 0, given.as_bytes(), &right)
    }

    fn is_cookie(&self, value: &str) -> bool {
        let Some((until, signature)) = value.split_once('.') else {
            return false;
        };
        let (Ok(until), Some(token)) = (until.parse::<i64>(), &self.token) else {
            return false;
        };
        // Zero is the token's own comparison.
        until > Utc::now().timestamp()
            && (self.key).verify(PURPOSE, until, token.secret().as_bytes(), signature)
    }
}

/// The value of a cookie.
#[must_use]
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let cookies = headers.get_all(header::COOKIE).into_iter();
    cookies
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .find_map(|pair| {
            let (key, value) = pair.trim().split_once('=')?;
            (key == name).then_some(value)
        })
}

/// Sixteen random bytes in hex, for request ids and the like.
#[must_use]
pub fn random_id() -> String {
    let mut bytes = [0; 16];
    // Without entropy nothing else works either; an id of zeros harms nobody.
    let _ = getrandom::fill(&mut bytes);
    hex(&bytes)
}

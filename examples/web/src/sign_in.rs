//! Who may use the console: programs by a bearer token, people by signing in with it.
//!
//! A sign-in is 128 random bits in a cookie; the host keeps its hash, so that signing out ends it, staff can
//! see and end the others, and who reads the database can't use it.

use std::{fmt, net::IpAddr, str::FromStr};

use axum::http::{HeaderMap, header};
use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest as _, Sha256};

use crate::signing::{SigningKey, random_token};

/// How long people stay signed in.
pub const SIGNED_IN_FOR: TimeDelta = TimeDelta::hours(8);
const PURPOSE: &str = "console";

/// The console's token. Never printed.
#[derive(Clone)]
pub struct Token(String);

impl FromStr for Token {
    type Err = &'static str;

    fn from_str(token: &str) -> Result<Self, Self::Err> {
        if token.len() < 16 || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err("expected 16 visible ASCII characters or more");
        }
        Ok(Self(token.to_owned()))
    }
}

impl Token {
    /// The token itself, to show to somebody else's door.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

/// A sign-in as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIn {
    /// What it is known by: the hash of the cookie's value.
    pub hash: [u8; 32],
    /// When somebody signed in.
    pub since: DateTime<Utc>,
    /// Until when it is good.
    pub until: DateTime<Utc>,
    /// From where, for those who look through the list.
    pub address: IpAddr,
}

/// The token that a request bears, if it is one: of two, another reader might take the other.
#[must_use]
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut bearers = headers.get_all(header::AUTHORIZATION).into_iter();
    let bearer = bearers.next().filter(|_| bearers.next().is_none())?;
    let (scheme, token) = bearer.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The console's door. Open if no token was given.
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
        self.is_open() || bearer(headers).is_some_and(|given| self.is_token(given))
    }

    /// In the same time for every wrong one: what is compared are MACs.
    #[must_use]
    pub fn is_token(&self, given: &str) -> bool {
        let Some(Token(token)) = &self.token else {
            return false;
        };
        let right = self.key.sign(PURPOSE, 0, token.as_bytes());
        self.key.verify(PURPOSE, 0, given.as_bytes(), &right)
    }

    /// Somebody who gave the token is signed in: the value of their cookie, and what to keep of it.
    ///
    /// # Errors
    /// There is no entropy.
    pub fn sign_in(
        &self,
        now: DateTime<Utc>,
        address: IpAddr,
    ) -> Result<(String, SignIn), getrandom::Error> {
        let value = random_token()?;
        let sign_in = SignIn {
            hash: self.hash(&value),
            since: now,
            until: now.checked_add_signed(SIGNED_IN_FOR).unwrap_or(now),
            address,
        };
        Ok((value, sign_in))
    }

    /// What the sign-in of this cookie is known by. Another token, another hash: whoever changes the token
    /// signs everybody out.
    #[must_use]
    pub fn hash(&self, value: &str) -> [u8; 32] {
        let token = self.token.as_ref().map_or("", |Token(token)| token);
        Sha256::digest(format!("{token}\n{value}")).into()
    }
}

//! How often one address may do what: each kind has a budget of its own, so that whoever spends one locks
//! nobody out of another.
//!
//! Judged before anything is looked up, so known and unknown numbers are alike; and by address, so nobody
//! can keep somebody else out.

use std::{
    collections::HashMap,
    net::IpAddr,
    num::NonZeroU32,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use beian::{Lang, MobileNumber};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter, clock::Clock as _};

use crate::{
    address::household,
    problem::{Code, Problem},
};

/// How often a minute, all of them at once or spread. A host that is only tried out on its machine may set
/// aside those of the forms and of the API.
#[derive(Debug, Clone, Copy, clap::Args)]
pub struct Rates {
    /// Requests a minute that one address may send to the public forms.
    #[arg(long, default_value = "300", value_name = "N",
          value_parser = clap::value_parser!(u32).range(1..))]
    pub rate_address: u32,

    /// Requests a minute that one address may send to the public forms for one mobile number.
    #[arg(long, default_value = "60", value_name = "N",
          value_parser = clap::value_parser!(u32).range(1..))]
    pub rate_number: u32,

    /// Sign-ins a minute that one address may try, and wrong tokens that it may send.
    #[arg(long, default_value = "10", value_name = "N",
          value_parser = clap::value_parser!(u32).range(1..))]
    pub rate_sign_in: u32,

    /// Requests a minute that one address may send to the API with the right token.
    #[arg(long, default_value = "60000", value_name = "N",
          value_parser = clap::value_parser!(u32).range(1..))]
    pub rate_api: u32,

    /// Requests a minute that one address may send with links that can't be guessed, right or wrong ones.
    #[arg(long, default_value = "600", value_name = "N",
          value_parser = clap::value_parser!(u32).range(1..))]
    pub rate_links: u32,
}

impl Rates {
    /// Of a host that is only tried out: nobody is held up; guessing a token is no trying out.
    #[must_use]
    pub const fn tried_out(self) -> Self {
        Self {
            rate_address: u32::MAX,
            rate_number: u32::MAX,
            rate_api: u32::MAX,
            rate_links: u32::MAX,
            ..self
        }
    }
}

/// What is counted for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Budget {
    /// The public forms, by whatever way.
    Forms,
    /// Signing in by the form.
    SignIn,
    /// The API, for who has its token.
    Api,
    /// What is opened by a link.
    Links,
}

/// The limits.
#[derive(Debug)]
pub struct Limits {
    forms: DefaultKeyedRateLimiter<IpAddr>,
    number: DefaultKeyedRateLimiter<(IpAddr, Option<MobileNumber>)>,
    sign_in: DefaultKeyedRateLimiter<IpAddr>,
    wrong_token: DefaultKeyedRateLimiter<IpAddr>,
    api: DefaultKeyedRateLimiter<IpAddr>,
    links: DefaultKeyedRateLimiter<IpAddr>,
    /// Who has sent too many wrong tokens, and isn't heard until then: not even with the right one, or
    /// guessing would go on unhindered.
    unheard: Mutex<HashMap<IpAddr, Instant>>,
    refused: AtomicU64,
}

/// Too many requests: how long to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooMany {
    /// Until the next one is taken; a second or more.
    pub retry_after: Duration,
}

impl TooMany {
    /// The answer to a program.
    #[must_use]
    pub fn problem(self, lang: Lang) -> Problem {
        let seconds = u32::try_from(self.retry_after.as_secs()).unwrap_or(u32::MAX);
        Problem::new(Code::TOO_MANY_REQUESTS, lang).retry_after(seconds)
    }
}

impl Limits {
    /// These.
    #[must_use]
    pub fn new(rates: Rates) -> Self {
        let quota = |n| Quota::per_minute(NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN));
        Self {
            forms: RateLimiter::keyed(quota(rates.rate_address)),
            number: RateLimiter::keyed(quota(rates.rate_number)),
            sign_in: RateLimiter::keyed(quota(rates.rate_sign_in)),
            wrong_token: RateLimiter::keyed(quota(rates.rate_sign_in)),
            api: RateLimiter::keyed(quota(rates.rate_api)),
            links: RateLimiter::keyed(quota(rates.rate_links)),
            unheard: Mutex::default(),
            refused: AtomicU64::new(0),
        }
    }

    /// One more request of an address.
    ///
    /// # Errors
    /// [`TooMany`]; the request doesn't count then.
    pub fn check(&self, budget: Budget, address: IpAddr) -> Result<(), TooMany> {
        let limiter = match budget {
            Budget::Forms => &self.forms,
            Budget::SignIn => &self.sign_in,
            Budget::Api => &self.api,
            Budget::Links => &self.links,
        };
        let checked = limiter.check_key(&household(address));
        checked.map_err(|not_until| self.too_many(wait(&not_until)))
    }

    /// One more entry on a public form from an address, for a number if it can be read as one.
    ///
    /// # Errors
    /// [`TooMany`]; the request doesn't count for the address then.
    pub fn check_form(&self, address: IpAddr, mobile: Option<MobileNumber>) -> Result<(), TooMany> {
        let checked = self.number.check_key(&(household(address), mobile));
        checked.map_err(|not_until| self.too_many(wait(&not_until)))?;
        self.check(Budget::Forms, address)
    }

    /// Whether an address is heard, before its token is looked at.
    ///
    /// # Errors
    /// [`TooMany`] if it has sent too many wrong ones.
    pub fn heard(&self, address: IpAddr) -> Result<(), TooMany> {
        let unheard = self.unheard.lock().unwrap_or_else(PoisonError::into_inner);
        let until = unheard.get(&household(address));
        let left = until.and_then(|until| until.checked_duration_since(Instant::now()));
        left.map_or(Ok(()), |left| Err(self.too_many(left)))
    }

    /// One more wrong token of an address.
    pub fn wrong_token(&self, address: IpAddr) {
        let address = household(address);
        if let Err(not_until) = self.wrong_token.check_key(&address)
            && let Some(until) = Instant::now().checked_add(wait(&not_until))
        {
            let mut unheard = self.unheard.lock().unwrap_or_else(PoisonError::into_inner);
            unheard.insert(address, until);
        }
    }

    fn too_many(&self, wait: Duration) -> TooMany {
        self.refused.fetch_add(1, Ordering::Relaxed);
        let retry_after = Duration::from_secs(wait.as_secs().saturating_add(1));
        TooMany { retry_after }
    }

    /// How many requests have been refused.
    #[must_use]
    pub fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    /// Forgets addresses that have been quiet.
    pub fn tidy(&self) {
        for limiter in [
            &self.forms,
            &self.sign_in,
            &self.wrong_token,
            &self.api,
            &self.links,
        ] {
            limiter.retain_recent();
        }
        self.number.retain_recent();
        let mut unheard = self.unheard.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        unheard.retain(|_, until| *until > now);
    }
}

fn wait(
    not_until: &governor::NotUntil<
        <governor::clock::DefaultClock as governor::clock::Clock>::Instant,
    >,
) -> Duration {
    not_until.wait_time_from(governor::clock::DefaultClock::default().now())
}

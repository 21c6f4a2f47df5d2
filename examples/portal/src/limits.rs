//! How often one address may use the public forms, and how often for one number.
//!
//! Judged before anything is looked up, so known and unknown numbers are alike; and by address, so
//! nobody can keep somebody else out.

use std::{
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use beian::MobileNumber;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter, clock::Clock as _};

/// The limits; none in the sandbox on loopback.
#[derive(Debug, Default)]
pub struct Limits {
    inner: Option<Inner>,
    refused: AtomicU64,
}

#[derive(Debug)]
struct Inner {
    address: DefaultKeyedRateLimiter<IpAddr>,
    number: DefaultKeyedRateLimiter<(IpAddr, Option<MobileNumber>)>,
}

/// Too many requests: how long to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooMany {
    /// Until the next one is taken; a second or more.
    pub retry_after: Duration,
}

impl Limits {
    /// So many a minute, all of them at once or spread.
    #[must_use]
    pub fn new(address: u32, number: u32) -> Self {
        let quota = |n| Quota::per_minute(NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN));
        Self {
            inner: Some(Inner {
                address: RateLimiter::keyed(quota(address)),
                number: RateLimiter::keyed(quota(number)),
            }),
            refused: AtomicU64::new(0),
        }
    }

    /// One more request from an address, for a number if it can be read as one.
    ///
    /// # Errors
    /// [`TooMany`]; the request doesn't count then.
    pub fn check(&self, address: IpAddr, mobile: Option<MobileNumber>) -> Result<(), TooMany> {
        let Some(inner) = &self.inner else {
            return Ok(());
        };
        let address = household(address);
        let now = governor::clock::DefaultClock::default().now();
        let wait = |not_until: governor::NotUntil<_>| {
            self.refused.fetch_add(1, Ordering::Relaxed);
            let wait = not_until.wait_time_from(now);
            let retry_after = Duration::from_secs(wait.as_secs().saturating_add(1));
            TooMany { retry_after }
        };
        inner.number.check_key(&(address, mobile)).map_err(wait)?;
        inner.address.check_key(&address).map_err(wait)
    }

    /// How many requests have been refused.
    #[must_use]
    pub fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    /// Forgets addresses that have been quiet.
    pub fn tidy(&self) {
        if let Some(inner) = &self.inner {
            inner.address.retain_recent();
            inner.number.retain_recent();
        }
    }
}

/// One IPv6 household has a whole /64.
fn household(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
    }
}

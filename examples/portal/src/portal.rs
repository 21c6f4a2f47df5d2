//! What requests and the worker work with.

use std::{
    hash::{DefaultHasher, Hash as _, Hasher as _},
    sync::Arc,
    time::Duration,
};

use beian::{
    Entry, MobileNumber, ResendAnswer, ResendRequest,
    host::{Desk, HostError, Resent, Submitted},
};
use beian_sqlx::AnyStore;
use beian_web::{
    background::Bell, clock::HostClock, even::even, kept::Kept, limits::Limits, serve::Served,
    sign_in::Door, site::Site,
};
use chrono::TimeDelta;
use tokio::sync::{Mutex, MutexGuard};

use crate::{keys::PortalKeys, metrics::Dear, orders::Orders, store::Store, worker::warn_of};

/// What requests work with.
#[derive(Debug)]
pub struct Portal {
    /// The orders.
    pub orders: Orders,
    /// The rounds.
    pub desk: Arc<Desk<AnyStore>>,
    /// Where everything is kept.
    pub store: Arc<Store>,
    /// The one clock.
    pub clock: HostClock,
    /// Wakes the worker.
    pub bell: Arc<Bell>,
    /// What it is called, and who stands before it.
    pub site: Arc<Site>,
    /// Who may use the console.
    pub door: Door,
    /// How often one address may do what.
    pub limits: Arc<Limits>,
    /// What its server counts.
    pub served: Arc<Served>,
    /// Whether something could be written lately.
    pub writable: Kept<bool>,
    /// The figures that the database counts.
    pub figures: Kept<Option<Dear>>,
    /// Who is at the public forms.
    pub turns: Turns,
    /// The keys.
    pub keys: Arc<PortalKeys>,
    /// Whether the sandbox's endpoints and handsets exist: its sender, on loopback.
    pub sandbox: bool,
    /// How long the sandbox's gateway takes.
    pub sms_delay: TimeDelta,
}

impl Portal {
    /// An entry on the form 短信核验.
    ///
    /// # Errors
    /// As [`Desk::submit`].
    pub async fn submit(&self, entry: &Entry) -> Result<Submitted, HostError<beian_sqlx::Error>> {
        let work = async {
            let _turn = self.turns.of(entry.mobile()).await;
            self.desk.submit(entry).await
        };
        let submitted = self.even(work).await?;
        warn_of(submitted.left_out());
        Ok(submitted)
    }

    /// A request on the form 短信重发.
    ///
    /// # Errors
    /// As [`Desk::resend`].
    pub async fn resend(
        &self,
        request: &ResendRequest,
    ) -> Result<Resent, HostError<beian_sqlx::Error>> {
        let work = async {
            let _turn = self.turns.of(request.mobile()).await;
            self.desk.resend(request).await
        };
        let resent = self.even(work).await?;
        warn_of(resent.left_out());
        if resent.answer() == ResendAnswer::Accepted {
            self.bell.ring();
        }
        Ok(resent)
    }

    /// Strangers can't tell by the time whether a number is known.
    async fn even<T>(&self, work: impl Future<Output = T>) -> T {
        if self.site.is_private() {
            work.await
        } else {
            even(STEP, work).await
        }
    }
}

/// Longer than an entry takes: for a number that is known something is written, for others nothing.
const STEP: Duration = Duration::from_millis(50);

/// Many at once for one number take turns within a portal, instead of undoing each other's work; only
/// other portals are in the way then. Numbers may share a turn; with so many places few do that are there
/// at once.
#[derive(Debug)]
pub struct Turns(Box<[Mutex<()>]>);

impl Default for Turns {
    fn default() -> Self {
        Self((0..4096).map(|_| Mutex::default()).collect())
    }
}

impl Turns {
    async fn of(&self, mobile: &MobileNumber) -> Option<MutexGuard<'_, ()>> {
        let mut hasher = DefaultHasher::new();
        mobile.hash(&mut hasher);
        let place = usize::try_from(hasher.finish() & 4095).ok()?;
        Some(self.0.get(place)?.lock().await)
    }
}

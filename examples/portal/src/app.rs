//! The parts of the portal, put together.

use std::{
    hash::{DefaultHasher, Hash as _, Hasher as _},
    io,
    net::SocketAddr,
    sync::Arc,
    time::Duration,
};

use beian::{
    Entry, MobileNumber, ResendAnswer, ResendRequest,
    host::{Clock as _, Desk, HostError, Resent, Submitted},
};
use beian_sqlx::AnyStore;
use chrono::TimeDelta;
use tokio::{
    net::TcpListener,
    sync::{Mutex, MutexGuard, watch},
    time,
};

use crate::{
    api,
    auth::Door,
    clock::PortalClock,
    config::{Config, ConfigProblem, SmsChoice},
    keys::PortalKeys,
    limits::Limits,
    orders::Orders,
    serve::serve,
    sms::{Gateway, Sandbox, Webhook},
    store::Store,
    worker::{Bell, Worker, warn_of},
};

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
    pub clock: PortalClock,
    /// Wakes the worker.
    pub bell: Arc<Bell>,
    /// Who may use the console.
    pub door: Door,
    /// How often the public forms may be used.
    pub limits: Arc<Limits>,
    /// Who is at the public forms.
    pub turns: Turns,
    /// The keys.
    pub keys: Arc<PortalKeys>,
    /// Whether the sandbox's endpoints and handsets exist: its sender, on loopback.
    pub sandbox: bool,
    /// How long the sandbox's gateway takes.
    pub sms_delay: TimeDelta,
    /// Whether the portal listens on loopback only.
    pub loopback: bool,
}

impl Portal {
    /// An entry on the form 短信核验.
    ///
    /// # Errors
    /// As [`Desk::submit`].
    pub async fn submit(&self, entry: &Entry) -> Result<Submitted, HostError<beian_sqlx::Error>> {
        let _turn = self.turns.of(entry.mobile()).await;
        let submitted = self.desk.submit(entry).await?;
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
        let _turn = self.turns.of(request.mobile()).await;
        let resent = self.desk.resend(request).await?;
        warn_of(resent.left_out());
        if resent.answer() == ResendAnswer::Accepted {
            self.bell.ring();
        }
        Ok(resent)
    }
}

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

/// A portal that listens.
#[derive(Debug)]
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    portal: Arc<Portal>,
    listener: TcpListener,
    gateway: Arc<Gateway>,
}

/// Longer than a slow gateway takes for the sessions of one batch.
const LEASE: TimeDelta = TimeDelta::seconds(120);
const LEASE_SANDBOX: TimeDelta = TimeDelta::seconds(10);

/// How long requests and the worker have to finish once the portal is told to stop.
const GRACE: Duration = Duration::from_secs(4);

impl Running {
    /// Opens the key file and the database and listens.
    ///
    /// # Errors
    /// [`ConfigProblem`], in one line.
    pub async fn start(config: &Config) -> Result<Self, ConfigProblem> {
        let address = config.address().await?;
        let keys = PortalKeys::open(&config.key_file).map_err(problem)?;
        let keys = Arc::new(keys);
        let webhook = match &config.sms {
            SmsChoice::Sandbox => None,
            SmsChoice::Webhook(url) => {
                Some(Webhook::new(url, keys.signing.clone()).map_err(problem)?)
            }
        };
        let store = Store::open(&config.database).await.map_err(problem)?;
        let store = Arc::new(store);
        let listener = TcpListener::bind(address).await;
        let listener = listener.map_err(|error| ConfigProblem(format!("--listen: {error}")))?;
        let address = listener.local_addr().map_err(problem)?;

        let clock = PortalClock::default();
        let ended = store.end_leases_of_the_dead(clock.now()).await;
        ended.map_err(problem)?;
        let sms_delay = TimeDelta::from_std(config.sms_delay).map_err(problem)?;
        let sandbox = webhook.is_none();
        let gateway = if let Some(webhook) = webhook {
            Gateway::Webhook(Box::new(webhook))
        } else {
            clock.refresh(&store).await.map_err(problem)?;
            Gateway::Sandbox(Sandbox::new(Arc::clone(&store), clock.clone(), sms_delay))
        };
        let loopback = address.ip().is_loopback();
        let sandbox = sandbox && loopback;
        let lease = if sandbox { LEASE_SANDBOX } else { LEASE };
        let desk = Desk::new(store.sessions().clone(), Arc::clone(&keys), clock.clone())
            .lease(lease)
            .in_flight(config.in_flight)
            .tries(64);
        let desk = Arc::new(desk);
        let limits = if sandbox {
            Limits::default()
        } else {
            Limits::new(config.rate_address, config.rate_number)
        };
        let portal = Portal {
            orders: Orders::new(
                Arc::clone(&store),
                Arc::clone(&desk),
                Arc::clone(&keys),
                clock.clone(),
            ),
            desk,
            store,
            clock,
            bell: Arc::default(),
            door: Door::new(config.console_token.clone(), keys.signing.clone()),
            limits: Arc::new(limits),
            turns: Turns::default(),
            keys,
            sandbox,
            sms_delay,
            loopback,
        };
        Ok(Self {
            address,
            portal: Arc::new(portal),
            listener,
            gateway: Arc::new(gateway),
        })
    }

    /// What requests work with, for tests.
    #[must_use]
    pub const fn portal(&self) -> &Arc<Portal> {
        &self.portal
    }

    /// Serves until `stop` is ready, and then finishes what is under way, in five seconds at most.
    ///
    /// # Errors
    /// If the worker ends by itself.
    pub async fn serve(self, stop: impl Future<Output = ()> + Send + 'static) -> io::Result<()> {
        let (stopping, stopped) = watch::channel(false);
        let worker = Worker {
            desk: Arc::clone(&self.portal.desk),
            store: Arc::clone(&self.portal.store),
            clock: self.portal.clock.clone(),
            gateway: self.gateway,
            limits: Arc::clone(&self.portal.limits),
            bell: Arc::clone(&self.portal.bell),
        };
        let mut worker = tokio::spawn(worker.run(stopped.clone()));
        tokio::spawn(async move {
            stop.await;
            let _ = stopping.send(true);
        });

        let wait = |mut stopped: watch::Receiver<bool>| async move {
            let _ = stopped.wait_for(|stop| *stop).await;
        };
        let mut server = std::pin::pin!(serve(
            self.listener,
            api::router(&self.portal),
            wait(stopped.clone()),
        ));
        let finished = async {
            tokio::select! {
                () = &mut server => {
                    let _ = (&mut worker).await;
                    Ok(())
                }
                // It works until it is told to stop; a portal without it would only seem to run.
                _ = &mut worker => {
                    if !*stopped.borrow() {
                        return Err(io::Error::other("the worker has ended"));
                    }
                    server.await;
                    Ok(())
                }
            }
        };
        let grace_is_over = async {
            wait(stopped.clone()).await;
            time::sleep(GRACE).await;
        };
        let outcome = tokio::select! {
            outcome = finished => outcome,
            () = grace_is_over => {
                tracing::warn!("some requests were cut off");
                Ok(())
            }
        };
        worker.abort();
        // What is open is rolled back when the process ends; nothing acknowledged is lost.
        let _ = time::timeout(Duration::from_millis(500), self.portal.store.close()).await;
        outcome
    }
}

/// One line of whatever it is.
fn problem(error: impl std::fmt::Display) -> ConfigProblem {
    let text = error.to_string();
    ConfigProblem(text.split_whitespace().collect::<Vec<_>>().join(" "))
}

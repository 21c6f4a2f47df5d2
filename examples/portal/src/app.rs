//! The parts of the portal, put together.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use beian::host::{Clock as _, Desk};
use beian_web::{
    background::Listeners,
    clock::HostClock,
    kept::Kept,
    limits::Limits,
    options::{self, SmsChoice, StartProblem},
    serve::Served,
    sign_in::Door,
    site::Site,
};
use chrono::TimeDelta;

use crate::{
    api,
    config::Config,
    keys::PortalKeys,
    orders::Orders,
    portal::{Portal, Turns},
    sms::{Gateway, Sandbox, Webhook},
    store::Store,
    worker::Worker,
};

/// A portal that listens.
#[derive(Debug)]
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    portal: Arc<Portal>,
    listeners: Listeners,
    gateway: Arc<Gateway>,
}

/// Longer than a slow gateway takes for the sessions of one batch.
const LEASE: TimeDelta = TimeDelta::seconds(120);
const LEASE_SANDBOX: TimeDelta = TimeDelta::seconds(10);

/// How long a database is trusted to be writable.
const WRITABLE: Duration = Duration::from_secs(3);
/// How long figures of the database are good for.
const FIGURES: Duration = Duration::from_secs(15);

impl Running {
    /// Opens the key file and the database and listens.
    ///
    /// # Errors
    /// [`StartProblem`], in one line.
    pub async fn start(config: &Config) -> Result<Self, StartProblem> {
        let address = options::address("--listen", &config.web.listen).await?;
        let site = config.web.site(address);
        may_start(config, &site)?;
        let keys = PortalKeys::open(&config.key_file).map_err(StartProblem::of)?;
        let keys = Arc::new(keys);
        let webhook = match &config.sms {
            SmsChoice::Sandbox => None,
            SmsChoice::Webhook(url) => {
                Some(Webhook::new(url, keys.signing.clone()).map_err(StartProblem::of)?)
            }
        };
        let store = Store::open(&config.database).await;
        let store = Arc::new(store.map_err(StartProblem::of)?);
        if !store.is_used_with(&keys).await.map_err(StartProblem::of)? {
            return Err(StartProblem(
                "--key-file: lacks the key that this database was last used with, and open rounds \
                 need; if it is lost for good, delete the row `key` of the table `setting`"
                    .to_owned(),
            ));
        }
        let site = Arc::new(site);
        let counts = Arc::<Served>::default();
        let listeners = Listeners::at(address, &config.web, &site, &counts).await?;

        let clock = HostClock::default();
        let ended = store.end_leases_of_the_dead(clock.now()).await;
        ended.map_err(StartProblem::of)?;
        let sms_delay = TimeDelta::from_std(config.sms_delay).map_err(StartProblem::of)?;
        let sandbox = webhook.is_none() && site.is_private();
        let gateway = if let Some(webhook) = webhook {
            Gateway::Webhook(Box::new(webhook))
        } else {
            clock
                .refresh(store.database())
                .await
                .map_err(StartProblem::of)?;
            Gateway::Sandbox(Sandbox::new(Arc::clone(&store), clock.clone(), sms_delay))
        };
        let lease = if sandbox { LEASE_SANDBOX } else { LEASE };
        let desk = Desk::new(store.sessions().clone(), Arc::clone(&keys), clock.clone())
            .lease(lease)
            .in_flight(config.in_flight)
            .tries(64);
        let desk = Arc::new(desk);
        let rates = if sandbox {
            config.web.rates.tried_out()
        } else {
            config.web.rates
        };
        let limits = Limits::new(rates);
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
            site,
            door: Door::new(config.console_token.clone(), keys.signing.clone()),
            limits: Arc::new(limits),
            served: counts,
            writable: Kept::new(WRITABLE),
            figures: Kept::new(FIGURES),
            turns: Turns::default(),
            keys,
            sandbox,
            sms_delay,
        };
        Ok(Self {
            address: listeners.address(),
            portal: Arc::new(portal),
            listeners,
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
        let Self {
            portal,
            listeners,
            gateway,
            ..
        } = self;
        let worker = Worker {
            desk: Arc::clone(&portal.desk),
            store: Arc::clone(&portal.store),
            clock: portal.clock.clone(),
            gateway,
            limits: Arc::clone(&portal.limits),
            bell: Arc::clone(&portal.bell),
        };
        let (pages, metrics) = (api::router(&portal), api::metrics_router(&portal));
        let worker = |stop| worker.run(stop);
        let run = listeners.run(pages, metrics, worker, stop, portal.store.close());
        run.await
    }
}

/// Whether a portal may be reached by whom it would be.
fn may_start(config: &Config, site: &Site) -> Result<(), StartProblem> {
    if site.is_private() {
        return Ok(());
    }
    let problem = |text: &str| Err(StartProblem(text.to_owned()));
    if config.console_token.is_none() {
        return problem("--console-token: needed beyond loopback and behind a proxy");
    }
    if config.sms == SmsChoice::Sandbox && !config.sandbox_beyond_loopback {
        return problem(
            "--sms: the sandbox keeps codes in clear; beyond loopback it needs \
             --sandbox-beyond-loopback, or name a gateway with webhook:URL",
        );
    }
    Ok(())
}

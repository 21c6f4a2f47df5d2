//! The parts of the portal, put together.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use beian::host::Desk;
use chrono::TimeDelta;
use tokio::{net::TcpListener, sync::watch, time};

use crate::{
    api,
    auth::Door,
    clock::PortalClock,
    config::{Config, ConfigProblem, SmsChoice},
    keys::PortalKeys,
    limits::Limits,
    metrics::Metrics,
    orders::Orders,
    sms::{Gateway, Sandbox, Webhook},
    store::Store,
    worker::{Bell, Worker},
};

/// What requests work with.
#[derive(Debug)]
pub struct Portal {
    /// The orders.
    pub orders: Orders,
    /// The rounds.
    pub desk: Arc<Desk<Arc<Store>>>,
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
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// The keys.
    pub keys: Arc<PortalKeys>,
    /// Whether the sandbox's endpoints and handsets exist: its sender, on loopback.
    pub sandbox: bool,
    /// Whether the portal listens on loopback only.
    pub loopback: bool,
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
        let gateway_url = match &config.sms {
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
        let sandbox = gateway_url.is_none();
        let gateway = match gateway_url {
            Some(webhook) => Gateway::Webhook(webhook),
            None => {
                clock.refresh(&store).await.map_err(problem)?;
                let delay = TimeDelta::from_std(config.sms_delay).map_err(problem)?;
                Gateway::Sandbox(Sandbox::new(Arc::clone(&store), clock.clone(), delay))
            }
        };
        let loopback = address.ip().is_loopback();
        let sandbox = sandbox && loopback;
        let desk = Desk::new(Arc::clone(&store), Arc::clone(&keys), clock.clone())
            .lease(TimeDelta::seconds(60));
        let desk = Arc::new(desk);
        let limits = if sandbox {
            Limits::NONE
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
            metrics: Arc::default(),
            keys,
            sandbox,
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
    /// The listener's.
    pub async fn serve(self, stop: impl Future<Output = ()> + Send + 'static) -> io::Result<()> {
        let (stopping, stopped) = watch::channel(false);
        let worker = Worker {
            desk: Arc::clone(&self.portal.desk),
            store: Arc::clone(&self.portal.store),
            clock: self.portal.clock.clone(),
            gateway: self.gateway,
            metrics: Arc::clone(&self.portal.metrics),
            limits: Arc::clone(&self.portal.limits),
            bell: Arc::clone(&self.portal.bell),
        };
        let mut worker = tokio::spawn(worker.run(stopped.clone()));
        tokio::spawn(async move {
            stop.await;
            let _ = stopping.send(true);
        });

        let mut for_server = stopped.clone();
        let mut for_grace = stopped;
        let service = api::router(&self.portal).into_make_service_with_connect_info::<SocketAddr>();
        let server = axum::serve(self.listener, service).with_graceful_shutdown(async move {
            let _ = for_server.wait_for(|stop| *stop).await;
        });
        let grace_is_over = async move {
            let _ = for_grace.wait_for(|stop| *stop).await;
            time::sleep(GRACE).await;
        };
        let finished = async {
            let served = server.await;
            let _ = (&mut worker).await;
            served
        };
        let served = tokio::select! {
            served = finished => served,
            () = grace_is_over => {
                tracing::warn!("some requests were cut off");
                Ok(())
            }
        };
        worker.abort();
        // What is open is rolled back when the process ends; nothing acknowledged is lost.
        let _ = time::timeout(Duration::from_millis(500), self.portal.store.close()).await;
        served
    }
}

/// One line of whatever it is.
fn problem(error: impl std::fmt::Display) -> ConfigProblem {
    let text = error.to_string();
    ConfigProblem(text.split_whitespace().collect::<Vec<_>>().join(" "))
}

//! The parts of the platform, put together.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use beian::FilingPolicy;
use beian_web::{
    background::Listeners,
    clock::HostClock,
    kept::Kept,
    limits::Limits,
    options::{self, SmsChoice, StartProblem},
    serve::Served,
    sign_in::Door,
    site::Site,
    webhook::Webhook,
};
use chrono::TimeDelta;

use crate::{
    api,
    config::{Config, RegulatorChoice},
    keys::PlatformKeys,
    on_board::OnBoard,
    order::Following,
    orders::Orders,
    platform::Platform,
    regulator::{ByHand, Client, PortalRegulator, Regulator, WechatRegulator},
    reminders::{self, Outlet},
    store::Store,
    worker::Worker,
};

/// A platform that listens.
#[derive(Debug)]
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    platform: Arc<Platform>,
    listeners: Listeners,
    outlet: Arc<Outlet>,
    on_board: Option<OnBoard>,
}

/// How long a database is trusted to be writable.
const WRITABLE: Duration = Duration::from_secs(3);
/// How long figures of the database are good for.
const FIGURES: Duration = Duration::from_secs(15);

impl Running {
    /// Opens the key file and the database, starts the regulator that is on board, and listens.
    ///
    /// # Errors
    /// [`StartProblem`], in one line.
    pub async fn start(config: &Config) -> Result<Self, StartProblem> {
        let address = options::address("--listen", &config.web.listen).await?;
        let site = Arc::new(config.web.site(address));
        may_start(config, &site)?;
        let keys = PlatformKeys::open(&config.key_file)?;
        let store = Store::open(&config.database).await;
        let store = Arc::new(store.map_err(StartProblem::of)?);
        keys.fit(&store).await?;
        store
            .end_leases_of_the_dead()
            .await
            .map_err(StartProblem::of)?;
        let outlet = Arc::new(match &config.sms {
            SmsChoice::Sandbox => Outlet::Handsets(Arc::clone(&store)),
            SmsChoice::Webhook(url) => {
                let webhook = Webhook::new(url, keys.signing.clone(), reminders::PURPOSE);
                Outlet::Webhook(Box::new(webhook.map_err(StartProblem::of)?))
            }
        });
        let on_board = match &config.regulator {
            RegulatorChoice::OnBoard => Some(OnBoard::start(config).await?),
            RegulatorChoice::Portal(_) | RegulatorChoice::Wechat(_) | RegulatorChoice::Hand => None,
        };
        let regulator = regulator(config, on_board.as_ref())?;
        let sandbox = config.sms == SmsChoice::Sandbox && site.is_private();
        let clock = HostClock::default();
        if sandbox {
            clock
                .refresh(store.database())
                .await
                .map_err(StartProblem::of)?;
        }
        let served = Arc::<Served>::default();
        let listeners = Listeners::at(address, &config.web, &site, &served).await?;
        let address = listeners.address();
        let rates = if sandbox {
            config.web.rates.tried_out()
        } else {
            config.web.rates
        };
        let clocks_differ = TimeDelta::from_std(config.clocks_differ).map_err(StartProblem::of)?;
        let orders = Orders {
            store,
            sealer: Arc::new(keys.sealer),
            signing: keys.signing.clone(),
            clock: clock.clone(),
            policy: FilingPolicy::default(),
            following: Following {
                quiet_hours: config.quiet_hours.0,
                clocks_differ,
            },
        };
        let platform = Platform {
            orders: Arc::new(orders),
            regulator,
            clock,
            bell: Arc::default(),
            base: site
                .public_address()
                .unwrap_or_else(|| format!("http://{address}")),
            site,
            door: Door::new(config.console_token.clone(), keys.signing.clone()),
            limits: Arc::new(Limits::new(rates)),
            served,
            writable: Kept::new(WRITABLE),
            figures: Kept::new(FIGURES),
            signing: keys.signing,
            sandbox,
            regulator_page: on_board.as_ref().map(OnBoard::page),
        };
        Ok(Self {
            address,
            platform: Arc::new(platform),
            listeners,
            outlet,
            on_board,
        })
    }

    /// Where the regulator on board listens.
    #[must_use]
    pub fn regulator(&self) -> Option<SocketAddr> {
        self.on_board.as_ref().map(|on_board| on_board.address)
    }

    /// What requests work with, for tests.
    #[must_use]
    pub const fn platform(&self) -> &Arc<Platform> {
        &self.platform
    }

    /// Serves until `stop` is ready, and then finishes what is under way; the regulator on board ends last.
    ///
    /// # Errors
    /// If the worker ends by itself, or the regulator on board does.
    pub async fn serve(self, stop: impl Future<Output = ()> + Send + 'static) -> io::Result<()> {
        let Self {
            platform,
            listeners,
            outlet,
            on_board,
            ..
        } = self;
        let worker = Worker {
            platform: Arc::clone(&platform),
            outlet,
        };
        let worker = |stop| worker.run(stop);
        let (pages, metrics) = (api::router(&platform), api::metrics_router(&platform));
        let closed = platform.orders.store.close();
        let Some(on_board) = on_board else {
            return listeners.run(pages, metrics, worker, stop, closed).await;
        };
        let (ends, ended) = tokio::sync::oneshot::channel::<()>();
        let regulator = tokio::spawn(on_board.serve(async {
            let _ = ended.await;
        }));
        let served = listeners.run(pages, metrics, worker, stop, closed).await;
        let _ = ends.send(());
        let regulator = regulator.await.map_err(io::Error::other)?;
        served.and(regulator)
    }
}

/// Where orders are handed in.
fn regulator(
    config: &Config,
    on_board: Option<&OnBoard>,
) -> Result<Arc<dyn Regulator>, StartProblem> {
    let client =
        |url: &str| Client::new(url, config.regulator_token.clone()).map_err(StartProblem::of);
    Ok(match (&config.regulator, on_board) {
        (_, Some(on_board)) => Arc::new(PortalRegulator::new(on_board.client()?)),
        (RegulatorChoice::Portal(url), None) => Arc::new(PortalRegulator::new(client(url)?)),
        (RegulatorChoice::Wechat(url), None) => Arc::new(WechatRegulator::new(client(url)?)),
        (RegulatorChoice::Hand | RegulatorChoice::OnBoard, None) => Arc::new(ByHand),
    })
}

/// Whether a platform may be reached by whom it would be.
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
            "--sms: the sandbox only shows reminders; beyond loopback it needs \
             --sandbox-beyond-loopback, or name a gateway with webhook:URL",
        );
    }
    Ok(())
}

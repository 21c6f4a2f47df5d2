//! A host while it runs: its listeners, its worker, and how both come to an end.

use std::{io, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use axum::Router;
use tokio::{net::TcpListener, sync::watch, time};

use crate::{
    options::{self, Options, StartProblem},
    serve::{Served, Server},
    site::Site,
};

/// How long requests and the worker have to finish once a host is told to stop.
pub const GRACE: Duration = Duration::from_secs(4);
/// How long closing what was used may take then.
const CLOSING: Duration = Duration::from_millis(500);

/// Wakes a worker, and tells when it has worked.
#[derive(Debug, Default)]
pub struct Bell {
    rung: watch::Sender<u64>,
    answered: watch::Sender<u64>,
}

impl Bell {
    /// Something may be due: a round was opened, a resend accepted.
    pub fn ring(&self) {
        self.rung
            .send_modify(|rings| *rings = rings.saturating_add(1));
    }

    /// Rings, and waits until a pass that began afterwards is over; two seconds at most.
    pub async fn settle(&self) {
        self.ring();
        let rings = *self.rung.borrow();
        let mut answered = self.answered.subscribe();
        let settled = answered.wait_for(|answered| *answered >= rings);
        let _ = time::timeout(Duration::from_secs(2), settled).await;
    }

    /// The worker's passes, of which the first begins now.
    #[must_use]
    pub fn passes(&self, stop: watch::Receiver<bool>) -> Passes<'_> {
        let mut rung = self.rung.subscribe();
        let rings = *rung.borrow_and_update();
        Passes {
            bell: self,
            rung,
            rings,
            stop,
        }
    }
}

/// What a worker does, one time after the other.
#[derive(Debug)]
pub struct Passes<'a> {
    bell: &'a Bell,
    rung: watch::Receiver<u64>,
    /// How often it had rung when the pass began.
    rings: u64,
    stop: watch::Receiver<bool>,
}

impl Passes<'_> {
    /// A pass is over: waits for the next one, which begins after the pause, or when somebody rings. No
    /// other one comes once it is time to stop.
    pub async fn another(&mut self, pause: Duration) -> bool {
        self.bell.answered.send_replace(self.rings);
        let go_on = tokio::select! {
            () = time::sleep(pause) => true,
            _ = self.rung.changed() => true,
            _ = self.stop.wait_for(|stop| *stop) => false,
        };
        self.rings = *self.rung.borrow_and_update();
        go_on
    }
}

/// Where a host listens: for everybody, and, if it is told so, for who watches it.
#[derive(Debug)]
pub struct Listeners {
    address: SocketAddr,
    pages: Server,
    metrics: Option<Server>,
}

impl Listeners {
    /// Listens at this address, which is the options' own, and at the one for the figures.
    ///
    /// # Errors
    /// [`StartProblem`] if an address isn't free.
    pub async fn at(
        address: SocketAddr,
        options: &Options,
        site: &Arc<Site>,
        counts: &Arc<Served>,
    ) -> Result<Self, StartProblem> {
        let over = |listener| Server::new(listener, Arc::clone(site), Arc::clone(counts), options);
        let listener = listen("--listen", address).await?;
        let address = listener.local_addr().map_err(StartProblem::of)?;
        let metrics = match &options.metrics_listen {
            Some(given) => {
                let address = options::address("--metrics-listen", given).await?;
                Some(over(listen("--metrics-listen", address).await?))
            }
            None => None,
        };
        Ok(Self {
            address,
            pages: over(listener),
            metrics,
        })
    }

    /// Where it listens for everybody.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves and works until `stop` is ready, and then finishes what is under way, within the
    /// [grace](GRACE); what is `closed` at the end is there until then. The worker is told by a watch when
    /// to stop.
    ///
    /// # Errors
    /// If the worker ends by itself.
    pub async fn run<W: Future<Output = ()> + Send + 'static>(
        self,
        pages: Router,
        metrics: Router,
        worker: impl FnOnce(watch::Receiver<bool>) -> W,
        stop: impl Future<Output = ()> + Send + 'static,
        closed: impl Future<Output = ()>,
    ) -> io::Result<()> {
        let (stopping, stopped) = watch::channel(false);
        let mut worker = tokio::spawn(worker(stopped.clone()));
        tokio::spawn(async move {
            stop.await;
            let _ = stopping.send(true);
        });
        let mut server = pin!(self.serve(pages, metrics, &stopped));
        let finished = async {
            tokio::select! {
                () = &mut server => {
                    let _ = (&mut worker).await;
                    Ok(())
                }
                // It works until it is told to stop; a host without it would only seem to run.
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
        let _ = time::timeout(CLOSING, closed).await;
        outcome
    }

    async fn serve(self, pages: Router, metrics: Router, stopped: &watch::Receiver<bool>) {
        let pages = self.pages.serve(pages, wait(stopped.clone()));
        match self.metrics {
            Some(server) => {
                tokio::join!(pages, server.serve(metrics, wait(stopped.clone())));
            }
            None => pages.await,
        }
    }
}

async fn wait(mut stopped: watch::Receiver<bool>) {
    let _ = stopped.wait_for(|stop| *stop).await;
}

async fn listen(option: &str, address: SocketAddr) -> Result<TcpListener, StartProblem> {
    let listener = TcpListener::bind(address).await;
    listener.map_err(|error| StartProblem(format!("{option} {address}: {error}")))
}

//! The server: one task for each connection, so many at once, so many of one address. Unlike axum's own it
//! closes connections whose headers take too long, or whose answers nobody reads.

use std::{
    collections::HashMap,
    convert::Infallible,
    io,
    net::{IpAddr, SocketAddr},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{Router, http::Request, response::Response};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use tokio::{net::TcpListener, time};
use tower::Service as _;

use crate::{
    address::{From, household},
    connection::Connection,
    log,
    options::Options,
    site::Site,
};

/// How long the headers of a request may take, and how long a connection may be idle.
const HEADERS_WITHIN: Duration = Duration::from_secs(15);
/// After an error such as too many open files: others may have closed theirs by then.
const AFTER_ERROR: Duration = Duration::from_millis(100);
/// What is waiting in a connection's buffer, either way.
const BUFFER: usize = 64 * 1024;
/// Told to stop, it takes what was sent before: until nothing has come for so long …
const QUIET: Duration = Duration::from_millis(150);
/// … but no longer than this.
const DRAIN: Duration = Duration::from_secs(2);
/// How often lost lines of the log are spoken of.
const LOOK: Duration = Duration::from_secs(10);

/// What a server counts and tells.
#[derive(Debug, Default)]
pub struct Served {
    begun: AtomicU64,
    under_way: AtomicUsize,
    turned_away: AtomicU64,
    stopping: AtomicBool,
}

impl Served {
    /// Connections that were closed at once: there were too many.
    #[must_use]
    pub fn turned_away(&self) -> u64 {
        self.turned_away.load(Ordering::Relaxed)
    }

    /// Whether it was told to stop: no balancer should send anything any more.
    #[must_use]
    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }

    async fn quiet(&self) {
        let since = Instant::now();
        let mut before = self.begun.load(Ordering::Acquire);
        while since.elapsed() < DRAIN {
            time::sleep(QUIET).await;
            let begun = self.begun.load(Ordering::Acquire);
            if begun == before && self.under_way.load(Ordering::Acquire) == 0 {
                return;
            }
            before = begun;
        }
    }
}

/// What serves.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    site: Arc<Site>,
    served: Arc<Served>,
    places: Arc<Places>,
}

impl Server {
    /// A server over this listener.
    #[must_use]
    pub fn new(
        listener: TcpListener,
        site: Arc<Site>,
        served: Arc<Served>,
        options: &Options,
    ) -> Self {
        let places = Places {
            most: options.connections.into(),
            of_one: options.connections_of_one.into(),
            taken: Mutex::default(),
        };
        Self {
            listener,
            site,
            served,
            places: Arc::new(places),
        }
    }

    /// Serves until `stop` is ready; then takes what has been sent before, and finishes what is under way.
    pub async fn serve(self, router: Router, stop: impl Future<Output = ()>) {
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new())
            .header_read_timeout(HEADERS_WITHIN)
            .max_buf_size(BUFFER);
        let connections = GracefulShutdown::new();
        let mut look = time::interval(LOOK);
        let stopped = async {
            stop.await;
            self.served.stopping.store(true, Ordering::Release);
            self.served.quiet().await;
        };
        let mut stopped = std::pin::pin!(stopped);
        loop {
            let accepted = tokio::select! {
                accepted = self.listener.accept() => accepted,
                () = &mut stopped => break,
                _ = look.tick() => {
                    log::say_what_was_lost();
                    continue;
                }
            };
            let (stream, peer) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(%error, "accept");
                    time::sleep(AFTER_ERROR).await;
                    continue;
                }
            };
            let proxied = self.site.proxies().trusts(peer.ip());
            let Some(place) = Places::take(&self.places, peer.ip(), proxied) else {
                self.served.turned_away.fetch_add(1, Ordering::Relaxed);
                continue;
            };
            let (router, site) = (router.clone(), Arc::clone(&self.site));
            let served = Arc::clone(&self.served);
            let answer = service_fn(move |request| {
                answer(
                    router.clone(),
                    Arc::clone(&site),
                    Arc::clone(&served),
                    peer,
                    request,
                )
            });
            let connection = TokioIo::new(Connection::new(stream));
            let connection = connections.watch(http.serve_connection(connection, answer));
            tokio::spawn(async move {
                // What goes wrong with one connection is its client's.
                drop(connection.await);
                drop(place);
            });
        }
        drop(self.listener);
        connections.shutdown().await;
    }
}

/// Counts a request for as long as it is under way, however it ends.
struct UnderWay(Arc<Served>);

impl UnderWay {
    fn begin(served: Arc<Served>) -> Self {
        served.begun.fetch_add(1, Ordering::AcqRel);
        served.under_way.fetch_add(1, Ordering::AcqRel);
        Self(served)
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, Ordering::AcqRel);
    }
}

async fn answer(
    mut router: Router,
    site: Arc<Site>,
    served: Arc<Served>,
    peer: SocketAddr,
    mut request: Request<Incoming>,
) -> Result<Response, Infallible> {
    let _under_way = UnderWay::begin(served);
    let from = From(site.proxies().client(peer.ip(), request.headers()));
    request.extensions_mut().insert(from);
    router.call(request).await
}

/// Where connections are at.
#[derive(Debug)]
struct Places {
    most: usize,
    of_one: usize,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    all: usize,
    by_address: HashMap<IpAddr, usize>,
}

/// One of them, until it is dropped.
struct Place {
    places: Arc<Places>,
    address: IpAddr,
}

impl Places {
    /// A proxy's connections are many people's.
    fn take(places: &Arc<Self>, address: IpAddr, proxied: bool) -> Option<Place> {
        let address = household(address);
        let mut taken = places.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.all >= places.most {
            return None;
        }
        let of_one = taken.by_address.entry(address).or_default();
        if *of_one >= places.of_one && !proxied {
            return None;
        }
        *of_one = of_one.saturating_add(1);
        taken.all = taken.all.saturating_add(1);
        Some(Place {
            places: Arc::clone(places),
            address,
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let taken = self.places.taken.lock();
        let mut taken = taken.unwrap_or_else(PoisonError::into_inner);
        taken.all = taken.all.saturating_sub(1);
        if let Some(of_one) = taken.by_address.get_mut(&self.address) {
            *of_one = of_one.saturating_sub(1);
            if *of_one == 0 {
                taken.by_address.remove(&self.address);
            }
        }
    }
}

/// Ready at the first SIGINT, SIGTERM or SIGHUP.
///
/// # Errors
/// The system takes no handler.
pub fn told_to_stop() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut hangup = signal(SignalKind::hangup())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            _ = hangup.recv() => {}
        }
    })
}

//! The server: one task for each connection. Unlike axum's own it closes connections whose headers
//! take too long, so that nobody holds them open for nothing.

use std::{convert::Infallible, net::SocketAddr, time::Duration};

use axum::{Router, extract::ConnectInfo, http::Request, response::Response};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use tokio::{net::TcpListener, time};
use tower::Service as _;

/// How long the headers of a request may take, and how long a connection may be idle.
const HEADERS_WITHIN: Duration = Duration::from_secs(15);
/// After an error such as too many open files: others may have closed theirs by then.
const AFTER_ERROR: Duration = Duration::from_millis(100);

/// Serves until `stop` is ready, and then finishes the requests that are under way.
pub(crate) async fn serve(listener: TcpListener, router: Router, stop: impl Future<Output = ()>) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(HEADERS_WITHIN);
    let connections = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "accept");
                time::sleep(AFTER_ERROR).await;
                continue;
            }
        };
        let router = router.clone();
        let answer = service_fn(move |request| answer(router.clone(), peer, request));
        let connection = http.serve_connection(TokioIo::new(stream), answer);
        let connection = connections.watch(connection);
        // What goes wrong with one connection is its client's.
        tokio::spawn(async move { drop(connection.await) });
    }
    drop(listener);
    connections.shutdown().await;
}

async fn answer(
    mut router: Router,
    peer: SocketAddr,
    mut request: Request<Incoming>,
) -> Result<Response, Infallible> {
    request.extensions_mut().insert(ConnectInfo(peer));
    router.call(request).await
}

//! Takes connections: not more than there is room for, none that dawdles, and at the end lets those under way finish.

use super::{Hub, router};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

/// After accepting failed, as when files have run out.
const PAUSE: Duration = Duration::from_millis(100);
/// Bytes of a request's head.
const HEAD_BYTES: usize = 16 << 10;
const FULL: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 5\r\nfengxiang-problem: busy\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";

/// A certificate with its key, from files.
#[derive(Clone)]
pub struct Tls(TlsAcceptor);

impl Tls {
    pub fn read(certificates: &Path, key: &Path) -> anyhow::Result<Self> {
        let chain = CertificateDer::pem_file_iter(certificates)?.collect::<Result<Vec<_>, _>>()?;
        let key = PrivateKeyDer::from_pem_file(key)?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
        let config = config.with_no_client_auth().with_single_cert(chain, key)?;
        Ok(Self(TlsAcceptor::from(Arc::new(config))))
    }
}

/// Serves until [`Hub::stop`].
pub async fn serve(hub: Arc<Hub>, listener: TcpListener, tls: Option<Tls>) {
    let places = Arc::new(Semaphore::new(hub.settings.connections_max));
    let under_way = GracefulShutdown::new();
    let service = TowerToHyperService::new(router(Arc::clone(&hub)));
    let mut stop = hub.stop.subscribe();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stop.wait_for(|is_stopped| *is_stopped) => break,
        };
        match place(&places, accepted).await {
            Some((stream, place)) => {
                let connection = Connection { hub: Arc::clone(&hub), service: service.clone(), place };
                tokio::spawn(connection.open(stream, tls.clone(), under_way.watcher()));
            }
            None => continue,
        }
    }
    drop(listener);
    let stopped = timeout(hub.settings.stop_timeout, under_way.shutdown()).await;
    tracing::info!(is_clean = stopped.is_ok(), "stopped");
}

/// A place for the connection. Without one it is told to come again, without being waited for.
async fn place(
    places: &Arc<Semaphore>,
    accepted: io::Result<(TcpStream, std::net::SocketAddr)>,
) -> Option<(TcpStream, OwnedSemaphorePermit)> {
    match (accepted, Arc::clone(places).try_acquire_owned()) {
        (Ok((stream, _)), Ok(place)) => Some((stream, place)),
        (Ok((mut stream, _)), Err(_)) => {
            metrics::counter!("fengxiang_hub_connections_refused_total").increment(1);
            let _ = timeout(PAUSE, stream.write_all(FULL)).await;
            None
        }
        (Err(error), _) => {
            tracing::warn!(%error, "accepting");
            tokio::time::sleep(PAUSE).await;
            None
        }
    }
}

struct Connection {
    hub: Arc<Hub>,
    service: TowerToHyperService<axum::Router>,
    place: OwnedSemaphorePermit,
}

impl Connection {
    async fn open(self, stream: TcpStream, tls: Option<Tls>, watcher: hyper_util::server::graceful::Watcher) {
        let _ = stream.set_nodelay(true);
        match tls {
            None => self.run(stream, watcher).await,
            Some(Tls(acceptor)) => {
                let shaken = timeout(self.hub.settings.head_timeout, acceptor.accept(stream)).await;
                if let Ok(Ok(stream)) = shaken {
                    self.run(stream, watcher).await;
                }
            }
        }
    }

    async fn run<S>(self, stream: S, watcher: hyper_util::server::graceful::Watcher)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let mut http = hyper::server::conn::http1::Builder::new();
        http.timer(TokioTimer::new()).header_read_timeout(self.hub.settings.head_timeout).max_buf_size(HEAD_BYTES);
        let connection = http.serve_connection(TokioIo::new(stream), self.service);
        if let Err(error) = watcher.watch(connection).await {
            tracing::debug!(%error, "connection ended");
        }
        drop(self.place);
    }
}

//! The hub on the network. An endpoint is: decode, call the rules, encode. Decides nothing about rows or devices.

mod body;
mod devices;
mod exchange;
mod flights;
mod health;
mod hints;
mod joiners;
mod nonces;
mod refusal;
mod serve;
mod signed;
mod watch;

pub use serve::{Tls, serve};

use crate::outside::Outside;
use crate::store::Store;
use axum::Router;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

/// Limits of the network. Each protects the honest desks from the others.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Connections at once; one too many is told to come again.
    pub connections_max: usize,
    /// For the hand-shake of TLS and for the head of a request.
    pub head_timeout: Duration,
    /// For the whole of a body.
    pub body_timeout: Duration,
    /// Transactions at once, and how long a request waits for its place.
    pub store_places: usize,
    pub store_wait: Duration,
    /// What is left to requests under way when the hub stops.
    pub stop_timeout: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            connections_max: 4_096,
            head_timeout: Duration::from_secs(10),
            body_timeout: Duration::from_secs(30),
            store_places: 32,
            store_wait: Duration::from_secs(10),
            stop_timeout: Duration::from_secs(10),
        }
    }
}

/// A hub that can be served.
pub struct Hub {
    store: Arc<dyn Store>,
    outside: Arc<dyn Outside>,
    settings: Settings,
    store_places: Arc<Semaphore>,
    nonces: nonces::Nonces,
    flights: flights::Flights,
    joiners: joiners::Joiners,
    hints: hints::Hints,
    stop: tokio::sync::watch::Sender<bool>,
}

impl Hub {
    pub fn new(store: Arc<dyn Store>, outside: Arc<dyn Outside>, settings: Settings) -> Arc<Self> {
        health::recorder();
        Arc::new(Self {
            store_places: Arc::new(Semaphore::new(settings.store_places)),
            nonces: nonces::Nonces::new(&*outside),
            flights: flights::Flights::default(),
            joiners: joiners::Joiners::default(),
            hints: hints::Hints::default(),
            stop: tokio::sync::watch::Sender::new(false),
            store,
            outside,
            settings,
        })
    }

    /// Asks [`serve`] to end: requests under way are answered, no other is taken.
    pub fn stop(&self) {
        self.stop.send_replace(true);
    }
}

/// Every address that this hub answers at.
fn router(hub: Arc<Hub>) -> Router {
    Router::new()
        .route("/v1/nonce", get(nonce))
        .route("/v1/hello", post(exchange::hello))
        .route("/v1/push", post(exchange::push))
        .route("/v1/offer", post(exchange::offer))
        .route("/v1/pull", post(exchange::pull))
        .route("/v1/digest", post(exchange::digest))
        .route("/v1/reread", post(exchange::reread))
        .route("/v1/hints", get(hints::hints))
        .route("/v1/enroll", post(devices::enroll))
        .route("/v1/recover", post(devices::recover))
        .route("/v1/invite", post(devices::invite))
        .route("/v1/devices", post(devices::list))
        .route("/v1/revoke", post(devices::revoke))
        .route("/v1/letter", post(devices::letter))
        .route("/v1/envelopes", post(devices::list_envelopes))
        .route("/v1/envelopes/put", post(devices::put_envelopes))
        .route("/v1/recovery", post(devices::put_recovery))
        .route("/v1/erase", post(devices::erase))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::figures))
        .route("/openapi.json", get(health::description))
        .layer(from_fn_with_state(Arc::clone(&hub), watch::watch))
        .with_state(hub)
}

/// A nonce for who has none yet; it comes in the header, as with every answer.
#[utoipa::path(get, path = "/v1/nonce", responses((status = 204)))]
async fn nonce() -> StatusCode {
    StatusCode::NO_CONTENT
}

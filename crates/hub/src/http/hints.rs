//! Server-sent hints that something moved which the desk may read. They carry nothing: a desk that hears one begins a cycle,
//! and one that hears none begins it a little later. Only moves through this process are heard.

use super::Hub;
use super::refusal::refusal;
use super::signed::{on_store, recognise};
use crate::devices::{self, Asker};
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, Request, Response, header};
use axum::response::IntoResponse;
use axum::response::sse::{Event, Sse};
use fengxiang_wire::device::DeviceRole;
use fengxiang_wire::{Partition, Problem};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{broadcast, mpsc};
use tokio_stream::wrappers::ReceiverStream;

/// A desk that does not read its hints holds as many; it needs only one.
const UNREAD_MAX: usize = 1;
/// Moves that a busy hub remembers for a slow listener; one that missed some is told.
const MOVES_MAX: usize = 256;
/// A line that is alive is shown to be, and a device that was revoked loses it.
const LOOK_EVERY: Duration = Duration::from_secs(15);

pub struct Hints(broadcast::Sender<Partition>);

impl Default for Hints {
    fn default() -> Self {
        Self(broadcast::channel(MOVES_MAX).0)
    }
}

impl Hints {
    pub fn tell(&self, moved: &[Partition]) {
        for partition in moved {
            // Nobody listens: nobody is told.
            let _ = self.0.send(*partition);
        }
    }
}

#[utoipa::path(get, path = "/v1/hints", responses((status = 200, content_type = "text/event-stream")))]
pub async fn hints(State(hub): State<Arc<Hub>>, request: Request<Body>) -> Response<Body> {
    match listen(hub, request).await {
        Ok(response) => response,
        Err(problem) => refusal(problem),
    }
}

async fn listen(hub: Arc<Hub>, request: Request<Body>) -> Result<Response<Body>, Problem> {
    let (asker, _) = recognise(&hub, request).await?;
    let (sender, receiver) = mpsc::channel(UNREAD_MAX);
    let moves = hub.hints.0.subscribe();
    tokio::spawn(tell(hub, asker, moves, sender));
    let mut response = Sse::new(ReceiverStream::new(receiver)).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// Until the desk goes, its device is revoked or the hub stops.
async fn tell(
    hub: Arc<Hub>,
    mut asker: Asker,
    mut moves: broadcast::Receiver<Partition>,
    sender: mpsc::Sender<Result<Event, Infallible>>,
) {
    let mut look = tokio::time::interval(LOOK_EVERY);
    let mut stop = hub.stop.subscribe();
    loop {
        tokio::select! {
            _ = stop.changed() => return,
            _ = look.tick() => {
                let Some(again) = still_known(&hub, &asker).await else { return };
                asker = again;
                if sender.is_closed() || !offer(&sender, Event::default().comment("")) { return }
            }
            moved = moves.recv() => {
                let is_theirs = match moved {
                    Ok(partition) if is_new_to(&asker, partition) => {
                        let Some(again) = still_known(&hub, &asker).await else { return };
                        asker = again;
                        may_read(&asker, partition)
                    }
                    Ok(partition) => may_read(&asker, partition),
                    Err(broadcast::error::RecvError::Lagged(_)) => true,
                    Err(broadcast::error::RecvError::Closed) => return,
                };
                if is_theirs && !offer(&sender, Event::default().event("moved").data("")) { return }
            }
        }
    }
}

fn may_read(asker: &Asker, partition: Partition) -> bool {
    asker.grants.iter().any(|g| g.partition == partition && g.may_read)
}

/// A station that joined since: a desk of the district reads its board as well.
fn is_new_to(asker: &Asker, partition: Partition) -> bool {
    let is_district = asker.device.role == DeviceRole::District;
    is_district && matches!(partition, Partition::Board(_)) && !may_read(asker, partition)
}

/// Whether the desk is there. A hint beside one that is not read yet is not needed.
fn offer(sender: &mpsc::Sender<Result<Event, Infallible>>, event: Event) -> bool {
    !matches!(sender.try_send(Ok(event)), Err(mpsc::error::TrySendError::Closed(_)))
}

async fn still_known(hub: &Arc<Hub>, asker: &Asker) -> Option<Asker> {
    let id = asker.device.id;
    let found = on_store(hub, move |hub| {
        let now_ms = hub.outside.now_ms();
        devices::recognise(&*hub.store, id, now_ms).map_err(|_| Problem::Busy)
    });
    match found.await {
        Ok(found) => found.filter(|asker| asker.device.revoked_at.is_none()),
        Err(_) => Some(asker.clone()),
    }
}

//! What operators ask: alive, ready, figures, the description of all that.

use super::signed::{Door, decided, on_store};
use super::{Hub, refusal::refusal};
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{Response, StatusCode};
use axum::response::IntoResponse;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use std::sync::{Arc, OnceLock};
use utoipa::OpenApi;

#[derive(OpenApi)]
#[openapi(
    info(title = "Fengxiang+ hub", description = "What desks and the hub say to each other, in its JSON form."),
    paths(
        super::nonce,
        super::exchange::hello,
        super::exchange::push,
        super::exchange::offer,
        super::exchange::pull,
        super::exchange::digest,
        super::exchange::reread,
        super::devices::enroll,
        super::devices::recover,
        super::devices::invite,
        super::devices::list,
        super::devices::revoke,
        super::devices::letter,
        super::devices::list_envelopes,
        super::devices::put_envelopes,
        super::devices::put_recovery,
        super::devices::erase,
        super::hints::hints,
    )
)]
struct Description;

pub async fn alive() -> StatusCode {
    StatusCode::OK
}

/// Ready when the store answers and a district was set up in it.
pub async fn ready(State(hub): State<Arc<Hub>>) -> Response<Body> {
    let looked =
        on_store(&hub, |hub| decided(hub, Door::Reading, &mut |tx| Ok(crate::devices::Registry(tx).find_district()?)));
    match looked.await {
        Ok(Some(_)) => StatusCode::OK.into_response(),
        Ok(None) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        Err(problem) => refusal(problem),
    }
}

pub async fn figures() -> String {
    recorder().render()
}

pub async fn description() -> Json<utoipa::openapi::OpenApi> {
    Json(Description::openapi())
}

/// One for the whole program; the first hub in it starts it.
pub fn recorder() -> &'static PrometheusHandle {
    static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();
    RECORDER.get_or_init(|| {
        let recorder = PrometheusBuilder::new().build_recorder();
        let figures = recorder.handle();
        // Another recorder stands already: its figures are read where it stands.
        let _ = metrics::set_global_recorder(recorder);
        figures
    })
}

//! Around every answer: the next nonce, the figures, one line in the log. Of a request the log has path, device, outcome and
//! time; never a body.

use super::Hub;
use axum::body::Body;
use axum::extract::{MatchedPath, State};
use axum::http::{HeaderValue, Request, Response};
use axum::middleware::Next;
use fengxiang_wire::Id;
use fengxiang_wire::device::{DEVICE_HEADER, NONCE_HEADER};
use fengxiang_wire::problem::PROBLEM_HEADER;
use std::sync::Arc;

pub async fn watch(State(hub): State<Arc<Hub>>, request: Request<Body>, next: Next) -> Response<Body> {
    let path = request.extensions().get::<MatchedPath>().map_or("other", MatchedPath::as_str).to_owned();
    let device = request.headers().get(DEVICE_HEADER).and_then(|v| Id::from_hex(v.to_str().ok()?));
    let began_ms = hub.outside.now_ms();
    let mut response = next.run(request).await;
    if let Ok(nonce) = HeaderValue::from_str(&hub.nonces.give(&*hub.outside)) {
        response.headers_mut().insert(NONCE_HEADER, nonce);
    }
    note(&path, device, hub.outside.now_ms() - began_ms, &response);
    response
}

fn note(path: &str, device: Option<Id>, took_ms: i64, response: &Response<Body>) {
    let status = response.status().as_u16();
    let problem = response.headers().get(PROBLEM_HEADER).and_then(|v| v.to_str().ok()).unwrap_or("none").to_owned();
    let device = device.map(|id| id.to_string()).unwrap_or_default();
    tracing::info!(path, device, status, problem, took_ms, "answered");
    let labels = [("path", path.to_owned()), ("problem", problem)];
    metrics::counter!("fengxiang_hub_requests_total", &labels).increment(1);
    let seconds = f64::from(i32::try_from(took_ms.max(0)).unwrap_or(i32::MAX)) / 1_000.0;
    metrics::histogram!("fengxiang_hub_request_seconds", "path" => path.to_owned()).record(seconds);
}

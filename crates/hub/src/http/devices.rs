//! The endpoints around devices: how they join, see each other, leave and pass keys on.

use super::Hub;
use super::body;
use super::refusal::refusal;
use super::signed::{Door, Signed, answer, answer_moving, answer_reading, check, decided, on_store};
use crate::devices::{self, Refused};
use crate::store::Tx;
use axum::body::Body;
use axum::extract::State;
use axum::http::{Request, Response};
use fengxiang_wire::device::{
    Device, DeviceRole, Enroll, EnrollAnswer, Envelope, Invitation, Invite, Membership, NewLetter, PutEnvelopes,
    PutRecovery, Recover, RecoverAnswer, Revoke,
};
use fengxiang_wire::erase::EraseOrder;
use fengxiang_wire::{Hash, Partition, Problem, decode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;

#[utoipa::path(post, path = "/v1/enroll", request_body = Enroll, responses((status = 200, body = EnrollAnswer)))]
pub async fn enroll(State(hub): State<Arc<Hub>>, request: Request<Body>) -> Response<Body> {
    answer_joiner(hub, request, |asked: &Enroll| asked.signing_key, devices::enroll, seen_by).await
}

/// Who lists a device that joined looks again: its station's desks and the district's.
fn seen_by(answer: &EnrollAnswer) -> Vec<Partition> {
    match answer {
        EnrollAnswer::Enrolled(enrolled) if enrolled.role == DeviceRole::District => vec![Partition::Shared],
        EnrollAnswer::Enrolled(enrolled) => enrolled.stations.iter().map(|m| Partition::Board(m.station)).collect(),
        _ => Vec::new(),
    }
}

#[utoipa::path(post, path = "/v1/recover", request_body = Recover, responses((status = 200, body = RecoverAnswer)))]
pub async fn recover(State(hub): State<Arc<Hub>>, request: Request<Body>) -> Response<Body> {
    let seen_by = |answer: &RecoverAnswer| match answer {
        RecoverAnswer::Recovered { membership, .. } => vec![Partition::Board(membership.station)],
        RecoverAnswer::Unknown | RecoverAnswer::DeviceTaken => Vec::new(),
    };
    answer_joiner(hub, request, |asked: &Recover| asked.signing_key, devices::recover, seen_by).await
}

#[utoipa::path(post, path = "/v1/invite", request_body = Invite, responses((status = 200, body = Invitation)))]
pub async fn invite(State(hub): State<Arc<Hub>>, request: Request<Body>) -> Response<Body> {
    let outside = Arc::clone(&hub.outside);
    answer(hub, request, move |tx, asker, asked: &Invite| devices::invite(tx, &*outside, asker, asked)).await
}

#[utoipa::path(post, path = "/v1/devices", responses((status = 200, body = Vec<Device>)))]
pub async fn list(State(hub): State<Arc<Hub>>, request: Request<Body>) -> Response<Body> {
    answer_reading(hub, request, |tx, asker, (): &()| devices::list_devices(tx, asker)).await
}

#[utoipa::path(post, path = "/v1/revoke", request_body = Revoke, responses((status = 200, body = Device)))]
pub async fn revoke(State(hub): State<Arc<Hub>>, request: Request<Body>) -> Response<Body> {
    answer(hub, request, devices::revoke).await
}

#[utoipa::path(post, path = "/v1/letter", request_body = NewLetter, responses((status = 200, body = Membership)))]
pub async fn letter(State(hub): State<Arc<Hub>>, request: Request<Body>) -> Response<Body> {
    answer(hub, request, devices::give_letter).await
}

#[utoipa::path(post, path = "/v1/envelopes", responses((status = 200, body = Vec<Envelope>)))]
pub async fn list_envelopes(State(hub): State<Arc<Hub>>, request: Request<Body>) -> Response<Body> {
    answer_reading(hub, request, |tx, asker, (): &()| devices::list_envelopes(tx, asker)).await
}

#[utoipa::path(post, path = "/v1/envelopes/put", request_body = PutEnvelopes, responses((status = 200)))]
pub async fn put_envelopes(State(hub): State<Arc<Hub>>, request: Request<Body>) -> Response<Body> {
    // Whoever waits for a key looks again.
    let seen_by = |asked: &PutEnvelopes, (): &()| asked.envelopes.iter().map(|e| e.partition).collect();
    answer_moving(hub, request, devices::put_envelopes, seen_by).await
}

#[utoipa::path(post, path = "/v1/recovery", request_body = PutRecovery, responses((status = 200)))]
pub async fn put_recovery(State(hub): State<Arc<Hub>>, request: Request<Body>) -> Response<Body> {
    answer(hub, request, devices::put_recovery).await
}

#[utoipa::path(post, path = "/v1/erase", request_body = EraseOrder, responses((status = 200)))]
pub async fn erase(State(hub): State<Arc<Hub>>, request: Request<Body>) -> Response<Body> {
    answer_moving(hub, request, devices::order_erase, |order, ()| vec![order.partition]).await
}

/// Answers who is not known yet: the request is signed by the key that it brings. Few at a time, whoever they are.
async fn answer_joiner<Q, A>(
    hub: Arc<Hub>,
    request: Request<Body>,
    key: fn(&Q) -> Hash,
    rule: fn(&mut dyn Tx, i64, &Q) -> Result<A, Refused>,
    seen_by: fn(&A) -> Vec<Partition>,
) -> Response<Body>
where
    Q: DeserializeOwned + Send + 'static,
    A: Serialize + Send + 'static,
{
    let answered = async {
        if !hub.joiners.is_let_in(hub.outside.now_ms()) {
            return Err(Problem::Busy);
        }
        let read = |signed: &Signed| decode::<Q>(&signed.body, signed.form).ok();
        let signed = check(&hub, request, |signed| read(signed).as_ref().map(key)).await?;
        let asked = read(&signed).ok_or(Problem::Malformed)?;
        let answered = on_store(&hub, move |hub| {
            let now_ms = hub.outside.now_ms();
            let answer = decided(hub, Door::Writing, &mut |tx| rule(tx, now_ms, &asked))?;
            hub.hints.tell(&seen_by(&answer));
            Ok(body::answer(&answer, signed.wanted))
        });
        answered.await
    };
    answered.await.unwrap_or_else(refusal)
}

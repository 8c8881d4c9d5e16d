//! The endpoints of a cycle.

use super::Hub;
use super::signed::{answer_moving, answer_reading};
use crate::devices::{Asker, Refused, keep_trusted};
use crate::exchange;
use crate::store::Tx;
use axum::body::Body;
use axum::extract::State;
use axum::http::{Request, Response};
use fengxiang_wire::exchange::{
    Digest, DigestAnswer, Hello, HelloAnswer, Offer, OfferAnswer, Pull, PullAnswer, Push, PushAnswer, Reread,
};
use fengxiang_wire::limits::{BATCH_ENTRIES, PAGE_ROWS};
use fengxiang_wire::{Partition, Problem};
use std::sync::Arc;

/// The oldest version of the protocol that is still understood.
const OLDEST_VERSION: u32 = 1;

#[utoipa::path(post, path = "/v1/hello", request_body = Hello, responses((status = 200, body = HelloAnswer)))]
pub async fn hello(State(hub): State<Arc<Hub>>, request: Request<Body>) -> Response<Body> {
    answer_reading(hub, request, |tx, asker, hello: &Hello| {
        if hello.version < OLDEST_VERSION {
            return Err(Refused::With(Problem::WrongVersion));
        }
        Ok(exchange::answer_hello(tx, &asker.asking(), hello)?)
    })
    .await
}

#[utoipa::path(post, path = "/v1/push", request_body = Push, responses((status = 200, body = PushAnswer)))]
pub async fn push(State(hub): State<Arc<Hub>>, request: Request<Body>) -> Response<Body> {
    let rule = |tx: &mut dyn Tx, asker: &Asker, push: &Push| {
        at_most(BATCH_ENTRIES, push.entries.len())?;
        Ok(exchange::take_push(tx, &asker.asking(), push)?)
    };
    answer_moving(hub, request, rule, |push, answer| match answer {
        PushAnswer::Taken { .. } => distinct(push.entries.iter().map(|e| e.partition)),
        _ => Vec::new(),
    })
    .await
}

#[utoipa::path(post, path = "/v1/offer", request_body = Offer, responses((status = 200, body = OfferAnswer)))]
pub async fn offer(State(hub): State<Arc<Hub>>, request: Request<Body>) -> Response<Body> {
    let rule = |tx: &mut dyn Tx, asker: &Asker, offer: &Offer| {
        at_most(PAGE_ROWS, offer.rows.len())?;
        let orders = keep_trusted(tx, &offer.orders)?;
        Ok(exchange::take_offer(tx, &asker.asking(), offer, &orders)?)
    };
    answer_moving(hub, request, rule, |offer, answer| match answer {
        OfferAnswer::Taken => distinct(offer.rows.iter().map(|row| row.key.partition)),
        _ => Vec::new(),
    })
    .await
}

#[utoipa::path(post, path = "/v1/pull", request_body = Pull, responses((status = 200, body = PullAnswer)))]
pub async fn pull(State(hub): State<Arc<Hub>>, request: Request<Body>) -> Response<Body> {
    answer_reading(hub, request, |tx, asker, pull: &Pull| Ok(exchange::answer_pull(tx, &asker.asking(), pull)?)).await
}

#[utoipa::path(post, path = "/v1/digest", request_body = Digest, responses((status = 200, body = DigestAnswer)))]
pub async fn digest(State(hub): State<Arc<Hub>>, request: Request<Body>) -> Response<Body> {
    answer_reading(hub, request, |tx, asker, digest: &Digest| Ok(exchange::answer_digest(tx, &asker.asking(), digest)?))
        .await
}

#[utoipa::path(post, path = "/v1/reread", request_body = Reread, responses((status = 200, body = PullAnswer)))]
pub async fn reread(State(hub): State<Arc<Hub>>, request: Request<Body>) -> Response<Body> {
    answer_reading(hub, request, |tx, asker, asked: &Reread| Ok(exchange::reread(tx, &asker.asking(), asked)?)).await
}

fn at_most(most: usize, count: usize) -> Result<(), Refused> {
    if count > most { Err(Refused::With(Problem::TooLarge)) } else { Ok(()) }
}

fn distinct(partitions: impl Iterator<Item = Partition>) -> Vec<Partition> {
    let mut partitions: Vec<_> = partitions.collect();
    partitions.sort_unstable();
    partitions.dedup();
    partitions
}

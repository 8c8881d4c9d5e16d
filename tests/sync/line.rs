//! The line between a desk and a hub in memory: it loses requests and answers, and delivers some twice.

use super::twin::{self, Twin};
use fengxiang_hub::exchange::{self, Asking, Rules};
use fengxiang_hub::store::memory::Memory;
use fengxiang_hub::store::{Failed, Tx};
use fengxiang_sync::{Hub, HubError};
use fengxiang_wire::device::Grant;
use fengxiang_wire::exchange::{
    Digest, DigestAnswer, Hello, HelloAnswer, Offer, OfferAnswer, Pull, PullAnswer, Push, PushAnswer, Reread,
};
use fengxiang_wire::{Form, decode, encode};
use std::cell::{Cell, RefCell};
use std::fmt::Debug;

/// What happens to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Arrives,
    RequestLost,
    ReplyLost,
    Doubled,
}

pub struct Line<'a> {
    pub hub: &'a RefCell<Memory>,
    /// The same hub on databases, which must answer the same.
    pub twins: &'a [Box<dyn Twin>],
    pub grants: &'a [Grant],
    pub rules: Rules,
    /// The hub's clock; its nodes may disagree a little.
    pub now_ms: i64,
    /// What happens to the requests of this cycle, one after the other; behind the last all arrive.
    pub fates: RefCell<Vec<Fate>>,
    pub lost_requests: Cell<u64>,
    pub lost_replies: Cell<u64>,
    pub doubled: Cell<u64>,
}

impl Line<'_> {
    /// Both ways through the bytes of the wire, so that what does not survive them is noticed.
    fn carry<Q, A>(
        &self,
        request: &Q,
        is_reading: bool,
        answer: impl Fn(&mut dyn Tx, &Asking, &Q) -> Result<A, Failed>,
    ) -> Result<A, HubError>
    where
        Q: serde::Serialize + serde::de::DeserializeOwned + PartialEq + Debug,
        A: serde::Serialize + serde::de::DeserializeOwned + PartialEq + Debug,
    {
        let fate = self.fates.borrow_mut().pop().unwrap_or(Fate::Arrives);
        if fate == Fate::RequestLost {
            self.lost_requests.set(self.lost_requests.get() + 1);
            return Err(HubError::Offline);
        }
        let request: Q = decode(&encode(request, Form::Plain), Form::Plain).expect("a request survives the wire");
        let asking = Asking { grants: self.grants, now_ms: self.now_ms, rules: self.rules };
        let mut hub = self.hub.borrow_mut();
        let mut ask = || {
            let reply = answer(&mut *hub, &asking, &request).map_err(|e| HubError::Foreign(e.to_string()))?;
            twin::ask(self.twins, is_reading, &|tx| answer(tx, &asking, &request), &reply);
            Ok(reply)
        };
        let mut reply = ask()?;
        if fate == Fate::Doubled {
            self.doubled.set(self.doubled.get() + 1);
            reply = ask()?;
        }
        if fate == Fate::ReplyLost {
            self.lost_replies.set(self.lost_replies.get() + 1);
            return Err(HubError::Offline);
        }
        Ok(decode(&encode(&reply, Form::Plain), Form::Plain).expect("an answer survives the wire"))
    }
}

impl Hub for Line<'_> {
    async fn hello(&self, hello: &Hello) -> Result<HelloAnswer, HubError> {
        self.carry(hello, true, exchange::answer_hello)
    }

    async fn push(&self, push: &Push) -> Result<PushAnswer, HubError> {
        self.carry(push, false, exchange::take_push)
    }

    async fn offer(&self, offer: &Offer) -> Result<OfferAnswer, HubError> {
        self.carry(offer, false, |tx, asking, offer| {
            let orders: Vec<_> = offer.orders.iter().collect();
            exchange::take_offer(tx, asking, offer, &orders)
        })
    }

    async fn pull(&self, pull: &Pull) -> Result<PullAnswer, HubError> {
        self.carry(pull, true, exchange::answer_pull)
    }

    async fn digest(&self, digest: &Digest) -> Result<DigestAnswer, HubError> {
        self.carry(digest, true, exchange::answer_digest)
    }

    async fn reread(&self, reread: &Reread) -> Result<PullAnswer, HubError> {
        self.carry(reread, true, exchange::reread)
    }
}

/// Runs what never waits.
pub fn at_once<T>(future: impl Future<Output = T>) -> T {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let mut future = std::pin::pin!(future);
    match future.as_mut().poll(&mut context) {
        std::task::Poll::Ready(value) => value,
        std::task::Poll::Pending => unreachable!("a line in memory answers at once"),
    }
}

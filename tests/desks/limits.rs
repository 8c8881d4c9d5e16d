//! A hub that takes less than any of ours.

use anyhow::{Result, ensure};
use fengxiang_sync::{Cycle, Hub, HubError, Rules};
use fengxiang_tests::desks::quiet::Quiet;
use fengxiang_tests::sync::line::{Line, at_once};
use fengxiang_wire::exchange::{
    Digest, DigestAnswer, Hello, HelloAnswer, Offer, OfferAnswer, Pull, PullAnswer, Push, PushAnswer, Reread,
};
use fengxiang_wire::limits::Limits;
use std::cell::RefCell;

const NARROW: Limits = Limits { batch_entries: 3, batch_bytes: 1 << 10, page_rows: 2, row_bytes: 1 << 10 };

/// Advertises these limits and notes what was asked of it.
struct Narrow<'a> {
    hub: Line<'a>,
    pushed: RefCell<Vec<usize>>,
    pages: RefCell<Vec<usize>>,
}

impl Hub for Narrow<'_> {
    async fn hello(&self, hello: &Hello) -> Result<HelloAnswer, HubError> {
        Ok(HelloAnswer { limits: NARROW, ..self.hub.hello(hello).await? })
    }

    async fn push(&self, push: &Push) -> Result<PushAnswer, HubError> {
        self.pushed.borrow_mut().push(push.entries.len());
        self.hub.push(push).await
    }

    async fn offer(&self, offer: &Offer) -> Result<OfferAnswer, HubError> {
        self.hub.offer(offer).await
    }

    async fn pull(&self, pull: &Pull) -> Result<PullAnswer, HubError> {
        self.pages.borrow_mut().push(pull.limit);
        self.hub.pull(pull).await
    }

    async fn digest(&self, digest: &Digest) -> Result<DigestAnswer, HubError> {
        self.hub.digest(digest).await
    }

    async fn reread(&self, reread: &Reread) -> Result<PullAnswer, HubError> {
        self.hub.reread(reread).await
    }
}

#[test]
fn a_desk_keeps_to_the_limits_that_its_hub_advertises() -> Result<()> {
    let world = Quiet::new(2, Rules::default())?;
    for _ in 0..10 {
        world.check_in(0, None, "B01")?;
    }
    let grants = [world.grant()];
    let hub = Narrow { hub: world.line(&grants), pushed: RefCell::default(), pages: RefCell::default() };
    let file = world.file(0);
    let cycle = Cycle { local: &file, hub: &hub, rules: Rules::default(), limits: Limits::default(), pages_max: 1_000 };
    ensure!(at_once(cycle.run())?.is_caught_up && world.count(0, "outbox")? == 0);
    let (pushed, pages) = (hub.pushed.take(), hub.pages.take());
    ensure!(pushed.len() > 6 && pushed.iter().all(|entries| *entries <= 3), "{pushed:?}");
    ensure!(!pages.is_empty() && pages.iter().all(|limit| *limit == 2), "{pages:?}");
    Ok(())
}

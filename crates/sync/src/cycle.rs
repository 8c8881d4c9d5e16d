//! One cycle: hello, erase orders, push, pull, derive, digest. Each step reads a batch, asks the hub and applies the answer in
//! one local transaction; none is open while the hub is asked. A push that fails never stops a pull.

use crate::hello::{Directive, Standing, judge};
use crate::hub::{Hub, HubError};
use crate::local::{Alarm, Local, LocalError, Offering, Outgoing};
use crate::rules::{Break, Rules};
use fengxiang_wire::erase::EraseOrder;
use fengxiang_wire::exchange::{
    Hello, HelloAnswer, Offer, OfferAnswer, Page, Pull, PullAnswer, Push, PushAnswer, Receipt,
};
use fengxiang_wire::limits::Limits;
use fengxiang_wire::{Hash, Partition, Row, RowKey};

/// A hello that ends in another hello so often is answered by a hub that does not know what it says.
const HELLOS_MAX: usize = 100;
/// Clocks that differ by less are taken for the same, as the hub does.
const OFFSET_MIN_MS: i64 = 2_000;

/// What a cycle did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    pub pushed: usize,
    pub pulled: usize,
    pub repaired: u64,
    /// Every partition was read to its end and nothing waits.
    pub is_caught_up: bool,
}

/// Why a cycle ended early. What was applied before stays.
#[derive(Debug, thiserror::Error)]
pub enum Stopped {
    #[error(transparent)]
    Hub(#[from] HubError),
    #[error(transparent)]
    Local(#[from] LocalError),
    /// The hub is another one than at the beginning: the next cycle says hello to it.
    #[error("hub changed")]
    Again,
    /// What waits is to be sealed with a key that is not here. Everything else was done.
    #[error("a key is missing")]
    NoKey,
}

pub struct Cycle<'a, L, H> {
    pub local: &'a L,
    pub hub: &'a H,
    pub rules: Rules,
    /// The most that this desk asks for; what the hub advertises bounds it too.
    pub limits: Limits,
    /// Pages of one pull; a cycle ends without the end of the feed when they are used up.
    pub pages_max: usize,
}

impl<L: Local, H: Hub> Cycle<'_, L, H> {
    /// Runs one cycle as far as it gets.
    pub async fn run(&self) -> Result<Report, Stopped> {
        let (heads, limits) = self.greet().await?;
        Cycle { limits: self.limits.within(limits), ..*self }.turn(&heads).await
    }

    /// What follows a hello: everything goes by the hub's limits now.
    async fn turn(&self, heads: &[Partition]) -> Result<Report, Stopped> {
        self.offer_all().await?;
        let pushed = self.push_all().await;
        let mut report = self.pull_all(heads).await?;
        report.pushed = pushed?;
        if report.is_caught_up && self.local.transact(|tx| tx.derive())? > 0 {
            report.pushed += self.push_all().await?;
            report.pulled += self.pull_all(heads).await?.pulled;
        }
        if report.is_caught_up {
            report.repaired = self.compare(heads).await?;
        }
        Ok(report)
    }

    /// Says hello until both sides agree where this file stands. Returns the partitions to read and the hub's limits.
    async fn greet(&self) -> Result<(Vec<Partition>, Limits), Stopped> {
        let mut at = None;
        for _ in 0..HELLOS_MAX {
            let (standing, hello) = self.hello(at)?;
            let answer = self.hub.hello(&hello).await?;
            if !self.take_hello(&standing, &answer)? {
                at = None;
                continue;
            }
            let limits = answer.limits;
            let heads = answer.heads.iter().map(|(partition, _)| *partition).collect();
            match self.follow(&standing, hello.at_number, answer)? {
                Next::Done => return Ok((heads, limits)),
                Next::AskAt(number) => at = Some(number),
                Next::Again => at = None,
            }
        }
        Err(HubError::Foreign("hello does not end".into()).into())
    }

    fn hello(&self, at: Option<u64>) -> Result<(Standing, Hello), Stopped> {
        let wall_ms = self.local.wall_ms();
        Ok(self.local.transact(|tx| {
            let standing = tx.standing()?;
            let wanted = at.unwrap_or(standing.acked_number);
            // Where the file has forgotten the hash, the beginning is the same for all.
            let (at_number, at_hash) = match tx.find_hash(wanted)? {
                Some(hash) => (wanted, hash),
                None => (0, Hash::default()),
            };
            let hello = Hello {
                version: fengxiang_wire::VERSION,
                replica: standing.replica,
                at_number,
                at_hash,
                last_number: standing.last_number,
                epoch: standing.epoch,
                orders_taken: standing.orders_taken,
                wall_ms,
            };
            Ok((standing, hello))
        })?)
    }

    /// Takes clock, epoch and orders. Says whether the rest of the answer speaks of the same hub as before.
    fn take_hello(&self, standing: &Standing, answer: &HelloAnswer) -> Result<bool, Stopped> {
        let ahead = self.local.wall_ms() - answer.hub_ms;
        let offset_ms = if ahead.abs() > OFFSET_MIN_MS { ahead } else { 0 };
        Ok(self.local.transact(|tx| {
            tx.put_clock_offset(offset_ms, answer.hub_ms)?;
            if standing.epoch == 0 {
                tx.adopt_epoch(answer.epoch)?;
            } else if standing.epoch != answer.epoch {
                tx.raise(Alarm::HubRestored)?;
                tx.begin_epoch(answer.epoch)?;
                return Ok(false);
            }
            if !self.rules.lack(Break::LateOrders) {
                take_orders(tx, &answer.orders, answer.order_count)?;
            }
            answer.trays.iter().try_for_each(|tray| tx.put_row(tray))?;
            Ok(true)
        })?)
    }

    fn follow(&self, standing: &Standing, at: u64, answer: HelloAnswer) -> Result<Next, Stopped> {
        Ok(self.local.transact(|tx| {
            let hub_last = answer.known.as_ref().map_or(0, |known| known.last_number);
            let mut failed = None;
            let own_hash = |number| tx.find_hash(number).map_err(|e| failed = Some(e)).ok().flatten();
            let directive = judge(standing, at, answer.known, own_hash);
            if let Some(failed) = failed {
                return Err(failed);
            }
            match directive {
                Directive::AskAt { number } => return Ok(Next::AskAt(number)),
                Directive::GoOn { receipts } => {
                    // The hub tells so many outcomes at once; the rest comes with another hello.
                    let is_all = receipts.last().is_none_or(|last| last.number >= hub_last);
                    acknowledge(tx, &receipts, self.rules.lack(Break::DropOverlay))?;
                    return Ok(if is_all { Next::Done } else { Next::Again });
                }
                Directive::SendAgain { .. } if self.rules.lack(Break::NoSentLog) => return Ok(Next::Done),
                Directive::SendAgain { above } => {
                    tx.raise(Alarm::HubRestored)?;
                    tx.requeue_sent(above)?;
                }
                Directive::Restored { receipts } => {
                    tx.raise(Alarm::Restored)?;
                    acknowledge(tx, &receipts, false)?;
                    self.rename(tx)?;
                }
                Directive::Cloned { common, receipts } => {
                    tx.raise(Alarm::Cloned)?;
                    tx.requeue_sent(common)?;
                    acknowledge(tx, &receipts, false)?;
                    self.rename(tx)?;
                }
            }
            Ok(Next::Again)
        })?)
    }

    fn rename(&self, tx: &mut dyn crate::LocalTx) -> Result<(), LocalError> {
        if self.rules.lack(Break::Discard) {
            tx.discard_outbox()?;
        }
        tx.begin_incarnation()
    }

    /// Offers a restored hub what this file has, a batch at a time; a cut goes on where it was.
    async fn offer_all(&self) -> Result<(), Stopped> {
        while let Some(from) = self.local.transact(|tx| tx.standing())?.offering {
            let (standing, rows, next, orders) = self.local.transact(|tx| {
                let (rows, next) = tx.list_offer(&from, &self.limits)?;
                Ok((tx.standing()?, rows, next, tx.list_orders()?))
            })?;
            let is_sent_log = matches!(from, Offering::SentLog { .. });
            let is_part_done = rows.is_empty();
            let (epoch, orders_taken) = (standing.epoch, standing.orders_taken);
            let offer = Offer { epoch, orders_taken, rows, is_sent_log, orders };
            if !is_part_done || !is_sent_log {
                match self.hub.offer(&offer).await? {
                    OfferAnswer::Taken => {}
                    OfferAnswer::EpochChanged { .. } | OfferAnswer::OrdersFirst => return Err(Stopped::Again),
                }
            }
            let next = match (is_part_done, is_sent_log) {
                (false, _) => Some(next),
                (true, false) => Some(Offering::SentLog { after: 0 }),
                (true, true) => None,
            };
            self.local.transact(|tx| tx.put_offering(next.as_ref()))?;
        }
        Ok(())
    }

    /// Pushes batch after batch until nothing waits.
    async fn push_all(&self) -> Result<usize, Stopped> {
        let mut pushed = 0;
        loop {
            let wall_ms = self.local.wall_ms();
            let (standing, outgoing) = self.local.transact(|tx| Ok((tx.standing()?, tx.list_outbox(&self.limits)?)))?;
            let Outgoing { entries, lacks_key } = outgoing;
            if entries.is_empty() {
                return if lacks_key { Err(Stopped::NoKey) } else { Ok(pushed) };
            }
            let push = Push {
                epoch: standing.epoch,
                replica: standing.replica,
                confirmed: standing.acked_number,
                orders_taken: standing.orders_taken,
                wall_ms,
                entries,
            };
            match self.hub.push(&push).await? {
                PushAnswer::Taken { receipts, rows, trays } => {
                    pushed += receipts.len();
                    self.take_pushed(&receipts, &rows, &trays)?;
                }
                PushAnswer::Forked
                | PushAnswer::Gap { .. }
                | PushAnswer::EpochChanged { .. }
                | PushAnswer::OrdersFirst => {
                    return Err(Stopped::Again);
                }
            }
        }
    }

    /// Receipts, rows and trays in one transaction, so that nothing flickers.
    fn take_pushed(&self, receipts: &[Receipt], rows: &[Row], trays: &[Row]) -> Result<(), Stopped> {
        Ok(self.local.transact(|tx| {
            rows.iter().chain(trays).try_for_each(|row| tx.put_row(row))?;
            acknowledge(tx, receipts, true)
        })?)
    }

    async fn pull_all(&self, partitions: &[Partition]) -> Result<Report, Stopped> {
        let mut report = Report { is_caught_up: true, ..Report::default() };
        for partition in partitions {
            let (pulled, is_end) = self.pull(*partition).await?;
            report.pulled += pulled;
            report.is_caught_up &= is_end;
        }
        Ok(report)
    }

    async fn pull(&self, partition: Partition) -> Result<(usize, bool), Stopped> {
        let mut pulled = 0;
        for _ in 0..self.pages_max {
            let (standing, after) = self.local.transact(|tx| Ok((tx.standing()?, tx.find_cursor(partition)?)))?;
            let pull = Pull { epoch: standing.epoch, partition, after, limit: self.limits.page_rows };
            match self.hub.pull(&pull).await? {
                PullAnswer::Page(page) => {
                    pulled += page.rows.len();
                    self.take_page(partition, &page)?;
                    if page.is_end {
                        return Ok((pulled, true));
                    }
                }
                PullAnswer::EpochChanged { .. } => return Err(Stopped::Again),
                PullAnswer::NotFound => return Ok((pulled, true)),
            }
        }
        Ok((pulled, false))
    }

    /// A page and its cursor in one transaction.
    fn take_page(&self, partition: Partition, page: &Page) -> Result<(), Stopped> {
        if self.rules.lack(Break::TornPage) {
            self.local.transact(|tx| tx.put_cursor(partition, page.cursor))?;
        }
        Ok(self.local.transact(|tx| {
            let own = self.rules.lack(Break::SkipEcho).then(|| tx.standing()).transpose()?.map(|s| s.replica);
            let is_hidden = |row: &Row| own.is_some_and(|own| row.fields.values().all(|r| r.stamp.replica == own));
            let rows = page.rows.iter().map(|page_row| &page_row.row).filter(|row| !is_hidden(row));
            rows.into_iter().try_for_each(|row| tx.put_row(row))?;
            let keys: Vec<RowKey> = page.rows.iter().map(|page_row| page_row.row.key.clone()).collect();
            let is_settled = page.is_end || self.rules.lack(Break::CursorSettle);
            tx.settle(partition, &keys, is_settled)?;
            tx.put_cursor(partition, page.cursor)
        })?)
    }
}

enum Next {
    Done,
    AskAt(u64),
    Again,
}

fn take_orders(tx: &mut dyn crate::LocalTx, orders: &[EraseOrder], count: u64) -> Result<(), LocalError> {
    orders.iter().try_for_each(|order| tx.take_order(order))?;
    tx.put_orders_taken(count)
}

fn acknowledge(tx: &mut dyn crate::LocalTx, receipts: &[Receipt], is_row_here: bool) -> Result<(), LocalError> {
    receipts.iter().try_for_each(|receipt| tx.acknowledge(receipt, is_row_here))
}

//! Opens a cycle: what the hub has of the file that asks, the outcomes that it may not have heard, and the orders to take first.

use super::{Asking, Break, erase, room};
use crate::store::{Failed, Tx};
use fengxiang_wire::Row;
use fengxiang_wire::exchange::{Hello, HelloAnswer, Known};
use fengxiang_wire::limits::Limits;

/// Outcomes told in one hello; a desk that missed more says hello again from there.
const RECEIPTS_MAX: u64 = 2_000;

/// Answers from the open transaction. Stores nothing.
pub fn answer_hello(tx: &mut dyn Tx, asking: &Asking, hello: &Hello) -> Result<HelloAnswer, Failed> {
    let epoch = tx.epoch()?;
    let (known, trays) = look_up(tx, asking, hello)?;
    let trays = if asking.rules.lack(Break::NoTold) { Vec::new() } else { trays };
    let orders = erase::untaken(tx, asking, hello.orders_taken)?;
    let mut heads = Vec::new();
    for grant in asking.grants.iter().filter(|g| g.may_read) {
        heads.push((grant.partition, tx.find_head(grant.partition)?));
    }
    Ok(HelloAnswer {
        version: fengxiang_wire::VERSION,
        epoch,
        hub_ms: asking.now_ms,
        limits: Limits::default(),
        known,
        orders,
        order_count: tx.count_orders()?,
        heads,
        trays,
    })
}

/// What is known of the replica, and tray rows of the entities that its outcomes tell of.
fn look_up(tx: &mut dyn Tx, asking: &Asking, hello: &Hello) -> Result<(Option<Known>, Vec<Row>), Failed> {
    let Some(replica) = tx.find_replica(hello.replica)? else { return Ok((None, Vec::new())) };
    let last_number = replica.last_number;
    let is_same = asking.rules.lack(Break::NoForkCheck) || has(tx, hello, last_number)?;
    let from = hello.at_number.saturating_add(1);
    let to = last_number.min(hello.at_number.saturating_add(RECEIPTS_MAX));
    let stored = if is_same && from <= to { tx.list_receipts(hello.replica, from, to)? } else { Vec::new() };
    // Receipts are forgotten from the lowest on, so that what is not there was told long ago.
    let is_forgotten = is_same && from <= to && stored.first().is_none_or(|s| s.receipt.number != from);
    let stored = if is_forgotten { Vec::new() } else { stored };
    let (stored, trays) = room::with_trays(tx, asking, stored)?;
    let receipts = stored.into_iter().map(|s| s.receipt).collect();
    Ok((Some(Known { last_number, is_same, receipts, is_forgotten }), trays))
}

/// Whether the hub has the very entry that the desk named. Before the first one all files are the same; where the hub has
/// forgotten the receipt, the desk is believed.
fn has(tx: &mut dyn Tx, hello: &Hello, last_number: u64) -> Result<bool, Failed> {
    if hello.at_number == 0 {
        return Ok(true);
    }
    if hello.at_number > last_number {
        return Ok(false);
    }
    let stored = tx.list_receipts(hello.replica, hello.at_number, hello.at_number)?;
    Ok(stored.first().is_none_or(|s| s.receipt.hash == hello.at_hash))
}

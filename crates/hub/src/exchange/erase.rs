//! Erase orders: `erased` is absorbing. The personal values of a subject are taken away from rows and trays, and whoever
//! sends them later, they are taken away again. The ledger holds ids only and lies outside the backups.

use super::{Asking, Break};
use crate::store::{Failed, Tx};
use fengxiang_wire::erase::EraseOrder;
use fengxiang_wire::{Row, Shape};

/// Adds an order to the ledger and carries it out. The same order again changes nothing.
pub fn erase(tx: &mut dyn Tx, asking: &Asking, order: &EraseOrder) -> Result<(), Failed> {
    if tx.has_order(order.id)? {
        return Ok(());
    }
    tx.add_order(order)?;
    carry_out(tx, asking, order)
}

/// After the hub was restored and before it serves: the ledger, which was not, once more.
pub fn replay_orders(tx: &mut dyn Tx, asking: &Asking) -> Result<(), Failed> {
    let orders = tx.list_orders(0)?;
    orders.iter().try_for_each(|order| carry_out(tx, asking, order))
}

fn carry_out(tx: &mut dyn Tx, asking: &Asking, order: &EraseOrder) -> Result<(), Failed> {
    tx.lock_partition(order.partition)?;
    let rows = tx.list_rows_of(order.partition, &order.subjects)?;
    let scrubbed: Vec<Row> = rows.into_iter().filter_map(|row| scrub(row, asking)).collect();
    tx.put_rows(&scrubbed.iter().collect::<Vec<_>>())
}

/// The row without its personal values; `None` when it holds none.
fn scrub(mut row: Row, asking: &Asking) -> Option<Row> {
    if row.shape == Shape::Tray && asking.rules.lack(Break::TrayName) {
        return None;
    }
    let mut is_changed = false;
    for register in row.fields.values_mut().filter(|r| r.is_personal && r.value.is_some()) {
        register.value = None;
        is_changed = true;
    }
    is_changed.then_some(row)
}

/// Orders behind that many which this device must take: those of partitions that it may read.
pub(super) fn untaken(tx: &mut dyn Tx, asking: &Asking, taken: u64) -> Result<Vec<EraseOrder>, Failed> {
    let orders = tx.list_orders(taken)?;
    Ok(orders.into_iter().filter(|order| asking.may_read(order.partition)).collect())
}

/// Whether the desk must say hello first.
pub(super) fn has_untaken(tx: &mut dyn Tx, asking: &Asking, taken: u64) -> Result<bool, Failed> {
    if tx.count_orders()? <= taken {
        return Ok(false);
    }
    Ok(!untaken(tx, asking, taken)?.is_empty())
}

/// Orders that a desk hands back to a restored hub. Their signatures were checked at the door.
pub(super) fn take_orders(tx: &mut dyn Tx, asking: &Asking, orders: &[&EraseOrder]) -> Result<(), Failed> {
    let ours = orders.iter().filter(|order| asking.may_read(order.partition));
    ours.copied().try_for_each(|order| erase(tx, asking, order))
}

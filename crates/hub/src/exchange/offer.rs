//! Takes rows that a restored hub may have lost. What it has is merged with what it is offered; nothing is doubled.

use super::merge::{Arriving, Merging};
use super::size::values_bytes;
use super::work::Work;
use super::{Asking, Break, erase};
use crate::store::{Failed, Tx};
use fengxiang_wire::erase::EraseOrder;
use fengxiang_wire::exchange::{Offer, OfferAnswer};
use fengxiang_wire::limits::ROW_BYTES;
use fengxiang_wire::row::ALIVE_FIELD;
use fengxiang_wire::{Hash, Partition, Register, Row, RowKey, Shape};
use std::collections::BTreeSet;

/// A tray row holds two values of one row.
const OFFERED_BYTES: usize = 2 * ROW_BYTES;

/// Merges the offered rows in the open transaction. Rows that the device may not write are left out in silence: it could have
/// read them only, and whoever wrote them offers them too. Of the orders that come with them those count that are handed in.
pub fn take_offer(
    tx: &mut dyn Tx,
    asking: &Asking,
    offer: &Offer,
    orders: &[&EraseOrder],
) -> Result<OfferAnswer, Failed> {
    let epoch = tx.epoch()?;
    if epoch != offer.epoch {
        return Ok(OfferAnswer::EpochChanged { epoch });
    }
    erase::take_orders(tx, asking, orders)?;
    if erase::has_untaken(tx, asking, offer.orders_taken)? {
        return Ok(OfferAnswer::OrdersFirst);
    }
    let is_writable = |row: &&Row| {
        // A tray row was filed by the hub: it may be offered by whoever may write what lies in it.
        let kind = row.tray_of.as_ref().map_or(&row.key.kind, |of| &of.kind);
        // No row of ours is so large: one that a page cannot hold would stop everybody who reads.
        asking.may_write(row.key.partition, kind) && values_bytes(row.fields.values()) <= OFFERED_BYTES
    };
    let rows: Vec<&Row> = offer.rows.iter().filter(is_writable).collect();
    let mut work = load(tx, &rows)?;
    for row in rows {
        take_row(&mut work, asking, row, offer.is_sent_log);
    }
    work.save(tx)?;
    Ok(OfferAnswer::Taken)
}

fn load(tx: &mut dyn Tx, rows: &[&Row]) -> Result<Work, Failed> {
    let keys: BTreeSet<RowKey> = rows.iter().map(|row| row.key.clone()).collect();
    let firsts: BTreeSet<(Partition, Hash)> =
        rows.iter().flat_map(|row| row.fields.values().flat_map(|r| names(row.key.partition, r))).collect();
    let subjects = rows.iter().filter_map(|row| Some((row.key.partition, row.subject?))).collect();
    Work::load(tx, &keys, &keys, &firsts, &subjects)
}

fn names(partition: Partition, register: &Register) -> impl Iterator<Item = (Partition, Hash)> {
    let base = register.base.map(|b| b.first);
    std::iter::once(register.stamp.first).chain(base).map(move |first| (partition, first))
}

fn take_row(work: &mut Work, asking: &Asking, row: &Row, is_sent_log: bool) {
    if row.shape == Shape::Tray {
        return take_tray(work, row);
    }
    let may_only_add = asking.may_only_add(row.key.partition);
    if work.rows.get(&row.key).is_some_and(|current| current.shape != row.shape || may_only_add) {
        return;
    }
    let mut fields: Vec<(&u32, &Register)> = row.fields.iter().collect();
    fields.sort_by_key(|(field, _)| **field != ALIVE_FIELD);
    // Asked before the first field is taken: with it the whole entry is known, and its other fields would be left out.
    fields.retain(|(_, register)| !is_sent_log || !is_known(work, row, register));
    for (field, register) in fields {
        let mut register = register.clone();
        if row.shape == Shape::Act && asking.rules.lack(Break::Reaccept) && !work.rows.contains_key(&row.key) {
            register.stamp.eff = work.issued.get(&row.key.partition).copied().unwrap_or_default() + 1;
        }
        let arriving = Arriving {
            key: &row.key,
            shape: row.shape,
            subject: row.subject,
            field: *field,
            register,
            is_offered: true,
        };
        Merging { work, rules: asking.rules }.merge(arriving);
    }
    Merging { work, rules: asking.rules }.strip(&row.key);
}

fn is_known(work: &Work, row: &Row, register: &Register) -> bool {
    let first = register.stamp.first;
    let in_row = work.rows.get(&row.key).is_some_and(|r| r.fields.values().any(|f| f.stamp.first == first));
    in_row || work.edits.contains_key(&(row.key.partition, first))
}

/// A tray row is as it was filed, less what was erased since.
fn take_tray(work: &mut Work, offered: &Row) {
    let is_erased = offered.subject.is_some_and(|s| work.erased.contains(&(offered.key.partition, s)));
    let mut row = work.rows.get(&offered.key).unwrap_or(offered).clone();
    for (field, register) in &mut row.fields {
        let was_taken = offered.fields.get(field).is_some_and(|r| r.value.is_none());
        if was_taken || is_erased && register.is_personal {
            register.value = None;
        }
    }
    if work.rows.get(&row.key) != Some(&row) {
        work.bump(&row.key);
        work.rows.insert(row.key.clone(), row);
    }
}

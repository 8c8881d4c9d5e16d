//! Takes a batch of numbered entries, all or nothing, each with an outcome of its own; what was taken before is told again.

use super::merge::{Arriving, Merged, Merging};
use super::rules::Break;
use super::size::values_bytes;
use super::work::Work;
use super::{Asking, erase, room};
use crate::store::{Edit, Failed, Replica, StoredReceipt, Tx};
use fengxiang_wire::exchange::{Entry, Given, GivenField, Outcome, Push, PushAnswer, Receipt, Refusal};
use fengxiang_wire::limits::{ENTRY_FIELDS, KIND_BYTES, ROW_BYTES};
use fengxiang_wire::row::{ALIVE_FIELD, LOST_ON_ARRIVAL};
use fengxiang_wire::{Base, Hash, Partition, Register, ReplicaId, RowKey, Sealed, Shape, Stamp};
use std::collections::BTreeSet;

/// The low bits of a stamp count within one millisecond.
const COUNTER_BITS: u32 = 16;
/// A desk's clock may differ by as much from the hub's before it is corrected, in milliseconds.
const OFFSET_MIN_MS: i64 = 2_000;

/// How long an outcome can be told again, although the desk has confirmed a later one.
const RECEIPT_KEPT_MS: i64 = 90 * 86_400_000;

/// Applies a push in the open transaction: as many entries as the answer has room for, the others come again. Behind an answer other than `Taken` nothing is to be stored.
pub fn take_push(tx: &mut dyn Tx, asking: &Asking, push: &Push) -> Result<PushAnswer, Failed> {
    let epoch = tx.epoch()?;
    if epoch != push.epoch {
        return Ok(PushAnswer::EpochChanged { epoch });
    }
    if erase::has_untaken(tx, asking, push.orders_taken)? {
        return Ok(PushAnswer::OrdersFirst);
    }
    let replica = tx.lock_replica(push.replica)?;
    let (old, fresh): (Vec<&Entry>, Vec<&Entry>) = push.entries.iter().partition(|e| e.number <= replica.last_number);
    let mut told = match told_again(tx, asking, push.replica, &old)? {
        Some(told) => told,
        None => return Ok(PushAnswer::Forked),
    };
    if fresh.iter().zip(replica.last_number + 1..).any(|(e, number)| e.number != number) {
        return Ok(PushAnswer::Gap { last_number: replica.last_number });
    }
    // What the device may not write is not looked at either.
    let is_writable = |e: &&Entry| asking.may_write(e.partition, &e.kind) || asking.rules.lack(Break::NoGrant);
    let mut work = load(tx, &push.entries.iter().filter(is_writable).collect::<Vec<_>>())?;
    let fitting = room::fitting_entries(&work, &push.entries);
    told.truncate(fitting);
    let fresh = &fresh[..fresh.len().min(fitting - told.len())];
    let mut taking =
        Taking { asking, epoch, replica_id: push.replica, replica, offset: offset(push, asking), work: &mut work };
    let taken: Vec<StoredReceipt> = fresh.iter().map(|entry| taking.take(entry)).collect();
    let mut replica = taking.replica;
    replica.confirmed = replica.confirmed.max(push.confirmed.min(replica.last_number));
    work.save(tx)?;
    tx.add_receipts(push.replica, &taken, asking.now_ms)?;
    tx.put_replica(push.replica, replica)?;
    tx.purge_receipts(push.replica, replica.confirmed, asking.now_ms - RECEIPT_KEPT_MS)?;
    Ok(answer(asking, &work, told.into_iter().chain(taken).collect()))
}

/// The receipts of entries that were taken before; `None` when other entries stand under their numbers.
fn told_again(
    tx: &mut dyn Tx,
    asking: &Asking,
    replica: ReplicaId,
    old: &[&Entry],
) -> Result<Option<Vec<StoredReceipt>>, Failed> {
    let (Some(first), Some(last)) = (old.first(), old.last()) else { return Ok(Some(Vec::new())) };
    let receipts = tx.list_receipts(replica, first.number, last.number)?;
    let is_same = |(entry, stored): (&&Entry, &StoredReceipt)| {
        entry.number == stored.receipt.number && entry.hash == stored.receipt.hash
    };
    let are_same = old.len() == receipts.len() && old.iter().zip(&receipts).all(is_same);
    Ok((are_same || asking.rules.lack(Break::NoForkCheck)).then_some(receipts))
}

fn load(tx: &mut dyn Tx, entries: &[&Entry]) -> Result<Work, Failed> {
    let keys: BTreeSet<RowKey> = entries.iter().map(|e| row_key(e)).collect();
    let is_merged = |e: &&&Entry| e.shape == Shape::Record;
    let merged: BTreeSet<RowKey> = entries.iter().filter(is_merged).map(|e| row_key(e)).collect();
    let firsts: BTreeSet<(Partition, Hash)> = entries.iter().filter(is_merged).flat_map(|e| names(e)).collect();
    let subjects = entries.iter().filter_map(|e| Some((e.partition, e.subject?))).collect();
    Work::load(tx, &keys, &merged, &firsts, &subjects)
}

/// The edits that an entry speaks of: itself and what its author had seen.
fn names(entry: &Entry) -> Vec<(Partition, Hash)> {
    let seen = entry.fields.iter().filter_map(|f| f.base.map(|b| b.first()));
    let given = entry.given.iter().flat_map(|g| g.fields.iter().filter_map(|f| f.base.map(|b| b.first)));
    std::iter::once(entry.first()).chain(seen).chain(given).map(|first| (entry.partition, first)).collect()
}

pub(super) fn row_key(entry: &Entry) -> RowKey {
    RowKey { partition: entry.partition, kind: entry.kind.clone(), id: entry.id }
}

/// By how much the desk's clock is ahead of the hub's, in units of a stamp.
fn offset(push: &Push, asking: &Asking) -> i128 {
    let ahead = i128::from(push.wall_ms) - i128::from(asking.now_ms);
    if ahead.abs() > i128::from(OFFSET_MIN_MS) { ahead << COUNTER_BITS } else { 0 }
}

fn answer(asking: &Asking, work: &Work, receipts: Vec<StoredReceipt>) -> PushAnswer {
    let is_readable = |r: &&StoredReceipt| asking.may_read(r.key.partition);
    let keys: BTreeSet<RowKey> = receipts.iter().filter(is_readable).map(|r| r.key.clone()).collect();
    let trays = if asking.rules.lack(Break::NoTold) { Vec::new() } else { room::as_fit(work.trays_of(&keys)) };
    let rows = keys.iter().filter_map(|key| work.rows.get(key).cloned()).collect();
    PushAnswer::Taken { receipts: receipts.into_iter().map(|r| r.receipt).collect(), rows, trays }
}

struct Taking<'a> {
    asking: &'a Asking<'a>,
    epoch: u64,
    replica_id: ReplicaId,
    replica: Replica,
    offset: i128,
    work: &'a mut Work,
}

impl Taking<'_> {
    fn take(&mut self, entry: &Entry) -> StoredReceipt {
        self.replica.last_number = entry.number;
        let (outcome, given) = match self.refusal(entry) {
            Some(refusal) => (Outcome::Refused(refusal), None),
            None => self.apply(entry),
        };
        let receipt = Receipt { number: entry.number, hash: entry.hash, outcome, given };
        StoredReceipt { receipt, key: row_key(entry) }
    }

    fn refusal(&self, entry: &Entry) -> Option<Refusal> {
        let bytes: usize = entry.fields.iter().filter_map(|f| Some(f.value.as_ref()?.0.len())).sum();
        let mut numbers: Vec<u32> = entry.fields.iter().map(|f| f.field).collect();
        numbers.dedup();
        let is_whole = (1..=ENTRY_FIELDS).contains(&entry.fields.len())
            && numbers.len() == entry.fields.len()
            && numbers.is_sorted()
            && (1..=KIND_BYTES).contains(&entry.kind.len())
            && entry.shape != Shape::Tray;
        let current = self.work.rows.get(&row_key(entry));
        let is_other = |row: &fengxiang_wire::Row| {
            row.shape != entry.shape || row.subject != entry.subject && entry.shape != Shape::Derived
        };
        let may_only_add = self.asking.may_only_add(entry.partition);
        let is_written_once = matches!(entry.shape, Shape::Fact | Shape::Act) || may_only_add;
        let is_taken = |row: &fengxiang_wire::Row| {
            is_other(row) || is_written_once && row.fields.values().any(|r| r.stamp.first != entry.first())
        };
        let may_write = self.asking.may_write(entry.partition, &entry.kind) || self.asking.rules.lack(Break::NoGrant);
        match () {
            () if !may_write => Some(Refusal::NotAllowed),
            () if !is_whole => Some(Refusal::Malformed),
            () if bytes > ROW_BYTES || self.makes_too_large(entry, bytes) => Some(Refusal::RowTooLarge),
            () if current.is_some_and(is_taken) => Some(Refusal::IdTaken),
            () => None,
        }
    }

    /// Whether the row would be too large together with the fields that it has. What was taken once is not looked at again.
    fn makes_too_large(&self, entry: &Entry, bytes: usize) -> bool {
        let Some(row) = self.work.rows.get(&row_key(entry)) else { return false };
        let is_kept = |number: &u32| entry.fields.iter().all(|f| f.field != *number);
        let kept = values_bytes(row.fields.iter().filter(|(number, _)| is_kept(number)).map(|(_, register)| register));
        kept + bytes > ROW_BYTES && entry.given.is_none() && self.find_known(entry).is_none()
    }

    fn apply(&mut self, entry: &Entry) -> (Outcome, Option<Given>) {
        if let Some(known) = self.find_known(entry).filter(|_| !self.ignores(entry)) {
            self.learn_again(entry, &known);
            let known = self.find_known(entry).unwrap_or(known);
            return (Outcome::Applied, Some(known));
        }
        let given = self.place(entry);
        if entry.shape != Shape::Act {
            self.replica.last_eff = self.replica.last_eff.max(given.stamp.eff);
        }
        // Whether the row is there comes first: it decides what becomes of the other values.
        let mut fields: Vec<_> = entry.fields.iter().zip(&given.fields).collect();
        fields.sort_by_key(|(field, _)| field.field != ALIVE_FIELD);
        let merged = fields.into_iter().map(|(field, place)| self.merge(entry, field, &given, place)).max();
        Merging { work: self.work, rules: self.asking.rules }.strip(&row_key(entry));
        let outcome = match merged.unwrap_or(Merged::Stands) {
            Merged::Scrubbed => Outcome::Scrubbed,
            Merged::Filed => Outcome::Conflict,
            Merged::Superseded => Outcome::Superseded,
            Merged::Stands => Outcome::Applied,
        };
        (outcome, Some(given))
    }

    fn ignores(&self, entry: &Entry) -> bool {
        entry.origin.is_some() && self.asking.rules.lack(Break::NoOrigin)
    }

    /// The place of an edit that was taken before, under whatever number. A fact's row says it itself.
    fn find_known(&self, entry: &Entry) -> Option<Given> {
        if entry.shape == Shape::Record {
            let edit = self.work.edits.get(&(entry.partition, entry.first()))?;
            return Some(Given {
                stamp: edit.stamp,
                fields: entry.fields.iter().map(|f| place_in(edit, f.field)).collect(),
            });
        }
        let row = self.work.rows.get(&row_key(entry))?;
        let mut own = row.fields.iter().filter(|(_, r)| r.stamp.first == entry.first()).peekable();
        let stamp = own.peek()?.1.stamp;
        let fields = own.map(|(n, r)| GivenField { field: *n, base: r.base, epoch: r.epoch }).collect();
        Some(Given { stamp, fields })
    }

    /// The entry is known and comes with a place: if that is an older one, it counts.
    fn learn_again(&mut self, entry: &Entry, known: &Given) {
        let older = entry.given.as_ref().filter(|given| given.stamp < known.stamp);
        let Some(given) = older.filter(|g| g.fields.len() == entry.fields.len()) else { return };
        if self.asking.rules.lack(Break::ResendNew) {
            return;
        }
        if entry.shape == Shape::Record {
            let edit = Edit { stamp: given.stamp, fields: known.fields.clone() };
            self.work.put_edit((entry.partition, entry.first()), edit);
        } else {
            entry
                .fields
                .iter()
                .zip(&given.fields)
                .for_each(|(field, place)| _ = self.merge(entry, field, given, place));
        }
    }

    /// Kept when it comes with one; of an act the next of its partition; else by the desk's clock as far as it can be believed.
    fn place(&mut self, entry: &Entry) -> Given {
        let rules = self.asking.rules;
        let is_act = entry.shape == Shape::Act;
        let is_anew = rules.lack(Break::ResendNew) || is_act && rules.lack(Break::Reaccept);
        if let Some(given) = entry.given.clone().filter(|g| !is_anew && g.fields.len() == entry.fields.len()) {
            return given;
        }
        let bases: Vec<Option<Stamp>> = entry.fields.iter().map(|f| self.resolve(entry, f.field, f.base)).collect();
        let stamp =
            if is_act && !rules.lack(Break::LateAct) { self.act_stamp(entry) } else { self.stamp(entry, &bases) };
        let place = |(field, base): (&fengxiang_wire::exchange::EntryField, Option<Stamp>)| GivenField {
            field: field.field,
            base,
            epoch: self.accepted_in(entry, field.field, stamp),
        };
        Given { stamp, fields: entry.fields.iter().zip(bases).map(place).collect() }
    }

    fn accepted_in(&self, entry: &Entry, field: u32, stamp: Stamp) -> u64 {
        let current = self.work.rows.get(&row_key(entry)).and_then(|row| row.fields.get(&field));
        if current.is_none_or(|c| stamp > c.stamp) { self.epoch } else { LOST_ON_ARRIVAL }
    }

    fn act_stamp(&mut self, entry: &Entry) -> Stamp {
        let issued = self.work.issued.get(&entry.partition).copied().unwrap_or_default();
        let eff = self.now().max(issued + 1);
        self.work.issue(entry.partition, eff);
        Stamp { eff, replica: ReplicaId::default(), first: entry.first() }
    }

    fn stamp(&self, entry: &Entry, bases: &[Option<Stamp>]) -> Stamp {
        let rules = self.asking.rules;
        let now = self.now();
        let corrected = u64::try_from((i128::from(entry.h) - self.offset).clamp(0, i128::from(now))).unwrap_or(now);
        let seen = bases.iter().flatten().map(|b| b.eff + 1).max().unwrap_or_default();
        let seen = if rules.lack(Break::NoBase) { 0 } else { seen };
        let eff = corrected.max(seen).max(self.replica.last_eff + 1);
        let eff = if rules.lack(Break::NoClamp) { entry.h } else { eff };
        Stamp { eff, replica: self.replica_id, first: entry.first() }
    }

    fn now(&self) -> u64 {
        u64::try_from(self.asking.now_ms).unwrap_or_default() << COUNTER_BITS
    }

    /// What the author had on screen, as the hub knows it; a claimed stamp cannot exceed what the hub has issued.
    fn resolve(&self, entry: &Entry, field: u32, base: Option<Base>) -> Option<Stamp> {
        let base = base?;
        let current = self.work.rows.get(&row_key(entry)).and_then(|row| row.fields.get(&field)).map(|r| r.stamp);
        let known = self.work.edits.get(&(entry.partition, base.first())).map(|edit| edit.stamp);
        match base {
            Base::Own(_) if self.asking.rules.lack(Break::ReplicaBase) => {
                known.filter(|k| k.replica == self.replica_id)
            }
            Base::Own(_) => known,
            Base::Stamped(claimed) => known.or(current.map(|c| claimed.min(c))),
        }
    }

    fn merge(
        &mut self,
        entry: &Entry,
        field: &fengxiang_wire::exchange::EntryField,
        given: &Given,
        place: &GivenField,
    ) -> Merged {
        let value = field.value.clone().map(|v| if field.field == ALIVE_FIELD { one_byte(v) } else { v });
        let register = Register {
            value,
            stamp: given.stamp,
            base: place.base,
            epoch: place.epoch,
            is_personal: field.is_personal,
        };
        let key = row_key(entry);
        let (shape, subject) = (entry.shape, entry.subject);
        let arriving =
            Arriving { key: &key, shape, subject, field: field.field, register, is_offered: entry.given.is_some() };
        Merging { work: self.work, rules: self.asking.rules }.merge(arriving)
    }
}

/// The place of one field of a known edit; of an edit that is known only because somebody saw it, no more than that.
fn place_in(edit: &Edit, field: u32) -> GivenField {
    let known = edit.fields.iter().find(|f| f.field == field).copied();
    known.unwrap_or(GivenField { field, base: None, epoch: LOST_ON_ARRIVAL })
}

/// Whether a row is there is one byte in clear: 0 or 1.
fn one_byte(value: Sealed) -> Sealed {
    Sealed(vec![u8::from(value.0 != [0])])
}

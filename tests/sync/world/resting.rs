//! What must hold when every desk has said everything and heard everything.

use super::acts::{acts_in, fold};
use super::watching::chain;
use super::{FIELDS, FieldKey, RECORDS, STATION, World, record};
use anyhow::{Context, Result, ensure};
use fengxiang_hub::store::Tx;
use fengxiang_hub::store::memory::Memory;
use fengxiang_sync::Local;
use fengxiang_wire::row::ALIVE_FIELD;
use fengxiang_wire::{Hash, Id, Row, RowKey, Sealed, Shape};
use std::collections::{BTreeMap, BTreeSet};

impl World<'_> {
    /// Every desk shows what the hub has, folds the acts to the same states, and has the same sums.
    pub(super) fn check_convergence(&self) -> Result<()> {
        let mut hub = self.hub.borrow_mut();
        let rows: Vec<Row> = hub.rows.values().map(|(_, row)| row.clone()).collect();
        let shown =
            |row: &Row| row.fields.iter().map(|(n, r)| ((row.key.clone(), *n), r.value.clone())).collect::<Vec<_>>();
        let wanted: BTreeMap<_, _> = rows.iter().flat_map(shown).collect();
        let wanted_fold = fold(&acts_in(&rows));
        let root = hub.sum_root(STATION)?;
        for station in &self.stations {
            let name = station.name;
            let sum = station.desk.transact(|tx| tx.find_sum(STATION))?;
            let file = station.desk.file.borrow();
            ensure!(file.outbox.is_empty(), "desk {name} has entries that wait");
            ensure!(file.refused.is_empty(), "the hub refused {:?} of desk {name}", file.refused);
            let view = file.view();
            let differing: Vec<_> = view.keys().chain(wanted.keys()).filter(|k| view.get(k) != wanted.get(k)).collect();
            ensure!(differing.is_empty(), "desk {name} differs from the hub in {:?}", &differing[..1]);
            ensure!(fold(&self.acts_of(&file)) == wanted_fold, "desk {name} folds the acts to another state");
            ensure!(sum == root, "desk {name} and hub have other sums");
        }
        let has = |id: &Id| rows.iter().any(|row| row.key.id == *id);
        let lost: Vec<&Id> = self.tracked.iter().filter(|id| !has(id)).collect();
        ensure!(lost.is_empty(), "facts {lost:?} never reached the hub");
        let newest = u64::try_from(self.now_ms + 1_000)? << 16;
        let future = rows.iter().find(|row| row.fields.values().any(|r| r.stamp.eff > newest));
        ensure!(future.is_none(), "a stamp from the future survives on {:?}", future.map(|r| &r.key));
        Ok(())
    }

    /// Each edit is current, in the tray, or was replaced by somebody who saw it; and nobody is bothered without need.
    pub(super) fn check_edits(&mut self) -> Result<()> {
        let hub = self.hub.borrow();
        let rows: Vec<&Row> = hub.rows.values().map(|(_, row)| row).collect();
        let trays: Vec<&Row> = rows.iter().copied().filter(|row| row.shape == Shape::Tray).collect();
        let epoch = hub.epoch;
        let mut filed = 0;
        for tray in trays.iter().filter(|t| t.tray_of.as_ref().is_some_and(|of| of.kind == "visitor")) {
            let two: Vec<Hash> = tray.fields.values().map(|r| r.stamp.first).collect();
            let (Some(a), Some(b)) = (self.edits.get(&two[0]), self.edits.get(&two[1])) else { continue };
            filed += 1;
            let is_seen = a.seen.contains(&two[1]) || b.seen.contains(&two[0]);
            ensure!(!is_seen || epoch > 1, "the tray holds an edit of {:?} and one whose author had seen it", a.key);
        }
        *self.counts.entry("filed in the tray").or_default() += filed;
        for id in (0..RECORDS).map(record) {
            for field in FIELDS {
                self.check_field(&hub, &trays, (RowKey { partition: STATION, kind: "visitor".into(), id }, field))?;
            }
        }
        Ok(())
    }

    pub(super) fn check_field(&self, hub: &Memory, trays: &[&Row], key: FieldKey) -> Result<()> {
        let of_field: BTreeSet<Hash> = self.live.iter().filter(|e| self.edits[e].key == key).copied().collect();
        if of_field.is_empty() {
            return Ok(());
        }
        let row = hub.rows.get(&key.0).map(|(_, row)| row).context("a written row is at the hub")?;
        let current = row.fields.get(&key.1).context("a written field is at the hub")?.stamp.first;
        let is_about = |tray: &&&Row| {
            tray.tray_of.as_ref().is_some_and(|of| of.id == key.0.id && of.kind == key.0.kind && of.field == key.1)
        };
        let filed = trays.iter().filter(is_about).flat_map(|tray| tray.fields.values().map(|r| r.stamp.first));
        let covered = chain(&self.edits, filed.chain([current]).collect());
        let lost: Vec<_> = of_field.difference(&covered).collect();
        ensure!(
            lost.is_empty(),
            "an edit of {key:?} is neither current, nor in the tray, nor replaced by somebody who saw it"
        );
        let behind = chain(&self.edits, BTreeSet::from([current]));
        let taken: Vec<Hash> = of_field.iter().filter(|e| hub.edits.contains_key(&(STATION, **e))).copied().collect();
        let is_replaced = |edit: &&Hash| {
            **edit != current
                && chain(&self.edits, BTreeSet::from([**edit])).contains(&current)
                && (hub.epoch == 1 || !covered.contains(*edit) || behind.contains(*edit))
        };
        let shown_late = taken.iter().find(is_replaced);
        ensure!(shown_late.is_none(), "{key:?} shows an edit that somebody saw and replaced");
        if self.is_calm { self.check_fairness(hub, &taken) } else { Ok(()) }
    }

    /// Under constant clock errors, of two edits more than five seconds apart the later one wins.
    pub(super) fn check_fairness(&self, hub: &Memory, taken: &[Hash]) -> Result<()> {
        for one in taken {
            for other in taken {
                let (early, late) = (&self.edits[one], &self.edits[other]);
                let stamp = |edit: &Hash| hub.edits[&(STATION, *edit)].stamp;
                let is_fair = late.at <= early.at + 5_000 || stamp(other) > stamp(one);
                ensure!(is_fair, "of two edits of {:?} the one {} ms later lost", late.key, late.at - early.at);
            }
        }
        Ok(())
    }

    /// A removed row is back only when somebody brought it back, and a tombstone holds nothing.
    pub(super) fn check_removed(&self) -> Result<()> {
        let hub = self.hub.borrow();
        for (_, row) in hub.rows.values().filter(|(_, row)| row.key.kind == "expiry") {
            let mut values = row.fields.iter().filter(|(n, r)| **n != ALIVE_FIELD && r.value.is_some());
            ensure!(row.is_alive() || values.next().is_none(), "the tombstone of {:?} holds values", row.key);
            let current = row.fields.get(&ALIVE_FIELD).map(|r| r.stamp.first);
            let was_removed = self.removals.iter().any(|r| self.edits[r].key.0 == row.key && self.live.contains(r));
            let is_brought_back = current.is_some_and(|edit| !self.removals.contains(&edit));
            ensure!(!row.is_alive() || !was_removed || is_brought_back, "{:?} is back by itself", row.key);
        }
        Ok(())
    }

    pub(super) fn check_erased(&self) -> Result<()> {
        let hub = self.hub.borrow();
        let mut places: Vec<(String, Vec<&Sealed>)> = Vec::new();
        let values = |row: &'_ Row| row.fields.values().filter_map(|r| r.value.clone()).collect::<Vec<_>>();
        let at_hub: Vec<Sealed> = hub.rows.values().flat_map(|(_, row)| values(row)).collect();
        places.push(("the hub".into(), at_hub.iter().collect()));
        let mut on_desks = Vec::new();
        for station in &self.stations {
            let file = station.desk.file.borrow();
            let mut held: Vec<Sealed> = file.mirror.values().flat_map(values).collect();
            held.extend(file.over.values().filter_map(|o| o.value.clone()));
            held.extend(file.entries().flat_map(|e| e.fields.iter().filter_map(|f| f.value.clone())));
            on_desks.push((format!("desk {}", station.name), held));
        }
        places.extend(on_desks.iter().map(|(name, held)| (name.clone(), held.iter().collect())));
        for (place, held) in places {
            for subject in &self.erased {
                let secrets = self.secrets.get(subject);
                let found = held.iter().any(|value| secrets.is_some_and(|s| s.contains(&value.0)));
                ensure!(!found, "values of the erased {subject} are still at {place}");
            }
        }
        Ok(())
    }
}

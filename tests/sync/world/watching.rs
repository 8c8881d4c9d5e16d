//! What is held against the world after every step.

use super::acts::{Act, act_in, acts_in, fold};
use super::{STATION, World, Written};
use crate::sync::desk::{File, FileBreak, row_key};
use anyhow::{Result, ensure};
use fengxiang_wire::{Hash, Id, Row, RowKey, Shape, Stamp};
use std::collections::{BTreeSet, HashMap};

impl World<'_> {
    /// Hidden truth: which edits this desk has had on its screen.
    pub(super) fn look(&mut self, at: usize) {
        let station = &mut self.stations[at];
        let file = station.desk.file.borrow();
        for key in file.view().into_keys().filter(|(key, _)| key.kind == "visitor") {
            if let Some(edit) = file.on_screen(&key) {
                station.memory.seen.entry(key).or_default().insert(edit);
            }
        }
    }

    /// A user's own winning edit stays on the screen.
    pub(super) fn check_flicker(&self, at: usize) -> Result<()> {
        let station = &self.stations[at];
        let view = station.desk.file.borrow().view();
        let hub = self.hub.borrow();
        for ((who, key), value) in &self.mine {
            let at_hub = hub.rows.get(&key.0).and_then(|(_, row)| row.fields.get(&key.1)?.value.as_ref());
            let is_kept = *who != station.name || at_hub != Some(value) || view.get(key) == Some(&Some(value.clone()));
            ensure!(is_kept, "desk {} stopped showing its own winning edit of {key:?}", station.name);
        }
        Ok(())
    }

    /// The effect of an acknowledged act is final, unless an act comes back after the hub was restored.
    pub(super) fn check_acts(&mut self, at: usize) -> Result<()> {
        let hub_acts = acts_in(&self.hub.borrow().rows.values().map(|(_, row)| row.clone()).collect::<Vec<_>>());
        let epoch = self.hub.borrow().epoch;
        let legal = fold(&hub_acts).1;
        let is_new_behind = |stamp: &Stamp| *stamp < self.latest_act;
        let is_other = |(stamp, id, ..): &Act| self.places.get(id).map_or(is_new_behind(stamp), |place| place != stamp);
        let has_returned = hub_acts.iter().any(is_other);
        self.places = hub_acts.iter().map(|(stamp, id, ..)| (*id, *stamp)).collect();
        if epoch > 1 && has_returned {
            self.fixed.clear();
            self.count("act came back");
        }
        self.latest_act = hub_acts.iter().map(|(stamp, ..)| *stamp).max().unwrap_or_default().max(self.latest_act);
        for (id, is_legal) in &legal {
            let was = *self.fixed.entry(*id).or_insert(*is_legal);
            ensure!(was == *is_legal, "the effect of the acknowledged act {id} changed");
        }
        if epoch > 1 {
            return Ok(());
        }
        let file = self.stations[at].desk.file.borrow();
        let own = fold(&self.acts_of(&file)).1;
        let cursor = file.cursors.get(&STATION).copied().unwrap_or_default();
        let hub = self.hub.borrow();
        for (id, is_legal) in own {
            let key = RowKey { partition: STATION, kind: "ticket_act".into(), id };
            let is_final = hub.rows.get(&key).is_some_and(|(sequence, _)| *sequence <= cursor);
            let is_agreed = !is_final || legal.get(&id) == Some(&is_legal);
            ensure!(is_agreed, "desk {} folds the act {id} otherwise than the hub", self.stations[at].name);
        }
        Ok(())
    }

    /// The acts that a file knows, in the order of its fold: those with a place, then its own that wait.
    pub(super) fn acts_of(&self, file: &File) -> Vec<Act> {
        let mut acts = acts_in(&file.mirror.values().cloned().collect::<Vec<_>>());
        match self.broken.file {
            Some(FileBreak::FoldArrival) => {
                let came = |id: &Id| file.arrived.iter().position(|key| key.id == *id);
                acts.sort_by_key(|(_, id, ..)| came(id));
            }
            Some(FileBreak::FoldByClock) => acts.sort_by_key(|(_, id, ..)| *id),
            _ => {}
        }
        let waiting = file.outbox.iter().filter(|e| e.shape == Shape::Act && !file.mirror.contains_key(&row_key(e)));
        acts.extend(waiting.filter_map(|e| act_in(e.id, Stamp::default(), e.fields.first()?.value.as_ref()?)));
        acts
    }

    /// Nothing may vanish, except together with the last disk that held it.
    pub(super) fn account(&mut self, is_excused: bool) -> Result<()> {
        let hub = self.hub.borrow();
        let mut held: BTreeSet<Id> = hub.rows.keys().map(|key| key.id).collect();
        for station in &self.stations {
            let file = station.desk.file.borrow();
            held.extend(file.mirror.keys().map(|key| key.id));
            held.extend(file.entries().map(|e| e.id));
        }
        let missing: Vec<Id> = self.tracked.iter().filter(|id| !held.contains(id)).copied().collect();
        let is_disk_there = |id: &&Id| self.stations.iter().any(|s| s.memory.wrote.contains(id));
        let dropped: Vec<&Id> = missing.iter().filter(is_disk_there).collect();
        ensure!(dropped.is_empty(), "{dropped:?} vanished although the disk that wrote it was never lost");
        ensure!(is_excused || missing.is_empty(), "the protocol itself dropped {missing:?}");
        missing.iter().for_each(|id| _ = self.tracked.remove(id));
        if is_excused {
            let mut have = edits_in(hub.rows.values().map(|(_, row)| row));
            for station in &self.stations {
                let file = station.desk.file.borrow();
                have.extend(edits_in(file.mirror.values()));
                have.extend(file.entries().map(|e| e.first()));
            }
            let have = chain(&self.edits, have);
            self.live.retain(|edit| have.contains(edit));
        }
        Ok(())
    }
}

/// Edits that rows hold, in trays too.
pub(super) fn edits_in<'a>(rows: impl Iterator<Item = &'a Row>) -> BTreeSet<Hash> {
    rows.flat_map(|row| row.fields.values().map(|r| r.stamp.first)).collect()
}

/// Edits, and everything that they replaced one after the other.
pub(super) fn chain(edits: &HashMap<Hash, Written>, from: BTreeSet<Hash>) -> BTreeSet<Hash> {
    let mut done = BTreeSet::new();
    for mut edit in from {
        while done.insert(edit) {
            match edits.get(&edit).and_then(|e| e.screen) {
                Some(before) => edit = before,
                None => break,
            }
        }
    }
    done
}

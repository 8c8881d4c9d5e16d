//! What one request has read of a partition's rows and edits, and changed of them. Written back in one go.

use crate::store::{Edit, EditName, Failed, Tx};
use fengxiang_wire::{Id, Partition, Row, RowKey};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Default)]
pub(super) struct Work {
    pub rows: BTreeMap<RowKey, Row>,
    pub edits: BTreeMap<EditName, Edit>,
    /// The last place that was given to an act of a partition.
    pub issued: BTreeMap<Partition, u64>,
    pub erased: BTreeSet<(Partition, Id)>,
    changed_rows: BTreeSet<RowKey>,
    changed_edits: BTreeSet<EditName>,
    changed_issued: BTreeSet<Partition>,
    /// Rows that were changed and must not travel: only a broken rule wants that.
    silent: BTreeSet<RowKey>,
}

impl Work {
    /// Locks the partitions, in their order, and reads what these rows and edits need; tray rows of those that are merged.
    pub fn load(
        tx: &mut dyn Tx,
        keys: &BTreeSet<RowKey>,
        merged: &BTreeSet<RowKey>,
        firsts: &BTreeSet<EditName>,
        subjects: &BTreeSet<(Partition, Id)>,
    ) -> Result<Self, Failed> {
        let mut work = Self::default();
        let partitions: BTreeSet<Partition> = keys.iter().map(|k| k.partition).collect();
        for partition in partitions {
            work.issued.insert(partition, tx.lock_partition(partition)?);
        }
        let list = |keys: &BTreeSet<RowKey>| keys.iter().cloned().collect::<Vec<_>>();
        for row in tx.list_rows(&list(keys))?.into_iter().chain(tx.list_trays_of(&list(merged))?) {
            work.rows.insert(row.key.clone(), row);
        }
        let firsts: Vec<_> = firsts.iter().copied().collect();
        work.edits = tx.list_edits(&firsts)?.into_iter().collect();
        // Where nobody was erased, nobody is looked for.
        if tx.count_orders()? > 0 {
            let subjects: Vec<_> = subjects.iter().copied().collect();
            work.erased = tx.list_erased(&subjects)?.into_iter().collect();
        }
        Ok(work)
    }

    /// Stores what was changed; every changed row gets the next sequence of its partition.
    pub fn save(&mut self, tx: &mut dyn Tx) -> Result<(), Failed> {
        let edits: Vec<_> = std::mem::take(&mut self.changed_edits).into_iter().collect();
        let edits: Vec<_> = edits.into_iter().map(|key| (key, self.edits[&key].clone())).collect();
        tx.put_edits(&edits)?;
        for partition in std::mem::take(&mut self.changed_issued) {
            tx.put_issued(partition, self.issued[&partition])?;
        }
        let silent = std::mem::take(&mut self.silent);
        let (silent, rows): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.changed_rows).into_iter().partition(|key| silent.contains(key));
        let rows: Vec<&Row> = rows.iter().map(|key| &self.rows[key]).collect();
        tx.put_rows(&rows)?;
        let silent: Vec<&Row> = silent.iter().map(|key| &self.rows[key]).collect();
        if silent.is_empty() { Ok(()) } else { tx.put_silent_rows(&silent) }
    }

    pub fn bump(&mut self, key: &RowKey) {
        self.changed_rows.insert(key.clone());
    }

    pub fn silence(&mut self, key: &RowKey) {
        self.silent.insert(key.clone());
    }

    pub fn put_edit(&mut self, key: EditName, edit: Edit) {
        self.edits.insert(key, edit);
        self.changed_edits.insert(key);
    }

    /// The place of the next act of a partition is behind this one.
    pub fn issue(&mut self, partition: Partition, eff: u64) {
        let issued = self.issued.entry(partition).or_default();
        if eff > *issued {
            *issued = eff;
            self.changed_issued.insert(partition);
        }
    }

    /// Tray rows that hold values of these rows.
    pub fn trays_of(&self, keys: &BTreeSet<RowKey>) -> Vec<Row> {
        let is_asked = |row: &&Row| {
            row.tray_of.as_ref().is_some_and(|of| {
                keys.contains(&RowKey { partition: row.key.partition, kind: of.kind.clone(), id: of.id })
            })
        };
        self.rows.values().filter(is_asked).cloned().collect()
    }
}

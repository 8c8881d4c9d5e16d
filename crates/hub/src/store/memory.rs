//! The rows of a hub in memory: for tests that need many hubs, and the plainest reading of the promises.

use super::{CardTx, Drawer, Edit, EditName, Failed, Replica, Store, StoredReceipt, Tx};
use fengxiang_wire::erase::EraseOrder;
use fengxiang_wire::exchange::{Bucket, PageRow, Sum};
use fengxiang_wire::{Id, Partition, ReplicaId, Row, RowKey};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// By number, and when each was received.
type Receipts = BTreeMap<u64, (i64, StoredReceipt)>;

/// All that a memory hub holds. Cloning it is a backup.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    pub epoch: u64,
    pub rows: BTreeMap<RowKey, (u64, Row)>,
    feed: BTreeMap<(Partition, u64), RowKey>,
    trays: BTreeMap<RowKey, BTreeSet<RowKey>>,
    by_subject: BTreeMap<(Partition, Id), BTreeSet<RowKey>>,
    heads: BTreeMap<Partition, (u64, u64)>,
    replicas: HashMap<ReplicaId, (Replica, Receipts)>,
    pub edits: HashMap<EditName, Edit>,
    /// The erase ledger. A restored hub keeps the one it had.
    pub orders: Vec<EraseOrder>,
    cards: BTreeMap<(Drawer, Vec<u8>), Vec<u8>>,
}

/// The store around it: one transaction at a time; what fails is taken back.
#[derive(Debug, Default)]
pub struct MemoryStore(pub Mutex<Memory>);

impl Store for MemoryStore {
    fn transact(&self, decide: &mut dyn FnMut(&mut dyn Tx) -> Result<(), Failed>) -> Result<(), Failed> {
        let mut memory = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut changed = memory.clone();
        decide(&mut changed)?;
        *memory = changed;
        Ok(())
    }

    fn read(&self, look: &mut dyn FnMut(&mut dyn Tx) -> Result<(), Failed>) -> Result<(), Failed> {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }

    fn back_up(&self, _to: &Path) -> Result<(), Failed> {
        Err(Failed::Broken("a hub in memory has no backup".into()))
    }

    fn restore(
        &self,
        from: &Path,
        _epoch_min: u64,
        _decide: &mut dyn FnMut(&mut dyn Tx) -> Result<(), Failed>,
    ) -> Result<u64, Failed> {
        self.back_up(from).map(|()| 0)
    }
}

impl Memory {
    /// An empty hub in its first epoch.
    pub fn new() -> Self {
        Self { epoch: 1, ..Self::default() }
    }

    /// From a backup: another epoch, and the ledger as it was kept beside it.
    pub fn restored(self, epoch: u64, orders: Vec<EraseOrder>) -> Self {
        Self { epoch, orders, ..self }
    }

    fn put(&mut self, row: &Row, sequence: u64) {
        if let Some((old, _)) = self.rows.get(&row.key) {
            self.feed.remove(&(row.key.partition, *old));
        }
        if sequence > 0 {
            self.feed.insert((row.key.partition, sequence), row.key.clone());
        }
        if let Some(subject) = row.subject {
            self.by_subject.entry((row.key.partition, subject)).or_default().insert(row.key.clone());
        }
        if let Some(of) = &row.tray_of {
            let of = RowKey { partition: row.key.partition, kind: of.kind.clone(), id: of.id };
            self.trays.entry(of).or_default().insert(row.key.clone());
        }
        self.rows.insert(row.key.clone(), (sequence, row.clone()));
    }

    fn of_partition(&self, partition: Partition) -> impl Iterator<Item = &Row> {
        self.rows.values().map(|(_, row)| row).filter(move |row| row.key.partition == partition)
    }
}

impl Tx for Memory {
    fn epoch(&mut self) -> Result<u64, Failed> {
        Ok(self.epoch)
    }

    fn put_epoch(&mut self, epoch: u64) -> Result<(), Failed> {
        self.epoch = epoch;
        Ok(())
    }

    fn lock_partition(&mut self, partition: Partition) -> Result<u64, Failed> {
        Ok(self.heads.entry(partition).or_default().1)
    }

    fn put_issued(&mut self, partition: Partition, issued: u64) -> Result<(), Failed> {
        self.heads.entry(partition).or_default().1 = issued;
        Ok(())
    }

    fn find_replica(&mut self, id: ReplicaId) -> Result<Option<Replica>, Failed> {
        Ok(self.replicas.get(&id).map(|(replica, _)| *replica))
    }

    fn lock_replica(&mut self, id: ReplicaId) -> Result<Replica, Failed> {
        Ok(self.replicas.entry(id).or_default().0)
    }

    fn put_replica(&mut self, id: ReplicaId, replica: Replica) -> Result<(), Failed> {
        self.replicas.entry(id).or_default().0 = replica;
        Ok(())
    }

    fn list_receipts(&mut self, id: ReplicaId, from: u64, to: u64) -> Result<Vec<StoredReceipt>, Failed> {
        let receipts = self.replicas.get(&id).map(|(_, receipts)| receipts.range(from..=to.max(from)));
        Ok(receipts.into_iter().flatten().filter(|(n, _)| **n <= to).map(|(_, (_, r))| r.clone()).collect())
    }

    fn add_receipts(&mut self, id: ReplicaId, receipts: &[StoredReceipt], received_at: i64) -> Result<(), Failed> {
        let (_, stored) = self.replicas.entry(id).or_default();
        stored.extend(receipts.iter().map(|r| (r.receipt.number, (received_at, r.clone()))));
        Ok(())
    }

    fn purge_receipts(&mut self, id: ReplicaId, below: u64, before: i64) -> Result<(), Failed> {
        let Some((_, stored)) = self.replicas.get_mut(&id) else { return Ok(()) };
        let is_kept = |(number, (received_at, _)): (&u64, &(i64, StoredReceipt))| {
            (*number >= below || *received_at >= before).then_some(*number)
        };
        match stored.iter().find_map(is_kept) {
            Some(first) => *stored = stored.split_off(&first),
            None => stored.clear(),
        }
        Ok(())
    }

    fn list_rows(&mut self, keys: &[RowKey]) -> Result<Vec<Row>, Failed> {
        Ok(keys.iter().filter_map(|key| self.rows.get(key)).map(|(_, row)| row.clone()).collect())
    }

    fn list_trays_of(&mut self, keys: &[RowKey]) -> Result<Vec<Row>, Failed> {
        let trays = keys.iter().filter_map(|key| self.trays.get(key)).flatten();
        Ok(trays.filter_map(|key| self.rows.get(key)).map(|(_, row)| row.clone()).collect())
    }

    fn list_rows_of(&mut self, partition: Partition, subjects: &[Id]) -> Result<Vec<Row>, Failed> {
        let keys = subjects.iter().filter_map(|s| self.by_subject.get(&(partition, *s))).flatten();
        Ok(keys.filter_map(|key| self.rows.get(key)).map(|(_, row)| row.clone()).collect())
    }

    fn put_rows(&mut self, rows: &[&Row]) -> Result<(), Failed> {
        for row in rows {
            let (head, _) = self.heads.entry(row.key.partition).or_default();
            *head += 1;
            let sequence = *head;
            self.put(row, sequence);
        }
        Ok(())
    }

    fn put_silent_rows(&mut self, rows: &[&Row]) -> Result<(), Failed> {
        rows.iter().for_each(|row| self.put(row, 0));
        Ok(())
    }

    fn list_edits(&mut self, names: &[EditName]) -> Result<Vec<(EditName, Edit)>, Failed> {
        Ok(names.iter().filter_map(|f| Some((*f, self.edits.get(f)?.clone()))).collect())
    }

    fn put_edits(&mut self, edits: &[(EditName, Edit)]) -> Result<(), Failed> {
        self.edits.extend(edits.iter().cloned());
        Ok(())
    }

    fn list_erased(&mut self, subjects: &[(Partition, Id)]) -> Result<Vec<(Partition, Id)>, Failed> {
        let is_erased = |(partition, id): &&(Partition, Id)| {
            self.orders.iter().any(|o| o.partition == *partition && o.subjects.contains(id))
        };
        Ok(subjects.iter().filter(is_erased).copied().collect())
    }

    fn add_order(&mut self, order: &EraseOrder) -> Result<(), Failed> {
        self.orders.push(order.clone());
        Ok(())
    }

    fn has_order(&mut self, id: Id) -> Result<bool, Failed> {
        Ok(self.orders.iter().any(|order| order.id == id))
    }

    fn list_orders(&mut self, after: u64) -> Result<Vec<EraseOrder>, Failed> {
        let after = usize::try_from(after).unwrap_or(usize::MAX);
        Ok(self.orders.iter().skip(after).cloned().collect())
    }

    fn count_orders(&mut self) -> Result<u64, Failed> {
        Ok(self.orders.len() as u64)
    }

    fn find_head(&mut self, partition: Partition) -> Result<u64, Failed> {
        Ok(self.heads.get(&partition).map_or(0, |(head, _)| *head))
    }

    fn list_page(&mut self, partition: Partition, after: u64, limit: usize) -> Result<Vec<PageRow>, Failed> {
        let keys = self.feed.range((partition, after.saturating_add(1))..=(partition, u64::MAX)).take(limit);
        let row = |((_, sequence), key): (&(Partition, u64), &RowKey)| PageRow {
            sequence: *sequence,
            row: self.rows[key].1.clone(),
        };
        Ok(keys.map(row).collect())
    }

    fn sum_root(&mut self, partition: Partition) -> Result<Sum, Failed> {
        let mut sum = Sum::default();
        self.of_partition(partition).for_each(|row| sum.add(row.hash()));
        Ok(sum)
    }

    fn list_buckets(&mut self, partition: Partition) -> Result<Vec<Bucket>, Failed> {
        let mut buckets: BTreeMap<(String, u8), Sum> = BTreeMap::new();
        for row in self.of_partition(partition) {
            buckets.entry((row.key.kind.clone(), row.key.id.0[0])).or_default().add(row.hash());
        }
        Ok(buckets.into_iter().map(|((kind, byte), sum)| Bucket { kind, byte, sum }).collect())
    }

    fn list_bucket(
        &mut self,
        partition: Partition,
        kind: &str,
        byte: u8,
        after: Option<Id>,
        limit: usize,
    ) -> Result<Vec<PageRow>, Failed> {
        let is_asked = |row: &&(u64, Row)| {
            let key = &row.1.key;
            key.partition == partition && key.kind == kind && key.id.0[0] == byte && after.is_none_or(|a| key.id > a)
        };
        let rows = self.rows.values().filter(is_asked).take(limit);
        Ok(rows.map(|(sequence, row)| PageRow { sequence: *sequence, row: row.clone() }).collect())
    }
}

impl CardTx for Memory {
    fn find_card(&mut self, drawer: Drawer, key: &[u8]) -> Result<Option<Vec<u8>>, Failed> {
        Ok(self.cards.get(&(drawer, key.to_vec())).cloned())
    }

    fn lock_card(&mut self, drawer: Drawer, key: &[u8]) -> Result<Option<Vec<u8>>, Failed> {
        self.find_card(drawer, key)
    }

    fn list_cards(&mut self, drawer: Drawer, beginning: &[u8]) -> Result<Vec<Vec<u8>>, Failed> {
        let from = self.cards.range((drawer, beginning.to_vec())..);
        let theirs = from.take_while(|((d, key), _)| *d == drawer && key.starts_with(beginning));
        Ok(theirs.map(|(_, card)| card.clone()).collect())
    }

    fn put_card(&mut self, drawer: Drawer, key: &[u8], card: &[u8]) -> Result<(), Failed> {
        self.cards.insert((drawer, key.to_vec()), card.to_vec());
        Ok(())
    }

    fn purge_card(&mut self, drawer: Drawer, key: &[u8]) -> Result<(), Failed> {
        self.cards.remove(&(drawer, key.to_vec()));
        Ok(())
    }
}

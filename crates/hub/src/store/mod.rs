//! Where a hub keeps its rows. One trait, one suite of promises (`tests/contract.rs`), three stores.

mod backup;
#[cfg(feature = "breaks")]
mod breaks;
pub mod cards;
pub mod memory;
mod open;
pub mod postgres;
pub mod sqlite;
mod stored;
mod sums;

pub use cards::{CardTx, Drawer};
pub use open::{MEMORY, open};

use fengxiang_wire::erase::EraseOrder;
use fengxiang_wire::exchange::{Bucket, GivenField, PageRow, Receipt, Sum};
use fengxiang_wire::{Hash, Id, Partition, ReplicaId, Row, RowKey, Stamp};
use std::path::Path;

/// The store failed under a request: nothing of it was stored.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// Another transaction was in the way: to be tried again as a whole.
    #[error("store is busy: {0}")]
    Busy(String),
    #[error("store failed: {0}")]
    Broken(String),
}

/// What the hub remembers of one incarnation of a desk's file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Replica {
    pub last_number: u64,
    pub last_eff: u64,
    /// The last number whose receipt the desk has stored.
    pub confirmed: u64,
}

/// An outcome with the row it tells of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredReceipt {
    pub receipt: Receipt,
    pub key: RowKey,
}

/// Where an edit of a record ended up, by its first hash; kept for ever, so that it counts once however it comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    pub stamp: Stamp,
    pub fields: Vec<GivenField>,
}

/// An edit's name: its first hash, within its partition.
pub type EditName = (Partition, Hash);

/// An open transaction. All of it is stored, or nothing.
pub trait Tx: CardTx {
    fn epoch(&mut self) -> Result<u64, Failed>;
    /// After a restore.
    fn put_epoch(&mut self, epoch: u64) -> Result<(), Failed>;

    /// Makes the partition if need be, keeps others from writing to it until the end, and tells the last place of an act.
    fn lock_partition(&mut self, partition: Partition) -> Result<u64, Failed>;
    fn put_issued(&mut self, partition: Partition, issued: u64) -> Result<(), Failed>;

    fn find_replica(&mut self, id: ReplicaId) -> Result<Option<Replica>, Failed>;
    /// Makes the replica if need be, and keeps others from writing to it until the end.
    fn lock_replica(&mut self, id: ReplicaId) -> Result<Replica, Failed>;
    fn put_replica(&mut self, id: ReplicaId, replica: Replica) -> Result<(), Failed>;
    /// From one number to another, both included, in their order.
    fn list_receipts(&mut self, id: ReplicaId, from: u64, to: u64) -> Result<Vec<StoredReceipt>, Failed>;
    /// Of numbers that have none yet.
    fn add_receipts(&mut self, id: ReplicaId, receipts: &[StoredReceipt], received_at: i64) -> Result<(), Failed>;
    /// Forgets receipts from the lowest number up to the first that is not below this one or was not received before then.
    /// Some of them stay for the next time when they are very many.
    fn purge_receipts(&mut self, id: ReplicaId, below: u64, before: i64) -> Result<(), Failed>;

    fn list_rows(&mut self, keys: &[RowKey]) -> Result<Vec<Row>, Failed>;
    fn list_trays_of(&mut self, keys: &[RowKey]) -> Result<Vec<Row>, Failed>;
    /// Rows of these persons, trays among them.
    fn list_rows_of(&mut self, partition: Partition, subjects: &[Id]) -> Result<Vec<Row>, Failed>;
    /// Each gets the next sequence of its partition, in the order given. No key comes twice.
    fn put_rows(&mut self, rows: &[&Row]) -> Result<(), Failed>;
    /// Without a sequence. No rule of ours asks for it; broken ones do.
    fn put_silent_rows(&mut self, rows: &[&Row]) -> Result<(), Failed>;

    fn list_edits(&mut self, names: &[EditName]) -> Result<Vec<(EditName, Edit)>, Failed>;
    fn put_edits(&mut self, edits: &[(EditName, Edit)]) -> Result<(), Failed>;

    fn list_erased(&mut self, subjects: &[(Partition, Id)]) -> Result<Vec<(Partition, Id)>, Failed>;
    fn add_order(&mut self, order: &EraseOrder) -> Result<(), Failed>;
    fn has_order(&mut self, id: Id) -> Result<bool, Failed>;
    /// Orders of the ledger behind that many, in their order.
    fn list_orders(&mut self, after: u64) -> Result<Vec<EraseOrder>, Failed>;
    fn count_orders(&mut self) -> Result<u64, Failed>;

    /// The head of a partition; 0 of one that has no row.
    fn find_head(&mut self, partition: Partition) -> Result<u64, Failed>;
    /// Rows above a sequence, in the order of their sequences.
    fn list_page(&mut self, partition: Partition, after: u64, limit: usize) -> Result<Vec<PageRow>, Failed>;
    fn sum_root(&mut self, partition: Partition) -> Result<Sum, Failed>;
    fn list_buckets(&mut self, partition: Partition) -> Result<Vec<Bucket>, Failed>;
    /// Rows of one kind and first byte of the id, behind an id, in the order of their ids.
    fn list_bucket(
        &mut self,
        partition: Partition,
        kind: &str,
        byte: u8,
        after: Option<Id>,
        limit: usize,
    ) -> Result<Vec<PageRow>, Failed>;
}

/// What a closure does inside a transaction.
pub type Deciding<'a, T> = dyn FnMut(&mut dyn Tx) -> Result<T, Failed> + 'a;

/// A store. `transact` runs the closure in one transaction, again from the beginning when another was in the way, and
/// returns after the commit is durable. `read` lets the closure look at one moment, beside whoever writes; a closure that
/// writes or locks there fails.
pub trait Store: Send + Sync {
    fn transact(&self, decide: &mut dyn FnMut(&mut dyn Tx) -> Result<(), Failed>) -> Result<(), Failed>;
    fn read(&self, look: &mut dyn FnMut(&mut dyn Tx) -> Result<(), Failed>) -> Result<(), Failed>;

    /// Copies one moment of the store into a file, beside whoever writes.
    fn back_up(&self, to: &Path) -> Result<(), Failed>;
    /// Puts a backup back, in one transaction with what the closure does behind it. The ledger of erase orders and the cards
    /// that stand here stay. The epoch is a new one, this at least; it is returned.
    fn restore(
        &self,
        from: &Path,
        epoch_min: u64,
        decide: &mut dyn FnMut(&mut dyn Tx) -> Result<(), Failed>,
    ) -> Result<u64, Failed>;
}

/// As [`Store::transact`], with a value.
pub fn transact<T>(store: &dyn Store, decide: &mut Deciding<T>) -> Result<T, Failed> {
    let mut value = None;
    store.transact(&mut |tx| {
        value = Some(decide(tx)?);
        Ok(())
    })?;
    value.ok_or_else(|| Failed::Broken("the store did not run the transaction".into()))
}

/// As [`Store::read`], with a value.
pub fn read<T>(store: &dyn Store, look: &mut Deciding<T>) -> Result<T, Failed> {
    let mut value = None;
    store.read(&mut |tx| {
        value = Some(look(tx)?);
        Ok(())
    })?;
    value.ok_or_else(|| Failed::Broken("the store did not look".into()))
}

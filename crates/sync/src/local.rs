//! The desk's file as a cycle sees it: sealed entries and rows, numbers and cursors. What a row means stands on the other side.

use crate::hello::Standing;
use fengxiang_wire::erase::EraseOrder;
use fengxiang_wire::exchange::{Bucket, Entry, Receipt, Sum};
use fengxiang_wire::limits::Limits;
use fengxiang_wire::{Hash, Id, Partition, Row, RowKey};
use serde::{Deserialize, Serialize};

/// The file failed under a transaction: nothing of it is stored.
#[derive(Debug, thiserror::Error)]
#[error("local store failed: {0}")]
pub struct LocalError(pub String);

/// What the manager must be told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alarm {
    /// An old file was restored.
    Restored,
    /// Two copies of one file were at work.
    Cloned,
    /// The hub was restored.
    HubRestored,
    /// Desk and hub differed in so many rows, and were made the same.
    Repaired { rows: u64 },
}

/// How far the rows of this file were offered to a restored hub.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Offering {
    /// Rows, behind this one.
    Rows { after: Option<RowKey> },
    /// Entries of the sent-log, behind that many.
    SentLog { after: u64 },
}

/// The next entries to push.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outgoing {
    pub entries: Vec<Entry>,
    /// Behind them stands one that no key at hand seals. It waits, and all that follows it: numbers are dense.
    pub lacks_key: bool,
}

/// The file of a desk. `transact` runs one local transaction: all of it is durable when it returns, or none.
pub trait Local {
    fn transact<T>(&self, verb: impl FnOnce(&mut dyn LocalTx) -> Result<T, LocalError>) -> Result<T, LocalError>;

    /// The wall clock, milliseconds UTC. It may be wrong.
    fn wall_ms(&self) -> i64;
}

/// An open local transaction.
pub trait LocalTx {
    fn standing(&mut self) -> Result<Standing, LocalError>;
    /// Hash of an entry of this incarnation, as long as it is in outbox or sent-log.
    fn find_hash(&mut self, number: u64) -> Result<Option<Hash>, LocalError>;

    /// The oldest entries that wait, sealed. One that cannot be put into words keeps its number and goes without its values:
    /// the hub refuses it and takes the others.
    fn list_outbox(&mut self, limits: &Limits) -> Result<Outgoing, LocalError>;
    /// Moves an entry into the sent-log with its outcome. Its own edits are shown until their row is here: at once when
    /// `is_row_here`, else until the feed brings it. A refused entry goes into the refused tray.
    fn acknowledge(&mut self, receipt: &Receipt, is_row_here: bool) -> Result<(), LocalError>;
    /// Puts acknowledged entries of this incarnation above a number back into the outbox, with the place they had.
    fn requeue_sent(&mut self, above: u64) -> Result<(), LocalError>;
    /// A new name for this file; everything that waits gets new numbers and keeps its first hash, its stamp and what it had seen.
    fn begin_incarnation(&mut self) -> Result<(), LocalError>;
    /// Throws what waits away. No rule of ours asks for it; a broken one does.
    fn discard_outbox(&mut self) -> Result<(), LocalError>;

    /// The hub's row as it is now.
    fn put_row(&mut self, row: &Row) -> Result<(), LocalError>;
    /// The hub has no such row.
    fn remove_row(&mut self, key: &RowKey) -> Result<(), LocalError>;
    /// Lets go of acknowledged own edits of these rows; at the end of the feed, of all in the partition.
    fn settle(&mut self, partition: Partition, rows: &[RowKey], is_end: bool) -> Result<(), LocalError>;
    fn find_cursor(&mut self, partition: Partition) -> Result<u64, LocalError>;
    fn put_cursor(&mut self, partition: Partition, cursor: u64) -> Result<(), LocalError>;

    /// The hub is another one than before: cursors and orders from the beginning, and everything is offered again.
    fn begin_epoch(&mut self, epoch: u64) -> Result<(), LocalError>;
    /// The first epoch that this file hears of: nothing is offered.
    fn adopt_epoch(&mut self, epoch: u64) -> Result<(), LocalError>;
    /// The next rows to offer and how far that is; an empty list ends one part.
    fn list_offer(&mut self, from: &Offering, limits: &Limits) -> Result<(Vec<Row>, Offering), LocalError>;
    fn put_offering(&mut self, offering: Option<&Offering>) -> Result<(), LocalError>;

    /// Takes an erase order: the subject's personal values leave every table, outbox and sent-log.
    fn take_order(&mut self, order: &EraseOrder) -> Result<(), LocalError>;
    fn put_orders_taken(&mut self, count: u64) -> Result<(), LocalError>;
    fn list_orders(&mut self) -> Result<Vec<EraseOrder>, LocalError>;

    /// What the desk's clock is ahead of the hub's, milliseconds. When nothing waits, its stamps need not stay ahead either.
    fn put_clock_offset(&mut self, offset_ms: i64, hub_ms: i64) -> Result<(), LocalError>;
    fn raise(&mut self, alarm: Alarm) -> Result<(), LocalError>;

    /// Computes derived rows again and queues those that differ; says how many.
    fn derive(&mut self) -> Result<usize, LocalError>;
    fn find_sum(&mut self, partition: Partition) -> Result<Sum, LocalError>;
    fn list_buckets(&mut self, partition: Partition) -> Result<Vec<Bucket>, LocalError>;
    fn list_bucket_ids(&mut self, partition: Partition, kind: &str, byte: u8) -> Result<Vec<Id>, LocalError>;
}

//! The messages of a cycle: hello, erase orders, push, offer, pull, digest. Every request names the hub's epoch it believes in;
//! a hub of another epoch answers `EpochChanged` and the desk says hello again.

use crate::erase::EraseOrder;
use crate::limits::Limits;
use crate::row::{Base, Row, Shape, Stamp};
use crate::{Hash, Id, Partition, ReplicaId, Sealed};
use serde::{Deserialize, Serialize};

/// One changed field of an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EntryField {
    #[serde(rename = "n")]
    pub field: u32,
    /// `None`: erased before it was sent.
    #[serde(rename = "v", default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Sealed>,
    #[serde(rename = "b", default, skip_serializing_if = "Option::is_none")]
    pub base: Option<Base>,
    #[serde(rename = "p", default, skip_serializing_if = "std::ops::Not::not")]
    pub is_personal: bool,
}

/// One change, numbered and chained by its desk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Entry {
    #[serde(rename = "#")]
    pub number: u64,
    #[serde(rename = "t")]
    pub partition: Partition,
    #[serde(rename = "k")]
    pub kind: String,
    #[serde(rename = "i")]
    pub id: Id,
    #[serde(rename = "s")]
    pub shape: Shape,
    #[serde(rename = "u", default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<Id>,
    /// The desk's own stamp: 47 bits of milliseconds, 16 bits of counter.
    #[serde(rename = "h")]
    pub h: u64,
    #[serde(rename = "x")]
    pub hash: Hash,
    /// First hash, when an earlier incarnation had numbered it already.
    #[serde(rename = "o", default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Hash>,
    /// The place that a hub gave it before it was restored: it is kept.
    #[serde(rename = "g", default, skip_serializing_if = "Option::is_none")]
    pub given: Option<Given>,
    #[serde(rename = "f")]
    pub fields: Vec<EntryField>,
}

impl Entry {
    /// The name of the edit for ever: its first hash.
    pub fn first(&self) -> Hash {
        self.origin.unwrap_or(self.hash)
    }
}

/// The place of an entry: its stamp, and of each field the base that it was resolved to and the epoch that accepted it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Given {
    #[serde(rename = "s")]
    pub stamp: Stamp,
    #[serde(rename = "f")]
    pub fields: Vec<GivenField>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GivenField {
    #[serde(rename = "n")]
    pub field: u32,
    #[serde(rename = "b", default, skip_serializing_if = "Option::is_none")]
    pub base: Option<Stamp>,
    #[serde(rename = "e")]
    pub epoch: u64,
}

/// What became of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Applied,
    /// A later stamp was there already, of somebody who had seen this edit.
    Superseded,
    /// The hub filed both values: neither author had seen the other.
    Conflict,
    /// Not taken; the reason goes with it.
    Refused(Refusal),
    /// Its subject is erased: the personal values were taken away.
    Scrubbed,
}

/// Why an entry is not taken. The others of its batch are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// The device may not write this kind there, or there is no such partition for it.
    NotAllowed,
    RowTooLarge,
    /// A fact of this id says something else, or a row of another shape stands there.
    IdTaken,
    Malformed,
}

/// The outcome of one entry, told again as often as it is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Receipt {
    #[serde(rename = "#")]
    pub number: u64,
    #[serde(rename = "x")]
    pub hash: Hash,
    #[serde(rename = "o")]
    pub outcome: Outcome,
    /// `None` of a refused entry.
    #[serde(rename = "g", default, skip_serializing_if = "Option::is_none")]
    pub given: Option<Given>,
}

/// Opens a cycle: where this file stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Hello {
    pub version: u32,
    pub replica: ReplicaId,
    /// A number of the file and its hash: first that of the last acknowledged entry; lower ones when the hub has others there.
    pub at_number: u64,
    pub at_hash: Hash,
    pub last_number: u64,
    pub epoch: u64,
    /// Erase orders that the desk has taken.
    pub orders_taken: u64,
    /// The desk's wall clock, milliseconds UTC.
    pub wall_ms: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HelloAnswer {
    pub version: u32,
    pub epoch: u64,
    pub hub_ms: i64,
    pub limits: Limits,
    /// `None`: the hub does not know this replica.
    pub known: Option<Known>,
    /// Orders that this desk has not taken yet, in the order of the ledger.
    pub orders: Vec<EraseOrder>,
    pub order_count: u64,
    /// Partitions that this device may read, with their heads.
    pub heads: Vec<(Partition, u64)>,
    /// Tray rows of the entities that the receipts tell of.
    pub trays: Vec<Row>,
}

/// What the hub knows of a replica, from the number that the desk named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Known {
    pub last_number: u64,
    /// Whether the hub has the very hash that the desk named. If not, the desk asks again further down.
    pub is_same: bool,
    /// The outcomes above the number that the desk named, without a gap. Empty unless `is_same`.
    pub receipts: Vec<Receipt>,
    /// The outcomes above that number are older than any that is kept, and were told to a file of this name before: this file
    /// takes another name from there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_forgotten: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Push {
    pub epoch: u64,
    pub replica: ReplicaId,
    /// The last number whose receipt is stored on the desk: what lies below may be forgotten in time.
    pub confirmed: u64,
    pub orders_taken: u64,
    pub wall_ms: i64,
    pub entries: Vec<Entry>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PushAnswer {
    /// Applied as a whole: each entry's outcome, and the rows as they are now.
    Taken {
        receipts: Vec<Receipt>,
        rows: Vec<Row>,
        trays: Vec<Row>,
    },
    /// Another entry stands under one of these numbers: two files use one name. Say hello.
    Forked,
    /// The numbers do not follow on what the hub has. Say hello.
    Gap {
        last_number: u64,
    },
    EpochChanged {
        epoch: u64,
    },
    /// There are erase orders that the desk must take first.
    OrdersFirst,
}

/// Rows that a restored hub may have lost, as this desk has them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Offer {
    pub epoch: u64,
    pub orders_taken: u64,
    pub rows: Vec<Row>,
    /// These come from the sent-log: an edit that the hub knows by name is left out.
    pub is_sent_log: bool,
    /// Signed orders that the hub may have lost.
    pub orders: Vec<EraseOrder>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum OfferAnswer {
    Taken,
    EpochChanged { epoch: u64 },
    OrdersFirst,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Pull {
    pub epoch: u64,
    pub partition: Partition,
    pub after: u64,
    pub limit: usize,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PullAnswer {
    Page(Page),
    EpochChanged {
        epoch: u64,
    },
    /// No such partition for this device, whether or not it exists.
    NotFound,
}

/// Rows above a cursor, each once and as it is now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Page {
    pub rows: Vec<PageRow>,
    /// The cursor behind these rows.
    pub cursor: u64,
    /// Nothing lies behind them.
    pub is_end: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PageRow {
    #[serde(rename = "q")]
    pub sequence: u64,
    #[serde(rename = "r")]
    pub row: Row,
}

/// Asks for sums over a partition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Digest {
    pub epoch: u64,
    pub partition: Partition,
    /// Only the sum of the whole, or also those of each kind and first byte of the id.
    pub is_root: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum DigestAnswer {
    Sums { head: u64, root: Sum, buckets: Vec<Bucket> },
    EpochChanged { epoch: u64 },
    NotFound,
}

/// A wrapping sum over the hashes of rows, and how many they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Sum {
    pub rows: u64,
    pub sum: u64,
}

impl Sum {
    pub fn add(&mut self, row_hash: u64) {
        self.rows = self.rows.wrapping_add(1);
        self.sum = self.sum.wrapping_add(row_hash);
    }

    pub fn take(&mut self, row_hash: u64) {
        self.rows = self.rows.wrapping_sub(1);
        self.sum = self.sum.wrapping_sub(row_hash);
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Bucket {
    pub kind: String,
    pub byte: u8,
    pub sum: Sum,
}

/// Reads the rows of one bucket again, whatever their sequence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Reread {
    pub epoch: u64,
    pub partition: Partition,
    pub kind: String,
    pub byte: u8,
    /// The last id of the page before.
    pub after: Option<Id>,
}

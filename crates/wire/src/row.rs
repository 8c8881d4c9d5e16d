//! A row as the hub keeps it: in clear its place, its subject and the stamps of its fields; every value sealed.

use crate::{Hash, Id, Partition, ReplicaId, Sealed};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Says whether the row is there: 1 byte, in clear. A row without it is there.
pub const ALIVE_FIELD: u32 = 1_000;
/// The epoch of a register that lost on arrival: the hub that took it had something later already.
pub const LOST_ON_ARRIVAL: u64 = u64::MAX;

/// Where a row stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RowKey {
    #[serde(rename = "p")]
    pub partition: Partition,
    #[serde(rename = "k")]
    pub kind: String,
    #[serde(rename = "i")]
    pub id: Id,
}

/// How a kind behaves. It is all that the hub knows of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// Written once, never changed.
    Fact,
    /// A fact whose place among the others of its partition counts.
    Act,
    /// Fields that are merged, the later stamp wins.
    Record,
    /// Two values of one field whose authors did not know of each other; filed by the hub.
    Tray,
    /// Computed from other rows; the last one written stands, nothing is ever filed.
    Derived,
}

/// When a value was accepted and whose edit it is. Later ones win; ties by replica, then by the edit's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Stamp {
    /// 47 bits of milliseconds, 16 bits of counter.
    #[serde(rename = "e")]
    pub eff: u64,
    #[serde(rename = "r")]
    pub replica: ReplicaId,
    /// First hash of the entry that wrote the value.
    #[serde(rename = "f")]
    pub first: Hash,
}

/// What the author of an edit had on screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Base {
    /// A value that the hub had stamped.
    Stamped(Stamp),
    /// An edit of the same desk, by its first hash: its stamp was not known yet.
    Own(Hash),
}

impl Base {
    /// The edit that was on screen.
    pub fn first(&self) -> Hash {
        match self {
            Base::Stamped(stamp) => stamp.first,
            Base::Own(first) => *first,
        }
    }
}

/// One field of a row: its value (`None`: taken away) and everything that merging needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Register {
    #[serde(rename = "v", default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Sealed>,
    #[serde(rename = "s")]
    pub stamp: Stamp,
    /// The stamp its author had seen; zero when there was none.
    #[serde(rename = "b", default, skip_serializing_if = "Option::is_none")]
    pub base: Option<Stamp>,
    /// The epoch that accepted it, or [`LOST_ON_ARRIVAL`].
    #[serde(rename = "e")]
    pub epoch: u64,
    /// Goes when the subject is erased.
    #[serde(rename = "p", default, skip_serializing_if = "is_false")]
    pub is_personal: bool,
}

impl Register {
    /// The stamp its author had seen, as an order: nothing seen is before everything.
    pub fn seen(&self) -> Stamp {
        self.base.unwrap_or_default()
    }
}

/// A row in its current state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Row {
    #[serde(rename = "k")]
    pub key: RowKey,
    #[serde(rename = "h")]
    pub shape: Shape,
    /// Random id of the person concerned; it joins nothing.
    #[serde(rename = "u", default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<Id>,
    /// By field number.
    #[serde(rename = "f", deserialize_with = "crate::codec::unique")]
    pub fields: BTreeMap<u32, Register>,
    /// Of a tray row: the row and the field whose values it holds, and of which edits they are.
    #[serde(rename = "o", default, skip_serializing_if = "Option::is_none")]
    pub tray_of: Option<TrayOf>,
}

/// What a tray row is about. Its fields 1 and 2 are the two values, in the order of the names of their edits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TrayOf {
    #[serde(rename = "k")]
    pub kind: String,
    #[serde(rename = "i")]
    pub id: Id,
    #[serde(rename = "n")]
    pub field: u32,
}

impl Row {
    pub fn new(key: RowKey, shape: Shape, subject: Option<Id>) -> Self {
        Self { key, shape, subject, fields: BTreeMap::new(), tray_of: None }
    }

    /// What the row adds to the sums of a digest: the same on desk and hub as long as they have the same row.
    pub fn hash(&self) -> u64 {
        let hash = blake3::hash(&crate::encode(self, crate::Form::Plain));
        u64::from_le_bytes(hash.as_bytes()[..8].try_into().expect("a hash is longer than eight bytes"))
    }

    /// Whether the row is there: it was not removed, or brought back.
    pub fn is_alive(&self) -> bool {
        let alive = self.fields.get(&ALIVE_FIELD).and_then(|r| r.value.as_ref());
        alive.is_none_or(|value| value.0 != [0])
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands references")]
fn is_false(is: &bool) -> bool {
    !is
}

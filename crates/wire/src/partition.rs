//! The parts of a district's data, each with its own readers, writers and key.

use crate::Id;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Written as `station/<32 hex digits>`, `board/…`, `party/…` or `shared`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Partition {
    /// All that the desks of one station share.
    Station(Id),
    /// What the district may see of a station.
    Board(Id),
    /// Party registrations of a station.
    Party(Id),
    /// What the district tells everybody.
    Shared,
}

#[cfg(feature = "openapi")]
crate::openapi::as_text!(Partition);

impl Partition {
    /// The station it belongs to, if any.
    pub fn station(self) -> Option<Id> {
        match self {
            Partition::Station(id) | Partition::Board(id) | Partition::Party(id) => Some(id),
            Partition::Shared => None,
        }
    }

    /// `None` when the text names no partition.
    pub fn parse(text: &str) -> Option<Self> {
        if text == "shared" {
            return Some(Partition::Shared);
        }
        let (name, id) = text.split_once('/')?;
        let id = Id::from_hex(id)?;
        match name {
            "station" => Some(Partition::Station(id)),
            "board" => Some(Partition::Board(id)),
            "party" => Some(Partition::Party(id)),
            _ => None,
        }
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Partition::Station(id) => write!(f, "station/{id}"),
            Partition::Board(id) => write!(f, "board/{id}"),
            Partition::Party(id) => write!(f, "party/{id}"),
            Partition::Shared => f.write_str("shared"),
        }
    }
}

impl From<Partition> for String {
    fn from(partition: Partition) -> Self {
        partition.to_string()
    }
}

impl TryFrom<String> for Partition {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Partition::parse(&text).ok_or("no such partition")
    }
}

//! What travels between a desk and a hub: messages, their limits and their bytes. Knows no database, no network, no key
//! and no noun: a value is a sealed text, and what a kind means stands on the desk.
//!
//! A message only grows: a new field is optional with a default, an old one stays until the version that needs it is gone.

pub mod bytes;
mod codec;
pub mod device;
pub mod erase;
pub mod exchange;
pub mod limits;
#[cfg(feature = "openapi")]
mod openapi;
pub mod partition;
pub mod problem;
pub mod row;

pub use bytes::{Hash, Id, ReplicaId, Sealed};
pub use codec::{Form, WireError, decode, encode};
pub use partition::Partition;
pub use problem::Problem;
pub use row::{Base, Register, Row, RowKey, Shape, Stamp};

/// The protocol this program speaks, and since when and why.
///
/// 1 (2026-11-25): the first one.
pub const VERSION: u32 = 1;

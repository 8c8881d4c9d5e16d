//! The rules by which desks agree, without a network and without a database: each takes a request, what the store has of it
//! and the time, and says what to store and what to answer. Merging lives here and nowhere else.

mod digest;
mod erase;
mod hello;
mod merge;
mod offer;
mod pull;
mod push;
mod room;
mod rules;
mod size;
mod work;

pub use digest::{answer_digest, reread};
pub use erase::{erase, replay_orders};
pub use hello::answer_hello;
pub use offer::take_offer;
pub use pull::answer_pull;
pub use push::take_push;
pub use rules::{Break, Rules};

use fengxiang_wire::Partition;
use fengxiang_wire::device::Grant;

/// Who asks, and what the hub knows when they do.
#[derive(Debug, Clone)]
pub struct Asking<'a> {
    /// Of the device that signed the request, never of the request itself.
    pub grants: &'a [Grant],
    /// The hub's clock, milliseconds UTC.
    pub now_ms: i64,
    pub rules: Rules,
}

impl Asking<'_> {
    fn grant(&self, partition: Partition) -> Option<&Grant> {
        self.grants.iter().find(|g| g.partition == partition)
    }

    fn may_read(&self, partition: Partition) -> bool {
        self.grant(partition).is_some_and(|g| g.may_read)
    }

    fn may_only_add(&self, partition: Partition) -> bool {
        self.grant(partition).is_some_and(|g| g.may_only_add)
    }

    fn may_write(&self, partition: Partition, kind: &str) -> bool {
        self.grant(partition).is_some_and(|g| g.may_write(kind))
    }
}

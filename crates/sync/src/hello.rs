//! What a hub's knowledge of this file means: go on, take another name, or send again. Pure.

use crate::local::Offering;
use fengxiang_wire::exchange::{Known, Receipt};
use fengxiang_wire::{Hash, ReplicaId};

/// Where a file stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    pub replica: ReplicaId,
    /// The last number that was given.
    pub last_number: u64,
    /// The last number whose receipt is stored.
    pub acked_number: u64,
    /// The hub's epoch; 0 before the first hello.
    pub epoch: u64,
    pub orders_taken: u64,
    pub offering: Option<Offering>,
}

/// What to do with the answer to a hello.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Directive {
    /// Store these outcomes and go on.
    GoOn { receipts: Vec<Receipt> },
    /// Ask again at a lower number: there the hub may have the same entry.
    AskAt { number: u64 },
    /// The hub has less than it had acknowledged: send again what lies above.
    SendAgain { above: u64 },
    /// The hub has more than this file: it is an old one. Store these outcomes and take a new name.
    Restored { receipts: Vec<Receipt> },
    /// The hub has something else from this number on: two files use one name. The same.
    Cloned { common: u64, receipts: Vec<Receipt> },
}

/// Compares what the hub knows with the file's own hashes. `at` is the number that the hello named; a hub that does not know
/// the replica has nothing of it.
pub fn judge(
    standing: &Standing,
    at: u64,
    known: Option<Known>,
    mut own_hash: impl FnMut(u64) -> Option<Hash>,
) -> Directive {
    let known = known.unwrap_or(Known { last_number: 0, is_same: at == 0, receipts: Vec::new(), is_forgotten: false });
    if !known.is_same {
        return Directive::AskAt { number: lower(at, known.last_number) };
    }
    let is_own = |r: &Receipt, own: Option<Hash>| own == Some(r.hash);
    let same = known.receipts.iter().take_while(|r| is_own(r, own_hash(r.number))).count();
    let common = at + same as u64;
    let receipts = known.receipts[..same].to_vec();
    // A file of this name was told more than this one knows, and went on; if this one did so too, they are two.
    let is_lost_track = known.is_forgotten && (at < standing.acked_number || known.last_number <= standing.last_number);
    let is_other = is_lost_track || known.receipts.get(same).is_some_and(|r| r.number <= standing.last_number);
    match () {
        () if is_other => Directive::Cloned { common, receipts },
        () if known.last_number > standing.last_number => Directive::Restored { receipts },
        () if at < standing.acked_number && known.last_number < standing.acked_number => {
            Directive::SendAgain { above: known.last_number }
        }
        () => Directive::GoOn { receipts },
    }
}

/// Where to ask next: where the hub ends, when that is lower; else half-way down. Before the first entry all are the same.
fn lower(at: u64, hub_last: u64) -> u64 {
    if hub_last < at { hub_last } else { at / 2 }
}

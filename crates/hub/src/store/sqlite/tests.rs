//! What a request costs in a large partition, counted in steps of SQLite's own machine: the same wherever it runs.

use super::SqliteStore;
use crate::exchange::{Asking, Rules, take_push};
use crate::store::{Store, transact};
use fengxiang_wire::device::Grant;
use fengxiang_wire::exchange::{Entry, EntryField, Push, PushAnswer};
use fengxiang_wire::{Hash, Id, Partition, ReplicaId, Sealed, Shape};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const STATION: Partition = Partition::Station(Id([7; 16]));
const BATCH: u64 = 100;

fn entry(number: u64) -> Entry {
    let hash = *blake3::hash(&number.to_le_bytes()).as_bytes();
    let id = Id(std::array::from_fn(|at| hash[at]));
    let value = Some(Sealed(vec![7; 40]));
    Entry {
        number,
        partition: STATION,
        kind: "visitor".into(),
        id,
        shape: Shape::Record,
        subject: Some(id),
        h: number << 16,
        hash: Hash(hash),
        origin: None,
        given: None,
        fields: vec![EntryField { field: 1, value, base: None, is_personal: true }],
    }
}

fn push(store: &dyn Store, from: u64) {
    let grants =
        [Grant { partition: STATION, may_read: true, writes: vec!["*".into()], may_only_add: false, may_grant: true }];
    let asking = Asking { grants: &grants, now_ms: 1_000_000, rules: Rules::default() };
    let push = Push {
        epoch: 1,
        replica: ReplicaId([1; 16]),
        confirmed: from - 1,
        orders_taken: 0,
        wall_ms: 1_000_000,
        entries: (from..from + BATCH).map(entry).collect(),
    };
    let answer = transact(store, &mut |tx| take_push(tx, &asking, &push)).unwrap();
    assert!(matches!(answer, PushAnswer::Taken { .. }), "{answer:?}");
}

/// Steps of the writer, in hundreds.
fn count_steps(store: &SqliteStore) -> Arc<AtomicU64> {
    let steps = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&steps);
    let count = move || {
        counted.fetch_add(1, Ordering::Relaxed);
        false
    };
    store.join().connection().progress_handler(100, Some(count)).unwrap();
    steps
}

#[test]
fn a_push_costs_the_same_in_a_small_and_in_a_large_partition() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&folder.path().join("hub.db"), "made-up").unwrap();
    let steps = count_steps(&store);
    let cost = |number: u64| {
        let before = steps.load(Ordering::Relaxed);
        push(&store, number * BATCH + 1);
        steps.load(Ordering::Relaxed) - before
    };
    // The second finds its statements compiled and its buckets there, as any later one.
    let costs: Vec<u64> = (0..40).map(cost).collect();
    assert!(costs[39] < costs[1] * 2, "from {} to {} hundred steps", costs[1], costs[39]);
}

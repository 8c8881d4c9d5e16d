//! What writing rows changes of the sums of a digest, so that no sum is ever counted anew. Sums wrap, so that a difference
//! is a sum too.

use fengxiang_wire::exchange::Sum;
use fengxiang_wire::{Partition, RowKey};
use std::collections::BTreeMap;

/// Rows of one kind whose ids begin alike.
pub(super) type BucketKey = (Partition, String, u8);

#[derive(Default)]
pub(super) struct Changes(BTreeMap<BucketKey, Sum>);

impl Changes {
    /// A row was added, or took the place of one with another digest.
    pub fn put(&mut self, key: &RowKey, old: Option<u64>, new: u64) {
        let bucket = self.0.entry((key.partition, key.kind.clone(), key.id.0[0])).or_default();
        if let Some(old) = old {
            bucket.take(old);
        }
        bucket.add(new);
    }

    pub fn buckets(&self) -> impl Iterator<Item = (&BucketKey, Sum)> {
        self.0.iter().map(|(key, change)| (key, *change))
    }

    pub fn partitions(&self) -> BTreeMap<Partition, Sum> {
        let mut partitions: BTreeMap<Partition, Sum> = BTreeMap::new();
        for ((partition, ..), change) in &self.0 {
            let sum = partitions.entry(*partition).or_default();
            *sum = plus(*sum, *change);
        }
        partitions
    }
}

pub(super) fn plus(sum: Sum, change: Sum) -> Sum {
    Sum { rows: sum.rows.wrapping_add(change.rows), sum: sum.sum.wrapping_add(change.sum) }
}

/// From the columns `row_count` and `digest_sum`.
pub(super) fn sum((rows, sum): (i64, i64)) -> Sum {
    Sum { rows: rows.cast_unsigned(), sum: sum.cast_unsigned() }
}

/// As the columns `row_count` and `digest_sum`.
pub(super) fn columns(sum: Sum) -> (i64, i64) {
    (sum.rows.cast_signed(), sum.sum.cast_signed())
}

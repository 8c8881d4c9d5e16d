//! `row_bucket` and the sums of `partition_head`: kept by every write, never counted anew.

use super::tx::PostgresTx;
use crate::store::sums::{BucketKey, Changes, columns, plus, sum};
use crate::store::{Failed, stored};
use fengxiang_wire::Partition;
use fengxiang_wire::exchange::{Bucket, Sum};
use std::collections::HashMap;

pub fn sum_root(tx: &mut PostgresTx, partition: Partition) -> Result<Sum, Failed> {
    let sql = "SELECT row_count, digest_sum FROM partition_head WHERE district = $1 AND partition = $2";
    let root = tx.find(sql, &[&tx.district(), &partition.to_string()])?;
    Ok(root.map_or_else(Sum::default, |r| sum((r.get(0), r.get(1)))))
}

pub fn list_buckets(tx: &mut PostgresTx, partition: Partition) -> Result<Vec<Bucket>, Failed> {
    let sql = "SELECT kind, first_byte, row_count, digest_sum FROM row_bucket
               WHERE district = $1 AND partition = $2 ORDER BY kind, first_byte";
    let buckets = tx.list(sql, &[&tx.district(), &partition.to_string()])?;
    let read = |r: &postgres::Row| Bucket { kind: r.get(0), byte: byte(r.get(1)), sum: sum((r.get(2), r.get(3))) };
    Ok(buckets.iter().map(read).collect())
}

/// Sums wrap, which SQL does not: they are added up here, while the heads of the partitions are held.
pub fn apply(tx: &mut PostgresTx, changes: &Changes) -> Result<(), Failed> {
    for (partition, change) in changes.partitions() {
        let root = plus(sum_root(tx, partition)?, change);
        let sql = "UPDATE partition_head SET row_count = $3, digest_sum = $4 WHERE district = $1 AND partition = $2";
        let (rows, sum) = columns(root);
        tx.run(sql, &[&tx.district(), &partition.to_string(), &rows, &sum])?;
    }
    let before = list_touched(tx, changes)?;
    put_touched(tx, changes, &before)
}

fn list_touched(tx: &mut PostgresTx, changes: &Changes) -> Result<HashMap<BucketKey, Sum>, Failed> {
    let sql = "SELECT b.partition, b.kind, b.first_byte, b.row_count, b.digest_sum
               FROM UNNEST($2::text[], $3::text[], $4::smallint[]) AS touched (partition, kind, first_byte)
               CROSS JOIN LATERAL (
                   SELECT * FROM row_bucket r WHERE r.district = $1 AND r.partition = touched.partition
                       AND r.kind = touched.kind AND r.first_byte = touched.first_byte OFFSET 0
               ) b";
    let (partitions, kinds, bytes) = names(changes);
    let buckets = tx.list(sql, &[&tx.district(), &partitions, &kinds, &bytes])?;
    let read = |r: &postgres::Row| {
        let key = (stored::partition(r.get(0))?, r.get(1), byte(r.get(2)));
        Ok((key, sum((r.get(3), r.get(4)))))
    };
    buckets.iter().map(read).collect()
}

fn put_touched(tx: &mut PostgresTx, changes: &Changes, before: &HashMap<BucketKey, Sum>) -> Result<(), Failed> {
    let sql = "INSERT INTO row_bucket (district, partition, kind, first_byte, row_count, digest_sum)
               SELECT $1, put.* FROM UNNEST($2::text[], $3::text[], $4::smallint[], $5::bigint[], $6::bigint[]) AS put
               ON CONFLICT (district, partition, kind, first_byte) DO UPDATE SET
                   row_count = excluded.row_count, digest_sum = excluded.digest_sum";
    let after = |(key, change)| columns(plus(before.get(key).copied().unwrap_or_default(), change));
    let (rows, sums): (Vec<i64>, Vec<i64>) = changes.buckets().map(after).unzip();
    let (partitions, kinds, bytes) = names(changes);
    tx.run(sql, &[&tx.district(), &partitions, &kinds, &bytes, &rows, &sums])
}

fn names(changes: &Changes) -> (Vec<String>, Vec<&str>, Vec<i16>) {
    changes
        .buckets()
        .map(|((partition, kind, byte), _)| (partition.to_string(), kind.as_str(), i16::from(*byte)))
        .collect()
}

fn byte(column: i16) -> u8 {
    u8::try_from(column).unwrap_or_default()
}

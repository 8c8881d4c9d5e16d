//! `row_bucket` and the sums of `partition_head`: kept by every write, never counted anew.

use super::tx::SqliteTx;
use crate::store::Failed;
use crate::store::sums::{BucketKey, Changes, columns, plus, sum};
use fengxiang_wire::Partition;
use fengxiang_wire::exchange::{Bucket, Sum};
use rusqlite::named_params;

pub fn sum_root(tx: &SqliteTx, partition: Partition) -> Result<Sum, Failed> {
    let sql = "SELECT row_count, digest_sum FROM partition_head WHERE district = :district AND partition = :partition";
    let params = named_params! { ":district": tx.district, ":partition": partition.to_string() };
    Ok(tx.find(sql, params, |r| Ok(sum((r.get(0)?, r.get(1)?))))?.unwrap_or_default())
}

pub fn list_buckets(tx: &SqliteTx, partition: Partition) -> Result<Vec<Bucket>, Failed> {
    let sql = "SELECT kind, first_byte, row_count, digest_sum FROM row_bucket
               WHERE district = :district AND partition = :partition ORDER BY kind, first_byte";
    let params = named_params! { ":district": tx.district, ":partition": partition.to_string() };
    tx.list(sql, params, |r| Ok(Bucket { kind: r.get(0)?, byte: r.get(1)?, sum: sum((r.get(2)?, r.get(3)?)) }))
}

/// Sums wrap, which SQL does not: they are added up here.
pub fn apply(tx: &SqliteTx, changes: &Changes) -> Result<(), Failed> {
    for (partition, change) in changes.partitions() {
        put_root(tx, partition, plus(sum_root(tx, partition)?, change))?;
    }
    for (key, change) in changes.buckets() {
        let before = find_bucket(tx, key)?.unwrap_or_default();
        put_bucket(tx, key, plus(before, change))?;
    }
    Ok(())
}

fn put_root(tx: &SqliteTx, partition: Partition, root: Sum) -> Result<(), Failed> {
    let sql = "UPDATE partition_head SET row_count = :rows, digest_sum = :sum
               WHERE district = :district AND partition = :partition";
    let (rows, sum) = columns(root);
    let params = named_params! {
        ":district": tx.district, ":partition": partition.to_string(), ":rows": rows, ":sum": sum,
    };
    tx.run(sql, params).map(|_| ())
}

fn find_bucket(tx: &SqliteTx, (partition, kind, byte): &BucketKey) -> Result<Option<Sum>, Failed> {
    let sql = "SELECT row_count, digest_sum FROM row_bucket
               WHERE district = :district AND partition = :partition AND kind = :kind AND first_byte = :byte";
    let params = named_params! {
        ":district": tx.district, ":partition": partition.to_string(), ":kind": kind, ":byte": byte,
    };
    tx.find(sql, params, |r| Ok(sum((r.get(0)?, r.get(1)?))))
}

fn put_bucket(tx: &SqliteTx, (partition, kind, byte): &BucketKey, bucket: Sum) -> Result<(), Failed> {
    let sql = "INSERT INTO row_bucket (district, partition, kind, first_byte, row_count, digest_sum)
               VALUES (:district, :partition, :kind, :byte, :rows, :sum)
               ON CONFLICT (district, partition, kind, first_byte) DO UPDATE SET
                   row_count = excluded.row_count, digest_sum = excluded.digest_sum";
    let (rows, sum) = columns(bucket);
    let params = named_params! {
        ":district": tx.district,
        ":partition": partition.to_string(),
        ":kind": kind,
        ":byte": byte,
        ":rows": rows,
        ":sum": sum,
    };
    tx.run(sql, params).map(|_| ())
}

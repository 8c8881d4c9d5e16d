//! `partition_head`: sequences without holes, and the pages that follow them. Whoever takes a sequence holds the row of the
//! head until the commit: no later one can be seen before.

use super::row::{COLUMNS, read};
use super::tx::PostgresTx;
use crate::store::Failed;
use crate::store::stored::{rows, signed, unsigned};
use fengxiang_wire::Partition;
use fengxiang_wire::exchange::PageRow;

pub fn lock_partition(tx: &mut PostgresTx, partition: Partition) -> Result<u64, Failed> {
    let sql = "SELECT issued FROM partition_head WHERE district = $1 AND partition = $2 FOR UPDATE";
    let (district, name) = (tx.district(), partition.to_string());
    if let Some(row) = tx.find(sql, &[&district, &name])? {
        return Ok(unsigned(row.get(0)));
    }
    let added = "INSERT INTO partition_head (district, partition) VALUES ($1, $2)
                 ON CONFLICT (district, partition) DO NOTHING";
    tx.run(added, &[&district, &name])?;
    let row = tx.find(sql, &[&district, &name])?;
    row.map(|r| unsigned(r.get(0))).ok_or_else(|| Failed::Broken("a partition that was put is not there".into()))
}

pub fn put_issued(tx: &mut PostgresTx, partition: Partition, issued: u64) -> Result<(), Failed> {
    lock_partition(tx, partition)?;
    let sql = "UPDATE partition_head SET issued = $3 WHERE district = $1 AND partition = $2";
    tx.run(sql, &[&tx.district(), &partition.to_string(), &signed(issued)])
}

/// The next sequences of a partition, so many; returns the one before the first.
pub fn take_sequences(tx: &mut PostgresTx, partition: Partition, count: u64) -> Result<u64, Failed> {
    let sql = "UPDATE partition_head SET head = head + $3 WHERE district = $1 AND partition = $2 RETURNING head";
    let (district, name) = (tx.district(), partition.to_string());
    let mut taken = tx.find(sql, &[&district, &name, &signed(count)])?;
    if taken.is_none() {
        lock_partition(tx, partition)?;
        taken = tx.find(sql, &[&district, &name, &signed(count)])?;
    }
    let head = taken.map(|r| unsigned(r.get(0)));
    head.map(|head| head - count).ok_or_else(|| Failed::Broken("a partition without a head".into()))
}

pub fn find_head(tx: &mut PostgresTx, partition: Partition) -> Result<u64, Failed> {
    let sql = "SELECT head FROM partition_head WHERE district = $1 AND partition = $2";
    let head = tx.find(sql, &[&tx.district(), &partition.to_string()])?;
    Ok(head.map_or(0, |r| unsigned(r.get(0))))
}

pub fn list_page(tx: &mut PostgresTx, partition: Partition, after: u64, limit: usize) -> Result<Vec<PageRow>, Failed> {
    let sql = format!(
        "SELECT {COLUMNS} FROM stored_row r
         WHERE r.district = $1 AND r.partition = $2 AND r.sequence > $3 AND r.sequence > 0
         ORDER BY r.sequence LIMIT $4"
    );
    let page = tx.list(&sql, &[&tx.district(), &partition.to_string(), &signed(after), &rows(limit)])?;
    page.iter().map(read).collect()
}

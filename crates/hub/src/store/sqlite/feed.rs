//! `partition_head`: sequences without holes, and the pages that follow them.

use super::row::{COLUMNS, read};
use super::tx::SqliteTx;
use crate::store::Failed;
use crate::store::stored::{RowColumns, rows, signed, unsigned};
use fengxiang_wire::Partition;
use fengxiang_wire::exchange::PageRow;
use rusqlite::named_params;

pub fn lock_partition(tx: &SqliteTx, partition: Partition) -> Result<u64, Failed> {
    let name = partition.to_string();
    let sql = "SELECT issued FROM partition_head WHERE district = :district AND partition = :partition";
    let issued = tx.find(sql, named_params! { ":district": tx.district, ":partition": name }, |r| r.get(0))?;
    if let Some(issued) = issued {
        return Ok(unsigned(issued));
    }
    let sql = "INSERT INTO partition_head (district, partition) VALUES (:district, :partition)";
    tx.run(sql, named_params! { ":district": tx.district, ":partition": name })?;
    Ok(0)
}

pub fn put_issued(tx: &SqliteTx, partition: Partition, issued: u64) -> Result<(), Failed> {
    lock_partition(tx, partition)?;
    let sql = "UPDATE partition_head SET issued = :issued WHERE district = :district AND partition = :partition";
    let params = named_params! {
        ":district": tx.district, ":partition": partition.to_string(), ":issued": signed(issued),
    };
    tx.run(sql, params).map(|_| ())
}

/// The next sequences of a partition, so many; returns the one before the first.
pub fn take_sequences(tx: &SqliteTx, partition: Partition, count: u64) -> Result<u64, Failed> {
    lock_partition(tx, partition)?;
    let sql = "UPDATE partition_head SET head = head + :count
               WHERE district = :district AND partition = :partition RETURNING head";
    let params = named_params! {
        ":district": tx.district, ":partition": partition.to_string(), ":count": signed(count),
    };
    let head = tx.find(sql, params, |r| r.get(0))?.map(unsigned);
    head.map(|head| head - count).ok_or_else(|| Failed::Broken("a partition without a head".into()))
}

pub fn find_head(tx: &SqliteTx, partition: Partition) -> Result<u64, Failed> {
    let sql = "SELECT head FROM partition_head WHERE district = :district AND partition = :partition";
    let params = named_params! { ":district": tx.district, ":partition": partition.to_string() };
    Ok(unsigned(tx.find(sql, params, |r| r.get(0))?.unwrap_or_default()))
}

pub fn list_page(tx: &SqliteTx, partition: Partition, after: u64, limit: usize) -> Result<Vec<PageRow>, Failed> {
    let sql = format!(
        "SELECT {COLUMNS} FROM stored_row
         WHERE district = :district AND partition = :partition AND sequence > :after AND sequence > 0
         ORDER BY sequence LIMIT :limit"
    );
    let params = named_params! {
        ":district": tx.district, ":partition": partition.to_string(), ":after": signed(after), ":limit": rows(limit),
    };
    tx.list(&sql, params, read)?.into_iter().map(RowColumns::read).collect()
}

//! `hub`, `erase_order` and `erased_subject`: the epoch, and the ledger of those who were erased.

use super::tx::PostgresTx;
use crate::store::{Failed, stored};
use fengxiang_wire::erase::EraseOrder;
use fengxiang_wire::{Id, Partition};

pub fn epoch(tx: &mut PostgresTx) -> Result<u64, Failed> {
    let epoch = tx.find("SELECT epoch FROM hub WHERE district = $1", &[&tx.district()])?;
    let epoch = epoch.ok_or_else(|| Failed::Broken("the district is not in the database".into()))?;
    Ok(stored::unsigned(epoch.get(0)))
}

/// Orders and what is not there yet are written one after the other.
pub fn lock_hub(tx: &mut PostgresTx) -> Result<(), Failed> {
    tx.run("SELECT epoch FROM hub WHERE district = $1 FOR UPDATE", &[&tx.district()])
}

pub fn put_epoch(tx: &mut PostgresTx, epoch: u64) -> Result<(), Failed> {
    tx.run("UPDATE hub SET epoch = $2 WHERE district = $1", &[&tx.district(), &stored::signed(epoch)])
}

pub fn add(tx: &mut PostgresTx, order: &EraseOrder) -> Result<(), Failed> {
    lock_hub(tx)?;
    let sql = "INSERT INTO erase_order (district, ordinal, order_id, body) VALUES ($1, $2, $3, $4)";
    let ordinal = stored::signed(count(tx)? + 1);
    tx.run(sql, &[&tx.district(), &ordinal, &order.id.0.as_slice(), &stored::order_body(order)])?;
    let sql = "INSERT INTO erased_subject (district, partition, subject)
               SELECT $1, $2, added.subject FROM UNNEST($3::bytea[]) AS added (subject)
               ON CONFLICT (district, partition, subject) DO NOTHING";
    let subjects: Vec<&[u8]> = order.subjects.iter().map(|s| s.0.as_slice()).collect();
    tx.run(sql, &[&tx.district(), &order.partition.to_string(), &subjects])
}

pub fn has(tx: &mut PostgresTx, id: Id) -> Result<bool, Failed> {
    let sql = "SELECT 1 FROM erase_order WHERE district = $1 AND order_id = $2";
    Ok(tx.find(sql, &[&tx.district(), &id.0.as_slice()])?.is_some())
}

pub fn list(tx: &mut PostgresTx, after: u64) -> Result<Vec<EraseOrder>, Failed> {
    let sql = "SELECT body FROM erase_order WHERE district = $1 AND ordinal > $2 ORDER BY ordinal";
    let orders = tx.list(sql, &[&tx.district(), &stored::signed(after)])?;
    orders.iter().map(|r| stored::order(r.get(0))).collect()
}

pub fn count(tx: &mut PostgresTx) -> Result<u64, Failed> {
    let sql = "SELECT ordinal FROM erase_order WHERE district = $1 ORDER BY ordinal DESC LIMIT 1";
    let last = tx.find(sql, &[&tx.district()])?;
    Ok(last.map_or(0, |r| stored::unsigned(r.get(0))))
}

pub fn list_erased(tx: &mut PostgresTx, subjects: &[(Partition, Id)]) -> Result<Vec<(Partition, Id)>, Failed> {
    if subjects.is_empty() {
        return Ok(Vec::new());
    }
    let sql = "SELECT e.partition, e.subject
               FROM UNNEST($2::text[], $3::bytea[]) WITH ORDINALITY AS asked (partition, subject, place)
               CROSS JOIN LATERAL (
                   SELECT * FROM erased_subject s WHERE s.district = $1 AND s.partition = asked.partition
                       AND s.subject = asked.subject OFFSET 0
               ) e
               ORDER BY asked.place";
    let (partitions, ids): (Vec<String>, Vec<&[u8]>) =
        subjects.iter().map(|(partition, id)| (partition.to_string(), id.0.as_slice())).unzip();
    let erased = tx.list(sql, &[&tx.district(), &partitions, &ids])?;
    erased.iter().map(|r| Ok((stored::partition(r.get(0))?, stored::id(r.get(1))?))).collect()
}

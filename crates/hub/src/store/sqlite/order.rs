//! `hub`, `erase_order` and `erased_subject`: the epoch, and the ledger of those who were erased.

use super::tx::SqliteTx;
use crate::store::{Failed, stored};
use fengxiang_wire::erase::EraseOrder;
use fengxiang_wire::{Id, Partition};
use rusqlite::named_params;

pub fn epoch(tx: &SqliteTx) -> Result<u64, Failed> {
    let sql = "SELECT epoch FROM hub WHERE district = :district";
    let epoch = tx.find(sql, named_params! { ":district": tx.district }, |r| r.get(0))?;
    epoch.map(stored::unsigned).ok_or_else(|| Failed::Broken("the district is not in the file".into()))
}

pub fn put_epoch(tx: &SqliteTx, epoch: u64) -> Result<(), Failed> {
    let sql = "UPDATE hub SET epoch = :epoch WHERE district = :district";
    tx.run(sql, named_params! { ":district": tx.district, ":epoch": stored::signed(epoch) }).map(|_| ())
}

pub fn add(tx: &SqliteTx, order: &EraseOrder) -> Result<(), Failed> {
    let sql = "INSERT INTO erase_order (district, ordinal, order_id, body) VALUES (:district, :ordinal, :id, :body)";
    let ordinal = stored::signed(count(tx)? + 1);
    let body = stored::order_body(order);
    tx.run(sql, named_params! { ":district": tx.district, ":ordinal": ordinal, ":id": order.id.0, ":body": body })?;
    let sql = "INSERT INTO erased_subject (district, partition, subject) VALUES (:district, :partition, :subject)
               ON CONFLICT DO NOTHING";
    let partition = order.partition.to_string();
    for subject in &order.subjects {
        tx.run(sql, named_params! { ":district": tx.district, ":partition": partition, ":subject": subject.0 })?;
    }
    Ok(())
}

pub fn has(tx: &SqliteTx, id: Id) -> Result<bool, Failed> {
    let sql = "SELECT 1 FROM erase_order WHERE district = :district AND order_id = :id";
    Ok(tx.find(sql, named_params! { ":district": tx.district, ":id": id.0 }, |_| Ok(()))?.is_some())
}

pub fn list(tx: &SqliteTx, after: u64) -> Result<Vec<EraseOrder>, Failed> {
    let sql = "SELECT body FROM erase_order WHERE district = :district AND ordinal > :after ORDER BY ordinal";
    let params = named_params! { ":district": tx.district, ":after": stored::signed(after) };
    let bodies = tx.list(sql, params, |r| r.get::<_, Vec<u8>>(0))?;
    bodies.iter().map(|body| stored::order(body)).collect()
}

pub fn count(tx: &SqliteTx) -> Result<u64, Failed> {
    let sql = "SELECT ordinal FROM erase_order WHERE district = :district ORDER BY ordinal DESC LIMIT 1";
    let last = tx.find(sql, named_params! { ":district": tx.district }, |r| r.get(0))?;
    Ok(stored::unsigned(last.unwrap_or_default()))
}

pub fn list_erased(tx: &SqliteTx, subjects: &[(Partition, Id)]) -> Result<Vec<(Partition, Id)>, Failed> {
    let sql = "SELECT 1 FROM erased_subject
               WHERE district = :district AND partition = :partition AND subject = :subject";
    let mut erased = Vec::new();
    for (partition, subject) in subjects {
        let params =
            named_params! { ":district": tx.district, ":partition": partition.to_string(), ":subject": subject.0 };
        if tx.find(sql, params, |_| Ok(()))?.is_some() {
            erased.push((*partition, *subject));
        }
    }
    Ok(erased)
}

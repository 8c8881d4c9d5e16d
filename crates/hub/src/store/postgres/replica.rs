//! `replica` and `receipt`: what the hub remembers of each incarnation of a desk's file.

use super::tx::PostgresTx;
use crate::store::stored::{KeyColumns, ReceiptColumns, given_of, outcome_name, signed, unsigned};
use crate::store::{Failed, Replica, StoredReceipt};
use fengxiang_wire::ReplicaId;
use postgres::Row;

/// Receipts that one request forgets at most.
const PURGE_MAX: i64 = 2_000;

pub fn find(tx: &mut PostgresTx, id: ReplicaId) -> Result<Option<Replica>, Failed> {
    let sql = "SELECT last_number, last_eff, confirmed FROM replica WHERE district = $1 AND replica = $2";
    Ok(tx.find(sql, &[&tx.district(), &id.0.as_slice()])?.as_ref().map(read))
}

pub fn lock(tx: &mut PostgresTx, id: ReplicaId) -> Result<Replica, Failed> {
    let sql = "SELECT last_number, last_eff, confirmed FROM replica WHERE district = $1 AND replica = $2 FOR UPDATE";
    let district = tx.district();
    let replica = id.0.as_slice();
    if let Some(row) = tx.find(sql, &[&district, &replica])? {
        return Ok(read(&row));
    }
    let added = "INSERT INTO replica (district, replica) VALUES ($1, $2) ON CONFLICT (district, replica) DO NOTHING";
    tx.run(added, &[&district, &replica])?;
    let row = tx.find(sql, &[&district, &replica])?;
    row.as_ref().map(read).ok_or_else(|| Failed::Broken("a replica that was put is not there".into()))
}

fn read(r: &Row) -> Replica {
    Replica { last_number: unsigned(r.get(0)), last_eff: unsigned(r.get(1)), confirmed: unsigned(r.get(2)) }
}

pub fn put(tx: &mut PostgresTx, id: ReplicaId, replica: Replica) -> Result<(), Failed> {
    let sql = "INSERT INTO replica (district, replica, last_number, last_eff, confirmed) VALUES ($1, $2, $3, $4, $5)
               ON CONFLICT (district, replica) DO UPDATE SET
                   last_number = excluded.last_number, last_eff = excluded.last_eff, confirmed = excluded.confirmed";
    let Replica { last_number, last_eff, confirmed } = replica;
    let numbers = [signed(last_number), signed(last_eff), signed(confirmed)];
    tx.run(sql, &[&tx.district(), &id.0.as_slice(), &numbers[0], &numbers[1], &numbers[2]])
}

pub fn list_receipts(tx: &mut PostgresTx, id: ReplicaId, from: u64, to: u64) -> Result<Vec<StoredReceipt>, Failed> {
    let sql = "SELECT number, entry_hash, outcome, given, partition, kind, id FROM receipt
               WHERE district = $1 AND replica = $2 AND number BETWEEN $3 AND $4 ORDER BY number";
    let receipts = tx.list(sql, &[&tx.district(), &id.0.as_slice(), &signed(from), &signed(to)])?;
    let read = |r: &Row| {
        let key = KeyColumns { partition: r.get(4), kind: r.get(5), id: r.get(6) };
        let (number, entry_hash, outcome, given) = (r.get(0), r.get(1), r.get(2), r.get(3));
        ReceiptColumns { number, entry_hash, outcome, given, key }.read()
    };
    receipts.iter().map(read).collect()
}

pub fn add_receipts(
    tx: &mut PostgresTx,
    id: ReplicaId,
    receipts: &[StoredReceipt],
    received_at: i64,
) -> Result<(), Failed> {
    if receipts.is_empty() {
        return Ok(());
    }
    let sql = "INSERT INTO receipt
                   (district, replica, received_at, number, entry_hash, outcome, given, partition, kind, id)
               SELECT $1, $2, $3, added.*
               FROM UNNEST($4::bigint[], $5::bytea[], $6::text[], $7::bytea[], $8::text[], $9::text[], $10::bytea[])
                   AS added";
    let numbers: Vec<i64> = receipts.iter().map(|r| signed(r.receipt.number)).collect();
    let hashes: Vec<&[u8]> = receipts.iter().map(|r| r.receipt.hash.0.as_slice()).collect();
    let outcomes: Vec<&str> = receipts.iter().map(|r| outcome_name(r.receipt.outcome)).collect();
    let given: Vec<Option<Vec<u8>>> = receipts.iter().map(|r| given_of(&r.receipt)).collect();
    let partitions: Vec<String> = receipts.iter().map(|r| r.key.partition.to_string()).collect();
    let kinds: Vec<&str> = receipts.iter().map(|r| r.key.kind.as_str()).collect();
    let ids: Vec<&[u8]> = receipts.iter().map(|r| r.key.id.0.as_slice()).collect();
    let (district, replica) = (tx.district(), id.0.as_slice());
    tx.run(sql, &[&district, &replica, &received_at, &numbers, &hashes, &outcomes, &given, &partitions, &kinds, &ids])
}

/// From the lowest number up to the first that is young or that the desk has not confirmed.
pub fn purge_receipts(tx: &mut PostgresTx, id: ReplicaId, below: u64, before: i64) -> Result<(), Failed> {
    let district = tx.district();
    let replica = id.0.as_slice();
    let sql = "SELECT number, received_at FROM receipt
               WHERE district = $1 AND replica = $2 AND number < $3 ORDER BY number LIMIT $4";
    let mut oldest = |limit: i64| tx.list(sql, &[&district, &replica, &signed(below), &limit]);
    let is_old = |r: &Row| r.get::<_, i64>(1) < before;
    if !oldest(1)?.iter().any(is_old) {
        return Ok(());
    }
    let old = oldest(PURGE_MAX)?;
    let Some(last) = old.iter().take_while(|r| is_old(r)).last() else { return Ok(()) };
    let sql = "DELETE FROM receipt WHERE district = $1 AND replica = $2 AND number <= $3";
    tx.run(sql, &[&district, &replica, &last.get::<_, i64>(0)])
}

//! `replica` and `receipt`: what the hub remembers of each incarnation of a desk's file.

use super::tx::SqliteTx;
use crate::store::stored::{KeyColumns, ReceiptColumns, given_of, outcome_name, rows, signed, unsigned};
use crate::store::{Failed, Replica, StoredReceipt};
use fengxiang_wire::ReplicaId;
use rusqlite::named_params;

/// Receipts that one request forgets at most.
const PURGE_MAX: usize = 2_000;

pub fn find(tx: &SqliteTx, id: ReplicaId) -> Result<Option<Replica>, Failed> {
    let sql = "SELECT last_number, last_eff, confirmed FROM replica WHERE district = :district AND replica = :replica";
    tx.find(sql, named_params! { ":district": tx.district, ":replica": id.0 }, |r| {
        let (last_number, last_eff, confirmed) = (unsigned(r.get(0)?), unsigned(r.get(1)?), unsigned(r.get(2)?));
        Ok(Replica { last_number, last_eff, confirmed })
    })
}

/// There is one writer: whoever is inside keeps the others out.
pub fn lock(tx: &SqliteTx, id: ReplicaId) -> Result<Replica, Failed> {
    if let Some(replica) = find(tx, id)? {
        return Ok(replica);
    }
    put(tx, id, Replica::default())?;
    Ok(Replica::default())
}

pub fn put(tx: &SqliteTx, id: ReplicaId, replica: Replica) -> Result<(), Failed> {
    let sql = "INSERT INTO replica (district, replica, last_number, last_eff, confirmed)
               VALUES (:district, :replica, :last_number, :last_eff, :confirmed)
               ON CONFLICT (district, replica) DO UPDATE SET
                   last_number = excluded.last_number, last_eff = excluded.last_eff, confirmed = excluded.confirmed";
    let params = named_params! {
        ":district": tx.district,
        ":replica": id.0,
        ":last_number": signed(replica.last_number),
        ":last_eff": signed(replica.last_eff),
        ":confirmed": signed(replica.confirmed),
    };
    tx.run(sql, params).map(|_| ())
}

pub fn list_receipts(tx: &SqliteTx, id: ReplicaId, from: u64, to: u64) -> Result<Vec<StoredReceipt>, Failed> {
    let sql = "SELECT number, entry_hash, outcome, given, partition, kind, id FROM receipt
               WHERE district = :district AND replica = :replica AND number BETWEEN :from AND :to ORDER BY number";
    let params = named_params! { ":district": tx.district, ":replica": id.0, ":from": signed(from), ":to": signed(to) };
    let receipts = tx.list(sql, params, |r| {
        let key = KeyColumns { partition: r.get(4)?, kind: r.get(5)?, id: r.get(6)? };
        let (number, entry_hash, outcome, given) = (r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?);
        Ok(ReceiptColumns { number, entry_hash, outcome, given, key })
    })?;
    receipts.into_iter().map(ReceiptColumns::read).collect()
}

pub fn add_receipts(tx: &SqliteTx, id: ReplicaId, receipts: &[StoredReceipt], received_at: i64) -> Result<(), Failed> {
    let sql = "INSERT INTO receipt
                   (district, replica, number, entry_hash, outcome, given, partition, kind, id, received_at)
               VALUES (:district, :replica, :number, :hash, :outcome, :given, :partition, :kind, :id, :received_at)";
    for StoredReceipt { receipt, key } in receipts {
        tx.run(
            sql,
            named_params! {
                ":district": tx.district,
                ":replica": id.0,
                ":number": signed(receipt.number),
                ":hash": receipt.hash.0,
                ":outcome": outcome_name(receipt.outcome),
                ":given": given_of(receipt),
                ":partition": key.partition.to_string(),
                ":kind": key.kind,
                ":id": key.id.0,
                ":received_at": received_at,
            },
        )?;
    }
    Ok(())
}

/// From the lowest number up to the first that is young or that the desk has not confirmed.
pub fn purge_receipts(tx: &SqliteTx, id: ReplicaId, below: u64, before: i64) -> Result<(), Failed> {
    let sql = "SELECT number, received_at FROM receipt
               WHERE district = :district AND replica = :replica AND number < :below ORDER BY number LIMIT :limit";
    let oldest = |limit: usize| {
        let params = named_params! { ":district": tx.district, ":replica": id.0, ":below": signed(below), ":limit": rows(limit) };
        tx.list(sql, params, |r| Ok((r.get::<_, i64>(0)?, r.get::<_, i64>(1)?)))
    };
    if oldest(1)?.iter().all(|(_, at)| *at >= before) {
        return Ok(());
    }
    let old = oldest(PURGE_MAX)?;
    let Some((last, _)) = old.iter().take_while(|(_, at)| *at < before).last() else { return Ok(()) };
    let sql = "DELETE FROM receipt WHERE district = :district AND replica = :replica AND number <= :last";
    tx.run(sql, named_params! { ":district": tx.district, ":replica": id.0, ":last": last }).map(|_| ())
}

//! `stored_row`: the rows in their current state. A thousand of them are one statement. Here and beside: `LATERAL … OFFSET 0`
//! keeps the planner from reading a whole district when it is asked for many keys of it at once.

use super::tx::PostgresTx;
use super::{digest, feed};
use crate::store::Failed;
use crate::store::stored::{self, KeyColumns, RowColumns, fields_of, shape_name, signed};
use crate::store::sums::Changes;
use fengxiang_wire::exchange::PageRow;
use fengxiang_wire::{Id, Partition, Row, RowKey};
use std::collections::{BTreeMap, HashMap};

pub const COLUMNS: &str = "r.partition, r.kind, r.id, r.sequence, r.shape, r.subject, r.tray_kind, r.tray_id,
    r.tray_field, r.fields";

pub fn read(r: &postgres::Row) -> Result<PageRow, Failed> {
    let columns = RowColumns {
        key: KeyColumns { partition: r.get(0), kind: r.get(1), id: r.get(2) },
        sequence: r.get(3),
        shape: r.get(4),
        subject: r.get(5),
        tray_kind: r.get(6),
        tray_id: r.get(7),
        tray_field: r.get(8),
        fields: r.get(9),
    };
    columns.read()
}

pub fn list(tx: &mut PostgresTx, keys: &[RowKey]) -> Result<Vec<Row>, Failed> {
    list_by_keys(tx, keys, "r.kind = asked.kind AND r.id = asked.id")
}

pub fn list_trays_of(tx: &mut PostgresTx, keys: &[RowKey]) -> Result<Vec<Row>, Failed> {
    list_by_keys(tx, keys, "r.tray_kind = asked.kind AND r.tray_id = asked.id")
}

fn list_by_keys(tx: &mut PostgresTx, keys: &[RowKey], rule: &str) -> Result<Vec<Row>, Failed> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT {COLUMNS}
         FROM UNNEST($2::text[], $3::text[], $4::bytea[]) WITH ORDINALITY AS asked (partition, kind, id, place)
         CROSS JOIN LATERAL (
             SELECT * FROM stored_row r WHERE r.district = $1 AND r.partition = asked.partition AND {rule} OFFSET 0
         ) r
         ORDER BY asked.place, r.kind, r.id"
    );
    let (partitions, kinds, ids) = names(keys.iter());
    let rows = tx.list(&sql, &[&tx.district(), &partitions, &kinds, &ids])?;
    rows.iter().map(|r| Ok(read(r)?.row)).collect()
}

pub fn list_of(tx: &mut PostgresTx, partition: Partition, subjects: &[Id]) -> Result<Vec<Row>, Failed> {
    let sql = format!(
        "SELECT {COLUMNS} FROM stored_row r
         WHERE r.district = $1 AND r.partition = $2 AND r.subject = ANY ($3) ORDER BY r.subject, r.kind, r.id"
    );
    let subjects: Vec<&[u8]> = subjects.iter().map(|s| s.0.as_slice()).collect();
    let rows = tx.list(&sql, &[&tx.district(), &partition.to_string(), &subjects])?;
    rows.iter().map(|r| Ok(read(r)?.row)).collect()
}

pub fn list_bucket(
    tx: &mut PostgresTx,
    partition: Partition,
    kind: &str,
    byte: u8,
    after: Option<Id>,
    limit: usize,
) -> Result<Vec<PageRow>, Failed> {
    let sql = format!(
        "SELECT {COLUMNS} FROM stored_row r
         WHERE r.district = $1 AND r.partition = $2 AND r.kind = $3 AND r.id >= $4 AND r.id <= $5 AND r.id > $6
         ORDER BY r.id LIMIT $7"
    );
    let ends = |fill: u8| std::array::from_fn::<u8, 16, _>(|at| if at == 0 { byte } else { fill });
    let (first, last) = (ends(0), ends(0xff));
    // Nothing is before an empty one.
    let after = after.map_or(Vec::new(), |id| id.0.to_vec());
    let (partition, limit) = (partition.to_string(), stored::rows(limit));
    let params = [&tx.district() as _, &partition as _, &kind as _, &first.as_slice() as _, &last.as_slice() as _];
    let rows = tx.list(&sql, &[&params[..], &[&after as _, &limit as _]].concat())?;
    rows.iter().map(read).collect()
}

fn names<'a>(keys: impl Iterator<Item = &'a RowKey>) -> (Vec<String>, Vec<&'a str>, Vec<&'a [u8]>) {
    keys.map(|key| (key.partition.to_string(), key.kind.as_str(), key.id.0.as_slice())).collect()
}

/// Writes rows with the next sequences of their partitions, in the order given, or without one; and what they change of the
/// sums.
pub fn put(tx: &mut PostgresTx, rows: &[&Row], is_told: bool) -> Result<(), Failed> {
    if rows.is_empty() {
        return Ok(());
    }
    let sequences = take_sequences(tx, rows, is_told)?;
    let digests: Vec<u64> = rows.iter().map(|row| row.hash()).collect();
    let before = list_digests(tx, rows)?;
    let mut changes = Changes::default();
    for (row, digest) in rows.iter().zip(&digests) {
        changes.put(&row.key, before.get(&row.key).copied(), *digest);
    }
    put_all(tx, rows, &sequences, &digests)?;
    digest::apply(tx, &changes)
}

fn take_sequences(tx: &mut PostgresTx, rows: &[&Row], is_told: bool) -> Result<Vec<i64>, Failed> {
    let mut counts: BTreeMap<Partition, u64> = BTreeMap::new();
    rows.iter().for_each(|row| *counts.entry(row.key.partition).or_default() += u64::from(is_told));
    let mut heads = BTreeMap::new();
    for (partition, count) in counts {
        heads.insert(partition, feed::take_sequences(tx, partition, count)?);
    }
    let sequence = |row: &&Row| {
        let head = heads.get_mut(&row.key.partition).expect("every partition was counted");
        *head += 1;
        if is_told { signed(tx.sequence(*head)) } else { 0 }
    };
    Ok(rows.iter().map(sequence).collect())
}

impl PostgresTx<'_> {
    #[cfg(feature = "breaks")]
    fn sequence(&self, next: u64) -> u64 {
        self.store.breaks.early_or(next)
    }

    #[cfg(not(feature = "breaks"))]
    #[expect(clippy::unused_self, reason = "the same call with and without the feature")]
    fn sequence(&self, next: u64) -> u64 {
        next
    }
}

fn list_digests(tx: &mut PostgresTx, rows: &[&Row]) -> Result<HashMap<RowKey, u64>, Failed> {
    let sql = "SELECT r.partition, r.kind, r.id, r.digest
               FROM UNNEST($2::text[], $3::text[], $4::bytea[]) AS asked (partition, kind, id)
               CROSS JOIN LATERAL (
                   SELECT * FROM stored_row s WHERE s.district = $1 AND s.partition = asked.partition
                       AND s.kind = asked.kind AND s.id = asked.id OFFSET 0
               ) r";
    let (partitions, kinds, ids) = names(rows.iter().map(|row| &row.key));
    let digests = tx.list(sql, &[&tx.district(), &partitions, &kinds, &ids])?;
    let read = |r: &postgres::Row| {
        let key = KeyColumns { partition: r.get(0), kind: r.get(1), id: r.get(2) };
        Ok((key.read()?, r.get::<_, i64>(3).cast_unsigned()))
    };
    digests.iter().map(read).collect()
}

fn put_all(tx: &mut PostgresTx, rows: &[&Row], sequences: &[i64], digests: &[u64]) -> Result<(), Failed> {
    let sql = "INSERT INTO stored_row
                   (district, partition, kind, id, sequence, shape, subject, tray_kind, tray_id, tray_field, fields, digest)
               SELECT $1, put.*
               FROM UNNEST($2::text[], $3::text[], $4::bytea[], $5::bigint[], $6::text[], $7::bytea[], $8::text[],
                   $9::bytea[], $10::bigint[], $11::bytea[], $12::bigint[]) AS put
               ON CONFLICT (district, partition, kind, id) DO UPDATE SET
                   sequence = excluded.sequence, shape = excluded.shape, subject = excluded.subject,
                   tray_kind = excluded.tray_kind, tray_id = excluded.tray_id, tray_field = excluded.tray_field,
                   fields = excluded.fields, digest = excluded.digest";
    let (partitions, kinds, ids) = names(rows.iter().map(|row| &row.key));
    let shapes: Vec<&str> = rows.iter().map(|row| shape_name(row.shape)).collect();
    let subjects: Vec<Option<&[u8]>> = rows.iter().map(|row| row.subject.as_ref().map(|s| s.0.as_slice())).collect();
    let trays = || rows.iter().map(|row| row.tray_of.as_ref());
    let tray_kinds: Vec<Option<&str>> = trays().map(|of| of.map(|of| of.kind.as_str())).collect();
    let tray_ids: Vec<Option<&[u8]>> = trays().map(|of| of.map(|of| of.id.0.as_slice())).collect();
    let tray_fields: Vec<Option<i64>> = trays().map(|of| of.map(|of| i64::from(of.field))).collect();
    let fields: Vec<Vec<u8>> = rows.iter().map(|row| fields_of(row)).collect();
    let digests: Vec<i64> = digests.iter().map(|digest| digest.cast_signed()).collect();
    let district = tx.district();
    tx.run(
        sql,
        &[
            &district,
            &partitions,
            &kinds,
            &ids,
            &sequences,
            &shapes,
            &subjects,
            &tray_kinds,
            &tray_ids,
            &tray_fields,
            &fields,
            &digests,
        ],
    )
}

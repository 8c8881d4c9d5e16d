//! `stored_row`: the rows in their current state.

use super::tx::SqliteTx;
use super::{digest, feed};
use crate::store::Failed;
use crate::store::stored::{self, KeyColumns, RowColumns, fields_of, shape_name, signed};
use crate::store::sums::Changes;
use fengxiang_wire::exchange::PageRow;
use fengxiang_wire::{Id, Partition, Row, RowKey};
use rusqlite::{Params, Row as Columns, named_params};
use std::collections::BTreeMap;

pub const COLUMNS: &str = "partition, kind, id, sequence, shape, subject, tray_kind, tray_id, tray_field, fields";

pub fn read(r: &Columns) -> rusqlite::Result<RowColumns> {
    Ok(RowColumns {
        key: KeyColumns { partition: r.get(0)?, kind: r.get(1)?, id: r.get(2)? },
        sequence: r.get(3)?,
        shape: r.get(4)?,
        subject: r.get(5)?,
        tray_kind: r.get(6)?,
        tray_id: r.get(7)?,
        tray_field: r.get(8)?,
        fields: r.get(9)?,
    })
}

pub fn list(tx: &SqliteTx, keys: &[RowKey]) -> Result<Vec<Row>, Failed> {
    let rule = "partition = :partition AND kind = :kind AND id = :id";
    list_by_keys(tx, keys, rule)
}

pub fn list_trays_of(tx: &SqliteTx, keys: &[RowKey]) -> Result<Vec<Row>, Failed> {
    let rule = "partition = :partition AND tray_kind = :kind AND tray_id = :id";
    list_by_keys(tx, keys, rule)
}

fn list_by_keys(tx: &SqliteTx, keys: &[RowKey], rule: &str) -> Result<Vec<Row>, Failed> {
    let sql = format!("SELECT {COLUMNS} FROM stored_row WHERE district = :district AND {rule}");
    let mut rows = Vec::new();
    for key in keys {
        let params = named_params! {
            ":district": tx.district,
            ":partition": key.partition.to_string(),
            ":kind": key.kind,
            ":id": key.id.0,
        };
        rows.extend(list_sorted(tx, &sql, params)?);
    }
    Ok(rows)
}

pub fn list_of(tx: &SqliteTx, partition: Partition, subjects: &[Id]) -> Result<Vec<Row>, Failed> {
    let sql = format!(
        "SELECT {COLUMNS} FROM stored_row
         WHERE district = :district AND partition = :partition AND subject = :subject"
    );
    let mut rows = Vec::new();
    for subject in subjects {
        let params = named_params! {
            ":district": tx.district, ":partition": partition.to_string(), ":subject": subject.0,
        };
        rows.extend(list_sorted(tx, &sql, params)?);
    }
    Ok(rows)
}

pub fn list_bucket(
    tx: &SqliteTx,
    partition: Partition,
    kind: &str,
    byte: u8,
    after: Option<Id>,
    limit: usize,
) -> Result<Vec<PageRow>, Failed> {
    let sql = format!(
        "SELECT {COLUMNS} FROM stored_row
         WHERE district = :district AND partition = :partition AND kind = :kind
           AND id >= :first AND id <= :last AND id > :after
         ORDER BY id LIMIT :limit"
    );
    let ends = |fill: u8| std::array::from_fn::<u8, 16, _>(|at| if at == 0 { byte } else { fill });
    let params = named_params! {
        ":district": tx.district,
        ":partition": partition.to_string(),
        ":kind": kind,
        ":first": ends(0),
        ":last": ends(0xff),
        // Nothing is before an empty one.
        ":after": after.map_or(Vec::new(), |id| id.0.to_vec()),
        ":limit": stored::rows(limit),
    };
    list_where(tx, &sql, params)
}

fn list_where(tx: &SqliteTx, sql: &str, params: impl Params) -> Result<Vec<PageRow>, Failed> {
    tx.list(sql, params, read)?.into_iter().map(RowColumns::read).collect()
}

/// In the order of their keys. Asked to sort, SQLite would rather walk through the partition in that order.
fn list_sorted(tx: &SqliteTx, sql: &str, params: impl Params) -> Result<Vec<Row>, Failed> {
    let mut rows: Vec<Row> = list_where(tx, sql, params)?.into_iter().map(|page_row| page_row.row).collect();
    rows.sort_by(|a, b| a.key.cmp(&b.key));
    Ok(rows)
}

/// Writes rows with the next sequences of their partitions, in the order given, or without one; and what they change of the
/// sums.
pub fn put(tx: &SqliteTx, rows: &[&Row], is_told: bool) -> Result<(), Failed> {
    let mut counts: BTreeMap<Partition, u64> = BTreeMap::new();
    rows.iter().for_each(|row| *counts.entry(row.key.partition).or_default() += u64::from(is_told));
    let mut heads = BTreeMap::new();
    for (partition, count) in counts {
        heads.insert(partition, feed::take_sequences(tx, partition, count)?);
    }
    let mut changes = Changes::default();
    for row in rows {
        let head = heads.get_mut(&row.key.partition).expect("every partition was counted");
        *head += 1;
        let sequence = if is_told { tx.sequence(*head) } else { 0 };
        let digest = row.hash();
        changes.put(&row.key, put_one(tx, row, sequence, digest)?, digest);
    }
    digest::apply(tx, &changes)
}

impl SqliteTx<'_> {
    #[cfg(feature = "breaks")]
    fn sequence(&self, next: u64) -> u64 {
        self.breaks.early_or(next)
    }

    #[cfg(not(feature = "breaks"))]
    #[expect(clippy::unused_self, reason = "the same call with and without the feature")]
    fn sequence(&self, next: u64) -> u64 {
        next
    }
}

fn find_digest(tx: &SqliteTx, key: &RowKey) -> Result<Option<u64>, Failed> {
    let sql = "SELECT digest FROM stored_row
               WHERE district = :district AND partition = :partition AND kind = :kind AND id = :id";
    let params = named_params! {
        ":district": tx.district,
        ":partition": key.partition.to_string(),
        ":kind": key.kind,
        ":id": key.id.0,
    };
    Ok(tx.find(sql, params, |r| r.get(0))?.map(i64::cast_unsigned))
}

/// Returns the digest of the row whose place it takes. Most rows are new, and looking first would cost them a statement more.
fn put_one(tx: &SqliteTx, row: &Row, sequence: u64, digest: u64) -> Result<Option<u64>, Failed> {
    let add = "INSERT INTO stored_row
                   (district, partition, kind, id, sequence, shape, subject, tray_kind, tray_id, tray_field, fields, digest)
               VALUES (:district, :partition, :kind, :id, :sequence, :shape, :subject, :tray_kind, :tray_id, :tray_field,
                   :fields, :digest)
               ON CONFLICT (district, partition, kind, id) DO NOTHING";
    let edit = "UPDATE stored_row SET sequence = :sequence, shape = :shape, subject = :subject, tray_kind = :tray_kind,
                    tray_id = :tray_id, tray_field = :tray_field, fields = :fields, digest = :digest
                WHERE district = :district AND partition = :partition AND kind = :kind AND id = :id";
    let params = named_params! {
        ":district": tx.district,
        ":partition": row.key.partition.to_string(),
        ":kind": row.key.kind,
        ":id": row.key.id.0,
        ":sequence": signed(sequence),
        ":shape": shape_name(row.shape),
        ":subject": row.subject.map(|s| s.0),
        ":tray_kind": row.tray_of.as_ref().map(|of| &of.kind),
        ":tray_id": row.tray_of.as_ref().map(|of| of.id.0),
        ":tray_field": row.tray_of.as_ref().map(|of| of.field),
        ":fields": fields_of(row),
        ":digest": digest.cast_signed(),
    };
    if tx.run(add, params)? > 0 {
        return Ok(None);
    }
    let before = find_digest(tx, &row.key)?;
    tx.run(edit, params)?;
    Ok(before)
}

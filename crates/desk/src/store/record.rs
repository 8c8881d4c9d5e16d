//! The own edits of records that cover what the hub has: what an author has on screen, until the hub's row is here. Facts are
//! not here.

use super::Tx;
use crate::entry::{About, Entry};
use crate::error::DeskError;
use rusqlite::{OptionalExtension, named_params};

/// Stands for every field that has no row of its own: those that are as the record was made.
pub(super) const AS_MADE: u32 = 0;

/// What the author of an edit has on screen: the first hash of the own edit that is shown, in hex; else the stamp of the hub's
/// value, as `sync` wrote it; `None` when nothing of it is known here.
pub(super) fn find_base(tx: &Tx, kind: &str, id: &str, field: u32) -> Result<Option<String>, DeskError> {
    let sql = "SELECT hex(own_first), own_number FROM record_field
               WHERE kind = :kind AND id = :id AND field IN (:field, 0) ORDER BY field DESC LIMIT 1";
    let params = named_params! { ":kind": kind, ":id": id, ":field": field };
    let own = tx.prepare_cached(sql)?.query_row(params, |r| Ok((r.get(0)?, r.get::<_, Option<i64>>(1)?)));
    match own.optional()? {
        Some((_, Some(refused))) if refused < 0 => return find_refused_base(tx, -refused, field),
        Some((own, _)) => return Ok(Some(own)),
        None => {}
    }
    let sql = "SELECT stamps ->> :path FROM mirror
               WHERE partition_no IN (SELECT no FROM partition) AND kind = :kind AND id = :id LIMIT 1";
    let path = format!("$.\"{field}\"");
    let params = named_params! { ":kind": kind, ":id": id, ":path": path };
    Ok(tx.prepare_cached(sql)?.query_row(params, |r| r.get(0)).optional()?.flatten())
}

/// No hub knows a refused edit: whoever edits it has on screen, of what a hub knows, what its author had.
fn find_refused_base(tx: &Tx, seq: i64, field: u32) -> Result<Option<String>, DeskError> {
    let sql = "SELECT f.value ->> '$.base' FROM sent, json_each(iif(json_valid(sent.fields), sent.fields, '[]')) f
               WHERE sent.seq = :seq AND f.value ->> '$.field' = :field";
    let params = named_params! { ":seq": seq, ":field": field };
    Ok(tx.prepare_cached(sql)?.query_row(params, |r| r.get(0)).optional()?.flatten())
}

/// The entry is now what is shown of these fields.
pub(super) fn put_record(
    tx: &Tx,
    station: &str,
    entry: &Entry,
    about: About,
    first: &[u8; 32],
    number: i64,
) -> Result<(), DeskError> {
    let put = |field| put_field(tx, station, entry, field, first, number);
    match about {
        About::Fact => Ok(()),
        About::NewRecord => put(AS_MADE),
        About::Edit | About::LateEdit => entry.fields.iter().try_for_each(|f| put(f.field)),
    }
}

fn put_field(
    tx: &Tx,
    station: &str,
    entry: &Entry,
    field: u32,
    first: &[u8; 32],
    number: i64,
) -> Result<(), DeskError> {
    let sql = "INSERT INTO record_field (kind, id, field, station_id, partition, own_first, own_number)
               VALUES (:kind, :id, :field, :station_id, :partition, :own_first, :own_number)
               ON CONFLICT (kind, id, field) DO UPDATE SET own_first = excluded.own_first, own_number = excluded.own_number";
    tx.prepare_cached(sql)?.execute(named_params! {
        ":kind": entry.kind, ":id": entry.id, ":field": field, ":station_id": station, ":partition": entry.partition,
        ":own_first": first,
        ":own_number": number,
    })?;
    Ok(())
}

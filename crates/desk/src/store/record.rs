//! What is remembered per field of a record: the own edit that is shown, and what the hub has under it. Facts are not here.

use super::Tx;
use super::chain::Head;
use crate::entry::{About, Entry};
use crate::error::DeskError;
use rusqlite::{OptionalExtension, named_params};

/// Stands for every field that has no row of its own: those that are as the record was made.
const AS_MADE: u32 = 0;

/// First hash of the own edit that the author has on screen, in hex; `None` when nothing of it is known here.
pub(super) fn find_base(tx: &Tx, kind: &str, id: &str, field: u32) -> Result<Option<String>, DeskError> {
    let sql = "SELECT hex(own_first) FROM record_field
               WHERE kind = :kind AND id = :id AND field IN (:field, 0) AND own_first IS NOT NULL ORDER BY field DESC LIMIT 1";
    let params = named_params! { ":kind": kind, ":id": id, ":field": field };
    Ok(tx.prepare_cached(sql)?.query_row(params, |r| r.get(0)).optional()?)
}

/// The entry is now what is shown of these fields.
pub(super) fn put_record(tx: &Tx, station: &str, entry: &Entry, about: About, head: &Head) -> Result<(), DeskError> {
    match about {
        About::Fact => Ok(()),
        About::NewRecord => put_field(tx, station, entry, AS_MADE, head),
        About::Edit => entry.fields.iter().try_for_each(|f| put_field(tx, station, entry, f.field, head)),
    }
}

fn put_field(tx: &Tx, station: &str, entry: &Entry, field: u32, head: &Head) -> Result<(), DeskError> {
    let sql = "INSERT INTO record_field (kind, id, field, station_id, own_first, own_number)
               VALUES (:kind, :id, :field, :station_id, :own_first, :own_number)
               ON CONFLICT (kind, id, field) DO UPDATE SET own_first = excluded.own_first, own_number = excluded.own_number";
    tx.prepare_cached(sql)?.execute(named_params! {
        ":kind": entry.kind, ":id": entry.id, ":field": field, ":station_id": station, ":own_first": head.hash,
        ":own_number": head.number,
    })?;
    Ok(())
}

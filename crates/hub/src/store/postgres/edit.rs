//! `edit`: where the edits of records ended up, by their first hashes, for ever.

use super::tx::PostgresTx;
use crate::store::{Edit, EditName, Failed, stored};

pub fn list(tx: &mut PostgresTx, names: &[EditName]) -> Result<Vec<(EditName, Edit)>, Failed> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let sql = "SELECT e.partition, e.first_hash, e.body
               FROM UNNEST($2::text[], $3::bytea[]) AS asked (partition, first_hash)
               CROSS JOIN LATERAL (
                   SELECT * FROM edit WHERE edit.district = $1 AND edit.partition = asked.partition
                       AND edit.first_hash = asked.first_hash OFFSET 0
               ) e";
    let (partitions, firsts) = columns(names.iter());
    let edits = tx.list(sql, &[&tx.district(), &partitions, &firsts])?;
    let read = |r: &postgres::Row| {
        let name = (stored::partition(r.get(0))?, stored::hash(r.get(1))?);
        Ok((name, stored::edit(r.get(2))?))
    };
    edits.iter().map(read).collect()
}

pub fn put(tx: &mut PostgresTx, edits: &[(EditName, Edit)]) -> Result<(), Failed> {
    if edits.is_empty() {
        return Ok(());
    }
    let sql = "INSERT INTO edit (district, partition, first_hash, body)
               SELECT $1, added.* FROM UNNEST($2::text[], $3::bytea[], $4::bytea[]) AS added
               ON CONFLICT (district, partition, first_hash) DO UPDATE SET body = excluded.body";
    let (partitions, firsts) = columns(edits.iter().map(|(name, _)| name));
    let bodies: Vec<Vec<u8>> = edits.iter().map(|(_, edit)| stored::edit_body(edit)).collect();
    tx.run(sql, &[&tx.district(), &partitions, &firsts, &bodies])
}

fn columns<'a>(names: impl Iterator<Item = &'a EditName>) -> (Vec<String>, Vec<&'a [u8]>) {
    names.map(|(partition, first)| (partition.to_string(), first.0.as_slice())).unzip()
}

//! `edit`: where the edits of records ended up, by their first hashes, for ever.

use super::tx::SqliteTx;
use crate::store::{Edit, EditName, Failed, stored};
use rusqlite::named_params;

pub fn list(tx: &SqliteTx, names: &[EditName]) -> Result<Vec<(EditName, Edit)>, Failed> {
    let sql = "SELECT body FROM edit WHERE district = :district AND partition = :partition AND first_hash = :first";
    let mut edits = Vec::new();
    for (partition, first) in names {
        let params = named_params! { ":district": tx.district, ":partition": partition.to_string(), ":first": first.0 };
        if let Some(body) = tx.find(sql, params, |r| r.get::<_, Vec<u8>>(0))? {
            edits.push(((*partition, *first), stored::edit(&body)?));
        }
    }
    Ok(edits)
}

pub fn put(tx: &SqliteTx, edits: &[(EditName, Edit)]) -> Result<(), Failed> {
    let sql = "INSERT INTO edit (district, partition, first_hash, body) VALUES (:district, :partition, :first, :body)
               ON CONFLICT (district, partition, first_hash) DO UPDATE SET body = excluded.body";
    for ((partition, first), edit) in edits {
        tx.run(
            sql,
            named_params! {
                ":district": tx.district,
                ":partition": partition.to_string(),
                ":first": first.0,
                ":body": stored::edit_body(edit),
            },
        )?;
    }
    Ok(())
}

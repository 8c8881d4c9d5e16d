//! The two hash chains: the outbox (what a hub will be told) and the trail (who did what). Appends and verifies.

use super::{Reader, Tx};
use crate::error::DeskError;
use crate::{Entry, TrailLine};
use rusqlite::{OptionalExtension, named_params};

const GENESIS: [u8; 32] = [0; 32];

/// Result of walking both chains; `broken_at` is the first outbox number or trail line that does not fit.
#[derive(Debug, PartialEq, Eq)]
pub struct ChainCheck {
    pub trail_lines: i64,
    pub outbox_entries: i64,
    pub broken_at: Option<i64>,
}

/// The end of the outbox: what the next entry is numbered, stamped and chained after.
pub(crate) struct Tail {
    pub(crate) number: i64,
    pub(crate) h: i64,
    hash: [u8; 32],
}

/// Stamps grow with the numbers, so the last entry also bears the last issued stamp.
pub(crate) fn get_tail(tx: &Tx) -> Result<Tail, DeskError> {
    let sql = "SELECT number, h, hash FROM outbox ORDER BY number DESC LIMIT 1";
    let last = tx.query_row(sql, [], |r| Ok(Tail { number: r.get(0)?, h: r.get(1)?, hash: r.get(2)? })).optional()?;
    Ok(last.unwrap_or(Tail { number: 0, h: 0, hash: GENESIS }))
}

/// The hash of the last own entry that set this field: while no hub has answered, that is what the author saw.
pub(crate) fn find_base(tx: &Tx, kind: &str, id: &str, field: u32) -> Option<String> {
    let sql = "SELECT hex(o.hash) FROM outbox o, json_each(o.fields) f
               WHERE o.kind = :kind AND o.id = :id AND f.value ->> 'field' = :field ORDER BY o.number DESC LIMIT 1";
    tx.query_row(sql, named_params! { ":kind": kind, ":id": id, ":field": field }, |r| r.get(0)).ok()
}

pub(crate) fn append_entry(tx: &Tx, tail: &Tail, entry: &Entry, h: i64, mac_key: &[u8; 32]) -> Result<Tail, DeskError> {
    let number = tail.number + 1;
    let fields = serde_json::to_string(&entry.fields).expect("fields are plain data");
    let mac = blake3::keyed_hash(mac_key, fields.as_bytes());
    let hash = blake3::hash(&canonical(&tail.hash, number, entry, h, mac.as_bytes()));
    tx.execute(
        "INSERT INTO outbox (number, kind, id, subject, h, fields, mac, hash)
         VALUES (:number, :kind, :id, :subject, :h, :fields, :mac, :hash)",
        named_params! {
            ":number": number, ":kind": entry.kind, ":id": entry.id, ":subject": entry.subject, ":h": h,
            ":fields": fields, ":mac": mac.as_bytes(), ":hash": hash.as_bytes(),
        },
    )?;
    Ok(Tail { number, h, hash: *hash.as_bytes() })
}

/// The bytes an entry's hash is taken over: each part behind its length as four bytes, little-endian. Values stand
/// there as their MAC only, so that erasure can take a value and leave the chain whole.
pub(crate) fn canonical(previous: &[u8; 32], number: i64, entry: &Entry, h: i64, mac: &[u8; 32]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut part = |bytes: &[u8]| {
        let length = u32::try_from(bytes.len()).expect("an entry is far below 4 GiB");
        out.extend_from_slice(&length.to_le_bytes());
        out.extend_from_slice(bytes);
    };
    part(previous);
    part(&number.to_le_bytes());
    part(entry.kind.as_bytes());
    part(entry.id.as_bytes());
    part(entry.subject.as_deref().unwrap_or("").as_bytes());
    for field in &entry.fields {
        part(&field.field.to_le_bytes());
        part(field.base.as_deref().unwrap_or("").as_bytes());
    }
    part(&h.to_le_bytes());
    part(mac);
    out
}

/// Returns the number of the new line.
pub(crate) fn append_trail(tx: &Tx, line: &TrailLine) -> Result<i64, DeskError> {
    let last: Option<(i64, [u8; 32])> = tx
        .query_row("SELECT seq, hash FROM trail ORDER BY seq DESC LIMIT 1", [], |r| Ok((r.get(0)?, r.get(1)?)))
        .optional()?;
    let (seq, previous) = last.unwrap_or((0, GENESIS));
    tx.execute(
        "INSERT INTO trail (seq, at, actor, act, object, hash) VALUES (:seq, :at, :actor, :act, :object, :hash)",
        named_params! {
            ":seq": seq + 1, ":at": line.at, ":actor": line.actor, ":act": line.act, ":object": line.object,
            ":hash": trail_hash(&previous, seq + 1, line).as_bytes(),
        },
    )?;
    Ok(seq + 1)
}

/// The number of the trail's last line, or 0.
pub(crate) fn get_last_line(tx: &Tx) -> Result<i64, DeskError> {
    Ok(tx.query_row("SELECT coalesce(max(seq), 0) FROM trail", [], |r| r.get(0))?)
}

fn trail_hash(previous: &[u8; 32], seq: i64, line: &TrailLine) -> blake3::Hash {
    let text = serde_json::to_vec(&(seq, line.at, &line.actor, &line.act, &line.object)).expect("a line is plain data");
    blake3::hash(&[previous.as_slice(), &text].concat())
}

/// An entry with its place in the chain.
#[derive(Debug)]
pub struct ChainedEntry {
    pub number: i64,
    pub h: i64,
    pub hash: [u8; 32],
    pub entry: Entry,
}

impl Reader<'_> {
    /// The queued entries of one row, oldest first.
    pub fn list_entries(&self, kind: &str, id: &str) -> Result<Vec<ChainedEntry>, DeskError> {
        let sql = "SELECT number, h, hash, subject, fields FROM outbox WHERE kind = :kind AND id = :id ORDER BY number";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map(named_params! { ":kind": kind, ":id": id }, |r| {
            let fields: String = r.get(4)?;
            let fields = serde_json::from_str(&fields).map_err(|_| rusqlite::Error::InvalidQuery)?;
            let entry = Entry { kind: kind.to_owned(), id: id.to_owned(), subject: r.get(3)?, fields };
            Ok(ChainedEntry { number: r.get(0)?, h: r.get(1)?, hash: r.get(2)?, entry })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Walks both chains from their first line.
    pub fn check_chains(&self, mac_key: &[u8; 32]) -> Result<ChainCheck, DeskError> {
        let (trail_lines, trail_broken) = self.walk_trail()?;
        let (outbox_entries, outbox_broken) = self.walk_outbox(mac_key)?;
        Ok(ChainCheck { trail_lines, outbox_entries, broken_at: trail_broken.or(outbox_broken) })
    }

    fn walk_trail(&self) -> Result<(i64, Option<i64>), DeskError> {
        let mut statement = self.0.prepare("SELECT seq, at, actor, act, object, hash FROM trail ORDER BY seq")?;
        let mut rows = statement.query([])?;
        let (mut previous, mut count) = (GENESIS, 0);
        while let Some(row) = rows.next()? {
            count += 1;
            let line = TrailLine { at: row.get(1)?, actor: row.get(2)?, act: row.get(3)?, object: row.get(4)? };
            let hash: [u8; 32] = row.get(5)?;
            if row.get::<_, i64>(0)? != count || trail_hash(&previous, count, &line) != hash {
                return Ok((count, Some(count)));
            }
            previous = hash;
        }
        Ok((count, None))
    }

    fn walk_outbox(&self, mac_key: &[u8; 32]) -> Result<(i64, Option<i64>), DeskError> {
        let mut statement =
            self.0.prepare("SELECT number, kind, id, subject, h, fields, mac, hash FROM outbox ORDER BY number")?;
        let mut rows = statement.query([])?;
        let (mut previous, mut count) = (GENESIS, 0);
        while let Some(row) = rows.next()? {
            count += 1;
            let fields: String = row.get(5)?;
            let (mac, hash): ([u8; 32], [u8; 32]) = (row.get(6)?, row.get(7)?);
            let Ok(parsed) = serde_json::from_str(&fields) else { return Ok((count, Some(count))) };
            let entry = Entry { kind: row.get(1)?, id: row.get(2)?, subject: row.get(3)?, fields: parsed };
            let is_whole = row.get::<_, i64>(0)? == count
                && blake3::keyed_hash(mac_key, fields.as_bytes()) == mac
                && blake3::hash(&canonical(&previous, count, &entry, row.get(4)?, &mac)) == hash;
            if !is_whole {
                return Ok((count, Some(count)));
            }
            previous = hash;
        }
        Ok((count, None))
    }
}

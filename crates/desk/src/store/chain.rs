//! The two hash chains: the outbox (what a hub will be told) and the trail (who did what). Appends and verifies.

use super::record::{find_base, put_record};
use super::{Reader, Tx, find_meta};
use crate::entry::{About, Entry, Field, TrailLine};
use crate::error::DeskError;
use rusqlite::{OptionalExtension, named_params};
use serde_json::Value;

pub(super) const GENESIS: [u8; 32] = [0; 32];
const MAC_BYTES: usize = 32;
/// Low bits of a stamp count within one millisecond.
const STAMP_COUNTER_BITS: u32 = 16;
/// Lines of the trail that are looked through beside the one that a moment leads to.
const LINES_AROUND: i64 = 500;
/// Opens the canonical bytes, so that another form can join later.
const CANONICAL_FORM: &[u8] = b"fxe1";

/// Result of walking both chains; `broken_at` is the first outbox number or trail line that does not fit.
#[derive(Debug, PartialEq, Eq)]
pub struct ChainCheck {
    pub trail_lines: i64,
    pub outbox_entries: i64,
    pub broken_at: Option<i64>,
}

/// Where the outbox ends: the next entry follows it.
#[derive(Debug, Clone)]
pub(crate) struct Head {
    pub number: i64,
    pub h: i64,
    pub hash: [u8; 32],
}

impl Head {
    /// The moment of the newest entry, milliseconds UTC.
    pub(crate) fn at_ms(&self) -> i64 {
        self.h >> STAMP_COUNTER_BITS
    }
}

/// What every entry of one write has in common.
pub(crate) struct Appending<'a> {
    pub station: &'a str,
    pub now: i64,
    pub mac_key: &'a [u8; 32],
}

/// The last entry; when a hub has taken all of them, what was remembered of the last one.
pub(crate) fn head(connection: &rusqlite::Connection) -> Result<Head, DeskError> {
    let sql = "SELECT number, h, hash FROM outbox ORDER BY number DESC LIMIT 1";
    let last = connection.prepare_cached(sql)?.query_row([], |r| {
        let (number, h, hash) = (r.get(0)?, r.get(1)?, r.get(2)?);
        Ok(Head { number, h, hash })
    });
    match last.optional()? {
        Some(head) => Ok(head),
        None => acknowledged(connection),
    }
}

/// The last entry that a hub has confirmed, or the beginning.
fn acknowledged(connection: &rusqlite::Connection) -> Result<Head, DeskError> {
    let number = |key| Ok::<_, DeskError>(find_meta(connection, key)?.and_then(|v| v.parse().ok()).unwrap_or(0));
    let hash = find_meta(connection, "acked_hash")?.and_then(|v| blake3::Hash::from_hex(v).ok());
    let (number, h) = (number("acked_number")?, number("acked_h")?);
    Ok(Head { number, h, hash: hash.map_or(GENESIS, |h| *h.as_bytes()) })
}

/// Numbers, stamps and hashes one entry; remembers per field what a record's author will have seen.
pub(crate) fn append_entry(
    tx: &Tx,
    with: &Appending,
    head: &Head,
    mut entry: Entry,
    about: About,
) -> Result<Head, DeskError> {
    if about == About::Edit {
        for field in entry.fields.iter_mut().filter(|field| field.base.is_none()) {
            field.base = find_base(tx, &entry.kind, &entry.id, field.field)?;
        }
    }
    // A stamp never stands still and never goes back, whatever the wall clock does.
    let h = (head.h + 1).max(with.now.max(0) << STAMP_COUNTER_BITS);
    let macs = macs(with.mac_key, &entry).concat();
    let next = chained(head, &entry, h, &macs);
    insert_entry(tx, with.station, &entry, &Numbered { head: &next, macs: &macs, origin: None, given: None })?;
    if about != About::Fact {
        put_record(tx, with.station, &entry, about, &next.hash, next.number)?;
    }
    Ok(next)
}

/// The place behind `head` of an entry with these values' MACs.
pub(super) fn chained(head: &Head, entry: &Entry, h: i64, macs: &[u8]) -> Head {
    let number = head.number + 1;
    let hash = *blake3::hash(&canonical(&head.hash, number, entry, h, macs)).as_bytes();
    Head { number, h, hash }
}

/// What an entry gets when it is numbered.
pub(super) struct Numbered<'a> {
    pub head: &'a Head,
    pub macs: &'a [u8],
    /// First hash, of an entry that an earlier incarnation had numbered.
    pub origin: Option<[u8; 32]>,
    pub given: Option<String>,
}

pub(super) fn insert_entry(tx: &Tx, station: &str, entry: &Entry, as_: &Numbered) -> Result<(), DeskError> {
    let fields = serde_json::to_string(&entry.fields).expect("fields are plain data");
    let sql = "INSERT INTO outbox (number, station_id, partition, kind, id, subject, h, fields, macs, origin, given, hash)
               VALUES (:number, :station_id, :partition, :kind, :id, :subject, :h, :fields, :macs, :origin, :given, :hash)";
    tx.prepare_cached(sql)?.execute(named_params! {
        ":number": as_.head.number, ":station_id": entry.station.as_deref().unwrap_or(station),
        ":partition": entry.partition, ":kind": entry.kind,
        ":id": entry.id, ":subject": entry.subject, ":h": as_.head.h, ":fields": fields, ":macs": as_.macs,
        ":origin": as_.origin, ":given": as_.given, ":hash": as_.head.hash,
    })?;
    Ok(())
}

/// One MAC per field, over the value and where it belongs: erasure can take one value and leave the others provable.
fn macs(key: &[u8; 32], entry: &Entry) -> Vec<[u8; 32]> {
    let mac = |field: u32, value: &Value| {
        let parts =
            [entry.kind.as_bytes(), entry.id.as_bytes(), &field.to_le_bytes(), plain(value).as_bytes()].map(part);
        *blake3::keyed_hash(key, &parts.concat()).as_bytes()
    };
    entry.fields.iter().map(|f| mac(f.field, &f.value)).collect()
}

/// Whether each value fits its MAC. One that erasure took away is null, and its MAC stays.
fn are_values_whole(key: &[u8; 32], entry: &Entry, stored: &[u8]) -> bool {
    let macs = macs(key, entry);
    let fits = |((field, mac), stored): ((&Field, &[u8; 32]), &[u8])| mac == stored || field.value.is_null();
    stored.len() == macs.len() * MAC_BYTES && entry.fields.iter().zip(&macs).zip(stored.chunks(MAC_BYTES)).all(fits)
}

/// JSON with the members of objects in the order of their names, whatever order the library keeps.
fn plain(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let mut members: Vec<String> =
                members.iter().map(|(k, v)| format!("{}:{}", Value::from(k.as_str()), plain(v))).collect();
            members.sort();
            format!("{{{}}}", members.join(","))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(plain).collect::<Vec<_>>().join(",")),
        other => other.to_string(),
    }
}

/// The bytes an entry's hash is taken over: each part behind its length as four bytes, little-endian. Values stand
/// there as their MACs only, so that erasure can take a value and leave the chain whole.
fn canonical(previous: &[u8; 32], number: i64, entry: &Entry, h: i64, macs: &[u8]) -> Vec<u8> {
    let count = u32::try_from(entry.fields.len()).expect("an entry has few fields");
    let mut out = [
        part(CANONICAL_FORM),
        part(previous),
        part(&number.to_le_bytes()),
        part(entry.kind.as_bytes()),
        part(entry.id.as_bytes()),
        part(entry.subject.as_deref().unwrap_or("").as_bytes()),
        part(&h.to_le_bytes()),
        part(&count.to_le_bytes()),
    ]
    .concat();
    for (field, mac) in entry.fields.iter().zip(macs.chunks(MAC_BYTES)) {
        let base = field.base.as_deref().unwrap_or("");
        out.extend([part(&field.field.to_le_bytes()), part(base.as_bytes()), part(mac)].concat());
    }
    out
}

fn part(bytes: &[u8]) -> Vec<u8> {
    let length = u32::try_from(bytes.len()).expect("an entry is far below 4 GiB");
    [length.to_le_bytes().as_slice(), bytes].concat()
}

/// Returns the number of the new line.
pub(crate) fn append_trail(tx: &Tx, station: &str, line: &TrailLine) -> Result<i64, DeskError> {
    let last: Option<(i64, [u8; 32])> = tx
        .prepare_cached("SELECT seq, hash FROM trail ORDER BY seq DESC LIMIT 1")?
        .query_row([], |r| Ok((r.get(0)?, r.get(1)?)))
        .optional()?;
    let (seq, previous) = last.unwrap_or((0, GENESIS));
    let sql = "INSERT INTO trail (seq, station_id, at, actor, act, object, hash)
               VALUES (:seq, :station_id, :at, :actor, :act, :object, :hash)";
    tx.prepare_cached(sql)?.execute(named_params! {
        ":seq": seq + 1, ":station_id": station, ":at": line.at, ":actor": line.actor, ":act": line.act,
        ":object": line.object, ":hash": trail_hash(&previous, seq + 1, station, line).as_bytes(),
    })?;
    Ok(seq + 1)
}

/// The number of the trail's last line, or 0.
pub(crate) fn get_last_line(tx: &Tx) -> Result<i64, DeskError> {
    Ok(tx.query_row("SELECT coalesce(max(seq), 0) FROM trail", [], |r| r.get(0))?)
}

fn trail_hash(previous: &[u8; 32], seq: i64, station: &str, line: &TrailLine) -> blake3::Hash {
    let text = serde_json::to_vec(&(seq, station, line.at, &line.actor, &line.act, &line.object));
    blake3::hash(&[previous.as_slice(), &text.expect("a line is plain data")].concat())
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
    /// Where the outbox ends.
    pub(crate) fn head(&self) -> Result<Head, DeskError> {
        head(&self.0)
    }

    /// Number of the last line of the trail.
    pub(crate) fn last_trail_line(&self) -> Result<i64, DeskError> {
        Ok(self.0.query_row("SELECT coalesce(max(seq), 0) FROM trail", [], |r| r.get(0))?)
    }

    /// The latest moment among the last lines of the trail: a clock that was turned back does not hide the line before it.
    pub(crate) fn get_last_line_at(&self) -> Result<i64, DeskError> {
        let sql = "SELECT coalesce(max(at), 0) FROM (SELECT at FROM trail ORDER BY seq DESC LIMIT 100)";
        Ok(self.0.query_row(sql, [], |r| r.get(0))?)
    }

    /// The queued entries of one row, oldest first.
    pub fn list_entries(&self, kind: &str, id: &str) -> Result<Vec<ChainedEntry>, DeskError> {
        let sql = "SELECT number, h, hash, partition, subject, fields FROM outbox
                   WHERE kind = :kind AND id = :id ORDER BY number";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map(named_params! { ":kind": kind, ":id": id }, |r| {
            let fields: String = r.get(5)?;
            let fields = serde_json::from_str(&fields).map_err(|_| rusqlite::Error::InvalidQuery)?;
            let (partition, subject) = (r.get(3)?, r.get(4)?);
            let entry = Entry { partition, station: None, kind: kind.to_owned(), id: id.to_owned(), subject, fields };
            Ok(ChainedEntry { number: r.get(0)?, h: r.get(1)?, hash: r.get(2)?, entry })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// How many entries wait for a hub.
    pub fn count_outbox(&self) -> Result<i64, DeskError> {
        // Numbers are dense: both ends say how many there are.
        let sql = "SELECT coalesce((SELECT max(number) FROM outbox) - (SELECT min(number) FROM outbox) + 1, 0)";
        Ok(self.0.prepare_cached(sql)?.query_row([], |r| r.get(0))?)
    }

    /// Who wrote a row at a moment, as the trail tells it: by its name, else by the moment, where only one was at work then.
    /// Of a sensitive item neither says anything.
    pub fn find_author(&self, id: &str, at: i64, is_by_name: bool) -> Result<Option<String>, DeskError> {
        let near = self.find_line(at)?;
        let sql =
            "SELECT actor, object = :id FROM trail WHERE seq BETWEEN :near - :around AND :near + :around AND at = :at";
        let mut statement = self.0.prepare_cached(sql)?;
        let params = named_params! { ":id": id, ":near": near, ":around": LINES_AROUND, ":at": at };
        let lines = statement.query_map(params, |r| Ok((r.get(0)?, r.get::<_, Option<bool>>(1)?)))?;
        let lines: Vec<(Option<String>, Option<bool>)> = lines.collect::<Result<_, _>>()?;
        if let Some((actor, _)) = lines.iter().find(|(_, is_named)| *is_named == Some(true)) {
            return Ok(actor.clone());
        }
        let mut authors = lines.into_iter().map(|(actor, _)| actor);
        let first = authors.next().flatten().filter(|_| !is_by_name);
        Ok(first.filter(|first| authors.all(|other| other.as_ref() == Some(first))))
    }

    /// A line of the trail about a moment. Where a clock was turned back it may be another one.
    fn find_line(&self, at: i64) -> Result<i64, DeskError> {
        let (mut low, mut high) = (1, self.last_trail_line()?);
        while low < high {
            let middle = low + (high - low) / 2;
            let sql = "SELECT at < :at FROM trail WHERE seq = :seq";
            let params = named_params! { ":at": at, ":seq": middle };
            match self.0.prepare_cached(sql)?.query_row(params, |r| r.get(0))? {
                true => low = middle + 1,
                false => high = middle,
            }
        }
        Ok(low)
    }

    /// Walks both chains from their first line.
    pub(crate) fn check_chains(&self, mac_key: &[u8; 32]) -> Result<ChainCheck, DeskError> {
        let (trail_lines, trail_broken) = self.walk_trail()?;
        let (outbox_entries, outbox_broken) = self.walk_outbox(mac_key)?;
        Ok(ChainCheck { trail_lines, outbox_entries, broken_at: trail_broken.or(outbox_broken) })
    }

    fn walk_trail(&self) -> Result<(i64, Option<i64>), DeskError> {
        let mut statement =
            self.0.prepare("SELECT seq, at, actor, act, object, hash, station_id FROM trail ORDER BY seq")?;
        let mut rows = statement.query([])?;
        let (mut previous, mut count) = (GENESIS, 0);
        while let Some(row) = rows.next()? {
            count += 1;
            let line = TrailLine { at: row.get(1)?, actor: row.get(2)?, act: row.get(3)?, object: row.get(4)? };
            let (hash, station): ([u8; 32], String) = (row.get(5)?, row.get(6)?);
            if row.get::<_, i64>(0)? != count || trail_hash(&previous, count, &station, &line) != hash {
                return Ok((count, Some(count)));
            }
            previous = hash;
        }
        Ok((count, None))
    }

    fn walk_outbox(&self, mac_key: &[u8; 32]) -> Result<(i64, Option<i64>), DeskError> {
        let sql = "SELECT number, partition, kind, id, subject, h, fields, macs, hash FROM outbox ORDER BY number";
        let mut statement = self.0.prepare(sql)?;
        let mut rows = statement.query([])?;
        let (mut last, mut count) = (acknowledged(&self.0)?, 0);
        while let Some(row) = rows.next()? {
            count += 1;
            let fields: String = row.get(6)?;
            let (stored, hash): (Vec<u8>, [u8; 32]) = (row.get(7)?, row.get(8)?);
            let (number, h) = (last.number + 1, row.get(5)?);
            let Ok(fields) = serde_json::from_str(&fields) else { return Ok((count, Some(number))) };
            let (partition, kind, id) = (row.get(1)?, row.get(2)?, row.get(3)?);
            let entry = Entry { partition, station: None, kind, id, subject: row.get(4)?, fields };
            let is_whole = row.get::<_, i64>(0)? == number
                && are_values_whole(mac_key, &entry, &stored)
                && *blake3::hash(&canonical(&last.hash, number, &entry, h, &stored)).as_bytes() == hash;
            if !is_whole {
                return Ok((count, Some(number)));
            }
            last = Head { number, h, hash };
        }
        Ok((count, None))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes and hash of one entry, written down once. Every entry of every station hangs on them: never regenerated.
    const FIXTURE: &str = include_str!("../../fixtures/entry-1.json");

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|b| format!("{b:02x}")).collect()
    }

    #[test]
    fn the_canonical_bytes_of_an_entry_are_those_of_the_first_schema() {
        let fixture: Value = serde_json::from_str(FIXTURE).unwrap();
        let text = |name: &str| fixture["entry"][name].as_str().unwrap().to_owned();
        let fields: Vec<Field> = serde_json::from_value(fixture["entry"]["fields"].clone()).unwrap();
        let entry = Entry {
            station: None,
            partition: "station".into(),
            kind: text("kind"),
            id: text("id"),
            subject: Some(text("subject")),
            fields,
        };
        let macs = macs(&[3; 32], &entry);
        let bytes = canonical(&[9; 32], 258, &entry, fixture["entry"]["h"].as_i64().unwrap(), &macs.concat());
        let macs: Vec<String> = macs.iter().map(|m| hex(m)).collect();
        assert_eq!(serde_json::to_value(macs).unwrap(), fixture["macs"]);
        assert_eq!(hex(&bytes), fixture["bytes"].as_str().unwrap());
        assert_eq!(blake3::hash(&bytes).to_hex().as_str(), fixture["hash"].as_str().unwrap());
    }

    #[test]
    fn a_mac_does_not_depend_on_the_order_of_members() {
        let one: Value = serde_json::from_str(r#"{"b":[1,{"d":null,"c":"x\"y"}],"a":true}"#).unwrap();
        assert_eq!(plain(&one), r#"{"a":true,"b":[1,{"c":"x\"y","d":null}]}"#);
    }
}

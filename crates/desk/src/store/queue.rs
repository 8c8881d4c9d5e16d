//! What waits for a hub and what it has acknowledged: outbox, sent-log, refused entries, and the own edits that both cover.

use super::chain::{self, GENESIS, Head, Numbered, chained, insert_entry};
use super::record::{AS_MADE, put_record};
use super::{Reader, find_meta};
use crate::entry::{About, Entry, Field};
use crate::error::DeskError;
use crate::kinds::{KindShape, find_kind};
use crate::{Exchange, Kind, Writer};
use rusqlite::{OptionalExtension, Row, named_params};

/// An entry as it waits, or as it was sent.
#[derive(Debug, Clone)]
pub struct QueuedEntry {
    pub number: i64,
    pub h: i64,
    pub hash: [u8; 32],
    pub origin: Option<[u8; 32]>,
    /// JSON of the place that a hub gave it, in the words of `sync`.
    pub given: Option<String>,
    /// It keeps its number and goes without its values: a person gave it up, or they cannot be read here.
    pub is_hollow: bool,
    pub entry: Entry,
}

/// The outcome of an entry, in the words of `sync`.
#[derive(Debug, Clone)]
pub struct Acknowledged<'a> {
    pub number: i64,
    pub hash: [u8; 32],
    pub outcome: &'a str,
    pub refusal: Option<String>,
    pub given: Option<String>,
}

/// A change that the hub did not take, until a person deals with it.
#[derive(Debug)]
pub struct RefusedRow {
    pub seq: i64,
    pub kind: String,
    pub id: String,
    pub refusal: String,
    /// When it was written, milliseconds UTC by this desk's clock.
    pub at: i64,
    /// Empty where they cannot be read.
    pub fields: Vec<Field>,
    /// The hub has a row of this name: giving the change up brings back what stands there.
    pub is_at_hub: bool,
}

/// Why an entry was refused that no hub has seen the values of: they cannot be put into words that travel.
pub const UNREADABLE: &str = "unreadable";

/// The row of an own edit that was let go: its shown values are to be computed again.
pub type Released = Vec<(String, String)>;

const ENTRY: &str =
    "number, h, hash, origin, given, partition, kind, id, subject, fields, station_id, dealt_at IS NOT NULL";
/// Columns of `ENTRY`: what else a statement reads stands behind them.
const ENTRY_COLUMNS: usize = 12;

fn queued(r: &Row) -> rusqlite::Result<QueuedEntry> {
    let fields: Option<Vec<Field>> = serde_json::from_str(&r.get::<_, String>(9)?).ok();
    let is_hollow = fields.is_none() || r.get(11)?;
    let fields = fields.unwrap_or_default();
    let (partition, station) = (r.get(5)?, Some(r.get(10)?));
    let entry = Entry { partition, station, kind: r.get(6)?, id: r.get(7)?, subject: r.get(8)?, fields };
    let (number, h, hash, origin, given) = (r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?, r.get(4)?);
    Ok(QueuedEntry { number, h, hash, origin, given, is_hollow, entry })
}

impl Reader<'_> {
    pub fn list_refused(&self) -> Result<Vec<RefusedRow>, DeskError> {
        let sql = "SELECT seq, kind, id, coalesce(refusal, ''), h >> 16, fields,
                          EXISTS (SELECT 1 FROM mirror m WHERE m.partition_no IN (SELECT no FROM partition)
                                  AND m.kind = sent.kind AND m.id = sent.id)
                   FROM sent WHERE outcome = 'refused' AND dealt_at IS NULL ORDER BY acked_at";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map([], |r| {
            let (seq, kind, id, refusal, at) = (r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?, r.get(4)?);
            let fields = serde_json::from_str(&r.get::<_, String>(5)?).unwrap_or_default();
            Ok(RefusedRow { seq, kind, id, refusal, at, fields, is_at_hub: r.get(6)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub fn count_refused(&self) -> Result<i64, DeskError> {
        let sql = "SELECT count(*) FROM sent WHERE outcome = 'refused' AND dealt_at IS NULL";
        Ok(self.0.prepare_cached(sql)?.query_row([], |r| r.get(0))?)
    }

    /// When the oldest entry that waits was written, milliseconds UTC by this desk's clock.
    pub fn find_oldest_waiting(&self) -> Result<Option<i64>, DeskError> {
        let sql = "SELECT h >> 16 FROM outbox ORDER BY number LIMIT 1";
        Ok(self.0.prepare_cached(sql)?.query_row([], |r| r.get(0)).optional()?)
    }
}

impl Writer<'_> {
    /// A refused change waits for nobody any more.
    fn deal_with(&mut self, seq: i64) -> Result<(), DeskError> {
        let sql =
            "UPDATE sent SET dealt_at = :at WHERE seq = :seq AND outcome = 'refused' AND dealt_at IS NULL RETURNING id";
        let params = named_params! { ":at": self.now, ":seq": seq };
        let id: String = self.tx.query_row(sql, params, |r| r.get(0))?;
        self.touch(Kind::Sync, Some(&id));
        Ok(())
    }

    /// Sends a refused change again, as a new entry with the same values. What its author had on screen stays what it was.
    pub fn resend_refused(&mut self, seq: i64) -> Result<(), DeskError> {
        let sql = format!("SELECT {ENTRY} FROM sent WHERE seq = :seq AND outcome = 'refused' AND dealt_at IS NULL");
        let queued = self.tx.query_row(&sql, named_params! { ":seq": seq }, queued)?;
        if queued.is_hollow {
            return Err(DeskError::NotLegalNow);
        }
        self.deal_with(seq)?;
        self.tx.execute("DELETE FROM record_field WHERE own_number = -:seq", named_params! { ":seq": seq })?;
        let about = about(&queued.entry);
        self.entries.push((queued.entry, about));
        Ok(())
    }
}

/// What an entry is about, told from its kind: a record that is there has been seen by whoever edits it.
fn about(entry: &Entry) -> About {
    let is_record = find_kind(&entry.kind).is_some_and(|kind| kind.shape == KindShape::Record);
    let has_seen = entry.fields.iter().any(|f| f.base.is_some());
    match is_record {
        false => About::Fact,
        true if has_seen || entry.fields.len() == 1 => About::Edit,
        true => About::NewRecord,
    }
}

impl Exchange<'_> {
    pub fn last_number(&self) -> Result<i64, DeskError> {
        Ok(chain::head(self.tx())?.number)
    }

    pub fn acked_number(&self) -> Result<i64, DeskError> {
        Ok(self.find_state("acked_number")?.and_then(|n| n.parse().ok()).unwrap_or(0))
    }

    /// Hash of an entry of this incarnation, as long as it is in outbox or sent-log.
    pub fn find_hash(&self, number: i64) -> Result<Option<[u8; 32]>, DeskError> {
        if number == 0 {
            return Ok(Some(GENESIS));
        }
        let sql = "SELECT hash FROM outbox WHERE number = :number UNION ALL
                   SELECT hash FROM sent WHERE replica = (SELECT value FROM meta WHERE key = 'replica') AND number = :number";
        let hash = self.tx().prepare_cached(sql)?.query_row(named_params! { ":number": number }, |r| r.get(0));
        match hash.optional()? {
            Some(hash) => Ok(Some(hash)),
            // The sent-log forgets in time; of the last acknowledged entry the hash stays.
            None if number == self.acked_number()? => Ok(self.find_state("acked_hash")?.and_then(|h| parse_hash(&h))),
            None => Ok(None),
        }
    }

    /// The oldest entries that wait.
    pub fn list_waiting(&self, limit: usize) -> Result<Vec<QueuedEntry>, DeskError> {
        let sql = format!("SELECT {ENTRY} FROM outbox ORDER BY number LIMIT :limit");
        let mut statement = self.tx().prepare_cached(&sql)?;
        let rows = statement.query_map(named_params! { ":limit": to_i64(limit) }, queued)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub fn find_waiting(&self, number: i64) -> Result<Option<QueuedEntry>, DeskError> {
        let sql = format!("SELECT {ENTRY} FROM outbox WHERE number = :number");
        Ok(self.tx().prepare_cached(&sql)?.query_row(named_params! { ":number": number }, queued).optional()?)
    }

    /// The first entry that waits, if it is this one, moves into the sent-log. Returns the name of its partition then.
    pub fn move_to_sent(&mut self, done: &Acknowledged) -> Result<Option<String>, DeskError> {
        let sql = "INSERT INTO sent (replica, number, station_id, partition, kind, id, subject, h, fields, macs, origin, hash,
                                     outcome, refusal, dealt_at, given, acked_at)
                   SELECT (SELECT value FROM meta WHERE key = 'replica'), number, station_id, partition, kind, id, subject, h,
                          fields, macs, origin, hash, :outcome, :refusal, dealt_at, coalesce(:given, given), :now
                   FROM outbox WHERE number = :number AND hash = :hash AND number = (SELECT min(number) FROM outbox)";
        let moved = self.tx().prepare_cached(sql)?.execute(named_params! {
            ":outcome": done.outcome, ":refusal": done.refusal, ":given": done.given, ":now": self.now(),
            ":number": done.number, ":hash": done.hash,
        })?;
        if moved == 0 {
            return Ok(None);
        }
        let sql = "DELETE FROM outbox WHERE number = :number RETURNING h, partition";
        let params = named_params! { ":number": done.number };
        let (h, partition) = self.tx().prepare_cached(sql)?.query_row(params, |r| Ok((r.get(0)?, r.get(1)?)))?;
        self.put_acknowledged(&Head { number: done.number, h, hash: done.hash })?;
        self.writer.touch(Kind::Sync, None);
        Ok(Some(partition))
    }

    fn put_acknowledged(&mut self, head: &Head) -> Result<(), DeskError> {
        let hash = blake3::Hash::from_bytes(head.hash).to_hex().to_string();
        self.put_state("acked_number", &head.number.to_string())?;
        self.put_state("acked_h", &head.h.to_string())?;
        self.put_state("acked_hash", &hash)
    }

    /// When nothing waits, the next stamp need not stay ahead of the hub's clock either.
    pub fn lower_stamp(&mut self, hub_h: i64) -> Result<(), DeskError> {
        let head = chain::head(self.tx())?;
        if head.number == self.acked_number()? && head.h > hub_h && head.number > 0 {
            self.put_acknowledged(&Head { h: hub_h, ..head })?;
        }
        Ok(())
    }

    /// Own edits with this number: let go (their row is here), or shown until it comes.
    pub fn settle_own(&mut self, number: i64, is_row_here: bool) -> Result<Released, DeskError> {
        let number = named_params! { ":number": number };
        if is_row_here {
            return self.release("DELETE FROM record_field WHERE own_number = :number RETURNING kind, id", number);
        }
        let sql = "UPDATE record_field SET own_number = NULL WHERE own_number = :number";
        self.tx().prepare_cached(sql)?.execute(number)?;
        Ok(Vec::new())
    }

    /// Own edits with this number were refused: they are shown until a person deals with them.
    pub fn hold_refused(&mut self, number: i64) -> Result<(), DeskError> {
        let sql = "UPDATE record_field SET own_number = (
                       SELECT -seq FROM sent WHERE replica = (SELECT value FROM meta WHERE key = 'replica') AND number = :number)
                   WHERE own_number = :number";
        self.tx().prepare_cached(sql)?.execute(named_params! { ":number": number })?;
        Ok(())
    }

    /// A person has seen a refused change and does not want it sent again: what it covered is to be shown again. Returns that
    /// with the name of its partition.
    pub fn drop_refused(&mut self, seq: i64) -> Result<(String, Released), DeskError> {
        self.writer.deal_with(seq)?;
        let place = named_params! { ":seq": seq };
        let sql = "SELECT partition FROM sent WHERE seq = :seq";
        let partition = self.tx().query_row(sql, place, |r| r.get(0))?;
        let sql = "DELETE FROM record_field WHERE own_number = -:seq RETURNING kind, id";
        Ok((partition, self.release(sql, place)?))
    }

    /// Lets go of the acknowledged own edits of one row.
    pub fn release_row(&mut self, kind: &str, id: &str) -> Result<Released, DeskError> {
        let sql = "DELETE FROM record_field WHERE kind = :kind AND id = :id AND own_number IS NULL RETURNING kind, id";
        self.release(sql, named_params! { ":kind": kind, ":id": id })
    }

    /// Lets go of all acknowledged own edits of a partition of a station: its feed was read to its end.
    pub fn release_all(&mut self, partition: &str, station: &str) -> Result<Released, DeskError> {
        let sql =
            "DELETE FROM record_field WHERE own_number IS NULL AND partition = :partition AND station_id = :station
                   RETURNING kind, id";
        self.release(sql, named_params! { ":partition": partition, ":station": station })
    }

    fn release(&mut self, sql: &str, params: &[(&str, &dyn rusqlite::ToSql)]) -> Result<Released, DeskError> {
        let mut statement = self.tx().prepare_cached(sql)?;
        let rows = statement.query_map(params, |r| Ok((r.get(0)?, r.get(1)?)))?;
        let mut released: Released = rows.collect::<Result<_, _>>()?;
        released.dedup();
        Ok(released)
    }

    /// Puts acknowledged entries of this incarnation above a number back into the outbox, with the place they had. What a
    /// person gave up keeps its number and goes without its values.
    pub fn requeue_sent(&mut self, above: i64) -> Result<(), DeskError> {
        let above = named_params! { ":above": above };
        let own = "replica = (SELECT value FROM meta WHERE key = 'replica') AND number > :above";
        let columns =
            "number, station_id, partition, kind, id, subject, h, fields, macs, origin, given, dealt_at, hash";
        let sql = format!("INSERT INTO outbox ({columns}) SELECT {columns} FROM sent WHERE {own}");
        if self.tx().prepare_cached(&sql)?.execute(above)? == 0 {
            return Ok(());
        }
        let held = format!(
            "UPDATE record_field SET own_number = (SELECT number FROM sent WHERE seq = -own_number)
             WHERE own_number IN (SELECT -seq FROM sent WHERE {own})"
        );
        self.tx().prepare_cached(&held)?.execute(above)?;
        let last = "SELECT number, h, hash FROM sent WHERE replica = (SELECT value FROM meta WHERE key = 'replica')
                    AND number <= :above ORDER BY number DESC LIMIT 1";
        let head = self
            .tx()
            .prepare_cached(last)?
            .query_row(above, |r| Ok(Head { number: r.get(0)?, h: r.get(1)?, hash: r.get(2)? }));
        let head = head.optional()?.unwrap_or(Head { number: 0, h: 0, hash: GENESIS });
        self.tx().prepare_cached(&format!("DELETE FROM sent WHERE {own}"))?.execute(above)?;
        self.put_acknowledged(&head)
    }

    /// Whether what was acknowledged ends at a number and what waits follows on it. Not so when the sent-log has forgotten what
    /// lay between.
    pub fn follows_on(&self, number: i64) -> Result<bool, DeskError> {
        let first: Option<i64> = self.tx().query_row("SELECT min(number) FROM outbox", [], |r| r.get(0))?;
        Ok(self.acked_number()? == number && first.is_none_or(|first| first == number + 1))
    }

    /// A new name for this file. Everything that waits gets new numbers; first hash, stamp and what was seen stay. What goes
    /// without its values anyway needs none.
    pub fn begin_replica(&mut self, replica: &str) -> Result<(), DeskError> {
        let waiting = self.list_waiting_with_macs()?;
        let (hollow, waiting): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|(queued, _)| queued.is_hollow);
        for (queued, _) in &hollow {
            self.set_unreadable_aside(queued.number)?;
        }
        self.tx().prepare_cached("DELETE FROM outbox")?.execute([])?;
        self.tx().prepare_cached("DELETE FROM record_field WHERE own_number > 0")?.execute([])?;
        self.put_state("replica", replica)?;
        let newest_h = waiting.iter().map(|(queued, _)| queued.h).max();
        let before: i64 = self.find_state("acked_h")?.and_then(|h| h.parse().ok()).unwrap_or(0);
        let mut head = Head { number: 0, h: 0, hash: GENESIS };
        for (queued, macs) in waiting {
            head = self.renumber(&head, queued, &macs)?;
        }
        // What was computed and waited may come behind a later one of the same row: it is computed again.
        self.mark_board_due()?;
        // The next stamp is behind every one that this file has given.
        self.put_acknowledged(&Head { number: 0, h: before.max(newest_h.unwrap_or(0)), hash: GENESIS })
    }

    fn list_waiting_with_macs(&self) -> Result<Vec<(QueuedEntry, Vec<u8>)>, DeskError> {
        let sql = format!("SELECT {ENTRY}, macs FROM outbox ORDER BY number");
        let mut statement = self.tx().prepare_cached(&sql)?;
        let rows = statement.query_map([], |r| Ok((queued(r)?, r.get(ENTRY_COLUMNS)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// An entry whose values cannot be read goes into the refused tray as it is; one that a person gave up does not.
    fn set_unreadable_aside(&mut self, number: i64) -> Result<(), DeskError> {
        let sql = "INSERT INTO sent (replica, number, station_id, partition, kind, id, subject, h, fields, macs, origin, hash,
                                     outcome, refusal, given, acked_at)
                   SELECT (SELECT value FROM meta WHERE key = 'replica'), number, station_id, partition, kind, id, subject, h,
                          fields, macs, origin, hash, 'refused', :unreadable, given, :now
                   FROM outbox WHERE number = :number AND dealt_at IS NULL";
        let params = named_params! { ":number": number, ":unreadable": UNREADABLE, ":now": self.now() };
        self.tx().prepare_cached(sql)?.execute(params)?;
        self.hold_refused(number)
    }

    fn renumber(&mut self, head: &Head, queued: QueuedEntry, macs: &[u8]) -> Result<Head, DeskError> {
        let next = chained(head, &queued.entry, queued.h, macs);
        let first = queued.origin.unwrap_or(queued.hash);
        let numbered = Numbered { head: &next, macs, origin: Some(first), given: queued.given };
        let (tx, station) = (self.tx(), self.station());
        insert_entry(tx, &station, &queued.entry, &numbered)?;
        put_record(tx, &station, &queued.entry, about(&queued.entry), &first, next.number)?;
        Ok(next)
    }

    /// Entries that earlier incarnations sent, behind a place in the sent-log, each with its place.
    pub fn list_sent_before(&self, after: i64, limit: usize) -> Result<Vec<(i64, QueuedEntry)>, DeskError> {
        let sql = format!(
            "SELECT {ENTRY}, seq FROM sent WHERE seq > :after AND outcome <> 'refused'
             AND replica <> (SELECT value FROM meta WHERE key = 'replica') ORDER BY seq LIMIT :limit"
        );
        let mut statement = self.tx().prepare_cached(&sql)?;
        let params = named_params! { ":after": after, ":limit": to_i64(limit) };
        let rows = statement.query_map(params, |r| Ok((r.get(ENTRY_COLUMNS)?, queued(r)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Refused entries whose id another one has, each with its place in the sent-log.
    pub fn list_taken(&self) -> Result<Vec<(i64, QueuedEntry)>, DeskError> {
        let sql = format!(
            "SELECT {ENTRY}, seq FROM sent WHERE outcome = 'refused' AND refusal = 'id_taken' AND dealt_at IS NULL"
        );
        let mut statement = self.tx().prepare_cached(&sql)?;
        let rows = statement.query_map([], |r| Ok((r.get(ENTRY_COLUMNS)?, queued(r)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What was refused stands at the hub all the same: nobody need deal with it.
    pub fn settle_taken(&mut self, seq: i64) -> Result<(), DeskError> {
        let sql = "UPDATE sent SET outcome = 'superseded', refusal = NULL WHERE seq = :seq";
        self.tx().prepare_cached(sql)?.execute(named_params! { ":seq": seq })?;
        self.writer.touch(Kind::Sync, None);
        Ok(())
    }

    /// Forgets what was acknowledged before a moment, unless a person has still to deal with it.
    pub fn prune_sent(&mut self, before: i64) -> Result<usize, DeskError> {
        let sql = "DELETE FROM sent WHERE acked_at < :before AND (outcome <> 'refused' OR dealt_at IS NOT NULL)";
        Ok(self.tx().prepare_cached(sql)?.execute(named_params! { ":before": before })?)
    }

    /// Whether an own edit covers this field of a record.
    pub(super) fn has_own_field(&self, kind: &str, id: &str, field: u32) -> Result<bool, DeskError> {
        let sql = "SELECT count(*) FROM record_field WHERE kind = :kind AND id = :id AND field IN (:field, :as_made)";
        let params = named_params! { ":kind": kind, ":id": id, ":field": field, ":as_made": AS_MADE };
        Ok(self.tx().prepare_cached(sql)?.query_row(params, |r| r.get::<_, i64>(0))? > 0)
    }
}

fn parse_hash(hex: &str) -> Option<[u8; 32]> {
    blake3::Hash::from_hex(hex).ok().map(|hash| *hash.as_bytes())
}

fn to_i64(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// Meta of the file, which `sync` keeps its state in.
impl Exchange<'_> {
    pub fn find_state(&self, key: &str) -> Result<Option<String>, DeskError> {
        find_meta(self.tx(), key)
    }

    pub fn put_state(&mut self, key: &str, value: &str) -> Result<(), DeskError> {
        self.writer.put_meta(key, value)
    }

    pub fn remove_state(&mut self, key: &str) -> Result<(), DeskError> {
        self.tx().prepare_cached("DELETE FROM meta WHERE key = :key")?.execute(named_params! { ":key": key })?;
        Ok(())
    }
}

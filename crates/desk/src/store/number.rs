//! Counters of human numbers: dense, raised in the transaction that uses the number.

use super::Reader;
use crate::{DeskError, Exchange, Writer};
use fengxiang_domain::number::{NumberKind, human_no};
use fengxiang_domain::time::business_on;
use rusqlite::{OptionalExtension, named_params};
use serde_json::json;

/// The desk letter of a station set up alone; enrolment gives others.
const FIRST_LETTER: &str = "A";
const LETTER: &str = "desk_letter";
/// Set while this file issues numbers with a letter that another file may issue with too.
const LETTER_WANTED: &str = "sync_letter_wanted";
/// How far a restored file jumps. What was issued after its backup is unknown and stands on paper: a busy desk gives some
/// twenty numbers a day, so this covers a backup that is weeks old, and a number grows past four digits by itself.
const RESTORE_JUMP: u32 = 1_000;

/// Numbers of one kind, by its letters, that were left out.
#[derive(Debug, PartialEq, Eq)]
pub struct GapRow {
    pub id: String,
    pub kind: String,
    pub from: u32,
    pub to: u32,
    pub at: i64,
}

impl Reader<'_> {
    /// What was left out after restores, oldest first.
    pub fn list_number_gaps(&self) -> Result<Vec<GapRow>, DeskError> {
        let sql = "SELECT id, kind, from_no, to_no, at FROM number_gap ORDER BY rowid";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map([], |r| {
            Ok(GapRow { id: r.get(0)?, kind: r.get(1)?, from: r.get(2)?, to: r.get(3)?, at: r.get(4)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Whether the station's code stands in a number already.
    pub fn has_issued_numbers(&self) -> Result<bool, DeskError> {
        let issued = NumberKind::ALL.map(|kind| self.get_last_counter(kind));
        issued.into_iter().try_fold(false, |any, last| Ok(any || last? > 0))
    }

    /// What this desk's numbers carry, so that no other desk issues the same.
    pub fn get_letter(&self) -> Result<String, DeskError> {
        Ok(self.find_meta(LETTER)?.unwrap_or_else(|| FIRST_LETTER.to_owned()))
    }

    /// Whether the hub is still to give this file a letter of its own.
    pub fn wants_letter(&self) -> Result<bool, DeskError> {
        Ok(self.find_meta(LETTER_WANTED)?.is_some())
    }

    fn get_last_counter(&self, kind: NumberKind) -> Result<u32, DeskError> {
        let sql = "SELECT value FROM meta WHERE key = :key";
        let last: Option<String> =
            self.0.query_row(sql, named_params! { ":key": counter_key(kind) }, |r| r.get(0)).optional()?;
        Ok(last.and_then(|l| l.parse().ok()).unwrap_or(0))
    }
}

impl Exchange<'_> {
    pub fn put_letter(&mut self, letter: &str) -> Result<(), DeskError> {
        self.put_state(LETTER, letter)?;
        self.remove_state(LETTER_WANTED)
    }

    /// This file is a fork of another: until the hub gives it a letter of its own, its numbers begin behind a stretch that the
    /// other one may have used.
    pub fn begin_fork(&mut self) -> Result<(), DeskError> {
        self.writer.leave_numbers_out()?;
        self.want_letter()
    }

    pub(crate) fn want_letter(&mut self) -> Result<(), DeskError> {
        self.put_state(LETTER_WANTED, "1")
    }
}

impl Writer<'_> {
    /// The next number of its kind; taken back only when the whole act is.
    pub(crate) fn next_no(&mut self, kind: NumberKind) -> Result<String, DeskError> {
        let next = self.reader().get_last_counter(kind)? + 1;
        self.put_meta(&counter_key(kind), &next.to_string())?;
        let code = self.reader().get_station()?.code;
        Ok(human_no(kind, &code, business_on(self.now, self.day_boundary_min), &self.reader().get_letter()?, next))
    }

    /// A restored file does not know what was issued after its backup: it leaves a stretch of every kind out and says which.
    pub(crate) fn leave_numbers_out(&mut self) -> Result<(), DeskError> {
        for kind in NumberKind::ALL {
            let last = self.reader().get_last_counter(kind)?;
            self.put_meta(&counter_key(kind), &(last + RESTORE_JUMP).to_string())?;
            self.insert_gap(kind, last + 1, last + RESTORE_JUMP)?;
        }
        Ok(())
    }

    fn insert_gap(&mut self, kind: NumberKind, from: u32, to: u32) -> Result<(), DeskError> {
        let (id, desk) = (self.new_id(), self.reader().get_letter()?);
        self.tx.execute(
            "INSERT INTO number_gap (id, station_id, kind, desk, from_no, to_no, at)
             VALUES (:id, :station_id, :kind, :desk, :from_no, :to_no, :at)",
            named_params! {
                ":id": id, ":station_id": self.station.to_string(), ":kind": kind.letters(), ":desk": desk,
                ":from_no": from, ":to_no": to, ":at": self.now,
            },
        )?;
        let countable = json!({ "kind": kind.letters(), "desk": desk, "from": from, "to": to, "at": self.now });
        self.record_fact("number_gap", &id, countable, None);
        Ok(())
    }
}

fn counter_key(kind: NumberKind) -> String {
    format!("number_counter_{}", kind.letters())
}

//! Counters of human numbers: dense, raised in the transaction that uses the number.

use super::Reader;
use crate::{DeskError, Writer};
use fengxiang_domain::number::{NumberKind, human_no};
use fengxiang_domain::time::business_on;
use rusqlite::{OptionalExtension, named_params};

/// The desk letter of a station set up alone; enrolment gives others.
const DESK_LETTER: char = 'A';

impl Reader<'_> {
    /// Whether the station's code stands in a number already.
    pub fn has_issued_numbers(&self) -> Result<bool, DeskError> {
        let issued = NumberKind::ALL.map(|kind| self.get_last_counter(kind));
        issued.into_iter().try_fold(false, |any, last| Ok(any || last? > 0))
    }

    fn get_last_counter(&self, kind: NumberKind) -> Result<u32, DeskError> {
        let sql = "SELECT value FROM meta WHERE key = :key";
        let last: Option<String> =
            self.0.query_row(sql, named_params! { ":key": counter_key(kind) }, |r| r.get(0)).optional()?;
        Ok(last.and_then(|l| l.parse().ok()).unwrap_or(0))
    }
}

impl Writer<'_> {
    /// The next number of its kind; taken back only when the whole act is.
    pub(crate) fn next_no(&mut self, kind: NumberKind) -> Result<String, DeskError> {
        let next = self.reader().get_last_counter(kind)? + 1;
        self.tx.execute(
            "INSERT INTO meta (key, value) VALUES (:key, :value) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            named_params! { ":key": counter_key(kind), ":value": next.to_string() },
        )?;
        let code = self.reader().get_station()?.code;
        Ok(human_no(kind, &code, business_on(self.now, self.day_boundary_min), DESK_LETTER, next))
    }
}

fn counter_key(kind: NumberKind) -> String {
    format!("number_counter_{}", kind.letters())
}

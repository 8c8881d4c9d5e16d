//! What the manager must be told of: an old file was restored, two copies were at work, desk and hub differed. Until dismissed.

use super::Reader;
use crate::{DeskError, Exchange, Kind, Writer};
use rusqlite::named_params;

#[derive(Debug)]
pub struct AlarmRow {
    pub id: i64,
    pub at: i64,
    /// Code, in the words of `sync`.
    pub kind: String,
    /// Rows that differed, of a repair.
    pub rows: i64,
}

impl Reader<'_> {
    /// Newest first.
    pub fn list_alarms(&self) -> Result<Vec<AlarmRow>, DeskError> {
        let sql = "SELECT id, at, kind, rows FROM alarm WHERE dismissed_at IS NULL ORDER BY id DESC";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement
            .query_map([], |r| Ok(AlarmRow { id: r.get(0)?, at: r.get(1)?, kind: r.get(2)?, rows: r.get(3)? }))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Exchange<'_> {
    pub fn raise_alarm(&mut self, kind: &str, rows: i64) -> Result<(), DeskError> {
        let sql = "INSERT INTO alarm (station_id, at, kind, rows) VALUES (:station_id, :at, :kind, :rows)";
        let params = named_params! { ":station_id": self.station(), ":at": self.now(), ":kind": kind, ":rows": rows };
        self.tx().execute(sql, params)?;
        self.writer.touch(Kind::Sync, None);
        Ok(())
    }
}

impl Writer<'_> {
    pub fn dismiss_alarm(&mut self, id: i64) -> Result<(), DeskError> {
        let sql = "UPDATE alarm SET dismissed_at = :at WHERE id = :id AND dismissed_at IS NULL";
        if self.tx.execute(sql, named_params! { ":at": self.now, ":id": id })? == 0 {
            return Err(DeskError::NotFound);
        }
        self.touch(Kind::Sync, None);
        Ok(())
    }
}

//! The slots of the key file as rows, so that a password opens every desk of the station. Knows no key.

use super::Reader;
use crate::{DeskError, Kind, Writer};
use rusqlite::{OptionalExtension, named_params};
use serde_json::json;

impl Reader<'_> {
    /// Whose slot, and what it is; `None`: taken away.
    pub(crate) fn list_slots(&self) -> Result<Vec<(String, Option<String>)>, DeskError> {
        let mut statement = self.0.prepare_cached("SELECT id, slot FROM staff_slot")?;
        let rows = statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn find_slot(&self, id: &str) -> Result<Option<Option<String>>, DeskError> {
        let sql = "SELECT slot FROM staff_slot WHERE id = :id";
        Ok(self.0.prepare_cached(sql)?.query_row(named_params! { ":id": id }, |r| r.get(0)).optional()?)
    }
}

impl Writer<'_> {
    /// Tells the other desks of a slot, or that it is gone.
    pub(crate) fn put_slot(&mut self, id: &str, slot: Option<&str>) -> Result<(), DeskError> {
        let before = self.reader().find_slot(id)?;
        if before.as_ref().is_some_and(|b| b.as_deref() == slot) {
            return Ok(());
        }
        let sql = "INSERT INTO staff_slot (id, station_id, slot) VALUES (:id, :station_id, :slot)
                   ON CONFLICT (id) DO UPDATE SET slot = excluded.slot";
        let params = named_params! { ":id": id, ":station_id": self.station.to_string(), ":slot": slot };
        self.tx.execute(sql, params)?;
        match before {
            None => self.record_new("staff_slot", id, None, vec![json!(slot)]),
            Some(_) => self.record_edit("staff_slot", id, None, 1, json!(slot)),
        }
        self.touch(Kind::Staff, Some(id));
        Ok(())
    }
}

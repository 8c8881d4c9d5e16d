//! Things that go out of date: medicine, extinguishers. A short list, not an inventory.

use super::Reader;
use crate::{DeskError, Kind, Writer};
use rusqlite::named_params;
use serde_json::json;

#[derive(Debug)]
pub struct ExpiryRow {
    pub id: String,
    pub name: String,
    pub expires_on: String,
}

impl Reader<'_> {
    pub fn list_expiries(&self) -> Result<Vec<ExpiryRow>, DeskError> {
        let sql = "SELECT id, name, expires_on FROM expiry WHERE is_alive = 1 ORDER BY expires_on, name";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows =
            statement.query_map([], |r| Ok(ExpiryRow { id: r.get(0)?, name: r.get(1)?, expires_on: r.get(2)? }))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Writer<'_> {
    pub fn add_expiry(&mut self, name: &str, expires_on: &str) -> Result<(), DeskError> {
        let id = self.new_id();
        self.tx.execute(
            "INSERT INTO expiry (id, station_id, name, expires_on, is_alive) VALUES (:id, :station_id, :name, :expires_on, 1)",
            named_params! { ":id": id, ":station_id": self.station.to_string(), ":name": name, ":expires_on": expires_on },
        )?;
        self.record_new("expiry", &id, None, vec![json!(name), json!(expires_on)]);
        self.touch(Kind::Shift, Some(&id));
        Ok(())
    }

    /// Leaves a tombstone: the row stays, `is_alive` goes.
    pub fn remove_expiry(&mut self, id: &str) -> Result<(), DeskError> {
        let removed = self
            .tx
            .execute("UPDATE expiry SET is_alive = 0 WHERE id = :id AND is_alive = 1", named_params! { ":id": id })?;
        if removed == 0 {
            return Err(DeskError::NotFound);
        }
        self.record_removal("expiry", id);
        self.touch(Kind::Shift, Some(id));
        Ok(())
    }
}

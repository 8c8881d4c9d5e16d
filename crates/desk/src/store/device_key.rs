//! Which devices were given the station's keys, and by which: whoever lists the devices sees who still waits.

use super::Reader;
use crate::{DeskError, Kind, Writer};
use rusqlite::named_params;
use serde_json::json;
use std::collections::BTreeSet;

impl Reader<'_> {
    /// Devices that have the keys: those that were given them, and those that gave them.
    pub fn list_keyed_devices(&self) -> Result<BTreeSet<String>, DeskError> {
        let mut statement =
            self.0.prepare_cached("SELECT device_id FROM device_key UNION SELECT given_by FROM device_key")?;
        let rows = statement.query_map([], |r| r.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Writer<'_> {
    pub fn add_device_key(&mut self, device: &str, given_by: &str) -> Result<(), DeskError> {
        let id = self.new_id();
        let sql = "INSERT INTO device_key (id, station_id, at, device_id, given_by)
                   VALUES (:id, :station_id, :at, :device, :given_by)";
        self.tx.execute(
            sql,
            named_params! {
                ":id": id, ":station_id": self.station.to_string(), ":at": self.now, ":device": device,
                ":given_by": given_by,
            },
        )?;
        self.record_fact("device_key", &id, json!({ "at": self.now, "device": device, "by": given_by }), None);
        self.touch(Kind::Sync, Some(device));
        Ok(())
    }
}

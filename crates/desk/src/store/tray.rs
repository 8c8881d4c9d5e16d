//! Conflicts as they lie in the mirror, and what a person decided. The hub keeps a tray row for ever; a fact says that it is done.

use super::Reader;
use crate::{DeskError, Kind, Writer};
use rusqlite::{OptionalExtension, named_params};
use serde_json::json;

const OPEN: &str = "FROM mirror m WHERE m.partition_no IN (SELECT no FROM partition) AND m.kind = 'tray'
     AND NOT EXISTS (SELECT 1 FROM tray_done d WHERE d.tray_id = m.id)";
/// Those of newer programs stand among them and can be decided by none of ours: enough are read to find the others.
const TRAYS_MAX: i64 = 2_000;

impl Reader<'_> {
    /// Tray rows that nobody has decided, as they travel, each with its id.
    pub fn list_trays(&self) -> Result<Vec<(String, Vec<u8>)>, DeskError> {
        let mut statement =
            self.0.prepare_cached(&format!("SELECT m.id, m.row {OPEN} ORDER BY m.id LIMIT {TRAYS_MAX}"))?;
        let rows = statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// First hash of the own edit that is shown of a field, while the hub's row is not here yet.
    pub fn find_own_first(&self, kind: &str, id: &str, field: u32) -> Result<Option<[u8; 32]>, DeskError> {
        let sql = "SELECT own_first FROM record_field
                   WHERE kind = :kind AND id = :id AND field IN (:field, 0) ORDER BY field DESC LIMIT 1";
        let params = named_params! { ":kind": kind, ":id": id, ":field": field };
        Ok(self.0.prepare_cached(sql)?.query_row(params, |r| r.get(0)).optional()?)
    }

    /// The hub's stamp of a field, in the words of `sync`.
    pub fn find_stamp(&self, kind: &str, id: &str, field: u32) -> Result<Option<String>, DeskError> {
        let sql = "SELECT stamps ->> :path FROM mirror
                   WHERE partition_no IN (SELECT no FROM partition) AND kind = :kind AND id = :id LIMIT 1";
        let params = named_params! { ":kind": kind, ":id": id, ":path": format!("$.\"{field}\"") };
        Ok(self.0.prepare_cached(sql)?.query_row(params, |r| r.get(0)).optional()?.flatten())
    }
}

impl Writer<'_> {
    /// Every desk of the station will know that this conflict was decided.
    pub fn add_tray_done(&mut self, tray: &str) -> Result<(), DeskError> {
        let id = self.new_id();
        let sql = "INSERT INTO tray_done (id, station_id, tray_id, at) VALUES (:id, :station_id, :tray, :at)";
        let params =
            named_params! { ":id": id, ":station_id": self.station.to_string(), ":tray": tray, ":at": self.now };
        self.tx.execute(sql, params)?;
        self.record_fact("tray_done", &id, json!({ "tray": tray, "at": self.now }), None);
        self.touch(Kind::Sync, Some(tray));
        Ok(())
    }
}

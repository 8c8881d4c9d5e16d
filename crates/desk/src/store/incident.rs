//! Safety incidents: what happened, written down while it is fresh, also by somebody who is not signed in.

use super::Reader;
use crate::{DeskError, Kind, Writer};
use fengxiang_domain::number::NumberKind;
use rusqlite::named_params;
use serde_json::json;

#[derive(Debug)]
pub struct IncidentRow {
    pub id: String,
    pub no: String,
    pub at: i64,
    pub kind: String,
    pub text: String,
}

impl Reader<'_> {
    /// Newest first.
    pub fn list_incidents(&self, limit: i64) -> Result<Vec<IncidentRow>, DeskError> {
        let sql = "SELECT id, no, at, kind, text FROM incident ORDER BY at DESC, id DESC LIMIT :limit";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map(named_params! { ":limit": limit }, |r| {
            Ok(IncidentRow { id: r.get(0)?, no: r.get(1)?, at: r.get(2)?, kind: r.get(3)?, text: r.get(4)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Writer<'_> {
    /// Takes an incident down and gives it its number. The words may name somebody: they are its personal part.
    pub fn add_incident(&mut self, kind: &str, text: &str) -> Result<String, DeskError> {
        let (id, no) = (self.new_id(), self.next_no(NumberKind::Incident)?);
        self.tx.execute(
            "INSERT INTO incident (id, station_id, no, at, kind, text) VALUES (:id, :station_id, :no, :at, :kind, :text)",
            named_params! {
                ":id": id, ":station_id": self.station.to_string(), ":no": no, ":at": self.now, ":kind": kind, ":text": text,
            },
        )?;
        let countable = json!({ "no": no, "at": self.now, "kind": kind });
        self.record_fact("incident", &id, countable, Some((id.clone(), json!({ "text": text }))));
        self.touch(Kind::Incident, Some(&id));
        Ok(no)
    }
}

//! 离站: somebody went, as a further fact.

use crate::{DeskError, Kind, Writer};
use fengxiang_domain::ids::VisitId;
use rusqlite::named_params;
use serde_json::json;

impl Writer<'_> {
    /// Who has left cannot leave again.
    pub fn leave_visit(&mut self, visit: VisitId) -> Result<(), DeskError> {
        self.get_people(visit)?;
        if self.find_left_at(visit)?.is_some() {
            return Err(DeskError::NotLegalNow);
        }
        self.insert_leave(visit, self.now)
    }

    /// The entry that stands for another ends when that one did.
    pub(super) fn carry_leave(&mut self, from: VisitId, to: VisitId) -> Result<(), DeskError> {
        self.find_left_at(from)?.map_or(Ok(()), |at| self.insert_leave(to, at))
    }

    fn find_left_at(&self, visit: VisitId) -> Result<Option<i64>, DeskError> {
        let sql = "SELECT min(at) FROM visit_leave WHERE visit_id = :visit_id";
        Ok(self.tx.query_row(sql, named_params! { ":visit_id": visit.to_string() }, |r| r.get(0))?)
    }

    fn insert_leave(&mut self, visit: VisitId, at: i64) -> Result<(), DeskError> {
        let id = self.new_id();
        self.tx.execute(
            "INSERT INTO visit_leave (id, station_id, visit_id, at) VALUES (:id, :station_id, :visit_id, :at)",
            named_params! { ":id": id, ":station_id": self.station.to_string(), ":visit_id": visit.to_string(), ":at": at },
        )?;
        self.record_fact("visit_leave", &id, json!({ "visit": visit.to_string(), "at": at }), None);
        self.touch(Kind::Visit, Some(&visit.to_string()));
        Ok(())
    }
}

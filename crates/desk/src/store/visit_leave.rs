//! 离站: somebody went, as a further fact.

use crate::{DeskError, Kind, Writer};
use fengxiang_domain::ids::VisitId;
use rusqlite::named_params;
use serde_json::json;

impl Writer<'_> {
    /// Who has left cannot leave again.
    pub fn leave_visit(&mut self, visit: VisitId) -> Result<(), DeskError> {
        self.get_people(visit)?;
        let id = self.new_id();
        let added = self.tx.execute(
            "INSERT INTO visit_leave (id, station_id, visit_id, at)
             SELECT :id, :station_id, :visit_id, :at
             WHERE NOT EXISTS (SELECT 1 FROM visit_leave WHERE visit_id = :visit_id)",
            named_params! { ":id": id, ":station_id": self.station.to_string(), ":visit_id": visit.to_string(), ":at": self.now },
        )?;
        if added == 0 {
            return Err(DeskError::NotLegalNow);
        }
        self.record_fact("visit_leave", &id, json!({ "visit": visit.to_string(), "at": self.now }), None);
        self.touch(Kind::Visit, Some(&visit.to_string()));
        Ok(())
    }
}

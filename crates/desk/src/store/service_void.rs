//! Taking an item back, by a further fact.

use super::service::NOT_VOID;
use crate::{DeskError, Kind, Writer};
use fengxiang_domain::ids::VisitId;
use rusqlite::{OptionalExtension, named_params};
use serde_json::json;

impl Writer<'_> {
    pub fn void_service(&mut self, visit: VisitId, item: &str) -> Result<(), DeskError> {
        let live = self.list_live_services(visit, Some(item))?;
        live.iter().try_for_each(|id| self.insert_service_void(id))
    }

    pub(super) fn void_services_of(&mut self, visit: VisitId) -> Result<(), DeskError> {
        let live = self.list_live_services(visit, None)?;
        live.iter().try_for_each(|id| self.insert_service_void(id))
    }

    /// Takes a sensitive item back whose random id the counter still holds, while it has not left for the outbox.
    pub(super) fn void_sensitive_service(&mut self, service: &str) -> Result<(), DeskError> {
        let id = self.random_id();
        let sql = format!(
            "INSERT INTO service_void (id, station_id, service_id, at, is_queued)
             SELECT :id, s.station_id, s.id, NULL, 0 FROM service s
             WHERE s.id = :service AND s.visit_id IS NULL AND s.is_queued = 0 AND {NOT_VOID}"
        );
        if self.tx.execute(&sql, named_params! { ":id": id, ":service": service })? == 0 {
            return Err(DeskError::NotFound);
        }
        self.touch(Kind::Service, None);
        Ok(())
    }

    pub(super) fn queue_sensitive_voids(&mut self) -> Result<(), DeskError> {
        // Their items were queued just now, so a void that waits belongs to an item of an earlier day.
        let sql = "SELECT x.id, x.service_id FROM service_void x INDEXED BY service_void_to_queue
                   CROSS JOIN service s ON s.id = x.service_id
                   WHERE x.is_queued = 0 AND s.is_queued = 1 ORDER BY x.id";
        let mut statement = self.tx.prepare_cached(sql)?;
        let rows = statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?;
        let waiting: Vec<(String, String)> = rows.collect::<Result<_, _>>()?;
        drop(statement);
        for (id, service) in waiting {
            self.tx.execute("UPDATE service_void SET is_queued = 1 WHERE id = :id", named_params! { ":id": id })?;
            self.record_fact("service_void", &id, json!({ "service": service, "at": null }), None);
            self.tell_late("void_item", &service);
        }
        Ok(())
    }

    /// The visit of a live item, or `None` when it has none.
    pub(super) fn get_visit_of(&self, service: &str) -> Result<Option<String>, DeskError> {
        let sql = format!("SELECT s.visit_id FROM service s WHERE s.id = :id AND {NOT_VOID}");
        self.tx.query_row(&sql, named_params! { ":id": service }, |r| r.get(0)).optional()?.ok_or(DeskError::NotFound)
    }

    pub(super) fn insert_service_void(&mut self, service: &str) -> Result<(), DeskError> {
        let id = self.new_id();
        self.tx.execute(
            "INSERT INTO service_void (id, station_id, service_id, at, is_queued) VALUES (:id, :station_id, :service_id, :at, 1)",
            named_params! { ":id": id, ":station_id": self.station.to_string(), ":service_id": service, ":at": self.now },
        )?;
        self.record_fact("service_void", &id, json!({ "service": service, "at": self.now }), None);
        self.touch(Kind::Service, Some(service));
        Ok(())
    }
}

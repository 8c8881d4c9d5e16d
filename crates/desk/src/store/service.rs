//! Items given. A sensitive one is written without visit and time of day, so that no row leads to a person.

use super::Reader;
use crate::{DeskError, Kind, Writer};
use fengxiang_domain::ids::VisitId;
use fengxiang_domain::rules::SAME_VISIT_MS;
use rusqlite::{Row, named_params};
use serde_json::json;
use uuid::Builder;

/// Of a service `s`: nobody took it back.
pub(super) const NOT_VOID: &str = "NOT EXISTS (SELECT 1 FROM service_void x WHERE x.service_id = s.id)";

/// An item that was written; whoever holds the id may take it back while it is fresh.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenRow {
    pub service_id: String,
    pub item: String,
}

impl Reader<'_> {
    pub(super) fn list_day_services(&self, on: &str) -> Result<Vec<(String, i64)>, DeskError> {
        let sql = format!("SELECT s.item, s.people FROM service s WHERE s.business_on = :on AND {NOT_VOID}");
        let mut statement = self.0.prepare_cached(&sql)?;
        let rows = statement.query_map(named_params! { ":on": on }, |r| Ok((r.get(0)?, r.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Writer<'_> {
    /// Gives one item to the people of a visit that is here already; `None` when they have it.
    pub fn add_service(&mut self, visit: VisitId, item: &str) -> Result<Option<GivenRow>, DeskError> {
        if self.reader().is_sensitive(item)? {
            self.tell_later();
        }
        self.give(visit, item)
    }

    /// The same item twice in one visit counts once; of sensitive ones nobody can tell.
    pub(super) fn give(&mut self, visit: VisitId, item: &str) -> Result<Option<GivenRow>, DeskError> {
        let people = self.get_people(visit)?;
        if !self.list_live_services(visit, Some(item))?.is_empty() {
            return Ok(None);
        }
        let (id, on, visit) = if self.reader().is_sensitive(item)? {
            (self.random_id(), self.get_sensitive_day(visit)?, None)
        } else {
            (self.new_id(), self.get_visit_day(visit)?, Some(visit))
        };
        self.insert_service(&id, visit, &on, item, people)?;
        Ok(Some(GivenRow { service_id: id, item: item.to_owned() }))
    }

    /// The day a sensitive item counts for. Where somebody is named it is the day of writing: another one would say that it
    /// was given to one of the few whose visit reaches over midnight. A named visit of an earlier day takes none any more:
    /// the trail says who changed which visit, and nothing else of that day would be written now.
    fn get_sensitive_day(&self, visit: VisitId) -> Result<String, DeskError> {
        let sql = "SELECT business_on, at, visitor_id IS NOT NULL FROM visit WHERE id = :id";
        let params = named_params! { ":id": visit.to_string() };
        let row = |r: &Row| Ok::<(String, i64, bool), _>((r.get(0)?, r.get(1)?, r.get(2)?));
        let (on, at, is_named) = self.tx.query_row(sql, params, row)?;
        let today = self.business_on(self.now);
        match is_named && on != today {
            false => Ok(on),
            true if (0..SAME_VISIT_MS).contains(&(self.now - at)) => Ok(today),
            true => Err(DeskError::NotLegalNow),
        }
    }

    /// Queues the sensitive items that were written on an earlier day, whatever day they count for, by their random ids.
    /// Queued at once, each would stand in the outbox right behind the visit it was given in; the same is true of the trail.
    pub(crate) fn queue_sensitive_services(&mut self) -> Result<(), DeskError> {
        let today = self.business_on(self.now);
        // Left to itself the order by id makes every write walk the whole table.
        let sql = "SELECT id, business_on, item, people FROM service INDEXED BY service_to_queue
                   WHERE is_queued = 0 AND queue_after_on <> :today ORDER BY id";
        let mut statement = self.tx.prepare_cached(sql)?;
        let rows = statement
            .query_map(named_params! { ":today": today }, |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?)))?;
        let waiting: Vec<(String, String, String, i64)> = rows.collect::<Result<_, _>>()?;
        drop(statement);
        for (id, on, item, people) in waiting {
            let sql = "UPDATE service SET is_queued = 1, queue_after_on = NULL WHERE id = :id";
            self.tx.execute(sql, named_params! { ":id": id })?;
            self.record_fact("service", &id, json!({ "on": on, "visit": null, "item": item, "people": people }), None);
            self.tell_late("give_item", &id);
        }
        self.queue_sensitive_voids()
    }

    /// A time-ordered id would tell when a sensitive item was given.
    pub(super) fn random_id(&self) -> String {
        let mut bytes = [0; 16];
        self.ids.fill(&mut bytes);
        Builder::from_random_bytes(bytes).into_uuid().to_string()
    }

    pub(super) fn list_live_services(&self, visit: VisitId, item: Option<&str>) -> Result<Vec<String>, DeskError> {
        let sql = format!(
            "SELECT s.id FROM service s WHERE s.visit_id = :visit AND (:item IS NULL OR s.item = :item) AND {NOT_VOID}"
        );
        let mut statement = self.tx.prepare_cached(&sql)?;
        let rows = statement.query_map(named_params! { ":visit": visit.to_string(), ":item": item }, |r| r.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn insert_service(
        &mut self,
        id: &str,
        visit: Option<VisitId>,
        on: &str,
        item: &str,
        people: i64,
    ) -> Result<(), DeskError> {
        let written_on = visit.is_none().then(|| self.business_on(self.now));
        let visit = visit.map(|v| v.to_string());
        self.tx.execute(
            "INSERT INTO service (id, station_id, business_on, visit_id, item, people, is_queued, queue_after_on)
             VALUES (:id, :station_id, :business_on, :visit_id, :item, :people, :is_queued, :queue_after_on)",
            named_params! {
                ":id": id, ":station_id": self.station.to_string(), ":business_on": on, ":visit_id": visit, ":item": item,
                ":people": people, ":is_queued": visit.is_some(), ":queue_after_on": written_on,
            },
        )?;
        if visit.is_some() {
            self.record_fact("service", id, json!({ "on": on, "visit": visit, "item": item, "people": people }), None);
        }
        self.touch(Kind::Service, visit.as_deref());
        Ok(())
    }
}

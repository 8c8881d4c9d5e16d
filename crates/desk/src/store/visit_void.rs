//! Undoing, voiding and correcting an arrival, by further facts.

use super::visit::Origin;
use super::{NewVisit, Reader};
use crate::{DeskError, Kind, Writer};
use fengxiang_domain::ids::{VisitId, VisitorId, made_at};
use fengxiang_domain::rules::UNDO_MS;
use rusqlite::named_params;
use serde_json::json;
use uuid::Uuid;

impl Reader<'_> {
    /// Whether the station was closed after this arrival was written: from then on only the manager changes it.
    /// A correction is as old as the entry it stands for.
    pub fn is_closed_over(&self, visit: VisitId) -> Result<bool, DeskError> {
        let closed_at = self.find_last_closing()?;
        let made_at = made_at(self.get_first_writing(visit)?.0);
        Ok(closed_at.zip(made_at).is_some_and(|(closed, made)| closed >= made))
    }

    fn get_first_writing(&self, visit: VisitId) -> Result<VisitId, DeskError> {
        let sql = "WITH RECURSIVE writing (id, replaces) AS
                   (SELECT id, replaces FROM visit WHERE id = :id
                    UNION SELECT v.id, v.replaces FROM visit v JOIN writing w ON v.id = w.replaces)
                   SELECT id FROM writing WHERE replaces IS NULL";
        let id: String =
            self.0.prepare_cached(sql)?.query_row(named_params! { ":id": visit.to_string() }, |r| r.get(0))?;
        VisitId::parse(&id).ok_or_else(|| DeskError::DamagedDatabase("visit.id".into()))
    }
}

impl Writer<'_> {
    /// Takes back what was just written: the items given, and the arrival too unless they joined an earlier one.
    pub fn undo_visit(&mut self, visit: VisitId, joined: bool, services: &[String]) -> Result<(), DeskError> {
        if !joined {
            self.must_be_fresh(visit.0)?;
        }
        let mut sensitive = 0;
        for service in services {
            match self.get_visit_of(service)? {
                Some(of) if of == visit.to_string() => self.undo_service(service)?,
                Some(_) => return Err(DeskError::NotFound),
                None => {
                    self.void_sensitive_service(service)?;
                    sensitive += 1;
                }
            }
        }
        if !joined {
            return self.insert_visit_void(visit, "undo", None);
        }
        // A line of this minute with nothing else to tell would say whose sensitive item it was.
        if sensitive > 0 && sensitive == services.len() {
            self.tell_later();
        }
        self.touch(Kind::Visit, Some(&visit.to_string()));
        Ok(())
    }

    fn undo_service(&mut self, service: &str) -> Result<(), DeskError> {
        self.must_be_fresh(Uuid::parse_str(service).map_err(|_| DeskError::NotFound)?)?;
        self.insert_service_void(service)
    }

    fn must_be_fresh(&self, id: Uuid) -> Result<(), DeskError> {
        let is_fresh = made_at(id).is_some_and(|made| self.now - made <= UNDO_MS);
        if is_fresh { Ok(()) } else { Err(DeskError::NotLegalNow) }
    }

    /// Takes an arrival back, with its services, by a further fact.
    pub fn void_visit(&mut self, visit: VisitId, reason: &str) -> Result<(), DeskError> {
        self.insert_visit_void(visit, "void", Some(reason))
    }

    fn insert_visit_void(
        &mut self,
        visit: VisitId,
        cause: &'static str,
        reason: Option<&str>,
    ) -> Result<(), DeskError> {
        self.get_people(visit)?;
        self.void_services_of(visit)?;
        let id = self.new_id();
        self.tx.execute(
            "INSERT INTO visit_void (id, station_id, visit_id, at, cause, reason)
             VALUES (:id, :station_id, :visit_id, :at, :cause, :reason)",
            named_params! {
                ":id": id, ":station_id": self.station.to_string(), ":visit_id": visit.to_string(), ":at": self.now,
                ":cause": cause, ":reason": reason,
            },
        )?;
        let countable = json!({ "visit": visit.to_string(), "at": self.now, "cause": cause });
        // What somebody wrote may be about whoever came.
        let visitor = self.find_visitor_of(visit)?;
        let personal = reason.map(|r| (visitor.unwrap_or_else(|| id.clone()), json!({ "reason": r })));
        self.record_fact("visit_void", &id, countable, personal);
        self.touch(Kind::Visit, Some(&visit.to_string()));
        Ok(())
    }

    fn find_visitor_of(&self, visit: VisitId) -> Result<Option<String>, DeskError> {
        let sql = "SELECT visitor_id FROM visit WHERE id = :id";
        Ok(self.tx.query_row(sql, named_params! { ":id": visit.to_string() }, |r| r.get(0))?)
    }

    /// Writes an arrival again as it should have been, at its time, and voids the wrong one. What was not wrong stays: that
    /// somebody left, and who said that it counts by itself.
    pub fn correct_visit(
        &mut self,
        visit: VisitId,
        visitor_type: &str,
        items: &[String],
        reason: &str,
    ) -> Result<VisitId, DeskError> {
        let (before, separate_by) = self.get_visit_again(visit)?;
        self.insert_visit_void(visit, "correct", Some(reason))?;
        let origin = Origin { separate_by, replaces: Some(visit) };
        let id = self.insert_visit(&NewVisit { visitor_type: visitor_type.to_owned(), ..before }, &origin)?;
        self.carry_leave(visit, id)?;
        self.give_all(id, items)?;
        Ok(id)
    }

    /// An arrival as it would be written anew, without its items, and who said that it counts by itself.
    fn get_visit_again(&self, visit: VisitId) -> Result<(NewVisit, Option<String>), DeskError> {
        let sql = "SELECT at, visitor_type, people, channel, visitor_id, separate_reason, separate_by FROM visit WHERE id = :id";
        Ok(self.tx.query_row(sql, named_params! { ":id": visit.to_string() }, |r| {
            let (channel, visitor): (String, Option<String>) = (r.get(3)?, r.get(4)?);
            let known = ["desk", "self", "counter", "backfill"].into_iter().find(|c| *c == channel);
            let again = NewVisit {
                at: Some(r.get(0)?),
                visitor_type: r.get(1)?,
                people: r.get(2)?,
                channel: known.unwrap_or("desk"),
                visitor: visitor.as_deref().and_then(VisitorId::parse),
                separate_reason: r.get(5)?,
                items: Vec::new(),
            };
            Ok((again, r.get(6)?))
        })?)
    }
}

//! Arrivals: facts that are added, ended and voided by further facts, never changed.

use super::Reader;
use crate::{DeskError, Kind, Writer};
use fengxiang_domain::ids::{VisitId, VisitorId};
use fengxiang_domain::indicators::VisitFact;
use fengxiang_domain::rules::{GROUP_MAX, SAME_VISIT_MS};
use fengxiang_domain::time::business_on;
use rusqlite::{OptionalExtension, named_params};
use serde_json::json;
use uuid::Uuid;

pub struct NewVisit {
    pub visitor: Option<VisitorId>,
    pub visitor_type: String,
    pub people: i64,
    pub items: Vec<String>,
    pub channel: &'static str,
    /// Why it counts by itself although the person came within the hour.
    pub separate_reason: Option<String>,
    /// When it was, for entries typed from paper; otherwise now.
    pub at: Option<i64>,
}

/// The visit that was written, or the one of less than sixty minutes ago that it joined.
#[derive(Debug)]
pub struct VisitRow {
    pub id: VisitId,
    pub joined: bool,
}

/// The facts of one business day, as `indicators::day` takes them.
pub struct DayFacts {
    pub visits: Vec<VisitFact>,
    pub services: Vec<(String, i64)>,
}

/// An arrival as the public may see it: no person.
#[derive(Debug)]
pub struct RecentRow {
    pub visit_id: String,
    pub at: i64,
    pub visitor_type: String,
    pub people: i64,
    pub basic_items: Vec<String>,
    pub has_left: bool,
}

const NOT_VOID: &str = "NOT EXISTS (SELECT 1 FROM visit_void x WHERE x.visit_id = v.id)";
const HAS_LEFT: &str = "EXISTS (SELECT 1 FROM visit_leave l WHERE l.visit_id = v.id)";

impl Reader<'_> {
    pub fn get_day_facts(&self, on: &str) -> Result<DayFacts, DeskError> {
        let sql = format!(
            "SELECT v.at, coalesce((SELECT p.merged_into FROM visitor p WHERE p.id = v.visitor_id), v.visitor_id), v.visitor_type, v.people, {HAS_LEFT}, v.separate_reason IS NOT NULL FROM visit v WHERE v.business_on = :on AND {NOT_VOID}"
        );
        let mut statement = self.0.prepare_cached(&sql)?;
        let visits = statement.query_map(named_params! { ":on": on }, |r| {
            let visitor: Option<String> = r.get(1)?;
            let visitor = visitor.and_then(|v| Uuid::parse_str(&v).ok());
            Ok(VisitFact {
                at_ms: r.get(0)?,
                visitor,
                visitor_type: r.get(2)?,
                people: r.get(3)?,
                has_left: r.get(4)?,
                is_separate: r.get(5)?,
            })
        })?;
        Ok(DayFacts { visits: visits.collect::<Result<_, _>>()?, services: self.list_day_services(on)? })
    }

    pub fn get_visit_at(&self, visit: VisitId) -> Result<i64, DeskError> {
        let sql = "SELECT at FROM visit WHERE id = :id";
        Ok(self.0.query_row(sql, named_params! { ":id": visit.to_string() }, |r| r.get(0))?)
    }

    pub fn list_recent_visits(&self, on: &str, limit: i64) -> Result<Vec<RecentRow>, DeskError> {
        let sql = format!(
            "SELECT v.id, v.at, v.visitor_type, v.people, {HAS_LEFT},
                    (SELECT group_concat(DISTINCT s.item) FROM service s WHERE s.visit_id = v.id AND s.item LIKE 'B%'
                     AND NOT EXISTS (SELECT 1 FROM service_void y WHERE y.service_id = s.id))
             FROM visit v WHERE v.business_on = :on AND {NOT_VOID} ORDER BY v.at DESC, v.id DESC LIMIT :limit"
        );
        let mut statement = self.0.prepare_cached(&sql)?;
        let rows = statement.query_map(named_params! { ":on": on, ":limit": limit }, |r| {
            let items: Option<String> = r.get(5)?;
            let basic_items = items.map(|i| i.split(',').map(str::to_owned).collect()).unwrap_or_default();
            Ok(RecentRow {
                visit_id: r.get(0)?,
                at: r.get(1)?,
                visitor_type: r.get(2)?,
                people: r.get(3)?,
                has_left: r.get(4)?,
                basic_items,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Writer<'_> {
    /// Writes an arrival with its services; a registered person who came within the last hour gets them added there.
    pub fn add_visit(&mut self, new: &NewVisit) -> Result<VisitRow, DeskError> {
        if !(1..=GROUP_MAX).contains(&new.people) {
            return Err(DeskError::GroupTooLarge);
        }
        let earlier = match (new.visitor, &new.separate_reason) {
            (Some(visitor), None) => self.find_same_visit(visitor, new.at.unwrap_or(self.now))?,
            _ => None,
        };
        let row = match earlier {
            Some(id) => VisitRow { id, joined: true },
            None => VisitRow { id: self.insert_visit(new)?, joined: false },
        };
        self.touch(Kind::Visit, Some(&row.id.to_string()));
        new.items.iter().try_for_each(|item| self.add_service(row.id, item))?;
        Ok(row)
    }

    fn find_same_visit(&self, visitor: VisitorId, at: i64) -> Result<Option<VisitId>, DeskError> {
        let sql = format!(
            "SELECT v.id FROM visit v WHERE v.visitor_id IN (SELECT id FROM visitor WHERE id = :visitor OR merged_into = :visitor) AND v.at > :since AND v.at <= :now AND {NOT_VOID} ORDER BY v.at LIMIT 1"
        );
        let params = named_params! { ":visitor": visitor.to_string(), ":since": at - SAME_VISIT_MS, ":now": at };
        let id: Option<String> = self.tx.query_row(&sql, params, |r| r.get(0)).optional()?;
        Ok(id.and_then(|i| VisitId::parse(&i)))
    }

    fn insert_visit(&mut self, new: &NewVisit) -> Result<VisitId, DeskError> {
        let id = VisitId(self.ids.new_id(self.now));
        let at = new.at.unwrap_or(self.now);
        let on = business_on(at, 0).to_string();
        let visitor = new.visitor.map(|v| v.to_string());
        self.tx.execute(
            "INSERT INTO visit (id, station_id, at, business_on, visitor_type, people, channel, separate_reason, visitor_id)
             VALUES (:id, :station_id, :at, :business_on, :visitor_type, :people, :channel, :separate_reason, :visitor_id)",
            named_params! {
                ":id": id.to_string(), ":station_id": self.station.to_string(), ":at": at, ":business_on": on,
                ":visitor_type": new.visitor_type, ":people": new.people, ":channel": new.channel,
                ":separate_reason": new.separate_reason, ":visitor_id": visitor,
            },
        )?;
        let countable = json!({
            "at": at, "on": on, "type": new.visitor_type, "people": new.people, "channel": new.channel,
            "separate": new.separate_reason,
        });
        let personal = visitor.map(|v| (v.clone(), json!({ "visitor": v })));
        self.record_fact("visit", &id.to_string(), countable, personal);
        Ok(id)
    }

    /// How many people a live visit stands for; `NotFound` when it was voided or never was.
    pub(crate) fn get_people(&self, visit: VisitId) -> Result<i64, DeskError> {
        let sql = format!("SELECT v.people FROM visit v WHERE v.id = :id AND {NOT_VOID}");
        Ok(self.tx.query_row(&sql, named_params! { ":id": visit.to_string() }, |r| r.get(0))?)
    }

    pub(crate) fn get_visit_day(&self, visit: VisitId) -> Result<String, DeskError> {
        let sql = "SELECT business_on FROM visit WHERE id = :id";
        Ok(self.tx.query_row(sql, named_params! { ":id": visit.to_string() }, |r| r.get(0))?)
    }

    /// Writes an arrival again as it should have been, at its time, and voids the wrong one.
    pub fn correct_visit(
        &mut self,
        visit: VisitId,
        visitor_type: &str,
        items: &[String],
        reason: &str,
    ) -> Result<VisitId, DeskError> {
        let sql = "SELECT at, people, channel, visitor_id, separate_reason FROM visit WHERE id = :id";
        let (at, people, channel, visitor, separate_reason) =
            self.tx.query_row(sql, named_params! { ":id": visit.to_string() }, |r| {
                Ok((r.get(0)?, r.get(1)?, r.get::<_, String>(2)?, r.get::<_, Option<String>>(3)?, r.get(4)?))
            })?;
        self.void_visit(visit, reason)?;
        let new = NewVisit {
            visitor: visitor.as_deref().and_then(VisitorId::parse),
            visitor_type: visitor_type.to_owned(),
            people,
            items: Vec::new(),
            channel: if channel == "backfill" { "backfill" } else { "desk" },
            separate_reason,
            at: Some(at),
        };
        let id = self.insert_visit(&new)?;
        items.iter().try_for_each(|item| self.add_service(id, item))?;
        Ok(id)
    }

    pub fn leave_visit(&mut self, visit: VisitId) -> Result<(), DeskError> {
        self.get_people(visit)?;
        let id = self.new_id();
        self.tx.execute(
            "INSERT INTO visit_leave (id, station_id, visit_id, at) VALUES (:id, :station_id, :visit_id, :at)",
            named_params! { ":id": id, ":station_id": self.station.to_string(), ":visit_id": visit.to_string(), ":at": self.now },
        )?;
        self.record_fact("visit_leave", &id, json!({ "visit": visit.to_string(), "at": self.now }), None);
        self.touch(Kind::Visit, Some(&visit.to_string()));
        Ok(())
    }

    /// Takes an arrival back, with its services, by a further fact.
    pub fn void_visit(&mut self, visit: VisitId, reason: &str) -> Result<(), DeskError> {
        self.get_people(visit)?;
        self.void_services_of(visit)?;
        let id = self.new_id();
        self.tx.execute(
            "INSERT INTO visit_void (id, station_id, visit_id, at, reason) VALUES (:id, :station_id, :visit_id, :at, :reason)",
            named_params! {
                ":id": id, ":station_id": self.station.to_string(), ":visit_id": visit.to_string(), ":at": self.now, ":reason": reason,
            },
        )?;
        self.record_fact(
            "visit_void",
            &id,
            json!({ "visit": visit.to_string(), "at": self.now, "reason": reason }),
            None,
        );
        self.touch(Kind::Visit, Some(&visit.to_string()));
        Ok(())
    }
}

//! Arrivals: facts that are added, ended and voided by further facts, never changed.

use super::service::NOT_VOID as GIVEN;
use super::{GivenRow, Reader};
use crate::{DeskError, Kind, Writer};
use fengxiang_domain::ids::{VisitId, VisitorId};
use fengxiang_domain::indicators::{VisitFact, is_counted};
use fengxiang_domain::rules::{SAME_VISIT_MS, is_group};
use rusqlite::{OptionalExtension, Row, named_params};
use serde_json::{Value, json};
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

/// What a corrected arrival keeps of the one it stands for.
pub(super) struct Origin {
    pub separate_by: Option<String>,
    pub replaces: Option<VisitId>,
}

/// The visit that was written, or the one of less than sixty minutes ago that it joined.
#[derive(Debug)]
pub struct VisitRow {
    pub id: VisitId,
    pub joined: bool,
    /// What was given now; an item that the visit had already is not in it.
    pub given: Vec<GivenRow>,
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

/// One arrival to be looked at or corrected.
#[derive(Debug)]
pub struct VisitDetailRow {
    pub at: i64,
    pub visitor_type: String,
    pub people: i64,
    pub channel: String,
    pub alias: Option<String>,
    pub items: Vec<String>,
}

/// Somebody who is here now.
#[derive(Debug)]
pub struct PresentRow {
    pub visit_id: String,
    pub at: i64,
    pub visitor_type: String,
    pub people: i64,
    pub alias: Option<String>,
}

/// Of a visit `v`: nobody took it back.
pub(super) const NOT_VOID: &str = "NOT EXISTS (SELECT 1 FROM visit_void x WHERE x.visit_id = v.id)";
const HAS_LEFT: &str = "EXISTS (SELECT 1 FROM visit_leave l WHERE l.visit_id = v.id)";

impl Reader<'_> {
    pub fn get_day_facts(&self, on: &str) -> Result<DayFacts, DeskError> {
        let sql = format!(
            "SELECT v.at, coalesce((SELECT p.merged_into FROM visitor p WHERE p.id = v.visitor_id), v.visitor_id), v.visitor_type, v.people, {HAS_LEFT}, v.is_separate FROM visit v WHERE v.business_on = :on AND {NOT_VOID}"
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

    /// One arrival with what was given, sensitive items excepted.
    pub fn get_visit(&self, visit: VisitId) -> Result<VisitDetailRow, DeskError> {
        let sql = format!(
            "SELECT v.at, v.visitor_type, v.people, v.channel, p.alias,
                    (SELECT group_concat(s.item) FROM service s WHERE s.visit_id = v.id
                     AND {GIVEN})
             FROM visit v LEFT JOIN visitor e ON e.id = v.visitor_id
             LEFT JOIN visitor p ON p.id = coalesce(e.merged_into, e.id)
             WHERE v.id = :id AND {NOT_VOID}"
        );
        Ok(self.0.query_row(&sql, named_params! { ":id": visit.to_string() }, |r| {
            let (at, visitor_type, people, channel) = (r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?);
            Ok(VisitDetailRow { at, visitor_type, people, channel, alias: r.get(4)?, items: list(r.get(5)?) })
        })?)
    }

    /// Arrivals of a day that are not marked as gone, newest first, each as it counts.
    pub fn list_present(&self, on: &str) -> Result<Vec<PresentRow>, DeskError> {
        let sql = format!(
            "SELECT v.id, v.at, v.visitor_type, v.people, p.alias, coalesce(e.merged_into, e.id), {HAS_LEFT},
                    v.is_separate
             FROM visit v LEFT JOIN visitor e ON e.id = v.visitor_id
             LEFT JOIN visitor p ON p.id = coalesce(e.merged_into, e.id)
             WHERE v.business_on = :on AND {NOT_VOID} ORDER BY v.at"
        );
        let mut statement = self.0.prepare_cached(&sql)?;
        let rows = statement.query_map(named_params! { ":on": on }, present_row)?;
        let rows = rows.collect::<Result<Vec<_>, _>>()?;
        let (rows, facts): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
        let counted = rows.into_iter().zip(is_counted(&facts)).zip(&facts);
        let mut here: Vec<_> =
            counted.filter(|((_, counts), fact)| *counts && !fact.has_left).map(|((row, _), _)| row).collect();
        here.reverse();
        Ok(here)
    }

    pub fn list_recent_visits(&self, on: &str, limit: i64) -> Result<Vec<RecentRow>, DeskError> {
        let sql = format!(
            "SELECT v.id, v.at, v.visitor_type, v.people, {HAS_LEFT},
                    (SELECT group_concat(DISTINCT s.item) FROM service s WHERE s.visit_id = v.id AND s.item LIKE 'B%'
                     AND {GIVEN})
             FROM visit v WHERE v.business_on = :on AND {NOT_VOID} ORDER BY v.at DESC, v.id DESC LIMIT :limit"
        );
        let mut statement = self.0.prepare_cached(&sql)?;
        let rows = statement.query_map(named_params! { ":on": on, ":limit": limit }, |r| {
            let basic_items = list(r.get(5)?);
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
        if !is_group(new.people) {
            return Err(DeskError::GroupTooLarge);
        }
        let earlier = match (new.visitor, &new.separate_reason) {
            (Some(visitor), None) => self.find_same_visit(visitor, new.at.unwrap_or(self.now))?,
            _ => None,
        };
        let id = earlier.map_or_else(|| self.insert_new_visit(new), Ok)?;
        self.touch(Kind::Visit, Some(&id.to_string()));
        let given = self.give_all(id, &new.items)?;
        Ok(VisitRow { id, joined: earlier.is_some(), given })
    }

    pub(super) fn give_all(&mut self, visit: VisitId, items: &[String]) -> Result<Vec<GivenRow>, DeskError> {
        let mut given = Vec::new();
        for item in items {
            given.extend(self.give(visit, item)?);
        }
        Ok(given)
    }

    fn find_same_visit(&self, visitor: VisitorId, at: i64) -> Result<Option<VisitId>, DeskError> {
        let sql = format!(
            "SELECT v.id FROM visit v WHERE v.visitor_id IN (SELECT id FROM visitor WHERE id = :visitor OR merged_into = :visitor) AND v.at > :since AND v.at <= :now AND {NOT_VOID} ORDER BY v.at LIMIT 1"
        );
        let params = named_params! { ":visitor": visitor.to_string(), ":since": at - SAME_VISIT_MS, ":now": at };
        let id: Option<String> = self.tx.query_row(&sql, params, |r| r.get(0)).optional()?;
        Ok(id.and_then(|i| VisitId::parse(&i)))
    }

    fn insert_new_visit(&mut self, new: &NewVisit) -> Result<VisitId, DeskError> {
        let separate_by = new.separate_reason.as_ref().and(self.actor).map(|a| a.to_string());
        self.insert_visit(new, &Origin { separate_by, replaces: None })
    }

    pub(super) fn insert_visit(&mut self, new: &NewVisit, origin: &Origin) -> Result<VisitId, DeskError> {
        let id = VisitId(self.ids.new_id(self.now));
        let at = new.at.unwrap_or(self.now);
        let on = self.business_on(at);
        let (separate_by, replaces) = (&origin.separate_by, origin.replaces.map(|r| r.to_string()));
        let visitor = new.visitor.map(|v| v.to_string());
        self.tx.execute(
            "INSERT INTO visit (id, station_id, at, business_on, visitor_type, people, channel, is_separate, separate_reason, separate_by, replaces, visitor_id)
             VALUES (:id, :station_id, :at, :business_on, :visitor_type, :people, :channel, :is_separate, :separate_reason, :separate_by, :replaces, :visitor_id)",
            named_params! {
                ":id": id.to_string(), ":station_id": self.station.to_string(), ":at": at, ":business_on": on,
                ":visitor_type": new.visitor_type, ":people": new.people, ":channel": new.channel,
                ":is_separate": new.separate_reason.is_some(), ":separate_reason": new.separate_reason, ":separate_by": separate_by, ":replaces": replaces,
                ":visitor_id": visitor,
            },
        )?;
        let countable = json!({
            "at": at, "on": on, "type": new.visitor_type, "people": new.people, "channel": new.channel,
            "separate": new.separate_reason.is_some(), "separate_by": separate_by, "replaces": replaces,
        });
        let personal = personal_part(&id.to_string(), visitor, new.separate_reason.as_deref());
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
}

/// Who came, and what was said of them; words without a name go with the entry itself.
fn personal_part(id: &str, visitor: Option<String>, separate_reason: Option<&str>) -> Option<(String, Value)> {
    let about = visitor.clone().or_else(|| separate_reason.map(|_| id.to_owned()));
    about.map(|subject| (subject, json!({ "visitor": visitor, "separate_reason": separate_reason })))
}

fn list(items: Option<String>) -> Vec<String> {
    items.map(|i| i.split(',').map(str::to_owned).collect()).unwrap_or_default()
}

fn present_row(r: &Row) -> rusqlite::Result<(PresentRow, VisitFact)> {
    let (visit_id, at, visitor_type, people): (_, _, String, _) = (r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?);
    let visitor: Option<String> = r.get(5)?;
    let fact = VisitFact {
        at_ms: at,
        visitor: visitor.and_then(|v| Uuid::parse_str(&v).ok()),
        visitor_type: visitor_type.clone(),
        people,
        has_left: r.get(6)?,
        is_separate: r.get(7)?,
    };
    Ok((PresentRow { visit_id, at, visitor_type, people, alias: r.get(4)? }, fact))
}

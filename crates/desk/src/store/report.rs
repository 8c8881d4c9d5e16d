//! Facts added up for reports. Every sum runs along one index; what was voided is little, and taken off apart.

use super::Reader;
use crate::DeskError;
use chrono::NaiveDate;
use fengxiang_domain::report::{AnonymousTally, Facts, NamedVisit, ServiceTally, Span};
use rusqlite::types::Type;
use rusqlite::{Row, named_params};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

impl Reader<'_> {
    /// What R02 of some days is computed from: all of the period, the arrivals of the earlier ones.
    pub fn get_report_facts(&self, period: Span, earlier: &[Span]) -> Result<Facts, DeskError> {
        let (from, to) = (period.0.to_string(), period.1.to_string());
        let mut facts = self.get_visit_facts(&from, &to)?;
        facts.services = self.list_service_tallies(&from, &to)?;
        for (from, to) in earlier {
            let before = self.get_visit_facts(&from.to_string(), &to.to_string())?;
            facts.anonymous.extend(before.anonymous);
            facts.named.extend(before.named);
        }
        Ok(facts)
    }

    pub(super) fn get_visit_facts(&self, from: &str, to: &str) -> Result<Facts, DeskError> {
        let anonymous = self.list_anonymous_tallies(from, to)?;
        Ok(Facts { anonymous, named: self.list_named_visits(from, to)?, services: Vec::new() })
    }

    fn list_anonymous_tallies(&self, from: &str, to: &str) -> Result<Vec<AnonymousTally>, DeskError> {
        let sql = "SELECT business_on, visitor_type, channel, at / 3600000, sum(people) FROM visit
                   WHERE visitor_id IS NULL AND business_on BETWEEN :from AND :to
                   GROUP BY business_on, visitor_type, channel, at / 3600000
                   UNION ALL
                   SELECT v.business_on, v.visitor_type, v.channel, v.at / 3600000, -v.people
                   FROM (SELECT DISTINCT visit_id FROM visit_void) x JOIN visit v ON v.id = x.visit_id
                   WHERE v.visitor_id IS NULL AND v.business_on BETWEEN :from AND :to";
        let mut statement = self.0.prepare_cached(sql)?;
        let (mut rows, mut days) = (statement.query(named_params! { ":from": from, ":to": to })?, Days::default());
        let mut tallies = Vec::new();
        while let Some(r) = rows.next()? {
            let hours: i64 = r.get(3)?;
            tallies.push(AnonymousTally {
                on: days.of(r, 0)?,
                hour: usize::try_from((hours + 8).rem_euclid(24)).unwrap_or_default(),
                visitor_type: r.get(1)?,
                channel: r.get(2)?,
                people: r.get(4)?,
            });
        }
        Ok(tallies)
    }

    /// Arrivals of registered persons that were not voided, in the order of their days and times. An entry that was
    /// merged away counts as the one that stands for both.
    pub(super) fn list_named_visits(&self, from: &str, to: &str) -> Result<Vec<NamedVisit>, DeskError> {
        let (voided, merged) = (self.list_voided(from, to)?, self.list_merged()?);
        let sql = "SELECT rowid, business_on, at, visitor_id, visitor_type, channel, is_separate FROM visit
                   WHERE visitor_id IS NOT NULL AND business_on BETWEEN :from AND :to ORDER BY business_on, at";
        let mut statement = self.0.prepare_cached(sql)?;
        let (mut rows, mut days) = (statement.query(named_params! { ":from": from, ":to": to })?, Days::default());
        let mut visits = Vec::new();
        while let Some(r) = rows.next()? {
            let key = r.get(0)?;
            if voided.contains(&key) {
                continue;
            }
            let visitor = uuid(r, 3)?;
            visits.push(NamedVisit {
                key,
                on: days.of(r, 1)?,
                at_ms: r.get(2)?,
                visitor: merged.get(&visitor).copied().unwrap_or(visitor),
                visitor_type: r.get(4)?,
                channel: r.get(5)?,
                is_separate: r.get(6)?,
            });
        }
        Ok(visits)
    }

    fn list_voided(&self, from: &str, to: &str) -> Result<HashSet<i64>, DeskError> {
        let sql = "SELECT v.rowid FROM visit_void x JOIN visit v ON v.id = x.visit_id
                   WHERE v.visitor_id IS NOT NULL AND v.business_on BETWEEN :from AND :to";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map(named_params! { ":from": from, ":to": to }, |r| r.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn list_merged(&self) -> Result<HashMap<Uuid, Uuid>, DeskError> {
        let sql = "SELECT id, merged_into FROM visitor WHERE merged_into IS NOT NULL";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map([], |r| Ok((uuid(r, 0)?, uuid(r, 1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub(super) fn list_service_tallies(&self, from: &str, to: &str) -> Result<Vec<ServiceTally>, DeskError> {
        let sql = "SELECT business_on, item, sum(people) FROM service
                   WHERE business_on BETWEEN :from AND :to GROUP BY business_on, item
                   UNION ALL
                   SELECT s.business_on, s.item, -s.people
                   FROM (SELECT DISTINCT service_id FROM service_void) x JOIN service s ON s.id = x.service_id
                   WHERE s.business_on BETWEEN :from AND :to";
        let mut statement = self.0.prepare_cached(sql)?;
        let (mut rows, mut days) = (statement.query(named_params! { ":from": from, ":to": to })?, Days::default());
        let mut tallies = Vec::new();
        while let Some(r) = rows.next()? {
            tallies.push(ServiceTally { on: days.of(r, 0)?, item: r.get(1)?, count: r.get(2)? });
        }
        Ok(tallies)
    }
}

/// Rows come day by day: a date is read once for all of its rows.
#[derive(Default)]
struct Days {
    text: String,
    on: NaiveDate,
}

impl Days {
    fn of(&mut self, row: &Row, index: usize) -> Result<NaiveDate, DeskError> {
        let text = row.get_ref(index)?.as_str().map_err(rusqlite::Error::from)?;
        if text != self.text {
            self.on = text.parse().map_err(|e| bad(index, e))?;
            text.clone_into(&mut self.text);
        }
        Ok(self.on)
    }
}

fn uuid(row: &Row, index: usize) -> rusqlite::Result<Uuid> {
    Uuid::parse_str(row.get_ref(index)?.as_str()?).map_err(|e| bad(index, e))
}

fn bad(index: usize, error: impl std::error::Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(index, Type::Text, Box::new(error))
}

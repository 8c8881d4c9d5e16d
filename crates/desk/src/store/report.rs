//! Facts added up for reports, and the register they can be opened down to.

use super::Reader;
use crate::DeskError;
use fengxiang_domain::report::{AnonymousTally, Facts, NamedVisit, ServiceTally};
use rusqlite::types::Type;
use rusqlite::{Row, named_params};
use uuid::Uuid;

/// One line of R01, the register. Items that are sensitive are in no line.
#[derive(Debug)]
pub struct RegisterRow {
    pub visit_id: String,
    pub at: i64,
    pub left_at: Option<i64>,
    pub alias: Option<String>,
    pub visitor_type: String,
    pub platform: Option<String>,
    pub people: i64,
    pub items: Vec<String>,
    pub channel: String,
}

/// Which lines of the register are asked for. Keyset pages: after the last line's time and id.
pub struct RegisterQuery {
    pub from_on: String,
    pub to_on: String,
    pub visitor_type: Option<String>,
    pub channel: Option<String>,
    pub after: Option<(i64, String)>,
    pub limit: i64,
}

impl Reader<'_> {
    /// What R02 of these days is computed from.
    pub fn get_report_facts(&self, from_on: &str, to_on: &str) -> Result<Facts, DeskError> {
        Ok(Facts {
            anonymous: self.list_anonymous_tallies(from_on, to_on)?,
            named: self.list_named_visits(from_on, to_on)?,
            services: self.list_service_tallies(from_on, to_on)?,
        })
    }

    /// Voided arrivals are few: they are added up apart and taken off, so that the sum runs over one index.
    fn list_anonymous_tallies(&self, from_on: &str, to_on: &str) -> Result<Vec<AnonymousTally>, DeskError> {
        let sql = "SELECT business_on, visitor_type, channel, sum(people) FROM visit
                   WHERE visitor_id IS NULL AND business_on BETWEEN :from AND :to GROUP BY business_on, visitor_type, channel
                   UNION ALL
                   SELECT v.business_on, v.visitor_type, v.channel, -sum(v.people)
                   FROM (SELECT DISTINCT visit_id FROM visit_void) x JOIN visit v ON v.id = x.visit_id
                   WHERE v.visitor_id IS NULL AND v.business_on BETWEEN :from AND :to
                   GROUP BY v.business_on, v.visitor_type, v.channel";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map(named_params! { ":from": from_on, ":to": to_on }, |r| {
            Ok(AnonymousTally { on: date(r, 0)?, visitor_type: r.get(1)?, channel: r.get(2)?, people: r.get(3)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn list_named_visits(&self, from_on: &str, to_on: &str) -> Result<Vec<NamedVisit>, DeskError> {
        let sql = "SELECT v.business_on, v.at, coalesce(p.merged_into, v.visitor_id), v.visitor_type, v.channel,
                          v.separate_reason IS NOT NULL
                   FROM visit v JOIN visitor p ON p.id = v.visitor_id
                   WHERE v.visitor_id IS NOT NULL AND v.business_on BETWEEN :from AND :to
                   AND NOT EXISTS (SELECT 1 FROM visit_void x WHERE x.visit_id = v.id)";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map(named_params! { ":from": from_on, ":to": to_on }, |r| {
            let visitor: String = r.get(2)?;
            let visitor = Uuid::parse_str(&visitor).map_err(|e| bad(2, e))?;
            let (visitor_type, channel, is_separate) = (r.get(3)?, r.get(4)?, r.get(5)?);
            Ok(NamedVisit { on: date(r, 0)?, at_ms: r.get(1)?, visitor, visitor_type, channel, is_separate })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn list_service_tallies(&self, from_on: &str, to_on: &str) -> Result<Vec<ServiceTally>, DeskError> {
        let sql = "SELECT business_on, item, sum(people) FROM service
                   WHERE business_on BETWEEN :from AND :to GROUP BY business_on, item
                   UNION ALL
                   SELECT s.business_on, s.item, -sum(s.people)
                   FROM (SELECT DISTINCT service_id FROM service_void) x JOIN service s ON s.id = x.service_id
                   WHERE s.business_on BETWEEN :from AND :to GROUP BY s.business_on, s.item";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map(named_params! { ":from": from_on, ":to": to_on }, |r| {
            Ok(ServiceTally { on: date(r, 0)?, item: r.get(1)?, count: r.get(2)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub fn list_register(&self, query: &RegisterQuery) -> Result<Vec<RegisterRow>, DeskError> {
        let sql =
            "SELECT v.id, v.at, (SELECT min(l.at) FROM visit_leave l WHERE l.visit_id = v.id), p.alias, v.visitor_type,
                          p.platform, v.people, v.channel,
                          (SELECT group_concat(s.item) FROM service s WHERE s.visit_id = v.id
                           AND NOT EXISTS (SELECT 1 FROM service_void y WHERE y.service_id = s.id))
                   FROM visit v LEFT JOIN visitor p ON p.id = v.visitor_id
                   WHERE v.business_on BETWEEN :from AND :to
                   AND (:type IS NULL OR v.visitor_type = :type) AND (:channel IS NULL OR v.channel = :channel)
                   AND (:at IS NULL OR (v.at, v.id) > (:at, :id))
                   AND NOT EXISTS (SELECT 1 FROM visit_void x WHERE x.visit_id = v.id)
                   ORDER BY v.at, v.id LIMIT :limit";
        let (at, id) = query.after.clone().unzip();
        let params = named_params! {
            ":from": query.from_on, ":to": query.to_on, ":type": query.visitor_type, ":channel": query.channel, ":at": at,
            ":id": id, ":limit": query.limit,
        };
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map(params, register_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

fn register_row(r: &Row) -> rusqlite::Result<RegisterRow> {
    let items: Option<String> = r.get(8)?;
    Ok(RegisterRow {
        visit_id: r.get(0)?,
        at: r.get(1)?,
        left_at: r.get(2)?,
        alias: r.get(3)?,
        visitor_type: r.get(4)?,
        platform: r.get(5)?,
        people: r.get(6)?,
        channel: r.get(7)?,
        items: items.map(|i| i.split(',').map(str::to_owned).collect()).unwrap_or_default(),
    })
}

fn date(row: &Row, index: usize) -> rusqlite::Result<chrono::NaiveDate> {
    let text: String = row.get(index)?;
    text.parse().map_err(|e| bad(index, e))
}

fn bad(index: usize, error: impl std::error::Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(index, Type::Text, Box::new(error))
}

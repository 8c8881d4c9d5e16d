//! The page of one registered person: what came of them, and who may be the same person.

use super::Reader;
use super::service::NOT_VOID as GIVEN;
use super::visit::NOT_VOID;
use super::visitor::{VISITOR, VisitorEdit, VisitorRow, visitor_row};
use super::visitor_key::KeyRange;
use crate::{DeskError, Writer};
use fengxiang_domain::ids::VisitorId;
use fengxiang_domain::names::{phone_key, sounds};
use fengxiang_domain::time::year_starts_ms;
use rusqlite::{OptionalExtension, named_params};

#[derive(Debug)]
pub struct PersonRow {
    pub name: Option<String>,
    pub phone: Option<String>,
    pub work_area: Option<String>,
    pub created_at: i64,
    pub consent_at: Option<i64>,
    pub consent_version: Option<i64>,
}

/// One arrival of a person with what was given, sensitive items excepted.
#[derive(Debug)]
pub struct PersonVisitRow {
    pub visit_id: String,
    pub at: i64,
    pub left_at: Option<i64>,
    pub items: Vec<String>,
}

/// What the volunteer sees to tell a known visitor from a namesake.
#[derive(Debug, Default)]
pub struct VisitorPast {
    pub visits_this_year: i64,
    pub last_visit_at: Option<i64>,
    pub last_basic_items: Vec<String>,
}

/// Which persons a list shows. Keyset pages: after the last line's 称谓 and id.
#[derive(Debug, Default)]
pub struct VisitorQuery {
    pub text: String,
    pub visitor_type: Option<String>,
    pub after: Option<(String, String)>,
    pub limit: i64,
}

const LOOKALIKES_MAX: usize = 5;
/// A person's own id and those merged into it.
const GROUP: &str = "(SELECT id FROM visitor WHERE id = :id OR merged_into = :id)";

impl Reader<'_> {
    /// A page of persons by 称谓, and how many there are on all pages.
    pub fn list_visitors(&self, query: &VisitorQuery) -> Result<(Vec<VisitorRow>, i64), DeskError> {
        let range = KeyRange::of(&query.text);
        let by_type = query.visitor_type.as_ref().map_or("", |_| "AND v.visitor_type = :type");
        let by_text = range.as_ref().map_or("", |_| {
            "AND v.id IN (SELECT coalesce(e.merged_into, e.id) FROM visitor_key k
                          JOIN visitor e ON e.search_no = k.visitor_no WHERE k.key BETWEEN :from AND :to)"
        });
        let (from, to) = range.map(|r| (r.from, r.to)).unzip();
        // A name that the text of a statement does not hold may not be bound.
        let mut params: Vec<(&str, &dyn rusqlite::ToSql)> = Vec::new();
        params.extend(query.visitor_type.as_ref().map(|t| (":type", t as &dyn rusqlite::ToSql)));
        params.extend(from.as_ref().map(|f| (":from", f as &dyn rusqlite::ToSql)));
        params.extend(to.as_ref().map(|t| (":to", t as &dyn rusqlite::ToSql)));
        // Whoever was erased has no alias left.
        let such = format!("FROM visitor v WHERE v.merged_into IS NULL AND v.alias <> '' {by_type} {by_text}");
        let total = self.0.prepare_cached(&format!("SELECT count(*) {such}"))?.query_row(&*params, |r| r.get(0))?;
        let (alias, id) = query.after.clone().unwrap_or_default();
        params.extend([(":alias", &alias as &dyn rusqlite::ToSql), (":id", &id), (":limit", &query.limit)]);
        let sql =
            format!("SELECT {VISITOR} {such} AND (v.alias, v.id) > (:alias, :id) ORDER BY v.alias, v.id LIMIT :limit");
        let mut statement = self.0.prepare_cached(&sql)?;
        let rows = statement.query_map(&*params, visitor_row)?;
        Ok((rows.collect::<Result<_, _>>()?, total))
    }

    pub fn get_person(&self, id: VisitorId) -> Result<PersonRow, DeskError> {
        let sql = format!(
            "SELECT v.name, v.phone, v.work_area, v.created_at, c.given_at, c.text_version FROM visitor v
             LEFT JOIN consent c ON c.id = (SELECT id FROM consent WHERE visitor_id IN {GROUP} ORDER BY given_at DESC LIMIT 1)
             WHERE v.id = :id"
        );
        Ok(self.0.query_row(&sql, named_params! { ":id": id.to_string() }, |r| {
            let (name, phone, work_area, created_at) = (r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?);
            Ok(PersonRow { name, phone, work_area, created_at, consent_at: r.get(4)?, consent_version: r.get(5)? })
        })?)
    }

    pub fn get_visitor_past(&self, id: &str, now: i64) -> Result<VisitorPast, DeskError> {
        let visits = format!("FROM visit v WHERE v.visitor_id IN {GROUP} AND {NOT_VOID}");
        let this_year = format!("SELECT count(*) {visits} AND v.at >= :year");
        let params = named_params! { ":id": id, ":year": year_starts_ms(now) };
        let visits_this_year = self.0.prepare_cached(&this_year)?.query_row(params, |r| r.get(0))?;
        let last = format!("SELECT v.id, v.at {visits} ORDER BY v.at DESC LIMIT 1");
        let last: Option<(String, i64)> = self
            .0
            .prepare_cached(&last)?
            .query_row(named_params! { ":id": id }, |r| Ok((r.get(0)?, r.get(1)?)))
            .optional()?;
        let (last_id, last_visit_at) = last.unzip();
        let last_basic_items = last_id.map(|visit| self.list_basic_items(&visit)).transpose()?.unwrap_or_default();
        Ok(VisitorPast { visits_this_year, last_visit_at, last_basic_items })
    }

    fn list_basic_items(&self, visit: &str) -> Result<Vec<String>, DeskError> {
        let sql = format!(
            "SELECT s.item FROM service s WHERE s.visit_id = :visit AND s.item LIKE 'B%' AND {GIVEN} ORDER BY s.item"
        );
        let mut statement = self.0.prepare_cached(&sql)?;
        let items = statement.query_map(named_params! { ":visit": visit }, |r| r.get(0))?;
        let mut proposed = Vec::new();
        for item in items {
            let item: String = item?;
            // What a medicine kit was used for is not proposed again.
            if !self.is_sensitive(&item)? {
                proposed.push(item);
            }
        }
        Ok(proposed)
    }

    pub fn count_person_visits(&self, id: VisitorId) -> Result<i64, DeskError> {
        let sql = format!("SELECT count(*) FROM visit v WHERE v.visitor_id IN {GROUP} AND {NOT_VOID}");
        Ok(self.0.query_row(&sql, named_params! { ":id": id.to_string() }, |r| r.get(0))?)
    }

    /// Arrivals before the given one, newest first.
    pub fn list_person_visits(
        &self,
        id: VisitorId,
        before: Option<(i64, String)>,
        limit: i64,
    ) -> Result<Vec<PersonVisitRow>, DeskError> {
        let sql = format!(
            "SELECT v.id, v.at, (SELECT min(l.at) FROM visit_leave l WHERE l.visit_id = v.id),
                    (SELECT group_concat(s.item) FROM service s WHERE s.visit_id = v.id AND {GIVEN})
             FROM visit v WHERE v.visitor_id IN {GROUP} AND v.at <= :at AND (v.at, v.id) < (:at, :visit) AND {NOT_VOID}
             ORDER BY v.at DESC, v.id DESC LIMIT :limit"
        );
        let (at, visit) = before.unwrap_or((i64::MAX, String::new()));
        let mut statement = self.0.prepare_cached(&sql)?;
        let params = named_params! { ":id": id.to_string(), ":at": at, ":visit": visit, ":limit": limit };
        let rows = statement.query_map(params, |r| {
            let items: Option<String> = r.get(3)?;
            let items = items.map(|i| i.split(',').map(str::to_owned).collect()).unwrap_or_default();
            Ok(PersonVisitRow { visit_id: r.get(0)?, at: r.get(1)?, left_at: r.get(2)?, items })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What a person was given, by item, over all time.
    pub fn list_person_items(&self, id: VisitorId) -> Result<Vec<(String, i64)>, DeskError> {
        let sql = format!(
            "SELECT s.item, count(*) FROM visit v JOIN service s ON s.visit_id = v.id WHERE v.visitor_id IN {GROUP}
             AND {NOT_VOID} AND {GIVEN} GROUP BY s.item ORDER BY count(*) DESC, s.item"
        );
        let mut statement = self.0.prepare_cached(&sql)?;
        let rows = statement.query_map(named_params! { ":id": id.to_string() }, |r| Ok((r.get(0)?, r.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Entries that may be the same person, the likeliest first: same phone; a name that sounds the same, before all of the
    /// same platform; the same 称谓 and platform.
    pub fn list_lookalikes(&self, edit: &VisitorEdit, except: Option<VisitorId>) -> Result<Vec<VisitorRow>, DeskError> {
        let except = except.map(|e| e.to_string());
        let mut found: Vec<VisitorRow> = Vec::new();
        if let Some(phone) = &edit.phone {
            found.extend(self.list_by_key(&phone_key(phone))?);
        }
        let mut alike = Vec::new();
        for sound in edit.name.as_deref().map(sounds).into_iter().flatten() {
            alike.extend(self.list_by_key(&sound)?);
        }
        alike.sort_by_key(|row| row.platform != edit.platform);
        found.extend(alike);
        for sound in sounds(&edit.alias) {
            let same = self.list_by_key(&sound)?.into_iter();
            found.extend(same.filter(|row| edit.platform.is_some() && row.platform == edit.platform));
        }
        let mut seen: std::collections::HashSet<String> = except.into_iter().collect();
        found.retain(|row| seen.insert(row.id.clone()));
        found.truncate(LOOKALIKES_MAX);
        Ok(found)
    }

    /// Who has exactly this key, each as the entry that stands for them.
    fn list_by_key(&self, key: &str) -> Result<Vec<VisitorRow>, DeskError> {
        const ALIKE_MAX: i64 = 50;
        let sql = format!(
            "SELECT {VISITOR} FROM visitor_key k CROSS JOIN visitor e ON e.search_no = k.visitor_no
             CROSS JOIN visitor v ON v.id = coalesce(e.merged_into, e.id)
             WHERE k.key = :key AND k.key <> '' ORDER BY k.visitor_no LIMIT {ALIKE_MAX}"
        );
        let mut statement = self.0.prepare_cached(&sql)?;
        let rows = statement.query_map(named_params! { ":key": key }, visitor_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Writer<'_> {
    /// Leaves a line in the trail that somebody looked; changes nothing.
    pub fn note_look(&mut self, id: &str) {
        self.point_at(id);
    }
}

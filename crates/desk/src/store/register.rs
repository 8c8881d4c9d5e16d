//! R01, the register: the arrivals that the figures of a report open down to.

use super::Reader;
use super::service::NOT_VOID as GIVEN;
use super::visit::NOT_VOID;
use crate::DeskError;
use chrono::NaiveDate;
use fengxiang_domain::codes::{CodeList, Dimension, dimension, is_sensitive, letter};
use fengxiang_domain::ids::StaffId;
use fengxiang_domain::report::same_visits;
use fengxiang_domain::shift::{Shift, ShiftAct, fold};
use rusqlite::{Row, named_params};
use std::collections::{BTreeMap, HashSet};

/// One line of R01, the register. Items that are sensitive are in no line.
#[derive(Debug, Clone)]
pub struct RegisterRow {
    pub visit_id: String,
    pub at: i64,
    pub business_on: String,
    pub left_at: Option<i64>,
    pub alias: Option<String>,
    pub visitor_type: String,
    pub platform: Option<String>,
    pub people: i64,
    pub items: Vec<String>,
    pub channel: String,
    /// Adds no visit: the person had come within sixty minutes.
    pub is_same_visit: bool,
    key: i64,
}

/// Which lines of the register are asked for. Keyset pages: after the last line's day, time and id.
#[derive(Debug, Clone)]
pub struct RegisterQuery {
    pub from_on: String,
    pub to_on: String,
    pub visitor_type: Option<String>,
    pub channel: Option<String>,
    pub dimension: Option<Dimension>,
    pub hour: Option<i64>,
    pub is_registered: Option<bool>,
    pub after: Option<(String, i64, String)>,
    pub limit: i64,
}

impl Reader<'_> {
    pub fn list_register(&self, query: &RegisterQuery) -> Result<Vec<RegisterRow>, DeskError> {
        let sql = format!("SELECT v.rowid, v.id, v.at, v.business_on,
                          (SELECT min(l.at) FROM visit_leave l WHERE l.visit_id = v.id),
                          coalesce(q.alias, p.alias), v.visitor_type, coalesce(q.platform, p.platform), v.people, v.channel,
                          (SELECT group_concat(s.item) FROM service s WHERE s.visit_id = v.id
                           AND {GIVEN})
                   FROM visit v LEFT JOIN visitor p ON p.id = v.visitor_id LEFT JOIN visitor q ON q.id = p.merged_into
                   WHERE v.business_on BETWEEN :from AND :to
                   AND (:type IS NULL OR v.visitor_type = :type) AND (:channel IS NULL OR v.channel = :channel)
                   AND (:hour IS NULL OR (v.at / 3600000 + 8) % 24 = :hour)
                   AND (:is_registered IS NULL OR (v.visitor_id IS NOT NULL) = :is_registered)
                   AND (:letter IS NULL OR EXISTS (SELECT 1 FROM service s WHERE s.visit_id = v.id AND s.item LIKE :letter || '%'
                        AND {GIVEN}))
                   AND (:on IS NULL OR (v.business_on, v.at, v.id) > (:on, :at, :id))
                   AND {NOT_VOID}
                   ORDER BY v.business_on, v.at, v.id LIMIT :limit");
        let after = query.after.as_ref();
        // The page before ended on this day: nothing earlier needs to be walked over.
        let from = after.map_or(&query.from_on, |(on, _, _)| on);
        let params = named_params! {
            ":from": from, ":to": query.to_on, ":type": query.visitor_type, ":channel": query.channel, ":hour": query.hour,
            ":is_registered": query.is_registered, ":letter": query.dimension.map(|d| letter(d).to_string()),
            ":on": after.map(|a| &a.0), ":at": after.map(|a| a.1), ":id": after.map(|a| &a.2), ":limit": query.limit,
        };
        let mut statement = self.0.prepare_cached(&sql)?;
        let rows = statement.query_map(params, register_row)?;
        let mut page: Vec<RegisterRow> = rows.collect::<Result<_, _>>()?;
        self.mark_same_visits(&mut page)?;
        Ok(page)
    }

    fn mark_same_visits(&self, page: &mut [RegisterRow]) -> Result<(), DeskError> {
        let (Some(first), Some(last)) = (page.first(), page.last()) else { return Ok(()) };
        let same: HashSet<i64> = same_visits(&self.list_named_visits(&first.business_on, &last.business_on)?);
        page.iter_mut().for_each(|row| row.is_same_visit = same.contains(&row.key));
        Ok(())
    }

    /// Items of some days that stand in no line, because nothing ties them to a visit.
    pub fn list_unlinked(
        &self,
        from_on: &str,
        to_on: &str,
        of: Option<Dimension>,
    ) -> Result<Vec<(String, i64)>, DeskError> {
        let own = self.list_codes(CodeList::ServiceItem)?;
        let is_unlinked = |item: &str| is_sensitive(item) || own.iter().any(|row| row.is_sensitive && row.code == item);
        let mut items: BTreeMap<String, i64> = BTreeMap::new();
        for tally in self.list_service_tallies(from_on, to_on)? {
            if is_unlinked(&tally.item) && of.is_none_or(|d| dimension(&tally.item) == Some(d)) {
                *items.entry(tally.item).or_default() += tally.count;
            }
        }
        Ok(items.into_iter().filter(|(_, n)| *n != 0).collect())
    }

    /// The shifts that were open at some time of these days.
    pub fn list_shifts(&self, from_ms: i64, to_ms: i64) -> Result<Vec<Shift>, DeskError> {
        let sql = "SELECT shift_id, at, body FROM shift_act WHERE shift_id IN
                   (SELECT shift_id FROM shift_act GROUP BY shift_id HAVING max(at) >= :from AND min(at) <= :to)
                   ORDER BY rowid";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map(named_params! { ":from": from_ms, ":to": to_ms }, |r| {
            Ok((r.get::<_, String>(0)?, r.get::<_, i64>(1)?, r.get::<_, String>(2)?))
        })?;
        let mut acts: BTreeMap<String, Vec<(i64, ShiftAct)>> = BTreeMap::new();
        for row in rows {
            let (shift, at, body) = row?;
            let act = serde_json::from_str(&body).map_err(|_| DeskError::DamagedDatabase("shift_act.body".into()))?;
            acts.entry(shift).or_default().push((at, act));
        }
        Ok(acts.values().map(fold).collect())
    }
}

/// The first moment of a day and the last, in UTC+8.
pub fn day_bounds(from: NaiveDate, to: NaiveDate) -> (i64, i64) {
    let midnight = |on: NaiveDate| on.and_time(chrono::NaiveTime::MIN).and_utc().timestamp_millis() - 8 * 3_600_000;
    (midnight(from), midnight(to) + 86_400_000 - 1)
}

/// Who was on duty at a moment.
pub fn on_duty(shifts: &[Shift], at: i64) -> Vec<StaffId> {
    let duties = shifts.iter().flat_map(|s| &s.duties);
    duties.filter(|d| d.in_at <= at && d.out_at.is_none_or(|out| at <= out)).map(|d| StaffId(d.staff)).collect()
}

fn register_row(r: &Row) -> rusqlite::Result<RegisterRow> {
    let items: Option<String> = r.get(10)?;
    let mut items: Vec<String> = items.map(|i| i.split(',').map(str::to_owned).collect()).unwrap_or_default();
    items.sort_unstable();
    Ok(RegisterRow {
        key: r.get(0)?,
        visit_id: r.get(1)?,
        at: r.get(2)?,
        business_on: r.get(3)?,
        left_at: r.get(4)?,
        alias: r.get(5)?,
        visitor_type: r.get(6)?,
        platform: r.get(7)?,
        people: r.get(8)?,
        channel: r.get(9)?,
        items,
        is_same_visit: false,
    })
}

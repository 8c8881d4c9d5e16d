//! How many arrivals each day counted, kept in memory and brought up to date by what was written since. Facts are only ever
//! added, so the highest row that was seen tells what is new; no writer knows of this.

use super::Reader;
use crate::DeskError;
use chrono::NaiveDate;
use fengxiang_domain::report::count_by_day;
use rusqlite::named_params;
use std::collections::BTreeMap;

const FIRST_DAY: &str = "0000-01-01";
const LAST_DAY: &str = "9999-12-31";

/// Counts by day, and up to which rows they are true.
#[derive(Debug, Default)]
pub struct DayCounts {
    by_day: BTreeMap<NaiveDate, i64>,
    seen: Option<Seen>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Seen {
    visit: i64,
    void: i64,
    merge: i64,
}

impl DayCounts {
    /// All arrivals that were ever counted here.
    pub fn total(&self) -> i64 {
        self.by_day.values().sum()
    }
}

impl Reader<'_> {
    /// Counts the days again to which something was added; all of them the first time, and after two entries became one.
    pub fn update_day_counts(&self, counts: &mut DayCounts) -> Result<(), DeskError> {
        let now = self.last_seen()?;
        match counts.seen {
            Some(seen) if seen == now => {}
            Some(seen) if seen.merge == now.merge => {
                for on in self.list_changed_days(seen)? {
                    let day = on.parse().map_err(|_| DeskError::DamagedDatabase("visit.business_on".into()))?;
                    let facts = self.get_visit_facts(&on, &on)?;
                    counts.by_day.insert(day, count_by_day(&facts).values().sum());
                }
            }
            _ => counts.by_day = count_by_day(&self.get_visit_facts(FIRST_DAY, LAST_DAY)?),
        }
        counts.seen = Some(now);
        Ok(())
    }

    fn last_seen(&self) -> Result<Seen, DeskError> {
        let sql =
            "SELECT (SELECT coalesce(max(rowid), 0) FROM visit), (SELECT coalesce(max(rowid), 0) FROM visit_void),
                          (SELECT coalesce(max(rowid), 0) FROM visitor_merge)";
        Ok(self.0.query_row(sql, [], |r| Ok(Seen { visit: r.get(0)?, void: r.get(1)?, merge: r.get(2)? }))?)
    }

    fn list_changed_days(&self, seen: Seen) -> Result<Vec<String>, DeskError> {
        let sql = "SELECT business_on FROM visit WHERE rowid > :visit
                   UNION SELECT v.business_on FROM visit_void x JOIN visit v ON v.id = x.visit_id WHERE x.rowid > :void";
        let mut statement = self.0.prepare_cached(sql)?;
        let days = statement.query_map(named_params! { ":visit": seen.visit, ":void": seen.void }, |r| r.get(0))?;
        Ok(days.collect::<Result<_, _>>()?)
    }
}

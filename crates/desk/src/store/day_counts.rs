//! How many arrivals each day counted: kept in memory, written down in `day_total`, and brought up to date by what was
//! written since. Facts are only ever added, so the highest row that was seen tells what is new; no writer knows of this,
//! and a check-in pays nothing for it.

use super::{Reader, Tx};
use crate::DeskError;
use chrono::NaiveDate;
use fengxiang_domain::report::count_by_day;
use rusqlite::named_params;
use std::collections::{BTreeMap, BTreeSet};

const FIRST_DAY: &str = "0000-01-01";
const LAST_DAY: &str = "9999-12-31";
/// The setting that says up to which rows `day_total` is true, and of which incarnation of the file.
const COUNTED_UP_TO: &str = "counted_up_to";
/// So many days are counted again at a start rather than written down at each report: a day costs less than a commit.
const UNSAVED_DAYS_MAX: usize = 7;

/// Counts by day, and up to which rows they are true.
#[derive(Debug, Default)]
pub struct DayCounts {
    by_day: BTreeMap<NaiveDate, i64>,
    seen: Option<Seen>,
    /// Days whose count `day_total` does not have yet; some may have lost their last arrival.
    unsaved: BTreeSet<NaiveDate>,
    /// Nothing in `day_total` may be believed.
    is_anew: bool,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
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

    /// Arrivals after a day.
    pub fn total_after(&self, day: NaiveDate) -> i64 {
        self.by_day.range(day..).filter(|(on, _)| **on > day).map(|(_, count)| count).sum()
    }

    /// Whether the next start would have to count many days again.
    pub fn is_worth_saving(&self) -> bool {
        self.is_anew || self.unsaved.len() > UNSAVED_DAYS_MAX
    }

    /// Writes down what was counted, with the row up to which it is true.
    pub(crate) fn save(&mut self, tx: &Tx, station: &str) -> Result<(), DeskError> {
        let Some(seen) = self.seen else { return Ok(()) };
        if self.is_anew {
            tx.execute("DELETE FROM day_total", [])?;
        }
        for day in &self.unsaved {
            let params = named_params! {
                ":station_id": station, ":business_on": day.to_string(),
                ":visit_count": self.by_day.get(day).copied().unwrap_or_default(),
            };
            tx.execute(
                "INSERT INTO day_total (station_id, business_on, visit_count)
                 VALUES (:station_id, :business_on, :visit_count)
                 ON CONFLICT (station_id, business_on) DO UPDATE SET visit_count = excluded.visit_count",
                params,
            )?;
        }
        let sql = "INSERT INTO meta (key, value) SELECT :key, value || :seen FROM meta WHERE key = 'replica'
                   ON CONFLICT (key) DO UPDATE SET value = excluded.value";
        tx.execute(sql, named_params! { ":key": COUNTED_UP_TO, ":seen": seen.to_text() })?;
        Ok(())
    }

    /// What was unsaved stands in the file now.
    pub(crate) fn note_saved(&mut self) {
        self.unsaved.clear();
        self.is_anew = false;
    }
}

impl Seen {
    fn to_text(self) -> String {
        format!(" {} {} {}", self.visit, self.void, self.merge)
    }

    fn parse(text: &str) -> Option<Self> {
        let mut numbers = text.split_whitespace().map(|n| n.parse().ok());
        Some(Self { visit: numbers.next()??, void: numbers.next()??, merge: numbers.next()?? })
    }

    /// A file that has fewer rows than were counted is another file.
    fn is_within(self, now: Self) -> bool {
        self.visit <= now.visit && self.void <= now.void && self.merge <= now.merge
    }
}

impl Reader<'_> {
    /// Counts the days again to which something was added; all of them when nothing true is written down.
    pub fn update_day_counts(&self, counts: &mut DayCounts) -> Result<(), DeskError> {
        // Read before the facts: what is written meanwhile is counted again next time.
        let now = self.last_seen()?;
        if counts.seen.is_none() {
            self.read_day_totals(counts, now)?;
        }
        match counts.seen {
            Some(seen) if seen == now => {}
            Some(seen) => self.count_changed_days(counts, seen)?,
            None => {
                counts.by_day = count_by_day(&self.get_visit_facts(FIRST_DAY, LAST_DAY)?);
                counts.unsaved = counts.by_day.keys().copied().collect();
                counts.is_anew = true;
            }
        }
        counts.seen = Some(now);
        Ok(())
    }

    /// What was written down, when it is of this incarnation. A restored file brings the table with the rows it is true for.
    fn read_day_totals(&self, counts: &mut DayCounts, now: Seen) -> Result<(), DeskError> {
        let (replica, up_to) = (self.find_meta("replica")?, self.find_meta(COUNTED_UP_TO)?);
        let seen = replica.zip(up_to).and_then(|(replica, up_to)| Seen::parse(up_to.strip_prefix(&replica)?));
        if let Some(seen) = seen.filter(|seen| seen.is_within(now)) {
            counts.by_day = self.list_day_totals()?;
            counts.seen = Some(seen);
        }
        Ok(())
    }

    fn list_day_totals(&self) -> Result<BTreeMap<NaiveDate, i64>, DeskError> {
        let mut statement = self.0.prepare_cached("SELECT business_on, visit_count FROM day_total")?;
        let rows = statement.query_map([], |r| Ok((r.get::<_, String>(0)?, r.get(1)?)))?;
        rows.map(|row| row.map_err(DeskError::from).and_then(|(on, count)| Ok((day(&on)?, count)))).collect()
    }

    fn count_changed_days(&self, counts: &mut DayCounts, seen: Seen) -> Result<(), DeskError> {
        for on in self.list_changed_days(seen)? {
            let day = day(&on)?;
            let facts = self.get_visit_facts(&on, &on)?;
            counts.by_day.insert(day, count_by_day(&facts).values().sum());
            counts.unsaved.insert(day);
        }
        Ok(())
    }

    fn last_seen(&self) -> Result<Seen, DeskError> {
        let sql =
            "SELECT (SELECT coalesce(max(rowid), 0) FROM visit), (SELECT coalesce(max(rowid), 0) FROM visit_void),
                          (SELECT coalesce(max(rowid), 0) FROM visitor_merge)";
        Ok(self.0.query_row(sql, [], |r| Ok(Seen { visit: r.get(0)?, void: r.get(1)?, merge: r.get(2)? }))?)
    }

    /// Days with a new arrival, a new void, or an arrival of somebody whose entries became one.
    fn list_changed_days(&self, seen: Seen) -> Result<Vec<String>, DeskError> {
        let sql = "SELECT business_on FROM visit WHERE rowid > :visit
                   UNION SELECT v.business_on FROM visit_void x JOIN visit v ON v.id = x.visit_id WHERE x.rowid > :void
                   UNION SELECT v.business_on FROM visit v WHERE v.visitor_id IN (
                       WITH survivor (id) AS (
                           SELECT coalesce(p.merged_into, p.id) FROM visitor_merge m JOIN visitor p ON p.id = m.one_id
                           WHERE m.rowid > :merge)
                       SELECT id FROM survivor
                       UNION SELECT p.id FROM visitor p JOIN survivor s ON p.merged_into = s.id)";
        let mut statement = self.0.prepare_cached(sql)?;
        let params = named_params! { ":visit": seen.visit, ":void": seen.void, ":merge": seen.merge };
        let days = statement.query_map(params, |r| r.get(0))?;
        Ok(days.collect::<Result<_, _>>()?)
    }
}

fn day(on: &str) -> Result<NaiveDate, DeskError> {
    on.parse().map_err(|_| DeskError::DamagedDatabase("visit.business_on".into()))
}

//! R02, the table of visits: every number of it, from tallies of facts that are not voided. Defined once, here.

use crate::codes::{Dimension, dimension};
use crate::rules::SAME_VISIT_MS;
use chrono::{Datelike, Days, Months, NaiveDate};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashSet};
use ts_rs::TS;
use uuid::Uuid;

/// What one row of the table stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    Day,
    Week,
    Month,
    Year,
}

/// Arrivals of nobody in particular, added up by the store: day, type, channel, people.
#[derive(Debug, Clone)]
pub struct AnonymousTally {
    pub on: NaiveDate,
    pub visitor_type: String,
    pub channel: String,
    pub people: i64,
}

/// An arrival of a registered person.
#[derive(Debug, Clone)]
pub struct NamedVisit {
    pub on: NaiveDate,
    pub at_ms: i64,
    pub visitor: Uuid,
    pub visitor_type: String,
    pub channel: String,
    pub is_separate: bool,
}

/// Items given, added up by the store.
#[derive(Debug, Clone)]
pub struct ServiceTally {
    pub on: NaiveDate,
    pub item: String,
    pub count: i64,
}

/// All that the table of a period is computed from, its earlier periods included.
#[derive(Debug, Default)]
pub struct Facts {
    pub anonymous: Vec<AnonymousTally>,
    pub named: Vec<NamedVisit>,
    pub services: Vec<ServiceTally>,
}

/// One row of R02. Rates are per mille of the earlier period; `None` where that period had no visit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row {
    pub by_type: BTreeMap<String, i64>,
    pub visit_count: i64,
    pub visitor_count: i64,
    pub basic_count: i64,
    pub added_count: i64,
    pub party_count: i64,
    /// Of the visits: by themselves or by the door counter, and typed from paper.
    pub self_counter_count: i64,
    pub backfill_count: i64,
    pub year_on_year: Option<i64>,
    pub period_on_period: Option<i64>,
}

impl Step {
    /// The first day of the row a day belongs to; weeks begin on Monday.
    pub fn start_of(self, on: NaiveDate) -> NaiveDate {
        match self {
            Step::Day => on,
            Step::Week => on - Days::new(u64::from(on.weekday().num_days_from_monday())),
            Step::Month => on.with_day(1).unwrap_or(on),
            Step::Year => NaiveDate::from_ymd_opt(on.year(), 1, 1).unwrap_or(on),
        }
    }

    fn next(self, start: NaiveDate) -> NaiveDate {
        match self {
            Step::Day => start + Days::new(1),
            Step::Week => start + Days::new(7),
            Step::Month => start + Months::new(1),
            Step::Year => start + Months::new(12),
        }
    }

    pub fn previous(self, start: NaiveDate) -> NaiveDate {
        match self {
            Step::Day => start - Days::new(1),
            Step::Week => start - Days::new(7),
            Step::Month => start - Months::new(1),
            Step::Year => start - Months::new(12),
        }
    }

    /// The row of a year earlier; of a week, the one 52 weeks before.
    pub fn year_before(self, start: NaiveDate) -> NaiveDate {
        match self {
            Step::Week => start - Days::new(364),
            _ => start - Months::new(12),
        }
    }
}

/// The rows of a period from first to last day, every row present, also an empty one; and their total.
pub fn table(facts: &Facts, step: Step, from: NaiveDate, to: NaiveDate) -> (Vec<(NaiveDate, Row)>, Row) {
    let visits = counted(facts);
    let mut rows = BTreeMap::new();
    let mut start = step.start_of(from);
    while start <= to {
        rows.insert(start, Row::default());
        start = step.next(start);
    }
    let is_inside = |on: NaiveDate| on >= from && on <= to;
    let mut total = Row::default();
    for visit in visits.iter().filter(|v| is_inside(v.on)) {
        rows.entry(step.start_of(visit.on)).or_default().add_visit(visit);
        total.add_visit(visit);
    }
    for service in facts.services.iter().filter(|s| is_inside(s.on)) {
        rows.entry(step.start_of(service.on)).or_default().add_service(service);
        total.add_service(service);
    }
    count_visitors(facts, step, is_inside, &mut rows, &mut total);
    compare(&visits, step, &mut rows);
    (rows.into_iter().collect(), total)
}

/// A visit that counts, whoever it was.
struct Counted<'a> {
    on: NaiveDate,
    visitor_type: &'a str,
    channel: &'a str,
    people: i64,
}

/// One person within sixty minutes is one visit; the same rule as on the day's screen.
fn counted(facts: &Facts) -> Vec<Counted<'_>> {
    let anonymous = facts.anonymous.iter();
    let mut visits: Vec<Counted> = anonymous
        .map(|t| Counted { on: t.on, visitor_type: &t.visitor_type, channel: &t.channel, people: t.people })
        .collect();
    let mut named: Vec<&NamedVisit> = facts.named.iter().collect();
    named.sort_unstable_by_key(|v| (v.visitor, v.at_ms));
    let mut last: Option<(Uuid, i64)> = None;
    for visit in named {
        let is_soon = last.is_some_and(|(who, at)| who == visit.visitor && visit.at_ms - at < SAME_VISIT_MS);
        if is_soon && !visit.is_separate {
            continue;
        }
        last = Some((visit.visitor, visit.at_ms));
        visits.push(Counted { on: visit.on, visitor_type: &visit.visitor_type, channel: &visit.channel, people: 1 });
    }
    visits
}

fn count_visitors(
    facts: &Facts,
    step: Step,
    is_inside: impl Fn(NaiveDate) -> bool,
    rows: &mut BTreeMap<NaiveDate, Row>,
    total: &mut Row,
) {
    let (mut in_row, mut in_total) = (HashSet::new(), HashSet::new());
    for visit in facts.named.iter().filter(|v| is_inside(v.on)) {
        let start = step.start_of(visit.on);
        if in_row.insert((start, visit.visitor)) {
            rows.entry(start).or_default().visitor_count += 1;
        }
        total.visitor_count += i64::from(in_total.insert(visit.visitor));
    }
}

fn compare(visits: &[Counted], step: Step, rows: &mut BTreeMap<NaiveDate, Row>) {
    let mut counts: BTreeMap<NaiveDate, i64> = BTreeMap::new();
    for visit in visits {
        *counts.entry(step.start_of(visit.on)).or_default() += visit.people;
    }
    let rate = |now: i64, then: Option<&i64>| then.filter(|t| **t > 0).map(|t| (now - t) * 1000 / t);
    for (start, row) in rows.iter_mut() {
        row.period_on_period = rate(row.visit_count, counts.get(&step.previous(*start)));
        row.year_on_year = rate(row.visit_count, counts.get(&step.start_of(step.year_before(*start))));
    }
}

impl Row {
    fn add_visit(&mut self, visit: &Counted) {
        self.visit_count += visit.people;
        *self.by_type.entry(visit.visitor_type.to_owned()).or_default() += visit.people;
        match visit.channel {
            "self" | "counter" => self.self_counter_count += visit.people,
            "backfill" => self.backfill_count += visit.people,
            _ => {}
        }
    }

    fn add_service(&mut self, service: &ServiceTally) {
        match dimension(&service.item) {
            Some(Dimension::Basic) => self.basic_count += service.count,
            Some(Dimension::Added) => self.added_count += service.count,
            Some(Dimension::Party) => self.party_count += service.count,
            None => {}
        }
    }

    pub fn of_type(&self, codes: &[&str]) -> i64 {
        codes.iter().filter_map(|c| self.by_type.get(*c)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn anonymous(day: &str, kind: &str, channel: &str, people: i64) -> AnonymousTally {
        AnonymousTally { on: on(day), visitor_type: kind.into(), channel: channel.into(), people }
    }

    fn named(day: &str, at_min: i64, who: u128) -> NamedVisit {
        NamedVisit {
            on: on(day),
            at_ms: at_min * 60_000,
            visitor: Uuid::from_u128(who),
            visitor_type: "01".into(),
            channel: "desk".into(),
            is_separate: false,
        }
    }

    #[test]
    fn the_rows_add_up_to_the_total_and_empty_days_stand_there() {
        let facts = Facts {
            anonymous: vec![anonymous("2026-03-16", "01", "desk", 5), anonymous("2026-03-18", "02", "backfill", 7)],
            named: vec![named("2026-03-16", 0, 1), named("2026-03-16", 30, 1), named("2026-03-18", 9999, 1)],
            services: vec![ServiceTally { on: on("2026-03-16"), item: "B01".into(), count: 4 }],
        };
        let (rows, total) = table(&facts, Step::Day, on("2026-03-16"), on("2026-03-18"));
        let visits: Vec<i64> = rows.iter().map(|(_, r)| r.visit_count).collect();
        assert_eq!(visits, [6, 0, 8]);
        assert_eq!((total.visit_count, total.visitor_count, total.backfill_count, total.basic_count), (14, 1, 7, 4));
        assert_eq!(total.by_type, BTreeMap::from([("01".into(), 7), ("02".into(), 7)]));
    }

    #[test]
    fn rates_look_at_the_row_before_and_a_year_before() {
        let facts = Facts {
            anonymous: vec![
                anonymous("2025-03-02", "01", "desk", 50),
                anonymous("2026-02-27", "01", "desk", 80),
                anonymous("2026-03-31", "01", "desk", 100),
            ],
            ..Facts::default()
        };
        let (rows, _) = table(&facts, Step::Month, on("2026-03-01"), on("2026-03-31"));
        assert_eq!((rows[0].1.period_on_period, rows[0].1.year_on_year), (Some(250), Some(1000)));
    }

    #[test]
    fn weeks_begin_on_monday() {
        assert_eq!(Step::Week.start_of(on("2026-03-22")), on("2026-03-16"));
    }
}

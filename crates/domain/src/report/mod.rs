//! R02, the table of visits: every number of it, from tallies of facts that are not voided. Defined once, here.

mod columns;
mod period;

pub use columns::{TYPE_COLUMNS, TypeColumn, type_column};
pub use period::{Span, earlier_spans, starts};

use crate::codes::{Dimension, dimension};
use crate::rules::SAME_VISIT_MS;
use chrono::NaiveDate;
use period::{Earlier, earlier, earlier_total};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashSet};
use ts_rs::TS;
use uuid::Uuid;

const HOUR_MS: i64 = 60 * 60 * 1000;

/// What one row of the table stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    Day,
    Week,
    Month,
    Year,
}

/// Arrivals of nobody in particular, added up by the store: day, hour, type, channel, people.
#[derive(Debug, Clone)]
pub struct AnonymousTally {
    pub on: NaiveDate,
    /// Of the day in UTC+8.
    pub hour: usize,
    pub visitor_type: String,
    pub channel: String,
    pub people: i64,
}

/// An arrival of a registered person.
#[derive(Debug, Clone)]
pub struct NamedVisit {
    /// Where the store keeps it.
    pub key: i64,
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

/// R02 of a period, and its arrivals by hour.
#[derive(Debug, Default)]
pub struct Table {
    /// Every row of the period, also an empty one.
    pub rows: Vec<(NaiveDate, Row)>,
    pub total: Row,
    pub by_hour: [i64; 24],
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

/// The table of a period from its first to its last day.
pub fn table(facts: &Facts, step: Step, from: NaiveDate, to: NaiveDate) -> Table {
    let visits = counted(facts);
    let mut rows: BTreeMap<NaiveDate, Row> = starts(step, from, to).map(|start| (start, Row::default())).collect();
    let is_inside = |on: NaiveDate| on >= from && on <= to;
    let mut table = Table::default();
    for visit in visits.iter().filter(|v| is_inside(v.on)) {
        rows.entry(step.start_of(visit.on)).or_default().add_visit(visit);
        table.total.add_visit(visit);
        table.by_hour[visit.hour % 24] += visit.people;
    }
    for service in facts.services.iter().filter(|s| is_inside(s.on)) {
        rows.entry(step.start_of(service.on)).or_default().add_service(service);
        table.total.add_service(service);
    }
    count_visitors(facts, step, is_inside, &mut rows, &mut table.total);
    let by_day = by_day(&visits);
    for (start, row) in &mut rows {
        row.compare(&by_day, &earlier(step, *start, from, to));
    }
    table.total.compare(&by_day, &earlier_total(step, from, to));
    table.rows = rows.into_iter().collect();
    table
}

/// The arrivals of each day that count.
pub fn count_by_day(facts: &Facts) -> BTreeMap<NaiveDate, i64> {
    by_day(&counted(facts))
}

/// Arrivals that add no visit, by the store's key: the person had come within sixty minutes on that day, and nobody said
/// that it counts. A day's figures depend on that day's facts alone, so that days add up to any period.
pub fn same_visits(named: &[NamedVisit]) -> HashSet<i64> {
    let mut sorted: Vec<&NamedVisit> = named.iter().collect();
    sorted.sort_by_key(|v| (v.on, v.visitor, v.at_ms));
    let mut last: Option<&NamedVisit> = None;
    let mut same = HashSet::new();
    for visit in sorted {
        let is_soon = last
            .is_some_and(|l| (l.on, l.visitor) == (visit.on, visit.visitor) && visit.at_ms - l.at_ms < SAME_VISIT_MS);
        if is_soon && !visit.is_separate {
            same.insert(visit.key);
        } else {
            last = Some(visit);
        }
    }
    same
}

/// The hour of the day a moment falls in, in UTC+8.
pub fn hour_of(at_ms: i64) -> usize {
    usize::try_from((at_ms.div_euclid(HOUR_MS) + 8).rem_euclid(24)).unwrap_or_default()
}

/// A visit that counts, whoever it was.
struct Counted<'a> {
    on: NaiveDate,
    hour: usize,
    visitor_type: &'a str,
    channel: &'a str,
    people: i64,
}

fn counted(facts: &Facts) -> Vec<Counted<'_>> {
    let anonymous = facts.anonymous.iter().map(|t| {
        let AnonymousTally { on, hour, visitor_type, channel, people } = t;
        Counted { on: *on, hour: *hour, visitor_type, channel, people: *people }
    });
    let same = same_visits(&facts.named);
    let named = facts.named.iter().filter(|v| !same.contains(&v.key)).map(|v| {
        let NamedVisit { on, at_ms, visitor_type, channel, .. } = v;
        Counted { on: *on, hour: hour_of(*at_ms), visitor_type, channel, people: 1 }
    });
    anonymous.chain(named).collect()
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

fn by_day(visits: &[Counted]) -> BTreeMap<NaiveDate, i64> {
    let mut days = BTreeMap::new();
    for visit in visits {
        *days.entry(visit.on).or_default() += visit.people;
    }
    days
}

impl Row {
    fn compare(&mut self, by_day: &BTreeMap<NaiveDate, i64>, earlier: &Earlier) {
        let count = |(from, to): Span| by_day.range(from..=to).map(|(_, n)| n).sum::<i64>();
        let rate = |then: i64| (then > 0).then(|| (self.visit_count - then) * 1000 / then);
        (self.period_on_period, self.year_on_year) = (rate(count(earlier.period)), rate(count(earlier.year)));
    }

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

    /// The arrivals of all types that share a column of R02.
    pub fn in_column(&self, column: TypeColumn) -> i64 {
        self.by_type.iter().filter(|(code, _)| type_column(code) == column).map(|(_, n)| n).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn anonymous(day: &str, kind: &str, channel: &str, people: i64) -> AnonymousTally {
        AnonymousTally { on: on(day), hour: 9, visitor_type: kind.into(), channel: channel.into(), people }
    }

    fn named(key: i64, day: &str, at_min: i64, who: u128) -> NamedVisit {
        NamedVisit {
            key,
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
            named: vec![named(1, "2026-03-16", 0, 1), named(2, "2026-03-16", 30, 1), named(3, "2026-03-18", 9999, 1)],
            services: vec![ServiceTally { on: on("2026-03-16"), item: "B01".into(), count: 4 }],
        };
        let Table { rows, total, by_hour } = table(&facts, Step::Day, on("2026-03-16"), on("2026-03-18"));
        let visits: Vec<i64> = rows.iter().map(|(_, r)| r.visit_count).collect();
        assert_eq!(visits, [6, 0, 8]);
        assert_eq!((total.visit_count, total.visitor_count, total.backfill_count, total.basic_count), (14, 1, 7, 4));
        assert_eq!(total.by_type, BTreeMap::from([("01".into(), 7), ("02".into(), 7)]));
        assert_eq!((by_hour.iter().sum::<i64>(), by_hour[9], by_hour[8]), (14, 12, 1));
        let columns: i64 = TYPE_COLUMNS.iter().map(|c| total.in_column(*c)).sum();
        assert_eq!(columns, total.visit_count);
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
        let table = table(&facts, Step::Month, on("2026-03-01"), on("2026-03-31"));
        for row in [&table.rows[0].1, &table.total] {
            assert_eq!((row.period_on_period, row.year_on_year), (Some(250), Some(1000)));
        }
    }

    #[test]
    fn weeks_begin_on_monday() {
        assert_eq!(Step::Week.start_of(on("2026-03-22")), on("2026-03-16"));
    }

    #[test]
    fn days_add_up_although_somebody_came_before_and_after_midnight() {
        let late = named(1, "2026-03-16", 10, 1);
        let early = named(2, "2026-03-17", 20, 1);
        assert!(same_visits(&[late, early]).is_empty());
    }

    #[test]
    fn the_hour_is_the_one_on_the_wall_in_beijing() {
        assert_eq!((hour_of(0), hour_of(16 * HOUR_MS - 1), hour_of(16 * HOUR_MS)), (8, 23, 0));
    }
}

//! Rows of a period, and the earlier periods that their rates look back to.

use super::Step;
use chrono::{Datelike, Days, Months, NaiveDate};

/// First and last day.
pub type Span = (NaiveDate, NaiveDate);

/// What a row or a total is compared with: 环比 and 同比.
pub(super) struct Earlier {
    pub period: Span,
    pub year: Span,
}

impl Step {
    /// The first day of the row a day belongs to; weeks begin on Monday.
    pub fn start_of(self, on: NaiveDate) -> NaiveDate {
        match self {
            Step::Day => on,
            Step::Week => on - Days::new(u64::from(on.weekday().num_days_from_monday())),
            Step::Month => first_of_month(on),
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

    fn previous(self, start: NaiveDate) -> NaiveDate {
        match self {
            Step::Day => start - Days::new(1),
            Step::Week => start - Days::new(7),
            Step::Month => start - Months::new(1),
            Step::Year => start - Months::new(12),
        }
    }

    /// The row of a year earlier; of a week, the one 52 weeks before.
    fn year_before(self, start: NaiveDate) -> NaiveDate {
        match self {
            Step::Week => start - Days::new(364),
            _ => start - Months::new(12),
        }
    }
}

/// The first days of all rows of a period.
pub fn starts(step: Step, from: NaiveDate, to: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    std::iter::successors(Some(step.start_of(from)), move |start| Some(step.next(*start))).take_while(move |s| *s <= to)
}

/// The days whose facts the table of a period needs beside its own: those that its rates look at. Sorted, apart.
pub fn earlier_spans(step: Step, from: NaiveDate, to: NaiveDate) -> Vec<Span> {
    let rows = starts(step, from, to).map(|start| earlier(step, start, from, to));
    let all = rows.chain([earlier_total(step, from, to)]).flat_map(|e| [e.period, e.year]);
    let before = all.map(|(a, b)| (a, b.min(from - Days::new(1)))).filter(|(a, b)| a <= b);
    let mut spans: Vec<Span> = before.collect();
    spans.sort_unstable();
    spans.dedup_by(|later, earlier| {
        let touches = later.0 <= earlier.1 + Days::new(1);
        if touches {
            earlier.1 = earlier.1.max(later.1);
        }
        touches
    });
    spans
}

/// A row that the period cuts is compared with the same part of the earlier rows.
pub(super) fn earlier(step: Step, start: NaiveDate, from: NaiveDate, to: NaiveDate) -> Earlier {
    let end = step.next(start) - Days::new(1);
    let (first, last) = (start.max(from), end.min(to));
    let part_of = |then: NaiveDate| {
        let whole_end = step.next(then) - Days::new(1);
        let day = |on: NaiveDate| then + (on - start);
        (day(first), if last == end { whole_end } else { day(last).min(whole_end) })
    };
    Earlier { period: part_of(step.previous(start)), year: part_of(step.start_of(step.year_before(start))) }
}

/// Whole months are compared with as many months, weeks with weeks of a year before, other periods day by day.
pub(super) fn earlier_total(step: Step, from: NaiveDate, to: NaiveDate) -> Earlier {
    let after = to + Days::new(1);
    let yesterday = from - Days::new(1);
    if first_of_month(from) == from && first_of_month(after) == after {
        let months = (after.year() - from.year()) * 12 + after.month() as i32 - from.month() as i32;
        let year_end = after - Months::new(12) - Days::new(1);
        let start = from - Months::new(u32::try_from(months).unwrap_or(1));
        return Earlier { period: (start, yesterday), year: (from - Months::new(12), year_end) };
    }
    let is_weeks = step == Step::Week;
    let a_year_before = |on: NaiveDate| if is_weeks { on - Days::new(364) } else { on - Months::new(12) };
    Earlier { period: (from - (after - from), yesterday), year: (a_year_before(from), a_year_before(to)) }
}

fn first_of_month(on: NaiveDate) -> NaiveDate {
    on.with_day(1).unwrap_or(on)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(from: &str, to: &str) -> Span {
        (from.parse().unwrap(), to.parse().unwrap())
    }

    #[test]
    fn a_month_is_compared_with_whole_months() {
        let (from, to) = span("2026-03-01", "2026-03-31");
        let total = earlier_total(Step::Day, from, to);
        assert_eq!(total.period, span("2026-02-01", "2026-02-28"));
        assert_eq!(total.year, span("2025-03-01", "2025-03-31"));
        let row = earlier(Step::Month, from, from, to);
        assert_eq!((row.period, row.year), (total.period, total.year));
    }

    #[test]
    fn a_month_that_is_cut_is_compared_with_the_same_part() {
        let (from, to) = span("2026-03-01", "2026-03-16");
        let row = earlier(Step::Month, from, from, to);
        assert_eq!(row.period, span("2026-02-01", "2026-02-16"));
        assert_eq!(row.year, span("2025-03-01", "2025-03-16"));
    }

    #[test]
    fn a_week_looks_back_to_a_week_also_over_the_turn_of_the_year() {
        let (from, to) = span("2026-01-05", "2026-01-11");
        let row = earlier(Step::Week, from, from, to);
        assert_eq!(row.period, span("2025-12-29", "2026-01-04"));
        assert_eq!(row.year, span("2025-01-06", "2025-01-12"));
    }

    #[test]
    fn spans_are_apart_and_before_the_period() {
        let (from, to) = span("2026-03-01", "2026-03-31");
        let spans = earlier_spans(Step::Day, from, to);
        assert_eq!(spans, [span("2025-03-01", "2025-03-31"), span("2026-02-01", "2026-02-28")]);
    }
}

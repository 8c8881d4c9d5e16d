//! R02, the table of visits.

use super::Head;
use super::sheet::{Cell, Sheet};
use crate::PaperError;
use crate::words::{Labels, date, filled, list, word};
use chrono::{Datelike, Days, NaiveDate};
use fengxiang_domain::report::{Row, Step, TYPE_COLUMNS, TypeColumn, type_column};
use std::collections::BTreeMap;

/// The table as `domain::report` made it, and what stands beside it.
pub struct VisitTable<'a> {
    pub head: Head,
    pub step: Step,
    pub rows: &'a [(NaiveDate, Row)],
    pub total: &'a Row,
    /// Counted before this program was used.
    pub opening: i64,
    /// All that was ever counted, the opening included.
    pub ever: i64,
    /// Problems solved before this program was used.
    pub opening_problems: i64,
    pub labels: &'a Labels,
}

pub fn visit_table(table: &VisitTable) -> Result<Vec<u8>, PaperError> {
    let mut widths = [9.0; 17];
    widths[0] = 22.0;
    widths[9] = 12.0;
    let mut sheet = Sheet::new(word("table", "sheet"), &widths)?;
    sheet.title(word("table", title(table.step)))?;
    sheet.head(&table.head)?;
    sheet.columns(&list("table", "columns"))?;
    for (start, row) in table.rows {
        sheet.line(&line(period(table, *start), row), false)?;
    }
    sheet.line(&line(word("table", "total").to_owned(), table.total), true)?;
    for (key, count) in [("opening", table.opening), ("ever", table.ever), ("problems", table.opening_problems)] {
        sheet.note(&filled("table", key, &[(key, &count.to_string())]))?;
    }
    for text in mappings(table) {
        sheet.note(&text)?;
    }
    sheet.note(word("table", "notes"))?;
    sheet.signatures()?;
    sheet.into_bytes()
}

fn title(step: Step) -> &'static str {
    match step {
        Step::Day => "title_day",
        Step::Week => "title_week",
        Step::Month => "title_month",
        Step::Year => "title_year",
    }
}

/// What a row is called; a week by its days, as far as they are asked for.
fn period(table: &VisitTable, start: NaiveDate) -> String {
    let (year, month) = (start.year().to_string(), start.month().to_string());
    match table.step {
        Step::Day => date(start),
        Step::Week => {
            let (from, to) = (start.max(table.head.from), (start + Days::new(6)).min(table.head.to));
            let short = |on: NaiveDate| on.format("%m-%d").to_string();
            filled("table", "week", &[("from", &from.to_string()), ("to", &short(to))])
        }
        Step::Month => filled("table", "month", &[("year", &year), ("month", &month)]),
        Step::Year => filled("table", "year", &[("year", &year)]),
    }
}

fn line(name: String, row: &Row) -> Vec<Cell> {
    let rate = |r: Option<i64>| r.map_or_else(|| Cell::Text(word("table", "no_rate").to_owned()), Cell::Rate);
    let counts = [
        row.visit_count,
        row.visitor_count,
        row.basic_count,
        row.added_count,
        row.party_count,
        row.self_counter_count,
        row.backfill_count,
    ];
    std::iter::once(Cell::Text(name))
        .chain(TYPE_COLUMNS.iter().map(|c| Cell::Count(row.in_column(*c))))
        .chain(counts.map(Cell::Count))
        .chain([rate(row.year_on_year), rate(row.period_on_period)])
        .collect()
}

/// Which types stand in the two columns of many, with their figures.
fn mappings(table: &VisitTable) -> Vec<String> {
    let names = list("table", "columns");
    let text = |(index, column): (usize, &TypeColumn)| {
        let types: BTreeMap<&String, &i64> =
            table.total.by_type.iter().filter(|(t, _)| type_column(t) == *column).collect();
        let one = |(code, n): (&&String, &&i64)| {
            let label = table.labels.of("visitor_type", code);
            filled("table", "mapping_line", &[("type", &label), ("n", &n.to_string())])
        };
        let types: Vec<String> = types.iter().map(one).collect();
        let joined = types.join(word("table", "mapping_comma"));
        (!types.is_empty()).then(|| filled("table", "mapping", &[("column", names[index + 1]), ("types", &joined)]))
    };
    let many = [TypeColumn::OtherNewJobs, TypeColumn::OtherGroups];
    TYPE_COLUMNS.iter().enumerate().filter(|(_, c)| many.contains(c)).filter_map(text).collect()
}

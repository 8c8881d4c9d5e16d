//! Reports: the table (R02), the register that its figures open down to (R01), and both as Excel files.

use crate::api::*;
use crate::app::{Call, Context};
use crate::file_commands::{compact, labels, save, today};
use chrono::NaiveDate;
use fengxiang_desk::store::{self, Reader, RegisterRow, day_bounds, on_duty};
use fengxiang_domain::ids::StaffId;
use fengxiang_domain::report::{Row, Table, earlier_spans, starts, table};
use fengxiang_paper::excel::{Head, RegisterEntry, VisitTable, register, visit_table};
use std::collections::BTreeMap;

/// Two years by days: more rows are no table any more.
const ROWS_MAX: usize = 800;
/// Lines of one page of the register.
const PAGE_LINES: i64 = 100;
/// Lines of a register file; a longer one does not open on the PCs of a station.
const FILE_LINES: i64 = 50_000;

pub(crate) fn report_table(context: &Context, request: ReportQuery) -> Result<Call<ReportTable>, Failure> {
    let (from, to) = period(&request.from_on, &request.to_on)?;
    let table = computed(context, &request, from, to)?;
    let (opening_visit_count, ever_visit_count) = opening_and_ever(context)?;
    Ok(Call::read(ReportTable {
        rows: table.rows.iter().map(|(start, row)| shown(Some(*start), row)).collect(),
        total: shown(None, &table.total),
        hours: (0..).zip(table.by_hour).map(|(hour, visit_count)| HourRow { hour, visit_count }).collect(),
        opening_visit_count,
        ever_visit_count,
        opening_problem_count: opening_problems(context)?,
    }))
}

fn opening_problems(context: &Context) -> Result<i64, Failure> {
    Ok(context.desk()?.reader().get_opening_balance("problem_count")?)
}

/// 期初累计 and 累计. An opening balance covers its day: arrivals up to then are in it, and not added again.
fn opening_and_ever(context: &Context) -> Result<(i64, i64), Failure> {
    let desk = context.desk()?;
    let (opening, until) = {
        let reader = desk.reader();
        (reader.get_opening_balance("visit_count")?, reader.find_covered_until("visit_count")?)
    };
    let after = until.and_then(|on| on.parse().ok());
    Ok((opening, opening + desk.count_all_visits(after)?))
}

fn period(from_on: &str, to_on: &str) -> Result<(NaiveDate, NaiveDate), Failure> {
    let date = |text: &str, field| text.parse::<NaiveDate>().map_err(|_| Failure::invalid(field));
    let (from, to) = (date(from_on, "from_on")?, date(to_on, "to_on")?);
    let is_sane = |on: NaiveDate| (2000..=2999).contains(&chrono::Datelike::year(&on));
    if from <= to && is_sane(from) && is_sane(to) { Ok((from, to)) } else { Err(Failure::invalid("to_on")) }
}

fn computed(context: &Context, request: &ReportQuery, from: NaiveDate, to: NaiveDate) -> Result<Table, Failure> {
    if starts(request.step, from, to).nth(ROWS_MAX).is_some() {
        return Err(Failure::new("period_too_long"));
    }
    let facts = context.desk()?.reader().get_report_facts((from, to), &earlier_spans(request.step, from, to))?;
    Ok(table(&facts, request.step, from, to))
}

fn shown(starts_on: Option<NaiveDate>, row: &Row) -> ReportRow {
    let by_type = row.by_type.iter().filter(|(_, n)| **n != 0);
    let by_type = by_type.map(|(code, n)| TypeVisits { visitor_type: code.clone(), visit_count: *n });
    ReportRow {
        starts_on: starts_on.map(|on| on.to_string()),
        by_type: by_type.collect(),
        visit_count: row.visit_count,
        visitor_count: row.visitor_count,
        basic_count: row.basic_count,
        added_count: row.added_count,
        party_count: row.party_count,
        self_counter_count: row.self_counter_count,
        backfill_count: row.backfill_count,
        year_on_year: row.year_on_year,
        period_on_period: row.period_on_period,
    }
}

pub(crate) fn report_register(context: &Context, request: RegisterQuery) -> Result<Call<RegisterPage>, Failure> {
    let (from, to) = period(&request.from_on, &request.to_on)?;
    let query = store_query(&request, from, to)?;
    let reader = context.desk()?.reader();
    let rows = reader.list_register(&query)?;
    let is_full = i64::try_from(rows.len()).is_ok_and(|n| n == PAGE_LINES);
    let next = rows.last().filter(|_| is_full).map(|r| format!("{}/{}/{}", r.business_on, r.at, r.visit_id));
    Ok(Call::read(RegisterPage {
        lines: rows.into_iter().map(register_line).collect(),
        unlinked: unlinked(&reader, &request, &query)?,
        next,
    }))
}

fn store_query(request: &RegisterQuery, from: NaiveDate, to: NaiveDate) -> Result<store::RegisterQuery, Failure> {
    let after = request.after.as_deref().map(|text| after(text).ok_or_else(|| Failure::invalid("after")));
    Ok(store::RegisterQuery {
        from_on: from.to_string(),
        to_on: to.to_string(),
        visitor_type: request.visitor_type.clone(),
        channel: request.channel.clone(),
        dimension: request.dimension,
        hour: request.hour,
        is_registered: request.is_registered,
        after: after.transpose()?,
        limit: PAGE_LINES,
    })
}

/// The last line of the page before: its day, time and id.
fn after(text: &str) -> Option<(String, i64, String)> {
    let mut parts = text.splitn(3, '/');
    let (on, at, id) = (parts.next()?, parts.next()?.parse().ok()?, parts.next()?);
    on.parse::<NaiveDate>().ok()?;
    Some((on.to_owned(), at, id.to_owned()))
}

/// Nobody knows the type, hour or channel of what belongs to no line: asked for by those, there is none.
fn unlinked(reader: &Reader, request: &RegisterQuery, query: &store::RegisterQuery) -> Result<Vec<ItemCount>, Failure> {
    let RegisterQuery { visitor_type, channel, hour, is_registered, .. } = request;
    if visitor_type.is_some() || channel.is_some() || hour.is_some() || is_registered.is_some() {
        return Ok(Vec::new());
    }
    let items = reader.list_unlinked(&query.from_on, &query.to_on, query.dimension)?;
    Ok(items.into_iter().map(|(item, count)| ItemCount { item, count }).collect())
}

fn register_line(row: RegisterRow) -> RegisterLine {
    RegisterLine {
        visit_id: row.visit_id,
        at: row.at,
        left_at: row.left_at,
        alias: row.alias,
        visitor_type: row.visitor_type,
        platform: row.platform,
        people: row.people,
        items: row.items,
        channel: row.channel,
        is_same_visit: row.is_same_visit,
    }
}

pub(crate) fn report_export(context: &Context, request: ReportExport) -> Result<Call<Option<FileSaved>>, Failure> {
    let query = &request.query;
    let (from, to) = period(&query.from_on, &query.to_on)?;
    let station = context.desk()?.reader().get_station()?;
    let head = Head { station: station.name, from, to, filled_on: today(context)? };
    let (no, verb) = match request.kind {
        ReportKind::R01 => ("R01", "export_r01"),
        ReportKind::R02 => ("R02", "export_r02"),
    };
    let name = format!("{}-{no}-{}-{}.xlsx", station.code, compact(from), compact(to));
    save(context, &name, verb, &[], || match request.kind {
        ReportKind::R01 => register_file(context, head),
        ReportKind::R02 => table_file(context, query, head),
    })
}

fn table_file(context: &Context, query: &ReportQuery, head: Head) -> Result<Vec<u8>, Failure> {
    let Table { rows, total, .. } = computed(context, query, head.from, head.to)?;
    let labels = labels(&context.desk()?.reader())?;
    let (opening, ever) = opening_and_ever(context)?;
    let (step, opening_problems) = (query.step, opening_problems(context)?);
    let (rows, total, labels) = (&rows[..], &total, &labels);
    Ok(visit_table(&VisitTable { head, step, rows, total, opening, ever, opening_problems, labels })?)
}

fn register_file(context: &Context, head: Head) -> Result<Vec<u8>, Failure> {
    let reader = context.desk()?.reader();
    let query = store::RegisterQuery {
        from_on: head.from.to_string(),
        to_on: head.to.to_string(),
        visitor_type: None,
        channel: None,
        dimension: None,
        hour: None,
        is_registered: None,
        after: None,
        limit: FILE_LINES + 1,
    };
    let rows = reader.list_register(&query)?;
    if i64::try_from(rows.len()).is_ok_and(|n| n > FILE_LINES) {
        return Err(Failure::new("period_too_long"));
    }
    let bounds = day_bounds(head.from, head.to);
    let (shifts, mut names) = (reader.list_shifts(bounds.0, bounds.1)?, BTreeMap::new());
    let mut entries = Vec::with_capacity(rows.len());
    for row in rows {
        let mut present = Vec::new();
        for staff in on_duty(&shifts, row.at) {
            present.push(staff_name(&reader, &mut names, staff)?);
        }
        entries.push(entry(row, present));
    }
    let unlinked = reader.list_unlinked(&query.from_on, &query.to_on, None)?;
    Ok(register(&head, &entries, &unlinked, &labels(&reader)?)?)
}

fn staff_name(reader: &Reader, names: &mut BTreeMap<StaffId, String>, staff: StaffId) -> Result<String, Failure> {
    if let Some(name) = names.get(&staff) {
        return Ok(name.clone());
    }
    let name = reader.get_staff(staff)?.name;
    names.insert(staff, name.clone());
    Ok(name)
}

fn entry(row: RegisterRow, on_duty: Vec<String>) -> RegisterEntry {
    RegisterEntry {
        at_ms: row.at,
        left_at_ms: row.left_at,
        alias: row.alias,
        visitor_type: row.visitor_type,
        platform: row.platform,
        people: row.people,
        items: row.items,
        channel: row.channel,
        is_same_visit: row.is_same_visit,
        on_duty,
    }
}

//! What the front desk shows all day: the figures of today, who came last, what waits.

use crate::api::*;
use crate::app::{Call, Context};
use crate::shift_commands::WARN_DAYS;
use crate::ticket_commands::pending;
use fengxiang_desk::store::RecentRow;
use fengxiang_domain::indicators;
use fengxiang_domain::time::days_between;

/// Arrivals listed beside the counter.
const RECENT_MAX: i64 = 8;

pub(crate) fn day_summary(context: &Context, (): ()) -> Result<Call<DaySummary>, Failure> {
    let desk = context.desk()?;
    let on = desk.today();
    let facts = desk.reader().get_day_facts(&on)?;
    let recent = desk.reader().list_recent_visits(&on, RECENT_MAX)?;
    let figures = indicators::day(facts.visits, &facts.services);
    Ok(Call::read(DaySummary {
        business_on: on,
        visit_count: figures.visit_count,
        present_count: figures.present_count,
        service_count: figures.service_count(),
        basic_count: figures.basic_count,
        added_count: figures.added_count,
        party_count: figures.party_count,
        registered_count: figures.visitor_count,
        by_type: figures.by_type.into_iter().map(|(code, visit_count)| TypeCount { code, visit_count }).collect(),
        recent: recent.into_iter().map(recent_visit).collect(),
    }))
}

fn recent_visit(row: RecentRow) -> RecentVisit {
    let RecentRow { visit_id, at, visitor_type, people, basic_items, has_left } = row;
    RecentVisit { visit_id, at, visitor_type, people, basic_items, has_left }
}

pub(crate) fn badges(context: &Context, (): ()) -> Result<Call<Badges>, Failure> {
    let desk = context.desk()?;
    let today = desk.today();
    let reader = desk.reader();
    let handovers = reader.list_handovers(i64::MAX)?;
    let expiries = reader.list_expiries()?;
    let expiring = expiries.iter().filter(|e| days_between(&today, &e.expires_on) <= WARN_DAYS).count();
    Ok(Call::read(Badges {
        tickets_pending: pending(context, &reader)?,
        handovers_open: count(handovers.len()),
        expiring: count(expiring),
    }))
}

pub(crate) fn count(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

//! The page of one registered person, and merging two entries of one person. Masks what a role may not see.

use crate::api::*;
use crate::app::{Call, Context};
use crate::input::{cursor, next, visitor_id};
use crate::keeper;
use crate::ticket_commands::shown_ticket;
use crate::visitor_commands::hit;
use fengxiang_desk::store::PersonVisitRow;
use fengxiang_desk::{Desk, Kind};
use fengxiang_domain::ids::VisitorId;
use fengxiang_domain::people::Role;
use fengxiang_sync::devices;
use fengxiang_sync::link::Link;

const VISITS_PAGE: i64 = 20;
const TICKETS_MAX: i64 = 20;

/// A whole page leaves a line in the trail; a masked one shows nothing that the counter does not.
pub(crate) fn visitor_get(context: &Context, request: VisitorEntry) -> Result<Call<VisitorDetail>, Failure> {
    let desk = context.desk()?;
    let id = desk.reader().get_survivor(visitor_id(&request.visitor_id)?)?;
    if is_masked(context) {
        return Ok(Call::read(masked(detail(desk, id)?)));
    }
    note_look(context, id)?;
    Ok(Call::read(detail(desk, id)?))
}

fn is_masked(context: &Context) -> bool {
    context.session.as_ref().is_none_or(|s| s.role == Role::Volunteer)
}

fn note_look(context: &Context, id: VisitorId) -> Result<(), Failure> {
    context.write("look_visitor", |w| {
        w.note_look(&id.to_string());
        Ok(())
    })?;
    Ok(())
}

fn detail(desk: &Desk, id: VisitorId) -> Result<VisitorDetail, Failure> {
    // Bound first: a call that holds a reader while it waits for the other one may wait for ever.
    let row = desk.reader().get_visitor(id)?;
    let hit = hit(desk, row, false)?;
    let reader = desk.reader();
    let (person, items) = (reader.get_person(id)?, reader.list_person_items(id)?);
    Ok(VisitorDetail {
        hit,
        name: person.name,
        phone: person.phone,
        work_area: person.work_area,
        created_at: person.created_at,
        consent_at: person.consent_at,
        consent_version: person.consent_version,
        is_masked: false,
        items: items.into_iter().map(|(item, count)| ItemCount { item, count }).collect(),
        tickets: reader.list_person_tickets(id, TICKETS_MAX)?.into_iter().map(shown_ticket).collect(),
    })
}

/// 称谓 and 尾号 are all that a volunteer needs to tell people apart.
fn masked(detail: VisitorDetail) -> VisitorDetail {
    VisitorDetail { name: None, phone: None, work_area: None, tickets: Vec::new(), is_masked: true, ..detail }
}

pub(crate) fn visitor_visits(context: &Context, request: VisitorVisitsQuery) -> Result<Call<VisitorVisits>, Failure> {
    let before = cursor(request.before.as_deref(), "before")?;
    let parsed = before.map(|(at, id)| at.parse().map(|at| (at, id)).map_err(|_| Failure::invalid("before")));
    let reader = context.desk()?.reader();
    let id = reader.get_survivor(visitor_id(&request.visitor_id)?)?;
    let rows = reader.list_person_visits(id, parsed.transpose()?, VISITS_PAGE)?;
    let is_full = i64::try_from(rows.len()).is_ok_and(|n| n == VISITS_PAGE);
    let next = rows.last().filter(|_| is_full).map(|row| next(&row.visit_id, row.at));
    let shown = |row: PersonVisitRow| {
        let PersonVisitRow { visit_id, at, left_at, items } = row;
        VisitorVisit { visit_id, at, left_at, items }
    };
    Ok(Call::read(VisitorVisits { rows: rows.into_iter().map(shown).collect(), next }))
}

/// Two different entries, the one that will stand for both first.
fn pair(desk: &Desk, request: &VisitorPair) -> Result<(VisitorId, VisitorId), Failure> {
    let reader = desk.reader();
    let one = reader.get_survivor(visitor_id(&request.one_id)?)?;
    let other = reader.get_survivor(visitor_id(&request.other_id)?)?;
    if one == other { Err(Failure::new("same_visitor")) } else { Ok((one.min(other), one.max(other))) }
}

pub(crate) fn visitor_merge_preview(context: &Context, request: VisitorPair) -> Result<Call<MergePreview>, Failure> {
    let desk = context.desk()?;
    let (survivor, gone) = pair(desk, &request)?;
    note_look(context, survivor)?;
    note_look(context, gone)?;
    let visit_count = {
        let reader = desk.reader();
        reader.count_person_visits(survivor)? + reader.count_person_visits(gone)?
    };
    Ok(Call::read(MergePreview { survivor: detail(desk, survivor)?, gone: detail(desk, gone)?, visit_count }))
}

pub(crate) fn visitor_merge(context: &Context, request: VisitorPair) -> Result<Call<VisitorEntry>, Failure> {
    let (survivor, gone) = pair(context.desk()?, &request)?;
    let written = context.write("merge_visitors", |w| w.merge_visitors(survivor, gone))?;
    Ok(written.map(|id| VisitorEntry { visitor_id: id.to_string() }))
}

/// Takes everything personal of a visitor away: here at once, elsewhere as soon as the hub has the order. Counts stay.
pub(crate) fn visitor_erase(context: &Context, request: VisitorErase) -> Result<Call<()>, Failure> {
    let desk = context.own_desk()?;
    let id = VisitorId::parse(&request.visitor_id).ok_or_else(|| Failure::new("not_found"))?;
    let subjects = desk.reader().list_subjects_of(id)?;
    // The line first: an erasing without one would be worse than a line too many.
    let written = context.write("erase_visitor", |w| {
        w.name_object(&request.visitor_id);
        Ok(())
    })?;
    match Link::find(desk)? {
        Some(link) => devices::erase(desk, &link, &subjects)?,
        None => desk.exchange(|x| subjects.iter().try_for_each(|subject| x.erase_subject(subject))).map(drop)?,
    }
    // The person is gone from the file; copies that could not be renewed are told and tried again.
    keeper::note(desk, desk.renew_backups().map(|()| false));
    context.wake_sync();
    Ok(written.also(&[Kind::Visitor, Kind::Visit, Kind::Ticket]))
}

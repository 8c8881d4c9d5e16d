//! The counter: code lists, visitors, arrivals, services, problems heard, figures of the day.

use crate::api::*;
use crate::app::{Call, Context};
use crate::session_commands::label;
use fengxiang_desk::store::{NewTicket, NewVisit, NewVisitor, Reader, RecentRow, VisitorRow};
use fengxiang_domain::codes::{self, PLATFORMS, SERVICE_ITEMS, TICKET_CATEGORIES, VISITOR_TYPES};
use fengxiang_domain::ids::{VisitId, VisitorId};
use fengxiang_domain::indicators;
use fengxiang_domain::number::is_card_no;
use fengxiang_domain::people::Role;
use fengxiang_domain::rules::{GROUP_MAX, LABEL_MAX_CHARS, TEXT_MAX_CHARS, phone};

/// Arrivals listed beside the counter.
const RECENT_MAX: i64 = 8;
const TICKETS_MAX: i64 = 200;

pub(crate) fn code_lists(_: &Context, (): ()) -> Result<Call<CodeLists>, Failure> {
    let items =
        |list: &[&str]| list.iter().map(|c| CodeItem { code: (*c).to_owned(), label: None, retired: false }).collect();
    let service = |code: &&str| {
        let dimension = codes::dimension(code).expect("a built-in item has a dimension");
        ServiceItem {
            code: (*code).to_owned(),
            label: None,
            dimension,
            is_sensitive: codes::is_sensitive(code),
            retired: false,
        }
    };
    Ok(Call::read(CodeLists {
        visitor_types: items(&VISITOR_TYPES),
        platforms: items(&PLATFORMS),
        service_items: SERVICE_ITEMS.iter().map(service).collect(),
        ticket_categories: items(&TICKET_CATEGORIES),
    }))
}

pub(crate) fn known(list: &[&str], code: &str, field: &'static str) -> Result<String, Failure> {
    if list.contains(&code) { Ok(code.to_owned()) } else { Err(Failure::invalid(field)) }
}

pub(crate) fn visit_id(text: &str) -> Result<VisitId, Failure> {
    VisitId::parse(text).ok_or_else(|| Failure::new("not_found"))
}

fn visitor_id(text: &str) -> Result<VisitorId, Failure> {
    VisitorId::parse(text).ok_or_else(|| Failure::new("not_found"))
}

pub(crate) fn visitor_search(context: &Context, request: SearchText) -> Result<Call<Vec<VisitorHit>>, Failure> {
    if request.text.chars().count() > LABEL_MAX_CHARS {
        return Ok(Call::read(Vec::new()));
    }
    let desk = context.desk()?;
    let is_card = is_card_no(&request.text.trim().to_uppercase());
    let rows = desk.reader().search_visitors(&request.text)?;
    let hits =
        rows.into_iter().map(|row| hit(&desk.reader(), row, is_card, desk.now_ms())).collect::<Result<_, _>>()?;
    Ok(Call::read(hits))
}

fn hit(reader: &Reader, row: VisitorRow, is_card: bool, now: i64) -> Result<VisitorHit, Failure> {
    let past = reader.get_visitor_past(&row.id, now)?;
    Ok(VisitorHit {
        id: row.id,
        card_no: row.card_no,
        alias: row.alias,
        visitor_type: row.visitor_type,
        platform: row.platform,
        phone_tail: row.phone_tail,
        visits_this_year: past.visits_this_year,
        last_visit_at: past.last_visit_at,
        // What a medicine kit was used for is not proposed again.
        last_basic_items: past.last_basic_items.into_iter().filter(|i| !codes::is_sensitive(i)).collect(),
        is_card,
    })
}

pub(crate) fn visitor_add(context: &Context, request: VisitorAdd) -> Result<Call<VisitorHit>, Failure> {
    let new = new_visitor(request)?;
    let desk = context.desk()?;
    let added = desk.write(context.act("add_visitor"), |w| w.add_visitor(&new))?;
    let row = desk.reader().get_visitor(added.value)?;
    let shown = hit(&desk.reader(), row, false, desk.now_ms())?;
    Ok(Call::from(added).map(|_| shown))
}

fn new_visitor(request: VisitorAdd) -> Result<NewVisitor, Failure> {
    let optional = |text: &Option<String>, field| {
        let given = text.as_deref().filter(|t| !t.trim().is_empty());
        given.map(|t| label(t, field, LABEL_MAX_CHARS)).transpose()
    };
    let new = NewVisitor {
        alias: label(&request.alias, "alias", LABEL_MAX_CHARS)?,
        visitor_type: known(&VISITOR_TYPES, &request.visitor_type, "visitor_type")?,
        platform: request.platform.as_deref().map(|p| known(&PLATFORMS, p, "platform")).transpose()?,
        name: optional(&request.name, "name")?,
        phone: optional_phone(request.phone.as_deref())?,
        work_area: optional(&request.work_area, "work_area")?,
        consent_given: request.consent_given,
    };
    // Name and phone are personal: nothing is kept without consent (`05-privacy.md` §5.1).
    let is_personal = new.name.is_some() || new.phone.is_some();
    if is_personal && !new.consent_given { Err(Failure::invalid("consent_given")) } else { Ok(new) }
}

fn optional_phone(text: Option<&str>) -> Result<Option<String>, Failure> {
    let given = text.filter(|t| !t.trim().is_empty());
    given.map(|t| phone(t).ok_or_else(|| Failure::invalid("phone"))).transpose()
}

pub(crate) fn visit_add(context: &Context, request: VisitAdd) -> Result<Call<VisitAdded>, Failure> {
    let new = new_visit(context, request)?;
    let people = new.people;
    let written = context.write("add_visit", |w| w.add_visit(&new))?;
    Ok(written.map(|row| VisitAdded { visit_id: row.id.to_string(), joined: row.joined, people }))
}

fn new_visit(context: &Context, request: VisitAdd) -> Result<NewVisit, Failure> {
    let items = known_items(&request.items)?;
    let (visitor, visitor_type) = match (&request.visitor_id, &request.visitor_type) {
        (Some(id), None) if request.people == 1 => {
            let id = visitor_id(id)?;
            (Some(id), context.desk()?.reader().get_visitor(id)?.visitor_type)
        }
        (None, Some(code)) => (None, known(&VISITOR_TYPES, code, "visitor_type")?),
        _ => return Err(Failure::invalid("visitor_id")),
    };
    if !(1..=GROUP_MAX).contains(&request.people) {
        return Err(Failure::new("group_too_large"));
    }
    let separate_reason =
        request.separate_reason.as_deref().map(|r| label(r, "separate_reason", LABEL_MAX_CHARS)).transpose()?;
    Ok(NewVisit { visitor, visitor_type, people: request.people, items, channel: "desk", separate_reason, at: None })
}

pub(crate) fn visit_leave(context: &Context, request: VisitEntry) -> Result<Call<()>, Failure> {
    let id = visit_id(&request.visit_id)?;
    context.write("leave_visit", |w| w.leave_visit(id))
}

pub(crate) fn visit_void(context: &Context, request: VisitVoid) -> Result<Call<()>, Failure> {
    let reason = label(&request.reason, "reason", LABEL_MAX_CHARS)?;
    let id = visit_id(&request.visit_id)?;
    may_change(context, id)?;
    context.write("void_visit", |w| w.void_visit(id, &reason))
}

/// Until the day is closed anyone on the shift may void or correct; after that only the manager.
fn may_change(context: &Context, visit: VisitId) -> Result<(), Failure> {
    let is_manager = context.session.as_ref().is_some_and(|s| s.role == Role::Manager);
    let reader = context.desk()?.reader();
    let closed_at = reader.find_last_shift()?.and_then(|s| s.shift.closed_at);
    let is_closed = closed_at.is_some_and(|closed| reader.get_visit_at(visit).is_ok_and(|at| at <= closed));
    if is_closed && !is_manager { Err(Failure::new("day_closed")) } else { Ok(()) }
}

/// A wrong entry is voided and written again at its time.
pub(crate) fn visit_correct(context: &Context, request: VisitCorrect) -> Result<Call<VisitEntry>, Failure> {
    let reason = label(&request.reason, "reason", LABEL_MAX_CHARS)?;
    let visitor_type = known(&VISITOR_TYPES, &request.visitor_type, "visitor_type")?;
    let items = known_items(&request.items)?;
    let id = visit_id(&request.visit_id)?;
    may_change(context, id)?;
    let written = context.write("correct_visit", |w| w.correct_visit(id, &visitor_type, &items, &reason))?;
    Ok(written.map(|id| VisitEntry { visit_id: id.to_string() }))
}

/// One line of the paper register that was used while there was no power or no PC.
pub(crate) fn backfill_add(context: &Context, request: BackfillEntry) -> Result<Call<VisitEntry>, Failure> {
    if !(1..=GROUP_MAX).contains(&request.people) {
        return Err(Failure::new("group_too_large"));
    }
    if request.at > context.desk()?.now_ms() {
        return Err(Failure::invalid("at"));
    }
    let new = NewVisit {
        visitor: None,
        visitor_type: known(&VISITOR_TYPES, &request.visitor_type, "visitor_type")?,
        people: request.people,
        items: known_items(&request.items)?,
        channel: "backfill",
        separate_reason: None,
        at: Some(request.at),
    };
    let written = context.write("backfill", |w| w.add_visit(&new))?;
    Ok(written.map(|row| VisitEntry { visit_id: row.id.to_string() }))
}

fn known_items(items: &[String]) -> Result<Vec<String>, Failure> {
    items.iter().map(|i| known(&SERVICE_ITEMS, i, "items")).collect()
}

pub(crate) fn service_add(context: &Context, request: ServiceEntry) -> Result<Call<()>, Failure> {
    let item = known(&SERVICE_ITEMS, &request.item, "item")?;
    let id = visit_id(&request.visit_id)?;
    context.write("add_service", |w| w.add_service(id, &item))
}

pub(crate) fn service_void(context: &Context, request: ServiceEntry) -> Result<Call<()>, Failure> {
    let id = visit_id(&request.visit_id)?;
    context.write("void_service", |w| w.void_service(id, &request.item))
}

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

pub(crate) fn ticket_add(context: &Context, request: TicketAdd) -> Result<Call<TicketAdded>, Failure> {
    if request.group_size.is_some_and(|n| !(1..=10_000).contains(&n)) {
        return Err(Failure::invalid("group_size"));
    }
    let new = NewTicket {
        sentence: label(&request.sentence, "sentence", TEXT_MAX_CHARS)?,
        phone: optional_phone(request.phone.as_deref())?,
        category: request.category.as_deref().map(|c| known(&TICKET_CATEGORIES, c, "category")).transpose()?,
        is_urgent: request.is_urgent,
        group_size: request.group_size,
    };
    let written = context.write("submit_ticket", |w| w.add_ticket(&new))?;
    Ok(written.map(|(no, slip_code)| TicketAdded { no, slip_code }))
}

pub(crate) fn ticket_list(context: &Context, (): ()) -> Result<Call<Vec<TicketRow>>, Failure> {
    let rows = context.desk()?.reader().list_tickets(TICKETS_MAX)?;
    let shown = |t: fengxiang_desk::store::TicketRow| TicketRow {
        id: t.id,
        no: t.no,
        at: t.at,
        sentence: t.sentence,
        category: t.category,
        is_urgent: t.is_urgent,
        group_size: t.group_size,
    };
    Ok(Call::read(rows.into_iter().map(shown).collect()))
}

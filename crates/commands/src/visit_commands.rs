//! Arrivals and what is given to them: added, undone, ended, voided, corrected, typed from paper.

use crate::api::*;
use crate::app::{Call, Context};
use crate::input::{label, offered, offered_items, offered_or, visit_id, visitor_id};
use fengxiang_desk::store::{GivenRow, NewVisit, PresentRow as StoredPresent, VisitDetailRow};
use fengxiang_domain::codes::CodeList;
use fengxiang_domain::ids::{VisitId, VisitorId};
use fengxiang_domain::number::{CardReading, read_card};
use fengxiang_domain::rules::{LABEL_MAX_CHARS, may_change_visit};

pub(crate) fn visit_add(context: &Context, request: VisitAdd) -> Result<Call<VisitAdded>, Failure> {
    let new = new_visit(context, request)?;
    let people = new.people;
    let written = context.write("add_visit", |w| w.add_visit(&new))?;
    Ok(written.map(|row| VisitAdded {
        visit_id: row.id.to_string(),
        joined: row.joined,
        people,
        given: row.given.into_iter().map(shown_given).collect(),
    }))
}

/// While locked the rider presses the tile or shows the card: 自助. Signed in, somebody on duty writes it down.
fn channel(context: &Context) -> &'static str {
    if context.session.is_some() { "desk" } else { "self" }
}

fn new_visit(context: &Context, request: VisitAdd) -> Result<NewVisit, Failure> {
    let VisitAdd { visitor_id: named, visitor_type, people, items, separate_reason } = request;
    let items = offered_items(context, &items, &[])?;
    let separate_reason = separate_reason.map(|r| label(&r, "separate_reason", LABEL_MAX_CHARS)).transpose()?;
    // Whoever says that it counts by itself stands for it.
    if separate_reason.is_some() && context.session.is_none() {
        return Err(Failure::new("not_allowed"));
    }
    match (named, visitor_type) {
        (Some(id), None) if people == 1 => named_visit(context, visitor_id(&id)?, items, separate_reason),
        (None, Some(code)) => Ok(NewVisit {
            visitor: None,
            visitor_type: offered(context, CodeList::VisitorType, &code, "visitor_type")?,
            people,
            items,
            channel: channel(context),
            separate_reason,
            at: None,
        }),
        _ => Err(Failure::invalid("visitor_id")),
    }
}

/// The type that somebody was registered with stays theirs, also when it was retired since.
fn named_visit(
    context: &Context,
    visitor: VisitorId,
    items: Vec<String>,
    separate_reason: Option<String>,
) -> Result<NewVisit, Failure> {
    let reader = context.desk()?.reader();
    let visitor = reader.get_survivor(visitor)?;
    let visitor_type = reader.get_visitor(visitor)?.visitor_type;
    let channel = channel(context);
    Ok(NewVisit { visitor: Some(visitor), visitor_type, people: 1, items, channel, separate_reason, at: None })
}

fn shown_given(row: GivenRow) -> Given {
    let GivenRow { service_id, item } = row;
    Given { service_id, item }
}

/// A card at a locked desk: checks in and says no more than the type.
pub(crate) fn card_count(context: &Context, request: CardEntry) -> Result<Call<CardCounted>, Failure> {
    let card_no = match read_card(&request.card_no) {
        CardReading::Card(no) => no,
        CardReading::Misread => return Err(Failure::new("card_misread")),
        CardReading::NoCard => return Err(Failure::invalid("card_no")),
    };
    let found = context.desk()?.reader().find_card(&card_no)?;
    let visitor = found.ok_or_else(|| Failure::new("card_unknown"))?;
    let new = named_visit(context, visitor, Vec::new(), None)?;
    let visitor_type = new.visitor_type.clone();
    let written = context.write("add_visit", |w| w.add_visit(&new))?;
    Ok(written.map(|row| CardCounted { visitor_type, joined: row.joined }))
}

/// Takes back what was just written, without a reason, while it is fresh.
pub(crate) fn visit_undo(context: &Context, request: VisitUndo) -> Result<Call<()>, Failure> {
    let id = visit_id(&request.visit_id)?;
    must_be_changeable(context, id)?;
    context.write("undo_visit", |w| w.undo_visit(id, request.joined, &request.service_ids))
}

pub(crate) fn visit_leave(context: &Context, request: VisitEntry) -> Result<Call<()>, Failure> {
    let id = visit_id(&request.visit_id)?;
    context.write("leave_visit", |w| w.leave_visit(id))
}

pub(crate) fn visit_void(context: &Context, request: VisitVoid) -> Result<Call<()>, Failure> {
    let reason = label(&request.reason, "reason", LABEL_MAX_CHARS)?;
    let id = visit_id(&request.visit_id)?;
    must_be_changeable(context, id)?;
    context.write("void_visit", |w| w.void_visit(id, &reason))
}

/// A wrong entry is voided and written again at its time.
pub(crate) fn visit_correct(context: &Context, request: VisitCorrect) -> Result<Call<VisitEntry>, Failure> {
    let reason = label(&request.reason, "reason", LABEL_MAX_CHARS)?;
    let id = visit_id(&request.visit_id)?;
    let had = context.desk()?.reader().get_visit(id)?;
    let had_type = Some(had.visitor_type.as_str());
    let visitor_type = offered_or(context, CodeList::VisitorType, &request.visitor_type, had_type, "visitor_type")?;
    let items = offered_items(context, &request.items, &had.items)?;
    must_be_changeable(context, id)?;
    let written = context.write("correct_visit", |w| w.correct_visit(id, &visitor_type, &items, &reason))?;
    Ok(written.map(|id| VisitEntry { visit_id: id.to_string() }))
}

fn may_change(context: &Context, visit: VisitId) -> Result<bool, Failure> {
    let role = context.session.as_ref().map(|s| s.role);
    Ok(may_change_visit(role, context.desk()?.reader().is_closed_over(visit)?))
}

fn must_be_changeable(context: &Context, visit: VisitId) -> Result<(), Failure> {
    if may_change(context, visit)? { Ok(()) } else { Err(Failure::new("day_closed")) }
}

/// One line of the paper register that was used while there was no power or no PC.
pub(crate) fn backfill_add(context: &Context, request: BackfillEntry) -> Result<Call<VisitEntry>, Failure> {
    if request.at < 0 || request.at > context.desk()?.now_ms() {
        return Err(Failure::invalid("at"));
    }
    let new = NewVisit {
        visitor: None,
        visitor_type: offered(context, CodeList::VisitorType, &request.visitor_type, "visitor_type")?,
        people: request.people,
        items: offered_items(context, &request.items, &[])?,
        channel: "backfill",
        separate_reason: None,
        at: Some(request.at),
    };
    let written = context.write("backfill", |w| w.add_visit(&new))?;
    Ok(written.map(|row| VisitEntry { visit_id: row.id.to_string() }))
}

pub(crate) fn service_add(context: &Context, request: ServiceEntry) -> Result<Call<ServiceAdded>, Failure> {
    let item = offered(context, CodeList::ServiceItem, &request.item, "item")?;
    let id = visit_id(&request.visit_id)?;
    must_be_changeable(context, id)?;
    let written = context.write("add_service", |w| w.add_service(id, &item))?;
    Ok(written.map(|given| ServiceAdded { given: given.map(shown_given) }))
}

pub(crate) fn service_void(context: &Context, request: ServiceEntry) -> Result<Call<()>, Failure> {
    let id = visit_id(&request.visit_id)?;
    must_be_changeable(context, id)?;
    context.write("void_service", |w| w.void_service(id, &request.item))
}

pub(crate) fn visit_detail(context: &Context, request: VisitEntry) -> Result<Call<VisitDetail>, Failure> {
    let id = visit_id(&request.visit_id)?;
    let row = context.desk()?.reader().get_visit(id)?;
    let VisitDetailRow { at, visitor_type, people, channel, alias, items } = row;
    let (visit_id, may_change) = (id.to_string(), may_change(context, id)?);
    Ok(Call::read(VisitDetail { visit_id, at, visitor_type, people, alias, items, channel, may_change }))
}

pub(crate) fn present_list(context: &Context, (): ()) -> Result<Call<Vec<PresentRow>>, Failure> {
    let shown = |row: StoredPresent| {
        let StoredPresent { visit_id, at, visitor_type, people, alias } = row;
        PresentRow { visit_id, at, visitor_type, people, alias }
    };
    let desk = context.desk()?;
    let rows = desk.reader().list_present(&desk.today())?;
    Ok(Call::read(rows.into_iter().map(shown).collect()))
}

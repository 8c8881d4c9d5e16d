//! Registered visitors at the counter: finding, listing, registering and editing them.

use crate::api::*;
use crate::app::{Call, Context};
use crate::input::{cursor, label, next, offered, offered_or, optional, optional_phone, visitor_id};
use crate::words::platform_word;
use fengxiang_desk::Desk;
use fengxiang_desk::store::{NewVisitor, VisitorEdit as StoredEdit, VisitorQuery, VisitorRow};
use fengxiang_domain::codes::CodeList;
use fengxiang_domain::number::{CardReading, read_card};
use fengxiang_domain::rules::{LABEL_MAX_CHARS, needs_consent};

const PAGE: i64 = 50;

/// A misread card is said, never answered with an empty list.
pub(crate) fn visitor_search(context: &Context, request: SearchText) -> Result<Call<Vec<VisitorHit>>, Failure> {
    let card = read_card(&request.text);
    if card == CardReading::Misread {
        return Err(Failure::new("card_misread"));
    }
    let is_card = matches!(card, CardReading::Card(_));
    let desk = context.desk()?;
    let rows = desk.reader().search_visitors(&request.text)?;
    let hits = rows.into_iter().map(|row| hit(desk, row, is_card)).collect::<Result<_, _>>()?;
    Ok(Call::read(hits))
}

pub(crate) fn hit(desk: &Desk, row: VisitorRow, is_card: bool) -> Result<VisitorHit, Failure> {
    let past = desk.reader().get_visitor_past(&row.id, desk.now_ms())?;
    let VisitorRow { id, card_no, alias, visitor_type, platform, phone_tail } = row;
    Ok(VisitorHit {
        id,
        card_no,
        alias,
        visitor_type,
        platform,
        phone_tail,
        visits_this_year: past.visits_this_year,
        last_visit_at: past.last_visit_at,
        last_basic_items: past.last_basic_items,
        is_card,
    })
}

pub(crate) fn visitor_list(context: &Context, request: VisitorListQuery) -> Result<Call<VisitorPage>, Failure> {
    let VisitorListQuery { text, visitor_type, after } = request;
    let after = cursor(after.as_deref(), "after")?;
    let desk = context.desk()?;
    let (rows, total) = desk.reader().list_visitors(&VisitorQuery { text, visitor_type, after, limit: PAGE })?;
    let is_full = i64::try_from(rows.len()).is_ok_and(|n| n == PAGE);
    let next = rows.last().filter(|_| is_full).map(|row| next(&row.id, &row.alias));
    let rows = rows.into_iter().map(|row| hit(desk, row, false)).collect::<Result<_, _>>()?;
    Ok(Call::read(VisitorPage { rows, next, total }))
}

pub(crate) fn visitor_add(context: &Context, request: VisitorAdd) -> Result<Call<VisitorHit>, Failure> {
    let new = new_visitor(context, request)?;
    let desk = context.desk()?;
    let added = desk.write(context.act("add_visitor"), |w| w.add_visitor(&new))?;
    let row = desk.reader().get_visitor(added.value)?;
    let shown = hit(desk, row, false)?;
    Ok(Call::from(added).map(|_| shown))
}

/// A visitor as it may be registered, or which field is wrong.
pub(crate) fn new_visitor(context: &Context, request: VisitorAdd) -> Result<NewVisitor, Failure> {
    let VisitorAdd { alias, visitor_type, platform, name, phone, work_area, consent_given } = request;
    let known = |code: String| offered(context, CodeList::Platform, &code, "platform");
    let new = NewVisitor {
        alias: label(&alias, "alias", LABEL_MAX_CHARS)?,
        visitor_type: offered(context, CodeList::VisitorType, &visitor_type, "visitor_type")?,
        platform_word: platform_word(context, platform.as_deref())?,
        platform: platform.map(known).transpose()?,
        name: optional(name.as_deref(), "name", LABEL_MAX_CHARS)?,
        phone: optional_phone(phone.as_deref(), "phone")?,
        work_area: optional(work_area.as_deref(), "work_area", LABEL_MAX_CHARS)?,
        consent_given,
    };
    let is_personal = needs_consent(new.name.as_deref(), new.phone.as_deref());
    if is_personal && !new.consent_given { Err(Failure::invalid("consent_given")) } else { Ok(new) }
}

/// Who may be the same person as the one being typed. What is not whole yet is left out, not refused.
pub(crate) fn visitor_lookalikes(context: &Context, request: VisitorDraft) -> Result<Call<Vec<VisitorHit>>, Failure> {
    let VisitorDraft { visitor_id: except, alias, platform, name, phone } = request;
    let typed = StoredEdit {
        alias,
        visitor_type: String::new(),
        platform,
        name,
        phone: optional_phone(phone.as_deref(), "phone").ok().flatten(),
        work_area: None,
    };
    let except = except.as_deref().map(visitor_id).transpose()?;
    let desk = context.desk()?;
    let rows = desk.reader().list_lookalikes(&typed, except)?;
    let hits = rows.into_iter().map(|row| hit(desk, row, false)).collect::<Result<_, _>>()?;
    Ok(Call::read(hits))
}

pub(crate) fn visitor_edit(context: &Context, request: VisitorEdit) -> Result<Call<()>, Failure> {
    let id = visitor_id(&request.visitor_id)?;
    let reader = context.desk()?.reader();
    let (before, consent_at) = (reader.get_visitor_fields(id)?, reader.get_person(id)?.consent_at);
    drop(reader);
    let consent_given = request.consent_given;
    let opened = request.opened.as_ref().map_or_else(|| before.clone(), seen);
    let edit = edited(context, request, &before)?;
    let is_personal = needs_consent(edit.name.as_deref(), edit.phone.as_deref());
    if is_personal && consent_at.is_none() && !consent_given {
        return Err(Failure::invalid("consent_given"));
    }
    context.write("edit_visitor", |w| {
        w.save_visitor(id, &opened, &edit)?;
        if consent_given && consent_at.is_none() { w.add_consent(id, "spoken") } else { Ok(()) }
    })
}

fn seen(seen: &VisitorSeen) -> StoredEdit {
    let VisitorSeen { alias, visitor_type, platform, name, phone, work_area } = seen.clone();
    StoredEdit { alias, visitor_type, platform, name, phone, work_area }
}

fn edited(context: &Context, request: VisitorEdit, before: &StoredEdit) -> Result<StoredEdit, Failure> {
    let VisitorEdit { visitor_id: _, alias, visitor_type, platform, name, phone, work_area, .. } = request;
    let had = Some(before.visitor_type.as_str());
    let known = |code: String| offered_or(context, CodeList::Platform, &code, before.platform.as_deref(), "platform");
    Ok(StoredEdit {
        alias: if alias == before.alias { alias } else { label(&alias, "alias", LABEL_MAX_CHARS)? },
        visitor_type: offered_or(context, CodeList::VisitorType, &visitor_type, had, "visitor_type")?,
        platform: platform.map(known).transpose()?,
        name: optional(name.as_deref(), "name", LABEL_MAX_CHARS)?,
        phone: optional_phone(phone.as_deref(), "phone")?,
        work_area: optional(work_area.as_deref(), "work_area", LABEL_MAX_CHARS)?,
    })
}

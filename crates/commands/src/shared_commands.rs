//! What the district tells every station: notices, entries of code lists, the calendar, limits. Written at its desks, read at all.

use crate::api::*;
use crate::app::{Call, Context};
use crate::input::optional_date;
use crate::session_commands::label;
use fengxiang_desk::store::{CalendarRow, NewNotice, NoticeRow, SharedCodeRow};
use fengxiang_domain::codes::{CodeList, dimension};
use fengxiang_domain::deadline::{AMOUNT_MAX, LEVELS, Limit};
use fengxiang_domain::rules::{LABEL_MAX_CHARS, TEXT_MAX_CHARS};
use fengxiang_domain::time::is_date;

const LISTS: [CodeList; 4] =
    [CodeList::VisitorType, CodeList::Platform, CodeList::ServiceItem, CodeList::TicketCategory];

/// At a station those that are shown today, at a district desk all that were not taken back.
pub(crate) fn notice_list(context: &Context, (): ()) -> Result<Call<Vec<Notice>>, Failure> {
    let desk = context.station_desk()?;
    let today = (!desk.is_district()).then(|| desk.today());
    let rows = desk.reader().list_notices(today.as_deref())?;
    let shown = |row: NoticeRow| {
        let NoticeRow { id, title, text, published_on, until_on } = row;
        Notice { id, title, text, published_on, until_on }
    };
    Ok(Call::read(rows.into_iter().map(shown).collect()))
}

pub(crate) fn notice_put(context: &Context, request: NoticePut) -> Result<Call<()>, Failure> {
    let new = NewNotice {
        title: label(&request.title, "title", LABEL_MAX_CHARS)?,
        text: label(&request.text, "text", TEXT_MAX_CHARS)?,
        until_on: optional_date(request.until_on.as_deref(), "until_on")?,
    };
    match request.id {
        None => context.write("publish_notice", |w| w.add_notice(&new).map(drop)),
        Some(id) => context.write("edit_notice", |w| w.edit_notice(&id, &new)),
    }
}

pub(crate) fn notice_remove(context: &Context, request: IdEntry) -> Result<Call<()>, Failure> {
    context.write("remove_notice", |w| w.remove_shared("notice", &request.id))
}

pub(crate) fn shared_code_list(context: &Context, (): ()) -> Result<Call<Vec<SharedCode>>, Failure> {
    let reader = context.desk()?.reader();
    let mut all = Vec::new();
    for list in LISTS {
        let shown = |row: SharedCodeRow| {
            let SharedCodeRow { code, label, is_retired } = row;
            let dimension = if list == CodeList::ServiceItem { dimension(&code) } else { None };
            SharedCode { list, code, label, dimension, is_retired }
        };
        all.extend(reader.list_shared_codes(list)?.into_iter().map(shown));
    }
    Ok(Call::read(all))
}

/// Adds an entry, renames one, retires one or brings it back.
pub(crate) fn shared_code_put(context: &Context, request: SharedCodePut) -> Result<Call<CodeEntry>, Failure> {
    let text = label(&request.label, "label", LABEL_MAX_CHARS)?;
    let (list, dimension) = (request.list, request.dimension);
    let written = match request.code {
        None => context.write("add_shared_code", |w| w.add_shared_code(list, dimension, &text))?,
        Some(code) => {
            let row = SharedCodeRow { code, label: text, is_retired: request.is_retired };
            context.write("edit_shared_code", |w| w.edit_shared_code(list, &row).map(|()| row.code.clone()))?
        }
    };
    Ok(written.map(|code| CodeEntry { code }))
}

pub(crate) fn calendar_list(context: &Context, (): ()) -> Result<Call<Vec<CalendarDay>>, Failure> {
    let rows = context.station_desk()?.reader().list_calendar()?;
    let shown = |row: CalendarRow| {
        let CalendarRow { id, on, is_workday, name } = row;
        CalendarDay { id, on, is_workday, name }
    };
    Ok(Call::read(rows.into_iter().map(shown).collect()))
}

pub(crate) fn calendar_put(context: &Context, request: CalendarPut) -> Result<Call<()>, Failure> {
    if !is_date(&request.on) {
        return Err(Failure::invalid("on"));
    }
    let name = label(&request.name, "name", LABEL_MAX_CHARS)?;
    context.write("put_calendar_day", |w| w.put_calendar_day(&request.on, request.is_workday, &name))
}

pub(crate) fn calendar_remove(context: &Context, request: IdEntry) -> Result<Call<()>, Failure> {
    context.write("remove_calendar_day", |w| w.remove_shared("calendar_day", &request.id))
}

pub(crate) fn limit_list(context: &Context, (): ()) -> Result<Call<Vec<Limit>>, Failure> {
    Ok(Call::read(context.station_desk()?.reader().list_limits()?))
}

pub(crate) fn limit_put(context: &Context, request: Limit) -> Result<Call<()>, Failure> {
    if !LEVELS.contains(&request.level.as_str()) {
        return Err(Failure::invalid("level"));
    }
    if !(0..=AMOUNT_MAX).contains(&request.amount) {
        return Err(Failure::invalid("amount"));
    }
    context.write("set_limit", |w| w.put_limit(&request))
}

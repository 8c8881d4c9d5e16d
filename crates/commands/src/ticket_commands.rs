//! A problem heard at the counter: one sentence and a phone or a slip code. The loop itself is not here.

use crate::api::*;
use crate::app::{Call, Context};
use crate::desk_commands::count;
use crate::input::{label, offered, optional_phone};
use fengxiang_desk::store::{NewTicket, Reader, TicketRow as Stored};
use fengxiang_domain::codes::CodeList;
use fengxiang_domain::ids::StaffId;
use fengxiang_domain::people::Role;
use fengxiang_domain::rules::TEXT_MAX_CHARS;
use fengxiang_domain::title::{TITLE_MAX_CHARS, TitleFault, check_title};

const TICKETS_MAX: i64 = 200;
const GROUP_SIZE_MAX: i64 = 10_000;

pub(crate) fn ticket_add(context: &Context, request: TicketAdd) -> Result<Call<TicketAdded>, Failure> {
    let TicketAdd { sentence, phone, category, is_urgent, group_size } = request;
    if group_size.is_some_and(|n| !(1..=GROUP_SIZE_MAX).contains(&n)) {
        return Err(Failure::invalid("group_size"));
    }
    let known = |code: String| offered(context, CodeList::TicketCategory, &code, "category");
    let new = NewTicket {
        sentence: label(&sentence, "sentence", TEXT_MAX_CHARS)?,
        phone: optional_phone(phone.as_deref(), "phone")?,
        category: category.map(known).transpose()?,
        is_urgent,
        group_size,
    };
    let written = context.write("submit_ticket", |w| w.add_ticket(&new))?;
    Ok(written.map(|(no, slip_code)| TicketAdded { no, slip_code }))
}

/// A volunteer sees what they wrote down themselves (`07-model.md` §7.3); no list shows a phone.
pub(crate) fn ticket_list(context: &Context, (): ()) -> Result<Call<Vec<TicketRow>>, Failure> {
    let rows = context.desk()?.reader().list_tickets(only_of(context), TICKETS_MAX)?;
    Ok(Call::read(rows.into_iter().map(shown_ticket).collect()))
}

/// Whose tickets the caller sees; `None` is everybody's.
fn only_of(context: &Context) -> Option<StaffId> {
    context.session.as_ref().filter(|s| s.role == Role::Volunteer).map(|s| s.staff)
}

/// How many wait in the list that the caller sees.
pub(crate) fn pending(context: &Context, reader: &Reader) -> Result<i64, Failure> {
    match only_of(context) {
        None => Ok(reader.count_pending_tickets()?),
        own => Ok(count(reader.list_tickets(own, TICKETS_MAX)?.len())),
    }
}

pub(crate) fn shown_ticket(row: Stored) -> TicketRow {
    let Stored { id, no, at, sentence, category, is_urgent, group_size, title } = row;
    TicketRow { id, no, at, sentence, category, is_urgent, group_size, title }
}

/// What the district may read of a problem. Checked here against everybody whom this station knows by name.
pub(crate) fn ticket_title(context: &Context, request: TicketTitle) -> Result<Call<()>, Failure> {
    let title = label(&request.title, "title", TITLE_MAX_CHARS)?;
    let names = context.desk()?.reader().list_known_names()?;
    check_title(&title, names.iter().map(String::as_str)).map_err(|fault| match fault {
        TitleFault::Phone => Failure::new("title_has_phone"),
        TitleFault::IdNumber => Failure::new("title_has_id_number"),
        TitleFault::Name => Failure::new("title_has_name"),
    })?;
    context.write("confirm_title", |w| w.confirm_title(&request.id, &title))
}

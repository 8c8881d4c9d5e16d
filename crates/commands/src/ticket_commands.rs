//! A problem heard at the counter: one sentence and a phone or a slip code. The loop itself is not here.

use crate::api::*;
use crate::app::{Call, Context};
use crate::input::{label, offered, optional_phone};
use fengxiang_desk::store::{NewTicket, TicketRow as Stored};
use fengxiang_domain::codes::CodeList;
use fengxiang_domain::people::Role;
use fengxiang_domain::rules::TEXT_MAX_CHARS;

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
    let session = context.session.as_ref().ok_or_else(|| Failure::new("not_allowed"))?;
    let taken_by = (session.role == Role::Volunteer).then_some(session.staff);
    let rows = context.desk()?.reader().list_tickets(taken_by, TICKETS_MAX)?;
    Ok(Call::read(rows.into_iter().map(shown_ticket).collect()))
}

pub(crate) fn shown_ticket(row: Stored) -> TicketRow {
    let Stored { id, no, at, sentence, category, is_urgent, group_size } = row;
    TicketRow { id, no, at, sentence, category, is_urgent, group_size }
}

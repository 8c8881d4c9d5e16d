//! Changes that the hub did not take: what, why, by whom and since when, and what becomes of them.

use crate::api::*;
use crate::app::{Call, Context};
use crate::sync_commands::{label, may_decide, number, text};
use fengxiang_desk::Desk;
use fengxiang_desk::kinds::{Column, Form, KindSpec, find_kind};
use fengxiang_desk::store::{RefusedRow as StoredRow, UNREADABLE};
use fengxiang_domain::ids::StaffId;
use fengxiang_sync::desk_file::DeskFile;
use fengxiang_sync::link::{keyring, station_of};
use serde_json::Value;

/// Of a sensitive item nothing may say who was at work when it left.
const AUTHOR_BY_NAME: [&str; 2] = ["service", "service_void"];

pub(crate) fn refused_list(context: &Context, (): ()) -> Result<Call<Vec<RefusedRow>>, Failure> {
    let desk = context.own_desk()?;
    let stored = desk.reader().list_refused()?;
    let rows = stored.into_iter().map(|row| shown(context, desk, row)).collect::<Result<Vec<_>, _>>()?;
    if rows.iter().all(|row| row.fields.is_empty()) {
        return Ok(Call::read(rows));
    }
    // Names and numbers are among them.
    Ok(context.write("look_refused", |_| Ok(()))?.map(|()| rows))
}

fn shown(context: &Context, desk: &Desk, row: StoredRow) -> Result<RefusedRow, Failure> {
    let is_by_name = AUTHOR_BY_NAME.contains(&row.kind.as_str());
    let author = desk.reader().find_author(&row.id, row.at, is_by_name)?;
    let kind = find_kind(&row.kind).filter(|kind| may_decide(context, kind));
    Ok(RefusedRow {
        by: author.and_then(|id| name_of(desk, &id)),
        label: kind.map(|kind| label(desk, kind, &row.id)).transpose()?.unwrap_or_default(),
        fields: kind.map(|kind| values(kind, &row)).unwrap_or_default(),
        can_resend: row.refusal != UNREADABLE,
        comes_back: row.is_at_hub,
        id: row.seq.to_string(),
        kind: row.kind,
        reason: row.refusal,
        at: row.at,
    })
}

fn name_of(desk: &Desk, staff: &str) -> Option<String> {
    Some(desk.reader().get_staff(StaffId::parse(staff)?).ok()?.name)
}

/// What was written, column by column, as far as it is for people.
fn values(kind: &'static KindSpec, row: &StoredRow) -> Vec<RefusedField> {
    // Wrapped keys are for no window.
    if kind.name == "staff_slot" {
        return Vec::new();
    }
    let of_field = |field: &fengxiang_desk::Field| {
        let columns = kind.find_field(field.field).map_or(&[][..], |spec| spec.columns);
        columns.iter().filter_map(|column| value(column, &field.value)).collect::<Vec<_>>()
    };
    row.fields.iter().flat_map(of_field).collect()
}

fn value(column: &Column, of: &Value) -> Option<RefusedField> {
    let is_for_people = matches!(column.form, Form::Text | Form::Whole | Form::Flag);
    let value = if column.key.is_empty() { of } else { of.get(column.key)? };
    is_for_people.then(|| RefusedField { field: column.name.to_owned(), text: text(value) })
}

pub(crate) fn refused_resend(context: &Context, request: IdEntry) -> Result<Call<()>, Failure> {
    let seq = number(&request.id)?;
    let written = context.own_desk()?.write(context.act("resend_refused"), |w| w.resend_refused(seq))?;
    context.wake_sync();
    Ok(written.into())
}

/// Given up, an edit makes room for what the hub has; a fact stays on this desk only.
pub(crate) fn refused_drop(context: &Context, request: IdEntry) -> Result<Call<()>, Failure> {
    let (desk, seq) = (context.own_desk()?, number(&request.id)?);
    if desk.reader().list_refused()?.iter().all(|row| row.seq != seq) {
        return Err(Failure::new("not_found"));
    }
    let file = DeskFile::new(desk, station_of(desk), keyring(desk)?);
    let dropped = file.drop_refused(context.act("drop_refused"), seq);
    dropped.map(Call::from).map_err(|error| fengxiang_sync::join::JoinError::from(error).into())
}

//! People who work here: who may come in, as what, with which PIN or password.

use crate::api::*;
use crate::app::{Call, Context};
use crate::session_commands::{groups, label, password_rule, staff_choice};
use fengxiang_desk::keys::KeyFile;
use fengxiang_desk::store::{StaffEdit as Edit, StaffRow};
use fengxiang_desk::{Desk, KEY_FILE};
use fengxiang_domain::ids::StaffId;
use fengxiang_domain::people::{PIN_TRIES_MAX, Role, is_pin};
use fengxiang_domain::rules::LABEL_MAX_CHARS;
use fengxiang_domain::time::is_date;

pub(crate) fn staff_list(context: &Context, (): ()) -> Result<Call<Vec<StaffLine>>, Failure> {
    let desk = context.own_desk()?;
    let rows = desk.reader().list_all_staff()?;
    Ok(Call::read(rows.into_iter().map(|row| line(desk, row)).collect::<Result<_, _>>()?))
}

fn line(desk: &Desk, row: StaffRow) -> Result<StaffLine, Failure> {
    let keys = desk.find_key_names(row.id)?;
    let has_all_keys = row.role.keys().iter().all(|k| keys.as_ref().is_some_and(|keys| keys.contains(k)));
    Ok(StaffLine {
        id: row.id.to_string(),
        name: row.name,
        role: row.role,
        has_pin: row.has_pin,
        has_password: keys.is_some(),
        has_all_keys,
        pin_failures: row.pin_failures,
        is_pin_disabled: row.pin_failures >= PIN_TRIES_MAX,
        valid_until_on: row.valid_until_on,
        is_active: row.is_active,
    })
}

pub(crate) fn staff_add(context: &Context, request: StaffAdd) -> Result<Call<StaffChoice>, Failure> {
    let name = label(&request.name, "name", LABEL_MAX_CHARS)?;
    let until = date(request.valid_until_on.as_deref())?;
    let pin = request.pin.as_deref().map(legal_pin).transpose()?;
    match (request.role.needs_password(), pin, &request.password) {
        (false, None, _) => return Err(Failure::new("pin_rule")),
        (false, _, Some(_)) => return Err(Failure::invalid("password")),
        (false, _, None) => {}
        (true, _, password) => password_rule(password.as_deref().unwrap_or(""))?,
    }
    role_of_place(context, request.role)?;
    let recovery = request.recovery.as_deref().map(|typed| right_recovery(context, typed)).transpose()?;
    let desk = context.own_desk()?;
    let added = desk.write(context.act("add_staff"), |w| w.add_staff_with_pin(&name, request.role, until, pin))?;
    if let Some(password) = &request.password {
        desk.set_password(added.value, password, recovery.as_ref(), context.act("set_password"))?;
    }
    let choice = staff_choice(desk.reader().get_staff(added.value)?);
    Ok(Call::from(added).map(|_| choice))
}

/// Nobody of a station works at a desk of the district office, nor the other way round.
fn role_of_place(context: &Context, role: Role) -> Result<(), Failure> {
    if role.is_of_district() == context.is_district() { Ok(()) } else { Err(Failure::invalid("role")) }
}

/// The recovery key as typed, once it opens this station's keys: a wrong one is told before anything is written.
fn right_recovery(context: &Context, typed: &[String]) -> Result<[u8; 20], Failure> {
    let recovery = groups(typed)?;
    KeyFile::read(&context.folder().join(KEY_FILE))?.open_recovery(&recovery)?;
    Ok(recovery)
}

/// A change of role that changes the keys, and leaving, take the password away: its slot would wrap the wrong keys. The
/// manager then gives a new one (`password_set`).
pub(crate) fn staff_edit(context: &Context, request: StaffEdit) -> Result<Call<()>, Failure> {
    let (id, desk) = (staff_id(&request.staff_id)?, context.own_desk()?);
    let edit = Edit {
        name: label(&request.name, "name", LABEL_MAX_CHARS)?,
        role: request.role,
        valid_until_on: date(request.valid_until_on.as_deref())?.map(str::to_owned),
        is_active: request.is_active,
    };
    role_of_place(context, request.role)?;
    let opened = request.opened.map(|StaffSeen { name, role, valid_until_on, is_active }| Edit {
        name,
        role,
        valid_until_on,
        is_active,
    });
    let before = desk.reader().get_staff(id)?;
    let written = desk.write(context.act("edit_staff"), |w| match &opened {
        Some(opened) => w.save_staff(id, opened, &edit),
        None => w.edit_staff(id, &edit),
    })?;
    let after = desk.reader().get_staff(id)?;
    let keeps_keys = after.is_active && before.role.keys() == after.role.keys();
    if !keeps_keys && desk.find_key_names(id)?.is_some() {
        desk.remove_password(id, context.act("take_password"))?;
    }
    Ok(written.into())
}

pub(crate) fn pin_set(context: &Context, request: PinSet) -> Result<Call<()>, Failure> {
    let pin = request.pin.as_deref().map(legal_pin).transpose()?;
    let id = staff_id(&request.staff_id)?;
    Ok(context.own_desk()?.write(context.act("set_pin"), |w| w.set_pin(id, pin))?.into())
}

pub(crate) fn password_set(context: &Context, request: PasswordSet) -> Result<Call<()>, Failure> {
    let (id, desk) = (staff_id(&request.staff_id)?, context.own_desk()?);
    if desk.reader().get_staff(id)?.role == Role::Volunteer {
        return Err(Failure::invalid("role"));
    }
    password_rule(&request.password)?;
    let recovery = request.recovery.as_deref().map(groups).transpose()?;
    Ok(desk.set_password(id, &request.password, recovery.as_ref(), context.act("set_password"))?.into())
}

pub(crate) fn password_change(context: &Context, request: PasswordChange) -> Result<Call<()>, Failure> {
    let session = context.session.as_ref().ok_or_else(|| Failure::new("not_allowed"))?;
    let desk = context.own_desk()?;
    if desk.find_key_names(session.staff)?.is_none() {
        return Err(Failure::new("password_needed"));
    }
    password_rule(&request.new)?;
    desk.change_password(session.staff, &request.old, &request.new)?;
    Ok(Call::read(()))
}

fn staff_id(text: &str) -> Result<StaffId, Failure> {
    StaffId::parse(text).ok_or_else(|| Failure::new("not_found"))
}

fn legal_pin(pin: &str) -> Result<&str, Failure> {
    if is_pin(pin) { Ok(pin) } else { Err(Failure::new("pin_rule")) }
}

fn date(on: Option<&str>) -> Result<Option<&str>, Failure> {
    if on.is_none_or(is_date) { Ok(on) } else { Err(Failure::invalid("valid_until_on")) }
}

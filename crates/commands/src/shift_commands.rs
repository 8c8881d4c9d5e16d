//! Opening and closing a day, who is on duty, what the next shift must know, what goes out of date.

use crate::api::*;
use crate::app::{Call, Context};
use crate::desk_commands::count;
use crate::session_commands::label;
use fengxiang_desk::Desk;
use fengxiang_desk::store::{ExpiryRow, HandoverRow, PauseRow};
use fengxiang_domain::ids::StaffId;
use fengxiang_domain::rules::{LABEL_MAX_CHARS, TEXT_MAX_CHARS};
use fengxiang_domain::shift::{CHECKS, CheckResult, Duty, Shift, ShiftAct};
use fengxiang_domain::time::{days_between, is_date};
use uuid::Uuid;

/// The front desk warns this many days before something goes out of date.
pub(crate) const WARN_DAYS: i64 = 30;

pub(crate) fn shift_now(context: &Context, (): ()) -> Result<Call<ShiftNow>, Failure> {
    let desk = context.desk()?;
    let reader = desk.reader();
    let shift = reader.find_last_shift()?.map(|row| row.shift).unwrap_or_default();
    let handovers = reader.list_handovers(shift.opened_at.unwrap_or(0))?;
    let today = desk.today();
    let (pause, present) = (reader.find_pause()?, reader.list_present(&today)?);
    let expiries: Vec<Expiry> = reader.list_expiries()?.into_iter().map(|row| shown_expiry(row, &today)).collect();
    drop(reader);
    let unfinished = Unfinished {
        present_count: present.iter().map(|row| row.people).sum(),
        handovers_open: count(handovers.iter().filter(|h| !h.is_done).count()),
        on_duty_count: count(shift.duties.iter().filter(|d| d.out_at.is_none()).count()),
        expired_count: count(expiries.iter().filter(|e| e.days_left < 0).count()),
    };
    Ok(Call::read(ShiftNow {
        is_open: shift.is_open(),
        opened_at: shift.opened_at,
        closed_at: shift.closed_at,
        duties: shown_duties(desk, &shift)?,
        handovers: handovers.into_iter().map(shown_handover).collect(),
        pause: pause.map(|PauseRow { at, reason, reopen_at }| Pause { at, reason, reopen_at }),
        expiries: expiries.into_iter().filter(|e| e.days_left <= WARN_DAYS).collect(),
        check_names: CHECKS.map(str::to_owned).into(),
        unfinished,
    }))
}

fn shown_duties(desk: &Desk, shift: &Shift) -> Result<Vec<DutyRow>, Failure> {
    let shown = |duty: &Duty| {
        let Duty { staff, in_at, out_at, is_assumed } = *duty;
        let name = desk.reader().get_staff(StaffId(staff))?.name;
        Ok(DutyRow { staff_id: staff.to_string(), name, in_at, out_at, is_assumed })
    };
    shift.duties.iter().map(shown).collect()
}

fn shown_handover(row: HandoverRow) -> Handover {
    let HandoverRow { id, at, text, is_done } = row;
    Handover { id, at, text, is_done }
}

fn shown_expiry(row: ExpiryRow, today: &str) -> Expiry {
    let ExpiryRow { id, name, expires_on } = row;
    Expiry { id, name, days_left: days_between(today, &expires_on), expires_on }
}

pub(crate) fn shift_open(context: &Context, request: CheckEntry) -> Result<Call<()>, Failure> {
    let checks = known_checks(request.checks)?;
    let me = context.act("open_shift").actor.ok_or_else(|| Failure::new("not_allowed"))?;
    context.write("open_shift", |w| {
        w.add_shift_act(&ShiftAct::Open { checks })?;
        w.add_shift_act(&ShiftAct::SignIn { staff: me.0 })?;
        Ok(())
    })
}

/// One shift ends and the next begins in the same breath: nobody's hours have a hole, the day stays open.
pub(crate) fn shift_hand_over(context: &Context, request: HandOverEntry) -> Result<Call<()>, Failure> {
    let checks = known_checks(request.checks)?;
    let coming = request.staff_ids.iter().map(|id| known_staff(context, id)).collect::<Result<Vec<_>, _>>()?;
    context.write("hand_over_shift", |w| w.hand_over_shift(&checks, &coming))
}

pub(crate) fn shift_close(context: &Context, request: CheckEntry) -> Result<Call<()>, Failure> {
    let checks = known_checks(request.checks)?;
    context.write("close_shift", |w| w.add_shift_act(&ShiftAct::Close { checks, is_handover: false }).map(|_| ()))
}

fn known_checks(checks: Vec<CheckResult>) -> Result<Vec<CheckResult>, Failure> {
    let is_whole = CHECKS.iter().all(|name| checks.iter().filter(|c| c.check == *name).count() == 1);
    if !is_whole || checks.len() != CHECKS.len() {
        return Err(Failure::invalid("checks"));
    }
    let clean = |check: CheckResult| {
        let note = check.note.filter(|n| !n.trim().is_empty());
        let note = note.map(|n| label(&n, "note", TEXT_MAX_CHARS)).transpose()?;
        // What is not fine is of use to the next shift only when it is said what it is.
        if !check.is_fine && note.is_none() {
            return Err(Failure::invalid("note"));
        }
        Ok(CheckResult { note, ..check })
    };
    checks.into_iter().map(clean).collect()
}

fn staff(text: &str) -> Result<Uuid, Failure> {
    StaffId::parse(text).map(|s| s.0).ok_or_else(|| Failure::new("not_found"))
}

fn known_staff(context: &Context, text: &str) -> Result<Uuid, Failure> {
    let staff = staff(text)?;
    context.desk()?.reader().get_staff(StaffId(staff))?;
    Ok(staff)
}

pub(crate) fn shift_sign_in(context: &Context, request: StaffEntry) -> Result<Call<()>, Failure> {
    let staff = known_staff(context, &request.staff_id)?;
    context.write("sign_in_shift", |w| w.add_shift_act(&ShiftAct::SignIn { staff }).map(|_| ()))
}

pub(crate) fn shift_sign_out(context: &Context, request: StaffEntry) -> Result<Call<()>, Failure> {
    let staff = staff(&request.staff_id)?;
    context.write("sign_out_shift", |w| w.add_shift_act(&ShiftAct::SignOut { staff }).map(|_| ()))
}

pub(crate) fn handover_add(context: &Context, request: TextEntry) -> Result<Call<()>, Failure> {
    let text = label(&request.text, "text", TEXT_MAX_CHARS)?;
    context.write("add_handover", |w| w.add_handover(&text))
}

pub(crate) fn handover_tick(context: &Context, request: IdEntry) -> Result<Call<()>, Failure> {
    context.write("tick_handover", |w| w.tick_handover(&request.id))
}

pub(crate) fn station_pause(context: &Context, request: PauseEntry) -> Result<Call<()>, Failure> {
    let reason = label(&request.reason, "reason", TEXT_MAX_CHARS)?;
    if request.reopen_at.is_some_and(|at| context.desk().is_ok_and(|d| at < d.now_ms())) {
        return Err(Failure::invalid("reopen_at"));
    }
    context.write("pause_station", |w| w.pause_station(Some(&reason), request.reopen_at))
}

pub(crate) fn station_resume(context: &Context, (): ()) -> Result<Call<()>, Failure> {
    context.write("resume_station", |w| w.pause_station(None, None))
}

pub(crate) fn expiry_list(context: &Context, (): ()) -> Result<Call<Vec<Expiry>>, Failure> {
    let desk = context.desk()?;
    let today = desk.today();
    let rows = desk.reader().list_expiries()?;
    Ok(Call::read(rows.into_iter().map(|row| shown_expiry(row, &today)).collect()))
}

pub(crate) fn expiry_add(context: &Context, request: ExpiryAdd) -> Result<Call<()>, Failure> {
    let name = label(&request.name, "name", LABEL_MAX_CHARS)?;
    if !is_date(&request.expires_on) {
        return Err(Failure::invalid("expires_on"));
    }
    context.write("add_expiry", |w| w.add_expiry(&name, &request.expires_on))
}

pub(crate) fn expiry_remove(context: &Context, request: IdEntry) -> Result<Call<()>, Failure> {
    context.write("remove_expiry", |w| w.remove_expiry(&request.id))
}

//! Set-up, signing in, locking, staff, and what only the manager does.

use crate::api::*;
use crate::app::{Call, Context, SignedIn};
use crate::station_commands::{new_balance, station_code, stored_rules};
use fengxiang_desk::store::{NewStation, StaffRow};
use fengxiang_desk::{Act, Desk, Kind};
use fengxiang_domain::ids::StaffId;
use fengxiang_domain::people::{PasswordFault, Role, check_password, is_pin};
use fengxiang_domain::recovery::to_groups;
use fengxiang_domain::rules::{LABEL_MAX_CHARS, TEXT_MAX_CHARS, TextFault, clean};
use fengxiang_domain::time::is_date;

pub(crate) fn label(text: &str, field: &'static str, max_chars: usize) -> Result<String, Failure> {
    clean(text, max_chars).map_err(|fault| match fault {
        TextFault::Empty => Failure::invalid(field),
        TextFault::Long => Failure::new("too_long").with("field", field),
    })
}

pub(crate) fn app_status(context: &Context, (): ()) -> Result<Call<AppStatus>, Failure> {
    let (mut station, mut staff) = (None, Vec::new());
    if let Some(desk) = &context.desk {
        let row = desk.reader().get_station()?;
        station = Some(StationBrief {
            id: row.id,
            code: row.code,
            name: row.name,
            level: StationLevel::from_code(&row.level),
            address: row.address,
        });
        staff = desk.reader().list_staff(&desk.today())?.into_iter().map(staff_choice).collect();
    }
    let session = context.session.as_ref().map(shown);
    Ok(Call::read(AppStatus {
        phase: context.phase(),
        station,
        session,
        staff,
        is_practice: false,
        is_recovery_unconfirmed: context.unconfirmed_recovery().is_some(),
        clock_behind_min: 0,
    }))
}

fn staff_choice(row: StaffRow) -> StaffChoice {
    StaffChoice { id: row.id.to_string(), name: row.name, role: row.role, has_pin: row.has_pin }
}

fn shown(session: &SignedIn) -> Session {
    Session { staff_id: session.staff.to_string(), name: session.name.clone(), role: session.role }
}

pub(crate) fn station_found(context: &Context, request: StationFound) -> Result<Call<RecoveryKey>, Failure> {
    let new = new_station(&request)?;
    password_rule(&request.password)?;
    let mut recovery = [0; 20];
    context.around().ids.fill(&mut recovery);
    let (desk, manager) = Desk::found(context.folder(), &new, &request.password, &recovery, context.around().clone())?;
    context.open(desk);
    context.begin_session(SignedIn { staff: manager, name: new.manager_name, role: Role::Manager });
    let groups = to_groups(&recovery);
    context.keep_recovery(Some(groups.clone()));
    Ok(Call::read(RecoveryKey { groups }))
}

fn new_station(request: &StationFound) -> Result<NewStation, Failure> {
    Ok(NewStation {
        code: station_code(&request.code)?,
        name: label(&request.name, "name", LABEL_MAX_CHARS)?,
        level: request.level.code().to_owned(),
        address: label(&request.address, "address", TEXT_MAX_CHARS)?,
        opening_rules: stored_rules(&request.opening_rules)?,
        manager_name: label(&request.manager_name, "manager_name", LABEL_MAX_CHARS)?,
        opening_balances: request.opening_balances.iter().map(new_balance).collect::<Result<_, _>>()?,
    })
}

fn password_rule(password: &str) -> Result<(), Failure> {
    check_password(password).map_err(|fault| match fault {
        PasswordFault::Short => Failure::new("password_too_short"),
        PasswordFault::Common => Failure::new("password_common"),
    })
}

/// The manager types two groups back, so that the printed key was really written down.
pub(crate) fn recovery_check(context: &Context, request: RecoveryCheck) -> Result<Call<()>, Failure> {
    let groups = context.unconfirmed_recovery().ok_or_else(|| Failure::new("not_found"))?;
    let matches = |index: usize, text: &str| groups.get(index).is_some_and(|g| g.eq_ignore_ascii_case(text.trim()));
    let is_right = request.first_index != request.second_index
        && matches(request.first_index, &request.first_group)
        && matches(request.second_index, &request.second_group);
    if !is_right {
        return Err(Failure::new("recovery_mismatch"));
    }
    context.keep_recovery(None);
    Ok(Call::touching((), &[Kind::Session, Kind::Station]))
}

pub(crate) fn store_open(context: &Context, request: PasswordEntry) -> Result<Call<Session>, Failure> {
    let (desk, staff) = Desk::open(context.folder(), &request.password, context.around().clone())?;
    desk.write(Act { verb: "open_store", actor: Some(staff) }, |_| Ok(()))?;
    let desk = context.open(desk);
    sign_in(context, &desk, staff)
}

pub(crate) fn session_unlock(context: &Context, request: SecretEntry) -> Result<Call<Session>, Failure> {
    let staff = StaffId::parse(&request.staff_id).ok_or_else(|| Failure::new("not_found"))?;
    let desk = context.desk()?;
    if desk.reader().get_staff(staff)?.has_pin {
        desk.check_pin(staff, &request.secret)?;
    } else {
        desk.check_password(staff, &request.secret)?;
    }
    sign_in(context, desk, staff)
}

fn sign_in(context: &Context, desk: &Desk, staff: StaffId) -> Result<Call<Session>, Failure> {
    let row = desk.reader().get_staff(staff)?;
    if row.valid_until_on.is_some_and(|until| until < desk.today()) {
        return Err(Failure::new("not_allowed"));
    }
    let session = SignedIn { staff, name: row.name, role: row.role };
    let answer = shown(&session);
    context.begin_session(session);
    Ok(Call::touching(answer, &[Kind::Session]))
}

pub(crate) fn session_lock(context: &Context, (): ()) -> Result<Call<()>, Failure> {
    context.write("lock", |_| Ok(()))?;
    context.end_session();
    Ok(Call::touching((), &[Kind::Session]))
}

pub(crate) fn staff_add(context: &Context, request: StaffAdd) -> Result<Call<StaffChoice>, Failure> {
    let name = label(&request.name, "name", LABEL_MAX_CHARS)?;
    let until = request.valid_until_on.as_deref();
    if until.is_some_and(|on| !is_date(on)) {
        return Err(Failure::invalid("valid_until_on"));
    }
    match (request.role, &request.pin, &request.password) {
        (Role::Volunteer, Some(pin), None) if is_pin(pin) => {}
        (Role::Volunteer, _, None) => return Err(Failure::new("pin_rule")),
        (Role::Volunteer, _, Some(_)) | (_, Some(_), _) => return Err(Failure::invalid("pin")),
        (_, None, password) => password_rule(password.as_deref().unwrap_or(""))?,
    }
    let pin = request.pin.as_deref();
    let desk = context.desk()?;
    let added = desk.write(context.act("add_staff"), |w| w.add_staff_with_pin(&name, request.role, until, pin))?;
    if let Some(password) = &request.password {
        desk.set_password(added.value, password, None, context.act("set_password"))?;
    }
    let choice = staff_choice(desk.reader().get_staff(added.value)?);
    Ok(Call::from(added).map(|_| choice))
}

pub(crate) fn trail_verify(context: &Context, (): ()) -> Result<Call<TrailCheck>, Failure> {
    let desk = context.desk()?;
    desk.check_file()?;
    let check = desk.check_chains()?;
    Ok(Call::read(TrailCheck { lines: check.trail_lines, entries: check.outbox_entries, broken_at: check.broken_at }))
}

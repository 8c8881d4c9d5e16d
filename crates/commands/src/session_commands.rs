//! Set-up, signing in, locking, staff, and what only the manager does.

use crate::api::*;
use crate::app::{Call, Context, SignedIn};
use crate::station_commands::{new_balance, station_code, stored_rules};
use fengxiang_desk::store::{NewStation, StaffRow};
use fengxiang_desk::{Act, Desk, Kind};
use fengxiang_domain::ids::StaffId;
use fengxiang_domain::people::{PasswordFault, Role, check_password};
use fengxiang_domain::recovery::{from_groups, to_groups};
use fengxiang_domain::rules::{LABEL_MAX_CHARS, TEXT_MAX_CHARS, TextFault, clean};

/// A clock this little off is nobody's concern (`sync.md`).
const CLOCK_LEEWAY_MS: i64 = 2 * 60_000;

pub(crate) fn label(text: &str, field: &'static str, max_chars: usize) -> Result<String, Failure> {
    clean(text, max_chars).map_err(|fault| match fault {
        TextFault::Empty => Failure::invalid(field),
        TextFault::Long => Failure::new("too_long").with("field", field),
    })
}

pub(crate) fn app_status(context: &Context, (): ()) -> Result<Call<AppStatus>, Failure> {
    let (mut station, mut staff) = (None, Vec::new());
    let mut clock_behind_ms = 0;
    if let Ok(desk) = context.station_desk() {
        clock_behind_ms = desk.clock_behind_ms();
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
        is_district: context.is_district(),
        station,
        session,
        staff,
        is_practice: context.is_practice(),
        is_recovery_unconfirmed: context.unconfirmed_recovery().is_some(),
        clock_behind_min: if clock_behind_ms > CLOCK_LEEWAY_MS { clock_behind_ms / 60_000 } else { 0 },
    }))
}

pub(crate) fn staff_choice(row: StaffRow) -> StaffChoice {
    StaffChoice { id: row.id.to_string(), name: row.name, role: row.role, has_pin: row.has_pin }
}

fn shown(session: &SignedIn) -> Session {
    Session { staff_id: session.staff.to_string(), name: session.name.clone(), role: session.role }
}

pub(crate) fn station_found(context: &Context, request: StationFound) -> Result<Call<RecoveryKey>, Failure> {
    context.must_not_join()?;
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

pub(crate) fn password_rule(password: &str) -> Result<(), Failure> {
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

/// Opens with the recovery key; the first manager of the station gets a new password and is signed in with it.
pub(crate) fn store_open_recovery(context: &Context, request: RecoveryOpen) -> Result<Call<Session>, Failure> {
    let recovery = groups(&request.groups)?;
    password_rule(&request.new_password)?;
    let desk = Desk::open_recovery(context.folder(), &recovery, context.around().clone())?;
    let staff = desk.reader().list_staff(&desk.today())?;
    let manager = staff.iter().find(|s| s.role.leads()).ok_or_else(|| Failure::new("not_found"))?.id;
    let act = Act { verb: "open_with_recovery", actor: Some(manager) };
    desk.set_password(manager, &request.new_password, Some(&recovery), act)?;
    desk.check_password(manager, &request.new_password)?;
    let desk = context.open(desk);
    sign_in(context, &desk, manager)
}

/// The recovery key as typed.
pub(crate) fn groups(groups: &[String]) -> Result<[u8; 20], Failure> {
    from_groups(groups).ok_or_else(|| Failure::new("wrong_recovery"))
}

/// PIN or password, whichever was typed. Switching the user goes the same way as coming back from the lock.
pub(crate) fn session_unlock(context: &Context, request: SecretEntry) -> Result<Call<Session>, Failure> {
    let staff = StaffId::parse(&request.staff_id).ok_or_else(|| Failure::new("not_found"))?;
    let desk = context.station_desk()?;
    let row = desk.get_worker(staff)?;
    let has_password = desk.find_key_names(staff)?.is_some();
    if row.role.needs_password() && !has_password {
        return Err(Failure::new("password_needed"));
    }
    let secret = &request.secret;
    // No password consists of digits alone (`check_password`).
    let is_pin_like = secret.bytes().all(|b| b.is_ascii_digit());
    if row.has_pin && (is_pin_like || !has_password) {
        desk.check_pin(staff, secret)?;
        // A PIN opens no slot: of the keys only the database's stays at hand.
        desk.forget_keys();
    } else {
        desk.check_password(staff, secret)?;
    }
    sign_in(context, desk, staff)
}

fn sign_in(context: &Context, desk: &Desk, staff: StaffId) -> Result<Call<Session>, Failure> {
    let row = desk.get_worker(staff)?;
    let session = SignedIn { staff, name: row.name, role: row.role };
    let answer = shown(&session);
    context.begin_session(session);
    Ok(Call::touching(answer, &[Kind::Session]))
}

/// The window saw a person; that the call was made is all it says.
pub(crate) fn session_active(_: &Context, (): ()) -> Result<Call<()>, Failure> {
    Ok(Call::read(()))
}

pub(crate) fn session_lock(context: &Context, (): ()) -> Result<Call<()>, Failure> {
    context.station_desk()?.write(context.act("lock"), |_| Ok(()))?;
    context.end_session();
    Ok(Call::touching((), &[Kind::Session]))
}

/// Everything on the screen changes: none of it is the station's while somebody practises.
pub(crate) fn practice_set(context: &Context, request: Switch) -> Result<Call<()>, Failure> {
    let session = context.session.as_ref().ok_or_else(|| Failure::new("not_allowed"))?;
    if !request.is_on {
        context.end_practice();
    } else if !context.is_practice() {
        context.begin_practice(&context.station_desk()?.get_worker(session.staff)?)?;
    }
    Ok(Call::touching((), &Kind::ALL))
}

pub(crate) fn trail_verify(context: &Context, (): ()) -> Result<Call<TrailCheck>, Failure> {
    let desk = context.desk()?;
    desk.check_file()?;
    let check = desk.check_chains()?;
    Ok(Call::read(TrailCheck { lines: check.trail_lines, entries: check.outbox_entries, broken_at: check.broken_at }))
}

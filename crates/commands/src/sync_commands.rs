//! How this desk agrees with its hub, and what people must decide: conflicts and alarms.

use crate::api::*;
use crate::app::{Call, Context};
use crate::policy::LEADERS;
use fengxiang_desk::Desk;
use fengxiang_desk::kinds::KindSpec;
use fengxiang_domain::ids::VisitorId;
use fengxiang_sync::link::{Link, clock_ahead_ms, keyring};
use fengxiang_sync::schedule::Ending;
use fengxiang_sync::trays::{self, TrayRow};
use serde_json::Value;

const MINUTE_MS: i64 = 60_000;

/// Cheap enough to be asked every two seconds. Its touched kinds are what cycles changed meanwhile.
pub(crate) fn sync_status(context: &Context, (): ()) -> Result<Call<SyncStatus>, Failure> {
    let desk = context.station_desk()?;
    let (standing, touched) = context.sync_standing();
    // Before the reader: asking for a second one while holding the first could wait for ever.
    let clock_ahead_min = clock_ahead_ms(desk)? / MINUTE_MS;
    let conflicts = trays::count(desk, &keyring(desk)?)?;
    let desk_is_revoked = desk.is_revoked()?;
    let reader = desk.reader();
    let waiting = reader.count_outbox()?;
    let ending = standing.as_ref().and_then(|s| s.ending.clone());
    let state = match desk_is_revoked {
        true => SyncState::Revoked,
        false => state(standing.as_ref().map(|s| s.is_running), ending.as_ref(), waiting),
    };
    let status = SyncStatus {
        state,
        waiting,
        oldest_waiting_at: reader.find_oldest_waiting()?,
        refused: reader.count_refused()?,
        conflicts: conflicts.shown,
        unknown_conflicts: conflicts.unknown,
        alarms: i64::try_from(reader.list_alarms()?.len()).unwrap_or(i64::MAX),
        last_cycle_at: standing.as_ref().and_then(|s| s.last_cycle_at),
        last_success_at: standing.as_ref().and_then(|s| s.last_success_at),
        clock_ahead_min,
        stopped_code: match ending {
            Some(Ending::Stopped(code)) => Some(code.to_owned()),
            _ => None,
        },
    };
    let touched: Vec<_> = touched.into_iter().collect();
    Ok(Call::touching(status, &touched))
}

fn state(is_running: Option<bool>, ending: Option<&Ending>, waiting: i64) -> SyncState {
    match (is_running, ending) {
        (None, _) => SyncState::Alone,
        (Some(_), Some(Ending::Revoked)) => SyncState::Revoked,
        (Some(_), Some(Ending::Stopped(_))) => SyncState::Stopped,
        (Some(true), _) | (Some(false), None) => SyncState::Running,
        (Some(false), Some(Ending::Offline { .. })) => SyncState::Offline,
        (Some(false), Some(Ending::Agreed)) if waiting == 0 => SyncState::Agreed,
        (Some(false), Some(_)) => SyncState::Behind,
    }
}

pub(crate) fn sync_now(context: &Context, (): ()) -> Result<Call<()>, Failure> {
    context.own_desk()?;
    if context.run_sync_now() { Ok(Call::read(())) } else { Err(Failure::new("not_joined")) }
}

pub(crate) fn sync_detail(context: &Context, (): ()) -> Result<Call<SyncDetail>, Failure> {
    let desk = context.own_desk()?;
    let link = Link::find(desk)?;
    let letter = desk.reader().get_letter()?;
    let accesses = desk.reader().list_office_accesses()?;
    Ok(Call::read(SyncDetail {
        fingerprint: link.as_ref().map(Link::fingerprint),
        address: link.as_ref().map(|l| l.address.clone()),
        district: link.as_ref().map(|l| l.district.clone()),
        device_name: link.map(|l| l.device_name),
        letter,
        office_accesses: accesses.into_iter().map(|(at, reason)| OfficeAccess { at, reason }).collect(),
    }))
}

pub(crate) fn conflict_list(context: &Context, (): ()) -> Result<Call<Vec<ConflictRow>>, Failure> {
    let desk = context.own_desk()?;
    let trays = trays::list(desk, &keyring(desk)?)?;
    let seen: Vec<TrayRow> = trays.into_iter().filter(|tray| may_decide(context, tray.kind)).collect();
    let shows_person = seen.iter().any(|tray| tray.kind.name == "visitor");
    let rows = seen.into_iter().map(|tray| conflict(desk, tray)).collect::<Result<_, _>>()?;
    if shows_person {
        return Ok(context.write("look_conflicts", |_| Ok(()))?.map(|()| rows));
    }
    Ok(Call::read(rows))
}

/// What only the manager edits, only the manager decides.
pub(crate) fn may_decide(context: &Context, kind: &KindSpec) -> bool {
    const OF_LEADERS: [&str; 5] = ["station", "staff", "staff_slot", "code_item", "opening_balance"];
    let is_leader = context.session.as_ref().is_some_and(|session| LEADERS.contains(&session.role));
    is_leader || !OF_LEADERS.contains(&kind.name)
}

fn conflict(desk: &Desk, tray: TrayRow) -> Result<ConflictRow, Failure> {
    let letter = desk.reader().get_letter()?;
    let value = |value: trays::TrayValue| ConflictValue {
        // Wrapped keys are for no window: of two passwords only the times are told.
        text: if tray.kind.name == "staff_slot" { None } else { text(&value.value) },
        at: value.at,
        desk: value.is_own.then(|| letter.clone()),
        is_shown: value.is_shown,
    };
    Ok(ConflictRow {
        label: label(desk, tray.kind, &tray.row)?,
        field: field_name(tray.kind, tray.field).to_owned(),
        kind: tray.kind.name.to_owned(),
        id: tray.id,
        values: tray.values.into_iter().map(value).collect(),
    })
}

pub(crate) fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// What people call the record; of what has no name nothing.
pub(crate) fn label(desk: &Desk, kind: &KindSpec, id: &str) -> Result<String, Failure> {
    let reader = desk.reader();
    let found = match kind.name {
        "visitor" => match VisitorId::parse(id) {
            // Its row may not be here yet.
            Some(id) => reader.get_visitor_fields(id).ok().map(|fields| fields.alias),
            None => None,
        },
        "staff" | "staff_slot" => reader.list_all_staff()?.into_iter().find(|s| s.id.to_string() == id).map(|s| s.name),
        "station" => Some(reader.get_station()?.name),
        _ => None,
    };
    Ok(found.unwrap_or_default())
}

/// As the forms call it: the column of the field.
fn field_name(kind: &'static KindSpec, field: u32) -> &'static str {
    kind.find_field(field).and_then(|f| f.columns.first()).map_or("is_alive", |column| column.name)
}

pub(crate) fn conflict_decide(context: &Context, request: ConflictDecide) -> Result<Call<()>, Failure> {
    let desk = context.own_desk()?;
    let trays = trays::list(desk, &keyring(desk)?)?;
    let wanted = |tray: &&TrayRow| tray.id == request.id && may_decide(context, tray.kind);
    let tray = trays.iter().find(wanted).ok_or_else(|| Failure::new("not_found"))?;
    let written = trays::decide(desk, context.act("decide_conflict"), tray, request.choice)?;
    context.wake_sync();
    Ok(written.into())
}

pub(crate) fn alarm_list(context: &Context, (): ()) -> Result<Call<Vec<AlarmRow>>, Failure> {
    let rows = context.own_desk()?.reader().list_alarms()?;
    let row = |row: fengxiang_desk::store::AlarmRow| AlarmRow {
        id: row.id.to_string(),
        kind: row.kind,
        rows: row.rows,
        at: row.at,
    };
    Ok(Call::read(rows.into_iter().map(row).collect()))
}

pub(crate) fn alarm_dismiss(context: &Context, request: IdEntry) -> Result<Call<()>, Failure> {
    let id = number(&request.id)?;
    Ok(context.own_desk()?.write(context.act("dismiss_alarm"), |w| w.dismiss_alarm(id))?.into())
}

pub(crate) fn number(text: &str) -> Result<i64, Failure> {
    text.parse().map_err(|_| Failure::invalid("id"))
}

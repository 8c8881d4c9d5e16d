//! The district's desk: how it comes into being, its stations and their boards, who may join.

use crate::api::*;
use crate::app::{Call, Context, SignedIn};
use crate::device_commands::{new_link, wait_on};
use crate::session_commands::{label, password_rule};
use fengxiang_desk::store::{BoardCounts, BoardStationRow, BoardTicketRow as StoredTicket};
use fengxiang_desk::{Desk, Kind};
use fengxiang_domain::people::Role;
use fengxiang_domain::recovery::to_groups;
use fengxiang_domain::rules::{LABEL_MAX_CHARS, TEXT_MAX_CHARS};
use fengxiang_domain::time::is_date;
use fengxiang_sync::district::{self, DeviceCard, Invited};
use fengxiang_sync::join;
use fengxiang_sync::link::Link;
use std::collections::{BTreeMap, BTreeSet};

const CODE_MAX_CHARS: usize = 40;
const TICKETS_MAX: i64 = 500;

/// Joins the hub first: it says what the district is called, and whether the invitation is for a desk like this.
pub(crate) fn district_found(context: &Context, request: DistrictFound) -> Result<Call<RecoveryKey>, Failure> {
    context.must_not_join()?;
    let officer_name = label(&request.officer_name, "officer_name", LABEL_MAX_CHARS)?;
    let code = label(&request.code, "code", CODE_MAX_CHARS)?;
    password_rule(&request.password)?;
    if Desk::stands_in(context.folder()) {
        return Err(Failure::new("not_allowed"));
    }
    let mut link = new_link(context, &request.address, &request.device_name)?;
    wait_on(join::enroll_district(&mut link, &code))??;
    let mut recovery = [0; 20];
    context.around().ids.fill(&mut recovery);
    let (folder, around) = (context.folder(), context.around().clone());
    let founded = Desk::found_district(folder, &link.district, &officer_name, &request.password, &recovery, around);
    let (desk, officer) = founded?;
    link.keep(&desk)?;
    context.open(desk);
    context.begin_session(SignedIn { staff: officer, name: officer_name, role: Role::DistrictOfficer });
    let groups = to_groups(&recovery);
    context.keep_recovery(Some(groups.clone()));
    Ok(Call::read(RecoveryKey { groups }))
}

pub(crate) fn district_overview(context: &Context, (): ()) -> Result<Call<DistrictOverview>, Failure> {
    let (desk, link) = office(context)?;
    let (cards, keyed) = (district::list_devices(desk)?, district::list_keyed(desk, &link)?);
    let line = |card: &DeviceCard, station: Option<&str>| device_line(card, station, &link, &keyed);
    let mut stations = list_stations(desk, &cards)?;
    for station in &mut stations {
        let own = cards.iter().filter(|card| card.stations.iter().any(|(id, ..)| *id == station.id));
        station.devices = own.map(|card| line(card, Some(&station.id))).collect();
        let live = station.devices.iter().filter(|d| !d.is_revoked);
        station.last_contact_at = live.clone().filter_map(|d| d.last_seen_at).max();
        station.has_keys = live.clone().any(|d| !d.is_waiting_for_keys);
    }
    let offices = cards.iter().filter(|card| card.is_district).map(|card| line(card, None)).collect();
    Ok(Call::read(DistrictOverview {
        stations,
        offices,
        is_waiting_for_keys: !district::has_shared_key(desk)?,
        fingerprint: link.fingerprint(),
        as_of: context.sync_standing_now().and_then(|standing| standing.last_success_at),
    }))
}

/// Those that told something in the order of the board, then those that only joined.
fn list_stations(desk: &Desk, cards: &[DeviceCard]) -> Result<Vec<DistrictStation>, Failure> {
    let today = desk.today();
    let reader = desk.reader();
    let told = reader.list_board_stations()?;
    let tickets = reader.list_board_tickets(None, i64::MAX)?;
    let is_told = |id: &str| told.iter().any(|row| row.station == id);
    let joined: BTreeMap<&String, &String> =
        cards.iter().flat_map(|card| &card.stations).map(|(id, code, _)| (id, code)).collect();
    let silent = joined.into_iter().filter(|(id, _)| !is_told(id)).map(|(id, code)| silent_station(id, code));
    let mut stations: Vec<DistrictStation> = told.iter().cloned().map(told_station).chain(silent).collect();
    for station in &mut stations {
        let sum = |from: &str| reader.sum_board_days(&station.id, from, &today).map(totals);
        (station.today, station.month, station.year) =
            (sum(&today)?, sum(&format!("{}-01", &today[..7]))?, sum(&format!("{}-01-01", &today[..4]))?);
        station.tickets = tickets.iter().filter(|t| t.station == station.id).count().try_into().unwrap_or(i64::MAX);
    }
    Ok(stations)
}

fn told_station(row: BoardStationRow) -> DistrictStation {
    let BoardStationRow { station, code, name, level, address, phone, state, since, reason, reopen_at } = row;
    let state = match state.as_str() {
        "open" => BoardState::Open,
        "paused" => BoardState::Paused,
        _ => BoardState::Closed,
    };
    let level = Some(StationLevel::from_code(&level));
    let (name, address) = (Some(name), Some(address));
    DistrictStation { name, level, address, phone, state, since, reason, reopen_at, ..silent_station(&station, &code) }
}

fn silent_station(id: &str, code: &str) -> DistrictStation {
    let none = || totals(BoardCounts::default());
    DistrictStation {
        id: id.to_owned(),
        code: code.to_owned(),
        name: None,
        level: None,
        address: None,
        phone: None,
        state: BoardState::Unknown,
        since: None,
        reason: None,
        reopen_at: None,
        last_contact_at: None,
        today: none(),
        month: none(),
        year: none(),
        tickets: 0,
        devices: Vec::new(),
        has_keys: false,
    }
}

fn totals(counts: BoardCounts) -> BoardTotals {
    let BoardCounts { visits, visitors, basic, added, party, self_counter, backfill } = counts;
    BoardTotals { visits, visitors, basic, added, party, self_counter, backfill }
}

fn device_line(card: &DeviceCard, station: Option<&str>, link: &Link, keyed: &BTreeSet<String>) -> DeviceLine {
    let at = card.stations.iter().find(|(id, ..)| Some(id.as_str()) == station);
    DeviceLine {
        id: card.id.clone(),
        name: card.name.clone(),
        letter: at.map(|(.., letter)| letter.clone()),
        is_this: link.is_this(&card.id),
        is_waiting_for_keys: !card.is_revoked && !keyed.contains(&card.id),
        fingerprint: card.fingerprint.clone(),
        enrolled_at: card.enrolled_at,
        last_seen_at: card.last_seen_at,
        is_revoked: card.is_revoked,
    }
}

pub(crate) fn district_days(context: &Context, request: BoardDaysQuery) -> Result<Call<Vec<BoardDay>>, Failure> {
    let (desk, _) = office(context)?;
    let BoardDaysQuery { station_id, from_on, to_on } = request;
    if !is_date(&from_on) || !is_date(&to_on) {
        return Err(Failure::invalid("from_on"));
    }
    let days = desk.reader().list_board_days(&station_id, &from_on, &to_on)?;
    Ok(Call::read(days.into_iter().map(|(on, counts)| BoardDay { on, totals: totals(counts) }).collect()))
}

pub(crate) fn district_tickets(
    context: &Context,
    request: BoardTicketsQuery,
) -> Result<Call<Vec<BoardTicket>>, Failure> {
    let (desk, _) = office(context)?;
    let reader = desk.reader();
    let names: BTreeMap<String, String> =
        reader.list_board_stations()?.into_iter().map(|row| (row.station, row.name)).collect();
    let rows = reader.list_board_tickets(request.station_id.as_deref(), TICKETS_MAX)?;
    Ok(Call::read(rows.into_iter().map(|row| board_ticket(row, &names)).collect()))
}

fn board_ticket(row: StoredTicket, names: &BTreeMap<String, String>) -> BoardTicket {
    BoardTicket {
        id: row.id,
        station_name: names.get(&row.station).cloned(),
        station_id: row.station,
        no: row.no,
        submitted_on: row.submitted_on,
        category: row.category,
        is_urgent: row.is_urgent,
        group_size: row.group_size,
        level: row.level,
        state: row.state,
        unit_kind: row.unit_kind,
        due_at: row.due_at,
        title: row.title,
    }
}

pub(crate) fn district_invite(context: &Context, request: DistrictInvite) -> Result<Call<InvitationCode>, Failure> {
    let (_, link) = office(context)?;
    let invited = match (request.desk, request.station_id.as_deref()) {
        (InvitedDesk::NewStation, None) => Invited::NewStation,
        (InvitedDesk::Station, Some(id)) => Invited::OfStation(id),
        (InvitedDesk::District, None) => Invited::District,
        _ => return Err(Failure::invalid("station_id")),
    };
    let (code, expires_at) = wait_on(district::invite(&link, invited))??;
    let written = context.write("invite_device", |_| Ok(()))?;
    Ok(written.map(|()| InvitationCode { code, expires_at, qr: None }))
}

/// Somebody compared both screens, by telephone or side by side, and says yes.
pub(crate) fn district_confirm(context: &Context, request: DeviceConfirm) -> Result<Call<()>, Failure> {
    let (desk, link) = office(context)?;
    wait_on(district::confirm(desk, &link, &request.id, &request.fingerprint, context.act("give_keys")))??;
    context.run_sync_now();
    Ok(Call::touching((), &[Kind::Sync, Kind::Board]))
}

pub(crate) fn district_restore(context: &Context, request: DistrictRestore) -> Result<Call<()>, Failure> {
    let (desk, link) = office(context)?;
    let reason = label(&request.reason, "reason", TEXT_MAX_CHARS)?;
    let (id, compared, act) = (&request.id, &request.fingerprint, context.act("open_office_keys"));
    wait_on(district::restore(desk, &link, id, compared, &reason, act))??;
    context.run_sync_now();
    Ok(Call::touching((), &[Kind::Sync, Kind::Board]))
}

pub(crate) fn district_revoke(context: &Context, request: IdEntry) -> Result<Call<()>, Failure> {
    let (desk, link) = office(context)?;
    if link.is_this(&request.id) && desk.reader().count_outbox()? > 0 {
        return Err(Failure::new("unsent"));
    }
    wait_on(district::revoke(&link, &request.id))??;
    let written = context.write("revoke_device", |w| {
        w.name_object(&request.id);
        Ok(())
    })?;
    context.run_sync_now();
    Ok(written.also(&[Kind::Sync, Kind::Board]))
}

fn office<'a>(context: &'a Context) -> Result<(&'a Desk, Link), Failure> {
    Ok((context.own_desk()?, context.link()?))
}

//! Takes a device in by its invitation. The code is checked before anything else is looked at, so that a stranger learns nothing.

use super::invite::{OpenInvitation, is_code_of, place, read_code};
use super::letters;
use super::registry::Station;
use super::{Refused, Registry};
use crate::store::{Failed, Tx};
use fengxiang_wire::device::{Device, DeviceRole, Enroll, EnrollAnswer, Enrolled, Invite, Membership};
use fengxiang_wire::{Id, Problem};

/// Letters of a station's code, as it stands in human numbers.
const STATION_CODE_MAX: usize = 12;
const NAME_MAX: usize = 200;

/// Enrols the device in the open transaction. That the request was signed by the key it brings was checked at the door.
pub fn enroll(tx: &mut dyn Tx, now_ms: i64, asked: &Enroll) -> Result<EnrollAnswer, Refused> {
    let is_code = |code: &str| (1..=STATION_CODE_MAX).contains(&code.len()) && code.bytes().all(is_of_code);
    if asked.name.len() > NAME_MAX || asked.station.as_ref().is_some_and(|(_, code)| !is_code(code)) {
        return Err(Refused::With(Problem::Malformed));
    }
    let mut registry = Registry(tx);
    let district = registry.lock_district()?.unwrap_or_default().name;
    let Some(mut invitation) = prove(&mut registry, now_ms, asked)? else { return Ok(EnrollAnswer::WrongCode) };
    let known = registry.lock_device(asked.device)?;
    let is_other = |d: &Device| d.signing_key != asked.signing_key || d.revoked_at.is_some();
    if known.as_ref().is_some_and(is_other) {
        return Ok(EnrollAnswer::DeviceTaken);
    }
    if let (Some(device), true) = (&known, invitation.used_by == Some(asked.device)) {
        return Ok(enrolled(device, district));
    }
    let membership = match place_at(&mut registry, &invitation.asked, asked)? {
        Ok(membership) => membership,
        Err(answer) => return Ok(answer),
    };
    let device = join(known, asked, &invitation.asked, membership, now_ms);
    registry.put_device(&device)?;
    invitation.used_by = Some(asked.device);
    registry.put_invitation(&invitation)?;
    Ok(enrolled(&device, district))
}

fn is_of_code(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'-'
}

/// The invitation of the code, if it may still be used by this device. A wrong code takes one of its tries.
fn prove(registry: &mut Registry, now_ms: i64, asked: &Enroll) -> Result<Option<OpenInvitation>, Failed> {
    let Some(code) = read_code(&asked.code) else { return Ok(None) };
    let Some(mut invitation) = registry.lock_invitation(place(&code))? else { return Ok(None) };
    let is_open = invitation.expires_at > now_ms
        && invitation.tries_left > 0
        && invitation.used_by.is_none_or(|by| by == asked.device);
    if !is_open {
        return Ok(None);
    }
    if is_code_of(&code, &invitation)? {
        return Ok(Some(invitation));
    }
    invitation.tries_left -= 1;
    registry.put_invitation(&invitation)?;
    Ok(None)
}

/// The station that the device joins or brings, with its letter there; none of a district desk.
fn place_at(
    registry: &mut Registry,
    invited: &Invite,
    asked: &Enroll,
) -> Result<Result<Option<Membership>, EnrollAnswer>, Failed> {
    let brought = asked.station.as_ref();
    let station = match (invited.role, invited.station, brought) {
        (DeviceRole::District, _, _) => return Ok(Ok(None)),
        (DeviceRole::Station, Some(id), _) if brought.is_none_or(|(b, _)| *b == id) => registry.lock_station(id)?,
        (DeviceRole::Station, Some(_), _) => None,
        (DeviceRole::Station, None, None) => return Ok(Err(EnrollAnswer::StationMissing)),
        (DeviceRole::Station, None, Some((id, code))) => new_station(registry, *id, code)?,
    };
    let Some(mut station) = station else { return Ok(Err(EnrollAnswer::StationTaken)) };
    Ok(Ok(Some(join_station(registry, &mut station)?)))
}

/// `None`: another station has this id or code.
fn new_station(registry: &mut Registry, id: Id, code: &str) -> Result<Option<Station>, Failed> {
    let is_taken = registry.list_stations()?.iter().any(|s| s.id == id || s.code == code);
    Ok((!is_taken).then(|| Station { id, code: code.to_owned(), letters_given: 0, recovery_hash: None }))
}

pub(super) fn join_station(registry: &mut Registry, station: &mut Station) -> Result<Membership, Failed> {
    let letter = letters::next(station);
    registry.put_station(station)?;
    Ok(Membership { station: station.id, code: station.code.clone(), letter })
}

/// A new device, or a known one that joins another station.
fn join(
    known: Option<Device>,
    asked: &Enroll,
    invited: &Invite,
    membership: Option<Membership>,
    now_ms: i64,
) -> Device {
    let mut device = known.unwrap_or_else(|| Device {
        id: asked.device,
        name: asked.name.clone(),
        role: invited.role,
        stations: Vec::new(),
        // The desk that brings a station makes its Party key.
        may_read_party: invited.may_read_party || invited.role == DeviceRole::Station && invited.station.is_none(),
        signing_key: asked.signing_key,
        wrapping_key: asked.wrapping_key,
        enrolled_at: now_ms,
        last_seen_at: Some(now_ms),
        revoked_at: None,
    });
    device.stations.extend(membership.filter(|m| !device.is_of(m.station)));
    device
}

fn enrolled(device: &Device, district: String) -> EnrollAnswer {
    EnrollAnswer::Enrolled(Enrolled { role: device.role, stations: device.stations.clone(), district })
}

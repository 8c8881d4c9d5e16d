//! The devices of a station as its manager sees them: inviting, giving keys, revoking; and the orders that wait to be handed in.

use crate::LocalError;
use crate::desk_file::DeskFile;
use crate::envelope::fingerprint;
use crate::http::HttpHub;
use crate::hub::HubError;
use crate::join::{JoinError, give_keys};
use crate::link::{Link, keyring, station_of};
use crate::translate::{id_of, uuid_text};
use fengxiang_desk::{Act, Desk};
use fengxiang_wire::device::{Device, DeviceRole, Invite};
use fengxiang_wire::erase::EraseOrder;
use fengxiang_wire::{Form, Id, Partition, decode};

/// A device of the station, in words.
#[derive(Debug)]
pub struct DeviceRow {
    pub id: String,
    pub name: String,
    pub letter: Option<String>,
    pub is_this: bool,
    /// It joined and nobody gave it the station's keys yet.
    pub is_waiting_for_keys: bool,
    pub fingerprint: Vec<String>,
    pub enrolled_at: i64,
    pub last_seen_at: Option<i64>,
    pub is_revoked: bool,
}

/// A code that lets one more desk join, and until when it is good.
pub async fn invite(desk: &Desk, link: &Link) -> Result<(String, i64), HubError> {
    let invite = Invite { role: DeviceRole::Station, station: Some(station_of(desk)), may_read_party: false };
    let invitation = link.line()?.invite(&invite).await?;
    Ok((invitation.code, invitation.expires_at))
}

/// Asks the hub for the devices of this station, in the order in which they joined.
pub async fn list(desk: &Desk, link: &Link) -> Result<Vec<DeviceRow>, JoinError> {
    let keyed = desk.reader().list_keyed_devices()?;
    let station = station_of(desk);
    let devices = link.line()?.list_devices().await?;
    let row = |device: Device| {
        let (id, is_this) = (uuid_text(device.id), device.id == link.device);
        let letter = device.stations.iter().find(|m| m.station == station).map(|m| m.letter.clone());
        let is_revoked = device.revoked_at.is_some();
        DeviceRow {
            is_waiting_for_keys: !is_this && !is_revoked && !keyed.contains(&id),
            fingerprint: fingerprint(device.signing_key, device.wrapping_key),
            enrolled_at: device.enrolled_at,
            last_seen_at: device.last_seen_at,
            name: device.name,
            letter,
            is_this,
            is_revoked,
            id,
        }
    };
    let mut rows: Vec<DeviceRow> = devices.into_iter().filter(|d| d.is_of(station)).map(row).collect();
    rows.sort_by_key(|row| row.enrolled_at);
    Ok(rows)
}

/// Gives a device the station's keys: somebody has compared both screens.
pub async fn confirm(desk: &Desk, link: &Link, id: &str, act: Act) -> Result<(), JoinError> {
    let device = find(link, id).await?;
    give_keys(desk, link, &device).await?;
    let given_by = uuid_text(link.device);
    desk.write(act, |w| w.add_device_key(id, &given_by))?;
    Ok(())
}

pub async fn revoke(link: &Link, id: &str) -> Result<(), JoinError> {
    let device = find(link, id).await?;
    link.line()?.revoke(device.id).await?;
    Ok(())
}

async fn find(link: &Link, id: &str) -> Result<Device, JoinError> {
    let wanted = id_of(id).map_err(|_| JoinError::UnknownDevice)?;
    let devices = link.line()?.list_devices().await?;
    devices.into_iter().find(|d| d.id == wanted).ok_or(JoinError::UnknownDevice)
}

/// Takes people out of this desk now, and everywhere else as soon as the hub has the order.
pub fn erase(desk: &Desk, link: &Link, subjects: &[String]) -> Result<(), JoinError> {
    let (station, mut id) = (station_of(desk), [0; 16]);
    desk.fill_random(&mut id);
    let subjects = subjects.iter().map(|s| id_of(s)).collect::<Result<_, _>>();
    let order = EraseOrder {
        id: Id(id),
        partition: Partition::Station(station),
        subjects: subjects.map_err(|_| JoinError::UnknownDevice)?,
        ordered_at: desk.now_ms(),
        device: link.device,
        signature: Vec::new(),
    };
    let signed = link.line()?.sign(order);
    Ok(DeskFile::new(desk, station, keyring(desk)?).order_erasure(&signed)?)
}

/// Hands in the orders of this desk that the hub does not have yet.
pub async fn hand_in_orders(desk: &Desk, line: &HttpHub) -> Result<(), JoinError> {
    let waiting = desk.exchange(|x| x.list_unhanded_orders())?.value;
    for message in waiting {
        let order: EraseOrder = decode(&message, Form::Plain).map_err(|e| LocalError(e.to_string()))?;
        line.erase(&order).await?;
        desk.exchange(|x| x.note_handed(&uuid_text(order.id)))?;
    }
    Ok(())
}

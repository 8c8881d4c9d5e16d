//! The devices of a station as its manager sees them: inviting, giving keys, revoking; and the orders that wait to be handed in.

use crate::LocalError;
use crate::desk_file::DeskFile;
use crate::district::{is_office_key, keep_office_key};
use crate::envelope::{Random, fingerprint, open_as_device, to_device, to_invited};
use crate::http::HttpHub;
use crate::hub::HubError;
use crate::invitation::InvitationText;
use crate::join::{JoinError, give_keys, put_recovery};
use crate::link::{FIRST_KEY, Link, keyring, secrets, station_of};
use crate::translate::{id_of, uuid_text};
use fengxiang_desk::store::PartitionKeyRow;
use fengxiang_desk::{Act, Desk, DeskError, Written};
use fengxiang_wire::device::{Device, DeviceRole, EnvelopeTo, Invite};
use fengxiang_wire::erase::EraseOrder;
use fengxiang_wire::{Form, Id, Partition, decode};
use zeroize::Zeroizing;

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

/// A code that lets one more desk join, and until when it is good. Whoever has the text as well gets the keys without anybody
/// comparing: they lie at the hub under its secret.
pub async fn invite(desk: &Desk, link: &Link) -> Result<(InvitationText, i64), JoinError> {
    let station = Partition::Station(station_of(desk));
    let invite = Invite { role: DeviceRole::Station, station: station.station(), may_read_party: false };
    let line = link.line()?;
    let invitation = line.invite(&invite).await?;
    let mut secret = Zeroizing::new([0; 16]);
    desk.fill_random(&mut *secret);
    let random = |bytes: &mut [u8]| desk.fill_random(bytes);
    let mut random = Random(&random);
    let mut seal =
        |partition, key_id, key: &[u8]| to_invited(partition, key_id, invitation.id, &secret, key, &mut random);
    let mut envelopes = vec![seal(station, u32::from(FIRST_KEY), &secrets(desk)?.to_bytes())?];
    for row in desk.reader().list_partition_keys()? {
        if let Some(partition) = Partition::parse(&row.partition).filter(|p| *p != station) {
            envelopes.push(seal(partition, u32::from(row.key_id), &row.key)?);
        }
    }
    line.put_envelopes(envelopes).await?;
    Ok((InvitationText { address: link.address.clone(), code: invitation.code, secret }, invitation.expires_at))
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

/// Gives a device the station's keys: somebody has compared both screens. Only the very keys that were compared get them,
/// whatever the hub says by now.
pub async fn confirm(desk: &Desk, link: &Link, id: &str, compared: &[String], act: Act) -> Result<(), JoinError> {
    let line = link.line()?;
    let device = find(&line, id).await?;
    let is_waiting = device.is_of(station_of(desk)) && device.revoked_at.is_none();
    if !is_waiting || fingerprint(device.signing_key, device.wrapping_key) != compared {
        return Err(JoinError::UnknownDevice);
    }
    let given_by = uuid_text(link.device);
    // The line first: keys that left without one would be worse than a line too many.
    desk.write(act, |w| w.add_device_key(id, &given_by))?;
    give_keys(desk, &line, &device).await
}

/// This device needs nobody's yes: it made the station's keys, or the recovery key opened them.
pub fn add_own(desk: &Desk, link: &Link, act: Act) -> Result<Written<()>, DeskError> {
    let own = uuid_text(link.device);
    desk.write(act, |w| w.add_device_key(&own, &own))
}

/// Whether a desk of the station is known to have given this one its keys.
pub fn is_keyed(desk: &Desk, link: &Link) -> Result<bool, DeskError> {
    Ok(desk.reader().list_keyed_devices()?.contains(&uuid_text(link.device)))
}

/// Takes a device out. From then on values are sealed with a key that it never had.
pub async fn revoke(desk: &Desk, link: &Link, id: &str) -> Result<(), JoinError> {
    // One line for all of it: over a second one a request may come before the hub has put the last away.
    let line = link.line()?;
    let device = find(&line, id).await?;
    line.revoke(device.id).await?;
    if device.id == link.device {
        return Ok(());
    }
    rotate(desk, link, &line).await
}

/// A new key for the station's values, given to every device that has the others. This one takes it from its envelope like
/// the others do: the hub's last word is the same for all.
async fn rotate(desk: &Desk, link: &Link, line: &HttpHub) -> Result<(), JoinError> {
    let station = Partition::Station(station_of(desk));
    let newest = keyring(desk)?.newest(station).map_or(FIRST_KEY, |(key_id, _)| key_id);
    let Some(key_id) = newest.checked_add(1) else { return Err(JoinError::TooManyKeys) };
    let mut key = Zeroizing::new([0; 32]);
    desk.fill_random(&mut *key);
    let random = |bytes: &mut [u8]| desk.fill_random(bytes);
    let mut random = Random(&random);
    let keyed = desk.reader().list_keyed_devices()?;
    let has_keys = |d: &Device| d.id == link.device || keyed.contains(&uuid_text(d.id));
    let mut envelopes = Vec::new();
    for device in line.list_devices().await?.iter().filter(|d| d.revoked_at.is_none() && has_keys(d)) {
        let wrapped = to_device(station, u32::from(key_id), device.id, device.wrapping_key, &*key, &mut random)?;
        envelopes.push(wrapped);
    }
    line.put_envelopes(envelopes).await?;
    take_keys(desk, link, line).await?;
    put_recovery(desk, line).await
}

/// Whether the district has not given this station its keys yet.
pub fn lacks_given(desk: &Desk) -> Result<bool, DeskError> {
    let keys = keyring(desk)?;
    let given = [Partition::Board(station_of(desk)), Partition::Shared];
    Ok(given.iter().any(|partition| keys.newest(*partition).is_none()))
}

/// Takes the keys out of the envelopes that lie at the hub for this device. Returns whether there was a new one.
pub async fn take_keys(desk: &Desk, link: &Link, line: &HttpHub) -> Result<bool, JoinError> {
    let mut new = Vec::new();
    for envelope in line.list_envelopes().await? {
        let is_ours = envelope.to == EnvelopeTo::Device(link.device);
        if is_ours && is_office_key(&envelope) {
            keep_office_key(desk, link, &envelope)?;
        }
        let (Ok(key_id), true) = (u8::try_from(envelope.key_id), is_ours) else { continue };
        let is_secrets = matches!(envelope.partition, Partition::Station(_)) && key_id == FIRST_KEY;
        if is_secrets || keyring(desk)?.find(envelope.partition, key_id).is_some() {
            continue;
        }
        let opened = open_as_device(&envelope, link.wrapping_secret())?;
        let Ok(key) = <[u8; 32]>::try_from(opened.as_slice()) else { continue };
        let row = PartitionKeyRow { partition: envelope.partition.to_string(), key_id, key };
        let is_board = envelope.partition == Partition::Board(station_of(desk));
        desk.exchange(|x| {
            x.put_partition_key(&row)?;
            if is_board { x.tell_board_again() } else { Ok(()) }
        })?;
        new.push((envelope.partition, row));
    }
    let is_new = !new.is_empty();
    if !desk.is_district() {
        pass_on(desk, link, line, new).await?;
    }
    Ok(is_new)
}

/// What the district gave one desk of a station is for all of them: those that have the station's keys get it from here.
async fn pass_on(
    desk: &Desk,
    link: &Link,
    line: &HttpHub,
    new: Vec<(Partition, PartitionKeyRow)>,
) -> Result<(), JoinError> {
    let own = Partition::Station(station_of(desk));
    let given: Vec<_> = new.into_iter().filter(|(partition, _)| *partition != own).collect();
    if given.is_empty() {
        return Ok(());
    }
    let keyed = desk.reader().list_keyed_devices()?;
    let random = |bytes: &mut [u8]| desk.fill_random(bytes);
    let mut random = Random(&random);
    let mut envelopes = Vec::new();
    let is_mate = |d: &&Device| d.id != link.device && d.revoked_at.is_none() && keyed.contains(&uuid_text(d.id));
    for device in line.list_devices().await?.iter().filter(is_mate) {
        for (partition, row) in &given {
            let key_id = u32::from(row.key_id);
            envelopes.push(to_device(*partition, key_id, device.id, device.wrapping_key, &row.key, &mut random)?);
        }
    }
    if envelopes.is_empty() { Ok(()) } else { Ok(line.put_envelopes(envelopes).await?) }
}

/// A file that was forked from another takes a letter of its own before its numbers can meet the other's. Returns whether it did.
pub async fn renew_letter(desk: &Desk, line: &HttpHub) -> Result<bool, JoinError> {
    if !desk.reader().wants_letter()? {
        return Ok(false);
    }
    let Some(link) = Link::find(desk)? else { return Ok(false) };
    let member = line.new_letter(station_of(desk)).await?;
    link.keep_letter(desk, &member)?;
    Ok(true)
}

async fn find(line: &HttpHub, id: &str) -> Result<Device, JoinError> {
    let wanted = id_of(id).map_err(|_| JoinError::UnknownDevice)?;
    let devices = line.list_devices().await?;
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
        let is_taken = match line.erase(&order).await {
            Ok(()) => true,
            // Waiting does not mend it: everything else goes on, and the manager is told.
            Err(HubError::Refused(_)) => false,
            Err(error) => return Err(error.into()),
        };
        desk.exchange(|x| {
            x.note_handed(&uuid_text(order.id))?;
            if is_taken { Ok(()) } else { x.raise_alarm("erase_refused", 0) }
        })?;
    }
    Ok(())
}

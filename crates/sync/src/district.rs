//! What only a desk of the district office does at a hub: it knows all devices, makes the keys of boards and of what all may
//! see, and gives them to devices whose fingerprint somebody compared. Opens nothing of a station.

use crate::devices::take_keys;
use crate::envelope::{Random, fingerprint, open_as_device, to_device, wrapping_public};
use crate::http::HttpHub;
use crate::join::JoinError;
use crate::link::{FIRST_KEY, Link, keyring};
use crate::translate::{id_of, uuid_text};
use fengxiang_desk::{Act, Desk, DeskError, Kind};
use fengxiang_wire::device::{Device, DeviceRole, Envelope, EnvelopeTo, Invite};
use fengxiang_wire::{Hash, Id, Partition};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use zeroize::Zeroizing;

/// The devices as they were when the hub was asked last.
const DEVICES: &str = "sync_district_devices";
/// Revoked devices after which keys were turned over already.
const TURNED: &str = "sync_district_turned";
const OFFICE_KEYS: &str = "sync_office_keys";

/// A device of the district, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceCard {
    pub id: String,
    pub name: String,
    pub is_district: bool,
    /// Its stations: id, code and its letter there.
    pub stations: Vec<(String, String, String)>,
    pub fingerprint: Vec<String>,
    pub enrolled_at: i64,
    pub last_seen_at: Option<i64>,
    pub is_revoked: bool,
}

/// What the hub said last of its devices; also without a line.
pub fn list_devices(desk: &Desk) -> Result<Vec<DeviceCard>, DeskError> {
    let text = desk.find_state(DEVICES)?;
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
}

/// Devices that have keys of this district: those that were given some, those that gave some, and this one.
fn keyed(desk: &Desk, link: &Link) -> Result<BTreeSet<Id>, DeskError> {
    let listed = desk.reader().list_district_devices()?;
    let own = has_shared_key(desk)?.then_some(link.device);
    Ok(listed.iter().filter_map(|id| id_of(id).ok()).chain(own).collect())
}

/// Whether a device has keys of this district.
pub fn list_keyed(desk: &Desk, link: &Link) -> Result<BTreeSet<String>, DeskError> {
    Ok(keyed(desk, link)?.into_iter().map(uuid_text).collect())
}

/// Whether this desk can read what all may see: it made the key or was given it.
pub fn has_shared_key(desk: &Desk) -> Result<bool, DeskError> {
    Ok(keyring(desk)?.newest(Partition::Shared).is_some())
}

/// Whom a code lets join.
#[derive(Debug, Clone, Copy)]
pub enum Invited<'a> {
    /// The first desk of a station that is not at the hub yet.
    NewStation,
    OfStation(&'a str),
    District,
}

/// A code that lets one desk join.
pub async fn invite(link: &Link, invited: Invited<'_>) -> Result<(String, i64), JoinError> {
    let (role, station) = match invited {
        Invited::NewStation => (DeviceRole::Station, None),
        Invited::OfStation(id) => (DeviceRole::Station, Some(id_of(id).map_err(|_| JoinError::UnknownDevice)?)),
        Invited::District => (DeviceRole::District, None),
    };
    let invite = Invite { role, station, may_read_party: false };
    let invitation = link.line()?.invite(&invite).await?;
    Ok((invitation.code, invitation.expires_at))
}

/// Behind each cycle: learns who is there, takes keys, makes the first ones, turns them over after a revocation. Returns
/// whether a key is new.
pub async fn keep(desk: &Desk, link: &Link, line: &HttpHub) -> Result<bool, JoinError> {
    let devices = line.list_devices().await?;
    keep_devices(desk, &devices)?;
    let mut is_new = lacks_key(desk, &devices)? && take_keys(desk, link, line).await?;
    let office = District { desk, link, line, devices: &devices };
    if !has_shared_key(desk)? && office.is_alone() {
        office.make_key(Partition::Shared).await?;
        is_new = true;
    }
    if has_shared_key(desk)? && desk.reader().find_office_key()?.is_none() && office.is_first() {
        office.make_office_key().await?;
    }
    Ok(office.turn_keys().await? || is_new)
}

/// Brings a station back whose desks are lost and whose recovery key is lost as well: opens what the station wrapped for the
/// office and gives it to a new desk of it that somebody compared. The station will read why on its board.
pub async fn restore(
    desk: &Desk,
    link: &Link,
    id: &str,
    compared: &[String],
    reason: &str,
    act: Act,
) -> Result<(), JoinError> {
    let line = link.line()?;
    let devices = line.list_devices().await?;
    let device = compared_device(&devices, id, compared)?;
    let station = device.stations.first().ok_or(JoinError::UnknownDevice)?.station;
    take_keys(desk, link, &line).await?;
    let secrets = open_office(desk, &line, station).await?;
    let (of_station, given_by) = (uuid_text(station), uuid_text(link.device));
    // The line first, as with every key that leaves.
    desk.write(act, |w| {
        w.add_office_access(&of_station, id, reason)?;
        w.add_district_device(id, &given_by)
    })?;
    let random = |bytes: &mut [u8]| desk.fill_random(bytes);
    let mut random = Random(&random);
    let partition = Partition::Station(station);
    let sealed = to_device(partition, u32::from(FIRST_KEY), device.id, device.wrapping_key, &secrets, &mut random)?;
    line.put_envelopes(vec![sealed]).await?;
    District { desk, link, line: &line, devices: &devices }.give(device).await
}

async fn open_office(desk: &Desk, line: &HttpHub, station: Id) -> Result<Zeroizing<Vec<u8>>, JoinError> {
    let keys = office_keys(desk)?;
    let envelopes = line.list_envelopes().await?;
    let mut ours: Vec<_> = envelopes.iter().filter(|e| e.to == EnvelopeTo::Office(station)).collect();
    ours.sort_by_key(|envelope| std::cmp::Reverse(envelope.key_id));
    let found = ours.iter().find_map(|e| keys.iter().find(|(no, _)| *no == e.key_id).map(|(_, key)| (e, key)));
    let (envelope, key) = found.ok_or(JoinError::NoKeys)?;
    Ok(open_as_device(envelope, &key.0)?)
}

/// Whether an envelope brings the secret half of a key of the office: their numbers begin behind those that seal values.
pub(crate) fn is_office_key(envelope: &Envelope) -> bool {
    envelope.partition == Partition::Shared && envelope.key_id > u32::from(u8::MAX)
}

/// Keeps the secret half of a key of the office beside the others.
pub(crate) fn keep_office_key(desk: &Desk, link: &Link, envelope: &Envelope) -> Result<(), JoinError> {
    let no = envelope.key_id - u32::from(u8::MAX) - 1;
    let mut keys = office_keys(desk)?;
    if keys.iter().any(|(known, _)| *known == no) {
        return Ok(());
    }
    let opened = open_as_device(envelope, link.wrapping_secret())?;
    let Ok(key) = <[u8; 32]>::try_from(opened.as_slice()) else { return Ok(()) };
    keys.push((no, Hash(key)));
    let text = Zeroizing::new(serde_json::to_string(&keys).expect("keys are plain data"));
    desk.exchange(|x| x.put_state(OFFICE_KEYS, &text))?;
    Ok(())
}

/// The secret halves of the office's keys, by number.
fn office_keys(desk: &Desk) -> Result<Vec<(u32, Hash)>, DeskError> {
    let text = desk.find_state(OFFICE_KEYS)?;
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
}

fn compared_device<'a>(devices: &'a [Device], id: &str, compared: &[String]) -> Result<&'a Device, JoinError> {
    let wanted = id_of(id).map_err(|_| JoinError::UnknownDevice)?;
    let found = devices.iter().find(|d| d.id == wanted && d.revoked_at.is_none());
    let is_compared = |d: &&Device| fingerprint(d.signing_key, d.wrapping_key) == compared;
    found.filter(is_compared).ok_or(JoinError::UnknownDevice)
}

/// Gives a device the keys of what it may see: somebody has compared both screens. Only the very keys that were compared get
/// them, whatever the hub says by now.
pub async fn confirm(desk: &Desk, link: &Link, id: &str, compared: &[String], act: Act) -> Result<(), JoinError> {
    let line = link.line()?;
    let devices = line.list_devices().await?;
    let device = compared_device(&devices, id, compared)?;
    take_keys(desk, link, &line).await?;
    if !has_shared_key(desk)? {
        return Err(JoinError::NoKeys);
    }
    let office = District { desk, link, line: &line, devices: &devices };
    for partition in boards_of(device, &devices) {
        if keyring(desk)?.newest(partition).is_none() {
            office.make_key(partition).await?;
        }
    }
    // The line first: keys that left without one would be worse than a line too many.
    let given_by = uuid_text(link.device);
    desk.write(act, |w| w.add_district_device(id, &given_by))?;
    office.give(device).await
}

/// Takes a device out; the next cycle turns over the keys that it had.
pub async fn revoke(link: &Link, id: &str) -> Result<(), JoinError> {
    let id = id_of(id).map_err(|_| JoinError::UnknownDevice)?;
    Ok(link.line()?.revoke(id).await.map(drop)?)
}

fn keep_devices(desk: &Desk, devices: &[Device]) -> Result<(), DeskError> {
    let mut cards: Vec<DeviceCard> = devices.iter().map(card).collect();
    cards.sort_by_key(|card| card.enrolled_at);
    let text = serde_json::to_string(&cards).expect("a card is plain data");
    if desk.find_state(DEVICES)?.as_ref() == Some(&text) {
        return Ok(());
    }
    desk.exchange(|x| {
        x.touch(Kind::Board);
        x.put_state(DEVICES, &text)
    })?;
    Ok(())
}

fn card(device: &Device) -> DeviceCard {
    let stations = device.stations.iter().map(|m| (uuid_text(m.station), m.code.clone(), m.letter.clone()));
    DeviceCard {
        id: uuid_text(device.id),
        name: device.name.clone(),
        is_district: device.role == DeviceRole::District,
        stations: stations.collect(),
        fingerprint: fingerprint(device.signing_key, device.wrapping_key),
        enrolled_at: device.enrolled_at,
        last_seen_at: device.last_seen_at,
        is_revoked: device.revoked_at.is_some(),
    }
}

/// Whether a key that others may have made is not here.
fn lacks_key(desk: &Desk, devices: &[Device]) -> Result<bool, DeskError> {
    let keys = keyring(desk)?;
    let boards = devices.iter().flat_map(|d| d.stations.iter().map(|m| Partition::Board(m.station)));
    Ok(boards.chain([Partition::Shared]).any(|partition| keys.newest(partition).is_none()))
}

/// The boards whose keys a device gets: of its stations; of a desk of the district, all that there are.
fn boards_of(device: &Device, devices: &[Device]) -> BTreeSet<Partition> {
    let of = |d: &Device| d.stations.iter().map(|m| Partition::Board(m.station)).collect::<Vec<_>>();
    match device.role {
        DeviceRole::Station => of(device).into_iter().collect(),
        DeviceRole::District => devices.iter().flat_map(of).collect(),
    }
}

/// Numbers of the office's keys stand behind those of keys that seal values.
fn office_key_id(no: u32) -> u32 {
    u32::from(u8::MAX) + 1 + no
}

/// A district desk with what the hub just said of the devices.
struct District<'a> {
    desk: &'a Desk,
    link: &'a Link,
    line: &'a HttpHub,
    devices: &'a [Device],
}

impl District<'_> {
    fn others(&self) -> impl Iterator<Item = &Device> {
        let is_other = |d: &&Device| d.role == DeviceRole::District && d.id != self.link.device;
        self.devices.iter().filter(is_other)
    }

    /// No other desk of the district could give this one its keys.
    fn is_alone(&self) -> bool {
        self.others().all(|d| d.revoked_at.is_some())
    }

    /// Of several desks one does what nobody asked for: the one with the smallest id.
    fn is_first(&self) -> bool {
        self.others().filter(|d| d.revoked_at.is_none()).all(|d| self.link.device < d.id)
    }

    /// Makes a new key and gives it to everybody who may have it. This desk takes it from its envelope like the others do: the
    /// hub's last word is the same for all.
    async fn make_key(&self, partition: Partition) -> Result<(), JoinError> {
        let newest = keyring(self.desk)?.newest(partition).map(|(key_id, _)| key_id);
        // A desk that takes the place of one that burnt must not give the same number to another key.
        let before = || u8::try_from(self.others().count()).unwrap_or(u8::MAX);
        let key_id = newest.unwrap_or_else(before).checked_add(1).ok_or(JoinError::TooManyKeys)?;
        let mut key = Zeroizing::new([0; 32]);
        self.desk.fill_random(&mut *key);
        let keyed = keyed(self.desk, self.link)?;
        let has_keys = |d: &&Device| d.id == self.link.device || d.revoked_at.is_none() && keyed.contains(&d.id);
        let may_see = |d: &&Device| partition == Partition::Shared || boards_of(d, self.devices).contains(&partition);
        let envelopes = self.devices.iter().filter(has_keys).filter(may_see);
        let envelopes = envelopes.map(|device| self.wrap(partition, key_id.into(), device, &key));
        let envelopes = envelopes.collect::<Result<_, _>>()?;
        self.line.put_envelopes(envelopes).await?;
        take_keys(self.desk, self.link, self.line).await?;
        Ok(())
    }

    /// All keys at hand of what the device may see.
    async fn give(&self, device: &Device) -> Result<(), JoinError> {
        let may_see = boards_of(device, self.devices);
        let mut envelopes = Vec::new();
        for row in self.desk.reader().list_partition_keys()? {
            let Some(partition) = Partition::parse(&row.partition) else { continue };
            if partition == Partition::Shared || may_see.contains(&partition) {
                envelopes.push(self.wrap(partition, row.key_id.into(), device, &row.key)?);
            }
        }
        if device.role == DeviceRole::District {
            for (no, key) in office_keys(self.desk)? {
                envelopes.push(self.wrap(Partition::Shared, office_key_id(no), device, &key.0)?);
            }
        }
        Ok(self.line.put_envelopes(envelopes).await?)
    }

    fn wrap(&self, partition: Partition, key_id: u32, to: &Device, key: &[u8; 32]) -> Result<Envelope, JoinError> {
        let random = |bytes: &mut [u8]| self.desk.fill_random(bytes);
        Ok(to_device(partition, key_id, to.id, to.wrapping_key, key, &mut Random(&random))?)
    }

    /// A new key pair of the office: its secret half for the district's desks, its public one for every station.
    async fn make_office_key(&self) -> Result<(), JoinError> {
        let published = match self.desk.reader().find_office_key()? {
            Some((no, _)) => u32::try_from(no),
            None => u32::try_from(self.others().count()),
        };
        // A secret half whose public one was cut off before it was told keeps its number to itself.
        let held = office_keys(self.desk)?.into_iter().map(|(no, _)| no).max();
        let no = published.unwrap_or_default().max(held.unwrap_or_default()) + 1;
        let mut key = Zeroizing::new([0; 32]);
        self.desk.fill_random(&mut *key);
        let keyed = keyed(self.desk, self.link)?;
        let may_have = |d: &&Device| d.role == DeviceRole::District && d.revoked_at.is_none();
        let offices = self.devices.iter().filter(may_have).filter(|d| keyed.contains(&d.id));
        let envelopes = offices.map(|device| self.wrap(Partition::Shared, office_key_id(no), device, &key));
        self.line.put_envelopes(envelopes.collect::<Result<_, _>>()?).await?;
        take_keys(self.desk, self.link, self.line).await?;
        let public = wrapping_public(&key).to_string();
        let act = Act { verb: "make_office_key", actor: None };
        self.desk.write(act, |w| w.add_office_key(i64::from(no), &public))?;
        Ok(())
    }

    /// From now on values are sealed with keys that a revoked device never had.
    async fn turn_keys(&self) -> Result<bool, JoinError> {
        let turned: BTreeSet<String> = match self.desk.find_state(TURNED)? {
            Some(text) => serde_json::from_str(&text).unwrap_or_default(),
            None => BTreeSet::new(),
        };
        let is_new = |d: &&Device| d.revoked_at.is_some() && !turned.contains(&uuid_text(d.id));
        let revoked: Vec<&Device> = self.devices.iter().filter(is_new).collect();
        if revoked.is_empty() || !self.is_first() || !has_shared_key(self.desk)? {
            return Ok(false);
        }
        let mut due: BTreeSet<Partition> = revoked.iter().flat_map(|d| boards_of(d, self.devices)).collect();
        due.insert(Partition::Shared);
        for partition in due {
            if keyring(self.desk)?.newest(partition).is_some() {
                self.make_key(partition).await?;
            }
        }
        if revoked.iter().any(|d| d.role == DeviceRole::District) {
            self.make_office_key().await?;
        }
        let all: BTreeSet<String> = turned.into_iter().chain(revoked.iter().map(|d| uuid_text(d.id))).collect();
        let text = serde_json::to_string(&all).expect("ids are plain data");
        self.desk.exchange(|x| x.put_state(TURNED, &text))?;
        Ok(true)
    }
}

//! What a desk knows of its hub and of itself there; it lies in the encrypted file. Knows no request.

use crate::envelope::{StationSecrets, fingerprint, wrapping_public};
use crate::http::{HttpHub, Identity, Turn};
use crate::hub::HubError;
use crate::keyring::Keyring;
use crate::keys::seal_key;
use crate::translate::id_of;
use fengxiang_desk::{Desk, DeskError, LINK_STATE, RecoveryMark};
use fengxiang_wire::device::{Enrolled, Membership};
use fengxiang_wire::{Hash, Id, Partition};
use serde::{Deserialize, Serialize};

/// A device that was about to join.
const PENDING: &str = "sync_link_pending";
/// The key that a station began with; rotation gives others.
pub const FIRST_KEY: u8 = 1;

/// A device of a hub: its keys and where it belongs.
#[derive(Clone, Serialize, Deserialize)]
pub struct Link {
    pub address: String,
    /// Certificate (PEM) that the hub's own must come from; none where this machine trusts it anyway.
    pub authority: Option<String>,
    pub device: Id,
    pub device_name: String,
    signing_key: Hash,
    wrapping_key: Hash,
    /// The district's name, for people.
    pub district: String,
    pub stations: Vec<Membership>,
    #[serde(skip)]
    turn: Turn,
}

impl Link {
    /// A device that nobody knows yet.
    pub fn new(address: &str, device_name: &str, random: &dyn Fn(&mut [u8])) -> Self {
        let (mut device, mut signing_key, mut wrapping_key) = ([0; 16], [0; 32], [0; 32]);
        random(&mut device);
        random(&mut signing_key);
        random(&mut wrapping_key);
        Self {
            address: address.to_owned(),
            authority: None,
            device: Id(device),
            device_name: device_name.to_owned(),
            signing_key: Hash(signing_key),
            wrapping_key: Hash(wrapping_key),
            district: String::new(),
            stations: Vec::new(),
            turn: Turn::default(),
        }
    }

    /// Its lines take turns with those of others in this program.
    pub fn taking_turns(mut self, turn: &Turn) -> Self {
        self.turn = Turn::clone(turn);
        self
    }

    pub fn take(&mut self, enrolled: Enrolled) {
        self.district = enrolled.district;
        self.stations = enrolled.stations;
    }

    pub fn find(desk: &Desk) -> Result<Option<Self>, DeskError> {
        let Some(text) = desk.find_state(LINK_STATE)? else { return Ok(None) };
        // Taken for none, sync would stop in silence.
        let link = serde_json::from_str(&text);
        link.map(Some).map_err(|_| DeskError::DamagedDatabase("meta.sync_link".into()))
    }

    /// The device that asked the same hub before and heard no answer; else this one, remembered before it asks.
    pub(crate) fn or_pending(self, desk: &Desk) -> Result<Self, DeskError> {
        let pending = desk.find_state(PENDING)?.and_then(|text| serde_json::from_str::<Self>(&text).ok());
        if let Some(pending) = pending.filter(|pending| pending.address == self.address) {
            return Ok(Self { device_name: self.device_name, turn: self.turn, ..pending });
        }
        let text = serde_json::to_string(&self).expect("a link is plain data");
        desk.exchange(|x| x.put_state(PENDING, &text))?;
        Ok(self)
    }

    /// From now on the desk belongs to this hub, and its numbers carry the letter that was given there.
    pub fn keep(&self, desk: &Desk) -> Result<(), DeskError> {
        let text = serde_json::to_string(self).expect("a link is plain data");
        desk.exchange(|x| {
            x.put_state(LINK_STATE, &text)?;
            x.remove_state(PENDING)?;
            self.stations.first().map_or(Ok(()), |member| x.put_letter(&member.letter))
        })?;
        Ok(())
    }

    /// The hub gave this device another letter for its numbers.
    pub fn keep_letter(mut self, desk: &Desk, member: &Membership) -> Result<(), DeskError> {
        self.stations.iter_mut().filter(|m| m.station == member.station).for_each(|m| *m = member.clone());
        let text = serde_json::to_string(&self).expect("a link is plain data");
        desk.exchange(|x| {
            x.put_state(LINK_STATE, &text)?;
            x.put_letter(&member.letter)
        })?;
        Ok(())
    }

    pub fn line(&self) -> Result<HttpHub, HubError> {
        let identity = Identity { device: self.device, signing_key: self.signing_key.0 };
        let line = HttpHub::new(&self.address, &identity, self.authority.as_deref().map(str::as_bytes))?;
        Ok(line.taking_turns(&self.turn))
    }

    /// Whether this is the id of this device.
    pub fn is_this(&self, device: &str) -> bool {
        parse_device(device) == Some(self.device)
    }

    pub fn verifying_key(&self) -> Hash {
        HttpHub::verifying_key(&self.signing_key.0)
    }

    pub fn wrapping_public(&self) -> Hash {
        wrapping_public(&self.wrapping_key.0)
    }

    pub fn wrapping_secret(&self) -> &[u8; 32] {
        &self.wrapping_key.0
    }

    pub fn fingerprint(&self) -> Vec<String> {
        fingerprint(self.verifying_key(), self.wrapping_public())
    }
}

/// The station of a desk as messages name it.
pub fn station_of(desk: &Desk) -> Id {
    Id(*desk.station_id().0.as_bytes())
}

/// Every key that this desk has of its partitions.
pub fn keyring(desk: &Desk) -> Result<Keyring, DeskError> {
    let mut keys = Keyring::default();
    let (station_key, _) = desk.station_secrets()?;
    keys.put(Partition::Station(station_of(desk)), FIRST_KEY, seal_key(&station_key));
    for row in desk.reader().list_partition_keys()? {
        if let Some(partition) = Partition::parse(&row.partition) {
            keys.put(partition, row.key_id, row.key);
        }
    }
    Ok(keys)
}

/// What another desk of the station must be given.
pub fn secrets(desk: &Desk) -> Result<StationSecrets, DeskError> {
    let (station_key, database_key) = desk.station_secrets()?;
    let mark = desk.find_recovery_mark()?;
    Ok(StationSecrets {
        station_key,
        database_key,
        recovery_wrap_key: mark.map(|m| m.wrap_key),
        recovery_proof_hash: mark.map(|m| m.proof_hash),
        seal_keys: seal_keys(desk)?,
    })
}

/// Those of the station's own partition that came with rotations.
fn seal_keys(desk: &Desk) -> Result<Vec<(u8, [u8; 32])>, DeskError> {
    let own = Partition::Station(station_of(desk)).to_string();
    let rows = desk.reader().list_partition_keys()?;
    Ok(rows.into_iter().filter(|row| row.partition == own).map(|row| (row.key_id, row.key)).collect())
}

/// The recovery mark among the secrets.
pub fn mark_of(secrets: &StationSecrets) -> Option<RecoveryMark> {
    let (wrap_key, proof_hash) = secrets.recovery_wrap_key.zip(secrets.recovery_proof_hash)?;
    Some(RecoveryMark { wrap_key, proof_hash })
}

/// What this PC's clock is ahead of the hub's, as of the last cycle.
pub fn clock_ahead_ms(desk: &Desk) -> Result<i64, DeskError> {
    Ok(desk.find_state(crate::desk_file::OFFSET)?.and_then(|ms| ms.parse().ok()).unwrap_or(0))
}

/// A device's id from its text.
pub fn parse_device(text: &str) -> Option<Id> {
    id_of(text).ok()
}

//! The last PC burnt: who can prove the recovery key of a station enrols without an invitation.

use super::enroll::join_station;
use super::{Asker, Refused, Registry};
use crate::store::Tx;
use fengxiang_wire::device::{Device, DeviceRole, EnvelopeTo, Membership, PutRecovery, Recover, RecoverAnswer};
use fengxiang_wire::{Hash, Problem};

/// Keeps the hash of a station's recovery proof. A new recovery key takes the place of the old one.
pub fn put_recovery(tx: &mut dyn Tx, asker: &Asker, asked: &PutRecovery) -> Result<(), Refused> {
    let mut registry = Registry(tx);
    let station = registry.lock_station(asked.station)?.filter(|s| asker.device.is_of(s.id));
    let Some(mut station) = station else { return Err(Refused::With(Problem::NotFound)) };
    station.recovery_hash = Some(asked.proof_hash);
    Ok(registry.put_station(&station)?)
}

/// Enrols the device and hands it the keys that wait under the recovery key. 256 bits need no limit of tries.
pub fn recover(tx: &mut dyn Tx, now_ms: i64, asked: &Recover) -> Result<RecoverAnswer, Refused> {
    let mut registry = Registry(tx);
    let district = registry.lock_district()?.unwrap_or_default().name;
    let proof_hash = blake3::hash(&asked.proof.0);
    let is_theirs = |hash: Hash| blake3::Hash::from_bytes(hash.0) == proof_hash;
    let station = registry.list_stations()?.into_iter().find(|s| s.recovery_hash.is_some_and(is_theirs));
    let Some(mut station) = station else { return Ok(RecoverAnswer::Unknown) };
    let known = registry.lock_device(asked.device)?;
    if known.as_ref().is_some_and(|d| d.signing_key != asked.signing_key || d.revoked_at.is_some()) {
        return Ok(RecoverAnswer::DeviceTaken);
    }
    let membership = known.and_then(|d| d.stations.into_iter().find(|m| m.station == station.id));
    let membership = match membership {
        // The answer was lost: the same again.
        Some(membership) => membership,
        None => join_station(&mut registry, &mut station)?,
    };
    registry.put_device(&recovered(asked, membership.clone(), now_ms))?;
    let envelopes = registry.list_envelopes(EnvelopeTo::Recovery(station.id))?;
    Ok(RecoverAnswer::Recovered { membership, district, envelopes })
}

fn recovered(asked: &Recover, membership: Membership, now_ms: i64) -> Device {
    Device {
        id: asked.device,
        name: asked.name.clone(),
        role: DeviceRole::Station,
        stations: vec![membership],
        may_read_party: true,
        signing_key: asked.signing_key,
        wrapping_key: asked.wrapping_key,
        enrolled_at: now_ms,
        last_seen_at: Some(now_ms),
        revoked_at: None,
    }
}

//! Takes devices out, and shows them to those who may.

use super::{Asker, Refused, Registry};
use crate::store::Tx;
use fengxiang_wire::device::{Device, DeviceRole, Revoke};
use fengxiang_wire::{Partition, Problem};

/// Revokes a device: its next request is refused. Once more changes nothing.
pub fn revoke(tx: &mut dyn Tx, asker: &Asker, asked: &Revoke) -> Result<Device, Refused> {
    let mut registry = Registry(tx);
    let device = registry.lock_device(asked.device)?.filter(|d| is_seen(asker, d));
    let Some(mut device) = device else { return Err(Refused::With(Problem::NotFound)) };
    if device.revoked_at.is_none() {
        device.revoked_at = Some(asker.now_ms);
        registry.put_device(&device)?;
    }
    Ok(device)
}

/// The devices that the asking one may see: those of its stations; of a district desk, all.
pub fn list_devices(tx: &mut dyn Tx, asker: &Asker) -> Result<Vec<Device>, Refused> {
    let devices = Registry(tx).list_devices()?;
    Ok(devices.into_iter().filter(|d| is_seen(asker, d)).map(|d| shown(asker, d)).collect())
}

fn is_seen(asker: &Asker, device: &Device) -> bool {
    let is_beside = || device.stations.iter().any(|m| asker.device.is_of(m.station));
    is_district(asker) || device.id == asker.device.id || device.role == DeviceRole::Station && is_beside()
}

/// A desk of two stations is seen by each of them as one of theirs.
fn shown(asker: &Asker, mut device: Device) -> Device {
    if !is_district(asker) {
        device.stations.retain(|m| asker.device.is_of(m.station));
    }
    device
}

fn is_district(asker: &Asker) -> bool {
    asker.may_grant(Partition::Shared)
}

//! Takes devices out, and shows them to those who may.

use super::{Asker, Refused, Registry};
use crate::store::{Failed, Tx};
use fengxiang_wire::device::{Device, DeviceRole, Revoke};
use fengxiang_wire::{Id, Partition, Problem};

/// Revokes a device: its next request is refused. Once more changes nothing.
pub fn revoke(tx: &mut dyn Tx, asker: &Asker, asked: &Revoke) -> Result<Device, Refused> {
    let mut registry = Registry(tx);
    let device = registry.lock_device(asked.device)?.filter(|d| is_seen(asker, d));
    match device {
        Some(device) => Ok(take_out(&mut registry, device, asker.now_ms)?),
        None => Err(Refused::With(Problem::NotFound)),
    }
}

/// Revokes a device in the name of the hub's operator. Says whether there is one of this id.
pub fn revoke_any(tx: &mut dyn Tx, id: Id, now_ms: i64) -> Result<bool, Failed> {
    let mut registry = Registry(tx);
    let device = registry.lock_device(id)?;
    device.map(|device| take_out(&mut registry, device, now_ms)).transpose().map(|taken| taken.is_some())
}

fn take_out(registry: &mut Registry, mut device: Device, now_ms: i64) -> Result<Device, Failed> {
    if device.revoked_at.is_none() {
        device.revoked_at = Some(now_ms);
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

//! Keys that devices wrapped for each other. Who can read a partition may pass its keys on; the hub opens none.

use super::{Asker, Refused, Registry};
use crate::store::Tx;
use fengxiang_wire::device::{Device, Envelope, EnvelopeTo, PutEnvelopes};
use fengxiang_wire::{Partition, Problem};

/// Envelopes of one request, and bytes of one: a wrapped key is short.
const ENVELOPES_MAX: usize = 1_000;
const ENVELOPE_BYTES: usize = 4_096;

/// Stores the envelopes, all or none.
pub fn put_envelopes(tx: &mut dyn Tx, asker: &Asker, asked: &PutEnvelopes) -> Result<(), Refused> {
    let is_small = asked.envelopes.iter().all(|e| e.sealed.0.len() <= ENVELOPE_BYTES);
    if asked.envelopes.len() > ENVELOPES_MAX || !is_small {
        return Err(Refused::With(Problem::TooLarge));
    }
    let mut registry = Registry(tx);
    for envelope in &asked.envelopes {
        if !may_put(&mut registry, asker, envelope)? {
            return Err(Refused::With(Problem::NotAllowed));
        }
        registry.put_envelope(envelope)?;
    }
    Ok(())
}

/// Those for this device, those that wait for whoever joined by its invitation, and on a district desk those for the office.
pub fn list_envelopes(tx: &mut dyn Tx, asker: &Asker) -> Result<Vec<Envelope>, Refused> {
    let mut registry = Registry(tx);
    let mut envelopes = registry.list_envelopes(EnvelopeTo::Device(asker.device.id))?;
    for invitation in registry.list_invitations()? {
        if invitation.used_by == Some(asker.device.id) {
            envelopes.extend(registry.list_envelopes(EnvelopeTo::Invited(invitation.id))?);
        }
    }
    if asker.may_grant(Partition::Shared) {
        for station in registry.list_stations()? {
            envelopes.extend(registry.list_envelopes(EnvelopeTo::Office(station.id))?);
        }
    }
    Ok(envelopes)
}

fn may_put(registry: &mut Registry, asker: &Asker, envelope: &Envelope) -> Result<bool, Refused> {
    let may_pass_on = asker.may_read(envelope.partition);
    Ok(match envelope.to {
        EnvelopeTo::Device(id) => {
            let to = registry.find_device(id)?.filter(|d| d.revoked_at.is_none());
            to.is_some_and(|to| may_give(asker, envelope.partition, &to))
        }
        EnvelopeTo::Invited(id) => {
            let found = registry.list_invitations()?.into_iter().find(|invitation| invitation.id == id);
            let station = found.and_then(|invitation| invitation.asked.station);
            may_pass_on && station.is_some_and(|station| asker.device.is_of(station))
        }
        EnvelopeTo::Recovery(station) | EnvelopeTo::Office(station) => may_pass_on && asker.device.is_of(station),
    })
}

/// Desks of a station give keys to each other only; those of the district to anybody, and to a station's desk also what the
/// station wrapped for the office.
fn may_give(asker: &Asker, partition: Partition, to: &Device) -> bool {
    let is_district = asker.may_grant(Partition::Shared);
    let is_mate = || to.stations.iter().any(|m| asker.device.is_of(m.station));
    match partition {
        Partition::Station(station) if is_district => to.is_of(station),
        partition => asker.may_read(partition) && (is_district || is_mate()),
    }
}

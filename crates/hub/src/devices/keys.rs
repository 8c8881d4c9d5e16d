//! Keys that devices wrapped for each other. Who can read a partition may pass its keys on; the hub opens none.

use super::{Asker, Refused, Registry};
use crate::store::Tx;
use fengxiang_wire::device::{Envelope, EnvelopeTo, PutEnvelopes};
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

/// Those for this device, and on a district desk those for the office.
pub fn list_envelopes(tx: &mut dyn Tx, asker: &Asker) -> Result<Vec<Envelope>, Refused> {
    let mut registry = Registry(tx);
    let mut envelopes = registry.list_envelopes(EnvelopeTo::Device(asker.device.id))?;
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
        EnvelopeTo::Device(id) => may_pass_on && registry.find_device(id)?.is_some_and(|d| d.revoked_at.is_none()),
        EnvelopeTo::Recovery(station) | EnvelopeTo::Office(station) => may_pass_on && asker.device.is_of(station),
    })
}

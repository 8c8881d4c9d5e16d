//! Who may speak to a hub and what they may do, as rules over an open transaction. Knows no network and opens no key: what
//! devices wrap for each other lies here as bytes.

mod enroll;
mod erase;
mod grants;
mod invite;
mod keys;
mod letters;
mod recover;
mod registry;
mod revoke;
mod signature;

pub use enroll::enroll;
pub use erase::{keep_trusted, order_erase};
pub use grants::Kinds;
pub use invite::{invite, invite_first};
pub use keys::{list_envelopes, put_envelopes};
pub use letters::give_letter;
pub use recover::{put_recovery, recover};
pub use registry::{District, Registry};
pub use revoke::{list_devices, revoke, revoke_any};
pub use signature::is_signed;

use crate::exchange::{Asking, Rules};
use crate::store::{Failed, Store, Tx, read, transact};
use fengxiang_wire::device::{Device, Grant};
use fengxiang_wire::{Id, Partition, Problem};

/// Why a rule gave no answer: what to tell the device, or that the store failed.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    #[error("refused: {}", .0.code())]
    With(Problem),
    #[error(transparent)]
    Failed(#[from] Failed),
}

/// A device that was recognised, with what it may do now.
#[derive(Debug, Clone)]
pub struct Asker {
    pub device: Device,
    pub grants: Vec<Grant>,
    pub now_ms: i64,
}

impl Asker {
    pub fn asking(&self) -> Asking<'_> {
        Asking { grants: &self.grants, now_ms: self.now_ms, rules: Rules::default() }
    }

    fn may_read(&self, partition: Partition) -> bool {
        self.grants.iter().any(|g| g.partition == partition && g.may_read)
    }

    fn may_grant(&self, partition: Partition) -> bool {
        self.grants.iter().any(|g| g.partition == partition && g.may_grant)
    }
}

/// The device of this id, with its grants. `None`: never enrolled here. One that was revoked is told so by its card.
pub fn recognise(store: &dyn Store, id: Id, now_ms: i64) -> Result<Option<Asker>, Failed> {
    let found = read(store, &mut |tx| {
        let mut registry = Registry(tx);
        let Some(device) = registry.find_device(id)? else { return Ok(None) };
        let grants = grants::grants_of(&mut registry, &device)?;
        Ok(Some(Asker { device, grants, now_ms }))
    })?;
    if found.as_ref().is_some_and(|asker| is_seen_anew(&asker.device, now_ms)) {
        transact(store, &mut |tx| note_seen(tx, id, now_ms))?;
    }
    Ok(found)
}

/// The time of a device's last request is kept to the minute: not every request writes.
fn is_seen_anew(device: &Device, now_ms: i64) -> bool {
    const SEEN_EVERY_MS: i64 = 60_000;
    device.revoked_at.is_none() && device.last_seen_at.is_none_or(|seen| now_ms - seen >= SEEN_EVERY_MS)
}

fn note_seen(tx: &mut dyn Tx, id: Id, now_ms: i64) -> Result<(), Failed> {
    let mut registry = Registry(tx);
    // Read anew under the lock: a revocation in between must not be written over.
    match registry.lock_device(id)?.filter(|device| is_seen_anew(device, now_ms)) {
        Some(device) => registry.put_device(&Device { last_seen_at: Some(now_ms), ..device }),
        None => Ok(()),
    }
}

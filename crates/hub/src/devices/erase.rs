//! Whose erase orders count: signed by a device that may give them where the person is known.

use super::{Asker, Refused, Registry, grants, is_signed};
use crate::exchange;
use crate::store::{Failed, Tx};
use fengxiang_wire::Problem;
use fengxiang_wire::device::Device;
use fengxiang_wire::erase::EraseOrder;

/// Subjects of one order: a person and everything that was merged with them.
const SUBJECTS_MAX: usize = 1_000;

/// Takes an order of the asking device and carries it out.
pub fn order_erase(tx: &mut dyn Tx, asker: &Asker, order: &EraseOrder) -> Result<(), Refused> {
    if order.subjects.is_empty() || order.subjects.len() > SUBJECTS_MAX {
        return Err(Refused::With(Problem::Malformed));
    }
    if order.device != asker.device.id || !asker.may_grant(order.partition) {
        return Err(Refused::With(Problem::NotAllowed));
    }
    if !is_signed(asker.device.signing_key, &order.signed_bytes(), &order.signature) {
        return Err(Refused::With(Problem::WrongSignature));
    }
    Ok(exchange::erase(tx, &asker.asking(), order)?)
}

/// Of orders that a desk hands back, those that this hub lacks and that were given rightly. One whose giver it does not know is
/// left out: nobody can say that it is genuine.
pub fn keep_trusted<'a>(tx: &mut dyn Tx, orders: &'a [EraseOrder]) -> Result<Vec<&'a EraseOrder>, Failed> {
    let mut trusted = Vec::new();
    for order in orders {
        if !tx.has_order(order.id)? && is_trusted(&mut Registry(tx), order)? {
            trusted.push(order);
        }
    }
    Ok(trusted)
}

fn is_trusted(registry: &mut Registry, order: &EraseOrder) -> Result<bool, Failed> {
    let Some(giver) = registry.find_device(order.device)? else { return Ok(false) };
    // What a device ordered before it was revoked stands.
    let was_allowed = giver.revoked_at.is_none_or(|at| order.ordered_at < at);
    let before = Device { revoked_at: None, ..giver };
    let grants = grants::grants_of(registry, &before)?;
    let may_grant = grants.iter().any(|g| g.partition == order.partition && g.may_grant);
    Ok(was_allowed && may_grant && is_signed(before.signing_key, &order.signed_bytes(), &order.signature))
}

//! Acts on tickets, as small as acts can be, and what they fold to.

use fengxiang_wire::{Id, Row, Sealed, Shape, Stamp};
use std::collections::BTreeMap;

/// Place, id, ticket, verb.
pub(super) type Act = (Stamp, Id, u8, u8);

pub(super) const VERBS: u8 = 5;

/// States: 0 open, 1 working, 2 done, 3 cleared, 4 withdrawn. Verbs: 0 start, 1 finish, 2 clear, 3 reopen, 4 withdraw.
pub(super) fn next(state: u8, verb: u8) -> Option<u8> {
    match (verb, state) {
        (0, 0) => Some(1),
        (1, 1) => Some(2),
        (2, 2) => Some(3),
        (3, 2 | 3) => Some(0),
        (4, 0 | 1) => Some(4),
        _ => None,
    }
}

pub(super) fn acts_in(rows: &[Row]) -> Vec<Act> {
    let act = |row: &Row| {
        let register = row.fields.get(&1)?;
        act_in(row.key.id, register.stamp, register.value.as_ref()?)
    };
    let mut acts: Vec<Act> = rows.iter().filter(|row| row.shape == Shape::Act).filter_map(act).collect();
    acts.sort();
    acts
}

pub(super) fn act_in(id: Id, stamp: Stamp, value: &Sealed) -> Option<Act> {
    Some((stamp, id, *value.0.first()?, *value.0.get(1)?))
}

/// States of the tickets, and whether each act had an effect.
pub(super) fn fold(acts: &[Act]) -> (BTreeMap<u8, u8>, BTreeMap<Id, bool>) {
    let (mut states, mut legal) = (BTreeMap::new(), BTreeMap::new());
    for (_, id, ticket, verb) in acts {
        let state = states.entry(*ticket).or_insert(0);
        let after = next(*state, *verb);
        *state = after.unwrap_or(*state);
        legal.insert(*id, after.is_some());
    }
    (states, legal)
}

//! How long rows are in an answer, roughly and rather too long than too short.

use fengxiang_wire::limits::PAGE_BYTES;
use fengxiang_wire::{Register, Row};

/// Of a register without its value: stamp, base, epoch and names.
pub(super) const REGISTER_BYTES: usize = 170;

pub(super) fn values_bytes<'a>(registers: impl Iterator<Item = &'a Register>) -> usize {
    registers.filter_map(|register| Some(register.value.as_ref()?.0.len())).sum()
}

pub(super) fn row_bytes(row: &Row) -> usize {
    REGISTER_BYTES * (1 + row.fields.len()) + values_bytes(row.fields.values())
}

/// The first rows that fit into a page; one at least.
pub(super) fn fitting<'a>(rows: impl Iterator<Item = &'a Row>) -> usize {
    let mut bytes = 0;
    let fits = rows.take_while(|row| {
        bytes += row_bytes(row);
        bytes <= PAGE_BYTES
    });
    fits.count().max(1)
}

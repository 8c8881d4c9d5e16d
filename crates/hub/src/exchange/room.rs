//! How much of what was asked can be answered at once. An outcome comes with the row and the tray rows of its entity, and an
//! answer has an end: what does not fit is asked again.

use super::Asking;
use super::push::row_key;
use super::size::{REGISTER_BYTES, fitting, row_bytes};
use super::work::Work;
use crate::store::{Failed, StoredReceipt, Tx};
use fengxiang_wire::exchange::Entry;
use fengxiang_wire::limits::PAGE_BYTES;
use fengxiang_wire::{Row, RowKey, Shape};
use std::collections::{BTreeMap, BTreeSet};

/// The first entries of a push whose answer surely fits; one at least. Reckoned before any of them is taken.
pub(super) fn fitting_entries(work: &Work, entries: &[Entry]) -> usize {
    let mut entities = bytes_by_entity(work.rows.values());
    let mut bytes = 0;
    let fits = entries.iter().take_while(|entry| {
        let values: usize = entry.fields.iter().filter_map(|f| Some(f.value.as_ref()?.0.len())).sum();
        let row = REGISTER_BYTES * (1 + entry.fields.len()) + values + entities.remove(&row_key(entry)).unwrap_or(0);
        // What it meets may be filed beside it.
        let copies = if entry.shape == Shape::Record { 2 } else { 1 };
        bytes += REGISTER_BYTES + copies * row;
        bytes <= PAGE_BYTES
    });
    fits.count().max(1)
}

/// The first outcomes of a hello, with the tray rows of their entities.
pub(super) fn with_trays(
    tx: &mut dyn Tx,
    asking: &Asking,
    mut stored: Vec<StoredReceipt>,
) -> Result<(Vec<StoredReceipt>, Vec<Row>), Failed> {
    let keys: BTreeSet<RowKey> =
        stored.iter().filter(|s| asking.may_read(s.key.partition)).map(|s| s.key.clone()).collect();
    let mut trays = tx.list_trays_of(&keys.into_iter().collect::<Vec<_>>())?;
    let mut entities = bytes_by_entity(trays.iter());
    let mut bytes = 0;
    let fits = stored.iter().take_while(|s| {
        bytes += entities.remove(&s.key).unwrap_or(0);
        bytes <= PAGE_BYTES
    });
    let fits = fits.count().max(1);
    stored.truncate(fits);
    let told: BTreeSet<&RowKey> = stored.iter().map(|s| &s.key).collect();
    trays.retain(|tray| told.contains(&entity(tray)));
    Ok((stored, as_fit(trays)))
}

/// Those tray rows that fit: of one entity there may be more than that, and they come with the feed.
pub(super) fn as_fit(mut trays: Vec<Row>) -> Vec<Row> {
    trays.truncate(fitting(trays.iter()));
    trays
}

fn bytes_by_entity<'a>(rows: impl Iterator<Item = &'a Row>) -> BTreeMap<RowKey, usize> {
    let mut entities = BTreeMap::new();
    for row in rows {
        *entities.entry(entity(row)).or_default() += row_bytes(row);
    }
    entities
}

/// The row that a tray row is about; any other stands for itself.
fn entity(row: &Row) -> RowKey {
    match &row.tray_of {
        Some(of) => RowKey { partition: row.key.partition, kind: of.kind.clone(), id: of.id },
        None => row.key.clone(),
    }
}

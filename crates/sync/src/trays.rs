//! Conflicts as a person decides them: two values of one field, opened, and which of them is shown now.

use crate::keyring::Keyring;
use crate::translate::{open_tray, parse_row, uuid_text};
use fengxiang_desk::kinds::{ALIVE, KindSpec, find_kind};
use fengxiang_desk::store::Reader;
use fengxiang_desk::{Act, Desk, DeskError, Written};
use fengxiang_wire::Stamp;
use serde_json::Value;

/// The high bits of a stamp are milliseconds.
const STAMP_COUNTER_BITS: u32 = 16;

#[derive(Debug)]
pub struct TrayValue {
    /// Null where nothing stood, or where it was taken away.
    pub value: Value,
    /// When the hub accepted it, milliseconds UTC.
    pub at: i64,
    /// Written by this file.
    pub is_own: bool,
    pub is_shown: bool,
}

#[derive(Debug)]
pub struct TrayRow {
    pub id: String,
    pub kind: &'static KindSpec,
    pub row: String,
    pub field: u32,
    pub values: Vec<TrayValue>,
}

/// More conflicts than fit on a screen are shown after the first are decided.
const SHOWN_MAX: usize = 200;

/// Conflicts that nobody decided.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TrayCounts {
    /// Those that can be shown and decided.
    pub shown: i64,
    /// Of kinds or fields that only a newer program knows, or with values that no key at hand opens.
    pub unknown: i64,
}

pub fn count(desk: &Desk, keys: &Keyring) -> Result<TrayCounts, DeskError> {
    let mut counts = TrayCounts::default();
    for (id, bytes) in desk.reader().list_trays()? {
        match open(&id, &bytes, keys) {
            Some(_) => counts.shown += 1,
            None => counts.unknown += 1,
        }
    }
    Ok(counts)
}

/// Conflicts that nobody decided, of kinds that this program knows. One whose values do not open is not shown.
pub fn list(desk: &Desk, keys: &Keyring) -> Result<Vec<TrayRow>, DeskError> {
    let own = desk.find_state("replica")?.unwrap_or_default();
    let reader = desk.reader();
    let mut trays = Vec::new();
    let open = reader.list_trays()?.into_iter().filter_map(|(id, bytes)| open(&id, &bytes, keys)).take(SHOWN_MAX);
    for (tray, stamps) in open {
        let shown = find_shown(&reader, &tray)?;
        let values = tray.values.into_iter().zip(stamps).map(|(value, stamp)| TrayValue {
            is_own: stamp.replica.to_string() == own,
            is_shown: shown.as_ref() == Some(&stamp.first.0),
            ..value
        });
        trays.push(TrayRow { values: values.collect(), ..tray });
    }
    Ok(trays)
}

fn open(id: &str, bytes: &[u8], keys: &Keyring) -> Option<(TrayRow, Vec<Stamp>)> {
    let row = parse_row(bytes).ok()?;
    let of = row.tray_of.as_ref()?;
    let kind = find_kind(&of.kind)?;
    let is_alive = of.field == ALIVE && kind.can_be_removed;
    if !is_alive && kind.find_field(of.field).is_none() {
        return None;
    }
    let opened = open_tray(&row, keys).ok()?;
    let (stamps, values): (Vec<Stamp>, Vec<Value>) = opened.into_iter().unzip();
    let value = |(stamp, value): (&Stamp, Value)| TrayValue {
        value,
        at: (stamp.eff >> STAMP_COUNTER_BITS).cast_signed(),
        is_own: false,
        is_shown: false,
    };
    let values = stamps.iter().zip(values).map(value).collect();
    Some((TrayRow { id: id.to_owned(), kind, row: uuid_text(of.id), field: of.field, values }, stamps))
}

/// First hash of the edit whose value is shown of this field.
fn find_shown(reader: &Reader, tray: &TrayRow) -> Result<Option<[u8; 32]>, DeskError> {
    if let Some(own) = reader.find_own_first(tray.kind.name, &tray.row, tray.field)? {
        return Ok(Some(own));
    }
    let stamp = reader.find_stamp(tray.kind.name, &tray.row, tray.field)?;
    let first = stamp.as_deref().and_then(|text| text.rsplit_once('-')).map(|(_, first)| first.to_owned());
    Ok(first.and_then(|hex| fengxiang_wire::Hash::from_hex(&hex)).map(|hash| hash.0))
}

/// Writes the value that a person chose, where another one is shown, and closes the conflict for every desk.
pub fn decide(desk: &Desk, act: Act, tray: &TrayRow, choice: usize) -> Result<Written<()>, DeskError> {
    let chosen = tray.values.get(choice).ok_or(DeskError::InvalidField("choice"))?;
    desk.write(act, |w| {
        if tray.field == ALIVE {
            w.put_alive(tray.kind, &tray.row, chosen.value != Value::Bool(false))?;
        } else if !chosen.is_shown {
            if !chosen.value.is_null() && w.is_gone(tray.kind, &tray.row)? {
                w.revive(tray.kind, &tray.row)?;
            }
            w.edit_field(tray.kind, &tray.row, tray.field, &chosen.value)?;
        }
        w.add_tray_done(&tray.id)
    })
}

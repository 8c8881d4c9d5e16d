//! Cells of a file as texts, row by row. A formula is its last shown value; a number is its digits; a far-away cell costs
//! no more than a near one.

use super::{CELLS_MAX, FileFault};
use calamine::{DataRef, Reader, Xlsx};
use encoding_rs::{Encoding, GB18030, UTF_8};
use std::collections::BTreeMap;
use std::io::Cursor;

/// No field takes more; what is longer is told as too long, and this much of it is enough for that.
const CELL_MAX_CHARS: usize = 600;

/// Row number, as the sheet shows it, to column to text.
pub(super) type Table = BTreeMap<u32, BTreeMap<u32, String>>;

/// The first sheet. Cells are read one after the other: a dense range would grow to where the farthest cell stands.
pub(super) fn of_workbook(file: &[u8]) -> Result<Table, FileFault> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(file)).map_err(|_| FileFault::NotTable)?;
    let first = book.sheet_names().into_iter().next().ok_or(FileFault::NotTable)?;
    let mut cells = book.worksheet_cells_reader(&first).map_err(|_| FileFault::NotTable)?;
    let (mut table, mut count) = (Table::new(), 0);
    while let Some(cell) = cells.next_cell().map_err(|_| FileFault::NotTable)? {
        count += 1;
        if count > CELLS_MAX {
            return Err(FileFault::TooManyCells);
        }
        let (row, column) = cell.get_position();
        put(&mut table, row + 1, column, &text(cell.get_value()));
    }
    Ok(table)
}

fn text(value: &DataRef) -> String {
    match value {
        // A phone number typed as a number: its digits, no exponent.
        DataRef::Float(f) if f.fract() == 0.0 && f.abs() < 1e15 => format!("{f:.0}"),
        DataRef::Empty => String::new(),
        other => calamine::Data::from(other.clone()).to_string(),
    }
}

/// A table of text: UTF-8 with or without its mark, UTF-16 with one, otherwise GBK.
pub(super) fn of_text(file: &[u8]) -> Result<Table, FileFault> {
    let encoding = Encoding::for_bom(file).map(|(e, _)| e);
    let encoding = encoding.unwrap_or(if std::str::from_utf8(file).is_ok() { UTF_8 } else { GB18030 });
    let (text, _, is_broken) = encoding.decode(file);
    if is_broken {
        return Err(FileFault::UnknownEncoding);
    }
    let first = text.lines().next().unwrap_or_default();
    let comma = if first.contains('\t') && !first.contains(',') { b'\t' } else { b',' };
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(comma).from_reader(text.as_bytes());
    let (mut table, mut count) = (Table::new(), 0);
    for (number, record) in (1..).zip(reader.records()) {
        let record = record.map_err(|_| FileFault::NotTable)?;
        for (column, value) in (0..).zip(&record) {
            count += usize::from(!value.is_empty());
            if count > CELLS_MAX {
                return Err(FileFault::TooManyCells);
            }
            put(&mut table, number, column, value);
        }
    }
    Ok(table)
}

fn put(table: &mut Table, row: u32, column: u32, text: &str) {
    let text = text.trim();
    if !text.is_empty() {
        let kept = text.chars().take(CELL_MAX_CHARS).collect();
        table.entry(row).or_default().insert(column, kept);
    }
}

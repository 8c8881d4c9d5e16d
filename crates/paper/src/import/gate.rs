//! What a file is and how large it would become, before a parser sees it.

use super::{FILE_MAX_BYTES, FileFault, UNPACKED_MAX_BYTES};
use std::io::{Cursor, Read, sink};
use zip::ZipArchive;

/// Parts of a workbook; more is no table of visitors.
const PARTS_MAX: usize = 1_000;

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Workbook,
    Text,
}

pub(super) fn kind(file: &[u8]) -> Result<Kind, FileFault> {
    if file.len() as u64 > FILE_MAX_BYTES {
        return Err(FileFault::TooLarge);
    }
    match file {
        // The container of .xls, and of an .xlsx with a password.
        [0xD0, 0xCF, 0x11, 0xE0, ..] => Err(FileFault::OldExcel),
        [b'P', b'K', ..] => check_workbook(file).map(|()| Kind::Workbook),
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => Ok(Kind::Text),
        _ if file.contains(&0) => Err(FileFault::NotTable),
        _ => Ok(Kind::Text),
    }
}

/// The directory first, then every part inflated and thrown away: a directory may lie.
fn check_workbook(file: &[u8]) -> Result<(), FileFault> {
    let mut archive = ZipArchive::new(Cursor::new(file)).map_err(|_| FileFault::NotTable)?;
    if archive.len() > PARTS_MAX || archive.decompressed_size().is_some_and(|s| s > u128::from(UNPACKED_MAX_BYTES)) {
        return Err(FileFault::UnpacksTooLarge);
    }
    if archive.index_for_name("xl/workbook.xml").is_none() {
        return Err(FileFault::NotTable);
    }
    let mut left = UNPACKED_MAX_BYTES;
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(|_| FileFault::NotTable)?;
        let size = std::io::copy(&mut part.take(left + 1), &mut sink()).map_err(|_| FileFault::NotTable)?;
        left = left.checked_sub(size).ok_or(FileFault::UnpacksTooLarge)?;
    }
    Ok(())
}

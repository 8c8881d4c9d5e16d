//! Whether the disk has room. SQLite tells a failing fsync, ftruncate or opening alike whatever the cause; the folder is
//! asked by writing to it.

use crate::DeskError;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::Path;

/// Written, made durable and removed at once.
const PROBE_FILE: &str = "desk.room";
const PROBE_BYTES: usize = 64 << 10;

/// The same error, or `DiskFull` when that is what lies behind a failure of the disk.
pub(super) fn explain(error: DeskError, folder: &Path) -> DeskError {
    let may_be_full = matches!(error, DeskError::DiskFault | DeskError::ReadOnly);
    if may_be_full && is_full(folder) { DeskError::DiskFull } else { error }
}

fn is_full(folder: &Path) -> bool {
    let probe = folder.join(PROBE_FILE);
    let wrote = write_probe(&probe);
    let _ = fs::remove_file(&probe);
    wrote.is_err_and(|e| tells_of_room(&e))
}

/// In the ways in which SQLite writes.
fn write_probe(probe: &Path) -> io::Result<()> {
    let mut file = File::create(probe)?;
    file.write_all(&[0; PROBE_BYTES])?;
    file.sync_data()?;
    file.set_len(0)?;
    file.sync_all()
}

fn tells_of_room(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded)
}

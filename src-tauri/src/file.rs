//! Small files of the shell, replaced so that a power cut leaves the old one or the new one. Knows not what stands in them.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

/// Written beside, synced, renamed, and the folder synced where the system can.
pub fn replace(path: &Path, bytes: &[u8], create: impl FnOnce(&Path) -> io::Result<File>) -> io::Result<()> {
    let folder = path.parent().ok_or(io::ErrorKind::NotFound)?;
    let beside = path.with_extension("new");
    let mut file = create(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&beside, path)?;
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

//! Small files beside the database, replaced so that a power cut leaves the old one or the new one.

use crate::DeskError;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Sync the file, rename it, sync the folder: without the last step a power cut can lose the rename.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<(), DeskError> {
    let beside: PathBuf = path.with_added_extension("new");
    let mut file = File::create(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&beside, path)?;
    sync_folder(path.parent().expect("a file lies in a folder"))
}

/// A folder is synced where the system can; Windows has no such thing and does not need it.
pub(crate) fn sync_folder(folder: &Path) -> Result<(), DeskError> {
    if cfg!(unix) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

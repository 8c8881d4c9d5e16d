//! One program per data directory: a file lock that the system drops with the process, however it ends.

use anyhow::Context;
use std::fs::{File, TryLockError};
use std::path::Path;

/// The lock, or `None` when another process holds it.
pub fn take(folder: &Path) -> anyhow::Result<Option<File>> {
    let path = folder.join("desk.lock");
    let file = File::create(&path).with_context(|| format!("making {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error).context("locking the data directory"),
    }
}

//! What only an operating system has: dialogs for files, programs that show them, a place for this PC's secret.
//! The shell answers it; tests answer it with a folder.

use std::io;
use std::path::{Path, PathBuf};

/// What an open dialog offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// A backup of a station.
    Backup,
    /// A table of visitors: .xlsx or .csv.
    Table,
}

/// Where this PC keeps the key of an unattended start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretPlace {
    KeyStore,
    File,
}

pub trait Host: Send + Sync {
    /// Asks where a file of this name should go; `None` when the person closed the dialog. The name carries no person.
    fn choose_save(&self, name: &str) -> Option<PathBuf>;

    /// Asks for a file; `None` when the person closed the dialog.
    fn choose_open(&self, kind: FileKind) -> Option<PathBuf>;

    /// Shows a file with the program that the system has for it.
    fn show(&self, path: &Path) -> io::Result<()>;

    /// Where `keep_secret` would put a secret on this PC.
    fn secret_place(&self) -> SecretPlace;

    /// The secret of this data directory, outside of it and of every backup.
    fn find_secret(&self) -> io::Result<Option<Vec<u8>>>;

    fn keep_secret(&self, secret: &[u8]) -> io::Result<()>;

    fn drop_secret(&self) -> io::Result<()>;
}

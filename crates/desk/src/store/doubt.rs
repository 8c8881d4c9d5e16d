//! Whether a file that looks damaged is. To SQLCipher a read that failed looks like a page that was altered, and it answers
//! nothing more on that handle. So the file is looked at again before it is called damaged. Writes nothing.

use super::check::check_connection;
use super::connection::{connect_reader, pragma};
use super::migrate::APPLICATION_ID;
use super::{Store, files_of};
use crate::error::DeskError;
use crate::keys::Key;
use rusqlite::config::DbConfig;
use std::fs::File;
use std::io;
use std::path::Path;

/// What is behind a doubt; any other error stays what it is.
pub(crate) fn settle_doubt(error: DeskError, path: &Path, key: &Key) -> DeskError {
    if matches!(error, DeskError::Doubtful(_)) { look_again(path, key) } else { error }
}

/// A file that is whole now had a read that failed, and one whose bytes cannot be read lies on a disk that fails.
fn look_again(path: &Path, key: &Key) -> DeskError {
    match check_anew(path, key) {
        Err(DeskError::Doubtful(doubt)) if is_readable(path) => doubt.confirmed(),
        Ok(()) | Err(DeskError::Doubtful(_)) => DeskError::DiskFault,
        Err(other) => other,
    }
}

/// Every check of an opening and every page, on a handle that can only read.
fn check_anew(path: &Path, key: &Key) -> Result<(), DeskError> {
    let connection = connect_reader(path, key)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    let _tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_master", [], |r| r.get(0))?;
    if pragma(&connection, "application_id")? != APPLICATION_ID {
        return Err(DeskError::ForeignDatabase);
    }
    check_connection(&connection)
}

/// Whether the disk gives every byte, whatever they mean.
fn is_readable(path: &Path) -> bool {
    let [database, log, _] = files_of(path);
    [database, log].iter().all(|file| match File::open(file).and_then(|mut f| io::copy(&mut f, &mut io::sink())) {
        Ok(_) => true,
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    })
}

impl Store {
    /// A reading door told of a doubt: what it is. No handle is trusted again before it was opened anew.
    pub(crate) fn look_again(&self) -> DeskError {
        self.note_fault();
        look_again(&self.path, &self.key)
    }

    pub(crate) fn settle_doubt(&self, error: DeskError) -> DeskError {
        settle_doubt(error, &self.path, &self.key)
    }
}

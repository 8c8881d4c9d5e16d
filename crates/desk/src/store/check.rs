//! Whether the file itself is whole: every page authentic, every tree and reference in order. Knows no meaning of a row.

use super::Store;
use crate::error::{DeskError, Doubt};
use rusqlite::Connection;

/// In this order: a page that does not authenticate explains whatever the others find.
const CHECKS: [&str; 3] = ["cipher_integrity_check", "integrity_check(1)", "foreign_key_check"];

impl Store {
    /// Reads every page. The counter waits meanwhile: a checkpoint under way would look like damage.
    pub(crate) fn check_file(&self) -> Result<(), DeskError> {
        check_connection(self.writer()?.connection()).map_err(|error| self.settle_doubt(error))
    }
}

pub(super) fn check_connection(connection: &Connection) -> Result<(), DeskError> {
    for check in CHECKS {
        let mut statement = connection.prepare(&format!("PRAGMA {check}"))?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let found: String = row.get(0)?;
            if found != "ok" {
                return Err(DeskError::Doubtful(Doubt::Damaged(format!("{check}: {found}"))));
            }
        }
    }
    Ok(())
}

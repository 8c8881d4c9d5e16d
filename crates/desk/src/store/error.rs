//! What SQLite says went wrong, as a desk says it.

use crate::error::{DeskError, Doubt};
use rusqlite::ErrorCode;

impl From<rusqlite::Error> for DeskError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => DeskError::DiskFull,
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => DeskError::ReadOnly,
            Some(ErrorCode::NotADatabase) => DeskError::Doubtful(Doubt::Foreign),
            Some(ErrorCode::SystemIoFailure) => DeskError::DiskFault,
            Some(ErrorCode::DatabaseCorrupt) => DeskError::Doubtful(Doubt::Damaged("SQLITE_CORRUPT".into())),
            // So SQLCipher answers once a page did not authenticate or could not be read.
            Some(ErrorCode::OutOfMemory) => DeskError::Doubtful(Doubt::Damaged("SQLITE_NOMEM".into())),
            _ if matches!(error, rusqlite::Error::QueryReturnedNoRows) => DeskError::NotFound,
            _ => DeskError::Store(error.to_string()),
        }
    }
}

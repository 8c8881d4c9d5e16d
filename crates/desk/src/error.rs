//! What can go wrong, as stable codes. Holds no sentence and no personal data.

use std::io;

/// What the system says when a device does not give or take a block (on Windows CRC, seek, I/O device).
const DEVICE_ERRORS: &[i32] = if cfg!(windows) { &[23, 25, 1117] } else { &[5] };

#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    #[error("wrong password")]
    WrongPassword,
    #[error("wrong recovery key")]
    WrongRecovery,
    #[error("too many wrong passwords, wait {wait_s} s")]
    TryLater { wait_s: i64 },
    #[error("the key file is missing")]
    KeyFileMissing,
    #[error("the key file is damaged")]
    KeyFileDamaged,
    #[error("the database file is missing")]
    DatabaseMissing,
    #[error("this is no backup of a station, or a damaged one")]
    NotABackup,
    #[error("the database does not open with this key")]
    ForeignDatabase,
    #[error("the database is damaged: {0}")]
    DamagedDatabase(String),
    /// Only from a `Reader`: ask `Desk::look_again` what it is. Every other door has looked again already.
    #[error("a page does not read as it was written")]
    Doubtful(Doubt),
    #[error("the database lacks {missing} entries that were acknowledged; it is kept in {folder}")]
    BehindMark { missing: i64, folder: String },
    #[error("the schema {0} is newer than this program")]
    NewerSchema(i64),
    #[error("the disk is full")]
    DiskFull,
    #[error("the disk failed")]
    DiskFault,
    #[error("the data directory cannot be written")]
    ReadOnly,
    #[error("this act is not legal now")]
    NotLegalNow,
    #[error("no such row")]
    NotFound,
    #[error("invalid field {0}")]
    InvalidField(&'static str),
    #[error("too long: {0}")]
    TooLong(&'static str),
    #[error("the name is taken")]
    NameTaken,
    #[error("the station's code stands in numbers already")]
    CodeFixed,
    #[error("a group has at most 50 people")]
    GroupTooLarge,
    #[error("wrong PIN, {left} tries left")]
    WrongPin { left: i64 },
    #[error("the PIN is locked")]
    PinLocked,
    #[error("the PIN is disabled")]
    PinDisabled,
    #[error("this person has no password yet")]
    PasswordNeeded,
    #[error("somebody must remain who may do everything")]
    LastManager,
    #[error("this person may not sign in any more")]
    Retired,
    #[error("a station stands here already")]
    AlreadyFounded,
    #[error("a row breaks a rule of its table")]
    Constraint,
    #[error("this desk belongs to no hub")]
    NotJoined,
    #[error("changes wait that no hub has acknowledged")]
    Unsent,
    /// A hub has taken this PC out: its data stays locked, but for the recovery key.
    #[error("this device was revoked")]
    Revoked,
    #[error("file: {0}")]
    Io(#[source] io::Error),
    #[error("database: {0}")]
    Store(String),
}

/// What a file seems to be after one look: a read that failed looks the same.
#[derive(Debug)]
pub enum Doubt {
    Foreign,
    Damaged(String),
}

impl Doubt {
    pub(crate) fn confirmed(self) -> DeskError {
        match self {
            Doubt::Foreign => DeskError::ForeignDatabase,
            Doubt::Damaged(detail) => DeskError::DamagedDatabase(detail),
        }
    }
}

impl DeskError {
    /// Whether the disk or the file failed, so that the handle must not be used again.
    pub(crate) fn is_fault(&self) -> bool {
        use DeskError::*;
        matches!(
            self,
            DiskFull | DiskFault | ReadOnly | ForeignDatabase | DatabaseMissing | DamagedDatabase(_) | Doubtful(_)
        )
    }
}

impl From<io::Error> for DeskError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull => DeskError::DiskFull,
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => DeskError::ReadOnly,
            _ if error.raw_os_error().is_some_and(|code| DEVICE_ERRORS.contains(&code)) => DeskError::DiskFault,
            _ => DeskError::Io(error),
        }
    }
}

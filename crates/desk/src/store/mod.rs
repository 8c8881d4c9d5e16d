//! The encrypted SQLite file: opening it, its gates, and one file of SQL per table. Decides nothing about a station.

mod backup;
mod chain;
mod service;
mod staff;
mod station;
mod ticket;
mod visit;
mod visitor;

pub(crate) use backup::unpack_backup;
pub use chain::ChainCheck;
pub(crate) use chain::{append_entry, append_trail, last_stamp};
pub use staff::StaffRow;
pub use station::{NewStation, OpeningBalanceRow, StationRow};
pub use ticket::{NewTicket, TicketRow};
pub use visit::{DayFacts, NewVisit, RecentRow, VisitRow};
pub use visitor::{NewVisitor, VisitorRow};

use crate::error::DeskError;
use crate::keys::DatabaseKey;
use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction};
use std::path::{Path, PathBuf};
use std::time::Duration;

const SCHEMA: &str = include_str!("schema.sql");
const SCHEMA_VERSION: i64 = 1;
/// "FXDK": tells our file from another program's.
const APPLICATION_ID: i64 = 0x4658_444b;
/// Below this version the WAL-reset bug can lose commits.
const SQLITE_MIN: i32 = 3_051_003;

/// The open database of a desk.
pub struct Store {
    connection: Connection,
    path: PathBuf,
}

pub(crate) type Tx<'a> = Transaction<'a>;

impl Store {
    /// Makes a new file; refuses when one is there.
    pub fn create(path: &Path, key: &DatabaseKey) -> Result<Self, DeskError> {
        if path.exists() {
            return Err(DeskError::AlreadyFounded);
        }
        let store = Self::connect(path, key, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
        store.connection.execute_batch(&format!(
            "BEGIN; {SCHEMA} PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;"
        ))?;
        Ok(store)
    }

    /// Opens an existing file. A wrong key, a foreign or damaged file and a newer schema are errors; no file is made.
    pub fn open(path: &Path, key: &DatabaseKey) -> Result<Self, DeskError> {
        let store = Self::connect(path, key, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        if store.pragma("application_id")? != APPLICATION_ID {
            return Err(DeskError::ForeignDatabase);
        }
        match store.pragma("user_version")? {
            SCHEMA_VERSION => Ok(store),
            newer if newer > SCHEMA_VERSION => Err(DeskError::NewerSchema(newer)),
            _ => Err(DeskError::ForeignDatabase),
        }
    }

    fn connect(path: &Path, key: &DatabaseKey, flags: OpenFlags) -> Result<Self, DeskError> {
        let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        let hex: String = key.bytes().iter().map(|b| format!("{b:02x}")).collect();
        connection.execute_batch(&format!("PRAGMA key = \"x'{hex}'\";"))?;
        let store = Self { connection, path: path.to_owned() };
        store.check_library()?;
        // The first read proves the key; only then may a pragma write to the file.
        let tables: i64 = store.connection.query_row("SELECT count(*) FROM sqlite_master", [], |r| r.get(0))?;
        if tables > 0 && store.pragma("application_id")? != APPLICATION_ID {
            return Err(DeskError::ForeignDatabase);
        }
        store.connection.busy_timeout(Duration::from_secs(5))?;
        store.connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;")?;
        store.check_pragmas()?;
        Ok(store)
    }

    fn check_library(&self) -> Result<(), DeskError> {
        let cipher: String = self.connection.query_row("PRAGMA cipher_version", [], |r| r.get(0))?;
        if rusqlite::version_number() < SQLITE_MIN || cipher.is_empty() {
            return Err(DeskError::Store(format!("sqlite {} cipher {cipher:?}", rusqlite::version())));
        }
        Ok(())
    }

    fn check_pragmas(&self) -> Result<(), DeskError> {
        let journal: String = self.connection.query_row("PRAGMA journal_mode", [], |r| r.get(0))?;
        let is_durable = journal == "wal" && self.pragma("synchronous")? == 2 && self.pragma("foreign_keys")? == 1;
        if is_durable { Ok(()) } else { Err(DeskError::Store(format!("journal {journal} is not durable"))) }
    }

    fn pragma(&self, name: &str) -> Result<i64, DeskError> {
        Ok(self.connection.query_row(&format!("PRAGMA {name}"), [], |r| r.get(0))?)
    }

    pub(crate) fn begin(&mut self) -> Result<Tx<'_>, DeskError> {
        Ok(self.connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?)
    }

    pub(crate) fn reader(&self) -> Reader<'_> {
        Reader(&self.connection)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

/// The reading door: SQL for one noun stands in that noun's file.
pub struct Reader<'a>(pub(crate) &'a Connection);

impl From<rusqlite::Error> for DeskError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => DeskError::DiskFull,
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => DeskError::ReadOnly,
            Some(ErrorCode::NotADatabase) => DeskError::ForeignDatabase,
            Some(ErrorCode::DatabaseCorrupt) => DeskError::DamagedDatabase("SQLITE_CORRUPT".into()),
            _ if matches!(error, rusqlite::Error::QueryReturnedNoRows) => DeskError::NotFound,
            _ => DeskError::Store(error.to_string()),
        }
    }
}

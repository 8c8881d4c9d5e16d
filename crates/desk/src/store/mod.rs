//! The encrypted SQLite file: opening it, its gates, and one file of SQL per table. Decides nothing about a station.

mod backup;
mod balance;
mod chain;
mod check;
mod code;
mod expiry;
mod incident;
mod mark;
mod number;
mod person;
mod report;
#[cfg(test)]
mod sensitive;
mod service;
mod service_void;
mod shift;
mod staff;
mod station;
mod ticket;
mod visit;
mod visit_leave;
mod visit_void;
mod visitor;
mod visitor_key;
mod visitor_merge;

pub(crate) use backup::unpack_backup;
pub use balance::{BalanceRow, NewBalance};
pub use chain::{ChainCheck, ChainedEntry};
pub(crate) use chain::{append_entry, append_trail, find_base, get_last_line, get_tail};
pub use code::CodeRow;
pub use expiry::ExpiryRow;
pub use incident::IncidentRow;
pub(crate) use mark::Level;
pub use person::{PersonRow, PersonVisitRow, VisitorPast, VisitorQuery};
pub use report::{RegisterQuery, RegisterRow};
pub use service::GivenRow;
pub use shift::{HandoverRow, PauseRow, ShiftRow};
pub use staff::StaffRow;
pub use station::{NewStation, StationEdit, StationRow};
pub use ticket::{NewTicket, TicketRow};
pub use visit::{DayFacts, NewVisit, PresentRow, RecentRow, VisitDetailRow, VisitRow};
pub use visitor::{NewVisitor, VisitorEdit, VisitorRow};

use crate::error::DeskError;
use crate::keys::DatabaseKey;
use mark::Mark;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, Params, Row, Transaction, TransactionBehavior};
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

const SCHEMA: &str = include_str!("schema.sql");
const SCHEMA_VERSION: i64 = 1;
/// "FXDK": tells our file from another program's.
const APPLICATION_ID: i64 = 0x4658_444b;
/// How long a statement waits for another connection before it gives up.
const BUSY: Duration = Duration::from_secs(5);
/// Below this version the WAL-reset bug can lose commits.
const SQLITE_MIN: i32 = 3_051_003;

/// Reports and searches run beside the counter's writes, never in their way.
const READERS: usize = 2;

/// The open database of a desk: one writing connection, some that can only read.
pub struct Store {
    // In this order: the last to close moves the WAL into the database, which a reader cannot.
    readers: Vec<Mutex<Connection>>,
    writer: Mutex<Writing>,
    path: PathBuf,
}

/// The writing connection and the mark that its commits raise.
struct Writing {
    connection: Connection,
    mark: Mark,
}

/// The open transaction.
pub(crate) struct Tx<'a>(Transaction<'a>);

/// A statement is compiled once per connection and kept: at the counter compiling costs more than running.
const STATEMENTS_KEPT: usize = 128;

impl Tx<'_> {
    pub(crate) fn execute(&self, sql: &str, params: impl Params) -> rusqlite::Result<usize> {
        self.0.prepare_cached(sql)?.execute(params)
    }

    pub(crate) fn query_row<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnOnce(&Row) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        self.0.prepare_cached(sql)?.query_row(params, read)
    }

    pub(crate) fn commit(self) -> rusqlite::Result<()> {
        self.0.commit()
    }
}

impl Deref for Tx<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.0
    }
}

impl Store {
    /// Makes a new file; refuses when one is there.
    pub fn create(path: &Path, key: &DatabaseKey) -> Result<Self, DeskError> {
        if path.exists() {
            return Err(DeskError::AlreadyFounded);
        }
        let writer = connect_writer(path, key, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
        writer.execute_batch(&format!(
            "BEGIN; {SCHEMA} PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;"
        ))?;
        Self::with_readers(writer, path, key)?.settled()
    }

    /// Opens an existing file. A wrong key, a foreign or damaged file and a newer schema are errors; no file is made.
    pub fn open(path: &Path, key: &DatabaseKey) -> Result<Self, DeskError> {
        let writer = connect_writer(path, key, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        if pragma(&writer, "application_id")? != APPLICATION_ID {
            return Err(DeskError::ForeignDatabase);
        }
        match pragma(&writer, "user_version")? {
            SCHEMA_VERSION => {}
            newer if newer > SCHEMA_VERSION => return Err(DeskError::NewerSchema(newer)),
            _ => return Err(DeskError::ForeignDatabase),
        }
        let store = Self::with_readers(writer, path, key)?;
        store.check_mark()?;
        store.settled()
    }

    /// Every gate is passed: from now on closing may move the WAL into the database.
    fn settled(self) -> Result<Self, DeskError> {
        self.writer().0.connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
        Ok(self)
    }

    fn with_readers(writer: Connection, path: &Path, key: &DatabaseKey) -> Result<Self, DeskError> {
        let reader = |_| connect_reader(path, key).map(Mutex::new);
        let readers = (0..READERS).map(reader).collect::<Result<_, _>>()?;
        let writer = Mutex::new(Writing { connection: writer, mark: Mark::beside(path) });
        Ok(Self { writer, readers, path: path.to_owned() })
    }

    /// The writing connection, one user at a time. A panic inside rolled its transaction back, so it is whole.
    pub(crate) fn writer(&self) -> WriterGuard<'_> {
        WriterGuard(self.writer.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A reading connection that is free, or the first to become so.
    pub(crate) fn reader(&self) -> Reader<'_> {
        let free = self.readers.iter().find_map(|r| r.try_lock().ok());
        let guard = free.unwrap_or_else(|| self.readers[0].lock().unwrap_or_else(PoisonError::into_inner));
        Reader(Reading::Own(guard))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

/// The writing connection while somebody holds it.
pub(crate) struct WriterGuard<'a>(MutexGuard<'a, Writing>);

impl WriterGuard<'_> {
    pub(crate) fn begin(&mut self) -> Result<Tx<'_>, DeskError> {
        Ok(Tx(self.0.connection.transaction_with_behavior(TransactionBehavior::Immediate)?))
    }
}

/// The reading door: SQL for one noun stands in that noun's file.
pub struct Reader<'a>(Reading<'a>);

enum Reading<'a> {
    Own(MutexGuard<'a, Connection>),
    /// What the open transaction sees, its own writes included.
    Within(&'a Connection),
}

impl Reading<'_> {
    fn query_row<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnOnce(&Row) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        self.prepare_cached(sql)?.query_row(params, read)
    }
}

impl Deref for Reading<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        match self {
            Reading::Own(guard) => guard,
            Reading::Within(connection) => connection,
        }
    }
}

impl crate::Writer<'_> {
    /// What the open transaction sees, its own writes included.
    pub(crate) fn reader(&self) -> Reader<'_> {
        Reader(Reading::Within(&self.tx))
    }
}

fn connect(path: &Path, key: &DatabaseKey, flags: OpenFlags) -> Result<Connection, DeskError> {
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    let hex: String = key.bytes().iter().map(|b| format!("{b:02x}")).collect();
    connection.execute_batch(&format!("PRAGMA key = \"x'{hex}'\";"))?;
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
    Ok(connection)
}

fn connect_writer(path: &Path, key: &DatabaseKey, flags: OpenFlags) -> Result<Connection, DeskError> {
    let connection = connect(path, key, flags)?;
    // Until every gate is passed, closing must not move a damaged WAL into the database.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    check_library(&connection)?;
    // The first read proves the key; only then may a pragma write to the file.
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_master", [], |r| r.get(0))?;
    if tables > 0 && pragma(&connection, "application_id")? != APPLICATION_ID {
        return Err(DeskError::ForeignDatabase);
    }
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;",
    )?;
    check_pragmas(&connection)?;
    Ok(connection)
}

fn connect_reader(path: &Path, key: &DatabaseKey) -> Result<Connection, DeskError> {
    let connection = connect(path, key, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.execute_batch("PRAGMA query_only = ON;")?;
    Ok(connection)
}

fn check_library(connection: &Connection) -> Result<(), DeskError> {
    let cipher: String = connection.query_row("PRAGMA cipher_version", [], |r| r.get(0))?;
    if rusqlite::version_number() < SQLITE_MIN || cipher.is_empty() {
        return Err(DeskError::Store(format!("sqlite {} cipher {cipher:?}", rusqlite::version())));
    }
    Ok(())
}

fn check_pragmas(connection: &Connection) -> Result<(), DeskError> {
    let journal: String = connection.query_row("PRAGMA journal_mode", [], |r| r.get(0))?;
    let is_durable =
        journal == "wal" && pragma(connection, "synchronous")? == 2 && pragma(connection, "foreign_keys")? == 1;
    if is_durable { Ok(()) } else { Err(DeskError::Store(format!("journal {journal} is not durable"))) }
}

fn pragma(connection: &Connection, name: &str) -> Result<i64, DeskError> {
    Ok(connection.query_row(&format!("PRAGMA {name}"), [], |r| r.get(0))?)
}

impl From<rusqlite::Error> for DeskError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => DeskError::DiskFull,
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => DeskError::ReadOnly,
            Some(ErrorCode::NotADatabase) => DeskError::ForeignDatabase,
            Some(ErrorCode::DatabaseCorrupt) => DeskError::DamagedDatabase("SQLITE_CORRUPT".into()),
            // So SQLCipher reports a page that does not authenticate.
            Some(ErrorCode::OutOfMemory) => DeskError::DamagedDatabase("SQLITE_NOMEM".into()),
            _ if matches!(error, rusqlite::Error::QueryReturnedNoRows) => DeskError::NotFound,
            _ => DeskError::Store(error.to_string()),
        }
    }
}

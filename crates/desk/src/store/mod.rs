//! The encrypted SQLite file: opening it, its gates, and one file of SQL per table. Decides nothing about a station.

mod alarm;
mod backup;
mod balance;
mod chain;
mod check;
mod code;
mod day_counts;
mod device_key;
mod doubt;
mod erase;
mod expiry;
mod import;
mod incident;
mod mark;
mod migrate;
mod mirror;
mod number;
mod partition_key;
mod person;
mod project;
mod queue;
mod record;
mod register;
mod report;
#[cfg(test)]
mod sensitive;
mod service;
mod service_void;
mod shift;
mod staff;
mod staff_slot;
mod station;
mod ticket;
mod tray;
mod visit;
mod visit_leave;
mod visit_void;
mod visitor;
mod visitor_key;
mod visitor_merge;

pub use alarm::AlarmRow;
pub(crate) use backup::{check_backup, unpack_backup};
pub use balance::{BalanceRow, NewBalance};
pub(crate) use chain::{Appending, Head, append_entry, append_trail, get_last_line, head};
pub use chain::{ChainCheck, ChainedEntry};
pub use code::CodeRow;
pub use day_counts::DayCounts;
pub(crate) use doubt::settle_doubt;
pub use expiry::ExpiryRow;
pub use incident::IncidentRow;
pub(crate) use mark::{Level, has_restore_note, restore_note};
pub(crate) use mirror::SumChanges;
pub use mirror::{MirrorPlace, MirrorRow, MirrorSum};
pub use number::GapRow;
pub use partition_key::PartitionKeyRow;
pub use person::{PersonRow, PersonVisitRow, VisitorPast, VisitorQuery};
pub use project::{OpenRow, Projected};
pub use queue::{Acknowledged, QueuedEntry, RefusedRow, Released};
pub use register::{RegisterQuery, RegisterRow, day_bounds, on_duty};
pub use service::GivenRow;
pub use shift::{HandoverRow, PauseRow, ShiftRow};
pub use staff::{StaffEdit, StaffRow};
pub use station::{NewStation, StationEdit, StationRow};
pub use ticket::{NewTicket, TicketRow};
pub use visit::{DayFacts, NewVisit, PresentRow, RecentRow, VisitDetailRow, VisitRow};
pub use visitor::{NewVisitor, VisitorEdit, VisitorRow};

use crate::error::{DeskError, Doubt};
use crate::keys::Key;
use check::check_connection;
use mark::Mark;
use migrate::{APPLICATION_ID, LADDER};
use rusqlite::config::DbConfig;
use rusqlite::{
    Connection, ErrorCode, OpenFlags, OptionalExtension, Params, Row, Transaction, TransactionBehavior, named_params,
};
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long a statement waits for another connection before it gives up.
const BUSY: Duration = Duration::from_secs(5);
/// Each page is authenticated by HMAC-SHA256, for which processors have instructions; SQLCipher's own SHA-512 took half of a
/// commit. The default of the process, so that copies by `VACUUM INTO` are alike.
const CIPHER: &str = "PRAGMA cipher_default_hmac_algorithm = HMAC_SHA256;";
/// Pages that stay decrypted between two readings, in KiB per connection.
const CACHE_KIB: i64 = 16 << 10;
/// Below this version the WAL-reset bug can lose commits.
const SQLITE_MIN: i32 = 3_051_003;

/// Reports and searches run beside the counter's writes, never in their way.
const READERS: usize = 2;
/// A file up to this size is read whole and checked at every opening (about 0.2 s); a larger one when it is backed up and
/// when the manager checks the trail. Each page that is read is authenticated in any case.
const CHECKED_AT_OPEN_MAX_BYTES: u64 = 16 << 20;

/// The open database of a desk: one writing connection, some that can only read.
pub struct Store {
    // In this order: the last to close moves the WAL into the database, which a reader cannot.
    readers: Vec<Mutex<Connection>>,
    writer: Mutex<Writing>,
    has_fault: AtomicBool,
    path: PathBuf,
    key: Key,
}

/// The writing connection and the mark that its commits raise.
struct Writing {
    /// `None` after a fault, until the file could be opened and checked again.
    connection: Option<Connection>,
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
    /// Makes a new file; refuses when one is there. What was begun is taken away again when it fails.
    pub fn create(path: &Path, key: &Key) -> Result<Self, DeskError> {
        if path.exists() {
            return Err(DeskError::AlreadyFounded);
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        let made = connect_writer(path, key, flags).and_then(|writer| {
            LADDER.create(&writer)?;
            Self::with_readers(writer, path, key)?.settled()
        });
        made.inspect_err(|_| remove_files(path))
    }

    /// Opens an existing file. A wrong key, a foreign or damaged file and a newer schema are errors; no file is made.
    pub fn open(path: &Path, key: &Key) -> Result<Self, DeskError> {
        let store = Self::with_readers(open_checked(path, key)?, path, key)?;
        store.check_mark()?;
        store.settled()
    }

    /// Every gate is passed: from now on closing may move the WAL into the database.
    fn settled(self) -> Result<Self, DeskError> {
        settle(self.writer()?.connection())?;
        Ok(self)
    }

    fn with_readers(writer: Connection, path: &Path, key: &Key) -> Result<Self, DeskError> {
        let reader = |_| connect_reader(path, key).map(Mutex::new);
        let readers = (0..READERS).map(reader).collect::<Result<_, _>>()?;
        let writer = Mutex::new(Writing { connection: Some(writer), mark: Mark::beside(path) });
        Ok(Self { readers, writer, has_fault: AtomicBool::new(false), path: path.to_owned(), key: key.clone() })
    }

    /// The writing connection, one user at a time. A panic inside rolled its transaction back, so it is whole. After a
    /// fault the handle is not trusted again: it is closed, and the file opened anew and checked.
    pub(crate) fn writer(&self) -> Result<WriterGuard<'_>, DeskError> {
        let mut guard = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        if self.has_fault.load(Ordering::SeqCst) {
            guard.connection = None;
        }
        if guard.connection.is_none() {
            let connection = open_checked(&self.path, &self.key).map_err(|error| self.settle_doubt(error))?;
            settle(&connection)?;
            guard.connection = Some(connection);
            self.renew_readers()?;
            self.has_fault.store(false, Ordering::SeqCst);
        }
        Ok(WriterGuard(guard))
    }

    /// Moves the write-ahead log into the database and empties it: pages that were overwritten are gone.
    pub(crate) fn truncate_log(&self) -> Result<(), DeskError> {
        let guard = self.writer()?;
        guard.connection().query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        Ok(())
    }

    /// The disk or the file failed under a write.
    pub(crate) fn note_fault(&self) {
        self.has_fault.store(true, Ordering::SeqCst);
    }

    fn renew_readers(&self) -> Result<(), DeskError> {
        // One that is in use is left to its user, who may be waiting for this very writer.
        for mut reader in self.readers.iter().filter_map(|r| r.try_lock().ok()) {
            *reader = connect_reader(&self.path, &self.key)?;
        }
        Ok(())
    }

    /// A reading connection that is free, or the first to become so. After a fault it is a new one where one can be had.
    pub(crate) fn reader(&self) -> Reader<'_> {
        let free = self.readers.iter().find_map(|r| r.try_lock().ok());
        let mut guard = free.unwrap_or_else(|| self.readers[0].lock().unwrap_or_else(PoisonError::into_inner));
        if self.has_fault.load(Ordering::SeqCst)
            && let Ok(anew) = connect_reader(&self.path, &self.key)
        {
            *guard = anew;
        }
        Reader(Reading::Own(guard))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

/// The database and what SQLite lays beside it.
pub(crate) fn files_of(path: &Path) -> [PathBuf; 3] {
    ["", "-wal", "-shm"].map(|end| PathBuf::from(format!("{}{end}", path.display())))
}

fn remove_files(path: &Path) {
    for file in files_of(path) {
        let _ = std::fs::remove_file(file);
    }
}

/// The writing connection while somebody holds it.
pub(crate) struct WriterGuard<'a>(MutexGuard<'a, Writing>);

const GUARDED: &str = "the guard is made with an open connection";

impl WriterGuard<'_> {
    pub(crate) fn begin(&mut self) -> Result<Tx<'_>, DeskError> {
        let connection = self.0.connection.as_mut().expect(GUARDED);
        Ok(Tx(connection.transaction_with_behavior(TransactionBehavior::Immediate)?))
    }

    pub(crate) fn connection(&self) -> &Connection {
        self.0.connection.as_ref().expect(GUARDED)
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

fn connect(path: &Path, key: &Key, flags: OpenFlags) -> Result<Connection, DeskError> {
    if !flags.contains(OpenFlags::SQLITE_OPEN_CREATE) && !path.exists() {
        return Err(DeskError::DatabaseMissing);
    }
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    #[cfg(feature = "bench")]
    if is_plain(path) {
        connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
        return Ok(connection);
    }
    let hex: String = key.bytes().iter().map(|b| format!("{b:02x}")).collect();
    connection.execute_batch(&format!("{CIPHER} PRAGMA key = \"x'{hex}'\";"))?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
    Ok(connection)
}

/// Whether a file is SQLite without encryption. For the benchmark that compares both; no shipped program asks.
#[cfg(feature = "bench")]
fn is_plain(path: &Path) -> bool {
    use std::io::Read;
    let mut head = [0; 16];
    std::fs::File::open(path).and_then(|mut f| f.read_exact(&mut head)).is_ok() && &head == b"SQLite format 3\0"
}

fn open_checked(path: &Path, key: &Key) -> Result<Connection, DeskError> {
    let connection = connect_writer(path, key, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    LADDER.climb(&connection, path)?;
    if std::fs::metadata(path)?.len() <= CHECKED_AT_OPEN_MAX_BYTES {
        check_connection(&connection)?;
    }
    Ok(connection)
}

/// From now on closing may move the WAL into the database.
fn settle(connection: &Connection) -> Result<(), DeskError> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
    Ok(())
}

fn connect_writer(path: &Path, key: &Key, flags: OpenFlags) -> Result<Connection, DeskError> {
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

fn connect_reader(path: &Path, key: &Key) -> Result<Connection, DeskError> {
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

/// A setting of this file.
pub(crate) fn find_meta(connection: &Connection, key: &str) -> Result<Option<String>, DeskError> {
    let sql = "SELECT value FROM meta WHERE key = :key";
    Ok(connection.prepare_cached(sql)?.query_row(named_params! { ":key": key }, |r| r.get(0)).optional()?)
}

impl Reader<'_> {
    pub(crate) fn find_meta(&self, key: &str) -> Result<Option<String>, DeskError> {
        find_meta(&self.0, key)
    }

    /// Where the outbox ends.
    pub(crate) fn head(&self) -> Result<Head, DeskError> {
        chain::head(&self.0)
    }

    /// Number of the last line of the trail.
    pub(crate) fn last_trail_line(&self) -> Result<i64, DeskError> {
        Ok(self.0.query_row("SELECT coalesce(max(seq), 0) FROM trail", [], |r| r.get(0))?)
    }

    /// The latest moment among the last lines of the trail: a clock that was turned back does not hide the line before it.
    pub(crate) fn get_last_line_at(&self) -> Result<i64, DeskError> {
        let sql = "SELECT coalesce(max(at), 0) FROM (SELECT at FROM trail ORDER BY seq DESC LIMIT 100)";
        Ok(self.0.query_row(sql, [], |r| r.get(0))?)
    }
}

impl crate::Writer<'_> {
    pub(crate) fn put_meta(&mut self, key: &str, value: &str) -> Result<(), DeskError> {
        let sql = "INSERT INTO meta (key, value) VALUES (:key, :value) ON CONFLICT (key) DO UPDATE SET value = excluded.value";
        self.tx.execute(sql, named_params! { ":key": key, ":value": value })?;
        Ok(())
    }
}

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

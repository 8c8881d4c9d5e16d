//! The encrypted SQLite file: who may write and who read it, and one file of SQL per table. Decides nothing about a station.

mod alarm;
mod backup;
mod balance;
mod board;
mod chain;
mod check;
mod code;
mod connection;
mod day_counts;
mod device_key;
mod doubt;
mod erase;
mod error;
mod expiry;
mod import;
mod incident;
mod mark;
mod meta;
mod migrate;
mod mirror;
mod number;
mod partition_key;
mod person;
mod project;
mod queue;
mod reader;
mod record;
mod register;
mod report;
mod service;
mod service_void;
mod shared;
mod shift;
mod staff;
mod staff_slot;
mod station;
mod ticket;
mod tray;
mod tx;
mod visit;
mod visit_leave;
mod visit_void;
mod visitor;
mod visitor_key;
mod visitor_merge;

pub use alarm::AlarmRow;
pub(crate) use backup::{check_backup, unpack_backup};
pub use balance::{BalanceRow, NewBalance};
pub use board::{BoardCounts, BoardStationRow, BoardTicketRow};
pub(crate) use chain::{Appending, append_entry, append_trail, get_last_line, head};
pub use chain::{ChainCheck, ChainedEntry};
pub use code::{CodeRow, NewCode};
pub use day_counts::DayCounts;
pub(crate) use doubt::settle_doubt;
pub use expiry::ExpiryRow;
pub use incident::IncidentRow;
pub(crate) use mark::{EVIDENCE, Level, has_restore_note, restore_note};
pub(crate) use meta::find_meta;
pub(crate) use migrate::is_copy_before;
pub(crate) use mirror::SumChanges;
pub use mirror::{MirrorPlace, MirrorRow, MirrorSum};
pub use number::GapRow;
pub use partition_key::PartitionKeyRow;
pub use person::{PersonRow, PersonVisitRow, VisitorPast, VisitorQuery};
pub use project::{OpenRow, Projected};
pub use queue::{Acknowledged, QueuedEntry, RefusedRow, Released, UNREADABLE};
pub use reader::Reader;
pub use register::{RegisterQuery, RegisterRow, day_bounds, on_duty};
pub use service::GivenRow;
pub use shared::{CalendarRow, NewNotice, NoticeRow, SharedCodeRow};
pub use shift::{HandoverRow, PauseRow, ShiftRow};
pub use staff::{StaffEdit, StaffRow};
pub use station::{NewStation, StationEdit, StationRow};
pub use ticket::{NewTicket, TicketRow};
pub(crate) use tx::Tx;
pub use visit::{DayFacts, NewVisit, PresentRow, RecentRow, VisitDetailRow, VisitRow};
pub use visitor::{NewVisitor, VisitorEdit, VisitorRow};

use crate::error::DeskError;
use crate::keys::Key;
use connection::{connect_reader, connect_writer, open_checked, settle};
use mark::Mark;
use migrate::LADDER;
use reader::Reading;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Reports and searches run beside the counter's writes, never in their way.
const READERS: usize = 2;

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

#[cfg(test)]
mod sensitive;

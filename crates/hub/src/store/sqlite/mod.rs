//! The hub in one SQLite file: no set-up, one writer. Transactions that wait for it are committed together, each in a
//! savepoint of its own; every one of them hears of it only when the whole is on the disk.

mod backup;
mod card;
mod digest;
mod edit;
mod feed;
mod file;
mod ladder;
mod order;
mod replica;
mod row;
mod tx;

use super::{Failed, Store, Tx};
use rusqlite::{Connection, ErrorCode};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use tx::SqliteTx;

/// Pages, sums and greetings are read beside the writer, never in its way.
const READERS: usize = 4;
/// Transactions of one commit: the first of them waits for the last.
const GROUP_MAX: usize = 64;

pub struct SqliteStore {
    // In this order: the last to close moves the WAL into the database, which a reader cannot.
    readers: Vec<Mutex<Connection>>,
    writer: Mutex<Writer>,
    /// A group of transactions was committed, or could not be.
    ended: Condvar,
    /// Transactions that are about to join the group.
    coming: AtomicUsize,
    path: PathBuf,
    district: String,
    #[cfg(feature = "breaks")]
    breaks: super::breaks::Breaks,
}

/// The writing connection and the group that is open on it.
struct Writer {
    /// `None` after a fault, until the file could be opened again.
    connection: Option<Connection>,
    group: Option<Group>,
}

#[derive(Default)]
struct Group {
    members: usize,
    commit: Arc<OnceLock<Result<(), String>>>,
}

/// What came of a closure: its answer, or how it panicked.
type Decided = Result<Result<(), Failed>, Box<dyn Any + Send>>;

impl SqliteStore {
    /// Opens the file, or makes it. A foreign or a newer file is refused; an older one is copied before it climbs.
    pub fn open(path: &Path, district: &str) -> Result<Self, Failed> {
        let writer = Writer { connection: Some(file::connect_writer(path, district)?), group: None };
        let reader = |_| file::connect_reader(path).map(Mutex::new);
        Ok(Self {
            readers: (0..READERS).map(reader).collect::<Result<_, _>>()?,
            writer: Mutex::new(writer),
            ended: Condvar::new(),
            coming: AtomicUsize::new(0),
            path: path.to_owned(),
            district: district.to_owned(),
            #[cfg(feature = "breaks")]
            breaks: super::breaks::Breaks::default(),
        })
    }

    /// For a test that must notice it: sequences are taken before the transaction that uses them is open.
    #[cfg(feature = "breaks")]
    pub fn with_early_sequences(self) -> Self {
        Self { breaks: super::breaks::Breaks::early(), ..self }
    }

    fn join(&self) -> MutexGuard<'_, Writer> {
        self.coming.fetch_add(1, Ordering::SeqCst);
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        self.coming.fetch_sub(1, Ordering::SeqCst);
        writer
    }

    fn reader(&self) -> MutexGuard<'_, Connection> {
        let free = self.readers.iter().find_map(|r| r.try_lock().ok());
        free.unwrap_or_else(|| self.readers[0].lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn tx<'a>(&'a self, connection: &'a Connection) -> SqliteTx<'a> {
        SqliteTx {
            connection,
            district: &self.district,
            #[cfg(feature = "breaks")]
            breaks: &self.breaks,
        }
    }

    fn decide_in(&self, connection: &Connection, decide: &mut dyn FnMut(&mut dyn Tx) -> Result<(), Failed>) -> Decided {
        if let Err(error) = connection.execute_batch("SAVEPOINT member") {
            return Ok(Err(error.into()));
        }
        let decided = catch_unwind(AssertUnwindSafe(|| decide(&mut self.tx(connection))));
        let is_kept = matches!(decided, Ok(Ok(())));
        let end = if is_kept { "RELEASE member" } else { "ROLLBACK TO member; RELEASE member" };
        match connection.execute_batch(end) {
            Err(error) if is_kept => Ok(Err(error.into())),
            _ => decided,
        }
    }

    /// Waits, without the writer, until the group is on the disk.
    fn await_commit(
        &self,
        mut writer: MutexGuard<Writer>,
        commit: &OnceLock<Result<(), String>>,
    ) -> Result<(), Failed> {
        loop {
            match commit.get() {
                Some(ended) => return ended.clone().map_err(Failed::Broken),
                None => writer = self.ended.wait(writer).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }
}

impl Store for SqliteStore {
    fn transact(&self, decide: &mut dyn FnMut(&mut dyn Tx) -> Result<(), Failed>) -> Result<(), Failed> {
        #[cfg(feature = "breaks")]
        self.breaks.before_transaction();
        let mut writer = self.join();
        let commit = writer.begin(&self.path, &self.district)?;
        let decided = self.decide_in(writer.connection(), decide);
        if self.coming.load(Ordering::SeqCst) == 0 || writer.is_full() || writer.is_lost() {
            writer.commit();
            self.ended.notify_all();
        }
        match decided {
            Ok(Ok(())) => self.await_commit(writer, &commit),
            Ok(Err(failed)) => Err(failed),
            Err(panic) => {
                drop(writer);
                resume_unwind(panic)
            }
        }
    }

    fn read(&self, look: &mut dyn FnMut(&mut dyn Tx) -> Result<(), Failed>) -> Result<(), Failed> {
        let reader = self.reader();
        // Everything that is looked at is of one moment. Dropped, it is rolled back.
        let snapshot = reader.unchecked_transaction()?;
        look(&mut self.tx(&snapshot))
    }

    fn back_up(&self, to: &Path) -> Result<(), Failed> {
        backup::back_up(&self.reader(), to)
    }

    fn restore(
        &self,
        from: &Path,
        epoch_min: u64,
        decide: &mut dyn FnMut(&mut dyn Tx) -> Result<(), Failed>,
    ) -> Result<u64, Failed> {
        backup::restore(self, from, epoch_min, decide)
    }
}

const OPENED: &str = "a group is begun on an open connection";

impl Writer {
    /// Joins the open group, or opens one; returns where its commit will be told.
    fn begin(&mut self, path: &Path, district: &str) -> Result<Arc<OnceLock<Result<(), String>>>, Failed> {
        if self.connection.is_none() {
            self.connection = Some(file::connect_writer(path, district)?);
        }
        if self.group.is_none() {
            self.connection().execute_batch("BEGIN IMMEDIATE")?;
        }
        let group = self.group.get_or_insert_default();
        group.members += 1;
        Ok(Arc::clone(&group.commit))
    }

    fn connection(&self) -> &Connection {
        self.connection.as_ref().expect(OPENED)
    }

    fn is_full(&self) -> bool {
        self.group.as_ref().is_some_and(|group| group.members >= GROUP_MAX)
    }

    /// SQLite has rolled the whole group back, as on a full disk.
    fn is_lost(&self) -> bool {
        self.connection().is_autocommit()
    }

    /// A handle that failed is not trusted again: it is closed, and the file opened anew.
    fn commit(&mut self) {
        let committed = self.connection().execute_batch("COMMIT").map_err(|e| e.to_string());
        if committed.is_err() {
            self.connection = None;
        }
        if let Some(group) = self.group.take() {
            let _ = group.commit.set(committed);
        }
    }
}

impl From<rusqlite::Error> for Failed {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Failed::Busy(error.to_string()),
            _ => Failed::Broken(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests;

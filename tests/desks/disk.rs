//! The disk of one desk: a folder that can be copied, put back and killed under its desk, with a clock that can be turned. Time and
//! randomness come from a seed, so that a world plays again.

use crate::desks::tables;
use crate::outside::copy_folder;
use anyhow::Result;
use fastrand::Rng;
use fengxiang_desk::outside::{Clock, Ids};
use fengxiang_desk::{Desk, DeskError, Surroundings, restore_backup};
use fengxiang_sync::{Local, LocalError, LocalTx};
use rusqlite::Connection;
use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tempfile::TempDir;

pub const RECOVERY: [u8; 20] = [7; 20];

/// True time, and what this desk's clock is ahead of it.
pub struct Skewed {
    pub now_ms: Arc<AtomicI64>,
    pub skew_ms: AtomicI64,
}

impl Clock for Skewed {
    fn now_ms(&self) -> i64 {
        (self.now_ms.load(Ordering::SeqCst) + self.skew_ms.load(Ordering::SeqCst)).max(0)
    }
}

struct Seeded(Mutex<Rng>);

impl Ids for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill(bytes);
    }
}

/// Where worlds lie: in memory where there is such a place, for what survives a power cut is asked elsewhere (R1, R2).
pub fn new_folder() -> Result<TempDir> {
    let memory = Path::new("/dev/shm");
    Ok(if memory.is_dir() { TempDir::new_in(memory)? } else { TempDir::new()? })
}

/// A disk with its desk running. `open` is none while the files are copied.
pub struct Disk {
    folder: TempDir,
    clock: Arc<Skewed>,
    open: Option<(Desk, Connection)>,
}

impl Disk {
    /// Takes the desk that was made in this folder.
    pub fn of(desk: Desk, folder: TempDir, clock: Arc<Skewed>) -> Result<Self> {
        let read = tables::open(&desk, folder.path())?;
        Ok(Self { folder, clock, open: Some((desk, read)) })
    }

    /// Starts a desk on files that were copied.
    pub fn start(folder: TempDir, clock: Arc<Skewed>, seed: u64) -> Result<Self> {
        let mut disk = Self { folder, clock, open: None };
        disk.restart(seed)?;
        Ok(disk)
    }

    pub fn desk(&self) -> &Desk {
        &self.open.as_ref().expect("a disk is open but while it is copied").0
    }

    /// The same file, to look into it.
    pub fn read(&self) -> &Connection {
        &self.open.as_ref().expect("a disk is open but while it is copied").1
    }

    pub fn clock(&self) -> &Arc<Skewed> {
        &self.clock
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The process ends and starts anew. A file that stands behind its mark says so once.
    pub fn restart(&mut self, seed: u64) -> Result<()> {
        self.open = None;
        let around = || surroundings(&self.clock, seed);
        let desk = match Desk::open_recovery(self.folder.path(), &RECOVERY, around()) {
            Err(DeskError::BehindMark { .. }) => Desk::open_recovery(self.folder.path(), &RECOVERY, around())?,
            opened => opened?,
        };
        let read = tables::open(&desk, self.folder.path())?;
        self.open = Some((desk, read));
        Ok(())
    }

    /// The files as they lie there while nobody works.
    pub fn image(&mut self, seed: u64) -> Result<TempDir> {
        self.open = None;
        let to = new_folder()?;
        copy_folder(self.folder.path(), to.path())?;
        self.restart(seed)?;
        Ok(to)
    }

    /// Puts files in the place of these, the mark beside them or not.
    pub fn put_back(&mut self, files: &Kept, is_mark_kept: bool, seed: u64) -> Result<()> {
        self.open = None;
        let mark = std::fs::read(self.folder.path().join("desk.mark")).ok();
        self.folder = files.unpack()?;
        if let Some(mark) = mark.filter(|_| is_mark_kept) {
            std::fs::write(self.folder.path().join("desk.mark"), mark)?;
        }
        self.restart(seed)
    }
}

/// What can be put back: a copy of the folder, or a backup as the program writes it.
pub enum Kept {
    Image(TempDir),
    Backup(TempDir, PathBuf),
}

impl Kept {
    fn unpack(&self) -> Result<TempDir> {
        let to = new_folder()?;
        match self {
            Kept::Image(folder) => copy_folder(folder.path(), to.path())?,
            Kept::Backup(_, file) => restore_backup(file, to.path())?,
        }
        Ok(to)
    }
}

pub fn surroundings(clock: &Arc<Skewed>, seed: u64) -> Surroundings {
    let ids = Arc::new(Seeded(Mutex::new(Rng::with_seed(seed))));
    Surroundings { clock: Arc::clone(clock) as Arc<dyn Clock>, ids }
}

/// A file whose process is killed after so many transactions: between two of them, or within one.
pub struct Mortal<'a, L> {
    pub file: &'a L,
    pub left: Cell<Option<u32>>,
    pub is_within: bool,
}

impl<L> Mortal<'_, L> {
    pub fn is_dead(&self) -> bool {
        self.left.get() == Some(0)
    }
}

impl<L: Local> Local for Mortal<'_, L> {
    fn transact<T>(&self, verb: impl FnOnce(&mut dyn LocalTx) -> Result<T, LocalError>) -> Result<T, LocalError> {
        let killed = || LocalError("killed".into());
        match self.left.get() {
            Some(0) => return Err(killed()),
            Some(left) => self.left.set(Some(left - 1)),
            None => {}
        }
        if self.is_dead() && self.is_within {
            return self.file.transact(|tx| verb(tx).and_then(|_| Err(killed())));
        }
        self.file.transact(verb)
    }

    fn wall_ms(&self) -> i64 {
        self.file.wall_ms()
    }
}

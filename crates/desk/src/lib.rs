//! The local copy of a station: an encrypted database and everything that must happen in one piece.
//! Knows no window, no network and no sentence; asks for time and randomness.

pub mod error;
pub mod keys;
pub mod store;

pub use error::DeskError;

use fengxiang_domain::ids::{Ids, StaffId, StationId};
use fengxiang_domain::time::{Clock, business_on};
use keys::{DatabaseKey, KeyFile};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use store::{ChainCheck, Level, NewStation, Reader, Store, WriterGuard};

pub const DATABASE_FILE: &str = "desk.db";
pub const KEY_FILE: &str = "desk.keys";

/// What a desk must be handed from outside.
pub mod outside {
    pub use fengxiang_domain::ids::Ids;
    pub use fengxiang_domain::time::Clock;
}

/// Time and randomness of this desk.
#[derive(Clone)]
pub struct Surroundings {
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn Ids>,
}

/// What a write has changed; screens refresh from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Station,
    Staff,
    Visitor,
    Visit,
    Service,
    Ticket,
    Incident,
    Shift,
    Session,
}

/// The value of a write and the kinds it touched.
#[derive(Debug)]
pub struct Written<T> {
    pub value: T,
    pub touched: BTreeSet<Kind>,
}

/// One changed field of an entry: its number, what its author had seen, its new value.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Field {
    pub field: u32,
    pub base: Option<String>,
    pub value: serde_json::Value,
}

/// One numbered change for the hub. Field 1 of a fact is its countable part, field 2 its personal part.
#[derive(Debug, Clone)]
pub struct Entry {
    pub kind: String,
    pub id: String,
    pub subject: Option<String>,
    pub fields: Vec<Field>,
}

/// One line of the trail: ids only.
#[derive(Debug)]
pub(crate) struct TrailLine {
    pub at: i64,
    pub actor: Option<String>,
    pub act: String,
    pub object: Option<String>,
}

/// Who acts (nobody while the desk is locked), and the verb as the trail names it.
#[derive(Debug, Clone, Copy)]
pub struct Act {
    pub verb: &'static str,
    pub actor: Option<StaffId>,
}

/// The open desk of one station.
pub struct Desk {
    store: Store,
    key: DatabaseKey,
    folder: PathBuf,
    around: Surroundings,
    station: StationId,
    day_boundary_min: AtomicI64,
}

/// The writing door while its transaction is open. The verbs stand in one file per noun under `store/`.
pub struct Writer<'a> {
    pub(crate) tx: store::Tx<'a>,
    pub(crate) station: StationId,
    pub(crate) now: i64,
    pub(crate) ids: &'a dyn Ids,
    pub(crate) actor: Option<StaffId>,
    day_boundary_min: i64,
    entries: Vec<Entry>,
    object: Option<String>,
    line: Line,
    late_lines: Vec<TrailLine>,
    touched: BTreeSet<Kind>,
}

/// When the trail tells of an act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line {
    Now,
    /// With the first write of a later day: a line of this minute would tie a sensitive item to whoever just came.
    Later,
}

impl Desk {
    /// Sets a new station up: key file with the manager's password and the recovery key, database, first manager.
    pub fn found(
        folder: &Path,
        new: &NewStation,
        password: &str,
        recovery: &[u8; 20],
        around: Surroundings,
    ) -> Result<(Self, StaffId), DeskError> {
        if folder.join(KEY_FILE).exists() || folder.join(DATABASE_FILE).exists() {
            return Err(DeskError::AlreadyFounded);
        }
        std::fs::create_dir_all(folder)?;
        let now = around.clock.now_ms();
        let (station, manager) = (StationId(around.ids.new_id(now)), StaffId(around.ids.new_id(now)));
        let key = DatabaseKey::random(&*around.ids);
        let mut key_file = KeyFile::new();
        key_file.add_password(&key, manager, password, &*around.ids);
        key_file.add_recovery(&key, recovery, &*around.ids);
        let store = Store::create(&folder.join(DATABASE_FILE), &key)?;
        let desk = Self { store, key, folder: folder.to_owned(), around, station, day_boundary_min: AtomicI64::new(0) };
        desk.write(Act { verb: "found_station", actor: Some(manager) }, |w| w.found_station(new, manager))?;
        key_file.write(&folder.join(KEY_FILE))?;
        Ok((desk, manager))
    }

    /// Whether a station was set up here.
    pub fn stands_in(folder: &Path) -> bool {
        folder.join(KEY_FILE).exists() || folder.join(DATABASE_FILE).exists()
    }

    pub fn open(folder: &Path, password: &str, around: Surroundings) -> Result<(Self, StaffId), DeskError> {
        let (staff, key) = KeyFile::read(&folder.join(KEY_FILE))?.open_password(password, None)?;
        Ok((Self::open_with(folder, key, around)?, staff))
    }

    pub fn open_recovery(folder: &Path, recovery: &[u8; 20], around: Surroundings) -> Result<Self, DeskError> {
        let key = KeyFile::read(&folder.join(KEY_FILE))?.open_recovery(recovery)?;
        Self::open_with(folder, key, around)
    }

    fn open_with(folder: &Path, key: DatabaseKey, around: Surroundings) -> Result<Self, DeskError> {
        let store = Store::open(&folder.join(DATABASE_FILE), &key)?;
        let station = store.reader().station_id()?;
        let day_boundary_min = AtomicI64::new(store.reader().get_day_boundary_min()?);
        Ok(Self { store, key, folder: folder.to_owned(), around, station, day_boundary_min })
    }

    /// Whether this is the password of this person.
    pub fn check_password(&self, staff: StaffId, password: &str) -> Result<(), DeskError> {
        let (_, key) = KeyFile::read(&self.folder.join(KEY_FILE))?.open_password(password, Some(staff))?;
        if key == self.key { Ok(()) } else { Err(DeskError::KeyFileDamaged) }
    }

    /// Gives a person a password slot in the key file.
    pub fn set_password(&self, staff: StaffId, password: &str) -> Result<(), DeskError> {
        let path = self.folder.join(KEY_FILE);
        let mut file = KeyFile::read(&path)?;
        file.add_password(&self.key, staff, password, &*self.around.ids);
        file.write(&path)
    }

    pub fn reader(&self) -> Reader<'_> {
        self.store.reader()
    }

    pub fn now_ms(&self) -> i64 {
        self.around.clock.now_ms()
    }

    /// The business day it is now, `YYYY-MM-DD`.
    pub fn today(&self) -> String {
        business_on(self.now_ms(), self.day_boundary_min()).to_string()
    }

    /// Minutes after midnight at which a business day begins.
    pub fn day_boundary_min(&self) -> i64 {
        self.day_boundary_min.load(Ordering::SeqCst)
    }

    /// From now on; what is written keeps the day it was written with.
    pub fn set_day_boundary(&self, act: Act, minutes: i64) -> Result<Written<()>, DeskError> {
        let written = self.write(act, |w| w.set_day_boundary(minutes))?;
        self.day_boundary_min.store(minutes, Ordering::SeqCst);
        Ok(written)
    }

    /// The one write door: verb, outbox entries and trail line in one durable transaction, or nothing at all.
    pub fn write<T>(
        &self,
        act: Act,
        verb: impl FnOnce(&mut Writer) -> Result<T, DeskError>,
    ) -> Result<Written<T>, DeskError> {
        let mut guard = self.store.writer();
        let (written, level) = self.transact(&mut guard, act, verb)?;
        guard.raise_mark(level);
        Ok(written)
    }

    fn transact<T>(
        &self,
        guard: &mut WriterGuard,
        act: Act,
        verb: impl FnOnce(&mut Writer) -> Result<T, DeskError>,
    ) -> Result<(Written<T>, Level), DeskError> {
        let now = self.around.clock.now_ms();
        let mut writer = Writer {
            tx: guard.begin()?,
            station: self.station,
            now,
            ids: &*self.around.ids,
            actor: act.actor,
            day_boundary_min: self.day_boundary_min(),
            entries: Vec::new(),
            object: None,
            line: Line::Now,
            late_lines: Vec::new(),
            touched: BTreeSet::new(),
        };
        writer.queue_sensitive_services()?;
        let value = verb(&mut writer)?;
        let level = writer.close(act, &self.mac_key())?;
        let touched = writer.touched;
        writer.tx.commit()?;
        Ok((Written { value, touched }, level))
    }

    /// Whether every page and every reference of the file is whole; `DamagedDatabase` says what is not.
    pub fn check_file(&self) -> Result<(), DeskError> {
        self.store.check_file()
    }

    /// Walks the outbox and the trail from their first line.
    pub fn check_chains(&self) -> Result<ChainCheck, DeskError> {
        self.reader().check_chains(&self.mac_key())
    }

    /// Writes database copy and key file as one file, opens the copy with this desk's key and checks it.
    /// Returns the size in bytes. An existing file is never overwritten.
    pub fn backup_to(&self, file: &Path) -> Result<u64, DeskError> {
        self.store.backup_to(file, &self.folder.join(KEY_FILE), &self.key)
    }

    fn mac_key(&self) -> [u8; 32] {
        blake3::derive_key("fengxiang 2026 outbox value", self.key.bytes())
    }
}

/// Unpacks a backup into an empty folder; refuses to write where a station stands. Opens nothing: the password or the
/// recovery key is asked for afterwards, as at every start.
pub fn restore_backup(file: &Path, folder: &Path) -> Result<(), DeskError> {
    if Desk::stands_in(folder) {
        return Err(DeskError::AlreadyFounded);
    }
    store::unpack_backup(file, folder)
}

impl Writer<'_> {
    /// Writes what the verb queued, and the act's line in the trail.
    fn close(&mut self, act: Act, mac_key: &[u8; 32]) -> Result<Level, DeskError> {
        let mut tail = store::get_tail(&self.tx)?;
        for entry in std::mem::take(&mut self.entries) {
            // A stamp never stands still and never goes back, whatever the wall clock does.
            let h = (tail.h + 1).max(self.now.max(0) << 16);
            tail = store::append_entry(&self.tx, &tail, &entry, h, mac_key)?;
        }
        let line = TrailLine {
            at: self.now,
            actor: act.actor.map(|a| a.to_string()),
            act: act.verb.to_owned(),
            object: self.object.take(),
        };
        let late = std::mem::take(&mut self.late_lines).into_iter();
        let mut seq = None;
        for line in late.chain((self.line == Line::Now).then_some(line)) {
            seq = Some(store::append_trail(&self.tx, &line)?);
        }
        Ok(Level { number: tail.number, seq: seq.map_or_else(|| store::get_last_line(&self.tx), Ok)? })
    }

    pub(crate) fn new_id(&self) -> String {
        self.ids.new_id(self.now).to_string()
    }

    /// Queues an insert-only fact with its countable and, where a person is concerned, its personal part.
    pub(crate) fn record_fact(
        &mut self,
        kind: &str,
        id: &str,
        countable: serde_json::Value,
        personal: Option<(String, serde_json::Value)>,
    ) {
        let (subject, personal) = personal.unzip();
        let field = |field, value| Field { field, base: None, value };
        let fields = std::iter::once(field(1, countable)).chain(personal.map(|p| field(2, p))).collect();
        self.entries.push(Entry { kind: kind.to_owned(), id: id.to_owned(), subject, fields });
    }

    /// Queues a new record: every field at once, nothing seen before.
    pub(crate) fn record_new(&mut self, kind: &str, id: &str, subject: Option<String>, values: Vec<serde_json::Value>) {
        let fields = (1..).zip(values).map(|(field, value)| Field { field, base: None, value }).collect();
        self.entries.push(Entry { kind: kind.to_owned(), id: id.to_owned(), subject, fields });
    }

    /// Queues the edit of one field of a record; its base is the hash of the entry whose value its author saw.
    pub(crate) fn record_edit(
        &mut self,
        kind: &str,
        id: &str,
        subject: Option<String>,
        field: u32,
        value: serde_json::Value,
    ) {
        let base = store::find_base(&self.tx, kind, id, field);
        let fields = vec![Field { field, base, value }];
        self.entries.push(Entry { kind: kind.to_owned(), id: id.to_owned(), subject, fields });
    }

    /// What the trail line points at, and what screens must read again.
    pub(crate) fn touch(&mut self, kind: Kind, object: Option<&str>) {
        self.touched.insert(kind);
        if let Some(object) = object {
            self.point_at(object);
        }
    }

    /// The business day of a moment, as `2026-03-16`.
    pub(crate) fn business_on(&self, at: i64) -> String {
        business_on(at, self.day_boundary_min).to_string()
    }

    /// The act is told a day late, by `tell_late`.
    pub(crate) fn tell_later(&mut self) {
        self.line = Line::Later;
    }

    pub(crate) fn tell_late(&mut self, act: &'static str, object: &str) {
        let object = Some(object.to_owned());
        self.late_lines.push(TrailLine { at: self.now, actor: None, act: act.to_owned(), object });
    }

    /// The first object of an act is what its trail line names.
    pub(crate) fn point_at(&mut self, object: &str) {
        self.object.get_or_insert_with(|| object.to_owned());
    }
}

//! The local copy of a station: an encrypted database and everything that must happen in one piece.
//! Knows no window, no network and no sentence; asks for time and randomness.

mod auto_backup;
mod entry;
pub mod error;
mod exchange;
mod file;
pub mod keys;
pub mod kinds;
mod opening;
mod slots;
pub mod store;
mod tries;

pub use auto_backup::{AutoBackup, BACKUP_FOLDER};
pub use entry::{Entry, Field};
pub use error::DeskError;
pub use exchange::Exchange;
pub use opening::{Joining, discard_practice, is_broken, set_aside};
pub use slots::{LINK_STATE, RecoveryMark, RecoveryParts};
pub use tries::TRIES_FILE;

use chrono::NaiveDate;
use entry::{About, TrailLine};
use fengxiang_domain::ids::{Ids, StaffId, StationId};
use fengxiang_domain::time::{Clock, business_on};
use keys::KeyRing;
use kinds::Place;
use serde::Serialize;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use store::{ChainCheck, Level, Reader, Store, WriterGuard};

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
    /// How far this desk agrees with its hub.
    Sync,
    /// What the district sees of its stations.
    Board,
    /// What the district tells every station.
    Shared,
}

impl Kind {
    pub const ALL: [Kind; 12] = [
        Kind::Station,
        Kind::Staff,
        Kind::Visitor,
        Kind::Visit,
        Kind::Service,
        Kind::Ticket,
        Kind::Incident,
        Kind::Shift,
        Kind::Session,
        Kind::Sync,
        Kind::Board,
        Kind::Shared,
    ];
}

/// The value of a write and the kinds it touched.
#[derive(Debug)]
pub struct Written<T> {
    pub value: T,
    pub touched: BTreeSet<Kind>,
}

/// Who acts (nobody while the desk is locked), and the verb as the trail names it.
#[derive(Debug, Clone, Copy)]
pub struct Act {
    pub verb: &'static str,
    pub actor: Option<StaffId>,
}

/// The open desk of one station, or of the district office.
pub struct Desk {
    store: Store,
    folder: PathBuf,
    around: Surroundings,
    station: StationId,
    is_district: bool,
    mac_key: [u8; 32],
    /// Under which the slip codes of tickets are hashed.
    slip_key: [u8; 32],
    /// Under which ids are computed that two desks must make alike.
    id_key: [u8; 32],
    /// The database's key, and of the others those of whoever signed in with a password.
    keys: Mutex<KeyRing>,
    /// Held by whoever reads, changes and writes the key file.
    key_file_turn: Mutex<()>,
    /// Backups are made one after the other: they share a scratch file.
    backup_turn: Mutex<()>,
    /// The latest moment that stands in the file.
    newest_at: AtomicI64,
    day_boundary_min: AtomicI64,
    /// A figure over all days, kept between reports; its own lock, so that a first count stops nobody.
    day_counts: Mutex<store::DayCounts>,
}

/// The writing door while its transaction is open. The verbs stand in one file per noun under `store/`.
pub struct Writer<'a> {
    pub(crate) tx: store::Tx<'a>,
    pub(crate) station: StationId,
    is_district: bool,
    pub(crate) now: i64,
    pub(crate) ids: &'a dyn Ids,
    pub(crate) actor: Option<StaffId>,
    pub(crate) slip_key: &'a [u8; 32],
    id_key: &'a [u8; 32],
    day_boundary_min: i64,
    entries: Vec<(Entry, About)>,
    object: Option<String>,
    further_objects: Vec<String>,
    line: Line,
    late_lines: Vec<TrailLine>,
    touched: BTreeSet<Kind>,
}

/// A field of a record while a form about it is saved.
pub(crate) struct FormField {
    pub field: u32,
    pub stored: serde_json::Value,
    pub opened: serde_json::Value,
    pub now: serde_json::Value,
}

/// What a form says of a field: what nobody touched since it was opened is as it is stored by now.
pub(crate) fn touched_or<T: Clone + PartialEq>(stored: &T, opened: &T, now: &T) -> T {
    if now == opened { stored.clone() } else { now.clone() }
}

/// When the trail tells of an act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line {
    Now,
    /// With the first write of a later day: a line of this minute would tie a sensitive item to whoever just came.
    Later,
}

impl Desk {
    pub fn reader(&self) -> Reader<'_> {
        self.store.reader()
    }

    pub fn now_ms(&self) -> i64 {
        self.around.clock.now_ms()
    }

    /// Randomness of this desk.
    pub fn fill_random(&self, bytes: &mut [u8]) {
        self.around.ids.fill(bytes);
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

    /// By how much the clock stands behind what is written already. It is told and never corrected: a write takes its time
    /// from the clock whatever it says.
    pub fn clock_behind_ms(&self) -> i64 {
        (self.newest_at.load(Ordering::SeqCst) - self.now_ms()).max(0)
    }

    /// The one write door: verb, outbox entries and trail line in one durable transaction, or nothing at all.
    pub fn write<T>(
        &self,
        act: Act,
        verb: impl FnOnce(&mut Writer) -> Result<T, DeskError>,
    ) -> Result<Written<T>, DeskError> {
        let mut guard = self.store.writer()?;
        let written = self.transact(&mut guard, act, verb);
        match &written {
            Ok((_, level)) => guard.raise_mark(*level),
            Err(error) if error.is_fault() => self.store.note_fault(),
            Err(_) => {}
        }
        written.map(|(written, _)| written).map_err(|error| self.store.settle_doubt(error))
    }

    fn transact<T>(
        &self,
        guard: &mut WriterGuard,
        act: Act,
        verb: impl FnOnce(&mut Writer) -> Result<T, DeskError>,
    ) -> Result<(Written<T>, Level), DeskError> {
        let mut writer = self.open_writer(guard, act.actor)?;
        let now = writer.now;
        writer.queue_sensitive_services()?;
        let value = verb(&mut writer)?;
        let level = writer.close(act, &self.mac_key)?;
        let touched = writer.touched;
        writer.tx.commit()?;
        self.note_time(now);
        Ok((Written { value, touched }, level))
    }

    fn open_writer<'a>(&'a self, guard: &'a mut WriterGuard, actor: Option<StaffId>) -> Result<Writer<'a>, DeskError> {
        Ok(Writer {
            tx: guard.begin()?,
            station: self.station,
            is_district: self.is_district,
            now: self.around.clock.now_ms(),
            ids: &*self.around.ids,
            actor,
            slip_key: &self.slip_key,
            id_key: &self.id_key,
            day_boundary_min: self.day_boundary_min(),
            entries: Vec::new(),
            object: None,
            further_objects: Vec::new(),
            line: Line::Now,
            late_lines: Vec::new(),
            touched: BTreeSet::new(),
        })
    }

    /// Whether every page and every reference of the file is whole; `DamagedDatabase` says what is not.
    pub fn check_file(&self) -> Result<(), DeskError> {
        self.store.check_file()
    }

    /// What is behind a `Doubtful` of a `Reader`: a fault of the disk, or a damage. Reads the whole file.
    pub fn look_again(&self) -> DeskError {
        self.store.look_again()
    }

    /// A reading failed on the disk: no handle is trusted again before it was opened anew.
    pub fn note_fault(&self) {
        self.store.note_fault();
    }

    /// All arrivals that were ever counted on this desk; with a day, those after it.
    pub fn count_all_visits(&self, after: Option<NaiveDate>) -> Result<i64, DeskError> {
        let mut counts = self.day_counts.lock().unwrap_or_else(PoisonError::into_inner);
        self.reader().update_day_counts(&mut counts)?;
        if counts.is_worth_saving() {
            self.save_day_counts(&mut counts);
        }
        Ok(after.map_or_else(|| counts.total(), |day| counts.total_after(day)))
    }

    /// Derived figures are no act: neither the outbox nor the trail hears of them. Not saved, they are counted again.
    fn save_day_counts(&self, counts: &mut store::DayCounts) {
        let saved = self.store.writer().and_then(|mut guard| {
            let tx = guard.begin()?;
            counts.save(&tx, &self.station.to_string())?;
            Ok(tx.commit()?)
        });
        match saved {
            Ok(()) => counts.note_saved(),
            Err(error) if error.is_fault() => self.store.note_fault(),
            Err(_) => {}
        }
    }

    /// Walks the outbox and the trail from their first line.
    pub fn check_chains(&self) -> Result<ChainCheck, DeskError> {
        self.reader().check_chains(&self.mac_key)
    }

    /// Writes database copy and key file as one file, opens the copy with this desk's key and checks it.
    /// Returns the size in bytes. An existing file is never overwritten.
    pub fn backup_to(&self, file: &Path) -> Result<u64, DeskError> {
        let _turn = self.backup_turn.lock().unwrap_or_else(PoisonError::into_inner);
        self.pack_to(file)
    }

    pub(crate) fn pack_to(&self, file: &Path) -> Result<u64, DeskError> {
        self.store.backup_to(file, &self.folder.join(KEY_FILE))
    }

    fn note_time(&self, at: i64) {
        self.newest_at.fetch_max(at, Ordering::SeqCst);
    }

    fn held_keys(&self) -> KeyRing {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn hold(&self, keys: KeyRing) {
        *self.keys.lock().unwrap_or_else(PoisonError::into_inner) = keys;
    }
}

/// Whether a file is a whole backup of a station; its size in bytes. It needs no key.
pub fn check_backup(file: &Path) -> Result<u64, DeskError> {
    store::check_backup(file)
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
    /// Numbers what was queued; returns the last number.
    fn append_entries(&mut self, mac_key: &[u8; 32]) -> Result<i64, DeskError> {
        let station = self.station.to_string();
        let with = store::Appending { station: &station, now: self.now, mac_key };
        let mut head = store::head(&self.tx)?;
        for (entry, about) in std::mem::take(&mut self.entries) {
            head = store::append_entry(&self.tx, &with, &head, entry, about)?;
        }
        Ok(head.number)
    }

    /// Writes what the verb queued, and the act's line in the trail, one for each object that was named.
    fn close(&mut self, act: Act, mac_key: &[u8; 32]) -> Result<Level, DeskError> {
        let station = self.station.to_string();
        let number = self.append_entries(mac_key)?;
        let line = |object| TrailLine {
            at: self.now,
            actor: act.actor.map(|a| a.to_string()),
            act: act.verb.to_owned(),
            object,
        };
        let further = std::mem::take(&mut self.further_objects).into_iter().map(Some);
        let objects = std::iter::once(self.object.take()).chain(further).filter(|_| self.line == Line::Now);
        let late = std::mem::take(&mut self.late_lines).into_iter();
        let mut seq = None;
        for line in late.chain(objects.map(line)) {
            seq = Some(store::append_trail(&self.tx, &station, &line)?);
        }
        Ok(Level { number, seq: seq.map_or_else(|| store::get_last_line(&self.tx), Ok)? })
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
        self.queue(About::Fact, kind, id, subject, fields);
    }

    /// Queues a new record: every field at once, nothing seen before.
    pub(crate) fn record_new(&mut self, kind: &str, id: &str, subject: Option<String>, values: Vec<serde_json::Value>) {
        let fields = (1..).zip(values).map(|(field, value)| Field { field, base: None, value }).collect();
        self.queue(About::NewRecord, kind, id, subject, fields);
    }

    /// Queues the edit of one field of a record; what its author had on screen is looked up when it is numbered.
    pub(crate) fn record_edit(
        &mut self,
        kind: &str,
        id: &str,
        subject: Option<String>,
        field: u32,
        value: serde_json::Value,
    ) {
        self.queue(About::Edit, kind, id, subject, vec![Field { field, base: None, value }]);
    }

    /// The same where another value than the stored one was on screen: somebody else wrote meanwhile, and both are to be heard.
    pub(crate) fn record_late_edit(
        &mut self,
        kind: &str,
        id: &str,
        subject: Option<String>,
        field: u32,
        value: serde_json::Value,
    ) {
        self.queue(About::LateEdit, kind, id, subject, vec![Field { field, base: None, value }]);
    }

    /// Queues what a form changed of a record: field by field what was stored, what the form was opened with and what it says
    /// now.
    pub(crate) fn record_form(&mut self, kind: &str, id: &str, subject: Option<&str>, fields: Vec<FormField>) {
        for FormField { field, stored, opened, now } in fields.into_iter().filter(|f| f.now != f.stored) {
            let subject = subject.map(str::to_owned);
            match stored == opened {
                true => self.record_edit(kind, id, subject, field, now),
                false => self.record_late_edit(kind, id, subject, field, now),
            }
        }
    }

    /// Queues the removal of a record: every field emptied, each with what its author saw, and the word that it is gone.
    pub(crate) fn record_removal(&mut self, kind: &str, id: &str) {
        let numbers = kinds::find_kind(kind).map_or(&[][..], |kind| kind.fields).iter().map(|field| field.number);
        let emptied = numbers.map(|field| Field { field, base: None, value: serde_json::Value::Null });
        let gone = Field { field: kinds::ALIVE, base: None, value: serde_json::Value::Bool(false) };
        self.queue(About::Edit, kind, id, None, emptied.chain([gone]).collect());
    }

    /// An id that every desk of the station computes alike; without the station's key it says nothing.
    pub(crate) fn computed_id(&self, of: &str) -> String {
        let hash = blake3::keyed_hash(self.id_key, of.as_bytes());
        let bytes: [u8; 16] = hash.as_bytes()[..16].try_into().expect("a hash is longer than an id");
        uuid::Builder::from_custom_bytes(bytes).into_uuid().to_string()
    }

    /// Queues a fact for the board of another station.
    pub(crate) fn record_on_board(&mut self, station: &str, kind: &str, id: &str, value: serde_json::Value) {
        self.record_fact(kind, id, value, None);
        if let Some((entry, _)) = self.entries.last_mut() {
            entry.station = Some(station.to_owned());
        }
    }

    /// Queues a row that was computed from others.
    pub(crate) fn record_derived(&mut self, kind: &str, id: &str, value: serde_json::Value) {
        self.queue(About::Fact, kind, id, None, vec![Field { field: 1, base: None, value }]);
    }

    fn queue(&mut self, about: About, kind: &str, id: &str, subject: Option<String>, fields: Vec<Field>) {
        let place = kinds::find_kind(kind).map_or(Place::Station, |kind| kind.place);
        // The office has no station at the hub: what is its own stays in its file.
        if self.is_district && place == Place::Station {
            return;
        }
        let (partition, kind, id) = (place.name().to_owned(), kind.to_owned(), id.to_owned());
        self.entries.push((Entry { partition, station: None, kind, id, subject, fields }, about));
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

    /// Says in the trail what an act was about, where no row of this write does.
    pub fn name_object(&mut self, object: &str) {
        self.point_at(object);
    }

    /// The same of an act about several: each has its line.
    pub fn name_objects(&mut self, objects: &[String]) {
        let mut objects = objects.iter().cloned();
        if let Some(first) = objects.next() {
            self.point_at(&first);
        }
        self.further_objects.extend(objects);
    }

    /// The first object of an act is what its trail line names.
    pub(crate) fn point_at(&mut self, object: &str) {
        self.object.get_or_insert_with(|| object.to_owned());
    }
}
